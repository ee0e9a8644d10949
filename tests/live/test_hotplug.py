"""Devices that are plugged into guests and out of them: xfm, a real libvirt, QEMU, and where it matters a real kernel.

Most guests here are started and never run a processor: to plug a device in, nobody inside is asked.
"""

from __future__ import annotations

import subprocess
import threading
import time
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pytest
from lxml import etree

from tests.live.conftest import PrivateLibvirtd, private_libvirtd, remove
from tests.live.staying import CANNOT_LET_GO, READY, StayingGuest
from xfm import api, hotplug, source
from xfm.cli import main
from xfm.libvirt import events, guests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xfm.pipeline import Pipeline

    Xfm = Callable[..., "Ran"]

SECURE = libvirt.VIR_DOMAIN_XML_SECURE
INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | SECURE
LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE
CONFIG = libvirt.VIR_DOMAIN_AFFECT_CONFIG
PAUSED = libvirt.VIR_DOMAIN_START_PAUSED
MIB = 1 << 20
PATIENCE = 60.0

GUEST = """\
<domain type='qemu'><name>{name}</name>{boot}
<maxMemory slots='4' unit='MiB'>1024</maxMemory><memory unit='MiB'>{memory}</memory>
<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
<features><acpi/></features><cpu><numa><cell id='0' cpus='0' memory='{memory}' unit='MiB'/></numa></cpu>
<devices>
<controller type='scsi' index='0' model='virtio-scsi'/><controller type='usb' index='0' model='qemu-xhci' ports='15'/>
<controller type='virtio-serial' index='0'/>
<disk type='file'><driver name='qemu' type='raw'/><source file='HOME/a.img'/><target dev='vda' bus='virtio'/></disk>
<interface type='user'><model type='virtio'/></interface>
<graphics type='spice' autoport='yes' listen='127.0.0.1'/><video><model type='vga'/></video>{more}
</devices></domain>
"""
RAW = "<driver name='qemu' type='raw'/>"
DISK = f"<disk>{RAW}<source file='HOME/{{image}}.img'/>{{more}}</disk>"
MEMORY = "<memory><target><size unit='MiB'>128</size></target></memory>"

#: A part of a device of each kind that libvirt plugs into a guest that runs; what the machine needs is there.
KINDS = {
    "disk": DISK.format(image="b", more=""),
    "scsi disk": DISK.format(image="c", more="<target bus='scsi'/>"),
    "usb disk": DISK.format(image="d", more="<target bus='usb'/>"),
    "cdrom": "<disk device='cdrom'><source file='HOME/e.img'/></disk>",
    "usb cdrom": "<disk device='cdrom'><source file='HOME/e.img'/><target bus='usb'/></disk>",
    "interface": "<interface/>",
    "old interface": "<interface type='user'><model type='e1000'/></interface>",
    "controller": "<controller type='scsi'/>",
    "agent": "<channel><target name='org.qemu.guest_agent.0'/></channel>",
    "channel": "<channel><target name='org.example.0'/></channel>",
    "spice channel": "<channel><target name='com.redhat.spice.0'/></channel>",
    "usb serial": "<serial/>",
    "pci serial": "<serial><target type='pci-serial'/></serial>",
    "console": "<console><target type='virtio'/></console>",
    "rng": "<rng/>",
    "tablet": "<input/>",
    "keyboard": "<input type='keyboard' bus='virtio'/>",
    "redirdev": "<redirdev/>",
    "memory": MEMORY,
    "virtio-mem": "<memory model='virtio-mem'><target><size unit='MiB'>64</size><block unit='MiB'>2</block>"
    "<requested unit='MiB'>0</requested></target></memory>",
    "shmem": "<shmem name='xfm-hotplug'><size unit='M'>4</size></shmem>",
    "watchdog": "<watchdog/>",
}
#: What is the same without saying so, because nothing tells it from another of its kind.
ALIKE = ("interface", "old interface", "rng", "tablet", "keyboard", "redirdev", "memory", "virtio-mem", "usb serial",
    "pci serial", "console", "controller", "watchdog", "cdrom", "usb cdrom")  # fmt: skip


