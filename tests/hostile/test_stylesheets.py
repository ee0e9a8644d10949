"""Stylesheets that are made to harm: they read nothing, write nothing, reach nothing, and come to an end."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import WriteStylesheet
    from tests.hostile.conftest import Observe, Observed

SECRET = "outside-of-the-folder"
DOCUMENT = (
    b"<domain type='kvm'><name>web1</name><memory unit='MiB'>512</memory>"
    b"<os><type arch='x86_64' machine='q35'>hvm</type></os></domain>"
)
OUTSIDE = f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/domain/name"><name>{SECRET}</name></xsl:template></xsl:stylesheet>"""
NAME_IS = '<xsl:template match="/domain/name"><xsl:copy>{}</xsl:copy></xsl:template>'


class Port:
    """A port of this machine that notices whoever comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.number = self._socket.getsockname()[1]
        self.visitors = 0
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            visitor, _ = self._socket.accept()
            with visitor:
                if visitor.recv(4) == b"stop":
                    return
                self.visitors += 1

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.number)) as connection:
            connection.send(b"stop")
        self._thread.join()
        self._socket.close()


@pytest.fixture
def port() -> Iterator[Port]:
    found = Port()
    yield found
    found.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A plugin directory, with files around it that are none of a plugin's business."""
    (tmp_path / "outside.xsl").write_text(OUTSIDE, encoding="utf-8")
    (tmp_path / "plugins-too").mkdir()
    (tmp_path / "plugins-too" / "outside.xsl").write_text(OUTSIDE, encoding="utf-8")
    folder = tmp_path / "plugins"
    folder.mkdir()
    return folder


@pytest.fixture
def harmless(observe: Observe, site: Path) -> Harmless:
    return Harmless(observe, site)


class Harmless:
    """Runs the filter with the plugin directory, and asserts that no file came or changed and nothing was leaked."""

    def __init__(self, observe: Observe, site: Path) -> None:
        self._observe = observe
        self._site = site

    def __call__(self, *args: str, document: bytes = DOCUMENT) -> Observed:
        before = self._state()
        done = self._observe("--plugin-dir", "plugins", *args, stdin=document)
        assert self._state() == before
        for leak in (SECRET, "root:x:", "/bin/bash"):
            assert leak not in done.stderr and leak.encode() not in done.stdout
        return done

    def refused(self, code: str, *args: str, seconds: float = 10, mebibytes: int = 400) -> Observed:
        done = self(*args)
        done.refused(4, code, seconds=seconds, mebibytes=mebibytes)
        return done

    def _state(self) -> dict[str, tuple[int, int]]:
        found = {}
        for path in self._site.parent.rglob("*"):
            status = path.lstat()
            found[str(path)] = (status.st_size, status.st_mtime_ns)
        return found


LOCAL = [
    "/etc/passwd",
    "file:///etc/passwd",
    "file:/etc/passwd",
    "file://localhost/etc/passwd",
    "FILE:///etc/passwd",
    "file:///%65tc/passwd",
    "../outside.xsl",
    "..%2Foutside.xsl",
    "./../outside.xsl",
    "../plugins-too/outside.xsl",
    "../plugins/../outside.xsl",
    "xfm:lib/../../../../../../../../etc/passwd",
    "xfm:lib/../layout/dumpxml.xsl",
    "xfm:lib//etc/passwd",
    "xfm:unknown",
    "/proc/self/environ",
    "/dev/stdin",
    "nowhere.xsl",
]


