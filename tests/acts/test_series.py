"""A series of sessions: planned from a rhythm, moved and cancelled from one on, told by one letter (workflow.md part B)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from mediation.acts.rhythm import MOST_SESSIONS, WEEK_OUT, monday_of, slots
from mediation.settings import HELSINKI
from mediation.store.models import Letter, Meeting
from mediation.words.dates import holiday
from tests.houses import House
from tests.supervised import Supervision, supervision_at
from tests.world import body_of, post_of, statements

Json = dict[str, Any]
EACH_THIRD = {"first_at": "2027-02-02T09:00:00+02:00", "weeks": 3, "how_many": 12}


def planned(case: Supervision, name: str = "Raili") -> list[Json]:
    """The sessions of series that are not over, by their time."""
    return [one for one in case[name].reads()["sessions"] if one["series"] and not one["ended_at"]]


def local(one: Json) -> datetime:
    return datetime.fromisoformat(one["planned_at"]).astimezone(HELSINKI)


def finnish(day: date) -> str | None:
    return holiday(day, "FI", "fi")


def test_a_series_skips_holidays_and_the_weeks_left_out_and_keeps_the_local_time_over_the_summer(house: House) -> None:
    case = supervision_at(house)
    body = {"first_at": "2027-02-02T09:00:00+02:00", "weeks": 1, "last_day": "2027-12-31"}
    case.raili.does("series", body | {"weeks_out": [{"day": "2027-07-08"}, {"day": "2027-02-23"}]})
    times = [local(one) for one in planned(case)]
    assert {(one.weekday(), one.hour, one.minute) for one in times} == {(1, 9, 0)}
    assert {one.utcoffset() for one in times} == {timedelta(hours=2), timedelta(hours=3)}
    assert not {date(2027, 7, 6), date(2027, 2, 23)} & {one.date() for one in times}
    assert len(times) == 48 - 2


def test_a_holiday_is_left_out_and_the_rhythm_goes_on(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    preview = case.raili.asks("GET series/preview?first_at=2027-12-17T09:00:00%2B02:00&weeks=1&how_many=3").json()
    assert [(one["at"][:10], "left_out" in one) for one in preview["times"]] == [
        ("2027-12-17", False),
        ("2027-12-24", True),
        ("2027-12-31", False),
        ("2028-01-07", False),
    ]
    assert preview["sessions"] == 3
    assert case.raili.reads()["sessions"] == []


def test_everybody_gets_one_letter_for_the_whole_series_and_a_reminder_the_day_before_each(house: House) -> None:
    case = supervision_at(house)
    case.raili.does("series", EACH_THIRD)
    assert len(planned(case)) == 12
    for name in ("Sanna", "Marko"):
        assert case.letters_to(name).count("series-planned") == 1
        assert len(case.reminders_to(name)) == 12
        assert [one + timedelta(days=1) for one in case.reminders_to(name)] == [
            datetime.fromisoformat(one["planned_at"]) for one in planned(case)
        ]
    assert case.letters_to("Leena") == []
    [letter] = [one for one in post_of(house) if one["To"] == "sanna@example.org"]
    assert "12" in body_of(letter)
    calendars = [part.get_content() for part in letter.iter_attachments()]
    assert [str(one).count("BEGIN:VEVENT") for one in calendars] == [12]


def test_in_a_work_community_the_manager_is_called_to_every_session_and_in_a_group_to_none(house: House) -> None:
    case = supervision_at(house)
    case.raili.does("series", EACH_THIRD)
    case.plans("supervision")
    calls = [one["called"] for one in case.raili.reads()["sessions"]]
    assert calls == [[{"participant": case.ids["Marko"], "whole": True}]] * 13
    group = supervision_at(house, form="group", people=("Timo", "Elina"))
    group.raili.does("series", EACH_THIRD)
    assert [one["called"] for one in group.raili.reads()["sessions"]] == [[]] * 12
    assert group.letters_to("Marko") == []


def test_a_managers_absence_cancels_nothing(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    case.raili.does("series", EACH_THIRD)
    first = planned(case)[0]["id"]
    case.house.clock.set("2027-02-02 09:00")
    case.raili.does(f"sessions/{first}/beginning")
    case.raili.does(f"PUT sessions/{first}/attendance", {"attendance": {case.ids["Marko"]: "absent"}})
    case.raili.does(f"sessions/{first}/ending", {"early": False})
    assert len(planned(case)) == 11


def test_from_one_on_a_series_moves_to_another_weekday_time_and_interval_with_one_letter(house: House) -> None:
    case = supervision_at(house)
    case.raili.does("series", EACH_THIRD)
    before = planned(case)
    third = before[2]["id"]
    for _ in range(2):
        case.raili.does(f"PATCH sessions/{third}/series", {"planned_at": "2027-03-18T13:00:00+02:00", "weeks": 2})
    now = planned(case)
    assert [one["planned_at"] for one in now[:2]] == [one["planned_at"] for one in before[:2]]
    assert [(local(one).weekday(), local(one).hour) for one in now[2:]] == [(3, 13)] * 10
    assert local(now[3]).date() == date(2027, 4, 1)
    assert case.letters_to("Sanna").count("series-moved") == 1
    assert len(case.reminders_to("Sanna")) == 12
    [letter] = [one for one in post_of(house) if one["To"] == "sanna@example.org"]
    calendar = str(next(iter(letter.iter_attachments())).get_content())
    assert calendar.count("SEQUENCE:1") == 10


def test_from_one_on_a_series_is_cancelled_and_the_calendars_hear_of_it(house: House) -> None:
    case = supervision_at(house)
    case.raili.does("series", EACH_THIRD)
    post_of(house)
    case.later(hours=1)
    tenth = planned(case)[9]["id"]
    case.raili.does(f"sessions/{tenth}/series/cancellation")
    case.raili.refused(f"sessions/{tenth}/series/cancellation", {}, 409, "session-begun")
    assert len(planned(case)) == 9
    assert case.letters_to("Sanna").count("series-cancelled") == 1
    assert len(case.reminders_to("Sanna")) == 9
    [letter] = [one for one in post_of(house) if one["To"] == "sanna@example.org"]
    [calendar] = [str(one.get_content()) for one in letter.iter_attachments()]
    assert (calendar.count("STATUS:CANCELLED"), calendar.count("SEQUENCE:1"), "METHOD:PUBLISH" in calendar) == (
        3,
        3,
        True,
    )


def test_one_session_of_a_series_is_moved_and_cancelled_alone(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    case.raili.does("series", EACH_THIRD)
    second, third = (one["id"] for one in planned(case)[1:3])
    case.raili.does(f"PATCH sessions/{second}", {"planned_at": "2027-02-25T10:00:00+02:00"})
    case.raili.does(f"sessions/{third}/cancellation")
    assert len(planned(case)) == 11
    alone = case.plans("supervision")
    case.raili.refused(f"sessions/{alone}/series/cancellation", {}, 409, "not-in-a-series")


def test_who_joins_later_is_told_of_the_sessions_ahead_in_one_letter(house: House) -> None:
    case = supervision_at(house, people=("Sanna", "Olli"), manager=False)
    case.raili.does("series", EACH_THIRD)
    case.house.clock.set("2027-03-20 12:00")
    case.comes("Kaisa", "supervisee")
    case.comes("Marko", "manager")
    left = [one for one in planned(case) if local(one) > local({"planned_at": case.house.clock.at.isoformat()})]
    for name in ("Kaisa", "Marko"):
        assert case.letters_to(name).count("series-planned") == 1
        assert len(case.reminders_to(name)) == len(left) == 9


@pytest.mark.parametrize(
    ("differs", "status", "code"),
    [
        ({"weeks": 0}, 422, "interval-out-of-range"),
        ({"weeks": 9}, 422, "interval-out-of-range"),
        ({"minutes": 44}, 422, "minutes-out-of-range"),
        ({"minutes": 241}, 422, "minutes-out-of-range"),
        ({"how_many": 0}, 422, "number-out-of-range"),
        ({"how_many": MOST_SESSIONS + 1}, 422, "number-out-of-range"),
        ({"how_many": None}, 422, "series-needs-end"),
        ({"how_many": None, "last_day": "2027-01-01"}, 422, "series-empty"),
        ({"how_many": None, "weeks": 1, "last_day": "2035-01-01"}, 422, "series-too-long"),
    ],
)
def test_a_series_that_makes_no_sense_is_refused_and_plans_nothing(
    sqlite_house: House, differs: Json, status: int, code: str
) -> None:
    case = supervision_at(sqlite_house)
    body = {name: value for name, value in (EACH_THIRD | differs).items() if value is not None}
    case.raili.refused("series", body, status, code)
    assert case.raili.reads()["sessions"] == []


def test_nobody_but_the_supervisor_plans_a_series(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    for name in ("Sanna", "Marko", "Leena"):
        case[name].refused("series", EACH_THIRD, 403, "act-not-yours")
        case[name].refused("GET series/preview?first_at=2027-02-02T09:00:00Z&how_many=2", None, 403, "act-not-yours")


def test_a_hundred_sessions_take_as_many_statements_as_three(house: House) -> None:
    counts, engine = [], house.installation.database.engine
    for number in (3, 100):
        case = supervision_at(house)
        with statements(engine) as sent:
            case.raili.does("series", EACH_THIRD | {"how_many": number, "weeks": 1})
        counts.append(len(sent))
        with statements(engine) as sent:
            case.raili.does(
                f"PATCH sessions/{planned(case)[0]['id']}/series", {"planned_at": "2027-02-03T09:00:00+02:00"}
            )
        counts.append(len(sent))
    assert counts[2] <= counts[0] + 4
    assert counts[3] <= counts[1] + 10
    with house.installation.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Meeting).where(Meeting.series_id.is_not(None))) == 103
        kinds = select(func.count()).select_from(Letter).where(Letter.kind == "series-planned")
        assert db.scalar(kinds) == 14


moments = st.integers(0, 14 * 365 * 24 * 60).map(lambda one: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=one))


@settings(max_examples=200, deadline=None)
@given(
    begins=moments,
    weeks=st.integers(1, 8),
    number=st.integers(1, MOST_SESSIONS),
    out=st.sets(st.integers(0, 200), max_size=30),
)
def test_any_series_has_as_many_sessions_as_were_wished_in_its_rhythm_at_its_local_time(
    begins: datetime, weeks: int, number: int, out: set[int]
) -> None:
    first = begins.astimezone(HELSINKI)
    skipped = {monday_of(first.date()) + timedelta(weeks=one) for one in out}
    found = [*slots(begins, weeks, HELSINKI, holiday=finnish, skipped=skipped, number=number)]
    held = [one.at.astimezone(HELSINKI) for one in found if one.left_out is None]
    assert len(held) == number
    assert found[-1].left_out is None
    for step, one in enumerate(found):
        day = first.date() + timedelta(weeks=weeks * step)
        # An hour that is left out in spring is the hour after it; all others stay.
        assert one.at.astimezone(HELSINKI).date() == day
        assert one.at.astimezone(HELSINKI).minute == first.minute
        assert (one.left_out == WEEK_OUT) == (monday_of(day) in skipped)
        assert one.left_out is not None or finnish(day) is None
    assert {one.hour for one in held} <= {first.hour, *({first.hour + 1} if first.hour == 3 else ())}


def test_a_rhythm_ends_where_everything_is_left_out() -> None:
    found = [*slots(datetime(2027, 1, 5, 7, tzinfo=UTC), 1, HELSINKI, holiday=lambda day: "aina", number=2)]
    assert 500 < len(found) <= 1_000
    assert all(one.left_out == "aina" for one in found)
