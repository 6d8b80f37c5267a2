"""The survey at the end: each party answers or not, once; nobody reads an answer, nor learns who gave one."""

import pytest
from sqlalchemy import func, select

from mediation.store.models import UnpublishedFact, get
from tests.houses import House
from tests.workflow.second_workflow import WALKS
from tests.world import LiveCase, case_at
from workflows.mediation import MEDIATION

ANSWERS = {"listened": 5, "fair": 4, "helped": 2, "again": 5}


@pytest.fixture
def ended(sqlite_house: House) -> LiveCase:
    case = case_at(sqlite_house, "follow-up")
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    return case


def kept(case: LiveCase) -> int:
    with case.house.installation.database.reading() as db:
        return db.scalar(select(func.count()).select_from(UnpublishedFact)) or 0


def test_a_party_answers_once_what_they_wish_to_answer(house: House) -> None:
    case = case_at(house, "follow-up")
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    assert "answer-survey" in case.aino.reads()["you"]["may"]
    case.aino.does("survey/answers", ANSWERS)
    case.aino.does("survey/answers", {"fair": 1})  # sent again, it changes nothing
    case.pekka.does("survey/answers", {"fair": 3})
    assert "answer-survey" not in case.aino.reads()["you"]["may"]
    with house.installation.database.reading() as db:
        facts = [get(db, one, "words") for one in db.scalars(select(UnpublishedFact))]
    assert sorted((one["answers"] for one in facts), key=len) == [{"fair": 3}, ANSWERS]
    assert not any(case.ids[name] in str(facts) or house.people[name] in str(facts) for name in ("Aino", "Pekka"))


def test_only_the_parties_of_a_case_that_has_ended_are_asked(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    case.aino.refused("survey/answers", ANSWERS, 409, "act-not-open")
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    case.meri.refused("survey/answers", ANSWERS, 403, "act-not-yours")
    assert {case[name].asks("POST survey/answers", ANSWERS).status_code for name in ("Tuula", "Vilho")} <= {403, 404}
    case.outi.refused("survey/answers", ANSWERS, 404, "case-not-found")


def test_what_is_no_answer_is_refused(ended: LiveCase) -> None:
    ended.aino.refused("survey/answers", {}, 422, "survey-empty")
    for wrong in (0, 6, "hyvä", 2.5):
        assert ended.aino.asks("POST survey/answers", {"fair": wrong}).status_code == 422
    assert kept(ended) == 0


def test_sixty_days_after_the_end_it_is_over(ended: LiveCase) -> None:
    ended.later(days=59)
    ended.aino.does("survey/answers", {"fair": 3})
    ended.later(days=1, hours=1)
    assert "answer-survey" not in ended.pekka.reads()["you"]["may"]
    ended.pekka.refused("survey/answers", {"fair": 3}, 409, "survey-over")
    assert kept(ended) == 1


def test_nobody_learns_who_has_answered_or_what(ended: LiveCase) -> None:
    paths = ("", "record", "letters", "marks")
    before = [[(name, path, ended[name].asks(f"GET {path}").content) for path in paths] for name in ("Meri", "Pekka")]
    ended.aino.does("survey/answers", ANSWERS)
    after = [[(name, path, ended[name].asks(f"GET {path}").content) for path in paths] for name in ("Meri", "Pekka")]
    assert after == before


def test_an_answer_is_one_persons_alone_and_a_workflow_that_does_not_ask_has_none() -> None:
    assert "answer-survey" in MEDIATION.behind_second_factor
    assert "answer-survey" not in WALKS.acts()
