"""The witness: which part of a case's state its record covers, row by row. Each entry holds a digest of the rows its act wrote.

So nobody who writes to the content database without an act can change a role, a mark, a signature or the state of an agreement
without a difference between the rows and the record.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Result, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, UOWTransaction

from mediation.store.database import Db
from mediation.store.models import (
    AgreedText,
    Agreement,
    AttendanceBasis,
    Base,
    Case,
    Certificate,
    Concern,
    Declaration,
    Hold,
    InterpreterService,
    Mark,
    Order,
    Participant,
    QuietTime,
    RoleHeld,
    Screening,
    Signature,
    Suspension,
    Understanding,
)

# Of the case row, each column for itself: an act writes only those that it changes. One that no entry tells of has no value,
# so that a later release may add one.
CASE_COLUMNS = (
    "number",
    "workflow",
    "organisation_id",
    "language",
    "attendance_basis",
    "phase",
    "rung",
    "screening_result",
    "opened_on",
    "next_milestone",
    "outcome",
    "party_count",
    "settled_count",
    "in_use",
    "neutral_rung",
    "linked_to",
    "from_outside",
    "created_at",
    "closed_at",
)
# Of every other row, these columns together. A column without a value counts for nothing, so that a later release may
# add one to a line of this table.
WITNESSED: Mapping[type[Base], tuple[str, ...]] = {
    Participant: ("person_id", "supports", "joined_at", "left_at", "left_how", "unnamed"),
    QuietTime: ("participant_id", "until_day", "begins", "ends", "at"),
    RoleHeld: ("participant_id", "role", "since", "until"),
    Mark: ("participant_id", "kind", "about", "value", "way", "recorded_by", "paper", "at", "ended_at", "ended_why"),
    Agreement: ("version", "state", "digest", "sent_at", "sign_by", "sealed_at", "ended_at"),
    Understanding: ("version", "at", "reached_at"),
    AgreedText: ("kind", "version", "asks", "at"),
    Signature: ("agreement_id", "participant_id", "digest", "way", "recorded_by", "paper", "at"),
    Certificate: ("clock", "owner", "what", "at"),
    Hold: ("kind", "clocks", "placed_by", "at", "until", "lifted_at", "lifted_by"),
    Suspension: ("cause", "review_on", "since", "until"),
    Order: ("final_date", "ordered_by", "at", "waits_since", "replaced_at"),
    AttendanceBasis: ("participant_id", "number", "position", "basis", "ground", "asks", "set_by", "at"),
    Declaration: ("participant_id", "has_ties", "at", "replaced_at"),
    Concern: ("participant_id", "about_id", "way", "recorded_by", "at", "settled_at", "settled_how"),
    InterpreterService: ("participant_id", "at"),
    Screening: ("begun_at", "decided_at", "outcome", "safeguards"),
}
_BY_TABLE = {str(table.__tablename__): (table, columns) for table, columns in WITNESSED.items()}

Rows = dict[str, str | None]  # digest by `table.id` or `cases.column`; None for a row that is gone


def note(db: Db, case_id: str, rows: Mapping[str, str | None]) -> None:
    """Keep what was written to a case for the entry that its act appends next."""
    _pending(db).setdefault(case_id, {}).update(rows)


def take(db: Db, case_id: str) -> Rows:
    """Return and forget what was written to a case since its last entry in this transaction, for the next entry."""
    _appended(db).add(case_id)
    return _pending(db).pop(case_id, {})


def case_changes(values: Mapping[str, object]) -> Rows:
    """The new `values` of the case row as the record keeps them; columns that it does not cover are left out."""
    return {f"cases.{name}": _digest([value]) for name, value in values.items() if name in CASE_COLUMNS}


def of_no_entry() -> Rows:
    """The state as far as no entry tells of it: every column of the case row that it covers is without a value."""
    return case_changes(dict.fromkeys(CASE_COLUMNS))


def state_of(db: Db, case_id: str) -> Rows:
    """The state of a case in the content database, as the record would describe it."""
    case = db.execute(select(*(Case.__table__.c[name] for name in CASE_COLUMNS)).where(Case.id == case_id)).one()
    rows = case_changes(dict(case._mapping))
    for table, columns in WITNESSED.items():
        of_table: Any = table.__table__
        wanted = (of_table.c.id, *(of_table.c[name] for name in columns))
        for row in db.execute(select(*wanted).where(of_table.c.case_id == case_id)):
            rows[f"{of_table.name}.{row.id}"] = _row_digest(row._mapping, columns)
    return rows


def _pending(db: Db) -> dict[str, Rows]:
    pending: dict[str, Rows] = db.info.setdefault("witnessed", {})
    return pending


def _appended(db: Db) -> set[str]:
    cases: set[str] = db.info.setdefault("appended", set())
    return cases


def _row_digest(values: Mapping[Any, Any], columns: tuple[str, ...]) -> str:
    return _digest([f"{name}={_plain(values[name])}" for name in columns if values[name] is not None])


def _digest(parts: list[Any]) -> str:
    return sha256(json.dumps([_plain(part) for part in parts]).encode()).hexdigest()[:32]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


@event.listens_for(Db, "after_flush")
def _note_objects(db: Db, _: UOWTransaction) -> None:
    for one in [*db.new, *db.dirty, *db.deleted]:
        row: Any = one
        columns = CASE_COLUMNS if isinstance(one, Case) else WITNESSED.get(type(one), ())
        history = inspect(row).attrs
        touched = [name for name in columns if one not in db.dirty or history[name].history.has_changes()]
        if touched and isinstance(one, Case):
            note(db, one.id, case_changes({name: getattr(one, name) for name in touched}))
        elif touched:
            values = {name: getattr(row, name) for name in columns}
            digest = None if one in db.deleted else _row_digest(values, columns)
            note(db, row.case_id, {f"{row.__tablename__}.{row.id}": digest})


@event.listens_for(Db, "do_orm_execute")
def _note_statements(state: ORMExecuteState) -> Result[Any] | None:
    # A statement that writes many rows returns them as they are now.
    if not (state.is_update or state.is_insert or state.is_delete):
        return None
    statement: Any = state.statement
    table, columns = _BY_TABLE.get(statement.table.name, (None, ()))
    if table is None:
        return None
    told = [table.__table__.c[name].label(f"of_{name}") for name in ("case_id", "id", *columns)]
    done = state.invoke_statement(statement=statement.returning(*told)).freeze()
    for row in done():
        values = {name: row._mapping[f"of_{name}"] for name in ("case_id", "id", *columns)}
        digest = None if state.is_delete else _row_digest(values, columns)
        note(state.session, values["case_id"], {f"{statement.table.name}.{values['id']}": digest})  # type: ignore[arg-type]
    return done()


@event.listens_for(Db, "before_commit")
def _refuse_what_came_after(db: Db) -> None:
    # The record would not cover what an act writes after its entry, and verifying would call it forged.
    db.flush()
    late = {name for case_id, rows in _pending(db).items() if case_id in _appended(db) for name in rows}
    if late:
        raise RuntimeError(f"written after the entry of its act: {', '.join(sorted(late))}")
