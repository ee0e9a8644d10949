"""Give each setting to the stylesheet that it means: switch it, or set its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm.errors import UsageError
from xfm.stylesheet.declaration import suggestion
from xfm.stylesheet.parameters import to_xslt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xfm.stylesheet.stylesheet import Stylesheet

_ON = frozenset({"on", "yes", "true"})
_OFF = frozenset({"off", "no", "false"})


def assign(sheets: list[Stylesheet], settings: Mapping[str, str]) -> tuple[dict[str, bool], dict[tuple[str, str], str]]:
    """Give each setting to the stylesheet that it means.

    ``ID=on|off`` switches a stylesheet; ``ID.NAME=VALUE`` sets its parameter, and so does ``NAME=VALUE`` where just one
    stylesheet has a parameter of that name.

    :return: switches by id, and values by (id, parameter name).
    :raises UsageError: parameter-unknown, parameter-value.
    """
    by_id = {sheet.id: sheet for sheet in sheets}
    owners: dict[str, list[str]] = {}
    for sheet in sheets:
        for parameter in sheet.declaration.parameters:
            owners.setdefault(parameter.name, []).append(sheet.id)
    switches: dict[str, bool] = {}
    values: dict[tuple[str, str], str] = {}
    for name, text in settings.items():
        identifier, dot, parameter_name = name.partition(".")
        if not dot and name in by_id:
            switches[name] = _switch(name, text)
        elif dot and identifier in by_id and identifier in owners.get(parameter_name, ()):
            values[identifier, parameter_name] = text
        elif not dot and len(owners.get(name, ())) == 1:
            values[owners[name][0], name] = text
        else:
            raise _unknown(name, by_id, owners)
    return switches, values


def _switch(name: str, text: str) -> bool:
    if text.lower() in _ON:
        return True
    if text.lower() in _OFF:
        return False
    raise UsageError(
        "parameter-value",
        f"{name}={text}: a stylesheet is switched on or off",
        hint=f"`--set {name}=off`; a parameter of it is set by `--set {name}.PARAMETER=VALUE`",
    )


def _unknown(name: str, by_id: Mapping[str, Stylesheet], owners: Mapping[str, list[str]]) -> UsageError:
    if len(owners.get(name, ())) > 1:
        message = f"several stylesheets have a parameter {name}"
        hint = "say which: " + ", ".join(f"{identifier}.{name}" for identifier in sorted(owners[name]))
    else:
        message = f"there is no stylesheet and no parameter {name}"
        known = [f"{identifier}.{parameter}" for parameter, ids in owners.items() for identifier in ids]
        hint = (
            suggestion(name, sorted([*by_id, *owners, *known]))
            + " (`xfm stages` lists the stylesheets, `xfm plugins` their parameters)"
        )
    return UsageError("parameter-unknown", message, hint=hint)


def parameters(
    sheet: Stylesheet, switches: Mapping[str, bool], given: Mapping[tuple[str, str], str]
) -> tuple[dict[str, object], str]:
    """The values of a stylesheet's parameters, as XSLT takes them, and why it is idle, if it is.

    :raises UsageError: parameter-value.
    """
    values: dict[str, object] = {}
    idle = "" if switches.get(sheet.id, True) else f"switched off by {sheet.id}=off"
    for parameter in sheet.declaration.parameters:
        text = given.get((sheet.id, parameter.name), parameter.default)
        if text is None:
            idle = idle or f"waits for a value: --set {sheet.id}.{parameter.name}=…"
        else:
            values[parameter.name] = to_xslt(parameter, text)
    return values, idle
