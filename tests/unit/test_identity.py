"""What devices are told apart by: unique, the same at every run, and never in the place of an author's own."""

from __future__ import annotations

import functools
import math
import re
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import resources, schema
from xfm.errors import DocumentError
from xfm.stylesheet.parameters import to_xslt
from xfm.stylesheet.stylesheet import Stylesheet

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "identity.md"
MACHINE = "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><features><acpi/></features>"
UUID = "3b1c1bf1-6a5f-4d5c-8f4e-9f0f5a1c0d11"
UNICAST = re.compile(r"\A[0-9a-f][02468ace](:[0-9a-f]{2}){5}\Z")


@functools.cache
def stylesheet(name: str) -> Stylesheet:
    path = f"{resources.STYLESHEETS}/baseline-1/device-identity/{name}.xsl"
    return Stylesheet(path, folder=resources.STYLESHEETS, builtin=True)


def apply(name: str, document: etree._ElementTree, **values: str) -> etree._ElementTree:
    sheet = stylesheet(name)
    given = {p.name: to_xslt(p, values.get(p.name, p.default or "")) for p in sheet.declaration.parameters}
    return sheet.apply(document, given, {})[0]


def domain(devices: str, identifier: str = UUID) -> etree._ElementTree:
    text = f"<domain type='kvm'><name>web1</name><uuid>{identifier}</uuid><memory>1</memory>{MACHINE}"
    return etree.ElementTree(etree.fromstring(f"{text}<devices>{devices}</devices></domain>"))


def interface(network: str, mac: str = "", index: str = "") -> str:
    mac = f"<mac address='{mac}'/>" if mac else ""
    index = f"<acpi index='{index}'/>" if index else ""
    return f"<interface type='network'>{mac}<source network='{network}'/><model type='virtio'/>{index}</interface>"


def disk(target: str, bus: str, serial: str = "") -> str:
    serial = f"<serial>{serial}</serial>" if serial else ""
    return f"<disk type='file'><source file='/x'/><target dev='{target}' bus='{bus}'/>{serial}</disk>"


def channel(name: str) -> str:
    name = f" name='{name}'" if name else ""
    return f"<channel type='pty'><target type='virtio'{name}/></channel>"


def macs(document: etree._ElementTree) -> list[str]:
    return [mac.get("address", "") for mac in document.iterfind("devices/interface/mac")]


# --- MAC addresses ---

INTERFACES = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["", "", "52:54:00:AB:00:01", "52:54:00:ab:00:02"])), max_size=9
)
PREFIXES = st.sampled_from(["52:54:00", "02", "52:54", "FE:ff:Fe:FF", "52:54:00:12:34"])


@given(INTERFACES, PREFIXES)
def test_every_interface_has_an_address_that_no_other_has(interfaces: list[tuple[str, str]], prefix: str) -> None:
    found = macs(apply("interface-mac", domain("".join(interface(*i) for i in interfaces)), prefix=prefix))
    assert len(found) == len(interfaces)
    new = [address for address, (_, own) in zip(found, interfaces, strict=True) if not own]
    assert [own for _, own in interfaces if own] == [address for address in found if address not in new]
    assert len(set(new)) == len(new)
    assert not {address.lower() for _, address in interfaces} & set(new)
    assert all(UNICAST.match(address) and address.startswith(prefix.lower() + ":") for address in new)


@given(INTERFACES, st.integers(0, 9))
def test_an_interface_elsewhere_changes_no_address(interfaces: list[tuple[str, str]], place: int) -> None:
    without = macs(apply("interface-mac", domain("".join(interface(*i) for i in interfaces))))
    devices = [interface(*i) for i in interfaces]
    devices.insert(place, interface("elsewhere"))
    result = apply("interface-mac", domain("".join(devices)))
    others = result.xpath("devices/interface[source/@network != 'elsewhere']/mac/@address")
    assert others == without


def test_a_small_space_is_used_up_to_the_last_but_few() -> None:
    found = macs(apply("interface-mac", domain(interface("a") * 240), prefix="52:54:00:12:34"))
    assert len(set(found)) == 240


def test_too_many_interfaces_for_a_prefix_are_refused() -> None:
    with pytest.raises(DocumentError, match="leaves too few MAC addresses"):
        apply("interface-mac", domain(interface("a") * 257), prefix="52:54:00:12:34")


@pytest.mark.parametrize(
    "prefix", ["", "5", "53", "52:54:0", "52:54:00:", ":52", "52-54", "52:54:00:12:34:56", "5g", "52 54", "'52'", "٥٢"]
)
def test_what_is_no_unicast_prefix_is_refused_even_if_nothing_needs_it(prefix: str) -> None:
    with pytest.raises(DocumentError, match="unicast MAC address") as raised:
        apply("interface-mac", domain(""), prefix=prefix)
    assert raised.value.code == "refused"


def test_an_address_that_qemu_takes_for_none_is_never_given() -> None:
    """One of 256 addresses with this prefix is all zeros; the other 255 are found before it."""
    found = macs(apply("interface-mac", domain(interface("a") * 240), prefix="00:00:00:00:00"))
    assert "00:00:00:00:00:00" not in found


def test_the_addresses_of_many_guests_are_spread_evenly() -> None:
    """As many collisions as the birthday formula says: 1500 guests in a space of 65,536."""
    count, space = 1500, 1 << 16
    nic = interface("a")
    found = {
        macs(apply("interface-mac", domain(nic, str(uuid.UUID(int=number))), prefix="52:54:00:12"))[0]
        for number in range(count)
    }
    expected = space * -math.expm1(count * math.log1p(-1 / space))
    assert abs(len(found) - expected) < 5 * math.sqrt(count - expected)


