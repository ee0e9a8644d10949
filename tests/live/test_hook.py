"""xfm as libvirt's hook: it fits what comes in to the host, refuses what is not to start, and kills nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import libvirt
import pytest
from lxml import etree

from tests import profiles
from tests.live.conftest import CannotStartError, refuse
from tests.live.hooked import INACTIVE, MOVE, SECRETS, Hooked, defined, disk, hooked, pinned, source_of, until
from tests.live.test_profiles import for_this_machine, image, pipeline, transformed  # noqa: F401  image is a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSED = libvirt.VIR_DOMAIN_START_PAUSED
REFUSES = """
  <xsl:template match="/domain">
    <xsl:message terminate="yes">this host takes no guest whose password is <xsl:value-of
      select="devices/graphics/@passwd"/></xsl:message>
  </xsl:template>
"""
LOOPS = """
  <xsl:template match="/domain"><xsl:call-template name="on"><xsl:with-param name="n" select="1"/></xsl:call-template>
  </xsl:template>
  <xsl:template name="on">
    <xsl:param name="n"/>
    <xsl:for-each select="//node()"><xsl:for-each select="//node()"><xsl:for-each select="//node()"><xsl:if
      test="count(//node()) = $n"><x/></xsl:if></xsl:for-each></xsl:for-each></xsl:for-each>
  </xsl:template>
"""


@pytest.fixture(scope="module")
def shared(quiet_libvirt: None) -> Iterator[Hooked]:
    try:
        with hooked() as host:
            yield host
    except CannotStartError as error:
        refuse(str(error))


@pytest.fixture
def host(shared: Hooked) -> Iterator[Hooked]:
    yield shared
    shared.reset()


def refused(domain: libvirt.virDomain) -> str:
    """libvirt's own words, where a start is refused."""
    with pytest.raises(libvirt.libvirtError) as raised:
        domain.createWithFlags(PAUSED)
    assert not domain.isActive()
    return str(raised.value)


def saved(domain: libvirt.virDomain, tmp_path: Path) -> str:
    """The file that a guest, which is started for that, is saved in."""
    domain.createWithFlags(PAUSED)
    file = str(tmp_path / "guest.save")
    domain.save(file)
    return file


def restore(host: Hooked, file: str) -> None:
    host.connection.restoreFlags(file, None, libvirt.VIR_DOMAIN_SAVE_PAUSED)


# What comes in


