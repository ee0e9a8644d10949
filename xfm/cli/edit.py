"""``xfm edit GUEST``: a guest's definition in an editor, with the chain and the guard behind it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from shlex import quote
from typing import TYPE_CHECKING

from xfm.cli import live, options, render
from xfm.cli.draft import Draft
from xfm.errors import DocumentError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    import libvirt

    from xfm.libvirt.edit import Base, Edited
    from xfm.settings import Settings

#: How often a text comes back to an editor with nobody in front of it.
_UNATTENDED = 10
#: Of what somebody else changed, so much is told.
_SHOWN = 20


def add_arguments(parser: ArgumentParser) -> None:
    """What is accepted; how the document is transformed; the guest."""
    parser.add_argument("--repin", action="store_true", help="accept what the guest will notice")
    live.add_arguments(parser)
    action = parser.add_argument("guest", metavar="GUEST", help="a guest's name or UUID")
    options.offer(action, "")


def run(arguments: Namespace) -> int:
    """Edit until the text is taken, or given up; the guest is as it was, or as edited."""
    settings = options.gather(arguments)
    with ExitStack() as stack:
        editing = _Editing(stack, settings, arguments.guest, repin=arguments.repin)
        with editing.draft.kept():
            done = editing.run()
        _tell(done, editing.base, verbose=settings.values["verbose"])
    return 0


class _Editing:
    """One edit, from the guest's definition to its successor.

    :param stack: closes the connections.
    """

    def __init__(self, stack: ExitStack, settings: Settings, guest: str, *, repin: bool) -> None:
        from xfm.libvirt import edit, guests

        self._stack, self._settings, self._repin = stack, settings, repin
        self._connection = stack.enter_context(live.connected(settings))
        self._transform, self._accept = live.transforms(settings, self._connection)
        self.base = edit.base_of(guests.find(self._connection, guest))
        self.draft = Draft(self.base.name, self.base.xml)

    def run(self) -> Edited | None:
        """What became of it; None where nothing was changed.

        :raises DocumentError: the last refusal, where the text was given up.
        """
        from xfm.libvirt import edit

        refusal: DocumentError | None = None
        attended = sys.stdin is not None and sys.stdin.isatty()
        rounds = 0
        while attended or rounds < _UNATTENDED or refusal is None:
            rounds += 1
            text = self.draft.edited()
            if text is None and self._repin and refusal is None:
                text = self.base.xml  # what was changed before, by other means, is accepted
            if text is None:
                break
            try:
                accept = self._accept if self._repin else None
                connection = self._connected()
                return edit.replace(connection, self.base, text, transform=self._transform, accept=accept)
            except DocumentError as error:
                refusal = self._refused(error, text)
        if refusal is not None:
            raise refusal
        return None

    def _connected(self) -> libvirt.virConnect:
        """The connection, or a new one where it broke while the editor was open."""
        from xfm.libvirt import edit

        if not edit.answers(self._connection):
            self._connection = self._stack.enter_context(live.connected(self._settings))
        return self._connection

    def _refused(self, error: DocumentError, text: bytes) -> DocumentError:
        """Hand the text back with what is wrong with it; if somebody else changed the guest, that is the new base."""
        if error.code == "abi-changed" and not error.stylesheet and not self._repin:
            name = self.base.name
            error.hint = f"undo it, or accept it: `xfm edit --repin {quote(presentable(name))}`; the guest is as it was"
        if error.code != "changed-meanwhile":
            self.draft.refuse(error)
            return error
        from xfm.libvirt import edit, guests

        error.hint = "what is saved next replaces what the guest is now: take over what is still wanted"
        domain = guests.by_uuid(self._connection, self.base.uuid)
        if domain is None:
            raise guests.gone(self.base.name)
        now = edit.base_of(domain)
        found = edit.changed(self.base, now)[:_SHOWN]
        told = [f"changed: {one.xpath}: was {one.before or '-'}, is {one.after or '-'}" for one in found]
        told = told or ["changed: its pin alone, which the text has now"]
        self.draft.refuse(error, told, edit.rebased(text, self.base, now))
        self.base = now
        return error


def _tell(done: Edited | None, base: Base, *, verbose: bool) -> None:
    name = presentable(base.name)
    if done is None or done.settled.xml == base.xml:
        render.text(f"{name}: not changed\n")
        return
    live.told(done.ran)
    if verbose:
        render.steps(done.ran)
    if done.domain.isActive():
        render.note(f"{name} runs: the new definition holds from its next start")
    render.text(f"{name}: changed, baseline {done.settled.baseline}\n")
