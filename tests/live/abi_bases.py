"""Domains that have between them every kind of device and setting that a guest of QEMU on x86_64 can have.

They are short, as people write them: libvirt completes them, and what comes out is what the edits of `abi_edits` are
made to. None is ever started, so what they name on the host need not be there.
"""

from __future__ import annotations


def _domain(name: str, number: int, machine: str, *, os: str = "", settings: str, devices: str, more: str = "") -> str:
    """A document of x86_64 with what all have, and `memory` and `vcpu` unless the settings have them."""
    memory = "" if "<memory " in settings else "<memory unit='KiB'>1048576</memory>"
    vcpu = "" if "<vcpu" in settings else "<vcpu placement='static'>2</vcpu>"
    return f"""\
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{name}</name>
  <uuid>0c1f7b2a-58d4-4e8e-9a55-0000000000{number:02x}</uuid>
  {memory}
  {vcpu}
  <os{" firmware='efi'" if "<firmware>" in os else ""}>
    <type arch='x86_64' machine='{machine}'>hvm</type>
    {os}
  </os>
  {settings}
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    {devices}
  </devices>
  {more}
</domain>
"""


#: A desktop: graphics, sound, USB of every kind, smart card, TPM.
DESKTOP = _domain(
    "desktop",
    1,
    "pc-q35-7.2",
    os="<boot dev='hd'/><boot dev='cdrom'/><bootmenu enable='yes' timeout='3000'/>",
    settings="""
  <title>a desktop</title>
  <description>with all that people plug in</description>
  <genid>43dc0cf8-809b-4adb-9bea-a9abb5f3d90e</genid>
  <features><acpi/><apic/><vmport state='off'/></features>
  <cpu mode='custom' match='exact' check='partial'>
    <model fallback='allow'>qemu64</model>
    <topology sockets='1' dies='1' cores='2' threads='1'/>
    <feature policy='require' name='x2apic'/>
    <feature policy='disable' name='svm'/>
  </cpu>
  <clock offset='utc'>
    <timer name='rtc' tickpolicy='catchup' track='guest'/>
    <timer name='pit' tickpolicy='delay'/>
    <timer name='hpet' present='no'/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
  <seclabel type='dynamic' model='dac' relabel='yes'/>
""",
    devices="""
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none' io='native' discard='unmap' queues='2' queue_size='256'/>
      <source file='/srv/images/desktop.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <serial>SYSTEM01</serial>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/install.iso'/>
      <target dev='sda' bus='sata'/>
      <readonly/>
    </disk>
    <disk type='block' device='disk'>
      <driver name='qemu' type='raw' cache='writethrough'/>
      <source dev='/dev/vg0/data'/>
      <target dev='sdb' bus='sata' rotation_rate='7200'/>
      <serial>DATA01</serial>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/stick.img'/>
      <target dev='sdc' bus='usb' removable='on'/>
      <serial>STICK01</serial>
    </disk>
    <controller type='usb' index='0' model='qemu-xhci' ports='8'/>
    <controller type='usb' index='1' model='ich9-ehci1'/>
    <controller type='usb' index='1' model='ich9-uhci1'><master startport='0'/></controller>
    <controller type='usb' index='1' model='ich9-uhci2'><master startport='2'/></controller>
    <controller type='usb' index='1' model='ich9-uhci3'><master startport='4'/></controller>
    <controller type='ccid' index='0'/>
    <interface type='network'>
      <mac address='52:54:00:01:00:01'/>
      <source network='default'/>
      <model type='virtio'/>
      <link state='up'/>
    </interface>
    <interface type='bridge'>
      <mac address='52:54:00:01:00:02'/>
      <source bridge='br0'/>
      <model type='e1000e'/>
    </interface>
    <smartcard mode='passthrough' type='spicevmc'/>
    <serial type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
    <input type='tablet' bus='usb'/>
    <input type='keyboard' bus='virtio'/>
    <input type='mouse' bus='virtio'/>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
    <graphics type='spice' autoport='yes' listen='127.0.0.1' passwd='Sesame'>
      <image compression='off'/>
    </graphics>
    <sound model='ich9'><codec type='duplex'/></sound>
    <audio id='1' type='spice'/>
    <video><model type='qxl' ram='65536' vram='65536' vram64='0' vgamem='16384' heads='1' primary='yes'/></video>
    <redirdev bus='usb' type='spicevmc'/>
    <redirdev bus='usb' type='spicevmc'/>
    <redirfilter>
      <usbdev class='0x08' vendor='0x15e1' product='0x2007' version='1.10' allow='yes'/>
      <usbdev allow='no'/>
    </redirfilter>
    <hub type='usb'/>
    <watchdog model='i6300esb' action='reset'/>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <vsock model='virtio'><cid auto='no' address='7'/></vsock>
""",
)

