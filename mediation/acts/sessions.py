"""Sessions: plan, move, begin, end, attend and cancel the meetings of a case; caucuses; follow-ups."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from mediation.acts.acting import Acting
from mediation.acts.agreements import agreement_in_force
from mediation.acts.marks import ask_mediators, end_mark, find_mark, leave_mark
from mediation.case import record
from mediation.case.seat import OWN, Doer, Manner, Seat, find_participant, find_party, holders, permit
from mediation.errors import Malformed, NotFound, NotPermitted, NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Letter, Mark, Meeting, put
from mediation.words.fields import SHORT, checked, one_of
from mediation.workflow.declaration import COMPANIONS, MEDIATORS, Role, Way

KINDS = ("information", "separate", "joint", "follow-up")
FORMS = ("on-site", "remote")
ATTENDED = ("present", "absent", "caught-up")  # an absentee lets the table go on, and catches up with the mediator
REMIND_BEFORE = timedelta(days=1)


def plan_session(
    db: Db,
    seat: Seat,
    kind: str,
    planned_at: datetime,
    *,
    minutes: int = 60,
    serves: Sequence[str] = (),
    with_participant: str | None = None,
    form: str = "on-site",
    place: str = "",
) -> Meeting:
    """Plan a session at a moment (UTC) for `minutes`; those concerned get a letter, and a reminder the day before.

    `serves` are the phases a joint session is for (default: all but the first and the last); one sitting may serve several.
    Refuses with `choice-unknown`, `minutes-out-of-range` (5–720) and `party-needed` (whom a separate session is with).
    """
    doer = permit(db, seat, "plan-session")
    one_of(kind, KINDS, "kind")
    _follow_up_only(seat, kind)
    if kind == "separate":
        find_participant(db, seat, with_participant or "")
    row = _new_session(db, seat, doer, kind, planned_at, minutes, form)
    row.serves = ",".join(_served(seat, kind, serves))
    row.with_participant = with_participant if kind == "separate" else None
    if place:
        put(db, row, "place", checked(place, "place", SHORT))
    db.add(row)
    db.flush()
    record.append(db, seat.case, "plan-session", actor=doer.id, about=[row.id, kind])
    _announce(db, seat, row, "session-planned")
    return row


def _follow_up_only(seat: Seat, kind: str) -> None:
    # Parties may hold follow-ups without the mediator (workflow.md, follow-up); other sessions are the mediator's.
    if not seat.holds(*MEDIATORS) and kind != "follow-up":
        raise NotPermitted("follow-up-only")


def _new_session(db: Db, seat: Seat, doer: Doer, kind: str, planned_at: datetime, minutes: int, form: str) -> Meeting:
    if not 5 <= minutes <= 720:
        raise Malformed("minutes-out-of-range", field="minutes", least=5, most=720)
    return Meeting(
        id=db.new_id(),
        case_id=seat.case.id,
        kind=kind,
        form=one_of(form, FORMS, "form"),
        planned_at=planned_at,
        planned_minutes=minutes,
        month=planned_at.astimezone(db.zone).strftime("%Y-%m"),
        planned_by=doer.id,
    )


def _served(seat: Seat, kind: str, serves: Sequence[str]) -> Sequence[str]:
    phases = [one.code for one in seat.workflow.phases[:-1]]
    for code in serves:
        one_of(code, tuple(phases), "serves")
    if kind == "follow-up":
        return [phases[-1]]
    if kind == "joint":
        return list(dict.fromkeys(serves)) or phases[1:-1]
    return []


def move_session(db: Db, seat: Seat, session_id: str, planned_at: datetime) -> Meeting:
    """Move a session that has not begun. The agreement's frozen text need not change for it."""
    doer = permit(db, seat, "plan-session")
    row = find_session(db, seat, session_id)
    _follow_up_only(seat, row.kind)
    if row.begun_at is not None or row.ended_at is not None:
        raise NotYet("session-begun")
    if row.planned_at != planned_at:
        row.planned_at, row.month = planned_at, planned_at.astimezone(db.zone).strftime("%Y-%m")
        db.flush()
        record.append(db, seat.case, "move-session", actor=doer.id, about=[row.id])
        _call_off(db, row)
        _announce(db, seat, row, "session-moved")
    return row


def begin_session(db: Db, seat: Seat, session_id: str) -> Meeting:
    """Begin a session. Twice changes nothing. Refuses with `session-over`; a joint one with `case-suspended`."""
    doer = permit(db, seat, "begin-session")
    row = find_session(db, seat, session_id)
    _follow_up_only(seat, row.kind)
    if row.ended_at is not None:
        raise NotYet("session-over")
    if seat.suspended and row.kind != "separate":
        raise NotYet("case-suspended", act="begin-session")
    if row.begun_at is None:
        row.begun_at = db.now()
        db.flush()
        record.append(db, seat.case, "begin-session", actor=doer.id, about=[row.id, row.kind])
        _call_off(db, row)
    return row


def end_session(db: Db, seat: Seat, session_id: str, *, early: bool = False) -> Meeting:
    """End a session that has begun; `early` when it was broken off. Twice changes nothing. Refuses with `session-not-begun`."""
    doer = permit(db, seat, "end-session")
    row = find_session(db, seat, session_id)
    _follow_up_only(seat, row.kind)
    if row.begun_at is None:
        raise NotYet("session-not-begun")
    if row.ended_at is None:
        row.ended_at, row.ended_how = db.now(), "ended-early" if early else "held"
        db.flush()
        record.append(db, seat.case, "end-session", actor=doer.id, about=[row.id, row.kind, row.ended_how])
    return row


