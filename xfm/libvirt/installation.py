"""The guest that is run once to install another: the same document, but for what it boots and what ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import abi, pin, redact, source
from xfm.errors import DocumentError
from xfm.serialize import serialize
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _ElementTree

    from xfm.model import Difference, Result

#: What an added CD-ROM drive may bring along, in the words of the guest ABI.
_ADDED = ("disk (", "controller (")


class Medium(NamedTuple):
    """What the installation is booted from: a kernel with what goes with it, a disc, or the network.

    Files are those of the host that the guest runs on, by their absolute paths.
    """

    kernel: str = ""
    initrd: str = ""
    cmdline: str = ""
    cdrom: str = ""
    pxe: bool = False

    def parameters(self) -> dict[str, str]:
        """Those of ``stylesheets/provision/install.xsl``."""
        return {**self._asdict(), "pxe": "yes" if self.pxe else ""}


def one_off(stored: bytes, medium: Medium, accept: Callable[[bytes], Result]) -> bytes:
    """The document of the guest that installs; one without a pin is not given one.

    :param stored: the long-term definition.
    :param accept: the chain, which takes what was edited in a pinned document: a new drive gets its place, and the pin
        says what this guest is.
    :raises DocumentError: refused, where the guest cannot boot that; abi-changed, where more than that would differ.
    """
    document = source.parse_domain(stored)
    parameters = medium.parameters()
    wanted = {name: parameters[name] for name in ("kernel", "cdrom", "pxe")}
    obstacle = own.transform("provision/obstacle.xsl", document, None, **wanted).getroot().text
    if obstacle:
        raise DocumentError(
            "refused",
            f"{document.findtext('name', '').strip()} cannot be installed that way: {obstacle.strip()}",
            hint="`xfm provision --help` lists what a guest can be installed from",
        )
    edited = own.transform("provision/install.xsl", document, None, **parameters)
    if pin.read(document) is None:
        xml = serialize(own.transform("layout/dumpxml.xsl", edited))
    else:
        xml = accept(etree.tostring(edited)).xml
    _check_rest(document, source.parse_domain(xml))
    return xml


def _check_rest(stored: _ElementTree, installing: _ElementTree) -> None:
    """See to it that the guest that installs has the devices that it will have, and no others but a drive."""
    found = [change for change in abi.changes(abi.project(stored), abi.project(installing)) if not _is_meant(change)]
    if found:
        told = redact.scrub(abi.describe(found[0]), [*redact.secrets(stored), *redact.secrets(installing)])
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise DocumentError(
            "abi-changed",
            f"the guest would see something else while it is installed: {told}{more}",
            hint="look at both by --print; a plugin's stylesheet may be at work: `xfm plugins`",
        )


def _is_meant(change: Difference) -> bool:
    if change.where == "boot" or change.fact == "boot.order":
        return True
    if (change.where, change.fact, change.was) == ("machine", "os", ""):
        return True  # a boot loader of the host's stands for the type of a paravirtual guest, and a kernel does not
    return not change.fact and not change.was and change.now.startswith(_ADDED)


class Boot(NamedTuple):
    """What a domain boots, and what follows when it ends."""

    facts: tuple[tuple[str, str], ...]
    discs: frozenset[tuple[str, str]]

    def is_that_of(self, live: Boot) -> bool:
        """Whether a guest that runs boots this; it may have taken out a disc."""
        return self.facts == live.facts and live.discs <= self.discs


def boot(xml: bytes) -> Boot:
    """What a domain boots, of one that runs and of one that does not alike."""
    found = own.transform("provision/boot.xsl", source.parse_domain(xml)).getroot()
    facts = [(fact.get("name", ""), (fact.text or "").strip()) for fact in found.iterchildren("fact")]
    discs = {(disc.get("drive", ""), disc.text or "") for disc in found.iterchildren("disc")}
    return Boot(tuple(sorted(facts)), frozenset(discs))
