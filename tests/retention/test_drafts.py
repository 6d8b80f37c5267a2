"""Drafts go with their writer's key some days after the end or their own leaving, and nobody is told that there were any."""

from datetime import timedelta

from sqlalchemy import select

from mediation.acts.leaving import withdraw
from mediation.acts.participants import Someone, add_participant
from mediation.acts.statements import speak_privately
from mediation.case import drafts
from mediation.keys.keyring import DeletionClock
from mediation.retention import run as retention
from mediation.retention.clocks import clocks_of
from mediation.store.models import Certificate, Draft, RecordEntry
from tests.cases import Table, case_in
from tests.ended import ENDED, Ending, case_id
from tests.houses import House
from tests.role_codes import Role

FORM = "speak-privately statements"
WORDS = ENDED + timedelta(days=14)
MOMENT = timedelta(seconds=1)


def begins(table: Table, *names: str) -> None:
    with table.writing() as db:
        for name in names:
            table.does(db, name, drafts.keep, FORM, [("words", f"Luonnos {name}")])


def kept(table: Table) -> set[str]:
    """Whose drafts there are, each with a key that opens it."""
    names = {one: name for name, one in table.ids.items()}
    case = case_id(table)
    with table.writing() as db:
        rows = {names[one] for one in db.scalars(select(Draft.participant_id))}
        keys = db.keys.keyring.destroyed(case)
    open_ones = {names[one.owner] for one, gone in keys.items() if one.clock == DeletionClock.DRAFTS and gone is None}
    assert rows == open_ones
    return rows


def told(table: Table) -> tuple[list[tuple[str, ...]], ...]:
    """What there is to be read of the clocks, the certificates and the record."""
    case = case_id(table)
    with table.writing() as db:
        clocks = [(str(one.name.clock), one.name.owner) for one in clocks_of(db, case)]
        certificates = db.execute(select(Certificate.clock, Certificate.owner, Certificate.what)).all()
        entries = db.execute(select(RecordEntry.act, RecordEntry.about)).all()
    return clocks, [tuple(one) for one in certificates], [tuple(one) for one in entries]


def test_the_drafts_of_all_go_fourteen_days_after_the_end_and_leave_no_trace(
    sqlite_ending: Ending,
) -> None:
    with_drafts = sqlite_ending.open()
    begins(with_drafts, "Aino", "Tuula", "Meri")
    with_drafts.house.clock.at = WORDS - MOMENT
    retention.run(with_drafts.house.installation.database)
    assert kept(with_drafts) == {"Aino", "Tuula", "Meri"}
    with_drafts.house.clock.at = WORDS
    assert retention.run(with_drafts.house.installation.database).waiting == 0
    assert kept(with_drafts) == set()
    assert "drafts" not in str(told(with_drafts))
    assert {owner for _, owner in told(with_drafts)[0] if owner} == {
        with_drafts.ids[one] for one in ("Aino", "Pekka", "Meri")
    }
    again = retention.run(with_drafts.house.installation.database)
    assert (again.cases, again.keys, again.waiting) == (0, 0, 0)


def test_the_drafts_of_who_leaves_go_earlier_and_the_others_stay(house: House) -> None:
    table = case_in(house, "problem-definition")
    with table.writing() as db:
        someone = Someone(person_id=house.people["Outi"])  # a third party, with whom the case goes on
        table.ids["Outi"] = table.does(db, "Meri", add_participant, someone, Role.PARTY).id
        table.agrees(db, "Outi")
        table.does(db, "Pekka", speak_privately, "Yksityistä", language="fi")
    begins(table, "Aino", "Pekka")
    left = house.clock.at
    with table.writing() as db:
        table.does(db, "Pekka", withdraw, confirmed=True)
    house.clock.at = left + timedelta(days=14) - MOMENT
    retention.run(house.installation.database)
    assert kept(table) == {"Aino", "Pekka"}
    house.clock.at += MOMENT
    retention.run(house.installation.database)
    assert kept(table) == {"Aino"}


def test_writing_a_draft_moves_no_clock_and_no_order_holds_it(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    before = told(table)[0], _dues(table)
    table.house.clock.at = WORDS - MOMENT
    begins(table, "Aino", "Tuula")
    assert (told(table)[0], _dues(table)) == before
    order = {"number": table.number, "named": ["private", "notes"], "reference": "123"}
    answer = table.house.client("Ulla").post("/api/holds", json=order)
    assert answer.status_code == 201, answer.text
    table.house.clock.at = WORDS
    retention.run(table.house.installation.database)
    assert kept(table) == set()


def _dues(table: Table) -> list[object]:
    case = case_id(table)
    with table.writing() as db:
        return [one.due for one in clocks_of(db, case)]


def test_after_that_no_more_is_kept(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    table.house.clock.at = WORDS
    aino = table.house.client("Aino")
    body = {"form": FORM, "fields": [{"name": "words", "value": "Vielä jotakin"}]}
    answer = aino.put(f"/api/cases/{table.number}/drafts", json=body)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/nothing-more-kept")
