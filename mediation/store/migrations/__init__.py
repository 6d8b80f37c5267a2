"""The versions of the tables, and the way to the newest: in one transaction, one process at a time."""

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
    """How the tables of a database stand to this program."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"  # a later release has been here
    STRANGE = "strange"  # tables of our names, but no word of who made them


def state(engine: Engine) -> State:
    """What a database holds, compared with the newest version of the tables."""
    with engine.connect() as connection:
        # The tables first: they come in one commit with their version, so that who looks in between finds it, too.
        ours = set(inspect(connection).get_table_names()) & set(Base.metadata.tables)
        heads = set(MigrationContext.configure(connection).get_current_heads())
    versions = _versions()
    if not heads:
        return State.STRANGE if ours else State.EMPTY
    if heads - {version.revision for version in versions.walk_revisions()}:
        return State.NEWER
    return State.CURRENT if heads == set(versions.get_heads()) else State.BEHIND


def current(engine: Engine) -> bool:
    """Whether the tables of a database are of the newest version."""
    return state(engine) == State.CURRENT


def knows(versions: str) -> bool:
    """Whether this program knows tables of `versions`, which a backup names with commas between."""
    known = {version.revision for version in _versions().walk_revisions()}
    return set(versions.split(",")) <= known


def upgrade(engine: Engine) -> None:
    """Bring a database to the newest version, all or nothing; who comes second waits and finds it done.

    Refuses with `database-newer` and `database-strange` what it does not know.
    """
    found = state(engine)
    if found in {State.NEWER, State.STRANGE}:
        raise BadSetup(f"database-{found}", address=engine.url.render_as_string())
    with _alone(engine) as connection:
        command.upgrade(_config(connection), "head")


def unguarded(engine: Engine) -> set[str]:
    """The names of the triggers that should keep the record of a database and do not: gone, switched off or changed."""
    with engine.connect() as connection:
        return triggers.missing(connection)


def differences() -> list[str]:
    """What the versions, run one after the other on a new database, leave different from the tables of the program."""
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
    # Alembic does not compare the condition of a partial index; the statement that made it tells everything.
    return set(connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")))


@cache
def _versions() -> ScriptDirectory:
    # A process has one set of them: to load them anew takes a third of opening an installation.
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
        # A table is rebuilt by dropping it, which foreign keys would resist; they are looked at before the end instead.
        # The setting cannot be changed inside a transaction, so it goes past SQLAlchemy, which would begin one.
        plain = connection.connection.cursor()
        plain.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _refuse_loose_ends(connection)
        finally:
            plain.execute("PRAGMA foreign_keys=ON")
            plain.close()


def _refuse_loose_ends(connection: Connection) -> None:
    loose = connection.execute(text("PRAGMA foreign_key_check")).all()
    if loose:
        raise RuntimeError(f"the new version of the tables leaves rows that point nowhere: {loose[:5]}")
