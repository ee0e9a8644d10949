"""What the code looks like: short, documented, and each stylesheet declared and built as the others are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

import xfm
from xfm import resources, source
from xfm.model import DOC_NAMESPACE, XSL_NAMESPACE
from xfm.stylesheet import declaration
from xfm.stylesheet.parameters import to_xslt

MODULE_LINES = 300
FUNCTION_LINES = 40
TEMPLATE_LINES = 40

PACKAGE = Path(xfm.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
SHEETS = sorted(Path(resources.STYLESHEETS).rglob("*.xsl"))
XSL = f"{{{XSL_NAMESPACE}}}"
DOC = f"{{{DOC_NAMESPACE}}}"
#: The stylesheets of the chain; the others are imported by these, or are what xfm applies elsewhere.
CHAIN = [
    path
    for path in SHEETS
    if path.relative_to(resources.STYLESHEETS).parts[0].startswith(("baseline-", "layout"))
    and path.name != "dumpxml-order.xsl"
]
LIBRARIES = [path for path in SHEETS if path not in CHAIN]

#: Longer than the rest, each for a reason.
EXEMPT_FUNCTIONS: dict[str, str] = {}
EXEMPT_TEMPLATES: dict[str, str] = {
    "dumpxml-order.xsl": "its rows are tables: one list of names, however long libvirt's list is",
}


def each_module() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[str(p.relative_to(resources.STYLESHEETS)) for p in paths])


def parsed(path: Path) -> etree._Element:
    return etree.parse(str(path), source.new_parser()).getroot()


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(path: Path) -> Iterator[Definition]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Definition):
            yield node


# --- Python ---


@each_module()
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MODULE_LINES


@each_module()
def test_a_function_is_short(path: Path) -> None:
    long = [
        f"{path.name}:{node.lineno} {node.name}: {_code_lines(node)} lines"
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef) and _code_lines(node) > FUNCTION_LINES
    ]
    assert [entry for entry in long if entry.split()[1].rstrip(":") not in EXEMPT_FUNCTIONS] == []


def _code_lines(node: Definition) -> int:
    """The lines of a function without those of its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@each_module()
def test_a_module_and_what_is_public_in_it_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
    silent = [
        f"{path.name}:{node.lineno} {node.name}"
        for node in _public(ast.parse(path.read_text("utf-8")))
        if not ast.get_docstring(node)
    ]
    assert silent == []


def _public(node: ast.AST) -> Iterator[Definition]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition) and not child.name.startswith("_"):
            if not _overrides(child, node):
                yield child
            if isinstance(child, ast.ClassDef):
                yield from _public(child)


def _overrides(child: Definition, node: ast.AST) -> bool:
    """Whether a method is that of a base class of lxml, where it is documented."""
    bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
    return any(base.startswith("etree.") for base in bases) and not isinstance(child, ast.ClassDef)


@each_module()
def test_nothing_is_printed(path: Path) -> None:
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


@each_module()
def test_only_the_command_line_knows_the_standard_streams(path: Path) -> None:
    # plugins.py sends what a plugin prints to stderr: stdout is for the document.
    if path.parent.name == "cli" or path.name == "plugins.py":
        return
    text = path.read_text("utf-8")
    assert not re.search(r"sys\.(stdout|stderr|stdin)\b", text)


# --- XSLT ---


@each(SHEETS)
def test_a_template_is_short(path: Path) -> None:
    if path.name in EXEMPT_TEMPLATES:
        return
    text = path.read_text("utf-8")
    long = []
    for match in re.finditer(r"<xsl:template\b.*?</xsl:template>", text, re.DOTALL):
        lines = match[0].count("\n") + 1
        if lines > TEMPLATE_LINES:
            long.append(f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}: {lines} lines")
    assert long == []


@each(CHAIN)
def test_a_doc_block_is_complete(path: Path) -> None:
    root = parsed(path)
    declared = declaration.read(root, str(path))
    assert declared.id == path.stem
    assert declared.stage == path.parent.name
    assert declared.title
    assert not declared.title.endswith(".")
    assert declared.summary.endswith(".")
    assert declared.sources
    if declared.stage != "layout":
        assert declared.writes, "says what it writes"
        assert all(xpath.startswith("domain/") for xpath in declared.writes)
    assert (declared.stage == "layout") == (path.parent.parent.name == "stylesheets")


@each(CHAIN)
def test_the_default_of_a_parameter_is_the_same_in_both_places(path: Path) -> None:
    root = parsed(path)
    selects = {element.get("name", ""): element.get("select") for element in root.findall(XSL + "param")}
    for parameter in declaration.read(root, str(path)).parameters:
        if parameter.default is not None:
            quoted = parameter.type in ("string", "choice", "version")
            value = f"'{parameter.default}'" if quoted else to_xslt(parameter, parameter.default)
            assert selects[parameter.name] == value


@each(CHAIN)
def test_a_stylesheet_imports_the_identity_transform_first(path: Path) -> None:
    hrefs = [element.get("href", "") for element in parsed(path).findall(XSL + "import")]
    assert hrefs
    assert hrefs[0].endswith("lib/identity.xsl")


@each(SHEETS)
def test_nothing_is_included(path: Path) -> None:
    assert parsed(path).findall(XSL + "include") == []


@each(SHEETS)
def test_what_is_imported_lies_in_xfms_own_folder(path: Path) -> None:
    for element in parsed(path).findall(XSL + "import"):
        target = (path.parent / element.get("href", "")).resolve()
        assert target.is_file()
        assert Path(resources.STYLESHEETS).resolve() in target.parents


@each(SHEETS)
def test_a_priority_has_a_comment(path: Path) -> None:
    for template in parsed(path).iter(XSL + "template"):
        if template.get("priority") is not None:
            before = template.getprevious()
            assert before is not None
            assert isinstance(before, etree._Comment), f"{path.name}:{template.sourceline}"


@each(SHEETS)
def test_prefixes_that_are_not_output_are_excluded(path: Path) -> None:
    root = parsed(path)
    written = {
        prefix
        for element in root.iter("*")
        if not str(element.tag).startswith((XSL, DOC)) and not _inside_doc(element)
        for prefix in [element.prefix]
    }
    excluded = set(root.get("exclude-result-prefixes", "").split())
    declared = {prefix for prefix in root.nsmap if prefix not in ("xsl", None)}
    assert declared - excluded == written & declared
    assert excluded <= declared


def _inside_doc(element: etree._Element) -> bool:
    return any(str(ancestor.tag).startswith(DOC) for ancestor in element.iterancestors())


@each(SHEETS)
def test_a_stylesheet_has_a_version_and_no_xml_declaration(path: Path) -> None:
    assert parsed(path).get("version") == "1.0"
    assert path.read_text("utf-8").startswith("<xsl:stylesheet ")


@each(LIBRARIES)
def test_a_library_says_what_it_is_for(path: Path) -> None:
    root = parsed(path)
    assert any(isinstance(child, etree._Comment) for child in root), "a comment at its top"
    assert root.find(DOC + "stylesheet") is None


@each(CHAIN)
def test_every_stylesheet_of_a_baseline_is_in_a_folder_of_a_stage(path: Path) -> None:
    from xfm.hookspecs import STAGES

    assert path.parent.name in STAGES
    assert path.parent.parent.name == "stylesheets" or re.fullmatch(r"baseline-[1-9][0-9]*", path.parent.parent.name)
