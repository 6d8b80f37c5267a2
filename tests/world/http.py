"""Asking by HTTP: what must succeed, what a refusal looks like, a server to ask, and what the database holds afterwards."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any
from unittest.mock import patch

import httpx
from fastapi import FastAPI
from sqlalchemy import CompoundSelect, Engine, event, func, literal, select, union_all

from api.http.problems import MEDIA_TYPE
from api.serving import address_of, listen, server_of
from mediation.store.database import Db
from mediation.store.models import Base
from tests.cases import Undone
from tests.houses import House

JSON_NAME = re.compile(r"(?<![\w/])[a-z]+(?:_[a-z]+)+(?!\w)")  # no sentence for people holds one
OF_NO_CASE = ("idempotency_keys", "reads")  # what is kept of requests, not of what they did


def answered(response: httpx.Response) -> Any:
    asked = f"{response.request.method} {response.request.url.path}"
    assert response.is_success, f"{asked}: {response.status_code} {response.text}"
    return response.json() if response.content else {}


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem details of a refusal, after checking that it is one, of this status and code."""
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE), response.text
    told: dict[str, Any] = response.json()
    assert told["type"] == f"/problems/{code}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == response.request.url.path
    sentences = [told["title"], told["detail"], *(one["detail"] for one in told.get("errors", ()))]
    assert not [one for one in sentences if JSON_NAME.search(one)]
    return told


@contextmanager
def served(app: FastAPI, trusted: Sequence[str] = ()) -> Iterator[str]:
    """The application behind the server and the listener of `mediation serve`, on a free local port; its address."""
    with listen("127.0.0.1", 0) as listener:
        server = server_of(app, "127.0.0.1", 0, trusted)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield address_of(listener)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def undoing(house: House) -> Iterator[None]:
    """Let every transaction of a house be rolled back."""
    database = house.installation.database
    writing = database.writing

    @contextmanager
    def forgetful() -> Iterator[Db]:
        with suppress(Undone), writing() as db:
            yield db
            raise Undone

    with patch.object(database, "writing", forgetful):
        yield


def count(house: House, table: type[Any]) -> int:
    with house.installation.database.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@cache
def _counts() -> CompoundSelect[Any]:
    # Put together once: that takes ten times as long as to ask it.
    tables = [one for one in Base.metadata.sorted_tables if one.name not in OF_NO_CASE]
    return union_all(*(select(literal(one.name), func.count()).select_from(one) for one in tables))


def rows(house: House) -> dict[str, int]:
    """How many rows each table about cases has."""
    with house.installation.database.reading() as db:
        return {str(name): int(number) for name, number in db.execute(_counts())}


def everything_in(house: House) -> bytes:
    """Every value in every table, as the database holds it."""
    held = bytearray()
    with house.installation.database.engine.connect() as connection:
        for table in Base.metadata.tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                held += b"".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    return bytes(held)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
