"""Leaving: a party withdraws, takes that back or confirms it; a party is replaced; an employment ends."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select, text, update

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import unsend
from mediation.acts.calls import CALLED, SOME
from mediation.acts.in_session import let_letters_wait
from mediation.acts.marks import end_mark, end_marks, find_mark, leave_mark, mediators_to_tell
from mediation.acts.participants import Someone, end_roles, give_role, join, leave_role
from mediation.acts.quiet_times import quiet_until
from mediation.acts.series_letters import tell_what_is_ahead
from mediation.acts.session_ends import end_sessions
from mediation.acts.session_letters import called_off
from mediation.acts.statements import speak_privately
from mediation.acts.terms import renew_terms
from mediation.case import engine, record
from mediation.case.participants import find_participant, find_party, those_in
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.letters import outbox, waiting
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Mark, Participant, RoleHeld
from mediation.store.models.cases import REVOCABLE
from mediation.words.fields import Flag, LanguageCode, Line
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import CONSENT, Facts, SessionFacts
from mediation.workflow.facts_loading import load_facts

TIME_TO_RETURN = timedelta(days=7)
TIME_TO_DECIDE = timedelta(days=3)  # of those, after the letter that tells of them
# The others' answers to texts that included the leaver; their ground rules, attendance and turns remain.
VOIDED = ("accepted-problem-statement", "accepted-understanding", "responded")
Reason = Annotated[Line, Field(description="For the mediator only, if the party wishes to say something.")]


@act("withdraw", leaves="withdrew", correctable=False)
def withdraw(
    case: Acting, *, confirmed: Flag = False, words: Reason = "", language: LanguageCode = "fi", manner: Manner = OWN
) -> None:
    """A party withdraws: at once, without a reason (`words`, if any, reach the mediator only).

    They can take it back within seven days unless it is `confirmed`. With two parties, the case then ends; with more, it
    is suspended until each of the others agrees again, or goes on without them, as the workflow says. What they had
    accepted together is void, unless it is sealed.
    Source: workflow.md rule 2 (voluntariness; European Code of Conduct for Mediators). Refuses with `mailbox-shared` to
    confirm it through a mailbox that others read (rule 21); leaving itself is never refused.
    """
    db, seat, doer = case.db, case.seat, case.doer
    if confirmed and seat.unproven:
        raise NotPermitted("mailbox-shared")
    if words:
        speak_privately(db, seat, words, language=language, manner=manner)
    _let_go(case, db.get_one(Participant, doer.id), "withdrawn")
    too_few = _outcome_of_too_few(db, seat) if confirmed else None
    goes_on = _goes_on(db, seat)
    if too_few is None and not goes_on:
        engine.suspend(db, seat, "withdrawal", db.today() + TIME_TO_RETURN)
    # Last, because its entry covers all of this.
    mark = leave_mark(case, value="confirmed" if confirmed else "revocable")
    _tell_leaver(db, mark)
    if too_few is not None:
        engine.end(db, seat, "end-after-withdrawal", too_few, actor=doer.id)
        return
    case.tell(mediators_to_tell(case), "needed-now")
    if _outcome_of_too_few(db, seat) is None and not goes_on:  # then each of the others is asked to agree again
        case.ask(case.with_trait(Trait.CONSENTS), "decision-waits")
    else:
        case.tell(case.with_trait(Trait.CONSENTS))


def _tell_leaver(db: Db, mark: Mark) -> None:
    """Write to who withdrew, whoever recorded it: until when it can be taken back, and when their own words are deleted.

    A day until which they are not to be written to is waited for where it leaves them time to decide.
    """
    words = timedelta(days=db.keep.words_days)
    confirmed = mark.value == "confirmed"
    deleted = mark.at + (words if confirmed else max(words, TIME_TO_RETURN))
    until = {} if confirmed else {"until": (mark.at + TIME_TO_RETURN).isoformat()}
    params = {"deleted": deleted.astimezone(db.zone).date().isoformat(), **until}
    quiet = quiet_until(db, mark.participant_id)
    waits = quiet if quiet is not None and db.now() < quiet <= mark.at + TIME_TO_RETURN - TIME_TO_DECIDE else None
    kind, to = waiting.WITHDRAWAL_RECORDED, [mark.participant_id]
    outbox.announce(db, mark.case_id, kind, to, params=params, due_at=waits)


def _call_off_recorded(db: Db, mark: Mark) -> None:
    """What still waits would say that the withdrawal can be taken back, which is no longer so."""
    outbox.call_off(db, Letter.participant_id == mark.participant_id, Letter.kind == waiting.WITHDRAWAL_RECORDED)


def _let_go(case: Acting, party: Participant, how: str) -> None:
    """End the party's role, and void what the others accepted together with them, unless it is sealed."""
    db, before = case.db, load_facts(case.db, case.seat.case)
    roles = find_participant(db, case.seat, party.id)[1] & case.seat.workflow.who(Trait.CONSENTS)
    leave_role(db, case.id, party.id, *roles)
    party.left_how = how
    # From now on it may be their own withdrawal that says when their words are deleted.
    db.execute(update(Case).where(Case.id == case.id).values(deletion_due=db.now()))
    # A reminder of an earlier plan, or its absence after a change, would reveal how the others continue.
    outbox.call_off(db, Letter.participant_id == party.id, Letter.due_at > db.now())
    theirs = [
        one for one in before.sessions if one.with_participant == party.id or _is_too_few(case.seat, before, one, party)
    ]
    ahead = end_sessions(db, case.seat, before, theirs)
    outbox.put_out(db, case.id, called_off(db, case.seat, before, ahead))
    let_letters_wait(db, case.seat)
    _release_support(db, case.seat, party)
    goes_on = _goes_on(db, case.seat)
    _let_fall(db, case.seat, party, how if not goes_on else "", before)
    unsend.write(db, case.seat, before)
    if how != "replaced" and _outcome_of_too_few(db, case.seat) is None:  # the terms no longer name them
        renew_terms(case, asks=not goes_on)


