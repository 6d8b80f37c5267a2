"""The key store: keys by case and deletion clock in a database of their own, wrapped by the epoch key."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hmac import digest as hmac_digest
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError

from mediation.errors import BadSetup, Unavailable
from mediation.keys import epoch_key, key_files, key_table
from mediation.keys.epoch_key import EpochKey, WrappingKey
from mediation.keys.key_table import DERIVATION, INSTALLATION, DeletionClock, KeyName, has_name, keys, name_of
from mediation.keys.master_key import KEY_BYTES, MasterKey, promote_master_key, write_next_master_key
from mediation.unhurried import unhurried

__all__ = ["DERIVATION", "INSTALLATION", "DeletionClock", "KeyName", "Keyring", "all_wrapped_with", "wrapped_with"]

_GONE = keys.c.wrapped.is_(None), keys.c.clock != DeletionClock.DRAFTS
_LOCK = 0x6B65_7972_696E_67  # any number, as long as every process of ours takes the same


def wrapped_with(engine: Engine) -> str | None:
    """The name of the key that wraps new keys of a store; None if the store has none, so that a new one may be made."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(keys.name):
            return None
        return key_table.current_name(connection)


def all_wrapped_with(engine: Engine) -> set[str]:
    """The names of all keys that wrap keys of a store: two while they are wrapped anew; none like `wrapped_with`."""
    with engine.connect() as connection:
        return key_table.wrapping_names(connection) if inspect(connection).has_table(keys.name) else set()


class _Lot(NamedTuple):
    """Keys to be wrapped anew, the keys that unwrap and wrap them, and the name of the newest of these."""

    rows: Sequence[Row[Any]]
    held: Mapping[str, WrappingKey]
    newest: str


# Made once: making it takes longer than asking it.
_OF_CASES = select(keys).where(keys.c.case_id.in_(bindparam("case_ids", expanding=True)))


