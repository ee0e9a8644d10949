"""How fast xfm is, against what one would type without it; the figures of the README come from here.

    python benchmarks/speed.py [--runs N] [--rounds N] [--check]

Cold: one document, whole processes, in turn (A B C D A B C D ...), so that a machine's mood meets all alike:

    xfm               the filter: on a new guest, and on the same guest once it is pinned, which is how libvirt's hook
                      and every later run meet it
    equivalent chain  a shell script: one xsltproc for each stylesheet that xfm runs on the document, one
                      `xmllint --relaxng` for each validation that it makes; without those stylesheets that call xfm's
                      own functions, which xsltproc does not have
    short chain       the same with 5 stylesheets and 6 validations

    hook              what libvirt's hook does at a start, against the filter on the same pinned guest; and the hook's
                      script at an operation that is none of its business, against the same

Warm: a whole corpus ($XFM_CORPUS, or libvirt's test documents beside the checkout, or else the project's own fixtures)
in one process, in turn document by document, first as it is and then what came out of it, in which there is nothing
left to do:

    xfm               Pipeline.run
    bare loop         lxml with the same compiled stylesheets, and a validation of the input, after each stage, and of
                      the output

With --check the exit status is 1 where a ratio is above its limit.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from xfm import abi, functions, new_pipeline, pin
from xfm.errors import XfmError
from xfm.hook.script import Script
from xfm.hookspecs import STAGES
from xfm.knowledge import RunDocuments
from xfm.stylesheet.stylesheet import ABI, PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xfm import Pipeline

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("XFM_CORPUS") or ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0")
COLD_DOCUMENT = ROOT / "tests" / "fixtures" / "demo" / "win1.xml"

#: The limits that --check holds the ratios to.
LIMITS = {
    "cold, equivalent chain": 0.60,
    # A new guest is asked about by all stylesheets, ten times as many as the short chain has.
    "cold, new guest, short chain": 1.90,
    "cold, pinned guest, short chain": 1.40,
    "cold, hook at a start, filter": 1.20,
    "cold, hook at another operation, filter": 0.10,
    # The guard looks at what the guest sees, before and after: a loop does not.
    "warm, bare loop": 1.35,
    "warm, bare loop, nothing to do": 1.00,
}


def main() -> int:
    """Measure, print a table, and compare with the limits where asked."""
    parser = argparse.ArgumentParser(description="Measure xfm against shell chains and a bare lxml loop.")
    parser.add_argument("--runs", type=int, default=30, help="cold: processes of each kind (default: 30)")
    parser.add_argument("--rounds", type=int, default=3, help="warm: passes over the corpus (default: 3)")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a ratio is above its limit")
    options = parser.parse_args()
    rows = [*cold(options.runs), *hook(options.runs), *warm(options.rounds)]
    print(f"Python {sys.version.split()[0]}, lxml {etree.__version__}, {os.cpu_count()} CPUs\n")
    print("| what | xfm | the other | ratio | limit |")
    print("|---|---|---|---|---|")
    for name, ours, theirs, ratio in rows:
        limit = f"{LIMITS[name]:.2f}" if name in LIMITS else "-"
        print(f"| {name} | {ours * 1e3:.2f} ms | {theirs * 1e3:.2f} ms | {ratio:.2f} | {limit} |")
    missed = [name for name, _, _, ratio in rows if ratio > LIMITS.get(name, ratio)]
    if options.check and missed:
        print(f"\nabove the limit: {', '.join(missed)}")
        return 1
    return 0


Row = tuple[str, float, float, float]


def cold(runs: int) -> list[Row]:
    """Whole processes over one Windows guest."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        pipeline = new_pipeline()
        sheets, validations = _work(pipeline, COLD_DOCUMENT.read_bytes())
        # An installed package has its byte code; so has xfm here, from the warm-up on.
        settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        documents = _documents(pipeline, COLD_DOCUMENT.read_bytes())
        environment = {**settings, "XML_CATALOG_FILES": str(_catalogue(place, documents))}
        equivalent = _script(place / "equivalent.sh", sheets, validations, pipeline.schema.path)
        short = _script(place / "short.sh", sheets[:5], 6, pipeline.schema.path)
        program = shutil.which("xfm", path=str(Path(sys.executable).parent)) or "xfm"
        pinned = place / "pinned.xml"
        pinned.write_bytes(pipeline.run(COLD_DOCUMENT.read_bytes()).xml)
        chains = [["sh", str(equivalent)], ["sh", str(short)]]
        commands = [[program, str(COLD_DOCUMENT)], [program, str(pinned)], *chains]
        environments = [settings, settings, environment, environment]
        pairs = zip(commands, environments, strict=True)
        times = interleaved([_process(command, variables) for command, variables in pairs], runs)
    label = f"{len(sheets)} stylesheets, {validations} validations"
    print(f"cold: {COLD_DOCUMENT.relative_to(ROOT)}, {label}, {runs} runs", file=sys.stderr)
    ours, again, equivalently, shortly = times
    return [
        _row("cold, equivalent chain", ours, equivalently, statistics.median(ours)),
        _row("cold, new guest, short chain", ours, shortly, statistics.median(ours)),
        _row("cold, pinned guest, short chain", again, shortly, statistics.median(again)),
    ]


