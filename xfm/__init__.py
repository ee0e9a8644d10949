"""xfm: libvirt domain XML in, through a chain of XSLT stylesheets, out as stable, version-pinned XML.

The public interface; each name is imported when it is first used, so that the filter loads only what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xfm.api import new_pipeline, transform
    from xfm.errors import DocumentError, MissingError, PluginError, UsageError, XfmError
    from xfm.hookspecs import hookimpl
    from xfm.model import Contribution, Result, Step, Violation
    from xfm.pipeline import Pipeline
    from xfm.version import VERSION as __version__  # noqa: N811

_HOMES = {
    "new_pipeline": "api",
    "transform": "api",
    "DocumentError": "errors",
    "MissingError": "errors",
    "PluginError": "errors",
    "UsageError": "errors",
    "XfmError": "errors",
    "hookimpl": "hookspecs",
    "Contribution": "model",
    "Result": "model",
    "Step": "model",
    "Violation": "model",
    "Pipeline": "pipeline",
}

__all__ = [
    "Contribution",
    "DocumentError",
    "MissingError",
    "Pipeline",
    "PluginError",
    "Result",
    "Step",
    "UsageError",
    "Violation",
    "XfmError",
    "__version__",
    "hookimpl",
    "new_pipeline",
    "transform",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "__version__":
        return import_module("xfm.version").VERSION
    if name not in _HOMES:
        raise AttributeError(f"module 'xfm' has no attribute {name!r}")
    return getattr(import_module(f"xfm.{_HOMES[name]}"), name)
