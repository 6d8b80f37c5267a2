"""A workflow that nobody knows plays through the same API: what it does not declare is closed, what it declares is so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from mediation.acts.agreement_versions import newest_agreement
from mediation.acts.sending import prepare_sending
from mediation.acts.signatories import digest_to_sign, signatories
from mediation.case.seat import take_seat
from mediation.errors import NotPermitted
from mediation.people.directory import find_person, give_office
from mediation.retention import run as retention
from mediation.retention.clocks import clocks_of
from mediation.store.models import Case
from mediation.words.dates import months_after
from mediation.workflow.check import check
from mediation.workflow.declaration import Contract, DeclarationError, Role
from mediation.workflow.facts_loading import load_facts
from tests.houses import House
from tests.workflow.second_workflow import HOSTS, WALKS, walks_declared
from tests.world import LiveCase, case_at, draft_of, referred
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION


@pytest.fixture
def walk(sqlite_house: House) -> Iterator[LiveCase]:
    """Vilho has a matter referred to the second workflow: Aino alone comes as a guest, Meri hosts."""
    with walks_declared():
        yield referred(sqlite_house, ("Aino",), workflow=WALKS.code, leads="host")


def case_id(room: LiveCase) -> str:
    with room.house.installation.database.reading() as db:
        return db.scalars(select(Case.id).where(Case.number == room.number)).one()


def set_out(room: LiveCase) -> None:
    assert room.stays("set-out") == {"willing": ["Aino"]}
    room.aino.does("consents", {"answer": "given"})
    assert room.moves("set-out") == "walking"


def walks_once(room: LiveCase, name: str = "Aino") -> None:
    session = room.plans("walk", name=name)
    room.later(days=1)
    room[name].does(f"sessions/{session}/beginning")
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Aino"]: "present"}})
    room[name].does(f"sessions/{session}/ending", {"early": False})


def test_a_case_of_another_workflow_is_walked_from_its_referral_to_its_end(walk: LiveCase) -> None:
    room = walk
    assert room.line()["status"] == "not-started"
    set_out(room)
    assert room.line()["status"] == "walking"
    assert room.moves("ask-again") == "asking"
    assert room.line()["status"] == "walking"
    assert room.moves("set-out") == "walking"
    room.comes("Tuula", "listener")
    walks_once(room)
    room.aino.does("statements", {"audience": "table", "words": "Sade taukosi."})
    assert room.words_for("Meri") == room.words_for("Aino") == ["Sade taukosi."]
    assert room.stays("come-home") == {"written-down": []}
    room.drafts(["Aino"])
    room.sends()
    assert room.sign("Aino")
    assert room.moves("come-home", "Aino") == "home"
    line = room.line()
    assert (line["status"], line["outcome"]) == ("home", "heard")
    assert "case-ended" in room.letters_to("Vilho")
    assert "case-ended" not in room.letters_to("Aino")  # who moved the case


def test_its_roles_read_what_its_own_rows_give_them(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    room.comes("Tuula", "listener")
    room.plans("walk")
    room.plans("call", with_participant=room.ids["Aino"])
    seen = {name: room[name].reads() for name in ("Meri", "Aino", "Tuula")}
    assert seen["Meri"]["you"]["roles"] == ["host"]
    assert sorted(one["kind"] for one in seen["Meri"]["sessions"]) == ["call", "walk"]
    assert {one["kind"] for one in seen["Tuula"]["sessions"]} == {"walk"}
    assert "screenings" not in seen["Meri"]
    assert "statements" not in seen["Tuula"]
    assert "order" in seen["Meri"]
    assert "order" not in seen["Aino"]
    assert seen["Tuula"]["phase"] == "walking"  # a listener knows it; a support person of a mediation does not
    assert "marks" in seen["Tuula"]
    room.vilho.reads_nothing()
    room.pekka.reads_nothing()
    listed = room.client("Meri").get("/api/cases").json()["cases"]
    assert [(one["workflow"], one["roles"], one["phase"]) for one in listed] == [("walks", ["host"], "walking")]
    ordered = room.client("Vilho").get("/api/cases").json()["cases"]
    assert [(one["phase"], one["status"]) for one in ordered] == [(None, "walking")]
    [status] = room.client("Vilho").get("/api/statuses").json()["statuses"]
    assert status["status"] == "walking"


def test_who_knows_the_phase_is_told_of_a_suspension_and_of_an_outcome_only_where_the_rows_say_so(
    walk: LiveCase,
) -> None:
    room = walk
    set_out(room)
    room.comes("Tuula", "listener")
    room.meri.does("suspensions", {"cause": "blisters", "review_on": room.today(3)})
    assert (room.meri.reads()["suspended"], room.aino.reads()["suspended"]) == (True, True)
    assert "suspended" not in room.tuula.reads()
    room.meri.does("discontinuation", {"outcome": "rained-off"})
    assert room.aino.reads()["outcome"] == "rained-off"
    assert room.tuula.reads()["phase"] == "home"
    assert "outcome" not in room.tuula.reads()


def test_what_it_does_not_declare_is_closed(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    ahead = (room.house.clock.at + timedelta(days=1)).isoformat()
    room.meri.refused("sessions", {"kind": "joint", "planned_at": ahead}, 422, "choice-unknown")
    room.aino.refused("sessions", {"kind": "call", "planned_at": ahead}, 403, "follow-up-only")
    room.meri.refused("screenings", {"language": "fi"}, 403, "act-not-yours")
    room.aino.refused("options", {"words": "Toisaalle."}, 403, "act-not-yours")
    body = {"person": room.house.people["Pekka"], "role": "party"}
    room.meri.refused("participants", body, 422, "choice-unknown")
    room.meri.refused("discontinuation", {"outcome": "no-agreement"}, 422, "outcome-unknown")
    room.meri.refused("discontinuation", {"outcome": "talked-over"}, 422, "outcome-unknown")
    review = room.today(3)
    room.meri.refused("suspensions", {"cause": "impasse", "review_on": review}, 422, "cause-unknown")
    body = {"person": room.house.people["Meri"], "role": "mediator"}
    room.vilho.refused("mediators", body, 422, "choice-unknown")


def test_it_stays_suspended_until_the_guards_of_its_own_cause_are_met(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    room.meri.does("suspensions", {"cause": "blisters", "review_on": room.today(3)})
    assert room.stays("come-home").keys() >= {"not-suspended"}
    told = room.meri.refused("resumptions", {}, 409, "resume-blocked")
    assert [one["guard"] for one in told["unmet"]] == ["rested"]
    room.aino.does("readiness")
    room.aino.does("resumptions")
    assert not room.meri.reads()["suspended"]
    room.aino.does("pauses")
    room.meri.does("resumptions")


def test_without_a_least_number_a_withdrawal_ends_nothing_and_the_leaver_is_what_the_workflow_says(
    walk: LiveCase,
) -> None:
    room = walk
    set_out(room)
    room.aino.does("withdrawals", {"confirmed": True})
    assert room.meri.reads()["phase"] == "walking"
    assert room.line()["outcome"] is None
    assert room.aino.reads()["you"]["roles"] == ["former-guest"]
    room.meri.does("discontinuation", {"outcome": "turned-back"})
    line = room.line()
    assert (line["status"], line["outcome"]) == ("home", "unheard")


def test_its_clocks_begin_with_its_own_sessions(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    walks_once(room)
    held = room.house.clock.at
    room.later(days=40)
    room.meri.does("discontinuation", {"outcome": "rained-off"})
    with room.house.installation.database.reading() as db:
        due = {str(one.name.clock): one.due for one in clocks_of(db, case_id(room)) if not one.name.owner}
        assert due["agreement"] is not None
        assert due["agreement"].date() == months_after(held, db.keep.agreement_months).date()
        going = retention.preview(db, held + timedelta(days=3650))
    assert {number for number, _ in going} == {room.number}


def test_who_leads_in_it_is_given_no_office_of_the_employer(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    organisation = room.house.organisation("Esimerkkilä")
    with room.house.installation.database.writing() as db:
        with pytest.raises(NotPermitted, match="mediates-here"):
            give_office(db, find_person(db, room.house.people["Meri"]), organisation, "hr")
        assert give_office(db, find_person(db, room.house.people["Aino"]), organisation, "hr")


def test_its_text_has_the_parts_of_its_own_contract_and_names_its_own_audiences(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    for part, field in (
        ({"confidentiality": "Ei muille."}, "texts.fi.confidentiality"),
        ({"notices": {"commissioner": "Kävelimme."}}, "texts.fi.notices.commissioner"),
    ):
        body = draft_of([], texts={"fi": {"purpose": "Yhdessä.", **part}})
        told = room.meri.refused("PUT agreement", body, 422, "field-unknown")
        assert [one["field"] for one in told["errors"]] == [field]
    text = {"purpose": "Yhdessä.", "goals": ["Käymme joka viikko."], "notices": {"payer": "Kävelimme."}}
    room.drafts(["Aino"], texts={"fi": text})
    room.sends()
    assert room.sign("Aino")
    room.meri.does("notices")
    assert room.line()["notice"] == {"fi": "Kävelimme."}
    assert [one["audience"] for one in room.meri.reads()["notices"]] == ["payer"]
    assert "notice" in room.letters_to("Vilho")


def test_its_commitments_have_the_parts_of_its_own_contract_and_need_what_it_says(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    whole = {"owners": [room.ids["Aino"]], "texts": {"fi": {"action": "Kävelen.", "measure": "Näkyy."}}}
    supported = {"fi": {**whole["texts"]["fi"], "support": "Kengät."}}
    for more, field in (({"due_on": room.today(7)}, "due_on"), ({"texts": supported}, "support")):
        told = room.meri.refused("PUT agreement", draft_of([{**whole, **more}]), 422, "field-unknown")
        assert [one["field"] for one in told["errors"]] == [f"commitments.{field}"]
    room.meri.does("PUT agreement", draft_of([whole, {"texts": {"fi": {"rhythm": "joka viikko"}}}]))
    assert [one["lacks"] for one in room.meri.reads("agreement")["commitments"]] == [[], ["owner", "measure"]]


def test_its_contract_says_who_signs_it(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    room.drafts([])
    room.sends()
    with room.house.installation.database.reading() as db:
        seat = take_seat(db, WORKFLOWS, room.number, room.house.people["Meri"])
        own = replace(seat, workflow=replace(WALKS, contract=replace(WALKS.contract, signed_by=lambda facts: HOSTS)))
        agreement = newest_agreement(db, seat)
        assert agreement is not None
        assert signatories(seat, load_facts(db, seat.case)) == {room.ids["Aino"]}
        assert signatories(own, load_facts(db, own.case)) == {room.ids["Meri"]}
        assert digest_to_sign(db, own, agreement, room.ids["Meri"]) == agreement.digest
        with pytest.raises(NotPermitted, match="not-a-signatory"):
            digest_to_sign(db, own, agreement, room.ids["Aino"])


def test_its_agreement_is_printed_by_the_document_of_its_own_contract(walk: LiveCase) -> None:
    room = walk
    set_out(room)
    room.drafts(["Aino"])
    with room.house.installation.database.reading() as db:
        seat = take_seat(db, WORKFLOWS, room.number, room.house.people["Meri"])
        own = replace(WALKS, contract=replace(WALKS.contract, document="walk"))
        sheets = prepare_sending(db, replace(seat, workflow=own))
    assert sheets is not None
    assert [(one.kind, one.name, one.sheet.document) for one in sheets.files] == [
        ("agreement", "sopimus-fi.pdf", "walk")
    ]


def test_who_represents_signs_an_annex_printed_by_the_document_of_its_contract(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Kaarina"])
    with sqlite_house.installation.database.reading() as db:
        seat = take_seat(db, WORKFLOWS, room.number, room.house.people["Meri"])
        own = replace(MEDIATION, contract=replace(MEDIATION.contract, annex="own-page"))
        sheets = prepare_sending(db, replace(seat, workflow=own))
    assert sheets is not None
    assert {(one.kind, one.sheet.document) for one in sheets.files} == {
        ("agreement", "agreement"),
        ("annex", "own-page"),
    }


def test_who_drafts_an_agreement_needs_a_contract() -> None:
    with pytest.raises(DeclarationError, match="who represents signs, but no contract"):
        check(replace(MEDIATION, contract=replace(MEDIATION.contract, annex="")))
    with pytest.raises(DeclarationError, match="a commitment needs due, but has no part for it"):
        check(replace(WALKS, contract=replace(WALKS.contract, commitment_parts=frozenset(), needs=frozenset({"due"}))))
    with pytest.raises(DeclarationError, match="no contract says in which document"):
        check(replace(WALKS, contract=Contract()))
    with pytest.raises(DeclarationError, match="no role steward-of-all"):
        check(replace(WALKS, contract=Contract("agreement", audiences={"all": Role("steward-of-all")})))


def test_nothing_stays_of_it_when_it_is_declared_no_more() -> None:
    with walks_declared():
        assert WALKS.code in WORKFLOWS
    assert WALKS.code not in WORKFLOWS
