"""Documents that are run: what a Markdown file shows is what the commands in it print.

A fenced block with a name after its language (```` ```xml web1.xml ````) is a file. A ``console`` block holds commands,
each after ``$ `` (``> `` goes on with it), and below each all that it prints; ``console exit=1`` says how its last
command ends. A ``sh`` block is not run. All blocks of a document run in one directory, which is shown as /srv/guests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    RunDocument = Callable[[Path], None]

ROOT = Path(__file__).resolve().parents[2]
SHOWN_DIRECTORY = "/srv/guests"
SHOWN_ROOT = "/opt/xfm"

_BLOCK = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_STATUS = re.compile(r"exit=(\d)\Z")


class Command(NamedTuple):
    """A command of a console block: the lines that show it, and what a shell runs."""

    shown: str
    script: str


@pytest.fixture
def run_document(tmp_path: Path, pytestconfig: pytest.Config) -> RunDocument:
    """Run a document's blocks; with ``--regen`` write what they print, else fail where they print something else."""

    def run(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        actual = _rerun(text, path, tmp_path)
        if actual == text:
            return
        if pytestconfig.getoption("--regen"):
            path.write_text(actual, encoding="utf-8")
            return
        diff = unified_diff(text.splitlines(True), actual.splitlines(True), str(path), f"{path}, as it prints")
        pytest.fail("".join(diff), pytrace=False)

    return run


def _rerun(text: str, path: Path, directory: Path) -> str:
    """The document with the output of its commands as it is now."""

    def rerun_block(match: re.Match[str]) -> str:
        language, _, rest = match["info"].partition(" ")
        if language == "console":
            place = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            return f"```{match['info']}\n{_run_block(match['body'], rest, place, directory)}```"
        if rest:
            file = directory / rest
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(match["body"], encoding="utf-8")
        return match[0]

    return _BLOCK.sub(rerun_block, text)


def _run_block(body: str, info: str, place: str, directory: Path) -> str:
    status = _STATUS.match(info)
    commands = _commands(body)
    assert commands, f"{place}: a console block without a command"
    shown = []
    for index, command in enumerate(commands):
        expected = int(status[1]) if status and index == len(commands) - 1 else 0
        done = _run(command.script, directory)
        output = done.stdout.replace(str(directory), SHOWN_DIRECTORY).replace(str(ROOT), SHOWN_ROOT)
        assert done.returncode == expected, f"{place}: exit status {done.returncode}: {command.script}\n{output}"
        shown.append(command.shown + output)
    return "".join(shown)


def _commands(body: str) -> list[Command]:
    commands: list[Command] = []
    in_command = False
    for line in body.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append(Command(line, line[2:]))
            in_command = True
        elif line.startswith("> ") and in_command:
            shown, script = commands[-1]
            commands[-1] = Command(shown + line, script + line[2:])
        else:
            in_command = False
    return commands


def _run(script: str, directory: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(directory),
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
