"""Opening an installation: made when it is new, refused with a plain word when something about it is wrong."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from mediation.errors import BadSetup, MediationError, Unavailable
from mediation.installation.installation import Installation, open_installation
from mediation.keys.keyring import INSTALLATION
from mediation.people.directory import add_person, find_by_email, find_person, person_name
from mediation.settings import Settings
from mediation.store.migrations import current
from tests.databases import FreshDatabases, execute

NOBODY = 65534

only_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)


@pytest.fixture
def settings(empty_database: str, tmp_path: Path) -> Settings:
    return Settings.under(tmp_path / "home", {"database_url": empty_database})


@contextmanager
def opened(settings: Settings, **how: bool) -> Iterator[Installation]:
    installation = open_installation(settings, **how)
    try:
        yield installation
    finally:
        installation.close()


@pytest.fixture
def lived_in(settings: Settings) -> Settings:
    """The settings of an installation that knows Meri."""
    with opened(settings) as installation, installation.database.writing() as db:
        add_person(db, "Meri", "fi", "meri@example.org")
    return settings


def refusal(settings: Settings, **how: bool) -> MediationError:
    with pytest.raises(MediationError) as refused:
        open_installation(settings, **how)
    return refused.value


def test_a_new_installation_is_made_for_its_owner_alone(settings: Settings) -> None:
    with opened(settings) as installation:
        assert current(installation.database.engine)
        seal = installation.seal_key.certificate
    with opened(settings) as again:
        assert again.seal_key.certificate == seal
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.master_key_file.stat().st_mode) == 0o600


def test_what_was_written_is_read_after_opening_again(lived_in: Settings) -> None:
    with opened(lived_in, make=False) as installation, installation.database.reading() as db:
        meri = find_by_email(db, "Meri@Example.org")
        assert meri is not None
        assert person_name(db, meri) == "Meri"


def test_the_clock_and_the_ids_are_the_ones_given(settings: Settings) -> None:
    installation = open_installation(settings, new_id=lambda: "first-id")
    with installation.database.writing() as db:
        assert add_person(db, "Aino", "fi").id == "first-id"
    installation.close()


STARTING = """
import sys
from pathlib import Path
from mediation.installation.installation import open_installation
from mediation.people.directory import add_person
from mediation.settings import Settings

print("ready", flush=True)
for line in sys.stdin:
    home, database = line.split()
    installation = open_installation(Settings.under(Path(home), {"database_url": database}))
    with installation.database.writing() as db:
        person = add_person(db, sys.argv[1], "fi").id
    print(person, flush=True)
"""


@pytest.fixture
def four_starters() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes of four people that are loaded already, and open the installation named on their next line."""
    with ExitStack() as started:
        processes = [
            started.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", STARTING, name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    bufsize=1,
                )
            )
            for name in FOUR
        ]
        for process in processes:
            assert said_by(process) == "ready"
        yield processes


FOUR = ["Aino", "Pekka", "Tuula", "Vilho"]