#: A server: many disks of every bus, interfaces with drivers, file systems, limits of the host.
SERVER = _domain(
    "server",
    2,
    "pc-q35-7.2",
    os="<bios useserial='yes' rebootTimeout='2000'/>",
    settings="""
  <metadata><site:guest xmlns:site='urn:example:site' owner='ops'/></metadata>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <blkiotune><weight>800</weight></blkiotune>
  <memtune><hard_limit unit='KiB'>8388608</hard_limit></memtune>
  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
  <vcpu placement='static' current='2'>4</vcpu>
  <iothreads>2</iothreads>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='0' cpuset='0'/>
    <emulatorpin cpuset='0-1'/>
  </cputune>
  <resource><partition>/machine</partition></resource>
  <features><acpi/><apic eoi='on'/><pae/><pvspinlock state='on'/></features>
  <cpu mode='maximum' check='none' migratable='on'/>
  <clock offset='localtime'/>
  <on_crash>restart</on_crash>
""",
    devices="""
    <disk type='network' device='disk'>
      <driver name='qemu' type='raw' iothread='1' event_idx='on' ioeventfd='on'/>
      <source protocol='rbd' name='pool/image'><host name='ceph.example.org' port='6789'/></source>
      <target dev='vda' bus='virtio'/>
      <iotune><total_iops_sec>500</total_iops_sec></iotune>
      <serial>SERVER-A</serial>
      <boot order='1'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/b.img'/>
      <target dev='vdb' bus='virtio'/>
      <geometry cyls='16383' heads='16' secs='63'/>
      <blockio logical_block_size='512' physical_block_size='4096'/>
      <serial>SERVER-B</serial>
    </disk>
    <disk type='file' device='disk' model='virtio-non-transitional'>
      <driver name='qemu' type='raw' iommu='on' ats='on' packed='on' page_per_vq='on'/>
      <source file='/srv/images/c.img'/>
      <target dev='vdc' bus='virtio'/>
      <readonly/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/d.img'/>
      <target dev='sda' bus='scsi'/>
      <serial>SERVER-D</serial>
      <wwn>5000c50015ea71ac</wwn>
      <vendor>ACME</vendor>
      <product>Spindle</product>
      <alias name='ua-scsi-d'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/e.img'/>
      <target dev='sdb' bus='scsi' rotation_rate='1'/>
      <alias name='ua-scsi-e'/>
    </disk>
    <disk type='block' device='lun' rawio='yes'>
      <driver name='qemu' type='raw'/>
      <source dev='/dev/disk/by-id/lun'/>
      <target dev='sdc' bus='scsi'/>
    </disk>
    <disk type='file' device='cdrom'>
      <target dev='sdd' bus='scsi'/>
      <readonly/>
    </disk>
    <controller type='scsi' index='0' model='virtio-scsi'>
      <driver queues='2' cmd_per_lun='64' max_sectors='512' ioeventfd='on' iothread='1'/>
    </controller>
    <controller type='virtio-serial' index='0' ports='16' vectors='4'/>
    <filesystem type='mount' accessmode='mapped'>
      <source dir='/srv/share'/>
      <target dir='share'/>
    </filesystem>
    <filesystem type='mount' accessmode='passthrough'>
      <driver type='virtiofs' queue='512'/>
      <binary path='/usr/lib/qemu/virtiofsd'><cache mode='always'/></binary>
      <source dir='/srv/fast'/>
      <target dir='fast'/>
    </filesystem>
    <interface type='bridge'>
      <mac address='52:54:00:02:00:01'/>
      <source bridge='br0'/>
      <bandwidth><inbound average='1000' peak='5000' burst='1024'/></bandwidth>
      <target dev='tap7'/>
      <model type='virtio'/>
      <driver name='vhost' queues='4' rx_queue_size='512' tx_queue_size='256' event_idx='on' ioeventfd='on' rss='on'>
        <host csum='on' gso='on' tso4='on' tso6='on' ecn='on' ufo='on' mrg_rxbuf='on'/>
        <guest csum='on' tso4='on' tso6='on' ecn='on' ufo='on'/>
      </driver>
      <filterref filter='clean-traffic'/>
      <mtu size='9000'/>
      <boot order='2'/>
      <rom bar='on' enabled='yes'/>
      <acpi index='11'/>
    </interface>
    <interface type='network'>
      <mac address='52:54:00:02:00:02'/>
      <source network='default' portgroup='blue'/>
      <model type='virtio'/>
      <link state='down'/>
      <rom bar='off' file='/srv/rom.bin'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:02:00:03'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-net-a'/>
    </interface>
    <interface type='direct'>
      <mac address='52:54:00:02:00:04'/>
      <source dev='eth0' mode='bridge'/>
      <model type='e1000'/>
    </interface>
    <interface type='vhostuser'>
      <mac address='52:54:00:02:00:05'/>
      <source type='unix' path='/run/vhost.sock' mode='client'/>
      <model type='virtio'/>
    </interface>
    <serial type='pty'/>
    <console type='pty'><target type='virtio' port='1'/></console>
    <channel type='unix'>
      <source mode='bind' path='/run/agent.sock'/>
      <target type='virtio' name='org.qemu.guest_agent.0'/>
    </channel>
    <channel type='tcp'>
      <source mode='bind' host='127.0.0.1' service='2222'/>
      <protocol type='raw'/>
      <target type='virtio' name='org.example.port'/>
      <alias name='ua-port'/>
    </channel>
    <input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>
    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>
    <video><model type='virtio' heads='1' primary='yes'><acceleration accel3d='no'/>
      <resolution x='1280' y='800'/></model></video>
    <watchdog model='ib700' action='poweroff'/>
    <memballoon model='virtio' autodeflate='on' freePageReporting='on'><stats period='10'/></memballoon>
    <rng model='virtio'><rate bytes='1024' period='2000'/><backend model='random'>/dev/urandom</backend></rng>
    <panic model='isa'/>
    <panic model='hyperv'/>
    <vsock model='virtio'><cid auto='yes'/></vsock>
""",
)

