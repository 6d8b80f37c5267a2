"""What the figures of a quarter take from one case: a few days and numbers, as they are once the quarter has closed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from mediation.acts.hours import minutes_worked
from mediation.case.status import coarse_outcome
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Case,
    CheckIn,
    CheckInAnswer,
    Meeting,
    Participant,
    RoleHeld,
    Suspension,
    Understanding,
    remaining,
)
from mediation.workflow.declaration import Trait, Workflow

# At how many months after the agreement a report counts, by the days after it in which it was made.
MONTHS = {1: range(15, 61), 3: range(61, 136), 6: range(136, 271)}
_TOLD = {
    "kept": True,
    "holds": True,
    "partly": False,
    "not-kept": False,
    "not": False,
}  # what says neither does not count


class Reached(NamedTuple):
    """The local day on which a case came to something, and after how many days, without those in which it stood still."""

    on: date
    days: int


@dataclass(frozen=True)
class CaseFacts:
    """One case: when it was taken up, first met, agreed and ended; `outcome` is coarse, `minutes` are those for billing.

    `knowers` are those who know it without any statistics, each as `kind:id`.
    """

    case: str
    knowers: frozenset[str]
    begun: date
    met: Reached | None = None
    agreed: Reached | None = None
    ended: Reached | None = None
    outcome: str | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Report:
    """One party's own report, so many months after the agreement, whether all that was due was carried out."""

    case: str
    knowers: frozenset[str]
    on: date
    month: int
    kept: bool


def knowers_of(db: Db, workflow: Workflow, case: Case) -> list[str]:
    """Who knows a case without any statistics: who leads or led it, who ordered it, and its organisation."""
    held = RoleHeld.case_id == case.id, RoleHeld.role.in_(sorted(workflow.who(Trait.LEADS, Trait.ORDERS)))
    people = select(Participant.person_id).join(RoleHeld, RoleHeld.participant_id == Participant.id).where(*held)
    return [*sorted(f"person:{one}" for one in db.scalars(people.distinct())), f"organisation:{case.organisation_id}"]


def read_facts(db: Db, workflow: Workflow, case: Case) -> CaseFacts:
    """What the figures take from a case that is there."""
    rests = _rests(db, case.id)

    def reached(at: datetime | None) -> Reached | None:
        if at is None:
            return None
        return Reached(at.astimezone(db.zone).date(), _days(case.created_at, at, rests))

    ended = reached(case.closed_at if case.outcome is not None else None)
    return CaseFacts(
        case=case.id,
        knowers=frozenset(knowers_of(db, workflow, case)),
        begun=case.created_at.astimezone(db.zone).date(),
        met=reached(_first_met(db, workflow, case.id)),
        agreed=reached(agreed_at(db, case.id)),
        ended=ended,
        outcome=coarse_outcome(workflow, case.rung, case.outcome, case.neutral_rung),
        minutes=minutes_worked(db, workflow, case.id, ended.on) if ended else 0,
    )


def _first_met(db: Db, workflow: Workflow, case_id: str) -> datetime | None:
    held = Meeting.case_id == case_id, Meeting.was_held()
    return db.scalar(select(func.min(Meeting.begun_at)).where(*held, Meeting.kind.in_(workflow.planned_kinds)))


def agreed_at(db: Db, case_id: str) -> datetime | None:
    """When a case first came to an agreement that was sealed, or to an understanding (UTC)."""
    sealed = db.scalar(select(func.min(Agreement.sealed_at)).where(Agreement.case_id == case_id))
    reached = db.scalar(select(func.min(Understanding.reached_at)).where(Understanding.case_id == case_id))
    return min((at for at in (sealed, reached) if at is not None), default=None)


def _rests(db: Db, case_id: str) -> Sequence[tuple[datetime, datetime | None]]:
    rows = select(Suspension.since, Suspension.until).where(Suspension.case_id == case_id)
    return [(since, until) for since, until in db.execute(rows.order_by(Suspension.since))]


def _days(since: datetime, until: datetime, rests: Iterable[tuple[datetime, datetime | None]]) -> int:
    """The whole days between two moments without the rests, which may overlap; they come in the order in which they begin."""
    stood, counted = timedelta(), since
    for begin, end in rests:
        from_then, to_then = max(begin, counted), min(end or until, until)
        if to_then > from_then:
            stood, counted = stood + (to_then - from_then), to_then
    return max((until - since - stood) // timedelta(days=1), 0)


def read_reports(db: Db, workflow: Workflow, case: Case) -> Iterator[Report]:
    """What each party reported of what was agreed, the newest of each stage; what was deleted is not there any more."""
    agreed = agreed_at(db, case.id)
    if agreed is None:
        return
    roles = RoleHeld.case_id == case.id, RoleHeld.role.in_(sorted(workflow.who(Trait.CONSENTS)))
    parties = set(db.scalars(select(RoleHeld.participant_id).where(*roles)))
    current = CheckIn.case_id == case.id, CheckIn.replaced_by.is_(None)
    knowers = frozenset(knowers_of(db, workflow, case))
    found: dict[tuple[str, int], Report] = {}
    for row in db.scalars(select(CheckIn).where(*current).order_by(CheckIn.at, CheckIn.id)):
        day = (row.at - agreed) // timedelta(days=1)
        month = next((month for month, days in MONTHS.items() if day in days), None)
        told = _told(db, row) if month is not None and row.participant_id in parties else []
        if month is not None and told:
            on = row.at.astimezone(db.zone).date()
            found[row.participant_id, month] = Report(case.id, knowers, on, month, all(told))
    yield from found.values()


def _told(db: Db, row: CheckIn) -> list[bool]:
    answers = db.scalars(select(CheckInAnswer).where(CheckInAnswer.check_in_id == row.id)).all()
    said = [(remaining(db, one, "words") or {}).get("answer") for one in (row, *answers)]
    return [_TOLD[one] for one in said if one in _TOLD]


def case_as_json(facts: CaseFacts) -> dict[str, Any]:
    """The facts of a case as `keep_fact` takes them."""
    moments = {name: _reached_as_json(getattr(facts, name)) for name in _MOMENTS}
    plain = {"case": facts.case, "outcome": facts.outcome, "minutes": facts.minutes}
    return plain | moments | {"knowers": sorted(facts.knowers), "begun": facts.begun.isoformat()}


def case_of_json(told: Mapping[str, Any]) -> CaseFacts:
    """The facts of a case as `case_as_json` gave them."""
    moments = {name: Reached(date.fromisoformat(one[0]), one[1]) if (one := told[name]) else None for name in _MOMENTS}
    return CaseFacts(
        case=told["case"],
        knowers=frozenset(told["knowers"]),
        begun=date.fromisoformat(told["begun"]),
        outcome=told["outcome"],
        minutes=told["minutes"],
        **moments,
    )


def report_as_json(report: Report) -> dict[str, Any]:
    """A report as `keep_fact` takes it."""
    return vars(report) | {"knowers": sorted(report.knowers), "on": report.on.isoformat()}


def report_of_json(told: Mapping[str, Any]) -> Report:
    """A report as `report_as_json` gave it."""
    return Report(**{**told, "knowers": frozenset(told["knowers"]), "on": date.fromisoformat(told["on"])})


_MOMENTS = ("met", "agreed", "ended")


def _reached_as_json(one: Reached | None) -> tuple[str, int] | None:
    return (one.on.isoformat(), one.days) if one else None
