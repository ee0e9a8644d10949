"""Plugins: where they are found, in which forms, and what is said of each that is broken."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xfm import chain, plugins, resources
from xfm.errors import MissingError, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import RunXfm, WriteDist, WriteStylesheet

MARK = '<xsl:template match="domain/name"><name>{}</name></xsl:template>'


@pytest.fixture(autouse=True)
def no_example_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the example plugins that come with xfm."""
    monkeypatch.setattr(resources, "PLUGINS", str(tmp_path / "no-plugins"))


def built(*directories: Path) -> list[tuple[str, str]]:
    """Stage and id of each link that is not built in."""
    links = chain.build(plugins.load([str(directory) for directory in directories], with_installed=False), 1, {}).links
    return [(link.stage, link.stylesheet.id) for link in links if not link.stylesheet.builtin]


def fault(*directories: Path) -> PluginError:
    """What is said of the plugins in the directories."""
    with pytest.raises(PluginError) as raised:
        built(*directories)
    assert raised.value.exit_status == 4
    assert raised.value.hint
    return raised.value


# --- forms (a): .xsl files and folders of them ---


def test_one_file_is_a_plugin(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "plugins" / "cache.xsl", stage="policy")
    assert built(tmp_path / "plugins") == [("policy", "cache")]


def test_a_folder_is_one_plugin_with_all_its_stylesheets(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "plugins" / "site" / "a.xsl", id="site-a", stage="defaults")
    write_stylesheet(tmp_path / "plugins" / "site" / "b.xsl", id="site-b", stage="topology")
    found = plugins.load([str(tmp_path / "plugins")], with_installed=False)
    assert [(p.name, p.kind) for p in found.loaded] == [("xfm", "builtin"), ("site", "stylesheets")]
    assert built(tmp_path / "plugins") == [("defaults", "site-a"), ("topology", "site-b")]


