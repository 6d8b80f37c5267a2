"""Gone for good: keys behind open transactions, keys under a wrong clock, remembered answers, and people without a case."""

import logging
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select, text, update

from mediation.errors import NotFound
from mediation.installation.due import due_jobs
from mediation.keys.key_table import _facts as stored_facts
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention import run as retention
from mediation.retention.forgetting import forget_people
from mediation.settings import Settings
from mediation.store.database import open_engine
from mediation.store.models import Certificate, IdempotencyKey, Office, Participant, Person, RoleHeld, Token, get, put
from mediation.store.models.base import key_name
from mediation.words.dates import months_after
from tests.cases import Table, case_in
from tests.databases import FreshDatabases
from tests.ended import ENDED, PRIVATELY, Ending, pages_of
from tests.houses import House
from tests.retention.test_retention import AGREEMENT, RECORD, SOON, WORDS, gone, run

DAY = timedelta(days=1)
PLAN = {"kind": "joint", "planned_at": "2027-02-11T09:00:00+02:00", "minutes": 240, "place": "Kirjaston kahvila"}


# Behind open transactions.


def with_keys_on(settings: Settings, url: str) -> Settings:
    """The same installation with its key store on PostgreSQL."""
    source, target = open_engine(settings.keys_url), open_engine(url)
    with source.connect() as old, target.begin() as new:
        for table in (stored_keys, stored_facts):
            table.create(new)
            new.execute(insert(table), [dict(row._mapping) for row in old.execute(select(table))])
    for engine in (source, target):
        engine.dispose()
    return replace(settings, keys_url=url)


def test_a_certificate_waits_until_nobody_can_see_the_destroyed_key_any_more(
    sqlite_ending: Ending, fresh_postgres: FreshDatabases, caplog: pytest.LogCaptureFixture
) -> None:
    """H25. And the table is looked through once for all keys of a run."""
    table = sqlite_ending.open(settings=with_keys_on(sqlite_ending.settings, fresh_postgres()))
    database = table.house.installation.database
    vacuumed: list[str] = []
    event.listen(
        database.keyring.engine,
        "before_cursor_execute",
        lambda *given: vacuumed.append(given[2]) if given[2].startswith(("VACUUM", "CLUSTER")) else None,
    )
    table.house.clock.at = WORDS
    with database.keyring.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SELECT 1"))
        assert retention.run(database) == retention.Ran(0, 0, 1)
        assert "1 cases wait" in caplog.text
        with table.writing() as db:
            assert db.scalar(select(func.count()).select_from(Certificate)) == 0
        assert PRIVATELY["Aino"] not in pages_of(table, "Aino")[""].text
    vacuumed.clear()
    assert retention.run(database).keys == len(SOON)
    assert vacuumed == ["VACUUM (TRUNCATE FALSE) keys"]
    assert gone(table) == SOON


# Under a wrong clock.


@pytest.fixture
def running(sqlite_ending: Ending) -> Table:
    """The ended case, in an installation whose rounds have gone until now."""
    table = sqlite_ending.open()
    background(table)
    return table


def background(table: Table) -> None:
    """One round, as the server goes it."""
    jobs = due_jobs(table.house.installation.database, {})
    jobs.start()
    jobs.stop()


@pytest.mark.parametrize("wrong", [timedelta(days=40), timedelta(days=3650), timedelta(days=-40)])
def test_a_round_under_a_clock_that_jumped_destroys_no_key_and_says_so(
    running: Table, caplog: pytest.LogCaptureFixture, wrong: timedelta
) -> None:
    """H26."""
    running.house.clock.at = ENDED + wrong
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            background(running)
    assert (gone(running), "the clock differs from the last round by" in caplog.text) == (set(), True)
    running.house.clock.at = ENDED + timedelta(minutes=10)  # right again
    caplog.clear()
    background(running)
    with running.writing() as db:
        assert retention.last_run(db) == ENDED + timedelta(minutes=10)
        assert retention.time_is_odd(db) is None
    assert caplog.text == ""


def test_by_hand_a_run_goes_by_the_clock_and_the_rounds_go_on_from_there(running: Table) -> None:
    """H26. A server that stood still for a week waits for somebody to say that it is so late."""
    running.house.clock.at = WORDS
    background(running)
    assert gone(running) == set()
    assert run(running, WORDS) == SOON
    running.house.clock.at = WORDS + DAY
    background(running)
    with running.writing() as db:
        assert retention.last_run(db) == WORDS + DAY


def test_two_hours_back_or_a_day_ahead_keep_no_round(running: Table) -> None:
    """H26."""
    for at in (ENDED - timedelta(hours=2), *(ENDED + number * DAY for number in range(15))):
        running.house.clock.at = at
        background(running)
    assert gone(running) == SOON


def test_before_the_first_round_the_newest_record_entry_gives_the_time(sqlite_ending: Ending) -> None:
    """H26."""
    table = sqlite_ending.open()
    table.house.clock.at = ENDED + 40 * DAY
    background(table)
    assert gone(table) == set()


# Remembered answers.


