"""Every guest of a connection, and what a person has to see to; no guest is touched, and no secret asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import source
from xfm.errors import DocumentError, presentable
from xfm.libvirt import guests
from xfm.libvirt.connection import is_lost
from xfm.libvirt.judging import judge_all
from xfm.libvirt.verdict import DEPRECATED, UNKNOWN, Dump

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libvirt
    from lxml.etree import _Element, _ElementTree

    from xfm.libvirt.verdict import Verdict
    from xfm.schema import Schema

#: As `virsh list` calls them.
_STATES = ("no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended")


def audit(connection: libvirt.virConnect, schema: Schema, names: Sequence[str] = ()) -> list[Verdict]:
    """Judge every guest, or those named; by name. One that vanishes meanwhile is not there any more.

    :param connection: may be one that can only read.
    :param names: of guests, or their UUIDs.
    :raises MissingError: no-domain, where there is none of a name; schemas-missing.
    """
    domains = [guests.find(connection, name) for name in names] if names else connection.listAllDomains()
    machines = Machines(connection)
    found = {domain.UUIDString(): dumped(domain, machines) for domain in domains}
    dumps = sorted(filter(None, found.values()), key=lambda one: one.name)
    return judge_all(dumps, schema)


def dumped(domain: libvirt.virDomain, machines: Machines) -> Dump | None:
    """A guest as libvirt has it; None where it has vanished meanwhile."""
    import libvirt

    dump = Dump(domain.name(), domain.UUIDString(), "-")
    try:
        dump = dump._replace(state=_STATES[number] if (number := domain.state()[0]) < len(_STATES) else str(number))
        stored = str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)).encode() if domain.isPersistent() else None
        # one that stops in between gives its definition: the same once more
        live = str(domain.XMLDesc(0)).encode() if stored is None or domain.isActive() else None
        document = source.parse_domain((live if stored is None else stored) or b"")
        machine, support = machines.support(document)
        return dump._replace(stored=stored, live=live, machine=machine, support=support)
    except DocumentError as error:
        return dump._replace(fault=f"cannot be read: {error.message}")
    except libvirt.libvirtError as error:
        if is_lost(error):
            raise
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            return None
        return dump._replace(fault=presentable(f"libvirt does not show it: {error}"))


class Machines:
    """What the host of a connection says of machines."""

    def __init__(self, connection: libvirt.virConnect) -> None:
        self._connection = connection
        self._deprecated: dict[tuple[str, str], bool] = {}
        self._emulators: dict[str, set[str]] = {}
        self._asked: dict[tuple[str, ...], bool] = {}
        capabilities = source.parse(connection.getCapabilities().encode()).getroot()
        for arch in capabilities.iterfind("guest/arch"):
            self._read(arch)

    def _read(self, arch: _Element) -> None:
        name = arch.get("name", "")
        self._emulators.setdefault(name, set()).update(found.text or "" for found in arch.iter("emulator"))
        for machine in arch.iter("machine"):
            # an alias stands beside the machine that it means
            self._deprecated[name, machine.text or ""] = machine.get("deprecated") == "yes"

    def support(self, document: _ElementTree) -> tuple[str, str]:
        """The machine of a domain, and what the host says of it: ``ok``, ``deprecated``, ``unknown here``, or nothing.

        A driver without machines says nothing.
        """
        kind = document.find("os/type")
        name, arch = ("", "") if kind is None else (kind.get("machine", ""), kind.get("arch", ""))
        if not name or not self._deprecated:
            return name, ""
        known = self._deprecated.get((arch, name))
        if known is None:
            return name, "ok" if self._has(document, arch, name) else UNKNOWN
        return name, DEPRECATED if known else "ok"

    def _has(self, document: _ElementTree, arch: str, name: str) -> bool:
        """Whether an emulator that is not the host's usual one has a machine."""
        import libvirt

        emulator = document.findtext("devices/emulator", "").strip()
        if not emulator or emulator in self._emulators.get(arch, ()):
            return False
        asked = (emulator, arch, name, document.getroot().get("type", ""))
        if asked not in self._asked:
            try:
                self._connection.getDomainCapabilities(*asked, 0)
                self._asked[asked] = True
            except libvirt.libvirtError as error:
                if is_lost(error):
                    raise
                self._asked[asked] = False
        return self._asked[asked]
