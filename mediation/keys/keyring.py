"""The key store: keys by case and deletion clock in a database of their own, wrapped by the epoch key."""

import os
from collections.abc import Collection, Iterable
from datetime import datetime
from hmac import digest as hmac_digest

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Engine, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from mediation.errors import BadSetup
from mediation.keys.epoch_key import WrappingKey
from mediation.keys.key_store import KeyStore, all_wrapped_with, wrapped_with
from mediation.keys.key_table import DERIVATION, INSTALLATION, DeletionClock, KeyName, has_name, keys, name_of
from mediation.keys.master_key import KEY_BYTES, MasterKey
from mediation.keys.rewrapping import Rewrapping
from mediation.keys.wrapping_keys import WrappingKeys

__all__ = ["DERIVATION", "INSTALLATION", "DeletionClock", "KeyName", "Keyring", "all_wrapped_with", "wrapped_with"]

# Made once: making it takes longer than asking it.
_OF_CASES = select(keys).where(keys.c.case_id.in_(bindparam("case_ids", expanding=True)))


class Keyring(KeyStore):
    """The key store and the keys that wrap it. It commits by itself, so that a key is safe before anything is encrypted with it.

    While all keys are wrapped anew, lot by lot, some are wrapped by the new key and some still by the one before: the key
    of the installation is the first, and says which key is the new one. It alone wraps what is made from then on.

    `wrapping` are given for a copy of a store, which is read without `prepare`; else they are found beside the master key.
    """

    def __init__(self, engine: Engine, master: MasterKey, *wrapping: WrappingKey) -> None:
        super().__init__(engine)
        self._wrapping = WrappingKeys(master, wrapping)
        self._rewrapping = Rewrapping(self, self._wrapping)
        self._derivation: bytes | None = None

    @property
    def master(self) -> MasterKey:
        """The master key that was last seen in use."""
        return self._wrapping.master

    def prepare(self, at: datetime | None = None) -> None:
        """Create the tables if they are missing, and check that the keys open with the master key.

        Completes a change of master key or epoch key that was interrupted, or undoes it where no key was wrapped anew yet.
        Keys that the master key wraps itself, as in the first versions, get an epoch key. `at` is now (UTC).
        Refuses with `master-key-wrong` when another master key wraps the stored keys, and like `find_wrapping_key`.
        """
        self._rewrapping.complete(at)
        self.make([INSTALLATION, DERIVATION])
        self.note_file()

    @property
    def wrapping(self) -> WrappingKey:
        """The key that wraps new keys."""
        name = wrapped_with(self.engine)
        assert name is not None, "the store has no key yet"
        return self._wrapping.follow({name})[name]

    def make(self, names: Iterable[KeyName]) -> None:
        """Make and store those of the keys `names` that are missing; committed before this returns.

        A destroyed key is never made again: its row stays, without a key.
        """
        for name in names:
            try:
                with self.writing() as connection:
                    found = connection.execute(select(keys).where(has_name(name) | has_name(INSTALLATION))).all()
                    if any(name_of(row) == name for row in found):
                        continue
                    wrapping = self._wrapping.beside(found)
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
        self.refuse_replaced()
        try:
            found = self._read(case_ids)
        except BadSetup:  # a rotation may have ended between our look at the store and our look at the key file
            found = self._read(case_ids)
        return {each: {name: key for name, key in found.items() if name.case_id == each} for each in case_ids}

    def _read(self, case_ids: Collection[str]) -> dict[KeyName, bytes | None]:
        with self.engine.connect() as connection:
            rows = connection.execute(_OF_CASES, {"case_ids": list(case_ids)}).all()
        wrapping = self._wrapping.follow({row.master for row in rows if row.wrapped})
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

        The content database is not touched. If killed between, `prepare` or the next change goes on. `at` is now (UTC).
        """
        return self._rewrapping.rotate(fresh, at)

    def renew_epoch(self, at: datetime) -> bool:
        """Replace the epoch key at `at` (UTC), if keys were destroyed and the epoch is over; returns whether it was.

        After that the bytes of a destroyed key in a log, a replica or a copy cannot be unwrapped any more. First it
        completes a change that was interrupted.
        """
        return self._rewrapping.renew_epoch(at)
