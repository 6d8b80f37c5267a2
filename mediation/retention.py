"""Retention: destroys the keys whose clocks have struck, certifies it, and tells beforehand what will go and when."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from mediation import outbox, record
from mediation.belongings import AGREEMENT, RECORD, UNDERTAKINGS, counted
from mediation.clocks import Clock, cases_to_look_at, clocks_of
from mediation.database import Database, Db
from mediation.facts import case_state
from mediation.keyring import KeyName
from mediation.models import Base, Case, Certificate, Letter, Mark, Meeting, Order, Participant, RoleHeld, Signature
from mediation.workers import code_of
from mediation.workflow import Role

# What is left of a case at last: the line that its commissioner sees, and what proves that the rest was deleted.
_LEFT = {one.__tablename__ for one in (Certificate, Order, Meeting)}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ran:
    """What a run did: in how many cases something went, how many keys, and how many cases have to wait for the next run."""

    cases: int
    keys: int
    waiting: int


def run(database: Database) -> Ran:
    """Destroy every key whose clock has struck, case by case, and certify it; one after another or at once, twice is once.

    The key goes first, for good, and the certificate is written after it: whoever is killed in between leaves a key
    destroyed that has no certificate, and the next run writes it. So does a run on an old backup of the content; and
    on an old copy of the key store it destroys again what there is a certificate for. Refuses like `Database.reading`;
    a case that cannot be dealt with now is logged by its id and waits.
    """
    with database.reading() as db:
        cases = sorted({*cases_to_look_at(db, db.now()), *_unlike(db)})
    gone, waiting = [], 0
    for case_id in cases:
        try:
            with database.writing() as db:
                gone.append(settle(db, case_id))
        except Exception as error:  # one case must not keep the others
            log.error("retention of case %s waits: %s", case_id, code_of(error))
            waiting += 1
    return Ran(sum(count > 0 for count in gone), sum(gone), waiting)


def _unlike(db: Db) -> set[str]:
    """The cases of which not as many keys are destroyed as there are certificates."""
    count = select(Certificate.case_id, func.count()).group_by(Certificate.case_id)
    certified = dict(db.execute(count).all())
    destroyed = db.keys.keyring.destroyed_by_case()
    return {one for one in certified.keys() | destroyed.keys() if certified.get(one) != destroyed.get(one)}


def settle(db: Db, case_id: str) -> int:
    """Let everything go in one case whose time has come; how many keys that was. Part of a writing transaction."""
    case = db.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None:  # the key store knows it, but this is a backup from before it
        return 0
    now = db.now()
    certified = _certified(db, Certificate.case_id == case_id)
    going = [one for one in clocks_of(db, case_id) if one.gone is not None or one.name in certified or one.strikes(now)]
    names = [one.name for one in going if one.name not in certified]
    if names or any(one.gone is None for one in going):
        db.keys.keyring.destroy([one.name for one in going], now.isoformat())
        db.keys.forget(case_id)
    if not names:
        return 0
    gone = {one.name: one.gone for one in clocks_of(db, case_id)}
    for name in names:
        certificate = Certificate(id=db.new_id(), case_id=case_id, clock=name.clock, owner=name.owner)
        certificate.what, certificate.at = counted(db, name), gone[name] or now
        db.add(certificate)
    db.flush()
    _clear_up(db, case, {name.clock for name in names})
    return len(names)


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
        _remove_rows(db, case.id)


def _remove_rows(db: Db, case_id: str) -> None:
    # The record and the reads, and with them what was left of all that had gone before: who did what and when is as
    # personal as the words. The commissioner keeps the seat from which the status is seen.
    held = select(RoleHeld.participant_id).where(RoleHeld.case_id == case_id, RoleHeld.role == Role.COMMISSIONER)
    commissioners = db.scalars(held).all()
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
