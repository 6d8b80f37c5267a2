"""Holds: only an authority's order, or a party for own documents, lets a deletion clock stand still."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mediation.acts.holds import OWN_DOCUMENTS
from mediation.case import record
from mediation.retention import run as retention
from mediation.store.models import Hold
from tests.cases import Table
from tests.ended import ENDED, Ending, case_id
from tests.retention.test_retention import AGREEMENT, MOMENT, RECORD, SOON, WORDS, run
from tests.world import problem

GRACE = timedelta(days=7)


def as_(table: Table, name: str) -> httpx.Client:
    return table.house.client(name)


def order(table: Table, *named: str) -> str:
    """An authority's order, carried out by Ulla, the admin; the id of the hold."""
    body = {"number": table.number, "reference": "HAO 12/2027 [KANARIA-viite]", "named": list(named)}
    answer = as_(table, "Ulla").post("/api/holds", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def keep(table: Table, name: str) -> str:
    """A party keeps own documents; the id of the hold."""
    answer = as_(table, name).post(f"/api/cases/{table.number}/holds")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def lift(table: Table, name: str, hold: str, *, order: bool = False) -> httpx.Response:
    place = "/api/holds" if order else f"/api/cases/{table.number}/holds"
    return as_(table, name).post(f"{place}/{hold}/lifting")


PRIVATE = {("private", "Aino"), ("private", "Pekka")}


def test_an_order_holds_everything_but_private_words_and_notes(ending: Ending) -> None:
    table = ending.open()
    order(table)
    assert run(table, WORDS) == PRIVATE | {("notes", "Meri")}
    assert run(table, RECORD + timedelta(days=3650)) == set()


@pytest.mark.parametrize(
    ("named", "goes"),
    [
        (("private",), {("notes", "Meri")}),
        (("notes",), PRIVATE),
        (("private", "notes"), set()),
    ],
    ids=["private", "notes", "both"],
)
def test_private_words_and_notes_are_held_only_where_the_order_names_them(
    sqlite_ending: Ending, named: tuple[str, ...], goes: set[Any]
) -> None:
    table = sqlite_ending.open()
    order(table, *named)
    assert run(table, RECORD) == goes


def test_when_the_order_has_ended_everything_goes_after_its_grace(ending: Ending) -> None:
    table = ending.open()
    hold = order(table, "private", "notes")
    lifted = WORDS + timedelta(days=100)
    table.house.clock.at = lifted
    assert lift(table, "Ulla", hold, order=True).status_code == 201
    assert run(table, lifted + GRACE - MOMENT) == set()
    assert run(table, lifted + GRACE) == SOON
    assert run(table, AGREEMENT) == {("agreement", "")}


def test_of_two_orders_the_one_that_stands_holds(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    first, second = order(table), order(table)
    lift(table, "Ulla", first, order=True)
    assert ("content", "") not in run(table, WORDS + timedelta(days=30))
    lift(table, "Ulla", second, order=True)
    assert run(table, WORDS + timedelta(days=30) + GRACE) == {("content", "")}


def test_a_party_holds_own_documents_and_nothing_else_for_a_year(ending: Ending) -> None:
    table = ending.open()
    assert run(table, AGREEMENT - timedelta(days=1)) == SOON
    keep(table, "Aino")
    until = AGREEMENT - timedelta(days=1) + OWN_DOCUMENTS
    assert run(table, until + GRACE - MOMENT) == set()
    assert run(table, until + GRACE) == {("agreement", "")}
    assert run(table, RECORD) == {("record", "")}


def test_a_party_renews_a_hold_and_lets_go_of_it(ending: Ending) -> None:
    table = ending.open()
    run(table, AGREEMENT - timedelta(days=1))
    hold = keep(table, "Pekka")
    table.house.clock.at += timedelta(days=300)
    assert keep(table, "Pekka") == hold
    assert run(table, AGREEMENT + timedelta(days=600)) == set()
    assert lift(table, "Pekka", hold).status_code == lift(table, "Pekka", hold).status_code == 201
    lifted = table.house.clock.at
    assert run(table, lifted + GRACE - MOMENT) == set()
    assert run(table, lifted + GRACE) == {("agreement", "")}


def test_the_record_outlives_what_it_witnesses(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    table.house.clock.at = RECORD - timedelta(days=1)
    keep(table, "Aino")
    assert run(table, RECORD + timedelta(days=30)) == SOON
    end = RECORD - timedelta(days=1) + OWN_DOCUMENTS + GRACE
    assert run(table, end) == {("agreement", ""), ("record", "")}


def test_what_is_gone_cannot_be_held(ending: Ending) -> None:
    table = ending.open()
    run(table, AGREEMENT)
    problem(as_(table, "Aino").post(f"/api/cases/{table.number}/holds"), 409, "nothing-to-hold")
    assert order(table)
    assert run(table, RECORD) == set()
    [hold] = as_(table, "Ulla").get("/api/holds").json()
    lift(table, "Ulla", hold["id"], order=True)
    run(table, RECORD + timedelta(days=30))
    body = {"number": table.number, "reference": "Liian myöhään"}
    problem(as_(table, "Ulla").post("/api/holds", json=body), 409, "nothing-to-hold")


def test_nobody_else_holds_or_lifts_anything(ending: Ending) -> None:
    table = ending.open()
    for name in ("Meri", "Tuula", "Kaarina"):
        problem(as_(table, name).post(f"/api/cases/{table.number}/holds"), 403, "not-a-party")
    for name in ("Vilho", "Meri", "Aino"):
        body = {"number": table.number, "reference": "HAO 1/2027"}
        problem(as_(table, name).post("/api/holds", json=body), 403, "office-needed")
        problem(as_(table, name).get("/api/holds"), 403, "office-needed")
    mine, theirs = keep(table, "Aino"), order(table)
    for name, hold in (("Pekka", mine), ("Aino", theirs), ("Meri", mine), ("Meri", theirs), ("Aino", "none")):
        problem(lift(table, name, hold), 404, "hold-not-found")
    for name, hold in (("Ulla", mine), ("Ulla", "none")):
        problem(lift(table, name, hold, order=True), 404, "hold-not-found")
    problem(lift(table, "Vilho", theirs, order=True), 403, "office-needed")
    with table.writing() as db:
        assert {one.lifted_at for one in db.scalars(select(Hold))} == {None}


def test_an_admin_of_another_organisation_finds_no_case_and_no_order(ending: Ending) -> None:
    table = ending.open()
    table.house.person("Olli", office="admin", organisation="Toinen talo")
    theirs = order(table)
    for number in (table.number, "2027-0999"):
        body = {"number": number, "reference": "HAO 1/2027"}
        problem(as_(table, "Olli").post("/api/holds", json=body), 404, "case-not-found")
    assert as_(table, "Olli").get("/api/holds").json() == []
    problem(lift(table, "Olli", theirs, order=True), 404, "hold-not-found")


def test_an_order_needs_a_number_a_reference_and_what_it_names(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    good: dict[str, Any] = {"number": table.number, "reference": "HAO 1/2027", "named": []}
    for wrong in ({"number": "x"}, {"number": "2027-0001\x00"}, {"reference": " "}, {"reference": "x" * 201}):
        assert as_(table, "Ulla").post("/api/holds", json=good | wrong).status_code == 422
    problem(as_(table, "Ulla").post("/api/holds", json=good | {"named": ["record"]}), 422, "choice-unknown")


def test_what_is_held_is_shown_to_whom_it_concerns_and_the_reference_to_admins_alone(ending: Ending) -> None:
    table = ending.open()
    order(table, "private")
    keep(table, "Aino")

    def held(name: str) -> set[str]:
        return {
            one["clock"] for one in as_(table, name).get(f"/api/cases/{table.number}/retention").json() if one["held"]
        }

    def holds(name: str) -> list[str]:
        answer = as_(table, name).get(f"/api/cases/{table.number}/holds")
        assert "KANARIA" not in answer.text
        return sorted(one["kind"] for one in answer.json())

    assert held("Meri") == held("Aino") == held("Pekka") == {"private", "content", "agreement", "record"}
    assert (holds("Meri"), holds("Aino"), holds("Pekka")) == (["authority", "party"], ["party"], [])
    for name in ("Vilho", "Tuula", "Kaarina"):
        assert as_(table, name).get(f"/api/cases/{table.number}/holds").status_code == 403
    [shown] = as_(table, "Ulla").get("/api/holds").json()
    assert (shown["number"], shown["reference"]) == (table.number, "HAO 12/2027 [KANARIA-viite]")
    before = as_(table, "Vilho").get(f"/api/statuses/{table.number}").content
    run(table, ENDED + timedelta(days=10))
    assert as_(table, "Vilho").get(f"/api/statuses/{table.number}").content == before


def test_holding_and_letting_go_are_on_record(ending: Ending) -> None:
    table = ending.open()
    case = case_id(table)
    with table.writing() as db:
        before = record.verify(db, case).entries
    lift(table, "Aino", keep(table, "Aino"))
    lift(table, "Ulla", order(table), order=True)
    with table.writing() as db:
        verdict = record.verify(db, case)
    assert (verdict.holds, verdict.entries) == (True, before + 4)


def test_the_preview_foresees_the_end_of_a_hold(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    run(table, AGREEMENT - timedelta(days=1))
    keep(table, "Aino")
    end = AGREEMENT - timedelta(days=1) + OWN_DOCUMENTS
    with table.house.installation.database.reading() as db:
        assert retention.preview(db, end + GRACE - MOMENT) == []
        [(_, one)] = retention.preview(db, end + GRACE)
    assert one.due == end + GRACE
