"""``xfm attach GUEST DEVICE``: all of a device of which a part is given; through libvirt: plug it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import hotplug, sink
from xfm.cli import documents, live, options, render
from xfm.cli import filter as filter_command
from xfm.errors import UsageError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    import libvirt
    from lxml.etree import _Element

    from xfm.hotplug import Plug
    from xfm.libvirt.hotplug import Chains, Outcome
    from xfm.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    """Guest and device; where it is plugged in, or only shown; how documents are transformed."""
    parser.add_argument("guest", metavar="GUEST", help="a file with domain XML, or the name of a guest of libvirt's")
    action = parser.add_argument(
        "device",
        metavar="DEVICE",
        help="a device or a part of it: the XML itself, a file, or - for stdin",
    )
    options.offer(action, "file")
    add_places(parser)
    parser.add_argument("--print", action="store_true", help="only print what would be plugged in")
    parser.add_argument("--domain", action="store_true", help="of a file: print the whole domain with the device in it")
    action = parser.add_argument("-o", "--output", metavar="FILE", help="of a file: write to FILE, whole or not at all")
    options.offer(action, "file")
    options.add_json(parser)
    live.add_arguments(parser, "--config-file")


def add_places(parser: ArgumentParser) -> None:
    """``--live`` and ``--config``, and ``--repin``."""
    parser.add_argument("--live", action="store_true", help="change the guest that runs")
    parser.add_argument("--config", dest="stored", action="store_true", help="change the stored definition")
    parser.add_argument("--repin", action="store_true", help="accept what else was edited by hand in a pinned guest")


def run(arguments: Namespace) -> int:
    """The snippet, or with a guest of libvirt's what was done."""
    settings = options.gather(arguments)
    text = arguments.device
    device = hotplug.parse_device(text.encode() if text.lstrip().startswith("<") else documents.read(text))
    if live.is_file(arguments.guest):
        refuse_places(arguments)
        return _in_file(arguments, settings, device)
    from xfm.libvirt import guests
    from xfm.libvirt import hotplug as plugging

    with live.connected(settings, events=True) as connection:
        domain = guests.find(connection, arguments.guest)
        chains = chains_of(settings, connection, repin=arguments.repin)
        with guests.held(domain.name(), connection.getURI()):
            where = plugging.places(domain, config=arguments.stored or None, live=arguments.live or None)
            if arguments.print:
                plug = chains.complete(where.live or where.config or b"", device, where.config if where.live else None)
                return _printed(plug)
            outcome = plugging.attach(domain, device, where, chains)
        tell("attached", domain, outcome, as_json=arguments.json)
    return 0


def refuse_places(arguments: Namespace) -> None:
    """Refuse options that mean a guest of libvirt's where GUEST is a file.

    :raises UsageError: usage.
    """
    if arguments.live or arguments.stored:
        raise UsageError("usage", "--live and --config mean a guest of libvirt's, and GUEST is a file", hint="name it")


def chains_of(settings: Settings, connection: libvirt.virConnect | None, *, repin: bool) -> Chains:
    """The chains that plugging needs."""
    from xfm.libvirt.hotplug import Chains

    transform, accept = live.transforms(settings, connection)
    return Chains(accept if repin else transform, accept, completing(settings))


def completing(settings: Settings) -> Callable[[bytes, _Element, bytes | None], Plug]:
    """What completes a device with these settings."""
    pipeline = filter_command.pipeline_of(live.without_connection(settings), record=False)

    def complete(domain: bytes, device: _Element, other: bytes | None) -> Plug:
        return hotplug.complete(
            pipeline, lambda chosen, data: filter_command.transformed(data, chosen, settings), domain, device, other
        )

    return complete


def _in_file(arguments: Namespace, settings: Settings, device: _Element) -> int:
    """GUEST is a file: nothing is plugged in, only told."""
    transform, accept = live.transforms(settings, None)
    domain = (accept if arguments.repin else transform)(documents.read(arguments.guest)).xml
    plug = completing(settings)(domain, device, None)
    if not arguments.domain:
        return _printed(plug, arguments.output)
    whole = accept(hotplug.with_devices(domain, plug.devices))
    live.told(whole)
    return _delivered(whole.xml, arguments.output)


def _printed(plug: Plug, output: str | None = None) -> int:
    for note in plug.notes:
        render.note(note)
    if plug.obstacle:
        render.note(f"libvirt cannot plug {plug.obstacle} into a guest that runs")
    if len(plug.devices) > 1:
        render.note(f"{len(plug.devices) - 1} of these are controllers that must be plugged in before {plug.alias}")
    return _delivered(b"".join(plug.devices), output)


def _delivered(data: bytes, output: str | None) -> int:
    if output is None or output == "-":
        render.data(data)
    else:
        sink.write_atomically(output, data)
    return 0


def tell(what: str, domain: libvirt.virDomain, outcome: Outcome, *, as_json: bool) -> None:
    """What was done, on stdout."""
    for note in outcome.notes:
        render.note(note)
    name = domain.name()
    if as_json:
        render.json({"name": name, "alias": outcome.alias, what: list(outcome.done)})
    elif outcome.done:
        render.text(f"{presentable(name)}: {what} {presentable(outcome.alias)} ({', '.join(outcome.done)})\n")
    else:
        render.text(f"{presentable(name)}: nothing to do for {presentable(outcome.alias)}\n")
