"""One call of libvirt's: look at the guest, fit it to this host where libvirt takes it back, and log what became of it.

All that handles the document runs in a child under limits of time and memory. libvirt sets none: until the hook is
through, every list of guests waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xfm import api, builtin, confine, settings, source
from xfm.errors import PluginError, XfmError, presentable
from xfm.hook import findings, log
from xfm.hook.trust import vouch
from xfm.model import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from xfm.hook import Call
    from xfm.pipeline import Pipeline
    from xfm.settings import Settings


class Answer(NamedTuple):
    """What a call gives: the document that libvirt is to take, empty where it is to keep its own, and what to tell."""

    xml: bytes
    notes: tuple[str, ...]


def prepared() -> tuple[Settings, Pipeline]:
    """The settings and the chain, from files that are root's alone; no libvirt is asked for anything.

    :raises XfmError: as :func:`xfm.settings.gather` and :func:`xfm.api.new_pipeline`; MissingError: untrusted.
    """
    found = settings.gather({}, None, vouch=vouch)
    values = found.values
    pipeline = api.new_pipeline(
        parameters=values["set"],
        new_guests=builtin.NEWEST if values["baseline"] is None else values["baseline"],
        plugin_dirs=values["plugin-dir"],
        schemas=values["schemas"],
        host_facts=values["host-facts"],
        default_os=values["os"],
        host_only=True,
        vouch=vouch,
    )
    return found, pipeline


def serve(call: Call, read: Callable[[], bytes]) -> Answer:
    """Do what libvirt calls for.

    :param read: gives the document.
    :raises XfmError: where the operation is refused, or the hook cannot do its work, which refuses it as well.
    """
    uuid = ""
    try:
        found, pipeline = prepared()
        result = _confined(call, pipeline, found, read())
        uuid, *packed = result.notes
        refused, told = findings.weighed(map(findings.Finding.unpacked, packed), found, _refusing(call))
        if refused:
            raise findings.refusal(refused[0], call.guest, call.operation, found)
    except XfmError as error:
        log.write(log.ERROR, call, uuid, f"refused: {error.message} [{error.code}]")
        raise
    except Exception as error:
        fault = PluginError(
            "stylesheet-failed",
            f"the hook itself failed: {type(error).__name__}",  # what it says may quote the document
            hint="this is a fault of xfm or of a plugin; `xfm FILE` on the guest's definition may show more",
        )
        log.write(log.ERROR, call, uuid, f"refused: {fault.message}")
        raise fault from error
    changed = [step.stylesheet for step in result.steps if step.changed]
    # what comes in is prepared next, and told of then
    notes = () if call.filters else tuple(finding.faults[0] for finding in told)
    _log(call, uuid, changed, notes)
    return Answer(result.xml if changed else b"", notes)


def _log(call: Call, uuid: str, changed: list[str], notes: tuple[str, ...]) -> None:
    """A line for each guest that comes in, and one for each start: every start has a prepare before it."""
    if call.filters:
        log.write(log.INFO, call, uuid, f"changed by {', '.join(changed)}" if changed else "left as it is")
    elif call.operation == "prepare":
        log.write(log.WARNING if notes else log.INFO, call, uuid, "; ".join(notes) or "nothing to complain of")


def _refusing(call: Call) -> tuple[str, ...]:
    """What can refuse a guest. One that comes in without a pin is refused by the prepare that follows."""
    incoming = (findings.INVALID, findings.DRIFTED)
    if call.filters:
        return incoming
    # what libvirt itself adds to a guest that starts need not be valid: an alias of a smart card is not
    return (findings.DRIFTED, findings.UNPINNED) if call.operation == "start" else (*incoming, findings.UNPINNED)


def _confined(call: Call, pipeline: Pipeline, found: Settings, data: bytes) -> Result:
    """The result of a run, whose notes are the guest's uuid and the findings."""

    def job(progress: Callable[[str, str], None]) -> Result:
        document = source.parse_domain(data)
        faults = findings.find(document, pipeline.schema, starts=call.operation != "prepare")
        refused, _ = findings.weighed(faults, found, _refusing(call))
        result = Result(b"", 0, (), ())
        if call.filters and not refused:
            result = pipeline.run(data, progress)
            _check_idempotent(pipeline, result, progress)
        uuid = presentable(document.findtext("uuid") or "")
        return result._replace(notes=(uuid, *(finding.packed() for finding in faults)))

    return confine.run(job, seconds=found.values["time-limit"], strangers=pipeline.strangers)


def _check_idempotent(pipeline: Pipeline, result: Result, progress: Callable[[str, str], None]) -> None:
    """Hold a site's stylesheets to leaving alone what they made: what is restored is saved so, and restored again.

    :raises PluginError: not-idempotent.
    """
    if not any(step.changed for step in result.steps):
        return
    again = next((step for step in pipeline.run(result.xml, progress).steps if step.changed), None)
    if again:
        raise PluginError(
            "not-idempotent",
            "the stylesheet changes its own output when it meets it again",
            stage=again.stage,
            stylesheet=again.stylesheet,
            plugin=pipeline.strangers.get(again.stylesheet, ""),
            hint="have it match only what it has not changed yet; each time that the guest is restored it is run anew",
        )
