"""The database is locked, read-only, full or not there, the key is gone, the mail is down: a plain word, and nothing lost."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, make_url, text

from api.app import create_app
from mediation.__main__ import main
from mediation.installation.installation import open_installation
from mediation.letters.delivery import deliver_due
from mediation.letters.post import Folder, Smtp, Timeouts
from mediation.people.directory import make_token
from mediation.settings import Settings
from mediation.store.models import Letter, Meeting, Participant
from tests.databases import execute
from tests.houses import House
from tests.processes import free_port
from tests.world import LiveCase, answered, case_at, count, problem, rows

only_sqlite = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("house", ["postgresql"], indirect=True)

SAID = {"audience": "table", "words": "Tieto ei kulje."}


@pytest.fixture
def desk(house: House) -> LiveCase:
    return case_at(house, "opening", ready=False)


def speak(desk: LiveCase) -> httpx.Response:
    return desk.ask("Aino", "POST statements", SAID, **{"Idempotency-Key": "once"})


def refused_and_kept(desk: LiveCase, code: str) -> None:
    """An act is refused with a code and when to try again; nothing of it is kept."""
    response = speak(desk)
    problem(response, 503, code)
    assert int(response.headers["retry-after"]) > 0


def nothing_was_lost(desk: LiveCase, before: dict[str, int]) -> None:
    """Afterwards it can be done, once, under the same key."""
    assert rows(desk.house) == before
    for _ in range(2):
        answered(speak(desk))
    assert [one["words"] for one in desk.meri.reads()["statements"]] == [SAID["words"]]
    assert desk.meri.reads("record")["holds"]


@contextmanager
def hasty(house: House) -> Iterator[None]:
    """Wait a moment for a lock, not half a minute: of every connection made from now on."""
    engine = house.installation.database.engine

    def set_patience(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        lite = engine.dialect.name == "sqlite"
        cursor.execute("PRAGMA busy_timeout = 100" if lite else "SET lock_timeout = '100ms'")
        cursor.close()
        if not lite:
            connection.commit()  # type: ignore[attr-defined]

    event.listen(engine, "connect", set_patience)
    engine.dispose()
    yield
    event.remove(engine, "connect", set_patience)
    engine.dispose()


def file_of(url: str) -> str:
    return str(make_url(url).database)


def test_a_locked_database_is_refused_and_nothing_is_half_done(house: House, desk: LiveCase) -> None:
    before = rows(house)
    engine = house.installation.database.engine
    with hasty(house):
        if engine.dialect.name == "sqlite":
            other = sqlite3.connect(file_of(house.installation.settings.database_url), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            refused_and_kept(desk, "database-busy")
            assert desk.ask("Aino", "GET").status_code == 200  # readers can continue
            other.execute("ROLLBACK")
            other.close()
        else:
            with engine.connect() as other, other.begin():
                other.execute(text("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE"))
                refused_and_kept(desk, "database-busy")
    nothing_was_lost(desk, before)


@only_postgresql
def test_a_locked_case_is_waited_for_no_longer_than_configured(house: House, desk: LiveCase) -> None:
    before = rows(house)
    with hasty(house), house.installation.database.engine.connect() as other, other.begin():
        other.execute(text("SELECT id FROM cases FOR UPDATE"))
        refused_and_kept(desk, "database-busy")
        assert desk.ask("Aino", "GET").status_code == 200
    nothing_was_lost(desk, before)


@only_postgresql
def test_a_postgresql_waits_for_a_lock_no_longer_than_an_sqlite(house: House) -> None:
    engine = house.installation.database.engine
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) not in {"0", "0ms", None}


def test_a_database_that_became_read_only_is_refused(house: House, desk: LiveCase) -> None:
    before = rows(house)
    engine = house.installation.database.engine

    def refuse_writing(connection: object, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]

    url = make_url(house.installation.settings.database_url)
    alter = f'ALTER DATABASE "{url.database}" SET default_transaction_read_only = '
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", refuse_writing)
    else:
        execute(url.set(database="postgres"), alter + "on")
    engine.dispose()
    refused_and_kept(desk, "database-read-only")
    assert desk.ask("Aino", "GET").status_code == 200
    if engine.dialect.name == "sqlite":
        event.remove(engine, "connect", refuse_writing)
    else:
        execute(url.set(database="postgres"), alter + "off")
    engine.dispose()
    nothing_was_lost(desk, before)


@only_sqlite
def test_a_full_disk_is_told(house: House, desk: LiveCase) -> None:
    engine = house.installation.database.engine
    before = rows(house)

    def leave_no_room(connection: object, _: object) -> None:
        [pages] = connection.execute("PRAGMA page_count").fetchone()  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    event.listen(engine, "connect", leave_no_room)
    engine.dispose()
    long = {**SAID, "words": "Tieto ei kulje. " * 600}
    for _ in range(20):
        response = desk.ask("Aino", "POST statements", long)
        if not response.is_success:
            break
    problem(response, 503, "database-full")
    event.remove(engine, "connect", leave_no_room)
    engine.dispose()
    assert desk.meri.reads("record")["holds"]
    assert rows(house)["statements"] >= before["statements"]
    answered(speak(desk))


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Let the operating system refuse every write past `size` bytes of a file, as a disk does that fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@only_sqlite
def test_an_unwritable_disk_is_refused_as_such(house: House, desk: LiveCase) -> None:
    """H37. A disk I/O error is no database that cannot be reached: trying again in a moment would not help."""
    before = rows(house)
    log = Path(file_of(house.installation.settings.database_url) + "-wal")
    with files_no_longer_than(log.stat().st_size + 1000):
        refused_and_kept(desk, "database-disk-failing")
        assert desk.ask("Aino", "GET transitions").status_code == 200  # readers can continue
    nothing_was_lost(desk, before)


@only_sqlite
def test_a_damaged_database_is_refused_as_such_to_every_caller(house: House, desk: LiveCase) -> None:
    """H37. A page that is no page is neither a mistake of ours nor something that goes by."""
    file = Path(file_of(house.installation.settings.database_url))
    house.installation.database.engine.dispose()
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [root] = store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'cases'").fetchone()
    [size] = store.execute("PRAGMA page_size").fetchone()
    store.close()
    with file.open("r+b") as damaged:
        damaged.seek((root - 1) * size)
        damaged.write(b"\xff" * size)
    problem(desk.ask("Aino", "GET"), 500, "database-damaged")


@pytest.mark.parametrize("table", ["statements", "record_entries", "cases", "tokens"])
def test_a_database_that_lacks_a_table_is_refused_as_not_migrated(house: House, desk: LiveCase, table: str) -> None:
    before = rows(house)
    with house.installation.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO hidden"))
    refused_and_kept(desk, "database-not-migrated")
    with house.installation.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE hidden RENAME TO {table}"))
    nothing_was_lost(desk, before)


@only_postgresql
def test_a_lost_server_is_refused_and_found_again(house: House, desk: LiveCase) -> None:
    before = rows(house)
    url = make_url(house.installation.settings.database_url)
    end_all = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{url.database}' AND pid <> pg_backend_pid()"
    )
    execute(url.set(database="postgres"), f'ALTER DATABASE "{url.database}" WITH ALLOW_CONNECTIONS false')
    execute(url.set(database="postgres"), end_all)
    refused_and_kept(desk, "database-unreachable")
    execute(url.set(database="postgres"), f'ALTER DATABASE "{url.database}" WITH ALLOW_CONNECTIONS true')
    nothing_was_lost(desk, before)


# Keys.


def test_a_locked_or_missing_key_store_is_refused(house: House, desk: LiveCase) -> None:
    before = rows(house)
    store = sqlite3.connect(file_of(house.installation.settings.keys_url), isolation_level=None)
    store.execute("ALTER TABLE keys RENAME TO hidden")
    refused_and_kept(desk, "database-not-migrated")
    store.execute("ALTER TABLE hidden RENAME TO keys")
    store.close()
    nothing_was_lost(desk, before)


def test_a_destroyed_key_takes_its_words_alone(sqlite_house: House) -> None:
    house, desk = sqlite_house, case_at(sqlite_house, "opening", ready=False)
    desk.aino.does("statements", {"audience": "mediator", "words": "Vain sinulle."})
    store = sqlite3.connect(file_of(house.installation.settings.keys_url), isolation_level=None)
    store.execute("UPDATE keys SET wrapped = NULL WHERE clock = 'private'")
    store.close()
    for name in ("Aino", "Meri", "Pekka"):
        response = desk.ask(name, "GET")
        assert response.status_code == 200, response.text
        assert "Vain sinulle." not in response.text


@pytest.mark.parametrize(
    ("fault", "code"),
    [("missing", "master-key-missing"), ("unreadable", "master-key-unreadable"), ("wrong", "master-key-wrong")],
)
def test_an_installation_without_its_key_does_not_start_and_says_which_file(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: str, code: str
) -> None:
    settings = sqlite_house.installation.settings
    sqlite_house.person("Meri")
    sqlite_house.installation.close()
    key = settings.master_key_file
    secret = key.read_text()
    if fault == "missing":
        key.unlink()
    else:
        key.write_text("ab" * 32 if fault == "wrong" else "no key")
    monkeypatch.setenv("MEDIATION_HOME", str(settings.home))
    for name in ("MEDIATION_DATABASE_URL", "MEDIATION_KEYS_URL"):
        monkeypatch.delenv(name, raising=False)
    before = {path.name for path in settings.home.iterdir()}
    assert main(["serve", "--port", "0"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith("mediation: ")
    assert secret not in told.err
    assert code == "master-key-wrong" or str(key) in told.err
    assert {path.name for path in settings.home.iterdir()} == before
    key.write_text(secret)
    key.chmod(0o600)
    open_installation(settings, make=False).close()


# Letters.


def test_acts_go_on_while_the_mail_is_down_and_every_letter_waits(house: House, tmp_path: Path) -> None:
    desk = case_at(house, "opening", ready=False)
    post = Smtp(f"smtp://127.0.0.1:{free_port()}", timeouts=Timeouts(connect=1))
    settings = house.installation.settings
    with TestClient(create_app(house.installation, post), headers=headers(house, "Meri")) as meri:
        for day in (11, 12, 13):
            plan = {"kind": "joint", "planned_at": f"2027-02-{day}T09:00:00+02:00"}
            assert meri.post(f"/api/cases/{desk.number}/sessions", json=plan).status_code == 201
        assert meri.get("/healthz").status_code == 200
    for _ in range(3):
        house.clock.at += timedelta(hours=13)
        went = deliver_due(house.installation.database, post, settings)
        assert (went.count, went.given_up) == (0, 0)
    house.clock.at += timedelta(hours=13)
    with house.installation.database.reading() as db:
        # Others' letters are printed, and nothing is sent of a session that has passed meanwhile (workflow.md rule 18), nor is
        # anybody asked for an answer that they have given.
        mailed = {one.id for one in db.query(Participant) if one.email is not None}
        held = {one.id: one.planned_at for one in db.query(Meeting) if one.planned_at <= house.clock.at}
        letters = [one for one in db.query(Letter) if held.get(one.about, one.due_at) <= one.due_at]
        letters = [one for one in letters if one.participant_id in mailed and one.kind != "answer-waits"]
        due = {one.id for one in letters if one.due_at <= house.clock.at and one.called_off_at is None}
    assert len(due) >= 6
    folder = tmp_path / "letters"
    went = deliver_due(house.installation.database, Folder(folder), settings, limit=1000)
    assert (went.failed, went.given_up) == (0, 0)
    with house.installation.database.reading() as db:  # several that wait for one reader are one mail
        assert {one.id for one in db.query(Letter) if one.delivered_at == house.clock.at} == due
    assert len(list(folder.glob("*.eml"))) == went.count <= len(due)
    assert deliver_due(house.installation.database, Folder(folder), settings).count == 0


def headers(house: House, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {house.tokens[name]}"}


def test_a_token_is_good_only_as_long_as_it_was_made_for(house: House) -> None:
    desk = case_at(house, "opening", ready=False)
    with house.installation.database.writing() as db:
        house.tokens["Aino"] = make_token(db, house.people["Aino"], 1)
    entries = count(house, Letter)
    desk.aino.reads("")
    house.clock.at += timedelta(days=1, seconds=1)
    problem(desk.ask("Aino", "GET"), 401, "token-unknown")
    problem(desk.ask("Aino", "POST pauses", {}), 401, "token-unknown")
    assert count(house, Letter) == entries


def test_a_post_that_is_set_up_wrongly_does_not_start(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_house.installation.close()
    monkeypatch.setenv("MEDIATION_HOME", str(sqlite_house.installation.settings.home))
    for mail in ("smtp://", "nonsense", "smtp://host:port", "folder:", "http://127.0.0.1"):
        monkeypatch.setenv("MEDIATION_MAIL", mail)
        assert main(["deliver"]) == 2
    assert Settings.under(Path("x")).mail.startswith("folder:")
