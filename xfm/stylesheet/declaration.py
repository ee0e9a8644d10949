"""The doc block of a stylesheet: its whole declaration.

::

    <doc:stylesheet xmlns:doc="urn:xfm:doc:1" id="disk-bus" stage="defaults" abi="guest">
      <doc:title>…</doc:title>
      <doc:summary>…</doc:summary>
      <doc:after>other-id</doc:after>
      <doc:param name="retries" type="integer" default="8191" minimum="4095">…</doc:param>
      <doc:writes>domain/features/hyperv</doc:writes>
      <doc:source>…</doc:source>
    </doc:stylesheet>

``docs/hooks.md`` describes each part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from xfm.errors import PluginError, UsageError
from xfm.hookspecs import STAGES
from xfm.model import DOC_NAMESPACE, XSL_NAMESPACE, Declaration, Parameter
from xfm.stylesheet.parameters import TYPES, to_xslt

if TYPE_CHECKING:
    from lxml.etree import _Element

ABI_CLASSES = ("guest", "host")
_DOC = "{" + DOC_NAMESPACE + "}"
_XSL_PARAM = "{" + XSL_NAMESPACE + "}param"
_ID = re.compile(r"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_ATTRIBUTES = frozenset({"id", "stage", "abi", "once"})
_CHILDREN = frozenset({"title", "summary", "after", "before", "param", "writes", "source"})
_PARAM_ATTRIBUTES = frozenset({"name", "type", "default", "unit", "choices", "minimum", "maximum"})


def read(root: _Element, file: str) -> Declaration:
    """Read the doc block of a stylesheet and hold its parameters against the stylesheet's own.

    :param root: the ``xsl:stylesheet`` element.
    :param file: its path, for messages.
    :raises PluginError: declaration.
    """
    blocks = root.findall(_DOC + "stylesheet")
    if len(blocks) != 1:
        fail(
            file,
            root,
            f"the stylesheet has {len(blocks) or 'no'} doc block{'s' if blocks else ''}, and needs exactly one",
            'add <doc:stylesheet xmlns:doc="urn:xfm:doc:1" id="…" stage="…" abi="guest|host"> at its top level',
        )
    block = blocks[0]
    _check_names(block, file)
    declaration = Declaration(
        id=_identifier(block, file),
        stage=_stage(block, file),
        title=_required_text(block, "title", file),
        summary=_required_text(block, "summary", file),
        abi=_choice(block, "abi", ABI_CLASSES, file),
        once=block.get("once") is not None and _choice(block, "once", ("yes", "no"), file) == "yes",
        after=_texts(block, "after"),
        before=_texts(block, "before"),
        parameters=tuple(_parameter(element, file) for element in block.findall(_DOC + "param")),
        writes=_texts(block, "writes"),
        sources=_texts(block, "source"),
        line=block.sourceline or 0,
    )
    if not declaration.sources:
        fail(file, block, "the doc block names no source of its facts", "add <doc:source>…</doc:source>")
    _check_parameters(root, declaration, file)
    return declaration


def fail(file: str, element: _Element, message: str, hint: str) -> NoReturn:
    """Refuse a stylesheet for what its file says at an element."""
    raise PluginError("declaration", message, file=file, line=element.sourceline or 0, hint=hint)


def suggestion(name: str, known: list[str] | tuple[str, ...]) -> str:
    """``did you mean …?`` for a misspelt name, or the list of what there is."""
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(known) or 'none'}"


def _check_names(block: _Element, file: str) -> None:
    for name in block.attrib:
        if name not in _ATTRIBUTES:
            fail(
                file,
                block,
                f"the doc block has an unknown attribute {name}",
                suggestion(str(name), sorted(_ATTRIBUTES)),
            )
    for child in block.iterchildren(tag="*"):
        name = str(child.tag).removeprefix(_DOC)
        if name not in _CHILDREN:
            fail(
                file,
                child,
                f"the doc block has an unknown element {name}",
                suggestion(name, sorted(_CHILDREN)),
            )


def _identifier(block: _Element, file: str) -> str:
    identifier = block.get("id", "")
    if not _ID.match(identifier):
        fail(file, block, f"the id {identifier!r} is not a valid one", "use lower-case words joined by hyphens")
    return identifier


def _stage(block: _Element, file: str) -> str:
    return _choice(block, "stage", STAGES, file)


def _choice(block: _Element, attribute: str, choices: tuple[str, ...], file: str) -> str:
    value = block.get(attribute)
    if value is None:
        fail(file, block, f"the doc block has no {attribute}", f"{attribute} is one of: {', '.join(choices)}")
    if value not in choices:
        fail(file, block, f"unknown {attribute} {value!r}", suggestion(value, choices))
    return value


def _texts(block: _Element, name: str) -> tuple[str, ...]:
    return tuple(" ".join((element.text or "").split()) for element in block.findall(_DOC + name))


def _required_text(block: _Element, name: str, file: str) -> str:
    texts = _texts(block, name)
    if len(texts) != 1 or not texts[0]:
        fail(file, block, f"the doc block needs exactly one {name}", f"add <doc:{name}>…</doc:{name}>")
    return texts[0]


def _parameter(element: _Element, file: str) -> Parameter:
    for attribute in element.attrib:
        if attribute not in _PARAM_ATTRIBUTES:
            fail(
                file,
                element,
                f"doc:param has an unknown attribute {attribute}",
                suggestion(str(attribute), sorted(_PARAM_ATTRIBUTES)),
            )
    name = element.get("name", "")
    if not _ID.match(name):
        fail(file, element, f"the parameter name {name!r} is not valid", "use lower-case words and hyphens")
    parameter = Parameter(
        name=name,
        type=_choice(element, "type", tuple(TYPES), file),
        default=element.get("default"),
        meaning=" ".join((element.text or "").split()),
        unit=element.get("unit", ""),
        choices=tuple(element.get("choices", "").split()),
        minimum=_bound(element, "minimum", file),
        maximum=_bound(element, "maximum", file),
    )
    if not parameter.meaning:
        fail(file, element, f"the parameter {name} does not say what it means", "write it into doc:param")
    if (parameter.type == "choice") != bool(parameter.choices):
        fail(file, element, f"the parameter {name} needs type='choice' and choices='…' together", "add both")
    if parameter.default is not None:
        try:
            to_xslt(parameter, parameter.default)
        except UsageError as error:
            fail(file, element, f"the default does not fit its own type: {error}", "change default or type")
    return parameter


def _bound(element: _Element, attribute: str, file: str) -> int | None:
    text = element.get(attribute)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        fail(file, element, f"{attribute}={text!r} is not an integer", "give a whole number")


def _check_parameters(root: _Element, declaration: Declaration, file: str) -> None:
    names = [parameter.name for parameter in declaration.parameters]
    declared = set(names)
    for element, name in zip(root.iterfind(f"{_DOC}stylesheet/{_DOC}param"), names, strict=True):
        if names.count(name) > 1:
            fail(file, element, f"the parameter {name} is declared twice", "remove one doc:param")
    present = {element.get("name", ""): element for element in root.findall(_XSL_PARAM)}
    for name, element in present.items():
        if name not in declared:
            fail(
                file,
                element,
                f"the parameter {name} is not declared in the doc block",
                f'add <doc:param name="{name}" type="…" default="…">meaning</doc:param>',
            )
    for name in sorted(declared - present.keys()):
        fail(
            file,
            root,
            f"the doc block declares a parameter {name} that the stylesheet does not have",
            f'add <xsl:param name="{name}"/> at its top level',
        )
