"""Edits of devices."""

from __future__ import annotations

from tests.live.abi_editing import (
    add,
    alias,
    cut,
    drop,
    exchange,
    instead,
    last,
    mac,
    name,
    number,
    of,
    put,
    respell,
    swap,
    text,
    uuid,
    word,
)

#: Devices that have a PCI address.
PCI = "devices/*/address[@type='pci']"

DISK = "devices/disk"

DISKS = (
    text("disk.serial", "guest", f"{DISK}/serial", word),
    drop("disk.serial.gone", "guest", f"{DISK}/serial"),
    add("disk.serial.new", "guest", f"{DISK}[not(serial)][@device='disk']", of("<serial>%</serial>", word)),
    text("disk.wwn", "guest", f"{DISK}/wwn", "5000c50015ea7100", "5000c50015ea7101"),
    drop("disk.wwn.gone", "guest", f"{DISK}/wwn"),
    add(
        "disk.wwn.new", "guest", f"{DISK}[@device='disk'][not(wwn)][target/@bus='scsi']", "<wwn>5000c50015ea7102</wwn>"
    ),
    text("disk.vendor", "guest", f"{DISK}/vendor", "OTHER"),
    text("disk.product", "guest", f"{DISK}/product", "Platter"),
    add(
        "disk.product.new",
        "guest",
        f"{DISK}[@device='disk'][target/@bus='scsi'][not(product)]",
        "<product>Disk</product>",
    ),
    add(
        "disk.readonly",
        "guest",
        f"{DISK}[@device='disk'][target/@bus='virtio' or target/@bus='scsi'][not(readonly)]",
        "<readonly/>",
    ),
    drop("disk.readonly.gone", "guest", f"{DISK}[@device='disk']/readonly"),
    drop("disk.readonly.cdrom", "spelling", f"{DISK}[@device='cdrom']/readonly"),
    put(
        "disk.device",
        "guest",
        f"{DISK}[@device='disk'][@type='file'][target/@bus='sata'][not(serial)]",
        "device",
        "cdrom",
    ),
    cut("disk.device.said", "spelling", f"{DISK}[@device='disk']", "device"),
    put(
        "disk.model",
        "guest",
        f"{DISK}[target/@bus='virtio']",
        "model",
        "virtio-transitional",
        "virtio-non-transitional",
        "virtio",
    ),
    put("disk.target.dev", "guest", f"{DISK}[target/@bus='virtio']/target", "dev", "vdx", "vdz"),
    put(
        "disk.rotation-rate",
        "guest",
        f"{DISK}[@device='disk'][target/@bus='scsi' or target/@bus='sata']/target",
        "rotation_rate",
        number(2, 60000),
    ),
    cut("disk.rotation-rate.gone", "guest", f"{DISK}/target[@rotation_rate]", "rotation_rate"),
    put("disk.removable", "guest", f"{DISK}/target[@bus='usb']", "removable", "off"),
    cut("disk.removable.gone", "guest", f"{DISK}/target[@removable='on']", "removable"),
    put("disk.queues", "guest", f"{DISK}[target/@bus='virtio']/driver", "queues", number(3, 16)),
    put("disk.queue-size", "guest", f"{DISK}[target/@bus='virtio']/driver", "queue_size", "64", "512"),
    put("disk.event-idx", "guest", f"{DISK}[target/@bus='virtio']/driver", "event_idx", "off"),
    *(
        put(f"disk.driver.{option}", "guest", f"{DISK}[target/@bus='virtio'][driver/@iommu]/driver", option, "off")
        for option in ("iommu", "ats", "packed", "page_per_vq")
    ),
    put("disk.driver.packed.new", "guest", f"{DISK}[target/@bus='virtio']/driver[not(@packed)]", "packed", "on", "off"),
    put(
        "disk.cache.through",
        "guest",
        f"{DISK}[not(driver/@cache='writethrough' or driver/@cache='directsync')]"
        "[@device='disk']/driver[not(@io='native')]",
        "cache",
        "writethrough",
        "directsync",
    ),
    put(
        "disk.cache.back",
        "guest",
        f"{DISK}/driver[@cache='writethrough' or @cache='directsync']",
        "cache",
        "writeback",
        "none",
        "unsafe",
    ),
    cut("disk.cache.gone", "guest", f"{DISK}/driver[@cache='writethrough' or @cache='directsync']", "cache"),
    put(
        "disk.cache.kept",
        "host",
        f"{DISK}/driver[not(@cache='writethrough' or @cache='directsync' or @io='native')]",
        "cache",
        "none",
        "writeback",
        "unsafe",
    ),
    add(
        "disk.geometry.new",
        "guest",
        f"{DISK}[@device='disk'][not(geometry)][target/@bus='ide' or target/@bus='virtio']",
        "<geometry cyls='16383' heads='15' secs='63'/>",
    ),
    put("disk.geometry", "guest", f"{DISK}/geometry", "heads", number(1, 15)),
    add(
        "disk.blockio.new",
        "guest",
        f"{DISK}[@device='disk'][not(blockio)][@type='file']",
        "<blockio logical_block_size='4096' physical_block_size='4096'/>",
        "<blockio physical_block_size='4096'/>",
    ),
    put("disk.blockio", "guest", f"{DISK}/blockio", "physical_block_size", "512", "8192"),
    drop("disk.blockio.gone", "guest", f"{DISK}/blockio"),
    instead("disk.alias.scsi", "guest", f"{DISK}[target/@bus='scsi'][@device='disk'][not(serial)]/alias", alias),
    drop("disk.alias.scsi.gone", "guest", f"{DISK}[target/@bus='scsi'][@device='disk'][not(serial)]/alias"),
    add("disk.alias.scsi.new", "guest", f"{DISK}[target/@bus='scsi'][not(@device='lun')][not(serial or alias)]", alias),
    instead("disk.alias", "host", f"{DISK}[serial or not(target/@bus='scsi')][not(../../qemu:override)]/alias", alias),
    add("disk.alias.new", "host", f"{DISK}[not(alias)][serial or not(target/@bus='scsi')]", alias),
    put("disk.source.file", "host", f"{DISK}[@type='file']/source", "file", name),
    put("disk.source.dev", "host", f"{DISK}[@type='block']/source", "dev", name),
    put("disk.source.name", "host", f"{DISK}[@type='network']/source", "name", of("pool/%", word)),
    put("disk.source.host", "host", f"{DISK}/source/host", "name", of("%.example.org", word)),
    drop("disk.source.ejected", "host", f"{DISK}[@device='cdrom' or @device='floppy']/source"),
    put("disk.format", "host", f"{DISK}[@type='file'][@device='disk']/driver", "type", "raw", "qcow2"),
    *(
        put(f"disk.driver.{option}", "host", f"{DISK}[@device='disk'][not(target/@bus='usb')]/driver", option, value)
        for option, value in (
            ("discard", "unmap"),
            ("discard", "ignore"),
            ("detect_zeroes", "on"),
            ("error_policy", "stop"),
            ("io", "threads"),
            ("copy_on_read", "on"),
        )
    ),
    put("disk.driver.iothread", "host", f"{DISK}/driver[@iothread]", "iothread", "2"),
    put("disk.driver.ioeventfd", "host", f"{DISK}[target/@bus='virtio']/driver", "ioeventfd", "off"),
    add(
        "disk.iotune.new",
        "host",
        f"{DISK}[not(iotune)]",
        of("<iotune><total_bytes_sec>%</total_bytes_sec></iotune>", number(10**6, 10**7)),
    ),
    text("disk.iotune", "host", f"{DISK}/iotune/*", number(100, 499)),
    add(
        "disk.shareable",
        "host",
        f"{DISK}[@device='disk'][not(readonly)][driver/@type='raw'][not(driver/@cache)]",
        "<shareable/>",
    ),
    add("disk.transient", "host", f"{DISK}[@device='disk'][target/@bus='ide'][not(readonly)]", "<transient/>"),
    put("disk.snapshot", "host", DISK, "snapshot", "no"),
    put("disk.rawio", "host", f"{DISK}[@device='lun']", "rawio", "no"),
    add(
        "disk.new",
        "guest",
        "devices[not(../os/type/@machine='isapc')]",
        "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/srv/x'/>"
        "<target dev='vdq' bus='virtio'/>"
        "<address type='pci' domain='0' bus='0' slot='0x17' function='0'/></disk>",
    ),
    drop("disk.gone", "guest", DISK),
    swap("disk.order", "spelling", f"{DISK}[following-sibling::disk[1]/target/@bus = target/@bus]"),
    last("disk.order.buses", "spelling", f"{DISK}[following-sibling::disk[target/@bus]/target/@bus != target/@bus]"),
    put("disk.address.unit", "guest", f"{DISK}[target/@bus='scsi']/address", "unit", "9"),
    put("disk.address.unit.sata", "guest", f"{DISK}[target/@bus='sata']/address", "unit", "4", "5"),
)

