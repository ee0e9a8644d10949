"""The source: hostile bytes are refused with the right code, all else is kept as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import limits, schema, source
from xfm.errors import DocumentError
from xfm.model import Violation

DOMAIN = b"<domain type='kvm'><name>a</name></domain>"


def refused(data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        source.parse_domain(data)
    assert raised.value.exit_status == 1
    assert raised.value.hint
    return raised.value


@pytest.mark.parametrize("data", [b"", b" \n\t "])
def test_nothing_is_no_document(data: bytes) -> None:
    assert refused(data).code == "empty-input"


def test_more_than_libvirt_takes_is_too_large() -> None:
    assert refused(DOMAIN + b" " * limits.DOCUMENT_BYTES).code == "too-large"
    padding = b" " * (limits.DOCUMENT_BYTES - len(DOMAIN))
    assert source.parse_domain(DOMAIN + padding).getroot().tag == "domain"


@pytest.mark.parametrize(
    "data",
    [
        DOMAIN.decode().encode("utf-16"),
        DOMAIN.decode().encode("utf-16-le"),
        DOMAIN.decode().encode("utf-32"),
        b"<?xml version='1.0' encoding='UTF-16'?>" + DOMAIN,
        b"""<?xml version="1.0" encoding="EBCDIC-CP-US" standalone="yes"?>""" + DOMAIN,
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-7'?>" + DOMAIN,
        b"<?xml version='1.0'\n\tencoding = 'Shift_JIS' ?>" + DOMAIN,
        b"<domain>\0</domain>",
        b"<?xml version='1.0'" + b" " * 300 + b"encoding='UTF-7'?>" + DOMAIN,
    ],
)
def test_encodings_that_hide_from_the_checks_are_refused(data: bytes) -> None:
    assert refused(data).code == "encoding"


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "US-ASCII", "ISO-8859-1"])
def test_supersets_of_ascii_are_taken(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>".encode() + DOMAIN
    assert source.parse_domain(text).getroot().tag == "domain"


def test_a_byte_order_mark_is_taken() -> None:
    assert source.parse_domain(b"\xef\xbb\xbf" + DOMAIN).getroot().tag == "domain"


@pytest.mark.parametrize(
    ("prolog", "line"),
    [
        (b"<!DOCTYPE domain>", 1),
        (b"<?xml version='1.0'?>\n<!DOCTYPE domain SYSTEM 'file:///etc/passwd'>", 2),
        (b"<!-- a -->\n<!-- b -->\n <!DOCTYPE domain [<!ENTITY a 'b'>]>", 3),
        (b"<?pi?><!DOCTYPE domain [<!ENTITY % a SYSTEM 'http://x/'> %a;]>", 1),
        (b"\xef\xbb\xbf<!DOCTYPE domain>", 1),
    ],
)
def test_a_document_type_is_refused_before_any_parser_sees_it(prolog: bytes, line: int) -> None:
    error = refused(prolog + DOMAIN)
    assert (error.code, error.line) == ("doctype", line)


def test_the_word_doctype_may_stand_in_a_comment_or_text() -> None:
    data = b"<!-- <!DOCTYPE a> --><domain><description>&lt;!DOCTYPE a></description></domain>"
    assert source.parse_domain(data).getroot().tag == "domain"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"<domain>", 1),
        (b"<domain>\n<name>\n</domain>", 3),
        (b"<domain>&unknown;</domain>", 1),
        (b"no xml", 1),
        (DOMAIN + b"\n<domain/>", 2),
        (b"<domain>\xff</domain>", 1),
        (b"<!-- never ends", 1),
        (b"<q:domain/>", 1),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line(data: bytes, line: int) -> None:
    error = refused(data)
    assert (error.code, error.line) == ("not-well-formed", line)
    assert f"line {line}, column " in error.message


@pytest.mark.parametrize("depth", [257, 300, 5000])
def test_deep_nesting_is_refused(depth: int) -> None:
    inner = depth - 1
    assert refused(b"<domain>" + b"<a>" * inner + b"</a>" * inner + b"</domain>").code == "too-deep"


def test_nesting_up_to_the_limit_is_taken() -> None:
    inner = limits.DOCUMENT_DEPTH - 1
    assert source.parse_domain(b"<domain>" + b"<a>" * inner + b"</a>" * inner + b"</domain>")


@pytest.mark.parametrize("root", [b"<network/>", b"<domainsnapshot/>", b"<domain xmlns='urn:other'/>", b"<Domain/>"])
def test_another_root_is_no_domain(root: bytes) -> None:
    error = refused(root)
    assert (error.code, error.xpath, error.line) == ("not-a-domain", "/*", 1)


def test_a_status_file_is_told_apart() -> None:
    assert "dumpxml" in refused(b"<domstatus><domain/></domstatus>").hint


def test_comments_cdata_and_blanks_are_kept() -> None:
    data = b"<domain><!-- a --> <?pi b?>\n<name><![CDATA[<x>]]></name>\t</domain>"
    assert etree.tostring(source.parse_domain(data)) == data


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    try:
        assert source.parse_domain(data).getroot().tag == "domain"
    except DocumentError as error:
        assert error.code


@given(
    st.lists(
        st.sampled_from(
            [
                "<domain>",
                "</domain>",
                "<a b='c'>",
                "</a>",
                "&amp;",
                "<!--",
                "-->",
                "<!DOCTYPE d>",
                "<?",
                "?>",
                "]]>",
                "<![CDATA[",
                "text",
                " ",
                "\n",
            ]
        ),
        max_size=12,
    )
)
def test_pieces_of_xml_in_any_order_are_parsed_or_refused(pieces: list[str]) -> None:
    try:
        source.parse_domain("".join(pieces).encode())
    except DocumentError as error:
        assert error.code


# --- where a fault is ---


def test_a_violation_gets_line_and_column_of_its_start_tag() -> None:
    data = b"<domain>\n  <memory>1</memory><vcpu>x</vcpu>\n  <devices><disk/><disk/></devices></domain>"
    document = source.parse_domain(data)
    paths = ["/domain/vcpu", "/domain/devices/disk[2]", "/domain"]
    found = source.located(data, document, [Violation("bad", path, 0) for path in paths])
    assert [(violation.line, violation.column) for violation in found] == [(2, 21), (3, 19), (1, 1)]


def test_the_faults_of_a_schema_can_be_located() -> None:
    data = b"<domain type='kvm'>\n <name>a</name>\n <memory>1</memory>\n <os><type>what</type></os>\n</domain>"
    document = source.parse_domain(data)
    found = source.located(data, document, schema.find().violations(document))
    assert (4, 6) in {(violation.line, violation.column) for violation in found}


def test_columns_count_characters_not_bytes() -> None:
    data = "<domain><title>größe</title><vcpu>x</vcpu></domain>".encode()
    document = source.parse_domain(data)
    (found,) = source.located(data, document, [Violation("bad", "/domain/vcpu", 1)])
    assert (found.line, found.column) == (1, data.decode().index("<vcpu") + 1)


@pytest.mark.parametrize("xpath", ["", "/domain/q:x", "/domain/nothing", "]["])
def test_a_violation_without_a_findable_place_keeps_its_line(xpath: str) -> None:
    document = source.parse_domain(DOMAIN)
    (found,) = source.located(DOMAIN, document, [Violation("bad", xpath, 7)])
    assert (found.line, found.column) == (7, 1)


def test_no_violations_need_no_places() -> None:
    assert source.located(DOMAIN, source.parse_domain(DOMAIN), []) == []
