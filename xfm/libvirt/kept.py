"""What this user keeps of a guest: the definition of before it was replaced, and what it was last defined from."""

from __future__ import annotations

import os
from hashlib import sha256

from xfm import resources, sink, source
from xfm.errors import MissingError


class Kept:
    """The files of one guest below the state directory, which nobody else can read: definitions hold secrets.

    :param uri: of the connection, as libvirt gives it.
    """

    def __init__(self, uri: str, uuid: str) -> None:
        host = sha256(uri.encode()).hexdigest()[:16]
        self._folder = os.path.join(resources.state_directory(), "definitions", host)
        self._definition = os.path.join(self._folder, f"{uuid.lower()}.xml")
        self._sent = os.path.join(self._folder, f"{uuid.lower()}.sent")

    def keep(self, xml: bytes) -> None:
        """Keep a definition, in place of the one that was kept before.

        :raises MissingError: file.
        """
        self._write(self._definition, xml)

    def definition(self) -> bytes | None:
        """The definition that is kept; None where there is none."""
        return (source.read_file(self._definition) or None) if os.path.exists(self._definition) else None

    def note_sent(self, xml: bytes, *, was: bytes = b"", became: bytes = b"") -> None:
        """Take note of what a guest is defined from: before it is, what it was; afterwards, what became of it.

        :raises MissingError: file.
        """
        self._write(self._sent, " ".join(map(_digest, (xml, was, became))).encode())

    def is_what_became_of(self, xml: bytes, stored: bytes) -> bool:
        """Whether the guest was defined from this document last, and is now what libvirt made of it then.

        Where xfm was killed before it could see what became of it, whatever it was not before is taken for that.
        """
        if not os.path.exists(self._sent):
            return False
        noted = source.read_file(self._sent).decode("ascii", "replace").split()
        now = _digest(stored)
        return noted[:1] == [_digest(xml)] and (noted[2:] == [now] or (noted[2:] == [_digest(b"")] and noted[1] != now))

    def _write(self, path: str, data: bytes) -> None:
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise MissingError(
                "file",
                f"cannot keep what the guest was: {error.strerror}",
                file=path,
                hint="make it writable, or name another directory by XFM_STATE; nothing was changed",
            ) from error
        sink.write_atomically(path, data, mode=0o600)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
