"""Fixtures of all tests: no test sees the machine's configuration, caches, plugins or registered schemas."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

# A slow machine is no fault of what is tested.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

# Where the tests run in the background of a script, Ctrl-C is ignored, and what they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent

#: A stylesheet that a test can fill in: what is not given has a value that makes it a valid one that changes nothing.
STYLESHEET = """\
<xsl:stylesheet version="{version}" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1" exclude-result-prefixes="doc">
  <xsl:import href="{imports}"/>
  <doc:stylesheet id="{id}" stage="{stage}" abi="{abi}" once="{once}">
    <doc:title>A title</doc:title>
    <doc:summary>A summary</doc:summary>
    {doc}
    <doc:source>a test</doc:source>
  </doc:stylesheet>
  {body}
</xsl:stylesheet>
"""

MINIMAL = (
    b"<domain type='kvm'><name>web1</name><uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid>"
    b"<memory unit='MiB'>512</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>"
)


class Ran(NamedTuple):
    """What a run of the command line gave."""

    status: int
    stdout: bytes
    stderr: str


class RunXfm(Protocol):
    """``run_xfm(*args, input=…, env=…)``: the command line in a process of its own."""

    def __call__(
        self,
        *args: str | Path,
        input: bytes = b"",  # noqa: A002  named as subprocess.run names it
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Ran: ...


class WriteStylesheet(Protocol):
    """``write_stylesheet(path, id=…, …)``: a stylesheet from :data:`STYLESHEET`; gives its path."""

    def __call__(self, path: Path, **parts: str) -> Path: ...


class WriteDist(Protocol):
    """``write_dist(folder, name, code, …)``: an installed Python package with an ``xfm`` entry point."""

    def __call__(self, folder: Path, name: str, code: str, *, entry_point: str = "") -> Path: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="write the expected files of tests/fixtures that are missing")


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test configuration, cache and data directories of its own; the directory that holds them."""
    home = tmp_path_factory.mktemp("isolated")
    for variable, name in {
        "XDG_CONFIG_HOME": "config",
        "XDG_CACHE_HOME": "cache",
        "XDG_DATA_HOME": "data",
        "XFM_ETC": "etc",
        "XFM_STATE": "state",
    }.items():
        directory = home / name
        directory.mkdir()
        monkeypatch.setenv(variable, str(directory))
    monkeypatch.delenv("XFM_SCHEMAS", raising=False)
    return home


@pytest.fixture
def run_xfm(isolated: Path) -> RunXfm:
    """The command line in a process of its own."""

    def run(
        *args: str | Path,
        input: bytes = b"",  # noqa: A002  named as subprocess.run names it
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Ran:
        environment = {**os.environ, **(env or {})}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), str(ROOT)]))
        done = subprocess.run(
            [sys.executable, "-m", "xfm", *map(str, args)],
            input=input,
            capture_output=True,
            timeout=60,
            env=environment,
            cwd=cwd or isolated,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def write_stylesheet() -> WriteStylesheet:
    """Writes stylesheets for a test."""

    def write(path: Path, **parts: str) -> Path:
        fill = {
            "version": "1.0",
            "imports": "xfm:lib/identity.xsl",
            "id": path.stem,
            "stage": "defaults",
            "abi": "host",
            "once": "no",
            "doc": "",
            "body": "",
            **parts,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STYLESHEET.format(**fill), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def write_dist() -> WriteDist:
    """Writes what pip leaves of a package with one module and an ``xfm`` entry point."""

    def write(folder: Path, name: str, code: str, *, entry_point: str = "") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[xfm]\n{name} = {entry_point or name}\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def minimal() -> bytes:
    """A small valid document of the QEMU driver."""
    return MINIMAL
