"""The only way by which a stylesheet reaches another document."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lxml import etree

from xfm import resources
from xfm.errors import PluginError
from xfm.limits import STYLESHEET_IMPORTS
from xfm.stylesheet import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_LIBRARY = "xfm:lib/"


class Resolver(etree.Resolver):
    """Answers what a stylesheet imports, and what it reads by ``document()``.

    While it is compiled, a stylesheet gets files of its own folder and ``xfm:lib/…``; while it runs, only the documents
    that the run offers it.

    :param folder: the stylesheet's own.
    :param trusted: whether it is one of xfm's own.
    :param vouch: is called with each file of a stylesheet that is not, before it is read.
    """

    def __init__(self, folder: str, *, trusted: bool, vouch: Callable[[str], None] | None = None) -> None:
        self.folder = folder
        self.trusted = trusted
        self._vouch = vouch
        self.imported: list[bytes] = []
        self.compiled = False
        self.documents: Mapping[str, bytes] = {}

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        """What lxml calls for each document.

        :raises PluginError: stylesheet-forbidden, stylesheet-compile.
        :raises XfmError: what ``vouch`` raises.
        """
        if system_url in self.documents:
            return self.resolve_string(self.documents[system_url], context, base_url=system_url)
        path = self._path(system_url)
        if path is None:
            raise PluginError(
                "stylesheet-forbidden",
                f"the stylesheet reaches for {system_url}",
                hint="a stylesheet imports files of its own folder and xfm:lib/…, and reads xfm's own documents only",
            )
        if len(self.imported) == STYLESHEET_IMPORTS:
            raise PluginError(
                "stylesheet-forbidden",
                f"the stylesheet imports more than {STYLESHEET_IMPORTS} files",
                hint="import each file once, and none that imports its importer",
            )
        if self._vouch is not None and not self.trusted:
            self._vouch(path)
        try:
            data = reading.read_own(path) if self.trusted else reading.read(path)
        except PluginError as error:
            raise PluginError(
                "stylesheet-compile",
                f"the stylesheet imports {system_url}: {error.message}",
                hint="check the href; xfm:lib/… has what lies in xfm's stylesheets/lib",
            ) from None
        if not self.trusted:
            reading.parse(data, path)
        self.imported.append(data)
        return self.resolve_string(data, context, base_url=path)

    def _path(self, uri: str) -> str | None:
        """The file that may be imported under this URI, or None."""
        if self.compiled:
            return None
        if uri.startswith(_LIBRARY):
            allowed = os.path.join(resources.STYLESHEETS, "lib")
            path = os.path.join(allowed, uri.removeprefix(_LIBRARY))
        else:
            path, allowed = uri.removeprefix("file://"), self.folder
        # xfm's own stylesheets stay in their folder, as a test shows: no need to follow links for them.
        inside = self.trusted or os.path.realpath(path).startswith(os.path.join(os.path.realpath(allowed), ""))
        return path if inside else None
