"""The machine that a guest gets: what all hosts have, the same whatever their order, and never another for a choice."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from xfm import builtin, chain, hostfacts, plugins, schema, source
from xfm.errors import DocumentError
from xfm.knowledge import Knowledge, RunDocuments
from xfm.model import FACTS_NAMESPACE

if TYPE_CHECKING:
    from xfm.chain import Link

#: q35 machines, the better before the worse: upstream's, then Red Hat's, then Ubuntu's, each from new to old.
Q35 = (
    *("pc-q35-10.0", "pc-q35-9.2", "pc-q35-9.1", "pc-q35-8.2", "pc-q35-7.2", "pc-q35-5.2", "pc-q35-2.12"),
    *("pc-q35-rhel10.0.0", "pc-q35-rhel9.10.0", "pc-q35-rhel9.4.0", "pc-q35-rhel9.2.0", "pc-q35-rhel8.6.0"),
    *("pc-q35-noble", "pc-q35-mantic", "pc-q35-jammy", "pc-q35-jammy-hpb", "pc-q35-focal", "pc-q35-bionic"),
)
DOCUMENT = "<domain type='kvm'><os><type{}>hvm</type></os></domain>"
PINNED = (
    "<domain type='kvm'><metadata><xfm:pin xmlns:xfm='urn:xfm:pin:1' baseline='1' machine='{}'/></metadata>"
    "<os><type arch='x86_64'{}>hvm</type></os></domain>"
)


class Host(NamedTuple):
    """What the capture of a host says of its machines; alias is the machine that q35 stands for there, if any."""

    machines: tuple[str, ...]
    deprecated: frozenset[str] = frozenset()
    alias: str = ""
    arch: str = "x86_64"

    @property
    def capture(self) -> bytes:
        yes = {True: " deprecated='yes'", False: ""}
        lines = [f"<machine{yes[name in self.deprecated]}>{name}</machine>" for name in self.machines]
        if self.alias:
            lines.append(f"<machine canonical='{self.alias}'>q35</machine>")
        return (
            f"<f:hostFacts xmlns:f='{FACTS_NAMESPACE}'><f:host name='h' uri='qemu:///system'/>"
            "<f:libvirt version='9.0.0'/><f:hypervisor name='QEMU' version='7.2.0'/><f:schema version='9.0.0'/>"
            f"<capabilities><guest><os_type>hvm</os_type><arch name='{self.arch}'>{''.join(lines)}</arch></guest>"
            f"</capabilities><domainCapabilities><domain>kvm</domain><machine>pc-q35-7.2</machine><arch>{self.arch}</arch>"
            "</domainCapabilities></f:hostFacts>"
        ).encode()


class Chosen(NamedTuple):
    """The type element afterwards, and what was said."""

    machine: str | None
    arch: str | None
    notes: list[str]


@cache
def link(qemu: str) -> Link:
    given = {"machine-type.qemu": qemu} if qemu else {}
    links = chain.build(plugins.load(with_installed=False), builtin.NEWEST, given).links
    return next(found for found in links if found.stylesheet.id == "machine-type")


def choose(document: str, *hosts: Host, qemu: str = "") -> Chosen:
    """Run the stylesheet alone."""
    tree = source.parse_domain(document.encode())
    captures = [(f"host{number}", host.capture) for number, host in enumerate(hosts)]
    documents = RunDocuments(Knowledge(captures, None, schema.find()), tree, builtin.NEWEST, lambda _: None)
    after, notes = link(qemu).stylesheet.apply(tree, link(qemu).values, documents)
    found = after.find("os/type")
    assert found is not None and found.text == "hvm"
    return Chosen(found.get("machine"), found.get("arch"), notes)


def machine(name: str) -> str:
    return DOCUMENT.format(f" arch='x86_64' machine='{name}'")


def expected(hosts: list[Host]) -> str:
    """The machine that q35 becomes, told in another way than the stylesheet's; empty where there is none."""
    if hosts[0].alias and len({host.alias for host in hosts}) == 1:
        return hosts[0].alias
    deprecated = frozenset.union(*(host.deprecated for host in hosts))
    shared = [m for m in Q35 if all(m in host.machines for host in hosts)]
    return next((m for m in shared if m not in deprecated), next(iter(shared), ""))


@st.composite
def hosts_of(draw: st.DrawFn) -> Host:
    machines = tuple(draw(st.permutations(draw(st.lists(st.sampled_from(Q35), min_size=1, unique=True)))))
    deprecated = draw(st.frozensets(st.sampled_from(machines), max_size=4))
    return Host(machines, deprecated, draw(st.sampled_from(["", *machines])))


