"""A configuration of another tool to domain XML: a reader, a stylesheet, and libvirt's schema at the end."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from xfm import redact
from xfm.errors import DocumentError
from xfm.limits import NATIVE_BYTES
from xfm.native import blame, lxc, neutral, openvz, vmx, xen
from xfm.serialize import serialize
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _ElementTree

    from xfm.model import Violation
    from xfm.native.neutral import Config
    from xfm.schema import Schema

#: The formats: libvirt's names of those that it can read itself too, and what they are.
FORMATS = {
    "xen-xl": "xl.cfg(5)",
    "xen-xm": "xm's configuration, xl's predecessor",
    "openvz": "OpenVZ's ctid.conf(5)",
    "lxc-tools": "lxc.container.conf(5)",
    "vmware-vmx": "VMware's .vmx",
}
_NOTES = 200
_PAIR = re.compile(rf"""(?i)(?:{neutral.TELLING})[\w.]{{0,64}}\s{{0,8}}=\s*["']?([^"',\r\n]+)""")


class Imported(NamedTuple):
    """What an import gives: the domain, and a remark for each setting that it could not place."""

    xml: bytes
    notes: tuple[str, ...] = ()


def check_size(data: bytes) -> None:
    """Refuse what is no configuration by its size alone.

    :raises DocumentError: empty-input, too-large, encoding.
    """
    if not data.strip():
        raise DocumentError("empty-input", "the input is empty", hint="name a FILE, or pipe a configuration in")
    if len(data) > NATIVE_BYTES:
        raise DocumentError(
            "too-large",
            f"the input is larger than {NATIVE_BYTES // 1024} KiB",
            hint="a configuration has some hundred lines; is this one?",
        )
    if b"\0" in data:
        raise DocumentError(
            "encoding", "the input holds NUL bytes: it is no text", hint="convert it to UTF-8, with iconv for example"
        )


def convert(data: bytes, form: str, schema: Schema, *, name: str = "", file: str = "", base: str = "") -> Imported:
    """The domain that a configuration describes.

    :param form: a key of :data:`FORMATS`.
    :param schema: what the result must fit.
    :param name: the domain's name, whatever the configuration says.
    :param file: where the configuration is from; empty for a stream.
    :param base: the directory of relative file names; that of the file where not given.
    :raises DocumentError: empty-input, too-large, encoding, native-syntax, native-incomplete, native-invalid.
    """
    check_size(data)
    config = read(data, form, _veid(file))
    start = base or (os.path.dirname(os.path.abspath(file)) if file else "")
    start = os.path.join(os.path.abspath(start), "") if start else ""

    def made(tree: _ElementTree, given: str) -> _ElementTree:
        return own.transform(f"import/{form}.xsl", tree, given=given, fallback=_fallback(form, file), base=start)

    try:
        domain = made(config.tree, name)
    except etree.XSLTApplyError:
        raise DocumentError(
            "native-invalid", "a value of the configuration has too many parts", hint="shorten its longest lists"
        ) from None
    _check_complete(domain, form)
    if schema.violations(domain):
        # with a name that is given: a part of the configuration may have none
        _blame(config.tree, lambda tree: schema.violations(made(tree, "name")))
        check_valid(domain, schema)
    etree.indent(domain)
    return Imported(serialize(domain), _notes(domain))


def read(data: bytes, form: str, veid: str = "") -> Config:
    """The neutral form of a configuration.

    :raises DocumentError: encoding, native-syntax.
    """
    if form == "openvz":
        return openvz.read(data, veid)
    if form == "lxc-tools":
        return lxc.read(data)
    return vmx.read(data) if form == "vmware-vmx" else xen.read(data, form)


def secrets(data: bytes, form: str) -> frozenset[str]:
    """Every value of a configuration that may be a password, as far as it can be read."""
    try:
        return neutral.secrets(read(data, form).tree)
    except DocumentError:
        return frozenset(_PAIR.findall(data.decode("utf-8", "replace")))


def check_valid(domain: _ElementTree, schema: Schema) -> None:
    """Refuse a domain that libvirt's schema refuses.

    :raises DocumentError: native-invalid.
    """
    faults = schema.violations(domain)
    if faults:
        raise DocumentError(
            "native-invalid",
            f"a value has no form that libvirt's schema accepts: {faults[0].message}",
            xpath=faults[0].xpath,
            violations=[fault._replace(line=0) for fault in faults],
            hint="correct the setting that gives the element of this path",
        )


def _blame(tree: _ElementTree, faults_of: Callable[[_ElementTree], list[Violation]]) -> None:
    """Refuse a configuration by the setting that makes it invalid, if there is one.

    :param faults_of: those of the domain that a part of the configuration gives, under another name.
    :raises DocumentError: native-invalid.
    """
    if not faults_of(tree):
        raise DocumentError(
            "native-invalid", "libvirt's schema does not accept the domain's name", hint="give it another: --name NAME"
        )
    setting = blame.find(tree, lambda part: bool(faults_of(part)))
    if setting is not None:
        faults = faults_of(setting.tree)
        raise DocumentError(
            "native-invalid",
            f"libvirt's schema does not accept the value of {setting.what}: {faults[0].message}",
            xpath=faults[0].xpath,
            line=setting.line,
            violations=[fault._replace(line=0) for fault in faults],
            hint="correct the value, or leave the setting out",
        )


def _check_complete(domain: _ElementTree, form: str) -> None:
    """What domain XML must say, and libvirt's schema does not see."""
    name = domain.findtext("name", "")
    if not name:
        _incomplete("the configuration does not name the domain", "say it: --name NAME")
    if "/" in name:
        _incomplete("the domain's name has a slash in it, which libvirt refuses", "give it another: --name NAME")
    if domain.find("memory") is None:
        _incomplete("the configuration does not say how much memory the domain has", "add to it: memory = MEBIBYTES")
    if not domain.findtext("memory", "").strip("0"):
        _incomplete("the configuration says that the domain has no memory", "give it some, in MiB")
    # libvirt's driver lets a container without one run on the root of the host
    if form == "lxc-tools" and domain.find("devices/filesystem/target[@dir='/']") is None:
        _incomplete(
            "the configuration does not say what the container's root file system is, or says it in a form that "
            "domain XML does not have",
            "mount the storage, and say: lxc.rootfs.path = /DIRECTORY",
        )
    for source in domain.iterfind("devices/disk/source") if form == "vmware-vmx" else ():
        if not re.match(r"[/\[]|\w:\\", source.get("file", "/")):
            _incomplete("a disk's file name is relative, and to what is not known", "say it: --base DIR")


def _incomplete(message: str, hint: str) -> None:
    raise DocumentError("native-incomplete", message, hint=hint)


def _veid(file: str) -> str:
    stem, ending = os.path.splitext(os.path.basename(file))
    return stem if stem.isdecimal() and ending == ".conf" else ""


def _fallback(form: str, file: str) -> str:
    """The name that the place of the file gives, where its tool takes it from there."""
    directory, base = os.path.split(os.path.abspath(file)) if file else ("", "")
    if form == "openvz":
        return _veid(file)
    if form == "lxc-tools" and base == "config":
        return os.path.basename(directory)
    return os.path.splitext(base)[0] if form == "vmware-vmx" else ""


def _notes(domain: _ElementTree) -> tuple[str, ...]:
    """A remark for each setting that is in the metadata; it tells no value."""
    tag = f"{{{neutral.NAMESPACE}}}"
    found = []
    for entry in domain.iterfind(f"metadata/{tag}config/{tag}entry"):
        for part in entry.findall(f"{tag}item") or [entry]:
            fields = ", ".join(str(field.get("name")) for field in part.iterfind(f"{tag}field"))
            what = f"{entry.get('key')} ({fields})" if fields else entry.get("key")
            found.append(f"line {part.get('line')}: {what} has no place in domain XML; it is kept in the metadata")
    more = len(found) - _NOTES
    return (*found[:_NOTES], f"{more} more settings are kept in the metadata") if more > 0 else tuple(found)


def scrubbed(text: str, data: bytes, form: str) -> str:
    """A text that may quote a configuration, without its passwords."""
    return redact.scrub(text, secrets(data, form))
