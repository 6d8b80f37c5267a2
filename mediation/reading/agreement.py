"""What a seat reads of the agreement: text, commitments, files, signature state and check-ins, each as far as it is theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from mediation.acts.agreements import draft_tag, newest_agreement
from mediation.acts.annexes import Annex, annexes_of, lines_of, reads_annexes
from mediation.acts.papers import commitments_of, texts_of
from mediation.acts.stored_files import readable_by, signed_and_sealed
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import SCANS, Seat, while_holding
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotFound, NotPermitted
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.reading.differences import differences
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Breach,
    CheckIn,
    CheckInAnswer,
    Commitment,
    Document,
    Signature,
    remaining,
    words_of,
)
from mediation.workflow.declaration import Trait

Plain = dict[str, Any]


def read_agreement(db: Db, seat: Seat, version: int | None = None) -> Plain:
    """One version (default: the newest) as this seat may see it; an employer representative sees own lines only.

    Refuses with `agreement-not-found` where there is none, or none of it is theirs.
    """
    if reads_annexes(seat):
        return _read_annex(db, seat, version)
    former = _has_left(seat)
    if not former and not sees_full(seat.roles, "agreement"):
        raise NotFound("agreement-not-found")  # before anything is looked up
    agreement = _version(db, seat, version)
    if agreement is None:
        raise NotFound("agreement-not-found")
    documents = _documents(db, seat, agreement)
    whole: Plain = {
        "version": agreement.version,
        "state": "sealed" if former else agreement.state,  # what replaced it was made after they left
        "prevailing": agreement.prevailing,
        "texts": texts_of(db, agreement),
        "commitments": commitments_of(db, agreement),
        "disclosure_decided": agreement.disclosure_decided,
        "documents": documents,
        "sign_by": agreement.sign_by,
        "sealed_at": agreement.sealed_at,
        **_signatures(db, seat, agreement),
    }
    if sees_full(seat.roles, "signature-state"):
        whole["tag"] = draft_tag(agreement)
    if _words_are_gone(db, seat):
        return whole | {"deleted": True}
    note_reads(db, seat, "agreement", [(JOINT, agreement.id)])
    return whole


def _words_are_gone(db: Db, seat: Seat) -> bool:
    return db.keys.is_gone(KeyName(seat.case.id, DeletionClock.AGREEMENT))


def _read_annex(db: Db, seat: Seat, version: int | None) -> Plain:
    annex = _annex(annexes_of(db, seat), version)
    agreement = annex.agreement
    whole: Plain = {
        "version": agreement.version,
        "state": annex.state,
        "prevailing": agreement.prevailing,
        "commitments": [_own_line(one) for one in lines_of(db, agreement, seat.participant_id)],
        "documents": _documents(db, seat, agreement),
        # Whoever has signed is not told that others are given more time.
        "sign_by": None if annex.signature else agreement.sign_by,
        "own_signature": _signature(annex.signature) if annex.signature else None,
        "digest": annex.digest,
    }
    return whole | {"deleted": True} if _words_are_gone(db, seat) else whole


def _annex(known: Sequence[Annex], version: int | None) -> Annex:
    asked = [one for one in known if version in {None, one.agreement.version}]
    if not asked:
        raise NotFound("agreement-not-found")
    return asked[-1]


def _has_left(seat: Seat) -> bool:
    return seat.is_any(Trait.LASTS) and not seat.is_any(Trait.CONSENTS)


def read_changes(db: Db, seat: Seat, version: int | None = None) -> Plain:
    """What `version` (default: the newest) changes in the one before it that was sealed; own lines for a representative.

    `words` are the agreement's own words that differ, by language, as they were and as they are.
    Refuses with `agreement-not-found` where there is nothing to compare, or none of it is theirs, and with `words-gone`.
    """
    if reads_annexes(seat):
        return _read_own_changes(db, seat, version)
    newer = _version(db, seat, version) if sees_full(seat.roles, "agreement") else None
    older = _sealed_before(db, newer) if newer else None
    if newer is None or older is None:
        raise NotFound("agreement-not-found")
    if _words_are_gone(db, seat):
        raise NotFound("words-gone")
    clauses = [commitments_of(db, one) for one in (older, newer)]
    words = _changed_words(texts_of(db, older), texts_of(db, newer))
    lines = differences(*clauses)
    note_reads(db, seat, "agreement", [(JOINT, older.id), (JOINT, newer.id)])
    return {"version": newer.version, "earlier": older.version, "commitments": lines, "words": words}


def _read_own_changes(db: Db, seat: Seat, version: int | None) -> Plain:
    known = annexes_of(db, seat)
    newer = _annex(known, version).agreement
    bound = [one.agreement for one in known if one.state in {"sealed", "superseded"}]
    older = [one for one in bound if one.version < newer.version]
    if not older:
        raise NotFound("agreement-not-found")
    if _words_are_gone(db, seat):
        raise NotFound("words-gone")
    lines = differences(*(lines_of(db, one, seat.participant_id) for one in (older[-1], newer)))
    return {"version": newer.version, "earlier": older[-1].version, "commitments": lines, "words": {}}


def _sealed_before(db: Db, newer: Agreement) -> Agreement | None:
    sealed = Agreement.case_id == newer.case_id, Agreement.state.in_(["sealed", "superseded"])
    earlier = select(Agreement).where(*sealed, Agreement.version < newer.version)
    return db.scalar(earlier.order_by(Agreement.version.desc()).limit(1))


def _changed_words(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> Plain:
    return {
        language: {
            part: {"before": old[language].get(part), "now": words[part]}
            for part in words
            if old[language].get(part) != words[part]
        }
        for language, words in new.items()
        if language in old
    }


def _own_line(one: Mapping[str, Any]) -> Plain:
    return {name: value for name, value in one.items() if name not in {"owners", "lacks"}}


def _version(db: Db, seat: Seat, version: int | None) -> Agreement | None:
    if _has_left(seat):
        return _signed_version(db, seat, version)
    if version is None:
        return newest_agreement(db, seat)
    return db.scalar(select(Agreement).where(Agreement.case_id == seat.case.id, Agreement.version == version))


def _signed_version(db: Db, seat: Seat, version: int | None) -> Agreement | None:
    """Who left keeps what they signed while it was sealed, and sees no later version."""
    mine = select(Agreement).where(Agreement.case_id == seat.case.id, signed_and_sealed(seat))
    if version is not None:
        mine = mine.where(Agreement.version == version)
    return db.scalar(mine.order_by(Agreement.version.desc()).limit(1))


def _documents(db: Db, seat: Seat, agreement: Agreement) -> list[Plain]:
    theirs = Document.about == agreement.id, Document.kind.not_in(SCANS), readable_by(seat)
    rows = select(Document).where(*theirs).order_by(Document.name)
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "name": one.name,
            "language": one.language,
            **words_of(db, one, "sha256"),
            "own": one.owner == seat.participant_id,
        }
        for one in db.scalars(rows)
    ]


def _signatures(db: Db, seat: Seat, agreement: Agreement) -> Plain:
    rows = db.scalars(select(Signature).where(Signature.agreement_id == agreement.id).order_by(Signature.at)).all()
    level = sees(seat.roles, "signature-state")
    own = next((_signature(one) for one in rows if one.participant_id == seat.participant_id), None)
    plain: Plain = {"own_signature": own, "digest": agreement.digest if level != Level.OWN else None}
    if level == Level.FULL:
        plain["signatures"] = [_signature(one) for one in rows]
    if level in {Level.FULL, Level.SHARED}:
        plain["all_signed"] = agreement.state in {"sealed", "superseded"}
    return plain


def _signature(one: Signature) -> Plain:
    return {
        "participant": one.participant_id,
        "digest": one.digest,
        "way": one.way,
        "recorded_by": one.recorded_by,
        "at": one.at,
    }


def read_check_ins(db: Db, seat: Seat) -> Plain:
    """Check-ins, never merged, and what was not carried out: a party sees own ones and those told to the table.

    Refuses with `not-yours-to-see` those who see none of anybody.
    """
    if sees(seat.roles, "check-in") == Level.NOTHING:
        raise NotPermitted("not-yours-to-see")
    rows = db.execute(
        select(CheckIn, CheckInAnswer, Commitment.label, Commitment.lineage, Agreement.version)
        .join(Agreement, Agreement.id == CheckIn.agreement_id)
        .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
        .outerjoin(Commitment, Commitment.id == CheckInAnswer.commitment_id)
        .where(CheckIn.case_id == seat.case.id, CheckIn.replaced_by.is_(None), _check_ins_seen(seat))
        .order_by(CheckIn.at, CheckIn.id, Commitment.position)
    )
    annexes, found = reads_annexes(seat), dict[str, Plain]()
    for one, answer, label, lineage, version in rows:
        plain = found.setdefault(one.id, _check_in(db, one, version))
        if answer is not None:
            told, shown = _reported(db, answer), str(len(plain["reports"]) + 1) if annexes else label
            plain["reports"].append({"commitment": answer.commitment_id, "label": shown, "lineage": lineage, **told})
    note_reads(
        db, seat, "check-in", ((one["participant"], one["id"]) for one in found.values() if "deleted" not in one)
    )
    whole: Plain = {"check_ins": list(found.values())}
    if sees_full(seat.roles, "breach"):
        whole["breaches"] = _breaches(db, seat)
    return whole


def _check_ins_seen(seat: Seat) -> ColumnElement[bool]:
    level, mine = sees(seat.roles, "check-in"), CheckIn.participant_id == seat.participant_id
    if level == Level.FULL:
        # What was told to the mediator only does not reach one who came later (workflow.md rule 5).
        return mine | (CheckIn.audience == "table") | while_holding(seat, CheckIn.at, *seat.workflow.who(Trait.LEADS))
    if level == Level.SHARED:
        return mine | (
            (CheckIn.audience == "table") & while_holding(seat, CheckIn.at, *seat.workflow.who(Trait.CONSENTS))
        )
    return mine


def _check_in(db: Db, one: CheckIn, version: int) -> Plain:
    return {
        "id": one.id,
        "participant": one.participant_id,
        "version": version,
        "session": one.session_id,
        "audience": one.audience,
        "language": one.language,
        "way": one.way,
        "recorded_by": one.recorded_by,
        "at": one.at,
        **_reported(db, one),
        "reports": [],
    }


def _reported(db: Db, one: CheckIn | CheckInAnswer) -> Plain:
    told: Plain = remaining(db, one, "words") or {"words": None, "deleted": True}
    return told


def _breaches(db: Db, seat: Seat) -> list[Plain]:
    rows = select(Breach).where(Breach.case_id == seat.case.id).order_by(Breach.opened_at, Breach.id)
    return [
        {
            "id": one.id,
            "lineage": one.lineage,
            "state": one.state,
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
        }
        for one in db.scalars(rows)
    ]
