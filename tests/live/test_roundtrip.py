"""Settled documents: xfm, libvirt, xfm, libvirt, and after the first turn nothing changes any more.

Every document of libvirt's own corpus that its QEMU driver takes (completed.py) goes through
`xfm | virsh define`, `virsh dumpxml | xfm | virsh define`, and once more, as xfm takes it by itself. Much of the corpus
is taken for guests that exist already; some of those go through as new ones too, which get all defaults, identities and
addresses.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pytest

from tests.live.completed import (
    IN_TWO_GOES,
    PIN,
    ROUND_TRIPS,
    Document,
    Refused,
    aliased,
    as_xfm_prints,
    complete,
    hardware,
    is_invalid,
    noticed,
    part,
    print_figures,
    redefined,
)
from xfm import api, builtin
from xfm.errors import XfmError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.live.conftest import PrivateLibvirtd
    from xfm.pipeline import Pipeline

#: One in so many of the documents that xfm takes for a guest that exists already is treated as a new one as well.
AS_NEW = 4

#: New guests that get an alias only in the second turn: what the first left to libvirt, and why.
LATE_ALIASES = {
    "arm-vexpressa9-virtio": "a virtio-serial controller on a machine whose addresses xfm does not give",
    "hostdev-vfio-zpci-boundaries": "a PCI bridge that libvirt adds for a zPCI address",
}


class Turns(NamedTuple):
    """A document on its way: what xfm made of it and what libvirt made of that, three times."""

    name: str
    baseline: int
    xfm1: str
    dump1: str
    xfm2: str
    dump2: str
    xfm3: str
    dump3: str
    #: The first dump, and where the second differs the first defined anew without xfm: libvirt sorts some controllers
    #: only when it reads its own dump.
    dump1_again: str

    @property
    def id(self) -> str:
        """The document, and how it was treated, for the message of a failure."""
        return f"{self.name} (baseline {self.baseline})"


class Part(NamedTuple):
    """One part of the corpus: what went the whole way, and what did not."""

    turns: list[Turns]
    stopped: list[str]
    refused: list[Refused]


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """What the tests count; printed after the last of them."""
    counted: Counter[str] = Counter()
    yield counted
    print_figures(request, "round trips", counted)


@pytest.fixture(scope="module")
def pipelines() -> dict[bool, Pipeline]:
    """As xfm chooses by itself, and (True) for new guests."""
    return {False: api.new_pipeline(), True: api.new_pipeline(baseline=builtin.NEWEST)}


@pytest.fixture(scope="module", params=ROUND_TRIPS)
def corpus_part(
    request: pytest.FixtureRequest,
    libvirtd: PrivateLibvirtd,
    pipelines: dict[bool, Pipeline],
    figures: Counter[str],
) -> Part:
    """All turns of the documents of one part of the corpus."""
    connection = libvirtd.connect()
    taken, refused = complete(connection, part(request.param))
    turns: list[Turns] = []
    stopped: list[str] = []
    invalid = set()
    for number, document in enumerate(taken):
        figures["documents that libvirt takes"] += 1
        figures[f"documents that libvirt takes: of {document.architecture}"] += 1
        for new, pipeline in pipelines.items():
            if new and (number % AS_NEW or (turns and turns[-1].name == document.name and turns[-1].baseline)):
                continue
            try:
                turns.append(three_turns(connection, document, pipeline))
            except (XfmError, libvirt.libvirtError) as error:
                if is_invalid(connection, document.written):
                    invalid.add(document.name)
                else:
                    stopped.append(f"{document.name}: {error}")
    connection.close()
    for one in refused:
        figures[f"documents that libvirt refuses: {one.reason}"] += 1
    for turn in turns:
        kind = f"round trips of baseline {turn.baseline}"
        figures[kind] += 1
        figures[f"{kind}: the second turn changes nothing"] += turn.dump2 == turn.dump1
        figures[f"{kind}: the second turn settles the pin"] += pin(turn.dump2) != pin(turn.dump1)
    figures["documents that xfm refuses: invalid"] += len(invalid)
    return Part(turns, stopped, refused)


def three_turns(connection: libvirt.virConnect, document: Document, pipeline: Pipeline) -> Turns:
    """Take a document through xfm and libvirt, three times."""
    results, dumps = [], [document.written]
    for _ in range(3):
        results.append(pipeline.run(dumps[-1].encode()))
        dumps.append(redefined(connection, results[-1].xml.decode()))
    xfm1, xfm2, xfm3 = (result.xml.decode() for result in results)
    _, dump1, dump2, dump3 = dumps
    again = dump1 if without_pin(dump2) == without_pin(dump1) else redefined(connection, dump1)
    return Turns(document.name, results[0].baseline, xfm1, dump1, xfm2, dump2, xfm3, dump3, again)


def pin(document: str) -> str:
    found = PIN.search(document)
    assert found is not None
    return found[0]


def without_pin(document: str) -> str:
    return PIN.sub("", document)


def test_libvirt_and_xfm_take_every_document_all_the_way(corpus_part: Part) -> None:
    assert corpus_part.stopped == []
    assert len({turn.name for turn in corpus_part.turns}) > len(corpus_part.refused)


def test_every_refusal_has_a_known_reason(corpus_part: Part) -> None:
    assert [refused for refused in corpus_part.refused if not refused.reason] == []


def test_libvirt_only_completes_the_guest_abi(corpus_part: Part) -> None:
    assert [f"{turn.id}: {change}" for turn in corpus_part.turns for change in noticed(turn.xfm1, turn.dump1)] == []


def test_what_libvirt_has_taken_goes_through_byte_for_byte(corpus_part: Part) -> None:
    for turn in corpus_part.turns:
        printed = as_xfm_prints(turn.dump2)
        if turn.name in IN_TWO_GOES:
            assert without_pin(turn.xfm3) == without_pin(printed), turn.id
        else:
            assert turn.xfm3 == printed, turn.id
            assert turn.dump3 == turn.dump2, turn.id


def test_the_second_turn_settles_the_pin_and_changes_nothing_else(corpus_part: Part) -> None:
    """What libvirt added gets its alias. A new guest is complete, so it has none to get."""
    for turn in corpus_part.turns:
        late = without_pin(turn.dump2) not in (without_pin(turn.dump1), without_pin(turn.dump1_again))
        if late:
            assert hardware(turn.dump2) in {hardware(text) for text in {turn.dump1, turn.dump1_again}}, turn.id
            assert aliased(turn.dump1_again).items() <= aliased(turn.dump2).items(), turn.id
        if turn.baseline:
            assert late == (turn.name in LATE_ALIASES), turn.id
