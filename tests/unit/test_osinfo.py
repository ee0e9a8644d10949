"""Operating systems: what is found in which database, and what is inherited, as libosinfo does it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import osinfo
from xfm.model import OS_NAMESPACE

_NAMESPACE = f"{{{OS_NAMESPACE}}}"
INSTALLED = Path("/usr/share/osinfo/os")
PCI = "http://pcisig.com/pci/"


class Known(NamedTuple):
    """A description as plain values."""

    attributes: dict[str, str]
    devices: set[str]
    firmware: dict[str, str]
    resources: dict[str, dict[str, str]]
    note: str


def describe(selector: str) -> Known:
    description = osinfo.describe(selector)
    root = etree.fromstring(description.xml)
    assert root.tag == _NAMESPACE + "os"
    resources: dict[str, dict[str, str]] = {}
    for element in root.iterchildren(_NAMESPACE + "resources"):
        for amounts in element:
            kind = f"{element.get('arch')} {etree.QName(amounts).localname}"
            assert kind not in resources
            resources[kind] = {str(name): str(value) for name, value in amounts.attrib.items()}
    return Known(
        {str(name): str(value) for name, value in root.attrib.items()},
        {device.get("id", "").removeprefix(PCI) for device in root.iterchildren(_NAMESPACE + "device")},
        {
            f"{f.get('arch')} {f.get('type')}": f.get("supported", "")
            for f in root.iterchildren(_NAMESPACE + "firmware")
        },
        resources,
        description.note,
    )


def entry(name: str, *parts: str) -> str:
    """The text of a file of a database."""
    head = f"<os id='http://example.org/toy/{name}'><short-id>toy{name}</short-id><name>Toy {name}</name>"
    return f"<libosinfo version='0.0.1'>{head}{''.join(parts)}</os></libosinfo>"


def devices(*names: str) -> str:
    """The drivers that an entry has, or, with a minus, has not."""
    denied = {True: " supported='false'", False: ""}
    links = [f"<device id='{PCI}{name.lstrip('-')}'{denied[name[0] == '-']}/>" for name in names]
    return f"<devices>{''.join(links)}</devices>"


def derives(*names: str) -> str:
    return "".join(f"<derives-from id='http://example.org/toy/{name}'/>" for name in names)


def clones(*names: str) -> str:
    return "".join(f"<clones id='http://example.org/toy/{name}'/>" for name in names)


def resources(arch: str, *amounts: str, inherit: bool = False) -> str:
    attribute = " inherit='true'" if inherit else ""
    return f"<resources arch='{arch}'{attribute}>{''.join(amounts)}</resources>"


class Database:
    """The three databases, empty at first."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def file(self, text: str | bytes, path: str, database: str = "system") -> Path:
        file = self.root / database / "os" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def add(self, name: str, *parts: str, database: str = "system") -> Path:
        return self.file(entry(name, *parts), f"example.org/toy-{name}.xml", database)

    def extend(self, name: str, file: str, *parts: str, database: str = "system") -> Path:
        return self.file(entry(name, *parts), f"example.org/toy-{name}.d/{file}", database)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    for name in ("system", "local", "user"):
        monkeypatch.setenv(f"OSINFO_{name.upper()}_DIR", str(tmp_path / name))
    return Database(tmp_path)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[etree._Element]:
    """The main entries of the installed osinfo-db, from each file that libosinfo reads as one."""
    for name in ("SYSTEM", "LOCAL", "USER"):
        monkeypatch.delenv(f"OSINFO_{name}_DIR", raising=False)
    files = sorted(INSTALLED.glob("*/*.xml"))
    assert len(files) > 500, "the package osinfo-db is not installed (scripts/setup installs it)"
    return [found for path in files for found in etree.parse(path).iterfind("os")]


# What is found


def test_an_entry_is_found_by_id_and_by_short_id(database: Database) -> None:
    database.add("1", "<version>1</version><vendor>Toys</vendor><family>linux</family><distro>toy</distro>")
    by_id, by_short_id = describe("http://example.org/toy/1"), describe("toy1")
    assert by_id == by_short_id
    assert by_id.attributes == {
        "id": "http://example.org/toy/1",
        "short-id": "toy1",
        "name": "Toy 1",
        "version": "1",
        "vendor": "Toys",
        "family": "linux",
        "distro": "toy",
    }
    assert by_id.note == ""


