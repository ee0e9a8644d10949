"""What xfm gives each device is what a guest sees, and what `xfm devices` says it sees.

Domains whose author named nothing go through xfm and into libvirt, boot a small Linux under TCG (guest.py), and print
what they find: the links that udev makes, the names of the interfaces, serials, ports, tags and the UUID. Nobody has
tried the same with Windows here.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import libvirt
import pytest
from lxml import etree

EVERY_KIND = Path(__file__).parents[1] / "fixtures" / "device-identity" / "aliases-every-kind" / "expected.xml"
CACHE = Path.home() / ".cache" / "xfm-tests"
BOOT_TIMEOUT = 120.0
MIB = 1 << 20

#: The author names what is where, and one serial and one address of his own.
Q35 = """\
<domain type='qemu'>
  <name>identity-q35</name>
  <memory unit='MiB'>512</memory>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>{kernel}</kernel>
    <initrd>{initrd}</initrd>
    <cmdline>console=ttyS0 quiet</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <devices>
    {disks}
    <disk type='file' device='cdrom'><target dev='sdf' bus='sata'/><readonly/><serial>tray 1</serial></disk>
    <disk type='file' device='cdrom'><target dev='sdg' bus='scsi'/><readonly/><serial>tray-2</serial></disk>
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <controller type='usb' index='0' model='qemu-xhci'/>
    <filesystem type='mount' accessmode='passthrough'>
      <source dir='{folder}'/>
      <target dir='home-of-web1'/>
    </filesystem>
    <interface type='user'><model type='virtio'/></interface>
    <interface type='user'><model type='e1000e'/></interface>
    <interface type='user'><mac address='52:54:00:AB:00:01'/><model type='virtio'/><acpi index='1'/></interface>
    <interface type='user'><model type='e1000'/></interface>
    <serial type='file'><source path='{folder}/console'/><target type='isa-serial' port='0'/></serial>
    <channel type='pty'><target type='virtio'/></channel>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='null'><target type='virtio'/></channel>
  </devices>
</domain>
"""
I440FX = """\
<domain type='qemu'>
  <name>identity-i440fx</name>
  <memory unit='MiB'>512</memory>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
    <kernel>{kernel}</kernel>
    <initrd>{initrd}</initrd>
    <cmdline>console=ttyS0 quiet</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <devices>
    {disks}
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <interface type='user'><model type='virtio'/></interface>
    <interface type='user'><model type='rtl8139'/></interface>
    <serial type='file'><source path='{folder}/console'/><target type='isa-serial' port='0'/></serial>
  </devices>
