"""What a seat reads of the reads: who opened one's own words, when and how often."""

from collections.abc import Mapping, Sequence
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
    """That somebody opened your words: when first and last on a day, and how often.

    `about` are those of them that they had never opened before.
    """

    reader: str | None
    item: str
    about: list[str]
    first_at: datetime
    at: datetime
    times: int


def read_reads(db: Db, seat: Seat) -> list[ReadView]:
    """Who opened this seat's own words, when and how often; newest first, 200 at most. A mediator reads it of joint texts too.

    To a party it would tell who has opened a text and not signed it. Refuses like `level_of`.
    """
    level_of(seat, "private-statement")  # that somebody read private words tells that there are some
    theirs = (seat.participant_id, JOINT) if level_of(seat, "record") == Level.FULL else (seat.participant_id,)
    rows = (
        select(columns(ReadTrace, ReadView), columns(Participant, PersonLine))
        .join(Participant, Participant.id == ReadTrace.reader)
        .where(ReadTrace.case_id == seat.case.id, ReadTrace.whose.in_(theirs), ReadTrace.times.is_not(None))
        .where(made_by_leaving(seat, ReadTrace.at, ReadTrace.reader))
        .order_by(ReadTrace.last_at.desc(), ReadTrace.id)
        .limit(200)
    )
    first = _opened_first(db, seat, theirs)
    return [
        shown(
            db,
            ReadView,
            one,
            reader=remaining(db, reader, "name"),
            about=[about for at, about in first.get(_kind(one), ()) if one.last_at and one.at <= at <= one.last_at],
            first_at=one.at,
            at=one.last_at,
        )
        for one, reader in db.execute(rows)
    ]


def _kind(one: ReadTrace) -> tuple[str, str, str]:
    return one.reader, one.item, one.whose


def _opened_first(
    db: Db, seat: Seat, theirs: Sequence[str]
) -> Mapping[tuple[str, str, str], list[tuple[datetime, str]]]:
    """When each reader opened which words for the first time, by reader, kind and whose they are."""
    rows = select(columns(ReadTrace, ReadView)).where(
        ReadTrace.case_id == seat.case.id, ReadTrace.whose.in_(theirs), ReadTrace.times.is_(None)
    )
    found: dict[tuple[str, str, str], list[tuple[datetime, str]]] = {}
    for one in db.scalars(rows.order_by(ReadTrace.at, ReadTrace.id)):
        found.setdefault(_kind(one), []).append((one.at, one.about))
    return found
