"""Heads: the end of each case's record as the key store knows it. Whoever writes the content alone cannot reach them."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

_metadata = MetaData()
_heads = Table(
    "heads",
    _metadata,
    Column("case_id", String(40), primary_key=True),
    Column("number", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("mac", String(64), nullable=True),
    Column("since", Integer, nullable=False),  # the entry from which the record is anchored
    Column("first_at", String(40), nullable=False),  # when the case was first heard of (ISO 8601)
    Column("at", String(40), nullable=False),  # when this head was (ISO 8601)
)
_BEGUN = ""  # the row of no case: it says that this installation's records have all been anchored
_LOCK = 0x6865_6164_73  # any number, as long as every process of ours takes the same


class Head(NamedTuple):
    """The head of a record as it was at `at` (ISO 8601, UTC). It is anchored from entry `since` on."""

    case_id: str
    number: str
    version: int
    head: str
    mac: str | None
    since: int
    first_at: str
    at: str


def prepare(engine: Engine) -> None:
    """Make the table in a key store that has none yet; several processes may do so at once."""
    with engine.connect() as connection:
        if inspect(connection).has_table(_heads.name):
            return
    with engine.execution_options(writing=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        _metadata.create_all(connection)


def read(engine: Engine, case_ids: Iterable[str] | None = None) -> dict[str, Head]:
    """The heads of these cases, or of all, by case id."""
    wanted = select(_heads).where(_heads.c.case_id != _BEGUN)
    if case_ids is not None:
        wanted = wanted.where(_heads.c.case_id.in_(list(case_ids)))
    with engine.connect() as connection:
        return {row.case_id: Head(*row) for row in connection.execute(wanted)}


def keep(engine: Engine, heads: Iterable[Head], *, back: bool = False) -> None:
    """Keep these heads. One that is behind what is kept changes nothing, unless `back` says that it may."""
    given = {one.case_id: one._asdict() for one in heads}
    if not given:
        return
    with engine.execution_options(writing=True).begin() as connection:
        standing = set(connection.scalars(select(_heads.c.case_id).where(_heads.c.case_id.in_(given))))
        fresh = [one for case_id, one in given.items() if case_id not in standing]
        raised = [{f"of_{name}": value for name, value in given[case_id].items()} for case_id in standing]
        if fresh:
            # Another process may keep the first head of a case at the same moment: the next copy raises what it kept.
            new = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
            connection.execute(new(_heads).on_conflict_do_nothing(), fresh)
        if raised:
            newer = [] if back else [_heads.c.version < bindparam("of_version")]
            names = ("version", "head", "mac", "at", *(["since"] if back else []))
            values: dict[str, BindParameter[str]] = {name: bindparam(f"of_{name}") for name in names}
            connection.execute(
                update(_heads).where(_heads.c.case_id == bindparam("of_case_id"), *newer).values(values), raised
            )


def forget(engine: Engine, case_ids: Iterable[str]) -> None:
    """Forget the heads of these cases: somebody said expressly that they are no more."""
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(delete(_heads).where(_heads.c.case_id.in_(list(case_ids))))


def begun(engine: Engine) -> bool:
    """Whether every record of this installation has been anchored once: from then on none is without."""
    with engine.connect() as connection:
        return connection.scalar(select(_heads.c.at).where(_heads.c.case_id == _BEGUN)) is not None


def begin(engine: Engine, at: str) -> None:
    """Say that every record has been anchored, at `at` (ISO 8601). Twice changes nothing."""
    keep(engine, [Head(_BEGUN, "", 1, "", None, 0, at, at)])


def cases_with_keys(engine: Engine) -> set[str]:
    """The ids of all cases that the key store holds keys for, or held."""
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT DISTINCT case_id FROM keys WHERE case_id <> ''")))
