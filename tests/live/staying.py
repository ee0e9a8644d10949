"""The small Linux guest of guest.py, as one that stays: it answers when a device is to go, and can refuse one.

Its kernel takes memory that is plugged in for itself, and fills it with what it cannot move, so as to be unable to let
go of it.
"""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

from tests.live.test_identity import guest_parts

READY = "GUEST READY"
CANNOT_LET_GO = "GUEST FULL"

#: Directories in a tmpfs are inodes of the kernel's, and it prefers the memory above 4 GiB for them.
INIT = f"""\
#!/bin/sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /full
mount -t tmpfs -o nr_inodes=0 none /full
for module in $(cat /modules); do insmod /modules.d/$module; done
blocks() {{ ls -d /sys/devices/system/memory/memory* | wc -l; }}
before=$(blocks)
echo {READY} >/dev/ttyS0
until [ "$(blocks)" -gt "$before" ]; do sleep 0.2; done
until [ "$(cat /sys/devices/system/memory/memory*/state | sort -u)" = online ]; do sleep 0.2; done
seq 1 20000 | (cd /full && xargs mkdir)
echo {CANNOT_LET_GO} >/dev/ttyS0
while :; do sleep 60; done
"""


class StayingGuest:
    """What a domain needs to boot it, and what it says."""

    def __init__(self, folder: Path) -> None:
        kernel, initrd = guest_parts()
        self._console = folder / "console"
        own = folder / "initrd.gz"
        own.write_bytes(Path(initrd).read_bytes() + gzip.compress(_archive(folder / "root"), 1))
        command_line = "console=ttyS0 quiet rdinit=/staying memhp_default_state=online_kernel"
        self.boot = f"<kernel>{kernel}</kernel><initrd>{own}</initrd><cmdline>{command_line}</cmdline>"
        self.serial = f"<serial type='file'><source path='{self._console}'/></serial>"

    def said(self) -> str:
        """What it has printed so far."""
        return self._console.read_text(errors="replace") if self._console.exists() else ""


def _archive(root: Path) -> bytes:
    """A second archive, which the kernel unpacks over the first."""
    root.mkdir()
    (root / "staying").write_text(INIT)
    (root / "staying").chmod(0o755)
    done = subprocess.run(
        ["cpio", "--create", "--format=newc", "--owner=0:0", "--quiet"],
        input=b"staying",
        capture_output=True,
        check=True,
        timeout=60,
        cwd=root,
    )
    return done.stdout
