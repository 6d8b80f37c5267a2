"""Two weeks after a joint session each is asked whether it did them harm, and who is young is offered support (rule 24)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention import run as retention
from mediation.store.models import Letter, Participant, Statement
from mediation.store.models.base import key_name
from tests.houses import House
from tests.world import LiveCase, address, case_at, post_of

HARM = {"answer": "yes", "words": "Minut jätettiin pois palavereista."}
TOLD = "Kyllä, minulle on koitunut haittaa siitä, että osallistuin.\n\nMinut jätettiin pois palavereista."


@pytest.fixture
def case(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "opening")


def questions(case: LiveCase) -> list[tuple[str, timedelta]]:
    """To whom the question will go, and in how long."""
    names = {one: name for name, one in case.ids.items()}
    with case.house.installation.database.reading() as db:
        rows = select(Letter.participant_id, Letter.due_at).where(Letter.kind == "question-waits")
        waiting = db.execute(rows.where(Letter.called_off_at.is_(None), Letter.due_at > case.house.clock.at)).all()
    return sorted((names[str(who)], due - case.house.clock.at) for who, due in waiting)


def test_each_party_is_asked_two_weeks_after_a_joint_session(house: House) -> None:
    case = case_at(house, "opening")
    case.meets(case.plans("joint"), "Aino")
    assert questions(case) == [("Aino", timedelta(days=14)), ("Pekka", timedelta(days=14))]


def test_whoever_is_asked_already_is_not_asked_again_in_those_weeks(case: LiveCase) -> None:
    case.meets(case.plans("joint"), "Aino")
    case.later(days=7)
    case.meets(case.plans("joint"), "Aino")
    assert questions(case) == [("Aino", timedelta(days=7)), ("Pekka", timedelta(days=7))]
    case.later(days=8)
    post_of(case.house)
    case.meets(case.plans("joint"), "Aino")
    assert questions(case) == [("Aino", timedelta(days=14)), ("Pekka", timedelta(days=14))]


def test_whom_a_question_has_not_reached_yet_gets_no_second_one(case: LiveCase) -> None:
    quiet = {"until": case.today(30)}
    case.pekka.does(f"PUT participants/{case.ids['Pekka']}/quiet-time", quiet)
    case.meets(case.plans("joint"), "Aino", "Pekka")
    case.later(days=15)
    post_of(case.house)
    case.meets(case.plans("joint"), "Aino", "Pekka")
    assert [who for who, _ in questions(case)] == ["Aino"]
    case.later(days=16)
    asked = sorted(one["To"] for one in post_of(case.house) if "kysymys" in one["Subject"])
    assert asked == [address("Aino"), address("Pekka")]


@pytest.mark.parametrize("kind", ["information", "follow-up"])
def test_after_other_sessions_nobody_is_asked(case: LiveCase, kind: str) -> None:
    case.meets(case.plans(kind))
    assert questions(case) == []


def test_after_a_session_with_one_party_nobody_is_asked(case: LiveCase) -> None:
    case.meets_alone("Aino")
    assert questions(case) == []


def test_the_answer_reaches_the_mediators_alone(case: LiveCase) -> None:
    readers = ("Pekka", "Tuula", "Kaarina")
    before = {name: [case[name].asks(f"GET {one}").content for one in ("", "outline")] for name in readers}, case.line()
    outline = case.aino.asks("GET outline").content
    case.aino.does("wellbeing/answers", HARM)
    after = {name: [case[name].asks(f"GET {one}").content for one in ("", "outline")] for name in readers}, case.line()
    assert after == before
    assert case.aino.asks("GET outline").content == outline
    [told] = [one for one in case.meri.reads()["statements"] if one["topic"] == "wellbeing"]
    assert (told["participant"], told["audience"], told["words"]) == (case.ids["Aino"], "mediator", TOLD)
    assert TOLD in case.words_for("Aino")


@pytest.mark.parametrize("answer", ["no", "yes", "rather-not-say"])
def test_the_mediators_get_the_same_letter_whatever_the_answer(case: LiveCase, answer: str) -> None:
    before = case.letters_to("Meri")
    case.aino.does("wellbeing/answers", {"answer": answer})
    assert case.letters_to("Meri") == [*before, "something-waits"]


def test_the_answer_is_kept_under_the_partys_own_key(case: LiveCase) -> None:
    one = case.aino.does("wellbeing/answers", HARM)["id"]
    with case.house.installation.database.reading() as db:
        row = db.get_one(Statement, one)
        assert key_name(row, "words") == KeyName(row.case_id, DeletionClock.PRIVATE, case.ids["Aino"])


def test_an_answer_goes_with_the_other_private_words(case: LiveCase) -> None:
    case.aino.does("wellbeing/answers", HARM)
    case.meri.does("discontinuation", {"outcome": "referred"})
    retention.run(case.house.installation.database)
    for _ in range(15):
        case.later(days=1)
        retention.run(case.house.installation.database)
    assert [one["words"] for one in case.aino.reads()["statements"] if one["topic"] == "wellbeing"] == [None]


def test_it_can_be_answered_after_the_end_for_then_the_letter_may_come(case: LiveCase) -> None:
    case.meets(case.plans("joint"), "Aino")
    case.meri.does("discontinuation", {"outcome": "referred"})
    assert [who for who, _ in questions(case)] == ["Aino", "Pekka"]
    case.later(days=13)
    assert case.aino.does("wellbeing/answers", HARM)["id"]


@pytest.mark.parametrize("end", ["close", "discontinue"])
def test_a_question_asked_before_the_end_comes_a_week_before_an_answer_could_not_be_kept(
    sqlite_house: House, end: str
) -> None:
    case = case_at(sqlite_house, "follow-up")
    case.meets(case.plans("joint", days=0), "Aino", "Pekka")
    for name in ("Aino", "Pekka"):
        case.checks_in(name)
    assert questions(case) == [("Aino", timedelta(days=14)), ("Pekka", timedelta(days=14))]
    if end == "close":
        assert case.moves("close") == "closed"
    else:
        case.meri.does("discontinuation", {"outcome": "transferred"})
    assert questions(case) == [("Aino", timedelta(days=7)), ("Pekka", timedelta(days=7))]
    case.later(days=13)
    assert "kysymys" in str([one["Subject"] for one in post_of(case.house)])
    assert case.aino.does("wellbeing/answers", HARM)["id"]


def test_once_the_private_words_are_deleted_it_is_too_late_and_nobody_is_asked_any_more(case: LiveCase) -> None:
    case.meets(case.plans("joint"), "Aino")
    case.meri.does("discontinuation", {"outcome": "referred"})
    may = "answer-wellbeing"
    assert may in case.aino.reads()["you"]["may"]
    case.later(days=15)
    retention.run(case.house.installation.database)
    case.aino.refused("wellbeing/answers", HARM, 409, "too-late")
    assert may not in case.aino.reads()["you"]["may"]
    with case.house.installation.database.reading() as db:
        asked = select(Letter.id).where(Letter.kind == "question-waits", Letter.called_off_at.is_(None))
        assert db.scalars(asked.where(Letter.delivered_at.is_(None))).all() == []


def test_who_left_is_not_asked(case: LiveCase) -> None:
    case.meets(case.plans("joint"), "Aino")
    case.pekka.does("withdrawals", {})
    assert [who for who, _ in questions(case)] == ["Aino"]


def test_who_left_and_came_back_is_asked_after_the_next_session_like_everybody(case: LiveCase) -> None:
    case.meets(case.plans("joint"), "Aino", "Pekka")
    case.pekka.does("withdrawals", {})
    case.pekka.does("withdrawals/taking-back")
    case.everyone_agrees()
    case.meri.does("resumptions")
    assert [who for who, _ in questions(case)] == ["Aino"]
    case.meets(case.plans("joint"), "Aino", "Pekka")
    assert [who for who, _ in questions(case)] == ["Aino", "Pekka"]


def test_it_can_be_told_to_the_mediator_and_while_the_case_stands_still(case: LiveCase) -> None:
    case.aino.does("pauses")
    said = {"way": "said", "for": case.ids["Aino"]}
    case.meri.does("wellbeing/answers", {"answer": "no", **said})
    assert case.words_for("Aino")[-1] == "Ei, minulle ei ole koitunut haittaa siitä, että osallistuin."


def test_the_question_is_read_in_ones_own_language(case: LiveCase) -> None:
    asked = case.aino.asks("GET wellbeing/question", Accept_Language="sv").json()
    assert asked["question"] == "Har det medfört något negativt för dig att du deltog i medlingen?"
    assert list(asked["answers"]) == ["no", "yes", "rather-not-say"]


def test_who_is_not_asked_does_not_answer_and_what_is_no_answer_is_refused(case: LiveCase) -> None:
    for name in ("Meri", "Tuula", "Kaarina", "Vilho"):
        case[name].refused("wellbeing/answers", HARM, 403, "act-not-yours")
    for name in ("Tuula", "Kaarina", "Vilho"):
        case[name].refused("GET wellbeing/question", None, 403, "not-yours-to-see")
    case.aino.refused("wellbeing/answers", {"answer": "perhaps"}, 422, "choice-unknown")
    assert case.aino.asks("wellbeing/answers", HARM | {"words": "a" * 10_001}).status_code == 422


# A support person for who is young.


def warned(case: LiveCase) -> list[str]:
    moves = case.meri.reads("transitions")["transitions"]
    return [one["guard"] for move in moves if move["transition"] == "open" for one in move["warnings"]]


def advised(case: LiveCase, name: str = "Pekka") -> str:
    return str(case.meri.does(f"participants/{case.ids[name]}/support-advice")["id"])


def test_who_is_young_is_to_be_offered_a_support_person_before_the_opening(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    assert warned(case) == []
    assert advised(case) == advised(case)
    assert warned(case) == ["support-offered"]
    case.comes("Seija", "support-person", supports=case.ids["Pekka"])
    assert warned(case) == []


def test_a_warning_does_not_hinder(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    advised(case)
    assert case.moves("open") == "opening"


def test_no_age_is_kept_and_nobody_else_learns_of_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    before = {name: case[name].asks("GET").content for name in ("Aino", "Tuula")}
    advised(case)
    assert {name: case[name].asks("GET").content for name in ("Aino", "Tuula")} == before
    assert not {"born", "birth_date", "age", "young"} & {one.name for one in Participant.__table__.columns}


def test_only_a_party_is_offered_one_and_only_mediators_note_it(case: LiveCase) -> None:
    door = f"participants/{case.ids['Pekka']}/support-advice"
    case.aino.refused(door, {}, 403, "act-not-yours")
    case.meri.refused(f"participants/{case.ids['Tuula']}/support-advice", {}, 403, "not-a-party")
    case.meri.refused(f"participants/{'Z' * 20}/support-advice", {}, 404, "participant-not-found")
