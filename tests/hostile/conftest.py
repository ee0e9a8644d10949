"""What the hostile tests share: the command line under observation of its time and memory."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Seconds after which a run that hangs is killed, so that its test fails and the others go on.
PATIENCE = 40
ROOT = Path(__file__).resolve().parents[2]


class Observed(NamedTuple):
    """What a run gave, how long it took, and the most memory that it or one of its children held."""

    status: int
    stdout: bytes
    stderr: str
    seconds: float
    mebibytes: int

    def refused(self, status: int, code: str, *, seconds: float = 10, mebibytes: int = 400) -> None:
        """Assert that the run was refused as it should be: clearly, cheaply, with nothing on stdout."""
        first = self.stderr.partition("\n")[0]
        assert self.status == status, self.stderr
        assert self.stdout == b""
        assert first.startswith("xfm: error: ") and first.endswith(f"[{code}]"), self.stderr[:2000]
        assert "Traceback" not in self.stderr
        assert len(self.stderr) < 4096, f"{len(self.stderr)} characters on stderr"
        self.cheap(seconds=seconds, mebibytes=mebibytes)

    def cheap(self, *, seconds: float = 10, mebibytes: int = 400) -> None:
        """Assert bounds of time and memory: the system counts from what the process was forked from."""
        assert self.seconds < seconds
        assert self.mebibytes < max(mebibytes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 + 100)


class Observe(Protocol):
    """``observe(*args, stdin=…)``: run the command line; stdin may be a stream of pieces."""

    def __call__(
        self, *args: str | Path, stdin: bytes | Iterable[bytes] = b"", env: Mapping[str, str] | None = None
    ) -> Observed: ...


@pytest.fixture
def observe(isolated: Path, tmp_path: Path) -> Observe:
    """The command line in a process of its own, observed."""

    def run(*args: str | Path, stdin: bytes | Iterable[bytes] = b"", env: Mapping[str, str] | None = None) -> Observed:
        out, err = isolated / "stdout", isolated / "stderr"
        began = time.monotonic()
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "xfm", *map(str, args)],
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            )
        feeder = threading.Thread(target=_feed, args=(process, [stdin] if isinstance(stdin, bytes) else stdin))
        feeder.start()
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        watchdog.cancel()
        feeder.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Observed(
            process.returncode,
            out.read_bytes(),
            err.read_text(encoding="utf-8", errors="backslashreplace"),
            seconds,
            usage.ru_maxrss // 1024,
        )

    return run


def _feed(process: subprocess.Popen[bytes], pieces: Iterable[bytes]) -> None:
    assert process.stdin is not None
    # It may have read enough, or all that there is, before the end.
    with contextlib.suppress(BrokenPipeError):
        for piece in pieces:
            process.stdin.write(piece)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