def test_a_folder_may_import_its_own_files_and_xfms_library(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    site = tmp_path / "plugins" / "site"
    (site / "lib").mkdir(parents=True)
    (site / "lib" / "mine.xsl").write_text(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:import href="xfm:lib/identity.xsl"/></xsl:stylesheet>'
    )
    write_stylesheet(site / "a.xsl", id="site-a", imports="lib/mine.xsl")
    write_stylesheet(site / "b.xsl", id="site-b", imports="xfm:lib/identity.xsl")
    assert built(tmp_path / "plugins") == [("defaults", "site-a"), ("defaults", "site-b")]


@pytest.mark.parametrize("place", ["etc/plugins.d", "config/xfm/plugins.d"])
def test_the_systems_and_the_users_plugins_are_found_by_themselves(
    isolated: Path, write_stylesheet: WriteStylesheet, place: str
) -> None:
    write_stylesheet(isolated / place / "cache.xsl")
    write_stylesheet(isolated / place / "site" / "other.xsl")
    assert built() == [("defaults", "cache"), ("defaults", "other")]


def test_directories_may_come_from_any_iterable(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "cache.xsl")
    found = plugins.load((path for path in [str(tmp_path)]), with_installed=False)
    assert [plugin.name for plugin in found.loaded] == ["xfm", "cache"]


def test_a_directory_named_twice_is_searched_once(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "plugins" / "cache.xsl")
    assert built(tmp_path / "plugins", tmp_path / "plugins") == [("defaults", "cache")]


def test_what_is_no_plugin_is_skipped_with_a_reason(tmp_path: Path) -> None:
    root = tmp_path / "plugins"
    for name in ("empty", "package", ".hidden"):
        (root / name).mkdir(parents=True)
    (root / "package" / "pyproject.toml").touch()
    (root / "README.md").touch()
    found = plugins.load([str(root)], with_installed=False)
    assert found.skipped == (
        (str(root / "empty"), "a folder without stylesheets"),
        (str(root / "package"), "a Python package: install it with pip"),
    )


def test_a_named_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as raised:
        built(tmp_path / "nowhere")
    assert (raised.value.code, raised.value.file) == ("file", str(tmp_path / "nowhere"))


def test_a_plugin_changes_the_document(run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "p" / "name.xsl", body=MARK.format("changed"))
    ran = run_xfm(
        "--plugin-dir",
        tmp_path / "p",
        input=b"<domain type='test'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>",
    )
    assert ran.status == 0, ran.stderr
    assert b"<name>changed</name>" in ran.stdout


def test_plugins_of_the_same_name_live_side_by_side(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "one" / "site" / "a.xsl", id="site-a")
    write_stylesheet(tmp_path / "two" / "site" / "b.xsl", id="site-b")
    assert built(tmp_path / "one", tmp_path / "two") == [("defaults", "site-a"), ("defaults", "site-b")]


# --- forms (b): Python packages ---

PACKAGE = """\
from xfm import Contribution, hookimpl

@hookimpl
def xfm_policy(baseline):
    return [Contribution({path!r}, before=("other",))] if baseline else None

@hookimpl
def xfm_defaults(baseline: int) -> list[Contribution]:
    return []
"""


def test_an_installed_package_contributes(
    run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet, write_dist: WriteDist
) -> None:
    sheet = write_stylesheet(tmp_path / "sheets" / "zz.xsl", id="site-zz", stage="policy")
    write_stylesheet(tmp_path / "more" / "other.xsl", stage="policy")
    dist = write_dist(tmp_path / "dist", "siteplugin", PACKAGE.format(path=str(sheet)))
    ran = run_xfm("stages", "--plugin-dir", tmp_path / "more", env={"PYTHONPATH": str(dist)})
    lines = [line.split()[:2] for line in ran.stdout.decode().splitlines() if line.startswith("policy")]
    lines = [line for line in lines if line[1] in ("site-zz", "other")]  # xfm's example plugins are there too
    assert lines == [["policy", "site-zz"], ["policy", "other"]], ran.stderr
    ran = run_xfm("plugins", "--plugin-dir", tmp_path / "more", env={"PYTHONPATH": str(dist)})
    assert b"siteplugin (siteplugin)" in ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("code", "error", "line", "words"),
    [
        pytest.param("import nothing_of_this_name", "plugin-load", 1, "ModuleNotFoundError", id="raises-at-import"),
        pytest.param("x = 1\nraise RuntimeError('no')", "plugin-load", 2, "RuntimeError: no", id="raises"),
        pytest.param("def (", "plugin-load", 0, "SyntaxError", id="syntax-error"),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_default(baseline): return []",
            "plugin-hook",
            2,
            "did you mean xfm_defaults?",
            id="misspelt-and-marked",
        ),
        pytest.param("def xfm_polcy(baseline): return []", "plugin-hook", 1, "did you mean xfm_policy?", id="misspelt"),
        pytest.param("def xfm_policy(baseline): return []", "plugin-hook", 1, "@xfm.hookimpl", id="not-marked"),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline, domain): return []",
            "plugin-hook",
            2,
            "domain",
            id="wrong-signature",
        ),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): raise KeyError('x')",
            "plugin-load",
            2,
            "KeyError: 'x'",
            id="hook-raises",
        ),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): return ['/a.xsl']",
            "plugin-load",
            2,
            "xfm.Contribution",
            id="hook-returns-strings",
        ),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): return 42",
            "plugin-load",
            2,
            "TypeError",
            id="hook-returns-a-number",
        ),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): return [xfm.Contribution('a.xsl')]",
            "plugin-load",
            2,
            "absolute path",
            id="relative-path",
        ),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): return [xfm.Contribution(7)]",
            "plugin-load",
            2,
            "xfm.Contribution",
            id="path-is-a-number",
        ),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): return [xfm.Contribution('/no/such.xsl')]",
            "plugin-load",
            0,
            "/no/such.xsl",
            id="no-such-file",
        ),
        pytest.param("raise SystemExit(0)", "plugin-load", 1, "SystemExit", id="exits-at-import"),
        pytest.param(
            "import xfm\n@xfm.hookimpl\ndef xfm_policy(baseline): raise SystemExit(0)",
            "plugin-load",
            2,
            "SystemExit",
            id="hook-exits",
        ),
    ],
)
def test_a_broken_package_is_named(
    run_xfm: RunXfm,
    tmp_path: Path,
    write_dist: WriteDist,
    minimal: bytes,
    code: str,
    error: str,
    line: int,
    words: str,
) -> None:
    dist = write_dist(tmp_path, "broken", code + "\n")
    ran = run_xfm(input=minimal, env={"PYTHONPATH": str(dist)})
    assert ran.status == 4, ran.stderr
    assert ran.stdout == b""
    assert f"[{error}]" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert words in ran.stderr
    assert "hint:" in ran.stderr
    if line:
        assert f"{dist / 'broken.py'}:{line}" in ran.stderr
    if words != "/no/such.xsl":
        assert "plugin broken" in ran.stderr


