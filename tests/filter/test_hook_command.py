"""`xfm hook`, as libvirt calls it: as root, in /, with next to no environment, and with words that anybody chose."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests import trusted
from tests.conftest import STYLESHEET, Ran
from xfm import api

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB1 = (Path(__file__).parents[1] / "fixtures" / "demo" / "web1.xml").read_bytes()
SECRET = b"<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='hunter22'/>"
WITH_SECRET = WEB1.replace(b"<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>", SECRET)
TITLE = '<xsl:template match="title/text()">fitted</xsl:template>'
CALLS = [("migrate", "begin"), ("restore", "begin"), ("prepare", "begin"), ("start", "begin")]
OTHERS = [("reconnect", "begin"), ("started", "begin"), ("stopped", "end"), ("release", "end"), ("migrate", "end")]


class Hook(Protocol):
    """``hook(*words, input=…)``: what libvirt does."""

    def __call__(self, *words: str | bytes, input: bytes = b"") -> Ran: ...  # noqa: A002


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """The folder of an xfm that is root's alone."""
    mask = os.umask(0o022)
    with trusted.folder() as folder:
        trusted.install(folder)
        yield folder
    os.umask(mask)


@pytest.fixture
def etc(installed: Path) -> Iterator[Path]:
    """Its configuration, which is empty again after the test."""
    yield installed / "etc"
    for path in (installed / "etc" / "xfm.toml", *(installed / "etc" / "plugins.d").iterdir()):
        path.unlink(missing_ok=True)


