"""Read the documents that a command is given."""

from __future__ import annotations

import sys

from xfm import source
from xfm.cli import render
from xfm.errors import MissingError
from xfm.limits import DOCUMENT_BYTES


def read(path: str) -> bytes:
    """The content of a file, or of stdin for ``-``: at most what the parser takes, and one byte to see that it is more.

    :raises MissingError: file.
    """
    return _read_stdin() if path == "-" else source.read_file(path)


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise MissingError("file", "stdin is closed", hint="name a FILE")
    if sys.stdin.isatty():
        render.note("reading domain XML from the terminal; end it with Ctrl-D, leave with Ctrl-C")
    try:
        return sys.stdin.buffer.read(DOCUMENT_BYTES + 1)
    except OSError as error:
        raise MissingError("file", f"cannot read stdin: {error.strerror}", hint="name a FILE") from error
