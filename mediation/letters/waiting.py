"""Waiting letters: the conditions, for statements, under which one may be sent or handed over now."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, text

from mediation.store.database import Db
from mediation.store.models import Letter, Mark, Meeting, Participant, QuietTime, Suspension

MORNING = 8 * 60  # minute of the day from which somebody is written to again who was not to be until that day
# The kinds of letters that say when a booked time is, and all about one.
WHEN_IT_IS = ("session-planned", "session-moved", "reminder")
OF_A_TIME = (*WHEN_IT_IS, "session-cancelled")
OF_SERIES = ("series-planned", "series-moved", "series-cancelled")  # each says many times
# Those that wait for others to the same reader, with which they become one (workflow.md rule 20).
GATHERED = frozenset(
    {
        "invitation",
        "session-planned",
        "session-moved",
        "session-cancelled",
        *OF_SERIES,
        "something-waits",
        "reading-waits",
        "answer-waits",
        "decision-waits",
        "case-ended",
    }
)
REVIEW = "review-due"  # to the mediators, of a suspended case
DECIDE_BEFORE = timedelta(days=2)  # a session of one, so that who is called hears in time
TOLD = "something-waits"
ASKS = ("answer-waits", "decision-waits")  # those that ask for an answer
CONSENT = "agreed-to-mediate"  # the kind of mark by which somebody answers whether to mediate
# The kinds of marks that answer what a letter asked about the same thing.
ANSWERS = (CONSENT, "ties-answered", "accepted-problem-statement", "accepted-understanding")
QUARTER = timedelta(minutes=15)  # for so long
TIME_TO_ANSWER = timedelta(days=7)  # what a letter asks for, and before what was said in private is deleted
OF_THE_ROOM = ("reading-waits", "answer-waits")  # what who was there knows: not sent to them after the session either
NEEDED_NOW = "needed-now"  # to the mediators, also while they sit in a session
WITHDRAWAL_RECORDED = "withdrawal-recorded"  # a kind with a time limit of its own: only a near quiet day delays it
UNSENT = Letter.delivered_at.is_(None), Letter.called_off_at.is_(None)
# The three queues, each with the condition of its index, literally: with a bound number a database would not use that.
TRIED = Letter.attempts > text("0")
EXPIRING = Letter.good_until.is_not(None)
UNTRIED = and_(Letter.good_until.is_(None), Letter.attempts == text("0"))
RETRIED = and_(Letter.good_until.is_(None), TRIED)
HAS_ADDRESS = or_(Participant.email.is_not(None), Letter.person_id.is_not(None))


def is_waiting(db: Db) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a letter is due and still to be sent or handed over."""
    return Letter.due_at <= db.now(), *may_go(db)


