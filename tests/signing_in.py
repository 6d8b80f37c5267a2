"""How tests sign in: letters read as they go out, the link in them, and a browser with the cookie that it brings."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from mediation.letters.delivery import deliver_due
from mediation.store.models import Base
from tests.houses import House
from tests.knocking import problem


@dataclass
class Pigeonhole:
    """A post that keeps what it is given."""

    letters: list[EmailMessage] = field(default_factory=list)

    def send(self, letter_id: str, message: EmailMessage) -> None:
        self.letters.append(message)


def post_of(house: House) -> list[EmailMessage]:
    """The letters that are due now, delivered."""
    post = Pigeonhole()
    deliver_due(house.installation.database, post, house.installation.settings)
    return post.letters


def body_of(letter: EmailMessage) -> str:
    """Its words, as a mail program joins them."""
    return str(letter.get_content()).replace(" \n", " ")


def secret_in(letter: EmailMessage) -> str:
    """What follows the `#` of the link in a letter."""
    found = re.search(r"https?://\S+/(?:sign-in|own-address|stop)#(\S+)", body_of(letter))
    assert found is not None
    return found[1]


def code_in(letter: EmailMessage) -> str:
    """The six digits in a letter."""
    found = re.search(r"\b(\d{6})\b", body_of(letter))
    assert found is not None
    return found[1]


def address(name: str) -> str:
    return f"{name.lower()}@example.org"


def link_for(house: House, email: str) -> str:
    """The secret of a link that somebody asked for."""
    assert house.client().post("/api/sign-in/links", json={"email": email}).status_code == 202
    sent = [one for one in post_of(house) if one["To"] == email and "sign-in#" in body_of(one)]
    assert len(sent) == 1
    return secret_in(sent[0])


def browser(house: House, email: str, app: FastAPI | None = None) -> httpx.Client:
    """Somebody's browser, signed in by a link, that sends the form token of its session along."""
    client = TestClient(app or house.app)
    opened = client.post("/api/sign-in/sessions", json={"secret": link_for(house, email)})
    assert opened.status_code == 201, opened.text
    client.headers["X-Form-Token"] = opened.json()["form_token"]
    return client


def nobody(response: httpx.Response) -> dict[str, Any]:
    """The answer to who is signed in no longer."""
    return problem(response, 401, "signed-out")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def everything_in(house: House) -> bytes:
    """Every value in every table, as the database holds it."""
    engine = house.installation.database.engine
    held = bytearray()
    with engine.connect() as connection:
        for table in Base.metadata.tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                held += b"".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    return bytes(held)
