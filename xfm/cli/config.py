"""``xfm config``: the settings that hold, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm.cli import options, render
from xfm.settings import OPTIONS

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    """Every option of the filter, so that one can see what a call would do."""
    options.add_settings(parser)
    options.add_json(parser)


def run(arguments: Namespace) -> int:
    """A line a setting: its name, its value, and its origin."""
    rows = _rows(options.gather(arguments))
    if arguments.json:
        render.json(rows)
    else:
        render.table(
            [[row["setting"], _shown(row["value"]), row["origin"]] for row in rows],
            ["SETTING", "VALUE", "FROM"],
        )
    return 0


def _rows(settings: Settings) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for option in OPTIONS:
        value = settings.values[option.name]
        if isinstance(value, dict):
            names = {f"set.{name}": content for name, content in sorted(value.items())}
            rows += [{"setting": n, "value": v, "origin": settings.origins[n]} for n, v in names.items()]
        else:
            rows.append({"setting": option.name, "value": value, "origin": settings.origins[option.name]})
    return rows


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)
