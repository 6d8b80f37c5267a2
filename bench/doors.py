"""W1 behind HTTP: the whole way through a real server, beside an empty POST to a bare FastAPI on the same kind of server.

And a read on a connection that is kept open, by a client like any other and by one that acknowledges whatever comes at once:
between them lies what an answer waits for nothing.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import Any

from fastapi import FastAPI

from api.app import create_app
from bench.houses import Place
from bench.lines import Goal, Line, milliseconds, ratio_of
from tests.world import served

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
        move = moving(other, f"/api/cases/{table.number}/transitions", table.house.tokens["Meri"])
        for ask in (empty, move):
            _timed(ask, 20)
        floors, ours = [], []
        for _ in range(rounds):
            floors.append(_timed(empty, 20))
            ours.append(_timed(move, 20))
    told = f"{milliseconds(floors):.2f} ms empty, {milliseconds(ours):.2f} ms a transition"
    yield Line("W1 behind HTTP, SQLite, 1 client", ratio_of(floors, ours), "of empty POST", Goal(at_least=0.12), told)


def measure_waiting(place: Place, rounds: int) -> Iterator[Line]:
    """Reads on two kept-alive connections to one server, in turns."""
    table = place.tables[0]
    path, token = f"/api/cases/{table.number}/transitions", table.house.tokens["Meri"]
    app = create_app(place.house.installation)
    with served(app) as address, connection_to(address) as ordinary, connection_to(address) as prompt:
        _acknowledge_at_once(prompt)
        taken: dict[HTTPConnection, list[float]] = {ordinary: [], prompt: []}
        for count in range(10 + 10 * rounds):
            for one, times in taken.items():
                began = perf_counter()
                _read(one, path, token)
                if count >= 10:  # warm by then
                    times.append(perf_counter() - began)
    own, floor = (median(times) for times in taken.values())
    told = f"median {own * 1000:.2f} ms, {floor * 1000:.2f} ms acknowledging at once, of {10 * rounds} reads each"
    yield Line("a kept-alive read over TCP", own / floor, "of one at once", Goal(at_most=1.3), told)


def _read(connection: HTTPConnection, path: str, token: str) -> None:
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 200, said


def _acknowledge_at_once(connection: HTTPConnection) -> None:
    # The kernel forgets the wish by itself, so it is said again before each time that something is received.
    connection.connect()
    connection.sock = _Prompt(fileno=connection.sock.detach())


class _Prompt(socket.socket):
    def recv_into(self, *given: Any) -> int:
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return super().recv_into(*given)


@contextmanager
def connection_to(address: str) -> Iterator[HTTPConnection]:
    """A connection to a server."""
    with closing(HTTPConnection(address.removeprefix("http://"))) as connection:
        yield connection


@contextmanager
def connected(app: FastAPI) -> Iterator[HTTPConnection]:
    """A connection to a real server of this application."""
    with served(app) as address, connection_to(address) as connection:
        yield connection


def _empty(connection: HTTPConnection) -> Callable[[], None]:
    def ask() -> None:
        connection.request("POST", "/")
        connection.getresponse().read()

    return ask


def moving(connection: HTTPConnection, path: str, token: str) -> Callable[[], None]:
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
