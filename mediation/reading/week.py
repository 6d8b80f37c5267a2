"""A week of somebody who leads: the sessions of all their cases from a Monday on, day by day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select

from mediation.case.access import opens, with_trait
from mediation.store.database import Db
from mediation.store.models import Case, Meeting, Participant, RoleHeld
from mediation.workflow.declaration import Trait, Workflow

DAYS = 7


class SessionOfWeek(NamedTuple):
    """A session of a week: of which case, of what kind, when (UTC) and for how long, and whether it has been held."""

    number: str
    workflow: str
    kind: str
    form: str
    planned_at: datetime
    minutes: int
    held: bool


def read_week(
    db: Db, workflows: Mapping[str, Workflow], person_id: str, monday: date
) -> Sequence[tuple[date, Sequence[SessionOfWeek]]]:
    """The days of a week (local) with the sessions of the cases that a person leads, in one statement; no cancelled ones."""
    begins, ends = (datetime.combine(one, time(), db.zone) for one in (monday, monday + timedelta(days=DAYS)))
    led = with_trait(workflows, Trait.LEADS), RoleHeld.until.is_(None), Participant.left_at.is_(None)
    rows = db.execute(
        select(Case.number, Case.workflow, Meeting.kind, Meeting.form, Meeting.planned_at, Meeting.planned_minutes)
        .add_columns(Meeting.ended_at.is_not(None))
        .join(Participant, Participant.case_id == Case.id)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .join(Meeting, Meeting.case_id == Case.id)
        .where(Participant.person_id == person_id, *led, opens(workflows))
        .where(Meeting.planned_at >= begins, Meeting.planned_at < ends)
        .where(or_(Meeting.ended_how.is_(None), Meeting.ended_how != "cancelled"))
        .order_by(Meeting.planned_at, Case.number)
        .distinct()
    )
    sessions = [SessionOfWeek(*row) for row in rows]
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    return [(day, [one for one in sessions if one.planned_at.astimezone(db.zone).date() == day]) for day in days]
