"""The commands beside the filter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xfm import builtin
from xfm.hookspecs import STAGES

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteStylesheet

NEWEST = f'baseline="{builtin.NEWEST}"'.encode()
LIBVIRT = Path("/usr/share/libvirt/schemas")
INVALID = """<domain type='kvm'>
  <name>x</name>
  <memory>1</memory>
  <os>
    <type>hvm</type>
  </os>
  <devices>
    <disk type='file'/>
  </devices>
</domain>
"""


def parsed(run_xfm: RunXfm, *args: str | Path) -> Any:
    """What a command prints as JSON."""
    done = run_xfm(*args)
    assert (done.status, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def test_validate_says_nothing_of_a_valid_document(run_xfm: RunXfm, document: Path) -> None:
    assert run_xfm("validate", document) == (0, b"", "")


def test_validate_names_file_line_and_column(run_xfm: RunXfm, document: Path) -> None:
    (document.parent / "bad.xml").write_text(INVALID)
    (document.parent / "worse.xml").write_text("<domain>\n <x>\n</domain>")
    done = run_xfm("validate", "web1.xml", "bad.xml", "worse.xml", cwd=document.parent)
    lines = done.stdout.decode().splitlines()
    assert (done.status, done.stderr) == (1, "")
    assert all(line.startswith(("bad.xml:", "worse.xml:")) for line in lines)
    assert any(line.startswith(("bad.xml:7:3: ", "bad.xml:8:5: ")) for line in lines)
    assert any(line.startswith("worse.xml:3:") for line in lines)


def test_validate_as_json(run_xfm: RunXfm, document: Path) -> None:
    (document.parent / "bad.xml").write_text(INVALID)
    done = run_xfm("validate", "--json", "web1.xml", "bad.xml", cwd=document.parent)
    found = json.loads(done.stdout)
    assert done.status == 1 and [(entry["file"], entry["valid"]) for entry in found] == [
        ("web1.xml", True),
        ("bad.xml", False),
    ]
    assert {"message", "line", "column", "xpath"} <= set(found[1]["faults"][0])


def test_validate_stdin(run_xfm: RunXfm, minimal: bytes) -> None:
    assert run_xfm("validate", "-", input=minimal) == (0, b"", "")
    assert run_xfm("validate", "-", input=INVALID.encode()).stdout.startswith(b"-:")


def test_validate_a_file_that_is_not_there(run_xfm: RunXfm, document: Path) -> None:
    done = run_xfm("validate", document, "nowhere.xml")
    assert (done.status, done.stdout) == (3, b"")


def test_schemas(run_xfm: RunXfm) -> None:
    found = parsed(run_xfm, "schemas", "--json")
    assert str(LIBVIRT) in [entry["directory"] for entry in found]
    assert str(LIBVIRT).encode() in run_xfm("schemas").stdout


def test_schemas_of_another_libvirt(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    copy = tmp_path / "schemas"
    shutil.copytree(LIBVIRT, copy)
    unknown = run_xfm("schemas", "add", copy)
    assert (unknown.status, unknown.stdout) == (2, b"") and "--libvirt" in unknown.stderr
    assert run_xfm("schemas", "add", copy, "--libvirt", "8.7.0").status == 0
    shutil.rmtree(copy)
    assert "8.7.0" in [entry["libvirt"] for entry in parsed(run_xfm, "schemas", "--json")]
    done = run_xfm("--schemas", "8.7.0", document)
    assert done.status == 0 and b'schema="8.7.0"' in done.stdout
    assert run_xfm("--schemas", "1.2.3", document).status == 3


@pytest.mark.parametrize("version", ["../../../x", "9", "9.0", "latest", "", "9.0.0\n", "/tmp/x"])
def test_schemas_add_takes_no_other_version(version: str, run_xfm: RunXfm, isolated: Path) -> None:
    done = run_xfm("schemas", "add", LIBVIRT, "--libvirt", version)
    assert done.status == 2
    assert not (isolated / "data" / "xfm").exists()


def test_schemas_by_directory_and_environment(run_xfm: RunXfm, document: Path) -> None:
    plain = run_xfm(document)
    assert run_xfm("--schemas", LIBVIRT, document) == plain
    assert run_xfm(document, env={"XFM_SCHEMAS": str(LIBVIRT)}) == plain
    assert run_xfm(document, env={"XFM_SCHEMAS": "/nowhere"}).status == 3
    assert run_xfm("--schemas", LIBVIRT, document, env={"XFM_SCHEMAS": "/nowhere"}) == plain


@pytest.mark.parametrize("command", [(), ("validate",)])
@pytest.mark.parametrize("content", [None, "", "<grammar/>", "<x", "\0"])
def test_without_usable_schemas(
    content: str | None, command: tuple[str, ...], run_xfm: RunXfm, document: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    if content is not None:
        (empty / "domain.rng").write_text(content)
    done = run_xfm(*command, document, env={"XFM_SCHEMAS": str(empty)})
    assert (done.status, done.stdout) == (3, b"") and "[schemas-missing]" in done.stderr, done.stderr
    assert "hint:" in done.stderr and "Traceback" not in done.stderr


def test_pin(run_xfm: RunXfm, document: Path) -> None:
    pinned = document.parent / "pinned.xml"
    pinned.write_bytes(run_xfm(document).stdout)
    found = parsed(run_xfm, "pin", "--json", pinned)
    assert (found["baseline"], found["machine"]) == (builtin.NEWEST, "pc-q35-7.2")
    assert {"stage", "id", "digest"} == set(found["stylesheets"][0])
    assert b"pc-q35-7.2" in run_xfm("pin", pinned).stdout
    done = run_xfm("pin", document)
    assert (done.status, done.stdout) == (1, b"")


def test_a_pinned_document_keeps_its_baseline(run_xfm: RunXfm, document: Path) -> None:
    pinned = run_xfm("--baseline", "0", document).stdout
    assert run_xfm(input=pinned) == (0, pinned, "")
    done = run_xfm("--baseline", "1", input=pinned)
    assert (done.status, done.stdout) == (1, b"") and "[pinned]" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (NEWEST, b'baseline="7"', "pin-newer"),
        (NEWEST, b'baseline="x"', "pin-invalid"),
        (NEWEST, b"", "pin-invalid"),
        (b"urn:xfm:pin:1", b"urn:xfm:pin:2", "pin-newer"),
        (b'digest="sha256:', b'digest="md5:', "pin-invalid"),
    ],
)
def test_a_damaged_pin(old: bytes, new: bytes, code: str, run_xfm: RunXfm, document: Path) -> None:
    pinned = run_xfm(document).stdout
    assert old in pinned
    done = run_xfm(input=pinned.replace(old, new))
    assert (done.status, done.stdout) == (1, b"") and f"[{code}]" in done.stderr, done.stderr


def test_stages(run_xfm: RunXfm) -> None:
    found = parsed(run_xfm, "stages", "--json")
    assert [entry["stage"] for entry in found] == list(STAGES)
    sheets = {sheet["id"]: sheet for entry in found for sheet in entry["stylesheets"]}
    assert sheets["hyperv"]["parameters"][0]["name"] == "retries" and sheets["hyperv"]["abi"] == "guest"
    assert all(sheet["digest"].startswith("sha256:") and sheet["writes"] is not None for sheet in sheets.values())
    until = [entry["stage"] for entry in parsed(run_xfm, "stages", "--json", "--until", "policy")]
    assert until == ["dialect", "policy", "layout"]  # the layout is part of every output
    text = run_xfm("stages").stdout.decode()
    assert all(name in text for name in [*STAGES, *sheets])


def test_plugins(run_xfm: RunXfm, write_stylesheet: WriteStylesheet, tmp_path: Path) -> None:
    write_stylesheet(tmp_path / "plugins" / "mine.xsl")
    (tmp_path / "plugins" / "empty").mkdir()
    found = parsed(run_xfm, "plugins", "--json", "--plugin-dir", tmp_path / "plugins")
    by_name = {entry["name"]: entry for entry in found}
    assert by_name["xfm"]["kind"] == "builtin"
    assert [sheet["id"] for sheet in by_name["mine"]["stylesheets"]] == ["mine"]
    done = run_xfm("plugins", "--plugin-dir", tmp_path / "plugins")
    assert b"mine" in done.stdout and "empty" in done.stderr


def test_a_listing_has_no_colours_and_the_same_width_everywhere(run_xfm: RunXfm) -> None:
    for command in ("stages", "plugins", "schemas", "config"):
        plain = run_xfm(command)
        assert plain.status == 0 and b"\x1b" not in plain.stdout
        assert run_xfm(command, env={"COLUMNS": "20", "TERM": "xterm", "LC_ALL": "C"}) == plain
