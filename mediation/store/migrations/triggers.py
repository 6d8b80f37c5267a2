"""The triggers that keep the record: its entries are never changed, and go only once there is a certificate."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_REFUSAL = "a record entry stands as it was written"
_FUNCTION = "keep_record_entries"

# INSERT OR REPLACE removes the row in its way without firing delete triggers. It may stand in the way by its key
# or by SQLite's own row number, which reads as -1 here where the statement does not name it.
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
# A temporary table shadows every other of its name that is asked for without its schema, and whoever may connect may
# make one: so the schema is named, and nothing is looked for anywhere else.
_SAFE_PATH = "search_path=pg_catalog, pg_temp"


def create(connection: Connection) -> None:
    """Make every trigger as it is written here, in place of whatever bears its name, and switch it on.

    Runs after every upgrade: on SQLite a migration that rebuilds a table drops its triggers without a word.
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
    """The names of all that there should be on this kind of database."""
    return set(_POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE)


def missing(connection: Connection) -> set[str]:
    """The names of the triggers that should be there and are not, are switched off, or do something else."""
    if connection.dialect.name != "postgresql":
        standing = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'record_entries'"
        found: Mapping[str, str] = {row.name: row.sql for row in connection.execute(text(standing))}
        return {name for name, statement in _sqlite_statements().items() if found.get(name) != statement}
    schema = _schema(connection)
    # What a trigger does is told by its function; when it does so, by its type: before, for each row, on which statements.
    standing = (
        "SELECT tgname FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid"
        " WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL"
        " AND prosrc = :body AND proconfig = ARRAY[:path]"
        " AND (tgname, tgtype) IN (('record_entries_never_updated', 19),"
        " ('record_entries_deleted_when_certified', 11), ('record_entries_never_truncated', 34))"
    )
    asked = {"table": f"{schema}.record_entries", "body": _body(schema), "path": _SAFE_PATH}
    return set(_POSTGRESQL) - set(connection.scalars(text(standing), asked))


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
    """The schema that the tables are in, quoted: the first of the search path that exists."""
    name = str(connection.scalar(text("SELECT current_schema()")))
    return connection.dialect.identifier_preparer.quote_identifier(name)
