"""Everything that xfm refuses, and the one form in which it says so.

::

    XfmError
    ├── DocumentError   exit 1  the document was refused
    ├── UsageError      exit 2  the call or a setting is wrong
    ├── MissingError    exit 3  the environment lacks something
    └── PluginError     exit 4  a plugin or a stylesheet is broken

Each error has a code (a key of :data:`CODES`, a heading in ``docs/errors.md``) and says where it happened and what to
do about it. Errors of lxml, pluggy and the operating system are turned into these where they first appear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xfm.model import Violation


#: Characters of a message: more than any sentence of ours, less than a hostile document's longest name.
MESSAGE_LENGTH = 400
# C0, DEL and C1, on which a terminal would act; what is not seen, and what turns the direction of the text around.
_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
_CONTROL |= dict.fromkeys(
    [0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)], " "
)


def presentable(text: str) -> str:
    """A text that may quote a document, as one line of bounded length that a terminal can be given."""
    line = " ".join(text[: 4 * MESSAGE_LENGTH].translate(_CONTROL).split())
    return line if len(line) <= MESSAGE_LENGTH else line[: MESSAGE_LENGTH - 1] + "…"


class XfmError(Exception):
    """Base of all: a message for people, a code for programs, and the place of the fault.

    :param code: a key of :data:`CODES` of the class.
    :param message: one sentence, with no full stop at its end.
    :param hint: what to do about it.
    :param violations: the single faults, where a schema found several.
    """

    exit_status: ClassVar[int] = 4

    def __init__(  # noqa: PLR0913  all but two are optional, and none stands for another
        self,
        code: str,
        message: str,
        *,
        stage: str = "",
        stylesheet: str = "",
        plugin: str = "",
        xpath: str = "",
        file: str = "",
        line: int = 0,
        hint: str = "",
        violations: Iterable[Violation] = (),
    ) -> None:
        super().__init__(presentable(message))
        self.code = code
        self.message = presentable(message)
        self.stage = stage
        self.stylesheet = stylesheet
        self.plugin = plugin
        self.xpath = presentable(xpath)
        self.file = file
        self.line = line
        self.hint = hint
        self.violations = tuple(violations)

    def located(self, *, stage: str = "", stylesheet: str = "", plugin: str = "", file: str = "") -> XfmError:
        """Fill in the places that the raiser did not know, and return the error itself."""
        self.stage = self.stage or stage
        self.stylesheet = self.stylesheet or stylesheet
        self.plugin = self.plugin or plugin
        self.file = self.file or file
        return self

    def rewritten(self, rewrite: Callable[[str], str]) -> XfmError:
        """Rewrite every text that may quote the document, and return the error itself."""
        self.message = rewrite(self.message)
        self.args = (self.message,)
        self.xpath = rewrite(self.xpath)
        self.violations = tuple(
            violation._replace(message=rewrite(violation.message), xpath=rewrite(violation.xpath))
            for violation in self.violations
        )
        return self

    def fields(self) -> dict[str, object]:
        """Everything but the class, as a confined run hands it to its parent."""
        return {
            "code": self.code,
            "message": self.message,
            "stage": self.stage,
            "stylesheet": self.stylesheet,
            "plugin": self.plugin,
            "xpath": self.xpath,
            "file": self.file,
            "line": self.line,
            "hint": self.hint,
            "violations": tuple(tuple(violation) for violation in self.violations),
        }


class DocumentError(XfmError):
    """The document was refused."""

    exit_status = 1


class UsageError(XfmError):
    """The call, or a setting, is wrong."""

    exit_status = 2


class MissingError(XfmError):
    """The environment lacks something: schemas, a file, room on a disk."""

    exit_status = 3


class PluginError(XfmError):
    """A plugin or a stylesheet is broken."""

    exit_status = 4


#: Every code: the class that carries it, and what it means (the headings of docs/errors.md are held to this).
CODES: dict[str, type[XfmError]] = {
    "empty-input": DocumentError,
    "too-large": DocumentError,
    "encoding": DocumentError,
    "doctype": DocumentError,
    "not-well-formed": DocumentError,
    "too-deep": DocumentError,
    "not-a-domain": DocumentError,
    "invalid": DocumentError,
    "refused": DocumentError,
    "no-pin": DocumentError,
    "pin-invalid": DocumentError,
    "pin-newer": DocumentError,
    "pinned": DocumentError,
    "abi-changed": DocumentError,
    "document-limit": DocumentError,
    "facts-invalid": DocumentError,
    "native-syntax": DocumentError,
    "native-incomplete": DocumentError,
    "native-invalid": DocumentError,
    "not-a-device": DocumentError,
    "no-device": DocumentError,
    "not-hotpluggable": DocumentError,
    "domain-exists": DocumentError,
    "changed-meanwhile": DocumentError,
    "renamed": DocumentError,
    "libvirt-refused": DocumentError,
    "unplug-refused": DocumentError,
    "guest-failed": DocumentError,
    "usage": UsageError,
    "setting": UsageError,
    "parameter-unknown": UsageError,
    "parameter-value": UsageError,
    "baseline-unknown": UsageError,
    "stage-unknown": UsageError,
    "schemas-missing": MissingError,
    "file": MissingError,
    "libvirt": MissingError,
    "no-domain": MissingError,
    "busy": MissingError,
    "editor": MissingError,
    "unplug-pending": MissingError,
    "install-pending": MissingError,
    "untrusted": MissingError,
    "plugin-load": PluginError,
    "plugin-hook": PluginError,
    "declaration": PluginError,
    "duplicate-id": PluginError,
    "unknown-neighbour": PluginError,
    "cycle": PluginError,
    "stylesheet-compile": PluginError,
    "stylesheet-forbidden": PluginError,
    "stylesheet-failed": PluginError,
    "stylesheet-limit": PluginError,
    "stage-invalid": PluginError,
    "abi-host-class": PluginError,
    "not-idempotent": PluginError,
}
