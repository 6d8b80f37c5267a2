"""The routes: all guarded, all described, and no success is answered before the commit."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from api.app import create_app
from api.http.dependencies import ReadOffice, WriteOwn, Writing
from api.http.problems import MEDIA_TYPE, STATUSES, Problem
from api.http.routes import Route, UnguardedRoute, public, router_for
from mediation.documents.scans import SCAN_TYPES
from mediation.store.models import Office
from tests.houses import House, application
from tests.walked_routes import walk_routes
from tests.world import count, problem, served, set_table
from workflows import WORKFLOWS

# These answers may contain a secret, so they are not stored to be sent again.
SECRET_ANSWERS = (
    "/api/sign-in/",
    "/api/tokens",
    "/api/second-factor/",
    "/api/own-address",
    "/api/new-address",
    "/api/calendar-feed",
    "/api/inquiries/",
    "/api/inquiry-confirmations",
    "/api/copies",
)


@pytest.fixture
def table(house: House) -> House:
    """Case 2027-0001, on either database."""
    return set_table(house)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    # Describing the routes serves none of them: they need no installation.
    return application().openapi()


def test_every_route_takes_a_seat_or_an_office_is_ones_own_or_says_that_it_is_public() -> None:
    walked = walk_routes(application())
    assert len(walked) > 100
    open_to_all = {one.path for one in walked if one.authority in {None, "public"}}
    signing_in = {
        "/sign-in",
        "/sign-in/letter",
        "/sign-in/code",
        "/signed-in",
        "/sign-out",
        "/accessibility",
        "/glossary",
        "/language/{language}",
        "/assets/{digest}/{name}",
        "/calendar/{secret}.ics",  # its secret is the right to it
        *(f"/{one}" for one in ("own-address", "new-address", "opening", "stop", "inquiry")),
        *(f"/{one}{{rest:path}}" for one in ("sign-in", "own-address", "new-address", "opening", "stop", "inquiry")),
        "/inquiries/{inquiry_address}",
        "/inquiries/{inquiry_address}/sent",
        "/inquiry/confirmed",
        "/api/inquiries/{inquiry_address}",
        "/api/inquiry-confirmations",
        "/api/sign-in/links",
        "/api/sign-in/sessions",
        "/api/sign-in/openings",
        "/api/sign-in/in-room",
        "/in-room",
        "/in-room/{secret}",
        "/api/own-address/confirmations",
        "/api/new-address/confirmations",
        "/api/sign-in/suspensions/stops",
        "/copy",
        "/api/copies",  # the code is the right to it
    }
    assert open_to_all == signing_in | {"/api/openapi.json", "/healthz", "/livez", "/readyz", "/api/docs"}
    assert all(one.is_ours for one in walked if one.path != "/api/openapi.json")
    assert all(one.authority == "seat" for one in walked if "/api/cases/{number}" in one.path)
    pages = [one for one in walked if one.path.startswith("/cases/{number}")]
    assert len(pages) > 150
    # The form of a page is handed on to a route of the API, which takes the seat.
    assert all(one.authority == ("seat" if "GET" in one.methods else "handed-on") for one in pages)
    assert all(one.language_is_known for one in walked)


def test_a_walk_that_finds_nothing_is_an_error() -> None:
    with pytest.raises(LookupError):
        walk_routes(FastAPI(openapi_url=None))


def test_those_who_wait_for_the_database_never_take_every_thread() -> None:
    """H4. A transaction needs a thread for its next step: with all threads waiting, nothing would continue."""
    places = {
        id(one.concurrency): one.concurrency.max_concurrency
        for context in iter_route_contexts(application().routes)
        if isinstance(context.original_route, Route)
        for one in with_all_below(context.dependant)
        if one.concurrency is not None
    }
    assert len(places) > 5
    assert sum(places.values()) < 40  # the threads that the server has


def with_all_below(dependant: Dependant) -> Iterator[Dependant]:
    """A dependency, and all that it depends on."""
    yield dependant
    for one in dependant.dependencies:
        yield from with_all_below(one)


def test_a_route_without_any_right_cannot_be_declared() -> None:
    router = router_for("/open", "open")

    def nobody_asked() -> None: ...

    with pytest.raises(UnguardedRoute):
        router.get("")(nobody_asked)
    router.get("")(public(nobody_asked))


def test_every_unmet_guard_can_lead_to_a_route() -> None:
    where = application().state.addresses
    for workflow in WORKFLOWS.values():
        guards = {
            *workflow.forward_guards,
            *(one for phase in workflow.phases for move in phase.transitions for one in move.when),
        }
        for guard in guards:
            assert any(act in where for act in guard.met_by), f"no route leads to {guard.met_by}"


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
    assert not re.search(r'"(ge|le|gt|lt)"', json.dumps(description))  # limits in words that OpenAPI knows
    assert not [name for name in description["components"]["schemas"] if "__" in name]  # two models of one name
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
            told = Problem.model_validate(content["example"])
            assert told.status == int(status)
            assert {one.code for one in told.errors or ()} <= {"body-too-large", "text-too-long"}
        if "/cases/{number}" in path:
            assert {"401", "404", "422"} <= problems.keys()
        if method != "get" and not path.endswith("/preview"):
            assert {"403", "409", "413"} <= problems.keys()
            headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            assert ("Idempotency-Key" in headers) is not path.startswith(SECRET_ANSWERS), f"{method} {path}"


def test_files_are_described_with_every_type_that_they_can_have(description: dict[str, Any]) -> None:
    case = "/api/cases/{number}"
    scans = description["paths"][f"{case}/scans"]["post"]["requestBody"]
    assert scans["required"]
    assert set(scans["content"]) == set(SCAN_TYPES)
    document = description["paths"][f"{case}/documents/{{document}}"]["get"]["responses"]["200"]
    assert set(document["content"]) == {*SCAN_TYPES, "application/json"}


def test_every_route_that_needs_what_was_read_takes_it_in_the_same_way(description: dict[str, Any]) -> None:
    headers = [
        one
        for _, _, operation in operations(description)
        for one in operation.get("parameters", ())
        if one["name"] == "If-Match"
    ]
    assert len(headers) == 2
    assert headers[0] == headers[1]
    assert headers[0]["description"]
    assert headers[0]["schema"]["examples"]


def undescribed(description: dict[str, Any], node: dict[str, Any], place: str, known: frozenset[str]) -> Iterator[str]:
    """The places in a schema at which anything may stand."""
    name = node.get("$ref", "").rpartition("/")[2]
    if name:
        if name not in known:
            yield from undescribed(description, description["components"]["schemas"][name], name, known | {name})
        return
    inside = {f"{place}.{key}": one for key, one in node.get("properties", {}).items()}
    inside |= {f"{place}|{number}": one for number, one in enumerate(node.get("anyOf", ()))}
    inside |= {f"{place}[]": node[key] for key in ("items", "additionalProperties") if node.get(key)}
    for where, one in inside.items():
        yield from [where] if one is True else undescribed(description, one, where, known)
    is_open = node.get("type") == "object" and not inside and node.get("additionalProperties") is not False
    if is_open or not node.keys() & {"type", "anyOf", "enum", "const"}:
        yield place


def test_every_field_that_is_read_is_described(description: dict[str, Any]) -> None:
    seen = 0
    for method, path, operation in operations(description):
        for status, answer in operation["responses"].items():
            if method == "get" and status < "300" and "{document}" not in path:  # a stored file is as it was stored
                for content in answer.get("content", {}).values():
                    seen += 1
                    assert not [*undescribed(description, content["schema"], path, frozenset())], path
    assert seen > 20
    assert [*undescribed(description, {"type": "object", "additionalProperties": True}, "x", frozenset())] == ["x[]"]


def test_the_examples_of_what_is_read_are_such_answers(description: dict[str, Any]) -> None:
    seen, named = 0, description["components"]["schemas"]
    for method, _, operation in operations(description):
        for answer in (one for status, one in operation["responses"].items() if method == "get" and status < "300"):
            for name in references(answer):
                schema = named[name.rpartition("/")[2]]
                # FastAPI leaves what is null out of an example.
                needed = {one for one in schema["required"] if {"type": "null"} not in _choices(schema, one)}
                for example in schema.get("examples", ()):
                    seen += 1
                    assert needed <= set(example) <= set(schema["properties"]), name
    assert seen > 15


def _choices(schema: dict[str, Any], field: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = schema["properties"][field].get("anyOf", [])
    return found


def has_example(description: dict[str, Any], content: dict[str, Any]) -> bool:
    schema = content.get("schema", {})
    schema = schema.get("items", schema)
    schema = next((one for one in schema.get("anyOf", ()) if "$ref" in one), schema)  # or none
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
    assert outi.get("/api/cases/2027-0001%00/transitions").status_code == 404
    assert outi.get("/api/cases?after=%00").status_code == 422


@pytest.mark.seconds
def test_an_office_is_asked_for_now_not_as_it_once_was(table: House) -> None:
    app = create_app(table.installation)
    router = APIRouter(route_class=Route)

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


@pytest.mark.seconds
def test_no_success_is_answered_before_the_commit(sqlite_house: House) -> None:
    sqlite_house.person("Aino")
    app = create_app(sqlite_house.installation)
    router = APIRouter(route_class=Route)

    @router.post("/orphan")
    def orphan(caller: WriteOwn, db: Writing) -> str:
        db.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        office = {
            "id": "o1",
            "person_id": caller.person.id,
            "organisation_id": "none",
            "office": "hr",
            "since": db.now(),
        }
        db.execute(insert(Office.__table__).values(office))  # type: ignore[arg-type]
        return "done"

    app.include_router(router)
    client = TestClient(app, headers={"Authorization": f"Bearer {sqlite_house.tokens['Aino']}"})
    problem(client.post("/orphan"), 500, "unexpected")
    assert count(sqlite_house, Office) == 0


def test_health_is_answered_without_details_and_without_a_token(table: House) -> None:
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
