"""What a seat reads of the sessions and of a case that stands still."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.reading.view import ABSENT, IfSeen, codes, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Meeting, Suspension


@view
class BookedLine:
    """That a session is planned, and when; its kind where that tells nothing more."""

    id: str
    kind: str | None
    form: str
    planned_at: datetime
    planned_minutes: int


@view
class SessionLine(BookedLine):
    """A session: when, and for those who take part where, for which phases and with whom; never what was said."""

    serves: IfSeen[list[str]] = ABSENT
    whom: Annotated[IfSeen[str | None], Field(alias="with")] = ABSENT
    place: IfSeen[str | None] = ABSENT
    deleted: IfSeen[bool] = ABSENT
    begun_at: IfSeen[datetime | None] = ABSENT
    ended_at: IfSeen[datetime | None] = ABSENT
    ended_how: IfSeen[str | None] = ABSENT


@view
class SuspensionLine:
    """That the case stands still; for mediators why, and until when that is looked at again."""

    id: IfSeen[str] = ABSENT
    cause: IfSeen[str] = ABSENT
    review_on: IfSeen[date] = ABSENT
    since: datetime
    words: IfSeen[str | None] = ABSENT
    deleted: IfSeen[bool] = ABSENT
    language: IfSeen[str] = ABSENT


def read_sessions(db: Db, seat: Seat, level: Level) -> list[SessionLine]:
    """The sessions that concern this reader, by their planned time."""
    rows = _concerning(db, seat, level, SessionLine)
    if level != Level.FULL:
        return [SessionLine(**vars(_booked(db, seat, one))) for one in rows]
    return [
        shown(db, SessionLine, one, kind=_kind(seat, one), serves=codes(one.serves), whom=one.with_participant)
        for one in rows
    ]


def read_bookings(db: Db, seat: Seat, level: Level) -> list[BookedLine]:
    """When the table meets, for who sees a case in outline: no place, and nothing of a meeting with one party alone."""
    return [_booked(db, seat, one) for one in _concerning(db, seat, level, BookedLine) if one.with_participant is None]


def _concerning(db: Db, seat: Seat, level: Level, shape: type[BookedLine]) -> list[Meeting]:
    rows = select(columns(Meeting, shape)).where(Meeting.case_id == seat.case.id)
    return [one for one in db.scalars(rows.order_by(Meeting.planned_at, Meeting.id)) if _concerns(seat, one, level)]


def _booked(db: Db, seat: Seat, one: Meeting) -> BookedLine:
    return shown(db, BookedLine, one, kind=_kind(seat, one))


def _kind(seat: Seat, one: Meeting) -> str | None:
    # What a session is for would tell an interpreter the phase.
    tells = sees(seat.roles, "phase") != Level.NOTHING or len(_heard(seat)) == 1
    return one.kind if tells else None


def _concerns(seat: Seat, one: Meeting, level: Level) -> bool:
    if one.with_participant is not None:
        return sees_full(seat.roles, "separate-meeting") or one.with_participant == seat.participant_id
    # Whoever only hears that a time is booked is not kept waiting for one that was cancelled.
    return level == Level.FULL or (one.kind in _heard(seat) and one.ended_how != "cancelled")


def _heard(seat: Seat) -> frozenset[str]:
    return frozenset(code for code, one in seat.workflow.session_kinds.items() if one.calls & seat.roles)


def read_suspensions(db: Db, seat: Seat, level: Level) -> list[SuspensionLine]:
    """What the case waits for; to whom it is a fact alone one line, however many causes there are."""
    if not seat.suspended:
        return []
    current = Suspension.case_id == seat.case.id, Suspension.until.is_(None)
    rows = db.scalars(select(columns(Suspension, SuspensionLine)).where(*current).order_by(Suspension.since)).all()
    if level != Level.FULL:
        return [SuspensionLine(since=one.since) for one in rows[:1]]
    return [shown(db, SuspensionLine, one) for one in rows]
