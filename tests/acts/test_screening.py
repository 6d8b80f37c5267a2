"""Screening (workflow.md rule 7): who answers what, what does not pass in silence, and what the employer is told."""

import pytest

from mediation.acts.screening import OUTCOMES, QUESTIONS, SUITABLE
from mediation.words.catalogue import in_every_language, say
from tests.houses import House
from tests.world import LiveCase, case_at, everything_in, referred, statements

# What the employer is told.


def begins_screening(room: LiveCase, **answers: str) -> None:
    room.meri.does("screenings", {"language": "fi"})
    room.aino.does("screenings/answers", {"answers": answers})


@pytest.mark.parametrize("outcome", [one for one in OUTCOMES if one not in SUITABLE])
def test_the_employer_is_told_the_same_whatever_the_cause(sqlite_house: House, outcome: str) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S1="yes")
    decision = {"outcome": outcome} | ({"review_on": room.today(9)} if outcome == "postponed" else {})
    room.meri.does("screenings/decision", decision)
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert room.line()["notice"] == in_every_language("notice.not-suitable")


@pytest.mark.parametrize(
    ("outcome", "notice"), [("not-suitable", "notice.not-suitable"), ("referred", "notice.ended")], ids=str
)
def test_after_a_suitable_screening_the_notice_follows_the_outcome(
    sqlite_house: House, outcome: str, notice: str
) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.meri.does("discontinuation", {"outcome": outcome})
    assert room.line()["notice"] == in_every_language(notice)


def test_only_by_leave_of_who_reported_is_the_employer_asked_to_look_into_it(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S3="yes", S4="no")
    clarify = "Työnantajaa pyydetään selvittämään asia (työturvallisuuslaki 28 §)."
    room.pekka.refused("screenings/clarifications", {}, 409, "nothing-reported")
    room.meri.refused("screenings/clarifications", {**room.said("Aino"), "for": room.ids["Aino"]}, 403, "own-hand-only")
    room.vilho.refused("screenings/clarifications", {}, 403, "act-not-yours")
    given = room.aino.does("screenings/clarifications")
    assert room.aino.does("screenings/clarifications") == given
    assert "permitted-clarification" not in str(room.pekka.reads())
    room.meri.does("screenings/decision", {"outcome": "employer-duty-to-act"})
    room.meri.does("discontinuation", {"outcome": "referred"})
    assert room.line()["notice"]["fi"].endswith(f" {clarify}")
    assert room.line()["notice"]["fi"].startswith(in_every_language("notice.not-suitable")["fi"])


def test_leave_ends_when_it_is_taken_back_or_the_report_is(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S3="yes", S4="no")
    for takes_back in (
        lambda given: room.aino.does("corrections", {"mark": given}),
        lambda given: room.aino.does("screenings/answers", {"answers": {"S3": "no"}}),
    ):
        room.aino.does("screenings/answers", {"answers": {"S3": "yes"}})
        takes_back(room.aino.does("screenings/clarifications")["id"])
        assert "permitted-clarification" not in str(room.aino.reads()["marks"])
    room.meri.does("screenings/decision", {"outcome": "not-suitable"})
    room.meri.does("discontinuation", {"outcome": "not-suitable"})
    assert room.line()["notice"] == in_every_language("notice.not-suitable")


GRAVE = ("S1", "S2", "S6", "S11", "S12")


@pytest.mark.parametrize("question", GRAVE)
@pytest.mark.parametrize("outcome", SUITABLE)
def test_nothing_grave_passes_without_the_mediators_own_words_on_how_it_was_handled(
    sqlite_house: House, question: str, outcome: str
) -> None:
    room = referred(sqlite_house)
    begins_screening(room, **{question: "yes"})
    decision = {"outcome": outcome} | ({"safeguards": ["breaks"]} if outcome != "suitable" else {})
    for words in ({}, {"words": ""}, {"words": "  "}):
        told = room.meri.refused("screenings/decision", decision | words, 422, "handling-needed")
        assert [one["field"] for one in told["errors"]] == ["words"]
        assert say(f"question.{question}", "fi") in told["detail"]
    room.meri.does("screenings/decision", decision | {"words": "Uhka on ohi, sovittu vartijan kanssa."})
    assert "Uhka on ohi" in str(room.meri.reads()["screenings"])
    for name in ("Aino", "Pekka"):
        assert "Uhka on ohi" not in str(room[name].reads())
    assert "Uhka on ohi" not in str(room.line())


