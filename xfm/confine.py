"""Run a job under a limit of time and of memory, in a child of its own.

libxslt cannot be interrupted from within: a stylesheet that loops for ever, or doubles a string until the machine is
full, is ended from outside. The job runs in a forked child, whose death costs nothing; what it gives comes back over a
pipe. A fork takes a millisecond or two, where a thread could not be stopped and a new process would start from nothing.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import resource
import select
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from xfm import errors
from xfm.errors import DocumentError, MissingError, PluginError, XfmError
from xfm.limits import MEMORY, SECONDS
from xfm.model import Difference, LeftOut, Result, Step, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Progress = Callable[[str, str], None]
    Job = Callable[[Progress], Result]

_DONE, _FAILED, _NO_MEMORY, _CRASHED = range(4)


def run(
    job: Job, *, seconds: float = SECONDS, memory: int = MEMORY, strangers: Mapping[str, str] | None = None
) -> Result:
    """Run the job in a child and give its result.

    :param job: is given a function that it calls with stage and id of each stylesheet before that runs.
    :param strangers: the stylesheets that are not xfm's own, id -> plugin; over a limit, any other is not at fault, but
        the document.
    :raises XfmError: what the job raised; document-limit or stylesheet-limit, where it went over a limit: the
        document's fault while no stylesheet runs, or one of xfm's own, else the stylesheet's.
    """
    ends: list[int] = []
    try:
        for _ in range(3):
            ends += os.pipe()
        child = os.fork()
    except OSError as error:
        for descriptor in ends:
            os.close(descriptor)
        hint = "raise the limit of processes or of open files"
        raise MissingError("file", f"cannot start a process of its own: {error.strerror}", hint=hint) from error
    result_end, child_result, progress_end, child_progress, child_lifeline, lifeline = ends
    if child == 0:
        # What the parent holds must be the parent's alone: its end shows by these being closed.
        for descriptor in (result_end, progress_end, lifeline):
            os.close(descriptor)
        _child(job, child_result, child_progress, child_lifeline, seconds, memory)
    os.close(child_result)
    os.close(child_progress)
    os.close(child_lifeline)
    try:
        answer = _read(result_end, time.monotonic() + seconds)
    finally:
        os.close(result_end)
        _end(child)
        place = _last_place(progress_end)
        os.close(progress_end)
        os.close(lifeline)
    if answer is None:
        raise _over_limit(place, strangers or {}, f"did not come to an end within {seconds:g} seconds")
    return _result(answer, place, strangers or {})


def _end_with_parent(lifeline: int) -> None:
    """Have the system end this process (SIGIO's default) when nobody holds the other end of the pipe any more."""
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def _child(job: Job, result: int, progress: int, lifeline: int, seconds: float, memory: int) -> NoReturn:
    """The child's whole life: it never returns into its parent's code."""
    try:
        _end_with_parent(lifeline)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        # Whatever there is to say goes through the pipe; lxml would complain here of each allocation that fails.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        # Should all else fail, the child still ends.
        signal.setitimer(signal.ITIMER_REAL, seconds + 1)
        start = _peak()
        _limit_memory(start + memory)
        answer = _answer(job, start, memory, lambda stage, sheet: _tell(progress, f"{stage}/{sheet}\n"))
        view = memoryview(marshal.dumps(answer))
        while view:
            view = view[os.write(result, view) :]
    finally:
        os._exit(0)


def _answer(job: Job, start: int, memory: int, progress: Progress) -> tuple[int, Any]:
    try:
        done = job(progress)
        return _DONE, (
            done.xml,
            done.baseline,
            tuple(map(tuple, done.steps)),
            done.notes,
            tuple(map(tuple, done.left_out)),
            tuple(map(tuple, done.noticed)),
        )
    except XfmError as error:
        # libxslt takes an allocation that fails for a variable that is undefined, and the like
        if error.code in ("stylesheet-failed", "refused") and _peak() - start > memory // 3:
            return _NO_MEMORY, None
        return _FAILED, (type(error).__name__, error.fields())
    except MemoryError:
        return _NO_MEMORY, None
    except Exception as error:  # noqa: BLE001  whatever it is, the parent must hear of it
        return _CRASHED, f"{type(error).__name__}: {error}"


def _tell(progress: int, line: str) -> None:
    os.write(progress, line.encode())


def _peak() -> int:
    """The most bytes of address space that this process has had; 0 where the system does not say."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmPeak:"))
    except (OSError, StopIteration):
        return 0


def _limit_memory(limit: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _read(descriptor: int, deadline: float) -> bytes | None:
    """All that the child writes, or None if it is not through at the deadline."""
    chunks: list[bytes] = []
    poll = select.poll()  # select() knows no descriptor above 1023, and a large program has them
    poll.register(descriptor, select.POLLIN)
    while True:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return None
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)


def _end(child: int) -> None:
    """End the child if it still runs, and reap it; where SIGCHLD is ignored, the system has done so already."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def _last_place(progress: int) -> tuple[str, str]:
    """Stage and id of the stylesheet that the child began last; empty where it had begun none."""
    data = b""
    poll = select.poll()
    poll.register(progress, select.POLLIN)
    while poll.poll(0):
        chunk = os.read(progress, 1 << 16)
        if not chunk:
            break
        data = data[-256:] + chunk
    stage, _, sheet = data.decode().rstrip("\n").rpartition("\n")[2].partition("/")
    return stage, sheet


def _over_limit(place: tuple[str, str], strangers: Mapping[str, str], what: str) -> XfmError:
    stage, sheet = place
    if sheet in strangers:
        return PluginError(
            "stylesheet-limit",
            f"the stylesheet {what}",
            stage=stage,
            stylesheet=sheet,
            plugin=strangers[sheet],
            hint=f"mend it, or run without it: --set {sheet}=off",
        )
    return DocumentError(
        "document-limit",
        f"the work on the document {what}",
        stage=stage,
        stylesheet=sheet,
        hint="if the document is what it should be, and the machine just slow, raise --time-limit",
    )


def _result(answer: bytes, place: tuple[str, str], strangers: Mapping[str, str]) -> Result:
    if not answer:
        raise _over_limit(place, strangers, "crashed the XSLT engine, or took more memory than it may")
    kind, value = marshal.loads(answer)  # noqa: S302  our own child wrote it
    if kind == _DONE:
        xml, baseline, steps, notes, left_out, noticed = value
        return Result(
            xml,
            baseline,
            tuple(Step(*step) for step in steps),
            notes,
            tuple(LeftOut(*fields) for fields in left_out),
            tuple(Difference(*fields) for fields in noticed),
        )
    if kind == _FAILED:
        name, fields = value
        fields["violations"] = tuple(Violation(*violation) for violation in fields["violations"])
        raise getattr(errors, name)(fields.pop("code"), fields.pop("message"), **fields)
    if kind == _NO_MEMORY:
        raise _over_limit(place, strangers, f"took more than {MEMORY // 1024 // 1024} MiB of memory")
    raise RuntimeError(value)
