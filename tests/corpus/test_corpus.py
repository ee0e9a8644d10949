"""The documents of libvirt's own tests, a thousand of them: each comes out valid, nothing that is in one gets lost.

They are read where ``XFM_CORPUS`` says, else beside the checkout (``../shared/corpus/libvirt-9.0.0``).
"""

from __future__ import annotations

import os
import random
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lxml import etree

from xfm import abi, api, builtin
from xfm.errors import DocumentError, XfmError
from xfm.guard import Guard
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import WriteStylesheet
    from xfm.chain import Link
    from xfm.model import Result
    from xfm.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")
SAMPLES = Path(os.environ.get("XFM_SAMPLES") or CORPUS.parent / "virtuned-samples")
CHUNKS = 16
LIBOSINFO = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
#: How the corpus goes through: the baseline that is asked for, and the operating system that is written into it.
WAYS: dict[str, tuple[int | None, str]] = {
    "own-baseline": (None, ""),
    "new-guest": (builtin.NEWEST, ""),
    "windows": (builtin.NEWEST, "http://microsoft.com/win/11"),
    "linux": (builtin.NEWEST, "http://debian.org/debian/11"),
}
#: All slots of their root bus are taken: what a known operating system has a driver for finds no place.
FULL = {"pci-many.xml"}

Element = etree._Element
#: Nodes (elements, and attributes as element and name) that a stylesheet says it writes.
Written = set[object]


