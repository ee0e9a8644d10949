"""What the commands that act through libvirt have in common: their options, the connection, and the chain."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xfm import pin, source
from xfm.cli import filter as filter_command
from xfm.cli import options, render

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterator

    import libvirt

    from xfm.model import Result
    from xfm.settings import Settings

#: The options that say how a document is transformed; where it goes is said by the command.
SETTINGS = ("connect", "set", "plugin-dir", "schemas", "os", "host-facts", "time-limit", "verbose")
#: What an option is for, where that is something else for these commands.
HELPS = {"connect": "libvirt's URI; where it is not given, libvirt's own default (LIBVIRT_DEFAULT_URI)"}


def add_arguments(parser: ArgumentParser, config: str = "--config") -> None:
    """``--connect`` and how a document is transformed; ``config`` as :func:`xfm.cli.options.add_settings` takes it."""
    options.add_settings(parser, SETTINGS, HELPS, config)


def is_file(guest: str) -> bool:
    """Whether GUEST is a file and no name of a guest: stdin, a path, or XML by its name."""
    return guest == "-" or os.sep in guest or guest.endswith(".xml")


@contextmanager
def connected(settings: Settings, *, events: bool = False) -> Iterator[libvirt.virConnect]:
    """The connection that the settings name, or libvirt's default.

    :raises MissingError: as :func:`xfm.libvirt.connection.opened`.
    """
    from xfm.libvirt.connection import opened

    with opened(settings.values["connect"], events=events) as connection:
        yield connection


def transforms(
    settings: Settings, connection: libvirt.virConnect | None
) -> tuple[Callable[[bytes], Result], Callable[[bytes], Result]]:
    """The chain for documents as they are, and the chain that accepts what was edited in pinned ones.

    A document without a pin becomes a guest that runs on the host behind the connection, so its facts are captured. A
    pinned one is what it is on every host.
    """
    uri = connection.getURI() if connection is not None and connection.getType() == "QEMU" else None
    pipeline = filter_command.pipeline_of(without_connection(settings), record=False)
    accepting = pipeline.accepting()

    def transform(data: bytes) -> Result:
        chosen = pipeline
        if uri is not None and pin.read(source.parse_domain(data)) is None:
            facts = settings._replace(values={**settings.values, "connect": uri})
            chosen = filter_command.pipeline_of(facts, record=False)
        return filter_command.transformed(data, chosen, settings)

    def accept(data: bytes) -> Result:
        return filter_command.transformed(data, accepting, settings)

    return transform, accept


def without_connection(settings: Settings) -> Settings:
    """The settings for a chain that asks no host: here the connection says where to act."""
    return settings._replace(values={**settings.values, "connect": None})


def told(result: Result) -> None:
    """The notes of a run, and what a guest will notice of it, on stderr."""
    for note in result.notes:
        render.note(note)
    for line in filter_command.noticed(result):
        render.notice(line)
