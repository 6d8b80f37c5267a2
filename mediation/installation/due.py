"""What is due by time alone: withdrawals, waiting orders, summaries, sign-in methods, hours, figures, old data."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import delete

from mediation.acts.hours import due_hours, forget_hours, tell_hours
from mediation.acts.inquiries import forget_unconfirmed
from mediation.acts.leaving import finish_withdrawal, overdue_withdrawals
from mediation.acts.orders import bring_into_force, due_orders
from mediation.acts.registers import due_registers, enter_hours
from mediation.acts.summaries import due_summaries, settle_by_default
from mediation.case.anchors import copy_overlooked
from mediation.case.drafts import forget_drafts
from mediation.case.seat import take_seat
from mediation.jobs import BackgroundJobs, code_of
from mediation.people import sign_in_methods
from mediation.people.referral_drafts import forget_left_alone
from mediation.people.sign_in import forget_what_is_over
from mediation.retention import run as retention
from mediation.statistics.publishing import publish_due
from mediation.store.database import Database, Db
from mediation.store.models import Case, IdempotencyKey, Mark, Participant
from mediation.workflow.declaration import Workflow

ANSWERS_KEPT = timedelta(hours=24)
INTERVAL = timedelta(minutes=5)  # of the background jobs

log = logging.getLogger(__name__)


def do_what_is_due(database: Database, workflows: Mapping[str, Workflow], *, whole: bool = True) -> int:
    """Do all that is due now, each in a transaction of its own; returns how many it did. Refuses like `Database.writing`.

    What fails is logged by its id and tried again the next time. Unless it is `whole`, orders from before there were terms
    are not looked for. Also deletes expired links, codes, sessions, stored
    answers and drafts that were left alone.
    """
    with database.reading() as db:
        withdrawals = [mark.id for mark in overdue_withdrawals(db)]
        orders = due_orders(db, workflows, whole=whole)
        # A clock that jumped would cut short the days in which a suspension can be stopped, and tell hours that go on.
        is_odd = retention.time_is_odd(db) is not None
        suspensions = [] if is_odd else sign_in_methods.due(db)
        hours = [] if is_odd else due_hours(db, workflows)
        summaries = [] if is_odd else due_summaries(db)
        registers = [] if is_odd else due_registers(db, workflows)
    finish = partial(_finish_overdue, workflows=workflows)
    finished, _ = retention.for_each(database, "withdrawal", withdrawals, finish)
    begin = partial(bring_into_force, workflows=workflows)
    begun, _ = retention.for_each(database, "order", orders, begin)
    retention.for_each(database, "hours of case", hours, partial(tell_hours, workflows=workflows))
    settled, _ = retention.for_each(database, "summary", summaries, partial(settle_by_default, workflows=workflows))
    retention.for_each(database, "register of case", registers, partial(enter_hours, workflows=workflows))
    removed, _ = retention.for_each(database, "suspension", suspensions, sign_in_methods.remove_suspended)
    with database.writing() as db:
        forget_what_is_over(db)
        forget_answers(db)
        forget_drafts(db)
        forget_left_alone(db)
        forget_unconfirmed(db)
        forget_hours(db)
    if not is_odd:
        _publish(database, workflows)
    return len(finished) + len(begun) + len(settled) + len(removed)


def _publish(database: Database, workflows: Mapping[str, Workflow]) -> None:
    try:
        publish_due(database, workflows)
    except Exception as error:  # it must not stop the others
        log.error("statistics wait: %s", code_of(error))


def _finish_overdue(db: Db, mark_id: str, *, workflows: Mapping[str, Workflow]) -> None:
    mark = db.get_one(Mark, mark_id)
    leaver, case = db.get_one(Participant, mark.participant_id), db.get_one(Case, mark.case_id)
    seat = take_seat(db, workflows, case.number, leaver.person_id, writing=True)
    db.refresh(mark)  # somebody may have ended it while we waited for the case
    if mark.ended_at is None:
        finish_withdrawal(db, seat, mark)


def forget_answers(db: Db) -> None:
    """Delete stored answers that can no longer be asked for again: they may contain words of a case."""
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.at < db.now() - ANSWERS_KEPT))


def _round(database: Database, workflows: Mapping[str, Workflow]) -> int:
    with database.reading() as db:
        whole = retention.walk_is_due(db)
    return do_what_is_due(database, workflows, whole=whole)


def due_jobs(database: Database, workflows: Mapping[str, Workflow]) -> BackgroundJobs:
    """The background jobs of what is due: `do_what_is_due`, retention, and heads of records that were not copied."""
    done = partial(_round, database, workflows)
    deleted = partial(retention.run_unless_time_is_odd, database)
    return BackgroundJobs("rounds", done, deleted, partial(copy_overlooked, database), interval=INTERVAL)
