"""Domains of other drivers than QEMU's: what the chain does to them, and that nothing of it shows inside a guest."""

from __future__ import annotations

import libvirt
import pytest
from lxml import etree

from xfm import api, schema, source
from xfm.model import PIN_NAMESPACE

#: One document for each kind, with devices that QEMU's stylesheets would complete.
DOCUMENTS = {
    "xen-pv": """
      <domain type='xen'>
        <name>db</name>
        <memory unit='MiB'>512</memory>
        <vcpu>2</vcpu>
        <bootloader>/usr/bin/pygrub</bootloader>
        <os><type arch='x86_64' machine='xenpv'>linux</type></os>
        <on_crash>restart</on_crash>
        <devices>
          <disk type='block' device='disk'>
            <driver name='phy' type='raw'/><source dev='/dev/vg/db'/><target dev='xvda' bus='xen'/>
          </disk>
          <interface type='bridge'>
            <mac address='00:16:3e:00:00:01'/><source bridge='xenbr0'/><script path='vif-bridge'/>
          </interface>
          <console type='pty'><target type='xen' port='0'/></console>
          <graphics type='vnc' port='-1' autoport='yes'/>
        </devices>
      </domain>""",
    "xen-pvh": """
      <domain type='xen'>
        <name>edge</name>
        <memory unit='MiB'>256</memory>
        <os><type arch='x86_64' machine='xenpvh'>xenpvh</type><kernel>/boot/vmlinuz</kernel></os>
        <features><xen><e820_host state='on'/></xen></features>
        <devices>
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2'/><source file='/srv/edge.qcow2'/><target dev='xvda' bus='xen'/>
          </disk>
          <controller type='xenbus' maxGrantFrames='64'/>
        </devices>
      </domain>""",
    "xen-hvm": """
      <domain type='xen'>
        <name>office</name>
        <memory unit='MiB'>2048</memory>
        <os><type arch='x86_64' machine='xenfv'>hvm</type><loader type='rom'>/usr/lib/xen/boot/hvmloader</loader></os>
        <features><acpi/><apic/><pae/></features>
        <clock offset='variable' adjustment='0' basis='localtime'/>
        <devices>
          <disk type='file' device='disk'><source file='/srv/office.img'/><target dev='hda' bus='ide'/></disk>
          <interface type='bridge'>
            <mac address='00:16:3e:00:00:02'/><source bridge='xenbr0'/><model type='e1000'/>
          </interface>
          <input type='tablet' bus='usb'/>
          <graphics type='vnc' port='-1' autoport='yes'/>
          <video><model type='cirrus' vram='8192' heads='1'/></video>
        </devices>
      </domain>""",
    "lxc": """
      <domain type='lxc'>
        <name>web</name>
        <memory unit='MiB'>256</memory>
        <os><type arch='x86_64'>exe</type><init>/sbin/init</init><initenv name='LANG'>C</initenv></os>
        <idmap><uid start='0' target='100000' count='1000'/><gid start='0' target='100000' count='1000'/></idmap>
        <features><capabilities policy='default'><mknod state='off'/></capabilities></features>
        <devices>
          <filesystem type='mount'><source dir='/srv/web'/><target dir='/'/></filesystem>
          <interface type='bridge'>
            <mac address='00:16:3e:00:00:03'/><source bridge='br0'/><guest dev='eth0'/>
          </interface>
          <console type='pty'/>
        </devices>
      </domain>""",
    "openvz": """
      <domain type='openvz'>
        <name>104</name>
        <memory unit='MiB'>256</memory>
        <os><type>exe</type><init>/sbin/init</init></os>
        <devices>
          <filesystem type='template'><source name='centos-7-x86_64'/><target dir='/'/></filesystem>
          <interface type='ethernet'>
            <mac address='00:18:51:00:00:04'/><ip address='192.0.2.4' family='ipv4'/>
          </interface>
        </devices>
      </domain>""",
    "bhyve": """
      <domain type='bhyve'>
        <name>beastie</name>
        <memory unit='MiB'>512</memory>
        <os><type>hvm</type></os>
        <features><apic/><acpi/></features>
        <devices>
          <disk type='file' device='disk'>
            <source file='/srv/beastie.img'/><target dev='hda' bus='sata'/>
          </disk>
          <interface type='bridge'>
            <mac address='52:54:00:00:00:05'/><source bridge='virbr0'/><model type='virtio'/>
          </interface>
          <serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></serial>
        </devices>
        <bhyve:commandline xmlns:bhyve='http://libvirt.org/schemas/domain/bhyve/1.0'>
          <bhyve:arg value='-w'/>
        </bhyve:commandline>
      </domain>""",
    "vz": """
      <domain type='vz'>
        <name>tenant</name>
        <memory unit='MiB'>512</memory>
        <os><type arch='x86_64'>hvm</type></os>
        <devices>
          <disk type='file' device='disk'>
            <driver name='qemu' type='ploop'/><source file='/vz/tenant.hdd'/><target dev='sda' bus='sata'/>
          </disk>
          <interface type='network'>
            <mac address='00:1c:42:00:00:06'/><source network='Bridged'/><model type='virtio'/>
          </interface>
          <video><model type='vga' vram='32768' heads='1'/></video>
        </devices>
      </domain>""",
    "vbox": """
      <domain type='vbox'>
        <name>desk</name>
        <memory unit='MiB'>1024</memory>
        <os><type>hvm</type><boot dev='hd'/></os>
        <features><acpi/><apic/></features>
        <devices>
          <disk type='file' device='disk'><source file='/srv/desk.vdi'/><target dev='hda' bus='ide'/></disk>
          <interface type='user'><mac address='08:00:27:00:00:07'/><model type='82540eM'/></interface>
          <sound model='sb16'/>
          <graphics type='desktop'/>
        </devices>
      </domain>""",
    "vmware": """
      <domain type='vmware'>
        <name>old</name>
        <memory unit='MiB'>1024</memory>
        <os><type arch='i686'>hvm</type></os>
        <devices>
          <disk type='file' device='disk'><source file='/vm/old.vmdk'/><target dev='sda' bus='scsi'/></disk>
          <controller type='scsi' index='0' model='lsilogic'/>
          <interface type='bridge'>
            <mac address='00:0c:29:00:00:08'/><source bridge='vmnet0'/><model type='vmxnet3'/>
          </interface>
          <video><model type='vmvga' vram='4096' heads='1'/></video>
        </devices>
      </domain>""",
}
PIN = f"{{{PIN_NAMESPACE}}}pin"


