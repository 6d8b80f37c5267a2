"""Letters about sessions: that one is planned, moved or cancelled, and the reminder the day before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from mediation.acts.acting import Acting
from mediation.acts.calls import CALLED, called_by_role, called_to
from mediation.acts.marks import end_marks
from mediation.case.seat import Seat
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Letter, Mark, Meeting
from mediation.workflow.facts import Facts, SessionFacts

REMIND_BEFORE = timedelta(days=1)
ANOTHER_TIME = "asked-for-another-time"  # the kind of mark about a session that is planned


def announce(case: Acting, row: Meeting, kind: str, to: Iterable[str] | None = None) -> None:
    """Write to whom a session concerns, or to these alone, when it is, and remind them the day before.

    Nothing is sent of a time that is past (workflow.md rule 18).
    """
    if row.planned_at < case.db.now():
        return
    to = concerned(case, row) if to is None else to
    params = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes, "form": row.form}
    case.tell(to, kind, params={**params, **_for_calendars(case.db, row)}, about=row.id)
    remind_at = row.planned_at - REMIND_BEFORE
    if remind_at > case.db.now():
        case.tell(to, "reminder", params=params, about=row.id, due_at=remind_at)


def tell_cancelled(case: Acting, row: Meeting, to: Iterable[str]) -> None:
    """Write to these that a time is cancelled for them; of one that is past only that something waits."""
    if row.planned_at < case.db.now():
        case.tell(to, about=row.id)
        return
    params = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes}
    case.tell(to, "session-cancelled", params={**params, **_for_calendars(case.db, row)}, about=row.id)


def _for_calendars(db: Db, row: Meeting) -> Mapping[str, object]:
    return {"calendar": {"id": row.id, "changes": row.changes, "written": db.now().isoformat()}}


def concerned(case: Acting, row: Meeting) -> Iterable[str]:
    """Those whom a session concerns, by id: whom its kind calls, or whom it is with alone, and who is called by name."""
    by_name = called_to(case.db, row)
    if row.with_participant:
        return [row.with_participant, *by_name]
    return [*case.those_in(*called_by_role(case.seat.workflow, row)), *by_name]


def answer_wishes(db: Db, row: Meeting) -> None:
    """Let the wishes for another time be answered: the session was changed or cancelled, or it begins."""
    end_marks(db, "redone", Mark.kind == ANOTHER_TIME, Mark.about == row.id)


def call_off_letters(db: Db, row: Meeting) -> None:
    """Send none of the letters about a session that lie ahead."""
    outbox.call_off(db, Letter.about == row.id, Letter.due_at > db.now())


def tell_called_off(db: Db, seat: Seat, facts: Facts, sessions: Sequence[SessionFacts], hear_anyway: set[str]) -> None:
    """Write to whom sessions ahead concerned, which nobody cancels by hand (see session_ends), only that something waits.

    Not to who hears anyway of what happened (`hear_anyway`, ids).
    """
    kinds, told = seat.workflow.session_kinds, set[str]()
    for session in (one for one in sessions if one.state == "planned"):
        by_name = {one.id for one in facts.participants if one.active and one.did(CALLED, session.id)}
        told |= by_name | {one.id for one in facts.those_in(*kinds[session.kind].calls)}
    outbox.announce(db, seat.case.id, "something-waits", told - hear_anyway)
