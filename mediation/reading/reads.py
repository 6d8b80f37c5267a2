"""What a seat reads of the reads: who opened one's own words, and when."""

from datetime import datetime

from sqlalchemy import select

from mediation.case.reads import JOINT
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.people import PersonLine, made_by_leaving
from mediation.reading.view import columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Participant, ReadTrace, remaining


@view
class ReadView:
    """That somebody opened your words."""

    reader: str | None
    item: str
    about: str
    at: datetime


def read_reads(db: Db, seat: Seat) -> list[ReadView]:
    """Who opened this seat's own words, which and when; newest first, 200 at most. A mediator reads it of joint texts too.

    To a party it would tell who has opened a text and not signed it. Refuses with `not-yours-to-see`.
    """
    theirs = (seat.participant_id, JOINT) if level_of(seat, "record") == Level.FULL else (seat.participant_id,)
    rows = (
        select(columns(ReadTrace, ReadView), columns(Participant, PersonLine))
        .join(Participant, Participant.id == ReadTrace.reader)
        .where(ReadTrace.case_id == seat.case.id, ReadTrace.whose.in_(theirs))
        .where(made_by_leaving(seat, ReadTrace.at, ReadTrace.reader))
        .order_by(ReadTrace.at.desc(), ReadTrace.id)
        .limit(200)
    )
    return [shown(db, ReadView, one, reader=remaining(db, reader, "name")) for one, reader in db.execute(rows)]
