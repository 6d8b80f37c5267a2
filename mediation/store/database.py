"""The database: engines, the Instant column type, and transactions that carry the clock, new ids and the keys."""

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import cast
from zoneinfo import ZoneInfo

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from mediation.errors import BadSetup, MediationError, Unavailable
from mediation.keys.case_keys import CaseKeys
from mediation.keys.keyring import KeyName, Keyring
from mediation.settings import HELSINKI, NO_POOLER, Keep
from mediation.store.failures import refusal_for
from mediation.store.write_queue import WriteQueue

Clock = Callable[[], datetime]
Note = Callable[["Db"], None]  # a write that a reading transaction leaves to be done before its answer is given
Ids = Callable[[], str]
Draw = Callable[[int], int]  # a random whole number from 0 to below the one given

LOCK_TIMEOUT = "30s"  # on PostgreSQL; SQLite waits as long, see _busy_timeout


def utc_now() -> datetime:
    """The clock of every installation but the demo's and the tests'."""
    return datetime.now(UTC)


def random_id() -> str:
    """A public id that reveals nothing: 120 random bits as 20 letters and digits."""
    return secrets.token_urlsafe(15).replace("-", "a").replace("_", "b")


class Instant(TypeDecorator[datetime]):
    """A moment in UTC that reads back exactly as it was written, on both databases. Writing one without a zone is a TypeError.

    A plain DateTime loses its zone on SQLite, which would break the record's hashes.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        return value.astimezone(UTC) if dialect.name != "sqlite" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Db(Session):
    """The session of one transaction, with what acts need besides: clock, new ids, random numbers, keys, retention times."""

    clock: Clock
    new_id: Ids
    draw: Draw
    keys: CaseKeys
    zone: ZoneInfo
    keep: Keep
    afterwards: list[Note]

    def now(self) -> datetime:
        """The present moment (UTC) by the installation's clock."""
        return self.clock()

    def today(self) -> date:
        """The present date in the workplace's time zone."""
        return self.now().astimezone(self.zone).date()