def test_a_remembered_answer_goes_with_the_words_of_its_case_in_every_backup(house: House) -> None:
    """H35."""
    table = case_in(house, "problem-definition")
    told = house.client("Meri").post(
        f"/api/cases/{table.number}/sessions", json=PLAN, headers={"Idempotency-Key": "plan"}
    )
    assert told.status_code == 201
    with table.writing() as db:
        row = db.scalars(select(IdempotencyKey)).one()
        assert PLAN["place"] in get(db, row, "answer")["body"]
        assert row.case_id is not None
        name = key_name(row, "answer")
        assert name == KeyName(row.case_id, DeletionClock.CONTENT)
    house.installation.keyring.destroy([name], ENDED.isoformat())
    with house.installation.database.reading() as db, pytest.raises(NotFound, match="words-gone"):
        get(db, row, "answer")


def test_once_the_words_are_gone_answers_are_under_what_is_left(house: House) -> None:
    """H35. An act after that is not refused for the sake of its answer."""
    table = case_in(house, "problem-definition")
    with table.writing() as db:
        case = db.scalars(select(Participant.case_id)).first()
    assert case is not None
    house.installation.keyring.destroy([KeyName(case, DeletionClock.CONTENT)], ENDED.isoformat())
    paused = house.client("Aino").post(
        f"/api/cases/{table.number}/pauses", json={}, headers={"Idempotency-Key": "pause"}
    )
    assert paused.status_code < 300
    with table.writing() as db:
        assert db.scalars(select(IdempotencyKey.clock)).one() == DeletionClock.AGREEMENT


def test_an_answer_stored_by_the_first_version_is_sent_again(house: House) -> None:
    """H35. It is under the key of the installation, and named no case."""
    table = case_in(house, "problem-definition")
    client, address = house.client("Meri"), f"/api/cases/{table.number}/sessions"
    first = client.post(address, json=PLAN, headers={"Idempotency-Key": "plan"})
    with table.writing() as db:
        row = db.scalars(select(IdempotencyKey)).one()
        answer = get(db, row, "answer")
        row.case_id = row.clock = None
        put(db, row, "answer", answer)
        line = f"POST {address}?\n".encode() + first.request.content
        row.request_digest = db.keys.keyed_digest(key_name(row, "answer"), line)
    again = client.post(address, json=PLAN, headers={"Idempotency-Key": "plan"})
    assert (again.status_code, again.content) == (first.status_code, first.content)


# People.


def people_of(table: Table) -> set[str]:
    with table.writing() as db:
        there = set(db.scalars(select(Person.id)))
    return {name for name, person in table.house.people.items() if person in there}


def test_people_without_a_case_or_an_office_go_24_months_after_the_agreements_of_their_last_case(
    ending: Ending,
) -> None:
    """H35."""
    table = ending.open()
    with table.writing() as db:
        in_office = set(db.scalars(select(Office.person_id)))
    staying = {name for name, person in table.house.people.items() if person in in_office}
    everybody = people_of(table)
    assert {"Aino", "Pekka", "Tuula"} <= everybody - staying
    for at in (WORDS, AGREEMENT, RECORD - timedelta(seconds=1)):
        run(table, at)
        assert people_of(table) | {"Outi"} == everybody  # she never had a case
    run(table, RECORD)  # 24 months after the agreements
    assert people_of(table) == staying
    with table.writing() as db:
        assert not set(db.scalars(select(Token.person_id))) - in_office


def test_a_commissioner_goes_with_their_seat_once_the_office_is_long_over(sqlite_ending: Ending) -> None:
    """H35."""
    table = sqlite_ending.open()
    for at in (WORDS, AGREEMENT, RECORD):
        run(table, at)
    with table.writing() as db:
        vilho = table.house.people["Vilho"]
        db.execute(update(Office).where(Office.person_id == vilho).values(until=RECORD))
    over = months_after(RECORD, 24)
    table.house.clock.at = over - timedelta(seconds=1)
    assert forget_people(table.house.installation.database) == 0
    table.house.clock.at = over
    assert forget_people(table.house.installation.database) == 1
    with table.writing() as db:
        assert db.scalar(select(func.count()).select_from(Participant)) == 0
        assert db.scalar(select(func.count()).select_from(RoleHeld)) == 0


def test_people_in_an_old_backup_of_the_content_go_again(sqlite_ending: Ending, tmp_path: Path) -> None:
    """H35."""
    sqlite_ending.open().house.installation.close()
    shutil.copy(sqlite_ending.settings.home / "mediation.db", tmp_path / "backup.db")
    table = sqlite_ending.open()
    for at in (WORDS, AGREEMENT, RECORD):
        run(table, at)
    left = people_of(table)
    table.house.installation.close()
    restored = sqlite_ending.open(
        settings=replace(sqlite_ending.settings, database_url=f"sqlite:///{tmp_path}/backup.db")
    )
    restored.house.clock.at = RECORD
    assert people_of(restored) > left
    retention.run(restored.house.installation.database)
    assert people_of(restored) == left


def test_who_has_a_case_or_came_a_short_time_ago_stays(sqlite_house: House) -> None:
    """H35."""
    table = case_in(sqlite_house, "problem-definition")
    sqlite_house.person("Uuno")
    there = people_of(table)
    sqlite_house.clock.at = months_after(sqlite_house.clock.at, 24) - timedelta(seconds=1)
    assert forget_people(sqlite_house.installation.database) == 0
    sqlite_house.clock.at += timedelta(seconds=1)
    assert forget_people(sqlite_house.installation.database) >= 1
    assert "Uuno" in there - people_of(table)
    assert {"Aino", "Pekka", "Meri", "Vilho", "Tuula"} <= people_of(table)
