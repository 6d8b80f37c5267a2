"""Delivery: carries the letters that are due from the outbox to the post, at least once and never twice at a time."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mediation import letters, outbox
from mediation.database import Database
from mediation.errors import MediationError, Unavailable
from mediation.outbox import Claimed
from mediation.post import Post
from mediation.settings import Settings
from mediation.workers import Worker

LEASE = timedelta(minutes=10)  # far longer than the post may take for one letter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """How many letters a round delivered, how many failed and will be tried again, and how many it gave up."""

    count: int
    failed: int
    given_up: int


class _Went(StrEnum):
    THROUGH = "delivered"
    WRONG = "failed"
    UP = "given-up"
    ELSEWHERE = "another's"


def deliver_due(
    database: Database, post: Post, settings: Settings, *, limit: int = 100, lease: timedelta = LEASE
) -> Delivered:
    """Deliver the letters that are due, one after the other, until none is left, `limit` is reached or the post is down.

    Each is claimed and settled in short transactions of its own and sent outside any: whoever is killed in between
    leaves a lease behind, and after `lease` the letter goes again with the same Message-ID. Refuses like
    `Database.writing`; what goes wrong with a letter is kept with the letter, as a code, and counted.
    """
    went: Counter[_Went] = Counter()
    post_works = True
    while post_works and went.total() < limit:
        with database.writing() as db:
            claimed = outbox.claim(db, limit=1, lease=lease)
        if not claimed:
            break
        fault, post_works = _send(database, post, settings, claimed[0])
        went[_settle(database, claimed[0], fault)] += 1
    return Delivered(went[_Went.THROUGH], went[_Went.WRONG], went[_Went.UP])


def _send(database: Database, post: Post, settings: Settings, claimed: Claimed) -> tuple[str | None, bool]:
    """The code of what went wrong, if anything did, and whether the post works."""
    try:
        with database.reading() as db:
            letter, now = letters.open_letter(db, claimed.letter_id), db.now()
        message = letters.message(letter, settings, dated=now)
    except Exception as error:  # one letter that cannot be written must not hold up those behind it
        return _code(claimed, error), True
    try:
        post.send(claimed.letter_id, message)
    except Unavailable as error:
        return error.code, False  # it would refuse the others too, and each would lose an attempt
    except Exception as error:
        return _code(claimed, error), True
    return None, True


def _code(claimed: Claimed, error: Exception) -> str:
    if isinstance(error, MediationError):
        return error.code
    # Neither the error's words nor its traceback: they may quote the letter.
    log.error("letter %s failed by a mistake of ours: %s", claimed.letter_id, type(error).__name__)
    return "letter-failed"


def _settle(database: Database, claimed: Claimed, fault: str | None) -> _Went:
    with database.writing() as db:
        if fault is None:
            return _Went.THROUGH if outbox.mark_delivered(db, claimed) else _Went.ELSEWHERE
        given_up = outbox.mark_failed(db, claimed, fault)
    log.warning("letter %s %s: %s", claimed.letter_id, "given up" if given_up else "failed", fault)
    return _Went.UP if given_up else _Went.WRONG


def delivery(
    database: Database, post: Post, settings: Settings, *, interval: timedelta = timedelta(seconds=5)
) -> Worker:
    """The worker that delivers what is due, one letter after the other."""
    return Worker("delivery", lambda: deliver_due(database, post, settings, limit=1).count > 0, interval=interval)
