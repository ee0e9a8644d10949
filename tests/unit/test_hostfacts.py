"""Host facts: what is taken for a capture, its reduced form, and what several hosts have in common."""

from __future__ import annotations

import re
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import libvirt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from xfm import hostfacts, resources
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import facts
from xfm.limits import DOCUMENT_BYTES
from xfm.model import FACTS_NAMESPACE

CAPTURES = Path(__file__).parents[1] / "fixtures" / "host-facts"
REAL = CAPTURES / "debian-12-tcg.xml"
SMALL = sorted(path for path in CAPTURES.glob("*.xml") if path != REAL)
_NAMESPACE = f"{{{FACTS_NAMESPACE}}}"


class Facts(NamedTuple):
    """The reduced form as plain values."""

    hosts: int
    libvirt: str
    qemu: str
    vendors: frozenset[str]
    machines: dict[tuple[str, str], tuple[str, str, str]]
    deprecated: frozenset[tuple[str, str]]
    aliases: frozenset[tuple[str, str, str]]
    domains: dict[tuple[str, str, str], str]
    values: frozenset[tuple[str, ...]]


def read(reduced: bytes) -> Facts:
    root = etree.fromstring(reduced)

    def each(name: str) -> list[etree._Element]:
        return list(root.iterchildren(_NAMESPACE + name))

    def take(element: etree._Element, *names: str) -> tuple[str, ...]:
        return tuple(element.get(name, "") for name in names)

    kinds = {take(domain, "type", "arch", "family"): domain for domain in each("domain")}
    return Facts(
        int(root.get("hosts", "")),
        root.get("libvirt", ""),
        root.get("qemu", ""),
        frozenset(cpu.get("vendor", "") for cpu in each("cpu")),
        {take(machine, "arch", "name"): take(machine, "family", "kind", "rank") for machine in each("machine")},  # type: ignore[misc]
        frozenset(take(machine, "arch", "name") for machine in each("machine") if machine.get("deprecated")),  # type: ignore[misc]
        frozenset(take(alias, "arch", "name", "machine") for alias in each("alias")),  # type: ignore[misc]
        {kind: domain.get("max-vcpus", "") for kind, domain in kinds.items()},  # type: ignore[misc]
        frozenset((*kind, v.get("of", ""), v.text or "") for kind, domain in kinds.items() for v in domain),
    )


def combine(*captures: bytes) -> Facts:
    return read(hostfacts.combined([(f"host{number}", capture) for number, capture in enumerate(captures)]))


@cache
def alone(capture: bytes) -> Facts:
    return combine(capture)


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


# What is taken for a capture


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.xml")), ids=lambda path: path.stem)
def test_a_capture_is_taken(path: Path) -> None:
    facts = combine(path.read_bytes())
    assert facts.hosts == 1 and facts.machines and facts.domains and facts.values


ROOT_END = "<facts:hostFacts xmlns:facts="
#: What is replaced in a capture, by what, and on what line of text the fault then is: that which holds the third.
MUTANTS = {
    "version": ('<facts:libvirt version="9.0.0"/>', '<facts:libvirt version="nine"/>', "<facts:libvirt"),
    "short version": ('<facts:libvirt version="9.0.0"/>', '<facts:libvirt version="9.0"/>', "<facts:libvirt"),
    "version in another script": ('<facts:libvirt version="9.0.0"/>', '<facts:libvirt version="٩.0.0"/>', "libvirt"),
    "no version": ('<facts:libvirt version="9.0.0"/>', "<facts:libvirt/>", "<facts:libvirt"),
    "no libvirt": ('<facts:libvirt version="9.0.0"/>', "", "<facts:hypervisor"),
    "attribute": ('<facts:host name="deb12"', '<facts:host vendor="x" name="deb12"', "<facts:host "),
    "text": ("<facts:libvirt", "nine <facts:libvirt", ROOT_END),
    "cpu without arch": ('<facts:cpu arch="x86_64" ', "<facts:cpu ", "<facts:cpu"),
    "namespace of an element": ("<facts:libvirt", "<libvirt", "<libvirt"),
    "capabilities in a namespace": ("<capabilities>", "<capabilities xmlns='urn:other'>", "<capabilities"),
    "another of libvirt's documents": ("<capabilities>", "<network/><capabilities>", "<network/>"),
    "two capabilities": ("<capabilities>", "<capabilities/><capabilities>", "<capabilities/>"),
    "another version of the form": ("urn:xfm:host-facts:1", "urn:xfm:host-facts:2", ROOT_END),
}


