"""Schemas: where they are found, which version they are of, and what is said where they are missing or broken."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from xfm import resources, schema
from xfm.errors import MissingError, UsageError

if TYPE_CHECKING:
    from tests.conftest import RunXfm

GRAMMAR = """<element name="domain" xmlns="http://relaxng.org/ns/structure/1.0"><ref name="x"/></element>"""
SMALL = """<grammar xmlns="http://relaxng.org/ns/structure/1.0"><start><element name="domain">
<attribute name="type"><value>kvm</value></attribute></element></start></grammar>"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A directory with a schema that takes one document."""
    (tmp_path / "rng").mkdir()
    (tmp_path / "rng" / "domain.rng").write_text(SMALL)
    (tmp_path / "rng" / "notes.txt").touch()
    return tmp_path / "rng"


def missing(selector: str | None = None) -> MissingError:
    with pytest.raises(MissingError) as raised:
        schema.find(selector)
    error = raised.value
    assert (error.code, error.exit_status) == ("schemas-missing", 3)
    assert "xfm schemas" in error.hint
    return error


def test_the_installed_schemas_are_the_default() -> None:
    assert schema.find().path in [f"{directory}/domain.rng" for directory in resources.LIBVIRT_SCHEMAS]


def test_a_directory_is_taken_as_it_is(small: Path) -> None:
    assert schema.find(str(small)).path == str(small / "domain.rng")


def test_the_environment_names_a_directory(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XFM_SCHEMAS", str(small))
    assert schema.find().path == str(small / "domain.rng")
    assert schema.find("/usr/share/libvirt/schemas").path == "/usr/share/libvirt/schemas/domain.rng"


def test_a_relative_directory_is_made_absolute(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parent)
    assert schema.find("rng").path == str(small / "domain.rng")


def test_a_directory_without_schemas_is_missing(tmp_path: Path) -> None:
    assert str(tmp_path) in missing(str(tmp_path)).message


def test_without_an_installed_libvirt_they_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "LIBVIRT_SCHEMAS", ("/no/where",))
    assert "/no/where" in missing().message


def test_a_version_that_is_not_registered_is_missing() -> None:
    assert "libvirt 1.2.3" in missing("1.2.3").message


def test_a_registered_set_is_found_by_its_version(small: Path) -> None:
    registered = schema.register(str(small), "8.0.0")
    assert registered.version == "8.0.0"
    assert schema.find("8.0.0").path == registered.path
    assert registered.path.startswith(resources.user_data_directory())
    assert sorted(path.name for path in Path(registered.path).parent.iterdir()) == ["domain.rng", "xfm-libvirt-version"]
    assert registered.path in [found.path for found in schema.installed_sets()]


def test_a_set_of_an_unknown_version_cannot_be_registered_without_saying_it(small: Path) -> None:
    with pytest.raises(UsageError) as raised:
        schema.register(str(small))
    assert "--libvirt" in raised.value.hint


@pytest.mark.parametrize("version", ["9", "9.0", "../../x", "9.0.0/..", "9.0.0\n"])
def test_a_version_that_is_none_cannot_be_registered(small: Path, version: str) -> None:
    with pytest.raises(UsageError):
        schema.register(str(small), version)


def test_what_is_no_schema_directory_cannot_be_registered(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        schema.register(str(tmp_path), "9.0.0")


def test_a_schema_that_does_not_compile_cannot_be_registered(tmp_path: Path) -> None:
    (tmp_path / "domain.rng").write_text(GRAMMAR)
    with pytest.raises(MissingError) as raised:
        schema.register(str(tmp_path), "9.0.0")
    assert raised.value.file == str(tmp_path / "domain.rng")
    assert not Path(schema.registered_directory()).exists()


@pytest.mark.parametrize("text", [GRAMMAR, "<broken", ""])
def test_a_broken_schema_is_the_environments_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "domain.rng").write_text(text)
    with pytest.raises(MissingError) as raised:
        schema.find(str(tmp_path)).violations(etree.ElementTree(etree.XML("<domain/>")))
    assert (raised.value.code, raised.value.file) == ("schemas-missing", str(tmp_path / "domain.rng"))


