"""libvirt's hook: what libvirt calls, what is vouched for before it is read, and how the hook gets into its place.

This module loads nothing: most of what libvirt calls for is over before anything has to be.
"""

from typing import NamedTuple

#: The operations whose document libvirt takes back: the only ones by which a hook can change a guest.
FILTERED = (("migrate", "begin"), ("restore", "begin"))
#: The operations at which a guest is only looked at; a failure refuses its start.
CHECKED = (("prepare", "begin"), ("start", "begin"))
#: Words of a call: object, operation, sub-operation, extra argument.
_WORDS = 4


class Call(NamedTuple):
    """What libvirt calls for."""

    guest: str
    operation: str
    suboperation: str

    @property
    def concerns(self) -> bool:
        """Whether there is anything to do. A reconnect that fails kills a guest that runs: it is never looked at."""
        return self.filters or (self.operation, self.suboperation) in CHECKED

    @property
    def filters(self) -> bool:
        """Whether libvirt takes the document back."""
        return (self.operation, self.suboperation) in FILTERED


def called(words: list[str]) -> Call | None:
    """The call that libvirt makes with these words; None where a person typed them.

    The name of a guest may be that of a command, or of an option; the words after it are libvirt's own.
    """
    words = words[1:] if words[:1] == ["--"] else words
    if len(words) != _WORDS or words[1].startswith("-") or any(word.startswith("--") for word in words[2:]):
        return None
    return Call(*words[:3])
