"""Rounds: what falls due without anybody acting: a withdrawal that nobody took back in time, words whose time is over."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import delete

from mediation import retention
from mediation.acts.leaving import overdue_withdrawals, settle_withdrawal
from mediation.database import Database, Db
from mediation.errors import MediationError
from mediation.models import Case, IdempotencyKey, Mark, Participant
from mediation.seat import take_seat
from mediation.sign_in import forget_what_is_over
from mediation.workflow import Workflow

ANSWERS_KEPT = timedelta(hours=24)

log = logging.getLogger(__name__)


def settle_what_is_due(database: Database, workflows: Mapping[str, Workflow]) -> int:
    """Settle all that is due now, each in a transaction of its own; gives how much it was. Refuses like `Database.writing`.

    What is over of signing in (links, codes, sessions) is forgotten besides, and answers that nobody can ask for again.
    """
    with database.reading() as db:
        due = [mark.id for mark in overdue_withdrawals(db)]
    for mark_id in due:
        with database.writing() as db:
            mark = db.get_one(Mark, mark_id)
            leaver, case = db.get_one(Participant, mark.participant_id), db.get_one(Case, mark.case_id)
            seat = take_seat(db, workflows, case.number, leaver.person_id, writing=True)
            db.refresh(mark)  # somebody may have settled it while we waited for the case
            if mark.ended_at is None:
                settle_withdrawal(db, seat, mark)
    with database.writing() as db:
        forget_what_is_over(db)
        forget_answers(db)
    return len(due)


def forget_answers(db: Db) -> None:
    """Forget the answers that were kept long enough to be told again: they may hold words of a case that goes."""
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.at < db.now() - ANSWERS_KEPT))


class RoundsWorker:
    """A thread that goes its rounds for as long as the server runs. It survives every error."""

    def __init__(
        self, database: Database, workflows: Mapping[str, Workflow], *, interval: timedelta = timedelta(minutes=5)
    ) -> None:
        self.database, self.workflows, self.interval = database, workflows, interval
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="rounds", daemon=True)

    def start(self) -> None:
        """Begin the rounds."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the round in hand."""
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                settle_what_is_due(self.database, self.workflows)
                retention.run(self.database)
            except Exception as error:  # the database may be back at the next round
                log.error("rounds wait: %s", error.code if isinstance(error, MediationError) else type(error).__name__)
            self._stopping.wait(self.interval.total_seconds())
