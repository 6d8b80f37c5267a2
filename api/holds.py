"""Authorities' orders that a case be kept."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.http.bodies import Body
from api.http.dependencies import ReadAdmin, Reading, WriteAdmin, Writing
from api.http.problems import View, problems
from api.http.routes import router_for
from api.http.views import IdView
from mediation.acts import holds as acts
from mediation.words.fields import CaseNumber, Id, choices

router = router_for("/holds", "held-orders")


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


@router.get("")
def read_orders(holder: ReadAdmin, db: Reading) -> list[OrderView]:
    """The authorities' orders that stand in your organisation (admins)."""
    return [OrderView(**one) for one in acts.orders_held(db, holder.person_id)]


@router.post("", status_code=201, responses=problems(404))
def hold_by_order(body: AuthorityOrderBody, holder: WriteAdmin, db: Writing) -> IdView:
    """Carry out an authority's order that a case be kept (admins)."""
    return IdView(id=acts.hold_by_order(db, holder.person_id, body.number, body.reference, body.named).id)


@router.post("/{hold}/lifting", status_code=201, responses=problems(404))
def lift_order(hold: Id, holder: WriteAdmin, db: Writing) -> IdView:
    """End a hold whose order has ended (admins)."""
    acts.lift_order(db, holder.person_id, hold)
    return IdView(id=hold)
