"""From a configuration to domain XML: the samples of tests/fixtures/import, and what is refused.

Each ``NAME.FORMAT`` there has ``NAME.FORMAT.xml``, the domain, and ``NAME.FORMAT.notes``, what is said of the settings
that have no place in it. ``pytest --regen`` writes those that are missing: read what it wrote.
"""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from lxml import etree

from xfm import redact, resources, schema, source
from xfm.errors import DocumentError
from xfm.limits import NATIVE_BYTES
from xfm.native import blame
from xfm.native.convert import FORMATS, Imported, convert, read
from xfm.native.neutral import NAMESPACE
from xfm.serialize import serialize
from xfm.stylesheet import own

FIXTURES = Path(__file__).parents[1] / "fixtures" / "import"
SAMPLES = sorted(path for path in FIXTURES.iterdir() if path.suffix[1:] in FORMATS)
NATIVE = f"{{{NAMESPACE}}}"
#: Enough of each format for a domain.
LEAST = {
    "xen-xl": "name = 'a'\nmemory = 64\n",
    "xen-xm": "name = 'a'\nmemory = 64\n",
    "openvz": "VEID=7\n",
    "lxc-tools": "lxc.uts.name = a\nlxc.rootfs.path = /srv/a\n",
    "vmware-vmx": 'displayName = "a"\n',
}


def each_sample() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", SAMPLES, ids=[path.name for path in SAMPLES])


def imported(text: str | bytes, form: str, **how: str) -> Imported:
    data = text if isinstance(text, bytes) else text.encode()
    return convert(data, form, schema.find(), **how)


def of_sample(sample: Path) -> Imported:
    return imported(sample.read_bytes(), sample.suffix[1:], file=f"/srv/vm/{sample.stem}")


def domain(text: str, form: str) -> etree._Element:
    return etree.fromstring(imported(LEAST[form] + text, form).xml)


def refused(text: str | bytes, form: str, **how: str) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        imported(text, form, **how)
    assert raised.value.hint
    return raised.value


def test_every_format_has_a_sample() -> None:
    assert {sample.suffix[1:] for sample in SAMPLES} == set(FORMATS)
    assert sorted(FIXTURES.iterdir()) == sorted(
        path for sample in SAMPLES for path in (sample, Path(f"{sample}.xml"), Path(f"{sample}.notes"))
    )


@each_sample()
def test_a_sample_becomes_the_expected_domain(sample: Path, request: pytest.FixtureRequest) -> None:
    found = of_sample(sample)
    for ending, actual in ((".xml", found.xml.decode()), (".notes", "".join(f"{note}\n" for note in found.notes))):
        expected = Path(f"{sample}{ending}")
        if not expected.exists() and request.config.getoption("--regen"):
            expected.write_text(actual, "utf-8")
        assert actual == expected.read_text("utf-8")


@each_sample()
def test_the_domain_fits_the_schema_and_reads_back_as_it_was_written(sample: Path) -> None:
    xml = of_sample(sample).xml
    document = source.parse_domain(xml)
    assert schema.find().violations(document) == []
    assert serialize(document) == xml


@each_sample()
def test_every_setting_is_placed_or_kept_and_said(sample: Path) -> None:
    """A setting that nobody knows, put beside those of the sample, is the only thing that is new."""
    form = sample.suffix[1:]
    key = {"openvz": "ZEBRA", "lxc-tools": "lxc.zebra"}.get(form, "zebra")
    before = of_sample(sample)
    data = sample.read_bytes() + f"{key} = 'z 9'\n".replace(" = ", "=" if form == "openvz" else " = ").encode()
    if form == "vmware-vmx":
        data = data.replace(b"'z 9'", b'"z 9"')
    after = imported(data, form, file=f"/srv/vm/{sample.stem}")
    line = data.count(b"\n")
    assert [note for note in after.notes if note not in before.notes] == [
        f"line {line}: {key} has no place in domain XML; it is kept in the metadata"
    ]
    kept = etree.fromstring(after.xml).findall(f"metadata/{NATIVE}config/{NATIVE}entry")
    assert kept[-1].get("value") == "z 9"
    assert "z 9" not in "".join(after.notes)


# --- what is missing, or wrong ---


@pytest.mark.parametrize("form", FORMATS)
def test_the_name_can_be_given(form: str) -> None:
    assert etree.fromstring(imported(LEAST[form], form, name="other").xml).findtext("name") == "other"
    assert refused(LEAST[form], form, name="a/b").code == "native-incomplete"


