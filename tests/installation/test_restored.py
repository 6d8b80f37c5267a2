"""What comes back from a backup: every act acknowledged before it began, and nothing that was destroyed before."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from mediation.acts.statements import write_note
from mediation.case import record
from mediation.case.anchors import copy_all, verify_all
from mediation.installation.backup import back_up
from mediation.installation.copies import Parts, copies_in
from mediation.installation.doctor import examine, examine_backup
from mediation.installation.installation import Installation, open_installation
from mediation.installation.restore import chosen, finish, restore
from mediation.retention import run as retention
from mediation.settings import Settings
from mediation.store.database import utc_now
from mediation.store.models import Case
from tests.cases import Table, case_in
from tests.databases import FreshDatabases
from tests.ended import Ending
from tests.houses import House, SettableClock
from tests.installation.test_backups import certificates, readable, written
from tests.processes import address_in, process, said
from tests.retention.test_retention import AGREEMENT, WORDS
from tests.safekeeping import elsewhere, environment_of

pytestmark = pytest.mark.usefixtures("programs")

WRITERS = 4
ENOUGH = 25  # acts acknowledged before the backup begins, and as many while and after it is made


@pytest.fixture(params=["sqlite", "postgresql"])
def living(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """An installation by today's clock, with content and keys both on one kind of database; nobody has it open."""
    settings = Settings.under(tmp_path / "var")
    if request.param == "postgresql":
        fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
        settings = replace(settings, database_url=fresh(), keys_url=fresh())
    installation = open_installation(settings)
    house = House(installation, SettableClock(utc_now()))
    house.person("Vilho", office="hr")
    for name in ("Aino", "Pekka"):
        house.person(name)
    installation.close()
    return house


@contextmanager
def writing(house: House, address: str) -> Iterator[Callable[[int], list[str]]]:
    """Refer cases without a rest; what is given waits for so many more acknowledgements, and tells all there are."""
    acknowledged: list[str] = []
    over, more = threading.Event(), threading.Condition()
    referral = {
        "organisation": house.organisations["Esimerkkilä"],
        "subject": "Vuoronvaihto",
        "parties": [{"person": house.people[name]} for name in ("Aino", "Pekka")],
    }

    def write() -> None:
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {house.tokens['Vilho']}"}) as client:
            while not over.is_set():
                answer = client.post("/api/cases", json=referral, timeout=60)
                assert answer.status_code == 201, answer.text
                with more:
                    acknowledged.append(answer.json()["number"])
                    more.notify_all()

    def wait_for(count: int) -> list[str]:
        with more:
            wanted = len(acknowledged) + count
            assert more.wait_for(lambda: len(acknowledged) >= wanted, timeout=120)
            return list(acknowledged)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for one in writers:
        one.start()
    try:
        yield wait_for
    finally:
        over.set()
        for one in writers:
            one.join()


def every_word_is_read(installation: Installation) -> set[str]:
    """The numbers of all cases; every word of each can be read, and its record holds."""
    with installation.database.reading() as db:
        rows = sum(1 for _ in written(db))
        assert rows > 0
        assert {column for column, _ in written(db)} == readable(db)
        cases = db.scalars(select(Case)).all()
        assert all(record.verify(db, case.id).holds for case in cases)
        return {case.number for case in cases}


