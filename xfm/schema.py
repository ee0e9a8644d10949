"""RelaxNG: libvirt's schemas from where they are installed, xfm's own grammars, and the faults they find."""

from __future__ import annotations

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from lxml import etree

from xfm import redact, resources
from xfm.errors import MissingError
from xfm.model import Violation

if TYPE_CHECKING:
    from lxml.etree import _ElementTree

_SCHEMA_FILE = "domain.rng"
_VERSION_FILE = "xfm-libvirt-version"
_LIBRARY = "libvirt.so.0"


class Schema:
    """One RelaxNG grammar, compiled when it is first needed.

    :param path: of the ``.rng`` file.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    @cached_property
    def relaxng(self) -> etree.RelaxNG:
        """The compiled grammar.

        :raises MissingError: schemas-missing, where it cannot be read or compiled.
        """
        return _compile(self.path)

    @cached_property
    def version(self) -> str:
        """The version of the libvirt that the schema belongs to (``9.0.0``), or ``unknown``."""
        return version_of(os.path.dirname(self.path))

    def violations(self, document: _ElementTree) -> list[Violation]:
        """The faults of the document, in the order in which the grammar's engine found them; empty if it is valid.

        :raises MissingError: schemas-missing, where the grammar cannot be read or compiled.
        """
        if self.relaxng.validate(document):
            return []
        hidden = redact.secrets(document)  # the grammar's engine quotes the values that it refuses
        found = _violations(self.relaxng.error_log)
        return [violation._replace(message=redact.scrub(violation.message, hidden)) for violation in found]


def _violations(log: etree._ListErrorLog) -> list[Violation]:
    """The log without its repetitions.

    libxml2 says what is wrong inside an interleave without saying where; the next entry has the element.
    """
    found: list[Violation] = []
    xpath, line = "", 0
    for entry in reversed(list(log)):
        xpath, line = (entry.path, max(entry.line, 0)) if entry.path else (xpath, line)
        found.append(Violation(entry.message, xpath, line))
    return list(dict.fromkeys(reversed(found)))


def _compile(path: str) -> etree.RelaxNG:
    try:
        return etree.RelaxNG(etree.parse(path))
    except (OSError, etree.XMLSyntaxError, etree.RelaxNGParseError) as error:
        raise MissingError(
            "schemas-missing",
            f"the schema cannot be used: {error}",
            file=path,
            hint="`xfm schemas` lists the sets that are there; libvirt's come with its library (Debian: libvirt0)",
        ) from error


@cache
def own_grammar(name: str) -> Schema:
    """One of xfm's own grammars, by the name of its file in ``schemas/rng``."""
    return Schema(os.path.join(resources.GRAMMARS, name))


def find(selector: str | None = None) -> Schema:
    """The schema of libvirt's domains.

    :param selector: a directory, or the version of a registered or installed set (``9.0.0``); None for
        ``$XFM_SCHEMAS``, else the installed libvirt's.
    :raises MissingError: schemas-missing.
    """
    selector = selector or os.environ.get("XFM_SCHEMAS") or None
    if selector is None:
        for directory in resources.LIBVIRT_SCHEMAS:
            if os.path.isfile(os.path.join(directory, _SCHEMA_FILE)):
                return _schema_in(directory)
        raise _missing(f"no libvirt schemas in {' or '.join(resources.LIBVIRT_SCHEMAS)}")
    if is_version(selector):
        for schema in installed_sets():
            if schema.version == selector:
                return schema
        raise _missing(
            f"no schema set of libvirt {selector} is there", f"register it: xfm schemas add DIR --libvirt {selector}"
        )
    if not os.path.isfile(os.path.join(selector, _SCHEMA_FILE)):
        raise _missing(f"no {_SCHEMA_FILE} in {selector}")
    return _schema_in(os.path.abspath(selector))


def files(schema: Schema) -> list[str]:
    """The files that compiling a schema can read: its folder's grammars."""
    folder = os.path.dirname(schema.path)
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".rng")]


