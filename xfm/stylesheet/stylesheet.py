"""Compile a stylesheet without letting it out of its folder, and apply it.

A stylesheet may import files of its own folder and ``xfm:lib/…``, and read documents by ``xfm:…``; nothing else. It may
write nothing and use no instruction outside XSLT 1.0, so that a misspelt one does not vanish without a word.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from xfm import functions
from xfm.errors import DocumentError, PluginError, XfmError
from xfm.model import XSL_NAMESPACE
from xfm.stylesheet import declaration as declarations
from xfm.stylesheet import matching, reading
from xfm.stylesheet.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from lxml.etree import _ElementTree

    from xfm.model import Declaration

#: Where a stylesheet of the stage pin reads the record of the run so far, and that of what the guest sees.
PROVENANCE = "xfm:provenance"
ABI = "xfm:abi"

# Reading is let through to the resolver, which refuses all that is not xfm's: libxslt takes "xfm:provenance" for the
# name of a local file, so refusing files here would refuse xfm's own documents.
_ACCESS = etree.XSLTAccessControl(
    read_file=True, write_file=False, create_dir=False, read_network=True, write_network=False
)

# lxml shows the first root alone; text and further elements beside it would go lost without a word.
_one_root = etree.XPath("count(/*) = 1")

# What libxslt says beside the reason of a failure.
_NOISE = ("unknown error", "runtime error", "XPath evaluation returned no result")


class Stylesheet:
    """A stylesheet with its declaration.

    It is compiled at once where it is a plugin's, so that a broken one shows; one of xfm's own when it first runs,
    since a guest that is pinned, or that was there before xfm, needs few of them.

    :param path: of the ``.xsl`` file.
    :param folder: which it may import from; its own directory where not given.
    :param builtin: whether it is one of xfm's own.
    :param vouch: is called with each file before it is read, and raises where that is not to be.
    :raises PluginError: declaration, stylesheet-compile, stylesheet-forbidden.
    """

    def __init__(
        self,
        path: str,
        *,
        folder: str | None = None,
        builtin: bool = False,
        vouch: Callable[[str], None] | None = None,
    ) -> None:
        if vouch is not None and not builtin:
            vouch(path)
        self.path = path
        self.builtin = builtin
        self._data = reading.read(path)
        self._resolver = Resolver(folder or os.path.dirname(path), trusted=builtin, vouch=vouch)
        try:
            self._root = reading.parse(self._data, path, self._resolver, trusted=builtin)
            self.declaration: Declaration = declarations.read(self._root, path)
        except XfmError as error:
            raise error.located(file=path) from None
        # With method="text" there is no telling text beside the root from text in it.
        self._check_text = not builtin and self._root.find(f"{{{XSL_NAMESPACE}}}output[@method='text']") is None
        if not builtin:
            self.compile()

    def compile(self) -> None:
        """Compile it now, so that no run has to.

        :raises PluginError: stylesheet-compile, stylesheet-forbidden.
        """
        _ = self._transform

    @cached_property
    def _transform(self) -> etree.XSLT:
        extensions: Any = functions.EXTENSIONS  # types-lxml knows of extension elements alone
        try:
            compiled = etree.XSLT(self._root, extensions=extensions, access_control=_ACCESS)
        except etree.XSLTParseError as error:
            raise _compile_error(error, self.path) from None
        except XfmError as error:
            raise error.located(file=self.path) from None
        self._resolver.compiled = True
        return compiled

    @property
    def id(self) -> str:
        """The id that its doc block declares."""
        return self.declaration.id

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the file and all that it imports, as the pin records it."""
        return "sha256:" + functions.sha256_hex(self._data, *self._imported)

    @property
    def _imported(self) -> list[bytes]:
        if self.builtin:
            return matching.imported(self._root, self.path)
        self.compile()
        return self._resolver.imported

    @cached_property
    def _matches(self) -> etree.XPath | None:
        return matching.condition(self._root, self.path) if self.builtin else None

    def concerns(self, document: _ElementTree) -> bool:
        """Whether one of its templates matches anything in the document; if not, it would give a copy.

        That is known without compiling it of most of xfm's own; of all others it is taken for granted.
        """
        return self._matches is None or bool(self._matches(document))

    def is_as_pinned(self, digest: str | None) -> bool:
        """Whether it is what a pin knows under its id by this digest; xfm's own are frozen with their baseline."""
        return digest is not None and (self.builtin or digest == self.digest)

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
        if result.getroot() is None or not _one_root(result) or (self._check_text and _has_text_beside(result)):
            raise self._apply_error("the stylesheet gives no document with one root element")
        return result, messages

    def _apply_error(self, text: str) -> XfmError:
        entries = list(self._transform.error_log)
        place = next((entry for entry in entries if entry.message.startswith("runtime error")), None)
        reasons = [entry.message for entry in entries if not entry.message.startswith(_NOISE)]
        # xsl:message has the stylesheet's words; the engine's own begin with the name of a function (xsltCopyTree)
        said = all(entry.domain == etree.ErrorDomains.XSLT for entry in entries) and not text.startswith("xslt")
        if place is None and said and text in reasons:
            return self._refusal(text)
        reason = "; ".join(dict.fromkeys(reasons)) or text
        if "infinite template recursion" in reason or "Maximum template depth" in reason:
            reason = "the templates call each other without end"
        return PluginError(
            "stylesheet-failed",
            f"the stylesheet failed: {' '.join(reason.split()).rstrip('.')}",
            stylesheet=self.id,
            file=place.filename if place and os.path.exists(place.filename) else self.path,
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


def _has_text_beside(result: etree._XSLTResultTree) -> bool:
    """Whether there is text beside the root element: only the result's own serialisation shows it."""
    try:
        text = str(result)
    except LookupError:
        return False  # xsl:output names an encoding that nobody knows; xfm writes in its own
    before, _, rest = text.removeprefix('<?xml version="1.0"?>').partition("<")
    return bool(before.strip() or rest.rpartition(">")[2].strip())


def _compile_error(error: etree.XSLTParseError, path: str) -> PluginError:
    entries = [entry for entry in error.error_log if entry.message != "unknown error"]
    located = [entry for entry in entries if entry.line > 0]
    reasons = [
        entry.message for entry in entries if not entry.message.startswith(("compilation error", "runtime error"))
    ]
    place = located[0] if located else None
    return PluginError(
        "stylesheet-compile",
        f"the stylesheet does not compile: {'; '.join(dict.fromkeys(reasons)) or error}",
        file=place.filename if place and os.path.exists(place.filename or "") else path,
        line=place.line if place else 0,
        hint="correct it; `xsltproc FILE.xsl document.xml` shows the same fault",
    )
