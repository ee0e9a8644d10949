"""The wheel: built from a clean copy, installed where nothing else is, run from the root directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What of the tree travels in the wheel, and where to.
DATA = {"stylesheets": "xfm/data/stylesheets", "schemas": "xfm/data/schemas", "plugins": "xfm/data/plugins"}
LEFT_OUT = {"__pycache__", ".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "dist"}


def run(*command: str | Path, **how: object) -> subprocess.CompletedProcess[bytes]:
    """A command without the paths and settings of the tests."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "XFM_SCHEMAS", "VIRTUAL_ENV"))}
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        env=environment,
        timeout=300,
        check=False,
        **how,  # type: ignore[call-overload]
    )
    return done


def succeed(*command: str | Path, **how: object) -> bytes:
    """What a command prints that must succeed."""
    done = run(*command, **how)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree."""
    if run(sys.executable, "-m", "pip", "--version").returncode:
        pytest.skip("there is no pip here to build a wheel with")
    place = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, place / "tree", ignore=lambda _, names: LEFT_OUT & set(names), symlinks=True)
    succeed(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", place / "dist", ".", cwd=place / "tree")
    (built,) = (place / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` directory of a virtual environment that has xfm and what it asks for, and nothing else."""
    place = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(place, with_pip=True)
    succeed(place / "bin" / "python", "-m", "pip", "install", "--quiet", wheel)
    return place / "bin"


def names(wheel: Path) -> set[str]:
    """The files of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", DATA)
def test_the_data_are_whole(folder: str, wheel: Path) -> None:
    here = [path for path in (ROOT / folder).rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)]
    expected = {f"{DATA[folder]}/{path.relative_to(ROOT / folder)}" for path in here}
    assert expected and expected - names(wheel) == set()
    with zipfile.ZipFile(wheel) as archive:
        for path in here:
            assert archive.read(f"{DATA[folder]}/{path.relative_to(ROOT / folder)}") == path.read_bytes()


def test_the_modules_are_whole(wheel: Path) -> None:
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "xfm").rglob("*.py")}
    assert modules - names(wheel) == set()


def test_nothing_else_is_in_it(wheel: Path) -> None:
    odd = {name for name in names(wheel) if not name.startswith("xfm/") and ".dist-info/" not in name}
    assert {name for name in odd if ".data/data/share/" not in name} == set()
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names(wheel))


def test_no_schema_of_libvirt_is_in_it(wheel: Path) -> None:
    """They are libvirt's, and are read from where it is installed."""
    own = {path.name for path in (ROOT / "schemas").rglob("*.rng")}
    found = {Path(name).name for name in names(wheel) if name.endswith(".rng")}
    assert found == own
    assert not found & {"domain.rng", "domaincommon.rng", "basictypes.rng", "network.rng"}


def test_the_files_that_a_system_shares_are_in_it(wheel: Path) -> None:
    """Man page and completions, where the project file names them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"].get("shared-data", {})
    for target in shared.values():
        assert any(f".data/data/{target}" in name for name in names(wheel)), target


def test_the_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    assert metadata["Name"] == "xfm"
    assert (metadata["License-Expression"] or metadata["License"]) == "LGPL-2.1-or-later"
    assert metadata["Requires-Python"] == ">=3.11"
    required = metadata.get_all("Requires-Dist") or []
    assert {line.split(">")[0].split(";")[0].strip() for line in required if "extra ==" not in line} == {
        "lxml",
        "pluggy",
        "tabulate",
    }
    with zipfile.ZipFile(wheel) as archive:
        assert any("LICENSE" in name for name in archive.namelist())


def test_it_runs_from_anywhere(installed: Path) -> None:
    document = ROOT / "tests" / "fixtures" / "demo" / "web1.xml"
    from_file = succeed(installed / "xfm", document, cwd="/")
    assert from_file.startswith(b"<domain") and b"urn:xfm:pin:1" in from_file
    assert succeed(installed / "xfm", cwd="/", input=document.read_bytes()) == from_file
    assert succeed(installed / "python", "-I", "-m", "xfm", cwd="/", input=from_file) == from_file
    checkout = succeed(sys.executable, "-m", "xfm", document, cwd=ROOT)
    assert from_file == checkout


@pytest.mark.parametrize("command", ["stages", "plugins", "schemas", "config", "--help", "--version"])
def test_every_listing_runs(command: str, installed: Path) -> None:
    assert succeed(installed / "xfm", command, cwd="/")


def test_its_files_are_its_own(installed: Path) -> None:
    """Nothing of the checkout is used."""
    listing = succeed(installed / "xfm", "stages", "--json", cwd="/").decode()
    assert str(ROOT) + "/" not in listing and str(installed.parent) in listing


def test_it_is_importable(installed: Path) -> None:
    code = "from xfm import transform; import sys; sys.stdout.buffer.write(transform(sys.stdin.read()).xml)"
    document = (ROOT / "tests" / "fixtures" / "demo" / "web1.xml").read_bytes()
    assert succeed(installed / "python", "-c", code, cwd="/", input=document).startswith(b"<domain")
