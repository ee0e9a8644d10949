"""What one of xfm's own stylesheets matches, and what it imports, as its text says: known without compiling it.

Compiling takes most of a stylesheet's time in a run over one document, and many have nothing to do there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lxml import etree

from xfm.model import XSL_NAMESPACE
from xfm.stylesheet import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATE = f"{{{XSL_NAMESPACE}}}template"
_IMPORT = f"{{{XSL_NAMESPACE}}}import"
_IDENTITY = "@* | node()"
# What XSLT adds to XPath's functions (XSLT 1.0, 12).
_XSLT_FUNCTIONS = ("current(", "key(", "document(", "generate-id(", "format-number(", "system-property(")


def condition(root: etree._Element, path: str) -> etree.XPath | None:
    """An XPath that is true of documents in which a template of the default mode matches something.

    The identity transform does not count. None where a pattern does not begin at the root element, or a prefix means
    one thing here and another in what is imported: then only running the stylesheet tells.
    """
    prefixes: dict[str, str] = {}
    alternatives = []
    for pattern, scope in _patterns(root, path):
        for prefix, uri in scope.items():
            if prefixes.setdefault(prefix, uri) != uri:
                return None
        alternatives += _alternatives(pattern)
    if not all(part.startswith("domain") for part in alternatives):
        return None
    if any(function in part for part in alternatives for function in _XSLT_FUNCTIONS):
        return None
    return etree.XPath(f"boolean({' | '.join('/' + part for part in alternatives)})", namespaces=prefixes)


def _patterns(root: etree._Element, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What the templates of the default mode match, here and in all that is imported, each with its prefixes."""
    scope = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    for template in root.iterchildren(_TEMPLATE):
        pattern = template.get("match")
        if pattern not in (None, _IDENTITY) and template.get("mode") is None and not _is_guard(template):
            yield pattern, scope
    for target, element in _imports(root, path):
        yield from _patterns(element, target)


def _is_guard(template: etree._Element) -> bool:
    """Whether it only chooses between applying the others to the whole document and copying it."""
    inside = {(etree.QName(element).localname, element.get("select")) for element in template.iterdescendants("*")}
    allowed = {("when", None), ("choose", None), ("otherwise", None), ("apply-templates", None), ("copy-of", "node()")}
    return template.get("match") == "/" and ("choose", None) in inside and inside <= allowed


def _alternatives(pattern: str) -> list[str]:
    """The parts of a pattern between the bars that are in no predicate and no literal."""
    parts, depth, quote, start = [], 0, "", 0
    for position, character in enumerate(pattern):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "|" and depth == 0:
            parts.append(pattern[start:position].strip())
            start = position + 1
    return [*parts, pattern[start:].strip()]


def imported(root: etree._Element, path: str) -> list[bytes]:
    """All that a stylesheet imports and what that imports, in the order in which a processor reads it."""
    found = []
    for target, element in _imports(root, path):
        found += [reading.read_own(target), *imported(element, target)]
    return found


def _imports(root: etree._Element, path: str) -> Iterator[tuple[str, etree._Element]]:
    for element in root.iterchildren(_IMPORT):
        target = os.path.normpath(os.path.join(os.path.dirname(path), element.get("href", "")))
        yield target, reading.parse_own(target)