CONTROLLER = "devices/controller"
PORT = f"{CONTROLLER}[@model='pcie-root-port']"

CONTROLLERS = (
    put(
        "controller.model.scsi",
        "guest",
        f"{CONTROLLER}[@type='scsi'][@model='virtio-scsi'][not(driver)]",
        "model",
        "virtio-transitional",
        "virtio-non-transitional",
    ),
    put("controller.model.scsi.lsi", "guest", f"{CONTROLLER}[@model='lsilogic']", "model", "lsisas1068"),
    put("controller.model.usb", "guest", f"{CONTROLLER}[@model='qemu-xhci']", "model", "nec-xhci"),
    cut("controller.model.gone", "guest", f"{CONTROLLER}[@model='qemu-xhci'][not(@ports)]", "model"),
    cut("controller.model.said", "spelling", f"{CONTROLLER}[@model='piix3-uhci' or @model='lsilogic']", "model"),
    put(
        "controller.ports.usb",
        "guest",
        f"{CONTROLLER}[@type='usb'][@model='qemu-xhci' or @model='nec-xhci']",
        "ports",
        "9",
        "15",
    ),
    cut("controller.ports.usb.gone", "guest", f"{CONTROLLER}[@type='usb'][@ports < 10]", "ports"),
    put("controller.ports.serial", "guest", f"{CONTROLLER}[@type='virtio-serial']", "ports", number(17, 31)),
    put("controller.vectors", "guest", f"{CONTROLLER}[@type='virtio-serial']", "vectors", number(5, 9)),
    put("controller.startport", "guest", f"{CONTROLLER}/master", "startport", "6"),
    put("controller.queues", "guest", f"{CONTROLLER}[@type='scsi']/driver", "queues", number(3, 9)),
    put("controller.cmd-per-lun", "guest", f"{CONTROLLER}[@model='virtio-scsi']/driver", "cmd_per_lun", "32", "128"),
    put("controller.max-sectors", "guest", f"{CONTROLLER}[@model='virtio-scsi']/driver", "max_sectors", "256", "1024"),
    put("controller.ioeventfd", "host", f"{CONTROLLER}/driver[@ioeventfd]", "ioeventfd", "off"),
    put("controller.iothread", "host", f"{CONTROLLER}/driver[@iothread]", "iothread", "2"),
    *(
        put(f"controller.driver.{option}", "guest", f"{CONTROLLER}/driver[@{option}]", option, "on", "off")
        for option in ("iommu", "ats", "packed", "page_per_vq")
    ),
    add(
        "controller.driver.new",
        "host",
        f"{CONTROLLER}[@type='scsi'][contains(@model, 'virtio')][not(driver)]",
        "<driver ioeventfd='on'/>",
    ),
    add(
        "controller.driver.options",
        "guest",
        f"{CONTROLLER}[@type='virtio-serial'][not(driver)]",
        "<driver packed='on'/>",
    ),
    add("controller.driver.empty", "host", f"{CONTROLLER}[@type='virtio-serial'][not(driver)]", "<driver/>"),
    put("controller.root-port.name", "guest", f"{PORT}/model", "name", "ioh3420", "pcie-root-port"),
    put("controller.root-port.chassis", "guest", f"{PORT}/target", "chassis", number(40, 250)),
    put("controller.root-port.port", "guest", f"{PORT}/target", "port", number(0x40, 0xFF)),
    put("controller.root-port.hotplug", "guest", f"{PORT}/target", "hotplug", "off", "on"),
    cut("controller.root-port.hotplug.gone", "guest", f"{PORT}/target[@hotplug='off']", "hotplug"),
    put("controller.bus-number", "guest", f"{CONTROLLER}/target[@busNr]", "busNr", number(200, 230)),
    text("controller.node", "guest", f"{CONTROLLER}/target/node", "0"),
    drop("controller.node.gone", "guest", f"{CONTROLLER}/target/node"),
    put("controller.chassis-number", "guest", f"{CONTROLLER}/target[@chassisNr]", "chassisNr", number(40, 250)),
    text("controller.pcihole64", "guest", f"{CONTROLLER}/pcihole64", "2097152", "0"),
    drop("controller.pcihole64.gone", "guest", f"{CONTROLLER}/pcihole64"),
    instead("controller.pcihole64.unit", "spelling", f"{CONTROLLER}/pcihole64", "<pcihole64 unit='GiB'>1</pcihole64>"),
    add(
        "controller.pcihole64.new",
        "guest",
        f"{CONTROLLER}[@index='0'][@model='pcie-root' or @model='pci-root'][not(pcihole64)]",
        "<pcihole64 unit='KiB'>1048576</pcihole64>",
    ),
    add(
        "controller.new",
        "guest",
        "devices[not(../os/type/@machine='isapc')]",
        "<controller type='scsi' index='7' model='virtio-scsi'>"
        "<address type='pci' domain='0' bus='0' slot='0x16' function='0'/></controller>",
    ),
    add("controller.alias", "host", f"{CONTROLLER}[not(alias)]", alias),
    respell("controller.target.hexadecimal", f"{PORT}/target", lambda text: str(int(text, 16)), attribute="port"),
    respell("controller.target.hexadecimal", f"{PORT}/target", lambda text: hex(int(text)), attribute="chassis"),
    swap("controller.order", "spelling", f"{CONTROLLER}[following-sibling::controller]"),
    swap(
        "controller.order.usb", "spelling", f"{CONTROLLER}[@type='usb'][following-sibling::controller[1]/@type='usb']"
    ),
    drop(
        "controller.gone",
        "guest",
        f"{CONTROLLER}[@type='scsi'][not(../disk/target/@bus='scsi' or ../hostdev/@type='scsi')]",
    ),
    drop("controller.added.gone", "spelling", f"{CONTROLLER}[@model='pcie-root' or @model='pci-root'][not(*)]"),
    drop("controller.added.gone", "spelling", f"{CONTROLLER}[@type='sata'][../controller/@model='pcie-root']"),
    drop("controller.added.gone", "spelling", f"{PORT}[not(alias)][position() = 2]"),
)

