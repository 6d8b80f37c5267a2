"""Holds: an authority's order, or a party for their own documents, stops deletion clocks (visibility.md rule 8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from mediation.acts.acting import SEATED, Acting, act
from mediation.case import record
from mediation.case.seat import take_office
from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.database import Db
from mediation.store.models import Case, Hold, get, put
from mediation.words.fields import SHORT, checked, one_of
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import CaseState, case_state

OWN_DOCUMENTS = timedelta(days=365)  # how long a party's hold lasts; the party can renew it
BY_ORDER = (DeletionClock.CONTENT, DeletionClock.AGREEMENT, DeletionClock.RECORD)
IF_NAMED = (str(DeletionClock.PRIVATE), str(DeletionClock.NOTES))  # private words and notes


@act("hold-own-documents", permission=SEATED, entry="hold-clocks")
def hold_own_documents(case: Acting) -> Hold:
    """A party, or former party, keeps their own documents from being deleted, for a year from now; again renews it.

    Refuses with `not-a-party` and `nothing-to-hold` (they were deleted).
    """
    if not case.seat.is_any(Trait.LASTS):
        raise NotPermitted("not-a-party")
    _refuse_gone(case.db, case.id, DeletionClock.AGREEMENT)
    person_id = case.seat.person_id
    mine = Hold.case_id == case.id, Hold.kind == "party", Hold.placed_by == person_id
    hold = case.db.scalar(select(Hold).where(*mine, *_in_force(case.db.now())))
    if hold is None:
        hold = Hold(kind="party", clocks=DeletionClock.AGREEMENT.value, placed_by=person_id)
    hold.until = case.db.now() + OWN_DOCUMENTS
    case.write(hold)
    case.record(hold.id, hold.kind)
    return hold


@act("lift-own-hold", permission=SEATED, entry="lift-hold")
def lift_own_hold(case: Acting, hold_id: str) -> Hold:
    """A party lets their own documents be deleted in due time after all. Twice changes nothing. Refuses with `hold-not-found`."""
    person_id = case.seat.person_id
    hold = case.find(Hold, hold_id, "hold-not-found", kind="party", placed_by=person_id)
    if _lifted(case.db, hold, person_id):
        case.record(hold.id, hold.kind)
    return hold


def hold_by_order(db: Db, person_id: str, number: str, reference: str, named: Sequence[str] = ()) -> Hold:
    """An admin carries out an authority's order, with its reference, on a case of their organisation.

    Private words and notes are kept only if the order names them: `named` says which, `private` or `notes`.
    Refuses with `office-needed`, `case-not-found`, `choice-unknown`, `nothing-to-hold` and a text over its limit.
    """
    case = _case_of_admin(db, person_id, Case.number == number, "case-not-found")
    for clock in named:
        one_of(clock, IF_NAMED, "named")
    _refuse_gone(db, case.id, DeletionClock.RECORD)
    clocks = ",".join([*BY_ORDER, *dict.fromkeys(named)])
    hold = Hold(id=db.new_id(), case_id=case.id, kind="authority", clocks=clocks, placed_by=person_id, at=db.now())
    put(db, hold, "reference", checked(reference, "reference", SHORT))
    db.add(hold)
    record.append(db, case, "hold-clocks", actor=person_id, about=[hold.id, hold.kind, *named])
    return hold


def lift_order(db: Db, person_id: str, hold_id: str) -> None:
    """An admin ends a hold because its order has ended. Twice changes nothing.

    Refuses with `office-needed` and `hold-not-found`.
    """
    held = select(Hold.case_id).filter_by(id=hold_id, kind="authority").scalar_subquery()
    case = _case_of_admin(db, person_id, Case.id == held, "hold-not-found")
    hold = db.get_one(Hold, hold_id)
    if _lifted(db, hold, person_id):
        record.append(db, case, "lift-hold", actor=person_id, about=[hold.id, hold.kind])


def orders_held(db: Db, person_id: str) -> list[dict[str, Any]]:
    """The orders in force in the organisations of an admin, the oldest first: number of the case and reference, no content.

    Refuses with `office-needed`.
    """
    organisations = list(take_office(db, person_id, "admin"))
    current = Hold.kind == "authority", Case.organisation_id.in_(organisations), *_in_force(db.now())
    rows = select(Hold, Case.number).join(Case, Case.id == Hold.case_id).where(*current)
    return [
        {
            "id": hold.id,
            "number": number,
            "reference": get(db, hold, "reference"),
            "clocks": hold.clocks.split(","),
            "at": hold.at,
        }
        for hold, number in db.execute(rows.order_by(Hold.at, Hold.id))
    ]


def _case_of_admin(db: Db, person_id: str, which: ColumnElement[bool], missing: str) -> CaseState:
    organisations = list(take_office(db, person_id, "admin"))
    case = db.scalar(select(Case).where(which, Case.organisation_id.in_(organisations)).with_for_update())
    if case is None:
        raise NotFound(missing)
    return case_state(case)


def _refuse_gone(db: Db, case_id: str, clock: DeletionClock) -> None:
    if db.keys.is_gone(KeyName(case_id, clock)):
        raise NotYet("nothing-to-hold")


def _in_force(now: datetime) -> tuple[Any, ...]:
    return Hold.lifted_at.is_(None), or_(Hold.until.is_(None), Hold.until > now)


def _lifted(db: Db, hold: Hold, person_id: str) -> bool:
    if hold.lifted_at is not None:
        return False
    hold.lifted_at, hold.lifted_by = db.now(), person_id
    return True
