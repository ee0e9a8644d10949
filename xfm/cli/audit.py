"""``xfm audit [GUEST…]``: every guest of a host, and what a person has to see to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm.cli import live, options, render
from xfm.errors import presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from xfm.libvirt.verdict import Verdict

#: No document is transformed.
SETTINGS = ("connect", "schemas")
_HEADERS = ("NAME", "STATE", "VALID", "PINNED", "ABI", "MACHINE", "NEWER", "IDENTITY", "NEEDS")


def add_arguments(parser: ArgumentParser) -> None:
    """The connection, the schemas, ``--json``, and guests by name."""
    options.add_settings(parser, SETTINGS, live.HELPS)
    options.add_json(parser)
    action = parser.add_argument(
        "guest", metavar="GUEST", nargs="*", default=[], help="a guest's name or UUID; none for all"
    )
    options.offer(action, "")


def run(arguments: Namespace) -> int:
    """A line a guest; exit status 1 where a person has to see to one of them."""
    settings = options.gather(arguments)
    from xfm import schema
    from xfm.libvirt.audit import audit

    found = schema.find(settings.values["schemas"])
    with live.connected(settings) as connection:
        verdicts = audit(connection, found, arguments.guest)
    if arguments.json:
        render.json([_entry(verdict) for verdict in verdicts])
    else:
        render.table([_row(verdict) for verdict in verdicts], _HEADERS)
    return int(any(verdict.needs for verdict in verdicts))


def _row(verdict: Verdict) -> list[str]:
    needs = "; ".join(verdict.needs)
    cells = [verdict.name, verdict.state, _valid(verdict), _pinned(verdict), _abi(verdict)]
    cells += [verdict.support, str(verdict.newer or ""), _identity(verdict), needs]
    return [presentable(cell) or "-" for cell in cells]


def _valid(verdict: Verdict) -> str:
    if verdict.faults is None:
        return "-"
    return "no" if verdict.faults else "yes"


def _pinned(verdict: Verdict) -> str:
    if verdict.baseline is not None:
        return f"baseline {verdict.baseline}"
    return "unreadable" if verdict.pin_fault else "-"


def _abi(verdict: Verdict) -> str:
    if not verdict.changes:
        return "-"
    return "changed" if any(verdict.changes.values()) else "as pinned"


def _identity(verdict: Verdict) -> str:
    if verdict.lacking is None:
        return "-"
    return f"{len(verdict.lacking)} without alias" if verdict.lacking else "complete"


def _entry(verdict: Verdict) -> dict[str, object]:
    """A guest as ``--json`` gives it: null for what does not apply, or nobody can say."""
    changes = None
    if verdict.changes is not None:
        changes = [
            {"document": which, "where": one.where, "fact": one.fact or None, "was": one.was, "is": one.now}
            for which, found in verdict.changes.items()
            for one in found
        ]
    return {
        "name": verdict.name,
        "uuid": verdict.uuid,
        "state": verdict.state,
        "persistent": verdict.persistent,
        "valid": None if verdict.faults is None else not verdict.faults,
        "faults": verdict.faults,
        "baseline": verdict.baseline,
        "newer": verdict.newer,
        "pin fault": verdict.pin_fault or None,
        "changes": changes,
        "machine": verdict.machine or None,
        "support": verdict.support or None,
        "lacking": verdict.lacking,
        "needs": verdict.needs,
    }
