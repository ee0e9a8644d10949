"""argparse parsers, made from the one table of options in :mod:`xfm.settings`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any, NoReturn

from xfm import settings
from xfm.cli import render
from xfm.errors import UsageError
from xfm.limits import MAX_SECONDS
from xfm.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xfm.cli import Command
    from xfm.settings import Option, Settings

_EPILOG = """\
exit status: 0 done; 1 the document was refused; 2 usage; 3 the environment lacks something;
4 a plugin or stylesheet is broken. Nothing is printed on stdout unless the whole run succeeded."""


class _Parser(argparse.ArgumentParser):
    """A parser whose faults look like all others."""

    def error(self, message: str) -> NoReturn:
        raise UsageError("usage", message, hint=f"`{self.prog} --help` tells how it is called")

    def _print_message(self, message: str, file: object = None) -> None:  # noqa: ARG002  help and version are data
        render.text(message)


def new_parser(name: str, command: Command, commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """The parser of a command, or of the filter where the name is empty, without its own arguments yet."""
    epilog = _EPILOG
    if not name:
        width = max(map(len, commands)) + 2
        listing = "\n".join(f"  {key:{width}}{value.summary}" for key, value in commands.items())
        epilog = f"commands (the first argument; `xfm COMMAND --help` tells more):\n{listing}\n\n{_EPILOG}"
    parser = _Parser(
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


def add_settings(
    parser: argparse.ArgumentParser,
    names: tuple[str, ...] | None = None,
    helps: Mapping[str, str] | None = None,
    config: str = "--config",
) -> None:
    """Add the options of :data:`xfm.settings.OPTIONS` (those named, or all but the hook's), and ``--config``.

    :param helps: what an option is for, where that is something else for this command.
    :param config: the option that names a configuration file, where ``--config`` is something else.

    Each is None where it is not given, so that the configuration files can be told apart from the command line.
    """
    for option in settings.OPTIONS:
        if option.name in names if names is not None else not option.hook:
            flags = [f"-{option.short}"] if option.short else []
            action = parser.add_argument(
                *flags,
                f"--{option.name}",
                dest=_dest(option.name),
                help=(helps or {}).get(option.name, option.help),
                default=None,
                **_kind(option),
            )
            offer(action, option.complete)
    action = parser.add_argument(
        config,
        dest="config",
        metavar="FILE",
        help="read this configuration file too, after the system's and the user's",
    )
    offer(action, "file")


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
    offer(action, "file")


def parse(parser: argparse.ArgumentParser, arguments: list[str], commands: Mapping[str, Command]) -> argparse.Namespace:
    """Parse the arguments of a command; what is too much is looked through for a command that was meant.

    :raises UsageError: usage.
    """
    # with any number of files, argparse would take those before the first option for all
    many = any(action.nargs in ("*", "+") for action in parser._get_positional_actions())
    namespace, rest = (parser.parse_known_intermixed_args if many else parser.parse_known_args)(arguments)
    if rest:
        option = next((word for word in rest if word.startswith("-")), None)
        given = getattr(namespace, "file", None)
        words = [*(given if isinstance(given, list) else [given]), *rest]
        raise UsageError(
            "usage",
            f"unrecognized arguments: {' '.join(rest)}",
            hint=_option_meant(option, parser) if option else _command_expected(words, commands),
        )
    return namespace


def _option_meant(word: str, parser: argparse.ArgumentParser) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.partition("=")[0], list(parser._option_string_actions), n=1)
    return f"did you mean {close[0]}?" if close else f"`{parser.prog} --help` lists the options that there are"


def _command_expected(words: list[object], commands: Mapping[str, Command]) -> str:
    meant = next((word for word in words if word in commands), None)
    if meant:
        return f"the command {meant} must be the first argument: xfm {meant} …"
    return command_meant(words[0], commands) or f"xfm takes one FILE, or one of: {', '.join(commands)}"


def command_meant(word: object, commands: Mapping[str, Command]) -> str:
    """A question back, where a word looks like a misspelt command; else nothing."""
    from difflib import get_close_matches

    close = get_close_matches(str(word), commands, n=1)
    return f"did you mean `xfm {close[0]}`?" if close else ""


def offer(action: argparse.Action, what: str) -> None:
    """Say what a shell offers as the value of an argument: ``file``, ``directory``, or nothing."""
    vars(action)["completion"] = what


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
    type_ = {"integer": int, "number": positive, "string": str}[option.kind]
    return {"type": type_, "choices": option.choices or None, **metavar}


def positive(text: str) -> float:
    """A number of seconds, as an option gives it."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0 and at most {MAX_SECONDS}")
    return value


def _pairs(texts: Any) -> dict[str, str] | None:
    """``NAME=VALUE`` texts as a mapping."""
    if texts is None:
        return None
    for text in texts:
        if "=" not in text or text.startswith("="):
            raise UsageError("usage", f"--set {text}: not of the form NAME=VALUE", hint="for example: --set rng=off")
    return dict(text.split("=", 1) for text in texts)
