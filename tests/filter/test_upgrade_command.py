"""``xfm upgrade``: up, never down, with a word for each thing that the guest will notice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.filter.test_abi_command import WEB, written
from xfm import builtin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm

NEWEST = str(builtin.NEWEST)
#: What a guest of baseline 1 notices of baseline 2: an argument of the balloon's.
LINE = "ua-memballoon: autodeflate was not said, is on"


@pytest.fixture
def pinned(run_xfm: RunXfm, tmp_path: Path) -> Path:
    """A document that is pinned to baseline 1."""
    new = WEB.replace("      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>\n", "")
    written(tmp_path / "new.xml", new, ("<memballoon model='none'/>", ""))
    assert run_xfm("--baseline", "1", "new.xml", "-o", "web1.xml", cwd=tmp_path) == (0, b"", "")
    return tmp_path / "web1.xml"


def baseline(run_xfm: RunXfm, data: bytes) -> int:
    found: int = json.loads(run_xfm("pin", "--json", input=data).stdout)["baseline"]
    return found


def test_a_guest_is_moved_up_and_what_it_will_notice_is_told(run_xfm: RunXfm, pinned: Path) -> None:
    done = run_xfm("upgrade", "--to", "2", pinned)
    assert (done.status, done.stderr) == (0, f"xfm: the guest will notice: {LINE}\n")
    assert baseline(run_xfm, done.stdout) == 2
    assert run_xfm(input=done.stdout) == (0, done.stdout, "")


def test_the_told_is_all_that_differs(run_xfm: RunXfm, pinned: Path, tmp_path: Path) -> None:
    assert run_xfm("upgrade", "--to", "2", pinned, "-o", "up.xml", cwd=tmp_path).status == 0
    done = run_xfm("abi", "diff", pinned, tmp_path / "up.xml")
    assert (done.status, done.stdout.decode()) == (1, f"{LINE}\n")


def test_check_prints_and_writes_nothing(run_xfm: RunXfm, pinned: Path) -> None:
    before = pinned.read_bytes()
    expected = (0, f"{LINE}\n".encode(), "")
    assert run_xfm("upgrade", "--check", "--to", "2", pinned) == expected
    assert run_xfm("upgrade", "--check", "--to", "2", "-", input=before) == expected
    for option in (["--in-place"], ["-o", "out.xml"], ["--diff"]):
        done = run_xfm("upgrade", "--check", "--to", "2", *option, pinned, cwd=pinned.parent)
        assert (done.status, done.stdout) == (2, b"") and "exclude each other" in done.stderr
    assert pinned.read_bytes() == before
    assert sorted(path.name for path in pinned.parent.iterdir()) == ["new.xml", "web1.xml"]


def test_in_place(run_xfm: RunXfm, pinned: Path) -> None:
    expected = run_xfm("upgrade", "--to", "2", pinned).stdout
    assert run_xfm("upgrade", "--to", "2", "--in-place", pinned).stdout == b""
    assert pinned.read_bytes() == expected
    assert run_xfm("upgrade", "--to", "2", pinned) == (0, expected, "")


def test_the_same_baseline_changes_no_byte(run_xfm: RunXfm, pinned: Path) -> None:
    assert run_xfm("upgrade", "--to", "1", pinned) == (0, pinned.read_bytes(), "")
    assert run_xfm("upgrade", "--check", "--to", "1", pinned) == (0, b"", "")


def test_there_is_no_way_down(run_xfm: RunXfm, pinned: Path) -> None:
    up = run_xfm("upgrade", "--to", "2", pinned).stdout
    for check in ((), ("--check",)):
        done = run_xfm("upgrade", *check, "--to", "1", input=up)
        assert (done.status, done.stdout) == (1, b"")
        assert "pinned to baseline 2, and there is no way down to 1" in done.stderr
        assert "[pinned]" in done.stderr and "backup" in done.stderr


def test_a_document_without_a_pin_is_not_moved(run_xfm: RunXfm, pinned: Path) -> None:
    done = run_xfm("upgrade", "--to", NEWEST, pinned.parent / "new.xml")
    assert (done.status, done.stdout) == (1, b"")
    assert "[no-pin]" in done.stderr


def test_an_edited_guest_is_not_moved_before_the_edit_is_accepted(run_xfm: RunXfm, pinned: Path) -> None:
    written(pinned, pinned.read_text("utf-8"), ("<memory unit='GiB'>2<", "<memory unit='GiB'>4<"))
    done = run_xfm("upgrade", "--to", "2", pinned)
    assert (done.status, done.stdout) == (1, b"")
    assert "[abi-changed]" in done.stderr and "memory: size was 2097152, is 4194304" in done.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((), "usage"),
        (("--to",), "usage"),
        (("--to", "two"), "usage"),
        (("--to", "99"), "baseline-unknown"),
        (("--to", "2", "--baseline", "2"), "usage"),
        (("--to", "2", "--until", "topology"), "usage"),
    ],
)
def test_a_wrong_call(run_xfm: RunXfm, pinned: Path, args: tuple[str, ...], code: str) -> None:
    done = run_xfm("upgrade", pinned, *args)
    assert (done.status, done.stdout) == (2, b"")
    assert f"[{code}]\n" in done.stderr


def test_an_adopted_guest_is_moved_up_where_that_is_asked_for(run_xfm: RunXfm, tmp_path: Path) -> None:
    written(tmp_path / "old.xml", WEB)
    assert run_xfm("old.xml", "-o", "adopted.xml", cwd=tmp_path).status == 0
    assert baseline(run_xfm, (tmp_path / "adopted.xml").read_bytes()) == 0
    done = run_xfm("upgrade", "--to", "1", tmp_path / "adopted.xml")
    assert done.status == 0
    assert baseline(run_xfm, done.stdout) == 1
    assert "the guest will notice: clock: timer" in done.stderr
    assert "ua-system: address" not in done.stderr
    assert run_xfm(input=done.stdout) == (0, done.stdout, "")
