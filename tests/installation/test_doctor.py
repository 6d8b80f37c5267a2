"""The doctor: says of each fault what it is and what to do, and changes nothing."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from mediation.__main__ import main
from mediation.case import anchors
from mediation.errors import BadSetup
from mediation.installation import checks
from mediation.installation.backup import back_up
from mediation.installation.checks import ALL_CHECKS
from mediation.installation.copies import Parts
from mediation.installation.doctor import examine, examine_backup
from mediation.installation.examination import Examined, Finding, read_only
from mediation.installation.installation import open_installation
from mediation.sealing.seal_key import load_seal_key
from mediation.settings import SETTINGS, Settings
from mediation.store.database import Clock, utc_now
from mediation.store.models import Letter
from tests.cases import case_in
from tests.ended import ENDED, Ending
from tests.houses import MONDAY, House
from tests.retention.test_retention import WORDS

pytestmark = pytest.mark.usefixtures("programs")


@pytest.fixture
def settings(house: House) -> Settings:
    """An installation with a case in it, on either database; nobody has it open."""
    case_in(house, "opening", ready=False)
    anchors.copy_all(house.installation.database)
    house.installation.close()
    return house.installation.settings


def found(settings: Settings, about: str, clock: Clock = utc_now) -> list[str]:
    """What the doctor finds to mend in one respect."""
    told = [(name, one) for name, one in examine(settings, clock=clock) if name == about]
    assert told, about
    return [one.text for _, one in told if one.mend]


def bytes_of(home: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in a home except SQLite's own notes of readers."""
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix not in {".db-shm", ".db-wal"}]
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files}


def test_the_doctor_reports_every_check_and_changes_nothing(settings: Settings) -> None:
    before = bytes_of(settings.home)
    told = [name for name, _ in examine(settings)]
    assert set(told) == {check.__name__.removeprefix("check_") for check in ALL_CHECKS}
    assert bytes_of(settings.home) == before


@pytest.mark.parametrize("about", ["files", "tables", "keys", "records", "seal", "letters", "clocks", "disk"])
def test_nothing_is_to_mend_where_all_is_well(settings: Settings, about: str) -> None:
    assert found(settings, about, lambda: MONDAY) == []


def spoil(settings: Settings, statement: str, *, keys: bool = False) -> None:
    """Change a database past the program."""
    url = settings.keys_url if keys else settings.database_url
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))


def drop_a_trigger(settings: Settings) -> None:
    on = "" if settings.database_url.startswith("sqlite") else " ON record_entries"
    spoil(settings, f"DROP TRIGGER record_entries_never_updated{on}")


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def other_seal(settings: Settings) -> None:
    """A seal that opens and is not the one that was."""
    installation = open_installation(settings)
    shutil.rmtree(settings.seal_folder)
    load_seal_key(settings.seal_folder, installation.keyring.derive("seal"))
    installation.close()


FAULTS: dict[str, tuple[Callable[[Settings], Any], str, str]] = {
    "home open to others": (lambda one: one.home.chmod(0o755), "files", "may look into"),
    "a share beside the key": (
        lambda one: (
            (one.home / "recovery-kit").mkdir(),
            (one.home / "recovery-kit" / "share-1-of-3-x.txt").write_text(""),
        ),
        "files",
        "share-1-of-3-x.txt",
    ),
    "a trigger dropped": (drop_a_trigger, "tables", "record_entries_never_updated"),
    "of a later release": (
        lambda one: spoil(one, "UPDATE alembic_version SET version_num = 'x'"),
        "tables",
        "the tables are newer",
    ),
    "the master key gone": (lambda one: one.master_key_file.unlink(), "keys", "master-key"),
    "another master key": (lambda one: one.master_key_file.write_text("ab" * 32), "keys", "master-key-wrong"),
    "the epoch key gone": (lambda one: (one.home / "epoch.key").unlink(), "keys", "epoch-key"),
    "a key store older than the content": (
        lambda one: spoil(one, "DELETE FROM keys WHERE case_id <> '' AND clock = 'agreement'", keys=True),
        "keys",
        "lacks 1 keys that its words need",
    ),
    "an entry changed": (
        lambda one: (drop_a_trigger(one), spoil(one, "UPDATE record_entries SET act = 'x' WHERE position = 2")),
        "records",
        "was changed",
    ),
    "older than the anchors": (
        lambda one: spoil(one, "UPDATE heads SET version = version + 3 WHERE case_id <> ''", keys=True),
        "records",
        "lacks 3 entries",
    ),
    "another seal": (other_seal, "seal", "holds another seal"),
    "the seal gone": (lambda one: shutil.rmtree(one.seal_folder), "seal", "is missing"),
    "the certificate gone": (lambda one: (one.seal_folder / "seal-certificate.pem").unlink(), "seal", "is missing"),
    "the seal damaged": (lambda one: change_a_byte(one.seal_folder / "seal-key.pem"), "seal", "seal"),
}


