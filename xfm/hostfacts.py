"""Host facts: read what ``xfm host-facts`` captured, and reduce several hosts to what all of them have.

Where none are given, a baseline's own conservative table stands in (``stylesheets/baseline-N/host-facts.xml``), so that
stylesheets always find facts, of one form: ``stylesheets/facts/host.xsl`` describes it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lxml import etree

from xfm import builtin, resources, source
from xfm.errors import DocumentError, MissingError
from xfm.model import FACTS_NAMESPACE
from xfm.stylesheet import own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROOT = f"{{{FACTS_NAMESPACE}}}hostFacts"
_HOST = f"{{{FACTS_NAMESPACE}}}host"
_HINT = "capture it anew: xfm host-facts --connect URI -o FILE"


def combined(captured: Iterable[tuple[str, bytes]]) -> bytes:
    """What all the hosts have.

    :param captured: for each host, where its facts come from (a file's name) and the facts themselves.
    :raises DocumentError: facts-invalid; as :func:`xfm.source.parse`.
    """
    schema = etree.XMLSchema(etree.parse(os.path.join(resources.XML_SCHEMAS, "host-facts.xsd")))
    hosts = etree.Element("hosts")
    for document in _each_once(_parsed(name, data, schema) for name, data in captured):
        hosts.append(own.transform("facts/host.xsl", document).getroot())
    if len(hosts) == 1:
        return etree.tostring(hosts[0])
    return etree.tostring(own.transform("facts/combine.xsl", etree.ElementTree(hosts)))


def _each_once(documents: Iterable[etree._ElementTree]) -> Iterator[etree._ElementTree]:
    """Those that say the same of a host once: it may be named in a configuration file, and connected to as well."""
    seen = set()
    for document in documents:
        said = b"".join(etree.tostring(child) for child in document.getroot() if child.tag != _HOST)
        if said not in seen:
            seen.add(said)
            yield document


def _parsed(name: str, data: bytes, schema: etree.XMLSchema) -> etree._ElementTree:
    try:
        document = source.parse(data)
    except DocumentError as error:
        error.hint = _HINT  # its own speaks of domains
        raise error.located(file=name) from None
    if not schema.validate(document):
        fault = schema.error_log[0]
        raise DocumentError(
            "facts-invalid",
            f"these are no host facts: {fault.message}"
            if document.getroot().tag == _ROOT
            else f"these are no host facts: the root element is <{etree.QName(document.getroot()).localname}>",
            file=name,
            line=fault.line,
            hint=_HINT,
        )
    return document


def table(baseline: int) -> bytes:
    """The facts that stand in where none are given.

    :raises MissingError: file, where xfm is not installed whole.
    """
    path = builtin.host_facts(baseline)
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise MissingError("file", f"cannot read {path}: {error.strerror}", hint="install xfm anew") from error
