"""What a shell offers after ``xfm``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from xfm.cli import COMMANDS
from xfm.hookspecs import STAGES

ROOT = Path(__file__).resolve().parents[2]

_COMPLETE = r"""
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_xfm
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "web 1.xml").touch()
    (tmp_path / "plugins").mkdir()
    return tmp_path


def offered(directory: Path, *words: str) -> set[str]:
    """What bash offers for the last word; ``=`` is a word of its own, as bash makes it."""
    done = subprocess.run(
        ["bash", "--norc", "-c", _COMPLETE, "bash", ROOT / "completions/xfm.bash", "xfm", *words],
        capture_output=True,
        text=True,
        cwd=directory,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.splitlines()) - {""}


def test_the_first_word_is_a_command_or_a_file(directory: Path) -> None:
    assert offered(directory, "") == {*COMMANDS, "web 1.xml", "plugins"}
    assert offered(directory, "we") == {"web 1.xml"}
    assert offered(directory, "stag") == {"stages"}


def test_a_later_word_is_a_file(directory: Path) -> None:
    assert offered(directory, "--diff", "") == {"web 1.xml", "plugins"}
    assert offered(directory, "validate", "") == {"web 1.xml", "plugins"}


def test_options_are_those_of_the_command(directory: Path) -> None:
    assert {"--until", "--in-place", "--version"} <= offered(directory, "--")
    assert offered(directory, "pin", "--") == {"--help", "--json"}
    assert offered(directory, "web 1.xml", "--in") == {"--in-place"}


@pytest.mark.parametrize("words", [("--until", ""), ("--until", "="), ("--until", "=", ""), ("stages", "--until", "")])
def test_until_offers_the_stages(directory: Path, words: tuple[str, ...]) -> None:
    assert offered(directory, *words) == set(STAGES)


def test_the_value_of_an_option_is_a_file_or_a_directory_where_it_takes_one(directory: Path) -> None:
    assert offered(directory, "--plugin-dir", "") == {"plugins"}
    assert offered(directory, "--config", "") == {"plugins", "web 1.xml"}
    assert offered(directory, "--set", "") == set()


def test_schemas_offers_its_actions_and_directories(directory: Path) -> None:
    assert offered(directory, "schemas", "") == {"list", "add", "plugins"}


def test_bash_knows_the_function(directory: Path) -> None:
    done = subprocess.run(
        ["bash", "--norc", "-c", 'source "$1"; complete -p xfm', "bash", ROOT / "completions/xfm.bash"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "complete -F _xfm xfm\n"


@pytest.mark.parametrize(("shell", "file"), [("zsh", "_xfm"), ("fish", "xfm.fish")])
def test_other_shells_can_read_theirs(shell: str, file: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    subprocess.run([shell, "-n", ROOT / "completions" / file], check=True)