@pytest.fixture
def hook(installed: Path, etc: Path) -> Hook:
    def run(*words: str | bytes, input: bytes = b"") -> Ran:  # noqa: A002
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/"}
        done = subprocess.run(
            [installed / "bin" / "xfm", "hook", *words],
            input=input,
            capture_output=True,
            cwd="/",
            env=environment,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    return run


def plug(etc: Path, body: str, name: str = "site") -> Path:
    fill = {"version": "1.0", "imports": "xfm:lib/identity.xsl", "abi": "host", "once": "no", "doc": ""}
    path = etc / "plugins.d" / f"{name}.xsl"
    path.write_text(STYLESHEET.format(id=name, stage="policy", body=body, **fill))
    return path


@pytest.fixture(scope="module")
def pinned() -> bytes:
    return api.transform(WITH_SECRET).xml


# The filter


@pytest.mark.parametrize("operation", ["migrate", "restore"])
def test_what_is_not_changed_is_not_printed(hook: Hook, etc: Path, pinned: bytes, operation: str) -> None:
    for document in (WEB1, pinned):
        assert hook("web1", operation, "begin", "-", input=document) == Ran(0, b"", "")
    plug(etc, '<xsl:template match="nothing"/>')
    assert hook("web1", operation, "begin", "-", input=pinned) == Ran(0, b"", "")


@pytest.mark.parametrize("operation", ["migrate", "restore"])
def test_what_is_changed_is_printed_with_its_secrets_and_its_pin(
    hook: Hook, etc: Path, pinned: bytes, operation: str
) -> None:
    plug(etc, TITLE)
    ran = hook("web1", operation, "begin", "-", input=pinned)
    assert ran == Ran(0, pinned.replace(b"<title>Web server 1<", b"<title>fitted<"), "")
    assert b"passwd='hunter22'" in ran.stdout
    assert hook("web1", operation, "begin", "-", input=ran.stdout) == Ran(0, b"", "")


@pytest.mark.parametrize("operation", ["prepare", "start"])
def test_a_start_prints_nothing_and_changes_nothing(hook: Hook, etc: Path, pinned: bytes, operation: str) -> None:
    plug(etc, TITLE)
    assert hook("web1", operation, "begin", "-", input=pinned) == Ran(0, b"", "")
    assert hook("web1", operation, "begin", "-", input=WEB1) == Ran(0, b"", "xfm: note: the guest is not pinned\n")


def test_a_refusal_has_the_usual_form_and_no_secret(hook: Hook, etc: Path) -> None:
    message = "no <xsl:value-of select='//@passwd'/> here"
    plug(etc, f'<xsl:template match="/domain"><xsl:message terminate="yes">{message}</xsl:message></xsl:template>')
    ran = hook("web1", "migrate", "begin", "-", input=WITH_SECRET)
    assert (ran.status, ran.stdout) == (1, b"")
    assert ran.stderr.splitlines()[0] == "xfm: error: no *** here [refused]"
    assert "hint:" in ran.stderr
    assert "hunter22" not in ran.stderr


@pytest.mark.parametrize(("operation", "suboperation"), CALLS)
@pytest.mark.parametrize(
    ("document", "code"),
    [(b"", "empty-input"), (b"<domain passwd='hunter22'", "not-well-formed"), (b"<network/>", "not-a-domain")],
)
def test_what_is_no_domain_is_refused(
    hook: Hook, operation: str, suboperation: str, document: bytes, code: str
) -> None:
    ran = hook("web1", operation, suboperation, "-", input=document)
    assert (ran.status, ran.stdout) == (1, b"")
    assert f"[{code}]" in ran.stderr
    assert "hunter22" not in ran.stderr


def test_a_stylesheet_that_comes_to_no_end_refuses(hook: Hook, etc: Path) -> None:
    loops = "//node()[//node()[//node()[//node()[//node()[//node()[string-length(.) &lt; 0]]]]]]"
    plug(etc, f'<xsl:template match="/domain"><xsl:copy-of select="{loops}"/></xsl:template>')
    (etc / "xfm.toml").write_text("time-limit = 1\n")
    ran = hook("web1", "restore", "begin", "-", input=WEB1)
    assert ran.status == 4
    assert "did not come to an end within 1 seconds [stylesheet-limit]" in ran.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to be careful")
def test_what_others_could_have_written_refuses(hook: Hook, etc: Path, pinned: bytes) -> None:
    sheet = plug(etc, TITLE)
    sheet.chmod(0o666)
    for operation, suboperation in CALLS:
        ran = hook("web1", operation, suboperation, "-", input=pinned)
        assert (ran.status, ran.stdout) == (3, b"")
        assert f"{sheet} can be written by others than root [untrusted]" in ran.stderr


# All the rest


@pytest.mark.parametrize(("operation", "suboperation"), OTHERS)
def test_anything_else_is_over_before_it_is_read(
    hook: Hook, installed: Path, etc: Path, operation: str, suboperation: str
) -> None:
    (etc / "xfm.toml").write_text("nonsense\n")
    process = subprocess.Popen(
        [installed / "bin" / "xfm", "hook", "web1", operation, suboperation, "-"], stdin=subprocess.PIPE
    )
    with process:
        assert process.wait(60) == 0  # its stdin is still open


def test_a_reconnect_cannot_fail(hook: Hook, installed: Path) -> None:
    aside = installed / "lib" / "xfm" / "errors.py"
    text = aside.read_bytes()
    aside.write_text("raise SystemError\n")
    try:
        assert hook("web1", "reconnect", "begin", "-") == Ran(0, b"", "")
        assert hook("web1", "prepare", "begin", "-").status != 0
    finally:
        aside.write_bytes(text)


@pytest.mark.parametrize(
    "name",
    [
        "-h",
        "--help",
        "--json",
        "--version",
        "install",
        "uninstall",
        "../../etc/passwd",
        "a\nb",
        b"\xff",
        "",
        "a" * 9999,
    ],
)
def test_a_guest_may_have_any_name(hook: Hook, etc: Path, name: str | bytes) -> None:
    (etc / "xfm.toml").write_text("hook-unpinned = 'refuse'\n")
    for words in ((name, "prepare", "begin", "-"), ("--", name, "prepare", "begin", "-")):
        ran = hook(*words, input=WEB1)
        assert (ran.status, ran.stdout) == (1, b"")
        assert "the guest is not pinned [no-pin]" in ran.stderr
        assert ran.stderr.count("\n") == 2
    assert hook(name, "reconnect", "begin", "-") == Ran(0, b"", "")


# A person


def test_words_that_are_not_libvirts_are_explained(hook: Hook) -> None:
    for words in ((), ("web1",), ("web1", "prepare"), ("web1", "prepare", "begin"), ("install", "--none")):
        ran = hook(*words)
        assert (ran.status, ran.stdout) == (2, b"")
        assert "hint:" in ran.stderr
    assert hook("install", "--json").status == 2


def test_install_status_uninstall(hook: Hook, installed: Path, tmp_path: Path) -> None:
    where = ["--hooks-dir", str(tmp_path / "hooks")]
    path = tmp_path / "hooks" / "qemu.d" / "50-xfm"
    program = installed / "bin" / "xfm"
    ran = hook("status", *where)
    assert ran == Ran(3, f"fault: not installed: there is no {path}\n".encode() + SETTINGS, ran.stderr)
    assert hook("install", *where).stdout == f"{path}: installed; calls {program}\n".encode()
    done = subprocess.run([path, "web1", "prepare", "begin", "-"], input=WEB1, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"xfm: note: the guest is not pinned\n")
    assert hook("install", *where).stdout == f"{path}: already installed; calls {program}\n".encode()
    ran = hook("status", *where)
    expected = f"hook: {path}\ncalls: {program}\n".encode() + SETTINGS + f"runs 1: {path}\nworks\n".encode()
    assert (ran.status, ran.stdout) == (0, expected)
    assert hook("uninstall", *where).stdout == f"{path}: removed\n".encode()
    assert hook("uninstall", *where) == Ran(0, f"{path}: not installed\n".encode(), "")
    assert not (tmp_path / "hooks").exists()


SETTINGS = b"hook-invalid: warn\nhook-unpinned: warn\nhook-drifted: warn\n"
