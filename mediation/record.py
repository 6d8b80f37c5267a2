"""The record of a case: a hash chain of entries, one for every act. Codes and keyed digests only."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, insert, select, update

from mediation.database import Db
from mediation.errors import CaseChanged
from mediation.facts import CaseState
from mediation.keyring import DeletionClock, KeyName
from mediation.models import Case, Certificate, RecordEntry
from mediation.prepared import Prepared
from mediation.workflow import Way

_HELD = {one.name for one in fields(CaseState)}


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

    `about` are ids and codes; of `words` only a keyed digest is kept. Refuses with `case-changed` when
    somebody else appended since the case was read.
    """
    key = KeyName(case.id, DeletionClock.RECORD)
    digest = db.keys.keyed_digest(key, json.dumps(list(words), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    entry = {
        "case_id": case.id,
        "position": case.version + 1,
        "at": db.now(),
        "actor": actor,
        "act": act,
        "way": str(way),
        "about": ",".join(about)[:200],
        "phase": str(changes.get("phase", case.phase)),
        "digest": digest,
        "previous": case.head,
    }
    entry["hash"] = entry_hash(entry)
    raised = {"version": case.version + 1, "head": entry["hash"], **changes}
    won = _raise(tuple(raised)).run(db, {**raised, "case_id": case.id, "read": case.version})
    if won.rowcount != 1:
        raise CaseChanged("case-changed")
    _ENTER.run(db, entry)
    case.version, case.head = case.version + 1, str(entry["hash"])
    for name in changes.keys() & _HELD:
        setattr(case, name, changes[name])


@cache
def _raise(columns: tuple[str, ...]) -> Prepared:
    new: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in columns}
    as_read = Case.id == bindparam("case_id"), Case.version == bindparam("read")
    return Prepared(update(Case.__table__).where(*as_read).values(new))  # type: ignore[arg-type]


_ENTER = Prepared(insert(RecordEntry.__table__))  # type: ignore[arg-type]


def entry_hash(entry: dict[str, object]) -> str:
    """The SHA-256 (hex) of an entry's canonical JSON without its own hash; it holds the hash of the one before."""
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in entry.items()
        if name != "hash"
    }
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """Whether a record holds; if not, the position of the first entry that does not, and a code that says why.

    `removed_at` is when the whole record was removed at the end of its time, with a certificate.
    """

    entries: int
    head: str
    broken_at: int | None = None
    why: str | None = None
    removed_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether every entry is as it was made."""
        return self.broken_at is None


def verify(db: Db, case_id: str) -> Verdict:
    """Recompute the record of a case: every hash, every position, and that it ends where the case says.

    No key is needed for it, so that it can be done after all of them were destroyed, and on any backup.
    """
    rows = db.execute(
        select(RecordEntry.__table__).where(RecordEntry.case_id == case_id).order_by(RecordEntry.position)
    ).all()
    previous = ""
    for position, row in enumerate(rows, start=1):
        why = _fault(row, position, previous)
        if why:
            return Verdict(len(rows), previous, position, why)
        previous = row.hash
    case = db.execute(select(Case.version, Case.head).where(Case.id == case_id)).one()
    if not rows and (removed_at := _removed_at(db, case_id)):
        return Verdict(0, case.head, removed_at=removed_at)
    if (case.version, case.head) != (len(rows), previous):
        return Verdict(len(rows), previous, min(case.version, len(rows)) + 1, "entry-missing")
    return Verdict(len(rows), previous)


def _removed_at(db: Db, case_id: str) -> datetime | None:
    certificate = Certificate.case_id == case_id, Certificate.clock == DeletionClock.RECORD
    return db.scalar(select(Certificate.at).where(*certificate))


def _fault(row: Row[tuple[object, ...]], position: int, previous: str) -> str | None:
    entry = dict(row._mapping)
    if entry["position"] != position:
        return "entry-missing"
    if entry["previous"] != previous:
        return "chain-broken"
    return None if entry["hash"] == entry_hash(entry) else "entry-changed"