def test_each_of_several_short_ids_is_known_and_the_first_is_shown(database: Database) -> None:
    database.add("1", "<short-id>plaything</short-id>")
    assert describe("plaything").attributes["short-id"] == "toy1"


def test_names_in_other_languages_are_passed_over(database: Database) -> None:
    database.file(
        "<libosinfo><os id='http://example.org/toy/1'><name xml:lang='de'>Spielzeug</name><name>Toy</name>"
        "<vendor xml:lang='de'>Laden</vendor><vendor>Shop</vendor></os></libosinfo>",
        "example.org/toy-1.xml",
    )
    found = describe("http://example.org/toy/1").attributes
    assert (found["name"], found["vendor"]) == ("Toy", "Shop")


def test_an_entry_under_another_name_is_found_too(database: Database) -> None:
    database.file(entry("odd"), "example.org/elsewhere.xml")
    assert describe("http://example.org/toy/odd").attributes["name"] == "Toy odd"


def test_an_id_is_not_believed_by_the_name_of_its_file(database: Database) -> None:
    database.file(entry("1"), "example.org/toy-2.xml")
    known = describe("http://example.org/toy/2")
    assert known.attributes == {"id": "http://example.org/toy/2"} and "does not know" in known.note


def test_no_selector_is_an_unknown_operating_system_and_no_note(database: Database) -> None:
    database.add("1")
    assert describe("") == Known({}, set(), {}, {}, "")


def test_a_misspelt_short_id_is_told_with_what_it_may_mean(database: Database) -> None:
    database.add("11")
    known = describe("toy12")
    assert known.attributes == {}
    assert known.note == (
        "osinfo-db does not know the operating system toy12 (did you mean toy11?): generic defaults; "
        "a newer osinfo-db may know it"
    )


def test_a_misspelt_id_is_told_with_an_id(database: Database) -> None:
    database.add("11")
    known = describe("http://example.org/toi/11")
    assert known.attributes == {"id": "http://example.org/toi/11"}
    assert "(did you mean http://example.org/toy/11?)" in known.note


def test_without_a_database_only_the_id_is_known(tmp_path: Path, database: Database) -> None:
    known = describe("http://microsoft.com/win/10")
    assert known._replace(note="") == Known({"id": "http://microsoft.com/win/10"}, set(), {}, {}, "")
    assert known.note.startswith("no osinfo-db is installed, so nothing is known of the operating system http")
    assert describe("win10").attributes == {}


def test_an_empty_directory_is_no_database(tmp_path: Path, database: Database) -> None:
    (tmp_path / "system").mkdir()
    assert "no osinfo-db is installed" in describe("toy1").note


# The databases


@pytest.mark.parametrize(
    ("written", "wins"),
    [
        (("system", "local"), "local"),
        (("local", "user"), "user"),
        (("system", "user"), "user"),
        (("system",), "system"),
    ],
)
def test_the_stronger_database_replaces_the_file_of_the_weaker(
    database: Database, written: tuple[str, ...], wins: str
) -> None:
    for name in written:
        database.add("1", devices(name), f"<version>{name}</version>", database=name)
    known = describe("toy1")
    assert (known.attributes["version"], known.devices) == (wins, {wins})


def test_databases_add_to_each_other(database: Database) -> None:
    database.add("base", devices("a"))
    database.add("site", derives("base"), devices("b"), database="local")
    assert describe("toysite").devices == {"a", "b"}
    assert describe("toybase").devices == {"a"}


def test_what_a_stronger_database_blanks_out_is_unknown(database: Database) -> None:
    database.add("1")
    (database.root / "local/os/example.org").mkdir(parents=True)
    (database.root / "local/os/example.org/toy-1.xml").symlink_to(os.devnull)
    assert "does not know" in describe("toy1").note


def test_the_directories_are_libosinfos_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SYSTEM", "LOCAL", "USER"):
        monkeypatch.delenv(f"OSINFO_{name}_DIR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "osinfo/os").mkdir(parents=True)
    assert osinfo.directories()[-1] == str(tmp_path / "osinfo")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".config/osinfo/os").mkdir(parents=True)
    assert osinfo.directories()[-1] == str(tmp_path / ".config/osinfo")


