"""The values that flow through xfm: plain, immutable, without behaviour of their own.

``NamedTuple`` rather than ``dataclass``: the filter starts for every document anew, and a dataclass costs several
times as much at import.
"""

from __future__ import annotations

from typing import NamedTuple

PIN_NAMESPACE = "urn:xfm:pin:1"
DOC_NAMESPACE = "urn:xfm:doc:1"
OS_NAMESPACE = "urn:xfm:os:1"
FACTS_NAMESPACE = "urn:xfm:host-facts:1"
XSL_NAMESPACE = "http://www.w3.org/1999/XSL/Transform"


class Contribution(NamedTuple):
    """One stylesheet that a plugin adds to a stage.

    :param path: absolute path of the ``.xsl`` file; its doc block says what it is.
    :param after: ids of stylesheets of the same stage that must run before it, beside those of its doc block.
    :param before: ids of stylesheets of the same stage that must run after it, beside those of its doc block.
    """

    path: str
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


class Parameter(NamedTuple):
    """A declared parameter of a stylesheet: its ``type`` is a key of :data:`xfm.stylesheet.parameters.TYPES`."""

    name: str
    type: str
    default: str | None  # None: the stylesheet stays idle until the parameter is set
    meaning: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


class Declaration(NamedTuple):
    """What the doc block of a stylesheet says of it."""

    id: str
    stage: str
    title: str
    summary: str
    abi: str  # "guest": a guest can notice what it does; "host": it cannot
    once: bool  # runs only on a document without a pin
    after: tuple[str, ...]
    before: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    writes: tuple[str, ...]  # XPaths of the elements and attributes that it adds, alters or removes
    sources: tuple[str, ...]
    line: int  # of the doc block in its file


class Violation(NamedTuple):
    """One fault that a schema found: ``line`` and ``column`` count from 1, 0 where unknown."""

    message: str
    xpath: str
    line: int
    column: int = 0


class Pin(NamedTuple):
    """What the pin of a document says."""

    baseline: int
    version: str  # of the xfm that wrote it
    schema: str
    machine: str
    stylesheets: tuple[tuple[str, str, str], ...]  # (stage, id, digest)
    topology: str = ""  # the version of the scheme of addresses; empty where none was used


class Step(NamedTuple):
    """What one stylesheet did in a run. ``before`` and ``after`` are empty where it changed nothing."""

    stage: str
    stylesheet: str
    changed: bool
    before: bytes = b""
    after: bytes = b""


class LeftOut(NamedTuple):
    """What a stylesheet could have done and did not, and why."""

    stage: str
    stylesheet: str
    what: str
    why: str


class Difference(NamedTuple):
    """What a guest sees differently: one fact, or, with ``fact`` empty, a device that came or went.

    :param where: a section, or a device by its alias, else by its kind and label.
    :param was: before, empty where nothing was said.
    :param now: afterwards, empty where nothing is said.
    :param completion: whether it was left to libvirt, which filled it in: no change.
    """

    where: str
    fact: str
    was: str
    now: str
    completion: bool


class Result(NamedTuple):
    """What a run gives: the document, what each stylesheet did and left out, and remarks for the user.

    ``noticed`` is what a pinned guest will notice, where the run was to change just that (repin, upgrade), and what the
    pin took up because libvirt has completed the document.
    """

    xml: bytes
    baseline: int
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    noticed: tuple[Difference, ...] = ()
