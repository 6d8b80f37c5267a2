"""Houses to measure in: on SQLite and on a PostgreSQL that, unlike the tests', waits for the disk."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from mediation.installation.installation import open_installation
from mediation.settings import Settings
from tests.cases import Table, case_in
from tests.databases import FreshDatabases, databases, in_full, named_by_the_environment, stoppable_server
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
        url = given or stack.enter_context(stoppable_server(in_memory=False)).url
        yield stack.enter_context(databases(in_full(url)))


@contextmanager
def place_on_sqlite(folder: Path, phase: str, cases: int) -> Iterator[Place]:
    """Ready cases in `phase` on SQLite."""
    settings = Settings.under(folder / "var")
    made = _make_cases(settings, phase, cases)
    copytree(folder / "var", folder / "floor")
    with _opened(settings, made) as tables:
        yield Place(tables, str(folder / "floor" / "mediation.db"))


@contextmanager
def place_on_postgres(
    folder: Path, fresh: FreshDatabases, phase: str, cases: int, *, keys_url: str = ""
) -> Iterator[Place]:
    """Ready cases in `phase` on PostgreSQL, the key store too where it is given."""
    url = fresh()
    settings = Settings.under(folder / "var", {"database_url": url} | ({"keys_url": keys_url} if keys_url else {}))
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
