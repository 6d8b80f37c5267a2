"""What a seat reads of when somebody is not to be written to: mediators of everybody, others of themselves."""

from datetime import date

from sqlalchemy import select

from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.view import columns, view
from mediation.store.database import Db
from mediation.store.models import QuietTime


@view
class QuietLine:
    """That somebody is not written to until the morning of a day, or daily in these hours (of the workplace's time zone)."""

    participant: str
    until: date | None
    begins: str | None
    ends: str | None


def read_quiet_times(db: Db, seat: Seat) -> list[QuietLine]:
    """The quiet times that are still ahead or go on. Refuses with `not-yours-to-see`."""
    rows = select(columns(QuietTime, QuietLine)).where(QuietTime.case_id == seat.case.id)
    if level_of(seat, "quiet-time") != Level.FULL:
        rows = rows.where(QuietTime.participant_id == seat.participant_id)
    lines = [
        QuietLine(
            participant=one.participant_id,
            until=one.until_day if one.until_day is not None and one.until_day >= db.today() else None,
            begins=time_of_day(one.begins),
            ends=time_of_day(one.ends),
        )
        for one in db.scalars(rows.order_by(QuietTime.participant_id))
    ]
    return [one for one in lines if one.until is not None or one.begins is not None]


def time_of_day(minutes: int | None) -> str | None:
    """Minutes past midnight as hours and minutes, `22:30`."""
    return None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
