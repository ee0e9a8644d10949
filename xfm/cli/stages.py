"""``xfm stages``: the chain as it will run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import builtin, chain, plugins
from xfm.cli import options, render
from xfm.pipeline import stages_until

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from xfm.chain import Chain, Link


def add_arguments(parser: ArgumentParser) -> None:
    """What decides over the chain, and ``--json``."""
    options.add_settings(parser, ("set", "baseline", "plugin-dir", "until"))
    options.add_json(parser)


def run(arguments: Namespace) -> int:
    """A line a stylesheet in the order of the chain; a stage without any has a line of its own."""
    values: dict[str, Any] = options.gather(arguments).values
    baseline = builtin.NEWEST if values["baseline"] is None else values["baseline"]
    built = chain.build(plugins.load(values["plugin-dir"]), baseline, values["set"])
    stages = [(stage, [link for link in built.links if link.stage == stage]) for stage in stages_until(values["until"])]
    if arguments.json:
        render.json(
            [{"stage": stage, "stylesheets": [_entry(link, built) for link in links]} for stage, links in stages]
        )
        return 0
    rows = []
    for stage, links in stages:
        for link in links:
            entry = _entry(link, built)
            rows.append([stage, entry["id"], entry["abi"], entry["runs"], entry["plugin"], entry["title"]])
        if not links:
            rows.append([stage, "-", "-", "-", "-", "-"])
    render.table(rows, ["STAGE", "STYLESHEET", "ABI", "RUNS", "PLUGIN", "TITLE"])
    return 0


def _entry(link: Link, built: Chain) -> dict[str, Any]:
    declaration = link.stylesheet.declaration
    return {
        "id": declaration.id,
        "title": declaration.title,
        "summary": declaration.summary,
        "abi": declaration.abi,
        "runs": _runs(link, built),
        "plugin": link.plugin,
        "path": link.stylesheet.path,
        "digest": link.stylesheet.digest,
        "parameters": [parameter._asdict() for parameter in declaration.parameters],
        "writes": list(declaration.writes),
        "sources": list(declaration.sources),
    }


def _runs(link: Link, built: Chain) -> str:
    """Whether and when it runs, in a few words."""
    if link.idle:
        return link.idle
    if built.baseline == 0 and link.stylesheet.declaration.abi == "guest":
        return "not at baseline 0"
    return "on documents without a pin" if link.stylesheet.declaration.once else "always"
