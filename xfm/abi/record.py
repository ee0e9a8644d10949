"""The guest ABI as a pin holds it: an element for each part, its facts as attributes, and digests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from xfm.abi.projection import Abi, Part
from xfm.model import PIN_NAMESPACE

if TYPE_CHECKING:
    from lxml.etree import _Element

# What an element of a pin says beside facts.
_RESERVED = ("kind", "label", "alias", "open", "asks", "digest")


def record(abi: Abi) -> _Element:
    """The ABI as a pin holds it: ``xfm:abi`` with an element for each part, facts as attributes, and digests.

    Devices are in an order of their own, so that a pin is the same wherever they stand in the document.
    """
    root = etree.Element(_tag("abi"), {"version": str(abi.version), "digest": abi.digest}, nsmap={"xfm": PIN_NAMESPACE})
    if abi.open:
        root.set("open", " ".join(abi.open))
    for part in (*abi.sections, *sorted(abi.devices, key=_place)):
        said = {"kind": part.kind, "label": part.label, "alias": part.alias}
        said |= {"open": " ".join(part.open), "asks": " ".join(part.asks)}
        element = etree.SubElement(root, _tag("device" if part.label else "section"))
        for name, value in (*said.items(), ("digest", part.digest)):
            if value:
                element.set(name, value)
        for name, value in part.facts:
            element.set(name, value)
    return root


def _place(device: Part) -> tuple[str, list[tuple[int, str]]]:
    """By kind, then by label, numbers in it by what they count."""
    words = re.findall(r"\d+|\D+", device.label)
    return device.kind, [(int(word), "") if word.isdecimal() else (-1, word) for word in words]


def read(element: _Element) -> tuple[Abi, list[str]]:
    """The ABI that a pin holds, and the names of the parts that are not what their digests say."""
    parts = [_recorded(child) for child in element]
    damaged = [part.name for part, child in zip(parts, element, strict=True) if part.digest != child.get("digest")]
    abi = Abi(
        int(element.get("version", "")),
        tuple(element.get("open", "").split()),
        tuple(part for part in parts if not part.label),
        tuple(part for part in parts if part.label),
    )
    if not damaged and abi.digest != element.get("digest"):
        damaged = ["the whole"]
    return abi, damaged


def _recorded(element: _Element) -> Part:
    said = {str(name): str(value) for name, value in element.items()}
    facts = sorted((name, value) for name, value in said.items() if name not in _RESERVED)
    return Part(
        said.get("kind", ""),
        said.get("label", ""),
        said.get("alias", ""),
        tuple(said.get("open", "").split()),
        tuple(said.get("asks", "").split()),
        facts=tuple(facts),
    )


def _tag(name: str) -> str:
    return f"{{{PIN_NAMESPACE}}}{name}"
