"""The guest ABI misses nothing: whatever libvirt's schema allows is a fact, or is known to be the host's alone.

Every path of an element or attribute below domain is either on the list ``tests/fixtures/abi/host-side.toml``, or
altering it in some document alters what its guest sees. A path that a newer libvirt brings shows here.
"""

from __future__ import annotations

import functools
import os
import re
from collections import defaultdict
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests.abi_tables import guests, host_side
from xfm import abi, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")
RNG = "{http://relaxng.org/ns/structure/1.0}"
#: Values beside those that the schema lists.
VALUES = ("1", "2", "0x3", "yes", "no", "on", "off", "52:54:00:00:00:01")
#: Elements that may hold themselves: once is enough.
NESTED = ("backingStore", "domain", "inactiveDomain")

Element = etree._Element
#: Names of the elements from below domain down, with their namespaces; an attribute's after an @.
Path_ = tuple[str, ...]


class Grammar:
    """The paths that libvirt's schema allows below domain, each with the values that it lists for it.

    Left out are elements that only hold others and say nothing by themselves.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.defines: dict[str, list[Element]] = {}
        self.values: dict[Path_, set[str]] = {}
        self._visited: set[tuple[str, Path_]] = set()
        self._load("domain.rng", set())
        for define in self.defines["domain"]:
            self._walk(define, ())
        holders = {path[:-1] for path in self.values}
        self.values = {
            path[1:]: values
            for path, values in self.values.items()
            if len(path) > 1 and (path[-1].startswith("@") or path not in holders or values - {""})
        }

    def _load(self, name: str, loaded: set[str]) -> None:
        if name in loaded:
            return
        loaded.add(name)
        root = etree.parse(self.folder / name).getroot()
        for include in root.iter(f"{RNG}include"):
            self._load(include.get("href", ""), loaded)
        for define in root.iter(f"{RNG}define"):
            self.defines.setdefault(define.get("name", ""), []).append(define)

    def _walk(self, node: Element, path: Path_) -> None:
        for child in node.iterchildren(f"{RNG}*"):
            kind = etree.QName(child).localname
            if kind == "ref":
                name = child.get("name", "")
                if (name, path) not in self._visited:
                    self._visited.add((name, path))
                    for define in self.defines[name]:
                        self._walk(define, path)
            elif kind in ("element", "attribute"):
                name = _name(child)
                if name and not (kind == "element" and name in NESTED and name in path):
                    below = (*path, name if kind == "element" else f"@{name}")
                    self.values.setdefault(below, set()).update(self._texts(child, set()))
                    if kind == "element":
                        self._walk(child, below)
            elif kind not in ("name", "anyName", "except"):
                self._walk(child, path)

    def _texts(self, node: Element, visited: set[str]) -> Iterator[str]:
        """The values that are listed for an element or attribute; an empty one where any text is taken."""
        for child in node.iterchildren(f"{RNG}*"):
            kind = etree.QName(child).localname
            if kind == "value":
                yield (child.text or "").strip()
            elif kind in ("data", "text"):
                yield "any"
            elif kind == "ref" and child.get("name", "") not in visited:
                visited.add(child.get("name", ""))
                for define in self.defines[child.get("name", "")]:
                    yield from self._texts(define, visited)
            elif kind not in ("element", "attribute"):
                yield from self._texts(child, visited)


def _name(node: Element) -> str:
    """The name of an element or attribute, with its namespace; empty where any may stand there."""
    name = node.get("name") or node.findtext(f"{RNG}name") or ""
    spaces = [owner.get("ns") for owner in [node, *node.iterancestors()] if owner.get("ns") is not None]
    qualified = node.tag == f"{RNG}element" and spaces and spaces[0]
    return f"{{{spaces[0]}}}{name.strip()}" if name and qualified else name.strip()


@functools.cache
def allowed() -> dict[Path_, tuple[str, ...]]:
    """Every path of the installed schema, with values to try."""
    values = Grammar(Path(schema.find().path).parent).values
    return {path: tuple(dict.fromkeys([*sorted(found - {"", "any"})[:14], *VALUES])) for path, found in values.items()}


def shown(path: Path_) -> str:
    """A path as the list has it: ``devices/disk/@snapshot``, ``qemu:commandline/qemu:env``."""
    names = [re.sub(r"^\{http://libvirt.org/schemas/domain/(\w+)/1.0\}", r"\1:", name) for name in path]
    return "/".join(names)


@functools.cache
def patterns() -> dict[str, re.Pattern[str]]:
    """The list, as patterns."""
    steps = {"/**": "(/.+)?", "/*": "/[^/@]+", "/@*": "/@[^/]+"}
    return {
        entry: re.compile("".join(steps.get(step, re.escape(step)) for step in re.findall(r"/?[^/]+", entry)))
        for entry in host_side()
    }


@functools.cache
def is_the_hosts(path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in patterns().values())


# --- what shows and what does not ---


@functools.cache
def documents() -> dict[Path_, tuple[Element, ...]]:
    """The documents of the tables, by the elements that they have."""
    found: dict[Path_, list[Element]] = defaultdict(list)
    for guest in guests():
        root = etree.fromstring(guest.document)
        for path in {steps(element) for element in root.iter("*")}:
            found[path].append(root)
    return {path: tuple(roots) for path, roots in found.items()}


def steps(element: Element) -> Path_:
    """The path of an element."""
    ancestors = [str(owner.tag) for owner in element.iterancestors()][:-1]
    return (*reversed(ancestors), str(element.tag)) if element.getparent() is not None else ()


#: One address of each type, for what only some types have.
ADDRESSES = tuple(
    etree.fromstring(text)
    for text in (
        "<address type='pci' domain='0x0000' bus='0x03' slot='0x04' function='0x0'/>",
        "<address type='drive' controller='0' bus='0' target='0' unit='0'/>",
        "<address type='usb' bus='0' port='1'/>",
        "<address type='virtio-serial' controller='0' bus='0' port='1'/>",
        "<address type='ccid' controller='0' slot='0'/>",
        "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>",
        "<address type='spapr-vio' reg='0x2000'/>",
        "<address type='isa' iobase='0x505' irq='0x1'/>",
        "<address type='dimm' slot='0' base='0x100000000'/>",
    )
)


def contexts(path: Path_) -> Iterator[Element]:
    """Documents in which a path can be tried: those that have it, then those that have its parent, or come nearest."""
    attribute = path[-1].startswith("@")
    known = [path[:length] for length in range(len(path) - attribute, -1, -1) if path[:length] in documents()]
    for nearest in known[:2]:
        yield from documents()[nearest][:8]
    if path[2:3] == ("address",) and attribute:
        for context in documents().get(path[:2], ())[:6]:
            for address in ADDRESSES:
                if path[-1][1:] in address.attrib:
                    root = deepcopy(context)
                    for device in root.iterfind("/".join(path[:2])):
                        etree.strip_elements(device, "address")
                        device.append(deepcopy(address))
                    yield root


def owners(root: Element, path: Path_) -> list[Element]:
    """The elements of a document that have a path, or one that is made."""
    found = [element for element in root.iter("*") if steps(element) == path]
    if found:
        return found[:3]
    element = root
    for name in path:
        child = element.find(name)
        element = etree.SubElement(element, name) if child is None else child
    return [element]


def digest(root: Element) -> str:
    return abi.project(root.getroottree()).digest


def variants(owner: Element, name: str, values: tuple[str, ...]) -> Iterator[str]:
    """The digests of the document of an element, and with each of the values for an attribute of it, or a child."""
    root = owner.getroottree().getroot()
    yield digest(root)
    if name.startswith("@"):
        owner.attrib.pop(name[1:], None)
        yield digest(root)
        for value in values:
            owner.set(name[1:], value)
            yield digest(root)
        return
    present = owner.findall(name)
    for child in present[1:]:
        owner.remove(child)
    child = present[0] if present else etree.SubElement(owner, name)
    for value in (*values, ""):
        child.text = value
        yield digest(root)
    owner.remove(child)
    yield digest(root)


def is_seen(path: Path_) -> bool:
    """Whether altering this, in one of several documents, alters what a guest sees."""
    for context in contexts(path):
        for position in range(3):
            root = deepcopy(context)
            found = owners(root, path[:-1])
            if position >= len(found):
                break
            first = ""
            for one in variants(found[position], path[-1], allowed()[path]):
                if first and one != first:
                    return True
                first = one
    return False


def test_the_schema_is_read() -> None:
    assert len(allowed()) > 1800
    assert "vhostuser" in allowed()["devices", "video", "driver", "@name"]
    assert ("devices", "disk", "backingStore", "backingStore", "format", "@type") not in allowed()


def test_whatever_the_schema_allows_is_seen_or_known_to_be_the_hosts() -> None:
    guests_paths = [path for path in allowed() if not is_the_hosts(shown(path))]
    assert len(guests_paths) > 500
    assert [shown(path) for path in guests_paths if not is_seen(path)] == []


def test_nothing_is_on_the_list_that_a_guest_sees() -> None:
    """All of it at once, element by element: where no guest sees all, it sees no single one."""
    by_owner: dict[Path_, list[Path_]] = defaultdict(list)
    for path in allowed():
        if is_the_hosts(shown(path)):
            by_owner[path[:2] if path[0] == "devices" else path[:1]].append(path)
    seen = []
    for owner, paths in by_owner.items():
        for context in documents().get(owner, ()) or (documents()[()][0],):
            if context.find("devices/interface[@type='hostdev']") is not None:
                continue  # its source is no wire's other end, but the very device
            if _differ(context, paths):
                seen += [shown(path) for path in paths if _differ(context, [path])]
    assert sorted(set(seen)) == []


def _differ(context: Element, paths: list[Path_]) -> bool:
    """Whether a guest sees any of the values that can be said for all of these."""
    digests = set()
    for number in range(-1, 6):
        root = deepcopy(context)
        for path in paths:
            for owner in owners(root, path[:-1]):
                values = allowed()[path]
                value = values[number % len(values)]
                if path[-1].startswith("@"):
                    if number < 0:
                        owner.attrib.pop(path[-1][1:], None)
                    else:
                        owner.set(path[-1][1:], value)
                else:
                    child = owner.find(path[-1])
                    child = etree.SubElement(owner, path[-1]) if child is None else child
                    child.text = "" if number < 0 else value
        digests.add(digest(root))
    return len(digests) > 1


def test_every_entry_of_the_list_is_needed() -> None:
    paths = [shown(path) for path in allowed()]
    dead = [entry for entry, pattern in patterns().items() if not any(pattern.fullmatch(path) for path in paths)]
    assert dead == []


def test_every_entry_of_the_list_has_a_reason() -> None:
    assert [entry for entry, why in host_side().items() if len(why.split()) < 3] == []


# --- the documents of libvirt's own tests ---


@functools.cache
def corpus() -> tuple[Element, ...]:
    """The valid documents of the corpus."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus is not there: {CORPUS} (XFM_CORPUS names another place)")
    paths = [path for path in sorted(CORPUS.glob("*.xml")) if not path.name.endswith("-invalid.xml")]
    return tuple(etree.parse(path).getroot() for path in paths)


