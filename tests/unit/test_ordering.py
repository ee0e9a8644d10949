"""The order inside a stage depends on the ids and their neighbours alone."""

from __future__ import annotations

from graphlib import CycleError
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xfm.ordering import stable_order

Graph = dict[str, set[str]]
IDS = st.text("abcdefgh-", min_size=1, max_size=3)


@st.composite
def acyclic(draw: st.DrawFn) -> Graph:
    """A graph without a cycle: in some order of the ids, each has its predecessors among those before it."""
    ids = draw(st.lists(IDS, unique=True, max_size=9))
    graph: Graph = {}
    for index, identifier in enumerate(ids):
        graph[identifier] = draw(st.sets(st.sampled_from(ids[:index]), max_size=3)) if index else set()
    return graph


@given(acyclic(), st.randoms())
def test_the_order_in_which_ids_come_in_makes_no_difference(graph: Graph, random: object) -> None:
    shuffled = list(graph)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stable_order({key: sorted(graph[key], reverse=True) for key in shuffled}) == stable_order(graph)


@given(acyclic())
def test_each_id_comes_once_and_after_its_predecessors(graph: Graph) -> None:
    order = stable_order(graph)
    assert sorted(order) == sorted(graph)
    for identifier, before in graph.items():
        assert all(order.index(other) < order.index(identifier) for other in before)


@given(acyclic())
def test_of_all_that_may_come_next_the_smallest_comes_next(graph: Graph) -> None:
    done: set[str] = set()
    for identifier in stable_order(graph):
        assert identifier == min(key for key in graph if key not in done and graph[key] <= done)
        done.add(identifier)


def test_without_neighbours_the_order_is_that_of_the_ids() -> None:
    assert stable_order({"c": (), "a": (), "b": ()}) == ["a", "b", "c"]


@given(acyclic(), st.lists(IDS, unique=True, min_size=1, max_size=4))
def test_a_cycle_is_reported_with_its_members(graph: Graph, ring: list[str]) -> None:
    for identifier, before in zip(ring, [ring[-1], *ring], strict=False):
        graph[identifier] = {*graph.get(identifier, ()), before}
    with pytest.raises(CycleError) as raised:
        stable_order(graph)
    cycle = raised.value.args[1]
    assert cycle[0] == cycle[-1]
    # Each member is a predecessor of the one after it.
    assert all(before in graph[after] for before, after in pairwise(cycle))


def test_no_ids_have_an_empty_order() -> None:
    assert stable_order({}) == []
