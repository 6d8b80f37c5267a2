"""The rhythm of a series: every so many weeks at the same local time, without public holidays and the weeks left out."""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

WEEK_OUT = ""  # why a day is left out that lies in a week which was agreed to be
MOST_SESSIONS = 150  # of one series
MOST_AGREED = 100  # sessions in one contract
WEEKS = range(1, 9)  # from one session to the next
MINUTES = range(45, 241)  # of a session
_MOST_SLOTS = 1_000  # that are looked at, however many of them are left out


class Slot(NamedTuple):
    """One time of a rhythm; `left_out` is why there is no session then: the name of a holiday, or `WEEK_OUT`; None: there is."""

    at: datetime
    left_out: str | None


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def slots(
    begins: datetime,
    weeks: int,
    zone: ZoneInfo,
    *,
    holiday: Callable[[date], str | None],
    skipped: Collection[date] = (),
    number: int | None = None,
    until: date | None = None,
) -> Iterator[Slot]:
    """The times of a rhythm from a moment on, those left out among them: until there are `number`, or up to a local day.

    The local time stays the same when clocks change; `skipped` are Mondays. At most `MOST_SESSIONS` and one more.
    """
    first, left = begins.astimezone(zone).replace(tzinfo=None), MOST_SESSIONS + 1 if number is None else number
    for step in range(_MOST_SLOTS):
        local = first + timedelta(weeks=weeks * step)
        if left <= 0 or local.year > _LAST_YEAR or (until is not None and local.date() > until):
            return
        out = WEEK_OUT if monday_of(local.date()) in skipped else holiday(local.date())
        if out is None:
            left -= 1
        at = begins if step == 0 else local.replace(tzinfo=zone)
        yield Slot(at.astimezone(begins.tzinfo), out)


_LAST_YEAR = 2198  # before the last moment that can be planned
