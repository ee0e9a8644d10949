"""What stylesheets know beside the document: for which guest, when it is gathered, and by what names they find it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from xfm import Pipeline, hostfacts, new_pipeline, osinfo, schema, source, transform
from xfm.errors import DocumentError
from xfm.knowledge import ASKED_OS, HOST_FACTS, OS, Knowledge, RunDocuments
from xfm.model import FACTS_NAMESPACE

if TYPE_CHECKING:
    from tests.conftest import WriteStylesheet

ROOT = Path(__file__).parents[2]
CAPTURES = ROOT / "tests/fixtures/host-facts"
INTEL, AMD, STREAM = (
    CAPTURES / f"{name}.xml" for name in ("debian-12-intel", "ubuntu-24.04-amd", "centos-stream-9-intel")
)
DEBIAN = "http://debian.org/debian/11"
METADATA = (
    "<metadata><o:libosinfo xmlns:o='http://libosinfo.org/xmlns/libvirt/domain/1.0'><o:os id='{}'/></o:libosinfo>"
    "</metadata>"
)


def guest(kind: str = "kvm", os_id: str = "", type_attributes: str = " arch='x86_64' machine='q35'") -> bytes:
    metadata = METADATA.format(os_id) if os_id else ""
    return (
        f"<domain type='{kind}'><name>web1</name>{metadata}<memory unit='MiB'>2048</memory>"
        f"<os><type{type_attributes}>hvm</type></os></domain>"
    ).encode()


def knowing(*captures: Path, os_selector: str | None = None) -> Knowledge:
    return Knowledge([(path.name, path.read_bytes()) for path in captures], os_selector, schema.find())


def facts_of(knowledge: Knowledge, document: bytes) -> etree._Element:
    return etree.fromstring(knowledge.facts(source.parse_domain(document), 1))


def named(facts: etree._Element, name: str) -> list[etree._Element]:
    return list(facts.iterchildren(f"{{{FACTS_NAMESPACE}}}{name}"))


# Facts


@pytest.mark.parametrize("captures", [(), (INTEL,), (INTEL, AMD), (CAPTURES / "debian-12-tcg.xml",)], ids=len)
@pytest.mark.parametrize("kind", ["kvm", "qemu"])
def test_only_facts_of_the_guests_architecture_and_type_are_shown(captures: tuple[Path, ...], kind: str) -> None:
    facts = facts_of(knowing(*captures), guest(kind))
    assert (facts.get("hosts"), facts.get("schema")) == (str(len(captures)), schema.find().version)
    assert {(domain.get("arch"), domain.get("type")) for domain in named(facts, "domain")} == {("x86_64", kind)}
    assert {domain.get("family") for domain in named(facts, "domain")} == {"q35", "pc"}
    assert {found.get("arch") for name in ("machine", "alias") for found in named(facts, name)} == {"x86_64"}


def test_the_architecture_may_be_that_of_the_emulator() -> None:
    document = guest(type_attributes="").replace(
        b"</domain>", b"<devices><emulator>/usr/bin/qemu-system-aarch64</emulator></devices></domain>"
    )
    assert [machine.get("name") for machine in named(facts_of(knowing(), document), "machine")] == ["virt-7.2"]


def test_a_guest_of_another_driver_finds_no_domain() -> None:
    facts = facts_of(knowing(), b"<domain type='xen'><name>web1</name></domain>")
    assert named(facts, "domain") == []


def test_captures_are_read_at_once_and_a_table_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DocumentError):
        Knowledge([("node7.xml", b"<domain/>")], None, schema.find())
    monkeypatch.setattr("xfm.hostfacts.table", lambda _: pytest.fail("nobody asked for the table"))
    RunDocuments(knowing(), source.parse_domain(guest()), 1, pytest.fail)


def test_two_pipelines_in_two_threads_do_not_get_each_others_facts() -> None:
    document = source.parse_domain(guest())
    wrong: list[Path] = []

    def ask(capture: Path) -> None:
        knowledge = knowing(capture)
        right = knowledge.facts(document, 1)
        wrong.extend(capture for _ in range(300) if knowledge.facts(document, 1) != right)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [Thread(target=ask, args=(capture,)) for capture in (INTEL, STREAM)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


# Operating systems


@pytest.mark.parametrize(
    ("selector", "os_id", "known"),
    [
        (None, "", None),
        (None, DEBIAN, DEBIAN),
        ("debian11", "", DEBIAN),
        ("debian11", "http://microsoft.com/win/10", DEBIAN),
        ("", DEBIAN, DEBIAN),
    ],
)
def test_what_is_asked_for_wins_over_what_the_document_says(
    selector: str | None, os_id: str, known: str | None
) -> None:
    description = knowing(os_selector=selector).os(source.parse_domain(guest(os_id=os_id)))
    assert (etree.fromstring(description.xml).get("id"), description.note) == (known, "")


def test_an_operating_system_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def describe(selector: str) -> osinfo.Description:
        asked.append(selector)
        return osinfo.Description(b"<os xmlns='urn:xfm:os:1'/>")

    monkeypatch.setattr("xfm.osinfo.describe", describe)
    knowledge = knowing()
    for os_id in (DEBIAN, "", DEBIAN):
        knowledge.os(source.parse_domain(guest(os_id=os_id)))
    assert asked == [DEBIAN, ""]


def test_a_note_is_given_once_a_run_and_only_where_a_stylesheet_asks() -> None:
    notes: list[str] = []
    documents = RunDocuments(knowing(os_selector="debbian11"), source.parse_domain(guest()), 1, notes.append)
    more = documents.with_documents({"xfm:more": lambda: b"<more/>"})
    assert notes == [] and set(documents) == {HOST_FACTS, OS, ASKED_OS} and set(more) == {*documents, "xfm:more"}
    assert documents[OS] == documents[OS]
    assert more["xfm:more"] == b"<more/>" and "xfm:more" not in documents and len(more) == 4
    assert len(notes) == 1 and notes[0].startswith("osinfo-db does not know the operating system debbian11")


# By what names stylesheets find it


PROBE = """
  <xsl:template match="domain">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()[not(self::title)]"/>
      <title><xsl:value-of select="{select}"/></title>
    </xsl:copy>
  </xsl:template>
