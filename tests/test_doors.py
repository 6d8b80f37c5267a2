"""The doors: who may knock, what is refused and in which words, and that asking twice does a thing once."""

import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import Field
from sqlalchemy import func, insert, select, update
from starlette.middleware import Middleware

from api import refusals
from api.app import create_app, server_of
from api.bodies import Body, Count, Day, Flag, Moment, Recorded, Text
from api.dependencies import ReadOffice, WriteSelf, Writing
from api.door import Door, UnguardedRoute, doors, places, public, walk_routes
from api.envelope import BODY_LIMIT, SCAN_LIMIT, BodyLimit, Envelope
from api.languages import negotiated
from api.problems import MEDIA_TYPE, STATUSES
from mediation import errors
from mediation.models import IdempotencyKey, Letter, Meeting, Office, Participant, RecordEntry
from mediation.seat import Manner
from mediation.words import LANGUAGES
from mediation.workflow import Way
from tests.houses import House
from workflows import WORKFLOWS

SECRET = "Aino itki palaverissa"  # what nobody may find in an answer or a log
PLAN = {"kind": "joint", "planned_at": "2027-02-11T09:00:00+02:00", "minutes": 240, "place": "Kirjasto"}


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem details of a refusal, after checking that it is one, of this status and code."""
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE), response.text
    told: dict[str, Any] = response.json()
    assert told["type"] == f"/problems/{code}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == response.request.url.path
    return told


@pytest.fixture
def table(house: House) -> House:
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
def served(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on a free port of this machine; its address."""
    server = server_of(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


# Refusals: a small application of our own with the same handlers.


class Everything(Body):
    words: Text = ""
    name: str = ""
    count: Count = 0
    day: Day | None = None
    at: Moment | None = None
    flag: Flag = False
    lines: list[str] = Field(default=[], max_length=2)
    by_name: dict[str, int] = Field(default={})


REFUSALS: dict[str, Exception] = {
    "malformed": errors.Malformed("text-too-long", field="words", limit=10_000, length=10_001),
    "too-large": errors.TooLarge("scan-too-large", field="body", limit=5),
    "not-signed-in": errors.NotSignedIn("token-unknown"),
    "not-permitted": errors.NotPermitted("act-not-yours", act="open"),
    "not-found": errors.NotFound("case-not-found"),
    "not-yet": errors.NotYet("act-not-open", act="open", phase="opening"),
    "changed": errors.CaseChanged("case-changed"),
    "precondition": errors.PreconditionMissing("if-match-missing"),
    "unavailable": errors.Unavailable("database-busy"),
    "bad-setup": errors.BadSetup("master-key-wrong", path=SECRET),
    "unexpected": ValueError(SECRET),
}


@pytest.fixture(scope="module")
def small() -> httpx.Client:
    """Doors to nothing, each of which refuses in its own way."""
    app = FastAPI(middleware=[Middleware(Envelope), Middleware(BodyLimit)], redirect_slashes=False)
    refusals.install(app)

    @app.get("/refuse/{how}")
    def refuse(how: str) -> None:
        raise REFUSALS[how]

    @app.post("/read")
    def read(body: Everything) -> dict[str, str]:
        return {"words": body.words}

    @app.post("/scans")
    def scan(body: Everything) -> None: ...

    return TestClient(app)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("malformed", 422, "text-too-long"),
        ("too-large", 413, "scan-too-large"),
        ("not-signed-in", 401, "token-unknown"),
        ("not-permitted", 403, "act-not-yours"),
        ("not-found", 404, "case-not-found"),
        ("not-yet", 409, "act-not-open"),
        ("changed", 409, "case-changed"),
        ("precondition", 428, "if-match-missing"),
        ("unavailable", 503, "database-busy"),
        ("bad-setup", 500, "master-key-wrong"),
        ("unexpected", 500, "unexpected"),
    ],
)
def test_every_kind_of_refusal_is_a_problem(
    small: httpx.Client, caplog: pytest.LogCaptureFixture, how: str, status: int, code: str
) -> None:
    response = small.get(f"/refuse/{how}")
    problem(response, status, code)
    assert SECRET not in response.text + str(response.headers) + caplog.text
    assert "Traceback" not in response.text


def test_a_refusal_says_what_to_do_next(small: httpx.Client) -> None:
    assert small.get("/refuse/unavailable").headers["retry-after"] == "2"
    assert small.get("/refuse/not-signed-in").headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert small.get("/refuse/malformed").json()["errors"][0]["limit"] == 10_000


