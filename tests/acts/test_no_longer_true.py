"""What waits to be sent and is no longer true is not sent: who has answered is not asked, and what was taken back is not told."""

from datetime import timedelta

import pytest

from tests.acts.test_letters_and_sessions import PROBLEM, between_sessions, planned, posted
from tests.houses import House
from tests.world import LiveCase, address, body_of, case_at, post_of


@pytest.fixture
def case(sqlite_house: House) -> LiveCase:
    """A case in the problem definition, with a co-mediator, whose letters so far have gone."""
    live = between_sessions(sqlite_house)
    body = {"person": sqlite_house.people["Ilmari"], "role": "co-mediator"}
    live.ids["Ilmari"] = live.vilho.does("mediators", body)["id"]
    live.everyone_agrees()
    post_of(sqlite_house)
    return live


def declared(case: LiveCase) -> str:
    ties = {"has_ties": False, "words": "Ei sidonnaisuuksia.", "language": "fi"}
    return str(case.meri.does("declarations", ties)["id"])


def test_who_has_answered_is_not_asked_any_more_and_who_has_not_still_is(case: LiveCase) -> None:
    declaration = declared(case)
    version = case.meri.does("problem-statements", PROBLEM)["version"]
    case.aino.does(f"declarations/{declaration}/answers", {"answer": "accepted"})
    case.aino.does(f"problem-statements/{version}/acceptances")
    case.pekka.does(f"declarations/{declaration}/answers", {"answer": "accepted"})
    assert posted(case.house) == {address("Pekka"): ["Sinulta odotetaan vastausta"]}


def test_an_invitation_says_of_no_answer_that_was_given_meanwhile(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    post_of(sqlite_house)
    declaration = declared(case)
    for name in ("Aino", "Pekka"):
        case.meri.does("invitations", {"participant": case.ids[name]})
    case.aino.does(f"declarations/{declaration}/answers", {"answer": "accepted"})
    said = {str(one["To"]): body_of(one) for one in post_of(sqlite_house)}
    assert "Sinulta odotetaan vastausta" not in said[address("Aino")]
    assert "Sinulta odotetaan vastausta" in said[address("Pekka")]


def test_who_takes_an_answer_back_is_asked_after_all(case: LiveCase) -> None:
    version = case.meri.does("problem-statements", PROBLEM)["version"]
    case.aino.does(f"problem-statements/{version}/acceptances")
    marks = [one for one in case.aino.reads()["marks"] if one["kind"] == "accepted-problem-statement"]
    case.aino.does("corrections", {"mark": marks[-1]["id"]})
    assert posted(case.house)[address("Aino")] == ["Sinulta odotetaan vastausta"]


def test_who_agrees_again_after_somebody_left_is_not_asked_to(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    case.joins_as_party("Outi")
    case.rises()
    post_of(sqlite_house)
    sqlite_house.clock.at += timedelta(minutes=1)
    case.outi.does("withdrawals", {})
    case.aino.agrees()
    went = posted(sqlite_house)
    assert address("Aino") not in went
    assert went[address("Pekka")] == ["Sinulta odotetaan vastausta"]


@pytest.mark.parametrize("wish", ["caucus", "decline"])
def test_a_wish_that_was_answered_or_taken_back_is_told_to_no_mediator(case: LiveCase, wish: str) -> None:
    if wish == "caucus":
        case.aino.does("caucus-requests")
        case.meri.does("caucuses", {"participant": case.ids["Aino"]})
        [caucus] = [one["id"] for one in case.meri.reads()["sessions"] if one["kind"] == "caucus"]
        case.meri.does(f"caucuses/{caucus}/ending")
    else:
        declaration = declared(case)
        post_of(case.house)
        for answer in ("objected", "accepted"):
            case.aino.does(f"declarations/{declaration}/answers", {"answer": answer})
    went = posted(case.house)
    assert not {address("Meri"), address("Ilmari")} & went.keys()


def test_another_time_is_no_longer_told_of_once_the_session_is_changed(case: LiveCase) -> None:
    session = planned(case, days=9)
    post_of(case.house)
    case.aino.does(f"sessions/{session}/other-times", {"instead": "another-day"})
    case.meri.does(f"PATCH sessions/{session}", {"minutes": 90})
    assert address("Ilmari") not in posted(case.house)


def test_a_time_that_is_changed_before_anybody_heard_of_it_is_told_once_as_it_is_now(case: LiveCase) -> None:
    session = planned(case, days=9)
    case.meri.does(f"PATCH sessions/{session}", {"planned_at": (case.house.clock.at + timedelta(days=8)).isoformat()})
    [letter] = [one for one in post_of(case.house) if one["To"] == address("Aino")]
    assert body_of(letter).count(" klo ") == 1


def test_a_note_that_is_no_longer_shared_is_told_to_nobody(case: LiveCase) -> None:
    note = case.meri.does("notes", {"words": "Tauko tunnin välein.", "language": "fi"})["id"]
    case.meri.does(f"notes/{note}/sharing")
    case.meri.does(f"notes/{note}/taking-back")
    assert posted(case.house) == {}
    case.meri.does(f"notes/{note}/sharing")
    assert posted(case.house) == {address("Ilmari"): ["Sinua odottaa jotakin uutta"]}


def test_of_a_time_that_is_past_no_cancelling_is_told(case: LiveCase) -> None:
    session = planned(case, days=1)
    post_of(case.house)
    case.later(days=2)
    post_of(case.house)
    case.meri.does(f"sessions/{session}/cancellation")
    assert posted(case.house) == {}


def test_that_somebody_comes_is_not_told_once_they_come_no_more(case: LiveCase) -> None:
    session = planned(case, days=9, called=[])
    post_of(case.house)
    case.meri.does(f"sessions/{session}/calls", {"participant": case.ids["Tuula"]})
    case.meri.does(f"DELETE sessions/{session}/calls/{case.ids['Tuula']}")
    assert posted(case.house).keys() <= {address("Tuula")}
    case.meri.does(f"sessions/{session}/calls", {"participant": case.ids["Tuula"]})
    case.meri.does(f"sessions/{session}/cancellation")
    assert posted(case.house)[address("Pekka")] == ["Sinulle varattu aika on peruttu"]


def test_a_concern_that_was_settled_meanwhile_is_told_to_no_mediator(case: LiveCase) -> None:
    concern = {"participant": case.ids["Tuula"], "words": "Tuula on Ainon ystävä.", "language": "fi"}
    raised = case.pekka.does("concerns", concern)["id"]
    case.meri.does(f"concerns/{raised}/settlement", {"how": "as-it-is", "words": "Puhuimme.", "language": "fi"})
    assert posted(case.house) == {address("Pekka"): ["Sinua odottaa jotakin uutta"]}


def test_a_session_that_too_few_remain_for_is_not_reminded_of(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    case.joins_as_party("Outi")
    case.rises()
    called = [case.ids[one] for one in ("Aino", "Outi")]
    planned(case, days=4, kind="pair", called=called)
    post_of(sqlite_house)
    case.outi.does("withdrawals", {"confirmed": True})
    post_of(sqlite_house)
    case.everyone_agrees()
    case.meri.does("resumptions")
    post_of(sqlite_house)
    sqlite_house.clock.at += timedelta(days=3, hours=1)
    assert address("Aino") not in posted(sqlite_house)


def test_that_the_mediator_cannot_come_is_not_told_once_they_can(case: LiveCase) -> None:
    absent = case.ids["Meri"]
    case.meri.does(f"mediators/{absent}/absence")
    case.meri.does(f"DELETE mediators/{absent}/absence")
    assert posted(case.house) == {}
