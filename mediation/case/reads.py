"""Reads: who opened whose confidential words, and when. Each can see it of their own, a mediator of the joint texts too."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees
from mediation.errors import NotPermitted
from mediation.store.database import Db
from mediation.store.models import Participant, ReadTrace, remaining

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


def read_reads(db: Db, seat: Seat) -> list[dict[str, Any]]:
    """Who opened this seat's own words, which and when; newest first, 200 at most. A mediator reads it of joint texts too.

    To a party it would tell who has opened a text and not signed it. Refuses with `not-yours-to-see`.
    """
    level = sees(seat.roles, "record")
    if level == Level.NOTHING:
        raise NotPermitted("not-yours-to-see")
    theirs = (seat.participant_id, JOINT) if level == Level.FULL else (seat.participant_id,)
    rows = (
        select(ReadTrace, Participant)
        .join(Participant, Participant.id == ReadTrace.reader)
        .where(ReadTrace.case_id == seat.case.id, ReadTrace.whose.in_(theirs))
        .order_by(ReadTrace.at.desc(), ReadTrace.id)
        .limit(200)
    )
    return [
        {"reader": remaining(db, reader, "name"), "item": one.item, "about": one.about, "at": one.at}
        for one, reader in db.execute(rows)
    ]
