"""Who sits in a session, and so gets no letters of the case until it ends (workflow.md rule 20).

That are the mediators, and whom a session concerns or who was marked present: who did not come gets the day's letters
afterwards. Nobody else's letters wait, for that would tell that somebody is met.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from mediation.acts.acting import Acting
from mediation.acts.calls import called_by_role, called_to, marked_there
from mediation.case.participants import those_in
from mediation.case.seat import Seat
from mediation.letters import outbox
from mediation.letters.waiting import OF_THE_ROOM
from mediation.store.database import Db
from mediation.store.models import Letter, Meeting, Participant
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts

LONGEST = timedelta(hours=2)  # beyond its planned length, where nobody ends it


def in_company(case: Acting) -> bool:
    """Whether others sit with the doer now: a session of several is under way, and none with the doer alone."""
    kinds, facts = case.seat.workflow.session_kinds, load_facts(case.db, case.seat.case)
    begun = [one for one in facts.sessions if one.state == "begun"]
    aside = any(one.with_participant == case.doer.id for one in begun)
    return not aside and any(not kinds[one.kind].alone for one in begun)


def let_letters_wait(db: Db, seat: Seat) -> None:
    """Write anew for everybody at the case until when they sit in a session; part of an act that begins or ends one."""
    under_way = select(Meeting).where(
        Meeting.case_id == seat.case.id, Meeting.begun_at.is_not(None), Meeting.ended_at.is_(None)
    )
    until = dict[str, datetime]()
    for row in db.scalars(under_way):
        for one in (*whom_it_concerns(db, seat, row), *marked_there(db, row), *_leading(db, seat)):
            until[one] = max(until.get(one, _latest_end(row)), _latest_end(row))
    there = Participant.in_session_until.is_not(None) | Participant.id.in_(until)
    for participant in db.scalars(select(Participant).where(Participant.case_id == seat.case.id, there)):
        participant.in_session_until = until.get(participant.id)
    db.flush()


def let_letters_go(db: Db, case_id: str) -> None:
    """Let nobody sit in a session any more: all those of the case have ended, as part of an act that records itself."""
    # By the connection, for the record does not answer for it.
    waiting = Participant.case_id == case_id, Participant.in_session_until.is_not(None)
    db.connection().execute(update(Participant.__table__).where(*waiting).values(in_session_until=None))  # type: ignore[arg-type]


def _latest_end(row: Meeting) -> datetime:
    return (row.begun_at or row.planned_at) + timedelta(minutes=row.planned_minutes) + LONGEST


def call_off_what_they_know(db: Db, row: Meeting) -> None:
    """Send none of the letters about what happened in a session to who was there; part of the act that ends it."""
    since = row.begun_at
    if since is not None:
        told = Letter.created_at > since, Letter.kind.in_(OF_THE_ROOM)
        outbox.call_off(db, Letter.case_id == row.case_id, Letter.participant_id.in_(marked_there(db, row)), *told)


def whom_it_concerns(db: Db, seat: Seat, row: Meeting) -> Iterable[str]:
    """Those whom a session concerns, by id: whom its kind calls, or whom it is with alone, and who is called by name."""
    by_name = called_to(db, row)
    if row.with_participant:
        return [row.with_participant, *by_name]
    return [*those_in(db, row.case_id, *called_by_role(seat.workflow, row)), *by_name]


def _leading(db: Db, seat: Seat) -> Iterable[str]:
    return those_in(db, seat.case.id, *seat.workflow.who(Trait.LEADS))