def test_the_document_has_the_right_odds() -> None:
    """docs/identity.md, the table of collisions: 1 - exp(-n (n - 1) / 2 N)."""
    rows = re.findall(r"^\| ([0-9,]+) \| (.+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert len(rows) >= 4
    for count, cells in rows:
        fleet = int(count.replace(",", ""))
        wanted = [odds(fleet, octets) for octets in (5, 4, 3, 2, 1)]
        assert cells.split(" | ") == wanted, f"{count} interfaces"


def odds(fleet: int, octets: int) -> str:
    """The probability that two of a fleet's interfaces share an address, where so many octets are the prefix."""
    space = 256 ** (6 - octets)
    value = -math.expm1(-fleet * (fleet - 1) / 2 / space)
    if value > 0.9995:
        return "certain"
    if value >= 0.001:
        return f"{value * 100:.1f} %"
    return f"1 in {round(1 / value, 2 - len(str(int(1 / value)))):,.0f}"


# --- disks ---

DISKS = st.lists(
    st.tuples(st.sampled_from(["virtio", "scsi", "sata", "usb"]), st.sampled_from(["", "", "WD-1"])), max_size=9
)


@given(DISKS)
def test_every_disk_has_a_serial_that_virtio_shows_whole(disks: list[tuple[str, str]]) -> None:
    text = "".join(disk(f"sd{chr(97 + place)}", *parts) for place, parts in enumerate(disks))
    result = apply("disk-serial", domain(text))
    serials = [serial.text or "" for serial in result.iterfind("devices/disk/serial")]
    assert len(serials) == len(disks)
    new = [serial for serial, (_, own) in zip(serials, disks, strict=True) if not own]
    assert len(set(new)) == len(new)
    assert all(re.fullmatch("[0-9a-f]{20}", serial) for serial in new)
    assert schema.find().violations(result) == []


def test_two_guests_share_no_serial_and_no_wwn() -> None:
    for name in ("disk-serial", "disk-wwn"):
        results = [apply(name, domain(disk("sda", "scsi"), str(uuid.UUID(int=number)))) for number in range(50)]
        assert len({etree.tostring(result.find("devices")) for result in results}) == 50  # type: ignore[arg-type]


def test_a_disk_that_moved_and_one_in_its_old_place_differ() -> None:
    """A disk takes its serial along; the new disk at the old target must not get the same one."""
    first = apply("disk-wwn", apply("disk-serial", domain(disk("sda", "scsi"))))
    moved = first.find("devices/disk/target")
    assert moved is not None
    moved.set("dev", "sdb")
    devices = first.getroot().find("devices")
    assert devices is not None
    devices.insert(0, etree.fromstring(disk("sda", "scsi")))
    second = apply("disk-wwn", apply("disk-serial", first))
    assert len(set(second.xpath("devices/disk/serial/text()"))) == 2
    assert len(set(second.xpath("devices/disk/wwn/text()"))) == 2


def test_a_wwn_is_a_locally_assigned_naa_identifier() -> None:
    wwn = apply("disk-wwn", domain(disk("sda", "scsi"))).findtext("devices/disk/wwn")
    assert wwn is not None
    assert re.fullmatch("3[0-9a-f]{15}", wwn)


# --- numbers ---


@given(st.lists(st.sampled_from(["", "", "1", "3", "0004", "16383"]), max_size=9))
def test_new_indexes_are_the_lowest_that_are_free(indexes: list[str]) -> None:
    result = apply("acpi-index", domain("".join(interface("a", index=index) for index in indexes)))
    found = [acpi.get("index", "") for acpi in result.iterfind("devices/interface/acpi")]
    taken = {int(index) for index in indexes if index}
    free = (number for number in range(1, 30) if number not in taken)
    assert found == [index or str(next(free)) for index in indexes]


@given(st.lists(st.sampled_from(["", "", "xfm.channel.0", "xfm.channel.2", "org.example.a"]), max_size=9))
def test_new_channel_names_are_those_that_are_free(names: list[str]) -> None:
    result = apply("channel-name", domain("".join(channel(name) for name in names)))
    free = (f"xfm.channel.{number}" for number in range(30) if f"xfm.channel.{number}" not in names)
    assert [t.get("name") for t in result.iterfind("devices/channel/target")] == [n or next(free) for n in names]


# --- all of them ---


def test_two_runs_on_two_machines_give_the_same() -> None:
    text = disk("vda", "virtio") + disk("sda", "scsi") + interface("a") * 3 + channel("")
    names = ("uuid", "acpi-index", "channel-name", "disk-serial", "disk-wwn", "interface-mac")
    once, again = (functools.reduce(lambda d, n: apply(n, d), names, domain(text)) for _ in range(2))
    assert etree.tostring(once) == etree.tostring(again)


@pytest.mark.parametrize("name", ["acpi-index", "channel-name", "disk-serial", "disk-wwn", "interface-mac"])
def test_many_devices_take_no_more_than_their_share(name: str) -> None:
    """Four times the devices take some four times the time, and not sixteen times."""
    apply(name, domain(""))  # compiled
    assert seconds(name, 2000) < 8 * seconds(name, 500) + 0.05


def seconds(name: str, count: int) -> float:
    """The least that a stylesheet takes for so many devices of each kind."""
    document = domain("".join(disk(f"sd{place}", "scsi") + interface("a") + channel("") for place in range(count)))
    found = []
    for _ in range(3):
        before = time.perf_counter()
        apply(name, document)
        found.append(time.perf_counter() - before)
    return min(found)
