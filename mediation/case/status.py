"""What HR may see of a case: one rung of a ladder, a month, an outcome and the agreed notice. No case is loaded for it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from mediation.store.models import Case
from mediation.workflow.declaration import Workflow

NOT_STARTED = "not-started"


class Progress(NamedTuple):
    """How far a case has come, as HR sees it: a rung of the ladder, a day, a month and a coarse outcome."""

    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None


def coarse_outcome(workflow: Workflow, rung: str, outcome: str | None) -> str | None:
    """What HR sees of an outcome: `did-not-begin` where it ended before the second phase (visibility.md rule 1)."""
    if outcome is None:
        return None
    begun = rung != NOT_STARTED and workflow.rank(rung) > 0
    return workflow.outcomes[outcome].coarse if begun else "did-not-begin"


def rung_shown(workflow: Workflow, rung: str, outcome: str | None) -> str:
    """What a reader who does not see the phase gets instead: the highest rung reached, or that the case has ended."""
    return rung if outcome is None else workflow.final.code


def progress(workflow: Workflow, case: Case, changes: Mapping[str, Any] = MappingProxyType({})) -> Progress:
    """HR's line of a case, or what it would be after these `changes` to the case row."""
    columns = ("rung", "opened_on", "next_milestone", "outcome")
    rung, opened_on, next_milestone, outcome = (changes.get(one, getattr(case, one)) for one in columns)
    return Progress(
        status=rung_shown(workflow, rung, outcome),
        opened_on=opened_on,
        next_milestone=next_milestone if outcome is None else None,
        outcome=coarse_outcome(workflow, rung, outcome),
    )


def higher_rung(workflow: Workflow, rung: str, phase: str) -> str:
    """The highest rung ever reached: it never moves back."""
    return phase if rung == NOT_STARTED or workflow.rank(phase) > workflow.rank(rung) else rung
