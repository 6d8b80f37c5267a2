"""A series before it is planned or moved, and times to choose from."""

from typing import Annotated

from fastapi import Query

from api.http.dependencies import Language, Reading, ReadSeat
from api.http.problems import problems
from api.http.routes import case_router
from mediation.acts.rhythm import MINUTES, MOST_SESSIONS, WEEKS
from mediation.reading.series import SeriesPreview, preview_move, preview_series
from mediation.reading.time_choices import TimeChoiceLine, read_time_choices
from mediation.words.fields import Day, Id, Moment

series = case_router("series")
sessions_of_series = case_router("sessions")
time_choices = case_router("time-choices")
routers = (series, sessions_of_series, time_choices)

Weeks = Annotated[int | None, Query(ge=WEEKS[0], le=WEEKS[-1])]
WeeksOut = Annotated[list[Day], Query(max_length=100, description="A day in each week in which there is no session.")]


@series.get("/preview", name="preview", responses=problems(403))
def preview_a_series(
    seat: ReadSeat,
    db: Reading,
    language: Language,
    first_at: Annotated[Moment, Query()],
    weeks: Weeks = 3,
    how_many: Annotated[int | None, Query(ge=1, le=MOST_SESSIONS)] = None,
    last_day: Annotated[Day | None, Query()] = None,
    weeks_out: WeeksOut = [],  # noqa: B006 - never changed
    minutes: Annotated[int | None, Query(ge=MINUTES[0], le=MINUTES[-1])] = 90,
) -> SeriesPreview:
    """The times of a series before it is planned: those on which there is a session, and those left out, with why."""
    return preview_series(db, seat, first_at, weeks or 3, how_many, last_day, weeks_out, minutes or 90, language)


@sessions_of_series.get("/{session_id}/series/preview", name="preview-move", responses=problems(403, 404, 409))
def preview_a_move(
    session_id: Id,
    seat: ReadSeat,
    db: Reading,
    language: Language,
    planned_at: Annotated[Moment, Query()],
    weeks: Weeks = None,
    weeks_out: WeeksOut = [],  # noqa: B006 - never changed
) -> SeriesPreview:
    """The new times of a session of a series and of all after it, before they are moved."""
    return preview_move(db, seat, session_id, planned_at, weeks, weeks_out, language)


@time_choices.get("", name="read")
def read_all_time_choices(seat: ReadSeat, db: Reading) -> list[TimeChoiceLine]:
    """Times to choose from: how many can come when, and for who leads who."""
    return read_time_choices(db, seat)