def test_what_a_plugin_prints_stays_out_of_the_document(
    run_xfm: RunXfm, tmp_path: Path, write_dist: WriteDist, minimal: bytes
) -> None:
    code = "import xfm\nprint('at import')\n@xfm.hookimpl\ndef xfm_policy(baseline):\n    print('in a hook')\n"
    dist = write_dist(tmp_path, "noisy", code)
    ran = run_xfm(input=minimal, env={"PYTHONPATH": str(dist)})
    assert ran.status == 0, ran.stderr
    assert ran.stdout.startswith(b"<domain")
    assert "at import" in ran.stderr
    assert "in a hook" in ran.stderr


def test_an_attribute_of_a_module_can_be_the_plugin(
    run_xfm: RunXfm, tmp_path: Path, write_dist: WriteDist, write_stylesheet: WriteStylesheet
) -> None:
    sheet = write_stylesheet(tmp_path / "s" / "cache.xsl", stage="policy")
    code = f"""\
import xfm

class Site:
    @xfm.hookimpl
    def xfm_policy(self):
        return (xfm.Contribution({str(sheet)!r}),)

site = Site()
"""
    dist = write_dist(tmp_path, "siteplugin", code, entry_point="siteplugin:site")
    ran = run_xfm("stages", env={"PYTHONPATH": str(dist)})
    assert b"cache" in ran.stdout, ran.stderr


# --- the order ---


@st.composite
def ordered_sheets(draw: st.DrawFn) -> dict[str, tuple[list[str], list[str]]]:
    """Ids with what each wants to run after and before, all of which one order satisfies."""
    count = draw(st.integers(1, 5))
    order = draw(st.permutations([f"s{number}" for number in range(count)]))
    sheets = {}
    for index, identifier in enumerate(order):
        earlier, later = order[:index], order[index + 1 :]
        sheets[identifier] = (
            draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else [],
            draw(st.lists(st.sampled_from(later), max_size=2)) if later else [],
        )
    return sheets


