"""What xfm holds for a change of the guest ABI, against libvirt's own check.

More than a thousand pairs of a completed domain and the same with one edit. Which places and values an edit takes is
drawn by lot; the seed is printed, and the environment variable XFM_SEED sets another. Each pair is judged twice: by
libvirt (oracle.py) and by xfm. Both agree, or the kind of edit is on one of two lists with the reason, and an entry of
a list that no pair needs is a fault as well. Of each edit it is known who notices it, and xfm has to know it too.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.live.abi_bases import BASES
from tests.live.abi_editing import pairs
from tests.live.abi_edits import EDITS, WITHOUT_VERDICT
from tests.live.completed import print_figures
from tests.live.oracle import NotTakenError, Oracle
from xfm import abi, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.live.abi_editing import Edit, Pair
    from tests.live.conftest import PrivateLibvirtd

SEED = os.environ.get("XFM_SEED", "1")
#: So many parts run by themselves, so that several processes can share the work.
PARTS = 8
#: So many pairs of each kind of edit, where its places and values allow for as many.
PAIRS = 6
#: So many pairs at least in each part.
ENOUGH = 1000 // PARTS

KINDS = sorted({edit.kind for edit in EDITS})

#: libvirt says changed, and xfm says the same: the reason, and the kinds of edit.
LIBVIRT_IS_STRICTER = {
    "the name is there against mix-ups, not for the guest": ("domain.name",),
    "where the memory comes from is the host's matter": ("memory-backing.source", "memory-backing.source.new"),
    "where the balloon stands moves while the guest runs, and a migration does not compare it": (
        "memory.current",
        "memory.current.gone",
    ),
    "how strictly the host's CPU is compared is the host's matter": ("cpu.check",),
    "a <driver> that says nothing of virtio is compared with none at all": (
        "controller.driver.new",
        "interface.driver.new",
    ),
    "the alias names QEMU's memory, and a migration needs that name": (
        "module.alias",
        "module.alias.other",
        "module.alias.gone",
    ),
    "by which way a device of USB is redirected is the host's matter": ("redirdev.type",),
    "flushing to persistent memory is the host's matter": ("module.pmem",),
    "with graphics libvirt adds a video device, which is a completion": ("graphics.new",),
    "a channel of SPICE has but one name": ("channel.name.said",),
    "a timer that is named is there, whether the document says so or not": ("timer.present.said",),
    "when a domain is defined, its memory is what its NUMA cells have": ("memory.size.cells",),
    "an address in memory that was left to QEMU is a completion": ("address.dimm.base.new",),
    "with an alias, libvirt keeps a controller where it would else drop it, and compares by number": (
        "controller.alias",
    ),
    "devices and names are compared by number, though their addresses are the same": (
        "channel.order",
        "controller.order",
        "controller.order.usb",
        "cpu.feature.order",
        "disk.order.buses",
        "filesystem.order",
        "hostdev.order",
        "hostdev.order.types",
        "input.order",
        "interface.order",
        "module.order",
        "panic.order",
        "parallel.order",
        "redirdev.order",
        "rng.order",
        "serial.order",
        "shmem.order",
        "sound.order",
        "timer.order",
    ),
}

#: libvirt says the same, and xfm says changed; or neither guest nor libvirt would mind, and xfm does.
XFM_IS_STRICTER = {
    "what was said and is not said any more may come out otherwise: libvirt gives addresses by what is free, and the "
    "newest machine of the name": (
        "address.gone.channel",
        "address.gone.controller",
        "address.gone.disk",
        "address.gone.hostdev",
        "address.gone.input",
        "address.gone.interface",
        "address.gone.memballoon",
        "address.gone.memory",
        "address.gone.rng",
        "address.pci.unassigned",
        "controller.added.gone",
        "controller.model.said",
        "interface.model.said",
        "memballoon.gone",
        "os.machine.alias",
        "serial.port.said",
        "video.sizes",
    ),
    "libvirt compares nothing of the qemu: namespace": (
        "qemu.argument",
        "qemu.argument.new",
        "qemu.capabilities.gone",
        "qemu.capability",
        "qemu.commandline.gone",
        "qemu.commandline.new",
        "qemu.override",
        "qemu.override.gone",
        "qemu.override.new",
    ),
    "libvirt compares neither the firmware nor the tables that it hands on": (
        "acpi.table",
        "acpi.table.gone",
        "acpi.table.new",
        "bios.reboot-timeout",
        "bios.useserial",
        "firmware.efi",
        "firmware.feature",
        "firmware.gone",
        "fwcfg.file",
        "fwcfg.gone",
        "fwcfg.name",
        "fwcfg.value",
        "loader.gone",
        "loader.new",
        "loader.path",
        "loader.secure",
        "loader.type",
        "nvram.template",
        "pm.disk",
        "pm.mem",
        "pm.new",
        "sysinfo.oemStrings",
        "sysinfo.oemStrings.gone",
        "sysinfo.oemStrings.order",
    ),
    "libvirt does not compare what a guest is started with and what becomes of it, nor what its clock shows": (
        "boot.menu",
        "boot.menu.timeout",
        "boot.order.device",
        "boot.order.gone",
        "boot.order.os",
        "boot.order.swapped",
        "clock.basis",
        "clock.offset",
        "clock.start",
        "clock.timezone",
        "kernel",
        "kernel.cmdline",
        "kernel.cmdline.gone",
        "kernel.initrd",
        "on.crash",
        "on.poweroff",
        "on.reboot",
        "timer.catchup",
        "timer.catchup.gone",
        "timer.tickpolicy",
        "timer.track",
    ),
    "libvirt does not compare these of the processors and of NUMA": (
        "cpu.match",
        "cpu.migratable",
        "features.msrs",
        "features.msrs.gone",
        "numa.bandwidth",
        "numa.cache.associativity",
        "numa.cache.line",
        "numa.cache.policy",
        "numa.cache.size",
        "numa.interconnects",
        "numa.latency",
        "vcpu.hotpluggable",
    ),
    "libvirt compares no USB addresses, and of PCI ones not whether more functions follow": (
        "address.pci.multifunction",
        "address.pci.multifunction.gone",
        "address.usb.bus",
        "address.usb.port.controller",
        "address.usb.port.disk",
        "address.usb.port.hostdev",
        "address.usb.port.hub",
        "address.usb.port.input",
        "address.usb.port.redirdev",
        "address.usb.port.serial",
        "address.usb.port.sound",
        "controller.startport",
    ),
    "libvirt does not compare these of controllers": (
        "controller.bus-number",
        "controller.chassis-number",
        "controller.cmd-per-lun",
        "controller.max-sectors",
        "controller.node",
        "controller.node.gone",
        "controller.pcihole64",
        "controller.pcihole64.gone",
        "controller.pcihole64.new",
        "controller.queues",
        "controller.root-port.chassis",
        "controller.root-port.hotplug",
        "controller.root-port.hotplug.gone",
        "controller.root-port.name",
        "controller.root-port.port",
    ),
    "libvirt does not compare these of disks, nor the id that QEMU makes of an alias": (
        "disk.alias.scsi",
        "disk.alias.scsi.gone",
        "disk.alias.scsi.new",
        "disk.blockio",
        "disk.blockio.gone",
        "disk.blockio.new",
        "disk.cache.back",
        "disk.cache.gone",
        "disk.cache.through",
        "disk.event-idx",
        "disk.geometry",
        "disk.geometry.new",
        "disk.product",
        "disk.product.new",
        "disk.removable",
        "disk.removable.gone",
        "disk.vendor",
    ),
    "libvirt does not compare these of interfaces and file systems": (
        "filesystem.accessmode",
        "filesystem.driver.queue",
        "filesystem.driver.type",
        "filesystem.multidevs",
        "interface.driver.event_idx",
        "interface.driver.queues",
        "interface.driver.rss",
        "interface.driver.rss_hash_report",
        "interface.driver.rx_queue_size",
        "interface.driver.tx_queue_size",
        "interface.guest.csum",
        "interface.guest.ecn",
        "interface.guest.tso4",
        "interface.guest.tso6",
        "interface.guest.ufo",
        "interface.host.csum",
        "interface.host.ecn",
        "interface.host.gone",
        "interface.host.gso",
        "interface.host.mrg_rxbuf",
        "interface.host.tso4",
        "interface.host.tso6",
        "interface.host.ufo",
        "interface.hostdev.source",
        "interface.link",
        "interface.link.new",
        "interface.rom",
        "interface.rom.bar",
        "interface.rom.enabled",
        "interface.rom.file",
        "interface.rom.gone",
        "interface.teaming",
        "interface.teaming.gone",
    ),
    "libvirt does not compare which device of the host it is, nor how the guest gets it": (
        "hostdev.mdev.display",
        "hostdev.mdev.source",
        "hostdev.model",
        "hostdev.pci.source",
        "hostdev.readonly",
        "hostdev.rom",
        "hostdev.rom.bar",
        "hostdev.rom.file",
        "hostdev.scsi.adapter",
        "hostdev.scsi.source",
        "hostdev.usb.product",
        "hostdev.usb.vendor",
        "hostdev.wwpn",
        "input.evdev",
    ),
    "libvirt does not compare these of other devices": (
        "smartcard.mode",
        "sound.codec",
        "sound.codec.gone",
        "sound.codec.new",
        "video.resolution",
        "video.resolution.new",
        "vsock.cid",
        "vsock.cid.auto",
    ),
}


class Judged(NamedTuple):
    """A pair with both verdicts."""

    pair: Pair
    #: What libvirt says differs: None if nothing does.
    libvirt: str | None
    #: What xfm says differs.
    xfm: list[str]

    @property
    def story(self) -> str:
        """The pair and its verdicts in one line, for the message of a failure."""
        said = f"libvirt: {self.libvirt or 'the same'}; xfm: {', '.join(self.xfm) or 'the same'}"
        return f"{self.pair.edit.kind} ({self.pair.edit.side}) of {self.pair.base}: {said}"


def excused(reasons: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The kinds of edit on a list."""
    return [kind for kinds in reasons.values() for kind in kinds]


