"""Capture one host's facts from a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import source
from xfm.errors import MissingError
from xfm.libvirt.connection import opened
from xfm.model import FACTS_NAMESPACE

if TYPE_CHECKING:
    import libvirt

#: The machine families whose domain capabilities are captured, by architecture: those that xfm has defaults for.
FAMILIES = {
    "x86_64": ("q35", "pc"),
    "i686": ("q35", "pc"),
    "aarch64": ("virt",),
    "riscv64": ("virt",),
    "s390x": ("s390-ccw-virtio",),
    "ppc64le": ("pseries",),
    "ppc64": ("pseries",),
}


def capture(uri: str) -> bytes:
    """The facts of the host behind a connection, in the form of ``schemas/xsd/host-facts.xsd``.

    :raises MissingError: libvirt.
    """
    with opened(uri) as connection:
        capabilities = source.parse(connection.getCapabilities().encode()).getroot()
        root = etree.Element(f"{{{FACTS_NAMESPACE}}}hostFacts", nsmap={"facts": FACTS_NAMESPACE})
        _add(root, "host", name=connection.getHostname(), uri=connection.getURI())
        libvirt_version = _version(connection.getLibVersion())
        _add(root, "libvirt", version=libvirt_version)
        _add(root, "hypervisor", name=connection.getType(), version=_version(connection.getVersion()))
        _add(root, "schema", version=libvirt_version)
        cpu = capabilities.find("host/cpu")
        if cpu is not None:
            known = {name: cpu.findtext(name, "") for name in ("arch", "vendor", "model")}
            _add(root, "cpu", **{name: text for name, text in known.items() if text})
        root.append(capabilities)
        found = _domain_capabilities(connection, capabilities)
    if not found:
        raise MissingError(
            "libvirt",
            f"libvirt at {uri} gives no domain capabilities of a machine that xfm knows",
            hint="take a connection of libvirt's QEMU driver, such as qemu:///system, on a host with QEMU installed",
        )
    root.extend(found)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False) + b"\n"


def _add(parent: etree._Element, element: str, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{FACTS_NAMESPACE}}}{element}", attributes)


def _version(number: int) -> str:
    """A version as libvirt packs its own and QEMU's: major * 1,000,000 + minor * 1,000 + micro."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def _domain_capabilities(connection: libvirt.virConnect, capabilities: etree._Element) -> list[etree._Element]:
    """One document for each (domain type, architecture, machine family) that the host can run."""
    found = []
    for arch in capabilities.iterfind("guest/arch"):
        if arch.getparent().findtext("os_type") != "hvm":  # type: ignore[union-attr]
            continue
        name = arch.get("name", "")
        machines = {machine.text for machine in arch.iter("machine")}
        for domain in arch.iterfind("domain"):
            for family in FAMILIES.get(name, ()):
                if family in machines:  # as an alias, or, like riscv64's virt, as the only name
                    text = connection.getDomainCapabilities(None, name, family, domain.get("type"), 0)
                    found.append(source.parse(text.encode()).getroot())
    return found
