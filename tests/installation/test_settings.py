"""Settings: a name that is not known, a value that cannot be, and two addresses of one database are refused."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from mediation.__main__ import main
from mediation.errors import BadSetup
from mediation.installation.installation import open_installation
from mediation.settings import KEPT, KNOWN, PREFIX, SETTINGS, UNPREFIXED, Settings, old_names
from mediation.store.database import open_engine
from tests.databases import FreshDatabases, execute, in_full


def refused(environment: Mapping[str, str]) -> BadSetup:
    with pytest.raises(BadSetup) as error:
        Settings.from_environment(environment)
    return error.value


def ran(*argv: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with nothing of ours in its environment but what is given."""
    ours = {*UNPREFIXED, *KNOWN}
    plain = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "mediation", *argv],
        env={**plain, "MEDIATION_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


# H18.


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("MEDIATION_DATABSE_URL", "MEDIATION_DATABASE_URL"),
        ("MEDIATION_KEEP_WORD_DAYS", "MEDIATION_KEEP_WORDS_DAYS"),
        ("MEDIATION_SMTP_PASSWROD", "MEDIATION_SMTP_PASSWORD"),
        ("MEDIATION_URL_BASE", "MEDIATION_BASE_URL"),
        ("mediation_mode", "MEDIATION_MODE"),
    ],
)
@pytest.mark.parametrize("value", ["typo", ""])
def test_an_unknown_setting_is_refused_and_the_nearest_name_is_suggested(name: str, nearest: str, value: str) -> None:
    """H18. A slip of the finger must not become the embedded default."""
    error = refused({name: value})
    assert (error.code, error.details) == ("setting-unknown", {"setting": name, "nearest": nearest})


def test_a_command_with_an_unknown_setting_does_nothing(tmp_path: Path) -> None:
    """H18."""
    said = ran("organisations", "add", "Esimerkkilä", home=tmp_path / "home", MEDIATION_KEEP_WORD_DAYS="3")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert "MEDIATION_KEEP_WORDS_DAYS" in said.stderr
    assert not (tmp_path / "home").exists()


def test_every_setting_has_the_prefix() -> None:
    """H18."""
    assert all(name.startswith(PREFIX) for name in (*SETTINGS, *KEPT, *KNOWN))
    assert {*SETTINGS, *KEPT} < set(KNOWN)


def test_the_old_names_still_work_and_are_listed_for_a_warning() -> None:
    """H18. For one release: an upgraded installation still works with its old settings."""
    old = {"KEEP_WORDS_DAYS": "3", "DATABASE_URL": "postgres://meri@db/sovittelu", "BASE_URL": "https://a.example.org"}
    settings = Settings.from_environment(old)
    assert settings.keep.words_days == 3
    assert settings.database_url == "postgresql+psycopg://meri@db/sovittelu"
    assert settings.base_url == "https://a.example.org"
    assert set(old_names(old)) == set(old)
    new = {PREFIX + name: value for name, value in old.items()}
    assert Settings.from_environment(new) == settings == Settings.from_environment(old | new)
    assert old_names(new) == old_names(old | new) == []


@pytest.mark.seconds
def test_a_command_says_which_old_names_it_read(tmp_path: Path) -> None:
    """H18."""
    said = ran("organisations", "add", "Esimerkkilä", home=tmp_path, KEEP_WORDS_DAYS="3", MODE="development")
    assert (said.returncode, said.stderr.count("\n")) == (0, 2)
    assert "MEDIATION_KEEP_WORDS_DAYS" in said.stderr
    assert "MEDIATION_MODE" in said.stderr


def test_an_old_name_and_its_new_one_that_differ_are_refused_without_telling_either_value() -> None:
    """H18."""
    for old in UNPREFIXED:
        error = refused({old: "hunter2", PREFIX + old: "hunter3"})
        assert (error.code, error.details) == ("setting-given-twice", {"setting": PREFIX + old, "old": old})


def test_the_mailbox_that_a_login_names_is_not_taken_for_a_setting() -> None:
    """H18. Every login shell sets MAIL to a path, which was refused as an unknown kind of mail."""
    environment = {"MAIL": "/var/mail/meri"}
    assert Settings.from_environment(environment) == Settings.from_environment({})
    assert old_names(environment) == []
    assert Settings.from_environment(environment | {"MEDIATION_MAIL": "smtp://post"}).mail == "smtp://post"
    assert refused({"MAIL": "pigeon:home"}).code == "setting-unknown-mail"


def test_what_the_tests_ask_for_is_no_unknown_setting() -> None:
    """H18."""
    assert Settings.from_environment({"MEDIATION_REQUIRE_TOOLS": "1"}) == Settings.from_environment({})