@pytest.mark.parametrize("question", [f"S{number}" for number in range(1, 19) if f"S{number}" not in GRAVE])
def test_what_is_not_grave_asks_for_no_words(sqlite_house: House, question: str) -> None:
    assert {one.code for one in QUESTIONS if one.grave} == {*GRAVE}
    room = referred(sqlite_house)
    name = "Meri" if question == "S17" else "Aino"
    room[name].does("screenings/answers", {"answers": {question: "yes"} | ({"S4": "yes"} if question == "S3" else {})})
    safe = {"safeguards": ["separate-process-stated", "parties-told-of-process"]} if question == "S5" else {}
    room.meri.does("screenings/decision", {"outcome": "suitable"} | safe)


def test_what_stopped_one_screening_is_not_passed_by_another_of_which_nobody_is_asked(
    sqlite_house: House,
) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S1="yes")
    room.meri.does("screenings/decision", {"outcome": "authorities"})
    room.meri.does("screenings")
    room.meri.refused("screenings/decision", {"outcome": "suitable"}, 422, "handling-needed")
    room.aino.does("screenings/answers", {"answers": {"S1": "no"}})
    room.meri.does("screenings/decision", {"outcome": "suitable"})


def test_what_was_told_to_the_mediator_before_is_not_told_to_the_next_by_a_refusal(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S1="yes", S3="yes")
    room.later(hours=1)
    sqlite_house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": sqlite_house.people["Ilmari"]})["id"]
    told = room.ilmari.does("screenings/decision", {"outcome": "suitable"})["warnings"]
    assert [one["warning"] for one in told] == ["parties-not-asked"]


@pytest.mark.parametrize("question", GRAVE)
def test_a_grave_answer_stands_whoever_else_answers_after_it(sqlite_house: House, question: str) -> None:
    room = referred(sqlite_house)
    begins_screening(room, **{question: "yes"})
    others = ("Pekka",) if question == "S11" else ("Pekka", "Vilho")
    for name in others:
        room[name].does("screenings/answers", {"answers": {question: "no"}})
        room.meri.refused("screenings/decision", {"outcome": "suitable"}, 422, "handling-needed")
    room.meri.does("screenings/decision", {"outcome": "not-suitable"})
    for name in others:
        room[name].does("screenings/answers", {"answers": {question: "no"}})
        room.meri.refused("screenings/decision", {"outcome": "suitable"}, 422, "handling-needed")
    room.aino.does("screenings/answers", {"answers": {question: "no"}})
    room.meri.does("screenings/decision", {"outcome": "suitable"})


@pytest.mark.parametrize("by", ["Meri", "Ilmari"])
def test_a_pending_process_of_one_respondent_stands_until_that_respondent_answers_anew(
    sqlite_house: House, by: str
) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S5="yes")
    both = ["separate-process-stated", "parties-told-of-process"]
    room.meri.does("screenings/decision", {"outcome": "suitable-with-safeguards", "safeguards": both})
    if by == "Ilmari":
        room.later(hours=1)
        sqlite_house.person("Ilmari", office="mediator", organisation="Sovittelijat")
        room.ids["Ilmari"] = room.vilho.does("mediators", {"person": sqlite_house.people["Ilmari"]})["id"]
    room[by].does("screenings")
    room[by].refused("screenings/decision", {"outcome": "suitable"}, 409, "separate-process-unclear")
    for name in ("Pekka", "Vilho"):
        room[name].does("screenings/answers", {"answers": {"S5": "no"}})
        room[by].refused("screenings/decision", {"outcome": "suitable"}, 409, "separate-process-unclear")
    room.aino.does("screenings/answers", {"answers": {"S5": "no"}})
    room[by].does("screenings/decision", {"outcome": "suitable"})


def test_what_the_commissioner_answered_before_there_was_a_mediator_reaches_the_mediator(
    sqlite_house: House,
) -> None:
    room = referred(sqlite_house)
    room.vilho.does("screenings/answers", {"answers": {"S12": "yes"}})
    room.later(hours=1)
    sqlite_house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": sqlite_house.people["Ilmari"]})["id"]
    assert [one["question"] for one in room.ilmari.reads()["screenings"][0]["answers"]] == ["S12"]
    room.ilmari.refused("screenings/decision", {"outcome": "suitable"}, 422, "handling-needed")


