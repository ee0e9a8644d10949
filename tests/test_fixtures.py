"""Each folder ``tests/fixtures/<stage>/<case>/`` is a test of the built-in stylesheets of one stage.

``input.xml`` goes through the stylesheets of that stage alone, and must give ``expected.xml``, or fail as
``error.txt`` says. The name of a case begins with the id of the stylesheet that it is about; in the stages of
:data:`ALONE`, where each has a concern of its own, that one runs alone, unless ``params.toml`` says ``whole-stage =
true``. ``params.toml`` may also hold ``baseline`` (else the newest), ``moved-up = true`` (the guest is moved up to that
baseline from its pin's), a table ``[set]``, ``os`` (as ``--os``), ``host-facts`` (files of
``tests/fixtures/host-facts``) and, for pin, ``changed = false`` (the stages before changed nothing).

Expected files are written by hand, or by ``pytest --regen`` and then read: it writes those that are missing, and never
touches one that is there.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from xfm import builtin, chain, pin, plugins, schema, source
from xfm.errors import XfmError
from xfm.hookspecs import STAGES
from xfm.knowledge import Knowledge, RunDocuments
from xfm.serialize import serialize
from xfm.stylesheet.stylesheet import ABI, PROVENANCE
from xfm.version import VERSION

if TYPE_CHECKING:
    from lxml.etree import _ElementTree

    from xfm.chain import Chain

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path for stage in STAGES for path in FIXTURES.glob(f"{stage}/*") if path.is_dir())
GIVING = [path for path in CASES if not (path / "error.txt").exists()]
#: The stages whose stylesheets each have a concern of their own.
ALONE = ("defaults", "machine-type", "device-identity")
#: What the record of a run lists in the cases of pin: one for new guests, one for all, and the pin's own.
RECORDED = ("clock", "disk-bus", "pin")
#: What the guest sees, in the cases of pin: what it is made of is told by the tests of the projection.
SEEN = b"""<xfm:abi xmlns:xfm="urn:xfm:pin:1" version="1"
    digest="sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"><xfm:section kind="memory"
    digest="sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" size="1048576"/></xfm:abi>"""
_UNINDENTED = etree.XMLParser(remove_blank_text=True)


def each(cases: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[f"{case.parent.name}/{case.name}" for case in cases])


@functools.cache
def _plugins() -> plugins.Plugins:
    return plugins.load(with_installed=False)


def _params(case: Path) -> dict[str, Any]:
    file = case / "params.toml"
    given: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    assert given.keys() <= {"set", "baseline", "changed", "os", "host-facts", "whole-stage", "moved-up"}
    return given


def _chain(case: Path, baseline: int | None = None) -> Chain:
    """The built-in chain with the settings of the case; of its baseline, where no other is named."""
    given = _params(case)
    settings = {name: str(value) for name, value in given.get("set", {}).items()}
    asked = given.get("baseline", builtin.NEWEST) if baseline is None else baseline
    whole = chain.build(_plugins(), asked, settings)
    return whole._replace(links=tuple(link for link in whole.links if link.stylesheet.builtin))


def _run(case: Path, document: _ElementTree, *, again: bool = False) -> _ElementTree:
    """The stage, as the pipeline runs it; ``again`` on what it gave, where the stages before change nothing."""
    whole = _chain(case)
    known = pin.read(document)
    previous = _chain(case, known.baseline) if known and _params(case).get("moved-up") else None
    running, _ = whole.running(known, previous)
    record = pin.provenance(
        [link for link in whole.links if link.stylesheet.id in RECORDED],
        running,
        baseline=whole.baseline,
        schema_version="9.0.0",
        pin=known,
        changed=_params(case).get("changed", True) and not again,
    )
    made = {PROVENANCE: lambda: record, ABI: lambda: SEEN}
    documents = _documents(case, document, whole.baseline).with_documents(made)
    alone = case.parent.name in ALONE and not _params(case).get("whole-stage")
    for link in running:
        if link.stage == case.parent.name and not (alone and link.stylesheet.id != _about(case)):
            after, _ = link.stylesheet.apply(document, link.values, documents)
            if not link.stylesheet.concerns(document):
                assert etree.tostring(after) == etree.tostring(document), f"{link.stylesheet.id} would be passed over"
            document = after
    return document


def _documents(case: Path, document: _ElementTree, baseline: int) -> RunDocuments:
    given = _params(case)
    files = [FIXTURES / "host-facts" / name for name in given.get("host-facts", [])]
    hosts = [(str(file), file.read_bytes()) for file in files]
    return RunDocuments(Knowledge(hosts, given.get("os"), schema.find()), document, baseline, lambda _: None)


def _about(case: Path) -> str:
    """The id of the stylesheet that a case is about: of those that its name begins with, the longest."""
    return max((i for i in _ids() if f"{case.name}-".startswith(f"{i}-")), key=len, default="")


@functools.cache
def _ids() -> frozenset[str]:
    links = chain.build(_plugins(), builtin.NEWEST, {}).links
    return frozenset(link.stylesheet.id for link in links if link.stylesheet.builtin)


def _comparable(case: Path, document: _ElementTree) -> str:
    """The text that is compared: for layout each byte, else canonical XML, indented by this function alone."""
    if case.parent.name == "layout":
        return serialize(document).decode()
    if case.parent.name == "dialect":
        text = etree.tostring(document, method="c14n").decode()  # where blanks are what it is about
        return re.sub(r">\s*\n\s*<", ">\n<", text)
    tree = etree.ElementTree(etree.fromstring(etree.tostring(document), _UNINDENTED))
    etree.indent(tree)
    text = etree.tostring(tree, method="c14n").decode()
    for link in _chain(case).links if case.parent.name == "pin" else ():
        text = text.replace(link.stylesheet.digest, "sha256:…")  # those of other stylesheets stay to be seen
    return text.replace(f'version="{VERSION}"', 'version="…"') + "\n"


def _text(document: _ElementTree) -> str:
    return etree.tostring(document, encoding="unicode") + "\n"


def _fields(error: XfmError) -> str:
    sheet = f"stylesheet: {error.stylesheet}\n" if error.stylesheet else ""
    return f"code: {error.code}\n{sheet}xpath: {error.xpath}\nmessage: {error.message}\n"


def _load(path: Path) -> _ElementTree:
    return source.parse_domain(path.read_bytes())


def _expect(actual: str, wanted: str, expected: Path) -> None:
    if actual != wanted:
        lines = difflib.unified_diff(wanted.splitlines(), actual.splitlines(), str(expected), "actual", lineterm="")
        pytest.fail("\n".join(lines), pytrace=False)


@each(CASES)
def test_the_stage_gives_what_the_case_expects(case: Path, request: pytest.FixtureRequest) -> None:
    regen: bool = request.config.getoption("--regen")
    document = _load(case / "input.xml")
    before = etree.tostring(document)
    if (case / "error.txt").exists():
        with pytest.raises(XfmError) as raised:
            _run(case, document)
        _expect(_fields(raised.value), (case / "error.txt").read_text("utf-8"), case / "error.txt")
        return
    actual = _run(case, document)
    expected = case / "expected.xml"
    if not expected.exists():
        if not regen:
            pytest.fail(f"{expected} is missing; `pytest --regen` writes it, then read it", pytrace=False)
        expected.write_text(_comparable(case, actual) if case.parent.name != "dialect" else _text(actual), "utf-8")
    is_layout = case.parent.name == "layout"
    _expect(
        _comparable(case, actual),
        expected.read_text("utf-8") if is_layout else _comparable(case, _load(expected)),
        expected,
    )
    assert etree.tostring(document) == before, "the input itself was changed"


@each(GIVING)
def test_input_and_output_fit_libvirts_schema(case: Path) -> None:
    grammar = schema.find()
    document = _load(case / "input.xml")
    if case.parent.name != "dialect":
        assert grammar.violations(document) == []
    assert grammar.violations(_run(case, document)) == []


@each(GIVING)
def test_a_second_run_of_the_stage_changes_nothing(case: Path) -> None:
    once = _run(case, _load(case / "input.xml"))
    again = _run(case, source.parse_domain(serialize(once)), again=True)
    assert _comparable(case, again) == _comparable(case, once)


def test_every_builtin_stylesheet_has_a_changing_and_an_unchanged_case() -> None:
    missing = []
    for identifier in sorted(_ids()):
        cases = [case for case in CASES if _about(case) == identifier and (case / "expected.xml").exists()]
        same = [_comparable(c, _load(c / "input.xml")) == _comparable(c, _load(c / "expected.xml")) for c in cases]
        missing += [f"{identifier}: no case that changes something"] * (False not in same)
        missing += [f"{identifier}: no case that changes nothing"] * (True not in same)
    assert missing == []


def test_every_case_belongs_to_a_stylesheet_of_its_stage_and_has_one_expectation() -> None:
    links = chain.build(_plugins(), builtin.NEWEST, {}).links
    ids = {stage: {link.stylesheet.id for link in links if link.stage == stage} for stage in STAGES}
    for case in CASES:
        assert any(f"{case.name}-".startswith(f"{identifier}-") for identifier in ids[case.parent.name]), case
        found = {path.name for path in case.iterdir()}
        assert "input.xml" in found, case
        assert len(found & {"expected.xml", "error.txt"}) == 1, case
        assert found <= {"input.xml", "expected.xml", "error.txt", "params.toml"}, case
