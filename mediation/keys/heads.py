"""Heads: the last entry of each case's record, copied to the key store, where no writer of the content database reaches it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Column, Engine, Integer, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from mediation.keys.key_table import metadata

_heads = Table(
    "heads",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("number", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("mac", String(64), nullable=True),
    Column("since", Integer, nullable=False),  # the entry from which the record is anchored
    Column("first_at", String(40), nullable=False),  # when the store first got a head of the case (ISO 8601)
    Column("at", String(40), nullable=False),  # when this head was (ISO 8601)
)
_BEGUN = ""  # the case id of a row that says that all records of this installation have been anchored


class Head(NamedTuple):
    """The head of a record at the moment `at` (ISO 8601, UTC). The record is anchored from entry `since` on."""

    case_id: str
    number: str
    version: int
    head: str
    mac: str | None
    since: int
    first_at: str
    at: str


def read(engine: Engine, case_ids: Iterable[str] | None = None) -> dict[str, Head]:
    """The heads of these cases, or of all, by case id."""
    wanted = select(_heads).where(_heads.c.case_id != _BEGUN)
    if case_ids is not None:
        wanted = wanted.where(_heads.c.case_id.in_(list(case_ids)))
    with engine.connect() as connection:
        return {row.case_id: Head(*row) for row in connection.execute(wanted)}


def pages(engine: Engine, size: int) -> Iterator[list[Head]]:
    """All heads, so many at a time."""
    after = _BEGUN
    while True:
        page = select(_heads).where(_heads.c.case_id > after).order_by(_heads.c.case_id).limit(size)
        with engine.connect() as connection:
            found = [Head(*row) for row in connection.execute(page)]
        if not found:
            return
        yield found
        after = found[-1].case_id


def keep(engine: Engine, heads: Iterable[Head], *, back: bool = False) -> None:
    """Store these heads. One that is older than the stored one changes nothing, unless `back` allows it."""
    # In one order, or two processes would lock each other out.
    given = sorted({one.case_id: one for one in heads}.values())
    if not given:
        return
    new = (sqlite if engine.dialect.name == "sqlite" else postgresql).insert(_heads)
    changed = ("version", "head", "mac", "at", *(["since"] if back else []))
    upsert = new.on_conflict_do_update(
        index_elements=["case_id"],
        set_={name: new.excluded[name] for name in changed},
        where=None if back else _heads.c.version < new.excluded.version,
    )
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(upsert, [one._asdict() for one in given])


def delete_heads(engine: Engine, case_ids: Iterable[str]) -> None:
    """Delete the heads of cases that somebody has expressly said are no more."""
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(delete(_heads).where(_heads.c.case_id.in_(list(case_ids))))


def begun(engine: Engine) -> bool:
    """Whether all records of this installation have been anchored; from then on every record has an anchor."""
    with engine.connect() as connection:
        return connection.scalar(select(_heads.c.at).where(_heads.c.case_id == _BEGUN)) is not None


def begin(engine: Engine, at: str) -> None:
    """Note that all records have been anchored, at `at` (ISO 8601). Twice changes nothing."""
    keep(engine, [Head(_BEGUN, "", 1, "", None, 0, at, at)])