@pytest.mark.parametrize(("old", "new", "place"), MUTANTS.values(), ids=MUTANTS)
def test_what_is_no_capture_is_refused_with_file_and_line(old: str, new: str, place: str) -> None:
    text = (CAPTURES / "debian-12-intel.xml").read_text("utf-8")
    assert text.count(old) == 1
    text = text.replace(old, new).replace("</libvirt>", "")
    with pytest.raises(DocumentError) as raised:
        combine(text.encode())
    error = raised.value
    line = next(number for number, content in enumerate(text.splitlines(), 1) if place in content)
    assert (error.code, error.exit_status, error.file, error.line) == ("facts-invalid", 1, "host0", line)
    assert "xfm host-facts" in error.hint


@pytest.mark.parametrize("missing", ["capabilities", "domainCapabilities"])
def test_a_capture_without_one_of_libvirts_documents_is_refused(missing: str) -> None:
    text = (CAPTURES / "debian-12-intel.xml").read_text("utf-8")
    stripped = re.sub(rf"<{missing}>.*?</{missing}>", "", text, flags=re.DOTALL)
    assert stripped != text
    with pytest.raises(DocumentError, match=rf"Expected is \( {missing} \)"):
        combine(stripped.encode())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-input"),
        (b" \n", "empty-input"),
        (b"root:x:0:0:root\n", "not-well-formed"),
        (b"<facts:hostFacts xmlns:facts='urn:xfm:host-facts:1'>", "not-well-formed"),
        (b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", "doctype"),
        (b"<a/>" + b" " * DOCUMENT_BYTES, "too-large"),
        (b"<a>" * 300 + b"</a>" * 300, "too-deep"),
        ("<a/>".encode("utf-16"), "encoding"),
        (b"<domain type='kvm'><name>web1</name></domain>", "facts-invalid"),
        (b"<facts xmlns='urn:xfm:host-facts:1' hosts='1' libvirt='9.0.0' qemu='7.2.0'/>", "facts-invalid"),
    ],
    ids=["empty", "blank", "no XML", "cut off", "DTD", "huge", "deep", "UTF-16", "a domain", "the reduced form"],
)
def test_another_file_is_refused_by_its_name(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as raised:
        hostfacts.combined([(str(REAL), REAL.read_bytes()), ("node7.xml", data)])
    assert (raised.value.code, raised.value.file) == (code, "node7.xml")
    assert "host-facts" in raised.value.hint and "domain" not in raised.value.hint


def test_the_error_names_the_root_element_that_is_there() -> None:
    with pytest.raises(DocumentError, match="these are no host facts: the root element is <domain>"):
        combine(b"<domain/>")


# The reduced form


def walked(element: etree._Element, path: str = "") -> set[tuple[str, str]]:
    """The values of domain capabilities by the path of their element, as formatdomaincaps.html has them."""
    if element.tag == "enum":
        return {(path + element.get("name", ""), value.text or "") for value in element.iterchildren("value")}
    name = path + str(element.tag)
    found = {(name, "yes")} if element.get("supported") == "yes" else set()
    if element.get("supported") != "no":
        for child in element.iterchildren():
            found |= walked(child, name + "/")
    return found


def expected_values(capabilities: etree._Element) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for child in capabilities:
        if child.tag == "devices":
            for device in child:
                found |= walked(device)
        elif child.tag == "cpu":
            modes = [mode for mode in child.iterchildren("mode") if mode.get("supported") == "yes"]
            found |= {("cpu/mode", mode.get("name", "")) for mode in modes}
            for model in child.iterfind("mode[@name='custom']/model[@usable='yes']"):
                found.add(("cpu/custom", model.text or ""))
            for feature in child.iterfind("mode[@name='host-model'][@supported='yes']/feature[@policy='require']"):
                found.add(("cpu/host-model/feature", feature.get("name", "")))
        elif child.tag not in ("path", "domain", "machine", "arch", "vcpu"):
            found |= walked(child)
    return found


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.xml")), ids=lambda path: path.stem)
def test_the_reduced_form_has_every_value_of_the_capture_and_no_other(path: Path) -> None:
    facts = combine(path.read_bytes())
    captured = etree.parse(path).getroot()
    families = {"pc-q35": "q35", "pc-i440": "pc", "virt": "virt", "s390-ccw": "s390-ccw-virtio", "pseries": "pseries"}
    values = set()
    for found in captured.iterchildren("domainCapabilities"):
        machine = found.findtext("machine", "")
        family = next(name for prefix, name in families.items() if machine.startswith(prefix))
        kind = (found.findtext("domain", ""), found.findtext("arch", ""), family)
        values |= {(*kind, *value) for value in expected_values(found)}
        vcpu = found.find("vcpu")
        assert vcpu is not None and facts.domains[kind] == vcpu.get("max")
    assert facts.values == values


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.xml")), ids=lambda path: path.stem)
def test_the_reduced_form_has_every_machine_of_the_capture_and_no_other(path: Path) -> None:
    facts = combine(path.read_bytes())
    arches = etree.parse(path).getroot().iterfind("capabilities/guest/arch")
    machines = [(arch.get("name", ""), machine) for arch in arches for machine in arch.iter("machine")]
    versioned = {(arch, m.text or "") for arch, m in machines if not m.get("canonical")}
    assert facts.machines.keys() == versioned
    assert facts.aliases == {(arch, m.text, m.get("canonical")) for arch, m in machines if m.get("canonical")}
    assert facts.deprecated == {(arch, m.text) for arch, m in machines if m.get("deprecated") == "yes"}


def test_no_path_of_a_file_gets_into_the_reduced_form() -> None:
    assert b"/usr" in REAL.read_bytes()
    assert b"/usr" not in hostfacts.combined([("host", REAL.read_bytes())])


def test_values_are_named_by_their_path() -> None:
    values = {of: text for *_, of, text in sorted(combine(REAL.read_bytes()).values)}
    for name in ("os/firmware", "os/loader/secure", "disk/bus", "video/modelType", "tpm/backendVersion", "cpu/mode"):
        assert name in values
    assert values["tpm"] == values["features/vmcoreinfo"] == "yes"
    assert not [name for name in values if name.startswith("devices")]


def test_what_is_not_supported_has_no_values() -> None:
    text = (CAPTURES / "debian-12-intel.xml").read_text("utf-8")
    without = text.replace("<video supported='yes'>", "<video supported='no'>")
    assert without != text
    names = {of for *_, of, _ in combine(without.encode()).values}
    assert "video/modelType" in {of for *_, of, _ in alone(text.encode()).values}
    assert "disk/bus" in names and not [name for name in names if name.startswith("video")]


# Several hosts


def variant(path: Path, drop: frozenset[int], deprecate: frozenset[int], libvirt: str, vendor: str | None) -> bytes:
    """A capture in which some machines and values are missing, and others are deprecated."""
    root = etree.parse(path).getroot()
    leaves = [*root.iter("machine"), *root.iter("value"), *root.iter("domainCapabilities")]
    for number, leaf in enumerate(leaves):
        parent = leaf.getparent()
        if number in deprecate and leaf.tag == "machine" and not leaf.get("canonical"):
            leaf.set("deprecated", "yes")
        elif number in drop and parent is not None:
            if leaf.tag == "machine" and parent.tag == "domainCapabilities":
                continue  # that names what the others are of
            if leaf.tag == "domainCapabilities" and len(root.findall("domainCapabilities")) == 1:
                continue  # one has to stay
            parent.remove(leaf)
    found = root.find(_NAMESPACE + "libvirt")
    cpu = root.find(_NAMESPACE + "cpu")
    assert found is not None and cpu is not None
    found.set("version", libvirt)
    cpu.attrib.pop("vendor")
    if vendor:
        cpu.set("vendor", vendor)
    return etree.tostring(root)


indexes = st.frozensets(st.integers(0, 220), max_size=60)
variants = st.builds(
    variant,
    st.sampled_from(SMALL),
    indexes,
    indexes,
    st.sampled_from(["9.0.0", "9.10.0", "10.0.0", "8.10.3", "8.9.12"]),
    st.sampled_from([None, "Intel", "AMD"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(variants, min_size=1, max_size=4))
def test_what_comes_out_is_what_every_host_has(captures: list[bytes]) -> None:
    hosts = [alone(capture) for capture in captures]
    facts = combine(*captures)
    assert facts.hosts == len(set(captures))
    assert facts.machines.keys() == set.intersection(*(set(host.machines) for host in hosts))
    assert all(facts.machines[machine] == host.machines[machine] for host in hosts for machine in facts.machines)
    assert facts.deprecated == frozenset.union(*(host.deprecated for host in hosts)) & facts.machines.keys()
    assert facts.aliases == frozenset.intersection(*(host.aliases for host in hosts))
    assert facts.values == frozenset.intersection(*(host.values for host in hosts))
    assert facts.domains.keys() == set.intersection(*(set(host.domains) for host in hosts))
    for kind, vcpus in facts.domains.items():
        assert int(vcpus) == min(int(host.domains[kind]) for host in hosts)
    assert facts.libvirt == min((host.libvirt for host in hosts), key=version)
    assert facts.qemu == min((host.qemu for host in hosts), key=version)
    everyone_tells = all(host.vendors for host in hosts)
    assert facts.vendors == (frozenset.union(*(host.vendors for host in hosts)) if everyone_tells else frozenset())


@settings(max_examples=40, deadline=None)
@given(st.lists(variants, min_size=2, max_size=3))
def test_the_order_of_the_hosts_does_not_matter(captures: list[bytes]) -> None:
    assert len({repr_of(combine(*order)) for order in permutations(captures)}) == 1


def repr_of(facts: Facts) -> str:
    return repr([sorted(part) if isinstance(part, (frozenset, dict)) else part for part in facts])


@settings(max_examples=30, deadline=None)
@given(st.lists(variants, min_size=1, max_size=2))
def test_a_host_that_is_given_twice_adds_nothing(captures: list[bytes]) -> None:
    assert combine(*captures, *captures) == combine(*captures)


def test_combining_goes_on_with_the_real_capture() -> None:
    other = (CAPTURES / "debian-12-intel.xml").read_bytes()
    both = combine(REAL.read_bytes(), other)
    assert both.values == alone(REAL.read_bytes()).values & alone(other).values != frozenset()
    assert ("x86_64", "pc-q35-7.2") in both.machines and {arch for arch, _ in both.machines} == {"x86_64"}


def test_one_vendor_is_no_vendor_of_all_where_another_host_does_not_tell() -> None:
    intel = variant(SMALL[0], frozenset(), frozenset(), "9.0.0", "Intel")
    silent = variant(SMALL[0], frozenset(), frozenset(), "9.0.0", None)
    assert combine(intel, intel).vendors == {"Intel"}
    assert combine(intel, silent).vendors == combine(silent, intel).vendors == frozenset()


@pytest.mark.parametrize(
    ("versions", "oldest"),
    [
        (("10.0.0", "9.0.0"), "9.0.0"),
        (("9.10.0", "9.9.0"), "9.9.0"),
        (("9.0.12", "9.0.3"), "9.0.3"),
        (("9.0.0", "9.0.0"), "9.0.0"),
        (("10.10.0", "10.2.9", "11.0.0"), "10.2.9"),
    ],
)
def test_the_oldest_version_is_found_by_its_numbers(versions: tuple[str, ...], oldest: str) -> None:
    captures = [variant(SMALL[0], frozenset(), frozenset(), text, "Intel") for text in versions]
    assert combine(*captures).libvirt == combine(*reversed(captures)).libvirt == oldest


# The table that stands in


def test_the_table_has_the_form_of_the_reduced_facts() -> None:
    facts = read(hostfacts.table(1))
    real = alone(REAL.read_bytes())
    assert facts.hosts == 0 and not facts.vendors
    assert {of for *_, of, _ in facts.values} <= {of for *_, of, _ in real.values}
    assert facts.machines.keys() <= real.machines.keys()
    for machine, about in facts.machines.items():
        assert real.machines[machine] == about


def test_the_table_says_nothing_that_depends_on_the_processor() -> None:
    """An emulated processor is QEMU's own; of a host's the table knows nothing."""
    facts = read(hostfacts.table(1))
    hosts = [value for value in facts.values if value[0] == "kvm"]
    assert hosts
    assert [value for value in hosts if value[3] == "cpu/custom" or value[4] in ("evmcs", "avic")] == []


def test_every_baseline_has_a_table() -> None:
    assert hostfacts.table(0) == hostfacts.table(1)


def test_a_table_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "STYLESHEETS", str(tmp_path))
    with pytest.raises(MissingError) as raised:
        hostfacts.table(1)
    assert raised.value.code == "file" and "host-facts.xml" in raised.value.message


# The connection


class Broken:
    """A connection that breaks when it is asked something, and cannot be closed any more."""

    def getCapabilities(self) -> str:  # noqa: N802  libvirt's name
        raise libvirt.libvirtError("the other side hung up")

    def close(self) -> None:
        raise libvirt.libvirtError("it is closed already")


def test_a_connection_that_breaks_is_told_with_what_broke_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libvirt, "open", lambda _: Broken())
    with pytest.raises(MissingError) as raised:
        facts.capture("qemu+ssh://node7/system")
    assert (raised.value.code, raised.value.exit_status) == ("libvirt", 3)
    assert raised.value.message == "libvirt at qemu+ssh://node7/system: the other side hung up"
