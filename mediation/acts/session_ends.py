"""What becomes of sessions that nobody ends or cancels by hand: their case has ended, or whom they were with has left."""

from collections.abc import Sequence

from sqlalchemy import case, update

from mediation.acts.calls import CALLED
from mediation.acts.wellbeing import ask_after
from mediation.case.seat import Seat
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Meeting
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import Facts, SessionFacts


def end_sessions(db: Db, seat: Seat, facts: Facts, sessions: Sequence[SessionFacts]) -> None:
    """End those of `sessions` that are under way, and call off those ahead; part of an act that records itself."""
    current = [one.id for one in sessions if one.state in {"planned", "begun"}]
    if not current:
        return
    how = case((Meeting.begun_at.is_(None), "cancelled"), else_="held")
    ended = update(Meeting).where(Meeting.id.in_(current)).values(ended_at=db.now(), ended_how=how)
    db.execute(ended.execution_options(synchronize_session=False))
    parties = {one.id for one in facts.holding(*seat.workflow.who(Trait.CONSENTS))}
    for one in sessions:
        if one.state == "begun":
            ask_after(db, seat, one.kind, one.id, parties)


def tell_of_cancelled(
    db: Db, seat: Seat, facts: Facts, sessions: Sequence[SessionFacts], hear_anyway: set[str]
) -> None:
    """Write to whom sessions ahead concerned that they are called off, save who hears of what happened (`hear_anyway`, ids)."""
    kinds, told = seat.workflow.session_kinds, set[str]()
    for session in (one for one in sessions if one.state == "planned"):
        by_name = {one.id for one in facts.participants if one.active and one.did(CALLED, session.id)}
        told |= by_name | {one.id for one in facts.holding(*kinds[session.kind].calls)}
    outbox.announce(db, seat.case.id, "something-waits", told - hear_anyway)
