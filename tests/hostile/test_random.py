"""Random documents: whatever comes in, what comes out is a document or an error that xfm meant."""

from __future__ import annotations

import copy
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from xfm import DocumentError, builtin, new_pipeline, transform

if TYPE_CHECKING:
    from tests.hostile.conftest import Observe
    from xfm import Pipeline

ROOT = Path(__file__).resolve().parents[2]
SEEDS = sorted((ROOT / "tests" / "fixtures" / "demo").glob("*.xml"))
PIECES = [
    b"<", b">", b"&", b"'", b'"', b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x?>", b"&#0;", b"&#x9b;", b"&amp;",
    b"xmlns='urn:x'", b"xmlns:x='urn:x'", b"<metadata/>", b"<devices/>", b"<alias name='ua-1'/>", b"\r", b"\xc2\x85",
    b"\xff", b"\0", b"<xfm:pin xmlns:xfm='urn:xfm:pin:1'/>", b"type=''", b" ", b"<!DOCTYPE x>",
]  # fmt: skip


@cache
def pipelines() -> list[Pipeline]:
    return [new_pipeline(), new_pipeline(baseline=builtin.NEWEST)]


def holds(data: bytes) -> bool:
    """Whether the document goes through; that it is either refused or given back whole is asserted."""
    through = False
    for pipeline in pipelines():
        try:
            result = transform(data, pipeline=pipeline, confined=False)
        except DocumentError:
            continue
        assert transform(result.xml, pipeline=pipeline, confined=False).xml == result.xml
        through = True
    return through


def mutated(data: bytes, choice: random.Random) -> bytes:
    """The document with one or two things cut, doubled, moved or put in: bytes, lines or elements."""
    for _ in range(choice.randint(1, 2)):
        data = choice.choice([cut, doubled, put_in, swapped, replanted, replanted])(data, choice)
    return data


def cut(data: bytes, choice: random.Random) -> bytes:
    at = choice.randrange(len(data) + 1)
    return data[:at] + data[at + choice.choice([1, 1, 10, 100]) :]


def doubled(data: bytes, choice: random.Random) -> bytes:
    at = choice.randrange(len(data) + 1)
    return data[: at + choice.choice([1, 1, 10, 100])] + data[at:]


def put_in(data: bytes, choice: random.Random) -> bytes:
    at = choice.randrange(len(data) + 1)
    return data[:at] + choice.choice([*PIECES, bytes([choice.randrange(256)])]) + data[at:]


def swapped(data: bytes, choice: random.Random) -> bytes:
    """A line stands elsewhere."""
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        lines.insert(choice.randrange(len(lines)), lines.pop(choice.randrange(len(lines))))
    return b"".join(lines)


def replanted(data: bytes, choice: random.Random) -> bytes:
    """An element is gone, stands elsewhere or twice, or has another text or attribute."""
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError):
        return data
    elements = list(root.iter("*"))
    one, other = choice.choice(elements), choice.choice(elements)
    way = choice.randrange(4)
    parent = one.getparent()
    if way == 0 and parent is not None:
        parent.remove(one)
    elif way == 1 and parent is not None:
        parent.append(copy.deepcopy(one))
    elif way == 2:
        other.append(copy.deepcopy(one))
    else:
        one.set(choice.choice(["type", "id", "bus", "x"]), choice.choice(["", "virtio", "\u0130", "a'b\"<>&\n\t"]))
    return etree.tostring(root)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
@example(b"<?xml?>")
@example(b"<?xml version='1.0' encoding=''?><domain/>")
@example(b"\xef\xbb\xbf")
@example(b"<domain xmlns='urn:x'/>")
@example(b"<xfm:domain xmlns:xfm='urn:x'/>")
def test_random_bytes(data: bytes) -> None:
    holds(data)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_random_mutations(seed: Path, number: int) -> None:
    holds(mutated(seed.read_bytes(), random.Random(number)))


def test_some_mutations_go_through() -> None:
    """Else the test above would only be one of the parser."""
    results = [holds(mutated(SEEDS[0].read_bytes(), random.Random(number))) for number in range(100)]
    assert 5 < sum(results) < 95


@pytest.mark.parametrize("number", range(12))
def test_random_mutations_on_the_command_line(number: int, observe: Observe) -> None:
    data = mutated(SEEDS[number % len(SEEDS)].read_bytes(), random.Random(1000 + number))
    done = observe(stdin=data if number % 4 else random.Random(number).randbytes(3000))
    assert done.status in (0, 1) and bool(done.stdout) is (done.status == 0) and "Traceback" not in done.stderr
    done.cheap()