def documents(*, valid: bool) -> list[Path]:
    """The documents of the corpus, without those that are invalid on purpose or just those."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus is not there: {CORPUS} (XFM_CORPUS names another place)")
    return [path for path in sorted(CORPUS.glob("*.xml")) if path.name.endswith("-invalid.xml") is not valid]


@cache
def pipeline(baseline: int | None = None) -> Pipeline:
    """One pipeline for all documents of a process."""
    return api.new_pipeline(baseline=baseline)


def disk_target(disk: Element) -> str:
    """What tells a disk from the others of a domain."""
    target = disk.find("target")
    return "" if target is None else f"{target.get('dev')} {target.get('bus')}"


def controller_number(controller: Element) -> str:
    """What tells a controller from the others of a domain."""
    return f"{controller.get('type')} {controller.get('index')}"


#: The devices that libvirt, and so the layout, sorts; the order of any others is theirs.
SORTED: dict[str, Callable[[Element], str]] = {"disk": disk_target, "controller": controller_number}


class Difference(NamedTuple):
    """A node that one of two trees has and the other has not, or not so."""

    added: bool  # in the output only; else lost from the input
    owner: Element  # the element itself, or the parent of an attribute, a text or a comment
    attribute: str  # empty for anything but an attribute
    what: str

    def __str__(self) -> str:
        path = self.owner.getroottree().getpath(self.owner)
        return f"{'added' if self.added else 'lost'}: {self.what} at {path}"


def differences(before: Element, after: Element) -> Iterator[Difference]:
    """What two elements of one name differ in, but for indentation and the order of siblings of different names."""
    for name in sorted({*before.attrib, *after.attrib}):
        if before.get(name) != after.get(name):
            if name in before.attrib:
                yield Difference(False, before, str(name), f"@{name}={before.get(name)!r}")
            if name in after.attrib:
                yield Difference(True, after, str(name), f"@{name}={after.get(name)!r}")
    old, new = texts(before), texts(after)
    if old != new:
        yield from (Difference(False, before, "", f"text {text!r}") for text in old)
        yield from (Difference(True, after, "", f"text {text!r}") for text in new)
    yield from different_children(before, after)


def texts(element: Element) -> list[str]:
    """The text of an element; where it has children, without the blanks that indent these."""
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return [part.strip() if len(element) else part for part in parts if part.strip()]


def different_children(before: Element, after: Element) -> Iterator[Difference]:
    """What differs in the children, compared by name in their order."""
    for name in dict.fromkeys(kind(child) for child in [*before, *after]):
        old = [child for child in before if kind(child) == name]
        new = [child for child in after if kind(child) == name]
        if before.tag == "devices" and name in SORTED:
            old.sort(key=SORTED[name])
            new.sort(key=SORTED[name])
        for left, right in align(old, new):
            if left is None or right is None:
                one = left if left is not None else right
                assert one is not None
                yield Difference(left is None, one, "", label(one))
            elif isinstance(left.tag, str):
                yield from differences(left, right)


def kind(node: Element) -> str:
    """What siblings are told apart by: the name of an element; of a comment or instruction, all there is."""
    return node.tag if isinstance(node.tag, str) else label(node)


def label(node: Element) -> str:
    """A node as a message shows it, on one line."""
    return " ".join(etree.tostring(node, with_tail=False, encoding="unicode").split())


def align(old: list[Element], new: list[Element]) -> list[tuple[Element | None, Element | None]]:
    """Which of the old nodes is which of the new ones, in their order, with as few differences as can be."""
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    if not old or not new:
        return [*((node, None) for node in old), *((None, node) for node in new)]
    best: list[list[int]] = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + likeness(old[i], new[j]))
    pairs: list[tuple[Element | None, Element | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j + 1] + likeness(old[i], new[j]):
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return [*pairs, *((node, None) for node in old[i:]), *((None, node) for node in new[j:])]


def likeness(one: Element, other: Element) -> int:
    """How much two elements have in common."""
    return len(leaves(one) & leaves(other))


def leaves(element: Element) -> set[tuple[str, str, str]]:
    """The attributes and texts inside an element."""
    found = {(str(e.tag), str(name), str(value)) for e in element.iter("*") for name, value in e.attrib.items()}
    return found | {(str(e.tag), "", text) for e in element.iter("*") for text in texts(e)}


def written(document: etree._ElementTree, result: Result, used: Pipeline) -> Written:
    """What the stylesheets that changed the document say they write, as nodes of the tree."""
    changed = {step.stylesheet for step in result.steps if step.changed}
    nodes: Written = set()
    for link in used.chain(result.baseline).links:
        if link.stylesheet.id in changed:
            for xpath in link.stylesheet.declaration.writes:
                for node in select(document, f"/{xpath}", link.stylesheet.path):
                    nodes.add(node if isinstance(node, Element) else (node.getparent(), node.attrname))
    return nodes


def select(document: etree._ElementTree, xpath: str, stylesheet: str) -> list[etree._ElementUnicodeResult]:
    """The nodes of an XPath with the prefixes of the stylesheet that declares it."""
    found = document.xpath(xpath, namespaces=prefixes(stylesheet))
    assert isinstance(found, list), xpath
    return found


@cache
def prefixes(stylesheet: str) -> dict[str, str]:
    """The namespaces of a stylesheet by prefix."""
    return {prefix: uri for prefix, uri in etree.parse(stylesheet).getroot().nsmap.items() if prefix}


def declared(difference: Difference, nodes: Written) -> bool:
    """Whether a stylesheet said that it does this.

    What is added may lie anywhere inside what is declared. What is lost must be declared itself (or its owner, for an
    attribute or a text): who says that it adds to <metadata> may not lose what others keep there.
    """
    owner: Element | None = difference.owner
    if owner in nodes or (difference.attribute and (owner, difference.attribute) in nodes):
        return True
    while difference.added and owner is not None:
        owner = owner.getparent()
        if owner in nodes:
            return True
    return False


def undeclared(data: bytes, result: Result, used: Pipeline) -> list[str]:
    """What happened to a document and no stylesheet speaks of."""
    before, after = etree.ElementTree(etree.fromstring(data)), etree.ElementTree(etree.fromstring(result.xml))
    nodes = written(before, result, used) | written(after, result, used)
    found = [str(d) for d in differences(before.getroot(), after.getroot()) if not declared(d, nodes)]
    if neighbours(before) != neighbours(after):
        found.append(f"beside the root: {neighbours(before)} became {neighbours(after)}")
    return found


def neighbours(document: etree._ElementTree) -> list[str]:
    """The comments and processing instructions before and after the root."""
    root = document.getroot()
    return [label(n) for n in [*reversed(list(root.itersiblings(preceding=True))), *root.itersiblings()]]


def faults(data: bytes, used: Pipeline) -> Iterator[str]:
    """Everything that is wrong with what xfm makes of a document."""
    try:
        result = used.run(data)
        again = used.run(result.xml)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of this document
        yield f"{type(error).__name__}: {error}"
        return
    document = etree.ElementTree(etree.fromstring(result.xml))
    yield from (f"invalid output: {fault.message}" for fault in used.schema.violations(document))
    yield from undeclared(data, result, used)
    yield from (f"two devices have the alias {alias}" for alias in taken_twice(document))
    if again.xml != result.xml:
        yield f"its own output is changed by {[step.stylesheet for step in again.steps if step.changed]}"


def taken_twice(document: etree._ElementTree) -> list[str]:
    """The aliases that several devices have."""
    aliases = [alias.get("name", "") for alias in document.iterfind("devices/*/alias")]
    return sorted({alias for alias in aliases if aliases.count(alias) > 1})


def of_system(data: bytes, identifier: str) -> bytes:
    """The document with metadata that names its guest's operating system; as it is where none is named."""
    if not identifier:
        return data
    root = etree.fromstring(data)
    metadata = root.find("metadata")
    if metadata is None:
        metadata = etree.SubElement(root, "metadata")
    for old in metadata.findall(f"{{{LIBOSINFO}}}libosinfo"):
        metadata.remove(old)
    libosinfo = etree.SubElement(metadata, f"{{{LIBOSINFO}}}libosinfo", nsmap={"libosinfo": LIBOSINFO})
    etree.SubElement(libosinfo, f"{{{LIBOSINFO}}}os", {"id": identifier})
    return etree.tostring(root.getroottree())


