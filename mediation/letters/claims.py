"""Claims: a process takes what is due to somebody for a while, sends it as one letter, and says what became of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, or_, select

from mediation.letters.outbox import update_letters
from mediation.letters.waiting import (
    EXPIRING,
    GATHERED,
    HAS_ADDRESS,
    QUARTER,
    RETRIED,
    TRIED,
    UNSENT,
    UNTRIED,
    is_concerned,
    is_out_of_session,
    is_quiet,
)
from mediation.store.database import Db
from mediation.store.models import Letter, Participant

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=12)
LONGEST_OUTAGE = timedelta(days=3)  # of the mail server: what waited longer is left for print
ATTEMPTS = 16  # spread over more than three days, so that a weekend without mail loses no letter


@dataclass(frozen=True)
class Claimed:
    """A letter that only the process with this lease may deliver; `attempts` were made before.

    `beside` are those that become one with it: they are to the same reader, and have the same lease.
    """

    letter_id: str
    lease_id: str
    attempts: int
    beside: tuple[str, ...] = ()

    @property
    def letters(self) -> tuple[str, ...]:
        """The ids of all letters that are sent as one."""
        return (self.letter_id, *self.beside)


def claim(db: Db, *, lease: timedelta, lease_id: str | None = None) -> Claimed | None:
    """Claim the next letter that can be sent now, if there is one; nobody else gets it for `lease`, whose id is `lease_id`.

    First those that expire (sign-in), then those never tried, then those that failed before. Letters to people without an
    e-mail address are left for print; what was planned before somebody left is called off, and what is about a time that
    has passed. Who is not to be written to now gets theirs later.
    Needs a writing transaction, which should be short.
    """
    now, lease_id = db.now(), lease_id or db.new_id()
    for queue in _queues(db):
        size = 1
        while found := db.execute(queue.limit(size)).all():
            # What is left for print stays so, also for who gets an address later, and nobody comes back to a seat they left: so
            # each of these is looked at only once.
            for_nobody = [one.id for one in found if not one.concerned]
            for_print = [one.id for one in found if one.concerned and not one.has_address]
            if for_nobody:
                update_letters(db, Letter.id.in_(for_nobody), called_off_at=now)
            if for_print:
                update_letters(db, Letter.id.in_(for_print), gave_up_at=now)
            for one in found:
                if one.concerned and one.has_address:
                    claimed = Claimed(one.id, lease_id, one.attempts, _beside(db, one.id) if one.gathers else ())
                    update_letters(db, Letter.id.in_(claimed.letters), lease_id=lease_id, lease_until=now + lease)
                    return claimed
            size = min(2 * size, _MOST_AT_ONCE)
    return None


_MOST_AT_ONCE = 500
# What goes at once goes alone.
_GATHERS = Letter.kind.in_(sorted(GATHERED)) & (Letter.due_at > Letter.created_at)


def _beside(db: Db, letter_id: str) -> tuple[str, ...]:
    """The letters to the same reader at the same case that become one with this; so none waits longer for them."""
    first = db.execute(
        select(Letter.case_id, Letter.participant_id, Letter.attempts).where(Letter.id == letter_id)
    ).one()
    waiting = (
        select(Letter.id)
        .join(Participant, Participant.id == Letter.participant_id)
        .where(Letter.case_id == first.case_id, Letter.participant_id == first.participant_id, Letter.id != letter_id)
        .where(*UNSENT, Letter.gave_up_at.is_(None), Letter.attempts == first.attempts, _free(db))
        .where(_GATHERS, Letter.due_at <= db.now() + QUARTER, is_concerned(db.now()))
        .order_by(Letter.due_at, Letter.id)
        .with_for_update(of=Letter, skip_locked=True)
    )
    return tuple(db.scalars(waiting))


def _free(db: Db) -> ColumnElement[bool]:
    return or_(Letter.lease_until.is_(None), Letter.lease_until <= db.now())


def _queues(db: Db) -> Iterator[Select[str, int, bool, bool, bool]]:
    now, concerned = db.now(), is_concerned(db.now()).label("concerned")
    waiting = (
        select(Letter.id, Letter.attempts, HAS_ADDRESS.label("has_address"), concerned, _GATHERS.label("gathers"))
        .outerjoin(Participant, Participant.id == Letter.participant_id)
        .where(*UNSENT, Letter.gave_up_at.is_(None), Letter.due_at <= now, ~is_quiet(db), is_out_of_session(now))
        .with_for_update(of=Letter, skip_locked=True)
    )
    free = _free(db)
    yield waiting.where(EXPIRING, Letter.good_until > now, free).order_by(TRIED, Letter.good_until, Letter.id)
    yield waiting.where(UNTRIED, free).order_by(Letter.due_at, Letter.id)
    yield waiting.where(RETRIED, Letter.lease_until <= now).order_by(Letter.lease_until, Letter.id)


def mark_delivered(db: Db, claimed: Claimed) -> bool:
    """Mark a claimed letter as delivered; False when its lease has run out and another process has claimed it."""
    return _release(db, claimed, delivered_at=db.now(), lease_until=None, error=None)


def mark_failed(db: Db, claimed: Claimed, error: str, *, for_good: bool = False) -> bool:
    """Save an error code with a letter that could not be sent; returns whether it is given up.

    It is given up after the last attempt, or at once if it failed `for_good`; else it is tried again at `lease_until`.
    `due_at` stays what the act said.
    """
    tried = claimed.attempts + 1
    if tried < ATTEMPTS and not for_good:
        _release(db, claimed, lease_until=db.now() + backoff(tried), error=error)
        return False
    return _release(db, claimed, lease_until=None, error=error, gave_up_at=db.now())


def put_off(db: Db, claimed: Claimed, error: str) -> bool:
    """Try a letter again later because the post is down, without counting an attempt; returns whether it is given up.

    It is given up, and left for print, when it was put off before and has been due for `LONGEST_OUTAGE`.
    """
    waited = Letter.due_at <= db.now() - LONGEST_OUTAGE, Letter.error.is_not(None)
    if _release(db, claimed, *waited, lease_until=None, error=error, gave_up_at=db.now()):
        return True
    _release(db, claimed, attempts=claimed.attempts, lease_until=db.now() + backoff(1), error=error)
    return False


def give_back(db: Db, lease_id: str) -> None:
    """Release the letters that were claimed under a lease, without counting an attempt."""
    ours = Letter.lease_id == lease_id, *UNSENT, Letter.gave_up_at.is_(None)
    update_letters(db, *ours, lease_id=None, lease_until=db.now())


def backoff(attempts: int) -> timedelta:
    """The time until the next attempt: twice as long after each, up to a limit, and up to a quarter longer at random.

    Without the random part letters that failed together would all be tried again together.
    """
    time: timedelta = min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF)
    return time * random.uniform(1, 1.25)


def _release(
    db: Db, claimed: Claimed, *which: ColumnElement[bool], attempts: int | None = None, **values: object
) -> bool:
    # Only under its own lease: a process that was slow must not undo what another did meanwhile.
    ours = Letter.id.in_(claimed.letters), Letter.lease_id == claimed.lease_id, Letter.delivered_at.is_(None)
    made = claimed.attempts + 1 if attempts is None else attempts
    return update_letters(db, *ours, *which, lease_id=None, attempts=made, **values) > 0
