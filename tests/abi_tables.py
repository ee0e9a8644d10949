"""The tables of the guest ABI in ``tests/fixtures/abi``: what a guest sees of a domain, and what it does not.

Each file in ``cases`` holds guests, and edits to them. A guest is a whole ``document``, or what it has beside a small
one: ``devices``, ``top`` (children of domain), ``os`` (children of os), ``arch``, ``machine``, ``type``, ``vcpus``,
``firmware``. An edit replaces a text that the document has once. ``same`` lists edits that no guest sees, with the
reason; ``differs`` one edit with the ``changes`` and the ``completions`` that it makes, line by line. Edits that only
add what libvirt adds by itself are completions alone; the other way round all are changes, but those of ``implied``:
what is taken away then libvirt can only put back, as it does with what it leaves out where a guest migrates.

``host-side.toml`` lists the elements and attributes of libvirt's schema that no guest sees, with the reason.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xfm import abi, source

if TYPE_CHECKING:
    from xfm.abi import Abi

FOLDER = Path(__file__).parent / "fixtures" / "abi"
_SMALL = (
    "<domain type='{type}'><name>a</name><uuid>9b2f8a52-6a1e-4f5e-8a44-0c6a4e7d1b10</uuid><memory>1048576</memory>"
    "<vcpu>{vcpus}</vcpu><os{firmware}><type arch='{arch}' machine='{machine}'>hvm</type>{os}</os>{top}"
    "<devices>{devices}</devices></domain>"
)
_PARTS = {
    "type": "kvm",
    "vcpus": 2,
    "firmware": "",
    "arch": "x86_64",
    "machine": "pc-q35-7.2",
    "os": "",
    "top": "",
    "devices": "",
}


class Edit(NamedTuple):
    """A text of a document, what stands there instead, and what differs then: no lines where no guest sees it."""

    old: str
    new: str
    changes: tuple[str, ...] = ()
    completions: tuple[str, ...] = ()
    implied: bool = False

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


class Guest(NamedTuple):
    """A document of a table, and what is done to it."""

    name: str
    document: str
    same: tuple[Edit, ...]
    differs: tuple[Edit, ...]

    def edited(self, edit: Edit) -> str:
        """The document after an edit, which must be possible in one place only."""
        assert self.document.count(edit.old) == 1, f"{self.name}: {edit.old}"
        return self.document.replace(edit.old, edit.new)


@cache
def guests() -> tuple[Guest, ...]:
    """Every guest of every table."""
    return tuple(
        _guest(path.stem, given)
        for path in sorted((FOLDER / "cases").glob("*.toml"))
        for given in tomllib.loads(path.read_text("utf-8"))["guest"]
    )


def _guest(file: str, given: dict[str, Any]) -> Guest:
    document = given.get("document")
    if document is None:
        parts = {**_PARTS, **{key: value for key, value in given.items() if key in _PARTS}}
        parts["firmware"] = f" firmware='{parts['firmware']}'" if parts["firmware"] else ""
        document = _SMALL.format(**parts)
    return Guest(
        f"{file}: {given['name']}",
        document,
        tuple(Edit(old, new) for group in given.get("same", ()) for old, new in group["edits"]),
        tuple(
            Edit(old, new, tuple(row.get("changes", ())), tuple(row.get("completions", ())), group == "implied")
            for group in ("differs", "implied")
            for row in given.get(group, ())
            for old, new in [row["edit"]]
        ),
    )


@cache
def host_side() -> dict[str, str]:
    """The paths below domain that no guest sees, ``*`` standing for a step and ``**`` for any: path -> reason."""
    table = tomllib.loads((FOLDER / "host-side.toml").read_text("utf-8"))
    return {path: group["why"] for group in table["group"] for path in group["paths"]}


def seen(document: str | bytes) -> Abi:
    """What a guest sees of a document."""
    return abi.project(source.parse_domain(document.encode() if isinstance(document, str) else document))


def facts_of(found: Abi) -> set[tuple[str, str, str]]:
    """Every fact as kind, name with its numbers as N, and value."""
    return {(part.kind, re.sub(r"\d+", "N", name), value) for part in found.parts for name, value in part.facts}


@cache
def covered() -> frozenset[tuple[str, str]]:
    """Kind and name of each fact that an edit of the tables alters."""
    found: set[tuple[str, str]] = set()
    for guest in guests():
        before = facts_of(seen(guest.document))
        for edit in guest.differs:
            found |= {(kind, name) for kind, name, _ in before ^ facts_of(seen(guest.edited(edit)))}
    return frozenset(found)
