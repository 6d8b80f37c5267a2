"""Golden histories: what an old release wrote opens with this one, verifies, reads, and goes on (tests/golden).

The archive was made once, by the code of commit 3d9dcf8 and with a script that imports that code's own tests; the history
keeps it (`git show 6687242:tests/golden/make.py`). It is never made again: what old code wrote is what it is there for.
"""

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, Column, Date, DateTime, MetaData, create_engine, insert, select

from mediation.__main__ import main
from mediation.installation.installation import open_installation, upgrade_installation
from mediation.sealing.bundle import bundle
from mediation.sealing.standalone import verify as alone
from mediation.settings import Settings
from mediation.store import migrations
from mediation.store.models import Case, StoredFile, get_bytes
from tests.databases import FreshDatabases
from tests.houses import House, SettableClock
from tests.world import LiveCase

ARCHIVE = Path(__file__).with_name("installation.tar.xz")

# What Aino and Pekka wrote for the mediator alone, in each case in which they wrote.
PRIVATELY = {"Aino": "En nuku öisin.", "Pekka": "I dread the shifts."}


class Golden:
    """The golden installation in a folder of its own, opened with its own clock."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        known = json.loads((settings.home / "cases.json").read_text("utf-8"))
        self.cases: Mapping[str, Mapping[str, Any]] = known["cases"]
        self.clock = SettableClock(datetime.fromisoformat(known["clock"]))
        upgrade_installation(settings)
        installation = open_installation(settings, clock=self.clock, make=False)
        self.house = House(installation, self.clock, known["people"], known["tokens"], known["organisations"])

    def room(self, name: str) -> LiveCase:
        """One of the cases, with a client for each of its people."""
        return LiveCase(self.house, self.cases[name]["number"], dict(self.cases[name]["ids"]))


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the golden installation, as it was packed."""
    folder = tmp_path_factory.mktemp("golden")
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(folder, filter="data")
    return folder / "var"


@pytest.fixture(scope="session")
def on_postgresql(unpacked: Path, lasting_postgres: FreshDatabases) -> str:
    """A PostgreSQL database with the rows of the golden installation, in the tables of its version."""
    url = lasting_postgres()
    with sqlite3.connect(f"file:{unpacked / 'mediation.db'}?immutable=1", uri=True) as old:
        old.row_factory = sqlite3.Row
        _copy(old, url)
    old.close()
    return url


def _copy(old: sqlite3.Connection, url: str) -> None:
    engine = create_engine(url)
    [version] = [row["version_num"] for row in old.execute("SELECT version_num FROM alembic_version")]
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        command.upgrade(config, version)
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            rows = [dict(row) for row in old.execute(f'SELECT * FROM "{table.name}" ORDER BY rowid')]
            given = [{name: _as_typed(table.c[name], value) for name, value in row.items()} for row in rows]
            if given and table.name != "alembic_version":
                connection.execute(insert(table), given)
    engine.dispose()


def _as_typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return bool(value) if isinstance(column.type, Boolean) else value


@pytest.fixture(params=["sqlite", "postgresql"])
def golden(request: pytest.FixtureRequest, unpacked: Path, tmp_path: Path) -> Iterator[Golden]:
    """The golden installation, migrated and open; the test runs once on each database."""
    home = shutil.copytree(unpacked, tmp_path / "var")
    changes = {}
    if request.param == "postgresql":
        template = request.getfixturevalue("on_postgresql")
        fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
        changes = {"database_url": fresh(template=template)}
    golden = Golden(Settings.under(home, changes))
    yield golden
    golden.house.installation.close()


