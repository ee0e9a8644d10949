"""The built-in stylesheets, contributed through the same hooks as anybody's.

They lie in ``stylesheets/baseline-N/<stage>/``; layout, which no baseline can change, in ``stylesheets/layout/``.
From the second baseline on, a folder holds only what differs from the baseline before: a file of the same name
overrides, any other is new.
"""

from __future__ import annotations

import os

from xfm import resources
from xfm.hookspecs import hookimpl
from xfm.model import Contribution

#: The released baselines. 0 is adoption: of the first baseline, the stylesheets that no guest can notice.
BASELINES = (0, 1, 2)
NEWEST = BASELINES[-1]


def host_facts(baseline: int) -> str:
    """The path of the table that stands in for host facts: the baseline's own, or the nearest before."""
    paths = [os.path.join(folder, "host-facts.xml") for folder in _layers(baseline)]
    return next((path for path in paths if os.path.exists(path)), paths[-1])


def _layers(baseline: int) -> list[str]:
    """The folders that a baseline is made of, its own first."""
    return [os.path.join(resources.STYLESHEETS, f"baseline-{number}") for number in range(max(baseline, 1), 0, -1)]


def _stage(stage: str, baseline: int) -> list[Contribution]:
    paths: dict[str, str] = {}
    for layer in _layers(baseline):
        folder = os.path.join(layer, stage)
        for name in _stylesheets(folder):
            paths.setdefault(name, os.path.join(folder, name))
    return [Contribution(path) for path in paths.values()]


def _stylesheets(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.endswith(".xsl")]
    except FileNotFoundError:
        return []  # nothing of this stage in this layer


@hookimpl
def xfm_dialect(baseline: int) -> list[Contribution]:
    """What libvirt's parser takes and its schema does not, or the other way round."""
    return _stage("dialect", baseline)


@hookimpl
def xfm_policy(baseline: int) -> list[Contribution]:
    """Nothing: policies are the site's."""
    return _stage("policy", baseline)


@hookimpl
def xfm_defaults(baseline: int) -> list[Contribution]:
    """Devices and values that are missing; docs/defaults.md lists them by concern."""
    return _stage("defaults", baseline)


@hookimpl
def xfm_enlightenments(baseline: int) -> list[Contribution]:
    """Hyper-V features for Windows, with their prerequisites; KVM's own for Linux."""
    return _stage("enlightenments", baseline)


@hookimpl
def xfm_machine_type(baseline: int) -> list[Contribution]:
    """Versioned machines that all hosts have."""
    return _stage("machine-type", baseline)


@hookimpl
def xfm_device_identity(baseline: int) -> list[Contribution]:
    """UUID, serials, MAC addresses, ACPI indexes, names of ports, ``ua-`` aliases."""
    return _stage("device-identity", baseline)


@hookimpl
def xfm_topology(baseline: int) -> list[Contribution]:
    """Controllers, and an address for each device by its kind; docs/topology.md tells the scheme."""
    return _stage("topology", baseline)


@hookimpl
def xfm_pin(baseline: int) -> list[Contribution]:
    """The pin under ``<metadata>``."""
    return _stage("pin", baseline)


@hookimpl
def xfm_layout() -> list[Contribution]:
    """The form of libvirt's own ``dumpxml``."""
    folder = os.path.join(resources.STYLESHEETS, "layout")
    return [Contribution(os.path.join(folder, name)) for name in ("device-order.xsl", "dumpxml.xsl")]
