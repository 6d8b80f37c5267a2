"""Reads: who opened whose confidential words, and when. Each person can see it for their own, a mediator for joint texts too."""

from collections.abc import Iterable

from sqlalchemy import insert

from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import ReadTrace

JOINT = "joint"  # instead of a participant's id: for texts that everybody at the table wrote together


def note_reads(db: Db, seat: Seat, item: str, rows: Iterable[tuple[str, str]]) -> None:
    """Leave on record that this seat read others' confidential words: `rows` are (whose or JOINT, id of the words).

    Written before the answer is given (see `Database.reading`); one's own words are not counted.
    """
    others = [
        {
            "id": db.new_id(),
            "case_id": seat.case.id,
            "reader": seat.participant_id,
            "whose": whose,
            "item": item,
            "about": about,
            "at": db.now(),
        }
        for whose, about in rows
        if whose != seat.participant_id
    ]
    traces: list[dict[str, object]] = db.info.setdefault("reads", [])

    def write(later: Db) -> None:
        later.execute(insert(ReadTrace), traces)

    if others and not traces:  # all that one transaction reads is written in one statement
        db.afterwards.append(write)
    traces.extend(others)
