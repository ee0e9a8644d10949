"""From the hooks to the chain that will run: collect, order, switch, and give each stylesheet its parameters."""

from __future__ import annotations

import os
from graphlib import CycleError
from typing import TYPE_CHECKING, NamedTuple

from xfm import builtin, resources
from xfm.assignment import assign, parameters
from xfm.errors import PluginError, XfmError
from xfm.hookspecs import STAGES, hook_of
from xfm.model import Contribution
from xfm.ordering import stable_order
from xfm.plugins import BUILTIN, plugin_speaking
from xfm.stylesheet.declaration import suggestion
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pluggy import HookImpl

    from xfm.model import Pin
    from xfm.plugins import Plugins


class Link(NamedTuple):
    """One stylesheet in its place in the chain.

    ``idle`` says why it does not run (empty if it does): it is switched off, or waits for a parameter.
    """

    stage: str
    plugin: str
    stylesheet: Stylesheet
    values: Mapping[str, object]
    idle: str = ""

    @property
    def place(self) -> dict[str, Any]:
        """Where it stands, as an error says it."""
        names = {"stage": self.stage, "stylesheet": self.stylesheet.id, "plugin": self.plugin}
        return {**names, "file": self.stylesheet.path, "line": self.stylesheet.declaration.line}


class Chain(NamedTuple):
    """The links of one baseline in the order in which they run, the idle ones included."""

    baseline: int
    links: tuple[Link, ...]

    def running(self, pin: Pin | None, previous: Chain | None = None) -> tuple[list[Link], list[Link]]:
        """The links that run on a document with this pin (None: it has none), and those that a pin keeps away.

        At baseline 0 nothing runs that a guest could notice. On a pinned document nothing runs that is for new guests
        only, and nothing that could change the guest unless the pin knows it: installing or updating a plugin changes
        no guest, and what was switched off when the guest was pinned stays off.

        :param previous: the chain of the pin's baseline, where the guest is moved up from that to this one. Then those
            run as well that are new here, or another file than there; also what is for new guests only. What did not
            run when the guest was pinned stays off, even if it is another file now.
        """
        known = {identifier: digest for _, identifier, digest in pin.stylesheets} if pin else {}
        before = {link.stylesheet.id: link.stylesheet for link in previous.links} if previous else {}
        adopted = previous is not None and previous.baseline == 0
        run: list[Link] = []
        kept_away: list[Link] = []
        for link in self.links:
            declaration = link.stylesheet.declaration
            guest = declaration.abi == "guest"
            if link.idle or (guest and self.baseline == 0):
                continue
            digest = known.get(link.stylesheet.id)
            if pin and not (previous and _is_news(link.stylesheet, before, digest, adopted=adopted)):
                if declaration.once:
                    continue
                if guest and not link.stylesheet.is_as_pinned(digest):
                    kept_away.append(link)
                    continue
            run.append(link)
        return run, kept_away


def _is_news(sheet: Stylesheet, before: Mapping[str, Stylesheet], digest: str | None, *, adopted: bool) -> bool:
    """Whether a guest that is moved up meets this stylesheet for the first time.

    :param before: the stylesheets of the baseline that it comes from.
    :param digest: what its pin has of this one.
    :param adopted: whether it comes from baseline 0, where nothing ran that a guest could notice.
    """
    predecessor = before.get(sheet.id)
    if predecessor is None or (adopted and sheet.declaration.abi == "guest"):
        return True
    return predecessor.digest != sheet.digest and predecessor.is_as_pinned(digest)


class _Seat(NamedTuple):
    plugin: str
    stylesheet: Stylesheet
    contribution: Contribution


