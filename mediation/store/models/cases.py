"""Cases, who takes part in them, their sessions, and what each has accepted, attended or undertaken (marks)."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.models.base import CODE, ID, CaseRow, InLanguage, Recorded, Row, case_key, encrypted, partial_index

LONG_AGO = date(2000, 1, 1)
REVOCABLE = "kind = 'withdrew' AND value = 'revocable'"  # SQL: with bound values a database would not use the index
AGREEMENT = case_key(DeletionClock.AGREEMENT)


class Case(InLanguage, Row, table="cases"):
    """One case. `version` counts the entries of its record, of which `head` is the last hash.

    `head_mac` is a keyed digest of both (empty until an installation of before 0002 is anchored); `anchor_due` says that
    the head is not copied to the key store yet.
    Of its progress HR sees only `rung`, `opened_on`, `next_milestone` (a month, `2027-03`), `outcome` and
    `screening_result`. `in_use` is the newest version of the agreement with which the follow-up has begun: an employer
    representative does not learn before then that everybody has signed. `neutral_rung` is where HR's line stays until the
    case has ended, and is then told no more than that, because a party wished so. Once it has ended, `settled_count` of its
    `party_count` parties came to what was agreed (`mediation.acts.closing.count_settled`). `hours_due` is the day on which it
    is looked whether a total of hours is to be told, `register_due` that on which those who lead it get theirs into their own
    register; None when all were. `summary_due` is the moment from which it is looked whether a summary that was proposed is to
    be settled; None while none waits. `deletion_due` is the moment from which it is looked whether keys are to be destroyed;
    None while no deletion clock runs.
    """

    number: Mapped[str] = mapped_column(String(12), unique=True)
    workflow: Mapped[str] = mapped_column(CODE)
    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"), index=True)
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
    party_count: Mapped[int | None]
    settled_count: Mapped[int | None]
    in_use: Mapped[int | None]
    neutral_rung: Mapped[str | None] = mapped_column(CODE)
    notice: Mapped[bytes | None] = encrypted(lambda row: KeyName(row.id, DeletionClock.AGREEMENT), optional=True)
    referral: Mapped[bytes] = encrypted(lambda row: KeyName(row.id, DeletionClock.AGREEMENT))
    linked_to: Mapped[str | None] = mapped_column(ID, ForeignKey("cases.id"), index=True)
    hours_due: Mapped[date | None] = mapped_column(default=LONG_AGO, server_default=LONG_AGO.isoformat())
    register_due: Mapped[date | None] = mapped_column(default=LONG_AGO, server_default=LONG_AGO.isoformat())
    summary_due: Mapped[datetime | None]
    deletion_due: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(ID)  # the organisation that provides the mediation: its letters
    from_outside: Mapped[bool | None]  # asked from outside: its organisation only provides, and is nobody's employer
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_cases_hours_due", "hours_due"),
        partial_index("ix_cases_hours_at_end", "hours_due", where="outcome IS NOT NULL AND hours_due IS NOT NULL"),
        Index("ix_cases_register_due", "register_due"),
        partial_index(
            "ix_cases_register_at_end", "register_due", where="outcome IS NOT NULL AND register_due IS NOT NULL"
        ),
        partial_index("ix_cases_summary_due", "summary_due", where="summary_due IS NOT NULL AND outcome IS NULL"),
        # Those of an organisation that go on, by phase: however many have ended.
        Index("ix_cases_of_phase", "organisation_id", "phase", "outcome"),
        Index("ix_cases_deletion_due", "deletion_due"),
        # The cases that were open in a quarter, and the first one.
        Index("ix_cases_closed_at", "closed_at"),
        Index("ix_cases_created_at", "created_at"),
        # Finds the few cases whose heads are to be copied, however many cases there are.
        Index("ix_cases_anchor_due", "id", sqlite_where=text("anchor_due = 1"), postgresql_where=text("anchor_due")),
    )


class Participant(InLanguage, CaseRow, table="participants"):
    """A person at a case, with the name and address they have there.

    `capacity` is what they do at the workplace; `capacities` says it by language (None: `capacity` for every language).
    `own_language` (ISO 639) is none of the three in which we write: what they sign is read aloud to them and interpreted.
    `number` repeats the case's, so that one index lists a person's cases in order.
    """

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"))
    number: Mapped[str] = mapped_column(String(12))
    name: Mapped[bytes] = encrypted(AGREEMENT)
    capacity: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    capacities: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    own_language: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    email: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    supports: Mapped[str | None] = mapped_column(ID)  # the party whose support person this is
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    left_how: Mapped[str | None] = mapped_column(CODE)  # withdrawn, replaced, released, employment-ended
    unnamed: Mapped[bool | None]  # not named to the parties yet; None: joined before who joins was told beforehand
    surveyed: Mapped[bool | None]  # whether they answered the survey at the end: nothing tells what
    in_session_until: Mapped[datetime | None]  # or until it ends, if that is sooner: no letters meanwhile

    __table_args__ = (
        partial_index("uq_participants_active", "case_id", "person_id", where="left_at IS NULL", unique=True),
        Index("ix_participants_person_id_number", "person_id", "number"),
    )


class AddressChange(CaseRow, table="address_changes"):
    """A new e-mail address of a participant, which is asked for, or the former one that went when it changed or was taken away.

    `email` waits until whoever reads it proves that: by the link of a letter (`link_id`) or by its code, before `until`. It
    is wiped when that is over. `how` it ended: proven, replaced (by another asking), called-off, removed.
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    email: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    former: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    link_id: Mapped[str | None] = mapped_column(ID)  # without a foreign key: links are deleted sooner
    code_digest: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    how: Mapped[str | None] = mapped_column(CODE)

    __table_args__ = (
        partial_index("uq_address_changes_waiting", "participant_id", where="ended_at IS NULL", unique=True),
        partial_index("ix_address_changes_until", "until", where="ended_at IS NULL"),
    )


