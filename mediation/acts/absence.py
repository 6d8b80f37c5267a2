"""Absence: the mediator cannot come that day, and the co-mediator does all that the mediator may (workflow.md rule 23)."""

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import end_mark, find_mark, mark_and_tell
from mediation.case.participants import find_participant
from mediation.case.seat import ABSENT
from mediation.errors import NotPermitted
from mediation.store.models import Mark, RoleHeld
from mediation.workflow.declaration import Trait


@act("record-absence", leaves=ABSENT, correctable=False)
def record_absence(case: Acting, participant_id: str) -> Mark:
    """Record that the mediator cannot come; no reason is asked. Until they are back the co-mediator does all that they may.

    Twice changes nothing. Refuses with `participant-not-found` and `not-the-mediator`.
    """
    role, others = _current_role(case, participant_id), {*case.with_trait(Trait.LEADS)} - {case.doer.id}
    return mark_and_tell(case.said(), about=role, whose=participant_id, to=others, ends_with_it=True)


@act("end-absence", permission="record-absence")
def end_absence(case: Acting, participant_id: str) -> None:
    """Record that the mediator is back. Twice changes nothing. Refuses like `record_absence`."""
    mark = find_mark(case.db, participant_id, ABSENT, _current_role(case, participant_id))
    if mark is not None:
        end_mark(case.db, mark, "redone")
        case.record(mark.id, participant_id)


def _current_role(case: Acting, participant_id: str) -> str:
    """The id of the role in which somebody leads the case alone: an absence is that of a role, and ends with it."""
    find_participant(case.db, case.seat, participant_id)
    held = RoleHeld.participant_id == participant_id, RoleHeld.until.is_(None)
    role = case.db.scalar(select(RoleHeld.id).where(*held, RoleHeld.role.in_(case.seat.workflow.who(Trait.SOLE))))
    if role is None:
        raise NotPermitted("not-the-mediator")
    return role
