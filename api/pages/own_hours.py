"""The pages of one's own hours: a year's table, and the confirmation of them."""

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadOwn
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import router_for
from api.own_hours import Year
from mediation.people.calendar_feeds import may_have_feed
from mediation.reading.own_hours import confirmation_of, hours_said, read_own_hours

router = router_for("/hours", "own-hours-pages")


@router.get("", include_in_schema=False)
def my_hours(request: Request, caller: ReadOwn, db: Reading, year: Year = None) -> Response:
    """Your own hours in a year, by month, form and kind."""
    language, hours = language_of(request), read_own_hours(db, caller.person.id, year)
    return page(
        request,
        "hours",
        mediates=may_have_feed(db, caller.person.id),
        hours=hours,
        years=sorted({*hours.years, hours.year}, reverse=True),
        said=lambda line: hours_said(line, language),
    )


@router.get("/confirmation", include_in_schema=False)
def my_confirmation(request: Request, caller: ReadOwn, db: Reading, year: Year = None) -> Response:
    """The confirmation of your hours in a year, as its PDF prints it."""
    paper = confirmation_of(db, caller.person, language_of(request), year)
    return page(request, "hours-confirmation", paper=paper, year=paper["case"])