# Inheritance: the cases were compared with libosinfo 1.10


@pytest.fixture
def family(database: Database) -> Database:
    """Entries that come from each other in every way."""
    bios, efi = "<firmware arch='x86_64' type='bios'/>", "<firmware arch='x86_64' type='efi'/>"
    no_bios = "<firmware arch='x86_64' type='bios' supported='false'/>"
    database.add("base", devices("a", "b", "c"), bios, efi)
    database.add("child", derives("base"), devices("-a", "d"), no_bios)
    database.add("grandchild", derives("child"), devices("a"))
    database.add("clone", clones("base"), devices("-b"))
    database.add("upgrade", "<upgrades id='http://example.org/toy/base'/>", devices("e"))
    database.add("with", devices("a"))
    database.add("without", devices("-a"))
    database.add("later-without", derives("with", "without"))
    database.add("later-with", derives("without", "with"))
    database.add("derived-before-cloned", clones("with"), derives("without"))
    database.add("derived-before-cloned-2", derives("with"), clones("without"))
    database.add("denied", derives("with"), devices("-a"))
    database.add("denied-again", derives("with", "denied"))
    database.add("twice", devices("a", "-a"))
    database.add("twice-2", devices("-a", "a"))
    database.add("circle", derives("circle-2"), devices("x"))
    database.add("circle-2", clones("circle"), devices("y"))
    database.add("itself", derives("itself"), devices("z"))
    database.add("orphan", derives("nowhere"), devices("o"))
    return database


@pytest.mark.parametrize(
    ("name", "drivers"),
    [
        ("base", "abc"),
        ("child", "bcd"),
        ("grandchild", "abcd"),
        ("clone", "ac"),
        ("upgrade", "e"),
        ("later-without", ""),
        ("later-with", "a"),
        ("derived-before-cloned", ""),
        ("derived-before-cloned-2", "a"),
        ("denied", ""),
        ("denied-again", ""),
        ("twice", ""),
        ("twice-2", "a"),
        ("circle", "xy"),
        ("circle-2", "xy"),
        ("itself", "z"),
        ("orphan", "o"),
    ],
)
def test_drivers_are_inherited(family: Database, name: str, drivers: str) -> None:
    assert describe(f"toy{name}").devices == set(drivers)


@pytest.mark.parametrize(
    ("name", "bios", "efi"), [("base", "yes", "yes"), ("child", "no", "yes"), ("clone", "yes", "yes")]
)
def test_firmware_is_inherited(family: Database, name: str, bios: str, efi: str) -> None:
    assert describe(f"toy{name}").firmware == {"x86_64 bios": bios, "x86_64 efi": efi}


def test_an_upgrade_inherits_nothing(family: Database) -> None:
    assert describe("toyupgrade").firmware == {}


def test_the_name_is_not_inherited(family: Database) -> None:
    assert describe("toychild").attributes["name"] == "Toy child"
    family.file("<libosinfo><os id='http://example.org/toy/bare'>" + derives("base") + "</os></libosinfo>",
                "example.org/toy-bare.xml")  # fmt: skip
    assert describe("http://example.org/toy/bare").attributes == {"id": "http://example.org/toy/bare"}


