"""Reads that were noted one by one, before they were counted by the day."""

from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, insert, select, text

from mediation.store.database import Database
from mediation.store.migrations import _versions
from mediation.store.models import ReadTrace, RoleHeld
from tests.cases import case_in
from tests.houses import House

MORNING = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)


def before_they_were_counted(connection: Connection) -> None:
    connection.execute(text("DROP INDEX uq_reads_of_reader"))
    for column in ("last_at", "times"):
        connection.execute(text(f"ALTER TABLE reads DROP COLUMN {column}"))


def migrate(connection: Connection) -> None:
    version: ModuleType = _versions().get_revision("0030").module
    with Operations.context(MigrationContext.configure(connection)):
        version.upgrade()


def written(database: Database, do: object) -> None:
    with database.writing() as db:
        do(db.connection())  # type: ignore[operator]


@pytest.mark.both_databases
def test_nothing_is_lost_of_who_opened_what_how_often_and_when(house: House) -> None:
    table = case_in(house, "dialogue")
    database = house.installation.database
    with database.reading() as db:
        case_id, meri = table.seat(db, "Meri").case.id, table.seat(db, "Meri").participant_id
        aino, pekka = (table.seat(db, name).participant_id for name in ("Aino", "Pekka"))
    left = MORNING + timedelta(minutes=30)
    opened = [  # reader, whose, which, when
        (meri, aino, "a", MORNING),
        (meri, aino, "b", MORNING),
        (meri, aino, "a", MORNING + timedelta(minutes=10)),
        (meri, aino, "a", MORNING + timedelta(minutes=40)),  # after somebody left
        (meri, aino, "b", MORNING + timedelta(days=1)),
        (meri, aino, "c", MORNING + timedelta(days=1)),
        (meri, "joint", "p", MORNING),
        (pekka, aino, "a", MORNING + timedelta(days=2)),
    ]
    with database.writing() as db:
        db.execute(delete(ReadTrace))
        db.add(RoleHeld(id="r" * 20, case_id=case_id, participant_id=pekka, role="x", since=MORNING, until=left))
        db.flush()
        db.info["witnessed"] = {}
    written(database, before_they_were_counted)
    with database.writing() as db:
        for number, (reader, whose, about, at) in enumerate(opened):
            row = {
                "id": f"read-{number}",
                "case_id": case_id,
                "reader": reader,
                "whose": whose,
                "about": about,
                "at": at,
            }
            row["item"] = "problem-statement" if whose == "joint" else "statement"
            db.connection().execute(insert(ReadTrace.__table__), row)  # type: ignore[arg-type]
    written(database, migrate)
    with database.reading() as db:
        found = db.scalars(select(ReadTrace)).all()
    first = {(one.reader, one.about): one.at for one in found if one.times is None}
    days = [(one.reader, one.whose, one.at, one.last_at, one.times) for one in found if one.times]
    assert first == {(reader, about): at for reader, _, about, at in reversed(opened)}
    assert sorted(days) == sorted(
        [
            (meri, aino, MORNING, MORNING + timedelta(minutes=10), 2),
            (meri, aino, MORNING + timedelta(minutes=40), MORNING + timedelta(minutes=40), 1),
            (meri, aino, MORNING + timedelta(days=1), MORNING + timedelta(days=1), 1),
            (meri, "joint", MORNING, MORNING, 1),
            (pekka, aino, MORNING + timedelta(days=2), MORNING + timedelta(days=2), 1),
        ]
    )
