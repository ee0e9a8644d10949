"""An xfm plugin: block devices behind virtio disks bypass the host's page cache."""

from __future__ import annotations

import os

from xfm import Contribution, hookimpl

STYLESHEET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "disk-cache.xsl")


@hookimpl
def xfm_defaults() -> list[Contribution]:
    """The same stylesheet for every baseline, so the hook's argument ``baseline`` is left out.

    It asks which disks are virtio disks, so it runs when ``disk-bus`` has filled that in.
    """
    return [Contribution(STYLESHEET, after=("disk-bus",))]
