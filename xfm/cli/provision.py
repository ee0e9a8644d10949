"""``xfm provision GUEST``: store a guest's definition, install the guest, and start it from its definition."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from xfm.cli import documents, live, options, render
from xfm.errors import UsageError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.libvirt.installation import Medium
    from xfm.model import Result
    from xfm.settings import Settings

#: Seconds that are waited where no other number is given, and at most.
_WAIT, _LONGEST = 7200.0, 7 * 86400


def add_arguments(parser: ArgumentParser) -> None:
    """The guest, what it is installed from, whether its end is waited for; how a document is transformed."""
    guest = parser.add_argument(
        "guest",
        metavar="GUEST",
        help="a file with the definition that the guest is to have for good (a path, or NAME.xml; - is stdin), or the "
        "name or UUID of a guest that is defined",
    )
    options.offer(guest, "file")
    for name, metavar, text in (
        ("kernel", "FILE", "install from this kernel of the guest's host"),
        ("initrd", "FILE", "with --kernel: its initial ramdisk"),
        ("cmdline", "TEXT", "with --kernel: its command line"),
        ("cdrom", "ISO", "install from this disc of the guest's host, a file or a device"),
    ):
        action = parser.add_argument(f"--{name}", metavar=metavar, help=text)
        options.offer(action, "" if name == "cmdline" else "file")
    parser.add_argument("--pxe", action="store_true", help="install from the network, by the first interface")
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        nargs="?",
        type=_seconds,
        const=_WAIT,
        help=f"wait for the end of the installation, {_WAIT:g} seconds where no number is given, and start the guest",
    )
    parser.add_argument(
        "--replace", action="store_true", help="replace another definition, and install anew what is installed"
    )
    parser.add_argument("--print", action="store_true", help="print both documents, and do nothing")
    options.add_json(parser)
    live.add_arguments(parser)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is no number of seconds (GUEST comes first, or write --wait=SECONDS)"
        ) from None
    if not 0 < value <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most {_LONGEST}")
    return value


def run(arguments: Namespace) -> int:
    """The guest installs, or runs; or both documents on stdout."""
    medium = _medium(arguments)
    settings = options.gather(arguments)
    if arguments.print:
        return _print(arguments, medium, settings)
    if arguments.json:
        raise UsageError("usage", "--json is how --print prints", hint="leave it out, or add --print")
    from xfm.libvirt.provision import Chain, Order, provision

    is_file = live.is_file(arguments.guest)
    data = documents.read(arguments.guest) if is_file else None
    with live.connected(settings, events=arguments.wait is not None) as connection:
        chain = Chain(*live.transforms(settings, connection))
        result = chain.transform(data) if data is not None else None
        if result is not None:
            live.told(result)
            if settings.values["verbose"]:
                render.steps(result)
        order = Order(arguments.guest, medium, result.xml if result else None, replace=arguments.replace)
        name, state = provision(connection, order, chain, wait=arguments.wait, tell=render.progress)
    _tell(presentable(name), state)
    return 0


def _medium(arguments: Namespace) -> Medium:
    """What is installed from, with absolute paths.

    :raises UsageError: usage, where it is none of kernel, disc and network, or several.
    """
    from xfm.libvirt.installation import Medium

    given = [name for name in ("kernel", "cdrom", "pxe") if getattr(arguments, name)]
    if len(given) != 1:
        said = (
            f"{' and '.join(f'--{name}' for name in given)} exclude each other" if given else "nothing to install from"
        )
        raise UsageError("usage", said, hint="name one of --kernel FILE, --cdrom ISO and --pxe")
    if (arguments.initrd or arguments.cmdline) and not arguments.kernel:
        raise UsageError("usage", "--initrd and --cmdline go with --kernel", hint="name the kernel, or leave them out")
    texts = {name: getattr(arguments, name) or "" for name in ("kernel", "initrd", "cmdline", "cdrom")}
    for name, text in texts.items():
        if any(ord(character) < ord(" ") or "\ud800" <= character <= "\udfff" for character in text):
            raise UsageError("usage", f"--{name} has a character that no XML can hold", hint="leave it out")
    paths = {name: os.path.abspath(text) for name, text in texts.items() if text and name != "cmdline"}
    return Medium(**{**texts, **paths}, pxe=arguments.pxe)


def _print(arguments: Namespace, medium: Medium, settings: Settings) -> int:
    """Both documents; a file needs no connection, unless one is named whose host decides about it."""
    from xfm.libvirt.installation import one_off

    if live.is_file(arguments.guest) and settings.values["connect"] is None:
        transform, accept = live.transforms(settings, None)
        result = transform(documents.read(arguments.guest))
        installing = one_off(result.xml, medium, accept)
        return _printed(result, result.xml, installing, as_json=arguments.json)
    from xfm.libvirt import guests

    with live.connected(settings) as connection:
        transform, accept = live.transforms(settings, connection)
        is_file = live.is_file(arguments.guest)
        made = transform(documents.read(arguments.guest)) if is_file else None
        stored = made.xml if made else guests.definition(guests.find(connection, arguments.guest))
        installing = one_off(stored, medium, accept)
    return _printed(made, stored, installing, as_json=arguments.json)


def _printed(result: Result | None, stored: bytes, installing: bytes, *, as_json: bool) -> int:
    if result is not None:
        live.told(result)
    if as_json:
        render.json({"stored": stored.decode(), "installation": installing.decode()})
    else:
        render.data(b"<!-- stored -->\n" + stored + b"<!-- for the installation -->\n" + installing)
    return 0


def _tell(name: str, state: str) -> None:
    if state == "runs":
        render.text(f"{name}: installed, and runs from its stored definition\n")
    elif state == "installed":
        render.text(f"{name}: installed, and shut off\n")
        render.note(f"`virsh start {name}` starts it from its stored definition, and so does this command with --wait")
    else:
        render.text(f"{name}: is being installed; its definition is stored\n")
        render.note(
            f"when the installer has ended the guest is shut off: `virsh start {name}` starts it then; this command "
            "with --wait waits for that, and starts it"
        )
