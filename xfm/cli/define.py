"""``xfm define FILE``: transform, define, read back, settle; ``xfm define --undo GUEST``: the definition of before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import abi, pin, source
from xfm.cli import documents, live, options, render
from xfm.errors import DocumentError, UsageError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    import libvirt

    from xfm.libvirt.definition import Defined
    from xfm.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    """What is replaced, what is accepted, what is taken back; how the document is transformed; the document."""
    parser.add_argument("--replace", action="store_true", help="replace a guest of that name and UUID")
    parser.add_argument(
        "--repin", action="store_true", help="accept what was edited by hand, and what a guest that is replaced notices"
    )
    parser.add_argument("--undo", metavar="GUEST", help="give a guest the definition of before it was replaced")
    options.add_json(parser)
    live.add_arguments(parser)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """On stdout what libvirt added; the guest is as it was, or as asked."""
    settings = options.gather(arguments)
    if arguments.undo is not None:
        if arguments.file != "-" or arguments.replace or arguments.repin:
            raise UsageError("usage", "--undo takes a guest, and nothing else", hint="xfm define --undo GUEST")
        return _undo(arguments.undo, settings, as_json=arguments.json)
    from xfm.libvirt import definition, guests

    data = documents.read(arguments.file)
    with live.connected(settings) as connection:
        transform, accept = live.transforms(settings, connection)
        pinned = pin.read(source.parse_domain(data)) is not None
        try:
            result = (accept if arguments.repin and pinned else transform)(data)
        except DocumentError as error:
            if error.code == "abi-changed" and error.hint.startswith("undo it, or accept it"):
                error.hint = "undo it in the document, or accept it: --repin; nothing was changed"
            raise
        name = source.parse_domain(result.xml).findtext("name", "")
        with guests.held(name, connection.getURI()):
            done = definition.define(
                connection, result.xml, transform, replace=arguments.replace, accept=arguments.repin
            )
        live.told(result)
        _tell(done, name, as_json=arguments.json)
    return 0


def _undo(guest: str, settings: Settings, *, as_json: bool) -> int:
    from xfm.libvirt import definition, guests

    with live.connected(settings) as connection:
        domain = guests.find(connection, guest)
        name = domain.name()
        with guests.held(name, connection.getURI()):
            noticed = definition.undo(connection, domain)
        for difference in noticed:
            render.notice(abi.describe(difference))
        _tell_when(domain)
        if as_json:
            render.json({"name": name, "uuid": domain.UUIDString(), "state": "undone"})
            return 0
        render.text(f"{presentable(name)}: as before; --undo again takes that back\n")
    return 0


def _tell(done: Defined, name: str, *, as_json: bool) -> None:
    for difference in done.noticed:
        render.notice(abi.describe(difference))
    if done.state == "replaced":
        _tell_when(done.domain)
    uuid, baseline = done.domain.UUIDString(), done.result.baseline
    if as_json:
        added = [change._asdict() for change in done.added]
        render.json({"name": name, "uuid": uuid, "state": done.state, "baseline": baseline, "added": added})
        return
    render.text(f"{presentable(name)}: {done.state}, baseline {baseline}, {uuid}\n")
    if done.added:
        rows = [[presentable(change.xpath), presentable(change.after or "-")] for change in done.added]
        render.table(rows, ["LIBVIRT ADDED", "VALUE"])


def _tell_when(domain: libvirt.virDomain) -> None:
    """When a new definition holds, where that is not the next thing that happens to the guest."""
    if domain.isActive():
        render.note(f"{domain.name()} runs: the new definition holds from its next start")
    elif domain.hasManagedSaveImage():
        render.note(
            f"{domain.name()} has a saved state, with which it goes on as it was: the new definition holds later"
        )
