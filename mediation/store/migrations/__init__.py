"""Migrations: which version the tables of a database have, and upgrading them in one transaction, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select, text

from mediation.errors import BadSetup
from mediation.store.database import open_engine
from mediation.store.migrations import triggers
from mediation.store.models import Base

_FOLDER = Path(__file__).parent
_LOCK = 0x6D65_6469_6174_65  # any number, as long as every process of ours takes the same


class State(StrEnum):
    """How the version of a database's tables compares to this program's."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"  # a later release has been here
    STRANGE = "strange"  # tables of our names, but no version


def state(engine: Engine) -> State:
    """The state of a database's tables."""
    with engine.connect() as connection:
        # The tables first: they are committed with their version, so nobody sees tables without a version in between.
        ours = set(inspect(connection).get_table_names()) & set(Base.metadata.tables)
        heads = set(MigrationContext.configure(connection).get_current_heads())
    versions = _versions()
    if not heads:
        return State.STRANGE if ours else State.EMPTY
    if heads - {version.revision for version in versions.walk_revisions()}:
        return State.NEWER
    return State.CURRENT if heads == set(versions.get_heads()) else State.BEHIND


def current(engine: Engine) -> bool:
    return state(engine) == State.CURRENT


def knows(versions: str) -> bool:
    """Whether this program knows tables of `versions`, which a backup names with commas between."""
    known = {version.revision for version in _versions().walk_revisions()}
    return set(versions.split(",")) <= known


def upgrade(engine: Engine) -> None:
    """Upgrade a database to the newest version, all or nothing. A second process waits and finds it done.

    Refuses with `database-newer` and `database-strange`.
    """
    found = state(engine)
    if found in {State.NEWER, State.STRANGE}:
        raise BadSetup(f"database-{found}", address=engine.url.render_as_string())
    with _alone(engine) as connection:
        command.upgrade(_config(connection), "head")


def unguarded(engine: Engine) -> set[str]:
    """The names of the triggers protecting the record that are missing, switched off or changed."""
    with engine.connect() as connection:
        return triggers.missing(connection)


def differences() -> list[str]:
    """How the tables that the migrations make, run on a new database, differ from those that the program declares."""
    with TemporaryDirectory() as folder:
        upgraded, made = (open_engine(f"sqlite:///{folder}/{name}.db") for name in ("upgraded", "made"))
        upgrade(upgraded)
        Base.metadata.create_all(made)
        with upgraded.connect() as one, made.connect() as other:
            found = [
                repr(difference) for difference in compare_metadata(MigrationContext.configure(one), Base.metadata)
            ]
            found += [f"index: {index}" for index in sorted(_indexes(one) ^ _indexes(other))]
            found += [f"trigger missing: {name}" for name in sorted(triggers.missing(one))]
        upgraded.dispose()
        made.dispose()
    return found


def _indexes(connection: Connection) -> set[str]:
    # Alembic does not compare the conditions of partial indexes; their CREATE statements do.
    return set(connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")))


@cache
def _versions() -> ScriptDirectory:
    # A process has one set of them: loading them again takes a third of the time of opening an installation.
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(writing=True).connect() as connection:
        if connection.dialect.name == "postgresql":
            with connection.begin():
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
                yield connection
            return
        # Tables are rebuilt by dropping them, which foreign keys would prevent; they are checked before the commit instead.
        # The setting cannot be changed inside a transaction, and SQLAlchemy would begin one: so through the driver.
        plain = connection.connection.cursor()
        plain.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _check_foreign_keys(connection)
        finally:
            plain.execute("PRAGMA foreign_keys=ON")
            plain.close()


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"the new version of the tables leaves rows that point nowhere: {broken[:5]}")
