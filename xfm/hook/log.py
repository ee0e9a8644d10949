"""The system's log: one line for what became of a guest, without any secret of its document."""

from __future__ import annotations

import os
import socket
import syslog
from contextlib import suppress
from typing import TYPE_CHECKING

from xfm.errors import presentable

if TYPE_CHECKING:
    from xfm.hook import Call

IDENT = "xfm-hook"
# Where syslog(3) writes to as well: journald, or another, reads it.
_LOG = "/dev/log"
#: Seconds that a log may take which is busy.
_PATIENCE = 1.0
INFO, WARNING, ERROR = syslog.LOG_INFO, syslog.LOG_WARNING, syslog.LOG_ERR


def write(priority: int, call: Call, uuid: str, outcome: str) -> None:
    """Log a line; a system without a log is none of the guest's business.

    :param outcome: with its secrets masked.
    """
    which = f"{call.guest} ({uuid})" if uuid else call.guest
    line = f"{call.operation} {call.suboperation}: {presentable(which)}: {presentable(outcome)}"
    _send(priority, line.encode("utf-8", "replace"))  # a name may hold bytes that are no text


def _send(priority: int, line: bytes) -> None:
    """Hand a line to the log; syslog(3) waits for as long as nobody reads, and no guest must wait for that."""
    head = f"<{syslog.LOG_DAEMON | priority}>{IDENT}[{os.getpid()}]: "
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.settimeout(_PATIENCE)
        log.connect(_LOG)
        log.send(head.encode() + line)
