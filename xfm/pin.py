"""The pin of a document: read it, and hand the stylesheet of the pin stage what it records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import abi, builtin, schema
from xfm.errors import DocumentError
from xfm.model import PIN_NAMESPACE, Pin
from xfm.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xfm.abi import Abi
    from xfm.chain import Link

_PIN = "{" + PIN_NAMESPACE + "}pin"
_STYLESHEET = "{" + PIN_NAMESPACE + "}stylesheet"
_ABI = "{" + PIN_NAMESPACE + "}abi"
_ANY_VERSION = PIN_NAMESPACE.rpartition(":")[0] + ":"
_XPATH = "/domain/metadata/xfm:pin"

#: The version of the scheme of addresses (docs/topology.md), as stylesheets/lib/topology.xsl has it.
TOPOLOGY = "1"


def read(document: etree._ElementTree) -> Pin | None:
    """The pin of a domain, or None where it has none.

    :raises DocumentError: pin-invalid, where it does not fit ``schemas/rng/pin.rng`` or there are several; pin-newer,
        where a newer xfm wrote it.
    """
    found = [
        element
        for element in document.iterfind("metadata/*")
        if isinstance(element.tag, str) and element.tag.startswith("{" + _ANY_VERSION)
    ]
    if not found:
        return None
    element = found[0]
    if element.tag != _PIN:
        raise _newer(f"the pin is of a form that this xfm ({VERSION}) does not know", element)
    if len(found) > 1:
        raise _invalid(f"the document has {len(found)} pins", found[1])
    faults = schema.own_grammar("pin.rng").violations(etree.ElementTree(element))
    if faults:
        raise _invalid(f"the pin was damaged: {faults[0].message}", element)
    pin = Pin(
        int(element.get("baseline", "")),
        element.get("version", ""),
        element.get("schema", ""),
        element.get("machine", ""),
        tuple((e.get("stage", ""), e.get("id", ""), e.get("digest", "")) for e in element.iterchildren(_STYLESHEET)),
        element.get("topology", ""),
    )
    if pin.baseline > builtin.NEWEST:
        raise _newer(
            f"the pin asks for baseline {pin.baseline}, and this xfm ({VERSION}) has up to {builtin.NEWEST}",
            element,
        )
    return pin


def read_abi(document: etree._ElementTree) -> Abi | None:
    """What the pin of a domain, which :func:`read` has found to be one, holds of the guest ABI; None for nothing.

    :raises DocumentError: pin-invalid, where it is not what its digests say; pin-newer.
    """
    recorded = document.find(f"metadata/{_PIN}/{_ABI}")
    if recorded is None:
        return None
    version = int(recorded.get("version", ""))
    if version not in abi.VERSIONS:
        raise _newer(
            f"the pin holds the guest ABI in version {version}, which this xfm ({VERSION}) does not know", recorded
        )
    found, damaged = abi.read(recorded)
    if damaged:
        raise _invalid(f"the pin was damaged: what it holds of {damaged[0]} is not what its digest says", recorded)
    return found


def _newer(message: str, element: etree._Element) -> DocumentError:
    return DocumentError(
        "pin-newer",
        message,
        xpath=_XPATH,
        line=element.sourceline or 0,
        hint="process this guest with the xfm that pinned it, or a later one; nothing was changed",
    )


def _invalid(message: str, element: etree._Element) -> DocumentError:
    return DocumentError(
        "pin-invalid",
        message,
        xpath=_XPATH,
        line=element.sourceline or 0,
        hint="take the pin from a backup of the document; a guest without its pin is taken for a new or unknown one",
    )


def abi_record(seen: Abi) -> bytes:
    """What a guest sees, as ``document('xfm:abi')`` shows it to the pin stage."""
    return etree.tostring(abi.record(seen))


def provenance(
    chain_links: Iterable[Link],
    ran: Iterable[Link],
    *,
    baseline: int,
    schema_version: str,
    pin: Pin | None,
    changed: bool,
) -> bytes:
    """The record of a run, as ``document('xfm:provenance')`` shows it to the pin stage.

    It has the form of a pin, with the attribute ``changed`` (``yes`` or ``no``: whether any stage before changed the
    document) and, where one of xfm's own stylesheets of the stage topology runs or ran when the document was pinned,
    ``topology``, the version of their scheme. A stylesheet that ran is listed with its digest, one that the pin knows
    and that did not run now (it is for new guests only, or its plugin is gone) with the digest that the pin has.
    """
    running = {link.stylesheet.id for link in ran}
    known = {identifier: (stage, digest) for stage, identifier, digest in (pin.stylesheets if pin else ())}
    root = etree.Element(
        "{" + PIN_NAMESPACE + "}provenance",
        {
            "baseline": str(baseline),
            "version": VERSION,
            "schema": schema_version,
            "changed": "yes" if changed else "no",
        },
        nsmap={"xfm": PIN_NAMESPACE},
    )
    topology = pin.topology if pin else ""
    for link in chain_links:
        identifier = link.stylesheet.id
        if link.stage == "topology" and link.stylesheet.builtin and identifier in running:
            topology = topology or TOPOLOGY
        _, old = known.pop(identifier, ("", ""))
        digest = link.stylesheet.digest if identifier in running else old
        if digest:
            etree.SubElement(root, _STYLESHEET, {"stage": link.stage, "id": identifier, "digest": digest})
    for identifier, (stage, digest) in known.items():
        etree.SubElement(root, _STYLESHEET, {"stage": stage, "id": identifier, "digest": digest})
    if topology:
        root.set("topology", topology)
    return etree.tostring(root)
