"""Reads: who opened whose confidential words, and when. Each can see it of their own, a mediator of the joint texts too."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import insert

from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import ReadTrace

JOINT = "joint"  # whose the texts are that the table wrote together


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
    if others:
        _traces(db).rows.extend(others)


@dataclass
class _Traces:
    """What one transaction has read of others, written in one statement."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def __call__(self, later: Db) -> None:
        later.execute(insert(ReadTrace), self.rows)


def _traces(db: Db) -> _Traces:
    for one in db.afterwards:
        if isinstance(one, _Traces):
            return one
    traces = _Traces()
    db.afterwards.append(traces)
    return traces