def hook(runs: int) -> list[Row]:
    """What libvirt runs, over one pinned guest; nothing where this checkout is not root's alone, but root runs it."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        program = shutil.which("xfm", path=str(Path(sys.executable).parent)) or "xfm"
        pinned = place / "pinned.xml"
        pinned.write_bytes(new_pipeline().run(COLD_DOCUMENT.read_bytes()).xml)
        script = place / "50-xfm"
        script.write_bytes(Script(program).text())
        script.chmod(0o755)
        calls = [[str(script), "win1", operation, "begin", "-"] for operation in ("prepare", "reconnect")]
        with pinned.open("rb") as document:
            tried = subprocess.run(calls[0], stdin=document, capture_output=True, text=True, check=False, env=settings)
        if tried.returncode:
            print(f"hook: left out: {tried.stderr.splitlines()[0]}", file=sys.stderr)
            return []
        commands = [[program, "-"], *calls]
        ours, start, other = interleaved([_process(command, settings, pinned) for command in commands], runs)
    print(f"hook: {COLD_DOCUMENT.relative_to(ROOT)}, pinned, {runs} runs", file=sys.stderr)
    return [
        _row("cold, hook at a start, filter", start, ours, statistics.median(start)),
        _row("cold, hook at another operation, filter", other, ours, statistics.median(other)),
    ]


def _row(name: str, ours: Sequence[float], theirs: Sequence[float], median: float) -> Row:
    """The ratio is the median of the pairs' ratios: neighbours in time, so that drift cancels out."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return name, median, statistics.median(theirs), statistics.median(ratios)


def interleaved(actions: Sequence[Callable[[], None]], runs: int) -> list[list[float]]:
    """Run all in turn, ``runs`` times after a warm-up, and give the seconds of each."""
    times: list[list[float]] = [[] for _ in actions]
    for turn in range(-2, runs):
        for index, action in enumerate(actions):
            start = time.perf_counter()
            action()
            if turn >= 0:
                times[index].append(time.perf_counter() - start)
    return times


def _process(command: list[str], environment: dict[str, str], document: Path | None = None) -> Callable[[], None]:
    def run() -> None:
        with open(document or os.devnull, "rb") as stdin:
            subprocess.run(
                command,
                check=True,
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
            )

    return run


def _work(pipeline: Pipeline, data: bytes) -> tuple[list[str], int]:
    """The stylesheets that run on the document, and how often xfm validates it."""
    result = pipeline.run(data)
    paths = {link.stylesheet.id: link.stylesheet.path for link in pipeline.chain(result.baseline).links}
    changed_stages = {step.stage for step in result.steps if step.changed}
    sheets = [paths[step.stylesheet] for step in result.steps]
    plain = [path for path in sheets if functions.NAMESPACE not in Path(path).read_text("utf-8")]
    return plain, 1 + len(changed_stages) + 1


def _documents(pipeline: Pipeline, data: bytes, baseline: int = 1) -> dict[str, bytes]:
    """What the stylesheets read beside the document, by URI."""
    tree = etree.ElementTree(etree.fromstring(data))
    known = RunDocuments(pipeline.knowledge, tree, baseline, lambda _: None)
    return {PROVENANCE: _record(pipeline, baseline), ABI: pin.abi_record(abi.project(tree)), **known}


def _catalogue(place: Path, documents: dict[str, bytes]) -> Path:
    """An XML catalogue that gives xsltproc the documents that stylesheets read."""
    entries = []
    for uri, data in documents.items():
        file = place / (uri.partition(":")[2] + ".xml")
        file.write_bytes(data)
        entries.append(f'<uri name="{uri}" uri="{file.as_uri()}"/>')
    catalogue = place / "catalogue.xml"
    catalogue.write_text(f'<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">{"".join(entries)}</catalog>')
    return catalogue


def _record(pipeline: Pipeline, baseline: int) -> bytes:
    """What the pin stage reads."""
    chain = pipeline.chain(baseline)
    running, _ = chain.running(None)
    version = pipeline.schema.version
    return pin.provenance(chain.links, running, baseline=baseline, schema_version=version, pin=None, changed=True)


