"""Hours for billing: sessions that a mediator attended, overlapping ones counted once, and time entries (workflow.md rule 19)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from sqlalchemy import delete, exists, func, select, union
from sqlalchemy.orm import InstrumentedAttribute

from mediation.acts.acting import Acting, act
from mediation.acts.billing import bill_sessions
from mediation.acts.orders import readable_order
from mediation.acts.sessions import ATTENDS, Minutes
from mediation.errors import Malformed, NotYet
from mediation.store.database import Db
from mediation.store.models import Case, HoursTold, Mark, Meeting, RoleHeld, TimeEntry
from mediation.words.dates import months_after
from mediation.words.fields import Day, choices
from mediation.workflow.declaration import Trait, Workflow

WORK = ("preparation", "contacts", "writing", "travel", "other-work")
Work = Annotated[str, choices(WORK)]
TIME_TO_CORRECT = timedelta(days=7)  # after a billing period has closed, before its total is told
YEARS_KEPT = 6  # after the year in which a billing period closed
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6}  # by billing period, which all begin with a month of January's


@act("enter-time")
def enter_time(case: Acting, day: Day, minutes: Minutes, *, work: Work = "preparation") -> TimeEntry:
    """A mediator enters time worked beside sessions: the local day, minutes and what it was, without words.

    What comes after the total of its billing period was told is part of the next one. Refuses with `day-ahead` and
    `minutes-out-of-range`.
    """
    _check_day(case, day)
    row = case.write(TimeEntry(participant_id=case.doer.id, day=day, minutes=minutes, kind=work))
    case.record(row.id)
    return row


@act("correct-time", permission="enter-time")
def correct_time(case: Acting, entry_id: str, day: Day, minutes: Minutes, work: Work) -> TimeEntry:
    """A mediator corrects a time entry of their own. The same again changes nothing.

    Refuses with `time-entry-not-found`, `hours-told` once a total that it is part of was told, and like `enter-time`.
    """
    row = _own_entry(case, entry_id)
    if (row.day, row.minutes, row.kind) != (day, minutes, work):
        _check_day(case, day)
        check_not_told(case, row.day, row.at)
        case.change(row, day=day, minutes=minutes, kind=work)
    return row


@act("take-back-time", permission="enter-time")
def take_back_time(case: Acting, entry_id: str) -> None:
    """A mediator takes back a time entry of their own. Twice changes nothing. Refuses like `correct-time`."""
    row = case.find(TimeEntry, entry_id, "time-entry-not-found", participant_id=case.doer.id)
    if row.taken_back_at is None:
        check_not_told(case, row.day, row.at)
        case.change(row, taken_back_at=case.db.now())


def _own_entry(case: Acting, entry_id: str) -> TimeEntry:
    return case.find(TimeEntry, entry_id, "time-entry-not-found", participant_id=case.doer.id, taken_back_at=None)


def _check_day(case: Acting, day: date) -> None:
    if day > case.db.today():
        raise Malformed("day-ahead", field="day")


def check_not_told(case: Acting, day: date, counted_since: datetime | None) -> None:
    """Refuses with `hours-told` where the commissioner has been told a total that what was worked on a local day is part of.

    It is part of those that were told after it was recorded (`counted_since`, UTC); None: also of all before.
    """
    told_since = (HoursTold.case_id == case.id) & (HoursTold.until >= day)
    if counted_since is not None:
        told_since &= HoursTold.at >= counted_since
    if case.db.scalar(select(exists().where(told_since))):
        raise NotYet("hours-told")


def minutes_worked(db: Db, workflow: Workflow, case_id: str, until: date) -> int:
    """The minutes for billing up to a local day: of sessions by the day on which they began."""
    entered = select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(
        TimeEntry.case_id == case_id, TimeEntry.taken_back_at.is_(None), TimeEntry.day <= until
    )
    led = RoleHeld.case_id == case_id, RoleHeld.role.in_(sorted(workflow.who(Trait.LEADS)))
    leaders = set(db.scalars(select(RoleHeld.participant_id).where(*led)))
    times = [one for one in attended(db, case_id, leaders) if one[0].astimezone(db.zone).date() <= until]
    return int(db.scalar(entered) or 0) + minutes_of(times)


def minutes_of(times: Iterable[tuple[datetime, datetime]]) -> int:
    """The minutes of times in the order in which they begin, those that overlap counted once."""
    return round(sum((ended - begun).total_seconds() for begun, ended in _joined(times)) / 60)


def attended(db: Db, case_id: str, leaders: Collection[str]) -> Iterator[tuple[datetime, datetime]]:
    """When the sessions began and ended that one of these leaders attended: who began one was there, unless marked as absent."""
    of_leaders = Mark.case_id == case_id, Mark.kind == ATTENDS, Mark.ended_at.is_(None)
    marks = db.execute(select(Mark.about, Mark.participant_id, Mark.value).where(*of_leaders)).all()
    there = {about for about, who, value in marks if who in leaders and value != "absent"}
    absent = {(about, who) for about, who, value in marks if value == "absent"}
    ended = Meeting.begun_at.is_not(None), Meeting.ended_at.is_not(None), Meeting.ended_how != "cancelled"
    for one in db.scalars(select(Meeting).where(Meeting.case_id == case_id, *ended).order_by(Meeting.begun_at)):
        began = one.begun_by or one.planned_by  # who began it was not kept always
        if one.begun_at and one.ended_at and (one.id in there or (began in leaders and (one.id, began) not in absent)):
            yield one.begun_at, one.ended_at


def _joined(times: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Times in the order in which they begin, those that overlap made one."""
    current: tuple[datetime, datetime] | None = None
    for begin, end in times:
        if current is None or begin > current[1]:
            if current is not None:
                yield current
            current = begin, end
        else:
            current = current[0], max(current[1], end)
    if current is not None:
        yield current


