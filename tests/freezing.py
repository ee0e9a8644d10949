"""What is held fast of a released baseline: digests of what it is made of, and what it makes of each profile case.

``tests/frozen/baseline-N.json`` has the digest of each of its stylesheets, of its table of host facts, and of each file
behind them, so that a test can name the one that changed. ``tests/frozen/baseline-N/<case>.xml`` is the output of the
whole chain, byte for byte but for the version of xfm in the pin. ``tests/frozen/abi-N.json`` has a digest of each file
of version N of the projection of the guest ABI: pins hold what it gave. ``scripts/freeze-baseline`` writes them all.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from tests.profiles import CASES, pipeline
from xfm import abi, builtin, functions, resources
from xfm.model import XSL_NAMESPACE

if TYPE_CHECKING:
    from xfm.stylesheet.stylesheet import Stylesheet

FROZEN = Path(__file__).parent / "frozen"
_VERSION = re.compile(rb'(<xfm:pin [^>]*?\bversion=")[^"]*')


def stylesheets(baseline: int) -> dict[str, str]:
    """The baseline's own stylesheets by id, with their digests as a pin has them; layout belongs to no baseline."""
    return {sheet.id: sheet.digest for sheet in _own(baseline)}


def files(baseline: int) -> dict[str, str]:
    """Every file that the baseline is made of, by its path in the tree, with its digest."""
    found = {Path(builtin.host_facts(baseline))}
    for sheet in _own(baseline):
        _collect(Path(sheet.path), found)
    root = Path(resources.STYLESHEETS).parent
    return {str(path.relative_to(root)): _digest(path) for path in sorted(found)}


def summary(baseline: int) -> dict[str, Any]:
    """What ``baseline-N.json`` holds."""
    return {
        "stylesheets": stylesheets(baseline),
        "host-facts": _digest(Path(builtin.host_facts(baseline))),
        "files": files(baseline),
    }


def golden(case: Path, baseline: int) -> bytes:
    """What the baseline makes of a profile case."""
    made = pipeline(case, baseline).run((case / "input.xml").read_bytes()).xml
    masked, count = _VERSION.subn(rb"\1-", made)
    assert count == 1, f"{case.name}: {count} pins"
    return masked


def contents(baseline: int) -> dict[str, bytes]:
    """Everything that is held fast: paths under ``tests/frozen``, with what each should be."""
    made = {f"baseline-{baseline}/{case.name}.xml": golden(case, baseline) for case in CASES}
    text = json.dumps(summary(baseline), indent=2) + "\n"
    return {f"baseline-{baseline}.json": text.encode(), **made}


def projection(version: int) -> dict[str, str]:
    """The files of a version of the projection, and what they import, with their digests: ``abi-N.json`` holds that."""
    found: set[Path] = set()
    _collect(Path(resources.STYLESHEETS) / "abi" / str(version) / "abi.xsl", found)
    root = Path(resources.STYLESHEETS).parent
    return {str(path.relative_to(root)): _digest(path) for path in sorted(found)}


def projection_changed(version: int) -> list[str]:
    """The files of a frozen version of the projection that are no longer what they were, each with what to do."""
    kept = json.loads((FROZEN / f"abi-{version}.json").read_bytes())
    return [
        f"{name}: pins hold what version {version} of the projection gave: restore it, "
        f"and make a version {version + 1} (docs/guest-abi.md)"
        for name in _changed(kept, projection(version))
    ]


def is_frozen(baseline: int) -> bool:
    """Whether the baseline was frozen already."""
    return (FROZEN / f"baseline-{baseline}.json").exists()


def _changed(kept: dict[str, str], now: dict[str, str]) -> list[str]:
    return [name for name in sorted({*kept, *now}) if kept.get(name) != now.get(name)]


def broken(baseline: int) -> list[str]:
    """What of a frozen baseline is no longer what it was, each with what to do."""
    kept = json.loads((FROZEN / f"baseline-{baseline}.json").read_bytes())
    now = summary(baseline)
    found = [
        f"{name}: it belongs to baseline {baseline}, which is released: restore it, and put what is better into the "
        "next baseline (docs/baselines.md)"
        for name in _changed(kept["files"], now["files"])
    ]
    if not found and kept != now:  # the same files, found or read in another way
        names = _changed(kept["stylesheets"], now["stylesheets"]) or ["host-facts.xml"]
        found = [f"{name}: baseline {baseline} does not have it as it was frozen" for name in names]
    return found


def different(baseline: int) -> list[str]:
    """The frozen documents that the baseline would make otherwise now, or not at all."""
    wanted = {name: data for name, data in contents(baseline).items() if name.endswith(".xml")}
    there = {f"baseline-{baseline}/{path.name}": path for path in (FROZEN / f"baseline-{baseline}").glob("*.xml")}
    return [
        name
        for name in sorted({*wanted, *there})
        if name not in there or name not in wanted or there[name].read_bytes() != wanted[name]
    ]


def write(baseline: int) -> list[Path]:
    """Write what is held fast, and take away what is there of cases that are gone; the paths that were written.

    A version of the projection is frozen with the first baseline whose pins hold it.
    """
    made = {FROZEN / name: data for name, data in contents(baseline).items()}
    for version in abi.VERSIONS:
        path = FROZEN / f"abi-{version}.json"
        made[path] = path.read_bytes() if path.exists() else (json.dumps(projection(version), indent=2) + "\n").encode()
    for path in (FROZEN / f"baseline-{baseline}").glob("*.xml"):
        if path not in made:
            path.unlink()
    written = [path for path, data in made.items() if not path.exists() or path.read_bytes() != data]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made[path])
    return written


def _own(baseline: int) -> list[Stylesheet]:
    links = [link for link in pipeline(CASES[0], baseline).chain(baseline).links if link.stage != "layout"]
    sheets = [link.stylesheet for link in links if link.stylesheet.builtin]
    return sorted(
        (sheet for sheet in sheets if baseline or sheet.declaration.abi == "host"), key=lambda sheet: sheet.id
    )


def _collect(path: Path, found: set[Path]) -> None:
    """The file and all that it imports."""
    found.add(path)
    for element in etree.parse(path).iterfind(f"{{{XSL_NAMESPACE}}}import"):
        _collect(Path(os.path.normpath(path.parent / element.get("href", ""))), found)


def _digest(path: Path) -> str:
    return "sha256:" + functions.sha256_hex(path.read_bytes())
