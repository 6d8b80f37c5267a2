"""What comes from somebody unknown: however malformed, it is refused plainly, costs little, and is counted."""

import asyncio
import inspect
import json
import re
import socket
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from itertools import cycle, product
from typing import Any

import httpx
import pytest
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BeforeValidator

from api import documentation
from api.app import _PUBLIC, create_app, limit_for
from api.http.anonymous import ANONYMOUS_BODY_LIMIT, INQUIRY_LIMIT, MALFORMED
from api.http.bodies import Body
from api.http.problems import MEDIA_TYPE
from mediation.store.models import Link
from tests.houses import House
from tests.rotation import part_of
from tests.walked_routes import is_page, walk_routes
from tests.world import count, problem, served, set_table

JSON = {"Content-Type": "application/json"}
PUBLIC_POSTS = (
    "/api/sign-in/links",
    "/api/sign-in/sessions",
    "/api/own-address/confirmations",
    "/api/new-address/confirmations",
)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many errors were built for each request that was not understood."""
    numbers: list[int] = []
    made = RequestValidationError.__init__

    def noted(self: RequestValidationError, errors: Any, **more: Any) -> None:
        numbers.append(len(errors))
        made(self, errors, **more)

    monkeypatch.setattr(RequestValidationError, "__init__", noted)
    return numbers


# H2. Small, and counted.


def test_every_route_without_sign_in_takes_four_kilobytes(sqlite_house: House) -> None:
    """H2. Whichever there are: the routes themselves say that they are public."""
    public = [route for route in walk_routes(sqlite_house.app) if route.authority == "public"]
    assert {route.path for route in public if "POST" in route.methods} >= set(PUBLIC_POSTS)
    assert len(public) == len(_PUBLIC)
    inquiring = {route.path for route in public if "/inquiries/" in route.path}  # too long words are given back there
    assert {limit_for(one) for one in inquiring} <= {ANONYMOUS_BODY_LIMIT, INQUIRY_LIMIT}
    others = {limit_for(route.path) for route in public if route.path not in inquiring}
    assert others == {ANONYMOUS_BODY_LIMIT} == {4096}
    nobody = sqlite_house.client()
    for path in PUBLIC_POSTS:
        for body in (
            json.dumps(dict.fromkeys(map(str, range(150_000)), 1)).encode(),
            b" " * (ANONYMOUS_BODY_LIMIT + 1),
        ):
            for content in (body, iter([body])):  # with its length declared, and without
                refused = nobody.post(path, content=content, headers={"Content-Type": "application/json"})
                [error] = problem(refused, 413, "body-too-large")["errors"]
                assert error["limit"] == ANONYMOUS_BODY_LIMIT


@pytest.mark.parametrize("size", [ANONYMOUS_BODY_LIMIT + 1, 1_000_000])
def test_nothing_larger_is_read_before_it_is_known_who_sends_it(sqlite_house: House, size: int) -> None:
    """H2. Its kind, at every other route: twenty unknown clients with two megabytes each kept everybody waiting for 11 seconds.

    What is sent is no JSON: the route that reads it says so.
    """
    table, garbage = set_table(sqlite_house), b"[" * size
    guarded = [
        (method, re.sub("{[a-z_]+}", "x", route.path))
        for route in walk_routes(sqlite_house.app)
        if route.authority not in {None, "public"} and not is_page(route)
        for method in route.methods & {"POST", "PUT", "PATCH"}
        if limit_for(route.path) > ANONYMOUS_BODY_LIMIT
    ]
    assert len(guarded) > 40
    nobody, stranger = sqlite_house.client(), {"Authorization": "Bearer mt_unknown"}
    for method, path in guarded:
        for headers, code in (({}, "token-missing"), (stranger, "token-unknown")):
            for content in (garbage, iter([garbage])):  # with its length declared, and without
                problem(nobody.request(method, path, content=content, headers=JSON | headers), 401, code)
    problem(
        nobody.post("/api/cases", content=garbage, headers=JSON | {"Cookie": "session=x"}), 403, "form-token-missing"
    )
    known = table.client("Meri").post("/api/cases", content=garbage, headers=JSON)
    assert known.status_code == 422


def test_what_is_not_understood_counts_against_a_limit_too(sqlite_house: House) -> None:
    """H2. At each route without sign-in; and the right secret gets in meanwhile, with others behind the same address."""
    sqlite_house.person("Aino")
    nobody = sqlite_house.client()
    sent = [
        nobody.post(PUBLIC_POSTS[one % 3], content=b"{", headers=JSON).status_code for one in range(MALFORMED.burst)
    ]
    assert set(sent) == {422}
    for path in PUBLIC_POSTS:
        for content in (b"{", b"[]", b"\xff", b'{"a": 1}', b"[" * 4000):
            refused = nobody.post(path, content=content, headers=JSON)
            problem(refused, 429, "asked-too-often")
            assert refused.headers["retry-after"] == str(MALFORMED.interval.seconds)
    assert nobody.post(PUBLIC_POSTS[0], json={"email": "aino@example.org"}).status_code == 202
    assert count(sqlite_house, Link) == 1


def test_no_more_errors_are_built_than_a_body_may_have_fields(sqlite_house: House, built: list[int]) -> None:
    """H2. 75,000 unknown keys, wherever they are: a hundred errors at most, of which fifty are listed."""
    table = set_table(sqlite_house)
    many = dict.fromkeys(map(str, range(75_000)), "x")
    for name, path, body in (
        ("Aino", "statements", many),
        ("Meri", "participants", many),
        ("Meri", "sessions/x/attendance", {"attendance": many}),
        ("Meri", "screenings", {"answers": many}),
        ("Meri", "problem-statements", {"texts": {"fi": {"words": "a"}}, "issues": [many]}),
        ("Meri", "agreement", {"texts": {"fi": many}, "commitments": [dict(list(many.items())[:200])]}),
    ):
        client, at = table.client(name), f"/api/cases/2027-0001/{path}"
        sent = (
            client.post(at, json=body)
            if "attendance" not in path and path != "agreement"
            else client.put(at, json=body)
        )
        if sent.status_code == 405:
            sent = client.put(at, json=body)
        assert len(problem(sent, 422, "malformed")["errors"]) <= 50, path
    assert len(built) == 6
    assert max(built) <= 210  # of two objects in the last


def test_what_anybody_may_read_of_the_api_is_made_once_and_not_on_the_loop(sqlite_house: House) -> None:
    """H1. Half a megabyte of description, written again for each request, would keep everybody else waiting."""
    nobody = sqlite_house.client()
    for path, made in (("/api/openapi.json", documentation._description), ("/api/docs", documentation._page)):
        before = made.cache_info()
        answers = {nobody.get(path).content for _ in range(5)}
        after = made.cache_info()
        assert (after.misses - before.misses, after.hits - before.hits) == (1, 4)
        assert len(answers) == 1
    assert json.loads(nobody.get("/api/openapi.json").content) == sqlite_house.app.openapi()
    endpoints = (documentation.read_description, documentation.read_documentation)
    assert not [one for one in endpoints if inspect.iscoroutinefunction(one)]


def test_every_body_is_one_that_is_bounded(sqlite_house: House) -> None:
    """H2. No route takes a body that is not of our own kind."""
    bodies = [one.body_field.field_info for one in _api_routes(sqlite_house) if one.body_field is not None]
    assert len(bodies) > 40
    ours = [one.annotation for one in bodies if isinstance(one.annotation, type) and issubclass(one.annotation, Body)]
    parts = [one.annotation for one in bodies if [type(each) for each in one.metadata] == [BeforeValidator]]
    assert {one.__qualname__ for one in parts} == {"ParticipantBody", "SomeoneBody"}
    assert [one.annotation for one in bodies if one.annotation not in {*ours, *parts, bytes}] == []


def _api_routes(house: House) -> Iterator[Any]:
    for context in iter_route_contexts(house.app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route


# H10. Malformed lines.

ODD: tuple[bytes, ...] = (
    b"",
    b"[",
    b"]",
    b"http://[",
    b"https://[::1",
    b"http://]",
    b"://",
    b"null",
    b"http://\xff",
    b"\xe4\xf6",
    b"http://a:99999999999",
    b"http://a:b",
    b"[::zz]",
    b"[1:::2]:80",
    b"[v1.x]",
    b"%",
    b"%zz",
    b"%00",
    b"%ed%a0%80",
    b'"',
    b"\\",
    b";",
    b"=",
    b";=;",
    b",,,",
    b"-1",
    b"0",
    b"+5",
    b"1e3",
    b"9" * 30,
    b"bytes=0-",
    b"bytes=-9999999999999999999999",
    b"bytes=5-1,,",
    b"application/json;charset=\xff",
    b"application/json; charset=utf-7",
    b'multipart/form-data; boundary="',
    b"application/x-www-form-urlencoded",
    b"text/html;;;=",
    b"Bearer",
    b"Bearer ",
    b"Bearer \xff\xfe",
    b"Basic =",
    b"Basic \xff",
    b"Digest a=b",
    b'W/"a", "b"',
    b"*",
    b"session=\xff; session=",
    b'session="\\"; a',
    b"session=\\012\\377",
    b"unknown, , 127.0.0.1:x",
    b"127.0.0.1:" + b"9" * 5000,
    b'for="[2001:db8::1]:x"',
    b"gzip, chunked",
    b"a" * 8000,
    b"\x7f",
    b"\x1f",
    "١٢".encode(),
    "🙂".encode(),
)
LINES = (
    "Origin",
    "Referer",
    "Host",
    "Cookie",
    "Authorization",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "Idempotency-Key",
    "Range",
    "If-Range",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
    "Expect",
    "Upgrade",
    "Connection",
    "TE",
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "User-Agent",
    "X-Form-Token",
    "X-Request-Id",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "Forwarded",
    "Sec-Fetch-Site",
    "Origin-Agent-Cluster",
    "X-HTTP-Method-Override",
    "Date",
    "Via",
)
TARGETS: tuple[bytes, ...] = (
    b"/%",
    b"/%zz",
    b"/%ff%fe",
    b"/%ed%a0%80",
    b"/%00",
    b"/api/cases/%2e%2e/%2e%2e",
    b"/api/cases/%F0%9F%99%82",
    b"//",
    b"//[",
    b"///a//[b",
    b"http://[/api",
    b"http://[",
    b"*",
    b"/api/cases?after=%",
    b"/api/cases?%",
    b"/api/cases?a=%ff&%ed%a0%80=1",
    b"/api/cases?" + b"&" * 1900,
    b"/api/cases;a=b",
    b"/api/cases#x",
    b"/\\",
    b"/" + b"a" * 20_000,
    b"/api/cases?" + b"a" * 20_000,
    b"/api/cases/\xff",
    b"\xff",
    b"",
)


Ask = Callable[[bytes], int]


@contextmanager
def raw(house: House, trusted: bool) -> Iterator[Ask]:
    """What a real server answers to bytes on a connection of their own; 0 where it waits for more of them."""
    with served(create_app(house.installation), ["127.0.0.1"] if trusted else ()) as address:
        host, port = address.removeprefix("http://").split(":")

        def ask(request: bytes) -> int:
            with socket.create_connection((host, int(port)), timeout=5) as connection, suppress(TimeoutError):
                connection.sendall(request)
                return int(connection.makefile("rb").readline().split()[1])
            return 0

        yield ask


def request(method: str, path: bytes, lines: dict[str, bytes], body: bytes) -> bytes:
    usual = {"Host": b"x", "Content-Type": b"application/json", "Content-Length": str(len(body)).encode()}
    told = b"".join(
        name.encode() + b": " + value + b"\r\n" for name, value in {**usual, **lines, "Connection": b"close"}.items()
    )
    return method.encode() + b" " + path + b" HTTP/1.1\r\n" + told + b"\r\n" + body


FORWARDED = tuple(name for name in LINES if "Forwarded" in name)


@pytest.mark.seconds
@pytest.mark.part
@pytest.mark.parametrize("trusted", [False, True], ids=["alone", "behind a proxy"])
def test_no_malformed_line_is_an_error_of_ours(sqlite_house: House, trusted: bool) -> None:
    """H10. Each odd value in each header, at a real server: with a cookie, with a token, and with neither."""
    table, faults = set_table(sqlite_house), []
    token = f"Bearer {table.tokens['Aino']}".encode()
    said = json.dumps({"audience": "table", "words": "Tieto ei kulje.", "language": "fi"}).encode()
    asks: tuple[tuple[str, bytes, dict[str, bytes], bytes], ...] = (
        ("POST", b"/api/sign-in/sessions", {}, b'{"secret": "x"}'),
        ("DELETE", b"/api/sign-in/sessions/current", {"Cookie": b"session=x"}, b""),
        ("POST", b"/api/cases/2027-0001/statements", {"Authorization": token}, said),
        ("GET", b"/api/cases/2027-0001", {"Authorization": token}, b""),
    )
    turns = cycle(asks)
    with raw(sqlite_house, trusted) as ask:
        for name, odd in part_of([*product(FORWARDED if trusted else LINES, ODD)], 3, "odd lines"):
            method, path, lines, body = next(turns)
            status = ask(request(method, path, {**lines, name: odd}, body))
            if status >= 500:
                faults.append(f"{method} {path!r} {name}: {odd[:40]!r}: {status}")
        for target in () if trusted else TARGETS:
            method, _, lines, body = next(turns)
            status = ask(request(method, target, lines, body))
            if not 400 <= status < 500 and not target.startswith(b"/api/cases?"):
                faults.append(f"{method} {target[:40]!r}: {status}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("origin", ["http://[", "https://[::1", "http://]", "null", "", "://", "testserver"])
def test_a_malformed_origin_counts_as_foreign(sqlite_house: House, origin: str) -> None:
    """H10. No header of a foreign page, or written by hand, makes it one of our own pages."""
    refused = sqlite_house.client().post("/api/sign-in/sessions", json={"secret": "x"}, headers={"Origin": origin})
    problem(refused, 403, "origin-foreign")


def test_our_own_origin_is_let_in(sqlite_house: House) -> None:
    base = sqlite_house.installation.settings.base_url
    for origin in (base, "http://testserver"):
        answer = sqlite_house.client().post("/api/sign-in/sessions", json={"secret": "x"}, headers={"Origin": origin})
        problem(answer, 401, "link-unusable")


@pytest.mark.parametrize("host", ["[", "]", "a b", "a/b", "[1:::2]", "[::1", "a:b", "x" * 300, "a,b"])
def test_a_malformed_host_is_refused_by_name(sqlite_house: House, host: str) -> None:
    """H10. Before anything makes an address out of it."""
    answer = sqlite_house.client().get("/healthz", headers={"Host": host})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("host", "wrong-form")]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "sovittelu.example.fi", "a_b", ""])
def test_any_well_formed_host_is_accepted(sqlite_house: House, host: str) -> None:
    assert sqlite_house.client().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("told", "expect", "read"), [(13_000_000, False, 13), (13_000_000, True, 0), (10**10, False, 0), (10**40, False, 0)]
)
def test_a_body_that_is_a_little_too_large_is_read_away_before_it_is_refused(
    sqlite_house: House, told: int, expect: bool, read: int
) -> None:
    """H38. By the order of what happens: answered first, the connection would be reset with the answer on its way."""
    happened: list[str] = []

    async def receive() -> dict[str, Any]:
        happened.append("read")
        return {"type": "http.request", "body": b" " * 1_000_000, "more_body": len(happened) < 13}

    async def send(message: MutableMapping[str, Any]) -> None:
        happened.append(str(message.get("status", "")))

    headers = [(b"content-length", str(told).encode()), *([(b"expect", b"100-continue")] if expect else [])]
    asked = {"type": "http", "method": "POST", "path": "/api/cases", "query_string": b"", "headers": headers}
    asyncio.run(sqlite_house.app({**asked, "client": ("127.0.0.1", 1), "scheme": "http"}, receive, send))
    assert happened == ["read"] * read + ["413", ""]


def test_an_answer_to_a_body_that_is_too_large_arrives(sqlite_house: House) -> None:
    """H38. The sender, also a proxy, has sent all of it before the connection is closed."""
    with served(create_app(sqlite_house.installation)) as address:
        for path, size in ((PUBLIC_POSTS[0], 3_000_000), ("/api/cases", 9_000_000), ("/api/cases/x/scans", 13_000_000)):
            refused = httpx.post(f"{address}{path}", content=b" " * size)
            assert (refused.status_code, refused.headers["content-type"]) == (413, MEDIA_TYPE)
