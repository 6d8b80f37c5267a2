"""What is over costs nothing: a round and a list look at what is due and at who waits, however much there ever was.

Query plans do not tell that: how much of an index that grows is walked through they do not say.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from mediation.installation.due import do_what_is_due
from mediation.people.directory import add_person
from mediation.reading.inquiries import waiting_inquiries
from mediation.store.models import Base, Case
from tests.acts.test_inquiries import asks, confirms, open_house, secret_in
from tests.houses import House
from tests.inquired import settled_supervision
from tests.steps import steps_of
from tests.world import answered
from workflows import WORKFLOWS

COPIES = 300
COPIED = ("cases", "participants", "roles", "inquiries", "agreed_texts")


def multiply(house: House, number: str) -> None:
    """Copy a case with its people, its inquiry and its texts, so many times."""
    with house.installation.database.engine.execution_options(writing=True).begin() as connection:
        case_id = connection.scalars(select(Case.id).where(Case.number == number)).one()
        found = {name: list(_rows(connection, name, case_id)) for name in COPIED}
        ids = {row["id"] for rows in found.values() for row in rows}
        for name, rows in found.items():
            copies = [_copied(row, ids, copy) for copy in range(COPIES) for row in rows]
            connection.execute(insert(Base.metadata.tables[name]), copies)


def _rows(connection: Connection, name: str, case_id: str) -> Iterator[dict[str, Any]]:
    table = Base.metadata.tables[name]
    here = table.c.id if name == "cases" else table.c.case_id
    rows = connection.execute(select(table).where(here == case_id)).mappings().all()
    assert rows, name
    return map(dict, rows)


def _copied(row: dict[str, Any], ids: set[str], copy: int) -> dict[str, Any]:
    new = {name: f"{one[:-4]}{copy:04}" if one in ids else one for name, one in row.items()}
    own = {"number": f"3000-{copy:04}", "digest": f"{copy:064}" if isinstance(row.get("digest"), str) else None}
    return new | {name: one for name, one in own.items() if name in row and one is not None}


def steps(house: House, work: Callable[[], object]) -> int:
    """How much the database works for something that was done before."""
    work()
    with steps_of(house.installation.database.engine) as counted:
        work()
    return counted[0]


def test_a_round_looks_at_no_supervision_of_which_nothing_is_due(sqlite_house: House) -> None:
    case, database = settled_supervision(sqlite_house), sqlite_house.installation.database

    def go_round() -> None:
        do_what_is_due(database, WORKFLOWS, whole=False)

    with_one = steps(sqlite_house, go_round)
    multiply(sqlite_house, case.number)
    assert steps(sqlite_house, go_round) < 1.2 * with_one


def test_who_waits_is_found_without_a_look_at_who_was_taken(sqlite_house: House) -> None:
    case, database = settled_supervision(sqlite_house), sqlite_house.installation.database

    def read() -> None:
        with database.reading() as db:
            assert waiting_inquiries(db, WORKFLOWS, [sqlite_house.organisations["Ohjaajat"]]) == []

    with_one = steps(sqlite_house, read)
    multiply(sqlite_house, case.number)
    assert steps(sqlite_house, read) < 1.2 * with_one + 5


def test_an_inquiry_is_told_to_who_takes_it_without_a_look_at_everybody(sqlite_house: House) -> None:
    house, database = open_house(sqlite_house), sqlite_house.installation.database

    def confirm() -> None:
        house.clock.at += timedelta(days=1)  # as often as one may ask
        answered(asks(house))
        answered(confirms(house, secret_in(house)))

    with_few = steps(house, confirm)
    with database.writing() as db:
        for number in range(COPIES):
            add_person(db, f"Henkilö {number}", "fi", None)
    assert steps(house, confirm) < 1.2 * with_few
