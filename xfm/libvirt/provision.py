"""Install a guest, then run it: its definition is stored first, and the guest that installs is created once.

libvirt keeps the definition of an inactive guest while one of the same name and UUID is created from another document,
and it is that definition which is left when the created one ends. So from the first step on nothing is lost, whatever
becomes of this process; and what has been done already is seen, and not done again.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from xfm import pin, redact, source
from xfm.errors import DocumentError, MissingError
from xfm.libvirt import definition, guests
from xfm.libvirt.connection import is_lost, submitted
from xfm.libvirt.events import Mailbox
from xfm.libvirt.installation import Medium, boot, one_off
from xfm.libvirt.journal import DONE, ENDED, STARTED, UNKNOWN, Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    import libvirt

    from xfm.libvirt.guests import Transform
    from xfm.libvirt.installation import Boot

#: Seconds after which the state is looked at, whatever events say.
_LOOK = 5.0
_GOES_ON = "the installation goes on without xfm: run the same command again to wait for its end"

#: virDomainEventStoppedDetailType to virDomainShutoffReason: shutdown, destroyed, crashed, migrated, saved, failed.
_REASONS = {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6}


class Order(NamedTuple):
    """What is to be installed, and from what.

    :param guest: the name or UUID of a guest that is defined; where ``xml`` is given, not looked at.
    :param xml: the long-term document of a guest, as the chain gives it; None for the definition of ``guest``.
    :param replace: whether another definition is replaced, and a guest installed anew whose installation has ended.
    """

    guest: str
    medium: Medium
    xml: bytes | None = None
    replace: bool = False


class Chain(NamedTuple):
    """The chain for documents as they are, and the one that accepts what was edited in pinned ones."""

    transform: Transform
    accept: Transform


def provision(
    connection: libvirt.virConnect, order: Order, chain: Chain, *, wait: float | None, tell: Callable[[str], None]
) -> tuple[str, str]:
    """Define a guest, install it, and, where that is waited for, start it.

    :param connection: with events, where it is waited.
    :param wait: the seconds to wait at most for the end of the installation; None not to wait.
    :param tell: called with a line whenever something happened.
    :return: the guest's name, and what it does: ``installs``, ``installed`` (it is shut off) or ``runs``.
    :raises DocumentError: domain-exists, abi-changed, libvirt-refused, refused; guest-failed, where the installation
        did not end by itself, or the guest does not run after it.
    :raises MissingError: no-domain, busy, libvirt, file; install-pending, where it takes longer than is waited.
    """
    if order.xml is None:
        name = guests.find(connection, order.guest).name()
    else:
        name = source.parse_domain(order.xml).findtext("name", "")
        one_off(order.xml, order.medium, chain.accept)  # what cannot be done is refused before anything is
    with ExitStack() as stack:
        with guests.held(name, connection.getURI()):
            domain, stored, fresh = _stored(connection, name, order, chain)
            installation = _Installation(domain, stored, order.medium, chain, fresh=fresh)
            mailbox = stack.enter_context(Mailbox(domain)) if wait is not None else None
            state = installation.begin(tell, anew=order.replace)
        if mailbox is None or wait is None:
            return name, state
        if state == "installs":
            _waited(installation, mailbox, wait, tell)
        if state != "runs":
            with guests.held(name, connection.getURI()):
                installation.start_stored()
            tell(f"{name}: runs from its stored definition")
        return name, "runs"


def _stored(
    connection: libvirt.virConnect, name: str, order: Order, chain: Chain
) -> tuple[libvirt.virDomain, bytes, bool]:
    """The guest, with its long-term definition stored and settled, and whether it was not there before.

    :raises DocumentError: domain-exists, and as :func:`definition.define`.
    """
    if order.xml is None:
        domain = guests.find(connection, name)
        if not domain.isPersistent():
            raise DocumentError(
                "domain-exists",
                f"{name} runs, and no definition of it is stored",
                hint="give the document that it is to have for good",
            )
        stored = guests.definition(domain)
        if pin.read(source.parse_domain(stored)) is not None:
            stored = guests.settle(domain, chain.transform).xml
        return domain, stored, False
    old = guests.lookup(connection, name)
    runs = old is not None and bool(old.isActive())
    try:
        done = definition.define(connection, order.xml, chain.transform, replace=order.replace and not runs)
    except DocumentError as error:
        if runs and error.code == "domain-exists":
            error.hint = f"{name} runs: shut it down, then --replace replaces its definition; nothing was changed"
        if error.code == "abi-changed":
            error.hint = "`xfm define --replace --repin` accepts that; then it can be installed by its name"
        raise
    return done.domain, done.result.xml, done.state == "created"


class _Installation:
    """One guest between its definition and its first start from it.

    :param stored: the definition, as libvirt gives it.
    :param fresh: whether the guest was not there before.
    """

    def __init__(self, domain: libvirt.virDomain, stored: bytes, medium: Medium, chain: Chain, *, fresh: bool) -> None:
        self.domain = domain
        self.name = domain.name()
        self._stored = stored
        self._xml = one_off(stored, medium, chain.accept)
        self._boot = boot(self._xml)
        self._journal = Journal(domain.connect().getURI(), domain.UUIDString(), self._boot)
        if fresh:
            self._journal.close()  # what is noted was another guest's

    def begin(self, tell: Callable[[str], None], *, anew: bool) -> str:
        """Create the guest that installs, unless it runs already, or has ended.

        :param anew: whether one that has ended is installed once more.
        :return: ``installs``, ``installed`` or ``runs``.
        """
        live = guests.live(self.domain)
        if live is not None:
            return self._found_running(boot(live), tell)
        self._refuse_saved("installed")
        outcome = "" if anew else self._journal.outcome(self.domain)
        if outcome == ENDED:
            tell(f"{self.name}: its installation has ended already (--replace installs it anew)")
            return "installed"
        if outcome == UNKNOWN:
            raise DocumentError(
                "guest-failed",
                f"the installation of {self.name} was begun, and libvirt does not say that it ended by itself",
                hint=f"`virsh start {self.name}` starts it as it is, --replace installs it anew; nothing was changed",
            )
        self._journal.about_to_start(self.domain)
        self._create()
        self._journal.note(STARTED)
        tell(f"{self.name}: defined, and the installation has started")
        return "installs"

    def _found_running(self, live: Boot, tell: Callable[[str], None]) -> str:
        if self._boot.is_that_of(live):
            self._journal.note(STARTED)
            tell(f"{self.name}: the installation runs already")
            return "installs"
        if self._journal.has_begun() and boot(self._stored).is_that_of(live):
            self._journal.note(DONE)
            tell(f"{self.name}: is installed, and runs from its stored definition")
            return "runs"
        raise DocumentError(
            "domain-exists",
            f"{self.name} runs already, and not to be installed",
            hint=f"`virsh shutdown {self.name}` shuts it down; nothing was changed",
        )

    def _refuse_saved(self, what: str) -> None:
        """Nothing must be written under a memory image, and none be taken for a start from the definition."""
        if self.domain.hasManagedSaveImage(0):
            raise DocumentError(
                "domain-exists",
                f"{self.name} has a saved state, and cannot be {what}",
                hint=f"`virsh start {self.name}` goes on with it, `virsh managedsave-remove {self.name}` drops it",
            )

    def _create(self) -> None:
        import libvirt

        hidden = redact.secrets(source.parse(self._xml))
        try:
            with submitted(f"the installation of {self.name}", lambda text: redact.scrub(text, hidden)):
                self.domain.connect().createXML(self._xml.decode(), libvirt.VIR_DOMAIN_START_VALIDATE)
        except DocumentError as error:
            error.hint = "its definition is stored, and it is shut off: mend that, and run the command again"
            raise

    def hear_end(self, reason: int) -> None:
        """Take note of the end of the guest that installs.

        :param reason: libvirt's, of a guest that is shut off.
        :raises DocumentError: guest-failed, where it did not end by itself.
        """
        import libvirt

        if reason == libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN:
            self._journal.note(ENDED)
            return
        self._journal.close()
        how = {
            libvirt.VIR_DOMAIN_SHUTOFF_DESTROYED: "somebody destroyed the guest",
            libvirt.VIR_DOMAIN_SHUTOFF_CRASHED: "the guest crashed, or its QEMU was killed",
            libvirt.VIR_DOMAIN_SHUTOFF_FAILED: "the guest crashed, or its QEMU was killed",
            libvirt.VIR_DOMAIN_SHUTOFF_MIGRATED: "the guest was migrated to another host",
            libvirt.VIR_DOMAIN_SHUTOFF_SAVED: "the guest was saved",
        }
        raise DocumentError(
            "guest-failed",
            f"the installation of {self.name} did not come to its end: {how.get(reason, 'nobody can say why')}",
            hint="its definition is stored, and it is not started; run the command again to install it anew",
        )

    def start_stored(self) -> None:
        """Start the guest from its definition, and see to it that it runs from that.

        :raises DocumentError: guest-failed, libvirt-refused, domain-exists.
        """
        if not self.domain.isActive():
            self._refuse_saved("started")
            with submitted(f"the start of {self.name}"):
                self.domain.create()
        live = guests.live(self.domain)
        if live is None or not boot(guests.definition(self.domain)).is_that_of(boot(live)):
            how = "does not run" if live is None else "runs, but boots something else than its definition says"
            raise DocumentError(
                "guest-failed",
                f"{self.name} is installed, was started, and {how}",
                hint=f"`virsh dumpxml {self.name}` shows it as it is, with --inactive its definition",
            )
        self._journal.note(DONE)


def _waited(installation: _Installation, mailbox: Mailbox, seconds: float, tell: Callable[[str], None]) -> None:
    """Wait until the guest that installs has ended by itself.

    :raises MissingError: install-pending; libvirt, where the connection breaks.
    :raises DocumentError: guest-failed.
    """
    import libvirt

    begun = time.monotonic()
    try:
        reason = _end(installation, mailbox, begun, seconds, tell)
    except MissingError as error:
        error.hint = _GOES_ON
        raise
    except libvirt.libvirtError as error:
        if not is_lost(error):
            raise
        raise MissingError("libvirt", f"the connection to libvirt broke: {error}", hint=_GOES_ON) from error
    installation.hear_end(reason)
    tell(f"{installation.name}: the installation has ended ({_clock(begun)})")


def _end(
    installation: _Installation, mailbox: Mailbox, begun: float, seconds: float, tell: Callable[[str], None]
) -> int:
    """Why the guest that installs has ended: by the event, as the guest may run again at once; else by its state."""
    import libvirt

    said = libvirt.VIR_DOMAIN_RUNNING
    words = {libvirt.VIR_DOMAIN_RUNNING: "runs again", libvirt.VIR_DOMAIN_PAUSED: "is paused"}
    while True:
        state, reason = installation.domain.state()
        if state == libvirt.VIR_DOMAIN_SHUTOFF:
            return int(reason)
        if state != said and state in words:
            tell(f"{installation.name}: {words[state]} ({_clock(begun)})")
            said = state
        if time.monotonic() > begun + seconds:
            raise MissingError(
                "install-pending",
                f"{installation.name} has not come to the end of its installation within {seconds:g} seconds",
                hint=_GOES_ON,
            )
        event = mailbox.next(min(begun + seconds, time.monotonic() + _LOOK))
        if event and event.kind == "lifecycle" and event.what == libvirt.VIR_DOMAIN_EVENT_STOPPED:
            return _REASONS.get(event.detail, 0)


def _clock(begun: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - begun), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