ADDRESSES = (
    put(
        "address.pci.slot",
        "guest",
        f"{PCI}[@bus='0x00'][@function='0x0'][not(@multifunction)][not(../model/@name)]"
        "[not(parent::video or ../@type='sata' or ../@type='ide' or ../@model='ich9')]",
        "slot",
        "0x15",
        "0x14",
        "0x13",
    ),
    put(
        "address.pci.function",
        "guest",
        "devices/interface/address[@bus='0x06'][@function='0x1']",
        "function",
        "0x2",
        "0x3",
    ),
    put("address.pci.bus", "guest", "devices/interface/address[@bus='0x08'][@slot='0x03']", "bus", "0x07", "0x09"),
    exchange(
        "address.pci.exchanged",
        "guest",
        "devices/interface[following-sibling::interface[1]/address/@type='pci']",
        "address",
    ),
    put(
        "address.pci.multifunction",
        "guest",
        f"{PCI}[not(../../controller/target/@busNr)][@function='0x0'][not(@multifunction)]",
        "multifunction",
        "on",
    ),
    cut("address.pci.multifunction.gone", "guest", "devices/interface/address[@multifunction='on']", "multifunction"),
    put(
        "address.pci.multifunction.off",
        "spelling",
        f"{PCI}[not(@multifunction)][@function='0x0'][@bus != '0x00']",
        "multifunction",
        "off",
    ),
    add(
        "address.acpi-index",
        "guest",
        "devices/interface[not(acpi)][../../features/acpi]",
        of("<acpi index='%'/>", number(20, 90)),
    ),
    put("address.acpi-index.other", "guest", "devices/interface/acpi", "index", number(20, 90)),
    drop("address.acpi-index.gone", "guest", "devices/interface/acpi"),
    *(
        put(f"address.usb.port.{kind}", "guest", f"devices/{kind}/address[@type='usb']", "port", "7", "12", "13")
        for kind in ("input", "disk", "redirdev", "hub", "sound", "serial", "controller")
    ),
    put("address.usb.port.hostdev", "guest", "devices/hostdev/address[@type='usb']", "port", "3", "4"),
    put("address.usb.bus", "guest", "devices[controller/@model='ich9-ehci1']/*/address[@type='usb']", "bus", "1"),
    put("address.virtio-serial.port", "guest", "devices/channel/address[@type='virtio-serial']", "port", number(9, 14)),
    put("address.isa.iobase", "guest", "devices/panic/address[@type='isa']", "iobase", "0x506", "0x510"),
    put("address.dimm.slot", "guest", "devices/memory/address[@type='dimm']", "slot", number(5, 15)),
    put("address.dimm.base", "guest", "devices/memory/address[@base]", "base", "0x180000000", "0x190000000"),
    cut("address.dimm.base.gone", "guest", "devices/memory/address[@base]", "base"),
    put("address.dimm.base.new", "host", "devices/memory/address[@type='dimm'][not(@base)]", "base", "0x1a0000000"),
    respell(
        "address.dimm.base.spelling",
        "devices/memory/address[@base]",
        lambda text: text.removeprefix("0x"),
        attribute="base",
    ),
    respell(
        "address.pci.decimal",
        f"{PCI}[@slot]",
        lambda text: str(int(text, 16)),
        lambda text: f"{int(text, 16):X}".join(("0x", "")),
        attribute="slot",
    ),
    respell(
        "address.pci.decimal",
        f"{PCI}[@bus]",
        lambda text: str(int(text, 16)),
        lambda text: f"0x{int(text, 16):04x}",
        attribute="bus",
    ),
    respell("address.pci.decimal", f"{PCI}[@domain]", lambda _: "0", attribute="domain"),
    instead(
        "address.other-bus",
        "guest",
        "devices/memballoon/address",
        "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>",
        "<address type='spapr-vio' reg='0x2000'/>",
        "<address type='virtio-mmio'/>",
    ),
    put(
        "address.pci.unassigned",
        "spelling",
        f"{PCI}[@bus='0x00'][not(parent::controller or parent::sound or @multifunction)]",
        "slot",
        "0x00",
    ),
    cut("address.pci.domain", "spelling", PCI, "domain"),
    cut("address.drive.zero", "spelling", "devices/disk/address[@type='drive'][@unit='0']", "target", "unit"),
    *(
        drop(f"address.gone.{kind}", "spelling", f"devices/{kind}/address")
        for kind in ("disk", "interface", "controller", "input", "memballoon", "rng", "channel", "hostdev", "memory")
    ),
)

INTERFACE = "devices/interface"
VIRTIO_NIC = f"{INTERFACE}[starts-with(model/@type, 'virtio')]"

