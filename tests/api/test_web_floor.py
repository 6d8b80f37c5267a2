"""The web's floor: what a browser may do with our answers, and what of them is kept, sent on or written down: nothing."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.http.envelope import BODY_LIMIT
from mediation.logs import REQUESTS, JsonLines, set_up_logs
from tests.houses import House
from tests.walked_routes import walk_routes
from tests.world import problem, set_table

SECRET = "Aino itki palaverissa"  # what nobody may find in a log
PAGES = ("/api/docs", "/sign-in", "/own-address", "/new-address")
ALWAYS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def home(sqlite_house: House) -> House:
    """Aino's house."""
    sqlite_house.person("Aino")
    return sqlite_house


@pytest.fixture
def secure(home: House) -> Iterator[httpx.Client]:
    """The same, reached over HTTPS."""
    settings = replace(home.installation.settings, base_url="https://palvelu.example.fi")
    with TestClient(create_app(replace(home.installation, settings=settings)), base_url=settings.base_url) as client:
        yield client


def directives(answer: httpx.Response) -> dict[str, list[str]]:
    """The Content-Security-Policy, by directive."""
    parts = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.seconds
def test_every_route_and_every_refusal_carries_the_headers(home: House) -> None:
    routes = walk_routes(home.app)
    assert len(routes) > 60
    client = home.client("Aino")
    answers = [
        client.request(method, re.sub(r"\{\w+\}", "x", route.path)) for route in routes for method in route.methods
    ]
    answers += [client.get("/nowhere"), client.request("BREW", "/healthz"), client.get("/api/cases?after=%00")]
    answers.append(client.post("/api/tokens", content=b"x" * (BODY_LIMIT + 1)))
    for answer in answers:
        referrer = answer.headers["referrer-policy"]
        assert referrer in {"no-referrer", "same-origin"}, answer.request.url
        always = ALWAYS | {"referrer-policy": referrer}
        assert {name: answer.headers.get(name) for name in ALWAYS} == always, answer.request.url
        assert directives(answer)["default-src"] == ["'none'"]
        assert directives(answer)["frame-ancestors"] == directives(answer)["base-uri"] == ["'none'"]
        assert "strict-transport-security" not in answer.headers


def test_data_is_no_page_and_nothing_in_it_is_run(home: House) -> None:
    policy = directives(home.client("Aino").get("/api/cases"))
    assert {values[0] for values in policy.values()} == {"'none'"}
    assert not policy.keys() & {"script-src", "style-src", "connect-src"}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_use_what_it_brings_along_and_nothing_else(home: House, path: str) -> None:
    page = home.client().get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = directives(page)
    for kind in ("style-src", "script-src", "form-action"):
        assert policy[kind] == ["'self'"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=|https?://|@import|url\(", page.text)
    loaded = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    assert loaded
    for one in loaded:
        found = home.client().get(one)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
        assert home.client().get(one.replace("/assets/", "/assets/0")).status_code == 404


@pytest.mark.parametrize("path", ["/sign-in", "/own-address", "/new-address", "/opening", "/stop"])
def test_the_page_for_a_link_keeps_its_secret_out_of_every_address(home: House, path: str) -> None:
    page = home.client().get(path).text
    [script] = re.findall(r'src="(/assets/[^"]+/link.js)"', page)
    told = home.client().get(script).text
    assert "location.hash" in told
    assert "history.replaceState" in told
    assert f'<form method="post" action="{path}" data-link' in page
    assert "data-unreached=" in page  # what was typed or came is kept while nobody answers


def test_a_page_is_in_the_language_that_was_chosen_on_it(home: House) -> None:
    assert "Kirjaudu" in home.client().get("/sign-in").text
    assert home.client().get("/sign-in", headers={"Accept-Language": "sv"}).text.count("Logga in") > 0
    browser = home.client()
    answer = browser.get("/language/en?to=/sign-in")
    assert (answer.url.path, answer.headers["content-language"]) == ("/sign-in", "en")
    for foreign in ("//evil.example", "https://evil.example", "/\\evil.example"):
        there = browser.get("/language/sv", params={"to": foreign}, follow_redirects=False)
        assert there.headers["location"] == "/"
    assert browser.get("/language/xx").status_code == 404


def test_over_https_a_browser_never_comes_by_http_again(secure: httpx.Client) -> None:
    for path in ("/healthz", "/api/cases", "/nowhere"):
        assert secure.get(path).headers["strict-transport-security"] == "max-age=31536000"


def test_no_route_takes_a_secret_in_its_address(home: House) -> None:
    for path, methods in home.app.openapi()["paths"].items():
        for operation in methods.values():
            named = {one["name"] for one in operation.get("parameters", ()) if one["in"] in {"query", "path"}}
            assert not {one for one in named if re.search("secret|code$|password|proof|key", one)} - {"code"}, path
            assert "code" not in named or path.startswith("/api/cases/{number}/transitions")


def test_signing_in_has_a_limit_on_its_size_too(home: House) -> None:
    for path in ("/api/sign-in/links", "/api/sign-in/sessions"):
        problem(home.client().post(path, content=b"x" * (BODY_LIMIT + 1)), 413, "body-too-large")
    problem(home.client().post("/api/sign-in/sessions", json={"secret": "x" * 201}), 422, "malformed")
    problem(
        home.client().post("/api/sign-in/sessions", content=b'{"secret": "x"}'), 422, "malformed"
    )  # no JSON, it says


# Logs.


def line(record: logging.LogRecord) -> dict[str, object]:
    told: dict[str, object] = json.loads(JsonLines().format(record))
    return told


def test_every_request_is_one_line_of_json_with_ids_only(sqlite_house: House, caplog: pytest.LogCaptureFixture) -> None:
    table = set_table(sqlite_house)
    caplog.set_level(logging.INFO, REQUESTS)
    caplog.clear()
    said = {"audience": "mediator", "words": SECRET, "language": "fi"}
    table.client("Aino").post("/api/cases/2027-0001/statements?x=1", json=said)
    [record] = [one for one in caplog.records if one.name == REQUESTS]
    told = line(record)
    assert told.keys() == {"at", "level", "logger", "request", "method", "route", "status", "ms"}
    assert (told["route"], told["status"]) == ("/cases/{number}/statements", 201)
    assert "2027-0001" not in record.getMessage()


def test_the_words_of_an_exception_never_reach_a_log() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        error = sys.exc_info()
    for name, message, arguments in (
        ("uvicorn.error", "Exception in ASGI application\n", ()),
        ("asyncio", "Task exception was never retrieved: %r", (error[1],)),
        ("mediation.letters.delivery", "letter %s failed", ("pT5aQx0LkWm2",)),
    ):
        record = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, arguments, error)
        written = JsonLines().format(record)
        assert SECRET not in written
        assert line(record)["error"] == "builtins.ValueError"
        assert "\n" not in written
    assert line(record)["message"] == "letter pT5aQx0LkWm2 failed"


def test_requests_are_written_down_where_it_is_wished_for() -> None:
    logger = logging.getLogger(REQUESTS)
    before = logger.level
    try:
        for wished in (False, True):
            set_up_logs(requests=wished)
            assert logger.isEnabledFor(logging.INFO) is wished
    finally:
        logger.setLevel(before)
