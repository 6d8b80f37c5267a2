"""What a seat whose part in the agreement is an annex alone reads instead of what others read: own versions, own lines."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from mediation.acts.annexes import Annex, annexes_of, lines_of, reads_annexes
from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.errors import NotFound
from mediation.reading.agreement_view import (
    AgreementLine,
    AgreementView,
    commitment,
    deleted,
    documents_of,
    signature_line,
)
from mediation.reading.view import ABSENT
from mediation.store.database import Db
from mediation.store.models import Agreement

P = ParamSpec("P")
R = TypeVar("R")
Read = Callable[Concatenate[Db, Seat, P], R]


def own_reading(own: Read[P, R]) -> Callable[[Read[P, R]], Read[P, R]]:
    """Let who knows an annex alone read `own`, and all others what it stands on."""

    def declare(whole: Read[P, R]) -> Read[P, R]:
        @wraps(whole)
        def read(db: Db, seat: Seat, /, *given: P.args, **named: P.kwargs) -> R:
            return (own if reads_annexes(seat) else whole)(db, seat, *given, **named)

        return read

    return declare


def read_annexes(db: Db, seat: Seat, level: Level) -> list[AgreementLine]:
    """The versions whose annexes were sent to this seat, one line each."""
    return [
        AgreementLine(
            version=one.agreement.version,
            state=one.state,
            sign_by=None
            if one.signature
            else one.agreement.sign_by,  # who has signed is not told of more time for others
        )
        for one in annexes_of(db, seat)
    ]


def read_annex(db: Db, seat: Seat, version: int | None = None) -> AgreementView:
    """One annex (default: the newest): own lines, own files, own signature. Refuses with `agreement-not-found`."""
    annex = _find_annex(annexes_of(db, seat), version)
    agreement = annex.agreement
    return AgreementView(
        version=agreement.version,
        state=annex.state,
        prevailing=agreement.prevailing,
        commitments=[
            commitment(one, owners=ABSENT, lacks=ABSENT) for one in lines_of(db, agreement, seat.participant_id)
        ],
        documents=documents_of(db, seat, agreement),
        # Whoever has signed is not told that others are given more time.
        sign_by=None if annex.signature else agreement.sign_by,
        own_signature=signature_line(db, annex.signature) if annex.signature else None,
        digest=annex.digest,
        deleted=deleted(db, seat),
    )


def own_versions(db: Db, seat: Seat, version: int | None) -> tuple[Agreement, Agreement | None]:
    """The version of an annex (default: the newest), and the one before it that bound. Refuses with `agreement-not-found`."""
    known = annexes_of(db, seat)
    newer = _find_annex(known, version).agreement
    bound = [one.agreement for one in known if one.state in {"sealed", "superseded"}]
    return newer, next((one for one in reversed(bound) if one.version < newer.version), None)


def _find_annex(known: Sequence[Annex], version: int | None) -> Annex:
    asked = [one for one in known if version in {None, one.agreement.version}]
    if not asked:
        raise NotFound("agreement-not-found")
    return asked[-1]