"""


def probed(pipeline: Pipeline, document: bytes) -> str:
    """What the probe wrote; the stage policy is before any that changes the machine."""
    result = transform(document, pipeline=pipeline, confined=False)
    return etree.fromstring(result.xml).findtext("title", "")


def with_probe(write: WriteStylesheet, folder: Path, library: str, select: str, **options: object) -> Pipeline:
    imports = f'xfm:lib/guest.xsl"/><xsl:import href="xfm:lib/{library}.xsl"/><xsl:import href="xfm:lib/identity.xsl'
    namespaces = "xmlns:xfm='urn:xfm:xslt:1' xmlns:facts='urn:xfm:host-facts:1' xmlns:os='urn:xfm:os:1'"
    body = PROBE.format(select=select).replace("<xsl:template match", f"<xsl:template {namespaces} match")
    write(folder / "probe.xsl", stage="policy", imports=imports, body=body)
    return new_pipeline(plugin_dirs=[str(folder)], until="policy", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("captures", "schemas", "expected"),
    [
        ((), "9.0.0", "9000000"),
        ((AMD,), "9.0.0", "9000000"),
        ((AMD,), "11.3.0", "10000000"),
        ((AMD, CAPTURES / "debian-11-intel.xml"), "11.3.0", "7000000"),
        ((STREAM,), "12.1.7", "10010000"),
        ((STREAM,), "unknown", "10010000"),
    ],
)
def test_libvirt_is_the_oldest_of_hosts_and_schema(
    captures: tuple[Path, ...],
    schemas: str,
    expected: str,
    tmp_path: Path,
    write_stylesheet: WriteStylesheet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schema.Schema, "version", schemas, raising=False)
    facts = [str(path) for path in captures]
    pipeline = with_probe(write_stylesheet, tmp_path, "facts", "number($xfm:libvirt)", host_facts=facts)
    assert probed(pipeline, guest()) == expected


@pytest.mark.parametrize(
    ("select", "machine", "expected"),
    [
        ("$xfm:facts/@hosts", "q35", "1"),
        ("$xfm:host/@family", "q35", "q35"),
        ("$xfm:host/@family", "pc-i440fx-7.2", "pc"),
        ("count($xfm:host)", "microvm", "0"),
        ("$xfm:host/@type", "q35", "kvm"),
        ("$xfm:host/facts:value[@of = 'disk/bus'] = 'virtio'", "q35", "true"),
        ("$xfm:host/facts:value[@of = 'disk/bus'] = 'ide'", "q35", "false"),
        ("$xfm:host/facts:value[@of = 'disk/bus'] = 'ide'", "pc", "true"),
    ],
)
def test_a_plugins_stylesheet_reads_facts(
    select: str, machine: str, expected: str, tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    pipeline = with_probe(write_stylesheet, tmp_path, "facts", select, host_facts=[str(CAPTURES / "debian-12-tcg.xml")])
    assert probed(pipeline, guest(type_attributes=f" arch='x86_64' machine='{machine}'")) == expected


VIRTIO = ("net", "block", "balloon", "console", "scsi", "rng", "gpu", "input")


@pytest.mark.parametrize(
    ("os_id", "without"),
    [
        (DEBIAN, ()),
        ("http://fedoraproject.org/fedora/37", ()),
        ("http://redhat.com/rhel/9.1", ()),
        ("http://microsoft.com/win/11", VIRTIO),
        ("http://example.org/unknown/1", VIRTIO),
    ],
)
def test_drivers_have_names(
    os_id: str, without: tuple[str, ...], tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    select = "concat(" + ", ' ', ".join(f"$xfm:virtio-{device}" for device in VIRTIO) + ")"
    pipeline = with_probe(write_stylesheet, tmp_path, "os", select)
    known = dict(zip(VIRTIO, probed(pipeline, guest(os_id=os_id)).split(), strict=True))
    assert known == {device: "false" if device in without else "true" for device in VIRTIO}


@pytest.mark.parametrize(
    ("version", "build"),
    [("10", 10240), ("11", 22000), ("2k8r2", 7600), ("2k22", 20348), ("2k25", 26100), ("95", 0), ("2k31", 26100)],
)
def test_windows_is_known_without_a_database(
    version: str, build: int, tmp_path: Path, write_stylesheet: WriteStylesheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SYSTEM", "LOCAL", "USER"):
        monkeypatch.setenv(f"OSINFO_{name}_DIR", str(tmp_path / "none"))
    pipeline = with_probe(write_stylesheet, tmp_path / "plugins", "os", "concat($xfm:os-id, ' ', $xfm:build)")
    os_id = f"http://microsoft.com/win/{version}"
    assert probed(pipeline, guest(os_id=os_id)) == f"{os_id} {build}"
    assert probed(pipeline, guest(os_id=DEBIAN)) == f"{DEBIAN} 0"


def test_every_windows_of_the_installed_database_has_a_build_of_its_own(
    tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    pipeline = with_probe(write_stylesheet, tmp_path, "os", "$xfm:build")
    files = Path("/usr/share/osinfo/os/microsoft.com").glob("win-*.xml")
    ids = [found.get("id", "") for file in files for found in etree.parse(file).iterfind("os")]
    assert len(ids) > 20
    guessed = [i for i in ids if probed(pipeline, guest(os_id=i)) == "26100" and not i.endswith("/2k25")]
    assert guessed == []


# The documents


@pytest.mark.parametrize(
    ("library", "document"), [("facts", "host-facts.md"), ("os", "operating-systems.md")], ids=["facts", "os"]
)
def test_every_stylesheet_that_asks_is_in_the_document(library: str, document: str) -> None:
    text = (ROOT / "docs" / document).read_text("utf-8")
    asking = [
        path.stem for path in ROOT.glob("stylesheets/baseline-*/*/*.xsl") if f"lib/{library}.xsl" in path.read_text()
    ]
    assert asking and [name for name in asking if f"`{name}`" not in text] == []


def test_the_document_has_every_name_of_a_value() -> None:
    text = (ROOT / "docs/host-facts.md").read_text("utf-8")
    captured = hostfacts.combined([("host", (CAPTURES / "debian-12-tcg.xml").read_bytes())])
    names = {value.get("of") for value in etree.fromstring(captured).iter(f"{{{FACTS_NAMESPACE}}}value")}
    assert len(names) > 40 and [name for name in sorted(filter(None, names)) if f"`{name}`" not in text] == []


def test_the_document_has_the_names_of_the_table() -> None:
    text = " ".join((ROOT / "docs/host-facts.md").read_text("utf-8").split())
    listed = text.partition("The names in the table are ")[2].partition(". A stylesheet")[0]
    names = {value.get("of") for value in etree.fromstring(hostfacts.table(1)).iter(f"{{{FACTS_NAMESPACE}}}value")}
    assert set(listed.replace("`", "").replace(" and", ",").replace(",", " ").split()) == names


def test_the_documents_show_what_stylesheets_see() -> None:
    host = (ROOT / "docs/host-facts.md").read_text("utf-8")
    capture = re.search(r"```xml hosts/node7.xml\n(.*?)```", host, re.DOTALL)
    document = re.search(r"```xml web1.xml\n(.*?)```", host, re.DOTALL)
    assert capture and document
    knowledge = Knowledge([("node7.xml", capture[1].encode())], None, schema.find())
    assert canonical(shown(host, "<facts ")) == canonical(knowledge.facts(source.parse_domain(document[1].encode()), 1))
    text = (ROOT / "docs/operating-systems.md").read_text("utf-8")
    seen = etree.fromstring(osinfo.describe("debian11").xml)
    example = etree.fromstring(shown(text, "<os xmlns"))
    assert example.attrib == seen.attrib
    told = {etree.tostring(child, method="c14n", exclusive=True) for child in stripped(seen)}
    assert {etree.tostring(child, method="c14n", exclusive=True) for child in stripped(example)} <= told


def shown(text: str, start: str) -> bytes:
    """The block of a document that begins so."""
    found = re.search(rf"```xml\n({start}.*?)```", text, re.DOTALL)
    assert found
    return found[1].encode()


def stripped(tree: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(tree), etree.XMLParser(remove_blank_text=True))


def canonical(data: bytes) -> bytes:
    return etree.tostring(stripped(etree.fromstring(data)), method="c14n")


# An operating system that a site names for all guests


def test_a_default_operating_system_is_that_of_documents_which_name_none() -> None:
    knowledge = Knowledge([], None, schema.find(), default_os="debian11")
    bare, named = source.parse_domain(guest()), source.parse_domain(guest(os_id="http://microsoft.com/win/10"))
    assert b'id="http://debian.org/debian/11"' in knowledge.os(bare).xml
    assert b'id="http://debian.org/debian/11"' in knowledge.asked_os(bare).xml
    assert b'id="http://microsoft.com/win/10"' in knowledge.os(named).xml
    assert b"id=" not in knowledge.asked_os(named).xml
    asked = Knowledge([], "win11", schema.find(), default_os="debian11")
    assert asked.os(named) == asked.asked_os(named) and b"microsoft.com/win/11" in asked.os(named).xml
