"""`virsh dumpxml GUEST | xfm | virsh define` is safe to type: what xfm writes survives libvirt, and libvirt's dump xfm.

Every document of tests/fixtures/live goes through the command line tool, into libvirt, out again and through once more,
both in QEMU's driver, which completes a definition as a real host does, and in libvirt's test driver.
"""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import libvirt
import pytest
from lxml import etree

from xfm.model import PIN_NAMESPACE

FIXTURES = Path(__file__).parents[1] / "fixtures" / "live"
INPUTS = sorted(FIXTURES.glob("*.xml"))
XFM_TIMEOUT = 60

Alias = tuple[str, str]


@pytest.fixture(params=["connection", "testdriver"], ids=["qemu", "test"])
def host(request: pytest.FixtureRequest) -> libvirt.virConnect:
    """A connection to the private libvirtd, then one to the test driver."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=INPUTS, ids=lambda path: path.stem)
def written(request: pytest.FixtureRequest) -> Path:
    """A document as somebody wrote it."""
    path: Path = request.param
    return path


@functools.cache
def xfm_of_file(path: Path) -> str:
    """What xfm makes of a file; run once for all tests of this process."""
    return run_xfm(str(path))


def xfm(document: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line tool as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "xfm", *arguments],
        input=document.encode(),
        capture_output=True,
        timeout=XFM_TIMEOUT,
        check=False,
    )


def run_xfm(*arguments: str, document: str = "") -> str:
    """What the tool gives; it must exit 0."""
    run = xfm(document, *arguments)
    assert run.returncode == 0, f"xfm exited with {run.returncode}:\n{run.stderr.decode()}"
    return run.stdout.decode()


def define_and_dump(host: libvirt.virConnect, document: str) -> str:
    """Define a document, validated by libvirt, and return what libvirt made of it."""
    domain = host.defineXMLFlags(without_encoding(document), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))


def without_encoding(document: str) -> str:
    """A str has no encoding any more: lxml and libvirt want none declared."""
    return document[document.index("?>") + 2 :] if document.startswith("<?xml") else document


def parse(document: str) -> etree._Element:
    return etree.fromstring(document.encode())


def user_aliases(document: str) -> set[Alias]:
    """The stable aliases of a document, each with the kind of device that bears it."""
    return {
        (str(device.tag), alias.get("name", ""))
        for device in parse(document).iterfind("devices/*")
        for alias in device.iterfind("alias")
        if alias.get("name", "").startswith("ua-")
    }


def pin(document: str) -> str:
    """The pin in canonical form, so that only a change of content counts."""
    found = parse(document).findall(f"metadata/{{{PIN_NAMESPACE}}}*")
    assert len(found) == 1, f"{len(found)} pins"
    found[0].tail = None
    text: bytes = etree.tostring(found[0], method="c14n", exclusive=True)
    return text.decode()


def hardware(document: str) -> str:
    """A document in canonical form without what xfm may add to an existing guest: its aliases and its pin."""
    tree = etree.fromstring(document.encode(), etree.XMLParser(remove_blank_text=True))
    for device in tree.iterfind("devices/*"):
        for alias in device.findall("alias"):
            device.remove(alias)
    for metadata in tree.findall("metadata"):
        for found in metadata.findall(f"{{{PIN_NAMESPACE}}}*"):
            metadata.remove(found)
        if len(metadata) == 0:
            tree.remove(metadata)
    etree.indent(tree)
    text: bytes = etree.tostring(tree, method="c14n", exclusive=True)
    return text.decode()


def test_there_are_inputs() -> None:
    assert len(INPUTS) >= 12


def test_libvirt_takes_the_result_and_keeps_its_aliases(host: libvirt.virConnect, written: Path) -> None:
    result = xfm_of_file(written)
    assert user_aliases(result) or parse(result).find("devices/*") is None
    assert user_aliases(result) - user_aliases(define_and_dump(host, result)) == set()


def test_libvirt_keeps_the_pin_unchanged(host: libvirt.virConnect, written: Path) -> None:
    result = xfm_of_file(written)
    assert pin(define_and_dump(host, result)) == pin(result)


def test_a_dump_goes_through_xfm_and_back_without_a_change(host: libvirt.virConnect, written: Path) -> None:
    """What libvirt completed gets aliases at the next turn; from then on not a byte changes."""
    first = define_and_dump(host, xfm_of_file(written))
    if host.getType() == "TEST" and "<qemu:" in written.read_text("utf-8"):
        # the test driver loses what the domain has QEMU do past libvirt, and the guest would miss it
        assert "[abi-changed]" in xfm(first).stderr.decode()
        return
    second = define_and_dump(host, run_xfm(document=first))
    # libvirt itself sorts some controllers of its own dump when it reads them again
    assert hardware(second) == hardware(define_and_dump(host, first))
    # the test driver alone prints an empty <devices> on two lines
    assert run_xfm(document=second) == second.replace("<devices>\n  </devices>", "<devices/>")
    assert define_and_dump(host, second) == second


def test_an_existing_guest_keeps_its_hardware(connection: libvirt.virConnect, written: Path) -> None:
    """A guest that libvirt completed before xfm ever saw it: the QEMU driver has given its devices addresses."""
    existing = define_and_dump(connection, written.read_text())
    through_xfm = run_xfm(document=existing)
    # libvirt itself sorts some controllers of its own dump when it reads them again
    expected = define_and_dump(connection, existing)
    assert hardware(define_and_dump(connection, through_xfm)) == hardware(expected)
