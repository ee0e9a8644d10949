"""The stages: their order is the design's, and each hook is typed and documented."""

from __future__ import annotations

import inspect
import typing

import pytest

from xfm import builtin, hookspecs, model
from xfm.hookspecs import STAGES, hook_of


def test_the_stages_are_those_of_the_design_in_its_order() -> None:
    assert STAGES == (
        "dialect",
        "policy",
        "defaults",
        "enlightenments",
        "machine-type",
        "device-identity",
        "topology",
        "pin",
        "layout",
    )


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_a_typed_and_documented_hook(stage: str) -> None:
    hook = getattr(hookspecs, hook_of(stage))
    assert hook.__name__ == hook_of(stage)
    assert inspect.getdoc(hook)
    assert list(inspect.signature(hook).parameters) == ["baseline"]
    assert typing.get_type_hints(hook) == {"baseline": int, "return": hookspecs.Contributions}
    assert getattr(hook, "xfm_spec", None) is not None, "not marked as a specification"


@pytest.mark.parametrize("stage", STAGES)
def test_the_builtin_stylesheets_implement_each_hook(stage: str) -> None:
    function = getattr(builtin, hook_of(stage))
    assert getattr(function, "xfm_impl", None) is not None
    assert inspect.getdoc(function)


def test_hooks_and_stages_have_each_others_names() -> None:
    assert hook_of("machine-type") == "xfm_machine_type"
    hooks = [name for name in vars(hookspecs) if name.startswith("xfm_")]
    assert hooks == [hook_of(stage) for stage in STAGES]


def test_the_newest_baseline_is_the_last_one() -> None:
    assert max(builtin.BASELINES) == builtin.NEWEST
    assert list(builtin.BASELINES) == sorted(builtin.BASELINES)


def test_the_values_that_flow_are_immutable() -> None:
    for name in ("Contribution", "Parameter", "Declaration", "Violation", "Pin", "Step", "Result"):
        assert issubclass(getattr(model, name), tuple), name
