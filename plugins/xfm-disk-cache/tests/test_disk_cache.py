"""The plugin is installed; a document goes through xfm as a user's would."""

from __future__ import annotations

import pytest
from lxml import etree

from xfm import new_pipeline, transform

DOMAIN = """\
<domain type='{domain}'>
  <name>web1</name>
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


def driver_of(
    driver: str = "", *, source: str = "block", target: str = "vda", domain: str = "kvm", **parameters: str
) -> dict[str, str] | None:
    """The attributes of the disk's driver after a run; None where it has no driver."""
    attribute = {"block": "dev", "file": "file"}[source]
    document = DOMAIN.format(domain=domain, source=source, driver=driver, attribute=attribute, target=target)
    settings = {f"disk-cache.{name}": value for name, value in parameters.items()}
    result = transform(document, pipeline=new_pipeline(parameters=settings))
    found = etree.fromstring(result.xml).find("devices/disk/driver")
    return None if found is None else {str(name): str(value) for name, value in found.attrib.items()}


def test_a_block_device_gets_a_driver() -> None:
    assert driver_of() == {"cache": "none", "io": "native"}


def test_what_the_author_said_of_the_driver_stays() -> None:
    assert driver_of("<driver name='qemu' type='raw' discard='unmap'/>") == {
        "name": "qemu",
        "type": "raw",
        "discard": "unmap",
        "cache": "none",
        "io": "native",
    }


@pytest.mark.parametrize("driver", [{"cache": "writethrough"}, {"io": "threads"}])
def test_a_mode_that_the_author_chose_stays_alone(driver: dict[str, str]) -> None:
    attributes = " ".join(f"{name}='{value}'" for name, value in driver.items())
    assert driver_of(f"<driver {attributes}/>") == driver


def test_the_io_mode_is_a_parameter() -> None:
    assert driver_of(io="threads") == {"cache": "none", "io": "threads"}


def test_a_file_is_left_alone() -> None:
    assert driver_of(source="file") is None


def test_a_scsi_disk_is_left_alone() -> None:
    assert driver_of(target="sda") is None


def test_another_hypervisor_is_left_alone() -> None:
    assert driver_of(domain="xen") is None
