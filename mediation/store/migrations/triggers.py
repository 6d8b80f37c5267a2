"""Triggers that protect the record: its entries cannot be changed, and not deleted before there is a certificate."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_REFUSAL = "a record entry stands as it was written"
_FUNCTION = "keep_record_entries"

# INSERT OR REPLACE removes a conflicting row without firing delete triggers. Rows can conflict by key, or by SQLite's own
# row number, which reads as -1 here unless the statement names it. (The alias `standing` is part of stored triggers.)
_IN_THE_WAY = (
    "SELECT 1 FROM record_entries AS standing WHERE standing.rowid = NEW.rowid"
    " OR (standing.case_id = NEW.case_id AND standing.position = NEW.position)"
)

_SQLITE = {
    "record_entries_never_updated": "BEFORE UPDATE ON record_entries",
    "record_entries_deleted_when_certified": "BEFORE DELETE ON record_entries WHEN NOT EXISTS ({certified})",
    "record_entries_never_replaced": f"BEFORE INSERT ON record_entries WHEN EXISTS ({_IN_THE_WAY})",
}
_POSTGRESQL = {
    "record_entries_never_updated": "BEFORE UPDATE ON {schema}.record_entries FOR EACH ROW",
    "record_entries_deleted_when_certified": "BEFORE DELETE ON {schema}.record_entries FOR EACH ROW",
    "record_entries_never_truncated": "BEFORE TRUNCATE ON {schema}.record_entries FOR EACH STATEMENT",
}
_BODY = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS ({certified}) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation';
END
"""
# Any role that may connect may create a temporary table, which hides other tables of its name used without a schema.
# So the schema is named, and the function searches nowhere else.
_SAFE_PATH = "search_path=pg_catalog, pg_temp"


def create(connection: Connection) -> None:
    """Create every trigger again and switch it on, replacing what has its name now.

    Runs after every upgrade: on SQLite a migration that rebuilds a table silently drops its triggers.
    """
    if connection.dialect.name != "postgresql":
        for name, statement in _sqlite_statements().items():
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            connection.execute(text(statement))
        return
    schema = _schema(connection)
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION {schema}.{_FUNCTION}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = pg_catalog, pg_temp AS $${_body(schema)}$$"
        )
    )
    for name, when in _POSTGRESQL.items():
        made = f"CREATE OR REPLACE TRIGGER {name} {when.format(schema=schema)} EXECUTE FUNCTION {schema}.{_FUNCTION}()"
        connection.execute(text(made))
        connection.execute(text(f"ALTER TABLE {schema}.record_entries ENABLE TRIGGER {name}"))


def names(connection: Connection) -> set[str]:
    """The names of all triggers for this kind of database."""
    return set(_POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE)


def missing(connection: Connection) -> set[str]:
    """The names of the triggers that are missing, switched off, or different from those here."""
    if connection.dialect.name != "postgresql":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'record_entries'"
        found: Mapping[str, str] = {row.name: row.sql for row in connection.execute(text(query))}
        return {name for name, statement in _sqlite_statements().items() if found.get(name) != statement}
    schema = _schema(connection)
    # The function says what a trigger does, tgtype when: before or after, per row or statement, for which statements.
    query = (
        "SELECT tgname FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid"
        " WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL"
        " AND prosrc = :body AND proconfig = ARRAY[:path]"
        " AND (tgname, tgtype) IN (('record_entries_never_updated', 19),"
        " ('record_entries_deleted_when_certified', 11), ('record_entries_never_truncated', 34))"
    )
    values = {"table": f"{schema}.record_entries", "body": _body(schema), "path": _SAFE_PATH}
    return set(_POSTGRESQL) - set(connection.scalars(text(query), values))


def _sqlite_statements() -> dict[str, str]:
    certified = _certified("certificates")
    return {
        name: f"CREATE TRIGGER {name} {when.format(certified=certified)} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for name, when in _SQLITE.items()
    }


def _body(schema: str) -> str:
    return _BODY.format(certified=_certified(f"{schema}.certificates"), refusal=_REFUSAL)


def _certified(table: str) -> str:
    return f"SELECT 1 FROM {table} AS c WHERE c.case_id = OLD.case_id AND c.clock = 'record'"


def _schema(connection: Connection) -> str:
    """The quoted name of the schema with the tables: the first in the search path that exists."""
    name = str(connection.scalar(text("SELECT current_schema()")))
    return connection.dialect.identifier_preparer.quote_identifier(name)
