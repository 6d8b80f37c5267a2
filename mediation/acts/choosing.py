"""Choosing: who can be given a case to mediate or to commission, told by a plain yes or no."""

from sqlalchemy import ColumnElement, and_, false, not_, select

from mediation.case.seat import EMPLOYERS_OFFICES
from mediation.store.database import Db
from mediation.store.models import Office, Participant, Person, RoleHeld
from mediation.workflow.declaration import COMPANIONS, MEDIATORS, Role
from mediation.workflow.facts import CaseState

# Who ever was one of these at a case is not chosen to mediate it, or to commission it: they have sat on another side.
APART_FROM_MEDIATING = (
    Role.COMMISSIONER,
    Role.EMPLOYER_REPRESENTATIVE,
    Role.PARTY,
    Role.FORMER_PARTY,
    Role.SUPPORT_PERSON,
)
APART_FROM_COMMISSIONING = (Role.PARTY, Role.FORMER_PARTY, *COMPANIONS, *MEDIATORS, Role.FORMER_MEDIATOR)


def can_mediate(db: Db, case: CaseState, person_id: str, role: str) -> bool:
    """Whether somebody can be made mediator or co-mediator of a case.

    They hold the office of mediator, run neither the employer's human resources nor its installation, never sat on another
    side of this case, and do not lead it already where a co-mediator is wanted.
    """
    employs = _holds_office(person_id, *EMPLOYERS_OFFICES, at=case.organisation_id)
    leads = _has_held(case, person_id, Role.MEDIATOR, now=True) if role == Role.CO_MEDIATOR else false()
    once = _has_held(case, person_id, *APART_FROM_MEDIATING)
    return _is(db, person_id, _holds_office(person_id, "mediator"), not_(employs), not_(leads), not_(once))


def can_commission(db: Db, case: CaseState, person_id: str) -> bool:
    """Whether a case can be handed over to somebody: of the same office, and never at its table (workflow.md rule 10)."""
    colleague = _holds_office(person_id, "hr", at=case.organisation_id)
    return _is(db, person_id, colleague, not_(_has_held(case, person_id, *APART_FROM_COMMISSIONING)))


def _is(db: Db, person_id: str, *which: ColumnElement[bool]) -> bool:
    # One answer and the same statements, whatever is in the way: that there is nobody of this id, that an office is not
    # held, that somebody has a part in the case. Whoever commissions it would learn by trying who is at the table.
    # The row of the person stands in for a lock: no office is given meanwhile that they could not hold then.
    db.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    return bool(db.scalar(select(and_(*which))))


def _holds_office(person_id: str, *offices: str, at: str | None = None) -> ColumnElement[bool]:
    held = Office.person_id == person_id, Office.office.in_(offices), Office.until.is_(None)
    here = () if at is None else (Office.organisation_id == at,)
    return select(Office.id).where(*held, *here).exists()


def _has_held(case: CaseState, person_id: str, *roles: str, now: bool = False) -> ColumnElement[bool]:
    theirs = Participant.case_id == case.id, Participant.person_id == person_id, RoleHeld.role.in_(roles)
    still = (RoleHeld.until.is_(None),) if now else ()
    held = select(RoleHeld.id).join(Participant, Participant.id == RoleHeld.participant_id)
    return held.where(*theirs, *still).exists()
