"""What a guest sees of a domain: the facts that the projection's stylesheet finds, and their digests."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import functions
from xfm.errors import DocumentError
from xfm.stylesheet import own

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

_SECTION, _DEVICE = "{urn:xfm:abi:1}section", "{urn:xfm:abi:1}device"
#: The fact that has the number of a device among its kind: only of weight as long as it has no address.
ORDER = "order"
#: The version of the projection that new pins are written with.
VERSION = 1
#: The versions that pins can be compared with.
VERSIONS = (1,)

#: Values with blanks around them, which the schema allows and the stage dialect takes away; not where they are text.
_blank_attributes = etree.XPath(
    "//*[namespace-uri() = '']/@*[starts-with(., ' ') or substring(., string-length()) = ' ']"
)
_blank_texts = etree.XPath(
    "//*[namespace-uri() = ''][not(*)][not(self::cmdline or self::initarg or self::initenv or self::entry)]/text()"
    "[normalize-space() and (translate(substring(., 1, 1), ' \t\r\n', '') = ''"
    " or translate(substring(., string-length()), ' \t\r\n', '') = '')]"
)


class Part(NamedTuple):
    """A section of the domain, or a device: what a guest sees of it.

    :param kind: ``memory``, ``disk`` …
    :param label: what tells a device from others of its kind; empty for a section.
    :param alias: its ``ua-`` alias, or empty.
    :param open: names of facts that are left to libvirt; one with a ``*`` at its end stands for all that begin so.
    :param asks: names of facts, in the same form, that libvirt may write otherwise once the guest runs; with a ``+`` in
        front, of facts that it may add.
    :param answers: names of facts by which this document says what asking came to.
    :param facts: (name, value), sorted by name.
    """

    kind: str
    label: str = ""
    alias: str = ""
    open: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What people call it: its alias, else its kind and label."""
        return self.alias or f"{self.kind} {self.label}".rstrip()

    @property
    def digest(self) -> str:
        """SHA-256 over its kind and its facts, a line each."""
        lines = [self.kind, *(f"{name}={_on_one_line(value)}" for name, value in self.facts)]
        return "sha256:" + functions.sha256_hex("\n".join(lines).encode())


def _on_one_line(value: str) -> str:
    """A value that cannot be taken for two facts: that of a kernel's command line may hold line breaks."""
    return value.replace("\\", "\\\\").replace("\n", "\\n")


class Abi(NamedTuple):
    """All that a guest can observe.

    :param version: of the projection.
    :param open: the devices that libvirt adds by itself: a kind, or one of a model or label of it:
        ``memballoon=virtio``, ``controller-usb-0``.
    """

    version: int
    open: tuple[str, ...]
    sections: tuple[Part, ...]
    devices: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all parts; in which order a document has its devices makes no difference."""
        return "sha256:" + functions.sha256_hex("\n".join(sorted(part.digest for part in self.parts)).encode())

    @property
    def parts(self) -> tuple[Part, ...]:
        """Sections, then devices."""
        return (*self.sections, *self.devices)

    def adds(self, device: Part) -> bool:
        """Whether libvirt adds such a device by itself."""
        model = dict(device.facts).get("model", "")
        known = {device.kind, f"{device.kind}={model}", f"{device.kind}-{device.label.replace(' ', '-')}"}
        return not known.isdisjoint(self.open)


def project(document: _ElementTree, version: int = VERSION) -> Abi:
    """The guest ABI of a domain.

    :param document: as an author wrote it, as xfm left it, or as libvirt completed it; it is not changed.
    :param version: of the projection, one of :data:`VERSIONS`.
    :raises DocumentError: document-limit, where a template calls itself for each of too many digits.
    """
    try:
        root = own.transform(f"abi/{version}/abi.xsl", _without_blanks(document)).getroot()
    except etree.XSLTApplyError as error:
        raise DocumentError(
            "document-limit",
            f"the document has a value that is too long to be read ({error})",
            hint="shorten it: libvirt takes none of that length",
        ) from None
    seen: Counter[str] = Counter()
    devices = []
    for element in root.iterchildren(_DEVICE):
        kind = element.get("kind", "")
        seen[kind] += 1  # XSLT would count anew for each
        devices.append(_part(element, str(seen[kind])))
    return Abi(
        version,
        tuple(root.get("open", "").split()),
        tuple(_part(element) for element in root.iterchildren(_SECTION)),
        tuple(devices),
    )


def _without_blanks(document: _ElementTree) -> _ElementTree:
    """The domain, or a copy of it without blanks around its values."""
    if not (_blank_attributes(document) or _blank_texts(document)):
        return document
    from copy import deepcopy

    trimmed = deepcopy(document)
    for value in _blank_attributes(trimmed):
        value.getparent().set(value.attrname, value.strip())
    for text in _blank_texts(trimmed):
        element = text.getparent()
        element.text = (element.text or "").strip()
    return trimmed


def _part(element: _Element, number: str = "") -> Part:
    facts: dict[str, str] = {}
    for fact in element:
        facts.setdefault(fact.get("name", ""), fact.text or "")  # of what is said twice libvirt takes the first
    if element.get("ordered"):
        facts[ORDER] = number
    return Part(
        element.get("kind", ""),
        element.get("label", number),
        element.get("alias", ""),
        tuple(element.get("open", "").split()),
        tuple(element.get("asks", "").split()),
        tuple(element.get("answers", "").split()),
        tuple(sorted(facts.items())),
    )
