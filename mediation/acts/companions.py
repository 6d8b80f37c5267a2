"""Companions and who represents the employer: called to what they attend, and bound to confidentiality."""

from itertools import chain
from typing import Annotated

from sqlalchemy import exists, select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text, shown_text
from mediation.acts.calls import CALLED, PART, WHOLE, call, call_off_calls, find_known
from mediation.acts.marks import end_mark, find_mark, leave_mark
from mediation.acts.sessions import announce, find_own_session
from mediation.case.seat import OWN, Manner, find_participant
from mediation.documents.texts import text_in_every_language
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.store.models import (
    AgreedText,
    Concern,
    InterpreterService,
    Mark,
    Meeting,
    Organisation,
    Participant,
    get,
)
from mediation.words.fields import Flag, Id, is_readable, must, on_one_line
from mediation.workflow.declaration import Trait, Who, Workflow
from mediation.workflow.facts import Facts, ParticipantFacts

UNDERTOOK, SAID_SO, BY_SERVICE = "undertook-confidentiality", "undertook-for-session", "bound-by-service"
Service = Annotated[str, must(is_readable, "text-empty"), on_one_line()]


@act("call-to-session", permission="plan-session", leaves=CALLED, correctable=False)
def call_to_session(case: Acting, session_id: str, participant_id: Id, *, whole: Flag = False) -> Meeting:
    """Call a companion, or who represents the employer, to a session; they hear when and where, the parties that they come.

    To a separate meeting only an interpreter, or the support person of that party; then nobody else hears of it. Who
    represents the employer comes for a part, unless for the `whole`. Also afterwards, for somebody who was there uncalled;
    then the parties hear who are not marked present. Twice changes nothing. Refuses with `session-over` (cancelled, or ended
    without them), `not-to-be-called`, `participant-not-found`, with `act-not-yours` a party who would have the employer there
    for the whole, and with `only-for-a-part` where a party is concerned about that (workflow.md rule 17).
    """
    row = find_own_session(case, session_id)
    if whole and not case.seat.is_any(Trait.LEADS):
        raise NotPermitted("act-not-yours", act=case.entry)
    _, roles = find_known(case, participant_id)
    if row.ended_at is not None:
        if participant_id not in _there(case, row, "present", "left"):
            raise NotYet("session-over")
        if find_mark(case.db, participant_id, CALLED, row.id) is not None:
            return row  # for how long somebody was called is no longer asked
    represents = not roles & case.seat.workflow.who(Trait.ACCOMPANIES)
    if whole and represents and _worries_a_party(case, participant_id):
        raise NotPermitted("only-for-a-part")
    new = call(case, row, [participant_id], value=WHOLE if whole or not represents else PART)
    if not new:
        return row
    case.record(row.id, participant_id)
    if row.begun_at is None:
        announce(case, row, "session-planned", new)
    parties = [row.with_participant] if row.with_participant else case.with_trait(Trait.CONSENTS)
    case.tell(set(parties) - _there(case, row, "present"), about=row.id)
    return row


def _worries_a_party(case: Acting, participant_id: str) -> bool:
    # Also one that was settled: that the parties do not object is not the mediator's to say (workflow.md rule 17).
    theirs = Concern.about_id == participant_id, Concern.participant_id.in_(case.with_trait(Trait.CONSENTS))
    return bool(case.db.scalar(select(exists().where(Concern.case_id == case.id, *theirs))))


def _there(case: Acting, row: Meeting, *as_marked: str) -> set[str]:
    marked = select(Mark.participant_id).filter_by(kind="attended", about=row.id, ended_at=None)
    return set(case.db.scalars(marked.where(Mark.value.in_(as_marked))))


@act("call-off-somebody", permission="plan-session")
def call_off_somebody(case: Acting, session_id: str, participant_id: str) -> None:
    """Let a companion, or who represents the employer, no longer be called to a session; they are told. Twice is the same.

    Refuses with `call-stands` once the session has begun, `participant-not-found`, and with `act-not-yours` a party whose
    companion they are not: nobody refuses that another has an interpreter or an aid (workflow.md rule 16).
    """
    row = find_own_session(case, session_id)
    if row.begun_at is not None or row.ended_at is not None:
        raise NotYet("call-stands")
    whose, _ = find_known(case, participant_id)
    if not case.seat.is_any(Trait.LEADS) and whose.supports != case.doer.id:
        raise NotPermitted("act-not-yours", act=case.entry)
    if find_mark(case.db, participant_id, CALLED, row.id) is None:
        return
    call_off_calls(case, participant_id, row.id)
    case.record(row.id, participant_id)
    case.tell([participant_id], about=row.id)


