"""`xfm audit` on a real libvirt: what it finds of guests that were pinned, edited, plugged at, or vanish."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libvirt
import pytest

from tests.live.conftest import remove
from tests.live.cutting import Proxy
from xfm import schema, source, transform
from xfm.cli import main
from xfm.libvirt import audit, guests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.live.conftest import PrivateLibvirtd

SECRET = "hunter2"
GUEST = """\
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='{machine}'>hvm</type></os>
  <devices>
    <interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>
    <graphics type='vnc' passwd='hunter2'/>
  </devices>
</domain>
"""
NIC = "<interface type='user'><mac address='52:54:00:11:22:44'/><model type='virtio'/></interface>"
CONFIG, LIVE = libvirt.VIR_DOMAIN_AFFECT_CONFIG, libvirt.VIR_DOMAIN_AFFECT_LIVE


def bare(name: str, machine: str = "pc-q35-7.2") -> str:
    return GUEST.format(name=name, machine=machine)


def pinned(connection: libvirt.virConnect, name: str, machine: str = "pc-q35-7.2") -> libvirt.virDomain:
    """A guest as `xfm define` leaves it."""
    domain = connection.defineXML(transform(bare(name, machine)).xml.decode())
    guests.settle(domain, transform)
    return domain


class Audited:
    """What the command said."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err
        self.guests: dict[str, dict[str, Any]] = {row["name"]: row for row in json.loads(out)} if out else {}

    def needs(self, name: str) -> list[str]:
        found: list[str] = self.guests[name]["needs"]
        return found


@pytest.fixture
def uri(libvirtd: PrivateLibvirtd) -> str:
    return libvirtd.uri


def audited(capsys: pytest.CaptureFixture[str], uri: str, *names: str) -> Audited:
    status = main(["audit", "--json", "--connect", uri, *names])
    captured = capsys.readouterr()
    return Audited(status, captured.out, captured.err)