def said_by(process: subprocess.Popen[str]) -> str:
    """The next line of a process; where there is none, what it complained of."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline().strip()
    assert line, process.stderr.read()
    return line


@pytest.mark.seconds
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_at_once_on_nothing_share_one_installation(
    kind: str, fresh_postgres: FreshDatabases, tmp_path: Path, four_starters: list[subprocess.Popen[str]]
) -> None:
    for attempt in range(5):
        home = tmp_path / str(attempt)
        url = fresh_postgres() if kind == "postgresql" else f"sqlite:///{home}/mediation.db"
        settings = Settings.under(home, {"database_url": url})
        for process in four_starters:
            assert process.stdin is not None
            process.stdin.write(f"{home} {url}\n")
        people = [said_by(process) for process in four_starters]
        with opened(settings, make=False) as installation, installation.database.reading() as db:
            assert [person_name(db, find_person(db, person)) for person in people] == FOUR


def test_nothing_is_made_where_nothing_may_be(settings: Settings) -> None:
    assert refusal(settings, make=False).code == "home-missing"
    assert not settings.home.exists()
    settings.home.mkdir()
    assert refusal(settings, make=False).code == "database-not-migrated"
    assert not settings.master_key_file.exists()


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    refused = refusal(Settings.under(tmp_path / "file" / "home"))
    assert (refused.code, type(refused)) == ("home-unwritable", BadSetup)
    assert refusal(Settings.under(tmp_path / "file")).code == "home-unwritable"


def test_a_missing_master_key_is_refused_and_no_new_one_made(lived_in: Settings) -> None:
    lived_in.master_key_file.unlink()
    for make in (True, False):
        refused = refusal(lived_in, make=make)
        assert (refused.code, refused.details) == ("master-key-missing", {"path": str(lived_in.master_key_file)})
    assert not lived_in.master_key_file.exists()


def test_a_wrong_master_key_is_refused_at_start(lived_in: Settings) -> None:
    lived_in.master_key_file.write_text("ab" * 32)
    assert refusal(lived_in).code == "master-key-wrong"


def test_a_master_key_that_others_can_read_is_refused(lived_in: Settings) -> None:
    lived_in.master_key_file.chmod(0o640)
    assert refusal(lived_in).code == "master-key-exposed"


GARBLED = {
    "empty": "",
    "a digit short": "a" * 63,
    "a byte short": "a" * 62,
    "too long": "a" * 66,
    "no digits": "å" * 64,
}


@pytest.mark.seconds
@pytest.mark.parametrize("text", GARBLED.values(), ids=GARBLED)
def test_a_master_key_that_was_cut_or_garbled_is_refused(lived_in: Settings, text: str) -> None:
    lived_in.master_key_file.write_text(text)
    assert refusal(lived_in).code == "master-key-unreadable"


def test_a_master_key_that_is_a_folder_is_refused(lived_in: Settings) -> None:
    lived_in.master_key_file.unlink()
    lived_in.master_key_file.mkdir(mode=0o700)
    assert refusal(lived_in).code == "master-key-unreadable"


def test_a_key_that_was_changed_in_the_store_is_refused_at_start(lived_in: Settings) -> None:
    with sqlite3.connect(lived_in.home / "keys.db") as store:
        store.execute("UPDATE keys SET wrapped = zeroblob(40)")
    store.close()
    assert refusal(lived_in).code == "master-key-wrong"


def test_people_without_the_keys_to_their_words_are_refused_and_no_new_keys_made(lived_in: Settings) -> None:
    for file in lived_in.home.glob("keys.db*"):
        file.unlink()
    for _ in range(2):
        assert refusal(lived_in).code == "keys-missing"
    with sqlite3.connect(lived_in.home / "keys.db") as store:
        assert store.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    store.close()


def test_an_installation_that_nobody_used_yet_may_lose_its_keys(settings: Settings) -> None:
    open_installation(settings).close()
    for file in (*settings.home.glob("keys.db*"), *settings.seal_folder.glob("*")):
        file.unlink()  # the seal's key goes with the keys: its secret comes from one of them
    open_installation(settings).close()


def test_keys_may_live_in_postgresql(fresh_postgres: FreshDatabases, tmp_path: Path) -> None:
    url = fresh_postgres()
    settings = Settings.under(tmp_path / "home", {"database_url": fresh_postgres(), "keys_url": url})
    for _ in range(2):
        with opened(settings) as installation:
            assert installation.keyring.read("")[INSTALLATION]
    assert not list(settings.home.glob("*.db"))


@only_sqlite
def test_an_embedded_database_left_without_tables_is_filled(settings: Settings) -> None:
    settings.home.mkdir()
    Path(str(make_url(settings.database_url).database)).touch()
    with opened(settings) as installation:
        assert current(installation.database.engine)


def test_a_database_of_a_later_release_is_refused(lived_in: Settings) -> None:
    change(lived_in, "UPDATE alembic_version SET version_num = '9999'")
    refused = refusal(lived_in)
    assert (refused.code, type(refused)) == ("database-newer", BadSetup)


def test_tables_of_unknown_making_are_refused(lived_in: Settings) -> None:
    change(lived_in, "DROP TABLE alembic_version")
    assert refusal(lived_in).code == "database-strange"


def change(settings: Settings, statement: str) -> None:
    installation = open_installation(settings, make=False)
    with installation.database.writing() as db:
        db.connection().exec_driver_sql(statement)
    installation.close()


@only_sqlite
def test_a_locked_database_is_refused_as_busy_and_opens_once_it_is_free(lived_in: Settings) -> None:
    hasty = Settings.under(lived_in.home, {"database_url": lived_in.database_url + "?timeout=0.2"})
    other = sqlite3.connect(str(make_url(lived_in.database_url).database), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refused = refusal(hasty)
    assert (refused.code, type(refused)) == ("database-busy", Unavailable)
    other.execute("ROLLBACK")
    other.close()
    open_installation(hasty).close()


@only_postgresql
def test_a_read_only_postgresql_is_refused(lived_in: Settings) -> None:
    url = make_url(lived_in.database_url)
    execute(url, f'ALTER DATABASE "{url.database}" SET default_transaction_read_only = on')
    refused = refusal(lived_in)
    assert (refused.code, type(refused)) == ("database-read-only", BadSetup)


@contextmanager
def without_privileges() -> Iterator[None]:
    """The superuser may write everything, so for a while this process is somebody else."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path


