"""Retention: destroys the keys whose deletion clocks are due, certifies that, and previews what is due when."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import IntegrityError

from mediation.acts.hours import tell_hours
from mediation.acts.registers import enter_hours
from mediation.acts.unpublished import keep_case, keep_reports
from mediation.acts.wellbeing import QUESTION
from mediation.case import record
from mediation.case.access import with_trait
from mediation.jobs import code_of
from mediation.keys.keyring import KeyName
from mediation.letters import outbox
from mediation.retention.clocks import ClockState, cases_to_look_at, clocks_of, look, note_times
from mediation.retention.contents import AGREEMENT, CONTENT, PRIVATE, RECORD, UNDERTAKINGS, counted, empty
from mediation.retention.forgetting import forget_people, note_last_case
from mediation.store.database import Database, Db, plain_refusals
from mediation.store.models import (
    Base,
    Case,
    Certificate,
    Draft,
    HighWater,
    HoursTold,
    Letter,
    Mark,
    Order,
    Participant,
    RecordEntry,
    RoleHeld,
    Signature,
)
from mediation.unhurried import unhurried
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS
from mediation.workflow.facts import case_state

# What remains of a case at last: the line that its commissioner sees, and the proof that the rest was deleted.
_LEFT = {one.__tablename__ for one in (Certificate, Order, HoursTold)}
_ROUND = "round"  # the name of the high-water mark of time that each run leaves
_WALK = "walk"  # and of that of a run that walked through all there is

log = logging.getLogger(__name__)
Result = TypeVar("Result")


BATCH = 500  # cases that are compared at a time
AHEAD = timedelta(days=1)  # a clock that differs from the last run by more than this may be wrong
BETWEEN_WALKS = timedelta(days=1)


@dataclass(frozen=True)
class Ran:
    """What a run did: in how many cases it destroyed how many keys, and how many cases wait for the next run."""

    cases: int
    keys: int
    waiting: int


def run(database: Database, *, due: bool = True, whole: bool = True) -> Ran:
    """Destroy every key whose deletion clock is due, and certify it. Twice, also at the same time, is the same as once.

    First all keys are destroyed for good, then the certificates are written: after a crash in between, or on an old backup
    of the content, the next run writes the missing ones; on an old copy of the key store it destroys again what has a
    certificate. Then people who are due are deleted, and the epoch key is renewed where its time is over. Without `due`
    only what was destroyed before is destroyed again, as after a restore. Refuses like `Database.reading`; a case that
    fails is logged by its id and waits for the next run.

    Unless it is `whole`, it looks at what is due by its time alone, however many cases there ever were: keys and
    certificates are not compared, and nobody is deleted.
    """
    if due:
        with database.writing() as db:
            note_times(db)
    with database.reading() as db:
        cases = sorted({*(cases_to_look_at(db, db.now()) if due else ()), *(_uncertified(db) if whole else ())})
    destroyed, waiting = for_each(database, "retention of case", cases, partial(destroy, due=due))
    touched = [case_id for case_id, keys in destroyed if keys]
    # Once, and outside every transaction: PostgreSQL keeps old rows while an open one may still see them.
    with plain_refusals():
        forgotten = not touched or database.keyring.purge()
    if not forgotten:
        log.warning("destroyed keys may still lie in the files of the key store: %d cases wait", len(touched))
        touched, waiting = [], waiting + len(touched)
    certified, late = for_each(database, "retention of case", touched, certify)
    waiting += late
    with plain_refusals():
        database.keyring.renew_epoch(database.clock())
    if due and whole:
        forget_people(database)
        _mark(database, _WALK)
    if due:
        _mark(database, _ROUND)
    return Ran(sum(count > 0 for _, count in certified), sum(count for _, count in certified), waiting)


def run_unless_time_is_odd(database: Database) -> Ran | None:
    """The background job: like `run`, whole once a day; None, with a warning in the log, while the clock may be wrong.

    While the clock is more than a day ahead of the last run, or behind it, nothing is destroyed until it is right again or
    somebody confirms it by `mediation retention run`.
    """
    with database.reading() as db:
        odd, whole = time_is_odd(db), walk_is_due(db)
    if odd is not None:
        log.warning("the clock differs from the last round by %s: no key is destroyed before `retention run`", odd)
        return None
    return run(database, whole=whole)


def walk_is_due(db: Db) -> bool:
    """Whether it is time again to walk through all there is, for what nothing tells of."""
    last = db.scalar(select(HighWater.at).where(HighWater.name == _WALK))
    return last is None or abs(db.now() - last) >= BETWEEN_WALKS


def time_is_odd(db: Db) -> timedelta | None:
    """By how much the clock differs from the last run (before the first: from the newest record entry), if by over a day.

    None where it does not, or nothing was written yet. Negative where the clock is behind.
    """
    last = last_run(db) or db.scalar(select(func.max(RecordEntry.at)))
    ahead = db.now() - last if last is not None else timedelta(0)
    return ahead if abs(ahead) > AHEAD else None


def last_run(db: Db) -> datetime | None:
    """When the last run went through (UTC), or None before the first."""
    return db.scalar(select(HighWater.at).where(HighWater.name == _ROUND))


def _mark(database: Database, name: str) -> None:
    # Another process may write the first mark at the same time.
    with suppress(IntegrityError), database.writing() as db:
        db.merge(HighWater(name=name, at=db.now()))


def for_each(
    database: Database, what: str, ids: Iterable[str], work: Callable[[Db, str], Result]
) -> tuple[list[tuple[str, Result]], int]:
    """Do `work` for each id in a transaction of its own: the results by id, and how many failed and are logged as `what`.

    Without haste: people who are at work go first.
    """
    done, failed = [], 0
    for one in unhurried(ids):
        try:
            with database.writing() as db:
                done.append((one, work(db, one)))
        except Exception as error:  # one must not stop the others
            log.error("%s %s waits: %s", what, one, code_of(error))
            failed += 1
    return done, failed


def _uncertified(db: Db) -> set[str]:
    """The cases whose destroyed keys and certificates differ in number; a batch of cases at a time is held in memory."""
    keyring, found = db.keys.keyring, set[str]()
    for page in keyring.cases(BATCH, destroyed=True):
        destroyed, certified = keyring.destroyed_by_case(page), _certificates(db, page)
        found |= {one for one in page if destroyed.get(one) != certified.get(one)}
    after = ""
    while page := _certified_cases(db, after):
        found |= {*page} - keyring.destroyed_by_case(page).keys()
        after = page[-1]
    return found


def _certificates(db: Db, case_ids: list[str]) -> dict[str, int]:
    count = select(Certificate.case_id, func.count()).where(Certificate.case_id.in_(case_ids))
    return dict(db.execute(count.group_by(Certificate.case_id)).all())


def _certified_cases(db: Db, after: str) -> list[str]:
    page = select(Certificate.case_id).where(Certificate.case_id > after).distinct()
    return list(db.scalars(page.order_by(Certificate.case_id).limit(BATCH)))


def destroy(db: Db, case_id: str, *, due: bool = True) -> int:
    """Destroy the keys of one case that are due; returns how many keys that are destroyed have no certificate yet.

    Those of drafts are counted as they are destroyed and never get one: it would tell others of them. Part of a writing
    transaction, during which nobody can place a hold.
    """
    case = _locked(db, case_id)
    if case is None:  # the key store knows the case, but this content is a backup from before it
        return 0
    now, looked = db.now(), look(db, case_id)
    certified = _certified(db, Certificate.case_id == case_id)
    going = [one for one in looked.clocks if one.gone is not None or one.name in certified or (due and one.is_due(now))]
    if any(one.gone is None and one.name.clock == AGREEMENT for one in going):
        keep_reports(db, WORKFLOWS, case)
    if any(one.gone is None for one in going):
        db.keys.keyring.destroy([one.name for one in going], now.isoformat())
    drafts = looked.drafts if due else ()
    if drafts:
        db.execute(delete(Draft).where(Draft.participant_id.in_([one.owner for one in drafts])))
        db.keys.keyring.destroy(drafts, now.isoformat())
    count = sum(one.gone is None or one.name not in certified for one in going) + len(drafts)
    if due and not count:  # else when it is certified
        case.deletion_due = looked.again
    return count


def certify(db: Db, case_id: str) -> int:
    """Write the certificates of one case's destroyed keys, and delete rows that remain; returns how many keys these were.

    Part of a writing transaction.
    """
    case = _locked(db, case_id)
    if case is None:
        return 0
    certified, looked = _certified(db, Certificate.case_id == case_id), look(db, case_id)
    gone = {one.name: one.gone for one in looked.clocks if one.gone is not None and one.name not in certified}
    case.deletion_due = looked.again
    for name, at in gone.items():
        certificate = Certificate(id=db.new_id(), case_id=case_id, clock=name.clock, owner=name.owner)
        certificate.what, certificate.at = counted(db, name), at
        db.add(certificate)
    db.flush()
    for name in gone:
        empty(db, name)
    if gone:
        _call_off_questions(db, case, gone)
        _delete_rest(db, case, {name.clock for name in gone})
    return len(gone)


def _locked(db: Db, case_id: str) -> Case | None:
    return db.scalar(select(Case).where(Case.id == case_id).with_for_update())


def _certified(db: Db, *which: ColumnElement[bool]) -> set[tuple[str, str, str]]:
    rows = db.execute(select(Certificate.case_id, Certificate.clock, Certificate.owner).where(*which))
    return {(case_id, clock, owner) for case_id, clock, owner in rows}


def _call_off_questions(db: Db, case: Case, gone: Iterable[KeyName]) -> None:
    # An answer could no longer be kept (`wellbeing.is_too_late`).
    owners = [name.owner for name in gone if name.clock == PRIVATE]
    whose = (
        Letter.case_id == case.id if any(name.clock == CONTENT for name in gone) else Letter.participant_id.in_(owners)
    )
    outbox.call_off(db, whose, Letter.kind == QUESTION)


def _delete_rest(db: Db, case: Case, clocks: Iterable[str]) -> None:
    if AGREEMENT in clocks:
        outbox.call_off(db, Letter.case_id == case.id)
        # These contain no encrypted words, so destroying the key does not delete them.
        db.execute(delete(Signature).where(Signature.case_id == case.id))
        db.execute(delete(Mark).where(*UNDERTAKINGS.of(case.id)))
    if not db.keys.is_gone(KeyName(case.id, RECORD)):
        record.append(db, case_state(case), "delete-words", actor="", about=sorted(clocks))
    if RECORD in clocks:
        note_last_case(db, case.id)
        enter_hours(db, case.id, workflows=WORKFLOWS)
        keep_case(db, WORKFLOWS, case)  # until it is counted
        tell_hours(db, case.id, workflows=WORKFLOWS)  # of the sessions, nothing but their hours is kept longer
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


def preview(db: Db, until: datetime) -> list[tuple[str, ClockState]]:
    """The clocks that are due by `until` unless something is written or held before, with the case number; earliest first."""
    looked = {case_id: clocks_of(db, case_id, until) for case_id in cases_to_look_at(db, until)}
    going = [one for clocks in looked.values() for one in clocks if one.is_due(until)]
    numbers = {case_id: db.scalar(select(Case.number).where(Case.id == case_id)) or "" for case_id in looked}
    told = [(numbers[one.name.case_id], one) for one in going]
    return sorted(told, key=lambda one: (one[1].due or until, one[0], one[1].name))
