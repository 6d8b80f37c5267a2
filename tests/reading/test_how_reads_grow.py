"""What is noted of reads grows with what people write and with the days on which they look, not with how often they do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from mediation import acts
from mediation.reading.case import read_section
from mediation.reading.evaluations import read_evaluations
from mediation.reading.goals import read_goals
from mediation.reading.summaries import read_summary
from mediation.store.models import ReadTrace
from tests.cases import Table
from tests.evaluated import GROUP, supervised
from tests.houses import House
from tests.reading.test_sections import with_words

OPENED = 300
OF_WORDS = ("statements", "problem_statements", "options")
KB = 1024
_SIZES = {
    "sqlite": "SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())",
    "postgresql": "SELECT pg_total_relation_size('reads')",
}


def noted(table: Table) -> tuple[int, int]:
    """How many rows there are of reads, and how many bytes they take: on SQLite with the whole rest of the database."""
    with table.house.installation.database.reading() as db:
        size = db.scalar(text(_SIZES[db.get_bind().dialect.name]))
        return db.scalar(select(func.count()).select_from(ReadTrace)) or 0, int(size or 0)


def open_it(table: Table, times: int) -> None:
    """Let everybody at the table open the words of the case in turns."""
    for turn in range(times):
        with table.house.installation.database.reading() as db:
            seat = table.seat(db, ("Meri", "Aino", "Pekka")[turn % 3])
            for section in OF_WORDS:
                read_section(db, seat, section)


def open_supervision(table: Table, times: int) -> None:
    """Let the supervisor, one of the group and their manager open in turns what the group wrote together."""
    for turn in range(times):
        with table.house.installation.database.reading() as db:
            seat = table.seat(db, ("Raili", "Sanna", "Marko")[turn % 3])
            for read in (read_evaluations, read_goals, read_summary):
                assert read(db, seat)


def evaluated(house: House) -> Table:
    """A supervision that was evaluated: how the ratings spread, what the group says, and what the orderer may be told."""
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        session = table.evaluates(db, *GROUP)
        for name in GROUP:
            table.rates(db, name, session)
        table.does(db, "Raili", acts.goals.close_rating, session)
        table.does(db, "Raili", acts.evaluations.write_evaluation, session, "Puhumme ajoissa.")
        table.does(db, "Raili", acts.summaries.write_summary, words="Ryhmä puhuu ajoissa.")
    return table


@pytest.mark.part(4)
@pytest.mark.parametrize(
    ("made", "opens"), [(with_words, open_it), (evaluated, open_supervision)], ids=["mediation", "supervision"]
)
def test_a_case_that_is_opened_three_hundred_times_takes_no_more_than_fifty_kilobytes(
    house: House, made: Callable[[House], Table], opens: Callable[[Table, int], None]
) -> None:
    table = made(house)
    _, empty = noted(table)
    opens(table, 3)
    rows, _ = noted(table)
    opens(table, OPENED - 3)
    again, size = noted(table)
    assert (rows, size - empty <= 50 * KB) == (again, True), size - empty
    table.house.clock.at += timedelta(days=1)
    opens(table, 3)
    more, _ = noted(table)
    assert 0 < more - again <= rows  # of the day, and no words were opened for the first time
