"""Replace a guest's definition by an edited one, with the chain and the guard in between; what it was is kept."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import changes, pin, source
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import guests, replacing
from xfm.libvirt.connection import is_lost
from xfm.model import PIN_NAMESPACE

if TYPE_CHECKING:
    import libvirt
    from lxml.etree import _Element, _ElementTree

    from xfm.changes import Change
    from xfm.libvirt.guests import Transform
    from xfm.model import Result

_PIN = f"metadata/{{{PIN_NAMESPACE}}}pin"
_PIN_TEXT = re.compile(rb"<xfm:pin\b.*?</xfm:pin>", re.DOTALL)


class Base(NamedTuple):
    """A guest's definition, as an edit begins with it."""

    name: str
    uuid: str
    xml: bytes


class Edited(NamedTuple):
    """What became of an edit: the run of the chain over the text, and the one that had nothing left to do."""

    domain: libvirt.virDomain
    ran: Result
    settled: Result


def base_of(domain: libvirt.virDomain) -> Base:
    """The stored definition of a guest.

    :raises MissingError: no-domain, where it is transient.
    """
    if not domain.isPersistent():
        raise MissingError(
            "no-domain",
            f"{domain.name()} is transient: libvirt has no definition of it that could be edited",
            hint=f"`virsh dumpxml --migratable --security-info {quote(domain.name())} | xfm define` makes one of it",
        )
    return Base(domain.name(), domain.UUIDString(), guests.definition(domain))


def answers(connection: libvirt.virConnect) -> bool:
    """Whether libvirt still answers over a connection that was idle."""
    import libvirt

    try:
        connection.getLibVersion()
    except libvirt.libvirtError as error:
        return not is_lost(error)
    return True


def replace(
    connection: libvirt.virConnect, base: Base, text: bytes, *, transform: Transform, accept: Transform | None = None
) -> Edited:
    """Replace the definition that an edit began with by what the chain makes of a text, and settle its pin.

    :param accept: the chain that accepts what a pinned guest will notice; None where that is refused.
    :raises DocumentError: renamed, pinned, changed-meanwhile, libvirt-refused, or what the chain raises; the guest is
        as it was then.
    :raises MissingError: no-domain, where the guest is gone; busy; file, where its old definition cannot be kept.
    """
    document = source.parse_domain(text)
    _check_same_guest(base, document)
    _check_pin(source.parse_domain(base.xml), document)
    ran = (accept or transform if document.find(_PIN) is not None else transform)(text)
    with guests.held(base.name, connection.getURI()):
        domain = guests.by_uuid(connection, base.uuid)
        if domain is None:
            raise guests.gone(base.name)
        if ran.xml == base.xml == guests.definition(domain):
            return Edited(domain, ran, ran)
        done = replacing.replace(domain, base.xml, ran.xml, transform)
        return Edited(done.domain, ran, done.result)


def rebased(text: bytes, base: Base, now: Base) -> bytes:
    """A text that was made of one definition, with the pin that the guest has now; all else of it stays."""
    old, new = (_PIN_TEXT.findall(xml) for xml in (base.xml, now.xml))
    if len(old) == len(new) == len(_PIN_TEXT.findall(text)) == 1:
        return _PIN_TEXT.sub(lambda _: new[0], text)
    return text


def changed(base: Base, now: Base) -> list[Change]:
    """What somebody else changed in the meantime; the pin left out."""
    return changes.between(guests.without_pin(base.xml), guests.without_pin(now.xml))


def _check_same_guest(base: Base, document: _ElementTree) -> None:
    """Refuse a text that would define another guest, beside this one.

    :raises DocumentError: renamed.
    """
    uuid = document.findtext("uuid", "").strip().lower().replace("-", "")
    found = {"name": document.findtext("name", ""), "uuid": uuid}
    for what, was in (("name", base.name), ("uuid", base.uuid.replace("-", ""))):
        if found[what] != was:
            shown = base.uuid if what == "uuid" else was
            raise DocumentError(
                "renamed",
                f"an edit keeps a guest's name and UUID, and the {what} is no more {shown}",
                xpath=f"/domain/{what}",
                hint=f"put it back; `virsh domrename` renames a guest, and `xfm define` makes another; {_AS_IT_WAS}",
            )


_AS_IT_WAS = "the guest is as it was"


def _check_pin(was: _ElementTree, document: _ElementTree) -> None:
    """Hold an editor's hands off the pin: without it, or with another, nobody guards what the guest sees.

    One that was damaged already may be repaired, or taken away.

    :raises DocumentError: pinned.
    """
    try:
        if pin.read(was) is None:
            return
        pin.read_abi(was)
    except DocumentError:
        return
    old, new = was.find(_PIN), document.find(_PIN)
    if new is None or _said(old) != _said(new):
        raise DocumentError(
            "pinned",
            f"the guest is pinned, and its pin was {'taken away' if new is None else 'edited'}",
            xpath="/domain/metadata/xfm:pin",
            hint=f"put it back as it was; to change what the guest sees, `xfm edit --repin`; {_AS_IT_WAS}",
        )


def _said(element: _Element | None) -> list[tuple[str, list[tuple[str, str]], str]]:
    """All that a pin says, whatever its indentation."""
    if element is None:
        return []
    return [
        (etree.QName(one).localname, sorted((str(k), str(v)) for k, v in one.items()), (one.text or "").strip())
        for one in element.iter("*")
    ]
