"""Installed plugins: the ``xfm`` entry points of Python packages, with a cache that notices what was installed since.

``importlib.metadata.entry_points`` opens every installed distribution, which costs more than a whole run of the filter.
So its answer is kept in the user's cache directory, under a fingerprint of the metadata directories on ``sys.path``:
their names, and the time and size of each ``entry_points.txt``. Installing, removing, upgrading or editing a plugin
changes it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from xfm import resources
from xfm.errors import XfmError

if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = "xfm"
_FORMAT = "xfm entry points 1"


class EntryPoint(NamedTuple):
    """An installed plugin: its name, ``module:attribute``, and the distribution it comes from."""

    name: str
    value: str
    distribution: str


def installed(vouch: Callable[[str], None] | None = None) -> list[EntryPoint]:
    """The entry points of the group ``xfm``, by name.

    :param vouch: is called with each file of their packages, none of which is imported yet.
    :raises XfmError: what ``vouch`` raises.
    """
    found = _installed(vouch)
    if vouch is not None:
        for entry in found:
            for path in _files(entry.value):
                vouch(path)
    return found


def _installed(vouch: Callable[[str], None] | None) -> list[EntryPoint]:
    fingerprint = _fingerprint()
    # Each Python environment has its own file, or two in use by turns would always miss.
    environment = f"{crc32(sys.prefix.encode()):08x}"
    path = os.path.join(resources.user_cache_directory(), f"entry-points-{environment}")
    cached = _read_cache(path, fingerprint) if _is_vouched_for(path, vouch) else None
    if cached is not None:
        return cached
    found = _discover()
    _write_cache(path, fingerprint, found)
    return found


def _is_vouched_for(path: str, vouch: Callable[[str], None] | None) -> bool:
    try:
        if vouch is not None:
            vouch(path)
    except XfmError:
        return False  # what it holds can be found again
    return True


def _files(value: str) -> list[str]:
    """The files of the package, or the module, that ``module:attribute`` is in; none where it is not there."""
    from importlib.util import find_spec

    try:
        spec = find_spec(value.partition(":")[0].strip().partition(".")[0])
    except (ImportError, ValueError):
        spec = None  # importing it fails, and says why
    if spec is None:
        return []
    found = [path for path in (spec.origin, spec.cached) if spec.has_location and path]
    for folder in spec.submodule_search_locations or ():
        for place, folders, names in os.walk(folder):
            found += [place, *(os.path.join(place, name) for name in (*folders, *names))]
    return found


def _discover() -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return sorted(
        EntryPoint(entry.name, entry.value, entry.dist.name if entry.dist else "unknown")
        for entry in entry_points(group=GROUP)
    )


def _fingerprint() -> str:
    parts = [sys.version]
    standard_library = os.path.dirname(os.__file__)
    for directory in sys.path:
        if directory in (standard_library, os.path.join(standard_library, "lib-dynload")):
            continue  # large, and no place where a distribution is installed
        try:
            with os.scandir(directory or ".") as entries:
                names = sorted(e.path for e in entries if e.name.endswith((".dist-info", ".egg-info", ".egg-link")))
        except OSError:
            # Not a directory: nothing, or an archive, whose own time stands for its content.
            parts.append(_state(directory))
            continue
        parts += [f"{name}={_state(os.path.join(name, 'entry_points.txt'))}" for name in names]
    return "\t".join(parts).replace("\n", " ")


def _state(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return "-"
    return f"{status.st_mtime_ns}:{status.st_size}"


def _read_cache(path: str, fingerprint: str) -> list[EntryPoint] | None:
    try:
        with open(path, encoding="utf-8") as file:
            # What stands here is imported: trust only a file of our own.
            if os.fstat(file.fileno()).st_uid != os.geteuid():
                return None
            lines = file.read().split("\n")
    except (OSError, ValueError):
        return None
    if lines[:2] != [_FORMAT, fingerprint] or lines[-1] != "end":
        return None
    rows = [line.split("\t") for line in lines[2:-1]]
    return [EntryPoint(*row) for row in rows] if all(len(row) == len(EntryPoint._fields) for row in rows) else None


def _write_cache(path: str, fingerprint: str, found: list[EntryPoint]) -> None:
    """Keep the answer; a cache that cannot be written only costs the next run its time."""
    import tempfile

    text = "\n".join([_FORMAT, fingerprint, *("\t".join(entry) for entry in found), "end"])
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".entry-points-")
    except OSError:
        return
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
