"""The filter among other programs: its streams, its signals, its exit status."""

from __future__ import annotations

import os
import pty
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xfm.cli import COMMANDS
from xfm.version import VERSION

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteStylesheet
    from tests.filter.conftest import Spawn

BIG = (
    b"<domain type='kvm'><name>web1</name><uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid>"
    b"<memory>1048576</memory><os><type arch='x86_64'>hvm</type></os>"
    b"<description>" + b"x" * 1024 * 1024 + b"</description></domain>"
)
LOOP = (
    '<xsl:template match="/domain/name"><xsl:copy>'
    + '<xsl:for-each select="//node()">' * 20
    + "x"
    + "</xsl:for-each>" * 20
    + "</xsl:copy></xsl:template>"
)


def ended(process: subprocess.Popen[bytes], seconds: float = 20) -> tuple[int, bytes, str]:
    """Wait for the end: exit status, stdout, stderr."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out or b"", (err or b"").decode()


def test_stdin_dash_and_file_are_the_same(run_xfm: RunXfm, document: Path, minimal: bytes) -> None:
    results = [run_xfm(input=minimal), run_xfm("-", input=minimal), run_xfm(document)]
    assert results[0].status == 0 and results[0].stdout.startswith(b"<domain type='kvm'>\n  <name>web1</name>\n")
    assert len(set(results)) == 1


def test_its_own_output_passes_unchanged(run_xfm: RunXfm, minimal: bytes) -> None:
    first = run_xfm(input=minimal)
    assert run_xfm(input=first.stdout) == (0, first.stdout, "")


@pytest.mark.parametrize("data", [b"", b"\n"])
def test_empty_stdin(data: bytes, run_xfm: RunXfm) -> None:
    done = run_xfm(input=data)
    assert (done.status, done.stdout) == (1, b"") and "[empty-input]" in done.stderr


def test_a_closed_stdin(spawn: Spawn) -> None:
    status, out, err = ended(spawn(stdin=None, preexec_fn=lambda: os.close(0)))
    assert (status, out) == (3, b"") and "stdin is closed" in err and "Traceback" not in err


def test_a_closed_stdout(spawn: Spawn, document: Path) -> None:
    status, _, err = ended(spawn(document, stdout=None, preexec_fn=lambda: os.close(1)))
    assert status == 3 and "stdout is closed" in err and "Traceback" not in err


def test_a_closed_stderr(spawn: Spawn, document: Path) -> None:
    status, out, _ = ended(spawn("-v", document, stderr=None, preexec_fn=lambda: os.close(2)))
    assert status == 0 and out.startswith(b"<domain")


@pytest.mark.parametrize("args", [(), ("--diff",), ("stages",), ("--help",), ("--version",)])
def test_a_full_device(args: tuple[str, ...], spawn: Spawn, minimal: bytes) -> None:
    with Path("/dev/full").open("wb") as full:
        process = spawn(*args, stdout=full)
        _, err = process.communicate(minimal, timeout=20)
    assert process.returncode == 3 and "No space left" in err.decode() and "Traceback" not in err.decode()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_fills_up(unbuffered: str, spawn: Spawn, tmp_path: Path) -> None:
    """What was written only in part is no success, whatever way Python writes."""
    (tmp_path / "big.xml").write_bytes(BIG)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))  # noqa: E731
    with (tmp_path / "out.xml").open("wb") as out:
        process = spawn(tmp_path / "big.xml", stdout=out, env={"PYTHONUNBUFFERED": unbuffered}, preexec_fn=limit)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 3 and b"cannot write to stdout" in err and b"Traceback" not in err, err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early(unbuffered: str, spawn: Spawn, tmp_path: Path) -> None:
    """``xfm big.xml | head -c 1``: it dies of SIGPIPE, without a word."""
    (tmp_path / "big.xml").write_bytes(BIG)
    process = spawn(tmp_path / "big.xml", env={"PYTHONUNBUFFERED": unbuffered})
    assert process.stdout and process.stderr
    assert process.stdout.read(1) == b"<"
    process.stdout.close()
    assert (process.wait(20), process.stderr.read()) == (-signal.SIGPIPE, b"")


@pytest.mark.parametrize("args", [("stages",), ("stages", "--json"), ("--help",), ("--version",)])
def test_a_reader_that_was_never_there(args: tuple[str, ...], spawn: Spawn) -> None:
    process = spawn(*args)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert (process.wait(20), process.stderr.read()) == (-signal.SIGPIPE, b"")


def test_ctrl_c_while_it_reads(spawn: Spawn) -> None:
    process = spawn()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (-signal.SIGINT, b"", "")


def children(process: int) -> list[int]:
    """The children of a process."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def child_of(process: subprocess.Popen[bytes]) -> int:
    """The child that runs the stylesheets, once it is there."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = children(process.pid)
        if found:
            return found[0]
        time.sleep(0.02)
    raise AssertionError("no child came")


def gone(process: int, seconds: float = 5) -> bool:
    """Whether a process ends in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_stylesheet_loops(
    number: signal.Signals, spawn: Spawn, write_stylesheet: WriteStylesheet, tmp_path: Path, document: Path
) -> None:
    """It dies of the signal, and leaves nothing behind that goes on looping."""
    write_stylesheet(tmp_path / "plugins" / "loop.xsl", body=LOOP)
    process = spawn("--plugin-dir", tmp_path / "plugins", "--time-limit", "30", document)
    child = child_of(process)
    time.sleep(0.3)
    process.send_signal(number)
    assert ended(process) == (-number, b"", "")
    assert gone(child)


