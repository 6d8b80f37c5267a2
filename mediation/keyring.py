"""Keys by case and deletion clock, in a store of their own, wrapped by the master key."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from hmac import digest as hmac_digest
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    and_,
    bindparam,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from mediation.errors import BadSetup, Unavailable
from mediation.master_key import KEY_BYTES, MasterKey, find_master_key, keep_next, settle


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

_metadata = MetaData()
_keys = Table(
    "keys",
    _metadata,
    Column("case_id", String(40), primary_key=True),
    Column("clock", String(20), primary_key=True),
    Column("owner", String(40), primary_key=True),
    Column("master", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=True),  # empty once destroyed
    Column("destroyed_at", String(40), nullable=True),  # ISO 8601
)
_LOCK = 0x6B65_7972_696E_67  # any number, as long as every process of ours takes the same


def master_in_use(engine: Engine) -> str | None:
    """The name of the master key that wraps the keys of a store; None where it holds none, and a new one may be made."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_keys.name):
            return None
        return connection.scalar(select(_keys.c.master).where(_keys.c.wrapped.is_not(None)).limit(1))


class Keyring:
    """The key store. It has transactions of its own: a key is safe before anything is encrypted with it."""

    def __init__(self, engine: Engine, master: MasterKey) -> None:
        self.engine, self.master = engine, master
        # On SQLite a transaction that reads first and writes later fails at once when another wrote between.
        self._writer = engine.execution_options(writing=True)
        self._root: bytes | None = None

    def prepare(self) -> None:
        """Make the store's table if it is not there, and check that the master key is the one that was used before.

        A rotation that was cut short is brought to its end, or was never begun.
        Refuses with `master-key-wrong` when the stored keys were wrapped by another master key.
        """
        with self._writing(alone=True) as connection:
            _metadata.create_all(connection)
            master = self._follow(_masters(connection))
            if master.path:
                settle(master.path, master.name)
        self.make([INSTALLATION, DERIVATION])

    @contextmanager
    def _writing(self, *, alone: bool = False) -> Iterator[Connection]:
        # Nobody makes or destroys a key while all are wrapped anew: it would be left under the old master key, or come
        # back. And of two processes that start at once only one makes the table. SQLite lets one write at a time anyway.
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
                connection.execute(select(lock(_LOCK)))
            yield connection

    def _follow(self, masters: set[str]) -> MasterKey:
        """The only one of `masters` that wraps keys now: ours, or the one that another process has put in its place."""
        if masters <= {self.master.name}:
            return self.master
        if len(masters) > 1 or self.master.path is None:
            raise BadSetup("master-key-wrong")
        found = find_master_key(self.master.path, *masters)
        if found is None:
            raise BadSetup("master-key-wrong")
        self.master = found
        return found

    def make(self, names: Iterable[KeyName]) -> None:
        """Make and store the keys `names` that are not there yet; committed before this returns.

        A destroyed key is never made again: its row stays, empty.
        """
        for name in names:
            try:
                with self._writing() as connection:
                    standing = connection.execute(select(_keys).where(_is(name) | _is(INSTALLATION))).all()
                    if any(_named(row) == name for row in standing):
                        continue
                    master = self._follow({row.master for row in standing})
                    wrapped = aes_key_wrap(master.secret, os.urandom(KEY_BYTES))
                    connection.execute(insert(_keys).values(**name._asdict(), master=master.name, wrapped=wrapped))
            except IntegrityError:
                continue  # another process made it between our look and our write

    def read(self, case_id: str) -> dict[KeyName, bytes | None]:
        """All keys of a case, unwrapped; None for one that was destroyed. Refuses with `master-key-wrong`."""
        try:
            return self._read(case_id)
        except BadSetup:  # a rotation may have ended between our look at the store and our look at the key file
            return self._read(case_id)

    def _read(self, case_id: str) -> dict[KeyName, bytes | None]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(_keys).where(_keys.c.case_id == case_id)).all()
        master = self._follow({row.master for row in rows if row.wrapped})
        try:
            return {_named(row): aes_key_unwrap(master.secret, row.wrapped) if row.wrapped else None for row in rows}
        except InvalidUnwrap as error:
            raise BadSetup("master-key-wrong") from error

    def derive(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose outside the key store, such as finding a person by e-mail address.

        It comes from a key of the store, not from the master key, and stays the same when that is changed.
        """
        if self._root is None:
            self._root = self.read("")[DERIVATION]
        assert self._root is not None, "the root of derivation is never destroyed"
        return hmac_digest(self._root, purpose.encode(), "sha256")

    def rotate(self, fresh: MasterKey) -> int:
        """Wrap every key anew, with `fresh`, and let that be the master key from now on; how many keys it was.

        No row of the content is touched. Killed at any moment, it leaves a store and a key file that open: the new
        key lies beside the old one before the first row changes, and takes its place after all of them have.
        """
        path = self.master.path
        assert path is not None, "a master key that is kept nowhere cannot be changed for another"
        with self._writing(alone=True) as connection:
            old = self._follow(_masters(connection))
            settle(path, old.name)
            keep_next(path, fresh)
            count = _wrap_anew(connection, old, fresh)
        settle(path, fresh.name)
        self.master = MasterKey(fresh.secret, path)
        return count

    def destroyed(self, case_id: str) -> dict[KeyName, str | None]:
        """The keys of a case by name: when each was destroyed (ISO 8601), None for one that stands."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(_keys).where(_keys.c.case_id == case_id)).all()
        return {_named(row): None if row.wrapped else row.destroyed_at or "" for row in rows}

    def destroyed_by_case(self) -> dict[str, int]:
        """How many keys of each case were destroyed, where any were."""
        count = select(_keys.c.case_id, func.count()).where(_keys.c.wrapped.is_(None)).group_by(_keys.c.case_id)
        with self.engine.connect() as connection:
            return dict(connection.execute(count).all())

    def destroy(self, names: Iterable[KeyName], at: str) -> None:
        """Destroy the keys `names` for good; committed, and nothing of them left in the store's files, before this returns.

        One that never was cannot be made any more either. `at` (ISO 8601) is kept; twice changes nothing. Refuses with
        `database-busy` when others keep the store from forgetting: then do it again.
        """
        with self._writing() as connection:
            for name in names:
                there = connection.scalar(select(func.count()).select_from(_keys).where(_is(name)))
                if not there:
                    gone = {**name._asdict(), "master": "", "wrapped": None, "destroyed_at": at}
                    connection.execute(insert(_keys).values(gone))
                    continue
                standing = update(_keys).where(_is(name), _keys.c.wrapped.is_not(None))
                connection.execute(standing.values(wrapped=None, destroyed_at=at))
        self._forget()

    def _forget(self) -> None:
        # What was overwritten still stands in SQLite's log, and in PostgreSQL's table until that is written anew.
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"VACUUM FULL {_keys.name}"))
                return
            plain = (
                connection.connection.cursor()
            )  # SQLAlchemy would begin a transaction, in which nothing is forgotten
            busy = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            plain.close()
        if busy:
            raise Unavailable("database-busy")


