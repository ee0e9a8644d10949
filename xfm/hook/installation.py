"""Put the hook into its place, look whether it would work, and take it away again, with nothing else touched."""

from __future__ import annotations

import os
import signal
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import xfm
from xfm import resources, sink
from xfm.errors import MissingError, UsageError, XfmError
from xfm.hook import serve
from xfm.hook.script import Script
from xfm.hook.trust import vouch
from xfm.settings import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from xfm.hook.place import Daemon, Place

_MODE = 0o755


class Installed(NamedTuple):
    """What installing did: ``installed``, ``updated`` or ``unchanged``, and what is to be done or known beside it."""

    what: str
    notes: list[str]


class Status(NamedTuple):
    """What there is: the program that the hook calls (empty: there is no hook of ours), faults, and what to know.

    ``settings`` are those of the hook, by name; empty where the configuration cannot be read.
    """

    program: str
    faults: list[str]
    notes: list[str]
    settings: dict[str, str]


def this_program() -> str:
    """The xfm that runs, by its absolute path.

    :raises UsageError: usage, where it was not started as a program.
    """
    started = os.path.abspath(sys.argv[0])
    beside = os.path.join(os.path.dirname(sys.executable), "xfm")
    for path in (started, beside):
        if os.path.basename(path) == "xfm" and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise UsageError(
        "usage", "it cannot be told which xfm is to be called", hint="run it by its path: /usr/bin/xfm hook install"
    )


def install(place: Place, program: str, *, reload: bool = False) -> Installed:
    """Write the script, unless it is there as it should be.

    A hook that cannot do its work refuses every start, so it is tried before.

    :param program: the xfm that is to be called, by its absolute path.
    :param reload: whether the daemons are told.
    :raises XfmError: as :func:`xfm.hook.serve.prepared`: nothing was written then.
    :raises UsageError: usage, where a script of that name is not ours, or a name is none.
    :raises MissingError: file; untrusted.
    """
    _check_name(place.name)
    if not (place.path + program).isprintable():
        raise UsageError("usage", "a line break in a path cannot stand in a script", hint="give it another name")
    _check_files(place, program)
    serve.prepared()
    before, others = _ours(place), place.others()
    folders = before.folders if before else tuple(_missing_folders(place))
    wanted = Script(program, folders)
    what = "updated" if before else "installed"
    if before and _is_current(place, wanted):
        what = "unchanged"
    else:
        for folder in reversed(_missing_folders(place)):
            _make(folder)
        sink.write_atomically(place.path, wanted.text(), mode=_MODE)
    notes = place.hints(program) if place.is_libvirts() else []
    first = not others and what == "installed"
    if reload:
        notes += [_told(daemon) for daemon in place.daemons()] or ["no daemon runs that could be told"]
    elif first and place.is_libvirts():
        notes += [f"{_unaware(daemon)}: {_command(daemon)}, or --reload" for daemon in place.daemons()]
    return Installed(what, notes)


def uninstall(place: Place) -> bool:
    """Take the script away, and the folders that were made for it if nothing else is in them; whether there was one.

    :raises UsageError: usage, where the script of that name is not ours.
    :raises MissingError: file.
    """
    _check_name(place.name)
    script = _ours(place)
    if script is None:
        return False
    try:
        os.unlink(place.path)
    except OSError as error:
        raise _cannot("remove", place.path, error) from error
    mine = {os.path.abspath(path) for path in (place.folder, place.directory)}
    for folder in script.folders:
        if os.path.abspath(folder) in mine:  # nobody can have another folder removed by editing a comment
            with suppress(OSError):
                os.rmdir(folder)
    return True


def status(place: Place) -> Status:
    """Whether the hook is there and would do its work."""
    faults: list[str] = []
    notes: list[str] = []
    script = None
    try:
        script = _ours(place)
    except XfmError as error:
        faults.append(f"not installed: {error.message}")
    if script is None:
        faults = faults or [f"not installed: there is no {place.path}"]
    else:
        if not _is_current(place, script):
            faults.append(f"{place.path} is not as this xfm writes it: run `xfm hook install`")
        faults += _fault_of(lambda: _check_files(place, script.program))
        if script.program not in _this():
            notes.append(
                f"it calls {script.program}, which is another xfm than this one: `{script.program} hook status`"
            )
        if place.is_libvirts():
            notes += place.hints(script.program)
            notes += _unnoticed(place)
    settings: dict[str, str] = {}
    faults += _fault_of(lambda: settings.update(_settings()))
    notes += [f"{path} calls xfm as well" for path in place.others() if place.of(path) is not None]
    if os.geteuid() != 0:
        notes.append("whether the files are root's alone is checked only where root asks")
    return Status(script.program if script else "", faults, notes, settings)


