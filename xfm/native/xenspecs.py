"""Takes single values of Xen's configurations apart: xl-disk-configuration(5), xl-network-configuration(5) and others.

What a field means is for the stylesheet to say; here is only where it begins and ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Keys whose value may be one text with fields, not only a list of such texts.
SCALARS = frozenset({"pci", "usbdev"})

# Prefixes of a disk's target, all deprecated; several may follow each other (tap:aio:).
_DISK_PREFIX = re.compile(r"(?i)(phy|file|tap2?|tapdisk|aio|ioemu|raw|qcow2?|vhd|qed):")
_DISK_SCRIPT = re.compile(r"(?i)(iscsi|e?nbd|drbd):")
_DISK_FORMATS = {"aio": "raw", "raw": "raw", "qcow": "qcow", "qcow2": "qcow2", "vhd": "vhd", "qed": "qed"}
_DISK_FLAGS = ("cdrom", "discard", "no-discard", "direct-io-safe")
_DISK_KEYS = ("format", "vdev", "access", "devtype", "backend", "backendtype", "script", "discard")
_PCI = re.compile(
    r"(?:(?P<domain>[0-9a-fA-F]{1,4}):)?(?P<bus>[0-9a-fA-F]{1,2}):(?P<slot>[0-9a-fA-F]{1,2})\.(?P<function>[0-7])"
    r"(?:@(?P<vslot>[0-9a-fA-F]{1,2}))?"
)


def fields(key: str, text: str) -> list[tuple[str, str]]:
    """The fields of a value, in its order; none for a key that has none."""
    split = _SPECS.get(key)
    return split(text) if split is not None else []


def pairs(text: str) -> list[tuple[str, str]]:
    """``name=value`` joined by commas; a name alone has an empty value."""
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, value = part.partition("=")
        found.append((name.strip().lower(), value.strip()))
    return found


def _disk(text: str) -> list[tuple[str, str]]:
    head, target, rest = _before_target(text)
    found: dict[str, str] = {}
    waiting = ["target", "format", "vdev", "access"]
    for part in map(str.strip, head.split(",")):
        name, named, value = part.partition("=")
        if named and name.strip().lower() in _DISK_KEYS:
            found[name.strip().lower()] = value.strip()
        elif part.lower() in _DISK_FLAGS:
            found["devtype" if part.lower() == "cdrom" else part.lower()] = part.lower()
        else:
            waiting = [slot for slot in waiting if slot not in found]
            slot = waiting.pop(0) if waiting else "surplus"
            found[slot] = part
            if slot == "target" and _strip_prefixes(found):
                waiting.remove("format")
    if target:
        found["target"] = rest
    vdev, colon, kind = found.get("vdev", "").rpartition(":")
    if colon and kind.lower() in ("cdrom", "disk"):
        found["vdev"], found["devtype"] = vdev, kind.lower()
    found["vdev"] = found.get("vdev", "").removeprefix("ioemu:").removeprefix("/dev/")
    return list(found.items())


def _before_target(text: str) -> tuple[str, bool, str]:
    """``target=`` takes all that follows it, commas too."""
    match = re.search(r"(?i)(?:^|,)\s*target\s*=", text)
    return (text[: match.start()], True, text[match.end() :].strip()) if match else (text, False, "")


def _strip_prefixes(found: dict[str, str]) -> bool:
    """Take the deprecated prefixes off a target; whether it had one, and then no format follows it."""
    had = False
    while match := _DISK_PREFIX.match(found["target"]):
        had = True
        prefix = match[1].lower()
        if prefix in _DISK_FORMATS:
            found["format"] = _DISK_FORMATS[prefix]
        else:
            found.setdefault("prefix", prefix)
        found["target"] = found["target"][match.end() :]
    if match := _DISK_SCRIPT.match(found["target"]):
        had = True
        found["script"] = f"block-{match[1].lower()}"
    return had


def _pci(text: str) -> list[tuple[str, str]]:
    address, _, options = text.partition(",")
    match = _PCI.fullmatch(address.strip())
    if match is None:
        return []
    places = [(name, value) for name, value in match.groupdict().items() if value is not None]
    return places + pairs(options)


_SPECS: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "disk": _disk,
    "pci": _pci,
    **dict.fromkeys(("vif", "vfb", "usbctrl", "usbdev", "channel"), pairs),
}
