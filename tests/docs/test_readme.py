"""The README: its first screen is a guest before and after, and all that it shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.docs.conftest import RunDocument

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
FIRST_SCREEN = 60  # lines


def test_every_command_prints_what_the_readme_shows(run_document: RunDocument) -> None:
    run_document(README)


def test_the_first_screen_is_a_runnable_before_and_after() -> None:
    screen = "".join(README.read_text(encoding="utf-8").splitlines(keepends=True)[:FIRST_SCREEN])
    before = re.search(r"^```xml web1\.xml\n(.*?)^```$", screen, re.DOTALL | re.MULTILINE)
    after = re.search(r"^```console\n\$ xfm [^\n]*web1\.xml[^\n]*\n(.+?)^```$", screen, re.DOTALL | re.MULTILINE)
    assert before and after and before.end() < after.start()
    assert len(before[1].splitlines()) <= 14


def test_every_document_is_linked() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", README.read_text(encoding="utf-8")))
    assert linked == {f"docs/{path.name}" for path in ROOT.glob("docs/*.md")}


def test_what_is_not_run_here_is_tested_elsewhere() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    commands = [line for block in blocks for line in block.splitlines()]
    # the first two by tests below, the last by itself
    assert commands == ["pip install .", "scripts/demo", "scripts/test"]


@pytest.mark.parametrize("script", ["demo", "setup", "test"])
def test_the_scripts_that_the_readme_names_can_be_run(script: str) -> None:
    assert f"scripts/{script}" in README.read_text(encoding="utf-8")
    assert (ROOT / "scripts" / script).stat().st_mode & 0o111
    subprocess.run(["bash", "-n", ROOT / "scripts" / script], check=True)


def test_the_demo_comes_to_its_end() -> None:
    ran = subprocess.run(["bash", ROOT / "scripts" / "demo"], capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert ran.stdout.endswith("==> done: web1 win1 went through xfm and into libvirt\n")
    assert ran.stderr.count("[abi-changed]") == 2  # a disk that is added to either guest by hand


def test_an_installed_xfm_has_all_that_it_needs(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="pip without a network needs the build backend")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", tmp_path, ROOT], check=True)
    web1 = ROOT / "tests/fixtures/demo/web1.xml"
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from xfm.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", program, "stages", "--json"], capture_output=True, text=True, cwd="/", check=True
    )
    assert str(tmp_path) in ran.stdout and str(ROOT) not in ran.stdout
    subprocess.run([sys.executable, "-I", "-c", program, web1], capture_output=True, cwd="/", check=True)