@pytest.mark.seconds
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_reported_with_what_to_do(settings: Settings, fault: str) -> None:
    make, about, words = FAULTS[fault]
    make(settings)
    told = found(settings, about)
    assert [one for one in told if words in one], told


def test_a_damaged_file_is_reported(sqlite_house: House) -> None:
    settings = sqlite_house.installation.settings
    sqlite_house.installation.close()
    path = settings.home / "mediation.db"
    content = bytearray(path.read_bytes())
    content[8192:12288] = os.urandom(4096)
    path.write_bytes(content)
    assert found(settings, "tables")


def test_letters_that_wait_too_long_are_reported_and_those_given_up_by_case(house: House) -> None:
    table = case_in(house, "opening", ready=False)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    with table.writing() as db:
        letters = db.query(Letter).all()
        assert len(letters) > 2
        for one in letters:
            one.due_at = one.created_at = long_ago
        letters[0].gave_up_at = long_ago
    house.installation.close()
    told = found(house.installation.settings, "letters")
    assert [one for one in told if "letters are due, the oldest since" in one]
    assert [one for one in told if one == f"case {table.number}: 1 letters could not be delivered"]


def test_keys_that_should_be_destroyed_are_reported(ending: Ending) -> None:
    ending.open().house.installation.close()
    settings = ending.settings
    with read_only(settings.database_url) as content, read_only(settings.keys_url) as keys:
        for at, words in (
            (ENDED, ()),
            (WORDS + timedelta(days=2), ("the clock differs", "should have been destroyed")),
        ):
            one = Examined(settings, content, keys, settings.master_key_file, at)
            told = [finding.text for finding in checks.check_clocks(one)]
            assert len(told) == len(words)
            assert all(part in line for part, line in zip(words, told, strict=True))


UNSAFE = {
    "mode": ({}, "mode: development"),
    "in the clear": ({"base_url": "http://mediation.example.org"}, "in the clear"),
    "no mail server": ({}, "letters lie in a folder"),
}


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_unsafe_settings_are_reported(sqlite_house: House, unsafe: str) -> None:
    changes, words = UNSAFE[unsafe]
    settings = replace(sqlite_house.installation.settings, **changes)  # type: ignore[arg-type]
    assert [one for one in found(settings, "settings") if words in one]


def test_a_server_that_nobody_checks_is_reported(sqlite_house: House) -> None:
    settings = sqlite_house.installation.settings
    with read_only(settings.database_url) as content, read_only(settings.keys_url) as keys:

        def told(**changes: str) -> list[Finding]:
            safe = {"mode": "production", "base_url": "https://example.org", "mail": "smtp://example.org"}
            changed = replace(settings, **{**safe, **changes})  # type: ignore[arg-type]
            return list(checks.check_settings(Examined(changed, content, keys, settings.master_key_file, WORDS)))

        assert told() == []
        away = "postgresql+psycopg://db.example.org/mediation"
        assert "db.example.org" in told(database_url=away)[0].text
        assert "db.example.org" in told(keys_url=away)[0].text
        assert told(database_url=f"{away}?sslmode=verify-full") == []


