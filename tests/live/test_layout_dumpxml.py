"""The stage `layout` and the serializer against what they imitate: libvirt's `dumpxml`, byte for byte.

libvirt's test driver defines every document of the corpus that it takes (of whatever domain type) and dumps it. Laying
out such a dump must change nothing, and neither must it matter in which order its elements and attributes come in.

The corpus is the folder that the environment variable XFM_CORPUS names, or else the folder
`shared/corpus/libvirt-9.0.0` beside the checkout: libvirt's own tests/qemuxml2argvdata.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
import re
from collections import defaultdict, deque
from pathlib import Path

import libvirt
import pytest
from lxml import etree

from xfm.serialize import serialize
from xfm.source import new_parser

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = etree.XSLT(etree.parse(str(ROOT / "stylesheets" / "layout" / "dumpxml.xsl")))
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")

#: What libvirt prints and xfm does not imitate: what to replace in a dump, by what, and why.
QUIRKS = [
    # libvirt prints the tags of these by hand, on two lines even where nothing stands between them.
    (re.compile(r"<(devices|hyperv)( [^>]*)?>\n *</\1>"), r"<\1\2/>"),
]


def parse(text: str) -> etree._ElementTree:
    """Read a document as xfm does."""
    return etree.fromstring(text.encode(), new_parser()).getroottree()


def laid_out(document: etree._ElementTree) -> str:
    """The document as xfm prints it."""
    return serialize(LAYOUT(document)).decode()


def dump(connection: libvirt.virConnect, document: str) -> str | None:
    """What libvirt makes of a document, without its quirks; None if it does not take it."""
    try:
        guest = connection.defineXML(document)
    except libvirt.libvirtError:
        return None
    text: str = guest.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    with contextlib.suppress(libvirt.libvirtError):
        guest.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
    for pattern, replacement in QUIRKS:
        text = pattern.sub(replacement, text)
    return text


@functools.cache
def dumps() -> dict[str, str]:
    """The dumps of all documents of the corpus that the test driver takes, by file name; made once a process."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus: {CORPUS} is not there (XFM_CORPUS names another folder of domain documents)")
    connection = libvirt.open("test:///default")
    try:
        found = {path.name: dump(connection, path.read_text("utf-8")) for path in sorted(CORPUS.glob("*.xml"))}
    finally:
        connection.close()
    return {name: text for name, text in found.items() if text is not None}


def shuffle(element: etree._Element, lot: random.Random) -> None:
    """Strip blanks and draw the order of attributes and of children by lot; same-named children keep their order."""
    if element.tag == "metadata":
        return
    attributes = list(element.attrib.items())
    lot.shuffle(attributes)
    element.attrib.clear()
    for attribute, value in attributes:
        element.set(attribute, value)
    children = list(element)
    if not children:
        return
    waiting: dict[object, deque[etree._Element]] = defaultdict(deque)
    for child in children:
        waiting[child.tag].append(child)
        child.tail = None
    element.text = None
    order = [child.tag for child in children]
    lot.shuffle(order)
    for name in order:
        child = waiting[name].popleft()
        element.append(child)  # which moves it to the end
        shuffle(child, lot)


def test_the_corpus_is_what_it_should_be(quiet_libvirt: None) -> None:
    assert len(dumps()) > 0.7 * len(list(CORPUS.glob("*.xml"))), "the test driver took too few documents"


def test_layout_of_a_dump_changes_nothing(quiet_libvirt: None) -> None:
    changed = [name for name, text in dumps().items() if laid_out(parse(text)) != text]
    assert not changed


@pytest.mark.parametrize("seed", range(4))
def test_the_order_comes_from_the_tables(seed: int, quiet_libvirt: None) -> None:
    differing = {}
    for name, text in dumps().items():
        document = parse(text)
        shuffle(document.getroot(), random.Random(f"{seed} {name}"))
        printed = laid_out(document)
        if printed != text:
            differing[name] = [line for line in printed.splitlines() if line not in text.splitlines()][:3]
    assert not differing


def test_layout_of_what_people_wrote_is_stable_and_means_the_same(quiet_libvirt: None) -> None:
    connection = libvirt.open("test:///default")
    dumps()
    wrong = []
    for path in sorted(CORPUS.glob("*.xml")):
        once = laid_out(etree.parse(str(path)))
        if laid_out(parse(once)) != once or normal(dump(connection, once)) != normal(dumps().get(path.name)):
            wrong.append(path.name)
    connection.close()
    assert not wrong