@pytest.mark.parametrize("name", ["mediation.db", "keys.db"])
@pytest.mark.parametrize("folder_too", [False, True])
def test_a_read_only_file_is_refused(open_folder: Path, name: str, folder_too: bool) -> None:
    settings = Settings.under(open_folder / "home")
    open_installation(settings).close()
    if os.geteuid() == 0:
        for path in (settings.home, *settings.home.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    (settings.home / name).chmod(0o400)
    if folder_too:
        settings.home.chmod(0o500)
    with without_privileges():
        refused = refusal(settings)
    settings.home.chmod(0o700)
    assert (refused.code, type(refused)) == ("database-read-only", BadSetup)
    assert name in str(refused.details["address"]) or folder_too


@pytest.mark.parametrize("name", ["mediation.db", "keys.db"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, name: str) -> None:
    settings = Settings.under(tmp_path)
    (tmp_path / name).write_text("Hyvää huomenta. " * 1000)
    assert refusal(settings).code == "database-damaged"
    assert not settings.master_key_file.exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://meri:hunter2@127.0.0.1:1/mediation?connect_timeout=2",
        "postgresql+psycopg://meri:hunter2@/mediation?host=/nowhere",
    ],
)
def test_a_server_that_is_not_there_is_refused_without_telling_the_password(tmp_path: Path, url: str) -> None:
    refused = refusal(Settings.under(tmp_path, {"database_url": url}))
    assert (refused.code, type(refused)) == ("database-unreachable", BadSetup)
    assert "hunter2" not in str(refused.details)
    assert not (tmp_path / "master.key").exists()


def test_a_server_without_that_database_is_refused_as_unreachable(
    fresh_postgres: FreshDatabases, tmp_path: Path
) -> None:
    url = make_url(fresh_postgres()).set(database="no_such_database").render_as_string(hide_password=False)
    assert refusal(Settings.under(tmp_path, {"database_url": url})).code == "database-unreachable"


@pytest.mark.parametrize(
    "url", ["mysql://u:hunter2@h/d", "nonsense", "postgresql+nodriver://u:hunter2@h/d", "sqlite+x:///y"]
)
def test_an_address_that_names_no_database_we_know_is_refused(tmp_path: Path, url: str) -> None:
    refused = refusal(Settings.under(tmp_path, {"database_url": url}))
    assert refused.code == "database-address-unknown"
    assert "hunter2" not in str(refused.details)
