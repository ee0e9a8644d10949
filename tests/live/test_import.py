"""Imported domains and libvirt: it defines each; and where its driver reads a format too, it says the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import libvirt
import pytest
from lxml import etree

from xfm import schema
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import native
from xfm.native.convert import FORMATS, convert

if TYPE_CHECKING:
    from tests.conftest import RunXfm
    from tests.live.conftest import PrivateLibvirtd

FIXTURES = Path(__file__).parents[1] / "fixtures" / "import"
SAMPLES = sorted(path for path in FIXTURES.iterdir() if path.suffix[1:] in FORMATS)

#: What both read: the old spelling and the new one, each kind of file system, network and limit.
OLD = """
lxc.utsname = mail
lxc.arch = x86
lxc.rootfs = /dev/vg0/mail
lxc.mount.entry = /srv/mail var/mail none bind,ro 0 0
lxc.mount.entry = tmpfs run tmpfs size=64m 0 0
lxc.mount.entry = proc proc proc nodev 0 0
lxc.network.type = veth
lxc.network.flags = up
lxc.network.link = br0
lxc.network.hwaddr = 00:16:3e:12:34:56
lxc.network.name = eth0
lxc.network.ipv4 = 192.0.2.25/24
lxc.network.ipv4.gateway = 192.0.2.1
lxc.network.ipv6 = 2001:db8::25/64
lxc.network.type = macvlan
lxc.network.link = eno1
lxc.network.macvlan.mode = vepa
lxc.network.hwaddr = 00:16:3e:12:34:57
lxc.network.type = vlan
lxc.network.link = eno1
lxc.network.vlan.id = 7
lxc.tty = 2
lxc.cgroup.memory.limit_in_bytes = 1G
lxc.cgroup.memory.soft_limit_in_bytes = 128M
lxc.cgroup.memory.memsw.limit_in_bytes = 2G
lxc.cgroup.cpu.shares = 1024
lxc.cgroup.cpu.cfs_period_us = 500000
lxc.cgroup.cpu.cfs_quota_us = -1
lxc.cgroup.cpuset.cpus = 0-1
lxc.cgroup.cpuset.mems = 0
lxc.cgroup.blkio.weight = 500
lxc.cgroup.blkio.throttle.read_bps_device = 8:0 1234
lxc.cgroup.blkio.device_weight = 8:0 100
lxc.cap.drop = sys_time mknod
"""
NEW = """
lxc.uts.name = web
lxc.arch = amd64
lxc.rootfs.path = /srv/web
lxc.net.0.type = veth
lxc.net.0.link = lxcbr0
lxc.net.0.flags = up
lxc.net.0.hwaddr = 00:16:3e:12:34:58
lxc.net.0.ipv4.address = 10.0.3.5/24
lxc.net.0.ipv4.gateway = 10.0.3.1
lxc.net.1.type = phys
lxc.net.1.link = eno2
lxc.tty.max = 1
"""
ALONE = "lxc.uts.name = lab\nlxc.rootfs.path = /srv/lab\n"


@pytest.mark.parametrize("sample", SAMPLES, ids=[path.name for path in SAMPLES])
def test_libvirt_defines_what_was_imported(testdriver: libvirt.virConnect, sample: Path) -> None:
    xml = convert(sample.read_bytes(), sample.suffix[1:], schema.find(), file=f"/srv/vm/{sample.stem}").xml
    domain = testdriver.defineXMLFlags(xml.decode(), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    assert domain.name() == etree.fromstring(xml).findtext("name")


@pytest.fixture
def lxc_uri(libvirtd: PrivateLibvirtd) -> str:
    """The LXC driver of the private daemon."""
    uri = libvirtd.uri.replace("qemu+", "lxc+")
    try:
        libvirt.open(uri).close()
    except libvirt.libvirtError as error:
        pytest.fail(f"no LXC driver: {error} (Debian: apt-get install libvirt-daemon-driver-lxc)", pytrace=False)
    return uri


def comparable(xml: bytes) -> list[object]:
    """The parts that both write, as the test driver has them in its own words, in any order.

    Left out: what libvirt makes up where a configuration is silent, and its all-zero addresses of unnamed interfaces.
    """
    connection = libvirt.open("test:///default")
    domain = connection.defineXML(xml.decode())
    root = etree.fromstring(domain.XMLDesc())
    connection.close()
    for name in ("uuid", "currentMemory", "metadata", "devices/emulator"):
        for element in root.findall(name):
            element.getparent().remove(element)  # type: ignore[union-attr]
    for target in root.findall("devices/interface/target"):
        target.getparent().remove(target)  # type: ignore[union-attr]  # the test driver's own
    return content(root)


def content(element: etree._Element) -> list[object]:
    children = sorted((content(child) for child in element.iterchildren("*")), key=repr)
    return [str(element.tag), sorted(element.items()), (element.text or "").strip(), children]


@pytest.mark.parametrize("text", [OLD, NEW, ALONE], ids=["old", "new", "alone"])
def test_libvirts_lxc_driver_says_the_same(lxc_uri: str, text: str) -> None:
    theirs = native.domain_xml(lxc_uri, "lxc-tools", text, lambda message: message)
    ours = convert(text.encode(), "lxc-tools", schema.find())
    assert ours.notes == ()
    assert comparable(ours.xml) == comparable(theirs)


def test_the_command_asks_libvirt_where_it_is_told_to(lxc_uri: str, run_xfm: RunXfm) -> None:
    done = run_xfm("import", "lxc-tools", "--connect", lxc_uri, "-", input=ALONE.encode())
    assert (done.status, done.stderr) == (0, "")
    assert etree.fromstring(done.stdout).findtext("uuid")  # libvirt's own


def test_ids_are_mapped_as_lxc_has_them_and_not_as_libvirt_reads_them(lxc_uri: str) -> None:
    """lxc.container.conf(5): first the id inside, then the one on the host. libvirt 9.0.0 takes them the other way."""
    text = ALONE + "lxc.idmap = u 0 100000 1000\nlxc.idmap = g 0 200000 1000\n"
    found = []
    for xml in (
        convert(text.encode(), "lxc-tools", schema.find()).xml,
        native.domain_xml(lxc_uri, "lxc-tools", text, lambda message: message),
    ):
        found.append([tuple(element.attrib.values()) for element in etree.fromstring(xml).iterfind("idmap/*")])
    assert found[0] == [("0", "100000", "1000"), ("0", "200000", "1000")]
    assert found[1] == [("100000", "0", "1000"), ("200000", "0", "1000")]


def test_what_libvirt_refuses_is_a_document_error_without_passwords(lxc_uri: str) -> None:
    def scrub(message: str) -> str:
        return message.replace("top-hat-9", "***")

    with pytest.raises(DocumentError) as raised:
        native.domain_xml(
            lxc_uri, "lxc-tools", ALONE + "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = top-hat-9", scrub
        )
    assert (raised.value.code, "***" in raised.value.message) == ("native-invalid", True)
    with pytest.raises(MissingError) as missing:
        native.domain_xml(lxc_uri, "xen-xl", "name = 'a'", scrub)
    assert missing.value.code == "libvirt"