@act("undertake-confidentiality", leaves=UNDERTOOK)
def undertake_confidentiality(case: Acting, text_id: Id | None = None, manner: Manner = OWN) -> Mark:
    """A companion, or who represents the employer, undertakes confidentiality in the words shown (`text`); own hand only.

    Refuses with `text-unread` where there are such words, `text-not-found`, and `text-replaced` when they are no longer
    the newest.
    """
    _, roles = find_participant(case.db, case.seat, case.doer.id)
    kinds = [kind_of(role) for role in sorted(roles) if undertakes(case.seat.workflow, role)]
    if text_id is None:
        if any(newest_text(case.db, case.id, kind) is not None for kind in kinds):
            raise Malformed("text-unread", field="text")
        return leave_mark(case)
    asked = case.row(AgreedText, id=text_id)
    kind = asked.kind if asked is not None and asked.kind in kinds else ""
    return leave_mark(case, about=shown_text(case, kind, text_id).id)


@act("hear-undertaking", leaves=SAID_SO)
def hear_undertaking(case: Acting, session_id: str, participant_id: Id) -> Mark:
    """A mediator records that somebody undertook confidentiality by saying so at the start; good for that session alone.

    Refuses with `session-over`, `not-asked-to-undertake`, and with `own-hand-by-now` who said so at an earlier session:
    before the next one the undertaking is in own hand (workflow.md rule 17).
    """
    row = find_own_session(case, session_id)
    if row.ended_at is not None:
        raise NotYet("session-over")
    whose, _ = _companion(case, participant_id)
    kind = case.mark_kind()
    earlier = Mark.kind == kind, Mark.participant_id == whose.id, Mark.about != row.id, Mark.ended_at.is_(None)
    if case.db.scalar(select(Mark.id).where(*earlier).limit(1)) is not None:
        raise NotYet("own-hand-by-now")
    return leave_mark(case.said(), about=row.id, whose=whose.id)


@act("bind-by-service", leaves=BY_SERVICE, correctable=False)
def bind_by_service(case: Acting, participant_id: str, service: Service) -> Mark:
    """A mediator records that an interpreter is bound by the undertaking of their `service`. Twice changes nothing.

    Refuses with `not-an-interpreter` anybody else.
    """
    whose, roles = _companion(case, participant_id)
    if not interprets(case.seat.workflow, roles):
        raise NotPermitted("not-an-interpreter")
    current = find_mark(case.db, whose.id, case.mark_kind())
    if current is not None and _newest_service(case, whose.id) == service:
        return current
    if current is not None:
        end_mark(case.db, current, "changed")
    case.write(InterpreterService(participant_id=whose.id), service=service)
    return leave_mark(case, whose=whose.id)


def _newest_service(case: Acting, participant_id: str) -> str:
    rows = select(InterpreterService).filter_by(participant_id=participant_id)
    newest = case.db.scalars(rows.order_by(InterpreterService.at.desc(), InterpreterService.id.desc())).first()
    return str(get(case.db, newest, "service")) if newest is not None else ""


def _companion(case: Acting, participant_id: str) -> tuple[Participant, frozenset[str]]:
    whose, roles = find_participant(case.db, case.seat, participant_id)
    if not any(undertakes(case.seat.workflow, role) for role in roles):
        raise NotPermitted("not-asked-to-undertake")
    return whose, roles


def is_bound(companion: ParticipantFacts, facts: Facts) -> bool:
    """Whether somebody undertook confidentiality in own hand, or is bound by the service of an interpreter."""
    texts = (facts.binding(kind_of(role)) for role in companion.roles)
    undertook = any(companion.did(UNDERTOOK, one) for one in {*chain(*texts)})
    return undertook or companion.did(BY_SERVICE)


def is_bound_now(companion: ParticipantFacts, facts: Facts) -> bool:
    """Whether somebody is bound as `is_bound`, or said so for a session that is under way."""
    said = (companion.did(SAID_SO, one.id) for one in facts.sessions if one.state == "begun")
    return is_bound(companion, facts) or any(said)


def interprets(workflow: Workflow, roles: Who) -> bool:
    """Whether somebody in these roles is an interpreter: who accompanies a party without supporting them."""
    return bool(roles & (workflow.who(Trait.ACCOMPANIES) - workflow.who(Trait.SUPPORTS)))


def undertakes(workflow: Workflow, role: str) -> bool:
    """Whether a role undertakes confidentiality, by the workflow."""
    return role in workflow.acts().get("undertake-confidentiality", ())


def kind_of(role: str) -> str:
    """The kind of text in which a role undertakes confidentiality."""
    return f"undertaking-{role}"


def keep_undertaking(case: Acting, role: str) -> None:
    """Keep the words in which who joins in a role undertakes confidentiality; part of an act that records itself."""
    if undertakes(case.seat.workflow, role):
        organisation = case.db.get_one(Organisation, case.seat.case.organisation_id).name
        data = {"case": case.seat.case.number, "organisation": organisation}
        keep_text(case, kind_of(role), text_in_every_language(kind_of(role), lambda _: data))
