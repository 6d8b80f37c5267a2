"""How tests knock at the doors: a case to knock for, a server to knock at, and what a refusal must look like."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select

from api.app import address_of, listen, server_of
from api.http.problems import MEDIA_TYPE
from mediation.store.database import Db
from tests.houses import House

JSON_NAME = re.compile(r"(?<![\w/])[a-z]+(?:_[a-z]+)+(?!\w)")  # no sentence for people holds one


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


def set_table(house: House) -> House:
    """A case, 2027-0001, that Vilho commissioned for Aino and Pekka and Meri mediates."""
    house.person("Vilho", office="hr")
    house.person("Meri", office="mediator", organisation="Sovittelijat")
    for name in ("Aino", "Pekka", "Outi"):
        house.person(name)
    vilho = house.client("Vilho")
    referral = {
        "organisation": house.organisation("Esimerkkilä"),
        "subject": "Vuoronvaihto",
        "parties": [{"person": house.people[name]} for name in ("Aino", "Pekka")],
    }
    assert vilho.post("/api/cases", json=referral).status_code == 201
    assert vilho.post("/api/cases/2027-0001/order", json={"terms": "Sovittelu tiimissä."}).status_code == 201
    mediator = {"person": house.people["Meri"]}
    assert vilho.post("/api/cases/2027-0001/mediators", json=mediator).status_code == 201
    return house


def count(house: House, table: type[Any]) -> int:
    with house.installation.database.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@contextmanager
def served(app: FastAPI, trusted: Sequence[str] = ()) -> Iterator[str]:
    """The application behind the server and the listener of `mediation serve`, on a free port of this machine; its address."""
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


class _Undone(Exception):
    """What was done is not to stay."""


@contextmanager
def undoing(house: House) -> Iterator[None]:
    """Let every transaction of a house be rolled back."""
    database = house.installation.database
    writing = database.writing

    @contextmanager
    def forgetful() -> Iterator[Db]:
        with suppress(_Undone), writing() as db:
            yield db
            raise _Undone

    with patch.object(database, "writing", forgetful):
        yield
