"""Delivery: carries the letters that are due from the outbox to the post, at least once and never twice at a time."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from threading import Event, Thread

from mediation import letters, outbox
from mediation.database import Database
from mediation.errors import MediationError, Unavailable
from mediation.outbox import Claimed
from mediation.post import Post
from mediation.settings import Settings

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


class DeliveryWorker:
    """A thread that delivers what is due, every `interval`, for as long as the server runs. It survives every error."""

    def __init__(
        self, database: Database, post: Post, settings: Settings, *, interval: timedelta = timedelta(seconds=5)
    ) -> None:
        self.database, self.post, self.settings, self.interval = database, post, settings, interval
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to deliver. Twice changes nothing."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = Thread(target=self._run, name="delivery", daemon=True)
            self._thread.start()

    def stop(self, within: timedelta = timedelta(seconds=10)) -> None:
        """Stop after the letter in hand; one that takes longer than `within` is left to its lease. Twice changes nothing."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(within.total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._one_delivered():
                self._stopping.wait(self.interval.total_seconds())

    def _one_delivered(self) -> bool:
        try:
            return deliver_due(self.database, self.post, self.settings, limit=1).count > 0
        except Exception as error:  # the database may be back at the next round
            log.error("delivery waits: %s", error.code if isinstance(error, MediationError) else type(error).__name__)
            return False
