"""Annexes: what an employer representative knows of the agreement: own lines, the own annex, the own signature, no more.

Each of these is read by statements of its own that never touch the others' part, so that neither an answer nor the time
it takes tells what stands there (visibility.md, rows "agreement text" and "signature state").
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, select

from mediation.case.seat import Seat
from mediation.case.visibility import knows_phase
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Case,
    Commitment,
    CommitmentOwner,
    CommitmentText,
    Signature,
    StoredFile,
    remaining,
)
from mediation.workflow.declaration import Trait

_BOUND = ("sealed", "superseded")


@dataclass(frozen=True)
class Annex:
    """One version as a representative knows it. `digest` is what they sign (SHA-256, hex), None once it was deleted.

    `state` is sent, unsent (taken back, or dropped), sealed or superseded. It is sealed only once the follow-up has
    begun with it: between the last signature and that, who else has signed would show.
    """

    agreement: Agreement
    state: str
    digest: str | None
    signature: Signature | None


def reads_annexes(seat: Seat) -> bool:
    """Whether a seat's part in the agreement is an annex alone."""
    return seat.is_any(Trait.REPRESENTS) and not knows_phase(seat.roles)


def annexes_of(db: Db, seat: Seat) -> list[Annex]:
    """The annexes that were sent to this seat, by version, in one statement."""
    manifest = (
        StoredFile.about == Agreement.id,
        StoredFile.kind == "annex-manifest",
        StoredFile.owner == seat.participant_id,
    )
    mine = Signature.agreement_id == Agreement.id, Signature.participant_id == seat.participant_id
    rows = db.execute(
        select(Agreement, StoredFile, Signature, Case.in_use)
        .join(Case, Case.id == Agreement.case_id)
        .join(StoredFile, and_(*manifest))
        .outerjoin(Signature, and_(*mine))
        .where(Agreement.case_id == seat.case.id)
        .order_by(Agreement.version)
    )
    return [
        Annex(agreement, _state(agreement, in_use or 0), remaining(db, document, "sha256"), signature)
        for agreement, document, signature, in_use in rows
    ]


def _state(agreement: Agreement, in_use: int) -> str:
    if agreement.version > in_use:
        return "sent" if agreement.state in {"sent", *_BOUND} else "unsent"
    if agreement.state not in _BOUND:
        return "unsent"
    return "sealed" if agreement.version == in_use else "superseded"


def lines_of(db: Db, agreement: Agreement, participant_id: str) -> list[dict[str, Any]]:
    """The commitments that a participant made in `agreement`, like `agreement_wording.commitments_of`, in two statements.

    Their labels count own lines only: a number among all would tell how many there are.
    """
    mine = Commitment.agreement_id == agreement.id, CommitmentOwner.participant_id == participant_id
    rows = select(Commitment).join(CommitmentOwner, CommitmentOwner.commitment_id == Commitment.id).where(*mine)
    return own_labels([one | {"owners": [participant_id], "lacks": []} for one in read_lines(db, rows)])


def read_lines(db: Db, which: Select[Commitment]) -> list[dict[str, Any]]:
    """Commitments in their order, as they are read: what each says in itself, its words by language, and no owners yet."""
    rows = db.scalars(which.order_by(Commitment.position)).all()
    theirs = CommitmentText.commitment_id.in_([row.id for row in rows])
    texts: dict[str, dict[str, Any]] = {}
    for text in db.scalars(select(CommitmentText).where(theirs).order_by(CommitmentText.language)):
        texts.setdefault(text.commitment_id, {})[text.language] = remaining(db, text, "words")
    told = ("id", "lineage", "label", "starts_on", "due_on", "ended")
    return [
        {name: getattr(row, name) for name in told}
        | {"owners": [], "lacks": [part for part in row.lacks.split(",") if part], "texts": texts.get(row.id, {})}
        for row in rows
    ]


def own_labels(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same lines, those that bind first, labelled from 1."""
    ordered = sorted(lines, key=lambda one: one["ended"] is not None)
    return [{**one, "label": str(number)} for number, one in enumerate(ordered, 1)]


def agreement_in_use(db: Db, seat: Seat) -> Agreement | None:
    """The version that the follow-up has begun with, if it has: the one in force as far as a representative knows."""
    of_case = select(Agreement).join(Case, (Case.id == Agreement.case_id) & (Case.in_use == Agreement.version))
    return db.scalar(of_case.where(Agreement.case_id == seat.case.id))
