"""Reads VMware's .vmx: ``key = "value"``, keys in any case, characters as ``|22``, the encoding named in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xfm.errors import DocumentError
from xfm.native.neutral import Config, refuse

if TYPE_CHECKING:
    from lxml import etree

_LINE = re.compile(r'\s*(?P<key>[^\s="]+)\s*=\s*(?:"(?P<value>[^"]*)"|(?P<bare>[^"#\s]*))\s*(?:#.*)?')
_ENCODING = re.compile(rb'(?im)^\s*\.encoding\s*=\s*"([^"\r\n]*)"')
_DEVICE = re.compile(
    r"(?P<kind>scsi|sata|ide|nvme|floppy|ethernet|serial|parallel|sharedfolder)(?P<index>\d{1,3})"
    r"(?::(?P<unit>\d{1,3}))?\.(?P<name>.+)"
)
#: The encodings that libvirt's own reader is given, as Python calls them (VMware's names are ICU's).
_ENCODINGS = {"utf-8": "utf-8", "windows-1252": "cp1252", "iso-8859-1": "latin-1", "us-ascii": "ascii"}
_HINT = 'a .vmx has lines of the form key = "value"'


def read(data: bytes) -> Config:
    """The settings of a machine; of a key that comes twice the last.

    :raises DocumentError: native-syntax, encoding.
    """
    config = Config("vmware-vmx")
    settings: dict[str, tuple[str, int, str]] = {}
    for number, line in enumerate(_text(data).split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith(("#", "!")):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            refuse("the line is no setting", number, _HINT)
        value = match["value"] if match["value"] is not None else match["bare"]
        settings[match["key"].lower()] = match["key"], number, _unescaped(value)
    groups: dict[tuple[str, str, str], etree._Element] = {}
    for name, (key, number, value) in settings.items():
        device = _DEVICE.fullmatch(name)
        if device is None:
            config.entry(key, number, value, name=name)
            continue
        place = device["kind"], str(int(device["index"])), str(int(device["unit"])) if device["unit"] else ""
        if place not in groups:
            groups[place] = config.group(number, *place)
        config.entry(key, number, value, name=device["name"], group=groups[place])
    return config


def _text(data: bytes) -> str:
    """The file's text, in the encoding that it names, else UTF-8."""
    match = _ENCODING.search(data)
    named = match[1].decode("ascii", "replace").lower() if match else "utf-8"
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode(_ENCODINGS[named])
    except KeyError:
        reason, line = f"the file names the encoding {named}", data.count(b"\n", 0, match.start() if match else 0) + 1
    except UnicodeDecodeError as error:
        reason, line = f"the input is not {named}", data.count(b"\n", 0, error.start) + 1
    raise DocumentError("encoding", reason, line=line, hint="convert it to UTF-8, and change its .encoding") from None


def _unescaped(value: str) -> str:
    """``|22`` is the character 0x22; of UTF-8 each byte is one."""
    if "|" not in value:
        return value
    return re.sub(r"(?:\|[0-9a-fA-F]{2})+", _characters, value)


def _characters(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("|", "")).decode("utf-8", "replace")
