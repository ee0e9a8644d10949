"""Define a guest: an existing one is only replaced when asked, and what it was is kept."""

from __future__ import annotations

from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import abi, changes, pin, redact, source
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import guests, replacing
from xfm.libvirt.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libvirt
    from lxml.etree import _ElementTree

    from xfm.changes import Change
    from xfm.libvirt.guests import Transform
    from xfm.model import Difference, Result


class Defined(NamedTuple):
    """What became of a definition.

    :param result: the last run of the chain, whose document is the definition, byte for byte.
    :param state: ``created``, ``replaced`` or ``unchanged``.
    :param added: what libvirt completed, node by node, the pin left out.
    :param noticed: what the guest that was there before will notice at its next start.
    """

    domain: libvirt.virDomain
    result: Result
    state: str
    added: tuple[Change, ...]
    noticed: tuple[Difference, ...]


def define(
    connection: libvirt.virConnect, xml: bytes, transform: Transform, *, replace: bool = False, accept: bool = False
) -> Defined:
    """Define a guest, read back what libvirt made of it, and settle its pin.

    :param xml: what the chain made of the user's document.
    :param transform: the chain, for what is read back.
    :param replace: whether a guest of that name and UUID may be replaced.
    :param accept: whether what a pinned guest sees may change by that.
    :raises DocumentError: domain-exists, abi-changed, libvirt-refused; the guest is as it was then.
    :raises MissingError: file, where the old definition cannot be kept.
    """
    document = source.parse_domain(xml)
    name = document.findtext("name", "")
    old = _same_guest(connection, document, name)
    uuid = old.UUIDString() if old else document.findtext("uuid", "").strip()
    task = _Task(connection, Kept(connection.getURI(), uuid), name, xml, transform)
    if old is None:
        return task.create()
    if not old.isPersistent():
        return task.make_persistent(old, _Before(guests.live(old) or b"", document, accept=accept))
    was = guests.definition(old)
    if task.is_done(was):
        return task.settled(old, "unchanged")
    if not replace:
        raise DocumentError(
            "domain-exists",
            f"there is a guest {name} with another definition",
            xpath="/domain/name",
            hint="--replace replaces it, and keeps the old definition for `xfm define --undo`; nothing was changed",
        )
    return task.replace(old, was, _Before(was, document, accept=accept))


class _Task(NamedTuple):
    """A document that is to become a guest's definition."""

    connection: libvirt.virConnect
    kept: Kept
    name: str
    xml: bytes
    transform: Transform

    def is_done(self, was: bytes) -> bool:
        """Whether a guest is what became of the document already."""
        if guests.without_pin(was) == guests.without_pin(self.xml) and guests.pin_of(was) == guests.pin_of(self.xml):
            return True
        became = self.kept.became(self.xml, was)
        return _completes(self.xml, was) if became is None else became

    def create(self) -> Defined:
        """Define a guest that is not there; refused, it is not there again."""
        with self._sent():
            domain = guests.define(self.connection, self.xml, self.name)
            self.kept.forget_definition()  # what is kept was another guest's
            with _taken_back(domain):
                return self.settled(domain, "created")

    def make_persistent(self, domain: libvirt.virDomain, before: _Before) -> Defined:
        """Define a guest that runs without a definition; refused, it has none again."""
        before.refuse(self.name, before.certain())
        with self._sent():
            guests.define(self.connection, self.xml, self.name)
            with _taken_back(domain):
                done = self.settled(domain, "created")
                before.refuse(self.name, before.changes(done.result.xml))
                return done

    def replace(self, old: libvirt.virDomain, was: bytes, before: _Before) -> Defined:
        """Replace a guest's definition; should it come out otherwise than it may, it is put back."""
        before.refuse(self.name, before.certain())

        def check(became: bytes) -> None:
            before.refuse(self.name, before.changes(became))

        with self._sent():
            domain, result = replacing.replace(old, was, self.xml, self.transform, check)
        state = "unchanged" if result.xml == was else "replaced"
        return self._done(domain, result, state)._replace(noticed=tuple(before.changes(result.xml)))

    @contextmanager
    def _sent(self) -> Iterator[None]:
        """While libvirt is given the document: a note of it, which goes if it is refused."""
        self.kept.note_sent(self.xml)
        try:
            yield
        except DocumentError:
            self.kept.forget_sent(self.xml)
            raise

    def settled(self, domain: libvirt.virDomain, state: str) -> Defined:
        """What became of the guest, once its pin has taken up what libvirt completed."""
        return self._done(domain, guests.settle(domain, self.transform), state)

    def _done(self, domain: libvirt.virDomain, result: Result, state: str) -> Defined:
        self.kept.note_sent(self.xml, guests.definition(domain))
        added = changes.between(_shown(self.xml), _shown(result.xml)) if state != "unchanged" else []
        return Defined(domain, result, state, tuple(added), ())


@contextmanager
def _taken_back(domain: libvirt.virDomain) -> Iterator[None]:
    """While a guest that was defined just now is settled: refused, its definition goes, and nothing that it has beside.

    :raises MissingError: busy, where somebody else has made it his own meanwhile.
    """
    import libvirt

    stored, ran = guests.definition(domain), domain.isActive()
    try:
        yield
    except DocumentError as error:
        now = guests.definition(domain)
        if guests.without_pin(now) != guests.without_pin(stored) or domain.isActive() != ran:
            raise MissingError(
                "busy",
                f"{domain.name()} is defined, and then somebody else changed it: {error.message}",
                hint="look at what it is now; `xfm define --replace` defines it anew",
            ) from None
        keep = libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | getattr(libvirt, "VIR_DOMAIN_UNDEFINE_KEEP_TPM", 0)
        domain.undefineFlags(keep)
        raise


