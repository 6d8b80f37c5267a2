"""The question at the end of a session of the table: whether somebody who was there still waits to say how they leave it."""

from datetime import timedelta

from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Mark, Meeting, Statement
from mediation.workflow.declaration import Trait

TOPIC = "leaving"  # of the private statement that the answer is
ANSWERED_BY = "answer-leaving"  # asked where a workflow opens this act to anybody
ASKED_FOR = timedelta(days=2)  # after the end; it can be answered later, too
_ATTENDED, _ABSENT = "attended", "absent"


def is_asked_how_they_leave(db: Db, seat: Seat) -> bool:
    """Whether a session with others has ended lately, at which this seat was, and they have not said since how they leave."""
    if not seat.is_any(Trait.CONSENTS) or ANSWERED_BY not in seat.workflow.acts():
        return False
    kinds = sorted(code for code, one in seat.workflow.session_kinds.items() if not one.alone)
    there = Mark.about == Meeting.id, Mark.kind == _ATTENDED, Mark.value != _ABSENT, Mark.ended_at.is_(None)
    mine = Mark.participant_id == seat.participant_id
    ended = Meeting.case_id == seat.case.id, Meeting.begun_at.is_not(None), Meeting.ended_at > db.now() - ASKED_FOR
    said = Statement.participant_id == seat.participant_id, Statement.topic == TOPIC, Statement.at >= Meeting.ended_at
    unanswered = ~select(Statement.id).where(*said).exists()
    found = select(Meeting.id).join(Mark, Mark.about == Meeting.id).where(*there, mine, *ended, unanswered)
    return db.scalar(found.where(Meeting.kind.in_(kinds)).limit(1)) is not None
