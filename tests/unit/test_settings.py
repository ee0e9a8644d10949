"""Settings: where each can be written, what wins, and what is said of a wrong one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xfm import resources, settings
from xfm.errors import MissingError, UsageError
from xfm.settings import OPTIONS, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import RunXfm, WriteStylesheet

#: An option of each kind: its TOML, the arguments that say the same, and the value that both give.
BY_KIND: dict[str, tuple[str, Sequence[str], Any]] = {
    "flag": ("true", (), True),
    "string": ("'/some/where'", ("/some/where",), "/some/where"),
    "integer": ("1", ("1",), 1),
    "number": ("2.5", ("2.5",), 2.5),
    "list": ("['/some/where']", ("/some/where",), ("/some/where",)),
    "map": ("{ 'hyperv.retries' = 4096 }", ("hyperv.retries=4096",), {"hyperv.retries": "4096"}),
}


def example(option: Option) -> tuple[str, list[str], Any]:
    """TOML, arguments and value of an option that differ from its default."""
    if option.choices:
        value = option.choices[-1]
        return f"{option.name} = {value!r}\n", [f"--{option.name}", str(value)], value
    toml, arguments, given = BY_KIND[option.kind]
    return f"{option.name} = {toml}\n", [f"--{option.name}", *arguments], given


def user_file(text: str) -> Path:
    path = Path(resources.user_config_directory()) / "xfm.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def system_file(text: str) -> Path:
    path = Path(resources.system_directory()) / "xfm.toml"
    path.write_text(text, encoding="utf-8")
    return path


EACH = pytest.mark.parametrize("option", OPTIONS, ids=[option.name for option in OPTIONS])


@EACH
def test_every_option_can_be_set_in_a_configuration_file(option: Option) -> None:
    toml, _, value = example(option)
    path = user_file(toml)
    found = settings.gather({}, None)
    assert found.values[option.name] == value != option.default
    assert found.origins[option.name] == str(path)


@EACH
def test_every_option_has_a_default_and_says_so(option: Option) -> None:
    found = settings.gather({}, None)
    assert (found.values[option.name], found.origins[option.name]) == (option.default, "default")


def test_the_command_line_takes_every_option_but_the_hooks_and_config_shows_it(run_xfm: RunXfm) -> None:
    system_file("".join(example(option)[0] for option in OPTIONS if option.hook))
    arguments = [argument for option in OPTIONS if not option.hook for argument in example(option)[1]]
    ran = run_xfm("config", "--json", *arguments)
    rows = {row["setting"]: row for row in json.loads(ran.stdout)}
    for option in OPTIONS:
        value = example(option)[2]
        if option.kind == "map":
            assert rows["set.hyperv.retries"] == {
                "setting": "set.hyperv.retries",
                "value": "4096",
                "origin": "command line",
            }
        else:
            assert rows[option.name]["value"] == (list(value) if isinstance(value, tuple) else value)
            system = str(Path(resources.system_directory()) / "xfm.toml")
            assert rows[option.name]["origin"] == (system if option.hook else "command line")


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.hook], ids=lambda option: option.name)
def test_an_option_of_the_hook_stands_in_configuration_files_alone(option: Option, run_xfm: RunXfm) -> None:
    for command in ("config", "explain", "hook"):
        ran = run_xfm(command, *example(option)[1])
        assert (ran.status, ran.stdout) == (2, b"")


@EACH
def test_every_option_is_explained(option: Option) -> None:
    assert option.help
    assert not option.help.endswith(".")
    assert option.kind in BY_KIND
    assert option.metavar or option.kind == "flag" or option.choices


def test_of_two_places_the_stronger_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def schemas(config: str | None = None, **command_line: object) -> tuple[object, str]:
        found = settings.gather(command_line, config)
        return found.values["schemas"], found.origins["schemas"]

    system = system_file("schemas = '1.0.0'\n")
    assert schemas() == ("1.0.0", str(system))
    user = user_file("schemas = '2.0.0'\n")
    assert schemas() == ("2.0.0", str(user))
    (tmp_path / "c.toml").write_text("schemas = '3.0.0'\n")
    named = str(tmp_path / "c.toml")
    assert schemas(named) == ("3.0.0", named)
    monkeypatch.setenv("XFM_SCHEMAS", "4.0.0")
    assert schemas(named) == ("4.0.0", "environment, XFM_SCHEMAS")
    assert schemas(named, schemas="5.0.0") == ("5.0.0", "command line")


def test_lists_and_set_are_joined_the_weaker_first(tmp_path: Path) -> None:
    system_file("plugin-dir = ['/a']\n[set]\nrng = false\nclock = true\n")
    user_file("plugin-dir = ['/b']\n[set]\nclock = false\n[set.hyperv]\nretries = 4096\n")
    found = settings.gather({"plugin-dir": ["/c"], "set": {"hyperv.retries": "5000"}}, None)
    assert found.values["plugin-dir"] == ("/a", "/b", "/c")
    assert found.values["set"] == {"rng": "off", "clock": "off", "hyperv.retries": "5000"}
    assert found.origins["set.rng"] == str(Path(resources.system_directory()) / "xfm.toml")
    assert found.origins["set.clock"] == str(Path(resources.user_config_directory()) / "xfm.toml")
    assert found.origins["set.hyperv.retries"] == "command line"


def test_an_empty_environment_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XFM_SCHEMAS", "")
    assert settings.gather({}, None).origins["schemas"] == "default"


def test_a_flag_of_a_file_can_be_taken_back_on_the_command_line(run_xfm: RunXfm) -> None:
    user_file("verbose = true\n")
    rows = json.loads(run_xfm("config", "--json", "--no-verbose").stdout)
    assert {"setting": "verbose", "value": False, "origin": "command line"} in rows


def test_paths_in_a_file_are_relative_to_it_and_versions_are_no_paths() -> None:
    path = user_file("plugin-dir = ['mine', '~/yours', '/abs']\noutput = 'out.xml'\nschemas = '9.0.0'\n")
    values = settings.gather({}, None).values
    home = os.path.expanduser("~")
    assert values["plugin-dir"] == (str(path.parent / "mine"), f"{home}/yours", "/abs")
    assert values["output"] == str(path.parent / "out.xml")
    assert values["schemas"] == "9.0.0"


def test_a_path_that_begins_with_a_digit_is_relative_to_its_file_too() -> None:
    path = user_file("plugin-dir = ['2024-plugins']\noutput = '1.xml'\n")
    values = settings.gather({}, None).values
    assert values["plugin-dir"] == (str(path.parent / "2024-plugins"),)
    assert values["output"] == str(path.parent / "1.xml")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("baselin = 1", "unknown setting baselin", "did you mean baseline?"),
        ("plugin_dir = []", "unknown setting plugin_dir", "did you mean plugin-dir?"),
        ("baseline = '1'", "baseline must be ", "baseline: "),
        ("baseline = true", "baseline must be ", "baseline: "),
        ("baseline = 1.0", "baseline must be ", "baseline: "),
        ("baseline = 99", "baseline must be one of: 0, 1", "baseline: "),
        ("verbose = 'yes'", "verbose must be true or false", "verbose: "),
        ("verbose = 1", "verbose must be true or false", "verbose: "),
        ("schemas = 9", "schemas must be a string", "schemas: "),
        ("plugin-dir = '/a'", "plugin-dir must be an array of strings", "plugin-dir: "),
        ("plugin-dir = [1]", "plugin-dir must be an array of strings", "plugin-dir: "),
        ("time-limit = 0", "time-limit must be a number above 0", "time-limit: "),
        ("time-limit = -1.5", "time-limit must be a number above 0", "time-limit: "),
        ("time-limit = '20'", "time-limit must be a number above 0", "time-limit: "),
        ("time-limit = true", "time-limit must be a number above 0", "time-limit: "),
        ("time-limit = nan", "time-limit must be a number above 0", "time-limit: "),
        ("time-limit = inf", "time-limit must be a number above 0", "time-limit: "),
        ("until = 'default'", "until must be one of: dialect", "until: "),
        ("until = 1", "until must be one of: dialect", "until: "),
        ("set = 'rng=off'", "set must be a table", "set: "),
        ("[set]\nrng = [1]", "set.rng must be", "[set]"),
        ("[set.hyperv.deep]\na = 1", "set.hyperv.deep must be", "[set]"),
        ("[set]\na = 1.5", "set.a must be", "[set]"),
    ],
)
def test_a_wrong_setting_in_a_file_is_refused_with_file_and_hint(text: str, message: str, hint: str) -> None:
    path = user_file(text + "\n")
    with pytest.raises(UsageError) as raised:
        settings.gather({}, None)
    error = raised.value
    assert (error.code, error.exit_status, error.file) == ("setting", 2, str(path))
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize("content", [b"a = ", b"[set", b"\xff\xfe", b"baseline = 1\nbaseline = 1\n"])
def test_broken_toml_is_refused(run_xfm: RunXfm, minimal: bytes, content: bytes) -> None:
    path = user_file("")
    path.write_bytes(content)
    ran = run_xfm(input=minimal)
    assert (ran.status, ran.stdout) == (2, b"")
    assert "not valid TOML" in ran.stderr
    assert str(path) in ran.stderr


def test_a_named_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as raised:
        settings.gather({}, str(tmp_path / "gone.toml"))
    assert (raised.value.code, raised.value.exit_status) == ("file", 3)
    assert raised.value.file == str(tmp_path / "gone.toml")


def test_a_configuration_file_that_is_a_directory_is_said_so() -> None:
    (Path(resources.user_config_directory()) / "xfm.toml").mkdir(parents=True)
    with pytest.raises(MissingError) as raised:
        settings.gather({}, None)
    assert "cannot read the configuration" in raised.value.message


def test_config_prints_a_line_a_setting_with_its_origin(run_xfm: RunXfm) -> None:
    path = user_file("baseline = 1\n[set]\nrng = false\n")
    ran = run_xfm("config", "--diff", env={"XFM_SCHEMAS": "/schemas"})
    assert ran.status == 0, ran.stderr
    lines = [line.split(maxsplit=2) for line in ran.stdout.decode().splitlines()]
    assert lines[0] == ["SETTING", "VALUE", "FROM"]
    assert ["baseline", "1", str(path)] in lines
    assert ["set.rng", "off", str(path)] in lines
    assert ["schemas", "/schemas", "environment, XFM_SCHEMAS"] in lines
    assert ["diff", "true", "command line"] in lines
    assert ["verbose", "false", "default"] in lines
    assert ["output", "-", "default"] in lines


@pytest.mark.parametrize(
    "arguments",
    [
        ["--baseline", "one"],
        ["--time-limit", "0"],
        ["--time-limit", "-3"],
        ["--time-limit", "nan"],
        ["--until", "default"],
        ["--set", "rng"],
        ["--no-such-option"],
        ["--basel", "1"],
        ["a.xml", "b.xml"],
        ["--in-place"],
        ["--in-place", "--output", "b.xml", "a.xml"],
    ],
)
def test_a_wrong_call_ends_with_status_2_and_nothing_on_stdout(
    run_xfm: RunXfm, minimal: bytes, arguments: list[str]
) -> None:
    ran = run_xfm(*arguments, input=minimal)
    assert (ran.status, ran.stdout) == (2, b"")
    assert "Traceback" not in ran.stderr
    assert ran.stderr


def test_a_setting_of_a_file_takes_effect(run_xfm: RunXfm, minimal: bytes) -> None:
    user_file("until = 'machine-type'\n[set]\nclock = false\n[set.machine-type]\nqemu = '8.2'\n")
    ran = run_xfm(input=minimal)
    assert b"pc-q35-8.2" in ran.stdout, ran.stderr
    assert b"<clock" not in ran.stdout


@pytest.mark.parametrize("seconds", ["1e12", "1e300"])
def test_a_time_limit_beyond_all_clocks_is_no_crash(
    run_xfm: RunXfm, minimal: bytes, tmp_path: Path, write_stylesheet: WriteStylesheet, seconds: str
) -> None:
    write_stylesheet(tmp_path / "mine.xsl")  # so that the run is confined
    ran = run_xfm("--plugin-dir", tmp_path, "--time-limit", seconds, input=minimal)
    assert ran.status in (0, 2)
    assert "Traceback" not in ran.stderr


def test_what_is_stronger_wins_under_whichever_name(tmp_path: Path) -> None:
    """`qemu` and `machine-type.qemu` are the same parameter."""
    weak, strong = tmp_path / "weak.toml", tmp_path / "strong.toml"
    weak.write_text('[set]\nqemu = "6.2"\n')
    strong.write_text('[set.machine-type]\nqemu = "7.2"\n')
    held = settings.gather({}, str(weak)).values["set"]
    assert list(held.items()) == [("qemu", "6.2")]
    (tmp_path / "both.toml").write_text('[set]\nqemu = "6.2"\n[set.machine-type]\nqemu = "7.2"\n')
    held = settings.gather({"set": {"qemu": "8.2"}}, str(tmp_path / "both.toml")).values["set"]
    assert list(held) == ["machine-type.qemu", "qemu"]
