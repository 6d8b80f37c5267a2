"""The evidence of one's own signature: for who signed alone, whatever others may read of the agreement."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from mediation.acts.letterheads import letterhead_in, logo_of
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level, sees
from mediation.documents.render import Sheet
from mediation.errors import NotFound
from mediation.reading.agreement import has_left
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Agreement, Participant, Signature, get

ITEM = "signature-evidence"


@view
class ShownLine:
    """The text that was read: its language, and the file that has it, by name and digest (SHA-256, hex)."""

    language: str
    file: str
    sha256: str


@view
class IntentLine:
    """The words on the page with which they signed, and their language."""

    language: str
    words: str


@view
class SignedPaperLine:
    """The scan of the paper: its digest (SHA-256, hex), and when it was stored (ISO 8601, UTC)."""

    scan_sha256: str
    scanned_at: str


@view
class InterpreterLine:
    """Into which language (ISO 639) it was interpreted, and by whom: somebody by name, or a service by its number."""

    language: str
    interpreter: str | None = None
    service: str | None = None
    service_number: str | None = None


@view
class EvidenceView:
    """What is kept of one's own signature. Of signatures given before all of it was kept, `kept` is false and the rest null.

    `at` is UTC, `local` the same with the offset of `zone`. `digest` (SHA-256, hex) is what was signed. `method` says how it
    is known who signed, `factor` which second factor was shown; `attested_by` is who recorded it for them.
    """

    kept: bool
    case: str
    version: int
    prevailing: str
    annex: bool
    signatory: str
    at: datetime
    local: str
    zone: str
    digest: str
    shown: ShownLine | None
    intent: IntentLine | None
    way: str
    method: str | None
    factor: str | None
    attested_by: str | None
    paper: SignedPaperLine | None
    interpreted: InterpreterLine | None


def read_evidence(db: Db, seat: Seat, version: int | None = None) -> EvidenceView:
    """The evidence of one's own signature on a version (default: the newest that one signed).

    Refuses with `not-yours-to-see` who signs nothing, with the code of why this sign-in does not open it, with
    `evidence-not-found` where one has not signed that version, and with `words-gone`.
    """
    row, agreement = _own_signature(db, seat, version)
    told = get(db, row, "evidence") or _of_old(db, row)
    parts = {"shown": ShownLine, "intent": IntentLine, "paper": SignedPaperLine, "interpreted": InterpreterLine}
    given: dict[str, Any] = {name: shape(**told[name]) if told[name] else None for name, shape in parts.items()}
    given |= {name: told[name] for name in ("signatory", "local", "zone", "method", "factor", "attested_by")}
    return EvidenceView(
        kept="format" in told,
        case=seat.case.number,
        version=agreement.version,
        prevailing=agreement.prevailing,
        annex=row.digest != agreement.digest,
        at=row.at,
        digest=row.digest,
        way=row.way,
        **given,
    )


def evidence_sheet(db: Db, seat: Seat, language: str, version: int | None = None) -> Sheet:
    """The same, to be typeset in a language. Refuses like `read_evidence`."""
    return sheet_of(db, seat, read_evidence(db, seat, version), seat.workflow.speaking(language))


def sheet_of(db: Db, seat: Seat, told: EvidenceView, language: str) -> Sheet:
    """Evidence that was read, to be typeset in a language; it bears no lines of the organisation's own."""
    head = letterhead_in(db, seat.case.id, language, with_lines=False)
    data = {**_plain(told), "letterhead": head}
    return Sheet("evidence", language, data, told.at, db.zone, logo=logo_of(db, seat.case.id))


def as_file(told: EvidenceView) -> bytes:
    """Evidence that was read, for programs: JSON with the names of `EvidenceView`."""
    return json.dumps(_plain(told), ensure_ascii=False, indent=2).encode("utf-8", "surrogatepass") + b"\n"


def _plain(told: EvidenceView) -> dict[str, Any]:
    return asdict(told) | {"at": told.at.isoformat()}


def own_signatures(db: Db, seat: Seat) -> list[int]:
    """The versions of which this seat reads the evidence of its own signature, in their order; none where it is closed."""
    if sees(seat.roles, ITEM) == Level.NOTHING:
        return []
    return list(db.scalars(_mine(seat, select(Agreement.version)).order_by(Agreement.version)))


def _own_signature(db: Db, seat: Seat, version: int | None) -> tuple[Signature, Agreement]:
    level_of(seat, ITEM)
    whole: Any = select(Signature, Agreement)
    mine = _mine(seat, whole)
    if version is not None:
        mine = mine.where(Agreement.version == version)
    found = db.execute(mine.order_by(Agreement.version.desc()).limit(1)).first()
    if found is None:
        raise NotFound("evidence-not-found")
    return found[0], found[1]


def _mine(seat: Seat, rows: Select[Any]) -> Select[Any]:
    own = Signature.case_id == seat.case.id, Signature.participant_id == seat.participant_id
    signed = rows.join_from(Signature, Agreement, Agreement.id == Signature.agreement_id).where(*own)
    # To who left, what was sealed stays: an unsealed text was never made good.
    return signed.where(Agreement.sealed_at.is_not(None)) if has_left(seat) else signed


def _of_old(db: Db, row: Signature) -> Mapping[str, Any]:
    """What the row itself tells of a signature that was given before its evidence was kept."""
    name = get(db, db.get_one(Participant, row.participant_id), "name")
    local = {"local": row.at.astimezone(db.zone).isoformat(), "zone": str(db.zone)}
    unknown = ("shown", "intent", "method", "factor", "attested_by", "paper", "interpreted")
    return {"signatory": name, **local, **dict.fromkeys(unknown)}
