"""W1, one guarded and durable transition: through the engine, and by hand, the same statements through the plain driver."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from secrets import token_hex
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import event

from bench.houses import Place
from bench.lines import Goal, Line, milliseconds, ratio_of
from mediation.case import engine
from mediation.case.seat import Seat
from mediation.keys.case_keys import CaseKeys
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.workflow.facts_loading import load_facts
from tests.cases import Table

# Round and round: each keeps what the next one needs. The first writes letters too: it is the one with six statements,
# BEGIN and COMMIT among them. Where one client is measured, the others only lead back to it.
ROAD = ("begin-follow-up", "return-to-problem-definition", "start-dialogue", "seek-solutions")
MEASURED = ROAD[0]

Statement = tuple[str, Any]


@dataclass
class Engine:
    """A mediator who takes one case round through `engine.advance`, from a seat that is taken, with keys that are read."""

    table: Table
    seat: Seat
    keys: CaseKeys
    tags: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, table: Table) -> "Engine":
        """At a case; each transition was taken once before."""
        with table.house.installation.database.reading() as db:
            seat = table.seat(db, "Meri")
            for clock in (DeletionClock.RECORD, DeletionClock.AGREEMENT):
                db.keys.key(KeyName(seat.case.id, clock))
            own = cls(table, seat, db.keys)
        for code in ROAD:
            own.learn(code)
            own.move(code)
        return own

    def learn(self, code: str) -> None:
        """Read what the transition is taken on, as the mediator did before."""
        with self.table.house.installation.database.reading() as db:
            self.tags[code] = engine.tag(self.seat, engine.plans(self.seat, load_facts(db, self.seat.case), db.today()))

    def move(self, code: str) -> None:
        """One transition, committed."""
        with self.table.house.installation.database.writing() as db:
            db.keys = self.keys
            engine.advance(db, self.seat, code, if_match=self.tags[code])

    def prepare(self, code: str) -> None:
        """Nothing: the engine does it all."""


@dataclass
class ByHand:
    """The same statements with the same effects, one after another through the driver, on a copy of the same case."""

    run: Callable[[Sequence[Statement]], None]
    said: Mapping[str, Sequence[Statement]]  # of each transition, as the engine said them
    version: int
    head: str
    ready: list[Statement] = field(default_factory=list)

    def prepare(self, code: str) -> None:
        """Put the values in: the case's version and head, and new ids for letters."""
        head = token_hex(32)
        values = {VERSION: self.version, VERSION + 1: self.version + 1, HEAD: self.head, NEXT: head, LETTER: None}
        self.ready = [(sql, _filled(given, values)) for sql, given in self.said[code]]
        self.version, self.head = self.version + 1, head

    def move(self, code: str) -> None:
        """One transition, committed."""
        self.run(self.ready)


VERSION, HEAD, NEXT = 1_000_000_007, "the head before", "the head after"  # in place of values that change each time
LETTER = "the id of a letter"


def _filled(given: Any, values: Mapping[Any, Any]) -> Any:
    if isinstance(given, list):
        return [_filled(one, values) for one in given]
    if isinstance(given, Mapping):
        return {name: _value(one, values) for name, one in given.items()}
    return tuple([_value(one, values) for one in given])


def _value(one: Any, values: Mapping[Any, Any]) -> Any:
    if one is LETTER and LETTER in values:
        return token_hex(10)
    return values.get(one, one) if isinstance(one, int | str) else one


def listen(own: Engine) -> dict[str, list[Statement]]:
    """What the engine says to the database on each transition, with the values that change each time taken out."""
    said: dict[str, list[Statement]] = {}
    database = own.table.house.installation.database
    for code in ROAD:
        heard: list[Statement] = []

        def note(connection: Any, cursor: Any, sql: str, given: Any, *rest: Any, heard: Any = heard) -> None:
            if not sql.startswith("BEGIN"):
                heard.append((sql, given))

        before = own.seat.case.version, own.seat.case.head
        event.listen(database.engine, "before_cursor_execute", note)
        own.move(code)
        event.remove(database.engine, "before_cursor_execute", note)
        changing = {before[0]: VERSION, before[0] + 1: VERSION + 1, before[1]: HEAD, own.seat.case.head: NEXT}
        said[code] = [(sql, _filled(_without_ids(sql, given), changing)) for sql, given in heard]
    return said


