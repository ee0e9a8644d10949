"""What this user keeps of a guest: the definition of before it was replaced, and what it was last defined from.

At each moment every definition that a guest has had last is somewhere: in libvirt, or in a file. While one is being
replaced it lies beside the one that was kept until then, and takes its place only when that is done.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from xfm import resources, sink, source
from xfm.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Documents that are taken note of: those that a guest goes to and fro between.
_NOTES = 8


class Kept:
    """The files of one guest below the state directory, which nobody else can read: definitions hold secrets.

    :param uri: of the connection, as libvirt gives it.
    """

    def __init__(self, uri: str, uuid: str) -> None:
        host = sha256(uri.encode()).hexdigest()[:16]
        self._folder = os.path.join(resources.state_directory(), "definitions", host)
        self._definition = os.path.join(self._folder, f"{uuid.lower()}.xml")
        self._replaced = os.path.join(self._folder, f"{uuid.lower()}.replaced")
        self._sent = os.path.join(self._folder, f"{uuid.lower()}.sent")

    @contextmanager
    def replacing(self, was: bytes) -> Iterator[Callable[[], None]]:
        """While a definition is replaced: it is kept if that succeeds, and what was kept before if it is refused.

        Where the block ends otherwise, nobody knows yet: :meth:`definition` finds it out. The block is given what it
        calls where nothing was replaced after all.

        :raises MissingError: file.
        """
        self.definition(was)
        self._write(self._replaced, was)
        same: list[bool] = []
        try:
            yield lambda: same.append(True)
        except DocumentError:
            os.unlink(self._replaced)
            raise
        if same:
            os.unlink(self._replaced)
        else:
            os.replace(self._replaced, self._definition)

    def definition(self, now: bytes) -> bytes | None:
        """The definition of before the last replacement; None where none is kept.

        :param now: the guest's definition, by which it is seen whether a replacement came to its end.
        """
        if os.path.exists(self._replaced):
            if source.read_file(self._replaced) == now:
                os.unlink(self._replaced)
            else:
                os.replace(self._replaced, self._definition)
        found = source.read_file(self._definition) if os.path.exists(self._definition) else now
        return None if found == now else found

    def forget_definition(self) -> None:
        """Forget what the guest was: it is another one."""
        for path in (self._definition, self._replaced):
            with suppress(FileNotFoundError):
                os.unlink(path)

    def note_sent(self, xml: bytes, became: bytes = b"") -> None:
        """Take note of what a guest is defined from, before it is; and afterwards of what became of it.

        :raises MissingError: file.
        """
        notes = [note for note in self._notes() if note[0] != _digest(xml)]
        self._note([*notes, (_digest(xml), _digest(became))])

    def became(self, xml: bytes, stored: bytes) -> bool | None:
        """Whether a guest is what became of a document; None where xfm was killed before it could see that."""
        for sent, became in self._notes():
            if sent == _digest(xml):
                return None if became == _digest(b"") else became == _digest(stored)
        return False

    def forget_sent(self, xml: bytes) -> None:
        """Take back the note: libvirt refused the document."""
        self._note([note for note in self._notes() if note[0] != _digest(xml)])

    def _notes(self) -> list[tuple[str, str]]:
        if not os.path.exists(self._sent):
            return []
        lines = source.read_file(self._sent).decode("ascii", "replace").splitlines()
        return [(sent, became) for sent, _, became in (line.partition(" ") for line in lines)]

    def _note(self, notes: list[tuple[str, str]]) -> None:
        self._write(self._sent, "".join(f"{sent} {became}\n" for sent, became in notes[-_NOTES:]).encode())

    def _write(self, path: str, data: bytes) -> None:
        sink.make_private(self._folder)
        sink.write_atomically(path, data, mode=0o600)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
