"""What a seat reads of the answers to the options: for who leads everybody's, for a party their own. It opens no words."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from mediation.acts.options import respond_to_option
from mediation.case.seat import Seat
from mediation.case.visibility import sees_full
from mediation.reading.view import shown, view
from mediation.store.database import Db
from mediation.store.models import Mark


@view
class ResponseLine:
    """What a party answered to an option, and in which way that came."""

    id: str
    participant: str
    about: str
    value: str
    way: str
    at: datetime


def read_responses(db: Db, seat: Seat) -> Mapping[tuple[str, str], ResponseLine]:
    """The answers that this seat may see, by the ids of the option and the party."""
    [kind] = respond_to_option.leaves
    current = select(Mark).where(Mark.case_id == seat.case.id, Mark.kind == kind, Mark.ended_at.is_(None))
    if not sees_full(seat.roles, "mark"):
        current = current.where(Mark.participant_id == seat.participant_id)
    return {(one.about, one.participant_id): shown(db, ResponseLine, one) for one in db.scalars(current)}
