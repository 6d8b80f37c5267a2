"""Deletion clocks: what goes when, what is left, and that nothing brings it back."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, delete, event, func, select, text, update
from sqlalchemy.exc import DBAPIError

from mediation.__main__ import main
from mediation.acts.cases import refer
from mediation.acts.leaving import take_back_withdrawal, withdraw
from mediation.acts.new_addresses import remove_address
from mediation.acts.participants import Someone, add_participant
from mediation.acts.screening import answer_screening, begin_screening, decide_screening
from mediation.acts.statements import speak_privately, write_note
from mediation.case import record
from mediation.errors import MediationError
from mediation.installation.due import do_what_is_due, due_jobs
from mediation.installation.installation import open_installation
from mediation.keys.case_keys import EMPTIED
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.letters import claims, printing
from mediation.reading.case import read_case
from mediation.retention import run as retention
from mediation.retention.clocks import ClockState, clocks_of
from mediation.retention.contents import BELONGINGS
from mediation.settings import Keep, Settings
from mediation.store.database import Db
from mediation.store.models import (
    AddressChange,
    Base,
    Case,
    Certificate,
    Letter,
    Option,
    Participant,
    ReadTrace,
    RecordEntry,
    Screening,
    Statement,
    get,
)
from mediation.store.models.base import get_bytes, key_name, put
from mediation.words.dates import months_after
from tests.cases import Table, case_in
from tests.ended import ENDED, EVERYBODY, LAST_FOLLOW_UP, NOTE, PRIVATELY, Ending, case_id, pages_of, words_in
from tests.houses import House, SettableClock
from tests.killed import Steps, killed_at, steps_of
from tests.role_codes import Role
from tests.rotation import part_of
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

WORDS = ENDED + timedelta(days=14)
AGREEMENT = months_after(LAST_FOLLOW_UP, 24)
RECORD = months_after(LAST_FOLLOW_UP, 48)
MOMENT = timedelta(seconds=1)

Names = set[tuple[str, str]]


def run(table: Table, at: datetime) -> Names:
    """Let the clocks strike at a moment; which keys went, by clock and the name of their owner."""
    table.house.clock.at = at
    before = gone(table)
    ran = retention.run(table.house.installation.database)
    assert ran.waiting == 0
    went = gone(table) - before
    assert ran.keys == len(went)
    return went


def gone(table: Table) -> Names:
    """The certificates, by clock and the name of the owner; each of a key that is destroyed, and no key without one."""
    owners = {participant: name for name, participant in table.ids.items()} | {"": ""}
    with table.house.installation.database.reading() as db:
        certificates = db.scalars(select(Certificate).where(Certificate.case_id.in_(select(Case.id)))).all()
        cases = db.keys.keyring.destroyed_by_case()
        keys = {name: at for case in cases for name, at in db.keys.keyring.destroyed(case).items()}
        destroyed = {name for name, at in keys.items() if at is not None}
    assert {(one.case_id, one.clock, one.owner) for one in certificates} == destroyed
    return {(one.clock, owners[one.owner]) for one in certificates}


SOON = {("private", "Aino"), ("private", "Pekka"), ("notes", "Meri"), ("content", "")}


def test_each_clock_strikes_at_its_moment_and_no_earlier(ending: Ending) -> None:
    table = ending.open()
    assert run(table, WORDS - MOMENT) == set()
    assert run(table, WORDS) == SOON
    assert run(table, AGREEMENT - MOMENT) == set()
    assert run(table, AGREEMENT) == {("agreement", "")}
    assert run(table, RECORD - MOMENT) == set()
    assert run(table, RECORD) == {("record", "")}
    assert run(table, RECORD + timedelta(days=3650)) == set()


def test_a_run_that_comes_late_does_everything_at_once_and_another_run_nothing(ending: Ending) -> None:
    table = ending.open()
    assert run(table, RECORD) == SOON | {("agreement", ""), ("record", "")}
    assert run(table, RECORD) == set()


def test_the_times_can_be_set(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open(Keep(words_days=0, agreement_months=1, record_months=2, grace_days=0))
    assert run(table, ENDED) == SOON | {("agreement", "")}  # the last follow-up was long before the end
    assert run(table, months_after(ENDED, 2) - MOMENT) == set()
    assert run(table, months_after(ENDED, 2)) == {("record", "")}


def test_a_certificate_names_what_was_destroyed_and_when(ending: Ending) -> None:
    table = ending.open()
    run(table, WORDS)
    run(table, RECORD)
    with table.writing() as db:
        told = {(one.clock, one.owner): one for one in db.scalars(select(Certificate))}
    private = told["private", table.ids["Aino"]]
    assert (private.what, private.at) == ("statements 1, screening_answers 2", WORDS)
    assert told["notes", table.ids["Meri"]].what == "notes 1"
    assert "options 2" in told["content", ""].what
    assert "documents" in told["agreement", ""].what
    assert "signatures 3, marks 1" in told["agreement", ""].what
    assert "record_entries" in told["record", ""].what
    assert told["record", ""].at == RECORD


def test_the_record_holds_after_each_clock_and_witnesses_it_until_it_is_removed_itself(ending: Ending) -> None:
    table = ending.open()
    case = case_id(table)
    before = 0
    for at in (WORDS, AGREEMENT):
        run(table, at)
        with table.writing() as db:
            verdict = record.verify(db, case)
            acts = db.scalars(select(RecordEntry.act).where(RecordEntry.case_id == case)).all()
        assert (verdict.holds, verdict.removed_at, acts[-1]) == (True, None, "delete-words")
        assert verdict.entries > before
        before = verdict.entries
    run(table, RECORD)
    with table.writing() as db:
        verdict = record.verify(db, case)
    assert (verdict.entries, verdict.holds, verdict.removed_at) == (0, True, RECORD)


# What everybody sees afterwards.


@pytest.mark.seconds
def test_before_and_after_each_clock_everybody_reads_what_is_left_and_that_the_rest_was_deleted(ending: Ending) -> None:
    table = ending.open()
    said = "Vuoronvaihto klo 14.50"
    promised = "Kirjaan keskeneräiset käynnit."
    everything = (*PRIVATELY.values(), NOTE, said, promised, "Meri", "iltavuoron")
    expected = {
        "Meri": {*everything},
        "Aino": {PRIVATELY["Aino"], said, promised, "Meri"},
        "Pekka": {PRIVATELY["Pekka"], said, promised, "Meri"},
        "Tuula": {"Meri"},
        "Kaarina": {promised, "Meri"},
        "Vilho": {"iltavuoron"},
    }
    expected["Meri"] -= {"iltavuoron"}
    stages: Sequence[tuple[datetime, set[str]]] = (
        (ENDED, set()),
        (WORDS, {*PRIVATELY.values(), NOTE, said}),
        (AGREEMENT, {*everything}),
        (RECORD, {*everything}),
    )
    for at, deleted in stages:
        run(table, at)
        for name in EVERYBODY:
            answers = pages_of(table, name)
            assert [one.status_code for one in answers.values() if one.status_code >= 500] == []
            assert words_in(answers, *everything) == expected[name] - deleted, (name, at)
            if at != RECORD and name != "Vilho":
                assert answers[""].status_code == 200
                assert answers["/agreement"].status_code == (404 if name == "Tuula" else 200)


def test_what_was_deleted_reads_as_nothing_and_says_so(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    before = pages_of(table, "Meri")[""].json()
    run(table, WORDS)
    after = pages_of(table, "Meri")[""].json()
    assert [one["words"] for one in after["statements"]] == [None] * len(before["statements"])
    for section in ("statements", "notes", "options"):
        assert [one["deleted"] for one in after[section]] == [True] * len(before[section]) != []
    assert [one["id"] for one in after["statements"]] == [one["id"] for one in before["statements"]]
    assert after["participants"] == before["participants"]
    assert "deleted" not in str(before)
    agreement = pages_of(table, "Aino")["/agreement"]
    run(table, AGREEMENT)
    later = pages_of(table, "Aino")
    assert [one["name"] for one in later[""].json()["participants"]] == [None] * 6
    assert (later["/agreement"].json()["deleted"], "deleted" in agreement.json()) == (True, False)
    assert later["/agreement"].json()["texts"] == {"fi": None}
    assert [one["kind"] for one in later[""].json()["marks"] if "confidentiality" in one["kind"]] == []
    assert later["/agreement"].json()["own_signature"] is None
    assert later["/agreement"].json()["sealed_at"] == agreement.json()["sealed_at"]
    assert {one["deleted"] for one in later["/check-ins"].json()["check_ins"]} == {True}
    sealed = later["sealedallekirjoitettu-sopimus-v1.pdf"]
    assert (sealed.status_code, sealed.json()["type"]) == (404, "/problems/words-gone")


def test_words_that_are_gone_are_not_counted_as_read(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    run(table, WORDS)
    with table.writing() as db:
        db.execute(delete(ReadTrace))
    pages_of(table, "Meri")
    with table.writing() as db:
        assert {one.item for one in db.scalars(select(ReadTrace))} == {"check-in", "agreement", "document"}


def test_hr_sees_no_change_but_that_notice_referral_and_order_go_with_the_agreement(ending: Ending) -> None:
    table = ending.open()
    run(table, ENDED)
    do_what_is_due(table.house.installation.database, WORKFLOWS)  # the last hours are told
    lines, details = [], []
    for at in (ENDED, WORDS, AGREEMENT, RECORD):
        run(table, at)
        answers = pages_of(table, "Vilho")
        lines.append(answers["statuses"].content)
        details.append(answers["status"].json())
        assert answers[""].status_code == 404
    assert lines[0] == lines[1]
    assert lines[2] == lines[3]
    assert details[0] == details[1]
    assert details[2] == details[3]
    ordered = details[0]["order"] | {"terms": None, "readable": None, "deleted": True}
    gone = {"notice": None, "referral": None, "ties_declared": False, "order": ordered}
    assert details[2] == details[0] | gone
    assert details[0]["notice"]
    assert details[0]["hours"] == sum(one["hours"] for one in details[0]["billed"])


def test_at_last_only_the_line_for_hr_and_the_certificates_are_left(ending: Ending) -> None:
    table = ending.open()
    case = case_id(table)
    run(table, RECORD)
    for name in ("Meri", "Aino", "Pekka", "Tuula", "Kaarina"):
        assert pages_of(table, name)[""].status_code == 404
    with table.writing() as db:
        left = {
            one.name: db.scalar(select(func.count()).select_from(one).where(one.c.case_id == case))
            for one in Base.metadata.sorted_tables
            if "case_id" in one.c
        }
        people = db.scalars(select(Participant.person_id).where(Participant.case_id == case)).all()
    assert {name for name, count in left.items() if count} == {
        "certificates",
        "orders",
        "participants",
        "roles",
        "hours_told",
    }
    assert people == [table.house.people["Vilho"]]


def test_letters_that_still_wait_are_called_off_with_the_names_they_would_need(ending: Ending) -> None:
    table = ending.open()
    case = case_id(table)
    with table.writing() as db:
        db.execute(update(Participant).where(Participant.id == table.ids["Aino"]).values(email=None))
        db.execute(update(Letter).where(Letter.participant_id == table.ids["Aino"]).values(delivered_at=None))
        assert printing.to_print(db, case)
    run(table, AGREEMENT)
    with table.writing() as db:
        assert printing.to_print(db, case) == []
        assert claims.claim(db, lease=timedelta(minutes=1)) is None


# Nothing brings it back.


def test_a_former_address_goes_with_the_agreements_and_no_correction_prolongs_what_is_kept(ending: Ending) -> None:
    table = ending.open()
    with table.writing() as db:
        table.does(db, "Meri", remove_address, table.ids["Pekka"])
        [former] = db.scalars(select(AddressChange))
        assert get(db, former, "former") == "pekka@example.org"
    run(table, AGREEMENT - MOMENT)
    with table.house.installation.database.reading() as db:
        assert get(db, db.scalars(select(AddressChange)).one(), "former") == "pekka@example.org"
    assert run(table, AGREEMENT) == {("agreement", "")}
    with table.house.installation.database.reading() as db, pytest.raises(MediationError) as refusal:
        get(db, db.scalars(select(AddressChange)).one(), "former")
    assert refusal.value.code == "words-gone"
    run(table, RECORD)
    with table.house.installation.database.reading() as db:
        assert db.scalars(select(AddressChange)).all() == []


def test_a_backup_from_when_the_case_still_went_on_is_as_unreadable(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    case = case_id(table)
    run(table, WORDS)
    with table.writing() as db:  # as it was before: not ended, no certificates
        db.execute(delete(Certificate))
        db.execute(update(Case).values(closed_at=None, outcome=None, phase="follow-up"))
    with table.house.installation.database.reading() as db:
        whole = read_case(db, table.seat(db, "Meri"))
    assert {one.words for one in [*(whole.statements or ()), *(whole.notes or ())]} == {None}
    with table.writing() as db, pytest.raises(MediationError, match="nothing-more-kept"):
        table.does(db, "Aino", speak_privately, "Taas", language="fi")
    assert retention.run(table.house.installation.database).keys == len(SOON)
    assert gone(table) == SOON
    with table.writing() as db:  # that this was not a backup but written by hand does not go unnoticed
        assert record.verify(db, case).row == "cases.closed_at"


def test_an_old_copy_of_the_key_store_is_destroyed_again(sqlite_ending: Ending, tmp_path: Path) -> None:
    table = sqlite_ending.open()
    table.house.installation.close()
    home = sqlite_ending.settings.home
    for name in ("keys.db", "epoch.key"):
        shutil.copy(home / name, tmp_path / name)
    table = sqlite_ending.open()
    assert run(table, WORDS) == SOON
    table.house.installation.close()
    shutil.copy(tmp_path / "keys.db", home / "keys.db")
    with pytest.raises(MediationError, match="epoch-key-wrong"):  # without the key of its epoch it is noise
        sqlite_ending.open()
    shutil.copy(tmp_path / "epoch.key", home / "epoch.key")
    table = sqlite_ending.open()
    assert not words_in(pages_of(table, "Aino"), *PRIVATELY.values())  # there is nothing left that it could open
    table.house.clock.at = WORDS + timedelta(days=1)
    assert retention.run(table.house.installation.database).keys == 0
    assert gone(table) == SOON
    assert PRIVATELY["Aino"] not in pages_of(table, "Aino")[""].text


def test_what_a_destroyed_key_encrypted_is_overwritten_with_it_and_nothing_else(ending: Ending) -> None:
    """What nobody can read any more would else lie there for years, most of what a case takes."""
    table = ending.open()
    sizes = [sum(len(value) for _, _, value in _encrypted(table))]
    for at in (WORDS, AGREEMENT, RECORD):
        before = {(row.id, column) for row, column, value in _encrypted(table) if value != EMPTIED}
        run(table, at)
        kept = _encrypted(table)
        with table.house.installation.database.reading() as db:
            for row, column, value in kept:
                assert (value == EMPTIED) == db.keys.is_gone(key_name(row, column)), (row.__tablename__, column)
                assert value == EMPTIED or get_bytes(db, row, column)
        left = {(row.id, column) for row, column, value in kept if value != EMPTIED}
        assert left < before or not before
        sizes.append(sum(len(value) for _, _, value in kept))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < sizes[0] / 20  # the record's time is still to come


def test_what_was_certified_before_is_overwritten_by_the_migration(
    ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ending.open()
    with monkeypatch.context() as as_it_was:
        as_it_was.setattr(retention, "empty", lambda db, name: None)
        assert run(table, AGREEMENT) == SOON | {("agreement", "")}
    assert EMPTIED not in {value for _, _, value in _encrypted(table)}
    engine = table.house.installation.database.engine
    migration = import_module("mediation.store.migrations.versions.0029_emptied")
    with (
        engine.execution_options(writing=True).begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        migration.upgrade()
    later = {"printed"}  # columns that came after it
    assert {value for _, column, value in _encrypted(table) if column not in later} == {EMPTIED}


def _encrypted(table: Table) -> list[tuple[Any, str, bytes]]:
    """Every value of a case that is encrypted with a key of a case: its row, its column, the bytes."""
    found = []
    with table.house.installation.database.reading() as db:
        for mapper in Base.registry.mappers:
            names = [column.name for column in mapper.local_table.columns if "key_of" in column.info]
            for row in db.scalars(select(mapper.class_)) if names else ():
                values = [(row, name, getattr(row, name)) for name in names]
                found += [one for one in values if one[2] is not None and key_name(row, one[1]).case_id]
    return found


def test_words_moved_to_another_row_column_or_case_cannot_be_read(house: House) -> None:
    table, other = case_in(house, "problem-definition"), Table(house)
    with table.writing() as db:
        for name, words in PRIVATELY.items():
            table.does(db, name, speak_privately, words, language="fi")
        again = table.does(db, "Aino", speak_privately, "Vielä yksi asia", language="fi")
        problem = table.does(db, "Meri", begin_screening, language="fi")
        put(db, problem, "words", "Sana")
        other.number = _refer_another(db, table)
        aino = db.scalars(select(Statement).where(Statement.id == again.id)).one()
        first = db.scalars(select(Statement).where(Statement.topic == "private", Statement.id != again.id)).first()
        option = Option(id=db.new_id(), case_id=aino.case_id)
        case = db.scalars(select(Case).where(Case.number == other.number)).one()
        own = db.scalars(select(Case).where(Case.number == table.number)).one()
        assert first is not None
        moved: list[tuple[Any, str, bytes]] = [
            (aino, "words", first.words),  # another row, of anybody
            (option, "words", problem.words),  # another table under the same key
            (own, "notice", own.referral),  # another column of the same row
            (case, "referral", own.referral),  # another case
        ]
        for row, column, value in moved:
            with pytest.raises(MediationError, match="words-damaged"), db.no_autoflush:
                get(db, _like(row, column, value), column)
        db.expunge_all()


def _like(row: Any, column: str, value: bytes) -> Any:
    names = ("id", "case_id", "audience", "participant_id")
    same = {name: getattr(row, name, None) for name in names if hasattr(row, name)}
    return SimpleNamespace(__table__=row.__table__, __tablename__=row.__tablename__, **{**same, column: value})


def _refer_another(db: Db, table: Table) -> str:
    people, organisation = table.house.people, table.house.organisation("Esimerkkilä")
    about = {"organisation_id": organisation, "language": "fi", "subject": "Toinen asia", "parties": []}
    return refer(db, MEDIATION, people["Vilho"], **about).number


def test_the_database_itself_refuses_to_lose_a_record_that_is_not_certified(ending: Ending) -> None:
    table = ending.open()
    run(table, AGREEMENT)
    with (
        pytest.raises(DBAPIError, match="stands as it was written"),
        table.house.installation.database.engine.begin() as db,
    ):
        db.execute(text("DELETE FROM record_entries"))


# Who withdraws.


@pytest.fixture
def three(house: House) -> Table:
    """A case of three parties in the dialogue, each with private words, of which Pekka withdraws for good."""
    table = case_in(house, "problem-definition")
    with table.writing() as db:
        someone = Someone(person_id=house.people["Outi"])
        table.ids["Outi"] = table.does(db, "Meri", add_participant, someone, Role.PARTY).id
        table.agrees(db, "Outi")
        table.does(db, "Meri", begin_screening, language="fi")
        for name in ("Aino", "Pekka", "Outi"):
            table.does(db, name, speak_privately, f"Yksityistä {name}", language="fi")
            table.does(db, name, answer_screening, {"S3": "yes", "S5": "no"}, language="fi")
        table.does(db, "Meri", write_note, NOTE, language="fi")
    return table


def test_private_words_are_deleted_earlier_after_a_withdrawal_and_the_case_continues(three: Table) -> None:
    clock = three.house.clock
    left = clock.at
    with three.writing() as db:
        three.does(db, "Pekka", withdraw, confirmed=True)
    assert run(three, left + timedelta(days=14) - MOMENT) == set()
    assert run(three, left + timedelta(days=14)) == {("private", "Pekka")}
    whole = three.house.client("Meri").get(f"/api/cases/{three.number}").json()
    told = {one["words"] for one in whole["statements"] if one["audience"] == "mediator"}
    assert told == {"Yksityistä Aino", "Yksityistä Outi", None}
    with three.writing() as db:
        with pytest.raises(MediationError, match="questions-open"):  # what the others answered still counts
            three.does(db, "Meri", decide_screening, "suitable")
        three.does(db, "Aino", answer_screening, {"S4": "no"}, language="fi")
        three.does(db, "Meri", decide_screening, "suitable")
        three.does(db, "Aino", speak_privately, "Lisää", language="fi")
    own = three.house.client("Pekka").get(f"/api/cases/{three.number}").json()["statements"]
    assert [(one["words"], one["deleted"]) for one in own if one["audience"] == "mediator"] == [(None, True)]


def test_a_withdrawal_taken_back_starts_no_clock(three: Table) -> None:
    left = three.house.clock.at
    with three.writing() as db:
        three.does(db, "Pekka", withdraw)
    three.house.clock.at = left + timedelta(days=6)
    with three.writing() as db:
        three.does(db, "Pekka", take_back_withdrawal)
    assert run(three, left + timedelta(days=400)) == set()


@pytest.mark.parametrize(("confirmed", "days"), [(True, 0), (False, 7)])
def test_nothing_goes_while_a_withdrawal_can_be_taken_back(sqlite_house: House, confirmed: bool, days: int) -> None:
    table = case_in(sqlite_house, "dialogue")
    case, left = case_id(table), table.house.clock.at
    with table.writing() as db:
        table.does(db, "Pekka", speak_privately, "Yksityistä", language="fi")
        table.does(db, "Pekka", withdraw, confirmed=confirmed)
        db.keep = Keep(words_days=0, grace_days=0)
        [pekka] = [one for one in clocks_of(db, case) if one.name.owner == table.ids["Pekka"]]
    assert (pekka.due, pekka.early) == (left + timedelta(days=days), True)


def test_words_written_in_the_last_days_get_their_grace(house: House) -> None:
    table = case_in(house, "dialogue")
    case, clock = case_id(table), table.house.clock
    clock.at += timedelta(days=5)
    with table.writing() as db:
        table.does(db, "Pekka", speak_privately, "Viimeinen sana", language="fi")
        table.does(db, "Pekka", withdraw, confirmed=True)
        db.keep = Keep(words_days=2, grace_days=7)
        due = {one.name.clock: one.due for one in clocks_of(db, case) if one.name.clock in SOON_CLOCKS}
    assert set(due.values()) == {clock.at + timedelta(days=7)}


SOON_CLOCKS = (DeletionClock.PRIVATE, DeletionClock.CONTENT)


# The preview.


@pytest.mark.parametrize("until", [ENDED, WORDS, AGREEMENT, RECORD], ids=["end", "words", "agreement", "record"])
def test_what_the_preview_lists_is_what_is_then_deleted(ending: Ending, until: datetime) -> None:
    table = ending.open()
    owners = {participant: name for name, participant in table.ids.items()} | {"": ""}
    with table.house.installation.database.reading() as db:
        told = retention.preview(db, until)
    assert {number for number, _ in told} <= {table.number}
    assert [one.due for _, one in told] == sorted(one.due for _, one in told if one.due)
    assert run(table, until) == {(one.name.clock, owners[one.name.owner]) for _, one in told}


def test_a_mediator_and_a_party_see_what_of_theirs_will_go_and_when(ending: Ending) -> None:
    table = ending.open()

    def told(name: str) -> dict[tuple[str, str | None], tuple[str | None, str | None]]:
        answer = table.house.client(name).get(f"/api/cases/{table.number}/retention")
        assert answer.status_code == 200, answer.text
        return {(one["clock"], one["whose"]): (one["due"], one["deleted_at"]) for one in answer.json()}

    due = {"content": WORDS, "agreement": AGREEMENT, "record": RECORD, "private": WORDS, "notes": WORDS}
    shown = {clock: (at.isoformat().replace("+00:00", "Z"), None) for clock, at in due.items()}
    aino, pekka, meri = (table.ids[name] for name in ("Aino", "Pekka", "Meri"))
    shared = {(clock, None): shown[clock] for clock in ("content", "agreement", "record")}
    assert told("Aino") == {**shared, ("private", aino): shown["private"]}
    everyone = {("private", one): shown["private"] for one in (aino, pekka)}
    assert told("Meri") == {**shared, **everyone, ("notes", meri): shown["notes"]}
    for name in ("Tuula", "Kaarina", "Vilho"):
        assert table.house.client(name).get(f"/api/cases/{table.number}/retention").status_code == 403
    run(table, WORDS)
    assert told("Aino")["private", aino] == (None, shown["private"][0])


def test_while_a_case_goes_on_no_clock_runs(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "follow-up")
    answer = table.house.client("Meri").get(f"/api/cases/{table.number}/retention").json()
    assert {one["due"] for one in answer} == {None}
    assert run(table, table.house.clock.at + timedelta(days=10_000)) == set()


# The background, the command line, and those who are killed.


def test_the_rounds_let_the_clocks_strike(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    for at in (WORDS - timedelta(days=1), WORDS):
        table.house.clock.at = at
        if at < WORDS:
            run(table, at)
        jobs = due_jobs(table.house.installation.database, {})
        jobs.start()
        jobs.stop()
    assert gone(table) == SOON


def test_one_case_that_cannot_be_dealt_with_does_not_keep_the_others(
    sqlite_ending: Ending, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    table = sqlite_ending.open()
    table.house.clock.at = WORDS
    case, destroy = case_id(table), retention.destroy
    monkeypatch.setattr(retention, "cases_to_look_at", lambda db, at: ["another", case])
    monkeypatch.setattr(retention, "destroy", lambda db, one, **how: destroy(db, one, **how) if one == case else 1 // 0)
    ran = retention.run(table.house.installation.database)
    assert (ran.cases, ran.waiting) == (1, 1)
    assert "retention of case another waits: ZeroDivisionError" in caplog.text


def test_keys_of_a_case_that_a_backup_does_not_know_are_let_be(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    table.house.installation.keyring.destroy([KeyName("another", DeletionClock.CONTENT)], ENDED.isoformat())
    assert retention.run(table.house.installation.database) == retention.Ran(0, 0, 0)


def test_the_command_line_previews_and_runs(
    sqlite_ending: Ending, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("MEDIATION_DATABASE_URL", "MEDIATION_KEYS_URL", "MEDIATION_MAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEDIATION_HOME", str(sqlite_ending.settings.home))
    monkeypatch.setattr("mediation.installation.installation.utc_now", lambda: WORDS - timedelta(days=2))

    def said(*argv: str) -> tuple[int, str]:
        return main(argv), capsys.readouterr().out

    # The program goes by the real clock, which may be before all this or long after.
    assert said("retention", "preview", "--days", "-1")[0] == 2
    status, told = said("retention", "preview", "--days", "3650")
    assert (status, told.count("case 2027-0001")) == (0, 6)
    assert "Aino" not in told
    assert table_of(told) == sorted(table_of(told))
    status, told = said("retention", "run")
    assert (status, "keys destroyed and certified: " in told) == (0, True)


def table_of(told: str) -> list[str]:
    return [line for line in told.splitlines() if "UTC" in line]


def run_retention(steps: Steps, settings: Settings, at: datetime) -> None:
    """A run of retention: a step at each statement that writes, and at each commit."""
    installation = open_installation(settings, clock=SettableClock(at))

    def statement(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("SELECT"):
            steps.reach(" ".join(statement.split())[:60])

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", lambda connection: steps.reach("before a commit"))
    retention.run(installation.database)
    steps.reach("the end")


@pytest.mark.seconds
@pytest.mark.part
def test_killed_at_any_step_a_run_is_brought_to_its_end_by_the_next(sqlite_ending: Ending, tmp_path: Path) -> None:
    counted = Settings.under(shutil.copytree(sqlite_ending.settings.home, tmp_path / "counted"))
    steps = steps_of(run_retention, counted, RECORD)
    assert (
        steps.count("before a commit") >= 5
    )  # of the look around, of the keys, of all that goes with them, of the epoch
    everything = SOON | {("agreement", ""), ("record", "")}
    # Deleting the rows of some thirty tables is one transaction: its first and last moments stand for all.
    deleting = [number for number, one in enumerate(steps) if one.startswith("DELETE")]
    commits = [number for number, one in enumerate(steps) if one == "before a commit"]
    others = [steps.index(one) for one in set(steps) if not one.startswith("DELETE")]
    for step in part_of(sorted({deleting[0], deleting[-1], *commits, *others}), 3, "killed"):
        here = Settings.under(shutil.copytree(sqlite_ending.settings.home, tmp_path / f"killed-{step}"))
        killed_at(step, run_retention, here, RECORD)
        table = sqlite_ending.open(settings=here)
        table.house.clock.at = RECORD + timedelta(days=1)
        retention.run(table.house.installation.database)
        assert gone(table) == everything, steps[step]
        with table.writing() as db:
            [verdict] = [record.verify(db, case) for case in db.scalars(select(Case.id))]
            at = set(db.scalars(select(Certificate.at)))
        assert verdict.removed_at is not None
        assert len(at) == 1  # no matter who certified it: the moment at which the keys were destroyed
        table.house.installation.close()


# The house keeps to it.


def test_every_encrypted_column_of_a_case_belongs_to_a_clock_and_is_named_in_its_certificate() -> None:
    listed = {(clock, kind.table.__tablename__) for clock, kinds in BELONGINGS.items() for kind in kinds}
    with_words = set()
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        for column in table.columns:
            if "key_of" in column.info and (mapper.class_ is Case or "case_id" in table.columns):
                for audience, kind in (("mediator", "private-scan"), ("table", "scan")):
                    of_kind = {"audience": audience, "kind": kind, "clock": "content"}
                    row = SimpleNamespace(__table__=table, id="i", case_id="c", **of_kind, **dict.fromkeys(OWNERS, "o"))
                    name = key_name(row, column.name)
                    if name.case_id:
                        with_words.add((name.clock, table.name))
    # An answer that can be asked for again is kept for a day: nothing is left of it when the key goes.
    with_words -= {("content", "idempotency_keys")}
    own = {("content", "problem_statements"), ("record", "record_entries"), ("record", "reads")}
    own |= {("agreement", "attendance_bases")}
    assert {(str(clock), name) for clock, name in with_words} == {(str(one), name) for one, name in listed} - own


OWNERS = ("participant_id", "respondent", "author", "owner")


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        ("2027-08-31", 1, "2027-09-30"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-01-11", 24, "2029-01-11"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2027-05-15", 0, "2027-05-15"),
    ],
)
def test_months_are_counted_as_people_count_them(moment: str, months: int, later: str) -> None:
    assert months_after(datetime.fromisoformat(moment), months) == datetime.fromisoformat(later)


def test_a_clock_that_is_held_or_does_not_run_never_strikes() -> None:
    name = KeyName("case", DeletionClock.CONTENT)
    assert not ClockState(name, None).is_due(RECORD)
    assert not ClockState(name, ENDED, held=True).is_due(RECORD)
    assert not ClockState(name, ENDED, gone=ENDED).is_due(RECORD)
    assert ClockState(name, ENDED).is_due(ENDED)


def test_screening_outcomes_and_counts_outlive_the_words(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    run(table, AGREEMENT)
    with table.writing() as db:
        assert set(db.scalars(select(Screening.outcome))) == {"suitable"}