def test_without_a_name_the_place_of_the_file_may_have_it() -> None:
    def name(text: str, form: str, file: str) -> str | None:
        return etree.fromstring(imported(text, form, file=file).xml).findtext("name")

    assert name("CPUS=1\n", "openvz", "/etc/vz/conf/103.conf") == "103"
    assert name("lxc.rootfs.path = /srv/a\n", "lxc-tools", "/var/lib/lxc/web/config") == "web"
    assert name('memsize = "64"\n', "vmware-vmx", "/vm/web.vmx") == "web"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("xen-xl", "memory = 64\n"),
        ("openvz", "CPUS=1\n"),
        ("lxc-tools", "lxc.rootfs.path = /srv/a\n"),
        ("vmware-vmx", 'memsize = "64"\n'),
        ("xen-xl", "name = 'a'\n"),
    ],
)
def test_what_domain_xml_must_say_is_asked_for(form: str, text: str) -> None:
    assert refused(text, form).code == "native-incomplete"


@pytest.mark.parametrize("text", ["name = 'a'\nmemory = 0\n", "name = 'a'\nmemory = 64\nmaxmem = 0\n"])
def test_a_domain_has_some_memory(text: str) -> None:
    assert refused(text, "xen-xl").code == "native-incomplete"
    assert refused(LEAST["vmware-vmx"] + 'memSize = "0"\n', "vmware-vmx").code == "native-incomplete"


@pytest.mark.parametrize(
    "root",
    [
        "",
        "lxc.rootfs.path =\n",
        "lxc.rootfs = overlayfs:/a:/b\n",
        "lxc.rootfs.path = overlay:/base:/upper\n",
        "lxc.rootfs.path = zfs:pool/a\n",
        "lxc.rootfs.path = rootfs\n",
        "lxc.rootfs.path = dir:rootfs\n",
        "lxc.rootfs.path = /srv/a\nlxc.rootfs.path = nbd:/a\n",
        "lxc.mount.entry = /srv/a / none bind 0 0\n",
        "lxc.mount.entry = /srv/a var none bind 0 0\n",
    ],
)
def test_a_container_without_a_root_of_its_own_is_refused(root: str) -> None:
    """libvirt would let it run on the host's."""
    error = refused(f"lxc.uts.name = a\nlxc.network.type = none\n{root}", "lxc-tools")
    assert error.code == "native-incomplete"
    assert "lxc.rootfs.path" in error.hint


@pytest.mark.parametrize(
    ("path", "kind", "source"),
    [
        ("/srv/a", "mount", "/srv/a"),
        ("/a:/b", "mount", "/a:/b"),
        ("btrfs:/srv/a", "mount", "/srv/a"),
        ("lvm:/dev/vg/a", "block", "/dev/vg/a"),
        ("loop:/srv/a.img", "file", "/srv/a.img"),
    ],
)
def test_a_container_has_one_root(path: str, kind: str, source: str) -> None:
    text = f"lxc.uts.name = a\nlxc.rootfs.path = {path}\nlxc.mount.entry = /srv/b / none bind 0 0\n"
    found = imported(text, "lxc-tools")
    (root,) = etree.fromstring(found.xml).findall("devices/filesystem")
    assert (root.get("type"), root.find("source").values()) == (kind, [source])  # type: ignore[union-attr]
    assert found.notes == ("line 3: lxc.mount.entry has no place in domain XML; it is kept in the metadata",)


@pytest.mark.parametrize(
    ("form", "text", "what", "line"),
    [
        ("xen-xl", "uuid = 'nonsense'\n", "uuid", 3),
        ("xen-xl", "acpi = 1\nvcpus = 0\npae = 1\n", "vcpus", 4),
        ("xen-xl", "vif = ['bridge=b',\n 'bridge=b,mac=zz']\nuuid = 'zz'\n", "vif (mac)", 4),
        ("xen-xm", "memory = -1\n", "memory", 3),
        ("openvz", 'CPUS=1\nNETIF="ifname=eth0;ifname=eth1,mac=q"\n', "NETIF (mac)", 3),
        ("lxc-tools", "lxc.net.0.type = veth\nlxc.net.0.hwaddr = q\nlxc.tty.max = 1\n", "lxc.net.0.hwaddr", 4),
        ("vmware-vmx", 'numvcpus = "2"\nmemSize = "x"\n', "memSize", 3),
    ],
)
def test_a_value_that_the_schema_refuses_is_named_with_its_line(form: str, text: str, what: str, line: int) -> None:
    error = refused(LEAST[form] + text, form)
    assert (error.code, error.exit_status, error.line) == ("native-invalid", 1, line)
    assert error.message.startswith(f"libvirt's schema does not accept the value of {what}: ")
    assert error.violations


