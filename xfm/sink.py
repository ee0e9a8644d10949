"""bytes -> a file, whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from xfm.errors import MissingError

_REPLACED = "the old content, if there was any, is untouched"
_WRITTEN_THROUGH = "it is no regular file: what was written until then has reached it"


def write_atomically(path: str, data: bytes, *, mode: int | None = None) -> None:
    """Replace a file by new content; whatever happens, it holds either the old content or the new.

    The new content is written and synced beside the file under a name of its own, with the file's mode and owner, and
    then takes its place. A symbolic link stays one: what it points to is replaced. What is no regular file (a pipe, a
    terminal, ``/dev/stdout``) is simply written to.

    :param mode: the mode that the file gets, whole; None for that of the file before, or the usual one.
    :raises MissingError: file.
    """
    descriptor = _open_descriptor(path)
    if descriptor is not None:
        _write_to(descriptor, path, data)
        return
    before: os.stat_result | None
    try:
        before = os.stat(path)
    except FileNotFoundError:
        before = None
    except OSError as error:
        raise _cannot_write(path, error) from error
    if before is not None and not stat.S_ISREG(before.st_mode):
        _write_through(path, data)
        return
    target = os.path.realpath(path)
    directory = os.path.dirname(target)
    temporary = os.path.join(directory, f".xfm-{os.urandom(8).hex()}")
    try:
        if before is not None:
            # Who may not write to the file may not replace it; and the system has its own say about symbolic links.
            os.close(os.open(path, os.O_WRONLY))
        # Nobody may open it before it has the mode of the file that it replaces.
        private = 0o666 if before is None and mode is None else 0o600
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, private)
        try:
            _fill(descriptor, data, before, mode)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
        _sync_directory(directory)
    except OSError as error:
        raise _cannot_write(path, error) from error


def make_private(folder: str) -> None:
    """Make a folder for files that nobody else may read, with those above it that are missing.

    :raises MissingError: file.
    """
    try:
        missing = folder
        todo = []
        while not os.path.isdir(missing):
            todo.append(missing)
            missing = os.path.dirname(missing)
        for path in reversed(todo):
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
        if not os.path.isdir(folder):
            raise NotADirectoryError(20, os.strerror(20))
    except OSError as error:
        raise MissingError(
            "file",
            f"cannot make {folder!r}: {error.strerror}",
            file=folder,
            hint="make it writable, or name another directory by XFM_STATE; nothing was changed",
        ) from error


def _open_descriptor(path: str) -> int | None:
    """The descriptor that a path such as /dev/stdout names: what is behind it is being written, not to be replaced."""
    names = {"/dev/stdout": 1, "/dev/stderr": 2}
    directory, _, number = path.rpartition("/")
    if directory in ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd") and number.isdecimal():
        return int(number)
    return names.get(path)


def _write_to(descriptor: int, path: str, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _cannot_write(path, error, _WRITTEN_THROUGH) from error


def _fill(descriptor: int, data: bytes, before: os.stat_result | None, mode: int | None) -> None:
    """Write and sync a new file; with a mode, it has that only when it is whole, for a program may be run at once."""
    with open(descriptor, "wb") as file:
        if before is not None and mode is None:
            _copy_ownership(descriptor, before)
        file.write(data)
        file.flush()
        if mode is not None:
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)


def _copy_ownership(descriptor: int, before: os.stat_result) -> None:
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(descriptor, before.st_uid, before.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


def _sync_directory(directory: str) -> None:
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return  # one that can be written to and not read; the file itself is synced
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_through(path: str, data: bytes) -> None:
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise _cannot_write(path, error, _WRITTEN_THROUGH) from error


def _cannot_write(path: str, error: OSError, hint: str = _REPLACED) -> MissingError:
    return MissingError(
        "file",
        f"cannot write {path!r}: {error.strerror}",
        file=path,
        hint=hint,
    )
