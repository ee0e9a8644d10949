"""bytes -> document: input is hostile, so no DTD, no entities, no network, and limits on size and depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import redact
from xfm.errors import DocumentError, MissingError
from xfm.limits import DOCUMENT_BYTES, DOCUMENT_DEPTH

if TYPE_CHECKING:
    from typing import NoReturn

    from xfm.model import Violation

_UTF8_BOM = b"\xef\xbb\xbf"
# Supersets of ASCII, so that the checks on raw bytes see what the parser will see.
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso_8859-1", "latin1"})


def new_parser() -> etree.XMLParser:
    """A parser that expands nothing, fetches nothing and keeps every node (CDATA, comments, blanks) as it was."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        strip_cdata=False,
        remove_blank_text=False,
        collect_ids=False,
    )


_parser = new_parser()
_too_deep = etree.XPath("boolean(" + "/*" * (DOCUMENT_DEPTH + 1) + ")")


def read_file(path: str) -> bytes:
    """The content of a file: at most what the parser takes, and one byte to see that it is more.

    :raises MissingError: file.
    """
    try:
        with open(path, "rb") as file:
            return file.read(DOCUMENT_BYTES + 1)
    except OSError as error:
        raise MissingError(
            "file",
            f"cannot read {path!r}: {error.strerror}",
            file=path,
            hint="check the name and its permissions",
        ) from error


def parse(data: bytes) -> etree._ElementTree:
    """Parse hostile bytes into a document with any root.

    :raises DocumentError: empty-input, too-large, encoding, doctype, not-well-formed, too-deep.
    """
    check_bytes(data, DOCUMENT_BYTES)
    try:
        tree = etree.ElementTree(etree.fromstring(data, _parser))
    except etree.XMLSyntaxError as error:
        _refuse_syntax(error, data)
    if tree.docinfo.internalDTD is not None:  # whatever the scan of the bytes overlooked
        raise _doctype_error(1)
    if _too_deep(tree):
        raise _depth_error()
    return tree


def parse_domain(data: bytes) -> etree._ElementTree:
    """Parse hostile bytes into a document whose root is libvirt's ``domain``.

    :raises DocumentError: as :func:`parse`; not-a-domain.
    """
    tree = parse(data)
    root = tree.getroot()
    if root.tag != "domain":
        name = etree.QName(root).localname
        hint = "xfm takes the XML of one libvirt domain, as `virsh dumpxml NAME` prints it"
        if name == "domstatus":
            hint = "this is libvirt's private status file; take `virsh dumpxml NAME` instead"
        raise DocumentError(
            "not-a-domain", f"the root element is <{name}>, not <domain>", xpath="/*", line=1, hint=hint
        )
    return tree


def encoded(text: str) -> bytes:
    """A document that is text already as bytes; the encoding that it may declare was that of other bytes.

    :raises DocumentError: encoding.
    """
    declaration, found, rest = text.partition("?>")
    if found and declaration.startswith("<?xml") and declaration[5:6].isspace():
        text = rest
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise DocumentError(
            "encoding",
            f"the text holds half of a surrogate pair at position {error.start}",
            hint="hand over the bytes as they were read",
        ) from None


