"""A guest that runs migrates between two libvirtd, and the hook of the destination fits it, or refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libvirt
import pytest
from lxml import etree

from tests.live.conftest import CannotStartError, refuse
from tests.live.hooked import INACTIVE, MOVE, SECRETS, Hooked, disk, hooked, pinned, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTEN = """
  <xsl:template match="devices/graphics/@listen">
    <xsl:attribute name="listen">127.0.0.2</xsl:attribute>
  </xsl:template>
  <xsl:template match="devices/graphics/listen/@address">
    <xsl:attribute name="address">127.0.0.2</xsl:attribute>
  </xsl:template>
"""
REFUSES = """
  <xsl:template match="/domain">
    <xsl:message terminate="yes">no room for a guest with <xsl:value-of
      select="devices/graphics/@passwd"/></xsl:message>
  </xsl:template>
"""


@pytest.fixture(scope="module")
def shared(quiet_libvirt: None) -> Iterator[Hooked]:
    try:
        with hooked() as host:
            yield host
    except CannotStartError as error:
        refuse(str(error))


@pytest.fixture
def destination(shared: Hooked) -> Iterator[Hooked]:
    yield shared
    shared.reset()


def running(connection: libvirt.virConnect, disks: Path, machine: str = "q35") -> libvirt.virDomain:
    domain = pinned(connection, disk(disks), machine=machine)
    domain.create()
    return domain


def migrate(domain: libvirt.virDomain, destination: Hooked) -> libvirt.virDomain:
    """The guest at the destination; both daemons see the socket through which its memory goes."""
    socket = destination.daemon.root / "migration"
    parameters = {
        libvirt.VIR_MIGRATE_PARAM_URI: f"unix://{socket}",
        libvirt.VIR_MIGRATE_PARAM_DISKS_URI: f"unix://{socket}-disks",
    }
    flags = libvirt.VIR_MIGRATE_LIVE | libvirt.VIR_MIGRATE_PERSIST_DEST | libvirt.VIR_MIGRATE_UNSAFE
    return domain.migrate3(destination.connection, parameters, flags)


def content(document: str) -> list[bytes]:
    """All that a document says: on the way libvirt indents the metadata anew, and moves the controllers of a pc."""
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True))
    devices = root.find("devices")
    assert devices is not None
    return sorted(etree.tostring(element, method="c14n") for element in (*root, *devices) if element is not devices)


def said(destination: Hooked, operation: str) -> list[str]:
    """What the hook logged of an operation, without who and which guest."""
    return [line.rpartition("): ")[2] for line in destination.logged() if f": {operation} begin: " in line]


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_a_pinned_guest_migrates_under_the_strictest_settings(
    destination: Hooked, connection: libvirt.virConnect, tmp_path: Path, machine: str
) -> None:
    destination.configure(hook_invalid="refuse", hook_unpinned="refuse", hook_drifted="refuse")
    domain = running(connection, tmp_path, machine)
    before = content(domain.XMLDesc(INACTIVE))
    moved = migrate(domain, destination)
    assert moved.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert not domain.isActive()
    assert content(moved.XMLDesc(INACTIVE)) == before
    assert said(destination, "migrate") == ["left as it is"]


def test_a_guest_finds_its_disk_where_the_destination_has_it(
    destination: Hooked, connection: libvirt.virConnect, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    domain = running(connection, here)
    there.symlink_to(here)  # one storage, mounted at another place
    destination.site(MOVE.format(old=here, new=there))
    destination.logged()
    moved = migrate(domain, destination)
    assert moved.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert source_of(moved) == f"{there}/disk.img"
    assert said(destination, "migrate") == ["changed by site"]


def test_a_guest_listens_where_the_destination_can(
    destination: Hooked, connection: libvirt.virConnect, tmp_path: Path
) -> None:
    domain = running(connection, tmp_path)
    destination.site(LISTEN)
    moved = migrate(domain, destination)
    graphics = etree.fromstring(moved.XMLDesc()).find("devices/graphics")
    assert graphics is not None
    assert graphics.get("listen") == "127.0.0.2"
    # the document that came with secrets left with them
    assert f"passwd='{SECRETS[0]}'" in moved.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)


def test_a_guest_that_is_refused_runs_on_where_it_is(
    destination: Hooked, connection: libvirt.virConnect, tmp_path: Path
) -> None:
    domain = running(connection, tmp_path)
    destination.site(REFUSES)
    destination.logged()
    with pytest.raises(libvirt.libvirtError, match=r"no room for a guest with \*\*\* \[refused\]") as raised:
        migrate(domain, destination)
    logged = destination.logged()
    assert [line.rpartition(": ")[2] for line in logged] == ["no room for a guest with *** [refused]"]
    assert all(secret not in text for secret in SECRETS for text in (str(raised.value), *logged))
    assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert destination.connection.listAllDomains() == []


def test_a_guest_that_has_drifted_is_refused_where_the_destination_wants_it(
    destination: Hooked, connection: libvirt.virConnect, tmp_path: Path
) -> None:
    domain = pinned(connection, disk(tmp_path))
    root = etree.fromstring(domain.XMLDesc(INACTIVE))
    serial = root.find("devices/disk/serial")
    assert serial is not None
    serial.text = "another"
    domain = connection.defineXML(etree.tostring(root, encoding="unicode"))
    domain.create()
    destination.configure(hook_drifted="refuse")
    with pytest.raises(libvirt.libvirtError, match=r"serial was d1, is another \[abi-changed\]"):
        migrate(domain, destination)
    assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    destination.configure()
    assert migrate(domain, destination).isActive()
