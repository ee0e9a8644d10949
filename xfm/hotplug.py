"""A device that comes or goes: all of it from a part, what takes it away, and the domain with it or without.

A device gets what it would have got at creation: the chain runs over the whole domain with it, and what comes out of it
for the device counts. All else of the domain stays as it is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import abi, builtin, pin, source
from xfm.device import alias_taken, check_target, refusal
from xfm.errors import DocumentError
from xfm.model import PIN_NAMESPACE
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml.etree import _Element, _ElementTree

    from xfm.model import Result
    from xfm.pipeline import Pipeline

    #: Takes a document through a pipeline, within the limits that the user has set.
    Run = Callable[[Pipeline, bytes], Result]

_NEW = "xfm-new"
_PIN = "{" + PIN_NAMESPACE + "}pin"
#: Of what is to be plugged in: whether it is a PCI device on a controller that is new, too.
_ON_NEW_PCI = "*[last()]/address[@type = 'pci'] and *[position() < last()][@type = 'pci'][self::controller]"
#: Devices whose alias libvirt's schema, or its parser, does not know.
_WITHOUT_ALIAS = frozenset({"audio", "emulator", "graphics", "lease", "nvram", "redirfilter", "smartcard"})
_METADATA_AFTER = ("name", "uuid", "genid", "title", "description")


class Plug(NamedTuple):
    """A device that is to come.

    :param alias: what it is called.
    :param devices: the device, behind the controllers that it needs and the domain has not: as they are to be attached.
    :param obstacle: why it cannot be plugged into a guest that runs; empty where nothing is known.
    :param notes: what the stylesheets say of it.
    """

    alias: str
    devices: tuple[bytes, ...]
    obstacle: str
    notes: tuple[str, ...]


def parse_device(data: bytes) -> _Element:
    """The device that somebody gives, whole or in part.

    :raises DocumentError: as :func:`xfm.source.parse`; not-a-device.
    """
    root = source.parse(data).getroot()
    if root.tag == "domain" or not isinstance(root.tag, str) or "}" in root.tag:
        raise DocumentError(
            "not-a-device",
            f"the root element is <{etree.QName(root).localname}>, and no device",
            line=1,
            hint="give one element as it stands in <devices>, such as <disk><source file='/x.qcow2'/></disk>",
        )
    return root


def complete(pipeline: Pipeline, run: Run, domain: bytes, device: _Element, other: bytes | None = None) -> Plug:
    """All of a device of which a part is given.

    :param pipeline: of documents as they are.
    :param domain: what it is to be plugged into; it is not changed.
    :param other: another form of the same guest, in which what it takes must be free, too.
    :raises DocumentError: invalid, not-a-device and the like, where the domain with the device is refused;
        no-device, where its alias is taken; not-hotpluggable, where it can have none.
    """
    document = source.parse_domain(domain)
    if other is not None:
        document = own.transform("hotplug/union.xsl", document, {"xfm:other": other})
    alias = _checked(document, device)
    address = device.find("address")
    known = set(run(pipeline.accepting(), _as_new(pipeline, document)).notes)
    begun = own.transform("hotplug/complete.xsl", _with_new(document, device))
    result = _run_with(pipeline, run, begun)
    plug = _plug(result.xml, domain)
    if address is not None or plug.xpath(_ON_NEW_PCI):
        begun = own.transform("hotplug/complete.xsl", _with_new(document, plug[-1], address), place="free")
        if _new(begun).find("address") is not None:
            result = _run_with(pipeline, run, begun)
            plug = _plug(result.xml, domain)
    obstacle = _obstacle(source.parse_domain(result.xml), "attach") or _lacking(plug)
    alias = _named(plug[-1], document, alias)
    notes = tuple(note for note in result.notes if note not in known)
    return Plug(alias, tuple(text_of(element) for element in plug), obstacle, notes)


def _run_with(pipeline: Pipeline, run: Run, begun: _ElementTree) -> Result:
    """Take a domain with a new device through the chain; if that is refused, say what is wrong with the device."""
    try:
        return run(pipeline.accepting(), _as_new(pipeline, begun))
    except DocumentError as error:
        if error.code != "invalid":
            raise
        raise refusal(pipeline.schema, _new(begun), error) from error


def _lacking(plug: _Element) -> str:
    """The obstacle that a controller is, which only a guest that starts can get."""
    for controller in plug[:-1]:
        if controller.get("model") == "pcie-root-port":
            return "a device that needs a PCI Express root port, of which none is free"
        if controller.get("type") == "pci":
            return "a device that needs a PCI slot, of which none is free"
        if controller.get("type") != "scsi":
            return f"a device that needs a controller of the type {controller.get('type')}, of which none is free"
    return ""


def _plug(xml: bytes, domain: bytes) -> _Element:
    return own.transform("hotplug/plug.xsl", source.parse_domain(xml), {"xfm:before": domain}).getroot()


def _checked(document: _ElementTree, device: _Element) -> str:
    """The alias that is asked for, if it and the target are free. One that libvirt chose is none: it would drop it.

    :raises DocumentError: not-hotpluggable; no-device.
    """
    if device.tag in _WITHOUT_ALIAS:
        raise DocumentError(
            "not-hotpluggable",
            f"libvirt keeps no alias of <{device.tag!s}>, so nothing would tell it from others once it is there",
            hint="`xfm edit` or `virsh attach-device` can add it",
        )
    check_target(document, device)
    name = alias_of(device)
    if not name.startswith("ua-"):
        return ""
    if find(document, name) is not None:
        raise alias_taken(device, name)
    return name


def _named(device: _Element, document: _ElementTree, alias: str) -> str:
    """The alias of a device: as asked for, or as it has one, or a free one, because nothing else tells it for sure."""
    taken = set(document.xpath("/domain/devices/*/alias/@name"))
    free = (f"ua-{device.tag!s}-{number}" for number in range(len(taken) + 1))
    alias = alias or alias_of(device) or next(name for name in free if name not in taken)
    found = device.find("alias")
    (etree.SubElement(device, "alias") if found is None else found).set("name", alias)
    return alias


def _as_new(pipeline: Pipeline, document: _ElementTree) -> bytes:
    """The domain as one that the newest baseline made, where it was adopted or has no pin at all.

    Only so does a device that comes to it get more than an alias. The domain itself does not change by that: what else
    the chain makes of it here is thrown away.
    """
    document = deepcopy(document)
    old = pin.read(document)
    if old is not None and old.baseline > 0:
        return etree.tostring(document)
    baseline = builtin.NEWEST
    links = [link for link in pipeline.chain(baseline).links if not link.idle]
    schema = pipeline.schema.version
    made = etree.fromstring(
        pin.provenance(links, links, baseline=baseline, schema_version=schema, pin=None, changed=False)
    )
    made.tag = _PIN
    del made.attrib["changed"]
    machine = document.xpath("string(/domain/os/type/@machine)")
    if machine:
        made.set("machine", machine)
    made.append(etree.fromstring(pin.abi_record(abi.project(document))))
    metadata = document.find("metadata")
    if metadata is None:
        metadata = etree.Element("metadata")
        document.getroot().insert(sum(1 for child in document.getroot() if child.tag in _METADATA_AFTER), metadata)
    for stale in metadata.findall(_PIN):
        metadata.remove(stale)
    metadata.append(made)
    return etree.tostring(document)


def _insert(document: _ElementTree, devices: Iterable[_Element], *, marked: bool = False) -> None:
    """Put devices behind all others."""
    holder = document.find("devices")
    if holder is None:
        holder = etree.SubElement(document.getroot(), "devices")
    for device in devices:
        copy = deepcopy(device)
        copy.tail = None
        if marked:
            copy.insert(0, etree.ProcessingInstruction(_NEW))
        holder.append(copy)


def _with_new(document: _ElementTree, device: _Element, address: _Element | None = None) -> _ElementTree:
    """A copy of the domain with a device that is marked as new, at this address or at none.

    It has no alias: the chain takes a device that has one, or an address, for one that was here before. What it has
    been given already stays.
    """
    document, device = deepcopy(document), deepcopy(device)
    for element in (*device.findall("address"), *device.findall("alias")):
        device.remove(element)
    if address is not None:
        device.append(deepcopy(address))
    _insert(document, [device], marked=True)
    return document


def _new(document: _ElementTree) -> _Element:
    found: list[_Element] = document.xpath(f"/domain/devices/*[processing-instruction('{_NEW}')]")
    return found[0]


def alias_of(device: _Element) -> str:
    """The alias of a device; empty where it has none."""
    alias = device.find("alias")
    return "" if alias is None else alias.get("name", "")


def text_of(element: _Element) -> bytes:
    """An element as a document of its own, without the indentation of the one that it came from."""
    copy = deepcopy(element)
    copy.tail = None
    etree.indent(copy)
    return etree.tostring(copy) + b"\n"


# --- devices that are there ---


def find(document: _ElementTree, alias: str) -> _Element | None:
    """The device of that alias; None where there is none."""
    found: list[_Element] = document.xpath("/domain/devices/*[alias/@name = $alias]", alias=alias)
    return found[0] if found else None


def with_devices(domain: bytes, devices: Iterable[bytes]) -> bytes:
    """The domain with devices that are complete."""
    document = source.parse_domain(domain)
    _insert(document, [source.parse(device).getroot() for device in devices])
    return etree.tostring(document)


def without_device(domain: bytes, alias: str) -> bytes:
    """The domain without a device.

    :raises DocumentError: no-device; not-hotpluggable, where other devices sit on it.
    """
    document = _marked(domain, alias)
    obstacle = _obstacle(document, "remove")
    if obstacle:
        raise DocumentError(
            "not-hotpluggable", f"{alias} is {obstacle}", hint="detach these first; the guest is as it was"
        )
    return etree.tostring(own.transform("hotplug/without.xsl", document))


def smallest(domain: bytes, alias: str) -> bytes:
    """The least that libvirt needs to know which device is meant.

    :raises DocumentError: no-device.
    """
    return text_of(own.transform("hotplug/smallest.xsl", _marked(domain, alias)).getroot())


def obstacle_to_detach(domain: bytes, alias: str) -> str:
    """Why a device cannot be unplugged from a guest that runs; empty where nothing is known.

    :raises DocumentError: no-device.
    """
    return _obstacle(_marked(domain, alias), "detach")


def _obstacle(document: _ElementTree, action: str) -> str:
    return (own.transform("hotplug/obstacle.xsl", document, action=action).getroot().text or "").strip()


def _marked(domain: bytes, alias: str) -> _ElementTree:
    document = source.parse_domain(domain)
    device = find(document, alias)
    if device is None:
        from xfm.stylesheet.declaration import suggestion

        known = list(dict.fromkeys(str(name) for name in document.xpath("/domain/devices/*/alias/@name")))
        raise DocumentError(
            "no-device",
            f"there is no device with the alias {alias}",
            hint=suggestion(alias, known) if known else "`xfm devices FILE` lists them; `xfm FILE` gives them aliases",
        )
    device.insert(0, etree.ProcessingInstruction(_NEW))
    return document
