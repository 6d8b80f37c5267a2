"""How many statements a request takes, beside BEGIN and COMMIT: always the same few, however much there is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from mediation.acts.cases import refer
from mediation.acts.participants import Someone, add_participant
from mediation.acts.sessions import plan_session
from mediation.case import engine
from mediation.store.database import Db
from mediation.store.models import Case, put
from mediation.workflow.declaration import Transition
from mediation.workflow.facts_loading import load_facts
from tests.cases import Table, case_in, make_ready
from tests.houses import House
from tests.role_codes import Role
from tests.rotation import part_of
from workflows.mediation import MEDIATION

ADVANCE, READ_CASE, PAGE, KEYS, STATUS = 5, 15, 2, 1, 13  # statements at most
CLOSE = 10  # ends the sessions, too, and asks whoever sat together whether it did them harm

MANY = 6
EVERY_MOVE = [(one.code, move) for one in MEDIATION.phases for move in one.transitions]
OUTSIDE = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def statements(house: House, *, of_keys: bool = False) -> Iterator[list[str]]:
    """What is asked of the database; or, `of_keys`, of the key store, which is another one."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(OUTSIDE):
            asked.append(statement)

    installation = house.installation
    database = installation.keyring.engine if of_keys else installation.database.engine
    event.listen(database, "before_cursor_execute", note)
    yield asked
    event.remove(database, "before_cursor_execute", note)


def make_it_many(db: Db, table: Table) -> None:
    """Let many more take part, those who sign and those who only get letters, and let many sessions be planned."""
    house = table.house
    for number in range(MANY):
        for role in (Role.EMPLOYER_REPRESENTATIVE, Role.COMMUNITY_MEMBER):
            someone = Someone(name=f"Kuulija {number} {role}", language="fi", email=f"{role}{number}@example.org")
            table.does(db, "Meri", add_participant, someone, role)
        table.does(db, "Meri", plan_session, "information", db.now() + timedelta(days=1 + number))
        refer_another(db, house)


def refer_another(db: Db, house: House) -> None:
    """Let Vilho bring another matter to mediation."""
    refer(
        db,
        MEDIATION,
        house.people["Vilho"],
        organisation_id=house.organisation("Esimerkkilä"),
        language="fi",
        subject="Vuoronvaihto",
        parties=[Someone(person_id=house.people[name]) for name in ("Aino", "Pekka")],
    )


def advance_counted(table: Table, move: Transition, *, many: bool) -> list[str]:
    """What one transition asks of the database, from a taken seat; then all of it is taken back."""
    with table.writing() as db:
        if many:
            make_it_many(db, table)
        make_ready(db, table, move)
        seat = table.mover(db, move)
        tag = engine.tag(seat, engine.plans(seat, load_facts(db, seat.case), db.today()))
        with statements(table.house) as asked:
            engine.advance(db, seat, move.code, if_match=tag)
        db.rollback()
    return asked


@pytest.mark.seconds
@pytest.mark.part
def test_a_transition_takes_five_statements_at_most_and_a_close_ten_however_large_the_case(house: House) -> None:
    tables: dict[str, Table] = {}
    on_postgresql = house.installation.database.engine.dialect.name == "postgresql"
    for phase, move in part_of(EVERY_MOVE, 3, "moves") if on_postgresql else EVERY_MOVE:
        table = tables[phase] = tables.get(phase) or case_in(house, phase)
        few, many = (advance_counted(table, move, many=one) for one in (False, True))
        most = CLOSE if move.to == MEDIATION.final.code else ADVANCE
        assert len(few) == len(many) <= most, (phase, move.code, few, many)


@pytest.mark.parametrize("name", ["Meri", "Aino", "Kaarina", "Tuula"])
def test_reading_a_case_takes_fifteen_statements_at_most_however_large_it_is(house: House, name: str) -> None:
    table = case_in(house, "follow-up")
    path, counts = f"/api/cases/{table.number}", []
    client = house.client(name)
    for _ in range(2):
        with statements(house) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
        with table.writing() as db:
            make_it_many(db, table)
    assert counts[0] == counts[1] <= READ_CASE, asked


def test_a_page_of_the_commissioners_list_takes_two_statements_at_most_however_many_cases(house: House) -> None:
    case_in(house, "follow-up")
    client, counts = house.client("Vilho"), []
    for others in (0, 30):
        for _ in range(others):
            with house.installation.database.writing() as db:
                refer_another(db, house)
        with statements(house) as asked:
            page = client.get("/api/statuses", params={"limit": 20}).json()
        assert len(page["statuses"]) == min(1 + others, 20)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= PAGE, asked


def test_the_keys_of_a_page_of_ended_cases_are_read_at_once_and_one_status_takes_the_same_few(house: House) -> None:
    table = case_in(house, "closed")
    client, counts = house.client("Vilho"), []
    for others in (0, 12):
        for _ in range(others):
            with house.installation.database.writing() as db:
                refer_another(db, house)
                for case in db.scalars(select(Case).where(Case.notice.is_(None))):
                    put(db, case, "notice", {"fi": "Sovittelu päättyi."})
        with statements(house) as asked, statements(house, of_keys=True) as keys:
            page = client.get("/api/statuses", params={"limit": 50}).json()["statuses"]
        assert [one["notice"] is not None for one in page] == [True] * (1 + others)
        with statements(house) as of_one:
            assert client.get(f"/api/statuses/{table.number}").status_code == 200
        counts.append((len(asked), len(keys), len(of_one)))
    assert counts[0] == counts[1], (asked, keys)
    assert counts[0][0] <= PAGE
    assert counts[0][1] <= KEYS
    assert counts[0][2] <= STATUS


@pytest.mark.parametrize("name", ["Vilho", "Aino"])
def test_a_page_of_a_list_comes_out_of_an_index_in_its_order(sqlite_house: House, name: str) -> None:
    table, asked = case_in(sqlite_house, "opening"), list[tuple[str, object]]()
    database = sqlite_house.installation.database.engine

    def note(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(database, "before_cursor_execute", note)
    page = sqlite_house.client(name).get({"Vilho": "/api/statuses", "Aino": "/api/cases"}[name])
    event.remove(database, "before_cursor_execute", note)
    assert table.number in page.text
    [(statement, parameters)] = [one for one in asked if "ORDER BY participants.number" in one[0]]
    with database.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())  # type: ignore[arg-type]
    assert "ix_participants_person_id_number (person_id=? AND number>?)" in plan
    assert "SCAN" not in plan


def test_one_status_is_found_by_its_number_among_all_that_the_commissioner_has(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "opening")
    database, asked = sqlite_house.installation.database.engine, list[tuple[str, object]]()

    def note(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(database, "before_cursor_execute", note)
    assert sqlite_house.client("Vilho").get(f"/api/statuses/{table.number}").status_code == 200
    event.remove(database, "before_cursor_execute", note)
    [(statement, parameters)] = [one for one in asked if "ORDER BY participants.number" in one[0]]
    with database.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())  # type: ignore[arg-type]
    assert "number=?" in plan
    assert "number>?" not in plan
