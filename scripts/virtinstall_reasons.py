"""What is compared, in the order of the document, with the reason of each difference."""

from __future__ import annotations

from virtinstall_aspects import (
    PIN,
    Aspect,
    balloon,
    channels,
    console,
    cpu_topology,
    disk_driver,
    features,
    firmware,
    given,
    hyperv,
    inputs,
    kvm_features,
    other_controllers,
    processor,
    root_ports,
    sleep,
    timers,
    tpm,
    usb,
    values,
)

SECTIONS: dict[str, tuple[Aspect, ...]] = {
    "Machine and firmware": (
        Aspect(
            "machine",
            values("os/type/@machine"),
            "An alias means another machine after an upgrade, and on another host; xfm writes the versioned one "
            "that all hosts have. Either takes i440fx where osinfo-db does not say that the operating system knows "
            "q35; virt-install names its version only there.",
        ),
        Aspect(
            "firmware",
            firmware,
            "Windows 11 demands UEFI with Secure Boot; virt-install 4.1.0 leaves it to the firmware that libvirt "
            "finds first, xfm asks for it and for Microsoft's keys.",
        ),
        Aspect("boot device", values("os/boot/@dev"), "libvirt writes the same where nothing is said."),
        Aspect(
            "features",
            features,
            "vmcoreinfo: a dump of a Linux guest can be analysed. smm: Secure Boot needs it.",
        ),
        Aspect("sleep states", sleep),
        Aspect("current memory", values("currentMemory"), "Where nothing is said it is all of the memory."),
        Aspect("emulator", values("devices/emulator"), "Its path differs among distributions; libvirt knows its own."),
    ),
    "Processor and time": (
        Aspect(
            "CPU",
            processor,
            "Under TCG, maximum is all that QEMU can emulate, whatever the host's processor.",
        ),
        Aspect(
            "CPU topology",
            cpu_topology,
            "Without one each vCPU is a socket to libvirt, and Windows clients use two sockets at most.",
        ),
        Aspect(
            "KVM features",
            kvm_features,
            "Fewer exits for interrupts, contended locks and idle vCPUs: [enlightenments](enlightenments.md).",
        ),
        Aspect(
            "Hyper-V",
            hyperv,
            "virt-install 4.1.0 has the oldest three for every Windows. xfm gives each release what it uses, of "
            "what libvirt and all hosts know: [enlightenments](enlightenments.md). Server 2003 uses none.",
        ),
        Aspect("clock", values("clock/@offset")),
        Aspect(
            "timers",
            timers,
            "kvmclock is QEMU's default under KVM; said openly it is part of the pin. Server 2003 does not know "
            "hypervclock.",
        ),
        Aspect("IOThreads", values("iothreads"), "Requests of virtio disks need not wait for QEMU's main loop."),
    ),
    "Disk and network": (
        Aspect("disk bus", values("devices/disk/target/@bus")),
        Aspect(
            "disk name",
            values("devices/disk/target/@dev"),
            "libvirt's schema demands a name, so the author has chosen one, and xfm does not change it.",
        ),
        Aspect(
            "disk rotation",
            values("devices/disk/target/@rotation_rate"),
            "A disk that does not rotate, rate 1, is trimmed and not defragmented. virtio has no such attribute.",
        ),
        Aspect(
            "disk driver",
            disk_driver,
            "What the guest trims goes back to the host. virt-install asks for that only of images that it creates."
            " Neither sets a cache mode.",
        ),
        Aspect("interface model", values("devices/interface/model/@type")),
    ),
    "Screen, input and sound": (
        Aspect(
            "video",
            values("devices/video/model/@type"),
            "virt-install takes qxl with SPICE and bochs with UEFI. xfm takes the one that every guest drives "
            "without an added driver, with BIOS and UEFI, whatever the graphics; for Windows before Vista cirrus, "
            "if all hosts have it.",
        ),
        Aspect(
            "graphics port",
            values("devices/graphics/@port"),
            "libvirt chooses a free port where none is said.",
        ),
        Aspect("input", inputs, "xfm gives a tablet only where osinfo-db lists a driver for it."),
        Aspect("sound", values("devices/sound/@model")),
        Aspect(
            "USB redirection",
            values("devices/redirdev/@type"),
            "A way from the viewer's USB devices into the guest, which whoever asks for SPICE has not asked for.",
        ),
    ),
    "Other devices": (
        Aspect("USB controllers", usb),
        Aspect("root ports", root_ports),
        Aspect(
            "other controllers",
            other_controllers,
            "libvirt would add them at define; written down, they have an address and an alias from the start.",
        ),
        Aspect("console", console),
        Aspect(
            "channels",
            channels,
            "virt-install asks osinfo-db for a virtio-serial driver. xfm gives the agent's channel to every "
            "operating system that it knows: Windows has the driver as soon as it has the agent, and a system "
            "without either ignores both.",
        ),
        Aspect("rng", values("devices/rng/backend")),
        Aspect(
            "balloon",
            balloon,
            "Where virt-install says nothing, libvirt adds one. Statistics: virsh dommemstat has something to tell. "
            "Autodeflate: a guest that runs short takes memory back and kills no process.",
        ),
        Aspect(
            "TPM",
            tpm,
            "xfm gives one only where the operating system demands it: its state is a further thing to keep and to "
            "move. virt-install gives one to each guest with UEFI, and leaves its version to libvirt.",
        ),
        Aspect(
            "panic device", values("devices/panic/@model"), "libvirt learns of a crash, and on_crash has an effect."
        ),
        Aspect("watchdog", values("devices/watchdog/@model")),
    ),
    "Identity": (
        Aspect("UUID", values("uuid"), "The same document is the same guest each time.", drawn=True),
        Aspect(
            "MAC address",
            values("devices/interface/mac/@address"),
            "Made of the UUID, so that the guest keeps its address on the network.",
            drawn=True,
        ),
        Aspect(
            "ACPI index",
            values("devices/interface/acpi/@index"),
            "systemd names the interface after it (eno1), wherever on the bus it is.",
        ),
        Aspect("disk serial", given("devices/disk/serial"), "The guest can tell the disk from others."),
        Aspect("aliases", given("devices//alias"), "xfm and libvirt can speak of a device by a name that stays."),
        Aspect(
            "addresses",
            given("devices//address[@type]"),
            "Chosen by a scheme that a later device does not disturb: [topology](topology.md). libvirt would choose"
            " at define.",
        ),
        Aspect("pin", given(f"metadata/{PIN}"), "Records what made the guest, so that a later xfm does not change it."),
    ),
}
