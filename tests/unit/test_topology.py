"""Addresses: unique and valid, never moved once given, and independent of devices of another kind."""

from __future__ import annotations

import functools
import re
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pluggy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import api, builtin, chain, hookspecs, pin, plugins, resources, source
from xfm.errors import DocumentError
from xfm.hookspecs import hookimpl
from xfm.model import Contribution

ROOT = Path(__file__).resolve().parents[2]
Tree = etree._ElementTree
Element = etree._Element

MACHINES = {
    "q35": ("x86_64", "pc-q35-7.2"),
    "pc": ("x86_64", "pc-i440fx-7.2"),
    "virt": ("aarch64", "virt-7.2"),
    "riscv": ("riscv64", "virt"),
    "pseries": ("ppc64", "pseries-7.2"),
    "s390x": ("s390x", "s390-ccw-virtio-7.2"),
}
EXPRESS = ("q35", "virt", "riscv")
PCI = (*EXPRESS, "pc", "pseries")

#: What guests are made of: name -> kind, families, XML. {n} is the number of the device in the guest, {letters} the
#: same as in the name of a disk.
POOL: dict[str, tuple[str, tuple[str, ...], str]] = {
    "nic": ("interface", tuple(MACHINES), "<interface type='user'><model type='virtio'/></interface>"),
    "old-nic": ("interface", PCI, "<interface type='user'><model type='e1000'/></interface>"),
    "disk": ("disk", tuple(MACHINES), "<disk type='file'><target dev='vd{letters}' bus='virtio'/></disk>"),
    "scsi": ("scsi", tuple(MACHINES), "<controller type='scsi' index='{n}' model='virtio-scsi'/>"),
    "usb": ("usb", PCI, "<controller type='usb' index='{n}' model='qemu-xhci'/>"),
    "rng": ("rng", tuple(MACHINES), "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"),
    "passed-through": (
        "hostdev",
        PCI,
        "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='9' slot='{n}' function='0'/></source>"
        "</hostdev>",
    ),
    "fs": (
        "filesystem",
        tuple(MACHINES),
        "<filesystem type='mount'><source dir='/srv'/><target dir='share{n}'/></filesystem>",
    ),
    "pointer": ("input", tuple(MACHINES), "<input type='tablet' bus='virtio'/>"),
    "sound": ("other", PCI, "<sound model='ac97'/>"),
    "vsock": ("other", tuple(MACHINES), "<vsock model='virtio'/>"),
    "watchdog": ("other", PCI, "<watchdog model='i6300esb'/>"),
    "screen": ("video", ("q35", "virt", "pc"), "<video><model type='virtio'/></video>"),
    "old-screen": ("video", ("q35", "virt", "pc", "pseries"), "<video><model type='vga'/></video>"),
    "sata-controller": ("sata", ("q35", "pc"), "<controller type='sata' index='{n}'/>"),
    "channel": (
        "channel",
        tuple(MACHINES),
        "<channel type='unix'><target type='virtio' name='a.{n}'/></channel>",
    ),
    "console": ("console", tuple(MACHINES), "<console type='pty'><target type='virtio'/></console>"),
    "tablet": ("usb-input", PCI, "<input type='tablet' bus='usb'/>"),
    "redirected": ("usb-redirdev", PCI, "<redirdev bus='usb' type='spicevmc'/>"),
    "stick": ("usb-disk", PCI, "<disk type='file'><target dev='sdz{letters}' bus='usb'/></disk>"),
    "sata": ("sata", ("q35", "pc"), "<disk type='file'><target dev='sd{letters}' bus='sata'/></disk>"),
    "ide": ("ide", ("pc",), "<disk type='file'><target dev='hd{letters}' bus='ide'/></disk>"),
}
#: So many of a kind have places of their own everywhere, whatever else is there; fewer on the USB controller of pc.
CAPACITY = {
    "usb-input": 3,
    "usb-redirdev": 4,
    "usb-disk": 3,
    "usb": 4,
    "rng": 3,
    "scsi": 4,
    "hostdev": 8,
    "console": 3,
    "video": 6,
    "input": 7,
}
#: Those that fit no root port, and how many the bridge of a PCI Express machine has slots for.
CONVENTIONAL = {"old-nic": 5, "sound": 3, "watchdog": 3, "old-screen": 1, "sata-controller": 2}