def half_hours(minutes: int) -> int:
    """Minutes as half hours, the nearest number of them."""
    return (minutes + 15) // 30


def told(db: Db, case_id: str) -> list[tuple[date, int]]:
    """What was told of each closed billing period, in their order: its last day, and half hours."""
    rows = select(HoursTold.until, HoursTold.half_hours).where(HoursTold.case_id == case_id)
    return [(until, halves) for until, halves in db.execute(rows.order_by(HoursTold.until))]


def due_hours(db: Db, workflows: Mapping[str, Workflow]) -> Sequence[str]:
    """The ids of the cases of which a total may be due."""
    return due_by(db, workflows, Case.hours_due)


def due_by(db: Db, workflows: Mapping[str, Workflow], due: InstrumentedAttribute[date | None]) -> Sequence[str]:
    """The ids of the cases of which the day in a column has come, and of those that have ended with any day in it."""
    ours = select(Case.id).where(Case.workflow.in_(sorted(workflows)))
    ended = ours.where(Case.outcome.is_not(None), due.is_not(None))
    return sorted(db.scalars(union(ours.where(due <= db.today()), ended)))


def tell_hours(db: Db, case_id: str, *, workflows: Mapping[str, Workflow]) -> None:
    """Tell the commissioner the total of each billing period that has closed, and of a case that ended the last one.

    Each total is what was worked by its end beyond what was told before, so what is recorded late comes with the next one.
    Twice changes nothing.
    """
    case = db.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
    closed_at = case.closed_at if case.outcome is not None else None
    last = closed_at.astimezone(db.zone).date() if closed_at else None
    months = _MONTHS.get(str(readable_order(db, case_id).get("billing_period", "quarter")), 0)
    before = told(db, case_id)
    begins = before[-1][0] + timedelta(days=1) if before else case.created_at.astimezone(db.zone).date()
    so_far = sum(halves for _, halves in before)
    for until in closed_periods(begins, months, last, db.today() - TIME_TO_CORRECT):
        total = max(half_hours(minutes_worked(db, workflows[case.workflow], case_id, until)) - so_far, 0)
        bill_sessions(db, workflows[case.workflow], case_id, until)
        so_far += total
        row = HoursTold(id=db.new_id(), case_id=case_id, number=case.number, until=until, half_hours=total, at=db.now())
        db.add(row)
    case.hours_due = None if last else next_month(db.today() - TIME_TO_CORRECT) + TIME_TO_CORRECT
    db.flush()


def closed_periods(begins: date, months: int, last: date | None, by: date) -> Iterator[date]:
    """The last days of the periods of so many months from a day on that closed before a day, or with the end of the case."""
    while months and (end := _period_end(begins, months)) < (last or by):
        yield end
        begins = end + timedelta(days=1)
    if last is not None and begins <= last:
        yield last


def _period_end(day: date, months: int) -> date:
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    return months_after(first, months) - timedelta(days=1)


def next_month(day: date) -> date:
    """The first day of the month after that of a day."""
    return months_after(day.replace(day=1), 1)


def forget_hours(db: Db) -> None:
    """Delete the totals whose time is over: six years after the year."""
    db.execute(delete(HoursTold).where(HoursTold.until < date(db.today().year - YEARS_KEPT, 1, 1)))
