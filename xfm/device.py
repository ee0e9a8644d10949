"""One device: the same that a domain has already, and what is wrong with it."""

from __future__ import annotations

import os
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from xfm import redact
from xfm.errors import DocumentError
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element, _ElementTree

    from xfm.schema import Schema

#: What a device may get another one of, and is the same.
_LABELS = {"target"}
#: What a device is known by, on the host and in the guest, and where it sits.
_IDENTITY = ("mac", "target", "model", "serial", "wwn", "cid", "alias", "acpi", "address")
#: What a device says of its kind, and of the host's side of it.
_SAID = ("@*", "source/@*", "model/@*", "cid/@*")
_RNG = "{http://relaxng.org/ns/structure/1.0}"
_GRAMMAR = (
    "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><include href='domaincommon.rng'/>"
    "<start><ref name='{}'/></start></grammar>"
)


def same(document: _ElementTree, device: _Element) -> _Element | None:
    """The device that a domain has already; None where it has none: by alias, MAC, name, or the host's side of it.

    :raises DocumentError: no-device, where the one of that alias, MAC or source is another.
    """
    wanted = _known_by(etree.ElementTree(device))[0]
    alias = wanted.pop("alias", "")
    found = None
    for other, known in zip(document.iterfind("devices/*"), _known_by(document), strict=True):
        if other.tag != device.tag:
            continue
        agreed = {by for by, value in wanted.items() if known.get(by) == value}
        contrary = {by for by, value in wanted.items() if known.get(by, value) != value}
        if alias and known.get("alias") == alias:
            if contrary:
                raise alias_taken(device, alias)
            return other
        if found is None and agreed - _LABELS and not contrary - _LABELS:
            found = other
    if found is not None:
        _check_nothing_else(device, found)
    return found


def check_named(guest: str, devices: Iterable[_Element]) -> None:
    """Refuse to go on with a device that somebody plugged in without an alias: nothing tells it for sure.

    :raises DocumentError: no-device.
    """
    for device in devices:
        if not device.xpath("starts-with(alias/@name, 'ua-')"):
            raise DocumentError(
                "no-device",
                f"{guest} has that <{device.tag!s}> already, without an alias by which it could be told",
                hint="`virsh detach-device` takes it away; plugged in by xfm it has one",
            )


def _check_nothing_else(device: _Element, there: _Element) -> None:
    """Refuse a device that is asked for where there is one like it that says something else of itself.

    :raises DocumentError: no-device.
    """
    if device.tag == "interface" and "network" in (device.get("type"), there.get("type")):
        return  # of a guest that runs libvirt says what the network came to
    for path in _SAID:
        for said in device.xpath(path):
            name = f"{path.removesuffix('@*')}@{said.attrname}"
            other = there.xpath(f"string({name})")
            if other and other.lower() != said.lower():
                raise DocumentError(
                    "no-device",
                    f"the guest has that <{device.tag!s}> already, and of another kind: its {name} is {other}",
                    xpath=f"/{device.tag!s}/{name}",
                    hint="`xfm detach` takes that away; or give the new one a MAC, a source or an index of its own",
                )


def alias_taken(device: _Element, alias: str) -> DocumentError:
    """That the alias of a device that is to come is the one of another."""
    return DocumentError(
        "no-device",
        f"the alias {alias} is that of another device",
        xpath=f"/{device.tag!s}/alias",
        hint="give it one of its own, or none: xfm finds one",
    )


def like(device: _Element, there: _Element) -> _Element:
    """A device as it is asked for, with what tells it from others as one has that is there already."""
    made = deepcopy(device)
    for tag in _IDENTITY:
        found = there.find(tag)
        if found is not None and made.find(tag) is None:
            made.append(deepcopy(found))
    return made


def check_target(document: _ElementTree, device: _Element) -> None:
    """Refuse a disk whose target is taken.

    :raises DocumentError: no-device.
    """
    target = device.xpath("string(self::disk/target/@dev)")
    if target and document.xpath("/domain/devices/disk/target[@dev = $name]", name=target):
        raise DocumentError(
            "no-device",
            f"the target {target} is that of another disk",
            xpath="/disk/target/@dev",
            hint="give it one of its own, or none: xfm finds one",
        )


def _known_by(document: _ElementTree) -> list[dict[str, str]]:
    """For each device, what tells that it is the same: ``{'mac': '52:54:00:…'}``."""
    known = own.transform("hotplug/known-by.xsl", document)
    return [{by.get("what", ""): by.text or "" for by in device} for device in known.getroot()]


def refusal(schema: Schema, device: _Element, error: DocumentError) -> DocumentError:
    """What is wrong with a device that made a domain invalid; the error of the domain where that says more."""
    tag = str(device.tag)
    folder = os.path.dirname(schema.path)
    common = etree.parse(os.path.join(folder, "domaincommon.rng"))
    names = set(common.xpath("//r:define[@name='devices']//r:ref/@name", namespaces={"r": _RNG[1:-1]}))
    found = [
        define.get("name", "")
        for define in common.iter(f"{_RNG}define")
        if define.get("name") in names and any(e.get("name") == tag for e in define.iterchildren(f"{_RNG}element"))
    ]
    if not found:
        return DocumentError(
            "not-a-device",
            f"<{tag}> is no device that libvirt knows",
            hint="https://libvirt.org/formatdomain.html lists them all",
        )
    grammar = etree.RelaxNG(
        etree.ElementTree(etree.fromstring(_GRAMMAR.format(found[0]), base_url=os.path.join(folder, "device.rng")))
    )
    reason = str(error)
    if not grammar.validate(device):
        reason = redact.scrub(next(iter(grammar.error_log)).message, redact.secrets(etree.ElementTree(device)))
    return DocumentError(
        "invalid",
        f"<{tag}> is not valid, and too little of it is there to complete it: {reason}",
        hint=f"https://libvirt.org/formatdomain.html says what <{tag}> holds",
    )
