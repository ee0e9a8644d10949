"""Install, then run: with real guests, and xfm killed wherever it can be.

Whatever is killed at whatever moment: the definition is there and whole, and the same command, given again, leads to a
guest that runs from it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import libvirt
import pytest

from tests.live import installers
from tests.live.conftest import CannotStartError, private_libvirtd, refuse
from tests.live.test_identity import guest_parts
from xfm import abi, api, pin, source
from xfm.libvirt import guests
from xfm.libvirt.installation import boot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.live.conftest import PrivateLibvirtd
    from xfm.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
LONG_TERM = """\
<domain type='qemu'>
  <name>web1</name>
  <memory unit='MiB'>{memory}</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='cdrom'><source file='{folder}/drivers.iso'/><target dev='sda' bus='sata'/></disk>
    <graphics type='vnc' passwd='s3cr3t!'/>
    <panic model='isa'/>
  </devices>
</domain>
"""
#: Kills its own process before or after a call of libvirt-python.
KILLER = """\
import os
if "KILL_AT" in os.environ:
    import libvirt
    owner, name, when = os.environ["KILL_AT"].split(".")
    real = getattr(getattr(libvirt, owner), name)
    def call(*args, **kwargs):
        if when == "before":
            os.kill(os.getpid(), 9)
        real(*args, **kwargs)
        os.kill(os.getpid(), 9)
    setattr(getattr(libvirt, owner), name, call)
"""


class Ran(NamedTuple):
    status: int
    stdout: str
    stderr: str


class Bench:
    """A private libvirtd, an empty state directory, a document and installers."""

    def __init__(self, connection: libvirt.virConnect, uri: str, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.document = folder / "web1.xml"
        self.started: list[subprocess.Popen[str]] = []
        self.environment = {
            **os.environ,
            "LIBVIRT_DEFAULT_URI": uri,
            "XFM_STATE": str(folder / "state"),
            "PYTHONPATH": f"{folder}:{ROOT}",
        }
        (folder / "sitecustomize.py").write_text(KILLER)
        (folder / "drivers.iso").write_bytes(bytes(1 << 16))
        for name in ("REBOOT", "POWEROFF", "HANG", "CRASH"):
            (folder / name).write_bytes(installers.kernel(getattr(installers, name)))
        self.describe()

    def describe(self, memory: int = 64) -> None:
        self.document.write_text(LONG_TERM.format(memory=memory, folder=self.folder))

    def spawn(self, *args: str, guest: str = "", **environment: str) -> subprocess.Popen[str]:
        """``xfm provision``, left running."""
        process = subprocess.Popen(
            [sys.executable, "-m", "xfm", "provision", guest or str(self.document), *args],
            env={**self.environment, **environment},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *args: str, guest: str = "", **environment: str) -> Ran:
        return ended(self.spawn(*args, guest=guest, **environment))

    @property
    def guest(self) -> libvirt.virDomain:
        return self.connection.lookupByName("web1")

    @property
    def stored(self) -> bytes:
        return guests.definition(self.guest)

    def runs_from_its_definition(self) -> bool:
        live = guests.live(self.guest)
        return live is not None and boot(self.stored).is_that_of(boot(live)) and b"<kernel>" not in live

    def wait_until_off(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.guest.isActive():
            assert time.monotonic() < deadline, "the guest does not end"
            time.sleep(0.05)


def ended(process: subprocess.Popen[str], said: str = "") -> Ran:
    stdout, stderr = process.communicate(timeout=PATIENCE)
    return Ran(process.returncode, stdout, said + stderr)


def hear(process: subprocess.Popen[str], text: str) -> str:
    """Read what it says until it says that, and give it."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if text in line:
            return said
    return pytest.fail(f"it never said {text!r}, but: {said}", pytrace=False)


