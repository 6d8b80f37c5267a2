"""Everybody knocks at every door: whatever the answer is, it is one that the door has announced."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest

from api.door import walk_routes
from api.problems import MEDIA_TYPE
from tests.asking import Desk, described
from tests.cases import case_in
from tests.houses import House
from tests.laptop import Doors, answered

Json = dict[str, Any]

# The roles of a case, and whoever has none at it.
ROLES = {
    "Meri": "mediator",
    "Ilmari": "co-mediator",
    "Aino": "party",
    "Tuula": "support-person",
    "Tiina": "interpreter",
    "Kaarina": "employer-representative",
    "Vilho": "commissioner",
    "Irma": "initiator",
    "Kaisa": "community-member",
    "Frans": "former-party",
    "Minna": "former-mediator",
}
OUTSIDERS = ("Outi", "Oskari", "Hilla", "Ari")  # nobody, a mediator, a colleague of Vilho, an administrator
LAST = (
    "pauses",
    "withdrawals",
    "suspensions",
    "end-of-employment",
    "impasses",
    "resumptions",
)  # the case is another then


def told(faults: Sequence[str]) -> None:
    assert not faults, "\n".join(["", *faults])


def operations() -> list[tuple[str, str, Json]]:
    """Every operation of the API, those that change most of a case last."""
    found = [
        (method.upper(), path, operation)
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda one: (one[0] != "GET", any(name in one[1] for name in LAST)))


def at_work(house: House, phase: str) -> Desk:
    """A case with somebody in every role, and somebody who had one."""
    people = {"Hilla": "hr", "Ari": "admin", "Minna": "mediator"}
    for name in (*ROLES, *OUTSIDERS):
        if name not in {"Vilho", "Meri", "Ilmari", "Oskari"}:
            house.person(name, office=people.get(name))
    desk = Desk(Doors(house), case_in(house, phase, ready=phase == "preparation"))
    if phase == "closed":
        return desk
    for name, role in (
        ("Tiina", "interpreter"),
        ("Irma", "initiator"),
        ("Kaisa", "community-member"),
        ("Frans", "party"),
    ):
        add(desk, name, role)
    answered(desk.ask("Frans", "POST withdrawals", {}))
    answered(desk.ask("Meri", "POST resumptions")) if resumable(desk) else None
    for name in ("Minna", "Meri"):
        answered(desk.ask("Vilho", "POST mediators", {"person": house.people[name]}))
    answered(desk.ask("Vilho", "POST mediators", {"person": house.people["Ilmari"], "role": "co-mediator"}))
    return desk


def add(desk: Desk, name: str, role: str) -> None:
    added = answered(desk.ask("Meri", "POST participants", {"person": desk.people[name], "role": role}))
    desk.ids[name] = added["id"]


def resumable(desk: Desk) -> bool:
    for name in ("Aino", "Pekka"):
        answered(desk.ask(name, "POST consents", {"answer": "given"}))
    return bool(desk.read("Meri")["suspended"])


def rows_of(desk: Desk) -> dict[str, str]:
    """Something of the case for each blank in an address."""
    whole = desk.read("Meri")
    agreements = desk.ask("Meri", "GET agreement")
    documents = agreements.json()["documents"] if agreements.status_code == 200 else []
    letters = desk.ask("Meri", "GET letters")
    waiting = letters.json() if letters.status_code == 200 else []
    return {
        "number": desk.number,
        "code": "open",
        "version": "1",
        "participant": desk.ids["Aino"],
        "declaration": whole["declarations"][0]["id"],
        "session_id": whole["sessions"][0]["id"],
        "document": documents[0]["id"] if documents else "x",
        "letter": waiting[0]["id"] if waiting else "x",
    }


def knock(desk: Desk, name: str | None, method: str, path: str, operation: Json) -> httpx.Response:
    """A request with an empty body, where there is one at all."""
    doors = desk.doors.of(name)
    if method == "GET" or "requestBody" not in operation:
        return doors.request(method, path)
    return doors.request(method, path, json={})


def filled(path: str, rows: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda blank: rows.get(blank[1], "x"), path)


def faults_of(name: str, method: str, path: str, operation: Json, response: httpx.Response) -> Iterator[str]:
    """What is wrong about an answer."""
    asked = f"{name}: {method} {path}: {response.status_code} {response.text[:300]}"
    if response.status_code >= 500:
        yield f"broken: {asked}"
    elif str(response.status_code) not in operation["responses"]:
        yield f"not announced: {asked}"
    elif response.is_error and response.headers["content-type"] != MEDIA_TYPE:
        yield f"no problem: {asked}"


def test_the_walk_and_the_description_know_the_same_doors(sqlite_house: House) -> None:
    pages = {"/api/openapi.json", "/api/docs", "/sign-in", "/own-address"}  # for a browser, not for a client
    walked = {
        (method, one.path)
        for one in walk_routes(Doors(sqlite_house).app)
        for method in one.methods
        if one.path not in pages
    }
    assert walked == {(method, path) for method, path, _ in operations()}
    assert len(walked) > 70


def test_nobody_gets_past_any_door_without_a_token(sqlite_house: House) -> None:
    desk, faults = at_work(sqlite_house, "opening"), []
    rows = rows_of(desk)
    public = {one.path for one in walk_routes(desk.doors.app) if one.authority == "public"}
    for method, path, operation in operations():
        for blanks in (rows, {"number": "2027-0999"}):
            response = knock(desk, None, method, filled(path, blanks), operation)
            if path in public:
                faults += faults_of("nobody", method, path, operation, response)
            elif response.status_code != 401:
                faults.append(f"{method} {path}: {response.status_code} {response.text}")
    told(faults)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_to_an_outsider_no_case_exists(sqlite_house: House, name: str) -> None:
    desk, faults = at_work(sqlite_house, "opening"), []
    rows = rows_of(desk)
    for method, path, operation in operations():
        response = knock(desk, name, method, filled(path, rows), operation)
        faults += faults_of(name, method, path, operation, response)
        assigns = name == "Ari" and path.endswith("/mediators")  # an administrator knows the number, and nothing else
        if "{number}" in path and response.status_code != 404 and not assigns:
            faults.append(f"{method} {path}: {response.status_code} {response.text}")
        elif path == "/api/cases" and method == "GET":
            assert response.json()["cases"] == []
        elif path == "/api/statuses":
            assert response.json()["statuses"] == []
    told(faults)


@pytest.mark.parametrize("phase", ["preparation", "solutions", "follow-up"])
def test_every_answer_to_everybody_is_one_that_the_door_has_announced(sqlite_house: House, phase: str) -> None:
    desk, faults = at_work(sqlite_house, phase), []
    rows, knocks = rows_of(desk), 0
    for method, path, operation in operations():
        for name in ROLES:
            knocks += 1
            response = knock(desk, name, method, filled(path, rows), operation)
            faults += faults_of(name, method, path, operation, response)
    told(faults)
    assert knocks > 700
    assert desk.read("Meri", "record")["holds"]


def test_every_reading_of_a_closed_case_is_answered_as_announced(sqlite_house: House) -> None:
    desk, faults = at_work(sqlite_house, "closed"), []
    rows = rows_of(desk)
    for method, path, operation in operations():
        for name in ROLES if method == "GET" else ():
            response = knock(desk, name, method, filled(path, rows), operation)
            faults += faults_of(name, method, path, operation, response)
    told(faults)


# Who is only informed, and HR: visibility.md, rules 1, 3 and 12.

TAKEN_UP = {"number", "you", "taken_up", "notices", "sessions"}  # of a community member, the information meeting alone


@pytest.mark.parametrize(("name", "whole"), [("Irma", 200), ("Kaisa", 200), ("Vilho", 404)])
def test_who_is_not_at_the_table_reads_no_name_and_no_phase(sqlite_house: House, name: str, whole: int) -> None:
    desk, faults = at_work(sqlite_house, "opening"), []
    rows = rows_of(desk)
    names = [one for one in ROLES if one != name]
    for method, path, operation in operations():
        if "/cases/{number}" in path and method == "GET":
            response = knock(desk, name, method, filled(path, rows), operation)
            if any(one in response.text for one in names):
                faults.append(f"{path}: {response.text[:300]}")
    told(faults)
    read = desk.ask(name, "GET")
    assert read.status_code == whole
    assert whole == 404 or read.json().keys() <= TAKEN_UP
