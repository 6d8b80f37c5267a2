"""The table of keys: by case, deletion clock and owner, each wrapped; and what is done to all of its rows at once."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

from mediation.errors import BadSetup
from mediation.keys.epoch_key import WrappingKey
from mediation.keys.key_facts import fact, keep_fact, metadata

EPOCH = timedelta(days=1)  # the least that an epoch lasts


class DeletionClock(StrEnum):
    """What goes together, and when: visibility.md rule 8. Each has a key of its own in each case."""

    PRIVATE = "private"  # a party's private words, a key per participant: close or own withdrawal + 14 days
    NOTES = "notes"  # a mediator's notes, a key per author: close + 14 days
    CONTENT = "content"  # what was said and tried at the table: close + 14 days
    AGREEMENT = "agreement"  # what was agreed, by whom, and the letters: last follow-up + 24 months
    RECORD = "record"  # the keyed digests of the record: 24 months more
    INSTALLATION = "installation"  # people's names and addresses, outside any case


class KeyName(NamedTuple):
    """Which key: of a case (empty outside any case), on a clock, of an owner (empty where all share it)."""

    case_id: str
    clock: DeletionClock
    owner: str = ""


INSTALLATION = KeyName("", DeletionClock.INSTALLATION)
DERIVATION = KeyName("", DeletionClock.INSTALLATION, "derivation")  # what other secrets are derived from

keys = Table(
    "keys",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("clock", String(20), primary_key=True),
    Column("owner", String(40), primary_key=True),
    Column("master", String(16), nullable=False),  # the name of the key that wraps it
    Column("wrapped", LargeBinary, nullable=True),  # empty once destroyed
    Column("destroyed_at", String(40), nullable=True),  # ISO 8601
)


def forget_on_postgresql(connection: Connection) -> bool:
    """Let nothing of destroyed keys be left in the table's file; whether it is so. `connection` is in no transaction yet."""
    plain = connection.execution_options(isolation_level="AUTOCOMMIT")
    # The first takes away what nobody can see any more, and counts the rest; but the bytes stay where they were, until
    # the second writes the file anew. That alone would take along what was destroyed since the oldest open write on the
    # whole server, in whatever database.
    plain.execute(text(f"VACUUM {keys.name}"))
    counted = "SELECT current_setting('track_counts') = 'on' AND pg_stat_get_dead_tuples(CAST(:t AS regclass)) = 0"
    if not plain.scalar(text(counted), {"t": keys.name}):
        return False
    try:
        # As VACUUM FULL does, but in a transaction: only there the wait for the table has an end behind a pooler, too.
        with connection.engine.begin() as rewriting:
            rewriting.execute(text(f"CLUSTER {keys.name} USING {keys.name}_pkey"))
    except OperationalError:  # somebody holds the table longer than we wait
        return False
    return True


def wrapping_names(connection: Connection) -> set[str]:
    """The names of the keys that wrap the keys of the store: one, or none where it holds none."""
    return set(connection.scalars(select(keys.c.master).where(keys.c.wrapped.is_not(None)).distinct()))


def _count_destroyed(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(keys).where(keys.c.wrapped.is_(None))) or 0


def note_epoch(connection: Connection, at: datetime | None) -> None:
    """Keep when an epoch began (UTC), and how many keys had been destroyed by then."""
    keep_fact(connection, "epoch-began", at.isoformat() if at else "")
    keep_fact(connection, "epoch-destroyed", str(_count_destroyed(connection)))


def epoch_is_over(connection: Connection, at: datetime) -> bool:
    """Whether keys were destroyed in this epoch, and it has lasted long enough at the moment `at` (UTC)."""
    began, destroyed = fact(connection, "epoch-began"), fact(connection, "epoch-destroyed")
    if destroyed is not None and _count_destroyed(connection) == int(destroyed):
        return False
    # One that began in the future began by a wrong clock.
    return not began or not timedelta(0) <= at - datetime.fromisoformat(began) < EPOCH


def wrap_anew(connection: Connection, old: WrappingKey, fresh: WrappingKey) -> int:
    """Wrap every key with `fresh` in the place of `old`; how many. Refuses with `master-key-wrong`."""
    rows = connection.execute(select(keys).where(keys.c.wrapped.is_not(None))).all()
    try:
        again = [
            {**_bound(named(row)), "anew": aes_key_wrap(fresh.secret, aes_key_unwrap(old.secret, row.wrapped))}
            for row in rows
        ]
    except InvalidUnwrap as error:
        raise BadSetup("master-key-wrong") from error
    if again:
        this = and_(*(keys.c[part] == bindparam(f"of_{part}") for part in KeyName._fields))
        connection.execute(update(keys).where(this).values(master=fresh.name, wrapped=bindparam("anew")), again)
    return len(again)


def _bound(name: KeyName) -> dict[str, str]:
    return {f"of_{part}": value for part, value in name._asdict().items()}


def named(row: Any) -> KeyName:
    """The name of the key in a row."""
    return KeyName(row.case_id, DeletionClock(row.clock), row.owner)


def is_called(name: KeyName) -> ColumnElement[bool]:
    """The condition for the row of one key."""
    return and_(*(keys.c[part] == value for part, value in name._asdict().items()))
