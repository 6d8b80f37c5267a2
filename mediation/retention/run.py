"""Retention: destroys the keys whose clocks have struck, certifies it, and tells beforehand what will go and when."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import IntegrityError

from mediation.case import record
from mediation.case.seat import with_trait
from mediation.keys.keyring import KeyName
from mediation.letters import outbox
from mediation.retention.clocks import Clock, cases_to_look_at, clocks_of
from mediation.retention.contents import AGREEMENT, RECORD, UNDERTAKINGS, counted
from mediation.retention.forgetting import forget_people, note_last_case
from mediation.store.database import Database, Db, plain_refusals
from mediation.store.models import (
    Base,
    Case,
    Certificate,
    HighWater,
    Letter,
    Mark,
    Meeting,
    Order,
    Participant,
    RecordEntry,
    RoleHeld,
    Signature,
)
from mediation.workers import code_of
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS
from mediation.workflow.facts import case_state

# What is left of a case at last: the line that its commissioner sees, and what proves that the rest was deleted.
_LEFT = {one.__tablename__ for one in (Certificate, Order, Meeting)}
_ROUND = "round"  # the mark of time that rounds leave

log = logging.getLogger(__name__)


AHEAD = timedelta(days=1)  # more than this ahead of the last round, or behind it, a clock may be wrong


@dataclass(frozen=True)
class Ran:
    """What a run did: in how many cases something went, how many keys, and how many cases have to wait for the next run."""

    cases: int
    keys: int
    waiting: int


def run(database: Database, *, due: bool = True) -> Ran:
    """Destroy every key whose clock has struck and certify it; one after another or at once, twice is once.

    All keys go first, for good, and each certificate is written after that: whoever is killed in between leaves keys
    destroyed that have no certificate, and the next run writes it. So does a run on an old backup of the content; and
    on an old copy of the key store it destroys again what there is a certificate for. Then people go who have no case
    any more, and the keys get a new epoch if theirs is over. Without `due` nothing goes but what was destroyed before: so
    after a restore, whatever the clock says. Refuses like `Database.reading`; a case that cannot be
    dealt with now is logged by its id and waits.
    """
    with database.reading() as db:
        cases = sorted({*(cases_to_look_at(db, db.now()) if due else ()), *_unlike(db)})
    destroyed, waiting = _each(database, cases, partial(destroy, due=due))
    touched = [case_id for case_id, keys in destroyed if keys]
    # Once for all, and outside every transaction: PostgreSQL keeps what one that is open may still see.
    with plain_refusals():
        forgotten = not touched or database.keyring.forget()
    if not forgotten:
        log.warning("destroyed keys may still lie in the files of the key store: %d cases wait", len(touched))
        touched, waiting = [], waiting + len(touched)
    settled, late = _each(database, touched, settle)
    waiting += late
    with plain_refusals():
        database.keyring.renew_epoch(database.clock())
    if due:
        forget_people(database)
        _mark(database)
    return Ran(sum(count > 0 for _, count in settled), sum(count for _, count in settled), waiting)


def run_unless_time_is_odd(database: Database) -> Ran | None:
    """What the background does: like `run`, but not while the clock may be wrong; None then, and the log says so.

    A clock that is more than a day ahead of the last round, or behind it, destroys nothing: it waits until it is right
    again, or until somebody says by `mediation retention run` that it is.
    """
    with database.reading() as db:
        odd = time_is_odd(db)
    if odd is not None:
        log.warning("the clock differs from the last round by %s: no key is destroyed before `retention run`", odd)
        return None
    return run(database)


def time_is_odd(db: Db) -> timedelta | None:
    """By how much the clock differs from the last round (or, before the first, from the newest record entry).

    None where that is a day at most, or nothing was written yet. Less than nothing: the clock is behind.
    """
    last = db.scalar(select(HighWater.at).where(HighWater.name == _ROUND))
    last = last or db.scalar(select(func.max(RecordEntry.at)))
    ahead = db.now() - last if last is not None else timedelta(0)
    return ahead if abs(ahead) > AHEAD else None


def _mark(database: Database) -> None:
    with suppress(IntegrityError), database.writing() as db:  # the first mark may be another process's
        mark = db.get(HighWater, _ROUND)
        if mark is None:
            db.add(HighWater(name=_ROUND, at=db.now()))
        else:
            mark.at = db.now()


def _each(
    database: Database, cases: Iterable[str], work: Callable[[Db, str], int]
) -> tuple[list[tuple[str, int]], int]:
    """What `work` gives for each case, in a transaction of its own, and for how many it failed."""
    done, failed = [], 0
    for case_id in cases:
        try:
            with database.writing() as db:
                done.append((case_id, work(db, case_id)))
        except Exception as error:  # one case must not keep the others
            log.error("retention of case %s waits: %s", case_id, code_of(error))
            failed += 1
    return done, failed


def _unlike(db: Db) -> set[str]:
    """The cases of which not as many keys are destroyed as there are certificates."""
    count = select(Certificate.case_id, func.count()).group_by(Certificate.case_id)
    certified = dict(db.execute(count).all())
    destroyed = db.keys.keyring.destroyed_by_case()
    return {one for one in certified.keys() | destroyed.keys() if certified.get(one) != destroyed.get(one)}


def destroy(db: Db, case_id: str, *, due: bool = True) -> int:
    """Destroy the keys of one case whose time has come; how many went now, or before and have no certificate yet.

    Part of a writing transaction, in which nobody can place a hold meanwhile.
    """
    if _locked(db, case_id) is None:  # the key store knows it, but this is a backup from before it
        return 0
    now = db.now()
    certified = _certified(db, Certificate.case_id == case_id)
    going = [
        one
        for one in clocks_of(db, case_id)
        if one.gone is not None or one.name in certified or (due and one.strikes(now))
    ]
    if any(one.gone is None for one in going):
        db.keys.keyring.destroy([one.name for one in going], now.isoformat())
    return sum(one.gone is None or one.name not in certified for one in going)


def settle(db: Db, case_id: str) -> int:
    """Certify what was destroyed in one case, and clear up after it; how many keys that was. Part of a writing transaction."""
    case = _locked(db, case_id)
    if case is None:
        return 0
    certified = _certified(db, Certificate.case_id == case_id)
    gone = {one.name: one.gone for one in clocks_of(db, case_id) if one.gone is not None and one.name not in certified}
    for name, at in gone.items():
        certificate = Certificate(id=db.new_id(), case_id=case_id, clock=name.clock, owner=name.owner)
        certificate.what, certificate.at = counted(db, name), at
        db.add(certificate)
    db.flush()
    if gone:
        _clear_up(db, case, {name.clock for name in gone})
    return len(gone)


def _locked(db: Db, case_id: str) -> Case | None:
    return db.scalar(select(Case).where(Case.id == case_id).with_for_update())


def _certified(db: Db, *which: ColumnElement[bool]) -> set[tuple[str, str, str]]:
    rows = db.execute(select(Certificate.case_id, Certificate.clock, Certificate.owner).where(*which))
    return {(case_id, clock, owner) for case_id, clock, owner in rows}


def _clear_up(db: Db, case: Case, clocks: Iterable[str]) -> None:
    if AGREEMENT in clocks:
        outbox.call_off(db, Letter.case_id == case.id)
        # There are no words in these that a key could take away.
        db.execute(delete(Signature).where(Signature.case_id == case.id))
        db.execute(delete(Mark).where(*UNDERTAKINGS.of(case.id)))
    if not db.keys.is_gone(KeyName(case.id, RECORD)):
        record.append(db, case_state(case), "delete-words", actor="", about=sorted(clocks))
    if RECORD in clocks:
        note_last_case(db, case.id)
        _remove_rows(db, case.id)


def _remove_rows(db: Db, case_id: str) -> None:
    # The record and the reads, and with them what was left of all that had gone before: who did what and when is as
    # personal as the words. The commissioner keeps the seat from which the status is seen.
    held = select(RoleHeld.participant_id).join(Case, Case.id == RoleHeld.case_id).where(Case.id == case_id)
    commissioners = db.scalars(held.where(with_trait(WORKFLOWS, Trait.ORDERS))).all()
    kept = {
        Participant.__tablename__: Participant.id.not_in(commissioners),
        RoleHeld.__tablename__: RoleHeld.participant_id.not_in(commissioners),
    }
    for table in reversed(Base.metadata.sorted_tables):
        if "case_id" in table.c and table.name not in _LEFT:
            others = [kept[table.name]] if table.name in kept else []
            db.execute(delete(table).where(table.c.case_id == case_id, *others))


def preview(db: Db, until: datetime) -> list[tuple[str, Clock]]:
    """What will go by `until` if nothing is written or held meanwhile: number of the case and clock, the earliest first."""
    numbers = {row.id: row.number for row in db.execute(select(Case.id, Case.number))}
    going = [
        (numbers[case_id], one)
        for case_id in cases_to_look_at(db, until)
        for one in clocks_of(db, case_id, until)
        if one.strikes(until)
    ]
    return sorted(going, key=lambda one: (one[1].due or until, one[0], one[1].name))
