"""The keys that wrap those of the store, found beside the master key, whoever has changed them meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from mediation.errors import BadSetup
from mediation.keys import epoch_key, key_files, key_table
from mediation.keys.epoch_key import EpochKey, WrappingKey
from mediation.keys.key_table import INSTALLATION, name_of
from mediation.keys.master_key import MasterKey, promote_master_key


class WrappingKeys:
    """The wrapping keys of one store, as one process holds them, and the master key above them.

    `given` are those of a copy of a store, beside which no files lie.
    """

    def __init__(self, master: MasterKey, given: Sequence[WrappingKey]) -> None:
        self.master = master
        self._given = bool(given)
        self._known: Mapping[str, WrappingKey] = {one.name: one for one in given}

    def follow(self, names: set[str]) -> Mapping[str, WrappingKey]:
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

    def beside(self, found: Iterable[Any]) -> WrappingKey:
        """The key that wraps a new key: the one that wraps the installation's, which is among those `found` beside it."""
        names = {row.master for row in found if name_of(row) == INSTALLATION and row.wrapped}
        if not names and self.master.path is not None:  # the first key of all
            first = epoch_key.make_first(self.master.path, self.master)
            self._known, names = {first.name: first}, {first.name}
        [name] = names or {self.master.name}
        return self.follow({name})[name]

    def promote(self, connection: Connection) -> bool:
        """Bring the keys in use into their files, and erase those before; whether all keys are wrapped by the newest.

        While the one before still wraps some, it stays in its file, wrapped by the newest master key.
        """
        names, name, path = key_table.wrapping_names(connection), key_table.current_name(connection), self.master.path
        if name is None:
            self.beside([])
            return True
        before = [one for key, one in self.follow(names).items() if key != name]
        self.master, newest = self._find(name)
        if path is not None:
            for one in before:
                if isinstance(one, EpochKey):
                    epoch_key.put_under(path, one, self.master)
            promote_master_key(path, self.master.name)
            if not before and isinstance(newest, EpochKey):
                epoch_key.promote(path, name)
        return not before

    def tidy(self, *, whole: bool) -> None:
        """Remove what changes that failed have left beside the files; of the epoch key where all is wrapped by the newest."""
        if self.master.path is not None:
            key_files.remove_leftovers(self.master.path)
            if whole:
                key_files.remove_leftovers(epoch_key.epoch_key_file(self.master.path))
