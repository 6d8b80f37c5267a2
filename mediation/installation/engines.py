"""Engines of the content database and the key store: opened, checked, and with their errors as plain refusals."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DBAPIError

from mediation.errors import BadSetup, MediationError
from mediation.settings import NO_POOLER, Settings
from mediation.store.database import LOCK_TIMEOUT, address_of, open_engine
from mediation.store.failures import refusal_for

# Identifies a server (no two were started in the same microsecond) and one of its databases.
_IDENTITY = text("SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()")


@contextmanager
def engine_for(url: str, settings: Settings) -> Iterator[Engine]:
    """An engine for some statements, disposed of afterwards. Its errors become refusals like those of `open_installation`."""
    engine = engine_of(url, settings)
    try:
        with plain_errors(engine):
            refuse_unknown_pooler(engine, settings)
            yield engine
    finally:
        engine.dispose()


def engine_of(url: str, settings: Settings) -> Engine:
    """The engine of a database. Refuses with `home-unwritable` and `database-address-unknown`."""
    try:
        return open_engine(url, pooler=settings.pooler)
    except OSError as error:
        raise BadSetup("home-unwritable", path=str(error.filename)) from error


def sqlite_file(url: str | URL) -> Path | None:
    """The file of an SQLite database; None for another kind of database."""
    address = address_of(url) if isinstance(url, str) else url
    if address.get_backend_name() != "sqlite":
        return None
    name = address.database or ""
    if name.startswith("file:"):  # as SQLite itself writes addresses: file:PATH?…
        name = unquote(name.removeprefix("file:").partition("?")[0])
    return Path(name)


def refuse_missing_file(url: str) -> None:
    """Refuse an SQLite database whose file does not exist, with `database-unreachable`."""
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        raise BadSetup("database-unreachable", address=address_of(url).render_as_string(), reason="no such file")


def refuse_one_database(content: Engine, keys: Engine) -> None:
    """Require two databases: keys beside the content would be in its backups, and destroying them would have no effect.

    SQLite files are compared, PostgreSQL servers are asked for their identity: neither another spelling of the address nor
    another user or a pooler makes a difference. Refuses with `keys-beside-content`.
    """
    with plain_errors(content), plain_errors(keys):
        if content.dialect.name == keys.dialect.name and _identity(content) == _identity(keys):
            raise BadSetup("keys-beside-content", address=keys.url.render_as_string())


def _identity(engine: Engine) -> tuple[object, ...]:
    file = sqlite_file(engine.url)
    if file is not None:  # by inode where it exists, which hard links share, too
        return (file.stat().st_dev, file.stat().st_ino) if file.exists() else (file.resolve(),)
    with engine.connect() as connection:
        return tuple(connection.execute(_IDENTITY).one())


def refuse_read_only(engine: Engine) -> None:
    """Refuse a database that cannot be written to. Refuses with `database-read-only`."""
    with engine.execution_options(writing=True).connect() as connection, connection.begin() as attempt:
        if connection.dialect.name == "sqlite":
            # SQLite notices only at a write: an unused number is written and rolled back at once.
            connection.execute(text("PRAGMA user_version = 1"))
            attempt.rollback()
        elif connection.scalar(text("SHOW transaction_read_only")) == "on":
            raise BadSetup("database-read-only", address=engine.url.render_as_string())


def refuse_unknown_pooler(engine: Engine, settings: Settings) -> None:
    """Refuse a pooler that the settings do not name. Refuses with `database-pooled`.

    A pooler that ignores our startup parameters mixes up the prepared statements of processes, which then get rows of others.
    """
    if engine.dialect.name == "sqlite" or settings.pooler != NO_POOLER:
        return
    with engine.connect() as connection:
        if connection.scalar(text("SHOW lock_timeout")) != LOCK_TIMEOUT:
            raise BadSetup("database-pooled", address=engine.url.render_as_string())


def refuse_behind_pooler(url: str, settings: Settings) -> None:
    """Refuse to run a tool of PostgreSQL's through a pooler: its settings would stay on connections that others get next.

    Whether `url` leads to a pooler is tested, not taken from the settings: a backup may name the server itself. Refuses with
    `database-tool-pooled`, and like `engine_for`.
    """
    try:
        with engine_for(url, replace(settings, pooler=NO_POOLER)):
            return
    except BadSetup as error:
        raise (BadSetup("database-tool-pooled") if error.code == "database-pooled" else error) from error


def checkpoint(engine: Engine) -> None:
    """Write SQLite's log back into its file and remove it, which closing the last connection alone does not always do.

    A thread that is still running or another process may have a connection, too.
    """
    with suppress(DBAPIError, sqlite3.Error), engine.connect() as connection:
        plain = connection.connection.cursor()  # through SQLAlchemy it would run in a transaction, and have no effect
        plain.execute("PRAGMA busy_timeout = 1000")  # if others keep it busy longer, they write the log back later
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()


@contextmanager
def plain_errors(engine: Engine) -> Iterator[None]:
    """Turn errors of a database, or of files, into refusals that name its address."""
    try:
        yield
    except DBAPIError as error:
        raise _refusal(error, engine) from error
    except OSError as error:  # of a key file, for example on a full disk
        raise BadSetup("file-not-written", path=str(error.filename or ""), reason=error.strerror or "") from error


def _refusal(error: DBAPIError, engine: Engine) -> MediationError:
    words = str(error.orig).lower()
    address = engine.url.render_as_string()
    refusal = refusal_for(error)
    code = refusal.code
    if code == "database-busy":
        return refusal
    if isinstance(refusal, BadSetup):
        return BadSetup(code, address=address)
    if "unable to open database file" in words and Path(engine.url.database or "").exists():
        code = "database-read-only"  # SQLite could not make its log beside the file
    return BadSetup(code, address=address, reason=words.partition("\n")[0])