def address_of(url: str) -> URL:
    """The parsed address of a database.

    Refuses with `database-address-unknown` what is not an address, a database or driver that we do not support, and an
    in-memory SQLite database, which would end with the process.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "postgresql":
            make_conninfo(**dict.fromkeys(address.query, ""))  # refuses unknown options
    except (ArgumentError, ValueError, psycopg.ProgrammingError) as error:
        raise BadSetup("database-address-unknown", address=url.partition(":")[0]) from error
    in_memory = address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}
    if in_memory or address.drivername not in _DRIVERS:
        raise BadSetup("database-address-unknown", address=address.render_as_string())
    return address


_DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}


def open_engine(url: str, *, pooler: str = NO_POOLER) -> Engine:
    """An engine for `url`; on SQLite with WAL, full durability, foreign keys and explicit transactions.

    `pooler` says whether a connection pooler in transaction mode is between us and PostgreSQL. Refuses like `address_of`.
    """
    parsed = address_of(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_postgresql(url, pooled=pooler != NO_POOLER)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(url, {"timeout": _busy_timeout(parsed), "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _engine(url: str, connect_args: dict[str, object], *, ping: bool = False) -> Engine:
    # Hidden parameters keep what is written out of logs and exception messages.
    sizes = {"pool_size": 20, "max_overflow": 20}
    return create_engine(url, **sizes, hide_parameters=True, pool_pre_ping=ping, connect_args=connect_args)


def _open_postgresql(url: str, *, pooled: bool) -> Engine:
    # Behind a pooler each transaction may run on another connection to the server, where neither our session settings nor
    # our prepared statements exist.
    options: dict[str, object] = {"options": f"-c TimeZone=UTC -c lock_timeout={LOCK_TIMEOUT}"}
    engine = _engine(url, {"prepare_threshold": None} if pooled else options, ping=True)
    if pooled:
        event.listen(engine, "begin", _set_for_this_transaction)
    return engine


def _set_for_this_transaction(connection: Connection) -> None:
    # One round trip, in force until the transaction ends, like SET LOCAL; without effect where each statement commits by
    # itself (VACUUM). The search path is reset too: a dump through the same pooler leaves an empty one on the connection,
    # with which our tables are not found.
    connection.exec_driver_sql(
        "RESET search_path; "
        f"SELECT set_config('TimeZone', 'UTC', true), set_config('lock_timeout', '{LOCK_TIMEOUT}', true)"
    )


def _busy_timeout(url: URL) -> float:
    """How many seconds to wait on SQLite while others write."""
    try:
        return float(str(url.query.get("timeout", 30)))
    except ValueError as error:
        raise BadSetup("database-address-unknown", address=url.render_as_string()) from error


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # we send BEGIN ourselves, see _begin_sqlite
    _turn_on_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    # If two processes turn on the WAL of a new file at once, SQLite refuses one without letting it wait: try again.
    deadline = monotonic() + 2
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
        sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails when another wrote in between; so a writer locks at its beginning.
    writing = connection.get_execution_options().get("writing", False)
    begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
    try:  # through the driver: SQLAlchemy would take three times as long as SQLite
        cast(sqlite3.Connection, connection.connection.driver_connection).execute(begin)
    except sqlite3.Error as error:
        raise DBAPIError.instance(begin, None, error, sqlite3.Error) from error


class Database:
    """The content database with its key store. Opens all transactions."""

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        *,
        clock: Clock = utc_now,
        new_id: Ids = random_id,
        draw: Draw = secrets.randbelow,
        zone: ZoneInfo = HELSINKI,
        keep: Keep = Keep(),  # noqa: B008 - it is frozen
    ) -> None:
        self.engine, self.keyring, self.clock, self.new_id = engine, keyring, clock, new_id
        self.draw, self.zone, self.keep = draw, zone, keep
        # Set by `installation`, which knows the tables: whether anything was ever written with a key (see CaseKeys).
        self.has_words: Callable[[Db, KeyName], bool] = lambda db, name: False
        self._writer = engine.execution_options(writing=True)
        # SQLite lets one connection write at a time, and the others poll. The threads of one process wait here instead,
        # where the next continues as soon as the one before has finished.
        self._write_turn = (
            WriteQueue(_busy_timeout(engine.url)).turn if engine.dialect.name == "sqlite" else nullcontext
        )

    @contextmanager
    def writing(self) -> Iterator[Db]:
        """A transaction that may write: committed at the end, rolled back on any exception but a refusal with `kept`.

        Refuses with `database-busy` when others lock the database for too long, and else like `refusal_for`.
        """
        kept: MediationError | None = None
        with self._write_turn(), self._transaction(self._writer) as db:
            try:
                yield db
            except MediationError as refusal:
                if not refusal.kept:
                    raise
                kept = refusal
        if kept is not None:
            raise kept

    @contextmanager
    def reading(self, put_off: list[Note] | None = None) -> Iterator[Db]:
        """A transaction that only reads; the writes in `afterwards` then get a transaction of their own.

        So it is noted who read whose words before they are shown, while reading itself never waits for a writer. Whoever
        gives a list to `put_off` finds these writes in it instead, and does them with `write_down` before the answer is given.
        """
        with self._transaction(self.engine) as db:
            yield db
        if put_off is not None:
            put_off += db.afterwards
        elif db.afterwards:
            self.write_down(db.afterwards)

    def write_down(self, notes: Iterable[Note]) -> None:
        """Do what reading transactions have left to be written, in a transaction. Refuses like `writing`."""
        with self.writing() as db:
            for write in notes:
                write(db)

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Db]:
        with plain_refusals(), Db(engine, expire_on_commit=False) as db, db.begin():
            db.clock, db.new_id, db.draw = self.clock, self.new_id, self.draw
            db.zone, db.keep = self.zone, self.keep
            db.keys, db.afterwards = CaseKeys(self.keyring, partial(self.has_words, db)), []
            yield db


@contextmanager
def plain_refusals() -> Iterator[None]:
    """Turns database errors inside into refusals; for the key store also outside any transaction of ours."""
    try:
        yield
    except DBAPIError as error:
        raise refusal_for(error) from error
    except PoolTimeout as error:  # every connection is in use
        raise Unavailable("database-busy") from error
