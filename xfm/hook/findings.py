"""What is wrong with a guest that is to start or to come in, and what the settings say is to be done about it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, NamedTuple

from xfm import checks, pin, redact
from xfm.errors import DocumentError, presentable
from xfm.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml.etree import _ElementTree

    from xfm.schema import Schema
    from xfm.settings import Settings

INVALID, UNPINNED, DRIFTED = "invalid", "unpinned", "drifted"
_SEPARATOR = "\t"
#: What to do, by the code of the error, else by the kind.
_CURES = {
    "pin-newer": "bring the xfm of this host up to date",
    "pin-invalid": "take the pin from a backup of the definition",
    INVALID: "`virsh edit {name} --validate` shows the faults",
    UNPINNED: "pin it: `virsh dumpxml --inactive --security-info {name} | xfm | virsh define /dev/stdin`",
    DRIFTED: "undo it, or accept it: `virsh dumpxml --inactive --security-info {name} | xfm repin | "
    "virsh define /dev/stdin`",
    # the pin that counts is not that of a definition
    f"restore {DRIFTED}": "accept it in the image: `virsh managedsave-edit {name}`, or `virsh save-image-edit FILE`, "
    "with what `xfm repin` makes of it",
    f"migrate {DRIFTED}": "undo it where the guest runs",
}


class Finding(NamedTuple):
    """Something that is wrong: its kind, the code of its error, and the faults, the first of which says it all."""

    kind: str
    code: str
    faults: tuple[str, ...]

    def packed(self) -> str:
        """As one text without control characters but its separator."""
        return _SEPARATOR.join((self.kind, self.code, *map(presentable, self.faults)))

    @classmethod
    def unpacked(cls, text: str) -> Finding:
        """What :meth:`packed` made a text of."""
        kind, code, *faults = text.split(_SEPARATOR)
        return cls(kind, code, tuple(faults))


def find(document: _ElementTree, schema: Schema, *, starts: bool = True) -> list[Finding]:
    """All that is wrong with a guest, with the secrets of its document masked.

    :param starts: whether libvirt has settled already what the guest runs with, as it has not when a start is prepared.
    :raises MissingError: schemas-missing.
    """
    hidden = redact.secrets(document)
    found = [
        _invalid(document, schema),
        _of_pin(_as_running(document) if starts else document, lambda text: redact.scrub(text, hidden)),
    ]
    return [
        finding._replace(faults=tuple(redact.scrub(fault, hidden) for fault in finding.faults))
        for finding in found
        if finding
    ]


def _invalid(document: _ElementTree, schema: Schema) -> Finding | None:
    faults = checks.violations(schema, document)
    if not faults:
        return None
    messages = [fault.message for fault in faults]
    return Finding(INVALID, "invalid", (f"the guest is not valid: {messages[0]}", *messages[1:]))


def _of_pin(document: _ElementTree, mask: Callable[[str], str]) -> Finding | None:
    """A guest that cannot be held to its pin, because that is damaged or a newer one, has drifted as well."""
    try:
        found = pin.read(document)
        if found is None:
            return Finding(UNPINNED, "no-pin", ("the guest is not pinned",))
        Guard(pin.read_abi(document), exists=True, mask=mask).enter(document)
    except DocumentError as error:
        return Finding(DRIFTED, error.code, (error.message, *(fault.message for fault in error.violations[1:])))
    return None


def _as_running(document: _ElementTree) -> _ElementTree:
    """The guest as its dump will show it when it runs.

    What a hook is given says already what became of the processor that was asked for, but not that it does: an id and a
    processor that is checked in full are the marks of a guest that runs.
    """
    document = deepcopy(document)
    root = document.getroot()
    root.set("id", root.get("id", "1"))
    for cpu in root.iterfind("cpu"):
        cpu.set("check", "full")
    return document


def weighed(
    found: Iterable[Finding], settings: Settings, kinds: tuple[str, ...]
) -> tuple[list[Finding], list[Finding]]:
    """Those that refuse a guest, and those that are only told; the settings say which is what.

    :param kinds: that can refuse it now.
    """
    actions = [(finding, settings.values[f"hook-{finding.kind}"]) for finding in found]
    refused = [finding for finding, action in actions if action == "refuse" and finding.kind in kinds]
    return refused, [finding for finding, action in actions if action != "ignore" and finding not in refused]


def refusal(finding: Finding, guest: str, operation: str, settings: Settings) -> DocumentError:
    """What refuses a guest at an operation, as libvirt shows it."""
    from xfm.model import Violation

    setting = f"hook-{finding.kind}"
    cure = _CURES.get(finding.code) or _CURES.get(f"{operation} {finding.kind}") or _CURES[finding.kind]
    name = guest if guest and all(character.isalnum() or character in "._-" for character in guest) else "NAME"
    error = DocumentError(
        "invalid",
        finding.faults[0],
        violations=[Violation(fault, "", 0) for fault in finding.faults],
        hint=f'{cure.format(name=name)}; or {setting} = "warn" in {settings.origins[setting]}',
    )
    error.code = finding.code  # of an error of the same class, which the child has found
    return error
