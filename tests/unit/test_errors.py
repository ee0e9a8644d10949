"""Errors: every code is raised somewhere, and only by its own class."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xfm import errors
from xfm.errors import CODES, DocumentError, MissingError, PluginError, UsageError, XfmError
from xfm.model import Violation

PACKAGE = Path(errors.__file__).parent
CLASSES = {name: value for name, value in vars(errors).items() if isinstance(value, type) and value is not XfmError}
CLASSES = {name: value for name, value in CLASSES.items() if issubclass(value, XfmError)}


def made() -> list[tuple[str, str, str]]:
    """Each place in the package that makes an error: where, its class, its code."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in CLASSES:
                continue
            place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
            code = node.args[0] if node.args else None
            assert isinstance(code, ast.Constant), f"{place}: the code is no literal"
            found.append((place, node.func.id, str(code.value)))
    return found


def test_every_error_has_a_known_code_and_the_class_of_that_code() -> None:
    wrong = [f"{place}: {name}({code!r})" for place, name, code in made() if CODES.get(code) is not CLASSES[name]]
    assert wrong == []


def test_every_code_is_raised_somewhere() -> None:
    assert CODES.keys() - {code for _, _, code in made()} == set()


def test_the_base_class_itself_is_never_raised() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                assert getattr(node.exc.func, "id", "") != "XfmError", path


def test_every_error_says_what_to_do_about_it() -> None:
    silent = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
                names = {keyword.arg for keyword in node.keywords}
                if "hint" not in names and None not in names:
                    silent.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert silent == []


@pytest.mark.parametrize(("kind", "status"), [(DocumentError, 1), (UsageError, 2), (MissingError, 3), (PluginError, 4)])
def test_each_class_has_its_exit_status(kind: type[XfmError], status: int) -> None:
    assert kind.exit_status == status


def test_located_fills_in_only_what_is_not_known() -> None:
    error = PluginError("declaration", "m", stylesheet="a", file="f")
    assert error.located(stage="pin", stylesheet="b", file="g") is error
    assert (error.stage, error.stylesheet, error.file) == ("pin", "a", "f")


def test_fields_make_the_same_error_again() -> None:
    violation = Violation("bad", "/domain", 3)
    error = DocumentError("invalid", "m", xpath="/domain", line=3, hint="h", violations=[violation])
    fields = error.fields()
    assert fields["violations"] == (("bad", "/domain", 3, 0),)
    again = DocumentError(fields.pop("code"), fields.pop("message"), **fields)  # type: ignore[arg-type]
    assert again.fields() == error.fields()
    assert str(again) == "m"
