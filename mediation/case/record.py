"""The record of a case: a hash chain of entries, one for every act. Codes and digests only."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Row, bindparam, insert, select, update

from mediation.case import witness
from mediation.errors import CaseChanged
from mediation.keys import heads
from mediation.keys.heads import Head
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import Case, Certificate, RecordEntry
from mediation.workflow.declaration import Way
from mediation.workflow.facts import CaseState

_IN_STATE = {one.name for one in fields(CaseState)}
LOST = "the key store knows the case, the content does not"


def append(
    db: Db,
    case: CaseState,
    act: str,
    *,
    actor: str,
    way: Way = Way.OWN_DEVICE,
    about: Sequence[str] = (),
    words: Iterable[str] = (),
    changes: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Append an entry to the case's record and raise the case's version, with other `changes` to the case row.

    `about` are ids and codes; of `words` only a keyed digest is kept. What this transaction has written of the case since
    its last entry goes into the entry as digests (see `mediation.case.witness`): write the rows first, then append. Refuses
    with `case-changed` when somebody else appended since the case was read.
    """
    db.flush()
    digest = _digest_of(db, case.id, words)
    wrote = witness.take(db, case.id) | witness.case_changes(changes)
    entry: dict[str, object] = {
        "case_id": case.id,
        "position": case.version + 1,
        "at": db.now(),
        "actor": actor,
        "act": act,
        "way": str(way),
        "about": ",".join(about),
        "phase": str(changes.get("phase", case.phase)),
        "digest": digest,
        "previous": case.head,
        "wrote": json.dumps(wrote, sort_keys=True, separators=(",", ":")),
    }
    entry["hash"] = entry_hash(entry)
    _raise_version(db, case, str(entry["hash"]), changes)
    _ENTER.run(db, entry)


def _digest_of(db: Db, case_id: str, words: Iterable[str]) -> str:
    told = json.dumps(list(words), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return db.keys.keyed_digest(KeyName(case_id, DeletionClock.RECORD), told)


def _raise_version(db: Db, case: CaseState, head: str, changes: Mapping[str, object]) -> None:
    """Give the case its next version, whose entry has the hash `head`, in the row and in what the seat has of it."""
    version = case.version + 1
    anchor = {"head_mac": head_mac(db, case.id, version, head), "anchor_due": True}
    raised = {"version": version, "head": head, **anchor, **changes}
    won = _raise(tuple(raised)).run(db, {**raised, "case_id": case.id, "read": case.version})
    if won.rowcount != 1:
        raise CaseChanged("case-changed")
    case.version, case.head = version, head
    for name in changes.keys() & _IN_STATE:
        setattr(case, name, changes[name])


def anchor(db: Db, case: CaseState) -> None:
    """Append an entry with digests of the whole present state to a record that was made before there were anchors."""
    witness.note(db, case.id, witness.state_of(db, case.id))
    append(db, case, "anchor-record", actor="")


@cache
def _raise(columns: tuple[str, ...]) -> CompiledStatement:
    new: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in columns}
    as_read = Case.id == bindparam("case_id"), Case.version == bindparam("read")
    return CompiledStatement(update(Case.__table__).where(*as_read).values(new))  # type: ignore[arg-type]


_ENTER = CompiledStatement(insert(RecordEntry.__table__))  # type: ignore[arg-type]


def entry_hash(entry: dict[str, object]) -> str:
    """The SHA-256 (hex) of an entry's canonical JSON without its own hash; it contains the hash of the one before.

    Entries from before the column `wrote` keep the hash that they were given then.
    """
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in entry.items()
        if name != "hash" and not (name == "wrote" and value is None)
    }
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def head_mac(db: Db, case_id: str, version: int, head: str) -> str:
    """The digest of a head (hex), keyed with the record key of the case. Refuses with `words-gone`."""
    return db.keys.keyed_digest(KeyName(case_id, DeletionClock.RECORD), f"head|{case_id}|{version}|{head}".encode())


def head_fits(db: Db, case_id: str, version: int, head: str, mac: str | None) -> bool:
    """Whether a keyed digest is that of a head. Never makes a key; where the key was destroyed, the answer is no."""
    kept = KeyName(case_id, DeletionClock.RECORD), None
    if kept not in db.keys.keyring.destroyed(case_id).items():
        return False
    return mac is not None and compare_digest(mac.encode(), head_mac(db, case_id, version, head).encode())


class Finding(StrEnum):
    """The result of comparing a record with itself, with the state of its case, and with its anchor in the key store."""

    HOLDS = "holds"
    OLDER = "older"  # whole, but behind its anchor: what a restored backup is
    CHANGED = "changed"


