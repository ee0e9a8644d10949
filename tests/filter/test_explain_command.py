"""``xfm explain``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xfm import builtin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm, WriteStylesheet


def test_every_change_is_told_with_its_stylesheet_and_place(run_xfm: RunXfm, minimal: bytes) -> None:
    ran = run_xfm("explain", input=minimal)
    assert (ran.status, ran.stderr) == (0, "")
    lines = ran.stdout.decode().splitlines()
    at = lines.index("  ~ /domain/os/type/@machine: q35 -> pc-q35-7.2")
    assert lines[at - 1].startswith("machine-type/machine-type: ")


def test_json_has_the_same_and_the_sources(run_xfm: RunXfm, minimal: bytes) -> None:
    told = json.loads(run_xfm("explain", "--json", input=minimal).stdout)
    assert told["baseline"] == builtin.NEWEST
    entry = next(entry for entry in told["stylesheets"] if entry["stylesheet"] == "machine-type")
    assert {"xpath": "/domain/os/type/@machine", "before": "q35", "after": "pc-q35-7.2"} in entry["changes"]
    assert entry["sources"]


def test_what_was_left_out_is_told_here_and_by_verbose_alone(
    run_xfm: RunXfm, minimal: bytes, tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    body = """
      <xsl:template match="/domain/name">
        <xsl:copy-of select="."/>
        <xsl:message>xfm-left-out: evmcs: the host is not Intel's</xsl:message>
      </xsl:template>"""
    write_stylesheet(tmp_path / "mine.xsl", body=body)
    plugin = ("--plugin-dir", str(tmp_path))
    assert b"  left out: evmcs: the host is not Intel's\n" in run_xfm("explain", *plugin, input=minimal).stdout
    told = json.loads(run_xfm("explain", "--json", *plugin, input=minimal).stdout)
    entry = next(entry for entry in told["stylesheets"] if entry["stylesheet"] == "mine")
    assert entry["left out"] == [{"what": "evmcs", "why": "the host is not Intel's"}]
    assert "evmcs" in run_xfm("-v", *plugin, input=minimal).stderr
    assert "evmcs" not in run_xfm(*plugin, input=minimal).stderr


def test_what_is_there_already_is_no_change(run_xfm: RunXfm, minimal: bytes) -> None:
    done = run_xfm(input=minimal).stdout
    assert run_xfm("explain", input=done).stdout == b""


def test_a_secret_is_masked(run_xfm: RunXfm, minimal: bytes) -> None:
    graphics = b"<devices><graphics type='vnc' passwd='sw0rdfish'/></devices></domain>"
    ran = run_xfm("explain", input=minimal.replace(b"</domain>", graphics))
    assert ran.status == 0
    assert b"sw0rdfish" not in ran.stdout


def test_a_refused_document_explains_nothing(run_xfm: RunXfm) -> None:
    ran = run_xfm("explain", input=b"<domain type='kvm'><name>a</name><bogus/></domain>")
    assert (ran.status, ran.stdout) == (1, b"")
    assert "invalid" in ran.stderr
