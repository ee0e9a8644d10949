"""Compile a stylesheet without letting it out of its folder, and apply it.

A stylesheet may import files of its own folder and ``xfm:lib/…``, and read documents by ``xfm:…``; nothing else. It may
write nothing and use no instruction outside XSLT 1.0, so that a misspelt one does not vanish without a word.
"""

from __future__ import annotations

import os
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from lxml import etree

from xfm import resources, source
from xfm.errors import DocumentError, PluginError, XfmError
from xfm.limits import STYLESHEET_BYTES
from xfm.model import XSL_NAMESPACE, Declaration
from xfm.stylesheet import declaration as declarations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lxml.etree import _Element, _ElementTree

#: Where a stylesheet reads the record of the run so far; see docs/stages.md, pin.
PROVENANCE = "xfm:provenance"
_LIBRARY = "xfm:lib/"
_XSL = "{" + XSL_NAMESPACE + "}"

# Reading is let through to the resolver below, which refuses all that is not xfm's: libxslt takes "xfm:provenance" for
# the name of a local file, so refusing files here would refuse xfm's own documents.
_ACCESS = etree.XSLTAccessControl(
    read_file=True, write_file=False, create_dir=False, read_network=True, write_network=False
)

# What libxslt says beside the reason of a failure.
_NOISE = ("unknown error", "runtime error", "XPath evaluation returned no result")

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


class _Resolver(etree.Resolver):
    """The only way by which a stylesheet reaches another document."""

    def __init__(self, folder: str, trusted: bool) -> None:
        self.folder = os.path.join(os.path.realpath(folder), "")
        self.trusted = trusted
        self.imported: list[bytes] = []
        self.documents: Mapping[str, bytes] = {}

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        if system_url in self.documents:
            return self.resolve_string(self.documents[system_url], context, base_url=system_url)
        if system_url.startswith(_LIBRARY):
            path = os.path.join(resources.STYLESHEETS, "lib", system_url.removeprefix(_LIBRARY))
            allowed = os.path.join(os.path.realpath(resources.STYLESHEETS), "lib", "")
        else:
            path, allowed = system_url.removeprefix("file://"), self.folder
        # xfm's own stylesheets stay in their folder, as a test shows: no need to follow links for them.
        if not self.trusted and not os.path.realpath(path).startswith(allowed):
            raise PluginError(
                "stylesheet-forbidden",
                f"the stylesheet reaches for {system_url}",
                hint="a stylesheet reads files of its own folder, xfm:lib/… and xfm's own documents only",
            )
        try:
            data = _read(path)
        except PluginError as error:
            raise PluginError(
                "stylesheet-compile",
                f"the stylesheet imports {system_url}: {error.message}",
                hint="check the href; xfm:lib/… has what lies in xfm's stylesheets/lib",
            ) from None
        if not self.trusted:
            _checked_root(data, path)
        self.imported.append(data)
        return self.resolve_string(data, context, base_url=path)


