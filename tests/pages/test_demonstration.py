"""The demonstration: one is each of its people with one press, and reads every letter as its recipient would."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from demo.cases import CASES
from demo.cast import MEDIATION as CAST
from demo.pages import demonstrated
from mediation.settings import SETTINGS
from tests.browsers import visitor
from tests.houses import House, application
from tests.pages.demonstrations import played
from tests.pages.test_html import unsound
from tests.pages.walks import HTML, PAGES
from tests.walked_routes import walk_routes
from tests.world import served
from workflows.mediation import MEDIATION

# To play it takes as long as all else that is looked at here.
of_its_day = pytest.mark.part(4, walk="whole programs", together="the pages of a demonstration")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    installation, what = played(tmp_path_factory.mktemp("demonstration") / "var")
    yield demonstrated(installation, what)
    installation.close()


@pytest.fixture
def somebody(shown: FastAPI) -> httpx.Client:
    return TestClient(shown, headers=HTML)


@of_its_day
def test_there_is_a_case_to_try_in_every_phase(shown: FastAPI, somebody: httpx.Client) -> None:
    page = somebody.get("/demo").text
    assert unsound(page) == []
    meri = somebody.post("/demo/people/meri", data={"to": "/"})
    assert meri.url.path == "/"
    phases = {one["phase"] for one in somebody.get("/api/cases").json()["cases"]}
    assert phases == {one.code for one in MEDIATION.phases if one is not MEDIATION.final}
    assert {one.waits for one in shown.state.demonstration.cases} == {code for code, _, _ in CASES}
    assert [code for code, _, _ in CASES if code not in CAST.at] == []


@of_its_day
@pytest.mark.parametrize("who", CAST.people)
def test_one_is_each_of_them_with_one_press(shown: FastAPI, somebody: httpx.Client, who: str) -> None:
    page = somebody.get("/demo").text
    offered = re.findall(rf'action="/demo/people/{who}"><input type="hidden" name="to" value="([^"]+)"', page)
    begins = who == "aino"  # above all the others, with the one signature that is missing
    assert len(offered) == begins + 1 + sum(who in CAST.at[code] for code, _, _ in CASES)
    for to in offered:
        there = somebody.post(f"/demo/people/{who}", data={"to": to})
        assert (there.status_code, there.url.path) == (200, to)
        assert 'href="/demo"' in there.text
        assert unsound(there.text) == []
        name = shown.state.demonstration.name(who)
        assert somebody.get("/api/sign-in/sessions/current").json()["name"] == name


@of_its_day
def test_a_press_on_another_site_lets_nobody_in(somebody: httpx.Client) -> None:
    for told in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        assert somebody.post("/demo/people/meri", data={"to": "/"}, headers=told).status_code == 403
    assert somebody.post("/demo/people/nobody").status_code == 404
    away = somebody.post("/demo/people/meri", data={"to": "//evil.example"}, follow_redirects=False)
    assert away.headers["location"] == "/"


@of_its_day
def test_every_letter_is_shown_and_a_link_in_a_new_one_works(shown: FastAPI, browser: Browser) -> None:
    with served(shown) as address:
        one = visitor(browser, address)
        one.goes_to("/demo/letters")
        assert one.page.locator("article").count() == 60
        one.goes_to("/sign-in")
        one.writes("field.email", "aino@example.org")
        one.presses("page.sign-in-ask")
        link = one.page.locator('a[href*="/sign-in#"]').first
        for _ in range(30):  # it is delivered within seconds
            one.goes_to("/demo/letters?to=aino@example.org")
            if link.count():
                break
            one.page.wait_for_timeout(500)
        assert one.page.locator("article").count() > 10
        secret = str(link.get_attribute("href")).partition("#")[2]
        one.goes_to(f"/sign-in#{secret}")
        one.presses("sign-in.button")
        assert one.page.url == f"{address}/"
    assert one.faults == []


@of_its_day
def test_the_first_signed_agreement_is_a_few_presses_away(shown: FastAPI, browser: Browser) -> None:
    with served(shown) as address:
        aino = visitor(browser, address)
        aino.goes_to("/demo")
        number = next(one.number for one in shown.state.demonstration.cases if one.waits == "sign")
        aino.presses("page.demo-open-as", name=f"Aino ({number})")
        aino.follows("todo.everyone-signed.do")
        aino.follows("decide.signatures")
        aino.presses("act.sign")
        assert aino.page.request.get(f"/api/cases/{number}/agreement").json()["state"] == "sealed"
    assert aino.faults == []


def test_without_the_demonstration_there_is_nothing_of_it(sqlite_house: House) -> None:
    assert [one.path for one in walk_routes(application()) if one.path.startswith("/demo")] == []
    assert "demonstration" not in SETTINGS.values()
    for path in ("/demo", "/demo/letters"):
        assert sqlite_house.client().get(path).status_code == 404
    assert "/demo" not in sqlite_house.client().get("/sign-in").text
    assert len(PAGES) > 60
