"""Installed plugins are found quickly: the cache is used, and notices every change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xfm import entrypoints, resources

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteDist


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_dist: WriteDist) -> Path:
    """A directory on sys.path with one installed plugin."""
    write_dist(tmp_path / "site", "pluga", "")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    return tmp_path / "site"


class Cache:
    """The file that the cache is in, once it is there."""

    @property
    def path(self) -> Path:
        (path,) = Path(resources.user_cache_directory()).iterdir()
        return path


@pytest.fixture
def cache() -> Cache:
    return Cache()


def names() -> list[str]:
    return [entry.name for entry in entrypoints.installed()]


def forbid_discovery(monkeypatch: pytest.MonkeyPatch) -> None:
    def discover() -> None:
        raise AssertionError("the cache was not used")

    monkeypatch.setattr(entrypoints, "_discover", discover)


def test_what_is_installed_is_found(site: Path) -> None:
    assert entrypoints.installed() == [entrypoints.EntryPoint("pluga", "pluga", "pluga")]


def test_the_second_time_the_cache_answers(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = entrypoints.installed()
    forbid_discovery(monkeypatch)
    assert entrypoints.installed() == first


def test_a_cache_without_any_plugin_answers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert entrypoints.installed() == []
    forbid_discovery(monkeypatch)
    assert entrypoints.installed() == []


def test_the_filter_does_not_import_importlib_metadata_once_the_cache_is_there(
    run_xfm: RunXfm, minimal: bytes, tmp_path: Path
) -> None:
    program = (
        "import sys; from xfm import entrypoints; entrypoints.installed(); print('importlib.metadata' in sys.modules)"
    )
    root = str(Path(__file__).resolve().parents[2])

    def imported() -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": root},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    assert imported() == "True"
    assert imported() == "False"


def test_a_newly_installed_plugin_is_noticed(site: Path, write_dist: WriteDist) -> None:
    assert names() == ["pluga"]
    write_dist(site, "plugb", "")
    assert names() == ["pluga", "plugb"]


def test_a_plugin_installed_in_another_directory_is_noticed(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_dist: WriteDist
) -> None:
    assert names() == ["pluga"]
    monkeypatch.setattr(sys, "path", [str(site), str(write_dist(tmp_path / "other", "plugb", ""))])
    assert names() == ["pluga", "plugb"]


def test_a_removed_plugin_is_noticed(site: Path) -> None:
    assert names() == ["pluga"]
    shutil.rmtree(site / "pluga-1.0.dist-info")
    assert names() == []


def test_an_upgraded_plugin_is_noticed(site: Path) -> None:
    assert names() == ["pluga"]
    (site / "pluga-1.0.dist-info").rename(site / "pluga-1.1.dist-info")
    (site / "pluga-1.1.dist-info" / "entry_points.txt").write_text("[xfm]\nnewname = pluga\n")
    assert names() == ["newname"]


def test_edited_entry_points_are_noticed(site: Path) -> None:
    assert names() == ["pluga"]
    (site / "pluga-1.0.dist-info" / "entry_points.txt").write_text("[xfm]\npluga = pluga\nanother = pluga:x\n")
    assert names() == ["another", "pluga"]


def test_entry_points_of_other_groups_are_none_of_ours(site: Path) -> None:
    (site / "pluga-1.0.dist-info" / "entry_points.txt").write_text("[console_scripts]\npluga = pluga\n")
    assert names() == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\0", b"garbage\n", b"xfm entry points 1\n", b"xfm entry points 0\nx\nend"],
    ids=["empty", "binary", "garbage", "cut-short", "other-format"],
)
def test_a_corrupt_cache_is_made_anew(site: Path, cache: Cache, content: bytes) -> None:
    names()
    good = cache.path.read_bytes()
    cache.path.write_bytes(content)
    assert names() == ["pluga"]
    assert cache.path.read_bytes() == good


def test_a_cache_whose_end_is_missing_is_made_anew(site: Path, cache: Cache) -> None:
    names()
    good = cache.path.read_bytes()
    cache.path.write_bytes(good[: good.rindex(b"pluga") + 2])
    assert names() == ["pluga"]
    assert cache.path.read_bytes() == good


def test_a_cache_with_a_line_of_another_shape_is_made_anew(site: Path, cache: Cache) -> None:
    names()
    cache.path.write_bytes(cache.path.read_bytes().replace(b"pluga\tpluga\tpluga", b"pluga\tos:system"))
    assert names() == ["pluga"]


def test_a_cache_of_another_owner_is_not_trusted(site: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    names()
    cache.path.write_bytes(cache.path.read_bytes().replace(b"pluga\tpluga\tpluga", b"evil\tevil\tevil"))
    assert names() == ["evil"], "this test is to change what the cache says"
    monkeypatch.setattr(os, "geteuid", lambda: cache.path.stat().st_uid + 1)
    assert names() == ["pluga"]


def test_the_cache_is_for_the_user_alone(site: Path, cache: Cache) -> None:
    names()
    assert cache.path.stat().st_mode & 0o077 == 0
    assert cache.path.parent.stat().st_mode & 0o077 == 0


def test_a_cache_directory_that_cannot_be_made_does_no_harm(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert names() == ["pluga"]
    assert names() == ["pluga"]


def test_a_full_disk_leaves_no_half_written_cache(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert names() == ["pluga"]
    assert list(Path(resources.user_cache_directory()).iterdir()) == []


def test_a_directory_on_the_path_that_is_not_there_does_no_harm(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path / "nowhere"), str(tmp_path / "a.zip"), str(site)])
    assert names() == ["pluga"]
    assert names() == ["pluga"]
