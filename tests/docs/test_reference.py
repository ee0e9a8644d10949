"""Nothing that a user can name is undocumented, and what is made from the code is up to date."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from xfm import builtin, chain, cli, functions, knowledge, plugins, settings
from xfm import hookspecs as specs
from xfm.cli import options
from xfm.errors import CODES
from xfm.stylesheet import declaration
from xfm.stylesheet.parameters import TYPES
from xfm.stylesheet.stylesheet import PROVENANCE, Stylesheet

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {"": cli.FILTER, **cli.COMMANDS}
BUILTIN = [
    link.stylesheet
    for link in chain.build(plugins.load(with_installed=False), builtin.NEWEST, {}).links
    if link.stylesheet.builtin
]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def headings(name: str) -> list[str]:
    prose = re.sub(r"^```.*?^```$", "", text_of(name), flags=re.DOTALL | re.MULTILINE)
    return [heading.replace("`", "") for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)]


def section(name: str, heading: str) -> str:
    match = re.search(
        rf"^(#+) `?{re.escape(heading)}`?\n(.*?)(?=^#{{1,2}} |\Z)", text_of(name), re.DOTALL | re.MULTILINE
    )
    assert match, f"{name} has no heading {heading}"
    return match[2]


def signature(hook: str) -> str:
    found = inspect.signature(getattr(specs, hook))
    parameters = ", ".join(f"{parameter.name}: {parameter.annotation}" for parameter in found.parameters.values())
    return f"{hook}({parameters}) -> {found.return_annotation}"


def test_every_hook_has_a_heading_with_its_signature_in_the_order_of_the_chain() -> None:
    found = [heading for heading in headings("docs/hooks.md") if heading.startswith("xfm_")]
    assert found == [signature(specs.hook_of(stage)) for stage in specs.STAGES]


def test_every_stage_and_stylesheet_has_a_heading_in_the_order_of_the_chain() -> None:
    expected = ["Stages"]
    for stage in specs.STAGES:
        expected += [stage, *(sheet.id for sheet in BUILTIN if sheet.declaration.stage == stage)]
    assert headings("docs/stages.md") == expected


@pytest.mark.parametrize("sheet", BUILTIN, ids=lambda sheet: sheet.id)
def test_the_doc_block_of_a_stylesheet_is_complete(sheet: Stylesheet) -> None:
    about = sheet.declaration
    assert about.title and about.summary and all(about.sources) and about.sources
    assert about.writes or about.stage == "layout"


@pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name or "filter")
def test_every_command_has_a_heading_and_every_option_a_line(name: str) -> None:
    command = COMMANDS[name]
    parser = options.new_parser(name, command, cli.COMMANDS)
    import_module(f"xfm.cli.{command.module}").add_arguments(parser)
    documented = section("docs/cli.md", f"xfm {name}".strip())
    flags = [flag for action in parser._actions for flag in action.option_strings]
    assert [flag for flag in flags if f"`{flag}`" not in documented] == []


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Attributes of doc:stylesheet", declaration._ATTRIBUTES),
        ("Elements of doc:stylesheet", {f"doc:{name}" for name in declaration._CHILDREN}),
        ("Attributes of doc:param", {*declaration._PARAM_ATTRIBUTES, *TYPES}),
    ],
)
def test_every_part_of_the_doc_block_is_documented(heading: str, names: set[str]) -> None:
    table = section("docs/hooks.md", heading)
    assert sorted(name for name in names if f"`{name}`" not in table) == []


def test_every_module_is_in_the_architecture() -> None:
    text = text_of("docs/architecture.md")
    modules = [path.name for path in (ROOT / "xfm").glob("*.py") if not path.name.startswith("__")]
    modules += [f"{path.parent.name}/" for path in (ROOT / "xfm").glob("*/__init__.py")]
    assert [name for name in modules if f"`xfm/{name}`" not in text] == []


def test_every_folder_of_stylesheets_is_in_the_architecture() -> None:
    table = section("docs/architecture.md", "Stylesheets, by folder")
    folders = [path.name for path in (ROOT / "stylesheets").iterdir() if not path.name.startswith("baseline-")]
    assert folders and [name for name in folders if f"`stylesheets/{name}/`" not in table] == []


def test_every_library_and_function_is_told_to_authors_of_plugins() -> None:
    text = section("docs/hooks.md", "What a stylesheet can use")
    libraries = [path.name for path in (ROOT / "stylesheets/lib").glob("*.xsl")]
    assert libraries and [name for name in libraries if f"{name}`" not in text] == []
    assert [name for _, name in functions.EXTENSIONS if f"`f:{name}(" not in text] == []
    documents = (knowledge.HOST_FACTS, knowledge.OS, PROVENANCE)
    assert [uri for uri in documents if f"`document('{uri}')`" not in text] == []


def test_every_error_code_has_a_heading() -> None:
    assert [heading for heading in headings("docs/errors.md") if heading != "Errors"] == list(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_error_code_is_shown_with_its_exit_status(code: str) -> None:
    documented = section("docs/errors.md", code)
    assert documented.lstrip().startswith(f"Exit status {CODES[code].exit_status}.")
    assert f"[{code}]\n" in documented
    assert set(re.findall(r"^```console exit=(\d)$", documented, re.MULTILINE)) <= {str(CODES[code].exit_status)}


def test_every_setting_is_in_the_configuration_reference() -> None:
    table = section("docs/configuration.md", "Settings")
    assert [option.name for option in settings.OPTIONS if f"| `{option.name}` |" not in table] == []


def test_what_is_made_from_the_code_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/generate", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run scripts/generate:\n{done.stdout}{done.stderr}"


def test_the_manual_page_renders_without_a_warning() -> None:
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", ROOT / "man/xfm.1"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_manual_page_has_its_sections() -> None:
    found = re.findall(r"^\.SH (.+)$", text_of("man/xfm.1"), re.MULTILINE)
    assert found == [
        *("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS"),
        *("FILES", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"),
    ]


def test_the_manual_page_names_every_stage() -> None:
    page = text_of("man/xfm.1").replace("\\-", "-")
    assert [stage for stage in specs.STAGES if stage not in page] == []
