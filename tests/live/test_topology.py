"""The addresses of the stage topology against libvirt and QEMU: each is kept as it was given, and the guests start.

The corpus is the folder that the environment variable XFM_CORPUS names, or else the folder
`shared/corpus/libvirt-9.0.0` beside the checkout: libvirt's own tests/qemuxml2argvdata.
"""

from __future__ import annotations

import functools
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pluggy
import pytest
from lxml import etree

from xfm import builtin, chain, hookspecs, plugins, source
from xfm.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xfm.model import Contribution

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")
Element = etree._Element

MACHINES = {
    "q35": ("x86_64", "q35"),
    "pc": ("x86_64", "pc"),
    "virt": ("aarch64", "virt"),
    "riscv64": ("riscv64", "virt"),
    "pseries": ("ppc64", "pseries"),
    "s390x": ("s390x", "s390-ccw-virtio"),
}
PCI = ("q35", "pc", "virt", "riscv64", "pseries")


class Stage:
    """xfm's own stylesheets of the stage, and no others."""

    @hookimpl
    def xfm_topology(self, baseline: int) -> list[Contribution]:
        return builtin.xfm_topology(baseline)


@functools.cache
def links() -> tuple[chain.Link, ...]:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(Stage(), name=plugins.BUILTIN)
    return chain.build(plugins.Plugins(manager, (), (), {}), builtin.NEWEST, {}).links


def addressed(text: bytes) -> Element:
    """What the stage makes of a document."""
    document = source.parse_domain(text)
    for link in links():
        document, _ = link.stylesheet.apply(document, link.values, {})
    return document.getroot()


def defined(connection: libvirt.virConnect, root: Element) -> Element:
    """What libvirt makes of a document."""
    domain = connection.defineXML(etree.tostring(root).decode())
    text = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
    return etree.fromstring(text)


def address(one: Element) -> dict[str, str]:
    """The address of a device; numbers all in one form."""
    found = one.find("address")
    return {} if found is None else {str(name): plain(str(value)) for name, value in found.attrib.items()}


def plain(value: str) -> str:
    return str(int(value, 0)) if re.fullmatch(r"0x[0-9a-fA-F]+|0|[1-9][0-9]*", value) else value


def groups(root: Element) -> dict[tuple[str, ...], list[Element]]:
    """The devices that libvirt may put in another order, apart; it keeps the order of those in a group."""
    found: dict[tuple[str, ...], list[Element]] = defaultdict(list)
    for one in root.iterfind("devices/*"):
        if one.tag == "disk":
            found["disk", str(one.xpath("string(target/@dev)"))].append(one)
        elif one.tag == "controller":
            found["controller", one.get("type", ""), one.get("index", "")].append(one)
        else:
            found[(str(one.tag),)].append(one)
    for key, group in found.items():
        if key[0] in ("video", "controller"):  # the primary one moves to the front; companions go by their model
            group.sort(key=lambda one: sorted(address(one).items()))
    return found


#: What libvirt adds to a document by itself, and other stages or nobody may write: no address of ours depends on it.
#: console and serial are two elements for one device; a balloon and video are for the stage defaults; keyboard and
#: mouse of pseries come with graphics.
ADDED = {"emulator", "audio", "graphics", "panic", "memballoon", "video", "console", "serial", "input"}


def differences(ours: Element, dump: Element) -> Iterator[str]:
    """Addresses that libvirt changed, gave, or had to give to a device that it added."""
    before, after = groups(ours), groups(dump)
    for key, devices in after.items():
        had = before.get(key, [])
        if len(devices) > len(had) and key[0] not in ADDED:
            yield f"{' '.join(key)}: added"
        for one, other in zip(had, devices, strict=False):
            given, kept = address(one), address(other)
            if any(kept.get(name) != value for name, value in given.items()):
                yield f"{' '.join(key)}: {given} became {kept}"
            elif not given and kept:
                yield f"{' '.join(key)}: given {kept}"
            elif any(value != "0" for name, value in kept.items() if name not in given and name != "multifunction"):
                yield f"{' '.join(key)}: {given} completed to {kept}"


