"""Many at the same moment: one moves the case and the other hears that it changed, and nobody's own act is lost."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from shutil import copytree
from threading import Barrier, Event
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import func, select, text

from api.app import create_app
from mediation import engine, record
from mediation.acts.agreements import newest_agreement
from mediation.acts.participants import Someone, add_participant
from mediation.acts.sessions import plan_session
from mediation.acts.signing import digest_to_sign, send_agreement, sign
from mediation.errors import CaseChanged, NotYet
from mediation.facts import load_facts
from mediation.installation import open_installation
from mediation.models import Agreement, Case, Document, Letter, Mark, RecordEntry, Signature
from mediation.settings import Settings
from tests.cases import Table, case_in, draft, draft_problem
from tests.houses import House, SettableClock
from tests.knocking import problem, served

ROUNDS = 200
THERE_AND_BACK = ("define-problem", "return-to-opening")  # each keeps what the other needs

Answer = TypeVar("Answer")


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Do all of these at the same moment, each in a thread of its own; what came of each."""
    start = Barrier(len(acts))

    def after_all_are_ready(act: Callable[[], Answer]) -> Answer:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(after_all_are_ready, acts))


@contextmanager
def clients(house: House, *names: str) -> Iterator[list[httpx.Client]]:
    """The doors of a real server, once for each name."""
    with served(create_app(house.installation)) as address, ExitStack() as opened:
        headers = [{"Authorization": f"Bearer {house.tokens[name]}"} for name in names]
        yield [opened.enter_context(httpx.Client(base_url=address, headers=one, timeout=60)) for one in headers]


def let_time_pass(house: House) -> None:
    """Let each look at the clock be a little later than the one before."""
    looks = count(1)
    house.installation.database.clock = lambda: datetime(2027, 1, 11, 8, tzinfo=UTC) + timedelta(milliseconds=next(looks))


def assert_record_holds(table: Table, *, entries: int) -> None:
    with table.house.installation.database.reading() as db:
        verdict = record.verify(db, table.seat(db, "Vilho").case.id)
    assert (verdict.holds, verdict.entries) == (True, entries)


def entries_of(table: Table) -> int:
    with table.house.installation.database.reading() as db:
        return table.seat(db, "Vilho").case.version


def how_many(table: Table, kind: type[Any], **like: object) -> int:
    with table.house.installation.database.reading() as db:
        return db.scalar(select(func.count()).select_from(kind).filter_by(**like)) or 0


def test_of_two_who_move_the_case_on_what_both_read_one_succeeds_and_the_other_hears_that_it_changed(
    house: House,
) -> None:
    table = case_in(house, "opening")
    before, path = entries_of(table), f"/api/cases/{table.number}/transitions"
    with clients(house, "Meri", "Meri") as two:
        etag = two[0].get(path).headers["ETag"]
        for code in islice(cycle(THERE_AND_BACK), ROUNDS):
            wanted, read = {"transition": code}, {"If-Match": etag}
            answers = at_once([lambda one=one: one.post(path, json=wanted, headers=read) for one in two])  # noqa: B023
            moved, refused = sorted(answers, key=lambda one: one.status_code)
            assert (moved.status_code, moved.json()["phase"]) == (200, PHASE_AFTER[code]), moved.text
            problem(refused, 409, "case-changed")
            etag = moved.headers["ETag"]
    assert_record_holds(table, entries=before + ROUNDS)


PHASE_AFTER = {"define-problem": "problem-definition", "return-to-opening": "opening"}


def test_of_two_transactions_that_write_on_the_same_version_one_is_refused(house: House) -> None:
    table = case_in(house, "opening")
    before, database = entries_of(table), house.installation.database

    def one_moves(code: str) -> Callable[[], str]:
        with database.reading() as db:  # the seat is taken before either writes, and without waiting for the case
            seat = table.seat(db, "Meri")
            tag = engine.tag(seat, engine.plans(seat, load_facts(db, seat.case), db.today()))

        def move() -> str:
            try:
                with database.writing() as db:
                    return engine.advance(db, seat, code, if_match=tag).target
            except CaseChanged as refusal:
                return refusal.code

        return move

    for code in islice(cycle(THERE_AND_BACK), ROUNDS):
        outcomes = Counter(at_once([one_moves(code), one_moves(code)]))
        assert outcomes == {PHASE_AFTER[code]: 1, "case-changed": 1}
    assert_record_holds(table, entries=before + ROUNDS)