def test_each_question_is_answered_by_whom_it_is_for(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    theirs = {"Meri": {"S17"}, "Vilho": {"S10", "S11", "S17"}, "Aino": {"S17"}}
    for name, differs in theirs.items():
        for question in (f"S{number}" for number in range(1, 19)):
            body = {"answers": {question: "no"}}
            if (question in differs) == (name == "Meri"):
                assert room[name].asks("screenings/answers", body).status_code == 204, (name, question)
            else:
                room[name].refused("screenings/answers", body, 403, "question-not-yours")
    room.aino.refused("screenings/answers", {"answers": {"S1": "no", "S17": "no"}}, 403, "question-not-yours")
    said = {"way": "said", "for": room.ids["Aino"]}
    room.meri.refused("screenings/answers", {"answers": {"S17": "no"}, **said}, 403, "question-not-yours")
    asked = {name: {one["code"] for one in room[name].reads("screenings/questions")} for name in theirs}
    everything = {f"S{number}" for number in range(1, 19)}
    assert asked == {"Meri": everything, "Vilho": everything - theirs["Vilho"], "Aino": everything - {"S17"}}
    assert [one["code"] for one in room.aino.reads("screenings/questions") if one["alone"]] == ["S11"]


def test_fear_is_asked_of_each_party_alone(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")  # a joint session has begun
    asked = {"answers": {"S11": "no"}}
    for way in ({"way": "said"}, {"way": "in-person", "confirmed_name": "Aino"}):
        body = {**asked, **way, "for": room.ids["Aino"]}
        room.meri.refused("screenings/answers", body, 409, "asked-alone")
    room.aino.does("screenings/answers", asked)
    room.meri.does("screenings/answers", {"answers": {"S1": "no"}, "way": "said", "for": room.ids["Aino"]})
    room.meri.does(f"sessions/{room.session('joint')}/ending", {"early": False})
    room.meri.does("screenings/answers", {**asked, "way": "said", "for": room.ids["Aino"]})


def warned_of(room: LiveCase, name: str = "Meri") -> dict[str, list[str]]:
    told = room[name].reads("screenings/warnings")
    assert all(who["name"] in one["explanation"] for one in told for who in one["whom"])
    return {one["warning"]: sorted(who["name"] for who in one["whom"]) for one in told}


def test_parties_who_were_not_asked_are_warned_of_by_name(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    assert warned_of(room) == {"parties-not-asked": ["Aino", "Pekka"]}
    begins_screening(room, S18="yes")
    assert warned_of(room) == {"parties-not-asked": ["Pekka"]}
    decided = room.meri.does("screenings/decision", {"outcome": "suitable"})
    assert [one["warning"] for one in decided["warnings"]] == ["parties-not-asked"]
    assert [who["name"] for who in decided["warnings"][0]["whom"]] == ["Pekka"]
    assert "Pekka" in decided["warnings"][0]["explanation"]
    for name in ("Aino", "Vilho"):
        room[name].refused("GET screenings/warnings", None, 403, "not-yours-to-see")
    with_nobody = referred(sqlite_house, people=())
    with_nobody.meri.does("screenings")
    told = with_nobody.meri.does("screenings/decision", {"outcome": "suitable"})["warnings"]
    assert [sorted(who["name"] for who in one["whom"]) for one in told] == [["Aino", "Pekka"]]


def test_fear_is_asked_again_at_the_separate_meeting(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    for name in ("Aino", "Pekka"):
        room[name].does("screenings/answers", {"answers": {"S11": "no"}})
    room.meri.does("screenings/decision", {"outcome": "suitable"})
    assert warned_of(room) == {}
    room.later(hours=1)
    room.meets_alone("Aino")
    assert warned_of(room) == {"ask-alone-again": ["Aino"]}
    room.later(minutes=5)
    room.meri.does("screenings/answers", {"answers": {"S11": "yes"}, "way": "said", "for": room.ids["Aino"]})
    assert "screening-answer" not in [one["item"] for one in room.aino.reads("reads")]
    assert warned_of(room) == {"answers-to-weigh": ["Aino"], "parties-not-asked": ["Pekka"]}
    assert "screening-answer" in [one["item"] for one in room.aino.reads("reads")]


def test_a_late_reporter_does_not_hide_how_long_the_first_has_waited(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S3="yes")
    room.later(days=13)
    room.pekka.does("screenings/answers", {"answers": {"S3": "yes"}})
    room.later(days=2)
    assert room.meri.reads()["screenings"][-1]["warning"] == "employer-duty-unanswered"
    assert warned_of(room) == {"employer-duty-unanswered": []}


# Safeguards are facts where the case itself tells them, and else the mediator's own words.


def test_a_safeguard_that_the_case_itself_tells_is_not_ticked(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    room.meri.does("screenings")
    wanted = ["caucus-offered", "co-mediator", "interpreter", "separate-meetings"]
    room.meri.does("screenings/decision", {"outcome": "suitable-with-safeguards", "safeguards": wanted})
    for code in wanted[1:]:
        body = {"safeguard": code, "words": "On järjestetty."}
        told = room.meri.refused("safeguards", body, 422, "safeguard-seen")
        assert [one["field"] for one in told["errors"]] == ["safeguard"]

    def in_place() -> list[str]:
        return [one["safeguard"] for one in room.meri.reads("safeguards") if one["in_place"]]

    assert in_place() == []
    for name in ("Aino", "Pekka"):
        room.meets_alone(name)
    assert in_place() == ["separate-meetings"]
    sqlite_house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": sqlite_house.people["Ilmari"], "role": "co-mediator"})[
        "id"
    ]
    room.comes("Tuula", "interpreter")
    assert in_place() == ["co-mediator", "separate-meetings"]
    room.tuula.does("undertakings", {"text": room.tuula.undertaking()})
    assert "safeguards-in-place" in room.waits_for("open")
    room.meri.does("safeguards", {"safeguard": "caucus-offered", "words": "Kerroin kummallekin."})
    assert in_place() == wanted
    assert "safeguards-in-place" not in room.waits_for("open")
    room.meri.does(f"DELETE participants/{room.ids['Ilmari']}")
    assert "safeguards-in-place" in room.waits_for("open")


def test_other_safeguards_are_put_in_place_in_the_mediators_own_words(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    room.meri.does("screenings")
    room.meri.does("screenings/decision", {"outcome": "suitable-with-safeguards", "safeguards": ["breaks"]})
    room.meri.refused("safeguards", {"safeguard": "breaks"}, 422, "malformed")
    room.meri.refused("safeguards", {"safeguard": "breaks", "words": "  "}, 422, "text-empty")
    put = {"safeguard": "breaks", "words": "Tauko tunnin välein. [KANARIA-TAUKO]"}
    mark = room.meri.does("safeguards", put)
    assert room.meri.does("safeguards", put) == mark
    room.meri.does("safeguards", {"safeguard": "breaks", "words": "Paus varje timme.", "language": "sv"})
    [told] = room.meri.reads("safeguards")
    assert [(one["words"], one["language"]) for one in told["words"]] == [("Paus varje timme.", "sv")]
    assert b"KANARIA-TAUKO" not in everything_in(sqlite_house)
    for name in ("Aino", "Vilho"):
        room[name].refused("GET safeguards", None, 403, "not-yours-to-see")


def test_two_mediators_describe_a_safeguard_each_in_words_of_their_own(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    sqlite_house.person("Oskari", office="mediator", organisation="Sovittelijat")
    room.vilho.does("mediators", {"person": room.people["Oskari"], "role": "co-mediator"})
    room.meri.does("screenings")
    room.meri.does("screenings/decision", {"outcome": "suitable-with-safeguards", "safeguards": ["breaks"]})
    for name, words in (("Meri", "Tauko tunnin välein."), ("Oskari", "Kahvit kahdelta.")):
        room[name].does("safeguards", {"safeguard": "breaks", "words": words})
    [told] = room.meri.reads("safeguards")
    assert sorted(one["words"] for one in told["words"]) == ["Kahvit kahdelta.", "Tauko tunnin välein."]


def test_the_warnings_take_no_more_statements_for_more_parties(sqlite_house: House) -> None:
    counts = []
    for parties in (("Aino", "Pekka"), ("Aino", "Pekka", "Outi", "Tuula", "Kaarina")):
        room = referred(sqlite_house, parties)
        begins_screening(room, S1="no")
        for name in parties:
            room.meets_alone(name)
        with statements(sqlite_house.installation.database.engine) as asked:
            assert warned_of(room)["ask-alone-again"] == sorted(parties)
        counts.append(len(asked))
    assert counts[0] == counts[1]
