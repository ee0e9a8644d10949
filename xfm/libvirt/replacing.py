"""Replace a guest's definition: whole and settled, or not at all; what it was is kept."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from xfm.errors import DocumentError, MissingError
from xfm.libvirt import guests
from xfm.libvirt.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    import libvirt

    from xfm.libvirt.guests import Transform
    from xfm.model import Result


class Replaced(NamedTuple):
    """A guest with its new definition, and the run of the chain that had nothing left to do."""

    domain: libvirt.virDomain
    result: Result


def replace(
    domain: libvirt.virDomain,
    was: bytes,
    xml: bytes,
    transform: Transform,
    check: Callable[[bytes], None] = lambda _: None,
) -> Replaced:
    """Replace a definition, settle the pin, and keep what it was for ``xfm define --undo``.

    :param check: is given what became of it, and raises a DocumentError where that is not to be.
    :raises DocumentError: changed-meanwhile, libvirt-refused, what ``check`` or the chain raises; it is as it was then.
    :raises MissingError: busy, where it was refused and somebody else has changed the guest since; file.
    """
    kept = Kept(domain.connect().getURI(), domain.UUIDString())
    with kept.replacing(was) as drop:
        done = replace_unkept(domain, was, xml, transform, check)
        if done.result.xml == was:
            drop()
    return done


def replace_unkept(
    domain: libvirt.virDomain,
    was: bytes,
    xml: bytes,
    transform: Transform,
    check: Callable[[bytes], None] = lambda _: None,
) -> Replaced:
    """The same, where what it was need not be kept."""
    domain = guests.redefine(domain, was, xml)
    became = guests.definition(domain)
    try:
        result = guests.settle(domain, transform)
        became = result.xml
        check(became)
    except DocumentError as error:
        if not _put_back(domain, became, was):
            raise MissingError(
                "busy",
                f"{domain.name()} has its new definition, and then somebody else changed it: {error.message}",
                hint="look at what it is now; where it was kept, `xfm define --undo` gives it the definition of before",
            ) from None
        if not error.hint.endswith("the guest is as it was"):
            error.hint = "what libvirt completed is what is at fault; the guest is as it was"
        raise
    return Replaced(domain, result)


def _put_back(domain: libvirt.virDomain, became: bytes, was: bytes) -> bool:
    """Give a guest its old definition again, unless somebody else has been at it since."""
    now = guests.definition(domain)
    if guests.without_pin(now) != guests.without_pin(became):
        return False
    with suppress(DocumentError):
        guests.redefine(domain, now, was)
        return True
    return False
