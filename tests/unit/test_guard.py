"""The guard: no run changes what an existing guest sees, the one at fault is named, what libvirt completed is taken."""

from __future__ import annotations

import functools
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.abi_tables import seen
from tests.conftest import STYLESHEET
from xfm import abi, api, builtin, pin, source
from xfm.errors import DocumentError, PluginError
from xfm.hookspecs import STAGES
from xfm.limits import TRUSTED_BYTES
from xfm.model import PIN_NAMESPACE, Difference

if TYPE_CHECKING:
    from typing import Any

    from tests.conftest import WriteStylesheet
    from xfm.pipeline import Pipeline

DOCUMENT = """<domain type='kvm'>
  <name>web1</name>
  <uuid>6cf8a4f6-6a23-4c0c-8f3e-2b9a3e8f7d15</uuid>
  <title>t</title>
  <memory unit='GiB'>2</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/web1.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:6b:3c:01'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
"""
#: A guest that libvirt's dump shows, without a pin.
EXISTING = """<domain type='kvm'>
  <name>old1</name>
  <uuid>6cf8a4f6-6a23-4c0c-8f3e-2b9a3e8f7d16</uuid>
  <title>t</title>
  <memory unit='KiB'>2097152</memory>
  <os><type arch='x86_64' machine='pc-q35-6.0'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/srv/old1.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </disk>
    <memballoon model='none'/>
  </devices>
</domain>
"""
MORE_MEMORY = '<xsl:template match="/domain/memory"><memory unit="KiB">999424</memory></xsl:template>'
TITLED = '<xsl:template match="/domain/title"><title>another</title></xsl:template>'
MEMORY = "memory: size was 2097152, is 999424"


@functools.cache
def pipeline(**how: Any) -> Pipeline:
    return api.new_pipeline(**how)


@functools.cache
def pinned() -> str:
    return pipeline().run(DOCUMENT.encode()).xml.decode()


@functools.cache
def adopted() -> str:
    return pipeline().run(EXISTING.encode()).xml.decode()


def edited(document: str, *edits: tuple[str, str]) -> bytes:
    for old, new in edits:
        assert document.count(old) == 1, old
        document = document.replace(old, new)
    return document.encode()


def lines(found: tuple[Difference, ...]) -> list[str]:
    return [abi.describe(difference) for difference in found]


