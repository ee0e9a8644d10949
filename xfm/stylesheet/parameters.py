"""The types of stylesheet parameters: from the text of a setting to a value that XSLT takes.

XSLT 1.0 has no typed parameters: a misspelt name is ignored and an unquoted string is taken for an XPath. So every
value is checked here against what the doc block declares, and strings reach the stylesheet quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from xfm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from xfm.model import Parameter

_MAX_DIGITS = 15  # XSLT 1.0 counts in doubles, which hold no more of them exactly
_TRUE = frozenset({"yes", "on", "true", "1"})
_FALSE = frozenset({"no", "off", "false", "0"})


def _string(_: Parameter, text: str) -> object:
    return etree.XSLT.strparam(text)


def _choice(parameter: Parameter, text: str) -> object:
    if text not in parameter.choices:
        raise ValueError(f"one of: {', '.join(parameter.choices)}")
    return etree.XSLT.strparam(text)


def _integer(parameter: Parameter, text: str) -> object:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS):
        raise ValueError("an integer")
    value = int(text)
    if parameter.minimum is not None and value < parameter.minimum:
        raise ValueError(f"an integer of at least {parameter.minimum}")
    if parameter.maximum is not None and value > parameter.maximum:
        raise ValueError(f"an integer of at most {parameter.maximum}")
    return str(value)


def _version(_: Parameter, text: str) -> object:
    if text and not all(part.isascii() and part.isdecimal() for part in text.split(".")):
        raise ValueError("a version, numbers joined by dots, or nothing")
    return etree.XSLT.strparam(text)


def _boolean(_: Parameter, text: str) -> object:
    if text.lower() in _TRUE:
        return "true()"
    if text.lower() in _FALSE:
        return "false()"
    raise ValueError("yes or no")


#: The types a parameter can have, as the doc block names them.
TYPES: dict[str, Callable[[Parameter, str], object]] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "version": _version,
}


def to_xslt(parameter: Parameter, text: str) -> object:
    """The value to pass to the stylesheet: a quoted string, a number, or a boolean.

    :raises UsageError: parameter-value, where the text is not of the parameter's type.
    """
    try:
        return TYPES[parameter.type](parameter, text)
    except ValueError as error:
        raise UsageError(
            "parameter-value",
            f"{parameter.name}={text}: the value must be {error}",
            hint=f"{parameter.name}: {parameter.meaning}",
        ) from None
