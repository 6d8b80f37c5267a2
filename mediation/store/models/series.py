"""Sessions that are planned together, and times that are put to a group to choose from."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mediation.store.models.base import CODE, ID, CaseRow


class Series(CaseRow, table="series"):
    """Sessions that were planned at once: every so many weeks, save in the weeks that were left out.

    `skipped` are the Mondays of those weeks, with commas between them.
    """

    kind: Mapped[str] = mapped_column(CODE)
    weeks: Mapped[int]
    minutes: Mapped[int]
    skipped: Mapped[str] = mapped_column(Text, default="")
    planned_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    at: Mapped[datetime]


class TimeChoice(CaseRow, table="time_choices"):
    """Times for one session that are put to whom it concerns; settled by planning it at one of them.

    Who can come when are marks about each `OfferedTime`.
    """

    kind: Mapped[str] = mapped_column(CODE)
    minutes: Mapped[int]
    form: Mapped[str] = mapped_column(CODE)
    answer_by: Mapped[date]
    offered_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    session_id: Mapped[str | None] = mapped_column(String(24))


class OfferedTime(CaseRow, table="offered_times"):
    """One time of a choice."""

    choice_id: Mapped[str] = mapped_column(ID, ForeignKey("time_choices.id"), index=True)
    planned_at: Mapped[datetime]
