"""A short path by clicking, as each person in turn: what they meet is accessible, fits a phone, and asks nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from api.app import create_app
from tests.browsers import Visitor, visitor
from tests.houses import House
from tests.world import almost_signed, body_of, case_at, post_of, served

pytestmark = pytest.mark.xdist_group("browser")


@contextmanager
def reached(house: House) -> Iterator[str]:
    """The house behind a real server, with links in letters that lead there."""
    app = create_app(house.installation)
    with served(app) as address:
        settings = replace(house.installation.settings, base_url=address)
        house.installation = app.state.installation = replace(house.installation, settings=settings)
        yield address


def let_in(somebody: Visitor, house: House, name: str, *, script: bool) -> None:
    """Ask for a link on the page, and open it from the letter that comes."""
    somebody.goes_to("/sign-in")
    somebody.writes("field.email", f"{name.lower()}@example.org")
    somebody.presses("page.sign-in-ask")
    [link] = [one for letter in post_of(house) for one in body_of(letter).split() if "/sign-in#" in one]
    if script:
        somebody.page.goto(link)
        somebody.presses("sign-in.button")
    else:
        secret = link.partition("#")[2]
        somebody.page.request.post("/sign-in", form={"secret": secret}, max_redirects=0)
        somebody.goes_to("/")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_last_signature_and_the_next_phase_by_clicking(sqlite_house: House, browser: Browser, script: bool) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    with reached(sqlite_house) as address:
        aino = visitor(browser, address, script=script)
        let_in(aino, sqlite_house, "Aino", script=script)
        aino.follows("page.case", number=case.number)
        aino.follows("todo.everyone-signed.do")
        aino.follows("decide.signatures")
        aino.presses("act.sign")
        assert case.aino.reads("agreement")["state"] == "sealed"

        meri = visitor(browser, address, script=script)
        let_in(meri, sqlite_house, "Meri", script=script)
        meri.goes_to(f"/cases/{case.number}")
        meri.follows("page.see-what-follows")
        meri.presses("transition.begin-follow-up")
        assert case.meri.reads()["phase"] == "follow-up"
    assert [*aino.faults, *meri.faults] == []


def test_one_signs_by_keyboard_alone_and_sees_where_one_is(sqlite_house: House, browser: Browser) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    with reached(sqlite_house) as address:
        aino = visitor(browser, address)
        let_in(aino, sqlite_house, "Aino", script=True)
        aino.goes_to(f"/cases/{case.number}")
        aino.tabs_to("todo.everyone-signed.do")
        aino.tabs_to("decide.signatures")
        aino.tabs_to("act.sign")
        assert case.aino.reads("agreement")["state"] == "sealed"
    assert aino.faults == []


def test_a_long_word_breaks_instead_of_widening_a_page(sqlite_house: House, browser: Browser) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.meri.does("options", {"words": "Vuoronvaihto" * 30, "language": "fi"})
    case.meri.does("notes", {"words": "https://example.org/" + "a" * 300, "language": "fi"})
    sqlite_house.person("Maximilian" * 12, email=False)
    case.comes("Maximilian" * 12, "support-person", supports=case.ids["Aino"], capacity="Kehittämispäällikkö" * 6)
    with reached(sqlite_house) as address:
        meri = visitor(browser, address, width=320)
        let_in(meri, sqlite_house, "Meri", script=True)
        for path in ("", "/options", "/table", "/private", "/participants", "/sessions", "/statements"):
            meri.goes_to(f"/cases/{case.number}{path}")
    assert meri.faults == []


def test_the_look_finds_what_is_wrong(browser: Browser) -> None:
    somebody = visitor(browser, "http://127.0.0.1:9")
    wrong = '<input><a href="#x" style="outline: none">here</a><p style="width: 500px">x</p>'
    somebody.page.set_content(f'<html lang="fi"><title>x</title><main><h1>x</h1>{wrong}</main>')
    somebody.page.evaluate("console.error('oh')")
    somebody.looks()
    assert any(": label: <input>" in one for one in somebody.faults)
    assert any("500 wide" in one or "wide, but there is room for 360" in one for one in somebody.faults)
    assert any(one.endswith(": oh") for one in somebody.faults)
    with pytest.raises(LookupError):
        somebody.tabs_to("act.sign")
    assert any("'here' does not show that it has the focus" in one for one in somebody.faults)
