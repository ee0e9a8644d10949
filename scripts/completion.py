"""Shell completions from the command line's own definition.

``xfm [FILE]`` with commands beside it is no tree of subparsers, so libraries that walk one do not fit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference import ARGUMENTS, ROOT

from xfm import cli

if TYPE_CHECKING:
    from reference import Argument


def values_of(argument: Argument) -> str:
    """What a shell offers for the argument: "file", "directory", its choices joined by blanks, or nothing."""
    return " ".join(argument.choices) or argument.completion


def bash_completion() -> str:
    """completions/xfm.bash."""
    by_values: dict[str, list[str]] = {}
    for name, arguments in ARGUMENTS.items():
        for argument in arguments:
            if argument.flags and argument.metavar:
                by_values.setdefault(values_of(argument), []).extend(f"{name}:{flag}" for flag in argument.flags)
    cases = [f"    {'|'.join(keys)}) _xfm_offer '{values}'; return ;;" for values, keys in by_values.items()]
    flags = [
        f"      {name or '*'}) _xfm_offer '{' '.join(f for a in arguments for f in a.flags)}' ;;"
        for name, arguments in reversed(ARGUMENTS.items())
    ]
    positional = []
    for name, arguments in reversed(ARGUMENTS.items()):
        offers = [f"_xfm_offer '{values_of(a)}'" for a in arguments if not a.flags] or [":"]
        positional.append(f"      {name or '*'}) {'; '.join(offers)} ;;")
    parts = {
        "COMMANDS": " ".join(cli.COMMANDS),
        "PATTERN": "|".join(cli.COMMANDS),
        "VALUES": "\n".join(cases),
        "FLAGS": "\n".join(flags),
        "POSITIONAL": "\n".join(positional),
    }
    return re.sub(r"@([A-Z]+)@", lambda match: parts[match[1]], (ROOT / "completions/xfm.bash.in").read_text())


def zsh_completion() -> str:
    """completions/_xfm."""
    cases = [
        f"    {name})\n      shift words\n      (( CURRENT-- ))\n      {_zsh_call(name)}\n      ;;"
        for name in cli.COMMANDS
    ]
    listing = [f"    '{name}:{_zsh_quoted(command.summary)}'" for name, command in cli.COMMANDS.items()]
    parts = {"COMMANDS": "\n".join(listing), "CASES": "\n".join(cases), "FILTER": _zsh_call("")}
    return re.sub(r"@([A-Z]+)@", lambda match: parts[match[1]], (ROOT / "completions/_xfm.in").read_text())


def _zsh_call(name: str) -> str:
    return " \\\n        ".join(["_arguments", *(_zsh_spec(argument, name) for argument in ARGUMENTS[name])])


def _zsh_spec(argument: Argument, name: str) -> str:
    values = values_of(argument)
    action = {"file": "_files", "directory": "_files -/", "": ""}.get(values, f"({values})")
    if not argument.flags:
        place = "*" if argument.metavar.endswith("...") else ""
        return f"'{place}:{argument.metavar}:{action if name else '_xfm_first'}'"
    value = f":{_zsh_quoted(argument.metavar)}:{action}" if argument.metavar else ""
    return " ".join(f"'*{flag}[{_zsh_quoted(argument.help)}]{value}'" for flag in argument.flags)


def _zsh_quoted(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")


def fish_completion() -> str:
    """completions/xfm.fish."""

    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    lines = ["# Made by scripts/generate from the command line's own definition."]
    for name, command in cli.COMMANDS.items():
        lines.append(f"complete -c xfm -n __fish_use_subcommand -a {name} -d {quoted(command.summary)}")
    for name, arguments in ARGUMENTS.items():
        known = f"__fish_seen_subcommand_from {' '.join([name] if name else cli.COMMANDS)}"
        condition = quoted(known if name else f"not {known}")
        for argument in arguments:
            values = values_of(argument)
            offer = {"file": " -r -F", "directory": " -x -a '(__fish_complete_directories)'", "": " -x"}.get(
                values, f" -x -a {quoted(values)}"
            )
            names = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in argument.flags]
            offer = offer if argument.metavar else ""
            if not argument.flags:
                names, offer = [], offer.replace(" -r", "").replace(" -x", " -f")
            line = " ".join(["complete -c xfm -n", condition, *names]) + f"{offer} -d {quoted(argument.help)}"
            lines.append(line)
    return "\n".join(lines) + "\n"
