"""Printing: the letters that nobody can send, to be printed and handed over, and what waits too long."""

from datetime import datetime

from sqlalchemy import func, or_, select, union_all

from mediation.errors import NotFound
from mediation.letters.waiting import EXPIRING, GATHERED, HAS_ADDRESS, QUARTER, RETRIED, UNTRIED, is_waiting, may_go
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Participant


def to_print(db: Db, case_id: str) -> list[Letter]:
    """The letters of a case to print and hand over, oldest first: no e-mail address, or given up.

    On paper each is a letter of its own, which waits for no other.
    """
    for_print = or_(Participant.email.is_(None), Letter.gave_up_at.is_not(None))
    now = db.now()
    gathered = Letter.kind.in_(sorted(GATHERED)) & (Letter.created_at <= now) & (Letter.due_at <= now + QUARTER)
    waiting = (
        select(Letter)
        .join(Participant, Participant.id == Letter.participant_id)
        .where(Letter.case_id == case_id, or_(Letter.due_at <= now, gathered), *may_go(db), for_print)
        .order_by(Letter.due_at, Letter.id)
    )
    return list(db.scalars(waiting))


def overdue(db: Db) -> tuple[int, datetime | None]:
    """How many letters could have been sent by now and were not, and since when (UTC) the oldest of them is due."""
    waiting = select(Letter.due_at).outerjoin(Participant, Participant.id == Letter.participant_id)
    waiting = waiting.where(*is_waiting(db), Letter.gave_up_at.is_(None), HAS_ADDRESS)
    timely = EXPIRING & (Letter.good_until > db.now())
    each = union_all(*(waiting.where(queue) for queue in (timely, UNTRIED, RETRIED))).subquery()
    count, oldest = db.execute(select(func.count(), func.min(each.c.due_at))).one()
    return count, oldest


def given_up(db: Db) -> dict[str, int]:
    """How many letters were given up and wait to be printed, by the number of their case."""
    count = select(Case.number, func.count()).join(Letter, Letter.case_id == Case.id)
    count = count.join(Participant, Participant.id == Letter.participant_id)
    waiting = count.where(*is_waiting(db), Letter.gave_up_at.is_not(None)).group_by(Case.number)
    return dict(db.execute(waiting).all())


def find_letter(db: Db, case_id: str, letter_id: str) -> Letter:
    """A letter of the case, with its row locked. Refuses with `letter-not-found`, also if it was called off."""
    letter = db.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.case_id != case_id or letter.called_off_at is not None:
        raise NotFound("letter-not-found")
    return letter


def hand_over(db: Db, case_id: str, letter_id: str) -> bool:
    """Mark a letter of the case as printed, handed over and thereby delivered; False if it was before.

    Permission and the entry in the record are up to the act. Refuses like `find_letter`.
    """
    letter = find_letter(db, case_id, letter_id)
    if letter.printed_at is not None:
        return False
    letter.printed_at = db.now()
    letter.delivered_at = letter.delivered_at or db.now()
    db.flush()
    return True
