"""What changed between two documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm.changes import Change, between


def test_the_same_document_has_no_changes() -> None:
    assert between(b"<domain><a b='1'>x</a></domain>", b"<domain>\n  <a b='1'>x</a>\n</domain>") == []


def test_an_attribute_that_comes_goes_or_alters() -> None:
    before = b"<domain><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>"
    after = b"<domain><os><type machine='pc-q35-7.2' x='1'>hvm</type></os></domain>"
    assert between(before, after) == [
        Change("/domain/os/type/@arch", "x86_64", ""),
        Change("/domain/os/type/@machine", "q35", "pc-q35-7.2"),
        Change("/domain/os/type/@x", "", "1"),
    ]


def test_an_element_among_others_of_its_name() -> None:
    before = b"<d><disk n='1'/><disk n='2'/></d>"
    assert between(before, b"<d><disk n='1'/><disk n='3'/><disk n='2'/></d>") == [
        Change("/d/disk[2]", "", '<disk n="3"/>')
    ]
    assert between(before, b"<d><disk n='2'/></d>") == [Change("/d/disk[1]", '<disk n="1"/>', "")]


def test_text_and_depth() -> None:
    assert between(b"<d><a><b>1</b></a></d>", b"<d><a><b>2</b><c/></a></d>") == [
        Change("/d/a/b/text()", "1", "2"),
        Change("/d/a/c", "", "<c/>"),
    ]


def test_names_with_a_prefix_are_shown_with_it() -> None:
    before = b"<d xmlns:q='urn:q'><q:x/></d>"
    after = b"<d xmlns:q='urn:q'><q:x q:y='1'/><q:x/></d>"
    assert between(before, b"<d xmlns:q='urn:q'><q:x q:y='1'/></d>") == [Change("/d/q:x/@q:y", "", "1")]
    assert between(before, after) == [Change("/d/q:x[1]", "", '<q:x xmlns:q="urn:q" q:y="1"/>')]


_LEAVES = st.builds(
    lambda name, value: f"<{name} v='{value}'/>", st.sampled_from("abc"), st.sampled_from(["1", "2", "3"])
)
_DOCUMENTS = st.lists(
    st.one_of(_LEAVES, st.builds(lambda inner: f"<g>{''.join(inner)}</g>", st.lists(_LEAVES, max_size=4))), max_size=6
).map(lambda children: f"<d>{''.join(children)}</d>".encode())


@given(_DOCUMENTS, _DOCUMENTS)
def test_there_are_changes_where_documents_differ_and_their_paths_lead_somewhere(before: bytes, after: bytes) -> None:
    changes = between(before, after)
    assert bool(changes) == (before != after)
    for change in changes:
        where = etree.fromstring(after if change.after else before)
        assert where.xpath(change.xpath), change
