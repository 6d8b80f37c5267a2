"""The versions of the tables, and the triggers that keep the record, on both databases."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, func, insert, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from mediation.case import anchors, record
from mediation.errors import BadSetup
from mediation.installation.installation import open_installation, refuse_unguarded
from mediation.retention import run as retention
from mediation.settings import Settings
from mediation.store.database import open_engine
from mediation.store.migrations import State, current, differences, state, triggers, upgrade
from mediation.store.models import Base, Case, Certificate, Organisation, RecordEntry
from tests.cases import case_in
from tests.databases import FreshDatabases, in_full
from tests.houses import House, SettableClock, counting

NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
REPOSITORY = Path(__file__).parent.parent.parent

only_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)


@pytest.fixture
def empty(empty_database: str) -> Iterator[Engine]:
    engine = open_engine(empty_database)
    yield engine
    engine.dispose()


@pytest.fixture
def upgraded(empty: Engine) -> Engine:
    upgrade(empty)
    return empty


def write_case(connection: Connection, case: str = "case-1", *, entries: int = 1) -> None:
    """A case with a record of some entries, written past all our acts."""
    organisation = {"id": f"org-{case}", "name": f"Talo {case}", "country": "FI", "created_at": NOW}
    connection.execute(insert(Organisation), organisation)
    row = {"id": case, "number": case, "workflow": "mediation", "organisation_id": organisation["id"], "language": "fi"}
    row |= {"attendance_basis": "voluntary", "phase": "preparation", "rung": "not-started", "version": entries}
    connection.execute(insert(Case), row | {"head": "", "referral": b"", "created_at": NOW})
    for position in range(1, entries + 1):
        write_entry(connection, case, position)


def write_entry(connection: Connection, case: str, position: int) -> None:
    entry = {"case_id": case, "position": position, "at": NOW, "actor": "meri", "act": "refer", "way": "own-device"}
    entry |= {"about": "", "phase": "preparation", "digest": "d", "previous": "p", "hash": "h"}
    connection.execute(insert(RecordEntry), entry)


def certify(connection: Connection, case: str, clock: str) -> None:
    row = {"id": f"{case}-{clock}", "case_id": case, "clock": clock, "owner": "", "at": NOW}
    connection.execute(insert(Certificate), row)


def refused(engine: Engine, statement: str) -> None:
    """The statement is refused by the triggers, and the record stands as it was."""
    with engine.connect() as connection:
        before = connection.execute(text("SELECT * FROM record_entries ORDER BY case_id, position")).all()
    with pytest.raises(DBAPIError, match="stands as it was written"), engine.begin() as connection:
        connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM record_entries ORDER BY case_id, position")).all() == before
    assert before


def test_a_process_that_checks_while_another_makes_the_tables_never_refuses_them(
    empty: Engine, empty_database: str
) -> None:
    other, asked = open_engine(empty_database), []
    with empty.connect():
        pass  # what is asked when a connection is made has been asked

    def meanwhile(connection: Connection, *rest: object) -> None:
        asked.append(connection)
        if len(asked) == 1:
            upgrade(other)

    event.listen(empty, "after_cursor_execute", meanwhile)
    found = state(empty)
    event.remove(empty, "after_cursor_execute", meanwhile)
    other.dispose()
    assert len(asked) > 1
    assert found in {State.EMPTY, State.CURRENT}
    assert state(empty) == State.CURRENT


def test_the_versions_lead_to_the_tables_of_the_program() -> None:
    assert differences() == []


def test_an_upgraded_database_has_the_tables_of_the_program_and_every_trigger(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert triggers.missing(connection) == set()
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())
    assert current(upgraded)


def test_upgrading_again_changes_nothing(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        write_case(connection)
    upgrade(upgraded)
    with upgraded.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(RecordEntry)) == 1
    assert current(upgraded)


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
        connection.execute(
            text("CREATE INDEX ix_letters_waiting ON theirs (id)")
        )  # in the way of one of the last tables
    with pytest.raises(DBAPIError, match="already exists"):
        upgrade(empty)
    with empty.connect() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]
    assert state(empty) == State.EMPTY


def test_a_database_of_a_later_release_is_not_touched(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSetup) as refusal:
        upgrade(upgraded)
    assert refusal.value.code == "database-newer"
    assert state(upgraded) == State.NEWER


def test_tables_of_unknown_making_are_not_touched(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE cases (id INTEGER)"))
    with pytest.raises(BadSetup) as refusal:
        upgrade(empty)
    assert refusal.value.code == "database-strange"


@only_postgresql
def test_a_refusal_keeps_the_password_to_itself(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE cases (id INTEGER)"))
    secret = open_engine(empty.url.set(password="hunter2").render_as_string(hide_password=False))
    with pytest.raises(BadSetup) as refusal:
        upgrade(secret)
    assert "hunter2" not in str(refusal.value.details)
    secret.dispose()


def test_a_record_entry_is_never_updated(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        write_case(connection, entries=3)
        certify(connection, "case-1", "record")
    refused(upgraded, "UPDATE record_entries SET act = 'resume' WHERE position = 2")
    refused(upgraded, "UPDATE record_entries SET hash = hash")


def test_a_record_entry_is_never_overwritten_by_an_insert(upgraded: Engine) -> None:
    columns = "case_id, position, at, actor, act, way, about, phase, digest, previous, hash"
    with upgraded.begin() as connection:
        write_case(connection, entries=2)
    copy = f"INSERT INTO record_entries ({columns}) SELECT {columns} FROM record_entries WHERE position = 2"
    # An upsert says "conflict" to SQLite's parser only behind a WHERE of its own.
    upsert = f"{copy} ON CONFLICT (case_id, position) DO UPDATE SET act = 'resume'"
    refused(upgraded, upsert)
    if upgraded.dialect.name == "sqlite":
        refused(upgraded, copy.replace("INSERT", "INSERT OR REPLACE"))
        refused(upgraded, copy.replace("INSERT", "REPLACE"))


@only_sqlite
def test_a_record_entry_is_not_overwritten_through_the_row_number_of_sqlite(upgraded: Engine) -> None:
    if upgraded.dialect.name != "sqlite":
        pytest.skip("only SQLite has row numbers")
    with upgraded.begin() as connection:
        write_case(connection, entries=2)
    rest = (
        "case_id, 7, at, actor, act, way, about, phase, digest, previous, hash FROM record_entries WHERE position = 2"
    )
    columns = "rowid, case_id, position, at, actor, act, way, about, phase, digest, previous, hash"
    refused(upgraded, f"INSERT OR REPLACE INTO record_entries ({columns}) SELECT rowid, {rest}")


def test_the_next_entry_is_written_as_ever(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        write_case(connection, entries=2)
        write_case(connection, "case-2", entries=2)
    with pytest.raises(IntegrityError), upgraded.begin() as connection:
        write_entry(connection, "case-1", 2)
    with upgraded.begin() as connection:
        write_entry(connection, "case-1", 3)


def test_a_record_is_not_deleted_while_its_certificate_is_missing(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        write_case(connection, entries=2)
        write_case(connection, "case-2")
        certify(connection, "case-1", "agreement")
        certify(connection, "case-2", "record")
    refused(upgraded, "DELETE FROM record_entries WHERE case_id = 'case-1'")
    refused(upgraded, "DELETE FROM record_entries")


def test_a_record_goes_once_its_certificate_is_there(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        write_case(connection, entries=2)
        write_case(connection, "case-2")
        certify(connection, "case-1", "record")
        connection.execute(text("DELETE FROM record_entries WHERE case_id = 'case-1'"))
    with upgraded.connect() as connection:
        assert connection.scalars(select(RecordEntry.case_id)).all() == ["case-2"]


@only_postgresql
def test_a_record_is_not_truncated(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        write_case(connection)
        certify(connection, "case-1", "record")
    refused(upgraded, "TRUNCATE record_entries")
    refused(upgraded, "TRUNCATE cases CASCADE")


def test_dropped_triggers_are_noticed_and_made_again(upgraded: Engine) -> None:
    on_table = " ON record_entries" if upgraded.dialect.name == "postgresql" else ""
    with upgraded.begin() as connection:
        write_case(connection)
        connection.execute(text(f"DROP TRIGGER record_entries_never_updated{on_table}"))
        assert triggers.missing(connection) == {"record_entries_never_updated"}
    upgrade(upgraded)
    refused(upgraded, "UPDATE record_entries SET act = 'resume'")


@only_postgresql
def test_triggers_that_are_switched_off_are_missing(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        connection.execute(text("ALTER TABLE record_entries DISABLE TRIGGER ALL"))
        assert len(triggers.missing(connection)) == 3


LATER = '''"""A version that rebuilds two tables, as a later release might."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("record_entries") as batch:
        batch.alter_column("act", existing_type=sa.String(40), type_=sa.String(60), existing_nullable=False)
    with op.batch_alter_table("cases") as batch:
        batch.alter_column("number", existing_type=sa.String(12), type_=sa.String(20), existing_nullable=False)
        batch.add_column(sa.Column("room", sa.String(20), nullable=True))
