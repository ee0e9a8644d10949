"""Installers of a few bytes: what firmware starts of them does one thing, and that at once."""

from __future__ import annotations

import struct

_SECTOR = 2048
_LOAD = 0x100000

#: Machine code that means the same to a processor in real mode and in protected mode. The keyboard controller's reset;
#: ACPI's soft-off, of q35; the port of a panic device; and what all end in: a halt for good.
_HALT = b"\xf4\xeb\xfd"
REBOOT = b"\xb0\xfe\xe6\x64" + _HALT
HANG = _HALT
#: In protected mode alone: mov dx, port; mov ax, value; out dx, ax.
POWEROFF = b"\x66\xba\x04\x06\x66\xb8\x00\x20\x66\xef" + _HALT
CRASH = b"\x66\xba\x05\x05\xb0\x01\xee" + _HALT


def kernel(code: bytes) -> bytes:
    """A kernel that QEMU starts, in the form of Multiboot, section 3.1: its header says where it is to be loaded."""
    header_length = 32
    magic, flags = 0x1BADB002, 0x00010000
    end = _LOAD + header_length + len(code)
    addresses = (_LOAD, _LOAD, end, end, _LOAD + header_length)
    return struct.pack("<8I", magic, flags, -(magic + flags) & 0xFFFFFFFF, *addresses) + code


def disc(code: bytes) -> bytes:
    """A disc that a BIOS boots, as El Torito has it: a boot record that leads to a catalog that leads to the code."""
    record, catalog, program = 17, 19, 20
    image = bytearray((program + 1) * _SECTOR)
    for sector, kind in ((16, 1), (record, 0), (18, 255)):
        image[sector * _SECTOR : sector * _SECTOR + 7] = bytes([kind]) + b"CD001\x01"
    start = record * _SECTOR
    image[start + 7 : start + 30] = b"EL TORITO SPECIFICATION"
    image[start + 71 : start + 75] = struct.pack("<I", catalog)
    validation = struct.pack("<BBH24sHBB", 1, 0, 0, b"", 0, 0x55, 0xAA)
    checksum = -sum(struct.unpack("<16H", validation)) & 0xFFFF
    validation = struct.pack("<BBH24sHBB", 1, 0, 0, b"", checksum, 0x55, 0xAA)
    entry = struct.pack("<BBHBBHI20s", 0x88, 0, 0, 0, 0, 4, program, b"")
    image[catalog * _SECTOR : catalog * _SECTOR + 64] = validation + entry
    image[program * _SECTOR : program * _SECTOR + len(code)] = code
    return bytes(image)
