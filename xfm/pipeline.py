"""The chain with all that it needs, for any number of documents: bytes -> source -> a run of the chain -> bytes."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from xfm import baselines, builtin, chain, redact, source
from xfm.errors import UsageError, XfmError
from xfm.hookspecs import STAGES
from xfm.knowledge import Knowledge
from xfm.model import LeftOut
from xfm.run import Run
from xfm.stylesheet.declaration import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xfm.chain import Chain
    from xfm.model import Result
    from xfm.plugins import Plugins
    from xfm.schema import Schema


class Pipeline:
    """The chain with all that it needs, compiled once and good for any number of documents, one at a time.

    :param plugins: as :func:`xfm.plugins.load` gives them.
    :param schema: of libvirt's domains.
    :param parameters: settings of stylesheets by name, as ``--set`` takes them.
    :param baseline: the one that is asked for; None to let the document decide: its pin, else 0 for a guest that exists
        already, else the baseline of new guests.
    :param new_guests: the baseline of new guests.
    :param knowledge: what stylesheets can read of hosts and operating systems; None for what a baseline and the
        installed osinfo-db say.
    :param until: the last stage to run; None for all.
    :param record: whether the steps of a result hold the document before and after, with its secrets masked.
    :param repin: whether what was edited by hand in a pinned document is accepted, and pinned anew.
    :param upgrade_to: the baseline to which a pinned guest is moved up.
    :param host_only: whether only the stylesheets of plugins run, and of these only what no guest can notice: the
        document is fitted to this host, and left alone otherwise, its pin included.
    """

    def __init__(  # noqa: PLR0913  all but two are optional, and none stands for another
        self,
        plugins: Plugins,
        schema: Schema,
        *,
        parameters: Mapping[str, str] | None = None,
        baseline: int | None = None,
        new_guests: int = builtin.NEWEST,
        knowledge: Knowledge | None = None,
        until: str | None = None,
        record: bool = False,
        repin: bool = False,
        upgrade_to: int | None = None,
        host_only: bool = False,
    ) -> None:
        self.plugins = plugins
        self.schema = schema
        self.parameters = dict(parameters or {})
        self.baseline = baseline
        self.new_guests = new_guests
        self.stages = stages_until(until)
        self.knowledge = knowledge or Knowledge((), None, schema)
        self.record = record
        self.repin = repin
        self.upgrade_to = upgrade_to
        self.host_only = host_only
        self.provenances: dict[tuple[int, bool], bytes] = {}  # of documents without a pin, which are all alike
        self._chains: dict[int, Chain] = {}
        self.chain(new_guests if baseline is None else baseline)  # so that a broken plugin shows at once
        if upgrade_to is not None:
            self.chain(upgrade_to)

    def chain(self, baseline: int) -> Chain:
        """The chain of a baseline, built when it is first asked for."""
        if baseline not in self._chains:
            baselines.check_known(baseline)
            self._chains[baseline] = chain.build(self.plugins, baseline, self.parameters)
        return self._chains[baseline]

    def compile(self) -> None:
        """Compile schema and stylesheets now, so that processes forked from this one need not."""
        _ = self.schema.relaxng
        for built in self._chains.values():
            for link in built.links:
                link.stylesheet.compile()

    def accepting(self) -> Pipeline:
        """The same pipeline, for documents whose edits are accepted and pinned anew."""
        other = copy(self)
        other.repin = True
        return other

    @property
    def trusted(self) -> bool:
        """Whether every stylesheet that can run is xfm's own."""
        return not self.strangers

    @property
    def strangers(self) -> dict[str, str]:
        """The stylesheets that can run and are not xfm's own: id -> name of the plugin.

        A plugin may contribute something else for each baseline, and which one runs the document decides.
        """
        links = [link for baseline in builtin.BASELINES for link in self.chain(baseline).links]
        return {link.stylesheet.id: link.plugin for link in links if not (link.stylesheet.builtin or link.idle)}

    def run(self, data: bytes, progress: Callable[[str, str], None] | None = None) -> Result:
        """Take one document through the chain.

        :param data: the XML of one domain.
        :param progress: called with stage and id before each stylesheet.
        :raises XfmError: with every secret of the document masked in its message.
        """
        document = source.parse_domain(data)
        try:
            result = Run(self, document, progress).run()
        except XfmError as error:
            hidden = redact.secrets(document)
            raise error.rewritten(lambda text: redact.scrub(text, hidden)) from None
        if not (result.notes or result.left_out or result.noticed):
            return result
        hidden = redact.secrets(document)
        return result._replace(
            notes=tuple(redact.scrub(note, hidden) for note in result.notes),
            left_out=tuple(LeftOut(*(redact.scrub(field, hidden) for field in fields)) for fields in result.left_out),
            noticed=tuple(
                found._replace(was=redact.scrub(found.was, hidden), now=redact.scrub(found.now, hidden))
                for found in result.noticed
            ),
        )


def stages_until(last: str | None) -> tuple[str, ...]:
    """The stages that run where ``last`` is to be the last one (None: all); the result is laid out in any case.

    :raises UsageError: stage-unknown.
    """
    if last is None:
        return STAGES
    if last not in STAGES:
        raise UsageError("stage-unknown", f"there is no stage {last}", hint=suggestion(last, STAGES))
    return tuple(dict.fromkeys((*STAGES[: STAGES.index(last) + 1], STAGES[-1])))
