"""Whatever goes wrong while xfm acts on a guest: a clear error, and the guest is as it was, or as asked.

The connection is cut at each single call that a command makes, once before the call reaches libvirt and once after; the
guest vanishes at each; and afterwards the same command, run again, comes to its end.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import uuid
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pytest

from tests.live.conftest import PrivateLibvirtd, remove
from tests.live.cutting import Proxy
from xfm import abi, api, source
from xfm.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xfm.pipeline import Pipeline

DUMP = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE
DOCUMENT = """\
<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>{memory}</memory><os><type>hvm</type></os>
<devices><disk type='file'><source file='{folder}/first.img'/><target dev='vda'/></disk>
<graphics type='vnc' passwd='0pen.it'/></devices></domain>
"""
#: More calls than any command makes.
MANY = 80
#: The first call that is about a guest, or soon before.
OPENED = 8


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XFM_STATE", str(tmp_path / "state"))


@pytest.fixture
def proxy(libvirtd: PrivateLibvirtd) -> Iterator[Proxy]:
    path = libvirtd.root / f"cut-{uuid.uuid4().hex[:8]}"
    opened = Proxy(path, libvirtd.root / "run/libvirt/libvirt-sock")
    yield opened
    opened.close()
    path.unlink()


class Guest(NamedTuple):
    """A guest that a command is about: its name, files, and a connection that nobody cuts."""

    name: str
    folder: Path
    connection: libvirt.virConnect

    def document(self, memory: int) -> str:
        identity = uuid.uuid5(uuid.NAMESPACE_URL, self.name)
        return DOCUMENT.format(name=self.name, uuid=identity, memory=memory, folder=self.folder)

    def file(self, memory: int) -> str:
        path = self.folder / f"{memory}.xml"
        path.write_text(self.document(memory))
        return str(path)

    def define(self, memory: int) -> None:
        assert main(["define", "--connect", self.connection.getURI(), self.file(memory)]) == 0

    def as_defined(self, memory: int) -> str:
        self.forget()
        self.define(memory)
        found = settled(self.stored() or b"")
        self.forget()
        return found

    def stored(self) -> bytes | None:
        try:
            return str(self.connection.lookupByName(self.name).XMLDesc(DUMP)).encode()
        except libvirt.libvirtError:
            return None

    def forget(self) -> None:
        for domain in self.connection.listAllDomains():
            if domain.name() == self.name:
                remove(domain)


@pytest.fixture
def guest(connection: libvirt.virConnect, tmp_path: Path) -> Guest:
    for name in ("first.img", "second.img"):
        (tmp_path / name).write_bytes(b"\0" * 1024 * 1024)
    return Guest(f"faults-{uuid.uuid4().hex[:8]}", tmp_path, connection)


@cache
def pipeline() -> Pipeline:
    return api.new_pipeline()


def settled(document: bytes) -> str:
    """The guest that a definition stands for, once its pin has taken up what libvirt completed."""
    xml = pipeline().run(document).xml
    return abi.project(source.parse_domain(xml)).digest


def each_call(
    command: list[str], proxy: Proxy, prepare: Callable[[], None], first: int = 1
) -> Iterator[tuple[int, bool, int]]:
    """Run a command with the connection cut at its first call, its second …: (number, whether it arrived, status).

    :param first: the call to begin with; those before only open the connection.
    """
    for number in range(first, MANY):
        # cut before a call is cut after the one before it: what libvirt has then is the same
        for deliver in (False, True) if number % 6 == 0 else (True,):
            prepare()
            proxy.arm(number, deliver=deliver)
            status = main(command)
            if proxy.calls < number:
                assert status == 0
                return
            yield number, deliver, status
    pytest.fail(f"more than {MANY} calls")


def messages(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "0pen.it" not in captured.err
    return captured.err


def test_a_definition_is_stored_whole_or_not_at_all(
    guest: Guest, proxy: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    file = guest.file(64)
    asked = guest.as_defined(64)
    capsys.readouterr()
    cut = 0
    for number, arrived, status in each_call(["define", "--connect", proxy.uri, file], proxy, guest.forget, 5):
        stored = guest.stored()
        assert stored is None or settled(stored) == asked, (number, arrived)
        if status == 0:
            capsys.readouterr()
            continue  # the last call is that of closing
        told = messages(capsys)
        assert status == 3, told
        assert told.count("[libvirt]") == 1, told
        cut += 1
        proxy.arm(0)
        assert main(["define", "--connect", proxy.uri, file]) == 0, (number, arrived)
        capsys.readouterr()
    assert cut > 10


def test_a_guest_is_replaced_or_stays(guest: Guest, proxy: Proxy, capsys: pytest.CaptureFixture[str]) -> None:
    file = guest.file(128)
    command = ["define", "--replace", "--repin", "--connect", proxy.uri, file]
    was, asked = (guest.as_defined(memory) for memory in (64, 128))

    def prepare() -> None:
        stored = guest.stored()
        if stored is None or settled(stored) != was:
            guest.forget()
            guest.define(64)
            capsys.readouterr()

    seen = set()
    for number, arrived, status in each_call(command, proxy, prepare, OPENED):
        told = messages(capsys) if status else capsys.readouterr().err
        stored = guest.stored()
        assert stored is not None
        now = settled(stored)
        seen.add(now)
        assert now in (was, asked), (number, arrived, told)
        proxy.arm(0)
        if now == asked or number % 8 == 0:
            assert main(command) == 0
            assert settled(guest.stored() or b"") == asked
        if now == asked:  # what it was can still be had
            assert main(["define", "--connect", proxy.uri, "--undo", guest.name]) == 0
            assert settled(guest.stored() or b"") == was
        capsys.readouterr()
    assert seen == {was, asked}


def test_a_device_is_plugged_in_or_not(guest: Guest, proxy: Proxy, capsys: pytest.CaptureFixture[str]) -> None:
    """The stored definition comes first: at worst it has the device, and the guest that runs not yet."""
    device = f"<disk><source file='{guest.folder}/second.img'/></disk>"
    command = ["attach", "--connect", proxy.uri, guest.name, device]

    def prepare() -> None:
        if not states or has != (False, False):
            guest.forget()
            guest.define(64)
            guest.connection.lookupByName(guest.name).createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
            capsys.readouterr()

    has = (False, False)
    states: set[tuple[bool, bool]] = set()
    for number, arrived, status in each_call(command, proxy, prepare, OPENED):
        if status:
            messages(capsys)
        domain = guest.connection.lookupByName(guest.name)
        has = ("second.img" in domain.XMLDesc(DUMP), "second.img" in domain.XMLDesc(0))
        states.add(has)
        assert has != (False, True), (number, arrived)
        assert settled(guest.stored() or b""), (number, arrived)
        if has == (False, False):
            continue  # as if the command had never been
        proxy.arm(0)
        assert main(command) == 0, (number, arrived)
        for document in (domain.XMLDesc(DUMP), domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)):
            assert document.count("second.img") == 1
            assert settled(document.encode()), "the pin knows the device"
        capsys.readouterr()
    assert states == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize("number", range(3, 24, 4))
def test_a_guest_that_vanishes_is_told_of(
    guest: Guest, proxy: Proxy, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    guest.define(64)
    capsys.readouterr()
    device = f"<disk><source file='{guest.folder}/second.img'/></disk>"
    proxy.arm(number, happens=guest.forget)
    status = main(["attach", "--connect", proxy.uri, guest.name, device])
    told = capsys.readouterr().err
    assert status in (0, 1, 3), told
    assert "Traceback" not in told
    if status == 0:  # between the last look and the definition, which then makes the guest anew
        assert b"second.img" in (guest.stored() or b"")
    if status == 3:
        assert "[no-domain]" in told


def attaching(guest: Guest, uri: str, *files: str) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "xfm",
                "attach",
                "--connect",
                uri,
                guest.name,
                f"<disk><source file='{file}'/></disk>",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for file in files
    ]


def test_two_at_once_both_get_what_they_asked_for(guest: Guest, proxy: Proxy) -> None:
    guest.define(64)
    files = [str(guest.folder / f"{number}.img") for number in range(4)]
    running = attaching(guest, proxy.uri, *files)
    ended = [(process.communicate(timeout=120)[0], process.returncode) for process in running]
    assert [status for _, status in ended] == [0] * len(files), ended
    stored = guest.stored() or b""
    assert [file for file in files if stored.count(file.encode()) != 1] == []
    assert pipeline().run(stored).xml == stored


def test_what_changed_meanwhile_is_not_overwritten(
    guest: Guest, proxy: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another tool knows nothing of xfm's lock."""
    titles = itertools.count(1)

    def retitle() -> None:
        domain = guest.connection.lookupByName(guest.name)
        text = f"title {next(titles)}"
        domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, text, None, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG)

    device = f"<disk><source file='{guest.folder}/second.img'/></disk>"
    refused = lost = 0
    for number in range(8, 20):
        guest.forget()
        guest.define(64)
        capsys.readouterr()
        proxy.arm(number, happens=retitle)
        status = main(["attach", "--connect", proxy.uri, guest.name, device])
        told = capsys.readouterr().err
        stored = (guest.stored() or b"").decode()
        if proxy.calls < number:
            break
        if status:
            refused += 1
            assert "[changed-meanwhile]" in told, told
            assert "second.img" not in stored, (number, told)
        lost += "<title>title" not in stored
    assert refused
    assert lost <= 1, "libvirt has no call that defines only if nothing has changed: that one call is left"
