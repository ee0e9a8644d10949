"""The hook without libvirt: what it finds wrong, what it does about that, what it logs, and what fitting is."""

from __future__ import annotations

import os
import re
import socket
import syslog
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xfm import api, errors, pin, schema, source
from xfm.errors import DocumentError, PluginError, XfmError
from xfm.hook import Call, findings, log, serve
from xfm.hook.findings import DRIFTED, INVALID, UNPINNED, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import WriteStylesheet

WEB1 = (Path(__file__).parents[1] / "fixtures" / "demo" / "web1.xml").read_bytes()
PREPARE = Call("web1", "prepare", "begin")
START = Call("web1", "start", "begin")
MIGRATE = Call("web1", "migrate", "begin")
RESTORE = Call("web1", "restore", "begin")
_really_send = log._send
TITLE = '<xsl:template match="title/text()">fitted</xsl:template>'


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is root's alone is another test's matter: here all lies in /tmp."""
    monkeypatch.setattr(serve, "vouch", lambda path: None)


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """What would be in the system's log."""
    lines: list[tuple[int, str]] = []
    monkeypatch.setattr(log, "_send", lambda priority, line: lines.append((priority, line.decode())))
    return lines


def configure(isolated: Path, text: str) -> None:
    (isolated / "etc" / "xfm.toml").write_text(text)


def answer(call: Call, data: bytes) -> serve.Answer:
    return serve.serve(call, lambda: data)


def refused(call: Call, data: bytes) -> XfmError:
    with pytest.raises(XfmError) as raised:
        answer(call, data)
    return raised.value


@pytest.fixture(scope="module")
def pinned() -> bytes:
    return api.transform(WEB1).xml


def edited(document: bytes, old: bytes, new: bytes) -> bytes:
    assert old in document
    return document.replace(old, new)


# What is found


def found(document: bytes) -> list[Finding]:
    return findings.find(source.parse_domain(document), schema.find())


def test_a_pinned_guest_has_nothing_wrong(pinned: bytes) -> None:
    assert found(pinned) == []


def test_what_is_wrong_is_told_by_its_kind(pinned: bytes) -> None:
    assert [finding[:2] for finding in found(WEB1)] == [(UNPINNED, "no-pin")]
    nonsense = edited(WEB1, b"<name>", b"<nonsense/><name>")
    assert [finding[:2] for finding in found(nonsense)] == [(INVALID, "invalid"), (UNPINNED, "no-pin")]
    more = edited(pinned, b"2</vcpu>", b"3</vcpu>")
    assert [finding[:2] for finding in found(more)] == [(DRIFTED, "abi-changed")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [(b'baseline="', b'baseline="x', "pin-invalid"), (b"urn:xfm:pin:1", b"urn:xfm:pin:9", "pin-newer")],
)
def test_a_guest_that_cannot_be_held_to_its_pin_has_drifted(pinned: bytes, old: bytes, new: bytes, code: str) -> None:
    assert [finding[:2] for finding in found(edited(pinned, old, new))] == [(DRIFTED, code)]


def test_a_pin_that_was_damaged_with_a_secret_in_it_does_not_tell_it(pinned: bytes) -> None:
    damaged = re.sub(rb'baseline="[0-9]+"', b'baseline="hunter22"', pinned)
    damaged = edited(damaged, b"<graphics type='vnc'", b"<graphics passwd='hunter22' type='vnc'")
    (finding,) = [finding for finding in found(damaged) if finding.kind == DRIFTED]
    assert "'***'" in finding.faults[0]
    assert [fault for fault in finding.faults if "hunter22" in fault] == []


def test_a_finding_survives_its_way_through_a_pipe() -> None:
    finding = Finding(DRIFTED, "abi-changed", ("one\tand\nthe same", "two"))
    assert Finding.unpacked(finding.packed()) == Finding(DRIFTED, "abi-changed", ("one and the same", "two"))


# What is done about it


