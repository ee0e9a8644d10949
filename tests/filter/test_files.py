"""``-o`` and ``--in-place``: a file holds the old content or the new one, whatever happens."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunXfm
    from tests.filter.conftest import Spawn

ROOT = Path(__file__).resolve().parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def test_output(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    expected = run_xfm(document).stdout
    assert run_xfm(document, "-o", "out.xml", cwd=tmp_path) == (0, b"", "")
    assert (tmp_path / "out.xml").read_bytes() == expected
    assert run_xfm(document, "--output", "-") == (0, expected, "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.xml", "web1.xml"]


def test_output_has_the_mode_of_any_new_file(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        assert run_xfm(document, "-o", tmp_path / "out.xml").status == 0
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "out.xml").stat().st_mode) == 0o640


@pytest.mark.parametrize("args", [("--in-place",), ("-o", "web1.xml")])
def test_mode_links_and_place_are_kept(args: tuple[str, ...], run_xfm: RunXfm, document: Path) -> None:
    expected = run_xfm(document).stdout
    document.chmod(0o604)
    link = document.parent / "link.xml"
    link.symlink_to("web1.xml")
    done = run_xfm("link.xml", *("link.xml" if a == "web1.xml" else a for a in args), cwd=document.parent)
    assert done == (0, b"", "")
    assert link.is_symlink() and link.readlink() == Path("web1.xml")
    assert (document.read_bytes(), stat.S_IMODE(document.stat().st_mode)) == (expected, 0o604)
    assert sorted(p.name for p in document.parent.iterdir()) == ["link.xml", "web1.xml"]


@needs_root
def test_the_owner_is_kept(run_xfm: RunXfm, document: Path) -> None:
    os.chown(document, 12345, 54321)
    document.chmod(0o640)
    assert run_xfm(document, "--in-place").status == 0
    after = document.stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (12345, 54321, 0o640)


def test_a_refused_document_is_left_alone(run_xfm: RunXfm, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_text("<domain/>")
    before = bad.stat()
    assert run_xfm(bad, "--in-place").status == 1
    assert run_xfm(bad, "-o", tmp_path / "new.xml").status == 1
    assert (bad.read_text(), bad.stat().st_mtime_ns, bad.stat().st_ino) == (
        "<domain/>",
        before.st_mtime_ns,
        before.st_ino,
    )
    assert list(tmp_path.iterdir()) == [bad]


@pytest.mark.parametrize("target", ["nowhere/out.xml", "web1.xml/out.xml", ".", "x" * 300])
def test_a_target_that_cannot_be(target: str, run_xfm: RunXfm, document: Path, minimal: bytes) -> None:
    done = run_xfm(document, "-o", target, cwd=document.parent)
    assert (done.status, done.stdout) == (3, b"") and "[file]" in done.stderr and "Traceback" not in done.stderr
    assert document.read_bytes() == minimal and list(document.parent.iterdir()) == [document]


@not_as_root
def test_a_directory_that_is_not_ours(run_xfm: RunXfm, document: Path, minimal: bytes) -> None:
    document.parent.chmod(0o555)
    try:
        assert run_xfm(document, "--in-place").status == 3
    finally:
        document.parent.chmod(0o755)
    assert document.read_bytes() == minimal and list(document.parent.iterdir()) == [document]


@pytest.mark.parametrize("target", ["/dev/stdout", "/dev/null", "/proc/self/fd/1"])
def test_what_is_no_regular_file_is_written_through(target: str, run_xfm: RunXfm, document: Path) -> None:
    done = run_xfm(document, "-o", target)
    assert done.status == 0 and bool(done.stdout) is (target != "/dev/null"), done.stderr
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_is_written_through(spawn: Spawn, document: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = spawn(document, "-o", fifo)
    assert fifo.read_bytes().startswith(b"<domain")
    assert process.wait(20) == 0 and stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A file system of 16 KiB."""
    mount = tmp_path / "tiny"
    mount.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", mount], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    return mount


def big(minimal: bytes) -> bytes:
    """A document of 12 KiB, of which a second one finds no room."""
    return minimal.replace(b"</domain>", b"<description>" + b"x" * 12_000 + b"</description></domain>")


