"""W1 behind HTTP: the whole way through a real server, beside an empty POST to a bare FastAPI on the same kind of server."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import cycle
from time import perf_counter

from fastapi import FastAPI

from api.app import create_app
from bench.houses import Place
from bench.lines import Goal, Line, milliseconds, ratio_of
from tests.knocking import served

THERE_AND_BACK = ("define-problem", "return-to-opening")


def measure(place: Place, rounds: int) -> Iterator[Line]:
    """One client that moves a case to and fro, and one that asks for nothing."""
    bare = FastAPI()

    @bare.post("/")
    async def nothing() -> None:
        return None

    table = place.tables[0]
    with connected(bare) as one, connected(create_app(place.house.installation)) as other:
        empty = _empty(one)
        move = _move(other, f"/api/cases/{table.number}/transitions", table.house.tokens["Meri"])
        for ask in (empty, move):
            _timed(ask, 20)
        floors, ours = [], []
        for _ in range(rounds):
            floors.append(_timed(empty, 20))
            ours.append(_timed(move, 20))
    told = f"{milliseconds(floors):.2f} ms empty, {milliseconds(ours):.2f} ms a transition"
    yield Line("W1 behind HTTP, SQLite, 1 client", ratio_of(floors, ours), "of empty POST", Goal(at_least=0.12), told)


@contextmanager
def connected(app: FastAPI) -> Iterator[HTTPConnection]:
    """A connection to a real server of this application."""
    with served(app) as address, closing(HTTPConnection(address.removeprefix("http://"))) as connection:
        yield connection


def _empty(connection: HTTPConnection) -> Callable[[], None]:
    def ask() -> None:
        connection.request("POST", "/")
        connection.getresponse().read()

    return ask


def _move(connection: HTTPConnection, path: str, token: str) -> Callable[[], None]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("GET", path, headers=headers)
    read = connection.getresponse()
    read.read()
    headers["If-Match"], codes = read.headers["ETag"], cycle(THERE_AND_BACK)

    def ask() -> None:
        connection.request("POST", path, json.dumps({"transition": next(codes)}), headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        headers["If-Match"] = answer.headers["ETag"]

    return ask


def _timed(ask: Callable[[], None], times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        ask()
    return (perf_counter() - began) / times
