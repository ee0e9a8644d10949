"""CDATA sections of other tools' metadata: XSLT knows only text, so they are put back at the end.

libvirt keeps them too (src/util/virxml.c hands metadata to libxml2 as it is); in the rest of a domain it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element, _ElementTree

#: What a serialised document has in it where it has a section.
OPENING = b"<![CDATA["


def to_text(document: _ElementTree) -> _ElementTree:
    """Make text of every section, in place, as the first stylesheet would: so that it is not taken for a change.

    :return: a copy of the document as it was, for :func:`restore`.
    """
    from copy import deepcopy

    before = deepcopy(document)
    for element in document.iter("*"):
        if element.text is not None:
            element.text = str(element.text)
        for child in element:
            if child.tail is not None:
                child.tail = str(child.tail)
    return before


def restore(before: _ElementTree, after: _ElementTree) -> None:
    """Make a section again of each text in ``after``'s metadata that was one in ``before``'s.

    :param before: the domain as it was read.
    :param after: the same domain transformed; changed in place. Where a tool's element is no longer the same, or a
        section stood beside other content, its text stays text.
    """
    for theirs, ours in _pairs(before, after):
        sections = [element for element in theirs.iter("*") if _is_section(element)]
        if not sections:
            continue
        counterparts = dict(zip(theirs.iter("*"), ours.iter("*"), strict=False))
        for element in sections:
            counterpart = counterparts.get(element)
            if counterpart is not None and (counterpart.tag, counterpart.text) == (element.tag, element.text):
                counterpart.text = etree.CDATA(element.text or "")


def _pairs(before: _ElementTree, after: _ElementTree) -> Iterator[tuple[_Element, _Element]]:
    """Each element under metadata, as it was and as it is: libvirt has but one of a namespace there."""
    now = {element.tag: element for element in after.iterfind("metadata/*")}
    for element in before.iterfind("metadata/*"):
        if element.tag in now:
            yield element, now[element.tag]


def _is_section(element: _Element) -> bool:
    """Whether all that is in the element is one CDATA section: lxml shows that only when it writes."""
    if len(element) or not element.text:
        return False
    content = etree.tostring(element, with_tail=False).partition(b">")[2]
    return content.startswith(OPENING) and content.count(OPENING) == 1 and content.rpartition(b"</")[0].endswith(b"]]>")
