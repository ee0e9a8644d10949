"""What there is to say of one guest, by the documents that libvirt has of it: the part of an audit that asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import abi, builtin, checks, pin, redact, source
from xfm.errors import DocumentError
from xfm.model import PIN_NAMESPACE
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _ElementTree

    from xfm.abi import Abi
    from xfm.model import Difference, Pin
    from xfm.schema import Schema

_PIN = f"metadata/{{{PIN_NAMESPACE}}}pin"
STORED, RUNNING = "stored", "running"
DEPRECATED, UNKNOWN = "deprecated", "unknown here"


class Dump(NamedTuple):
    """A guest as libvirt has it.

    :param stored: its definition; None for a transient guest.
    :param live: what it is as it runs; None where it is shut off.
    :param machine: the name of its machine; empty where it has none.
    :param support: what the host says of that: ``ok``, ``deprecated``, ``unknown here``, or nothing.
    :param fault: why it cannot be judged: libvirt does not show it, or it cannot be read; empty where it can.
    """

    name: str
    uuid: str
    state: str
    stored: bytes | None = None
    live: bytes | None = None
    machine: str = ""
    support: str = ""
    fault: str = ""


class Verdict(NamedTuple):
    """What there is to say of a guest.

    :param faults: by libvirt's schema; None where the document could not be read.
    :param baseline: that of its pin; None where it has no pin that can be read.
    :param pin_fault: what is wrong with its pin, in words.
    :param changes: by document, ``stored`` and ``running``: what the guest sees otherwise than its pin has it; None
        where there is nothing to compare it with.
    :param machine: as :class:`Dump` has it; as is ``support``.
    :param lacking: the aliases that its devices lack; None where they may not have any.
    :param needs: what a person has to see to, in words.
    """

    name: str
    uuid: str
    state: str
    persistent: bool = True
    faults: tuple[str, ...] | None = None
    baseline: int | None = None
    pin_fault: str = ""
    changes: dict[str, tuple[Difference, ...]] | None = None
    machine: str = ""
    support: str = ""
    lacking: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()

    @property
    def newer(self) -> int | None:
        """The newest baseline, where that of the pin is older."""
        return builtin.NEWEST if self.baseline is not None and self.baseline < builtin.NEWEST else None


def judge(dump: Dump, schema: Schema) -> Verdict:
    """What there is to say of a guest; of a transient one, by what it is as it runs.

    :raises MissingError: schemas-missing.
    """
    verdict = Verdict(dump.name, dump.uuid, dump.state, machine=dump.machine, support=dump.support)
    data = dump.live if dump.stored is None else dump.stored
    if data is None or dump.fault:
        return verdict._replace(needs=(dump.fault,))
    verdict = verdict._replace(persistent=dump.stored is not None)
    try:
        judging = _Judging(source.parse_domain(data), RUNNING if dump.stored is None else STORED)
        if dump.stored is not None and dump.live is not None:
            judging.watch(source.parse_domain(dump.live))
        return judging.verdict(verdict, schema)
    except DocumentError as error:
        return verdict._replace(needs=(f"cannot be read: {error.message}",))


class _Judging:
    """One guest under judgement.

    :param document: its definition, or what there is.
    :param which: which of the two that is.
    """

    def __init__(self, document: _ElementTree, which: str) -> None:
        self._document = document
        self._documents = {which: document}
        self._pin, self._recorded, self._pin_fault = _pin_of(document)
        self._running_fault = ""

    def watch(self, live: _ElementTree) -> None:
        """Have a guest judged by what it is as it runs, too."""
        self._documents[RUNNING] = live

    def verdict(self, verdict: Verdict, schema: Schema) -> Verdict:
        """The verdict, with all that there is to say."""
        changes = self._changes() if self._recorded else None
        identity = own.transform("audit/identity.xsl", self._document).getroot()
        lacking = None if identity.get("none") else tuple(alias.get("name", "") for alias in identity)
        verdict = verdict._replace(
            faults=tuple(violation.message for violation in checks.violations(schema, self._document)),
            baseline=self._pin.baseline if self._pin else None,
            pin_fault=self._pin_fault or self._running_fault,
            changes=changes,
            lacking=lacking,
        )
        return verdict._replace(needs=tuple(self._needs(verdict)))

    def _changes(self) -> dict[str, tuple[Difference, ...]]:
        """What differs from the pin; one that runs since before it was pinned is held to the pin that came later."""
        found: dict[str, tuple[Difference, ...]] = {}
        for which, document in self._documents.items():
            recorded = self._recorded
            if document is not self._document and _pin_text(document) != _pin_text(self._document):
                _, at_start, self._running_fault = _pin_of(document)
                recorded = at_start or recorded
            if recorded is not None:
                hidden = redact.secrets(document)
                found[which] = tuple(
                    one._replace(was=redact.scrub(one.was, hidden), now=redact.scrub(one.now, hidden))
                    for one in abi.changes(recorded, abi.project(document, recorded.version))
                )
        return found

    def _needs(self, verdict: Verdict) -> Iterator[str]:
        if verdict.faults:
            yield f"not valid: {verdict.faults[0]}{_more(verdict.faults)}"
        if verdict.pin_fault:
            yield f"as it runs, {verdict.pin_fault}" if self._running_fault else verdict.pin_fault
        elif self._pin is None:
            yield "not pinned"
        elif self._recorded is None:
            yield "the pin holds nothing of what the guest sees"
        for which, found in (verdict.changes or {}).items():
            if found:
                how = "changed since it was pinned" if which == STORED else "runs otherwise than it was pinned"
                yield f"{how}: {abi.describe(found[0])}{_more(found)}"
        if verdict.support == DEPRECATED:
            yield f"the machine {verdict.machine} is deprecated"
        if verdict.support == UNKNOWN:
            yield f"this host has no machine {verdict.machine}"
        if verdict.lacking and self._pin is not None and _gives_aliases(self._pin):
            yield f"{len(verdict.lacking)} without an alias: {verdict.lacking[0]}{_more(verdict.lacking)}"


def _pin_of(document: _ElementTree) -> tuple[Pin | None, Abi | None, str]:
    """The pin of a document, what it holds of the guest ABI, and what is wrong with it."""
    found = None
    try:
        found = pin.read(document)
        return found, pin.read_abi(document) if found else None, ""
    except DocumentError as error:
        return found, None, error.message


def _pin_text(document: _ElementTree) -> bytes:
    """A pin in a form that can be compared."""
    found = document.find(_PIN)
    return b"" if found is None else etree.tostring(etree.ElementTree(found), method="c14n").strip()


def _gives_aliases(found: Pin) -> bool:
    """Whether the guest was pinned with the stylesheet that gives aliases; a site may have switched it off."""
    return any(identifier == "aliases" for _, identifier, _ in found.stylesheets)


def _more(found: tuple[object, ...]) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""