MINIMUM = "<minimum><n-cpus>1</n-cpus><cpu>1000</cpu><ram>1048576</ram><storage>5000</storage></minimum>"
RECOMMENDED = "<recommended><ram>2097152</ram></recommended>"
MAXIMUM = "<maximum><n-cpus>64</n-cpus></maximum>"
ALL = {"all minimum": {"n-cpus": "1", "cpu": "1000", "ram": "1024", "storage": "5000"}}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (resources("all", MINIMUM), ALL),
        (derives("base"), {}),
        (derives("base") + resources("all", inherit=True), {**ALL, "all recommended": {"ram": "2048"}}),
        (derives("heir") + resources("all", inherit=True), {**ALL, "all recommended": {"ram": "2048"}}),
        (derives("middle") + resources("all", inherit=True), {**ALL, "all recommended": {"ram": "2048"}}),
        (clones("base") + resources("all", inherit=True), {**ALL, "all recommended": {"ram": "2048"}}),
        (derives("base") + resources("x86_64", inherit=True), {"x86_64 maximum": {"n-cpus": "64"}}),
        (derives("base") + resources("s390x", inherit=True), {}),
        (derives("base") + resources("all", "<minimum><ram>4194304</ram></minimum>"), {"all minimum": {"ram": "4096"}}),
        (
            derives("base") + resources("all", "<minimum><ram>4194304</ram></minimum>", inherit=True),
            {"all minimum": {**ALL["all minimum"], "ram": "4096"}, "all recommended": {"ram": "2048"}},
        ),
        (resources("all", "<minimum><ram> 1500000 </ram></minimum>"), {"all minimum": {"ram": "1464"}}),
        (resources("all", "<minimum><ram>35184372088832</ram></minimum>"), {"all minimum": {"ram": "34359738368"}}),
    ],
)
def test_resources_are_inherited_where_they_say_so(
    database: Database, parts: str, expected: dict[str, dict[str, str]]
) -> None:
    database.add("base", resources("all", MINIMUM, RECOMMENDED), resources("x86_64", MAXIMUM))
    database.add("heir", derives("base"), resources("all", inherit=True))
    database.add("middle", derives("base"))
    database.add("1", parts)
    assert describe("toy1").resources == expected


# Additions


def test_additions_of_every_database_are_joined(database: Database) -> None:
    database.add("1", devices("a"), "<family>linux</family>")
    database.extend("1", "10.xml", devices("b"))
    database.extend("1", "20.xml", devices("c"), "<firmware arch='x86_64' type='efi'/>", database="local")
    database.extend("1", "notes.txt", devices("d"))
    known = describe("toy1")
    assert known.devices == set("abc") and known.firmware == {"x86_64 efi": "yes"}
    assert known.attributes["family"] == "linux" and known.attributes["name"] == "Toy 1"


def test_an_addition_has_the_last_word(database: Database) -> None:
    database.add("1", devices("a", "-b"), "<firmware arch='x86_64' type='efi'/>")
    database.extend("1", "10.xml", devices("-a", "b"), "<firmware arch='x86_64' type='efi' supported='false'/>")
    known = describe("toy1")
    assert known.devices == {"b"} and known.firmware == {"x86_64 efi": "no"}


def test_additions_are_inherited(database: Database) -> None:
    database.add("1", devices("a"))
    database.extend("1", "10.xml", devices("b"), derives("far"), database="user")
    database.add("far", devices("f"))
    database.add("2", derives("1"), devices("c"))
    assert describe("toy2").devices == set("abcf")


def test_an_addition_is_no_entry(database: Database) -> None:
    database.extend("1", "10.xml", devices("b"))
    assert "does not know" in describe("toy1").note


# Hostile and damaged