@settings(max_examples=25)
@given(ordered_sheets(), st.lists(st.randoms(use_true_random=False), min_size=2, max_size=2))
def test_files_folders_directories_and_registration_make_no_difference_to_the_order(
    tmp_path_factory: pytest.TempPathFactory,
    write_stylesheet: WriteStylesheet,
    sheets: dict[str, tuple[list[str], list[str]]],
    shuffles: list[random.Random],
) -> None:
    orders = []
    for shuffle in shuffles:
        root = tmp_path_factory.mktemp("order")
        directories = [root / str(number) for number in range(shuffle.randint(1, 3))]
        ids = list(sheets)
        shuffle.shuffle(ids)
        for number, identifier in enumerate(ids):
            after, before = sheets[identifier]
            folder = shuffle.choice(directories) / shuffle.choice(["", "folder"])
            folder.mkdir(parents=True, exist_ok=True)
            doc = "".join(
                [f"<doc:after>{i}</doc:after>" for i in after] + [f"<doc:before>{i}</doc:before>" for i in before]
            )
            name = f"{shuffle.randint(0, 9)}-{number}.xsl"
            write_stylesheet(folder / name, id=identifier, stage="policy", doc=doc)
        existing = [directory for directory in directories if directory.exists()]
        shuffle.shuffle(existing)
        orders.append(built(*existing))
    assert orders[0] == orders[1]
    assert sorted(identifier for _, identifier in orders[0]) == sorted(sheets)
    place = {identifier: index for index, (_, identifier) in enumerate(orders[0])}
    for identifier, (after, before) in sheets.items():
        assert all(place[other] < place[identifier] for other in after)
        assert all(place[other] > place[identifier] for other in before)


# --- faults of stylesheets ---


def test_two_stylesheets_of_one_id_are_both_named(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "one" / "a.xsl", id="same", stage="policy")
    second = write_stylesheet(tmp_path / "two" / "b.xsl", id="same")
    error = fault(tmp_path / "one", tmp_path / "two")
    assert (error.code, error.stylesheet, error.file, error.line) == ("duplicate-id", "same", str(second), 4)
    assert f"{tmp_path / 'one' / 'a.xsl'} (of a)" in error.message
    assert f"{second} (of b)" in error.message


def test_a_builtin_id_cannot_be_taken(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "mine.xsl", id="clock")
    error = fault(tmp_path)
    assert error.code == "duplicate-id"
    assert "(of xfm)" in error.message


