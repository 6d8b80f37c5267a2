"""Closing: what follows from moving a case to its last phase, and the report of one that ended early."""

from collections.abc import Callable

from mediation.acts.notices import tell_at_the_end
from mediation.case.seat import Seat
from mediation.documents.render import Sheet
from mediation.errors import NotPermitted, NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Case, Letter, remaining
from mediation.workflow.declaration import Effect, Trait
from mediation.workflow.facts import Facts, load_facts


def closing_report(db: Db, seat: Seat, language: str) -> Sheet:
    """The closing report of a case that ended without an agreement, to be typeset: without causes, the same for everyone.

    For mediators and parties. Refuses with `not-yours-to-see`, `case-still-open` and, where there is an
    agreement to read instead, `agreement-in-force`.
    """
    if not seat.is_any(Trait.LEADS, Trait.CONSENTS):  # not who left: it was made after that
        raise NotPermitted("not-yours-to-see")
    if seat.case.outcome is None:
        raise NotYet("case-still-open")
    facts = load_facts(db, seat.case)
    if facts.in_force is not None:
        raise NotYet("agreement-in-force")
    case = db.get_one(Case, seat.case.id)
    ended = (case.closed_at or db.now()).astimezone(db.zone).date()
    notice = remaining(db, case, "notice") or {}
    data = {
        "case": case.number,
        "ended": ended.isoformat(),
        # Joint ones only: how often somebody was met alone is private.
        "sessions": sum(one.kind in {"joint", "information"} and one.state == "held" for one in facts.sessions),
        "notice": notice.get(language) or next(iter(notice.values()), ""),
        "understood": facts.followed_up is not None,
        "retention_days": db.keep.words_days,
    }
    return Sheet("closing-report", language, data, case.closed_at or db.now(), db.zone)


def end_with(outcome: Callable[[Facts], str]) -> Effect:
    """The effect of a transition to the last phase: the case has this outcome, and no reminder lies ahead any more.

    What a neutral end kept back from the commissioner can be read now.
    """
    return Effect(_end, lambda facts: {"outcome": outcome(facts)})


def _end(db: Db, seat: Seat, facts: Facts) -> None:
    tell_at_the_end(db, seat, facts)
    outbox.call_off(db, Letter.case_id == seat.case.id, Letter.due_at > db.now())
