"""The hours of a case for billing, as a mediator reads them: what was told, what comes next, and the time entries."""

from datetime import date

from sqlalchemy import select

from mediation.acts.hours import half_hours, minutes_worked, told
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level, sees
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import TimeEntry


@view
class TimeEntryLine:
    """Time that a mediator worked on a day."""

    id: str
    participant: str
    day: date
    minutes: int
    work: str


@view
class HoursLine:
    """The total of one closed billing period, which ended on `until`."""

    until: date
    hours: float


@view
class HoursView:
    """What the commissioner was told of each closed billing period, the hours since then, and time entries.

    A mediator reads all entries, a co-mediator, and who was one, their own.
    """

    told: IfSeen[list[HoursLine]] = ABSENT
    since: IfSeen[float] = ABSENT
    entries: list[TimeEntryLine]


def read_hours(db: Db, seat: Seat) -> HoursView:
    """The hours of a case, as far as this seat may see them. Refuses like `level_of`."""
    level = level_of(seat, "time-entry")
    entries = select(columns(TimeEntry, TimeEntryLine)).where(
        TimeEntry.case_id == seat.case.id, TimeEntry.taken_back_at.is_(None)
    )
    if level != Level.FULL:
        entries = entries.where(TimeEntry.participant_id == seat.participant_id)
    rows = db.scalars(entries.order_by(TimeEntry.day, TimeEntry.at, TimeEntry.id))
    lines = [shown(db, TimeEntryLine, one, work=one.kind) for one in rows]
    if sees(seat.roles, "hours") != Level.FULL:
        return HoursView(entries=lines)
    closed = told(db, seat.case.id)
    all_told = sum(halves for _, halves in closed)
    worked = half_hours(minutes_worked(db, seat.workflow, seat.case.id, db.today()))
    return HoursView(told=told_lines(closed), since=max(worked - all_told, 0) / 2, entries=lines)


def told_lines(closed: list[tuple[date, int]]) -> list[HoursLine]:
    """Totals as they are shown."""
    return [HoursLine(until=until, hours=halves / 2) for until, halves in closed]
