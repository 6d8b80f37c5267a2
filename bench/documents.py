"""Documents a second: Typst alone, an agreement of ours, and one that is sealed; and the memory that takes."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import large_agreement
from bench.bare_typst import bare
from bench.lines import Goal, Line, ratio_of
from bench.sealing import DATED, peak_memory, sealing
from mediation.documents import render as documents
from tests import document_data


def measure(rounds: int) -> Iterator[Line]:
    """The same agreement in each way, with other words every time, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        ways = {"bare": bare(Path(folder), unsealed), "unsealed": unsealed, "sealed": sealing(Path(folder))}
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
    peaks = peak_memory()
    told = ", ".join(f"{name} {size:.0f} MB" for name, size in peaks.items())
    yield Line("peak memory of sealing", sum(peaks.values()), "MB", Goal(at_most=120), told)
    yield from measure_large(max(rounds // 10, 3))


def measure_large(rounds: int, weasyprint: str = "") -> Iterator[Line]:
    """A hundred commitments of eight parties in three languages: bare Typst, ours, ours sealed, WeasyPrint, in turn.

    `weasyprint` is a Python in which that is installed; without, ours is asked.
    """
    with tempfile.TemporaryDirectory() as folder:
        ways = {"bare": bare(Path(folder), large_agreement.frozen), "unsealed": large_agreement.frozen}
        ways["sealed"] = large_agreement.sealing(Path(folder))
        beside = large_agreement.weasyprint(*[weasyprint] if weasyprint else [])
        if (written := next(beside, None)) is not None:
            ways["weasyprint"] = written
        times: dict[str, list[float]] = {name: [] for name in ways}
        for way in ways.values():
            _seconds(way, 1)
        for _ in range(rounds):
            for name, way in ways.items():
                times[name].append(_seconds(way, 1))
        beside.close()
    made = {name: 3 if name != "sealed" else 1 for name in ways}
    told = ", ".join(f"{made[name] / median(each):.1f}/s {name}" for name, each in times.items())
    if "weasyprint" not in ways:
        told += " (WeasyPrint is not installed: pip install weasyprint)"
    yield Line(
        "100 commitments, 8 parties, 3 languages",
        ratio_of(times["bare"], times["unsealed"]),
        "of bare Typst",
        made_of=told,
    )
    yield Line("the same, sealed", ratio_of(times["bare"], times["sealed"]), "of bare Typst")


_numbers = count(1)


def _words() -> dict[str, Any]:
    return document_data.agreement("fi", case=f"2027-{next(_numbers):04}")


def unsealed() -> None:
    """An agreement as it is frozen."""
    documents.Sheet("agreement", "fi", _words(), dated=DATED).pdf()


def _seconds(way: Callable[[], None], times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        way()
    return (perf_counter() - began) / times