def cancel_session(db: Db, seat: Seat, session_id: str) -> Meeting:
    """Cancel a session that has not begun. Twice changes nothing. Refuses with `session-begun`."""
    doer = permit(db, seat, "plan-session")
    row = find_session(db, seat, session_id)
    _follow_up_only(seat, row.kind)
    if row.begun_at is not None:
        raise NotYet("session-begun")
    if row.ended_at is None:
        row.ended_at, row.ended_how = db.now(), "cancelled"
        db.flush()
        record.append(db, seat.case, "cancel-session", actor=doer.id, about=[row.id, row.kind])
        _call_off(db, row)
        outbox.announce(db, seat.case.id, "something-waits", _concerned(db, seat, row), about=row.id)
    return row


def mark_attendance(db: Db, seat: Seat, session_id: str, attendance: Mapping[str, str]) -> list[Mark]:
    """Mark who was present, absent or has caught up, by participant id; never what was said.

    Who was absent can only catch up on what they let go on without them. Refuses with `session-not-begun`,
    `choice-unknown`, `participant-not-found`, `not-in-this-session` and `not-let-go-on`; then nothing is marked.
    """
    doer = permit(db, seat, "mark-attendance")
    row = find_session(db, seat, session_id)
    _follow_up_only(seat, row.kind)
    if row.begun_at is None:
        raise NotYet("session-not-begun")
    seen = Doer(doer.id, Way.SAID, doer.id)
    for participant_id, value in attendance.items():
        one_of(value, ATTENDED, "attendance")
        find_participant(db, seat, participant_id)
        if row.with_participant not in {None, participant_id}:
            raise Malformed("not-in-this-session", field="attendance")
        if value == "caught-up" and find_mark(db, participant_id, "let-table-go-on", row.id) is None:
            raise NotYet("not-let-go-on")
    return [
        leave_mark(
            Acting(db, seat, "mark-attendance", seen), "attended", about=row.id, value=value, whose=participant_id
        )
        for participant_id, value in attendance.items()
    ]


def let_table_go_on(db: Db, seat: Seat, session_id: str, manner: Manner = OWN) -> Mark:
    """A party who cannot come lets the table go on, and catches up with the mediator afterwards."""
    doer = permit(db, seat, "let-table-go-on", manner)
    row = find_session(db, seat, session_id)
    return leave_mark(Acting(db, seat, "let-table-go-on", doer), "let-table-go-on", about=row.id)


def ask_for_caucus(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party wishes a private talk; the mediators hear of it, nobody else. The next one with the party answers it."""
    doer = permit(db, seat, "ask-for-caucus", manner)
    return ask_mediators(Acting(db, seat, "ask-for-caucus", doer), "asked-for-caucus")


def open_caucus(db: Db, seat: Seat, participant_id: str) -> Meeting:
    """Begin a caucus with one party, on anyone's wish. A second one with the same party is the one that is open."""
    doer = permit(db, seat, "open-caucus")
    find_party(db, seat, participant_id)
    open_now = select(Meeting).where(
        Meeting.case_id == seat.case.id,
        Meeting.kind == "caucus",
        Meeting.with_participant == participant_id,
        Meeting.ended_at.is_(None),
    )
    standing = db.scalar(open_now)
    if standing is not None:
        return standing
    asked = find_mark(db, participant_id, "asked-for-caucus")
    if asked is not None:
        end_mark(db, asked, "redone")
    row = _new_session(db, seat, doer, "caucus", db.now(), 30, "on-site")
    row.with_participant, row.begun_at = participant_id, db.now()
    db.add(row)
    db.flush()
    record.append(db, seat.case, "open-caucus", actor=doer.id, about=[row.id, participant_id])
    return row


def close_caucus(db: Db, seat: Seat, session_id: str) -> Meeting:
    """End a caucus. Twice changes nothing. Refuses with `session-not-found`."""
    doer = permit(db, seat, "close-caucus")
    row = find_session(db, seat, session_id)
    if row.kind != "caucus":
        raise NotFound("session-not-found")
    if row.ended_at is None:
        row.ended_at, row.ended_how = db.now(), "held"
        db.flush()
        record.append(db, seat.case, "close-caucus", actor=doer.id, about=[row.id])
    return row


def waive_follow_ups(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party does without the follow-ups that are left of the version in force."""
    doer = permit(db, seat, "waive-follow-ups", manner)
    agreement = agreement_in_force(db, seat)
    return leave_mark(Acting(db, seat, "waive-follow-ups", doer), "waived-follow-ups", about=agreement.id)


def find_session(db: Db, seat: Seat, session_id: str) -> Meeting:
    """A session of the seat's case. Refuses with `session-not-found`, also one that is somebody else's alone."""
    row = db.get(Meeting, session_id)
    if row is None or row.case_id != seat.case.id:
        raise NotFound("session-not-found")
    if row.with_participant not in {None, seat.participant_id} and not seat.holds(*MEDIATORS):
        raise NotFound("session-not-found")
    return row


def _announce(db: Db, seat: Seat, row: Meeting, kind: str) -> None:
    to = _concerned(db, seat, row)
    params = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes, "form": row.form}
    outbox.announce(db, seat.case.id, kind, to, params=params, about=row.id)
    remind_at = row.planned_at - REMIND_BEFORE
    if remind_at > db.now():
        outbox.announce(db, seat.case.id, "reminder", to, params=params, about=row.id, due_at=remind_at)


def _concerned(db: Db, seat: Seat, row: Meeting) -> Sequence[str]:
    if row.with_participant:
        return [row.with_participant]
    also = [Role.COMMUNITY_MEMBER] if row.kind == "information" else []
    return holders(db, seat.case.id, Role.PARTY, *COMPANIONS, *also)


def _call_off(db: Db, row: Meeting) -> None:
    outbox.call_off(db, Letter.about == row.id, Letter.due_at > db.now())
