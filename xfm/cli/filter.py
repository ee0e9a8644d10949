"""``xfm [FILE]``: the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import abi, api, builtin, sink
from xfm.cli import COMMANDS, documents, options, render
from xfm.errors import MissingError, UsageError, presentable
from xfm.settings import COMMAND_LINE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from xfm.model import Result
    from xfm.pipeline import Pipeline
    from xfm.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    """Every option there is."""
    options.add_settings(parser)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """Take the document through the chain and deliver the result, or nothing."""
    return filtered(arguments.file, options.gather(arguments))


def filtered(file: str, settings: Settings, *, repin: bool = False, upgrade_to: int | None = None) -> int:
    """Take a document through the chain and deliver the result, or nothing.

    :param repin: accept what was edited by hand in a pinned document.
    :param upgrade_to: the baseline to move a pinned guest up to.
    """
    values: dict[str, Any] = settings.values
    target = _target(file, settings)
    data = _read(file)
    pipeline = pipeline_of(settings, record=values["diff"], repin=repin, upgrade_to=upgrade_to)
    result = transformed(data, pipeline, settings)
    for note in result.notes:
        render.note(note)
    for line in noticed(result):
        render.notice(line)
    if values["verbose"]:
        render.steps(result)
        render.settled(noticed(result, completions=True))
    if target is not None:
        sink.write_atomically(target, result.xml)
    if values["diff"]:
        render.text(_diff(result))
    elif target is None:
        render.data(result.xml)
    return 0


def noticed(result: Result, *, completions: bool = False) -> list[str]:
    """What a guest will notice of a run that was to change it, or what libvirt completed: a line each."""
    shown = [difference for difference in result.noticed if difference.completion is completions]
    return [presentable(abi.describe(difference)) for difference in shown]


def pipeline_of(settings: Settings, *, record: bool, repin: bool = False, upgrade_to: int | None = None) -> Pipeline:
    """The pipeline that the settings describe.

    :param record: whether each step is to hold the document before and after.
    :param repin: as :func:`filtered` takes it; as does ``upgrade_to``.
    """
    values: dict[str, Any] = settings.values
    # What is typed is asked for; from a file, a baseline is that of new guests, and an operating system of those that
    # name none.
    typed = {name: settings.origins[name] == COMMAND_LINE for name in ("baseline", "os")}
    return api.new_pipeline(
        parameters=values["set"],
        baseline=values["baseline"] if typed["baseline"] else None,
        new_guests=builtin.NEWEST if values["baseline"] is None else values["baseline"],
        plugin_dirs=values["plugin-dir"],
        schemas=values["schemas"],
        host_facts=values["host-facts"],
        connect=values["connect"],
        os=values["os"] if typed["os"] else None,
        default_os=values["os"],
        until=None if repin or upgrade_to is not None else values["until"],
        record=record,
        repin=repin,
        upgrade_to=upgrade_to,
    )


def transformed(data: bytes, pipeline: Pipeline, settings: Settings) -> Result:
    """What the pipeline makes of a document, within the settings' limit of time."""
    return api.transform(data, pipeline=pipeline, seconds=settings.values["time-limit"])


def _target(file: str, settings: Settings) -> str | None:
    """The file to write to; None for stdout.

    What is typed wins over what a configuration file says: of two that exclude each other, and ``--diff``, which shows,
    over a file that would be written.
    """
    values = settings.values
    output: str | None = None if values["output"] == "-" else values["output"]
    in_place: bool = values["in-place"]
    typed = {name: settings.origins[name] == COMMAND_LINE for name in ("output", "in-place", "diff")}
    if values["output"] is not None and in_place:
        if typed["output"] == typed["in-place"]:
            raise UsageError("usage", "--output and --in-place exclude each other", hint="leave one of them out")
        in_place = typed["in-place"]
    if in_place and file == "-":
        if typed["in-place"]:
            raise UsageError("usage", "--in-place needs a FILE", hint="stdin cannot be written back to")
        in_place = False
    if typed["diff"] and values["diff"] and not typed["in-place" if in_place else "output"]:
        return None
    return file if in_place else output


def _read(file: str) -> bytes:
    try:
        return documents.read(file)
    except MissingError as error:
        if file in COMMANDS:
            error.hint = f"the command {file} must be the first argument: xfm {file} …"
        elif file == "help":
            error.hint = "`xfm --help` tells how it is called"
        else:
            error.hint = options.command_meant(file, COMMANDS) or error.hint
        raise


def _diff(result: Result) -> str:
    """What each stage did, as one unified diff a stage."""
    from difflib import unified_diff
    from itertools import groupby

    parts: list[str] = []
    changed = [step for step in result.steps if step.changed]
    for stage, group in groupby(changed, key=lambda step: step.stage):
        steps = list(group)
        before = steps[0].before.decode().splitlines(keepends=True)
        after = steps[-1].after.decode().splitlines(keepends=True)
        names = ", ".join(step.stylesheet for step in steps)
        parts += unified_diff(before, after, f"before {stage}", f"after {stage} ({names})")
    return "".join(parts)
