"""The stylesheets of the stage defaults: each fills what is open, for any guest, and alters nothing that is said."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from xfm import builtin, chain, hostfacts, plugins, resources, schema
from xfm.knowledge import HOST_FACTS, Knowledge, RunDocuments
from xfm.stylesheet import own
from xfm.stylesheet.parameters import to_xslt
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = {Path(contribution.path).stem: contribution.path for contribution in builtin.xfm_defaults(builtin.NEWEST)}
IDS = sorted(FILES)
CPU_MAP = Path("/usr/share/libvirt/cpu_map")
PIN = f"<xfm:pin xmlns:xfm='urn:xfm:pin:1' baseline='{builtin.NEWEST}' version='0.1.0' schema='9.0.0'/>"
MACHINES = {"q35": "x86_64", "pc": "x86_64", "virt": "aarch64", "s390-ccw-virtio": "s390x", "pseries": "ppc64le"}
SYSTEMS = ["", "debian11", "rhel6.0", "freebsd13.1", "win11", "win7", "winxp"]


@functools.cache
def stylesheet(identifier: str) -> Stylesheet:
    return Stylesheet(FILES[identifier], folder=resources.STYLESHEETS, builtin=True)


@functools.cache
def knowledge(system: str) -> Knowledge:
    return Knowledge([], system or None, schema.find())


def apply(
    identifier: str,
    document: etree._ElementTree,
    *,
    system: str = "",
    facts: bytes | None = None,
    values: Mapping[str, str] | None = None,
) -> tuple[etree._ElementTree, list[str]]:
    """One stylesheet on a document, with its parameters' defaults but for ``values``."""
    sheet = stylesheet(identifier)
    given_values = {p.name: (values or {}).get(p.name, p.default) for p in sheet.declaration.parameters}
    parameters = {
        p.name: to_xslt(p, text) for p in sheet.declaration.parameters if (text := given_values[p.name]) is not None
    }
    documents = RunDocuments(knowledge(system), document, builtin.NEWEST, lambda _: None)
    if facts is not None:
        documents = documents.with_documents({HOST_FACTS: functools.partial(bytes, facts)})
    return sheet.apply(document, parameters, documents)


def domain(
    body: str = "", *, machine: str = "q35", kind: str = "kvm", os: str = "", metadata: str = ""
) -> etree._ElementTree:
    """A domain with ``body`` beside its name and machine."""
    arch = MACHINES[machine]
    text = (
        f"<domain type='{kind}'><name>web1</name><metadata>{metadata}</metadata>"
        f"<os><type arch='{arch}' machine='{machine}'>hvm</type>{os}</os>{body}</domain>"
    )
    return etree.ElementTree(etree.fromstring(text))


def facts_of(libvirt: str, document: etree._ElementTree, without: str = "") -> bytes:
    """The baseline's own facts, as of another libvirt, and without the values of one name."""
    root = etree.fromstring(hostfacts.table(builtin.NEWEST))
    root.set("libvirt", libvirt)
    for value in [value for value in root.iter("{*}value") if value.get("of") == without]:
        value.getparent().remove(value)  # type: ignore[union-attr]
    chosen = own.transform("facts/guest.xsl", document, {"xfm:all-facts": etree.tostring(root)}, schema=libvirt)
    return etree.tostring(chosen)


def holds(whole: etree._Element, part: etree._Element) -> bool:
    """Whether all that ``part`` says is said by ``whole``, too: attributes, text, and children in whatever order."""
    if whole.tag != part.tag or (whole.text or "").strip() != (part.text or "").strip():
        return False
    if any(whole.get(name) != value for name, value in part.items()):
        return False
    unused = list(whole)
    for child in part:
        found = next((other for other in unused if holds(other, child)), None)
        if found is None:
            return False
        unused.remove(found)
    return True


# --- Documents drawn by lot ---

