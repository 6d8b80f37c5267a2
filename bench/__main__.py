"""Measures, and prints every figure beside what we aim at: `python -m bench`, or only some parts of it by name."""

import argparse
import os
import platform
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import beside, documents, doors, growth, lists, moves, peers, rotation
from bench.houses import durable_postgres, place_on_postgres, place_on_sqlite
from bench.lines import Line

CLIENTS = 8
ENDED = 1000  # cases that a retention run removes


def on_sqlite(given: argparse.Namespace) -> Iterator[Line]:
    """W1 on SQLite, by hand and by the engine."""
    with tempfile.TemporaryDirectory() as folder, place_on_sqlite(Path(folder), "solutions", CLIENTS) as place:
        yield from moves.measure(place, "SQLite", given.rounds, goal=0.35)
        yield from peers.measure(place, "SQLite", given.rounds, peers.on_sqlite(Path(folder)))


def on_postgres(given: argparse.Namespace) -> Iterator[Line]:
    """W1 on PostgreSQL, by hand and by the engine."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        try:
            fresh = stack.enter_context(durable_postgres())
        except Exception as error:  # whatever keeps a server from starting here, the rest can be measured
            print(f"  W1 on PostgreSQL: left out, for no server could be started ({type(error).__name__}: {error})")
            return
        place = stack.enter_context(place_on_postgres(Path(folder), fresh, "solutions", CLIENTS))
        yield from moves.measure(place, "PostgreSQL", given.rounds, goal=0.55)
        yield from peers.measure(place, "PostgreSQL", given.rounds, peers.on_postgresql(fresh(), fresh()))


def behind_http(given: argparse.Namespace) -> Iterator[Line]:
    """W1 through a server."""
    with tempfile.TemporaryDirectory() as folder, place_on_sqlite(Path(folder), "opening", 1) as place:
        yield from doors.measure_waiting(place, given.rounds)
        yield from doors.measure(place, given.rounds)


def papers(given: argparse.Namespace) -> Iterator[Line]:
    """Documents, and the memory they take."""
    yield from documents.measure(given.rounds)


def lines_for_hr(given: argparse.Namespace) -> Iterator[Line]:
    """The commissioner's list."""
    yield from lists.measure(given.rounds * 10, 1_000_000 if given.million else 100_000)


def new_master_key(given: argparse.Namespace) -> Iterator[Line]:
    """Every key wrapped anew."""
    yield from rotation.measure(given.rounds)


def more_cases(given: argparse.Namespace) -> Iterator[Line]:
    """The same work beside few and many cases."""
    yield from growth.measure(given.rounds, 1_000_000 if given.million else given.many)


def beside_the_night(given: argparse.Namespace) -> Iterator[Line]:
    """Requests beside retention and rotation, on both databases."""
    keys = 600_000 if given.million else 100_000
    with tempfile.TemporaryDirectory() as folder, place_on_sqlite(Path(folder, "sqlite"), "opening", 1) as place:
        yield from beside.measure_rotation(place, "SQLite", keys)
        yield from beside.measure_retention(place, "SQLite", ENDED)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fresh = stack.enter_context(durable_postgres())
        place = stack.enter_context(place_on_postgres(Path(folder), fresh, "opening", 1, keys_url=fresh()))
        yield from beside.measure_rotation(place, "PostgreSQL", keys)
        yield from beside.measure_retention(place, "PostgreSQL", ENDED)


PARTS: dict[str, Callable[[argparse.Namespace], Iterator[Line]]] = {
    "sqlite": on_sqlite,
    "postgresql": on_postgres,
    "http": behind_http,
    "documents": papers,
    "list": lines_for_hr,
    "rotation": new_master_key,
    "growth": more_cases,
    "beside": beside_the_night,
}
BY_NAME = {"growth"}  # takes half an hour, and gigabytes: only where it is asked for


def main() -> None:
    """Measure the parts that are asked for, one after another."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("parts", nargs="*", help=f"which to measure: {', '.join(PARTS)} (default: all but growth)")
    asked.add_argument("--rounds", type=int, default=30, help="how often floor and own work take turns (default: 30)")
    asked.add_argument("--million", action="store_true", help="a million cases in HR list and growth")
    asked.add_argument("--many", type=int, default=100_000, help="the many cases of growth (default: 100000)")
    given = asked.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        asked.error(f"there is no part {', '.join(sorted(unknown))}")
    warnings.simplefilter("ignore")  # of the test tools that this borrows
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} before. Only ratios travel; under load even they are rough.\n"
    )
    for name in given.parts or [one for one in PARTS if one not in BY_NAME]:
        for line in PARTS[name](given):
            print(line, flush=True)


if __name__ == "__main__":
    main()
