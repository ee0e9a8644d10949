"""Host facts of a real libvirtd: what is captured is what libvirt says, and what they lead to is what libvirt takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libvirt
import pytest
from lxml import etree

from xfm import hostfacts, schema
from xfm.libvirt import facts
from xfm.model import FACTS_NAMESPACE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm
    from tests.live.conftest import PrivateLibvirtd

_NAMESPACE = f"{{{FACTS_NAMESPACE}}}"
GUEST = b"<domain type='qemu'><name>facts1</name><memory unit='MiB'>64</memory><os><type%s>hvm</type></os></domain>"
NOT_CAPTURED = ("armv7l",)  # of which the table has a machine, and no more

Machines = dict[tuple[str | None, str | None], dict[str, str]]


@pytest.fixture(scope="module")
def capture(libvirtd: PrivateLibvirtd) -> bytes:
    """The facts of the private libvirtd."""
    return facts.capture(libvirtd.uri)


@pytest.fixture(scope="module")
def host(capture: bytes) -> etree._Element:
    """Their reduced form."""
    return etree.fromstring(hostfacts.combined([("the private libvirtd", capture)]))


@pytest.fixture(scope="module")
def table(libvirtd: PrivateLibvirtd) -> etree._Element:
    """The table that stands in where no facts are given; it tells of one release of libvirt and QEMU."""
    connection = libvirtd.connect()
    versions = connection.getLibVersion() // 1000, connection.getVersion() // 1000
    connection.close()
    if versions != (9000, 7002):
        pytest.skip(f"the table is about libvirt 9.0 with QEMU 7.2, and here are {versions}")
    return etree.fromstring(hostfacts.table(1))


def machines(root: etree._Element) -> Machines:
    found = root.iterchildren(_NAMESPACE + "machine")
    return {(m.get("arch"), m.get("name")): {str(k): str(v) for k, v in m.attrib.items()} for m in found}


def aliases(root: etree._Element) -> set[tuple[str | None, ...]]:
    return {(a.get("arch"), a.get("name"), a.get("machine")) for a in root.iterchildren(_NAMESPACE + "alias")}


def domains(root: etree._Element) -> dict[tuple[str | None, ...], etree._Element]:
    found = root.iterchildren(_NAMESPACE + "domain")
    return {(d.get("type"), d.get("arch"), d.get("family")): d for d in found}


def values(domain: etree._Element) -> set[tuple[str | None, str | None]]:
    return {(value.get("of"), value.text) for value in domain}


# The capture


def test_the_capture_has_the_versions_that_libvirt_tells(connection: libvirt.virConnect, capture: bytes) -> None:
    root = etree.fromstring(capture)

    def told(element: str, attribute: str) -> str | None:
        found = root.find(_NAMESPACE + element)
        return None if found is None else found.get(attribute)

    def packed(text: str | None) -> int:
        major, minor, micro = map(int, (text or "").split("."))
        return major * 1_000_000 + minor * 1000 + micro

    assert packed(told("libvirt", "version")) == packed(told("schema", "version")) == connection.getLibVersion()
    assert packed(told("hypervisor", "version")) == connection.getVersion()
    assert (told("hypervisor", "name"), told("host", "uri")) == ("QEMU", connection.getURI())
    assert told("host", "name") == connection.getHostname()


def test_the_capture_has_libvirts_documents_as_they_are(connection: libvirt.virConnect, capture: bytes) -> None:
    root = etree.fromstring(capture)

    def canonical(element: etree._Element | None) -> bytes:
        assert element is not None
        text = etree.tostring(element, with_tail=False)
        return etree.tostring(etree.fromstring(text), method="c14n", exclusive=True)

    assert canonical(root.find("capabilities")) == canonical(etree.fromstring(connection.getCapabilities()))
    found = root.findall("domainCapabilities")
    kinds = [tuple(e.findtext(name) for name in ("domain", "arch", "machine")) for e in found]
    assert len(set(kinds)) == len(kinds) >= 6
    for (kind, arch, machine), element in zip(kinds, found, strict=True):
        assert canonical(element) == canonical(
            etree.fromstring(connection.getDomainCapabilities(None, arch, machine, kind, 0))
        )


def test_every_architecture_that_is_installed_is_there(host: etree._Element) -> None:
    expected = {(arch, family) for arch, families in facts.FAMILIES.items() for family in families}
    emulated = {(arch, family) for kind, arch, family in domains(host) if kind == "qemu"}
    assert {("x86_64", "q35"), ("x86_64", "pc"), ("aarch64", "virt"), ("s390x", "s390-ccw-virtio")} <= emulated
    assert emulated <= expected
    assert {arch for arch, _ in emulated} <= {arch for arch, _ in machines(host)}


def test_every_alias_stands_for_a_machine_that_is_there(host: etree._Element) -> None:
    assert aliases(host)
    for arch, _, machine in aliases(host):
        assert (arch, machine) in machines(host)


def test_libvirt_expands_an_alias_as_its_capabilities_say(connection: libvirt.virConnect, host: etree._Element) -> None:
    for arch, name, machine in aliases(host):
        if (arch, name) not in {("x86_64", "q35"), ("x86_64", "pc"), ("aarch64", "virt")}:
            continue
        defined = connection.defineXML((GUEST % f" arch='{arch}' machine='{name}'".encode()).decode())
        assert etree.fromstring(defined.XMLDesc()).find("os/type").get("machine") == machine  # type: ignore[union-attr]
        defined.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)


# The table


def test_every_machine_and_alias_of_the_table_is_on_a_real_host(host: etree._Element, table: etree._Element) -> None:
    real = machines(host)
    for key, about in machines(table).items():
        assert real.get(key) == about
    assert aliases(table) <= aliases(host)


def test_the_table_deprecates_what_a_real_host_deprecates(host: etree._Element, table: etree._Element) -> None:
    known = {arch for _, arch, _ in domains(table)}
    real = {key for key, about in machines(host).items() if about.get("deprecated") and about["family"]}
    assert {key for key in real if key[0] in known} == {
        k for k, about in machines(table).items() if "deprecated" in about
    }


def test_every_claim_of_the_table_about_emulated_guests_holds(host: etree._Element, table: etree._Element) -> None:
    real = domains(host)
    emulated = {kind: domain for kind, domain in domains(table).items() if kind[0] == "qemu"}
    assert len(emulated) == 9
    wrong = {kind: values(domain) - values(real[kind]) for kind, domain in emulated.items()}
    assert {kind: sorted(claims) for kind, claims in wrong.items() if claims} == {}
    assert {kind: d.get("max-vcpus") for kind, d in emulated.items()} == {k: real[k].get("max-vcpus") for k in emulated}


def test_the_table_says_of_kvm_guests_what_it_says_of_emulated_ones_and_more(table: etree._Element) -> None:
    found = domains(table)
    only_kvm = {"host-passthrough", "host-model"}
    for (kind, arch, family), domain in found.items():
        if kind == "kvm":
            # under KVM the models are those of the host's processor, which the table does not know
            emulated = {(of, text) for of, text in values(found["qemu", arch, family]) if of != "cpu/custom"}
            assert emulated <= values(domain)
            more = {(of, text) for of, text in values(domain) - emulated if of != "features/hyperv/features"}
            assert more <= {("cpu/mode", mode) for mode in only_kvm}, (arch, family)


# The commands


def test_a_capture_on_stdout_and_in_a_file(libvirtd: PrivateLibvirtd, run_xfm: RunXfm, tmp_path: Path) -> None:
    file = tmp_path / "host.xml"
    printed = run_xfm("host-facts", "--connect", libvirtd.uri)
    dash = run_xfm("host-facts", "--connect", libvirtd.uri, "--output", "-")
    written = run_xfm("host-facts", "--connect", libvirtd.uri, "-o", file)
    assert (printed.status, printed.stderr) == (dash.status, dash.stderr) == (0, "")
    assert (written.status, written.stdout, written.stderr) == (0, b"", "")
    assert file.read_bytes() == printed.stdout == dash.stdout
    assert printed.stdout.endswith(b"</facts:hostFacts>\n")


@pytest.mark.parametrize("written", [b" machine='q35'", b" arch='x86_64' machine='pc'", b" arch='aarch64'", b""])
def test_a_connection_says_what_a_file_says_and_libvirt_takes_the_result(
    libvirtd: PrivateLibvirtd,
    connection: libvirt.virConnect,
    run_xfm: RunXfm,
    tmp_path: Path,
    capture: bytes,
    written: bytes,
) -> None:
    (tmp_path / "host.xml").write_bytes(capture)
    by_file = run_xfm("--host-facts", tmp_path / "host.xml", "-", input=GUEST % written)
    by_connection = run_xfm("--connect", libvirtd.uri, "-", input=GUEST % written)
    assert by_file == by_connection and by_file.status == 0, by_file.stderr
    chosen = etree.fromstring(by_file.stdout).find("os/type")
    assert chosen is not None
    assert chosen.get("machine") not in (None, "q35", "pc", "virt")
    defined = connection.defineXMLFlags(by_file.stdout.decode(), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    found = etree.fromstring(defined.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)).find("os/type")
    assert found is not None and dict(found.attrib) == dict(chosen.attrib)


def test_a_connection_is_one_more_host(
    libvirtd: PrivateLibvirtd, run_xfm: RunXfm, tmp_path: Path, capture: bytes
) -> None:
    root = etree.fromstring(capture)
    for machine in root.findall("capabilities/guest/arch//machine"):
        if (machine.get("canonical") or machine.text or "").endswith("-7.2"):
            machine.getparent().remove(machine)  # type: ignore[union-attr]
    older = tmp_path / "older.xml"
    older.write_bytes(etree.tostring(root))
    ran = run_xfm("--connect", libvirtd.uri, "--host-facts", older, "-", input=GUEST % b" machine='q35'")
    assert b"machine='pc-q35-7.1'" in ran.stdout, ran.stderr


def test_the_schema_and_the_host_may_be_of_different_libvirts(host: etree._Element) -> None:
    assert host.get("libvirt") == schema.find().version
