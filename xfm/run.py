"""One document on its way through the chain: schema -> each stage, checked where it changed something -> bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import baselines, cdata, checks, pin, redact
from xfm.errors import DocumentError, XfmError
from xfm.guard import Guard
from xfm.hookspecs import STAGES, UNSEEN_STAGES
from xfm.knowledge import RunDocuments
from xfm.model import LeftOut, Result, Step
from xfm.serialize import serialize
from xfm.stylesheet.stylesheet import ABI, PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _ElementTree

    from xfm.chain import Link
    from xfm.model import Difference, Pin
    from xfm.pipeline import Pipeline

_LEFT_OUT = "xfm-left-out: "


class Run:
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
        self.notes: list[str] = []
        self.pin = self._read_pin()
        self.baseline = self._choose_baseline()
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
        if pipeline.host_only:
            self.running = [link for link in self.running if _is_for_a_host(link)]
        self.steps: list[Step] = []
        self.left_out: list[LeftOut] = []

    def _read_pin(self) -> Pin | None:
        """The pin, which decides what runs. Who only fits the document to a host can do without."""
        try:
            return pin.read(self.document)
        except DocumentError:
            if not self.pipeline.host_only:
                raise
            return None

    def _choose_baseline(self) -> int:
        pipeline = self.pipeline
        if pipeline.host_only:
            return self.pin.baseline if self.pin else 0
        return baselines.choose(
            self.document,
            self.pin,
            asked=pipeline.baseline,
            new_guests=pipeline.new_guests,
            upgrade_to=pipeline.upgrade_to,
            repin=pipeline.repin,
            note=self.notes.append,
        )

    def run(self) -> Result:
        """Take it through all stages.

        :raises XfmError: as :meth:`xfm.pipeline.Pipeline.run`.
        """
        if self.pipeline.host_only:
            return self._fit()
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
        xml = self._serialized()
        pinned = any(step.changed for step in self.steps if step.stage == "pin")
        checks.check_output(self.pipeline.schema, xml, with_pin=pinned)
        return self._result(xml, tuple(self.guard.noticed))

    def _fit(self) -> Result:
        """Fit it to this host: the guest that comes in is the one that leaves, whatever its pin says.

        What was not valid when it came in cannot be validated afterwards either: libvirt's schemas differ from version
        to version, and the guest may come from another.
        """
        valid = not checks.violations(self.pipeline.schema, self.document)
        self.guard.enter(self.document)
        for stage in self.pipeline.stages:
            trail = self._apply_stage(stage)
            if trail and valid:
                checks.check_stage(self.pipeline.schema, stage, trail, [])
        self.guard.leave(self.document)
        xml = self._serialized()
        if valid:
            checks.check_output(self.pipeline.schema, xml, with_pin=False)
        return self._result(xml, ())

    def _serialized(self) -> bytes:
        if self.with_sections is not None:
            cdata.restore(self.with_sections, self.document)
        return serialize(self.document)

    def _result(self, xml: bytes, noticed: tuple[Difference, ...]) -> Result:
        return Result(xml, self.baseline, tuple(self.steps), tuple(self.notes), tuple(self.left_out), noticed)

    def _leave_guard(self) -> None:
        self.guard.leave(self.document)
        if self.guard.gets_video:
            self.notes.append(
                "libvirt will add a video device when this is defined, and the guest will see it: "
                "say so in the document"
            )

    def _new_guard(self) -> Guard:
        if self.pipeline.host_only:
            return Guard(None, exists=True, mask=self._masked)
        recorded = pin.read_abi(self.document) if self.pin else None
        if self.pin and recorded is None:
            self.notes.append("the pin holds nothing of what the guest sees: from now on it does, as the guest is now")
        return Guard(
            recorded,
            exists=self.pin is not None or self.baseline == 0,
            repin=self.pipeline.repin,
            may_change=self.pipeline.repin or self.pipeline.upgrade_to is not None,
            mask=self._masked,
        )

    def _masked(self, text: str) -> str:
        return redact.scrub(text, redact.secrets(self.document))

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


def _is_for_a_host(link: Link) -> bool:
    """Whether it is a site's, for any guest at any time, and no guest can notice it."""
    declaration = link.stylesheet.declaration
    return declaration.abi == "host" and not (declaration.once or link.stylesheet.builtin)