@pytest.mark.parametrize("call", [PREPARE, START], ids=lambda call: call.operation)
@pytest.mark.parametrize("kind", [INVALID, UNPINNED, DRIFTED])
def test_the_settings_say_what_is_done(
    call: Call, kind: str, isolated: Path, pinned: bytes, logged: list[tuple[int, str]]
) -> None:
    document = {
        INVALID: edited(pinned, b"<devices>", b"<nonsense/><devices>"),
        UNPINNED: WEB1,
        DRIFTED: edited(pinned, b"2</vcpu>", b"3</vcpu>"),
    }[kind]
    configure(isolated, f"hook-{kind} = 'ignore'\n")
    assert answer(call, document) == serve.Answer(b"", ())
    configure(isolated, "")
    warned = answer(call, document)
    assert warned.xml == b""
    assert len(warned.notes) == 1
    prepares = call is PREPARE
    assert [priority for priority, _ in logged] == ([syslog.LOG_INFO, syslog.LOG_WARNING] if prepares else [])
    logged.clear()
    configure(isolated, f"hook-{kind} = 'refuse'\n")
    if call is START and kind is INVALID:  # what libvirt adds to it is its own matter
        assert answer(call, document).notes == warned.notes
        return
    error = refused(call, document)
    assert isinstance(error, DocumentError)
    assert error.message == warned.notes[0]
    assert f'hook-{kind} = "warn" in {isolated}/etc/xfm.toml' in error.hint
    assert [priority for priority, _ in logged] == [syslog.LOG_ERR]


@pytest.mark.parametrize("call", [MIGRATE, RESTORE], ids=lambda call: call.operation)
def test_what_comes_in_is_refused_as_well_but_for_want_of_a_pin(
    call: Call, isolated: Path, pinned: bytes, logged: list[tuple[int, str]]
) -> None:
    configure(isolated, "hook-invalid = 'refuse'\nhook-unpinned = 'refuse'\nhook-drifted = 'refuse'\n")
    assert refused(call, edited(pinned, b"<devices>", b"<nonsense/><devices>")).code == "invalid"
    drifted = edited(pinned, b"2</vcpu>", b"3</vcpu>")
    assert refused(call, drifted).code == "abi-changed"
    logged.clear()
    assert answer(call, WEB1) == serve.Answer(b"", ())  # the prepare that follows refuses it
    assert [line.rpartition(": ")[2] for _, line in logged] == ["left as it is"]


def test_all_that_is_only_warned_of_is_in_one_line(isolated: Path, logged: list[tuple[int, str]]) -> None:
    answer(PREPARE, edited(WEB1, b"<name>", b"<nonsense/><name>"))
    assert len(logged) == 1
    assert "the guest is not valid: " in logged[0][1]
    assert logged[0][1].endswith("; the guest is not pinned")


@pytest.mark.parametrize("call", [PREPARE, START, MIGRATE, RESTORE], ids=lambda call: call.operation)
@pytest.mark.parametrize(
    "text", ["nonsense = 1", "plugin-dir = ['/none']", "schemas = '/none'", "host-facts = ['/none']"]
)
def test_a_hook_that_cannot_work_refuses(
    call: Call, text: str, isolated: Path, pinned: bytes, logged: list[tuple[int, str]]
) -> None:
    configure(isolated, text)
    assert refused(call, pinned).code in ("setting", "file", "schemas-missing")
    assert [priority for priority, _ in logged] == [syslog.LOG_ERR]


def test_a_connection_is_not_made(isolated: Path, pinned: bytes) -> None:
    configure(isolated, "connect = 'qemu+tcp://none.invalid/system'\n")
    assert answer(MIGRATE, pinned) == serve.Answer(b"", ())


def test_what_the_filter_is_told_of_its_output_is_not_for_the_hook(
    isolated: Path, pinned: bytes, tmp_path: Path
) -> None:
    target = tmp_path / "out.xml"
    configure(isolated, f"output = '{target}'\ndiff = true\nuntil = 'dialect'\nbaseline = 1\n")
    assert answer(MIGRATE, pinned).xml == b""
    assert not target.exists()