def _masters(connection: Connection) -> set[str]:
    return set(connection.scalars(select(_keys.c.master).where(_keys.c.wrapped.is_not(None)).distinct()))


def _wrap_anew(connection: Connection, old: MasterKey, fresh: MasterKey) -> int:
    rows = connection.execute(select(_keys).where(_keys.c.wrapped.is_not(None))).all()
    try:
        again = [
            {**_bound(_named(row)), "anew": aes_key_wrap(fresh.secret, aes_key_unwrap(old.secret, row.wrapped))}
            for row in rows
        ]
    except InvalidUnwrap as error:
        raise BadSetup("master-key-wrong") from error
    if again:
        this = and_(*(_keys.c[part] == bindparam(f"of_{part}") for part in KeyName._fields))
        connection.execute(update(_keys).where(this).values(master=fresh.name, wrapped=bindparam("anew")), again)
    return len(again)


def _bound(name: KeyName) -> dict[str, str]:
    return {f"of_{part}": value for part, value in name._asdict().items()}


def _named(row: Row[Any]) -> KeyName:
    return KeyName(row.case_id, DeletionClock(row.clock), row.owner)


def _is(name: KeyName) -> ColumnElement[bool]:
    return and_(*(_keys.c[part] == value for part, value in name._asdict().items()))
