"""What becomes of sessions that nobody ends or cancels by hand.

Their case has ended, whom they were with has left, or the session that a caucus was beside is over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case as when
from sqlalchemy import update

from mediation.acts.wellbeing import ask_after
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Meeting
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import Facts, SessionFacts


class CalledOff(NamedTuple):
    """A session ahead that was called off, as letters tell of it."""

    id: str
    kind: str
    with_participant: str | None
    planned_at: datetime
    planned_minutes: int
    changes: int


def end_sessions(db: Db, seat: Seat, facts: Facts, sessions: Sequence[SessionFacts]) -> list[CalledOff]:
    """End those of `sessions` that are under way, by their planned end at the latest, and call off those ahead: gives these.

    Part of an act that records itself.
    """
    current = [one.id for one in sessions if one.state in {"planned", "begun"}]
    if not current:
        return []
    is_ahead = Meeting.begun_at.is_(None)
    ended = (
        update(Meeting)
        .where(Meeting.id.in_(current))
        .values(
            ended_at=db.now(),
            ended_how=when((is_ahead, "cancelled"), else_="held"),
            changes=Meeting.changes + when((is_ahead, 1), else_=0),
        )
    )
    told = (getattr(Meeting, name) for name in CalledOff._fields)
    rows = db.execute(ended.returning(Meeting.begun_at, *told).execution_options(synchronize_session=False)).all()
    # When those under way really ended nobody said: when they were planned to, so that no days are billed as hours.
    ends = {row.id: row.begun_at + timedelta(minutes=row.planned_minutes) for row in rows if row.begun_at is not None}
    early = [{"id": one, "ended_at": end} for one, end in ends.items() if end < db.now()]
    if early:
        db.execute(update(Meeting), early)
    parties = {one.id for one in facts.those_in(*seat.workflow.who(Trait.CONSENTS))}
    for one in sessions:
        if one.state == "begun":
            ask_after(db, seat, one.kind, one.id, parties, ended_at=db.now())
    return [CalledOff(*said) for begun_at, *said in rows if begun_at is None]


def end_caucuses(db: Db, seat: Seat, at: datetime | None = None) -> None:
    """End the caucuses that are open, as part of an act that records itself; those that had begun `at` a moment end then."""
    opened = [code for code, one in seat.workflow.session_kinds.items() if one.opened]
    at = at or db.now()
    current = Meeting.case_id == seat.case.id, Meeting.kind.in_(opened), Meeting.ended_at.is_(None)
    db.execute(update(Meeting).where(*current, Meeting.begun_at <= at).values(ended_at=at, ended_how="held"))
