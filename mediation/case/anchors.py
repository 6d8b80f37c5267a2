"""Anchors: the heads of all records are copied to the key store, and compared with what the content database holds."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Row, bindparam, select, update

from mediation.case import record
from mediation.case.record import Finding, Verdict
from mediation.jobs import BackgroundJobs
from mediation.keys import heads
from mediation.keys.heads import Head
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Database
from mediation.store.models import Case
from mediation.unhurried import unhurried
from mediation.workflow.facts import case_state

BATCH = 200  # heads copied in one go

log = logging.getLogger(__name__)

_End = tuple[str, str, int, str, str | None]  # of a record: its case, number, version, head, keyed digest
_ENDS = select(Case.id, Case.number, Case.version, Case.head, Case.head_mac)
_COPIED = CompiledStatement(
    update(Case.__table__)  # type: ignore[arg-type]
    .where(Case.id == bindparam("of_id"), Case.version == bindparam("of_version"))
    .values(anchor_due=False)
)


def start(database: Database) -> int:
    """Anchor, once, every record made before the key store had a table of heads; gives their number.

    From then on every record has an anchor. If interrupted, it continues at the next start.
    """
    engine = database.keyring.engine
    if heads.begun(engine):
        return 0
    anchored = sum(_anchor(database, case_id) for case_id in _without_anchor(database))
    heads.begin(engine, database.clock().isoformat())
    return anchored


def _without_anchor(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Case.id).where(Case.head_mac.is_(None)).order_by(Case.id)))


def _anchor(database: Database, case_id: str) -> bool:
    with database.writing() as db:
        case = db.scalar(select(Case).where(Case.id == case_id).with_for_update())
        if case is None or case.head_mac is not None:
            return False
        verdict, state = record.verify(db, case_id), case_state(case)
        if not verdict.holds:
            log.error("the record of case %s cannot be anchored: %s", case_id, verdict.why)
            return False
        if verdict.entries and not db.keys.is_gone(KeyName(case_id, DeletionClock.RECORD)):
            record.anchor(db, state)
    # Also a record whose key is destroyed: from now on it is known that it existed, and how it ended.
    at = database.clock().isoformat()
    heads.keep(
        database.keyring.engine,
        [Head(case_id, state.number, state.version, state.head, None, state.version, at, at)],
    )
    return True


def copy_heads(database: Database, *, limit: int = BATCH) -> bool:
    """Copy the heads of `limit` cases at most that have changed since they were last copied; whether more may wait.

    Only a head that an act made is copied: one whose keyed digest does not fit is left and logged. No change of a
    case during the copying is lost: the case is copied again. Refuses like `Database.writing`.
    """
    with database.reading() as db:
        due = db.execute(_ENDS.where(Case.anchor_due).order_by(Case.id).limit(limit)).all()
    if due:
        _copy(database, due)
    return len(due) == limit


def copy_overlooked(database: Database, *, hurry: bool = False) -> int:
    """Copy every head that is ahead of its copy although its case is not marked as due; gives their number.

    Without rests where somebody waits for it (`hurry`).

    An act always marks its case as due. Somebody who writes to the content database could remove that mark, and later
    cut the record back, unnoticed, to the entry that was copied last. Refuses like `copy_heads`.
    """
    copied = 0
    pages = _pages(database, ~Case.anchor_due)
    for rest in pages if hurry else unhurried(pages):
        known = heads.read(database.keyring.engine, [one.id for one in rest])
        ahead = [one for one in rest if one.id not in known or one.version > known[one.id].version]
        if ahead:
            _copy(database, ahead)
        copied += len(ahead)
    return copied


def _pages(database: Database, *which: ColumnElement[bool]) -> Iterator[Sequence[Row[*_End]]]:
    """The ends of the records of all cases, a batch at a time, in the order of their numbers."""
    after = ""
    while True:
        with database.reading() as db:
            page = db.execute(_ENDS.where(*which, Case.number > after).order_by(Case.number).limit(BATCH)).all()
        if not page:
            return
        yield page
        after = page[-1].number


def _copy(database: Database, due: Sequence[Row[*_End]]) -> None:
    engine, at = database.keyring.engine, database.clock().isoformat()
    true = []
    with database.reading() as db:
        for case_id, number, version, head, mac in due:
            if db.keys.is_gone(KeyName(case_id, DeletionClock.RECORD)):
                continue
            if record.head_fits(db, case_id, version, head, mac):
                true.append(Head(case_id, number, version, head, mac, 1, at, at))
            else:
                log.error("the record of case %s is not anchored: its head does not fit", case_id)
    heads.keep(engine, true)
    with database.writing() as db:
        _COPIED.run(db, [{"of_id": one.id, "of_version": one.version} for one in due])


def copy_all(database: Database) -> None:
    """Copy every head that is ahead of its copy, when the installation stops and nobody writes. Refuses like `copy_heads`."""
    while copy_heads(database):
        pass
    copy_overlooked(database, hurry=True)


def anchoring(database: Database, *, interval: timedelta = timedelta(minutes=1)) -> BackgroundJobs:
    """The background job that copies the heads: what was written since its last run has no anchor yet."""
    return BackgroundJobs("anchors", lambda: copy_heads(database), interval=interval)


@dataclass(frozen=True)
class Survey:
    """The result of verifying every case: the verdicts of those that are older or changed, and what is missing altogether.

    `cases` and `entries` are how many were verified; `lost` are heads of cases that the content does not have, `younger`
    those of them that came after all that it has, as with a restored backup. `unknown_keys` counts cases that only the
    keys know: a refused referral leaves such keys, too.
    """

    cases: int
    entries: int
    older: tuple[tuple[str, Verdict], ...]
    changed: tuple[tuple[str, Verdict], ...]
    lost: tuple[Head, ...]
    younger: tuple[Head, ...]
    unknown_keys: int

    @property
    def finding(self) -> Finding:
        """The worst finding of all cases."""
        if self.changed or self.lost:
            return Finding.CHANGED
        return Finding.OLDER if self.older or self.younger else Finding.HOLDS

    @property
    def behind(self) -> tuple[Head, ...]:
        """The anchors that are ahead of the content."""
        return (*(one.anchor for _, one in self.older if one.anchor), *self.younger)

    @property
    def entries_behind(self) -> int:
        """How many entries, of all cases that are older, the anchors know and the content lacks."""
        behind = sum(one.anchor.version - one.entries for _, one in self.older if one.anchor)
        return behind + sum(one.version for one in self.younger)


def verify_all(database: Database) -> Survey:
    """Verify every case, every head in the key store, and whose keys there are. Refuses like `Database.reading`.

    Only what is found is held in memory, and one batch of cases.
    """
    cases, entries, last = 0, 0, None
    found: dict[Finding, list[tuple[str, Verdict]]] = {one: [] for one in Finding}
    for number, said in _verdicts(database):
        cases, entries = cases + 1, entries + said.entries
        last = max((at for at in (last, said.last_at) if at is not None), default=None)
        if said.finding != Finding.HOLDS:
            found[said.finding].append((number, said))
    lost = list(_lost(database))
    # In a backup all that came after its last entry is missing, and nothing that came before.
    after = [one for one in lost if last is None or one.first_at >= last.isoformat()]
    return Survey(
        cases=cases,
        entries=entries,
        older=tuple(found[Finding.OLDER]),
        changed=tuple(found[Finding.CHANGED]),
        lost=tuple(one for one in lost if one not in after),
        younger=tuple(after),
        unknown_keys=_unknown_keys(database),
    )


def _verdicts(database: Database) -> Iterator[tuple[str, Verdict]]:
    for page in _pages(database):
        for one in page:
            with database.reading() as db:
                verdict = record.verify(db, one.id)
            yield one.number, verdict


def _lost(database: Database) -> Iterator[Head]:
    """The heads of cases that the content does not have."""
    for page in heads.pages(database.keyring.engine, BATCH):
        here = _here(database, [one.case_id for one in page])
        yield from (one for one in page if one.case_id not in here)


def _unknown_keys(database: Database) -> int:
    """How many cases have keys, and neither content nor a head."""
    count = 0
    for page in database.keyring.cases(BATCH):
        count += len({*page} - heads.read(database.keyring.engine, page).keys() - _here(database, page))
    return count


def _here(database: Database, case_ids: list[str]) -> set[str]:
    with database.reading() as db:
        return set(db.scalars(select(Case.id).where(Case.id.in_(case_ids))))


@dataclass(frozen=True)
class Accepted:
    """What was accepted: cases that are older than their anchor, cases that came later, and those that were refused."""

    older: int
    lost: int
    refused: tuple[str, ...]


def accept_restored(database: Database) -> Accepted:
    """Accept a restored backup: every record that is whole but older than its anchor is anchored again, as it is now.

    Heads of cases that are newer than the backup are forgotten. A record that was changed is not accepted, and neither is
    the loss of a case that existed when the backup was made: its number is in `refused`. Doing it twice changes nothing.
    Refuses like `Database.writing`.
    """
    survey = verify_all(database)
    engine, at = database.keyring.engine, database.clock().isoformat()
    for number, verdict in survey.older:
        with database.writing() as db:
            case = db.scalars(select(Case).where(Case.number == number).with_for_update()).one()
            state, mac = case_state(case), case.head_mac
            since = verdict.anchor.since if verdict.anchor else 1
            if mac is None and not db.keys.is_gone(KeyName(case.id, DeletionClock.RECORD)):
                record.anchor(db, state)
                mac, since = record.head_mac(db, case.id, state.version, state.head), state.version
        heads.keep(engine, [Head(state.id, number, state.version, state.head, mac, since, at, at)], back=True)
    if survey.younger:
        heads.delete_heads(engine, [one.case_id for one in survey.younger])
    refused = (*(number for number, _ in survey.changed), *(one.number for one in survey.lost))
    return Accepted(len(survey.older), len(survey.younger), refused)
