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
    from collections.abc import Iterator


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
    def replacing(self, was: bytes) -> Iterator[None]:
        """While a definition is replaced: it is kept if that succeeds, and what was kept before if it is refused.

        Where the block ends otherwise, nobody knows yet: :meth:`definition` finds it out.

        :raises MissingError: file.
        """
        self.definition(was)
        self._write(self._replaced, was)
        try:
            yield
        except DocumentError:
            os.unlink(self._replaced)
            raise
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

    def forget(self) -> None:
        """Forget the guest: another one begins."""
        for path in (self._definition, self._replaced, self._sent):
            with suppress(FileNotFoundError):
                os.unlink(path)

    def note_sent(self, xml: bytes, became: bytes = b"") -> None:
        """Take note of what a guest is defined from, before it is; and afterwards of what became of it.

        :raises MissingError: file.
        """
        self._write(self._sent, f"{_digest(xml)} {_digest(became)}".encode())

    def became(self, xml: bytes, stored: bytes) -> bool | None:
        """Whether a guest is what became of a document; None where xfm was killed before it could see that."""
        if not os.path.exists(self._sent):
            return False
        sent, _, became = source.read_file(self._sent).decode("ascii", "replace").partition(" ")
        if sent != _digest(xml):
            return False
        return None if became == _digest(b"") else became == _digest(stored)

    def forget_sent(self) -> None:
        """Take back the note: libvirt refused the document."""
        with suppress(FileNotFoundError):
            os.unlink(self._sent)

    def _write(self, path: str, data: bytes) -> None:
        sink.make_private(self._folder)
        sink.write_atomically(path, data, mode=0o600)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
