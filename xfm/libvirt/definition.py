"""Define a guest: an existing one is only replaced when asked, and what it was is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import abi, changes, pin, redact, source
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import guests
from xfm.libvirt.kept import Kept

if TYPE_CHECKING:
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
    name = document.findtext("name", "").strip()
    old = _same_guest(connection, document, name)
    kept = Kept(connection.getURI(), old.UUIDString() if old else document.findtext("uuid", "").strip())
    if old is None:
        kept.note_sent(xml)
        return _settled(guests.define(connection, xml, name), xml, transform, "created", kept)
    was = guests.definition(old)
    if guests.without_pin(was) == guests.without_pin(xml) or kept.is_what_became_of(xml, was):
        return _settled(old, was, transform, "unchanged", kept)
    if not replace:
        raise DocumentError(
            "domain-exists",
            f"there is a guest {name} with another definition",
            xpath="/domain/name",
            hint="--replace replaces it, and keeps the old definition for `xfm define --undo`; nothing was changed",
        )
    before = _Before(was, accept=accept)
    before.refuse(name, before.certain(document))
    kept.keep(was)
    kept.note_sent(xml, was=was)
    done = _settled(guests.redefine(old, was, xml), xml, transform, "replaced", kept)
    noticed = before.changes(source.parse_domain(done.result.xml))
    try:
        before.refuse(name, noticed)  # what was left to libvirt, and came out otherwise
    except DocumentError:
        guests.redefine(done.domain, done.result.xml, was)
        raise
    return done._replace(noticed=tuple(noticed))


class _Before:
    """What a guest saw before it is replaced.

    :param accept: whether it may see something else, though it is pinned.
    :raises DocumentError: pin-invalid, pin-newer, where nobody can say what it saw and that is not accepted.
    """

    def __init__(self, was: bytes, *, accept: bool) -> None:
        document = source.parse_domain(was)
        recorded = None
        try:
            recorded = pin.read_abi(document) if pin.read(document) else None
        except DocumentError:
            if not accept:
                raise
        self._seen = recorded or abi.project(document)
        self._guarded = recorded is not None and not accept

    def changes(self, document: _ElementTree) -> list[Difference]:
        """What differs, what is left to libvirt included."""
        return abi.changes(self._seen, abi.project(document, self._seen.version))

    def certain(self, document: _ElementTree) -> list[Difference]:
        """What differs whatever libvirt makes of the document."""
        other = abi.project(document, self._seen.version)
        backwards = {(found.where, found.fact) for found in abi.changes(other, self._seen)}
        return [found for found in self.changes(document) if (found.where, found.fact) in backwards]

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


def _settled(domain: libvirt.virDomain, xml: bytes, transform: Transform, state: str, kept: Kept) -> Defined:
    result = guests.settle(domain, transform)
    if state != "unchanged":
        kept.note_sent(xml, became=result.xml)
    added = changes.between(_shown(xml), _shown(result.xml))
    return Defined(domain, result, state, tuple(added), ())


def _shown(xml: bytes) -> bytes:
    return etree.tostring(redact.redacted(source.parse(guests.without_pin(xml))))


def _same_guest(connection: libvirt.virConnect, document: _ElementTree, name: str) -> libvirt.virDomain | None:
    """The guest that the document would replace.

    :raises DocumentError: domain-exists, where name and UUID are those of two guests, or one has been given away.
    """
    uuid = document.findtext("uuid", "").strip()
    by_name, by_uuid = (guests.lookup(connection, key) if key else None for key in (name, uuid))
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


def undo(connection: libvirt.virConnect, guest: str) -> libvirt.virDomain:
    """Give a guest the definition that it had before it was last replaced; doing so again takes that back.

    :raises MissingError: no-domain, where nothing is kept.
    :raises DocumentError: libvirt-refused, changed-meanwhile; the guest is as it was then.
    """
    domain = guests.find(connection, guest)
    kept = Kept(connection.getURI(), domain.UUIDString())
    xml = kept.definition()
    if xml is None:
        raise MissingError(
            "no-domain",
            f"nothing is kept of what {domain.name()} was before",
            hint="only what `xfm define --replace` replaced, by this user on this host, can be had back",
        )
    was = guests.definition(domain)
    domain = guests.redefine(domain, was, xml)
    kept.keep(was)
    return domain