def test_a_killed_filter_leaves_no_child_for_long(
    spawn: Spawn, write_stylesheet: WriteStylesheet, tmp_path: Path, document: Path
) -> None:
    write_stylesheet(tmp_path / "plugins" / "loop.xsl", body=LOOP)
    process = spawn("--plugin-dir", tmp_path / "plugins", "--time-limit", "2", document)
    child = child_of(process)
    process.kill()
    process.wait()
    assert gone(child, 10)


def test_a_terminal_as_stdin(spawn: Spawn, minimal: bytes) -> None:
    """A hint tells why nothing happens; Ctrl-D ends the input."""
    ours, theirs = pty.openpty()
    process = spawn(stdin=theirs)
    os.close(theirs)
    assert process.stderr
    assert select.select([process.stderr], [], [], 20)[0]
    assert b"Ctrl-D" in os.read(process.stderr.fileno(), 4096)
    os.write(ours, minimal + b"\n\x04")
    status, out, _ = ended(process)
    os.close(ours)
    assert status == 0 and out.startswith(b"<domain")


STATUSES = {
    0: ((), b""),
    1: ((), b"<domain/>"),
    2: (("--no-such-option",), b""),
    3: (("--schemas", "/nowhere"), b""),
    4: (("--plugin-dir", "broken"), b""),
}


@pytest.mark.parametrize("status", STATUSES)
def test_exit_statuses(status: int, run_xfm: RunXfm, minimal: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "x.xsl").write_text("<x/>")
    args, data = STATUSES[status]
    done = run_xfm(*args, input=data or minimal, cwd=tmp_path)
    assert done.status == status, done.stderr
    assert bool(done.stdout) is (status == 0)
    assert bool(done.stderr) is (status != 0) and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("--in-place",),
        ("--in-place", "-"),
        ("--in-place", "-o", "out.xml", "web1.xml"),
        ("web1.xml", "web1.xml"),
        ("--until", "nowhere"),
        ("--baseline", "x"),
        ("--baseline", "99"),
        ("--baseline", "-1"),
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--time-limit", "-1"),
        ("--set", "x"),
        ("--set", "=x"),
        ("--set", "nothing=1"),
        ("--set", "hyperv.retries=1"),
        ("--set", "hyperv.retries=many"),
        ("--bas", "1"),
        ("validate",),
        ("stages", "extra"),
        ("schemas", "remove"),
        ("schemas", "add"),
        ("schemas", "list", "x"),
    ],
)
def test_a_wrong_call(args: tuple[str, ...], run_xfm: RunXfm, document: Path, minimal: bytes) -> None:
    before = sorted(document.parent.iterdir())
    done = run_xfm(*args, input=minimal, cwd=document.parent)
    assert (done.status, done.stdout) == (2, b"") and done.stderr and "Traceback" not in done.stderr, done.stderr
    assert (document.read_bytes(), sorted(document.parent.iterdir())) == (minimal, before)


def test_options_may_follow_the_file(run_xfm: RunXfm, document: Path) -> None:
    assert run_xfm(document, "--baseline", "0") == run_xfm("--baseline", "0", document)


def test_a_file_that_is_named_like_a_command(run_xfm: RunXfm, tmp_path: Path, minimal: bytes) -> None:
    (tmp_path / "stages").write_bytes(minimal)
    (tmp_path / "-x.xml").write_bytes(minimal)
    assert run_xfm("./stages", cwd=tmp_path).stdout.startswith(b"<domain")
    assert run_xfm("--", "stages", cwd=tmp_path).stdout.startswith(b"<domain")
    assert run_xfm("--", "-x.xml", cwd=tmp_path).stdout.startswith(b"<domain")


