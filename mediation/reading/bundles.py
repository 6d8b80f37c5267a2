"""What the bundle of a sealed agreement is made of, as far as it is a seat's: gathered in a transaction, packed after it."""

from dataclasses import dataclass

from sqlalchemy import Select, or_, select

from mediation.acts.stored_files import download_name, note_read_of, readable_by
from mediation.case.seat import Seat
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import Agreement, RecordEntry, StoredFile, get_bytes, remaining


@dataclass(frozen=True)
class SealedPdf:
    """A sealed PDF with its name, and the digest of the record from when it was sealed (hex)."""

    name: str
    content: bytes
    head: str | None


def read_sealed(db: Db, seat: Seat, version: int | None = None) -> SealedPdf:
    """The sealed agreement that this seat may read (default: its newest version); for a representative, the own annex.

    Whoever has left keeps what they signed. Refuses with `document-not-found`, and like `get_bytes` what was deleted.
    """
    mine = _sealed_for(seat)
    if version is not None:
        mine = mine.where(Agreement.version == version)
    found = db.execute(mine.order_by(Agreement.version.desc(), StoredFile.kind).limit(1)).first()
    if found is None:
        raise NotFound("document-not-found")
    row, agreement = found
    content = get_bytes(db, row, "content")
    note_read_of(db, seat, row)
    return SealedPdf(download_name(row), content, _head(db, row, agreement) if row.kind == "sealed" else None)


def has_sealed(db: Db, seat: Seat) -> bool:
    """Whether there is a bundle for this seat; reads no words."""
    return db.execute(_sealed_for(seat).with_only_columns(StoredFile.id).limit(1)).first() is not None


def _sealed_for(seat: Seat) -> Select[StoredFile, Agreement]:
    own_annex = (StoredFile.kind == "sealed-annex") & (StoredFile.owner == seat.participant_id)
    rows = select(StoredFile, Agreement).join(Agreement, Agreement.id == StoredFile.about)
    return rows.where(readable_by(seat), or_(StoredFile.kind == "sealed", own_annex))


def _head(db: Db, row: StoredFile, agreement: Agreement) -> str | None:
    # The entry of the seal names the file by its digest. It stays the same however the case goes on, and so tells of nothing
    # that was done since.
    about = f"{agreement.id},{remaining(db, row, 'sha256')}"
    sealing = select(RecordEntry.hash).filter_by(case_id=row.case_id, act="seal", about=about)
    return db.scalar(sealing.order_by(RecordEntry.position).limit(1))