def check_bytes(data: bytes, max_bytes: int) -> None:
    """Refuse what no parser should see: nothing, too much, other encodings than supersets of ASCII, a DTD.

    :raises DocumentError: empty-input, too-large, encoding, doctype.
    """
    if not data.strip():
        raise DocumentError(
            "empty-input",
            "the input is empty",
            hint="give a FILE, or pipe domain XML in: virsh dumpxml NAME | xfm",
        )
    if len(data) > max_bytes:
        raise DocumentError(
            "too-large",
            f"the input is larger than {max_bytes // 1024 // 1024} MiB",
            hint="libvirt itself takes no larger document over its RPC",
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise DocumentError(
            "encoding",
            "the input holds NUL bytes: it is UTF-16, UTF-32, or not XML at all",
            hint="convert it to UTF-8 first, for example: iconv -f UTF-16 -t UTF-8",
        )
    encoding = _declared_encoding(data)
    if encoding and encoding.lower() not in _ENCODINGS:
        raise DocumentError(
            "encoding",
            f"the input declares the encoding {encoding}",
            line=1,
            hint="convert it to UTF-8, with iconv for example, and change its XML declaration",
        )
    position = _doctype_position(data)
    if position >= 0:
        raise _doctype_error(data.count(b"\n", 0, position) + 1)


def _declared_encoding(data: bytes) -> str:
    """The encoding that the XML declaration names, if it names one."""
    declaration, found, _ = data.removeprefix(_UTF8_BOM).partition(b"?>")
    if not found or not declaration.startswith(b"<?xml") or b"encoding" not in declaration:
        return ""
    value = declaration.rpartition(b"encoding")[2].lstrip(b" \t\r\n=")
    return value[1:].partition(value[:1])[0].decode("ascii", "replace")


def _doctype_position(data: bytes) -> int:
    """Where the prolog holds ``<!DOCTYPE``, or -1: seen before any parser can act on it."""
    position = len(_UTF8_BOM) if data.startswith(_UTF8_BOM) else 0
    while True:
        while data[position : position + 1].isspace():
            position += 1
        if data.startswith(b"<!--", position):
            end, width = data.find(b"-->", position + 4), 3
        elif data.startswith(b"<?", position):
            end, width = data.find(b"?>", position + 2), 2
        else:
            return position if data.startswith(b"<!DOCTYPE", position) else -1
        if end < 0:
            return -1
        position = end + width


def _refuse_syntax(error: etree.XMLSyntaxError, data: bytes) -> NoReturn:
    line, column = error.position
    message = (error.msg or "not well-formed XML").partition(", line ")[0].strip()
    message = redact.scrub_syntax(message, data)
    if "xcessive depth" in message:
        raise _depth_error() from None
    raise DocumentError(
        "not-well-formed",
        f"not well-formed XML: {message} (line {line}, column {column})",
        line=line,
        hint="`xmllint --noout FILE` shows the place",
    ) from None


def _doctype_error(line: int) -> DocumentError:
    return DocumentError(
        "doctype",
        "the input has a document type declaration",
        line=line,
        hint="domain XML needs none; remove <!DOCTYPE …> and write out the entities that it declares",
    )


def _depth_error() -> DocumentError:
    return DocumentError(
        "too-deep",
        f"the elements are nested more than {DOCUMENT_DEPTH} deep",
        hint="libvirt's own parser refuses such a document too",
    )


def located(data: bytes, document: etree._ElementTree, violations: list[Violation]) -> list[Violation]:
    """The violations of a parsed document with the line and column of their elements' start tags.

    libxml2 keeps no columns, so the text is read once more by expat, which does; only where there is something to say.
    """
    if not violations:
        return []
    places = _start_tags(data)
    order = {element: index for index, element in enumerate(document.iter("*"))}
    found = []
    for violation in violations:
        element = _element_at(document, violation.xpath)
        index = order[element] if element is not None else len(places)
        line, column = places[index] if index < len(places) else (violation.line or 1, 1)
        found.append(violation._replace(line=line, column=column))
    return found


def _element_at(document: etree._ElementTree, xpath: str) -> etree._Element | None:
    """The element that libxml2's path (``/domain/devices/disk[2]``) names."""
    try:
        nodes = document.xpath(xpath) if xpath else []
    except etree.XPathError:
        return None  # a path through a prefixed name, whose namespace it does not tell
    first = nodes[0] if isinstance(nodes, list) and nodes else None
    return first if isinstance(first, etree._Element) else None


def _start_tags(data: bytes) -> list[tuple[int, int]]:
    """Line and column, both from 1, of every start tag in document order."""
    from xml.parsers import expat

    places: list[tuple[int, int]] = []
    parser = expat.ParserCreate()

    def start(*_: object) -> None:
        places.append((parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError):  # XML 1.0 in its fifth edition has names that expat does not know
        return []
    return places