</domain>
"""
#: By target: what the document says beside it. Each disk has a size of its own, by which the guest's view is matched.
DISKS = {
    "q35": {
        "vda": "<target dev='vda' bus='virtio'/>",
        "vdb": "<target dev='vdb' bus='virtio'/><serial>My disk of 29 characters here</serial>",
        "sda": "<target dev='sda' bus='scsi'/>",
        "sdb": "<target dev='sdb' bus='scsi'/><serial>WD 42</serial>",
        "sdc": "<target dev='sdc' bus='scsi'/><serial>shared-1</serial><shareable/><vendor>XFM</vendor>"
        "<product>A product</product>",
        "sdd": "<target dev='sdd' bus='sata'/>",
        "sde": "<target dev='sde' bus='sata'/><serial>A serial with a blank</serial>",
        "sdh": "<target dev='sdh' bus='usb'/>",
    },
    "i440fx": {
        "hda": "<target dev='hda' bus='ide'/>",
        "vda": "<target dev='vda' bus='virtio'/>",
        "sda": "<target dev='sda' bus='scsi'/>",
    },
}
TEMPLATES = {"q35": Q35, "i440fx": I440FX}


class Fact(NamedTuple):
    """What the guest saw: a kind of fact (``by-id``, ``mac``), of what, and the value."""

    kind: str
    of: str
    value: str


class Seen:
    """A domain that xfm completed, what `xfm devices` says of it, and what the guest itself found."""

    def __init__(self, machine: str, result: str, facts: list[Fact]) -> None:
        self.machine = machine
        self.result = result
        self.entries: list[dict[str, Any]] = json.loads(xfm("devices", "--json", document=result))
        self.facts = facts

    def values(self, kind: str) -> set[str]:
        return {fact.value for fact in self.facts if fact.kind == kind}

    def promised(self, kind: str) -> set[str]:
        """All that Linux is said to tell the devices of a kind by."""
        return {name for entry in self.entries if entry["kind"] == kind for name in entry["linux"] or ()}

    def disk(self, target: str) -> dict[str, Any]:
        """What is promised of a disk."""
        return next(entry for entry in self.entries if str(entry["host"]).endswith(f"/{target}.img"))

    def block_device(self, target: str) -> str:
        """What the guest calls a disk, found by its size."""
        sectors = str((list(DISKS[self.machine]).index(target) + 1) * MIB // 512)
        found = [fact.of for fact in self.facts if fact.kind == "size" and fact.value == sectors]
        assert len(found) == 1, f"{target}: {found}"
        return found[0]

    def links(self, target: str) -> set[str]:
        """What udev in the guest made for a disk in /dev/disk/by-id."""
        block_device = self.block_device(target)
        return {fact.of for fact in self.facts if fact.kind == "by-id" and fact.value == block_device}


def xfm(*arguments: str, document: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "xfm", *arguments], input=document.encode(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module", params=list(DISKS))
def seen(request: pytest.FixtureRequest, libvirtd: Any, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A guest of each machine, booted once for all tests of this file."""
    kernel, initrd = guest_parts()
    folder = tmp_path_factory.mktemp("guest")
    disks = []
    for number, (target, text) in enumerate(DISKS[request.param].items(), 1):
        image = folder / f"{target}.img"
        image.touch()
        with image.open("r+b") as file:
            file.truncate(number * MIB)
        disks.append(f"<disk type='file'><driver name='qemu' type='raw'/><source file='{image}'/>{text}</disk>")
    text = TEMPLATES[request.param].format(kernel=kernel, initrd=initrd, disks="".join(disks), folder=folder)
    connection = libvirtd.connect()
    domain = connection.defineXML(xfm(document=text))
    try:
        # what libvirt has completed: with the addresses that it gave
        result = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        domain.create()
        facts = wait_for_facts(domain, folder / "console")
    finally:
        with contextlib.suppress(libvirt.libvirtError):  # it is powering off
            domain.destroy()
        domain.undefine()
        connection.close()
    return Seen(request.param, result, facts)


