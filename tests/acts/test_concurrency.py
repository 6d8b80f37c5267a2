"""Many requests at the same moment: one moves the case, the other is refused as changed, and nobody's own act is lost."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count, cycle, islice
from threading import Barrier, Event
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import func, select, text

from api.app import create_app
from mediation.acts import stopping
from mediation.acts.participants import Someone, add_participant
from mediation.case import engine, record
from mediation.errors import CaseChanged
from mediation.store.models import Agreement, Case, Letter, Mark, RecordEntry, Signature, StoredFile
from mediation.workflow.facts_loading import load_facts
from tests.cases import Table, case_in, draft_problem
from tests.houses import MONDAY, House
from tests.world import almost_signed, problem, served

# Each of these keeps what the other needs: so a case can go there and back as often as one likes.
THERE_AND_BACK = {"define-problem": "problem-definition", "return-to-opening": "opening"}

Answer = TypeVar("Answer")


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Call all of these at the same moment, each in a thread of its own; gives their results."""
    start = Barrier(len(acts), timeout=60)

    def when_all_are_ready(act: Callable[[], Answer]) -> Answer:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(when_all_are_ready, acts))


@contextmanager
def clients(house: House, *names: str) -> Iterator[list[httpx.Client]]:
    """A client of a real server for each name."""
    with served(create_app(house.installation)) as address, ExitStack() as opened:
        headers = [{"Authorization": f"Bearer {house.tokens[name]}"} for name in names]
        yield [opened.enter_context(httpx.Client(base_url=address, headers=one, timeout=60)) for one in headers]


def post_at_once(clients: Sequence[httpx.Client], path: str, **sent: Any) -> list[httpx.Response]:
    """Let all of these send the same at the same moment; the answers, good ones first."""
    answers = at_once([partial(one.post, path, **sent) for one in clients])
    return sorted(answers, key=lambda one: one.status_code)


def statuses(answers: Sequence[httpx.Response]) -> list[int]:
    return [one.status_code for one in answers]


def how_many(table: Table, kind: type[Any], /, **like: object) -> int:
    with table.house.installation.database.reading() as db:
        return db.scalar(select(func.count()).select_from(kind).filter_by(**like)) or 0


def entries_of(table: Table) -> int:
    """How many entries the record of the case has; they hold."""
    with table.house.installation.database.reading() as db:
        verdict = record.verify(db, table.seat(db, "Vilho").case.id)
    assert verdict.holds, verdict
    return verdict.entries


@pytest.mark.seconds
def test_of_two_who_move_the_case_from_the_same_reading_one_succeeds_and_the_other_is_refused(
    house: House,
) -> None:
    table = case_in(house, "opening")
    before, path = entries_of(table), f"/api/cases/{table.number}/transitions"
    with clients(house, "Meri", "Meri") as two:
        etag = two[0].get(path).headers["ETag"]
        for code in islice(cycle(THERE_AND_BACK), 200):
            moved, refused = post_at_once(two, path, json={"transition": code}, headers={"If-Match": etag})
            assert (moved.status_code, moved.json()["phase"]) == (200, THERE_AND_BACK[code]), moved.text
            problem(refused, 409, "case-changed")
            etag = moved.headers["ETag"]
    assert entries_of(table) == before + 200


def test_of_two_transactions_that_write_on_the_version_both_read_one_is_refused(house: House) -> None:
    table = case_in(house, "opening")
    before, database = entries_of(table), house.installation.database

    def one_move(code: str) -> Callable[[], str]:
        with database.reading() as db:  # before either writes, and without waiting for the case
            seat = table.seat(db, "Meri")
            tag = engine.tag(seat, engine.plans(seat, load_facts(db, seat.case), db.today()))

        def move() -> str:
            try:
                with database.writing() as db:
                    return engine.advance(db, seat, code, if_match=tag).target
            except CaseChanged as refusal:
                return refusal.code

        return move

    for code in islice(cycle(THERE_AND_BACK), 40):
        outcomes = Counter(at_once([one_move(code), one_move(code)]))
        assert outcomes == {THERE_AND_BACK[code]: 1, "case-changed": 1}
    assert entries_of(table) == before + 40


def test_two_who_close_the_case_at_once_close_it_once(house: House) -> None:
    table = case_in(house, "follow-up")
    before, path = entries_of(table), f"/api/cases/{table.number}/transitions"
    with clients(house, "Meri", "Meri") as two:
        read = {"If-Match": two[0].get(path).headers["ETag"]}
        closed, refused = post_at_once(two, path, json={"transition": "close"}, headers=read)
    assert (closed.status_code, closed.json()["phase"]) == (200, "closed")
    problem(refused, 409, "case-changed")
    assert entries_of(table) == before + 1


@pytest.mark.seconds
def test_eight_parties_who_accept_a_text_at_once_all_succeed(house: House) -> None:
    table = case_in(house, "problem-definition", ready=False)
    others = ("Elsa", "Eino", "Helmi", "Toivo", "Lempi", "Urho")
    for name in others:
        house.person(name)
    with table.writing() as db:
        for name in others:
            someone = Someone(person_id=house.people[name])
            table.ids[name] = table.does(db, "Meri", add_participant, someone, "party").id
        version = draft_problem(db, table)
    before = entries_of(table)
    with clients(house, "Aino", "Pekka", *others) as eight:
        path = f"/api/cases/{table.number}/problem-statements/{version}/acceptances"
        answers = post_at_once(eight, path, json={})
    assert statuses(answers) == [201] * 8, [one.text for one in answers]
    assert how_many(table, Mark, kind="accepted-problem-statement", ended_at=None) == 8
    assert entries_of(table) == before + 8


