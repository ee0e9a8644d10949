"""The guard of the guest ABI: no run changes what a pinned or existing guest sees, unless it is asked to do just that.

A pinned document is compared with its pin when it comes in, and with itself when it leaves. What libvirt filled in
since the pin was written, addresses above all, is no change: the pin takes it up, and from then on it counts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xfm import abi
from xfm.errors import DocumentError, PluginError, XfmError
from xfm.hookspecs import UNSEEN_STAGES
from xfm.model import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml.etree import _ElementTree

    from xfm.abi import Abi
    from xfm.chain import Link
    from xfm.model import Difference

_HOST = "host"
# The device that libvirt adds to a guest with graphics, as the projection names it.
_VIDEO = "video-1"


class Guard:
    """What is watched in one run.

    :param recorded: the guest ABI that the pin holds; None where there is no pin, or one that holds none.
    :param exists: whether the guest exists: it is pinned, or adopted.
    :param repin: whether what was edited by hand since the pin was written is accepted.
    :param may_change: whether stylesheets of the class guest may change the guest: it is being moved to a baseline, or
        what was added by hand gets what it lacks.
    :param mask: masks the secrets in a text for people, which may be cut afterwards.
    """

    def __init__(
        self,
        recorded: Abi | None,
        *,
        exists: bool,
        repin: bool = False,
        may_change: bool = False,
        mask: Callable[[str], str] = str,
    ) -> None:
        self._mask = mask
        self._recorded = recorded
        self._exists = exists
        self._repin = repin
        self._may_change = may_change
        self._entered: _ElementTree | None = None
        self._before: Abi | None = None
        self._after: Abi | None = None
        self._trail: list[tuple[Link, _ElementTree, _ElementTree]] = []

    def enter(self, document: _ElementTree) -> None:
        """Compare a document with its pin; only the first call counts.

        :raises DocumentError: abi-changed, where it was edited by hand since.
        """
        if not self._exists or self._before is not None:
            return
        self._entered = document
        self._before = abi.project(document, self._version)
        if self._recorded is None or self._repin:
            return
        found = abi.changes(self._recorded, self._before)
        if found:
            raise self._edited(found)

    def _edited(self, found: list[Difference]) -> XfmError:
        """What refuses a document that is not as its pin has it."""
        message, hint = "what the guest sees was changed since it was pinned", "undo it, or accept it: `xfm repin FILE`"
        if any((difference.where, difference.fact) == ("machine", "uuid") for difference in found):
            message = "the pin is that of another guest"
            hint = "a copy of it becomes a guest of its own by `xfm repin FILE`"
        elif self._entered is not None and self._entered.getroot().get("id"):
            hint = "this is the dump of a running guest: its definition is `virsh dumpxml --inactive`; else " + hint
        return DocumentError(
            "abi-changed",
            f"{message}: {self._told(found)}",
            violations=self._violations(found),
            hint=f"{hint}; nothing was changed",
        )

    def passed(self, link: Link, before: _ElementTree, after: _ElementTree) -> None:
        """Take note of a stylesheet that changed the document.

        :raises PluginError: abi-host-class, where one of a plugin that declares the class host changed a new guest;
            stage-invalid, where one changed any guest in a stage that comes when what it sees is on record.
        """
        if after.getroot().tag != before.getroot().tag:
            return  # no domain any more: the schema refuses it
        host = link.stylesheet.declaration.abi == _HOST
        late = link.stage in UNSEEN_STAGES
        if self._exists and not late:
            self._trail.append((link, before, after))
        elif (host or late) and not link.stylesheet.builtin:
            found = abi.differences(abi.project(before), abi.project(after))
            if found:
                raise self._broken(link, found) if host else self._too_late(link, found)

    def leave(self, document: _ElementTree) -> None:
        """Compare a document with what it was when it came in.

        Only stylesheets were at work: what one of them fills in is no completion by libvirt.

        :raises PluginError: abi-host-class.
        :raises DocumentError: abi-changed, where a stylesheet of the class guest changed what a guest sees.
        """
        if self._before is None:
            return
        same = document is self._entered
        self._after = self._before if same else abi.project(document, self._version)
        if abi.differences(self._before, self._after):
            self._find_culprit()

    def seen(self, document: _ElementTree) -> Abi:
        """What the guest sees of the document that left, for its new pin."""
        return self._after if self._after and self._after.version == abi.VERSION else abi.project(document)

    @cached_property
    def noticed(self) -> list[Difference]:
        """What the guest will notice of the run, or of what was edited by hand; what libvirt completed is among it."""
        before = self._recorded or self._before
        return abi.differences(before, self._after) if before and self._after else []

    @property
    def gets_video(self) -> bool:
        """Whether libvirt will add a video device when the document is defined, which the guest does not have yet."""
        before = self._recorded or self._before
        if not (before and self._after) or any(device.kind == "video" for device in before.devices):
            return False
        return _VIDEO in self._after.open and _VIDEO not in before.open

    @property
    def settles(self) -> bool:
        """Whether the pin has to take up something: it holds no guest ABI yet, or libvirt completed the document."""
        return self._exists and (self._recorded is None or bool(self.noticed))

    @property
    def _version(self) -> int:
        return self._recorded.version if self._recorded else abi.VERSION

    def _find_culprit(self) -> None:
        """Lay a change at the door of the first stylesheet that made one and may not."""
        for link, before, after in self._trail:
            host = link.stylesheet.declaration.abi == _HOST
            if host or not self._may_change:
                # what one of xfm's own writes it had left open when the guest was pinned, for libvirt to say
                compare = abi.changes if link.stylesheet.builtin else abi.differences
                found = compare(abi.project(before, self._version), abi.project(after, self._version))
                if found:
                    raise self._broken(link, found) if host else self._not_now(link, found)

    def _broken(self, link: Link, found: list[Difference]) -> XfmError:
        return PluginError(
            "abi-host-class",
            f"the stylesheet declares the class host, and changes what the guest sees: {self._told(found)}",
            **link.place,
            violations=self._violations(found),
            hint=f'declare abi="guest", or run without it: --set {link.stylesheet.id}=off',
        )

    def _too_late(self, link: Link, found: list[Difference]) -> XfmError:
        return PluginError(
            "stage-invalid",
            f"the stylesheet changes what the guest sees, in the stage {link.stage}: {self._told(found)}",
            **link.place,
            violations=self._violations(found),
            hint="move it to an earlier stage, such as policy or defaults",
        )

    def _not_now(self, link: Link, found: list[Difference]) -> XfmError:
        return DocumentError(
            "abi-changed",
            f"the stylesheet would change what this guest sees: {self._told(found)}",
            stage=link.stage,
            stylesheet=link.stylesheet.id,
            plugin=link.plugin,
            violations=self._violations(found),
            hint=f"run without it (--set {link.stylesheet.id}=off), or with the parameters that the guest was pinned "
            "with; to change the guest, `xfm repin FILE`",
        )

    def _told(self, found: list[Difference]) -> str:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return self._mask(abi.describe(found[0])) + more

    def _violations(self, found: Iterable[Difference]) -> list[Violation]:
        return [Violation(self._mask(abi.describe(difference)), "", 0) for difference in found]