@settings(max_examples=200, deadline=None)
@given(st.lists(hosts_of(), min_size=1, max_size=4))
def test_an_alias_becomes_a_machine_of_every_host(hosts: list[Host]) -> None:
    wanted = expected(hosts)
    if not wanted:
        with pytest.raises(DocumentError, match="the hosts share no machine of the family q35"):
            choose(machine("q35"), *hosts)
        return
    chosen = choose(machine("q35"), *hosts)
    assert (chosen.machine, chosen.arch) == (wanted, "x86_64")
    assert all(chosen.machine in host.machines for host in hosts)
    meant_everywhere = all(host.alias == chosen.machine for host in hosts)
    shared = set.intersection(*(set(host.machines) for host in hosts)).intersection(Q35)
    fresh = {name for name in shared if not any(name in host.deprecated for host in hosts)}
    assert meant_everywhere or not fresh or chosen.machine in fresh
    assert bool(chosen.notes) == any(chosen.machine in host.deprecated for host in hosts)


@settings(max_examples=60, deadline=None)
@given(st.lists(hosts_of(), min_size=2, max_size=3))
def test_the_order_of_the_hosts_does_not_matter(hosts: list[Host]) -> None:
    if not expected(hosts):
        hosts = [host._replace(machines=(*host.machines, "pc-q35-6.0")) for host in hosts]
    chosen = {choose(machine("q35"), *order).machine for order in permutations(hosts)}
    assert len(chosen) == 1 and None not in chosen


def test_a_variant_of_the_same_rank_comes_after_its_machine() -> None:
    both = ("pc-q35-jammy-hpb", "pc-q35-jammy")
    for first, second in permutations((Host(both), Host(both[::-1]))):
        assert choose(machine("q35"), first).machine == choose(machine("q35"), first, second).machine == "pc-q35-jammy"


@settings(max_examples=100, deadline=None)
@given(st.lists(hosts_of(), min_size=1, max_size=3), st.sampled_from([*Q35, "pc-q35-6.1", "isapc", "microvm", "none"]))
def test_a_machine_that_is_named_stays_and_a_note_says_what_it_lacks(hosts: list[Host], name: str) -> None:
    chosen = choose(machine(name), *hosts)
    assert (chosen.machine, chosen.arch) == (name, "x86_64")
    if not all(name in host.machines for host in hosts):
        assert chosen.notes == [f"not every host has the machine {name}"]
    elif any(name in host.deprecated for host in hosts):
        assert chosen.notes == [f"the machine {name} is deprecated: a later QEMU will not have it"]
    else:
        assert chosen.notes == []


@settings(max_examples=60, deadline=None)
@given(st.lists(hosts_of(), min_size=1, max_size=3), st.sampled_from(["", " machine='q35'"]))
def test_a_pinned_guest_keeps_its_machine_whatever_the_hosts_have(hosts: list[Host], written: str) -> None:
    assert choose(PINNED.format("pc-q35-3.1", written), *hosts).machine == "pc-q35-3.1"


@pytest.mark.parametrize("written", ["", " machine='q35'", " arch='x86_64'", " arch='x86_64' machine='q35'"])
def test_without_facts_it_is_the_machine_of_the_table(written: str) -> None:
    assert choose(DOCUMENT.format(written)) == Chosen("pc-q35-7.2", "x86_64", [])


def test_without_facts_a_machine_that_is_not_in_the_table_is_nobodys_business() -> None:
    assert choose(machine("pc-q35-10.0")).notes == []
    assert choose(machine("pc-i440fx-1.7")).notes == [
        "the machine pc-i440fx-1.7 is deprecated: a later QEMU will not have it"
    ]


def test_an_alias_that_means_a_deprecated_machine_everywhere_keeps_its_meaning() -> None:
    host = Host(("pc-q35-9.2", "pc-q35-7.2"), frozenset({"pc-q35-7.2"}), "pc-q35-7.2")
    assert choose(machine("q35"), host, host).machine == "pc-q35-7.2"
    assert choose(machine("q35"), host, host._replace(alias="pc-q35-9.2")).machine == "pc-q35-9.2"


