"""What planning warns of, and never refuses: a time that is past or taken, and the same session twice (workflow.md rule 22)."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from mediation.case.in_room import LOCKED, SESSION_MODE
from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.letters.calendar import BookedTime
from mediation.reading.booked_times import read_booked_times
from mediation.reading.meetings import SessionLine, concerning
from mediation.store.database import Db
from mediation.store.models import Meeting
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS

PAST, TWICE, TAKEN = WARNINGS = ("time-past", "planned-twice", "time-taken")


def warnings_of(db: Db, seat: Seat, row: Meeting) -> Iterator[str]:
    """The codes of what a planner is warned of: by sessions that they may see, so never by a case that they do not lead."""
    [told] = warnings_of_each(db, seat, [row])
    yield from told


def warnings_of_each(db: Db, seat: Seat, rows: Sequence[Meeting], *, but: Collection[str] = ()) -> list[list[str]]:
    """The same of several sessions, also before they are planned; `but` are sessions that are moved with them."""
    seen = [one for one, _ in concerning(db, seat, sees(seat.roles, "session-plan"), SessionLine) if one.id not in but]
    booked = [one for one in _booked(db, seat) if one.id not in but and not one.cancelled]
    return [list(_warnings(db, row, seen, booked)) for row in rows]


def _warnings(db: Db, row: Meeting, seen: Sequence[Meeting], booked: Sequence[BookedTime]) -> Iterator[str]:
    if row.planned_at < db.now():
        yield PAST
    here = [one for one in seen if _ahead(one, row)]
    alike = row.kind, row.planned_at, row.with_participant
    if any((one.kind, one.planned_at, one.with_participant) == alike for one in here):
        yield TWICE
    elif here or any(one.id != row.id and _overlaps(row, one.begins, one.minutes) for one in booked):
        yield TAKEN


def _ahead(one: Meeting, row: Meeting) -> bool:
    return one.id != row.id and one.ended_at is None and _overlaps(row, one.planned_at, one.planned_minutes)


def _overlaps(row: Meeting, begins: datetime, minutes: int) -> bool:
    ends, row_ends = begins + timedelta(minutes=minutes), row.planned_at + timedelta(minutes=row.planned_minutes)
    return begins < row_ends and row.planned_at < ends


def _booked(db: Db, seat: Seat) -> Sequence[BookedTime]:
    """The times that who leads has booked in all cases led; none on a screen that others see."""
    if not seat.is_any(Trait.LEADS) or seat.closed_as in {SESSION_MODE, LOCKED}:
        return ()
    return read_booked_times(db, WORKFLOWS, seat.person_id)
