"""Plug a device into a guest, or out of it: in its stored definition first, then in the guest that runs.

The stored definition is replaced in one step, device and pin together. Should the guest that runs then refuse, it is
put back: so a guest is as it was, or as asked.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from xfm import abi, hotplug, pin, source
from xfm.device import check_named, like, same
from xfm.errors import DocumentError, MissingError, XfmError
from xfm.libvirt import guests, replacing, unplug
from xfm.libvirt.connection import submitted

if TYPE_CHECKING:
    from collections.abc import Callable

    import libvirt
    from lxml.etree import _Element

    from xfm.hotplug import Plug
    from xfm.libvirt.guests import Transform


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
    stored, running = _all(domain)
    for asked, there, why in ((live, running, "is shut off"), (config, stored, "has no stored definition")):
        if asked and there is None:
            raise DocumentError(
                "not-hotpluggable", f"{domain.name()} {why}", hint="--config changes what is stored, --live what runs"
            )
    everything = not (config or live)
    return Places(stored if config or everything else None, running if live or everything else None)


def _all(domain: libvirt.virDomain) -> Places:
    return Places(guests.definition(domain) if domain.isPersistent() else None, guests.live(domain))


# --- in ---


def attach(domain: libvirt.virDomain, device: _Element, where: Places, chains: Chains) -> Outcome:
    """Plug a device in.

    One that is there already, by its alias, its MAC or the host's side of it, is only plugged in where it is missing,
    as it is in the other place. A new one gets what is free in both, whichever is meant.

    :raises DocumentError: not-hotpluggable, libvirt-refused, abi-changed and what else refuses a document: the guest is
        as it was then.
    :raises MissingError: libvirt, no-domain.
    """
    every = _all(domain)
    there = [found for found in (_device_in(every.live, device), _device_in(every.config, device)) if found is not None]
    missing = Places(
        None if _device_in(where.config, device) is not None else where.config,
        None if _device_in(where.live, device) is not None else where.live,
    )
    if there and missing == Places(None, None):
        return _catch_up(domain, hotplug.alias_of(there[0]), where, chains)
    for document in missing:
        if document is not None and _is_pinned(document):
            chains.transform(document)  # what was edited by hand is not for this to accept
    check_named(domain.name(), there)
    if there and missing.config is not None:
        # libvirt's dump of a guest that runs says what became of it, and that is not what was asked for
        plug = chains.complete(missing.config, like(device, there[0]), None)
    elif there:
        plug = hotplug.Plug(hotplug.alias_of(there[0]), (hotplug.text_of(there[0]),), "", ())
    else:
        base = every.live or every.config
        if base is None:
            raise MissingError("no-domain", f"{domain.name()} is gone", hint="`virsh list --all` shows what there is")
        plug = chains.complete(base, device, every.config if every.live else None)
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
                with suppress(libvirt.libvirtError):  # what libvirt refused first is what matters
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
    if where.config is not None and there.config is None and not alias.startswith("ua-"):
        raise DocumentError(
            "no-device",
            f"{alias} is libvirt's name of a device that runs, and the stored definition names none so",
            hint="--live takes it from the guest that runs alone; `virsh detach-device` takes it from both",
        )
    _check_detachable(there, alias, chains)
    stored = None
    if there.config is not None:
        stored = _restore(domain, there.config, hotplug.without_device(there.config, alias), chains)
        if _has(stored, alias):
            _take_back(domain, there.config, stored)
            raise DocumentError(
                "not-hotpluggable",
                f"{alias} comes back by itself: libvirt, or xfm, adds such a device to a guest that has none",
                hint="where it can be done without, it has a model `none`: `xfm edit`; the guest is as it was",
            )
    if there.live is not None:
        try:
            unplug.unplug(domain, alias, seconds)
        except DocumentError:
            _take_back(domain, there.config, stored)
            raise
        _pin_live(domain, there.live, chains)
    return Outcome(alias, _names(there))


def _check_detachable(there: Places, alias: str, chains: Chains) -> None:
    """Refuse what cannot be unplugged, and a guest that was edited by hand.

    :raises DocumentError: not-hotpluggable, abi-changed.
    """
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


def _gone_already(domain: libvirt.virDomain, alias: str, where: Places, chains: Chains) -> Outcome:
    """A device that went when nobody waited for it any more leaves only its place in the pin of the guest that runs.

    :raises DocumentError: no-device, where there was none.
    """
    for document in where:
        recorded = pin.read_abi(source.parse_domain(document)) if document and _is_pinned(document) else None
        if recorded and any(device.alias == alias for device in recorded.devices):
            return _catch_up(domain, alias, where, chains)
    hotplug.smallest(where.live or where.config or b"", alias)  # says which there are
    return Outcome(alias, ())


# --- both ---


def _catch_up(domain: libvirt.virDomain, alias: str, where: Places, chains: Chains) -> Outcome:
    """Have the pins take up that a device came or went, where that was all that happened."""
    stale = Places(*(document if document and _is_all(alias, document) else None for document in where))
    if stale.config is not None:
        _restore(domain, stale.config, stale.config, chains)
    if stale.live is not None:
        _pin_live(domain, stale.live, chains)
    notes = [f"the pin has taken up what became of {alias} ({name})" for name in _names(stale)]
    return Outcome(alias, (), tuple(notes))


def _is_all(alias: str, text: bytes) -> bool:
    """Whether a pinned guest differs from its pin by the coming or going of a device, and by nothing else."""
    document = source.parse_domain(text)
    recorded = pin.read_abi(document) if pin.read(document) else None
    found = abi.changes(recorded, abi.project(document, recorded.version)) if recorded else []
    controllers = {hotplug.alias_of(element) for element in document.iterfind("devices/controller")}
    came = all(not difference.was and difference.where in {alias, *controllers} for difference in found)
    went = all(not difference.now and difference.where == alias for difference in found)
    return any(difference.where == alias for difference in found) and (came or went)


def _restore(domain: libvirt.virDomain, was: bytes, edited: bytes, chains: Chains) -> bytes:
    """Store a definition with or without a device, and give what libvirt made of it; the pin goes with it."""
    if not _is_pinned(was):
        return guests.definition(guests.redefine(domain, was, edited))
    return replacing.replace_unkept(domain, was, chains.accept(edited).xml, chains.transform).result.xml


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
    return None if document is None else same(source.parse_domain(document), device)


def _has(document: bytes | None, alias: str) -> bool:
    return document is not None and hotplug.find(source.parse_domain(document), alias) is not None


def _is_pinned(document: bytes) -> bool:
    return pin.read(source.parse_domain(document)) is not None


def _names(where: Places) -> tuple[str, ...]:
    return tuple(name for name, document in zip(Places._fields, where, strict=True) if document is not None)
