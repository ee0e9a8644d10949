"""``xfm repin FILE``: accept what was changed in a pinned document since it was pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm.cli import filter as filter_command
from xfm.cli import options
from xfm.settings import OPTIONS

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

#: The options of the filter that make sense for a pinned guest: its baseline is not chosen, and it is always pinned.
SETTINGS = tuple(option.name for option in OPTIONS if option.name not in ("baseline", "until"))


def add_arguments(parser: ArgumentParser) -> None:
    """The options of the filter, but for those that the pin decides, and the document."""
    options.add_settings(parser, SETTINGS)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """The document with a pin of what it is now; on stderr a line for each change that the guest will notice."""
    return filter_command.filtered(arguments.file, options.gather(arguments), repin=True)
