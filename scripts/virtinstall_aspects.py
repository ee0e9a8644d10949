"""The aspects by which two domains are compared, and why xfm differs in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml import etree

NOTHING = "-"
PIN = "{urn:xfm:pin:1}pin"


class Aspect(NamedTuple):
    """One thing that is compared."""

    name: str
    read: Callable[[etree._Element], str]
    why: str = ""  # why xfm differs; empty where it must not
    drawn: bool = False  # whether the value itself says less than whether it is the same for each guest of the name


def values(path: str) -> Callable[[etree._Element], str]:
    """The texts or attributes at a path, ``a/b/@c``, in the order of the document."""
    element, _, attribute = path.partition("/@")

    def read(domain: etree._Element) -> str:
        found = domain.iterfind(element)
        return joined((e.get(attribute) if attribute else e.text) or "" for e in found)

    return read


def given(path: str) -> Callable[[etree._Element], str]:
    """Whether there is anything at a path."""
    return lambda domain: NOTHING if domain.find(path) is None else "yes"


def joined(parts: Iterable[str]) -> str:
    """A list for a cell of a table."""
    return ", ".join(part for part in parts if part) or NOTHING


def firmware(domain: etree._Element) -> str:
    """``efi`` and what is asked of it; nothing is the machine's own, a BIOS on x86."""
    features = domain.iterfind("os/firmware/feature")
    return joined(
        [
            values("os/@firmware")(domain).strip(NOTHING),
            *(f.get("name", "") for f in features if f.get("enabled") == "yes"),
        ]
    )


def features(domain: etree._Element) -> str:
    """The features of the machine; those of the hypervisors have aspects of their own."""
    kept = [f for f in domain.iterfind("features/*") if f.tag not in ("hyperv", "kvm", "pvspinlock")]
    return joined(sorted(f"{f.tag!s} off" if f.get("state") == "off" else str(f.tag) for f in kept))


def processor(domain: etree._Element) -> str:
    """Mode and model."""
    return joined([values("cpu/@mode")(domain).strip(NOTHING), values("cpu/model")(domain).strip(NOTHING)])


def cpu_topology(domain: etree._Element) -> str:
    """Sockets, cores and threads."""
    found = domain.find("cpu/topology")
    if found is None:
        return NOTHING
    return joined(f"{name} {found.get(name)}" for name in ("sockets", "cores", "threads"))


def kvm_features(domain: etree._Element) -> str:
    """What a guest can use of KVM, beside its clock."""
    eoi = domain.find("features/apic[@eoi='on']")
    spinlock = domain.find("features/pvspinlock[@state='on']")
    return joined(
        [
            *("eoi" for found in (eoi,) if found is not None),
            *("pvspinlock" for found in (spinlock,) if found is not None),
            *(str(f.tag) for f in domain.iterfind("features/kvm/*[@state='on']")),
        ]
    )


def hyperv(domain: etree._Element) -> str:
    """The enlightenments in state on."""
    found = []
    for feature in domain.iterfind("features/hyperv/*[@state='on']"):
        more = [feature.get("retries", ""), *(str(child.tag) for child in feature.iterfind("*[@state='on']"))]
        remark = joined(more)
        found.append(str(feature.tag) if remark == NOTHING else f"{feature.tag!s} ({remark})")
    return joined(found)


def timers(domain: etree._Element) -> str:
    """The clock's timers with their policies."""
    return joined(
        f"{t.get('name')} {t.get('tickpolicy') or {'yes': 'on', 'no': 'off'}[t.get('present', 'yes')]}"
        for t in domain.iterfind("clock/timer")
    )


def sleep(domain: etree._Element) -> str:
    """Suspension to memory (S3) and to disk (S4)."""
    states = (("S3", "pm/suspend-to-mem"), ("S4", "pm/suspend-to-disk"))
    return joined(f"{name} {found.get('enabled')}" for name, path in states if (found := domain.find(path)) is not None)


def disk_driver(domain: etree._Element) -> str:
    """How QEMU treats the image, but for its format and its thread."""
    driver = domain.find("devices/disk/driver")
    kept = {} if driver is None else {str(k): str(v) for k, v in driver.attrib.items()}
    return joined(f"{name}={kept[name]}" for name in sorted(kept) if name not in ("name", "type", "iothread"))


def usb(domain: etree._Element) -> str:
    """The models of the USB controllers, and the ports where they are said."""
    found = domain.iterfind("devices/controller[@type='usb']")
    return joined(f"{c.get('model')} ({c.get('ports')} ports)" if c.get("ports") else c.get("model", "") for c in found)


def root_ports(domain: etree._Element) -> str:
    """How many PCI Express root ports there are."""
    found = domain.findall("devices/controller[@model='pcie-root-port']")
    return str(len(found)) if found else NOTHING


def other_controllers(domain: etree._Element) -> str:
    """Controllers that are neither USB nor root ports."""
    found = domain.iterfind("devices/controller")
    return joined(
        c.get("model", "") if c.get("type") == "pci" else f"{c.get('type')} {c.get('model', '')}".strip()
        for c in found
        if c.get("type") != "usb" and c.get("model") != "pcie-root-port"
    )


def inputs(domain: etree._Element) -> str:
    """Bus and kind."""
    return joined(f"{found.get('bus')} {found.get('type')}" for found in domain.iterfind("devices/input"))


def console(domain: etree._Element) -> str:
    """How one reaches the guest without a screen; a console that only mirrors a serial port is not told."""
    found = domain.findall("devices/console")
    kinds = [target.get("type") if (target := c.find("target")) is not None else None for c in found]
    serial = domain.find("devices/serial") is not None or (bool(kinds) and kinds[0] is None)
    return joined(["serial port"] * serial + [kind for kind in kinds if kind and kind != "serial"])


def channels(domain: etree._Element) -> str:
    """Names, or kinds, of the channels to agents in the guest."""
    found = domain.iterfind("devices/channel")
    named = (
        (c.get("type", ""), target.get("name") if (target := c.find("target")) is not None else None) for c in found
    )
    names = {"spicevmc": "com.redhat.spice.0"}  # libvirt's default for the kind
    return joined(name or names.get(kind, kind) for kind, name in named)


def balloon(domain: etree._Element) -> str:
    """Model, statistics, whether free pages go back, and whether the guest may take memory out of it."""
    found = domain.find("devices/memballoon")
    if found is None:
        return NOTHING
    period = found.find("stats")
    return joined(
        [
            found.get("model", ""),
            "" if period is None else f"statistics each {period.get('period')} s",
            "free pages reported" if found.get("freePageReporting") == "on" else "",
            "autodeflate" if found.get("autodeflate") == "on" else "",
        ]
    )


def tpm(domain: etree._Element) -> str:
    """Model, backend and version."""
    found = domain.find("devices/tpm")
    if found is None:
        return NOTHING
    backend = found.find("backend")
    parts = [
        found.get("model", ""),
        *([] if backend is None else [backend.get("type", ""), backend.get("version", "")]),
    ]
    return joined(parts)
