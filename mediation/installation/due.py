"""Rounds: what falls due without anybody acting: a withdrawal that nobody took back in time, words whose time is over."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete

from mediation.acts.leaving import overdue_withdrawals, settle_withdrawal
from mediation.case.anchors import copy_overlooked
from mediation.case.seat import take_seat
from mediation.jobs import BackgroundJobs, code_of
from mediation.people.sign_in import forget_what_is_over
from mediation.people.ways_in import due, remove_suspended
from mediation.retention import run as retention
from mediation.store.database import Database, Db
from mediation.store.models import Case, IdempotencyKey, Mark, Participant
from mediation.workflow.declaration import Workflow

ANSWERS_KEPT = timedelta(hours=24)

log = logging.getLogger(__name__)


def settle_what_is_due(database: Database, workflows: Mapping[str, Workflow]) -> int:
    """Settle all that is due now, each in a transaction of its own; gives how much it was. Refuses like `Database.writing`.

    What cannot be settled now is logged by its id and waits. What is over of signing in (links, codes, sessions) is
    forgotten besides, and answers that nobody can ask for again.
    """
    with database.reading() as db:
        due = [mark.id for mark in overdue_withdrawals(db)]
    settled = 0
    for mark_id in due:
        try:
            with database.writing() as db:
                _settle(db, workflows, db.get_one(Mark, mark_id))
            settled += 1
        except Exception as error:  # one withdrawal must not keep the others
            log.error("withdrawal %s waits: %s", mark_id, code_of(error))
    settled += _remove_suspended(database)
    with database.writing() as db:
        forget_what_is_over(db)
        forget_answers(db)
    return settled


def _remove_suspended(database: Database) -> int:
    with database.reading() as db:
        # A clock that jumped would cut short the days in which a suspension can be stopped.
        over = [] if retention.time_is_odd(db) is not None else due(db)
    for suspension in over:
        try:
            with database.writing() as db:
                remove_suspended(db, suspension)
        except Exception as error:  # one person's must not keep the others'
            log.error("suspension %s waits: %s", suspension, code_of(error))
    return len(over)


def _settle(db: Db, workflows: Mapping[str, Workflow], mark: Mark) -> None:
    leaver, case = db.get_one(Participant, mark.participant_id), db.get_one(Case, mark.case_id)
    seat = take_seat(db, workflows, case.number, leaver.person_id, writing=True)
    db.refresh(mark)  # somebody may have settled it while we waited for the case
    if mark.ended_at is None:
        settle_withdrawal(db, seat, mark)


def forget_answers(db: Db) -> None:
    """Forget the answers that were kept long enough to be told again: they may hold words of a case that goes."""
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.at < db.now() - ANSWERS_KEPT))


def rounds(
    database: Database, workflows: Mapping[str, Workflow], *, interval: timedelta = timedelta(minutes=5)
) -> BackgroundJobs:
    """The worker that goes the rounds: what is due is settled, what is over forgotten, no head of a record overlooked."""

    def settled() -> bool:
        settle_what_is_due(database, workflows)
        return False

    def forgotten() -> bool:
        retention.run_unless_time_is_odd(database)
        return False

    def anchored() -> bool:
        copy_overlooked(database)
        return False

    return BackgroundJobs("rounds", settled, forgotten, anchored, interval=interval)
