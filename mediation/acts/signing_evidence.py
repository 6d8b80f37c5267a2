"""The evidence of a signature, kept as it is given: what was signed and shown, what was meant, how and when.

It is its signatory's own (`reading.own_evidence`); what the others open says the day and the way only, so that nobody can be
seen to have hesitated. The record holds a keyed digest of it. Names are kept as they were at that moment.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import load_only

from mediation.case.seat import Seat
from mediation.people.second_factor import Proof, factor_shown
from mediation.store.database import Db
from mediation.store.models import Participant, Signature, StoredFile, get
from mediation.words.catalogue import say
from mediation.words.fields import one_of
from mediation.workflow.declaration import Way

FORMAT = 1
# How it is known who signed: by the session's address or code, where it was not recorded by a mediator.
_THROUGH = {"email": "work-address", "private_email": "own-address", "paper": "paper-code", "in-room": "in-room"}
BY_TOKEN, BY_TYPED_NAME, BY_PAPER = "token", "typed-name", "paper"
METHODS = (*_THROUGH.values(), BY_TOKEN, BY_TYPED_NAME, BY_PAPER)


def gather_evidence(
    db: Db,
    seat: Seat,
    row: Signature,
    signatory: Participant,
    proof: Proof,
    *,
    shown: str | None,
    worded_in: str | None,
) -> Mapping[str, Any]:
    """What is kept of the signature `row` of a `signatory`, before the proof is used up.

    `shown` is the language of the text that was read, `worded_in` the language of the page on which it was signed: None where
    we showed none. Refuses with `choice-unknown` a language that the text does not have.
    """
    own = row.recorded_by == row.participant_id
    method = _method(row, proof, own=own)
    on_our_page = method not in {BY_TOKEN, BY_PAPER} and worded_in is not None
    return {
        "format": FORMAT,
        "case": seat.case.number,
        "signatory": get(db, signatory, "name"),
        "at": row.at.isoformat(),
        "local": row.at.astimezone(db.zone).isoformat(),
        "zone": str(db.zone),
        "digest": row.digest,
        "shown": _shown(db, row, shown),
        "intent": _intent(seat.workflow.speaking(worded_in)) if on_our_page and worded_in is not None else None,
        "way": row.way,
        "method": method,
        "factor": factor_shown(db, seat.person_id, proof) if own else None,
        "attested_by": None if own else _name(db, row.recorded_by),
        "paper": _paper(db, row.paper) if row.paper else None,
        "interpreted": _interpreted(db, row),
    }


def _method(row: Signature, proof: Proof, *, own: bool) -> str:
    if not own:
        return BY_PAPER if row.way == Way.PAPER else BY_TYPED_NAME
    return BY_TOKEN if proof.session is None else _THROUGH[proof.session.through]


def _shown(db: Db, row: Signature, language: str | None) -> Mapping[str, Any] | None:
    """The file that has the text which was read: its name and digest."""
    if language is None:
        return None
    told = load_only(StoredFile.case_id, StoredFile.kind, StoredFile.owner, StoredFile.name, StoredFile.sha256)
    of_version = StoredFile.about == row.agreement_id, StoredFile.kind.in_(("agreement", "annex"))
    theirs = StoredFile.owner.is_(None) | (StoredFile.owner == row.participant_id)
    files = db.scalars(select(StoredFile).options(told, load_only(StoredFile.language)).where(*of_version, theirs))
    # Who has an annex signs that alone; all others the agreement.
    by_language = {one.language: one for one in sorted(files, key=lambda one: one.kind)}
    one_of(language, tuple(str(one) for one in by_language), "shown")
    file = by_language[language]
    return {"language": language, "file": file.name, "sha256": get(db, file, "sha256")}


def _intent(language: str) -> Mapping[str, str]:
    return {"language": language, "words": f"{say('before.sign', language)} [{say('act.sign', language)}]"}


def _paper(db: Db, scan_id: str) -> Mapping[str, str]:
    told = load_only(StoredFile.case_id, StoredFile.kind, StoredFile.owner, StoredFile.sha256, StoredFile.at)
    scan = db.scalars(select(StoredFile).options(told).where(StoredFile.id == scan_id)).one()
    return {"scan_sha256": get(db, scan, "sha256"), "scanned_at": scan.at.isoformat()}


def _interpreted(db: Db, row: Signature) -> Mapping[str, str] | None:
    told = get(db, row, "interpreted")
    if told is None:
        return None
    return {**told, **({"interpreter": _name(db, told["interpreter"])} if "interpreter" in told else {})}


def _name(db: Db, participant_id: str) -> str:
    return str(get(db, db.get_one(Participant, participant_id), "name"))