INTERFACES = (
    put("interface.mac", "guest", f"{INTERFACE}/mac", "address", mac),
    respell(
        "interface.mac.spelling",
        f"{INTERFACE}/mac",
        str.upper,
        lambda text: text.replace(":0", ":"),
        attribute="address",
    ),
    put("interface.model", "guest", f"{INTERFACE}[not(driver)]/model[@type!='virtio']", "type", "virtio"),
    put("interface.model.other", "guest", f"{INTERFACE}[not(driver)]/model", "type", "e1000", "rtl8139", "vmxnet3"),
    put(
        "interface.model.transitional",
        "guest",
        f"{VIRTIO_NIC}/model",
        "type",
        "virtio-transitional",
        "virtio-non-transitional",
    ),
    drop("interface.model.said", "spelling", f"{INTERFACE}/model[@type='rtl8139']"),
    drop("interface.model.gone", "guest", f"{INTERFACE}/model[@type='virtio']"),
    add(
        "interface.mtu",
        "guest",
        f"{VIRTIO_NIC}[not(mtu)][@type='network' or @type='bridge' or @type='ethernet']",
        of("<mtu size='%'/>", number(1400, 9000)),
    ),
    put("interface.mtu.other", "guest", f"{INTERFACE}/mtu", "size", number(1400, 8999)),
    drop("interface.mtu.gone", "guest", f"{INTERFACE}/mtu"),
    *(
        put(f"interface.driver.{option}", "guest", f"{INTERFACE}/driver[@{option}]", option, value)
        for option, value in (
            ("iommu", "off"),
            ("ats", "off"),
            ("packed", "off"),
            ("page_per_vq", "off"),
            ("queues", "8"),
            ("rx_queue_size", "1024"),
            ("tx_queue_size", "512"),
            ("event_idx", "off"),
            ("rss", "off"),
        )
    ),
    put("interface.driver.rss_hash_report", "guest", f"{INTERFACE}/driver[@rss]", "rss_hash_report", "on"),
    *(
        put(f"interface.host.{option}", "guest", f"{INTERFACE}/driver/host", option, "off")
        for option in ("csum", "gso", "tso4", "tso6", "ecn", "ufo", "mrg_rxbuf")
    ),
    *(
        put(f"interface.guest.{option}", "guest", f"{INTERFACE}/driver/guest", option, "off")
        for option in ("csum", "tso4", "tso6", "ecn", "ufo")
    ),
    drop("interface.host.gone", "guest", f"{INTERFACE}/driver/host"),
    put("interface.driver.name", "host", f"{INTERFACE}[@type!='hostdev']/driver", "name", "qemu", "vhost"),
    put("interface.driver.ioeventfd", "host", f"{INTERFACE}/driver[@ioeventfd]", "ioeventfd", "off"),
    put("interface.driver.txmode", "host", f"{INTERFACE}[@type!='hostdev']/driver", "txmode", "timer"),
    add(
        "interface.driver.new",
        "host",
        f"{VIRTIO_NIC}[not(driver)]",
        "<driver name='vhost'/>",
        "<driver name='qemu' ioeventfd='on'/>",
    ),
    add("interface.driver.empty", "host", f"{VIRTIO_NIC}[not(driver)]", "<driver/>"),
    add(
        "interface.driver.queues.new",
        "guest",
        f"{VIRTIO_NIC}[not(driver)][@type='bridge' or @type='network']",
        "<driver queues='2'/>",
    ),
    add(
        "interface.rom",
        "guest",
        f"{INTERFACE}[not(rom)]",
        "<rom bar='off'/>",
        "<rom enabled='no'/>",
        of("<rom file='%'/>", name),
    ),
    put("interface.rom.bar", "guest", f"{INTERFACE}/rom[@bar]", "bar", "on", "off"),
    put("interface.rom.file", "guest", f"{INTERFACE}/rom[@file]", "file", name),
    put("interface.rom.enabled", "guest", f"{INTERFACE}/rom[@enabled='no']", "enabled", "yes"),
    drop("interface.rom.gone", "guest", f"{INTERFACE}/rom"),
    add("interface.teaming", "guest", f"{VIRTIO_NIC}[not(teaming)]", "<teaming type='persistent'/>"),
    drop("interface.teaming.gone", "guest", f"{INTERFACE}/teaming[@type='persistent']"),
    put("interface.link", "guest", f"{INTERFACE}/link", "state", "up", "down"),
    add("interface.link.new", "guest", f"{INTERFACE}[not(link)][@type!='hostdev']", "<link state='down'/>"),
    drop("interface.link.up", "spelling", f"{INTERFACE}/link[@state='up']"),
    put("interface.source.bridge", "host", f"{INTERFACE}/source[@bridge]", "bridge", "br7", "br8"),
    put("interface.source.network", "host", f"{INTERFACE}/source[@network]", "network", of("net-%", word)),
    put("interface.source.portgroup", "host", f"{INTERFACE}/source[@network]", "portgroup", "green"),
    put("interface.source.dev", "host", f"{INTERFACE}[@type='direct']/source", "dev", "eth7"),
    put("interface.source.mode", "host", f"{INTERFACE}[@type='direct']/source", "mode", "vepa", "private"),
    put("interface.source.path", "host", f"{INTERFACE}[@type='vhostuser']/source", "path", name),
    put(
        "interface.type",
        "host",
        f"{INTERFACE}[@type='bridge' or @type='network'][not(filterref or bandwidth or mtu)]",
        "type",
        "ethernet",
    ),
    instead(
        "interface.hostdev.source",
        "guest",
        f"{INTERFACE}[@type='hostdev']/source",
        "<source><address type='pci' domain='0' bus='3' slot='7' function='2'/></source>",
    ),
    put("interface.hostdev.managed", "host", f"{INTERFACE}[@type='hostdev']", "managed", "no"),
    add(
        "interface.bandwidth",
        "host",
        f"{INTERFACE}[@type='network' or @type='bridge'][not(bandwidth)]",
        of("<bandwidth><inbound average='%'/></bandwidth>", number(100, 9999)),
    ),
    drop("interface.bandwidth.gone", "host", f"{INTERFACE}/bandwidth"),
    drop("interface.filterref", "host", f"{INTERFACE}/filterref"),
    add(
        "interface.target",
        "host",
        f"{INTERFACE}[@type='network' or @type='bridge'][not(target)]",
        "<target dev='tap9'/>",
    ),
    put("interface.target.dev", "host", f"{INTERFACE}/target", "dev", "tap8"),
    add("interface.port-isolated", "host", f"{INTERFACE}[@type='network' or @type='bridge']", "<port isolated='yes'/>"),
    add("interface.tune", "host", f"{INTERFACE}[@type='bridge']", "<tune><sndbuf>1600</sndbuf></tune>"),
    add(
        "interface.coalesce",
        "host",
        f"{INTERFACE}[@type='network' or @type='bridge']",
        "<coalesce><rx><frames max='7'/></rx></coalesce>",
    ),
    add(
        "interface.backend",
        "host",
        f"{INTERFACE}[@type='bridge' or @type='network'][model/@type='virtio']",
        "<backend vhost='/dev/vhost-net-7'/>",
    ),
    add("interface.alias", "host", f"{INTERFACE}[not(alias)]", alias),
    instead("interface.alias.other", "host", f"{INTERFACE}[not(../interface/teaming/@persistent)]/alias", alias),
    drop("interface.gone", "guest", f"{INTERFACE}[not(../interface/teaming/@persistent)]"),
    swap("interface.order", "spelling", f"{INTERFACE}[following-sibling::interface]"),
    last("interface.order.among-all", "spelling", f"{INTERFACE}[not(following-sibling::interface)]"),
)