def _without_ids(sql: str, given: Any) -> Any:
    if not sql.startswith("INSERT INTO letters"):
        return given
    names = [name.strip() for name in sql[sql.index("(") + 1 : sql.index(")")].split(",")]
    rows = given if isinstance(given, list) else [given]
    if isinstance(rows[0], Mapping):
        return [{**row, "id": LETTER} for row in rows]
    return [tuple([LETTER if name == "id" else one for name, one in zip(names, row, strict=True)]) for row in rows]


def _sqlite(path: str) -> Callable[[Sequence[Statement]], None]:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return _plainly(connection.cursor(), "BEGIN IMMEDIATE")


def _postgres(url: str) -> Callable[[Sequence[Statement]], None]:
    return _plainly(psycopg.connect(url, autocommit=True).cursor(), "BEGIN")


def _plainly(cursor: Any, begin: str) -> Callable[[Sequence[Statement]], None]:
    def run(statements: Sequence[Statement]) -> None:
        cursor.execute(begin)
        for sql, given in statements:
            if isinstance(given, list):
                cursor.executemany(sql, given)
            else:
                cursor.execute(sql, given)
                if sql.startswith("SELECT"):
                    cursor.fetchall()
        cursor.execute("COMMIT")

    return run


def pairs(place: Place) -> Iterator[tuple[ByHand, Engine]]:
    """For each case both who take it round."""
    connect = _sqlite if place.floor.endswith(".db") else _postgres
    for table in place.tables:
        with table.house.installation.database.reading() as db:
            case = table.seat(db, "Meri").case
        own = Engine.at(table)
        yield ByHand(connect(place.floor), listen(own), case.version, case.head), own


def measure(place: Place, name: str, rounds: int, goal: float) -> Iterator[Line]:
    """One client, and then all at once, each at a case of its own."""
    both = list(pairs(place))
    floor, own = both[0]
    for walker in (floor, own):
        _alone(walker, 5)
    floors, ours = [], []
    for _ in range(rounds):
        floors.append(median(_alone(floor, 5)))
        ours.append(median(_alone(own, 5)))
    told = f"{milliseconds(floors):.2f} ms by hand, {milliseconds(ours):.2f} ms by the engine"
    yield Line(f"W1 on {name}, 1 client", ratio_of(floors, ours), goal=Goal(at_least=goal), made_of=told)
    floors, ours, durations = [], [], []
    for _ in range(max(3, rounds // 5)):
        floors.append(together([one for one, _ in both], 4)[0])
        seconds, each = together([one for _, one in both], 4)
        ours.append(seconds)
        durations += each
    transitions = len(both) * 4 * len(ROAD)
    told = f"{transitions / median(floors):.0f}/s by hand, {transitions / median(ours):.0f}/s by the engine"
    yield Line(f"W1 on {name}, {len(both)} clients", ratio_of(floors, ours), made_of=told)
    slowest = Goal(at_most=25) if name == "SQLite" else None
    yield Line(f"W1 on {name}, {len(both)} clients, p99", milliseconds(durations, 99), "ms", slowest)


def _alone(walker: ByHand | Engine, times: int) -> list[float]:
    return [seconds for _ in range(times) for code, seconds in _round(walker) if code == MEASURED]


def _round(walker: ByHand | Engine) -> Iterator[tuple[str, float]]:
    for code in ROAD:
        walker.prepare(code)
        began = perf_counter()
        walker.move(code)
        yield code, perf_counter() - began


def together(walkers: Sequence[ByHand | Engine], times: int) -> tuple[float, list[float]]:
    """How long it takes until all have gone round so many times, each in a thread, and each single move."""

    def walk(walker: ByHand | Engine) -> list[float]:
        return [seconds for _ in range(times) for _, seconds in _round(walker)]

    with ThreadPoolExecutor(len(walkers)) as pool:
        began = perf_counter()
        each = list(pool.map(walk, walkers))
    return perf_counter() - began, [seconds for one in each for seconds in one]
