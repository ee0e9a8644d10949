"""The flow: bytes -> source -> schema -> each stage, checked where it changed something -> sink -> bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import baselines, builtin, cdata, chain, checks, pin, redact, source
from xfm.errors import UsageError, XfmError
from xfm.guard import Guard
from xfm.hookspecs import STAGES, UNSEEN_STAGES
from xfm.knowledge import Knowledge, RunDocuments
from xfm.model import LeftOut, Result, Step
from xfm.serialize import serialize
from xfm.stylesheet.declaration import suggestion
from xfm.stylesheet.stylesheet import ABI, PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _ElementTree

    from xfm.chain import Chain, Link
    from xfm.plugins import Plugins
    from xfm.schema import Schema

_LEFT_OUT = "xfm-left-out: "


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
            result = _Run(self, document, progress).run()
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


class _Run:
    """One document on its way through the chain."""

    def __init__(self, pipeline: Pipeline, document: _ElementTree, progress: Callable[[str, str], None] | None) -> None:
        self.pipeline = pipeline
        self.document = document
        self.text = etree.tostring(document)
        self.with_sections = cdata.to_text(document) if cdata.OPENING in self.text else None
        if self.with_sections is not None:
            self.text = etree.tostring(document)
        self.input_text = self.text
        self.progress = progress
        self.pin = pin.read(document)
        self.notes: list[str] = []
        self.baseline = baselines.choose(
            document,
            self.pin,
            asked=pipeline.baseline,
            new_guests=pipeline.new_guests,
            upgrade_to=pipeline.upgrade_to,
            repin=pipeline.repin,
            note=self.notes.append,
        )
        self.chain = pipeline.chain(self.baseline)
        self.guard = self._new_guard()
        self.documents = RunDocuments(pipeline.knowledge, document, self.baseline, self.notes.append)
        moved = self.pin is not None and self.baseline != self.pin.baseline
        self.running, kept_away = self.chain.running(
            self.pin, pipeline.chain(self.pin.baseline) if self.pin and moved else None
        )
        self.notes += [
            f"{link.stylesheet.id} is not what this guest was pinned with and could change what it sees: not applied"
            for link in kept_away
            if not link.stylesheet.builtin  # one of xfm's own was switched off when the guest was pinned
        ]
        self.steps: list[Step] = []
        self.left_out: list[LeftOut] = []

    def run(self) -> Result:
        faults = checks.violations(self.pipeline.schema, self.document)
        if not faults:
            self.guard.enter(self.document)
        unseen = next(stage for stage in self.pipeline.stages if stage in UNSEEN_STAGES)
        for stage in self.pipeline.stages:
            if stage != STAGES[0]:
                if faults:
                    raise checks.refusal(faults)
                self.guard.enter(self.document)
            if stage == unseen:
                self._leave_guard()
            trail = self._apply_stage(stage)
            if trail:
                faults = checks.check_stage(self.pipeline.schema, stage, trail, faults)
        if faults:
            raise checks.refusal(faults)
        if self.with_sections is not None:
            cdata.restore(self.with_sections, self.document)
        xml = serialize(self.document)
        pinned = any(step.changed for step in self.steps if step.stage == "pin")
        checks.check_output(self.pipeline.schema, xml, with_pin=pinned)
        noticed = tuple(self.guard.noticed)
        return Result(xml, self.baseline, tuple(self.steps), tuple(self.notes), tuple(self.left_out), noticed)

    def _leave_guard(self) -> None:
        self.guard.leave(self.document)
        if self.guard.gets_video:
            self.notes.append(
                "libvirt will add a video device when this is defined, and the guest will see it: "
                "say so in the document"
            )

    def _new_guard(self) -> Guard:
        recorded = pin.read_abi(self.document) if self.pin else None
        if self.pin and recorded is None:
            self.notes.append("the pin holds nothing of what the guest sees: from now on it does, as the guest is now")
        return Guard(
            recorded,
            exists=self.pin is not None or self.baseline == 0,
            repin=self.pipeline.repin,
            may_change=self.pipeline.repin or self.pipeline.upgrade_to is not None,
            mask=lambda text: redact.scrub(text, redact.secrets(self.document)),
        )

    def _apply_stage(self, stage: str) -> list[tuple[Link, _ElementTree]]:
        """Run the stylesheets of a stage; give those that changed something, each with what it left."""
        trail = []
        documents = self.documents
        if stage == "pin":
            seen = self.guard.seen
            document = self.document
            documents = documents.with_documents(
                {PROVENANCE: self._provenance, ABI: lambda: pin.abi_record(seen(document))}
            )
        for link in self.running:
            if link.stage != stage:
                continue
            if not link.stylesheet.concerns(self.document):
                self.steps.append(Step(stage, link.stylesheet.id, False))
                continue
            if self.progress:
                self.progress(stage, link.stylesheet.id)
            try:
                after, messages = link.stylesheet.apply(self.document, link.values, documents)
            except XfmError as error:
                raise error.located(stage=stage, plugin=link.plugin) from None
            self._hear(link, messages)
            text = etree.tostring(after)
            changed = text != self.text
            self.steps.append(self._step(link, after) if changed else Step(stage, link.stylesheet.id, False))
            if changed:
                checks.check_layout(link, self.document, after)
                self.guard.passed(link, self.document, after)
                self.document, self.text = after, text
                trail.append((link, after))
        return trail

    def _hear(self, link: Link, messages: list[str]) -> None:
        """Tell what is for the user from what is for who asks why (stylesheets/lib/remarks.xsl)."""
        for message in messages:
            _, found, text = message.partition(_LEFT_OUT)
            if found:
                what, _, why = text.partition(": ")
                self.left_out.append(LeftOut(link.stage, link.stylesheet.id, what, why))
            else:
                self.notes.append(f"{link.stylesheet.id}: {message}")

    def _provenance(self) -> bytes:
        """What the pin stage reads."""
        moved = self.pin is not None and self.baseline != self.pin.baseline
        changed = self.text != self.input_text or moved or self.guard.settles
        known = self.pipeline.provenances
        if self.pin is None and (self.baseline, changed) in known:
            return known[self.baseline, changed]
        provenance = pin.provenance(
            self.chain.links,
            self.running,
            baseline=self.baseline,
            schema_version=self.pipeline.schema.version,
            pin=self.pin,
            changed=changed,
        )
        if self.pin is None:
            known[self.baseline, changed] = provenance
        return provenance

    def _step(self, link: Link, after: _ElementTree) -> Step:
        shown = (self._shown(self.document), self._shown(after)) if self.pipeline.record else (b"", b"")
        return Step(link.stage, link.stylesheet.id, True, *shown)

    def _shown(self, document: _ElementTree) -> bytes:
        """A document as a diff shows it: in the final layout, so that only what a stylesheet did stands out."""
        document = redact.redacted(document)
        for link in self.chain.links:
            if link.stage == "layout" and not link.idle:
                document, _ = link.stylesheet.apply(document, link.values, {})
        return serialize(document)