FILESYSTEM = "devices/filesystem"

FILESYSTEMS = (
    put("filesystem.target", "guest", f"{FILESYSTEM}/target", "dir", word),
    add("filesystem.readonly", "guest", f"{FILESYSTEM}[not(readonly)][not(driver/@type='virtiofs')]", "<readonly/>"),
    drop("filesystem.readonly.gone", "guest", f"{FILESYSTEM}/readonly"),
    put(
        "filesystem.model",
        "guest",
        f"{FILESYSTEM}[not(driver/@type='virtiofs')]",
        "model",
        "virtio-transitional",
        "virtio-non-transitional",
        "virtio",
    ),
    put(
        "filesystem.accessmode",
        "guest",
        f"{FILESYSTEM}[not(driver/@type='virtiofs')]",
        "accessmode",
        "passthrough",
        "mapped",
    ),
    put("filesystem.driver.type", "guest", f"{FILESYSTEM}/driver[@type='virtiofs']", "type", "path"),
    put("filesystem.driver.queue", "guest", f"{FILESYSTEM}/driver[@queue]", "queue", "1024", "256"),
    *(
        put(f"filesystem.driver.{option}", "guest", f"{FILESYSTEM}/driver[@{option}]", option, "off")
        for option in ("iommu", "ats")
    ),
    cut("filesystem.driver.wrpolicy", "host", f"{FILESYSTEM}/driver", "wrpolicy"),
    put("filesystem.source", "host", f"{FILESYSTEM}/source", "dir", name),
    put("filesystem.binary", "host", f"{FILESYSTEM}/binary", "path", name),
    put("filesystem.cache", "host", f"{FILESYSTEM}/binary/cache", "mode", "none"),
    put("filesystem.multidevs", "guest", f"{FILESYSTEM}[not(driver/@type='virtiofs')]", "multidevs", "remap"),
    add("filesystem.alias", "host", FILESYSTEM, alias),
    drop("filesystem.gone", "guest", FILESYSTEM),
    swap("filesystem.order", "spelling", f"{FILESYSTEM}[following-sibling::filesystem]"),
)

CHANNEL = "devices/channel"

LINES = (
    put("channel.name", "guest", f"{CHANNEL}/target[@name]", "name", of("org.example.%", word)),
    cut("channel.name.said", "spelling", f"{CHANNEL}[@type='spicevmc']/target", "name"),
    put("channel.source", "host", f"{CHANNEL}[@type='unix']/source", "path", name),
    put("channel.source.service", "host", f"{CHANNEL}[@type='tcp']/source", "service", number(3000, 4000)),
    put("channel.type", "host", f"{CHANNEL}[@type='unix'][not(source)]", "type", "pty", "null"),
    put("channel.guestfwd.address", "guest", f"{CHANNEL}/target[@type='guestfwd']", "address", "10.0.2.3", "10.0.2.4"),
    put("channel.guestfwd.port", "guest", f"{CHANNEL}/target[@type='guestfwd']", "port", number(4601, 4700)),
    add("channel.alias", "host", f"{CHANNEL}[not(alias)]", alias),
    drop("channel.gone", "guest", CHANNEL),
    add(
        "channel.new",
        "guest",
        "devices[channel/address/@type='virtio-serial']",
        "<channel type='null'><target type='virtio' name='org.example.new'/>"
        "<address type='virtio-serial' controller='0' bus='0' port='15'/></channel>",
    ),
    swap("channel.order", "spelling", f"{CHANNEL}[following-sibling::channel]"),
    put("serial.type", "host", "devices/serial[@type='pty']", "type", "null", "stdio"),
    put("serial.source", "host", "devices/serial/source[@path]", "path", name),
    put("serial.source.service", "host", "devices/serial[@type='tcp']/source", "service", number(3000, 4000)),
    add("serial.log", "host", "devices/serial", "<log file='/srv/log/drawn' append='on'/>"),
    put("serial.port", "guest", "devices/serial[not(target/@port='0')]/target", "port", "5", "6"),
    drop("serial.target.gone", "guest", "devices/serial[target/@port='0'][../serial/target/@port > 0]/target"),
    cut("serial.port.said", "spelling", "devices/serial/target[@type='isa-serial']", "port"),
    instead(
        "serial.model",
        "guest",
        "devices/serial[target/@type='usb-serial']",
        "<serial type='null'><target type='isa-serial' port='3'/></serial>",
    ),
    instead(
        "serial.isa-debug",
        "guest",
        "devices/serial/target[@type='isa-serial'][@port='1']",
        "<target type='isa-debug' port='1'><model name='isa-debugcon'/></target>",
    ),
    add("serial.alias", "host", "devices/serial[not(alias)]", alias),
    drop("serial.gone", "guest", "devices/serial[not(target/@port='0')]"),
    swap("serial.order", "spelling", "devices/serial[target/@port != '0'][following-sibling::serial]"),
    drop("serial.model.said", "spelling", "devices/serial/target/model"),
    drop("serial.console", "spelling", "devices/console[target/@type='serial']"),
    put("parallel.port", "guest", "devices/parallel/target", "port", "2"),
    put("parallel.source", "host", "devices/parallel/source", "path", name),
    drop("parallel.gone", "guest", "devices/parallel"),
    swap("parallel.order", "spelling", "devices/parallel[following-sibling::parallel]"),
    put("console.source", "host", "devices/console/source", "path", name),
    drop("console.gone", "guest", "devices/console[target/@type='virtio']"),
    instead(
        "smartcard.mode",
        "guest",
        "devices/smartcard[@mode='host']",
        "<smartcard mode='passthrough' type='spicevmc'><address type='ccid' controller='0' slot='0'/></smartcard>",
    ),
    put("smartcard.type", "host", "devices/smartcard[@mode='passthrough']", "type", "null"),
    drop("smartcard.gone", "guest", "devices/smartcard"),
)

