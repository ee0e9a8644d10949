"""Which baseline a document is processed with: its pin's, that of an existing guest, or that of new guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm import builtin
from xfm.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _ElementTree

    from xfm.model import Pin

#: A document that libvirt has completed: a device has an address (other than a drive's, which people write themselves)
#: or an alias of libvirt's, or the guest runs (formatdomain.html, device addresses; domain/@id is only in the dump of a
#: running one), or, where no device needs an address, it has uuid, versioned machine and root bus, or on a machine
#: without PCI all that libvirt always says.
_existing_guest = etree.XPath(
    "boolean(/domain/@id | /domain/devices/*/address[@type != 'drive']"
    " | /domain/devices/*/alias[not(starts-with(@name, 'ua-'))]"
    " | /domain[uuid][contains(os/type/@machine, '-')]/devices/controller[@model = 'pci-root' or @model = 'pcie-root']"
    " | /domain[uuid][vcpu/@placement][on_poweroff][on_reboot][on_crash][clock]/devices/emulator)"
)

_XPATH = "/domain/metadata/xfm:pin/@baseline"


def choose(
    document: _ElementTree,
    pin: Pin | None,
    *,
    asked: int | None,
    new_guests: int,
    upgrade_to: int | None,
    repin: bool,
    note: Callable[[str], None],
) -> int:
    """The baseline of a document.

    :param pin: the document's.
    :param asked: the one that is asked for; None to let the document decide.
    :param new_guests: that of new guests.
    :param upgrade_to: the one to move a pinned guest up to.
    :param repin: whether a pinned guest is pinned anew, at its own.
    :param note: takes what there is to tell the user.
    :raises DocumentError: pinned, where the pin says otherwise; no-pin.
    """
    if repin or upgrade_to is not None:
        return _of_pinned(pin, upgrade_to)
    if pin is not None:
        if asked not in (None, pin.baseline):
            raise DocumentError(
                "pinned",
                f"the document is pinned to baseline {pin.baseline}, and --baseline asks for {asked}",
                xpath=_XPATH,
                hint="leave --baseline out: a pinned guest is processed with its own; `xfm upgrade` moves it up",
            )
        return pin.baseline
    if asked is not None:
        return asked
    if _existing_guest(document):
        note(
            "this guest exists already (libvirt gave it addresses, aliases or an id, and it has no pin): "
            "baseline 0, nothing that it could notice is changed; "
            f"--baseline {builtin.NEWEST} treats it as a new one"
        )
        return 0
    return new_guests


def _of_pinned(pin: Pin | None, target: int | None) -> int:
    """The baseline to which a pinned guest is moved, or at which it is pinned anew."""
    if pin is None:
        raise DocumentError("no-pin", "the document has no pin", hint="`xfm FILE` gives it one")
    if target is None:
        return pin.baseline
    if target < pin.baseline:
        raise DocumentError(
            "pinned",
            f"the document is pinned to baseline {pin.baseline}, and there is no way down to {target}",
            xpath=_XPATH,
            hint="take the document from before it was moved up from a backup",
        )
    return target


def check_known(baseline: int) -> None:
    """Refuse a baseline that this xfm does not have.

    :raises UsageError: baseline-unknown.
    """
    if baseline not in builtin.BASELINES:
        raise UsageError(
            "baseline-unknown",
            f"there is no baseline {baseline}",
            hint=f"this xfm has: {', '.join(map(str, builtin.BASELINES))}",
        )
