"""The private libvirtd that the live tests use works and is private."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import libvirt

if TYPE_CHECKING:
    from tests.live.conftest import PrivateLibvirtd

GUEST = """
<domain type='qemu'>
  <name>small</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
</domain>
"""


def test_the_daemon_answers_with_its_versions(connection: libvirt.virConnect) -> None:
    assert connection.getType() == "QEMU"
    assert connection.getLibVersion() >= 9_000_000
    assert connection.getVersion() >= 7_000_000


def test_a_guest_is_defined_started_paused_and_removed(connection: libvirt.virConnect) -> None:
    domain = connection.defineXMLFlags(GUEST, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    assert domain.state() == [libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_USER]
    domain.destroy()
    assert not domain.isActive()
    domain.undefine()
    assert connection.listAllDomains() == []


def test_the_daemon_has_a_network_and_directories_of_its_own(
    libvirtd: PrivateLibvirtd, connection: libvirt.virConnect
) -> None:
    connection.defineXML(GUEST)
    interfaces = libvirtd.run_inside("ip", "-oneline", "link").splitlines()
    assert [line.split(": ")[1] for line in interfaces] == ["lo"]
    assert (libvirtd.root / "etc" / "qemu" / "small.xml").exists()
    assert not Path("/etc/libvirt/qemu/small.xml").exists()


def test_the_test_driver_starts_with_its_own_guest_only(testdriver: libvirt.virConnect) -> None:
    assert [domain.name() for domain in testdriver.listAllDomains()] == ["test"]