def guest_parts() -> list[str]:
    """Kernel and initrd; a machine that cannot have them must not pass for a tested one unasked."""
    build = [sys.executable, str(Path(__file__).with_name("guest.py")), str(CACHE)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0 and os.environ.get("XFM_NO_LIVE") == "1":
        pytest.skip(f"XFM_NO_LIVE=1, and no guest to boot: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def facts_in(console: str) -> list[Fact]:
    """The facts in what a guest printed on its serial port."""
    lines = (line.rstrip("\r").split("\t") for line in console.split("\n"))
    return [Fact(*line[1:]) for line in lines if line[0] == "GUEST" and len(line) == 4]


def wait_for_facts(domain: libvirt.virDomain, console: Path) -> list[Fact]:
    """Wait until the guest has said all, and return it."""
    deadline = time.monotonic() + BOOT_TIMEOUT
    text = ""
    while time.monotonic() < deadline:
        text = console.read_text(errors="replace") if console.exists() else ""
        found = facts_in(text)
        if any(fact.kind == "done" for fact in found):
            return found
        if not domain.isActive():
            break
        time.sleep(0.2)
    return pytest.fail(f"the guest did not say what it sees; its last words:\n{text[-2000:]}", pytrace=False)


def test_every_disk_has_the_links_that_are_promised(seen: Seen) -> None:
    for target in DISKS[seen.machine]:
        promised = set(seen.disk(target)["linux"] or ())
        assert promised, target
        assert seen.links(target) == promised


def test_what_is_promised_of_any_drive_is_there(seen: Seen) -> None:
    drives = [entry for entry in seen.entries if entry["model"] in ("sata cdrom", "scsi cdrom")]
    assert len(drives) == (2 if seen.machine == "q35" else 0)
    assert all(entry["linux"] for entry in drives)
    assert seen.promised("disk") <= {fact.of for fact in seen.facts if fact.kind == "by-id"}


def test_no_two_disks_share_a_name(seen: Seen) -> None:
    links = [link for target in DISKS[seen.machine] for link in seen.disk(target)["linux"]]
    assert len(links) == len(set(links))


def test_the_serials_arrive_whole(seen: Seen) -> None:
    """As sysfs (virtio) and the vital product data (SCSI, ATA) have them; Windows reads the same pages."""
    shown = {fact.of: fact.value.rstrip() for fact in seen.facts if fact.kind in ("serial", "vpd80")}
    for target in DISKS[seen.machine]:
        if seen.disk(target)["model"] != "usb":  # Linux does not ask a USB disk for this page
            assert [shown[seen.block_device(target)]] == seen.disk(target)["windows"], target


def test_the_world_wide_name_is_a_locally_assigned_one(seen: Seen) -> None:
    pages = {fact.of: fact.value for fact in seen.facts if fact.kind == "vpd83"}
    name = next(link for link in seen.disk("sda")["linux"] if "/wwn-0x" in link).partition("0x")[2]
    assert name.startswith("3")
    assert f"01030008{name}" in pages[seen.block_device("sda")]  # binary, of the logical unit, NAA, 8 bytes


def test_every_interface_has_its_address_and_its_name(seen: Seen) -> None:
    names = {fact.value: fact.of for fact in seen.facts if fact.kind == "mac"}
    indexes = {fact.of: fact.value for fact in seen.facts if fact.kind == "acpi-index"}
    interfaces = [entry for entry in seen.entries if entry["kind"] == "interface"]
    assert len(names) == len(interfaces)
    for entry in interfaces:
        name, address = entry["linux"]
        assert names[address] == name
        assert f"eno{indexes[name]}" == name
    numbers = sorted(int(index) for index in indexes.values())
    assert numbers == list(range(1, len(interfaces) + 1))


def test_every_port_has_its_name(seen: Seen) -> None:
    ports = {fact.of for fact in seen.facts if fact.kind == "port"} - {"/dev/virtio-ports/*"}
    assert ports == seen.promised("channel")
    assert len(ports) == (3 if seen.machine == "q35" else 0)


def test_every_file_system_has_its_tag(seen: Seen) -> None:
    assert {value.rstrip("\0") for value in seen.values("tag")} - {""} == seen.promised("filesystem")
    assert len(seen.promised("filesystem")) == (1 if seen.machine == "q35" else 0)


def test_smbios_has_the_uuid(seen: Seen) -> None:
    assert seen.values("uuid") == seen.promised("system")
    assert len(seen.promised("system")) == 1


def test_a_second_run_changes_no_identity(seen: Seen) -> None:
    """What libvirt added by itself gets an alias; what had an identity keeps it. libvirt sorts controllers anew."""
    again = json.loads(xfm("devices", "--json", document=xfm(document=seen.result)))
    assert by_alias(again, seen.entries) == by_alias(seen.entries, seen.entries)
    without = [
        entry for entry in again if entry["kind"] not in ("controller", "input", "system") and not entry["alias"]
    ]
    assert without == []


def by_alias(entries: list[dict[str, Any]], known: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The entries whose alias is one of those that are known."""
    aliases = {entry["alias"] for entry in known if entry["alias"]}
    return {entry["alias"]: entry for entry in entries if entry["alias"] in aliases}


def test_a_document_without_a_uuid_is_the_same_guest_at_every_define(connection: libvirt.virConnect) -> None:
    text = "<domain type='qemu'><name>identity-again</name><memory>65536</memory><os><type>hvm</type></os></domain>"
    first, second = (connection.defineXML(xfm(document=text)) for _ in range(2))
    assert first.UUIDString() == second.UUIDString()
    with pytest.raises(libvirt.libvirtError, match="already exists"):
        connection.defineXML(text)


def test_libvirt_keeps_the_alias_of_every_kind(connection: libvirt.virConnect) -> None:
    """All that the fixture of the stylesheet has, but what needs devices or programs of the host."""
    tree = etree.parse(EVERY_KIND).getroot()
    tree.set("type", "qemu")
    for absent in tree.xpath("devices/*[self::lease or self::hostdev or self::iommu or self::redirdev or self::tpm]"):
        absent.getparent().remove(absent)
    given = set(tree.xpath("devices/*/alias/@name"))
    assert len(given) > 20
    kept = connection.defineXML(etree.tostring(tree, encoding="unicode")).XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    assert given - set(etree.fromstring(kept).xpath("devices/*/alias/@name")) == set()
