"""A case, who takes part in it, and the marks they leave: what each has accepted, attended, undertaken."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.database import Instant
from mediation.store.models.base import CODE, ID, CaseRow, Row, encrypted, on_clock

AGREEMENT = on_clock(DeletionClock.AGREEMENT)


class Case(Row):
    """One matter. `version` counts the entries of its record, of which `head` is the last hash.

    `head_mac` is a keyed digest of both (empty until an installation of before 0002 is anchored); `anchor_due` is whether
    the key store has yet to hear of the head.
    `rung`, `opened_on`, `next_milestone` (a month, `2027-03`), `outcome` and `screening_result` are all that HR
    may see of how it goes. `in_use` is the newest version of the agreement that the follow-up has begun with: until
    then an employer representative does not hear that everybody has signed.
    """

    __tablename__ = "cases"
    number: Mapped[str] = mapped_column(String(12), unique=True)
    workflow: Mapped[str] = mapped_column(CODE)
    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"))
    language: Mapped[str] = mapped_column(String(2))
    attendance_basis: Mapped[str] = mapped_column(CODE, default="voluntary")
    phase: Mapped[str] = mapped_column(CODE)
    rung: Mapped[str] = mapped_column(CODE)
    version: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    head_mac: Mapped[str | None] = mapped_column(String(64))
    anchor_due: Mapped[bool] = mapped_column(default=True, server_default=true())
    screening_result: Mapped[str | None] = mapped_column(CODE)
    opened_on: Mapped[date | None]
    next_milestone: Mapped[str | None] = mapped_column(String(7))
    outcome: Mapped[str | None] = mapped_column(CODE)
    in_use: Mapped[int | None]
    notice: Mapped[bytes | None] = encrypted(lambda row: KeyName(row.id, DeletionClock.AGREEMENT), optional=True)
    referral: Mapped[bytes] = encrypted(lambda row: KeyName(row.id, DeletionClock.AGREEMENT))
    linked_to: Mapped[str | None] = mapped_column(ID, ForeignKey("cases.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        # The few whose heads are still to be copied, however many cases there are.
        Index("ix_cases_anchor_due", "id", sqlite_where=text("anchor_due = 1"), postgresql_where=text("anchor_due")),
    )


class Participant(CaseRow):
    """A person at a case, with the name and address they have there.

    `number` is the case's, here too: so a person's cases come in their order out of one index, however many there are.
    """

    __tablename__ = "participants"
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"))
    number: Mapped[str] = mapped_column(String(12))
    name: Mapped[bytes] = encrypted(AGREEMENT)
    capacity: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    email: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    language: Mapped[str] = mapped_column(String(2))
    supports: Mapped[str | None] = mapped_column(ID)  # the party whose support person this is
    joined_at: Mapped[datetime] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    left_how: Mapped[str | None] = mapped_column(CODE)  # withdrawn, replaced, released, employment-ended

    __table_args__ = (
        Index(
            "uq_participants_active",
            "case_id",
            "person_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_participants_person_id_number", "person_id", "number"),
    )


class RoleHeld(CaseRow):
    """A role of a participant, from a moment to a moment."""

    __tablename__ = "roles"
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    role: Mapped[str] = mapped_column(CODE)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)


class Mark(CaseRow):
    """One thing a participant has accepted, attended, answered or undertaken: `kind`, `about` which row, with which `value`.

    It stands until it is ended: by its own correction, or because what it was about is no longer so.
    """

    __tablename__ = "marks"
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    kind: Mapped[str] = mapped_column(CODE)
    about: Mapped[str] = mapped_column(ID, default="")
    value: Mapped[str] = mapped_column(CODE, default="yes")
    way: Mapped[str] = mapped_column(CODE)
    recorded_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    paper: Mapped[str | None] = mapped_column(ID)  # the document with the scan, when it came on paper
    at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[str | None] = mapped_column(CODE)  # changed, corrected, withdrawn, redone

    __table_args__ = (
        Index(
            "uq_marks_standing",
            "participant_id",
            "kind",
            "about",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Order(CaseRow):
    """The employer's order: what mediation is engaged for, until when, and what happens if it fails."""

    __tablename__ = "orders"
    terms: Mapped[bytes] = encrypted(AGREEMENT)
    language: Mapped[str] = mapped_column(String(2))
    final_date: Mapped[date | None]
    ordered_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class Declaration(CaseRow):
    """A mediator's declaration of ties; a later one takes its place."""

    __tablename__ = "declarations"
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    has_ties: Mapped[bool]
    words: Mapped[bytes] = encrypted(AGREEMENT)
    language: Mapped[str] = mapped_column(String(2))
    at: Mapped[datetime] = mapped_column(Instant)
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)


class Suspension(CaseRow):
    """A time in which no joint act is open, and why."""

    __tablename__ = "suspensions"
    cause: Mapped[str] = mapped_column(CODE)
    review_on: Mapped[date]
    words: Mapped[bytes | None] = encrypted(on_clock(DeletionClock.CONTENT), optional=True)
    language: Mapped[str] = mapped_column(String(2))
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
