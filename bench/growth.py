"""How cost grows: the same work beside many cases and beside a tenth of them, in turns, on both databases.

On SQLite it is all done by this process: there the processor's time is measured, and the steps of SQLite's machine are counted,
which are the same each time whatever else the computer does. A growth in steps is one of the work, a growth in time alone is
one of caches. On PostgreSQL it is the time that passes, which others at work on the computer make longer: the quarter of the
rounds that was quickest tells, and beside it how many pages were looked at.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import event

from bench.filling import enlarge
from bench.houses import durable_postgres
from bench.lines import Goal, Line
from bench.pages import Asked, pages_of
from bench.works import WORKS, Filled, case_id, filled
from mediation.case import engine
from mediation.workflow.facts_loading import load_facts
from tests.cases import case_in
from tests.houses import House
from tests.steps import steps_of

BOUND, BOUND_OF_ONE = Goal(at_most=1.3), Goal(at_most=2)
KINDS = ("SQLite", "PostgreSQL")
TIMES = 100  # as many sessions and statements in a huge case


def measure(rounds: int, many: int) -> Iterator[Line]:
    """Each work beside `many` cases and beside a tenth of them, in turns."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            urls: Any = None
            if kind == "PostgreSQL":
                try:
                    urls = stack.enter_context(durable_postgres())
                except Exception as error:  # whatever keeps a server from starting here, the rest can be measured
                    print(f"  growth on PostgreSQL: left out ({type(error).__name__}: {error})")
                    return
            places = [
                stack.enter_context(filled(Path(folder) / str(cases), urls() if urls else None, cases))
                for cases in (many // 10, many)
            ]
            for what, work in WORKS.items():
                yield _line(what, kind, work, places, rounds)
            yield _huge(kind, places[0].house, rounds)


def _huge(kind: str, house: House, rounds: int) -> Line:
    """A transition of a case with a hundred times as much in it."""
    small, huge = (case_in(house, "solutions") for _ in range(2))
    enlarge(house, case_id(huge), TIMES)
    taken: tuple[list[float], list[float]] = [], []
    clock = process_time if kind == "SQLite" else perf_counter
    for turn in range(rounds + 2):
        for table, times in zip((small, huge), taken, strict=True):
            with table.undone() as db:
                seat = table.seat(db, "Meri")
                tag = engine.tag(seat, engine.plans(seat, load_facts(db, seat.case), db.today()))
                began = clock()
                engine.advance(db, seat, "begin-follow-up", if_match=tag)
                if turn > 1:
                    times.append(clock() - began)
    few, many = (quantiles(times, n=4)[0] for times in taken)
    told = f"{few * 1000:.1f} ms in a small one, {many * 1000:.1f} ms in a huge one"
    return Line(f"a transition in a huge case, {kind}", many / few, "of a small one", BOUND_OF_ONE, told)


def _line(what: str, kind: str, work: Callable[[Filled], None], places: list[Filled], rounds: int) -> Line:
    clock = process_time if kind == "SQLite" else perf_counter
    taken: dict[int, list[float]] = {one.cases: [] for one in places}
    for turn in range(rounds + 2):
        for place in places if turn % 2 else reversed(places):  # whoever is second finds the processor warm
            began = clock()
            work(place)
            if turn > 1:  # warm by then
                taken[place.cases].append(clock() - began)
    few, many = (quantiles(times, n=4)[0] for times in taken.values())  # what others do meanwhile counts least there
    asked = [_asked(work, one) for one in places]
    fewer, more = (f"{one.cases:,}" for one in places)
    told = f"{few * 1000:.1f} ms with {fewer}, {many * 1000:.1f} ms with {more}; {len(asked[-1])} statements"
    if kind == "SQLite":
        less, most = (_steps(work, one) for one in places)
        told += f"; {less:,} and {most:,} steps"
    else:
        less, most = map(pages_of, asked)
        told += f"; {less:,} and {most:,} pages"
    return Line(f"{what}, {kind}", many / few, f"of {fewer}", BOUND, told)


def _steps(work: Callable[[Filled], None], place: Filled) -> int:
    with steps_of(place.database.engine, place.house.installation.keyring.engine) as counted:
        work(place)
    return counted[0]


def _asked(work: Callable[[Filled], None], place: Filled) -> Asked:
    """The statements that are asked of both stores, beside BEGIN and COMMIT, each with values."""
    asked: Asked = []

    def note(connection: Any, cursor: object, statement: str, given: Any, context: object, many: bool) -> None:
        asked.append((connection.engine, statement, given[0] if isinstance(given, list) else given))

    stores = (place.database.engine, place.house.installation.keyring.engine)
    for one in stores:
        event.listen(one, "before_cursor_execute", note)
    work(place)
    for one in stores:
        event.remove(one, "before_cursor_execute", note)
    return asked