def build(plugins: Plugins, baseline: int, settings: Mapping[str, str]) -> Chain:
    """The chain of a baseline.

    :param settings: as ``--set NAME=VALUE`` gives them; see :func:`xfm.assignment.assign`. What means a stylesheet that
        only another baseline has is passed over: the same settings serve guests of all baselines.
    :raises PluginError: duplicate-id, unknown-neighbour, cycle, plugin-load, declaration, stylesheet-compile,
        stylesheet-forbidden.
    :raises UsageError: parameter-unknown, parameter-value.
    """
    seats: dict[str, list[_Seat]] = {stage: _collect(plugins, stage, baseline) for stage in STAGES}
    _check_duplicates([seat for stage in STAGES for seat in seats[stage]])
    ordered = [(stage, seat) for stage in STAGES for seat in _ordered(stage, seats)]
    sheets = [seat.stylesheet for _, seat in ordered]
    switches, values = assign(sheets, _without_foreign(settings, sheets, plugins, baseline))
    links = [
        Link(stage, seat.plugin, seat.stylesheet, *parameters(seat.stylesheet, switches, values))
        for stage, seat in ordered
    ]
    return Chain(baseline, tuple(links))


def _without_foreign(
    settings: Mapping[str, str], sheets: Iterable[Stylesheet], plugins: Plugins, baseline: int
) -> Mapping[str, str]:
    """The settings without those that only another baseline knows."""
    here = _settable(sheets)
    if settings.keys() <= here:
        return settings
    others = [(stage, other) for other in builtin.BASELINES if other != baseline for stage in STAGES]
    there = _settable(seat.stylesheet for stage, other in others for seat in _collect(plugins, stage, other))
    return {name: text for name, text in settings.items() if name in here or name not in there}


def _settable(sheets: Iterable[Stylesheet]) -> set[str]:
    """All that ``--set`` can name of some stylesheets."""
    found = set()
    for sheet in sheets:
        names = {parameter.name for parameter in sheet.declaration.parameters}
        found |= {sheet.id, *names, *(f"{sheet.id}.{name}" for name in names)}
    return found


def _collect(plugins: Plugins, stage: str, baseline: int) -> list[_Seat]:
    seats = []
    hook = getattr(plugins.manager.hook, hook_of(stage))
    for implementation in hook.get_hookimpls():
        name = implementation.plugin_name
        for contribution in _contributions(implementation, name, baseline):
            try:
                sheet = _stylesheet(plugins, name, contribution.path)
            except XfmError as error:
                raise error.located(stage=stage, plugin=name) from None
            if sheet.declaration.stage != stage:
                raise PluginError(
                    "declaration",
                    f"{sheet.id} declares the stage {sheet.declaration.stage}, and {name} contributes it to {stage}",
                    stage=stage,
                    stylesheet=sheet.id,
                    plugin=name,
                    file=sheet.path,
                    line=sheet.declaration.line,
                    hint=f"return it from {hook_of(sheet.declaration.stage)}",
                )
            seats.append(_Seat(name, sheet, contribution))
    return seats


def _contributions(implementation: HookImpl, plugin: str, baseline: int) -> list[Contribution]:
    """Call one implementation: hooks are called one by one, so that a fault can be laid at a plugin's door."""
    try:
        arguments = dict.fromkeys(implementation.argnames, baseline)
        with plugin_speaking():
            given: Any = implementation.function(**arguments)
            found = [_checked(item) for item in ([given] if isinstance(given, Contribution) else given or ())]
    except (Exception, SystemExit) as error:
        code = getattr(implementation.function, "__code__", None)
        raise PluginError(
            "plugin-load",
            f"the plugin {plugin} failed in a hook: {type(error).__name__}: {error}",
            plugin=plugin,
            file=code.co_filename if code else "",
            line=code.co_firstlineno if code else 0,
            hint="a hook returns a list of xfm.Contribution (docs/hooks.md)",
        ) from error
    return found


def _checked(item: Any) -> Contribution:
    """A contribution as a plugin returned it, or a TypeError that says what is wrong with it."""
    if not isinstance(item, Contribution):
        raise TypeError(f"returned {item!r}, which is not a xfm.Contribution")
    path = os.fspath(item.path)
    if not os.path.isabs(path):
        raise TypeError(f"returned {path}, which is not an absolute path")
    for ids in (item.after, item.before):
        if isinstance(ids, str) or not all(isinstance(identifier, str) for identifier in ids):
            raise TypeError(f"returned {ids!r} where a tuple of ids belongs")
    return Contribution(path, tuple(item.after), tuple(item.before))


