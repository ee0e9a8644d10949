"""``xfm provision``: what it prints, what it takes, and what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from xfm import source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm
    from tests.filter.conftest import Spawn

TEST = "test:///default"
STORED, INSTALLING = "<!-- stored -->\n", "<!-- for the installation -->\n"
GUEST = """\
<domain type='test'><name>web1</name><memory unit='MiB'>512</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices><interface type='user'/></devices>
</domain>
"""
#: A libvirt-python that is not there.
ABSENT = "raise ImportError('not installed')\n"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XFM_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def printed(text: str) -> tuple[str, str]:
    """The two documents."""
    begin, stored, installing = text.replace(INSTALLING, STORED).split(STORED)
    assert begin == ""
    return stored, installing


def test_print_shows_both_documents_and_needs_no_libvirt(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "libvirt.py").write_text(ABSENT)
    env = {"PYTHONPATH": str(tmp_path / "absent")}
    done = run_xfm("provision", document, "--kernel", "/srv/vmlinuz", "--cmdline", "a=1", "--print", env=env)
    assert (done.status, done.stderr) == (0, "")
    stored, installing = printed(done.stdout.decode())
    assert stored == run_xfm(document).stdout.decode()
    assert "<kernel>/srv/vmlinuz</kernel>" in installing
    assert run_xfm(input=installing.encode()).stdout.decode() == installing


def test_print_as_json(run_xfm: RunXfm, document: Path) -> None:
    done = run_xfm("provision", document, "--pxe", "--print", "--json")
    assert done.status == 1
    assert "it has no network interface" in done.stderr
    done = run_xfm("provision", document, "--cdrom", "/srv/debian.iso", "--print", "--json")
    told = json.loads(done.stdout)
    assert list(told) == ["stored", "installation"]
    assert "debian.iso" not in told["stored"]
    assert "debian.iso" in told["installation"]


def test_print_of_a_guest_of_libvirts_shows_its_definition(run_xfm: RunXfm) -> None:
    done = run_xfm("provision", "test", "--connect", TEST, "--cdrom", "/srv/debian.iso", "--print")
    assert done.status == 0
    stored, installing = (source.parse_domain(text.encode()) for text in printed(done.stdout.decode()))
    assert stored.findtext("name") == installing.findtext("name") == "test"
    assert stored.findtext("uuid") == installing.findtext("uuid")
    assert installing.find("os/boot[@dev='cdrom']") is not None


def test_a_relative_path_is_one_from_here(run_xfm: RunXfm, document: Path, tmp_path: Path) -> None:
    done = run_xfm("provision", document, "--kernel", "vmlinuz", "--initrd", "a/../b", "--print", cwd=tmp_path)
    assert f"<kernel>{tmp_path}/vmlinuz</kernel>" in done.stdout.decode()
    assert f"<initrd>{tmp_path}/b</initrd>" in done.stdout.decode()


def test_stdin_is_a_document(run_xfm: RunXfm, minimal: bytes) -> None:
    done = run_xfm("provision", "-", "--kernel", "/srv/vmlinuz", "--print", input=minimal)
    assert done.status == 0
    assert "/srv/vmlinuz" in done.stdout.decode()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "nothing to install from"),
        (["--kernel", "/k", "--pxe"], "--kernel and --pxe exclude each other"),
        (["--cdrom", "/a.iso", "--cmdline", "a"], "--initrd and --cmdline go with --kernel"),
        (["--kernel", "/k", "--cmdline", "a\x01"], "no XML can hold"),
        (["--kernel", "/k", "--json"], "--json is how --print prints"),
        (["--kernel", "/k", "--wait", "0"], "0 is not above 0"),
        (["--kernel", "/k", "--wait", "nan"], "nan is not above 0"),
    ],
)
def test_a_call_that_is_wrong(run_xfm: RunXfm, document: Path, args: list[str], said: str) -> None:
    done = run_xfm("provision", document, *args)
    assert (done.status, done.stdout) == (2, b"")
    assert said in done.stderr


def test_a_guest_after_wait_is_not_taken_for_its_seconds_without_a_word(run_xfm: RunXfm) -> None:
    done = run_xfm("provision", "--pxe", "--wait", "web1")
    assert done.status == 2
    assert "GUEST comes first, or write --wait=SECONDS" in done.stderr


def test_a_guest_is_stored_and_its_installation_runs(run_xfm: RunXfm, state: Path, tmp_path: Path) -> None:
    (tmp_path / "web1.xml").write_text(GUEST)
    done = run_xfm("provision", tmp_path / "web1.xml", "--connect", TEST, "--kernel", "/srv/vmlinuz")
    assert done.status == 0
    assert done.stdout == b"web1: is being installed; its definition is stored\n"
    assert "`virsh start web1` starts it then" in done.stderr
    assert [path.stat().st_mode & 0o077 for path in (state / "installations").iterdir()] == [0]


def test_too_long_an_installation_is_an_error_of_the_environment(run_xfm: RunXfm, state: Path, tmp_path: Path) -> None:
    (tmp_path / "web1.xml").write_text(GUEST)
    args = ("--connect", TEST, "--kernel", "/srv/vmlinuz", "--wait", "0.1")
    done = run_xfm("provision", tmp_path / "web1.xml", *args)
    assert (done.status, done.stdout) == (3, b"")
    assert "[install-pending]" in done.stderr
    assert "run the same command again" in done.stderr


def test_a_guest_that_runs_is_refused(run_xfm: RunXfm, state: Path) -> None:
    done = run_xfm("provision", "test", "--connect", TEST, "--kernel", "/srv/vmlinuz", "--wait")
    assert (done.status, done.stdout) == (1, b"")
    assert "test runs already, and not to be installed [domain-exists]" in done.stderr


def test_a_guest_that_is_not_there(run_xfm: RunXfm, state: Path) -> None:
    done = run_xfm("provision", "web1", "--connect", TEST, "--kernel", "/srv/vmlinuz")
    assert (done.status, done.stdout) == (3, b"")
    assert "[no-domain]" in done.stderr


def test_passwords_are_printed_in_the_documents_alone(run_xfm: RunXfm, tmp_path: Path) -> None:
    secret = "<graphics type='vnc' passwd='tres-secret'/></devices>"
    (tmp_path / "web1.xml").write_text(GUEST.replace("</devices>", secret))
    done = run_xfm("provision", tmp_path / "web1.xml", "--cdrom", "/srv/debian.iso", "--print")
    assert done.stdout.count(b"tres-secret") == 2
    assert "tres-secret" not in done.stderr


def test_ctrl_c_ends_the_waiting(spawn: Spawn, state: Path, tmp_path: Path) -> None:
    (tmp_path / "web1.xml").write_text(GUEST)
    process = spawn("provision", tmp_path / "web1.xml", "--connect", TEST, "--kernel", "/srv/vmlinuz", "--wait")
    assert process.stderr is not None
    line = b""
    while b"has started" not in line:
        line = process.stderr.readline()
        assert line, "it ended"
    process.send_signal(2)
    assert process.wait(30) == -2
