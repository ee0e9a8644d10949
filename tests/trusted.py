"""An xfm that libvirt's hook takes: a copy that is root's alone, wherever the checkout lies and whoever owns it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("xfm", "stylesheets", "schemas", "plugins")
#: What xfm's hook needs of others; they may lie in the checkout as well.
PACKAGES = ("lxml", "pluggy")
#: Where there may be a place that is root's alone, and where nothing of a machine's own is in the way.
PLACES = ("/srv", "/opt", "/var/lib", "/root")
PROGRAM = """\
#!{python}
import os
import sys
os.environ.update({environment!r})
sys.path.insert(0, {path!r})
from xfm.cli import console
console()
"""


def install(folder: Path, shown: Path | None = None, etc: Path | None = None) -> Path:
    """Put xfm into a folder, and give its program; `shown` is the folder as the program will see it.

    Its configuration is in `etc`, a folder of it where not given, and it knows no other.
    """
    shown = shown or folder
    homes = {"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data"}
    environment = {name: str(shown / home) for name, home in homes.items()}
    environment["XFM_ETC"] = str(etc or shown / "etc")
    library = folder / "lib"
    for part in PARTS:
        shutil.copytree(ROOT / part, library / part, ignore=shutil.ignore_patterns("__pycache__"))
    for package in PACKAGES:
        spec = find_spec(package)
        assert spec is not None and spec.submodule_search_locations
        (path,) = spec.submodule_search_locations
        shutil.copytree(path, library / package, ignore=shutil.ignore_patterns("__pycache__"))
    program = folder / "bin" / "xfm"
    program.parent.mkdir()
    ((etc or folder / "etc") / "plugins.d").mkdir(parents=True)
    # the interpreter itself, for that of a virtual environment lies in the checkout
    python = os.path.realpath(sys.executable)
    program.write_text(PROGRAM.format(python=python, path=str(shown / "lib"), environment=environment), "utf-8")
    program.chmod(0o755)
    own(folder)
    return program


def own(folder: Path) -> None:
    """Make a folder and all in it root's alone, where root asks; nobody else need be careful."""
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            os.chown(path, 0, 0)
            path.chmod(path.stat().st_mode & 0o755)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that root alone can write to, on all its way; it is gone afterwards."""
    places = PLACES if os.geteuid() == 0 else ()
    place = next((place for place in places if Path(place).is_dir() and _is_roots(Path(place))), None)
    with tempfile.TemporaryDirectory(prefix="xfm-test-", dir=place) as name:
        yield Path(name)


def _is_roots(path: Path) -> bool:
    ways = (path, *path.parents)
    return not any(way.is_symlink() or way.stat().st_uid or way.stat().st_mode & 0o022 for way in ways)
