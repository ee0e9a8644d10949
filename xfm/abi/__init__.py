"""The guest ABI: what a guest can observe of its virtual hardware, its digests, and what differs between two.

The facts are made by a stylesheet, ``stylesheets/abi/N/abi.xsl``, N being the version of the projection; here they are
read, hashed, compared, and written into a pin.
"""

from xfm.abi.difference import changes, describe, differences
from xfm.abi.projection import VERSION, VERSIONS, Abi, Part, project
from xfm.abi.record import read, record

__all__ = ["VERSION", "VERSIONS", "Abi", "Part", "changes", "describe", "differences", "project", "read", "record"]