def is_excused(judged: Judged) -> bool:
    """Whether this is what an entry of a list is there for."""
    kind = judged.pair.edit.kind
    if judged.libvirt and not judged.xfm:
        return kind in excused(LIBVIRT_IS_STRICTER)
    return bool(judged.xfm) and is_strict(judged) and kind in excused(XFM_IS_STRICTER)


def is_strict(judged: Judged) -> bool:
    """Whether xfm says changed where libvirt does not, or where no guest notices."""
    return bool(judged.xfm) and (judged.libvirt is None or judged.pair.edit.side != "guest")


def changes(before: abi.Abi, document: str) -> list[str]:
    """What xfm says that a guest would notice."""
    return [abi.describe(change) for change in abi.changes(before, projected(document))]


def projected(document: str) -> abi.Abi:
    return abi.project(source.parse_domain(document.encode()))


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """What is counted; printed after the last test."""
    counted: Counter[str] = Counter()
    yield counted
    print_figures(request, f"verdicts on the guest ABI (XFM_SEED={SEED})", counted)


@pytest.fixture(scope="module")
def oracle(libvirtd: PrivateLibvirtd) -> Iterator[Oracle]:
    connection = libvirtd.connect()
    with Oracle(connection) as oracle:
        yield oracle
    connection.close()


