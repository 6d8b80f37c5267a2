"""The triggers that keep the record: its entries are never changed, and go only once there is a certificate."""

from sqlalchemy import Connection, text

_REFUSAL = "a record entry stands as it was written"
_CERTIFIED = "SELECT 1 FROM certificates WHERE certificates.case_id = OLD.case_id AND certificates.clock = 'record'"

# INSERT OR REPLACE removes the row in its way without firing delete triggers. It may stand in the way by its key
# or by SQLite's own row number, which reads as -1 here where the statement does not name it.
_IN_THE_WAY = (
    "SELECT 1 FROM record_entries AS standing WHERE standing.rowid = NEW.rowid"
    " OR (standing.case_id = NEW.case_id AND standing.position = NEW.position)"
)

_SQLITE = {
    "record_entries_never_updated": "BEFORE UPDATE ON record_entries",
    "record_entries_deleted_when_certified": f"BEFORE DELETE ON record_entries WHEN NOT EXISTS ({_CERTIFIED})",
    "record_entries_never_replaced": f"BEFORE INSERT ON record_entries WHEN EXISTS ({_IN_THE_WAY})",
}
_POSTGRESQL = {
    "record_entries_never_updated": "BEFORE UPDATE ON record_entries FOR EACH ROW",
    "record_entries_deleted_when_certified": "BEFORE DELETE ON record_entries FOR EACH ROW",
    "record_entries_never_truncated": "BEFORE TRUNCATE ON record_entries FOR EACH STATEMENT",
}
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION keep_record_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS ({_CERTIFIED}) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation';
END
$$
"""


def create(connection: Connection) -> None:
    """Make every trigger as it is written here, in place of whatever bears its name.

    Runs after every upgrade: on SQLite a migration that rebuilds a table drops its triggers without a word.
    """
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(text(_FUNCTION))
    for name, when in _triggers(connection).items():
        if postgresql:
            connection.execute(text(f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION keep_record_entries()"))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            connection.execute(text(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"))


def missing(connection: Connection) -> set[str]:
    """The names of the triggers that should be there and are not, or are switched off."""
    if connection.dialect.name == "postgresql":
        there = (
            "SELECT tgname FROM pg_trigger"
            " WHERE tgrelid = to_regclass('record_entries') AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
    else:
        there = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'record_entries'"
    return set(_triggers(connection)) - set(connection.scalars(text(there)))


def _triggers(connection: Connection) -> dict[str, str]:
    return _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