#: A guest of the nineties: IDE, floppy, ISA, PS/2, every old sound card.
OLD = _domain(
    "old",
    3,
    "pc-i440fx-7.2",
    os="<loader type='rom'>/usr/share/seabios/bios-256k.bin</loader><boot dev='fd'/><boot dev='hd'/>",
    settings="""
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <features><acpi/></features>
  <clock offset='variable' adjustment='3600' basis='utc'/>
""",
    devices="""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/old.img'/>
      <target dev='hda' bus='ide'/>
      <serial>OLD-HDA</serial>
      <wwn>5000c50015ea71ad</wwn>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/old2.img'/>
      <target dev='hdb' bus='ide'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/srv/images/old.iso'/>
      <target dev='hdc' bus='ide'/>
      <readonly/>
    </disk>
    <disk type='file' device='floppy'>
      <source file='/srv/images/old.fd'/>
      <target dev='fda' bus='fdc'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/old3.img'/>
      <target dev='sda' bus='scsi'/>
    </disk>
    <controller type='scsi' index='0' model='lsilogic'/>
    <controller type='usb' index='0' model='piix3-uhci'/>
    <interface type='user'><mac address='52:54:00:03:00:01'/><model type='rtl8139'/></interface>
    <interface type='user'><mac address='52:54:00:03:00:02'/><model type='ne2k_pci'/></interface>
    <serial type='pty'><target type='isa-serial' port='0'/></serial>
    <serial type='file'><source path='/srv/log/serial1'/><target type='isa-serial' port='1'/></serial>
    <parallel type='file'><source path='/srv/log/parallel'/><target port='0'/></parallel>
    <channel type='pipe'><source path='/srv/pipe'/><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>
    <input type='tablet' bus='usb'/>
    <input type='mouse' bus='ps2'/>
    <graphics type='vnc' port='5901'/>
    <sound model='sb16'/>
    <sound model='es1370'/>
    <sound model='ac97'/>
    <sound model='pcspk'/>
    <video><model type='cirrus' vram='16384' heads='1' primary='yes'/></video>
    <watchdog model='ib700' action='dump'/>
    <memballoon model='none'/>
""",
)

