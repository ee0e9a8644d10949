"""``xfm devices``: what is listed, what is left open, and that it is the document as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunXfm

HEAD = (
    "<domain type='{type}'><name>web1</name><uuid>{uuid}</uuid><memory>1</memory>"
    "<os><type arch='{arch}' machine='{machine}'>hvm</type></os><features><acpi/></features>"
    "<devices>{devices}</devices></domain>"
)
UUID = "3B1C1BF16A5F4D5C8F4E9F0F5A1C0D11"
NIC = (
    "<interface type='bridge'><mac address='52:54:00:AA:BB:01'/><source bridge='br0'/>"
    "<model type='virtio'/>{}</interface>"
)
ROOT_PORTS = (
    "<controller type='pci' index='0' model='pcie-root'/>"
    "<controller type='pci' index='1' model='pcie-root-port'>"
    "<address type='pci' domain='0x0000' bus='0x00' slot='0x1c' function='0x1'/></controller>"
    "<controller type='pci' index='31' model='pcie-root-port'><target hotplug='off'/>"
    "<address type='pci' domain='0x0000' bus='0x00' slot='2' function='0x0'/></controller>"
    "<controller type='pci' index='3' model='pcie-expander-bus'><target busNr='64'/>"
    "<address type='pci' bus='0x00' slot='0x04'/></controller>"
    "<controller type='pci' index='4' model='pcie-root-port'><address type='pci' bus='0x03' slot='0'/></controller>"
    "<controller type='pci' index='5' model='pci-bridge'><address type='pci' bus='6' slot='1'/></controller>"
    "<controller type='pci' index='6' model='pci-bridge'><address type='pci' bus='5' slot='1'/></controller>"
)
BY_ID = "/dev/disk/by-id/"


def document(devices: str, *, type_: str = "kvm", arch: str = "x86_64", machine: str = "pc-q35-7.2") -> bytes:
    return HEAD.format(type=type_, uuid=UUID, arch=arch, machine=machine, devices=devices).encode()


def listed(run_xfm: RunXfm, data: bytes) -> list[dict[str, Any]]:
    done = run_xfm("devices", "--json", input=data)
    assert (done.status, done.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def only(run_xfm: RunXfm, device: str, **kwargs: str) -> dict[str, Any]:
    """The entry of a domain's last device."""
    return listed(run_xfm, document(device, **kwargs))[-1]


