"""Behind PgBouncer in transaction mode: with the setting everything works, without it nothing starts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, event, make_url, select, text
from sqlalchemy.exc import DBAPIError

from mediation.errors import BadSetup
from mediation.installation.backup import back_up
from mediation.installation.copies import Parts
from mediation.installation.installation import open_installation, upgrade_installation
from mediation.installation.restore import restore
from mediation.retention import run as retention
from mediation.settings import SETTINGS, TRANSACTION_POOLER, Settings
from mediation.store.database import open_engine, utc_now
from mediation.store.failures import refusal_for
from mediation.store.models import Person
from tests.cases import case_in
from tests.databases import FreshDatabases, in_full
from tests.houses import MONDAY, House, SettableClock
from tests.poolers import CONNECTIONS, pooled
from tests.processes import address_in, process, said
from tests.safekeeping import programs  # noqa: F401 - a fixture
from tests.world import answered, case_at

REQUESTS = 500
GIVEN = {"database_url", "keys_url", "mail", "pooler"}  # to an API process


@pytest.fixture
def behind(postgres_url: str, fresh_postgres: FreshDatabases, tmp_path: Path) -> Iterator[Settings]:
    """The settings of an installation whose content and keys are both reached through a pooler in transaction mode."""
    with pooled(postgres_url) as through:
        databases = {"database_url": through(fresh_postgres()), "keys_url": through(fresh_postgres())}
        yield Settings.under(tmp_path / "var", databases | {"pooler": TRANSACTION_POOLER})


@contextmanager
def house_of(settings: Settings, at: datetime = MONDAY) -> Iterator[House]:
    clock = SettableClock(at)
    installation = open_installation(settings, clock=clock)
    try:
        yield House(installation, clock)
    finally:
        installation.close()


@contextmanager
def api_process(settings: Settings) -> Iterator[str]:
    """An API process of an installation; its address. It ends without a word on standard error."""
    named = {name: getattr(settings, field) for name, field in SETTINGS.items() if field in GIVEN}
    with process(settings.home, "serve", "--port", "0", **named) as one:
        yield address_in(said(one, "Serving on"))
        one.terminate()
        _, errors = one.communicate(timeout=60)
    assert errors == ""


@pytest.mark.seconds
def test_a_whole_case_is_played_behind_a_pooler_in_transaction_mode(behind: Settings) -> None:
    """H15. From the referral to the end, with the keys destroyed afterwards, through three connections to the server."""
    with house_of(behind) as house:
        case = case_at(house, "follow-up")
        case.moves("close")
        assert case.meri.reads("record")["holds"]
        house.clock.set("2027-12-01 09:00")
        ran = retention.run(house.installation.database)
        assert ran.keys > 0
        assert ran.waiting == 0


READS = {
    "Meri": ("", "/transitions", "/record", "/letters"),
    "Aino": ("", "/transitions", "/reads", "/letters-that-are-not-there"),
    "Pekka": ("", "/transitions", "/reads", "/agreement/files/none"),
}
EXPECTED = {"/letters-that-are-not-there": 404, "/agreement/files/none": 404}


@pytest.mark.seconds
def test_500_mixed_requests_on_two_api_processes_meet_no_error_behind_a_pooler(behind: Settings) -> None:
    """H15. Reads and acts of three people at once: each gets the answer that is due, and what was said is there once."""
    # By today's clock, as that of the processes is: they would say that theirs was wrong.
    with house_of(behind, utc_now()) as house, ExitStack() as running:
        number = case_in(house, "opening", ready=False).number
        bases = [running.enter_context(api_process(behind)) for _ in range(2)]
        client = running.enter_context(httpx.Client(timeout=120))

        def ask(turn: int) -> str:
            who = tuple(READS)[turn % 3]
            path, headers = READS[who][turn // 3 % 4], {"Authorization": f"Bearer {house.tokens[who]}"}
            case = f"{bases[turn % 2]}/api/cases/{number}"
            if turn % 5 == 4:
                headers["Authorization"] = f"Bearer {house.tokens[('Aino', 'Pekka')[turn // 5 % 2]]}"
                path, due = "/statements", 201
                body = {"audience": "table", "words": f"Asia {turn}."}
                answer = client.post(case + path, json=body, headers=headers | {"Idempotency-Key": f"key-{turn}"})
            else:
                due = EXPECTED.get(path, 200)
                answer = client.get(case + path, headers=headers)
            return "" if answer.status_code == due else f"{who} {path}: {answer.status_code} {answer.text[:200]}"

        with ThreadPoolExecutor(8) as many:
            wrong = [told for told in many.map(ask, range(REQUESTS)) if told]
        assert wrong == []
        meri = house.client("Meri")
        said = [one["words"] for one in answered(meri.get(f"/api/cases/{number}"))["statements"]]
        assert sorted(said) == sorted(f"Asia {turn}." for turn in range(REQUESTS) if turn % 5 == 4)
        assert answered(meri.get(f"/api/cases/{number}/record"))["holds"]


@pytest.mark.parametrize("ignoring", ["", "options"])
def test_a_pooler_without_its_setting_is_refused_at_the_start(
    postgres_url: str, fresh_postgres: FreshDatabases, tmp_path: Path, ignoring: str
) -> None:
    """H15. Whether the pooler refuses what we ask of a connection, or is configured to ignore it and would mix up our answers."""
    with pooled(postgres_url, ignoring=ignoring) as through:
        settings = Settings.under(tmp_path / "var", {"database_url": through(fresh_postgres())})
        with pytest.raises(BadSetup, match="database-pooled"):
            open_installation(settings)


def raising(sqlstate: str) -> str:
    """A statement that fails with a code which no test can bring about by itself, such as that of a failing disk."""
    return f"DO $$ BEGIN RAISE EXCEPTION 'it does not exist' USING ERRCODE = '{sqlstate}'; END $$"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("EXECUTE nothing", "database-pooled"),
        ("PREPARE twice AS SELECT 1; PREPARE twice AS SELECT 2", "database-pooled"),
        ("SELECT 1 FROM nothing", "database-not-migrated"),
        ("SELECT nothing FROM (SELECT 1) AS one", "database-not-migrated"),
        ("SELECT nothing(1)", "database-not-migrated"),
        ("SET TRANSACTION READ ONLY; CREATE TABLE one (id int)", "database-read-only"),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(9)", "database-busy"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "database-unreachable"),
        (raising("53100"), "database-full"),
        (raising("58030"), "database-disk-failing"),
        (raising("XX001"), "database-damaged"),
        (raising("53300"), "database-busy"),
    ],
)
def test_what_is_missing_is_recognised_by_the_error_code_and_not_by_its_words(
    fresh_postgres: FreshDatabases, statement: str, code: str
) -> None:
    """H15, H37. A prepared statement that "does not exist" is neither a missing migration nor a missing person."""
    engine = open_engine(fresh_postgres())
    with pytest.raises(DBAPIError) as failure, engine.connect() as connection:
        connection.exec_driver_sql(statement)
    assert refusal_for(failure.value).code == code
    engine.dispose()


def test_each_transaction_behind_a_pooler_has_our_time_zone_and_lock_timeout(behind: Settings) -> None:
    """H15. In any state in which others left the connection."""
    ours, theirs = open_engine(behind.database_url, pooler=TRANSACTION_POOLER), create_engine(behind.database_url)
    with theirs.connect() as connection:
        connection.exec_driver_sql("SET TimeZone = 'Asia/Tokyo'; SET lock_timeout = 0")
        connection.commit()
    for engine, due in ((ours, ("UTC", "30s")), (theirs, ("Asia/Tokyo", "0")), (ours, ("UTC", "30s"))):
        with engine.begin() as connection:
            told = tuple(connection.scalar(text(f"SHOW {name}")) for name in ("TimeZone", "lock_timeout"))
        assert told == due
        engine.dispose()


def test_dumping_the_database_through_the_pooler_hides_no_table_from_us(behind: Settings) -> None:
    """H15. `pg_dump` leaves an empty search path on connections that are ours next: no table was found on them."""
    theirs = create_engine(behind.database_url)
    with closing(open_installation(behind)) as installation:
        for _ in range(2 * CONNECTIONS):
            with theirs.connect() as connection:
                connection.exec_driver_sql("SELECT set_config('search_path', '', false)")
                connection.commit()
            with installation.database.reading() as db:
                assert db.scalars(select(Person.id)).all() == []
    theirs.dispose()


@pytest.mark.usefixtures("programs")
def test_a_backup_through_a_pooler_is_refused_and_one_past_it_is_made(
    behind: Settings, postgres_url: str, tmp_path: Path
) -> None:
    """H15. `pg_dump` would leave its settings with the connections of the server that goes on serving."""
    with house_of(behind):
        folders = Parts.under(tmp_path / "backup")
        with pytest.raises(BadSetup, match="database-tool-pooled"):
            back_up(behind, folders)
        assert not (tmp_path / "backup").exists()
        names = {field: make_url(getattr(behind, field)).database for field in ("database_url", "keys_url")}
        past = {field: in_full(make_url(postgres_url).set(database=name)) for field, name in names.items()}
        made = back_up(replace(behind, **past), folders)
        with pytest.raises(BadSetup, match="database-tool-pooled"):
            restore(replace(behind, home=tmp_path / "other"), made.content, made.keys)


def test_a_pooler_without_its_setting_is_refused_by_commands_that_open_one_database_alone(
    postgres_url: str, fresh_postgres: FreshDatabases, tmp_path: Path
) -> None:
    """H15. `migrations upgrade` went through."""
    with pooled(postgres_url, ignoring="options") as through:
        settings = Settings.under(tmp_path / "var", {"database_url": through(fresh_postgres())})
        with pytest.raises(BadSetup, match="database-pooled"):
            upgrade_installation(settings)


def test_forgetting_keys_waits_behind_a_pooler_for_no_reader(behind: Settings, postgres_url: str) -> None:
    """H15. It waited without end for a long reader of the key store, and all who read a key waited behind it."""
    server = create_engine(make_url(postgres_url).set(database=make_url(behind.keys_url).database))
    with closing(open_installation(behind)) as installation, ThreadPoolExecutor(1) as other, server.connect() as reader:
        reader.exec_driver_sql("LOCK TABLE keys IN ACCESS SHARE MODE")
        forgotten = other.submit(installation.keyring.purge)
        try:
            assert forgotten.result(20)
        finally:
            reader.rollback()
    server.dispose()


def test_without_a_pooler_no_transaction_has_a_statement_more(fresh_postgres: FreshDatabases) -> None:
    """H15. The setting costs only those who need it."""
    engine, seen = open_engine(fresh_postgres()), list[str]()
    with engine.connect():
        event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with engine.begin() as connection:
        assert connection.scalar(text("SHOW TimeZone")) == "UTC"
    assert seen == ["SHOW TimeZone"]
    engine.dispose()


def test_a_pooler_that_is_not_known_is_refused_by_its_setting() -> None:
    """H15. Only what was tried is taken."""
    with pytest.raises(BadSetup, match="setting-unknown-pooler"):
        Settings.from_environment({"MEDIATION_POOLER": "statement"})
    assert Settings.from_environment({"MEDIATION_POOLER": "transaction"}).pooler == TRANSACTION_POOLER