@pytest.mark.parametrize("uri", LOCAL)
def test_it_reads_no_other_document(
    uri: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    write_stylesheet(site / "bad.xsl", body=NAME_IS.format(f"<xsl:value-of select=\"document('{uri}')\"/>"))
    done = harmless()
    assert done.status == 4 and done.stdout == b"" and "Traceback" not in done.stderr, done.stderr
    assert "stylesheet: bad" in done.stderr
    done.cheap()


@pytest.mark.parametrize("uri", LOCAL)
@pytest.mark.parametrize("way", ["import", "include"])
def test_it_imports_no_other_file(
    way: str, uri: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    path = write_stylesheet(site / "bad.xsl")
    path.write_text(path.read_text().replace("<doc:stylesheet", f'<xsl:{way} href="{uri}"/>\n<doc:stylesheet', 1))
    done = harmless()
    assert done.status == 4 and done.stdout == b"" and "Traceback" not in done.stderr, done.stderr
    assert "bad.xsl" in done.stderr
    done.cheap()


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "HTTP"])
@pytest.mark.parametrize(
    "use",
    [
        NAME_IS.format("<xsl:value-of select=\"document('{0}')\"/>"),
        '<xsl:template match="/domain/name"><xsl:copy-of select="document(concat(\'{0}\', .))"/></xsl:template>',
    ],
)
def test_it_calls_nobody(
    scheme: str, use: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet, port: Port
) -> None:
    write_stylesheet(site / "bad.xsl", body=use.format(f"{scheme}://127.0.0.1:{port.number}/x"))
    harmless.refused("stylesheet-forbidden")
    assert port.visitors == 0


@pytest.mark.parametrize("way", ["import", "include"])
@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_it_imports_nothing_from_afar(
    way: str, scheme: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet, port: Port
) -> None:
    path = write_stylesheet(site / "bad.xsl")
    reach = f'<xsl:{way} href="{scheme}://127.0.0.1:{port.number}/x.xsl"/>'
    path.write_text(path.read_text().replace("<doc:stylesheet", f"{reach}\n<doc:stylesheet", 1))
    harmless.refused("stylesheet-forbidden")
    assert port.visitors == 0


