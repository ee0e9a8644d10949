"""Readers of other tools' configurations: their syntax, and what is no syntax. Nothing is run, nothing leaks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from xfm.errors import DocumentError
from xfm.native import convert, neutral
from xfm.native.convert import FORMATS
from xfm.native.neutral import NAMESPACE, Config
from xfm.native.xenspecs import fields

N = f"{{{NAMESPACE}}}"


def values(config: Config) -> dict[str, str | None]:
    """Each entry of the top level, by the name to go by."""
    return {str(entry.get("id")): entry.get("value") for entry in config.root.iterfind(f"{N}entry")}


def items(config: Config, name: str) -> list[str | None]:
    return [item.get("value") for entry in config.root.iterfind(f"{N}entry[@id='{name}']") for item in entry]


def refused(form: str, text: str) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        convert.read(text.encode(), form)
    assert raised.value.code == "native-syntax"
    assert raised.value.hint
    return raised.value


# --- Xen ---


def test_xl_values_are_strings_numbers_and_lists() -> None:
    config = convert.read(b"a='x'; b = 0x10\nc=017 # eight\nd = -3\ne = [1, ['y', 2],]\nf = \"it's\"\n", "xen-xl")
    assert values(config) == {"a": "x", "b": "16", "c": "15", "d": "-3", "e": None, "f": "it's"}
    assert items(config, "e") == ["1", "[y, 2]"]


def test_xl_strings_have_the_escapes_of_c() -> None:
    assert values(convert.read(rb"a = 'q\'\x41\101\t\\'", "xen-xl")) == {"a": "q'AA\t\\"}


def test_xl_lists_run_over_lines_and_know_theirs() -> None:
    config = convert.read(b"\nvif = [\n  'bridge=a', # one\n\n  'bridge=b'\n]\nname = 'x'\n", "xen-xl")
    assert [item.get("line") for item in config.root.iter(f"{N}item")] == ["3", "5"]
    assert [entry.get("line") for entry in config.root.iter(f"{N}entry")] == ["2", "7"]


def test_xl_takes_the_last_of_two_assignments_and_joins_by_plus() -> None:
    config = convert.read(b"a = 1\na = 2\nb = ['x']\nb += ['y']\nc = 'm'\nc += 'n'\nd += ['z']\n", "xen-xl")
    assert values(config)["a"] == "2"
    assert (items(config, "b"), values(config)["c"], items(config, "d")) == (["x", "y"], "mn", ["z"])


def test_only_xm_knows_the_words_of_python() -> None:
    assert values(convert.read(b"a = True\nb = False\nc = None\n", "xen-xm")) == {"a": "1", "b": "0", "c": ""}
    assert refused("xen-xl", "a = True\n").line == 1


@pytest.mark.parametrize("form", ["xen-xl", "xen-xm"])
def test_strings_in_three_quotation_marks_run_over_lines(form: str) -> None:
    text = 'a = """it\'s "x"\n\\"""\\\n."""\nb = [\'\'\'y\'z\'\'\']\nc = \'\'\nd = """"""\n'
    config = convert.read(text.encode(), form)
    assert values(config) == {"a": 'it\'s "x"\n""".', "b": None, "c": "", "d": ""}
    assert items(config, "b") == ["y'z"]
    assert [entry.get("line") for entry in config.root] == ["1", "4", "5", "6"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = 1\nb = """open\n"" \n', 2),
        ("a = '''x''' 'y'\n", 1),
        ("a = 1\nimport os\n", 2),
        ("a = __import__('os').system('true')\n", 1),
        ("a = 'x' + 'y'\n", 1),
        ("a = 'open\n", 1),
        ("a = [1, 2\n", 2),
        ("a = [1 2]\n", 1),
        ("a = [,]\n", 1),
        ("\n\n= 3\n", 3),
        ("a 3\n", 1),
        ("a = 3x\n", 1),
        ("a = 1\na += 'x'\nb = [1]\nb += 'x'\n", 4),
        ("a = {'b': 1}\n", 1),
        ("a = " + "[" * 20 + "]" * 20, 1),
        ("a = 123456789012345678901234567890\n", 1),
        ("a = 'x\\x01'\n", 1),
    ],
)
def test_what_is_no_assignment_of_literals_is_refused_with_its_line(text: str, line: int) -> None:
    for form in ("xen-xl", "xen-xm"):
        assert refused(form, text).line == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/dev/vg/a,,hda", {"target": "/dev/vg/a", "format": "", "vdev": "hda"}),
        ("/dev/vg/a,raw,hda,rw", {"target": "/dev/vg/a", "format": "raw", "vdev": "hda", "access": "rw"}),
        ("raw:/dev/vg/a,hda,w", {"target": "/dev/vg/a", "format": "raw", "vdev": "hda", "access": "w"}),
        ("/i.iso,,hdc,,cdrom", {"target": "/i.iso", "format": "", "vdev": "hdc", "access": "", "devtype": "cdrom"}),
        (
            "raw:/i.iso,hdc:cdrom,ro",
            {"target": "/i.iso", "format": "raw", "vdev": "hdc", "devtype": "cdrom", "access": "ro"},
        ),
        ("vdev=hda,target=/a, b=c", {"vdev": "hda", "target": "/a, b=c"}),
        ("vdev=xvda,/dev/a,qcow2", {"vdev": "xvda", "target": "/dev/a", "format": "qcow2"}),
        (
            "tap:aio:/a.img,xvda,r",
            {"target": "/a.img", "prefix": "tap", "format": "raw", "vdev": "xvda", "access": "r"},
        ),
        ("phy:/dev/a,ioemu:hda,w", {"target": "/dev/a", "prefix": "phy", "vdev": "hda", "access": "w"}),
        ("iscsi:iqn.x,xvda,w", {"target": "iscsi:iqn.x", "script": "block-iscsi", "vdev": "xvda", "access": "w"}),
        ("/a,raw,hda,rw,what", {"target": "/a", "format": "raw", "vdev": "hda", "access": "rw", "surplus": "what"}),
    ],
)
def test_a_disk_is_taken_apart_as_its_manual_says(text: str, expected: dict[str, str]) -> None:
    assert dict(fields("disk", text)) == expected


def test_a_pci_address_is_taken_apart() -> None:
    assert dict(fields("pci", "0000:0a:1f.7@5,permissive=1")) == {
        "domain": "0000",
        "bus": "0a",
        "slot": "1f",
        "function": "7",
        "vslot": "5",
        "permissive": "1",
    }
    assert fields("pci", "rdm_policy=strict") == []


# --- OpenVZ ---


def test_openvz_is_read_without_a_shell() -> None:
    text = (
        b"A=\"x $VEID ${VEID} $HOME `id` $(id) \\$5\" # c\nB='$(id)'\nexport C=7;\n"
        b"#UUID: 0f7c2f0a-5a8e-4a53-8a51-5c0f8a3b1e11\n"
    )
    assert values(convert.read(text, "openvz", "101")) == {
        "A": "x 101 101 $HOME `id` $(id) $5",
        "B": "$(id)",
        "C": "7",
        "#UUID": "0f7c2f0a-5a8e-4a53-8a51-5c0f8a3b1e11",
    }


def test_openvz_knows_veid_from_the_file_itself() -> None:
    assert values(convert.read(b'A="/vz/$VEID"\nVEID=7\n', "openvz"))["A"] == "/vz/7"
    assert values(convert.read(b'A="/vz/$VEID"\n', "openvz"))["A"] == "/vz/$VEID"


@pytest.mark.parametrize("line", ['A="x', "rm -rf /", "A=x y", "A = x", ". /etc/vz/vz.conf", "if true; then"])
def test_openvz_takes_nothing_but_assignments(line: str) -> None:
    assert refused("openvz", f"OK=1\n{line}\n").line == 2


# --- LXC ---


def test_lxc_networks_are_grouped_by_index_or_by_type() -> None:
    text = (
        b"lxc.net.1.type = veth\nlxc.net.0.type = phys\nlxc.net.1.link = br1\n"
        b"lxc.network.type = veth\nlxc.network.ipv4 = 192.0.2.1/24\nlxc.network.type = empty\n"
    )
    config = convert.read(text, "lxc-tools")
    groups = [{str(e.get("id")): e.get("value") for e in group} for group in config.root.iterfind(f"{N}group")]
    assert groups == [
        {"type": "veth", "link": "br1"},
        {"type": "phys"},
        {"type": "veth", "ipv4.address": "192.0.2.1/24"},
        {"type": "empty"},
    ]


def test_lxc_keys_of_old_go_by_their_new_names() -> None:
    config = convert.read(b'lxc.utsname = "a b"\nlxc.id_map = u 0 1 2\nlxc.tty=4\n', "lxc-tools")
    assert values(config) == {"lxc.uts.name": "a b", "lxc.idmap": "u 0 1 2", "lxc.tty.max": "4"}
    assert items(config, "lxc.idmap") == ["u", "0", "1", "2"]


def test_lxc_refuses_a_line_without_an_equals_sign() -> None:
    assert refused("lxc-tools", "# c\n\nlxc.utsname a\n").line == 3


# --- VMware ---


def test_vmx_keys_have_no_case_and_values_have_escapes() -> None:
    config = convert.read(b'DisplayName = "a|22b|C3|A9"\n#c\nbare = 7\nDISPLAYNAME = "later"\n', "vmware-vmx")
    assert values(config) == {"displayname": "later", "bare": "7"}
    assert [e.get("key") for e in config.root] == ["DISPLAYNAME", "bare"]
    assert values(convert.read(b'a = "a|22b|C3|A9"\n', "vmware-vmx")) == {"a": 'a"b\u00e9'}


def test_vmx_devices_are_groups() -> None:
    config = convert.read(b'scsi0:1.present = "TRUE"\nscsi0.present = "TRUE"\nscsi0:01.fileName = "x"\n', "vmware-vmx")
    groups = [(g.get("kind"), g.get("index"), g.get("unit"), len(g)) for g in config.root]
    assert groups == [("scsi", "0", "1", 2), ("scsi", "0", None, 1)]


def test_vmx_is_read_in_the_encoding_that_it_names() -> None:
    data = '.encoding = "windows-1252"\ndisplayName = "B\u00fcro"\n'.encode("cp1252")
    assert values(convert.read(data, "vmware-vmx"))["displayname"] == "B\u00fcro"
    for data in (b'.encoding = "UTF-7"\n', b'\n.encoding = "UTF-8"\na = "\xfc"\n'):
        with pytest.raises(DocumentError) as raised:
            convert.read(data, "vmware-vmx")
        assert raised.value.code == "encoding"


def test_vmx_refuses_what_is_no_setting() -> None:
    assert refused("vmware-vmx", 'a = "1"\nb = "x" y\n').line == 2
    assert refused("vmware-vmx", "<xml/>\n").line == 1


# --- hostile input ---


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_no_utf_8_is_refused_with_its_line(form: str) -> None:
    with pytest.raises(DocumentError) as raised:
        convert.read(b"# a\n# \xff\n", form)
    assert (raised.value.code, raised.value.line) == ("encoding", 2)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=60)
@given(text=st.text(alphabet=st.sampled_from("ab.=[]'\"\\|:;,#$\n 0x-+\x01\ud800"), max_size=60))
def test_any_text_is_read_or_refused(form: str, text: str) -> None:
    try:
        config = convert.read(text.encode("utf-8", "surrogatepass"), form)
    except DocumentError as error:
        assert error.code in ("native-syntax", "encoding")
    else:
        etree.fromstring(etree.tostring(config.tree))


def test_markup_in_a_value_stays_text() -> None:
    config = convert.read(b"name = '<!DOCTYPE a [<!ENTITY b \"c\">]>&b;</domain>'\n", "xen-xl")
    again = etree.fromstring(etree.tostring(config.tree))
    assert again[0].get("value") == '<!DOCTYPE a [<!ENTITY b "c">]>&b;</domain>'


SECRETS = {
    "xen-xl": "vncpasswd = 'top-hat-9'\n",
    "xen-xm": "vfb = ['vnc=1,vncpasswd=top-hat-9']\n",
    "lxc-tools": "lxc.environment = TOKEN=top-hat-9\n",
    "vmware-vmx": 'RemoteDisplay.vnc.password = "top-hat-9"\n',
    "openvz": 'USERPW="top-hat-9"\n',
}


@pytest.mark.parametrize("form", FORMATS)
def test_passwords_are_known_and_never_in_an_error(form: str) -> None:
    found = convert.secrets(SECRETS[form].encode(), form)
    assert any("top-hat-9" in secret for secret in found)
    broken = SECRETS[form] + "\n<<<\n"
    assert "top-hat-9" not in repr(refused(form, broken).fields())
    assert "top-hat-9" not in convert.scrubbed("bad value top-hat-9", broken.encode(), form)


def test_the_name_of_a_setting_tells_whether_it_is_a_password() -> None:
    names = ["ADMIN_PASSWORD", "USERPW", "rootpw", "PW_ROOT", "pw.hash", "DB_TOKEN", "power", "HWPWM", "spawn"]
    assert [name for name in names if neutral.is_telling(name)] == names[:6]


def test_a_value_that_names_a_password_is_marked_too() -> None:
    config = Config("xen-xl")
    entry = config.entry("device_model_args", 1)
    config.item(entry, 1, "password=x1y2")
    assert neutral.secrets(config.tree) == {"password=x1y2"}
