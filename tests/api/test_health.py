"""Health checks answer truthfully, and reveal nothing more."""

import resource
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from api import health
from mediation.installation import readiness
from mediation.installation.readiness import faults
from tests.api.test_serving import address_in, process, said
from tests.houses import House
from tests.world import problem

PROBES = ("/healthz", "/readyz")


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_CACHED", 0.0)


def is_down(house: House, caplog: pytest.LogCaptureFixture, *codes: str) -> None:
    """Anybody reads that it is not ready, the log says why, and the process stays up."""
    nobody = house.client()
    for path in PROBES:
        caplog.clear()
        answer = nobody.get(path, headers={"Accept-Language": "en"})
        told = problem(answer, 503, "not-ready")
        assert told.keys() == {"type", "title", "status", "detail", "instance"}
        assert not [
            one for one in ("keys", "content", "disk", str(house.installation.settings.home)) if one in answer.text
        ]
        assert f"not ready: {', '.join(codes)}" in caplog.text
    assert nobody.get("/livez").json() == {"status": "ok"}


def is_up(house: House) -> None:
    for path in (*PROBES, "/livez"):
        answer = house.client().get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_installation_that_can_work_says_so_on_each_database(house: House) -> None:
    """H29. All three routes, to anybody."""
    is_up(house)
    assert faults(house.installation) == []


def test_a_missing_key_store_is_reported_even_while_a_connection_is_open(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """H29. A file that was deleted can still be read while it is open, but not after the next start."""
    store = house.installation.settings.home / "keys.db"
    is_up(house)
    store.rename(store.with_suffix(".away"))
    is_down(house, caplog, "keys-unreadable", "keys-unwritable")
    assert not store.exists()
    store.with_suffix(".away").rename(store)
    is_up(house)


def test_keys_that_do_not_open_are_reported(sqlite_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """H29. The store is there, but what is in it was wrapped by another master key."""
    is_up(sqlite_house)
    with closing(sqlite3.connect(sqlite_house.installation.settings.home / "keys.db")) as store, store:
        store.execute("UPDATE keys SET wrapped = randomblob(40)")
    is_down(sqlite_house, caplog, "keys-unreadable")


def test_a_server_that_accepts_no_writes_is_reported(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """H29. A database that has become read-only, as a server does that has become a replica."""
    engine = house.installation.database.engine
    if engine.dialect.name == "sqlite":
        path = house.installation.settings.home / "mediation.db"
        path.rename(path.with_suffix(".away"))
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{engine.url.database}" SET default_transaction_read_only = on')
        engine.dispose()
    is_down(house, caplog, "content-unwritable")


def test_nothing_is_changed_by_looking(sqlite_house: House) -> None:
    """H29. Not a byte, and no file more or less."""
    home = sqlite_house.installation.settings.home

    def bytes_of() -> dict[str, bytes]:
        return {str(one): one.read_bytes() for one in home.rglob("*") if one.is_file() and one.suffix != ".db-shm"}

    is_up(sqlite_house)
    before = bytes_of()
    is_up(sqlite_house)
    assert bytes_of() == before


def test_somebody_who_is_writing_is_no_fault(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """H29. A process that waits for another's write can write afterwards."""
    monkeypatch.setattr(readiness, "_PATIENCE", 0.01)
    with sqlite_house.installation.database.writing() as db:
        db.connection()
        assert faults(sqlite_house.installation) == []


def test_who_asks_again_and_again_has_it_looked_at_once(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """H29. Nobody without sign-in keeps the disk busy."""
    looks: list[int] = []
    monkeypatch.setattr(health, "_CACHED", 3600.0)
    monkeypatch.setattr(health, "faults", lambda _: looks.append(1) or [])
    for _ in range(20):
        is_up(sqlite_house)
    assert len(looks) == 1


def eventually(is_so: Callable[[], bool]) -> bool:
    for _ in range(200):
        if is_so():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.seconds
def test_a_full_disk_is_reported_until_there_is_room_again(tmp_path: Path) -> None:
    """H29. A real process with a small limit of file size: every write fails as on a full disk."""
    with process(tmp_path / "home", "serve", "--port", "0") as server, httpx.Client(timeout=30) as watcher:
        address = address_in(said(server, "Serving on"))

        def status(path: str) -> int:
            return watcher.get(f"{address}{path}").status_code

        assert [status(path) for path in (*PROBES, "/livez")] == [200] * 3
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        assert eventually(lambda: [status(path) for path in (*PROBES, "/livez")] == [503, 503, 200])
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert eventually(lambda: [status(path) for path in (*PROBES, "/livez")] == [200] * 3)
        server.terminate()
        server.communicate(timeout=60)
    assert server.returncode == 0
