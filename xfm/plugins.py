"""Find and load plugins; each is a pluggy plugin, the built-in stylesheets included.

A plugin is (a) an ``.xsl`` file, or a folder with such files, in a plugin directory, or (b) a Python package with an
``xfm`` entry point. There is no global manager: :func:`load` makes one.
"""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, redirect_stdout
from typing import TYPE_CHECKING, NamedTuple

import pluggy

from xfm import builtin, entrypoints, hookspecs, resources
from xfm.errors import MissingError, PluginError, XfmError
from xfm.hookspecs import STAGES, hook_of, hookimpl
from xfm.model import Contribution
from xfm.stylesheet.declaration import suggestion
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    #: Is called with the name of a file or folder before that is read, and raises where it is not to be.
    Vouch = Callable[[str], None]

BUILTIN = "xfm"
_HOOK_ARGUMENTS = frozenset({"self", "baseline"})


class Plugin(NamedTuple):
    """A loaded plugin: its name, where it came from (a path, or a distribution), its kind."""

    name: str
    origin: str
    kind: str  # "builtin", "stylesheets" or "package"


class StylesheetPlugin:
    """An ``.xsl`` file, or a folder of them, as a pluggy plugin: contributes each file to the stage it declares."""

    def __init__(self, path: str, vouch: Vouch | None = None) -> None:
        self.path = path
        if os.path.isdir(path):
            files = [name for name in _names_in(path) if name.endswith(".xsl")]
            self.stylesheets = [Stylesheet(os.path.join(path, name), folder=path, vouch=vouch) for name in files]
        else:
            self.stylesheets = [Stylesheet(path, vouch=vouch)]

    def contributions(self, stage: str) -> list[Contribution]:
        """The stylesheets that declare themselves for the stage."""
        return [Contribution(sheet.path) for sheet in self.stylesheets if sheet.declaration.stage == stage]


def _stage_method(stage: str) -> Callable[[StylesheetPlugin], list[Contribution]]:
    def contribute(self: StylesheetPlugin) -> list[Contribution]:
        return self.contributions(stage)

    contribute.__name__ = hook_of(stage)
    return contribute


for _stage in STAGES:
    setattr(StylesheetPlugin, hook_of(_stage), hookimpl(_stage_method(_stage)))


class Plugins(NamedTuple):
    """What was loaded, and what was found that is no plugin."""

    manager: pluggy.PluginManager
    loaded: tuple[Plugin, ...]
    skipped: tuple[tuple[str, str], ...]  # (path, why it is no plugin)
    compiled: dict[str, Stylesheet]  # by path, what loading has compiled already
    vouch: Vouch | None = None


def load(plugin_dirs: Iterable[str] = (), *, with_installed: bool = True, vouch: Vouch | None = None) -> Plugins:
    """Load the built-in stylesheets, the plugin directories and the installed packages.

    :param plugin_dirs: further directories, as ``--plugin-dir`` names them; these must exist.
    :param with_installed: whether to look for Python packages with an ``xfm`` entry point.
    :param vouch: is called with each folder and file before it is read, and raises where that is not to be.
    :raises MissingError: file, where a named directory is not there; what ``vouch`` raises.
    :raises PluginError: plugin-load, plugin-hook, duplicate-id, declaration, stylesheet-compile, stylesheet-forbidden.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    loaded = [Plugin(BUILTIN, resources.STYLESHEETS, "builtin")]
    skipped: list[tuple[str, str]] = []
    compiled: dict[str, Stylesheet] = {}
    _register(manager, builtin, loaded[0])
    named = [os.path.abspath(directory) for directory in plugin_dirs]
    for directory in named:
        if not os.path.isdir(directory):
            what = "is not a directory" if os.path.exists(directory) else "is not there"
            hint = "--plugin-dir takes the directory in which the plugins are"
            raise MissingError("file", f"the plugin directory {directory} {what}", file=directory, hint=hint)
    for directory in dict.fromkeys([*resources.plugin_directories(), *named]):
        if vouch is not None:
            vouch(directory)
        for name, path in _candidates(directory, skipped):
            try:
                if vouch is not None:
                    vouch(path)
                plugin = StylesheetPlugin(path, vouch)
            except XfmError as error:
                raise error.located(plugin=name) from None
            compiled.update((sheet.path, sheet) for sheet in plugin.stylesheets)
            loaded.append(Plugin(_free_name(manager, name, path), path, "stylesheets"))
            _register(manager, plugin, loaded[-1])
    if with_installed:
        for entry in entrypoints.installed(vouch):
            origin = f"{entry.distribution} ({entry.value})"
            loaded.append(Plugin(_free_name(manager, entry.name, origin), origin, "package"))
            _register(manager, _import(entry), loaded[-1])
    return Plugins(manager, tuple(loaded), tuple(skipped), compiled, vouch)


def _free_name(manager: pluggy.PluginManager, name: str, origin: str) -> str:
    """The name, with the origin where another plugin has it already."""
    return name if manager.get_plugin(name) is None else f"{name} ({origin})"


def _candidates(directory: str, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The plugins of a directory: (name, path); what is none is noted in ``skipped`` with the reason."""
    for name in _names_in(directory):
        path = os.path.join(directory, name)
        if name.startswith("."):
            continue
        if name.endswith(".xsl") and not os.path.isdir(path):
            yield name.removesuffix(".xsl"), path
        elif os.path.isdir(path):
            content = _names_in(path)
            if any(entry.endswith(".xsl") for entry in content):
                yield name, path
            elif "pyproject.toml" in content:
                skipped.append((path, "a Python package: install it with pip"))
            else:
                skipped.append((path, "a folder without stylesheets"))


