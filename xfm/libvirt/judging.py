"""Judge many guests, on all processors that there are: a guest's verdict depends on nothing but its own documents."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from xfm.libvirt.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xfm.libvirt.verdict import Dump, Verdict
    from xfm.schema import Schema

#: A share of fewer guests is judged faster than a process is made.
_WORTH = 25
# prctl(2): the signal that a process gets when its parent ends.
_PR_SET_PDEATHSIG = 1
# What the processes judge by: they are forked, and have from their parent what cannot be sent.
_by: list[Schema] = []


def judge_all(dumps: Sequence[Dump], schema: Schema, processes: int = 0) -> list[Verdict]:
    """What there is to say of each guest, in their order.

    :param processes: how many share the work; 0 for what pays.
    :raises MissingError: schemas-missing.
    """
    count = processes or max(1, min(len(os.sched_getaffinity(0)), len(dumps) // _WORTH))
    first = [judge(dump, schema) for dump in dumps[:1]]  # compiles what the processes then have, too
    if count == 1:
        return first + [judge(dump, schema) for dump in dumps[1:]]
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
    from multiprocessing import get_context

    _by[:] = [schema]
    try:
        with ProcessPoolExecutor(count, get_context("fork"), _end_with_parent, (os.getpid(),)) as pool:
            return first + list(pool.map(_judged, dumps[1:], chunksize=_WORTH))
    except (OSError, BrokenExecutor):  # no process can be had, or one was killed: then this one does it all
        return first + [judge(dump, schema) for dump in dumps[1:]]


def _end_with_parent(parent: int) -> None:
    """In a process of the pool: have it end when its owner is killed, which the pool itself does not notice."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _judged(dump: Dump) -> Verdict:
    return judge(dump, _by[0])