'''


def test_a_later_release_rebuilds_tables_and_the_record_stays_kept(upgraded: Engine, tmp_path: Path) -> None:
    with upgraded.begin() as connection:
        write_case(connection, entries=2)
    release = tmp_path / "release"
    shutil.copytree(REPOSITORY / "mediation", release / "mediation", ignore=shutil.ignore_patterns("__pycache__"))
    newest = max((release / "mediation" / "store" / "migrations" / "versions").glob("*.py")).name.partition("_")[0]
    later = LATER.replace('"0001"', f'"{newest}"')
    (release / "mediation" / "store" / "migrations" / "versions" / "9999_rooms.py").write_text(later)
    url = upgraded.url.render_as_string(hide_password=False)
    program = (
        "from mediation.store.database import open_engine; from mediation.store.migrations import state, upgrade;"
        f"engine = open_engine({url!r}); print(state(engine)); upgrade(engine); print(state(engine))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=release, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.split(), done.stderr) == (["behind", "current"], "")
    with upgraded.connect() as connection:
        assert triggers.missing(connection) == set()
        assert "room" in {column["name"] for column in inspect(connection).get_columns("cases")}
        if upgraded.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    refused(upgraded, "UPDATE record_entries SET act = 'resume'")
    assert state(upgraded) == State.NEWER


# A role of the server that may write rows and nothing else.


@pytest.fixture
def postgres_house_as_a_guest(
    postgres_template: tuple[Path, str], fresh_postgres: FreshDatabases, tmp_path: Path
) -> Iterator[House]:
    """A house whose server owns no table: the owner made them, it may select, insert, update and delete."""
    home, template = postgres_template
    owned = make_url(fresh_postgres(template=template))
    role = f"guest_{uuid4().hex}"
    owner = open_engine(in_full(owned))
    with owner.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 'guest'"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
    url = in_full(owned.set(username=role, password="guest"))
    clock = SettableClock()
    settings = Settings.under(shutil.copytree(home, tmp_path / "var"), {"database_url": url})
    installation = open_installation(settings, clock=clock, draw=counting())
    yield House(installation, clock)
    installation.close()
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


def test_a_server_that_owns_no_table_carries_a_case_to_its_end(postgres_house_as_a_guest: House) -> None:
    """H33. Also its retention and its anchors; the tables are made under another role."""
    house = postgres_house_as_a_guest
    table = case_in(house, "follow-up")
    with table.writing() as db:
        table.advance(db, "close")
    database = house.installation.database
    for days in (20, 2000, 4000):
        house.clock.at += timedelta(days=days)
        retention.run(database)
        anchors.copy_all(database)
    survey = anchors.verify_all(database)
    assert (survey.finding, survey.cases, survey.entries) == (record.Finding.HOLDS, 1, 0)
    refuse_unguarded(house.installation)


@pytest.mark.parametrize("name", ["certificates", "record_entries"])
def test_a_temporary_table_does_not_stand_in_for_the_real_one(postgres_house_as_a_guest: House, name: str) -> None:
    """H33. Every role that may connect may make one, and it hides all others of its name."""
    house = postgres_house_as_a_guest
    case_in(house, "preparation")
    engine = house.installation.database.engine
    with engine.connect() as connection:
        case = connection.scalar(select(Case.id))
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name})"))
        if name == "certificates":
            forged = "INSERT INTO certificates (id, case_id, clock, owner, what, at)"
            connection.execute(text(f"{forged} VALUES ('forged', :case, 'record', '', '', now())"), {"case": case})
        assert triggers.missing(connection) == set()
        with pytest.raises(DBAPIError, match="stands as it was written"):
            connection.execute(text("DELETE FROM public.record_entries"))
        connection.rollback()
    for forbidden in (
        "ALTER TABLE record_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER record_entries_never_updated ON record_entries",
        "TRUNCATE record_entries",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(forbidden))
