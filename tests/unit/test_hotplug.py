"""A device that comes or goes, in documents: all of it from a part, and the least that names it.

Each folder ``tests/fixtures/hotplug/<case>/`` is a part of a device, ``device.xml``, and all of it, ``expected.xml``,
or what is wrong with it, ``error.txt``. The guest is ``domain.xml``, or the profile that ``params.toml`` names; a table
``[set]`` there is what the guest was made with. ``pytest --regen`` writes what is missing: read it.
"""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from tests import profiles
from xfm import abi, api, hotplug, source
from xfm.device import same
from xfm.errors import DocumentError
from xfm.stylesheet import own

if TYPE_CHECKING:
    from xfm.hotplug import Plug
    from xfm.pipeline import Pipeline

FIXTURES = Path(__file__).parents[1] / "fixtures" / "hotplug"
CASES = sorted(path for path in FIXTURES.glob("*") if path.is_dir())
GIVING = [path for path in CASES if not path.name.startswith("error-")]
REFUSED = [path for path in CASES if path.name.startswith("error-")]
#: What only a guest that is created gets: an administrator may have taken it away since.
ONCE = re.compile(r' iothread="\d+"')
ADDRESS = re.compile(r"\s*<address type=[^>]*/>")


def each(cases: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def params(case: Path) -> dict[str, Any]:
    file = case / "params.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def author(case: Path) -> tuple[Pipeline, bytes]:
    """What the author of the guest wrote, and what made the guest of it."""
    given = params(case)
    if "profile" in given:
        profile = profiles.FIXTURES / "profiles" / given["profile"]
        return profiles.pipeline(profile), (profile / "input.xml").read_bytes()
    return pipeline(*(f"{key}={value}" for key, value in given.get("set", {}).items())), (
        case / "domain.xml"
    ).read_bytes()


@functools.cache
def pipeline(*settings: str) -> Pipeline:
    return api.new_pipeline(parameters=dict(setting.split("=") for setting in settings))


@functools.cache
def guest(case: Path) -> bytes:
    made_by, text = author(case)
    return made_by.run(text).xml


def completed(domain: bytes, device: bytes, other: bytes | None = None) -> Plug:
    part = hotplug.parse_device(device)
    return hotplug.complete(pipeline(), lambda chosen, data: chosen.run(data), domain, part, other)


@functools.cache
def plug_of(case: Path) -> Plug:
    return completed(guest(case), (case / "device.xml").read_bytes())


# --- all of it from a part ---


@each(GIVING)
def test_all_of_a_device(case: Path, request: pytest.FixtureRequest) -> None:
    actual = b"".join(plug_of(case).devices)
    expected = case / "expected.xml"
    if request.config.getoption("--regen") and not expected.exists():
        expected.write_bytes(actual)
    assert actual.decode() == expected.read_text("utf-8")


@each([case for case in GIVING if case.name != "root-port"])  # an author may not leave its index open
def test_it_is_what_the_guest_would_have_got_at_creation(case: Path) -> None:
    made_by, text = author(case)
    document = source.parse_domain(text)
    device = hotplug.parse_device((case / "device.xml").read_bytes())
    whole = source.parse(plug_of(case).devices[-1]).getroot()
    if device.tag == "controller":
        device.set("index", whole.get("index", ""))
    elif device.tag == "disk":  # which one is free, and on what bus, is a matter of the guest as it is
        for target in device.findall("target"):
            device.remove(target)
        device.extend(whole.findall("target"))
    for alias in device.findall("alias"):
        device.remove(alias)
    device.insert(0, etree.ProcessingInstruction("xfm-new"))
    document.find("devices").append(device)  # type: ignore[union-attr]
    created = source.parse_domain(made_by.run(etree.tostring(own.transform("hotplug/complete.xsl", document))).xml)
    device = created.xpath("/domain/devices/*[processing-instruction('xfm-new')]")[0]
    plug = plug_of(case)
    if device.find("alias") is None:  # no alias was needed there
        etree.SubElement(device, "alias", name=plug.alias)

    def comparable(element: bytes) -> set[str]:
        lines = ONCE.sub("", ADDRESS.sub("", element.decode())).splitlines()
        found = {re.sub(r"ua-data", "ua-disk-vdb", line) for line in lines}
        found = {re.sub(r"ua-([a-z]+)[_-]\d+", r"ua-\1", line.strip()) for line in found}
        return found - {"<?xfm-new ?>", "<driver/>"}

    assert comparable(plug.devices[-1]) == comparable(hotplug.text_of(device))


@each(GIVING)
def test_all_else_stays(case: Path) -> None:
    before, plug = guest(case), plug_of(case)
    after = pipeline().accepting().run(hotplug.with_devices(before, plug.devices)).xml
    added = {hotplug.alias_of(source.parse(device).getroot()) for device in plug.devices}
    recorded = abi.project(source.parse_domain(before))
    seen = abi.changes(recorded, abi.project(source.parse_domain(after)))
    assert {difference.where for difference in seen} <= added | ({"memory"} if case.name == "memory" else set())
    assert not any(difference.was for difference in seen if not difference.fact)
    rest = hotplug.without_device(after, plug.alias)
    for alias in sorted(added - {plug.alias}, reverse=True):
        rest = hotplug.without_device(rest, alias)
    assert abi.project(source.parse_domain(rest)).digest == recorded.digest
    assert pipeline().run(after).xml == after


@each(REFUSED)
def test_what_cannot_be_made_whole_is_named(case: Path, request: pytest.FixtureRequest) -> None:
    with pytest.raises(DocumentError) as caught:
        completed(guest(case), (case / "device.xml").read_bytes())
    assert caught.value.hint
    expected, actual = case / "error.txt", f"{caught.value.code}: {caught.value}\n"
    if request.config.getoption("--regen") and not expected.read_text("utf-8"):
        expected.write_text(actual, "utf-8")
    assert actual == expected.read_text("utf-8")


# --- places ---


def q35(devices: str = "", spare: int = 4) -> bytes:
    text = (
        "<domain type='kvm'><name>web1</name><memory unit='MiB'>512</memory>"
        "<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>"
        f"<devices>{devices}</devices></domain>"
    )
    return pipeline(f"pcie-addresses.spare={spare}").run(text.encode()).xml


def bus(plug: Plug) -> int:
    address = source.parse(plug.devices[-1]).getroot().find("address")
    assert address is not None
    return int(address.get("bus", ""), 16)


def free_ports(domain: bytes) -> set[int]:
    devices = source.parse_domain(domain).find("devices")
    assert devices is not None
    ports = {int(port.get("index", "")) for port in devices.findall("controller[@model='pcie-root-port']")}
    return ports - {int(address.get("bus", "0"), 16) for address in devices.findall("*/address[@type='pci']")}


def test_ports_are_used_up_one_by_one_and_then_one_is_missing() -> None:
    """First those of the device's kind, then any; the last one leaves none, which libvirt cannot plug in."""
    domain = q35()
    while free := free_ports(domain):
        plug = completed(domain, b"<disk><source file='/srv/%d.img'/></disk>" % len(free))
        assert not plug.obstacle
        assert len(plug.devices) == 1
        assert bus(plug) in free
        if free & {7, 8, 9, 10}:
            assert bus(plug) == min(free & {7, 8, 9, 10})
        domain = pipeline().accepting().run(hotplug.with_devices(domain, plug.devices)).xml
    plug = completed(domain, b"<rng/>")
    assert plug.obstacle == "a device that needs a PCI Express root port, of which none is free"
    assert len(plug.devices) > 1
    assert pipeline().accepting().run(hotplug.with_devices(domain, plug.devices)).xml


def test_a_conventional_device_goes_to_a_port_rather_than_to_a_new_bridge() -> None:
    domain = q35()
    plug = completed(domain, b"<watchdog/>")
    assert (len(plug.devices), plug.obstacle, bus(plug) in free_ports(domain)) == (1, "", True)
    bridged = q35("<watchdog model='i6300esb'/>")
    assert bus(completed(bridged, b"<shmem name='s'><size unit='M'>4</size></shmem>")) == 16


@pytest.mark.parametrize(("device", "obstacle"), [
    (b"<channel/>", "a device that needs a controller of the type virtio-serial, of which none is free"),
    (b"<disk><source file='/x'/><target bus='scsi'/></disk>", ""),
])  # fmt: skip
def test_controllers_that_are_missing_come_first(device: bytes, obstacle: str) -> None:
    plug = completed(q35(), device)
    kinds = [source.parse(found).getroot().tag for found in plug.devices]
    assert kinds == ["controller", source.parse(device).getroot().tag]
    assert plug.obstacle == obstacle


def test_what_another_form_of_the_guest_has_taken_is_taken() -> None:
    domain = q35()
    first = completed(domain, b"<disk><source file='/srv/1.img'/></disk>")
    other = hotplug.with_devices(domain, first.devices)
    second = completed(domain, b"<disk><source file='/srv/2.img'/></disk>", other)
    assert (first.alias, second.alias) == ("ua-disk-vda", "ua-disk-vdb")
    assert bus(first) != bus(second)


# --- guests that xfm did not make ---

BY_LIBVIRT = """\
<domain type='kvm'>
  <name>old1</name>
  <uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid>
  <memory unit='KiB'>524288</memory>
  <vcpu placement='static'>1</vcpu>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/old1.img'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </disk>
    <controller type='pci' index='0' model='pcie-root'/>
    <controller type='pci' index='1' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0' multifunction='on'/>
    </controller>
    <controller type='pci' index='2' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x1'/>
    </controller>
    <memballoon model='none'/>
  </devices>
</domain>
"""


@pytest.mark.parametrize("adopted", [True, False], ids=["adopted", "unpinned"])
def test_a_guest_that_xfm_did_not_make_gets_a_whole_device_all_the_same(adopted: bool) -> None:
    domain = pipeline().run(BY_LIBVIRT.encode()).xml if adopted else BY_LIBVIRT.encode()
    assert (b'baseline="0"' in domain) is adopted
    plug = completed(domain, b"<disk><source file='/srv/new.qcow2'/></disk>")
    device = source.parse(plug.devices[0]).getroot()
    assert len(plug.devices) == 1
    assert bus(plug) == 2
    assert device.findtext("serial")
    assert plug.alias == "ua-disk-vdb"
    whole = hotplug.with_devices(domain, plug.devices)
    if adopted:
        seen = abi.changes(abi.project(source.parse_domain(domain)), abi.project(source.parse_domain(whole)))
        assert {difference.where for difference in seen} == {"ua-disk-vdb"}
        assert b'baseline="0"' in pipeline().accepting().run(whole).xml


# --- the same, and the least ---


@pytest.mark.parametrize(("there", "given"), [
    ("<interface type='user'><mac address='52:54:00:ab:cd:ef'/></interface>",
     "<interface><mac address='52:54:00:AB:CD:EF'/></interface>"),
    ("<disk type='file'><source file='/x'/><target dev='vda'/></disk>", "<disk><source file='/x'/></disk>"),
    ("<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>",
     "<disk><source volume='v' pool='p'/></disk>"),
    ("<hostdev mode='subsystem' type='pci'><source>"
     "<address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source></hostdev>",
     "<hostdev><source><address bus='3' slot='0' function='0'/></source></hostdev>"),
    ("<hostdev mode='subsystem' type='usb'><source>"
     "<vendor id='0x046d'/><product id='0xc52b'/><address bus='1' device='4'/></source></hostdev>",
     "<hostdev><source><vendor id='0x046D'/><product id='0xC52B'/></source></hostdev>"),
    ("<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
     "<channel><target name='org.qemu.guest_agent.0'/></channel>"),
    ("<filesystem type='mount'><source dir='/a'/><target dir='t'/></filesystem>",
     "<filesystem><target dir='t'/></filesystem>"),
    ("<controller type='scsi' index='0'/>", "<controller type='scsi' index='0'/>"),
    ("<rng model='virtio'><alias name='ua-rng_1'/></rng>", "<rng><alias name='ua-rng_1'/></rng>"),
    ("<vsock model='virtio'/>", "<vsock/>"),
])  # fmt: skip
def test_a_device_that_is_there_is_known(there: str, given: str) -> None:
    document = source.parse_domain(f"<domain><devices><rng/>{there}</devices></domain>".encode())
    assert same(document, hotplug.parse_device(given.encode())) is document.findall("devices/*")[1]


@pytest.mark.parametrize(("there", "given"), [
    ("<disk type='file'><source file='/x'/><target dev='vda'/></disk>",
     "<disk><source file='/y'/><target dev='vda'/></disk>"),
    ("<disk type='file' device='cdrom'><source file='/x'/></disk>", "<disk device='cdrom'><source file='/x'/></disk>"),
    ("<hostdev mode='subsystem' type='usb'><source>"
     "<vendor id='1'/><product id='2'/><address bus='1' device='4'/></source></hostdev>",
     "<hostdev><source><vendor id='1'/><product id='2'/><address bus='1' device='5'/></source></hostdev>"),
    ("<rng model='virtio'><alias name='ua-rng_1'/></rng>", "<rng/>"),
    ("<rng model='virtio'><alias name='ua-a'/></rng>", "<input><alias name='ua-a'/></input>"),
])  # fmt: skip
def test_a_device_that_is_not_there_is_not_taken_for_one(there: str, given: str) -> None:
    document = source.parse_domain(f"<domain><devices>{there}</devices></domain>".encode())
    assert same(document, hotplug.parse_device(given.encode())) is None


def test_the_alias_of_another_device_is_no_name_for_this_one() -> None:
    document = source.parse_domain(
        b"<domain><devices><disk><source file='/x'/><alias name='ua-a'/></disk></devices></domain>"
    )
    with pytest.raises(DocumentError, match="the alias ua-a is that of another device"):
        same(document, hotplug.parse_device(b"<disk><source file='/y'/><alias name='ua-a'/></disk>"))


@pytest.mark.parametrize(("device", "least"), [
    ("<disk type='file' device='disk'><source file='/x'/><target dev='vdb' bus='virtio'/>{}</disk>",
     "<disk> <target dev=\"vdb\"/> </disk>"),
    ("<interface type='network'><mac address='52:54:00:00:00:01'/><source network='n'/>{}</interface>",
     '<interface type="network"> <mac address="52:54:00:00:00:01"/> </interface>'),
    ("<controller type='scsi' index='1' model='virtio-scsi'>{}</controller>", '<controller type="scsi" index="1"/>'),
    ("<memory model='dimm'><target><size>1</size></target>{}"
     "<address type='dimm' slot='0' base='0x100000000'/></memory>",
     '<memory model="dimm"> <target> <size>1</size> </target> <alias name="ua-it"/> </memory>'),
])  # fmt: skip
def test_the_least(device: str, least: str) -> None:
    device = device.format("<alias name='ua-it'/>")
    domain = f"<domain><devices>{device}</devices></domain>".encode()
    assert " ".join(hotplug.smallest(domain, "ua-it").decode().split()) == least


def test_of_two_interfaces_with_one_mac_the_address_tells() -> None:
    nic = (
        "<interface type='user'><mac address='52:54:00:00:00:01'/>"
        "<alias name='ua-{0}'/><address type='pci' bus='{0}'/></interface>"
    )
    domain = f"<domain><devices>{nic.format(1)}{nic.format(2)}</devices></domain>".encode()
    assert b'bus="2"' in hotplug.smallest(domain, "ua-2")


def test_a_controller_that_others_sit_on_stays() -> None:
    domain = pipeline().run(guest(FIXTURES / "disk-like-scsi")).xml
    for alias in ("ua-scsi-0", "ua-pci-3"):
        with pytest.raises(DocumentError, match=f"{alias} is a controller that other devices sit on"):
            hotplug.without_device(domain, alias)
    with pytest.raises(DocumentError, match="libvirt would fill the gap"):
        hotplug.without_device(domain, "ua-pci-5")
    assert b"ua-pci-14" not in hotplug.without_device(domain, "ua-pci-14").partition(b"<devices>")[2]


def test_the_console_of_a_serial_port_goes_with_it() -> None:
    domain = b"""<domain><devices><serial type='pty'><target port='0'/><alias name='ua-s'/></serial>
        <console type='pty'><target type='serial' port='0'/><alias name='ua-s'/></console></devices></domain>"""
    assert b"console" not in hotplug.without_device(domain, "ua-s")


def test_a_device_that_is_unknown_is_named_with_its_like() -> None:
    with pytest.raises(DocumentError, match="no device with the alias ua-disk-vdz") as caught:
        hotplug.smallest(guest(FIXTURES / "disk-file"), "ua-disk-vdz")
    assert "ua-disk-vda" in caught.value.hint
