"""The comparison as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from virtinstall_reasons import SECTIONS
from virtinstall_runs import versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree
    from virtinstall_aspects import Aspect
    from virtinstall_runs import Made

START, END = "<!-- made by scripts/compare-virt-install -->", "<!-- end -->"

#: What one guest has, by the one and by the other.
Pair = tuple[str, str]


def report(made: list[Made]) -> str:
    """A table for each section, then what xfm leaves out without host facts."""
    parts = [f"Made with {versions()}."]
    for title, aspects in SECTIONS.items():
        rows = [row for aspect in aspects for row in _rows(aspect, made)]
        parts += [f"### {title}", _table("aspect | guest | virt-install | xfm | why xfm differs", rows)]
    rows = [row for aspects in SECTIONS.values() for aspect in aspects for row in _without_facts(aspect, made)]
    parts += ["### Without host facts", _table("aspect | guest | xfm with host facts | without", rows)]
    return "\n\n".join(parts)


def unexplained(made: list[Made]) -> list[str]:
    """The aspects in which xfm differs without a reason."""
    aspects = [aspect for group in SECTIONS.values() for aspect in group if not aspect.why]
    return [aspect.name for aspect in aspects if any(ours != theirs for theirs, ours in _pairs(aspect, made))]


def _pairs(aspect: Aspect, made: list[Made]) -> list[Pair]:
    """What each guest has by virt-install and by xfm."""
    theirs, ours = [one.virt_install for one in made], [one.xfm for one in made]
    return list(zip(_column(aspect, theirs), _column(aspect, ours), strict=True))


def _column(aspect: Aspect, domains: list[etree._Element]) -> list[str]:
    """All guests have one name: what is the same for all of them is not drawn at random."""
    read = [aspect.read(domain) for domain in domains]
    if not aspect.drawn:
        return read
    return ["of the guest's name" if len(set(read)) == 1 else "drawn each time"] * len(read)


def _rows(aspect: Aspect, made: list[Made]) -> list[list[str]]:
    groups = _groups(made, _pairs(aspect, made))
    rows, why = [], aspect.why
    for guests, (theirs, ours) in groups:
        same = theirs == ours
        rows.append([aspect.name, guests, theirs, "same" if same else ours, "" if same else why])
        why = why if same else "as above"
    return rows


def _groups(made: list[Made], pairs: list[Pair]) -> list[tuple[str, Pair]]:
    """The guests that have the same pair, the largest group last and, if it has many, not by their names."""
    members = _members(zip(made, pairs, strict=True))
    ordered = sorted(members.items(), key=lambda item: len(item[1]))
    named = [(", ".join(labels), pair) for pair, labels in ordered]
    if len(ordered) == 1:
        return [("all", ordered[0][0])]
    if len(ordered[-1][1]) > 3:  # noqa: PLR2004  more would be hard to read
        named[-1] = ("all others", ordered[-1][0])
    return named


def _members(pairs: Iterable[tuple[Made, Pair]]) -> dict[Pair, list[str]]:
    members: dict[Pair, list[str]] = {}
    for one, pair in pairs:
        members.setdefault(pair, []).append(one.guest.label)
    return members


def _without_facts(aspect: Aspect, made: list[Made]) -> list[list[str]]:
    pairs = [(aspect.read(one.xfm), aspect.read(one.xfm_alone)) for one in made]
    members = _members((one, pair) for one, pair in zip(made, pairs, strict=True) if pair[0] != pair[1])
    return [[aspect.name, ", ".join(labels), *pair] for pair, labels in members.items()]


def _table(head: str, rows: list[list[str]]) -> str:
    if not rows:
        return "No guest differs."
    lines = [f"| {head} |", "|" + "---|" * len(head.split(" | "))]
    shown = ""
    for row in rows:
        name = "" if row[0] == shown else row[0]
        shown = row[0]
        lines.append("| " + " | ".join([name, *row[1:]]) + " |")
    return "\n".join(lines)
