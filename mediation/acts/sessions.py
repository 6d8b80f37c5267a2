"""Sessions: plan, change, begin, end and cancel the meetings of a case; follow-ups."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.calls import CALLED, SOME, call, called_anyway, called_to, coming_along, parties_of
from mediation.acts.in_session import call_off_what_they_know, let_letters_wait, whom_it_concerns
from mediation.acts.marks import end_marks, leave_mark
from mediation.acts.session_ends import end_caucuses
from mediation.acts.session_letters import announce, answer_wishes, call_off_letters, tell_cancelled
from mediation.acts.understandings import followed_up
from mediation.acts.wellbeing import ask_after
from mediation.case.participants import find_participant
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import Malformed, NotFound, NotPermitted, NotYet
from mediation.store.models import Mark, Meeting, RoleHeld, put, remaining
from mediation.words.fields import Count, Flag, Id, Ids, Moment, choices, must, one_of
from mediation.workflow.declaration import SessionKind, Trait
from mediation.workflow.declared import declared_choices

FORMS = ("on-site", "remote")
ATTENDS = "attended"  # the kind of mark
ASKED_TO_REPORT = ("asked-to-report", "asked-to-report-again")
Kind = Annotated[str, declared_choices(lambda workflow: workflow.planned_kinds)]
Form = Annotated[str, choices(FORMS)]
Serves = Annotated[list[str], Field(max_length=20)]
Minutes = Annotated[Count, must(range(5, 721).__contains__, "minutes-out-of-range", least=5, most=720)]


@act("plan-session", leaves=CALLED, correctable=False)
def plan_session(
    case: Acting,
    kind: Kind,
    planned_at: Moment,
    *,
    minutes: Minutes = 60,
    serves: Serves = [],  # noqa: B006 - never changed
    with_participant: Id | None = None,
    called: Ids | None = None,
    form: Form = "on-site",
    place: str = "",
) -> Meeting:
    """Plan a session at a moment (UTC) for `minutes`; those concerned get a letter, and a reminder the day before.

    `serves` are the phases it is for, if the workflow lets its planner choose; one session may serve several. `called` are
    the companions, and who represents the employer, who come too. Unless it is said, to a session of several parties all
    companions come, save who came to separate meetings only; a party never plans without those of others. To a session of
    some those parties are `called`, too, at least two. Refuses with `choice-unknown`, `minutes-out-of-range` (5–720),
    `participant-not-found`, `not-to-be-called` and `two-parties-needed`.
    """
    row = new_session(case, kind, planned_at, minutes, serves=serves, with_participant=with_participant, form=form)
    case.write(row, **({"place": place} if place else {}))
    beside = call_along(case, row, called)
    case.record(row.id, kind, *beside)
    announce(case, row, "session-planned")
    return row


def new_session(
    case: Acting,
    kind: str,
    planned_at: datetime,
    minutes: int,
    *,
    serves: Sequence[str],
    with_participant: str | None,
    form: str,
) -> Meeting:
    """A session that may be planned, not written yet; refuses like `plan_session`."""
    one_of(kind, case.seat.workflow.planned_kinds, "kind")
    declared = _theirs_to_lead(case.seat, kind)
    if declared.alone:
        find_participant(case.db, case.seat, with_participant or "")
        if had_left(case, with_participant or "", min(planned_at, case.db.now())):
            raise NotFound("participant-not-found")
    row = session_row(case, kind, planned_at, minutes, form)
    row.serves = ",".join(_served(case.seat, kind, serves))
    row.with_participant = with_participant if declared.alone else None
    row.called_by_name = True
    return row


def call_along(case: Acting, row: Meeting, called: Sequence[str] | None) -> list[str]:
    """Call to a new session who comes by name, as part of its planning; whom that newly concerns."""
    declared = case.seat.workflow.session_kinds[row.kind]
    anyway = called_anyway(case, declared) if called is None or not case.seat.is_any(Trait.LEADS) else []
    beside = call(case, row, [*anyway, *coming_along(case, declared), *(called or ())])
    if declared.of_some and len(parties_of(case, row)) < SOME:
        raise Malformed("two-parties-needed", field="called")
    return beside


def _theirs_to_lead(seat: Seat, kind: str) -> SessionKind:
    # Parties may have follow-ups without the mediator (workflow.md, follow-up); other sessions are the mediator's.
    declared = seat.workflow.session_kinds[kind]
    if not seat.roles & declared.planned_by:
        raise NotPermitted("follow-up-only")
    return declared


def session_row(case: Acting, kind: str, planned_at: datetime, minutes: int, form: str) -> Meeting:
    """The row of a session of any kind, not written yet; `planned_at` is a moment (UTC)."""
    row = Meeting(kind=kind, form=form, planned_minutes=minutes, planned_by=case.doer.id)
    row.planned_at, row.month = planned_at, month_of(case, planned_at)
    return row


def month_of(case: Acting, planned_at: datetime) -> str:
    """The local month of a moment, as a session keeps that of its planned start."""
    return planned_at.astimezone(case.db.zone).strftime("%Y-%m")


def _served(seat: Seat, kind: str, serves: Sequence[str]) -> Sequence[str]:
    phases = [one.code for one in seat.workflow.phases[:-1]]
    for code in serves:
        one_of(code, tuple(phases), "serves")
    declared = seat.workflow.session_kinds[kind]
    return (list(dict.fromkeys(serves)) if declared.may_serve_any else []) or declared.serves


@act("move-session", permission="plan-session")
def move_session(
    case: Acting,
    session_id: str,
    planned_at: Moment | None = None,
    *,
    minutes: Minutes | None = None,
    form: Form | None = None,
    place: str | None = None,
) -> Meeting:
    """Change a session that has not begun: its time, how long it takes, its form or its place, all with one letter.

    What is left out stays; an empty `place` is none. The agreement's frozen text need not change for it. The same again
    changes nothing. Refuses with `session-begun`, and like `plan_session`.
    """
    row = own_session(case, session_id)
    if row.begun_at is not None or row.ended_at is not None:
        raise NotYet("session-begun")
    before, at = row.planned_at, planned_at or row.planned_at
    wanted = {"planned_at": at, "planned_minutes": minutes or row.planned_minutes, "form": form or row.form}
    of_place = place is not None and place != (remaining(case.db, row, "place") or "")
    if not of_place and all(getattr(row, name) == value for name, value in wanted.items()):
        return row
    if of_place:
        _put_place(case, row, place or "")
    for name, value in {**wanted, "month": month_of(case, at)}.items():
        setattr(row, name, value)
    row.changes += 1
    answer_wishes(case.db, row)
    case.record(row.id)
    call_off_letters(case.db, row)
    announce(case, row, "session-moved", before=before)
    return row


def _put_place(case: Acting, row: Meeting, place: str) -> None:
    if place:
        put(case.db, row, "place", place)
    else:
        row.place = None


@act("begin-session")
def begin_session(case: Acting, session_id: str) -> Meeting:
    """Begin a session. Twice changes nothing. Refuses with `session-over`; all but a separate one with `case-suspended`."""
    row = own_session(case, session_id)
    if row.ended_at is not None:
        raise NotYet("session-over")
    kind = case.seat.workflow.session_kinds[row.kind]
    if case.seat.suspended and (kind.opened or not kind.alone):
        raise NotYet("case-suspended", act="begin-session")
    if row.begun_at is None:
        answer_wishes(case.db, row)
        case.change(row, row.kind, begun_at=case.db.now(), begun_by=case.doer.id)
        call_off_letters(case.db, row)
        let_letters_wait(case.db, case.seat)
    return row


@act("end-session")
def end_session(case: Acting, session_id: str, *, early: Flag = False) -> Meeting:
    """End a session that has begun; `early` when it was broken off. Twice changes nothing. Refuses with `session-not-begun`."""
    row = own_session(case, session_id)
    if row.begun_at is None:
        raise NotYet("session-not-begun")
    if row.ended_at is None:
        how = "ended-early" if early else "held"
        finish(case, row, case.db.now(), how, row.kind, how)
    return row


def finish(case: Acting, row: Meeting, ended_at: datetime, how: str, *about: str) -> None:
    """End a session at a moment (UTC) that is not ahead, and record that, with what else it is `about`."""
    if case.seat.workflow.session_kinds[row.kind].begins_clock:
        _ask_anew(case)
    if not case.seat.workflow.session_kinds[row.kind].alone:  # a caucus is beside a session of several
        end_caucuses(case.db, case.seat, ended_at)
    row.ended_at, row.ended_how = ended_at, how
    case.db.flush()
    case.record(row.id, *about)
    call_off_what_they_know(case.db, row)
    let_letters_wait(case.db, case.seat)
    ask_after(case.db, case.seat, row.kind, row.id, case.with_trait(Trait.CONSENTS), ended_at=ended_at)


@act("cancel-session", permission="plan-session")
def cancel_session(case: Acting, session_id: str) -> Meeting:
    """Cancel a session that has not begun. Twice changes nothing. Refuses with `session-begun`."""
    row = own_session(case, session_id)
    if row.begun_at is not None:
        raise NotYet("session-begun")
    if row.ended_at is None:
        answer_wishes(case.db, row)
        case.change(row, row.kind, ended_at=case.db.now(), ended_how="cancelled")
        tell_all_of_cancelling(case, row)
    return row


def tell_all_of_cancelling(case: Acting, row: Meeting) -> None:
    """Call off a session in calendars and letters; part of an act that cancels it."""
    row.changes += 1
    call_off_letters(case.db, row)
    tell_cancelled(case, row, whom_it_concerns(case.db, case.seat, row))


@act("waive-follow-ups", leaves="waived-follow-ups")
def waive_follow_ups(case: Acting, manner: Manner = OWN) -> Mark:
    """A party waives the remaining follow-ups of the version in force, or of the understanding, also one just proposed."""
    return leave_mark(case, about=followed_up(case.db, case.seat).id)


def find_session(case: Acting, session_id: str) -> Meeting:
    """A session of the case. Refuses with `session-not-found`, also if it is one of others."""
    row = case.find(Meeting, session_id, "session-not-found")
    if not case.seat.is_any(Trait.LEADS) and _is_of_others(case, row):
        raise NotFound("session-not-found")
    return row


def _is_of_others(case: Acting, row: Meeting) -> bool:
    is_of_some = case.seat.workflow.session_kinds[row.kind].of_some
    called = called_to(case.db, row) if is_of_some else ()
    return row.with_participant not in {None, case.seat.participant_id} or (is_of_some and case.doer.id not in called)


def had_left(case: Acting, participant_id: str, moment: datetime) -> bool:
    """Whether a party had left before a moment (UTC): whoever has is there for nothing any more."""
    consenting = RoleHeld.role.in_(case.seat.workflow.who(Trait.CONSENTS))
    held = select(RoleHeld).where(RoleHeld.participant_id == participant_id, consenting)
    ends = [one.until for one in case.db.scalars(held)]
    return bool(ends) and all(until is not None and until <= moment for until in ends)


def own_session(case: Acting, session_id: str) -> Meeting:
    """A session that is the doer's to hold. Refuses like `find_session`, and with `follow-up-only`."""
    row = find_session(case, session_id)
    _theirs_to_lead(case.seat, row.kind)
    return row


def _ask_anew(case: Acting) -> None:
    # A report is for the last follow-up that was held: who was asked for one before that is asked again.
    end_marks(case.db, "redone", Mark.case_id == case.id, Mark.kind.in_(ASKED_TO_REPORT))
