"""What somebody asked for after a case, for themselves: nobody else reads that the two are linked."""

from datetime import datetime

from mediation.acts.linked_processes import asked_for
from mediation.case.seat import Seat, level_of
from mediation.reading.view import view
from mediation.store.database import Db


@view
class LinkedCase:
    """A case that the reader asked for, and when."""

    number: str
    workflow: str
    at: datetime


def read_linked(db: Db, seat: Seat) -> list[LinkedCase]:
    """The cases that this seat asked for after its own, the oldest first. Refuses with `not-yours-to-see`."""
    level_of(seat, "linked-process")
    return [LinkedCase(number=one.number, workflow=one.workflow, at=one.created_at) for one in asked_for(db, seat)]
