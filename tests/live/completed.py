"""Documents that others wrote, as a real libvirt completes them: the corpus of the round trips and of adoption.

Each document of the corpus becomes one of type qemu, since a test machine has no KVM, and nothing else is changed. What
libvirt refuses is sorted by the reason: much of the corpus is there to be refused.

The corpus is the folder that the environment variable XFM_CORPUS names, or else the folder
`shared/corpus/libvirt-9.0.0` beside the checkout: libvirt's own tests/qemuxml2argvdata.

Here is also what the tests of both ask of two documents.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pytest
from lxml import etree

from xfm import abi, source
from xfm.model import PIN_NAMESPACE
from xfm.source import new_parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")

#: The corpus is cut into so many parts, which test processes can share. A document is either taken round or adopted,
#: with XFM_ALL=1 both.
PARTS = 8
ALL = os.environ.get("XFM_ALL") == "1"
ROUND_TRIPS = range(0, PARTS, 1 if ALL else 2)
ADOPTIONS = range(0 if ALL else 1, PARTS, 1 if ALL else 2)

DUMP = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE

#: Why libvirt refuses a document, by what it says; the first that fits.
REASONS = {
    "no emulator of its architecture": re.compile(r"No emulator found for arch|does not support arch"),
    "not in this QEMU or libvirt": re.compile(
        r"not supported with this QEMU binary|isn't supported by this QEMU binary|QEMU binary doesn't support"
        r"|in element 'backend': 'passt'"
    ),
    "needs a setting of its host": re.compile(r"disabled in qemu\.conf"),
    "needs KVM": re.compile(r"'armvtimer' timer is not supported for virtType=qemu"),
}
#: What else libvirt says in these words or under these codes is of the document alone.
ITSELF = "contradicts itself or libvirt's rules"
_CODES_OF_THE_DOCUMENT = {
    libvirt.VIR_ERR_XML_ERROR,
    libvirt.VIR_ERR_XML_DETAIL,
    libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
    libvirt.VIR_ERR_INVALID_ARG,
    libvirt.VIR_ERR_NO_TARGET,
}
_INTERNAL_ERRORS_OF_THE_DOCUMENT = re.compile(
    r"chardev reconnect is possible only|unexpected address type for usb disk|loadparm value"
    r"|a PCI slot is needed|Missing source path attribute|Cannot parse <address>|zPCI uid \d+ is already reserved"
)


#: What libvirt completes only when it reads its own dump, so that the pin takes up the rest one turn later.
IN_TWO_GOES = {"hostdev-vfio-zpci-boundaries": "a PCI bridge that libvirt adds gets its zPCI ids the second time"}

PIN = re.compile(r" *<xfm:pin .*?</xfm:pin>\n", re.DOTALL)

#: libvirt prints the tags of these by hand, on two lines even where nothing stands between them; xfm does not.
_ON_TWO_LINES = re.compile(r"<(devices|hyperv)( [^>]*)?>\n *</\1>")


class Document(NamedTuple):
    """A document of the corpus that libvirt takes."""

    name: str
    written: str
    completed: str

    @property
    def architecture(self) -> str:
        """The guest's, which libvirt says in every dump."""
        return str(parsed(self.completed).xpath("string(/domain/os/type/@arch)"))


class Refused(NamedTuple):
    """A document of the corpus that libvirt does not take, with the class of the reason ("": one that is not known)."""

    name: str
    reason: str
    message: str


def part(number: int) -> list[Path]:
    """The documents of one part of the corpus; skips the test where there is no corpus."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus: {CORPUS} is not there (XFM_CORPUS names another folder of domain documents)")
    return sorted(CORPUS.glob("*.xml"))[number::PARTS]


def parsed(document: str) -> etree._Element:
    """A document's root, read as xfm reads it."""
    return etree.fromstring(document.encode(), new_parser())


