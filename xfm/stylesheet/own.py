"""xfm's own stylesheets that are no links of the chain: what gives a fact, a listing or an import its form.

They lie in ``stylesheets/<folder>/``, import from xfm's own stylesheets alone, and are compiled when first asked for.
"""

from __future__ import annotations

import os
from _thread import get_ident  # threading takes as long to import as a stylesheet to compile
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from xfm import functions, resources
from xfm.stylesheet import reading
from xfm.stylesheet.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lxml.etree import _ElementTree


def transform(
    name: str, document: _ElementTree, documents: Mapping[str, bytes] | None = None, **strings: str
) -> _ElementTree:
    """Apply one of them.

    :param name: its path below ``stylesheets``, such as ``os/os.xsl``.
    :param document: is not changed.
    :param documents: what ``document('xfm:…')`` reads, by URI.
    :param strings: its parameters, all strings.
    """
    compiled, resolver = _compiled(name, get_ident())
    resolver.documents = documents or {}
    return compiled(document, **{key: etree.XSLT.strparam(text) for key, text in strings.items()})  # type: ignore[arg-type]


@lru_cache(maxsize=64)
def _compiled(name: str, _thread: int) -> tuple[etree.XSLT, Resolver]:
    """One for each thread: the resolver holds the documents of the transformation that runs."""
    path = os.path.join(resources.STYLESHEETS, name)
    resolver = Resolver(resources.STYLESHEETS, trusted=True)
    root = reading.parse(reading.read(path), path, resolver, trusted=True)
    extensions: Any = functions.EXTENSIONS  # types-lxml knows of extension elements alone
    compiled = etree.XSLT(root, extensions=extensions)
    resolver.compiled = True
    return compiled, resolver
