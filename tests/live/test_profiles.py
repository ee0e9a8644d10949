"""What xfm makes of a new guest is a guest: libvirt takes it as it is, and QEMU starts it.

The guests are those of ``tests/fixtures/profiles``. A test machine has no KVM, no bridges and none of their disks, so
each becomes one of type qemu, its disks are empty images and its interfaces QEMU's own; all else is the author's.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import libvirt
import pytest
from lxml import etree

from tests import profiles
from tests.live.conftest import remove
from xfm import plugins, schema
from xfm.pipeline import Pipeline

PIN = re.compile("<xfm:pin .*</xfm:pin>", re.DOTALL)
#: Profiles of x86_64 that are started at least.
STARTED = 20


@pytest.fixture(params=profiles.CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profiles") / "empty.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(path), "1G"], check=True, timeout=30)
    return path


def for_this_machine(document: bytes, directory: Path, image: Path) -> bytes:
    """The author's document with what a test machine has instead of what it has not."""
    root = etree.fromstring(document)
    root.set("type", "qemu")
    for number, disk in enumerate(root.iterfind("devices/disk")):
        disk.set("type", "file")
        for source in disk.findall("source"):
            disk.replace(source, etree.Element("source", file=str(directory / f"{number}.img")))
            own = image.read_bytes() if disk.get("device", "disk") == "disk" else bytes(2048)
            (directory / f"{number}.img").write_bytes(own)
    for interface in root.iterfind("devices/interface"):
        interface.set("type", "user")
        for name in ("source", "vlan", "virtualport"):
            for element in interface.findall(name):
                interface.remove(element)
    for name in ("kernel", "initrd"):
        for element in root.iterfind(f"os/{name}"):
            (directory / name).write_bytes(bytes(4096))
            element.text = str(directory / name)
    return etree.tostring(root)


def transformed(case: Path, document: bytes) -> str:
    return profiles.pipeline(case).run(document).xml.decode()


def added(dump: str, written: str) -> list[tuple[str, str, str]]:
    """What the dump has of devices that was not written, by name, alias and address.

    libvirt always says what a machine cannot be without and has no address to choose for: the emulator, PS/2 inputs,
    the audio backend, and the first serial port once more as a console.
    """
    before = [_known(device) for device in etree.fromstring(written).iterfind("devices/*")]
    implicit = [("emulator", "", ""), ("audio", "", ""), ("input", "", ""), ("input", "", "")]
    implicit += [("console", alias, place) for kind, alias, place in before if kind == "serial"]
    after = [_known(device) for device in etree.fromstring(dump).iterfind("devices/*")]
    for known in (*before, *implicit):
        if known in after:
            after.remove(known)
    return after


def _known(device: etree._Element) -> tuple[str, str, str]:
    address, alias = device.find("address"), device.find("alias")
    place = "" if address is None else etree.tostring(address, with_tail=False).decode()
    return str(device.tag), "" if alias is None else alias.get("name", ""), place


def test_libvirt_adds_no_device_and_qemu_starts_it(
    case: Path, connection: libvirt.virConnect, tmp_path: Path, image: Path
) -> None:
    written = transformed(case, for_this_machine((case / "input.xml").read_bytes(), tmp_path, image))
    domain = connection.defineXMLFlags(written, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    try:
        dump = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        assert added(dump, written) == []
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
        assert domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED
    finally:
        remove(domain)


def test_enough_profiles_are_started() -> None:
    assert len([case for case in profiles.CASES if case.name.startswith("x86_64-")]) >= STARTED


def pipeline() -> Pipeline:
    return Pipeline(plugins.load(with_installed=False), schema.find())


def dumped(connection: libvirt.virConnect, document: str) -> str:
    """What libvirt says of a document after it has been defined."""
    domain = connection.defineXML(document)
    try:
        return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    finally:
        remove(domain)


def settled(dump: str) -> str:
    """What xfm makes of a dump: the same, but that the pin takes up what libvirt filled in."""
    text = pipeline().run(dump.encode()).xml.decode()
    assert PIN.sub("", text) == PIN.sub("", dump)
    return text


def test_what_libvirt_dumps_goes_through_xfm_unchanged_once_it_is_settled(
    case: Path, connection: libvirt.virConnect, tmp_path: Path, image: Path
) -> None:
    dump = dumped(connection, transformed(case, for_this_machine((case / "input.xml").read_bytes(), tmp_path, image)))
    document = settled(dump)
    assert dumped(connection, document) == document
    assert settled(document) == document


#: Consoles as authors write them, without a serial port and with one.
CONSOLES = {
    "none": "",
    "empty": "<console/>",
    "plain": "<console type='pty'/>",
    "with a port": "<console type='pty'><target port='0'/></console>",
    "serial": "<console type='pty'><target type='serial' port='0'/></console>",
    "another port": "<console type='pty'><target type='serial' port='1'/></console>",
    "telnet": "<console type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/><protocol type='telnet'/>"
    "</console>",
    "logged": "<console type='pty'><log file='/tmp/console.log' append='off'/></console>",
    "named": "<console type='pty'><alias name='ua-first'/></console>",
    "of a running guest": "<console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/></console>",
    "virtio": "<console type='pty'><target type='virtio'/></console>",
    "virtio as the second": "<console type='pty'/><console type='pty'><target type='virtio'/></console>",
    "a port and no console": "<serial type='pty'/>",
    "a port and virtio": "<serial type='pty'/><console type='pty'><target type='virtio'/></console>",
    "a port and its console": "<serial type='null'/><console type='pty'/>",
}
MACHINES = {
    "q35": "arch='x86_64' machine='q35'",
    "pc": "arch='x86_64' machine='pc'",
    "virt": "arch='aarch64' machine='virt'",
    "riscv64": "arch='riscv64' machine='virt'",
    "pseries": "arch='ppc64' machine='pseries'",
    "s390x": "arch='s390x' machine='s390-ccw-virtio'",
}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_console_is_the_same_after_libvirt_and_xfm(machine: str, connection: libvirt.virConnect) -> None:
    both = pipeline()
    for what, devices in CONSOLES.items():
        document = (
            f"<domain type='qemu'><name>console</name><memory unit='MiB'>128</memory><os><type {MACHINES[machine]}>hvm"
            f"</type></os><devices>{devices}</devices></domain>"
        )
        dump = dumped(connection, both.run(document.encode()).xml.decode())
        again = settled(dump)
        assert settled(again) == again, what
        asked, had = etree.fromstring(dumped(connection, document)), etree.fromstring(dump)
        ports = [root.xpath("devices/serial/@type") for root in (asked, had)]
        assert ports[0] == ports[1] or not devices, what
