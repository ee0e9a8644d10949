"""The flow: bytes -> source -> schema -> each stage, checked where it changed something -> sink -> bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import builtin, cdata, chain, checks, pin, redact, source
from xfm.errors import DocumentError, UsageError, XfmError
from xfm.hookspecs import STAGES
from xfm.knowledge import Knowledge, RunDocuments
from xfm.model import LeftOut, Result, Step
from xfm.serialize import serialize
from xfm.stylesheet.declaration import suggestion
from xfm.stylesheet.stylesheet import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _ElementTree

    from xfm.chain import Chain, Link
    from xfm.plugins import Plugins
    from xfm.schema import Schema

_LEFT_OUT = "xfm-left-out: "

#: A document that libvirt has completed: a device has an address (other than a drive's, which people write themselves)
#: or an alias of libvirt's, or the guest runs (formatdomain.html, device addresses; domain/@id is only in the dump of a
#: running one), or, where no device needs an address, it has uuid, versioned machine and root bus, or on a machine
#: without PCI all that libvirt always says.
_existing_guest = etree.XPath(
    "boolean(/domain/@id | /domain/devices/*/address[@type != 'drive']"
    " | /domain/devices/*/alias[not(starts-with(@name, 'ua-'))]"
    " | /domain[uuid][contains(os/type/@machine, '-')]/devices/controller[@model = 'pci-root' or @model = 'pcie-root']"
    " | /domain[uuid][vcpu/@placement][on_poweroff][on_reboot][on_crash][clock]/devices/emulator)"
)


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
    """

    def __init__(
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
    ) -> None:
        self.plugins = plugins
        self.schema = schema
        self.parameters = dict(parameters or {})
        self.baseline = baseline
        self.new_guests = new_guests
        self.stages = stages_until(until)
        self.knowledge = knowledge or Knowledge((), None, schema)
        self.record = record
        self.provenances: dict[tuple[int, bool], bytes] = {}  # of documents without a pin, which are all alike
        self._chains: dict[int, Chain] = {}
        self.chain(new_guests if baseline is None else baseline)  # so that a broken plugin shows at once

    def chain(self, baseline: int) -> Chain:
        """The chain of a baseline, built when it is first asked for."""
        if baseline not in self._chains:
            chain.check_baseline(baseline)
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
        if not (result.notes or result.left_out):
            return result
        hidden = redact.secrets(document)
        return result._replace(
            notes=tuple(redact.scrub(note, hidden) for note in result.notes),
            left_out=tuple(LeftOut(*(redact.scrub(field, hidden) for field in fields)) for fields in result.left_out),
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
        self.baseline = self._choose_baseline()
        self.chain = pipeline.chain(self.baseline)
        self.documents = RunDocuments(pipeline.knowledge, document, self.baseline, self.notes.append)
        self.running, kept_away = self.chain.running(self.pin)
        self.notes += [
            f"{link.stylesheet.id} is not what this guest was pinned with and could change what it sees: not applied"
            for link in kept_away
            if not link.stylesheet.builtin  # one of xfm's own was switched off when the guest was pinned
        ]
        self.steps: list[Step] = []
        self.left_out: list[LeftOut] = []

    def run(self) -> Result:
        faults = checks.violations(self.pipeline.schema, self.document)
        for stage in self.pipeline.stages:
            if faults and stage != STAGES[0]:
                raise checks.refusal(faults)
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
        return Result(xml, self.baseline, tuple(self.steps), tuple(self.notes), tuple(self.left_out))

    def _choose_baseline(self) -> int:
        asked = self.pipeline.baseline
        if self.pin is not None:
            if asked not in (None, self.pin.baseline):
                raise DocumentError(
                    "pinned",
                    f"the document is pinned to baseline {self.pin.baseline}, and --baseline asks for {asked}",
                    xpath="/domain/metadata/xfm:pin/@baseline",
                    hint="leave --baseline out: a pinned guest is processed with its own",
                )
            return self.pin.baseline
        if asked is not None:
            return asked
        if _existing_guest(self.document):
            self.notes.append(
                "this guest exists already (libvirt gave it addresses, aliases or an id, and it has no pin): "
                "baseline 0, nothing that it could notice is changed; "
                f"--baseline {builtin.NEWEST} treats it as a new one"
            )
            return 0
        return self.pipeline.new_guests

    def _apply_stage(self, stage: str) -> list[tuple[Link, _ElementTree]]:
        """Run the stylesheets of a stage; give those that changed something, each with what it left."""
        trail = []
        documents = self.documents
        if stage == "pin":
            documents = documents.with_document(PROVENANCE, self._provenance())
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
        changed = self.text != self.input_text
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
