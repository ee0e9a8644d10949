"""A small Linux guest that looks at its own devices: Debian's kernel, udev and busybox in an initrd made here.

It boots in some ten seconds under TCG, lets udevd name the devices as any Debian does, prints what it sees on its first
serial port, and powers off. Kernel and udev come from Debian's packages, which are unpacked and never installed;
libraries and busybox are this machine's. What is made is kept, for as long as neither the kernel nor this file changes.

    guest.py DIRECTORY      makes the guest there if need be, and prints the paths of kernel and initrd, a line each

Exit status: 0 done; 3 a program or package cannot be had, with the reason on stderr.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

KERNEL = "linux-image-amd64"
MODULES = (
    "virtio_pci", "virtio_blk", "virtio_net", "virtio_scsi", "virtio_console", "sd_mod", "sr_mod", "ahci", "ata_piix",
    "xhci_pci", "usb_storage", "e1000", "e1000e", "8139cp", "9p", "9pnet_virtio",
)  # fmt: skip
#: What udev needs to name disks, network interfaces and ports.
UDEV = ("bin/udevadm", "lib/systemd/network", "lib/udev/ata_id", "lib/udev/scsi_id", "lib/udev/rules.d")

INIT = """\
#!/bin/sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /run/udev
for module in $(cat /modules); do insmod /modules.d/$module; done
/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
udevadm settle --timeout=30
sleep 2 # a USB disk waits a second before it shows itself
udevadm settle --timeout=30
# $1: what it is; $2: which; the rest: what it shows
say() { printf 'GUEST\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" >/dev/ttyS0; }
say uuid - "$(cat /sys/class/dmi/id/product_uuid)"
for link in /dev/disk/by-id/*; do say by-id "$link" "$(basename "$(readlink "$link")")"; done
for disk in /sys/block/[vs]d*; do
  name=$(basename "$disk")
  [ ! -e "$disk/serial" ] || say serial "$name" "$(cat "$disk/serial")"
  [ ! -e "$disk/device/vpd_pg80" ] || say vpd80 "$name" "$(tail -c +5 "$disk/device/vpd_pg80")"
  [ ! -e "$disk/device/vpd_pg83" ] || say vpd83 "$name" "$(hexdump -v -e '/1 "%02x"' "$disk/device/vpd_pg83")"
  say size "$name" "$(cat "$disk/size")"
done
for nic in /sys/class/net/*; do
  name=$(basename "$nic")
  [ -e "$nic/device" ] || continue
  say mac "$name" "$(cat "$nic/address")"
  device=$(readlink -f "$nic/device")
  [ -e "$device/acpi_index" ] || device=$(dirname "$device")
  say acpi-index "$name" "$(cat "$device/acpi_index" 2>/dev/null)"
done
for port in /dev/virtio-ports/*; do say port "$port" "$(basename "$(readlink "$port")")"; done
for tag in /sys/bus/virtio/drivers/9pnet_virtio/virtio*/mount_tag; do say tag - "$(cat "$tag")"; done
say done - -
poweroff -f
"""


class CannotBuildError(Exception):
    """What the guest is made of cannot be had; the text says why."""


def build(cache: Path) -> tuple[Path, Path]:
    """Kernel and initrd, from the cache where they are there already.

    :raises CannotBuildError: where a package cannot be had.
    """
    version = _kernel_package()
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    folder = cache / f"{version}-{recipe}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            made = _make(Path(scratch), version)
            with contextlib.suppress(OSError):  # another test process was faster
                made.rename(folder)
    return folder / "vmlinuz", folder / "initrd.gz"


def _make(scratch: Path, version: str) -> Path:
    """A folder with kernel and initrd, made in a folder that goes away."""
    kernel, udev = (_unpacked(package, scratch) for package in (version, "udev"))
    root, made = scratch / "root", scratch / "made"
    made.mkdir()
    _fill(root, kernel, udev)
    (made / "initrd.gz").write_bytes(gzip.compress(_cpio(root), 1))
    shutil.copy(next((kernel / "boot").glob("vmlinuz-*")), made / "vmlinuz")
    return made


def _run(*argv: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=300, cwd=cwd)
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotBuildError(f"{' '.join(argv)}: {getattr(error, 'stderr', None) or error}") from error
    return done.stdout


def _kernel_package() -> str:
    """The package that KERNEL stands for today."""
    found = re.search(r"Depends: (linux-image-[0-9]\S+)", _run("apt-cache", "depends", KERNEL))
    if found is None:
        raise CannotBuildError(f"apt knows of no {KERNEL}: apt-get update")
    return found[1]


def _unpacked(package: str, scratch: Path) -> Path:
    """The files of a package that is downloaded."""
    folder = scratch / package
    folder.mkdir()
    _run("apt-get", "download", package, cwd=folder)
    _run("dpkg-deb", "--extract", str(next(folder.glob("*.deb"))), str(folder / "files"))
    return folder / "files"


def _fill(root: Path, kernel: Path, udev: Path) -> None:
    """The tree of the initrd."""
    for name in ("bin", "dev", "lib/systemd", "lib/udev", "modules.d", "proc", "run", "sys"):
        (root / name).mkdir(parents=True)
    busybox = shutil.which("busybox")
    if busybox is None:
        raise CannotBuildError("busybox is missing (scripts/setup installs busybox-static)")
    shutil.copy(busybox, root / "bin/busybox")
    (root / "bin/sh").symlink_to("busybox")
    (root / "init").write_text(INIT)
    (root / "init").chmod(0o755)
    for name in UDEV:
        (shutil.copytree if (udev / name).is_dir() else shutil.copy)(udev / name, root / name)
    (root / "lib/systemd/systemd-udevd").symlink_to("/bin/udevadm")
    for library in _libraries(root / "bin/udevadm", root / "lib/udev/ata_id", root / "lib/udev/scsi_id"):
        target = root / str(library).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    order = [shutil.copy(module, root / "modules.d") for module in _modules(kernel)]
    (root / "modules").write_text("".join(f"{Path(path).name}\n" for path in order))


def _libraries(*programs: Path) -> set[Path]:
    """The shared libraries of programs, as this machine has them."""
    text = "".join(_run("ldd", str(program)) for program in programs)
    if "not found" in text:
        raise CannotBuildError(f"udev needs a library that is missing (scripts/setup installs libkmod2): {text}")
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", text)}


def _modules(kernel: Path) -> Iterator[Path]:
    """The modules and what they need, each after what it needs; what is not there is part of the kernel itself."""
    paths = {path.stem.replace("-", "_"): path for path in kernel.rglob("*.ko")}
    seen: set[str] = set()

    def visit(names: Iterable[str]) -> Iterator[Path]:
        for name in names:
            if name in paths and name not in seen:
                seen.add(name)
                needed = re.search(rb"\0depends=([^\0]*)\0", paths[name].read_bytes())
                yield from visit(needed[1].decode().replace("-", "_").split(",") if needed else ())
                yield paths[name]

    yield from visit(MODULES)


def _cpio(root: Path) -> bytes:
    """The tree as a cpio archive in the kernel's form."""
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    done = subprocess.run(
        ["cpio", "--create", "--format=newc", "--owner=0:0", "--quiet"],
        input=names.encode(),
        capture_output=True,
        check=True,
        timeout=60,
        cwd=root,
    )
    return done.stdout


if __name__ == "__main__":
    try:
        sys.stdout.write("".join(f"{path}\n" for path in build(Path(sys.argv[1]))))
    except CannotBuildError as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(3)
