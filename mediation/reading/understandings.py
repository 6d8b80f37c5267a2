"""What a seat reads of an understanding without a text: the sentence that each party accepts, and what others are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, level_of
from mediation.reading.view import ABSENT, IfSeen, shown, view
from mediation.store.database import Db
from mediation.store.models import Understanding, remaining


@view
class UnderstandingLine:
    """A proposed understanding; `reached_at` is when the follow-up began with it.

    `sentence` is by language, `notices` by language and audience: both None once they were deleted.
    """

    id: str
    version: int
    at: datetime
    reached_at: datetime | None
    sentence: dict[str, str] | None
    notices: dict[str, dict[str, str]] | None
    deleted: IfSeen[bool] = ABSENT


def read_understandings(db: Db, seat: Seat) -> list[UnderstandingLine]:
    """Every version, for who sits at the table. Refuses with `not-yours-to-see`."""
    level_of(seat, "understanding")
    rows = select(Understanding).where(Understanding.case_id == seat.case.id).order_by(Understanding.version)
    lines = [shown(db, UnderstandingLine, one, **_words(db, one)) for one in db.scalars(rows)]
    note_reads(db, seat, "understanding", ((JOINT, one.id) for one in lines if not one.deleted))
    return lines


def _words(db: Db, one: Understanding) -> dict[str, Any]:
    words: dict[str, Any] | None = remaining(db, one, "words")
    return words or {"sentence": None, "notices": None, "deleted": True}
