"""``xfm upgrade --to N FILE``: move a pinned guest up to a newer baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import builtin
from xfm.cli import documents, options, render
from xfm.cli import filter as filter_command
from xfm.cli.repin import SETTINGS
from xfm.errors import UsageError
from xfm.settings import COMMAND_LINE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """``--to``, ``--check``, the options of the filter but for those that the pin decides, and the document."""
    parser.add_argument("--to", metavar="N", type=int, required=True, help=f"the baseline: up to {builtin.NEWEST}")
    parser.add_argument("--check", action="store_true", help="only tell what the guest would notice, on stdout")
    options.add_settings(parser, SETTINGS)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """The document at its new baseline; on stderr, or with ``--check`` on stdout, what the guest will notice."""
    settings = options.gather(arguments)
    if not arguments.check:
        return filter_command.filtered(arguments.file, settings, upgrade_to=arguments.to)
    for name in ("output", "in-place", "diff"):
        if settings.origins[name] == COMMAND_LINE:
            raise UsageError("usage", f"--check and --{name} exclude each other", hint="--check writes no document")
    pipeline = filter_command.pipeline_of(settings, record=False, upgrade_to=arguments.to)
    result = filter_command.transformed(documents.read(arguments.file), pipeline, settings)
    for note in result.notes:
        render.note(note)
    render.text("".join(f"{line}\n" for line in filter_command.noticed(result)))
    return 0