class Ran(NamedTuple):
    """What a run of the command line gave."""

    status: int
    out: str
    err: str


class Site(NamedTuple):
    """A folder with images, a connection, and guests that are defined by xfm."""

    folder: Path
    connection: libvirt.virConnect

    def document(self, *, machine: str = "q35", boot: str = "", memory: int = 128, more: str = "") -> str:
        boot = f"<os><type arch='x86_64' machine='{machine}'>hvm</type>{boot}</os>"
        name = f"plug-{uuid.uuid4().hex[:8]}"
        home = self.folder / name
        home.mkdir()
        for image in "abcdefgh":
            with (home / f"{image}.img").open("wb") as file:
                file.truncate(MIB)
        return GUEST.format(name=name, boot=boot, memory=memory, more=more).replace("HOME", str(home))

    def define(self, document: str) -> libvirt.virDomain:
        domain = guests.define(self.connection, spacious().run(document.encode()).xml, "a guest")
        guests.settle(domain, pipeline().run)
        return domain

    def started(self, **document: str) -> libvirt.virDomain:
        domain = self.define(self.document(**document))  # type: ignore[arg-type]
        domain.createWithFlags(PAUSED)
        return domain

    def part(self, text: str, domain: libvirt.virDomain) -> str:
        """What is given of a device: of a kind, or a text of a test's own."""
        return KINDS.get(text, text).replace("HOME", str(self.folder / domain.name()))


@cache
def pipeline() -> Pipeline:
    return api.new_pipeline()


@cache
def spacious() -> Pipeline:
    """Of guests with many free root ports."""
    return api.new_pipeline(parameters={"pcie-addresses.spare": "16"})


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XFM_STATE", str(tmp_path / "state"))


