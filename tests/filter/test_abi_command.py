"""``xfm abi`` and ``xfm abi diff``: what is shown, what counts as a change, exit statuses, and wrong calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm

QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
WEB = """<domain type='kvm'>
  <name>web1</name>
  <uuid>6cf8a4f6-6a23-4c0c-8f3e-2b9a3e8f7d15</uuid>
  <memory unit='GiB'>2</memory>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    <disk type='file'>
      <source file='/srv/web1.raw'/>
      <target dev='vda' bus='virtio'/>
      <alias name='ua-system'/>
      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
    </disk>
    <interface type='user'><mac address='52:54:00:00:00:01'/></interface>
    <memballoon model='none'/>
  </devices>
</domain>
"""


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return written(tmp_path / "one.xml", WEB)


def written(path: Path, text: str, *edits: tuple[str, str]) -> Path:
    """A file with a document, after some edits."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def parsed(run_xfm: RunXfm, *args: str | Path, status: int = 0) -> Any:
    done = run_xfm(*args)
    assert (done.status, done.stderr) == (status, "")
    return json.loads(done.stdout)


def test_sections_and_devices_are_shown_with_their_facts(run_xfm: RunXfm, one: Path) -> None:
    done = run_xfm("abi", one)
    assert (done.status, done.stderr) == (0, "")
    blocks = done.stdout.decode().split("\n\n")
    assert blocks[0].startswith("digest: sha256:")
    assert "memory\n  size: 2097152" in blocks
    disk = next(block for block in blocks if block.startswith("ua-system (disk vda)\n"))
    assert disk.splitlines()[1:] == [
        "  address: pci 0000:03:00.0",
        "  bus: virtio",
        "  device: disk",
        "  target.dev: vda",
    ]
    assert any(block.startswith("interface 52:54:00:00:00:01\n") for block in blocks)
    assert "/srv/web1.raw" not in done.stdout.decode()


def test_json_has_the_same_and_the_digests(run_xfm: RunXfm, one: Path) -> None:
    report = parsed(run_xfm, "abi", "--json", one)
    shown = run_xfm("abi", one).stdout.decode()
    assert f"digest: {report['digest']}\n" in shown
    assert report["version"] == 1
    assert {"machine", "memory"} <= {section["kind"] for section in report["sections"]}
    disk = next(device for device in report["devices"] if device["kind"] == "disk")
    assert (disk["label"], disk["alias"], disk["facts"]["bus"]) == ("vda", "ua-system", "virtio")
    assert disk["digest"].startswith("sha256:")
    assert next(d for d in report["devices"] if d["kind"] == "interface")["alias"] is None


def test_the_document_may_come_from_stdin(run_xfm: RunXfm, one: Path) -> None:
    assert run_xfm("abi", input=WEB.encode()) == run_xfm("abi", one)
    assert run_xfm("abi", "-", input=WEB.encode()) == run_xfm("abi", one)
    other = run_xfm("abi", "diff", "-", one, input=WEB.replace("GiB", "MiB").encode())
    assert (other.status, other.stdout) == (1, b"memory: size was 2048, is 2097152\n")
    other = run_xfm("abi", "diff", one, "-", input=WEB.encode())
    assert other == (0, b"", "")


def test_a_pinned_document_shows_what_its_pin_holds(run_xfm: RunXfm, one: Path, tmp_path: Path) -> None:
    assert run_xfm(one, "-o", tmp_path / "pinned.xml").status == 0
    pin = parsed(run_xfm, "pin", "--json", tmp_path / "pinned.xml")
    report = parsed(run_xfm, "abi", "--json", tmp_path / "pinned.xml")
    assert pin["abi"]["digest"] == report["digest"]
    assert {part["digest"] for part in pin["abi"]["parts"]} == {
        part["digest"] for part in (*report["sections"], *report["devices"])
    }
    assert report["digest"] in run_xfm("pin", tmp_path / "pinned.xml").stdout.decode()


# --- diff ---


