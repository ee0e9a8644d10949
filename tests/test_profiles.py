"""Each profile case (``tests/profiles.py``) goes through the whole chain of the newest baseline.

``expected.xml`` is what xfm makes of its ``input.xml``, without what the pin lists. ``pytest --regen`` writes the
expected files that are missing: read them.
"""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from tests.profiles import CASES, pipeline
from xfm import plugins, schema, source
from xfm.model import PIN_NAMESPACE, Result
from xfm.pipeline import Pipeline
from xfm.serialize import serialize

each = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])

#: What has a fixture pair at least: (architecture, machine family), each with these firmwares and operating systems.
MATRIX = {
    ("x86_64", "q35"): {(firmware, kind) for firmware in ("bios", "efi") for kind in ("linux", "windows", "other")},
    ("x86_64", "pc"): {("bios", "linux"), ("bios", "windows"), ("bios", "other")},
    ("aarch64", "virt"): {("efi", "linux")},
    ("riscv64", "virt"): {("none", "linux")},
    ("s390x", "s390-ccw-virtio"): {("none", "linux")},
    ("ppc64le", "pseries"): {("none", "linux")},
}


@cache
def run(case: Path) -> Result:
    return pipeline(case).run((case / "input.xml").read_bytes())


def comparable(xml: bytes) -> str:
    """The document without what differs with every change of a stylesheet: the pin's list and version."""
    document = source.parse_domain(xml)
    for pin in document.iter(f"{{{PIN_NAMESPACE}}}pin"):
        pin.attrib.pop("version", None)
        for child in list(pin):
            pin.remove(child)
        pin.text = None
    return serialize(document).decode()


@each
def test_a_guest_comes_out_as_expected(case: Path, request: pytest.FixtureRequest) -> None:
    actual = comparable(run(case).xml)
    expected = case / "expected.xml"
    if not expected.exists():
        if not request.config.getoption("--regen"):
            pytest.fail(f"{expected} is missing; `pytest --regen` writes it, then read it", pytrace=False)
        expected.write_text(actual, "utf-8")
    wanted = expected.read_text("utf-8")
    if actual != wanted:
        lines = difflib.unified_diff(wanted.splitlines(), actual.splitlines(), str(expected), "actual", lineterm="")
        pytest.fail("\n".join(lines), pytrace=False)


@each
def test_it_comes_out_again_as_it_is(case: Path) -> None:
    once = run(case).xml
    again = Pipeline(plugins.load(with_installed=False), schema.find()).run(once)
    assert (again.xml, again.notes) == (once, ())


@each
def test_what_the_author_wrote_is_still_there(case: Path) -> None:
    """Every element of the input has one in the output with at least its attributes and its text."""
    before = etree.fromstring((case / "input.xml").read_bytes())
    after = etree.fromstring(run(case).xml)
    for element in before.iter("*"):
        if element.get("machine") in ("q35", "pc", "virt", "s390-ccw-virtio", "pseries"):
            element.attrib.pop("machine")  # an alias is to become a version
        candidates = [other for other in after.iter(str(element.tag)) if set(element.items()) <= set(other.items())]
        assert any((other.text or "").strip() == (element.text or "").strip() for other in candidates), element.tag


def test_the_matrix_is_covered() -> None:
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for case in CASES:
        arch, _, rest = case.name.partition("-")
        family = next(family for known, family in MATRIX if known == arch and rest.startswith(family + "-"))
        firmware, _, system = rest.removeprefix(family + "-").partition("-")
        kind = "windows" if system.startswith("win") else "other" if system in ("unknown", "freebsd13") else "linux"
        found.setdefault((arch, family), set()).add((firmware, kind))
    for key, wanted in MATRIX.items():
        assert wanted <= found.get(key, set()), key
