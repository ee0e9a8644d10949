"""The profile cases, ``tests/fixtures/profiles/<case>/``: each a guest that goes through the whole chain of a baseline.

A case is named ``<arch>-<machine family>-<firmware>-<operating system>``. ``input.xml`` says as little as an author
may; ``params.toml`` may hold ``os``, ``host-facts`` and a table ``[set]``, as for the cases of a stage.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from xfm import plugins, schema
from xfm.knowledge import Knowledge
from xfm.pipeline import Pipeline

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path for path in (FIXTURES / "profiles").glob("*") if path.is_dir())


@cache
def _plugins() -> plugins.Plugins:
    return plugins.load(with_installed=False)  # one for all pipelines, so that each stylesheet is compiled once


@cache
def pipeline(case: Path, baseline: int | None = None) -> Pipeline:
    """A pipeline with what the case says of hosts, operating system and settings."""
    file = case / "params.toml"
    given: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    assert given.keys() <= {"os", "host-facts", "set"}
    hosts = [(name, (FIXTURES / "host-facts" / name).read_bytes()) for name in given.get("host-facts", [])]
    grammar = schema.find()
    return Pipeline(
        _plugins(),
        grammar,
        baseline=baseline,
        knowledge=Knowledge(hosts, given.get("os"), grammar),
        parameters={name: str(value) for name, value in given.get("set", {}).items()},
    )
