"""Letters read as they go out, the link in them, and a browser with the cookie that it brings."""

import re
from email.message import EmailMessage
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mediation.letters.delivery import deliver_due
from mediation.letters.waiting import QUARTER
from tests.houses import House
from tests.world.http import problem


class Pigeonhole:
    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    def send(self, letter_id: str, message: EmailMessage) -> None:
        self.letters.append(message)

    def pause(self) -> None:
        pass


def post_of(house: House) -> list[EmailMessage]:
    """What is posted now, and a quarter of an hour later, to which the clock is set for so long."""
    post, now = Pigeonhole(), house.clock.at
    for moment in (now, now + QUARTER):
        house.clock.at = moment
        deliver_due(house.installation.database, post, house.installation.settings)
    house.clock.at = now
    return post.letters


def body_of(letter: EmailMessage) -> str:
    """The words of a letter, without what is attached."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace(" \n", " ")


def secret_in(letter: EmailMessage) -> str:
    """What follows the `#` of the link in a letter."""
    return _found(r"https?://\S+/(?:sign-in|own-address|new-address|stop)#(\S+)", letter)


def code_in(letter: EmailMessage) -> str:
    return _found(r"\b(\d{6})\b", letter)


def _found(pattern: str, letter: EmailMessage) -> str:
    found = re.search(pattern, body_of(letter))
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


def browser(
    house: House, email: str = "", app: FastAPI | None = None, *, secret: str = "", device: str = "testclient"
) -> httpx.Client:
    """A browser signed in by a link (asked for by `email`, unless its secret is known); it sends the session's form token."""
    client = TestClient(app or house.app, headers={"User-Agent": device})
    opened = client.post("/api/sign-in/sessions", json={"secret": secret or link_for(house, email)})
    assert opened.status_code == 201, opened.text
    client.headers["X-Form-Token"] = opened.json()["form_token"]
    return client


def nobody(response: httpx.Response) -> dict[str, Any]:
    return problem(response, 401, "signed-out")
