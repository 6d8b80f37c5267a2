"""What a seat reads of the sessions and of a case that stands still."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, select

from mediation.acts.calls import CALLED, PART, WHOLE, called_by_role
from mediation.acts.other_times import ask_for_another_time
from mediation.acts.session_letters import ANOTHER_TIME
from mediation.acts.stopping import KEPT
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.parts import Lines, Part, cut
from mediation.reading.view import ABSENT, IfSeen, codes, columns, grouped, shown, view
from mediation.store.database import Db
from mediation.store.models import Mark, Meeting, Participant, Suspension, words_of


@view
class BookedLine:
    """That a session is planned, and when; its kind where that tells nothing more."""

    id: str
    kind: str | None
    form: str
    planned_at: datetime
    planned_minutes: int

    def is_ahead(self, now: datetime) -> bool:
        """Whether its planned time has not begun."""
        return self.planned_at > now

    def is_to_come(self, now: datetime) -> bool:
        """Whether a session is ahead or under way, by what was planned."""
        return self.planned_at + timedelta(minutes=self.planned_minutes) > now


@view
class CallLine:
    """Somebody who is called to a session by name, for the whole of it or for a part."""

    participant: str
    whole: bool


@view
class WishLine:
    """That somebody who is called to a planned session asks for another time, and what would suit better."""

    participant: str
    instead: str


@view
class SessionLine(BookedLine):
    """A session: when, and for those who take part where, for which phases, with whom and who is called; never what was said.

    For who is called by name alone, `part` says that it is for a part of it. `wishes` for another time are for the mediators,
    and of each their own; for the mediators alone, too, that a session was `kept` though the case is suspended.
    `series` says with which others a session was planned.
    """

    serves: IfSeen[list[str]] = ABSENT
    whom: Annotated[IfSeen[str | None], Field(alias="with")] = ABSENT
    called: IfSeen[list[CallLine]] = ABSENT
    part: IfSeen[bool] = ABSENT
    wishes: IfSeen[list[WishLine]] = ABSENT
    kept: IfSeen[bool] = ABSENT
    series: IfSeen[str] = ABSENT
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
    return sessions_of(db, seat, level, None).lines


def sessions_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[SessionLine]:
    """The same, a part of them: cut after it is known which concern this reader. Refuses like `cut`."""
    rows = concerning(db, seat, level, SessionLine)
    found = cut([one.id for one, _ in rows], rows, part)
    show = _whole if level == Level.FULL else _called_one
    return Lines([show(db, seat, one, marks) for one, marks in found.lines], found.more)


def _whole(db: Db, seat: Seat, one: Meeting, marks: Sequence[Mark]) -> SessionLine:
    return shown(
        db,
        SessionLine,
        one,
        kind=_kind(seat, one),
        serves=codes(one.serves),
        whom=one.with_participant,
        called=[CallLine(participant=call.participant_id, whole=call.value == WHOLE) for call in _calls(marks)],
        wishes=_wishes(seat, marks),
        kept=_kept(seat, marks),
        series=one.series_id or ABSENT,
    )


def _calls(marks: Sequence[Mark]) -> list[Mark]:
    return [one for one in marks if one.kind == CALLED]


def _wishes(seat: Seat, marks: Sequence[Mark]) -> Any:
    # Not on a screen that others see: who could not come tells the mediators alone.
    whole = sees_full(seat.roles, "mark") and ask_for_another_time.permission not in seat.closed
    seen = [one for one in marks if one.kind == ANOTHER_TIME and (whole or one.participant_id == seat.participant_id)]
    return [WishLine(participant=one.participant_id, instead=one.value) for one in seen] or ABSENT


def _kept(seat: Seat, marks: Sequence[Mark]) -> Any:
    return True if sees_full(seat.roles, "mark") and any(one.kind == KEPT for one in marks) else ABSENT


def _called_one(db: Db, seat: Seat, one: Meeting, marks: Sequence[Mark]) -> SessionLine:
    # Who is called by name hears where, too, and whether it is for a part.
    own = [call for call in _calls(marks) if call.participant_id == seat.participant_id]
    wishes = _wishes(seat, marks)
    if not own:
        return SessionLine(**vars(_booked(db, seat, one)), wishes=wishes)
    place = words_of(db, one, "place")
    return SessionLine(**vars(_booked(db, seat, one)), **place, part=own[0].value == PART, wishes=wishes)


def read_bookings(db: Db, seat: Seat, level: Level) -> list[BookedLine]:
    """When the table meets or met, for who sees a case in outline: no place, nothing cancelled, nor a meeting of some."""
    rows = concerning(db, seat, level, BookedLine)
    return [_booked(db, seat, one) for one, _ in rows if _is_of_table(seat, one)]


def _is_of_table(seat: Seat, one: Meeting) -> bool:
    return seat.workflow.session_kinds[one.kind].of_table and one.ended_how != "cancelled"


def not_ended(db: Db, seat: Seat) -> set[str]:
    """The sessions of a case that have not ended and are not cancelled, whatever was planned: for who leads."""
    rows = select(Meeting.id).where(Meeting.case_id == seat.case.id, Meeting.ended_at.is_(None))
    return set(db.scalars(rows)) if sees_full(seat.roles, "session-plan") else set()


def concerning(db: Db, seat: Seat, level: Level, shape: type[BookedLine]) -> list[tuple[Meeting, Sequence[Mark]]]:
    """The sessions that concern this reader, with what a `shape` shows, the calls by name, the wishes and what was kept."""
    active = select(Participant.id).where(Participant.case_id == seat.case.id, Participant.left_at.is_(None))
    called = Mark.kind.in_([CALLED, ANOTHER_TIME, KEPT]) & Mark.ended_at.is_(None) & Mark.participant_id.in_(active)
    rows = (
        select(columns(Meeting, shape), columns(Mark, CallLine))
        .outerjoin(Mark, (Mark.about == Meeting.id) & called)
        .where(Meeting.case_id == seat.case.id)
        .order_by(Meeting.planned_at, Meeting.id, Mark.participant_id)
    )
    return [(one, marks) for [one], marks in grouped(db.execute(rows)) if _concerns(seat, one, _calls(marks), level)]


def is_of_some(seat: Seat) -> ColumnElement[bool]:
    """Whether a meeting is with one party, or with some: nobody else hears of it."""
    return Meeting.kind.in_(seat.workflow.kinds_of_some) | Meeting.with_participant.is_not(None)


def _booked(db: Db, seat: Seat, one: Meeting) -> BookedLine:
    return shown(db, BookedLine, one, kind=_kind(seat, one))


def _kind(seat: Seat, one: Meeting) -> str | None:
    # What a session is for would tell an interpreter the phase.
    tells = sees(seat.roles, "phase") != Level.NOTHING or len(_heard(seat)) == 1
    return one.kind if tells else None


def _concerns(seat: Seat, one: Meeting, calls: Sequence[Mark], level: Level) -> bool:
    called = any(call.participant_id == seat.participant_id for call in calls)
    if one.with_participant is not None and not called:
        return sees_full(seat.roles, "separate-meeting") or one.with_participant == seat.participant_id
    if seat.workflow.session_kinds[one.kind].of_some and not called:
        return sees_full(seat.roles, "separate-meeting")
    # Whoever only hears that a time is booked is not kept waiting for one that was cancelled.
    if level == Level.FULL:
        return True
    return (called or not seat.roles.isdisjoint(called_by_role(seat.workflow, one))) and one.ended_how != "cancelled"


def _heard(seat: Seat) -> frozenset[str]:
    kinds = seat.workflow.session_kinds.items()
    return frozenset(code for code, one in kinds if (one.calls | one.may_call) & seat.roles)


def read_suspensions(db: Db, seat: Seat, level: Level) -> list[SuspensionLine]:
    """What the case waits for; to whom it is a fact alone one line, however many causes there are."""
    if not seat.suspended:
        return []
    current = Suspension.case_id == seat.case.id, Suspension.until.is_(None)
    rows = db.scalars(select(columns(Suspension, SuspensionLine)).where(*current).order_by(Suspension.since)).all()
    if level != Level.FULL:
        return [SuspensionLine(since=one.since) for one in rows[:1]]
    return [shown(db, SuspensionLine, one) for one in rows]


def booked_for_orderer(db: Db, seat: Seat) -> list[BookedLine]:
    """When the sessions are held, for who orders and sees the plan of them. Refuses others with `not-yours-to-see`."""
    if level_of(seat, "session-plan") != Level.FULL:
        raise NotPermitted("not-yours-to-see")
    return read_bookings(db, seat, Level.FULL)
