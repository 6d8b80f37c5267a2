"""Who was there: attendance as it is marked at a session, and who lets the table continue without them."""

from typing import Annotated

from pydantic import Field

from mediation.acts.acting import Acting, act
from mediation.acts.calls import WAS_THERE, called_to, parties_of
from mediation.acts.in_session import let_letters_wait
from mediation.acts.marks import find_mark, leave_mark
from mediation.acts.sessions import ATTENDS, find_session, had_left, own_session
from mediation.case.participants import find_participant
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotFound, NotYet
from mediation.store.models import Mark, Meeting
from mediation.words.fields import PEOPLE, Id, known
from mediation.workflow.declaration import SessionKind, Trait, Who, Workflow

ATTENDED = ("present", "absent", "caught-up", "left")  # an absentee lets the table continue, and catches up
Attendance = Annotated[dict[Id, Annotated[str, known(ATTENDED)]], Field(max_length=PEOPLE)]


@act("mark-attendance", leaves=ATTENDS)
def mark_attendance(case: Acting, session_id: str, attendance: Attendance) -> list[Mark]:
    """Mark who was present, absent or has caught up, by participant id; never what was said.

    Who is no party may have `left` before the end: they came when they were marked present, and went when this is marked.
    Absentees can only catch up on a session that they let continue without them. Marked again, it is corrected. Refuses with
    `session-not-begun`, `choice-unknown`, `participant-not-found`, `not-in-this-session` and `not-let-go-on`; then nothing is
    marked.
    """
    row = own_session(case, session_id)
    if row.begun_at is None:
        raise NotYet("session-not-begun")
    parties, called = parties_of(case, row), called_to(case.db, row)
    for participant_id, value in attendance.items():
        _, roles = find_participant(case.db, case.seat, participant_id)
        if had_left(case, participant_id, row.begun_at):
            raise NotFound("participant-not-found")
        if not _belongs(case, row, roles, is_called=participant_id in {*parties, *called}):
            raise Malformed("not-in-this-session", field="attendance")
        if value == "left" and not _may_leave(case, row, participant_id, roles):
            raise NotYet("not-there-to-leave")
        if value == "caught-up" and find_mark(case.db, participant_id, "let-table-go-on", row.id) is None:
            raise NotYet("not-let-go-on")
    marks = [
        leave_mark(case.said(), about=row.id, value=value, whose=participant_id)
        for participant_id, value in attendance.items()
    ]
    let_letters_wait(case.db, case.seat)
    return marks


def _belongs(case: Acting, row: Meeting, roles: Who, *, is_called: bool) -> bool:
    # At a session of the table somebody may sit uncalled, which is then made up for; elsewhere only a mediator may.
    kind, workflow = case.seat.workflow.session_kinds[row.kind], case.seat.workflow
    return is_called or kind.of_table or bool(roles & workflow.who(Trait.LEADS)) or _comes_beside(kind, workflow, roles)


def _comes_beside(kind: SessionKind, workflow: Workflow, roles: Who) -> bool:
    return kind.of_some and not roles & workflow.who(Trait.CONSENTS)


def _may_leave(case: Acting, row: Meeting, participant_id: str, roles: Who) -> bool:
    # Of a party, leaving the room is a pause; of who comes for a part, when they left is told.
    there = find_mark(case.db, participant_id, ATTENDS, row.id)
    is_party = bool(roles & case.seat.workflow.who(Trait.CONSENTS))
    return not is_party and there is not None and there.value in WAS_THERE


@act("let-table-go-on", leaves="let-table-go-on")
def let_table_go_on(case: Acting, session_id: str, manner: Manner = OWN) -> Mark:
    """A party who cannot come lets the table continue, and catches up with the mediator afterwards."""
    row = find_session(case, session_id)
    return leave_mark(case, about=row.id)
