"""The guest ABI: what is a fact of it and what is not, what differs, digests, and the record in a pin."""

from __future__ import annotations

import os
import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.abi_tables import Guest, covered, facts_of, guests, seen
from xfm import abi, schema, source
from xfm.model import PIN_NAMESPACE

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")
DIGEST = "sha256:" + "0" * 64
#: Facts that any kind of device may have: the tables show each of one kind.
SHARED = re.compile(r"address|order|(acpi|boot|rom|zpci|address)\..*|driver\.(iommu|ats|packed|page_per_vq)")

Element = etree._Element


def each(chosen: list[Guest]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("guest", chosen, ids=lambda guest: guest.name)


def lines(before: abi.Abi, after: abi.Abi) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The changes and the completions between two."""
    found = abi.differences(before, after)
    return (
        tuple(abi.describe(difference) for difference in found if not difference.completion),
        tuple(abi.describe(difference) for difference in found if difference.completion),
    )


# --- the tables ---


@each([guest for guest in guests() if guest.differs])
def test_a_guest_sees_what_the_table_says(guest: Guest) -> None:
    before = seen(guest.document)
    found = {str(edit): lines(before, seen(guest.edited(edit))) for edit in guest.differs}
    assert found == {str(edit): (edit.changes, edit.completions) for edit in guest.differs}


@each([guest for guest in guests() if guest.differs])
def test_what_differs_has_another_digest_and_differs_the_other_way_round(guest: Guest) -> None:
    before = seen(guest.document)
    afters = [(edit, seen(guest.edited(edit))) for edit in guest.differs]
    assert [str(edit) for edit, after in afters if after.digest == before.digest] == []
    assert [str(edit) for edit, after in afters if bool(abi.differences(after, before)) is edit.implied] == []


@each([guest for guest in guests() if guest.differs])
def test_what_libvirt_completed_cannot_be_taken_back(guest: Guest) -> None:
    before = seen(guest.document)
    completed = [(edit, seen(guest.edited(edit))) for edit in guest.differs if not (edit.changes or edit.implied)]
    assert [str(edit) for edit, after in completed if not abi.changes(after, before)] == []


@each([guest for guest in guests() if guest.same])
def test_no_guest_sees_what_the_table_says_is_the_same(guest: Guest) -> None:
    before = seen(guest.document)
    found = {str(edit): seen(guest.edited(edit)) for edit in guest.same}
    assert {edit: lines(before, after) for edit, after in found.items()} == dict.fromkeys(found, ((), ()))
    assert {after.digest for after in found.values()} == {before.digest}


@cache
def corpus() -> dict[str, abi.Abi]:
    """What guests see of the valid documents of libvirt's own tests."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus is not there: {CORPUS} (XFM_CORPUS names another place)")
    paths = [path for path in sorted(CORPUS.glob("*.xml")) if not path.name.endswith("-invalid.xml")]
    return {path.name: seen(path.read_bytes()) for path in paths}


def test_the_tables_show_every_fact_of_the_corpus() -> None:
    facts = {(kind, name) for found in corpus().values() for kind, name, _ in facts_of(found)}
    assert len(facts) > 300
    unseen = {fact for fact in facts - covered() if not _is_shown(*fact)}
    assert sorted(unseen) == []


def _is_shown(kind: str, name: str) -> bool:
    """One flag of a processor, of Hyper-V or of KVM is as the other, and so is a timer, or a string of SMBIOS."""
    if SHARED.fullmatch(name):
        return any(shown == name for _, shown in covered())
    return (kind, _family(name)) in {(shown_kind, _family(shown)) for shown_kind, shown in covered()}


def _family(name: str) -> str:
    name = re.sub(r"^feature\..+", "feature.*", name)
    return re.sub(r"^(hyperv|kvm|timer|bios|system|baseBoard-N|chassis)\.[^.]+", r"\1.*", name)


SIZED = "<domain type='kvm'><name>a</name><memory>{}</memory><os><type arch='x86_64'>hvm</type></os></domain>"


@pytest.mark.parametrize(("size", "other", "same"), [(65500, 65536, True), (65536, 65537, False), (65537, 66560, True)])
def test_libvirt_rounds_memory_up_when_a_guest_starts(size: int, other: int, same: bool) -> None:
    one, two = seen(SIZED.format(size)), seen(SIZED.format(other))
    assert (abi.differences(one, two) == [], abi.differences(two, one) == []) == (same, same)


def test_a_guest_that_asks_for_a_least_processor_gets_one() -> None:
    asks = SIZED.replace("</domain>", "<cpu match='minimum'><model>Penryn</model></cpu></domain>").format(65536)
    runs = asks.replace("<domain ", "<domain id='1' ").replace(
        "match='minimum'", "mode='custom' match='exact' check='full'"
    )
    assert abi.changes(seen(asks), seen(runs)) == []
    assert abi.changes(seen(asks), seen(runs.replace(" id='1'", ""))) != []


#: Elements whose text is text, blanks and all.
WORDS = ("cmdline", "initarg", "initenv", "entry")


def test_blanks_around_values_make_no_difference() -> None:
    """The schema takes them for any that it lists, and the stage dialect takes them away."""
    for guest in guests():
        root = etree.fromstring(guest.document)
        for element in root.iter("{}*"):
            for name, value in element.attrib.items():
                element.set(name, f"  {value} ")
            if not len(element) and (element.text or "").strip() and element.tag not in WORDS:
                element.text = f"\n {element.text}\t"
        assert abi.differences(seen(guest.document), seen(etree.tostring(root))) == [], guest.name


def test_blanks_in_a_text_are_the_guests() -> None:
    for name, text in (("cmdline", "ro quiet"), ("initarg", "-c")):
        guest = next(guest for guest in guests() if f"<{name}>{text}<" in guest.document)
        assert abi.changes(seen(guest.document), seen(guest.document.replace(f">{text}<", f"> {text}<"))) != []


# --- properties ---


def test_a_document_is_not_changed() -> None:
    for guest in guests():
        document = source.parse_domain(guest.document.encode())
        text = etree.tostring(document)
        abi.project(document)
        assert etree.tostring(document) == text


def test_nothing_differs_from_itself() -> None:
    for found in (*corpus().values(), *(seen(guest.document) for guest in guests())):
        assert abi.differences(found, found) == []


@cache
def addressed() -> tuple[str, ...]:
    """Devices of the tables that have an address of PCI, without it, and which need nothing else of their domain."""
    found: dict[str, None] = {}
    for guest in guests():
        root = etree.fromstring(guest.document)
        for device in root.iterfind("devices/*"):
            address = device.find("address[@type='pci']")
            if address is None or device.tag == "controller" or "arch='x86_64'" not in guest.document:
                continue
            device.remove(address)
            for alias in device.findall("alias"):
                device.remove(alias)
            found[etree.tostring(device, with_tail=False).decode()] = None
    return tuple(found)


def domain(devices: list[str]) -> str:
    return (
        "<domain type='kvm'><name>a</name><memory>1048576</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm"
        f"</type></os><devices>{''.join(devices)}</devices></domain>"
    )


def placed(device: str, slot: int) -> str:
    """A device of :func:`addressed` in a place of its own."""
    element = etree.fromstring(device)
    etree.SubElement(element, "address", type="pci", bus=hex(slot // 32), slot=hex(slot % 32), function="0x0")
    return etree.tostring(element).decode()


placements = st.integers(1, 12).flatmap(
    lambda number: st.tuples(
        st.lists(st.sampled_from(addressed()), min_size=number, max_size=number),
        st.lists(st.integers(1, 500), min_size=number, max_size=number, unique=True),
        st.randoms(use_true_random=False),
    )
)


@given(placements)
def test_the_order_of_devices_with_addresses_makes_no_difference(
    drawn: tuple[list[str], list[int], random.Random],
) -> None:
    kinds, slots, shuffler = drawn
    # of video devices the first is the primary one, unless one says that it is
    devices = [placed(kind, slot) for kind, slot in zip(kinds, slots, strict=True) if not kind.startswith("<video")]
    shuffled = devices[:]
    shuffler.shuffle(shuffled)
    one, other = seen(domain(devices)), seen(domain(shuffled))
    assert one.digest == other.digest
    assert abi.differences(one, other) == []


@given(placements)
def test_a_device_that_comes_or_goes_is_all_that_differs(drawn: tuple[list[str], list[int], random.Random]) -> None:
    kinds, slots, shuffler = drawn
    devices = [placed(kind, slot) for kind, slot in zip(kinds, slots, strict=True) if not kind.startswith("<video")]
    if not devices:
        return
    fewer = devices[:]
    gone = etree.fromstring(fewer.pop(shuffler.randrange(len(fewer)))).tag
    whole, part = seen(domain(devices)), seen(domain(fewer))
    assert [difference for difference in abi.changes(part, whole) if difference.was or not difference.now] == []
    lost = abi.changes(whole, part)
    assert [(d.fact, d.now, d.was.partition(" ")[0]) for d in lost] == [("", "", gone)]


#: Whatever XML can hold; line breaks above all.
safe = st.text(st.characters(codec="utf-8", min_codepoint=0x20, max_codepoint=0xD7FF) | st.sampled_from("\n\t=\\"))


@given(st.lists(safe, max_size=3), safe)
def test_two_documents_have_one_digest_only_where_all_facts_are_the_same(arguments: list[str], table: str) -> None:
    """Whatever text a value has, line breaks and equals signs among it."""

    def kernel(lines: list[str], slic: str) -> abi.Abi:
        root = etree.fromstring(domain([]))
        os_element = root.find("os")
        assert os_element is not None
        for text in lines:
            etree.SubElement(os_element, "cmdline").text = text
        etree.SubElement(etree.SubElement(os_element, "acpi"), "table", type="slic").text = slic
        return seen(etree.tostring(root))

    one = kernel(arguments, table)
    joined = kernel(["\n".join(arguments)], table)
    split = kernel([f"{''.join(arguments[:1])}\ncmdline.2={''.join(arguments[1:2])}", *arguments[2:]], table)
    for other in (joined, split):
        assert (one.digest == other.digest) is (facts_of(one) == facts_of(other))
        assert (one.digest == other.digest) is (abi.differences(one, other) == [])


# --- the record ---


def stored(found: abi.Abi) -> Element:
    """The record of an ABI as it comes out of a file."""
    return etree.fromstring(etree.tostring(abi.record(found)))


def everything() -> list[abi.Abi]:
    return [*corpus().values(), *(seen(guest.document) for guest in guests())]


def test_a_record_is_read_as_it_was_written() -> None:
    for found in everything():
        read, damaged = abi.read(stored(found))
        assert damaged == []
        assert (read.version, read.digest, read.open) == (found.version, found.digest, found.open)
        said = [sorted((p.kind, p.label, p.alias, p.open, p.facts) for p in one.parts) for one in (read, found)]
        assert said[0] == said[1]
        assert abi.differences(read, found) == abi.differences(found, read) == []


def test_a_record_fits_the_grammar_of_the_pin() -> None:
    grammar = schema.own_grammar("pin.rng")
    for found in everything():
        attributes = {"baseline": "1", "version": "0.1.0", "schema": "9.0.0"}
        root = etree.Element(f"{{{PIN_NAMESPACE}}}pin", attributes)
        root.append(abi.record(found))
        assert grammar.violations(etree.ElementTree(root)) == []


@given(st.lists(safe.filter(str.strip), min_size=1, max_size=2))
def test_a_value_of_any_text_survives_in_a_record(arguments: list[str]) -> None:
    root = etree.fromstring(domain([]))
    os_element = root.find("os")
    assert os_element is not None
    for text in arguments:
        etree.SubElement(os_element, "cmdline").text = text
    found = seen(etree.tostring(root))
    assert abi.read(stored(found))[1] == []


RECORDED = domain(["<rng model='virtio'><address type='pci' bus='3' slot='0'/></rng>", "<hub type='usb'/>"])


def tampered() -> list[tuple[str, Element]]:
    """A record with one thing in it altered, for each thing there is that its digests cover."""
    found: list[tuple[str, Element]] = []
    pristine = stored(seen(RECORDED))
    for position, part in enumerate(pristine):
        for name in part.attrib:
            if name in ("label", "alias", "open", "asks"):
                continue
            for value in (None, DIGEST if name == "digest" else "altered"):
                copy = stored(seen(RECORDED))
                if value is None:
                    del copy[position].attrib[name]
                else:
                    copy[position].set(name, value)
                found.append((f"{part.get('kind')} {name!s} {value}", copy))
        copy = stored(seen(RECORDED))
        copy[position].set("novelty", "1")
        found.append((f"{part.get('kind')} more", copy))
        copy = stored(seen(RECORDED))
        copy.remove(copy[position])
        found.append((f"{part.get('kind')} gone", copy))
        copy = stored(seen(RECORDED))
        copy.append(etree.fromstring(etree.tostring(copy[position])))
        found.append((f"{part.get('kind')} twice", copy))
    copy = stored(seen(RECORDED))
    copy.set("digest", DIGEST)
    return [*found, ("all", copy)]


def test_a_record_that_was_tampered_with_is_found() -> None:
    assert len(tampered()) > 50
    assert [what for what, element in tampered() if not abi.read(element)[1]] == []


def test_what_is_damaged_is_named() -> None:
    record = stored(seen(RECORDED))
    for part, fact in (("machine", "machine"), ("hub", "type")):
        next(element for element in record if element.get("kind") == part).set(fact, "altered")
    assert abi.read(record)[1] == ["machine", "hub 1"]


@given(placements)
def test_a_record_is_the_same_wherever_devices_stand(drawn: tuple[list[str], list[int], random.Random]) -> None:
    kinds, slots, shuffler = drawn
    # those that have a name: of others, their number in the document is the label
    named = [placed(kind, slot) for kind, slot in zip(kinds, slots, strict=True) if kind.startswith("<disk")]
    devices = [re.sub('dev="[a-z]+"', f'dev="vd{chr(97 + number)}"', device) for number, device in enumerate(named)]
    first = etree.tostring(abi.record(seen(domain(devices))))
    shuffler.shuffle(devices)
    assert etree.tostring(abi.record(seen(domain(devices)))) == first


def test_a_record_names_each_part_once() -> None:
    for found in everything():
        sections = [section.kind for section in found.sections]
        assert len(sections) == len(set(sections))


def test_a_version_of_the_projection_that_is_not_there_is_no_one_s() -> None:
    assert abi.VERSION in abi.VERSIONS
    assert all((ROOT / "stylesheets" / "abi" / str(version) / "abi.xsl").is_file() for version in abi.VERSIONS)
