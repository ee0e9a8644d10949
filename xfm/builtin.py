"""The built-in stylesheets, contributed through the same hooks as anybody's.

They lie in ``stylesheets/baseline-N/<stage>/``; layout, which no baseline can change, in ``stylesheets/layout/``.
"""

from __future__ import annotations

import os

from xfm import resources
from xfm.hookspecs import hookimpl
from xfm.model import Contribution

#: The released baselines. 0 is adoption: of the first baseline, the stylesheets that no guest can notice.
BASELINES = (0, 1)
NEWEST = BASELINES[-1]


def _stage(stage: str, baseline: int) -> list[Contribution]:
    return _folder(os.path.join(resources.STYLESHEETS, f"baseline-{max(baseline, 1)}", stage))


def _folder(folder: str) -> list[Contribution]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []  # a stage that has no built-in stylesheet in this baseline
    return [Contribution(os.path.join(folder, name)) for name in names if name.endswith(".xsl")]


@hookimpl
def xfm_dialect(baseline: int) -> list[Contribution]:
    """What libvirt's parser takes and its schema does not, or the other way round."""
    return _stage("dialect", baseline)


@hookimpl
def xfm_policy(baseline: int) -> list[Contribution]:
    """Nothing: policies are the site's."""
    return _stage("policy", baseline)


@hookimpl
def xfm_defaults(baseline: int) -> list[Contribution]:
    """Devices and values that are missing; docs/defaults.md lists them by concern."""
    return _stage("defaults", baseline)


@hookimpl
def xfm_enlightenments(baseline: int) -> list[Contribution]:
    """Hyper-V features for Windows, with their prerequisites; KVM's own for Linux."""
    return _stage("enlightenments", baseline)


@hookimpl
def xfm_machine_type(baseline: int) -> list[Contribution]:
    """Versioned machines that all hosts have."""
    return _stage("machine-type", baseline)


@hookimpl
def xfm_device_identity(baseline: int) -> list[Contribution]:
    """UUID, serials, MAC addresses, ACPI indexes, names of ports, ``ua-`` aliases."""
    return _stage("device-identity", baseline)


@hookimpl
def xfm_topology(baseline: int) -> list[Contribution]:
    """Controllers, and an address for each device by its kind; docs/topology.md tells the scheme."""
    return _stage("topology", baseline)


@hookimpl
def xfm_pin(baseline: int) -> list[Contribution]:
    """The pin under ``<metadata>``."""
    return _stage("pin", baseline)


@hookimpl
def xfm_layout() -> list[Contribution]:
    """The form of libvirt's own ``dumpxml``."""
    folder = os.path.join(resources.STYLESHEETS, "layout")
    return [Contribution(os.path.join(folder, name)) for name in ("device-order.xsl", "dumpxml.xsl")]
