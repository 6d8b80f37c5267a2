"""A series before it is planned or moved: the times on which there is a session, and those left out, with why."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from mediation.acts.rhythm import WEEK_OUT, Slot, monday_of
from mediation.acts.series import rest_of_series, series_kind, series_slots, weeks_left_out
from mediation.case.seat import Seat
from mediation.errors import NotPermitted
from mediation.reading.clashes import warnings_of_each
from mediation.reading.view import ABSENT, Absent, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import Meeting
from mediation.words.catalogue import say


@view
class SeriesTime:
    """One time of a rhythm; `left_out` is why there is no session then: the name of a holiday, or that the week is out.

    `warnings` do not hinder: that the time is past, or taken, or that the same session is planned already.
    """

    at: datetime
    left_out: IfSeen[str] = ABSENT
    warnings: IfSeen[list[str]] = ABSENT


@view
class SeriesPreview:
    """The times of a series, in their order, and on how many of them there is a session."""

    times: list[SeriesTime]
    sessions: int


def preview_series(
    db: Db,
    seat: Seat,
    first_at: datetime,
    weeks: int,
    how_many: int | None,
    last_day: date | None,
    weeks_out: Iterable[date],
    minutes: int,
    language: str,
) -> SeriesPreview:
    """What planning a series would plan; nothing is written.

    Refuses like planning one, and with `act-not-yours` who may not plan one.
    """
    _check_planner(seat)
    mondays = {monday_of(one) for one in weeks_out}
    found = series_slots(db, seat, first_at, weeks, how_many, last_day, mondays, language)
    return _shown(db, seat, found, minutes, language)


def preview_move(
    db: Db,
    seat: Seat,
    session_id: str,
    planned_at: datetime,
    weeks: int | None,
    weeks_out: Sequence[date],
    language: str,
) -> SeriesPreview:
    """What moving a series from a session on would make of it; nothing is written. Refuses like moving it."""
    _check_planner(seat)
    series, rows = rest_of_series(db, seat.case.id, session_id)
    mondays = {monday_of(one) for one in weeks_out} or weeks_left_out(series)
    found = series_slots(db, seat, planned_at, weeks or series.weeks, len(rows), None, mondays, language)
    return _shown(db, seat, found, series.minutes, language, moved=[one.id for one in rows])


def _check_planner(seat: Seat) -> None:
    if not seat.workflow.acts().get("plan-series", frozenset()) & seat.roles:
        raise NotPermitted("act-not-yours", act="plan-series")


def _shown(
    db: Db, seat: Seat, found: Sequence[Slot], minutes: int, language: str, *, moved: Collection[str] = ()
) -> SeriesPreview:
    kind = series_kind(seat.workflow)
    planned = [Meeting(kind=kind, planned_at=one.at, planned_minutes=minutes) for one in found]
    warned = warnings_of_each(db, seat, planned, but=moved)
    times = [
        SeriesTime(at=one.at, left_out=_why(one, language), warnings=_told(one, codes, language))
        for one, codes in zip(found, warned, strict=True)
    ]
    return SeriesPreview(times=times, sessions=sum(one.left_out is None for one in found))


def _told(slot: Slot, codes: Sequence[str], language: str) -> list[str] | Absent:
    return [say(f"warning.{one}", language) for one in codes] if codes and slot.left_out is None else ABSENT


def _why(slot: Slot, language: str) -> str | Absent:
    if slot.left_out is None:
        return ABSENT
    return say("page.week-out", language) if slot.left_out == WEEK_OUT else slot.left_out
