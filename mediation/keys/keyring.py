"""Keys by case and deletion clock, in a store of their own, wrapped by the epoch key and that by the master key."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hmac import digest as hmac_digest
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    Connection,
    Engine,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from mediation.errors import BadSetup, Unavailable
from mediation.keys.epoch_key import (
    EpochKey,
    WrappingKey,
    find_wrapping_key,
    keep_first_epoch_key,
    keep_next_epoch_key,
    new_epoch_key,
    settle_epoch_key,
    tidy_epoch_keys,
)
from mediation.keys.key_facts import fact, keep_fact, metadata
from mediation.keys.key_table import (
    DERIVATION,
    INSTALLATION,
    DeletionClock,
    KeyName,
    epoch_is_over,
    forget_on_postgresql,
    is_called,
    keys,
    named,
    note_epoch,
    wrap_anew,
    wrapping_names,
)
from mediation.keys.master_key import KEY_BYTES, MasterKey, keep_next, settle, tidy

__all__ = ["DERIVATION", "INSTALLATION", "DeletionClock", "KeyName", "Keyring", "wrapped_with"]

_LOCK = 0x6B65_7972_696E_67  # any number, as long as every process of ours takes the same


def wrapped_with(engine: Engine) -> str | None:
    """The name of the key that wraps the keys of a store; None where it holds none, and a new one may be made."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(keys.name):
            return None
        return connection.scalar(select(keys.c.master).where(keys.c.wrapped.is_not(None)).limit(1))


