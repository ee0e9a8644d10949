"""The filter starts for every document anew: it must not load what it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Set

ROOT = Path(__file__).resolve().parents[2]
#: What a plain run of the filter does without.
FORBIDDEN = [
    "asyncio", "click", "curses", "dataclasses", "difflib", "email", "http", "importlib.metadata", "json", "libvirt",
    "logging", "pathlib", "rich", "shutil", "socket", "ssl", "subprocess", "tabulate", "tempfile", "tomllib", "urllib",
    "xmlschema",
]  # fmt: skip
#: Modules that a run loads beyond those of a bare interpreter: a bound that only a new heavy import breaks.
MOST = 130
LISTING = """
import os, sys
before = set(sys.modules)
def leave(status):
    sys.stdout.flush()
    print(*sorted(set(sys.modules) - before), file=sys.stderr)
    sys.stderr.flush()
    leave_really(status)
leave_really, os._exit = os._exit, leave
parent = os.getpid()
from xfm.cli import main
status = main(sys.argv[1:])
leave(status)
"""


@pytest.fixture
def loaded(isolated: Path, document: Path) -> Set[str]:
    """The modules that the second run loads; the first one fills the cache."""
    command = [sys.executable, "-c", LISTING, str(document)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, env=environment, cwd=isolated, check=True, timeout=60)
    assert done.stdout.startswith(b"<domain")
    return set(done.stderr.decode().splitlines()[-1].split())


@pytest.mark.parametrize("name", FORBIDDEN)
def test_it_is_not_loaded(name: str, loaded: Set[str]) -> None:
    assert not sorted(module for module in loaded if module == name or module.startswith(f"{name}."))


def test_the_modules_are_few(loaded: Set[str]) -> None:
    assert "xfm.pipeline" in loaded
    assert len(loaded) < MOST, sorted(loaded)


@pytest.mark.parametrize("args", [("--version",), ("stages", "--help")])
def test_help_loads_little(args: tuple[str, ...], isolated: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "xfm", *args]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, env=environment, cwd=isolated, check=True, timeout=60)
    names = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert "argparse" in names
    assert not names & {"libvirt", "xmlschema", "tabulate", "json", "importlib.metadata"}
