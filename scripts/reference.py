"""The command line, the settings and the stages as Markdown and as a manual page."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xfm import builtin, chain, cli, hookspecs, plugins, resources, settings
from xfm.cli import options
from xfm.version import VERSION

if TYPE_CHECKING:
    import argparse

    from xfm.stylesheet.stylesheet import Stylesheet

ROOT = Path(__file__).resolve().parents[1]


class Argument(NamedTuple):
    """One option or positional argument of a command, as its parser defines it."""

    flags: tuple[str, ...]
    metavar: str  # empty where it takes no value
    help: str
    choices: tuple[str, ...]
    completion: str  # "file", "directory" or nothing
    required: bool


def arguments_of(name: str, command: cli.Command) -> list[Argument]:
    """What a command takes, positional arguments last; the filter's name is empty."""
    parser = options.new_parser(name, command, cli.COMMANDS)
    import_module(f"xfm.cli.{command.module}").add_arguments(parser)
    found = [_argument(action) for action in parser._actions]
    return sorted(found, key=lambda argument: not argument.flags)


def _argument(action: argparse.Action) -> Argument:
    metavar = action.metavar or ("{" + ",".join(action.choices) + "}" if action.choices else action.dest.upper())
    help_text = "show the program's version and exit" if "--version" in action.option_strings else action.help or ""
    if action.nargs in ("+", "*"):
        metavar = f"{metavar}..."
    return Argument(
        tuple(action.option_strings),
        "" if action.nargs == 0 else str(metavar),
        help_text % vars(action),
        tuple(map(str, action.choices or ())),
        getattr(action, "completion", ""),
        action.required,
    )


ALL = {"": cli.FILTER, **cli.COMMANDS}
ARGUMENTS = {name: arguments_of(name, command) for name, command in ALL.items()}


def synopsis(name: str) -> str:
    """``xfm validate [OPTION]... FILE...``."""
    positional = [a.metavar if a.required else f"[{a.metavar}]" for a in ARGUMENTS[name] if not a.flags]
    return " ".join(["xfm", *([name] if name else []), "[OPTION]...", *positional])


# Markdown


def option_table(name: str) -> str:
    """The options and arguments of a command as a table."""
    rows = ["| option | meaning |", "|---|---|"]
    for argument in ARGUMENTS[name]:
        flags = ", ".join(f"`{flag}`" for flag in argument.flags)
        metavar = f"`{argument.metavar}`".replace("|", "\\|") if argument.metavar else ""
        values = f"; one of {', '.join(f'`{choice}`' for choice in argument.choices)}" if argument.choices else ""
        rows.append(f"| {f'{flags} {metavar}'.strip()} | {argument.help}{values} |")
    return "\n".join(rows)


def settings_table() -> str:
    """Every option of a configuration file as a table."""
    rows = ["| setting | TOML | default | environment | meaning |", "|---|---|---|---|---|"]
    kinds = {"flag": "boolean", "list": "array of strings", "map": "table", "number": "number above 0"}
    for option in settings.OPTIONS:
        default = str(option.default).lower() if option.default not in (None, (), {}) else "-"
        variable = f"`{option.environment}`" if option.environment else "-"
        values = f"; one of {', '.join(f'`{choice}`' for choice in option.choices)}" if option.choices else ""
        kind = kinds.get(option.kind, option.kind)
        rows.append(f"| `{option.name}` | {kind} | {default} | {variable} | {option.help}{values} |")
    return "\n".join(rows)


def stages_reference() -> str:
    """A heading for each stage, and under it one for each built-in stylesheet."""
    parts = []
    links = chain.build(plugins.load(with_installed=False), builtin.NEWEST, {}).links
    for stage in hookspecs.STAGES:
        hook = hookspecs.hook_of(stage)
        parts += [
            f"## {stage}",
            f"Hook: [`{hook}`](hooks.md#{hook}baseline-int---contributions).",
            inspect.getdoc(getattr(hookspecs, hook)) or "",
        ]
        sheets = [link.stylesheet for link in links if link.stage == stage and link.stylesheet.builtin]
        parts += [_stylesheet_entry(sheet) for sheet in sheets]
        if not sheets:
            parts.append("xfm has no stylesheet of its own in this stage.")
    return "\n\n".join(parts)


