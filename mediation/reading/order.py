"""What a seat reads of the employer's order: its terms, and the part of it that the parties may read."""

from datetime import date, datetime

from sqlalchemy import exists, select

from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Order, RoleHeld, remaining
from mediation.workflow.declaration import Trait


@view
class OrderReadable:
    """What the parties may read of the order."""

    payer: str
    scope: str
    if_fails: str
    billing_period: str
    contact: str
    own_lines: dict[str, list[str]]
    cancellation_hours: IfSeen[int] = ABSENT


@view
class OrderTerms:
    """What the employer ordered, and until when; `waits` where it replaces the one in force later."""

    id: str
    terms: str | None
    readable: OrderReadable | None
    waits: bool
    deleted: IfSeen[bool] = ABSENT
    language: str
    final_date: date | None
    at: datetime


def read_order(db: Db, seat: Seat, level: Level) -> OrderTerms | None:
    """The employer's newest order, if there is one: the mediators see whether it waits."""
    one = newest_order(db, seat.case.id)
    if one is None:
        return None
    return shown(db, OrderTerms, one, readable=readable_part(db, one), waits=one.waits_since is not None)


def is_ordered(db: Db, seat: Seat) -> bool:
    """Whether anybody ordered the case, to whom its progress is told: what came by an inquiry may be nobody's order."""
    if not seat.workflow.takes_inquiries:
        return True
    orders = RoleHeld.role.in_(sorted(seat.workflow.who(Trait.ORDERS)))
    return bool(db.scalar(select(exists().where(RoleHeld.case_id == seat.case.id, orders))))


def newest_order(db: Db, case_id: str) -> Order | None:
    """What was ordered last, whether it waits or not, as `columns` reads it."""
    mine = select(columns(Order, OrderTerms)).where(Order.case_id == case_id, Order.replaced_at.is_(None))
    return db.scalar(mine.order_by(Order.waits_since.is_(None), Order.at.desc()).limit(1))


def readable_part(db: Db, order: Order) -> OrderReadable | None:
    """What the parties may read of an order; None where it was ordered before that was asked, or is deleted."""
    readable = remaining(db, order, "readable")
    return OrderReadable(**readable) if readable else None