class Keyring:
    """The key store. It commits by itself, so that a key is safe before anything is encrypted with it.

    While all keys are wrapped anew, lot by lot, some are wrapped by the new key and some still by the one before: the key
    of the installation is the first, and says which key is the new one. It alone wraps what is made from then on.

    `wrapping` are given for a copy of a store, which is read without `prepare`; else they are found beside the master key.
    """

    def __init__(self, engine: Engine, master: MasterKey, *wrapping: WrappingKey) -> None:
        self.engine, self.master = engine, master
        self._given = bool(wrapping)
        self._known = {one.name: one for one in wrapping}
        # On SQLite a transaction that reads first and writes later fails at once when another wrote between.
        self._writer = engine.execution_options(writing=True)
        self._derivation: bytes | None = None
        self._file: tuple[int, int] | None = None

    def prepare(self, at: datetime | None = None) -> None:
        """Create the tables if they are missing, and check that the keys open with the master key.

        Completes a change of master key or epoch key that was interrupted, or undoes it where no key was wrapped anew yet.
        Keys that the master key wraps itself, as in the first versions, get an epoch key. `at` is now (UTC).
        Refuses with `master-key-wrong` when another master key wraps the stored keys, and like `find_wrapping_key`.
        """
        with self._writing(alone=True) as connection:
            key_table.metadata.create_all(connection)
            self._promote(connection)
            if key_table.current_name(connection) == self.master.name and self.master.path:
                key_table.keep_fact(connection, "first-master", self.master.name)
                self._begin_epoch(connection, self.master, at)
            if key_table.fact(connection, "epoch-began") is None:
                key_table.note_epoch(connection, at)
        self._wrap_rest()
        self._promote_and_tidy()
        self.make([INSTALLATION, DERIVATION])
        self._file = self._identity()

    @property
    def wrapping(self) -> WrappingKey:
        """The key that wraps new keys."""
        name = wrapped_with(self.engine)
        assert name is not None, "the store has no key yet"
        return self._follow({name})[name]

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

    def _follow(self, names: set[str]) -> Mapping[str, WrappingKey]:
        """The wrapping keys called `names`, and none that they do not need any more.

        Ours, or the one that another process has put in its place.
        """
        known = self._known
        if not names or (self._given and names <= known.keys()):
            return known
        found = {name: self._find(name) for name in names - known.keys()}
        if len(names) == 1:  # of two, the one may be the old master key's
            self.master = next((master for master, _ in found.values()), self.master)
        self._known = held = {name: found[name][1] if name in found else known[name] for name in names}
        return held

    def _find(self, name: str) -> tuple[MasterKey, WrappingKey]:
        if self.master.path is not None:
            return epoch_key.find_wrapping_key(self.master.path, name)
        if name != self.master.name:  # the master key has no file, so there is none beside it
            raise BadSetup("master-key-wrong")
        return self.master, self.master

    def _wrapping_beside(self, found: Iterable[Any]) -> WrappingKey:
        """The key that wraps a new key: the one that wraps the installation's, which is among those `found` beside it."""
        names = {row.master for row in found if name_of(row) == INSTALLATION and row.wrapped}
        if not names and self.master.path is not None:  # the first key of all
            first = epoch_key.make_first(self.master.path, self.master)
            self._known, names = {first.name: first}, {first.name}
        [name] = names or {self.master.name}
        return self._follow({name})[name]

    def _promote(self, connection: Connection) -> bool:
        """Bring the keys in use into their files, and erase those before; whether all keys are wrapped by the newest.

        While the one before still wraps some, it stays in its file, wrapped by the newest master key.
        """
        names, name, path = key_table.wrapping_names(connection), key_table.current_name(connection), self.master.path
        if name is None:
            self._wrapping_beside([])
            return True
        before = [one for key, one in self._follow(names).items() if key != name]
        self.master, newest = self._find(name)
        if path is not None:
            for one in before:
                if isinstance(one, EpochKey):
                    epoch_key.put_under(path, one, self.master)
            promote_master_key(path, self.master.name)
            if not before and isinstance(newest, EpochKey):
                epoch_key.promote(path, name)
        return not before

    def _promote_and_tidy(self) -> None:
        with self._writing(alone=True) as connection:
            whole = self._promote(connection)
            if self.master.path is not None:
                key_files.remove_leftovers(self.master.path)
                if whole:
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
                    wrapping = self._wrapping_beside(found)
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
            return {
                name_of(row): aes_key_unwrap(wrapping[row.master].secret, row.wrapped) if row.wrapped else None
                for row in rows
            }
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
        written beside the old ones before the first row changes, each key opens with the one that wraps it, and the old
        ones go after all rows have changed. If killed between, `prepare` or the next change goes on. `at` is now (UTC).
        """
        path = self.master.path
        assert path is not None, "a master key that is kept nowhere cannot be changed for another"
        while not self._begin(at, MasterKey(fresh.secret, path)):
            self._wrap_rest()  # of a change that another process has begun, or that was interrupted
        self._finish()
        with self.engine.connect() as connection:
            return key_table.count_intact(connection)

    def renew_epoch(self, at: datetime) -> bool:
        """Replace the epoch key at `at` (UTC), if keys were destroyed and the epoch is over; returns whether it was.

        After that the bytes of a destroyed key in a log, a replica or a copy cannot be unwrapped any more. First it
        completes a change that was interrupted.
        """
        if self.master.path is None:
            return False
        if self._wrap_rest():
            self._promote_and_tidy()
        with self.engine.connect() as connection:
            if not key_table.epoch_is_over(connection, at):
                return False
        if not self._begin(at):  # another process was faster
            return False
        self._finish()
        return True

    def _begin(self, at: datetime | None, fresh: MasterKey | None = None) -> bool:
        """Begin to wrap all keys anew: those of the installation itself, from then on all that are made, the others later.

        Under a new epoch key, with a `fresh` master key if there is one. False, and nothing is begun, while another change is
        not finished, or without a fresh one the epoch is not over.
        """
        with self._changing() as connection:
            if not self._promote(connection) or not (
                fresh or (at is not None and key_table.epoch_is_over(connection, at))
            ):
                return False
            if fresh is not None:
                assert fresh.path is not None
                write_next_master_key(fresh.path, fresh)
            self._begin_epoch(connection, fresh or self.master, at)
            return True

    def _finish(self) -> None:
        self._wrap_rest()
        self._promote_and_tidy()

    def _wrap_rest(self) -> bool:
        """Wrap with the newest key what the one before it still wraps, lot by lot; returns whether there was any.

        Each lot is read and wrapped before the transaction that writes it, so that others wait for as little as can be.
        """
        any_left = False
        for rows, held, name in unhurried(self._lots()):
            anew = key_table.rewrapped(rows, held, held[name])
            with self._writing() as connection:
                if key_table.current_name(connection) == name:  # else another change has begun meanwhile
                    key_table.write_rewrapped(connection, anew, held[name])
            any_left = True
        return any_left

    def _lots(self) -> Iterator[_Lot]:
        after = None
        while True:
            try:
                lot = self._lot(after)
            except (
                BadSetup
            ):  # another process may have finished between our look at the store and our look at the key file
                lot = self._lot(after)
            if not lot.rows:
                return
            yield lot
            after = name_of(lot.rows[-1])

    def _lot(self, after: KeyName | None) -> _Lot:
        with self.engine.connect() as connection:
            name = key_table.current_name(connection) or ""
            rows = key_table.lot_to_rewrap(connection, name, after)
        return _Lot(rows, self._follow({name, *(row.master for row in rows)}) if rows else {}, name)

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

    def _begin_epoch(self, connection: Connection, master: MasterKey, at: datetime | None) -> None:
        # Only the files and the installation's own key: `_follow` finds the new keys once this is committed.
        assert master.path is not None
        own = connection.execute(select(keys).where(has_name(INSTALLATION))).all()
        old = dict(self._follow({row.master for row in own}))
        fresh = epoch_key.write_next(master.path, master)
        key_table.note_epoch(connection, at)
        key_table.write_rewrapped(connection, key_table.rewrapped(own, old, fresh), fresh)

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

    def names(self, case_ids: Collection[str] | None = None) -> set[KeyName]:
        """The names of all keys ever made, or of those of some cases, destroyed or not."""
        wanted = select(keys.c.case_id, keys.c.clock, keys.c.owner)
        if case_ids is not None:
            wanted = wanted.where(keys.c.case_id.in_(case_ids))
        with self.engine.connect() as connection:
            return {name_of(row) for row in connection.execute(wanted)}

    def cases(self, size: int, *, destroyed: bool = False) -> Iterator[list[str]]:
        """The ids of all cases that have keys, or of which some are `destroyed` (not only drafts'), so many at a time."""
        after = ""
        while True:
            page = select(keys.c.case_id).where(keys.c.case_id > after, *(_GONE if destroyed else ()))
            with self.engine.connect() as connection:
                found = list(connection.scalars(page.distinct().order_by(keys.c.case_id).limit(size)))
            if not found:
                return
            yield found
            after = found[-1]

    def destroyed_by_case(self, case_ids: Collection[str] | None = None) -> dict[str, int]:
        """How many keys were destroyed, by the id of each case, or of these, that lost any; those of drafts do not count."""
        count = select(keys.c.case_id, func.count()).where(*_GONE).group_by(keys.c.case_id)
        if case_ids is not None:
            count = count.where(keys.c.case_id.in_(case_ids))
        with self.engine.connect() as connection:
            return dict(connection.execute(count).all())

    def destroy(self, names: Iterable[KeyName], at: str) -> None:
        """Destroy the keys `names`; committed before this returns. Their old bytes go with `purge`.

        One that was never made cannot be made afterwards. `at` (ISO 8601) is kept; twice changes nothing.
        """
        with self._writing() as connection:
            for name in sorted(names):  # in one order, or two processes would lock each other out
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
