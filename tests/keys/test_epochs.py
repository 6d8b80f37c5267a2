"""The epoch key: what an older copy of the key store holds opens with nothing any more, and no step of a change loses a key."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Engine, event, insert, select, text

from mediation.errors import BadSetup, Unavailable
from mediation.keys import key_table
from mediation.keys.epoch_key import epoch_key_file, load_epoch_key
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import DERIVATION, INSTALLATION, DeletionClock, KeyName, Keyring
from mediation.keys.master_key import KEY_BYTES, MasterKey, load_master_key, new_master_key
from mediation.store.database import open_engine
from tests.databases import FreshDatabases, databases, in_full, stoppable_server

MORNING = datetime(2027, 1, 11, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CASE = KeyName("case", DeletionClock.CONTENT)
OTHER = KeyName("other", DeletionClock.CONTENT)


def keyring_of(home: Path, url: str | None = None) -> Keyring:
    """The key store of a home, opened as an installation opens it."""
    home.mkdir(exist_ok=True)
    keyring = Keyring(open_engine(url or f"sqlite:///{home}/keys.db"), load_master_key(home / "master.key", make=True))
    keyring.prepare(MORNING)
    return keyring


def wrapped_in(keyring: Keyring, name: KeyName = CASE) -> bytes:
    with keyring.engine.connect() as connection:
        found: bytes = connection.scalar(select(stored_keys.c.wrapped).where(stored_keys.c.case_id == name.case_id))
    return found


def secrets_of(home: Path) -> list[bytes]:
    """Every key that lies in the home and could unwrap others."""
    master = load_master_key(home / "master.key")
    return [master.secret, load_epoch_key(epoch_key_file(home / "master.key"), master).secret]


def opens(wrapped: bytes, secrets: list[bytes]) -> bool:
    for secret in secrets:
        try:
            aes_key_unwrap(secret, wrapped)
        except InvalidUnwrap:
            continue
        return True
    return False


def files_with(folder: Path, content: bytes) -> set[str]:
    """The names of the folders of a data folder in whose files these bytes lie."""
    found = (path for path in folder.rglob("*") if path.is_file() and content in path.read_bytes())
    return {path.relative_to(folder).parts[0] for path in found}


def test_what_is_left_of_a_destroyed_key_on_postgresql_opens_with_nothing_once_the_epoch_is_over(
    tmp_path: Path,
) -> None:
    """H16. The bytes lie in the write-ahead log and in a dump made before, for as long as PostgreSQL likes to keep them."""
    with stoppable_server() as server, databases(in_full(server.url)) as fresh:
        url, home = fresh(), tmp_path / "home"
        keyring = keyring_of(home, url)
        keyring.make([CASE, OTHER])
        kept, dumped = keyring.read("other"), wrapped_in(keyring)
        with keyring.engine.connect() as connection:
            data = Path(str(connection.scalar(text("SHOW data_directory"))))
        keyring.destroy([CASE], MORNING.isoformat())
        assert keyring.purge()
        with keyring.engine.connect() as connection:  # the tests' server need not have written its log yet
            connection.execute(text("CHECKPOINT"))
        assert "pg_wal" in files_with(data, dumped)  # nothing that we do to the table reaches it there
        assert opens(dumped, secrets_of(home))  # the epoch is not over yet
        assert not keyring.renew_epoch(MORNING + DAY - timedelta(minutes=5))
        epoch = epoch_key_file(home / "master.key").read_bytes()
        assert keyring.renew_epoch(MORNING + DAY)
        assert "pg_wal" in files_with(data, dumped)
        assert not opens(dumped, secrets_of(home))
        assert [path for path in home.rglob("*") if epoch.split()[2] in path.read_bytes()] == []
        assert (keyring.read("other"), keyring.read("case")) == (kept, {CASE: None})
        keyring.engine.dispose()


def test_an_epoch_is_renewed_at_most_daily_and_only_after_keys_were_destroyed(tmp_path: Path) -> None:
    keyring = keyring_of(tmp_path)
    keyring.make([CASE, OTHER])
    first = keyring.wrapping.name
    assert not keyring.renew_epoch(MORNING + 30 * DAY)
    keyring.destroy([CASE], MORNING.isoformat())
    assert not keyring.renew_epoch(MORNING + timedelta(hours=23))
    assert keyring.renew_epoch(MORNING + DAY)
    assert not keyring.renew_epoch(MORNING + 9 * DAY)
    keyring.destroy([OTHER], MORNING.isoformat())
    assert keyring.renew_epoch(MORNING)  # it began in the future, by a clock that was wrong
    assert (keyring.read(""), keyring.wrapping.name == first) == (keyring.read(""), False)
    assert [path.name for path in sorted(tmp_path.glob("*.key*"))] == ["epoch.key", "master.key"]
    keyring.engine.dispose()


def test_other_processes_follow_the_new_epoch_key(tmp_path: Path) -> None:
    one, other = keyring_of(tmp_path), keyring_of(tmp_path)
    one.make([CASE, OTHER])
    kept = other.read("case")
    one.destroy([OTHER], MORNING.isoformat())
    assert one.renew_epoch(MORNING + DAY)
    other.make([KeyName("third", DeletionClock.CONTENT)])
    assert other.read("case") == kept
    assert one.read("third") == other.read("third")
    other.destroy([CASE], MORNING.isoformat())
    assert other.renew_epoch(MORNING + 2 * DAY)
    assert one.read("third") == other.read("third")
    for keyring in (one, other):
        keyring.engine.dispose()


def test_a_copy_of_the_key_store_opens_with_its_epoch_key_and_with_no_other(tmp_path: Path) -> None:
    keyring = keyring_of(tmp_path)
    keyring.make([CASE, OTHER])
    kept = keyring.read("case")
    keyring.purge()
    saved = tmp_path / "saved"
    saved.mkdir()
    for name in ("keys.db", "epoch.key"):
        copy(tmp_path / name, saved / name)
    keyring.destroy([OTHER], MORNING.isoformat())
    keyring.renew_epoch(MORNING + DAY)
    master = load_master_key(tmp_path / "master.key")
    store = open_engine(f"sqlite:///{saved}/keys.db")
    assert Keyring(store, master, load_epoch_key(saved / "epoch.key", master)).read("case") == kept
    with pytest.raises(BadSetup, match="epoch-key-wrong"):
        Keyring(store, master).read("case")
    (tmp_path / "epoch.key").unlink()
    with pytest.raises(BadSetup, match="epoch-key-missing"):
        Keyring(store, master).read("case")
    with pytest.raises(BadSetup, match="master-key-wrong"):
        load_epoch_key(saved / "epoch.key", new_master_key())
    for engine in (store, keyring.engine):
        engine.dispose()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.unlink(), "epoch-key-missing"),
        (lambda path: path.write_text("epoch"), "epoch-key-unreadable"),
        (lambda path: path.write_bytes(b"\xff" * 120), "epoch-key-unreadable"),
        (lambda path: path.chmod(0o640), "epoch-key-exposed"),
        (lambda path: path.write_text(path.read_text()[:-9] + "00000000\n"), "epoch-key-unreadable"),
    ],
    ids=["missing", "cut", "bytes", "exposed", "changed"],
)
def test_an_epoch_key_that_is_not_fit_is_refused_by_name(
    tmp_path: Path, spoil: Callable[[Path], Any], code: str
) -> None:
    keyring_of(tmp_path).engine.dispose()
    spoil(tmp_path / "epoch.key")
    with pytest.raises(BadSetup, match=code):
        keyring_of(tmp_path)


def old_store(home: Path) -> dict[str, bytes]:
    """A key store as the first version left it, every key wrapped by the master key itself; the keys by case."""
    home.mkdir()
    master = load_master_key(home / "master.key", make=True)
    secrets = {name: os.urandom(KEY_BYTES) for name in (INSTALLATION, DERIVATION, CASE, OTHER)}
    rows = [
        {**name._asdict(), "master": master.name, "wrapped": aes_key_wrap(master.secret, secret)}
        for name, secret in secrets.items()
    ]
    engine = open_engine(f"sqlite:///{home}/keys.db")
    with engine.execution_options(writing=True).begin() as connection:
        stored_keys.create(connection)
        connection.execute(insert(stored_keys), rows)
    engine.dispose()
    return {name.case_id: secret for name, secret in secrets.items() if name.case_id}


def test_a_store_of_the_first_version_is_moved_to_an_epoch_key_at_its_next_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    keys = old_store(home)
    master = load_master_key(home / "master.key")
    for _ in range(2):
        keyring = keyring_of(home)
        assert {case: keyring.read(case)[KeyName(case, DeletionClock.CONTENT)] for case in keys} == keys
        assert not opens(wrapped_in(keyring), [master.secret])
        assert keyring.fact("first-master") == master.name
        keyring.engine.dispose()
    assert load_master_key(home / "master.key") == master


# Killed on the way.


def dies_at(step: int, work: Callable[[], None]) -> bool:
    """Do `work` in a process of its own that is killed at its `step`-th call of the disk or the database; whether it was."""
    child = os.fork()
    if child == 0:
        _watch(step)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _watch(step: int) -> None:
    left = step

    def reach(*_: Any) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    event.listen(Engine, "after_cursor_execute", reach)
    event.listen(Engine, "commit", reach)
    for call in ("fsync", "link", "replace", "unlink", "rename"):
        setattr(os, call, _watched(getattr(os, call), reach))


def _watched(work: Callable[..., Any], reach: Callable[..., None]) -> Callable[..., Any]:
    def watched(*given: Any, **named: Any) -> Any:
        reach()
        done = work(*given, **named)
        reach()
        return done

    return watched


@pytest.mark.part(2)
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")  # the child needs none of the other threads
@pytest.mark.parametrize("change", ["first start", "renewed"])
def test_killed_at_any_step_of_a_new_epoch_the_store_opens_and_its_destroyed_keys_stay_so(
    tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_table, "LOT", 1)
    template = tmp_path / "template"
    keys = old_store(template)
    if change == "renewed":
        keyring = keyring_of(template)
        keyring.destroy([OTHER], MORNING.isoformat())
        keyring.engine.dispose()

    def work(home: Path) -> Callable[[], None]:
        return lambda: keyring_of(home).renew_epoch(MORNING + DAY) and None

    step, names = 0, set()
    while True:
        home = Path(copytree(template, tmp_path / f"killed-{step}"))
        if not dies_at(step, work(home)):
            break
        again = keyring_of(home)
        assert again.read("case") == {CASE: keys["case"]}, step
        assert again.read("other") == {OTHER: None if change == "renewed" else keys["other"]}, step
        again.renew_epoch(MORNING + DAY)
        names.add(opens(wrapped_in(again), [load_master_key(home / "master.key").secret]))
        assert again.read("case") == {CASE: keys["case"]}, step
        assert {path.name for path in home.glob("*.key*")} == {"epoch.key", "master.key"}, step
        assert not list(home.glob(".*.old")), step
        again.engine.dispose()
        step += 1
    assert (step > 15, names) == (True, {False})


def test_a_key_store_that_was_deleted_or_replaced_while_it_was_open_is_noticed(tmp_path: Path) -> None:
    """H28. The open file would go on taking keys that nobody ever finds again."""
    keyring = keyring_of(tmp_path)
    keyring.make([CASE])
    keyring.purge()
    store, aside = tmp_path / "keys.db", tmp_path / "aside.db"
    copy(store, tmp_path / "older.db")
    store.rename(aside)
    for spoil in (lambda: None, lambda: (tmp_path / "older.db").rename(store)):
        spoil()
        for work in (lambda: keyring.read("case"), lambda: keyring.make([OTHER])):
            with pytest.raises(Unavailable, match="keys-replaced"):
                work()
    aside.rename(store)
    assert keyring.read("case")
    keyring.engine.dispose()


def test_a_destroyed_key_is_not_called_gone_while_postgresql_keeps_it_for_somebody(
    tmp_path: Path, fresh_postgres: FreshDatabases
) -> None:
    """H25. It does not wait for readers of the key store itself; and an open write elsewhere on that server keeps nothing."""
    keyring = keyring_of(tmp_path, fresh_postgres())
    keyring.make([CASE, OTHER])
    elsewhere = open_engine(fresh_postgres())
    other = wrapped_in(keyring, OTHER)
    with elsewhere.connect() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))  # a write that is open, in another database
        keyring.destroy([CASE], MORNING.isoformat())
        assert keyring.purge()
    with keyring.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SELECT 1"))  # who dumps the key store sees it as it is now
        keyring.destroy([OTHER], MORNING.isoformat())
        assert not keyring.purge()
        assert other in connection.scalars(select(stored_keys.c.wrapped))
    assert keyring.purge()
    for engine in (elsewhere, keyring.engine):
        engine.dispose()


def test_a_master_key_that_is_kept_nowhere_wraps_the_keys_itself(tmp_path: Path) -> None:
    keyring = Keyring(open_engine(f"sqlite:///{tmp_path}/keys.db"), MasterKey(os.urandom(KEY_BYTES)))
    keyring.prepare()
    assert (keyring.wrapping, keyring.renew_epoch(MORNING)) == (keyring.master, False)
    keyring.engine.dispose()