@pytest.fixture
def bench(connection: libvirt.virConnect, libvirtd: PrivateLibvirtd, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(connection, libvirtd.uri, tmp_path)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def long_term(xml: bytes) -> bytes:
    """What a definition is, but for the folder of a test."""
    return b"\n".join(line for line in xml.splitlines() if b"drivers.iso" not in line)


@pytest.fixture(scope="module")
def chain() -> Pipeline:
    return api.new_pipeline()


class Undisturbed(NamedTuple):
    done: Ran
    started: bool
    stored: bytes


@pytest.fixture(scope="module")
def undisturbed(libvirtd: PrivateLibvirtd, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What an installation comes to that nothing disturbs; its installer shuts the guest down."""
    opened = libvirtd.connect()
    try:
        made = Bench(opened, libvirtd.uri, tmp_path_factory.mktemp("undisturbed"))
        done = made.run("--kernel", "POWEROFF", "--wait")
        assert done.status == 0, done.stderr
        found = Undisturbed(done, made.runs_from_its_definition(), made.stored)
        made.guest.destroy()
        made.guest.undefine()
    finally:
        opened.close()
    return found


def test_the_end_of_an_installer_starts_the_guest_from_its_definition(undisturbed: Undisturbed) -> None:
    done = undisturbed.done
    assert done.stdout == "web1: installed, and runs from its stored definition\n"
    said = [line.split(" (")[0] for line in done.stderr.splitlines() if line.startswith("xfm: web1: ")]
    assert said == [
        "xfm: web1: defined, and the installation has started",
        "xfm: web1: the installation has ended",
        "xfm: web1: runs from its stored definition",
    ]
    assert undisturbed.started
    assert "s3cr3t!" not in done.stdout + done.stderr


def test_the_definition_that_is_left_is_settled(undisturbed: Undisturbed) -> None:
    document = source.parse_domain(undisturbed.stored)
    recorded = pin.read_abi(document)
    assert recorded is not None
    assert abi.differences(recorded, abi.project(document)) == []
    assert b"s3cr3t!" in undisturbed.stored
    assert b"<kernel>" not in undisturbed.stored


def test_a_kernel_with_a_ramdisk_and_a_command_line(bench: Bench) -> None:
    """Debian's: it finds no init, panics, and starts anew as its command line says."""
    kernel, initrd = guest_parts()
    bench.describe(memory=256)
    line = "rdinit=/none init=/none panic=-1"
    done = bench.run("--kernel", kernel, "--initrd", initrd, "--cmdline", line, "--wait")
    assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()


def test_a_disc_is_booted_before_the_one_that_lies_in_another_drive(bench: Bench) -> None:
    (bench.folder / "install.iso").write_bytes(installers.disc(installers.REBOOT))
    done = bench.run("--cdrom", "install.iso", "--wait")
    assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()
    assert b"install.iso" not in bench.stored + (guests.live(bench.guest) or b"")


def test_the_guest_that_installs_is_the_one_that_its_pin_says(bench: Bench, chain: Pipeline) -> None:
    (bench.folder / "install.iso").write_bytes(installers.disc(installers.HANG))
    done = bench.run("--cdrom", "install.iso")
    assert (done.status, done.stdout) == (0, "web1: is being installed; its definition is stored\n")
    live = guests.live(bench.guest)
    assert live is not None
    document = source.parse_domain(live)
    recorded = pin.read_abi(document)
    assert recorded is not None
    assert abi.changes(recorded, abi.project(document)) == []
    assert document.find("devices/disk/alias[@name='ua-disk-sdb']") is not None
    assert chain.run(bench.stored).xml == bench.stored
    assert b"s3cr3t!" in live


@pytest.mark.parametrize(
    ("at", "defined"),
    [
        ("virConnect.defineXMLFlags.before", False),
        ("virConnect.defineXMLFlags.after", True),
        ("virDomain.setMetadata.before", True),
        ("virConnect.createXML.before", True),
        ("virConnect.createXML.after", True),
        ("virDomain.create.before", True),
        ("virDomain.create.after", True),
    ],
)
def test_killed_at_any_step_nothing_is_lost(
    bench: Bench, chain: Pipeline, undisturbed: Undisturbed, at: str, defined: bool
) -> None:
    args = ("--kernel", "REBOOT", "--wait")
    killed = bench.run(*args, KILL_AT=at)
    assert killed.status == -signal.SIGKILL, killed.stderr
    assert (guests.lookup(bench.connection, "web1") is not None) == defined
    if defined:
        assert bench.guest.isPersistent()
        assert b"<kernel>" not in bench.stored
        chain.run(bench.stored)  # refuses what is not as its pin says
    ended_before = at.startswith("virDomain.create.")
    done = bench.run(*args, **({"KILL_AT": "virConnect.createXML.before"} if ended_before else {}))
    assert (done.status, done.stdout) == (0, "web1: installed, and runs from its stored definition\n"), done.stderr
    assert bench.runs_from_its_definition()
    assert long_term(bench.stored) == long_term(undisturbed.stored)


def test_an_installation_that_ended_unseen_is_not_begun_again(bench: Bench) -> None:
    args = ("--kernel", "REBOOT", "--wait")
    assert bench.run(*args, KILL_AT="virConnect.createXML.after").status == -signal.SIGKILL
    bench.wait_until_off()
    done = bench.run(*args, KILL_AT="virConnect.createXML.before")
    assert done.status == 0, done.stderr
    assert "its installation has ended already" in done.stderr
    assert bench.runs_from_its_definition()


def test_a_start_that_fails_is_tried_again_and_the_installation_is_not(bench: Bench) -> None:
    args = ("--kernel", "HANG", "--wait")
    process = bench.spawn(*args)
    said = hear(process, "the installation has started")
    disc = bench.folder / "drivers.iso"
    disc.rename(bench.folder / "elsewhere")
    bench.guest.reset()
    done = ended(process, said)
    assert (done.status, done.stdout) == (1, "")
    assert "libvirt refuses the start of web1" in done.stderr
    (bench.folder / "elsewhere").rename(disc)
    done = bench.run(*args, KILL_AT="virConnect.createXML.before")
    assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()


def test_a_guest_without_a_pin_stays_without(bench: Bench) -> None:
    document = bench.document.read_text().replace("<disk type='file' device='cdrom'>", "<disk type='file'>")
    stored = guests.definition(bench.connection.defineXML(document))
    (bench.folder / "install.iso").write_bytes(installers.disc(installers.REBOOT))
    done = bench.run("--cdrom", "install.iso", "--wait", guest=bench.guest.UUIDString())
    assert done.status == 0, done.stderr
    assert bench.stored == stored
    assert b"urn:xfm:pin" not in stored
    assert bench.runs_from_its_definition()


def test_killed_while_it_waits_it_goes_on_where_it_was(bench: Bench) -> None:
    args = ("--kernel", "HANG", "--wait")
    process = bench.spawn(*args)
    hear(process, "the installation has started")
    process.kill()
    process.wait()
    stored, number = bench.stored, bench.guest.ID()
    again = bench.spawn(*args)
    said = hear(again, "the installation runs already")
    assert bench.guest.ID() == number
    bench.guest.reset()
    done = ended(again, said)
    assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()
    assert bench.stored == stored


def test_two_that_wait_start_it_once(bench: Bench) -> None:
    args = ("--kernel", "HANG", "--wait")
    first = bench.spawn(*args)
    said = hear(first, "the installation has started")
    second = bench.spawn(*args, guest="web1")
    also = hear(second, "the installation runs already")
    bench.guest.reset()
    for done in (ended(first, said), ended(second, also)):
        assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()


def kill_qemu(bench: Bench, libvirtd: PrivateLibvirtd) -> None:
    libvirtd.run_inside("bash", "-c", "kill -9 $(cat /run/libvirt/qemu/web1.pid)")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda bench, _: bench.guest.destroy(), "somebody destroyed the guest"),
        (kill_qemu, "the guest crashed, or its QEMU was killed"),
    ],
    ids=["destroyed", "killed"],
)
def test_an_installation_that_does_not_end_by_itself_has_failed(
    bench: Bench, libvirtd: PrivateLibvirtd, act: Callable[[Bench, Any], None], why: str
) -> None:
    process = bench.spawn("--kernel", "HANG", "--wait")
    said = hear(process, "the installation has started")
    stored = bench.stored
    act(bench, libvirtd)
    done = ended(process, said)
    assert (done.status, done.stdout) == (1, "")
    assert f"{why} [guest-failed]" in done.stderr
    assert not bench.guest.isActive()
    assert bench.stored == stored