@pytest.mark.seconds
def test_a_backup_taken_under_load_keeps_every_act_acknowledged_before_it_began(
    living: House, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """H14. A real server, four writers, a backup in the middle, the server killed; restored elsewhere nothing is missing."""
    settings, folders = living.installation.settings, Parts.under(tmp_path / "backup")
    with (
        process(settings.home, "serve", "--port", "0", **environment_of(settings)) as server,
        writing(living, address_in(said(server, "Serving on"))) as wait_for,
    ):
        before = wait_for(ENOUGH)
        back_up(settings, folders)
        wait_for(ENOUGH)
    assert [one for _, one in examine_backup(settings, folders) if one.mend] == []
    fresh = None if settings.database_url.startswith("sqlite") else request.getfixturevalue("fresh_postgres")
    target = elsewhere(settings, tmp_path / "elsewhere", fresh)
    restore(target, *chosen(folders.content, folders.keys))
    with closing(open_installation(target, make=False, restored=True)) as unfinished:
        assert verify_all(unfinished.database).finding in {record.Finding.HOLDS, record.Finding.OLDER}
    assert finish(target).accepted.refused == ()
    installation = open_installation(target, make=False)
    there = every_word_is_read(installation)
    installation.close()
    assert len(before) >= ENOUGH
    assert set(before) - there == set()
    known = {"kit", "settings", "backup"}  # a restored installation in development: nothing else is to mend
    assert [(about, one) for about, one in examine(target) if one.mend and about not in known] == []


def test_destroyed_keys_stay_destroyed_when_old_content_is_restored(
    ending: Ending, tmp_path: Path, fresh_postgres: FreshDatabases
) -> None:
    folders = Parts.under(tmp_path / "backup")
    table = ending.open()
    with table.writing() as db:
        everything = readable(db)
    old = back_up(ending.settings, folders)
    table.house.clock.at = WORDS
    retention.run(table.house.installation.database)
    with table.writing() as db:
        left, told = readable(db), certificates(db)
    assert left < everything
    table.house.installation.close()
    new = back_up(ending.settings, folders)
    assert copies_in(folders.keys) == [new.keys.folder]

    target = elsewhere(ending.settings, tmp_path / "elsewhere", fresh_postgres)
    restore(target, old.content, new.keys)
    assert finish(target, clock=lambda: WORDS).destroyed.keys == len(told)
    restored = ending.open(settings=target)
    with restored.writing() as db:
        assert readable(db) == left
        assert {key: at for key, (_, at) in certificates(db).items()} == {key: at for key, (_, at) in told.items()}


@pytest.fixture
def older(house: House, tmp_path: Path, fresh_postgres: FreshDatabases) -> tuple[Settings, Table]:
    """An installation put together from an old copy of the content and the newest keys, not finished yet; and its case."""
    folders, table = Parts.under(tmp_path / "backup"), case_in(house, "opening", ready=False)
    settings = house.installation.settings
    copy_all(house.installation.database)
    old = back_up(settings, folders)
    with table.writing() as db:
        table.does(db, "Meri", write_note, "Kysy unesta", language="fi")
        table.does(db, "Meri", write_note, "Kysy vuoroista", language="fi")
    copy_all(house.installation.database)
    house.installation.close()
    target = elsewhere(settings, tmp_path / "elsewhere", fresh_postgres)
    restore(target, old.content, back_up(settings, folders).keys)
    return target, table


def test_old_content_is_reported_as_older_than_its_anchors_and_works_once_that_is_accepted(
    older: tuple[Settings, Table],
) -> None:
    target, table = older
    clock = table.house.clock
    with closing(open_installation(target, make=False, restored=True, clock=clock)) as unfinished:
        survey = verify_all(unfinished.database)
        assert (survey.finding, survey.entries_behind) == (record.Finding.OLDER, 2)
    accepted = finish(target, clock=clock).accepted
    assert (accepted.older, accepted.lost, accepted.refused) == (1, 0, ())
    with closing(open_installation(target, make=False, clock=clock)) as installation:
        table.house.installation = installation
        with table.writing() as db:
            table.does(db, "Meri", write_note, "Kysy jaksamisesta", language="fi")
        copy_all(installation.database)
        assert verify_all(installation.database).finding == record.Finding.HOLDS


def test_a_record_that_was_changed_in_the_copy_is_not_accepted(older: tuple[Settings, Table]) -> None:
    target, table = older
    unfinished = open_installation(target, make=False, restored=True, clock=table.house.clock)
    with closing(unfinished), unfinished.database.writing() as db:
        on_table = " ON record_entries" if db.connection().dialect.name == "postgresql" else ""
        db.execute(text(f"DROP TRIGGER record_entries_never_updated{on_table}"))
        db.execute(text("UPDATE record_entries SET actor = 'x' WHERE position = 1"))
    assert finish(target, clock=table.house.clock).accepted.refused == (table.number,)


def test_nothing_is_destroyed_by_restoring_that_was_not_destroyed_before(
    ending: Ending, tmp_path: Path, fresh_postgres: FreshDatabases
) -> None:
    folders = Parts.under(tmp_path / "backup")
    table = ending.open()
    with table.writing() as db:
        everything = readable(db)
    back_up(ending.settings, folders)
    table.house.installation.close()
    target = elsewhere(ending.settings, tmp_path / "elsewhere", fresh_postgres)
    restore(target, *chosen(folders.content, folders.keys))
    assert finish(target, clock=lambda: AGREEMENT).destroyed.keys == 0
    restored = ending.open(settings=target)
    with restored.writing() as db:
        assert readable(db) == everything