class Device(NamedTuple):
    """A device of a guest: what it is, and the number that tells it from all others."""

    what: str
    number: int

    def xml(self) -> str:
        letters = self._letters()
        text = POOL[self.what][2].format(n=self.number, letters=letters)
        end = text.rindex("</") if "</" in text else text.index("/>")
        alias = f"<alias name='ua-t{self.number}'/>"
        return text[:end] + alias + text[end:] if "</" in text else f"{text[:end]}>{alias}</{self._tag()}>"

    def _tag(self) -> str:
        found = re.match(r"<(\w+)", POOL[self.what][2])
        assert found
        return found[1]

    def _letters(self) -> str:
        letters, rest = "", self.number
        while rest >= 0:
            letters, rest = chr(ord("a") + rest % 26) + letters, rest // 26 - 1
        return letters


def guest(family: str, devices: str) -> Tree:
    """A domain of a family with these devices."""
    arch, machine = MACHINES[family]
    return source.parse_domain(
        f"<domain type='qemu'><name>g</name><uuid>9b2f8a52-6a1e-4f5e-8a44-0c6a4e7d1b10</uuid><memory>65536</memory>"
        f"<os><type arch='{arch}' machine='{machine}'>hvm</type></os><devices>{devices}</devices></domain>".encode()
    )


def new(family: str, devices: list[Device]) -> Tree:
    return guest(family, "".join(device.xml() for device in devices))


@functools.cache
def links() -> tuple[chain.Link, ...]:
    """The stylesheets of the stage, in their order."""

    class Stage:
        @hookimpl
        def xfm_topology(self, baseline: int) -> list[Contribution]:
            return builtin.xfm_topology(baseline)

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(Stage(), name=plugins.BUILTIN)
    return chain.build(plugins.Plugins(manager, (), (), {}), builtin.NEWEST, {}).links


def addressed(document: Tree) -> Tree:
    """What the stage makes of a document."""
    for link in links():
        document, _ = link.stylesheet.apply(document, link.values, {})
    return document


def address(device: Element) -> dict[str, str]:
    found = device.find("address")
    return {str(name): str(value) for name, value in found.attrib.items()} if found is not None else {}


def addresses(document: Tree) -> dict[str, dict[str, str]]:
    """The address of each device that has one of our aliases, by that."""
    return {
        alias.get("name", ""): address(alias.getparent())  # type: ignore[arg-type]
        for alias in document.iterfind("devices/*/alias")
        if re.fullmatch(r"ua-t\d+", alias.get("name", ""))
    }


def names(devices: list[Device]) -> set[str]:
    return {f"ua-t{device.number}" for device in devices}


def number(text: str) -> int:
    return int(text, 0)


def place(found: dict[str, str]) -> tuple[object, ...]:
    """An address as a value that no other device may have."""
    if found["type"] == "usb":
        return ("usb", found["bus"], found["port"])
    values = sorted(found.items())
    return tuple(
        (name, value if name == "type" else number(value)) for name, value in values if name != "multifunction"
    )


def faults(document: Tree) -> list[str]:
    """Everything that is wrong with the addresses of a document."""
    devices = document.findall("devices/*")
    found = [address(device) for device in devices if address(device)]
    # disks of several buses may have the same drive address
    places = [(place(address(d)), str(d.xpath("string(self::disk/target/@bus)"))) for d in devices if address(d)]
    wrong = [f"taken twice: {twice}" for twice, times in Counter(places).items() if times > 1]
    wrong += [f"no address: {name}" for name, one in addresses(document).items() if not one]
    controllers = {
        (device.get("type"), int(device.get("index", "-1"))): device for device in devices if device.tag == "controller"
    }
    wrong += pci_faults(controllers, [one for one in found if one["type"] == "pci"])
    for one in found:
        if one["type"] == "usb":
            ports = controllers["usb", int(one["bus"])]
            most = {"piix3-uhci": 2}.get(ports.get("model", ""), int(ports.get("ports", "4")))
            wrong += [f"no such port: {one}"] * (not 1 <= int(one["port"].split(".")[0]) <= most)
        if one["type"] == "virtio-serial":
            wrong += [f"no such port: {one}"] * (int(one["port"]) > 30)
            wrong += [f"no controller: {one}"] * (("virtio-serial", int(one["controller"])) not in controllers)
        if one["type"] == "ccw":
            wrong += [f"not of the virtual image: {one}"] * (one["cssid"] != "0xfe" or number(one["devno"]) > 0xFFFF)
    return wrong


