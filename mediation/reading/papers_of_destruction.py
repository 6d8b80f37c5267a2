"""The certificate of destruction as a paper: which kinds of words of a case were destroyed, and when."""

from collections.abc import Mapping

from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.reading.paper_view import Paper
from mediation.reading.retention import read_retention
from mediation.store.database import Db


def _is_destroyed(db: Db, seat: Seat) -> bool:
    return any(one.deleted_at is not None for one in read_retention(db, seat))


def _read(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    clocks = read_retention(db, seat)
    # Each kind of words once a day: whose private words went is told to nobody by this paper.
    gone = dict.fromkeys((one.clock, one.deleted_at.astimezone(db.zone).date()) for one in clocks if one.deleted_at)
    left = [(one.clock, one.due and one.due.astimezone(db.zone).date()) for one in clocks if not one.deleted_at]
    return {
        "destroyed": [{"clock": clock, "day": day} for clock, day in gone],
        "remains": [{"clock": clock, "day": day} for clock, day in dict.fromkeys(left)],
    }


DESTRUCTION_CERTIFICATE = Paper({Level.FULL, Level.SHARED, Level.OWN}, _is_destroyed, _read, outlasts=True)