def _is_too_few(seat: Seat, before: Facts, session: SessionFacts, party: Participant) -> bool:
    """Whether too few of whom a session of some is for remain without a party who was called to it."""
    called = {one.id for one in before.those_in(*seat.workflow.who(Trait.CONSENTS)) if one.did(CALLED, session.id)}
    return seat.workflow.session_kinds[session.kind].of_some and party.id in called and len(called) <= SOME


def _let_fall(db: Db, seat: Seat, party: Participant, how: str, before: Facts) -> None:
    fallen: tuple[str, ...] = (CONSENT,) if how == "withdrawn" else ()
    if before.in_force is None:
        fallen += VOIDED
    others = [one.id for one in before.those_in(*seat.workflow.who(Trait.CONSENTS)) if one.id != party.id]
    reached = [one.id for one in before.understandings if one.reached]  # like what is sealed, it stands among the rest
    end_marks(db, "redone", Mark.participant_id.in_(others), Mark.kind.in_(fallen), Mark.about.not_in(reached))


def _release_support(db: Db, seat: Seat, party: Participant) -> None:
    for one in db.scalars(select(Participant).filter_by(case_id=seat.case.id, supports=party.id, left_at=None)):
        end_roles(db, one.id, *seat.workflow.who(Trait.SUPPORTS))
        if db.scalar(select(RoleHeld.id).filter_by(participant_id=one.id, until=None)) is None:
            one.left_at, one.left_how = db.now(), "released"


def _outcome_of_too_few(db: Db, seat: Seat) -> str | None:
    """The outcome with which the case ends because too few parties remain, or None while there are enough."""
    least, there = seat.workflow.least, those_in(db, seat.case.id, *seat.workflow.who(Trait.CONSENTS))
    return least.outcome if least is not None and len(there) < least.number else None


def _goes_on(db: Db, seat: Seat) -> bool:
    """Whether the case goes on although somebody left: the workflow says so, and there are enough."""
    return seat.workflow.others_go_on and _outcome_of_too_few(db, seat) is None


