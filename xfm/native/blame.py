"""Which setting of a configuration gives a domain that libvirt's schema refuses.

libvirt's schema names an element of the domain, and often only the one around it. What the user can correct is a line
of the configuration, so that is looked for: the settings before it give a valid domain, and with it an invalid one.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from xfm.native.neutral import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element, _ElementTree

_ENTRY, _ITEM, _FIELD = (f"{{{NAMESPACE}}}{name}" for name in ("entry", "item", "field"))
_MAX_FIELDS = 64


class Setting(NamedTuple):
    """A setting, or one field of it, by its key as it was written; and the configuration that ends with it."""

    what: str
    line: int
    tree: _ElementTree


def find(tree: _ElementTree, is_refused: Callable[[_ElementTree], bool]) -> Setting | None:
    """The setting whose value is refused; the first, where there are several.

    :param tree: a configuration that gives a domain which is refused.
    :param is_refused: whether another configuration, a part of it, does so too.
    :return: None where even a configuration without any setting does.
    """
    accepted, refused = 0, len(settings(tree))
    if is_refused(first(tree, accepted)):
        return None
    while refused - accepted > 1:
        middle = (accepted + refused) // 2
        if is_refused(first(tree, middle)):
            refused = middle
        else:
            accepted = middle
    shortened = first(tree, refused)
    setting = settings(shortened)[accepted]
    entry = next(setting.iterancestors(_ENTRY), setting)
    field = _field(shortened, accepted, is_refused)
    return Setting(f"{entry.get('key')}{field}", int(setting.get("line", "0")), shortened)


def _field(tree: _ElementTree, index: int, is_refused: Callable[[_ElementTree], bool]) -> str:
    """The field of a setting without which it is accepted, in parentheses; empty unless that is one alone."""
    fields = settings(tree)[index].findall(_FIELD)
    found = []
    for number, field in enumerate(fields if len(fields) <= _MAX_FIELDS else ()):
        part = copy.deepcopy(tree)
        setting = settings(part)[index]
        setting.remove(setting.findall(_FIELD)[number])
        if not is_refused(part):
            found.append(str(field.get("name")))
    return f" ({found[0]})" if len(found) == 1 else ""


def settings(tree: _ElementTree) -> list[_Element]:
    """What has a value: the members of a list, and else the entries."""
    found: list[_Element] = []
    for entry in tree.getroot().iter(_ENTRY):
        members = [] if entry.get("value") is not None else entry.findall(_ITEM)
        found += members or [entry]
    return found


def first(tree: _ElementTree, count: int) -> _ElementTree:
    """The same configuration with its first settings only."""
    part = copy.deepcopy(tree)
    for setting in settings(part)[count:]:
        parent = setting.getparent()
        if parent is not None:
            parent.remove(setting)
    return part