def test_a_document_without_what_is_the_hosts_is_the_same_guest() -> None:
    altered = []
    for root in corpus():
        copy = deepcopy(root)
        gone = False
        for element in list(copy.iter("*")):
            path = steps(element)
            for name in list(element.attrib):
                if is_the_hosts(f"{shown(path)}/@{name!s}"):
                    del element.attrib[name]
                    gone = True
            parent = element.getparent()
            if parent is not None and path and not len(element) and is_the_hosts(shown(path)):
                parent.remove(element)
                gone = True
        differences = abi.differences(abi.project(root.getroottree()), abi.project(copy.getroottree())) if gone else []
        altered += [f"{root.findtext('name')}: {abi.describe(difference)}" for difference in differences]
    assert altered == []


def test_the_schema_has_every_path_of_the_documents() -> None:
    """Else one would be missing here that it has."""
    holders = {path[:length] for path in allowed() for length in range(len(path))}
    known = {*allowed(), *holders}
    found = set()
    for root in corpus():
        for element in root.iter("*"):
            path = steps(element)
            if "metadata" not in path and path.count("backingStore") < 2:
                found |= {path, *((*path, f"@{name!s}") for name in element.attrib)}
    assert len(found) > 1000
    assert sorted(shown(path) for path in found - known) == []
