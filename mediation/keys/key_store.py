"""The key store as a database: its transactions, its facts, and which keys it has; no key is opened here."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, inspect, select, update

from mediation.errors import Unavailable
from mediation.keys import key_table
from mediation.keys.key_table import DeletionClock, KeyName, has_name, keys, name_of

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


class KeyStore:
    """The store of one installation. It commits by itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # On SQLite a transaction that reads first and writes later fails at once when another wrote between.
        self._writer = engine.execution_options(writing=True)
        self._file: tuple[int, int] | None = None

    def note_file(self) -> None:
        """Remember which file is open: from now on one that was put in its place is refused."""
        self._file = self._identity()

    def _identity(self) -> tuple[int, int] | None:
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path or path == ":memory:":
            return None
        try:
            there = Path(path).stat()
        except FileNotFoundError:
            return (0, 0)
        return there.st_dev, there.st_ino

    def refuse_replaced(self) -> None:
        """Refuse with `keys-replaced` where the file is no longer the one that was opened."""
        # Keys written to a file that was deleted, or replaced by an older one, while it is open would be lost.
        if self._file is not None and self._identity() != self._file:
            raise Unavailable("keys-replaced")

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction that writes, `alone` while no other process makes, destroys or wraps keys.

        Refuses like `refuse_replaced`.
        """
        # Nobody makes or destroys a key while all are wrapped again: it would be left under the old master key, or come
        # back. And of two processes that start at once only one makes the table. SQLite lets one write at a time anyway.
        self.refuse_replaced()
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
                connection.execute(select(lock(_LOCK)))
            yield connection

    def fact(self, name: str) -> str | None:
        """A fact kept in the store, such as which seal is this installation's; None if there is none of this name."""
        with self.engine.connect() as connection:
            return key_table.fact(connection, name)

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a fact in the store; it replaces what was kept under this name."""
        with self.writing(alone=True) as connection:
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
        with self.writing() as connection:
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