def refused(data: bytes, used: Pipeline | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        (used or pipeline()).run(data)
    assert (raised.value.code, raised.value.exit_status) == ("abi-changed", 1)
    return raised.value


def recorded(data: bytes) -> abi.Abi:
    found = pin.read_abi(source.parse_domain(data))
    assert found
    return found


# --- edits by hand ---

EDITS = {
    "memory": ("<memory unit='GiB'>2<", "<memory unit='GiB'>4<", "memory: size was 2097152, is 4194304"),
    "bus": ("bus='virtio'", "bus='scsi'", "ua-disk-vda: bus was virtio, is scsi"),
    "address": (
        "bus='0x07' slot='0x00'",
        "bus='0x08' slot='0x00'",
        "ua-disk-vda: address was pci 0000:07:00.0, is pci 0000:08:00.0",
    ),
    "mac": (
        "address='52:54:00:6b:3c:01'",
        "address='52:54:00:6b:3c:02'",
        "ua-net-5254006b3c01: mac was 52:54:00:6b:3c:01, is 52:54:00:6b:3c:02",
    ),
    "device": ("</devices>", "<vsock model='virtio'/></devices>", "vsock 1: was not there, is vsock (model virtio"),
    "machine": (
        "machine='pc-q35-7.2'>hvm",
        "machine='pc-q35-7.1'>hvm",
        "machine: machine was pc-q35-7.2, is pc-q35-7.1",
    ),
    "kernel": ("</os>", "<kernel>/k</kernel></os>", "boot: kernel was not said, is /k"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_that_the_guest_would_see_is_refused_with_what_it_is(name: str) -> None:
    old, new, line = EDITS[name]
    error = refused(edited(pinned(), (old, new)))
    assert error.message.startswith("what the guest sees was changed since it was pinned: ")
    assert line in error.message
    assert error.violations[0].message.startswith(line)
    assert "undo it" in error.hint and "xfm repin" in error.hint


def test_all_that_was_edited_is_told() -> None:
    chosen = [EDITS[name] for name in ("bus", "memory", "mac")]
    error = refused(edited(pinned(), *((old, new) for old, new, _ in chosen)))
    assert error.message.endswith("(and 2 more)")
    assert {violation.message for violation in error.violations} == {line for _, _, line in chosen}


def test_a_device_that_is_taken_away_is_told_by_its_name() -> None:
    document = pinned()
    start, end = document.index("    <interface "), document.index("</interface>\n") + len("</interface>\n")
    error = refused((document[:start] + document[end:]).encode())
    assert "ua-net-5254006b3c01: was interface (" in error.message
    assert error.message.endswith("is not there")


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("/srv/web1.qcow2", "/srv/other.qcow2", "<source file='/srv/other.qcow2'/>"),
        ("network='default'", "network='backup'", "<source network='backup'/>"),
        ("<title>t</title>", "<title>u</title>", "<title>u</title>"),
        ("type='qcow2'", "type='qcow2' io='native'", " io='native'"),
        ("<memory unit='GiB'>2<", "<memory unit='MiB'>2048<", "<memory unit='MiB'>2048<"),
        ("<vcpu>2</vcpu>", "<vcpu cpuset='1-3'>2</vcpu>", "<vcpu cpuset='1-3'>2</vcpu>"),
        ("</memory>", "</memory><memoryBacking><hugepages/></memoryBacking>", "<hugepages/>"),
    ],
)
def test_an_edit_of_what_is_the_hosts_goes_through(old: str, new: str, kept: str) -> None:
    result = pipeline().run(edited(pinned(), (old, new)))
    assert kept in result.xml.decode()
    assert recorded(result.xml).digest == recorded(pinned().encode()).digest
    assert pipeline().run(result.xml).xml == result.xml


def test_an_edit_that_is_undone_leaves_no_trace() -> None:
    old, new, _ = EDITS["memory"]
    refused(edited(pinned(), (old, new)))
    undone = edited(pinned(), (old, new)).decode().replace(new, old).encode()
    assert pipeline().run(undone).xml == pinned().encode()


@pytest.mark.parametrize("name", sorted(EDITS.keys() - {"device"}))
def test_what_is_repinned_goes_through_and_is_told_once(name: str) -> None:
    old, new, line = EDITS[name]
    data = edited(pinned(), (old, new))
    result = pipeline(repin=True).run(data)
    assert line in lines(result.noticed)
    assert recorded(result.xml).digest == seen(result.xml).digest
    assert pipeline().run(result.xml).xml == result.xml
    again = pipeline(repin=True).run(result.xml)
    assert (again.xml, again.noticed) == (result.xml, ())


def test_a_device_that_is_added_and_repinned_gets_what_it_lacks_and_moves_no_other() -> None:
    more = "<interface type='network'><source network='backup'/><model type='virtio'/></interface></devices>"
    result = pipeline(repin=True).run(edited(pinned(), ("</devices>", more)))
    assert len(result.noticed) == 1
    assert result.noticed[0].now.startswith("interface (acpi.index 2, address pci 0000:")
    before = {part.digest for part in seen(pinned()).parts}
    assert before <= {part.digest for part in seen(result.xml).parts}


def test_a_document_without_a_pin_is_not_pinned_anew() -> None:
    for how in ({"repin": True}, {"upgrade_to": builtin.NEWEST}):
        with pytest.raises(DocumentError) as raised:
            pipeline(**how).run(DOCUMENT.encode())
        assert (raised.value.code, raised.value.exit_status) == ("no-pin", 1)


def test_adoption_is_guarded_as_well() -> None:
    old, new = "<memory unit='KiB'>2097152<", "<memory unit='KiB'>4194304<"
    assert "memory: size was 2097152, is 4194304" in refused(edited(adopted(), (old, new))).message
    result = pipeline(repin=True).run(edited(adopted(), (old, new)))
    assert (result.baseline, lines(result.noticed)) == (0, ["memory: size was 2097152, is 4194304"])


def test_the_pin_of_another_guest_is_told_from_an_edit() -> None:
    """A copy of a document that got a UUID of its own, as virt-clone does it."""
    copy = edited(pinned(), ("<uuid>6cf8a4f6", "<uuid>7cf8a4f6"))
    error = refused(copy)
    assert error.message.startswith("the pin is that of another guest: machine: uuid was 6cf8a4f6")
    assert "`xfm repin FILE`" in error.hint and "undo it" not in error.hint
    result = pipeline(repin=True).run(copy)
    assert [difference.fact for difference in result.noticed] == ["uuid"]
    assert pipeline().run(result.xml).xml == result.xml


def test_what_dialect_mends_is_no_edit() -> None:
    """Blanks, which the schema takes, and an empty title, which it does not."""
    spaced = edited(pinned(), ("<target dev='vda' bus='virtio'/>", "<target dev='vda' bus=' virtio '/>"))
    assert pipeline().run(spaced).xml == pinned().encode()
    untitled = edited(pinned(), ("<title>t</title>", "<title/>"))
    assert recorded(pipeline().run(untitled).xml).digest == recorded(pinned().encode()).digest
    old, new, line = EDITS["memory"]
    assert line in refused(edited(pinned(), ("<title>t</title>", "<title/>"), (old, new))).message


def test_a_guest_is_adopted_whatever_blanks_its_values_have() -> None:
    spaced = edited(EXISTING, ("<title>t</title>", "<title>t</title><on_reboot> destroy </on_reboot>"))
    result = pipeline().run(spaced)
    assert b"<on_reboot>destroy</on_reboot>" in result.xml


# --- what libvirt completes ---

OPEN = """<domain type='kvm'>
  <name>open1</name>
  <uuid>6cf8a4f6-6a23-4c0c-8f3e-2b9a3e8f7d17</uuid>
  <memory unit='KiB'>2097152</memory>
  <os><type arch='x86_64' machine='pc-q35-6.0'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>
    <interface type='user'><mac address='52:54:00:00:00:01'/></interface>
    <memballoon model='none'/>
  </devices>
</domain>
"""
PORT = (
    "<controller type='pci' index='{0}' model='pcie-root-port'><model name='pcie-root-port'/>"
    "<target chassis='{0}' port='0x{1}'/><address type='pci' bus='0x00' slot='0x02' function='0x{2}'/></controller>"
)


def completed(document: str) -> bytes:
    """What libvirt makes of it at define: models, addresses, controllers."""
    root = etree.fromstring(document)
    devices = root.find("devices")
    disk, interface = root.find("devices/disk"), root.find("devices/interface")
    assert devices is not None and disk is not None and interface is not None
    for device, bus in ((interface, "0x01"), (disk, "0x02")):
        etree.SubElement(device, "address", type="pci", domain="0x0000", bus=bus, slot="0x00", function="0x0")
    etree.SubElement(interface, "model", type="rtl8139")
    for text in (
        "<controller type='pci' index='0' model='pcie-root'/>",
        PORT.format(1, "10", 0),
        PORT.format(2, "11", 1),
        "<controller type='usb' index='0' model='qemu-xhci'><address type='pci' bus='0x00' slot='0x03'/></controller>",
        "<controller type='sata' index='0'><address type='pci' bus='0x00' slot='0x1f' function='0x2'/></controller>",
    ):
        devices.append(etree.fromstring(text))
    return etree.tostring(root)


def test_a_pin_takes_up_once_what_libvirt_completed() -> None:
    adopting = pipeline(baseline=0)
    first = adopting.run(OPEN.encode()).xml
    assert adopting.run(first).xml == first
    settled = pipeline().run(completed(first.decode()))
    assert settled.notes == ()
    assert [step.stylesheet for step in settled.steps if step.changed and step.stage == "pin"] == ["pin"]
    facts = {part.name: dict(part.facts) for part in recorded(settled.xml).parts}
    assert facts["ua-disk-vda"]["address"] == "pci 0000:02:00.0"
    assert {"controller pci 0", "ua-pci-1"} <= {*facts} or {"controller pci 0", "controller pci 1"} <= {*facts}
    again = pipeline().run(settled.xml)
    assert again.xml == settled.xml
    assert not any(step.changed for step in again.steps)


def test_what_was_taken_up_counts_from_then_on() -> None:
    settled = pipeline().run(completed(pipeline(baseline=0).run(OPEN.encode()).xml.decode())).xml.decode()
    error = refused(edited(settled, ("bus='0x02' slot='0x00'", "bus='0x05' slot='0x00'")))
    assert "ua-disk-vda: address was pci 0000:02:00.0, is pci 0000:05:00.0" in error.message
    error = refused(edited(settled, ("<model type='rtl8139'/>", "<model type='e1000'/>")))
    assert "model was rtl8139, is e1000" in error.message


def test_what_libvirt_completed_is_no_news_in_a_repin() -> None:
    first = pipeline(baseline=0).run(OPEN.encode()).xml.decode()
    result = pipeline(repin=True).run(completed(first))
    assert all(difference.completion for difference in result.noticed) and result.noticed
    assert recorded(result.xml).digest == seen(result.xml).digest


# --- the dump of a guest that runs ---

ASKING = DOCUMENT.replace("<devices>", "<cpu mode='host-model'/>\n  <devices>").replace("kvm", "qemu")


def running(document: str) -> str:
    """What libvirt's dump shows of the guest while it runs: an id, and what the processor came to."""
    root = etree.fromstring(document)
    root.set("id", "7")
    cpu = root.find("cpu")
    assert cpu is not None
    for name, value in (("mode", "custom"), ("match", "exact"), ("check", "full")):
        cpu.set(name, value)
    for position, text in enumerate(("<model fallback='forbid'>EPYC</model>", "<vendor>AMD</vendor>")):
        cpu.insert(position, etree.fromstring(text))
    etree.SubElement(cpu, "feature", policy="require", name="x2apic")
    return etree.tostring(root).decode()


def test_the_dump_of_a_running_guest_goes_through() -> None:
    once = pipeline().run(ASKING.encode()).xml.decode()
    live = running(once)
    result = pipeline().run(live.encode())
    assert dict(next(part for part in recorded(result.xml).sections if part.kind == "cpu").facts)["model"] == "EPYC"
    refused(edited(live, ('<memory unit="GiB">2<', '<memory unit="GiB">4<')))


def test_the_dump_of_a_running_guest_that_is_refused_names_the_way_to_its_definition() -> None:
    live = running(pipeline().run(ASKING.encode()).xml.decode())
    error = refused(edited(live, ('<memory unit="GiB">2<', '<memory unit="GiB">4<')))
    assert "`virsh dumpxml --inactive`" in error.hint and "`xfm repin FILE`" in error.hint
    assert "dumpxml" not in refused(edited(pinned(), EDITS["memory"][:2])).hint


def test_a_stylesheet_may_not_change_the_processor_of_a_running_guest_either(
    tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    live = running(pipeline().run(ASKING.encode()).xml.decode())
    more = _added("cpu[not(feature/@name = 'vmx')]", "<feature policy='require' name='vmx'/>")
    write_stylesheet(tmp_path / "p" / "more.xsl", stage="policy", body=more)
    with pytest.raises(PluginError) as raised:
        api.new_pipeline(plugin_dirs=[str(tmp_path / "p")]).run(live.encode())
    assert (raised.value.code, raised.value.stylesheet) == ("abi-host-class", "more")
    assert "cpu: feature.vmx was not said, is require" in raised.value.message


# --- stylesheets of plugins ---


def guest(state: str) -> bytes:
    return {"new": DOCUMENT, "existing": EXISTING, "pinned": pinned(), "adopted": adopted()}[state].encode()


@pytest.mark.parametrize("state", ["new", "existing", "pinned", "adopted"])
@pytest.mark.parametrize("stage", STAGES[:-1])
def test_a_stylesheet_of_the_class_host_that_the_guest_would_see_is_refused_by_name(
    stage: str, state: str, tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    path = write_stylesheet(tmp_path / "p" / "more.xsl", stage=stage, abi="host", body=MORE_MEMORY)
    used = api.new_pipeline(plugin_dirs=[str(path.parent)])
    with pytest.raises(PluginError) as raised:
        used.run(guest(state))
    error = raised.value
    assert (error.code, error.exit_status) == ("abi-host-class", 4)
    assert (error.stage, error.stylesheet, error.plugin, error.file) == (stage, "more", "more", str(path))
    assert MEMORY in error.message
    assert "--set more=off" in error.hint and error.line


@pytest.mark.parametrize("state", ["new", "existing", "pinned", "adopted"])
@pytest.mark.parametrize("stage", STAGES[:-1])
def test_a_stylesheet_of_the_class_host_that_no_guest_sees_goes_through(
    stage: str, state: str, tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    write_stylesheet(tmp_path / "p" / "titled.xsl", stage=stage, abi="host", body=TITLED)
    used = api.new_pipeline(plugin_dirs=[str(tmp_path / "p")])
    result = used.run(guest(state))
    assert b"<title>another</title>" in result.xml
    assert used.run(result.xml).xml == result.xml


@pytest.mark.parametrize("how", [{"repin": True}, {"upgrade_to": builtin.NEWEST}], ids=["repin", "upgrade"])
def test_it_is_refused_too_where_the_guest_may_change(
    how: dict[str, Any], tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    write_stylesheet(tmp_path / "p" / "more.xsl", stage="policy", abi="host", body=MORE_MEMORY)
    used = api.new_pipeline(plugin_dirs=[str(tmp_path / "p")], **how)
    with pytest.raises(PluginError) as raised:
        used.run(pinned().encode())
    assert (raised.value.code, raised.value.stylesheet) == ("abi-host-class", "more")


def test_of_several_the_one_at_fault_is_named(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "p" / "a-titled.xsl", abi="host", body=TITLED)
    write_stylesheet(tmp_path / "p" / "b-more.xsl", abi="host", body=MORE_MEMORY)
    told = _added("domain[not(description)]", "<description>d</description>")
    write_stylesheet(tmp_path / "p" / "c-told.xsl", abi="host", body=told)
    used = api.new_pipeline(plugin_dirs=[str(tmp_path / "p")])
    for state in ("new", "existing", "pinned", "adopted"):
        with pytest.raises(PluginError) as raised:
            used.run(guest(state))
        assert raised.value.stylesheet == "b-more", state


@pytest.mark.parametrize("state", ["new", "pinned"])
def test_nothing_that_the_guest_sees_changes_once_it_is_on_record(
    state: str, tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    """A stylesheet of the class guest in the stage pin would leave a pin that is wrong."""
    write_stylesheet(tmp_path / "p" / "more.xsl", stage="pin", abi="guest", body=MORE_MEMORY)
    used = api.new_pipeline(plugin_dirs=[str(tmp_path / "p")])
    if state == "pinned":
        assert used.run(guest(state)).xml == guest(state)  # it is not what this guest was pinned with
        return
    with pytest.raises(PluginError) as raised:
        used.run(guest(state))
    assert (raised.value.code, raised.value.stage, raised.value.stylesheet) == ("stage-invalid", "pin", "more")
    assert MEMORY in raised.value.message


SIZED = """<xsl:param name="size"/>
<xsl:template match="/domain/memory"><memory unit="KiB"><xsl:value-of select="$size"/></memory></xsl:template>"""
SIZE = '<doc:param name="size" type="integer" default="1048576">KiB</doc:param>'


@pytest.fixture
def sized(tmp_path: Path, write_stylesheet: WriteStylesheet) -> str:
    write_stylesheet(tmp_path / "p" / "sized.xsl", stage="policy", abi="guest", doc=SIZE, body=SIZED)
    return str(tmp_path / "p")


def test_a_stylesheet_of_the_class_guest_with_another_parameter_is_refused_on_a_pinned_guest(sized: str) -> None:
    used = api.new_pipeline(plugin_dirs=[sized])
    once = used.run(DOCUMENT.encode())
    assert used.run(once.xml).xml == once.xml
    error = refused(once.xml, api.new_pipeline(plugin_dirs=[sized], parameters={"sized.size": "999424"}))
    assert "memory: size was 1048576, is 999424" in error.message
    assert (error.stage, error.stylesheet, error.plugin) == ("policy", "sized", "sized")
    assert "--set sized=off" in error.hint and "xfm repin" in error.hint


def test_a_parameter_is_changed_by_a_repin(sized: str) -> None:
    once = api.new_pipeline(plugin_dirs=[sized]).run(DOCUMENT.encode())
    other = {"sized.size": "999424"}
    result = api.new_pipeline(plugin_dirs=[sized], parameters=other, repin=True).run(once.xml)
    assert lines(result.noticed) == ["memory: size was 1048576, is 999424"]
    assert api.new_pipeline(plugin_dirs=[sized], parameters=other).run(result.xml).xml == result.xml
    refused(result.xml, api.new_pipeline(plugin_dirs=[sized]))


def test_what_a_stylesheet_fills_in_is_no_completion(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    """With graphics libvirt adds a video device; a stylesheet that adds it says which."""
    add = '<xsl:template match="devices[{0}]"><xsl:copy><xsl:copy-of select="node()"/>{1}</xsl:copy></xsl:template>'
    graphics = add.format("not(graphics)", "<graphics type='vnc'/>")
    video = add.format("graphics and not(video)", "<video/>")
    write_stylesheet(tmp_path / "p" / "a-look.xsl", stage="policy", body=graphics)
    write_stylesheet(tmp_path / "p" / "b-see.xsl", stage="policy", body=video)
    with pytest.raises(PluginError) as raised:
        api.new_pipeline(plugin_dirs=[str(tmp_path / "p")]).run(pinned().encode())
    assert (raised.value.code, raised.value.stylesheet) == ("abi-host-class", "b-see")


def test_a_device_that_libvirt_will_add_is_announced() -> None:
    result = pipeline().run(edited(pinned(), ("</devices>", "<graphics type='vnc'/></devices>")))
    assert [note for note in result.notes if "libvirt will add a video device" in note]
    assert pipeline().run(pinned().encode()).notes == ()


# --- pins of other times ---


def with_record(record: str) -> bytes:
    """The pinned document with something else where its record of the guest ABI is."""
    root = etree.fromstring(pinned())
    found = root.find(f"metadata/{{{PIN_NAMESPACE}}}pin/{{{PIN_NAMESPACE}}}abi")
    assert found is not None
    parent = found.getparent()
    assert parent is not None
    parent.remove(found)
    if record:
        parent.append(etree.fromstring(record))
    return etree.tostring(root)


def test_a_pin_of_before_the_guest_abi_takes_it_up_with_a_note() -> None:
    result = pipeline().run(with_record(""))
    assert result.notes == ("the pin holds nothing of what the guest sees: from now on it does, as the guest is now",)
    assert result.xml == pinned().encode()
    assert pipeline().run(result.xml).notes == ()


def test_such_a_guest_is_not_changed_by_stylesheets_either(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "p" / "more.xsl", stage="policy", abi="host", body=MORE_MEMORY)
    with pytest.raises(PluginError) as raised:
        api.new_pipeline(plugin_dirs=[str(tmp_path / "p")]).run(with_record(""))
    assert raised.value.code == "abi-host-class"


def test_a_repin_of_such_a_guest_has_nothing_to_tell() -> None:
    result = pipeline(repin=True).run(with_record(""))
    assert (result.noticed, result.xml) == ((), pinned().encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('size="2097152"', 'size="4194304"'),
        ('bus="virtio"', 'bus="sata"'),
        (' size="2097152"', ""),
        (' bus="virtio"', ' bus="virtio" novelty="1"'),
    ],
)
def test_a_record_that_was_tampered_with_is_a_damaged_pin(old: str, new: str) -> None:
    record, _, rest = pinned().partition("</metadata>")
    assert record.count(old) == 1
    for used in (pipeline(), pipeline(repin=True)):
        with pytest.raises(DocumentError) as raised:
            used.run((record.replace(old, new) + "</metadata>" + rest).encode())
        assert (raised.value.code, raised.value.exit_status) == ("pin-invalid", 1)
        assert "is not what its digest says" in raised.value.message
        assert raised.value.line


def test_a_record_that_lost_a_part_is_a_damaged_pin() -> None:
    root = etree.fromstring(pinned())
    part = root.find(f".//{{{PIN_NAMESPACE}}}device")
    assert part is not None
    parent = part.getparent()
    assert parent is not None
    parent.remove(part)
    with pytest.raises(DocumentError) as raised:
        pipeline().run(etree.tostring(root))
    assert raised.value.code == "pin-invalid"


def test_a_record_in_a_newer_version_is_not_read() -> None:
    digest = "sha256:" + "0" * 64
    newer = f"<abi xmlns='{PIN_NAMESPACE}' version='99' digest='{digest}'/>"
    for used in (pipeline(), pipeline(repin=True)):
        with pytest.raises(DocumentError) as raised:
            used.run(with_record(newer))
        assert (raised.value.code, raised.value.exit_status) == ("pin-newer", 1)
        assert "version 99" in raised.value.message


# --- confined runs ---


def test_a_confined_run_tells_the_same() -> None:
    old, new, line = EDITS["memory"]
    data = edited(pinned(), (old, new))
    used = pipeline(repin=True)
    inside, confined = api.transform(data, pipeline=used), api.transform(data, pipeline=used, confined=True)
    assert lines(confined.noticed) == [line]
    assert confined == inside
    with pytest.raises(DocumentError) as raised:
        api.transform(data, pipeline=pipeline(), confined=True)
    assert (raised.value.code, raised.value.violations[0].message) == ("abi-changed", line)


def test_a_document_that_is_large_enough_to_be_confined_is_guarded() -> None:
    large = edited(pinned(), ("<title>t</title>", f"<title>t</title><description>{'d' * TRUSTED_BYTES}</description>"))
    once = api.transform(large, pipeline=pipeline())
    old, new, line = EDITS["memory"]
    data = once.xml.replace(old.encode(), new.encode())
    with pytest.raises(DocumentError) as raised:
        api.transform(data, pipeline=pipeline())
    assert line in raised.value.message
    assert lines(api.transform(data, pipeline=pipeline(repin=True)).noticed) == [line]


def test_a_confined_plugin_is_refused_by_name(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "p" / "more.xsl", stage="policy", abi="host", body=MORE_MEMORY)
    used = api.new_pipeline(plugin_dirs=[str(tmp_path / "p")])
    assert not used.trusted
    with pytest.raises(PluginError) as raised:
        api.transform(pinned(), pipeline=used)
    assert (raised.value.code, raised.value.stylesheet) == ("abi-host-class", "more")
    assert [violation.message for violation in raised.value.violations] == [MEMORY]


def test_secrets_show_neither_in_a_refusal_nor_in_what_is_noticed() -> None:
    def booting(cmdline: str) -> tuple[str, str]:
        return "</os>", f"<kernel>/k</kernel><cmdline>{cmdline}</cmdline></os>"

    once = pipeline().run(edited(DOCUMENT, booting("quiet password=s3cret-old"))).xml.decode()
    data = edited(once, ("password=s3cret-old</cmdline>", "password=s3cret-new</cmdline>"))
    error = refused(data)
    told = pipeline(repin=True).run(data)
    shown = [error.message, *(v.message for v in error.violations), *lines(told.noticed)]
    assert not any("s3cret" in text for text in shown)
    assert any("password=***" in text for text in shown)
    assert b"s3cret-new" in told.xml


# --- any chain of plugins ---


class Sheet(NamedTuple):
    """A stylesheet that a chain may have; it is idempotent."""

    abi: str
    body: str


def _added(match: str, xml: str) -> str:
    return (
        f'<xsl:template match="{match}"><xsl:copy><xsl:apply-templates select="@* | node()"/>{xml}</xsl:copy>'
        "</xsl:template>"
    )


POOL = {
    "titled": Sheet("host", _added("domain[not(title)]", "<title>t</title>")),
    "told": Sheet("host", _added("domain[not(description)]", "<description>d</description>")),
    "threads": Sheet("host", _added("domain[not(iothreads)]", "<iothreads>2</iothreads>")),
    "tuned": Sheet("host", _added("domain[not(cputune)]", "<cputune><shares>100</shares></cputune>")),
    "locked": Sheet("host", _added("domain[not(memoryBacking)]", "<memoryBacking><locked/></memoryBacking>")),
    "limited": Sheet(
        "host", _added("disk[not(iotune)]", "<iotune><total_bytes_sec>1000000</total_bytes_sec></iotune>")
    ),
    "moved": Sheet(
        "host", '<xsl:template match="disk/source/@file"><xsl:attribute name="file">/m</xsl:attribute></xsl:template>'
    ),
    "isolated": Sheet("host", _added("interface[not(port)][@type = 'network']", "<port isolated='yes'/>")),
    "random": Sheet(
        "guest",
        _added("devices[not(rng)]", "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"),
    ),
    "watched": Sheet("guest", _added("devices[not(watchdog)]", "<watchdog model='i6300esb'/>")),
    "crashed": Sheet("guest", _added("domain[not(on_crash)]", "<on_crash>restart</on_crash>")),
    "measured": Sheet("guest", '<xsl:template match="domain/memory"><memory unit="MiB">1024</memory></xsl:template>'),
    "tagged": Sheet("guest", _added("disk[not(serial)]", "<serial>S1</serial>")),
}
DEVICES = (
    "<disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/></disk>",
    "<disk type='file'><source file='/b'/><target dev='sda' bus='scsi'/></disk>",
    "<disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>",
    "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>",
    "<interface type='user'><mac address='52:54:00:00:00:02'/><model type='e1000'/></interface>",
    "<channel type='unix'><target type='virtio' name='a.0'/></channel>",
    "<sound model='ac97'/>",
    "<vsock model='virtio'/>",
    "<graphics type='vnc'/>",
    "<input type='tablet' bus='usb'/>",
    "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='9' slot='0' function='0'/></source>"
    "</hostdev>",
)
#: Devices come before they get names and addresses.
EARLY = STAGES[: STAGES.index("device-identity")]
chains = st.lists(st.sampled_from(sorted(POOL)), max_size=5, unique=True).flatmap(
    lambda chosen: st.tuples(
        st.just(chosen),
        st.tuples(*(st.sampled_from(STAGES[:-2] if POOL[name].abi == "host" else EARLY) for name in chosen)),
    )
)
domains = st.lists(st.sampled_from(DEVICES), max_size=6, unique=True).map(
    lambda devices: DOCUMENT[: DOCUMENT.index("    <disk")] + "".join(devices) + "\n  </devices>\n</domain>\n"
)
_counter = itertools.count()


def chain(folder: str, drawn: tuple[list[str], tuple[str, ...]]) -> Pipeline:
    """A pipeline with the stylesheets that were drawn, each in a stage that was drawn."""
    directory = Path(folder) / str(next(_counter))
    directory.mkdir()
    for name, stage in zip(*drawn, strict=True):
        parts = {"version": "1.0", "imports": "xfm:lib/identity.xsl", "once": "no", "doc": ""}
        text = STYLESHEET.format(id=name, stage=stage, abi=POOL[name].abi, body=POOL[name].body, **parts)
        (directory / f"{name}.xsl").write_text(text, encoding="utf-8")
    return api.new_pipeline(plugin_dirs=[str(directory)])


@settings(max_examples=30)
@given(chains, chains, domains, st.sampled_from([None, 0, 1]))
def test_whatever_plugins_run_a_pinned_guest_stays_the_same(
    first: tuple[list[str], tuple[str, ...]],
    later: tuple[list[str], tuple[str, ...]],
    document: str,
    baseline: int | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        used = chain(folder, first)
        used.baseline = baseline
        once = used.run(document.encode()).xml
        used.baseline = None
        assert used.run(once).xml == once
        assert recorded(once).digest == seen(once).digest
        other = chain(folder, later)
        result = other.run(once)
        assert abi.differences(seen(once), seen(result.xml)) == []
        assert recorded(result.xml).digest == recorded(once).digest
        assert other.run(result.xml).xml == result.xml
