"""The plugins that come with xfm: they do nothing unless asked, and then what their READMEs say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from xfm import new_pipeline, transform
from xfm.cli import main

if TYPE_CHECKING:
    from tests.conftest import RunXfm

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
SITE_OWNER = PLUGINS / "site-owner"
CASES = sorted((SITE_OWNER / "fixtures").iterdir())
WEB1 = (SITE_OWNER / "fixtures/sets/input.xml").read_bytes()


def canonical(data: bytes) -> str:
    """A document in one form, whatever its indentation."""
    tree = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(tree, method="c14n", exclusive=True).decode().replace("><", ">\n<")


def test_they_do_nothing_unless_asked(run_xfm: RunXfm) -> None:
    verbose = run_xfm("--verbose", "-", input=WEB1)
    assert "site-owner" not in verbose.stderr and "disk-cache" not in verbose.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_site_owner_writes_what_its_fixtures_expect(case: Path) -> None:
    given = tomllib.loads((case / "params.toml").read_text(encoding="utf-8"))
    parameters = {f"site-owner.{name}": str(value) for name, value in given.items()}
    pipeline = new_pipeline(parameters=parameters, until="policy")
    result = transform((case / "input.xml").read_bytes(), pipeline=pipeline)
    assert canonical(result.xml) == canonical((case / "expected.xml").read_bytes())
    assert transform(result.xml, pipeline=pipeline).xml == result.xml


def test_site_owner_takes_any_text_as_it_is() -> None:
    owner = """it's <the> "web" & 'shop' team"""
    result = transform(WEB1, pipeline=new_pipeline(parameters={"owner": owner}))
    found = etree.fromstring(result.xml).find("metadata/{https://example.com/xmlns/site-owner/1}guest")
    assert found is not None and found.get("owner") == owner


def test_site_owner_runs_on_a_pinned_guest() -> None:
    pinned = transform(WEB1).xml
    assert b"owner=" in transform(pinned, pipeline=new_pipeline(parameters={"owner": "web"})).xml


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory into which pip has installed the plugin xfm-disk-cache."""
    pytest.importorskip("hatchling", reason="pip without a network needs the build backend")
    target = tmp_path_factory.mktemp("installed")
    source = tmp_path_factory.mktemp("source") / "xfm-disk-cache"
    shutil.copytree(PLUGINS / "xfm-disk-cache", source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", target, source], check=True)
    return target


def test_disk_cache_is_not_installed_with_xfm(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins"]) == 0
    assert "xfm-disk-cache: a Python package: install it with pip" in capsys.readouterr().err


def test_disk_cache_works_through_its_entry_point(installed: Path, run_xfm: RunXfm) -> None:
    document = WEB1.replace(
        b"</domain>",
        b"<devices><disk type='block'><source dev='/dev/vg0/web1'/><target dev='vda'/></disk></devices></domain>",
    )
    environment = {"PYTHONPATH": str(installed)}
    assert "disk-cache" in run_xfm("plugins", env=environment).stdout.decode()
    ran = run_xfm("--set", "disk-cache.io=threads", "-", input=document, env=environment)
    driver = etree.fromstring(ran.stdout).find("devices/disk/driver")
    assert driver is not None and (driver.get("cache"), driver.get("io")) == ("none", "threads"), ran.stderr
    again = run_xfm("--set", "disk-cache.io=threads", "-", input=ran.stdout, env=environment)
    assert again.stdout == ran.stdout


def test_the_tests_of_disk_cache_pass(installed: Path) -> None:
    root = PLUGINS.parent
    path = os.pathsep.join([str(installed), str(root)])
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "tests"],
        cwd=PLUGINS / "xfm-disk-cache",
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )
