"""How much of anything xfm takes: what is above is refused, in bounded time and memory."""

from __future__ import annotations

from typing import Final

#: Bytes of a document. libvirt's RPC takes no string above 4 MiB (VIR_NET_MESSAGE_STRING_MAX, virnetprotocol.x).
DOCUMENT_BYTES: Final = 4 * 1024 * 1024
#: Bytes of another tool's configuration; a real one has some hundred lines.
NATIVE_BYTES: Final = 64 * 1024
#: Nesting of elements: where libvirt's own parser gives up (xmlParserMaxDepth of libxml2 before 2.12).
DOCUMENT_DEPTH: Final = 256
#: Bytes of a stylesheet.
STYLESHEET_BYTES: Final = 1024 * 1024
#: Files that a stylesheet may import, all taken together.
STYLESHEET_IMPORTS: Final = 100
#: Seconds that a confined run may take, where nothing else is asked for.
SECONDS: Final = 20.0
#: The longest time that can be asked for: a day.
MAX_SECONDS: Final = 86400
#: Bytes of memory that a confined run may take beside what the process has already.
MEMORY: Final = 1024 * 1024 * 1024
#: Bytes of a document above which even xfm's own stylesheets run confined: libxml2 takes quadratic time for some that
#: are wide and flat, which below this is no more than a second.
TRUSTED_BYTES: Final = 32 * 1024
