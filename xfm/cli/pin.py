"""``xfm pin FILE``: show the pin of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import pin, source
from xfm.cli import documents, options, render
from xfm.errors import DocumentError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """``--json`` and the document."""
    options.add_json(parser)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """What the pin records; exit status 1 where there is none."""
    document = source.parse_domain(documents.read(arguments.file))
    found = pin.read(document)
    if found is None:
        raise DocumentError("no-pin", "the document has no pin", hint="xfm FILE gives it one")
    sheets = [dict(zip(("stage", "id", "digest"), row, strict=True)) for row in found.stylesheets]
    recorded = pin.read_abi(document)
    digest = recorded.digest if recorded else ""
    parts = recorded.parts if recorded else ()
    if arguments.json:
        digests = [{"name": presentable(part.name), "digest": part.digest} for part in parts]
        guest = {"version": recorded.version, "digest": digest, "parts": digests} if recorded else None
        render.json({**found._asdict(), "stylesheets": sheets, "abi": guest})
        return 0
    names = ("baseline", "version", "schema", "machine", "topology")
    said = {name: getattr(found, name) for name in names} | {"abi": digest}
    render.text("".join(f"{name + ':':<10}{value}\n" for name, value in said.items() if value != ""))
    render.table([list(row.values()) for row in sheets], ["STAGE", "STYLESHEET", "DIGEST"])
    render.table([[presentable(part.name), part.digest] for part in parts], ["GUEST SEES", "DIGEST"])
    return 0
