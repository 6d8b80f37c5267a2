"""What a seat reads of the agreement: text, commitments, files and signature state, each as far as it is theirs; notices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mediation.acts.agreement_versions import draft_tag, newest_agreement
from mediation.acts.agreement_wording import commitments_of, texts_of
from mediation.acts.signing_day import TODAY_SUITS, signing_opens_on
from mediation.acts.stored_files import signed_and_sealed
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotFound
from mediation.reading.agreement_view import (
    AgreementLine,
    AgreementView,
    AgreementWords,
    SignatureLine,
    commitment,
    deleted,
    documents_of,
    signature_line,
)
from mediation.reading.annexes import own_reading, read_annex, read_annexes
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Agreement, Commitment, Mark, Notice, Signature
from mediation.workflow.declaration import Trait


@view
class NoticeLine:
    """What an audience was told, by language."""

    audience: str
    words: dict[str, str] | None
    deleted: IfSeen[bool] = ABSENT
    at: datetime


@own_reading(read_annexes)
def read_agreements(db: Db, seat: Seat, level: Level) -> list[AgreementLine]:
    """The versions of the agreement, one line each; to who left, those they signed."""
    rows = select(columns(Agreement, AgreementLine)).where(Agreement.case_id == seat.case.id)
    if level == Level.FULL:
        return [shown(db, AgreementLine, one) for one in db.scalars(rows.order_by(Agreement.version))]
    # To who left, what they signed stays as it was sealed: what replaced it was made after they left.
    signed = rows.where(signed_and_sealed(seat)).order_by(Agreement.version)
    return [shown(db, AgreementLine, one, state="sealed", sign_by=ABSENT) for one in db.scalars(signed)]


def read_notices(db: Db, seat: Seat, level: Level) -> list[NoticeLine]:
    """The notices given: all, or those to an audience that the reader is of."""
    rows = select(columns(Notice, NoticeLine)).where(Notice.case_id == seat.case.id)
    if level != Level.FULL:
        own = {role for role in seat.roles if sees(frozenset({role}), "notice") == Level.OWN}
        audiences = seat.workflow.contract.audiences
        rows = rows.where(Notice.audience.in_([one for one, role in audiences.items() if role in own]))
    return [shown(db, NoticeLine, one) for one in db.scalars(rows.order_by(Notice.at, Notice.audience))]


@own_reading(read_annex)
def read_agreement(db: Db, seat: Seat, version: int | None = None) -> AgreementView:
    """One version (default: the newest) as this seat may see it.

    Refuses with `agreement-not-found` where there is none, or none of it is theirs.
    """
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
        documents=documents_of(db, seat, agreement),
        sign_by=agreement.sign_by,
        **(_opening(db, seat, agreement) if not former else {}),
        sealed_at=agreement.sealed_at,
        **_signatures(db, seat, agreement),
        tag=draft_tag(agreement) if sees_full(seat.roles, "signature-state") else ABSENT,
        deleted=deleted(db, seat),
    )
    if not whole.deleted:
        note_reads(db, seat, "agreement", [(JOINT, agreement.id)])
    return whole


def sees_whether_all_signed(seat: Seat) -> bool:
    """Whether a seat may know that everybody has signed, or that somebody has not."""
    return sees(seat.roles, "signature-state") >= Level.SHARED


def has_left(seat: Seat) -> bool:
    """Whether the seat is that of somebody who was a party and is none any more."""
    return seat.is_any(Trait.LASTS) and not seat.is_any(Trait.CONSENTS)


def texts_in(db: Db, agreement: Agreement) -> dict[str, AgreementWords | None]:
    """The words of a version by language, None where they were deleted."""
    return {language: AgreementWords(**words) if words else None for language, words in texts_of(db, agreement).items()}


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


def lineages_before(db: Db, seat: Seat, newest: AgreementView) -> frozenset[str]:
    """The lineages that the next writing of the agreement can continue: those of versions before the draft."""
    least = newest.version - (newest.state == "draft")
    earlier = Commitment.case_id == seat.case.id, Agreement.version <= least
    rows = select(Commitment.lineage).join(Agreement, Agreement.id == Commitment.agreement_id).where(*earlier)
    return frozenset(db.scalars(rows.distinct()))


def _opening(db: Db, seat: Seat, agreement: Agreement) -> Mapping[str, Any]:
    """From when on it can be signed, where that is ahead; for who leads, and is not beside others, whom today suits."""
    opens = signing_opens_on(db, seat, agreement)
    if opens is None:
        return {}
    if sees(seat.roles, "signature-state") < Level.FULL or TODAY_SUITS in seat.closed:
        return {"signing_opens_on": opens}
    suits = select(Mark.participant_id).filter_by(kind=TODAY_SUITS, about=agreement.id, ended_at=None)
    return {"signing_opens_on": opens, "today_suits": list(db.scalars(suits.order_by(Mark.at, Mark.id)))}


def _signatures(db: Db, seat: Seat, agreement: Agreement) -> Mapping[str, Any]:
    rows = select(columns(Signature, SignatureLine)).where(Signature.agreement_id == agreement.id)
    lines = [signature_line(db, one) for one in db.scalars(rows.order_by(Signature.at))]
    level = sees(seat.roles, "signature-state")
    return {
        "own_signature": next((one for one in lines if one.participant == seat.participant_id), None),
        "digest": agreement.digest if level != Level.OWN else None,
        "signatures": lines if level == Level.FULL else ABSENT,
        "all_signed": agreement.state in {"sealed", "superseded"} if sees_whether_all_signed(seat) else ABSENT,
    }
