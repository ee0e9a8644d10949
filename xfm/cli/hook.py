"""``xfm hook …``: what libvirt calls; ``xfm hook install``, ``status``, ``uninstall``: the hook in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm.cli import documents, options, render
from xfm.errors import MissingError, UsageError, presentable
from xfm.hook import called

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.hook import Call
    from xfm.hook.place import Place

_ACTIONS = ("install", "status", "uninstall")


def direct(words: list[str]) -> int | None:
    """Serve libvirt, which gives no options but names of guests that may look like some; None where it did not call."""
    call = called(words)
    if call is None:
        return None
    return _serve(call) if call.concerns else 0


def _serve(call: Call) -> int:
    from xfm.hook.serve import serve

    answer = serve(call, lambda: documents.read("-"))
    for note in answer.notes:
        render.note(note)
    if answer.xml:
        render.data(answer.xml)
    return 0


def add_arguments(parser: ArgumentParser) -> None:
    """What is done, and where."""
    from xfm.hook import place

    parser.add_argument(
        "action",
        choices=_ACTIONS,
        help="what is to be done with the hook; libvirt itself gives four other words, "
        "OBJECT OPERATION SUBOPERATION EXTRA, and XML on stdin",
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        default=place.NAME,
        help="the script's name; the scripts run by name (default: %(default)s)",
    )
    action = parser.add_argument(
        "--hooks-dir",
        metavar="DIR",
        default=place.DIRECTORY,
        help="libvirt's directory of hooks (default: %(default)s)",
    )
    options.offer(action, "directory")
    parser.add_argument(
        "--driver",
        metavar="DRIVER",
        default="qemu",
        choices=place.DRIVERS,
        help="libvirt's driver (default: %(default)s)",
    )
    parser.add_argument(
        "--reload", action="store_true", help="install: tell the daemon that there is a hook now (SIGHUP)"
    )
    options.add_json(parser)


def run(arguments: Namespace) -> int:
    """Do it, and say what was done: a line each."""
    from xfm.hook.place import Place

    place = Place(arguments.hooks_dir, arguments.driver, arguments.name)
    if place.is_libvirts():
        _forget_environment()
    if arguments.json and arguments.action != "status":
        raise UsageError("usage", "--json is for `xfm hook status`", hint="the exit status tells how the others went")
    return {"install": _install, "status": _status, "uninstall": _uninstall}[arguments.action](place, arguments)


def _install(place: Place, arguments: Namespace) -> int:
    from xfm.hook import installation

    program = installation.this_program()
    done = installation.install(place, program, reload=arguments.reload)
    what = {"unchanged": "already installed"}.get(done.what, done.what)
    render.text(f"{place.path}: {what}; calls {program}\n")
    for note in done.notes:
        render.note(note)
    return 0


def _uninstall(place: Place, _: Namespace) -> int:
    from xfm.hook import installation

    render.text(f"{place.path}: {'removed' if installation.uninstall(place) else 'not installed'}\n")
    return 0


def _status(place: Place, arguments: Namespace) -> int:
    from xfm.hook import installation

    found = installation.status(place)
    chain = place.chain()
    if arguments.json:
        render.json(
            {
                "path": place.path,
                "installed": bool(found.program),
                "program": found.program or None,
                "works": not found.faults,
                "settings": found.settings,
                "faults": found.faults,
                "notes": found.notes,
                "chain": chain,
            }
        )
    else:
        lines = [f"fault: {presentable(fault)}" for fault in found.faults]
        if found.program:
            lines = [f"hook: {place.path}", f"calls: {found.program}", *lines]
        lines += [f"{name}: {value}" for name, value in found.settings.items()]
        lines += [f"runs {number}: {path}" for number, path in enumerate(chain, 1)]
        render.text("".join(f"{line}\n" for line in [*lines, *([] if found.faults else ["works"])]))
        for note in found.notes:
            render.note(note)
    return MissingError.exit_status if found.faults else 0


def _forget_environment() -> None:
    """Look at what there is as the hook itself will: libvirt hands it next to nothing of an environment."""
    import os

    for name in [name for name in os.environ if name.startswith(("XFM_", "XDG_", "OSINFO_"))]:
        del os.environ[name]
        render.note(f"{name} is set here, and libvirt does not set it for the hook: passed over")
