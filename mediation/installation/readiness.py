"""Readiness: can an installation work at this moment? Checked without changing anything."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from mediation.errors import MediationError
from mediation.installation.engines import sqlite_file
from mediation.installation.installation import Installation

_ROOM = 1024 * 1024  # bytes that have to be free on the disk
_PATIENCE = 1  # seconds to wait for a lock; a locked database counts as writable


def faults(installation: Installation) -> list[str]:
    """The faults that stop the installation from working, as codes for the log; empty where there are none.

    `keys-unreadable`: the key store is missing, or its keys do not open; `keys-unwritable`, `content-unwritable`: read-only,
    or a replica; `disk-full`: the disk of the databases or of the letters.
    """
    stores = {"keys": installation.keyring.engine, "content": installation.database.engine}
    found = [] if _opens_a_key(installation) else ["keys-unreadable"]
    found += [f"{name}-unwritable" for name, engine in stores.items() if not _takes_writes(engine)]
    return found + (["disk-full"] if any(not _has_room(one) for one in _folders(installation)) else [])


def _opens_a_key(installation: Installation) -> bool:
    engine = installation.keyring.engine
    try:
        if engine.dialect.name == "sqlite":
            # A connection that is already open would still read a file that was removed.
            with closing(_connect(engine, "ro")) as fresh:
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
        with closing(_connect(engine, "rw")) as fresh:
            fresh.execute("BEGIN IMMEDIATE")
            fresh.execute("PRAGMA user_version = 1")  # an unused number, rolled back
            fresh.execute("ROLLBACK")
        return True
    except sqlite3.Error as error:
        return "locked" in str(error)


def _connect(engine: Engine, mode: str) -> sqlite3.Connection:
    path = Path(engine.url.database or "").absolute()
    return sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE, isolation_level=None)


def _folders(installation: Installation) -> Iterator[Path]:
    yield installation.settings.home
    for engine in (installation.keyring.engine, installation.database.engine):
        file = sqlite_file(engine.url)
        if file is not None:
            yield file.absolute().parent


def _has_room(folder: Path) -> bool:
    try:
        with TemporaryFile(dir=folder, buffering=0) as file:  # without a name, and deleted when it is closed
            return file.write(bytes(_ROOM)) == _ROOM
    except OSError:
        return False