INPUTS = (
    put(
        "input.type",
        "guest",
        "devices/input[@bus='usb' or @bus='virtio'][not(source)]",
        "type",
        "tablet",
        "mouse",
        "keyboard",
    ),
    put("input.evdev", "guest", "devices/input/source", "evdev", "/dev/input/event7"),
    *(put(f"input.driver.{option}", "guest", "devices/input/driver", option, "off") for option in ("iommu", "ats")),
    add("input.alias", "host", "devices/input[not(alias)]", alias),
    drop("input.gone", "guest", "devices/input[@bus!='ps2']"),
    drop("input.ps2", "spelling", "devices/input[@bus='ps2']"),
    swap("input.order", "spelling", "devices/input[@bus!='ps2'][following-sibling::input[1]/@bus!='ps2']"),
    put("tpm.model", "guest", "devices/tpm", "model", "tpm-tis", "tpm-crb"),
    instead(
        "tpm.version", "guest", "devices/tpm[@model='tpm-tis']/backend", "<backend type='emulator' version='1.2'/>"
    ),
    instead(
        "tpm.banks",
        "guest",
        "devices/tpm/backend/active_pcr_banks",
        "<active_pcr_banks><sha256/></active_pcr_banks>",
        "<active_pcr_banks><sha1/><sha512/></active_pcr_banks>",
    ),
    last("tpm.banks.order", "spelling", "devices/tpm/backend/active_pcr_banks/*[following-sibling::*]"),
    instead(
        "tpm.type", "guest", "devices/tpm/backend[@type='passthrough']", "<backend type='emulator' version='2.0'/>"
    ),
    put("tpm.device", "host", "devices/tpm/backend/device", "path", "/dev/tpm7"),
    put("tpm.persistent", "host", "devices/tpm/backend[@type='emulator']", "persistent_state", "no", "yes"),
    add(
        "tpm.encryption",
        "host",
        "devices/tpm/backend[@type='emulator']",
        "<encryption secret='6dd3e4a5-1d76-44ce-961f-f119f5aad935'/>",
    ),
    drop("tpm.gone", "guest", "devices/tpm"),
    drop("hub.gone", "guest", "devices/hub"),
    put("redirdev.type", "host", "devices/redirdev[@type='spicevmc']", "type", "pty"),
    put("redirdev.source", "host", "devices/redirdev/source", "service", number(3000, 4000)),
    swap("redirdev.order", "spelling", "devices/redirdev[following-sibling::redirdev]"),
    drop("redirdev.gone", "guest", "devices/redirdev"),
    put("redirfilter.allow", "guest", "devices/redirfilter/usbdev", "allow", "yes", "no"),
    put("redirfilter.class", "guest", "devices/redirfilter/usbdev[@class]", "class", "0x03"),
    drop("redirfilter.gone", "guest", "devices/redirfilter"),
    swap("redirfilter.order", "guest", "devices/redirfilter/usbdev[following-sibling::usbdev]"),
    respell("redirfilter.spelling", "devices/redirfilter/usbdev[@vendor]", str.lower, attribute="vendor"),
)

DISPLAYS = (
    put("graphics.port", "host", "devices/graphics[@type='vnc']", "port", "5907"),
    put("graphics.listen", "host", "devices/graphics/listen", "address", "0.0.0.0"),
    put("graphics.passwd", "host", "devices/graphics[@type='vnc' or @type='spice']", "passwd", word),
    instead("graphics.type", "host", "devices/graphics[@type='vnc']", "<graphics type='spice' autoport='yes'/>"),
    add("graphics.more", "host", "devices[video][not(graphics/@type='vnc')]", "<graphics type='vnc' autoport='yes'/>"),
    add(
        "graphics.new",
        "host",
        "devices[not(graphics or video)][not(../os/type/@machine='isapc')]",
        "<graphics type='vnc' autoport='yes'/>",
    ),
    put("graphics.image", "host", "devices/graphics/image", "compression", "auto_glz"),
    put("sound.model", "guest", "devices/sound[@model='ich9' or @model='ich6']", "model", "ich6", "ich9"),
    put("sound.codec", "guest", "devices/sound/codec", "type", "micro", "duplex", "output"),
    drop("sound.codec.gone", "guest", "devices/sound/codec"),
    add("sound.codec.new", "guest", "devices/sound[@model='ich9'][not(codec)]", "<codec type='micro'/>"),
    add("sound.audio", "host", "devices/sound[not(audio)]", "<audio id='1'/>"),
    put("audio.type", "host", "devices/audio", "type", "pulseaudio", "none"),
    swap("sound.order", "spelling", "devices/sound[address][following-sibling::sound[1]/address]"),
    drop("sound.gone", "guest", "devices/sound"),
    put(
        "video.type",
        "guest",
        "devices/video[not(driver)]/model[@type='cirrus' or @type='vga' or @type='bochs'][@vram]",
        "type",
        "vga",
        "bochs",
    ),
    put("video.vram", "guest", "devices/video/model[@vram][@type!='cirrus']", "vram", "65536", "131072"),
    put("video.ram", "guest", "devices/video/model[@ram]", "ram", "131072"),
    put("video.vgamem", "guest", "devices/video/model[@vgamem]", "vgamem", "32768"),
    put("video.vram64", "guest", "devices/video/model[@type='qxl']", "vram64", "131072"),
    put("video.heads", "guest", "devices/video/model[@type='qxl' or @type='virtio']", "heads", "3", "4"),
    put("video.accel3d", "guest", "devices/video/model/acceleration", "accel3d", "yes"),
    put("video.resolution", "guest", "devices/video/model/resolution", "x", "1024", "1920"),
    add(
        "video.resolution.new",
        "guest",
        "devices/video/model[@type='virtio' or @type='vga' or @type='qxl' or @type='bochs'][not(resolution)]",
        "<resolution x='1600' y='900'/>",
    ),
    *(put(f"video.driver.{option}", "guest", "devices/video/driver", option, "off") for option in ("iommu", "ats")),
    drop("video.gone", "guest", "devices[not(graphics)]/video"),
    cut("video.sizes", "spelling", "devices/video/model[@type='qxl']", "ram", "vram", "vgamem"),
    cut("video.primary", "spelling", "devices/video/model[@primary='yes']", "primary"),
    add(
        "video.new",
        "guest",
        "devices[video/model/@type='qxl']",
        "<video><model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1'/>"
        "<address type='pci' domain='0' bus='0' slot='0x17' function='0'/></video>",
    ),
)

HOSTDEV = "devices/hostdev"