def each_kind() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", DOCUMENTS)


def content(element: etree._Element) -> tuple[object, ...]:
    """All that an element says, whatever the order and indentation of what is in it."""
    children = sorted((content(child) for child in element.iterchildren("*")), key=repr)
    return str(element.tag), sorted(element.items()), (element.text or "").strip(), children


def without_additions(xml: bytes) -> etree._Element:
    """The domain without what the chain may add to any of these: its pin, and a uuid that no guest of theirs shows."""
    root = etree.fromstring(xml)
    for pin in root.iter(PIN):
        metadata = pin.getparent()
        assert metadata is not None
        assert [child.tag for child in metadata] == [PIN]
        root.remove(metadata)
    for uuid in root.findall("uuid"):
        root.remove(uuid)
    return root


@each_kind()
def test_the_document_itself_is_valid_and_stays_so(kind: str) -> None:
    grammar = schema.find()
    assert grammar.violations(source.parse_domain(DOCUMENTS[kind].encode())) == []
    assert grammar.violations(source.parse_domain(api.transform(DOCUMENTS[kind]).xml)) == []


@each_kind()
def test_nothing_is_added_but_the_pin_and_a_uuid(kind: str) -> None:
    result = api.transform(DOCUMENTS[kind])
    assert PIN in {element.tag for element in etree.fromstring(result.xml).iter("*")}
    assert content(without_additions(result.xml)) == content(etree.fromstring(DOCUMENTS[kind]))
    assert {step.stylesheet for step in result.steps if step.changed} <= {"uuid", "pin", "device-order", "dumpxml"}


@each_kind()
def test_the_result_passes_again_byte_for_byte(kind: str) -> None:
    once = api.transform(DOCUMENTS[kind]).xml
    assert api.transform(once).xml == once


@each_kind()
def test_libvirt_defines_the_same_with_and_without_the_chain(kind: str) -> None:
    """The test driver takes any type; what it makes of both differs only in what the chain may add."""
    libvirt.registerErrorHandler(lambda _context, _error: None, None)
    connection = libvirt.open("test:///default")
    dumps = []
    for xml in (DOCUMENTS[kind], api.transform(DOCUMENTS[kind]).xml.decode()):
        domain = connection.defineXMLFlags(xml, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
        dumps.append(content(without_additions(domain.XMLDesc().encode())))
        domain.undefine()
    connection.close()
    assert dumps[0] == dumps[1]