def test_a_guest_that_panics_has_failed(bench: Bench) -> None:
    done = bench.run("--kernel", "CRASH", "--wait")
    assert (done.status, done.stdout) == (1, "")
    assert "crashed" in done.stderr
    assert "[guest-failed]" in done.stderr
    assert not bench.guest.isActive()


def test_a_kernel_that_is_not_there_leaves_the_definition(bench: Bench) -> None:
    done = bench.run("--kernel", "none", "--wait")
    assert (done.status, done.stdout) == (1, "")
    assert f"{bench.folder}/none" in done.stderr
    assert "[libvirt-refused]" in done.stderr
    assert not bench.guest.isActive()
    assert b"none</kernel>" not in bench.stored


def test_an_installation_that_is_saved_goes_on_later(bench: Bench) -> None:
    process = bench.spawn("--kernel", "HANG", "--wait")
    said = hear(process, "the installation has started")
    bench.guest.managedSave()
    done = ended(process, said)
    assert done.status == 1
    assert "was saved [guest-failed]" in done.stderr
    assert "has a saved state" in bench.run("--kernel", "HANG", "--wait").stderr
    bench.guest.create()
    again = bench.spawn("--kernel", "HANG", "--wait")
    said = hear(again, "the installation runs already")
    bench.guest.reset()
    done = ended(again, said)
    assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()


