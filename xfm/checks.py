"""What is checked on the way: the input, each stage that changed something, and the bytes that leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import pin, source
from xfm.errors import DocumentError, PluginError
from xfm.hookspecs import STAGES
from xfm.limits import DOCUMENT_BYTES
from xfm.stylesheet import own

if TYPE_CHECKING:
    from lxml.etree import _ElementTree

    from xfm.chain import Link
    from xfm.model import Violation
    from xfm.schema import Schema


def violations(schema: Schema, document: _ElementTree) -> list[Violation]:
    """The faults of a document by libvirt's schema, whatever the order of its elements.

    The schema interleaves nearly everything, groups of elements among them, and libxml2 does not find its way through
    groups whose members stand apart: it refuses ``<memory>``, ``<os>``, ``<uuid>``, ``<iothreads>`` in this order,
    which RelaxNG allows. So what it refuses is tried once more in the order in which libvirt itself writes.
    """
    faults = schema.violations(document)
    if faults and not schema.violations(own.transform("layout/dumpxml.xsl", document)):
        return []
    return faults


def refusal(faults: list[Violation]) -> DocumentError:
    """What refuses a document that was invalid when it came in."""
    first = faults[0]
    return DocumentError(
        "invalid",
        f"the document is not valid: {first.message}",
        xpath=first.xpath,
        line=first.line,
        violations=faults,
        hint="`xfm validate FILE` lists all faults",
    )


def check_stage(
    schema: Schema, stage: str, trail: list[tuple[Link, _ElementTree]], before: list[Violation]
) -> list[Violation]:
    """Validate what a stage left, and name the stylesheet that broke it.

    :param trail: the stylesheets of the stage that changed something, each with what it left.
    :param before: the faults of the input, where the stage is to cure them.
    :return: the faults that are left.
    :raises PluginError: stage-invalid.

    A dialect stage that cannot cure an invalid input is no broken stage: the input's own faults are given back.
    """
    faults = violations(schema, trail[-1][1])
    if not faults or before:
        return before if faults else []
    culprit = next(link for link, after in trail if violations(schema, after))
    raise PluginError(
        "stage-invalid",
        f"the stage {stage} made the document invalid: {faults[0].message}",
        stage=stage,
        stylesheet=culprit.stylesheet.id,
        plugin=culprit.plugin,
        file=culprit.stylesheet.path,
        xpath=faults[0].xpath,
        violations=faults,
        hint=f"the fault is in the stylesheet; `--set {culprit.stylesheet.id}=off` runs the chain without it",
    )


def check_layout(link: Link, before: _ElementTree, after: _ElementTree) -> None:
    """Hold a plugin's stylesheet of the last stage to what that stage may do: nothing comes behind the pin.

    :raises PluginError: stage-invalid.
    """
    if link.stage != STAGES[-1] or link.stylesheet.builtin or _content(after) == _content(before):
        return
    raise PluginError(
        "stage-invalid",
        f"{link.stylesheet.id} altered the document in the stage {link.stage}, which only orders and indents",
        **link.place,
        hint="move it to an earlier stage, such as policy or defaults",
    )


def check_output(schema: Schema, xml: bytes, *, with_pin: bool) -> None:
    """The bytes that leave are parsed and validated once more: what a reader gets is what was checked.

    :param with_pin: whether the pin was written anew, and is to be held to its grammar.
    :raises DocumentError: too-large.
    :raises PluginError: stage-invalid.
    """
    if len(xml) > DOCUMENT_BYTES:
        raise DocumentError(
            "too-large",
            f"the result is larger than {DOCUMENT_BYTES // 1024 // 1024} MiB",
            hint="libvirt itself takes no larger document over its RPC",
        )
    document = source.parse_domain(xml)
    if with_pin:
        pin.read(document)
    faults = schema.violations(document)
    if faults:
        raise PluginError(
            "stage-invalid",
            f"the output is invalid: {faults[0].message}",
            xpath=faults[0].xpath,
            violations=faults,
            hint="this is a fault of xfm; please report it with the document",
        )


def _content(document: _ElementTree) -> list[tuple[str, list[tuple[str, str]], str]]:
    """All that a document says, whatever its order and indentation."""
    return sorted(
        (
            str(element.tag),
            sorted((str(name), str(value)) for name, value in element.items()),
            (element.text or "").strip(),
        )
        for element in document.iter("*")
    )
