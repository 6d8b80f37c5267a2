"""What becomes of sessions that nobody ends or cancels by hand.

Their case has ended, whom they were with has left, or the session that a caucus was beside is over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from mediation.acts.wellbeing import ask_after
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Meeting
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import Facts, SessionFacts


def end_sessions(db: Db, seat: Seat, facts: Facts, sessions: Sequence[SessionFacts]) -> None:
    """End those of `sessions` that are under way, by their planned end at the latest, and call off those ahead.

    Part of an act that records itself.
    """
    current = [one.id for one in sessions if one.state in {"planned", "begun"}]
    if not current:
        return
    of_now = Meeting.id.in_(current)
    cancelled = {"ended_at": db.now(), "ended_how": "cancelled", "changes": Meeting.changes + 1}
    off = update(Meeting).where(of_now, Meeting.begun_at.is_(None)).values(cancelled)
    db.execute(off.execution_options(synchronize_session=False))
    for row in db.scalars(select(Meeting).where(of_now, Meeting.begun_at.is_not(None))):
        # When it really ended nobody said: at the time it was planned for, so that no days are billed as hours.
        planned_end = (row.begun_at or db.now()) + timedelta(minutes=row.planned_minutes)
        row.ended_at, row.ended_how = min(db.now(), planned_end), "held"
    db.flush()
    parties = {one.id for one in facts.those_in(*seat.workflow.who(Trait.CONSENTS))}
    for one in sessions:
        if one.state == "begun":
            ask_after(db, seat, one.kind, one.id, parties, ended_at=db.now())


def end_caucuses(db: Db, seat: Seat, at: datetime | None = None) -> None:
    """End the caucuses that are open, as part of an act that records itself; those that had begun `at` a moment end then."""
    opened = [code for code, one in seat.workflow.session_kinds.items() if one.opened]
    at = at or db.now()
    current = Meeting.case_id == seat.case.id, Meeting.kind.in_(opened), Meeting.ended_at.is_(None)
    db.execute(update(Meeting).where(*current, Meeting.begun_at <= at).values(ended_at=at, ended_how="held"))
