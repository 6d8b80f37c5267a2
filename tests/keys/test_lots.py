"""All keys wrapped anew in lots: each lot is committed, nobody waits for more than one, and who is cut short goes on."""

import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from sqlalchemy import event, insert, text

from mediation.installation.backup import back_up
from mediation.installation.copies import Parts
from mediation.installation.installation import open_installation
from mediation.keys import key_table
from mediation.keys.epoch_key import epoch_key_file, load_epoch_key
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import DeletionClock, KeyName, Keyring, all_wrapped_with
from mediation.keys.master_key import KEY_BYTES, load_master_key, new_master_key
from mediation.settings import Settings
from tests.databases import FreshDatabases
from tests.keys.test_epochs import DAY, MORNING, keyring_of

OLD = [KeyName(f"case-{number}", DeletionClock.CONTENT) for number in range(9)]
NEW = KeyName("case-new", DeletionClock.CONTENT)


class CutShort(Exception):
    """What ends a change in the middle."""


@pytest.fixture(params=["sqlite", "postgresql"])
def keys_url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    if request.param == "sqlite":
        return None
    fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
    return fresh()


Opening = Callable[..., Keyring]


@pytest.fixture
def opening(tmp_path: Path, keys_url: str | None) -> Iterator[Opening]:
    """Opens the key store as one more process does."""
    made: list[Keyring] = []

    def process(url: str | None = keys_url) -> Keyring:
        made.append(keyring_of(tmp_path, url))
        return made[-1]

    yield process
    for one in made:
        one.engine.dispose()


@pytest.fixture
def lots_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_table, "LOT", 2)


@contextmanager
def between_lots(monkeypatch: pytest.MonkeyPatch, lots: int, then: Callable[[], object]) -> Iterator[None]:
    """After so many lots, and before the next is written, something happens."""
    wrap, left = key_table.rewrapped, [lots + 1]  # the first is the installation's own

    def counted(*given: Any) -> Any:
        if left[0] == 0:
            left[0] = -1
            then()
        left[0] -= left[0] > 0
        return wrap(*given)

    with monkeypatch.context() as patched:
        patched.setattr(key_table, "rewrapped", counted)
        yield
    assert left == [-1], "it did not come to that"


def cut_short() -> None:
    raise CutShort


def half_rotated(monkeypatch: pytest.MonkeyPatch, keyring: Keyring) -> None:
    with between_lots(monkeypatch, 2, cut_short), suppress(CutShort):
        keyring.rotate(new_master_key(), MORNING)
    assert len(all_wrapped_with(keyring.engine)) == 2


def names_of_files(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("*.key*"))