def test_of_two_mediators_who_draft_from_the_same_reading_one_is_refused(house: House) -> None:
    looks = count(1)  # at the clock, each a little later than the one before
    house.installation.database.clock = lambda: MONDAY + timedelta(milliseconds=next(looks))
    table = case_in(house, "solutions", ready=False)
    path, read = f"/api/cases/{table.number}/agreement", dict[str, str]()
    purposes = "Näin sovimme.", "Toisin sovimme."
    bodies = [{"prevailing": "fi", "texts": {"fi": {"purpose": one}}} for one in purposes]
    with clients(house, "Meri", "Meri") as two:
        for _ in range(2):  # the first draft, and a change of it
            puts = [partial(one.put, path, json=body, headers=read) for one, body in zip(two, bodies, strict=True)]
            written, refused = sorted(at_once(puts), key=lambda one: one.status_code)
            assert written.status_code == 200, written.text
            problem(refused, *((409, "case-changed") if read else (428, "if-match-missing")))
            read = {"If-Match": f'"{written.json()["tag"]}"'}
        texts = two[0].get(path).json()["texts"]
    assert [one["purpose"] in purposes for one in texts.values()] == [True]
    assert how_many(table, Agreement) == 1


def test_the_last_two_who_sign_at_once_both_succeed_and_the_agreement_is_sealed_once(house: House) -> None:
    table, digests = almost_signed(house, "Aino")
    last = ("Pekka", "Kaarina")
    before, letters = entries_of(table), how_many(table, Letter)
    with clients(house, *last) as two:
        path = f"/api/cases/{table.number}/agreement/signatures"
        bodies = [{"digest": digests[name]} for name in last]
        answers = at_once([partial(one.post, path, json=body) for one, body in zip(two, bodies, strict=True)])
    assert statuses(answers) == [201, 201], [one.text for one in answers]
    # Kaarina signs an annex, and may not learn whether the others have signed.
    assert [one.json()["sealed"] is None for one in answers] == [False, True]
    assert how_many(table, Signature) == 3
    assert (how_many(table, Agreement, state="sealed"), how_many(table, StoredFile, kind="sealed")) == (1, 1)
    assert how_many(table, RecordEntry, act="seal") == 1
    assert (
        how_many(table, Letter) == letters + 3
    )  # to Meri, Aino and Pekka, once each: Kaarina gets no letter about the others
    assert entries_of(table) == before + 3


def referral(house: House) -> dict[str, Any]:
    parties = [{"person": house.people[name]} for name in ("Aino", "Pekka")]
    return {"organisation": house.organisation("Esimerkkilä"), "subject": "Vuoronvaihto", "parties": parties}


def test_referrals_under_one_key_at_once_make_one_case(house: House) -> None:
    table = case_in(house, "preparation", ready=False)
    with clients(house, *["Vilho"] * 8) as eight:
        answers = post_at_once(
            eight, "/api/cases", json=referral(house), headers={"Idempotency-Key": "the matter of Aino and Pekka"}
        )
    assert statuses(answers) == [201] * 8, [one.text for one in answers]
    assert len({one.json()["number"] for one in answers}) == 1
    assert how_many(table, Case) == 2


def test_referrals_at_once_get_a_number_each(house: House) -> None:
    table = case_in(house, "preparation", ready=False)
    with clients(house, *["Vilho"] * 8) as eight:
        answers = post_at_once(eight, "/api/cases", json=referral(house))
    assert statuses(answers) == [201] * 8, [one.text for one in answers]
    assert len({table.number, *(one.json()["number"] for one in answers)}) == 9


@pytest.mark.seconds
def test_an_act_that_waited_for_a_suspension_finds_the_case_suspended(house: House) -> None:
    table, database = case_in(house, "dialogue", ready=False), house.installation.database
    written = Event()

    def suspend() -> None:
        with database.writing() as db:
            table.does(db, "Meri", stopping.suspend, "absence", db.today() + timedelta(days=9))
            written.set()
            wait_until_somebody_waits(house)

    def say_ready() -> None:
        assert written.wait(60)
        with clients(house, "Aino") as [aino]:
            problem(aino.post(f"/api/cases/{table.number}/readiness", json={}), 409, "case-suspended")

    at_once([suspend, say_ready])
    assert how_many(table, Mark, kind="ready-for-solutions") == 0


def wait_until_somebody_waits(house: House) -> None:
    """On PostgreSQL until another transaction waits for a lock; on SQLite that cannot be seen, so it waits for a moment."""
    database, patience = house.installation.database.engine, Event()
    if database.dialect.name == "sqlite":
        patience.wait(0.5)
        return
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(600):
        with database.connect() as connection:
            if connection.scalar(text(waiting)):
                return
        patience.wait(0.05)
    pytest.fail("nobody came to wait")