@pytest.mark.parametrize(
    ("qemu", "hosts", "wanted"),
    [
        ("6.2", (), "pc-q35-6.2"),
        ("7.2", (Host(Q35), Host(Q35[1:])), "pc-q35-7.2"),
        ("10.0", (Host(Q35), Host(Q35[1:])), None),
    ],
)
def test_a_release_that_is_asked_for_is_taken_or_refused(
    qemu: str, hosts: tuple[Host, ...], wanted: str | None
) -> None:
    if wanted is None:
        with pytest.raises(DocumentError, match=f"not every host has the machine pc-q35-{qemu}"):
            choose(machine("q35"), *hosts, qemu=qemu)
    else:
        assert choose(machine("q35"), *hosts, qemu=qemu).machine == wanted


def test_hosts_of_another_architecture_share_nothing() -> None:
    with pytest.raises(DocumentError, match="not every host runs guests of x86_64"):
        choose(DOCUMENT.format(""), Host(Q35), Host(("virt-7.2",), arch="aarch64"))


def test_a_guest_of_another_driver_is_left_alone() -> None:
    xen = "<domain type='xen'><os><type>hvm</type></os></domain>"
    assert choose(xen, Host(("pc-q35-7.2",))) == Chosen(None, None, [])


# What the name of a machine says


def about(*names: str) -> dict[str, tuple[str, str, int]]:
    """Family, kind and rank of machines."""
    root = etree.fromstring(hostfacts.combined([("host", Host(names).capture)]))
    found = root.iterchildren(f"{{{FACTS_NAMESPACE}}}machine")
    return {
        m.get("name", ""): (m.get("family", "?"), m.get("kind", "?"), int(m.get("rank", "")))
        for m in found
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "family", "kind"),
    [
        ("pc-q35-7.2", "q35", "upstream"),
        ("pc-i440fx-10.0", "pc", "upstream"),
        ("pc-1.2", "pc", "upstream"),
        ("virt-9.2", "virt", "upstream"),
        ("s390-ccw-virtio-9.2", "s390-ccw-virtio", "upstream"),
        ("pseries-2.12-sxxm", "pseries", "upstream"),
        ("pc-q35-rhel9.2.0", "q35", "rhel"),
        ("pc-i440fx-rhel7.6.0", "pc", "rhel"),
        ("virt-rhel9.2.0", "virt", "rhel"),
        ("s390-ccw-virtio-rhel9.2.0", "s390-ccw-virtio", "rhel"),
        ("pseries-rhel8.5.0", "pseries", "rhel"),
        ("pc-q35-jammy-hpb", "q35", "distribution"),
        ("pc-i440fx-noble", "pc", "distribution"),
        ("s390-ccw-virtio-jammy", "s390-ccw-virtio", "distribution"),
        ("virt", "virt", ""),
        ("microvm", "", ""),
        ("isapc", "", ""),
        ("none", "", ""),
    ],
)
def test_family_and_kind_of_a_machine(name: str, family: str, kind: str) -> None:
    assert about(name)[name][:2] == (family, kind)
    assert (about(name)[name][2] > 0) == (kind != "")


@pytest.mark.parametrize(
    "names",
    [
        ("pc-q35-2.12", "pc-q35-3.0", "pc-q35-3.1", "pc-q35-9.2", "pc-q35-10.0", "pc-q35-10.1", "pc-q35-11.0"),
        ("pc-0.14", "pc-1.0", "pc-1.3"),
        ("pc-q35-rhel7.6.0", "pc-q35-rhel9.4.0", "pc-q35-rhel9.10.0", "pc-q35-rhel10.0.0"),
        ("s390-ccw-virtio-rhel8.6.0", "s390-ccw-virtio-rhel9.2.0"),
        ("pc-i440fx-utopic", "pc-i440fx-xenial", "pc-i440fx-bionic", "pc-i440fx-focal", "pc-i440fx-jammy"),
        ("pc-q35-jammy", "pc-q35-mantic", "pc-q35-noble", "pc-q35-oracular", "pc-q35-plucky"),
    ],
)
def test_later_versions_rank_higher(names: tuple[str, ...]) -> None:
    ranks = [about(*names)[name][2] for name in names]
    assert ranks == sorted(set(ranks)) and min(ranks) > 0


@given(st.tuples(st.integers(0, 99), st.integers(0, 99)), st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_ranks_sort_as_versions_do(first: tuple[int, int], second: tuple[int, int]) -> None:
    names = [f"virt-{major}.{minor}" for major, minor in (first, second)]
    ranks = [about(*names)[name][2] for name in names]
    assert (ranks[0] < ranks[1]) == (first < second) and (ranks[0] == ranks[1]) == (first == second)