class Keyring:
    """The key store. It has transactions of its own: a key is safe before anything is encrypted with it.

    `wrapping` is the key that wraps its keys, where that is not to be looked for beside the master key: a copy of the
    store is read so, without `prepare`.
    """

    def __init__(self, engine: Engine, master: MasterKey, wrapping: WrappingKey | None = None) -> None:
        self.engine, self.master, self._wrapping = engine, master, wrapping
        # On SQLite a transaction that reads first and writes later fails at once when another wrote between.
        self._writer = engine.execution_options(writing=True)
        self._root: bytes | None = None
        self._file: tuple[int, int] | None = None

    def prepare(self, at: datetime | None = None) -> None:
        """Make the store's tables if they are not there, and check that the keys open with the master key.

        A change of master key or epoch key that was cut short is brought to its end, or was never begun. Keys that the
        master key wraps itself, as in the first versions, get an epoch key. `at` is now (UTC).
        Refuses with `master-key-wrong` when the stored keys were wrapped by another, and like `find_wrapping_key`.
        """
        with self._writing(alone=True) as connection:
            metadata.create_all(connection)
            self._settle(self._follow(wrapping_names(connection)))
            if isinstance(self._wrapping, MasterKey) and self.master.path:
                keep_fact(connection, "first-master", self.master.name)
                self._begin_epoch(connection, self.master, at)
            if fact(connection, "epoch-began") is None:
                note_epoch(connection, at)
        self._settle_in_use()
        self.make([INSTALLATION, DERIVATION])
        self._file = self._identity()

    @property
    def wrapping(self) -> WrappingKey:
        """The key that wraps the keys, as far as this process has heard."""
        assert self._wrapping is not None, "the store was neither prepared nor read"
        return self._wrapping

    def _identity(self) -> tuple[int, int] | None:
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path or path == ":memory:":
            return None
        try:
            there = Path(path).stat()
        except FileNotFoundError:
            return (0, 0)
        return there.st_dev, there.st_ino

    def _refuse_replaced(self) -> None:
        # An open file that was deleted, or replaced by an older one, takes keys that nobody would ever find again.
        if self._file is not None and self._identity() != self._file:
            raise Unavailable("keys-replaced")

    @contextmanager
    def _writing(self, *, alone: bool = False) -> Iterator[Connection]:
        # Nobody makes or destroys a key while all are wrapped anew: it would be left under the old master key, or come
        # back. And of two processes that start at once only one makes the table. SQLite lets one write at a time anyway.
        self._refuse_replaced()
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
                connection.execute(select(lock(_LOCK)))
            yield connection

    def _follow(self, names: set[str]) -> WrappingKey:
        """The only one of `names` that wraps keys now: ours, or the one that another process has put in its place."""
        if self._wrapping is not None and names <= {self._wrapping.name}:
            return self._wrapping
        if len(names) > 1:
            raise BadSetup("master-key-wrong")
        path = self.master.path
        if path is None:  # kept nowhere, it has no place beside it
            if names and names != {self.master.name}:
                raise BadSetup("master-key-wrong")
            self._wrapping = self.master
        elif names:
            self.master, self._wrapping = find_wrapping_key(path, *names)
        else:
            self._wrapping = keep_first_epoch_key(path, self.master)
        return self._wrapping

    def _settle(self, wrapping: WrappingKey) -> None:
        path = self.master.path
        if path is not None:
            settle(path, self.master.name)
            if isinstance(wrapping, EpochKey):
                settle_epoch_key(path, wrapping.name)

    def _settle_in_use(self) -> None:
        """Let the keys in use lie at their places, and what is in use nowhere be gone."""
        with self._writing(alone=True) as connection:
            self._settle(self._follow(wrapping_names(connection)))
            if self.master.path is not None:
                tidy(self.master.path)
                tidy_epoch_keys(self.master.path)

    def make(self, names: Iterable[KeyName]) -> None:
        """Make and store the keys `names` that are not there yet; committed before this returns.

        A destroyed key is never made again: its row stays, empty.
        """
        for name in names:
            try:
                with self._writing() as connection:
                    standing = connection.execute(select(keys).where(is_called(name) | is_called(INSTALLATION))).all()
                    if any(named(row) == name for row in standing):
                        continue
                    wrapping = self._follow({row.master for row in standing if row.wrapped})
                    wrapped = aes_key_wrap(wrapping.secret, os.urandom(KEY_BYTES))
                    connection.execute(insert(keys).values(**name._asdict(), master=wrapping.name, wrapped=wrapped))
            except IntegrityError:
                continue  # another process made it between our look and our write

    def read(self, case_id: str) -> dict[KeyName, bytes | None]:
        """All keys of a case, unwrapped; None for one that was destroyed.

        Refuses with `keys-replaced` (the file is no longer the one that was opened) and like `find_wrapping_key`.
        """
        self._refuse_replaced()
        try:
            return self._read(case_id)
        except BadSetup:  # a rotation may have ended between our look at the store and our look at the key file
            return self._read(case_id)

    def _read(self, case_id: str) -> dict[KeyName, bytes | None]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(keys).where(keys.c.case_id == case_id)).all()
        wrapping = self._follow({row.master for row in rows if row.wrapped})
        try:
            return {named(row): aes_key_unwrap(wrapping.secret, row.wrapped) if row.wrapped else None for row in rows}
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

    def rotate(self, fresh: MasterKey, at: datetime | None = None) -> int:
        """Let `fresh` be the master key from now on, with an epoch key of its own that wraps every key; how many it was.

        No row of the content is touched. Killed at any moment, it leaves a store and key files that open: the new
        keys lie beside the old ones before the first row changes, and take their places after all of them have.
        `at` is now (UTC).
        """
        path = self.master.path
        assert path is not None, "a master key that is kept nowhere cannot be changed for another"
        with self._changing() as connection:
            self._settle(self._follow(wrapping_names(connection)))
            keep_next(path, fresh)
            return self._begin_epoch(connection, MasterKey(fresh.secret, path), at)

    def renew_epoch(self, at: datetime) -> bool:
        """Begin a new epoch at `at` (UTC) if keys were destroyed in this one and it is over; whether one began.

        What is left of a destroyed key anywhere, in a log, a replica or a copy, opens with nothing any more.
        """
        with self.engine.connect() as connection:
            if self.master.path is None or not epoch_is_over(connection, at):
                return False
        with self._changing() as connection:
            if not epoch_is_over(connection, at):  # another process was faster
                return False
            self._settle(self._follow(wrapping_names(connection)))
            self._begin_epoch(connection, self.master, at)
            return True

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with self._writing(alone=True) as connection:
                yield connection
        except BaseException:
            with suppress(Exception):  # what was laid beside the keys goes now, or at the next start
                self._settle_in_use()
            raise
        self._settle_in_use()

    def _begin_epoch(self, connection: Connection, master: MasterKey, at: datetime | None) -> int:
        # Only the files and the rows: `_follow` finds the new keys once this is committed.
        assert master.path is not None
        old, fresh = self._follow(wrapping_names(connection)), new_epoch_key()
        keep_next_epoch_key(master.path, fresh, master)
        note_epoch(connection, at)
        return wrap_anew(connection, old, fresh)

    def fact(self, name: str) -> str | None:
        """What the store says of `name`; None where it says nothing."""
        with self.engine.connect() as connection:
            return fact(connection, name)

    def keep_fact(self, name: str, value: str) -> None:
        """Keep one fact in the store, in the place of what was said of it before."""
        with self._writing(alone=True) as connection:
            keep_fact(connection, name, value)

    def destroyed(self, case_id: str) -> dict[KeyName, str | None]:
        """The keys of a case by name: when each was destroyed (ISO 8601), None for one that stands."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(keys).where(keys.c.case_id == case_id)).all()
        return {named(row): None if row.wrapped else row.destroyed_at or "" for row in rows}

    def names(self) -> set[KeyName]:
        """Every key that ever was, destroyed or not."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(keys.c.case_id, keys.c.clock, keys.c.owner)).all()
        return {named(row) for row in rows}

    def destroyed_by_case(self) -> dict[str, int]:
        """How many keys of each case were destroyed, where any were."""
        count = select(keys.c.case_id, func.count()).where(keys.c.wrapped.is_(None)).group_by(keys.c.case_id)
        with self.engine.connect() as connection:
            return dict(connection.execute(count).all())

    def destroy(self, names: Iterable[KeyName], at: str) -> None:
        """Destroy the keys `names`; committed before this returns. `forget` then lets nothing of them be left in the store.

        One that never was cannot be made any more either. `at` (ISO 8601) is kept; twice changes nothing.
        """
        with self._writing() as connection:
            for name in names:
                there = connection.scalar(select(func.count()).select_from(keys).where(is_called(name)))
                if not there:
                    gone = {**name._asdict(), "master": "", "wrapped": None, "destroyed_at": at}
                    connection.execute(insert(keys).values(gone))
                    continue
                standing = update(keys).where(is_called(name), keys.c.wrapped.is_not(None))
                connection.execute(standing.values(wrapped=None, destroyed_at=at))

    def forget(self) -> bool:
        """Let nothing be left of destroyed keys in the store's own files; whether it is so, or has to be done again.

        What was overwritten still stands in SQLite's log, and in PostgreSQL's table until that is written anew; and
        PostgreSQL takes it along for whoever began to read before. So this looks.
        """
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                return forget_on_postgresql(connection)
            # SQLAlchemy would begin a transaction, in which nothing is forgotten.
            plain = connection.connection.cursor()
            busy = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            plain.close()
        return not busy
