"""The command line: find the command, run it, turn what it raises into a message and an exit status.

The first argument is a command, or else this is the filter, ``xfm [FILE]``. Each command is a module with
``add_arguments(parser)`` and ``run(arguments) -> int`` and is imported only when it is the one that runs.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence


class Command(NamedTuple):
    """A command: the module that holds it, and what it does in one line."""

    module: str
    summary: str


FILTER = Command("filter", "take one domain's XML through the chain")
COMMANDS: dict[str, Command] = {
    "validate": Command("validate", "check documents against libvirt's RelaxNG schema"),
    "explain": Command("explain", "every change of a run: where, what was, what is, and what was left out"),
    "stages": Command("stages", "the chain as it will run"),
    "plugins": Command("plugins", "what is loaded from where, with parameters"),
    "abi": Command("abi", "what the guest sees, and `abi diff A B`: what it sees differently"),
    "pin": Command("pin", "show the pin of a document"),
    "upgrade": Command("upgrade", "move a pinned guest up to a newer baseline, and tell what it will notice"),
    "repin": Command("repin", "accept what was changed in a pinned document, and tell what the guest will notice"),
    "devices": Command("devices", "every device, and by what the guest tells it from others"),
    "define": Command("define", "define a guest through libvirt, and let its pin take up what libvirt completes"),
    "edit": Command("edit", "edit a guest, with the chain and the guard between editor and definition"),
    "attach": Command("attach", "the whole of a device of which a part is given; with --connect: plug it in"),
    "detach": Command("detach", "what takes a device away, by its alias; with --connect: unplug it"),
    "provision": Command("provision", "store a guest, then install it: define first, create once"),
    "audit": Command("audit", "check every guest of a host"),
    "hook": Command("hook", "what libvirt calls: filter at migrate and restore, check at start; install, status"),
    "host-facts": Command("host_facts", "capture what a host can run, for --host-facts"),
    "import": Command("import_", "make domain XML of another tool's configuration"),
    "schemas": Command("schemas", "the sets of libvirt's schemas: list, add"),
    "config": Command("config", "the settings that hold, and where each comes from"),
}


def console() -> NoReturn:
    """Run xfm as a program, and leave at once: freeing schema and stylesheets one by one takes longer than a stage."""
    gc.disable()  # a run ends before collecting pays
    try:
        status = main()
    except KeyboardInterrupt:  # before there was anything to be interrupted
        status = _die_of("SIGINT")
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run xfm.

    :param argv: the arguments without the program's name; None for those of the process.
    :return: the exit status: 0 done, 1 document refused, 2 usage, 3 environment, 4 plugin or stylesheet.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["hook"] and not _concerns_hook(arguments[1:]):
        return 0
    from xfm.cli import options, render
    from xfm.errors import XfmError

    command = COMMANDS.get(arguments[0]) if arguments else None
    try:
        module = import_module(f"xfm.cli.{(command or FILTER).module}")
        served: int | None = module.direct(arguments[1:]) if hasattr(module, "direct") else None
        if served is not None:
            return served
        parser = options.new_parser(arguments.pop(0) if command else "", command or FILTER, COMMANDS)
        module.add_arguments(parser)
        status: int = module.run(options.parse(parser, arguments, COMMANDS))
        return status
    except XfmError as error:
        render.error(error)
        return error.exit_status
    except BrokenPipeError:
        return _die_of("SIGPIPE")
    except KeyboardInterrupt:
        return _die_of("SIGINT")


def _concerns_hook(words: list[str]) -> bool:
    """Whether libvirt, or a person, wants something of the hook. Nothing was loaded that could fail."""
    from xfm.hook import called

    call = called(words)
    return call is None or call.concerns


def _die_of(name: str) -> int:
    """End as a program does that never heard of the signal, so that a shell and its scripts see what happened."""
    import signal

    number = signal.Signals[name]
    # What is still in Python's buffer has nowhere to go.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number
