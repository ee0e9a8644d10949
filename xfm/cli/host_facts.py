"""``xfm host-facts --connect URI``: capture what a host can run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import hostfacts, sink
from xfm.cli import options, render

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """The connection, and where the facts go."""
    parser.add_argument(
        "--connect", metavar="URI", default="qemu:///system", help="libvirt's URI of the host (default: %(default)s)"
    )
    action = parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE, whole or not at all")
    options.offer(action, "file")


def run(arguments: Namespace) -> int:
    """One XML document with the host's facts, on stdout or in a file."""
    from xfm.libvirt import facts

    data = facts.capture(arguments.connect)
    hostfacts.combined([(arguments.connect, data)])  # what leaves can be read again
    if arguments.output in (None, "-"):
        render.data(data)
    else:
        sink.write_atomically(arguments.output, data)
    return 0