@dataclass(frozen=True)
class Verdict:
    """Whether a record holds; if not, the position of the first entry that does not, and a code that says why.

    `row` is the part of the state that does not agree with the record, as `table.id` or `cases.column`. `anchor` is the head that
    the key store knows. `removed_at` is when the whole record was removed at the end of its time, with a certificate.
    `last_at` is the moment of the last entry.
    """

    entries: int
    head: str
    broken_at: int | None = None
    why: str | None = None
    removed_at: datetime | None = None
    finding: Finding = Finding.HOLDS
    row: str | None = None
    anchor: Head | None = None
    last_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether every entry is as it was made, none is missing, and the state agrees with them."""
        return self.finding == Finding.HOLDS


def verify(db: Db, case_id: str) -> Verdict:
    """Compare the record of a case with itself, with the state of its case, and with its anchor in the key store.

    It compares every hash, every position, the case's own head and its keyed digest; then each row that the record covers
    (`mediation.case.witness.WITNESSED`), and the certificates against the keys. Once the record's own key is destroyed, the
    chain and the anchor alone are left to compare. The record does not cover letters, reads and encrypted words.
    A value that no act could have written, such as an invalid time, counts as a change: it must not stop the check.
    """
    known = heads.read(db.keys.keyring.engine, [case_id]).get(case_id)
    try:
        return _compared(db, case_id, known)
    except (ValueError, TypeError, KeyError):
        return Verdict(0, "", 1, "unreadable", finding=Finding.CHANGED, anchor=known)


def _compared(db: Db, case_id: str, known: Head | None) -> Verdict:
    rows = db.execute(
        select(RecordEntry.__table__).where(RecordEntry.case_id == case_id).order_by(RecordEntry.position)
    ).all()
    destroyed = db.keys.keyring.destroyed(case_id)
    case: Any = db.execute(select(Case.id, Case.version, Case.head, Case.head_mac).where(Case.id == case_id)).one()
    if not rows and (removed_at := _removed_at(db, case_id, destroyed)):
        return Verdict(0, case.head, removed_at=removed_at, anchor=known)
    fault = _of_itself(rows, case) or _of_its_anchor(db, rows, case, known, destroyed)
    fault = fault or _of_the_state(db, case_id, rows, destroyed)
    if fault is not None:
        good = rows[: fault.position - 1]
        head = good[-1].hash if good else ""
        return Verdict(len(rows), head, fault.position, fault.why, finding=Finding.CHANGED, row=fault.row, anchor=known)
    head, last_at = (rows[-1].hash, rows[-1].at) if rows else ("", None)
    if known is not None and known.version > len(rows):
        next_one, why = len(rows) + 1, "older-than-anchor"
        return Verdict(len(rows), head, next_one, why, finding=Finding.OLDER, anchor=known, last_at=last_at)
    return Verdict(len(rows), head, anchor=known, last_at=last_at)


class _Fault(NamedTuple):
    why: str
    position: int
    row: str | None = None


Destroyed = Mapping[KeyName, str | None]


def _removed_at(db: Db, case_id: str, destroyed: Destroyed) -> datetime | None:
    # A certificate counts only where the key is gone: anybody who writes the content could write one.
    if destroyed.get(KeyName(case_id, DeletionClock.RECORD)) is None:
        return None
    certificate = Certificate.case_id == case_id, Certificate.clock == DeletionClock.RECORD
    return db.scalar(select(Certificate.at).where(*certificate))


def _of_itself(rows: Sequence[Row[Any]], case: Any) -> _Fault | None:
    previous = ""
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            return _Fault("entry-missing", position)
        if row.previous != previous:
            return _Fault("chain-broken", position)
        if row.hash != entry_hash(dict(row._mapping)):
            return _Fault("entry-changed", position)
        previous = row.hash
    if (case.version, case.head) != (len(rows), previous):
        return _Fault("entry-missing", min(case.version, len(rows)) + 1)
    return None


def _of_its_anchor(
    db: Db, rows: Sequence[Row[Any]], case: Any, known: Head | None, destroyed: Destroyed
) -> _Fault | None:
    """Why the head is not one that an act made, or None; without the record's key, judged by the anchor alone."""
    if known is not None and 0 < known.version <= len(rows) and rows[known.version - 1].hash != known.head:
        return _Fault("anchor-differs", known.version)
    name = KeyName(case.id, DeletionClock.RECORD)
    if destroyed.get(name) is not None:
        return None
    if name not in destroyed:
        return _Fault("key-missing", len(rows))
    if case.head_mac is not None:
        fits = head_fits(db, case.id, case.version, case.head, case.head_mac)
        return None if fits else _Fault("head-forged", len(rows))
    # Only entries from before the record was anchored lack the digest: a backup from that time ends before the anchor.
    lacks = len(rows) >= known.since if known is not None else heads.begun(db.keys.keyring.engine)
    return _Fault("head-unsigned", len(rows)) if lacks else None


def _of_the_state(db: Db, case_id: str, rows: Sequence[Row[Any]], destroyed: Destroyed) -> _Fault | None:
    """The first row of the state that differs from the entries, or a certificate of a key that is not destroyed."""
    certificates = select(Certificate.id, Certificate.clock, Certificate.owner).where(Certificate.case_id == case_id)
    for row in db.execute(certificates):
        if destroyed.get(KeyName(case_id, DeletionClock(row.clock), row.owner)) is None:
            return _Fault("state-differs", len(rows), f"certificates.{row.id}")
    wrote = [json.loads(row.wrote) for row in rows if row.wrote is not None]
    if not wrote:
        return None
    expected = witness.of_no_entry()
    for one in wrote:
        expected |= one
    found = witness.state_of(db, case_id)
    differing = [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
    return _Fault("state-differs", len(rows), min(differing)) if differing else None
