"""Have a guest that runs let go of a device, and wait for its answer: libvirt does not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from xfm import hotplug, source
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import guests
from xfm.libvirt.connection import is_lost, submitted
from xfm.libvirt.events import Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libvirt

#: Seconds after which a guest that has not answered is asked again.
_AGAIN = 5.0


def unplug(domain: libvirt.virDomain, alias: str, seconds: float) -> None:
    """Ask a guest to let go of a device until it does, or refuses, or has not answered for so many seconds.

    :raises DocumentError: libvirt-refused, unplug-refused.
    :raises MissingError: unplug-pending; libvirt, no-domain.
    """
    deadline = time.monotonic() + seconds
    with Mailbox(domain) as mailbox:
        while True:
            _ask(domain, alias)
            for answer in _answers(mailbox, alias, min(deadline, time.monotonic() + _AGAIN)):
                if answer:
                    return
                raise DocumentError(
                    "unplug-refused",
                    f"{domain.name()} refuses to let go of {alias}",
                    hint="it may be in use inside the guest: unmount it there, and run this again; "
                    "the guest is as it was",
                )
            if not _is_there(domain, alias):
                return  # the event was lost, or the guest was shut off
            if time.monotonic() >= deadline:
                raise MissingError(
                    "unplug-pending",
                    f"{domain.name()} has not let go of {alias} within {seconds:g} seconds: "
                    "it does not answer the request",
                    hint="is it still booting, or paused? The request stands; run this again to see what became of it",
                )


def _ask(domain: libvirt.virDomain, alias: str) -> None:
    """Have libvirt ask the guest to let go of a device; that it was asked before is no fault."""
    import libvirt

    with submitted(f"to unplug {alias} from {domain.name()}"):
        try:
            domain.detachDeviceAlias(alias, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError as error:
            pending = "in the process of unplug" in (error.get_error_message() or "")
            if not pending and (is_lost(error) or _is_there(domain, alias)):
                raise


def _answers(mailbox: Mailbox, alias: str, until: float) -> Iterator[bool]:
    """What the guest answers about a device, True where it is gone; the end where it stops, or is silent for long."""
    while (event := mailbox.next(until)) is not None and event.kind != "lifecycle":
        if event.what == alias and event.kind in ("removed", "removal-failed"):
            yield event.kind == "removed"


def _is_there(domain: libvirt.virDomain, alias: str) -> bool:
    document = guests.live(domain)
    return document is not None and hotplug.find(source.parse_domain(document), alias) is not None
