"""A case that was carried to its end with words in every corner, made once on each kind of database and copied for every test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from mediation.acts.screening import answer_screening, begin_screening, decide_screening
from mediation.acts.statements import speak_privately, write_note
from mediation.installation.installation import open_installation
from mediation.settings import Keep, Settings
from mediation.store.models import Case
from tests.cases import Table, case_in
from tests.databases import FreshDatabases
from tests.houses import House, SettableClock, counting, share_compiled

ENDED = datetime(2027, 8, 24, 9, 0, tzinfo=UTC)
LAST_FOLLOW_UP = datetime(2027, 1, 11, 7, 0, tzinfo=UTC)

# What somebody said that nobody may read any more once its key is gone.
PRIVATELY = {"Aino": "En nuku öisin [KANARIA-yksityinen-Aino]", "Pekka": "Pelkään vuoroja [KANARIA-yksityinen-Pekka]"}
NOTE = "Kysy unesta [KANARIA-muistiinpano]"


@dataclass
class Ending:
    """An installation as it was when the case ended; `open` gives it as a house, with other times to keep where wanted."""

    settings: Settings
    number: str
    people: dict[str, str]
    tokens: dict[str, str]
    organisations: dict[str, str]
    ids: dict[str, str]
    opened: list[House] = field(default_factory=list)

    def open(self, keep: Keep | None = None, settings: Settings | None = None) -> Table:
        """The case, at the moment at which it ended."""
        chosen = settings or self.settings
        clock = SettableClock(ENDED)
        installation = open_installation(replace(chosen, keep=keep) if keep else chosen, clock=clock)
        share_compiled(installation)
        house = House(installation, clock, dict(self.people), dict(self.tokens), dict(self.organisations))
        self.opened.append(house)
        return Table(house, self.number, dict(self.ids))


def _end_a_case(settings: Settings) -> Ending:
    clock = SettableClock(LAST_FOLLOW_UP)
    installation = open_installation(settings, clock=clock, draw=counting())
    table = case_in(House(installation, clock), "follow-up")
    table.house.person("Ulla", office="admin")
    with table.writing() as db:
        for name, words in PRIVATELY.items():
            table.does(db, name, speak_privately, words, language="fi")
        table.does(db, "Meri", write_note, NOTE, language="fi")
        table.does(db, "Meri", begin_screening, language="fi")
        table.does(db, "Aino", answer_screening, {"S1": "no", "S2": "no"}, language="fi")
        table.does(db, "Meri", decide_screening, "suitable")
    clock.at = ENDED
    with table.writing() as db:
        table.advance(db, "close")
    installation.close()
    house = table.house
    return Ending(settings, table.number, house.people, house.tokens, house.organisations, table.ids)


@pytest.fixture(scope="session")
def ended_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Ending:
    home = tmp_path_factory.mktemp("ended") / "var"
    return _end_a_case(Settings.under(shutil.copytree(sqlite_template, home)))


@pytest.fixture(scope="session")
def ended_on_postgresql(
    postgres_template: tuple[Path, str], lasting_postgres: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Ending:
    home, template = postgres_template
    copy = shutil.copytree(home, tmp_path_factory.mktemp("ended") / "var")
    return _end_a_case(Settings.under(copy, {"database_url": lasting_postgres(template=template)}))


@pytest.fixture(params=["sqlite", "postgresql"])
def ending(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ending]:
    """The ended case in an installation of its own; the test runs once on each database."""
    yield from _copied(request, tmp_path, request.param)


@pytest.fixture
def sqlite_ending(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ending]:
    yield from _copied(request, tmp_path, "sqlite")


def _copied(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Ending]:
    whole: Ending = request.getfixturevalue(f"ended_on_{kind}")
    settings = Settings.under(shutil.copytree(whole.settings.home, tmp_path / "var"))
    if kind == "postgresql":
        fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
        settings = replace(settings, database_url=fresh(template=whole.settings.database_url))
    mine = replace(whole, settings=settings, opened=[])
    yield mine
    for house in mine.opened:
        house.installation.close()


def case_id(table: Table) -> str:
    with table.writing() as db:
        return str(db.scalars(select(Case.id).where(Case.number == table.number)).one())


PAGES = (
    "",
    *str.split(
        "/agreement /agreement/differences /check-ins /reads /letters /record /retention /holds /transitions /sessions "
        "/screenings /statements /options /problem-statements /closing-report"
    ),
)

EVERYBODY = ("Meri", "Aino", "Pekka", "Tuula", "Kaarina", "Vilho")


def pages_of(table: Table, name: str) -> dict[str, httpx.Response]:
    """All that somebody can read of the case, by address."""
    client = table.house.client(name)
    answers = {page: client.get(f"/api/cases/{table.number}{page}") for page in PAGES}
    for one in answers["/agreement"].json().get("documents", ()):
        answers[one["kind"] + one["name"]] = client.get(f"/api/cases/{table.number}/documents/{one['id']}")
    answers["statuses"] = client.get("/api/statuses")
    answers["status"] = client.get(f"/api/statuses/{table.number}")
    answers["cases"] = client.get("/api/cases")
    return answers


def words_in(answers: dict[str, httpx.Response], *words: str) -> set[str]:
    return {word for word in words for one in answers.values() if word in one.text}
