"""Whether the record of a case holds, as who leads the case reads it: as of the last entry of which they may know."""

from dataclasses import replace

from sqlalchemy import select

from mediation.acts.goals import rate_goals
from mediation.acts.summaries import APPROVED, approve_summary
from mediation.case import record
from mediation.case.record import Verdict
from mediation.case.seat import Seat
from mediation.case.visibility import sees_full
from mediation.errors import NotPermitted
from mediation.store.database import Db
from mediation.store.models import RecordEntry

# What one does by oneself, and of which whoever leads may not know that it was done: by its entries it could be counted.
UNTOLD = frozenset({rate_goals.permission, approve_summary.permission})


def read_record(db: Db, seat: Seat) -> Verdict:
    """Recompute the whole record of a case; where it holds, `entries` and `head` are those of what is told to this seat.

    The head stands in the chain like any other, and vouches for all that is before it. Refuses with `not-yours-to-see`.
    """
    if not sees_full(seat.roles, "record"):
        raise NotPermitted("not-yours-to-see")
    verdict = record.verify(db, seat.case.id)
    if not verdict.holds or verdict.removed_at is not None:
        return verdict
    mine = select(RecordEntry.act, RecordEntry.about, RecordEntry.hash).where(RecordEntry.case_id == seat.case.id)
    told = [one.hash for one in db.execute(mine.order_by(RecordEntry.position)) if not _untold(one.act, one.about)]
    return replace(verdict, entries=len(told), head=told[-1] if told else "")


def _untold(act: str, about: str) -> bool:
    return act in UNTOLD or APPROVED in about.split(",")  # the second where an approval was taken back
