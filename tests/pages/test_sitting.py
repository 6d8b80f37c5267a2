"""The day in the room: one laptop, on which the mediator records what each one says, phase by phase, with a tap each."""

from dataclasses import dataclass

import httpx
import pytest
from lxml import html
from sqlalchemy import select

from mediation.store.models import Mark, ReadTrace
from tests.houses import House
from tests.world import LiveCase, address, browser, case_at


@dataclass
class Laptop:
    """A browser in which somebody reads pages, follows links and presses buttons; it counts what it presses."""

    client: httpx.Client
    page: httpx.Response
    taps: int = 0

    @property
    def seen(self) -> html.HtmlElement:
        return html.fromstring(self.page.text, base_url=str(self.page.url))

    def opens(self, path: str) -> None:
        self.page = self.client.get(path, headers={"Accept": "text/html"})
        assert self.page.status_code == 200, self.page.text

    def follows(self, words: str) -> None:
        """Follow the first link with these words."""
        self.opens(next(one.get("href") for one in self.seen.iter("a") if text_of(one) == words))

    def buttons(self) -> list[str]:
        return [text_of(one) for one in self.seen.iter("button")]

    def presses(self, words: str, **filled: str) -> None:
        """Press the first button with these words; `filled` are the fields that are written before."""
        button = next(one for one in self.seen.iter("button") if text_of(one) == words)
        form = next(button.iterancestors("form"))
        sent = [(name, value) for name, value in form.form_values() if name not in filled] + [*filled.items()]
        sent += [(button.get("name"), button.get("value"))] if button.get("name") else []
        data: dict[str, list[str]] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        self.page = self.client.post(form.get("action"), data=data, headers={"Accept": "text/html"})
        assert self.page.status_code == 200, self.page.text
        self.taps += 1


def text_of(one: html.HtmlElement) -> str:
    return " ".join(one.text_content().split())


def laptop(room: LiveCase, name: str = "Meri") -> Laptop:
    """Somebody's laptop at the sitting: it has a session's cookie and no token but what its pages hold."""
    client = browser(room.house, address(name))
    del client.headers["X-Form-Token"]
    one = Laptop(client, client.get("/sign-in"))
    one.opens(f"/cases/{room.number}/sitting")
    return one


def test_a_tap_is_taken_back_by_a_second_one(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    meri = laptop(room)
    meri.presses("Aloita tapaaminen")
    assert "Aino: Hyväksyy pelisäännöt" not in meri.buttons()  # who is not there has said nothing
    meri.presses("Aino: Paikalla")
    meri.presses("Aino: Hyväksyy pelisäännöt")
    assert room.waits_for("define-problem")["accepted-ground-rules"] == ["Pekka"]
    meri.presses("Aino: Hyväksyy pelisäännöt")
    assert room.waits_for("define-problem")["accepted-ground-rules"] == ["Aino", "Pekka"]
