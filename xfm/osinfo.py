"""The guest's operating system from the installed osinfo-db, as ``document('xfm:os')`` shows it to stylesheets.

osinfo-db keeps one file an operating system, ``os/<vendor>/<id>.xml``, named after its id (``http://debian.org/debian/11``
is ``os/debian.org/debian-11.xml``), and sites add to one by ``os/<vendor>/<id>.d/*.xml``. What one derives from or
clones it inherits; ``stylesheets/os/os.xsl`` says what. Source: osinfo-db-tools, "Database layout"; libosinfo's
osinfo_loader.c (directories) and osinfo_os.c (inheritance).
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import source
from xfm.model import OS_NAMESPACE
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a name in an id may be, so that an id, which a document may bring, never leads out of the database.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_SHORT_ID = re.compile(rb"<short-id>\s*([^<\s]+)\s*</short-id>")
_ID = re.compile(rb"<os\s[^>]*\bid=[\"']([^\"']+)[\"']")


class Description(NamedTuple):
    """What is known of an operating system: the document for stylesheets, and what to tell the user, or nothing."""

    xml: bytes
    note: str = ""


def directories() -> list[str]:
    """The databases that are there, the weaker first: the system's, the site's, the user's."""
    config = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(config):
        config = os.path.join(os.path.expanduser("~"), ".config")
    places = [
        os.environ.get("OSINFO_SYSTEM_DIR") or "/usr/share/osinfo",
        os.environ.get("OSINFO_LOCAL_DIR") or "/etc/osinfo",
        os.environ.get("OSINFO_USER_DIR") or os.path.join(config, "osinfo"),
    ]
    return [place for place in places if os.path.isdir(os.path.join(place, "os"))]


def describe(selector: str) -> Description:
    """What the database has on an operating system.

    :param selector: its id (``http://debian.org/debian/11``) or short id (``debian11``); empty for an unknown one.

    Never fails: without a database, or for an id that it does not have, the description holds the id alone, and the
    note says so.
    """
    if not selector:
        return Description(_unknown(""))
    places = directories()
    if not places:
        return Description(
            _unknown(selector),
            f"no osinfo-db is installed, so nothing is known of the operating system {selector}: generic defaults "
            "(Debian, Fedora: the package osinfo-db)",
        )
    path = _path_of(selector, places)
    if path is None:
        return Description(
            _unknown(selector),
            f"osinfo-db does not know the operating system {selector}{_meant(selector, places)}: generic defaults; "
            "a newer osinfo-db may know it",
        )
    chain = etree.Element("chain")
    chain.extend(_with_ancestors(path, places))
    if len(chain) == 0:
        return Description(
            _unknown(selector),
            f"osinfo-db's entry of the operating system {selector} is damaged ({path}): generic defaults",
        )
    return Description(etree.tostring(own.transform("os/os.xsl", etree.ElementTree(chain))))


def _unknown(selector: str) -> bytes:
    root = etree.Element(f"{{{OS_NAMESPACE}}}os", nsmap={None: OS_NAMESPACE})
    if ":" in selector:  # a short id is known to the database alone
        with contextlib.suppress(ValueError):  # characters that XML does not have
            root.set("id", selector)
    return etree.tostring(root)


def _path_of(selector: str, places: list[str]) -> str | None:
    """The file of an operating system, relative to a database: by its name, else by what the files say."""
    path = _conventional(selector)
    if path is not None and selector in _ids(path, places, _ID):
        return path
    pattern = _ID if ":" in selector else _SHORT_ID
    for path in _all_paths(places):
        if selector in _ids(path, places, pattern):
            return path
    return None


def _conventional(identifier: str) -> str | None:
    """The relative path under which the database files an id."""
    vendor, _, rest = identifier.partition("://")[2].partition("/")
    name = rest.replace("/", "-")
    if not (_NAME.fullmatch(vendor) and _NAME.fullmatch(name)):
        return None
    return os.path.join("os", vendor, name + ".xml")


def _strongest(path: str, places: list[str]) -> str | None:
    """The file itself, in the strongest database that has it: there it may also hide one of the same name."""
    files = (os.path.join(place, path) for place in reversed(places))
    return next((file for file in files if os.path.exists(file)), None)


def _ids(path: str, places: list[str], pattern: re.Pattern[bytes]) -> list[str]:
    file = _strongest(path, places)
    try:
        with open(file or os.devnull, "rb") as opened:
            return [found.decode("utf-8", "replace") for found in pattern.findall(opened.read())]
    except OSError:
        return []


def _all_paths(places: list[str]) -> list[str]:
    found: set[str] = set()
    for place in places:
        for folder, _, names in os.walk(os.path.join(place, "os")):
            found.update(os.path.relpath(os.path.join(folder, n), place) for n in names if n.endswith(".xml"))
    return sorted(path for path in found if not os.path.dirname(path).endswith(".d"))


def _stem(selector: str) -> str:
    """The product without its version: debian of debian12."""
    return selector.rstrip("0123456789.")


def _version(selector: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", selector.removeprefix(_stem(selector))))


def _meant(selector: str, places: list[str]) -> str:
    from difflib import get_close_matches

    pattern = _ID if ":" in selector else _SHORT_ID
    known = [identifier for path in _all_paths(places) for identifier in _ids(path, places, pattern)]
    stem = _stem(selector)
    older = [other for other in known if _stem(other) == stem and _version(other) < _version(selector)]
    close = [max(older, key=_version)] if older else get_close_matches(selector.lower(), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _with_ancestors(path: str, places: list[str]) -> Iterator[etree._Element]:
    """The ``os`` elements of a file and of all that it derives from or clones, each once, in the order of their weight.

    It is libosinfo's: each before what it comes from, what it derives from before what it clones, the later before the
    earlier.
    """
    todo, seen = [path], set()
    while todo:
        path = todo.pop()
        entry = None if path in seen else _entry(path, places)
        seen.add(path)
        if entry is not None:
            yield entry
            links = (*entry.iterchildren("clones"), *entry.iterchildren("derives-from"))
            todo += filter(None, (_path_of(link.get("id", ""), places) for link in links))


def _entry(path: str, places: list[str]) -> etree._Element | None:
    """The ``os`` element of a file, with what other files add to it at its end; None where it cannot be read."""
    additions = []
    for place in places:
        folder = os.path.join(place, path.removesuffix(".xml") + ".d")
        if os.path.isdir(folder):
            additions += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".xml")]
    entry = None
    for file in (_strongest(path, places) or os.devnull, *additions):
        try:
            found = etree.parse(file, source.new_parser()).find("os")
        except (OSError, etree.XMLSyntaxError):
            found = None  # libosinfo passes over a file that it cannot read, too
        if entry is None:
            entry = found
        elif found is not None:
            entry.extend(found)
        if entry is None:
            break
    return entry
