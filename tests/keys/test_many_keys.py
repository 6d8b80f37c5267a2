"""What a round asks of the key store takes as long with many keys as with few, and nobody waits for it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import DeletionClock, KeyName, Keyring
from tests.databases import FreshDatabases
from tests.keys.test_epochs import CASE, DAY, MORNING, OTHER, keyring_of
from tests.keys.test_lots import fill
from tests.steps import steps_of

INDEXES = {"ix_keys_intact", "ix_keys_destroyed"}


def many_keys(keyring: Keyring, count: int) -> None:
    """So many keys, and as many that were destroyed in an epoch that is long over."""
    fill(keyring, count)
    gone = [
        {**KeyName(f"gone-{one}", DeletionClock.CONTENT)._asdict(), "master": "epoch-0", "destroyed_at": "2020"}
        for one in range(count)
    ]
    with keyring.engine.execution_options(writing=True).begin() as connection:
        connection.execute(insert(stored_keys), gone)


def test_a_round_takes_as_many_steps_with_many_keys_as_with_few(tmp_path: Path) -> None:
    steps = []
    for count in (100, 3_000):
        keyring = keyring_of(tmp_path / str(count))
        many_keys(keyring, count)
        keyring.make([CASE])
        for at in (MORNING + timedelta(hours=1), MORNING + 9 * DAY):  # within the epoch, and after it
            with steps_of(keyring.engine) as counted:
                assert not keyring.renew_epoch(at)
            steps.append(counted[0])
        with steps_of(keyring.engine) as counted:
            keyring.destroy([CASE], MORNING.isoformat())
        steps.append(counted[0])
        keyring.engine.dispose()
    assert steps[:3] == steps[3:]
    assert 0 < max(steps) < 1_000


def test_on_postgresql_a_round_walks_through_no_table_of_keys(tmp_path: Path, fresh_postgres: FreshDatabases) -> None:
    keyring = keyring_of(tmp_path, fresh_postgres())
    many_keys(keyring, 5_000)
    asked: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, statement: str, given: Any, *rest: Any) -> None:
        if "FROM keys" in statement:
            asked[statement] = given

    with keyring.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE keys"))
        event.listen(keyring.engine, "before_cursor_execute", note)
        assert not keyring.renew_epoch(MORNING + DAY)
        event.remove(keyring.engine, "before_cursor_execute", note)
        assert len(asked) > 2
        for statement, given in asked.items():
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars())
            assert "Index" in plan, statement
            assert "Seq Scan" not in plan, statement
            assert "Sort" not in plan, statement
    keyring.engine.dispose()


def test_a_store_of_before_gets_its_indexes_at_its_next_start(tmp_path: Path) -> None:
    keyring = keyring_of(tmp_path)
    keyring.make([CASE, OTHER])
    kept = keyring.read("case")
    with keyring.engine.execution_options(writing=True).begin() as connection:
        for index in stored_keys.indexes:
            index.drop(connection)
    keyring.engine.dispose()
    for _ in range(2):
        again = keyring_of(tmp_path)
        with again.engine.connect() as connection:
            named = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars()
            assert {*named} >= INDEXES
        assert again.read("case") == kept
        again.engine.dispose()


def test_a_key_destroyed_while_all_are_wrapped_anew_asks_for_no_other_epoch_than_the_one_its_bytes_were_of(
    tmp_path: Path,
) -> None:
    """What the old epoch key wrapped is out of reach once that is gone; what the new one wrapped, at the next."""
    keyring = keyring_of(tmp_path)
    keyring.make([CASE, OTHER])
    keyring.destroy([CASE], MORNING.isoformat())
    assert keyring.renew_epoch(MORNING + DAY)
    assert not keyring.renew_epoch(MORNING + 3 * DAY)
    keyring.destroy([KeyName("never-made", DeletionClock.CONTENT)], MORNING.isoformat())
    assert not keyring.renew_epoch(MORNING + 3 * DAY)  # it has no bytes
    keyring.destroy([OTHER], MORNING.isoformat())
    assert keyring.renew_epoch(MORNING + 3 * DAY)
    keyring.engine.dispose()


@pytest.mark.parametrize("mode", ["ACCESS SHARE", "ROW EXCLUSIVE"])
def test_what_is_destroyed_is_purged_beside_who_reads_and_writes_keys(
    tmp_path: Path, fresh_postgres: FreshDatabases, mode: str
) -> None:
    """The table was rewritten under a lock that everybody waited for, the longer the more keys there were."""
    keyring = keyring_of(tmp_path, fresh_postgres())
    keyring.make([CASE, OTHER])
    keyring.destroy([CASE], MORNING.isoformat())
    with keyring.engine.connect() as connection:
        connection.execute(text(f"LOCK TABLE keys IN {mode} MODE"))
        assert keyring.purge()
    keyring.engine.dispose()
