"""What is done at one case touches no row of another, although the two are alike and have the same people."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, Select, Table, bindparam, delete, insert, select

from mediation.store.models import Base, Case
from tests.acts.test_twice import OF_MEDIATION, PHASES, Desks, asked_in, told
from tests.cases import forward_from
from tests.houses import House
from tests.world import LiveCase, case_at

# Witnesses of a case, chained or only added to: no act changes a row of them.
WITNESSES = {"record_entries", "reads", "certificates", "idempotency_keys"}
ANOTHER = "2027-9999"


@cache
def tables_of_a_case() -> dict[Table, Select[Any]]:
    """Those with rows of a case, the case itself first, each with what asks for them."""
    named = [one for one in Base.metadata.sorted_tables if "case_id" in one.columns and one.name not in WITNESSES]
    return {table: _rows_in(table) for table in (Base.metadata.tables["cases"], *named)}


def _rows_in(table: Table) -> Select[Any]:
    here = table.c.get("case_id", table.c.id) == bindparam("case")
    return select(table).where(here).order_by(*table.primary_key.columns)


def rows_of(connection: Connection, case_id: str) -> dict[str, list[Mapping[str, Any]]]:
    """Every row of a case, by table."""
    asked = ((table, connection.execute(ask, {"case": case_id})) for table, ask in tables_of_a_case().items())
    return {table.name: [dict(one) for one in rows.mappings()] for table, rows in asked}


def doubled(connection: Connection, number: str) -> str:
    """Another case with the same rows as this one, under ids of their own; its id. One of before goes."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # rows of one table name each other
    this, former = (connection.scalar(select(Case.id).where(Case.number == one)) for one in (number, ANOTHER))
    for table in reversed([*tables_of_a_case()]) if former else ():
        connection.execute(delete(table).where(table.c.get("case_id", table.c.id) == former))
    rows = rows_of(connection, str(this))
    another = {one["id"]: one["id"][::-1] for some in rows.values() for one in some if "id" in one} | {number: ANOTHER}
    for table in tables_of_a_case():
        alone = {
            one.name for one in table.columns if one.unique
        }  # such as the digest of a code: nobody else has the same
        copies = [
            {
                name: another.get(value, value[::-1] if name in alone else value) if isinstance(value, str) else value
                for name, value in one.items()
            }
            for one in rows[table.name]
        ]
        if copies:
            connection.execute(insert(table), copies)
    return str(another[this])


def touched(desk: LiveCase, who: str, route: str, body: Any, headers: dict[str, str]) -> str:
    """Do an act; why it was refused, or the tables of which rows of the other case are others now."""
    engine = desk.house.installation.database.engine
    with engine.begin() as connection:
        other = doubled(connection, desk.number)
        before = rows_of(connection, other)
    done = desk.ask(who, route, body, **headers)
    with engine.connect() as connection:
        after = rows_of(connection, other)
    if not done.is_success:
        return done.text
    return ", ".join(name for name, rows in after.items() if rows != before[name])


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_what_is_done_at_one_case_changes_no_row_of_another(sqlite_house: House, phase: str) -> None:
    desks, faults = Desks(sqlite_house), []
    for ask in asked_in(phase):
        desk = desks.for_ask(ask)
        who, route, body = ask.of(desk)
        if fault := touched(desk, who, route, body, ask.headers(desk)):
            faults.append(f"{ask}: {fault}")
    told(faults)


@pytest.mark.parametrize("phase", OF_MEDIATION)
@pytest.mark.part(6)
def test_a_case_that_moves_on_or_ends_early_does_so_alone(sqlite_house: House, phase: str) -> None:
    case = case_at(sqlite_house, phase, ready=phase == "preparation")
    case.plans("joint", days=3)
    case.meri.does("caucuses", {"participant": case.ids["Aino"]})
    if phase == "solutions":
        case.drafts(["Aino", "Pekka"])
    assert touched(case, "Meri", "POST discontinuation", {"outcome": "referred"}, {}) == ""
    case = case_at(sqlite_house, phase)
    move = {"transition": forward_from(phase).code}
    assert touched(case, "Meri", "POST transitions", move, {"If-Match": case.tag()}) == ""
