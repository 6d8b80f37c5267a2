"""Choosing: whether somebody can be given a case to mediate or to commission, as a plain yes or no."""

from sqlalchemy import ColumnElement, and_, false, not_, select
from sqlalchemy.orm import aliased

from mediation.case.access import EMPLOYERS_OFFICES, with_trait
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Case, Office, Participant, Person, RoleHeld
from mediation.workflow.declaration import Trait, Who
from mediation.workflow.declared import WORKFLOWS
from mediation.workflow.facts import CaseState


def can_lead(db: Db, seat: Seat, person_id: str, role: str) -> bool:
    """Whether somebody can be given a role that leads a case, such as that of mediator or co-mediator.

    They need the office of mediator; they must not have the employer's office of hr or admin, ever have been on another
    side of this case, or lead it already if a co-mediator is wanted. Nor do they lead, or have they led, a case of another
    workflow that goes on with somebody who takes part in this one: who supervises does not mediate there meanwhile.
    """
    workflow, case = seat.workflow, seat.case
    outside = select(Case.id).where(Case.id == case.id, Case.from_outside.is_(True)).exists()
    employs = and_(_has_office(person_id, *EMPLOYERS_OFFICES, at=case.organisation_id), not_(outside))
    sole = workflow.who(Trait.SOLE)
    leads = false() if role in sole else _was_in(case, person_id, sole, now=True)
    # Somebody who ever sat on another side of a case is not chosen to lead it.
    once = _was_in(case, person_id, workflow.apart_from(role) - workflow.who(Trait.LEADS))
    kept = not_(employs), not_(leads), not_(once), not_(_leads_beside(case, person_id))
    return _is(db, person_id, _has_office(person_id, "mediator"), *kept)


def can_order(db: Db, seat: Seat, person_id: str, role: str) -> bool:
    """Whether a case can be handed over to somebody: they need the same office, and never took part (workflow.md rule 10)."""
    colleague = _has_office(person_id, "hr", at=seat.case.organisation_id)
    return _is(db, person_id, colleague, not_(_was_in(seat.case, person_id, seat.workflow.apart_from(role))))


def _is(db: Db, person_id: str, *which: ColumnElement[bool]) -> bool:
    # One answer and the same statements for every reason: that the id is unknown, that an office is missing, that somebody
    # takes part in the case. Otherwise the commissioner could find out by trying who is at the table.
    # Locking the person's row keeps others from giving them, at the same time, an office that excludes this role.
    db.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    return bool(db.scalar(select(and_(*which))))


def _has_office(person_id: str, *offices: str, at: str | None = None) -> ColumnElement[bool]:
    held = Office.person_id == person_id, Office.office.in_(offices), Office.until.is_(None)
    here = () if at is None else (Office.organisation_id == at,)
    return select(Office.id).where(*held, *here).exists()


def _was_in(case: CaseState, person_id: str, roles: Who, now: bool = False) -> ColumnElement[bool]:
    theirs = Participant.case_id == case.id, Participant.person_id == person_id, RoleHeld.role.in_(roles)
    still = (RoleHeld.until.is_(None),) if now else ()
    held = select(RoleHeld.id).join(Participant, Participant.id == RoleHeld.participant_id)
    return held.where(*theirs, *still).exists()


def _leads_beside(case: CaseState, person_id: str) -> ColumnElement[bool]:
    """Whether somebody leads or led an open case of another workflow, in which somebody consents who does or did so here."""
    here, there = aliased(Participant), aliased(Participant)
    other = Case.outcome.is_(None), Case.workflow != case.workflow
    led = select(RoleHeld.case_id).join(Participant, Participant.id == RoleHeld.participant_id)
    led = led.join(Case, Case.id == RoleHeld.case_id).where(*other, Participant.person_id == person_id)
    theirs = select(here.person_id).join(RoleHeld, RoleHeld.participant_id == here.id)
    theirs = theirs.where(here.case_id == case.id, RoleHeld.role.in_(WORKFLOWS[case.workflow].who(Trait.CONSENTS)))
    both = select(RoleHeld.id).join(there, there.id == RoleHeld.participant_id).join(Case, Case.id == RoleHeld.case_id)
    both = both.where(there.case_id.in_(led.where(with_trait(WORKFLOWS, Trait.LEADS))), there.person_id.in_(theirs))
    return both.where(with_trait(WORKFLOWS, Trait.CONSENTS)).exists()
