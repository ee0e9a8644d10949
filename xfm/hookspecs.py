"""The stages of the chain, as pluggy hook specifications.

One hook a stage; **the order of the functions in this file is the order of the chain**. A hook is called once for each
baseline that is needed, with the baseline's number, and returns the stylesheets that a plugin contributes to that
stage. Inside a stage they are ordered by their ids and their ``after``/``before`` alone (see :mod:`xfm.ordering`): when
a plugin was registered, its file names, ``tryfirst`` and ``trylast`` make no difference.

Each hook takes and returns the same::

    from xfm import Contribution, hookimpl

    @hookimpl
    def xfm_defaults(baseline: int) -> list[Contribution]:
        return [Contribution("/opt/site/disk-cache.xsl", after=("disk-bus",))]

An implementation that has nothing for a baseline returns an empty list, or None.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pluggy

from xfm.model import Contribution

PROJECT: Final = "xfm"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Contributions = Iterable[Contribution] | None


@hookspec
def xfm_dialect(baseline: int) -> Contributions:
    """Older, lenient or proposed forms become today's form.

    The only stage that may be given a document which the schema does not accept yet; what it leaves must be valid.
    """


@hookspec
def xfm_policy(baseline: int) -> Contributions:
    """What the site wants: requirements, prohibitions, values that win over the built-in defaults."""


@hookspec
def xfm_defaults(baseline: int) -> Contributions:
    """What is still missing: values and devices that libvirt may not add because of the guest ABI."""


@hookspec
def xfm_enlightenments(baseline: int) -> Contributions:
    """What the guest's operating system profits from; runs when clock and timers are settled."""


@hookspec
def xfm_machine_type(baseline: int) -> Contributions:
    """An alias of a machine, or none, becomes a versioned machine: the newest that all hosts have."""


@hookspec
def xfm_device_identity(baseline: int) -> Contributions:
    """Every device gets a name of its own: a ``ua-`` alias, and an identity inside the guest where its kind has one."""


@hookspec
def xfm_topology(baseline: int) -> Contributions:
    """Every device gets its explicit address, so that adding or removing one never moves another."""


@hookspec
def xfm_pin(baseline: int) -> Contributions:
    """What was done is recorded under ``<metadata>``; reads ``document('xfm:provenance')``."""


@hookspec
def xfm_layout(baseline: int) -> Contributions:
    """Order and indentation; adds, alters and removes no element or attribute."""


def hook_of(stage: str) -> str:
    """The name of the hook of a stage: ``machine-type`` has ``xfm_machine_type``."""
    return "xfm_" + stage.replace("-", "_")


#: The ids of the stages, in the order of the chain.
STAGES: Final[tuple[str, ...]] = tuple(
    name.removeprefix("xfm_").replace("_", "-") for name in list(globals()) if name.startswith("xfm_")
)

#: Those that do nothing that a guest could see: when they begin, what it sees is on record.
UNSEEN_STAGES: Final[tuple[str, ...]] = STAGES[-2:]
