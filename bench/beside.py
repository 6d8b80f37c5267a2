"""A mediator at work beside the work of the night: ended cases destroyed, every key wrapped anew. How long each waits."""

import json
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from statistics import median
from threading import Thread
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import Engine, Table, insert, select

from bench.doors import connected, moving
from bench.houses import Place
from bench.lines import Goal, Line
from bench.rotation import fill
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import Keyring
from mediation.keys.master_key import new_master_key
from mediation.retention import run as retention
from mediation.store.database import Database
from mediation.store.models import Base, Case
from mediation.words.dates import months_after
from tests.cases import case_in

RUNS, PAUSE = 5, 10  # runs at most, and seconds between them
RESTS = 0.02  # seconds between two requests of one mediator, who reads and types
Copied = dict[str, list[dict[str, Any]]]  # rows by table


def measure_retention(place: Place, database: str, ended: int) -> Iterator[Line]:
    """A mediator's transitions, alone and beside a run over so many `ended` cases."""
    house, table = place.house, place.tables[0]
    end_cases(place, ended)
    house.clock.at = months_after(house.clock.at, 50)
    with connected(house.app) as connection:
        move = moving(connection, f"/api/cases/{table.number}/transitions", house.tokens["Meri"])
        told: list[retention.Ran] = []
        ask = _reconnecting(connection, move)
        alone, beside = _alone_and_beside(
            ask, lambda: told.extend(_run_until_nothing_waits(house.installation.database))
        )
    cases, keys = sum(ran.cases for ran in told), sum(ran.keys for ran in told)
    assert (cases, told[-1].waiting) == (ended, 0), told
    told_in = f"{_told(alone)} alone, {_told(beside)} beside {keys:,} keys of {ended:,} cases, in {len(told)} runs"
    ratio = median(beside) / median(alone)
    yield Line(f"POST beside retention, {database}", ratio, "of its p50 alone", Goal(at_most=2), told_in)


def _run_until_nothing_waits(database: Database) -> Iterator[retention.Ran]:
    """Runs as rounds go on: one that finds old rows left in PostgreSQL, which others may still see, leaves all for the next."""
    for _ in range(RUNS):
        ran = retention.run(database)
        yield ran
        if not ran.waiting:
            return
        sleep(PAUSE)


def measure_rotation(place: Place, database: str, keys: int) -> Iterator[Line]:
    """New cases of a commissioner, alone and beside the rotation of so many `keys` by another process' key store."""
    house = place.house
    keyring = house.installation.keyring
    fill(keyring, keys)
    other = Keyring(keyring.engine, keyring.master)
    with connected(house.app) as connection:
        ask = _reconnecting(connection, _referring(connection, place))
        alone, beside = _alone_and_beside(ask, lambda: other.rotate(new_master_key()))
    told = f"{_told(alone)} alone, {_told(beside)} beside {keys:,} keys"
    yield Line(f"slowest new case beside rotation, {database}", max(beside), "seconds", Goal(at_most=1), told)


def _alone_and_beside(ask: Callable[[], None], work: Callable[[], object]) -> tuple[list[float], list[float]]:
    for _ in range(10):
        ask()
    alone = [_taken(ask) for _ in range(60)]
    thread, beside = Thread(target=work), list[float]()
    thread.start()
    while thread.is_alive():
        beside.append(_taken(ask))
    return alone, beside


def _reconnecting(connection: HTTPConnection, ask: Callable[[], None]) -> Callable[[], None]:
    """The same on a new connection, where the server has closed the one that stood idle."""

    def again() -> None:
        try:
            ask()
        except ConnectionError:
            connection.close()
            ask()

    return again


def _taken(ask: Callable[[], None]) -> float:
    sleep(RESTS)
    began = perf_counter()
    ask()
    return perf_counter() - began


def _told(times: list[float]) -> str:
    ordered = sorted(times)
    return f"p50 {median(times) * 1000:.0f} ms, slowest {ordered[-1] * 1000:.0f} of {len(times)}"


def _referring(connection: HTTPConnection, place: Place) -> Callable[[], None]:
    house = place.house
    headers = {"Authorization": f"Bearer {house.tokens['Vilho']}", "Content-Type": "application/json"}
    body = {
        "workflow": "mediation",
        "organisation": house.organisations["Esimerkkilä"],
        "language": "fi",
        "subject": "Yhteistyö iltavuoron vaihdoissa",
        "parties": [{"person_id": house.people[name]} for name in ("Aino", "Pekka")],
    }

    def ask() -> None:
        connection.request("POST", "/api/cases", json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 201, said

    return ask


# Ended cases: one is made through the acts, the others are copies of its rows under ids of their own.


def end_cases(place: Place, count: int) -> None:
    """Fill up with so many ended cases, each with its keys."""
    house = place.house
    table = case_in(house, "follow-up")
    with table.writing() as db:
        table.advance(db, "close")
    database = house.installation.database
    with database.reading() as db:
        case_id = db.scalars(select(Case.id).where(Case.number == table.number)).one()
    template = _rows_of(database.engine, case_id)
    ids = {row["id"] for rows in template.values() for row in rows if "id" in row}
    clocks = _keys_of(database.keyring.engine, case_id)
    for start in range(1, count, 100):
        for number in range(start, min(start + 100, count)):
            _copy(database.engine, template, ids, number)
        new = [_under_new_ids(row, ids, n) for n in range(start, min(start + 100, count)) for row in clocks]
        with database.keyring.engine.execution_options(writing=True).begin() as connection:
            connection.execute(insert(stored_keys), new)


def _tables() -> list[Table]:
    return [one for one in Base.metadata.sorted_tables if "case_id" in one.c or one.name == Case.__tablename__]


def _rows_of(engine: Engine, case_id: str) -> Copied:
    with engine.connect() as connection:
        found = {}
        for table in _tables():
            here = table.c.id if table.name == Case.__tablename__ else table.c.case_id
            rows = connection.execute(select(table).where(here == case_id)).mappings()
            found[table.name] = [dict(row) for row in rows]
    return found


def _keys_of(engine: Engine, case_id: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        rows = connection.execute(select(stored_keys).where(stored_keys.c.case_id == case_id)).mappings()
        return [dict(row) for row in rows]


def _copy(engine: Engine, template: Copied, ids: set[str], number: int) -> None:
    with engine.execution_options(writing=True).begin() as connection:
        for table in _tables():
            rows = [_under_new_ids(row, ids, number) for row in template[table.name]]
            if table.name == Case.__tablename__:
                rows = [{**row, "number": f"3000-{number:05}"} for row in rows]
            if rows:
                connection.execute(insert(table), rows)


def _under_new_ids(row: Mapping[str, Any], ids: set[str], number: int) -> dict[str, Any]:
    return {
        name: f"{value[:-6]}{number:06}" if isinstance(value, str) and value in ids else value
        for name, value in row.items()
    }