@pytest.mark.parametrize(
    "selector",
    [
        "http://../toy/1",
        "http://../secret",
        "http://example.org/../../secret",
        "http://example.org/../toy/1",
        "http://example.org/toy/1/../1",
        "http://%2e%2e/secret",
        "http:///secret",
        "http://example.org/",
        "http://example.org",
        "://",
        ":",
        "../../secret",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://.hidden/secret",
        "http://example.org/toy\\1",
        "http://example.org/toy 1",
        "http://example.org/toy\n1",
        "http://example.org/toy\x001",
        "http://example.org/toy\x1b[2J",
        "http://example.org/\udcff",
        "\x00",
        "\udcff",
        "toy1\n",
        "http://example.org/" + "a" * 100_000,
        "a" * 1_000_000,
        "http://example.org/" + "a/" * 10_000,
        "http://example.org/toy/1' or '1'='1",
        "*",
        ".*",
    ],
)
def test_a_hostile_id_is_unknown_and_stays_in_the_database(
    database: Database, selector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.add("1", devices("a"))
    (database.root / "secret.xml").write_text(entry("secret", devices("s")))
    (database.root / "system/secret.xml").write_text(entry("secret", devices("s")))
    opened: list[str] = []
    opens = open

    def watched(file: str, *args: Any) -> Any:
        opened.append(file)
        return opens(file, *args)

    monkeypatch.setattr("builtins.open", watched)
    known = describe(selector)
    monkeypatch.undo()
    assert known.devices == set() and known.note
    inside = os.path.join(database.root, "system", "os", "")
    assert [path for path in opened if not os.path.realpath(path).startswith((inside, os.devnull))] == []


@given(st.text(max_size=60))
def test_no_text_at_all_fails(selector: str) -> None:
    etree.fromstring(osinfo.describe(selector).xml)


DAMAGED = {
    "cut off": entry("1")[:-20].encode(),
    "a DTD": b"<!DOCTYPE libosinfo [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + entry("1", devices("&e;")).encode(),
    "no os": b"<libosinfo><!-- <os id='http://example.org/toy/1'><short-id>toy1</short-id></os> --></libosinfo>",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_entry_is_told(database: Database, data: bytes) -> None:
    database.file(data, "example.org/toy-1.xml")
    known = describe("http://example.org/toy/1")
    assert known._replace(note="") == Known({"id": "http://example.org/toy/1"}, set(), {}, {}, "")
    assert "is damaged (os/example.org/toy-1.xml)" in known.note


def test_damaged_ancestors_and_additions_are_passed_over(database: Database) -> None:
    database.add("1", derives("2", "3"), devices("a"))
    database.file(entry("2", devices("b"))[:-20], "example.org/toy-2.xml")
    database.add("3", devices("c"))
    database.file("<libosinfo>", "example.org/toy-1.d/10.xml")
    database.file(b"\xff\xfe\x00", "example.org/toy-1.d/20.xml")
    database.file("<libosinfo/>", "example.org/toy-1.d/30.xml")
    database.extend("1", "40.xml", devices("d"))
    known = describe("toy1")
    assert (known.devices, known.note) == (set("acd"), "")


def test_what_cannot_be_opened_is_passed_over(database: Database) -> None:
    database.add("1", devices("a"), derives("2"))
    (database.root / "system/os/example.org/toy-2.xml").mkdir()
    (database.root / "system/os/example.org/toy-1.d").mkdir()
    (database.root / "system/os/example.org/toy-1.d/10.xml").symlink_to("nowhere")
    (database.root / "system/os/example.org/toy-3.xml").symlink_to("toy-3.xml")
    assert describe("toy1").devices == {"a"}
    assert "does not know" in describe("http://example.org/toy/2").note
    assert "does not know" in describe("http://example.org/toy/3").note


def test_a_long_line_of_ancestors_is_followed_once(database: Database) -> None:
    for number in range(200):
        parents = [str(other) for other in (number + 1, number + 2) if other < 200]
        database.add(str(number), derives(*parents), devices(f"d{number}"))
    assert len(describe("toy0").devices) == 200


# The installed database


def test_every_installed_id_and_short_id_is_known(installed: list[etree._Element]) -> None:
    for found in installed:
        known = describe(found.get("id", ""))
        assert (known.note, known.attributes["id"]) == ("", found.get("id"))
        assert known.attributes["short-id"] == found.findtext("short-id")
    shorts = {short.text: found.get("id") for found in installed for short in found.iterchildren("short-id")}
    for short, identifier in [*shorts.items()][:: len(shorts) // 40]:
        assert describe(short or "").attributes["id"] == identifier
    every = b"".join(path.read_bytes() for path in INSTALLED.glob("*/*.xml"))
    assert {match.decode() for match in osinfo._SHORT_ID.findall(every)} == shorts.keys()


#: What libosinfo 1.10 says (osinfo_os_get_all_devices, …) of entries that inherit, with osinfo-db 20221130 and later.
LIBOSINFO = {
    "debian11": ({"1af4/1000", "1af4/1041", "1af4/1050"}, "x86_64 efi"),
    "fedora37": ({"1af4/1041", "1af4/1045", "1af4/1052"}, "x86_64 efi"),
    "rhel9.0": ({"1af4/1041", "1af4/1044", "1af4/1048"}, "x86_64 efi"),
    "win11": (set(), "x86_64 efi"),
}


@pytest.mark.parametrize("short", LIBOSINFO)
def test_well_known_systems_have_the_drivers_that_libosinfo_lists(installed: list[etree._Element], short: str) -> None:
    drivers, firmware = LIBOSINFO[short]
    known = describe(short)
    assert drivers <= known.devices and known.firmware[firmware] == "yes"
    if short == "win11":
        assert known.firmware["x86_64 bios"] == "no"
        assert not [device for device in known.devices if re.match("1af4/10", device)]
    else:
        assert known.attributes["family"] == "linux"
