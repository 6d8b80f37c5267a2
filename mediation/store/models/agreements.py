"""What is agreed: versions of the agreement, commitments, signatures, stored documents, notices and check-ins."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.models.base import CODE, ID, CaseRow, InLanguage, Recorded, case_key, encrypted

AGREEMENT = case_key(DeletionClock.AGREEMENT)


class Agreement(CaseRow, table="agreements"):
    """One version of the agreement: draft, sent (frozen), sealed, superseded, unsent (frozen, then taken back) or dropped.

    `digest` is the SHA-256 of its manifest (hex), which the parties sign. `disclosure_decided`: whether it is agreed who
    gets which notice.
    """

    version: Mapped[int]
    state: Mapped[str] = mapped_column(CODE, default="draft")
    prevailing: Mapped[str] = mapped_column(String(2))
    disclosure_decided: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str | None] = mapped_column(String(64))
    manifest: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    drafted_at: Mapped[datetime]
    writings: Mapped[int] = mapped_column(default=0)  # how often the draft was written
    sent_at: Mapped[datetime | None]
    sign_by: Mapped[date | None]
    sealed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class AgreedText(CaseRow, table="agreed_texts"):
    """A version of the words that somebody agrees to: the terms, an undertaking of confidentiality, the ground rules.

    `words` are blocks of headings and paragraphs by language; `digest` (SHA-256, hex) is that of their canonical JSON. A
    version that `asks` has to be agreed to, also by who agreed to an earlier one. A row never changes: a mark names it.
    `data` are the values that the words were made of, as JSON, where acts read them again.
    """

    kind: Mapped[str] = mapped_column(CODE)
    version: Mapped[int]
    asks: Mapped[bool]
    digest: Mapped[bytes] = encrypted(AGREEMENT)
    words: Mapped[bytes] = encrypted(AGREEMENT)
    data: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("case_id", "kind", "version", name="uq_agreed_texts_version"),)


class AgreementText(InLanguage, CaseRow, table="agreement_texts"):
    """The words of an agreement in one language that its parties read; never machine-filled.

    `words` contains purpose, goals, new_problem, confidentiality and notices, as JSON.
    """

    agreement_id: Mapped[str] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    words: Mapped[bytes] = encrypted(AGREEMENT)

    __table_args__ = (UniqueConstraint("agreement_id", "language", name="uq_agreement_texts_language"),)


class Understanding(CaseRow, table="understandings"):
    """What the table agreed without a text, as the mediator proposed it: a version counts until the next one.

    `words` are the sentence that each party accepts, and what each audience is told, both by language: `{"sentence": {…},
    "notices": {"fi": {"commissioner": …}}}`. `reached_at` is when the table went on to the follow-up with it.
    """

    version: Mapped[int]
    words: Mapped[bytes] = encrypted(AGREEMENT)
    at: Mapped[datetime]
    reached_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("case_id", "version", name="uq_understandings_version"),)


class Commitment(CaseRow, table="commitments"):
    """One promise. `lineage` stays the same across the versions of the agreement.

    `lacks` says what is still missing (owner, action, due, measure; codes with commas), empty when complete.
    `ended` marks one that bound in an earlier version and no longer does: `done` or `dropped`.
    """

    agreement_id: Mapped[str] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    lineage: Mapped[str] = mapped_column(ID)
    label: Mapped[str] = mapped_column(String(8))
    position: Mapped[int]
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    lacks: Mapped[str] = mapped_column(String(80), default="")
    ended: Mapped[str | None] = mapped_column(CODE)

    __table_args__ = (UniqueConstraint("agreement_id", "lineage", name="uq_commitments_lineage"),)


class CommitmentOwner(CaseRow, table="commitment_owners"):
    commitment_id: Mapped[str] = mapped_column(ID, ForeignKey("commitments.id"), index=True)
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)


class CommitmentText(InLanguage, CaseRow, table="commitment_texts"):
    """A promise in one language: action, rhythm, measure and support, as JSON."""

    commitment_id: Mapped[str] = mapped_column(ID, ForeignKey("commitments.id"), index=True)
    words: Mapped[bytes] = encrypted(AGREEMENT)


def _of_file(row: Any) -> KeyName:
    return KeyName(row.case_id, DeletionClock.PRIVATE, row.owner) if row.kind == "private-scan" else AGREEMENT(row)


class StoredFile(CaseRow, table="documents"):
    """A stored file: a frozen agreement or annex, a manifest, the sealed agreement, a scan of paper.

    `kind` is agreement, annex, annex-manifest, sealed, sealed-annex, scan or private-scan. `printed` is what the pages of a
    frozen agreement or annex say (`Sheet.part`): the sealed file prints them again.
    """

    kind: Mapped[str] = mapped_column(CODE)
    about: Mapped[str] = mapped_column(ID, index=True)
    owner: Mapped[str | None] = mapped_column(ID)  # the participant whose annex or scan it is
    language: Mapped[str | None] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(60))
    mime: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[bytes] = encrypted(_of_file)  # in the clear it would let guesses at a short text be tested
    content: Mapped[bytes] = encrypted(_of_file)
    printed: Mapped[bytes | None] = encrypted(_of_file, optional=True)
    at: Mapped[datetime]


class CopyCode(Recorded, CaseRow, table="copy_codes"):
    """A code on paper that opens a signatory's own copy of the sealed agreement until it is ended; `digest` is keyed."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    ended_at: Mapped[datetime | None]


