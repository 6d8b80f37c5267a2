"""Wrapping all keys of a store anew, lot by lot: with a new epoch key, and under a new master key where there is one.

Whenever the process is killed, the store still opens: the new keys are written beside the old ones before the first row
changes, each key opens with the one that wraps it, and the old ones go after all rows have changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from mediation.errors import BadSetup
from mediation.keys import epoch_key, key_table
from mediation.keys.epoch_key import WrappingKey
from mediation.keys.key_store import KeyStore
from mediation.keys.key_table import INSTALLATION, KeyName, has_name, keys, name_of
from mediation.keys.master_key import MasterKey, write_next_master_key
from mediation.keys.wrapping_keys import WrappingKeys
from mediation.unhurried import unhurried


class _Lot(NamedTuple):
    """Keys to be wrapped anew, the keys that unwrap and wrap them, and the name of the newest of these."""

    rows: Sequence[Row[Any]]
    held: Mapping[str, WrappingKey]
    newest: str


class Rewrapping:
    """Changes of the wrapping key of one store."""

    def __init__(self, store: KeyStore, wrapping: WrappingKeys) -> None:
        self._store, self._wrapping = store, wrapping

    def complete(self, at: datetime | None) -> None:
        """Complete a change that was interrupted, or undo it where no key was wrapped anew yet; give keys an epoch key.

        Creates the tables if they are missing. `at` is now (UTC). Refuses like `Keyring.prepare`.
        """
        with self._store.writing(alone=True) as connection:
            key_table.create(connection)
            self._wrapping.promote(connection)
            master = self._wrapping.master
            if key_table.current_name(connection) == master.name and master.path:
                key_table.keep_fact(connection, "first-master", master.name)
                self._begin_epoch(connection, master, at)
            if key_table.fact(connection, "epoch-began") is None:
                key_table.note_epoch(connection, at)
        self._wrap_rest()
        self._promote_and_tidy()

    def rotate(self, fresh: MasterKey, at: datetime | None = None) -> int:
        """Replace the master key by `fresh`, and the epoch key by a new one that wraps every key; returns how many keys.

        If killed between, `complete` or the next change goes on. `at` is now (UTC).
        """
        path = self._wrapping.master.path
        assert path is not None, "a master key that is kept nowhere cannot be changed for another"
        while not self._begin(at, MasterKey(fresh.secret, path)):
            self._wrap_rest()  # of a change that another process has begun, or that was interrupted
        self._finish()
        with self._store.engine.connect() as connection:
            return key_table.count_intact(connection)

    def renew_epoch(self, at: datetime) -> bool:
        """Replace the epoch key at `at` (UTC), if keys were destroyed and the epoch is over; returns whether it was.

        After that the bytes of a destroyed key in a log, a replica or a copy cannot be unwrapped any more. First it
        completes a change that was interrupted.
        """
        if self._wrapping.master.path is None:
            return False
        if self._wrap_rest():
            self._promote_and_tidy()
        with self._store.engine.connect() as connection:
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
            if not self._wrapping.promote(connection) or not (
                fresh or (at is not None and key_table.epoch_is_over(connection, at))
            ):
                return False
            if fresh is not None:
                assert fresh.path is not None
                write_next_master_key(fresh.path, fresh)
            self._begin_epoch(connection, fresh or self._wrapping.master, at)
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
            with self._store.writing() as connection:
                if key_table.current_name(connection) == name:  # else another change has begun meanwhile
                    key_table.write_rewrapped(connection, anew, held[name])
            any_left = True
        return any_left

    def _lots(self) -> Iterator[_Lot]:
        after = None
        while True:
            try:
                lot = self._lot(after)
            except BadSetup:  # another process may have finished between our look at the store and at the key file
                lot = self._lot(after)
            if not lot.rows:
                return
            yield lot
            after = name_of(lot.rows[-1])

    def _lot(self, after: KeyName | None) -> _Lot:
        with self._store.engine.connect() as connection:
            name = key_table.current_name(connection) or ""
            is_whole = key_table.wrapping_names(connection) <= {name}
            rows = () if is_whole else key_table.lot_to_rewrap(connection, name, after)
        return _Lot(rows, self._wrapping.follow({name, *(row.master for row in rows)}) if rows else {}, name)

    def _promote_and_tidy(self) -> None:
        with self._store.writing(alone=True) as connection:
            self._wrapping.tidy(whole=self._wrapping.promote(connection))

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with self._store.writing(alone=True) as connection:
                yield connection
        except BaseException:
            with suppress(Exception):  # the next files go now, or at the next start
                self._promote_and_tidy()
            raise
        self._promote_and_tidy()

    def _begin_epoch(self, connection: Connection, master: MasterKey, at: datetime | None) -> None:
        # Only the files and the installation's own key: `follow` finds the new keys once this is committed.
        assert master.path is not None
        own = connection.execute(select(keys).where(has_name(INSTALLATION))).all()
        old = dict(self._wrapping.follow({row.master for row in own}))
        fresh = epoch_key.write_next(master.path, master)
        key_table.note_epoch(connection, at)
        key_table.write_rewrapped(connection, key_table.rewrapped(own, old, fresh), fresh)