def pci_faults(controllers: dict[tuple[str | None, int], Element], found: list[dict[str, str]]) -> list[str]:
    """What is wrong with PCI controllers and the addresses that name them."""
    indexes = sorted(index for kind, index in controllers if kind == "pci")
    wrong = [f"gaps among the PCI controllers: {indexes}"] * (indexes != list(range(len(indexes))))
    slots = {(number(one["bus"]), number(one["slot"]), number(one["function"])): one for one in found}
    for (bus, slot, function), one in slots.items():
        if ("pci", bus) not in controllers:
            wrong.append(f"no bus: {one}")
            continue
        model = controllers["pci", bus].get("model", "")
        first, last = {"pcie-root-port": (0, 0), "pcie-root": (1, 31), "pci-root": (1, 31)}.get(model, (1, 31))
        wrong += [f"no such slot of a {model}: {one}"] * (not first <= slot <= last or function > 7)
        integrated = (bus, slot) in {(0, 1), (0, 31)}  # the chipset's function 0 is there without saying
        if function and not integrated and slots.get((bus, slot, 0), {}).get("multifunction") != "on":
            wrong.append(f"nothing at function 0 tells of it: {one}")
    return wrong


@st.composite
def guests(draw: st.DrawFn, families: tuple[str, ...] = tuple(MACHINES), *, most: int = 60) -> tuple[str, list[Device]]:
    """A family and the devices of a guest of it."""
    family = draw(st.sampled_from(families))
    able = sorted(what for what, (_, fit, _) in POOL.items() if family in fit)
    drawn = draw(st.lists(st.sampled_from(able), max_size=most))
    return family, [Device(what, i) for i, what in enumerate(drawn)]


@given(guests())
def test_every_device_has_a_valid_address_of_its_own(drawn: tuple[str, list[Device]]) -> None:
    document = addressed(new(*drawn))
    assert names(drawn[1]) == addresses(document).keys()
    assert faults(document) == []


@given(guests())
def test_the_stage_is_deterministic_and_idempotent(drawn: tuple[str, list[Device]]) -> None:
    once = addressed(new(*drawn))
    assert etree.tostring(addressed(new(*drawn))) == etree.tostring(once)
    assert etree.tostring(addressed(once)) == etree.tostring(once)


@given(guests(), st.data())
def test_no_edit_moves_a_device_that_has_an_address(drawn: tuple[str, list[Device]], data: st.DataObject) -> None:
    family, devices = drawn
    document = addressed(new(family, devices))
    fresh = 70
    for _ in range(data.draw(st.integers(1, 3))):
        holder = document.find("devices")
        assert holder is not None
        known = addresses(document)
        for alias in data.draw(st.sets(st.sampled_from(sorted(known)), max_size=5)) if known else ():
            found = holder.find(f"*/alias[@name='{alias}']/..")
            assert found is not None
            if not (found.tag == "controller" and is_used(document, found)):
                holder.remove(found)
                del known[alias]
        able = sorted(what for what, (_, fit, _) in POOL.items() if family in fit)
        for what in data.draw(st.lists(st.sampled_from(able), max_size=8)):
            holder.insert(data.draw(st.integers(0, len(holder))), etree.fromstring(Device(what, fresh).xml()))
            fresh += 1
        holder[:] = data.draw(st.permutations(list(holder)))
        document = addressed(document)
        after = addresses(document)
        assert {alias: after[alias] for alias in known} == known
        assert faults(document) == []


def is_used(document: Tree, controller: Element) -> bool:
    """Whether a device names a controller in its address: then nobody can take it away."""
    kind, index = controller.get("type"), controller.get("index")
    name = "bus" if kind == "usb" else "controller"
    kinds = {"usb": "usb", "scsi": "drive", "virtio-serial": "virtio-serial"}
    return any(
        one.get("type") == kinds.get(kind or "") and one.get(name) == index
        for one in document.iterfind("devices/*/address")
    )


