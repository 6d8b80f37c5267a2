"""Letters about sessions: that one is planned, moved or cancelled, and the reminder the day before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from mediation.acts.acting import Acting
from mediation.acts.calls import CALLED
from mediation.acts.in_session import whom_it_concerns
from mediation.acts.marks import end_marks
from mediation.acts.session_ends import CalledOff
from mediation.case.seat import Seat
from mediation.letters import outbox
from mediation.letters.outbox import NewLetter
from mediation.letters.waiting import DECIDE_BEFORE, REVIEW, WHEN_IT_IS
from mediation.store.database import Db
from mediation.store.models import Letter, Mark, Meeting
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import Facts

REMIND_BEFORE = timedelta(days=1)
NEWLY_TOLD = timedelta(hours=12)  # whoever has just been told of a time is not reminded of it
ANOTHER_TIME = "asked-for-another-time"  # the kind of mark about a session that is planned


def announce(
    case: Acting, row: Meeting, kind: str, to: Iterable[str] | None = None, *, before: datetime | None = None
) -> None:
    """Write to whom a session concerns, or to these alone, when it is, and remind them the day before, unless that is soon.

    Nothing is sent of a time that is past (workflow.md rule 18). A time of today, also one that was (`before`), goes at once.
    """
    if row.planned_at < case.db.now():
        return
    to = whom_it_concerns(case.db, case.seat, row) if to is None else to
    params = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes, "form": row.form}
    told = {**params, **_for_calendars(case.db, row)}
    case.tell(to, kind, params=told, about=row.id, due_at=_at_once(case.db, row.planned_at, before))
    remind_at = row.planned_at - REMIND_BEFORE
    if remind_at > case.db.now() + NEWLY_TOLD:
        case.tell(to, "reminder", params=params, about=row.id, due_at=remind_at)
    decide_at = row.planned_at - DECIDE_BEFORE
    if case.seat.suspended and row.with_participant is None and decide_at > case.db.now():
        case.tell(case.with_trait(Trait.LEADS), REVIEW, about=row.id, due_at=decide_at)


def tell_cancelled(case: Acting, row: Meeting, to: Iterable[str]) -> None:
    """Write to these that a time is cancelled for them, unless it is past (workflow.md rule 18)."""
    if row.planned_at >= case.db.now():
        outbox.put_out(case.db, case.id, [_cancelled(case.db, row, to)])


def _cancelled(db: Db, row: Meeting | CalledOff, to: Iterable[str]) -> NewLetter:
    params = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes, **_for_calendars(db, row)}
    return NewLetter("session-cancelled", to, params, row.id, _at_once(db, row.planned_at))


def _at_once(db: Db, *times: datetime | None) -> datetime | None:
    of_today = any(one is not None and one.astimezone(db.zone).date() == db.today() for one in times)
    return db.now() if of_today else None


def _for_calendars(db: Db, row: Meeting | CalledOff) -> Mapping[str, object]:
    return {"calendar": {"id": row.id, "changes": row.changes, "written": db.now().isoformat()}}


def answer_wishes(db: Db, row: Meeting) -> None:
    """Let the wishes for another time be answered: the session was changed or cancelled, or it begins."""
    end_marks(db, "redone", Mark.kind == ANOTHER_TIME, Mark.about == row.id)


def call_off_letters(db: Db, row: Meeting) -> None:
    """Send none of the letters that still wait to say when a session is."""
    outbox.call_off(db, Letter.about == row.id, Letter.kind.in_((*WHEN_IT_IS, REVIEW)))


def call_off_cancelling(db: Db, row: Meeting, to: Sequence[str]) -> None:
    """Do not tell these any more that a session is cancelled for them: they are called to it again."""
    outbox.call_off(db, Letter.about == row.id, Letter.kind == "session-cancelled", Letter.participant_id.in_(to))


def called_off(db: Db, seat: Seat, facts: Facts, cancelled: Sequence[CalledOff]) -> list[NewLetter]:
    """The letters to whom sessions concerned that they are cancelled, which nobody does by hand; none of a time that is past."""
    letters = []
    for one in (session for session in cancelled if session.planned_at >= db.now()):
        called = seat.workflow.session_kinds[one.kind].calls
        to = {who.id for who in facts.participants if who.active and who.did(CALLED, one.id)}
        to |= {who.id for who in facts.those_in(*called)} | ({one.with_participant or ""} - {""})
        letters.append(_cancelled(db, one, to))
    return letters