@pytest.mark.usefixtures("lots_of_two")
def test_while_keys_are_wrapped_anew_others_read_make_and_destroy_keys_without_waiting(
    tmp_path: Path, keys_url: str | None, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, other = opening(), opening(impatient(tmp_path, keys_url))
    keyring.make(OLD)
    kept = {one: other.read(one.case_id) for one in OLD}

    def beside() -> None:
        if keys_url is not None:
            event.listen(other.engine, "begin", lambda connection: connection.execute(text("SET lock_timeout = '1s'")))
        assert len(all_wrapped_with(other.engine)) == 2
        assert {one: other.read(one.case_id) for one in OLD} == kept
        other.make([NEW])
        other.destroy(OLD[-2:], MORNING.isoformat())

    with between_lots(monkeypatch, 2, beside):
        keyring.rotate(new_master_key(), MORNING)
    gone = {one: {one: None} for one in OLD[-2:]}
    for each in (keyring, other, opening()):
        assert {one: each.read(one.case_id) for one in OLD} == kept | gone
        assert each.read("case-new") == keyring.read("case-new")
        assert all_wrapped_with(each.engine) == {each.wrapping.name}
    assert names_of_files(tmp_path) == ["epoch.key", "master.key"]


def impatient(home: Path, url: str | None) -> str:
    return url or f"sqlite:///{home}/keys.db?timeout=1"


def with_keys(opening: Opening) -> tuple[Keyring, object]:
    """A key store with the keys of nine cases, and what it reads of the last."""
    keyring = opening()
    keyring.make(OLD)
    return keyring, keyring.read("case-8")


@pytest.mark.usefixtures("lots_of_two")
def test_a_change_that_was_cut_short_opens_with_the_new_master_key_alone_and_goes_on_at_the_next_start(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    (keyring, kept), before = with_keys(opening), load_master_key(tmp_path / "master.key")
    half_rotated(monkeypatch, keyring)
    master = load_master_key(tmp_path / "master.key")
    assert master != before
    assert len(names_of_files(tmp_path)) == 3
    for file in tmp_path.glob("epoch.key*"):  # what the old one still wraps opens with the shares of the new one
        load_epoch_key(file, master)
    assert keyring.read("case-8") == kept
    again = opening()
    assert (again.read("case-8"), again.master) == (kept, master)
    assert all_wrapped_with(again.engine) == {again.wrapping.name}
    assert names_of_files(tmp_path) == ["epoch.key", "master.key"]


@pytest.mark.usefixtures("lots_of_two")
def test_a_change_that_was_cut_short_is_completed_by_the_next_round_and_by_the_next_rotation(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, kept = with_keys(opening)
    ways: list[Callable[[], object]] = [
        lambda: keyring.renew_epoch(MORNING),
        lambda: keyring.rotate(new_master_key(), MORNING),
    ]
    for go_on in ways:
        half_rotated(monkeypatch, keyring)
        go_on()
        assert all_wrapped_with(keyring.engine) == {keyring.wrapping.name}
        assert keyring.read("case-8") == kept
        assert names_of_files(tmp_path) == ["epoch.key", "master.key"]
        assert load_epoch_key(epoch_key_file(tmp_path / "master.key"), load_master_key(tmp_path / "master.key"))


@pytest.mark.usefixtures("lots_of_two")
def test_two_processes_that_wrap_anew_at_once_end_with_one_key(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One joins in, finishes, and begins a change of its own before the other has written its lot."""
    keyring, other = opening(), opening()
    keyring.make(OLD)
    keyring.destroy(OLD[:1], MORNING.isoformat())
    kept = keyring.read("case-8")
    last = new_master_key()
    with between_lots(monkeypatch, 1, lambda: other.rotate(last, MORNING)):
        assert keyring.renew_epoch(MORNING + DAY)
    for each in (keyring, other, opening()):
        assert all_wrapped_with(each.engine) == {each.wrapping.name}
        assert (each.read("case-8"), each.read("case-0")) == (kept, {OLD[0]: None})
    assert load_master_key(tmp_path / "master.key") == last


@pytest.mark.usefixtures("lots_of_two")
def test_a_backup_made_in_the_middle_opens_with_the_new_master_key_and_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.under(tmp_path / "home")
    installation = open_installation(settings)
    installation.keyring.make(OLD)
    half_rotated(monkeypatch, installation.keyring)
    made = back_up(settings, Parts.under(tmp_path / "saved"))
    installation.keyring.engine.dispose()
    installation.database.engine.dispose()
    home = Path(copytree(made.keys.folder, tmp_path / "put-back"))
    (home / "master.key").write_bytes(settings.master_key_file.read_bytes())
    (home / "master.key").chmod(0o600)
    again = keyring_of(home)
    assert {one for case in OLD for one in again.read(case.case_id)} == {*OLD}
    assert all_wrapped_with(again.engine) == {again.wrapping.name}
    again.engine.dispose()


@pytest.mark.seconds
def test_memory_does_not_grow_with_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_table, "LOT", 100)
    peaks = []
    for count in (1_000, 10_000):
        keyring = keyring_of(tmp_path / str(count))
        keyring.make([NEW])
        fill(keyring, count)
        keyring.rotate(new_master_key())  # what is kept once and for all is there
        tracemalloc.start()
        keyring.rotate(new_master_key())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        keyring.engine.dispose()
    assert peaks[1] < 2 * peaks[0], peaks


def fill(keyring: Keyring, count: int) -> None:
    wrapping = keyring.wrapping
    rows = [
        {
            **KeyName(f"full-{number}", DeletionClock.CONTENT)._asdict(),
            "master": wrapping.name,
            "wrapped": aes_key_wrap(wrapping.secret, os.urandom(KEY_BYTES)),
        }
        for number in range(count)
    ]
    with keyring.engine.execution_options(writing=True).begin() as connection:
        connection.execute(insert(stored_keys), rows)
