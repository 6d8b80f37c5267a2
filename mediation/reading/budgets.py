"""The budget of a case: how many sessions were agreed, held, cancelled late and are left; and the basis of an invoice."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from mediation.acts.billing import CANCELLED_LATE, HELD, payers_of, sessions_used, split
from mediation.acts.frames import agreed_frame, newest_frame
from mediation.acts.hours import told
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.errors import NotFound, NotPermitted
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import BilledSession, Case, HoursTold, Meeting


@view
class ShareLine:
    """What one payer pays: so many of all parts."""

    payer: str
    parts: int


@view
class BudgetView:
    """How many sessions were agreed and held; for who supervises and who pays how many were cancelled late and are left.

    `planned` are those ahead. `periods` are the last days of the billing periods that have closed, `shares` who pays.
    """

    agreed: int | None
    held: int
    planned: IfSeen[int] = ABSENT
    cancelled_late: IfSeen[int] = ABSENT
    left: IfSeen[int | None] = ABSENT
    periods: IfSeen[list[date]] = ABSENT
    shares: IfSeen[list[ShareLine]] = ABSENT


@view
class InvoiceLine:
    """A session as it is billed: its share of one payer, None where one pays it all."""

    begins: date
    ends: date
    day: date
    what: str
    minutes: int
    payer: str | None
    parts: int | None
    all_parts: int | None
    share_minutes: int


def read_budget(db: Db, seat: Seat) -> BudgetView:
    """The budget of a case, as far as this seat may see it. Refuses like `level_of`, and where no sessions are counted."""
    level = level_of(seat, "budget")
    used = sessions_used(db, seat.workflow, seat.case.id)
    held = sum(one.what == HELD for one in used)
    agreed = sessions_agreed(db, seat.case.id)
    if level != Level.FULL:
        return BudgetView(agreed=agreed, held=held)
    late = sum(one.what == CANCELLED_LATE for one in used)
    return BudgetView(
        agreed=agreed,
        held=held,
        planned=_planned(db, seat),
        cancelled_late=late,
        left=None if agreed is None else max(agreed - held - late, 0),
        periods=[until for until, _ in told(db, seat.case.id)],
        shares=[ShareLine(payer=one.name, parts=one.parts) for one in payers_of(db, seat.case.id)],
    )


def sessions_agreed(db: Db, case_id: str) -> int | None:
    """How many sessions the contract in force says, else the newest frame; None where none says it, or it was deleted."""
    try:
        frame = agreed_frame(db, case_id) or newest_frame(db, case_id)
    except NotFound:  # its words are gone
        return None
    return frame.session_count if frame is not None else None


def _planned(db: Db, seat: Seat) -> int:
    kinds = [code for code, one in seat.workflow.session_kinds.items() if one.counts]
    ahead = Meeting.case_id == seat.case.id, Meeting.kind.in_(kinds), Meeting.ended_at.is_(None)
    return len(db.scalars(select(Meeting.id).where(*ahead, Meeting.begun_at.is_(None))).all())


def read_invoice_basis(db: Db, seat: Seat, period: date) -> list[InvoiceLine]:
    """What is billed for the period that closed on a day, session by session, and by payer where several pay.

    A later change of shares is of the periods to come.
    Refuses with `period-not-found` what has not closed, and with `not-yours-to-see` who neither supervises nor pays.
    """
    if level_of(seat, "budget") != Level.FULL:
        raise NotPermitted("not-yours-to-see")
    ends = [until for until, _ in told(db, seat.case.id)]
    if period not in ends:
        raise NotFound("period-not-found")
    created = db.scalars(select(Case.created_at).where(Case.id == seat.case.id)).one()
    before = [one for one in ends if one < period]
    begins = before[-1] + timedelta(days=1) if before else created.astimezone(db.zone).date()
    billed = select(BilledSession).where(BilledSession.case_id == seat.case.id, BilledSession.until == period)
    told_at = db.scalars(select(HoursTold.at).filter_by(case_id=seat.case.id, until=period)).one()
    payers = payers_of(db, seat.case.id, told_at)
    lines = []
    for one in db.scalars(billed.order_by(BilledSession.day, BilledSession.session_id)):
        of_session: dict[str, Any] = {
            "begins": begins,
            "ends": period,
            "day": one.day,
            "what": one.what,
            "minutes": one.minutes,
        }
        if not payers:
            lines.append(InvoiceLine(**of_session, payer=None, parts=None, all_parts=None, share_minutes=one.minutes))
        whole = sum(each.parts for each in payers)
        for each, share in zip(payers, split(one.minutes, payers) if payers else (), strict=True):
            lines.append(
                InvoiceLine(**of_session, payer=each.name, parts=each.parts, all_parts=whole, share_minutes=share)
            )
    return lines
