"""libvirt's events: the loop that delivers them, and a mailbox for those of one guest."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from xfm.errors import MissingError

if TYPE_CHECKING:
    from types import TracebackType

    import libvirt

#: A connection of which nothing is heard for so many seconds, so many times, is taken for broken.
_KEEPALIVE = (5, 3)
_lock = threading.Lock()
_running: list[threading.Thread] = []


def deliver() -> None:
    """Start the loop, once in a process and before the first connection is opened, as libvirt demands it."""
    import libvirt

    with _lock:
        if _running:
            return
        libvirt.virEventRegisterDefaultImpl()

        def loop() -> None:
            while True:
                with suppress(libvirt.libvirtError):
                    libvirt.virEventRunDefaultImpl()

        _running.append(threading.Thread(target=loop, name="libvirt-events", daemon=True))
        _running[0].start()


class Event(NamedTuple):
    """Something that happened to a guest: ``removed`` or ``removal-failed`` with an alias, or a change of its state.

    ``kind`` of the latter is ``lifecycle``; ``what`` is then libvirt's number of the event, ``detail`` of its reason.
    """

    kind: str
    what: str | int
    detail: int = 0


class Mailbox:
    """The events of one guest, from now on until the end of the ``with`` block.

    :param domain: of a connection that was opened with events.
    """

    def __init__(self, domain: libvirt.virDomain) -> None:
        self._domain = domain
        self._connection = domain.connect()
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._callbacks: list[int] = []

    def __enter__(self) -> Mailbox:
        import libvirt

        put = self._events.put
        with suppress(libvirt.libvirtError):  # a driver in this process needs none
            self._connection.setKeepAlive(*_KEEPALIVE)
        with suppress(libvirt.libvirtError):
            self._connection.registerCloseCallback(lambda *_: put(None), None)
        wanted: list[tuple[int, Any]] = [
            (libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, lambda _c, _d, alias, _o: put(Event("removed", alias))),
            (
                libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
                lambda _c, _d, alias, _o: put(Event("removal-failed", alias)),
            ),
            (
                libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                lambda _c, _d, what, detail, _o: put(Event("lifecycle", what, detail)),
            ),
        ]
        for number, callback in wanted:
            self._callbacks.append(self._connection.domainEventRegisterAny(self._domain, number, callback, None))
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        import libvirt

        for callback in self._callbacks:
            with suppress(libvirt.libvirtError):
                self._connection.domainEventDeregisterAny(callback)
        with suppress(libvirt.libvirtError):
            self._connection.unregisterCloseCallback()

    def next(self, deadline: float) -> Event | None:
        """The next event, or None where there is none until the deadline, a time of :func:`time.monotonic`.

        :raises MissingError: libvirt, where the connection broke.
        """
        try:
            event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if event is None:
            raise MissingError(
                "libvirt",
                "the connection to libvirt broke while it was waited for",
                hint="what was asked of libvirt may still happen: look at the guest, and run the command again",
            )
        return event
