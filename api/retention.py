"""Retention: what of a case will be deleted and when, and what holds it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.http.bodies import Body
from api.http.dependencies import ReadAdmin, Reading, ReadSeat, WriteAdmin, Writing
from api.http.problems import View, problems
from api.http.routes import case_router, router_for
from api.http.views import IdView
from mediation.acts import holds as acts
from mediation.reading.retention import ClockView, HoldView, read_holds, read_retention
from mediation.words.fields import CaseNumber, Id, choices

clocks = case_router("retention")
case_holds = case_router("holds")
holds = router_for("/holds", "held-orders")
routers = (clocks, case_holds, holds)


class AuthorityOrderBody(Body):
    """An authority's order on a case; `named` are `private` words and `notes`, where the order names them."""

    number: CaseNumber
    reference: str
    named: list[Annotated[str, choices(acts.IF_NAMED)]] = Field(default=[], max_length=2)


class OrderView(View):
    """An order that stands, with the number of its case and nothing more of that."""

    id: str
    number: str
    reference: str
    clocks: list[str]
    at: datetime


@clocks.get("")
def read_clocks(seat: ReadSeat, db: Reading) -> list[ClockView]:
    """What of the case will be deleted and when, as far as it is yours (mediators, parties)."""
    return read_retention(db, seat)


@case_holds.get("")
def read_case_holds(seat: ReadSeat, db: Reading) -> list[HoldView]:
    """The holds on the case: your own; all of them, for mediators."""
    return read_holds(db, seat)


@holds.get("")
def read_orders(holder: ReadAdmin, db: Reading) -> list[OrderView]:
    """The authorities' orders that stand in your organisation (admins)."""
    return [OrderView(**one) for one in acts.orders_held(db, holder.person_id)]


@holds.post("", status_code=201, responses=problems(404))
def hold_by_order(body: AuthorityOrderBody, holder: WriteAdmin, db: Writing) -> IdView:
    """Carry out an authority's order that a case be kept (admins)."""
    return IdView(id=acts.hold_by_order(db, holder.person_id, body.number, body.reference, body.named).id)


@holds.post("/{hold}/lifting", status_code=201, responses=problems(404))
def lift_order(hold: Id, holder: WriteAdmin, db: Writing) -> IdView:
    """End a hold whose order has ended (admins)."""
    acts.lift_order(db, holder.person_id, hold)
    return IdView(id=hold)
