"""Passwords of a document are in the output, where they belong, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import WriteStylesheet
    from tests.hostile.conftest import Observe, Observed

SECRETS = [f"s3cret-{name}" for name in ("vnc", "spice", "cookie", "argument", "variable")]
VNC, SPICE, COOKIE, ARGUMENT, VARIABLE = SECRETS
DOCUMENT = f"""<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web1</name>
  <memory unit='MiB'>512</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <disk type='network' device='cdrom'>
      <source protocol='https' name='x.iso'>
        <host name='example.com' port='443'/>
        <cookies><cookie name='session'>{COOKIE}</cookie></cookies>
      </source>
      <target dev='sda' bus='sata'/>
      <readonly/>
    </disk>
    <graphics type='vnc' port='-1' passwd='{VNC}'/>
    <graphics type='spice' passwd='{SPICE}'/>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-object'/>
    <qemu:arg value='secret,id=a,data={ARGUMENT}'/>
    <qemu:env name='API_TOKEN' value='{VARIABLE}'/>
  </qemu:commandline>
</domain>
"""


def hidden(done: Observed, *, stdout: bool) -> None:
    """Assert that no secret shows on stderr, and none on stdout either where it is for people."""
    for secret in SECRETS:
        assert secret not in done.stderr
        assert not stdout or secret.encode() not in done.stdout
    assert "Traceback" not in done.stderr


def test_the_output_has_them(observe: Observe) -> None:
    done = observe("-v", stdin=DOCUMENT.encode())
    assert done.status == 0, done.stderr
    assert all(secret.encode() in done.stdout for secret in SECRETS)
    hidden(done, stdout=False)


@pytest.mark.parametrize("args", [("--diff",), ("--diff", "-v"), ("--diff", "--baseline", "0")])
def test_a_diff_has_not(args: tuple[str, ...], observe: Observe) -> None:
    done = observe(*args, stdin=DOCUMENT.encode())
    assert done.status == 0 and done.stdout.startswith(b"--- before ")
    hidden(done, stdout=True)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("command", [(), ("validate", "-")])
def test_nor_has_the_error_of_an_invalid_document(command: tuple[str, ...], secret: str, observe: Observe) -> None:
    """The schema quotes values that it refuses; here secrets stand where they are refused, too."""
    for old, new in [
        (f"passwd='{VNC}'", f"passwd='{VNC}' port='{VNC}' autoport='{VNC}'"),
        ("port='-1'", f"port='{secret}'"),
        ("<name>web1</name>", f"<name>web1</name><memory>{secret}</memory>"),
        ("<memory unit='MiB'>512", f"<memory unit='{secret}'>512"),
        (f"<graphics type='spice' passwd='{SPICE}'", f"<graphics type='{SPICE}' passwd='{SPICE}'"),
    ]:
        done = observe(*command, stdin=DOCUMENT.replace(old, new).encode())
        assert done.status == 1
        hidden(done, stdout=True)


@pytest.mark.parametrize("secret", SECRETS)
def test_nor_has_the_error_of_a_broken_document(secret: str, observe: Observe) -> None:
    for data in (
        DOCUMENT.replace(secret, f"{secret}<"),
        DOCUMENT.replace(secret, f"&{secret};"),
        DOCUMENT.partition(secret)[0] + secret,
        DOCUMENT.replace(f"{secret}'", secret).replace(f"{secret}</cookie>", secret),
    ):
        done = observe(stdin=data.encode())
        assert done.status == 1
        hidden(done, stdout=True)


SAYS = {
    "message": '<xsl:template match="/domain"><xsl:message><xsl:value-of select="{0}"/></xsl:message>'
    '<xsl:copy-of select="."/></xsl:template>',
    "refusal": '<xsl:template match="/domain"><xsl:message terminate="yes"><xsl:value-of select="{0}"/></xsl:message>'
    "</xsl:template>",
    "root": '<xsl:template match="/domain"><xsl:element name="{{{0}}}"/></xsl:template>',
    "invalid-value": '<xsl:template match="/domain/memory"><memory unit="{{{0}}}">1</memory></xsl:template>',
    "failure": '<xsl:template match="/domain"><xsl:value-of select="document({0})"/></xsl:template>',
}
SELECTS = [
    "//graphics[@type = 'vnc']/@passwd",
    "//cookie",
    "substring-after(//*[name() = 'qemu:arg'][2]/@value, 'data=')",
    "//*[name() = 'qemu:env']/@value",
]


@pytest.mark.parametrize("select", SELECTS)
@pytest.mark.parametrize("way", SAYS)
def test_nor_has_what_a_stylesheet_says(
    way: str, select: str, observe: Observe, write_stylesheet: WriteStylesheet, tmp_path: Path
) -> None:
    """By a message, by an element's name, by a value that the schema refuses: whatever way it takes to stderr."""
    write_stylesheet(tmp_path / "plugins" / "talks.xsl", body=SAYS[way].format(select))
    done = observe("-v", "--plugin-dir", "plugins", stdin=DOCUMENT.encode())
    assert done.status == {"message": 0, "refusal": 1}.get(way, 4), done.stderr
    hidden(done, stdout=done.status != 0)
