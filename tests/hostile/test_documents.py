"""Documents that are made to harm: each is refused at once, for little memory, with one clear line."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.hostile.conftest import Observe

MEBIBYTE = 1024 * 1024
HEAD = b"<domain type='kvm'><name>web1</name><memory unit='MiB'>512</memory><os><type arch='x86_64'>hvm</type></os>"
MINIMAL = HEAD + b"</domain>"


def in_metadata(content: bytes) -> bytes:
    """A document that is valid but for its size: anything may stand under metadata."""
    return HEAD + b"<metadata><v:x xmlns:v='urn:v'>" + content + b"</v:x></metadata></domain>"


def bomb(use: str) -> bytes:
    """A billion laughs, used in this document."""
    entities = ['<!ENTITY e0 "ha">', *(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))]
    return f"<!DOCTYPE domain [{''.join(entities)}]>{use}".encode()


DOCTYPES = {
    "plain": b"<!DOCTYPE domain>" + MINIMAL,
    "with-a-system-identifier": b"<!DOCTYPE domain SYSTEM 'file:///etc/passwd'>" + MINIMAL,
    "over-the-network": b"<!DOCTYPE domain PUBLIC '-//X//X' 'http://127.0.0.1:9/x.dtd'>" + MINIMAL,
    "external-entity": b"<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>",
    "parameter-entity": b"<!DOCTYPE domain [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>" + MINIMAL,
    "bomb-in-text": bomb("<domain><name>&e9;</name></domain>"),
    "bomb-in-an-attribute": bomb("<domain type='&e9;'/>"),
    "default-attributes": b"<!DOCTYPE domain [<!ATTLIST domain type CDATA 'kvm'>]>" + MINIMAL,
    "behind-the-declaration": b"<?xml version='1.0' encoding='UTF-8'?>\r\n<!DOCTYPE domain>" + MINIMAL,
    "behind-a-comment": b"<!-- > --><!-- <domain> -->\n<!DOCTYPE domain>" + MINIMAL,
    "behind-two-comments": b"<!----><!-- - -->\n<!-- -->" + bomb("<domain><name>&e9;</name></domain>"),
    "behind-a-comment-with-an-attribute": b"<!-- x -->" + bomb("<domain type='&e9;'/>"),
    "entity-behind-a-comment": b"<!-- x --><!DOCTYPE domain [<!ENTITY k 'kvm'>]>" + MINIMAL.replace(b"kvm", b"&k;"),
    "behind-an-instruction": b"<?x > ?><?y?>\n<!DOCTYPE domain>" + MINIMAL,
    "behind-a-bom": b"\xef\xbb\xbf<!DOCTYPE domain>" + MINIMAL,
    "behind-a-bom-and-a-declaration": b"\xef\xbb\xbf<?xml version='1.0'?><!--x-->\t<!DOCTYPE domain>" + MINIMAL,
    "behind-megabytes": b"<!--" + b" " * 3 * MEBIBYTE + b"-->" + b"<?x?>" * 10_000 + b"<!DOCTYPE domain>" + MINIMAL,
}


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_document_type_declaration(name: str, observe: Observe) -> None:
    done = observe(stdin=DOCTYPES[name])
    done.refused(1, "doctype")
    assert "root:" not in done.stderr


@pytest.mark.parametrize("name", DOCTYPES)
def test_validate_expands_nothing_either(name: str, observe: Observe, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_bytes(DOCTYPES[name])
    done = observe("validate", "x.xml")
    assert (done.status, done.stderr) == (1, "")
    assert (
        done.stdout.startswith(b"x.xml:")
        and b"document type declaration" in done.stdout
        and b"root:" not in done.stdout
    )
    done.cheap()


TEXT = MINIMAL.decode()
DECLARED = '<?xml version="1.0" encoding="{}"?>'
ENCODINGS = {
    "utf-16-with-a-bom": ("\ufeff" + TEXT).encode("utf-16-le"),
    "utf-16-big-endian": ("\ufeff" + TEXT).encode("utf-16-be"),
    "utf-16-without-a-bom": TEXT.encode("utf-16-le"),
    "utf-16-declared": (DECLARED.format("UTF-16") + TEXT).encode("utf-16-be"),
    "utf-16-declared-in-ascii": (DECLARED.format("UTF-16") + TEXT).encode(),
    "utf-32": TEXT.encode("utf-32"),
    "utf-7": DECLARED.format("UTF-7").encode() + "<!DOCTYPE domain>".encode("utf-7") + TEXT.encode("utf-7"),
    "utf-7-behind-blanks": (DECLARED.format("UTF-7").replace(" enc", " " * 1000 + "enc") + TEXT).encode(),
    "utf-7-behind-lines": (DECLARED.format("UTF-7").replace(" enc", "\n" * 1000 + "enc") + TEXT).encode(),
    "utf-7-behind-a-bom": b"\xef\xbb\xbf" + (DECLARED.format("UTF-7") + TEXT).encode(),
    "utf-7-in-single-quotes": ("<?xml version='1.0' encoding = 'utf-7' ?>" + TEXT).encode(),
    "ebcdic-declared": (DECLARED.format("IBM037") + TEXT).encode(),
    "shift-jis": (DECLARED.format("Shift_JIS") + TEXT).encode(),
    "unknown": (DECLARED.format("x-unknown") + TEXT).encode(),
    "nul": MINIMAL.replace(b"web1", b"web\0001"),
    "nul-behind-the-end": MINIMAL + b"\0",
    "only-nul": b"\0" * MEBIBYTE,
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_an_encoding_that_hides_things(name: str, observe: Observe) -> None:
    observe(stdin=ENCODINGS[name]).refused(1, "encoding")


BROKEN = {
    "ebcdic": (DECLARED.format("IBM037") + TEXT).encode("cp037"),
    "garbage": random.Random(1).randbytes(MEBIBYTE).replace(b"\0", b"\1"),
    "garbage-behind-a-start": b"<domain>" + random.Random(2).randbytes(MEBIBYTE).replace(b"\0", b"\1"),
    "elf": b"\x7fELF\2\1\1" + b"\1" * 5000,
    "gzip": b"\x1f\x8b\x08\x01" + b"\xff" * 5000,
    "json": b'{"domain": {}}',
    "truncated": MINIMAL[:-4],
    "truncated-in-a-comment": b"<!--" + MINIMAL,
    "truncated-in-an-instruction": b"<?xml version='1.0'",
    "two-roots": MINIMAL + MINIMAL,
    "undeclared-entity": MINIMAL.replace(b"web1", b"&web;"),
    "undeclared-prefix": MINIMAL.replace(b"<os>", b"<os><x:y/>"),
    "control-character": MINIMAL.replace(b"web1", b"web&#1;"),
    "invalid-utf-8": MINIMAL.replace(b"web1", b"web\xff"),
    "surrogate": MINIMAL.replace(b"web1", b"\xed\xa0\x80"),
    "doctype-in-the-middle": MINIMAL.replace(b"<os>", b"<!DOCTYPE domain><os>"),
    "doctype-in-lower-case": b"<!doctype domain>" + MINIMAL,
    "long-name": HEAD + b"<" + b"n" * 3 * MEBIBYTE + b"/></domain>",
    "long-attribute-name": in_metadata(b"<x " + b"n" * 3 * MEBIBYTE + b"='1'/>"),
    "ten-thousand-unclosed": b"<domain>" + b"<a" * 10_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_xml(name: str, observe: Observe) -> None:
    observe(stdin=BROKEN[name]).refused(1, "not-well-formed")


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\n" * MEBIBYTE])
def test_nothing(data: bytes, observe: Observe) -> None:
    observe(stdin=data).refused(1, "empty-input")


def hundred_mebibytes() -> Iterator[bytes]:
    """A document with one text of 100 MiB, piece by piece."""
    yield b"<domain><name>"
    for _ in range(100):
        yield b"a" * MEBIBYTE
    yield b"</name></domain>"


def test_a_stream_of_100_mebibytes(observe: Observe) -> None:
    observe(stdin=hundred_mebibytes()).refused(1, "too-large")


def test_a_stream_without_end(observe: Observe) -> None:
    """It is not read to its end."""

    def forever() -> Iterator[bytes]:
        while True:
            yield b"<domain>" + b"a" * MEBIBYTE

    observe(stdin=forever()).refused(1, "too-large")


@pytest.mark.parametrize("command", [(), ("pin",)])
def test_a_file_of_100_mebibytes(command: tuple[str, ...], observe: Observe, tmp_path: Path) -> None:
    with (tmp_path / "x.xml").open("wb") as file:
        file.writelines(hundred_mebibytes())
    observe(*command, "x.xml").refused(1, "too-large")


def test_a_device_without_end(observe: Observe) -> None:
    observe("/dev/zero").refused(1, "too-large")


def nested(depth: int) -> bytes:
    """A document whose deepest element is this deep."""
    inner = depth - 3  # domain, metadata, v:x
    return in_metadata(b"<a>" * inner + b"</a>" * inner)


@pytest.mark.parametrize("depth", [257, 300, 5000, 100_000])
def test_deep_nesting(depth: int, observe: Observe) -> None:
    observe(stdin=nested(depth)).refused(1, "too-deep")


def test_the_deepest_that_is_allowed(observe: Observe) -> None:
    done = observe(stdin=nested(256))
    assert (done.status, len(re.findall(rb"<a[ />]", done.stdout))) == (0, 253), done.stderr


def test_a_million_siblings_above_the_limit(observe: Observe) -> None:
    observe(stdin=HEAD + b"<abc/>" * 1_000_000 + b"</domain>").refused(1, "too-large")


def test_a_million_siblings_that_are_invalid(observe: Observe) -> None:
    observe(stdin=HEAD + b"<a/>" * 1_000_000 + b"</domain>").refused(1, "invalid", seconds=25, mebibytes=1300)


FLOODS = {
    "a-million-siblings": b"<a/>" * 1_000_000,
    "texts-and-elements": b"a<b/>" * 800_000,
    "attributes": b"<a " + b" ".join(b"a%d='1'" % n for n in range(300_000)) + b"/>",
    "namespaces": b"<a " + b" ".join(b"xmlns:n%d='u:%d'" % (n, n) for n in range(100_000)) + b"/>",
    "nested-namespaces": b"".join(b"<a xmlns:n%d='u:%d'>" % (n, n) for n in range(200)) + b"</a>" * 200,
    "siblings-with-namespaces": b"".join(b"<n:a xmlns:n='u:%d'/>" % n for n in range(100_000)),
    "comments": b"<!-- -->" * 400_000,
    "instructions": b"<?a b?>" * 400_000,
    "cdata": b"<![CDATA[<]]>" * 200_000,
    "cdata-ends": b"<![CDATA[]]>" * 200_000,
    "references": b"&#60;" * 700_000,
    "quotes": b"\"'" * 1_500_000,
    "brackets": b">" * 3_000_000,
    "long-value": b"<a b='" + b"&#10;" * 700_000 + b"'/>",
    "long-comment": b"<!--" + b"- " * 1_500_000 + b"-->",
    "metadata-in-metadata": b"<metadata>" * 200 + b"</metadata>" * 200 + b"<metadata/>" * 100_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_where_anything_may_stand(name: str, observe: Observe) -> None:
    """A document under the size limit is taken, or refused for what it costs; in either case it costs little."""
    done = observe("--time-limit", "2", stdin=in_metadata(FLOODS[name]))
    done.cheap(seconds=10, mebibytes=1400)
    assert "Traceback" not in done.stderr
    if done.status:
        assert (done.status, done.stdout) in [(1, b""), (4, b"")], done.stderr
        assert done.stderr.startswith("xfm: error: ") and len(done.stderr) < 4096
    else:
        assert done.stdout.startswith(b"<domain type='kvm'>\n  <name>web1</name>")


def test_a_result_that_outgrows_the_limit(observe: Observe) -> None:
    """Not the input is too large, what it would become is: the message must not send the reader astray."""
    done = observe(stdin=in_metadata(b">" * 3_000_000))
    done.refused(1, "too-large")
    assert "the input is larger" not in done.stderr


DEVICES = {
    "disks": b"".join(b"<disk type='block' device='disk'><target dev='vd%d'/></disk>" % n for n in range(50_000)),
    "numbered": b"<rng model='virtio'><backend model='random'/></rng>" * 50_000,
    "one-target": b"<disk type='block'><target dev='vda' bus='virtio'/></disk>" * 50_000,
    "invalid-disks": b"<disk><target dev='vda'/></disk>" * 100_000,
    "invalid-at-the-end": b"<rng model='virtio'><backend model='random'/></rng>" * 20_000 + b"<rng/>",
    "controllers": b"<controller type='usb' index='1'><nothing/></controller>" * 50_000,
}


@pytest.mark.parametrize("name", DEVICES)
def test_a_flood_of_devices(name: str, observe: Observe) -> None:
    done = observe("--time-limit", "2", stdin=HEAD + b"<devices>" + DEVICES[name] + b"</devices></domain>")
    done.cheap(seconds=20, mebibytes=1400)
    assert done.status in (0, 1, 4) and bool(done.stdout) is (done.status == 0), done.stderr[:2000]
    assert "Traceback" not in done.stderr and len(done.stderr) < 4096


def test_a_name_that_would_fill_the_screen(observe: Observe) -> None:
    """What a message quotes of a document, it quotes shortened, on one line, without control characters."""
    observe(stdin=HEAD + b"<" + b"n" * 40_000 + b"/></domain>").refused(1, "invalid")
    observe(stdin=b"<" + b"n" * 40_000 + b"/>").refused(1, "not-a-domain")


def test_no_control_sequence_of_a_document_reaches_the_terminal(observe: Observe) -> None:
    """C1 control characters are allowed in XML and mean something to a terminal."""
    done = observe(stdin="<domain type='\u009b31mred\u009d'/>".encode())
    assert (done.status, done.stdout) == (1, b"")
    assert not any(0x7F <= ord(character) < 0xA0 for character in done.stderr), done.stderr
