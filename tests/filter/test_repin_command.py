"""``xfm repin``, and what the filter does with a pinned document that was edited: refuse it, or go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.filter.test_abi_command import WEB, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm, WriteStylesheet

LINE = "memory: size was 2097152, is 4194304"
MORE = ("<memory unit='GiB'>2<", "<memory unit='GiB'>4<")


@pytest.fixture
def pinned(run_xfm: RunXfm, tmp_path: Path) -> Path:
    """A pinned document of a new guest."""
    new = WEB.replace("      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>\n", "")
    written(tmp_path / "new.xml", new)
    assert run_xfm("new.xml", "-o", "web1.xml", cwd=tmp_path) == (0, b"", "")
    return tmp_path / "web1.xml"


@pytest.fixture
def edited(pinned: Path) -> Path:
    """That document, after an edit that the guest would see."""
    return written(pinned, pinned.read_text("utf-8"), MORE)


def test_an_edit_is_refused_with_both_ways_on(run_xfm: RunXfm, edited: Path) -> None:
    done = run_xfm(edited)
    assert (done.status, done.stdout) == (1, b"")
    first, *rest = done.stderr.splitlines()
    assert first == f"xfm: error: what the guest sees was changed since it was pinned: {LINE} [abi-changed]"
    assert any("undo it" in line and "`xfm repin FILE`" in line for line in rest)


def test_all_that_was_edited_is_listed(run_xfm: RunXfm, edited: Path) -> None:
    written(edited, edited.read_text("utf-8"), ("bus='virtio'", "bus='scsi'"))
    done = run_xfm(edited)
    assert "(and " in done.stderr.splitlines()[0]
    assert LINE in done.stderr
    assert "ua-system: bus was virtio, is scsi" in done.stderr


@pytest.mark.parametrize("args", [("--in-place",), ("-o", "web1.xml")])
def test_a_refusal_leaves_the_file_as_it_was(run_xfm: RunXfm, edited: Path, args: tuple[str, ...]) -> None:
    before, stat = edited.read_bytes(), edited.stat()
    done = run_xfm("web1.xml", *args, cwd=edited.parent)
    assert (done.status, done.stdout) == (1, b"")
    assert edited.read_bytes() == before
    assert (edited.stat().st_ino, edited.stat().st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)
    assert sorted(path.name for path in edited.parent.iterdir()) == ["new.xml", "web1.xml"]


def test_repin_prints_the_document_and_tells_what_the_guest_will_notice(run_xfm: RunXfm, edited: Path) -> None:
    done = run_xfm("repin", edited)
    assert (done.status, done.stderr) == (0, f"xfm: the guest will notice: {LINE}\n")
    assert run_xfm(input=done.stdout) == (0, done.stdout, "")
    assert run_xfm("repin", input=done.stdout) == (0, done.stdout, "")
    assert run_xfm("repin", "-", input=edited.read_bytes()) == done


def test_repin_in_place(run_xfm: RunXfm, edited: Path) -> None:
    expected = run_xfm("repin", edited).stdout
    assert run_xfm("repin", "--in-place", edited) == (0, b"", f"xfm: the guest will notice: {LINE}\n")
    assert edited.read_bytes() == expected
    assert run_xfm(edited) == (0, expected, "")


def test_a_diff_of_a_repin_shows_the_pin(run_xfm: RunXfm, edited: Path) -> None:
    done = run_xfm("repin", "--diff", edited)
    assert done.status == 0
    assert b"+++ after pin (pin)" in done.stdout
    assert b'size="4194304"' in done.stdout


def test_an_undone_edit_goes_through_without_a_word(run_xfm: RunXfm, pinned: Path) -> None:
    before = pinned.read_bytes()
    written(pinned, pinned.read_text("utf-8"), MORE)
    assert run_xfm(pinned).status == 1
    pinned.write_bytes(before)
    assert run_xfm(pinned) == (0, before, "")


def test_nothing_to_accept_changes_no_byte(run_xfm: RunXfm, pinned: Path) -> None:
    assert run_xfm("repin", pinned) == (0, pinned.read_bytes(), "")


def test_a_device_that_was_added_gets_what_it_lacks(run_xfm: RunXfm, pinned: Path) -> None:
    new = "<interface type='user'><mac address='52:54:00:00:00:02'/><model type='virtio'/></interface></devices>"
    written(pinned, pinned.read_text("utf-8"), ("</devices>", new))
    refused = run_xfm(pinned)
    assert refused.status == 1
    assert "interface 52:54:00:00:00:02: was not there, is interface (" in refused.stderr
    done = run_xfm("repin", pinned)
    assert done.status == 0
    assert "the guest will notice: ua-net-525400000002: was not there, is interface (" in done.stderr
    assert run_xfm(input=done.stdout) == (0, done.stdout, "")


def test_verbose_shows_completions_too(run_xfm: RunXfm, pinned: Path) -> None:
    model = ("<mac address='52:54:00:00:00:01'/>", "<mac address='52:54:00:00:00:01'/><model type='e1000'/>")
    written(pinned, pinned.read_text("utf-8"), model)
    assert run_xfm("repin", pinned).stderr == ""
    told = [line for line in run_xfm("repin", "-v", pinned).stderr.splitlines() if "completed" in line]
    assert told == ["xfm: completed by libvirt, and pinned now: ua-net-525400000001: model was not said, is e1000"]


def test_a_document_without_a_pin_has_nothing_to_repin(run_xfm: RunXfm, pinned: Path) -> None:
    done = run_xfm("repin", pinned.parent / "new.xml")
    assert (done.status, done.stdout) == (1, b"")
    assert "[no-pin]" in done.stderr and "`xfm FILE` gives it one" in done.stderr


@pytest.mark.parametrize("option", ["--baseline=1", "--until=topology", "--check"])
def test_what_the_pin_decides_cannot_be_asked_for(run_xfm: RunXfm, edited: Path, option: str) -> None:
    done = run_xfm("repin", option, edited)
    assert (done.status, done.stdout) == (2, b"")
    assert "[usage]" in done.stderr


def test_a_configuration_file_does_not_cut_a_repin_short(run_xfm: RunXfm, edited: Path) -> None:
    (edited.parent / "xfm.toml").write_text('until = "defaults"\nbaseline = 1\n')
    done = run_xfm("repin", "--config", edited.parent / "xfm.toml", edited)
    assert (done.status, done.stdout) == (0, run_xfm("repin", edited).stdout)


def test_a_plugin_of_the_class_host_cannot_hide_behind_a_repin(
    run_xfm: RunXfm, edited: Path, write_stylesheet: WriteStylesheet
) -> None:
    body = '<xsl:template match="/domain/memory"><memory unit="KiB">999424</memory></xsl:template>'
    write_stylesheet(edited.parent / "plugins" / "more.xsl", stage="policy", body=body)
    done = run_xfm("repin", "--plugin-dir", edited.parent / "plugins", edited)
    assert (done.status, done.stdout) == (4, b"")
    assert "[abi-host-class]" in done.stderr.splitlines()[0]
    assert "stylesheet: more" in done.stderr and "--set more=off" in done.stderr
    assert run_xfm("repin", "--plugin-dir", edited.parent / "plugins", "--set", "more=off", edited).status == 0
