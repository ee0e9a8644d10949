"""Fixtures for the tests that talk to a real libvirt.

`libvirtd` is a daemon that nobody else can see: it runs in a mount, network and PID namespace of its own, on private
copies of the directories that libvirt writes to. Its namespace lives exactly as long as the pipe that this process
holds open to it, so neither a failing setup nor a killed test run leaves a process or a mount behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import libvirt
import pytest

START_TIMEOUT = 60.0
STOP_TIMEOUT = 20.0

QEMU_CONF = """\
user = "root"
group = "root"
security_driver = "none"
namespaces = []
"""

LIBVIRTD_CONF = """\
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "{host_uuid}"
"""

# Process 1 of the namespace. When its standard input closes, or when a daemon ends, it ends; the kernel then kills
# whatever still runs in the PID namespace. /run is hidden so that the daemon finds no system bus, no firewalld and no
# systemd-machined; /sys/fs/cgroup so that guests of the same name in two daemons don't share a control group.
NAMESPACE_INIT = """\
set -eu
cd "$1"
mount --bind run /run
mount --bind etc /etc/libvirt
mount --bind lib /var/lib/libvirt
mount --bind cache /var/cache/libvirt
mount --bind log /var/log/libvirt
umount --recursive --lazy /sys/fs/cgroup || true
[ ! -d srv ] || mount --bind srv /srv
if [ -d dev ]; then # a /dev that is the host's, but for its log
  mount -t tmpfs -o mode=755 dev dev
  for node in /dev/*; do
    if [ "$node" = /dev/log ] || [ "$node" = /dev/ptmx ]; then continue
    elif [ -L "$node" ]; then cp -P "$node" dev
    elif [ -d "$node" ]; then mkdir "dev/${node#/dev/}" && mount --rbind "$node" "dev/${node#/dev/}"
    else touch "dev/${node#/dev/}" && mount --bind "$node" "dev/${node#/dev/}"; fi
  done
  ln -s pts/ptmx dev/ptmx # it looks for pts beside itself
  ln -s /run/log dev/log
  mount --rbind dev /dev
fi
ip link set lo up
run_libvirtd() {
  libvirtd
  while [ -e restart ]; do rm restart; libvirtd; done
}
virtlogd &
run_libvirtd &
exec 3<&0
cat <&3 >&2 &
wait -n
"""

NAMESPACES = [
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
]

PROGRAMS = ("unshare", "nsenter", "mount", "ip", "bash", "virtlogd", "libvirtd", "qemu-system-x86_64")
HOST_DIRECTORIES = ("/etc/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt")
SEARCH_PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


class CannotStartError(Exception):
    """This environment cannot give a private libvirtd; the text says why."""


class PrivateLibvirtd:
    """A libvirtd of its own under `root`, whose `etc`, `lib`, `cache`, `log` and `run` it sees as the system's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.uri = f"qemu+unix:///system?socket={root}/run/libvirt/libvirt-sock"
        self.prepare: Callable[[Path], None] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the daemons and return when libvirtd answers."""
        self._write_configuration()
        if self.prepare is not None:
            self.prepare(self.root)
        init = ["bash", "-c", NAMESPACE_INIT, "libvirtd-for-tests", str(self.root)]
        with (self.root / "output").open("wb") as output:
            self._process = subprocess.Popen(
                ["unshare", *NAMESPACES, "--", *init],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for pytest alone, which then ends the daemon itself
                env={**os.environ, "PATH": SEARCH_PATH},
            )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """End everything that runs in the namespace and wait until it is gone."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()  # --kill-child: takes process 1 of the namespace, and so all of it, along
            self._process.wait(STOP_TIMEOUT)
        self._process = None

    def restart(self) -> None:
        """End libvirtd and start it again; guests run on. Return when it answers."""
        assert self._process is not None
        pid_file = self.root / "run" / "libvirtd.pid"
        before = pid_file.read_text().strip()
        (self.root / "restart").touch()
        self.run_inside("kill", before)
        deadline = time.monotonic() + START_TIMEOUT
        while (self.root / "restart").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._wait_until_it_answers(self._process)

    def connect(self) -> libvirt.virConnect:
        """A new connection; whoever asks for it closes it."""
        return libvirt.open(self.uri)

    def run_inside(self, *argv: str) -> str:
        """Run a command in the daemon's namespaces and return its output."""
        assert self._process is not None
        pid = self._process.pid
        init = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
        enter = ["nsenter", "--target", init, "--mount", "--net", "--pid", "--"]
        return subprocess.run(
            [*enter, *argv],
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
            env={**os.environ, "PATH": SEARCH_PATH},
        ).stdout

    def _write_configuration(self) -> None:
        for name in ("run", "etc", "lib", "cache", "log"):
            (self.root / name).mkdir()
        (self.root / "etc" / "qemu.conf").write_text(QEMU_CONF)
        (self.root / "etc" / "libvirtd.conf").write_text(LIBVIRTD_CONF.format(host_uuid=uuid.uuid4()))

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        reason = "no answer"
        while time.monotonic() < deadline and process.poll() is None:
            try:
                connection = self.connect()
            except libvirt.libvirtError as error:
                reason = str(error)
                time.sleep(0.02)
            else:
                connection.getVersion()  # the first question makes libvirtd probe QEMU
                connection.close()
                return
        if process.poll() is not None:
            reason = f"its namespace ended with status {process.returncode}"
        raise CannotStartError(f"{reason}; its last output:\n{self._last_output()}")

    def _last_output(self) -> str:
        lines = (self.root / "output").read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])


def check_environment() -> None:
    """Raise CannotStartError, with the reason, where a private libvirtd cannot be had."""
    if os.geteuid() != 0:
        raise CannotStartError("only root may make the mount and network namespaces")
    missing = [name for name in PROGRAMS if shutil.which(name, path=SEARCH_PATH) is None]
    missing += [name for name in HOST_DIRECTORIES if not Path(name).is_dir()]
    if missing:
        raise CannotStartError(f"not found: {', '.join(missing)} (scripts/setup installs them)")


@contextlib.contextmanager
def private_libvirtd(prepare: Callable[[Path], None] | None = None) -> Iterator[PrivateLibvirtd]:
    """A running private libvirtd; two of them at once are two hosts with a `host_uuid` each.

    `prepare` is given the root before anything starts. A folder `srv` that it makes there is the daemon's /srv; if it
    makes one named `dev`, the daemon's log is a socket `run/log`.
    """
    check_environment()
    root = Path(tempfile.mkdtemp(prefix="xfm-libvirtd-", dir="/tmp"))  # short: a socket's path has 107 bytes
    daemon = PrivateLibvirtd(root)
    try:
        daemon.prepare = prepare
        daemon.start()
        yield daemon
    finally:
        daemon.stop()
        shutil.rmtree(root)


def refuse(reason: str) -> NoReturn:
    """Fail, or skip if XFM_NO_LIVE=1: a machine without libvirt must not pass for a tested one unasked."""
    if os.environ.get("XFM_NO_LIVE") == "1":
        pytest.skip(f"XFM_NO_LIVE=1, and no private libvirtd: {reason}")
    pytest.fail(f"no private libvirtd: {reason}\n(XFM_NO_LIVE=1 skips the tests that need one)", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def quiet_libvirt() -> None:
    """libvirt prints every error on stderr by itself; it comes as an exception all the same."""
    libvirt.registerErrorHandler(lambda _context, _error: None, None)


@pytest.fixture(scope="session")
def libvirtd(quiet_libvirt: None) -> Iterator[PrivateLibvirtd]:
    """The private libvirtd of this test process (each pytest-xdist worker has one of its own)."""
    with contextlib.ExitStack() as stack:
        try:
            daemon = stack.enter_context(private_libvirtd())
        except CannotStartError as error:
            reason = str(error)
        else:
            yield daemon
            return
    refuse(reason)


@pytest.fixture
def connection(libvirtd: PrivateLibvirtd) -> Iterator[libvirt.virConnect]:
    """A connection to the private libvirtd; its guests are gone after the test."""
    opened = libvirtd.connect()
    yield opened
    for domain in opened.listAllDomains():
        remove(domain)
    opened.close()


@pytest.fixture
def testdriver(quiet_libvirt: None) -> Iterator[libvirt.virConnect]:
    """libvirt's embedded test driver, fresh for every test."""
    opened = libvirt.open("test:///default")
    yield opened
    opened.close()


def remove(domain: libvirt.virDomain) -> None:
    """Destroy and undefine a guest, whatever state it is in."""
    if domain.isActive():
        domain.destroy()
    if domain.isPersistent():
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