def test_two_who_close_the_case_at_once_close_it_once(house: House) -> None:
    table = case_in(house, "follow-up")
    before, path = entries_of(table), f"/api/cases/{table.number}/transitions"
    with clients(house, "Meri", "Meri") as two:
        read = {"If-Match": two[0].get(path).headers["ETag"]}
        answers = at_once([lambda one=one: one.post(path, json={"transition": "close"}, headers=read) for one in two])
    moved, refused = sorted(answers, key=lambda one: one.status_code)
    assert (moved.status_code, moved.json()["phase"]) == (200, "closed")
    problem(refused, 409, "case-changed")
    assert_record_holds(table, entries=before + 1)


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
    parties, before = ("Aino", "Pekka", *others), entries_of(table)
    path = f"/api/cases/{table.number}/problem-statements/{version}/acceptances"
    with clients(house, *parties) as all_eight:
        answers = at_once([lambda one=one: one.post(path, json={}) for one in all_eight])
    assert [one.status_code for one in answers] == [201] * 8, [one.text for one in answers]
    assert how_many(table, Mark, kind="accepted-problem-statement", ended_at=None) == 8
    assert_record_holds(table, entries=before + 8)


def test_of_two_mediators_who_draft_on_what_both_read_one_hears_that_it_changed(house: House) -> None:
    let_time_pass(house)
    table = case_in(house, "solutions", ready=False)
    path = f"/api/cases/{table.number}/agreement"
    with clients(house, "Meri", "Meri") as two:
        for first_time in (True, False):
            read = {} if first_time else {"If-Match": f'"{tag}"'}  # noqa: F821
            answers = at_once(
                [
                    lambda one=one, words=words, read=read: one.put(path, json=a_draft(words), headers=read)
                    for one, words in zip(two, ("Näin sovimme.", "Toisin sovimme."), strict=True)
                ]
            )
            written, refused = sorted(answers, key=lambda one: one.status_code)
            assert written.status_code == 200, written.text
            problem(refused, 409, "case-changed")
            tag = written.json()["tag"]
        [purpose] = {one["purpose"] for one in two[0].get(path).json()["texts"].values()}
    assert purpose in {"Näin sovimme.", "Toisin sovimme."}
    assert how_many(table, Agreement) == 1


def a_draft(purpose: str) -> dict[str, Any]:
    return {"prevailing": "fi", "texts": {"fi": {"purpose": purpose}}, "disclosure_decided": True}


def sent_to_be_signed(house: House) -> Table:
    """A case whose agreement waits for Pekka and Kaarina: Aino has signed."""
    table = case_in(house, "solutions", ready=False)
    with table.writing() as db:
        table.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=30))
        draft(db, table)
        table.does(db, "Meri", send_agreement)
        table.does(db, "Aino", sign, digest_for(table, "Aino"), house.installation.seal_key)
    return table


def digest_for(table: Table, name: str) -> str:
    """What somebody reads, and signs."""
    with table.house.installation.database.reading() as db:
        seat = table.seat(db, name)
        agreement = newest_agreement(db, seat)
        assert agreement is not None
        return digest_to_sign(db, seat, agreement, table.ids[name])


def test_the_last_two_who_sign_at_once_both_succeed_and_the_agreement_is_sealed_once(house: House) -> None:
    table = sent_to_be_signed(house)
    path, before = f"/api/cases/{table.number}/agreement/signatures", entries_of(table)
    names = ("Pekka", "Kaarina")
    bodies = [{"digest": digest_for(table, name)} for name in names]
    letters = how_many(table, Letter)
    with clients(house, *names) as two:
        answers = at_once(
            [lambda one=one, body=body: one.post(path, json=body) for one, body in zip(two, bodies, strict=True)]
        )
    assert [one.status_code for one in answers] == [201, 201], [one.text for one in answers]
    assert sorted(one.json()["sealed"] for one in answers) == [False, True]
    assert how_many(table, Signature, void_at=None) == 3
    assert (how_many(table, Agreement, state="sealed"), how_many(table, Document, kind="sealed")) == (1, 1)
    assert how_many(table, RecordEntry, act="seal") == 1
    assert how_many(table, Letter) == letters + 4  # Meri, Aino, Pekka and Kaarina: once each
    assert_record_holds(table, entries=before + 3)