def test_an_unknown_address_and_method_are_problems_too(small: httpx.Client) -> None:
    problem(small.get("/nowhere"), 404, "address-unknown")
    problem(small.get("/read/"), 404, "address-unknown")
    refused = small.delete("/read")
    problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == "POST"


def test_every_field_that_is_wrong_is_named_with_its_limit_and_nothing_is_repeated(small: httpx.Client) -> None:
    body = {
        "words": "x" * 10_001,
        "name": "y" * 201,
        "count": "3",
        "day": 7,
        "at": "2027-01-28T09:00:00",
        "flag": "yes",
        "lines": ["a", "b", "c"],
        "by_name": {SECRET: "many"},
        SECRET: 1,
        "also_unknown": 1,
    }
    response = small.post("/read", json=body)
    told = problem(response, 422, "malformed")
    found = {one["field"]: (one["code"], one.get("limit")) for one in told["errors"]}
    assert found == {
        "words": ("text-too-long", 10_000),
        "name": ("text-too-long", 200),
        "count": ("wrong-kind", None),
        "day": ("wrong-kind", None),
        "at": ("time-zone-missing", None),
        "flag": ("wrong-kind", None),
        "lines": ("too-many", 2),
        "by_name.?": ("wrong-kind", None),
        "?": ("field-unknown", None),
        "also_unknown": ("field-unknown", None),
    }
    assert SECRET not in response.text
    assert "xxx" not in response.text


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (b"{", "not-json", "body"),
        (b"", "field-missing", "body"),
        (b"[]", "not-json-object", "body"),
        (b'"text"', "not-json-object", "body"),
        (b'{"words": "\\ud83d"}', "text-not-unicode", "words"),
        (b'{"count": 1e999}', "wrong-kind", "count"),
        (b'{"count": NaN}', "wrong-kind", "count"),
        (b'{"count": 1000001}', "too-big", "count"),
        (b'{"at": "0001-01-01T00:00:00+14:00"}', "too-small", "at"),
        (b'{"at": "9999-12-31T23:59:59-14:00"}', "too-big", "at"),
    ],
)
def test_a_body_that_cannot_be_understood_is_told_where(
    small: httpx.Client, content: bytes, code: str, field: str
) -> None:
    response = small.post("/read", content=content, headers={"content-type": "application/json"})
    [error] = problem(response, 422, "malformed")["errors"]
    assert (error["code"], error["field"]) == (code, field)


@pytest.mark.parametrize("content", [b'{"words": "\xff"}', b"[" * 100_000, b'{"count": ' + b"9" * 5_000 + b"}"])
def test_a_body_that_no_parser_gets_through_is_malformed(small: httpx.Client, content: bytes) -> None:
    response = small.post("/read", content=content, headers={"content-type": "application/json"})
    assert problem(response, 422, "body-unreadable")


def test_a_body_of_another_kind_is_malformed(small: httpx.Client) -> None:
    problem(small.post("/read", content=b"{}", headers={"content-type": "text/plain"}), 422, "malformed")


@pytest.mark.parametrize(
    "words", ["🙂👩‍🚒", "\u202eedil", "a\x00b\x07", "y" * 10_000, "{{ 7*7 }} #eval(1) ${x}", "  ä  "]
)
def test_odd_texts_are_taken_as_they_were_written(small: httpx.Client, words: str) -> None:
    assert small.post("/read", json={"words": words}).json() == {"words": words}


def test_a_hundred_wrong_fields_are_not_all_told(small: httpx.Client) -> None:
    told = problem(small.post("/read", json={f"f{number}": 1 for number in range(1000)}), 422, "malformed")
    assert len(told["errors"]) == 50


