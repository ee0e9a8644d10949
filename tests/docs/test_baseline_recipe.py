"""docs/baselines.md tells how to add a baseline: what it tells is done here, word for word, in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## How to add a baseline\n"
LEFT_OUT = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "dist"}
GUEST = "tests/fixtures/defaults/interface-queues-sixteen/input.xml"
STYLESHEET = "stylesheets/baseline-3/defaults/interface-queues.xsl"

_BLOCK = re.compile(r"^```(?P<language>[a-z]+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


def run(tree: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A command in the copy, where nothing of this tree is found."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    environment["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    environment["PYTHONPATH"] = str(tree)
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the tree in which the recipe was followed, and all that its commands printed."""
    tree = tmp_path_factory.mktemp("recipe") / "xfm"
    shutil.copytree(ROOT, tree, ignore=lambda _, names: LEFT_OUT & set(names), symlinks=True)
    recipe = (tree / "docs/baselines.md").read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    printed = ""
    for block in _BLOCK.finditer(recipe):
        if block["file"]:
            (tree / block["file"]).parent.mkdir(parents=True, exist_ok=True)
            (tree / block["file"]).write_text(block["body"], "utf-8")
            continue
        assert block["language"] == "sh"
        done = run(tree, block["body"])
        assert done.returncode == 0, f"{block['body']}\n{done.stdout[-5000:]}"
        printed += done.stdout
    return tree, printed


def test_the_recipe_gives_a_baseline(followed: tuple[Path, str]) -> None:
    tree, printed = followed
    assert "<driver queues='12'/>" in printed
    assert "baseline 3 is frozen" in printed
    assert (tree / "tests/frozen/baseline-3.json").exists()
    assert "queues='8'" in run(tree, f"python -m xfm --baseline 2 {GUEST}").stdout
    newest = run(tree, f"python -m xfm {GUEST}").stdout
    assert 'baseline="3"' in newest and "queues='12'" in newest
    assert "- Baseline: since 1, changed in 3." in (tree / "docs/stages.md").read_text("utf-8")


def test_a_guest_that_is_pinned_is_not_touched_by_the_new_baseline(followed: tuple[Path, str]) -> None:
    tree, _ = followed
    again = "python -m xfm pinned.xml | cmp - pinned.xml"
    pinned = run(tree, f"python -m xfm --baseline 2 -o pinned.xml {GUEST}\n{again}")
    assert pinned.returncode == 0, pinned.stdout
    moved = run(tree, "python -m xfm upgrade --to 3 pinned.xml | grep -e 'xfm:pin ' -e '<driver'")
    assert 'baseline="3"' in moved.stdout and "queues='8'" in moved.stdout


def test_a_file_that_changes_after_that_is_named_with_what_to_do(followed: tuple[Path, str]) -> None:
    tree, _ = followed
    original = (tree / STYLESHEET).read_text("utf-8")
    (tree / STYLESHEET).write_text(original.replace("sixteen", "as many as sixteen"), "utf-8")
    try:
        for again in ("", "--again "):
            done = run(tree, f"scripts/freeze-baseline {again}3")
            assert (done.returncode, done.stdout) == (
                1,
                f"{STYLESHEET}: it belongs to baseline 3, which is released: restore it, and put what is better into "
                "the next baseline (docs/baselines.md)\n",
            )
        test = run(tree, "python -m pytest -q tests/unit/test_baselines.py -k 'is_made_of and 3'")
        assert test.returncode == 1 and f"{STYLESHEET}: it belongs to baseline 3" in test.stdout.replace("\n", "")
    finally:
        (tree / STYLESHEET).write_text(original, "utf-8")
    assert run(tree, "scripts/freeze-baseline 3").returncode == 0


def test_what_all_baselines_share_may_change_and_is_written_anew(followed: tuple[Path, str]) -> None:
    tree, _ = followed
    layout = tree / "stylesheets/layout/dumpxml.xsl"
    original = layout.read_text("utf-8")
    layout.write_text(original + "<!-- better -->\n", "utf-8")
    try:
        seen = run(tree, "scripts/freeze-baseline 3")
        assert seen.returncode == 1 and "baseline 3 makes something else of it now" in seen.stdout
        assert run(tree, "scripts/freeze-baseline --again 3").returncode == 0
        assert run(tree, "scripts/freeze-baseline 3").returncode == 0
    finally:
        layout.write_text(original, "utf-8")