def normal(text: str | None) -> str | None:
    """A dump without what libvirt draws by lot where the document does not give it."""
    return text and re.sub(r"<uuid>.*?</uuid>|<genid>.*?</genid>|<mac address='.*?'", "", text)


HEAD = "<name>n</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>"
TAIL = "<memory unit='KiB'>1024</memory><os><type arch='x86_64'>hvm</type></os>"

METADATA = {
    "a root's namespace moves": (
        "xmlns:o='urn:o'",
        """<metadata><o:x a='q"u' b="é'">té&gt;xt<o:y/></o:x>  <p:z xmlns:p='urn:p'><!-- c --><p:k/>
        <p:m><p:n/></p:m></p:z></metadata>""",
    ),
    "of an attribute": ("xmlns:a='urn:a' xmlns:b='urn:b'", "<metadata><a:x b:q='1'/></metadata>"),
    "two prefixes of one name": ("xmlns:a='urn:b' xmlns:b='urn:b'", "<metadata><a:x><b:y/></a:x></metadata>"),
    "a prefix bound anew": (
        "xmlns:a='urn:a'",
        "<metadata><b:x xmlns:b='urn:b'><a:y xmlns:a='urn:c'/></b:x><a:z/></metadata>",
    ),
    "a namespace that nothing uses": ("xmlns:b='urn:b'", "<metadata><a:x xmlns:a='urn:a'/></metadata>"),
    "no prefix": ("", "<metadata><x xmlns='urn:d' q='1'><y/><z xmlns=''/></x></metadata>"),
    "blanks": ("", "<metadata><a:x xmlns:a='urn:a'>  <a:b>  </a:b>\n<a:c/></a:x></metadata>"),
    "text": ("", "<metadata><a:x xmlns:a='urn:a'><a:b/> text <a:c><a:d/></a:c></a:x></metadata>"),
    "xml:space": ("", "<metadata><a:x xmlns:a='urn:a' xml:space='preserve'> <a:b> </a:b>\n<a:c/></a:x></metadata>"),
    "empty": ("", "<metadata/>"),
    "an attribute": ("", "<metadata a='1'><a:x xmlns:a='urn:a'/></metadata>"),
    "characters": (
        "",
        "<metadata><a:x xmlns:a='urn:a' t='&#10;&#9;&#13; &lt;&gt;&amp;' été='\N{PILE OF POO}'>a\tb&#13;</a:x>"
        "</metadata>",
    ),
    "comments and processing instructions": (
        "",
        "<metadata><a:x xmlns:a='urn:a'><?pi \"d\"?><!-- \"' é --><a:b/></a:x></metadata>",
    ),
    "metadata in metadata": (
        "",
        "<metadata><a:x xmlns:a='urn:a'><metadata><metadata/><a:b>\"'</a:b></metadata></a:x></metadata>",
    ),
}


@pytest.mark.parametrize("case", METADATA)
def test_metadata_comes_out_as_from_libvirt(case: str, testdriver: libvirt.virConnect) -> None:
    namespaces, metadata = METADATA[case]
    document = f"<domain type='test' {namespaces}>{HEAD}{metadata}{TAIL}</domain>"
    dumped = dump(testdriver, document)
    assert dumped is not None
    printed = laid_out(parse(document))
    assert _until_memory(printed) == _until_memory(dumped)
    assert laid_out(parse(dumped)) == dumped
    assert laid_out(parse(printed)) == printed


def _until_memory(text: str) -> str:
    return text[: text.index("  <memory ")]


@pytest.mark.parametrize("text", ["a &lt; &gt; &amp; ' \" é \t\n  b", "  "])
def test_text_comes_out_as_from_libvirt(text: str, testdriver: libvirt.virConnect) -> None:
    document = f"<domain type='test'>{HEAD}<title>t '\"&lt;é</title><description>{text}</description>{TAIL}</domain>"
    dumped = dump(testdriver, document)
    assert dumped is not None
    assert _until_memory(laid_out(parse(document))) == _until_memory(dumped)
    assert laid_out(parse(dumped)) == dumped
