"""Passwords of a document never reach a diff, an explanation, a message or an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"
# A shorter word is masked only where it stands in quotation marks: it may well be part of any other.
_TELLING_LENGTH = 4
_QEMU = {"qemu": "http://libvirt.org/schemas/domain/qemu/1.0"}

# Where libvirt's domain XML has a secret itself, not a reference to one (formatdomain.html: graphics passwd; cookies
# of an http(s) disk), and QEMU's own arguments, where only the part behind password= and its like is secret.
# What an environment variable of a container, or of QEMU, is called matters; so all of them are looked at.
_attributes = etree.XPath("/domain/devices/graphics/@passwd | //qemu:env/@value | //qemu:arg/@value", namespaces=_QEMU)
_texts = etree.XPath("//cookies/cookie | /domain/os/initenv")
_TELLING_NAME = r"(?i)pass|secret|token|credential|cookie|api_?key"
_IN_ARGUMENT = r"""(?i)\b(?:pass(?:word|wd|phrase)?|secret(?:_data)?|data|token)"?\s*[=:]\s*"?([^,"]+)"""
# The same places where there is no tree.
_PLACES = (
    r"""passwd\s*=\s*(["'][^"']*)""",
    r"<cookie\b[^>]*>([^<]*)",
    r"<initenv\b[^>]*>([^<]*)",
    r"""<\w+:(?:arg|env)\b[^>]*?value\s*=\s*(["'][^"']*)""",
)


def secrets(document: etree._ElementTree) -> frozenset[str]:
    """Every secret value of a domain, as it stands in the tree."""
    found: set[str] = set()
    for value in _attributes(document):
        element = value.getparent()
        if element.tag.endswith("}arg"):
            found.update(re.findall(_IN_ARGUMENT, value))
        elif not element.tag.endswith("}env") or re.search(_TELLING_NAME, element.get("name", "")):
            found.add(str(value))
    for element in _texts(document):
        if element.tag == "cookie" or re.search(_TELLING_NAME, element.get("name", "")):
            found.add(element.text or "")
    return frozenset(found - {"", MASK})


def words_of_secrets(data: bytes) -> frozenset[str]:
    """Every word that may belong to a secret in a text that no parser could make a tree of.

    Wider than :func:`secrets`: where a quotation mark is missing, what follows is taken for the secret's.
    """
    text = data.decode("utf-8", "replace")
    places = [match for pattern in _PLACES for match in re.findall(pattern, text)]
    return frozenset(word for place in places for word in re.findall(r"[^\s<>&;'\"=,]+", place))


def scrub_syntax(message: str, data: bytes) -> str:
    """What a parser says of a text that is no XML, without any word that may belong to a secret in it."""
    words = words_of_secrets(data)
    quoted = re.sub(r"'([^']*)'", lambda match: f"'{MASK}'" if match[1] in words else match[0], message)
    return scrub(quoted, (word for word in words if len(word) >= _TELLING_LENGTH))


def redacted(document: etree._ElementTree) -> etree._ElementTree:
    """A copy of the domain with every secret masked; the domain itself where it has none."""
    hidden = secrets(document)
    if not hidden:
        return document
    from copy import deepcopy

    tree = deepcopy(document)
    for value in _attributes(tree):
        value.getparent().set(value.attrname, scrub(str(value), hidden))
    for element in _texts(tree):
        element.text = scrub(element.text or "", hidden)
    return tree


def scrub(text: str, hidden: Iterable[str]) -> str:
    """A text for people with every secret in it masked, the longest first."""
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
