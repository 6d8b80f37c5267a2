"""Reads: who opened whose confidential words, when and how often. Each sees it for their own, a mediator for joint texts too."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import BindParameter, String, bindparam, case, cast, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from mediation.case.seat import Seat
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import ReadTrace, RoleHeld
from mediation.workflow.declaration import Trait

JOINT = "joint"  # instead of a participant's id: for texts that everybody at the table wrote together


@dataclass
class _Opened:
    """What one seat opens in a transaction, from `at` on: (item, whose, id of the words)."""

    seat: Seat
    at: datetime
    words: list[tuple[str, str, str]] = field(default_factory=list)


def note_reads(db: Db, seat: Seat, item: str, rows: Iterable[tuple[str, str]]) -> None:
    """Leave on record that this seat read others' confidential words: `rows` are (whose or JOINT, id of the words).

    Written before the answer is given (see `Database.reading`); one's own words are not counted.
    """
    others = [(item, whose, about) for whose, about in rows if whose != seat.participant_id]
    if not others:
        return
    opened: dict[str, _Opened] = db.info.setdefault("reads", {})
    if not opened:  # all that one transaction reads is written together
        db.afterwards.append(partial(_write, opened))
    opened.setdefault(seat.participant_id, _Opened(seat, db.now())).words.extend(others)


@cache
def _noting(dialect: str, consenting: tuple[str, ...]) -> CompiledStatement:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    earlier, later = (func.min, func.max) if dialect == "sqlite" else (func.least, func.greatest)
    given: dict[str, BindParameter[Any]] = {
        name: bindparam(f"its_{name}", None, type_=column.type) for name, column in ReadTrace.__table__.columns.items()
    }
    # Who left reads of what was opened until then, so no row counts what was opened before and after that. Notes are not
    # always written in the order in which the words were opened: what counts is when that was.
    left = select(cast(func.count(), String)).where(
        RoleHeld.case_id == given["case_id"], RoleHeld.role.in_(consenting), RoleHeld.until < given["at"]
    )
    of_day = literal("/") + left.scalar_subquery()
    about = given["about"] + case((given["times"].is_(None), literal("")), else_=of_day)
    new = insert(ReadTrace).values({**given, "about": about})
    return CompiledStatement(
        new.on_conflict_do_update(
            index_elements=["reader", "whose", "item", "about"],
            set_={
                "at": earlier(ReadTrace.at, new.excluded.at),
                "last_at": later(ReadTrace.last_at, new.excluded.last_at),
                "times": ReadTrace.times + 1,
            },
            where=ReadTrace.times.is_not(None) | (new.excluded.at < ReadTrace.at),
        )
    )


def _write(opened: dict[str, _Opened], db: Db) -> None:
    for one in opened.values():
        rows = [{f"its_{name}": value for name, value in row.items()} for row in _rows(db, one)]
        _noting(db.get_bind().dialect.name, tuple(sorted(one.seat.workflow.who(Trait.CONSENTS)))).run(db, rows)


def _rows(db: Db, opened: _Opened) -> Iterator[dict[str, object]]:
    """A row for all words that were opened, which counts if it is the first, and one of the day for each kind and person."""
    of_seat = {"case_id": opened.seat.case.id, "reader": opened.seat.participant_id, "at": opened.at}
    day = opened.at.astimezone(db.zone).date().isoformat()
    for item, whose, about in opened.words:
        its = {"id": db.new_id(), "item": item, "whose": whose, "about": about}
        yield {**of_seat, **its, "last_at": None, "times": None}
    for item, whose in dict.fromkeys((item, whose) for item, whose, _ in opened.words):
        its = {"id": db.new_id(), "item": item, "whose": whose, "about": day}
        yield {**of_seat, **its, "last_at": opened.at, "times": 1}
