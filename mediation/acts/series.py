"""A series of sessions: planned at once from a rhythm, moved or cancelled from one on; each has its own reminder."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.calls import CALLED, call_each, coming_along
from mediation.acts.marks import end_marks
from mediation.acts.rhythm import MINUTES, MOST_SESSIONS, WEEKS, Slot, monday_of, slots
from mediation.acts.series_letters import call_off_times, tell_of_series
from mediation.acts.session_letters import ANOTHER_TIME
from mediation.acts.sessions import Form, month_of, session_row
from mediation.case.seat import Seat
from mediation.errors import Malformed, NotFound, NotYet
from mediation.store.database import Db
from mediation.store.models import Mark, Meeting, Organisation, Series, put
from mediation.words.dates import holiday
from mediation.words.fields import Count, Day, Moment, must, sent
from mediation.workflow.declaration import Workflow

Weeks = Annotated[Count, must(WEEKS.__contains__, "interval-out-of-range", least=WEEKS[0], most=WEEKS[-1])]
Length = Annotated[Count, must(MINUTES.__contains__, "minutes-out-of-range", least=MINUTES[0], most=MINUTES[-1])]
HowMany = Annotated[Count, must(range(1, MOST_SESSIONS + 1).__contains__, "number-out-of-range", most=MOST_SESSIONS)]


@sent("WeekOutBody")
@dataclass(frozen=True)
class WeekOut:
    """A week in which there is no session, by any day of it."""

    day: Day


WeeksOut = Annotated[list[WeekOut], Field(max_length=100)]


def series_kind(workflow: Workflow) -> str:
    """The kind of session that comes in series; "" where none does."""
    return next((code for code, one in workflow.session_kinds.items() if one.in_series), "")


@act("plan-series", leaves=CALLED, correctable=False)
def plan_series(
    case: Acting,
    first_at: Moment,
    *,
    weeks: Weeks = 3,
    minutes: Length = 90,
    how_many: HowMany | None = None,
    last_day: Day | None = None,
    weeks_out: WeeksOut = [],  # noqa: B006 - never changed
    form: Form = "on-site",
    place: str = "",
) -> Series:
    """Plan sessions every so many weeks from a moment (UTC) on, at the same local time: so many, or up to a day.

    A time on a public holiday, or in a week of `weeks_out`, is left out; the rhythm goes on. Everybody gets one letter for all
    of them, and a reminder the day before each. Refuses with `interval-out-of-range` (1–8 weeks), `minutes-out-of-range`
    (45–240), `number-out-of-range`, `series-needs-end`, `series-too-long` and `series-empty`.
    """
    kind = series_kind(case.seat.workflow)
    found = series_slots(case.db, case.seat, first_at, weeks, how_many, last_day, mondays_of(weeks_out))
    times = [one.at for one in found if _is_held(one)]
    series = Series(kind=kind, weeks=weeks, minutes=minutes, planned_by=case.doer.id)
    series.skipped = _kept(mondays_of(weeks_out))
    case.write(series)
    rows = [_planned(case, series, at, form, place) for at in times]
    case.db.add_all(rows)
    case.db.flush()
    call_each(case, rows, coming_along(case, case.seat.workflow.session_kinds[kind]))
    case.record(series.id, kind, str(len(rows)))
    tell_of_series(case, series.id, "series-planned", rows)
    return series


def series_slots(
    db: Db,
    seat: Seat,
    begins: datetime,
    weeks: int,
    how_many: int | None,
    last_day: date | None,
    mondays: Collection[date],
    language: str = "fi",
) -> list[Slot]:
    """The times of a series before it is planned, those left out among them, each with the name of its holiday.

    Refuses with `series-needs-end`, `series-too-long` and `series-empty`.
    """
    if how_many is None and last_day is None:
        raise Malformed("series-needs-end", field="how_many")
    named = partial(holiday, country=db.get_one(Organisation, seat.case.organisation_id).country, language=language)
    found = [*slots(begins, weeks, db.zone, holiday=named, skipped=mondays, number=how_many, until=last_day)]
    count = sum(map(_is_held, found))
    if count > MOST_SESSIONS:
        raise Malformed("series-too-long", field="last_day", most=MOST_SESSIONS)
    if not count:
        raise Malformed("series-empty", field="last_day" if last_day is not None else "first_at")
    return found


def mondays_of(weeks_out: Iterable[WeekOut]) -> frozenset[date]:
    """The Mondays of weeks that are left out."""
    return frozenset(monday_of(one.day) for one in weeks_out)


def _kept(mondays: Iterable[date]) -> str:
    return ",".join(sorted(one.isoformat() for one in mondays))


def _is_held(slot: Slot) -> bool:
    return slot.left_out is None


def _planned(case: Acting, series: Series, at: datetime, form: str, place: str) -> Meeting:
    row = session_row(case, series.kind, at, series.minutes, form)
    row.id, row.case_id, row.series_id, row.called_by_name = case.db.new_id(), case.id, series.id, True
    row.serves = ",".join(case.seat.workflow.session_kinds[series.kind].serves)
    if place:
        put(case.db, row, "place", place)
    return row


def rest_of_series(db: Db, case_id: str, session_id: str) -> tuple[Series, list[Meeting]]:
    """The series of a session, and those of it that are still ahead from this one on, by their time.

    Refuses with `session-not-found`, `session-begun`, and `not-in-a-series`.
    """
    row = db.scalar(select(Meeting).filter_by(case_id=case_id, id=session_id))
    if row is None:
        raise NotFound("session-not-found")
    if row.begun_at is not None or row.ended_at is not None:
        raise NotYet("session-begun")
    series = db.scalar(select(Series).filter_by(case_id=case_id, id=row.series_id or ""))
    if series is None:
        raise NotYet("not-in-a-series")
    ahead = Meeting.case_id == case_id, Meeting.begun_at.is_(None), Meeting.ended_at.is_(None)
    later = select(Meeting).where(*ahead, Meeting.series_id == series.id, Meeting.planned_at >= row.planned_at)
    return series, list(db.scalars(later.order_by(Meeting.planned_at, Meeting.id)))


def weeks_left_out(series: Series) -> frozenset[date]:
    """The Mondays of the weeks that were left out when a series was planned."""
    return frozenset(date.fromisoformat(one) for one in series.skipped.split(",") if one)


@act("move-series", permission="plan-series")
def move_series(
    case: Acting,
    session_id: str,
    planned_at: Moment,
    *,
    weeks: Weeks | None = None,
    minutes: Length | None = None,
    weeks_out: WeeksOut | None = None,
) -> Series:
    """Move a session of a series and all after it that are still ahead: this one to a moment (UTC), the others in the rhythm.

    What is left out stays as it was: the interval, how long they take and the weeks left out. As many sessions remain; one
    letter tells all the new times. The same again changes nothing. Refuses with `not-in-a-series`, `session-begun`, and
    like `plan_series`.
    """
    series, rows = rest_of_series(case.db, case.id, session_id)
    out = weeks_left_out(series) if weeks_out is None else mondays_of(weeks_out)
    weeks, minutes = weeks or series.weeks, minutes or rows[0].planned_minutes
    found = series_slots(case.db, case.seat, planned_at, weeks, len(rows), None, out)
    times = [one.at for one in found if _is_held(one)]
    if len(times) < len(rows):
        raise Malformed("series-too-long", field="weeks_out", most=MOST_SESSIONS)
    moved = [
        (row, at) for row, at in zip(rows, times, strict=True) if (row.planned_at, row.planned_minutes) != (at, minutes)
    ]
    series.weeks, series.minutes = weeks, minutes
    series.skipped = _kept(out)
    if not moved:
        return series
    for row, at in moved:
        row.planned_at, row.month, row.planned_minutes = at, month_of(case, at), minutes
        row.changes += 1
    case.db.flush()
    _answer_wishes(case, [row for row, _ in moved])
    case.record(series.id, session_id, str(len(moved)))
    call_off_times(case, [row for row, _ in moved])
    tell_of_series(case, series.id, "series-moved", [row for row, _ in moved])
    return series


@act("cancel-series", permission="plan-session")
def cancel_series(case: Acting, session_id: str) -> Series:
    """Cancel a session of a series and all after it that are still ahead, with one letter.

    Refuses with `not-in-a-series`, and with `session-begun` what has begun, or was cancelled.
    """
    series, rows = rest_of_series(case.db, case.id, session_id)
    for row in rows:
        row.ended_at, row.ended_how = case.db.now(), "cancelled"
        row.changes += 1
    case.db.flush()
    _answer_wishes(case, rows)
    case.record(series.id, session_id, str(len(rows)))
    call_off_times(case, rows)
    tell_of_series(case, series.id, "series-cancelled", rows)
    return series


def _answer_wishes(case: Acting, rows: Sequence[Meeting]) -> None:
    end_marks(case.db, "redone", Mark.kind == ANOTHER_TIME, Mark.about.in_([one.id for one in rows]))