@given(guests(most=40), st.data())
def test_devices_of_one_kind_never_move_those_of_another(drawn: tuple[str, list[Device]], data: st.DataObject) -> None:
    family, devices = drawn
    devices = within_capacity(family, devices)
    kind = data.draw(st.sampled_from(sorted({one for one, _, _ in POOL.values()})))
    others = [device for device in devices if POOL[device.what][0] != kind]
    able = [what for what, (one, fit, _) in POOL.items() if one == kind and family in fit]
    more = [Device(what, 70 + i) for i, what in enumerate(able)]
    before = addresses(addressed(new(family, devices)))
    after = addresses(addressed(new(family, within_capacity(family, [*more, *others]))))
    assert {name: before[name] for name in names(others)} == {name: after[name] for name in names(others)}


SATA_DISKS = "".join(f"<disk type='file'><target dev='sd{letter}' bus='sata'/></disk>" for letter in "abcdefg")


@pytest.mark.parametrize("family", ["q35", "pc"])
@pytest.mark.parametrize("what", sorted(set(POOL) - {"sata", "sata-controller", "ide"}))
def test_the_controllers_of_sata_disks_stay_where_they_are(family: str, what: str) -> None:
    def controllers(devices: str) -> list[dict[str, str]]:
        document = addressed(guest(family, devices))
        return [address(one) for one in document.iterfind("devices/controller[@type='sata']")]

    if family in POOL[what][1]:
        alone = controllers(SATA_DISKS)
        assert len(alone) == 2
        assert controllers(Device(what, 0).xml() * 2 + SATA_DISKS) == alone


def within_capacity(family: str, devices: list[Device]) -> list[Device]:
    """The devices that have places of their own kind, in their order."""
    seen: Counter[str] = Counter()
    kept = []
    for device in devices:
        kind = POOL[device.what][0]
        # a USB controller that is added has ports, too; pc has few of each kind
        if device.what == "usb" or (family == "pc" and kind.startswith("usb-")):
            continue
        most = CAPACITY.get(kind, 8)
        if family in EXPRESS and device.what in CONVENTIONAL:
            kind, most = f"conventional {kind}", CONVENTIONAL[device.what]
        seen[kind] += 1
        if seen[kind] <= most:
            kept.append(device)
    return kept


@pytest.mark.parametrize("family", PCI)
@pytest.mark.parametrize("what", ["disk", "nic", "old-nic", "fs", "passed-through", "rng"])
def test_two_hundred_devices_of_one_kind_have_addresses(family: str, what: str) -> None:
    most = 150 if what == "old-nic" and family in EXPRESS else 190
    document = addressed(new(family, [Device(what, i) for i in range(most)]))
    assert faults(document) == []


def test_a_large_guest_takes_no_noticeable_time() -> None:
    document = new("q35", [Device(what, i) for i, what in enumerate(["disk", "nic", "fs", "tablet", "channel"] * 40)])
    spent = []
    for _ in range(3):
        begin = time.perf_counter()
        addressed(document)
        spent.append(time.perf_counter() - begin)
    assert min(spent) < 0.3, spent  # some 60 ms, and room for a slow machine


@pytest.mark.parametrize("family", EXPRESS)
@pytest.mark.parametrize(("devices", "spare", "ports"), [(0, 4, 14), (40, 0, 64), (40, 4, 64), (60, 4, 80)])
def test_root_ports_are_as_many_as_are_needed(family: str, devices: int, spare: int, ports: int) -> None:
    document = new(family, [Device("disk", i) for i in range(devices)])
    for link in links():
        values = {**link.values, "spare": str(spare)} if link.stylesheet.id == "pcie-addresses" else link.values
        document, _ = link.stylesheet.apply(document, values, {})
    found = [c.get("index") for c in document.iterfind("devices/controller[@model='pcie-root-port']")]
    busy = {int(one["bus"], 0) for one in map(address, document.findall("devices/*")) if one.get("type") == "pci"} - {0}
    assert len(found) >= max(14, len(busy) + spare)
    assert len(found) == max(14, max(busy, default=0), len(busy) + spare), ports


def test_spare_ports_come_after_all_others() -> None:
    without = new("q35", [Device("disk", i) for i in range(16)])
    plenty = without
    for link in links():
        is_last = link.stylesheet.id == "pcie-addresses"
        plenty, _ = link.stylesheet.apply(plenty, {**link.values, "spare": "32"} if is_last else link.values, {})
    few = addressed(without)
    assert addresses(few) == addresses(plenty)
    ports = [[etree.tostring(c) for c in tree.iterfind("devices/controller[@type='pci']")] for tree in (few, plenty)]
    assert len(ports[1]) > len(ports[0])
    assert set(ports[0]) < set(ports[1])


