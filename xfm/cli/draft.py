"""A text in the hands of an editor: a file that nobody else can read, kept until what it says is done."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from xfm import resources, sink
from xfm.cli import render
from xfm.errors import DocumentError, MissingError, XfmError, presentable
from xfm.limits import DOCUMENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_COMMENTS = re.compile(rb"\A(?:<!-- xfm: [^\n]* -->\r?\n)+")
_LINE = re.compile(r"\bline (\d+)\b")
#: Of many faults, so many are told.
_FAULTS = 20


class Draft:
    """A file below the state directory that holds a text while it is edited.

    :param name: of the guest, for the name of the file.
    :param text: as it is handed to the editor.
    :raises MissingError: file, where it cannot be made.
    """

    def __init__(self, name: str, text: bytes) -> None:
        folder = os.path.join(resources.state_directory(), "edits")
        safe = re.sub(r"[^A-Za-z0-9_.+-]", "_", name)[:60].lstrip(".")
        self.path = os.path.join(folder, f"{safe}-{os.urandom(4).hex()}.xml")
        self._name = name
        self._original = self._text = text
        sink.make_private(folder)
        try:
            with open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
                file.write(text)
        except OSError as error:
            with suppress(OSError):
                os.unlink(self.path)
            raise MissingError(
                "file",
                f"cannot write {self.path!r}: {error.strerror}",
                file=self.path,
                hint="make it writable, or name another directory by XFM_STATE; nothing was changed",
            ) from error

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Until the end of this block: gone if that is reached, else kept where somebody has changed the text."""
        try:
            yield
        except BaseException:
            self._keep()
            raise
        self._remove()

    def edited(self) -> bytes | None:
        """Have the text edited; None where it comes back as it was handed out, or empty.

        :raises MissingError: editor, where there is none, or it fails; file.
        :raises DocumentError: too-large.
        :raises KeyboardInterrupt: where that has ended the editor.
        """
        before = self._text
        _run_editor(self.path)
        text = self._read()
        if not text.strip() or text == before:
            return None
        self._text = text
        return text

    def refuse(self, error: XfmError, more: Iterable[str] = (), text: bytes | None = None) -> None:
        """Write on top of the text why it was refused.

        :param more: what else there is to say.
        :param text: what is edited from now on, if not the text that was refused.
        """
        self._text = self._text if text is None else text
        lines = [f"error: {error.message} [{error.code}]", f"xpath: {error.xpath}", f"hint: {error.hint}"]
        lines += [f"also: {violation.message}" for violation in error.violations[1:_FAULTS]]
        lines = [line for line in (*lines, *more) if not line.endswith(": ")]
        lines += [
            "Change the text to try again. Leave it as it is, or empty, to give up:",
            f"it is kept in {self.path}",
        ]
        if error.line:  # what is told of lies below the comments
            lines.insert(1, f"at: line {error.line}")
            below = len(lines)
            lines[:2] = [_LINE.sub(lambda found: f"line {int(found[1]) + below}", line) for line in lines[:2]]
        comments = "".join(f"<!-- xfm: {_harmless(line)} -->\n" for line in lines)
        sink.write_atomically(self.path, comments.encode() + self._text)

    def _read(self) -> bytes:
        """The text without the comments on top of it; nothing where the file is gone."""
        try:
            # an editor that left a link in its place would have us write to where that leads
            with open(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                data = file.read(2 * DOCUMENT_BYTES)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise MissingError(
                "file",
                f"cannot read {self.path!r}: {error.strerror}",
                file=self.path,
                hint="make it readable: the text may be in it",
            ) from error
        text = _COMMENTS.sub(b"", data)
        if len(text) > DOCUMENT_BYTES:
            raise DocumentError(
                "too-large",
                f"the text is larger than {DOCUMENT_BYTES // 1024 // 1024} MiB",
                hint="libvirt itself takes no larger document over its RPC; the guest is as it was",
            )
        return text

    def _keep(self) -> None:
        """Keep a text that somebody has worked on, and say where; whatever else goes wrong is told by others."""
        try:
            now = self._read()
            if not now.strip() and self._text != self._original:
                sink.write_atomically(self.path, self._text)
                now = self._text
        except XfmError:
            now = b"?"
        if now.strip() and now != self._original:
            with suppress(OSError):
                descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
                os.fchmod(descriptor, 0o600)
                os.close(descriptor)
            render.note(f"the text is kept in {self.path}; `xfm define --replace` takes it from there")
        else:
            self._remove()

    def _remove(self) -> None:
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass
        except OSError as error:
            render.note(f"{self.path} cannot be removed: {error.strerror}")


def _harmless(line: str) -> str:
    """A line that may stand in an XML comment."""
    line = presentable(line)
    while "--" in line:
        line = line.replace("--", "- -")
    return line


def _run_editor(path: str) -> None:
    """Run ``$VISUAL``, else ``$EDITOR``, else vi, and wait for its end.

    :raises MissingError: editor.
    :raises KeyboardInterrupt: where that has ended it.
    """
    import shlex
    import signal
    import subprocess

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    # Ctrl-C is the editor's: a handler of ours, unlike to ignore it, is not inherited
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        status = subprocess.call([*shlex.split(editor), path])  # noqa: S603  the user's own choice
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        hint = "name another one by VISUAL or EDITOR; nothing was changed"
        raise MissingError("editor", f"cannot run the editor {editor}: {reason}", hint=hint) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status:
        how = f"was ended by signal {-status}" if status < 0 else f"ended with exit status {status}"
        raise MissingError("editor", f"the editor {editor} {how}", hint="nothing was changed")
