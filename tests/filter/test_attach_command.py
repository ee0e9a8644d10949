"""``xfm attach`` and ``xfm detach`` on files: what is printed, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xfm import hotplug, source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm

DISK = "<disk><source file='/srv/new.qcow2'/></disk>"


@pytest.fixture
def guest(run_xfm: RunXfm, minimal: bytes, tmp_path: Path) -> Path:
    """A file with a guest that xfm made."""
    path = tmp_path / "web1.xml"
    assert run_xfm("-o", path, input=minimal).status == 0
    return path


def test_the_device_comes_from_the_call_a_file_or_stdin(run_xfm: RunXfm, guest: Path, tmp_path: Path) -> None:
    (tmp_path / "disk.xml").write_text(DISK)
    called = run_xfm("attach", guest, DISK)
    assert (called.status, called.stderr) == (0, "")
    assert source.parse(called.stdout).getroot().find("alias").get("name") == "ua-disk-vda"  # type: ignore[union-attr]
    assert run_xfm("attach", guest, tmp_path / "disk.xml") == called
    assert run_xfm("attach", guest, "-", input=DISK.encode()) == called
    assert run_xfm("attach", "-", DISK, input=guest.read_bytes()) == called


def test_the_whole_domain_with_the_device(run_xfm: RunXfm, guest: Path, tmp_path: Path) -> None:
    before, after = guest.read_bytes(), tmp_path / "after.xml"
    done = run_xfm("attach", guest, DISK, "--domain", "-o", after)
    assert (done.status, done.stdout) == (0, b"")
    assert done.stderr.startswith("xfm: the guest will notice: ua-disk-vda: was not there")
    assert guest.read_bytes() == before
    assert run_xfm(after).stdout == after.read_bytes()  # the pin knows it
    assert hotplug.find(source.parse_domain(after.read_bytes()), "ua-disk-vda") is not None
    least = run_xfm("detach", after, "ua-disk-vda")
    assert (least.status, least.stdout) == (0, b'<disk>\n  <target dev="vda"/>\n</disk>\n')


def test_what_cannot_be_plugged_into_a_running_guest_is_said(run_xfm: RunXfm, guest: Path) -> None:
    done = run_xfm("attach", guest, "<sound model='ich9'/>")
    assert done.status == 0
    assert done.stderr == "xfm: note: libvirt cannot plug a device of the kind sound into a guest that runs\n"
    done = run_xfm("attach", guest, "<channel/>")
    assert b"<controller" in done.stdout
    assert "1 of these are controllers that must be plugged in before ua-channel" in done.stderr


@pytest.mark.parametrize(("device", "status", "code"), [
    ("<frobnicator/>", 1, "not-a-device"),
    ("<domain/>", 1, "not-a-device"),
    ("<disk", 1, "not-well-formed"),
    ("<sound/>", 1, "invalid"),
    ("<graphics type='vnc'/>", 1, "not-hotpluggable"),
    ("nowhere.xml", 3, "file"),
])  # fmt: skip
def test_what_is_no_device_is_refused(run_xfm: RunXfm, guest: Path, device: str, status: int, code: str) -> None:
    done = run_xfm("attach", guest, device)
    assert (done.status, done.stdout) == (status, b"")
    assert f"[{code}]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("attach", DISK), ("detach", "ua-disk-vda")])
@pytest.mark.parametrize("option", ["--live", "--config"])
def test_a_file_neither_runs_nor_is_stored(run_xfm: RunXfm, guest: Path, command: tuple[str, str], option: str) -> None:
    done = run_xfm(command[0], guest, command[1], option)
    assert (done.status, done.stdout) == (2, b"")
    assert "[usage]" in done.stderr


def test_a_device_that_is_not_there(run_xfm: RunXfm, guest: Path) -> None:
    done = run_xfm("detach", guest, "ua-disk-vda")
    assert (done.status, done.stdout) == (1, b"")
    assert "there is no device with the alias ua-disk-vda [no-device]" in done.stderr


def test_a_pinned_guest_that_was_edited_is_refused(run_xfm: RunXfm, guest: Path) -> None:
    guest.write_bytes(
        guest.read_bytes().replace(b"<memballoon model='virtio'", b"<memballoon model='virtio-transitional'")
    )
    done = run_xfm("attach", guest, DISK)
    assert (done.status, done.stdout) == (1, b"")
    assert "[abi-changed]" in done.stderr
    assert run_xfm("attach", guest, DISK, "--repin").status == 0


def test_no_secret_is_shown(run_xfm: RunXfm, guest: Path) -> None:
    done = run_xfm("attach", guest, "<graphics type='vnc' passwd='0pen.it'/>")
    assert "0pen.it" not in done.stderr
    done = run_xfm("attach", guest, "<disk><source file='/x'/><frob passwd='0pen.it'/></disk>")
    assert done.status == 1
    assert "0pen.it" not in done.stderr
