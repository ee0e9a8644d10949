"""What changed between two documents, node by node: where, what was, what is."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


# Siblings that share less than this of what they say are two, not one that was altered.
_UNLIKE = 0.5


class Change(NamedTuple):
    """One node that was added (``before`` is empty), removed (``after`` is empty) or altered.

    ``xpath`` leads to it in the document that has it: the later one, or for what was removed the earlier.
    """

    xpath: str
    before: str
    after: str


def between(before: bytes, after: bytes) -> list[Change]:
    """The changes from one document to another, in document order.

    Elements are matched by name and content; where only their content differs, what differs in them is told.
    """
    one, other = source.parse(before), source.parse(after)
    return list(_elements(one.getroot(), other.getroot()))


def _elements(one: _Element, other: _Element) -> Iterator[Change]:
    path = _path(other)
    for name in dict.fromkeys([*one.keys(), *other.keys()]):
        was, now = one.get(name), other.get(name)
        if was != now:
            yield Change(f"{path}/@{_shown(str(name), other)}", was or "", now or "")
    was, now = (one.text or "").strip(), (other.text or "").strip()
    if was != now:
        yield Change(f"{path}/text()", was, now)
    yield from _children(_child_elements(one), _child_elements(other))


def _child_elements(element: _Element) -> list[_Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _children(ones: list[_Element], others: list[_Element]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, [_text(e) for e in ones], [_text(e) for e in others], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            yield from _replaced(ones[i1:i2], others[j1:j2])


def _replaced(gone: list[_Element], come: list[_Element]) -> Iterator[Change]:
    """Of two runs of siblings, those of one name that have most in common belong together; others came or went.

    Where there is one of a name on either side, it is the same one, whatever it says now.
    """
    left = list(gone)
    alone = {e.tag for e in gone if [o.tag for o in gone].count(e.tag) == [o.tag for o in come].count(e.tag) == 1}
    for element in come:
        candidates = [other for other in left if other.tag == element.tag]
        partner = max(candidates, key=lambda other: _likeness(other, element), default=None)
        if partner is None or not (element.tag in alone or _likeness(partner, element) > _UNLIKE):
            yield Change(_path(element), "", _text(element))
        else:
            left.remove(partner)
            yield from _elements(partner, element)
    for element in left:
        yield Change(_path(element), _text(element), "")


def _likeness(one: _Element, other: _Element) -> float:
    """What two elements have in common of what the poorer of them says of itself and its children: 0 to 1."""
    says, others = _leaves(one), _leaves(other)
    return len(says & others) / max(1, min(len(says), len(others)))


def _leaves(element: _Element) -> set[tuple[str, str, str]]:
    told = {(str(e.tag), str(name), str(value)) for e in element.iter("*") for name, value in e.items()}
    return told | {(str(e.tag), "", (e.text or "").strip()) for e in element.iter("*") if (e.text or "").strip()}


def _text(element: _Element) -> str:
    """An element as one line, without the blanks that indent it."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    return "".join(line.strip() for line in text.splitlines())


def _path(element: _Element) -> str:
    """The XPath of an element, with the prefixes of the document."""
    steps = []
    node: _Element | None = element
    while node is not None:
        name = _shown(str(node.tag), node)
        parent = node.getparent()
        same = [] if parent is None else [child for child in parent if child.tag == node.tag]
        steps.append(name if len(same) < 2 else f"{name}[{same.index(node) + 1}]")  # noqa: PLR2004  one needs no number
        node = parent
    return "/" + "/".join(reversed(steps))


def _shown(tag: str, scope: _Element) -> str:
    """A name as the document writes it: prefix:local."""
    name = etree.QName(tag)
    prefix = next((prefix for prefix, uri in scope.nsmap.items() if uri == name.namespace and prefix), None)
    return f"{prefix}:{name.localname}" if prefix else name.localname