HOST_DEVICES = (
    put("hostdev.usb.vendor", "guest", f"{HOSTDEV}[@type='usb']/source/vendor", "id", "0x4321"),
    put("hostdev.usb.product", "guest", f"{HOSTDEV}[@type='usb']/source/product", "id", "0xfeed"),
    put("hostdev.usb.startup", "host", f"{HOSTDEV}[@type='usb']/source", "startupPolicy", "optional", "mandatory"),
    put("hostdev.pci.source", "guest", f"{HOSTDEV}[@type='pci']/source/address", "function", "0x1", "0x2"),
    put("hostdev.mdev.source", "guest", f"{HOSTDEV}[@type='mdev']/source/address", "uuid", uuid),
    put("hostdev.mdev.display", "guest", f"{HOSTDEV}[@type='mdev']", "display", "on"),
    put("hostdev.scsi.source", "guest", f"{HOSTDEV}[@type='scsi']/source/address", "unit", number(1, 9)),
    put("hostdev.scsi.adapter", "guest", f"{HOSTDEV}[@type='scsi']/source/adapter", "name", "scsi_host7"),
    put("hostdev.wwpn", "guest", f"{HOSTDEV}[@type='scsi_host']/source", "wwpn", "naa.5123456789abcde7"),
    put("hostdev.model", "guest", f"{HOSTDEV}[@type='scsi_host']", "model", "virtio-transitional"),
    drop("hostdev.readonly", "guest", f"{HOSTDEV}/readonly"),
    put("hostdev.rom.file", "guest", f"{HOSTDEV}/rom[@file]", "file", name),
    put("hostdev.rom.bar", "guest", f"{HOSTDEV}/rom[@bar]", "bar", "off"),
    add("hostdev.rom", "guest", f"{HOSTDEV}[@type='pci'][not(rom)]", "<rom bar='off'/>"),
    put("hostdev.managed", "host", f"{HOSTDEV}[@type='pci' or @type='usb']", "managed", "yes", "no"),
    add("hostdev.driver", "host", f"{HOSTDEV}[@type='pci'][not(driver)]", "<driver name='vfio'/>"),
    add("hostdev.alias", "host", f"{HOSTDEV}[not(alias)]", alias),
    drop("hostdev.gone", "guest", HOSTDEV),
    swap("hostdev.order", "spelling", f"{HOSTDEV}[following-sibling::hostdev[1]/@type = @type]"),
    swap("hostdev.order.types", "spelling", f"{HOSTDEV}[following-sibling::hostdev[1]/@type != @type]"),
    respell(
        "hostdev.source.decimal",
        f"{HOSTDEV}[@type='pci']/source/address",
        lambda text: str(int(text, 16)),
        attribute="slot",
    ),
    cut("hostdev.mode.said", "spelling", HOSTDEV, "mode"),
    cut("hostdev.source.domain", "spelling", f"{HOSTDEV}[@type='pci']/source/address", "domain"),
)

OTHERS = (
    instead(
        "watchdog.model", "guest", "devices/watchdog[@model='i6300esb']", "<watchdog model='ib700' action='reset'/>"
    ),
    put("watchdog.action", "host", "devices/watchdog", "action", "none", "poweroff", "pause"),
    add("watchdog.alias", "host", "devices/watchdog", alias),
    drop("watchdog.gone", "guest", "devices/watchdog"),
    put(
        "memballoon.model",
        "guest",
        "devices/memballoon[@model='virtio'][not(driver)]",
        "model",
        "virtio-transitional",
        "virtio-non-transitional",
    ),
    put("memballoon.autodeflate", "guest", "devices/memballoon[@model!='none']", "autodeflate", "on", "off"),
    put("memballoon.reporting", "guest", "devices/memballoon[@model!='none']", "freePageReporting", "on", "off"),
    instead("memballoon.none", "guest", "devices/memballoon[@model!='none']", "<memballoon model='none'/>"),
    instead(
        "memballoon.new",
        "guest",
        "devices/memballoon[@model='none'][../controller/@type='pci']",
        "<memballoon model='virtio'/>",
    ),
    *(
        put(f"memballoon.driver.{option}", "guest", "devices/memballoon/driver", option, "on", "off")
        for option in ("iommu", "ats", "packed")
    ),
    add("memballoon.stats", "host", "devices/memballoon[@model!='none'][not(stats)]", "<stats period='5'/>"),
    put("memballoon.stats.period", "host", "devices/memballoon/stats", "period", number(1, 9)),
    add("memballoon.driver.new", "guest", "devices/memballoon[@model='virtio'][not(driver)]", "<driver packed='on'/>"),
    drop("memballoon.gone", "spelling", "devices/memballoon[@model='virtio'][not(driver or @autodeflate)]"),
    put(
        "rng.model",
        "guest",
        "devices/rng[@model='virtio'][not(driver)]",
        "model",
        "virtio-transitional",
        "virtio-non-transitional",
    ),
    text("rng.backend", "host", "devices/rng/backend[@model='random']", "/dev/hwrng"),
    add("rng.rate", "host", "devices/rng[not(rate)]", "<rate bytes='1234' period='2000'/>"),
    *(
        put(f"rng.driver.{option}", "guest", "devices/rng/driver", option, "off")
        for option in ("iommu", "ats", "packed")
    ),
    drop("rng.gone", "guest", "devices/rng"),
    swap("rng.order", "spelling", "devices/rng[following-sibling::rng]"),
    put("panic.model", "guest", "devices/panic[@model='isa'][not(address)]", "model", "hyperv"),
    drop("panic.gone", "guest", "devices/panic"),
    swap("panic.order", "spelling", "devices/panic[following-sibling::panic]"),
    put("shmem.name", "host", "devices/shmem", "name", of("shm-%", word)),
    put("shmem.role", "guest", "devices/shmem[@role]", "role", "master"),
    instead("shmem.size", "guest", "devices/shmem/size", "<size unit='M'>8</size>", "<size unit='M'>16</size>"),
    instead(
        "shmem.size.unit",
        "spelling",
        "devices/shmem/size",
        "<size unit='KiB'>4096</size>",
        "<size unit='b'>4194304</size>",
    ),
    put("shmem.vectors", "guest", "devices/shmem/msi", "vectors", "8", "32"),
    put("shmem.ioeventfd", "guest", "devices/shmem/msi", "ioeventfd", "off"),
    put("shmem.server", "host", "devices/shmem/server", "path", name),
    drop("shmem.gone", "guest", "devices/shmem"),
    swap("shmem.order", "spelling", "devices/shmem[following-sibling::shmem]"),
    put("vsock.cid", "guest", "devices/vsock/cid[@auto='no']", "address", number(20, 90)),
    instead("vsock.cid.auto", "guest", "devices/vsock/cid[@auto='no']", "<cid auto='yes'/>"),
    put(
        "vsock.model",
        "guest",
        "devices/vsock[@model='virtio']",
        "model",
        "virtio-transitional",
        "virtio-non-transitional",
    ),
    *(
        put(f"vsock.driver.{option}", "guest", "devices/vsock/driver", option, "off")
        for option in ("iommu", "ats", "packed")
    ),
    drop("vsock.gone", "guest", "devices/vsock"),
    *(
        put(f"iommu.{option}", "guest", "devices/iommu/driver", option, value)
        for option, value in (("caching_mode", "off"), ("eim", "off"), ("iotlb", "off"), ("aw_bits", "39"))
    ),
    drop("iommu.gone", "guest", "devices/iommu"),
    *(
        add(f"{kind}.alias", "host", f"devices/{kind}[not(alias)]", alias)
        for kind in (
            "sound",
            "video",
            "rng",
            "memballoon",
            "panic",
            "shmem",
            "vsock",
            "iommu",
            "hub",
            "redirdev",
            "parallel",
            "smartcard",
        )
    ),
    text("emulator", "host", "devices/emulator", "/usr/bin/kvm"),
    drop("emulator.gone", "spelling", "devices/emulator"),
    last("emulator.last", "spelling", "devices/emulator"),
)