DISKS = st.builds(
    "<disk type='file'{}>{}<source file='/images/{}'/><target dev='{}'{}/>{}</disk>".format,
    st.sampled_from(["", " device='disk'", " device='cdrom'"]),
    st.sampled_from(["", "<driver name='qemu'/>", "<driver name='qemu' type='raw' discard='ignore' cache='none'/>"]),
    st.sampled_from(["a.qcow2", "a.img", "a.vmdk", "a"]),
    st.sampled_from(["vda", "sdb", "hdc", "xvdd"]),
    st.sampled_from(["", " bus='virtio'", " bus='scsi'", " bus='sata'"]),
    st.sampled_from(["", "<readonly/>", "<shareable/>", "<alias name='ua-d'/>"]),
)
INTERFACES = st.builds(
    "<interface type={}{}{}{}</interface>".format,
    st.sampled_from(["'bridge'><source bridge='br0'/>", "'direct'><source dev='eth0'/>", "'user'>"]),
    st.sampled_from(["", "<model type='virtio'/>", "<model type='rtl8139'/>"]),
    st.sampled_from(["", "<driver queues='2'/>", "<driver name='vhost'/>"]),
    st.sampled_from(["", "<alias name='ua-n'/>"]),
)
OTHERS = st.sampled_from(
    [
        "<controller type='scsi' index='0'/>",
        "<controller type='usb' model='none'/>",
        "<graphics type='spice' autoport='yes'/>",
        "<graphics type='vnc'/>",
        "<video/>",
        "<video><model type='qxl'/></video>",
        "<input type='tablet' bus='usb'/>",
        "<sound model='es1370'/>",
        "<memballoon model='none'/>",
        "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>",
        "<serial type='pty'/>",
        "<panic model='isa'/>",
        "<tpm model='tpm-tis'><backend type='emulator'/></tpm>",
        "<filesystem><driver type='virtiofs'/><source dir='/srv'/><target dir='srv'/></filesystem>",
    ]
)
PARTS = st.sampled_from(
    [
        "<memory unit='MiB'>512</memory>",
        "<vcpu>4</vcpu>",
        "<cpu mode='host-passthrough'/>",
        "<cpu><topology sockets='2' cores='2' threads='1'/></cpu>",
        "<features><acpi/><smm state='off'/></features>",
        "<features><vmport state='on'/><vmcoreinfo state='off'/></features>",
        "<pm><suspend-to-mem enabled='yes'/></pm>",
        "<iothreads>2</iothreads>",
        "<memoryBacking><hugepages/></memoryBacking>",
    ]
)


@st.composite
def domains(draw: st.DrawFn, metadata: str = "") -> etree._ElementTree:
    devices = draw(st.lists(st.one_of(DISKS, INTERFACES, OTHERS), max_size=6))
    parts = draw(st.lists(PARTS, max_size=5, unique_by=lambda part: part[1:5]))
    body = "".join(parts) + draw(st.sampled_from(["", f"<devices>{''.join(devices)}</devices>"]))
    loader = draw(st.sampled_from(["", "<loader readonly='yes' type='pflash'>/f.fd</loader>"]))
    machine = draw(st.sampled_from(sorted(MACHINES)))
    return domain(body, machine=machine, kind=draw(st.sampled_from(["kvm", "qemu"])), os=loader, metadata=metadata)


@given(document=domains(), system=st.sampled_from(SYSTEMS))
@settings(max_examples=40)
def test_all_that_the_author_said_is_still_there_and_a_second_run_adds_nothing(
    document: etree._ElementTree, system: str
) -> None:
    for identifier in IDS:
        once, _ = apply(identifier, document, system=system, values={"action": "reset"})
        assert holds(once.getroot(), document.getroot()), identifier
        again, _ = apply(identifier, once, system=system, values={"action": "reset"})
        assert etree.tostring(again) == etree.tostring(once), identifier


@given(document=domains(metadata=PIN), system=st.sampled_from(SYSTEMS))
@settings(max_examples=40)
def test_a_device_that_a_pinned_guest_had_stays_as_it_is(document: etree._ElementTree, system: str) -> None:
    for identifier in IDS:
        if stylesheet(identifier).declaration.once:
            continue  # does not run on a pinned guest
        after, _ = apply(identifier, document, system=system)
        old = [etree.tostring(device) for device in document.iterfind("devices/*[alias]")]
        assert [etree.tostring(device) for device in after.iterfind("devices/*[alias]")] == old, identifier


