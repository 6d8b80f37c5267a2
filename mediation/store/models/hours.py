"""Time worked on a case beside its sessions, and the totals of hours that its commissioner was told."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.store.models.base import CODE, ID, CaseRow


class TimeEntry(CaseRow, table="time_entries"):
    """Minutes that a mediator worked on a local day, and at what; no words. One that was taken back counts no more."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    day: Mapped[date]
    minutes: Mapped[int]
    kind: Mapped[str] = mapped_column(CODE)
    at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class HoursTold(CaseRow, table="hours_told"):
    """The hours of one closed billing period as the commissioner sees them: its last local day, and half hours.

    Kept six years after the year, when all else of the case may be gone: `number` is the case's.
    """

    number: Mapped[str] = mapped_column(String(12))
    until: Mapped[date] = mapped_column(index=True)
    half_hours: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("case_id", "until", name="uq_hours_told_until"),)
