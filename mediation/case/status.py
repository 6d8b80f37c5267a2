"""What HR may see of a case: one rung of a ladder, a month, an outcome and the agreed notice. No case is loaded for it."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from mediation.store.models import Case
from mediation.workflow.declaration import Role, Trait, Workflow

NOT_STARTED = "not-started"
DID_NOT_BEGIN = "did-not-begin"  # how a case ended before its second phase
ENDED = "ended"  # how a case ended, where HR is told no more of it


class Progress(NamedTuple):
    """How far a case has come, as HR sees it: a rung of the ladder, a day, a month and a coarse outcome."""

    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None


def coarse_outcome(workflow: Workflow, rung: str, outcome: str | None, neutral_rung: str | None = None) -> str | None:
    """What HR sees of an outcome: `did-not-begin` where it ended before the second phase (visibility.md rule 1).

    Where the end is neutral (`neutral_rung`) it is `ended`, whatever else was reached.
    """
    if outcome is None:
        return None
    begun = rung != NOT_STARTED and workflow.rank(rung) > 0
    return DID_NOT_BEGIN if not begun else ENDED if neutral_rung else workflow.outcomes[outcome].coarse


def known_rung(roles: Iterable[Role], rung: str, neutral_rung: str | None, *, follows_up: bool) -> str:
    """The rung that holders of these roles may know: the employer's line stays at `neutral_rung` until a neutral end.

    Who represents the employer reads on only if they signed lines of their own that are followed up (`follows_up`).
    """
    orders = all(Trait.ORDERS in one.traits for one in roles)
    employers = all(one.traits & {Trait.ORDERS, Trait.REPRESENTS} for one in roles)
    return neutral_rung if neutral_rung and (orders or (employers and not follows_up)) else rung


def rung_shown(workflow: Workflow, rung: str, outcome: str | None) -> str:
    """What a reader who does not see the phase gets instead: the highest rung reached, or that the case has ended."""
    return rung if outcome is None else workflow.final.code


def progress(
    workflow: Workflow, case: Case, today: date, changes: Mapping[str, Any] = MappingProxyType({})
) -> Progress:
    """HR's line of a case `today`, or what it would be after these `changes` to the case row; it tells no month that is past."""
    columns = ("rung", "neutral_rung", "opened_on", "next_milestone", "outcome")
    rung, neutral_rung, opened_on, next_milestone, outcome = (changes.get(one, getattr(case, one)) for one in columns)
    ahead = next_milestone is not None and next_milestone >= today.strftime("%Y-%m")
    return Progress(
        status=rung_shown(workflow, neutral_rung or rung, outcome),
        opened_on=opened_on,
        next_milestone=next_milestone if ahead and outcome is None else None,
        outcome=coarse_outcome(workflow, rung, outcome, neutral_rung),
    )


def higher_rung(workflow: Workflow, rung: str, phase: str) -> str:
    """The highest rung ever reached: it never moves back."""
    return phase if rung == NOT_STARTED or workflow.rank(phase) > workflow.rank(rung) else rung


def coarse_classes(workflow: Workflow) -> tuple[str, ...]:
    """Every coarse outcome of a workflow once, as they are declared, and at last that a case did not begin."""
    return tuple(dict.fromkeys([*(one.coarse for one in workflow.outcomes.values()), DID_NOT_BEGIN]))
