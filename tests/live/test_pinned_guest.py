"""A pinned guest in the hands of a real libvirt: its pin survives all that happens to it, and xfm knows it again.

Whatever libvirt says of the guest, shut off or running, restored or reverted, the guard finds that the guest sees what
the pin has; and where somebody has changed it with libvirt's own means, it finds that.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import libvirt
import pytest
from lxml import etree

from tests import profiles
from tests.live.conftest import remove
from tests.live.test_profiles import for_this_machine, image, pipeline, transformed  # noqa: F401  image is a fixture
from xfm.errors import DocumentError
from xfm.model import PIN_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

SECURE = libvirt.VIR_DOMAIN_XML_SECURE
INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | SECURE


@pytest.fixture(params=["x86_64-q35-bios-debian11", "x86_64-q35-efi-win11", "x86_64-pc-bios-win7"])
def guest(
    request: pytest.FixtureRequest,
    connection: libvirt.virConnect,
    tmp_path: Path,
    image: Path,  # noqa: F811  a fixture
) -> Iterator[libvirt.virDomain]:
    """A guest that xfm has made, defined and shut off."""
    case = profiles.FIXTURES / "profiles" / request.param
    document = for_this_machine((case / "input.xml").read_bytes(), tmp_path, image)
    domain = connection.defineXMLFlags(transformed(case, document), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    yield domain
    if domain.hasManagedSaveImage():
        domain.managedSaveRemove()
    for snapshot in domain.listAllSnapshots():
        snapshot.delete()
    remove(domain)


def pin(document: str) -> bytes:
    """The pin of a document in canonical form, however deep it stands."""
    found = etree.fromstring(document, etree.XMLParser(remove_blank_text=True)).findall(
        f"metadata/{{{PIN_NAMESPACE}}}pin"
    )
    assert len(found) == 1
    found[0].tail = None
    text: bytes = etree.tostring(found[0], method="c14n", exclusive=True)
    return text


def test_a_guest_that_is_shut_off_is_what_was_pinned(guest: libvirt.virDomain) -> None:
    dump = guest.XMLDesc(INACTIVE)
    settled = pipeline().run(dump.encode()).xml.decode()
    again = guest.connect().defineXML(settled).XMLDesc(INACTIVE)
    assert pin(again) == pin(settled)
    assert pipeline().run(again.encode()).xml.decode() == again


def test_a_guest_that_runs_is_what_was_pinned(guest: libvirt.virDomain) -> None:
    pinned = pin(guest.XMLDesc(INACTIVE))
    guest.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    live = guest.XMLDesc(SECURE)
    assert pin(live) == pinned
    assert pipeline().run(live.encode()).xml


def test_a_guest_that_migrates_is_what_was_pinned(guest: libvirt.virDomain) -> None:
    pinned = pin(guest.XMLDesc(INACTIVE))
    guest.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    moving = guest.XMLDesc(libvirt.VIR_DOMAIN_XML_MIGRATABLE | SECURE)
    once = pipeline().run(moving.encode()).xml
    assert pin(moving) == pinned
    assert pipeline().run(once).xml == once


def test_a_restored_guest_is_what_was_pinned(guest: libvirt.virDomain, tmp_path: Path) -> None:
    connection, name, pinned = guest.connect(), guest.name(), pin(guest.XMLDesc(INACTIVE))
    guest.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    file = str(tmp_path / "guest.save")
    guest.save(file)
    saved = connection.saveImageGetXMLDesc(file, SECURE)
    assert pin(saved) == pinned
    # xfm's own output of it is the same guest, by libvirt's own check
    connection.saveImageDefineXML(file, pipeline().run(saved.encode()).xml.decode(), 0)
    connection.restoreFlags(file, None, libvirt.VIR_DOMAIN_SAVE_PAUSED)
    restored = connection.lookupByName(name)
    for flags in (SECURE, INACTIVE):
        assert pin(restored.XMLDesc(flags)) in (pinned, pin(pipeline().run(saved.encode()).xml.decode()))
        assert pipeline().run(restored.XMLDesc(flags).encode()).xml


def test_a_guest_that_was_put_aside_is_what_was_pinned(guest: libvirt.virDomain) -> None:
    pinned = pin(guest.XMLDesc(INACTIVE))
    guest.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    guest.managedSave(libvirt.VIR_DOMAIN_SAVE_PAUSED)
    assert pin(guest.managedSaveGetXMLDesc(libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)) == pinned
    guest.create()
    assert pin(guest.XMLDesc(SECURE)) == pinned
    assert pipeline().run(guest.XMLDesc(SECURE).encode()).xml


def with_snapshots(document: str) -> str:
    """The document with images that can hold snapshots; their format is the host's matter."""
    root = etree.fromstring(document)
    for disk in root.iterfind("devices/disk[@device='disk']"):
        disk[0].set("type", "qcow2")
    return etree.tostring(root, encoding="unicode")


# libvirt takes no snapshot inside the images of a guest with UEFI
@pytest.mark.parametrize("guest", ["x86_64-q35-bios-debian11", "x86_64-pc-bios-win7"], indirect=True)
def test_a_guest_that_was_reverted_is_what_was_pinned(guest: libvirt.virDomain) -> None:
    pinned = pin(guest.XMLDesc(INACTIVE))
    guest.connect().defineXML(with_snapshots(guest.XMLDesc(INACTIVE)))
    snapshot = guest.snapshotCreateXML("<domainsnapshot><name>before</name></domainsnapshot>", 0)
    (inside,) = etree.fromstring(snapshot.getXMLDesc()).findall("domain")
    assert pin(etree.tostring(inside, encoding="unicode")) == pinned
    # while the snapshot waits, the guest loses its pin
    guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, None, "xfm", PIN_NAMESPACE, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    assert PIN_NAMESPACE not in guest.XMLDesc(INACTIVE)
    guest.revertToSnapshot(snapshot)
    assert pin(guest.XMLDesc(INACTIVE)) == pinned
    assert pipeline().run(guest.XMLDesc(INACTIVE).encode()).xml


def test_what_was_changed_by_libvirts_own_means_is_found(guest: libvirt.virDomain) -> None:
    guest.setVcpusFlags(1, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    with pytest.raises(DocumentError) as raised:
        pipeline().run(guest.XMLDesc(INACTIVE).encode())
    assert raised.value.code == "abi-changed"
    assert re.search(r"vcpus: online was \d+, is 1", raised.value.message)


def test_what_only_the_host_sees_may_change(guest: libvirt.virDomain) -> None:
    guest.setMemoryFlags(guest.maxMemory() // 2, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "accounts", None, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    guest.pinVcpuFlags(0, (True,), libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    dump = guest.XMLDesc(INACTIVE)
    assert pipeline().run(dump.encode()).xml.decode().count("accounts") == 1