def test_the_age_of_the_newest_backup_is_reported(settings: Settings, tmp_path: Path) -> None:
    assert found(settings, "backup") == ["no backup was made of this installation"]
    back_up(settings, Parts.under(tmp_path / "backup"))
    assert found(settings, "backup") == []
    (settings.home / "last-backup").write_text((datetime.now(UTC) - timedelta(days=3)).isoformat())
    assert found(settings, "backup")
    (settings.home / "last-backup").write_text("yesterday")
    assert found(settings, "backup")


def test_a_long_log_is_reported(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = sqlite_house.installation.settings
    sqlite_house.person("Vilho")
    monkeypatch.setattr(checks, "LONG_LOG", 1000)
    assert [one for one in found(settings, "disk") if "mediation.db-wal" in one]


def test_little_disk_space_is_reported(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LITTLE_ROOM", 2**60)
    assert [one for one in found(sqlite_house.installation.settings, "disk") if "MB are free" in one]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Settings], None]:
    """Sets the environment to that of an installation."""

    def set_to(settings: Settings) -> None:
        for name, field in SETTINGS.items():
            monkeypatch.setenv(name, str(getattr(settings, field)))
        monkeypatch.setenv("MEDIATION_HOME", str(settings.home))

    return set_to


def test_the_exit_status_says_whether_anything_is_to_mend(
    settings: Settings,
    tmp_path: Path,
    environment: Callable[[Settings], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(tmp_path / "backup")
    environment(settings)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("to mend: ")
    assert main(["doctor", folder]) == 2
    assert "backup" in capsys.readouterr().err
    assert main(["backup", folder]) == 0
    assert main(["doctor", folder]) == 0
    assert main(["doctor", "--content", f"{folder}/content", "--keys", f"{folder}/keys"]) == 0
    assert capsys.readouterr().out.endswith("all is well\n")
    assert main(["doctor", "--content", folder]) == 2
    (tmp_path / "backup" / "keys" / ".draft-2027-01-01T000000.000000Z").mkdir()
    assert main(["doctor", folder]) == 1
    told = capsys.readouterr().out
    assert "cut short" in told
    environment(replace(settings, home=tmp_path / "nowhere"))
    assert main(["doctor"]) == 2


def test_the_doctor_opens_the_keys_of_a_backup_with_the_master_key(sqlite_house: House, tmp_path: Path) -> None:
    settings, folders = sqlite_house.installation.settings, Parts.under(tmp_path / "backup")
    case_in(sqlite_house, "opening", ready=False)
    sqlite_house.installation.close()
    made = back_up(settings, folders)
    before = bytes_of(folders.content.parent)
    assert {"tables", "keys", "records", "seal"} <= {name for name, _ in examine_backup(settings, folders)}
    assert [one for _, one in examine_backup(settings, folders) if one.mend] == []
    assert bytes_of(folders.content.parent) == before
    assert not list(folders.content.parent.rglob("*-shm"))
    settings.master_key_file.write_text("ab" * 32)
    assert [name for name, one in examine_backup(settings, folders) if one.mend] == ["keys", "records", "seal"]
    settings.master_key_file.unlink()
    assert [one.text for name, one in examine_backup(settings, folders) if "no master key" in one.text]
    with closing(sqlite3.connect(made.content.folder / "mediation.db")) as forged:
        forged.execute("DROP TRIGGER record_entries_never_updated")
    assert [one for _, one in examine_backup(settings, folders) if "backup-damaged" in one.text]


def test_an_old_backup_is_reported(sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, folders = sqlite_house.installation.settings, Parts.under(tmp_path / "backup")
    back_up(settings, folders)
    monkeypatch.setattr(checks, "FRESH", timedelta(0))
    assert [name for name, one in examine_backup(settings, folders) if one.mend] == ["age"]


def test_the_doctor_makes_nothing_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(BadSetup, match="home-missing"):
        list(examine(Settings.under(tmp_path / "var")))
    (tmp_path / "var").mkdir()
    with pytest.raises(BadSetup, match="database-unreachable"):
        list(examine(Settings.under(tmp_path / "var")))
    assert list((tmp_path / "var").iterdir()) == []
