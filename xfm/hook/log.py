"""The system's log: one line for what became of a guest, without any secret of its document."""

from __future__ import annotations

import syslog
from typing import TYPE_CHECKING

from xfm.errors import presentable

if TYPE_CHECKING:
    from xfm.hook import Call

IDENT = "xfm-hook"
INFO, WARNING, ERROR = syslog.LOG_INFO, syslog.LOG_WARNING, syslog.LOG_ERR


def write(priority: int, call: Call, uuid: str, outcome: str) -> None:
    """Log a line; a system without a log is none of the guest's business.

    :param outcome: with its secrets masked.
    """
    which = f"{call.guest} ({uuid})" if uuid else call.guest
    line = f"{call.operation} {call.suboperation}: {presentable(which)}: {presentable(outcome)}"
    syslog.openlog(IDENT, syslog.LOG_PID, syslog.LOG_DAEMON)
    # a name may hold bytes that are no text
    syslog.syslog(priority, line.encode("utf-8", "replace").decode())
    syslog.closelog()