def check(paths: list[Path], used: Pipeline, system: str = "") -> None:
    """Fail with every fault of every document."""
    if system:
        paths = [path for path in paths if path.name not in FULL]
    found = [f"{path.name}: {fault}" for path in paths for fault in faults(of_system(path.read_bytes(), system), used)]
    names = {line.partition(":")[0] for line in found}
    print(f"{len(paths) - len(names)} of {len(paths)} documents went through")  # noqa: T201
    assert not found, "\n".join(found)


def test_the_corpus_is_whole() -> None:
    assert (len(documents(valid=True)), len(documents(valid=False))) == (1048, 22)


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("way", WAYS)
def test_every_valid_document_comes_out_whole(way: str, chunk: int) -> None:
    baseline, system = WAYS[way]
    # as new guests of two systems each document is tried as one of them; with XFM_ALL=1 as both
    half = {"windows": 0, "linux": 1}.get(way) if os.environ.get("XFM_ALL") != "1" else None
    chosen = documents(valid=True)[chunk::CHUNKS]
    check(chosen if half is None else chosen[half::2], pipeline(baseline), system)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_stylesheet_that_is_passed_over_would_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline, system = WAYS["linux"]
    used = pipeline(baseline)
    paths = [path for path in documents(valid=True)[chunk :: CHUNKS * 2] if path.name not in FULL]
    inputs = [of_system(path.read_bytes(), system) for path in paths]
    expected = [used.run(data).xml for data in inputs]
    monkeypatch.setattr(Stylesheet, "concerns", lambda sheet, document: True)
    assert [used.run(data).xml for data in inputs] == expected


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_stylesheet_of_the_class_host_changes_nothing_that_a_guest_sees(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of xfm's own; in a run the guard asks that of others on new guests."""
    found: list[str] = []

    def passed(_guard: Guard, link: Link, before: etree._ElementTree, after: etree._ElementTree) -> None:
        if link.stylesheet.declaration.abi == "host":
            told = map(abi.describe, abi.changes(abi.project(before), abi.project(after)))
            found.extend(f"{path.name}: {link.stylesheet.id}: {line}" for line in told)

    monkeypatch.setattr(Guard, "passed", passed)
    baseline, system = WAYS["linux"]
    for path in documents(valid=True)[chunk + CHUNKS :: CHUNKS * 2]:
        if path.name not in FULL:
            pipeline(baseline).run(of_system(path.read_bytes(), system))
    assert not found, "\n".join(found)


def test_every_built_in_stylesheet_changes_some_document() -> None:
    """Else the tests above would say nothing about it. As many documents are tried as it takes."""
    links = [link for link in pipeline().chain(builtin.NEWEST).links if link.stylesheet.builtin and not link.idle]
    # The dialect cures what libvirt's own documents do not suffer from; the others need what no document can say.
    asked = {"os-metadata", "iommu"}
    # What no document of libvirt's lacks: their interfaces have MAC addresses and drivers, their enlightenments all.
    there = {"interface-mac", "interface-queues", "hyperv-prerequisites"}
    idle = {link.stylesheet.id for link in links if link.stage != "dialect"} - asked - there
    for (baseline, system), path in product(reversed(WAYS.values()), documents(valid=True)):
        if not (system and path.name in FULL):
            steps = pipeline(baseline).run(of_system(path.read_bytes(), system)).steps
            idle -= {step.stylesheet for step in steps if step.changed}
        if not idle:
            break
    assert idle == set()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_order_of_elements_is_the_authors(chunk: int) -> None:
    """libvirt's schema takes the children of a domain in any order; so does xfm, on the way in and in every stage."""
    shuffle = random.Random(chunk).shuffle
    refused = []
    for path in documents(valid=True)[chunk :: CHUNKS * 2]:
        root = etree.fromstring(path.read_bytes())
        children = list(root)
        shuffle(children)
        root[:] = children
        try:
            pipeline(builtin.NEWEST).run(etree.tostring(root))
        except XfmError as error:
            refused.append(f"{path.name}: {error}")
    assert not refused, "\n".join(refused)


def test_a_guest_whose_root_bus_is_full_is_refused_with_the_device_that_has_no_place() -> None:
    for name in FULL:
        data = (documents(valid=True)[0].parent / name).read_bytes()
        with pytest.raises(DocumentError) as raised:
            pipeline(builtin.NEWEST).run(of_system(data, WAYS["linux"][1]))
        assert raised.value.stylesheet == "pci-addresses" and "the rng ua-rng" in raised.value.message


def test_every_invalid_document_is_refused() -> None:
    for path in documents(valid=False):
        with pytest.raises(DocumentError) as caught:
            pipeline().run(path.read_bytes())
        assert (caught.value.code, bool(caught.value.xpath)) == ("invalid", True), path.name


@pytest.mark.parametrize("name", ["openstack-rhel", "openstack-win", "ovirt-rhel", "ovirt-win", "vm-rhel", "vm-win"])
def test_what_other_tools_write(name: str) -> None:
    """Dumps of running guests, whose devices have addresses, are adopted; what virt-manager prepared is a new guest."""
    path = SAMPLES / f"{name}.xml"
    if not path.is_file():
        pytest.skip(f"the sample is not there: {path} (XFM_SAMPLES names another place)")
    check([path], pipeline())
    result = pipeline().run(path.read_bytes())
    assert (result.baseline, len(result.notes)) == ((builtin.NEWEST, 0) if name.startswith("vm-") else (0, 1))


SMALL = b"<domain><!-- c --><name>a</name><metadata><v:m xmlns:v='urn:v' k='1'/></metadata><title>t</title></domain>"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"<name>", b"\n  <name>", []),
        (
            b"<title>t</title>",
            b"<title>u</title>",
            ["lost: text 't' at /domain/title", "added: text 'u' at /domain/title"],
        ),
        (b"<title>t</title>", b"", ["lost: <title>t</title> at /domain/title"]),
        (b"<title>", b"<title x='1'>", ["added: @x='1' at /domain/title"]),
        (b"<!-- c -->", b"", ["lost: <!-- c --> at /domain/comment()"]),
        (b" k='1'", b"", ["lost: @k='1' at /domain/metadata/v:m"]),
        (b"urn:v", b"urn:w", ["lost: ", "added: "]),
        (b"<name>a</name>", b"<name>a</name>x", ["added: text 'x' at /domain"]),
    ],
)
def test_the_comparison_sees(old: bytes, new: bytes, expected: list[str]) -> None:
    """The comparison itself finds each kind of loss."""
    before, after = etree.fromstring(SMALL), etree.fromstring(SMALL.replace(old, new))
    found = [str(difference) for difference in differences(before, after)]
    assert len(found) == len(expected) and all(f.startswith(e) for f, e in zip(found, expected, strict=True)), found


