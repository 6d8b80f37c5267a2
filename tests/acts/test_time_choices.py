"""Times that are put to a group: each says when they can come and sees how many can, the supervisor sees who."""

from typing import Any

import pytest

from tests.houses import House
from tests.supervised import Supervision, supervision_at

Json = dict[str, Any]
TWO = [{"at": "2027-02-02T09:00:00+02:00"}, {"at": "2027-02-03T13:00:00+02:00"}]
OFFER = {"offered": TWO, "answer_by": "2027-01-29"}


def offered(case: Supervision) -> tuple[str, list[str]]:
    """A choice of two times: its id and theirs."""
    choice = case.raili.does("time-choices", OFFER)["id"]
    [read] = case.raili.reads("time-choices")
    return choice, [one["id"] for one in read["times"]]


def answers(case: Supervision, choice: str, name: str, *said: str) -> None:
    _, times = choice, [one["id"] for one in case.raili.reads("time-choices")[-1]["times"]]
    case[name].does(f"time-choices/{choice}/answers", {"can_come": dict(zip(times, said, strict=True))})


def test_each_sees_how_many_can_come_when_and_the_supervisor_sees_who(house: House) -> None:
    case = supervision_at(house)
    choice, _ = offered(case)
    answers(case, choice, "Sanna", "can", "cannot")
    answers(case, choice, "Olli", "can", "if-must")
    answers(case, choice, "Marko", "can", "can")
    [theirs], [hers] = case.raili.reads("time-choices"), case.sanna.reads("time-choices")
    assert [(one["can"], one["if_must"], one["cannot"]) for one in hers["times"]] == [(3, 0, 0), (1, 1, 1)]
    assert [one["own"] for one in hers["times"]] == ["can", "cannot"]
    assert not [one for one in hers["times"] if "who" in one]
    who = {one["participant"]: one["answer"] for one in theirs["times"][1]["who"]}
    assert who == {case.ids["Sanna"]: "cannot", case.ids["Olli"]: "if-must", case.ids["Marko"]: "can"}
    assert [one["kind"] for one in case.olli.reads()["marks"]] == ["can-come", "can-come"]


def test_the_supervisor_hears_once_everybody_has_answered(house: House) -> None:
    case = supervision_at(house, people=("Sanna", "Olli"), manager=False, form="group")
    choice, _ = offered(case)
    assert case.letters_to("Sanna")[-1] == "answer-waits"
    before = case.letters_to("Raili")
    answers(case, choice, "Sanna", "can", "can")
    assert case.letters_to("Raili") == before
    answers(case, choice, "Olli", "can", "cannot")
    assert case.letters_to("Raili") == [*before, "something-waits"]
    answers(case, choice, "Olli", "can", "cannot")
    assert case.letters_to("Raili") == [*before, "something-waits"]


def test_settling_plans_the_session_at_the_time_and_calls_the_manager_too(house: House) -> None:
    case = supervision_at(house)
    choice, times = offered(case)
    session = case.raili.does(f"time-choices/{choice}/settlement", {"time": times[1]})
    assert session["planned_at"] == "2027-02-03T11:00:00Z"
    assert session["called"] == [case.ids["Marko"]]
    assert "session-planned" in case.letters_to("Sanna")
    [read] = case.sanna.reads("time-choices")
    assert (read["settled"], read["session"]) == (True, session["id"])
    case.raili.refused(f"time-choices/{choice}/settlement", {"time": times[0]}, 409, "time-choice-settled")
    body = {"can_come": {times[0]: "can"}}
    case.sanna.refused(f"time-choices/{choice}/answers", body, 409, "time-choice-settled")
    case.raili.refused(f"DELETE time-choices/{choice}", None, 409, "time-choice-settled")


def test_what_was_offered_can_be_taken_back(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    choice, times = offered(case)
    for _ in range(2):
        case.raili.does(f"DELETE time-choices/{choice}")
    body = {"can_come": {times[0]: "can"}}
    case.sanna.refused(f"time-choices/{choice}/answers", body, 409, "time-choice-settled")


def test_only_who_is_asked_answers_and_only_to_what_was_offered(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house, form="group")
    choice, times = offered(case)
    yes = {"can_come": {times[0]: "can"}}
    case.marko.refused(f"time-choices/{choice}/answers", yes, 404, "time-choice-not-found")
    case.leena.refused(f"time-choices/{choice}/answers", yes, 403, "act-not-yours")
    case.leena.refused("GET time-choices", None, 403, "not-yours-to-see")
    elsewhere = {"can_come": {"Z" * 20: "can"}}
    case.sanna.refused(f"time-choices/{choice}/answers", elsewhere, 422, "time-not-offered")
    case.sanna.refused(f"time-choices/{choice}/answers", {"can_come": {times[0]: "maybe"}}, 422, "choice-unknown")
    case.sanna.refused("time-choices", OFFER, 403, "act-not-yours")


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"offered": TWO[:1]}, "too-few"),
        ({"offered": [TWO[0], TWO[0]]}, "times-alike"),
        ({"offered": [TWO[0], {"at": "2027-01-02T09:00:00+02:00"}]}, "time-not-ahead"),
        ({"offered": [{"at": f"2027-02-{day:02}T09:00:00+02:00"} for day in range(1, 12)]}, "too-many"),
        ({"answer_by": "2027-01-10"}, "answer-day-wrong"),
        ({"answer_by": "2027-02-03"}, "answer-day-wrong"),
        ({"kind": "joint"}, "choice-unknown"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(sqlite_house: House, differs: Json, code: str) -> None:
    case = supervision_at(sqlite_house)
    told = case.raili.asks("time-choices", OFFER | differs)
    assert told.status_code == 422
    assert code in {told.json()["type"].rpartition("/")[2], *(one["code"] for one in told.json().get("errors", ()))}
    assert case.raili.reads("time-choices") == []