#: What people give to a Windows guest.
WINDOWS = _domain(
    "windows",
    4,
    "pc-i440fx-7.2",
    settings="""
  <features>
    <acpi/><apic/>
    <hyperv mode='custom'>
      <relaxed state='on'/>
      <vapic state='on'/>
      <spinlocks state='on' retries='8191'/>
      <vpindex state='on'/>
      <runtime state='on'/>
      <synic state='on'/>
      <stimer state='on'><direct state='on'/></stimer>
      <reset state='on'/>
      <vendor_id state='on' value='xfmxfmxfm'/>
      <frequencies state='on'/>
      <reenlightenment state='off'/>
      <tlbflush state='on'/>
      <ipi state='on'/>
    </hyperv>
    <kvm><hidden state='on'/><hint-dedicated state='on'/><poll-control state='on'/></kvm>
    <pmu state='off'/>
    <msrs unknown='ignore'/>
    <tcg><tb-cache unit='KiB'>262144</tb-cache></tcg>
  </features>
  <cpu mode='custom' match='exact' check='none'>
    <model fallback='forbid'>Skylake-Client</model>
    <vendor>Intel</vendor>
    <topology sockets='1' dies='1' cores='1' threads='2'/>
    <maxphysaddr mode='emulate' bits='42'/>
    <cache level='3' mode='emulate'/>
    <feature policy='disable' name='hle'/>
    <feature policy='disable' name='rtm'/>
    <feature policy='require' name='pcid'/>
  </cpu>
  <clock offset='timezone' timezone='Europe/Paris'>
    <timer name='rtc' tickpolicy='catchup'><catchup threshold='123' slew='120' limit='10000'/></timer>
    <timer name='pit' tickpolicy='delay'/>
    <timer name='hpet' present='no'/>
    <timer name='hypervclock' present='yes'/>
    <timer name='tsc' present='yes' frequency='2500000000' mode='native'/>
  </clock>
""",
    devices="""
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/images/windows.qcow2'/>
      <target dev='sda' bus='sata'/>
      <boot order='1'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/images/windows2.qcow2'/>
      <target dev='sdb' bus='scsi'/>
      <serial>W2</serial>
    </disk>
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <controller type='usb' index='0' model='nec-xhci' ports='4'/>
    <interface type='network'>
      <mac address='52:54:00:04:00:01'/>
      <source network='default'/>
      <model type='e1000'/>
      <boot order='2'/>
    </interface>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' autoport='yes'/>
    <sound model='ich6'><codec type='micro'/><codec type='output'/></sound>
    <video><model type='vga' vram='32768' heads='1' primary='yes'/></video>
    <memballoon model='virtio-transitional'/>
    <panic model='isa'><address type='isa' iobase='0x505'/></panic>
""",
)

#: NUMA, and memory devices of every kind.
NUMA = _domain(
    "numa",
    5,
    "pc-q35-7.2",
    settings="""
  <maxMemory slots='16' unit='KiB'>33554432</maxMemory>
  <memory unit='KiB'>4194304</memory>
  <memoryBacking>
    <hugepages><page size='2048' unit='KiB' nodeset='0'/></hugepages>
    <allocation mode='immediate'/>
  </memoryBacking>
  <vcpu placement='static'>4</vcpu>
  <vcpus>
    <vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>
    <vcpu id='1' enabled='yes' hotpluggable='no' order='2'/>
    <vcpu id='2' enabled='yes' hotpluggable='yes' order='3'/>
    <vcpu id='3' enabled='no' hotpluggable='yes'/>
  </vcpus>
  <numatune><memory mode='preferred' nodeset='0'/></numatune>
  <features><acpi/><apic/></features>
  <cpu mode='custom' match='exact' check='none'>
    <model fallback='allow'>qemu64</model>
    <topology sockets='2' dies='1' cores='2' threads='1'/>
    <numa>
      <cell id='0' cpus='0-1' memory='1048576' unit='KiB' discard='yes'>
        <distances><sibling id='0' value='10'/><sibling id='1' value='21'/></distances>
        <cache level='1' associativity='direct' policy='writeback'>
          <size value='10' unit='KiB'/><line value='8' unit='B'/>
        </cache>
      </cell>
      <cell id='1' cpus='2-3' memory='1048576' unit='KiB' memAccess='shared'>
        <distances><sibling id='0' value='21'/><sibling id='1' value='10'/></distances>
        <cache level='1' associativity='direct' policy='writeback'>
          <size value='10' unit='KiB'/><line value='8' unit='B'/>
        </cache>
      </cell>
      <interconnects>
        <latency initiator='0' target='0' type='access' value='5'/>
        <latency initiator='0' target='0' cache='1' type='access' value='10'/>
        <bandwidth initiator='0' target='0' type='access' value='204800' unit='KiB'/>
      </interconnects>
    </numa>
  </cpu>
""",
    devices="""
    <controller type='usb' model='none'/>
    <interface type='ethernet'>
      <mac address='52:54:00:05:00:01'/>
      <model type='virtio-non-transitional'/>
    </interface>
    <memballoon model='virtio-non-transitional'/>
    <memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory>
    <memory model='dimm'>
      <target><size unit='KiB'>524288</size><node>0</node></target>
      <address type='dimm' slot='6' base='0x140000000'/>
    </memory>
    <memory model='dimm'>
      <source><nodemask>0</nodemask><pagesize unit='KiB'>2048</pagesize></source>
      <target><size unit='KiB'>524288</size><node>1</node></target>
      <alias name='ua-dimm-b'/>
    </memory>
    <memory model='nvdimm'>
      <source><path>/srv/nvdimm</path><alignsize unit='KiB'>2048</alignsize></source>
      <target><size unit='KiB'>524288</size><node>1</node><label><size unit='KiB'>256</size></label></target>
    </memory>
    <memory model='virtio-mem'>
      <target><size unit='KiB'>1048576</size><node>0</node><block unit='KiB'>2048</block>
        <requested unit='KiB'>524288</requested></target>
    </memory>
    <memory model='virtio-pmem'>
      <source><path>/srv/pmem</path></source>
      <target><size unit='KiB'>524288</size></target>
    </memory>
""",
)

