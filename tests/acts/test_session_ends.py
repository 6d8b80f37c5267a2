"""What becomes of sessions when their case ends, or when a party leaves: none stays open, and nobody comes in vain."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mediation.store.models import Case, Letter, Meeting
from tests.houses import House
from tests.world import LiveCase, case_at


def followed_up(house: House) -> LiveCase:
    case = case_at(house, "follow-up")
    case.meri.does("notices")
    for name in ("Aino", "Pekka"):
        case.checks_in(name)
    return case


def how_ended(case: LiveCase) -> dict[str, str | None]:
    return {one["id"]: one["ended_how"] for one in case.meri.reads()["sessions"]}


def asked(case: LiveCase) -> list[timedelta]:
    """In how long each question whether it did somebody harm goes."""
    with case.house.installation.database.reading() as db:
        waiting = Letter.kind == "question-waits", Letter.called_off_at.is_(None)
        return [due - case.house.clock.at for due in db.scalars(select(Letter.due_at).where(*waiting))]


def test_a_session_that_ends_ends_its_own_cases_caucuses_alone(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    joint = case.plans("joint", days=0)
    case.meri.does(f"sessions/{joint}/beginning")
    own = case.meri.does("caucuses", {"participant": case.ids["Aino"]})["id"]
    parties = [{"person": case.people[name]} for name in ("Aino", "Pekka")]
    organisation = case.house.organisation("Esimerkkilä")
    other = case.vilho.does("/cases", {"organisation": organisation, "subject": "Muu", "parties": parties})["number"]
    with case.writing() as db:
        of_other = db.scalars(select(Case.id).where(Case.number == other)).one()
        like = {one.name: getattr(db.get_one(Meeting, own), one.name) for one in Meeting.__table__.columns}
        elsewhere = Meeting(**like | {"id": db.new_id(), "case_id": of_other})
        db.add(elsewhere)
        there = elsewhere.id
    case.meri.does(f"sessions/{joint}/ending", {"early": False})
    with case.writing() as db:
        assert db.get_one(Meeting, own).ended_how == "held"
        assert db.get_one(Meeting, there).ended_at is None


@pytest.mark.parametrize("move", ["close", "amend", "return-to-problem-definition"])
def test_nothing_moves_while_a_caucus_is_open(sqlite_house: House, move: str) -> None:
    case = followed_up(sqlite_house)
    caucus = case.meri.does("caucuses", {"participant": case.ids["Pekka"]})["id"]
    assert "no-open-caucus" in case.waits_for(move)
    case.meri.does(f"caucuses/{caucus}/ending")
    assert "no-open-caucus" not in case.waits_for(move)


def test_a_case_that_closes_leaves_no_session_open_or_planned(house: House) -> None:
    case = followed_up(house)
    begun = case.plans("joint")
    case.meri.does(f"sessions/{begun}/beginning")
    alone, joint = case.plans("separate", with_participant=case.ids["Aino"]), case.plans("joint", days=9)
    case.moves("close")
    ended = how_ended(case)
    assert (ended[begun], ended[alone], ended[joint]) == ("held", "cancelled", "cancelled")
    assert None not in ended.values()


def test_a_case_that_ends_early_leaves_no_session_open_or_planned(house: House) -> None:
    case = case_at(house, "dialogue")
    planned = case.plans("joint", days=9)
    case.meri.does("caucuses", {"participant": case.ids["Aino"]})
    case.meri.does("discontinuation", {"outcome": "referred"})
    ended = how_ended(case)
    assert (ended.pop(planned), {*ended.values()}) == ("cancelled", {"held"})


def test_who_was_to_come_and_does_not_hear_of_the_end_hears_that_the_session_is_called_off(
    sqlite_house: House,
) -> None:
    case = followed_up(sqlite_house)
    session = case.plans("joint", days=9)
    case.later(minutes=1)
    before = {name: case.letters_to(name) for name in ("Tuula", "Kaarina")}
    case.moves("close")
    told = {name: sorted(case.letters_to(name)[len(letters) :], reverse=True) for name, letters in before.items()}
    assert told == {"Tuula": ["session-cancelled"], "Kaarina": ["case-ended"]}
    assert session not in {one["id"] for one in case.tuula.reads()["sessions"]}


def test_a_party_who_leaves_is_met_alone_no_more_and_whoever_was_to_come_along_hears(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    case.joins_as_party("Outi")
    sqlite_house.person("Irina")
    irina = case.comes("Irina", "interpreter")
    session = case.plans("separate", with_participant=case.ids["Outi"], days=9, called=[irina])
    case.later(minutes=1)
    before = {name: case.letters_to(name) for name in ("Irina", "Outi")}
    case.outi.does("withdrawals", {"confirmed": True})
    assert how_ended(case)[session] == "cancelled"
    told = {name: sorted(case.letters_to(name)[len(letters) :], reverse=True) for name, letters in before.items()}
    assert told == {"Irina": ["session-cancelled"], "Outi": ["withdrawal-recorded", "session-cancelled"]}
    case.meri.refused(f"PATCH sessions/{session}", {"planned_at": case.today(12) + "T09:00:00Z"}, 409, "session-begun")
    case.meri.refused(f"sessions/{session}/beginning", {}, 409, "session-over")


def test_closing_a_case_calls_off_no_question_whether_it_did_harm(sqlite_house: House) -> None:
    case = followed_up(sqlite_house)
    case.meets(case.plans("joint"), "Aino", "Pekka")
    case.later(days=5)
    case.moves("close")
    assert asked(case) == [timedelta(days=7)] * 2


def test_whoever_sat_together_to_the_end_is_asked_while_there_is_time_to_answer(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")  # the session is under way
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert asked(case) == [timedelta(days=7)] * 2
    case.later(days=13)
    case.aino.does("wellbeing/answers", {"answer": "no"})


def test_a_session_that_nobody_ended_is_billed_for_no_longer_than_it_was_planned(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")  # the session is under way
    planned = [one["planned_minutes"] for one in case.meri.reads()["sessions"] if not one["ended_at"]]
    before = sum(
        (moment(one["ended_at"]) - moment(one["begun_at"])).total_seconds() / 3600
        for one in case.meri.reads()["sessions"]
        if one["ended_at"] and one["begun_at"]
    )
    case.later(days=3)
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert case.line()["hours"] == round(before + sum(planned) / 60, 1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
