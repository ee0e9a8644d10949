"""The tables of docs/guest-abi.md name every fact of every kind, and none that there is not."""

from __future__ import annotations

import re
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.abi_tables import covered, guests, seen

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "guest-abi.md").read_text(encoding="utf-8")
#: What a kind that libvirt learns some day is called in the tables of the tests.
LATER = "novelty"


def numbered(text: str) -> str:
    """A fact's name with its numbers as the tables of the tests have them."""
    return re.sub(r"\d+", "N", text)


def rows(name: str) -> list[list[str]]:
    """The cells of a table, without its heading."""
    match = re.search(rf"<!-- table: {name} -->\n(.*?)\n\n", TEXT, re.DOTALL)
    assert match
    return [line.split("|")[1:-1] for line in match[1].splitlines()[2:]]


def facts(name: str) -> dict[str, list[str]]:
    """The second column of a table: kind -> patterns of facts."""
    assert all(source.strip() for _, _, source in rows(name))
    return {kind.strip(): [numbered(fact) for fact in re.findall(r"`([^`]+)`", cell)] for kind, cell, _ in rows(name)}


def shared() -> list[str]:
    match = re.search(
        r"^Devices of any kind may have (.*?); one that .*? has\n(`order`)", TEXT, re.DOTALL | re.MULTILINE
    )
    assert match
    return [numbered(fact) for fact in re.findall(r"`([^`]+)`", match[0])]


def kinds() -> dict[str, set[str]]:
    """The facts that the tables of the tests alter, by kind: those of sections, then those of devices."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind, fact in covered():
        found[kind].add(fact)
    return found


def sections() -> set[str]:
    return {section.kind for guest in guests() for section in seen(guest.document).sections}


def test_every_kind_has_a_row_and_no_other() -> None:
    devices = {device.kind for guest in guests() for device in seen(guest.document).devices}
    assert set(facts("sections")) == sections()
    assert set(facts("devices")) == devices - {LATER}


@pytest.mark.parametrize("table", ["sections", "devices"])
def test_every_fact_is_in_its_row(table: str) -> None:
    missing = []
    for kind, patterns in facts(table).items():
        known = [*patterns, *(shared() if table == "devices" else ())]
        if kind == "memory":  # of the section and of the device
            known = [*facts("sections")[kind], *facts("devices")[kind], *shared()]
        missing += [f"{kind}: {fact}" for fact in kinds()[kind] if not any(fnmatchcase(fact, p) for p in known)]
    assert missing == []


@pytest.mark.parametrize("table", ["sections", "devices"])
def test_every_fact_of_a_row_is_one(table: str) -> None:
    dead = [
        f"{kind}: {pattern}"
        for kind, patterns in facts(table).items()
        for pattern in patterns
        if not any(fnmatchcase(fact, pattern) for fact in kinds()[kind])
    ]
    everywhere = set().union(*kinds().values())
    dead += [pattern for pattern in shared() if not any(fnmatchcase(fact, pattern) for fact in everywhere)]
    assert dead == []


def test_what_is_left_open_has_a_row_and_nothing_else() -> None:
    """Over all documents of the tables, before and after each edit."""
    documents = [*(guest.document for guest in guests()), *(g.edited(edit) for g in guests() for edit in g.differs)]
    left = {(part.kind, name) for document in documents for part in seen(document).parts for name in part.open}
    shown = {cell.strip(): re.findall(r"`([^`]+)`", said) for cell, said in rows("open")}
    missing = [
        (kind, name)
        for kind, name in left
        if not any(
            fnmatchcase(name, pattern)
            for kinds, patterns in shown.items()
            if kind in kinds.split(", ") or kinds == "any device"
            for pattern in patterns
        )
    ]
    assert sorted(missing) == []
    dead = [
        (kinds, pattern)
        for kinds, patterns in shown.items()
        for pattern in patterns
        if not any(fnmatchcase(n, pattern) for k, n in left if k in kinds.split(", ") or kinds == "any device")
    ]
    assert dead == []