#: UEFI with the loader and its variables named, SMM, and a TPM of the older interface.
UEFI = _domain(
    "uefi",
    6,
    "pc-q35-7.2",
    os="""<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.secboot.fd</loader>
    <nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>/var/lib/libvirt/qemu/nvram/uefi_VARS.fd</nvram>""",
    settings="<features><acpi/><apic/><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>",
    devices="""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/uefi.img'/>
      <target dev='vda' bus='virtio'/>
      <boot order='1'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:06:00:01'/>
      <source network='default'/>
      <model type='virtio'/>
      <rom enabled='no'/>
    </interface>
    <serial type='pty'><target type='isa-serial' port='0'/></serial>
    <tpm model='tpm-tis'>
      <backend type='emulator' version='2.0' persistent_state='yes'>
        <active_pcr_banks><sha1/><sha256/></active_pcr_banks>
      </backend>
    </tpm>
    <graphics type='vnc' autoport='yes'/>
    <video><model type='bochs' vram='16384' heads='1' primary='yes'/></video>
    <watchdog model='i6300esb' action='inject-nmi'/>
""",
)

#: UEFI as libvirt picks it, SMBIOS and fw_cfg filled in.
TABLES = _domain(
    "tables",
    7,
    "pc-q35-7.2",
    os="""<firmware><feature enabled='yes' name='secure-boot'/><feature enabled='no' name='enrolled-keys'/></firmware>
    <loader secure='yes'/>
    <acpi><table type='slic'>/srv/slic.dat</table></acpi>
    <smbios mode='sysinfo'/>""",
    settings="""
  <sysinfo type='smbios'>
    <bios><entry name='vendor'>LENOVO</entry><entry name='version'>6FET82WW</entry></bios>
    <system>
      <entry name='manufacturer'>Example</entry>
      <entry name='product'>Virt</entry>
      <entry name='serial'>32dfcb37</entry>
      <entry name='sku'>SKU-1</entry>
      <entry name='family'>Family</entry>
    </system>
    <baseBoard><entry name='manufacturer'>LENOVO</entry><entry name='serial'>CZC1065993</entry></baseBoard>
    <chassis><entry name='manufacturer'>Dell</entry><entry name='asset'>40X2</entry></chassis>
    <oemStrings><entry>myappname:some data</entry><entry>otherapp:more</entry></oemStrings>
  </sysinfo>
  <sysinfo type='fwcfg'>
    <entry name='opt/com.example/name'>example value</entry>
    <entry name='opt/com.example/file' file='/srv/fwcfg'/>
  </sysinfo>
  <features><acpi/><apic/><smm state='on'/><vmcoreinfo state='on'/></features>
  <cpu><topology sockets='2' cores='1' threads='1'/></cpu>
""",
    devices="""
    <controller type='sata' index='0'/>
    <tpm model='tpm-crb'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>
    <memballoon model='virtio'><driver iommu='off'/></memballoon>
    <rng model='virtio'><backend model='egd' type='tcp'>
      <source mode='connect' host='127.0.0.1' service='7000'/><protocol type='raw'/></backend></rng>
""",
)

