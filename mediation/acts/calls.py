"""Calls: who comes to a session beside those whom its kind calls by their role; and who knows that somebody joins.

Who accompanies a party, or represents the employer, is called by name: the mark `called` about the session, for the `whole`
of it or for a `part`. A call to a session of several parties names them to the parties (workflow.md rules 16 and 17).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from mediation.acts.acting import Acting
from mediation.acts.marks import end_mark, find_mark
from mediation.case.participants import find_participant
from mediation.errors import Malformed, NotFound
from mediation.letters import outbox
from mediation.letters.waiting import WHEN_IT_IS
from mediation.store.database import Db
from mediation.store.models import Concern, Letter, Mark, Meeting, Participant, RoleHeld
from mediation.workflow.declaration import SessionKind, Trait, Who, Workflow
from mediation.workflow.facts_loading import load_facts

CALLED = "called"
WHOLE, PART = "whole", "part"
WAS_THERE = ("present", "left")  # how somebody is marked who came to a session
SOME = 2  # the least of those who consent that a session of some is for
ANOTHER_PERSON = "another-person"  # is to come: how a concern was settled
TAKEN_BACK = "taken-back"  # by the party whose concern it was


def known_to(participant_id: str) -> ColumnElement[bool]:
    """Whether a participant may know of another: who was named to the parties, oneself, and one's own companions."""
    also = aliased(Mark)
    called = (
        also.about == Mark.about,
        also.kind == CALLED,
        also.ended_at.is_(None),
        also.participant_id == participant_id,
    )
    together = Meeting.with_participant.is_(None) & select(also.id).where(*called).exists()
    beside = select(Mark.id).join(Meeting, Meeting.id == Mark.about)
    beside = beside.where(_CURRENT, Mark.participant_id == Participant.id)
    beside = beside.where((Meeting.with_participant == participant_id) | together)
    own = or_(Participant.id == participant_id, Participant.supports == participant_id)
    return or_(Participant.unnamed.is_not(True), own, beside.exists())


_CURRENT = (Mark.kind == CALLED) & Mark.ended_at.is_(None)


def find_known(case: Acting, participant_id: str) -> tuple[Participant, Who]:
    """An active participant of whom the doer may know, and the roles. Refuses with `participant-not-found`, as if unknown."""
    whose, roles = find_participant(case.db, case.seat, participant_id)
    leads = case.seat.is_any(Trait.LEADS) and case.doer.id == case.seat.participant_id
    known = select(Participant.id).where(Participant.id == whose.id, known_to(case.doer.id))
    if not leads and case.db.scalar(known) is None:
        raise NotFound("participant-not-found")
    return whose, roles


def call(case: Acting, row: Meeting, participant_ids: Iterable[str], *, value: str = "") -> list[str]:
    """Call these to a session, part of an act that records itself; gives whom it newly concerns.

    `value` is `whole` or `part`: by default a part for who represents the employer, else the whole. Refuses like
    `find_known`, and with `not-to-be-called` whom this session has no place for. Who comes to a session of the table is named
    to all of it.
    """
    new = []
    for participant_id in dict.fromkeys(participant_ids):
        whose, roles = find_known(case, participant_id)
        if not _may_come(case, row, whose, roles):
            raise Malformed("not-to-be-called", field="called")
        wanted = value or (WHOLE if comes_whole(case.seat.workflow, roles) else PART)
        current = find_mark(case.db, participant_id, CALLED, row.id)
        if current is not None and current.value == wanted:
            continue
        if current is not None:
            end_mark(case.db, current, "changed")
        if whose.unnamed and case.seat.workflow.session_kinds[row.kind].of_table:
            whose.unnamed = False
        case.write(Mark(participant_id=participant_id, kind=case.mark_kind(CALLED), about=row.id, value=wanted))
        new.append(participant_id)
    return new


def call_each(case: Acting, rows: Iterable[Meeting], participant_ids: Iterable[str]) -> None:
    """Call these to the whole of all of these sessions, which are new to them; part of an act that records itself."""
    for row in rows:
        for one in participant_ids:
            case.add(Mark(participant_id=one, kind=CALLED, about=row.id, value=WHOLE))
    case.db.flush()


def comes_whole(workflow: Workflow, roles: Who) -> bool:
    """Whether somebody in these roles comes to the whole of a session: who consents, and who accompanies a party."""
    return bool(roles & workflow.who(Trait.ACCOMPANIES, Trait.CONSENTS))


