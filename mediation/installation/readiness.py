"""Readiness: whether an installation can do its work at this moment. Looked at without changing anything."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from mediation.errors import MediationError
from mediation.installation.installation import Installation

_ROOM = 1024 * 1024  # bytes that have to fit on the disk beside what is there
_PATIENCE = 1  # seconds: a store in which somebody else is writing at the moment can be written to


def faults(installation: Installation) -> list[str]:
    """What keeps the installation from working, as codes for the log; empty where nothing does.

    `keys-…` and `content-…`: `unreadable` (the key store is away, or its keys do not open), `unwritable` (read-only, or
    a replica); `disk-full`: nothing more can be written where the databases or the letters lie.
    """
    stores = {"keys": installation.keyring.engine, "content": installation.database.engine}
    found = [] if _opens_a_key(installation) else ["keys-unreadable"]
    found += [f"{name}-unwritable" for name, engine in stores.items() if not _takes_writes(engine)]
    return found + (["disk-full"] if any(not _has_room(one) for one in _folders(installation)) else [])


def _opens_a_key(installation: Installation) -> bool:
    engine = installation.keyring.engine
    try:
        if engine.dialect.name == "sqlite":
            # A connection that is open already would go on reading a file that was taken away.
            with closing(_anew(engine, "ro")) as fresh:
                fresh.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return any(installation.keyring.read("").values())
    except (MediationError, SQLAlchemyError, sqlite3.Error):
        return False


def _takes_writes(engine: Engine) -> bool:
    try:
        if engine.dialect.name == "sqlite":
            return _takes_writes_in_file(engine)
        with engine.connect() as connection:  # rolled back at the end; a read-only server or a replica refuses
            connection.execute(select(func.pg_current_xact_id()))
            return bool(connection.scalar(text("SHOW transaction_read_only")) == "off")
    except SQLAlchemyError:
        return False


def _takes_writes_in_file(engine: Engine) -> bool:
    try:
        with closing(_anew(engine, "rw")) as fresh:
            fresh.execute("BEGIN IMMEDIATE")
            fresh.execute("PRAGMA user_version = 1")  # a number that nobody reads, and not for good
            fresh.execute("ROLLBACK")
        return True
    except sqlite3.Error as error:
        return "locked" in str(error)


def _anew(engine: Engine, mode: str) -> sqlite3.Connection:
    path = Path(engine.url.database or "").absolute()
    return sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE, isolation_level=None)


def _folders(installation: Installation) -> Iterator[Path]:
    yield installation.settings.home
    for engine in (installation.keyring.engine, installation.database.engine):
        if engine.dialect.name == "sqlite":
            yield Path(engine.url.database or "").absolute().parent


def _has_room(folder: Path) -> bool:
    try:
        with TemporaryFile(dir=folder, buffering=0) as file:  # without a name, and gone when it is closed
            return file.write(bytes(_ROOM)) == _ROOM
    except OSError:
        return False
