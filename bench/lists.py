"""The commissioner's list: the time of a page, with few cases and with very many."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from secrets import token_hex
from statistics import median
from time import perf_counter
from typing import Any

from bench.houses import Place, place_on_sqlite
from bench.lines import Goal, Line
from mediation.reading.statuses import statuses
from workflows import WORKFLOWS

FEW = 10_000
TABLES = ("participants", "roles")  # beside `cases`: what says that a case is this commissioner's


def measure(rounds: int, many: int) -> Iterator[Line]:
    """A page of fifty, anywhere in the list of somebody who commissioned all the cases there are."""
    with tempfile.TemporaryDirectory() as folder, place_on_sqlite(Path(folder), "preparation", 1) as place:
        times = []
        for total in (FEW, many):
            load(place, total)
            times.append(_page(place, total, rounds))
    few, much = times
    told = f"{few * 1000:.2f} ms with {FEW:,}, {much * 1000:.2f} ms with {many:,}"
    yield Line(f"page of the HR list, {many:,} cases", much / few, f"of {FEW:,} cases", Goal(at_most=1.5), told)


def load(place: Place, total: int) -> None:
    """Fill up to `total` cases with copies of the one that is there, its commissioner's seat included."""
    table = place.tables[0]
    connection = sqlite3.connect(place.house.installation.settings.home / "mediation.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    case = dict(connection.execute("SELECT * FROM cases WHERE number = ?", (table.number,)).fetchone())
    own = {name: _own_row(connection, name, table.ids["Vilho"]) for name in TABLES}
    there = connection.execute("SELECT count(*) FROM cases").fetchone()[0]
    connection.execute("BEGIN IMMEDIATE")
    for start in range(there, total, 10_000):
        copies = [_copies(case, own, at) for at in range(start, min(start + 10_000, total))]
        for name in ("cases", *TABLES):
            rows = [one[name] for one in copies]
            columns = ", ".join(rows[0])
            blanks = ", ".join("?" * len(rows[0]))
            values = [tuple(row.values()) for row in rows]
            connection.executemany(f"INSERT INTO {name} ({columns}) VALUES ({blanks})", values)
    connection.execute("COMMIT")
    connection.close()


def _own_row(connection: sqlite3.Connection, table: str, participant: str) -> dict[str, Any]:
    key = "id" if table == "participants" else "participant_id"
    return dict(connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (participant,)).fetchone())


def _copies(case: dict[str, Any], own: dict[str, dict[str, Any]], at: int) -> dict[str, dict[str, Any]]:
    case_id, participant = token_hex(10), token_hex(10)
    return {
        "cases": {**case, "id": case_id, "number": _number(at)},
        "participants": {**own["participants"], "id": participant, "case_id": case_id, "number": _number(at)},
        "roles": {**own["roles"], "id": token_hex(10), "case_id": case_id, "participant_id": participant},
    }


def _number(at: int) -> str:
    return f"{1000 + at // 10_000}-{at % 10_000:04}"


def _page(place: Place, total: int, rounds: int) -> float:
    chance, times = Random(7), []
    vilho = place.house.people["Vilho"]
    for _ in range(rounds):
        with place.house.installation.database.reading() as db:
            began = perf_counter()
            page = statuses(db, WORKFLOWS, vilho, after=_number(chance.randrange(total - 100)), limit=50)
            times.append(perf_counter() - began)
        assert len(page) == 50
    return median(times)