@pytest.fixture(scope="module")
def bases(oracle: Oracle) -> dict[str, str]:
    """The domains as libvirt completes them."""
    return {name: oracle.completed(document) for name, document in BASES.items()}


@pytest.fixture(scope="module", params=range(PARTS))
def judged(
    request: pytest.FixtureRequest, oracle: Oracle, bases: dict[str, str], figures: Counter[str]
) -> dict[str, list[Judged]]:
    """The pairs of every eighth kind of edit, by kind, with both verdicts."""
    before = {name: projected(document) for name, document in bases.items()}
    found: dict[str, list[Judged]] = {}
    for kind in KINDS[request.param :: PARTS]:
        found[kind] = [
            one for edit in EDITS if edit.kind == kind for one in judged_pairs(edit, bases, before, oracle, figures)
        ]
        for one in found[kind]:
            count(one, figures)
    figures["kinds of edit"] += len(found)
    return found


def judged_pairs(
    edit: Edit, bases: Mapping[str, str], before: Mapping[str, abi.Abi], oracle: Oracle, figures: Counter[str]
) -> Iterator[Judged]:
    """So many pairs of one kind as are wanted; more where an entry of a list has not been needed by then."""
    wanted, waiting = PAIRS, edit.kind in excused(LIBVIRT_IS_STRICTER) + excused(XFM_IS_STRICTER)
    for pair in pairs(edit, bases, random.Random(f"{SEED} {edit.kind}")):
        try:
            verdict = oracle.verdict(pair.before, pair.after)
        except NotTakenError:
            figures["edits that libvirt does not take"] += 1
            continue
        one = Judged(pair, None if verdict.same else verdict.reason, changes(before[pair.base], pair.after))
        yield one
        wanted -= 1
        waiting = waiting and not is_excused(one)
        if wanted <= 0 and not waiting:
            return


