"""Delivery: carries the letters that are due from the outbox to the post, at least once and never twice at a time."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from time import monotonic, sleep

from mediation.errors import Malformed, MediationError, Unavailable
from mediation.jobs import BackgroundJobs
from mediation.letters import outbox
from mediation.letters import texts as letters
from mediation.letters.outbox import Claimed
from mediation.letters.post import Deferred, Post
from mediation.settings import Settings
from mediation.store.database import Database, Db
from mediation.store.failures import OUTAGES

LEASE = timedelta(hours=1)  # longer than the post may take for one letter: post.Patience
PATIENCE = timedelta(minutes=1)  # with a database that went away while a letter was sent
_PAUSE = 0.5  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """How many letters a round delivered, how many failed and will be tried again, and how many it gave up.

    `more` may be due: the round ended at its limit.
    """

    count: int
    failed: int
    given_up: int
    more: bool = field(default=False, compare=False)


class _Went(StrEnum):
    THROUGH = "delivered"
    WRONG = "failed"
    UP = "given-up"
    BACK = "given-back"
    ELSEWHERE = "another's"


OpenEnd = Callable[[Db], _Went]  # writes what became of letters in hand; the same twice changes nothing


def deliver_due(
    database: Database,
    post: Post,
    settings: Settings,
    *,
    limit: int = 100,
    lease: timedelta = LEASE,
    open_ends: list[OpenEnd] | None = None,
    patience: timedelta = PATIENCE,
) -> Delivered:
    """Deliver the letters that are due, one after the other, until none is left, `limit` is reached or the post is down.

    Each is claimed and settled in short transactions of its own and sent outside any: whoever is killed in between
    leaves a lease behind, and after `lease` the letter goes again with the same Message-ID. What goes wrong with a
    letter is kept with the letter, as a code, and counted.

    When the database or the key store is away it refuses like `Database.writing`, and no letter loses an attempt. What
    could not be settled within `patience` stays in `open_ends`, which the next round begins with: nothing goes twice.
    """
    ends = [] if open_ends is None else open_ends
    went: Counter[_Went] = Counter()
    due, post_works = True, True
    _tie_up(database, ends, patience, went)
    while due and post_works and went.total() < limit:
        try:
            claimed = _claim(database, ends, lease)
            due = claimed is not None
            if claimed is not None:
                post_works = _carry(database, post, settings, claimed, ends)
        finally:
            _tie_up(database, ends, patience, went)
    more = due and post_works and went.total() >= limit
    return Delivered(went[_Went.THROUGH], went[_Went.WRONG], went[_Went.UP], more)


def _claim(database: Database, ends: list[OpenEnd], lease: timedelta) -> Claimed | None:
    # A connection that breaks while it commits leaves open whether the letter is ours: what is, is given back.
    lease_id = database.new_id()
    ends.append(_giving_back(lease_id))
    with database.writing() as db:
        claimed = outbox.claim(db, limit=1, lease=lease, lease_id=lease_id)
    ends.pop()
    return claimed[0] if claimed else None


def _tie_up(database: Database, ends: list[OpenEnd], patience: timedelta, went: Counter[_Went]) -> None:
    until = monotonic() + patience.total_seconds()
    while ends:
        try:
            with database.writing() as db:
                came = ends[0](db)
        except Unavailable:
            if monotonic() >= until:
                raise
            sleep(_PAUSE)
        except MediationError:
            raise
        except Exception:  # a mistake of ours must not hold up all letters: this one is left to its lease
            del ends[0]
            raise
        else:
            went[came] += 1
            del ends[0]


def _carry(database: Database, post: Post, settings: Settings, claimed: Claimed, ends: list[OpenEnd]) -> bool:
    """Send a letter and leave in `ends` what became of it; whether the post works.

    Refuses like `Database.reading` when the database or the key store is away: the letter cannot help it.
    """
    try:
        with database.reading() as db:
            letter, now = letters.open_letter(db, claimed.letter_id), db.now()
        message = letters.message(letter, settings, dated=now)
    except Exception as error:
        if isinstance(error, Unavailable) and error.code in OUTAGES:
            ends.append(_giving_back(claimed.lease_id))
            raise
        ends.append(partial(_failed, claimed, _code(claimed, error), isinstance(error, Malformed)))
        return True  # one letter that cannot be written must not hold up those behind it
    try:
        post.send(claimed.letter_id, message)
    except Exception as error:
        if isinstance(error, Unavailable) and not isinstance(error, Deferred):
            ends.append(partial(_put_off, claimed, error.code))
            return False
        ends.append(partial(_failed, claimed, _code(claimed, error), isinstance(error, Malformed)))
        return True
    ends.append(partial(_delivered, claimed))
    return True


def _delivered(claimed: Claimed, db: Db) -> _Went:
    return _Went.THROUGH if outbox.mark_delivered(db, claimed) else _Went.ELSEWHERE


def _failed(claimed: Claimed, fault: str, for_good: bool, db: Db) -> _Went:
    return _told(claimed, fault, given_up=outbox.mark_failed(db, claimed, fault, for_good=for_good))


def _put_off(claimed: Claimed, fault: str, db: Db) -> _Went:
    return _told(claimed, fault, given_up=outbox.put_off(db, claimed, fault))


def _told(claimed: Claimed, fault: str, *, given_up: bool) -> _Went:
    log.warning("letter %s %s: %s", claimed.letter_id, "given up" if given_up else "failed", fault)
    return _Went.UP if given_up else _Went.WRONG


def _giving_back(lease_id: str) -> OpenEnd:
    def given_back(db: Db) -> _Went:
        outbox.give_back(db, lease_id)
        return _Went.BACK

    return given_back


def _code(claimed: Claimed, error: Exception) -> str:
    if isinstance(error, MediationError):
        return error.code
    # Neither the error's words nor its traceback: they may quote the letter.
    log.error("letter %s failed by a mistake of ours: %s", claimed.letter_id, type(error).__name__)
    return "letter-failed"


def delivery(
    database: Database, post: Post, settings: Settings, *, interval: timedelta = timedelta(seconds=5)
) -> BackgroundJobs:
    """The worker that delivers what is due, one letter after the other; it waits only when none is, or the post is down."""
    open_ends: list[OpenEnd] = []

    def one_more() -> bool:
        return deliver_due(database, post, settings, limit=1, open_ends=open_ends, patience=timedelta(0)).more

    return BackgroundJobs("delivery", one_more, interval=interval)
