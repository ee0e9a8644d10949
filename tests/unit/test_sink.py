"""The sink: a file holds either the old content or the new, whatever happens."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from xfm import sink
from xfm.errors import MissingError


def refused(path: Path | str) -> MissingError:
    with pytest.raises(MissingError) as raised:
        sink.write_atomically(str(path), b"new")
    assert (raised.value.code, raised.value.exit_status) == ("file", 3)
    assert raised.value.file == str(path)
    return raised.value


def test_a_new_file_is_written(tmp_path: Path) -> None:
    sink.write_atomically(str(tmp_path / "a.xml"), b"new")
    assert (tmp_path / "a.xml").read_bytes() == b"new"


def test_a_new_file_heeds_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        sink.write_atomically(str(tmp_path / "a.xml"), b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.xml").stat().st_mode) == 0o640


def test_an_old_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")
    path.chmod(0o604)
    inode = path.stat().st_ino
    sink.write_atomically(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert path.stat().st_ino != inode, "the file was written in place"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_an_old_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")
    os.chown(path, 12345, 54321)
    path.chmod(0o640)
    sink.write_atomically(str(path), b"new")
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 54321, 0o640)


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.xml").write_bytes(b"old")
    (tmp_path / "link.xml").symlink_to("real/a.xml")
    sink.write_atomically(str(tmp_path / "link.xml"), b"new")
    assert (tmp_path / "link.xml").is_symlink()
    assert (tmp_path / "real" / "a.xml").read_bytes() == b"new"
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["a.xml"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    sink.write_atomically(str(tmp_path / "pipe"), b"new")
    reader.join(timeout=10)
    assert got == [b"new"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("function", ["replace", "fsync", "write"])
def test_a_failure_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if function == "write":
        monkeypatch.setattr(sink, "_copy_ownership", full)
    else:
        monkeypatch.setattr(os, function, full)
    error = refused(path)
    monkeypatch.undo()
    assert "No space left on device" in error.message
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_the_old_content_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sink.write_atomically(str(path), b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["no/such/directory/a.xml", ".", "file/a.xml"])
def test_what_cannot_be_written_is_said_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    refused(tmp_path / name)


def test_a_full_device_is_said_so() -> None:
    assert "No space left" in refused("/dev/full").message
