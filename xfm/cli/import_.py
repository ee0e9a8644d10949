"""``xfm import FORMAT FILE``: domain XML of another tool's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import schema, source
from xfm.cli import documents, options, render
from xfm.errors import UsageError, XfmError
from xfm.native import convert, neutral
from xfm.native.convert import FORMATS, Imported

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.schema import Schema


def add_arguments(parser: ArgumentParser) -> None:
    """The format, the file, and what the file cannot say."""
    parser.add_argument("format", metavar="FORMAT", choices=tuple(FORMATS), help=", ".join(FORMATS))
    file = parser.add_argument("file", metavar="FILE", help="the configuration; - is stdin")
    options.offer(file, "file")
    parser.add_argument("--name", default="", help="the domain's name, whatever the configuration says")
    base = parser.add_argument("--base", metavar="DIR", default="", help="where relative file names of a .vmx start")
    options.offer(base, "directory")
    parser.add_argument("--connect", metavar="URI", help="let the driver of this connection convert it, not xfm")
    options.add_settings(parser, ("schemas",))


def run(arguments: Namespace) -> int:
    """The domain on stdout; a note on stderr for each setting that has no place in it."""
    grammar = schema.find(options.gather(arguments).values["schemas"])
    if arguments.connect is not None:
        _check_connect(arguments)
    data = documents.read(arguments.file)
    if arguments.connect is not None:
        imported = _by_libvirt(data, arguments.format, arguments.connect, grammar)
    else:
        file = "" if arguments.file == "-" else arguments.file
        try:
            imported = convert.convert(
                data, arguments.format, grammar, name=arguments.name, file=file, base=arguments.base
            )
        except XfmError as error:
            raise error.located(file=file) from None
    for note in imported.notes:
        render.note(note)
    render.data(imported.xml)
    return 0


def _check_connect(arguments: Namespace) -> None:
    if arguments.format == "openvz":
        raise UsageError("usage", "no driver of libvirt converts openvz", hint="without --connect xfm reads it itself")
    if arguments.name or arguments.base:
        raise UsageError(
            "usage", "--name and --base are for xfm's own readers", hint="leave them out, or leave --connect out"
        )


def _by_libvirt(data: bytes, form: str, uri: str, grammar: Schema) -> Imported:
    """The domain as libvirt makes it."""
    from xfm.libvirt import native

    convert.check_size(data)
    xml = native.domain_xml(uri, form, neutral.decoded(data), lambda message: convert.scrubbed(message, data, form))
    convert.check_valid(source.parse_domain(xml), grammar)
    return Imported(xml)