@pytest.fixture(scope="module")
def site(libvirtd: PrivateLibvirtd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Guests of this file live as long as it."""
    events.deliver()
    folder = tmp_path_factory.mktemp("plug")
    connection = libvirtd.connect()
    yield Site(folder, connection)
    for domain in connection.listAllDomains():
        remove(domain)
    connection.close()


@pytest.fixture
def xfm(libvirtd: PrivateLibvirtd, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Xfm:
    """``xfm(*argv)``: the command line, in this process."""
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", libvirtd.uri)

    def run(*argv: str, uri: str = "") -> Ran:
        capsys.readouterr()
        status = main([argv[0], *(["--connect", uri] if uri else []), *argv[1:]])
        return Ran(status, *capsys.readouterr())

    return run


def attached(ran: Ran) -> str:
    """The alias of what was plugged in."""
    assert (ran.status, ran.err) == (0, "")
    return ran.out.split(": attached ")[1].split()[0]


def device(document: str, alias: str) -> str | None:
    """A device of a domain, without what is of a guest that runs alone."""
    found = hotplug.find(source.parse_domain(document.encode()), alias)
    if found is None:
        return None
    for element in found.xpath("source | backingStore | binary | target/current"):
        element.getparent().remove(element)
    for address in found.findall("address"):
        address.attrib.pop("base", None)
    return " ".join(hotplug.text_of(found).decode().split())


def agree(domain: libvirt.virDomain) -> None:
    """The pins of what is stored and of what runs are those of what is there."""
    stored = domain.XMLDesc(INACTIVE).encode()
    assert pipeline().run(stored).xml == stored
    if domain.isActive():
        for flags in (SECURE, SECURE | libvirt.VIR_DOMAIN_XML_MIGRATABLE):
            dump = domain.XMLDesc(flags).encode()
            # of the processor libvirt says more where the guest runs, and the pin takes that up
            assert guests.without_pin(pipeline().run(dump).xml) == guests.without_pin(dump)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.05)


# --- each kind ---


@pytest.fixture(scope="module")
def running(site: Site) -> libvirt.virDomain:
    """One guest that gets a device of each kind, in whatever order the tests run."""
    return site.started()


@pytest.mark.parametrize("kind", KINDS)
def test_part_of_a_device_is_all_that_is_needed(kind: str, site: Site, running: libvirt.virDomain, xfm: Xfm) -> None:
    name = running.name()
    ran = xfm("attach", name, site.part(kind, running))
    alias = attached(ran)
    assert ran.out == f"{name}: attached {alias} (config, live)\n"
    stored, live = running.XMLDesc(INACTIVE), running.XMLDesc(SECURE)
    assert device(live, alias) == device(stored, alias) is not None
    agree(running)

    tag = str(etree.fromstring(site.part(kind, running)).tag)
    part = site.part(kind, running) if kind not in ALIKE else f"<{tag}><alias name='{alias}'/></{tag}>"
    again = xfm("attach", name, part)
    assert again == (0, f"{name}: nothing to do for {alias}\n", ""), again.err
    assert running.XMLDesc(INACTIVE) == stored
    assert running.XMLDesc(SECURE) == live

    for place in ("--live", "--config"):
        known = xfm("detach", name, alias, "--print", place)
        assert known.status == 0
        running.detachDeviceFlags(known.out, CONFIG)
        after = running.XMLDesc(INACTIVE)
        assert {alias} == aliases(stored) - aliases(after)
        guests.define(running.connect(), stored.encode(), name)
    assert running.XMLDesc(INACTIVE) == stored


def aliases(document: str) -> set[str]:
    return {hotplug.alias_of(element) for element in source.parse_domain(document.encode()).iterfind("devices/*")}


def test_a_shared_folder(xfm: Xfm, tmp_path: Path) -> None:
    """libvirt 9.0.0 dereferences null where it plugs one in without a control group, as the daemons here are."""
    with private_libvirtd() as daemon:
        daemon.run_inside("mount", "-t", "cgroup2", "none", "/sys/fs/cgroup")
        daemon.restart()
        connection = daemon.connect()
        domain = Site(tmp_path, connection).started()
        ran = xfm("attach", domain.name(), f"<filesystem><source dir='{tmp_path}'/><target dir='s'/></filesystem>",
            uri=daemon.uri)  # fmt: skip
        assert ran == (0, f"{domain.name()}: attached ua-fs-s (config, live)\n", "")
        assert device(domain.XMLDesc(SECURE), "ua-fs-s") == device(domain.XMLDesc(INACTIVE), "ua-fs-s") is not None
        agree(domain)
        for flags in (CONFIG, LIVE):
            domain.detachDeviceFlags(xfm("detach", domain.name(), "ua-fs-s", "--print", uri=daemon.uri).out, flags)
        remove(domain)
        connection.close()


# --- the smallest part that tells one device from its like ---

TWINS = "".join(
    2 * text
    for text in (
        "<interface type='user'><model type='virtio'/></interface>",
        "<channel type='pty'><target type='virtio'/></channel>",
        "<channel type='unix'><target type='virtio' name='org.example.{}'/></channel>",
        "<serial type='pty'><target type='usb-serial'/></serial>",
        "<serial type='pty'><target type='pci-serial'/></serial>",
        "<console type='pty'><target type='virtio'/></console>",
        "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
        "<input type='tablet' bus='usb'/>",
        "<input type='keyboard' bus='virtio'/>",
        "<redirdev bus='usb' type='spicevmc'/>",
        "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target>"
        "<alias name='ua-dimm-{}'/></memory>",
        "<controller type='scsi' index='{}' model='virtio-scsi'/>",
    )
)


@pytest.fixture(scope="module")
def twins(site: Site) -> libvirt.virDomain:
    """A guest with two of each kind, which answers."""
    folder = site.folder / "twins"
    folder.mkdir()
    guest = StayingGuest(folder)
    more = guest.serial + TWINS
    for number in range(1, more.count("{}") + 1):
        more = more.replace("{}", str(number), 1)
    for target, image in {"vdb": "b", "vdc": "c", "sda": "d", "sdb": "e", "sdc": "f", "sdd": "g"}.items():
        bus = "virtio" if target.startswith("v") else "scsi" if target in ("sda", "sdb") else "usb"
        more += f"<disk type='file'>{RAW}<source file='HOME/{image}.img'/><target dev='{target}' bus='{bus}'/></disk>"
    for name in ("one", "two"):
        alias = f"<alias name='ua-{name}'/>"
        more += f"<shmem name='xfm-{name}'><model type='ivshmem-plain'/><size unit='M'>4</size>{alias}</shmem>"
    domain = site.define(site.document(boot=guest.boot, memory=320, more=more))
    domain.create()
    wait_until(lambda: READY in guest.said(), "that the guest boots")
    return domain


def test_the_least_means_the_right_one_of_two(twins: libvirt.virDomain, xfm: Xfm) -> None:
    stored, live = twins.XMLDesc(INACTIVE), twins.XMLDesc(SECURE)
    document = source.parse_domain(live.encode())
    kinds = ("disk", "interface", "channel", "serial", "console", "rng", "input", "redirdev", "memory", "shmem")
    tried = 0
    for element in [found for kind in kinds for found in document.iterfind(f"devices/{kind}")][::-1]:
        alias = hotplug.alias_of(element)
        if not alias.startswith("ua-") or hotplug.obstacle_to_detach(live.encode(), alias):
            continue
        least = xfm("detach", twins.name(), alias, "--print", "--config").out  # it may number its consoles otherwise
        twins.detachDeviceFlags(least, CONFIG)
        assert aliases(stored) - aliases(twins.XMLDesc(INACTIVE)) == {alias}, least
        guests.define(twins.connect(), stored.encode(), twins.name())
        if element.tag != "memory":  # which the kernel of the guest has put into use
            before = aliases(twins.XMLDesc(0))
            least = xfm("detach", twins.name(), alias, "--print", "--live").out
            twins.detachDeviceFlags(least, LIVE)
            assert before - aliases(twins.XMLDesc(0)) == {alias}, least
        tried += 1
    assert tried >= 25


# --- what libvirt refuses ---


EVERYTHING = """
<disk type='file'>{raw}<source file='HOME/b.img'/><target dev='sda' bus='scsi'/></disk>
<disk type='file'>{raw}<source file='HOME/c.img'/><target dev='sdb' bus='usb'/></disk>
<disk type='file' device='cdrom'><target dev='{drive}' bus='{bus}'/></disk>
<disk type='file' device='cdrom'><target dev='sdd' bus='scsi'/></disk>
<disk type='file' device='floppy'><target dev='fda' bus='fdc'/></disk>
<controller type='scsi' index='1' model='virtio-scsi'/><controller type='scsi' index='2' model='lsilogic'/>
<controller type='virtio-serial' index='1'/><controller type='usb' index='1' model='qemu-xhci'/>
<filesystem type='mount'><source dir='HOME'/><target dir='nine'/></filesystem>
<interface type='user'><model type='e1000'/></interface>
<interface type='user'><model type='virtio'/><address type='pci' bus='0' slot='{slot}' function='0'/></interface>
<rng model='virtio'><backend model='random'>/dev/urandom</backend>
<address type='pci' bus='{several[0]}' slot='{several[1]}' function='0' multifunction='on'/></rng>
<rng model='virtio'><backend model='random'>/dev/urandom</backend>
<address type='pci' bus='{several[0]}' slot='{several[1]}' function='1'/></rng>
<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
<sound model='ich6'/><sound model='usb'/><hub type='usb'/><watchdog model='i6300esb'/>
<serial type='pty'/><serial type='pty'><target type='usb-serial'/></serial>
<serial type='pty'><target type='pci-serial'/></serial>
<console type='pty'><target type='virtio'/></console><console type='pty'><target type='virtio'/></console>
<parallel type='pty'/><channel type='unix'><target type='virtio' name='org.x.0'/></channel>
<channel type='pty'><target type='guestfwd' address='10.0.2.100' port='80'/></channel>
<input type='tablet' bus='usb'/><input type='keyboard' bus='virtio'/><input type='keyboard' bus='ps2'/>
<shmem name='s'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>
<redirdev bus='usb' type='spicevmc'/><smartcard mode='passthrough' type='spicevmc'/>
<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>
<memory model='virtio-mem'><target><size unit='MiB'>64</size><node>0</node><block unit='MiB'>2</block>
<requested unit='MiB'>0</requested></target></memory>
"""
PC = {"machine": "pc", "drive": "hda", "bus": "ide", "slot": "0x1e", "several": ("0", "0x1d")}
Q35 = {"machine": "q35", "drive": "sdc", "bus": "sata", "slot": "0x1d", "several": ("7", "0")}


@pytest.mark.parametrize("machine", [Q35, PC], ids=["q35", "pc"])
def test_what_libvirt_does_not_unplug_is_known_before(machine: dict[str, str], site: Site) -> None:
    more = EVERYTHING.format(raw=RAW, **machine)
    if machine["machine"] == "q35":
        ports = "".join(f"<controller type='pci' index='{index}' model='pcie-root-port'/>" for index in range(1, 25))
        more = f"<controller type='pci' index='0' model='pcie-root'/>{ports}{more}<iommu model='intel'/>"
    domain = site.connection.defineXML(site.document(machine=machine["machine"], more=more))
    domain.createWithFlags(PAUSED)
    live = domain.XMLDesc(SECURE)
    refused, taken = set(), set()
    for element in source.parse_domain(live.encode()).iterfind("devices/*"):
        alias = hotplug.alias_of(element)
        if not alias or element.get("model") == "pcie-root-port" or alias not in aliases(domain.XMLDesc(0)):
            continue
        known = bool(hotplug.obstacle_to_detach(domain.XMLDesc(SECURE).encode(), alias))
        try:
            domain.detachDeviceAlias(alias, LIVE)
        except libvirt.libvirtError as error:
            assert known, f"{alias}: {error}"
            refused.add(element.tag)
        else:
            assert not known, alias
            taken.add(element.tag)
    remove(domain)
    assert {"disk", "controller", "filesystem", "sound", "video", "serial", "input", "memory"} <= refused
    assert {"disk", "controller", "interface", "serial", "console", "channel", "input", "memory", "rng"} <= taken


ATTACHED = [
    "<disk device='cdrom'><target bus='scsi'/></disk>",
    "<disk device='cdrom'><target bus='usb'/></disk>",
    "<disk device='floppy'/>",
    f"<disk>{RAW}<source file='HOME/f.img'/><target bus='{{bus}}'/></disk>",
    "<interface type='user'><address type='pci' bus='0' slot='0x1d' function='0'/></interface>",
    *(f"<controller type='{kind}'/>" for kind in ("virtio-serial", "sata", "ccid", "usb' model='qemu-xhci")),
    "<controller type='pci' model='{port}'/>",
    "<filesystem><driver type='path'/><source dir='HOME'/><target dir='nine'/></filesystem>",
    "<rng><address type='pci' bus='{free[0]}' slot='{free[1]}' function='0' multifunction='on'/></rng>",
    "<rng><address type='pci' bus='{free[0]}' slot='{free[1]}' function='1'/></rng>",
    "<sound model='ich6'/>",
    "<hub type='usb'/>",
    "<panic model='isa'/>",
    "<tpm model='tpm-crb'><backend type='emulator'/></tpm>",
    "<serial><target type='isa-serial'/></serial>",
    "<console type='pty'/>",
    "<parallel type='pty'/>",
    "<input type='keyboard' bus='ps2'/>",
    "<channel type='pty'><target type='guestfwd' address='10.0.2.100' port='80'/></channel>",
    "<video><model type='virtio'/></video>",
    "<iommu model='intel'/>",
]


@pytest.mark.parametrize("machine", [{**Q35, "port": "pcie-root-port", "free": ("0x1c", "0")},
    {**PC, "port": "pci-bridge", "free": ("0", "0x1b")}], ids=["q35", "pc"])  # fmt: skip
def test_what_libvirt_does_not_plug_in_is_known_before(machine: dict[str, str], site: Site) -> None:
    domain = site.started(machine=machine["machine"])
    for text in ATTACHED if machine["machine"] == "q35" else [*KINDS.values(), *ATTACHED]:
        part = hotplug.parse_device(site.part(text.format(**machine), domain).encode())
        plug = hotplug.complete(
            pipeline(), lambda chosen, data: chosen.run(data), domain.XMLDesc(SECURE).encode(), part
        )
        try:
            for found in plug.devices:
                domain.attachDeviceFlags(found.decode(), LIVE)
        except libvirt.libvirtError as error:
            assert plug.obstacle, f"{text}: {error}"
        else:
            assert not plug.obstacle, text
    remove(domain)


# --- stored and running ---


def test_one_place_and_then_the_other(site: Site, xfm: Xfm) -> None:
    """A device is the same in both, and what is free is free in both, whichever is meant."""
    domain = site.started()
    name, disk, other = domain.name(), site.part("disk", domain), site.part("disk", domain).replace("b.img", "h.img")
    assert xfm("attach", name, disk, "--live").out == f"{name}: attached ua-disk-vdb (live)\n"
    assert device(domain.XMLDesc(INACTIVE), "ua-disk-vdb") is None
    assert xfm("attach", name, other, "--config").out == f"{name}: attached ua-disk-vdc (config)\n"
    assert device(domain.XMLDesc(0), "ua-disk-vdc") is None
    assert xfm("attach", name, disk).out == f"{name}: attached ua-disk-vdb (config)\n"
    assert xfm("attach", name, other).out == f"{name}: attached ua-disk-vdc (live)\n"
    live = domain.XMLDesc(SECURE)
    for alias in ("ua-disk-vdb", "ua-disk-vdc"):
        assert device(live, alias) == device(domain.XMLDesc(INACTIVE), alias) is not None
    agree(domain)
    assert xfm("detach", name, "ua-disk-vdb", "--config").out == f"{name}: detached ua-disk-vdb (config)\n"
    assert domain.XMLDesc(SECURE) == live
    agree(domain)
    remove(domain)


def test_a_guest_that_is_shut_off(site: Site, xfm: Xfm) -> None:
    domain = site.define(site.document())
    name, stored = domain.name(), domain.XMLDesc(INACTIVE)
    refused = xfm("attach", name, site.part("disk", domain), "--live")
    assert (refused.status, refused.out) == (1, "")
    assert f"{name} is shut off [not-hotpluggable]" in refused.err
    assert xfm("attach", name, site.part("disk", domain)).out == f"{name}: attached ua-disk-vdb (config)\n"
    assert xfm("attach", name, "<sound model='ich9'/>").status == 0  # at the next start everything can come
    agree(domain)
    assert xfm("detach", name, "ua-disk-vdb").out == f"{name}: detached ua-disk-vdb (config)\n"
    assert xfm("detach", name, "ua-sound_1").status == 0
    assert aliases(domain.XMLDesc(INACTIVE)) == aliases(stored)
    gone = xfm("detach", name, "ua-disk-vdb")
    assert gone.status == 1
    assert "no device with the alias ua-disk-vdb [no-device]" in gone.err
    remove(domain)


def test_a_transient_guest(site: Site, xfm: Xfm) -> None:
    domain = site.connection.createXML(pipeline().run(site.document().encode()).xml.decode(), PAUSED)
    name = domain.name()
    assert "has no stored definition [not-hotpluggable]" in xfm("attach", name, "<input/>", "--config").err
    alias = attached(xfm("attach", name, "<input/>"))
    assert device(domain.XMLDesc(0), alias) is not None
    assert xfm("detach", name, alias).out == f"{name}: detached {alias} (live)\n"
    domain.destroy()


@pytest.mark.parametrize("part", [
    DISK.format(image="nowhere", more=""),
    "<disk device='cdrom'><source file='HOME/nowhere.iso'/></disk>",
    "<rng><backend model='random'>/dev/nowhere</backend></rng>",
], ids=["no-file", "no-medium", "no-device"])  # fmt: skip
def test_what_the_running_guest_cannot_get_is_not_stored_either(part: str, site: Site, xfm: Xfm) -> None:
    domain = site.started()
    before = domain.XMLDesc(INACTIVE), domain.XMLDesc(SECURE)
    ran = xfm("attach", domain.name(), site.part(part, domain))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.count("No such file") == 1
    assert "[libvirt-refused]" in ran.err
    assert (domain.XMLDesc(INACTIVE), domain.XMLDesc(SECURE)) == before
    remove(domain)


def test_a_place_that_only_the_running_guest_has_taken(site: Site, xfm: Xfm) -> None:
    domain = site.started()
    taken = "<address type='pci' domain='0x0000' bus='0x09' slot='0x00' function='0x0'/>"
    rng = f"<rng model='virtio'><backend model='random'>/dev/urandom</backend>{taken}</rng>"
    assert xfm("attach", domain.name(), rng, "--live").status == 0
    before = domain.XMLDesc(INACTIVE)
    ran = xfm("attach", domain.name(), f"<interface>{taken}</interface>")
    assert ran.status == 1
    assert "double use of PCI Address" in ran.err or "already in use" in ran.err
    assert domain.XMLDesc(INACTIVE) == before
    remove(domain)


@pytest.mark.parametrize("command", ["attach", "detach"])
def test_what_was_edited_by_hand_is_not_accepted_unasked(command: str, site: Site, xfm: Xfm) -> None:
    domain = site.define(site.document())
    name = domain.name()
    domain.attachDeviceFlags("<watchdog model='i6300esb'/>", CONFIG)
    before = domain.XMLDesc(INACTIVE)
    call = (command, name, "<input/>" if command == "attach" else "ua-disk-vda")
    ran = xfm(*call)
    assert (ran.status, ran.out) == (1, "")
    assert "[abi-changed]" in ran.err
    assert domain.XMLDesc(INACTIVE) == before
    assert xfm(*call, "--repin").status == 0
    agree(domain)
    assert "<watchdog" in domain.XMLDesc(0)
    remove(domain)


def test_a_controller_stays_under_what_sits_on_it(site: Site, xfm: Xfm) -> None:
    domain = site.define(site.document())
    name = domain.name()
    assert xfm("attach", name, site.part("scsi disk", domain)).status == 0
    before = domain.XMLDesc(INACTIVE)
    for alias in ("ua-scsi-0", "ua-pci-7"):
        ran = xfm("detach", name, alias)
        assert ran.status == 1
        assert f"{alias} is a controller that other devices sit on [not-hotpluggable]" in ran.err
    assert domain.XMLDesc(INACTIVE) == before
    remove(domain)


# --- guests that answer, or do not ---


@pytest.fixture(scope="module")
def staying(site: Site) -> Iterator[tuple[libvirt.virDomain, StayingGuest]]:
    """A guest with a kernel, which has booted."""
    guest = StayingGuest(site.folder)
    domain = site.define(site.document(boot=guest.boot, memory=320, more=guest.serial))
    domain.create()
    wait_until(lambda: READY in guest.said(), "that the guest boots")
    yield domain, guest
    remove(domain)


@pytest.mark.parametrize("kind", ["disk", "interface", "rng", "scsi disk", "tablet", "channel", "controller"])
def test_a_guest_lets_go(kind: str, staying: tuple[libvirt.virDomain, StayingGuest], site: Site, xfm: Xfm) -> None:
    domain, _ = staying
    before = aliases(domain.XMLDesc(INACTIVE)), aliases(domain.XMLDesc(0))
    alias = attached(xfm("attach", domain.name(), site.part(kind, domain)))
    assert xfm("detach", domain.name(), alias) == (0, f"{domain.name()}: detached {alias} (config, live)\n", "")
    assert (aliases(domain.XMLDesc(INACTIVE)), aliases(domain.XMLDesc(0))) == before
    agree(domain)


def test_a_guest_that_is_paused_lets_go_when_it_runs_again(
    staying: tuple[libvirt.virDomain, StayingGuest], xfm: Xfm
) -> None:
    domain, _ = staying
    name = domain.name()
    alias = attached(xfm("attach", name, "<rng/>"))
    domain.suspend()
    started = time.monotonic()
    ran = xfm("detach", name, alias, "--timeout", "1")
    assert time.monotonic() - started < PATIENCE / 2
    assert (ran.status, ran.out) == (3, "")
    assert f"has not let go of {alias}" in ran.err
    assert "[unplug-pending]" in ran.err
    assert device(domain.XMLDesc(INACTIVE), alias) is None
    assert device(domain.XMLDesc(0), alias) is not None
    again = xfm("detach", name, alias, "--timeout", "1")
    assert (again.status, "[unplug-pending]" in again.err) == (3, True)
    domain.resume()
    wait_until(lambda: alias not in aliases(domain.XMLDesc(0)), "that the guest lets go")
    again = xfm("detach", name, alias)
    assert (again.status, again.out) == (0, f"{name}: nothing to do for {alias}\n")
    assert again.err == f"xfm: note: the pin has taken up what became of {alias} (live)\n"
    agree(domain)


def test_a_guest_that_refuses_keeps_the_device_and_its_definition(
    staying: tuple[libvirt.virDomain, StayingGuest], xfm: Xfm
) -> None:
    """Memory that the kernel has put things into that it cannot move."""
    domain, guest = staying
    alias = attached(xfm("attach", domain.name(), MEMORY))
    wait_until(lambda: CANNOT_LET_GO in guest.said(), "that the guest takes the memory into use")
    before = domain.XMLDesc(INACTIVE), domain.XMLDesc(SECURE)
    ran = xfm("detach", domain.name(), alias)
    assert (ran.status, ran.out) == (1, "")
    assert f"refuses to let go of {alias} [unplug-refused]" in ran.err
    assert (domain.XMLDesc(INACTIVE), domain.XMLDesc(SECURE)) == before


def test_a_guest_that_is_shut_off_meanwhile_has_let_go(site: Site, xfm: Xfm) -> None:
    domain = site.started()
    connection = site.connection
    alias = attached(xfm("attach", domain.name(), "<rng/>"))
    killer = threading.Timer(1, lambda: connection.lookupByName(domain.name()).destroy())
    killer.start()
    assert xfm("detach", domain.name(), alias) == (0, f"{domain.name()}: detached {alias} (config, live)\n", "")
    killer.join()
    assert not domain.isActive()
    agree(domain)
    remove(domain)


def test_an_event_that_is_lost_does_not_matter(site: Site, xfm: Xfm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events.Mailbox, "next", lambda _self, _deadline: None)
    domain = site.started()
    alias = attached(xfm("attach", domain.name(), "<input/>"))
    assert xfm("detach", domain.name(), alias).out == f"{domain.name()}: detached {alias} (config, live)\n"
    agree(domain)
    remove(domain)


def test_a_connection_that_breaks_while_it_is_waited(xfm: Xfm, tmp_path: Path) -> None:
    with private_libvirtd() as daemon:
        connection = daemon.connect()
        domain = Site(tmp_path, connection).started()
        name = domain.name()
        alias = attached(xfm("attach", name, "<rng/>", uri=daemon.uri))
        pid = (daemon.root / "run/libvirtd.pid").read_text().strip()

        def kill() -> None:
            with suppress(subprocess.CalledProcessError):  # with the daemon ends the namespace, and all that is in it
                daemon.run_inside("kill", "-9", pid)

        killer = threading.Timer(1, kill)
        killer.start()
        started = time.monotonic()
        ran = xfm("detach", name, alias, "--timeout", "120", uri=daemon.uri)
        killer.join()
        assert time.monotonic() - started < PATIENCE
        assert (ran.status, ran.out) == (3, "")
        assert "the connection to libvirt" in ran.err
        assert "[libvirt]" in ran.err