def test_an_unknown_neighbour_is_answered_with_the_nearest(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    sheet = write_stylesheet(tmp_path / "mine.xsl", doc="<doc:after>disk-buss</doc:after>")
    error = fault(tmp_path)
    assert (error.code, error.stage, error.stylesheet) == ("unknown-neighbour", "defaults", "mine")
    assert (error.file, error.line, error.hint) == (str(sheet), 4, "did you mean disk-bus?")
    assert "(of mine)" in error.message


def test_a_neighbour_in_another_stage_is_said_to_be_there(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "mine.xsl", stage="policy", doc="<doc:before>clock</doc:before>")
    error = fault(tmp_path)
    assert error.code == "unknown-neighbour"
    assert "clock, which is in the stage defaults" in error.message
    assert "fixed order" in error.hint


def test_a_cycle_names_its_members_and_their_plugins(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    first = write_stylesheet(tmp_path / "a.xsl", doc="<doc:after>b</doc:after>")
    write_stylesheet(tmp_path / "b.xsl", doc="<doc:after>c</doc:after>")
    write_stylesheet(tmp_path / "c.xsl", doc="<doc:after>a</doc:after>")
    error = fault(tmp_path)
    assert (error.code, error.stage, error.file, error.line) == ("cycle", "defaults", str(first), 4)
    assert "a (of a), b (of b), c (of c)" in error.message


def test_a_stylesheet_beside_itself_is_refused(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(tmp_path / "a.xsl", doc="<doc:before>a</doc:before>")
    assert fault(tmp_path).code in ("cycle", "unknown-neighbour")


def test_an_unknown_stage_is_answered_with_the_nearest(tmp_path: Path, write_stylesheet: WriteStylesheet) -> None:
    sheet = write_stylesheet(tmp_path / "mine.xsl", stage="default")
    error = fault(tmp_path)
    assert (error.code, error.file, error.line) == ("declaration", str(sheet), 4)
    assert error.hint == "did you mean defaults?"


def _replace(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("change", "code", "line", "words"),
    [
        pytest.param(
            _replace("</xsl:stylesheet>", "<xsl:template match='a['/></xsl:stylesheet>"),
            "stylesheet-compile",
            11,
            "does not compile",
            id="bad-pattern",
        ),
        pytest.param(
            _replace(
                "</xsl:stylesheet>",
                "<xsl:template match='a'><xsl:value-of select='1 +'/></xsl:template></xsl:stylesheet>",
            ),
            "stylesheet-compile",
            11,
            "Invalid expression",
            id="bad-xpath",
        ),
        pytest.param(
            _replace(
                "</xsl:stylesheet>",
                "<xsl:template match='a'><xsl:vallue-of select='1'/></xsl:template></xsl:stylesheet>",
            ),
            "stylesheet-forbidden",
            11,
            "xsl:vallue-of",
            id="unknown-instruction",
        ),
        pytest.param(
            _replace(
                "</xsl:stylesheet>", "<xsl:template match='a'><xsl:document href='x'/></xsl:template></xsl:stylesheet>"
            ),
            "stylesheet-forbidden",
            11,
            "xsl:document",
            id="writing-instruction",
        ),
        pytest.param(
            _replace("<doc:title>", "<doc:title"), "stylesheet-compile", 5, "not well-formed", id="not-well-formed"
        ),
        pytest.param(
            _replace('version="1.0"', 'version="2.0"'), "stylesheet-compile", 2, "version 2.0", id="version-2"
        ),
        pytest.param(
            _replace("xfm:lib/identity.xsl", "missing.xsl"),
            "stylesheet-compile",
            0,
            "missing.xsl: cannot read",
            id="missing-import",
        ),
        pytest.param(
            _replace("xfm:lib/identity.xsl", "xfm:lib/identiti.xsl"),
            "stylesheet-compile",
            0,
            "xfm:lib/identiti.xsl: cannot read",
            id="no-such-lib",
        ),
        pytest.param(
            _replace("xfm:lib/identity.xsl", "/etc/passwd"),
            "stylesheet-forbidden",
            0,
            "/etc/passwd",
            id="import-outside",
        ),
        pytest.param(
            _replace("xfm:lib/identity.xsl", "http://example.org/a.xsl"),
            "stylesheet-forbidden",
            0,
            "http://example.org/a.xsl",
            id="import-from-the-network",
        ),
        pytest.param(
            _replace("xfm:lib/identity.xsl", "xfm:lib/../../xfm/cli/__init__.py"),
            "stylesheet-forbidden",
            0,
            "xfm:lib/../../xfm",
            id="import-out-of-the-library",
        ),
        pytest.param(lambda _: "", "stylesheet-compile", 0, "empty", id="empty-file"),
        pytest.param(lambda _: "<a/>", "stylesheet-compile", 1, "root element", id="not-a-stylesheet"),
        pytest.param(
            lambda text: "<!DOCTYPE a [<!ENTITY b 'c'>]>" + text, "stylesheet-compile", 1, "document type", id="doctype"
        ),
        pytest.param(
            _replace("exclude-result-prefixes", "extension-element-prefixes"),
            "stylesheet-forbidden",
            2,
            "extension elements",
            id="extension-elements",
        ),
    ],
)
def test_a_stylesheet_that_does_not_compile_is_shown_by_file_and_line(
    tmp_path: Path, write_stylesheet: WriteStylesheet, change: Callable[[str], str], code: str, line: int, words: str
) -> None:
    sheet = write_stylesheet(tmp_path / "mine.xsl")
    sheet.write_text(change(sheet.read_text()))
    error = fault(tmp_path)
    assert error.code == code
    assert words in error.message
    assert error.file == str(sheet)
    if line:
        assert error.line == line


@pytest.mark.parametrize(
    ("change", "line", "words", "hint"),
    [
        pytest.param(_replace("doc:stylesheet", "doc:sheet"), 2, "no doc block", "add <doc:stylesheet", id="no-block"),
        pytest.param(
            _replace("</xsl:stylesheet>", "<doc:stylesheet/></xsl:stylesheet>"), 2, "2 doc blocks", "", id="two-blocks"
        ),
        pytest.param(_replace('id="mine"', ""), 4, "the id '' is not", "hyphens", id="no-id"),
        pytest.param(_replace('id="mine"', 'id="My_Id"'), 4, "'My_Id' is not", "hyphens", id="bad-id"),
        pytest.param(_replace('stage="defaults"', ""), 4, "no stage", "dialect", id="no-stage"),
        pytest.param(_replace('abi="host"', ""), 4, "no abi", "guest, host", id="no-abi"),
        pytest.param(_replace('abi="host"', 'abi="hosts"'), 4, "'hosts'", "did you mean host?", id="bad-abi"),
        pytest.param(_replace('once="no"', 'once="maybe"'), 4, "'maybe'", "yes, no", id="bad-once"),
        pytest.param(
            _replace('once="no"', 'onc="no"'), 4, "attribute onc", "did you mean once?", id="unknown-attribute"
        ),
        pytest.param(_replace("<doc:title>A title</doc:title>", ""), 4, "one title", "doc:title", id="no-title"),
        pytest.param(_replace("A title", " "), 4, "one title", "doc:title", id="empty-title"),
        pytest.param(
            _replace("<doc:title>", "<doc:title>T</doc:title><doc:title>"), 4, "one title", "", id="two-titles"
        ),
        pytest.param(_replace("A summary", ""), 4, "one summary", "doc:summary", id="no-summary"),
        pytest.param(_replace("<doc:source>a test</doc:source>", ""), 4, "no source", "doc:source", id="no-source"),
        pytest.param(_replace("doc:title", "doc:titel"), 5, "titel", "did you mean title?", id="unknown-element"),
    ],
)
def test_a_fault_of_a_doc_block_is_shown_by_file_and_line(
    tmp_path: Path, write_stylesheet: WriteStylesheet, change: Callable[[str], str], line: int, words: str, hint: str
) -> None:
    sheet = write_stylesheet(tmp_path / "mine.xsl")
    sheet.write_text(change(sheet.read_text()))
    error = fault(tmp_path)
    assert (error.code, error.file, error.line) == ("declaration", str(sheet), line)
    assert words in error.message
    assert hint in error.hint


PARAM = '<xsl:param name="size" select="1"/>'


@pytest.mark.parametrize(
    ("declared", "present", "line", "words", "hint"),
    [
        pytest.param("", PARAM, 10, "size is not declared", '<doc:param name="size"', id="undeclared"),
        pytest.param(
            '<doc:param name="size" type="integer" default="1">S</doc:param>',
            "",
            2,
            "size that the stylesheet does not have",
            '<xsl:param name="size"/>',
            id="declared-but-missing",
        ),
        pytest.param(
            '<doc:param name="size" type="integer" default="big">S</doc:param>',
            PARAM,
            7,
            "an integer",
            "change default or type",
            id="default-of-another-type",
        ),
        pytest.param(
            '<doc:param name="size" type="integer" default="1" minimum="2">S</doc:param>',
            PARAM,
            7,
            "at least 2",
            "",
            id="default-below-the-minimum",
        ),
        pytest.param(
            '<doc:param name="size" type="integer" default="9" maximum="2">S</doc:param>',
            PARAM,
            7,
            "at most 2",
            "",
            id="default-above-the-maximum",
        ),
        pytest.param(
            '<doc:param name="size" type="number">S</doc:param>', PARAM, 7, "unknown type", "integer", id="unknown-type"
        ),
        pytest.param('<doc:param name="size">S</doc:param>', PARAM, 7, "no type", "integer", id="no-type"),
        pytest.param(
            '<doc:param type="string">S</doc:param>', PARAM, 7, "parameter name ''", "", id="parameter-without-a-name"
        ),
        pytest.param(
            '<doc:param name="size" type="integer"/>', PARAM, 7, "what it means", "", id="parameter-without-a-meaning"
        ),
        pytest.param(
            '<doc:param name="size" type="choice">S</doc:param>', PARAM, 7, "choices", "", id="choice-without-choices"
        ),
        pytest.param(
            '<doc:param name="size" type="string" choices="a b">S</doc:param>',
            PARAM,
            7,
            "choices",
            "",
            id="choices-without-choice",
        ),
        pytest.param(
            '<doc:param name="size" type="choice" choices="a b" default="c">S</doc:param>',
            PARAM,
            7,
            "one of: a, b",
            "",
            id="default-not-among-the-choices",
        ),
        pytest.param(
            '<doc:param name="size" type="boolean" default="perhaps">S</doc:param>',
            PARAM,
            7,
            "yes or no",
            "",
            id="default-not-a-boolean",
        ),
        pytest.param(
            '<doc:param name="size" type="integer" minimum="small">S</doc:param>',
            PARAM,
            7,
            "minimum='small'",
            "",
            id="minimum-not-a-number",
        ),
        pytest.param(
            '<doc:param name="size" type="integer" defalt="1">S</doc:param>',
            PARAM,
            7,
            "attribute defalt",
            "did you mean default?",
            id="unknown-attribute",
        ),
        pytest.param(
            '<doc:param name="size" type="string">S</doc:param><doc:param name="size" type="integer">S</doc:param>',
            PARAM,
            7,
            "size",
            "",
            id="declared-twice",
        ),
    ],
)
def test_a_fault_of_a_parameter_is_shown_by_file_and_line(
    tmp_path: Path, write_stylesheet: WriteStylesheet, declared: str, present: str, line: int, words: str, hint: str
) -> None:
    sheet = write_stylesheet(tmp_path / "mine.xsl", doc=declared, body=present)
    error = fault(tmp_path)
    assert (error.code, error.file, error.line) == ("declaration", str(sheet), line)
    assert words in error.message
    assert hint in error.hint


def test_a_package_that_contributes_to_another_stage_than_declared_is_refused(
    run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet, write_dist: WriteDist
) -> None:
    sheet = write_stylesheet(tmp_path / "s" / "cache.xsl", stage="defaults")
    dist = write_dist(tmp_path, "siteplugin", PACKAGE.format(path=str(sheet)))
    ran = run_xfm("stages", env={"PYTHONPATH": str(dist)})
    assert ran.status == 4
    assert "declares the stage defaults, and siteplugin contributes it to policy" in ran.stderr
    assert "return it from xfm_defaults" in ran.stderr


@pytest.mark.parametrize("command", [["stages"], ["plugins"], []])
def test_every_command_that_loads_plugins_reports_a_broken_one(
    run_xfm: RunXfm, tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes, command: list[str]
) -> None:
    sheet = write_stylesheet(tmp_path / "mine.xsl", stage="default")
    ran = run_xfm(*command, "--plugin-dir", tmp_path, input=minimal)
    assert (ran.status, ran.stdout) == (4, b"")
    assert "[declaration]" in ran.stderr
    assert f"{sheet}:4" in ran.stderr
    assert "did you mean defaults?" in ran.stderr


def test_a_plugin_directory_that_cannot_be_read_is_said_so(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = isolated / "etc" / "plugins.d"
    directory.mkdir()
    listdir = os.listdir

    def forbidden(path: str) -> list[str]:
        if path == str(directory):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", forbidden)
    with pytest.raises(MissingError) as raised:
        built()
    assert (raised.value.code, raised.value.file) == ("file", str(directory))
    assert "Permission denied" in raised.value.message


def test_a_broken_link_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.xsl").symlink_to(tmp_path / "nowhere.xsl")
    error = fault(tmp_path)
    assert (error.code, error.file) == ("plugin-load", str(tmp_path / "gone.xsl"))