@pytest.fixture
def verify(golden: Golden, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command that verifies, on the golden installation; its exit status."""
    monkeypatch.setenv("MEDIATION_HOME", str(golden.settings.home))
    monkeypatch.setenv("MEDIATION_DATABASE_URL", golden.settings.database_url)
    monkeypatch.setenv("MEDIATION_KEYS_URL", golden.settings.keys_url)
    for name in ("MEDIATION_MAIL", "MEDIATION_MODE"):
        monkeypatch.delenv(name, raising=False)
    return lambda *argv: main(["verify", *map(str, argv)])


def test_every_case_of_an_old_release_verifies_and_so_does_every_sealed_file(
    golden: Golden, verify: Callable[..., int], tmp_path: Path
) -> None:
    for case in golden.cases.values():
        assert verify("--case", case["number"]) == 0, case["number"]
    with golden.house.installation.database.reading() as db:
        sealed = db.scalars(select(StoredFile).where(StoredFile.kind.in_(("sealed", "sealed-annex")))).all()
        files = [get_bytes(db, one, "content") for one in sealed]
    assert {one.kind for one in sealed} == {"sealed", "sealed-annex"}
    for number, content in enumerate(files):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        assert verify(path) == 0
        assert alone.check(content, []).findings == []
        bundled = tmp_path / f"{number}.zip"
        bundled.write_bytes(bundle("sealed.pdf", content, golden.house.installation.sealer))
        assert verify(bundled) == 0
    assert len(files) >= 6


def test_everybody_reads_the_cases_of_an_old_release_and_own_private_words_alone(golden: Golden) -> None:
    read = 0
    for name in golden.cases:
        room = golden.room(name)
        assert room.line()["number"] == room.number
        for person in room.ids:
            answer = room[person].asks("GET ")
            # Vilho ordered the mediation: HR sees a line, not the case. Who supports a party that left reads nothing.
            assert answer.status_code in {200, 404}, answer.text
            if answer.status_code != 200:
                assert person not in {"Meri", "Aino", "Pekka"}
                continue
            read += 1
            others = [words for whose, words in PRIVATELY.items() if person not in {whose, "Meri", "Ilmari"}]
            assert not [words for words in others if words in answer.text]
            if name != "closed-kept" and person in PRIVATELY:
                assert PRIVATELY[person] in answer.text
    assert read > 40


# How each case goes on, to its end where that is near.


def _prepared(room: LiveCase) -> str:
    room.accepts_ties("Pekka")
    room.meri.does("screenings/decision", {"outcome": "suitable"})
    for name in ("Aino", "Pekka"):
        room.meri.does("invitations", {"participant": room.ids[name]})
        room.meets_alone(name)
        room[name].agrees()
    room.plans("joint")
    return room.moves("open")


def _opened(room: LiveCase) -> str:
    session, here = room.session("joint"), {room.ids[name]: "present" for name in ("Aino", "Pekka")}
    room.meri.does(f"sessions/{session}/beginning")
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": here})
    for name in ("Aino", "Pekka"):
        room[name].does("ground-rules/acceptances")
    room.meri.does("opening-turns", {"participants": list(here)})
    return room.moves("define-problem")


def _defined(room: LiveCase) -> str:
    version = room.pekka.reads()["problem_statements"][-1]["version"]
    room.pekka.does(f"problem-statements/{version}/acceptances")
    return room.moves("start-dialogue")


def _talked(room: LiveCase) -> str:
    room.pekka.does("statements", {"audience": "table", "words": "Puhutaan siitä."})
    return room.moves("seek-solutions")


def _signed(room: LiveCase) -> str:
    if room.meri.reads("agreement")["sign_by"] < room.house.clock.at.isoformat():
        room.meri.does("PUT agreement/sign-by", {"sign_by": room.today(7)})
    assert room.sign("Kaarina", "Pekka")
    return room.moves("begin-follow-up")


def _followed_up(room: LiveCase) -> str:
    session = room.session("follow-up")
    room.meri.does(f"sessions/{session}/beginning")
    room.checks_in("Pekka", session=session)
    _of_kaarina(room)
    room.meri.does(f"sessions/{session}/ending", {"early": False})
    return room.moves("close")


def _of_kaarina(room: LiveCase) -> None:
    reports = {one["id"]: {"answer": "kept"} for one in room.kaarina.reads("agreement")["commitments"]}
    room.kaarina.does("check-ins", {"audience": "table", "reports": reports})


def _resumed(room: LiveCase) -> str:
    room.meri.does("resumptions")
    return room.moves("seek-solutions")


def _held(room: LiveCase) -> str:
    room.aino.does("holds")
    return str(room.meri.reads()["phase"])


GOES_ON: Mapping[str, tuple[Callable[[LiveCase], str], str]] = {
    "preparation": (_prepared, "opening"),
    "opening": (_opened, "problem-definition"),
    "problem-definition": (_defined, "dialogue"),
    "dialogue": (_talked, "solutions"),
    "solutions": (_signed, "follow-up"),
    "follow-up": (_followed_up, "closed"),
    "suspended": (_resumed, "solutions"),
    "amended": (_signed, "follow-up"),
    "closed-kept": (_held, "closed"),
    "closed-otherwise": (_held, "closed"),
}


@pytest.mark.seconds
@pytest.mark.parametrize("name", GOES_ON)
def test_a_case_of_an_old_release_goes_on(name: str, golden: Golden, verify: Callable[..., int]) -> None:
    room, (goes_on, phase) = golden.room(name), GOES_ON[name]
    room.later(hours=1)
    room.rounds()
    assert goes_on(room) == phase
    assert verify("--case", room.number) == 0


def test_every_case_of_the_archive_goes_on(unpacked: Path) -> None:
    assert set(json.loads((unpacked / "cases.json").read_text("utf-8"))["cases"]) == set(GOES_ON)


def test_the_kit_of_an_old_release_still_brings_its_master_key_back(golden: Golden) -> None:
    golden.house.installation.close()
    home = golden.settings.home
    key = (home / "master.key").read_bytes()
    for path in home.glob("master.key*"):
        path.unlink()
    [first, _, third] = sorted((home / "recovery-kit").iterdir())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MEDIATION_HOME", str(home))
        environment.setenv("MEDIATION_DATABASE_URL", golden.settings.database_url)
        assert main(["keys", "recover", str(first), str(third)]) == 0
    assert (home / "master.key").read_bytes() == key
    with golden.house.installation.database.reading() as db:
        assert db.scalars(select(Case)).all()
