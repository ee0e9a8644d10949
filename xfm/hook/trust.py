"""What the hook may read: it runs as root, so nothing that anybody else could have written.

The owner of a directory can put another one in its place; so a path is as good as the worst of its parts, and of those
of what its symbolic links lead to. The sticky bit is not enough: in /tmp anybody can be first to make a name.
"""

from __future__ import annotations

import os
import stat

from xfm.errors import MissingError

#: Symbolic links on one path after which the system gives up as well.
_LINKS = 40
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def vouch(path: str) -> None:
    """See to it that a path is root's alone, on all its way; one that is not there is fine, and so is any if not root.

    :raises MissingError: untrusted; file, where it cannot be looked at.
    """
    if os.geteuid() != 0:
        return
    here, links = "/", 0
    todo = _parts(path if path.startswith("/") else os.path.join(os.getcwd(), path))
    _check("/", os.lstat("/"), path)
    while todo:
        name = todo.pop()
        if name == "..":
            here = os.path.dirname(here)
            continue
        there = os.path.join(here, name)
        try:
            status = os.lstat(there)
            target = os.readlink(there) if stat.S_ISLNK(status.st_mode) else None
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            message = f"cannot look at {there!r}: {error.strerror}"
            raise MissingError("file", message, file=there, hint="root must be able to read it") from error
        if target is None:
            _check(there, status, path)
            here = there
            continue
        links += 1
        if links > _LINKS:
            return  # opening it fails
        here = "/" if target.startswith("/") else here
        todo += _parts(target)


def _parts(path: str) -> list[str]:
    """The names of a path, the last one first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _check(place: str, status: os.stat_result, path: str) -> None:
    if status.st_uid != 0:
        fault, cure = f"belongs to the user {status.st_uid}, and not to root", f"chown root {place}"
    elif status.st_mode & _BY_OTHERS:
        fault, cure = "can be written by others than root", f"chmod go-w {place}"
    else:
        return
    where = f", on the way to {path}" if place.rstrip("/") != path.rstrip("/") else ""
    raise MissingError(
        "untrusted",
        f"{place} {fault}{where}",
        file=place,
        hint=f"libvirt's hook runs as root and reads only what is root's alone: {cure}, or put it somewhere else",
    )
