"""What a seat reads of the agreement: text, commitments, files and signature state, each as far as it is theirs; notices."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from mediation.acts.agreement_wording import commitments_of, texts_of
from mediation.acts.agreements import NOTICE_AUDIENCES, draft_tag, newest_agreement
from mediation.acts.annexes import Annex, annexes_of, lines_of, reads_annexes
from mediation.acts.stored_files import readable_by, signed_and_sealed
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import SCANS, Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotFound
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Agreement, Notice, Signature, StoredFile
from mediation.workflow.declaration import Trait


@view
class AgreementLine:
    """A version of the agreement, and when it was sealed."""

    version: int
    state: str
    sealed_at: IfSeen[datetime | None] = ABSENT


@view
class NoticeLine:
    """What an audience was told, by language."""

    audience: str
    words: dict[str, str] | None
    deleted: IfSeen[bool] = ABSENT
    at: datetime


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
    """Who signed what (SHA-256, hex), when and in which way."""

    participant: str
    digest: str
    way: str
    recorded_by: str
    at: datetime


@view
class AgreementView:
    """The agreement as this reader may see it."""

    version: int
    state: str
    prevailing: str
    texts: IfSeen[dict[str, AgreementWords | None]] = ABSENT
    commitments: list[CommitmentLine]
    disclosure_decided: IfSeen[bool] = ABSENT
    documents: list[DocumentLine]
    sign_by: date | None
    sealed_at: IfSeen[datetime | None] = ABSENT
    own_signature: SignatureLine | None
    digest: str | None
    signatures: IfSeen[list[SignatureLine]] = ABSENT
    all_signed: IfSeen[bool] = ABSENT
    tag: IfSeen[str] = ABSENT
    deleted: IfSeen[bool] = ABSENT


def read_agreements(db: Db, seat: Seat, level: Level) -> list[AgreementLine]:
    """The versions of the agreement, one line each; to who left, those they signed."""
    if reads_annexes(seat):
        return [AgreementLine(version=one.agreement.version, state=one.state) for one in annexes_of(db, seat)]
    rows = select(columns(Agreement, AgreementLine)).where(Agreement.case_id == seat.case.id)
    if level == Level.FULL:
        return [shown(db, AgreementLine, one) for one in db.scalars(rows.order_by(Agreement.version))]
    # To who left, what they signed stays as it was sealed: what replaced it was made after they left.
    signed = rows.where(signed_and_sealed(seat)).order_by(Agreement.version)
    return [shown(db, AgreementLine, one, state="sealed") for one in db.scalars(signed)]


def read_notices(db: Db, seat: Seat, level: Level) -> list[NoticeLine]:
    """The notices given: all, or those to an audience that the reader is of."""
    rows = select(columns(Notice, NoticeLine)).where(Notice.case_id == seat.case.id)
    if level != Level.FULL:
        own = {role for role in seat.roles if sees(frozenset({role}), "notice") == Level.OWN}
        rows = rows.where(Notice.audience.in_([one for one, role in NOTICE_AUDIENCES.items() if role in own]))
    return [shown(db, NoticeLine, one) for one in db.scalars(rows.order_by(Notice.at, Notice.audience))]


def read_agreement(db: Db, seat: Seat, version: int | None = None) -> AgreementView:
    """One version (default: the newest) as this seat may see it; an employer representative sees own lines only.

    Refuses with `agreement-not-found` where there is none, or none of it is theirs.
    """
    if reads_annexes(seat):
        return _read_annex(db, seat, version)
    former = has_left(seat)
    if not former and not sees_full(seat.roles, "agreement"):
        raise NotFound("agreement-not-found")  # before anything is looked up
    agreement = find_version(db, seat, version)
    if agreement is None:
        raise NotFound("agreement-not-found")
    whole = AgreementView(
        version=agreement.version,
        state="sealed" if former else agreement.state,  # what replaced it was made after they left
        prevailing=agreement.prevailing,
        texts=texts_in(db, agreement),
        commitments=[commitment(one) for one in commitments_of(db, agreement)],
        disclosure_decided=agreement.disclosure_decided,
        documents=_documents(db, seat, agreement),
        sign_by=agreement.sign_by,
        sealed_at=agreement.sealed_at,
        **_signatures(db, seat, agreement),
        tag=draft_tag(agreement) if sees_full(seat.roles, "signature-state") else ABSENT,
        deleted=_deleted(db, seat),
    )
    if not whole.deleted:
        note_reads(db, seat, "agreement", [(JOINT, agreement.id)])
    return whole


def words_are_gone(db: Db, seat: Seat) -> bool:
    """Whether the words of the case's agreements were deleted."""
    return db.keys.is_gone(KeyName(seat.case.id, DeletionClock.AGREEMENT))


