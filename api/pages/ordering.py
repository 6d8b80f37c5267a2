"""What who orders mediation has: one status a case, and the acts of ordering. Nothing else."""

from datetime import date

from babel.dates import format_date
from fastapi import Request, Response

from api.http.dependencies import Number, Reading, ReadSelf
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import router_for
from api.pages.doors import forms_of
from mediation.case.seat import take_seat
from mediation.reading.statuses import status
from mediation.words.catalogue import LOCALES
from workflows import WORKFLOWS

statuses = router_for("/statuses", "status-pages")
routers = (statuses,)


@statuses.get("/{number}", include_in_schema=False)
def read_status(number: Number, request: Request, caller: ReadSelf, db: Reading) -> Response:
    """One status, and what who orders may do."""
    line = status(db, WORKFLOWS, caller.id, number)
    seat = take_seat(db, WORKFLOWS, number, caller.id)
    milestone = month_ahead(line.next_milestone, db.today(), language_of(request))
    return page(request, "status", line=line, milestone=milestone, acts=forms_of(request, number, seat.may_do()))


def month_ahead(month: str | None, today: date, language: str) -> str | None:
    """A month as `2027-02` in words; None where it is past, or there is none."""
    if month is None or month < today.strftime("%Y-%m"):
        return None
    return format_date(date.fromisoformat(f"{month}-01"), "LLLL y", locale=LOCALES[language])