def test_a_body_over_its_limit_is_refused_whether_its_length_is_told_or_not(small: httpx.Client) -> None:
    def pieces(size: int) -> Iterator[bytes]:
        yield from (b" " * 65_536 for _ in range(size // 65_536 + 1))

    for path, limit in (("/read", BODY_LIMIT), ("/scans", SCAN_LIMIT)):
        for content in (b" " * (limit + 1), pieces(limit + 1)):
            response = small.post(path, content=content, headers={"content-type": "application/json"})
            told = problem(response, 413, "body-too-large")
            assert told["errors"] == [
                {"field": "body", "code": "body-too-large", "detail": told["errors"][0]["detail"], "limit": limit}
            ]


def test_a_body_at_its_limit_is_read(small: httpx.Client) -> None:
    content = b'{"words": "a"}'.ljust(BODY_LIMIT)
    assert small.post("/read", content=content, headers={"content-type": "application/json"}).status_code == 200


def test_every_answer_has_an_id_and_keeps_to_itself(small: httpx.Client) -> None:
    for response in (small.post("/read", json={}), small.get("/nowhere"), small.get("/refuse/unexpected")):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert re.fullmatch("[0-9a-f]{24}", response.headers["x-request-id"])
    assert small.get("/nowhere", headers={"X-Request-Id": "meri-0001"}).headers["x-request-id"] == "meri-0001"
    assert small.get("/nowhere", headers={"X-Request-Id": "a b\tc" * 9}).headers["x-request-id"] != "a b\tc" * 9


def test_the_log_has_a_line_for_each_request_without_its_path(
    small: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    small.get(f"/refuse/not-found?who={SECRET}")
    small.get(f"/{SECRET}")
    lines = [json.loads(one.message) for one in caplog.records if one.name == "mediation.requests"]
    assert [(one["method"], one["route"], one["status"]) for one in lines] == [
        ("GET", "/refuse/{how}", 404),
        ("GET", None, 404),
    ]
    assert not any("Aino" in one.getMessage() for one in caplog.records if one.name != "httpx")


# Languages.


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [
        (None, "sv"),
        ("", "sv"),
        ("de", "sv"),
        ("*", "sv"),
        ("fi", "fi"),
        ("en-GB,en;q=0.9,fi;q=0.8", "en"),
        ("de, fi;q=0.5, en;q=0.7", "en"),
        ("FI-fi", "fi"),
        ("fi;q=0, en;q=0.1", "en"),
        ("fi;q=nonsense", "sv"),
        ("x" * 10_000, "sv"),
        ("de," * 10_000 + "fi", "sv"),
    ],
)
def test_the_best_of_our_languages_is_chosen_else_the_readers_own(wishes: str | None, chosen: str) -> None:
    assert negotiated(wishes, "sv") == chosen


def test_a_refusal_speaks_the_readers_own_language_unless_they_wish_for_another(sqlite_house: House) -> None:
    sqlite_house.person("Åsa", language="sv")
    asa = sqlite_house.client("Åsa")
    own = asa.get("/api/cases/2027-0001")
    wished = asa.get("/api/cases/2027-0001", headers={"Accept-Language": "en"})
    unknown = asa.get("/api/cases/2027-0001", headers={"Accept-Language": "de"})
    assert [one.headers["content-language"] for one in (own, wished, unknown)] == ["sv", "en", "sv"]
    assert sqlite_house.client().get("/api/cases").headers["content-language"] == "fi"


# How an act came about.


def test_one_tap_records_an_act_for_one_or_for_all() -> None:
    assert Recorded().manners() == [Manner()]
    said = Recorded.model_validate({"way": "said", "for": ["a", "b", "a"]})
    assert said.manners() == [Manner(Way.SAID, "a"), Manner(Way.SAID, "b")]
    signed = Recorded.model_validate({"way": "in-person", "for": "a", "confirmed_name": "Aino"})
    assert signed.manner() == Manner(Way.IN_PERSON, "a", "Aino")


@pytest.mark.parametrize("way", ["own-device", "in-person", "paper"])
def test_what_takes_an_own_hand_is_recorded_one_at_a_time(way: str) -> None:
    several = Recorded.model_validate({"way": way, "for": ["a", "b"]})
    with pytest.raises(errors.Malformed, match="one-at-a-time"):
        several.manners()


# Every route is guarded and described.


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    # Describing the doors opens none of them: they need no installation.
    return create_app(None).openapi()  # type: ignore[arg-type]


def test_every_route_takes_a_seat_or_an_office_is_ones_own_or_says_that_it_is_public() -> None:
    walked = walk_routes(create_app(None))  # type: ignore[arg-type]
    assert len(walked) > 20
    open_to_all = {one.path for one in walked if one.authority in {None, "public"}}
    assert open_to_all == {"/api/openapi.json", "/healthz", "/api/docs", "/api/screening-questions"} & {
        one.path for one in walked
    }
    assert all(one.is_door for one in walked if one.path != "/api/openapi.json")
    assert all(one.authority == "seat" for one in walked if "/cases/{number}" in one.path)
    assert all(one.language_is_known for one in walked)


def test_a_walk_that_finds_nothing_is_an_error() -> None:
    with pytest.raises(LookupError):
        walk_routes(FastAPI(openapi_url=None))


def test_a_route_without_any_right_cannot_be_declared() -> None:
    router = doors("/open", "open")

    def nobody_asked() -> None: ...

    with pytest.raises(UnguardedRoute):
        router.get("")(nobody_asked)
    router.get("")(public(nobody_asked))


def test_every_unmet_guard_can_lead_to_a_door() -> None:
    where = places(create_app(None))  # type: ignore[arg-type]
    for workflow in WORKFLOWS.values():
        guards = {
            *workflow.standing,
            *(one for phase in workflow.phases for move in phase.transitions for one in move.when),
        }
        for guard in guards:
            assert any(act in where for act in guard.met_by), f"no door leads to {guard.met_by}"


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_description_is_whole(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    for reference in references(description):
        assert reference.removeprefix("#/components/schemas/") in description["components"]["schemas"]
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(names) == len(set(names)) > 20
    assert all(operation.get("description") for _, _, operation in operations(description))


def test_every_operation_describes_its_problems_with_an_example(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        problems = {status: one for status, one in operation["responses"].items() if status >= "400"}
        assert {"500", "503"} <= problems.keys()
        assert {int(status) for status in problems} <= STATUSES
        for status, one in problems.items():
            [(media, content)] = one["content"].items()
            assert media == MEDIA_TYPE, f"{method} {path} {status}"
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert content["example"]["status"] == int(status)
        if "/cases/{number}" in path:
            assert {"401", "404", "422"} <= problems.keys()
        if method != "get" and not path.endswith("/preview"):
            assert {"403", "409", "413"} <= problems.keys()
            headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
            assert "Idempotency-Key" in headers, f"{method} {path}"


def has_example(description: dict[str, Any], content: dict[str, Any]) -> bool:
    schema = content.get("schema", {})
    schema = schema.get("items", schema)
    named = description["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    return bool("example" in content or named.get("examples"))


def test_every_operation_has_examples(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        answers = [one for status, one in operation["responses"].items() if status < "300"]
        for holder in [operation.get("requestBody", {}), *answers]:
            for media, content in holder.get("content", {}).items():
                assert media != "application/json" or has_example(description, content), f"{method} {path}"


def test_the_page_for_people_loads_nothing_from_anywhere(sqlite_house: House) -> None:
    page = sqlite_house.client().get("/api/docs")
    assert page.status_code == 200
    assert "/api/cases/{number}/transitions" in page.text
    assert not re.search(r"<script|src=|https?://|@import|url\(", page.text)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


# Who is known, and who has a seat.


def test_nobody_gets_in_without_a_token_that_is_known(table: House) -> None:
    nobody = table.client()
    assert nobody.get("/api/cases/2027-0001/transitions").headers["www-authenticate"] == "Bearer"
    problem(nobody.get("/api/cases/2027-0001/transitions"), 401, "token-missing")
    for wrong in ("Basic bWVyaTp4", "Bearer", "Bearer ", "mt_x", ""):
        headers = {"Authorization": wrong}
        problem(nobody.get("/api/cases/2027-0001/transitions", headers=headers), 401, "token-missing")
    for wrong in ("Bearer mt_x", "Bearer " + "x" * 5000, "Bearer ä".encode("latin-1").decode("latin-1")):
        headers = {"Authorization": wrong.encode("latin-1")}
        problem(nobody.get("/api/cases/2027-0001/transitions", headers=headers), 401, "token-unknown")


def test_to_an_outsider_a_case_is_like_a_number_never_used(table: House) -> None:
    outi = table.client("Outi")
    answers = []
    for number in ("2027-0001", "2027-0002"):
        response = outi.get(f"/api/cases/{number}/transitions")
        problem(response, 404, "case-not-found")
        answers.append(response.text.replace(number, "N"))
        posted = outi.post(f"/api/cases/{number}/pauses", json={})
        problem(posted, 404, "case-not-found")
        answers.append(posted.text.replace(number, "N"))
    assert answers[:2] == answers[2:]
    for odd in ("x", "2027-0001 ", "2027-0001%0A", "%F0%9F%99%82", "٢٠٢٧-٠٠٠١", "../cases", "0" * 40):
        assert outi.get(f"/api/cases/{odd}/transitions").status_code == 404
    problem(outi.get("/api/cases/" + "0" * 41 + "/transitions"), 422, "malformed")
    assert outi.get("/api/cases/2027-0001%00/transitions").status_code == 422
    assert outi.get("/api/cases?after=%00").status_code == 422


def test_an_office_is_asked_for_now_not_as_it_once_was(table: House) -> None:
    app = create_app(table.installation)
    router = APIRouter(route_class=Door)

    @router.get("/archive")
    def archive(holder: Annotated[Any, Depends(ReadOffice("hr"))]) -> int:
        return len(holder.organisations)

    app.include_router(router)
    client = TestClient(app)

    def asked_by(name: str) -> httpx.Response:
        return client.get("/archive", headers={"Authorization": f"Bearer {table.tokens[name]}"})

    assert asked_by("Vilho").json() == 1
    problem(asked_by("Meri"), 403, "office-needed")
    with table.installation.database.writing() as db:
        for office in db.scalars(select(Office).where(Office.office == "hr")):
            office.until = db.now()
    problem(asked_by("Vilho"), 403, "office-needed")


# Once, however often it is asked.


def plan(house: House, key: str, client: httpx.Client | None = None, **changes: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key, "Authorization": f"Bearer {house.tokens['Meri']}"}
    return (client or house.client()).post("/api/cases/2027-0001/sessions", json=PLAN | changes, headers=headers)


def test_the_same_request_again_has_one_effect_and_the_same_answer(table: House) -> None:
    first, letters = plan(table, "k1"), count(table, Letter)
    again = plan(table, "k1")
    assert first.status_code == 201
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (count(table, Meeting), count(table, Letter)) == (1, letters)
    assert plan(table, "k2").json()["id"] != first.json()["id"]
    assert count(table, Meeting) == 2


def test_another_request_under_the_same_key_is_refused(table: House) -> None:
    plan(table, "k1")
    problem(plan(table, "k1", minutes=60), 409, "idempotency-key-reused")
    assert count(table, Meeting) == 1


def test_two_people_may_use_the_same_key(table: House) -> None:
    plan(table, "k1")
    paused = table.client("Aino").post("/api/cases/2027-0001/pauses", json={}, headers={"Idempotency-Key": "k1"})
    assert paused.json() == {"suspended": True}


def test_what_was_refused_is_not_remembered(table: House) -> None:
    problem(plan(table, "k1", minutes=4), 422, "minutes-out-of-range")
    assert count(table, IdempotencyKey) == 0
    assert plan(table, "k1").status_code == 201


def test_an_answer_is_kept_for_a_day(table: House) -> None:
    plan(table, "k1")
    table.clock.at += timedelta(hours=23)
    plan(table, "k1")
    assert count(table, Meeting) == 1
    table.clock.at += timedelta(hours=2)
    plan(table, "k2")
    assert count(table, IdempotencyKey) == 1
    plan(table, "k1")
    assert count(table, Meeting) == 3


def test_an_earlier_answer_is_not_for_who_lost_the_seat(table: House) -> None:
    first = plan(table, "k1")
    with table.installation.database.writing() as db:
        seats = update(Participant).where(Participant.person_id == table.people["Meri"])
        db.execute(seats.values(left_at=db.now()))
    assert first.status_code == 201
    problem(plan(table, "k1"), 404, "case-not-found")


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_its_limit(table: House, key: str) -> None:
    [error] = problem(plan(table, key), 422, "malformed")["errors"]
    assert error["field"] == "Idempotency-Key"


def test_neither_key_nor_request_nor_answer_lies_in_the_open(table: House) -> None:
    plan(table, "avain-kirjasto")
    with table.installation.database.reading() as db:
        row = db.scalars(select(IdempotencyKey)).one()
        kept = f"{row.key_digest}{row.request_digest}".encode() + row.answer
    assert b"Kirjasto" not in kept
    assert b"avain" not in kept


def test_twenty_at_the_same_moment_have_one_effect_and_one_answer(table: House) -> None:
    with served(create_app(table.installation)) as address, ThreadPoolExecutor(20) as crowd:

        def ask(_: int) -> tuple[int, bytes]:
            with httpx.Client(base_url=address, timeout=60) as client:
                response = plan(table, "k1", client)
                return response.status_code, response.content

        answers = set(crowd.map(ask, range(20)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert count(table, Meeting) == 1


def test_more_writers_than_threads_all_get_their_turn(table: House) -> None:
    entries = count(table, RecordEntry)
    with served(create_app(table.installation)) as address, ThreadPoolExecutor(80) as crowd:

        def ask(number: int) -> int:
            with httpx.Client(base_url=address, timeout=60) as client:
                return plan(table, f"k{number}", client).status_code

        began = time.monotonic()
        assert set(crowd.map(ask, range(80))) == {201}
    assert time.monotonic() - began < 25  # a database that waits for threads that wait for it gives up after thirty
    assert count(table, RecordEntry) == entries + 80


# One transaction, committed before the answer leaves.


def test_nobody_hears_of_success_before_the_commit(sqlite_house: House) -> None:
    sqlite_house.person("Aino")
    app = create_app(sqlite_house.installation)
    router = APIRouter(route_class=Door)

    @router.post("/orphan")
    def orphan(person: WriteSelf, db: Writing) -> str:
        db.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        office = {"id": "o1", "person_id": person.id, "organisation_id": "none", "office": "hr", "since": db.now()}
        db.execute(insert(Office.__table__).values(office))  # type: ignore[arg-type]
        return "done"

    app.include_router(router)
    client = TestClient(app, headers={"Authorization": f"Bearer {sqlite_house.tokens['Aino']}"})
    problem(client.post("/orphan"), 500, "unexpected")
    assert count(sqlite_house, Office) == 0


def test_health_is_told_without_details_and_without_a_token(table: House) -> None:
    response = table.client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    engine = table.installation.database.engine
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE cases RENAME TO hidden")
        told = problem(table.client().get("/healthz"), 503, "database-not-migrated")
        assert "cases" not in json.dumps(told)


def test_the_server_does_not_say_what_it_is_made_of(sqlite_house: House) -> None:
    with served(create_app(sqlite_house.installation)) as address:
        response = httpx.get(f"{address}/healthz")
        chunked = httpx.post(f"{address}/api/cases", content=(b" " * 65_536 for _ in range(40)))
    assert "server" not in response.headers
    assert chunked.status_code == 413


# Moving a case.


def transitions(house: House, name: str, language: str = "fi") -> httpx.Response:
    return house.client(name).get("/api/cases/2027-0001/transitions", headers={"Accept-Language": language})


def test_a_mediator_reads_what_is_missing_and_for_whom(table: House) -> None:
    view = transitions(table, "Meri").json()
    assert (view["phase"], view["suspended"], view["waiting"]) == ("preparation", False, [])
    [opening] = view["transitions"]
    assert (opening["transition"], opening["target"]) == ("open", "opening")
    consent = next(one for one in opening["unmet"] if one["guard"] == "agreed-to-mediate")
    assert sorted(one["name"] for one in consent["waiting_for"]) == ["Aino", "Pekka"]
    assert consent["who_can_fix"] == ["party"]
    assert consent["link"] == "/api/cases/2027-0001/consents"


def test_a_party_reads_own_part_and_a_commissioner_only_that_it_is_in_progress(table: House) -> None:
    aino = transitions(table, "Aino").json()
    assert (aino["phase"], aino["transitions"]) == ("preparation", [])
    own = {one["guard"]: one["waiting_for"] for one in aino["waiting"]}
    assert "agreed-to-mediate" in own
    assert "screened-suitable" not in own
    assert all(
        (len(waiting) == 1 and "name" not in waiting[0]) or waiting[0]["name"] is None for waiting in own.values()
    )
    vilho = transitions(table, "Vilho").json()
    assert (vilho["phase"], vilho["suspended"], vilho["transitions"]) == ("not-started", None, [])
    assert [one["guard"] for one in vilho["waiting"]] == [None]


def test_whoever_does_not_know_of_a_pause_reads_the_same_as_before(table: House) -> None:
    before = transitions(table, "Vilho")
    assert table.client("Aino").post("/api/cases/2027-0001/pauses", json={}).status_code == 201
    after = transitions(table, "Vilho")
    assert (before.content, before.headers["etag"]) == (after.content, after.headers["etag"])
    assert transitions(table, "Pekka").json()["suspended"] is True


def test_a_case_moves_only_on_what_was_read(table: House) -> None:
    meri, path = table.client("Meri"), "/api/cases/2027-0001/transitions"
    problem(meri.post(path, json={"transition": "open"}), 428, "if-match-missing")
    for wrong in ("*", "x", '""', '"a", "b"'):
        told = problem(
            meri.post(path, json={"transition": "open"}, headers={"If-Match": wrong}), 422, "if-match-malformed"
        )
        assert told["errors"][0]["field"] == "If-Match"
    problem(meri.post(path, json={"transition": "open"}, headers={"If-Match": '"0"'}), 409, "case-changed")
    problem(meri.post(path, json={"transition": "fly"}, headers={"If-Match": '"0"'}), 404, "transition-unknown")


def test_a_blocked_transition_tells_the_mediator_everything_that_is_missing(table: House) -> None:
    read = transitions(table, "Meri")
    refused = table.client("Meri").post(
        "/api/cases/2027-0001/transitions", json={"transition": "open"}, headers={"If-Match": read.headers["etag"]}
    )
    told = problem(refused, 409, "transition-blocked")
    seen = read.json()["transitions"][0]["unmet"]
    assert [one["guard"] for one in told["unmet"]] == [one["guard"] for one in seen]
    assert told["unmet"][0].keys() >= {"guard", "explanation", "waiting_for", "who_can_fix"}


def test_a_preview_writes_nothing(table: House) -> None:
    entries, letters = count(table, RecordEntry), count(table, Letter)
    response = table.client("Meri").post("/api/cases/2027-0001/transitions/open/preview")
    assert response.status_code == 200
    view = response.json()
    assert (view["target"], view["commissioner"]["status"]) == ("opening", "opening")
    assert "agreed-to-mediate" in [one["guard"] for one in view["unmet"]]
    assert (count(table, RecordEntry), count(table, Letter)) == (entries, letters)


def test_what_blocks_a_resumption_is_explained(table: House) -> None:
    meri = table.client("Meri")
    suspension = {"cause": "re-screening", "review_on": "2027-03-01"}
    assert meri.post("/api/cases/2027-0001/suspensions", json=suspension).json() == {"suspended": True}
    told = problem(meri.post("/api/cases/2027-0001/resumptions"), 409, "resume-blocked")
    assert "screened-suitable" in [one["guard"] for one in told["unmet"]]


def test_a_case_is_discontinued_with_an_outcome(table: House) -> None:
    meri = table.client("Meri")
    problem(meri.post("/api/cases/2027-0001/discontinuation", json={"outcome": "x"}), 422, "outcome-unknown")
    problem(
        table.client("Aino").post("/api/cases/2027-0001/discontinuation", json={"outcome": "withdrawn"}),
        403,
        "act-not-yours",
    )
    ended = meri.post("/api/cases/2027-0001/discontinuation", json={"outcome": "not-suitable"})
    assert ended.json() == {"phase": "closed", "outcome": "not-suitable"}
    assert transitions(table, "Meri").json()["transitions"] == []
    assert transitions(table, "Aino").json()["waiting"] == []


# What HR sees.


def test_the_commissioner_reads_own_cases_a_page_at_a_time(table: House) -> None:
    vilho = table.client("Vilho")
    for _ in range(2):
        referral = {"organisation": table.organisation("Esimerkkilä"), "subject": "Toinen", "parties": []}
        assert vilho.post("/api/cases", json=referral).status_code == 201
    first = vilho.get("/api/statuses?limit=2").json()
    assert [one["number"] for one in first["statuses"]] == ["2027-0001", "2027-0002"]
    rest = vilho.get(first["next"]).json()
    assert ([one["number"] for one in rest["statuses"]], rest["next"]) == (["2027-0003"], None)
    assert vilho.get("/api/statuses/2027-0001").json()["status"] == "not-started"
    for name in ("Meri", "Aino", "Outi"):
        assert table.client(name).get("/api/statuses").json() == {"statuses": [], "next": None}
        problem(table.client(name).get("/api/statuses/2027-0001"), 404, "case-not-found")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=%00", "after=drop"])
def test_a_page_that_cannot_be_is_refused(table: House, query: str) -> None:
    assert table.client("Vilho").get(f"/api/statuses?{query}").status_code == 422


def test_every_language_we_have_can_be_answered_in(table: House) -> None:
    for language in LANGUAGES:
        assert transitions(table, "Meri", language).status_code == 200
