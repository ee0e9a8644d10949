"""The stage `layout` and the serializer: the form of libvirt's `dumpxml`, without libvirt.

What libvirt itself prints is compared in tests/live/test_layout_dumpxml.py.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm.serialize import serialize
from xfm.source import new_parser

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = etree.XSLT(etree.parse(str(ROOT / "stylesheets" / "layout" / "dumpxml.xsl")))


def parse(text: str | bytes) -> etree._ElementTree:
    """Read a document as xfm does."""
    return etree.fromstring(text.encode() if isinstance(text, str) else text, new_parser()).getroottree()


def written(text: str) -> str:
    """The document, read and written."""
    return serialize(parse(text)).decode()


def laid_out(text: str) -> str:
    """The document, read, laid out and written."""
    return serialize(LAYOUT(parse(text))).decode()


def domain(content: str, attributes: str = "") -> str:
    """A domain with the content given, each line of it two blanks in."""
    return f"<domain{attributes}>\n  {content}\n</domain>\n"


# --- quoting and escaping outside the metadata ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a&lt;b&gt;c&amp;d", "a&lt;b&gt;c&amp;d"),
        ("a'b\"c", "a&apos;b&quot;c"),
        ("&apos;<x/>&quot;", "&apos;<x/>&quot;"),
        ("ünï\N{PILE OF POO}", "ünï\N{PILE OF POO}"),
        ("two\n\tlines", "two\n\tlines"),
        ("a&#13;b", "a&#13;b"),
        ("<![CDATA[<&>'\"]]>", "&lt;&amp;&gt;&apos;&quot;"),
        ("<![CDATA[]]>", ""),
        ("  ", "  "),
    ],
)
def test_text(content: str, expected: str) -> None:
    assert written(f"<a>{content}</a>") == (f"<a>{expected}</a>\n" if expected else "<a/>\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("&lt;&gt;&amp;", "&lt;&gt;&amp;"),
        ("&apos;&quot;", "&apos;&quot;"),
        ("é", "é"),
        ("a&#9;b&#10;c&#13;d", "a&#9;b&#10;c&#13;d"),
        ("</a xmlns:b=".replace("<", "&lt;"), "&lt;/a xmlns:b="),
    ],
)
def test_attribute_value(value: str, expected: str) -> None:
    assert written(f'<a><b c="{value}" d="1">\'</b></a>') == f"<a><b c='{expected}' d='1'>&apos;</b></a>\n"


def test_namespaces_are_declared_behind_the_attributes() -> None:
    text = '<domain xmlns:b="urn:b" xmlns:a="urn:\'a" type="kvm" b:id="/"><a:x xmlns="urn:d"/></domain>'
    expected = "<domain type='kvm' b:id='/' xmlns:b='urn:b' xmlns:a='urn:&apos;a'><a:x xmlns='urn:d'/></domain>\n"
    assert written(text) == expected


def test_comments_and_processing_instructions_are_never_altered() -> None:
    inside = '<!-- "\'&<a b="c">é --><?p "\'&<> ?>'
    assert written(f"<a>{inside}'</a>") == f"<a>{inside}&apos;</a>\n"


def test_neighbours_of_the_root_stand_on_lines_of_their_own() -> None:
    prolog = '<!-- "one" -->\n<?two "2"?>\n'
    epilog = "<!-- 'three' -->\n"
    assert laid_out(f'<?xml version="1.0"?>{prolog}<domain/>{epilog}') == f"{prolog}<domain/>\n{epilog}"


# --- metadata ---------------------------------------------------------------------------------------------------------


def test_metadata_is_in_the_dialect_of_libxml2() -> None:
    metadata = (
        '<metadata xmlns:o="urn:o"><o:x a="q&quot;u" b="&#xE9;\'&#x1F4A9; c=" é="1">té&gt;"\'xt&#13;</o:x>'
        '<o:y><![CDATA[a<b é="é"]]><!-- c é="é" --></o:y></metadata>'
    )
    text = f'<domain a="\'"><name>"</name>{metadata}<name>\'</name></domain>'
    expected = f"<domain a='&apos;'><name>&quot;</name>{metadata}<name>&apos;</name></domain>\n"
    assert written(text) == expected


@pytest.mark.parametrize(
    ("before", "metadata"),
    [
        ("", '<metadata a="\'"/>'),
        ("", '<metadata><a:b xmlns:a="urn:a"><metadata c="\'"/><metadata><metadata/></metadata>"</a:b></metadata>'),
        ("", '<metadata><!-- </metadata> --><a:b xmlns:a="urn:a">"</a:b></metadata>'),
        ("<!-- <metadata> -->", '<metadata a="1"/>'),
        ("<x><metadata a='1'>&quot;</metadata></x>", '<metadata a="1">"</metadata>'),
        ("<metadata a='1' xmlns='urn:x'/>", '<metadata a="1">"</metadata>'),
        ("<p:metadata xmlns:p='urn:p'>&quot;</p:metadata>", '<metadata a="1">"</metadata>'),
    ],
)
def test_only_the_domains_own_metadata_is_metadata(before: str, metadata: str) -> None:
    text = f"<domain>{before}{metadata}<a b='c'>&quot;</a></domain>\n"
    assert written(text) == text


def test_metadata_outside_a_domain_is_an_element_like_another() -> None:
    assert written('<x><metadata a="1">"</metadata></x>') == "<x><metadata a='1'>&quot;</metadata></x>\n"


def test_metadata_is_indented_unless_it_has_text() -> None:
    metadata = """<metadata xmlns:o="urn:o">
    <o:x> <o:y/> text <o:z> <o:y/> </o:z></o:x>
    <p:z xmlns:p="urn:p">
      <!-- c -->
      <?pi?>
      <p:k xml:space="preserve"> <p:l/> </p:k>
      <p:m>
        <p:n>  </p:n>
      </p:m>
    </p:z>
  </metadata>"""
    blanks = metadata.replace("\n      ", "\n ").replace("\n    <p", "\t<p")
    assert laid_out(f"<domain>{blanks}</domain>") == domain(metadata)


def test_cdata_of_the_metadata_is_text_after_a_stylesheet() -> None:
    # libxslt makes text of CDATA sections whatever a stylesheet does, so no stage can keep them.
    text = "<domain><metadata><a:x xmlns:a='urn:a'>x<![CDATA[<&é]]>y</a:x></metadata></domain>"
    assert laid_out(text) == domain('<metadata>\n    <a:x xmlns:a="urn:a">x&lt;&amp;éy</a:x>\n  </metadata>')


def test_metadata_keeps_the_order_of_its_own() -> None:
    metadata = (
        '<metadata>\n    <p:disk xmlns:p="urn:p" device="d" type="t">\n      <source/>\n    </p:disk>\n  </metadata>'
    )
    assert laid_out(f"<domain>{metadata}</domain>") == domain(metadata)


# --- namespaces of the root -------------------------------------------------------------------------------------------

QEMU = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"


def test_namespaces_that_only_the_metadata_uses_move_there() -> None:
    text = f"<domain xmlns:a='urn:a' xmlns:b='urn:b' {QEMU}><metadata><a:x b:q='1'/></metadata><qemu:x/></domain>"
    metadata = '<metadata xmlns:a="urn:a" xmlns:b="urn:b">\n    <a:x b:q="1"/>\n  </metadata>'
    assert laid_out(text) == domain(f"{metadata}\n  <qemu:x/>", f" {QEMU}")


def test_a_prefix_bound_anew_inside_the_metadata_keeps_its_meaning() -> None:
    text = (
        "<domain xmlns:a='urn:1'><metadata><b:x xmlns:b='urn:1'><a:y xmlns:a='urn:2'/></b:x><a:z/></metadata></domain>"
    )
    metadata = (
        '<metadata xmlns:a="urn:1">\n    <b:x xmlns:b="urn:1">\n      <a:y xmlns:a="urn:2"/>\n    </b:x>\n'
        "    <a:z/>\n  </metadata>"
    )
    assert laid_out(text) == domain(metadata)


def test_a_namespace_that_nothing_uses_goes_unless_a_value_may_mean_it() -> None:
    assert laid_out("<domain xmlns:a='urn:a'><name>n</name></domain>") == domain("<name>n</name>")
    assert laid_out("<domain xmlns:a='urn:a'><name>a:n</name></domain>") == domain(
        "<name>a:n</name>", " xmlns:a='urn:a'"
    )
    assert laid_out("<domain xmlns:a='urn:a'><x t='a:n'/></domain>") == domain("<x t='a:n'/>", " xmlns:a='urn:a'")


# --- order and indentation --------------------------------------------------------------------------------------------


def test_order_of_elements_and_attributes() -> None:
    text = (
        "<domain id='1' type='kvm'><devices><disk new='1' device='disk' type='file'><new/><target bus='virtio' "
        "dev='vda'/><driver type='raw' name='qemu'/></disk><emulator>/e</emulator></devices><name>n</name></domain>"
    )
    disk = (
        "<disk type='file' device='disk' new='1'>\n      <driver name='qemu' type='raw'/>\n"
        "      <target dev='vda' bus='virtio'/>\n      <new/>\n    </disk>"
    )
    expected = f"<name>n</name>\n  <devices>\n    <emulator>/e</emulator>\n    {disk}\n  </devices>"
    assert laid_out(text) == domain(expected, " type='kvm' id='1'")


def test_the_driver_of_an_interface_has_two_places() -> None:
    inside = "<model type='virtio'/><source/><driver name='vfio'/>"
    plain = laid_out(f"<interface type='vdpa'>{inside}</interface>")
    hostdev = laid_out(f"<interface type='hostdev'>{inside}</interface>")
    assert [line.split()[0] for line in plain.splitlines()[1:-1]] == ["<source/>", "<model", "<driver"]
    assert [line.split()[0] for line in hostdev.splitlines()[1:-1]] == ["<driver", "<source/>", "<model"]


def test_comments_stay_in_front_of_what_followed_them() -> None:
    text = (
        "<domain><!-- os 1 --><!-- os\n  2 --><os/><?first name?><name>n</name><!-- second name --><name>m</name>"
        "<!-- new --><new/><!-- last --></domain>"
    )
    expected = [
        "<?first name?>",
        "<name>n</name>",
        "<!-- second name -->",
        "<name>m</name>",
        "<!-- os 1 -->",
        "<!-- os\n  2 -->",
        "<os/>",
        "<!-- new -->",
        "<new/>",
        "<!-- last -->",
    ]
    assert laid_out(text) == domain("\n  ".join(expected))
    assert laid_out("<domain><devices><!-- only --></devices></domain>") == domain(
        "<devices>\n    <!-- only -->\n  </devices>"
    )


@pytest.mark.parametrize(
    "element",
    [
        "<description>  a\n\tb  </description>",
        "<title>  </title>",
        "<devices>stray <disk/>  <emulator/></devices>",
        "<qemu:x xmlns:qemu='urn:q'> text <y/></qemu:x>",
        "<unknown>\n</unknown>",
    ],
)
def test_text_is_left_alone(element: str) -> None:
    assert laid_out(f"<domain>{element}</domain>") == domain(element)


def test_blanks_in_a_container_mean_nothing() -> None:
    assert laid_out("<domain> <devices>\n  </devices>\n\n<os>\t<boot dev='hd'/></os></domain>") == domain(
        "<os>\n    <boot dev='hd'/>\n  </os>\n  <devices/>"
    )


# --- properties -------------------------------------------------------------------------------------------------------

NAMES = [
    *["domain", "metadata", "devices", "disk", "interface", "source", "target", "address", "name", "cpu"],
    *["é", "\u1680x", "{urn:a}x", "{urn:a}metadata", "{urn:b}disk", "{urn:q}commandline"],
]
ATTRIBUTES = ["type", "device", "name", "é", "{urn:a}id", "{urn:b}é"]
CHARACTERS = st.one_of(
    st.sampled_from("\t\n\r '\"<>&=/!?-[]é"),
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
)
TEXTS = st.text(CHARACTERS, max_size=8) | st.sampled_from(
    ['="', "='", "<!--", "-->", "]]>", '" é="', "<metadata>", " xmlns:a="]
)
OPAQUE = st.text(st.sampled_from("a'\"<>&= é"), max_size=6)


def node(tag: str, attributes: dict[str, str], text: str, tail: str, children: list[etree._Element]) -> etree._Element:
    """An element of the parts given."""
    element = etree.Element(tag, attributes, {"a": "urn:a", "q": "urn:q"} if tag == "domain" else None)
    element.text, element.tail = text, tail
    element.extend(children)
    return element


def opaque(kind: str, text: str, tail: str) -> etree._Element:
    """A comment, a processing instruction, or an element with a CDATA section."""
    if kind == "cdata":
        element = etree.Element("name")
        element.text = etree.CDATA(text)
    else:
        element = etree.Comment(text) if kind == "comment" else etree.ProcessingInstruction("p", text.strip())
    element.tail = tail
    return element


LEAVES = st.builds(opaque, st.sampled_from(["comment", "pi", "cdata"]), OPAQUE, TEXTS)
ELEMENTS = st.recursive(
    LEAVES,
    lambda children: st.builds(
        node,
        st.sampled_from(NAMES),
        st.dictionaries(st.sampled_from(ATTRIBUTES), TEXTS, max_size=3),
        TEXTS,
        TEXTS,
        st.lists(children, max_size=4),
    ),
    max_leaves=12,
)
DOMAINS = st.builds(node, st.just("domain"), st.just({"type": "'"}), TEXTS, st.just(""), st.lists(ELEMENTS, max_size=5))


def infoset(element: etree._Element) -> list[object]:
    """What a tree says: names, prefixes, attributes in order, text; CDATA sections are text."""
    children = [infoset(child) for child in element]
    if not isinstance(element.tag, str):
        return [element.text or "", element.tail or ""]
    attributes = list(element.attrib.items())
    return [element.tag, element.prefix, attributes, element.text or "", element.tail or "", children]


@given(DOMAINS)
def test_what_is_written_reads_back_as_the_same_tree(root: etree._Element) -> None:
    once = serialize(root.getroottree())
    again = parse(once)
    assert infoset(again.getroot()) == infoset(root)
    assert serialize(again) == once


@given(DOMAINS)
def test_layout_of_a_layout_changes_nothing(root: etree._Element) -> None:
    once = serialize(LAYOUT(root.getroottree()))
    assert serialize(LAYOUT(parse(once))) == once


# --- time -------------------------------------------------------------------------------------------------------------


def disks(count: int) -> etree._ElementTree:
    """A domain with that many disks, each with a comment, its children in an order drawn by lot."""
    lot = random.Random(count)
    children = ["<source file='/d'/>", "<target bus='virtio' dev='vda'/>", "<driver type='raw' name='qemu'/>"]
    text = []
    for _ in range(count):
        lot.shuffle(children)
        text.append(f"<!-- '{count}' --><disk device='disk' type='file'>{''.join(children)}</disk><serial type='pty'/>")
    return parse(f"<domain><metadata/><devices>{''.join(text)}</devices></domain>")


def test_time_is_linear_in_the_size_of_the_document() -> None:
    def seconds(count: int) -> float:
        document = disks(count)
        start = time.process_time()
        serialize(LAYOUT(document))
        return time.process_time() - start

    small, large = (min(seconds(count) for _ in range(3)) for count in (2_500, 20_000))
    assert large < 24 * small  # 8 if linear, 64 if quadratic
