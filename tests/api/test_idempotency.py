"""A request sent once or twenty times is done once and gets the same answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.app import create_app
from mediation.installation.due import do_what_is_due
from mediation.store.models import IdempotencyKey, Letter, Meeting, Participant, RecordEntry
from tests.houses import House
from tests.world import count, problem, served, set_table
from workflows import WORKFLOWS

PLAN = {"kind": "joint", "planned_at": "2027-02-11T09:00:00+02:00", "minutes": 240, "place": "Kirjasto"}


@pytest.fixture
def table(house: House) -> House:
    """Case 2027-0001, on either database."""
    return set_table(house)


def plan(house: House, key: str, client: httpx.Client | None = None, **changes: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key, "Authorization": f"Bearer {house.tokens['Meri']}"}
    return (client or house.client()).post("/api/cases/2027-0001/sessions", json=PLAN | changes, headers=headers)


def test_the_same_request_again_has_one_effect_and_the_same_answer(table: House) -> None:
    first, letters = plan(table, "k1"), count(table, Letter)
    again = plan(table, "k1")
    assert first.status_code == 201
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (count(table, Meeting), count(table, Letter)) == (1, letters)
    assert plan(table, "k2").json()["id"] != first.json()["id"]
    assert count(table, Meeting) == 2


def test_another_request_under_the_same_key_is_refused(table: House) -> None:
    plan(table, "k1")
    problem(plan(table, "k1", minutes=60), 409, "idempotency-key-reused")
    assert count(table, Meeting) == 1


def test_two_people_may_use_the_same_key(table: House) -> None:
    plan(table, "k1")
    paused = table.client("Aino").post("/api/cases/2027-0001/pauses", json={}, headers={"Idempotency-Key": "k1"})
    assert paused.json() == {"suspended": True}


def test_what_was_refused_is_not_remembered(table: House) -> None:
    problem(plan(table, "k1", minutes=4), 422, "minutes-out-of-range")
    assert count(table, IdempotencyKey) == 0
    assert plan(table, "k1").status_code == 201


def test_an_answer_is_kept_for_a_day(table: House) -> None:
    plan(table, "k1")
    table.clock.at += timedelta(hours=23)
    plan(table, "k1")
    assert count(table, Meeting) == 1
    table.clock.at += timedelta(hours=2)
    plan(table, "k2")
    assert count(table, IdempotencyKey) == 1
    plan(table, "k1")
    assert count(table, Meeting) == 3


def test_an_answer_is_forgotten_after_a_day_even_if_nobody_asks_for_anything_any_more(table: House) -> None:
    plan(table, "k1")
    table.clock.at += timedelta(hours=24)
    do_what_is_due(table.installation.database, WORKFLOWS)
    assert count(table, IdempotencyKey) == 1
    table.clock.at += timedelta(seconds=1)
    do_what_is_due(table.installation.database, WORKFLOWS)
    assert count(table, IdempotencyKey) == 0


def test_an_earlier_answer_is_not_sent_to_somebody_who_lost_the_seat(table: House) -> None:
    first = plan(table, "k1")
    with table.installation.database.writing() as db:
        seats = update(Participant).where(Participant.person_id == table.people["Meri"])
        db.execute(seats.values(left_at=db.now()))
    assert first.status_code == 201
    problem(plan(table, "k1"), 404, "case-not-found")


def test_a_key_has_its_limit(table: House) -> None:
    for key in ("", "k" * 201):
        [error] = problem(plan(table, key), 422, "malformed")["errors"]
        assert error["field"] == "Idempotency-Key"


def test_key_request_and_answer_are_stored_unreadable(table: House) -> None:
    plan(table, "avain-kirjasto")
    with table.installation.database.reading() as db:
        row = db.scalars(select(IdempotencyKey)).one()
        kept = f"{row.key_digest}{row.request_digest}".encode() + row.answer
    assert b"Kirjasto" not in kept
    assert b"avain" not in kept


@pytest.mark.seconds
def test_twenty_at_the_same_moment_have_one_effect_and_one_answer(table: House) -> None:
    with served(create_app(table.installation)) as address, ThreadPoolExecutor(20) as crowd:

        def ask(_: int) -> tuple[int, bytes]:
            with httpx.Client(base_url=address, timeout=60) as client:
                response = plan(table, "k1", client)
                return response.status_code, response.content

        answers = set(crowd.map(ask, range(20)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert count(table, Meeting) == 1


@pytest.mark.seconds
def test_more_writers_than_threads_all_get_their_turn(table: House) -> None:
    entries = count(table, RecordEntry)
    with served(create_app(table.installation)) as address, ThreadPoolExecutor(60) as crowd:

        def ask(number: int) -> int:
            with httpx.Client(base_url=address, timeout=60) as client:
                return plan(table, f"k{number}", client).status_code

        # If every thread waited for the database, the one with the lock could not continue, and all would be refused as busy.
        assert set(crowd.map(ask, range(60))) == {201}
    assert count(table, RecordEntry) == entries + 60