class QuietTime(CaseRow, table="quiet_times"):
    """When a participant is not to be written to: until the morning of a day, or in these hours of every day; nobody asks why.

    `begins` and `ends` are minutes of the day in the workplace's time zone, past midnight where `ends` is the smaller.
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), unique=True)
    until_day: Mapped[date | None]
    begins: Mapped[int | None]
    ends: Mapped[int | None]
    at: Mapped[datetime]


class InterpreterService(CaseRow, table="interpreter_services"):
    """The service whose undertaking of confidentiality binds an interpreter."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    service: Mapped[bytes] = encrypted(AGREEMENT)
    at: Mapped[datetime]


class RoleHeld(CaseRow, table="roles"):
    """A role that a participant has or had, since a moment and until another."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    role: Mapped[str] = mapped_column(CODE)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Mark(Recorded, CaseRow, table="marks"):
    """One thing a participant has accepted, attended, answered or undertaken: `kind`, `about` which row, with which `value`.

    It is valid until it is ended: by a correction, or because what it was about has changed. `interpreted` is the evidence
    that the words agreed to were read aloud to them and interpreted (`interpreting.evidence`).
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    kind: Mapped[str] = mapped_column(CODE)
    about: Mapped[str] = mapped_column(ID, default="", index=True)
    value: Mapped[str] = mapped_column(CODE, default="yes")
    paper: Mapped[str | None] = mapped_column(ID)  # the stored scan, if the act was done on paper
    interpreted: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(CODE)  # changed, corrected, withdrawn, redone

    __table_args__ = (
        partial_index("uq_marks_standing", "participant_id", "kind", "about", where="ended_at IS NULL", unique=True),
        # All that guards know of them: in this order, so that those of one kind are told as one without being sorted.
        partial_index(
            "ix_marks_in_force", "case_id", "participant_id", "kind", "value", "about", where="ended_at IS NULL"
        ),
        # Who ever agreed to mediate, also where that has ended since.
        partial_index("ix_marks_consents", "case_id", where="kind = 'agreed-to-mediate' AND value = 'given'"),
        # The withdrawals that can still be taken back, which a round looks at.
        partial_index("ix_marks_revocable", "at", where=f"{REVOCABLE} AND ended_at IS NULL"),
    )


