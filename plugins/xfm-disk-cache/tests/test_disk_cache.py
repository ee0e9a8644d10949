"""The plugin is installed; a document goes through xfm as a user's would, with the plugin and without."""

from __future__ import annotations

import pytest
from lxml import etree

from xfm import new_pipeline, transform

DOMAIN = """\
<domain type='{domain}'>
  <name>web1</name>
  <uuid>6cf8a4f6-6a23-4c0c-8f3e-2b9a3e8f7d15</uuid>
  <memory unit='GiB'>2</memory>
  <os>
    <type machine='q35'>hvm</type>
  </os>
  <devices>
    <disk type='{source}'>{driver}
      <source {attribute}='/dev/vg0/web1'/>
      <target dev='{target}'/>
    </disk>
  </devices>
</domain>
"""


def new_document(driver: str = "", *, source: str = "block", target: str = "vda", domain: str = "kvm") -> str:
    """A domain with one disk."""
    attribute = {"block": "dev", "file": "file"}[source]
    return DOMAIN.format(domain=domain, source=source, driver=driver, attribute=attribute, target=target)


def driver_of(document: str | bytes, **settings: str) -> dict[str, str]:
    """The attributes of the disk's driver after a run; none where it has no driver."""
    parameters = {name.replace("_", "-").replace("--", "."): value for name, value in settings.items()}
    result = transform(document, pipeline=new_pipeline(parameters=parameters))
    found = etree.fromstring(result.xml).find("devices/disk/driver")
    return {} if found is None else {str(name): str(value) for name, value in found.attrib.items()}


def added_to(document: str, **settings: str) -> dict[str, str]:
    """What the driver has with the plugin and not without it; nothing that it has without may be missing or other."""
    without = driver_of(document, disk_cache="off")
    driver = driver_of(document, **settings)
    assert without.items() <= driver.items()
    return {name: value for name, value in driver.items() if name not in without}


def test_a_block_device_gets_a_mode() -> None:
    assert added_to(new_document()) == {"cache": "none", "io": "native"}


def test_what_the_author_said_of_the_driver_stays() -> None:
    document = new_document("<driver name='qemu' type='raw' discard='ignore'/>")
    assert added_to(document) == {"cache": "none", "io": "native"}
    assert driver_of(document)["discard"] == "ignore"


@pytest.mark.parametrize("driver", ["<driver cache='writethrough'/>", "<driver io='threads'/>"])
def test_a_mode_that_the_author_chose_stays_alone(driver: str) -> None:
    assert added_to(new_document(driver)) == {}


def test_the_io_mode_is_a_parameter() -> None:
    assert added_to(new_document(), disk_cache__io="threads") == {"cache": "none", "io": "threads"}


def test_a_file_is_left_alone() -> None:
    assert added_to(new_document(source="file")) == {}


def test_a_scsi_disk_is_left_alone() -> None:
    assert added_to(new_document(target="sda")) == {}


def test_another_hypervisor_is_left_alone() -> None:
    assert added_to(new_document(domain="xen")) == {}


def test_a_guest_that_was_pinned_without_the_plugin_gets_a_mode_too() -> None:
    pinned = transform(new_document(), pipeline=new_pipeline(parameters={"disk-cache": "off"})).xml
    assert driver_of(pinned).items() >= {"cache": "none", "io": "native"}.items()
