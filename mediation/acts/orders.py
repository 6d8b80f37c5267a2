"""The employer's order: what the parties may read of it, what is between employer and mediator, and its changes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, and_, exists, or_, select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import find_mark
from mediation.acts.terms import TERMS, keep_first_terms, renew_terms
from mediation.case import record
from mediation.case.access import with_trait
from mediation.case.seat import Doer, Seat
from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.store.models import (
    AgreedText,
    Agreement,
    Case,
    Mark,
    Meeting,
    Order,
    Participant,
    RoleHeld,
    get,
    remaining,
)
from mediation.words.fields import (
    SHORT,
    Day,
    LanguageCode,
    Line,
    NeededText,
    OwnLines,
    choices,
    counted,
    on_lines,
    on_one_line,
    without_empty,
)
from mediation.workflow.declaration import Trait, Way, Workflow
from mediation.workflow.facts import case_state

LONGEST_SESSION = timedelta(days=1)
BILLING_PERIODS = ("month", "quarter", "half-year", "whole")
MOST_CANCELLATION_HOURS = 14 * 24
BillingPeriod = Annotated[str, choices(BILLING_PERIODS)]
Payer = Annotated[Line, Field(description="Who pays; empty: the employer."), on_one_line()]
Scope = Annotated[
    Line, Field(description="What the mediation is about, as far as the parties may read it."), on_lines()
]
IfFails = Annotated[Line, Field(description="What happens if it fails; empty: nothing follows from it."), on_lines()]
Contact = Annotated[
    str, Field(max_length=SHORT, description="Whom a party can ask about practical matters."), on_one_line()
]
CancellationHours = Annotated[
    int,
    Field(
        ge=0,
        le=MOST_CANCELLATION_HOURS,
        description="Until how many hours before it a session is cancelled free of charge.",
    ),
    BeforeValidator(counted),
]


@act("order-mediation")
def order_mediation(
    case: Acting,
    *,
    terms: NeededText,
    payer: Payer = "",
    scope: Scope = "",
    if_fails: IfFails = "",
    billing_period: BillingPeriod = "quarter",
    contact: Contact = "",
    own_lines: OwnLines = {},  # noqa: B006 - never changed
    language: LanguageCode = "fi",
    final_date: Day | None = None,
    cancellation_hours: CancellationHours | None = None,
) -> Order:
    """The commissioner orders the mediation: `terms` are between employer and mediator, the rest the parties may read.

    Another order later is a change: it takes effect within minutes, but not before no session is under way and no text is
    out for signing, and the answer does not tell (workflow.md rule 15). The same order again changes nothing. Refuses with
    `date-not-ahead` a final date that is not ahead.
    """
    readable = _readable(payer, scope, if_fails, billing_period, contact, own_lines)
    if cancellation_hours is not None:
        readable["cancellation_hours"] = cancellation_hours
    current = newest_order(case.db, case.id)
    if current is not None and _says(case.db, current) == (terms, readable, language, final_date):
        return current
    if final_date is not None and final_date <= case.db.today():
        raise Malformed("date-not-ahead", field="final_date")
    return _write(case, terms, readable, language, final_date)


def _says(db: Db, order: Order) -> tuple[object, ...]:
    # An order of before has nothing that the parties may read: as if all of that had been left out.
    readable = get(db, order, "readable") or _readable("", "", "", "quarter", "", {})
    return get(db, order, "terms"), readable, order.language, order.final_date


def _readable(
    payer: str, scope: str, if_fails: str, billing_period: str, contact: str, own_lines: Mapping[str, list[str]]
) -> dict[str, object]:
    return {
        "payer": payer,
        "scope": scope,
        "if_fails": if_fails,
        "billing_period": billing_period,
        "contact": contact,
        "own_lines": without_empty(own_lines),
    }


def _write(case: Acting, terms: str, readable: Mapping[str, object], language: str, final_date: date | None) -> Order:
    ordered = case.rows(Order, replaced_at=None)
    for waiting in ordered:  # of several changes that wait only the last one counts
        if waiting.waits_since is not None:
            waiting.replaced_at = case.db.now()
    order = Order(language=language, final_date=final_date, ordered_by=case.doer.id)
    order.waits_since = case.db.now() if ordered else None
    case.write(order, terms=terms, readable=readable)
    if not ordered:
        renew_terms(case)
    case.record(order.id, words=[terms, str(readable)])
    if ordered:
        case.tell(case.with_trait(Trait.LEADS), about=order.id)
    return order


def newest_order(db: Db, case_id: str) -> Order | None:
    """What the commissioner ordered last, whether it waits or not."""
    mine = select(Order).where(Order.case_id == case_id, Order.replaced_at.is_(None))
    return db.scalar(mine.order_by(Order.waits_since.is_(None), Order.at.desc()).limit(1))


def readable_order(db: Db, case_id: str) -> Mapping[str, object]:
    """What the parties may read of the order in force; empty without one, of one from before that was asked, or once deleted."""
    order = select(Order).where(Order.case_id == case_id, Order.waits_since.is_(None), Order.replaced_at.is_(None))
    row = db.scalar(order.order_by(Order.at.desc()).limit(1))
    return (remaining(db, row, "readable") if row is not None else None) or {}


def due_orders(
    db: Db, workflows: Mapping[str, Workflow], *which: ColumnElement[bool], whole: bool = True
) -> Sequence[str]:
    """The ids of the orders of cases under way that wait for nothing any more.

    With `whole` also of those whose terms were not kept yet, as before there were any: for them all orders are looked at.
    """
    have_terms = Case.workflow.in_([code for code, one in workflows.items() if TERMS in one.items])
    kept = exists().where(AgreedText.case_id == Order.case_id, AgreedText.kind == TERMS)
    led = exists().where(
        RoleHeld.case_id == Order.case_id, RoleHeld.until.is_(None), with_trait(workflows, Trait.LEADS)
    )
    due = and_(Order.waits_since.is_not(None), ~_is_busy(db))
    if whole:
        due = or_(due, and_(Order.waits_since.is_(None), have_terms, led, ~kept))
    mine = select(Order.id).join(Case, Case.id == Order.case_id).where(Order.replaced_at.is_(None), due, *which)
    return db.scalars(mine.where(Case.outcome.is_(None)).order_by(Order.at)).all()


def _is_busy(db: Db) -> ColumnElement[bool]:
    # A session is under way, or a text is out for signing. A session that nobody ended is over after a day.
    begun = Meeting.begun_at > db.now() - LONGEST_SESSION, Meeting.ended_at.is_(None)
    under_way = exists().where(Meeting.case_id == Order.case_id, *begun)
    return or_(under_way, exists().where(Agreement.case_id == Order.case_id, Agreement.state == "sent"))


def bring_into_force(db: Db, order_id: str, *, workflows: Mapping[str, Workflow]) -> None:
    """Let an order replace the one before, and the terms say what it says; of one in force before terms were kept, keep them.

    Twice changes nothing. In the record it stands as the orderer's.
    """
    order = db.get_one(Order, order_id)
    case = db.scalars(select(Case).where(Case.id == order.case_id).with_for_update()).one()
    if not due_orders(db, workflows, Order.id == order_id):  # somebody was quicker while we waited for the case
        return
    orderer = db.get_one(Participant, order.ordered_by)
    seat = Seat(case_state(case), workflows[case.workflow], orderer.person_id, orderer.id, frozenset())
    acting = Acting(db, seat, "order-in-force", Doer(orderer.id, Way.OWN_DEVICE, orderer.id))
    before = acting.row(Order, replaced_at=None, waits_since=None)
    if before is order:
        keep_first_terms(acting)
    else:
        asks = before is None or _asks(db, before, order)
        if before is not None:
            before.replaced_at = db.now()
        order.waits_since = None
        db.flush()
        renew_terms(acting, asks=asks)
    record.append(db, seat.case, "order-in-force", actor=orderer.id, about=[order.id])


def _asks(db: Db, before: Order, after: Order) -> bool:
    # Told, and not asked, are a later final date, a contact and how often the employer is billed (workflow.md rule 15).
    was, is_now = get(db, before, "readable") or {}, get(db, after, "readable") or {}
    asked = any(was.get(name) != is_now.get(name) for name in ("payer", "scope", "if_fails", "own_lines"))
    earlier = after.final_date is not None and (before.final_date is None or after.final_date < before.final_date)
    return asked or earlier


@act("show-own-lines", leaves="showed-own-lines", correctable=False)
def show_own_lines(case: Acting, order_id: str) -> Mark:
    """The mediator has read the organisation's own lines, and lets them stand in the terms, in a box under its name.

    Those of a change that waits stand there once it takes effect. Twice changes nothing. Refuses with `order-not-found`.
    """
    order = case.find(Order, order_id, "order-not-found", replaced_at=None)
    mark = find_mark(case.db, case.doer.id, "showed-own-lines", order.id)
    if mark is not None:
        return mark
    new = Mark(participant_id=case.doer.id, kind=case.mark_kind(), about=order.id, value="yes")
    mark = case.write(new)
    renew_terms(case)
    case.record(mark.id, order.id)
    return mark
