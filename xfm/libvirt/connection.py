"""Open a connection to libvirt, and turn what it raises into xfm's own errors."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from xfm.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libvirt

_NOT_INSTALLED = "install it: pip install 'xfm[libvirt]' (Debian, Fedora: the package python3-libvirt)"


@contextmanager
def opened(uri: str) -> Iterator[libvirt.virConnect]:
    """A connection, closed at the end.

    :param uri: libvirt's, such as ``qemu:///system`` or ``qemu+ssh://node7/system``.
    :raises MissingError: libvirt, where libvirt-python is missing, the connection fails, or libvirt refuses a call.
    """
    try:
        import libvirt
    except ImportError as error:
        raise MissingError("libvirt", "libvirt-python is not installed", hint=_NOT_INSTALLED) from error
    libvirt.registerErrorHandler(lambda _, __: None, None)  # it would print each error on stderr
    try:
        connection = libvirt.open(uri)
    except libvirt.libvirtError as error:
        raise MissingError(
            "libvirt",
            f"cannot connect to {uri}: {error}",
            hint=f"`virsh -c {uri} version` shows whether libvirt can be reached",
        ) from error
    try:
        yield connection
    except libvirt.libvirtError as error:
        raise MissingError("libvirt", f"libvirt at {uri}: {error}", hint="see libvirt's own log for more") from error
    finally:
        with suppress(libvirt.libvirtError):  # of one that broke, what broke it is what matters
            connection.close()