def _this() -> list[str]:
    """How this program is called; nothing where that cannot be told."""
    with suppress(UsageError):
        return [this_program()]
    return []


def _settings() -> dict[str, str]:
    found, _ = serve.prepared()
    return {option.name: found.values[option.name] for option in OPTIONS if option.hook}


def _fault_of(work: Callable[[], object]) -> list[str]:
    try:
        work()
    except XfmError as error:
        place = f"{error.file}: " if error.file and error.file not in error.message else ""
        return [f"{place}{error.message} [{error.code}]"]
    return []


def _unnoticed(place: Place) -> list[str]:
    """The daemons that started before the first hook was there, and look for hooks only when they start or reload."""
    changed = os.stat(place.path).st_ctime
    return [
        f"{_unaware(daemon)}, unless it was reloaded since: {_command(daemon)}"
        for daemon in place.daemons()
        if not place.others() and changed > daemon.started
    ]


def _unaware(daemon: Daemon) -> str:
    return f"{daemon.name} (process {daemon.pid}) runs, and does not know yet that there is a hook"


def _command(daemon: Daemon) -> str:
    return f"`systemctl reload {daemon.name}`"


def _told(daemon: Daemon) -> str:
    try:
        os.kill(daemon.pid, signal.SIGHUP)
    except OSError as error:
        return f"{daemon.name} (process {daemon.pid}) could not be told: {error.strerror}; {_command(daemon)}"
    return f"{daemon.name} (process {daemon.pid}) was told to look for hooks"


def _check_name(name: str) -> None:
    if not name or "/" in name or name.startswith("."):
        raise UsageError("usage", f"{name!r} is no name for a hook", hint="such as: --name 50-xfm")


def _check_files(place: Place, program: str) -> None:
    """That the program is there and can be run, and that all of it is root's alone.

    :raises MissingError: file; untrusted.
    """
    if not os.path.isabs(program) or not (os.path.isfile(program) and os.access(program, os.X_OK)):
        raise MissingError(
            "file", f"there is no program {program}", hint="install xfm anew, and run `xfm hook install`"
        )
    vouch(program)
    vouch(_interpreter(program))
    for path in _loaded():
        vouch(path)
    for root in dict.fromkeys((os.path.dirname(xfm.__file__), resources.STYLESHEETS, resources.GRAMMARS)):
        for folder, _, names in os.walk(root):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                vouch(path)
    if place.is_libvirts():
        vouch(place.folder)


def _loaded() -> list[str]:
    """What this very process was loaded from: places where Python looks, and modules with their compiled forms."""
    found = [path for path in sys.path if path]
    for module in list(sys.modules.values()):
        spec = getattr(module, "__spec__", None)
        if spec is not None and spec.has_location:
            found += [path for path in (spec.origin, spec.cached) if path]
    return list(dict.fromkeys(found))


def _interpreter(program: str) -> str:
    """What runs a program: what its first line names, else the program itself."""
    with open(program, "rb") as file:
        first = file.readline(1 << 12)
    words = first[2:].split() if first.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else program


def _ours(place: Place) -> Script | None:
    try:
        script = place.script()
    except OSError as error:
        raise _cannot("read", place.path, error) from error
    if script is None and os.path.lexists(place.path):
        raise UsageError(
            "usage",
            f"{place.path} is not of xfm's making",
            hint="it stays as it is: move it away, or choose another --name",
        )
    return script


def _is_current(place: Place, wanted: Script) -> bool:
    try:
        with open(place.path, "rb") as file:
            data = file.read()
        return data == wanted.text() and stat.S_IMODE(os.stat(place.path).st_mode) == _MODE
    except OSError:
        return False


def _missing_folders(place: Place) -> list[str]:
    """The folders that are not there, the innermost first."""
    return [os.path.abspath(folder) for folder in (place.folder, place.directory) if not os.path.isdir(folder)]


def _make(folder: str) -> None:
    try:
        os.mkdir(folder, 0o755)
    except OSError as error:
        raise _cannot("make", folder, error) from error


def _cannot(what: str, path: str, error: OSError) -> MissingError:
    hint = "run it as root; where there is no /etc/libvirt, install libvirt first"
    return MissingError("file", f"cannot {what} {path}: {error.strerror}", file=path, hint=hint)