def test_a_name_that_the_schema_refuses_is_named() -> None:
    for text, how in (("name = 'a\\nb'\nmemory = 64\n", {}), (LEAST["xen-xl"], {"name": "a\nb"})):
        error = refused(text, "xen-xl", **how)
        assert (error.code, error.line) == ("native-invalid", 0)
        assert "the domain's name" in error.message
        assert "--name" in error.hint


@each_sample()
def test_the_beginning_of_a_sample_is_valid_too(sample: Path) -> None:
    """Else the setting that is named would be one that only lacks what follows it."""
    tree = read(sample.read_bytes(), sample.suffix[1:]).tree
    tried = []

    def is_refused(part: etree._ElementTree) -> bool:
        made = own.transform(f"import/{sample.suffix[1:]}.xsl", part, given="a", fallback="", base="/")
        tried.append(len(list(part.iter())))
        return bool(schema.find().violations(made))

    count = len(blame.settings(tree))
    assert not [number for number in range(count + 1) if is_refused(blame.first(tree, number))]
    assert len(set(tried)) == count + 1


def test_a_relative_name_starts_in_the_directory_of_the_file_or_where_it_is_told() -> None:
    text = LEAST["vmware-vmx"] + 'scsi0:0.present = "TRUE"\nscsi0:0.fileName = "a.vmdk"\n'
    for how, path in (({"file": "/vm/a.vmx"}, "/vm/a.vmdk"), ({"file": "/vm/a.vmx", "base": "/b"}, "/b/a.vmdk")):
        found = etree.fromstring(imported(text, "vmware-vmx", **how).xml)
        assert found.find("devices/disk/source").get("file") == path  # type: ignore[union-attr]
    assert etree.fromstring(imported(text, "vmware-vmx", base="/b").xml).find("devices/disk/source") is not None
    assert "--base" in refused(text, "vmware-vmx").hint


# --- hostile input ---


@pytest.mark.parametrize("form", FORMATS)
def test_size_and_content_have_bounds(form: str) -> None:
    assert refused(b" \n", form).code == "empty-input"
    assert refused(b"#" * (NATIVE_BYTES + 1), form).code == "too-large"
    assert refused(b"a\0b", form).code == "encoding"


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("xen-xl", "k{} = 1\n"),
        ("xen-xl", "vif += ['bridge=b{}']\n"),
        ("xen-xl", "serial += ['pty']\n"),
        ("openvz", "K{}=1\n"),
        ("lxc-tools", "lxc.net.{}.type = veth\nlxc.net.{}.link = br0\n"),
        ("lxc-tools", "lxc.mount.entry = /a{} b none ro 0 0\n"),
        ("lxc-tools", "lxc.cgroup.blkio.throttle.read_bps_device = 8:{} 1\n"),
        ("lxc-tools", "lxc.cap.drop = mknod\n"),
        ("vmware-vmx", 'k{} = "1"\n'),
    ],
)
def test_a_long_configuration_takes_a_bounded_time(form: str, line: str) -> None:
    room = NATIVE_BYTES - len(LEAST[form])
    count = room // len(line.format(99999, 99999))
    start = time.monotonic()
    found = imported(LEAST[form] + "".join(line.format(number, number) for number in range(count)), form)
    assert time.monotonic() - start < 10
    assert len(found.notes) <= 201


@pytest.mark.parametrize(
    ("form", "text"), [("xen-xl", "type='hvm'\nsoundhw = '{}'\n"), ("xen-xl", "vif = ['ip={}']\n")]
)
def test_a_value_of_countless_parts_is_refused_and_not_followed(form: str, text: str) -> None:
    error = refused(LEAST[form] + text.format("a, ".join(" " for _ in range(15000))), form)
    assert error.code == "native-invalid"


ODD = [
    "",
    "0",
    "-1",
    "99999999999999999",
    "'",
    '"',
    ",",
    "[",
    "a b",
    "/",
    "|",
    "\u00e9",
    "%",
    "up",
    "TRUE",
    "rbd:x",
    "\\",
    "\t",
]