# --- documents of more devices than any guest has ---

SCSI_HOSTDEV = (
    "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/>"
    "</source></hostdev>"
)
CHANNEL = "<channel type='null'><target type='virtio'/></channel>"
CONSOLE = "<console type='null'><target type='virtio'/></console>"
NARROW = "".join(f"<controller type='virtio-serial' index='{i}' ports='1'/>" for i in range(490))


@pytest.mark.parametrize("many", [990, 5000])
@pytest.mark.parametrize(
    ("family", "device"),
    [
        ("q35", CHANNEL),
        ("q35", CONSOLE),
        ("q35", "<controller type='scsi' model='virtio-scsi'/>"),
        ("q35", SCSI_HOSTDEV),
        ("q35", "<input type='tablet' bus='usb'/>"),
        ("q35", "<interface type='user'><model type='e1000'/></interface>"),
        ("q35", "<interface type='user'><model type='virtio'/></interface>"),
        ("pc", "<interface type='user'><model type='virtio'/></interface>"),
        ("pc", "<smartcard mode='host'/>"),
        ("s390x", "<interface type='user'><model type='virtio'/></interface>"),
        ("pseries", "<interface type='user'><model type='spapr-vlan'/></interface>"),
    ],
)
def test_no_number_of_devices_breaks_the_stage(family: str, device: str, many: int) -> None:
    document = guest(family, device * many)
    assert (etree.tostring(addressed(document)) != etree.tostring(document)) is (many < 1000)


@pytest.mark.parametrize("device", [CHANNEL, CONSOLE])
def test_controllers_of_few_ports_do_not_break_the_stage(device: str) -> None:
    document = addressed(guest("q35", NARROW + device * 490))
    assert all(address(one) for one in document.iterfind("devices/channel"))


@pytest.mark.parametrize("family", PCI)
@pytest.mark.parametrize("index", [255, 256, 4000, 4294967295])
def test_no_index_breaks_the_stage(family: str, index: int) -> None:
    model = "pcie-root-port" if family in EXPRESS else "pci-bridge"
    rng = "<rng model='virtio'><backend model='random'/><address type='pci' bus='0xff' slot='0x00'/></rng>"
    document = addressed(guest(family, f"<controller type='pci' index='{index}' model='{model}'/>{rng}"))
    assert len(document.findall("devices/controller[@type='pci']")) < 260


# --- the tables ---

ARENAS = {"pcie": (1, 202), "pci": (3, 24), "bridge": (1, 31), "usb": (1, 15), "ccw": (1, 0xFFFE)}


@functools.cache
def tables() -> dict[str, list[tuple[str, int, int]]]:
    """The ranges of the scheme by arena: kind, first and last place."""
    root = etree.parse(f"{resources.STYLESHEETS}/lib/topology.xsl")
    found: dict[str, list[tuple[str, int, int]]] = {}
    for row in root.iter("range"):
        found.setdefault(row.get("arena", ""), []).append(
            (row.get("kind", ""), int(row.get("from", "")), int(row.get("to", "")))
        )
    return found


def test_the_ranges_of_an_arena_are_disjoint_and_inside_it() -> None:
    kinds = {kind.get("name") for kind in etree.parse(f"{resources.STYLESHEETS}/lib/topology.xsl").iter("kind")}
    assert tables().keys() == ARENAS.keys()
    for arena, rows in tables().items():
        places = [place for _, first, last in rows for place in range(first, last + 1)]
        assert len(places) == len(set(places)), arena
        first, last = ARENAS[arena]
        assert set(places) <= set(range(first, last + 1)), arena
        assert {kind for kind, _, _ in rows} <= {*kinds, "spill"}, arena
    express = {place for _, first, last in tables()["pcie"] for place in range(first, last + 1)}
    assert express == set(range(1, 203)) - {16}


def documented(arena: str) -> list[tuple[str, str]]:
    """The rows of the table of an arena as docs/topology.md has them."""
    text = (ROOT / "docs" / "topology.md").read_text("utf-8")
    section = text.partition(f"<!-- table: {arena} -->\n")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines()[2:]]
    return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("arena", ARENAS)
