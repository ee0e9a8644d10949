"""Installing: the document of the guest that installs, and how far an installation has come, on the test driver.

Each folder ``tests/fixtures/provision/<case>/`` is a long-term document without a pin, ``params.toml`` what it is
installed from, and ``expected.xml`` the guest that installs, or ``error.txt`` why there is none.
"""

from __future__ import annotations

import difflib
import threading
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import libvirt
import pytest
from lxml import etree

from xfm import abi, api, pin, schema, source
from xfm.errors import DocumentError, MissingError, XfmError
from xfm.libvirt import guests
from xfm.libvirt.connection import opened
from xfm.libvirt.installation import Medium, boot, one_off
from xfm.libvirt.provision import Chain, Order, provision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xfm.model import Result

FIXTURES = Path(__file__).parents[1] / "fixtures" / "provision"
CASES = sorted(FIXTURES.iterdir())
GIVING = [case for case in CASES if not (case / "error.txt").exists()]
KERNEL = Medium(kernel="/srv/vmlinuz", initrd="/srv/initrd.gz", cmdline="auto")
DISC = Medium(cdrom="/srv/debian.iso")
NETWORK = Medium(pxe=True)
PATIENCE = 30.0


def each(cases: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def medium_of(case: Path) -> Medium:
    return Medium(**tomllib.loads((case / "params.toml").read_text("utf-8")))


def no_chain(_: bytes) -> NoReturn:
    raise AssertionError("a guest without a pin is not to get one")


# --- the stylesheets ---


@each(CASES)
def test_the_guest_that_installs(case: Path, pytestconfig: pytest.Config) -> None:
    data = (case / "input.xml").read_bytes()
    try:
        actual, file = one_off(data, medium_of(case), no_chain).decode(), case / "expected.xml"
    except DocumentError as error:
        actual, file = f"{error.message} [{error.code}]\n", case / "error.txt"
    if pytestconfig.getoption("--regen") and not any((case / name).exists() for name in ("expected.xml", "error.txt")):
        file.write_text(actual, "utf-8")
    assert file.exists(), actual
    diff = difflib.unified_diff(file.read_text("utf-8").splitlines(), actual.splitlines(), lineterm="")
    assert "\n".join(diff) == ""


@each(CASES)
def test_what_comes_in_and_goes_out_is_valid(case: Path) -> None:
    grammar = schema.find(None)
    for file in (case / "input.xml", case / "expected.xml"):
        if file.exists():
            assert grammar.violations(source.parse_domain(file.read_bytes())) == [], file


@each(GIVING)
def test_every_device_is_there_as_it_was(case: Path) -> None:
    before = abi.project(source.parse_domain((case / "input.xml").read_bytes()))
    after = abi.project(source.parse_domain((case / "expected.xml").read_bytes()))
    changes = abi.changes(before, after)
    assert changes
    for change in changes:
        added = not (change.fact or change.was) and "device cdrom" in change.now
        if (change.where, change.was, change.now) == ("machine", "", "linux"):
            continue
        assert change.where == "boot" or change.fact == "boot.order" or added, change


@each(GIVING)
def test_the_guest_that_installs_is_told_from_the_stored_one(case: Path) -> None:
    stored, installing = (boot((case / name).read_bytes()) for name in ("input.xml", "expected.xml"))
    assert installing.is_that_of(installing)
    assert not installing.is_that_of(stored)
    assert not stored.is_that_of(installing)


def test_a_disc_that_was_taken_out_makes_no_other_guest() -> None:
    xml = (FIXTURES / "cdrom-empty-drive" / "expected.xml").read_bytes()
    without = xml.replace(b"<source file='/srv/debian.iso'/>", b"")
    other = xml.replace(b"debian.iso", b"fedora.iso")
    assert without != xml
    assert boot(xml).is_that_of(boot(without))
    assert not boot(xml).is_that_of(boot(other))


def test_the_order_of_what_is_booted_counts() -> None:
    xml = (FIXTURES / "cdrom-added" / "expected.xml").read_bytes()
    turned = xml.replace(b"dev='cdrom'/>", b"dev='x'/>").replace(b"dev='hd'/>", b"dev='cdrom'/>")
    turned = turned.replace(b"dev='x'/>", b"dev='hd'/>")
    assert not boot(xml).is_that_of(boot(turned))


# --- pinned documents, through the chain ---

WEB = """\
<domain type='qemu'><name>web1</name><memory unit='MiB'>512</memory>
  <os><type arch='x86_64' machine='{machine}'>hvm</type></os>
  <devices>
    <disk type='file'>
      <driver name='qemu' type='raw'/><source file='/srv/web1.img'/><target dev='vda' bus='virtio'/>
    </disk>
    <interface type='user'><model type='virtio'/></interface>
  </devices>
</domain>
"""


@pytest.fixture(scope="module")
def chain() -> Chain:
    pipeline = api.new_pipeline()
    accepting = pipeline.accepting()

    def taking(chosen: Any) -> Callable[[bytes], Result]:
        return lambda data: api.transform(data, pipeline=chosen)

    return Chain(taking(pipeline), taking(accepting))


@pytest.mark.parametrize("medium", [KERNEL, DISC, NETWORK])
@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_a_pinned_guest_is_pinned_as_what_it_is_while_it_is_installed(
    chain: Chain, machine: str, medium: Medium
) -> None:
    stored = chain.transform(WEB.format(machine=machine).encode()).xml
    installing = one_off(stored, medium, chain.accept)
    document = source.parse_domain(installing)
    recorded = pin.read_abi(document)
    assert recorded is not None
    assert abi.differences(recorded, abi.project(document)) == []
    assert chain.transform(installing).xml == installing


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_an_added_drive_has_a_place_of_its_own(chain: Chain, machine: str) -> None:
    stored = chain.transform(WEB.format(machine=machine).encode()).xml
    document = source.parse_domain(one_off(stored, DISC, chain.accept))
    (drive,) = document.findall("devices/disk[@device='cdrom']")
    assert drive.find("address") is not None
    assert drive.xpath("concat('ua-disk-', target/@dev) = alias/@name")


def test_any_other_change_is_refused(chain: Chain) -> None:
    stored = chain.transform(WEB.format(machine="q35").encode()).xml

    def meddling(data: bytes) -> Result:
        result = chain.accept(data)
        return result._replace(xml=result.xml.replace(b">512<", b">256<"))

    with pytest.raises(DocumentError, match="memory: size was 524288, is 262144") as caught:
        one_off(stored, KERNEL, meddling)
    assert caught.value.code == "abi-changed"


# --- libvirt's test driver ---

RUNNING = """\
<domain type='test'><name>web1</name><uuid>0f6b5c1e-6a5e-4c7e-9d1f-3a2b1c0d9e8f</uuid><memory unit='MiB'>512</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices><interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface></devices>
</domain>
"""


class Host:
    """The test driver, and what xfm says while it provisions there."""

    def __init__(self, connection: libvirt.virConnect, chain: Chain) -> None:
        self.connection = connection
        self.chain = chain
        self.said: list[str] = []

    def provision(self, medium: Medium = KERNEL, *, wait: float | None = None, **order: Any) -> tuple[str, str]:
        return provision(self.connection, Order("web1", medium, **order), self.chain, wait=wait, tell=self.said.append)

    def define(self, text: str = RUNNING) -> libvirt.virDomain:
        return self.connection.defineXML(text)

    @property
    def guest(self) -> libvirt.virDomain:
        return self.connection.lookupByName("web1")


@pytest.fixture
def host(chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("XFM_STATE", str(tmp_path / "state"))
    with opened("test:///default", events=True) as connection:
        yield Host(connection, chain)
        # all connections of a process to this driver are one, and a callback lets go of its own only after a while
        guest = guests.lookup(connection, "web1")
        if guest is not None and guest.isActive():
            guest.destroy()
        if guest is not None and guest.isPersistent():
            guest.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)


def heard(host: Host, *texts: str) -> bool:
    """Wait until one of these was said."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(text in line for line in host.said for text in texts):
            return True
        time.sleep(0.01)
    return False


def soon(host: Host, act: Callable[[libvirt.virDomain], object]) -> threading.Thread:
    """Do something to the guest that installs, once it runs and is waited for."""

    def work() -> None:
        if heard(host, "has started", "runs already"):
            act(host.guest)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def run_to_the_end(host: Host, act: Callable[[libvirt.virDomain], object], **how: Any) -> tuple[str, str]:
    thread = soon(host, act)
    try:
        return host.provision(wait=PATIENCE, **how)
    finally:
        thread.join()


def forget_reason(host: Host) -> None:
    """Make libvirt forget why the guest is shut off, as a daemon does that is restarted."""
    stored = guests.definition(host.guest).decode()
    host.guest.undefine()
    assert host.define(stored).state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_UNKNOWN]


KINDS = ["kernel-paravirtual", "kernel-xenpvh", "kernel-replaces", "cdrom-empty-drive", "cdrom-xen", "pxe"]


@pytest.mark.parametrize("name", KINDS)
def test_any_kind_of_guest_is_installed_and_then_runs(host: Host, name: str) -> None:
    case = FIXTURES / name
    stored = guests.definition(host.define((case / "input.xml").read_text("utf-8")))
    medium = medium_of(case)
    assert host.provision(medium) == ("web1", "installs")
    live = guests.live(host.guest)
    assert live is not None
    assert boot(one_off(stored, medium, no_chain)).is_that_of(boot(live))
    assert guests.definition(host.guest) == stored
    host.guest.shutdown()
    assert guests.definition(host.guest) == stored
    assert host.provision(medium, wait=PATIENCE) == ("web1", "runs")
    live = guests.live(host.guest)
    assert live is not None
    assert boot(stored).is_that_of(boot(live))


def test_a_document_is_stored_before_it_is_installed(host: Host) -> None:
    xml = host.chain.transform(RUNNING.encode()).xml
    assert run_to_the_end(host, lambda guest: guest.reboot(), xml=xml) == ("web1", "runs")
    stored = guests.definition(host.guest)
    assert b"vmlinuz" not in stored
    assert b"<on_reboot>restart</on_reboot>" in stored
    assert host.chain.transform(stored).xml == stored
    assert [line.split("(")[0].strip() for line in host.said] == [
        "web1: defined, and the installation has started",
        "web1: the installation has ended",
        "web1: runs from its stored definition",
    ]


@pytest.mark.parametrize("end", ["shutdown", "reboot"])
def test_shutdown_and_reboot_end_an_installation(host: Host, end: str) -> None:
    host.define()
    assert run_to_the_end(host, lambda guest: getattr(guest, end)()) == ("web1", "runs")


def test_an_installation_that_somebody_destroys_has_failed(host: Host) -> None:
    stored = guests.definition(host.define())
    with pytest.raises(DocumentError, match="somebody destroyed") as caught:
        run_to_the_end(host, lambda guest: guest.destroy())
    assert caught.value.code == "guest-failed"
    assert not host.guest.isActive()
    assert guests.definition(host.guest) == stored
    forget_reason(host)
    assert host.provision() == ("web1", "installs")


def test_a_pause_is_told(host: Host) -> None:
    host.define()

    def act(guest: libvirt.virDomain) -> None:
        guest.suspend()
        heard(host, "is paused")
        guest.resume()
        heard(host, "runs again")
        guest.shutdown()

    run_to_the_end(host, act)
    assert [line for line in host.said if "is paused" in line or "runs again" in line] == host.said[1:3]


def test_no_longer_than_asked_for_is_waited_and_the_installation_goes_on(host: Host) -> None:
    host.define()
    with pytest.raises(MissingError, match=r"within 0\.2 seconds") as caught:
        host.provision(wait=0.2)
    assert caught.value.code == "install-pending"
    assert "run the same command again" in caught.value.hint
    assert host.guest.isActive()
    host.said.clear()
    assert run_to_the_end(host, lambda guest: guest.shutdown()) == ("web1", "runs")
    assert any("runs already" in line for line in host.said)


def test_an_installation_that_runs_is_not_begun_again(host: Host) -> None:
    host.define()
    host.provision()
    number = host.guest.ID()
    assert host.provision() == ("web1", "installs")
    assert host.provision(replace=True) == ("web1", "installs")
    assert host.guest.ID() == number


def test_an_installation_that_has_ended_is_not_begun_again_unasked(host: Host) -> None:
    host.define()
    host.provision()
    host.guest.shutdown()
    assert host.provision() == ("web1", "installed")
    assert not host.guest.isActive()
    assert host.provision(replace=True) == ("web1", "installs")


def test_another_installation_is_begun(host: Host) -> None:
    host.define()
    host.provision()
    host.guest.shutdown()
    assert host.provision(NETWORK) == ("web1", "installs")


def end_unknown(host: Host) -> None:
    host.guest.shutdown()
    forget_reason(host)


@pytest.mark.parametrize("end", [lambda host: host.guest.destroy(), end_unknown], ids=["destroyed", "unknown"])
def test_an_installation_that_nobody_saw_end_well_is_not_begun_again_unasked(
    host: Host, end: Callable[[Host], object]
) -> None:
    """Who destroyed a guest that waited for a key to be pressed at the very end has an installed one."""
    host.define()
    host.provision()
    end(host)
    with pytest.raises(DocumentError, match="does not say that it ended by itself") as caught:
        host.provision()
    assert caught.value.code == "guest-failed"
    assert "`virsh start web1`" in caught.value.hint
    assert not host.guest.isActive()
    assert host.provision(replace=True) == ("web1", "installs")


def test_a_guest_that_was_started_by_hand_meanwhile_is_done(host: Host) -> None:
    host.define()
    host.provision()
    host.guest.shutdown()
    host.guest.create()
    for _ in range(2):
        assert host.provision(wait=PATIENCE) == ("web1", "runs")
    host.guest.shutdown()
    assert host.provision() == ("web1", "installed"), "what is installed is not installed again unasked"


@pytest.mark.parametrize("replace", [False, True])
def test_a_guest_that_runs_is_left_alone(host: Host, replace: bool) -> None:
    stored = guests.definition(host.define())
    host.guest.create()
    number = host.guest.ID()
    other = host.chain.transform(RUNNING.replace("512", "256").encode()).xml
    orders: list[dict[str, Any]] = [{}, {"xml": other}]
    for order in orders:
        with pytest.raises(DocumentError) as caught:
            host.provision(replace=replace, **order)
        assert caught.value.code == "domain-exists"
        assert "runs" in str(caught.value) + caught.value.hint or not replace
    assert host.guest.ID() == number
    assert guests.definition(host.guest) == stored


def test_another_definition_is_replaced_only_if_asked(host: Host) -> None:
    stored = guests.definition(host.define())
    other = host.chain.transform(RUNNING.replace("512", "256").encode()).xml
    with pytest.raises(DocumentError) as caught:
        host.provision(xml=other)
    assert caught.value.code == "domain-exists"
    assert guests.definition(host.guest) == stored
    assert not host.guest.isActive()
    assert host.provision(xml=other, replace=True) == ("web1", "installs")
    assert b">262144<" in guests.definition(host.guest)


def test_a_pinned_guest_is_not_replaced_by_another(host: Host) -> None:
    host.provision(xml=host.chain.transform(RUNNING.encode()).xml)
    host.guest.shutdown()
    stored = guests.definition(host.guest)
    with pytest.raises(DocumentError) as caught:
        host.provision(xml=host.chain.transform(RUNNING.replace("512", "256").encode()).xml, replace=True)
    assert caught.value.code == "abi-changed"
    assert "`xfm define --replace --repin`" in caught.value.hint
    assert guests.definition(host.guest) == stored


def test_what_cannot_be_installed_is_not_defined(host: Host) -> None:
    text = RUNNING.replace("<interface type='network'>", "<!-- ").replace("</interface>", " -->")
    with pytest.raises(DocumentError, match="no network interface") as caught:
        host.provision(NETWORK, xml=host.chain.transform(text.encode()).xml)
    assert caught.value.code == "refused"
    assert guests.lookup(host.connection, "web1") is None


def test_a_guest_with_a_saved_state_is_left_alone(host: Host) -> None:
    host.define()
    host.guest.create()
    host.guest.managedSave()
    with pytest.raises(DocumentError, match="saved state") as caught:
        host.provision()
    assert "managedsave-remove" in caught.value.hint
    assert host.guest.hasManagedSaveImage()


def test_an_installation_that_is_saved_has_not_ended(host: Host) -> None:
    host.define()
    with pytest.raises(DocumentError, match="was saved"):
        run_to_the_end(host, lambda guest: guest.managedSave())
    with pytest.raises(DocumentError, match="saved state"):
        host.provision()


def test_what_libvirt_refuses_leaves_the_definition(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = guests.definition(host.define())
    monkeypatch.setattr("xfm.libvirt.provision.one_off", lambda *_: stored.replace(b"hvm", b"nothing"))
    with pytest.raises(DocumentError, match="libvirt refuses the installation of web1") as caught:
        host.provision()
    assert caught.value.code == "libvirt-refused"
    assert "its definition is stored" in caught.value.hint
    assert guests.definition(host.guest) == stored


def test_a_definition_without_a_pin_does_not_get_one(host: Host) -> None:
    host.define()
    host.provision()
    live = guests.live(host.guest)
    assert live is not None
    assert b"urn:xfm:pin" not in live + guests.definition(host.guest)


def test_a_pinned_guest_that_was_edited_by_hand_is_refused(host: Host) -> None:
    xml = host.chain.transform(RUNNING.encode()).xml
    host.define(xml.decode().replace(">512<", ">256<"))
    with pytest.raises(XfmError, match="changed since it was pinned"):
        host.provision()
    assert not host.guest.isActive()


def test_secrets_are_in_what_is_installed(host: Host) -> None:
    graphics = "<graphics type='vnc' passwd='tres-secret'/></devices>"
    host.define(RUNNING.replace("</devices>", graphics))
    host.provision()
    assert b"tres-secret" in (guests.live(host.guest) or b"")


def test_a_state_directory_that_cannot_be_written_stops_it_before_anything(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.define()
    state = tmp_path / "state"
    (state / "locks").mkdir(parents=True)
    (state / "installations").write_text("in the way")
    with pytest.raises(MissingError) as caught:
        host.provision()
    assert caught.value.code == "file"
    assert not host.guest.isActive()


def test_what_is_said_of_a_medium_is_what_the_stylesheet_takes() -> None:
    sheet = Path(__file__).parents[2] / "stylesheets" / "provision" / "install.xsl"
    declared = {element.get("name") for element in etree.parse(sheet).iterfind("{*}param")}
    assert declared == set(Medium().parameters())
