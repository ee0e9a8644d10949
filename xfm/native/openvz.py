"""Reads OpenVZ's ctid.conf(5): assignments of a shell, read without one. Nothing but ``$VEID`` is ever expanded."""

from __future__ import annotations

import re

from xfm.native.neutral import Config, decoded, refuse
from xfm.native.xenspecs import pairs

_ASSIGNMENT = re.compile(
    r"""\s*(?:export\s+)?(?P<key>[A-Za-z_][A-Za-z0-9_]*)=
    (?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'#;]*))\s*;?\s*(?:\#.*)?""",
    re.VERBOSE,
)
_UUID = re.compile(r"#\s*UUID:\s*([0-9a-fA-F-]{32,36})\s*")
_LIMITS = re.compile(r"\d+[bBkKmMgGtTpP]?[bB]?|unlimited")
#: Keys whose value is a barrier and a limit, and has a place in domain XML.
_RESOURCES = frozenset({"DISKSPACE", "PHYSPAGES", "PRIVVMPAGES", "VMGUARPAGES"})
_HINT = 'ctid.conf(5): each line is KEY="value" or a comment'


def read(data: bytes, veid: str) -> Config:
    """The settings of a container; of a key that is assigned twice the last.

    :param veid: the container's id, from the name of its file, or empty.
    :raises DocumentError: native-syntax, encoding.
    """
    config = Config("openvz")
    settings: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(decoded(data).split("\n"), start=1):
        if match := _UUID.fullmatch(line.strip()):
            settings["#UUID"] = number, match[1]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(line.rstrip("\r"))
        if match is None:
            refuse("the line is no assignment", number, _HINT)
        settings.pop(match["key"], None)
        settings[match["key"]] = number, _value(match)
    veid = veid or settings.get("VEID", (0, ""))[1]
    for key, (number, value) in settings.items():
        _add(config, key, number, re.sub(r"\$VEID\b|\$\{VEID\}", lambda _: veid, value) if veid else value)
    return config


def _value(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(r'\\(["\\$`])', r"\1", match["double"])
    return str(match["single"] if match["single"] is not None else match["bare"])


def _add(config: Config, key: str, number: int, value: str) -> None:
    """An entry: addresses and interfaces as a list, a barrier and a limit as fields."""
    if key in ("IP_ADDRESS", "NETIF"):
        entry = config.entry(key, number)
        for part in filter(None, map(str.strip, value.split(";") if key == "NETIF" else value.split())):
            item = config.item(entry, number, part)
            config.fields(item, pairs(part) if key == "NETIF" else ())
        return
    entry = config.entry(key, number, value)
    barrier, colon, limit = value.partition(":")
    if key in _RESOURCES and all(map(_LIMITS.fullmatch, (barrier, limit if colon else barrier))):
        # one number alone is both
        config.fields(entry, [("barrier", barrier), ("limit", limit if colon else barrier)])
