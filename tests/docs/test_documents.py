"""The documents beside the README: their commands print what they show, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.conftest import RunDocument

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/README.md")])
RUN = [path for path in DOCUMENTS if path.name != "README.md" and "```console" in path.read_text(encoding="utf-8")]

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", RUN, ids=name_of)
def test_every_command_prints_what_the_document_shows(path: Path, run_document: RunDocument) -> None:
    run_document(path)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_internal_links_resolve(path: Path) -> None:
    broken = [link for link in _links(path) if not _leads_somewhere(link, path)]
    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_lines_outside_of_code_and_tables_fit(path: Path) -> None:
    text = re.sub(r"<!-- generated.*?<!-- end -->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE).splitlines()
    assert [line for line in prose if len(line) > 125 and not line.startswith(("|", "- ["))] == []


def _links(path: Path) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [link for link in _LINK.findall(text) if not link.startswith(("http:", "https:", "mailto:"))]


def _leads_somewhere(link: str, path: Path) -> bool:
    file, _, anchor = link.partition("#")
    target = (path.parent / file) if file else path
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of the headings: a second heading of the same text gets -1."""
    return set(_numbered(_CODE.sub(lambda m: m[0].strip("`") if "\n" not in m[0] else "", path.read_text("utf-8"))))


def _numbered(text: str) -> Iterator[str]:
    seen: dict[str, int] = {}
    for heading in _HEADING.findall(text):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        yield f"{anchor}-{count}" if count else anchor