def may_go(db: Db) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a letter is still to be sent or handed over, and nothing holds it back but its time."""
    return *UNSENT, is_concerned(db.now()), ~is_quiet(db), is_out_of_session(db.now())


def is_out_of_session(now: datetime) -> ColumnElement[bool]:
    """Whether whom a letter is for sits in no session `now` (UTC), or it is one that goes there, too (workflow.md rule 20)."""
    until = Participant.in_session_until
    return or_(until.is_(None), until <= now, Letter.kind.in_((NEEDED_NOW, WITHDRAWAL_RECORDED)), _MADE_FOR_PRINT)


def is_concerned(now: datetime) -> ColumnElement[bool]:
    """The condition that a letter still concerns whom it is for, `now` (UTC)."""
    # Who left the case is not reminded of what was planned before. Letters written to them since are sent.
    still = or_(
        Participant.left_at.is_(None), Letter.due_at <= Participant.left_at, Letter.created_at >= Participant.left_at
    )
    # What was to tell of a time ahead, and could not be sent before it, is not sent after it.
    passed = Meeting.id == Letter.about, Meeting.planned_at > Letter.due_at, Meeting.planned_at <= now
    told_late = and_(Letter.kind.in_(OF_A_TIME), select(Meeting.id).where(*passed).correlate(Letter).exists())
    return still & ~told_late & ~_in_vain() & ~_answered() & ~_taken_back() & ~_of_cancelled()


def _answered() -> ColumnElement[bool]:
    """The condition that whom a letter asks has answered since it was written, and the answer stands."""
    asked = or_(Mark.about == Letter.about, and_(Letter.about == "", Mark.kind == CONSENT))
    theirs = Mark.participant_id == Letter.participant_id, Mark.at >= Letter.created_at, Mark.ended_at.is_(None)
    answers = select(Mark.id).where(*theirs, Mark.kind.in_(ANSWERS), asked).correlate(Letter).exists()
    return and_(Letter.kind.in_(ASKS), answers)


def _taken_back() -> ColumnElement[bool]:
    """The condition that a letter tells of what was taken back or answered meanwhile: a wish, or that somebody comes."""
    cancelled = select(Meeting.id).where(Meeting.id == Mark.about, _CANCELLED, Mark.kind == "called").exists()
    over = Mark.ended_at.is_not(None) | cancelled
    return (Letter.kind == TOLD) & select(Mark.id).where(Mark.id == Letter.about, over).correlate(Letter).exists()


def _of_cancelled() -> ColumnElement[bool]:
    """The condition that a letter says something of a session that was cancelled, but for that it was."""
    about = select(Meeting.id).where(Meeting.id == Letter.about, _CANCELLED).correlate(Letter)
    return Letter.kind.in_((*WHEN_IT_IS, TOLD, REVIEW)) & about.exists()


_CANCELLED = Meeting.ended_how == "cancelled"


def _in_vain() -> ColumnElement[bool]:
    """The condition that a letter reminds of a session of several parties that cannot begin, for the case is suspended.

    Who was called by name may not know that it is, unless they answer themselves whether to mediate: they hear when the
    session is called off.
    """
    joint = select(Meeting.id).where(Meeting.id == Letter.about, Meeting.with_participant.is_(None))
    suspended = select(Suspension.id).where(Suspension.case_id == Letter.case_id, Suspension.until.is_(None))
    by_name = Mark.kind == "called", Mark.about == Letter.about, Mark.participant_id == Letter.participant_id
    called = select(Mark.id).where(*by_name, Mark.ended_at.is_(None))
    answered = select(Mark.id).where(Mark.kind == CONSENT, Mark.participant_id == Letter.participant_id)
    stands = [one.correlate(Letter).exists() for one in (joint, suspended)]
    untold = called.correlate(Letter).exists() & ~answered.correlate(Letter).exists()
    return and_(Letter.kind == "reminder", *stands, ~untold)


def is_quiet(db: Db) -> ColumnElement[bool]:
    """Whether whom a letter is for is not to be written to now (workflow.md rule 24). Letters about signing in still go.

    The one that says until when a withdrawal can be taken back waits for the end of quiet hours alone, and is written to be
    sent after a quiet day that leaves time to decide (`leaving`). What goes, too, is one that the mediator has just made to
    hand over (`leave_for_print`).
    """
    here = db.now().astimezone(db.zone)
    today, minute = here.date(), here.hour * 60 + here.minute
    last = QuietTime.until_day == today if minute < MORNING else false()
    begins, ends = QuietTime.begins, QuietTime.ends
    begun, not_over = begins <= minute, ends > minute
    hours = or_(and_(begins < ends, begun, not_over), and_(begins > ends, or_(begun, not_over)))
    days = or_(QuietTime.until_day > today, last) & (Letter.kind != WITHDRAWAL_RECORDED)
    now = QuietTime.participant_id == Letter.participant_id, or_(days, hours)
    return select(QuietTime.id).where(*now).correlate(Letter).exists() & ~_MADE_FOR_PRINT


_MADE_FOR_PRINT = Letter.gave_up_at.is_not(None) & (Letter.gave_up_at == Letter.created_at)
