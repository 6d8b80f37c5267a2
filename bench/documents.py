"""Documents a second: Typst alone, an agreement of ours, and one that is sealed; and the memory that takes."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import typst

from bench.lines import Goal, Line, ratio_of
from mediation import documents
from mediation.manifest import Document, Manifest
from mediation.seal_key import load_seal_key
from mediation.sealed_file import sealed_file
from mediation.typesetting import press
from tests import papers

DATED = datetime(2027, 2, 1, 5, 30, tzinfo=UTC)


def measure(rounds: int) -> Iterator[Line]:
    """The same agreement in each way, with other words every time, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        ways = {"bare": bare(Path(folder)), "unsealed": unsealed, "sealed": sealing(Path(folder))}
        for way in ways.values():
            _seconds(way, 2)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                times[name].append(_seconds(way, 3))
    a_second = {name: f"{1 / median(each):.1f}/s" for name, each in times.items()}
    told = f"{a_second['bare']} bare Typst, {a_second['unsealed']} agreements, {a_second['sealed']} sealed"
    yield Line("agreement, unsealed", ratio_of(times["bare"], times["unsealed"]), "of bare Typst", made_of=told)
    yield Line("agreement, sealed", ratio_of(times["bare"], times["sealed"]), "of bare Typst", Goal(at_least=0.25))
    peaks = _peaks()
    told = ", ".join(f"{name} {size:.0f} MB" for name, size in peaks.items())
    yield Line("peak memory of sealing", sum(peaks.values()), "MB", Goal(at_most=120), told)


_numbers = count(1)


def _words() -> dict[str, Any]:
    return papers.agreement("fi", case=f"2027-{next(_numbers):04}")


def bare(folder: Path) -> Callable[[], None]:
    """Typst in this process, with the same source and data as `render` hands to it."""
    asked: list[tuple[str, Mapping[str, bytes], Sequence[str]]] = []

    def note(source: str, files: Mapping[str, bytes], standards: Sequence[str], *, seconds: float) -> bytes:
        asked.append((source, files, standards))
        return b""

    typeset, documents.typeset = documents.typeset, note
    for _ in range(1000):
        documents.render("agreement", "fi", _words(), dated=DATED)
    documents.typeset = typeset
    root = folder / "root"
    root.mkdir()
    compiler = typst.Compiler(root=root, ignore_system_fonts=True)

    def way() -> None:
        source, files, standards = asked.pop()
        for name, content in files.items():
            (root / name).write_bytes(content)
        compiler.compile(source.encode(), format="pdf", pdf_standards=list(standards))

    return way


def unsealed() -> None:
    """An agreement as it is frozen."""
    documents.render("agreement", "fi", _words(), dated=DATED)


def sealing(folder: Path) -> Callable[[], None]:
    """The sealed file of an agreement in one language: the signature page, what was signed, and the seal."""
    key = load_seal_key(folder / "seal")
    pdf = documents.render("agreement", "fi", _words(), dated=DATED)

    def way() -> None:
        number = f"2027-{next(_numbers):04}"
        manifest = Manifest(number, 1, "fi", (Document.of("agreement-fi.pdf", "fi", pdf),), ())
        page = papers.signatures("fi", case=number, manifest_digest=manifest.digest)
        sealed_file(manifest, {"agreement-fi.pdf": pdf}, page, key, at=DATED)

    return way


def _seconds(way: Callable[[], None], times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        way()
    return (perf_counter() - began) / times


def _peaks() -> dict[str, float]:
    """The peaks of a process that does nothing but seal, and of its Typst."""
    said = subprocess.run([sys.executable, "-m", "bench.documents"], check=True, capture_output=True, text=True).stdout
    peaks: dict[str, float] = json.loads(said)
    return peaks


def _tell_peaks() -> None:
    with tempfile.TemporaryDirectory() as folder:
        way = sealing(Path(folder))
        for _ in range(20):
            way()
        assert press.worker is not None
        print(json.dumps({"ours": _peak("self"), "Typst's": _peak(str(press.worker.process.pid))}))


def _peak(process: str) -> float:
    status = Path("/proc", process, "status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    _tell_peaks()