@pytest.mark.parametrize("identifier", [rule for rule in IDS if rule != "os-metadata"])
@pytest.mark.parametrize("kind", ["xen", "lxc", "bhyve"])
def test_a_guest_of_another_driver_stays_as_it_is(identifier: str, kind: str) -> None:
    text = domain("<vcpu>2</vcpu><devices><graphics type='vnc'/><interface type='user'/></devices>", kind=kind)
    without = domain(kind=kind)
    for document in (text, without):
        after, messages = apply(identifier, document, system="debian11", values={"action": "reset"})
        assert etree.tostring(after) == etree.tostring(document)
        assert messages == []


def test_each_rule_can_be_switched_off_by_its_id() -> None:
    links = chain.build(plugins.load(with_installed=False), builtin.NEWEST, dict.fromkeys(IDS, "off")).links
    idle = {link.stylesheet.id: link.idle for link in links if link.stage == "defaults"}
    assert sorted(idle) == IDS
    assert all("off" in why or "waits" in why for why in idle.values()), idle


def test_a_rule_that_adds_a_device_runs_when_there_is_a_place_for_it() -> None:
    adding = []
    for identifier in IDS:
        declaration = stylesheet(identifier).declaration
        if any(re.fullmatch(r"domain/devices/[a-z]+", xpath) for xpath in declaration.writes) and declaration.once:
            adding.append(identifier)
            assert "devices" in declaration.after, identifier
    assert {"rng", "video", "memballoon", "tpm"} <= set(adding)


# --- What depends on libvirt's version and on the hosts ---


@pytest.mark.parametrize(
    ("identifier", "machine", "older", "newer", "attribute", "values"),
    [
        ("panic", "virt", ("9.0.0", None), ("9.1.0", "pvpanic"), "panic/@model", {}),
        ("watchdog", "q35", ("9.0.0", "i6300esb"), ("9.1.0", "itco"), "watchdog/@model", {"action": "reset"}),
        ("watchdog", "pc", ("9.0.0", "i6300esb"), ("9.1.0", "i6300esb"), "watchdog/@model", {"action": "reset"}),
        ("iommu", "q35", ("8.2.0", None), ("8.3.0", "virtio"), "iommu/@model", {"model": "virtio"}),
    ],
)
def test_a_model_is_taken_only_where_libvirt_knows_it(
    identifier: str,
    machine: str,
    older: tuple[str, str | None],
    newer: tuple[str, str | None],
    attribute: str,
    values: dict[str, str],
) -> None:
    document = domain("<devices/>", machine=machine)
    for version, model in (older, newer):
        after, _ = apply(identifier, document, system="debian11", facts=facts_of(version, document), values=values)
        assert after.xpath(f"string(/domain/devices/{attribute})") == (model or ""), version


@pytest.mark.parametrize(
    ("identifier", "missing", "remark"),
    [
        ("firmware", "os/firmware", "xfm-left-out: UEFI: not all hosts have UEFI firmware for x86_64"),
        ("firmware", "os/loader/secure", "xfm-left-out: secure boot: it needs q35, SMM, firmware with secure boot"),
        ("tpm", "tpm/backendModel", "xfm-left-out: TPM: not all hosts can emulate one (swtpm)"),
        ("iothreads", "iothreads", ""),
        ("video", "video/modelType", ""),
        ("vmcoreinfo", "features/vmcoreinfo", ""),
    ],
)
def test_what_the_hosts_do_not_have_is_left_out(identifier: str, missing: str, remark: str) -> None:
    system = "win11" if remark else "debian11"
    disk = "<disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/></disk>"
    document = domain(f"<devices><graphics type='vnc'/>{disk}</devices>")
    complete, said = apply(identifier, document, system=system, facts=facts_of("9.0.0", document))
    partial, messages = apply(identifier, document, system=system, facts=facts_of("9.0.0", document, missing))
    assert said == []
    assert etree.tostring(complete) != etree.tostring(partial)
    assert holds(complete.getroot(), partial.getroot())
    assert [message[: len(remark)] for message in messages] == [remark] * bool(remark)


def test_memory_is_a_file_where_hosts_have_no_memfd() -> None:
    document = domain("<devices><filesystem><driver type='virtiofs'/></filesystem></devices>")
    after, _ = apply("shared-memory", document, facts=facts_of("9.0.0", document, "memoryBacking/sourceType"))
    assert after.xpath("string(/domain/memoryBacking/source/@type)") == "file"


