"""Hours for billing: sessions that a mediator attended, counted once, and time entries; told by period (workflow.md rule 19)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mediation.acts.hours import closed_periods, half_hours
from mediation.retention import run as retention
from tests.houses import House
from tests.world import LiveCase, case_at

Json = dict[str, Any]


def worked(case: LiveCase) -> float:
    """The hours that no total has told of yet, as the mediator reads them."""
    return float(case.meri.reads("hours")["since"])


def hold(case: LiveCase, kind: str = "joint", hours: float = 1, **more: Any) -> str:
    """A session is planned for now and held, so long."""
    session = case.plans(kind, days=0, **more)
    case.meri.does(f"sessions/{session}/beginning")
    case.later(hours=hours)
    case.meri.does(f"sessions/{session}/ending", {"early": False})
    return session


def at(case: LiveCase, **ahead: float) -> str:
    return (case.house.clock.at + timedelta(**ahead)).isoformat()


@pytest.fixture
def case(sqlite_house: House) -> LiveCase:
    """A dialogue whose session under way has just ended; `worked` before counts from there."""
    room = case_at(sqlite_house, "dialogue")
    for one in room.meri.reads()["sessions"]:
        if one["begun_at"] and not one["ended_at"]:
            room.meri.does(f"sessions/{one['id']}/ending", {"early": False})
    room.later(minutes=1)
    return room


def test_a_private_talk_inside_a_session_is_counted_once(case: LiveCase) -> None:
    before = worked(case)
    session = case.plans("joint", days=0)
    case.meri.does(f"sessions/{session}/beginning")
    talk = case.meri.does("caucuses", {"participant": case.ids["Aino"]})["id"]
    case.later(hours=1)
    case.meri.does(f"caucuses/{talk}/ending")
    case.meri.does(f"sessions/{session}/ending", {"early": False})
    assert worked(case) - before == 1.0


def test_whether_there_was_a_private_talk_is_not_told_by_the_hours(sqlite_house: House) -> None:
    lines = []
    for talks in (False, True):
        room = case_at(sqlite_house, "dialogue")
        talk = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"] if talks else ""
        room.later(minutes=30)
        if talk:
            room.meri.does(f"caucuses/{talk}/ending")
        room.later(minutes=30)
        room.meri.does("discontinuation", {"outcome": "no-agreement"})
        lines.append(room.line()["hours"])
    assert lines[0] == lines[1]


def test_a_follow_up_that_the_parties_hold_alone_is_not_counted_until_a_mediator_was_there(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up")
    before = worked(room)
    session = room.plans("follow-up", name="Aino", days=0)
    room.aino.does(f"sessions/{session}/beginning")
    room.later(hours=2)
    room.aino.does(f"sessions/{session}/ending", {"early": False})
    assert worked(room) == before
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Meri"]: "present"}})
    assert worked(room) == before + 2
    recorded = {"kind": "follow-up", "begun_at": at(room, days=-1), "minutes": 60}
    alone = room.meri.does("sessions/held", recorded)["id"]
    assert worked(room) == before + 2
    room.meri.does(f"PUT sessions/{alone}/attendance", {"attendance": {room.ids["Meri"]: "present"}})
    assert worked(room) == before + 3


def test_a_session_of_which_the_mediator_is_marked_absent_is_not_counted(case: LiveCase) -> None:
    before = worked(case)
    session = hold(case, hours=2)
    case.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {case.ids["Meri"]: "absent"}})
    assert worked(case) == before


def test_a_session_that_was_ended_three_days_late_counts_as_it_is_corrected(case: LiveCase) -> None:
    before = worked(case)
    session, begun = case.plans("joint", days=0), at(case)
    case.meri.does(f"sessions/{session}/beginning")
    case.later(days=3)
    case.meri.does(f"sessions/{session}/ending", {"early": False})
    assert worked(case) == before + 72
    case.meri.does(f"PUT sessions/{session}/times", {"begun_at": begun, "minutes": 120})
    assert worked(case) == before + 2


def test_time_entries_count_can_be_corrected_and_taken_back(case: LiveCase) -> None:
    before = worked(case)
    entry = case.meri.does("time-entries", {"day": case.today(), "minutes": 60, "work": "writing"})["id"]
    assert worked(case) == before + 1
    right = {"day": case.today(-1), "minutes": 90, "work": "travel"}
    for _ in range(2):
        case.meri.does(f"PUT time-entries/{entry}", right)
    assert worked(case) == before + 1.5
    [line] = case.meri.reads("hours")["entries"]
    assert {name: line[name] for name in right} == right
    for _ in range(2):
        case.meri.does(f"DELETE time-entries/{entry}")
    assert worked(case) == before
    assert case.meri.reads("hours")["entries"] == []
    case.meri.refused(f"PUT time-entries/{entry}", right, 404, "time-entry-not-found")


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"minutes": 0}, "minutes-out-of-range"),
        ({"minutes": 721}, "minutes-out-of-range"),
        ({"work": "golf"}, "choice-unknown"),
        ({"day": "2199-01-01"}, "day-ahead"),
        ({"day": "eilen"}, "malformed"),
        ({"words": "Soitin Ainolle."}, "malformed"),
    ],
)
def test_what_cannot_have_been_worked_is_refused_and_no_words_are_kept(
    case: LiveCase, differs: Json, code: str
) -> None:
    body = {"day": case.today(), "minutes": 60, "work": "writing"} | differs
    case.meri.refused("time-entries", body, 422, code)
    assert case.meri.reads("hours")["entries"] == []


@pytest.mark.parametrize("name", ["Aino", "Tuula", "Kaarina", "Vilho"])
def test_time_entries_and_hours_are_for_the_mediators(case: LiveCase, name: str) -> None:
    case.meri.does("time-entries", {"day": case.today(), "minutes": 60})
    assert case[name].asks("time-entries", {"day": case.today(), "minutes": 60}).status_code in {403, 404}
    assert case[name].asks("GET hours").status_code in {403, 404}
    assert "time-entries" not in case.client(name).get(f"/cases/{case.number}").text


def test_a_co_mediator_reads_and_corrects_their_own_entries_alone(case: LiveCase) -> None:
    body = {"person": case.house.people["Ilmari"], "role": "co-mediator"}
    case.vilho.does("mediators", body)
    case.learn_people(tokens=True)
    of_meri = case.meri.does("time-entries", {"day": case.today(), "minutes": 60})["id"]
    own = case.ilmari.does("time-entries", {"day": case.today(), "minutes": 30})["id"]
    assert [one["id"] for one in case.ilmari.reads("hours")["entries"]] == [own]
    assert {one["id"] for one in case.meri.reads("hours")["entries"]} == {own, of_meri}
    right = {"day": case.today(), "minutes": 30, "work": "writing"}
    for name, entry in (("Ilmari", of_meri), ("Meri", own)):
        case[name].refused(f"PUT time-entries/{entry}", right, 404, "time-entry-not-found")


def test_time_is_entered_while_the_case_stands_still(case: LiveCase) -> None:
    case.aino.does("pauses")
    case.meri.does("time-entries", {"day": case.today(), "minutes": 30})


# What the commissioner is told.


def rounds(case: LiveCase) -> None:
    """What is due is done; that the clock is right is confirmed first, as it jumps."""
    retention.run(case.house.installation.database)
    case.rounds()


def quarter_over(case: LiveCase, days: int = 8) -> None:
    """The first quarter of 2027 has ended, so many days ago."""
    case.house.clock.at = datetime(2027, 3, 31, 9, 0, tzinfo=UTC) + timedelta(days=days)
    rounds(case)


def billed(case: LiveCase) -> list[tuple[str, float]]:
    return [(one["until"], one["hours"]) for one in case.line()["billed"]]


def test_the_commissioner_reads_one_total_in_half_hours_a_week_after_a_quarter_has_closed(case: LiveCase) -> None:
    hold(case, hours=1.3)
    expected = worked(case)
    assert (billed(case), case.line()["hours"]) == ([], None)
    quarter_over(case, days=7)
    assert billed(case) == []
    for _ in range(2):
        quarter_over(case)
    assert billed(case) == [("2027-03-31", expected)]
    assert (case.line()["hours"], worked(case)) == (None, 0)
    shown = case.client("Vilho").get(f"/statuses/{case.number}").text
    assert "31.3.2027" in shown


def test_after_a_total_was_told_minutes_stand_and_what_was_forgotten_comes_with_the_next(case: LiveCase) -> None:
    session = hold(case)
    entry = case.meri.does("time-entries", {"day": case.today(), "minutes": 60})["id"]
    day = case.today()
    quarter_over(case)
    before = billed(case)
    body = {"begun_at": "2027-02-01T09:00:00Z", "minutes": 45}
    case.meri.refused(f"PUT sessions/{session}/times", body, 409, "hours-told")
    case.meri.refused(f"PUT time-entries/{entry}", {"day": day, "minutes": 5, "work": "writing"}, 409, "hours-told")
    case.meri.refused(f"DELETE time-entries/{entry}", None, 409, "hours-told")
    case.meri.does("sessions/held", body | {"kind": "separate", "with_participant": case.ids["Aino"], "minutes": 120})
    case.meri.does("time-entries", {"day": day, "minutes": 60})
    rounds(case)
    assert (billed(case), worked(case)) == (before, 3)
    case.house.clock.at = datetime(2027, 7, 9, 9, 0, tzinfo=UTC)
    rounds(case)
    assert billed(case) == [*before, ("2027-06-30", 3.0)]


def test_what_is_entered_after_a_total_was_told_is_corrected_until_the_next_one(case: LiveCase) -> None:
    day = case.today()
    quarter_over(case)
    case.later(minutes=1)
    late = case.meri.does("time-entries", {"day": day, "minutes": 600})["id"]
    typo = case.meri.does("time-entries", {"day": day, "minutes": 60})["id"]
    case.meri.does(f"PUT time-entries/{late}", {"day": day, "minutes": 60, "work": "writing"})
    case.meri.does(f"DELETE time-entries/{typo}")
    held = {"begun_at": "2027-02-01T09:00:00Z", "minutes": 600, "kind": "separate"}
    session = case.meri.does("sessions/held", held | {"with_participant": case.ids["Aino"]})["id"]
    right = {"begun_at": "2027-02-02T09:00:00Z", "minutes": 60}
    case.meri.does(f"PUT sessions/{session}/times", right)
    assert worked(case) == 2
    case.house.clock.at = datetime(2027, 7, 9, 9, 0, tzinfo=UTC)
    rounds(case)
    case.meri.refused(f"PUT sessions/{session}/times", right | {"minutes": 30}, 409, "hours-told")
    case.meri.refused(f"DELETE time-entries/{late}", None, 409, "hours-told")


def test_the_last_total_comes_when_the_case_has_ended_and_all_add_up_to_the_sum(case: LiveCase) -> None:
    hold(case, hours=3)
    quarter_over(case)
    hold(case, hours=2)
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    before = case.line()["hours"]
    rounds(case)
    assert case.line()["hours"] == before == sum(hours for _, hours in billed(case))
    assert billed(case)[-1] == (case.today(), 2.0)
    case.later(days=400)
    rounds(case)
    assert case.line()["hours"] == before
    assert len(billed(case)) == 2


def test_the_order_fixes_the_billing_period(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation")
    room.vilho.does("order", {"terms": "Sovittelu kotihoidon iltatiimissä.", "billing_period": "month"})
    rounds(room)
    quarter_over(room)
    assert [until for until, _ in billed(room)] == ["2027-01-31", "2027-02-28", "2027-03-31"]


@pytest.mark.parametrize(
    ("months", "last", "closed"),
    [
        (1, None, [date(2027, 1, 31), date(2027, 2, 28)]),
        (3, None, []),
        (3, date(2027, 5, 2), [date(2027, 3, 31), date(2027, 5, 2)]),
        (6, date(2027, 6, 30), [date(2027, 6, 30)]),
        (0, None, []),
        (0, date(2027, 5, 2), [date(2027, 5, 2)]),
    ],
)
def test_billing_periods_close_with_their_months_and_the_last_one_with_the_case(
    months: int, last: date | None, closed: list[date]
) -> None:
    assert list(closed_periods(date(2027, 1, 11), months, last, date(2027, 3, 31))) == closed


def test_minutes_are_told_as_the_nearest_half_hours() -> None:
    assert [half_hours(one) for one in (0, 14, 15, 44, 45, 60)] == [0, 0, 1, 1, 2, 2]


def test_no_total_is_told_while_the_clock_may_be_wrong(case: LiveCase) -> None:
    rounds(case)
    case.house.clock.at = datetime(2027, 4, 8, 9, 0, tzinfo=UTC)
    case.rounds()
    assert billed(case) == []


def test_six_years_after_the_year_the_totals_are_deleted(case: LiveCase) -> None:
    quarter_over(case)
    case.house.clock.at = datetime(2033, 12, 31, 9, 0, tzinfo=UTC)
    rounds(case)
    assert ("2027-03-31", 0) in [(until, 0) for until, _ in billed(case)]
    case.house.clock.at = datetime(2034, 1, 2, 9, 0, tzinfo=UTC)
    rounds(case)
    assert [until for until, _ in billed(case) if until < "2028"] == []
