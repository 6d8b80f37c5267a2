"""The times that somebody who leads cases has booked, over all of these, for a calendar: when and how long, nothing else."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import and_, false, or_, select

from mediation.case.access import opens, seated, with_trait
from mediation.letters.calendar import BookedTime
from mediation.store.database import Db
from mediation.store.models import Case, Meeting, Participant, RoleHeld
from mediation.workflow.declaration import Trait, Workflow

KEPT = timedelta(days=30)  # a time that is past, or was cancelled
MOST = 1_000


def read_booked_times(db: Db, workflows: Mapping[str, Workflow], person_id: str) -> Sequence[BookedTime]:
    """The sessions that were planned in the cases that a person leads, by their time, in one statement; never a caucus.

    Those that are past stay for 30 days, and so do those that were cancelled.
    """
    since = db.now() - KEPT
    planned = [
        and_(Case.workflow == code, Meeting.kind.in_(sorted(workflow.planned_kinds)))
        for code, workflow in workflows.items()
    ]
    stands = or_(Meeting.ended_how.is_(None), Meeting.ended_how != "cancelled", Meeting.ended_at >= since)
    led = with_trait(workflows, Trait.LEADS), opens(workflows)
    rows = db.execute(
        select(
            Meeting.id, Meeting.planned_at, Meeting.planned_minutes, Meeting.changes, Meeting.ended_how == "cancelled"
        )
        .join(Case, Case.id == Meeting.case_id)
        .join(Participant, Participant.case_id == Case.id)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .where(*seated(person_id, ""), *led, Meeting.planned_at >= since, stands, or_(false(), *planned))
        .distinct()
        .order_by(Meeting.planned_at, Meeting.id)
        .limit(MOST)
    )
    return [BookedTime(id_, at, minutes, changes, bool(off)) for id_, at, minutes, changes, off in rows]
