"""An agreement as an answer shows it, whole or as an annex, and the parts that both have."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, select

from mediation.acts.stored_files import readable_by
from mediation.case.permission import SCANS
from mediation.case.seat import Seat
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.reading.interpreted import InterpretedLine, interpreted_line
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Agreement, Signature, StoredFile


@view
class AgreementLine:
    """A version of the agreement, until when it waits to be signed, and when it was sealed."""

    version: int
    state: str
    sign_by: IfSeen[date | None] = ABSENT
    sealed_at: IfSeen[datetime | None] = ABSENT


@view
class AgreementWords:
    """The agreement's own words in one language; `notices` are the exact words told, by audience."""

    purpose: str
    goals: list[str]
    new_problem: str
    confidentiality: str
    notices: dict[str, str]


@view
class CommitmentWords:
    """A promise in one language."""

    action: str
    rhythm: str
    measure: str
    support: str


@view
class CommitmentLine:
    """A promise, with its words by language; `lineage` stays the same from version to version."""

    id: str
    lineage: str
    label: str
    owners: IfSeen[list[str]] = ABSENT
    starts_on: date | None
    due_on: date | None
    ended: str | None
    lacks: IfSeen[list[str]] = ABSENT
    texts: dict[str, CommitmentWords | None]


@view
class DocumentLine:
    """A file of the agreement, and whether it is the reader's own."""

    id: str
    kind: str
    name: str
    language: str | None
    sha256: str | None
    deleted: IfSeen[bool] = ABSENT
    own: bool


@view
class SignatureLine:
    """Who signed what (SHA-256, hex), when and in which way; `interpreted` where it was read aloud to them and interpreted."""

    participant: str
    digest: str
    way: str
    recorded_by: str
    at: datetime
    interpreted: IfSeen[InterpretedLine] = ABSENT


@view
class AgreementView:
    """The agreement as this reader may see it.

    `signing_opens_on` is there as long as that day is ahead, and `today_suits` then for the mediators: who could sign today.
    """

    version: int
    state: str
    prevailing: str
    texts: IfSeen[dict[str, AgreementWords | None]] = ABSENT
    commitments: list[CommitmentLine]
    disclosure_decided: IfSeen[bool] = ABSENT
    documents: list[DocumentLine]
    sign_by: date | None
    signing_opens_on: IfSeen[date] = ABSENT
    today_suits: IfSeen[list[str]] = ABSENT
    sealed_at: IfSeen[datetime | None] = ABSENT
    own_signature: SignatureLine | None
    digest: str | None
    signatures: IfSeen[list[SignatureLine]] = ABSENT
    all_signed: IfSeen[bool] = ABSENT
    tag: IfSeen[str] = ABSENT
    deleted: IfSeen[bool] = ABSENT


def words_are_gone(db: Db, seat: Seat) -> bool:
    """Whether the words of the case's agreements were deleted."""
    return db.keys.is_gone(KeyName(seat.case.id, DeletionClock.AGREEMENT))


def deleted(db: Db, seat: Seat) -> IfSeen[bool]:
    """The same, as an answer shows it."""
    return words_are_gone(db, seat) or ABSENT


def commitment(told: Mapping[str, Any], **instead: Any) -> CommitmentLine:
    """A commitment as `agreement_wording.commitments_of` gives it, in the shape of an answer."""
    texts = {language: CommitmentWords(**words) if words else None for language, words in told["texts"].items()}
    return CommitmentLine(**{**told, "texts": texts, **instead})


def signature_line(db: Db, row: Signature) -> SignatureLine:
    """A signature in the shape of an answer."""
    return shown(db, SignatureLine, row, interpreted=interpreted_line(db, row))


# What holds first, then what was signed, then what only a machine reads: sorted by name, annexes would stand first.
_FIRST = case(
    {one: place for place, one in enumerate(("sealed", "sealed-annex", "agreement", "annex"))},
    value=StoredFile.kind,
    else_=9,
)


def documents_of(db: Db, seat: Seat, agreement: Agreement) -> list[DocumentLine]:
    """The files of a version that the reader may open."""
    theirs = StoredFile.about == agreement.id, StoredFile.kind.not_in(SCANS), readable_by(seat)
    rows = select(columns(StoredFile, DocumentLine)).where(*theirs).order_by(_FIRST, StoredFile.name)
    return [shown(db, DocumentLine, one, own=one.owner == seat.participant_id) for one in db.scalars(rows)]
