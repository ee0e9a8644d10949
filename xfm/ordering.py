"""The order of the stylesheets inside a stage: a stable topological sort by id.

Among all that may come next, the smallest id comes next; so the result depends on the ids and their neighbours alone.
"""

from __future__ import annotations

import heapq
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def stable_order(predecessors: Mapping[str, Iterable[str]]) -> list[str]:
    """Order the keys so that each comes after its predecessors.

    :param predecessors: id -> the ids that must come before it; each of these must be a key too.
    :raises graphlib.CycleError: its second argument is the cycle, first and last id the same.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter(predecessors)
    sorter.prepare()
    order: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        for identifier in sorter.get_ready():
            heapq.heappush(ready, identifier)
        identifier = heapq.heappop(ready)
        order.append(identifier)
        sorter.done(identifier)
    return order


__all__ = ["CycleError", "stable_order"]