# --- The table of CPU models ---


def ranked() -> list[str]:
    text = Path(FILES["cpu-mode"]).read_text("utf-8")
    match = re.search(r'name="xfm:ranked" select="\'([^\']*)\'"', text)
    assert match
    return match[1].split()


def test_every_x86_model_that_a_guest_of_today_wants_has_its_rank() -> None:
    if not CPU_MAP.is_dir():
        pytest.skip(f"libvirt's CPU models are not there: {CPU_MAP}")
    index = etree.parse(str(CPU_MAP / "index.xml"))
    files = [str(name) for name in index.xpath("//arch[@name='x86']/group/include/@filename")]
    known = {name.removeprefix("x86_").removesuffix(".xml") for name in files}
    # 32 bits, invented for emulation, of a distribution, without a server's features, or another model in a new version
    passed_over = re.compile(
        r"486|pentium.*|coreduo|core2duo|n270|athlon|phenom|(qemu|kvm)(32|64)|cpu64-rhel.*|Snowridge|Denverton|"
        r"KnightsMill|SierraForest|Icelake-Client.*|vendors|features|.*-v\d+"
    )
    assert {name for name in known if not passed_over.fullmatch(name)} <= set(ranked())


def test_a_model_with_its_fixes_is_ranked_above_the_one_without() -> None:
    order = ranked()
    assert len(set(order)) == len(order)
    for name in order:
        plain = name.removesuffix("-IBRS")
        if plain != name and plain in order:
            assert order.index(name) < order.index(plain)


# --- What is said ---


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ("<memory unit='GiB'>4</memory>", []),
        ("<memory>4194304</memory>", []),
        ("<memory unit='b'>4294967296</memory>", []),
        ("<memory unit='GB'>4</memory>", ["the guest has 3814 MiB of memory; Microsoft Windows 11 needs 4096 MiB"]),
        (
            "<memory unit='k'>4194303</memory>",
            ["the guest has 4095 MiB of memory; Microsoft Windows 11 needs 4096 MiB"],
        ),
        ("<memory unit='M'>512</memory>", ["the guest has 512 MiB of memory; Microsoft Windows 11 needs 4096 MiB"]),
        ("<memory unit='T'>1</memory>", []),
    ],
)
def test_too_little_memory_is_said_in_whatever_unit(memory: str, said: list[str]) -> None:
    document = domain(memory)
    after, messages = apply("memory-size", document, system="win11")
    assert messages == said
    assert etree.tostring(after) == etree.tostring(document)


def test_no_memory_and_nothing_known_is_said() -> None:
    _, messages = apply("memory-size", domain())
    assert messages == ["no memory is given, and none is known to suit the guest: libvirt will refuse it"]


def test_an_image_that_will_be_taken_for_raw_is_said() -> None:
    disk = "<disk type='file'><source file='/images/{}'/><target dev='vda' bus='virtio'/></disk>"
    for name, warns in (("a.vmdk", True), ("a.vdi", True), ("a.img", False), ("vmdk", False), ("a.qcow2", False)):
        _, messages = apply("disk-driver", domain(f"<devices>{disk.format(name)}</devices>"))
        assert bool(messages) is warns, name


def test_another_operating_system_than_the_metadata_names_is_said() -> None:
    libosinfo = "<l:libosinfo xmlns:l='http://libosinfo.org/xmlns/libvirt/domain/1.0'><l:os id='{}'/></l:libosinfo>"
    document = domain(metadata=libosinfo.format("http://debian.org/debian/10"))
    after, messages = apply("os-metadata", document, system="debian11")
    assert messages == ["the metadata named http://debian.org/debian/10; now http://debian.org/debian/11"]
    assert after.xpath("string(//*[local-name() = 'os']/@id)") == "http://debian.org/debian/11"


def test_queues_that_a_network_may_not_have_are_explained() -> None:
    network = "<interface type='network'><source network='lan'/><model type='virtio'/></interface>"
    document = domain(f"<vcpu>4</vcpu><devices>{network}</devices>")
    after, messages = apply("interface-queues", document)
    assert etree.tostring(after) == etree.tostring(document)
    assert [message.split(": ")[1] for message in messages] == ["queues of an interface in the network lan"]