class Order(InLanguage, CaseRow, table="orders"):
    """The employer's order; a later one replaces it.

    `terms` are between employer and mediator: price and engagement. `readable` is what the parties may read, as JSON: payer,
    scope, if_fails, billing_period, contact and the organisation's own_lines by language. A change waits (`waits_since`)
    while a session is under way or a text is out for signing.
    """

    terms: Mapped[bytes] = encrypted(AGREEMENT)
    readable: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    final_date: Mapped[date | None]
    ordered_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    at: Mapped[datetime]
    waits_since: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        partial_index("ix_orders_waiting", "at", where="waits_since IS NOT NULL AND replaced_at IS NULL"),
    )


class AttendanceBasis(CaseRow, table="attendance_bases"):
    """On what a party's attendance rests, in versions of their own: voluntary, or required by the employer on a ground.

    `position` is the party's place in the referral, from 0; None where somebody came later. It is no part of the terms.
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    number: Mapped[int]
    position: Mapped[int | None]
    basis: Mapped[str] = mapped_column(CODE)
    ground: Mapped[str | None] = mapped_column(CODE)  # direction-of-work, safety-act-25, safety-act-28
    asks: Mapped[bool] = mapped_column(default=False)  # whether the mediators ask the party about it, alone
    set_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("participant_id", "number", name="uq_attendance_bases_number"),)


class Declaration(InLanguage, CaseRow, table="declarations"):
    """A mediator's declaration of ties; a later one replaces it."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    has_ties: Mapped[bool]
    words: Mapped[bytes] = encrypted(AGREEMENT)
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Suspension(InLanguage, CaseRow, table="suspensions"):
    """A period in which no joint act is open, and why."""

    cause: Mapped[str] = mapped_column(CODE)
    review_on: Mapped[date]
    words: Mapped[bytes | None] = encrypted(case_key(DeletionClock.CONTENT), optional=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Meeting(CaseRow, table="sessions"):
    """A session: information, separate, pair, joint, caucus or follow-up. (A Session is already the database's.)

    `serves` contains the codes of its phases, with commas between them: one session may serve several.
    `month` is that of its planned start in the workplace's time zone; HR may see the next one. Who accompanies a party, or
    represents the employer, is `called_by_name` (the mark `called`); where that is None, everybody who accompanied was.
    """

    kind: Mapped[str] = mapped_column(CODE)
    serves: Mapped[str] = mapped_column(String(200), default="")
    with_participant: Mapped[str | None] = mapped_column(ID)  # whom a separate session or a caucus is with
    form: Mapped[str] = mapped_column(CODE, default="on-site")  # on-site, remote
    place: Mapped[bytes | None] = encrypted(case_key(DeletionClock.CONTENT), optional=True)
    planned_at: Mapped[datetime]
    planned_minutes: Mapped[int]
    month: Mapped[str] = mapped_column(String(7))
    planned_by: Mapped[str] = mapped_column(ID)
    begun_at: Mapped[datetime | None]
    begun_by: Mapped[str | None] = mapped_column(ID)  # None: before that was kept, or not begun
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None] = mapped_column(CODE)  # held, ended-early, cancelled
    called_by_name: Mapped[bool | None]
    changes: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was moved or cancelled
    series_id: Mapped[str | None] = mapped_column(ID)  # with which others it was planned at once

    @classmethod
    def was_held(cls) -> ColumnElement[bool]:
        """That a session has ended and took place, be it broken off early."""
        return cls.ended_how.in_(["held", "ended-early"])
