"""What is noted of reads grows with what people write and with the days on which they look, not with how often they do."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from mediation.reading.case import read_section
from mediation.store.models import ReadTrace
from tests.cases import Table
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


@pytest.mark.both_databases
def test_a_case_that_is_opened_three_hundred_times_takes_no_more_than_fifty_kilobytes(house: House) -> None:
    table = with_words(house)
    _, empty = noted(table)
    open_it(table, 3)
    rows, _ = noted(table)
    open_it(table, OPENED - 3)
    again, size = noted(table)
    assert (rows, size - empty <= 50 * KB) == (again, True), size - empty
    table.house.clock.at += timedelta(days=1)
    open_it(table, 3)
    more, _ = noted(table)
    assert 0 < more - again < rows  # of the day, and no words were opened for the first time
