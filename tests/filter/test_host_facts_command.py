"""``xfm host-facts``, and the options of the filter that tell it of hosts and operating systems."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteStylesheet

CAPTURES = Path(__file__).parents[1] / "fixtures" / "host-facts"
DEBIAN_11, DEBIAN_12, UBUNTU, STREAM, ALMA = (
    CAPTURES / f"{name}.xml"
    for name in ("debian-11-intel", "debian-12-intel", "ubuntu-24.04-amd", "centos-stream-9-intel", "almalinux-9.2-amd")
)
WINDOWS = (
    b"<domain type='kvm'><name>win1</name><metadata>"
    b"<o:libosinfo xmlns:o='http://libosinfo.org/xmlns/libvirt/domain/1.0'><o:os id='http://microsoft.com/win/10'/>"
    b"</o:libosinfo></metadata><memory unit='GiB'>4</memory>"
    b"<os><type arch='x86_64' machine='q35'>hvm</type></os></domain>"
)
#: What no machine has: a module by the name of libvirt-python's that cannot be imported.
UNINSTALLED = "raise ImportError('No module named libvirt')\n"


def machine(document: bytes) -> str | None:
    found = etree.fromstring(document).find("os/type")
    assert found is not None
    return found.get("machine")


def without_metadata(document: bytes) -> bytes:
    tree = etree.fromstring(document)
    found = tree.find("metadata")
    assert found is not None
    tree.remove(found)
    return etree.tostring(tree)


def options(*captures: Path) -> list[str]:
    return [argument for capture in captures for argument in ("--host-facts", str(capture))]


# --host-facts


@pytest.mark.parametrize(
    ("captures", "expected"),
    [
        ((), "pc-q35-7.2"),
        ((DEBIAN_11,), "pc-q35-5.2"),
        ((UBUNTU,), "pc-q35-8.2"),
        ((STREAM,), "pc-q35-rhel9.4.0"),
        ((UBUNTU, DEBIAN_12), "pc-q35-7.2"),
        ((UBUNTU, DEBIAN_12, DEBIAN_11), "pc-q35-5.2"),
        ((STREAM, ALMA), "pc-q35-rhel9.2.0"),
        ((CAPTURES / "debian-12-tcg.xml", DEBIAN_12), "pc-q35-7.2"),
    ],
)
def test_the_machine_is_one_that_every_host_has(
    run_xfm: RunXfm, minimal: bytes, captures: tuple[Path, ...], expected: str
) -> None:
    ran = run_xfm(*options(*captures), "-", input=minimal)
    assert ran.status == 0, ran.stderr
    assert machine(ran.stdout) == expected and f'machine="{expected}"'.encode() in ran.stdout


def test_neither_the_order_of_the_hosts_nor_a_second_mention_matters(run_xfm: RunXfm) -> None:
    orders = [*permutations((UBUNTU, DEBIAN_12, DEBIAN_11)), (UBUNTU, DEBIAN_12, DEBIAN_11, UBUNTU)]
    results = {run_xfm(*options(*order), "-", input=WINDOWS).stdout for order in orders}
    assert len(results) == 1 and results != {b""}


def test_hosts_that_share_no_machine_are_refused(run_xfm: RunXfm, minimal: bytes) -> None:
    ran = run_xfm(*options(STREAM, DEBIAN_12), "-", input=minimal)
    assert (ran.status, ran.stdout) == (1, b"")
    assert "error: the hosts share no machine of the family q35 [refused]" in ran.stderr


@pytest.mark.parametrize(
    ("named", "capture", "note"),
    [
        ("pc-q35-7.2", STREAM, "machine-type: not every host has the machine pc-q35-7.2"),
        ("pc-i440fx-1.7", DEBIAN_12, "machine-type: the machine pc-i440fx-1.7 is deprecated"),
    ],
)
def test_a_named_machine_that_a_host_lacks_stays_and_is_told(
    run_xfm: RunXfm, minimal: bytes, named: str, capture: Path, note: str
) -> None:
    ran = run_xfm(*options(capture), "-", input=minimal.replace(b"'q35'", f"'{named}'".encode()))
    assert (ran.status, machine(ran.stdout)) == (0, named)
    assert f"xfm: note: {note}" in ran.stderr


def test_a_file_that_is_not_there(run_xfm: RunXfm, minimal: bytes) -> None:
    ran = run_xfm("--host-facts", "node7.xml", "-", input=minimal)
    assert (ran.status, ran.stdout) == (3, b"")
    assert "cannot read 'node7.xml': No such file or directory [file]" in ran.stderr


def test_a_file_that_is_no_capture(run_xfm: RunXfm, minimal: bytes, tmp_path: Path) -> None:
    file = tmp_path / "node7.xml"
    file.write_bytes(DEBIAN_12.read_bytes().replace(b'<facts:libvirt version="9.0.0"/>', b"<facts:libvirt/>"))
    ran = run_xfm(*options(DEBIAN_12, file), "-", input=minimal)
    assert (ran.status, ran.stdout) == (1, b"")
    assert "these are no host facts" in ran.stderr and "[facts-invalid]" in ran.stderr
    assert f"{file}:3\n" in ran.stderr and "xfm host-facts --connect URI -o FILE" in ran.stderr


def test_a_domain_that_is_taken_for_facts(run_xfm: RunXfm, minimal: bytes, tmp_path: Path) -> None:
    file = tmp_path / "web1.xml"
    file.write_bytes(minimal)
    ran = run_xfm("--host-facts", file, "-", input=minimal)
    assert ran.status == 1
    assert "these are no host facts: the root element is <domain> [facts-invalid]" in ran.stderr


def test_a_plugins_stylesheet_runs_confined_and_finds_hosts_and_operating_system(
    run_xfm: RunXfm, minimal: bytes, tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    body = (
        "<xsl:template match='domain[not(title)]'><xsl:copy><xsl:apply-templates select='@* | node()'/><title>"
        "<xsl:value-of select=\"concat(document('xfm:host-facts')/*/@libvirt, ' ', document('xfm:os')/*/@id)\"/>"
        "</title></xsl:copy></xsl:template>"
    )
    write_stylesheet(tmp_path / "plugins/probe.xsl", stage="policy", body=body)
    ran = run_xfm("--plugin-dir", tmp_path / "plugins", "--os", "debian11", *options(UBUNTU), "-", input=minimal)
    assert b"<title>10.0.0 http://debian.org/debian/11</title>" in ran.stdout, ran.stderr


# --os


def test_an_operating_system_by_id_and_by_short_id(run_xfm: RunXfm, minimal: bytes) -> None:
    short, full = (run_xfm("--os", name, "-", input=minimal) for name in ("win11", "http://microsoft.com/win/11"))
    assert short == full and short.status == 0, short.stderr
    assert b"<hyperv" in short.stdout and b"<hyperv" not in run_xfm("-", input=minimal).stdout
    named = run_xfm("-", input=WINDOWS.replace(b"win/10", b"win/11"))
    asked = run_xfm("--os", "win11", "-", input=WINDOWS)
    assert without_metadata(asked.stdout) == without_metadata(named.stdout)


def test_an_unknown_operating_system_is_a_note_and_generic_behaviour(run_xfm: RunXfm, minimal: bytes) -> None:
    plain, misspelt = run_xfm("-", input=minimal), run_xfm("--os", "debbian11", "-", input=minimal)
    assert (misspelt.status, misspelt.stdout) == (0, plain.stdout)
    assert (
        "xfm: note: osinfo-db does not know the operating system debbian11 (did you mean debian11?)" in misspelt.stderr
    )
    assert misspelt.stderr.count("does not know") == 1 and "osinfo-db" not in plain.stderr


def test_without_a_database_there_is_a_note_and_generic_behaviour(
    run_xfm: RunXfm, minimal: bytes, tmp_path: Path
) -> None:
    nowhere = {f"OSINFO_{name}_DIR": str(tmp_path / "none") for name in ("SYSTEM", "LOCAL", "USER")}
    plain, asked = (run_xfm(*arguments, "-", input=minimal, env=nowhere) for arguments in ((), ("--os", "debian11")))
    assert (plain.status, asked.status, asked.stdout) == (0, 0, plain.stdout)
    assert "no osinfo-db is installed" in asked.stderr and "osinfo-db" not in plain.stderr


@pytest.mark.parametrize(
    "name", ["http://a\x01b", "a\x1b[2J", "http://../../etc/passwd", "a" * 100_000, "http://\udcff"]
)
def test_a_hostile_operating_system_is_a_note_of_one_line(run_xfm: RunXfm, minimal: bytes, name: str) -> None:
    ran = run_xfm("--os", name, "-", input=minimal)
    assert ran.status == 0
    notes = [line for line in ran.stderr.splitlines() if "osinfo-db" in line]
    assert len(notes) == 1 and notes[0].startswith("xfm: note: ") and len(notes[0]) < 500
    assert not {"\x01", "\x1b"} & set(ran.stderr)


def test_the_option_wins_over_the_document(run_xfm: RunXfm) -> None:
    believed, overruled = run_xfm("-", input=WINDOWS), run_xfm("--os", "debian11", "-", input=WINDOWS)
    assert b"<hyperv" in believed.stdout and b"<timer name='hypervclock'" in believed.stdout
    assert overruled.status == 0 and b"<hyperv" not in overruled.stdout and b"hypervclock" not in overruled.stdout


@pytest.mark.parametrize("document", [WINDOWS, None], ids=["windows", "minimal"])
def test_a_pinned_guest_is_the_same_on_other_hosts(run_xfm: RunXfm, minimal: bytes, document: bytes | None) -> None:
    pinned = run_xfm(*options(DEBIAN_12), "-", input=document or minimal).stdout
    assert b"baseline=" in pinned
    for captures in ((), (STREAM,), (DEBIAN_11, UBUNTU), (CAPTURES / "debian-12-tcg.xml",)):
        ran = run_xfm(*options(*captures), "-", input=pinned)
        assert (ran.status, ran.stdout) == (0, pinned), (captures, ran.stderr)


@pytest.mark.parametrize("document", [WINDOWS, None], ids=["windows", "minimal"])
@pytest.mark.parametrize("name", ["win11", "debian11", "http://example.org/unknown"])
def test_of_a_pinned_guest_another_operating_system_changes_the_metadata_at_most(
    run_xfm: RunXfm, minimal: bytes, document: bytes | None, name: str
) -> None:
    pinned = run_xfm("-", input=document or minimal).stdout
    ran = run_xfm("--os", name, "-", input=pinned)
    assert ran.status == 0 and b"baseline=" in pinned
    assert without_metadata(ran.stdout) == without_metadata(pinned)


# The configuration file


def test_hosts_and_operating_system_can_stand_in_the_configuration(
    run_xfm: RunXfm, minimal: bytes, tmp_path: Path
) -> None:
    (tmp_path / "hosts").mkdir()
    (tmp_path / "hosts/old.xml").write_bytes(DEBIAN_11.read_bytes())
    config = tmp_path / "site.toml"
    config.write_text('os = "win11"\nhost-facts = ["hosts/old.xml"]\n')
    ran = run_xfm("--config", config, "-", input=minimal, cwd=tmp_path / "hosts")
    assert machine(ran.stdout) == "pc-q35-5.2" and b"<hyperv" in ran.stdout, ran.stderr
    assert run_xfm("--config", config, "--os", "debian11", "-", input=minimal).stdout.count(b"<hyperv") == 0
    config.write_text('host-facts = ["hosts/new.xml"]\n')
    (tmp_path / "hosts/new.xml").write_bytes(UBUNTU.read_bytes())
    joined = run_xfm("--config", config, *options(DEBIAN_12), "-", input=minimal)
    assert machine(joined.stdout) == "pc-q35-7.2"


def test_the_configuration_tells_its_hosts(run_xfm: RunXfm, tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text('host-facts = ["old.xml"]\n')
    assert str(tmp_path / "old.xml") in run_xfm("config", "--config", config).stdout.decode()


@pytest.mark.parametrize("line", ["os = 11", "host-facts = 'old.xml'", "connect = ['qemu:///system']"])
def test_a_setting_of_another_kind_is_refused(run_xfm: RunXfm, minimal: bytes, tmp_path: Path, line: str) -> None:
    config = tmp_path / "site.toml"
    config.write_text(line + "\n")
    ran = run_xfm("--config", config, "-", input=minimal)
    assert ran.status == 2 and "[setting]" in ran.stderr


# --connect and xfm host-facts, where there is nothing to connect to


BOTH = pytest.mark.parametrize("command", [("host-facts",), ("-",)], ids=["host-facts", "filter"])


@BOTH
def test_a_connection_that_cannot_be_opened(run_xfm: RunXfm, minimal: bytes, command: tuple[str, ...]) -> None:
    ran = run_xfm(*command, "--connect", "foo:///nowhere", input=minimal)
    assert (ran.status, ran.stdout) == (3, b"")
    assert ran.stderr.startswith("xfm: error: cannot connect to foo:///nowhere: ")
    assert "[libvirt]\n" in ran.stderr and "`virsh -c foo:///nowhere version` shows whether" in ran.stderr
    assert "Traceback" not in ran.stderr and "libvirt: " not in ran.stderr


@BOTH
def test_a_driver_without_domain_capabilities(run_xfm: RunXfm, minimal: bytes, command: tuple[str, ...]) -> None:
    ran = run_xfm(*command, "--connect", "test:///default", input=minimal)
    assert (ran.status, ran.stdout) == (3, b"")
    assert "libvirt at test:///default gives no domain capabilities" in ran.stderr and "qemu:///system" in ran.stderr


@BOTH
def test_without_libvirt_python(run_xfm: RunXfm, minimal: bytes, command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "libvirt.py").write_text(UNINSTALLED)
    ran = run_xfm(*command, "--connect", "test:///default", input=minimal, env={"PYTHONPATH": str(tmp_path)})
    assert (ran.status, ran.stdout) == (3, b"")
    assert "libvirt-python is not installed [libvirt]" in ran.stderr and "pip install 'xfm[libvirt]'" in ran.stderr


def test_the_filter_needs_no_libvirt_python(run_xfm: RunXfm, minimal: bytes, tmp_path: Path) -> None:
    (tmp_path / "libvirt.py").write_text(UNINSTALLED)
    ran = run_xfm(*options(DEBIAN_12), "-", input=minimal, env={"PYTHONPATH": str(tmp_path)})
    assert ran.status == 0, ran.stderr


def test_a_capture_that_fails_leaves_the_file_alone(run_xfm: RunXfm, tmp_path: Path) -> None:
    file = tmp_path / "node7.xml"
    file.write_text("old")
    assert run_xfm("host-facts", "--connect", "foo:///nowhere", "-o", file).status == 3
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("arguments", [("--conect", "x"), ("extra",), ("--connect",), ("--output",)])
def test_a_wrong_call_is_usage(run_xfm: RunXfm, arguments: tuple[str, ...]) -> None:
    ran = run_xfm("host-facts", *arguments)
    assert (ran.status, ran.stdout) == (2, b"")


def test_an_operating_system_of_a_file_is_for_guests_that_name_none(run_xfm: RunXfm, tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text('os = "win11"\n')
    guest = "<domain type='kvm'><name>a</name><memory>1048576</memory><os><type>hvm</type></os></domain>"
    bare = run_xfm("--config", str(config), input=guest.encode())
    assert b"http://microsoft.com/win/11" in bare.stdout
    named = run_xfm("--os", "debian11", input=guest.encode()).stdout
    again = run_xfm("--config", str(config), input=named)
    assert (again.status, again.stdout) == (0, named)