def _may_come(case: Acting, row: Meeting, whose: Participant, roles: Who) -> bool:
    beside_another = row.with_participant is not None and whose.supports not in {None, row.with_participant}
    return bool(roles & case.seat.workflow.session_kinds[row.kind].may_call) and not beside_another


def called_anyway(case: Acting, kind: SessionKind) -> Sequence[str]:
    """Who is called to a session when nobody is named: those who accompany a party, save who came to separate meetings only.

    Who is to be replaced by another person, as a mediator settled a concern, is left out, too. Nobody is named to the parties
    by somebody who may not know of them.
    """
    if not kind.of_table:
        return []
    accompany = kind.may_call & case.seat.workflow.who(Trait.ACCOMPANIES)
    asked_alone = select(Mark.id).where(_CURRENT, Mark.participant_id == Participant.id).exists()
    another = select(Concern.id).where(Concern.about_id == Participant.id, Concern.settled_how == ANOTHER_PERSON)
    wanted = (Participant.unnamed.is_not(True) | ~asked_alone) & ~another.exists()
    if not case.seat.is_any(Trait.LEADS):
        wanted &= known_to(case.seat.participant_id)
    held = select(RoleHeld.participant_id).where(
        RoleHeld.case_id == case.id, RoleHeld.role.in_(sorted(accompany)), RoleHeld.until.is_(None)
    )
    here = Participant.case_id == case.id, Participant.left_at.is_(None), Participant.id.in_(held)
    return case.db.scalars(select(Participant.id).where(*here, wanted).order_by(Participant.id)).all()


def coming_along(case: Acting, kind: SessionKind) -> Sequence[str]:
    """Who is called to every session of a kind, whoever else its planner names, by id."""
    roles = kind.comes_along(load_facts(case.db, case.seat.case)) & kind.may_call
    return sorted(case.those_in(*roles)) if roles else []


def called_to(db: Db, row: Meeting) -> Sequence[str]:
    """Who is called to a session by name, by id."""
    active = select(Participant.id).where(Participant.case_id == row.case_id, Participant.left_at.is_(None))
    rows = select(Mark.participant_id).where(_CURRENT, Mark.about == row.id, Mark.participant_id.in_(active))
    return db.scalars(rows.order_by(Mark.participant_id)).all()


def marked_there(db: Db, row: Meeting, *values: str) -> set[str]:
    """Who is marked at a session as any of `values`, by id; where none is named who came, also if they left before its end."""
    marked = select(Mark.participant_id).filter_by(kind="attended", about=row.id, ended_at=None)
    return set(db.scalars(marked.where(Mark.value.in_(values or WAS_THERE))))


def parties_of(case: Acting, row: Meeting) -> set[str]:
    """Whose session it is of those who consent, by id: all of the table, those who are called to it, or whom it is with."""
    if row.with_participant:
        return {row.with_participant}
    consenting = set(case.with_trait(Trait.CONSENTS))
    is_of_some = case.seat.workflow.session_kinds[row.kind].of_some
    return consenting.intersection(called_to(case.db, row)) if is_of_some else consenting


def called_by_role(workflow: Workflow, row: Meeting) -> Who:
    """The roles that a session calls: those of its kind, and where nobody was called by name all who accompany a party."""
    kind = workflow.session_kinds[row.kind]
    return kind.calls if row.called_by_name else kind.calls | (kind.may_call & workflow.who(Trait.ACCOMPANIES))


def call_off_calls(case: Acting, participant_id: str, *sessions: str) -> None:
    """Let somebody no longer be called to these sessions, nor be reminded of them; part of an act that records itself."""
    for session_id in sessions:
        mark = find_mark(case.db, participant_id, CALLED, session_id)
        if mark is not None:
            end_mark(case.db, mark, "redone")
        theirs = Letter.participant_id == participant_id, Letter.kind.in_(WHEN_IT_IS)
        outbox.call_off(case.db, Letter.about == session_id, *theirs)


def calls_ahead(case: Acting, participant_id: str, *, begun: bool) -> Sequence[tuple[Mark, Meeting]]:
    """The calls of somebody to sessions of several parties that have not ended, nor (unless `begun`) begun."""
    rows = select(Mark, Meeting).join(Meeting, Meeting.id == Mark.about)
    ahead = Meeting.ended_at.is_(None) if begun else Meeting.ended_at.is_(None) & Meeting.begun_at.is_(None)
    mine = _CURRENT, Mark.participant_id == participant_id, Meeting.with_participant.is_(None), ahead
    return [(mark, row) for mark, row in case.db.execute(rows.where(*mine).order_by(Mark.id)).all()]
