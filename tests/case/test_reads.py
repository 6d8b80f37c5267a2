"""Reads count by when words were opened, in whatever order that is noted: readers wait for writers, not for one another."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from mediation.case.reads import JOINT, note_reads
from mediation.settings import HELSINKI
from mediation.store.database import Note
from mediation.store.models import ReadTrace, RoleHeld
from tests.cases import Table, case_in
from tests.houses import House

LEFT = datetime(2027, 3, 1, 21, 58, tzinfo=UTC)  # two minutes before midnight in Helsinki


class Opened(NamedTuple):
    """That somebody opened words, so many minutes after Pekka had left."""

    reader: str
    item: str
    whose: str
    about: str
    minutes: int

    @property
    def at(self) -> datetime:
        return LEFT + timedelta(minutes=self.minutes)


OPENED = st.builds(
    Opened,
    st.sampled_from(["Meri", "Tuula"]),
    st.sampled_from(["statement", "option"]),
    st.sampled_from(["Aino", JOINT]),
    st.sampled_from(["one", "other"]),
    st.integers(-3, 3),
)


@pytest.fixture
def table(house: House) -> Table:
    """A case from which Pekka has left."""
    table = case_in(house, "dialogue")
    house.clock.set(LEFT + timedelta(days=1))
    with table.writing() as db:
        pekka = db.scalars(select(RoleHeld).where(RoleHeld.participant_id == table.ids["Pekka"])).one()
        pekka.until = LEFT
    return table


def noted_by(table: Table, opened: Opened) -> list[Note]:
    """What is left to be written when somebody opens words."""
    notes: list[Note] = []
    with table.house.installation.database.reading(notes) as db:
        db.clock = lambda: opened.at  # type: ignore[method-assign]
        whose = table.ids.get(opened.whose, JOINT)
        note_reads(db, table.seat(db, opened.reader), opened.item, [(whose, opened.about)])
    return notes


def written(table: Table, order: Iterable[Opened]) -> set[tuple[Any, ...]]:
    """The rows that there are once all of it was noted, in this order."""
    database = table.house.installation.database
    with database.writing() as db:
        db.execute(delete(ReadTrace))
    for one in order:
        database.write_down(noted_by(table, one))
    with database.reading() as db:
        found = db.scalars(select(ReadTrace)).all()
    return {(one.reader, one.item, one.whose, one.about, one.at, one.last_at, one.times) for one in found}


def expected(table: Table, opened: Sequence[Opened]) -> set[tuple[Any, ...]]:
    """A row of the first time for all words, and one of each day, before and after somebody left."""
    first: dict[tuple[str, ...], datetime] = {}
    days: dict[tuple[str, ...], list[datetime]] = {}
    for one in opened:
        kind = table.ids[one.reader], one.item, table.ids.get(one.whose, JOINT)
        about = (*kind, one.about)
        first[about] = min(first.get(about, one.at), one.at)
        days.setdefault((*kind, f"{one.at.astimezone(HELSINKI).date()}/{int(one.at > LEFT)}"), []).append(one.at)
    return {(*about, at, None, None) for about, at in first.items()} | {
        (*day, min(them), max(them), len(them)) for day, them in days.items()
    }


@pytest.mark.both_databases
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(opened=st.lists(OPENED, min_size=1, max_size=6), data=st.data())
def test_reads_count_the_same_in_whatever_order_they_are_noted(
    table: Table, opened: list[Opened], data: st.DataObject
) -> None:
    assert written(table, data.draw(st.permutations(opened))) == expected(table, opened)
