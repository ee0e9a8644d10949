"""``xfm pin FILE``: show the pin of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import pin, source
from xfm.cli import documents, options, render
from xfm.errors import DocumentError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """``--json`` and the document."""
    options.add_json(parser)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """What the pin records; exit status 1 where there is none."""
    found = pin.read(source.parse_domain(documents.read(arguments.file)))
    if found is None:
        raise DocumentError("no-pin", "the document has no pin", hint="xfm FILE gives it one")
    sheets = [dict(zip(("stage", "id", "digest"), row, strict=True)) for row in found.stylesheets]
    if arguments.json:
        render.json({**found._asdict(), "stylesheets": sheets})
        return 0
    names = ("baseline", "version", "schema", "machine", "topology")
    render.text("".join(f"{name + ':':<10}{getattr(found, name)}\n" for name in names if getattr(found, name) != ""))
    render.table([list(row.values()) for row in sheets], ["STAGE", "STYLESHEET", "DIGEST"])
    return 0