def _script(path: Path, sheets: list[str], validations: int, schema: str) -> Path:
    """A shell chain over temporary files, a validation after each of the first stylesheets, one before and one last."""
    validate = f"xmllint --noout --relaxng {schema}"
    lines = ["set -e", "d=$(mktemp -d)", "trap 'rm -rf \"$d\"' EXIT", f"cp {COLD_DOCUMENT} $d/0", f"{validate} $d/0"]
    for number, sheet in enumerate(sheets, 1):
        lines.append(f"xsltproc -o $d/{number} {sheet} $d/{number - 1}")
        if number <= validations - 2:
            lines.append(f"{validate} $d/{number}")
    lines += [f"{validate} $d/{len(sheets)}", f"cat $d/{len(sheets)}"]
    path.write_text("\n".join(lines) + "\n")
    return path


def warm(rounds: int) -> list[Row]:
    """The corpus through one pipeline, against a loop with nothing but lxml; both over the documents that are valid."""
    pipeline = new_pipeline()
    corpus, pattern = (CORPUS, "*.xml") if CORPUS.is_dir() else (ROOT / "tests" / "fixtures", "**/*.xml")
    which = "" if CORPUS.is_dir() else " (fixtures)"  # these are much smaller than what libvirt prints: no limit holds
    documents = []
    for path in sorted(corpus.glob(pattern)):
        try:
            pipeline.run(path.read_bytes())
        except XfmError:
            continue
        documents.append(path.read_bytes())
    if not documents:
        sys.exit(f"no document in {corpus}; set XFM_CORPUS")
    print(f"warm: {len(documents)} documents of {corpus.name}, {rounds} rounds", file=sys.stderr)
    done = [pipeline.run(data).xml for data in documents]
    return [
        _loops(f"warm, bare loop{which}", pipeline, documents, rounds),
        _loops(f"warm, bare loop, nothing to do{which}", pipeline, done, rounds),
    ]


def _loops(name: str, pipeline: Pipeline, documents: list[bytes], rounds: int) -> Row:
    """Both loops over the documents, in turn; seconds a document."""
    relaxng = etree.RelaxNG(etree.parse(pipeline.schema.path))
    compiled: dict[tuple[str, ...], Stages] = {}
    resolver = _Known()
    loops = []
    for data in documents:
        result = pipeline.run(data)
        ran = tuple(step.stylesheet for step in result.steps)
        if ran not in compiled:
            compiled[ran] = _compiled(pipeline, result.baseline, ran, resolver)
        loops.append((compiled[ran], _documents(pipeline, data, result.baseline)))
    ours, theirs = [], []
    for _ in range(rounds):
        a, b = 0.0, 0.0
        for data, (stages, resolver.documents) in zip(documents, loops, strict=True):
            start = time.perf_counter()
            pipeline.run(data)
            middle = time.perf_counter()
            _bare(data, stages, relaxng)
            a += middle - start
            b += time.perf_counter() - middle
        ours.append(a / len(documents))
        theirs.append(b / len(documents))
    return _row(name, ours, theirs, statistics.median(ours))


Stages = list[list[tuple[etree.XSLT, dict[str, Any]]]]


class _Known(etree.Resolver):
    """Answers document('xfm:…') in the bare loop, from what was made before the clock ran."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002
        data = self.documents.get(system_url or "")
        return None if data is None else self.resolve_string(data, context)


def _compiled(pipeline: Pipeline, baseline: int, ran: tuple[str, ...], resolver: _Known) -> Stages:
    """The stylesheets with these ids, compiled anew with lxml alone, by stage."""
    parser = etree.XMLParser()
    parser.resolvers.add(resolver)
    extensions: Any = functions.EXTENSIONS
    links = [link for link in pipeline.chain(baseline).links if link.stylesheet.id in ran]
    return [
        [
            (etree.XSLT(etree.parse(link.stylesheet.path, parser), extensions=extensions), dict(link.values))
            for link in links
            if link.stage == stage
        ]
        for stage in STAGES
    ]


def _bare(data: bytes, stages: Stages, relaxng: etree.RelaxNG) -> bytes:
    """What a script would do: parse, validate, transform, validate after each stage, write, validate what it wrote."""
    document = etree.ElementTree(etree.fromstring(data))
    relaxng.validate(document)
    for transformations in stages:
        for transform, values in transformations:
            document = transform(document, **values)
        relaxng.validate(document)
    xml = etree.tostring(document)
    relaxng.validate(etree.fromstring(xml))
    return xml


if __name__ == "__main__":
    sys.exit(main())
