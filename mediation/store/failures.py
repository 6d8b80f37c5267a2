"""Turns errors of SQLite, PostgreSQL or a connection pooler into refusals."""

import sqlite3
from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError, OperationalError

from mediation.errors import BadSetup, MediationError, Unavailable

# By error code: SQLSTATE on PostgreSQL (a text), the primary result code on SQLite (a number). Messages change between
# versions, and say of tables, statements, databases and users alike that they do not exist.
_BY_CODE: Mapping[str | int | None, str] = {
    "55P03": "database-busy",  # lock timeout
    "40P01": "database-busy",  # deadlock
    "40001": "database-busy",  # serialization failure
    "57014": "database-busy",  # statement cancelled, or statement timeout
    "53300": "database-busy",  # too many connections
    "25006": "database-read-only",
    "42P01": "database-not-migrated",  # no such table
    "42703": "database-not-migrated",  # no such column
    "42883": "database-not-migrated",  # no such function
    "53100": "database-full",
    "58030": "database-disk-failing",
    "XX001": "database-damaged",
    "XX002": "database-damaged",
    "26000": "database-pooled",  # our prepared statement is missing
    "42P05": "database-pooled",  # a prepared statement of this name exists already
    sqlite3.SQLITE_BUSY: "database-busy",
    sqlite3.SQLITE_LOCKED: "database-busy",
    sqlite3.SQLITE_READONLY: "database-read-only",
    sqlite3.SQLITE_FULL: "database-full",
    sqlite3.SQLITE_IOERR: "database-disk-failing",
    sqlite3.SQLITE_CORRUPT: "database-damaged",
    sqlite3.SQLITE_NOTADB: "database-damaged",
}
# By message, where there is no code: SQLite's missing tables, and refused connections of PostgreSQL or a pooler.
_BY_MESSAGE = {
    "database-not-migrated": ("no such table", "no such column"),
    "database-busy": ("too many clients", "too many connections", "remaining connection slots"),
    "database-pooled": ("unsupported startup parameter",),
}
# Failures that may pass by themselves. For all others somebody has to change the installation.
_LASTING = {"database-damaged", "database-pooled"}
OUTAGES = frozenset({*_BY_CODE.values(), "database-unreachable"} - _LASTING)


def refusal_for(error: DBAPIError) -> MediationError:
    """The refusal for a database error; an unknown error is re-raised as it is.

    BadSetup where somebody has to act: `database-damaged`, `database-pooled`. Unavailable where it may pass by itself:
    `database-busy`, `database-read-only`, `database-not-migrated`, `database-full`, `database-disk-failing`,
    `database-unreachable`.
    """
    code = _code_of(error)
    return Unavailable(code) if code in OUTAGES else BadSetup(code)


def _code_of(error: DBAPIError) -> str:
    cause = error.orig
    sqlstate, result = getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorcode", None)
    # Of SQLite's numbers the higher bits say more than we need.
    if code := _BY_CODE.get(sqlstate if result is None else result & 0xFF):
        return code
    words = str(cause).lower()
    if sqlstate is None:
        for code, signs in _BY_MESSAGE.items():
            if any(sign in words for sign in signs):
                return code
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return "database-unreachable"
    raise error