def count(one: Judged, figures: Counter[str]) -> None:
    """Count a pair, by who notices the edit and by who says what."""
    figures["pairs"] += 1
    figures[f"pairs: {one.pair.edit.side}"] += 1
    if bool(one.libvirt) == bool(one.xfm):
        figures["pairs: libvirt and xfm agree"] += 1
    else:
        figures[f"pairs: {'libvirt' if one.libvirt else 'xfm'} is stricter"] += 1


def stories(judged: Mapping[str, list[Judged]]) -> Iterator[Judged]:
    return (one for each in judged.values() for one in each)


def none(found: list[str]) -> None:
    """Fail with all of them, a line each."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_there_are_enough_pairs_and_some_of_each_kind(judged: dict[str, list[Judged]]) -> None:
    none([kind for kind, found in judged.items() if not found])
    assert sum(map(len, judged.values())) >= ENOUGH


def test_xfm_says_changed_for_all_that_a_guest_notices(judged: dict[str, list[Judged]]) -> None:
    none([one.story for one in stories(judged) if one.pair.edit.side == "guest" and not one.xfm])


def test_xfm_says_changed_whenever_libvirt_does(judged: dict[str, list[Judged]]) -> None:
    missed = [one for one in stories(judged) if one.libvirt and not one.xfm]
    none([one.story for one in missed if one.pair.edit.kind not in excused(LIBVIRT_IS_STRICTER)])


def test_xfm_says_the_same_where_no_guest_notices_and_where_libvirt_says_so(judged: dict[str, list[Judged]]) -> None:
    strict = [one for one in stories(judged) if is_strict(one)]
    none([one.story for one in strict if one.pair.edit.kind not in excused(XFM_IS_STRICTER)])


def test_each_exception_is_needed(judged: dict[str, list[Judged]]) -> None:
    missed = {one.pair.edit.kind for one in stories(judged) if one.libvirt and not one.xfm}
    strict = {one.pair.edit.kind for one in stories(judged) if is_strict(one)}
    none([kind for kind in judged if kind in excused(LIBVIRT_IS_STRICTER) and kind not in missed])
    none([kind for kind in judged if kind in excused(XFM_IS_STRICTER) and kind not in strict])


def test_each_exception_is_of_a_kind_of_edit_and_has_one_reason() -> None:
    for reasons in (LIBVIRT_IS_STRICTER, XFM_IS_STRICTER):
        none([kind for kind in excused(reasons) if kind not in KINDS])
        none([kind for kind, times in Counter(excused(reasons)).items() if times > 1])


@pytest.mark.parametrize("edit", WITHOUT_VERDICT, ids=lambda edit: edit.kind)
def test_xfm_says_changed_where_libvirt_has_no_verdict(edit: Edit, oracle: Oracle, bases: dict[str, str]) -> None:
    for pair in pairs(edit, bases, random.Random(SEED)):
        with pytest.raises(NotTakenError):
            oracle.verdict(pair.before, pair.after)
        assert changes(projected(pair.before), pair.after), pair.base


def test_the_oracle_tells_a_difference_from_a_fault(oracle: Oracle, bases: dict[str, str]) -> None:
    small = bases["small"]
    verdict = oracle.verdict(small, small.replace(">2</vcpu>", ">3</vcpu>"))
    assert verdict == (False, "unsupported configuration: Target domain vCPU max 3 does not match source 2")
    for document in (small.replace(">2</vcpu>", ">two</vcpu>"), small.replace("</devices>", "")):
        with pytest.raises(NotTakenError):
            oracle.verdict(small, document)
        with pytest.raises(NotTakenError):
            oracle.verdict(document, small)
        with pytest.raises(NotTakenError):
            oracle.completed(document)


def test_libvirt_says_the_same_of_a_domain_and_itself(oracle: Oracle, bases: dict[str, str]) -> None:
    for name, document in bases.items():
        assert oracle.verdict(document, document).same, name
        assert changes(projected(document), document) == [], name
