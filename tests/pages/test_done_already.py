"""What was done is stated and not asked for again; what was begun and not ended is not forgotten."""

from datetime import date

import pytest

from mediation.words.catalogue import say, say_date
from tests.houses import House
from tests.pages.walks import forms_on, opened
from tests.world import LiveCase, case_at


def page(case: LiveCase, who: str, path: str = "") -> str:
    shown = opened(case, who, f"/cases/{case.number}{path}")
    assert shown.status_code == 200, path
    return shown.text


@pytest.mark.parametrize(
    ("who", "path", "phase", "said"),
    [
        ("Tuula", "/undertakings", "preparation", "undertook-confidentiality"),
        ("Aino", "/consents", "opening", "agreed-to-mediate"),
        ("Aino", "/ground-rules/acceptances", "problem-definition", "accepted-ground-rules"),
    ],
)
def test_what_one_agreed_to_is_stated_below_its_text_and_not_asked_for_again(
    sqlite_house: House, who: str, path: str, phase: str, said: str
) -> None:
    shown = page(case_at(sqlite_house, phase), who, path)
    assert say(f"mark.{said}", "fi") in shown
    assert forms_on(shown) == set()
    assert say("page.to-answer", "fi") not in shown


def test_new_ground_rules_are_asked_for_anew(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    case.meri.does("PUT ground-rules", {"lines": {"fi": ["Puhelimet pidetään äänettömällä."]}})
    assert forms_on(page(case, "Aino", "/ground-rules/acceptances")) == {"accept-ground-rules"}


def test_who_agreed_changes_the_answer_only_by_looking_for_it_and_only_before_the_table_meets(
    sqlite_house: House,
) -> None:
    shown = page(case_at(sqlite_house, "preparation"), "Aino", "/consents")
    before, _, folded = shown.partition(f"<summary>{say('page.change-answer', 'fi')}</summary>")
    assert (forms_on(before), forms_on(folded)) == (set(), {"agree-to-mediate"})


def test_only_of_what_a_later_mediator_may_not_read_is_one_asked_whether_they_may(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    said = case.aino.does("statements", {"audience": "mediator", "words": "Nukun huonosti."})["id"]
    renewal = f"/cases/{case.number}/statements/{said}/renewals"
    assert renewal not in page(case, "Aino", "/statements")
    case.later(hours=1)
    case.vilho.does("mediators", {"person": case.people["Ilmari"], "role": "co-mediator"})
    assert renewal in page(case, "Aino", "/statements")
    case.later(hours=1)
    case.aino.does(f"statements/{said}/renewals")
    assert renewal not in page(case, "Aino", "/statements")
    case.later(hours=1)
    case.vilho.does("mediators", {"person": case.people["Oskari"], "role": "co-mediator"})
    assert renewal in page(case, "Aino", "/statements")


def test_the_page_of_a_case_tells_of_a_session_that_nobody_ended(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    case.later(hours=48)
    [session] = [one for one in case.meri.reads()["sessions"] if one["kind"] == "joint"]
    link = f'href="/cases/{case.number}/sessions#m-{session["id"]}"'
    assert (session["begun_at"] is not None, session["ended_at"]) == (True, None)
    assert link in page(case, "Meri")
    case.meri.does(f"sessions/{session['id']}/ending", {"early": False})
    assert link not in page(case, "Meri")


def test_a_cancelled_session_is_not_shown_as_one_to_come(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    session = case.plans("follow-up", days=30)
    day = say_date(date(2027, 2, 10), "fi")
    assert day in page(case, "Meri")
    case.meri.does(f"sessions/{session}/cancellation")
    assert day not in page(case, "Meri")
