"""The week of somebody who leads, at a glance."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Request, Response

from api.http.dependencies import Reading, ReadSelf
from api.http.pages import page
from api.http.routes import router_for
from mediation.acts.rhythm import monday_of
from mediation.reading.week import DAYS, read_week
from workflows import WORKFLOWS

router = router_for("/week", "week")
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


@router.get("", include_in_schema=False)
def week(request: Request, person: ReadSelf, db: Reading, of: Annotated[date | None, Query()] = None) -> Response:
    """The sessions of all cases that you lead in the week of a day, by default of today; and the weeks beside it."""
    day = of if of is not None and _FIRST <= of <= _LAST else db.today()
    monday = monday_of(day)
    days = read_week(db, WORKFLOWS, person.id, monday)
    beside = [monday - timedelta(days=DAYS), monday + timedelta(days=DAYS)]
    return page(request, "week", days=days, beside=beside, today=db.today(), last=monday + timedelta(days=DAYS - 1))
