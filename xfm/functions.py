"""The XPath functions that every stylesheet has beside those of XSLT 1.0, in the namespace ``urn:xfm:functions:1``.

XPath 1.0 cannot hash, and what tells one device from another must be the same at every run and on every host: so it is
derived from what the document says, never drawn by lot. Each function takes strings and gives a string that depends on
nothing else. ``docs/hooks.md`` describes them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from xfm.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMESPACE = "urn:xfm:functions:1"

# The root of the UUIDs that f:uuid5 makes where the namespace that it is given is no UUID itself: the UUID of
# "urn:xfm:functions:1" in RFC 4122's namespace of URLs.
_ROOT = bytes.fromhex("dd23ca860c5a5c638271b358cfaaed22")
# libvirt knows no vCPU, cell or memory slot beyond these.
_MOST_NUMBERS = 16384
_DIGITS = 5
_LONGEST_SET = 4096
_HEXADECIMAL = frozenset("0123456789abcdef")
_UUID_DIGITS = 32


def sha256_hex(*parts: bytes) -> str:
    """SHA-256 over the parts one after the other, as 64 hexadecimal digits."""
    return str(_algorithm("sha256", "_sha2", "_sha256")(b"".join(parts)).hexdigest())


def uuid5(namespace: str, name: str) -> str:
    """A UUID of version 5 (RFC 4122, 4.3): the same for the same two texts.

    :param namespace: a UUID in any spelling that libvirt takes, or any other text, which then stands for the UUID that
        it has in a namespace of xfm's.
    :param name: what is to have a UUID.
    """
    digits = namespace.replace("-", "").lower()
    is_uuid = len(digits) == _UUID_DIGITS and _HEXADECIMAL.issuperset(digits)
    space = bytes.fromhex(digits) if is_uuid else _uuid5_bytes(_ROOT, namespace)
    text = _uuid5_bytes(space, name).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _uuid5_bytes(namespace: bytes, name: str) -> bytes:
    made = bytearray(_algorithm("sha1", "_sha1")(namespace + name.encode("utf-8", "surrogatepass")).digest()[:16])
    made[6] = made[6] & 0x0F | 0x50  # the version
    made[8] = made[8] & 0x3F | 0x80  # the variant
    return bytes(made)


def ranges(text: str) -> str:
    """A set of numbers as libvirt writes it, ``0-3,8``, of what people write: ``8,0-1,3,2`` or ``0-8,^4-7``.

    What is no such set, or longer than any that libvirt writes, stays as it is (libvirt src/util/virbitmap.c).
    """
    if len(text) > _LONGEST_SET:
        return text
    members: set[int] = set()
    for token in filter(None, "".join(text.split()).split(",")):
        low, dash, high = token.removeprefix("^").partition("-")
        ends = [low, high] if dash else [low, low]
        if not all(end.isascii() and end.isdigit() and len(end) <= _DIGITS for end in ends):
            return text
        first, last = map(int, ends)
        if last < first or last >= _MOST_NUMBERS:
            return text
        named = range(first, last + 1)
        members = members.difference(named) if token.startswith("^") else members.union(named)
    starts = sorted(number for number in members if number - 1 not in members)
    stops = sorted(number for number in members if number + 1 not in members)
    pairs = zip(starts, stops, strict=True)
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in pairs)


@cache
def _algorithm(name: str, *modules: str) -> Any:
    """A hash without OpenSSL, which takes longer to load than a run needs to hash (random.py does the same)."""
    for module in (*modules, "hashlib"):
        try:
            return getattr(import_module(module), name)
        except ImportError:
            continue
    raise AssertionError("hashlib is part of Python")


def _text(function: str, value: object) -> str:
    """An argument as XPath's string() would have it, as far as lxml lets one tell."""
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else ""
        value = value.xpath("string()") if hasattr(value, "xpath") else value
    if isinstance(value, str):
        return value
    raise PluginError(
        "stylesheet-failed",
        f"the stylesheet calls f:{function} with something other than strings",
        hint="give it string(…) of what is no string",
    )


def _function(name: str, parameters: int, compute: Callable[..., str]) -> Callable[..., str]:
    """A function as lxml calls it: with XPath's context first, and arguments of whatever type and number."""

    def call(_: object, *values: object) -> str:
        if len(values) != parameters:
            raise PluginError(
                "stylesheet-failed",
                f"the stylesheet calls f:{name} with {len(values)} argument{'s' * (len(values) != 1)}",
                hint=f"f:{name} takes {parameters}",
            )
        return compute(*(_text(name, value) for value in values))

    return call


#: What etree.XSLT is given as ``extensions``, for every stylesheet of the chain.
EXTENSIONS: Mapping[tuple[str, str], Callable[..., str]] = {
    (NAMESPACE, "sha256"): _function("sha256", 1, lambda text: sha256_hex(text.encode("utf-8", "surrogatepass"))),
    (NAMESPACE, "ranges"): _function("ranges", 1, ranges),
    (NAMESPACE, "uuid5"): _function("uuid5", 2, uuid5),
}