def test_a_command_behind_an_option(run_xfm: RunXfm, tmp_path: Path) -> None:
    done = run_xfm("--baseline", "1", "stages", cwd=tmp_path)
    assert (done.status, done.stdout) == (3, b"") and "first argument" in done.stderr


@pytest.mark.parametrize("path", ["nowhere.xml", ".", "web1.xml/x", "web1.xml\n", "x" * 5000])
def test_a_file_that_cannot_be_read(path: str, run_xfm: RunXfm, document: Path) -> None:
    done = run_xfm(path, cwd=document.parent)
    assert (done.status, done.stdout) == (3, b"") and "[file]" in done.stderr and "Traceback" not in done.stderr


def test_version(run_xfm: RunXfm) -> None:
    assert run_xfm("--version") == (0, f"xfm {VERSION}\n".encode(), "")


def test_help_lists_every_command_and_status(run_xfm: RunXfm) -> None:
    done = run_xfm("--help")
    assert (done.status, done.stderr) == (0, "")
    text = done.stdout.decode()
    assert all(f"  {name} " in text and command.summary in text for name, command in COMMANDS.items())
    assert all(f"{status} " in text for status in range(5))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, run_xfm: RunXfm) -> None:
    done = run_xfm(name, "--help")
    assert (done.status, done.stderr) == (0, "") and f"usage: xfm {name}".encode() in done.stdout


@pytest.mark.parametrize("args", [("--unt", "x"), ("--nope",), ("stages", "--nope"), ("validate",)])
def test_a_usage_error_is_told_as_every_other(args: tuple[str, ...], run_xfm: RunXfm) -> None:
    done = run_xfm(*args)
    assert (done.status, done.stdout) == (2, b"") and "xfm" in done.stderr and "error: " in done.stderr


ENVIRONMENTS = {
    "c": {"LC_ALL": "C"},
    "c-utf-8": {"LC_ALL": "C.UTF-8"},
    "turkish": {"LC_ALL": "tr_TR.UTF-8"},
    "latin-1": {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"},
    "no-coercion": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "hash-seed": {"PYTHONHASHSEED": "1"},
    "another-hash-seed": {"PYTHONHASHSEED": "4711"},
    "time-zone": {"TZ": "Asia/Kathmandu"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "no-home": {"HOME": ""},
    "columns": {"COLUMNS": "20"},
    "development-mode": {"PYTHONDEVMODE": "1"},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_same_bytes_everywhere(name: str, run_xfm: RunXfm, tmp_path: Path) -> None:
    text = (
        "<domain type='kvm'><name>wéb-ı-İ-日本</name><memory>1048576</memory><title>„ß“ 🐧</title>"
        "<os><type>hvm</type></os></domain>"
    )
    document = tmp_path / "dökümant.xml"
    document.write_text(text, encoding="utf-8")
    plain = run_xfm(document)
    assert plain.status == 0 and "<name>wéb-ı-İ-日本</name>".encode() in plain.stdout
    assert "<title>„ß“ 🐧</title>".encode() in plain.stdout
    assert run_xfm(document, env=ENVIRONMENTS[name], cwd=Path("/")) == plain


def test_an_error_in_any_locale(run_xfm: RunXfm) -> None:
    """The message quotes the document; what the terminal cannot show must not break it."""
    for environment in ENVIRONMENTS.values():
        if "PYTHONIOENCODING" in environment:
            continue  # that would only be a test of the decoding here
        done = run_xfm(input="<dömain/>".encode(), env=environment)
        assert (done.status, done.stdout) == (1, b"") and "[not-a-domain]" in done.stderr, done.stderr


def test_a_full_stderr_changes_nothing(minimal: bytes) -> None:
    """Where even the complaint cannot be written, the result and the exit status still say how it went."""
    with open("/dev/full", "wb") as full:
        missing = subprocess.run(
            [sys.executable, "-m", "xfm", "/nonexistent.xml"], stderr=full, timeout=60, check=False
        )
        done = subprocess.run(
            [sys.executable, "-m", "xfm", "-v"],
            input=minimal,
            stdout=subprocess.PIPE,
            stderr=full,
            timeout=60,
            check=False,
        )
    assert missing.returncode == 3
    assert (done.returncode, done.stdout[:7]) == (0, b"<domain")


def test_an_ignored_sigchld_changes_nothing(minimal: bytes, tmp_path: Path) -> None:
    """A parent that ignores its children's end hands that down."""
    large = tmp_path / "large.xml"
    large.write_bytes(minimal + b"\n" * 300_000)
    done = subprocess.run(
        ["bash", "-c", 'trap "" CHLD; "$0" -m xfm "$1"', sys.executable, str(large)],
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout[:7]) == (0, b"<domain")