def _names_in(directory: str) -> list[str]:
    """What is in a directory, sorted; nothing where there is no directory."""
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        hint = "make it readable"
        raise MissingError("file", f"cannot read {directory}: {error.strerror}", file=directory, hint=hint) from None


def plugin_speaking() -> AbstractContextManager[object]:
    """While a plugin's Python runs, what it prints goes to stderr: stdout is for the document."""
    return redirect_stdout(sys.stderr)


def _import(entry: entrypoints.EntryPoint) -> object:
    from importlib.metadata import EntryPoint

    try:
        with plugin_speaking():
            return EntryPoint(entry.name, entry.value, entrypoints.GROUP).load()
    except (Exception, SystemExit) as error:
        file, line = _where(error)
        raise PluginError(
            "plugin-load",
            f"the plugin {entry.name} of {entry.distribution} cannot be imported: {type(error).__name__}: {error}",
            plugin=entry.name,
            file=file,
            line=line,
            hint=f"mend it, or remove it: pip uninstall {entry.distribution}",
        ) from error


def _where(error: BaseException) -> tuple[str, int]:
    """File and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else ("", 0)


def _register(manager: pluggy.PluginManager, implementation: object, plugin: Plugin) -> None:
    if plugin.kind == "package":
        _check_hooks(implementation, plugin)
    try:
        manager.register(implementation, name=plugin.name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        raise PluginError(
            "plugin-hook",
            f"the plugin {plugin.name} has a hook that does not fit: {' '.join(str(error).split())}",
            plugin=plugin.name,
            file=plugin.origin,
            hint="compare it with xfm/hookspecs.py (docs/hooks.md)",
        ) from error


def _check_hooks(implementation: object, plugin: Plugin) -> None:
    """Refuse a function that is named like a hook and is none, before pluggy overlooks it."""
    known = [hook_of(stage) for stage in STAGES]
    for name in dir(implementation):
        function = getattr(implementation, name, None)
        marked = getattr(function, f"{hookspecs.PROJECT}_impl", None) is not None
        if not callable(function) or not (marked or name.startswith("xfm_")):
            continue
        code = getattr(function, "__code__", None)
        file, line = (code.co_filename, code.co_firstlineno) if code else (plugin.origin, 0)
        if name not in known:
            raise PluginError(
                "plugin-hook",
                f"the plugin {plugin.name} implements {name}, and there is no such hook",
                plugin=plugin.name,
                file=file,
                line=line,
                hint=suggestion(name, known),
            )
        unknown = sorted(set(code.co_varnames[: code.co_argcount]) - _HOOK_ARGUMENTS) if code else []
        if unknown:
            raise PluginError(
                "plugin-hook",
                f"the plugin {plugin.name} has a hook {name} that does not fit: it asks for {', '.join(unknown)}",
                plugin=plugin.name,
                file=file,
                line=line,
                hint=f"def {name}(baseline: int) is all that a hook is given",
            )
        if not marked:
            raise PluginError(
                "plugin-hook",
                f"the plugin {plugin.name} has a function {name} that is not marked as a hook implementation",
                plugin=plugin.name,
                file=file,
                line=line,
                hint="put @xfm.hookimpl above it",
            )