def _completes(xml: bytes, stored: bytes) -> bool:
    """Whether a definition is a document with what libvirt completes, and nothing that somebody else has changed."""
    if abi.changes(abi.project(source.parse_domain(xml)), abi.project(source.parse_domain(stored))):
        return False
    found = changes.between(guests.without_pin(xml), guests.without_pin(stored))
    # a size may have come with another unit: what the guest sees of it is compared above
    return all(not change.before or change.xpath.endswith(("/@unit", "emory/text()")) for change in found)


class _Before:
    """What a guest saw before it is given another definition.

    :param accept: whether it may see something else, though it is pinned.
    :raises DocumentError: pin-invalid, pin-newer, where nobody can say what it saw and that is not accepted.
    """

    def __init__(self, was: bytes, document: _ElementTree, *, accept: bool) -> None:
        old = source.parse_domain(was)
        recorded = None
        try:
            recorded = pin.read_abi(old) if pin.read(old) else None
        except DocumentError as error:
            if not accept:
                error.hint = "that is the guest's own pin; --repin takes the document all the same"
                raise
        self._document = document
        self._seen = recorded or abi.project(old)
        self._guarded = recorded is not None and not accept
        self._hidden = [*redact.secrets(old), *redact.secrets(document)]

    def changes(self, became: bytes) -> list[Difference]:
        """What differs from what the guest has become, with secrets masked."""
        return self._masked(abi.changes(self._seen, abi.project(source.parse_domain(became), self._seen.version)))

    def certain(self) -> list[Difference]:
        """What differs whatever libvirt makes of the document, with secrets masked."""
        other = abi.project(self._document, self._seen.version)
        backwards = {(found.where, found.fact) for found in abi.changes(other, self._seen)}
        found = [one for one in abi.changes(self._seen, other) if (one.where, one.fact) in backwards]
        return self._masked(found)

    def _masked(self, found: list[Difference]) -> list[Difference]:
        def scrub(text: str) -> str:
            return redact.scrub(text, self._hidden)

        return [one._replace(was=scrub(one.was), now=scrub(one.now)) for one in found]

    def refuse(self, name: str, found: list[Difference]) -> None:
        """Refuse what the guest would notice.

        :raises DocumentError: abi-changed.
        """
        if found and self._guarded:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise DocumentError(
                "abi-changed",
                f"the guest {name} is pinned, and would see something else: {abi.describe(found[0])}{more}",
                hint="undo it in the document, or accept it: --repin; the guest is as it was",
            )


def _shown(xml: bytes) -> bytes:
    return etree.tostring(redact.redacted(source.parse(guests.without_pin(xml))))


def _same_guest(connection: libvirt.virConnect, document: _ElementTree, name: str) -> libvirt.virDomain | None:
    """The guest that the document would replace.

    :raises DocumentError: domain-exists, where name and UUID are those of two guests, or one has been given away.
    """
    uuid = document.findtext("uuid", "").strip()
    by_name, by_uuid = guests.by_name(connection, name), guests.by_uuid(connection, uuid)
    if by_name is not None and uuid and by_name.UUIDString() != uuid.lower():
        raise DocumentError(
            "domain-exists",
            f"there is a guest {name} with another UUID, {by_name.UUIDString()}",
            xpath="/domain/uuid",
            hint="give the document another name, or that UUID; nothing was changed",
        )
    if by_uuid is not None and by_uuid.name() != name:
        raise DocumentError(
            "domain-exists",
            f"the UUID {uuid} is that of the guest {by_uuid.name()}",
            xpath="/domain/uuid",
            hint="a copy needs a UUID of its own; `virsh domrename` renames a guest; nothing was changed",
        )
    return by_name


def undo(connection: libvirt.virConnect, domain: libvirt.virDomain) -> list[Difference]:
    """Give a guest the definition that it had before it was last replaced; doing so again takes that back.

    :return: what the guest will notice at its next start.
    :raises MissingError: no-domain, where nothing is kept.
    :raises DocumentError: libvirt-refused, changed-meanwhile; the guest is as it was then.
    """
    kept = Kept(connection.getURI(), domain.UUIDString())
    was = guests.definition(domain)
    xml = kept.definition(was)
    if xml is None:
        raise MissingError(
            "no-domain",
            f"nothing is kept of what {domain.name()} was before",
            hint="only what `xfm define --replace` replaced, by this user on this host, can be had back",
        )
    name = source.parse_domain(xml).findtext("name", "")
    if name != domain.name():
        raise DocumentError(
            "renamed",
            f"{domain.name()} was called {name} before, and libvirt does not rename a guest by its definition",
            hint=f"`virsh domrename {quote(domain.name())} {quote(name)}` first; nothing was changed",
        )
    noticed = _Before(was, source.parse_domain(xml), accept=True).changes(xml)
    with kept.replacing(was):
        guests.redefine(domain, was, xml)
    return noticed