def _stylesheet(plugins: Plugins, plugin: str, path: str) -> Stylesheet:
    sheet = plugins.compiled.get(path)
    if sheet is None:
        own = plugin == BUILTIN
        sheet = Stylesheet(path, folder=resources.STYLESHEETS if own else None, builtin=own, vouch=plugins.vouch)
        plugins.compiled[path] = sheet
    return sheet


def _check_duplicates(seats: Iterable[_Seat]) -> None:
    first: dict[str, _Seat] = {}
    # xfm's own first: where a plugin takes the id of one, the plugin is at fault.
    for seat in sorted(seats, key=lambda seat: not seat.stylesheet.builtin):
        other = first.setdefault(seat.stylesheet.id, seat)
        if other is not seat:
            raise PluginError(
                "duplicate-id",
                f"two stylesheets have the id {seat.stylesheet.id}: {other.stylesheet.path} (of {other.plugin}) and "
                f"{seat.stylesheet.path} (of {seat.plugin})",
                stage=seat.stylesheet.declaration.stage,
                stylesheet=seat.stylesheet.id,
                plugin=seat.plugin,
                file=seat.stylesheet.path,
                line=seat.stylesheet.declaration.line,
                hint="give one of them another id, or remove one",
            )


def _ordered(stage: str, seats: Mapping[str, list[_Seat]]) -> list[_Seat]:
    by_id = {seat.stylesheet.id: seat for seat in seats[stage]}
    predecessors: dict[str, set[str]] = {identifier: set() for identifier in by_id}
    for identifier, seat in by_id.items():
        for neighbour in (*seat.stylesheet.declaration.after, *seat.contribution.after):
            _check_neighbour(neighbour, seat, stage, seats)
            predecessors[identifier].add(neighbour)
        for neighbour in (*seat.stylesheet.declaration.before, *seat.contribution.before):
            _check_neighbour(neighbour, seat, stage, seats)
            predecessors[neighbour].add(identifier)
    try:
        return [by_id[identifier] for identifier in stable_order(predecessors)]
    except CycleError as error:
        cycle = error.args[1]
        culprit = by_id[min(cycle)]
        members = ", ".join(f"{name} (of {by_id[name].plugin})" for name in sorted(set(cycle)))
        raise PluginError(
            "cycle",
            f"these stylesheets want to run before each other: {members}",
            stage=stage,
            stylesheet=culprit.stylesheet.id,
            plugin=culprit.plugin,
            file=culprit.stylesheet.path,
            line=culprit.stylesheet.declaration.line,
            hint="remove one doc:after or doc:before among them",
        ) from None


def _check_neighbour(neighbour: str, seat: _Seat, stage: str, seats: Mapping[str, list[_Seat]]) -> None:
    if neighbour == seat.stylesheet.id:
        raise PluginError(
            "cycle",
            f"{neighbour} (of {seat.plugin}) wants to run before or after itself",
            stage=stage,
            stylesheet=neighbour,
            plugin=seat.plugin,
            file=seat.stylesheet.path,
            line=seat.stylesheet.declaration.line,
            hint="remove that doc:after or doc:before",
        )
    others = sorted(other.stylesheet.id for other in seats[stage] if other is not seat)
    if neighbour in others:
        return
    elsewhere = [name for name in STAGES for other in seats[name] if other.stylesheet.id == neighbour]
    raise PluginError(
        "unknown-neighbour",
        f"{seat.stylesheet.id} (of {seat.plugin}) wants to be ordered beside {neighbour}, which "
        + (f"is in the stage {elsewhere[0]}" if elsewhere else "is not there"),
        stage=stage,
        stylesheet=seat.stylesheet.id,
        plugin=seat.plugin,
        file=seat.stylesheet.path,
        line=seat.stylesheet.declaration.line,
        hint="stages have a fixed order; after and before speak of the same stage"
        if elsewhere
        else suggestion(neighbour, others),
    )