def _stylesheet_entry(sheet: Stylesheet) -> str:
    about = sheet.declaration
    runs = "on documents without a pin (`once`)" if about.once else "on every document"
    notice = (
        "a guest can notice what it does: does not run at baseline 0"
        if about.abi == "guest"
        else ("no guest can notice what it does: runs at baseline 0 too")
    )
    facts = [f"Runs: {runs}.", f"ABI class: `{about.abi}`, {notice}.", f"Baseline: {_baselines(sheet)}."]
    facts += [f"After: `{name}`." for name in about.after] + [f"Before: `{name}`." for name in about.before]
    if about.writes:
        facts.append(f"Writes: {', '.join(f'`{path}`' for path in about.writes)}.")
    for parameter in about.parameters:
        bounds = [
            f"{word} {value}"
            for word, value in [("at least", parameter.minimum), ("at most", parameter.maximum)]
            if value is not None
        ]
        bounds += [f"one of {', '.join(parameter.choices)}"] if parameter.choices else []
        default = "no default" if parameter.default is None else f"default `{parameter.default}`"
        kind = ", ".join([parameter.type, *bounds, default])
        facts.append(f"Parameter `{about.id}.{parameter.name}` ({kind}): {parameter.meaning}.")
    facts += [f"Source: {source.removesuffix('.')}." for source in about.sources]
    title = about.title.removesuffix(".")
    return f"### {about.id}\n\n**{title}.** {_markdown(about.summary)}\n\n" + "\n".join(
        f"- {_markdown(fact)}" for fact in facts
    )


def _baselines(sheet: Stylesheet) -> str:
    """Which baselines a stylesheet is new or changed in."""
    folders = {number: Path(resources.STYLESHEETS, f"baseline-{number}") for number in builtin.BASELINES}
    has = [number for number in folders if (folders[number] / sheet.declaration.stage / f"{sheet.id}.xsl").exists()]
    if not has:
        return "all of them share it"
    first, *later = map(str, has)
    return f"since {first}, changed in {' and '.join(later)}" if later else f"since {first}"


def _markdown(text: str) -> str:
    """Text in which a tag is no HTML and an asterisk no emphasis, outside of code."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else p.replace("<", "&lt;").replace("*", "\\*") for p in pieces)


def with_generated_parts(text: str) -> str:
    """A document with its marked parts made anew."""

    def make(match: re.Match[str]) -> str:
        kind, _, name = match[1].removesuffix(" filter").partition(" ")
        if kind == "options":
            part = f"```text\n{synopsis(name)}\n```\n\n{option_table(name)}"
        else:
            part = {"settings": settings_table, "stages": stages_reference}[kind]()
        return f"<!-- generated: {match[1]} -->\n\n{part}\n\n<!-- end -->"

    return re.sub(r"<!-- generated: (.+?) -->.*?<!-- end -->", make, text, flags=re.DOTALL)


# The manual page


def roff(text: str) -> str:
    """Text as roff prints it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def manual_options(name: str) -> str:
    """The options of a command, each as a tagged paragraph."""
    lines = []
    for argument in ARGUMENTS[name]:
        flags = ", ".join(f"\\fB{roff(flag)}\\fR" for flag in argument.flags)
        metavar = f"\\fI{roff(argument.metavar)}\\fR" if argument.metavar else ""
        values = f" One of: {', '.join(argument.choices)}." if argument.choices else ""
        lines += [".TP", f"{flags} {metavar}".strip(), roff(f"{argument.help}.{values}")]
    return "\n".join(lines)


def manual_commands() -> str:
    """Each command with its synopsis, its summary and its options."""
    parts = []
    for name, command in cli.COMMANDS.items():
        summary = command.summary[0].upper() + command.summary[1:]
        parts += [f".SS {roff(synopsis(name))}", roff(f"{summary}."), manual_options(name)]
    return "\n".join(parts)


def manual_page() -> str:
    """man/xfm.1 from its template."""
    parts = {"VERSION": VERSION, "COMMANDS": manual_commands(), "OPTIONS": manual_options("")}
    template = (ROOT / "man/xfm.1.in").read_text()
    return re.sub(r"@([A-Z]+)@", lambda match: parts[match[1]], template)
