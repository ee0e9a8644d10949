"""``xfm schemas``: the sets of libvirt's schemas."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xfm import schema
from xfm.cli import options, render
from xfm.errors import MissingError, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """``xfm schemas`` lists; ``xfm schemas add DIR`` registers another set."""
    parser.add_argument("action", nargs="?", choices=("list", "add"), default="list", help="list (default), or add")
    directory = parser.add_argument("directory", metavar="DIR", nargs="?", help="with add: where the .rng files are")
    options.offer(directory, "directory")
    parser.add_argument("--libvirt", metavar="VERSION", help="with add: the version of libvirt they belong to")
    options.add_json(parser)


def run(arguments: Namespace) -> int:
    """A line a set: the version of its libvirt, and where it is."""
    if arguments.action == "add":
        if not arguments.directory:
            raise UsageError("usage", "xfm schemas add needs a DIR", hint="xfm schemas add /path/to/schemas")
        sets = [schema.register(arguments.directory, arguments.libvirt)]
    elif arguments.directory or arguments.libvirt:
        raise UsageError("usage", "xfm schemas list takes no DIR and no --libvirt", hint="did you mean: add DIR?")
    else:
        sets = schema.installed_sets()
    if not sets:
        raise MissingError(
            "schemas-missing",
            "no schema set is there",
            hint="install libvirt's library (Debian: apt-get install libvirt0), or xfm schemas add DIR",
        )
    rows = [{"libvirt": found.version, "directory": os.path.dirname(found.path)} for found in sets]
    if arguments.json:
        render.json(rows)
    else:
        render.table([list(row.values()) for row in rows], ["LIBVIRT", "DIRECTORY"])
    return 0
