"""Getting in by pages: a letter is asked for, its code is typed without a script, and a mangled link shows the same page."""

import re

import httpx
import pytest
from fastapi.testclient import TestClient

from mediation.people.drawn_codes import TRIES
from tests.houses import House
from tests.world import address, body_of, post_of

AINO = address("aino")


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


@pytest.mark.parametrize("path", ["/sign-in", "/own-address", "/opening", "/stop"])
@pytest.mark.parametrize("mangled", ["%23{}", "%2523{}", "/%23{}", "/"])
def test_a_link_that_a_gateway_mangled_shows_the_same_page_and_nothing_repeats_its_secret(
    plain: httpx.Client, path: str, mangled: str
) -> None:
    secret = "Yk3vW0bqE8m1cHc5n9o2Jt7xRzL4uA6sPdGfQiVhKwM"
    page = plain.get(path + mangled.format(secret))
    assert page.status_code == 200
    assert page.text == plain.get(path).text
    assert secret not in page.text + str(page.headers)
    assert plain.head(path + mangled.format(secret)).status_code == 200


def test_what_only_begins_like_a_link_is_no_page(plain: httpx.Client) -> None:
    for path in ("/sign-in-x", "/sign-in/x", "/stopwatch"):
        assert plain.get(path).status_code == 404