#: Devices of the host, given to the guest.
PASSTHROUGH = _domain(
    "passthrough",
    8,
    "pc-q35-7.2",
    settings="<features><acpi/><apic/><ioapic driver='qemu'/></features>",
    devices="""
    <controller type='usb' index='0' model='qemu-xhci'/>
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <hostdev mode='subsystem' type='usb' managed='no'>
      <source><vendor id='0x1234'/><product id='0xbeef'/></source>
    </hostdev>
    <hostdev mode='subsystem' type='usb' managed='no'>
      <source startupPolicy='optional'><vendor id='0x1234'/><product id='0xbeee'/></source>
    </hostdev>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio'/>
      <source><address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source>
      <rom bar='on' file='/srv/rom.bin'/>
    </hostdev>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <source><address domain='0x0000' bus='0x06' slot='0x12' function='0x6'/></source>
      <boot order='1'/>
    </hostdev>
    <hostdev mode='subsystem' type='mdev' model='vfio-pci' display='off'>
      <source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source>
    </hostdev>
    <hostdev mode='subsystem' type='scsi' managed='no' sgio='filtered'>
      <source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source>
      <readonly/>
    </hostdev>
    <hostdev mode='subsystem' type='scsi_host' model='virtio-non-transitional'>
      <source protocol='vhost' wwpn='naa.5123456789abcde0'/>
    </hostdev>
    <interface type='hostdev' managed='yes'>
      <mac address='52:54:00:08:00:01'/>
      <driver name='vfio'/>
      <source><address type='pci' domain='0x0000' bus='0x03' slot='0x07' function='0x1'/></source>
      <teaming type='transient' persistent='ua-net-p'/>
    </interface>
    <interface type='network'>
      <mac address='52:54:00:08:00:01'/>
      <source network='default'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-net-p'/>
    </interface>
    <graphics type='egl-headless'/>
    <video><model type='none'/></video>
    <shmem name='ivshmem0' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>
    <shmem name='ivshmem1'><model type='ivshmem-doorbell'/><server path='/run/ivshmem'/>
      <msi vectors='16' ioeventfd='on'/></shmem>
""",
)

#: An IOMMU, and the options of virtio that go with it.
IOMMU = _domain(
    "iommu",
    9,
    "pc-q35-7.2",
    settings="""
  <vcpu>2</vcpu>
  <features><acpi/><apic/><ioapic driver='qemu'/></features>
""",
    devices="""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' iommu='on' ats='on'/>
      <source file='/srv/images/iommu.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='scsi' index='0' model='virtio-scsi'><driver iommu='on' ats='on' packed='on'/></controller>
    <controller type='virtio-serial' index='0'><driver iommu='on' packed='off' page_per_vq='on'/></controller>
    <filesystem type='mount' accessmode='mapped' model='virtio-non-transitional'>
      <driver type='path' wrpolicy='immediate' iommu='on' ats='on'/>
      <source dir='/srv/share'/>
      <target dir='share'/>
      <readonly/>
    </filesystem>
    <interface type='user'>
      <mac address='52:54:00:09:00:01'/>
      <model type='virtio'/>
      <driver iommu='on' ats='on' packed='on' page_per_vq='on'/>
    </interface>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <input type='keyboard' bus='virtio'><driver iommu='on' ats='on'/></input>
    <video><model type='virtio' heads='2' primary='yes'/><driver iommu='on' ats='on'/></video>
    <memballoon model='virtio'><driver iommu='on' ats='on'/></memballoon>
    <rng model='virtio-transitional'><backend model='random'>/dev/random</backend></rng>
    <rng model='virtio'><backend model='random'>/dev/random</backend><driver iommu='on' ats='on' packed='on'/></rng>
    <vsock model='virtio'><cid auto='no' address='4'/><driver iommu='on' ats='on' packed='on'/></vsock>
    <iommu model='intel'>
      <driver intremap='on' caching_mode='on' eim='on' iotlb='on' aw_bits='48'/>
    </iommu>
""",
)

