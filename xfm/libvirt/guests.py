"""The guests of a connection: find one, read what it is, and replace its definition without a moment in between."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lxml import etree

from xfm import redact, resources, sink, source
from xfm.errors import DocumentError, MissingError
from xfm.libvirt.connection import submitted
from xfm.model import PIN_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    import libvirt
    from lxml.etree import _ElementTree

    from xfm.model import Result

    #: Takes a document through the chain.
    Transform = Callable[[bytes], Result]

_PIN = "{" + PIN_NAMESPACE + "}pin"
#: Seconds that one xfm waits for another that is at work on the same guest.
_PATIENCE = 30.0


def find(connection: libvirt.virConnect, guest: str) -> libvirt.virDomain:
    """The guest of that name, or else of that UUID.

    :raises MissingError: no-domain.
    """
    found = lookup(connection, guest)
    if found is None:
        from xfm.stylesheet.declaration import suggestion

        names = [domain.name() for domain in connection.listAllDomains()]
        raise MissingError("no-domain", f"libvirt has no guest {guest}", hint=suggestion(guest, names))
    return found


def lookup(connection: libvirt.virConnect, guest: str) -> libvirt.virDomain | None:
    """The guest of that name, or else of that UUID; None where there is none."""
    try:
        guest = os.fsencode(guest).decode()  # as it was typed, whatever the locale
    except UnicodeDecodeError:
        return None
    return by_name(connection, guest) or by_uuid(connection, guest)


def by_name(connection: libvirt.virConnect, name: str) -> libvirt.virDomain | None:
    """The guest of that name; None where there is none."""
    return _searched(connection.lookupByName, name)


def by_uuid(connection: libvirt.virConnect, uuid: str) -> libvirt.virDomain | None:
    """The guest of that UUID; None where there is none, or it is none."""
    return _searched(connection.lookupByUUIDString, uuid)


def _searched(search: Callable[[str], libvirt.virDomain], key: str) -> libvirt.virDomain | None:
    import libvirt

    try:
        return search(key) if key else None
    except libvirt.libvirtError as error:
        if error.get_error_code() not in (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_INVALID_ARG):
            raise
    return None


def gone(name: str) -> MissingError:
    """What tells that a guest vanished while it was worked on."""
    hint = "`xfm define FILE` makes a guest of a document"
    return MissingError("no-domain", f"the guest {name} is not there any more", hint=hint)


def definition(domain: libvirt.virDomain) -> bytes:
    """What libvirt has stored of a guest, with its secrets."""
    import libvirt

    return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)).encode()


def live(domain: libvirt.virDomain) -> bytes | None:
    """A guest as it runs, with its secrets; None where it is shut off."""
    import libvirt

    if not domain.isActive():
        return None
    try:
        document = str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)).encode()
    except libvirt.libvirtError:
        if domain.isActive():
            raise
        return None  # it stopped meanwhile
    # one that stops in between gives its definition, which has no id
    return document if source.parse(document).getroot().get("id") else None


def migratable(domain: libvirt.virDomain) -> bytes:
    """A guest that runs as another host would be sent it: with what was asked for, and not what QEMU made of that."""
    import libvirt

    return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_MIGRATABLE | libvirt.VIR_DOMAIN_XML_SECURE)).encode()


@contextmanager
def held(domain_name: str, uri: str) -> Iterator[None]:
    """Keep other xfm of this user on this host away from a guest.

    :raises MissingError: busy, where another one does not let go; file, where the state directory cannot be written.
    """
    from hashlib import sha256

    folder = os.path.join(resources.state_directory(), "locks")
    path = os.path.join(folder, sha256(f"{uri}\n{domain_name}".encode()).hexdigest()[:32])
    sink.make_private(folder)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise MissingError(
            "file", f"cannot write {path!r}: {error.strerror}", file=path, hint="make it writable"
        ) from error
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _locked(descriptor):
            if time.monotonic() > deadline:
                raise MissingError(
                    "busy",
                    f"another xfm is at work on {domain_name}, and has not come to an end within {_PATIENCE:g} seconds",
                    hint="run it again when that one is done; nothing was changed",
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def redefine(domain: libvirt.virDomain, was: bytes, xml: bytes) -> libvirt.virDomain:
    """Replace a guest's definition in one step, unless somebody else was faster.

    :param was: the definition that the new one was made of.
    :raises DocumentError: changed-meanwhile; libvirt-refused. The guest is as it was then.
    """
    if definition(domain) != was:
        raise DocumentError(
            "changed-meanwhile",
            f"somebody else changed the definition of {domain.name()} at the same time",
            hint="run it again, on what the guest is now; nothing was changed",
        )
    return define(domain.connect(), xml, domain.name())


def define(connection: libvirt.virConnect, xml: bytes, name: str) -> libvirt.virDomain:
    """Define a guest, with libvirt's own validation.

    :raises DocumentError: libvirt-refused.
    """
    import libvirt

    if name in (".", ".."):
        # libvirt makes paths of a name, and removes what it finds there when it refuses the guest in the end
        raise DocumentError(
            "libvirt-refused",
            f"no guest can be called {name}: libvirt would take that for one of its own directories",
            xpath="/domain/name",
            hint="give it another name; nothing was changed",
        )
    with submitted(f"the definition of {name}", scrubber(xml)):
        return connection.defineXMLFlags(xml.decode(), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)


def settle(domain: libvirt.virDomain, transform: Transform) -> Result:
    """Have the pin take up what libvirt completed, and give the run that had nothing left to do.

    Its document is the guest's definition, byte for byte, but for the form in which libvirt writes what is empty.

    :raises DocumentError: libvirt-refused, where libvirt does not keep what it is given.
    """
    for _ in range(_TURNS):
        stored = definition(domain)
        result = transform(stored)
        if result.xml == stored or _canonical(source.parse(result.xml)) == _canonical(source.parse(stored)):
            return result
        if without_pin(result.xml) == without_pin(stored):
            set_pin(domain, result.xml)
        else:
            domain = redefine(domain, stored, result.xml)
    raise DocumentError(
        "libvirt-refused",
        f"libvirt does not keep the definition of {domain.name()} as it is given",
        hint="compare `virsh dumpxml --inactive` before and after `xfm`; the guest is defined all the same",
    )


#: A PCI bridge that libvirt adds gets its ids only when libvirt reads its own dump.
_TURNS = 4


def set_pin(domain: libvirt.virDomain, xml: bytes, *, live: bool = False) -> None:
    """Give a guest the pin of a document, and change nothing else of it.

    :param live: whether that is the pin of the guest that runs, and not of its stored definition.
    :raises DocumentError: libvirt-refused.
    """
    import libvirt

    pin = source.parse(xml).find(f"metadata/{_PIN}")
    if pin is None:
        return  # the chain ran without the stage pin
    flags = libvirt.VIR_DOMAIN_AFFECT_LIVE if live else libvirt.VIR_DOMAIN_AFFECT_CONFIG
    with submitted(f"the pin of {domain.name()}"):
        # libvirt binds the prefix itself, and refuses an element that has it already
        text = etree.tostring(_bare(pin), encoding="unicode")
        domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, text, "xfm", PIN_NAMESPACE, flags)


def _bare(element: Any) -> Any:
    """An element and what is in it, out of its namespace."""
    copy = etree.Element(etree.QName(element).localname, dict(element.attrib))
    copy.text = element.text
    for child in element.iterchildren("*"):
        below = _bare(child)
        below.tail = child.tail
        copy.append(below)
    return copy


def without_pin(xml: bytes) -> bytes:
    """A document with nothing under ``<metadata>`` of the pin, in a form that can be compared."""
    document = source.parse(xml)
    for metadata in document.iterfind("metadata"):
        for pin in metadata.findall(_PIN):
            metadata.remove(pin)
        if len(metadata) == 0:
            document.getroot().remove(metadata)
    return _canonical(document)


def pin_of(xml: bytes) -> bytes:
    """The pin of a document in a form that can be compared; nothing where it has none."""
    pin = source.parse(xml).find(f"metadata/{_PIN}")
    if pin is None:
        return b""
    pin.tail = None
    return _canonical(etree.ElementTree(pin))


def _canonical(document: _ElementTree) -> bytes:
    """A document in a form that can be compared; it loses its indentation."""
    for element in document.iter():
        element.text = element.text if (element.text or "").strip() else None
        element.tail = element.tail if (element.tail or "").strip() else None
    return etree.tostring(document, method="c14n")


def scrubber(xml: bytes) -> Callable[[str], str]:
    """What masks the secrets of a document, or of a device, in a text."""
    hidden = redact.secrets(source.parse(xml))
    return lambda text: redact.scrub(text, hidden)
