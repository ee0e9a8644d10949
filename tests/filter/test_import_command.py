"""``xfm import FORMAT FILE``: as somebody uses it who has a configuration and wants a domain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from xfm.native.convert import FORMATS

if TYPE_CHECKING:
    from tests.conftest import RunXfm

FIXTURES = Path(__file__).parents[1] / "fixtures" / "import"
VMX = b'displayName = "web"\nmemsize = "256"\nscsi0:0.present = "TRUE"\nscsi0:0.fileName = "web.vmdk"\n'


def test_a_file_gives_its_domain_on_stdout_and_the_rest_on_stderr(run_xfm: RunXfm) -> None:
    sample = FIXTURES / "small.vmware-vmx"
    done = run_xfm("import", "vmware-vmx", sample)
    assert done.status == 0
    assert done.stdout == Path(f"{sample}.xml").read_bytes()
    assert done.stderr == "".join(f"xfm: note: {note}\n" for note in Path(f"{sample}.notes").read_text().splitlines())


def test_stdin_is_read_too(run_xfm: RunXfm) -> None:
    sample = FIXTURES / "xen-pvh.xen-xl"
    done = run_xfm("import", "xen-xl", "-", input=sample.read_bytes())
    assert (done.status, done.stdout, done.stderr) == (0, Path(f"{sample}.xml").read_bytes(), "")


def test_the_domain_goes_through_the_filter(run_xfm: RunXfm) -> None:
    domain = run_xfm("import", "xen-xl", FIXTURES / "xen-pv.xen-xl").stdout
    done = run_xfm(input=domain)
    assert done.status == 0, done.stderr
    assert b"hunter2" in done.stdout  # the password of its display
    root = etree.fromstring(done.stdout)
    assert root.find("metadata/{urn:xfm:native:1}config/{urn:xfm:native:1}entry[@key='cpu_weight']") is not None
    assert root.find("metadata/{urn:xfm:pin:1}pin") is not None


def test_name_and_base_say_what_the_file_does_not(run_xfm: RunXfm) -> None:
    done = run_xfm("import", "vmware-vmx", "--name", "shop", "--base", "/vm/shop", "-", input=VMX)
    root = etree.fromstring(done.stdout)
    source = root.find("devices/disk/source")
    assert source is not None
    assert (root.findtext("name"), source.get("file")) == ("shop", "/vm/shop/web.vmdk")


def test_a_relative_file_name_starts_beside_the_file(run_xfm: RunXfm, tmp_path: Path) -> None:
    (tmp_path / "web.vmx").write_bytes(VMX)
    done = run_xfm("import", "vmware-vmx", "web.vmx", cwd=tmp_path)
    assert f"file='{tmp_path}/web.vmdk'".encode() in done.stdout
    done = run_xfm("import", "vmware-vmx", "-", input=VMX)
    assert (done.status, done.stdout) == (1, b"")
    assert "[native-incomplete]" in done.stderr
    assert "--base DIR" in done.stderr


@pytest.mark.parametrize(
    ("form", "text", "line"),
    [
        ("xen-xl", "name = 'a'\nvncpasswd = 'top-hat-9' + 'x'\n", 2),
        ("xen-xm", "import os\n", 1),
        ("openvz", "A=1\n\nrm -rf /\n", 3),
        ("lxc-tools", "lxc.uts.name\n", 1),
        ("vmware-vmx", "<vm/>\n", 1),
    ],
)
def test_what_is_malformed_is_refused_with_its_line(run_xfm: RunXfm, form: str, text: str, line: int) -> None:
    done = run_xfm("import", form, "-", input=text.encode())
    assert (done.status, done.stdout) == (1, b"")
    assert "[native-syntax]" in done.stderr
    assert f"line {line} " in done.stderr
    assert "top-hat-9" not in done.stderr


def test_a_file_is_named_with_its_line(run_xfm: RunXfm, tmp_path: Path) -> None:
    (tmp_path / "bad.conf").write_text("A=1\nB\n")
    done = run_xfm("import", "openvz", "bad.conf", cwd=tmp_path)
    assert "bad.conf:2\n" in done.stderr


def test_a_value_that_libvirt_could_not_take_is_refused(run_xfm: RunXfm) -> None:
    done = run_xfm(
        "import", "xen-xl", "-", input=b"name = 'a'\nmemory = 64\nuuid = 'u'\nvnc = 1\nvncpasswd = 'top-hat-9'\n"
    )
    assert (done.status, done.stdout) == (1, b"")
    assert "[native-invalid]" in done.stderr
    assert "the value of uuid" in done.stderr
    assert "line 3 " in done.stderr
    assert "top-hat-9" not in done.stderr


def test_a_container_that_would_run_on_the_root_of_the_host_is_refused(run_xfm: RunXfm) -> None:
    done = run_xfm("import", "lxc-tools", "-", input=b"lxc.uts.name = x\nlxc.rootfs = overlayfs:/a:/b\n")
    assert (done.status, done.stdout) == (1, b"")
    assert "[native-incomplete]" in done.stderr
    assert "root file system" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("xen-xl",),
        ("qemu-argv", "x"),
        ("xen-xl", "a", "b"),
        ("openvz", "x", "--connect", "test:///default"),
        ("lxc-tools", "x", "--connect", "lxc:///", "--name", "a"),
        ("vmware-vmx", "x", "--connect", "lxc:///", "--base", "/"),
    ],
)
def test_a_wrong_call_is_told_from_a_wrong_document(run_xfm: RunXfm, arguments: tuple[str, ...]) -> None:
    done = run_xfm("import", *arguments)
    assert (done.status, done.stdout) == (2, b"")
    assert "[usage]" in done.stderr
    assert "hint:" in done.stderr


def test_what_is_not_there_is_missing(run_xfm: RunXfm) -> None:
    done = run_xfm("import", "xen-xl", "/nowhere/a.cfg")
    assert (done.status, done.stdout) == (3, b"")
    assert "[file]" in done.stderr
    done = run_xfm("import", "xen-xl", "--connect", "nonsense:///", FIXTURES / "xen-pv.xen-xl")
    assert (done.status, done.stdout) == (3, b"")
    assert "[libvirt]" in done.stderr


def test_a_driver_that_does_not_read_the_format_is_named(run_xfm: RunXfm) -> None:
    done = run_xfm("import", "xen-xl", "--connect", "test:///default", FIXTURES / "xen-pv.xen-xl")
    assert (done.status, done.stdout) == (3, b"")
    assert "test:///default does not read xen-xl" in done.stderr


def test_what_is_no_text_is_not_sent_to_libvirt(run_xfm: RunXfm) -> None:
    done = run_xfm("import", "xen-xl", "-", "--connect", "test:///default", input=b"name = '\xff'\n")
    assert (done.status, done.stdout) == (1, b"")
    assert "[encoding]" in done.stderr


def test_help_lists_the_formats(run_xfm: RunXfm) -> None:
    text = run_xfm("import", "--help").stdout.decode()
    assert all(form in text for form in FORMATS)
