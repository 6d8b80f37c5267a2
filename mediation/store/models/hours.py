"""Hours: time worked beside sessions, totals that who ordered was told, what is billed, and each leader's own register."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.store.models.base import CODE, ID, CaseRow, Row


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


class LeadersHours(Row, table="leaders_hours"):
    """The hours of sessions that somebody led in a month, by workflow, form and kind: their own, and of no case.

    It outlasts the cases, and goes with the person.
    """

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"))
    month: Mapped[str] = mapped_column(String(7))
    workflow: Mapped[str] = mapped_column(CODE)
    form: Mapped[str] = mapped_column(CODE, default="")
    kind: Mapped[str] = mapped_column(CODE, default="")
    minutes: Mapped[int]

    __table_args__ = (
        UniqueConstraint("person_id", "month", "workflow", "form", "kind", name="uq_leaders_hours_of_month"),
    )


class CountedHours(CaseRow, table="counted_hours"):
    """How many minutes of sessions at a case stand already in its leader's own register; it goes with the case."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), unique=True)
    until: Mapped[date]
    minutes: Mapped[int]


class BilledSession(CaseRow, table="billed_sessions"):
    """A session as it is part of what is billed for the period that closed on `until`; it goes with the case.

    `what` is `held`, or `cancelled-late`.
    """

    session_id: Mapped[str] = mapped_column(ID, unique=True)
    until: Mapped[date]
    day: Mapped[date]
    minutes: Mapped[int]
    what: Mapped[str] = mapped_column(CODE)
