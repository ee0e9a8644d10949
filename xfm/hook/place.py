"""Where the hook goes, what else is there, and what of the host stands in its way: daemons, SELinux, AppArmor."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from xfm.hook.script import Script, parse

DIRECTORY = "/etc/libvirt/hooks"
NAME = "50-xfm"
#: libvirt's drivers whose hook is given domain XML, and the daemons that have them.
DRIVERS = {
    "qemu": ("libvirtd", "virtqemud"),
    "lxc": ("libvirtd", "virtlxcd"),
    "libxl": ("libvirtd", "virtxend"),
    "bhyve": ("libvirtd", "virtbhyved"),
}
#: Where libvirt looks for hooks, as it is usually built.
_LIBVIRTS = (DIRECTORY, "/usr/local/etc/libvirt/hooks")
#: Where AppArmor's profile of libvirtd lets it run any program (9:src/security/apparmor/usr.sbin.libvirtd.in).
_APPARMOR = ("/usr/bin", "/usr/sbin", "/bin", "/sbin")


class Daemon(NamedTuple):
    """A daemon of libvirt's that runs, and when it started: then it wrote its pid file."""

    name: str
    pid: int
    started: float


class Place(NamedTuple):
    """The place of a hook.

    :param directory: libvirt's directory of hooks.
    :param driver: a key of :data:`DRIVERS`.
    :param name: of the script.
    :param root: of the file system that the host's own files are read from.
    """

    directory: str = DIRECTORY
    driver: str = "qemu"
    name: str = NAME
    root: str = "/"

    @property
    def folder(self) -> str:
        """The folder of the driver's scripts."""
        return os.path.join(self.directory, f"{self.driver}.d")

    @property
    def path(self) -> str:
        """The script."""
        return os.path.join(self.folder, self.name)

    def others(self) -> list[str]:
        """The other scripts that libvirt runs for this driver: the driver's own, then those of its folder, by name."""
        main = os.path.join(self.directory, self.driver)
        try:
            names = os.listdir(self.folder)
        except (FileNotFoundError, NotADirectoryError):
            names = []
        # by bytes, as libvirt sorts them, whatever the locale
        paths = sorted((os.path.join(self.folder, name) for name in names if name != self.name), key=os.fsencode)
        return [path for path in (main, *paths) if _runs(path)]

    def chain(self) -> list[str]:
        """All scripts in the order in which libvirt runs them; each is given what the one before it printed."""
        others = self.others()
        main = [path for path in others if os.path.dirname(path) != self.folder]
        ours = [self.path] if _runs(self.path) else []
        return main + sorted([*(path for path in others if path not in main), *ours], key=os.fsencode)

    def is_libvirts(self) -> bool:
        """Whether libvirt itself looks there."""
        return any(os.path.realpath(self.directory) == os.path.realpath(self._host(path)) for path in _LIBVIRTS)

    def daemons(self) -> list[Daemon]:
        """The daemons that run this driver, by their pid files."""
        found = []
        for name in DRIVERS[self.driver]:
            try:
                with open(self._host(f"/run/{name}.pid"), encoding="ascii") as file:
                    pid, started = int(file.read()), os.fstat(file.fileno()).st_mtime
                with open(self._host(f"/proc/{pid}/comm"), encoding="utf-8") as file:
                    running = file.read().strip() == name
            except (OSError, ValueError):
                continue
            if running:
                found.append(Daemon(name, pid, started))
        return found

    def hints(self, program: str) -> list[str]:
        """What of the host may keep libvirt from running the hook."""
        found = []
        if self._says("/sys/fs/selinux/enforce", "1"):
            found.append(
                f"SELinux is enforcing: `restorecon -RF {self.directory}` gives the hook its label, virt_hook_t, and "
                "`setsebool -P virt_hooks_unconfined on` lets libvirt run it, where the policy has this; "
                "`ausearch -m avc -c virtqemud` shows what is still denied"
            )
        real = os.path.realpath(program)
        folder = os.path.dirname(real)
        if self._says("/sys/module/apparmor/parameters/enabled", "Y") and folder not in _APPARMOR:
            found.append(
                f"AppArmor is on, and the profile of libvirtd lets it run nothing in {folder}: where it is in force, "
                f"allow it by a line `{real} PUx,` in /etc/apparmor.d/local/usr.sbin.libvirtd, and load it anew"
            )
        return found

    def script(self) -> Script | None:
        """The script of ours that is there; None where there is none, or another's.

        :raises OSError: where it cannot be read.
        """
        return self.of(self.path)

    @staticmethod
    def of(path: str) -> Script | None:
        """The script of ours that a file holds; None where it is not there, or another's.

        :raises OSError: where it cannot be read.
        """
        try:
            with open(path, "rb") as file:
                return parse(file.read(1 << 16))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _says(self, path: str, text: str) -> bool:
        try:
            with open(self._host(path), encoding="ascii") as file:
                return file.read().strip() == text
        except (OSError, ValueError):
            return False

    def _host(self, path: str) -> str:
        return os.path.join(self.root, path.lstrip("/"))


def _runs(path: str) -> bool:
    """Whether libvirt runs it: an executable file."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and bool(status.st_mode & 0o111)