# --- the corpus ---

#: Documents in which libvirt has to give an address after us: file -> what it is about.
LEFT_OVER = {
    "aarch64-aavmf-virtio-mmio.xml": "a guest with virtio-mmio addresses is left alone",
    "pcie-expander-bus-aarch64.xml": "an expander bus without an address",
    "console-compat2.xml": "libvirt makes the first virtio console the second one",
    "disk-scsi.xml": "ibmvscsi on x86",
    "hostdev-vfio-zpci-autogenerate.xml": "PCI on s390x",
    "hostdev-vfio-zpci-autogenerate-fids.xml": "PCI on s390x",
    "hostdev-vfio-zpci-autogenerate-uids.xml": "PCI on s390x",
    "hostdev-vfio-zpci-boundaries.xml": "PCI on s390x",
    "hostdev-vfio-zpci-ccw-memballoon.xml": "PCI on s390x",
    "hostdev-vfio-zpci-multidomain-many.xml": "PCI on s390x",
    "monitor-json.xml": "a disk whose bus the stage defaults would have written",
    "panic-pseries.xml": "a console that mirrors the serial port",
    "pseries-panic-missing.xml": "a console that mirrors the serial port",
    "pseries-panic-no-address.xml": "a console that mirrors the serial port",
    "pseries-vio-user-assigned.xml": "a console that mirrors the serial port",
    "pseries-vio.xml": "a console that mirrors the serial port",
    "pseries-serial+console-native.xml": "a console that mirrors the serial port",
    "pseries-serial-compat.xml": "a console that mirrors the serial port",
}
FAMILIES = {
    "pc-q35": "q35",
    "q35": "q35",
    "pc-i440fx": "pc",
    "pc": "pc",
    "virt": "virt",
    "s390-ccw": "s390-ccw-virtio",
    "pseries": "pseries",
}


def adapted(path: Path) -> Element | None:
    """A document of the corpus as this host can define it: emulated, by a machine that it has; None if it cannot."""
    root = etree.parse(str(path)).getroot()
    machine = root.find("os/type")
    if machine is None or root.get("type") not in ("qemu", "kvm", "hvf"):
        return None
    name = machine.get("machine") or ""
    family = next((family for start, family in FAMILIES.items() if name.startswith(start)), None)
    if family is None:
        return None
    root.set("type", "qemu")
    machine.set("machine", family)
    for parent, tag in (("devices", "emulator"), (".", "cpu"), (".", "seclabel"), (".", "uuid")):
        for holder in root.findall(parent):
            for found in holder.findall(tag):
                holder.remove(found)
    return root


