"""How long `xfm audit` takes over a host of many guests; the figure of docs/audit.md comes from here.

    python benchmarks/audit.py [--guests N] [--runs N] [--check]

The guests are those of libvirt's test driver, which reads them from a file: each a Linux server of 27 devices, adopted
by xfm, and running, so that it is judged twice: as it is stored, and as it runs. Timed are whole processes. Beside it
stands what the audit cannot do without: libvirt opening the connection and giving all documents.

With --check the exit status is 1 where the audit takes longer than 10 ms a guest.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import libvirt

from xfm import new_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parent.parent
GUEST = ROOT / "tests" / "fixtures" / "profiles" / "x86_64-q35-bios-debian11" / "input.xml"
LIMIT = 0.010


def main() -> int:
    """Measure, print, and compare with the limit where asked."""
    parser = argparse.ArgumentParser(description="Measure xfm audit over many guests.")
    parser.add_argument("--guests", type=int, default=1000, help="(default: 1000)")
    parser.add_argument("--runs", type=int, default=5, help="(default: 5)")
    parser.add_argument("--check", action="store_true", help="exit with 1 where it takes more than 10 ms a guest")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        node = Path(directory) / "node.xml"
        node.write_bytes(_node(_guests(options.guests)))
        node.write_bytes(_node(_adopted(f"test://{node}")))
        uri = f"test://{node}"
        audit = statistics.median(_seconds(lambda: _audit(uri)) for _ in range(options.runs))
        reading = statistics.median(_seconds(lambda: _read(uri)) for _ in range(options.runs))
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, {options.guests} guests, {options.runs} runs\n")
    print("| what | seconds | a guest |")
    print("|---|---|---|")
    for what, seconds in (("xfm audit", audit), ("libvirt alone", reading)):
        print(f"| {what} | {seconds:.2f} | {seconds / options.guests * 1e3:.1f} ms |")
    return int(options.check and audit > LIMIT * options.guests)


def _guests(count: int) -> list[bytes]:
    """As the chain makes them, each with a name and a UUID of its own."""
    made = new_pipeline().run(GUEST.read_bytes()).xml.replace(b"<domain type='kvm'", b"<domain type='test'", 1)
    text = re.sub(rb"<metadata>.*</metadata>", b"", made, flags=re.DOTALL)
    text = re.sub(rb"<uuid>.*</uuid>", b"<uuid>00000000-0000-4000-8000-%012d</uuid>", text.replace(b"%", b"%%"))
    return [re.sub(rb"<name>.*</name>", b"<name>guest%d</name>" % number, text % number) for number in range(count)]


def _adopted(uri: str) -> list[bytes]:
    """The guests of a connection, each pinned as libvirt has completed it."""
    pipeline = new_pipeline(baseline=0)
    return [pipeline.run(text.encode()).xml for text in _read(uri)]


def _node(guests: Iterable[bytes]) -> bytes:
    """The file of a connection to the test driver."""
    return b"<node>" + b"".join(guests) + b"</node>"


def _read(uri: str) -> list[str]:
    """All documents of all guests; those that are stored."""
    connection = libvirt.open(uri)
    try:
        domains = connection.listAllDomains()
        return [(domain.XMLDesc(0), domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))[1] for domain in domains]
    finally:
        connection.close()


def _audit(uri: str) -> None:
    command = [sys.executable, "-m", "xfm", "audit", "--connect", uri]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the guests should need nobody:\n{done.stdout[:2000]}{done.stderr}")


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
