"""What a guest sees differently: which is the same device, and which of its facts are others."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from xfm.abi.projection import ORDER, Abi, Part
from xfm.model import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator


# Of a value longer than that a line shows a piece, with so much before what differs.
_LONG = 120
_CONTEXT = 20

# What libvirt leaves out of the form that it migrates, as it adds just that by itself (qemuDomainDefFormatBufInternal,
# qemuDomainDefAddDefaultDevices): whole devices, and facts of a device that is there.
_PCI_ROOT = {"index": "0", "model": "pci-root", "type": "pci"}
_IMPLIED_DEVICES = (
    ("controller", _PCI_ROOT),
    ("controller", {**_PCI_ROOT, "model.name": "spapr-pci-host-bridge", "target.index": "0"}),
    ("controller", {"address": "pci 0000:00:01.2", "index": "0", "model": "piix3-uhci", "type": "usb"}),
    ("panic", {"model": "s390"}),
    ("panic", {"model": "pseries"}),
)
# KiB to which libvirt rounds the memory of a guest, or of a cell, up when it starts; on ppc64 it is more
# (qemuDomainGetMemorySizeAlignment).
_MEMORY_UNIT = 1024
_SIZES = re.compile(r"size|cell-\d+\.memory")
_IMPLIED_FACTS = (("controller", "model.name", "spapr-pci-host-bridge"), ("controller", "target.index", "0"))


def differences(before: Abi, after: Abi) -> list[Difference]:
    """What a guest sees differently, by section, then by device.

    What was left to libvirt and is there now is a completion, and so is what it made of a request where the later
    document answers that: it is that of a guest that runs. What was said and is left open now is a change, as libvirt
    may say something else; but no difference at all where libvirt can only say the same.
    """
    if before.version == after.version and _said(before) == _said(after):
        return []
    found = list(_sections(before, after))
    for kind in dict.fromkeys(device.kind for device in (*before.devices, *after.devices)):
        ones = [device for device in before.devices if device.kind == kind]
        others = [device for device in after.devices if device.kind == kind]
        for one, other in _pairs(ones, others):
            if one and other:
                found += _facts(one, other)
            elif one and not (after.adds(one) and (one.kind, dict(one.facts)) in _IMPLIED_DEVICES):
                found.append(Difference(one.name, "", _summary(one), "", False))
            elif other:
                found.append(Difference(other.name, "", "", _summary(other), before.adds(other)))
    return found


def _said(abi: Abi) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    return sorted((part.kind, part.facts) for part in abi.parts)


def changes(before: Abi, after: Abi) -> list[Difference]:
    """The differences that are no completions."""
    return [difference for difference in differences(before, after) if not difference.completion]


def describe(difference: Difference) -> str:
    """A difference as one line: ``ua-disk-vda: bus was virtio, is sata``."""
    where, fact, was, now = difference.where, difference.fact, *_short(difference.was, difference.now)
    if not fact:
        return f"{where}: was not there, is {now}" if now else f"{where}: was {was}, is not there"
    return f"{where}: {fact} was {was or 'not said'}, is {now or 'not said'}"


def _short(was: str, now: str) -> tuple[str, str]:
    """Two long values, cut so that where they begin to differ is seen."""
    same = next(
        (i for i, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), min(len(was), len(now))
    )
    start = max(0, same - _CONTEXT)

    def cut(text: str) -> str:
        if len(text) <= _LONG:
            return text
        piece = text[start : start + _LONG]
        return f"{'…' if start else ''}{piece}{'…' if start + _LONG < len(text) else ''}"

    return cut(was), cut(now)


def _sections(before: Abi, after: Abi) -> Iterator[Difference]:
    ones = {section.kind: section for section in before.sections}
    others = {section.kind: section for section in after.sections}
    for kind in {**ones, **others}:
        yield from _facts(ones.get(kind, Part(kind)), others.get(kind, Part(kind)))


def _pairs(ones: list[Part], others: list[Part]) -> list[tuple[Part | None, Part | None]]:
    """Which is the same device: by alias, by all it says, by address, label or model, else by the order they are in.

    What has no counterpart stands alone, beside None; in the order of the first list, then of the second.
    """
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for key in (_alias, _everything, _address, _label, _model, _sort):
        free: dict[str, list[int]] = {}
        for position, other in enumerate(others):
            if position not in taken and key(other):
                free.setdefault(key(other), []).append(position)
        for position, one in enumerate(ones):
            if position in partner:
                continue
            found = [i for i in free.get(key(one), ())[:1] if key not in (_model, _sort) or _can_be(one, others[i])]
            for i in found:
                free[key(one)].remove(i)
                partner[position] = i
                taken.add(i)
    return [
        *((one, others[partner[position]] if position in partner else None) for position, one in enumerate(ones)),
        *((None, other) for position, other in enumerate(others) if position not in taken),
    ]


def _alias(device: Part) -> str:
    return device.alias


def _everything(device: Part) -> str:
    return "\n".join(f"{name}={value}" for name, value in device.facts)


def _address(device: Part) -> str:
    """The address; of a disk with its bus, because each bus counts its drives anew."""
    facts = dict(device.facts)
    address = facts.get("address", "")
    return f"{facts.get('bus', '')} {address}" if address and device.kind == "disk" else address


def _label(device: Part) -> str:
    return device.label


def _model(device: Part) -> str:
    facts = dict(device.facts)
    return f"{_sort(device)} {facts['model']}" if "model" in facts else ""


def _sort(device: Part) -> str:
    """What can at most be the same: of controllers those of one type."""
    return device.label.partition(" ")[0] if device.kind == "controller" else device.kind


def _can_be(one: Part, other: Part) -> bool:
    """Whether neither says who it is, or where, in contradiction of the other."""
    return not (one.alias and other.alias) and not (_address(one) and _address(other))


def _facts(one: Part, other: Part) -> Iterator[Difference]:
    was, now = dict(one.facts), dict(other.facts)
    for name in sorted({*was, *now}):
        before, after = was.get(name), now.get(name)
        if (
            before == after
            or (name == ORDER and None in (before, after))
            or _comes_to_the_same(one, name, before, after)
        ):
            continue
        filled_in = before is None and _among(name, one.open)
        asked = _among(name if before else f"+{name}", one.asks)
        # at least this processor was asked for: what the guest has got is in its features
        least = one.kind == "cpu" and (name, before) == ("match", "minimum") and "mode" in other.answers
        answered = least or (asked and _among(name, other.answers))
        yield Difference(one.name, name, before or "", after or "", filled_in or answered)


def _comes_to_the_same(part: Part, name: str, before: str | None, after: str | None) -> bool:
    """Whether libvirt can only make one thing of both."""
    if after is None:
        return (part.kind, name, before) in _IMPLIED_FACTS
    if before is None or part.kind not in ("memory", "numa") or not _SIZES.fullmatch(name):
        return False
    return math.ceil(int(before) / _MEMORY_UNIT) == math.ceil(int(after) / _MEMORY_UNIT)


def _summary(device: Part) -> str:
    """A device in a few words: its kind, and what it says of itself."""
    return f"{device.kind} ({', '.join(f'{name} {value}' for name, value in device.facts)})"


def _among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(name == pattern or (pattern[-1] == "*" and name.startswith(pattern[:-1])) for pattern in patterns)