def test_nothing_differs_exit_0(run_xfm: RunXfm, one: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.xml", WEB, ("/srv/web1.raw", "/srv/other.raw"), ("'GiB'>2<", "'MiB'>2048<"))
    assert run_xfm("abi", "diff", one, other) == (0, b"", "")
    assert parsed(run_xfm, "abi", "diff", "--json", one, other) == []


def test_a_change_has_a_line_and_exit_1(run_xfm: RunXfm, one: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.xml", WEB, ("bus='virtio'", "bus='scsi'"), ("unit='GiB'", "unit='MiB'"))
    done = run_xfm("abi", "diff", one, other)
    assert (done.status, done.stderr) == (1, "")
    assert done.stdout.decode().splitlines()[:2] == [
        "memory: size was 2097152, is 2048",
        "ua-system: bus was virtio, is scsi",
    ]
    report = parsed(run_xfm, "abi", "diff", "--json", one, other, status=1)
    assert report[0] == {"where": "memory", "fact": "size", "was": "2097152", "is": "2048", "completion": False}


def test_a_device_that_came_or_went_has_a_line(run_xfm: RunXfm, one: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.xml", WEB, ("</devices>", "<vsock model='virtio'/></devices>"))
    done = run_xfm("abi", "diff", one, other)
    assert done.status == 1
    assert done.stdout.decode().startswith("vsock 1: was not there, is vsock (model virtio")
    done = run_xfm("abi", "diff", other, one)
    assert done.status == 1
    assert done.stdout.decode().endswith("is not there\n")
    (entry,) = parsed(run_xfm, "abi", "diff", "--json", other, one, status=1)
    assert (entry["fact"], entry["is"]) == (None, None)


def test_a_completion_is_no_change_and_shown_with_v(run_xfm: RunXfm, one: Path, tmp_path: Path) -> None:
    model = ("<mac address='52:54:00:00:00:01'/>", "<mac address='52:54:00:00:00:01'/><model type='e1000'/>")
    other = written(tmp_path / "other.xml", WEB, model)
    assert run_xfm("abi", "diff", one, other) == (0, b"", "")
    told = b"interface 52:54:00:00:00:01: model was not said, is e1000\n"
    for option in ("-v", "--verbose"):
        assert run_xfm("abi", "diff", option, one, other) == (0, told, "")
    (entry,) = parsed(run_xfm, "abi", "diff", "--json", one, other)
    assert entry["completion"] is True
    assert run_xfm("abi", "diff", other, one).status == 1


def test_options_may_stand_anywhere(run_xfm: RunXfm, one: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.xml", WEB, ("bus='virtio'", "bus='scsi'"))
    calls: list[tuple[str | Path, ...]] = [
        ("abi", "--json", "diff", one, other),
        ("abi", "diff", "--json", one, other),
        ("abi", "diff", one, "--json", other),
        ("abi", "diff", one, other, "--json"),
    ]
    assert len({run_xfm(*call) for call in calls}) == 1


def test_a_file_may_be_named_diff(run_xfm: RunXfm, tmp_path: Path) -> None:
    written(tmp_path / "diff", WEB)
    assert run_xfm("abi", "./diff", cwd=tmp_path).status == 0
    assert run_xfm("abi", "diff", "diff", "diff", cwd=tmp_path) == (0, b"", "")


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("one.xml", "one.xml"), "2 documents and no word diff before them"),
        (("dif", "one.xml", "one.xml"), "3 documents and no word diff before them"),
        (("diff",), "diff compares two documents, and 0 are named"),
        (("diff", "one.xml"), "diff compares two documents, and 1 are named"),
        (("diff", "one.xml", "one.xml", "one.xml"), "diff compares two documents, and 3 are named"),
        (("diff", "-", "-"), "stdin can be one of the documents only"),
        (("--baseline", "1", "one.xml"), "unrecognized arguments: --baseline"),
    ],
)
def test_a_wrong_call_is_a_usage_error(run_xfm: RunXfm, one: Path, args: tuple[str, ...], said: str) -> None:
    done = run_xfm("abi", *args, cwd=one.parent, input=WEB.encode())
    assert (done.status, done.stdout) == (2, b"")
    assert done.stderr.startswith(f"xfm: error: {said}")
    assert "[usage]" in done.stderr and "hint:" in done.stderr


@pytest.mark.parametrize(
    ("args", "status", "code"),
    [
        (("abi", "nowhere.xml"), 3, "file"),
        (("abi", "diff", "one.xml", "nowhere.xml"), 3, "file"),
        (("abi", "broken.xml"), 1, "not-well-formed"),
        (("abi", "diff", "broken.xml", "one.xml"), 1, "not-well-formed"),
        (("abi", "network.xml"), 1, "not-a-domain"),
        (("abi", "diff", "one.xml", "network.xml"), 1, "not-a-domain"),
    ],
)
def test_a_document_that_cannot_be_read_is_told(
    run_xfm: RunXfm, one: Path, args: tuple[str, ...], status: int, code: str
) -> None:
    written(one.parent / "broken.xml", "<domain>")
    written(one.parent / "network.xml", "<network/>")
    done = run_xfm(*args, cwd=one.parent)
    assert (done.status, done.stdout) == (status, b"")
    assert f"[{code}]\n" in done.stderr


SECRET = WEB.replace("<domain type='kvm'>", f"<domain type='kvm' xmlns:qemu='{QEMU}'>").replace(
    "</domain>",
    "<qemu:commandline><qemu:arg value='-object'/><qemu:arg value='secret,id=a,data=hush-argument'/>"
    "<qemu:env name='API_TOKEN' value='hush-variable'/></qemu:commandline></domain>",
)
SECRET = SECRET.replace("</os>", "<kernel>/k</kernel><cmdline>quiet password=hush-cmdline</cmdline></os>").replace(
    "<devices>",
    "<sysinfo type='smbios'><oemStrings><entry>io.systemd.credential:passwd=hush-oem</entry></oemStrings>"
    "<system><entry name='serial'>token=hush-serial</entry></system></sysinfo><devices>"
    "<graphics type='vnc' passwd='hush-screen'/>",
)


@pytest.mark.parametrize("args", [("abi",), ("abi", "--json"), ("abi", "diff"), ("abi", "diff", "-v", "--json")])
def test_no_secret_shows(run_xfm: RunXfm, tmp_path: Path, args: tuple[str, ...]) -> None:
    one = written(tmp_path / "one.xml", SECRET)
    other = written(tmp_path / "other.xml", SECRET.replace("hush-", "hush-other-"))
    assert SECRET.count("hush-") == 6
    done = run_xfm(*args, one, other) if "diff" in args else run_xfm(*args, one)
    assert done.status == int("diff" in args)
    assert b"hush" not in done.stdout and "hush" not in done.stderr
    assert b"password=***" in done.stdout
    assert b"sha256:" in done.stdout


def test_the_pin_of_a_guest_with_secrets_shows_none_to_people(run_xfm: RunXfm, tmp_path: Path) -> None:
    one = written(tmp_path / "one.xml", SECRET)
    pinned = tmp_path / "pinned.xml"
    pinned.write_bytes(run_xfm(one).stdout)
    assert b"hush-cmdline" in pinned.read_bytes()  # the document itself keeps them
    before, _, rest = pinned.read_text("utf-8").partition("<xfm:abi ")
    again = written(tmp_path / "again.xml", before + rest.partition("</xfm:abi>")[2])
    for args in (
        ("--diff", one),
        ("explain", one),
        ("explain", "--json", one),
        ("--diff", again),
        ("explain", again),
        ("pin", pinned),
        ("pin", "--json", pinned),
    ):
        done = run_xfm(*args)
        assert done.status == 0, done.stderr
        assert done.stdout
        assert b"hush" not in done.stdout and "hush" not in done.stderr, args
