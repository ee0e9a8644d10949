"""What this user notes of a guest's installation, so that one that has ended is not begun again."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from xfm import resources, sink, source
from xfm.errors import MissingError

if TYPE_CHECKING:
    import libvirt

    from xfm.libvirt.installation import Boot

#: The guest that installs was created; it has ended by itself; it may have, or not; the guest was started after it.
STARTED, ENDED, UNKNOWN, DONE = "started", "ended", "unknown", "done"


class Journal:
    """A file of one guest below the state directory: which installation it is, and how far it has come.

    It is there from the moment before the guest that installs is created, and stays: what is installed once is not
    installed again unasked, whatever its definition has become since.

    :param uri: of the connection, as libvirt gives it.
    :param boot: what the guest that installs boots.
    """

    def __init__(self, uri: str, uuid: str, boot: Boot) -> None:
        host = sha256(uri.encode()).hexdigest()[:16]
        self._folder = os.path.join(resources.state_directory(), "installations", host)
        self._path = os.path.join(self._folder, uuid.lower())
        which = repr((boot.facts, sorted(boot.discs)))
        self._digest = sha256(which.encode()).hexdigest()

    def about_to_start(self, domain: libvirt.virDomain) -> None:
        """Note that the guest that installs is created now, and why the guest is shut off before that.

        :raises MissingError: file.
        """
        sink.make_private(self._folder)
        self._write(str(domain.state()[1]))

    def note(self, step: str) -> None:
        """Note how far it has come; where that cannot be written, the guest goes on all the same."""
        with suppress(MissingError):
            self._write(step)

    def has_begun(self) -> bool:
        """Whether this very installation was begun."""
        return self._step() != ""

    def outcome(self, domain: libvirt.virDomain) -> str:
        """What became of this installation, of a guest that is shut off.

        Killed at the moment of creating it, xfm could not note that it did; it shows in why the guest is shut off now,
        unless it was so before for the same reason.

        :return: ``ended``; ``unknown``, where libvirt tells of another end, or, restarted since, of none; else nothing:
            it was not begun.
        """
        import libvirt

        step, reason = self._step(), domain.state()[1]
        if step in ("", ENDED, DONE):
            return ENDED if step else ""
        if reason == libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN and step != str(reason):
            return ENDED
        return UNKNOWN if step == STARTED else ""

    def close(self) -> None:
        """Forget the installation."""
        with suppress(OSError):
            os.unlink(self._path)

    def _step(self) -> str:
        """How far this installation has come; nothing where none was noted, or another one."""
        if not os.path.exists(self._path):
            return ""
        which, _, step = source.read_file(self._path).decode("ascii", "replace").strip().partition(" ")
        return step if which == self._digest else ""

    def _write(self, step: str) -> None:
        sink.write_atomically(self._path, f"{self._digest} {step}\n".encode())