@pytest.mark.parametrize(
    ("library", "version"),
    [
        ("libvirt.so.0.9000.0", "9.0.0"),
        ("libvirt.so.0.11003.2", "11.3.2"),
        ("libvirt.so.0.1002.9", "1.2.9"),
        ("libvirt.so.0", "unknown"),
        ("libvirt-qemu.so.0.9000.0", "unknown"),
    ],
)
@pytest.mark.parametrize("directory", ["lib64", "lib"])
def test_the_library_beside_the_schemas_tells_the_version(
    tmp_path: Path, directory: str, library: str, version: str
) -> None:
    schemas = tmp_path / "usr" / "share" / "libvirt" / "schemas"
    schemas.mkdir(parents=True)
    (tmp_path / "usr" / directory).mkdir()
    (tmp_path / "usr" / directory / library).touch()
    if library.startswith("libvirt.so.0."):
        (tmp_path / "usr" / directory / "libvirt.so.0").symlink_to(library)
    assert schema.version_of(str(schemas)) == version


def test_without_a_library_the_version_is_unknown(small: Path) -> None:
    assert schema.version_of(str(small)) == "unknown"
    assert schema.find(str(small)).version == "unknown"


def test_a_valid_document_has_no_violations(small: Path) -> None:
    found = schema.find(str(small)).violations(etree.ElementTree(etree.XML("<domain type='kvm'/>")))
    assert found == []


def test_a_fault_has_a_message_and_a_line_and_is_told_once() -> None:
    document = etree.ElementTree(etree.XML("<domain type='kvm'>\n<name>a</name>\n<vcpu>x</vcpu></domain>"))
    found = schema.find().violations(document)
    assert found
    assert len(set(found)) == len(found)
    assert all(violation.message for violation in found)


def test_one_schema_judges_each_document_anew() -> None:
    grammar = schema.find()
    good = etree.ElementTree(
        etree.XML("<domain type='test'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>")
    )
    bad = etree.ElementTree(etree.XML("<domain/>"))
    assert [bool(grammar.violations(document)) for document in (good, bad, good)] == [False, True, False]


def test_xfms_own_grammars_compile() -> None:
    names = [path.name for path in Path(resources.GRAMMARS).glob("*.rng")]
    assert "pin.rng" in names
    for name in names:
        schema.own_grammar(name).violations(etree.ElementTree(etree.XML("<a/>")))


# --- the commands ---


def test_schemas_lists_the_sets(run_xfm: RunXfm, small: Path) -> None:
    assert run_xfm("schemas", "add", small, "--libvirt", "8.0.0").status == 0
    ran = run_xfm("schemas", "--json")
    rows = json.loads(ran.stdout)
    assert {"libvirt": "8.0.0", "directory": str(Path(schema.registered_directory()) / "8.0.0")} in rows
    assert rows[0]["directory"] in resources.LIBVIRT_SCHEMAS
    assert b"8.0.0" in run_xfm("schemas").stdout


def test_a_registered_set_is_used_by_its_version(run_xfm: RunXfm, small: Path, minimal: bytes) -> None:
    run_xfm("schemas", "add", small, "--libvirt", "8.0.0")
    ran = run_xfm("--schemas", "8.0.0", input=minimal)
    assert (ran.status, ran.stdout) == (1, b""), "the small schema does not take it"
    assert "[invalid]" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["add"], 2), (["list", "/tmp"], 2), (["add", "/no/where"], 3), (["remove"], 2)],
)
def test_a_wrong_call_of_schemas_is_refused(run_xfm: RunXfm, arguments: list[str], status: int) -> None:
    ran = run_xfm("schemas", *arguments)
    assert (ran.status, ran.stdout) == (status, b"")


def test_a_data_directory_that_cannot_be_written_is_said_so(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(MissingError) as raised:
        schema.register(str(small), "8.0.0")
    assert raised.value.code == "file"


def test_validate_names_file_line_and_column(run_xfm: RunXfm, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<domain type='kvm'>\n  <name>a</name>\n  <vcpu>x</vcpu>\n</domain>\n")
    (tmp_path / "b.xml").write_text("<domain>\n<name></domain>")
    shutil.copy(Path(__file__).parents[1] / "fixtures" / "live" / "linux-minimal.xml", tmp_path / "c.xml")
    ran = run_xfm("validate", "a.xml", "b.xml", "c.xml", cwd=tmp_path)
    assert ran.status == 1
    lines = ran.stdout.decode().splitlines()
    assert any(line.startswith("a.xml:") for line in lines)
    assert any(line.startswith("b.xml:2:") for line in lines)
    assert not any(line.startswith("c.xml:") for line in lines)
    assert run_xfm("validate", "c.xml", cwd=tmp_path).status == 0
    report = json.loads(run_xfm("validate", "--json", "a.xml", "c.xml", cwd=tmp_path).stdout)
    assert [(entry["file"], entry["valid"]) for entry in report] == [("a.xml", False), ("c.xml", True)]
