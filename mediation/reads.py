"""Reads: who opened whose confidential words, and when; each can see it of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from mediation.database import Db
from mediation.errors import NotPermitted
from mediation.models import Participant, ReadTrace, remaining
from mediation.seat import Seat
from mediation.visibility import Level, sees


def note_reads(db: Db, seat: Seat, item: str, rows: Iterable[tuple[str, str]]) -> None:
    """Leave on record that this seat read others' confidential words: `rows` are (whose, id of the words).

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


def read_reads(db: Db, seat: Seat) -> list[dict[str, Any]]:
    """Who opened this seat's own words, which and when; newest first, 200 at most. Refuses with `not-yours-to-see`."""
    if sees(seat.roles, "record") == Level.NOTHING:
        raise NotPermitted("not-yours-to-see")
    rows = (
        select(ReadTrace, Participant)
        .join(Participant, Participant.id == ReadTrace.reader)
        .where(ReadTrace.case_id == seat.case.id, ReadTrace.whose == seat.participant_id)
        .order_by(ReadTrace.at.desc(), ReadTrace.id)
        .limit(200)
    )
    return [
        {"reader": remaining(db, reader, "name"), "item": one.item, "about": one.about, "at": one.at}
        for one, reader in db.execute(rows)
    ]
