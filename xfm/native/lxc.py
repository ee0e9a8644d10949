"""Reads lxc.container.conf(5): ``key = value``, where a key may come again, in its old spelling and in that of LXC 3.

A network's settings become a group: those of one index (``lxc.net.0.link``), or those that follow an
``lxc.network.type``. Files named by ``lxc.include`` are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xfm.native.neutral import Config, decoded, refuse

if TYPE_CHECKING:
    from lxml import etree

_LINE = re.compile(r"\s*(?P<key>[A-Za-z][A-Za-z0-9_.-]*)\s*=\s*(?P<value>.*?)\s*")
_NETWORK = re.compile(r"lxc\.net(?:work)?(?:\.(?P<index>\d{1,9}))?\.(?P<name>.+)")
#: Old names, and what they are called since LXC 2.1 (lxc-update-config).
_RENAMED = {
    "lxc.utsname": "lxc.uts.name",
    "lxc.rootfs": "lxc.rootfs.path",
    "lxc.mount": "lxc.mount.fstab",
    "lxc.tty": "lxc.tty.max",
    "lxc.id_map": "lxc.idmap",
    "lxc.init_cmd": "lxc.init.cmd",
    "lxc.init_uid": "lxc.init.uid",
    "lxc.init_gid": "lxc.init.gid",
    "ipv4": "ipv4.address",
    "ipv6": "ipv6.address",
}
#: Settings whose value is words, which become items.
_WORDS = frozenset({"lxc.idmap", "lxc.cap.drop", "lxc.cap.keep", "lxc.init.cmd", "lxc.cgroup2.cpu.max"})
_HINT = "lxc.container.conf(5): each line is key = value or a comment"


def read(data: bytes) -> Config:
    """The settings of a container, in their order.

    :raises DocumentError: native-syntax, encoding.
    """
    config = Config("lxc-tools")
    networks: dict[str, etree._Element] = {}
    for number, line in enumerate(decoded(data).split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            refuse("the line is no setting", number, _HINT)
        key, value = match["key"], _unquoted(match["value"])
        network = _NETWORK.fullmatch(key)
        if network is None:
            _add(config, key, number, value)
            continue
        group = _group(config, networks, network, number)
        config.entry(key, number, value, name=_RENAMED.get(network["name"], network["name"]), group=group)
    return config


def _group(config: Config, networks: dict[str, etree._Element], network: re.Match[str], number: int) -> etree._Element:
    """The group of a network: without an index the last one, unless this begins a new one."""
    index = network["index"]
    if index is None:
        begun = str(len(networks)) if network["name"] == "type" or not networks else ""
        index = begun or next(reversed(networks))
    if index not in networks:
        networks[index] = config.group(number, "net", index)
    return networks[index]


def _add(config: Config, key: str, number: int, value: str) -> None:
    name = _RENAMED.get(key, key)
    entry = config.entry(key, number, value, name=name)
    if name in _WORDS:
        for word in value.split():
            config.item(entry, number, word)
    elif name == "lxc.mount.entry":
        config.fields(entry, _mount(value))
    elif name.startswith("lxc.cgroup.blkio.") and len(value.split()) == 2:  # noqa: PLR2004  a device, and its limit
        config.fields(entry, zip(("device", "limit"), value.split(), strict=True))
    elif name == "lxc.environment":
        variable, _, content = value.partition("=")
        config.fields(entry, [("variable", variable), ("content", content)])


def _mount(value: str) -> list[tuple[str, str]]:
    """A line of fstab(5), whose options are fields of their own; nothing where it has too few columns."""
    columns = value.split()
    if len(columns) < 4:  # noqa: PLR2004  source, target, type, options
        return []
    found = list(zip(("source", "target", "type"), columns, strict=False))
    for option in columns[3].split(","):
        name, _, content = option.partition("=")
        found.append((f"option:{name}", content))
    return found


def _unquoted(value: str) -> str:
    """LXC takes one pair of quotation marks off a value."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
