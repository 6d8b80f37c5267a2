"""What HR may see of a case: one line on a ladder, a month, an outcome and the agreed notice; nothing in it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import select

from mediation.case.seat import IN_OFFICE, with_trait
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import (
    Case,
    Declaration,
    Meeting,
    Order,
    Organisation,
    Participant,
    RoleHeld,
    get,
    is_gone,
    remaining,
)
from mediation.workflow.declaration import Trait, Workflow

NOT_STARTED = "not-started"


class Progress(NamedTuple):
    """How far a case has come, as HR sees it: a rung of the ladder, a day, a month and a coarse outcome."""

    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None


@dataclass(frozen=True)
class Status:
    """One line for the commissioner. `status` is a rung of the ladder; `outcome` is coarse; `next_milestone` a month."""

    number: str
    organisation: str
    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None
    screening: str | None
    ordered: bool
    notice: Mapping[str, str] | None


@dataclass(frozen=True)
class StatusDetail(Status):
    """The line of one case, with what the referral itself said (never updated), the declared ties, and hours at the end."""

    referral: Mapping[str, Any] | None
    declarations: tuple[Mapping[str, Any], ...]
    hours: float | None


def coarse_outcome(workflow: Workflow, rung: str, outcome: str | None) -> str | None:
    """What HR sees of an outcome: `did-not-begin` where it ended before the second phase (visibility.md rule 1)."""
    if outcome is None:
        return None
    begun = rung != NOT_STARTED and workflow.rank(rung) > 0
    return workflow.outcomes[outcome].coarse if begun else "did-not-begin"


def rung_shown(workflow: Workflow, rung: str, outcome: str | None) -> str:
    """What is shown instead of the phase to who does not see it: the highest rung reached, or that the case has ended."""
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


def statuses(
    db: Db,
    workflows: Mapping[str, Workflow],
    person_id: str,
    *,
    after: str = "",
    limit: int = 50,
    number: str | None = None,
) -> list[Status]:
    """The cases whose named commissioner this person is, while they hold the hr office there.

    By number, in one statement; keyset paging, `after` a number.
    """
    ordered = select(Order.id).where(Order.case_id == Case.id).exists()
    query = (
        select(Case, Organisation.name, ordered)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Participant, Participant.case_id == Case.id)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .where(
            IN_OFFICE,
            Participant.person_id == person_id,
            Participant.left_at.is_(None),
            with_trait(workflows, Trait.ORDERS),
            RoleHeld.until.is_(None),
            Participant.number > after,
        )
        .order_by(Participant.number)
        .limit(limit)
    )
    if number is not None:
        query = query.where(Participant.number == number)
    return [_status(db, workflows, case, name, is_ordered) for case, name, is_ordered in db.execute(query)]


def status(db: Db, workflows: Mapping[str, Workflow], person_id: str, number: str) -> StatusDetail:
    """One case of `statuses`, with its details; hours (for billing) once it has ended.

    Refuses with `case-not-found` what is not this commissioner's.
    """
    found = statuses(db, workflows, person_id, number=number)
    if not found:
        raise NotFound("case-not-found")
    case = db.scalars(select(Case).where(Case.number == number)).one()
    return StatusDetail(
        **vars(found[0]),
        referral=remaining(db, case, "referral"),
        declarations=_declarations(db, case.id),
        hours=_hours(db, case.id) if case.outcome is not None else None,
    )


def _status(db: Db, workflows: Mapping[str, Workflow], case: Case, organisation: str, ordered: bool) -> Status:
    return Status(
        number=case.number,
        organisation=organisation,
        **progress(workflows[case.workflow], case)._asdict(),
        screening=case.screening_result,
        ordered=ordered,
        notice=remaining(db, case, "notice"),
    )


def _declarations(db: Db, case_id: str) -> tuple[Mapping[str, Any], ...]:
    rows = select(Declaration).where(Declaration.case_id == case_id, Declaration.replaced_at.is_(None))
    return tuple(
        {"has_ties": one.has_ties, "words": get(db, one, "words"), "language": one.language}
        for one in db.scalars(rows.order_by(Declaration.at, Declaration.id))
        if not is_gone(db, one, "words")
    )


def _hours(db: Db, case_id: str) -> float:
    held = select(Meeting.begun_at, Meeting.ended_at).where(Meeting.case_id == case_id, Meeting.begun_at.is_not(None))
    seconds = sum((end - begin).total_seconds() for begin, end in db.execute(held) if begin and end)
    return round(seconds / 3600, 1)