def test_a_guest_is_restored_with_its_disk_where_the_host_has_it(host: Hooked, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    domain = pinned(host.connection, disk(old))
    before = domain.XMLDesc(INACTIVE)
    file = saved(domain, tmp_path)
    old.rename(new)
    with pytest.raises(libvirt.libvirtError, match="No such file"):
        restore(host, file)
    host.site(MOVE.format(old=old, new=new))
    host.logged()
    restore(host, file)
    assert source_of(domain) == f"{new}/disk.img"
    assert domain.XMLDesc(INACTIVE) == before  # libvirt takes it for the guest that runs alone
    said = [line for line in host.logged() if " restore begin: " in line]
    assert len(said) == 1
    assert said[0].endswith(f"web1 ({domain.UUIDString()}): changed by site")
    # the image has now what the filter made: it meets its own output
    domain.save(file)
    host.logged()
    restore(host, file)
    assert source_of(domain) == f"{new}/disk.img"
    assert [line for line in host.logged() if line.endswith("left as it is")] != []


def test_a_guest_that_was_put_aside_comes_back_fitted(host: Hooked, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    domain = pinned(host.connection, disk(old))
    domain.createWithFlags(PAUSED)
    domain.managedSave(libvirt.VIR_DOMAIN_SAVE_PAUSED)
    old.rename(new)
    host.site(MOVE.format(old=old, new=new))
    domain.create()
    assert source_of(domain) == f"{new}/disk.img"


def test_a_restore_that_is_refused_loses_nothing(host: Hooked, tmp_path: Path) -> None:
    domain = pinned(host.connection, disk(tmp_path / "disks"))
    before = domain.XMLDesc(INACTIVE)
    file = saved(domain, tmp_path)
    content = Path(file).read_bytes()
    sheet = host.site(REFUSES)
    host.logged()
    with pytest.raises(libvirt.libvirtError, match=r"takes no guest whose password is \*\*\* \[refused\]") as raised:
        restore(host, file)
    assert all(secret not in str(raised.value) for secret in SECRETS)
    assert "hint:" in str(raised.value)
    said = host.logged()
    assert [line.partition("web1")[2] for line in said] == [
        ": refused: this host takes no guest whose password is *** [refused]"
    ]
    assert said[0].startswith("<27>")  # daemon, err
    assert Path(file).read_bytes() == content
    assert domain.XMLDesc(INACTIVE) == before
    sheet.unlink()
    restore(host, file)
    assert domain.isActive()


@pytest.mark.parametrize(
    ("body", "abi"),
    [
        ("<xsl:template match='memory/text()'>131072</xsl:template>", "abi-host-class"),
        ("<xsl:template match='devices'><nonsense/></xsl:template>", "stage-invalid|abi-host-class"),
        (LOOPS, "stylesheet-limit"),
    ],
    ids=["changes the guest", "breaks the document", "loops"],
)
def test_a_stylesheet_that_is_broken_refuses_the_restore(host: Hooked, tmp_path: Path, body: str, abi: str) -> None:
    file = saved(defined(host.connection, disk(tmp_path / "disks")), tmp_path)
    host.configure(time_limit=2)
    host.site(body)
    with pytest.raises(libvirt.libvirtError, match=rf"\[({abi})\]"):
        restore(host, file)
    assert Path(file).exists()


# What starts


def test_a_pinned_guest_starts_and_its_definition_stays(host: Hooked, tmp_path: Path) -> None:
    host.configure(hook_invalid="refuse", hook_unpinned="refuse", hook_drifted="refuse")
    domain = pinned(host.connection, disk(tmp_path))
    before = domain.XMLDesc(INACTIVE)
    domain.create()
    assert domain.isActive()
    assert domain.XMLDesc(INACTIVE) == before
    assert [line.partition("]: ")[2] for line in host.logged()] == [
        f"prepare begin: web1 ({domain.UUIDString()}): nothing to complain of"
    ]


def test_a_guest_without_a_pin_is_refused_where_the_site_wants_it(host: Hooked, tmp_path: Path) -> None:
    host.configure(hook_unpinned="refuse")
    domain = defined(host.connection, disk(tmp_path))
    message = refused(domain)
    assert "the guest is not pinned [no-pin]" in message
    assert f'hook-unpinned = "warn" in {"/srv/xfm/etc/xfm.toml"}' in message
    assert [line.rpartition(": ")[2] for line in host.logged()] == ["the guest is not pinned [no-pin]"]


def test_a_guest_that_has_drifted_is_refused_where_the_site_wants_it(host: Hooked, tmp_path: Path) -> None:
    domain = pinned(host.connection, disk(tmp_path))
    root = etree.fromstring(domain.XMLDesc(INACTIVE))
    serial = root.find("devices/disk/serial")
    assert serial is not None
    serial.text = "another"
    changed = host.connection.defineXML(etree.tostring(root, encoding="unicode"))
    host.configure(hook_drifted="refuse")
    message = refused(changed)
    assert "serial was d1, is another [abi-changed]" in message
    host.configure(hook_drifted="warn")
    host.logged()
    changed.createWithFlags(PAUSED)
    said = host.logged()
    assert len(said) == 1
    assert said[0].startswith("<28>")  # daemon, warning
    assert "serial was d1, is another" in said[0]


def test_a_warning_comes_once_a_start_and_no_secret_with_it(host: Hooked, tmp_path: Path) -> None:
    domain = defined(host.connection, disk(tmp_path / "disks"))
    file = saved(domain, tmp_path)
    assert [line.rpartition(": ")[2] for line in host.logged()] == ["the guest is not pinned"]
    restore(host, file)
    assert all(secret not in line for line in host.logged() for secret in SECRETS)
    host.reset()
    host.configure(hook_unpinned="ignore")
    defined(host.connection, disk(tmp_path / "disks")).createWithFlags(PAUSED)
    assert [line.rpartition(": ")[2] for line in host.logged()] == ["nothing to complain of"]


@pytest.mark.parametrize("case", ["x86_64-q35-bios-debian11", "x86_64-q35-efi-win11", "x86_64-pc-bios-win7"])
def test_no_start_and_no_restore_looks_like_a_change(
    host: Hooked,
    tmp_path: Path,
    image: Path,  # noqa: F811  a fixture
    case: str,
) -> None:
    """At each operation libvirt's document is in another state: without aliases, with them, as it was saved."""
    host.configure(hook_invalid="refuse", hook_unpinned="refuse", hook_drifted="refuse")
    profile = profiles.FIXTURES / "profiles" / case
    document = for_this_machine((profile / "input.xml").read_bytes(), tmp_path, image)
    domain = host.connection.defineXMLFlags(transformed(profile, document), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    for _ in range(2):
        restore(host, saved(domain, tmp_path))
        domain.destroy()
        settled = pipeline().run(domain.XMLDesc(INACTIVE).encode()).xml.decode()
        domain = host.connection.defineXML(settled)
    assert {line.rpartition("): ")[2] for line in host.logged()} == {"nothing to complain of", "left as it is"}


# What breaks


def test_a_hook_that_cannot_work_refuses_starts_and_kills_no_guest(host: Hooked, tmp_path: Path) -> None:
    running = pinned(host.connection, disk(tmp_path / "a"), "running")
    running.createWithFlags(PAUSED)
    other = pinned(host.connection, disk(tmp_path / "b"), "other")
    (host.etc / "xfm.toml").write_text("hook-drifted = perhaps\n")
    assert "not valid TOML" in refused(other)
    gone = host.program.with_name("xfm.gone")
    host.program.rename(gone)
    try:
        assert "libvirt's hook cannot run /srv/xfm/bin/xfm [file]" in refused(other)
        host.connection.close()
        host.daemon.restart()
        host.connection = host.daemon.connect()
        running = host.connection.lookupByName("running")
        assert running.isActive()
        assert running.state()[0] == libvirt.VIR_DOMAIN_PAUSED
    finally:
        gone.rename(host.program)
    (host.etc / "xfm.toml").unlink()
    host.connection.lookupByName("other").createWithFlags(PAUSED)


def test_what_others_could_have_written_is_not_read(host: Hooked, tmp_path: Path) -> None:
    domain = pinned(host.connection, disk(tmp_path))
    sheet = host.site("")
    sheet.chmod(0o664)
    message = refused(domain)
    assert "/srv/xfm/etc/plugins.d/site.xsl can be written by others than root [untrusted]" in message
    assert "chmod go-w /srv/xfm/etc/plugins.d/site.xsl" in message
    sheet.chmod(0o644)
    domain.createWithFlags(PAUSED)


def test_other_hooks_run_as_before(host: Hooked, tmp_path: Path) -> None:
    hooks = host.daemon.root / "etc" / "hooks"
    ran = tmp_path / "ran"
    scripts = [hooks / "qemu", hooks / "qemu.d" / "10-a", hooks / "qemu.d" / "90-z"]
    for script in scripts:
        script.write_text(f'#!/bin/sh\necho "$2 {script.name}" >>{ran}\n')
        script.chmod(0o755)
    try:
        status = host.xfm("hook", "status")
        runs = [line.rpartition("/")[2] for line in status.splitlines() if line.startswith("runs ")]
        assert runs == ["qemu", "10-a", "50-xfm", "90-z"]
        host.logged()
        pinned(host.connection, disk(tmp_path)).createWithFlags(PAUSED)
        until(lambda: "started 90-z" in ran.read_text())
        assert ran.read_text().splitlines()[:3] == ["prepare qemu", "prepare 10-a", "prepare 90-z"]
        assert len(host.logged()) == 1
    finally:
        for script in scripts:
            script.unlink()