class Signature(Recorded, CaseRow, table="signatures"):
    """One signatory's signature on one version: on its manifest, or on the manifest of their own annex.

    `interpreted` is the evidence that what they signed was read aloud to them and interpreted (`interpreting.evidence`).
    `evidence` is what is kept for the signatory alone (`signing_evidence`); signatures given before there was any have none.
    """

    agreement_id: Mapped[str] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    paper: Mapped[str | None] = mapped_column(ID)
    interpreted: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)
    evidence: Mapped[bytes | None] = encrypted(AGREEMENT, optional=True)

    __table_args__ = (UniqueConstraint("agreement_id", "participant_id", name="uq_signatures_once"),)


class Notice(CaseRow, table="notices"):
    """The notice given to an audience, in the exact words agreed or the neutral default; `words` are by language.

    `agreement_id` is the newest version that gives these words; without one they are of an understanding.
    """

    agreement_id: Mapped[str | None] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    understanding_id: Mapped[str | None] = mapped_column(ID, ForeignKey("understandings.id"), index=True)
    audience: Mapped[str] = mapped_column(CODE)  # commissioner, work-community, initiator
    words: Mapped[bytes] = encrypted(AGREEMENT)
    given_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    at: Mapped[datetime]


class CheckIn(Recorded, InLanguage, CaseRow, table="check_ins"):
    """One party's own report on a version of the agreement or on an understanding; its audience: mediator or table.

    `words` are atmosphere (1–5) and own words, and of an understanding the answer, as JSON.
    """

    agreement_id: Mapped[str | None] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    understanding_id: Mapped[str | None] = mapped_column(ID, ForeignKey("understandings.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sessions.id"), index=True)
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    audience: Mapped[str] = mapped_column(CODE)
    words: Mapped[bytes] = encrypted(AGREEMENT)
    replaced_by: Mapped[str | None] = mapped_column(ID)

    __table_args__ = (Index("ix_check_ins_at", "at"),)  # those of a quarter


class CheckInAnswer(CaseRow, table="check_in_answers"):
    """The report on one commitment: kept, partly, not-kept, not-yet-due or no-longer-relevant, with own words and rating."""

    check_in_id: Mapped[str] = mapped_column(ID, ForeignKey("check_ins.id"), index=True)
    commitment_id: Mapped[str] = mapped_column(ID, ForeignKey("commitments.id"), index=True)
    words: Mapped[bytes] = encrypted(AGREEMENT)


class Breach(CaseRow, table="breaches"):
    """A commitment reported as not kept, until it is resolved, or left unresolved after each party was heard."""

    agreement_id: Mapped[str] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    lineage: Mapped[str] = mapped_column(ID)
    state: Mapped[str] = mapped_column(CODE, default="open")  # open, resolved, left-unresolved, amended
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
