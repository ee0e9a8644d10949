"""All kinds of edit that `test_abi_oracle` makes to the domains of `abi_bases`.

What a guest notices of each follows from libvirt's formatdomain.html and from QEMU's documentation of the device. What
libvirt compares is in src/conf/domain_conf.c, in virDomainDefCheckABIStability and what that calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.live import abi_device_edits as devices
from tests.live import abi_section_edits as sections
from tests.live.abi_editing import add, drop, put

if TYPE_CHECKING:
    from tests.live.abi_editing import Edit

EDITS: tuple[Edit, ...] = (
    *sections.MACHINE,
    *sections.MEMORY,
    *sections.PROCESSORS,
    *sections.FEATURES,
    *sections.CLOCK,
    *sections.FIRMWARE,
    *sections.QEMU,
    *devices.DISKS,
    *devices.CONTROLLERS,
    *devices.ADDRESSES,
    *devices.INTERFACES,
    *devices.FILESYSTEMS,
    *devices.LINES,
    *devices.INPUTS,
    *devices.DISPLAYS,
    *devices.HOST_DEVICES,
    *devices.OTHERS,
    *devices.MODULES,
    *devices.NEW_DEVICES,
)

#: What a guest notices, and libvirt has no verdict on: it draws by lot what is not said, or QEMU has no such thing.
WITHOUT_VERDICT: tuple[Edit, ...] = (
    drop("domain.uuid.gone", "guest", "uuid"),
    drop("interface.mac.gone", "guest", "devices/interface/mac"),
    add(
        "launch-security",
        "guest",
        "self::domain[not(launchSecurity)]",
        "<launchSecurity type='sev'><policy>0x0003</policy></launchSecurity>",
    ),
    put("address.ccid.slot", "guest", "devices/smartcard/address", "slot", "1"),
)
