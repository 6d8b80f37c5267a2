"""A case read in outline and by sections: what each role gets of it, which words are opened, which reads are on record."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import select

from mediation.acts.check_ins import Report, check_in
from mediation.acts.screening import answer_screening, begin_screening
from mediation.acts.sessions import plan_session
from mediation.acts.statements import speak_privately, write_note
from mediation.errors import MediationError
from mediation.reading.case import SECTIONS, CaseView, read_case, read_section
from mediation.reading.check_ins import read_check_ins
from mediation.reading.outline import Outline, read_outline
from mediation.reading.transitions import read_moves
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import ReadTrace
from mediation.workflow.facts_loading import load_facts
from tests.api.test_statement_counts import make_it_many, statements
from tests.cases import Table, case_in
from tests.houses import House

EVERYONE = ("Meri", "Aino", "Pekka", "Tuula", "Kaarina")
COMPANION = {"participants", "marks", "sessions"}
SEEN = {
    "Meri": set(SECTIONS),
    "Aino": set(SECTIONS) - {"order", "notes"},
    "Tuula": COMPANION,
    "Kaarina": COMPANION | {"agreements"},
}
RECORDED = {
    "screenings": {"screening-answer"},
    "statements": {"statement"},
    "problem_statements": {"problem-statement"},
    "options": {"option"},
}


@pytest.fixture
def table(sqlite_house: House) -> Table:
    """A case in follow-up, with words of every kind."""
    return with_words(sqlite_house)


def with_words(house: House) -> Table:
    """A case in follow-up, with words of every kind."""
    table = case_in(house, "follow-up")
    with table.writing() as db:
        confide(db, table)
    return table


def confide(db: Db, table: Table) -> None:
    """Let Aino and Pekka tell the mediator what is for nobody else, and let Meri note and plan what is for one party alone."""
    for name in ("Aino", "Pekka"):
        table.does(db, name, speak_privately, "Kerron sinulle.", language="fi")
        report(db, table, name, audience="mediator")
    table.does(db, "Meri", write_note, "Muista tauko.", language="fi")
    alone = table.ids["Aino"]
    table.does(db, "Meri", plan_session, "separate", db.now() + timedelta(days=2), with_participant=alone)
    table.does(db, "Meri", begin_screening, language="fi")
    table.does(db, "Aino", answer_screening, {"S1": "no"}, language="fi")


def report(db: Db, table: Table, name: str, *, audience: str) -> None:
    """Let somebody report on what was agreed."""
    in_force = table.facts(db).in_force
    assert in_force is not None
    reports = {one.id: Report("not-kept", words="Ei ihan") for one in in_force.commitments}
    table.does(db, name, check_in, reports, audience=audience, language="fi")


def plain(shape: Any, told: object) -> dict[str, Any]:
    """An answer, as it goes out."""
    read: dict[str, Any] = json.loads(TypeAdapter(shape).dump_json(told, by_alias=True))
    return read


@contextmanager
def reading(table: Table) -> Iterator[tuple[Db, list[str]]]:
    """A transaction that reads, with the places of all words that it opens."""
    opened: list[str] = []
    with table.house.installation.database.reading() as db:
        decrypt = db.keys.decrypt

        def noting(name: Any, place: str, value: bytes) -> bytes:
            opened.append(place.rpartition(".")[0])
            return decrypt(name, place, value)

        db.keys.decrypt = noting  # type: ignore[method-assign]
        yield db, opened


def recorded(table: Table) -> list[tuple[str, str]]:
    """Which reads are on record: who read what kind of words."""
    with table.house.installation.database.reading() as db:
        return [(one.reader, one.item) for one in db.scalars(select(ReadTrace))]


def test_a_case_is_the_sum_of_its_sections(table: Table) -> None:
    for name in EVERYONE:
        with reading(table) as (db, _):
            seat = table.seat(db, name)
            whole, sections = read_case(db, seat), {one: read_section(db, seat, one) for one in SECTIONS}
        assert sections == {one: getattr(whole, one) for one in SECTIONS}
        assert table.house.client(name).get(f"/api/cases/{table.number}").json() == plain(CaseView, whole)
        told = set(plain(CaseView, whole)) & set(SECTIONS)
        assert told == {one for one, said in sections.items() if said is not ABSENT} == SEEN.get(name, SEEN["Aino"])


def test_a_commissioner_has_neither_a_case_nor_its_outline(table: Table) -> None:
    for read in (read_case, read_outline):
        with reading(table) as (db, _), pytest.raises(MediationError, match="case-not-found"):
            read(db, table.seat(db, "Vilho"))


@pytest.mark.parametrize("name", EVERYONE)
def test_an_outline_opens_names_alone_and_leaves_nothing_on_record(table: Table, name: str) -> None:
    with reading(table) as (db, opened):
        outline = read_outline(db, table.seat(db, name))
        assert not db.afterwards
    assert {"participants.name", "participants.capacity"} >= set(opened) - {"documents.sha256"}
    assert (name == "Kaarina") == ("documents.sha256" in opened)  # her own annex, by its digest
    assert recorded(table) == []
    assert set(plain(Outline, outline)) & set(SECTIONS) <= SEEN.get(name, SEEN["Aino"])


def test_an_outline_counts_what_is_for_the_table(house: House) -> None:
    table = with_words(house)
    with reading(table) as (db, _):
        meri, aino, tuula = (plain(Outline, read_outline(db, table.seat(db, one))) for one in ("Meri", "Aino", "Tuula"))
        whole, reports = (read(db, table.seat(db, "Meri")) for read in (read_case, read_check_ins))
    at_the_table = sum(one.audience == "table" for one in reports.check_ins)
    assert 0 < at_the_table < len(reports.check_ins)
    assert whole.statements
    assert whole.options
    assert whole.problem_statements
    told = [one for one in whole.statements if one.audience == "table"]
    assert 0 < len(told) < len(whole.statements)
    for seen in (meri, aino):
        assert seen["statements"]["count"] == len(told)
        assert seen["statements"]["newest"] == f"{told[-1].at:%Y-%m-%dT%H:%M:%SZ}"
        assert seen["options"]["count"] == len(whole.options)
        assert seen["problem_statements"]["count"] == len(whole.problem_statements)
        assert (seen["phase"], seen["check_ins"]["count"]) == ("follow-up", at_the_table)
    assert tuula["status"]
    assert "phase" not in tuula
    assert not {"statements", "options", "problem_statements", "check_ins", "agreements"} & set(tuula)


def test_what_is_confided_to_the_mediator_does_not_show_in_any_outline(table: Table) -> None:
    def outlines() -> list[dict[str, Any]]:
        with reading(table) as (db, _):
            return [plain(Outline, read_outline(db, table.seat(db, name))) for name in EVERYONE]

    before = outlines()
    table.house.clock.at += timedelta(hours=1)
    with table.writing() as db:
        confide(db, table)
    assert outlines() == before
    with table.writing() as db:
        report(db, table, "Pekka", audience="table")
    more = [one.get("check_ins", {}).get("count", 0) for one in outlines()]
    assert [after - one.get("check_ins", {}).get("count", 0) for after, one in zip(more, before, strict=True)] == [
        *(1, 1, 1),
        *(0, 0),
    ]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_records_the_reads_of_its_own_words_alone(table: Table, section: str) -> None:
    with reading(table) as (db, _):
        told = read_section(db, table.seat(db, "Meri"), section)
    assert told is not ABSENT
    assert {item for _, item in recorded(table)} == RECORDED.get(section, set())


def test_an_outline_takes_four_statements_at_most_however_large_the_case(table: Table) -> None:
    for name in EVERYONE:
        counts = []
        for many in (False, True):
            with table.undone() as db:
                if many:
                    make_it_many(db, table)
                seat = table.seat(db, name)
                with statements(table.house) as asked:
                    read_outline(db, seat)
                counts.append(len(asked))
        assert counts[0] == counts[1] <= 4, (name, counts)


def test_a_mediator_reads_every_guard_of_a_move_met_and_unmet(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "opening", ready=False)
    with reading(table) as (db, _):
        seat = table.seat(db, "Meri")
        facts, workflow = load_facts(db, seat.case), seat.workflow
        moves = read_moves(seat, facts)
        for move, declared in zip(moves, workflow.phase("opening").transitions, strict=True):
            guards = workflow.guards_of(declared)
            assert (move.transition, [one.guard for one in move.guards]) == (
                declared.code,
                [one.code for one in guards],
            )
            unmet = {one.guard for one in move.guards if not one.holds}
            assert unmet == {one.code for one in workflow.unmet(guards, facts)}
        waited = {one.guard: table.names(one.waiting_for) for move in moves for one in move.guards if not one.holds}
        assert ["Aino", "Pekka"] in waited.values()
        assert any(one.holds for move in moves for one in move.guards)
        assert all(read_moves(table.seat(db, name), facts) == [] for name in ("Aino", "Vilho"))
    told = sqlite_house.client("Meri").get(f"/api/cases/{table.number}/transitions").json()
    assert [[(one["guard"], one["holds"]) for one in move["guards"]] for move in told["transitions"]] == [
        [(one.guard, one.holds) for one in move.guards] for move in moves
    ]
    assert {one["guard"] for move in told["transitions"] for one in move["unmet"]} == set(waited)


@view
class Shape:
    """An answer with a field that only some see."""

    always: str | None
    sometimes: IfSeen[str | None] = ABSENT


def test_what_is_absent_is_no_key_and_what_is_empty_is_null() -> None:
    told = [Shape(always=None), Shape(always="a", sometimes=None)]
    assert TypeAdapter(list[Shape]).dump_json(told) == b'[{"always":null},{"always":"a","sometimes":null}]'
    assert not told[0].sometimes


@pytest.mark.filterwarnings("error")
def test_what_may_be_absent_is_optional_in_the_schema() -> None:
    schema = TypeAdapter(Shape).json_schema(mode="serialization")
    text = [{"type": "string"}, {"type": "null"}]
    assert schema["required"] == ["always"]
    assert schema["properties"]["sometimes"] == {"title": "Sometimes", "anyOf": text}
    assert schema["additionalProperties"] is False
