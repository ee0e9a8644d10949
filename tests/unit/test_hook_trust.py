"""What the hook may read: root's alone, on all its way, whatever links there are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import trusted
from xfm import api, settings
from xfm.errors import MissingError, XfmError
from xfm.hook.trust import vouch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import WriteDist, WriteStylesheet

NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root has to be careful")
    mask = os.umask(0o022)
    with trusted.folder() as folder:
        yield folder
    os.umask(mask)


def untrusted(path: Path) -> MissingError:
    with pytest.raises(MissingError) as raised:
        vouch(str(path))
    assert raised.value.code == "untrusted"
    return raised.value


def test_what_is_roots_alone_is_fine_and_so_is_what_is_not_there(place: Path) -> None:
    (place / "file").touch()
    vouch(str(place / "file"))
    vouch(str(place / "none"))
    vouch(str(place / "none" / "at all"))
    vouch(str(place / "file" / "under a file"))


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o020, 0o002])
def test_a_file_that_others_can_write_is_not(place: Path, mode: int) -> None:
    file = place / "file"
    file.touch()
    file.chmod(mode)
    error = untrusted(file)
    assert error.file == str(file)
    assert f"chmod go-w {file}" in error.hint


def test_a_file_of_somebody_elses_is_not(place: Path) -> None:
    file = place / "file"
    file.touch()
    os.chown(file, NOBODY, 0)
    error = untrusted(file)
    assert f"{file} belongs to the user {NOBODY}, and not to root" in error.message
    assert f"chown root {file}" in error.hint


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_a_file_in_a_directory_that_others_can_write_is_not(place: Path, mode: int) -> None:
    folder = place / "a"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "file").touch()
    folder.chmod(mode)
    error = untrusted(folder / "b" / "file")
    assert error.message.startswith(f"{folder} can be written by others")
    assert str(folder / "b" / "file") in error.message
    assert untrusted(folder / "b" / "none").file == str(folder)  # anybody could make it


def test_a_link_is_as_good_as_its_own_place_and_its_target(place: Path) -> None:
    (place / "good").mkdir()
    (place / "bad").mkdir()
    (place / "good" / "file").touch()
    (place / "bad" / "file").touch()
    (place / "bad" / "link").symlink_to(place / "good" / "file")
    (place / "good" / "link").symlink_to("../bad/file")
    (place / "good" / "fine").symlink_to("file")
    (place / "folder").symlink_to(place / "bad")
    (place / "bad").chmod(0o777)
    vouch(str(place / "good" / "fine"))
    for path in (place / "bad" / "link", place / "good" / "link", place / "folder" / "file"):
        assert untrusted(path).file == str(place / "bad")


def test_dots_are_taken_where_a_link_leads(place: Path) -> None:
    (place / "deep" / "er").mkdir(parents=True)
    (place / "deep" / "file").touch()
    (place / "file").touch()
    (place / "link").symlink_to("deep/er")
    (place / "deep" / "file").chmod(0o666)
    assert untrusted(Path(f"{place}/link/../file")).file == str(place / "deep" / "file")


def test_links_that_lead_in_a_circle_come_to_an_end(place: Path) -> None:
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    vouch(str(place / "a" / "file"))


def test_a_relative_path_is_looked_at_from_here(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").touch()
    (place / "file").chmod(0o666)
    monkeypatch.chdir(place)
    assert untrusted(Path("file")).file == str(place / "file")


def test_who_is_not_root_reads_what_he_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o666)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    vouch(str(tmp_path / "file"))


# What is vouched for, by whoever asks for it


class Witness:
    """Remembers what it was asked about, and refuses one file."""

    def __init__(self, refused: str = "") -> None:
        self.seen: list[str] = []
        self.refused = refused

    def __call__(self, path: str) -> None:
        self.seen.append(path)
        if path == self.refused:
            raise MissingError("untrusted", f"{path} is not mine", file=path, hint="chmod")


def test_a_pipeline_has_all_that_it_reads_vouched_for(
    isolated: Path,
    tmp_path: Path,
    write_stylesheet: WriteStylesheet,
    write_dist: WriteDist,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    single = write_stylesheet(isolated / "etc" / "plugins.d" / "single.xsl")
    folder = isolated / "etc" / "plugins.d" / "folder"
    sheet = write_stylesheet(folder / "sheet.xsl", imports="part.inc")
    part = folder / "part.inc"
    part.write_text('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>')
    elsewhere = write_stylesheet(tmp_path / "elsewhere" / "packed.xsl")
    code = (
        "from xfm import Contribution, hookimpl\n"
        "@hookimpl\ndef xfm_defaults(baseline):\n"
        f"    return [Contribution({str(elsewhere)!r})]\n"
    )
    monkeypatch.syspath_prepend(str(write_dist(tmp_path / "site", "site_plugin", code)))
    named = tmp_path / "named"
    named.mkdir()
    witness = Witness()
    pipeline = api.new_pipeline(plugin_dirs=[str(named)], vouch=witness)
    expected = [single, folder, sheet, part, elsewhere, named, tmp_path / "site" / "site_plugin.py"]
    assert [str(path) for path in expected if str(path) not in witness.seen] == []
    assert pipeline.schema.path in witness.seen
    for path in (*expected, pipeline.schema.path):
        with pytest.raises(XfmError) as raised:
            api.new_pipeline(plugin_dirs=[str(named)], vouch=Witness(str(path)))
        assert raised.value.code == "untrusted", path


def test_a_package_is_vouched_for_before_it_is_imported(
    tmp_path: Path, write_dist: WriteDist, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = write_dist(tmp_path / "site", "loud_plugin", "raise SystemError('imported')\n")
    monkeypatch.syspath_prepend(str(site))
    with pytest.raises(MissingError):
        api.new_pipeline(vouch=Witness(str(site / "loud_plugin.py")))


def test_the_cache_of_plugins_is_passed_over_where_it_is_not_vouched_for(
    isolated: Path, tmp_path: Path, write_dist: WriteDist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(write_dist(tmp_path / "site", "quiet_plugin", "")))
    api.new_pipeline()
    cache = next((isolated / "cache").rglob("entry-points-*"))
    cache.write_text(cache.read_text().replace("quiet_plugin", "absent_plugin"))
    witness = Witness(str(cache))
    pipeline = api.new_pipeline(vouch=witness)
    assert str(cache) in witness.seen
    assert "quiet_plugin" in [plugin.name for plugin in pipeline.plugins.loaded]


def test_each_configuration_file_is_vouched_for(isolated: Path, tmp_path: Path) -> None:
    system = isolated / "etc" / "xfm.toml"
    user = isolated / "config" / "xfm" / "xfm.toml"
    witness = Witness()
    (tmp_path / "named.toml").touch()
    settings.gather({}, str(tmp_path / "named.toml"), vouch=witness)
    assert witness.seen == [str(system), str(user), str(tmp_path / "named.toml")]


def test_host_facts_are_vouched_for() -> None:
    facts = str(Path(__file__).parents[1] / "fixtures" / "host-facts" / "debian-12-tcg.xml")
    with pytest.raises(MissingError, match="is not mine"):
        api.new_pipeline(host_facts=[facts], vouch=Witness(facts))
