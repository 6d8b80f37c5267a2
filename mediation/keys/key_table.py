"""The tables of the key store: wrapped keys by case, deletion clock and owner, and single facts beside them.

Among these facts are when the epoch began, and which seal is this installation's.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from mediation.errors import BadSetup
from mediation.keys.epoch_key import WrappingKey

EPOCH = timedelta(days=1)  # the least that an epoch lasts
LOT = 1_000  # keys that are wrapped anew in one transaction: nobody waits long for it, and no more is held in memory


class DeletionClock(StrEnum):
    """What is deleted together, and when (visibility.md rule 8). Each clock has keys of its own in each case."""

    PRIVATE = "private"  # a party's private words, a key per participant: close or own withdrawal + 14 days
    NOTES = "notes"  # a mediator's notes, a key per author: close + 14 days
    DRAFTS = "drafts"  # what somebody is writing, a key per writer: as private; nobody is told of it
    CONTENT = "content"  # what was said and tried at the table: close + 14 days
    AGREEMENT = "agreement"  # what was agreed, by whom, and the letters: last follow-up + 24 months
    RECORD = "record"  # the keyed digests of the record: 24 months more
    STATISTICS = "statistics"  # what no published figure contains yet, a key per quarter: with its publication
    INSTALLATION = "installation"  # people's names and addresses, outside any case


class KeyName(NamedTuple):
    """Names a key: its case (empty outside any case), its deletion clock and its owner (empty for a key that all share)."""

    case_id: str
    clock: DeletionClock
    owner: str = ""


INSTALLATION = KeyName("", DeletionClock.INSTALLATION)
DERIVATION = KeyName("", DeletionClock.INSTALLATION, "derivation")  # what other secrets are derived from

metadata = sa.MetaData()
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("case_id", sa.String(40), primary_key=True),
    sa.Column("clock", sa.String(20), primary_key=True),
    sa.Column("owner", sa.String(40), primary_key=True),
    sa.Column("master", sa.String(16), nullable=False),  # the name of the key that wraps it
    sa.Column("wrapped", sa.LargeBinary, nullable=True),  # empty once destroyed
    sa.Column("destroyed_at", sa.String(40), nullable=True),  # ISO 8601
)
_NAME = [keys.c[part] for part in KeyName._fields]
_INTACT, _DESTROYED = keys.c.wrapped.is_not(None), keys.c.wrapped.is_(None)
# Each round asks which keys wrap others, and whether any was destroyed that the present one wrapped. A destroyed key keeps the
# name of the one that wrapped it last.
sa.Index("ix_keys_intact", keys.c.master, sqlite_where=_INTACT, postgresql_where=_INTACT)
sa.Index("ix_keys_destroyed", keys.c.master, sqlite_where=_DESTROYED, postgresql_where=_DESTROYED)
_facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
)


def create(connection: sa.Connection) -> None:
    """Create the tables and their indexes, where they are missing. Needs a writing transaction that runs alone."""
    metadata.create_all(connection)
    for index in keys.indexes:  # a store of before had none
        index.create(connection, checkfirst=True)


def fact(connection: sa.Connection, name: str) -> str | None:
    """The fact called `name`; None if there is none, or the store is of a version that kept no facts."""
    if not sa.inspect(connection).has_table(_facts.name):
        return None
    return connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == name))


def keep_fact(connection: sa.Connection, name: str, value: str) -> None:
    """Keep a fact; it replaces what was kept under this name. Needs a writing transaction that runs alone."""
    connection.execute(sa.delete(_facts).where(_facts.c.name == name))
    connection.execute(sa.insert(_facts).values(name=name, value=value))


def purge_postgresql(connection: sa.Connection) -> bool:
    """Remove the rows of destroyed keys as they were before; False while a transaction may still see one of them.

    `connection` is in no transaction yet. Nobody who reads, makes or destroys keys waits for this.
    """
    plain = connection.execution_options(isolation_level="AUTOCOMMIT")
    # VACUUM frees the rows that no transaction can see any more and counts the others. Their bytes may lie where the file is
    # free until something else is written there, as they do in the write-ahead log: rewriting the whole table, for which
    # everybody would wait, took them out of the one and not of the other. What makes them useless is the next epoch.
    plain.execute(sa.text(f"VACUUM (TRUNCATE FALSE) {keys.name}"))
    counted = "SELECT current_setting('track_counts') = 'on' AND pg_stat_get_dead_tuples(CAST(:t AS regclass)) = 0"
    return bool(plain.scalar(sa.text(counted), {"t": keys.name}))


def wrapping_names(connection: sa.Connection) -> set[str]:
    """The names of the keys that wrap the keys of the store: one, two while all are wrapped anew, none if it has no key."""
    names: list[str] = []
    while (name := _first_master(connection, _INTACT, after=names[-1] if names else None)) is not None:
        names.append(name)
    return set(names)


def _first_master(connection: sa.Connection, which: sa.ColumnElement[bool], *, after: str | None = None) -> str | None:
    """The first name in order of a key that wraps, or had wrapped, some of these keys, or the next one `after` another.

    From the index, however many keys there are: DISTINCT would walk through them all.
    """
    names = sa.select(keys.c.master).where(which, sa.true() if after is None else keys.c.master > after)
    return connection.scalar(names.order_by(keys.c.master).limit(1))


def current_name(connection: sa.Connection) -> str | None:
    """The name of the key that wraps new keys: the one that wraps the installation's, which is the first in order."""
    return connection.scalar(sa.select(keys.c.master).where(_INTACT).order_by(*_NAME).limit(1))


