"""What who represents the employer does at the addresses that they share with the parties: own acts, by the code of the act.

The phase of the case, and whether others have signed, is not theirs to know. So each of these looks at their own annex or
their own lines before it is asked whether the act is open, and refuses by these alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mediation.acts.annexes import Annex, agreement_in_use, annexes_of, reads_annexes
from mediation.acts.reports import check_reports, lines_to_report
from mediation.case.seat import Seat
from mediation.errors import CaseChanged, NotYet
from mediation.store.database import Db
from mediation.store.models import Commitment, Signature

OwnAct = Callable[[Db, Seat, Mapping[str, Any]], object]


def done_already(db: Db, seat: Seat, code: str, given: Mapping[str, Any]) -> object:
    """The own act of a seat whose part is an annex alone, `given` the arguments of the act with this code.

    Gives what they have done already, which is then the answer, or None where the act goes on as for everybody, as it does
    for any other seat or act. Refuses as the own act does.
    """
    own = OWN_ACTS.get(code) if reads_annexes(seat) else None
    return None if own is None else own(db, seat, given)


def _sign(db: Db, seat: Seat, given: Mapping[str, Any]) -> Signature | None:
    annex, digest = _newest_annex(db, seat), given["digest"]
    if annex is not None and annex.signature is not None and annex.digest == digest:
        return annex.signature
    waiting = _unsigned(annex)
    if waiting.digest != digest:
        raise CaseChanged("text-changed", version=waiting.agreement.version)
    return None


def _answer_instead(db: Db, seat: Seat, _: Mapping[str, Any]) -> None:
    _unsigned(_newest_annex(db, seat))


def _report(db: Db, seat: Seat, given: Mapping[str, Any]) -> None:
    # As in their annex, own lines are counted: a label among all would tell how many there are.
    check_reports(
        given.get("reports") or {}, {one.id: str(number) for number, one in enumerate(_lines_in_use(db, seat), 1)}
    )


def _ask(db: Db, seat: Seat, _: Mapping[str, Any]) -> None:
    _lines_in_use(db, seat)


OWN_ACTS: Mapping[str, OwnAct] = {
    "sign": _sign,
    "take-time": _answer_instead,
    "ask-to-talk": _answer_instead,
    "decline-to-sign": _answer_instead,
    "check-in": _report,
    "ask-for-change": _ask,
    "ask-for-help": _ask,
}


def _newest_annex(db: Db, seat: Seat) -> Annex | None:
    known = annexes_of(db, seat)
    return known[-1] if known else None


def _unsigned(annex: Annex | None) -> Annex:
    if annex is None or annex.signature is not None or annex.state != "sent":
        raise NotYet("nothing-to-sign")
    return annex


def _lines_in_use(db: Db, seat: Seat) -> Sequence[Commitment]:
    agreement = agreement_in_use(db, seat)
    lines = lines_to_report(db, seat, agreement, seat.participant_id) if agreement else ()
    if not lines:
        raise NotYet("act-not-open")
    return lines
