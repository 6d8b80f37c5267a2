"""One's own copy of a case, to keep: what one said, agreed to and signed oneself, in one zip."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from sqlalchemy import select

from mediation.acts.stored_files import note_read_of, readable_by
from mediation.case.permission import SCANS
from mediation.case.seat import Seat
from mediation.documents.render import Sheet
from mediation.errors import NotFound, NotPermitted
from mediation.reading.own_entries import Reader
from mediation.reading.own_evidence import EvidenceView, as_file, own_signatures, read_evidence, sheet_of
from mediation.reading.own_part import agreed_texts
from mediation.reading.own_words import own_text
from mediation.sealing.file_names import evidence_name
from mediation.store.database import Db
from mediation.store.models import Agreement, StoredFile, get_bytes
from mediation.workflow.declaration import Trait


@dataclass(frozen=True)
class OwnCopy:
    """What the copy of one seat holds: files by name and local time, and sheets that are yet to be typeset."""

    files: Sequence[tuple[str, datetime, bytes]]
    sheets: Sequence[tuple[str, datetime, Sheet]]

    def zip(self) -> bytes:
        """The copy as one zip. It typesets: never call it while a transaction is open. Refuses as `Sheet.pdf`."""
        whole = BytesIO()
        with ZipFile(whole, "w") as archive:
            for name, at, content in (*self.files, *((name, at, sheet.pdf()) for name, at, sheet in self.sheets)):
                archive.writestr(ZipInfo(name, at.timetuple()[:6]), content)
        return whole.getvalue()


def own_copy(db: Db, seat: Seat, language: str) -> OwnCopy:
    """All that is somebody's own, for everybody with a part in the case, and in a text that anybody can read.

    `own-words.txt` has their particulars, what they said, answered and were marked with; `agreed/` the words of what they
    agreed to; `papers/` the scans of their own papers; `1/` and so on what a signatory may read of a version of the
    agreement, with the evidence of their own signature. It can be read without us, and the sealed file checked with
    `mediation verify`. Refuses with the code of why the sign-in closes anything of the case, such as `mailbox-shared`.
    """
    if seat.closed_as:
        raise NotPermitted(seat.closed_as)
    reader = Reader(db, seat, seat.workflow.speaking(language))
    words = ("own-words.txt", db.now(), own_text(reader).encode("utf-8", "replace"))
    kept = list(_evidence(reader))
    files = [words, *_agreed(reader), *_papers(db, seat), *_files(db, seat)]
    files += [(f"{name}.json", one.at, as_file(one)) for name, one in kept]
    sheets = [(f"{name}.pdf", one.at, sheet_of(db, seat, one, reader.language)) for name, one in kept]
    return OwnCopy(
        [(name, at.astimezone(db.zone), content) for name, at, content in files],
        [(name, at.astimezone(db.zone), sheet) for name, at, sheet in sheets],
    )


def _evidence(reader: Reader) -> Iterator[tuple[str, EvidenceView]]:
    for version in own_signatures(reader.db, reader.seat):
        with suppress(NotFound):  # destroyed when its time was over
            evidence = read_evidence(reader.db, reader.seat, version)
            yield f"{version}/{evidence_name(reader.language)}", evidence


def _agreed(reader: Reader) -> Iterator[tuple[str, datetime, bytes]]:
    for name, at, text in agreed_texts(reader):
        yield f"agreed/{name}.txt", at, f"{text}\n".encode("utf-8", "replace")


def _papers(db: Db, seat: Seat) -> Iterator[tuple[str, datetime, bytes]]:
    own = StoredFile.case_id == seat.case.id, StoredFile.owner == seat.participant_id, StoredFile.kind.in_(SCANS)
    for number, row in enumerate(db.scalars(select(StoredFile).where(*own).order_by(StoredFile.at, StoredFile.id)), 1):
        with suppress(NotFound):  # destroyed when its time was over
            yield f"papers/{number}-{row.name}", row.at, get_bytes(db, row, "content")


def _files(db: Db, seat: Seat) -> Iterator[tuple[str, datetime, bytes]]:
    if not seat.is_any(Trait.LASTS, Trait.REPRESENTS):  # a mediator reads them, but they are not the mediator's
        return
    rows = db.execute(
        select(StoredFile, Agreement.version)
        .join(Agreement, Agreement.id == StoredFile.about)
        .where(readable_by(seat))
        .order_by(Agreement.version, StoredFile.name, StoredFile.id)
    )
    for row, version in rows.all():
        with suppress(NotFound):  # destroyed when its time was over
            content = get_bytes(db, row, "content")
            note_read_of(db, seat, row)
            yield f"{version}/{row.name}", row.at, content
