"""The pin: read strictly, kept where nothing changed, and the only word on what a guest is processed with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from xfm import api, builtin, pin, source
from xfm.errors import DocumentError
from xfm.model import PIN_NAMESPACE, Pin
from xfm.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm, WriteStylesheet

DIGEST = "sha256:" + "0" * 64
GOOD = f"""<p:pin xmlns:p="{PIN_NAMESPACE}" baseline="1" version="0.1.0" schema="9.0.0" machine="pc-q35-7.2">
<p:stylesheet stage="defaults" id="clock" digest="{DIGEST}"/></p:pin>"""


def document(metadata: str) -> bytes:
    return (
        f"<domain type='kvm'><name>a</name><metadata>{metadata}</metadata><memory>1024</memory>"
        "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>"
    ).encode()


def refused(metadata: str) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        pin.read(source.parse_domain(document(metadata)))
    error = raised.value
    assert (error.exit_status, error.xpath) == (1, "/domain/metadata/xfm:pin")
    assert error.line
    assert error.hint
    return error


def test_a_pin_is_read() -> None:
    found = pin.read(source.parse_domain(document("<other xmlns='urn:o'/>" + GOOD)))
    assert found == Pin(1, "0.1.0", "9.0.0", "pc-q35-7.2", (("defaults", "clock", DIGEST),))


def test_a_pin_without_a_machine_or_stylesheets_is_read() -> None:
    text = f"<pin xmlns='{PIN_NAMESPACE}' baseline='0' version='1.2.3.dev1' schema='unknown'/>"
    assert pin.read(source.parse_domain(document(text))) == Pin(0, "1.2.3.dev1", "unknown", "", ())


@pytest.mark.parametrize("metadata", ["", "<pin xmlns='urn:other'/>", "<!-- pin -->", "<pin xmlns='urn:xfm:doc:1'/>"])
def test_a_document_may_have_no_pin(metadata: str) -> None:
    assert pin.read(source.parse_domain(document(metadata))) is None


def test_a_pin_elsewhere_is_none() -> None:
    data = b"<domain><name>a</name><devices><p:pin xmlns:p='urn:xfm:pin:1'/></devices></domain>"
    assert pin.read(source.parse_domain(data)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('baseline="1"', ""),
        ('baseline="1"', 'baseline="-1"'),
        ('baseline="1"', 'baseline="one"'),
        ('version="0.1.0"', 'version="v1"'),
        ('schema="9.0.0"', ""),
        ('machine="pc-q35-7.2"', 'machine="a b"'),
        (DIGEST, "sha256:0"),
        (DIGEST, "md5:0"),
        ('id="clock"', 'id="Clock"'),
        ('stage="defaults"', ""),
        ("baseline=", 'extra="x" baseline='),
        ("baseline=", 'topology="0" baseline='),
        ("</p:pin>", "<p:other/></p:pin>"),
        ("</p:pin>", "text</p:pin>"),
    ],
)
def test_a_damaged_pin_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    error = refused(GOOD.replace(old, new))
    assert error.code == "pin-invalid"
    assert "backup" in error.hint


def test_two_pins_are_refused() -> None:
    error = refused(GOOD + GOOD)
    assert (error.code, error.message) == ("pin-invalid", "the document has 2 pins")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('baseline="1"', 'baseline="99"'),
        GOOD.replace(PIN_NAMESPACE, "urn:xfm:pin:2"),
        "<p:whatever xmlns:p='urn:xfm:pin:3'/>",
    ],
)
def test_a_pin_of_a_newer_xfm_is_refused_and_not_taken_for_none(text: str) -> None:
    error = refused(text)
    assert error.code == "pin-newer"
    assert VERSION in error.message
    assert "nothing was changed" in error.hint


@pytest.mark.parametrize("metadata", [GOOD.replace('baseline="1"', ""), GOOD + GOOD, "<p:x xmlns:p='urn:xfm:pin:3'/>"])
def test_the_filter_gives_nothing_for_a_pin_that_it_cannot_read(run_xfm: RunXfm, metadata: str) -> None:
    ran = run_xfm(input=document(metadata))
    assert (ran.status, ran.stdout) == (1, b"")


# --- pinned documents in the chain ---

EXISTING = b"""<domain type='kvm'><name>a</name><uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid><memory>1024</memory>
<os><type arch='x86_64' machine='pc-q35-6.0'>hvm</type></os>
<devices><interface type='user'><mac address='52:54:00:00:00:01'/>
<address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></interface></devices></domain>"""


def pinned(minimal: bytes, baseline: int | None = None) -> bytes:
    return api.transform(minimal, pipeline=api.new_pipeline(baseline=baseline)).xml


def test_a_new_document_is_pinned_to_the_newest_baseline(minimal: bytes) -> None:
    found = pin.read(source.parse_domain(pinned(minimal)))
    assert found is not None
    assert (found.baseline, found.version, found.machine) == (builtin.NEWEST, VERSION, "pc-q35-7.2")
    assert {"clock", "machine-type", "pin"} <= {identifier for _, identifier, _ in found.stylesheets}


def test_a_second_run_changes_no_byte(minimal: bytes) -> None:
    once = pinned(minimal)
    result = api.transform(once)
    assert result.xml == once
    assert not any(step.changed for step in result.steps)


def test_the_pin_survives_where_nothing_changed(minimal: bytes) -> None:
    older = pinned(minimal).replace(f'version="{VERSION}"'.encode(), b'version="0.0.1"')
    assert b'version="0.0.1"' in older
    assert api.transform(older).xml == older


def test_the_pin_is_written_anew_where_something_changed(minimal: bytes) -> None:
    older = pinned(minimal).replace(f'version="{VERSION}"'.encode(), b'version="0.0.1"')
    changed = older.replace(b"<memory", b"<!-- by hand --><title>t</title><memory")
    assert f'version="{VERSION}"'.encode() not in api.transform(changed).xml
    more = older.replace(b"</devices>", b"<disk type='file'><source file='/a'/><target dev='vda'/></disk></devices>")
    assert f'version="{VERSION}"'.encode() in api.transform(more, pipeline=api.new_pipeline(repin=True)).xml


def test_a_pinned_document_has_its_own_baseline(minimal: bytes) -> None:
    adopted = pinned(minimal, 0)
    result = api.transform(adopted)
    assert (result.baseline, result.xml) == (0, adopted)


def test_the_same_baseline_may_be_asked_for(minimal: bytes) -> None:
    once = pinned(minimal)
    assert api.transform(once, pipeline=api.new_pipeline(baseline=builtin.NEWEST)).xml == once


def test_another_baseline_is_refused(run_xfm: RunXfm, minimal: bytes) -> None:
    ran = run_xfm("--baseline", "0", input=pinned(minimal))
    assert (ran.status, ran.stdout) == (1, b"")
    assert "[pinned]" in ran.stderr
    assert f"pinned to baseline {builtin.NEWEST}, and --baseline asks for 0" in ran.stderr


def test_a_plugin_installed_later_changes_no_pinned_guest(
    run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    body = '<xsl:template match="domain/memory"><memory>4096</memory></xsl:template>'
    write_stylesheet(tmp_path / "p" / "more-memory.xsl", abi="guest", body=body)
    once = pinned(minimal)
    ran = run_xfm("--plugin-dir", tmp_path / "p", input=once)
    assert (ran.status, ran.stdout) == (0, once)
    assert "more-memory is not what this guest was pinned with" in ran.stderr
    assert "not applied" in ran.stderr
    fresh = run_xfm("--plugin-dir", tmp_path / "p", input=minimal)
    assert b"<memory>4096</memory>" in fresh.stdout, fresh.stderr
    again = run_xfm("--plugin-dir", tmp_path / "p", input=fresh.stdout)
    assert (again.status, again.stdout, again.stderr) == (0, fresh.stdout, "")
    write_stylesheet(tmp_path / "p" / "more-memory.xsl", abi="guest", body=body.replace("4096", "8192"))
    updated = run_xfm("--plugin-dir", tmp_path / "p", input=fresh.stdout)
    assert (updated.status, updated.stdout) == (0, fresh.stdout)
    assert "more-memory is not what this guest was pinned with" in updated.stderr


def test_a_plugin_that_no_guest_notices_runs_on_a_pinned_guest(
    run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    body = '<xsl:template match="domain/name"><xsl:copy-of select="."/><title>T</title></xsl:template>'
    body = body.replace("domain/name", "domain[not(title)]/name")
    write_stylesheet(tmp_path / "p" / "titled.xsl", abi="host", body=body)
    ran = run_xfm("--plugin-dir", tmp_path / "p", input=pinned(minimal))
    assert b"<title>T</title>" in ran.stdout, ran.stderr
    found = pin.read(source.parse_domain(ran.stdout))
    assert found is not None
    assert "titled" in {identifier for _, identifier, _ in found.stylesheets}


def test_a_plugin_that_is_gone_stays_in_the_pin(
    run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    write_stylesheet(tmp_path / "p" / "mine.xsl", abi="guest")
    once = run_xfm("--plugin-dir", tmp_path / "p", input=minimal).stdout
    assert b'id="mine"' in once
    changed = once.replace(b"</devices>", b"<disk type='file'><source file='/a'/><target dev='vda'/></disk></devices>")
    again = run_xfm("repin", input=changed)
    assert b'id="mine"' in again.stdout, again.stderr


def test_an_existing_guest_is_adopted_with_a_note() -> None:
    result = api.transform(EXISTING)
    assert result.baseline == 0
    assert len(result.notes) == 1
    assert "exists already" in result.notes[0]
    assert f"--baseline {builtin.NEWEST}" in result.notes[0]
    assert b"pc-q35-6.0" in result.xml
    assert b"<clock" not in result.xml
    found = pin.read(source.parse_domain(result.xml))
    assert found is not None
    assert found.baseline == 0


def test_adoption_is_said_on_stderr_alone(run_xfm: RunXfm) -> None:
    ran = run_xfm(input=EXISTING)
    assert ran.status == 0
    assert ran.stderr.startswith("xfm: note: this guest exists already")
    assert source.parse_domain(ran.stdout)


def test_an_adopted_guest_stays_adopted_without_a_note() -> None:
    once = api.transform(EXISTING).xml
    result = api.transform(once)
    assert (result.baseline, result.notes, result.xml) == (0, (), once)


def test_who_asks_for_a_baseline_gets_it() -> None:
    result = api.transform(EXISTING, pipeline=api.new_pipeline(baseline=1))
    assert (result.baseline, result.notes) == (1, ())
    assert b"<clock" in result.xml


@pytest.mark.parametrize(
    "devices",
    [
        "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='3' slot='0' function='0'/></source>"
        "</hostdev>",
        "",
    ],
)
def test_a_host_address_is_no_mark_of_an_existing_guest(devices: str) -> None:
    data = document("").replace(b"</domain>", f"<devices>{devices}</devices></domain>".encode())
    assert api.transform(data).baseline == builtin.NEWEST


# --- the command ---


def test_xfm_pin_shows_what_the_pin_says(run_xfm: RunXfm) -> None:
    ran = run_xfm("pin", input=document(GOOD))
    assert ran.status == 0, ran.stderr
    words = ran.stdout.decode().split()
    assert [words[words.index(name) + 1] for name in ("baseline:", "version:", "schema:", "machine:")] == [
        "1",
        "0.1.0",
        "9.0.0",
        "pc-q35-7.2",
    ]
    report = json.loads(run_xfm("pin", "--json", input=document(GOOD)).stdout)
    assert report["baseline"] == 1
    assert report["stylesheets"] == [{"stage": "defaults", "id": "clock", "digest": DIGEST}]


def test_xfm_pin_says_where_there_is_none(run_xfm: RunXfm) -> None:
    ran = run_xfm("pin", input=document(""))
    assert (ran.status, ran.stdout) == (1, b"")
    assert "no pin" in ran.stderr
