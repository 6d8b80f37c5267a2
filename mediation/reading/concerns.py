"""What a seat reads of the concerns about who is to join: a party their own, the mediators all of them."""

from datetime import datetime

from sqlalchemy import select

from mediation.case.reads import note_reads
from mediation.case.seat import Seat, level_of, while_in
from mediation.case.visibility import Level
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Concern
from mediation.workflow.declaration import Trait


@view
class ConcernLine:
    """A concern about somebody who is to join, and how it was settled.

    A mediator who came later sees that there is one; its words are for the mediators to whom they were told.
    """

    id: str
    participant: str
    about: str
    words: IfSeen[str | None] = ABSENT
    language: str
    way: str
    recorded_by: str
    at: datetime
    settled_at: datetime | None
    settled_how: str | None
    settlement: str | None
    settlement_language: str | None
    deleted: IfSeen[bool] = ABSENT


def read_concerns(db: Db, seat: Seat) -> list[ConcernLine]:
    """The concerns that this reader may see, in the order in which they came. Refuses like `level_of`."""
    level = level_of(seat, "concern")
    told = while_in(seat, Concern.at, *seat.workflow.who(Trait.LEADS))
    rows = select(columns(Concern, ConcernLine), told).where(Concern.case_id == seat.case.id)
    if level != Level.FULL:
        rows = rows.where(Concern.participant_id == seat.participant_id)
    lines, read = [], list[tuple[str, str]]()
    for one, was_told in db.execute(rows.order_by(Concern.at, Concern.id)):
        if was_told or level != Level.FULL:
            lines.append(shown(db, ConcernLine, one))
            read += [] if lines[-1].deleted else [(one.participant_id, one.id)]
        else:
            lines.append(shown(db, ConcernLine, one, words=ABSENT))
    note_reads(db, seat, "concern", read)
    return lines
