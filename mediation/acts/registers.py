"""The own register of whoever leads: sums of the hours of sessions by month, form and kind, without names or case numbers.

It is written once a month and when a case ends, outlasts the case, and belongs to the person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from mediation.acts.hours import TIME_TO_CORRECT, attended, closed_periods, due_by, minutes_of, next_month
from mediation.store.database import Db
from mediation.store.models import Case, CountedHours, LeadersHours, Participant, RoleHeld
from mediation.workflow.declaration import Trait, Workflow
from mediation.workflow.facts import case_state
from mediation.workflow.facts_loading import load_facts


def due_registers(db: Db, workflows: Mapping[str, Workflow]) -> Sequence[str]:
    """The ids of the cases whose hours may be due for the registers of those who lead them."""
    return due_by(db, workflows, Case.register_due)


def enter_hours(db: Db, case_id: str, *, workflows: Mapping[str, Workflow]) -> None:
    """Enter what was not entered yet of the hours of each who led a case into their register: of months that have closed.

    A month closes some days after its end, so that it can still be corrected; for a case that has ended all of it at once.
    What is recorded later comes with the next month. Twice changes nothing.
    """
    case = db.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
    closed_at = case.closed_at if case.outcome is not None else None
    last = closed_at.astimezone(db.zone).date() if closed_at else None
    workflow = workflows[case.workflow]
    form, kind = workflow.hours_by(load_facts(db, case_state(case)))
    for participant_id, person_id in _leaders(db, workflow, case_id):
        times = list(attended(db, case_id, {participant_id}))
        counted = db.scalar(select(CountedHours).filter_by(participant_id=participant_id))
        sums, total = _sums(db, times, counted, last), counted.minutes if counted is not None else 0
        for until, minutes in sums:
            if minutes > total:
                _enter(db, (person_id, f"{until:%Y-%m}", workflow.code, form, kind), minutes - total)
            total = max(total, minutes)
        if sums:
            _note(db, case_id, participant_id, counted, sums[-1][0], total)
    case.register_due = None if last else next_month(db.today() - TIME_TO_CORRECT) + TIME_TO_CORRECT
    db.flush()


def _leaders(db: Db, workflow: Workflow, case_id: str) -> Sequence[tuple[str, str]]:
    led = RoleHeld.case_id == case_id, RoleHeld.role.in_(sorted(workflow.who(Trait.LEADS)))
    rows = select(Participant.id, Participant.person_id).join(RoleHeld, RoleHeld.participant_id == Participant.id)
    return [(one, person) for one, person in db.execute(rows.where(*led).distinct().order_by(Participant.id))]


def _sums(
    db: Db, times: Sequence[tuple[datetime, datetime]], counted: CountedHours | None, last: date | None
) -> list[tuple[date, int]]:
    """The last days of the months that have closed since what was counted, each with all minutes up to it."""
    days = [begun.astimezone(db.zone).date() for begun, _ in times]
    first = counted.until + timedelta(days=1) if counted is not None else min(days, default=None)
    if first is None:
        return []
    return [
        (until, minutes_of([one for one, day in zip(times, days, strict=True) if day <= until]))
        for until in closed_periods(first, 1, last, db.today() - TIME_TO_CORRECT)
    ]


def _enter(db: Db, of: tuple[str, str, str, str, str], minutes: int) -> None:
    person_id, month, workflow, form, kind = of
    mine = LeadersHours.person_id == person_id, LeadersHours.month == month, LeadersHours.workflow == workflow
    sorted_as = LeadersHours.form == form, LeadersHours.kind == kind
    added = update(LeadersHours).where(*mine, *sorted_as).values(minutes=LeadersHours.minutes + minutes)
    if not db.execute(added.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        row = LeadersHours(id=db.new_id(), person_id=person_id, month=month, workflow=workflow, form=form, kind=kind)
        row.minutes = minutes
        db.add(row)
        db.flush()


def _note(db: Db, case_id: str, participant_id: str, counted: CountedHours | None, until: date, minutes: int) -> None:
    row = counted or CountedHours(id=db.new_id(), case_id=case_id, participant_id=participant_id)
    row.until, row.minutes = until, minutes
    db.add(row)
    db.flush()
