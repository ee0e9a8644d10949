"""``xfm devices FILE``: every device of a document, and by what the guest tells it from its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import redact, source
from xfm.cli import documents, options, render
from xfm.errors import presentable
from xfm.stylesheet import own

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from lxml.etree import _Element

_HEADERS = ("ALIAS", "KIND", "HOST", "ADDRESS", "LINUX", "WINDOWS")


def add_arguments(parser: ArgumentParser) -> None:
    """``--json`` and the document."""
    options.add_json(parser)
    options.add_input(parser)


def run(arguments: Namespace) -> int:
    """A line a device, in the order of the document as it is: the chain does not run."""
    document = redact.redacted(source.parse_domain(documents.read(arguments.file)))
    entries = [_entry(device) for device in own.transform("devices/devices.xsl", document).getroot()]
    if arguments.json:
        render.json(entries)
        return 0
    render.table([_row(entry) for entry in entries], _HEADERS)
    return 0


def _entry(device: _Element) -> dict[str, str | list[str] | None]:
    """A device as ``--json`` gives it: None for what is not said, or not there."""
    plain = {name: device.get(name) for name in ("alias", "kind", "model", "host", "address")}
    names = {system: [found.text or "" for found in device.iterfind(system)] or None for system in ("linux", "windows")}
    return {**plain, **names}


def _row(entry: dict[str, str | list[str] | None]) -> list[str]:
    """The same as cells of a table: a document may have anything in a name, and a terminal act on it."""
    kind = f"{entry['kind']} {entry['model'] or ''}"
    plain = [entry["alias"], kind, entry["host"], entry["address"]]
    joined = [", ".join(entry[system] or ()) for system in ("linux", "windows")]
    return [presentable(str(cell or "")) or "-" for cell in (*plain, *joined)]
