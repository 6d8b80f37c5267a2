"""A whole installation for a test, on either database: with a clock to set, people, and a client for each of them."""

import shutil
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar, cast
from unittest.mock import patch

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Dialect
from starlette.datastructures import State
from starlette.testclient import _TestClientTransport

from api.app import create_app
from mediation.installation.installation import Installation, open_installation
from mediation.people.directory import add_organisation, add_person, give_office, make_token
from mediation.settings import Settings
from mediation.store.database import Draw
from tests.databases import FreshDatabases
from tests.one_hop import in_one_hop
from tests.snapshots import Snapshots

Made = TypeVar("Made")
MONDAY = datetime(2027, 1, 11, 7, 0, tzinfo=UTC)


@dataclass
class SettableClock:
    """A clock that stands where it was set."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def set(self, moment: datetime | str) -> None:
        """To a moment, or to one in Helsinki written as `2027-01-28 09:00`."""
        if isinstance(moment, str):
            zone = Settings().zone
            moment = datetime.fromisoformat(moment).replace(tzinfo=zone)
        self.at = moment.astimezone(UTC)


@dataclass
class Counting:
    """Lots that come in order, 1 first: a test's first case is 2027-0001."""

    drawn: int = 0

    def __call__(self, bound: int) -> int:
        self.drawn += 1
        return self.drawn % bound


def counting() -> Draw:
    return Counting()


@dataclass
class House:
    """An installation under test, and its people by first name; with `snapshots`, a copy of the template as others are."""

    installation: Installation
    clock: SettableClock
    people: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)
    snapshots: Snapshots | None = None

    def ready_made(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, plain values: done once, and copied into other new houses; `what` names all else than the clock."""
        if self.snapshots is None or self.people or self.organisations:
            return make()
        key, database = (what, self.clock.at), self.installation.database
        if key not in self.snapshots.taken:
            made = make()
            known = made, self.people, self.tokens, self.organisations, self.clock.at, database.draw
            self.snapshots.take(key, self.installation, known)
            return made
        made, people, tokens, organisations, self.clock.at, database.draw = self.snapshots.give(key, self.installation)
        for mine, theirs in ((self.people, people), (self.tokens, tokens), (self.organisations, organisations)):
            mine.update(theirs)
        return cast(Made, made)

    def organisation(self, name: str) -> str:
        if name not in self.organisations:
            with self.installation.database.writing() as db:
                self.organisations[name] = add_organisation(db, name).id
        return self.organisations[name]

    def person(
        self,
        name: str,
        *,
        office: str | None = None,
        organisation: str = "Esimerkkilä",
        language: str = "fi",
        email: bool = True,
    ) -> str:
        """Somebody with a token, by their id."""
        if name in self.people:
            return self.people[name]
        organisation_id = self.organisation(organisation)
        with self.installation.database.writing() as db:
            address = f"{name.split(maxsplit=1)[0].lower()}@example.org" if email else None
            person = add_person(db, name, language, address)
            if office:
                give_office(db, person, organisation_id, office)
            self.tokens[name] = make_token(db, person.id, 3650)
            self.people[name] = person.id
        return self.people[name]

    @cached_property
    def app(self) -> FastAPI:
        """The application of this house: the one that is made once, with a state of its own."""
        app = copy(application())
        app.state = State(
            {
                "installation": self.installation,
                "post": None,
                "addresses": app.state.addresses,
                "doors": app.state.doors,
            }
        )
        return app

    def client(self, name: str | None = None) -> httpx.Client:
        """A client that sends somebody's token; without a name, none."""
        headers = {"Authorization": f"Bearer {self.tokens[name]}"} if name else {}
        return TestClient(self.app, headers=headers)


@pytest.fixture(scope="session", autouse=True)
def one_event_loop() -> Iterator[None]:
    """Let all clients share one event loop and its threads: to start them for each request takes half of its time."""
    one_hop = patch.object(_TestClientTransport, "handle_request", in_one_hop)
    with start_blocking_portal() as portal, patch.object(TestClient, "portal", portal), one_hop:
        yield


_COMPILED: dict[str, tuple[Dialect, Any]] = {}


def share_compiled(installation: Installation) -> None:
    """Let all houses on one kind of database compile a statement once: anew in each house, it takes a tenth of the time."""
    for engine in (installation.database.engine, installation.database._writer, installation.keyring.engine):
        mine = engine.dialect, engine._compiled_cache
        engine.dialect, engine._compiled_cache = _COMPILED.setdefault(engine.dialect.name, mine)


@cache
def application() -> FastAPI:
    """The application without an installation, made once: half a second is much beside a test."""
    return create_app(None)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated SQLite installation, to copy for every test."""
    home = tmp_path_factory.mktemp("template") / "var"
    open_installation(Settings.under(home)).close()
    return home


@pytest.fixture(scope="session")
def postgres_template(lasting_postgres: FreshDatabases, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder and a migrated PostgreSQL database, to copy for every test."""
    home, url = tmp_path_factory.mktemp("template") / "var", lasting_postgres()
    open_installation(Settings.under(home, {"database_url": url})).close()
    return home, url


@pytest.fixture(scope="session")
def sqlite_snapshots(tmp_path_factory: pytest.TempPathFactory) -> Snapshots:
    return Snapshots(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(scope="session")
def postgres_snapshots(
    postgres_url: str, lasting_postgres: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Snapshots:
    return Snapshots(tmp_path_factory.mktemp("snapshots"), postgres_url, lasting_postgres)


@pytest.fixture
def sqlite_house(sqlite_template: Path, sqlite_snapshots: Snapshots, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(sqlite_template, tmp_path / "var")
    yield from _open(Settings.under(tmp_path / "var"), sqlite_snapshots)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house; the test runs once on each database, on PostgreSQL by turns where nothing differs (tests/rotation.py)."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_house")
        return
    home, template = request.getfixturevalue("postgres_template")
    fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
    shutil.copytree(home, tmp_path / "var")
    settings = Settings.under(tmp_path / "var", {"database_url": fresh(template=template)})
    yield from _open(settings, request.getfixturevalue("postgres_snapshots"))


def _open(settings: Settings, snapshots: Snapshots) -> Iterator[House]:
    clock = SettableClock()
    installation = open_installation(settings, clock=clock, draw=counting())
    share_compiled(installation)
    yield House(installation, clock, snapshots=snapshots)
    installation.close()