class Wire:
    """A socket that leads to another one, until it is cut."""

    def __init__(self, path: Path, target: str) -> None:
        self.uri = f"qemu+unix:///system?socket={path}"
        self._target = target
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._ends = [self._server]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)

    def cut(self) -> None:
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for end in self._ends:
            end.close()


def test_a_connection_that_breaks_ends_no_installation(bench: Bench, libvirtd: PrivateLibvirtd) -> None:
    args = ("--kernel", "HANG", "--wait")
    wire = Wire(bench.folder / "wire", f"{libvirtd.root}/run/libvirt/libvirt-sock")
    process = bench.spawn(*args, LIBVIRT_DEFAULT_URI=wire.uri)
    said = hear(process, "the installation has started")
    wire.cut()
    done = ended(process, said)
    assert (done.status, done.stdout) == (3, "")
    assert "[libvirt]" in done.stderr
    assert "the installation goes on without xfm: run the same command again" in done.stderr
    again = bench.spawn(*args, guest="web1")  # by this URI, nobody has noted what the file became
    said = hear(again, "the installation runs already")
    bench.guest.reset()
    done = ended(again, said)
    assert done.status == 0, done.stderr
    assert bench.runs_from_its_definition()


def test_a_daemon_that_goes_away_is_told(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        with private_libvirtd() as daemon:
            process = bench.spawn("--kernel", "HANG", "--wait", LIBVIRT_DEFAULT_URI=daemon.uri)
            said = hear(process, "the installation has started")
            daemon.run_inside("bash", "-c", "kill -9 $(cat /run/libvirtd.pid)")
            done = ended(process, said)
    except CannotStartError as error:
        refuse(str(error))
    assert (done.status, done.stdout) == (3, "")
    assert "[libvirt]" in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
