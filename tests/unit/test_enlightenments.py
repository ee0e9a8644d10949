"""The stylesheets of the stage enlightenments, and the clock before them.

What each enlightenment needs is written down here a second time, from QEMU's document, and not read from the
stylesheets' table: so that a slip in the one is not believed by the other.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import resources, schema, source
from xfm.errors import DocumentError
from xfm.model import XSL_NAMESPACE
from xfm.stylesheet.parameters import to_xslt
from xfm.stylesheet.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element, _ElementTree

ROOT = Path(__file__).resolve().parents[2]
SHEETS = Path(resources.STYLESHEETS)
RNG = "{http://relaxng.org/ns/structure/1.0}"

#: QEMU docs/system/i386/hyperv.rst (QEMU 10.1), "Requires", by QEMU's own names.
REQUIRES = {
    "hv-synic": {"hv-vpindex"},
    "hv-stimer": {"hv-vpindex", "hv-synic", "hv-time"},
    "hv-tlbflush": {"hv-vpindex"},
    "hv-ipi": {"hv-vpindex"},
    "hv-evmcs": {"hv-vapic"},
    "hv-stimer-direct": {"hv-vpindex", "hv-synic", "hv-time", "hv-stimer"},
    "hv-tlbflush-ext": {"hv-tlbflush"},
    "hv-tlbflush-direct": {"hv-vapic"},
}
#: What libvirt calls them, where it is not what follows "hv-" (src/cpu/cpu_x86_data.h, VIR_CPU_x86_HV_*).
NAMES = {
    "hv-time": "hypervclock",
    "hv-stimer-direct": "stimer/direct",
    "hv-tlbflush-ext": "tlbflush/extended",
    "hv-tlbflush-direct": "tlbflush/direct",
    "hv-vendor-id": "vendor_id",
    "hv-emsr-bitmap": "emsr_bitmap",
    "hv-xmm-input": "xmm_input",
}
#: libvirt formatdomain.html, "Since" of each; 11.0.0's release notes for the two of tlbflush.
SINCE = {
    "relaxed": (1, 0, 0),
    "vapic": (1, 1, 0),
    "spinlocks": (1, 1, 0),
    "vpindex": (1, 3, 3),
    "runtime": (1, 3, 3),
    "synic": (1, 3, 3),
    "stimer": (1, 3, 3),
    "reset": (1, 3, 3),
    "vendor_id": (1, 3, 3),
    "frequencies": (4, 7, 0),
    "reenlightenment": (4, 7, 0),
    "tlbflush": (4, 7, 0),
    "ipi": (4, 10, 0),
    "evmcs": (4, 10, 0),
    "stimer/direct": (5, 7, 0),
    "avic": (8, 10, 0),
    "emsr_bitmap": (10, 7, 0),
    "xmm_input": (10, 7, 0),
    "tlbflush/direct": (11, 0, 0),
    "tlbflush/extended": (11, 0, 0),
}
LISTABLE = [name for name in SINCE if "/" not in name]
WINDOWS = ["2k", "xp", "2k3r2", "vista", "2k8", "7", "2k8r2", "8.1", "2k12", "10", "2k16", "2k19", "2k22", "11", "2k25"]
WITHOUT = {"2k", "xp", "2k3r2"}
LIBVIRTS = [(1, 3, 3), (4, 7, 0), (5, 0, 0), (7, 0, 0), (8, 10, 0), (9, 0, 0), (10, 7, 0), (11, 3, 0)]


def _graph() -> dict[str, set[str]]:
    """What each needs, by libvirt's names: QEMU's word, and a child needs its parent."""
    named = {_named(name): {_named(need) for need in needs} for name, needs in REQUIRES.items()}
    for name in SINCE:
        if "/" in name:
            named.setdefault(name, set()).add(name.partition("/")[0])
    return named


def _named(qemu: str) -> str:
    return NAMES.get(qemu, qemu.removeprefix("hv-"))


def _closed(names: Iterable[str], graph: Mapping[str, set[str]]) -> set[str]:
    done: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in done:
            done.add(name)
            todo.extend(graph.get(name, ()))
    return done


GRAPH = _graph()


class Row(NamedTuple):
    """A row of the table in lib/hyperv.xsl."""

    since: tuple[int, ...]
    build: int
    when: str
    needs: set[str]


def _table() -> dict[str, Row]:
    root = etree.parse(str(SHEETS / "lib" / "hyperv.xsl")).getroot()
    text = str(root.xpath("string(x:variable[@name = 'xfm:hyperv-rows'])", namespaces={"x": XSL_NAMESPACE}))
    rows = {}
    for row in text.strip().removesuffix(";").split(";"):
        name, _, rest = row.partition(":")
        since, build, when, needs = rest.split()
        rows[name.strip()] = Row(_version(since), int(build), when, set(needs.split(",")) - {"-"})
    return rows


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


TABLE = _table()


# --- the table ---


def test_the_table_has_every_enlightenment_once_and_the_timer() -> None:
    assert set(TABLE) == {*SINCE, "hypervclock"}
    text = (SHEETS / "lib" / "hyperv.xsl").read_text("utf-8")
    assert len(re.findall(r"^ {4}[a-z_/]+:.*;$", text, re.MULTILINE)) == len(TABLE)


@pytest.mark.parametrize("name", SINCE)
def test_a_row_says_what_libvirt_and_qemu_say(name: str) -> None:
    assert TABLE[name].since == SINCE[name]
    needs = {key: row.needs for key, row in TABLE.items()}
    assert _closed([name], needs) == _closed([name], GRAPH)


@pytest.mark.parametrize("name", TABLE)
def test_what_is_needed_is_never_newer_than_what_needs_it(name: str) -> None:
    for need in _closed([name], GRAPH):
        assert TABLE[need].since <= TABLE[name].since
        assert TABLE[need].build <= TABLE[name].build


def _of_the_grammar() -> set[str]:
    """The names of hyperv's children, and theirs, in the installed libvirt's grammar."""
    folder = Path(schema.find().path).parent
    files = [etree.parse(str(folder / name)).getroot() for name in ("basictypes.rng", "domaincommon.rng")]
    defines: dict[str, _Element] = {d.get("name", ""): d for root in files for d in root.iterfind(f"{RNG}define")}

    def children(element: _Element) -> Iterable[_Element]:
        for child in element:
            if child.tag == f"{RNG}element":
                yield child
            elif child.tag == f"{RNG}ref":
                yield from children(defines[child.get("name", "")])
            else:
                yield from children(child)

    (hyperv,) = children(defines["hyperv"])
    names = set()
    for child in children(hyperv):
        names.add(child.get("name", ""))
        names |= {f"{child.get('name')}/{grand.get('name')}" for grand in children(child)}
    return names


def test_the_table_has_what_the_installed_grammar_has_and_says_so_by_version() -> None:
    libvirt = _version(schema.find().version)
    assert _of_the_grammar() == {name for name in SINCE if TABLE[name].since <= libvirt}


def test_the_document_has_the_table() -> None:
    text = (ROOT / "docs" / "enlightenments.md").read_text("utf-8")
    shown = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            needs = {need.strip(" `") for need in cells[4].split(",")} - {""}
            shown[cells[0].strip("`")] = Row(_version(cells[1]), int(cells[2]), cells[3], needs)
    assert shown == TABLE


# --- a run ---


class Given(NamedTuple):
    """What a run knows beside the document."""

    os: str = ""
    family: str = ""
    libvirt: tuple[int, ...] = (9, 0, 0)
    schema: tuple[int, ...] = (9, 0, 0)
    hosts: int = 0
    vendors: tuple[str, ...] = ()
    listed: frozenset[str] | None = None
    options: frozenset[str] = frozenset()
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def documents(self) -> dict[str, bytes]:
        """The documents that stylesheets read."""
        kind = f"family='{self.family}'" if self.family else ""
        named = f"<os xmlns='urn:xfm:os:1' id='{self.os}' {kind}/>" if self.os else "<os xmlns='urn:xfm:os:1'/>"
        return {"xfm:os": named.encode(), "xfm:host-facts": self._facts().encode()}

    def _facts(self) -> str:
        listed = "".join(f"<value of='features/hyperv/features'>{name}</value>" for name in sorted(self.listed or ()))
        options = "".join(
            f"<value of='features/hyperv/defaults/{name.replace('/', '_')}'>on</value>" for name in sorted(self.options)
        )
        domains = "".join(
            f"<domain type='kvm' arch='x86_64' family='{family}'>{listed}{options}</domain>" for family in ("q35", "pc")
        )
        return (
            f"<facts xmlns='urn:xfm:host-facts:1' hosts='{self.hosts}' libvirt='{_dotted(self.libvirt)}' "
            f"schema='{_dotted(self.schema)}'>"
            + "".join(f"<cpu arch='x86_64' vendor='{vendor}'/>" for vendor in self.vendors)
            + domains
            + "</facts>"
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


#: Without facts of hosts, the baseline's own table lists these.
CONSERVATIVE = frozenset(LISTABLE) - {"evmcs", "avic", "emsr_bitmap", "xmm_input"}
NO_FACTS = Given(listed=CONSERVATIVE)


def windows(version: str, **more: Any) -> Given:
    return NO_FACTS._replace(os=f"http://microsoft.com/win/{version}", family="winnt", **more)


LINUX = NO_FACTS._replace(os="http://debian.org/debian/11", family="linux")


@functools.cache
def _sheet(name: str) -> Stylesheet:
    return Stylesheet(str(SHEETS / "baseline-1" / f"{name}.xsl"), folder=str(SHEETS), builtin=True)


class Ran(NamedTuple):
    """A document after the run, and what was said."""

    document: _ElementTree
    said: tuple[str, ...]

    def texts(self, xpath: str) -> list[str]:
        found = self.document.xpath(xpath)
        assert isinstance(found, list)
        return [str(text) for text in found]

    @property
    def on(self) -> list[str]:
        """The enlightenments in state on, with the timer, in the order of the document."""
        names = []
        for element in self.document.iterfind("features/hyperv/*[@state='on']"):
            names.append(str(element.tag))
            names += [f"{element.tag!s}/{child.tag!s}" for child in element.iterfind("*[@state='on']")]
        return names + self.texts("/domain/clock/timer[@name = 'hypervclock' and not(@present = 'no')]/@name")

    def left_out(self, what: str) -> str:
        (why,) = (text.partition(f"{what}: ")[2] for text in self.said if text.startswith(f"xfm-left-out: {what}: "))
        return why


def run(document: bytes | _ElementTree, known: Given, *names: str) -> Ran:
    tree = source.parse_domain(document) if isinstance(document, bytes) else document
    said: list[str] = []
    for name in names or ("defaults/clock", "enlightenments/hyperv", "enlightenments/hyperv-prerequisites"):
        sheet = _sheet(name)
        given = {p.name: dict(known.settings).get(p.name, p.default) for p in sheet.declaration.parameters}
        values = {p.name: to_xslt(p, given[p.name] or "") for p in sheet.declaration.parameters}
        tree, messages = sheet.apply(tree, values, known.documents)
        said += messages
    return Ran(tree, tuple(said))


def domain(
    features: str = "", *, kind: str = "kvm", arch: str = "x86_64", machine: str = "q35", rest: str = ""
) -> bytes:
    return (
        f"<domain type='{kind}'><name>a</name><memory unit='MiB'>64</memory><vcpu>2</vcpu><os>"
        f"<type arch='{arch}' machine='{machine}'>hvm</type></os>{features}{rest}</domain>"
    ).encode()


# --- Hyper-V: which ---


SET = ["relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer"]


@pytest.mark.parametrize(
    ("version", "more"),
    [
        ("vista", ["tlbflush"]),
        ("2k8r2", ["tlbflush"]),
        ("8", ["frequencies", "tlbflush"]),
        ("2k12r2", ["frequencies", "tlbflush"]),
        ("10", ["stimer/direct", "frequencies", "tlbflush", "ipi"]),
        ("2k16", ["stimer/direct", "frequencies", "tlbflush", "ipi"]),
        ("11", ["stimer/direct", "frequencies", "tlbflush", "ipi"]),
        ("2k25", ["stimer/direct", "frequencies", "tlbflush", "ipi"]),
        ("13", ["stimer/direct", "frequencies", "tlbflush", "ipi"]),
    ],
)
def test_each_windows_gets_what_it_uses(version: str, more: list[str]) -> None:
    assert run(domain(), windows(version)).on == [*SET, *more, "hypervclock"]


@pytest.mark.parametrize("version", ["2k", "xp", "2k3", "2k3r2"])
def test_a_windows_before_vista_gets_none(version: str) -> None:
    ran = run(domain(), windows(version))
    assert ran.on == []
    assert ran.document.find("features") is None
    assert ran.left_out("Hyper-V enlightenments") == "Windows uses them since Vista and Server 2008"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (domain(kind="qemu"), "they need KVM, and this is a domain of type qemu"),
        (domain(arch="aarch64", machine="virt"), "only QEMU's PC machines have them"),
        (domain(machine="isapc"), "only QEMU's PC machines have them"),
        (
            domain("<features><hyperv mode='passthrough'/></features>"),
            "the mode passthrough leaves them to the host, which makes migration unsafe",
        ),
        (
            domain("<features><hyperv mode='host-model'/></features>"),
            "the mode host-model leaves them to the host",
        ),
    ],
)
def test_what_is_no_windows_under_kvm_gets_none_and_is_told_why(document: bytes, why: str) -> None:
    ran = run(document, windows("11"), "enlightenments/hyperv", "enlightenments/hyperv-prerequisites")
    assert etree.tostring(ran.document) == etree.tostring(source.parse_domain(document))
    assert ran.left_out("Hyper-V enlightenments") == why


def test_a_guest_that_is_no_windows_gets_none_without_a_word() -> None:
    ran = run(domain(), LINUX)
    assert (ran.on, ran.said) == ([], ())


HOST = domain("<cpu mode='host-passthrough'/>")
EVERY = frozenset(LISTABLE)
NEW = {"libvirt": (11, 3, 0), "schema": (11, 3, 0), "hosts": 1, "listed": EVERY}
BOTH = frozenset({"tlbflush/direct", "tlbflush/extended"})


@pytest.mark.parametrize(
    ("document", "known", "expected"),
    [
        (HOST, {"vendors": ("Intel",)}, {"evmcs", "avic", "emsr_bitmap", "xmm_input"}),
        (HOST, {"vendors": ("Intel",), "options": BOTH}, {"evmcs", "avic", "emsr_bitmap", "xmm_input", *BOTH}),
        (HOST, {"vendors": ("AMD",), "listed": EVERY - {"evmcs"}}, {"emsr_bitmap", "xmm_input"}),
        (
            HOST,
            {"vendors": ("AMD",), "options": BOTH, "listed": EVERY - {"evmcs"}},
            {"emsr_bitmap", "xmm_input", *BOTH},
        ),
        (HOST, {"vendors": ("AMD", "Intel")}, {"xmm_input"}),
        (HOST, {}, {"xmm_input"}),
        (domain(), {"vendors": ("Intel",), "options": BOTH}, {"avic", "xmm_input", "tlbflush/extended"}),
        (
            domain("<cpu><feature name='vmx' policy='require'/></cpu>"),
            {"vendors": ("Intel",)},
            {"evmcs", "avic", "emsr_bitmap", "xmm_input"},
        ),
        (
            domain("<cpu mode='host-passthrough'><feature name='vmx' policy='disable'/></cpu>"),
            {"vendors": ("Intel",)},
            {"avic", "xmm_input"},
        ),
        (domain("<cpu><feature name='vmx' policy='require'/></cpu>"), {"vendors": ("AMD",)}, {"xmm_input"}),
        (
            domain("<cpu><feature name='svm' policy='force'/></cpu>"),
            {"vendors": ("AMD",)},
            {"emsr_bitmap", "xmm_input"},
        ),
        (domain("<cpu><feature name='apic' policy='disable'/></cpu>"), {"vendors": ("Intel",)}, {"xmm_input"}),
        # on Intel's processors what is for nested hypervisors builds on evmcs
        (
            domain("<features><hyperv><evmcs state='off'/></hyperv></features>", rest="<cpu mode='host-passthrough'/>"),
            {"vendors": ("Intel",), "options": BOTH},
            {"avic", "xmm_input", "tlbflush/extended"},
        ),
        (HOST, {"vendors": ("Intel",), "listed": EVERY - {"evmcs"}}, {"avic", "xmm_input"}),
        (HOST, {"vendors": ("Intel",), "schema": (9, 0, 0)}, {"evmcs", "avic"}),
        (HOST, {"vendors": ("Intel",), "libvirt": (8, 0, 0), "listed": None}, set()),
    ],
)
def test_what_depends_on_the_processor_comes_by_the_facts(
    document: bytes, known: dict[str, Any], expected: set[str]
) -> None:
    ran = run(document, windows("2k22", **{**NEW, **known}))
    assert set(ran.on) - {*SET, "stimer/direct", "frequencies", "tlbflush", "ipi", "hypervclock"} == expected
    assert set(ran.on) >= {*SET, "stimer/direct", "frequencies", "tlbflush", "ipi", "hypervclock"}


def test_what_not_every_host_lists_is_left_out() -> None:
    ran = run(domain(), windows("11", hosts=2, listed=EVERY - {"tlbflush", "synic"}, vendors=("Intel",)))
    assert not {"tlbflush", "synic", "stimer", "stimer/direct"} & set(ran.on)
    assert ran.left_out("hyperv/tlbflush") == "not every host has it"
    assert ran.left_out("hyperv/stimer") == "it needs synic, and of that, not every host has it"


def test_hosts_that_list_none_get_none() -> None:
    assert run(domain(), windows("11", hosts=1, listed=frozenset())).on == ["hypervclock"]


@pytest.mark.parametrize("version", [(8, 10, 0), (1, 3, 3)])
def test_before_9_0_0_hosts_list_nothing_and_the_table_decides(version: tuple[int, ...]) -> None:
    on = run(domain(), windows("11", hosts=1, libvirt=version, listed=None)).on
    assert set(SET) < set(on)
    assert all(TABLE[name].since <= version for name in on)


def test_each_enlightenment_is_there_or_its_absence_explained() -> None:
    for known in (windows("11"), windows("vista"), windows("2k22", **NEW, vendors=("AMD",))):
        ran = run(domain(), known)
        explained = {text.removeprefix("xfm-left-out: hyperv/").partition(":")[0] for text in ran.said}
        assert explained | set(ran.on) == set(TABLE)
        assert not explained & set(ran.on)


# --- Hyper-V: settings ---


def _set(**settings: str) -> Given:
    return windows("11", settings=tuple(settings.items()))


def test_more_adds_beyond_the_set() -> None:
    added = set(run(domain(), _set(more="reset, reenlightenment,avic,evmcs")).on) - set(run(domain(), _set()).on)
    assert added == {"reset", "reenlightenment", "avic", "evmcs"}


def test_more_adds_what_this_windows_does_not_use() -> None:
    assert "ipi" in run(domain(), windows("7", settings=(("more", "ipi"),))).on


def test_more_adds_a_child_to_an_element_of_the_authors() -> None:
    document = domain("<features><hyperv><stimer state='on'/></hyperv></features>")
    assert "stimer/direct" not in run(document, _set()).on
    assert "stimer/direct" in run(document, _set(more="stimer/direct")).on


@pytest.mark.parametrize("child", ["<direct state='off'/>", "<direct state='on'/>"])
def test_more_changes_no_child_of_the_authors(child: str) -> None:
    document = domain(f"<features><hyperv><stimer state='on'>{child}</stimer></hyperv></features>")
    ran = run(document, _set(more="stimer/direct"))
    stimer = ran.document.find("features/hyperv/stimer")
    assert stimer is not None
    assert etree.tostring(stimer).decode() == f'<stimer state="on">{child}</stimer>'.replace("'", '"')


def test_more_never_adds_what_a_host_lacks() -> None:
    known = windows("11", hosts=1, listed=EVERY - {"reset"}, settings=(("more", "reset"),))
    ran = run(domain(), known)
    assert "reset" not in ran.on
    assert ran.left_out("hyperv/reset") == "not every host has it"


def test_less_leaves_out_and_what_needs_it_too() -> None:
    ran = run(domain(), _set(less="synic,relaxed"))
    assert not {"synic", "relaxed", "stimer", "stimer/direct"} & set(ran.on)
    assert ran.left_out("hyperv/relaxed") == "hyperv.less names it"
    assert ran.left_out("hyperv/stimer") == "it needs synic, and of that, hyperv.less names it"


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"more": "tlb_flush"}, "tlb_flush, which is no enlightenment"),
        ({"less": "relax"}, "relax, which is no enlightenment"),
        ({"more": "stimer/indirect"}, "stimer/indirect, which is no enlightenment"),
        ({"more": "hypervclock"}, "hypervclock, which is a timer"),
        ({"more": "vendor_id"}, "vendor_id, which needs a value"),
        ({"more": "xmm_input"}, "xmm_input, which libvirt 9.0.0 does not know"),
        ({"more": "ipi", "less": "ipi"}, "ipi, both as more and as less"),
        ({"more": "relaxed:"}, "relaxed:, which is no enlightenment"),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused_with_those_that_can(settings: dict[str, str], fault: str) -> None:
    with pytest.raises(DocumentError) as raised:
        run(domain(), _set(**settings))
    assert fault in raised.value.message
    known = {name for name in SINCE if SINCE[name] <= (9, 0, 0)} - {"vendor_id"}
    assert set(raised.value.message.partition("there are: ")[2].split()) == known
    assert raised.value.xpath == "/domain"


def test_what_another_guest_cannot_have_is_no_fault_in_this_one() -> None:
    ran = run(domain(), LINUX._replace(settings=(("more", "xmm_input"),)))
    assert ran.on == []


# --- Hyper-V: whatever the author says ---

_states = st.sampled_from(["on", "off"])
_authors = st.dictionaries(st.sampled_from(sorted(LISTABLE)), _states, max_size=6)
_children = st.dictionaries(st.sampled_from(sorted(BOTH | {"stimer/direct"})), _states, max_size=3)
_cpus = st.sampled_from(
    [
        "",
        "<cpu mode='host-passthrough'/>",
        "<cpu mode='host-model'/>",
        "<cpu><feature name='vmx' policy='require'/></cpu>",
    ]
)
_clocks = st.sampled_from(
    ["", "<clock offset='utc'/>"]
    + [f"<clock offset='utc'><timer name='hypervclock' present='{present}'/></clock>" for present in ("yes", "no")]
)
MORE = [[], ["reset"], ["ipi", "synic"], ["reset", "stimer/direct"], ["evmcs", "tlbflush/extended"]]
LESS = ["", "vpindex", "vapic,frequencies", "tlbflush/direct,runtime"]


@st.composite
def _known(draw: st.DrawFn) -> Given:
    hosts = draw(st.integers(0, 2))
    libvirt = draw(st.sampled_from(LIBVIRTS)) if hosts else (9, 0, 0)
    oldest = min(libvirt, draw(st.sampled_from(LIBVIRTS)))
    listed = draw(st.frozensets(st.sampled_from(LISTABLE))) if hosts else CONSERVATIVE
    more = [name for name in draw(st.sampled_from(MORE)) if SINCE[name] <= oldest]
    return windows(
        draw(st.sampled_from(WINDOWS)),
        libvirt=libvirt,
        schema=oldest,
        hosts=hosts,
        listed=listed if libvirt >= (9, 0, 0) else None,
        vendors=draw(st.sampled_from([(), ("Intel",), ("AMD",), ("AMD", "Intel")])) if hosts else (),
        options=draw(st.frozensets(st.sampled_from(sorted(BOTH)))) if hosts else frozenset(),
        settings=(("more", ",".join(more)), ("less", draw(st.sampled_from(LESS)))),
    )


def _hyperv(authors: Mapping[str, str], children: Mapping[str, str]) -> str:
    texts = []
    for name, state in authors.items():
        inner = "".join(
            f"<{child.partition('/')[2]} state='{value}'/>"
            for child, value in children.items()
            if child.partition("/")[0] == name
        )
        retries = " retries='4095'" if name == "spinlocks" else " value='KVM Hv'" if name == "vendor_id" else ""
        texts.append(f"<{name} state='{state}'{retries}>{inner}</{name}>")
    return f"<features><hyperv>{''.join(texts)}</hyperv></features>"


def _oldest(known: Given) -> tuple[int, ...]:
    return min(known.libvirt, known.schema)


@given(_authors, _children, _known(), _cpus, _clocks)
def test_what_comes_out_is_closed_but_for_what_the_author_switched_off(
    authors: dict[str, str], children: dict[str, str], known: Given, cpu: str, clock: str
) -> None:
    document = domain(_hyperv(authors, children) if authors else "", rest=cpu + clock)
    off = {name for name, state in authors.items() if state == "off"}
    off |= {"hypervclock"} if "present='no'" in clock else set()
    was, now = Ran(source.parse_domain(document), ()).on, run(document, known).on
    assert len(now) == len(set(now))
    for name in now:
        assert _closed([name], GRAPH) - set(now) <= off
    # nothing is begun that cannot be finished; what the author began is completed as far as it can be
    for name in set(now) - _closed(was, GRAPH) - {"hypervclock"}:
        assert not _closed([name], GRAPH) & off


@given(_authors, _children, _known(), _cpus, _clocks)
def test_what_is_added_is_known_to_libvirt_and_the_hosts_and_wanted(
    authors: dict[str, str], children: dict[str, str], known: Given, cpu: str, clock: str
) -> None:
    document = domain(_hyperv(authors, children) if authors else "", rest=cpu + clock)
    was = Ran(source.parse_domain(document), ()).on
    # what the author's own needs comes whatever else is said
    added = set(run(document, known).on) - _closed(was, GRAPH) - {"hypervclock"}
    for name in added:
        assert SINCE[name] <= _oldest(known)
        assert known.listed is None or not known.hosts or name.partition("/")[0] in known.listed
        assert name not in dict(known.settings)["less"].split(",")
    if known.os.rpartition("/")[2] in WITHOUT:
        assert added == set()


@given(_authors, _children, _known(), _cpus, _clocks, st.sampled_from(["kvm", "qemu"]))
def test_what_the_author_said_stays_and_a_second_run_changes_nothing(
    authors: dict[str, str], children: dict[str, str], known: Given, cpu: str, clock: str, kind: str
) -> None:
    document = source.parse_domain(domain(_hyperv(authors, children) if authors else "", kind=kind, rest=cpu + clock))
    once = run(document, known)
    was, now = document.find("features/hyperv"), once.document.find("features/hyperv")
    if was is not None:
        assert now is not None
        assert _attributes(now).items() >= _attributes(was).items()
    if kind == "qemu":
        assert (now is None) == (was is None)
        assert once.on == Ran(document, ()).on
    assert etree.tostring(run(once.document, known).document) == etree.tostring(once.document)


def _attributes(hyperv: _Element) -> dict[str, dict[str, str]]:
    """Each element below with its attributes, by its path."""
    tree = hyperv.getroottree()
    return {tree.getpath(e): {str(k): str(v) for k, v in e.attrib.items()} for e in hyperv.iterdescendants()}


# --- prerequisites alone ---

PREREQUISITES = "enlightenments/hyperv-prerequisites"


@pytest.mark.parametrize("name", sorted(SINCE))
def test_the_authors_own_is_completed(name: str) -> None:
    parent, _, child = name.partition("/")
    inner = f"<{child} state='on'/>" if child else ""
    document = domain(f"<features><hyperv><{parent} state='on'>{inner}</{parent}></hyperv></features>")
    assert set(run(document, NO_FACTS, PREREQUISITES).on) == _closed([name, parent], GRAPH)


def test_what_the_author_switched_off_stays_off_and_is_told_of() -> None:
    document = domain(
        "<features><hyperv><stimer state='on'/><vpindex state='off'/></hyperv></features>",
        rest="<clock offset='utc'><timer name='hypervclock' present='no'/></clock>",
    )
    ran = run(document, NO_FACTS, PREREQUISITES)
    assert set(ran.on) == {"stimer", "synic"}
    assert ran.left_out("hyperv/vpindex") == "the author switched it off, though others that are on need it"
    assert ran.left_out("timer hypervclock") == "the author switched it off, though stimer needs it"


@pytest.mark.parametrize(
    "document",
    [
        domain("<features><hyperv><stimer state='on'/></hyperv></features>", kind="qemu"),
        domain("<features><hyperv><stimer state='off'/></hyperv></features>"),
        domain("<features><hyperv mode='passthrough'><stimer state='on'/></hyperv></features>"),
        domain("<features><hyperv/></features>"),
        domain(),
    ],
)
def test_nothing_is_completed_that_qemu_does_not_check(document: bytes) -> None:
    ran = run(document, NO_FACTS, PREREQUISITES)
    assert etree.tostring(ran.document) == etree.tostring(source.parse_domain(document))


# --- KVM for Linux ---

PARAVIRT = "enlightenments/kvm-paravirt"
PINS = "<cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/></cputune>"


def test_a_linux_under_kvm_gets_kvms_features() -> None:
    ran = run(domain(), LINUX, PARAVIRT)
    features = ran.document.find("features")
    assert features is not None
    assert etree.tostring(features).decode() == (
        '<features><apic eoi="on"/><kvm><poll-control state="on"/></kvm><pvspinlock state="on"/></features>'
    )
    assert ran.left_out("kvm/hint-dedicated") == "not each vCPU is pinned to a physical CPU of its own"
    assert ran.left_out("kvm/pv-ipi").startswith("libvirt tells QEMU of state off only")


@pytest.mark.parametrize(
    ("document", "known", "why"),
    [
        (domain(kind="qemu"), LINUX, "they need KVM, and this is a domain of type qemu"),
        (domain(), NO_FACTS, "nothing says which operating system the guest runs"),
        (domain(), NO_FACTS._replace(os="http://example.com/os/1"), "nothing is known of the guest's operating system"),
        (
            domain("<features><kvm><hidden state='on'/></kvm></features>"),
            LINUX,
            "the author hides KVM from the guest",
        ),
        (
            domain(arch="aarch64", machine="virt"),
            LINUX,
            "libvirt has none for aarch64, where QEMU gives by itself what the host can (stolen time, for one)",
        ),
    ],
)
def test_another_guest_gets_none_and_is_told_why(document: bytes, known: Given, why: str) -> None:
    ran = run(document, known, PARAVIRT)
    assert etree.tostring(ran.document) == etree.tostring(source.parse_domain(document))
    assert ran.left_out("KVM paravirtual features") == why


@pytest.mark.parametrize(
    ("document", "known"),
    [
        (domain(), windows("11")),
        (domain(), NO_FACTS._replace(os="http://freebsd.org/freebsd/13.1", family="freebsd")),
        (domain(kind="xen"), LINUX),
        (domain(kind="lxc"), NO_FACTS),
    ],
)
def test_what_is_no_linux_of_qemus_gets_none_without_a_word(document: bytes, known: Given) -> None:
    ran = run(document, known, PARAVIRT)
    assert etree.tostring(ran.document) == etree.tostring(source.parse_domain(document))
    assert ran.said == ()


def test_what_the_author_said_of_kvm_stays() -> None:
    text = (
        '<features><apic eoi="off"/><kvm><poll-control state="off"/><hint-dedicated state="off"/></kvm>'
        '<pvspinlock state="off"/></features>'
    )
    ran = run(domain(text, rest=PINS), LINUX, PARAVIRT)
    features = ran.document.find("features")
    assert features is not None
    assert etree.tostring(features).decode() == text


@pytest.mark.parametrize(
    ("rest", "libvirt", "expected"),
    [
        (PINS, (9, 0, 0), True),
        (PINS, (7, 0, 0), False),
        (PINS + "<cpu mode='host-passthrough'/>", (7, 0, 0), True),
        (PINS + "<cpu mode='host-passthrough'/>", (5, 6, 0), False),
        (PINS.replace("'5'", "' 5 '"), (9, 0, 0), True),
        (PINS.replace("'5'", "'5-6'"), (9, 0, 0), False),
        (PINS.replace("'5'", "'5,6'"), (9, 0, 0), False),
        (PINS.replace("'5'", "'4'"), (9, 0, 0), False),
        (PINS.replace("'5'", "'04'"), (9, 0, 0), False),
        (PINS.replace("vcpu='1'", "vcpu='2'"), (9, 0, 0), False),
        ("<cputune><vcpupin vcpu='0' cpuset='4'/></cputune>", (9, 0, 0), False),
        ("", (9, 0, 0), False),
    ],
)
def test_the_hint_needs_a_physical_cpu_for_each_vcpu(rest: str, libvirt: tuple[int, ...], *, expected: bool) -> None:
    ran = run(domain(rest=rest), LINUX._replace(libvirt=libvirt, schema=libvirt), PARAVIRT)
    assert bool(ran.texts("/domain/features/kvm/hint-dedicated[@state = 'on']/@state")) == expected


def test_an_old_libvirt_gets_no_element_that_it_does_not_know() -> None:
    ran = run(domain(rest=PINS), LINUX._replace(libvirt=(6, 9, 0), hosts=1), PARAVIRT)
    assert ran.document.find("features/kvm") is None
    assert ran.left_out("kvm/poll-control") == "libvirt has it since 6.10.0, and one that has to know it is older"


# --- the clock ---


@pytest.mark.parametrize(
    ("document", "known", "offset", "timers"),
    [
        (domain(), windows("11"), "localtime", ["rtc", "pit", "hpet", "hypervclock"]),
        (domain(machine="pc"), windows("vista"), "localtime", ["rtc", "pit", "hpet", "hypervclock"]),
        (domain(), windows("xp"), "localtime", ["rtc", "pit", "hpet"]),
        (domain(kind="qemu"), windows("11"), "localtime", ["rtc", "pit", "hpet"]),
        (domain(), LINUX, "utc", ["rtc", "pit", "hpet", "kvmclock"]),
        (domain(kind="qemu"), LINUX, "utc", ["rtc", "pit", "hpet"]),
        (domain("<features><kvm><hidden state='on'/></kvm></features>"), LINUX, "utc", ["rtc", "pit", "hpet"]),
        (domain(), NO_FACTS, "utc", ["rtc", "pit", "hpet"]),
        (
            domain(),
            NO_FACTS._replace(os="http://freebsd.org/freebsd/13.1", family="freebsd"),
            "utc",
            ["rtc", "pit", "hpet"],
        ),
        (domain(machine="isapc"), LINUX, "utc", []),
        (domain(arch="aarch64", machine="virt"), LINUX, "utc", []),
        (domain(arch="aarch64", machine="virt"), windows("11"), "localtime", []),
        (domain(arch="s390x", machine="s390-ccw-virtio"), LINUX, "utc", []),
    ],
)
def test_the_clock_is_the_operating_systems(document: bytes, known: Given, offset: str, timers: list[str]) -> None:
    ran = run(document, known, "defaults/clock")
    assert ran.texts("/domain/clock/@offset") == [offset]
    assert ran.texts("/domain/clock/timer/@name") == timers


@pytest.mark.parametrize(("known", "name"), [(windows("11"), "hypervclock"), (LINUX, "kvmclock")])
def test_a_timer_that_needs_kvm_is_told_of_under_tcg(known: Given, name: str) -> None:
    ran = run(domain(kind="qemu"), known, "defaults/clock")
    assert ran.left_out(f"timer {name}") == "it needs KVM, and this is a domain of type qemu"
