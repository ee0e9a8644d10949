"""Let libvirt's own driver convert a configuration (virConnectDomainXMLFromNative)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm.errors import DocumentError, MissingError
from xfm.libvirt.connection import opened

if TYPE_CHECKING:
    from collections.abc import Callable


def domain_xml(uri: str, form: str, text: str, scrub: Callable[[str], str]) -> bytes:
    """The domain XML that libvirt makes of a configuration.

    :param form: libvirt's name of the format.
    :param scrub: takes the passwords of the configuration out of what libvirt says of it.
    :raises MissingError: libvirt, where there is no connection, or its driver does not read the format.
    :raises DocumentError: native-invalid, where libvirt refuses the configuration.
    """
    with opened(uri) as connection:
        import libvirt

        try:
            return str(connection.domainXMLFromNative(form, text, 0)).encode()
        except libvirt.libvirtError as error:
            message = scrub(error.get_error_message() or str(error))
            if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT or f"config type {form}" in message:
                raise MissingError(
                    "libvirt",
                    f"the driver of {uri} does not read {form}",
                    hint="lxc reads lxc-tools, xen reads xen-xl and xen-xm, esx and vmware read vmware-vmx; without "
                    "--connect xfm reads it itself",
                ) from None
            raise DocumentError(
                "native-invalid",
                f"libvirt refuses the configuration: {message}",
                hint="without --connect xfm reads it itself",
            ) from None
