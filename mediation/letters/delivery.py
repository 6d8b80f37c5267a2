"""Delivery: sends the letters that are due from the outbox through the post, at least once and never twice at a time."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError

from mediation.errors import Malformed, MediationError, Unavailable
from mediation.jobs import BackgroundJobs
from mediation.letters import claims
from mediation.letters.claims import Claimed
from mediation.letters.post import Deferred, Post
from mediation.letters.texts import decrypt_letter, message
from mediation.letters.validity import shorten
from mediation.letters.wording import DecryptedLetter
from mediation.settings import Settings
from mediation.store.database import Database, Db
from mediation.store.failures import OUTAGES

LEASE = timedelta(hours=1)  # longer than the post may take for one letter: post.Timeouts
SAVING = timedelta(minutes=1)  # to try to save a result while the database is away
_PAUSE = 0.5  # seconds between tries to save a result

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


class _Result(Enum):
    DELIVERED = auto()
    FAILED = auto()
    GIVEN_UP = auto()
    RETURNED = auto()  # to the outbox, untried
    LOST = auto()  # the lease had run out, so another process has the letter


@dataclass(frozen=True)
class _InHand:
    """A letter that was claimed at the moment `at`, and its words, or the error for which they cannot be read."""

    claimed: Claimed
    at: datetime
    letters: Sequence[DecryptedLetter] = ()
    error: Exception | None = None


Save = Callable[[Db], _Result]  # writes the result for letters that were claimed; twice is once


def deliver_due(
    database: Database,
    post: Post,
    settings: Settings,
    *,
    limit: int = 100,
    lease: timedelta = LEASE,
    unsaved: list[Save] | None = None,
    saving: timedelta = SAVING,
) -> Delivered:
    """Deliver the letters that are due one by one, until none is left, `limit` is reached or the post is down.

    Each is claimed and decrypted in one short transaction, and its result saved in another; it is sent outside of any.
    If the process is killed in between, the letter is sent again after `lease`, with the same Message-ID. An error is
    saved with the letter, as a code, and counted. When nothing more is due the post pauses.

    When the database or the key store is away this refuses like `Database.writing`, and no letter loses an attempt. A
    result that cannot be saved within `saving` stays in `unsaved`, with which the next round begins: nothing is sent twice.
    """
    saves = [] if unsaved is None else unsaved
    results: Counter[_Result] = Counter()
    due, post_works, more = True, True, False
    try:
        _save(database, saves, saving, results)
        while due and post_works and results.total() < limit:
            try:
                claimed = _claim(database, saves, lease)
                due = claimed is not None
                if claimed is not None:
                    post_works = _send(post, settings, claimed, saves)
            finally:
                _save(database, saves, saving, results)
        more = due and post_works and results.total() >= limit
    finally:
        if not more:
            post.pause()
    return Delivered(results[_Result.DELIVERED], results[_Result.FAILED], results[_Result.GIVEN_UP], more)


def _claim(database: Database, saves: list[Save], lease: timedelta) -> _InHand | None:
    """Claim a letter and decrypt it. Refuses like `Database.writing` when the database or the key store is away."""
    # If the connection breaks during the commit we do not know whether the letter is ours, so we give it back.
    lease_id = database.new_id()
    saves.append(partial(_give_back, lease_id))
    with database.writing() as db:
        claimed = claims.claim(db, lease=lease, lease_id=lease_id)
        in_hand = _decrypted(db, claimed) if claimed is not None else None
    saves.pop()
    return in_hand


def _decrypted(db: Db, claimed: Claimed) -> _InHand:
    try:
        letters = [decrypt_letter(db, one).handed_over(db.now()) for one in claimed.letters]
    except Exception as error:
        if isinstance(error, DBAPIError) or (isinstance(error, Unavailable) and error.code in OUTAGES):
            raise  # which is not the letter's fault
        return _InHand(claimed, db.now(), error=error)
    return _InHand(claimed, db.now(), letters)


def _save(database: Database, saves: list[Save], saving: timedelta, results: Counter[_Result]) -> None:
    until = monotonic() + saving.total_seconds()
    while saves:
        try:
            with database.writing() as db:
                result = saves[0](db)
        except Unavailable:
            if monotonic() >= until:
                raise
            sleep(_PAUSE)
        except MediationError:
            raise
        except Exception:  # a bug must not stop all letters: this one waits until its lease runs out
            del saves[0]
            raise
        else:
            results[result] += 1
            del saves[0]


def _send(post: Post, settings: Settings, in_hand: _InHand, saves: list[Save]) -> bool:
    """Send a letter and append to `saves` the result; returns whether the post works."""
    claimed = in_hand.claimed
    try:
        if in_hand.error is not None:
            raise in_hand.error
        letter, *beside = in_hand.letters
        mail = message(letter, settings, dated=in_hand.at, beside=beside)
    except Exception as error:
        saves.append(_failure(claimed, error))
        return True  # the letters behind it can be sent
    try:
        post.send(claimed.letter_id, mail)
    except Exception as error:
        if isinstance(error, Unavailable) and not isinstance(error, Deferred):
            saves.append(partial(_fail, claims.put_off, claimed, error.code))
            return False
        saves.append(_failure(claimed, error))
        return True
    saves.append(partial(_deliver, claimed, letter.good_until))
    return True


def _failure(claimed: Claimed, error: Exception) -> Save:
    if isinstance(error, MediationError):
        mark = partial(claims.mark_failed, for_good=isinstance(error, Malformed))
        return partial(_fail, mark, claimed, error.code)
    # Neither the message of the error nor its traceback: they may quote the letter.
    log.error("letter %s failed by a mistake of ours: %s", claimed.letter_id, type(error).__name__)
    return partial(_fail, claims.mark_failed, claimed, "letter-failed")


def _deliver(claimed: Claimed, valid_until: datetime | None, db: Db) -> _Result:
    if not claims.mark_delivered(db, claimed):
        return _Result.LOST
    if valid_until is not None:
        shorten(db, claimed.letter_id, valid_until)
    return _Result.DELIVERED


def _fail(mark: Callable[[Db, Claimed, str], bool], claimed: Claimed, code: str, db: Db) -> _Result:
    given_up = mark(db, claimed, code)
    log.warning("letter %s %s: %s", claimed.letter_id, "given up" if given_up else "failed", code)
    return _Result.GIVEN_UP if given_up else _Result.FAILED


def _give_back(lease_id: str, db: Db) -> _Result:
    claims.give_back(db, lease_id)
    return _Result.RETURNED


def delivery(
    database: Database, post: Post, settings: Settings, *, interval: timedelta = timedelta(seconds=5)
) -> BackgroundJobs:
    """The background job that delivers what is due one by one, and pauses only when none is or the post is down."""
    unsaved: list[Save] = []

    def one_more() -> bool:
        return deliver_due(database, post, settings, limit=1, unsaved=unsaved, saving=timedelta(0)).more

    return BackgroundJobs("delivery", one_more, interval=interval)
