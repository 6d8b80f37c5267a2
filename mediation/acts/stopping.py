"""Suspending a case, resuming it, and ending it early."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from mediation.acts.acting import Acting, act
from mediation.acts.marks import end_marks, leave_mark, mediators_to_tell
from mediation.acts.notices import agreed_words
from mediation.acts.screening import SUITABLE
from mediation.acts.session_letters import answer_wishes
from mediation.acts.sessions import own_session, tell_all_of_cancelling
from mediation.case import engine
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotYet
from mediation.store.models import Mark, Meeting, Suspension
from mediation.words.catalogue import in_every_language
from mediation.words.fields import Day, Ids, LanguageCode, Line
from mediation.workflow.declaration import RESUME, Trait
from mediation.workflow.declared import declared_choices
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

KEPT = "kept-session"  # the kind of mark about a session that stays booked
PAUSE_REVIEW = timedelta(days=7)
NOT_THE_WAY = "notice.not-suitable"
Cause = Annotated[str, declared_choices(lambda workflow: workflow.given_causes)]
Outcome = Annotated[str, Field(max_length=40)]


@act("pause")
def pause(case: Acting, manner: Manner = OWN) -> None:
    """Stop at once, at any party's wish; no reason is asked (workflow.md rule 2). A second pause changes nothing.

    The mediators hear of it at once, also where they sit in a session.
    """
    if not case.seat.suspended:
        row = engine.suspend(case.db, case.seat, "pause", case.db.today() + PAUSE_REVIEW)
        case.record(row.id, case.doer.recorded_by)
        case.tell(mediators_to_tell(case), "needed-now")


@act("suspend")
def suspend(
    case: Acting,
    cause: Cause,
    review_on: Day,
    *,
    words: Line = "",
    called_off: Ids = [],  # noqa: B006 - never changed
    language: LanguageCode = "fi",
) -> Suspension:
    """Suspend the case for a cause until it is resumed; the mediators are reminded on `review_on`.

    `called_off` are the sessions ahead that are cancelled by that: whom they concern hears it, without a reason. The others
    stay until they are called off or kept (`keep_session`); who is called to one of several parties is not reminded of it
    while the case is suspended. Refuses with `cause-unknown`,
    `review-not-ahead`, and like `cancel_session`.
    """
    given = case.seat.workflow.given_causes
    if cause not in given:
        raise Malformed("cause-unknown", field="cause", choices=", ".join(given))
    if review_on <= case.db.today():
        raise Malformed("review-not-ahead", field="review_on")
    sessions = [_ahead(case, one) for one in dict.fromkeys(called_off)]
    row = engine.suspend(case.db, case.seat, cause, review_on, words=words, language=language)
    for session in sessions:
        answer_wishes(case.db, session)
        session.ended_at, session.ended_how = case.db.now(), "cancelled"
        tell_all_of_cancelling(case, session)
    case.record(row.id, cause, *(one.id for one in sessions), words=[words])
    return row


def _ahead(case: Acting, session_id: str) -> Meeting:
    session = own_session(case, session_id)
    if session.begun_at is not None or session.ended_at is not None:
        raise NotYet("session-begun")
    return session


@act("keep-session", leaves=KEPT, correctable=False)
def keep_session(case: Acting, session_id: str) -> Mark:
    """A mediator says that a booked session stays, although the case is suspended. Nobody hears of it. Twice changes nothing.

    Each that several parties are called to is called off or kept, however the suspension came about (workflow.md rule 20).
    Refuses with `not-suspended-now`, and like `cancel_session`.
    """
    if not case.seat.suspended:
        raise NotYet("not-suspended-now")
    return leave_mark(case, about=_ahead(case, session_id).id)


@act(RESUME)
def resume(case: Acting) -> None:
    """End every suspension of the case, once the guards of each are met.

    Refuses with `not-suspended-now` and, naming every unmet guard, `resume-blocked`.
    """
    workflow, facts = case.seat.workflow, load_facts(case.db, case.seat.case)
    if not facts.suspensions:
        raise NotYet("not-suspended-now")
    if workflow.fire(RESUME, facts) is None:
        unmet = workflow.unmet(workflow.resume_when, facts)
        raise NotYet("resume-blocked", unmet=engine.unmet_of(unmet, facts))
    engine.end_suspensions(case.db, case.seat)
    end_marks(case.db, "redone", Mark.case_id == case.id, Mark.kind == KEPT)
    case.record(*sorted(facts.suspensions))


@act("discontinue")
def discontinue(case: Acting, outcome: Outcome) -> str:
    """End the case early, with an outcome; everyone gets the same notice. Gives the outcome.

    It is the one that was agreed where an agreement is in force or an understanding was reached; where mediation is not the
    way, whatever the cause, it says that and that the employer's duties stand and, where who reported harassment permits it,
    asks the employer to look into the matter (workflow.md rule 7); else it is neutral. A mediator writes none: nothing goes
    to the employer that not everybody has released, and nobody can be seen to have refused the words (domain.md 6).
    Refuses with `outcome-unknown` (some are only reached by closing), and an outcome that is not so as its workflow
    says: `final-date-ahead`, `no-agreement-in-force`, `no-understanding-reached` or `agreement-in-force`.
    """
    outcomes = case.seat.workflow.outcomes
    if outcome not in outcomes or outcomes[outcome].reached:
        raise Malformed(
            "outcome-unknown",
            field="outcome",
            choices=", ".join(code for code, one in outcomes.items() if not one.reached),
        )
    facts = load_facts(case.db, case.seat.case)
    if not outcomes[outcome].when(facts):
        raise NotYet(outcomes[outcome].refused_as)
    engine.end(case.db, case.seat, case.entry, outcome, notice=_notice(case, facts, outcomes[outcome].notice))
    return outcome


def _notice(case: Acting, facts: Facts, code: str) -> Mapping[str, str] | None:
    workflow = case.seat.workflow
    if facts.followed_up is not None:
        neutral = case.seat.case.neutral_rung is not None or workflow.neutral_end(facts)
        told_always = workflow.contract.told_always
        return agreed_words(case.db, workflow, facts.followed_up.id, told_always, neutral=neutral)
    screened_out = facts.screening is not None and facts.screening.outcome not in SUITABLE
    told = in_every_language(code or NOT_THE_WAY, workflow.code) if code or screened_out else None
    parties = facts.those_in(*workflow.who(Trait.CONSENTS))
    if told is None or not any(one.did("permitted-clarification") for one in parties):
        return told
    clarify = in_every_language("notice.clarify", workflow.code)
    return {language: f"{told[language]} {more}" for language, more in clarify.items()}
