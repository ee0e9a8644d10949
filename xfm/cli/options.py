"""argparse parsers, made from the one table of options in :mod:`xfm.settings`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from xfm import settings
from xfm.errors import UsageError
from xfm.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xfm.cli import Command
    from xfm.settings import Option, Settings

_EPILOG = """\
exit status: 0 done; 1 the document was refused; 2 usage; 3 the environment lacks something;
4 a plugin or stylesheet is broken. Nothing is printed on stdout unless the whole run succeeded."""


def new_parser(name: str, command: Command, commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """The parser of a command, or of the filter where the name is empty, without its own arguments yet."""
    epilog = _EPILOG
    if not name:
        width = max(map(len, commands)) + 2
        listing = "\n".join(f"  {key:{width}}{value.summary}" for key, value in commands.items())
        epilog = f"commands (the first argument; `xfm COMMAND --help` tells more):\n{listing}\n\n{_EPILOG}"
    parser = argparse.ArgumentParser(
        prog=f"xfm {name}".strip(),
        description=command.summary[0].upper() + command.summary[1:] + ".",
        epilog=epilog,
        formatter_class=_help_formatter,
        allow_abbrev=False,
    )
    if not name:
        parser.add_argument("--version", action="version", version=f"xfm {VERSION}")
    return parser


def _help_formatter(prog: str) -> argparse.HelpFormatter:
    """A formatter that knows its width: argparse would load shutil for it, for every option, help or no help."""
    try:
        width = int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        width = 80
    return argparse.RawDescriptionHelpFormatter(prog, width=width - 2, max_help_position=28)


def add_settings(parser: argparse.ArgumentParser, names: tuple[str, ...] | None = None) -> None:
    """Add the options of :data:`xfm.settings.OPTIONS` (those named, or all), and ``--config``.

    Each is None where it is not given, so that the configuration files can be told apart from the command line.
    """
    for option in settings.OPTIONS:
        if names is None or option.name in names:
            flags = [f"-{option.short}"] if option.short else []
            action = parser.add_argument(
                *flags,
                f"--{option.name}",
                dest=_dest(option.name),
                help=option.help,
                default=None,
                **_kind(option),
            )
            action.completion = option.complete
    action = parser.add_argument(
        "--config", metavar="FILE", help="read this configuration file too, after the system's and the user's"
    )
    action.completion = "file"


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``, which every listing has."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_input(parser: argparse.ArgumentParser, *, nargs: str | None = "?") -> None:
    """Add the FILE argument: one document, ``-`` or nothing for stdin."""
    action = parser.add_argument(
        "file",
        metavar="FILE",
        nargs=nargs,
        default="-" if nargs == "?" else None,
        help="domain XML; - is stdin",
    )
    action.completion = "file"


def gather(arguments: argparse.Namespace) -> Settings:
    """The settings that hold, with those of the parsed command line on top."""
    given = {option.name: getattr(arguments, _dest(option.name), None) for option in settings.OPTIONS}
    given["set"] = _pairs(given["set"])
    return settings.gather(given, arguments.config)


def _dest(name: str) -> str:
    return "setting_" + name.replace("-", "_")


def _kind(option: Option) -> dict[str, Any]:
    metavar = {"metavar": option.metavar or option.name.upper()}
    if option.kind == "flag":
        return {"action": argparse.BooleanOptionalAction}
    if option.kind in ("list", "map"):
        return {"action": "append", **metavar}
    if option.choices:
        return {"choices": option.choices, **metavar}
    return {"type": {"integer": int, "number": _positive, "string": str}[option.kind], **metavar}


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


_positive.__name__ = "number"  # as argparse names it: invalid number value


def _pairs(texts: Any) -> dict[str, str] | None:
    """``NAME=VALUE`` texts as a mapping."""
    if texts is None:
        return None
    for text in texts:
        if "=" not in text or text.startswith("="):
            raise UsageError("usage", f"--set {text}: not of the form NAME=VALUE", hint="for example: --set rng=off")
    return dict(text.split("=", 1) for text in texts)
