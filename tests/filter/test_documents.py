"""What a document holds and xfm does not know comes out as it went in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunXfm

DOCUMENT = """<!-- before the root -->
<?tool keep="this"?>
<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' xmlns:site='https://example.com/site'>
  <name>wéb-日本</name>
  <metadata>
    <!-- in the metadata -->
    <site:owner mail="wéb@example.com">A &amp; B<![CDATA[<not> & C]]> mixed <site:b>text</site:b> tail</site:owner>
    <site:script><![CDATA[if (a < b && c > "d")]]></site:script>
    <other xmlns="urn:other:tool" plain="1"><?php keep ?><x y="a&#10;b"/></other>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"><nova:name>n</nova:name></nova:instance>
  </metadata>
  <title>„ß“ 🐧 &lt;&amp;&gt; "x" 'y'</title>
  <description>  kept
  as it is  </description>
  <memory unit='MiB'>512</memory>
  <!-- in the middle -->
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <qemu:commandline>
    <qemu:arg value='-global'/>
    <qemu:arg value='a="b" &apos;c&apos; é'/>
    <qemu:env name='X' value='1'/>
  </qemu:commandline>
</domain>
<!-- behind the root -->
<?tool the end?>
"""
KEPT = [
    "<!-- before the root -->\n<?tool keep=\"this\"?>\n<domain ",
    "<!-- in the metadata -->",
    # What a CDATA section holds is kept; the section itself may become text.
    "A &amp; B&lt;not&gt; &amp; C mixed <site:b>text</site:b> tail</site:owner>",
    '<other xmlns="urn:other:tool" plain="1">',
    "<?php keep ?>",
    '<x y="a&#10;b"/>',
    '<nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">',
    "<nova:name>n</nova:name>",
    "<name>wéb-日本</name>",
    "<title>„ß“ 🐧 &lt;&amp;&gt; &quot;x&quot; &apos;y&apos;</title>",
    "<description>  kept\n  as it is  </description>",
    "<!-- in the middle -->",
    "<qemu:arg value='a=&quot;b&quot; &apos;c&apos; é'/>",
    "<qemu:env name='X' value='1'/>",
    "</domain>\n<!-- behind the root -->\n<?tool the end?>\n",
]  # fmt: skip


@pytest.mark.parametrize("args", [(), ("--baseline", "0")])
def test_what_is_kept(args: tuple[str, ...], run_xfm: RunXfm) -> None:
    done = run_xfm(*args, input=DOCUMENT.encode())
    assert done.status == 0, done.stderr
    text = done.stdout.decode()
    assert [piece for piece in KEPT if piece not in text] == []
    script = etree.fromstring(done.stdout).findtext("metadata/{https://example.com/site}script")
    assert script == 'if (a < b && c > "d")'
    assert run_xfm(input=done.stdout) == (0, done.stdout, "")


def test_an_unknown_namespace_at_the_domain(run_xfm: RunXfm) -> None:
    """The schema takes elements of other namespaces only under metadata; there is no silent loss elsewhere."""
    done = run_xfm(input=DOCUMENT.replace("<!-- in the middle -->", "<site:x>1</site:x>").encode())
    assert done.status == 1 or b"<site:x>1</site:x>" in done.stdout


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_of_other_systems(ending: str, run_xfm: RunXfm) -> None:
    plain = run_xfm(input=DOCUMENT.encode())
    assert run_xfm(input=DOCUMENT.replace("\n", ending).encode()) == plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "us-ascii"])
def test_encodings(encoding: str, run_xfm: RunXfm) -> None:
    document = "<domain type='kvm'><name>wéb</name><memory>1048576</memory><os><type>hvm</type></os></domain>"
    declaration = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>"
    plain = run_xfm(input=document.encode())
    assert run_xfm(input=(declaration + document).encode(encoding, "xmlcharrefreplace")) == plain


@pytest.mark.parametrize("stage", ["dialect", "defaults", "machine-type", "pin", "layout"])
def test_until(stage: str, run_xfm: RunXfm, minimal: bytes) -> None:
    done = run_xfm("--until", stage, input=minimal)
    assert done.status == 0
    assert (b"<clock" in done.stdout) is (stage != "dialect")
    assert (b"<xfm:pin" in done.stdout) is (stage in ("pin", "layout"))


def test_diff(run_xfm: RunXfm, minimal: bytes, document: Path) -> None:
    done = run_xfm("--diff", document)
    text = done.stdout.decode()
    assert (done.status, done.stderr) == (0, "")
    assert "--- before defaults" in text and "+++ after defaults (clock, " in text
    assert "+  <clock offset='utc'>" in text and document.read_bytes() == minimal
    assert run_xfm("--diff", input=run_xfm(document).stdout) == (0, b"", "")


def test_no_diff_of_a_refused_document(run_xfm: RunXfm) -> None:
    done = run_xfm("--diff", input=b"<domain type='kvm'><name/></domain>")
    assert (done.status, done.stdout) == (1, b"")


def test_verbose_says_what_matched_nothing(run_xfm: RunXfm, minimal: bytes) -> None:
    done = run_xfm("-v", input=minimal)
    assert done.stdout == run_xfm(input=minimal).stdout
    lines = done.stderr.splitlines()
    assert "xfm: defaults/rng: matched nothing to change" in lines
    assert "xfm: defaults/clock: changed" in lines
    assert "xfm: pin/pin: changed" in lines


def test_an_existing_guest_is_adopted_and_told_so(run_xfm: RunXfm, minimal: bytes) -> None:
    address = b"<address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/>"
    devices = b"<devices><rng model='virtio'><backend model='random'/>" + address + b"</rng></devices></domain>"
    done = run_xfm(input=minimal.replace(b"</domain>", devices))
    assert done.status == 0 and b'baseline="0"' in done.stdout and b"<clock" not in done.stdout
    assert done.stderr.startswith("xfm: note: ") and done.stderr.count("\n") == 1 and "baseline 0" in done.stderr
    assert run_xfm(input=done.stdout) == (0, done.stdout, "")
