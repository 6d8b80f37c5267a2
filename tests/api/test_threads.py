"""Of one request everything is done in one thread, but where it waits for what takes long or for who writes."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from inspect import iscoroutinefunction, unwrap
from threading import Event, Semaphore, current_thread
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from api.app import PAGES, ROUTERS, create_app
from api.http.routes import Route
from mediation.store.database import Database, Note
from mediation.store.models import Case
from tests.houses import House
from tests.world import case_at, served

PATIENCE = 20  # seconds until a test that hangs says so; nothing is timed

# What is made one at a time, or received in parts, before a transaction is open.
IN_STEPS = {
    *("open_copy", "print_confirmation"),  # typeset, or hash a code slowly
    "attach_scan",
    "draft",
    "print_agreed_text",
    "print_draft",
    "print_letter",
    "print_own_evidence",
    "print_paper",
    "read_closing_report",
    "send",
    "sign",
    "take",
    "take_bundle",
}


def test_a_request_asks_the_database_from_one_thread_of_its_kind(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    room.aino.does("statements", {"audience": "table", "words": "Kaikille.", "language": "fi"})
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(current_thread().name.partition("_")[0] + str(current_thread().ident))

    tag = room.meri.asks("GET transitions").headers["etag"]
    event.listen(sqlite_house.installation.database.engine, "before_cursor_execute", note)
    for kinds, act, given in (
        (["reading", "writing"], "GET ", {}),  # and notes what was read
        (["reading"], "GET transitions", {}),
        (["writing"], "POST transitions", {"json": {"transition": "define-problem"}, "headers": {"If-Match": tag}}),
    ):
        asked.clear()
        method, _, path = act.partition(" ")
        answer = room.client("Meri").request(method, room.path(path), **given)
        assert answer.status_code == 200, answer.text
        assert len(asked) >= 3
        assert [one.strip("0123456789") for one in dict.fromkeys(asked)] == kinds


@pytest.mark.seconds
@pytest.mark.both_databases
def test_readers_of_whom_it_is_noted_what_they_read_keep_no_other_reader_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, many = case_at(house, "opening"), 24  # more than there are threads to read and to write
    room.aino.does("statements", {"audience": "table", "words": "Kaikille.", "language": "fi"})
    waiting, hold, held = Semaphore(0), Event(), Event()
    write_down = Database.write_down

    def noted(self: Database, notes: Iterable[Note]) -> None:
        waiting.release()
        write_down(self, notes)

    def write() -> None:
        with house.installation.database.writing() as db:
            db.scalars(select(Case).with_for_update()).all()
            held.set()
            assert hold.wait(PATIENCE)

    monkeypatch.setattr(Database, "write_down", noted)
    with served(create_app(house.installation)) as url, ThreadPoolExecutor(many + 1) as pool:
        writer = pool.submit(write)
        assert held.wait(PATIENCE)

        def reads(path: str) -> httpx.Response:
            shown = {"Authorization": f"Bearer {house.tokens['Meri']}"}
            return httpx.get(f"{url}{room.path(path)}", headers=shown, timeout=PATIENCE)

        try:
            readers: list[Any] = [pool.submit(reads, "") for _ in range(many)]
            for _ in range(8):
                assert waiting.acquire(timeout=PATIENCE)
            assert reads("transitions").status_code == 200
            assert not any(one.done() for one in readers)
        finally:
            hold.set()
        writer.result()
        assert {one.result().status_code for one in readers} == {200}


def test_every_route_is_done_in_one_thread_but_those_that_wait_for_something_slow() -> None:
    routes = [one for router in (*ROUTERS, *PAGES) for one in router.routes if isinstance(one, Route)]
    in_steps = {one.name for one in routes if not one.is_whole and not iscoroutinefunction(unwrap(one.endpoint))}
    assert in_steps == IN_STEPS
