"""The agreement as it was frozen for signing, to be read as a page: what its PDFs print, in each language, and who signed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mediation.acts.annexes import reads_annexes
from mediation.acts.stored_files import note_read_of, readable_by
from mediation.case.seat import Seat
from mediation.documents.line_breaks import without_break_points
from mediation.documents.localise import Language, localise
from mediation.documents.pdf import embedded_files
from mediation.errors import NotFound
from mediation.reading.agreement_view import words_are_gone
from mediation.sealing.verification import MOST_BYTES, SIGNATURES
from mediation.store.database import Db
from mediation.store.models import Agreement, StoredFile, get, get_bytes


@dataclass(frozen=True)
class DocumentPart:
    """One part of a document, as its PDF prints it: of which template, in which language, its fixed `words` and its `data`."""

    document: str
    language: str
    title: str
    words: dict[str, Any]
    data: dict[str, Any]


@dataclass(frozen=True)
class SignedDocument:
    """The agreement, or a representative's own annex, in each language, the prevailing one first; `sealed`: who signed it."""

    version: int
    parts: Sequence[DocumentPart]
    sealed: DocumentPart | None


def read_signed_document(db: Db, seat: Seat, language: str, version: int | None = None) -> SignedDocument:
    """What was frozen for signing of a version (default: the newest), as far as this seat may read it.

    The page of who signed is in `language`, and says what the sealed file says. Refuses with `document-not-found` where
    nothing was frozen, nothing of it is theirs, or only its PDFs were kept, and with `words-gone`.
    """
    agreement = _version(db, seat, version)
    if agreement is None:
        raise NotFound("document-not-found")
    if words_are_gone(db, seat):
        raise NotFound("words-gone")
    rows = _frozen(db, seat, agreement)
    printed = [get(db, row, "printed") for row in rows]
    if not all(printed):
        raise NotFound("document-not-found")
    for row in rows:
        note_read_of(db, seat, row)
    signed = _signatures(db, seat, agreement, language)
    return SignedDocument(agreement.version, list(map(_part, printed)), signed)


def has_signed_document(db: Db, seat: Seat, version: int | None = None) -> bool:
    """Whether there is such a page for this seat; opens no words."""
    agreement = _version(db, seat, version)
    return agreement is not None and all(row.printed is not None for row in _frozen(db, seat, agreement))


def _kinds(seat: Seat) -> tuple[str, str]:
    """What this seat reads of it: the text that is frozen, and the file that is sealed."""
    return ("annex", "sealed-annex") if reads_annexes(seat) else ("agreement", "sealed")


def _version(db: Db, seat: Seat, version: int | None) -> Agreement | None:
    of_kind = select(Agreement).join(StoredFile, StoredFile.about == Agreement.id)
    of_kind = of_kind.where(readable_by(seat), StoredFile.kind == _kinds(seat)[0], Agreement.case_id == seat.case.id)
    if version is not None:
        of_kind = of_kind.where(Agreement.version == version)
    return db.scalar(of_kind.order_by(Agreement.version.desc()).limit(1))


def _frozen(db: Db, seat: Seat, agreement: Agreement) -> Sequence[StoredFile]:
    theirs = readable_by(seat), StoredFile.about == agreement.id, StoredFile.kind == _kinds(seat)[0]
    rows = db.scalars(select(StoredFile).where(*theirs).order_by(StoredFile.language)).all()
    return sorted(rows, key=lambda row: row.language != agreement.prevailing)


def _signatures(db: Db, seat: Seat, agreement: Agreement, language: str) -> DocumentPart | None:
    """Who signed, by what the sealed file itself holds: a name that was corrected since then stays there as it was."""
    theirs = readable_by(seat), StoredFile.about == agreement.id, StoredFile.kind == _kinds(seat)[1]
    row = db.scalar(select(StoredFile).where(*theirs).limit(1))
    if row is None:
        return None
    note_read_of(db, seat, row)
    held = dict(embedded_files(get_bytes(db, row, "content"), MOST_BYTES))[SIGNATURES]
    told = localise("signatures", Language(language), json.loads(held or b"{}"), db.today())
    return _part({"document": "signatures", "language": language, **told})


def _part(printed: dict[str, Any]) -> DocumentPart:
    plain = without_break_points(printed)
    return DocumentPart(*(plain[name] for name in ("document", "language", "title", "words", "data")))