def test_the_comparison_tells_an_added_element_from_its_neighbours() -> None:
    before = etree.fromstring("<d><disk n='1'/><disk n='2'><x/></disk></d>")
    after = etree.fromstring("<d><disk n='0'/><disk n='1'/><disk n='2'><x/></disk></d>")
    assert [str(d) for d in differences(before, after)] == ['added: <disk n="0"/> at /d/disk[1]']


def test_who_adds_to_an_element_may_not_lose_what_it_holds() -> None:
    before, after = etree.fromstring(SMALL), etree.fromstring(SMALL.replace(b" k='1'", b" j='1'"))
    nodes: Written = {before.find("metadata"), after.find("metadata")}
    kept = [str(d) for d in differences(before, after) if not declared(d, nodes)]
    assert kept == ["lost: @k='1' at /domain/metadata/v:m"]


@pytest.mark.parametrize(
    ("doc", "expected"),
    [("", ["lost: <title>t</title> at /domain/title"]), ("<doc:writes>domain/title</doc:writes>", [])],
)
def test_a_stylesheet_that_loses_what_it_does_not_declare_is_seen(
    doc: str, expected: list[str], write_stylesheet: WriteStylesheet, tmp_path: Path, minimal: bytes
) -> None:
    write_stylesheet(tmp_path / "loses.xsl", doc=doc, body='<xsl:template match="domain/title"/>')
    used = api.new_pipeline(plugin_dirs=[str(tmp_path)])
    data = minimal.replace(b"<memory", b"<title>t</title><memory")
    assert undeclared(data, used.run(data), used) == expected