MODULE = "devices/memory"

MODULES = (
    text("module.size", "guest", f"{MODULE}[@model='dimm']/target/size", "1048576"),
    text("module.node", "guest", f"{MODULE}[@model='dimm']/target/node", "0", "1"),
    text("module.requested", "guest", f"{MODULE}/target/requested", "262144", "1048576"),
    text("module.block", "guest", f"{MODULE}/target/block", "4096"),
    text("module.label", "guest", f"{MODULE}/target/label/size", "512"),
    text("module.alignsize", "guest", f"{MODULE}/source/alignsize", "4096"),
    add("module.pmem", "host", f"{MODULE}[@model='nvdimm']/source", "<pmem/>"),
    add("module.readonly", "guest", f"{MODULE}[@model='nvdimm']/target", "<readonly/>"),
    text("module.path", "host", f"{MODULE}/source/path", name),
    text("module.nodemask", "host", f"{MODULE}/source/nodemask", "0-1"),
    put("module.access", "host", f"{MODULE}[@model='dimm']", "access", "shared", "private"),
    put("module.discard", "host", f"{MODULE}[@model='dimm']", "discard", "yes"),
    add("module.alias", "host", f"{MODULE}[not(alias)]", alias),
    instead("module.alias.other", "host", f"{MODULE}/alias", alias),
    drop("module.alias.gone", "host", f"{MODULE}/alias"),
    drop("module.gone", "guest", MODULE),
    swap("module.order", "spelling", f"{MODULE}[following-sibling::memory]"),
    instead("module.size.unit", "spelling", f"{MODULE}/target/size[.='524288']", "<size unit='MiB'>512</size>"),
    drop("module.alignsize.gone", "guest", f"{MODULE}/source/alignsize"),
)

PC = "devices[../os/type/@machine!='isapc']"
FREE = "<address type='pci' domain='0x0000' bus='0x00' slot='0x17' function='0x0'/>"
NEW_INTERFACE = "<interface type='user'><mac address='52:54:00:ff:ff:01'/><model type='virtio'/>{}</interface>"

NEW_DEVICES = (
    add("new.interface", "guest", PC, NEW_INTERFACE.format(FREE)),
    add("new.interface.anywhere", "guest", PC, NEW_INTERFACE.format("")),
    add("new.rng", "guest", PC, f"<rng model='virtio'><backend model='random'>/dev/urandom</backend>{FREE}</rng>"),
    add("new.sound", "guest", PC, f"<sound model='ac97'>{FREE}</sound>", "<sound model='sb16'/>"),
    add("new.input", "guest", PC, f"<input type='tablet' bus='virtio'>{FREE}</input>"),
    add("new.input.usb", "guest", "devices[controller/@model='qemu-xhci']", "<input type='keyboard' bus='usb'/>"),
    add("new.watchdog", "guest", PC + "[not(watchdog)]", f"<watchdog model='i6300esb' action='none'>{FREE}</watchdog>"),
    add("new.watchdog.isa", "guest", PC + "[not(watchdog)]", "<watchdog model='ib700' action='none'/>"),
    add("new.tpm", "guest", PC + "[not(tpm)]", "<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>"),
    add(
        "new.vsock", "guest", PC + "[not(vsock)]", f"<vsock model='virtio'><cid auto='no' address='33'/>{FREE}</vsock>"
    ),
    add(
        "new.shmem", "guest", PC, f"<shmem name='x'><model type='ivshmem-plain'/><size unit='M'>4</size>{FREE}</shmem>"
    ),
    add("new.filesystem", "guest", PC, f"<filesystem><source dir='/srv/x'/><target dir='x'/>{FREE}</filesystem>"),
    add(
        "new.hostdev",
        "guest",
        PC,
        "<hostdev mode='subsystem' type='pci' managed='yes'>"
        f"<source><address domain='0' bus='9' slot='1' function='0'/></source>{FREE}</hostdev>",
    ),
    add("new.redirdev", "guest", "devices[hub]", "<redirdev bus='usb' type='pty'/>"),
    add("new.hub", "guest", "devices[controller/@model='qemu-xhci']", "<hub type='usb'/>"),
    add("new.serial", "guest", "devices", "<serial type='null'><target type='isa-serial' port='3'/></serial>"),
    add("new.parallel", "guest", "devices", "<parallel type='null'><target port='2'/></parallel>"),
    add("new.panic", "guest", "devices[not(panic)]", "<panic model='isa'/>", "<panic model='hyperv'/>"),
    add("new.iommu", "guest", PC + "[not(iommu)][controller/@model='pcie-root']", "<iommu model='intel'/>"),
    add(
        "new.module",
        "guest",
        "devices[memory]",
        "<memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory>",
    ),
    add("new.console", "guest", "devices[console]", "<console type='null'><target type='virtio'/></console>"),
    *(
        add(f"new.controller.{kind}", "guest", PC, f"<controller type='{kind}' index='7' {model}>{FREE}</controller>")
        for kind, model in (
            ("usb", "model='nec-xhci'"),
            ("scsi", "model='lsisas1068'"),
            ("virtio-serial", ""),
            ("sata", ""),
        )
    ),
    add(
        "new.controller.pci",
        "guest",
        "devices[controller/@model='pcie-root']",
        f"<controller type='pci' index='25' model='pcie-root-port'>{FREE}</controller>",
    ),
    add(
        "new.controller.bridge",
        "guest",
        "devices[controller/@model='pci-root']",
        f"<controller type='pci' index='5' model='pci-bridge'>{FREE}</controller>",
    ),
    # What is not said in a completed domain, and means something if it is.
    put(
        "new.value.controller.model",
        "guest",
        f"{CONTROLLER}[@type='virtio-serial'][not(@model)]",
        "model",
        "virtio-transitional",
    ),
    add(
        "new.value.serial.address",
        "guest",
        "devices/serial[target/@type='isa-serial'][not(address)]",
        "<address type='isa' iobase='0x2e8' irq='0x5'/>",
    ),
    add(
        "new.value.panic.address",
        "guest",
        "devices/panic[@model='isa'][not(address)]",
        "<address type='isa' iobase='0x506'/>",
    ),
    put("new.value.video.vram", "guest", "devices/video/model[not(@vram)][@type='virtio']", "vram", "32768"),
    put("new.value.shmem.role", "guest", "devices/shmem[not(@role)]", "role", "master", "peer"),
)
