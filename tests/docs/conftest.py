"""Documents that are run: what a Markdown file shows is what the commands in it print.

A fenced block with a name after its language (```` ```xml web1.xml ````) is a file. A ``console`` block holds commands,
each after ``$ `` (``> `` goes on with it), and below each all that it prints; ``console exit=1`` says how its last
command ends. A ``sh`` block is not run. All blocks of a document run in one directory, which is shown as /srv/guests.
What xfm keeps, it keeps there, too, and that is shown as /var/lib/xfm.

A document with the line ``<!-- needs libvirtd -->`` has a libvirtd of its own, which nobody else sees: libvirt's
default URI leads to it, and what commands print of its directories is shown as if it were the system's.

A document with the line ``<!-- needs a place of root's -->`` is run where root alone can write, with a copy of xfm that
is root's alone; the folder ``etc`` there is its configuration, and shown as /etc/xfm.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.live.conftest import PrivateLibvirtd

    RunDocument = Callable[[Path], None]

ROOT = Path(__file__).resolve().parents[2]
SHOWN_DIRECTORY = "/srv/guests"
SHOWN_ROOT = "/opt/xfm"
SHOWN_STATE = "/var/lib/xfm"
SHOWN_URI = "qemu:///system"
NEEDS_LIBVIRTD = "\n<!-- needs libvirtd -->\n"
NEEDS_PLACE = "\n<!-- needs a place of root's -->\n"

_BLOCK = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_STATUS = re.compile(r"exit=(\d)\Z")
#: The name of a text that `xfm edit` keeps is another one each time.
_KEPT = re.compile(r"(edits/[^/\s]+-)[0-9a-f]{8}(?=\.xml)")


class Command(NamedTuple):
    """A command of a console block: the lines that show it, and what a shell runs."""

    shown: str
    script: str


class Place(NamedTuple):
    """Where the blocks of a document run.

    :param environment: what the commands have beside the usual.
    :param shown: what stands in a document for what they print: ``{as it is: as it is shown}``, in this order.
    """

    directory: Path
    environment: dict[str, str]
    shown: dict[str, str]

    def as_shown(self, output: str) -> str:
        """An output as a document shows it."""
        for actual, shown in self.shown.items():
            output = output.replace(actual, shown)
        return _KEPT.sub(r"\g<1>1f0c6a2e", output)


@pytest.fixture
def run_document(tmp_path: Path, pytestconfig: pytest.Config) -> RunDocument:
    """Run a document's blocks; with ``--regen`` write what they print, else fail where they print something else."""

    def run(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        with _place(text, tmp_path) as place:
            actual = _rerun(text, path, place)
        if actual == text:
            return
        if pytestconfig.getoption("--regen"):
            path.write_text(actual, encoding="utf-8")
            return
        diff = unified_diff(text.splitlines(True), actual.splitlines(True), str(path), f"{path}, as it prints")
        pytest.fail("".join(diff), pytrace=False)

    return run


@contextlib.contextmanager
def _place(text: str, directory: Path) -> Iterator[Place]:
    """The place for a document, with a libvirtd where that needs one."""
    state = directory / ".state"
    environment = {"XFM_STATE": str(state)}
    shown = {str(state): SHOWN_STATE, str(directory): SHOWN_DIRECTORY, str(ROOT): SHOWN_ROOT}
    with contextlib.ExitStack() as stack:
        if NEEDS_LIBVIRTD in text:
            daemon = stack.enter_context(_libvirtd())
            environment["LIBVIRT_DEFAULT_URI"] = daemon.uri
            parts = {"run": "/run", "etc": "/etc/libvirt"}
            parts |= {name: f"/var/{name}/libvirt" for name in ("lib", "cache", "log")}
            shown = {daemon.uri: SHOWN_URI, **{f"{daemon.root}/{name}": parts[name] for name in parts}, **shown}
        if NEEDS_PLACE in text:
            folder = stack.enter_context(_place_of_roots())
            directory = folder / "guests"
            environment["PATH"] = os.pathsep.join([str(folder / "xfm" / "bin"), os.environ["PATH"]])
            shown = {
                f"{directory}/etc": "/etc/xfm",
                str(directory): SHOWN_DIRECTORY,
                f"{folder}/xfm": SHOWN_ROOT,
                **shown,
            }
        yield Place(directory, environment, shown)


@contextlib.contextmanager
def _place_of_roots() -> Iterator[Path]:
    """A folder with xfm, and one for the document, which has the configuration."""
    from tests import trusted

    if os.geteuid() != 0:
        pytest.skip("only root has to be careful, and what that looks like is shown")
    mask = os.umask(0o022)
    try:
        with trusted.folder() as folder:
            trusted.install(folder / "xfm", etc=folder / "guests" / "etc")
            yield folder
    finally:
        os.umask(mask)


@contextlib.contextmanager
def _libvirtd() -> Iterator[PrivateLibvirtd]:
    from tests.live import conftest as live  # who reads the other documents needs no libvirt-python

    with contextlib.ExitStack() as stack:
        try:
            daemon = stack.enter_context(live.private_libvirtd())
        except live.CannotStartError as error:
            live.refuse(str(error))
        yield daemon


def _rerun(text: str, path: Path, place: Place) -> str:
    """The document with the output of its commands as it is now."""

    def rerun_block(match: re.Match[str]) -> str:
        language, _, rest = match["info"].partition(" ")
        if language == "console":
            line = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            return f"```{match['info']}\n{_run_block(match['body'], rest, line, place)}```"
        if rest:
            file = place.directory / rest
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(match["body"], encoding="utf-8")
        return match[0]

    return _BLOCK.sub(rerun_block, text)


def _run_block(body: str, info: str, line: str, place: Place) -> str:
    status = _STATUS.match(info)
    commands = _commands(body)
    assert commands, f"{line}: a console block without a command"
    shown = []
    for index, command in enumerate(commands):
        expected = int(status[1]) if status and index == len(commands) - 1 else 0
        done = _run(command.script, place)
        output = place.as_shown(done.stdout)
        assert done.returncode == expected, f"{line}: exit status {done.returncode}: {command.script}\n{output}"
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


def _run(script: str, place: Place) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "VIRSH_", "LIBVIRT_"))},
        "HOME": str(place.directory),
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        **place.environment,
    }
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        cwd=place.directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