def count_intact(connection: sa.Connection) -> int:
    """How many keys are not destroyed."""
    return connection.scalar(sa.select(sa.func.count()).select_from(keys).where(_INTACT)) or 0


def note_epoch(connection: sa.Connection, at: datetime | None) -> None:
    """Note that an epoch began at `at` (UTC)."""
    keep_fact(connection, "epoch-began", at.isoformat() if at else "")


def epoch_is_over(connection: sa.Connection, at: datetime) -> bool:
    """Whether this epoch has lasted long enough at the moment `at` (UTC), and a key was destroyed that its key had wrapped."""
    began = fact(connection, "epoch-began")
    # One that began in the future began while the clock was wrong.
    if began and timedelta(0) <= at - datetime.fromisoformat(began) < EPOCH:
        return False
    # The first from its name on: asked for that name alone, PostgreSQL walks through the table if it takes many keys for such.
    name = current_name(connection)
    return name is not None and _first_master(connection, _DESTROYED & (keys.c.master >= name)) == name


def lot_to_rewrap(connection: sa.Connection, fresh: str, after: KeyName | None) -> Sequence[sa.Row[Any]]:
    """At most a lot of the keys that another key wraps than the one called `fresh`, in order, those after `after`."""
    later = (
        sa.true()
        if after is None
        else sa.tuple_(*_NAME) > sa.tuple_(*(sa.literal(str(part), sa.String) for part in after))
    )
    waiting = sa.select(keys).where(_INTACT, keys.c.master != fresh, later)
    return connection.execute(waiting.order_by(*_NAME).limit(LOT)).all()


def rewrapped(rows: Iterable[Any], old: Mapping[str, WrappingKey], fresh: WrappingKey) -> list[dict[str, object]]:
    """These keys wrapped with `fresh` instead of the key of `old` that each names, for `write_rewrapped`.

    Refuses with `master-key-wrong` one that its key does not unwrap.
    """
    try:
        return [
            {
                **{f"of_{part}": value for part, value in name_of(row)._asdict().items()},
                "of_wrapped": row.wrapped,
                "fresh": aes_key_wrap(fresh.secret, aes_key_unwrap(old[row.master].secret, row.wrapped)),
            }
            # In one order in every process, or two would lock each other out: a database may have another.
            for row in sorted(rows, key=name_of)
        ]
    except InvalidUnwrap as error:
        raise BadSetup("master-key-wrong") from error


def write_rewrapped(connection: sa.Connection, anew: Sequence[Mapping[str, object]], fresh: WrappingKey) -> None:
    """Write keys that were wrapped anew; one that was destroyed or wrapped by somebody else meanwhile stays as it is."""
    this = sa.and_(*(keys.c[part] == sa.bindparam(f"of_{part}") for part in (*KeyName._fields, "wrapped")))
    if anew:
        connection.execute(sa.update(keys).where(this).values(master=fresh.name, wrapped=sa.bindparam("fresh")), anew)


def name_of(row: Any) -> KeyName:
    return KeyName(row.case_id, DeletionClock(row.clock), row.owner)


def has_name(name: KeyName) -> sa.ColumnElement[bool]:
    return sa.and_(*(keys.c[part] == value for part, value in name._asdict().items()))
