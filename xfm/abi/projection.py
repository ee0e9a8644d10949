"""What a guest sees of a domain: the facts that the projection's stylesheet finds, and their digests."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xfm import functions
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


class Part(NamedTuple):
    """A section of the domain, or a device: what a guest sees of it.

    :param kind: ``memory``, ``disk`` …
    :param label: what tells a device from others of its kind; empty for a section.
    :param alias: its ``ua-`` alias, or empty.
    :param open: names of facts that are left to libvirt; one with a ``*`` at its end stands for all that begin so.
    :param asks: names of facts, in the same form, that libvirt writes otherwise once the guest runs.
    :param answers: names of facts that would be otherwise here if it were still left to libvirt what they come to.
    :param facts: (name, value), sorted by name.
    """

    kind: str
    label: str
    alias: str
    open: tuple[str, ...]
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

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
    :param live: whether it is that of a running guest, of which libvirt says what it came to.
    :param open: the devices that libvirt adds by itself: a kind, or one of a model or label of it:
        ``memballoon=virtio``, ``controller-usb-0``.
    """

    version: int
    live: bool
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
    """
    root = own.transform(f"abi/{version}/abi.xsl", document).getroot()
    seen: Counter[str] = Counter()
    devices = []
    for element in root.iterchildren(_DEVICE):
        kind = element.get("kind", "")
        seen[kind] += 1  # XSLT would count anew for each
        devices.append(_part(element, str(seen[kind])))
    return Abi(
        version,
        root.get("live") == "true",
        tuple(root.get("open", "").split()),
        tuple(_part(element) for element in root.iterchildren(_SECTION)),
        tuple(devices),
    )


def _part(element: _Element, number: str = "") -> Part:
    facts = {fact.get("name", ""): fact.text or "" for fact in element}
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
