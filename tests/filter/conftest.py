"""What the tests of the filter share: a process of its own to be prodded, and documents."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


class Spawn(Protocol):
    """``spawn(*args, **how)``: the command line, started and left running; ``how`` is as for subprocess.Popen."""

    def __call__(self, *args: str | Path, **how: Any) -> subprocess.Popen[bytes]: ...


@pytest.fixture
def spawn(isolated: Path) -> Iterator[Spawn]:
    """The command line in a process that the test talks to; it is ended with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*args: str | Path, **how: Any) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **how.pop("env", {})}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": isolated}
        command = [sys.executable, "-m", "xfm", *map(str, args)]
        running.append(subprocess.Popen(command, env=environment, **{**pipes, **how}))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


@pytest.fixture
def document(tmp_path: Path, minimal: bytes) -> Path:
    """A file with a document."""
    path = tmp_path / "web1.xml"
    path.write_bytes(minimal)
    return path
