"""``xfm detach GUEST ALIAS``: the least that takes a device away; through libvirt: unplug it, and wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import hotplug
from xfm.cli import attach, documents, live, options, render

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

#: Seconds that a guest may take to let go of a device, where nothing else is asked for; Nova's bound.
SECONDS = 20.0


def add_arguments(parser: ArgumentParser) -> None:
    """Guest and alias; where it is unplugged, or only shown; how documents are transformed."""
    parser.add_argument("guest", metavar="GUEST", help="a file with domain XML, or the name of a guest of libvirt's")
    parser.add_argument("alias", metavar="ALIAS", help="the device's alias; `xfm devices` lists them")
    attach.add_places(parser)
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=options.positive, default=SECONDS, help="how long the guest may take (20)"
    )
    parser.add_argument("--print", action="store_true", help="only print what libvirt needs to know the device by")
    options.add_json(parser)
    live.add_arguments(parser, "--config-file")


def run(arguments: Namespace) -> int:
    """The snippet, or with a guest of libvirt's what was done."""
    settings = options.gather(arguments)
    if live.is_file(arguments.guest):
        attach.refuse_places(arguments)
        render.data(hotplug.smallest(documents.read(arguments.guest), arguments.alias))
        return 0
    from xfm.libvirt import guests
    from xfm.libvirt import hotplug as plugging

    with live.connected(settings, events=True) as connection:
        domain = guests.find(connection, arguments.guest)
        chains = attach.chains_of(settings, connection, repin=arguments.repin)
        with guests.held(domain.name(), connection.getURI()):
            where = plugging.places(domain, config=arguments.stored or None, live=arguments.live or None)
            if arguments.print:
                render.data(hotplug.smallest(where.live or where.config or b"", arguments.alias))
                return 0
            outcome = plugging.detach(domain, arguments.alias, where, chains, arguments.timeout)
        attach.tell("detached", domain, outcome, as_json=arguments.json)
    return 0
