"""Open a connection to libvirt, and turn what it raises into xfm's own errors."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from xfm.errors import DocumentError, MissingError, XfmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import libvirt

_NOT_INSTALLED = "install it: pip install 'xfm[libvirt]' (Debian, Fedora: the package python3-libvirt)"


@contextmanager
def opened(uri: str | None, *, events: bool = False) -> Iterator[libvirt.virConnect]:
    """A connection, closed at the end.

    :param uri: libvirt's, such as ``qemu:///system`` or ``qemu+ssh://node7/system``; None for the one that libvirt
        takes where none is named.
    :param events: whether libvirt's events are delivered, and a connection that hangs is noticed.
    :raises MissingError: libvirt, where libvirt-python is missing, the connection fails or breaks, or libvirt refuses
        a call; no-domain, where a guest vanished.
    """
    try:
        import libvirt
    except ImportError as error:
        raise MissingError("libvirt", "libvirt-python is not installed", hint=_NOT_INSTALLED) from error
    libvirt.registerErrorHandler(lambda _, __: None, None)  # it would print each error on stderr
    if events or (uri and ":///embed" in uri):  # the driver in this process does not open without the loop
        from xfm.libvirt import events as loop

        loop.deliver()
    try:
        connection = libvirt.open(uri)
    except libvirt.libvirtError as error:
        raise MissingError(
            "libvirt",
            f"cannot connect to {uri or 'libvirt'}: {error}",
            hint=f"`virsh {f'-c {uri} ' if uri else ''}version` shows whether libvirt can be reached",
        ) from error
    try:
        yield connection
    except libvirt.libvirtError as error:
        raise _explained(error, uri) from error
    finally:
        with suppress(libvirt.libvirtError):  # of one that broke, what broke it is what matters
            connection.close()


def _explained(error: libvirt.libvirtError, uri: str | None) -> XfmError:
    """What libvirt refused to answer, or that it cannot be asked any more."""
    import libvirt

    where = f"libvirt at {uri}" if uri else "libvirt"
    if is_lost(error):
        return MissingError(
            "libvirt",
            f"the connection to {where} broke: {error}",
            hint="the last call may or may not have reached libvirt: look at the guest, and run the command again",
        )
    if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
        return MissingError("no-domain", f"{where}: {error}", hint="`virsh list --all` shows which guests there are")
    return MissingError("libvirt", f"{where}: {error}", hint="see libvirt's own log for more")


def is_lost(error: libvirt.libvirtError) -> bool:
    """Whether the connection is gone, so that nobody can say what became of the call."""
    import libvirt

    return error.get_error_domain() == libvirt.VIR_FROM_RPC or error.get_error_code() in (
        libvirt.VIR_ERR_RPC,
        libvirt.VIR_ERR_INVALID_CONN,
    )


@contextmanager
def submitted(what: str, scrub: Callable[[str], str] = str) -> Iterator[None]:
    """While libvirt is given something of the user's: if it refuses that, the document is at fault.

    :param what: in words, for the message: ``the definition of web1``.
    :param scrub: masks the secrets that libvirt's message may quote.
    :raises DocumentError: libvirt-refused.
    """
    import libvirt

    try:
        yield
    except libvirt.libvirtError as error:
        if is_lost(error) or error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            raise
        raise DocumentError(
            "libvirt-refused",
            scrub(f"libvirt refuses {what}: {error}"),
            hint="the guest is as it was",
        ) from None
