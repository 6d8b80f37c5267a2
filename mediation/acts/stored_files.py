"""Stored files of a case: frozen and sealed documents, and the scans of papers; who may read each."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from sqlalchemy import ColumnElement, func, or_, select

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_participant
from mediation.case.permission import SCANS
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Doer, Seat, while_in
from mediation.documents.scans import Scan
from mediation.errors import NotFound, Outdated, TooLarge
from mediation.store.database import Db
from mediation.store.models import Agreement, Mark, Signature, StoredFile, get, get_bytes, put, put_bytes
from mediation.workflow.declaration import Trait

MOST_SCANS = 50  # of a case
MOST_SCAN_BYTES = 100_000_000


def store(
    case: Acting,
    kind: str,
    about: str,
    name: str,
    mime: str,
    content: bytes,
    *,
    language: str | None = None,
    owner: str | None = None,
    printed: Mapping[str, object] | None = None,
) -> StoredFile:
    """Store a file of the case, encrypted, with what its pages say where they will be `printed` again; part of an act."""
    named = {"kind": kind, "about": about, "owner": owner, "language": language, "name": name, "mime": mime}
    row = StoredFile(id=case.db.new_id(), case_id=case.id, **named)
    put_bytes(case.db, row, "content", content)
    if printed is not None:
        put(case.db, row, "printed", printed)
    return case.write(row, sha256=sha256(content).hexdigest())


def stored(db: Db, seat: Seat, kind: str, about: str) -> Sequence[StoredFile]:
    """The stored files of a kind, by name."""
    of_kind = select(StoredFile).filter_by(case_id=seat.case.id, kind=kind, about=about)
    return db.scalars(of_kind.order_by(StoredFile.name)).all()


@act("attach-scan", beside=("scan",))
def attach_scan(case: Acting, whose: str, scan: Scan | None) -> StoredFile:
    """The mediator attests a paper by its scan (PDF, JPEG or PNG, 10 MB at most), to be named by the act it proves.

    `scan` was checked before this transaction (`scans.look_into`); None if the seat could not attach any then,
    which is Outdated if it can now. Refuses with `participant-not-found`, with what was found wrong with the scan, and
    with `scans-too-many` and `scans-too-large` what is more than 50 scans or 100 MB of them in a case.
    """
    find_participant(case.db, case.seat, whose)
    if scan is None:
        raise Outdated("case-changed")
    if scan.refusal is not None:
        raise scan.refusal
    _check_room(case, len(scan.content))
    name = f"scan.{scan.mime.split('/')[1]}"
    row = store(case, "scan", "", name, scan.mime, scan.content, owner=whose)
    case.record(row.id, whose, words=[sha256(scan.content).hexdigest()])
    return row


def may_attach(seat: Seat) -> bool:
    """Whether this seat may attach scans in some phase, so that checking one is worth it."""
    return bool(seat.workflow.acts().get(attach_scan.permission, frozenset()) & seat.roles)


def _check_room(case: Acting, size: int) -> None:
    # Under the case's lock, so that many at once cannot pass the limit.
    scans = select(func.count(), func.coalesce(func.sum(func.length(StoredFile.content)), 0))
    there, bytes_there = case.db.execute(scans.where(StoredFile.case_id == case.id, StoredFile.kind.in_(SCANS))).one()
    if there >= MOST_SCANS:
        raise TooLarge("scans-too-many", field="scan", limit=MOST_SCANS)
    if int(bytes_there) + size > MOST_SCAN_BYTES:
        raise TooLarge("scans-too-large", field="scan", limit=MOST_SCAN_BYTES)


def keep_in_confidence(db: Db, doer: Doer) -> None:
    """Let the scan of private words be deleted with them, as it contains them. Part of an act that records itself."""
    row = db.get(StoredFile, doer.paper) if doer.paper else None
    if row is None or row.kind == "private-scan":
        return
    digest, content = get(db, row, "sha256"), get_bytes(db, row, "content")
    row.kind = "private-scan"
    put(db, row, "sha256", digest)
    put_bytes(db, row, "content", content)


def read_document(db: Db, seat: Seat, document_id: str) -> tuple[StoredFile, bytes]:
    """A stored file that this seat may read, with its content.

    Parties and mediators read the agreement; an employer representative only the own annex; scans only mediators, one
    who came later only those that prove an act, and whose they are. Refuses with `document-not-found`.
    """
    row = db.scalar(select(StoredFile).where(StoredFile.id == document_id, readable_by(seat)))
    if row is None:
        raise NotFound("document-not-found")
    content = get_bytes(db, row, "content")
    note_read_of(db, seat, row)
    return row, content


def download_name(row: StoredFile) -> str:
    """Under which name a stored file is handed out: the agreement's files by theirs, which name nobody and no mediation.

    Scans, and annexes that were frozen when their names still held an id, are a `document` (visibility.md rule 7: in the
    downloads of a shared computer a name must not say whose they are).
    """
    plain = row.kind in SCANS or (row.owner is not None and row.owner in row.name)
    return f"document.{row.name.rpartition('.')[2]}" if plain else row.name


def note_read_of(db: Db, seat: Seat, row: StoredFile) -> None:
    """Leave on record that this seat read a stored file."""
    note_reads(db, seat, "scan" if row.kind in SCANS else "document", [(row.owner or JOINT, row.id)])


def readable_by(seat: Seat) -> ColumnElement[bool]:
    """Which stored files a seat may read; a former party keeps the files of what they signed and was sealed.

    An annex that is sealed is its owner's: it says when they signed.
    """
    here, own = StoredFile.case_id == seat.case.id, StoredFile.owner == seat.participant_id
    if seat.closed_as:  # nor the paper of private words
        here &= StoredFile.kind != "private-scan"
    shared = StoredFile.kind.in_(("agreement", "annex", "annex-manifest", "sealed"))
    if seat.is_any(Trait.LEADS):
        return here & (StoredFile.kind.not_in(SCANS) | _scans_of(seat))
    if seat.is_any(Trait.CONSENTS):
        return here & (own | shared)
    if seat.is_any(Trait.LASTS):
        return here & (own | (shared & StoredFile.about.in_(select(Agreement.id).where(signed_and_sealed(seat)))))
    return here & own


def signed_and_sealed(seat: Seat) -> ColumnElement[bool]:
    """Which versions of an agreement this seat signed that were sealed: they stay theirs when they leave."""
    mine = Signature.agreement_id == Agreement.id, Signature.participant_id == seat.participant_id
    return Agreement.sealed_at.is_not(None) & select(Signature.id).where(*mine).exists()


def _scans_of(seat: Seat) -> ColumnElement[bool]:
    # A scan that proves no mark and no signature may contain words said to the previous mediator (workflow.md rule 5).
    rests = [
        select(one.id).where(one.case_id == seat.case.id, one.paper == StoredFile.id).exists()
        for one in (Mark, Signature)
    ]
    return or_(while_in(seat, StoredFile.at, *seat.workflow.who(Trait.LEADS)), *rests)
