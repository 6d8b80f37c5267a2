"""Sessions as they are held: of some of the parties, recorded afterwards, corrected, changed whole (workflow.md rules 18, 22)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mediation.words.catalogue import say
from tests.houses import House
from tests.world import LiveCase, case_at

Json = dict[str, Any]


def at(case: LiveCase, **ahead: float) -> str:
    return (case.house.clock.at + timedelta(**ahead)).isoformat()


def seen(case: LiveCase, name: str) -> dict[str, Json]:
    return {one["id"]: one for one in case[name].reads()["sessions"]}


def letters(case: LiveCase, *names: str) -> dict[str, list[str]]:
    return {name: case.letters_to(name) for name in names or ("Aino", "Pekka", "Tuula", "Meri")}


def attended(case: LiveCase, session: str) -> dict[str, str]:
    of_name = {whose: name for name, whose in case.ids.items()}
    marks = [one for one in case.meri.reads()["marks"] if one["kind"] == "attended" and one["about"] == session]
    return {of_name[one["participant"]]: one["value"] for one in marks}


# Some of the parties.


@pytest.fixture
def four(sqlite_house: House) -> LiveCase:
    """A dialogue of four parties, and an interpreter who comes to separate meetings only."""
    case = case_at(sqlite_house, "dialogue")
    for name in ("Outi", "Sari"):
        case.joins_as_party(name)
    case.later(minutes=1)
    return case


def some(case: LiveCase, *names: str, **more: Any) -> str:
    return case.plans("pair", called=[case.ids[one] for one in names], **more)


def test_a_session_of_some_is_told_to_those_who_are_called_and_seen_by_nobody_else(four: LiveCase) -> None:
    before = letters(four, "Aino", "Pekka", "Outi", "Sari", "Tuula")
    course = four.client("Pekka").get(f"/cases/{four.number}/timeline").text
    session = some(four, "Aino", "Outi", days=3)
    told = {name: those[len(before[name]) :] for name, those in letters(four, *before).items()}
    assert {name for name, those in told.items() if those} == {"Aino", "Outi"}
    assert sorted(told["Aino"]) == ["reminder", "session-planned"]
    assert {name for name in (*before, "Meri") if session in seen(four, name)} == {"Aino", "Outi", "Meri"}
    called = {one["participant"] for one in seen(four, "Aino")[session]["called"]}
    assert called == {four.ids["Aino"], four.ids["Outi"]}
    for name in ("Pekka", "Tuula"):
        for path in ("", "/sessions", "/timeline"):
            page = four.client(name).get(f"/cases/{four.number}{path}")
            assert session not in page.text
            assert say("session-kind.pair", "fi") not in page.text
    assert four.client("Pekka").get(f"/cases/{four.number}/timeline").text == course


def test_a_session_of_some_takes_two_parties_and_no_fewer(four: LiveCase) -> None:
    body = {"kind": "pair", "planned_at": at(four, days=1)}
    for called in (None, [], ["Aino"], ["Aino", "Tuula"]):
        asked = {} if called is None else {"called": [four.ids[one] for one in called]}
        four.meri.refused("sessions", body | asked, 422, "two-parties-needed")
    four.meri.refused("sessions", body | {"called": [four.ids["Aino"], four.ids["Vilho"]]}, 422, "not-to-be-called")
    session = some(four, "Aino", "Outi")
    four.meri.refused(f"DELETE sessions/{session}/calls/{four.ids['Aino']}", None, 409, "two-parties-needed")
    four.meri.does(f"sessions/{session}/calls", {"participant": four.ids["Sari"]})
    four.meri.does(f"DELETE sessions/{session}/calls/{four.ids['Aino']}")
    assert session not in seen(four, "Aino")


def test_who_is_not_called_to_a_session_of_some_finds_none_and_is_marked_at_none(four: LiveCase) -> None:
    session = some(four, "Aino", "Outi")
    for path in (f"sessions/{session}/absences", f"sessions/{session}/other-times"):
        four.pekka.refused(path, {}, 404, "session-not-found")
    four.meri.does(f"sessions/{session}/beginning")
    there = {"attendance": {four.ids["Pekka"]: "present"}}
    four.meri.refused(f"PUT sessions/{session}/attendance", there, 422, "not-in-this-session")
    there = {"attendance": {four.ids[name]: "present" for name in ("Aino", "Outi", "Meri")}}
    four.meri.does(f"PUT sessions/{session}/attendance", there)
    assert attended(four, session) == dict.fromkeys(("Aino", "Outi", "Meri"), "present")


def test_the_page_of_the_room_shows_only_those_who_are_called_to_a_session_of_some(four: LiveCase) -> None:
    session = some(four, "Aino", "Outi")
    sitting = f"/cases/{four.number}/sitting"
    assert session not in four.client("Meri").get(sitting).text
    four.meri.does(f"sessions/{session}/beginning")
    page = four.client("Meri").get(sitting).text
    assert {name for name in ("Aino", "Outi", "Pekka", "Sari") if f'id="p-{four.ids[name]}"' in page} == {
        "Aino",
        "Outi",
    }


def test_no_session_of_some_begins_while_the_case_stands_still(four: LiveCase) -> None:
    session = some(four, "Aino", "Outi")
    four.aino.does("pauses")
    four.meri.refused(f"sessions/{session}/beginning", {}, 409, "case-suspended")


def test_a_session_of_some_is_called_off_when_too_few_of_them_remain(four: LiveCase) -> None:
    two, three = some(four, "Aino", "Outi"), some(four, "Aino", "Outi", "Sari", days=2)
    four.outi.does("withdrawals", {"confirmed": True})
    assert (seen(four, "Meri")[two]["ended_how"], seen(four, "Meri")[three]["ended_how"]) == ("cancelled", None)


# What happened, recorded afterwards.


def by_phone(case: LiveCase, **more: Any) -> Json:
    body = {"kind": "separate", "begun_at": at(case, days=-1), "minutes": 45, "form": "remote"}
    return body | {"with_participant": case.ids["Aino"]} | more


@pytest.fixture
def unmet(sqlite_house: House) -> LiveCase:
    """A preparation in which Outi alone was not met alone yet."""
    case = case_at(sqlite_house, "preparation")
    case.joins_as_party("Outi")
    assert case.waits_for("open")["met-separately"] == ["Outi"]
    case.later(days=2)
    return case


def test_a_separate_meeting_held_by_phone_yesterday_is_recorded_and_nobody_is_written_to(unmet: LiveCase) -> None:
    before = letters(unmet, "Outi", "Aino", "Meri")
    session = unmet.meri.does("sessions/held", by_phone(unmet, with_participant=unmet.ids["Outi"]))
    assert (session["ended_how"], session["form"], session["planned_minutes"]) == ("held", "remote", 45)
    assert datetime.fromisoformat(session["ended_at"]) < unmet.house.clock.at
    assert attended(unmet, session["id"]) == {"Outi": "present"}
    assert letters(unmet, *before) == before
    assert unmet.reminders_to("Outi") == []
    assert "met-separately" not in unmet.waits_for("open")


def test_who_is_marked_as_there_sees_it_and_corrects_it_and_the_guard_is_unmet_again(unmet: LiveCase) -> None:
    unmet.meri.does("sessions/held", by_phone(unmet, with_participant=unmet.ids["Outi"]))
    [mark] = [one for one in unmet.outi.reads()["marks"] if one["kind"] == "attended"]
    assert say("mark.attended", "fi") in unmet.client("Outi").get(f"/cases/{unmet.number}/corrections").text
    unmet.outi.does("corrections", {"mark": mark["id"]})
    assert unmet.waits_for("open")["met-separately"] == ["Outi"]


def test_a_joint_session_held_on_paper_meets_what_the_opening_waits_for(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    assert "opening-begun" in case.waits_for("define-problem")
    there = [case.ids[name] for name in ("Aino", "Pekka", "Tuula")]
    body = {"kind": "joint", "begun_at": at(case, hours=-3), "minutes": 120, "present": there}
    before = letters(case)
    session = case.meri.does("sessions/held", body)["id"]
    assert {name: [one for one in those if one != "question-waits"] for name, those in letters(case).items()} == before
    assert not {"opening-begun", "attended-opening", "companions-told"} & {*case.waits_for("define-problem")}
    assert attended(case, session) == dict.fromkeys(("Aino", "Pekka", "Tuula"), "present")


def test_nobody_is_asked_about_a_session_recorded_after_the_time_for_asking_has_passed(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    before = letters(case)
    there = [case.ids[name] for name in ("Aino", "Pekka")]
    case.meri.does("sessions/held", {"kind": "joint", "begun_at": at(case, days=-20), "minutes": 60, "present": there})
    assert letters(case) == before


@pytest.mark.parametrize(
    ("differs", "status", "code"),
    [
        ({"begun_at": "2199-01-01T10:00:00Z"}, 409, "session-still-on"),
        ({"minutes": 4}, 422, "minutes-out-of-range"),
        ({"minutes": 721}, 422, "minutes-out-of-range"),
        ({"kind": "caucus"}, 422, "choice-unknown"),
        ({"kind": "pair", "present": []}, 422, "two-parties-needed"),
        ({"with_participant": "Z" * 20}, 404, "participant-not-found"),
        ({"present": ["Z" * 20]}, 404, "participant-not-found"),
        ({"begun_at": "yesterday"}, 422, "malformed"),
        ({"place": "x" * 201}, 422, "malformed"),
    ],
)
def test_what_was_not_held_so_is_refused_and_leaves_nothing(
    sqlite_house: House, differs: Json, status: int, code: str
) -> None:
    case = case_at(sqlite_house, "opening")
    before = seen(case, "Meri")
    response = case.meri.asks("sessions/held", by_phone(case, **differs))
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{code}")
    assert seen(case, "Meri") == before


@pytest.mark.parametrize("name", ["Aino", "Tuula", "Kaarina", "Vilho"])
def test_nobody_but_who_holds_a_session_records_or_corrects_one(sqlite_house: House, name: str) -> None:
    case = case_at(sqlite_house, "opening")
    session = case.session("joint")
    for route, body in (
        ("sessions/held", by_phone(case)),
        (f"PUT sessions/{session}/times", {"begun_at": at(case, days=-1), "minutes": 30}),
    ):
        assert case[name].asks(route, body).status_code in {403, 404, 409}


def test_while_the_case_stood_still_the_table_did_not_meet_but_one_party_did(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    case.aino.does("pauses")
    case.later(days=2)
    body = {"kind": "joint", "begun_at": at(case, days=-1), "minutes": 60}
    case.meri.refused("sessions/held", body, 409, "case-suspended")
    case.meri.does("sessions/held", by_phone(case))
    case.meri.does("sessions/held", body | {"begun_at": at(case, days=-4)})


def test_the_parties_record_a_follow_up_that_they_held_by_themselves(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    body = {"kind": "follow-up", "begun_at": at(case, days=-1), "minutes": 60}
    there = [case.ids["Aino"], case.ids["Pekka"]]
    session = case.aino.does("sessions/held", body | {"present": there})["id"]
    assert attended(case, session) == dict.fromkeys(("Aino", "Pekka"), "present")
    case.aino.refused("sessions/held", body | {"kind": "joint"}, 403, "follow-up-only")
    told = case.meri.does("sessions/held", body | {"begun_at": at(case, days=-2), "present": there})["id"]
    assert attended(case, told)["Meri"] == "absent"


# Begin and end corrected.


def test_a_session_that_was_ended_days_late_is_corrected(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    session = case.plans("joint", days=0)
    case.meri.does(f"sessions/{session}/beginning")
    begun = case.house.clock.at
    case.later(days=3)
    case.meri.does(f"sessions/{session}/ending", {"early": False})
    right = {"begun_at": begun.isoformat(), "minutes": 90}
    for _ in range(2):
        now = case.meri.does(f"PUT sessions/{session}/times", right)
        assert datetime.fromisoformat(now["ended_at"]) - datetime.fromisoformat(now["begun_at"]) == timedelta(
            minutes=90
        )


def test_a_planned_session_that_was_held_unmarked_is_recorded_and_its_reminder_called_off(unmet: LiveCase) -> None:
    whom = unmet.ids["Outi"]
    session = unmet.plans("separate", with_participant=whom, days=9)
    assert unmet.reminders_to("Outi")
    held = unmet.meri.does(f"PUT sessions/{session}/times", {"begun_at": at(unmet, hours=-2), "minutes": 60})
    assert (held["ended_how"], unmet.reminders_to("Outi")) == ("held", [])
    unmet.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {whom: "present"}})
    assert "met-separately" not in unmet.waits_for("open")


def test_times_that_are_not_over_of_what_was_cancelled_or_unknown_are_refused(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    session, off = case.plans("joint", days=3), case.plans("joint", days=4)
    case.meri.does(f"sessions/{off}/cancellation")
    right = {"begun_at": at(case, hours=-3), "minutes": 60}
    case.meri.refused(f"PUT sessions/{session}/times", right | {"minutes": 240}, 409, "session-still-on")
    case.meri.refused(f"PUT sessions/{off}/times", right, 409, "session-was-cancelled")
    case.meri.refused(f"PUT sessions/{'Z' * 20}/times", right, 404, "session-not-found")
    case.aino.does("pauses")
    late = {"begun_at": at(case), "minutes": 60}
    case.later(days=1)
    case.meri.refused(f"PUT sessions/{session}/times", late, 409, "case-suspended")


# Changed whole.


def test_place_form_length_and_time_change_with_one_letter(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    session = case.plans("joint", days=5, place="Kirjaston ryhmähuone")
    case.later(hours=1)
    before = letters(case, "Aino")
    changed = {"planned_at": at(case, days=6), "minutes": 90, "form": "remote", "place": ""}
    now = case.meri.does(f"PATCH sessions/{session}", changed)
    assert (now["planned_minutes"], now["form"], now["place"]) == (90, "remote", None)
    told = letters(case, "Aino")["Aino"][len(before["Aino"]) :]
    assert sorted(told) == ["reminder", "session-moved"]
    case.meri.does(f"PATCH sessions/{session}", changed)
    assert letters(case, "Aino")["Aino"] == [*before["Aino"], *told]


@pytest.mark.parametrize("changed", [{"minutes": 30}, {"form": "remote"}, {"place": "Sali"}])
def test_what_is_left_out_of_a_change_stays(sqlite_house: House, changed: Json) -> None:
    case = case_at(sqlite_house, "opening")
    session = case.plans("joint", days=5, place="Kirjasto", minutes=60)
    before = seen(case, "Meri")[session]
    case.meri.does(f"PATCH sessions/{session}", changed)
    after = seen(case, "Meri")[session]
    names = {"minutes": "planned_minutes"}
    expected = before | {names.get(name, name): value for name, value in changed.items()}
    assert after == expected
    assert len(case.reminders_to("Aino")) == len(set(case.reminders_to("Aino")))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"form": "by-letter"}, "choice-unknown"),
        ({"minutes": 1}, "minutes-out-of-range"),
        ({"place": "x" * 201}, "malformed"),
    ],
)
def test_a_session_is_not_changed_into_what_it_cannot_be(sqlite_house: House, changed: Json, code: str) -> None:
    case = case_at(sqlite_house, "opening")
    session = case.plans("joint", days=5)
    before = seen(case, "Meri")
    case.meri.refused(f"PATCH sessions/{session}", changed, 422, code)
    assert seen(case, "Meri") == before


# Another time.


def test_whoever_is_called_to_a_planned_session_asks_for_another_time_and_the_mediators_alone_hear(
    sqlite_house: House,
) -> None:
    case = case_at(sqlite_house, "opening")
    session = case.plans("joint", days=5, called=[case.ids["Tuula"], case.ids["Kaarina"]])
    for name in ("Aino", "Tuula", "Kaarina"):
        before = letters(case, "Aino", "Pekka", "Tuula", "Kaarina", "Meri")
        views = {one: case[one].asks("GET ").content for one in ("Pekka", "Vilho")}
        case[name].does(f"sessions/{session}/other-times", {"instead": "other-hours"})
        case[name].does(f"sessions/{session}/other-times", {"instead": "other-hours"})
        now = letters(case, *before)
        assert now == {**before, "Meri": [*before["Meri"], "something-waits"]}
        assert {one: case[one].asks("GET ").content for one in views} == views
        case.later(minutes=20)
    assert len([one for one in case.meri.reads()["marks"] if one["kind"] == "asked-for-another-time"]) == 3
    case.meri.does(f"PATCH sessions/{session}", {"planned_at": at(case, days=6)})
    assert not [one for one in case.meri.reads()["marks"] if one["kind"] == "asked-for-another-time"]


@pytest.mark.parametrize(
    "phase", ["preparation", "opening", "problem-definition", "dialogue", "solutions", "follow-up"]
)
def test_another_time_is_asked_for_in_every_phase_also_while_suspended_and_when_it_is_said(
    sqlite_house: House, phase: str
) -> None:
    case = case_at(sqlite_house, phase)
    session = case.plans("separate", with_participant=case.ids["Aino"], days=5)
    case.aino.does(f"sessions/{session}/other-times")
    case.aino.does("pauses")
    before = letters(case, "Meri")
    case.meri.does(f"sessions/{session}/other-times", {"instead": "remotely", **case.said("Aino")})
    assert letters(case, "Meri") == before  # who recorded it knows
    [mark] = [one for one in case.meri.reads()["marks"] if one["kind"] == "asked-for-another-time"]
    assert (mark["value"], mark["way"]) == ("remotely", "said")
    case.aino.does("corrections", {"mark": mark["id"]})


def test_of_a_session_that_began_or_is_somebody_elses_no_other_time_is_asked_for(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    alone = case.plans("separate", with_participant=case.ids["Pekka"], days=5)
    joint = case.plans("joint", days=2, called=[])
    for name, session in (("Aino", alone), ("Tuula", joint), ("Tuula", alone), ("Aino", "Z" * 20)):
        case[name].refused(f"sessions/{session}/other-times", {}, 404, "session-not-found")
    case.meri.refused(f"sessions/{alone}/other-times", case.said("Aino"), 404, "session-not-found")
    case.aino.refused(f"sessions/{joint}/other-times", {"instead": "never"}, 422, "choice-unknown")
    case.meri.does(f"sessions/{joint}/beginning")
    case.aino.refused(f"sessions/{joint}/other-times", {}, 409, "session-begun")
    for name in ("Meri", "Vilho"):
        assert case[name].asks(f"sessions/{joint}/other-times", {}).status_code in {403, 404}


# Planning warns.


def warned(answer: Json) -> set[str]:
    return set(answer["warnings"])


def test_planning_warns_of_a_time_that_is_past_or_taken_and_of_the_same_session_twice(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    body = {"kind": "joint", "planned_at": at(case, days=30), "minutes": 60}
    past, taken, twice = (say(f"warning.{one}", "fi") for one in ("time-past", "time-taken", "planned-twice"))
    assert warned(case.meri.does("sessions", body)) == set()
    assert warned(case.meri.does("sessions", body)) == {twice}
    assert warned(
        case.meri.does("sessions", body | {"kind": "information", "planned_at": at(case, days=30, minutes=59)})
    ) == {taken}
    assert warned(case.meri.does("sessions", body | {"planned_at": at(case, days=30, hours=-1)})) == set()
    assert past in warned(case.meri.does("sessions", body | {"planned_at": at(case, days=-300)}))


def test_who_leads_two_cases_is_warned_and_nobody_is_told_of_a_case_that_they_may_not_know_of(
    sqlite_house: House,
) -> None:
    one, other = case_at(sqlite_house, "follow-up"), case_at(sqlite_house, "follow-up")
    other.house.clock.at = max(one.house.clock.at, other.house.clock.at)
    body = {"kind": "follow-up", "planned_at": at(other, days=40), "minutes": 60}
    one.meri.does("sessions", body)
    other.meri.does("sessions", body | {"planned_at": at(other, days=50)})
    told = warned(other.meri.does("sessions", body | {"planned_at": at(other, days=40, minutes=30)}))
    assert told == {say("warning.time-taken", "fi")}  # by the other case alone
    assert warned(one.aino.does("sessions", body | {"planned_at": at(other, days=50)})) == set()


def test_a_party_who_plans_is_warned_of_a_time_that_the_table_has_and_of_nobody_elses(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    case.plans("separate", with_participant=case.ids["Pekka"], days=50)
    body = {"kind": "follow-up", "planned_at": at(case, days=40), "minutes": 60}
    taken, twice = (say(f"warning.{one}", "fi") for one in ("time-taken", "planned-twice"))
    assert warned(case.aino.does("sessions", body)) == set()
    assert warned(case.pekka.does("sessions", body)) == {twice}
    assert warned(case.pekka.does("sessions", body | {"planned_at": at(case, days=40, minutes=30)})) == {taken}
    assert warned(case.aino.does("sessions", body | {"planned_at": at(case, days=50)})) == set()
    assert warned(case.pekka.does("sessions", body | {"planned_at": at(case, days=50)})) != set()
