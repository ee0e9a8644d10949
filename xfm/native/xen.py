"""Reads xl.cfg(5), and of xm's files, which are Python programs, those that only assign literals. Nothing is run.

Strings in three quotation marks are Python's; libvirt's converter writes them into files of xl too
(src/util/virconf.c, virConfSaveValue). The sub-languages of single values (disk, vif, pci, …) are taken apart by
:mod:`xfm.native.xenspecs`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xfm.native import xenspecs
from xfm.native.neutral import Config, decoded, refuse

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\f]+|\\\r?\n)|(?P<comment>\#[^\n]*)|(?P<newline>\n)
    |(?P<long>'{3}(?:[^'\\]|'(?!'')|\\[\s\S])*'{3}|"{3}(?:[^"\\]|"(?!"")|\\[\s\S])*"{3})
    |(?P<string>'(?:[^'\\\n]|\\[^\n])*'|"(?:[^"\\\n]|\\[^\n])*")
    |(?P<number>-?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>\+=|[=\[\],;])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": ""}
#: Python's own words, in the files of xm.
_WORDS = {"True": "1", "False": "0", "None": ""}
_MAX_NESTING = 8
_HINTS = {
    "xen-xl": "xl.cfg(5) tells the syntax: KEY=VALUE, a value is a string, a number or a list of them",
    "xen-xm": "xm's files are Python programs; of these only assignments of strings, numbers and lists are read",
}


class Token(NamedTuple):
    """A piece of the text: its kind is a group of the expression, or ``end``."""

    kind: str
    text: str
    line: int


class Value(NamedTuple):
    """A string or a number as text, or else the members of a list."""

    line: int
    text: str | None
    members: tuple[Value, ...] = ()


def read(data: bytes, form: str) -> Config:
    """The settings of a file; of a key that is assigned twice the last.

    :param form: ``xen-xl`` or ``xen-xm``.
    :raises DocumentError: native-syntax, encoding.
    """
    config = Config(form)
    for key, value in _Parser(decoded(data), form).assignments().items():
        if value.text is not None:
            entry = config.entry(key, value.line, value.text)
            config.fields(entry, xenspecs.fields(key, value.text) if key in xenspecs.SCALARS else ())
            continue
        entry = config.entry(key, value.line)
        for member in value.members:
            item = config.item(entry, member.line, _written(member))
            config.fields(item, xenspecs.fields(key, member.text) if member.text is not None else ())
    return config


def _written(value: Value) -> str:
    """A value as one text: nested lists have no meaning here but are kept."""
    return value.text if value.text is not None else f"[{', '.join(map(_written, value.members))}]"


class _Parser:
    """Tokens to assignments."""

    def __init__(self, text: str, form: str) -> None:
        self._hint = _HINTS[form]
        self._words = _WORDS if form == "xen-xm" else {}
        self._tokens = self._split(text)
        self._position = 0

    def _split(self, text: str) -> list[Token]:
        tokens, position, line = [], 0, 1
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                refuse("what stands there is no part of a setting", line, self._hint)
            if match.lastgroup not in ("blank", "comment"):
                tokens.append(Token(str(match.lastgroup), match[0], line))
            line += match[0].count("\n")
            position = match.end()
        tokens.append(Token("end", "", line))
        return tokens

    def assignments(self) -> dict[str, Value]:
        """Every key with its value."""
        found: dict[str, Value] = {}
        while (token := self._next()).kind != "end":
            if token.kind == "newline" or token.text == ";":
                continue
            if token.kind != "name" or (mark := self._next()).text not in ("=", "+="):
                refuse("a setting begins with its key and =", token.line, self._hint)
            value = self._value(0)
            known = found.pop(token.text, None)
            found[token.text] = self._joined(known, value) if mark.text == "+=" and known else value
            last = self._next()
            if last.kind not in ("newline", "end") and last.text != ";":
                refuse(f"something follows the value of {token.text}", last.line, self._hint)
        return found

    def _next(self) -> Token:
        token = self._tokens[self._position]
        self._position += token.kind != "end"
        return token

    def _value(self, depth: int) -> Value:
        token = self._next()
        if token.kind == "string":
            return Value(token.line, _unescaped(token.text[1:-1]))
        if token.kind == "long":
            return Value(token.line, _unescaped(token.text[3:-3]))
        if token.kind == "number":
            return Value(token.line, _decimal(token.text))
        if token.text in self._words:
            return Value(token.line, self._words[token.text])
        if token.text != "[":
            refuse("a value is a string in quotes, a number, or a list in brackets", token.line, self._hint)
        if depth == _MAX_NESTING:
            refuse(f"lists are nested more than {_MAX_NESTING} deep", token.line, self._hint)
        return Value(token.line, None, self._members(depth + 1))

    def _members(self, depth: int) -> tuple[Value, ...]:
        members: list[Value] = []
        separated = True
        while (token := self._next()).text != "]":
            if token.kind == "newline":
                continue
            if token.kind == "end" or (token.text == ",") == separated:
                refuse("a list is not closed, or its members are not parted by one comma", token.line, self._hint)
            separated = token.text == ","
            if not separated:
                self._position -= 1
                members.append(self._value(depth))
        return tuple(members)

    def _joined(self, first: Value, second: Value) -> Value:
        if first.text is None and second.text is None:
            return first._replace(members=first.members + second.members)
        if first.text is None or second.text is None:
            refuse("+= joins two lists or two strings", second.line, self._hint)
        return first._replace(text=first.text + second.text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code[0] in "01234567" else _ESCAPED.get(code, code)


def _decimal(text: str) -> str:
    """0x… is hexadecimal and 0… octal, as in C."""
    digits = text.lstrip("-")
    base = 16 if digits[:2] in ("0x", "0X") else 8 if re.fullmatch("0[0-7]+", digits) else 10
    return str(int(text, base))
