"""The table of wrapped keys, by case, deletion clock and owner, and statements over all of its rows."""

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
    """What is deleted together, and when (visibility.md rule 8). Each clock has keys of its own in each case."""

    PRIVATE = "private"  # a party's private words, a key per participant: close or own withdrawal + 14 days
    NOTES = "notes"  # a mediator's notes, a key per author: close + 14 days
    CONTENT = "content"  # what was said and tried at the table: close + 14 days
    AGREEMENT = "agreement"  # what was agreed, by whom, and the letters: last follow-up + 24 months
    RECORD = "record"  # the keyed digests of the record: 24 months more
    INSTALLATION = "installation"  # people's names and addresses, outside any case


class KeyName(NamedTuple):
    """Names a key: its case (empty outside any case), its deletion clock and its owner (empty for a key that all share)."""

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


def purge_postgresql(connection: Connection) -> bool:
    """Remove the bytes of destroyed keys from the table's file; False if others were in the way.

    `connection` is in no transaction yet.
    """
    plain = connection.execution_options(isolation_level="AUTOCOMMIT")
    # VACUUM frees the rows that no transaction can see any more and counts the others; but the bytes stay in the file until
    # CLUSTER rewrites it. CLUSTER alone would copy the rows that were destroyed since the oldest write transaction still
    # open on the whole server, in any database.
    plain.execute(text(f"VACUUM {keys.name}"))
    counted = "SELECT current_setting('track_counts') = 'on' AND pg_stat_get_dead_tuples(CAST(:t AS regclass)) = 0"
    if not plain.scalar(text(counted), {"t": keys.name}):
        return False
    try:
        # Like VACUUM FULL, but in a transaction, where the lock timeout applies behind a pooler, too.
        with connection.engine.begin() as rewriting:
            rewriting.execute(text(f"CLUSTER {keys.name} USING {keys.name}_pkey"))
    except OperationalError:  # others locked the table for longer than we wait
        return False
    return True


def wrapping_names(connection: Connection) -> set[str]:
    """The names of the keys that wrap the keys of the store: one, or none if it holds no key."""
    return set(connection.scalars(select(keys.c.master).where(keys.c.wrapped.is_not(None)).distinct()))


def _count_destroyed(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(keys).where(keys.c.wrapped.is_(None))) or 0


def note_epoch(connection: Connection, at: datetime | None) -> None:
    """Note that an epoch began at `at` (UTC), and how many keys had been destroyed by then."""
    keep_fact(connection, "epoch-began", at.isoformat() if at else "")
    keep_fact(connection, "epoch-destroyed", str(_count_destroyed(connection)))


def epoch_is_over(connection: Connection, at: datetime) -> bool:
    """Whether keys were destroyed in this epoch, and it has lasted long enough at the moment `at` (UTC)."""
    began, destroyed = fact(connection, "epoch-began"), fact(connection, "epoch-destroyed")
    if destroyed is not None and _count_destroyed(connection) == int(destroyed):
        return False
    # One that began in the future began while the clock was wrong.
    return not began or not timedelta(0) <= at - datetime.fromisoformat(began) < EPOCH


def rewrap(connection: Connection, old: WrappingKey, fresh: WrappingKey) -> int:
    """Wrap every key with `fresh` instead of `old`; returns how many. Refuses with `master-key-wrong`."""
    rows = connection.execute(select(keys).where(keys.c.wrapped.is_not(None))).all()
    try:
        rewrapped = [
            {
                **{f"of_{part}": value for part, value in name_of(row)._asdict().items()},
                "fresh": aes_key_wrap(fresh.secret, aes_key_unwrap(old.secret, row.wrapped)),
            }
            for row in rows
        ]
    except InvalidUnwrap as error:
        raise BadSetup("master-key-wrong") from error
    if rewrapped:
        this = and_(*(keys.c[part] == bindparam(f"of_{part}") for part in KeyName._fields))
        connection.execute(update(keys).where(this).values(master=fresh.name, wrapped=bindparam("fresh")), rewrapped)
    return len(rewrapped)


def name_of(row: Any) -> KeyName:
    return KeyName(row.case_id, DeletionClock(row.clock), row.owner)


def has_name(name: KeyName) -> ColumnElement[bool]:
    return and_(*(keys.c[part] == value for part, value in name._asdict().items()))
