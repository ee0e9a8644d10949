"""What is known of a stylesheet without compiling it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from xfm import builtin, chain, plugins, resources
from xfm.stylesheet import matching
from xfm.stylesheet.stylesheet import Stylesheet

LINKS = chain.build(plugins.load(with_installed=False), builtin.NEWEST, {}).links
OWN = [link.stylesheet for link in LINKS if link.stylesheet.builtin]


def sheet(body: str) -> etree._Element:
    return etree.fromstring(
        f'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">{body}</xsl:stylesheet>'
    )


def matches(body: str, document: str) -> bool | None:
    condition = matching.condition(sheet(body), "/nowhere/a.xsl")
    return None if condition is None else bool(condition(etree.fromstring(document)))


@pytest.mark.parametrize(
    ("pattern", "document", "expected"),
    [
        ("domain[not(clock)]", "<domain/>", True),
        ("domain[not(clock)]", "<domain><clock/></domain>", False),
        ("domain/clock | domain/os", "<domain><os/></domain>", True),
        ("domain/os/type[. = 'a|b']", "<domain><os><type>a|b</type></os></domain>", True),
        ("domain/os[a | b]/type", "<domain><os><b/><type/></os></domain>", True),
        ("domain/os[a | b]/type", "<domain><os><type/></os></domain>", False),
        ("domain/os/@machine", "<domain><os machine='x'/></domain>", True),
        ("os", "<domain/>", None),
        ("domain | @type", "<domain/>", None),
        ("/", "<domain/>", None),
        ("domain/*[. = current()]", "<domain/>", None),
    ],
)
def test_a_pattern_says_which_documents_it_concerns(pattern: str, document: str, expected: bool | None) -> None:
    assert matches(f'<xsl:template match="{pattern}"/>', document) is expected


def test_named_templates_and_other_modes_match_nothing_by_themselves() -> None:
    body = '<xsl:template name="a"/><xsl:template match="x" mode="m"/><xsl:template match="domain/a"/>'
    assert matches(body, "<domain/>") is False


def test_a_guard_that_copies_or_applies_decides_nothing() -> None:
    guard = (
        '<xsl:template match="/"><xsl:choose><xsl:when test="1"><xsl:apply-templates/></xsl:when>'
        '<xsl:otherwise><xsl:copy-of select="node()"/></xsl:otherwise></xsl:choose></xsl:template>'
    )
    assert matches(guard + '<xsl:template match="domain/a"/>', "<domain/>") is False
    speaking = guard.replace("<xsl:apply-templates/>", "<xsl:message>x</xsl:message><xsl:apply-templates/>")
    assert matches(speaking + '<xsl:template match="domain/a"/>', "<domain/>") is None


def test_a_prefix_that_means_two_things_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.xsl").write_text(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:other">'
        '<xsl:template match="domain/p:a"/></xsl:stylesheet>'
    )
    body = '<xsl:import href="b.xsl"/><xsl:template match="domain/p:b"/>'
    for uri, known in (("urn:one", False), ("urn:other", True)):
        root = etree.fromstring(
            etree.tostring(sheet(body)).replace(b" version=", f' xmlns:p="{uri}" version='.encode())
        )
        assert (matching.condition(root, str(tmp_path / "a.xsl")) is not None) is known


@pytest.mark.parametrize("own", OWN, ids=[own.id for own in OWN])
def test_what_is_imported_is_read_as_the_processor_reads_it(own: Stylesheet) -> None:
    fresh = Stylesheet(own.path, folder=resources.STYLESHEETS, builtin=True)
    fresh.compile()
    assert fresh._resolver.imported == matching.imported(fresh._root, own.path)


def test_most_of_xfms_own_are_known_without_compiling_them() -> None:
    known = [own.id for own in OWN if matching.condition(own._root, own.path) is not None]
    assert len(known) > len(OWN) / 2


def test_a_plugins_is_never_passed_over(tmp_path: Path) -> None:
    source = Path(OWN[0].path).read_text("utf-8").replace("../../lib/", "xfm:lib/")
    (tmp_path / "a.xsl").write_text(source)
    assert Stylesheet(str(tmp_path / "a.xsl")).concerns(etree.fromstring("<other/>").getroottree())
