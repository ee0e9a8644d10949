"""`xfm edit`: what an editor leaves goes through the chain into libvirt, and neither guest nor text is ever lost."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import libvirt
import pytest

from tests.live.conftest import PrivateLibvirtd, private_libvirtd
from xfm import source, transform
from xfm.errors import DocumentError
from xfm.libvirt import edit, guests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xfm.model import Result

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
SECRET = "hunter2"
GUEST = f"""\
<domain type='qemu'>
  <name>web1</name>
  <uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    <interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>
    <graphics type='vnc' passwd='{SECRET}'/>
  </devices>
</domain>
"""
DESCRIBE = r"sed -i 's|<memory |<description>edited</description>\n  &|' "
RENAME = "sed -i 's|<name>web1|<name>web2|' "
LARGER = r"sed -i 's|<memory .*</memory>|<memory unit=\"MiB\">128</memory>|; /<currentMemory/d' "
NIC = r"sed -i '0,/<interface/s|<interface|<interface type=\"user\"><model type=\"virtio\"/></interface>\n    &|' "
INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE


class Place:
    """A state directory, and an editor that does the n-th thing when it is called for the n-th time, then nothing."""

    def __init__(self, root: Path, uri: str) -> None:
        self.root, self.uri = root, uri
        self.state = root / "state"
        self.editor = root / "editor"

    def environment(self, *rounds: str) -> dict[str, str]:
        cases = "".join(f'{number}) {action} "$1" ;;\n' for number, action in enumerate(rounds, 1))
        self.editor.write_text(
            f'#!/bin/sh\ncd "{self.root}"\necho x >> rounds\nn=$(wc -l < rounds)\ncp -p "$1" "seen-$n"\n'
            f"case $n in\n{cases or '0) ;;'}\nesac\n"
        )
        self.editor.chmod(0o755)
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XFM_STATE": str(self.state),
            "VISUAL": str(self.editor),
        }

    def start(self, *rounds: str, options: tuple[str, ...] = (), guest: str = "web1") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "xfm", "edit", "--connect", self.uri, *options, guest],
            env=self.environment(*rounds),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def edit(self, *rounds: str, options: tuple[str, ...] = (), guest: str = "web1") -> Ran:
        process = self.start(*rounds, options=options, guest=guest)
        return self.end(process)

    def end(self, process: subprocess.Popen[str]) -> Ran:
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return Ran(process.returncode, stdout, stderr)

    def kept(self) -> list[Path]:
        """The texts that are kept."""
        return sorted((self.state / "edits").glob("*")) if self.state.exists() else []

    def seen(self, number: int) -> str:
        """What the editor was given at its n-th call."""
        return (self.root / f"seen-{number}").read_text()

    @property
    def rounds(self) -> int:
        return (self.root / "rounds").read_text().count("x")


class Ran(NamedTuple):
    status: int
    stdout: str
    stderr: str


@pytest.fixture
def place(tmp_path: Path, libvirtd: PrivateLibvirtd) -> Place:
    return Place(tmp_path, libvirtd.uri)


@pytest.fixture
def guest(connection: libvirt.virConnect) -> libvirt.virDomain:
    """A pinned guest, shut off."""
    return pinned(connection)


def pinned(connection: libvirt.virConnect) -> libvirt.virDomain:
    domain = connection.defineXML(transform(GUEST).xml.decode())
    guests.settle(domain, transform)
    return domain


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- what is taken ---


def test_what_is_saved_is_what_the_guest_is(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(DESCRIBE)
    assert (ran.status, ran.stdout) == (0, "web1: changed, baseline 2\n"), ran.stderr
    stored = guest.XMLDesc(INACTIVE)
    assert "<description>edited</description>" in stored and SECRET in stored
    assert transform(stored).xml.decode() == stored  # settled
    assert place.rounds == 1 and place.kept() == []


def test_the_text_has_the_secrets_and_nobody_else_can_read_it(guest: libvirt.virDomain, place: Place) -> None:
    before = guest.XMLDesc(INACTIVE)
    ran = place.edit("ls -ld state/edits > mode; true")
    assert (ran.status, ran.stdout, ran.stderr) == (0, "web1: not changed\n", "")
    assert place.seen(1) == before and SECRET in before
    assert stat.S_IMODE((place.root / "seen-1").stat().st_mode) == 0o600
    assert (place.root / "mode").read_text().startswith("drwx------")
    assert place.kept() == [] and guest.XMLDesc(INACTIVE) == before


def test_a_guest_can_be_named_by_its_uuid(guest: libvirt.virDomain, place: Place) -> None:
    assert place.edit(DESCRIBE, guest=guest.UUIDString()).status == 0
    assert "edited" in guest.XMLDesc(INACTIVE)


def test_an_emptied_text_changes_nothing(guest: libvirt.virDomain, place: Place) -> None:
    before = guest.XMLDesc(INACTIVE)
    ran = place.edit("truncate -s 0")
    assert (ran.status, ran.stdout) == (0, "web1: not changed\n")
    assert guest.XMLDesc(INACTIVE) == before and place.kept() == []


def test_a_guest_without_a_pin_is_adopted(connection: libvirt.virConnect, place: Place) -> None:
    domain = connection.defineXML(GUEST)
    ran = place.edit(DESCRIBE)
    assert ran.status == 0 and "baseline 0" in ran.stdout, ran.stderr
    stored = domain.XMLDesc(INACTIVE)
    assert "edited" in stored and "xfm:pin" in stored


def test_a_guest_that_runs_is_changed_from_its_next_start_on(guest: libvirt.virDomain, place: Place) -> None:
    guest.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    ran = place.edit(DESCRIBE)
    assert ran.status == 0 and "web1 runs: the new definition holds from its next start" in ran.stderr
    assert "edited" in guest.XMLDesc(INACTIVE) and "edited" not in guest.XMLDesc(0)


def test_what_the_guest_was_can_be_had_back(guest: libvirt.virDomain, place: Place) -> None:
    before = guest.XMLDesc(INACTIVE)
    environment = place.environment()
    assert place.edit(DESCRIBE).status == 0
    subprocess.run(
        [sys.executable, "-m", "xfm", "define", "--connect", place.uri, "--undo", "web1"],
        env=environment,
        check=True,
        capture_output=True,
    )
    assert guest.XMLDesc(INACTIVE) == before


# --- what is refused ---

REFUSED = {
    "syntax": (r"sed -i 's|</os>||' ", "not-well-formed"),
    "schema": (r"sed -i 's|<on_crash>.*</on_crash>|<on_crash>now</on_crash>|' ", "invalid"),
    "no-domain": (r"sed -i 's|<domain |<network |; s|</domain>|</network>|' ", "not-a-domain"),
    "name": (RENAME, "renamed"),
    "uuid": (r"sed -i 's|<uuid>0f6b|<uuid>1f6b|' ", "renamed"),
    "no-uuid": (r"sed -i '/<uuid>/d' ", "renamed"),
    "no-pin": (r"sed -i '/<xfm:pin/,/<\/xfm:pin>/d' ", "pinned"),
    "another-pin": ("sed -i 's|baseline=.2.|baseline=\\\"1\\\"|' ", "pinned"),
    "guest-abi": (LARGER, "abi-changed"),
    "libvirt": (r"sed -i 's|<emulator>.*</emulator>|<emulator>/none</emulator>|' ", "libvirt-refused"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_text_comes_back_with_the_reason_and_is_kept(
    name: str, guest: libvirt.virDomain, place: Place
) -> None:
    action, code = REFUSED[name]
    before = guest.XMLDesc(INACTIVE)
    ran = place.edit(action, "cp -p $1 again; true")
    assert ran.status == 1 and ran.stdout == ""
    assert guest.XMLDesc(INACTIVE) == before
    assert guest.connect().listAllDomains() and len(guest.connect().listAllDomains()) == 1
    assert place.rounds == 2
    first, _, rest = place.seen(2).partition("\n")
    assert re.match(rf"<!-- xfm: error: .* \[{code}\] -->$", first)
    text = "\n".join(line for line in rest.splitlines() if not line.startswith("<!-- xfm: "))
    assert text.strip() and text != before.strip()
    (kept,) = place.kept()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert text in kept.read_text()
    assert ran.stderr.count(f"[{code}]") == 1 and str(kept) in ran.stderr
    assert SECRET not in ran.stderr


def test_comments_are_well_formed_and_tell_what_accepts_a_change(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(LARGER)
    assert "xfm edit - -repin web1" in place.seen(2)
    assert "`xfm edit --repin web1`" in ran.stderr
    source.parse_domain(place.seen(2).encode())


def test_the_line_of_a_fault_is_that_in_the_editor(guest: libvirt.virDomain, place: Place) -> None:
    place.edit("sed -i 's|<vcpu placement=.static.>|<vcpu placement=static>|' ")
    match = re.search(r"line (\d+), column", place.seen(2))
    assert match
    assert "<vcpu placement=static>" in place.seen(2).splitlines()[int(match[1]) - 1]


def test_a_text_that_is_mended_is_taken(guest: libvirt.virDomain, place: Place) -> None:
    mended = f"{DESCRIBE} $1; sed -i 's|web2|web1|' "
    ran = place.edit(RENAME, mended)
    assert ran.status == 0, ran.stderr
    assert "edited" in guest.XMLDesc(INACTIVE) and place.kept() == []


def test_a_text_that_is_emptied_after_a_refusal_is_kept_as_it_was(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(RENAME, "truncate -s 0")
    assert ran.status == 1 and "[renamed]" in ran.stderr
    (kept,) = place.kept()
    assert "<name>web2</name>" in kept.read_text()


def test_a_text_whose_file_is_taken_away_after_a_refusal_is_kept(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(RENAME, "rm")
    assert ran.status == 1
    assert "<name>web2</name>" in place.kept()[0].read_text()


def test_an_editor_with_nobody_in_front_of_it_is_not_asked_for_ever(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(*[r"sed -i 's|<name>web|<name>webb|' "] * 20)
    assert ran.status == 1 and place.rounds == 10
    assert f"<name>we{'b' * 11}1" in place.kept()[0].read_text()


# --- what the guest notices ---


def test_what_the_guest_will_notice_is_accepted_by_repin(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(NIC, options=("--repin",))
    assert (ran.status, ran.stdout) == (0, "web1: changed, baseline 2\n"), ran.stderr
    assert "xfm: the guest will notice: ua-net-" in ran.stderr and "was not there" in ran.stderr
    stored = guest.XMLDesc(INACTIVE)
    assert stored.count("<interface ") == 2 and transform(stored).xml.decode() == stored


def test_with_repin_a_guest_without_a_pin_gets_one(connection: libvirt.virConnect, place: Place) -> None:
    domain = connection.defineXML(GUEST)
    assert place.edit(DESCRIBE, options=("--repin",)).status == 0
    assert "xfm:pin" in domain.XMLDesc(INACTIVE)


def test_a_damaged_pin_can_be_mended(guest: libvirt.virDomain, place: Place) -> None:
    whole = guest.XMLDesc(INACTIVE)
    guest.connect().defineXML(whole.replace('baseline="2"', 'baseline="two"'))
    (place.root / "whole.xml").write_text(whole)
    assert place.edit("cat whole.xml >").status == 0
    assert guest.XMLDesc(INACTIVE) == whole


# --- others, and accidents ---


def other(place: Place) -> str:
    """Somebody else changes the guest's description."""
    return f"virsh -c '{place.uri}' desc web1 --config 'by somebody else' >&2"


