"""Closing: what follows from moving a case to its last phase, and what the parties keep of a case that ended."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from mediation.acts.in_session import let_letters_go
from mediation.acts.letterheads import letterhead_in, logo_of
from mediation.acts.notices import tell_at_the_end
from mediation.acts.session_ends import end_sessions
from mediation.acts.session_letters import called_off
from mediation.case import engine
from mediation.case.seat import Seat
from mediation.case.status import coarse_outcome
from mediation.documents.render import Sheet
from mediation.errors import NotPermitted, NotYet
from mediation.letters.outbox import NewLetter
from mediation.store.database import Db
from mediation.store.models import Case, Notice, remaining
from mediation.workflow.declaration import Contract, Effect, Trait
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts


def closing_report(db: Db, seat: Seat, language: str) -> Sheet:
    """What the parties keep of a case that ended, to be typeset: the same for everyone, without causes and without answers.

    With an agreement in force it names that and the notices given, else an understanding, or that no agreement was made.
    It says which outcome the commissioner reads. For mediators and parties.
    Refuses with `not-yours-to-see` and `case-not-ended`.
    """
    if not seat.is_any(Trait.LEADS, Trait.CONSENTS):  # not who left: it was made after that
        raise NotPermitted("not-yours-to-see")
    if seat.case.outcome is None:
        raise NotYet("case-not-ended")
    facts, case = load_facts(db, seat.case), db.get_one(Case, seat.case.id)
    kinds = seat.workflow.session_kinds
    ended = (case.closed_at or db.now()).astimezone(db.zone).date()
    data = {
        "case": case.number,
        "ended": ended.isoformat(),
        # Those of the whole table only: how often somebody was met alone, or with some others, is theirs.
        "sessions": sum(one.state == "held" and kinds[one.kind].of_table for one in facts.sessions),
        "version": facts.in_force.version if facts.in_force else None,
        "binds": seat.workflow.outcomes[seat.case.outcome].reached,
        "understanding": facts.in_force is None and facts.followed_up is not None,
        "outcome": seat.case.outcome if facts.in_force else None,
        "outcome_told": coarse_outcome(seat.workflow, case.rung, case.outcome, case.neutral_rung),
        "notices": [
            {"to": to, "words": words.get(language) or next(iter(words.values()), "")}
            for to, words in _notices(db, seat.workflow.contract, case).items()
        ],
        "retention_days": db.keep.words_days,
        "retention_months": db.keep.agreement_months,
        "letterhead": letterhead_in(db, case.id, language),
    }
    spoken = seat.workflow.speaking(language)
    return Sheet("closing-report", spoken, data, case.closed_at or db.now(), db.zone, logo=logo_of(db, case.id))


def _notices(db: Db, contract: Contract, case: Case) -> Mapping[str, Mapping[str, str]]:
    """By audience the notice that was given last, also of an earlier version; where none was, the one for everybody."""
    given = db.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.at, Notice.id))
    told = {row.audience: remaining(db, row, "words") or {} for row in given}
    read = {(contract.told_always or "") if told else "": remaining(db, case, "notice") or {}}
    return dict(sorted((told | read).items()))


def end_with(outcome: Callable[[Facts], str]) -> Effect:
    """The effect of a transition to the last phase: the case has this outcome, and it is counted how many came to it.

    No session or reminder lies ahead any more.

    What a neutral end kept back from the commissioner can be read now.
    """
    return Effect(_end, lambda facts: {"outcome": outcome(facts), **_count(facts)})


def _end(db: Db, seat: Seat, facts: Facts) -> list[NewLetter]:
    tell_at_the_end(db, seat, facts)
    letters = _end_all(db, seat, facts)
    engine.call_off_reminders(db, seat)
    return letters


def _end_all(db: Db, seat: Seat, facts: Facts) -> list[NewLetter]:
    ahead = end_sessions(db, seat, facts, facts.sessions)
    if any(one.state == "begun" for one in facts.sessions):
        let_letters_go(db, seat.case.id)
    return called_off(db, seat, facts, ahead)


# A case that ends leaves no session that nobody can end, and none to which somebody would come in vain.
end_all_sessions = Effect(_end_all)


def _count(facts: Facts) -> dict[str, object]:
    parties = {one.id for one in facts.participants if one.consented and one.left_how != "replaced"}
    return {"party_count": len(parties), "settled_count": len(parties & _settled(facts))}


def _settled(facts: Facts) -> frozenset[str]:
    if facts.in_force is not None:
        return facts.in_force.signed_by
    reached = facts.followed_up.id if facts.followed_up is not None else None
    return frozenset(one.id for one in facts.participants if reached and one.did("accepted-understanding", reached))


# However a case ends early, it is kept like at its close how many of its parties came to what was agreed: they signed the
# version in force or accepted the understanding that was reached. Its parties are those who agreed to mediate at any time,
# also who left since then; somebody who was replaced gives way to the successor.
count_settled = Effect(changes=_count)