@each_sample()
def test_a_damaged_sample_is_read_or_refused_and_never_more(sample: Path) -> None:
    """A word of it, or several, replaced by something that does not belong there; the same ones in every run."""
    chance = random.Random(sample.name)
    grammar = schema.find()
    for _ in range(40):
        words = re.split(r"(\W+)", sample.read_text("utf-8"))
        for _ in range(chance.randint(1, 4)):
            words[chance.randrange(len(words))] = chance.choice(ODD)
        try:
            found = convert("".join(words).encode(), sample.suffix[1:], grammar, file="/srv/vm/101.conf")
        except DocumentError as error:
            assert error.hint
        else:
            assert grammar.violations(source.parse_domain(found.xml)) == []


def test_a_count_that_nobody_means_makes_no_devices() -> None:
    assert domain("lxc.tty.max = 100000000\n", "lxc-tools").find("devices/console") is None


def test_the_first_of_many_refused_values_is_found_in_a_bounded_time() -> None:
    text = LEAST["xen-xl"] + "".join(f"vif += ['bridge=b{number}']\n" for number in range(1500))
    text += "".join(f"vif += ['mac={number}']\n" for number in range(1000))
    start = time.monotonic()
    assert refused(text, "xen-xl").line == 1503
    assert time.monotonic() - start < 10


def test_passwords_that_have_no_place_are_masked_wherever_the_document_is_shown() -> None:
    xml = imported(LEAST["xen-xl"] + "spicepasswd = 'top-hat-9'\nvnc = 0\n", "xen-xl").xml
    assert b"top-hat-9" in xml  # nothing is lost
    assert redact.secrets(source.parse_domain(xml)) == {"top-hat-9"}


def test_a_password_of_openvz_is_kept_as_a_secret() -> None:
    found = imported('VEID=7\nUSERPW="root:top-hat-9"\n', "openvz")
    assert redact.secrets(source.parse_domain(found.xml)) == {"root:top-hat-9"}
    assert "top-hat-9" not in "".join(found.notes)


def test_a_password_is_no_part_of_what_the_schema_says_of_it() -> None:
    text = LEAST["xen-xl"] + "type='hvm'\nvncpasswd = 'top-hat-9'\nuuid = 'top-hat-9'\n"
    assert "top-hat-9" not in repr(refused(text, "xen-xl").fields())


# --- single rules ---


@pytest.mark.parametrize(
    ("rate", "average"),
    [
        ("1MB/s", "1024"),
        ("10Mb/s", "1280"),
        ("2GB/s", "2097152"),
        ("100KB/s@20ms", "100"),
        ("8192b/s", "1"),
        ("?", None),
    ],
)
def test_a_rate_is_counted_in_kib_a_second(rate: str, average: str | None) -> None:
    found = domain(f"vif = ['bridge=b,rate={rate}']\n", "xen-xl").find("devices/interface/bandwidth/outbound")
    assert (found.get("average") if found is not None else None) == average


@pytest.mark.parametrize(
    ("vif", "bridge", "trunk", "tags", "kept"),
    [
        ("bridge=ovs0.42,script=vif-openvswitch", "ovs0", None, ["42"], None),
        ("bridge=ovs0:42:43,script=vif-openvswitch", "ovs0", "yes", ["42", "43"], None),
        ("bridge=ovs0:42", "ovs0", "yes", ["42"], None),
        ("bridge=ovs0.7:42:43", "ovs0", None, ["7"], "ovs0.7:42:43"),
        ("bridge=ovs0:x", "ovs0", None, [], "ovs0:x"),
        ("bridge=ovs0.x,script=vif-openvswitch", "ovs0", None, [], "ovs0.x"),
        ("script=vif-openvswitch", "xenbr0", None, [], None),
    ],
)
def test_a_bridge_of_open_vswitch_has_vlans_in_its_name(
    vif: str, bridge: str, trunk: str | None, tags: list[str], kept: str | None
) -> None:
    root = domain(f"vif = ['{vif}']\n", "xen-xl")
    assert [source.get("bridge") for source in root.iterfind("devices/interface/source")] == [bridge]
    assert [tag.get("id") for tag in root.iterfind("devices/interface/vlan/tag")] == tags
    assert [vlan.get("trunk") for vlan in root.iterfind("devices/interface/vlan")] == ([trunk] if tags else [])
    assert root.find("devices/interface/virtualport[@type='openvswitch']") is not None
    fields = root.iterfind(f"metadata/{NATIVE}config/{NATIVE}entry/{NATIVE}item/{NATIVE}field")
    assert [field.get("value") for field in fields] == ([kept] if kept else [])


