"""Getting in by pages: a letter is asked for, its code is typed without a script, and a mangled link shows the same page."""

import logging
import re

import httpx
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from api.pages.sign_in import pasted as secret_of
from mediation.people.drawn_codes import TRIES
from mediation.words.catalogue import say
from tests.browsers import visitor
from tests.houses import House
from tests.pages.plays import Play, link_in, reached
from tests.world import address, body_of, post_of, secret_in
from tests.world import browser as signed_in

AINO = address("aino")
SECRET = "4fk3vW0bqE8-1cHc5n9o2Jt7xRzL4uA6sPdGfQiVhKw_"
# What gateways and mail programs make of `#` and of what is near it.
MANGLED = (
    "%23{}",
    "%2523{}",
    "%252523{}",
    "/%23{}",
    "=23{}",
    "%3D23{}",
    "?%23{}",
    "?utm_source=letters#{}",
    "#=3D{}",
    "%23{}%3Futm_source%3Dletters%26utm_id%3D1",
    "#{}?utm_source=letters",
    "#{}&utm_source=letters",
    "#{}>",
    "#{}.",
    "#{}%3E",
    "%23{},",
    "%23{}%22",
    "#{}%0D%0A",
)
CUT_OFF = ("/", ">", ".", "%3E", "=", "/?utm_source=letters", "?utm_source=letters&gclid=0123456789abcdef", ";v=1")


@pytest.fixture
def home(sqlite_house: House) -> House:
    """Aino's house."""
    sqlite_house.person("Aino")
    return sqlite_house


@pytest.fixture
def plain(home: House) -> httpx.Client:
    """A browser that runs no script."""
    return TestClient(home.app, headers={"Accept": "text/html"})


def code_for(house: House, browser: httpx.Client) -> str:
    page = browser.post("/sign-in", data={"email": AINO})
    assert page.url.path == "/sign-in/letter"
    [letter] = post_of(house)
    found = re.search(r"^(\w{4}-\w{4})$", body_of(letter), re.MULTILINE)
    assert found is not None
    return found[1]


def test_on_the_device_that_asked_the_code_is_enough(home: House, plain: httpx.Client) -> None:
    code = code_for(home, plain)
    page = plain.get("/sign-in/letter")
    assert 'name="code"' in page.text
    assert 'name="email"' not in page.text
    assert AINO not in page.text  # whoever comes to this device next
    assert plain.post("/sign-in/letter", data={"code": code}).url.path == "/"
    assert 'name="email"' in plain.get("/sign-in/letter").text  # forgotten with the sign-in


def test_on_another_device_the_address_is_typed_with_the_code(home: House, plain: httpx.Client) -> None:
    code = code_for(home, plain)
    other = TestClient(home.app, headers={"Accept": "text/html"})
    assert other.post("/sign-in/code", data={"code": code, "email": AINO}).url.path == "/"


def test_a_wrong_code_comes_back_with_what_was_typed_and_five_end_it(home: House, plain: httpx.Client) -> None:
    code = code_for(home, plain)
    for _ in range(TRIES):
        page = plain.post("/sign-in/code", data={"code": "2222-2222", "email": AINO})
        assert page.status_code == 401
        assert 'value="2222-2222"' in page.text
        assert f'value="{AINO}"' in page.text
    assert plain.post("/sign-in/letter", data={"code": code}).status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/own-address", "/new-address", "/opening", "/stop"])
