"""``xfm abi FILE``: what the guest sees; ``xfm abi diff A B``: what it sees differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import abi, checks, redact, schema, source
from xfm.cli import documents, options, render
from xfm.errors import DocumentError, UsageError, presentable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from lxml.etree import _ElementTree

    from xfm.abi import Abi, Part
    from xfm.schema import Schema

_DIFF = "diff"
_CALLS = "it is called as `xfm abi FILE` or `xfm abi diff A B`"


def add_arguments(parser: ArgumentParser) -> None:
    """``--json``, ``--verbose``, and one document, or the word diff and two."""
    options.add_settings(parser, ("schemas",))
    options.add_json(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="diff: show what libvirt completed, too")
    action = parser.add_argument(
        "words", metavar="FILE", nargs="*", default=["-"], help="domain XML, - is stdin; or: diff A B"
    )
    options.offer(action, "file")


def run(arguments: Namespace) -> int:
    """The guest ABI with its digest, or a line for each difference: exit status 1 where there is a change."""
    words: list[str] = arguments.words
    grammar = schema.find(options.gather(arguments).values["schemas"])
    if words[0] != _DIFF:
        if len(words) > 1:
            raise UsageError("usage", f"{len(words)} documents and no word diff before them", hint=_CALLS)
        return _show(_read(words[0], grammar), as_json=arguments.json)
    if len(words) != 3:  # noqa: PLR2004  the word and two files
        raise UsageError("usage", f"diff compares two documents, and {len(words) - 1} are named", hint=_CALLS)
    if words.count("-") > 1:
        raise UsageError("usage", "stdin can be one of the documents only", hint=_CALLS)
    before, after = (_read(word, grammar) for word in words[1:])
    return _compare(before, after, as_json=arguments.json, verbose=arguments.verbose)


def _read(file: str, grammar: Schema) -> _ElementTree:
    """A document that libvirt would take: of any other, nobody knows what its guest would see."""
    try:
        document = source.parse_domain(documents.read(file))
        faults = checks.violations(grammar, document)
        if faults:
            raise checks.refusal(faults)
    except DocumentError as error:
        raise error.located(file="stdin" if file == "-" else file) from None
    return document


def _show(document: _ElementTree, *, as_json: bool) -> int:
    found, hidden = abi.project(document), redact.secrets(document)
    if as_json:
        render.json(_as_json(found, hidden))
        return 0
    blocks = [f"digest: {found.digest}\n"]
    for part in found.parts:
        if not part.facts:
            continue
        facts = "".join(f"  {presentable(redact.scrub(f'{name}: {value}', hidden))}\n" for name, value in part.facts)
        blocks.append(f"{_title(part)}\n{facts}")
    render.text("\n".join(blocks))
    return 0


def _title(part: Part) -> str:
    """A section by its kind; a device by its alias, if it has one, and by kind and label."""
    called = f"{part.kind} {part.label}".rstrip()
    return presentable(f"{part.alias} ({called})" if part.alias else called)


def _as_json(found: Abi, hidden: Iterable[str]) -> dict[str, object]:
    def shown(part: Part) -> dict[str, object]:
        facts = {name: redact.scrub(value, hidden) for name, value in part.facts}
        return {"kind": part.kind, "digest": part.digest, "facts": facts}

    return {
        "version": found.version,
        "digest": found.digest,
        "sections": [shown(section) for section in found.sections],
        "devices": [
            {"kind": device.kind, "label": device.label, "alias": device.alias or None, **shown(device)}
            for device in found.devices
        ],
    }


def _compare(before: _ElementTree, after: _ElementTree, *, as_json: bool, verbose: bool) -> int:
    hidden = [*redact.secrets(before), *redact.secrets(after)]
    found = abi.differences(abi.project(before), abi.project(after))
    if as_json:
        render.json(
            [
                {
                    "where": difference.where,
                    "fact": difference.fact or None,
                    "was": redact.scrub(difference.was, hidden) or None,
                    "is": redact.scrub(difference.now, hidden) or None,
                    "completion": difference.completion,
                }
                for difference in found
            ]
        )
    else:
        shown = [difference for difference in found if verbose or not difference.completion]
        render.text("".join(f"{presentable(redact.scrub(abi.describe(d), hidden))}\n" for d in shown))
    return int(any(not difference.completion for difference in found))