#: Serial lines, consoles and channels of every kind.
LINES = _domain(
    "lines",
    10,
    "pc-q35-7.2",
    settings="<features><acpi/><apic/></features>",
    devices="""
    <controller type='usb' index='0' model='qemu-xhci' ports='15'/>
    <serial type='pty'><target type='isa-serial' port='0'/></serial>
    <serial type='tcp'>
      <source mode='connect' host='127.0.0.1' service='9999'/>
      <protocol type='telnet'/>
      <target type='isa-serial' port='1'/>
    </serial>
    <serial type='null'><target type='pci-serial' port='2'/></serial>
    <serial type='udp'>
      <source mode='bind' host='127.0.0.1' service='9998'/>
      <source mode='connect' host='127.0.0.1' service='9999'/>
      <target type='usb-serial' port='3'/>
    </serial>
    <serial type='null'><target type='pci-serial' port='4'/></serial>
    <parallel type='pty'><target port='0'/></parallel>
    <parallel type='file'><source path='/srv/log/lp1'/><target port='1'/></parallel>
    <console type='pty'><target type='serial' port='0'/></console>
    <console type='pty'><target type='virtio' port='1'/></console>
    <console type='file'><source path='/srv/log/c2'/><target type='virtio' port='2'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='unix'><target type='virtio' name='org.example.a'/></channel>
    <channel type='pty'><target type='virtio' name='org.example.b'/></channel>
    <channel type='spiceport'><source channel='org.example.c'/><target type='virtio' name='org.example.c'/></channel>
    <channel type='qemu-vdagent'>
      <source><clipboard copypaste='yes'/></source>
      <target type='virtio' name='com.redhat.spice.0'/>
    </channel>
    <smartcard mode='host'/>
    <input type='keyboard' bus='usb'/>
    <input type='mouse' bus='usb'/>
    <hub type='usb'/>
    <graphics type='spice' autoport='yes'/>
    <sound model='usb'/>
    <video><model type='ramfb' heads='1' primary='yes'/></video>
    <redirdev bus='usb' type='tcp'><source mode='connect' host='localhost' service='4000'/></redirdev>
    <redirdev bus='usb' type='spicevmc'/>
    <redirdev bus='usb' type='spicevmc'/>
""",
)

#: A PCI Express tree with every controller of it.
TREE = _domain(
    "tree",
    11,
    "pc-q35-7.2",
    settings="""
  <memory unit='KiB'>2097152</memory>
  <features><acpi/><apic/></features>
  <cpu mode='custom' match='exact'><model>qemu64</model>
    <numa><cell id='0' cpus='0' memory='1048576'/><cell id='1' cpus='1' memory='1048576'/></numa></cpu>
""",
    devices="""
    <controller type='pci' index='0' model='pcie-root'><pcihole64 unit='KiB'>1048576</pcihole64></controller>
    <controller type='pci' index='1' model='pcie-root-port'>
      <model name='pcie-root-port'/><target chassis='1' port='0x10'/>
    </controller>
    <controller type='pci' index='2' model='pcie-root-port'>
      <model name='ioh3420'/><target chassis='2' port='0x11' hotplug='off'/>
    </controller>
    <controller type='pci' index='3' model='pcie-switch-upstream-port'>
      <address type='pci' domain='0' bus='1' slot='0' function='0'/>
    </controller>
    <controller type='pci' index='4' model='pcie-switch-downstream-port'>
      <target chassis='4' port='0x0' hotplug='on'/>
      <address type='pci' domain='0' bus='3' slot='0' function='0'/>
    </controller>
    <controller type='pci' index='5' model='pcie-expander-bus'>
      <target busNr='180'><node>1</node></target>
    </controller>
    <controller type='pci' index='6' model='pcie-root-port'>
      <address type='pci' domain='0' bus='5' slot='0' function='0'/>
    </controller>
    <controller type='pci' index='7' model='pcie-to-pci-bridge'/>
    <controller type='pci' index='8' model='pci-bridge'><target chassisNr='8'/>
      <address type='pci' domain='0' bus='7' slot='1' function='0'/>
    </controller>
    <controller type='pci' index='9' model='dmi-to-pci-bridge'/>
    <controller type='usb' index='0' model='qemu-xhci'/>
    <interface type='user'>
      <mac address='52:54:00:0b:00:01'/><model type='virtio'/>
      <address type='pci' domain='0' bus='4' slot='0' function='0'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:0b:00:02'/><model type='virtio'/>
      <address type='pci' domain='0' bus='6' slot='0' function='0' multifunction='on'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:0b:00:03'/><model type='virtio'/>
      <address type='pci' domain='0' bus='6' slot='0' function='1'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:0b:00:04'/><model type='e1000'/>
      <address type='pci' domain='0' bus='8' slot='3' function='0'/>
    </interface>
    <sound model='ich9'/>
    <watchdog model='i6300esb' action='pause'/>
    <memballoon model='virtio'/>
""",
)