def test_a_link_that_a_gateway_mangled_shows_the_same_page_and_nothing_repeats_its_secret(
    plain: httpx.Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    page = plain.get(path).text
    for mangled in (*MANGLED, *CUT_OFF):
        link = path + mangled.format(SECRET)
        for accept in ("text/html", "application/json"):
            found = plain.get(link, headers={"Accept": accept})
            assert (found.status_code, found.text) == (200, page), mangled
            assert SECRET not in str(found.headers)
            for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                answer = plain.request(method, link, headers={"Accept": accept})
                assert SECRET not in answer.text + str(answer.headers)
                assert method != "HEAD" or answer.status_code == 200
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore", "asyncio"))]
    assert ours
    assert SECRET not in "".join(ours)


def test_what_only_begins_like_a_link_is_no_page(plain: httpx.Client) -> None:
    for path in ("/sign-in-x", "/sign-in/x", "/stopwatch"):
        assert plain.get(path).status_code == 404


def test_without_a_script_a_link_is_copied_from_the_letter(home: House, plain: httpx.Client) -> None:
    aino = signed_in(home, AINO)
    assert aino.post("/api/own-address", json={"email": "aino@koti.example"}).status_code == 202
    [letter] = post_of(home)
    assert 'name="link"' in plain.get("/own-address").text
    pasted = f" http://127.0.0.1:8000/own-address%23{secret_in(letter)}>\n"
    assert plain.post("/own-address", data={"link": pasted}).status_code == 200
    assert aino.get("/api/sign-in/sessions/current").json()["has_own_address"]


def test_a_link_that_is_copied_is_understood_in_every_form_and_a_code_from_paper_as_it_is_typed() -> None:
    for form in ("#{}", *MANGLED):
        assert secret_of(f"http://127.0.0.1:8000/stop{form.format(SECRET)}\n") == SECRET, form
    for typed in (SECRET, "abcd efgh jkmn pqrs", "ABCD-EFGH-JKMN-PQRS"):
        assert secret_of(f" {typed} ") == typed


@pytest.mark.parametrize("pasted", ["", "#", "#x", "%", "%zz", "=", "ä€", "\x00", "#" * 1_000, "%25" * 300, "'\"<b>"])
def test_what_is_no_link_is_refused_like_one_that_works_no_longer(plain: httpx.Client, pasted: str) -> None:
    page = plain.post("/stop", data={"link": pasted})
    assert page.status_code in {401, 422}
    assert "<b>" not in page.text


# In a browser: whatever a gateway did to the link, the page finds the secret, and shows it nowhere.


@pytest.mark.seconds
@pytest.mark.parametrize("page", ["sign-in", "own-address"])
def test_the_page_finds_the_secret_in_every_form_of_its_link_and_takes_it_out_of_the_address(
    home: House, browser: Browser, page: str
) -> None:
    with reached(home) as url:
        aino = visitor(browser, url)
        for mangled in ("#{}", *MANGLED):
            aino.page.goto("about:blank")  # else what only differs behind the # is the same page
            aino.page.goto(f"{url}/{page}{mangled.format(SECRET)}")
            assert aino.page.url == f"{url}/{page}"
            assert aino.page.locator("form[data-link] [name=secret]").input_value() == SECRET, mangled
            assert aino.page.locator("form[data-link] button").is_visible()
        for mangled in ("", *CUT_OFF, "#content", "#%", "%23%zz", "?utm_source=0123456789"):
            aino.page.goto("about:blank")
            aino.page.goto(f"{url}/{page}{mangled}")
            assert not aino.page.locator("form[data-link]").is_visible()
            assert aino.page.locator("[data-without-link]").is_visible()
        aino.page.evaluate(f"location.hash = '{SECRET}'")  # pasted where the page was open already
        aino.page.wait_for_url(f"{url}/{page}")
        assert aino.page.locator("form[data-link] [name=secret]").input_value() == SECRET
    assert aino.faults == []


@pytest.mark.seconds
def test_a_link_that_was_cut_in_two_leads_to_the_code_beside_it(home: House, browser: Browser) -> None:
    with reached(home) as url:
        aino, letter = Play(home, browser, url).asks_for_letter("Aino")
        code = re.search(r"^(\w{4}-\w{4})$", letter, re.MULTILINE)
        assert code is not None
        aino.goes_to(link_in(letter)[:-20])
        aino.page.get_by_role("button", name=say("sign-in.button", "fi")).click()
        aino.follows("page.sign-in-have-code")
        aino.writes("field.email", AINO)
        aino.writes("page.sign-in-code", code[1])
        aino.presses("sign-in.button")
        assert aino.page.url == f"{url}/"
