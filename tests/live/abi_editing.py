"""Edits of a domain, one at a time, each with who can notice it.

`guest`: the guest sees another machine. `host`: only the host does. `spelling`: the document says the same in other
words. Which places and values an edit takes, of all that it could, is drawn by lot.
"""

from __future__ import annotations

import copy
import functools
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from lxml import etree

Element = etree._Element
Side = Literal["guest", "host", "spelling"]
#: A value, or what draws one.
Value = str | Callable[[random.Random], str]

_QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
_PREFIXES = {"qemu": _QEMU}


class Edit(NamedTuple):
    """One kind of edit.

    :param kind: its name.
    :param side: who notices.
    :param path: the XPath of the elements that it can be made to, from the root.
    :param values: what it can be made with.
    :param apply: makes it, to an element and with a value.
    """

    kind: str
    side: Side
    path: str
    values: tuple[Value, ...]
    apply: Callable[[Element, str], None]


class Pair(NamedTuple):
    """A completed domain, and the same with one edit."""

    edit: Edit
    base: str
    before: str
    after: str


def pairs(edit: Edit, bases: Mapping[str, str], lot: random.Random) -> Iterator[Pair]:
    """All that the edit can make of the bases, in an order drawn by lot: one of each base, then a second of each …"""
    choices = []
    for base, document in bases.items():
        places = range(len(_found(_parsed(document), edit.path)))
        own = [(place, value) for place in places for value in edit.values]
        lot.shuffle(own)
        choices += [(turn, lot.random(), base, place, value) for turn, (place, value) in enumerate(own)]
    for _, _, base, place, value in sorted(choices, key=lambda choice: choice[:2]):
        before = _parsed(bases[base])
        after = copy.deepcopy(before)
        edit.apply(_found(after, edit.path)[place], value if isinstance(value, str) else value(lot))
        edited = etree.tostring(after, encoding="unicode")
        if edited != etree.tostring(before, encoding="unicode"):
            yield Pair(edit, base, bases[base], edited)


@functools.cache
def _parsed(document: str) -> Element:
    """A document that nobody changes."""
    return etree.fromstring(document)


def _found(root: Element, path: str) -> list[Element]:
    found = root.xpath(path, namespaces=_PREFIXES)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, etree._Element)]


# What an edit does to an element.


def put(kind: str, side: Side, path: str, attribute: str, *values: Value) -> Edit:
    """Gives an attribute another value."""
    return Edit(kind, side, path, values, lambda element, value: element.set(attribute, value))


def cut(kind: str, side: Side, path: str, *attributes: str) -> Edit:
    """Takes attributes away."""

    def apply(element: Element, _: str) -> None:
        for attribute in attributes:
            element.attrib.pop(attribute, None)

    return Edit(kind, side, path, ("",), apply)


def text(kind: str, side: Side, path: str, *values: Value) -> Edit:
    """Gives an element another text."""

    def apply(element: Element, value: str) -> None:
        element.text = value

    return Edit(kind, side, path, values, apply)


def add(kind: str, side: Side, path: str, *fragments: Value) -> Edit:
    """Gives an element more children, as its last ones."""

    def apply(element: Element, fragment: str) -> None:
        element.extend(etree.fromstring(f"<x xmlns:qemu='{_QEMU}'>{fragment}</x>"))

    return Edit(kind, side, path, fragments, apply)


def drop(kind: str, side: Side, path: str) -> Edit:
    """Takes an element away."""

    def apply(element: Element, _: str) -> None:
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return Edit(kind, side, path, ("",), apply)


def instead(kind: str, side: Side, path: str, *fragments: Value) -> Edit:
    """Puts something else in the place of an element."""

    def apply(element: Element, fragment: str) -> None:
        parent = element.getparent()
        assert parent is not None
        other = etree.fromstring(fragment)
        other.tail = element.tail
        parent.replace(element, other)

    return Edit(kind, side, path, fragments, apply)


def swap(kind: str, side: Side, path: str) -> Edit:
    """Exchanges an element and the next one of its name, whole as they are."""

    def apply(element: Element, _: str) -> None:
        other = next(sibling for sibling in element.itersiblings() if sibling.tag == element.tag)
        stand_in = etree.Element("stand-in")
        other.addprevious(stand_in)
        element.addprevious(other)
        stand_in.addprevious(element)
        parent = stand_in.getparent()
        assert parent is not None
        parent.remove(stand_in)

    return Edit(kind, side, path, ("",), apply)


def last(kind: str, side: Side, path: str) -> Edit:
    """Puts an element after all others."""

    def apply(element: Element, _: str) -> None:
        parent = element.getparent()
        assert parent is not None
        parent.append(element)

    return Edit(kind, side, path, ("",), apply)


def exchange(kind: str, side: Side, path: str, child: str) -> Edit:
    """Gives an element the child of the next one of its name, and that one its own."""

    def apply(element: Element, _: str) -> None:
        other = next(sibling for sibling in element.itersiblings() if sibling.tag == element.tag)
        one, another = element.find(child), other.find(child)
        assert one is not None
        assert another is not None
        other.replace(another, copy.deepcopy(one))
        element.replace(one, another)

    return Edit(kind, side, path, ("",), apply)


def strip(kind: str, side: Side, path: str, *names: str) -> Edit:
    """Takes children away, by name, and attributes, by a name after an `@`."""

    def apply(element: Element, _: str) -> None:
        for each in names:
            if each.startswith("@"):
                element.attrib.pop(each[1:], None)
            else:
                etree.strip_elements(element, each, with_tail=False)

    return Edit(kind, side, path, ("",), apply)


def respell(kind: str, path: str, *spellings: Callable[[str], str], attribute: str = "") -> Edit:
    """Writes an attribute, or else the text, in another way."""
    by_name = {f"{number}": spelling for number, spelling in enumerate(spellings)}

    def apply(element: Element, value: str) -> None:
        if attribute:
            element.set(attribute, by_name[value](element.get(attribute, "")))
        else:
            element.text = by_name[value](element.text or "")

    return Edit(kind, "spelling", path, tuple(by_name), apply)


# What is drawn by lot.


def word(lot: random.Random) -> str:
    """Such a text as a serial number is."""
    return "".join(lot.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=8))


def name(lot: random.Random) -> str:
    """Such a text as the name of a file is."""
    return "/srv/drawn/" + word(lot).lower()


def alias(lot: random.Random) -> str:
    """An alias element."""
    return f"<alias name='ua-{word(lot)}'/>"


def number(low: int, high: int, step: int = 1) -> Callable[[random.Random], str]:
    """A whole number."""
    return lambda lot: str(lot.randrange(low, high + 1, step))


def mac(lot: random.Random) -> str:
    """A MAC address that no base has."""
    return "52:54:00:ff:" + ":".join(f"{lot.randrange(256):02x}" for _ in range(2))


def uuid(lot: random.Random) -> str:
    """A UUID that no base has."""
    return f"{lot.getrandbits(32):08x}-58d4-4e8e-9a55-{lot.getrandbits(48):012x}"


def of(template: str, value: Callable[[random.Random], str]) -> Callable[[random.Random], str]:
    """A fragment with a drawn value in the place of `%`."""
    return lambda lot: template.replace("%", value(lot))
