"""``xfm validate FILE...``: RelaxNG only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import checks, schema, source
from xfm.cli import documents, options, render
from xfm.errors import DocumentError, presentable
from xfm.model import Violation

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.schema import Schema


def add_arguments(parser: ArgumentParser) -> None:
    """``--schemas``, ``--json`` and the files."""
    options.add_settings(parser, ("schemas",))
    options.add_json(parser)
    options.add_input(parser, nargs="+")


def run(arguments: Namespace) -> int:
    """One line a fault: ``FILE:LINE:COLUMN: message``; exit status 1 if there is any."""
    grammar = schema.find(options.gather(arguments).values["schemas"])
    found = {file: _faults(documents.read(file), grammar) for file in arguments.file}
    if arguments.json:
        render.json(
            [
                {"file": file, "valid": not faults, "faults": [f._asdict() for f in faults]}
                for file, faults in found.items()
            ]
        )
    else:
        lines = [
            f"{file}:{f.line}:{f.column}: {presentable(f.message)}\n" for file, faults in found.items() for f in faults
        ]
        render.text("".join(lines))
    return 1 if any(found.values()) else 0


def _faults(data: bytes, grammar: Schema) -> list[Violation]:
    try:
        document = source.parse_domain(data)
    except DocumentError as error:
        return [Violation(error.message, error.xpath, error.line or 1, 1)]
    return source.located(data, document, checks.violations(grammar, document))