def test_the_table_has_a_line_a_device(run_xfm: RunXfm) -> None:
    done = run_xfm("devices", "-", input=document(NIC.format("<alias name='ua-up'/>") + "<memballoon model='virtio'/>"))
    assert (done.status, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    assert lines[0] == ["ALIAS", "KIND", "HOST", "ADDRESS", "LINUX", "WINDOWS"]
    assert lines[1][:4] == ["-", "system", "kvm", "web1"]
    assert lines[2] == ["ua-up", "interface", "virtio", "bridge", "br0", "-", "52:54:00:aa:bb:01", "52-54-00-AA-BB-01"]
    assert lines[3] == ["-", "memballoon", "virtio", "-", "-", "-", "-"]
    assert len(lines) == 4


def test_json_has_null_where_nothing_tells_it_apart(run_xfm: RunXfm) -> None:
    assert only(run_xfm, "<memballoon model='virtio'/>") == {
        "alias": None,
        "kind": "memballoon",
        "model": "virtio",
        "host": None,
        "address": None,
        "linux": None,
        "windows": None,
    }


def test_the_guest_itself_has_its_smbios_uuid(run_xfm: RunXfm) -> None:
    entry = listed(run_xfm, document(""))[0]
    assert (entry["kind"], entry["linux"]) == ("system", ["3b1c1bf1-6a5f-4d5c-8f4e-9f0f5a1c0d11"])
    assert entry["windows"] == ["3B1C1BF1-6A5F-4D5C-8F4E-9F0F5A1C0D11"]


@pytest.mark.parametrize(
    ("kwargs", "seen"),
    [({"arch": "aarch64", "machine": "virt-7.2"}, None), ({"type_": "lxc"}, None), ({"arch": "s390x"}, None)],
)
def test_where_there_is_no_smbios_the_guest_has_none(run_xfm: RunXfm, kwargs: dict[str, str], seen: None) -> None:
    assert listed(run_xfm, document("", **kwargs))[0]["linux"] is seen


def disk(target: str, more: str, device: str = "disk") -> str:
    return f"<disk type='file' device='{device}'><source file='/a'/><target {target}/>{more}</disk>"


@pytest.mark.parametrize(
    ("device", "linux", "windows"),
    [
        (disk("dev='vda' bus='virtio'", "<serial>abc</serial>"), ["virtio-abc"], ["abc"]),
        (disk("dev='vda' bus='virtio'", f"<serial>{'x' * 30}</serial>"), [f"virtio-{'x' * 20}"], ["x" * 20]),
        (disk("dev='vda' bus='virtio'", "<serial>a b</serial>"), ["virtio-a__b"], [r"a\ b"]),
        (disk("dev='sda' bus='sata'", "<serial>abc</serial>"), ["ata-QEMU_HARDDISK_abc"], ["abc"]),
        (disk("dev='hda' bus='ide'", "<wwn>3AAABBBBCCCCDDDD</wwn>"), ["wwn-0x3aaabbbbccccdddd"], None),
        (disk("dev='sda' bus='sata'", "<serial>abc</serial>", "cdrom"), ["ata-QEMU_DVD-ROM_abc"], ["abc"]),
        (disk("dev='sda' bus='scsi'", "<serial>abc</serial>"), ["scsi-0QEMU_QEMU_HARDDISK_abc"], ["abc"]),
        (
            disk("dev='sda' bus='scsi'", "<serial>abc</serial><vendor>A B</vendor><product>C  D</product>"),
            ["scsi-0A_B_C_D_abc"],
            ["abc"],
        ),
        (
            disk("dev='sda' bus='scsi'", "<serial>abc</serial><wwn>0x3aaabbbbccccdddd</wwn>"),
            ["scsi-33aaabbbbccccdddd", "wwn-0x3aaabbbbccccdddd"],
            ["abc"],
        ),
        (disk("dev='sda' bus='usb'", "<serial>abc</serial>"), ["usb-QEMU_QEMU_HARDDISK_abc-0:0"], ["abc"]),
        (disk("dev='sda' bus='scsi'", "<serial>abc</serial>", "lun"), None, None),
        (disk("dev='vda' bus='virtio'", ""), None, None),
    ],
)
def test_a_disk_by_its_serial_and_name(
    run_xfm: RunXfm, device: str, linux: list[str] | None, windows: list[str] | None
) -> None:
    entry = only(run_xfm, device)
    assert entry["linux"] == (linux and [BY_ID + name for name in linux])
    assert entry["windows"] == windows


@pytest.mark.parametrize(
    ("address", "windows", "eno"),
    [
        ("bus='0x01' slot='0x00' function='0x0'", "PCIROOT(0)#PCI(1C01)#PCI(0000)", True),
        ("bus='0x00' slot='0x1f' function='0x2'", "PCIROOT(0)#PCI(1F02)", False),  # ACPI is silent on q35's root bus
        ("bus='0x1f' slot='0x0a' function='0x0'", "PCIROOT(0)#PCI(0200)#PCI(0A00)", False),  # and without hotplug
        ("bus='31' slot='10' function='0'", "PCIROOT(0)#PCI(0200)#PCI(0A00)", False),
        ("bus='4' slot='0'", None, True),  # behind a root of its own
        ("bus='5' slot='0'", None, True),  # bridges in a circle
        ("bus='9' slot='0'", None, True),  # no such bus
    ],
)
def test_an_interface_by_its_place(run_xfm: RunXfm, address: str, windows: str | None, eno: bool) -> None:
    more = f"<acpi index='07'/><address type='pci' {address}/>"
    entry = only(run_xfm, ROOT_PORTS + NIC.format(more))
    assert entry["linux"] == ["eno7"] * eno + ["52:54:00:aa:bb:01"]
    assert entry["windows"] == ["52-54-00-AA-BB-01"] + [windows] * bool(windows)


def test_an_address_reads_as_lspci_has_it(run_xfm: RunXfm) -> None:
    source = "<source><address domain='0' bus='0x3' slot='31' function='0x1'/></source>"
    address = "<address type='pci' domain='0x0000' bus='0x1F' slot='10' function='7'/>"
    entry = only(run_xfm, f"<hostdev mode='subsystem' type='pci'>{source}{address}</hostdev>")
    assert (entry["host"], entry["address"]) == ("0000:03:1f.1", "pci 0000:1f:0a.7")


@pytest.mark.parametrize(
    ("device", "linux", "windows"),
    [
        (
            "<channel type='pty'><target type='virtio' name='org.a'/></channel>",
            "/dev/virtio-ports/org.a",
            r"\\.\Global\org.a",
        ),
        (
            "<channel type='spicevmc'><target type='virtio'/></channel>",
            "/dev/virtio-ports/com.redhat.spice.0",
            r"\\.\Global\com.redhat.spice.0",
        ),
        ("<channel type='pty'><target type='virtio'/></channel>", None, None),
        ("<filesystem type='mount'><source dir='/srv'/><target dir='share'/></filesystem>", "share", None),
        ("<serial type='pty'><target type='isa-serial' port='1'/></serial>", "/dev/ttyS1", "COM2"),
        ("<serial type='pty'><target type='pci-serial' port='1'/></serial>", None, None),
        ("<vsock model='virtio'><cid auto='no' address='3'/></vsock>", "CID 3", None),
        ("<vsock model='virtio'><cid auto='yes'/></vsock>", None, None),
    ],
)
def test_other_devices_by_their_names(run_xfm: RunXfm, device: str, linux: str | None, windows: str | None) -> None:
    entry = only(run_xfm, device)
    assert (entry["linux"], entry["windows"]) == (linux and [linux], windows and [windows])


def test_what_no_guest_sees_is_not_listed(run_xfm: RunXfm) -> None:
    hidden = "<emulator>/x</emulator><graphics type='vnc' passwd='geheim'/><audio id='1' type='none'/>"
    assert [entry["kind"] for entry in listed(run_xfm, document(hidden))] == ["system"]


def test_the_chain_does_not_run(run_xfm: RunXfm) -> None:
    """Of a document that says nothing, nothing is listed; not what xfm would make of it."""
    entry = only(run_xfm, "<interface type='network'><source network='default'/></interface>")
    assert (entry["alias"], entry["linux"], entry["windows"]) == (None, None, None)


def test_no_secret_of_a_source_is_shown(run_xfm: RunXfm) -> None:
    source = (
        "<source protocol='https' name='image.iso' query='token=geheim'><host name='h' port='443'/>"
        "<cookies><cookie name='geheim'>geheim</cookie></cookies></source>"
        "<auth username='geheim'><secret type='iscsi' usage='geheim'/></auth>"
    )
    data = document(f"<disk type='network'>{source}<target dev='vda' bus='virtio'/></disk>")
    for arguments in (("devices",), ("devices", "--json")):
        done = run_xfm(*arguments, input=data)
        assert b"https:image.iso" in done.stdout
        assert b"geheim" not in done.stdout


def test_a_name_cannot_act_on_the_terminal(run_xfm: RunXfm) -> None:
    name = "a&#x9b;31m&#x7f;&#10;b"
    done = run_xfm("devices", input=document(f"<channel type='pty'><target type='virtio' name='{name}'/></channel>"))
    assert done.status == 0
    text = done.stdout.decode()
    assert not any(character in text for character in "\x9b\x7f\x1b")
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "data", "status"),
    [(("devices", "no-such-file"), b"", 3), (("devices", "a", "b"), b"", 2), (("devices",), b"<x/>", 1)],
)
def test_wrong_use_is_told(run_xfm: RunXfm, arguments: tuple[str, ...], data: bytes, status: int) -> None:
    done = run_xfm(*arguments, input=data)
    assert (done.status, done.stdout) == (status, b"")
    assert done.stderr.startswith("xfm: error: ")
    assert "hint:" in done.stderr
