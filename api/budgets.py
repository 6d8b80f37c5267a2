"""The budget of a case, session by session, and the basis of its invoices."""

from typing import Annotated

from fastapi import Query, Response

from api.http.csv_files import MEDIA_TYPE, Cell, csv_answer
from api.http.dependencies import Language, Reading, ReadSeat
from api.http.languages import worded
from api.http.problems import problems
from api.http.routes import case_router
from api.http.views import files
from mediation.reading.budgets import BudgetView, read_budget, read_invoice_basis
from mediation.words.fields import Day

budget = case_router("budget")
invoice_basis = case_router("invoice-basis")
routers = (budget, invoice_basis)

_HEADINGS = ("page.period-begins", "page.period-ends", "page.day", "page.billed-what", "field.minutes", "page.in-hours")
_OF_PAYERS = ("field.payer", "page.share", "page.share-of-all", "page.share-minutes", "page.share-hours")


@budget.get("")
def read_the_budget(seat: ReadSeat, db: Reading) -> BudgetView:
    """How many sessions were agreed and held; for who supervises and who pays how many were cancelled late, and are left."""
    return read_budget(db, seat)


@invoice_basis.get("", response_class=Response, responses={200: files(MEDIA_TYPE), **problems(403, 404)})
def basis_of_an_invoice(
    seat: ReadSeat,
    db: Reading,
    language: Language,
    period: Annotated[Day, Query(description="The last day of a billing period that has closed.")],
) -> Response:
    """The sessions to be billed for a closed period as a CSV file, by payer where several pay; never who was there."""
    lines = read_invoice_basis(db, seat, period)
    rows: list[list[Cell]] = [[worded(code, language) for code in (*_HEADINGS, *_OF_PAYERS)]]
    for one in lines:
        of_session = [one.begins.isoformat(), one.ends.isoformat(), one.day.isoformat()]
        what = worded(f"billed.{one.what}", language)
        share = [one.payer, one.parts, one.all_parts, one.share_minutes, one.share_minutes / 60]
        rows.append([*of_session, what, one.minutes, one.minutes / 60, *share])
    return csv_answer(rows, language, f"invoice-basis-{seat.case.number}-{period}")
