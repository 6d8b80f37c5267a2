"""Codes on paper that open one's own copy of the sealed agreement, and nothing else: for whoever signs without an e-mail.

A code needs no account, no address and no employer. It lasts as long as the agreement is kept, opens it as often as it is typed,
and only the keyed digest of it is stored. Sixteen of 31 signs cannot be guessed.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_participant
from mediation.errors import NotSignedIn, NotYet
from mediation.keys.keyring import INSTALLATION
from mediation.letters import outbox
from mediation.people.drawn_codes import draw_code, plain_code
from mediation.people.links import WRONG
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.store.database import Db
from mediation.store.models import Case, CopyCode, Letter, Participant, Person, Signature

OPENINGS = RateLimit("copies", 20, timedelta(minutes=1))  # of one code
_GROUPS = 4  # of a code


@act("give-copy-code", permission="hand-over-copy")
def give_copy_code(case: Acting, participant_id: str) -> Letter:
    """Write a letter to print, with a code by which a signatory opens their own copy for good; it goes to no mailbox.

    An earlier code of theirs opens nothing any more. Refuses with `participant-not-found`, and with `nothing-signed-yet` who has
    signed nothing.
    """
    whose, _ = find_participant(case.db, case.seat, participant_id)
    signed = select(Signature.id).filter_by(case_id=case.id, participant_id=whose.id)
    if case.db.scalar(signed.limit(1)) is None:
        raise NotYet("nothing-signed-yet")
    _end(case, whose)
    code = draw_code(_GROUPS)
    row = case.write(CopyCode(participant_id=whose.id, digest=_digest(case.db, code)))
    case.record(whose.id)
    case.tell([whose.id], "copy-code", about=row.id, params={"code": code})
    outbox.leave_for_print(case.db, row.id)
    return case.db.scalars(select(Letter).where(Letter.about == row.id)).one()


@act("end-copy-code", permission="hand-over-copy")
def end_copy_code(case: Acting, participant_id: str) -> None:
    """Let the code of a signatory open nothing any more: it was lost, or somebody else has it. Twice changes nothing.

    Refuses with `participant-not-found`.
    """
    whose, _ = find_participant(case.db, case.seat, participant_id)
    if _end(case, whose):
        case.record(whose.id)


def _end(case: Acting, whose: Participant) -> bool:
    rows = case.rows(CopyCode, participant_id=whose.id, ended_at=None)
    for row in rows:
        row.ended_at = case.db.now()
    case.db.flush()
    return bool(rows)


class Holder(NamedTuple):
    """Whose a code is, and at which case."""

    case_number: str
    person_id: str


def holder_of_code(db: Db, code: str, *, client: str) -> Holder:
    """Whose code this is; it stays good.

    Refuses with `copy-code-unusable` alike a code that is wrong or was ended, and one of somebody whose sign-ins are closed;
    with `asked-too-often` a client that keeps sending such, and a code that is typed too often.
    """
    mine = CopyCode.digest == _digest(db, code), CopyCode.ended_at.is_(None), Person.sign_ins_closed_at.is_(None)
    found = db.execute(
        select(CopyCode.id, Case.number, Person.id)
        .join(Participant, Participant.id == CopyCode.participant_id)
        .join(Case, Case.id == CopyCode.case_id)
        .join(Person, Person.id == Participant.person_id)
        .where(*mine, Participant.left_at.is_(None))
    ).first()
    if found is None:
        count_or_refuse(db, WRONG, client)
        raise NotSignedIn("copy-code-unusable").keeping()
    count_or_refuse(db, OPENINGS, found[0])
    return Holder(found[1], found[2])


def _digest(db: Db, code: str) -> str:
    text = f"copy-code\n{plain_code(code)}"
    return db.keys.keyed_digest(INSTALLATION, text.encode("utf-8", "surrogatepass"))