@act("take-back-withdrawal")
def take_back_withdrawal(case: Acting, manner: Manner = OWN) -> None:
    """A party who withdrew comes back within seven days; the case continues when everyone agrees again.

    Refuses with `withdrawal-final` once it is confirmed or the time is over, or the case has ended.
    """
    db, seat, doer = case.db, case.seat, case.doer
    mark = find_mark(db, doer.id, "withdrew")
    over = mark is None or mark.value != "revocable" or db.now() - mark.at > TIME_TO_RETURN
    # A party who left may not learn that the case has ended meanwhile.
    if mark is None or over or seat.case.outcome is not None:
        raise NotYet("withdrawal-final")
    end_mark(db, mark, "withdrawn")
    _call_off_recorded(db, mark)
    # Coming back is not yet agreeing to mediate: everyone has to agree again.
    end_marks(db, "redone", Mark.participant_id == doer.id, Mark.kind == CONSENT)
    unsend.write(db, seat, load_facts(db, seat.case))  # a text sent meanwhile does not name them
    former = find_participant(db, seat, doer.id)[1]
    was_suspended = seat.suspended
    for one in seat.workflow.roles_of(_left(db, seat, doer.id)):
        if one.leaves_as in former:
            end_roles(db, doer.id, one.leaves_as)
            give_role(db, case.id, doer.id, one)
            tell_what_is_ahead(case, doer.id, one)  # the reminders were called off
    db.get_one(Participant, doer.id).left_how = None
    renew_terms(case, joins=True)
    case.record(mark.id)
    case.tell(mediators_to_tell(case))
    case.ask(
        case.with_trait(Trait.CONSENTS) if was_suspended or not seat.workflow.others_go_on else [doer.id],
        "decision-waits",
    )


def _left(db: Db, seat: Seat, participant_id: str) -> set[str]:
    """The roles among those who consent that somebody left last: several may be left as the same."""
    consenting = RoleHeld.role.in_(seat.workflow.who(Trait.CONSENTS))
    held = select(RoleHeld.role, RoleHeld.until).where(RoleHeld.participant_id == participant_id, consenting)
    ended = [(until, role) for role, until in db.execute(held) if until is not None]
    last = max((until for until, _ in ended), default=None)
    return {role for until, role in ended if until == last}


@act("confirm-withdrawal")
def confirm_withdrawal(case: Acting, manner: Manner = OWN) -> None:
    """A party who withdrew says that it is final; with two parties, the case ends now. Twice changes nothing."""
    mark = find_mark(case.db, case.doer.id, "withdrew")
    if mark is None:
        raise NotPermitted("act-not-yours", act=case.entry)
    if mark.value != "confirmed":
        finish_withdrawal(case.db, case.seat, mark)
        _tell_leaver(case.db, mark)


def finish_withdrawal(db: Db, seat: Seat, mark: Mark) -> None:
    """Make a withdrawal final: because the leaver said so, or because its seven days are over.

    `seat` is the leaver's own, locked. Twice changes nothing.
    """
    if mark.value == "confirmed":
        return
    mark.value = "confirmed"
    _call_off_recorded(db, mark)
    # The leaver did it or, after seven days, the passing of time: the record names the leaver either way.
    due = {"deletion_due": db.now()}
    record.append(db, seat.case, confirm_withdrawal.entry, actor=mark.participant_id, about=[mark.id], changes=due)
    too_few = _outcome_of_too_few(db, seat)
    if too_few is not None and seat.case.outcome is None:
        engine.end(db, seat, "end-after-withdrawal", too_few, actor=mark.participant_id)


def overdue_withdrawals(db: Db) -> Sequence[Mark]:
    """The withdrawals that nobody took back in time and nobody confirmed."""
    revocable = text(REVOCABLE), Mark.ended_at.is_(None)
    return db.scalars(select(Mark).where(*revocable, Mark.at < db.now() - TIME_TO_RETURN)).all()


@act("replace-party")
def replace_party(case: Acting, participant_id: str, successor: Someone) -> Participant:
    """The mediator replaces a party, such as a manager who changed jobs; only the successor starts from the beginning.

    The successor reads nothing that the predecessor said, and needs a separate meeting, consent and signature of their own.
    Refuses with `not-a-party`, and with `named-twice` a successor who is a party already.
    """
    party = find_party(case.db, case.seat, participant_id)
    parties = list(case.with_trait(Trait.CONSENTS))
    [role, *_] = find_participant(case.db, case.seat, participant_id)[1] & case.seat.workflow.who(Trait.CONSENTS)
    _let_go(case, party, "replaced")
    joined = join(case.db, case.seat.workflow, case.seat.case, successor, role)
    tell_what_is_ahead(case, joined.id, role)
    if joined.id in parties:  # there would be one party less
        raise Malformed("named-twice", field="person")
    renew_terms(case, joins=True)
    case.record(party.id, joined.id)
    return joined


@act("end-employment")
def end_employment(case: Acting, participant_id: str) -> None:
    """The mediator marks that a party's employment ended: they leave the case, and promises without a counterpart lapse.

    The case is then amended or ended (workflow.md rule 13). Refuses with `not-a-party`.
    """
    party = find_party(case.db, case.seat, participant_id)
    _let_go(case, party, "employment-ended")
    case.record(party.id)
