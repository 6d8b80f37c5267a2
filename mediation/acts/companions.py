"""Companions and who represents the employer: called to what they attend, and bound to confidentiality."""

from itertools import chain

from sqlalchemy import exists, select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text
from mediation.acts.calls import (
    CALLED,
    PART,
    SOME,
    TAKEN_BACK,
    WHOLE,
    call,
    call_off_calls,
    comes_whole,
    find_known,
    marked_there,
    parties_of,
)
from mediation.acts.marks import find_mark
from mediation.acts.session_letters import announce, call_off_cancelling, tell_cancelled
from mediation.acts.sessions import own_session
from mediation.documents.texts import text_in_every_language
from mediation.errors import NotPermitted, NotYet
from mediation.store.models import Concern, Meeting, Organisation
from mediation.words.fields import Flag, Id
from mediation.workflow.declaration import Trait, Who, Workflow
from mediation.workflow.facts import Facts, ParticipantFacts

UNDERTOOK, SAID_SO, BY_SERVICE = "undertook-confidentiality", "undertook-for-session", "bound-by-service"


@act("call-to-session", permission="plan-session", leaves=CALLED, correctable=False)
def call_to_session(case: Acting, session_id: str, participant_id: Id, *, whole: Flag = False) -> Meeting:
    """Call a companion, or who represents the employer, to a session; they hear when and where, the parties that they come.

    To a separate meeting only an interpreter, or the support person of that party; then nobody else hears of it. Who
    represents the employer comes for a part, unless for the `whole`. Also afterwards, for somebody who was there uncalled;
    then the parties hear who are not marked present. Twice changes nothing. Refuses with `session-over` (cancelled, or ended
    without them), `not-to-be-called`, `participant-not-found`, with `act-not-yours` a party who would have the employer there
    for the whole, and with `only-for-a-part` where a party is concerned about that (workflow.md rule 17).
    """
    row = own_session(case, session_id)
    if whole and not case.seat.is_any(Trait.LEADS):
        raise NotPermitted("act-not-yours", act=case.entry)
    _, roles = find_known(case, participant_id)
    if row.ended_at is not None:
        if participant_id not in marked_there(case.db, row):
            raise NotYet("session-over")
        if find_mark(case.db, participant_id, CALLED, row.id) is not None:
            return row  # for how long somebody was called is no longer asked
    represents = not comes_whole(case.seat.workflow, roles)
    if whole and represents and _worries_a_party(case, participant_id):
        raise NotPermitted("only-for-a-part")
    new = call(case, row, [participant_id], value=WHOLE if whole or not represents else PART)
    if not new:
        return row
    case.record(row.id, participant_id)
    if row.begun_at is None:
        call_off_cancelling(case.db, row, new)
        announce(case, row, "session-planned", new)
    mark = find_mark(case.db, participant_id, CALLED, row.id)
    others = parties_of(case, row) - marked_there(case.db, row, "present") - {participant_id}
    case.tell(others, about=mark.id if mark else "")
    return row


def _worries_a_party(case: Acting, participant_id: str) -> bool:
    # Also one that was settled: that the parties do not object is theirs alone to say (workflow.md rule 17).
    theirs = Concern.about_id == participant_id, Concern.participant_id.in_(case.with_trait(Trait.CONSENTS))
    stands = Concern.settled_how.is_distinct_from(TAKEN_BACK)
    return bool(case.db.scalar(select(exists().where(Concern.case_id == case.id, *theirs, stands))))


@act("call-off-somebody", permission="plan-session")
def call_off_somebody(case: Acting, session_id: str, participant_id: str) -> None:
    """Let a companion, or who represents the employer, no longer be called to a session; they are told. Twice is the same.

    Refuses with `call-stands` once the session has begun, `participant-not-found`, and with `act-not-yours` a party whose
    companion they are not: nobody refuses that another has an interpreter or an aid (workflow.md rule 16). Of the parties of
    a session of some at least two remain, else `two-parties-needed`.
    """
    row = own_session(case, session_id)
    if row.begun_at is not None or row.ended_at is not None:
        raise NotYet("call-stands")
    whose, _ = find_known(case, participant_id)
    if not case.seat.is_any(Trait.LEADS) and whose.supports != case.doer.id:
        raise NotPermitted("act-not-yours", act=case.entry)
    if find_mark(case.db, participant_id, CALLED, row.id) is None:
        return
    if case.seat.workflow.session_kinds[row.kind].of_some and len(parties_of(case, row) - {participant_id}) < SOME:
        raise NotYet("two-parties-needed")
    call_off_calls(case, participant_id, row.id)
    row.changes += 1  # for calendars, where the time is taken out and may come again
    case.record(row.id, participant_id)
    tell_cancelled(case, row, [participant_id])


def is_bound(companion: ParticipantFacts, facts: Facts) -> bool:
    """Whether somebody undertook confidentiality in own hand, or is bound by the service of an interpreter."""
    texts = (facts.binding(kind_of(role)) for role in companion.roles)
    undertook = any(companion.did(UNDERTOOK, one) for one in {*chain(*texts)})
    return undertook or companion.did(BY_SERVICE)


def is_bound_now(companion: ParticipantFacts, facts: Facts) -> bool:
    """Whether somebody is bound as `is_bound`, or said so for a session that is under way."""
    said = (companion.did(SAID_SO, one.id) for one in facts.not_over if one.state == "begun")
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
        words = text_in_every_language(kind_of(role), lambda _: data, case.seat.workflow.code)
        keep_text(case, kind_of(role), words)