def test_of_two_edits_at_once_the_later_one_is_told(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(f"{other(place)}; {DESCRIBE}")
    assert ran.status == 1 and "[changed-meanwhile]" in ran.stderr
    assert "xfm: changed: /domain/description" in place.seen(2)
    assert "is <description>by somebody else" in place.seen(2) and "<description>edited" in place.seen(2)
    assert "<description>by somebody else</description>" in guest.XMLDesc(INACTIVE)
    assert "<description>edited" in place.kept()[0].read_text()


def test_who_was_told_can_save_again(guest: libvirt.virDomain, place: Place) -> None:
    both = "sed -i 's|<description>edited|<description>by both|'"
    ran = place.edit(f"{other(place)}; {DESCRIBE}", both)
    assert ran.status == 0, ran.stderr
    assert "<description>by both</description>" in guest.XMLDesc(INACTIVE)


def test_an_edit_that_comes_back_has_the_new_pin(guest: libvirt.virDomain, place: Place) -> None:
    """Somebody else's edit had changed what the guest sees: what the later text lacks of that is an ABI change."""
    larger = f'sh -c \'cp "$1" "$1.own"; {sys.executable} {place.root / "larger.py"}\' sh'  # the other one, in one go
    (place.root / "larger.py").write_text(
        "import libvirt, re\n"
        "from xfm import new_pipeline, transform\n"
        "from xfm.libvirt import guests\n"
        f"domain = libvirt.open({place.uri!r}).lookupByName('web1')\n"
        "was = guests.definition(domain)\n"
        "text = re.sub(rb'(<(memory|currentMemory) .*>)65536<', rb'\\g<1>131072<', was)\n"
        "xml = new_pipeline(repin=True).run(text).xml\n"
        "guests.settle(guests.redefine(domain, was, xml), transform)\n"
    )
    again = "sed -i 's|<description>edited|<description>edited again|'"
    ran = place.edit(f'{larger} "$1"; {DESCRIBE}', again)
    assert ran.status == 1 and "[abi-changed]" in ran.stderr, ran.stderr
    assert "131072" in guest.XMLDesc(INACTIVE) and "edited" not in guest.XMLDesc(INACTIVE)
    assert place.rounds == 3


OPEN = "touch open; while ! [ -e go ]; do sleep 0.05; done; "


@pytest.fixture
def own(tmp_path: Path, quiet_libvirt: None) -> Iterator[PrivateLibvirtd]:
    """A libvirtd with the guest, for a test alone."""
    with private_libvirtd() as daemon:
        connection = daemon.connect()
        pinned(connection)
        connection.close()
        yield daemon


def test_a_text_outlives_the_daemon(own: PrivateLibvirtd, tmp_path: Path) -> None:
    place = Place(tmp_path, own.uri)
    process = place.start(OPEN + DESCRIBE)
    wait_until((tmp_path / "open").exists)
    own.stop()
    (tmp_path / "go").touch()
    ran = place.end(process)
    assert ran.status == 3 and ran.stderr.count("[libvirt]") == 1 and "Traceback" not in ran.stderr
    (kept,) = place.kept()
    assert "<description>edited" in kept.read_text() and str(kept) in ran.stderr


def test_a_daemon_that_was_restarted_meanwhile_does_not_matter(own: PrivateLibvirtd, tmp_path: Path) -> None:
    place = Place(tmp_path, own.uri)
    process = place.start(OPEN + DESCRIBE)
    wait_until((tmp_path / "open").exists)
    own.restart()
    (tmp_path / "go").touch()
    assert place.end(process).status == 0
    connection = own.connect()
    assert "edited" in connection.lookupByName("web1").XMLDesc(INACTIVE)
    connection.close()


def test_a_text_outlives_xfm(guest: libvirt.virDomain, place: Place) -> None:
    before = guest.XMLDesc(INACTIVE)
    process = place.start(OPEN + DESCRIBE + ' "$1"; touch done; true')
    wait_until((place.root / "open").exists)
    process.kill()
    process.wait(PATIENCE)
    for pipe in (process.stdout, process.stderr):
        assert pipe
        pipe.close()
    (place.root / "go").touch()
    wait_until((place.root / "done").exists)
    assert "<description>edited" in place.kept()[0].read_text()
    assert guest.XMLDesc(INACTIVE) == before


def test_a_text_outlives_the_guest(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(f"virsh -c '{place.uri}' undefine web1 >&2; {DESCRIBE}")
    assert ran.status == 3 and "[no-domain]" in ran.stderr
    assert "<description>edited" in place.kept()[0].read_text()
    assert guest.connect().listAllDomains() == []


def test_ctrl_c_in_the_editor_ends_xfm_and_keeps_the_text(guest: libvirt.virDomain, place: Place) -> None:
    process = place.start(f'{DESCRIBE} "$1"; {OPEN} true')
    wait_until((place.root / "open").exists)
    os.killpg(process.pid, signal.SIGINT)
    ran = place.end(process)
    assert ran.status == -signal.SIGINT and "Traceback" not in ran.stderr
    assert "<description>edited" in place.kept()[0].read_text() and str(place.kept()[0]) in ran.stderr
    assert "edited" not in guest.XMLDesc(INACTIVE)


def test_an_editor_that_fails_changes_nothing(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(f'{DESCRIBE} "$1"; exit 7; true')
    assert ran.status == 3 and "ended with exit status 7 [editor]" in ran.stderr
    assert "<description>edited" in place.kept()[0].read_text()
    assert "edited" not in guest.XMLDesc(INACTIVE)


def test_an_editor_that_fails_with_nothing_done_leaves_nothing(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit("exit 7; true")
    assert ran.status == 3 and place.kept() == [] and "kept" not in ran.stderr


@pytest.mark.parametrize("editor", ["/none/editor --wait", "vi 'unbalanced"])
def test_an_editor_that_cannot_be_run(editor: str, guest: libvirt.virDomain, place: Place) -> None:
    environment = {**place.environment(), "VISUAL": editor}
    command = [sys.executable, "-m", "xfm", "edit", "--connect", place.uri, "web1"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert ran.returncode == 3 and "[editor]" in ran.stderr and place.kept() == []


def test_editor_is_asked_where_there_is_no_visual_and_may_have_arguments(
    guest: libvirt.virDomain, place: Place
) -> None:
    environment = place.environment()
    del environment["VISUAL"]
    environment["EDITOR"] = "sed -i -e 's|<memory |<description>by sed</description>&|'"
    command = [sys.executable, "-m", "xfm", "edit", "--connect", place.uri, "web1"]
    subprocess.run(command, env=environment, capture_output=True, check=True, timeout=PATIENCE)
    assert "by sed" in guest.XMLDesc(INACTIVE)


def test_there_is_no_such_guest(guest: libvirt.virDomain, place: Place) -> None:
    ran = place.edit(guest="web")
    assert ran.status == 3 and "[no-domain]" in ran.stderr and "web1" in ran.stderr and place.kept() == []


def test_a_transient_guest_has_nothing_to_edit(connection: libvirt.virConnect, place: Place) -> None:
    domain = connection.createXML(GUEST, libvirt.VIR_DOMAIN_START_PAUSED)
    ran = place.edit()
    domain.destroy()
    assert ran.status == 3 and "web1 is transient" in ran.stderr


def test_where_the_state_directory_cannot_be_written(guest: libvirt.virDomain, place: Place) -> None:
    place.state.write_text("a file")
    ran = place.edit(DESCRIBE)
    assert ran.status == 3 and "[file]" in ran.stderr and not (place.root / "rounds").exists()


def test_what_libvirt_makes_of_it_otherwise_is_taken_back(
    guest: libvirt.virDomain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """If the pin cannot be settled, the guest is what it was."""
    monkeypatch.setenv("XFM_STATE", str(tmp_path))
    connection = guest.connect()
    base = edit.base_of(guest)
    text = base.xml.replace(b"<memory ", b"<description>edited</description><memory ", 1)
    turns = iter([transform(text)])

    def fails_later(data: bytes) -> Result:
        for result in turns:
            return result
        raise DocumentError("abi-changed", "libvirt made something else of it")

    with pytest.raises(DocumentError, match="something else"):
        edit.replace(connection, base, text, transform=fails_later)
    assert guests.definition(guest) == base.xml


def test_libvirts_test_driver_can_be_edited_too(tmp_path: Path) -> None:
    place = Place(tmp_path, "test:///default")
    ran = place.edit(r"sed -i 's|<memory |<title>t</title>&|'", guest="test")
    assert ran.status == 0 and ran.stdout == "test: changed, baseline 0\n", ran.stderr
