"""Long sections in parts: their newest lines, or those that follow a line, so that no answer grows with its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, literal, tuple_

from mediation.errors import NotFound
from mediation.store.database import Db

T = TypeVar("T")
MOST = 100  # lines of a long section in one answer


@dataclass(frozen=True)
class Part:
    """Which lines of a section, `limit` at most, by the id of another line of it.

    Those `after` one (empty: from the first on), else the newest of those `before` one (empty: of all).
    """

    limit: int = MOST
    after: str | None = None
    before: str = ""


@dataclass(frozen=True)
class Lines(Generic[T]):
    """Lines in their order; `more` says whether there are others before the newest, or after those asked for."""

    lines: list[T]
    more: bool = False


def rows_of(db: Db, rows: Select[Any], order: Sequence[Any], part: Part | None) -> Lines[Any]:
    """The rows of a part, or all where there is none, in an `order` of columns whose last is their id.

    Refuses with `line-not-found` a part after what is not among these rows, for this reader, or not any more.
    """
    if part is None:
        return Lines(list(db.scalars(rows.order_by(*order))))
    place = _place(db, rows, order, part.after or part.before)
    if part.after is None:
        earlier = rows.where(tuple_(*order) < place) if place is not None else rows
        found = list(db.scalars(earlier.order_by(*(one.desc() for one in order)).limit(part.limit + 1)))
        return Lines(found[: part.limit][::-1], len(found) > part.limit)
    later = rows.where(tuple_(*order) > place) if place is not None else rows
    found = list(db.scalars(later.order_by(*order).limit(part.limit + 1)))
    return Lines(found[: part.limit], len(found) > part.limit)


def _place(db: Db, rows: Select[Any], order: Sequence[Any], line: str) -> Any:
    """Where a line stands in this order, None for the id of none."""
    if not line:
        return None
    there = db.execute(rows.with_only_columns(*order).where(order[-1] == line)).first()
    if there is None:
        raise NotFound("line-not-found")
    # Typed as the columns are: a moment is stored otherwise than it is told.
    return tuple_(*(literal(value, one.type) for value, one in zip(there, order, strict=True)))


def cut(ids: Sequence[str], rows: Sequence[T], part: Part | None) -> Lines[T]:
    """The same of rows that were read, each with its id. Refuses like `rows_of`."""
    if part is None:
        return Lines(list(rows))
    line = part.after or part.before
    if line and line not in ids:
        raise NotFound("line-not-found")
    if part.after is None:
        end = ids.index(line) if line else len(rows)
        return Lines(list(rows[max(0, end - part.limit) : end]), end > part.limit)
    begin = ids.index(line) + 1 if line else 0
    return Lines(list(rows[begin : begin + part.limit]), len(rows) > begin + part.limit)
