"""`virsh dumpxml GUEST | xfm | virsh define /dev/stdin` is safe to type for a guest that xfm has never seen.

Every document of libvirt's own corpus that its QEMU driver takes (completed.py) is such a guest once libvirt has
completed it. Four judges say what the guest would notice: xfm's own comparison, libvirt's (oracle.py), the arguments
that QEMU would be started with, and, for a few guests, QEMU itself, which has to go on from a saved state, and a Linux
that looks at its devices.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pytest

from tests.live.completed import (
    ADOPTIONS,
    DUMP,
    IN_TWO_GOES,
    PIN,
    ROOT,
    aliased,
    as_xfm_prints,
    complete,
    hardware,
    is_invalid,
    noticed,
    parsed,
    part,
    print_figures,
    redefined,
)
from tests.live.conftest import SEARCH_PATH
from tests.live.oracle import Oracle
from tests.live.test_identity import MIB, Fact, guest_parts, wait_for_facts
from xfm import api, builtin
from xfm.errors import XfmError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.live.conftest import PrivateLibvirtd
    from xfm.pipeline import Pipeline


class Guest(NamedTuple):
    """A guest that exists, and what becomes of it by `dumpxml | xfm | define`, twice."""

    name: str
    dump: str
    xfm1: str
    dump1: str
    xfm2: str
    dump2: str
    #: The first dump defined anew, without xfm: libvirt sorts some controllers only when it reads its own dump.
    dump_again: str


class Part(NamedTuple):
    """The guests of one part of the corpus, and what xfm refused."""

    guests: list[Guest]
    refused: list[str]


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """What the tests count; printed after the last of them."""
    counted: Counter[str] = Counter()
    yield counted
    print_figures(request, "adoption", counted)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return api.new_pipeline()


@pytest.fixture(scope="module")
def as_new() -> Pipeline:
    """What an adopted guest must not get."""
    return api.new_pipeline(baseline=builtin.NEWEST)


@pytest.fixture(scope="module", params=ADOPTIONS)
def corpus_part(
    request: pytest.FixtureRequest, libvirtd: PrivateLibvirtd, pipeline: Pipeline, figures: Counter[str]
) -> Part:
    """The guests of one part of the corpus."""
    connection = libvirtd.connect()
    taken, _ = complete(connection, part(request.param))
    guests, refused = [], []
    for document in taken:
        try:
            guests.append(adopted(connection, document.name, document.completed, pipeline))
        except XfmError as error:
            figures["guests that xfm refuses: libvirt's own dump is invalid"] += 1
            if not is_invalid(connection, document.completed):
                refused.append(f"{document.name}: {error}")
    connection.close()
    figures["guests that are adopted"] += len(guests)
    return Part(guests, refused)


def adopted(connection: libvirt.virConnect, name: str, dump: str, pipeline: Pipeline) -> Guest:
    """Take a dump through xfm and libvirt, twice."""
    first = pipeline.run(dump.encode())
    assert first.baseline == 0, name
    assert any("exists already" in note for note in first.notes), name
    xfm1 = first.xml.decode()
    dump1 = redefined(connection, xfm1)
    xfm2 = pipeline.run(dump1.encode()).xml.decode()
    return Guest(name, dump, xfm1, dump1, xfm2, redefined(connection, xfm2), redefined(connection, dump))


def test_xfm_refuses_no_valid_dump(corpus_part: Part) -> None:
    assert corpus_part.refused == []
    assert corpus_part.guests


def test_xfm_writes_aliases_and_a_pin_and_nothing_else(corpus_part: Part) -> None:
    for guest in corpus_part.guests:
        before = {hardware(text) for text in {guest.dump, guest.dump_again}}
        for after in {guest.xfm1, guest.dump1}:
            assert hardware(after) in before, guest.name


def test_an_alias_that_was_there_stays_and_libvirt_keeps_the_new_ones(corpus_part: Part) -> None:
    for guest in corpus_part.guests:
        assert aliased(guest.dump).items() <= aliased(guest.xfm1).items(), guest.name
        assert aliased(guest.xfm1).keys() - aliased(guest.dump1).keys() == set(), guest.name


def test_no_guest_notices_by_xfms_own_comparison(corpus_part: Part) -> None:
    for guest in corpus_part.guests:
        for after in {guest.xfm1, guest.dump1}:
            assert noticed(guest.dump, after) == [], guest.name


def test_no_guest_notices_by_libvirts_own_check(
    corpus_part: Part, libvirtd: PrivateLibvirtd, figures: Counter[str]
) -> None:
    connection = libvirtd.connect()
    with Oracle(connection) as oracle:
        for guest in corpus_part.guests:
            for after in {guest.xfm1, guest.dump1}:
                verdict = oracle.verdict(guest.dump, after)
                assert verdict.same, f"{guest.name}: {verdict.reason}"
            figures["guests that libvirt's own check finds unchanged"] += 1
    connection.close()


def test_qemu_is_told_the_same(corpus_part: Part, libvirtd: PrivateLibvirtd, figures: Counter[str]) -> None:
    """The arguments for QEMU are the same but for the names of devices, which no guest sees."""
    connection = libvirtd.connect()
    for guest in corpus_part.guests:
        before = arguments(connection, guest.dump)
        if before is None:
            figures["guests whose arguments for QEMU need more than this host has"] += 1
            continue
        figures["guests whose arguments for QEMU are the same"] += 1
        assert arguments(connection, guest.xfm1) == before, guest.name
    connection.close()


def test_the_second_time_nothing_changes(corpus_part: Part) -> None:
    for guest in corpus_part.guests:
        printed = as_xfm_prints(guest.dump1)
        if guest.name in IN_TWO_GOES:
            assert PIN.sub("", guest.xfm2) == PIN.sub("", printed), guest.name
        else:
            assert guest.xfm2 == printed, guest.name
        assert as_xfm_prints(guest.dump2) == guest.xfm2, guest.name


#: How QEMU's arguments speak of a device or a part of one.
ID = re.compile(r"""(?:"id":"|\bid=)([^",\s']+)""")
REFERENCE = re.compile(
    r"""\b((?:id|bus|drive|netdev|chardev|fsdev|memdev|audiodev|iothread|rng|tpmdev|target)"?[:=]"?)([^",\s']+)"""
)
#: Secrets are encrypted anew each time; the socket of a file system bears the name of its device.
DRAWN = re.compile(r""""(?:data|iv)":"[^"]*"|[^/,]*-fs\.sock""")


def arguments(connection: libvirt.virConnect, document: str) -> list[str] | None:
    """What QEMU would be told, with the names of devices numbered; None where this host cannot start such a guest."""
    if "<interface type='hostdev'" in document:  # libvirt 9.0.0 damages its memory when it is asked for one of these
        return None
    try:
        text = connection.domainXMLToNative("qemu-argv", document)
    except libvirt.libvirtError:
        return None
    names = {name: f"device {number}" for number, name in enumerate(dict.fromkeys(ID.findall(text)))}

    def numbered(match: re.Match[str]) -> str:
        """A name, or that of a bus of a device: NAME.0."""
        device, dot, bus = match[2].partition(".") if match[2] not in names else (match[2], "", "")
        return f"{match[1]}{names[device]}{dot}{bus}" if device in names else match[0]

    return DRAWN.sub("", REFERENCE.sub(numbered, text)).split(" -")


UUID = "3f1c9f2e-6c1f-4e7a-9d43-7c2f6d0f5a11"
MEMORY = "<memory unit='MiB'>64</memory>"
NODE = "<numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa>"
WITH_NODE = f"<maxMemory slots='4' unit='MiB'>1024</maxMemory>{MEMORY}<cpu>{NODE}</cpu>"
IMAGE = "/var/lib/libvirt/images"


def guest(devices: str = "", *, machine: str = "q35", sections: str = MEMORY, root: str = "") -> str:
    """A guest as somebody wrote it long ago."""
    return (
        f"<domain type='qemu' {root}><name>old</name><uuid>{UUID}</uuid><vcpu>2</vcpu>{sections}"
        f"<os><type arch='x86_64' machine='{machine}'>hvm</type></os><devices>{devices}</devices></domain>"
    )


def disk(target: str, bus: str, more: str = "", device: str = "disk") -> str:
    source = "" if device == "cdrom" else f"<source file='{IMAGE}/{target}.img'/>"
    return f"<disk type='file' device='{device}'>{source}<target dev='{target}' bus='{bus}'/>{more}</disk>"


def interface(number: int, more: str = "<model type='virtio'/>") -> str:
    return f"<interface type='user'><mac address='52:54:00:00:00:{number:02}'/>{more}</interface>"


SCSI_DISKS = "".join(
    (
        "<controller type='scsi' index='0' model='virtio-scsi'/>",
        disk("sda", "scsi"),
        disk("sdb", "scsi", "<serial>WD-42 A</serial>"),
        disk("sdc", "scsi", device="cdrom"),
        disk("sdd", "scsi", "<wwn>5000c50015ea71ad</wwn>"),
    )
)


class Trap(NamedTuple):
    """What a guest has that was once defined, and what no run of xfm may add to it."""

    guest: str
    #: What a new guest would get; of an adopted one there is as much as before.
    never: str


TRAPS = {
    "devices": Trap(guest(), "devices/rng | devices/panic | devices/channel | devices/serial | devices/watchdog"),
    "spare ports": Trap(guest(interface(1)), "devices/controller"),
    "timers": Trap(guest(), "clock/timer"),
    "the kind of clock": Trap(guest(sections=MEMORY + "<clock offset='localtime'/>"), "clock/timer"),
    "features": Trap(guest(), "features/*"),
    "sleep states": Trap(guest(), "pm/*"),
    "a topology of its CPUs": Trap(guest(), "cpu/topology"),
    "serials": Trap(guest(SCSI_DISKS + disk("vda", "virtio") + disk("sde", "sata")), "devices/disk/serial"),
    "world wide names": Trap(guest(SCSI_DISKS), "devices/disk/wwn"),
    "rotation rates": Trap(guest(disk("sda", "sata")), "devices/disk/target/@rotation_rate"),
    "discard": Trap(guest(disk("vda", "virtio")), "devices/disk/driver/@discard"),
    "indexes of interfaces": Trap(guest(interface(1) + interface(2)), "devices/interface/acpi"),
    "a balloon that deflates": Trap(
        guest("<memballoon model='virtio'><stats period='7'/></memballoon>"), "devices/memballoon/@autodeflate"
    ),
}


@pytest.mark.parametrize("what", TRAPS)
def test_an_existing_guest_does_not_get(
    what: str, connection: libvirt.virConnect, pipeline: Pipeline, as_new: Pipeline
) -> None:
    trap = TRAPS[what]
    old = adopted(connection, what, redefined(connection, trap.guest), pipeline)
    assert hardware(old.xfm1) == hardware(old.dump)
    assert has(old.xfm2, trap.never) == has(old.dump, trap.never)
    assert has(as_new.run(old.dump.encode()).xml.decode(), trap.never) > has(old.dump, trap.never), "no trap any more"


def has(document: str, what: str) -> int:
    """How many of these a document has."""
    found = parsed(document).xpath(what)
    assert isinstance(found, list)
    return len(found)


def aliases(document: str) -> dict[str, str]:
    """The aliases of devices: by target, MAC, or kind and number in the document."""
    found = {}
    for number, device in enumerate(parsed(document).iterfind("devices/*")):
        name = device.xpath("string(target/@dev | mac/@address)") or f"{device.tag!s} {number}"
        found[str(name)] = str(device.xpath("string(alias/@name)"))
    return found


@pytest.mark.parametrize("controller", ["virtio-scsi", "lsilogic"])
def test_a_scsi_disk_without_a_serial_gets_no_alias(
    controller: str, connection: libvirt.virConnect, pipeline: Pipeline
) -> None:
    """QEMU makes the id in its vital product data of the alias, which libvirt's own check does not look at."""
    devices = SCSI_DISKS.replace("virtio-scsi", controller)
    old = adopted(connection, "scsi", redefined(connection, guest(devices, machine="pc")), pipeline)
    given = aliases(old.dump1)
    assert {name: given[name] for name in ("sda", "sdb", "sdc", "sdd")} == {
        "sda": "",
        "sdb": "ua-disk-sdb",
        "sdc": "",
        "sdd": "",
    }
    ids = [re.findall(r'"device_id":"([^"]*)"', str(arguments(connection, text))) for text in (old.dump, old.dump2)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 4
    by_hand = old.dump.replace("<target dev='sda' bus='scsi'/>", "<target dev='sda' bus='scsi'/><alias name='ua-a'/>")
    with Oracle(connection) as oracle:
        assert oracle.verdict(old.dump, by_hand).same
    assert arguments(connection, by_hand) != arguments(connection, old.dump)


def test_a_disk_of_another_bus_gets_an_alias_that_its_guest_does_not_see(
    connection: libvirt.virConnect, pipeline: Pipeline
) -> None:
    disks = disk("vda", "virtio") + disk("sda", "sata") + disk("sdb", "usb") + disk("sdc", "sata", device="cdrom")
    old = adopted(connection, "disks", redefined(connection, guest(disks)), pipeline)
    given = aliases(old.dump2)
    assert [given[name] for name in ("vda", "sda", "sdb", "sdc")] == [
        "ua-disk-vda",
        "ua-disk-sda",
        "ua-disk-sdb",
        "ua-disk-sdc",
    ]
    assert arguments(connection, old.dump2) == arguments(connection, old.dump)


MEMORY_DEVICES = {
    "dimm": "<target><size unit='MiB'>128</size><node>0</node></target>",
    "nvdimm": "<source><path>/tmp/nvdimm</path></source><target><size unit='MiB'>128</size><node>0</node></target>",
    "virtio-pmem": "<source><path>/tmp/pmem</path></source><target><size unit='MiB'>128</size></target>",
    "virtio-mem": "<target><size unit='MiB'>128</size><node>0</node><block unit='MiB'>2</block>"
    "<requested unit='MiB'>64</requested></target>",
}


@pytest.mark.parametrize("model", MEMORY_DEVICES)
def test_a_memory_device_gets_no_alias(model: str, connection: libvirt.virConnect, pipeline: Pipeline) -> None:
    """It names a block of memory, by which a migration finds it."""
    device = f"<memory model='{model}'>{MEMORY_DEVICES[model]}</memory>"
    old = adopted(connection, model, redefined(connection, guest(device, sections=WITH_NODE)), pipeline)
    assert has(old.dump2, "devices/memory/alias") == 0
    by_hand = re.sub("(<memory model='[^>]*>)", r"\1<alias name='ua-m'/>", old.dump)
    with Oracle(connection) as oracle:
        assert oracle.verdict(old.dump, old.dump2).same
        assert not oracle.verdict(old.dump, by_hand).same


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_what_libvirt_leaves_out_of_a_migration_gets_no_alias(
    machine: str, connection: libvirt.virConnect, pipeline: Pipeline
) -> None:
    """The only USB controller of i440FX, the root bus and PS/2 inputs: with an alias they would be in it."""
    usb = "<controller type='usb' index='0' model='piix3-uhci'/>" if machine == "pc" else ""
    graphics = "<graphics type='vnc' port='-1' autoport='yes'/>"
    old = adopted(connection, machine, redefined(connection, guest(usb + graphics, machine=machine)), pipeline)
    implicit = "devices/input[@bus = 'ps2'] | devices/controller[@type = 'usb' or @index = '0' and @type = 'pci']"
    assert has(old.dump2, implicit) > 2
    assert has(old.dump2, f"({implicit})/alias") == 0


def test_a_parallel_port_of_the_host_gets_no_alias(connection: libvirt.virConnect, pipeline: Pipeline) -> None:
    """libvirt tells by the alias whether it is to be opened as a parallel or as a serial port."""
    ports = "<parallel type='dev'><source path='/dev/parport0'/></parallel><parallel type='null'/>"
    old = adopted(connection, "parallel", redefined(connection, guest(ports)), pipeline)
    assert [name for kind, name in aliases(old.dump2).items() if kind.startswith("parallel")] == ["", "ua-parallel-1"]
    told = arguments(connection, old.dump2)
    assert told == arguments(connection, old.dump)
    assert any(argument.startswith("chardev parallel,") for argument in told or ())


OWN_ARGUMENTS = {
    "arguments": "<qemu:commandline><qemu:arg value='-set'/><qemu:arg value='device.net0.host_mtu=9000'/>"
    "</qemu:commandline>",
    "overrides": "<qemu:override><qemu:device alias='net0'><qemu:frontend>"
    "<qemu:property name='host_mtu' type='unsigned' value='9000'/></qemu:frontend></qemu:device></qemu:override>",
}


@pytest.mark.parametrize("what", OWN_ARGUMENTS)
def test_devices_that_arguments_for_qemu_speak_of_keep_their_ids(
    what: str, connection: libvirt.virConnect, pipeline: Pipeline
) -> None:
    root = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
    text = guest(interface(1), root=root).replace("</domain>", f"{OWN_ARGUMENTS[what]}</domain>")
    old = adopted(connection, what, redefined(connection, text), pipeline)
    assert has(old.dump2, "devices/*/alias") == 0
    told = arguments(connection, old.dump2)
    assert told == arguments(connection, old.dump)
    assert "9000" in str(told)


def test_the_socket_of_a_file_system_has_room_in_its_path(connection: libvirt.virConnect, pipeline: Pipeline) -> None:
    """libvirt names it by the guest and the alias of the device; the path of a socket has 107 bytes at most."""
    tag = "a-tag-may-have-thirty-six-characters"
    shared = f"<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='{tag}'/></filesystem>"
    sections = f"{MEMORY}<memoryBacking><access mode='shared'/></memoryBacking>"
    old = adopted(connection, "virtiofs", redefined(connection, guest(shared, sections=sections)), pipeline)
    (alias,) = (name for kind, name in aliases(old.dump2).items() if kind.startswith("filesystem"))
    assert alias == f"ua-fs-{tag}"
    assert len(f"/var/lib/libvirt/qemu/domain-99999-{'n' * 20}/{alias}-fs.sock") <= 107


def test_an_alias_of_the_administrators_stays_and_so_does_what_refers_to_it(
    connection: libvirt.virConnect, pipeline: Pipeline
) -> None:
    team = interface(1, "<model type='virtio'/><teaming type='persistent'/><alias name='ua-backup0'/>")
    other = (
        "<hostdev mode='subsystem' type='pci' managed='yes'>"
        "<source><address domain='0' bus='7' slot='16' function='1'/></source>"
        "<teaming type='transient' persistent='ua-backup0'/></hostdev>"
    )
    old = adopted(connection, "teaming", redefined(connection, guest(team + other)), pipeline)
    assert aliases(old.dump2)["52:54:00:00:00:01"] == "ua-backup0"
    assert has(old.dump2, "devices/hostdev/teaming[@persistent = 'ua-backup0']") == 1


@pytest.mark.parametrize("serial", ["a b  c", "0123456789012345678901234567890123456789", "x"])
def test_a_serial_stays_to_the_letter(serial: str, connection: libvirt.virConnect, pipeline: Pipeline) -> None:
    """xfm gives none with blanks, and cuts what a guest would not see; one that is there is the guest's."""
    disks = "".join(disk(f"vd{letter}", "virtio", f"<serial>{serial}</serial>") for letter in "ab")
    old = adopted(connection, "serial", redefined(connection, guest(disks)), pipeline)
    assert parsed(old.dump2).xpath("devices/disk/serial/text()") == [serial, serial]


#: A bit of everything that QEMU here can start without anything of the host's.
RUNNABLE = "".join(
    (
        "<controller type='scsi' index='0' model='virtio-scsi'/>",
        disk("sda", "scsi"),
        disk("sdb", "scsi", "<serial>WD-42 A</serial>"),
        disk("sdc", "scsi", device="cdrom"),
        disk("vda", "virtio"),
        disk("sdd", "sata"),
        disk("sde", "usb"),
        interface(1),
        interface(2, "<model type='e1000'/>"),
        "<serial type='pty'/><parallel type='null'/>",
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
        "<input type='tablet' bus='usb'/><input type='mouse' bus='virtio'/>",
        "<graphics type='vnc' port='-1' autoport='yes'/><video><model type='vga'/></video>",
        "<sound model='ich6'/><watchdog model='i6300esb' action='none'/><panic model='isa'/>",
        "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
        "<memballoon model='virtio'><stats period='5'/></memballoon>",
    )
)


DISKS = ("sda", "sdb", "vda", "sdd", "hda", "sde")


def runnable(machine: str, folder: Path, *, sections: str = MEMORY) -> str:
    """A guest whose disks are there: each of a size of its own."""
    for number, name in enumerate(DISKS, 1):
        with (folder / f"{name}.img").open("wb") as image:
            image.truncate(number * MIB)
    devices = RUNNABLE.replace("bus='sata'", "bus='ide'").replace("sdd", "hda") if machine == "pc" else RUNNABLE
    return guest(devices, machine=machine, sections=sections).replace(IMAGE, str(folder))


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_a_saved_guest_goes_on_by_the_adopted_document(
    machine: str, connection: libvirt.virConnect, pipeline: Pipeline, tmp_path: Path
) -> None:
    """QEMU itself finds every device of the saved one again, and with it the state that it was saved with."""
    written = runnable(machine, tmp_path)
    old = adopted(connection, machine, redefined(connection, written), pipeline)
    for document in (old.xfm1, old.xfm2):
        domain = connection.defineXML(written)
        domain.create()
        assert aliases(domain.XMLDesc())["vda"] == "virtio-disk0"
        domain.save(str(tmp_path / "image"))
        connection.restoreFlags(str(tmp_path / "image"), document)
        assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
        assert aliases(domain.XMLDesc())["vda"] == "ua-disk-vda"
        domain.destroy()


def redefined_while_defined(domain: libvirt.virDomain, document: str) -> str:
    """What libvirt makes of a new definition of a guest that it has."""
    return str(domain.connect().defineXML(document).XMLDesc(DUMP))


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_the_dump_of_a_running_guest_defines_the_same_with_xfm_and_without(
    machine: str, connection: libvirt.virConnect, pipeline: Pipeline, tmp_path: Path
) -> None:
    """It has an id, aliases of libvirt's own, sockets and ports of this run: `dumpxml` without `--inactive`."""
    domain = connection.defineXML(runnable(machine, tmp_path))
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    live = domain.XMLDesc()
    without = redefined_while_defined(domain, live)
    result = pipeline.run(live.encode())
    with_xfm = redefined_while_defined(domain, result.xml.decode())
    assert result.baseline == 0
    assert hardware(with_xfm) == hardware(without)
    assert noticed(without, with_xfm) == []
    assert aliases(with_xfm)["vda"] == "ua-disk-vda"
    assert aliases(with_xfm)["sda"] == ""
    again = pipeline.run(with_xfm.encode()).xml.decode()
    assert again == with_xfm


def test_the_command_is_safe_to_type(
    libvirtd: PrivateLibvirtd, connection: libvirt.virConnect, tmp_path: Path, isolated: Path
) -> None:
    """Just as it is written above: for a guest that is off, twice, for one that runs, and when it is off again."""
    domain = connection.defineXML(runnable("q35", tmp_path))
    before = redefined_while_defined(domain, domain.XMLDesc(DUMP))  # libvirt sorts controllers of its own dump anew
    once, twice = type_it(libvirtd, domain), type_it(libvirtd, domain)
    assert noticed(before, once) == []
    assert hardware(once) == hardware(before)
    assert aliases(once)["vda"] == "ua-disk-vda"
    assert twice == once
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    # the dump of a running guest has the CPU as QEMU made it, with xfm and without
    without = redefined_while_defined(domain, domain.XMLDesc())
    while_it_runs = type_it(libvirtd, domain)
    assert hardware(while_it_runs) == hardware(without)
    domain.destroy()
    assert type_it(libvirtd, domain) == while_it_runs


def type_it(libvirtd: PrivateLibvirtd, domain: libvirt.virDomain) -> str:
    """Run the command in a shell; what libvirt has stored then."""
    line = 'set -o pipefail; virsh -q -c "$1" dumpxml old | "$0" -m xfm | virsh -q -c "$1" define /dev/stdin'
    done = subprocess.run(
        ["bash", "-c", line, sys.executable, libvirtd.uri],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": SEARCH_PATH, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr.decode()
    return str(domain.XMLDesc(DUMP))


def test_a_linux_sees_the_same_devices(
    connection: libvirt.virConnect, pipeline: Pipeline, tmp_path: Path, figures: Counter[str]
) -> None:
    """Names of disks, what the vital product data says of them, interfaces, ports: all that guest.py prints."""
    kernel, initrd = guest_parts()
    text = runnable("q35", tmp_path, sections="<memory unit='MiB'>256</memory>").replace(
        "</os>", f"<kernel>{kernel}</kernel><initrd>{initrd}</initrd><cmdline>console=ttyS0 quiet</cmdline></os>"
    )
    text = text.replace("<serial type='pty'/>", f"<serial type='file'><source path='{tmp_path}/console'/></serial>")
    text = text.replace("<vcpu>2</vcpu>", "<vcpu>1</vcpu><on_poweroff>destroy</on_poweroff>")
    domain = connection.defineXML(text)
    seen = [facts(domain, tmp_path / "console")]
    connection.defineXML(pipeline.run(domain.XMLDesc(DUMP).encode()).xml.decode())
    assert aliases(domain.XMLDesc(DUMP))["sde"] == "ua-disk-sde"
    seen.append(facts(domain, tmp_path / "console"))
    assert seen[0] == seen[1]
    assert {fact.kind for fact in seen[0]} >= {"by-id", "vpd83", "mac", "port", "uuid", "size"}
    assert any("/usb-" in fact.of for fact in seen[0])
    figures["facts that a booted Linux sees as before"] += len(seen[1])


def facts(domain: libvirt.virDomain, console: Path) -> list[Fact]:
    """What a guest sees, by its own account; a disk goes by its size, for Linux finds SCSI disks in any order."""
    console.unlink(missing_ok=True)
    domain.create()
    try:
        seen = wait_for_facts(domain, console)
    finally:
        with contextlib.suppress(libvirt.libvirtError):  # it powers off by itself
            domain.destroy()
    sizes = {fact.of: f"{int(fact.value) * 512 // MIB} MiB" for fact in seen if fact.kind == "size"}
    return sorted(Fact(kind, sizes.get(of, of), sizes.get(value, value)) for kind, of, value in seen)
