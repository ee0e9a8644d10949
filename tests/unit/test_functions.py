"""The XPath functions: the same as Python's own, in every stylesheet, refused where they are misused."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import functions
from xfm.errors import PluginError
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteStylesheet

ROOT = Path(__file__).resolve().parents[2]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
#: Sets the title of a domain to what an expression gives.
BODY = """
  <xsl:template match="domain/title" xmlns:f="urn:xfm:functions:1">
    <title><xsl:value-of select="{}"/></title>
  </xsl:template>
"""
DOMAIN = "<domain type='kvm'><name>we<!-- -->b1</name><title a='x'>old</title></domain>"


def evaluate(write: WriteStylesheet, folder: Path, expression: str) -> str | None:
    """What an expression gives in a stylesheet."""
    sheet = Stylesheet(str(write(folder / "title.xsl", body=BODY.format(expression))))
    result, _ = sheet.apply(etree.ElementTree(etree.fromstring(DOMAIN)), {}, {})
    return result.findtext("title")


@given(TEXTS)
def test_sha256_is_sha256(text: str) -> None:
    function = functions.EXTENSIONS[functions.NAMESPACE, "sha256"]
    assert function(None, text) == hashlib.sha256(text.encode()).hexdigest()


@given(st.uuids(), TEXTS)
def test_uuid5_is_uuid5_whatever_the_spelling(namespace: uuid.UUID, name: str) -> None:
    wanted = str(uuid.uuid5(namespace, name))
    assert functions.uuid5(str(namespace), name) == wanted
    assert functions.uuid5(namespace.hex.upper(), name) == wanted


@given(TEXTS, TEXTS)
def test_a_namespace_that_is_no_uuid_stands_for_one(namespace: str, name: str) -> None:
    root = uuid.uuid5(uuid.NAMESPACE_URL, functions.NAMESPACE)
    assert functions.uuid5("site " + namespace, name) == str(uuid.uuid5(uuid.uuid5(root, "site " + namespace), name))


def test_what_it_gives_never_changes() -> None:
    """Guests have these identities: another value here would give them new ones."""
    assert functions.uuid5("", "web1") == "b9fe8abd-87bb-5069-ad92-6b0068b128b2"
    assert functions.uuid5("Nürnberg 2", "web1") == "7937191e-4f7d-5c0b-a589-3d79d5797e35"


@pytest.mark.parametrize(
    ("expression", "text"),
    [("f:sha256('abc')", "abc"), ("f:sha256(@a)", "x"), ("f:sha256(../name)", "web1"), ("f:sha256(../none)", "")],
)
def test_it_takes_what_has_one_string(
    expression: str, text: str, write_stylesheet: WriteStylesheet, tmp_path: Path
) -> None:
    assert evaluate(write_stylesheet, tmp_path, expression) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("f:sha256(1)", "f:sha256 with something other than strings"),
        ("f:sha256(//*)", "f:sha256 with something other than strings"),
        ("f:uuid5(true(), 'a')", "f:uuid5 with something other than strings"),
        ("f:sha256()", "f:sha256 with 0 arguments"),
        ("f:uuid5('a')", "f:uuid5 with 1 argument"),
        ("f:md5('a')", "Unregistered function"),
    ],
)
def test_misuse_is_the_stylesheets_fault(
    expression: str, said: str, write_stylesheet: WriteStylesheet, tmp_path: Path
) -> None:
    with pytest.raises(PluginError) as raised:
        evaluate(write_stylesheet, tmp_path, expression)
    assert raised.value.code == "stylesheet-failed"
    assert said in raised.value.message


def test_a_plugins_stylesheet_has_them_in_its_child_process(
    run_xfm: RunXfm, write_stylesheet: WriteStylesheet, tmp_path: Path, minimal: bytes
) -> None:
    body = BODY.replace("domain/title", "domain[not(title)]").replace(
        "<title>", "<xsl:copy><xsl:copy-of select='@* | node()'/><title>"
    )
    body = body.replace("</title>", "</title></xsl:copy>").format("f:uuid5('site', name)")
    write_stylesheet(tmp_path / "plugins" / "title.xsl", stage="policy", body=body)
    ran = run_xfm("--plugin-dir", tmp_path / "plugins", input=minimal)
    assert ran.status == 0, ran.stderr
    assert f"<title>{functions.uuid5('site', 'web1')}</title>".encode() in ran.stdout


def test_hashing_loads_no_openssl() -> None:
    program = (
        "import sys, xfm.functions as f; f.sha256_hex(b'a'); f.uuid5('a', 'b'); "
        "sys.exit(bool({'hashlib', '_hashlib', 'uuid'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60).returncode == 0
