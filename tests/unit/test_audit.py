"""The verdict on a guest, by its documents alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from xfm import builtin, chain, plugins, schema, source, transform
from xfm.cli import main
from xfm.cli.audit import _row
from xfm.libvirt import judging
from xfm.libvirt.audit import Machines
from xfm.libvirt.verdict import Dump, Verdict, judge
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Callable

    import libvirt

ROOT = Path(__file__).resolve().parents[2]
PROFILES = sorted((ROOT / "tests/fixtures/profiles").glob("*/*.xml"))
GUEST = (ROOT / "tests/fixtures/profiles/x86_64-q35-bios-debian11/input.xml").read_bytes()
PINNED = transform(GUEST).xml
ADOPTED = transform(GUEST.replace(b"<domain type", b"<domain id='1' type")).xml


def dump(stored: bytes | None = None, live: bytes | None = None) -> Dump:
    return Dump("web1", "0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f", "shut off", stored, live)


def verdict(stored: bytes | None = None, live: bytes | None = None) -> Verdict:
    return judge(dump(stored, live), schema.find())


def edited(xml: bytes, old: str, new: str) -> bytes:
    text = xml.decode()
    assert old in text
    return text.replace(old, new, 1).encode()


def pinned(xml: bytes) -> bytes:
    return transform(xml).xml


def without_pin(xml: bytes) -> bytes:
    return re.sub(rb"<xfm:pin.*</xfm:pin>", b"", xml, flags=re.DOTALL)


#: With more processors, by hand.
LARGER = re.sub(rb"(<vcpu[^>]*>)4<", rb"\g<1>8<", PINNED)


def test_a_pinned_guest_needs_nobody() -> None:
    found = verdict(PINNED)
    assert found.faults == () and found.lacking == () and found.changes == {"stored": ()}
    assert found.baseline == builtin.NEWEST and found.newer is None and found.needs == ()
    assert _row(found) == ["web1", "shut off", "yes", "baseline 2", "as pinned", "-", "-", "complete", "-"]


def test_a_running_guest_is_judged_by_both_documents() -> None:
    live = edited(PINNED, "<domain type", "<domain id='3' type")
    assert verdict(PINNED, live).changes == {"stored": (), "running": ()}
    assert verdict(PINNED, live).needs == ()


def test_a_newer_baseline_is_no_need() -> None:
    found = verdict(ADOPTED)
    assert (found.baseline, found.newer, found.needs) == (0, builtin.NEWEST, ())


def test_a_guest_without_a_pin() -> None:
    found = verdict(GUEST.replace(b"<name>", b"<uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid><name>"))
    assert found.needs == ("not pinned",)
    assert found.lacking and found.changes is None
    assert _row(found)[3:] == ["-", "-", "-", "-", f"{len(found.lacking)} without alias", "not pinned"]


def test_a_guest_that_was_changed_since() -> None:
    found = verdict(LARGER)
    assert found.needs == ("changed since it was pinned: vcpus: all was 4, is 8 (and 1 more)",)
    assert _row(found)[4] == "changed"


def test_a_guest_that_runs_otherwise() -> None:
    found = verdict(PINNED, LARGER)
    assert found.changes and found.changes["stored"] == () and found.changes["running"]
    assert len(found.needs) == 1 and found.needs[0].startswith("runs otherwise than it was pinned: ")


def test_a_guest_that_runs_since_before_it_was_pinned_is_held_to_the_later_pin() -> None:
    assert verdict(PINNED, without_pin(PINNED)).needs == ()
    assert verdict(PINNED, without_pin(LARGER)).needs[0].startswith("runs otherwise")


def test_a_guest_that_is_pinned_anew_while_it_runs_is_held_to_the_pin_that_it_started_with() -> None:
    assert verdict(PINNED, ADOPTED).needs == ()


def test_a_transient_guest_is_judged_by_what_it_is() -> None:
    found = verdict(None, PINNED)
    assert (found.persistent, found.needs, found.changes) == (False, (), {"running": ()})
    assert verdict(None, LARGER).needs[0].startswith("runs otherwise")


def test_a_pin_that_was_damaged_or_is_of_a_newer_xfm() -> None:
    damaged = verdict(edited(PINNED, 'all="4"', 'all="5"'))
    assert "the pin was damaged" in damaged.needs[0] and damaged.changes is None
    newer = verdict(edited(PINNED, 'baseline="2"', 'baseline="99"'))
    assert "asks for baseline 99" in newer.needs[0] and _row(newer)[3] == "unreadable"
    running = verdict(PINNED, edited(PINNED, 'baseline="2"', 'baseline="99"'))
    assert running.needs[0].startswith("as it runs, the pin asks for baseline 99")


def test_a_pin_without_the_guest_abi() -> None:
    found = verdict(re.sub(rb"<xfm:abi .*</xfm:abi>", b"", PINNED, flags=re.DOTALL))
    assert found.needs == ("the pin holds nothing of what the guest sees",) and _row(found)[4] == "-"


def test_a_document_that_is_not_valid() -> None:
    found = verdict(edited(PINNED, "</devices>", "<nonsense/></devices>"))
    assert found.faults and found.needs[0].startswith("not valid: ") and _row(found)[2] == "no"


def test_a_document_that_cannot_be_read() -> None:
    found = verdict(b"<domain")
    assert found.needs[0].startswith("cannot be read: not well-formed") and _row(found)[2:8] == ["-"] * 6


def test_a_guest_that_libvirt_does_not_show() -> None:
    found = judge(dump()._replace(fault="libvirt does not show it: why"), schema.find())
    assert found.needs == ("libvirt does not show it: why",) and found.persistent


def test_a_device_without_an_alias_is_a_need_of_a_pinned_guest() -> None:
    bare = re.sub(rb"\s*<alias name=.ua-memballoon.\s*/>", b"", PINNED)
    assert bare != PINNED
    found = verdict(bare)
    assert found.lacking == ("ua-memballoon",)
    assert "1 without an alias: ua-memballoon" in found.needs
    # a site that switched the stylesheet off before the guest was pinned wants none
    off = verdict(re.sub(rb'\s*<xfm:stylesheet stage="device-identity" id="aliases"[^>]*/>', b"", bare))
    assert off.lacking and not [need for need in off.needs if "alias" in need]


def test_secrets_are_masked() -> None:
    secret = "hunter2-in-an-argument"
    arguments = (
        "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
        f"<qemu:arg value='-object'/><qemu:arg value='secret,id=s0,data={secret}'/></qemu:commandline></domain>"
    )
    found = verdict(edited(PINNED, "</domain>", arguments))
    assert found.needs and secret not in " ".join(found.needs) and secret not in str(found.changes)


def test_what_a_document_says_cannot_act_on_a_terminal() -> None:
    assert "\x1b" not in "".join(_row(Verdict("a\x1b[2J", "", "", needs=("b\x1b",))))


# --- the stylesheet ---


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_lacks_an_alias_is_what_the_newest_baseline_would_give_one(path: Path) -> None:
    document = source.parse_domain(path.read_bytes())
    links = chain.build(plugins.load(with_installed=False), builtin.NEWEST, {}).links
    sheet = next(link.stylesheet for link in links if link.stylesheet.id == "aliases")
    after, _ = sheet.apply(document, {}, {})
    there = {alias.get("name") for alias in document.iterfind("devices/*/alias")}
    given = [alias.get("name") for alias in after.iterfind("devices/*/alias") if alias.get("name") not in there]
    found = own.transform("audit/identity.xsl", document).getroot()
    assert [alias.get("name") for alias in found] == given and found.get("none") is None


def test_a_domain_whose_devices_may_have_no_alias() -> None:
    document = source.parse_domain(b"<domain type='lxc'><name>a</name><devices><console/></devices></domain>")
    assert own.transform("audit/identity.xsl", document).getroot().get("none") == "yes"


# --- machines ---

CAPABILITIES = """<capabilities><guest><os_type>hvm</os_type><arch name='x86_64'><emulator>/usr/bin/qemu</emulator>
<machine>pc-q35-7.2</machine><machine canonical='pc-q35-7.2'>q35</machine><machine deprecated='yes'>pc-1.0</machine>
</arch></guest></capabilities>"""


class Host(NamedTuple):
    """A connection that knows nothing but capabilities."""

    capabilities: str = CAPABILITIES

    def getCapabilities(self) -> str:  # noqa: N802  libvirt's name
        return self.capabilities


def support(machine: str, host: Host | None = None) -> tuple[str, str]:
    connection: libvirt.virConnect = host or Host()
    document = source.parse_domain(
        f"<domain type='kvm'><os><type arch='x86_64'{machine}>hvm</type></os></domain>".encode()
    )
    return Machines(connection).support(document)


def test_what_a_host_says_of_machines() -> None:
    assert support(" machine='pc-q35-7.2'") == ("pc-q35-7.2", "ok")
    assert support(" machine='q35'") == ("q35", "ok")
    assert support(" machine='pc-1.0'") == ("pc-1.0", "deprecated")
    assert support(" machine='pc-q35-9.9'") == ("pc-q35-9.9", "unknown here")
    assert support("") == ("", "")
    assert support(" machine='any'", Host("<capabilities/>")) == ("any", "")


def test_a_machine_that_is_not_ok_is_a_need() -> None:
    for word, need in {
        "deprecated": "the machine m is deprecated",
        "unknown here": "this host has no machine m",
    }.items():
        assert judge(dump(PINNED)._replace(machine="m", support=word), schema.find()).needs == (need,)


# --- many ---


def many(count: int) -> list[Dump]:
    documents = [PINNED, LARGER, b"<domain", GUEST]
    return [dump(documents[number % 4])._replace(name=f"guest{number}") for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 13])
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_however_many_share_the_work_the_verdicts_are_the_same(count: int, processes: int) -> None:
    expected = [judge(one, schema.find()) for one in many(count)]
    assert judging.judge_all(many(count), schema.find(), processes) == expected


def test_the_work_of_a_child_that_dies_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()

    def deadly(one: Dump, found: schema.Schema) -> Verdict:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(one, found)

    monkeypatch.setattr(judging, "judge", deadly)
    assert [one.name for one in judging.judge_all(many(9), schema.find(), 3)] == [f"guest{n}" for n in range(9)]


def test_where_no_child_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)
    assert len(judging.judge_all(many(9), schema.find(), 3)) == 9


# --- the command, on libvirt's test driver ---


@pytest.fixture
def node(tmp_path: Path) -> str:
    """A connection with three guests."""
    pytest.importorskip("libvirt")
    guest = b"<domain type='test'><name/><memory>65536</memory><os><type arch='i686'>hvm</type></os></domain>"
    names: dict[str, Callable[[bytes], bytes]] = {"b-pinned": pinned, "a-bare": bytes, "c-pinned": pinned}
    text = b"<node>"
    for number, (name, make) in enumerate(names.items()):
        uuid = f"0f6b5c1e-6a5e-4c7e-9d1f-00000000000{number}"
        text += make(re.sub(rb"<name/>", f"<name>{name}</name><uuid>{uuid}</uuid>".encode(), guest))
    path = tmp_path / "node.xml"
    path.write_bytes(text + b"</node>")
    return f"test://{path}"


def test_guests_are_listed_by_name(node: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--connect", node]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", "a-bare", "b-pinned", "c-pinned"]
    assert lines[1].endswith("not pinned")


def test_only_those_named_are_judged(node: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--connect", node, "c-pinned", "b-pinned", "c-pinned"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["audit", "--connect", node, "d-pinned"]) == 3
    captured = capsys.readouterr()
    assert captured.out == "" and "[no-domain]" in captured.err


def test_as_json(node: str, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert main(["audit", "--connect", node, "--json"]) == 1
    bare, pinned, _ = json.loads(capsys.readouterr().out)
    assert bare["needs"] == ["not pinned"] and bare["baseline"] is None and bare["changes"] is None
    assert pinned["changes"] == [] and pinned["baseline"] == 2 and pinned["needs"] == []
    assert pinned["valid"] is True and pinned["state"] == "running" and pinned["lacking"] is None


def test_no_connection(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("libvirt")
    assert main(["audit", "--connect", "test:///none.xml"]) == 3
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("[libvirt]") == 1


def test_an_audit_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from xfm.libvirt import judging\n"
        "from xfm.libvirt.verdict import Dump\n"
        "def slow(dump, schema):\n"
        "    if os.getpid() != parent: print(os.getpid(), flush=True); time.sleep(600)\n"
        "parent = os.getpid()\n"
        "judging.judge = slow\n"
        "judging.judge_all([Dump(str(n), '', '') for n in range(99)], None, 2)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        process.kill()
        process.wait()
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{worker}/cwd").exists() for worker in workers):
            assert time.monotonic() < deadline
            time.sleep(0.02)
