"""What happened is recorded afterwards, and corrected: a session that nobody marked while it was held (workflow.md rule 18)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from mediation.acts.acting import Acting, act
from mediation.acts.attendance_marks import mark_attendance
from mediation.acts.calls import CALLED, SOME, call, parties_of
from mediation.acts.hours import check_not_told
from mediation.acts.session_letters import answer_wishes, call_off_letters
from mediation.acts.sessions import Form, Kind, Minutes, Serves, end_session, finish, new_session, own_session
from mediation.case.participants import find_participant
from mediation.errors import Malformed, NotYet
from mediation.store.models import Meeting, RecordEntry, Suspension
from mediation.words.fields import Id, Ids, Moment
from mediation.workflow.declaration import Trait


@act("record-session", permission="plan-session", leaves=CALLED, correctable=False)
def record_session(
    case: Acting,
    kind: Kind,
    begun_at: Moment,
    minutes: Minutes,
    *,
    present: Ids = [],  # noqa: B006 - never changed
    with_participant: Id | None = None,
    serves: Serves = [],  # noqa: B006 - never changed
    form: Form = "on-site",
    place: str = "",
) -> Meeting:
    """Record a session that was held: when it began (UTC), how long it took, who was there, as by phone (`form` remote).

    `present` are those who were there, of the mediators, too; whom a separate meeting was with, was there. Nothing is sent
    for what is past. Refuses with `session-still-on` what has not ended yet, with `case-suspended` a session of several while
    the case stood still, and like planning and marking.
    """
    row = new_session(case, kind, begun_at, minutes, serves=serves, with_participant=with_participant, form=form)
    _check_over(case, row, begun_at, minutes)
    row.begun_at, row.begun_by = begun_at, case.doer.id
    case.write(row, **({"place": place} if place else {}))
    may_call = case.seat.workflow.session_kinds[kind].may_call
    there = list(dict.fromkeys([*present, *([row.with_participant] if row.with_participant else [])]))
    by_name = [one for one in there if find_participant(case.db, case.seat, one)[1] & may_call]
    beside = call(case, row, by_name)
    if case.seat.workflow.session_kinds[kind].of_some and len(parties_of(case, row)) < SOME:
        raise Malformed("two-parties-needed", field="present")
    finish(case, row, begun_at + timedelta(minutes=minutes), "held", kind, *beside)
    mark_attendance(case.db, case.seat, row.id, dict.fromkeys(there, "present") | _away(case, row, there))
    return row


def _away(case: Acting, row: Meeting, there: Sequence[str]) -> dict[str, str]:
    """Who leads and was not there: of what the parties may hold without a mediator, it is told whether one came."""
    leads = case.seat.workflow.who(Trait.LEADS)
    alone = case.seat.workflow.session_kinds[row.kind].planned_by - leads
    here = case.doer.id in case.with_trait(Trait.LEADS) and case.doer.id not in there
    return {case.doer.id: "absent"} if alone and here else {}


@act("correct-session", permission="end-session")
def correct_session(case: Acting, session_id: str, begun_at: Moment, minutes: Minutes) -> Meeting:
    """Correct when a session began (UTC) and how long it took; one that is planned, or still on, was held so.

    The same again changes nothing. Refuses with `session-was-cancelled`, `session-still-on` and `case-suspended` like
    `record_session`, and with `hours-told` once the commissioner has seen a total that it is part of.
    """
    row = own_session(case, session_id)
    if row.ended_how == "cancelled":
        raise NotYet("session-was-cancelled")
    ended_at = begun_at + timedelta(minutes=minutes)
    if (row.begun_at, row.ended_at) == (begun_at, ended_at):
        return row
    _check_over(case, row, begun_at, minutes)
    for moment in (one for one in (row.begun_at, begun_at) if one is not None and row.ended_at is not None):
        check_not_told(case, moment.astimezone(case.db.zone).date(), _counted_since(case, row))
    if row.ended_at is not None:
        case.change(row, row.kind, begun_at=begun_at, ended_at=ended_at)
        return row
    answer_wishes(case.db, row)
    call_off_letters(case.db, row)
    row.begun_at, row.begun_by = begun_at, row.begun_by or case.doer.id
    finish(case, row, ended_at, "held", row.kind)
    return row


def _counted_since(case: Acting, row: Meeting) -> datetime | None:
    """When (UTC) it was first recorded that a session was over; None where its case, or who left, ended it."""
    of_it = RecordEntry.case_id == case.id, RecordEntry.about.startswith(row.id, autoescape=True)
    ended = RecordEntry.act.in_([one.code for one in (end_session, record_session, correct_session)])
    return case.db.scalar(select(func.min(RecordEntry.at)).where(*of_it, ended))


def _check_over(case: Acting, row: Meeting, begun_at: datetime, minutes: int) -> None:
    if begun_at + timedelta(minutes=minutes) > case.db.now():
        raise NotYet("session-still-on")
    if case.seat.workflow.session_kinds[row.kind].alone or row.begun_at is not None:
        return
    stood = Suspension.case_id == case.id, Suspension.since <= begun_at
    still = or_(Suspension.until.is_(None), Suspension.until > begun_at)
    if case.db.scalar(select(Suspension.id).where(*stood, still).limit(1)) is not None:
        raise NotYet("case-suspended", act=case.entry)
