"""The script that libvirt runs: it decides without Python what concerns xfm, and calls xfm for that alone."""

from __future__ import annotations

from typing import NamedTuple

from xfm.hook import CHECKED, FILTERED

#: What tells a script of ours from any other of that name.
_MARKER = "# xfm: libvirt's hook, made by `xfm hook install`; `xfm hook uninstall` takes it away."
_PROGRAM = "program="
_FOLDER = "# made for it: "
_SCRIPT = """\
#!/bin/sh
{marker}
{folders}# All but these operations end here: libvirt kills a guest that runs if the hook fails at a reconnect.
case "$2 $3" in
  {operations}) ;;
  *) exit 0 ;;
esac
{program}
if [ -x "$program" ]; then
  "$program" hook -- "$@"
  status=$?
  [ $status -eq 126 ] || [ $status -eq 127 ] || exit $status
fi
echo "xfm: error: libvirt's hook cannot run $program [file]" >&2
echo "  hint:       install xfm anew, and run \\`xfm hook install\\`; or remove $0" >&2
exit 3
"""


class Script(NamedTuple):
    """A script of ours: the program that it calls, and the folders that were made for it, the innermost first."""

    program: str
    folders: tuple[str, ...] = ()

    def text(self) -> bytes:
        """The file's content."""
        quoted = self.program.replace("'", "'\\''")
        return _SCRIPT.format(
            marker=_MARKER,
            folders="".join(f"{_FOLDER}{folder}\n" for folder in self.folders),
            operations=" | ".join(f'"{operation} {sub}"' for operation, sub in (*FILTERED, *CHECKED)),
            program=f"{_PROGRAM}'{quoted}'",
        ).encode("utf-8", "surrogateescape")


def parse(data: bytes) -> Script | None:
    """The script that a file holds; None where it is not one of ours, of whatever version."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if _MARKER not in lines[:2]:
        return None
    program = next((line.removeprefix(_PROGRAM) for line in lines if line.startswith(_PROGRAM)), "")
    folders = tuple(line.removeprefix(_FOLDER) for line in lines if line.startswith(_FOLDER))
    return Script(program.strip("'").replace("'\\''", "'"), folders)
