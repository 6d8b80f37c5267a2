"""What acts leave behind: record entries, letters, reads, holds, certificates, remembered answers, when jobs last ran."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import INSTALLATION, DeletionClock, KeyName
from mediation.store.models.base import CODE, ID, Base, CaseRow, Row, encrypted, partial_index


class RecordEntry(Base, table="record_entries"):
    """One entry of a case's hash chain: codes and digests only. Never updated (triggers see to it).

    `wrote` is JSON: a digest of every row that the act wrote (see `mediation.case.witness`). Entries made before 0002 have none.
    """

    case_id: Mapped[str] = mapped_column(ID, ForeignKey("cases.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(ID)
    act: Mapped[str] = mapped_column(CODE)
    way: Mapped[str] = mapped_column(CODE)
    about: Mapped[str] = mapped_column(Text)
    phase: Mapped[str] = mapped_column(CODE)
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    wrote: Mapped[str | None] = mapped_column(Text)


def _of_the_letter(row: "Letter") -> KeyName:
    return KeyName(row.case_id, DeletionClock.AGREEMENT) if row.case_id else INSTALLATION


_GIVEN_UP = "delivered_at IS NULL AND called_off_at IS NULL AND gave_up_at IS NOT NULL"  # to be printed


def _waiting(name: str, by: str, which: str) -> Index:
    # Only the letters that are still to be sent, so that claiming one takes no longer when a million have been sent.
    unsent = "delivered_at IS NULL AND called_off_at IS NULL AND gave_up_at IS NULL"
    return partial_index(name, by, "id", where=f"{unsent} AND {which}")


class Letter(CaseRow, table="letters"):
    """One letter to a participant, or to a person about their own sign-in, waiting in the outbox or delivered.

    Its words are made when it is delivered, in the recipient's language, from `kind` and `params`.
    `params` are what the words need (a time, a place), as JSON. `due_at` may lie ahead: a reminder is a letter for later.
    Until `lease_until` a process has it in hand, or it waits after a failure; from `gave_up_at` on it is left for print.
    A letter about sign-in belongs to no case. Once its link or code is used, or `good_until` is over, its params are wiped.
    """

    case_id: Mapped[str | None] = mapped_column(ID, ForeignKey("cases.id"), index=True)  # type: ignore[assignment]
    participant_id: Mapped[str | None] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(CODE)
    params: Mapped[bytes | None] = encrypted(_of_the_letter, optional=True)
    about: Mapped[str] = mapped_column(ID, default="", index=True)
    due_at: Mapped[datetime]
    good_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_id: Mapped[str | None] = mapped_column(ID)
    lease_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    printed_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    called_off_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint("(case_id IS NULL) = (participant_id IS NULL)", name="of_a_case"),
        CheckConstraint("(case_id IS NULL) = (person_id IS NOT NULL)", name="of_somebody"),
        # Those about sign-in, of somebody, to wipe and to delete in time; no other letter is entered there.
        partial_index("ix_letters_person_id", "person_id", where="person_id IS NOT NULL"),
        partial_index("ix_letters_unwiped", "good_until", where="person_id IS NOT NULL AND params IS NOT NULL"),
        partial_index("ix_letters_about_sign_in", "created_at", where="person_id IS NOT NULL"),
        _waiting("ix_letters_expiring", "good_until", "good_until IS NOT NULL"),
        _waiting("ix_letters_waiting", "due_at", "good_until IS NULL AND attempts = 0"),
        _waiting("ix_letters_retried", "lease_until", "good_until IS NULL AND attempts > 0"),
        partial_index("ix_letters_given_up", "gave_up_at", where=_GIVEN_UP),
    )


class ReadTrace(CaseRow, table="reads"):
    """Notes that somebody read confidential words, and whose they were (or `joint`): for the first time, and how often in a day.

    A row without `times` is of the first time that they read the words `about`. One with `times` counts what they read of this
    kind and person from `at` to `last_at`; its `about` is the day, with how many had left the case by then. So reads grow
    with what people write and with the days on which they look. It is not part of the record's chain: reading must not raise
    the case's version.
    """

    reader: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    whose: Mapped[str] = mapped_column(ID, index=True)
    item: Mapped[str] = mapped_column(CODE)
    about: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    times: Mapped[int | None]

    __table_args__ = (Index("uq_reads_of_reader", "reader", "whose", "item", "about", unique=True),)


class Certificate(CaseRow, table="certificates"):
    """Certifies that the key of one deletion clock (and owner) of a case was destroyed, when, and what it encrypted.

    `what` names the tables and how many rows of each, such as `notes 3`, with commas between them.
    """

    clock: Mapped[str] = mapped_column(CODE)
    owner: Mapped[str] = mapped_column(ID, default="")
    what: Mapped[str] = mapped_column(String(400), default="")
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("case_id", "clock", "owner", name="uq_certificates_once"),)


class Hold(CaseRow, table="holds"):
    """Stops deletion clocks of a case: by an authority's order, or for a party's own documents.

    `clocks` contains their codes, with commas between them. `placed_by` is a person; `reference` is the order's number.
    """

    kind: Mapped[str] = mapped_column(CODE)  # authority, party
    clocks: Mapped[str] = mapped_column(String(80))
    placed_by: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    reference: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    at: Mapped[datetime]
    until: Mapped[datetime | None]  # when it ends by itself
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(ID)


def _of_the_answer(row: "IdempotencyKey") -> KeyName:
    return KeyName(row.case_id, DeletionClock(row.clock)) if row.case_id and row.clock else INSTALLATION


class IdempotencyKey(Row, table="idempotency_keys"):
    """The answer already given to a creating request, so that the same request again gives the same answer, once.

    An answer about a case is encrypted with whichever of its keys is destroyed first; `clock` says which that is.
    """

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    case_id: Mapped[str | None] = mapped_column(ID, index=True)
    clock: Mapped[str | None] = mapped_column(CODE)
    answer: Mapped[bytes] = encrypted(_of_the_answer)
    at: Mapped[datetime] = mapped_column(index=True)


class HighWater(Base, table="high_water"):
    """The latest moment at which something that depends on the clock ran; `name` says what (`round`).

    Against it a clock that is wrong is noticed.
    """

    name: Mapped[str] = mapped_column(CODE, primary_key=True)
    at: Mapped[datetime]
