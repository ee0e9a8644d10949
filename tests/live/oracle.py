"""libvirt as the judge of the guest ABI: two documents, and whether a guest that runs by one may go on by the other.

`virDomainSaveImageDefineXML` puts another document into the image of a saved guest, if the guest would not notice:
it compares the two as a migration does. An image is a header, the document and the guest's memory, and the memory is
read by QEMU alone: so a header and a document, written by hand, are enough to ask, and nothing is ever started.
"""

from __future__ import annotations

import contextlib
import struct
import tempfile
from pathlib import Path
from typing import NamedTuple, Self

import libvirt

#: `struct _virQEMUSaveHeader` of libvirt's src/qemu/qemu_saveimage.h, as the machine's own integers.
_HEADER = struct.Struct("=16s5I14I")
_MAGIC = b"LibvirtQemudSave"
_VERSION = 2
#: A document in an image may be replaced by a longer one as long as that fits into what is reserved for it.
_ROOM = 65536
#: Images that are kept, because the same document is often the base of many questions.
_KEPT = 32

_DUMP = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE


class NotTakenError(Exception):
    """libvirt does not take a document at all; the text is its reason."""


class Verdict(NamedTuple):
    """What libvirt says of two documents."""

    #: Whether the guest ABI is the same.
    same: bool
    #: What it says differs: the first difference only. Empty if they are the same.
    reason: str


class Oracle:
    """Asks the QEMU driver behind a connection; a context manager, for its image is a temporary file."""

    def __init__(self, connection: libvirt.virConnect) -> None:
        self._connection = connection
        self._directory = tempfile.TemporaryDirectory(prefix="xfm-oracle-")
        self._image = Path(self._directory.name) / "image"
        self._saved: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._directory.cleanup()

    def completed(self, document: str) -> str:
        """The document as libvirt stores it, with all that it fills in.

        :raises NotTakenError: libvirt does not define it.
        """
        try:
            guest = self._connection.defineXML(document)
        except libvirt.libvirtError as error:
            raise NotTakenError(str(error)) from error
        text: str = guest.XMLDesc(_DUMP)
        with contextlib.suppress(libvirt.libvirtError):
            guest.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
        return text

    def verdict(self, base: str, edited: str) -> Verdict:
        """Whether a guest that was saved with the document `base` may be restored with `edited`.

        :raises NotTakenError: libvirt does not take one of them, whatever it is compared with.
        """
        if base not in self._saved:
            if len(self._saved) == _KEPT:
                self._saved.pop(next(iter(self._saved)))
            self._saved[base] = self._save(base)
        self._image.write_bytes(self._saved[base])
        reason = self._complaint(edited)
        if reason is None:
            return Verdict(True, "")
        # A difference and a fault have one error code. A document that differs from itself is at fault.
        self._save(edited)
        return Verdict(False, reason)

    def _save(self, document: str) -> bytes:
        """The image of a guest that was saved with the document."""
        text = document.encode() + b"\0"
        text += bytes(-(_HEADER.size + len(text)) % _ROOM + _ROOM)
        self._image.write_bytes(_HEADER.pack(_MAGIC, _VERSION, len(text), *[0] * 17) + text)
        fault = self._complaint(document)
        if fault is not None:
            raise NotTakenError(fault)
        return self._image.read_bytes()  # libvirt has written it anew, in the form that it migrates

    def _complaint(self, document: str) -> str | None:
        """What libvirt has against the document in the image at hand."""
        try:
            # One that is equal byte for byte is not looked at.
            self._connection.saveImageDefineXML(str(self._image), document + "\n")
        except libvirt.libvirtError as error:
            return error.get_error_message() or "an error without a text"
        return None