@pytest.mark.parametrize("text", ["9" * 5000, "-1", "31", "1.5", "3d", "٣"])
def test_a_time_to_keep_words_that_cannot_be_is_refused(text: str) -> None:
    """H18. Thousands of digits ended in a traceback."""
    assert refused({"MEDIATION_KEEP_WORDS_DAYS": text}).code == "setting-out-of-range"


# H20.


def spellings(home: Path) -> Mapping[str, str]:
    """The content database in the home of an installation, by names that a link or the current folder gives it."""
    plain = home / "mediation.db"
    linked = home.parent / "linked"
    linked.symlink_to(home)
    (home.parent / "another-name.db").symlink_to(plain)
    return {
        "the same": f"sqlite:///{plain}",
        "another driver": f"sqlite+pysqlite:///{plain}",
        "with a query": f"sqlite:///{plain}?timeout=3",
        "around a corner": f"sqlite:///{home}/../{home.name}/mediation.db",
        "by a linked folder": f"sqlite:///{linked}/mediation.db",
        "by a linked file": f"sqlite:///{home.parent}/another-name.db",
        "as SQLite writes it": f"sqlite:///file:{plain}?uri=true",
        "relative": f"sqlite:///{os.path.relpath(plain)}",
    }


@pytest.mark.parametrize("there_already", [False, True], ids=["new", "there already"])
def test_keys_are_never_kept_in_the_file_of_what_they_open(tmp_path: Path, there_already: bool) -> None:
    """H20. However its address is written."""
    home = tmp_path / "home"
    home.mkdir()
    if there_already:
        open_installation(Settings.under(home)).close()
    for name, url in spellings(home).items():
        with pytest.raises(BadSetup) as error:
            open_installation(Settings.under(home, {"keys_url": url}))
        assert error.value.code == "keys-beside-content", name
    assert (home / "mediation.db").exists() == there_already


def test_a_second_name_of_the_same_file_is_the_same_file(tmp_path: Path) -> None:
    """H20."""
    settings = Settings.under(tmp_path / "home")
    open_installation(settings).close()
    (tmp_path / "hard.db").hardlink_to(tmp_path / "home" / "mediation.db")
    with pytest.raises(BadSetup, match="keys-beside-content"):
        open_installation(Settings.under(tmp_path / "home", {"keys_url": f"sqlite:///{tmp_path}/hard.db"}))


def test_keys_are_never_kept_in_the_postgresql_database_of_what_they_open(
    fresh_postgres: FreshDatabases, tmp_path: Path
) -> None:
    """H20. By another user and another spelling of the same server, too; another database of it will do."""
    url = make_url(fresh_postgres())
    execute(url, "CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'x'")
    try:
        other_user = url.set(username="keeper", password="x")
        for keys in (url, other_user, url.update_query_dict({"application_name": "keys"})):
            settings = Settings.under(tmp_path, {"database_url": in_full(url), "keys_url": in_full(keys)})
            with pytest.raises(BadSetup, match="keys-beside-content"):
                open_installation(settings)
        engine = open_engine(in_full(url))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0
        engine.dispose()
    finally:
        execute(url, "DROP ROLE keeper")
    apart = {"database_url": in_full(url), "keys_url": fresh_postgres()}
    open_installation(Settings.under(tmp_path, apart)).close()


@pytest.mark.seconds
def test_a_command_with_keys_beside_the_content_makes_neither(tmp_path: Path) -> None:
    """H20."""
    url = f"sqlite:///{tmp_path}/one.db"
    both = {"MEDIATION_DATABASE_URL": url, "MEDIATION_KEYS_URL": url}
    said = ran("organisations", "add", "Esimerkkilä", home=tmp_path / "home", **both)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert "MEDIATION_KEYS_URL" in said.stderr
    assert not (tmp_path / "one.db").exists()


def test_keys_that_already_lie_beside_the_content_are_not_opened_there(tmp_path: Path) -> None:
    """H20. An installation set up before this was refused gets advice what to do, and loses nothing."""
    settings = Settings.under(tmp_path / "home")
    open_installation(settings).close()
    with sqlite3.connect(tmp_path / "home" / "mediation.db") as content:
        content.execute("ATTACH ? AS apart", (str(tmp_path / "home" / "keys.db"),))
        content.execute("CREATE TABLE keys AS SELECT * FROM apart.keys")
        count = content.execute("SELECT count(*) FROM keys").fetchone()
    content.close()
    with pytest.raises(BadSetup, match="keys-beside-content"):
        open_installation(Settings.under(tmp_path / "home", {"keys_url": settings.database_url}))
    with sqlite3.connect(tmp_path / "home" / "mediation.db") as content:
        assert content.execute("SELECT count(*) FROM keys").fetchone() == count
    content.close()


