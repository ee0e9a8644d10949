"""docs/virt-install.md says what virt-install and xfm make now, and scripts/compare-virt-install where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/virt-install.md"
START, END = "<!-- made by scripts/compare-virt-install -->", "<!-- end -->"

#: A virt-install that makes the same poor guest of whatever it is asked for.
IMPOSTOR = """\
#!/bin/sh
[ "$1" = --version ] && { echo 9.9.9; exit; }
/bin/cat <<END
<domain type="kvm"><name>web1</name><metadata>
<libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
<libosinfo:os id="http://debian.org/debian/11"/></libosinfo:libosinfo></metadata>
<os><type arch="x86_64" machine="q35">hvm</type></os>
<clock offset="variable"/><devices><interface><model type="rtl8139"/></interface></devices></domain>
END
"""


def compare(*arguments: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The program, which finds virt-install in a directory of ours, or where it is."""
    return subprocess.run(
        [sys.executable, ROOT / "scripts/compare-virt-install", *arguments],
        env={**os.environ, "LC_ALL": "C.UTF-8", **({"PATH": str(path)} if path else {})},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "tables.md"
    path.write_text(f"# Tables\n\n{START}\n{END}\n\nThe end.\n", encoding="utf-8")
    return path


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """An empty directory of programs."""
    path = tmp_path / "bin"
    path.mkdir()
    return path


def install(programs: Path, text: str) -> None:
    (programs / "virt-install").write_text(text)
    (programs / "virt-install").chmod(0o755)


def test_the_tables_are_up_to_date() -> None:
    done = compare("--check")
    assert done.returncode == 0, f"run scripts/compare-virt-install:\n{done.stdout}{done.stderr}"


def test_the_tables_name_ten_operating_systems_and_three_architectures() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition(START)[2]
    systems = ["debian11", "fedora37", "rhel9.1", "ubuntu22.10", "opensuse15.4", "freebsd13.1"]
    systems += ["win2k3", "win7", "win10", "win11", "win2k22", "debian11 (aarch64)", "rhel9.1 (s390x)"]
    assert [name for name in systems if name not in text] == []


def test_every_difference_in_the_tables_has_a_reason() -> None:
    lines = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [cells for line in lines if len(cells := line[2:-2].split(" | ")) == 5]
    assert len(rows) > 50
    assert [cells for cells in rows if (cells[3] == "same") != (cells[4].strip() == "")] == []


def loaded() -> ModuleType:
    """The program as a module."""
    loader = SourceFileLoader("compare_virt_install", str(ROOT / "scripts/compare-virt-install"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("check", [True, False])
def test_what_is_not_up_to_date_is_shown_or_written(
    check: bool, document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    program = loaded()
    monkeypatch.setattr(program, "make_all", list)
    monkeypatch.setattr(program, "unexplained", lambda made: [])
    monkeypatch.setattr(program, "report", lambda made: "A table.")
    monkeypatch.setattr(sys, "argv", ["compare-virt-install", "--document", str(document), *["--check"] * check])
    before = document.read_text(encoding="utf-8")
    after = before.replace(START, f"{START}\n\nA table.\n")
    assert program.main() == (1 if check else 0)
    assert document.read_text(encoding="utf-8") == (before if check else after)
    assert ("\n+A table.\n" if check else "wrote ") in capsys.readouterr().out
    if not check:
        assert program.main() == 0, "what was written is up to date"


def test_a_difference_without_a_reason_is_refused_and_nothing_is_written(document: Path, programs: Path) -> None:
    install(programs, IMPOSTOR)
    before = document.read_text(encoding="utf-8")
    done = compare("--document", document, path=programs)
    assert done.returncode == 1
    assert "virtinstall_reasons.py has no reason for: sleep states, clock, disk bus, interface model" in done.stderr
    assert document.read_text(encoding="utf-8") == before


def test_a_missing_virt_install_is_said(document: Path, programs: Path) -> None:
    done = compare("--document", document, path=programs / "none")
    assert (done.returncode, done.stdout) == (3, "")
    assert "virt-install is not installed" in done.stderr
    assert "apt-get install virtinst" in done.stderr


def test_what_virt_install_complains_of_is_said(document: Path, programs: Path) -> None:
    install(programs, "#!/bin/sh\necho 'ERROR unknown OS name' >&2\nexit 1\n")
    done = compare("--check", "--document", document, path=programs)
    assert (done.returncode, done.stdout) == (3, "")
    assert "does not make debian11 here: ERROR unknown OS name" in done.stderr


def test_a_document_without_a_place_for_the_tables_is_left_alone(document: Path) -> None:
    document.write_text("# Tables\n", encoding="utf-8")
    done = compare("--document", document)
    assert done.returncode == 1
    assert "has no part between" in done.stderr
    assert document.read_text(encoding="utf-8") == "# Tables\n"


@pytest.mark.parametrize("arguments", [["--chekc"], ["surplus"]])
def test_wrong_use_is_said(arguments: list[str]) -> None:
    done = compare(*arguments)
    assert done.returncode == 2
    assert "usage: compare-virt-install" in done.stderr