class Stylesheet:
    """A compiled stylesheet with its declaration.

    :param path: of the ``.xsl`` file.
    :param folder: which it may import from; its own directory where not given.
    :param builtin: whether it is one of xfm's own.
    :raises PluginError: declaration, stylesheet-compile, stylesheet-forbidden.
    """

    def __init__(self, path: str, *, folder: str | None = None, builtin: bool = False) -> None:
        self.path = path
        self.builtin = builtin
        self._data = _read(path)
        self._resolver = _Resolver(folder or os.path.dirname(path), builtin)
        try:
            root = _checked_root(self._data, path, self._resolver)
            self.declaration: Declaration = declarations.read(root, path)
            self._transform = etree.XSLT(root, access_control=_ACCESS)
        except etree.XSLTParseError as error:
            raise _compile_error(error, path) from None
        except XfmError as error:
            raise error.located(file=path) from None

    @property
    def id(self) -> str:
        """The id that its doc block declares."""
        return self.declaration.id

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the file and all that it imports, as the pin records it."""
        return "sha256:" + _sha256_hex(self._data, *self._resolver.imported)

    def apply(
        self, document: _ElementTree, values: Mapping[str, object], documents: Mapping[str, bytes]
    ) -> tuple[_ElementTree, list[str]]:
        """The transformed document, and what the stylesheet said by ``xsl:message``.

        :param document: is not changed.
        :param values: the parameters, as :func:`xfm.stylesheet.parameters.to_xslt` gives them.
        :param documents: what ``document('xfm:…')`` reads, by URI.
        :raises DocumentError: refused, where the stylesheet terminates by ``xsl:message``.
        :raises PluginError: stylesheet-failed, stylesheet-forbidden.
        """
        self._resolver.documents = documents
        try:
            result = self._transform(document, **values)  # type: ignore[arg-type]
        except etree.XSLTApplyError as error:
            raise self._apply_error(str(error)) from None
        except XfmError as error:
            raise error.located(stylesheet=self.id, file=self.path) from None
        messages = [entry.message for entry in self._transform.error_log] if self._transform.error_log else []
        if any(message.startswith("runtime error") for message in messages):
            raise self._apply_error(messages[-1])
        if result.getroot() is None:
            raise self._apply_error("the stylesheet gives no element at all")
        return result, messages

    def _apply_error(self, text: str) -> XfmError:
        entries = list(self._transform.error_log)
        place = next((entry for entry in entries if entry.message.startswith("runtime error")), None)
        reasons = [entry.message for entry in entries if not entry.message.startswith(_NOISE)]
        if place is None and text in reasons:
            return self._refusal(text)
        reason = "; ".join(dict.fromkeys(reasons)) or text
        if "infinite template recursion" in reason:
            reason = "the templates call each other without end"
        return PluginError(
            "stylesheet-failed",
            f"the stylesheet failed: {' '.join(reason.split()).rstrip('.')}",
            stylesheet=self.id,
            file=place.filename if place else self.path,
            line=place.line if place else 0,
            hint="the fault is in the stylesheet, not in the document; `--set "
            f"{self.id}=off` runs the chain without it",
        )

    def _refusal(self, text: str) -> DocumentError:
        """The message of ``xfm:fail`` (stylesheets/lib/faults.xsl) taken apart, or a plain one as it is."""
        xpath, separator, reason = text.partition(" xfm-fault: ")
        if not separator:
            xpath, reason = "", text
        return DocumentError(
            "refused",
            " ".join(reason.split()) or "the stylesheet refuses the document without saying why",
            stylesheet=self.id,
            xpath=xpath,
            hint=f"change the document, or run without this rule: --set {self.id}=off",
        )


def _sha256_hex(*parts: bytes) -> str:
    """SHA-256 without OpenSSL, which takes longer to load than a run needs to hash (random.py does the same)."""
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            module: Any = import_module(name)
        except ImportError:
            continue
        return str(module.sha256(b"".join(parts)).hexdigest())
    raise AssertionError("hashlib is part of Python")


def _read(path: str) -> bytes:
    try:
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


def _checked_root(data: bytes, path: str, resolver: _Resolver | None = None) -> _Element:
    """The root of a stylesheet whose every instruction is one of XSLT 1.0's and none of which writes."""
    parser = source.new_parser()
    if resolver is not None:
        parser.resolvers.add(resolver)
    try:
        source.check_bytes(data, STYLESHEET_BYTES)
        root = etree.fromstring(data, parser, base_url=path)
    except DocumentError as error:
        raise PluginError("stylesheet-compile", str(error), file=path, line=error.line, hint=error.hint) from None
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
    if resolver is None or not resolver.trusted:
        _check_instructions(root, path)
    return root


def _check_instructions(root: _Element, path: str) -> None:
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


def _compile_error(error: etree.XSLTParseError, path: str) -> PluginError:
    entries = [entry for entry in error.error_log if entry.message != "unknown error"]
    located = [entry for entry in entries if entry.line > 0]
    reasons = [
        entry.message for entry in entries if not entry.message.startswith(("compilation error", "runtime error"))
    ]
    place = located[0] if located else None
    return PluginError(
        "stylesheet-compile",
        f"the stylesheet does not compile: {reasons[0] if reasons else error}",
        file=place.filename if place and os.path.exists(place.filename or "") else path,
        line=place.line if place else 0,
        hint="correct it; `xsltproc FILE.xsl document.xml` shows the same fault",
    )