#: A kernel that is started directly, on the older chipset with expander bridges.
DIRECT = _domain(
    "direct",
    12,
    "pc-i440fx-7.2",
    os="""<kernel>/srv/boot/vmlinuz</kernel><initrd>/srv/boot/initrd</initrd>
    <cmdline>console=ttyS0 root=/dev/vda</cmdline>""",
    settings="""
  <memory unit='KiB'>2097152</memory>
  <memoryBacking><nosharepages/><locked/></memoryBacking>
  <vcpu>2</vcpu>
  <memtune><hard_limit unit='KiB'>8388608</hard_limit></memtune>
  <features><acpi/><apic/></features>
  <cpu mode='host-model' check='partial'/>
  <clock offset='absolute' start='1500000000'/>
""",
    devices="""
    <disk type='file' device='disk' model='virtio-transitional'>
      <driver name='qemu' type='raw' cache='writeback'/>
      <source file='/srv/images/direct.img'/>
      <target dev='vda' bus='virtio'/>
      <serial>DIRECT</serial>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='directsync'/>
      <source file='/srv/images/direct2.img'/>
      <target dev='vdb' bus='virtio'/>
      <address type='pci' domain='0' bus='2' slot='1' function='0'/>
    </disk>
    <controller type='pci' index='0' model='pci-root'><pcihole64 unit='KiB'>1048576</pcihole64></controller>
    <controller type='pci' index='1' model='pci-bridge'><model name='pci-bridge'/><target chassisNr='2'/></controller>
    <controller type='pci' index='2' model='pci-expander-bus'><target busNr='254'/></controller>
    <controller type='usb' index='0' model='ehci'/>
    <controller type='usb' index='1' model='piix4-uhci'/>
    <controller type='virtio-serial' index='0' model='virtio-transitional'/>
    <controller type='scsi' index='0' model='virtio-transitional'/>
    <controller type='scsi' index='1' model='lsisas1078'/>
    <filesystem type='mount' accessmode='squash' model='virtio-transitional'>
      <source dir='/srv/share'/><target dir='share'/></filesystem>
    <interface type='user'><mac address='52:54:00:0c:00:01'/><model type='virtio-transitional'/></interface>
    <interface type='user'><mac address='52:54:00:0c:00:02'/><model type='pcnet'/></interface>
    <input type='tablet' bus='virtio'/>
    <console type='pty'/>
    <video><model type='virtio'/></video>
    <memballoon model='virtio-transitional' autodeflate='off'/>
    <panic model='isa'/>
    <vsock model='virtio-transitional'><cid auto='no' address='5'/></vsock>
""",
)

#: What libvirt passes to QEMU without a look.
PRIVATE = _domain(
    "private",
    13,
    "pc-q35-6.2",
    settings="""
  <features><acpi/><apic/></features>
  <metadata>
    <app:info xmlns:app='urn:example:app' version='1'><app:tag>a</app:tag></app:info>
  </metadata>
  <perf><event name='cmt' enabled='no'/></perf>
""",
    devices="""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/images/private.img'/>
      <target dev='vda' bus='virtio'/>
      <alias name='ua-disk'/>
    </disk>
    <interface type='user'>
      <mac address='52:54:00:0d:00:01'/>
      <model type='virtio'/>
      <alias name='ua-net'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:0d:00:02'/>
      <model type='virtio'/>
    </interface>
    <graphics type='sdl' display=':0' xauth='/root/.Xauthority'/>
    <video><model type='vga'/></video>
""",
    more="""
  <seclabel type='none' model='dac'/>
  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='pvpanic-pci'/>
    <qemu:env name='QEMU_AUDIO_DRV' value='none'/>
  </qemu:commandline>
  <qemu:capabilities>
    <qemu:add capability='usb-redir.filter'/>
    <qemu:del capability='blockdev-hostdev-scsi'/>
  </qemu:capabilities>
  <qemu:override>
    <qemu:device alias='ua-disk'>
      <qemu:frontend>
        <qemu:property name='x-disable-pcie' type='bool' value='true'/>
        <qemu:property name='num-queues' type='unsigned' value='3'/>
      </qemu:frontend>
    </qemu:device>
  </qemu:override>
  <qemu:deprecation behavior='omit'/>
""",
)

#: The machine without PCI.
ISA = _domain(
    "isa",
    14,
    "isapc",
    settings="<memory unit='MiB'>16</memory><vcpu>1</vcpu>",
    devices="""
    <disk type='file' device='floppy'>
      <source file='/srv/images/isa.fd'/>
      <target dev='fda' bus='fdc'/>
    </disk>
    <serial type='pty'/>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
""",
)

#: Hardly anything, so that much is added by libvirt.
SMALL = _domain("small", 15, "pc-q35-7.2", settings="", devices="")

BASES = {
    "desktop": DESKTOP,
    "server": SERVER,
    "old": OLD,
    "windows": WINDOWS,
    "numa": NUMA,
    "uefi": UEFI,
    "tables": TABLES,
    "passthrough": PASSTHROUGH,
    "iommu": IOMMU,
    "lines": LINES,
    "tree": TREE,
    "direct": DIRECT,
    "private": PRIVATE,
    "isa": ISA,
    "small": SMALL,
}