@pytest.mark.parametrize("link", ["link.xslt", "sub"])
def test_it_leaves_its_folder_by_no_symbolic_link(
    link: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    (site / "link.xslt").symlink_to("../outside.xsl")
    (site / "sub").symlink_to("../plugins-too")
    href = link if link.endswith("t") else f"{link}/outside.xsl"
    path = write_stylesheet(site / "mine" / "bad.xsl")
    (site / "mine" / "link.xslt").symlink_to("../../outside.xsl")
    (site / "mine" / "sub").symlink_to("../../plugins-too")
    (site / "sub").unlink()
    path.write_text(path.read_text().replace("<doc:stylesheet", f'<xsl:include href="{href}"/>\n<doc:stylesheet', 1))
    harmless.refused("stylesheet-forbidden")


WRITERS = {
    "exsl:document": ('xmlns:exsl="http://exslt.org/common"', '<exsl:document href="out.txt">x</exsl:document>'),
    "xsl:document": ("", '<xsl:document href="out.txt">x</xsl:document>'),
    "xsl:result-document": ("", '<xsl:result-document href="out.txt">x</xsl:result-document>'),
    "saxon:output": ('xmlns:saxon="http://icl.com/saxon"', '<saxon:output href="out.txt">x</saxon:output>'),
    "xalan:write": ('xmlns:x="org.apache.xalan.xslt.extensions.Redirect"', '<x:write file="out.txt">x</x:write>'),
    "xt:document": ('xmlns:xt="http://www.jclark.com/xt"', '<xt:document href="out.txt">x</xt:document>'),
}


@pytest.mark.parametrize("extension", [True, False])
@pytest.mark.parametrize("name", WRITERS)
def test_it_writes_nothing(
    name: str, extension: bool, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    namespace, instruction = WRITERS[name]
    prefix = name.partition(":")[0].replace("xalan", "x")
    path = write_stylesheet(site / "bad.xsl", body=NAME_IS.format(instruction))
    declared = f'{namespace} extension-element-prefixes="{prefix}"' if extension and namespace else namespace
    path.write_text(path.read_text().replace("<xsl:stylesheet ", f"<xsl:stylesheet {declared} ", 1))
    done = harmless()
    assert done.status == 4 and done.stdout == b"" and done.stderr.startswith("xfm: error: "), done.stderr
    if extension or not namespace:
        done.refused(4, "stylesheet-forbidden")


def test_nor_by_prefixes_on_an_inner_element(site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    body = NAME_IS.format(
        '<x xmlns:exsl="http://exslt.org/common" xsl:extension-element-prefixes="exsl">'
        '<exsl:document href="out.txt">x</exsl:document></x>'
    )
    write_stylesheet(site / "bad.xsl", body=body)
    harmless.refused("stylesheet-forbidden")


@pytest.mark.parametrize("instruction", ['<xsl:document href="out.txt">x</xsl:document>', "<xsl:unheard-of/>"])
def test_nor_in_what_it_imports(
    instruction: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    path = write_stylesheet(site / "mine" / "bad.xsl")
    path.write_text(path.read_text().replace("<doc:style", '<xsl:include href="part.xslt"/>\n<doc:style', 1))
    (site / "mine" / "part.xslt").write_text(OUTSIDE.replace(f"<name>{SECRET}</name>", instruction))
    harmless.refused("stylesheet-forbidden")


@pytest.mark.parametrize("name", ["bad.xsl", "part.xslt"])
def test_it_has_no_document_type(name: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    """Neither the stylesheet nor what it imports: a file can be read through an entity too."""
    path = write_stylesheet(site / "mine" / "bad.xsl", body=NAME_IS.format("web1"))
    path.write_text(path.read_text().replace("<doc:style", '<xsl:include href="part.xslt"/>\n<doc:style', 1))
    part = site / "mine" / "part.xslt"
    part.write_text(OUTSIDE.replace("/domain/name", "/domain/title"))
    doctype = '<!-- x --><!DOCTYPE xsl:stylesheet [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY m "title">]>'
    bad = site / "mine" / name
    bad.write_text(doctype + bad.read_text().replace("</xsl:template>", "&x;</xsl:template>"))
    done = harmless.refused("stylesheet-compile")
    assert name in done.stderr


CALLS_ITSELF = {
    "call": '<xsl:template match="/"><xsl:call-template name="a"/></xsl:template>'
    '<xsl:template name="a"><xsl:call-template name="a"/></xsl:template>',
    "each-other": '<xsl:template match="/"><xsl:call-template name="a"/></xsl:template>'
    '<xsl:template name="a"><x><xsl:call-template name="b"/></x></xsl:template>'
    '<xsl:template name="b"><y><xsl:call-template name="a"/></y></xsl:template>',
    "apply": '<xsl:template match="name"><xsl:apply-templates select="."/></xsl:template>',
    "to-the-root": '<xsl:template match="name"><xsl:apply-templates select="/"/></xsl:template>',
    "variable": '<xsl:template match="name"><xsl:variable name="v"><xsl:apply-templates select="."/></xsl:variable>'
    '<xsl:copy-of select="$v"/></xsl:template>',
}


@pytest.mark.parametrize("name", CALLS_ITSELF)
def test_templates_that_call_each_other_without_end(
    name: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    write_stylesheet(site / "bad.xsl", body=CALLS_ITSELF[name])
    done = harmless.refused("stylesheet-failed", mebibytes=1400)
    assert "stage:      defaults\n  stylesheet: bad\n" in done.stderr and "without end" in done.stderr


def nested_loops(depth: int) -> str:
    """Every node for every node for every node …"""
    return '<xsl:for-each select="//node()">' * depth + "x" + "</xsl:for-each>" * depth


def counted(depth: int) -> str:
    """Every node for which every node for which … is counted."""
    return "count(//node()[" * depth + "1" + " + position() > 0])" * depth


FOREVER = {
    "loops": NAME_IS.format(nested_loops(20)),
    "doubling-calls": '<xsl:template match="name"><xsl:call-template name="a"/></xsl:template><xsl:template name="a">'
    '<xsl:param name="n" select="60"/><xsl:if test="$n"><xsl:call-template name="a"><xsl:with-param name="n" '
    'select="$n - 1"/></xsl:call-template><xsl:call-template name="a"><xsl:with-param name="n" select="$n - 1"/>'
    "</xsl:call-template></xsl:if></xsl:template>",
    "xpath": NAME_IS.format(f'<xsl:value-of select="{counted(12)}"/>'),
    "sort": NAME_IS.format(f'<xsl:for-each select="//node()"><xsl:sort select="{counted(12)}"/>x</xsl:for-each>'),
    "global-variable": '<xsl:variable name="x">'
    + nested_loops(20)
    + "</xsl:variable>"
    + NAME_IS.format('<xsl:value-of select="$x"/>'),
    "regular-expression": NAME_IS.format(
        f"<xsl:if test=\"re:test('{'a' * 60}!', '^(a+)+$')\" xmlns:re=\"http://exslt.org/regular-expressions\"/>"
    ),
}


@pytest.mark.parametrize("name", FOREVER)
def test_a_stylesheet_without_end(name: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(site / "bad.xsl", body=FOREVER[name])
    done = harmless.refused("stylesheet-limit", "--time-limit", "1", seconds=5, mebibytes=1400)
    assert "stage:      defaults\n  stylesheet: bad\n" in done.stderr and "1 second" in done.stderr


FILLS_MEMORY = {
    "one-string": '<xsl:template match="name"><xsl:call-template name="a"/></xsl:template><xsl:template name="a">'
    '<xsl:param name="s" select="\'0123456789\'"/><xsl:call-template name="a"><xsl:with-param name="s" '
    'select="concat($s, $s)"/></xsl:call-template></xsl:template>',
    "one-tree": '<xsl:template match="name"><xsl:call-template name="a"/></xsl:template><xsl:template name="a">'
    '<xsl:param name="s" select="/"/><xsl:variable name="t"><xsl:copy-of select="$s"/><xsl:copy-of select="$s"/>'
    '</xsl:variable><xsl:call-template name="a"><xsl:with-param name="s" select="$t"/></xsl:call-template>'
    "</xsl:template>",
}


@pytest.mark.parametrize("name", FILLS_MEMORY)
def test_a_stylesheet_that_fills_the_memory(
    name: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    write_stylesheet(site / "bad.xsl", body=FILLS_MEMORY[name])
    done = harmless.refused("stylesheet-limit", seconds=25, mebibytes=1400)
    assert "stage:      defaults\n  stylesheet: bad\n" in done.stderr


ROOT_IS = '<xsl:template match="/">{}</xsl:template>'
BAD_RESULTS = {
    "nothing": ROOT_IS.format(""),
    "text": ROOT_IS.format("<xsl:text>web1</xsl:text>"),
    "a-comment": ROOT_IS.format("<xsl:comment>x</xsl:comment>"),
    "two-roots": ROOT_IS.format('<xsl:apply-templates select="node()"/><xsl:apply-templates select="node()"/>'),
    "another-root": ROOT_IS.format("<network/>"),
    "another-namespace": ROOT_IS.format('<domain xmlns="urn:other"/>'),
    "no-name": '<xsl:template match="domain/name"/>',
    "an-unknown-element": NAME_IS.format("web1</xsl:copy><unknown/><xsl:copy>web2"),
    "an-unknown-attribute": NAME_IS.format('<xsl:attribute name="x">1</xsl:attribute>web1'),
    "an-attribute-too-late": NAME_IS.format('web1<xsl:attribute name="x">1</xsl:attribute>'),
}


@pytest.mark.parametrize("name", BAD_RESULTS)
def test_a_stylesheet_that_gives_no_domain(
    name: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    """It is the stylesheet's fault, and is laid at its door."""
    write_stylesheet(site / "bad.xsl", body=BAD_RESULTS[name])
    done = harmless()
    assert (done.status, done.stdout) == (4, b""), done.stderr
    assert "stage:      defaults\n  stylesheet: bad\n" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "output",
    [
        'method="text"',
        'method="html"',
        'encoding="UTF-16"',
        'omit-xml-declaration="no"',
        'cdata-section-elements="name"',
        'indent="yes"',
        'doctype-system="file:///etc/passwd" doctype-public="x"',
        'standalone="yes"',
        'media-type="x" version="1.1"',
    ],
)
def test_how_a_stylesheet_would_write_makes_no_difference(
    output: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    write_stylesheet(site / "odd.xsl")
    plain = harmless("--until", "machine-type")
    write_stylesheet(site / "odd.xsl", body=f"<xsl:output {output}/>")
    done = harmless("--until", "machine-type")
    assert (done.status, done.stdout) == (0, plain.stdout), done.stderr


def test_a_stylesheet_of_100_mebibytes(site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    path = write_stylesheet(site / "bad.xsl")
    with path.open("a") as file:
        file.writelines("<!--" + " " * 1024 * 1024 + "-->" for _ in range(100))
    harmless.refused("stylesheet-forbidden")


@pytest.mark.parametrize("place", ["", "mine"])
@pytest.mark.parametrize("what", ["fifo", "dangling", "unreadable", "endless", "socket"])
def test_a_stylesheet_that_is_no_file(
    what: str, place: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    """Nothing hangs, and nothing that looks like a stylesheet is passed over in silence."""
    path = site / place / "bad.xsl"
    path.parent.mkdir(exist_ok=True)
    if what == "fifo":
        os.mkfifo(path)
    elif what == "dangling":
        path.symlink_to("nowhere.xsl")
    elif what == "endless":
        path.symlink_to("/dev/zero")
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            listener.bind(f"/proc/self/fd/{directory}/bad.xsl")
            os.close(directory)
    else:
        write_stylesheet(path)
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("root reads everything")
    done = harmless()
    assert (done.status, done.stdout) == (4, b""), done.stderr
    assert "bad.xsl" in done.stderr and "Traceback" not in done.stderr
    done.cheap()


def test_a_directory_that_is_named_like_a_stylesheet(
    site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    (site / "bad.xsl").mkdir()
    assert harmless().status == 0
    write_stylesheet(site / "bad.xsl" / "good.xsl")
    assert harmless().status == 0
    (site / "bad.xsl" / "inner.xsl").mkdir()
    harmless.refused("plugin-load")


def test_it_imports_itself(site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(site / "bad.xsl", imports="bad.xsl")
    harmless.refused("stylesheet-compile")


def test_it_imports_in_a_circle(site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(site / "mine" / "bad.xsl", imports="one.xslt")
    for name, other in {"one": "two", "two": "one"}.items():
        text = OUTSIDE.replace("<xsl:template", f'<xsl:import href="{other}.xslt"/><xsl:template', 1)
        (site / "mine" / f"{name}.xslt").write_text(text)
    harmless.refused("stylesheet-compile")


def test_imports_that_double(site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet) -> None:
    """Thirty small files, each of which imports the next one twice: a thousand million stylesheets."""
    write_stylesheet(site / "mine" / "bad.xsl", imports="part0.xslt")
    for number in range(30):
        twice = f'<xsl:import href="part{number + 1}.xslt"/>' * 2
        (site / "mine" / f"part{number}.xslt").write_text(OUTSIDE.replace("<xsl:template", f"{twice}<xsl:template", 1))
    (site / "mine" / "part30.xslt").write_text(OUTSIDE)
    done = harmless()
    assert (done.status, done.stdout) == (4, b"") and done.stderr.startswith("xfm: error: "), done.stderr
    done.cheap(seconds=25, mebibytes=1400)


@pytest.mark.parametrize(
    "select",
    ["(" * 20_000 + "1" + ")" * 20_000, "-" * 100_000 + "1", "name" + "/.." * 100_000, "1" + " + 1" * 100_000],
    ids=["brackets", "signs", "steps", "sums"],
)
def test_a_bottomless_expression(
    select: str, site: Path, harmless: Harmless, write_stylesheet: WriteStylesheet
) -> None:
    """Whether it is refused or computed: nothing crashes."""
    write_stylesheet(site / "bad.xsl", body=NAME_IS.format(f'<xsl:if test="{select}">web1</xsl:if>web1'))
    done = harmless("--time-limit", "5")
    assert done.status in (0, 4) and bool(done.stdout) is (done.status == 0) and "Traceback" not in done.stderr
    assert len(done.stderr) < 4096
    done.cheap()
