"""Read a stylesheet that nobody has vouched for: bounded, plain XML, and nothing in it but XSLT 1.0."""

from __future__ import annotations

import os
import stat
from functools import cache

from lxml import etree

from xfm import source
from xfm.errors import DocumentError, PluginError
from xfm.limits import STYLESHEET_BYTES
from xfm.model import XSL_NAMESPACE

_XSL = "{" + XSL_NAMESPACE + "}"

#: XSLT 1.0's elements (W3C Recommendation of 1999-11-16, appendix B), but for xsl:document, which only ever writes.
_INSTRUCTIONS = frozenset(
    [
        "apply-imports",
        "apply-templates",
        "attribute",
        "attribute-set",
        "call-template",
        "choose",
        "comment",
        "copy",
        "copy-of",
        "decimal-format",
        "element",
        "fallback",
        "for-each",
        "if",
        "import",
        "include",
        "key",
        "message",
        "namespace-alias",
        "number",
        "otherwise",
        "output",
        "param",
        "preserve-space",
        "processing-instruction",
        "sort",
        "strip-space",
        "stylesheet",
        "template",
        "text",
        "transform",
        "value-of",
        "variable",
        "when",
        "with-param",
    ]
)


def read(path: str) -> bytes:
    """The bytes of a stylesheet.

    :raises PluginError: plugin-load, stylesheet-forbidden.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise PluginError("plugin-load", "not a regular file", file=path, hint="a stylesheet is a file of its own")
        with open(path, "rb") as file:
            data = file.read(STYLESHEET_BYTES + 1)
    except OSError as error:
        raise PluginError(
            "plugin-load",
            f"cannot read the stylesheet: {error.strerror}",
            file=path,
            hint="check that the file is there and readable",
        ) from None
    if len(data) > STYLESHEET_BYTES:
        raise PluginError(
            "stylesheet-forbidden",
            f"the stylesheet is larger than {STYLESHEET_BYTES // 1024} KiB",
            file=path,
            hint="split it: one concern a file",
        )
    return data


@cache
def read_own(path: str) -> bytes:
    """The bytes of one of xfm's own stylesheets, which many others may import."""
    return read(path)


def parse(data: bytes, path: str, resolver: etree.Resolver | None = None, *, trusted: bool = False) -> etree._Element:
    """The root of a stylesheet, every instruction of which is one of XSLT 1.0's and none of which writes.

    :param resolver: what the parser, and later the transformation, asks for other documents.
    :param trusted: leave out the look at the instructions.
    :raises PluginError: stylesheet-compile, stylesheet-forbidden.
    """
    parser = source.new_parser()
    if resolver is not None:
        parser.resolvers.add(resolver)
    try:
        source.check_bytes(data, STYLESHEET_BYTES)
        root = etree.fromstring(data, parser, base_url=path)
    except DocumentError as error:
        raise PluginError(
            "stylesheet-compile",
            error.message.replace("the input", "the stylesheet"),
            file=path,
            line=error.line,
            hint="a stylesheet is plain XML in UTF-8, without a document type declaration",
        ) from None
    except etree.XMLSyntaxError as error:
        raise PluginError(
            "stylesheet-compile",
            f"not well-formed XML: {error.msg}",
            file=path,
            line=error.position[0],
            hint=f"`xmllint --noout {path}` shows the place",
        ) from None
    if root.tag not in (_XSL + "stylesheet", _XSL + "transform"):
        raise PluginError(
            "stylesheet-compile",
            "the root element is not xsl:stylesheet",
            file=path,
            line=root.sourceline or 0,
            hint=f'begin it with <xsl:stylesheet version="1.0" xmlns:xsl="{XSL_NAMESPACE}">',
        )
    if not trusted:
        _check_instructions(root, path)
    return root


@cache
def parse_own(path: str) -> etree._Element:
    """The root of one of xfm's own stylesheets, to look at, not to compile."""
    return parse(read_own(path), path, trusted=True)


def _check_instructions(root: etree._Element, path: str) -> None:
    if root.get("version") != "1.0":
        raise PluginError(
            "stylesheet-compile",
            f"the stylesheet is of XSLT version {root.get('version', 'unknown')}",
            file=path,
            line=root.sourceline or 0,
            hint='xfm runs XSLT 1.0: write it so, with version="1.0"',
        )
    for element in root.iter("*"):
        tag = str(element.tag)
        name = tag.removeprefix(_XSL)
        if tag.startswith(_XSL) and name not in _INSTRUCTIONS:
            raise PluginError(
                "stylesheet-forbidden",
                f"xsl:{name} is not an instruction that a stylesheet may use",
                file=path,
                line=element.sourceline or 0,
                hint="XSLT 1.0 has no such instruction, or it writes files",
            )
        if "extension-element-prefixes" in element.attrib or _XSL + "extension-element-prefixes" in element.attrib:
            raise PluginError(
                "stylesheet-forbidden",
                "the stylesheet uses extension elements",
                file=path,
                line=element.sourceline or 0,
                hint="remove extension-element-prefixes; a stylesheet gives one document and writes nothing else",
            )
