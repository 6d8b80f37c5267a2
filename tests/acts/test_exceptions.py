"""Everything that goes differently: a test for each row of the field's table of exceptions, with what others see of it.

Where the table and the page of the workflow differ, the page decides.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mediation.people.directory import end_office, find_person, give_office
from mediation.store.models import Case, Participant, Suspension
from mediation.words.catalogue import say
from tests.acts.test_rules import three_in_follow_up, three_who_signed_but_one
from tests.houses import House
from tests.world import LiveCase, case_at, problem
from workflows.mediation import MEDIATION

NEUTRAL = "Sovittelu on tässä asiassa päättynyt. Sen sisältö on luottamuksellinen."
AGREED = "Sovittelu on käyty. Sen sisältö on luottamuksellinen."


def asked_when_outi_comes(*others: str) -> dict[str, list[str]]:
    """What waits in dialogue for Outi, and that everybody agrees to terms that name her."""
    asked = {code: ["Outi"] for code in ("no-open-objection", "ready-for-solutions")}
    return asked | {"agreed-to-mediate": sorted([*others, "Outi"])}


def test_a_party_withdraws(house: House) -> None:
    room = case_at(house, "solutions")
    line = room.line()
    room.pekka.does("withdrawals", {"confirmed": True})
    seen = room.line()
    assert (seen["status"], seen["outcome"], seen["notice"]["fi"]) == ("closed", "ended", NEUTRAL)
    kept = {"number", "organisation", "opened_on", "ordered", "screening", "referral", "ties_declared"}
    assert {part: seen[part] for part in kept} == {part: line[part] for part in kept}
    for name in ("Aino", "Meri", "Kaarina"):
        assert "case-ended" in room.letters_to(name)
    assert "withdr" not in str(room.kaarina.reads())


def test_a_party_did_not_consent_but_attendance_was_required(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation")
    room.pekka.does("consents", {"answer": "declined"})
    assert room.stays("open") == {"agreed-to-mediate": ["Pekka"]}
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert room.line()["outcome"] == "did-not-begin"


def test_a_party_is_replaced(house: House) -> None:
    room = case_at(house, "dialogue")
    room.pekka.does("statements", {"audience": "mediator", "words": "Vain Merille. [KANARIA-P1]"})
    room.later(minutes=1)
    room.pekka.does("statements", {"audience": "table", "words": "Kaikille. [KANARIA-P2]"})
    room.later(hours=1)
    line = room.line()
    outi = {"person": house.people["Outi"]}
    room.ids["Outi"] = room.meri.does(f"participants/{room.ids['Pekka']}/successor", outi)["id"]
    assert room.line() == line
    assert room.aino.reads()["phase"] == "dialogue"
    assert "KANARIA" not in str(room.outi.reads())
    assert room.outi.reads()["you"]["roles"] == ["party"]
    assert room.words_for("Pekka")[-2:] == ["Vain Merille. [KANARIA-P1]", "Kaikille. [KANARIA-P2]"]
    assert room.pekka.reads()["you"]["roles"] == ["former-party"]
    again = {"accepted-problem-statement": ["Aino", "Outi"]}  # what Aino accepted with Pekka fell
    assert room.stays("seek-solutions") == asked_when_outi_comes("Aino") | again
    room.moves("return-to-preparation")
    assert room.waits_for("open")["met-separately"] == ["Outi"]


def test_a_party_who_was_replaced_needs_to_sign_nothing_and_the_successor_all(sqlite_house: House) -> None:
    room = three_who_signed_but_one(sqlite_house)
    successor = {"name": "Sari", "language": "fi"}
    sari = room.meri.does(f"participants/{room.ids['Pekka']}/successor", successor)["id"]
    assert [one["state"] for one in room.aino.reads()["agreements"]] == ["unsent"]
    room.drafts(["Outi"])
    room.sends()
    waited = room.waits_for("begin-follow-up")["everyone-signed"]
    assert waited == ["Aino", "Outi", "Sari"]
    assert sari


def test_what_a_party_said_to_the_table_in_follow_up_is_not_shown_to_the_successor(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    room.checks_in("Pekka", words="Meni hyvin. [KANARIA-P]")
    room.later(hours=1)
    outi = {"person": sqlite_house.people["Outi"]}
    room.ids["Outi"] = room.meri.does(f"participants/{room.ids['Pekka']}/successor", outi)["id"]
    assert room.outi.reads("check-ins")["check_ins"] == []
    assert "KANARIA" in str(room.aino.reads("check-ins"))


def test_a_party_is_added(house: House) -> None:
    room = case_at(house, "dialogue")
    room.aino.does("statements", {"audience": "table", "words": "Ennen sinua."})
    room.later(hours=1)
    line = room.line()
    room.comes("Outi", "party")
    assert room.line() == line
    assert "Ennen sinua." not in room.words_for("Outi")
    assert room.outi.reads()["problem_statements"] == room.aino.reads()["problem_statements"]
    again = {"accepted-problem-statement": ["Outi"]}
    assert room.stays("seek-solutions") == asked_when_outi_comes("Aino", "Pekka") | again
    room.accepts_ties("Outi")
    room.everyone_agrees()
    room.outi.does("readiness")
    room.outi.does("problem-statements/1/acceptances")
    assert room.moves("seek-solutions") == "solutions"


def test_a_text_sent_for_signing_is_taken_back_when_a_party_comes(house: House) -> None:
    room = three_who_signed_but_one(house)
    waiting = len(room.reminders_to("Pekka"))
    room.comes("Ulla", "party")
    assert [one["state"] for one in room.aino.reads()["agreements"]] == ["unsent"]
    room.pekka.refused("agreement/signatures", {"digest": "0" * 64}, 409, "nothing-to-sign")
    assert len(room.reminders_to("Pekka")) == waiting - 1  # of the follow-up they are reminded still


def test_a_text_sent_while_somebody_was_away_is_taken_back_when_they_return(sqlite_house: House) -> None:
    room = three_who_signed_but_one(sqlite_house)
    room.outi.does("withdrawals", {})
    for name in ("Aino", "Pekka"):
        room[name].agrees()
    room.meri.does("resumptions")
    room.drafts(["Pekka"])
    room.sends()
    assert not room.sign("Aino")
    room.outi.does("withdrawals/taking-back")
    assert [one["state"] for one in room.aino.reads()["agreements"]][-1] == "unsent"
    room.pekka.refused("agreement/signatures", {"digest": "0" * 64}, 409, "nothing-to-sign")


@pytest.mark.parametrize("role", ["employer-representative", "support-person", "interpreter"])
def test_who_withdrew_takes_no_other_part_in_the_case(sqlite_house: House, role: str) -> None:
    room = three_who_signed_but_one(sqlite_house)
    room.outi.does("withdrawals", {})
    supports = {"supports": room.ids["Aino"]} if role == "support-person" else {}
    body = {"person": sqlite_house.people["Outi"], "role": role, **supports}
    room.meri.refused("participants", body, 403, "roles-exclude")
    body["person"] = sqlite_house.people["Pekka"]
    room.meri.refused("participants", body, 403, "roles-exclude")


def test_only_a_support_person_supports_a_party_and_leaves_with_them(sqlite_house: House) -> None:
    room = three_who_signed_but_one(sqlite_house)
    irina = {"name": "Irina", "role": "interpreter", "supports": room.ids["Aino"]}
    room.meri.refused("participants", irina, 422, "supports-nobody")
    room.comes("Tuula", "community-member")
    room.aino.does("withdrawals", {})
    assert room.tuula.reads()["you"]["roles"] == ["community-member"]


def test_who_supports_another_party_stays_when_a_party_leaves(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    room.outi.does("withdrawals", {})
    assert "support-person" in room.tuula.reads()["you"]["roles"]


def test_a_co_mediator_whom_a_party_objects_to_is_released(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    assign = {"person": sqlite_house.people["Ilmari"], "role": "co-mediator"}
    room.ids["Ilmari"] = room.vilho.does("mediators", assign)["id"]
    room.ilmari.does("notes", {"words": "Oma muistiinpano."})
    tie = room.ilmari.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})["id"]
    room.aino.does(f"declarations/{tie}/answers", {"answer": "accepted"})
    room.pekka.does(f"declarations/{tie}/answers", {"answer": "objected"})
    assert room.stays("seek-solutions") == {"agreed-to-mediate": ["Aino", "Pekka"], "no-open-objection": ["Pekka"]}
    room.meri.refused(f"DELETE participants/{room.ids['Meri']}", None, 403, "not-a-companion")
    room.meri.does(f"DELETE participants/{room.ids['Ilmari']}")
    room.everyone_agrees()  # to terms that no longer name him
    assert room.moves("seek-solutions") == "solutions"
    seen = room.ilmari.reads()
    assert (seen["you"]["roles"], [one["words"] for one in seen["notes"]]) == (
        ["former-mediator"],
        ["Oma muistiinpano."],
    )


def test_a_co_mediator_who_takes_over_is_one_person_and_not_two(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    ilmari = {"person": sqlite_house.people["Ilmari"]}
    room.ids["Ilmari"] = room.vilho.does("mediators", {**ilmari, "role": "co-mediator"})["id"]
    meri = {"person": sqlite_house.people["Meri"], "role": "co-mediator"}
    room.vilho.refused("mediators", meri, 403, "cannot-be-chosen")
    room.vilho.does("mediators", ilmari)
    assert room.ilmari.reads()["you"]["roles"] == ["mediator"]


def test_the_mediator_is_replaced(house: House) -> None:
    room = case_at(house, "solutions")
    text = room.aino.reads("agreement")["texts"]
    room.meri.does("notes", {"words": "Oma muistiinpano. [KANARIA-M]"})
    room.pekka.does("statements", {"audience": "mediator", "words": "Vain Merille. [KANARIA-P]"})
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": house.people["Ilmari"]})["id"]
    assert room.stays("begin-follow-up", "Ilmari")["agreed-to-mediate"] == ["Aino", "Pekka"]
    room.everyone_agrees()
    assert "KANARIA" not in str(room.ilmari.reads())
    assert room.ilmari.reads("agreement")["texts"] == text
    assert room.stays("begin-follow-up", "Ilmari") == {"ties-declared": ["Ilmari"]}
    room.ilmari.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    assert room.stays("begin-follow-up", "Ilmari") == {"no-open-objection": ["Aino", "Pekka"]}
    room.accepts_ties("Aino", "Pekka")
    assert room.moves("begin-follow-up", "Ilmari") == "follow-up"
    room.meri.refused("notices", {}, 403, "act-not-yours")


def test_an_objection_to_the_mediator_blocks_until_it_is_resolved(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    line = room.line()
    [declaration] = room.pekka.reads()["declarations"]
    path = f"declarations/{declaration['id']}/answers"
    room.pekka.refused(path, {"answer": "objected", "reason": "En luota."}, 422, "malformed")
    room.pekka.does(path, {"answer": "objected"})
    assert room.stays("seek-solutions") == {"no-open-objection": ["Pekka"]}
    assert room.line() == line
    assert "objected" not in str(room.aino.reads())
    room.pekka.does(path, {"answer": "accepted"})
    assert room.moves("seek-solutions") == "solutions"


def test_an_impasse_is_marked_and_offers_the_ways_on(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    before = room.aino.reads(), room.line()
    offered = room.meri.does("impasses")["ways_on"]
    assert set(offered) == {"pause", "open-caucus", "return", "assign-mediator", "discontinue"}
    assert (room.aino.reads(), room.line()) == before
    review = {"cause": "impasse", "review_on": room.today(14)}
    assert room.meri.does("suspensions", review)["suspended"]
    room.meri.does("resumptions")
    assert room.moves("return-to-problem-definition") == "problem-definition"
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert (room.aino.reads()["outcome"], room.line()["outcome"]) == ("no-agreement", "ended")


def test_a_partial_agreement_lists_what_was_agreed_and_what_stays_open(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    texts = {"fi": {"words": "Tieto ei siirry.", "goals": ["Tieto siirtyy."]}}
    issues = [{"fi": "Vuoronvaihto"}, {"fi": "Lomat"}]
    version = room.meri.does("problem-statements", {"texts": texts, "issues": issues})["version"]
    for name in ("Aino", "Pekka"):
        room[name].does(f"problem-statements/{version}/acceptances")
    agreed, still_open = room.aino.reads()["problem_statements"][-1]["issues"]
    room.meri.does(f"PUT issues/{agreed['id']}", {"state": "agreed"})
    room.moves("seek-solutions")
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino", "Pekka")
    room.moves("begin-follow-up")
    room.meri.does("notices")
    for name in ("Aino", "Pekka"):
        room[name].does("follow-up-waivers")
        room.checks_in(name)
    assert room.moves("close") == "closed"
    assert room.aino.reads()["outcome"] == "partial-agreement"
    assert room.line()["outcome"] == "ended-settled"
    states = {one["id"]: one["state"] for one in room.aino.reads()["problem_statements"][-1]["issues"]}
    assert states == {agreed["id"]: "agreed", still_open["id"]: "open"}


def test_a_no_show_is_counted_neutrally_and_the_absentee_may_catch_up(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    session, line = room.session("joint"), room.line()
    room.meri.does(f"sessions/{session}/beginning")
    attendance = {room.ids["Aino"]: "present", room.ids["Pekka"]: "absent"}
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": attendance})
    assert {one["name"]: one["missed"] for one in room.meri.reads()["participants"]}["Pekka"] == 1
    assert room.waits_for("define-problem")["attended-opening"] == ["Pekka"]
    caught_up = {"attendance": {room.ids["Pekka"]: "caught-up"}}
    path = f"sessions/{session}/attendance"
    room.meri.refused(f"PUT {path}", caught_up, 409, "not-let-go-on")
    room.pekka.does(f"sessions/{session}/absences")
    room.meri.does(f"PUT {path}", caught_up)
    assert "attended-opening" not in room.waits_for("define-problem")
    assert room.line() == line


def test_a_suspended_case_remembers_its_phase_and_hr_sees_no_change(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "problem-definition")
    line, tuula = room.line(), room.tuula.reads()
    review = {"cause": "other", "review_on": room.today(10), "words": "Selvitetään. [KANARIA-S]"}
    room.meri.does("suspensions", review)
    assert (room.line(), room.tuula.reads()) == (line, tuula)
    [seen] = room.pekka.reads()["suspensions"]
    assert set(seen) == {"since"}
    room.pekka.refused("views", {"words": "Näin näen.", "language": "fi"}, 409, "case-suspended")
    assert set(room.stays("start-dialogue")) == {"not-suspended"}
    assert set(room.stays("return-to-opening")) == {"not-suspended"}
    room.pekka.does("statements", {"audience": "mediator", "words": "Jaksan vielä."})
    room.pekka.agrees()
    room.meri.does("notes", {"words": "Soitan."})
    room.pekka.refused("resumptions", {}, 403, "act-not-yours")
    with sqlite_house.installation.database.reading() as db:
        suspension = db.scalars(select(Suspension)).one()
        assert suspension.review_on.isoformat() == room.today(10)
    room.later(days=9, hours=23)
    room.meri.does("resumptions")
    assert room.pekka.reads()["phase"] == "problem-definition"
    assert room.moves("start-dialogue") == "dialogue"


def test_a_sick_leave_is_kept_as_an_absence_and_nothing_else(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    for cause in ("sick-leave", "illness", "health"):
        body = {"cause": cause, "review_on": room.today(30)}
        room.meri.refused("suspensions", body, 422, "cause-unknown")
    line = room.line()
    room.meri.does("suspensions", {"cause": "absence", "review_on": room.today(30)})
    assert room.line() == line
    assert [one["cause"] for one in room.meri.reads()["suspensions"]] == ["absence"]
    told = {name: len(room.letters_to(name)) for name in ("Aino", "Pekka")}
    room.later(days=20)
    room.rounds()
    assert {name: len(room.letters_to(name)) for name in ("Aino", "Pekka")} == told


def test_an_employment_ends(sqlite_house: House) -> None:
    room = three_in_follow_up(sqlite_house)
    room.meri.does(f"participants/{room.ids['Outi']}/end-of-employment")
    assert room.waits_for("close")["reported-on-commitments"] == ["Aino", "Pekka"]
    room.meri.does("notices")
    for name in ("Aino", "Pekka"):
        room[name].does("follow-up-waivers")
        room.checks_in(name)
    room.outi.refused("check-ins", {"audience": "table", "reports": {}}, 403, "act-not-yours")
    assert room.moves("close") == "closed"


def test_who_has_left_is_not_made_a_party_again_by_others(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    room.outi.does("withdrawals")
    again = {"person": sqlite_house.people["Outi"], "role": "party"}
    room.meri.refused("participants", again, 403, "roles-exclude")
    room.meri.refused(f"DELETE participants/{room.ids['Outi']}", None, 403, "not-a-companion")
    room.meri.refused(f"participants/{room.ids['Pekka']}/successor", again | {}, 422, "malformed")
    successor = {"person": sqlite_house.people["Outi"]}
    room.meri.refused(f"participants/{room.ids['Pekka']}/successor", successor, 403, "roles-exclude")
    room.outi.does("withdrawals/taking-back")
    assert room.outi.reads()["you"]["roles"] == ["party"]


def test_a_breach_is_seen_in_follow_up_and_each_is_heard_before_it_is_settled(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    line = room.line()
    room.checks_in("Aino", "not-kept")
    breaches = room.pekka.reads("check-ins")["breaches"]
    assert {one["state"] for one in breaches} == {"open"}
    assert "no-open-breach" in room.stays("close")
    assert room.line() == line
    settled = f"breaches/{breaches[0]['id']}/settlement"
    heard = {"state": "resolved", "heard": [room.ids["Aino"]]}
    room.meri.refused(settled, heard, 409, "each-must-be-heard")
    both = [room.ids["Aino"], room.ids["Pekka"]]
    room.meri.does(settled, {"state": "resolved", "heard": both})
    for one in breaches[1:]:
        room.meri.does(f"breaches/{one['id']}/settlement", {"state": "left-unresolved", "heard": both})
    assert "no-open-breach" not in room.waits_for("close")
    room.meri.does("notices")
    room.checks_in("Pekka")
    for name in ("Aino", "Pekka"):
        room[name].does("follow-up-waivers")
    assert room.moves("close") == "closed"
    assert (room.aino.reads()["outcome"], room.line()["outcome"]) == ("agreement-lapsed", "ended-settled")


@pytest.mark.parametrize(
    ("code", "phase"), [("amend", "solutions"), ("return-to-problem-definition", "problem-definition")]
)
def test_a_breach_leads_back_to_another_text_or_another_question(sqlite_house: House, code: str, phase: str) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    line = room.line()
    room.checks_in("Pekka", "not-kept")
    assert room.moves(code) == phase
    assert room.line() == line


def test_a_settled_breach_stays_settled_and_an_old_report_does_not_reopen_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    aside = room.checks_in("Aino", "not-kept", audience="mediator")
    room.checks_in("Pekka", "not-kept")
    both = [room.ids["Aino"], room.ids["Pekka"]]
    for one in room.pekka.reads("check-ins")["breaches"]:
        room.meri.does(f"breaches/{one['id']}/settlement", {"state": "left-unresolved", "heard": both})
    again = f"breaches/{one['id']}/settlement"
    room.meri.does(again, {"state": "left-unresolved", "heard": both})
    room.meri.refused(again, {"state": "resolved", "heard": both}, 409, "breach-settled")
    amended(room)
    room.aino.does(f"check-ins/{aside}/releases")
    assert {one["state"] for one in room.pekka.reads("check-ins")["breaches"]} == {"amended"}
    assert "no-open-breach" not in room.waits_for("close")


def amended(room: LiveCase) -> None:
    """Everybody asks for a change; the next version is signed, and the follow-up goes on with it."""
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    room.drafts(["Pekka"])
    room.plans("follow-up", days=30)
    room.sends()
    assert room.sign("Aino", "Pekka")
    room.moves("begin-follow-up")


def test_what_was_said_of_one_version_is_not_said_of_the_next(house: House) -> None:
    room = case_at(house, "follow-up", ready=False)
    room.meri.does("notices")
    for name in ("Aino", "Pekka"):
        room.checks_in(name)
        room[name].does("follow-up-waivers")
    assert not {"notice-given", "follow-ups-held"} & room.waits_for("close").keys()
    told = room.letters_to("Vilho")
    amended(room)
    assert {"notice-given", "follow-ups-held", "reported-on-commitments"} <= room.waits_for("close").keys()
    room.meri.does("notices")
    assert "notice-given" not in room.waits_for("close")
    assert room.letters_to("Vilho") == told  # in the same words: nothing new


def test_a_request_for_help_is_heard_by_every_mediator_and_again_on_another_day(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    assign = {"person": sqlite_house.people["Ilmari"], "role": "co-mediator"}
    room.ids["Ilmari"] = room.vilho.does("mediators", assign)["id"]
    before = [len(room.letters_to(name)) for name in ("Meri", "Ilmari")]
    for _ in range(2):
        room.aino.does("help-requests")
    assert [len(room.letters_to(name)) for name in ("Meri", "Ilmari")] == [one + 1 for one in before]
    room.later(days=1)
    room.aino.does("help-requests")
    assert [len(room.letters_to(name)) for name in ("Meri", "Ilmari")] == [one + 2 for one in before]


def test_a_participant_cannot_take_back_what_the_mediator_asked_of_them(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    room.meri.does("report-requests", {"participant": room.ids["Aino"]})
    marks = {one["kind"]: one["id"] for one in room.meri.reads()["marks"] if one["participant"] == room.ids["Aino"]}
    room.aino.refused("corrections", {"mark": marks["asked-to-report"]}, 404, "mark-not-found")
    room.aino.refused("corrections", {"mark": marks["agreed-to-mediate"]}, 409, "withdraw-instead")


def test_a_closed_case_is_taken_up_again_as_a_new_case_linked_to_it(house: House) -> None:
    room = case_at(house, "follow-up")
    room.aino.does("statements", {"audience": "mediator", "words": "Vanha asia. [KANARIA-A]"})
    referral: dict[str, Any] = {
        "organisation": house.organisation("Esimerkkilä"),
        "subject": "Uusi sovittelu",
        "parties": [{"person": house.people[name]} for name in ("Aino", "Outi")],
        "after": room.number,
    }
    vilho = room.client("Vilho")
    assert vilho.post("/api/cases", json=referral).json()["type"] == "/problems/case-still-open"
    room.moves("close")
    assert room.meri.reads("transitions")["transitions"] == []
    assert (
        vilho.post("/api/cases", json={**referral, "after": "2027-0777"}).json()["type"] == "/problems/case-not-found"
    )
    number = vilho.post("/api/cases", json=referral).json()["number"]
    with house.installation.database.reading() as db:
        linked = db.scalars(select(Case.linked_to).where(Case.number == number)).one()
        assert linked == db.scalars(select(Case.id).where(Case.number == room.number)).one()
    fresh = room.client("Aino").get(f"/api/cases/{number}").json()
    assert (fresh["phase"], fresh["statements"], fresh["agreements"]) == ("preparation", [], [])
    assert room.client("Outi").get(room.path()).status_code == 404
    assert "Vanha asia. [KANARIA-A]" in room.words_for("Aino")
    assert "KANARIA" not in room.client("Outi").get(f"/api/cases/{number}").text


def test_a_former_commissioner_does_not_learn_whether_the_case_has_ended(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    here, elsewhere = (sqlite_house.organisation(name) for name in ("Esimerkkilä", "Muualla"))
    with sqlite_house.installation.database.writing() as db:
        vilho = find_person(db, sqlite_house.people["Vilho"])
        give_office(db, vilho, elsewhere, "hr")
        end_office(db, vilho, here, "hr")
    referral = {"organisation": elsewhere, "subject": "Muu asia", "parties": [], "after": room.number}
    problem(sqlite_house.client("Vilho").post("/api/cases", json=referral), 404, "case-not-found")


def test_an_amendment_leaves_the_old_version_in_force_until_the_last_signature_on_the_new(house: House) -> None:
    room = case_at(house, "follow-up", ready=False)
    line = room.line()
    assert room.stays("amend") == {"breach-or-joint-request": []}
    room.aino.does("change-requests")
    assert room.stays("amend") == {"breach-or-joint-request": []}
    room.pekka.does("change-requests")
    assert room.moves("amend") == "solutions"
    old = {one["label"]: one for one in room.aino.reads("agreement?version=1")["commitments"]}
    assert "agreement-sent" in room.stays("begin-follow-up")
    kept = {
        "label": "C1",
        "lineage": old["C1"]["lineage"],
        "owners": old["C1"]["owners"],
        "starts_on": old["C1"]["starts_on"],
        "texts": {"fi": {"action": "Kirjaan kaiken.", "measure": "Näkyy."}},
    }
    ended = {"label": "C2", "lineage": old["C2"]["lineage"], "ended": "done"}
    room.drafts([], commitments=[kept, ended])
    room.sends()
    room.later(hours=1)
    states = {one["version"]: one["state"] for one in room.pekka.reads()["agreements"]}
    assert states == {1: "sealed", 2: "sent"}
    changes = {one["label"]: one["change"] for one in room.pekka.reads("agreement/differences")["commitments"]}
    assert changes == {"C1": "changed", "C2": "done"}
    assert not room.sign("Aino")
    assert {one["version"]: one["state"] for one in room.pekka.reads()["agreements"]} == states
    assert room.sign("Pekka")
    assert {one["version"]: one["state"] for one in room.pekka.reads()["agreements"]} == {1: "superseded", 2: "sealed"}
    assert room.aino.reads("agreement?version=1")["commitments"] == list(old.values())
    lineages = [one["lineage"] for one in room.aino.reads("agreement")["commitments"]]
    assert lineages == [old["C1"]["lineage"], old["C2"]["lineage"]]
    assert room.moves("begin-follow-up") == "follow-up"
    assert room.line() == line


def test_an_amendment_that_is_taken_back_is_not_forgotten_until_it_is_expressly_dropped(house: House) -> None:
    room = case_at(house, "follow-up", ready=False)
    room.checks_in("Aino", "not-kept")
    room.moves("amend")
    room.drafts(["Pekka"])
    room.sends()
    assert room.moves("return-to-dialogue") == "dialogue"
    assert room.moves("seek-solutions") == "solutions"
    assert "agreement-sent" in room.stays("begin-follow-up")
    room.meri.does("DELETE agreement/draft")
    assert room.moves("begin-follow-up") == "follow-up"
    assert {one["state"] for one in room.pekka.reads("check-ins")["breaches"]} == {"open"}


def test_a_day_of_today_to_sign_by_invites_and_ends_nothing_for_seven_days(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.meri.refused("agreement/sending", {"sign_by": room.today(-1)}, 422, "date-not-ahead")
    room.meri.does("agreement/sending", {"sign_by": room.today()})
    assert not room.sign("Aino")
    digest = room.pekka.reads("agreement")["digest"]
    room.later(days=8)
    room.pekka.refused("agreement/signatures", {"digest": digest}, 409, "sign-by-passed")
    room.later(days=-1)
    assert room.sign("Pekka")


def test_one_signs_and_another_never_does(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.meri.does("agreement/sending", {"sign_by": room.today(7)})
    assert not room.sign("Aino")
    room.pekka.does("agreement/refusals")
    assert room.aino.reads("agreement")["all_signed"] is False
    assert "declined-to-sign" not in str(room.aino.reads())
    room.later(days=8)
    digest = room.pekka.reads("agreement")["digest"]
    room.pekka.refused("agreement/signatures", {"digest": digest}, 409, "sign-by-passed")
    assert room.stays("begin-follow-up") == {"everyone-signed": ["Pekka"]}
    room.meri.refused("discontinuation", {"outcome": "agreement-lapsed"}, 409, "no-agreement-in-force")
    room.meri.does("PUT agreement/sign-by", {"sign_by": room.today(7)})
    assert room.sign("Pekka")


def test_a_text_that_nobody_signs_goes_back_and_its_signatures_count_no_more(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino")
    assert room.moves("return-to-dialogue") == "dialogue"
    assert [one["state"] for one in room.pekka.reads()["agreements"]] == ["unsent"]
    room.moves("seek-solutions")
    room.pekka.refused("agreement/signatures", {"digest": "0" * 64}, 409, "nothing-to-sign")
    assert "agreement-sent" in room.stays("begin-follow-up")


def test_who_has_signed_is_reminded_no_more_and_the_others_by_the_date_that_counts(house: House) -> None:
    room = case_at(house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    [day] = room.reminders_to("Pekka")[:1]
    room.aino.does("agreement/reflections")
    before = len(room.reminders_to("Aino"))
    room.meri.does("PUT agreement/sign-by", {"sign_by": room.today(21)})
    assert day not in room.reminders_to("Pekka")
    assert day + timedelta(days=7) in room.reminders_to("Pekka")
    assert len(room.reminders_to("Aino")) == before
    room.sign("Aino")
    assert len(room.reminders_to("Aino")) == before - 2
    assert day + timedelta(days=7) in room.reminders_to("Pekka")
    room.meri.does("DELETE agreement/draft")
    assert day + timedelta(days=7) not in room.reminders_to("Pekka")


def test_an_edit_after_a_signature_voids_the_signatures(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino")
    stale = room.meri.reads("agreement")["tag"]
    body = {"prevailing": "fi", "texts": {"fi": {"purpose": "Toinen."}}, "commitments": []}
    room.meri.refused("PUT agreement", body, 409, "case-changed", If_Match='"0"')
    room.meri.does("PUT agreement", body, If_Match=f'"{stale}"')
    seen = room.aino.reads("agreement")
    assert (seen["version"], seen["state"], seen["own_signature"]) == (2, "draft", None)
    assert room.aino.reads("agreement?version=1")["state"] == "unsent"
    assert room.waits_for("begin-follow-up")["everyone-signed"][0] == "Aino"


def test_a_crime_or_a_threat_is_disclosed(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    line = room.line() | {"screening": None}
    room.aino.does("pauses")
    room.meri.does("screenings", {"language": "fi"})
    room.aino.does("screenings/answers", {"answers": {"S1": "yes", "S2": "yes"}})
    room.meri.does("screenings/decision", {"outcome": "authorities"})
    assert room.line() | {"screening": None} == line
    assert {one["cause"] for one in room.meri.reads()["suspensions"]} == {"pause", "re-screening"}
    blocked = room.meri.refused("resumptions", {}, 409, "resume-blocked")
    assert [one["guard"] for one in blocked["unmet"]] == ["screened-suitable"]
    assert "screening" not in str(room.pekka.refused("readiness", {}, 409, "case-suspended"))
    room.meri.does("discontinuation", {"outcome": "referred"})
    assert (room.line()["outcome"], room.line()["notice"]["fi"]) == ("ended", say("notice.not-suitable", "fi"))
    assert "'S1'" not in str(room.pekka.reads())


def test_the_mediator_ends_the_mediation_and_the_reason_stays_with_the_mediator(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    room.meri.does("notes", {"words": "Vilpitön halu puuttuu. [KANARIA-SYY]"})
    why = {"outcome": "no-agreement", "reason": "bad faith"}
    room.meri.refused("discontinuation", why, 422, "malformed")
    room.meri.refused("discontinuation", {"outcome": "no-agreement"}, 409, "agreement-in-force")
    room.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    for name in ("Aino", "Pekka", "Kaarina"):
        assert "KANARIA" not in str(room[name].reads())
    assert "KANARIA" not in str(room.line())
    assert room.line()["notice"]["fi"] == AGREED


@pytest.mark.parametrize("outcome", sorted(MEDIATION.outcomes))
def test_a_mediator_can_end_a_case_with_every_outcome_that_fits(sqlite_house: House, outcome: str) -> None:
    room = case_at(sqlite_house, "dialogue")
    refusals = {
        **{code: (422, "outcome-unknown") for code, one in MEDIATION.outcomes.items() if one.reached},
        "agreement-lapsed": (409, "no-agreement-in-force"),
        "partial-agreement": (409, "no-agreement-in-force"),
        "understanding": (409, "no-understanding-reached"),
        "final-date-passed": (409, "final-date-ahead"),
    }
    room.pekka.refused("discontinuation", {"outcome": outcome}, 403, "act-not-yours")
    room.vilho.refused("discontinuation", {"outcome": outcome}, 403, "act-not-yours")
    if outcome in refusals:
        room.meri.refused("discontinuation", {"outcome": outcome}, *refusals[outcome])
        return
    room.meri.does("discontinuation", {"outcome": outcome})
    assert room.aino.reads()["outcome"] == outcome
    assert room.line()["outcome"] == MEDIATION.outcomes[outcome].coarse == "ended"
    assert room.aino.reads()["you"]["may"] == [
        "answer-leaving",
        "answer-survey",
        "answer-wellbeing",
        "ask-for-supervision",
        "complain",
        "correct-participant",
        "keep-quiet",
    ]  # what is for persons


def test_a_complaint_about_the_mediator_has_a_channel_outside_the_case(sqlite_house: House) -> None:
    sqlite_house.person("Kerttu", office="complaints", organisation="Sovittelijat")
    room = case_at(sqlite_house, "dialogue")
    before = [room.meri.reads(path) for path in ("", "record", "letters")]
    room.aino.does("complaints", {"words": "Minua ei kuunneltu. [KANARIA-KANTELU]", "language": "fi"})
    assert [room.meri.reads(path) for path in ("", "record", "letters")] == before
    [heard] = room.kerttu.reads("/complaints")
    assert "KANARIA-KANTELU" in heard["words"]
    room.kerttu.reads_nothing()
    assert "complain" not in room.meri.reads()["you"]["may"]
    assert {"answer-ties", "complain"} <= set(room.aino.reads()["you"]["may"])


def test_a_data_subject_is_given_what_is_own_and_nothing_of_others(sqlite_house: House) -> None:
    room = three_in_follow_up(sqlite_house)
    room.aino.does("statements", {"audience": "mediator", "words": "Minun. [KANARIA-AINO]"})
    room.outi.does("statements", {"audience": "mediator", "words": "Minun myös. [KANARIA-OUTI]"})
    room.checks_in("Outi", "partly", audience="mediator", words="Kesken. [KANARIA-OUTI]")
    room.outi.does("withdrawals", {"confirmed": True})
    own = str([room.outi.reads(), room.outi.reads("check-ins"), room.outi.reads("agreement")])
    assert own.count("KANARIA-OUTI") == 2
    assert "KANARIA-AINO" not in own
    marks = room.outi.reads()["marks"]
    assert marks
    assert {one["participant"] for one in marks} == {room.ids["Outi"]}


def test_a_deadlock_over_the_wording_of_the_notice_ends_with_the_neutral_default(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino", "Pekka")
    room.moves("begin-follow-up")
    assert room.line()["notice"] is None
    room.meri.does("notices")
    told = room.line()["notice"]
    assert told["fi"] == AGREED
    assert set(told) == {"fi", "sv", "en"}
    room.meri.does("notices")
    assert room.line()["notice"] == told


def test_silence_after_two_requests_is_no_answer_and_never_kept(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    asked = {"participant": room.ids["Pekka"]}
    room.meri.does("report-requests", asked)
    room.meri.refused("report-requests", asked, 409, "asked-too-soon")
    assert room.waits_for("close")["reported-on-commitments"] == ["Aino", "Pekka"]
    room.later(days=7)
    room.meri.does("report-requests", asked)
    assert room.waits_for("close")["reported-on-commitments"] == ["Aino"]
    letters = room.letters_to("Pekka")
    room.later(days=7)
    room.meri.does("report-requests", asked)
    assert room.letters_to("Pekka") == letters
    assert room.meri.reads("check-ins")["check_ins"] == []
    assert "kept" not in str(room.aino.reads("check-ins"))


def test_parties_hold_and_record_a_follow_up_without_the_mediator(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    line = room.line()
    session = room.plans("follow-up", name="Aino", days=10)
    for kind in ("joint", "information"):
        body = {"kind": kind, "planned_at": (sqlite_house.clock.at + timedelta(days=1)).isoformat()}
        room.aino.refused("sessions", body, 403, "follow-up-only")
    room.pekka.does(f"sessions/{session}/beginning")
    present = {"attendance": {room.ids[name]: "present" for name in ("Aino", "Pekka")}}
    room.pekka.does(f"PUT sessions/{session}/attendance", present)
    for name in ("Aino", "Pekka"):
        room.checks_in(name, session=session)
    room.aino.does(f"sessions/{session}/ending", {"early": False})
    assert "reported-on-commitments" not in room.waits_for("close")
    assert room.line() | {"next_milestone": None} == line | {"next_milestone": None}


def test_an_option_is_set_aside_for_another_reason_on_record_and_for_the_same_once(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    option = room.aino.does("options", {"words": "Siirto toiseen tiimiin"})["id"]
    entries = [room.meri.reads("record")["entries"]]
    for reason in ("Ei nyt.", "Ei nyt.", "", "Paikkaa ei ole."):
        room.meri.does(f"PUT options/{option}/state", {"state": "set-aside", "reason": reason})
        entries.append(room.meri.reads("record")["entries"])
    assert [one - entries[0] for one in entries[1:]] == [1, 1, 1, 2]
    assert room.aino.reads()["options"][-1]["reason"] == "Paikkaa ei ole."


def test_a_caucus_is_opened_on_a_partys_wish_and_nobody_else_learns_whose(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    before = [room[name].reads() for name in ("Pekka", "Tuula", "Kaarina")], room.line()
    room.aino.does("caucus-requests")
    assert "asked-for-caucus" in {one["kind"] for one in room.meri.reads()["marks"]}
    caucus = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"]
    assert "asked-for-caucus" not in {one["kind"] for one in room.meri.reads()["marks"]}
    assert ([room[name].reads() for name in ("Pekka", "Tuula", "Kaarina")], room.line()) == before
    assert room.stays("seek-solutions") == {"no-open-caucus": []}
    room.meri.does(f"caucuses/{caucus}/ending")
    assert room.moves("seek-solutions") == "solutions"


def test_a_caucus_does_not_begin_by_another_act_while_the_case_stands_still(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    caucus = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"]
    room.pekka.does("pauses")
    room.meri.refused(f"sessions/{caucus}/beginning", {}, 409, "case-suspended")


def test_the_ladder_never_moves_back(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    rungs = [room.line()["status"]]

    def then(*acts: tuple[str, str, Any]) -> None:
        for name, path, body in acts:
            room[name].does(path, body)
            rungs.append(room.line()["status"])

    room.moves("return-to-problem-definition")
    then(("Aino", "pauses", {}), ("Meri", "resumptions", {}))
    room.moves("return-to-preparation")
    then(("Meri", "suspensions", {"cause": "absence", "review_on": room.today(5)}), ("Meri", "resumptions", {}))
    room.moves("open")
    rungs.append(room.line()["status"])
    assert set(rungs) == {"solutions"}
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert room.line()["status"] == "closed"


def test_the_final_date_has_passed(sqlite_house: House) -> None:
    sqlite_house.person("Vilho", office="hr")
    room = case_at(sqlite_house, "preparation", ready=False)
    room.ids["Meri"] = room.vilho.does("mediators", {"person": sqlite_house.people["Meri"]})["id"]
    room.vilho.does("order", {"terms": "Sovittelu.", "final_date": room.today(10)})
    room.meri.refused("discontinuation", {"outcome": "final-date-passed"}, 409, "final-date-ahead")
    room.later(days=11)
    room.meri.does("discontinuation", {"outcome": "final-date-passed"})
    assert room.line()["outcome"] == "did-not-begin"


def test_somebody_who_was_released_no_longer_finds_the_case(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.meri.does(f"DELETE participants/{room.ids['Tuula']}")
    room.tuula.reads_nothing()
    with sqlite_house.installation.database.reading() as db:
        assert db.get_one(Participant, room.ids["Tuula"]).left_how == "released"
