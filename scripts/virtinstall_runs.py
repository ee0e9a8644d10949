"""The same guests made by virt-install and by xfm, for the same host, with neither a daemon nor a network.

virt-install is given a connection of its own test suite: libvirt's test driver, with the capabilities and domain
capabilities of files in the place of that driver's (virtinst/uri.py, MagicURI). They are those of the captured hosts
in tests/fixtures/host-facts, which xfm is given by ``--host-facts``: so both know the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import MissingError, new_pipeline, source, transform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xfm.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[1]
FACTS = ROOT / "tests/fixtures/host-facts"
#: A whole capture of libvirt's: all architectures, and what each can do. Its x86 domains are as good as TCG's.
CAPTURED = FACTS / "debian-12-tcg.xml"
#: The same release on a processor with virtualisation.
WITH_KVM = FACTS / "debian-12-intel.xml"

LIBOSINFO = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
OSINFO_VERSION = Path("/usr/share/osinfo/VERSION")
NAME, MIB, VCPUS = "web1", 4096, 2
CAPABILITIES, DISK = "capabilities.xml", "disk.qcow2"


class Guest(NamedTuple):
    """What is asked of both."""

    os: str  # its short id in osinfo-db
    arch: str = "x86_64"
    graphics: str = "vnc"

    @property
    def label(self) -> str:
        """How the tables call it."""
        remarks = [self.arch] * (self.arch != "x86_64") + ["SPICE"] * (self.graphics == "spice")
        return f"{self.os} ({', '.join(remarks)})" if remarks else self.os

    @property
    def type(self) -> str:
        """KVM on the x86 host, which emulates the other architectures."""
        return "kvm" if self.arch == "x86_64" else "qemu"

    @property
    def facts(self) -> Path:
        """The host that it is for."""
        return WITH_KVM if self.arch == "x86_64" else CAPTURED


GUESTS = (
    Guest("debian11"),
    Guest("fedora37", graphics="spice"),
    Guest("rhel9.1"),
    Guest("ubuntu22.10"),
    Guest("opensuse15.4"),
    Guest("freebsd13.1"),
    Guest("win2k3"),
    Guest("win7"),
    Guest("win10", graphics="spice"),
    Guest("win11"),
    Guest("win2k22"),
    Guest("debian11", arch="aarch64"),
    Guest("rhel9.1", arch="s390x"),
)


class Made(NamedTuple):
    """The domains that came of one guest."""

    guest: Guest
    virt_install: etree._Element
    xfm: etree._Element
    xfm_alone: etree._Element  # xfm without host facts


def make_all() -> list[Made]:
    """Every guest, made by both.

    :raises MissingError: virt-install, or what it needs.
    """
    program = _program()
    with isolated() as directory, ThreadPoolExecutor(max_workers=2) as pool:
        (directory / CAPABILITIES).write_bytes(_part(CAPTURED, "capabilities"))
        (directory / DISK).touch()
        domains = list(pool.map(lambda guest: _virt_install(program, guest, directory), GUESTS))
        pipelines = {facts: new_pipeline(host_facts=[str(facts)]) for facts in (CAPTURED, WITH_KVM)}
        alone = new_pipeline()
        return [
            Made(guest, domain, _xfm(guest, domain, pipelines[guest.facts]), _xfm(guest, domain, alone))
            for guest, domain in zip(GUESTS, domains, strict=True)
        ]


def _program() -> str:
    program = shutil.which("virt-install")
    if program is None:
        raise MissingError("file", "virt-install is not installed", hint="Debian: apt-get install virtinst")
    return program


def versions() -> str:
    """What the comparison depends on beside this repository."""
    done = subprocess.run([_program(), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    database = OSINFO_VERSION.read_text().strip() if OSINFO_VERSION.exists() else "of an unknown version"
    return f"virt-install {done.stdout.strip()}, osinfo-db {database}"


@contextmanager
def isolated() -> Iterator[Path]:
    """A directory for the run; until it ends, nobody's configuration, cache or plugins count."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="xfm-compare-") as name:
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XFM_ETC"):
            os.environ[variable] = name
        for variable in ("XFM_SCHEMAS", "OSINFO_SYSTEM_DIR", "OSINFO_LOCAL_DIR", "OSINFO_USER_DIR", "PYTHONPATH"):
            os.environ.pop(variable, None)
        try:
            yield Path(name)
        finally:
            os.environ.clear()
            os.environ.update(before)


def _virt_install(program: str, guest: Guest, directory: Path) -> etree._Element:
    """What virt-install prints for a guest.

    Its test connection answers with one machine's domain capabilities whatever it asks for, so the other family's are
    tried where it chose a machine of that one.
    """
    families = {"x86_64": ("q35", "i440fx"), "aarch64": ("virt",), "s390x": ("s390",)}[guest.arch]
    for family in families:
        answer = directory / f"{guest.os}-{guest.arch}-{family}.xml"
        asked = f"domainCapabilities[domain='{guest.type}'][arch='{guest.arch}']"
        answer.write_bytes(_part(guest.facts, asked, family))
        uri = (
            "__virtinst_test__test:///default,fakeuri=qemu:///system,connver=7002000,libver=9000000,"
            f"caps={directory / CAPABILITIES},domcaps={answer}"
        )
        domain = source.parse(_printed(program, guest, uri, directory / DISK)).getroot()
        if family in _machine(domain):
            break
    return domain


def _machine(domain: etree._Element) -> str:
    found = domain.find("os/type")
    return "" if found is None else found.get("machine", "")


def _part(facts: Path, path: str, family: str = "") -> bytes:
    """What libvirt itself said, out of a host's facts."""
    for found in source.parse(facts.read_bytes()).getroot().iterfind(path):
        if family in found.findtext("machine", ""):
            return etree.tostring(found)
    raise MissingError("file", f"{facts} has no {path} {family}")


def _printed(program: str, guest: Guest, uri: str, disk: Path) -> bytes:
    command = [program, "--connect", uri, "--print-xml", "--dry-run", "--import", "--noautoconsole"]
    command += ["--name", NAME, "--memory", str(MIB), "--vcpus", str(VCPUS), "--os-variant", guest.os]
    command += ["--virt-type", guest.type, "--arch", guest.arch, "--graphics", guest.graphics]
    command += ["--disk", f"path={disk},driver.type=qcow2", "--network", "network=default"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  the arguments are those above
    if done.returncode != 0 or b"<domain" not in done.stdout:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise MissingError("file", f"virt-install does not make {guest.label} here: {said}")
    return done.stdout


def document(guest: Guest, os_id: str) -> str:
    """The least that says the same as virt-install's arguments; the disk's target names no bus of QEMU's."""
    return f"""\
<domain type='{guest.type}'>
  <name>{NAME}</name>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo='{LIBOSINFO}'>
      <libosinfo:os id='{os_id}'/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='MiB'>{MIB}</memory>
  <vcpu>{VCPUS}</vcpu>
  <os>
    <type arch='{guest.arch}'>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/{NAME}.qcow2'/>
      <target dev='xvda'/>
    </disk>
    <interface type='network'>
      <source network='default'/>
    </interface>
    <graphics type='{guest.graphics}'/>
  </devices>
</domain>
"""


def _xfm(guest: Guest, domain: etree._Element, pipeline: Pipeline) -> etree._Element:
    """What xfm makes of the least document; virt-install wrote down which id the operating system has."""
    found = domain.find(f"metadata/*/{{{LIBOSINFO}}}os")
    os_id = "" if found is None else found.get("id", "")
    return source.parse(transform(document(guest, os_id), pipeline=pipeline).xml).getroot()
