"""The course of a case as a page: by day, what was done and by whom, as far as the table may know."""

from itertools import groupby
from typing import Annotated

from fastapi import Query, Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.pages import page
from api.http.routes import case_router
from api.http.security import settings_of
from api.pages.doors import case_path
from mediation.reading.timeline import MOST_PAGES, read_timeline

timeline = case_router("timeline")

PageNumber = Annotated[int, Query(alias="page", ge=1, le=MOST_PAGES, description="Which page, the newest first.")]


@timeline.get("", include_in_schema=False)
def read(request: Request, seat: ReadSeat, db: Reading, which: PageNumber = 1) -> Response:
    """What happened in the case, the newest first; nothing of what is between the mediator and one party."""
    course, zone = read_timeline(db, seat, page=which), settings_of(request).zone
    days = [(day, list(lines)) for day, lines in groupby(course.lines, lambda one: one.at.astimezone(zone).date())]
    older = which + 1 if course.more and which < MOST_PAGES else None
    return page(request, "timeline", case=case_path(request), days=days, newer=which - 1, older=older)
