"""A backup of the content that was made before words were destroyed, beside the keys of today: it brings nothing back."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mediation.__main__ import main
from mediation.case import record
from mediation.errors import NotFound
from mediation.retention import run as retention
from mediation.settings import Settings
from mediation.store.database import Db
from mediation.store.models import Base, Certificate, get_bytes
from mediation.store.models.base import key_name
from tests.databases import FreshDatabases
from tests.ended import EVERYBODY, NOTE, PRIVATELY, Ending, case_id, pages_of, words_in
from tests.retention.test_retention import AGREEMENT, RECORD, WORDS

Column = tuple[str, str]


def written(db: Db) -> Iterator[tuple[Column, Any]]:
    """Every encrypted value of a case: its table and column, and its row."""
    for mapper in Base.registry.mappers:
        for column in mapper.local_table.columns:
            if "key_of" in column.info:
                for row in db.scalars(select(mapper.class_).where(column.is_not(None))):
                    if key_name(row, column.name).case_id:
                        yield (str(mapper.local_table), column.name), row


def readable(db: Db) -> set[Column]:
    """The columns in which anything can be read."""
    found = set()
    for (table, column), row in written(db):
        with suppress(NotFound):
            assert get_bytes(db, row, column)
            found.add((table, column))
    return found


def certificates(db: Db) -> dict[tuple[str, str], tuple[str, object]]:
    """What was destroyed, by clock and owner: what it was, and when."""
    return {(one.clock, one.owner): (one.what, one.at) for one in db.scalars(select(Certificate))}


def backup(settings: Settings, folder: Path, fresh: FreshDatabases) -> Settings:
    """A copy of the content database beside the key store of today."""
    if settings.database_url.startswith("postgresql"):
        return replace(settings, database_url=fresh(template=settings.database_url))
    copy = folder / "backup.db"
    shutil.copy(settings.home / "mediation.db", copy)
    return replace(settings, database_url=f"sqlite:///{copy}")


@pytest.mark.seconds
@pytest.mark.parametrize(("moment", "left"), [(WORDS, 12), (AGREEMENT, 0)], ids=["words", "agreement"])
def test_restored_beside_the_keys_of_today_what_was_destroyed_is_noise_and_certified_again(
    ending: Ending, tmp_path: Path, fresh_postgres: FreshDatabases, moment: Any, left: int
) -> None:
    table = ending.open()
    case = case_id(table)
    with table.writing() as db:
        before = readable(db)
    assert len(before) > 20
    table.house.installation.close()
    old = backup(ending.settings, tmp_path, fresh_postgres)
    table = ending.open()
    table.house.clock.at = moment
    retention.run(table.house.installation.database)
    with table.writing() as db:
        today, told = readable(db), certificates(db)
    table.house.installation.close()

    restored = ending.open(settings=old)
    restored.house.clock.at = moment
    with restored.writing() as db:
        assert readable(db) == today
        assert len(today) >= left
        assert not before - {column for column, _ in written(db)}  # all of it is still there, as noise
        assert record.verify(db, case).holds
        assert certificates(db) == {}
    for name in EVERYBODY:
        answers = pages_of(restored, name)
        assert [one.status_code for one in answers.values() if one.status_code >= 500] == []
        assert not words_in(answers, *PRIVATELY.values(), NOTE)
    retention.run(restored.house.installation.database)
    with restored.writing() as db:
        again = certificates(db)
        assert record.verify(db, case).holds
    assert {key: at for key, (_, at) in again.items()} == {key: at for key, (_, at) in told.items()}
    assert {key: named(what) for key, (what, _) in again.items()} == {
        key: named(what) for key, (what, _) in told.items()
    }
    assert named(again["notes", table.ids["Meri"]][0]) == {"notes"}
    assert named(again["private", table.ids["Aino"]][0]) == {"statements", "screening_answers"}


def named(what: str) -> set[str]:
    """The tables that a certificate names."""
    return {one.partition(" ")[0] for one in what.split(", ")}


def test_the_record_of_a_restored_backup_is_verified_by_the_command_line(
    sqlite_ending: Ending,
    tmp_path: Path,
    fresh_postgres: FreshDatabases,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sqlite_ending.open().house.installation.close()
    old = backup(sqlite_ending.settings, tmp_path, fresh_postgres)
    table = sqlite_ending.open()
    table.house.clock.at = AGREEMENT
    retention.run(table.house.installation.database)
    table.house.installation.close()
    monkeypatch.setenv("MEDIATION_HOME", str(old.home))
    monkeypatch.setenv("MEDIATION_DATABASE_URL", old.database_url)
    for name in ("MEDIATION_KEYS_URL", "MEDIATION_MAIL", "MEDIATION_MODE"):
        monkeypatch.delenv(name, raising=False)
    assert main(["verify", "--case", sqlite_ending.number]) == 0
    assert "holds: " in capsys.readouterr().out


def test_a_backup_from_before_the_record_went_is_cleared_away_by_the_next_run(
    ending: Ending, tmp_path: Path, fresh_postgres: FreshDatabases
) -> None:
    table = ending.open()
    case = case_id(table)
    table.house.installation.close()
    old = backup(ending.settings, tmp_path, fresh_postgres)
    table = ending.open()
    table.house.clock.at = RECORD
    retention.run(table.house.installation.database)
    table.house.installation.close()
    restored = ending.open(settings=old)
    restored.house.clock.at = RECORD
    with restored.writing() as db:
        assert readable(db) == set()
    retention.run(restored.house.installation.database)
    with restored.writing() as db:
        verdict = record.verify(db, case)
        assert (verdict.entries, verdict.holds, verdict.removed_at) == (0, True, RECORD)
