"""``xfm plugins``: what is loaded from where, with parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import builtin, chain, plugins
from xfm.cli import options, render

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from xfm.plugins import Plugins


def add_arguments(parser: ArgumentParser) -> None:
    """What decides over the plugins, and ``--json``."""
    options.add_settings(parser, ("plugin-dir",))
    options.add_json(parser)


def run(arguments: Namespace) -> int:
    """A line a plugin, then a line a parameter; on stderr what was found and is none, with the reason."""
    values: dict[str, Any] = options.gather(arguments).values
    found = plugins.load(values["plugin-dir"])
    entries = _entries(found)
    if arguments.json:
        render.json(entries)
        return 0
    rows = [[e["name"], e["kind"], len(e["stylesheets"]), e["origin"]] for e in entries]
    render.table(rows, ["PLUGIN", "KIND", "STYLESHEETS", "FROM"])
    parameters = [
        [f"{sheet['id']}.{p['name']}", p["type"], "-" if p["default"] is None else p["default"], p["meaning"]]
        for entry in entries
        for sheet in entry["stylesheets"]
        for p in sheet["parameters"]
    ]
    if parameters:
        render.text("\n")
        render.table(parameters, ["PARAMETER", "TYPE", "DEFAULT", "MEANING"])
    for path, reason in found.skipped:
        render.note(f"{path}: {reason}")
    return 0


def _entries(found: Plugins) -> list[dict[str, Any]]:
    links = chain.build(found, builtin.NEWEST, {}).links
    return [
        {
            **plugin._asdict(),
            "stylesheets": [
                {
                    "id": link.stylesheet.id,
                    "stage": link.stage,
                    "path": link.stylesheet.path,
                    "parameters": [p._asdict() for p in link.stylesheet.declaration.parameters],
                }
                for link in links
                if link.plugin == plugin.name
            ],
        }
        for plugin in found.loaded
    ]
