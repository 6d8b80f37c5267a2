"""The key store: keys by case and deletion clock in a database of their own, wrapped by the epoch key."""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hmac import digest as hmac_digest
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, Engine, bindparam, func, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError

from mediation.errors import BadSetup, Unavailable
from mediation.keys import epoch_key, key_files, key_table
from mediation.keys.epoch_key import EpochKey, WrappingKey
from mediation.keys.key_table import DERIVATION, INSTALLATION, DeletionClock, KeyName, has_name, keys, name_of
from mediation.keys.master_key import KEY_BYTES, MasterKey, promote_master_key, write_next_master_key

__all__ = ["DERIVATION", "INSTALLATION", "DeletionClock", "KeyName", "Keyring", "wrapped_with"]

_LOCK = 0x6B65_7972_696E_67  # any number, as long as every process of ours takes the same


def wrapped_with(engine: Engine) -> str | None:
    """The name of the key that wraps the keys of a store; None if the store has none, so that a new one may be made."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(keys.name):
            return None
        return next(iter(key_table.wrapping_names(connection)), None)


# Made once: making it takes longer than asking it.
_OF_CASES = select(keys).where(keys.c.case_id.in_(bindparam("case_ids", expanding=True)))


class Keyring:
    """The key store. It commits by itself, so that a key is safe before anything is encrypted with it.

    `wrapping` is given for a copy of a store, which is read without `prepare`; else it is found beside the master key.
    """

    def __init__(self, engine: Engine, master: MasterKey, wrapping: WrappingKey | None = None) -> None:
        self.engine, self.master, self._wrapping = engine, master, wrapping
        # On SQLite a transaction that reads first and writes later fails at once when another wrote between.
        self._writer = engine.execution_options(writing=True)
        self._derivation: bytes | None = None
        self._file: tuple[int, int] | None = None

    def prepare(self, at: datetime | None = None) -> None:
        """Create the tables if they are missing, and check that the keys open with the master key.

        Completes or undoes a change of master key or epoch key that was interrupted. Keys that the master key wraps
        itself, as in the first versions, get an epoch key. `at` is now (UTC).
        Refuses with `master-key-wrong` when another master key wraps the stored keys, and like `find_wrapping_key`.
        """
        with self._writing(alone=True) as connection:
            key_table.metadata.create_all(connection)
            self._promote(connection)
            if isinstance(self._wrapping, MasterKey) and self.master.path:
                key_table.keep_fact(connection, "first-master", self.master.name)
                self._begin_epoch(connection, self.master, at)
            if key_table.fact(connection, "epoch-began") is None:
                key_table.note_epoch(connection, at)
        self._promote_and_tidy()
        self.make([INSTALLATION, DERIVATION])
        self._file = self._identity()

    @property
    def wrapping(self) -> WrappingKey:
        """The key that wraps the keys, as far as this process knows."""
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
        # Keys written to a file that was deleted, or replaced by an older one, while it is open would be lost.
        if self._file is not None and self._identity() != self._file:
            raise Unavailable("keys-replaced")

    @contextmanager
    def _writing(self, *, alone: bool = False) -> Iterator[Connection]:
        # Nobody makes or destroys a key while all are wrapped again: it would be left under the old master key, or come
        # back. And of two processes that start at once only one makes the table. SQLite lets one write at a time anyway.
        self._refuse_replaced()
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
                connection.execute(select(lock(_LOCK)))
            yield connection

    def _follow(self, names: set[str]) -> WrappingKey:
        """The wrapping key, which is the only one of `names`: ours, or the one by which another process has replaced it."""
        if self._wrapping is not None and names <= {self._wrapping.name}:
            return self._wrapping
        if len(names) > 1:
            raise BadSetup("master-key-wrong")
        path = self.master.path
        if path is None:  # the master key has no file, so there is none beside it
            if names and names != {self.master.name}:
                raise BadSetup("master-key-wrong")
            self._wrapping = self.master
        elif names:
            self.master, self._wrapping = epoch_key.find_wrapping_key(path, *names)
        else:
            self._wrapping = epoch_key.make_first(path, self.master)
        return self._wrapping

    def _promote(self, connection: Connection) -> None:
        """Bring the keys in use into their files, where a change was interrupted before it did."""
        wrapping, path = self._follow(key_table.wrapping_names(connection)), self.master.path
        if path is not None:
            promote_master_key(path, self.master.name)
            if isinstance(wrapping, EpochKey):
                epoch_key.promote(path, wrapping.name)

    def _promote_and_tidy(self) -> None:
        with self._writing(alone=True) as connection:
            self._promote(connection)
            if self.master.path is not None:
                key_files.remove_leftovers(self.master.path)
                key_files.remove_leftovers(epoch_key.epoch_key_file(self.master.path))

    def make(self, names: Iterable[KeyName]) -> None:
        """Make and store those of the keys `names` that are missing; committed before this returns.

        A destroyed key is never made again: its row stays, without a key.
        """
        for name in names:
            try:
                with self._writing() as connection:
                    found = connection.execute(select(keys).where(has_name(name) | has_name(INSTALLATION))).all()
                    if any(name_of(row) == name for row in found):
                        continue
                    wrapping = self._follow({row.master for row in found if row.wrapped})
                    wrapped = aes_key_wrap(wrapping.secret, os.urandom(KEY_BYTES))
                    connection.execute(insert(keys).values(**name._asdict(), master=wrapping.name, wrapped=wrapped))
            except IntegrityError:
                continue  # another process made it between our look and our write

    def read(self, case_id: str) -> dict[KeyName, bytes | None]:
        """All keys of a case, unwrapped; None for one that was destroyed.

        Refuses with `keys-replaced` (the file is no longer the one that was opened) and like `find_wrapping_key`.
        """
        return self.read_several([case_id])[case_id]

    def read_several(self, case_ids: Collection[str]) -> dict[str, dict[KeyName, bytes | None]]:
        """All keys of several cases, in one statement. Refuses like `read`."""
        self._refuse_replaced()
        try:
            found = self._read(case_ids)
        except BadSetup:  # a rotation may have ended between our look at the store and our look at the key file
            found = self._read(case_ids)
        return {each: {name: key for name, key in found.items() if name.case_id == each} for each in case_ids}

    def _read(self, case_ids: Collection[str]) -> dict[KeyName, bytes | None]:
        with self.engine.connect() as connection:
            rows = connection.execute(_OF_CASES, {"case_ids": list(case_ids)}).all()
        wrapping = self._follow({row.master for row in rows if row.wrapped})
        try:
            return {name_of(row): aes_key_unwrap(wrapping.secret, row.wrapped) if row.wrapped else None for row in rows}
        except InvalidUnwrap as error:
            raise BadSetup("master-key-wrong") from error

    def derive(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose outside the key store, such as finding a person by e-mail address.

        It comes from a key of the store, not from the master key, and stays the same when that is changed.
        """
        if self._derivation is None:
            self._derivation = self.read("")[DERIVATION]
        assert self._derivation is not None, "the key of derivation is never destroyed"
        return hmac_digest(self._derivation, purpose.encode(), "sha256")

    def rotate(self, fresh: MasterKey, at: datetime | None = None) -> int:
        """Replace the master key by `fresh`, and the epoch key by a new one that wraps every key; returns how many keys.

        The content database is not touched. Whenever the process is killed, the store still opens: the new keys are
        written beside the old ones before the first row changes, and promoted after all have. `at` is now (UTC).
        """
        path = self.master.path
        assert path is not None, "a master key that is kept nowhere cannot be changed for another"
        with self._changing() as connection:
            self._promote(connection)
            write_next_master_key(path, fresh)
            return self._begin_epoch(connection, MasterKey(fresh.secret, path), at)

    def renew_epoch(self, at: datetime) -> bool:
        """Replace the epoch key at `at` (UTC), if keys were destroyed and the epoch is over; returns whether it was.

        After that the bytes of a destroyed key in a log, a replica or a copy cannot be unwrapped any more.
        """
        with self.engine.connect() as connection:
            if self.master.path is None or not key_table.epoch_is_over(connection, at):
                return False
        with self._changing() as connection:
            if not key_table.epoch_is_over(connection, at):  # another process was faster
                return False
            self._promote(connection)
            self._begin_epoch(connection, self.master, at)
            return True

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with self._writing(alone=True) as connection:
                yield connection
        except BaseException:
            with suppress(Exception):  # the next files go now, or at the next start
                self._promote_and_tidy()
            raise
        self._promote_and_tidy()

    def _begin_epoch(self, connection: Connection, master: MasterKey, at: datetime | None) -> int:
        # Only the files and the rows: `_follow` finds the new keys once this is committed.
        assert master.path is not None
        old = self._follow(key_table.wrapping_names(connection))
        fresh = epoch_key.write_next(master.path, master)
        key_table.note_epoch(connection, at)
        return key_table.rewrap(connection, old, fresh)

    def fact(self, name: str) -> str | None:
        """A fact kept in the store, such as which seal is this installation's; None if there is none of this name."""
        with self.engine.connect() as connection:
            return key_table.fact(connection, name)

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a fact in the store; it replaces what was kept under this name."""
        with self._writing(alone=True) as connection:
            key_table.keep_fact(connection, name, value)

    def destroyed(self, case_id: str) -> dict[KeyName, str | None]:
        """When each key of a case was destroyed (ISO 8601); None for one that was not."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(keys).where(keys.c.case_id == case_id)).all()
        return {name_of(row): None if row.wrapped else row.destroyed_at or "" for row in rows}

    def names(self) -> set[KeyName]:
        """The names of all keys ever made, destroyed or not."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(keys.c.case_id, keys.c.clock, keys.c.owner)).all()
        return {name_of(row) for row in rows}

    def destroyed_by_case(self) -> dict[str, int]:
        """How many keys were destroyed, by the id of each case that lost any; those of drafts do not count."""
        gone = keys.c.wrapped.is_(None), keys.c.clock != DeletionClock.DRAFTS
        count = select(keys.c.case_id, func.count()).where(*gone).group_by(keys.c.case_id)
        with self.engine.connect() as connection:
            return dict(connection.execute(count).all())

    def destroy(self, names: Iterable[KeyName], at: str) -> None:
        """Destroy the keys `names`; committed before this returns. Their old bytes go with `purge`.

        One that was never made cannot be made afterwards. `at` (ISO 8601) is kept; twice changes nothing.
        """
        with self._writing() as connection:
            for name in names:
                there = connection.scalar(select(func.count()).select_from(keys).where(has_name(name)))
                if not there:
                    gone = {**name._asdict(), "master": "", "wrapped": None, "destroyed_at": at}
                    connection.execute(insert(keys).values(gone))
                    continue
                intact = update(keys).where(has_name(name), keys.c.wrapped.is_not(None))
                connection.execute(intact.values(wrapped=None, destroyed_at=at))

    def purge(self) -> bool:
        """Remove the bytes of destroyed keys from the store's own files; False if it has to be tried again.

        Overwritten rows remain in SQLite's log, and in PostgreSQL's table until that is rewritten, which does not remove
        them while a transaction that began before is open. So this checks.
        """
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                return key_table.purge_postgresql(connection)
            # SQLAlchemy would begin a transaction, in which nothing is purged.
            plain = connection.connection.cursor()
            busy = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            plain.close()
        return not busy