def test_a_fault_of_the_hooks_own_refuses_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, logged: list[tuple[int, str]]
) -> None:
    def crash(*_: object) -> None:
        raise ValueError("a secret of the document")

    monkeypatch.setattr(findings, "find", crash)
    error = refused(PREPARE, WEB1)
    assert isinstance(error, PluginError)
    assert "a secret" not in str(error) + error.hint + logged[0][1]


# The log


def test_a_line_tells_operation_guest_uuid_and_outcome(pinned: bytes, logged: list[tuple[int, str]]) -> None:
    uuid = source.parse_domain(pinned).findtext("uuid")
    answer(PREPARE, pinned)
    assert logged == [(syslog.LOG_INFO, f"prepare begin: web1 ({uuid}): nothing to complain of")]


@pytest.mark.parametrize("name", ["a\nb", "\udcff", "%s%n", "\x1b[2J", "x" * 100_000])
def test_a_name_is_only_text_to_the_log(name: str, logged: list[tuple[int, str]]) -> None:
    log.write(log.INFO, Call(name, "start", "begin"), "", "fine")
    ((_, line),) = logged
    assert line.isprintable()
    assert len(line) < 1000


def test_no_secret_is_told(isolated: Path, logged: list[tuple[int, str]], write_stylesheet: WriteStylesheet) -> None:
    document = edited(WEB1, b"</devices>", b"<graphics type='vnc' passwd='hunter22'/></devices>")
    document = edited(document, b"<name>", b"<nonsense hunter22='hunter22'>hunter22</nonsense><name>")
    told = answer(PREPARE, document).notes
    configure(isolated, "hook-invalid = 'refuse'\n")
    error = refused(RESTORE, document)
    texts = [*told, error.message, error.hint, *(fault.message for fault in error.violations), *(x for _, x in logged)]
    assert texts
    assert [text for text in texts if "hunter22" in text] == []
    configure(isolated, "")
    message = "<xsl:message terminate='yes'><xsl:value-of select='//@passwd'/></xsl:message>"
    body = f"<xsl:template match='/domain'>{message}</xsl:template>"
    write_stylesheet(isolated / "etc" / "plugins.d" / "says.xsl", body=body)
    error = refused(RESTORE, document)
    assert error.message == "***"
    assert "hunter22" not in logged[-1][1]


# Fitting a guest to its host


def plug(isolated: Path, write_stylesheet: WriteStylesheet, **parts: str) -> None:
    write_stylesheet(isolated / "etc" / "plugins.d" / f"{parts['id']}.xsl", **parts)


def test_fitting_runs_the_sites_stylesheets_of_the_class_host_alone(
    isolated: Path, write_stylesheet: WriteStylesheet
) -> None:
    plug(isolated, write_stylesheet, id="fits", body=TITLE)
    plug(isolated, write_stylesheet, id="noticed", abi="guest", body='<xsl:template match="memory"/>')
    plug(isolated, write_stylesheet, id="at-first", once="yes", body='<xsl:template match="description"/>')
    result = api.new_pipeline(host_only=True).run(WEB1)
    assert [step.stylesheet for step in result.steps] == ["fits"]
    assert b"<title>fitted</title>" in result.xml
    assert pin.read(source.parse_domain(result.xml)) is None
    again = api.new_pipeline(host_only=True).run(result.xml)
    assert again.xml == result.xml
    assert not any(step.changed for step in again.steps)


def test_fitting_leaves_the_pin_alone_whatever_it_says(
    isolated: Path, write_stylesheet: WriteStylesheet, pinned: bytes
) -> None:
    plug(isolated, write_stylesheet, id="fits", body=TITLE)
    pipeline = api.new_pipeline(host_only=True)
    drifted = edited(pinned, b"2</vcpu>", b"3</vcpu>")
    damaged = edited(pinned, b'baseline="', b'baseline="x')
    for document in (pinned, drifted, damaged):
        result = pipeline.run(document)
        assert result.xml == document.replace(b"<title>Web server 1</title>", b"<title>fitted</title>")
        assert result.noticed == ()