def of_type_qemu(path: Path) -> str:
    """A document as it was written, but of type qemu."""
    root = etree.parse(str(path), new_parser()).getroot()
    root.set("type", "qemu")
    return etree.tostring(root, encoding="unicode")


def redefined(connection: libvirt.virConnect, document: str) -> str:
    """What libvirt makes of a document, with all its secrets, as ``virsh define`` and ``dumpxml`` have it."""
    domain = connection.defineXML(document)
    try:
        return str(domain.XMLDesc(DUMP))
    finally:
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)


def complete(connection: libvirt.virConnect, paths: Iterable[Path]) -> tuple[list[Document], list[Refused]]:
    """What libvirt takes of the documents, completed, and what it refuses."""
    taken, refused = [], []
    for path in paths:
        written = of_type_qemu(path)
        try:
            taken.append(Document(path.stem, written, redefined(connection, written)))
        except libvirt.libvirtError as error:
            refused.append(Refused(path.stem, _reason(error), str(error)))
    return taken, refused


def _reason(error: libvirt.libvirtError) -> str:
    message = error.get_error_message() or ""
    for reason, pattern in REASONS.items():
        if pattern.search(message):
            return reason
    code = error.get_error_code()
    if code == libvirt.VIR_ERR_INTERNAL_ERROR:
        return ITSELF if _INTERNAL_ERRORS_OF_THE_DOCUMENT.search(message) else ""
    return ITSELF if code in _CODES_OF_THE_DOCUMENT else ""


def is_invalid(connection: libvirt.virConnect, document: str) -> bool:
    """Whether libvirt, asked to validate a document, refuses it."""
    try:
        connection.defineXMLFlags(document, libvirt.VIR_DOMAIN_DEFINE_VALIDATE).undefine()
    except libvirt.libvirtError as error:
        return bool(error.get_error_code() == libvirt.VIR_ERR_XML_INVALID_SCHEMA)
    return False


def as_xfm_prints(dump: str) -> str:
    """A dump of libvirt's, without the one thing that xfm prints in another way."""
    return _ON_TWO_LINES.sub(r"<\1\2/>", dump)


def noticed(before: str, after: str) -> list[str]:
    """What a guest would notice, by xfm's own comparison, a line each; what libvirt has filled in is left out."""
    one, other = (abi.project(source.parse_domain(document.encode())) for document in (before, after))
    return [abi.describe(difference) for difference in abi.changes(one, other)]


def hardware(document: str) -> str:
    """A document in canonical form, without what xfm may write into that of an existing guest: aliases and the pin."""
    root = etree.fromstring(as_xfm_prints(document).encode(), etree.XMLParser(remove_blank_text=True))
    for found in (*root.iterfind("devices/*/alias"), *root.iterfind(f"metadata/{{{PIN_NAMESPACE}}}pin")):
        parent = found.getparent()
        assert parent is not None
        parent.remove(found)
        if parent.tag == "metadata" and len(parent) == 0:
            root.remove(parent)
    text: bytes = etree.tostring(root, method="c14n", exclusive=True)
    return text.decode()


def aliased(document: str) -> dict[str, str]:
    """The devices that have an alias of the user's, in canonical form, by kind and alias."""
    found = {}
    root = etree.fromstring(document.encode(), etree.XMLParser(remove_blank_text=True))
    for alias in root.iterfind("devices/*/alias"):
        name, device = alias.get("name", ""), alias.getparent()
        assert device is not None
        if name.startswith("ua-"):
            text: bytes = etree.tostring(device, method="c14n", exclusive=True)
            found[f"{device.tag!s} {name}"] = text.decode()
    return found


def print_figures(request: pytest.FixtureRequest, title: str, figures: Mapping[str, int]) -> None:
    """Print what the tests of a module counted; each process of pytest-xdist has its own share."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    lines = [f"{number:6} {what}\n" for what, number in sorted(figures.items())]
    with capture.global_and_fixture_disabled():
        sys.stdout.write("".join([f"\n{title}:\n", *lines]))