# H21: the address under which people reach the server.


@pytest.mark.parametrize(
    "address",
    [
        "sovittelu.example.org",
        "sovittelu.example.org:8000",
        "//sovittelu.example.org",
        "ftp://sovittelu.example.org",
        "https://",
        "https:///x",
        "https://:443",
        "https://sovittelu.example.org/polku",
        "https://sovittelu.example.org/?a=1",
        "https://sovittelu.example.org?a=1",
        "https://sovittelu.example.org#a",
        "https://meri:salasana@sovittelu.example.org",
        "https://sovittelu.example.org:0",
        "https://sovittelu.example.org:99999",
        "https://sovittelu.example.org:x",
        "https://[::1",
        "https://a b",
        "https://a\nb",
    ],
)
def test_an_address_that_no_link_can_be_made_of_is_refused(address: str) -> None:
    """H21."""
    error = refused({"MEDIATION_BASE_URL": address})
    assert (error.code, error.details) == ("setting-unusable-base-url", {})


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://sovittelu.example.org", "https://sovittelu.example.org"),
        ("https://sovittelu.example.org/", "https://sovittelu.example.org"),
        ("HTTPS://sovittelu.example.org:8443", "https://sovittelu.example.org:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://127.0.0.1:18211", "http://127.0.0.1:18211"),
    ],
)
def test_an_address_is_kept_as_links_and_cookies_need_it(address: str, kept: str) -> None:
    """H21. A scheme in capitals is https to a browser, and so to the cookie."""
    settings = Settings.from_environment({"MEDIATION_BASE_URL": address})
    assert (settings.base_url, settings.base_url_given) == (kept, True)


@pytest.mark.parametrize(
    "mail",
    [
        "folder:",
        "smtp://",
        "smtp://meri:salasana@post.example.org",
        "smtp://post.example.org/inbox",
        "smtp://post.example.org?tls=1",
        "smtp://post.example.org:tls",
        "smtps://post.example.org",
        "post.example.org",
    ],
)
def test_what_would_be_left_unheeded_in_an_address_of_mail_is_refused_and_not_repeated(mail: str) -> None:
    """H18. A password in the address was accepted, and the server then asked without one."""
    error = refused({"MEDIATION_MAIL": mail})
    assert (error.code, error.details) == ("setting-unknown-mail", {})


@pytest.mark.parametrize(
    "mail",
    [
        "folder:/srv/letters of the day",
        "smtp://post",
        "smtp://127.0.0.1:2525/",
        "smtp://[::1]:25",
        "smtp://meri%40example.org@post.example.org:587",
    ],
)
def test_an_address_of_mail_is_taken_as_it_is_described(mail: str) -> None:
    """H18."""
    assert Settings.from_environment({"MEDIATION_MAIL": mail}).mail == mail


@pytest.mark.seconds
@pytest.mark.parametrize(
    "address",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:////srv/mediation.db",
        "postgresql://meri:hunter2@db:x/sovittelu",
        "postgresql://meri:hunter2@db/sovittelu?sslmod=require",
        "postgresql+psycopg_async://meri:hunter2@db/sovittelu",
        "postgresql+asyncpg://meri:hunter2@db/sovittelu",
        "mysql://meri:hunter2@db/sovittelu",
        "/srv/mediation.db",
    ],
)
@pytest.mark.parametrize("name", ["MEDIATION_DATABASE_URL", "MEDIATION_KEYS_URL"])
@pytest.mark.parametrize(
    "command", [("organisations", "add", "X"), ("migrations", "check"), ("keys", "check"), ("doctor",), ("backup", "B")]
)
def test_an_unsupported_database_address_is_refused_by_every_command_without_its_password(
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
    name: str,
    command: tuple[str, ...],
) -> None:
    """H18. They ended in tracebacks, which an installation in memory would have done without."""
    for known in (*UNPREFIXED, *KNOWN):
        monkeypatch.delenv(known, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDIATION_HOME", str(sqlite_template))  # refused before anything there is touched
    monkeypatch.setenv(name, address)
    if (command, name) == (("migrations", "check"), "MEDIATION_KEYS_URL"):
        return  # looks at the content alone
    status, said = main(command), capsys.readouterr()
    told = said.err if status == 2 else said.out
    assert (status in (1, 2), "is not understood" in told, "hunter2" in said.err + said.out) == (True, True, False)
    assert not (tmp_path / "B").exists()


def test_a_time_to_wait_that_is_no_number_is_refused(tmp_path: Path) -> None:
    """H18."""
    url = f"sqlite:///{tmp_path}/mediation.db?timeout=long"
    with pytest.raises(BadSetup, match="database-address-unknown"):
        open_installation(Settings.under(tmp_path, {"database_url": url}))
