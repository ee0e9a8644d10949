"""The whole chain on every document that the stage tests have: it settles at once, and adoption is harmless."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from xfm import abi, api, schema, source
from xfm.errors import DocumentError
from xfm.model import PIN_NAMESPACE

if TYPE_CHECKING:
    from xfm.pipeline import Pipeline

FIXTURES = Path(__file__).parents[1] / "fixtures"
DOCUMENTS = sorted([*FIXTURES.glob("*/*/input.xml"), *FIXTURES.glob("live/*.xml")])
#: Without those that dialect brings into another form, and those that are pinned to a baseline already.
ADOPTABLE = [p for p in DOCUMENTS if "dialect" not in p.parts and PIN_NAMESPACE not in p.read_text("utf-8")]
PINNED = [p for p in DOCUMENTS if f'"{PIN_NAMESPACE}"' in p.read_text("utf-8").replace("'", '"')]


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(FIXTURES)) for path in paths])


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return api.new_pipeline()


@pytest.fixture(scope="module")
def adopting() -> Pipeline:
    return api.new_pipeline(baseline=0)


@pytest.fixture(scope="module")
def repinning() -> Pipeline:
    return api.new_pipeline(repin=True)


@each(DOCUMENTS)
def test_what_comes_out_goes_through_unchanged(pipeline: Pipeline, repinning: Pipeline, path: Path) -> None:
    """What was added by hand to a pinned guest, in some of them, gets what it lacks where it is pinned anew."""
    once = (repinning if path in PINNED else pipeline).run(path.read_bytes())
    again = pipeline.run(once.xml)
    assert again.xml == once.xml
    assert [step.stylesheet for step in again.steps if step.changed] == []
    assert schema.find().violations(source.parse_domain(once.xml)) == []


@each(PINNED)
def test_a_pinned_guest_stays_what_it_is_or_is_refused(pipeline: Pipeline, repinning: Pipeline, path: Path) -> None:
    data = path.read_bytes()
    before = abi.project(source.parse_domain(data))
    noticed = [difference for difference in repinning.run(data).noticed if not difference.completion]
    if noticed:
        with pytest.raises(DocumentError) as raised:
            pipeline.run(data)
        assert raised.value.code == "abi-changed"
    else:
        assert abi.changes(before, abi.project(source.parse_domain(pipeline.run(data).xml))) == []


def noticeable(document: etree._ElementTree) -> list[str]:
    """What a guest can notice, as canonical text: all but aliases, metadata, comments and the order of elements."""
    for element in list(document.iter("*")):
        parent = element.getparent()
        if parent is None:
            continue
        if element.tag in ("alias", "metadata") and parent.tag != "metadata":
            parent.remove(element)
    return sorted(_canonical(element) for element in document.getroot())


def _canonical(element: etree._Element) -> str:
    inner = "".join(sorted(_canonical(child) for child in element.iterchildren("*")))
    attributes = sorted((str(name), str(value).strip()) for name, value in element.attrib.items())
    return f"{element.tag!s}{attributes}[{' '.join((element.text or '').split())}{inner}]"


@each(ADOPTABLE)
def test_adoption_changes_nothing_that_a_guest_notices(adopting: Pipeline, path: Path) -> None:
    data = path.read_bytes()
    after = source.parse_domain(adopting.run(data).xml)
    assert noticeable(after) == noticeable(source.parse_domain(data))
