"""Failures of the database: what an error of SQLite, PostgreSQL or a connection pooler means to whoever waits."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from mediation.errors import BadSetup, MediationError, Unavailable

# By the code of the error: SQLSTATE on PostgreSQL, the primary result code on SQLite. Words change, and name tables,
# statements, databases and users alike as what "does not exist".
_POSTGRESQL = {
    "55P03": "database-busy",  # a lock was waited for too long
    "40P01": "database-busy",  # deadlock
    "40001": "database-busy",  # serialization
    "57014": "database-busy",  # a statement was cancelled, or took longer than the server allows
    "53300": "database-busy",  # too many connections
    "25006": "database-read-only",
    "42P01": "database-not-migrated",  # no such table
    "42703": "database-not-migrated",  # no such column
    "42883": "database-not-migrated",  # no such function
    "53100": "database-full",
    "58030": "database-disk-failing",
    "XX001": "database-damaged",
    "XX002": "database-damaged",
    "26000": "database-pooled",  # a statement that we prepared is not there
    "42P05": "database-pooled",  # a statement of the name that we prepare under is there already
}
_SQLITE = {
    sqlite3.SQLITE_BUSY: "database-busy",
    sqlite3.SQLITE_LOCKED: "database-busy",
    sqlite3.SQLITE_READONLY: "database-read-only",
    sqlite3.SQLITE_FULL: "database-full",
    sqlite3.SQLITE_IOERR: "database-disk-failing",
    sqlite3.SQLITE_CORRUPT: "database-damaged",
    sqlite3.SQLITE_NOTADB: "database-damaged",
}
# Without a code come SQLite's missing tables, and what PostgreSQL or a pooler says to who is not connected yet.
_WORDS = {
    "database-not-migrated": ("no such table", "no such column"),
    "database-busy": ("too many clients", "too many connections", "remaining connection slots"),
    "database-pooled": ("unsupported startup parameter",),
}
# What may go by while somebody waits. Anything else takes somebody who changes the installation.
OUTAGES = frozenset(
    {
        "database-busy",
        "database-read-only",
        "database-not-migrated",
        "database-full",
        "database-disk-failing",
        "database-unreachable",
    }
)


def refusal_for(error: DBAPIError) -> MediationError:
    """What a failure of the database means to whoever waits; an unknown one is re-raised as it is.

    Either somebody has to act (`database-damaged`, `database-pooled`), or it may go by: `database-busy`,
    `database-read-only`, `database-not-migrated`, `database-full`, `database-disk-failing`, `database-unreachable`.
    """
    code = _code_of(error)
    return Unavailable(code) if code in OUTAGES else BadSetup(code)


def _code_of(error: DBAPIError) -> str:
    cause = error.orig
    sqlstate, result = getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorcode", None)
    if sqlstate in _POSTGRESQL:
        return _POSTGRESQL[sqlstate]
    if result is not None and result & 0xFF in _SQLITE:  # the higher bits tell more than we ask
        return _SQLITE[result & 0xFF]
    words = str(cause).lower()
    if sqlstate is None:
        for code, signs in _WORDS.items():
            if any(sign in words for sign in signs):
                return code
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return "database-unreachable"
    raise error
