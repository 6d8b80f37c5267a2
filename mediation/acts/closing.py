"""Closing: what follows from ending a case at the end of its road."""

from collections.abc import Mapping

from mediation import engine
from mediation.database import Db
from mediation.facts import Facts
from mediation.seat import Seat


def conclude(db: Db, seat: Seat, facts: Facts) -> Mapping[str, object]:
    """The outcome of a case that is closed after its follow-up: kept, lapsed, or partial where questions stayed open."""
    engine.call_off(db, seat)
    return {"outcome": outcome(facts), "closed_at": db.now(), "next_milestone": None}


def outcome(facts: Facts) -> str:
    """Lapsed where something not carried out was left so, partial where an issue is open, else kept."""
    if facts.unresolved_breaches:
        return "agreement-lapsed"
    return "partial-agreement" if facts.open_issues else "agreement-kept"