def test_the_document_has_the_tables_of_the_scheme(arena: str) -> None:
    form = "0x{:04x}" if arena == "ccw" else "0x{:02x}" if arena in ("pci", "bridge") else "{}"
    expected: dict[str, list[str]] = {}
    for kind, first, last in tables()[arena]:
        written = form.format(first) + (f"-{form.format(last)}" if last > first else "")
        expected.setdefault(kind, []).append(written)
    assert documented(arena) == [(kind, ", ".join(ranges)) for kind, ranges in expected.items()]


# --- the whole chain ---


def transformed(document: bytes) -> bytes:
    return api.transform(document).xml


@pytest.mark.parametrize("family", MACHINES)
def test_the_output_of_the_chain_goes_through_it_unchanged(family: str) -> None:
    devices = "".join(Device(w, i).xml() for i, (w, (_, fit, _)) in enumerate(sorted(POOL.items())) if family in fit)
    once = transformed(etree.tostring(guest(family, devices)))
    assert transformed(once) == once


def test_a_controller_whose_name_is_taken_gets_another() -> None:
    devices = "<interface type='user'><model type='virtio'/><alias name='ua-pci-3'/></interface>"
    once = transformed(etree.tostring(guest("q35", devices)))
    found = [alias.get("name") for alias in etree.fromstring(once).iter("alias")]
    assert len(set(found)) == len(found)
    assert "ua-pci-3_" in found
    assert transformed(once) == once


def test_who_speaks_of_devices_by_id_gets_no_alias() -> None:
    text = etree.tostring(guest("q35", "")).replace(
        b"</domain>",
        b"<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-device'/>"
        b"<q:arg value='edu,bus=pci.3'/></q:commandline></domain>",
    )
    once = transformed(text)
    assert b"<alias" not in once
    assert transformed(once) == once


@pytest.mark.parametrize(
    "text",
    [
        b"<domain type='xen'><name>a</name><memory>1</memory><os><type>linux</type></os></domain>",
        b"<domain type='lxc'><name>a</name><memory>1</memory><os><type>exe</type></os></domain>",
        b"<domain type='qemu'><name>a</name><memory>1</memory><os><type machine='isapc'>hvm</type></os></domain>",
        b"<domain type='kvm'><name>a</name><memory>1</memory><os><type machine='microvm'>hvm</type></os></domain>",
    ],
)
def test_what_no_scheme_is_for_stays_as_it_is(text: bytes) -> None:
    document = source.parse_domain(text)
    assert etree.tostring(addressed(document)) == etree.tostring(document)


# --- the pin ---


def test_the_pin_records_the_version_of_the_scheme(minimal: bytes) -> None:
    scheme = etree.parse(f"{resources.STYLESHEETS}/lib/topology.xsl").find(
        "{http://www.w3.org/1999/XSL/Transform}variable[@name='xfm:scheme']"
    )
    assert scheme is not None
    once = transformed(minimal)
    found = pin.read(source.parse_domain(once))
    assert found is not None
    assert found.topology == scheme.get("select") == "1"
    more = once.replace(b"</devices>", b"<rng model='virtio'><backend model='random'/></rng></devices>")
    again = pin.read(source.parse_domain(api.transform(more, pipeline=api.new_pipeline(repin=True)).xml))
    assert again is not None
    assert again.topology == "1"


def test_an_adopted_guest_has_no_scheme(minimal: bytes) -> None:
    adopted = api.transform(minimal, pipeline=api.new_pipeline(baseline=0)).xml
    found = pin.read(source.parse_domain(adopted))
    assert found is not None
    assert found.topology == ""
    assert b"<address" not in adopted


def test_a_guest_that_was_pinned_without_addresses_gets_none(minimal: bytes) -> None:
    off = {link.stylesheet.id: "off" for link in links()}
    once = api.transform(minimal, pipeline=api.new_pipeline(parameters=off)).xml
    assert b"topology=" not in once
    assert transformed(once) == once


@pytest.mark.parametrize("value", ["0", "-1", "one", ""])
def test_a_damaged_version_is_refused(minimal: bytes, value: str) -> None:
    damaged = transformed(minimal).replace(b'topology="1"', f'topology="{value}"'.encode())
    with pytest.raises(DocumentError) as raised:
        transformed(damaged)
    assert raised.value.code == "pin-invalid"
