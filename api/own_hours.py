"""One's own hours: the register of who leads mediations or supervisions, as a table, a file and a confirmation."""

from typing import Annotated

from fastapi import Depends, Query, Response

from api.http.csv_files import MEDIA_TYPE, Cell, csv_answer
from api.http.dependencies import ONE_AT_A_TIME, BriefOwn, Language, Reading, ReadOwn
from api.http.languages import language_of, worded
from api.http.routes import router_for
from api.http.views import files
from api.printing import Printed
from mediation.reading.own_hours import OwnHours, confirmation_sheet, hours_said, read_own_hours

router = router_for("/me/hours", "own-hours")

Year = Annotated[int | None, Query(ge=2000, le=2199, description="The year; this one, unless it is said.")]
_HEADINGS = ("page.month", "page.hours-of-what", "field.minutes", "page.in-hours")


@router.get("", name="read")
def read_my_hours(caller: ReadOwn, db: Reading, year: Year = None) -> OwnHours:
    """Your own hours in a year, by month, form and kind: no names, no cases. They outlast the cases."""
    return read_own_hours(db, caller.person.id, year)


@router.get("/table", response_class=Response, responses={200: files(MEDIA_TYPE)})
def my_hours_as_a_file(caller: ReadOwn, db: Reading, language: Language, year: Year = None) -> Response:
    """The same as a CSV file, as spreadsheets open it."""
    hours = read_own_hours(db, caller.person.id, year)
    rows: list[list[Cell]] = [[worded(code, language) for code in _HEADINGS]]
    for month in hours.months:
        rows += [[month.month, hours_said(one, language), one.minutes, one.minutes / 60] for one in month.lines]
    return csv_answer(rows, language, f"hours-{hours.year}")


def typeset_confirmation(own: BriefOwn, year: Year = None, language: Printed = None) -> bytes:
    """The confirmation as a PDF: its words are read in a transaction, and typeset after that has ended."""
    return own.read(lambda db, me: confirmation_sheet(db, me, language or language_of(own.request), year)).pdf()


@router.get("/confirmation", response_class=Response, responses={200: files("application/pdf")})
def print_confirmation(pdf: Annotated[bytes, Depends(typeset_confirmation, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """A confirmation of your hours in a year as a PDF (PDF/A-2a, PDF/UA-1), for a professional body."""
    return Response(pdf, media_type="application/pdf")