def test_ten_referrals_under_one_key_at_once_make_one_case(house: House) -> None:
    table = case_in(house, "preparation", ready=False)
    body = {
        "organisation": house.organisation("Esimerkkilä"),
        "subject": "Vuoronvaihto",
        "parties": [{"person": house.people[name]} for name in ("Aino", "Pekka")],
    }
    before, headers = how_many(table, Case), {"Idempotency-Key": "the same"}
    with clients(house, *["Vilho"] * 10) as ten:
        answers = at_once([lambda one=one: one.post("/api/cases", json=body, headers=headers) for one in ten])
    assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
    assert len({one.json()["number"] for one in answers}) == 1
    assert how_many(table, Case) == before + 1


def test_referrals_at_once_get_a_number_each(house: House) -> None:
    table = case_in(house, "preparation", ready=False)
    body = {
        "organisation": house.organisation("Esimerkkilä"),
        "subject": "Vuoronvaihto",
        "parties": [{"person": house.people[name]} for name in ("Aino", "Pekka")],
    }
    with clients(house, *["Vilho"] * 8) as eight:
        answers = at_once([lambda one=one: one.post("/api/cases", json=body) for one in eight])
    assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
    assert len({one.json()["number"] for one in answers} | {table.number}) == 9


def test_whoever_waited_for_a_suspension_to_be_written_finds_the_case_suspended(house: House) -> None:
    table, database = case_in(house, "dialogue", ready=False), house.installation.database
    written = Event()

    def suspend() -> str:
        with database.writing() as db:
            table.does(db, "Meri", engine.suspend, "absence", db.today() + timedelta(days=9))
            written.set()
            wait_until_somebody_waits(house)
        return "suspended"

    def say_ready() -> str:
        written.wait(30)
        with clients(house, "Aino") as [aino]:
            answer = aino.post(f"/api/cases/{table.number}/readiness", json={})
        return str(problem(answer, 409, "case-suspended")["type"])

    assert at_once([suspend, say_ready]) == ["suspended", "/problems/case-suspended"]


def wait_until_somebody_waits(house: House) -> None:
    """On PostgreSQL until another transaction waits for a lock; on SQLite nobody can tell, so for a moment."""
    engine_ = house.installation.database.engine
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    for _ in range(200):
        if engine_.dialect.name == "sqlite":
            Event().wait(0.3)
            return
        with engine_.connect() as connection:
            if connection.scalar(waits):
                return
        Event().wait(0.05)
    raise AssertionError("nobody came to wait")


@pytest.fixture
def impatient(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """A house on a SQLite that waits a fifth of a second for others to finish writing, not half a minute."""
    copytree(sqlite_template, tmp_path / "var")
    url = f"sqlite:///{tmp_path / 'var' / 'mediation.db'}?timeout=0.2"
    clock = SettableClock()
    installation = open_installation(Settings.under(tmp_path / "var", {"database_url": url}), clock=clock)
    yield House(installation, clock)
    installation.close()


def test_a_database_that_stays_locked_is_said_to_be_busy_and_nothing_is_half_done(impatient: House) -> None:
    table = case_in(impatient, "opening")
    before, path = entries_of(table), f"/api/cases/{table.number}/transitions"
    somebody = sqlite3.connect(impatient.installation.database.engine.url.database or "", isolation_level=None)
    with clients(impatient, "Meri") as [meri]:
        read = meri.get(path)
        asked = {"json": {"transition": "define-problem"}, "headers": {"If-Match": read.headers["ETag"]}}
        somebody.execute("BEGIN IMMEDIATE")
        refused = meri.post(path, **asked)
        problem(refused, 503, "database-busy")
        assert int(refused.headers["Retry-After"]) > 0
        assert meri.get(path).content == read.content  # reading goes on meanwhile
        somebody.execute("ROLLBACK")
        assert_record_holds(table, entries=before)
        assert meri.post(path, **asked).status_code == 200
    somebody.close()
    assert_record_holds(table, entries=before + 1)


def test_a_case_that_moved_on_refuses_an_act_of_the_phase_before(house: House) -> None:
    table, database = case_in(house, "opening"), house.installation.database
    with database.reading() as db:
        early = table.seat(db, "Meri")
    with database.writing() as db:
        table.advance(db, "define-problem")
    with pytest.raises((CaseChanged, NotYet)), database.writing() as db:
        engine.suspend(db, early, "absence", db.today() + timedelta(days=9))