def _missing(message: str, hint: str = "") -> MissingError:
    return MissingError(
        "schemas-missing",
        message,
        hint=hint
        or "install libvirt's library (Debian: apt-get install libvirt0), or name a directory with --schemas DIR "
        "or XFM_SCHEMAS; `xfm schemas` lists the sets that are there",
    )


def _schema_in(directory: str) -> Schema:
    return Schema(os.path.join(directory, _SCHEMA_FILE))


def version_of(directory: str) -> str:
    """The version of the libvirt that a schema directory belongs to, or ``unknown``.

    libvirt's schemas do not say. A registered set has it in a file of its own; beside an installed one lies the
    library, whose file name carries it: ``libvirt.so.0.9000.0`` is 9.0.0 (meson.build: major * 1000 + minor).
    """
    try:
        with open(os.path.join(directory, _VERSION_FILE), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        pass
    prefix, found, _ = directory.partition("/share/libvirt/schemas")
    if not found:
        return "unknown"
    for library in _library_directories(prefix):
        try:
            number, _, micro = os.readlink(os.path.join(library, _LIBRARY)).removeprefix(_LIBRARY + ".").partition(".")
        except OSError:
            continue
        if number.isdecimal() and micro.isdecimal():
            return f"{int(number) // 1000}.{int(number) % 1000}.{micro}"
    return "unknown"


def is_version(text: str) -> bool:
    """Whether a text is the version of a libvirt, such as 9.0.0."""
    major, _, rest = text.partition(".")
    return major.isdecimal() and rest.count(".") == 1 and rest.replace(".", "").isdecimal()


def _library_directories(prefix: str) -> list[str]:
    # Debian's multiarch directory first: it is the smaller one to list, and the usual one to hit.
    library = os.path.join(prefix, "lib")
    machine = os.uname().machine
    return [os.path.join(library, f"{machine}-linux-gnu"), os.path.join(prefix, "lib64"), library]


def registered_directory() -> str:
    """Where ``xfm schemas add`` keeps the sets, one directory a version."""
    return os.path.join(resources.user_data_directory(), "schemas")


def installed_sets() -> list[Schema]:
    """Every set that can be found without being told a directory: the installed ones, then the registered ones."""
    directories = list(resources.LIBVIRT_SCHEMAS)
    registered = registered_directory()
    if os.path.isdir(registered):
        directories += [os.path.join(registered, name) for name in sorted(os.listdir(registered))]
    return [_schema_in(directory) for directory in directories if os.path.isfile(os.path.join(directory, _SCHEMA_FILE))]


def register(directory: str, version: str | None = None) -> Schema:
    """Copy a directory of libvirt's schemas under the user's data directory.

    :param version: of its libvirt; found by itself where the directory lies beside an installed libvirt.
    :raises MissingError: schemas-missing (no schema there, or one that does not compile), file.
    :raises UsageError: usage, where the version is neither given nor to be found.
    """
    import shutil

    from xfm.errors import UsageError

    if not os.path.isfile(os.path.join(directory, _SCHEMA_FILE)):
        raise _missing(f"no {_SCHEMA_FILE} in {directory}")
    _compile(os.path.join(directory, _SCHEMA_FILE))
    if version is not None and not is_version(version):
        raise UsageError("usage", f"{version} is not a version of libvirt", hint="such as: --libvirt 9.0.0")
    version = version or version_of(os.path.abspath(directory))
    if not is_version(version):
        raise UsageError(
            "usage",
            f"the libvirt version of {directory} is not known",
            hint="say it: xfm schemas add DIR --libvirt 9.0.0",
        )
    target = os.path.join(registered_directory(), version)
    try:
        os.makedirs(target, exist_ok=True)
        for name in sorted(os.listdir(directory)):
            if name.endswith(".rng"):
                shutil.copyfile(os.path.join(directory, name), os.path.join(target, name))
        with open(os.path.join(target, _VERSION_FILE), "w", encoding="ascii") as file:
            file.write(version + "\n")
    except OSError as error:
        hint = "make room, or set XDG_DATA_HOME to a place that can be written"
        raise MissingError("file", f"cannot write {target}: {error.strerror}", file=target, hint=hint) from error
    return _schema_in(target)