def test_guests_that_need_nobody(connection: libvirt.virConnect, uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    pinned(connection, "off")
    pinned(connection, "running").createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    found = audited(capsys, uri)
    assert (found.status, found.err) == (0, "")
    assert found.needs("off") == found.needs("running") == []
    assert {name: row["state"] for name, row in found.guests.items()} == {"off": "shut off", "running": "paused"}
    assert all(row["support"] == "ok" and row["lacking"] == [] for row in found.guests.values())
    assert main(["audit", "--connect", uri]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].split() == ["off", "shut", "off", "yes", "baseline", "2", "as", "pinned", "ok", "-", "complete", "-"]
    assert len(rows) == 3


def test_what_needs_a_person(connection: libvirt.virConnect, uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    connection.defineXML(bare("bare"))
    edited = pinned(connection, "edited")
    edited.attachDeviceFlags(NIC, CONFIG)
    plugged = pinned(connection, "plugged")
    plugged.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    plugged.attachDeviceFlags(NIC, LIVE)
    pinned(connection, "old", "pc-i440fx-1.7")
    found = audited(capsys, uri)
    assert found.status == 1
    assert found.needs("bare") == ["not pinned"]
    edits, plugs = found.needs("edited"), found.needs("plugged")
    assert edits[0].startswith("changed since it was pinned: ") and "was not there" in edits[0]
    assert "without an alias" in edits[1]
    assert len(plugs) == 1 and plugs[0].startswith("runs otherwise than it was pinned: ")
    assert [change["document"] for change in found.guests["plugged"]["changes"]] == ["running"]
    assert found.needs("old") == ["the machine pc-i440fx-1.7 is deprecated"]


def test_exit_status_is_that_of_the_guests_that_are_named(
    connection: libvirt.virConnect, uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.defineXML(bare("bare"))
    well = pinned(connection, "well")
    assert audited(capsys, uri, "well").status == 0
    assert list(audited(capsys, uri, well.UUIDString()).guests) == ["well"]
    assert audited(capsys, uri, "well", "bare").status == 1
    missing = audited(capsys, uri, "well", "none")
    assert (missing.status, missing.out) == (3, "") and "[no-domain]" in missing.err


def test_a_transient_guest(connection: libvirt.virConnect, uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    domain = connection.createXML(transform(bare("short")).xml.decode(), libvirt.VIR_DOMAIN_START_PAUSED)
    row = audited(capsys, uri).guests["short"]
    domain.destroy()
    assert (row["persistent"], row["needs"], row["changes"]) == (False, [], [])


def test_a_guest_that_was_adopted_while_it_ran(
    connection: libvirt.virConnect, uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it runs as has no pin yet, and is what was pinned."""
    domain = connection.defineXML(bare("adopted"))
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    guests.redefine(domain, guests.definition(domain), transform(guests.definition(domain)).xml)
    guests.settle(domain, transform)
    assert "xfm:pin" not in domain.XMLDesc(0)
    row = audited(capsys, uri).guests["adopted"]
    assert (row["baseline"], row["newer"], row["needs"]) == (0, 2, [])


def test_no_secret_is_read_and_to_read_is_enough(libvirtd: PrivateLibvirtd, connection: libvirt.virConnect) -> None:
    pinned(connection, "off")
    reader = libvirt.openReadOnly(libvirtd.uri)
    try:
        machines = audit.Machines(reader)
        (dump,) = filter(None, (audit.dumped(domain, machines) for domain in reader.listAllDomains()))
        assert dump.stored and b"<graphics" in dump.stored and SECRET.encode() not in dump.stored
        assert [one.needs for one in audit.audit(reader, schema.find())] == [()]
    finally:
        reader.close()


def test_an_emulator_of_its_own_is_asked_for_its_machines(connection: libvirt.virConnect, tmp_path: Path) -> None:
    emulator = tmp_path / "qemu-of-my-own"
    emulator.symlink_to("/usr/bin/qemu-system-x86_64")
    machines = audit.Machines(connection)
    machines._deprecated.pop(("x86_64", "pc-q35-7.2"))  # as if the host's usual one did not have it

    def support(emulator: object, machine: str) -> tuple[str, str]:
        document = source.parse_domain(
            f"<domain type='qemu'><os><type arch='x86_64' machine='{machine}'>hvm</type></os>"
            f"<devices><emulator>{emulator}</emulator></devices></domain>".encode()
        )
        return machines.support(document)

    assert support("/usr/bin/qemu-system-x86_64", "pc-q35-7.2")[1] == "unknown here"
    assert support(emulator, "pc-q35-7.2")[1] == "ok"
    assert support(emulator, "pc-q35-99")[1] == "unknown here"
    assert support("/none", "pc-q35-7.2")[1] == "unknown here"


# --- accidents ---


@pytest.fixture
def proxy(libvirtd: PrivateLibvirtd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    opened = Proxy(tmp_path_factory.mktemp("p") / "s", libvirtd.root / "run/libvirt/libvirt-sock")
    yield opened
    opened.close()


def test_a_connection_that_breaks_gives_nothing(
    connection: libvirt.virConnect, proxy: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned(connection, "running").createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    for number in range(1, 100):
        proxy.arm(number)
        found = audited(capsys, proxy.uri)
        if proxy.calls < number:
            break
        if found.status == 0:  # when it was being closed
            assert found.out
            continue
        assert (found.status, found.out) == (3, "")
        assert found.err.count("[libvirt]") == 1
    assert number > 10 and found.status == 0


def test_a_guest_that_vanishes_is_not_there_any_more(
    connection: libvirt.virConnect, proxy: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned(connection, "stays")
    left_out = 0
    for number in range(1, 100):
        domain = pinned(connection, "goes")
        proxy.arm(number, happens=lambda domain=domain: remove(domain))  # type: ignore[misc]
        found = audited(capsys, proxy.uri)
        assert found.status == 0 and "stays" in found.guests, found.err
        left_out += "goes" not in found.guests
        if proxy.calls < number:
            break
    assert left_out >= 3


def test_a_guest_that_libvirt_does_not_show_is_told_of(
    connection: libvirt.virConnect, monkeypatch: pytest.MonkeyPatch, uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned(connection, "dumb")
    pinned(connection, "well")
    honest = libvirt.virDomain.XMLDesc

    def fails(domain: libvirt.virDomain, flags: int = 0) -> str:
        if domain.name() == "dumb":
            connection.lookupByName("well").migrate3(connection, {}, 0)  # an error of libvirt's own
        return str(honest(domain, flags))

    monkeypatch.setattr(libvirt.virDomain, "XMLDesc", fails)
    found = audited(capsys, uri)
    assert found.status == 1 and found.needs("well") == []
    assert found.needs("dumb")[0].startswith("libvirt does not show it: ") and found.guests["dumb"]["valid"] is None