def test_the_bridge_of_another_script_may_have_a_dot_in_its_name() -> None:
    root = domain("vif = ['bridge=br0.7']\n", "xen-xl")
    assert root.find("devices/interface/source[@bridge='br0.7']") is not None
    assert root.find("devices/interface/virtualport") is None


@pytest.mark.parametrize(
    ("value", "kib"),
    [("0:256M", "262144"), ("0:2G", "2097152"), ("65536", "262144"), ("0:1048576b", "1024"), ("0:1t", "1073741824")],
)
def test_pages_of_openvz_are_4_kib_unless_a_suffix_says_otherwise(value: str, kib: str) -> None:
    assert domain(f'PHYSPAGES="{value}"\n', "openvz").findtext("memory") == kib


def test_drives_have_the_names_of_their_places() -> None:
    places = ["scsi0:0", "scsi0:6", "scsi0:8", "scsi1:0", "scsi3:15", "ide0:0", "ide1:1", "sata0:0"]
    text = "".join(f'{place}.present = "TRUE"\n{place}.fileName = "/a/{place}"\n' for place in places)
    found = domain(text, "vmware-vmx").iterfind("devices/disk/target")
    assert [target.get("dev") for target in found] == ["sda", "sdg", "sdh", "sdp", "sdbh", "hda", "hdd", "sdbi"]


@pytest.mark.parametrize(
    "disk",
    [
        "vdev=xvda,target=rbd:pool/image:auth_supported=none",
        "drbd:r0,xvda,w",
        "/a,raw,xvda,w,more",
        "/a,raw",
        ",,xvda",
        "/a,raw,d0p0,w",
        "/a,raw,hdabcdefgh,w",
        "/a,raw,vdA,w",
    ],
)
def test_a_disk_that_libvirt_could_not_name_is_kept_whole(disk: str) -> None:
    root = domain(f"disk = ['{disk}']\n", "xen-xl")
    assert root.find("devices/disk") is None
    kept = root.find(f"metadata/{NATIVE}config/{NATIVE}entry[@key='disk']/{NATIVE}item")
    assert kept is not None
    assert kept.get("value") == disk


def test_xen_types_and_their_machines() -> None:
    for text, kind, machine in (
        ("", "linux", "xenpv"),
        ("type = 'pvh'\n", "xenpvh", "xenpvh"),
        ("type = 'hvm'\n", "hvm", "xenfv"),
        ("builder = 'hvm'\n", "hvm", "xenfv"),
    ):
        element = domain(text, "xen-xl").find("os/type")
        assert element is not None
        assert (element.text, element.get("machine")) == (kind, machine)


def test_vnc_is_on_by_default_in_xl_and_off_in_xm() -> None:
    assert domain("builder = 'hvm'\n", "xen-xl").find("devices/graphics") is not None
    assert domain("builder = 'hvm'\nnographic = 1\n", "xen-xl").find("devices/graphics") is None
    assert domain("builder = 'hvm'\n", "xen-xm").find("devices/graphics") is None


# --- the document ---


@pytest.mark.parametrize(
    ("heading", "sheets"), [("Xen", "xen"), ("OpenVZ", "openvz"), ("LXC", "lxc"), ("VMware", "vmware")]
)
def test_the_document_lists_each_key_that_a_stylesheet_knows(heading: str, sheets: str) -> None:
    text = (Path(resources.STYLESHEETS).parent / "docs" / "import.md").read_text("utf-8")
    section = re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0].lower()
    known: set[str] = set()
    for path in Path(resources.STYLESHEETS, "import").glob(f"{sheets}*.xsl"):
        for first, second in re.findall(r"@id = '([^']+)'|'n:entry', '([^']+)'", path.read_text("utf-8")):
            known.add(first or second)
    listed = set(re.findall(r"`([^`]+)`", section))
    missing = {key for key in known if key and key.lower() not in listed}
    assert {key for key in missing if key.rpartition(".")[0] != "remotedisplay.vnc" and key != "type"} == set()
