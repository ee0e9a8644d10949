"""Plug a device into a guest, or out of it: in its stored definition first, then in the guest that runs.

The stored definition is replaced in one step, device and pin together. Should the guest that runs then refuse, it is
put back: so a guest is as it was, or as asked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from xfm import abi, hotplug, pin, source
from xfm.errors import DocumentError, MissingError, XfmError
from xfm.libvirt import guests
from xfm.libvirt.connection import is_lost, submitted
from xfm.libvirt.events import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import libvirt
    from lxml.etree import _Element

    from xfm.hotplug import Plug
    from xfm.libvirt.guests import Transform

#: Seconds after which a guest that has not answered is asked again.
_AGAIN = 5.0


class Places(NamedTuple):
    """Where a device is to be plugged in or out: a guest's stored definition, the guest that runs, or both.

    Each is a document, or None where it is left alone.
    """

    config: bytes | None
    live: bytes | None


class Outcome(NamedTuple):
    """What was done: the device, and the places where something had to be done (``config``, ``live``)."""

    alias: str
    done: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Chains(NamedTuple):
    """The chain for documents as they are, the one that accepts what was edited, and one that completes a device.

    :param complete: takes the domain, the begun device, and another form of the domain.
    """

    transform: Transform
    accept: Transform
    complete: Callable[[bytes, _Element, bytes | None], Plug]


def places(domain: libvirt.virDomain, *, config: bool | None, live: bool | None) -> Places:
    """The places that are meant: those that are asked for, or else all that there are.

    :raises DocumentError: not-hotpluggable, where one that is asked for is not there.
    """
    running = guests.live(domain)
    stored = guests.definition(domain) if domain.isPersistent() else None
    for asked, there, why in ((live, running, "is shut off"), (config, stored, "has no stored definition")):
        if asked and there is None:
            raise DocumentError(
                "not-hotpluggable", f"{domain.name()} {why}", hint="--config changes what is stored, --live what runs"
            )
    everything = not (config or live)
    return Places(stored if config or everything else None, running if live or everything else None)


# --- in ---


def attach(domain: libvirt.virDomain, device: _Element, where: Places, chains: Chains) -> Outcome:
    """Plug a device in.

    One that is there already, by its alias, its MAC or the host's side of it, is only plugged in where it is missing.

    :raises DocumentError: not-hotpluggable, libvirt-refused, abi-changed and what else refuses a document: the guest is
        as it was then.
    :raises MissingError: libvirt, no-domain.
    """
    there = [text for text in (_device_in(where.live, device), _device_in(where.config, device)) if text is not None]
    missing = Places(
        None if _device_in(where.config, device) is not None else where.config,
        None if _device_in(where.live, device) is not None else where.live,
    )
    if there and missing == Places(None, None):
        _catch_up(domain, hotplug.alias_of(there[0]), where, chains)
        return Outcome(hotplug.alias_of(there[0]), ())
    for document in missing:
        if document is not None and _is_pinned(document):
            chains.transform(document)  # what was edited by hand is not for this to accept
    if there:
        plug = hotplug.Plug(hotplug.alias_of(there[0]), (hotplug.text_of(there[0]),), "", ())
    else:
        base = where.live or where.config
        assert base is not None  # noqa: S101  one of the two is asked for
        plug = chains.complete(base, device, where.config if where.live else None)
    if missing.live is not None and plug.obstacle:
        raise DocumentError(
            "not-hotpluggable",
            f"libvirt cannot plug {plug.obstacle} into a guest that runs",
            hint="--config plugs it in at the next start; the guest is as it was",
        )
    return _attach(domain, plug, missing, chains)


def _attach(domain: libvirt.virDomain, plug: Plug, missing: Places, chains: Chains) -> Outcome:
    stored = None
    if missing.config is not None:
        stored = _restore(domain, missing.config, hotplug.with_devices(missing.config, plug.devices), chains)
    if missing.live is not None:
        try:
            _plug_in(domain, plug)
        except DocumentError:
            _take_back(domain, missing.config, stored)
            raise
        _pin_live(domain, missing.live, chains)
    return Outcome(plug.alias, _names(missing), plug.notes)


def _plug_in(domain: libvirt.virDomain, plug: Plug) -> None:
    """Plug a device into a guest that runs, behind the controllers that it needs; all of them, or none.

    :raises DocumentError: libvirt-refused.
    """
    import libvirt

    attached: list[bytes] = []
    for device in plug.devices:
        try:
            with submitted(f"to plug {plug.alias} into {domain.name()}", guests.scrubber(device)):
                domain.attachDeviceFlags(device.decode(), libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except DocumentError:
            for controller in reversed(attached):
                domain.detachDeviceFlags(controller.decode(), libvirt.VIR_DOMAIN_AFFECT_LIVE)
            raise
        attached.append(device)


# --- out ---


def detach(domain: libvirt.virDomain, alias: str, where: Places, chains: Chains, seconds: float) -> Outcome:
    """Unplug a device, and wait until the guest has let go of it.

    :param seconds: how long a guest that runs may take.
    :raises DocumentError: no-device, not-hotpluggable, libvirt-refused, unplug-refused, abi-changed: the guest is as it
        was then.
    :raises MissingError: unplug-pending, where the guest does not answer: its stored definition is as asked, and the
        device goes when it does answer; libvirt, no-domain.
    """
    there = Places(*(document if _has(document, alias) else None for document in where))
    if there == Places(None, None):
        return _gone_already(domain, alias, where, chains)
    if there.live is not None:
        obstacle = hotplug.obstacle_to_detach(there.live, alias)
        if obstacle:
            raise DocumentError(
                "not-hotpluggable",
                f"libvirt cannot unplug {obstacle} from a guest that runs",
                hint="--config takes it away at the next start; the guest is as it was",
            )
    for document in there:
        if document is not None and _is_pinned(document):
            chains.transform(document)
    stored = None
    if there.config is not None:
        stored = _restore(domain, there.config, hotplug.without_device(there.config, alias), chains)
    if there.live is not None:
        try:
            _plug_out(domain, alias, seconds)
        except DocumentError:
            _take_back(domain, there.config, stored)
            raise
        _pin_live(domain, there.live, chains)
    return Outcome(alias, _names(there))


def _plug_out(domain: libvirt.virDomain, alias: str, seconds: float) -> None:
    """Ask a guest to let go of a device until it does, or refuses, or has not answered for so many seconds."""
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
            if not _has(guests.live(domain), alias):
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
            if not pending and (is_lost(error) or _has(guests.live(domain), alias)):
                raise


def _answers(mailbox: Mailbox, alias: str, until: float) -> Iterator[bool]:
    """What the guest answers about a device: True where it is gone."""
    while (event := mailbox.next(until)) is not None:
        if event.what == alias and event.kind in ("removed", "removal-failed"):
            yield event.kind == "removed"


def _gone_already(domain: libvirt.virDomain, alias: str, where: Places, chains: Chains) -> Outcome:
    """A device that went when nobody waited for it any more leaves only its place in the pin of the guest that runs.

    :raises DocumentError: no-device, where there was none.
    """
    for document in where:
        recorded = pin.read_abi(source.parse_domain(document)) if document and _is_pinned(document) else None
        if recorded and any(device.alias == alias for device in recorded.devices):
            if document is where.live and document is not None:
                _pin_live(domain, document, chains)
            return Outcome(alias, ())
    hotplug.smallest(where.live or where.config or b"", alias)  # says which there are
    return Outcome(alias, ())


# --- both ---


def _catch_up(domain: libvirt.virDomain, alias: str, where: Places, chains: Chains) -> None:
    """Have the pin of the guest that runs take up a device that is there, where that was all that was left to do."""
    if where.live is None or not _is_pinned(where.live):
        return
    document = source.parse_domain(where.live)
    recorded = pin.read_abi(document)
    found = abi.changes(recorded, abi.project(document, recorded.version)) if recorded else []
    if any(difference.where == alias for difference in found):
        controllers = {hotplug.alias_of(element) for element in document.iterfind("devices/controller")}
        if all(not difference.was and difference.where in {alias, *controllers} for difference in found):
            _pin_live(domain, where.live, chains)


def _restore(domain: libvirt.virDomain, was: bytes, edited: bytes, chains: Chains) -> bytes:
    """Store a definition with or without a device, and give what libvirt made of it; the pin goes with it."""
    new = chains.accept(edited).xml if _is_pinned(was) else edited
    defined = guests.redefine(domain, was, new)
    return guests.settle(defined, chains.transform).xml if _is_pinned(was) else guests.definition(defined)


def _take_back(domain: libvirt.virDomain, was: bytes | None, stored: bytes | None) -> None:
    """Put the stored definition back, because the guest that runs would have nothing of it.

    :raises XfmError: where that fails, with what to do.
    """
    if was is None or stored is None:
        return
    try:
        guests.redefine(domain, stored, was)
    except XfmError as error:
        error.hint = f"the stored definition of {domain.name()} has the change, the guest that runs has not"
        raise


def _pin_live(domain: libvirt.virDomain, before: bytes, chains: Chains) -> None:
    """Have the pin of the guest that runs take up what it is now."""
    if _is_pinned(before) and domain.isActive():
        guests.set_pin(domain, chains.accept(guests.migratable(domain)).xml, live=True)


def _device_in(document: bytes | None, device: _Element) -> _Element | None:
    return None if document is None else hotplug.same(source.parse_domain(document), device)


def _has(document: bytes | None, alias: str) -> bool:
    return document is not None and hotplug.find(source.parse_domain(document), alias) is not None


def _is_pinned(document: bytes) -> bool:
    return pin.read(source.parse_domain(document)) is not None


def _names(where: Places) -> tuple[str, ...]:
    return tuple(name for name, document in zip(Places._fields, where, strict=True) if document is not None)
