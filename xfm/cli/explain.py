"""``xfm explain FILE``: every change of a run, and what was left out."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from xfm import changes
from xfm.cli import documents, options, render
from xfm.cli import filter as filter_command

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.model import Result
    from xfm.pipeline import Pipeline

#: The options of the filter that say what a run does; the others say where its result goes.
SETTINGS = ("set", "baseline", "plugin-dir", "schemas", "os", "host-facts", "connect", "until", "time-limit")


_VALUE_LENGTH = 500


def add_arguments(parser: ArgumentParser) -> None:
    """The options of the filter that say what it does, ``--json``, and the document."""
    options.add_settings(parser, SETTINGS)
    options.add_json(parser)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """A block for each stylesheet that changed or left out something: where, what was, what is, why."""
    settings = options.gather(arguments)
    data = documents.read(arguments.file)
    pipeline = filter_command.pipeline_of(settings, record=True)
    result = filter_command.transformed(data, pipeline, settings)
    entries = _entries(result, pipeline)
    if arguments.json:
        render.json({"baseline": result.baseline, "notes": list(result.notes), "stylesheets": entries})
        return 0
    for note in result.notes:
        render.note(note)
    render.text("\n".join(_block(entry) for entry in entries))
    return 0


def _entries(result: Result, pipeline: Pipeline) -> list[dict[str, Any]]:
    """A record for each stylesheet that has something to tell, in the order in which they ran."""
    left_out = {
        key: [{"what": omission.what, "why": omission.why} for omission in group]
        for key, group in groupby(result.left_out, key=lambda omission: (omission.stage, omission.stylesheet))
    }
    links = {link.stylesheet.id: link for link in pipeline.chain(result.baseline).links}
    entries = []
    for step in result.steps:
        omissions = left_out.get((step.stage, step.stylesheet), [])
        found = changes.between(step.before, step.after) if step.changed and step.stage != "layout" else []
        if found or omissions:
            declaration = links[step.stylesheet].stylesheet.declaration
            entries.append(
                {
                    "stage": step.stage,
                    "stylesheet": step.stylesheet,
                    "title": declaration.title,
                    "sources": list(declaration.sources),
                    "changes": [change._asdict() for change in found],
                    "left out": omissions,
                }
            )
    return entries


def _shortened(text: str) -> str:
    """A value for people: the pin alone has sixty stylesheets, and ``--json`` has it whole."""
    return text if len(text) <= _VALUE_LENGTH else text[:_VALUE_LENGTH] + "…"


def _block(entry: dict[str, Any]) -> str:
    lines = [f"{entry['stage']}/{entry['stylesheet']}: {entry['title']}"]
    for change in entry["changes"]:
        before, after = _shortened(change["before"]), _shortened(change["after"])
        if not before:
            lines.append(f"  + {change['xpath']}: {after}")
        elif not after:
            lines.append(f"  - {change['xpath']}: {before}")
        else:
            lines.append(f"  ~ {change['xpath']}: {before} -> {after}")
    lines += [f"  left out: {omission['what']}: {omission['why']}" for omission in entry["left out"]]
    return "\n".join(lines) + "\n"
