"""Passwords of a document never reach a diff, an explanation, a message or an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm.model import PIN_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "***"
# A shorter secret is masked only where it stands in quotation marks: it may well be part of any word.
_TELLING_LENGTH = 4
_QEMU = {"qemu": "http://libvirt.org/schemas/domain/qemu/1.0"}

# Where libvirt's domain XML has a secret itself, not a reference to one (formatdomain.html: graphics passwd; cookies of
# an http(s) disk), and where others may have put one: QEMU's arguments and environment, a kernel's command line, a
# container's environment, firmware entries, what a pin has of these, other tools' metadata.
_whole = etree.XPath("/domain/devices/graphics[@passwd] | //cookies/cookie")
_named = etree.XPath("//qemu:env | /domain/os/initenv", namespaces=_QEMU)
_arguments = etree.XPath(
    "/domain/*[local-name() = 'commandline']/*[local-name() = 'arg'] | /domain/os/cmdline | /domain/os/initarg"
    " | /domain/bootloader_args | /domain/sysinfo//entry"
)
_recorded = etree.XPath("/domain/metadata/pin:pin/pin:abi/pin:section", namespaces={"pin": PIN_NAMESPACE})
_metadata = etree.XPath("/domain/metadata/*[namespace-uri() != $pin]//descendant-or-self::*")

# The names that tell, and what follows one in an argument. The names of a container's or of QEMU's variables are looked
# at whatever their case.
_TELLING_NAME = r"(?i)pass|secret|token|credential|cookie|api_?key"
_IN_ARGUMENT = r"""(?i)(?:\b|_)(?:pass(?:word|wd|phrase)?|secret(?:_data)?|data|token)"?\s*[=:]\s*"?([^,"\s]+)"""
# The same places where there is no tree.
_PLACES = (
    r"""passwd\s*=\s*(["'][^"']*)""",
    r"<cookie\b[^>]*>([^<]*)",
    r"<initenv\b[^>]*>([^<]*)",
    r"""<\w+:(?:arg|env)\b[^>]*?value\s*=\s*(["'][^"']*)""",
)


class _Place(NamedTuple):
    """A value with secrets in it: of an attribute, or, where that has no name, the text of the element."""

    element: etree._Element
    attribute: str
    secrets: list[str]


def _places(document: etree._ElementTree) -> Iterator[_Place]:
    for element in _whole(document):
        attribute = "passwd" if element.tag == "graphics" else ""
        yield _Place(element, attribute, [_value(element, attribute)])
    for element in _named(document):
        if re.search(_TELLING_NAME, element.get("name", "")):
            attribute = "value" if element.tag.endswith("}env") else ""
            yield _Place(element, attribute, [_value(element, attribute)])
    yield from _in_arguments(document)
    for element in _metadata(document, pin=PIN_NAMESPACE):
        if re.search(_TELLING_NAME, etree.QName(element).localname):
            yield _Place(element, "", [_value(element, "")])
        for name in element.attrib:
            if re.search(_TELLING_NAME, etree.QName(name).localname):
                yield _Place(element, str(name), [_value(element, str(name))])


def _in_arguments(document: etree._ElementTree) -> Iterator[_Place]:
    """Where a secret is one word of many: arguments, and what a pin has of them."""
    places = [(element, "value" if element.tag.endswith("}arg") else "") for element in _arguments(document)]
    places += [(element, str(name)) for element in _recorded(document) for name in element.attrib]
    for element, attribute in places:
        yield _Place(element, attribute, re.findall(_IN_ARGUMENT, _value(element, attribute)))


def _value(element: etree._Element, attribute: str) -> str:
    return (element.get(attribute) if attribute else element.text) or ""


def secrets(document: etree._ElementTree) -> frozenset[str]:
    """Every secret value of a domain, as it stands in the tree."""
    return frozenset(secret for place in _places(document) for secret in place.secrets) - {"", MASK}


def redacted(document: etree._ElementTree) -> etree._ElementTree:
    """A copy of the domain with every secret masked; the domain itself where it has none."""
    if not secrets(document):
        return document
    from copy import deepcopy

    tree = deepcopy(document)
    for element, attribute, hidden in list(_places(tree)):
        value = _value(element, attribute)
        for secret in sorted(filter(str.strip, hidden), key=len, reverse=True):
            value = value.replace(secret, MASK)
        if attribute:
            element.set(attribute, value)
        elif element.text:
            element.text = value
    return tree


def scrub(text: str, hidden: Iterable[str]) -> str:
    """A text for people with every secret in it masked, the longest first."""
    for secret in sorted(hidden, key=len, reverse=True):
        if len(secret) >= _TELLING_LENGTH:
            text = text.replace(secret, MASK)
        else:
            text = text.replace(f"'{secret}'", f"'{MASK}'")
    return text


def scrub_syntax(message: str, data: bytes) -> str:
    """What a parser says of a text that is no XML, without any word that may belong to a secret in it.

    Wider than :func:`secrets`: where a quotation mark is missing, what follows is taken for the secret's.
    """
    text = data.decode("utf-8", "replace")
    places = [match for pattern in _PLACES for match in re.findall(pattern, text)]
    return scrub(message, {word for place in places for word in re.findall(r"[^\s<>&;'\"=,]+", place)})
