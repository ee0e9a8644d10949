"""A private libvirtd that calls xfm as its hook, and what a test does with it."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt
from lxml import etree

from tests import trusted
from tests.conftest import STYLESHEET
from tests.live.conftest import START_TIMEOUT, PrivateLibvirtd, private_libvirtd, remove
from xfm import api

SHOWN = Path("/srv/xfm")
SECRETS = ("vncpass1", "hunter2-in-an-argument")
INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE

GUEST = """\
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{name}</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='{machine}'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='{image}'/>
      <target dev='sda' bus='scsi'/>
      <serial>d1</serial>
    </disk>
    <graphics type='vnc' autoport='yes' passwd='{secrets[0]}' listen='127.0.0.1'/>
    <video><model type='vga'/></video>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-object'/>
    <qemu:arg value='secret,id=s0,data={secrets[1]}'/>
  </qemu:commandline>
</domain>
"""

FIRST = """\
<domain type='qemu'><name>first</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>
"""

#: Moves a disk's image from one folder to another, as hosts of one site may have them.
MOVE = """
  <xsl:template match="disk/source/@file[starts-with(., '{old}/')]">
    <xsl:attribute name="file">{new}/<xsl:value-of select="substring-after(., '{old}/')"/></xsl:attribute>
  </xsl:template>
"""


class Hooked:
    """A private libvirtd with xfm as its hook; its /etc/xfm is `etc`."""

    def __init__(self, daemon: PrivateLibvirtd, log: socket.socket) -> None:
        self.daemon = daemon
        self.etc = daemon.root / "srv" / "xfm" / "etc"
        self.program = daemon.root / "srv" / "xfm" / "bin" / "xfm"
        self.connection = daemon.connect()
        self._log = log

    def xfm(self, *arguments: str) -> str:
        """What xfm prints in the daemon's place."""
        return self.daemon.run_inside(str(SHOWN / "bin" / "xfm"), *arguments)

    def configure(self, **settings: object) -> None:
        """Write xfm.toml."""
        lines = [f"{name.replace('_', '-')} = {value!r}\n" for name, value in settings.items()]
        (self.etc / "xfm.toml").write_text("".join(lines))

    def site(self, body: str, name: str = "site", stage: str = "policy") -> Path:
        """Write a stylesheet of the site's, and give its path."""
        fill = {"version": "1.0", "imports": "xfm:lib/identity.xsl", "abi": "host", "once": "no", "doc": ""}
        path = self.etc / "plugins.d" / f"{name}.xsl"
        path.write_text(STYLESHEET.format(id=name, stage=stage, body=body, **fill))
        path.chmod(0o644)
        return path

    def logged(self) -> list[str]:
        """What the hook has logged since the last time."""
        lines = []
        with contextlib.suppress(BlockingIOError):
            while True:
                lines.append(self._log.recv(1 << 16).decode())
        return lines

    def reset(self) -> None:
        """No guests, no settings, no stylesheets, an empty log."""
        for domain in self.connection.listAllDomains():
            if domain.hasManagedSaveImage():
                domain.managedSaveRemove()
            remove(domain)
        for path in (self.etc / "xfm.toml", *(self.etc / "plugins.d").iterdir()):
            path.unlink(missing_ok=True)
        self.logged()


@contextlib.contextmanager
def hooked() -> Iterator[Hooked]:
    """A libvirtd that runs already when the hook is installed."""
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def prepare(root: Path) -> None:
        (root / "dev").mkdir()
        trusted.install(root / "srv" / "xfm", SHOWN)
        log.bind(str(root / "run" / "log"))
        log.setblocking(False)

    mask = os.umask(0o022)
    try:
        with log, private_libvirtd(prepare) as daemon:
            host = Hooked(daemon, log)
            host.xfm("hook", "install", "--reload")
            until(lambda: _is_noticed(host))
            host.reset()
            yield host
            host.reset()
            host.connection.close()
    finally:
        os.umask(mask)


def _is_noticed(host: Hooked) -> bool:
    """Whether libvirtd calls the hook: it reads its hooks anew some time after it was told."""
    domain = host.connection.createXML(FIRST, libvirt.VIR_DOMAIN_START_PAUSED)
    domain.destroy()
    return host.logged() != []


def until(happens: Callable[[], bool], seconds: float = START_TIMEOUT) -> None:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)


def disk(folder: Path) -> Path:
    """A disk's image."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "disk.img"
    with path.open("wb") as file:
        file.truncate(1 << 20)
    return path


def defined(connection: libvirt.virConnect, image: Path, name: str = "web1", machine: str = "q35") -> libvirt.virDomain:
    """A guest that is not pinned."""
    return connection.defineXML(GUEST.format(name=name, machine=machine, image=image, secrets=SECRETS))


def pinned(connection: libvirt.virConnect, image: Path, name: str = "web1", machine: str = "q35") -> libvirt.virDomain:
    """A guest that xfm has made and pinned, as libvirt completed it."""
    document = GUEST.format(name=name, machine=machine, image=image, secrets=SECRETS)
    for _ in range(3):
        domain = connection.defineXML(api.transform(document).xml.decode())
        document = domain.XMLDesc(INACTIVE)
    return domain


def source_of(domain: libvirt.virDomain, flags: int = 0) -> str:
    """The image of a guest's disk: of the guest that runs, or of its definition."""
    source = etree.fromstring(domain.XMLDesc(flags)).find("devices/disk/source")
    assert source is not None
    return source.get("file", "")
