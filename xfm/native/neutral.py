"""The neutral XML that every reader gives, and that ``stylesheets/import/<format>.xsl`` takes.

::

    <config xmlns="urn:xfm:native:1" format="xen-xl">
      <entry key="memory" id="memory" line="2" value="512"/>
      <entry key="vif" id="vif" line="3">
        <item line="3" value="bridge=br0"><field name="bridge" value="br0"/></item>
      </entry>
      <group kind="scsi" index="0" unit="1" line="4"><entry key="scsi0:1.fileName" id="filename" …/></group>
    </config>

``key`` is the name as it was written, ``id`` the one that a stylesheet goes by. ``sensitive`` marks what may be a
password: a stylesheet that keeps it gives it a name that :mod:`xfm.redact` knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from xfm.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

NAMESPACE = "urn:xfm:native:1"
#: What the name of a setting that holds a password has in it, as an expression; a word may end in pw (USERPW).
TELLING = r"pass(?:w|p|$)|secret|token|credential|cookie|api_?key|pw(?:\b|_)"
_TELLING = re.compile(f"(?i){TELLING}")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def refuse(message: str, line: int, hint: str) -> NoReturn:
    """Refuse a configuration that does not follow its format's syntax; the message quotes no value.

    :raises DocumentError: native-syntax.
    """
    raise DocumentError("native-syntax", message, line=line, hint=hint)


class Config:
    """A neutral document while it is written.

    :param form: the name of the format.
    """

    def __init__(self, form: str) -> None:
        self.root = etree.Element(f"{{{NAMESPACE}}}config", {"format": form}, nsmap={None: NAMESPACE})

    @property
    def tree(self) -> etree._ElementTree:
        """The document."""
        return etree.ElementTree(self.root)

    def entry(
        self, key: str, line: int, value: str | None = None, *, name: str = "", group: etree._Element | None = None
    ) -> etree._Element:
        """Add a setting.

        :param value: None where it has items.
        :param name: the name to go by, where it is not the key.
        :param group: the group that it belongs to.
        """
        element = self._add(self.root if group is None else group, "entry", line, key=key, id=name or key)
        return self._with_value(element, key, value, line)

    def item(self, entry: etree._Element, line: int, value: str) -> etree._Element:
        """Add a member of a list."""
        return self._with_value(self._add(entry, "item", line), str(entry.get("key")), value, line)

    def fields(self, parent: etree._Element, pairs: Iterable[tuple[str, str]]) -> None:
        """Add what a value is made of."""
        line = int(parent.get("line", "0"))
        for name, value in pairs:
            self._with_value(self._add(parent, "field", line, name=name), name, value, line)

    def group(self, line: int, kind: str, index: str, unit: str = "") -> etree._Element:
        """Add a group: the settings of one device."""
        element = self._add(self.root, "group", line, kind=kind, index=index)
        if unit:
            element.set("unit", unit)
        return element

    def _add(self, parent: etree._Element, tag: str, line: int, **attributes: str) -> etree._Element:
        element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
        for name, text in (*attributes.items(), ("line", str(line))):
            _check_characters(text, line)
            element.set(name, text)
        return element

    def _with_value(self, element: etree._Element, name: str, value: str | None, line: int) -> etree._Element:
        if value is not None:
            _check_characters(value, line)
            element.set("value", value)
            if is_telling(name) or is_telling(value):
                element.set("sensitive", "yes")
        return element


def is_telling(text: str) -> bool:
    """Whether the name of a setting, or a value that has names in it, speaks of a password."""
    return _TELLING.search(text) is not None


def secrets(tree: etree._ElementTree) -> frozenset[str]:
    """Every value of a neutral document that may be a password."""
    return frozenset(tree.xpath("//@value[../@sensitive]"))


def decoded(data: bytes) -> str:
    """The text of a configuration.

    :raises DocumentError: encoding.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "encoding",
            "the input is not UTF-8",
            line=data.count(b"\n", 0, error.start) + 1,
            hint="convert it first, for example: iconv -f ISO-8859-1 -t UTF-8",
        ) from None


def _check_characters(text: str, line: int) -> None:
    if _NOT_XML.search(text):
        refuse("the value has a character that XML cannot hold", line, "remove the control characters")