def _deleted(db: Db, seat: Seat) -> IfSeen[bool]:
    return words_are_gone(db, seat) or ABSENT


def _read_annex(db: Db, seat: Seat, version: int | None) -> AgreementView:
    annex = find_annex(annexes_of(db, seat), version)
    agreement = annex.agreement
    return AgreementView(
        version=agreement.version,
        state=annex.state,
        prevailing=agreement.prevailing,
        commitments=own_lines(db, seat, agreement),
        documents=_documents(db, seat, agreement),
        # Whoever has signed is not told that others are given more time.
        sign_by=None if annex.signature else agreement.sign_by,
        own_signature=shown(db, SignatureLine, annex.signature) if annex.signature else None,
        digest=annex.digest,
        deleted=_deleted(db, seat),
    )


def find_annex(known: Sequence[Annex], version: int | None) -> Annex:
    """One of the annexes (default: the newest). Refuses with `agreement-not-found`."""
    asked = [one for one in known if version in {None, one.agreement.version}]
    if not asked:
        raise NotFound("agreement-not-found")
    return asked[-1]


def has_left(seat: Seat) -> bool:
    """Whether the seat is that of somebody who was a party and is none any more."""
    return seat.is_any(Trait.LASTS) and not seat.is_any(Trait.CONSENTS)


def texts_in(db: Db, agreement: Agreement) -> dict[str, AgreementWords | None]:
    """The words of a version by language, None where they were deleted."""
    return {language: AgreementWords(**words) if words else None for language, words in texts_of(db, agreement).items()}


def commitment(told: Mapping[str, Any], **instead: Any) -> CommitmentLine:
    """A commitment as `agreement_wording.commitments_of` gives it, in the shape of an answer."""
    texts = {language: CommitmentWords(**words) if words else None for language, words in told["texts"].items()}
    return CommitmentLine(**{**told, "texts": texts, **instead})


def own_lines(db: Db, seat: Seat, agreement: Agreement) -> list[CommitmentLine]:
    """The commitments that the reader made, as an annex shows them."""
    return [commitment(one, owners=ABSENT, lacks=ABSENT) for one in lines_of(db, agreement, seat.participant_id)]


def find_version(db: Db, seat: Seat, version: int | None) -> Agreement | None:
    """A version of the agreement (default: the newest). Who left keeps what they signed while it was sealed, and no later one."""
    if version is None and not has_left(seat):
        return newest_agreement(db, seat)
    asked = select(Agreement).where(Agreement.case_id == seat.case.id)
    if has_left(seat):
        asked = asked.where(signed_and_sealed(seat))
    if version is not None:
        asked = asked.where(Agreement.version == version)
    return db.scalar(asked.order_by(Agreement.version.desc()).limit(1))


def _documents(db: Db, seat: Seat, agreement: Agreement) -> list[DocumentLine]:
    theirs = StoredFile.about == agreement.id, StoredFile.kind.not_in(SCANS), readable_by(seat)
    rows = select(columns(StoredFile, DocumentLine)).where(*theirs).order_by(StoredFile.name)
    return [shown(db, DocumentLine, one, own=one.owner == seat.participant_id) for one in db.scalars(rows)]


def _signatures(db: Db, seat: Seat, agreement: Agreement) -> Mapping[str, Any]:
    rows = select(columns(Signature, SignatureLine)).where(Signature.agreement_id == agreement.id)
    lines = [shown(db, SignatureLine, one) for one in db.scalars(rows.order_by(Signature.at))]
    level = sees(seat.roles, "signature-state")
    return {
        "own_signature": next((one for one in lines if one.participant == seat.participant_id), None),
        "digest": agreement.digest if level != Level.OWN else None,
        "signatures": lines if level == Level.FULL else ABSENT,
        "all_signed": agreement.state in {"sealed", "superseded"} if level >= Level.SHARED else ABSENT,
    }