@needs_root
def test_a_full_disk(tiny: Path, run_xfm: RunXfm, minimal: bytes) -> None:
    try:
        file = tiny / "web1.xml"
        file.write_bytes(big(minimal))
        done = run_xfm(file, "--in-place")
        assert (done.status, done.stdout) == (3, b"") and "No space left" in done.stderr, done.stderr
        assert (file.read_bytes(), list(tiny.iterdir())) == (big(minimal), [file])
    finally:
        subprocess.run(["umount", tiny], check=True)


def test_a_file_that_may_not_grow(spawn: Spawn, tmp_path: Path, minimal: bytes) -> None:
    """The limit of a file's size stops the new one in the middle of its writing."""
    import resource

    file = tmp_path / "web1.xml"
    file.write_bytes(big(minimal))
    environment = {"XDG_CACHE_HOME": "/nonexistent"}
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))  # noqa: E731
    process = spawn(file, "--in-place", env=environment, preexec_fn=limit)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 3 and "Traceback" not in err.decode(), err
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (big(minimal), [file])


STOPPED = """
import os, sys, time
from xfm import sink

def stop(*args):
    print("here", flush=True)
    time.sleep(60)

setattr(os, sys.argv[1], stop)
sink.write_atomically(sys.argv[2], b"new" * 100_000)
"""


@pytest.mark.parametrize("where", ["fsync", "replace", "open", "fchmod"])
def test_a_kill_in_the_middle(where: str, tmp_path: Path) -> None:
    file = tmp_path / "web1.xml"
    file.write_bytes(b"old")
    command = [sys.executable, "-c", STOPPED, where, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        assert process.stdout and process.stdout.readline() == b"here\n"
        assert file.read_bytes() == b"old"
        process.kill()
        assert process.wait(20) == -signal.SIGKILL
    assert file.read_bytes() == b"old"


def test_a_left_over_of_a_killed_run_is_no_hindrance(tmp_path: Path) -> None:
    """Process numbers come round again: what a killed run left under the same name must not stop the next one."""
    from xfm import sink

    file = tmp_path / "web1.xml"
    file.write_bytes(b"old")
    (tmp_path / f"web1.xml.xfm-{os.getpid()}").write_bytes(b"half")
    sink.write_atomically(str(file), b"new")
    assert file.read_bytes() == b"new"


def test_an_interrupt_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "web1.xml"
    file.write_bytes(b"old")
    command = [sys.executable, "-c", STOPPED, "fsync", str(file)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout and process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"old", [file])


def test_diff_and_output_together(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    done = run_xfm(document, "--diff", "-o", tmp_path / "out.xml")
    assert done.status == 0 and done.stdout.startswith(b"--- before ")
    assert (tmp_path / "out.xml").read_bytes() == run_xfm(document).stdout


@pytest.mark.parametrize("target", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_what_stdout_is_sent_to_is_written_on(target: str, minimal: bytes, tmp_path: Path) -> None:
    """A file behind /dev/stdout is being written by others too: it is neither replaced nor cut."""
    log = tmp_path / "log"
    log.write_bytes(b"header\n")
    with log.open("ab") as stdout:
        subprocess.run(
            [sys.executable, "-m", "xfm", "-o", target], input=minimal, stdout=stdout, check=True, timeout=60
        )
    assert log.read_bytes().startswith(b"header\n<domain")


def test_what_is_typed_wins_over_a_file(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    config, before = tmp_path / "c.toml", document.read_bytes()
    config.write_text("in-place = true\n")
    out = tmp_path / "out.xml"
    assert run_xfm("--config", config, document, "-o", out).status == 0
    assert out.read_bytes().startswith(b"<domain") and document.read_bytes() == before
    assert run_xfm("--config", config, input=before).stdout.startswith(b"<domain")
    assert run_xfm("--config", config, "--diff", document).stdout.startswith(b"--- before")
    assert document.read_bytes() == before
    assert run_xfm("--config", config, document).status == 0 and document.read_bytes() != before


def test_a_dash_in_a_file_is_stdout_too(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('output = "-"\n')
    assert run_xfm("--config", config, document).stdout.startswith(b"<domain")
    assert list(tmp_path.glob("**/-")) == []