def test_fitting_holds_a_stylesheet_to_its_class(
    isolated: Path, write_stylesheet: WriteStylesheet, pinned: bytes
) -> None:
    plug(isolated, write_stylesheet, id="lies", body='<xsl:template match="vcpu/text()">7</xsl:template>')
    pipeline = api.new_pipeline(host_only=True)
    for document in (pinned, WEB1):
        with pytest.raises(PluginError) as raised:
            pipeline.run(document)
        assert (raised.value.code, raised.value.stylesheet) == ("abi-host-class", "lies")


def test_fitting_takes_what_another_libvirt_wrote_and_breaks_nothing_itself(
    isolated: Path, write_stylesheet: WriteStylesheet, pinned: bytes
) -> None:
    plug(isolated, write_stylesheet, id="fits", body=TITLE)
    pipeline = api.new_pipeline(host_only=True)
    newer = edited(pinned, b"<devices>", b"<newElement/><devices>")
    assert pipeline.run(newer).xml == newer.replace(b"Web server 1</title>", b"fitted</title>")
    plug(isolated, write_stylesheet, id="breaks", body="<xsl:template match='title'><titel/></xsl:template>")
    with pytest.raises(PluginError) as raised:
        api.new_pipeline(host_only=True).run(pinned)
    assert raised.value.code == "stage-invalid"


def test_the_codes_of_refusals_are_known() -> None:
    for code in ("invalid", "no-pin", "abi-changed", "pin-invalid", "pin-newer"):
        assert errors.CODES[code] is DocumentError


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What reads the log."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "log"))
        end.settimeout(10)
        monkeypatch.setattr(log, "_LOG", str(tmp_path / "log"))
        monkeypatch.setattr(log, "_send", _really_send)
        yield end


def test_a_line_has_the_form_of_the_systems_log(reader: socket.socket) -> None:
    log.write(log.WARNING, Call("web1", "prepare", "begin"), "", "not pinned")
    number = syslog.LOG_DAEMON | syslog.LOG_WARNING
    assert reader.recv(4096).decode() == f"<{number}>xfm-hook[{os.getpid()}]: prepare begin: web1: not pinned"


def test_a_log_that_nobody_reads_keeps_no_guest_waiting(reader: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_PATIENCE", 0.001)
    for _ in range(1000):
        log.write(log.INFO, Call("web1", "prepare", "begin"), "", "fine")
    assert reader.recv(4096)


def test_a_system_without_a_log_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_LOG", str(tmp_path / "none"))
    log.write(log.INFO, Call("web1", "prepare", "begin"), "", "fine")


def test_what_the_processor_came_to_is_no_drift(pinned: bytes) -> None:
    """What a hook is given has what libvirt made of host-model, and no mark of a guest that runs."""
    came_to = b"<cpu mode='custom' match='exact' check='partial'><model>a</model><feature policy='require' name='b'/>"
    document, count = re.subn(rb"<cpu mode='host-model'[^>]*>", came_to, pinned)
    assert count == 1
    assert findings.find(source.parse_domain(document), schema.find()) == []


def test_a_stylesheet_that_changes_its_own_output_is_refused(
    isolated: Path, write_stylesheet: WriteStylesheet, pinned: bytes
) -> None:
    body = '<xsl:template match="title/text()"><xsl:value-of select="."/>!</xsl:template>'
    write_stylesheet(isolated / "etc" / "plugins.d" / "grows.xsl", stage="policy", abi="host", body=body)
    error = refused(RESTORE, edited(pinned, b"<memory", b"<title>t</title><memory"))
    assert (error.code, error.stylesheet) == ("not-idempotent", "grows")


def test_another_processor_in_the_definition_is_a_drift(pinned: bytes) -> None:
    """At its prepare a guest is still what its definition says."""
    other = re.sub(rb"<cpu mode='host-model'[^>]*>", b"<cpu mode='host-passthrough'>", pinned)
    assert other != pinned
    assert [found.kind for found in findings.find(source.parse_domain(other), schema.find(), starts=False)] == [DRIFTED]
