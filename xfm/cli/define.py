"""``xfm define FILE``: transform, define, read back, settle; ``xfm define --undo GUEST``: the definition of before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import abi, pin, source
from xfm.cli import documents, live, options, render
from xfm.errors import DocumentError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

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
        return _undo(arguments.undo, settings)
    from xfm.libvirt import definition, guests

    data = documents.read(arguments.file)
    with live.connected(settings) as connection:
        transform, accept = live.transforms(settings, connection)
        pinned = pin.read(source.parse_domain(data)) is not None
        try:
            result = (accept if arguments.repin and pinned else transform)(data)
        except DocumentError as error:
            if error.code == "abi-changed" and not error.stylesheet:
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


def _undo(guest: str, settings: Settings) -> int:
    from xfm.libvirt import definition, guests

    with live.connected(settings) as connection:
        name = guests.find(connection, guest).name()
        with guests.held(name, connection.getURI()):
            definition.undo(connection, guest)
        render.text(f"{presentable(name)}: as before; --undo again takes that back\n")
    return 0


def _tell(done: Defined, name: str, *, as_json: bool) -> None:
    for difference in done.noticed:
        render.notice(abi.describe(difference))
    if done.state == "replaced" and done.domain.isActive():
        render.note(f"{name} runs: the new definition holds from its next start")
    uuid, baseline = done.domain.UUIDString(), done.result.baseline
    if as_json:
        added = [change._asdict() for change in done.added]
        render.json({"name": name, "uuid": uuid, "state": done.state, "baseline": baseline, "added": added})
        return
    render.text(f"{presentable(name)}: {done.state}, baseline {baseline}, {uuid}\n")
    if done.added:
        rows = [[presentable(change.xpath), presentable(change.after or "-")] for change in done.added]
        render.table(rows, ["LIBVIRT ADDED", "VALUE"])
