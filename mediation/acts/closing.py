"""Closing: what follows from moving a case to its last phase, and what the parties keep of a case that ended."""

from collections.abc import Callable, Mapping

from mediation.acts.notices import agreed_words, tell_at_the_end
from mediation.case.seat import Seat
from mediation.case.status import coarse_outcome
from mediation.documents.render import Sheet
from mediation.errors import NotPermitted, NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Case, Letter, remaining
from mediation.workflow.declaration import Contract, Effect, Trait
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts


def closing_report(db: Db, seat: Seat, language: str) -> Sheet:
    """What the parties keep of a case that ended, to be typeset: the same for everyone, without causes and without answers.

    With an agreement in force it names that and the notices given, else an understanding, or that no agreement was made.
    It says which outcome the commissioner reads. For mediators and parties.
    Refuses with `not-yours-to-see` and `case-still-open`.
    """
    if not seat.is_any(Trait.LEADS, Trait.CONSENTS):  # not who left: it was made after that
        raise NotPermitted("not-yours-to-see")
    if seat.case.outcome is None:
        raise NotYet("case-still-open")
    facts, case = load_facts(db, seat.case), db.get_one(Case, seat.case.id)
    kinds = seat.workflow.session_kinds
    ended = (case.closed_at or db.now()).astimezone(db.zone).date()
    data = {
        "case": case.number,
        "ended": ended.isoformat(),
        # Those at one table only: how often somebody was met alone is theirs.
        "sessions": sum(one.state == "held" and not kinds[one.kind].alone for one in facts.sessions),
        "version": facts.in_force.version if facts.in_force else None,
        "binds": seat.workflow.outcomes[seat.case.outcome].reached,
        "understanding": facts.in_force is None and facts.followed_up is not None,
        "outcome": seat.case.outcome if facts.in_force else None,
        "outcome_told": coarse_outcome(seat.workflow, case.rung, case.outcome, case.neutral_rung),
        "notices": [
            {"to": to, "words": words.get(language) or next(iter(words.values()), "")}
            for to, words in _notices(db, seat.workflow.contract, case, facts).items()
        ],
        "retention_days": db.keep.words_days,
        "retention_months": db.keep.agreement_months,
    }
    return Sheet("closing-report", language, data, case.closed_at or db.now(), db.zone)


def _notices(db: Db, contract: Contract, case: Case, facts: Facts) -> Mapping[str, Mapping[str, str]]:
    """By audience the notice that was agreed, as far as it was given; where nothing was agreed the one for everybody."""
    agreed, neutral = facts.followed_up, case.neutral_rung is not None
    if agreed is None or not agreed.told:
        return {"": remaining(db, case, "notice") or {}}
    return {
        audience: agreed_words(db, contract, agreed.id, audience, neutral=neutral) for audience in sorted(agreed.told)
    }


def end_with(outcome: Callable[[Facts], str]) -> Effect:
    """The effect of a transition to the last phase: the case has this outcome, and no reminder lies ahead any more.

    What a neutral end kept back from the commissioner can be read now.
    """
    return Effect(_end, lambda facts: {"outcome": outcome(facts)})


def _end(db: Db, seat: Seat, facts: Facts) -> None:
    tell_at_the_end(db, seat, facts)
    outbox.call_off(db, Letter.case_id == seat.case.id, Letter.due_at > db.now())
