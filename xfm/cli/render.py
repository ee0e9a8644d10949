"""What people see: data on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xfm.errors import MissingError, XfmError, presentable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xfm.model import Result


def error(fault: XfmError) -> None:
    """A fault on stderr: what, where, and what to do about it."""
    lines = [f"xfm: error: {fault.message} [{fault.code}]"]
    place = f"{fault.file}:{fault.line}" if fault.file and fault.line else fault.file
    if not place and fault.line:
        place = f"line {fault.line} of the document"
    fields = {
        "stage": fault.stage,
        "stylesheet": fault.stylesheet,
        "plugin": fault.plugin,
        "at": place,
        "xpath": fault.xpath,
        "hint": fault.hint,
    }
    lines += [f"  {name + ':':<12}{value}" for name, value in fields.items() if value]
    more = [f"  {'also:':<12}{presentable(violation.message)}" for violation in fault.violations[1:]]
    _complain("\n".join([*lines, *more]))


def note(text: str) -> None:
    """A remark on stderr."""
    _complain(f"xfm: note: {presentable(text)}")


def progress(text: str) -> None:
    """How far something has come that takes its time, on stderr."""
    _complain(f"xfm: {presentable(text)}")


def notice(text: str) -> None:
    """What a guest will notice, on stderr."""
    _complain(f"xfm: the guest will notice: {presentable(text)}")


def settled(lines: Sequence[str]) -> None:
    """What libvirt has completed, and the pin takes up, on stderr."""
    for line in lines:
        _complain(f"xfm: completed by libvirt, and pinned now: {presentable(line)}")


def steps(result: Result) -> None:
    """What each stylesheet did and left out, on stderr: a line each."""
    for step in result.steps:
        _complain(f"xfm: {step.stage}/{step.stylesheet}: {'changed' if step.changed else 'matched nothing to change'}")
        for left in result.left_out:
            if left.stylesheet == step.stylesheet:
                _complain(f"xfm: {step.stage}/{step.stylesheet}: left out {presentable(f'{left.what}: {left.why}')}")


def _complain(text: str) -> None:
    """Write to stderr; where that fails there is nobody left to tell, and the exit status still says how it went."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
        except OSError:
            sys.stderr = None


def data(content: bytes) -> None:
    """Data on stdout.

    :raises MissingError: file, where stdout is closed or full.
    :raises BrokenPipeError: where its reader is gone.
    """
    if sys.stdout is None:
        raise MissingError("file", "stdout is closed", hint="give it somewhere to write to, or use -o FILE")
    try:
        view = memoryview(content)
        while view:  # an unbuffered stdout (PYTHONUNBUFFERED) may take less than it is given
            view = view[sys.stdout.buffer.write(view) or 0 :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        # Python would try again at its end, and complain in its own way.
        sys.stdout = None
        raise MissingError("file", f"cannot write to stdout: {fault.strerror}", hint="make room for it") from fault


def text(content: str) -> None:
    """Text on stdout, in UTF-8 whatever the locale."""
    data(content.encode("utf-8", "surrogateescape"))


def json(value: object) -> None:
    """A value as JSON on stdout."""
    from json import dumps

    text(dumps(value, indent=2, ensure_ascii=False) + "\n")


def table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> None:
    """Rows as a table on stdout, one line a row, never wrapped."""
    from tabulate import tabulate

    text(tabulate(rows, headers=headers, tablefmt="plain", disable_numparse=True) + "\n")
