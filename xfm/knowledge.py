"""What stylesheets know beside the document, read as documents.

``xfm:host-facts`` is what the hosts have, ``xfm:os`` the guest's operating system, and ``xfm:asked-os`` the same if it
does not come from the document, else an empty element. Each is made when a stylesheet first reads it: a document of
which nothing has to be known costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING

from lxml import etree

from xfm import hostfacts, osinfo
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _ElementTree

    from xfm.schema import Schema

HOST_FACTS = "xfm:host-facts"
OS = "xfm:os"
ASKED_OS = "xfm:asked-os"
_ALL_FACTS = "xfm:all-facts"

_os_id = etree.XPath(
    "string(/domain/metadata/o:libosinfo/o:os/@id)",
    namespaces={"o": "http://libosinfo.org/xmlns/libvirt/domain/1.0"},
)


class Knowledge:
    """What a pipeline knows of hosts and operating systems, gathered once for all its documents.

    :param hosts: the captured facts of each host, with their names; empty for the baseline's own table.
    :param os_selector: the operating system that is asked for, which wins over what a document says; None to believe
        it.
    :param schema: that the run validates with.
    :param default_os: the operating system of documents that name none.
    :raises DocumentError: facts-invalid.
    """

    def __init__(
        self,
        hosts: Iterable[tuple[str, bytes]],
        os_selector: str | None,
        schema: Schema,
        default_os: str | None = None,
    ) -> None:
        hosts = list(hosts)
        self._facts = hostfacts.combined(hosts) if hosts else None
        self._tables: dict[int, bytes] = {}
        self._os_selector = os_selector
        self._default_os = default_os
        self._descriptions: dict[str, osinfo.Description] = {}
        self._schema = schema

    def facts(self, document: _ElementTree, baseline: int) -> bytes:
        """Of all facts, those that concern this guest."""
        if self._facts is None and baseline not in self._tables:
            self._tables[baseline] = hostfacts.table(baseline)
        facts = self._tables[baseline] if self._facts is None else self._facts
        chosen = own.transform("facts/guest.xsl", document, {_ALL_FACTS: facts}, schema=self._schema.version)
        return etree.tostring(chosen)

    def asked_os(self, document: _ElementTree) -> osinfo.Description:
        """The operating system that does not come from the document; that nothing is known where it does."""
        return self._described(self._os_selector or (not _os_id(document) and self._default_os) or "")

    def os(self, document: _ElementTree) -> osinfo.Description:
        """What is known of the operating system that was asked for, else of the document's, else of the default."""
        return self._described(self._os_selector or str(_os_id(document)) or self._default_os or "")

    def _described(self, selector: str) -> osinfo.Description:
        if selector not in self._descriptions:
            self._descriptions[selector] = osinfo.describe(selector)
        return self._descriptions[selector]


class RunDocuments(Mapping[str, bytes]):
    """The documents that the stylesheets of one run can read, each made at its first reading.

    :param document: as it came in.
    :param note: takes what there is to tell the user.
    """

    def __init__(
        self, knowledge: Knowledge, document: _ElementTree, baseline: int, note: Callable[[str], None]
    ) -> None:
        self._makers: dict[str, Callable[[], bytes]] = {
            HOST_FACTS: lambda: knowledge.facts(document, baseline),
            OS: lambda: self._os(knowledge.os(document), note),
            ASKED_OS: lambda: knowledge.asked_os(document).xml,
        }
        self._made: dict[str, bytes] = {}

    @staticmethod
    def _os(description: osinfo.Description, note: Callable[[str], None]) -> bytes:
        if description.note:
            note(description.note)
        return description.xml

    def with_documents(self, makers: Mapping[str, Callable[[], bytes]]) -> RunDocuments:
        """These, and more."""
        more = copy(self)
        more._made = dict(self._made)
        more._makers = {**self._makers, **makers}
        return more

    def __getitem__(self, uri: str) -> bytes:
        if uri not in self._made:
            self._made[uri] = self._makers[uri]()
        return self._made[uri]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