def test_libvirt_keeps_the_addresses_of_the_corpus(connection: libvirt.virConnect) -> None:
    """What libvirt takes without the stage it takes with it, and changes none of its addresses."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus: {CORPUS} is not there (XFM_CORPUS names another folder of domain documents)")
    taken, faults, left_over = 0, [], set()
    for path in sorted(CORPUS.glob("*.xml")):
        if path.name.endswith("-invalid.xml") or (root := adapted(path)) is None:
            continue
        try:
            defined(connection, root)
        except libvirt.libvirtError:
            continue
        ours = addressed(etree.tostring(root))
        try:
            dump = defined(connection, ours)
        except libvirt.libvirtError as error:
            faults.append(f"{path.name}: refused: {error}")
            continue
        taken += 1
        found = list(differences(ours, dump))
        left_over |= {path.name} & LEFT_OVER.keys() if found else set()
        faults += [f"{path.name}: {line}" for line in found if path.name not in LEFT_OVER]
    assert not faults, "\n".join(faults)
    assert taken > 800
    assert left_over == LEFT_OVER.keys()


# --- guests of many devices ---


class Many(NamedTuple):
    """A guest: its family, and how many of which device, as in "nic 2 disk 3"."""

    family: str
    devices: str
    start: bool = True
    controllers: tuple[str, int] = ("", 0)  # how many controllers of a model it must have

    def xml(self, image: Path) -> bytes:
        arch, machine = MACHINES[self.family]
        words = self.devices.split()
        devices = "".join(
            device(what, number, image)
            for what, count in zip(words[::2], words[1::2], strict=True)
            for number in range(int(count))
        )
        balloon = "<memballoon model='virtio'/>" * (self.family != "virt")
        acpi = "<features><acpi/></features>" * (arch == "x86_64")
        return (
            f"<domain type='qemu'><name>many</name><memory unit='MiB'>128</memory><os><type arch='{arch}' "
            f"machine='{machine}'>hvm</type></os>{acpi}<devices>{devices}{balloon}</devices></domain>"
        ).encode()


def device(what: str, number: int, image: Path) -> str:
    """The n-th device of its sort."""
    name = letters(number + 30 if what == "scsi" else number)  # SCSI disks share the prefix with SATA ones
    return DEVICES[what].format(i=number, name=name, image=image, bus=number // 32 + 3, slot=number % 32)


def letters(number: int) -> str:
    """The letters of the n-th disk: a, …, z, aa, …"""
    text = ""
    while number >= 0:
        text, number = chr(ord("a") + number % 26) + text, number // 26 - 1
    return text


_DISK = (
    "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{{image}}'/>"
    "<target dev='{}{{name}}' bus='{}'/><shareable/></disk>"
)
_NIC = "<interface type='user'><model type='{}'/>{}</interface>"
_NO_ROM = "<rom enabled='no'/>"  # a hundred of them would not fit below 1 MiB
DEVICES = {
    "nic": _NIC.format("virtio", _NO_ROM),
    "ccw-nic": _NIC.format("virtio", ""),
    "e1000": _NIC.format("e1000", _NO_ROM),
    "spapr-nic": _NIC.format("spapr-vlan", ""),
    "disk": _DISK.format("vd", "virtio"),
    "sata": _DISK.format("sd", "sata"),
    "scsi": _DISK.format("sd", "scsi"),
    "ide": _DISK.format("hd", "ide"),
    "usb-disk": _DISK.format("sdu", "usb"),
    "lsilogic": "<controller type='scsi' index='{i}' model='lsilogic'/>",
    "virtio-scsi": "<controller type='scsi' index='{i}' model='virtio-scsi'/>",
    "vscsi": "<controller type='scsi' index='{i}' model='ibmvscsi'/>",
    "usb2": "".join(
        f"<controller type='usb' index='{{i}}' model='ich9-{model}'/>" for model in ("ehci1", "uhci1", "uhci2", "uhci3")
    ),
    "rng": "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    "hostdev": "<hostdev mode='subsystem' type='pci' managed='no'><source>"
    "<address domain='0' bus='{bus}' slot='{slot}' function='0'/></source></hostdev>",
    "video": "<video><model type='virtio'/></video>",
    "ich9": "<sound model='ich9'/>",
    "ac97": "<sound model='ac97'/>",
    "tablet": "<input type='tablet' bus='usb'/>",
    "pointer": "<input type='tablet' bus='virtio'/>",
    "channel": "<channel type='null'><target type='virtio' name='a.{i}'/></channel>",
    "console": "<console type='null'><target type='virtio'/></console>",
    "serial": "<serial type='null'/>",
    "watchdog": "<watchdog model='i6300esb'/>",
    "fs": "<filesystem type='mount'><source dir='/tmp'/><target dir='s{i}'/></filesystem>",
    "iommu": "<iommu model='virtio'/>",
}
EACH = "disk 75 fs 20 virtio-scsi 6 rng 3 channel 60 "

GUESTS = {
    "nothing-q35": Many("q35", ""),
    "nothing-pc": Many("pc", ""),
    "q35": Many(
        "q35",
        "video 2 ich9 2 nic 5 e1000 2 disk 6 sata 3 scsi 3 virtio-scsi 2 rng 1 tablet 4 usb-disk 4 channel 3 console 2 "
        "watchdog 1 fs 2 iommu 1",
    ),
    "q35-usb2": Many("q35", "usb2 3 tablet 2"),
    "q35-200-ports": Many("q35", "nic 129 disk 70", controllers=("pcie-root-port", 202)),
    "q35-30-sata": Many("q35", "sata 30"),
    "q35-scsi": Many("q35", "scsi 20"),
    "pc-lsilogic": Many("pc", "lsilogic 1 scsi 20"),
    "q35-conventional": Many("q35", "e1000 40 ac97 1", controllers=("pcie-to-pci-bridge", 2)),
    "pc": Many(
        "pc",
        "video 2 nic 5 e1000 2 disk 6 ide 3 virtio-scsi 1 scsi 20 rng 1 tablet 3 channel 30 console 2 watchdog 1 fs 2",
    ),
    "pc-usb2": Many("pc", "usb2 2 tablet 2"),
    "pc-3-bridges": Many("pc", "disk 22 nic 16 e1000 2", controllers=("pci-bridge", 3)),
    "pc-7-bridges": Many("pc", "disk 60 nic 30 e1000 5", controllers=("pci-bridge", 7)),
    "virt": Many("virt", "video 1 nic 8 disk 20 virtio-scsi 2 scsi 20 tablet 2 channel 2 rng 1"),
    "riscv64": Many("riscv64", "video 1 nic 4 disk 8 virtio-scsi 1 rng 1 tablet 1 pointer 1"),
    "pseries": Many("pseries", "nic 4 e1000 2 spapr-nic 2 disk 30 vscsi 2 scsi 20 serial 2 rng 1 tablet 2"),
    "s390x": Many("s390x", "ccw-nic 6 disk 40 scsi 20 channel 3 console 1 rng 2 video 1 pointer 2 fs 1"),
    **{f"200-{family}": Many(family, EACH + "nic 60 pointer 20 tablet 10 hostdev 10", start=False) for family in PCI},
    "200-s390x": Many("s390x", EACH + "ccw-nic 90", start=False),
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images") / "disk.img"
    with path.open("wb") as file:
        file.truncate(1024 * 1024)
    return path


@pytest.mark.parametrize("name", GUESTS)
def test_libvirt_keeps_the_addresses_of_a_guest_and_qemu_starts_it(
    name: str, connection: libvirt.virConnect, image: Path
) -> None:
    guest = GUESTS[name]
    ours = addressed(guest.xml(image))
    dump = defined(connection, ours)
    assert list(differences(ours, dump)) == []
    model, count = guest.controllers
    if model:
        assert len(dump.findall(f"devices/controller[@model='{model}']")) == count
    if guest.start:
        domain = connection.createXML(etree.tostring(ours).decode(), libvirt.VIR_DOMAIN_START_PAUSED)
        domain.destroy()


def places(root: Element) -> dict[str, dict[str, str]]:
    """The addresses of disks, interfaces and controllers, by what tells each from the others."""
    name = etree.XPath("concat(name(), ' ', @type, ' ', target[@bus]/@dev, mac/@address, self::controller/@index)")
    found = root.xpath("devices/*[self::disk or self::interface or self::controller]")
    assert isinstance(found, list)
    return {str(name(one)): address(one) for one in found if isinstance(one, Element)}


def test_a_device_that_is_added_moves_no_other(connection: libvirt.virConnect, image: Path) -> None:
    """By way of libvirt: what it dumps goes through the stage again with a device more."""
    dump = defined(connection, addressed(Many("q35", "nic 2 disk 3 tablet 1 sata 1").xml(image)))
    more = etree.fromstring(etree.tostring(dump))
    devices = more.find("devices")
    assert devices is not None
    devices.insert(1, etree.fromstring(device("nic", 9, image)))
    devices.insert(1, etree.fromstring(device("e1000", 9, image)))
    again = defined(connection, addressed(etree.tostring(more)))
    before, after = places(dump), places(again)
    assert len(before) > 20
    assert {name: after[name] for name in before} == before
    assert len(again.findall("devices/interface")) == 4
