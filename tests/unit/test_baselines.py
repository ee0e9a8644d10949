"""Baselines: each builds on the one before, a released one never changes, and which stylesheets run on the way up."""

from __future__ import annotations

import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests import freezing
from xfm import abi, builtin, chain, hostfacts, plugins, resources
from xfm.errors import UsageError
from xfm.hookspecs import hookimpl
from xfm.model import Contribution, Declaration, Pin
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteStylesheet

SHEETS = Path(resources.STYLESHEETS)
LATER = builtin.BASELINES[2:]
OTHER = "sha256:" + "0" * 64

# --- What a baseline is made of ---


@pytest.fixture
def layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three baselines: b is overridden in the second, c is new there and overridden in the third."""
    for name in ("baseline-1/defaults/a", "baseline-1/defaults/b", "baseline-2/defaults/b", "baseline-2/defaults/c"):
        file = tmp_path / f"{name}.xsl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "baseline-3/defaults").mkdir(parents=True)
    (tmp_path / "baseline-3/defaults/c.xsl").touch()
    (tmp_path / "baseline-3/defaults/notes.txt").touch()
    (tmp_path / "baseline-1/host-facts.xml").write_text("<first/>")
    (tmp_path / "baseline-3/host-facts.xml").write_text("<third/>")
    monkeypatch.setattr(resources, "STYLESHEETS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (0, {"baseline-1/defaults/a.xsl", "baseline-1/defaults/b.xsl"}),
        (1, {"baseline-1/defaults/a.xsl", "baseline-1/defaults/b.xsl"}),
        (2, {"baseline-1/defaults/a.xsl", "baseline-2/defaults/b.xsl", "baseline-2/defaults/c.xsl"}),
        (3, {"baseline-1/defaults/a.xsl", "baseline-2/defaults/b.xsl", "baseline-3/defaults/c.xsl"}),
    ],
)
def test_a_baseline_has_its_own_files_and_those_before_that_they_do_not_override(
    layers: Path, baseline: int, expected: set[str]
) -> None:
    found = [os.path.relpath(contribution.path, layers) for contribution in builtin.xfm_defaults(baseline)]
    assert sorted(found) == sorted(expected)
    assert builtin.xfm_policy(baseline) == []


@pytest.mark.parametrize(("baseline", "table"), [(0, "first"), (1, "first"), (2, "first"), (3, "third")])
def test_the_table_of_host_facts_is_the_nearest(layers: Path, baseline: int, table: str) -> None:
    assert hostfacts.table(baseline) == f"<{table}/>".encode()


def overrides() -> list[tuple[Path, Path]]:
    """Each overriding stylesheet with the one that it overrides."""
    found = []
    for number in LATER:
        for path in sorted(SHEETS.glob(f"baseline-{number}/*/*.xsl")):
            before = [SHEETS / f"baseline-{older}" / path.parent.name / path.name for older in range(number - 1, 0, -1)]
            found += [(path, older) for older in [next((older for older in before if older.exists()), None)] if older]
    return found


@cache
def declared(path: Path) -> Declaration:
    return Stylesheet(str(path), folder=resources.STYLESHEETS, builtin=True).declaration


@pytest.mark.parametrize(("path", "older"), overrides(), ids=[str(path.relative_to(SHEETS)) for path, _ in overrides()])
def test_an_override_builds_on_its_predecessor_and_keeps_what_it_promises(path: Path, older: Path) -> None:
    href = os.path.relpath(older, path.parent)
    assert f'<xsl:import href="{href}"/>' in path.read_text("utf-8")
    new, old = declared(path), declared(older)
    assert (new.id, new.stage, new.abi, new.once) == (old.id, old.stage, old.abi, old.once)
    kept = {parameter.name: parameter.type for parameter in new.parameters}  # a better default may be all that is new
    assert [parameter.name for parameter in old.parameters if kept.get(parameter.name) != parameter.type] == []
    assert set(old.writes) <= set(new.writes) and set(old.after) <= set(new.after)
    # whether it has anything to do in a document is told by the patterns of both, read with the prefixes of the new one
    prefixes, before = (etree.parse(file).getroot().nsmap for file in (path, older))
    assert {prefix: prefixes.get(prefix, uri) for prefix, uri in before.items()} == before


def test_there_are_overrides_to_look_at() -> None:
    assert SHEETS / "baseline-2/defaults/memballoon.xsl" in [path for path, _ in overrides()]


def test_each_baseline_has_a_folder_that_holds_stylesheets_and_no_other_has() -> None:
    folders = {path.parent.parent.name for path in SHEETS.glob("baseline-*/*/*.xsl")}
    assert folders == {path.name for path in SHEETS.glob("baseline-*")}
    assert folders == {f"baseline-{number}" for number in builtin.BASELINES[1:]}


@pytest.mark.parametrize("baseline", builtin.BASELINES[1:])
def test_what_asks_for_the_machine_family_runs_after_it_was_chosen(baseline: int) -> None:
    paths = [Path(contribution.path) for contribution in builtin.xfm_defaults(baseline)]
    family = next(path for path in paths if path.stem == "machine-family")
    after = set(declared(family).before)
    asking = [path for path in paths if path != family and "lib/guest.xsl" in sources(path)]
    late = [path.stem for path in asking if path.stem not in after and family.stem not in declared(path).after]
    assert len(asking) > 30 and late == []


def sources(path: Path) -> str:
    """The text of a stylesheet and of those it overrides."""
    text = path.read_text("utf-8")
    older = re.search(r'href="(\.\./\.\./baseline-[^"]*)"', text)
    return text + (sources(path.parent / older[1]) if older else "")


# --- Which stylesheets run on a guest that is moved up ---


@cache
def built(baseline: int) -> chain.Chain:
    return chain.build(plugins.load(with_installed=False), baseline, {})


def pinned(baseline: int, *left_out: str, **digests: str) -> Pin:
    """The pin of a guest that went through a baseline, without what was switched off then."""
    running, _ = built(baseline).running(None)
    known = {link.stylesheet.id: (link.stage, link.stylesheet.digest) for link in running}
    known |= {name.replace("_", "-"): ("defaults", digest) for name, digest in digests.items()}
    sheets = tuple((stage, i, digest) for i, (stage, digest) in known.items() if i not in left_out)
    return Pin(baseline, "0.1.0", "9.0.0", "pc-q35-7.2", sheets)


def ids(links: list[chain.Link]) -> set[str]:
    return {link.stylesheet.id for link in links}


def up(pin: Pin, to: int = 2) -> set[str]:
    return ids(built(to).running(pin, built(pin.baseline))[0])


def test_moving_up_runs_what_is_new_or_changed_and_what_runs_in_any_case() -> None:
    pin = pinned(1)
    in_any_case = ids(built(1).running(pin)[0])
    assert up(pin) == in_any_case | {"memballoon", "disk-rotation"}
    assert in_any_case.isdisjoint({"memballoon", "disk-rotation", "rng", "machine-family"})
    assert built(2).running(pin, built(1))[1] == []


def test_on_its_own_baseline_a_pinned_guest_gets_nothing_new() -> None:
    pin = pinned(1)
    assert built(1).running(pin, None) == built(1).running(pin)
    assert ids(built(2).running(pin)[0]).isdisjoint({"memballoon", "disk-rotation"})
    moved = pinned(2)
    assert "disk-rotation" in ids(built(2).running(moved)[0])
    assert "memballoon" not in ids(built(2).running(moved)[0])


@pytest.mark.parametrize("name", ["disk-bus", "memballoon"])
def test_what_was_switched_off_stays_off_on_the_way_up(name: str) -> None:
    assert name not in up(pinned(1, name))
    assert "disk-rotation" in up(pinned(1, name))


def test_what_is_switched_off_now_does_not_run_on_the_way_up() -> None:
    settings = {"memballoon": "off", "disk-rotation": "off"}
    switched = chain.build(plugins.load(with_installed=False), 2, settings)
    assert ids(switched.running(pinned(1), built(1))[0]).isdisjoint(settings)


@pytest.mark.parametrize("to", builtin.BASELINES[1:])
def test_an_adopted_guest_that_is_moved_up_gets_all_that_a_new_one_gets(to: int) -> None:
    new = ids(built(to).running(None)[0])
    host_once = {
        link.stylesheet.id
        for link in built(0).links
        if link.stylesheet.declaration.once and link.stylesheet.declaration.abi == "host"
    }
    assert up(pinned(0), to) == new - host_once


def test_to_baseline_0_nothing_is_moved_that_a_guest_could_notice() -> None:
    running, _ = built(0).running(pinned(0), built(0))
    assert running and {link.stylesheet.declaration.abi for link in running} == {"host"}


class Ported:
    """A plugin with a stylesheet for all baselines, one that is another from the second on, and one new there."""

    def __init__(self, folder: Path, write: WriteStylesheet) -> None:
        self.same = write(folder / "same.xsl", id="same", abi="guest")
        self.first = write(folder / "first.xsl", id="changed", abi="guest", once="yes")
        self.second = write(folder / "second.xsl", id="changed", abi="guest", once="yes", body="<xsl:output/>")
        self.new = write(folder / "new.xsl", id="new-here", abi="guest", once="yes")

    @hookimpl
    def xfm_defaults(self, baseline: int) -> list[Contribution]:
        paths = [self.same, self.second, self.new] if baseline >= 2 else [self.same, self.first]
        return [Contribution(str(path)) for path in paths]


def test_a_plugins_stylesheets_are_moved_up_like_xfms_own(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    loaded = plugins.load(with_installed=False)
    loaded.manager.register(Ported(tmp_path, write_stylesheet), name="ported")
    old, new = (chain.build(loaded, baseline, {}) for baseline in (1, 2))
    digests = {link.stylesheet.id: link.stylesheet.digest for link in old.links if link.plugin == "ported"}

    def run(**known: str) -> tuple[set[str], set[str]]:
        running, kept_away = new.running(pinned(1, **known), old)
        return ({"same", "changed", "new-here"} & ids(running), ids(kept_away))

    assert run(**digests) == ({"same", "changed", "new-here"}, set())
    # installed, or updated, after the guest was pinned
    assert run() == ({"new-here"}, {"same"})
    assert run(changed=OTHER, same=OTHER) == ({"new-here"}, {"same"})


# --- The same settings for guests of all baselines ---


@pytest.mark.parametrize("baseline", builtin.BASELINES)
def test_a_setting_may_mean_what_only_another_baseline_has(baseline: int) -> None:
    loaded = plugins.load(with_installed=False)
    idle = {link.stylesheet.id: link.idle for link in chain.build(loaded, baseline, {"disk-rotation": "off"}).links}
    assert idle.get("disk-rotation", "") == ("switched off by disk-rotation=off" if baseline >= 2 else "")
    with pytest.raises(UsageError) as raised:
        chain.build(loaded, baseline, {"disk-rotation": "off", "disc-rotation": "off"})
    assert raised.value.code == "parameter-unknown" and "disc-rotation" in raised.value.message


def test_a_guest_of_an_earlier_baseline_passes_with_settings_for_a_later_one(run_xfm: RunXfm, minimal: bytes) -> None:
    pinned_before = run_xfm("--baseline", "1", input=minimal).stdout
    assert run_xfm("--set", "disk-rotation=off", input=pinned_before) == (0, pinned_before, "")
    assert run_xfm("--set", "disk-rotation=off", input=minimal).status == 0


# --- What is released is frozen ---


@pytest.mark.parametrize("baseline", builtin.BASELINES)
def test_a_baseline_is_made_of_what_it_was_frozen_with(baseline: int) -> None:
    assert freezing.is_frozen(baseline), f"scripts/freeze-baseline {baseline} has not been run (docs/baselines.md)"
    assert freezing.broken(baseline) == []


@pytest.mark.parametrize("version", abi.VERSIONS)
def test_a_version_of_the_projection_is_what_it_was_frozen_with(version: int) -> None:
    assert freezing.projection_changed(version) == []


def test_a_changed_projection_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(resources.STYLESHEETS, tmp_path / "stylesheets")
    monkeypatch.setattr(resources, "STYLESHEETS", str(tmp_path / "stylesheets"))
    changed = tmp_path / "stylesheets/abi/1/storage.xsl"
    changed.write_text(changed.read_text("utf-8") + "<!-- better -->", "utf-8")
    (line,) = freezing.projection_changed(1)
    assert line.startswith("stylesheets/abi/1/storage.xsl: pins hold what version 1") and "make a version 2" in line


@pytest.mark.parametrize("baseline", builtin.BASELINES)
def test_a_baseline_makes_of_each_profile_what_it_made_when_it_was_frozen(baseline: int) -> None:
    assert freezing.different(baseline) == [], (
        f"baseline {baseline} gives other bytes than when it was released. If nothing that belongs to a baseline has "
        f"changed, but something that all share, such as the layout: scripts/freeze-baseline --again {baseline}, and "
        "read the diff; else restore what made the difference (docs/baselines.md)"
    )


# --- A pin of a later xfm ---


@pytest.mark.parametrize("arguments", [("--in-place",), ("--in-place", "--baseline", "1"), ("validate",), ("pin",)])
def test_a_pin_of_a_later_baseline_is_refused_and_the_file_stays_as_it_was(
    arguments: tuple[str, ...], run_xfm: RunXfm, minimal: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "web1.xml"
    now, later = (f' baseline="{number}"'.encode() for number in (builtin.NEWEST, builtin.NEWEST + 1))
    before = run_xfm(input=minimal).stdout.replace(now, later)
    assert later in before
    path.write_bytes(before)
    done = run_xfm(*arguments, path)
    if arguments == ("validate",):  # which is about libvirt's schema alone
        assert done.status == 0
    else:
        assert (done.status, done.stdout) == (1, b"")
        assert (
            f"asks for baseline {builtin.NEWEST + 1}" in done.stderr
            and f"up to {builtin.NEWEST} [pin-newer]" in done.stderr
        )
        assert "with the xfm that pinned it, or a later one" in done.stderr
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["web1.xml"]
