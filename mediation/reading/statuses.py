"""What HR reads: its own cases by number, one line each; of a case only the few columns that the line tells."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from mediation.acts.hours import half_hours, minutes_worked, told
from mediation.case.access import opens, seated, with_trait
from mediation.case.status import progress
from mediation.errors import NotFound
from mediation.reading.hours import HoursLine, told_lines
from mediation.reading.order import OrderReadable, newest_order, readable_part
from mediation.reading.referrals import own_referral
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import (
    AttendanceBasis,
    Case,
    Declaration,
    Order,
    Organisation,
    Participant,
    RoleHeld,
    is_gone,
    remaining,
)
from mediation.workflow.declaration import Trait, Workflow


@view
class StatusView:
    """One line for the commissioner: a rung of the ladder, a month, a coarse outcome and the agreed notice."""

    number: str
    workflow: str
    organisation: str
    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None
    screening: str | None
    ordered: bool
    notice: dict[str, str] | None


@view
class ReferredReach:
    """How a party is reached and when they can come, as the referral says."""

    name: str
    phone: str
    availability: str


@view
class ReferredPerson:
    """A party as the referral named them, and on what their attendance rests."""

    name: str
    capacity: str
    basis: str
    ground: str | None


@view
class OwnReferral:
    """What the reader wrote in the referral besides, for the mediators."""

    wished_outcome: str | None = None
    done_so_far: str | None = None
    consulted: list[str] = field(default_factory=list)
    parties_know: bool | None = None
    availability: str | None = None
    parties: list[ReferredReach] = field(default_factory=list)


@view
class ReferredMatter:
    """What the referral itself said; it is never updated. `own` is there where the reader wrote it."""

    subject: str
    language: str
    parties: list[ReferredPerson]
    own: IfSeen[OwnReferral] = ABSENT


@view
class OrderedMediation:
    """What the commissioner ordered last; whether it is in force yet is not told."""

    terms: str | None
    readable: OrderReadable | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    final_date: date | None


@view
class StatusDetailView(StatusView):
    """One case: besides its line the referral, the order, that ties were declared, and the hours for billing.

    `billed` has one total for each closed billing period, `hours` their sum once the case has ended.
    """

    referral: ReferredMatter | None
    order: OrderedMediation | None
    ties_declared: bool
    billed: list[HoursLine]
    hours: float | None


def statuses(
    db: Db,
    workflows: Mapping[str, Workflow],
    person_id: str,
    *,
    after: str = "",
    limit: int = 50,
    number: str | None = None,
) -> list[StatusView]:
    """The cases that this person ordered, as long as they hold the office that the role is part of.

    By number, in one statement, and one for the keys of their notices; keyset paging, `after` a number.
    """
    ordered = select(Order.id).where(Order.case_id == Case.id).exists()
    query = (
        select(columns(Case, StatusView), Organisation.name, ordered)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Participant, Participant.case_id == Case.id)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .where(*seated(person_id, after, number), with_trait(workflows, Trait.ORDERS), opens(workflows))
        .order_by(Participant.number)
        .limit(limit)
    )
    rows = db.execute(query).all()
    if noticed := [case.id for case, *_ in rows if case.notice is not None]:
        db.keys.read_together(noticed)
    return [
        StatusView(
            number=case.number,
            workflow=case.workflow,
            organisation=name,
            **progress(workflows[case.workflow], case, db.today())._asdict(),
            screening=case.screening_result,
            ordered=is_ordered,
            notice=remaining(db, case, "notice"),
        )
        for case, name, is_ordered in rows
    ]


def status(db: Db, workflows: Mapping[str, Workflow], person_id: str, number: str) -> StatusDetailView:
    """One case of `statuses`, with its details.

    Refuses with `case-not-found` what is not this commissioner's.
    """
    found = statuses(db, workflows, person_id, number=number)
    if not found:
        raise NotFound("case-not-found")
    case = db.scalars(select(columns(Case, StatusDetailView)).where(Case.number == number)).one()
    billed, own = told(db, case.id), own_referral(db, person_id, case.id)
    shown_to = _items(db, workflows[case.workflow], person_id, number)
    return StatusDetailView(
        **vars(found[0]),
        referral=_referral(db, case, remaining(db, case, "referral"), own) if "referral" in shown_to else None,
        order=_order(db, case.id) if "order" in shown_to else None,
        ties_declared=_ties_declared(db, case.id),
        billed=told_lines(billed),
        hours=_hours(db, workflows[case.workflow], case, billed) if case.outcome is not None else None,
    )


def _items(db: Db, workflow: Workflow, person_id: str, number: str) -> set[str]:
    """The items that somebody sees of a case that they ordered: who pays a share only did not refer it."""
    held = select(RoleHeld.role).join(Participant, Participant.id == RoleHeld.participant_id)
    return {
        name for role in workflow.roles_of(db.scalars(held.where(*seated(person_id, "", number)))) for name in role.sees
    }


def _referral(
    db: Db, case: Case, told: Mapping[str, Any] | None, own: Mapping[str, Any] | None
) -> ReferredMatter | None:
    if told is None:
        return None
    placed = select(AttendanceBasis).where(AttendanceBasis.case_id == case.id, AttendanceBasis.position.is_not(None))
    bases = {one.position: (one.basis, one.ground) for one in db.scalars(placed.order_by(AttendanceBasis.number))}
    parties = []
    for position, one in enumerate(told["parties"]):
        basis, ground = bases.get(position, (case.attendance_basis, None))
        parties.append(ReferredPerson(**one, basis=basis, ground=ground))
    matter = ReferredMatter(**{**told, "parties": parties})
    if own is None:
        return matter
    names = ("name", "phone", "availability")
    reached = [ReferredReach(**{name: one[name] for name in names}) for one in own["parties"]]
    return replace(matter, own=OwnReferral(**{**own, "parties": reached}))


def _order(db: Db, case_id: str) -> OrderedMediation | None:
    newest = newest_order(db, case_id)
    if newest is None:
        return None
    return shown(db, OrderedMediation, newest, readable=readable_part(db, newest))


def _ties_declared(db: Db, case_id: str) -> bool:
    # That it was done once, as long as it is kept: what is in force now would tell of a tie found late, or a new mediator.
    made = db.scalars(select(Declaration).where(Declaration.case_id == case_id))
    return any(not is_gone(db, one, "words") for one in made)


def _hours(db: Db, workflow: Workflow, case: Case, billed: list[tuple[date, int]]) -> float:
    # Until the last period is told, within minutes of the end, the same is counted.
    if case.hours_due is None:
        return sum(halves for _, halves in billed) / 2
    return half_hours(minutes_worked(db, workflow, case.id, db.today())) / 2
