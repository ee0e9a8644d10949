"""The aliases of a domain: each is unique and one that libvirt keeps, whatever the devices are called."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import resources
from xfm.stylesheet.stylesheet import Stylesheet

NAMES = st.sampled_from(["_1", "1", "n1", "a.b", "a-b", "ä", ""])
ALIASES = st.sampled_from(["", "", "", "ua-channel_1", "ua-channel_2", "ua-filesystem_1", "ua-rng_7", "ua-x", "net0"])
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "device-identity" / "aliases-every-kind" / "expected.xml"
#: libvirt 9.0.0, src/conf/domain_conf.c: virDomainDefParseAliasName and the characters that it lets through.
KEPT = re.compile(r"\Aua-[A-Za-z0-9_-]+\Z")


@functools.cache
def stylesheet() -> Stylesheet:
    folder = f"{resources.STYLESHEETS}/baseline-1/device-identity"
    return Stylesheet(f"{folder}/aliases.xsl", folder=resources.STYLESHEETS, builtin=True)


def apply(document: etree._ElementTree) -> etree._ElementTree:
    return stylesheet().apply(document, {}, {})[0]


@st.composite
def domains(draw: st.DrawFn) -> etree._ElementTree:
    """Channels, file systems and random number generators, some with an alias of their own; no alias twice."""
    root = etree.fromstring("<domain type='kvm'><devices/></domain>")
    taken = set()
    for kind in draw(st.lists(st.sampled_from(["channel", "filesystem", "rng"]), max_size=6)):
        device = etree.SubElement(root[0], kind)
        name, alias = draw(NAMES), draw(ALIASES)
        if kind == "filesystem":
            etree.SubElement(device, "target", dir=name)
        elif kind == "channel" and name:
            etree.SubElement(device, "target", name=name)
        if alias and alias not in taken:
            taken.add(alias)
            etree.SubElement(device, "alias", name=alias)
    return etree.ElementTree(root)


def aliases(document: etree._ElementTree) -> list[str]:
    return [alias.get("name", "") for alias in document.iterfind("devices/*/alias")]


def test_every_kind_has_an_alias_but_those_with_a_reason() -> None:
    """All that keep one in libvirt 9.0.0, tried on a real one; to the rest the schema or a guest would object."""
    expected = etree.parse(FIXTURE).getroot()
    without = [
        (device.tag, device.get("model")) for device in expected.iterfind("devices/*") if device.find("alias") is None
    ]
    assert without == [
        ("emulator", None),
        ("controller", "pcie-root"),
        ("controller", "qemu-xhci"),
        ("lease", None),
        ("smartcard", None),  # the parser keeps it, domaincommon.rng refuses it
        ("graphics", None),
        ("audio", None),
        ("shmem", None),  # its alias names a block of the guest's memory
    ]


def test_a_device_named_like_a_number_shares_its_alias_with_none() -> None:
    channels = "<channel/><channel><target name='_1'/></channel><channel/>"
    found = aliases(
        apply(etree.ElementTree(etree.fromstring(f"<domain type='kvm'><devices>{channels}</devices></domain>")))
    )
    assert len(set(found)) == 3, found


def test_a_number_that_no_double_holds_is_no_trouble() -> None:
    rngs = "<rng><alias name='ua-rng_99999999999999999999'/></rng><rng/><rng/>"
    found = aliases(
        apply(etree.ElementTree(etree.fromstring(f"<domain type='kvm'><devices>{rngs}</devices></domain>")))
    )
    assert len(set(found)) == 3, found
    assert all(KEPT.match(alias) for alias in found), found


@given(domains())
def test_every_device_has_an_alias_of_its_own_that_libvirt_keeps(document: etree._ElementTree) -> None:
    found = aliases(apply(document))
    assert len(found) == len(document.getroot()[0])
    assert len(set(found)) == len(found), found
    assert all(KEPT.match(alias) for alias in found), found


@given(domains())
def test_an_alias_once_given_stays_whatever_is_added_or_removed(document: etree._ElementTree) -> None:
    first = apply(document)
    assert aliases(apply(first)) == aliases(first)
    devices = first.getroot()[0]
    rest = list(devices)[1:]
    before = [device.find("alias").get("name") for device in rest]  # type: ignore[union-attr]
    if len(devices):
        devices.remove(devices[0])
    devices.insert(0, etree.Element("rng"))
    after = aliases(apply(first))[1:]
    assert after == before


def test_aliases_that_libvirt_drops_get_numbers_of_their_own() -> None:
    nics = (
        "<interface><alias name='ua-interface_a.b'/></interface><interface><alias name='ua-interface_c.d'/></interface>"
    )
    found = aliases(
        apply(etree.ElementTree(etree.fromstring(f"<domain type='kvm'><devices>{nics}</devices></domain>")))
    )
    assert found == ["ua-interface_1", "ua-interface_2"]
