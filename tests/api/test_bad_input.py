"""Every invalid request is answered with what is wrong about it, and nothing is half done."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import httpx
import pytest

from api.http.envelope import BODY_LIMIT
from api.http.problems import MEDIA_TYPE
from mediation.words.fields import PEOPLE
from tests.asking import (
    ASKS,
    Ask,
    described,
    desk_in,
    draft,
    example_at,
    first,
    operation_of,
    referral,
    route_of,
    sendable,
    short_route,
)
from tests.bodies import Pointer, nodes_of, replaced
from tests.houses import House
from tests.rotation import part_of
from tests.world import LiveCase, answered, asked_at, case_at, problem, rows
from workflows.mediation import MEDIATION

Json = dict[str, Any]

NEVER_USED = "2027-0999"
JSON = {"Content-Type": "application/json"}


def desk(house: House, phase: str, *, ready: bool = False) -> LiveCase:
    return case_at(house, phase, ready=ready)


def told(faults: Sequence[str]) -> None:
    assert not faults, "\n".join(["", *faults])


def refusal(response: httpx.Response) -> str:
    """The code of a refusal; of anything else its status."""
    if response.headers.get("content-type") != MEDIA_TYPE:
        return str(response.status_code)
    return str(response.json()["type"]).removeprefix("/problems/")


def head(where: LiveCase) -> str:
    """Where the record of the case stands: another one as soon as anything has happened."""
    return str(where.meri.reads("record")["head"])


# Who has no seat.


def reading_routes() -> list[str]:
    return [
        short_route(method, path)
        for path, methods in described()["paths"].items()
        for method in methods
        if "/cases/{number}" in path and (method == "get" or path.endswith("/preview"))
    ]


@pytest.mark.seconds
@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_every_route_of_a_case_answers_who_has_no_seat_as_for_a_number_never_used(house: House) -> None:
    faults = []
    real = case_at(house, "opening", ready=False)
    house.person("Hilla", office="hr")  # at Vilho's side, in the same office
    requests: list[tuple[str, Any, dict[str, str]]] = [
        (re.sub(r"\{\w+\}", "x", one), None, {}) for one in reading_routes()
    ]
    for ask in ASKS:
        if not ask.route.startswith("POST /"):
            route = re.sub(r"\{\w+\}", "x", ask.route)
            requests += [
                (route, {}, {}),
                (route, b"{", JSON),
                (route, example_at(*route_of(ask)), {"Idempotency-Key": route[:9]}),
            ]
    assert len(requests) > 150
    outsiders = cycle(("Outi", "Hilla", "Ilmari"))  # nobody, a colleague of Vilho, a mediator elsewhere
    for (route, body, headers), name in zip(requests, outsiders, strict=False):
        answers = []
        for number in (real.number, NEVER_USED):
            method, path = asked_at(route, number)
            content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
            response = house.client(name).request(method, path, content=content, headers={**JSON, **headers})
            kept = {key: value for key, value in response.headers.items() if key != "x-request-id"}
            answers.append((response.status_code, kept, response.text.replace(number, "NUMBER")))
        if answers[0] != answers[1] or answers[0][0] not in {404, 422}:
            faults.append(f"{route} {body!r}: {answers}")
    told(faults)


# Acts and transitions that are not open now.


def test_an_act_that_is_no_longer_open_is_refused_with_any_body(sqlite_house: House) -> None:
    closed, faults = desk(sqlite_house, "closed"), []
    before = rows(sqlite_house)
    for ask in ASKS:
        if ask.route in {"POST /cases", "POST transitions", *NO_ACT} or ask.route.startswith("POST holds"):
            continue
        acts = {*operation_of(ask).get("x-acts", ()), *LIKE_ANOTHER.get(ask.route, ())}
        if acts & MEDIATION.final.open_to.keys():
            continue
        route = re.sub(r"\{version\}", "1", ask.route)
        body = b"%PDF-" if "scans" in route else example_at(*route_of(ask))
        response = closed.ask(ask.who, re.sub(r"\{\w+\}", closed.ids["Aino"], route), body, **ask.headers(closed))
        not_theirs = "withdrawals/" in route or ask.route == "POST naming"  # of whoever left, or brought the matter up
        expected = "act-not-yours" if not_theirs else "act-not-open"
        if refusal(response) != expected:
            faults.append(f"{ask}: {response.text}")
    told(faults)
    assert rows(sqlite_house) == before


def test_an_act_of_a_later_phase_is_not_open_yet(sqlite_house: House) -> None:
    where, faults = desk(sqlite_house, "preparation", ready=True), []
    before = rows(sqlite_house)
    later = [ask for ask in ASKS if not opens(ask, "preparation")]
    assert len(later) > 20
    for ask in later:
        route = re.sub(r"\{\w+\}", where.ids["Aino"], ask.route.replace("{version}", "1"))
        response = where.ask(ask.who, route, example_at(*route_of(ask)))
        if refusal(response) != "act-not-open" or response.status_code != 409:
            faults.append(f"{ask}: {response.text}")
    told(faults)
    assert rows(sqlite_house) == before


LIKE_ANOTHER = {  # routes of acts that are open where another is
    "DELETE mediators/{participant}/absence": ("record-absence",),
    "POST participants/{participant}/sign-in-opening": ("close-sign-ins",),
    "POST participants/{participant}/paper-codes": ("close-sign-ins",),
    "POST participants/{participant}/copy-codes": ("hand-over-copy",),
    "DELETE participants/{participant}/copy-codes": ("hand-over-copy",),
    "POST room-sign-ins/{room_sign_in}/confirmations": ("open-in-room",),
    "POST room-sign-ins/{room_sign_in}/ending": ("open-in-room",),
    "POST sessions/{session_id}/calls": ("plan-session",),
    "DELETE sessions/{session_id}/calls/{participant}": ("plan-session",),
    "POST sessions/held": ("plan-session",),
    "PUT sessions/{session_id}/times": ("end-session",),
    "PUT time-entries/{entry}": ("enter-time",),
    "DELETE time-entries/{entry}": ("enter-time",),
    "POST participants/{participant}/address-changes": ("correct-participant",),
    "DELETE participants/{participant}/address": ("correct-participant",),
}
NO_ACT = {"PUT drafts"}  # what somebody writes for themselves, in any phase
UNNAMED = {  # acts behind routes that no unmet guard leads to
    "POST /cases",
    "POST transitions",
    "POST screenings/decision",
    "POST holds",
    "POST holds/{hold}/lifting",
    "POST statements/{statement}/corrections",
    "POST sessions/{session_id}/cancellation",
    "PATCH sessions/{session_id}",
    *LIKE_ANOTHER,
}


def opens(ask: Ask, phase: str) -> bool:
    """Whether one of the acts behind a route is open in a phase."""
    if ask.route in UNNAMED | NO_ACT:
        return True
    acts = operation_of(ask).get("x-acts") or ["release-words"]
    return any(act in MEDIATION.open_acts(phase) for act in acts)


@pytest.mark.parametrize("phase", [one.code for one in MEDIATION.phases[:-1]])
def test_a_transition_is_taken_only_from_its_own_phase(sqlite_house: House, phase: str) -> None:
    where, faults = desk(sqlite_house, phase, ready=phase == "preparation"), []
    tag = where.ask("Meri", "GET transitions").headers["ETag"]
    here = {move.code for move in MEDIATION.phase(phase).transitions}
    before = head(where)
    for code in {move.code for one in MEDIATION.phases for move in one.transitions} - here:
        response = where.ask("Meri", "POST transitions", {"transition": code}, **{"If-Match": tag})
        if (response.status_code, refusal(response)) != (409, "transition-not-here"):
            faults.append(f"{code}: {response.text}")
    for code in ("fly", "", "open\x00", "🙂", phase):
        response = where.ask("Meri", "POST transitions", {"transition": code}, **{"If-Match": tag})
        if (response.status_code, refusal(response)) != (404, "transition-unknown"):
            faults.append(f"{code}: {response.text}")
        if code and code in response.json()["detail"]:
            faults.append(f"{code} is repeated: {response.text}")
    told(faults)
    assert head(where) == before


@pytest.mark.parametrize("phase", [one.code for one in MEDIATION.phases[:-1]])
def test_a_transition_that_is_blocked_names_every_unmet_guard(sqlite_house: House, phase: str) -> None:
    where = desk(sqlite_house, phase)
    if phase == "preparation":
        where.vilho.does("mediators", {"person": where.people["Meri"]})
    read = where.ask("Meri", "GET transitions")
    before = head(where)
    for move in read.json()["transitions"]:
        if not move["unmet"]:
            continue
        headers = {"If-Match": read.headers["ETag"]}
        refused = where.ask("Meri", "POST transitions", {"transition": move["transition"]}, **headers)
        assert problem(refused, 409, "transition-blocked")["unmet"] == unmet(move["unmet"])
    assert head(where) == before


def unmet(guards: list[Json]) -> list[Json]:
    # A refusal leaves out what is not there; a reading says that it is not.
    return [{key: value for key, value in one.items() if value is not None} for one in guards]


def test_what_was_read_before_somebody_changed_it_moves_nothing(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening", ready=True)
    tag = where.ask("Meri", "GET transitions").headers["ETag"]
    mark = next(one for one in where.aino.reads()["marks"] if one["kind"] == "accepted-ground-rules")
    where.aino.does("corrections", {"mark": mark["id"]})
    before = head(where)
    stale = where.ask("Meri", "POST transitions", {"transition": "define-problem"}, **{"If-Match": tag})
    problem(stale, 409, "case-changed")
    problem(where.ask("Meri", "POST transitions", {"transition": "define-problem"}), 428, "if-match-missing")
    assert head(where) == before


@pytest.mark.both_databases
def test_a_draft_that_somebody_else_has_changed_is_not_overwritten(house: House) -> None:
    where = case_at(house, "solutions", ready=False)
    first = where.meri.does("PUT agreement", draft(where))
    house.clock.set("2027-01-11 10:00")
    second = where.ask("Meri", "PUT agreement", draft(where), **{"If-Match": f'"{first["tag"]}"'})
    assert answered(second)["tag"] != first["tag"]
    newest = answered(second)["tag"]
    for tag in (f'"{first["tag"]}"', '"0"', f'W/"{first["tag"]}"'):
        problem(where.ask("Meri", "PUT agreement", draft(where), **{"If-Match": tag}), 409, "case-changed")
    for tag in (newest, "*", "x" * 200, '""', f'"0", "{newest}"'):
        problem(where.ask("Meri", "PUT agreement", draft(where), **{"If-Match": tag}), 422, "if-match-malformed")
    assert where.meri.reads("agreement")["tag"] == newest
    where.meri.does("PUT agreement", draft(where), **{"If-Match": f'W/"{newest}"'})


def test_a_draft_can_be_changed_only_with_the_tag_of_what_was_read(sqlite_house: House) -> None:
    where = desk(sqlite_house, "solutions")
    where.meri.does("PUT agreement", draft(where))
    problem(where.ask("Meri", "PUT agreement", draft(where)), 428, "if-match-missing")


def test_two_drafts_written_at_the_same_moment_have_two_tags(sqlite_house: House) -> None:
    where = desk(sqlite_house, "solutions")
    tags = [where.meri.does("PUT agreement", draft(where))["tag"]]
    for _ in range(2):
        written = where.ask("Meri", "PUT agreement", draft(where), **{"If-Match": f'"{tags[-1]}"'})
        tags.append(answered(written)["tag"])
    assert len(set(tags)) == 3


# Bodies. In a closed case every act is closed, so that what is well-formed has no effect either.


@pytest.fixture
def closed(sqlite_house: House) -> LiveCase:
    return desk(sqlite_house, "closed")


def takes_json(ask: Ask) -> bool:
    return "application/json" in operation_of(ask).get("requestBody", {}).get("content", {})


def bodies(house: House, share: int = 1) -> Iterator[tuple[Ask, Json]]:
    """Every act that brings a body, or one in `share` of them, with one that is well-formed."""
    desks: dict[tuple[str, bool], LiveCase] = {}
    for ask in part_of([ask for ask in ASKS if takes_json(ask)], share, "bodies"):
        if ask.alone:
            yield ask, {}
            continue
        key = ask.phase, ask.ready
        desks[key] = desks.get(key) or desk_in(house, ask)
        yield ask, ask.body(desks[key])


def a_part_of(number: int) -> int:
    """So many, where all bodies are tried, and far fewer where a part of them is."""
    return len(part_of(range(number), 8, "tried"))


def send(closed: LiveCase, ask: Ask, body: Any) -> httpx.Response:
    """Ask for it in a closed case; what is of no case, as somebody who may not."""
    route = re.sub(r"\{\w+\}", "1", ask.route)
    headers = {"If-Match": '"0"'} if "transitions" in route else {}
    who = "Meri" if ask.who == "Vilho" else ask.who
    return closed.ask(who, route, body, **headers)


def schema_of(ask: Ask) -> Json:
    return dict(operation_of(ask)["requestBody"]["content"]["application/json"]["schema"])


WRONG: dict[str, tuple[Any, ...]] = {
    "string": (7, []),
    "integer": ("7", True, 1.5, 10**30, -(10**30)),
    "boolean": ("true", 1),
    "array": ({}, 7, [[]]),
    "object": ([], "x"),
}


def named(field: str, pointer: Pointer) -> bool:
    """Whether a refusal names this node, or one below; a key that somebody made up is shown as a question mark."""
    parts = field.split(".")
    return all(part in {str(step), "?", "[key]"} for part, step in zip(parts, pointer, strict=False))


def wrongly_refused(response: httpx.Response, pointer: Pointer) -> bool:
    if response.status_code != 422 or refusal(response) != "malformed":
        return True
    return not any(named(one["field"], pointer) for one in response.json()["errors"])


@pytest.mark.seconds
@pytest.mark.part
def test_a_value_of_the_wrong_kind_is_refused_wherever_it_is(sqlite_house: House, closed: LiveCase) -> None:
    faults, tried = [], 0
    for ask, body in bodies(sqlite_house, 3):
        for pointer, schema, _ in nodes_of(schema_of(ask), body):
            for wrong in WRONG.get(schema.get("type", ""), ()):
                if pointer[-1:] == ("for",):
                    continue
                tried += 1
                response = send(closed, ask, replaced(body, pointer, wrong))
                if wrongly_refused(response, pointer):
                    faults.append(f"{ask} {pointer} {wrong!r}: {response.status_code} {response.text}")
    told(faults)
    assert tried > a_part_of(250)


@pytest.mark.seconds
@pytest.mark.part
def test_a_field_that_is_unknown_missing_or_null_is_named(sqlite_house: House, closed: LiveCase) -> None:
    faults, tried = [], 0
    for ask, body in bodies(sqlite_house, 3):
        for pointer, schema, value in nodes_of(schema_of(ask), body):
            if not isinstance(value, dict) or "properties" not in schema:
                continue
            odd = [({**value, "unknown": 1}, (*pointer, "unknown"))]
            for needed in schema.get("required", ()):
                odd.append(({key: one for key, one in value.items() if key != needed}, (*pointer, needed)))
                odd.append(({**value, needed: None}, (*pointer, needed)))
            for wrong, where in odd:
                tried += 1
                response = send(closed, ask, replaced(body, pointer, wrong))
                if wrongly_refused(response, where):
                    faults.append(f"{ask} {where}: {response.status_code} {response.text}")
    told(faults)
    assert tried > a_part_of(150)


@pytest.mark.seconds
def test_a_text_over_its_limit_is_refused_with_the_limit(sqlite_house: House, closed: LiveCase) -> None:
    faults, limits = [], set()
    for ask, body in bodies(sqlite_house):
        for pointer, schema, value in nodes_of(schema_of(ask), body):
            if not isinstance(value, str) or schema.get("format") or schema.get("pattern"):
                continue
            response = send(closed, ask, replaced(body, pointer, "x" * 20_001))
            found = [one for one in response.json().get("errors", ()) if named(one["field"], pointer)]
            if [one["code"] for one in found] != ["text-too-long"]:
                faults.append(f"{ask} {pointer}: {response.text}")
                continue
            limits.add(found[0]["limit"])
            if schema.get("maxLength", found[0]["limit"]) != found[0]["limit"]:
                faults.append(f"{ask} {pointer}: OpenAPI says {schema['maxLength']}, the refusal {found[0]['limit']}")
            at_limit = send(closed, ask, replaced(body, pointer, "x" * found[0]["limit"]))
            if refusal(at_limit) == "malformed":
                faults.append(f"{ask} {pointer} at its limit: {at_limit.text}")
    told(faults)
    assert limits >= {200, 2_000, 10_000}


DAYS = ("1999-12-31", "2200-01-01", "2027-02-30", "9999-12-31", "0001-01-01", "x", "", "28.1.2027", "1803254400")
MOMENTS = (
    "1999-12-31T00:00:00Z",
    "2200-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2027-01-28T09:00:00",
    "2027-01-28T25:00:00Z",
    "2027-01-28T09:00:00+99:00",
    "2027-01-28",
    "1803254400",
    "",
)


@pytest.mark.seconds
def test_a_time_that_cannot_be_is_named(sqlite_house: House, closed: LiveCase) -> None:
    faults, tried = [], 0
    for ask, body in bodies(sqlite_house):
        for pointer, schema, _ in nodes_of(schema_of(ask), body):
            for wrong in {"date": DAYS, "date-time": MOMENTS}.get(schema.get("format", ""), ()):
                tried += 1
                response = send(closed, ask, replaced(body, pointer, wrong))
                if wrongly_refused(response, pointer):
                    faults.append(f"{ask} {pointer} {wrong!r}: {response.text}")
                elif wrong[:4] in {"1999", "2200"} and response.json()["errors"][0].get("limit") is None:
                    faults.append(f"{ask} {pointer} {wrong!r} without its limit: {response.text}")
    told(faults)
    assert tried > 40


HUGE = b'{"minutes": ' + b"9" * 5_000 + b"}"
NOT_JSON = (b"[]", b"null", b'"x"', b"7", b"\xff\xfe", b"\x00", b"[" * 100_000, b'{"a":' * 50_000, HUGE)
KINDS = ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "x", "")


def test_what_is_no_json_object_is_refused_at_every_route(closed: LiveCase) -> None:
    faults, routes = [], [ask for ask in ASKS if takes_json(ask)]
    asked: list[tuple[Ask, bytes, dict[str, str]]] = [(ask, content, JSON) for ask in routes for content in (b"", b"{")]
    asked += [(ask, content, JSON) for ask, content in zip(cycle(routes), NOT_JSON * 6, strict=False)]
    asked += [(ask, b"{}", {"Content-Type": kind}) for ask, kind in zip(cycle(routes), KINDS * 6, strict=False)]
    for ask, content, headers in asked:
        route = re.sub(r"\{\w+\}", "1", ask.route)
        response = closed.ask("Meri", route, content, **headers, **{"If-Match": '"0"'})
        if response.status_code != 422 or response.headers["content-type"] != MEDIA_TYPE:
            faults.append(f"{ask} {content[:20]!r} {headers}: {response.status_code} {response.text}")
    told(faults)


@pytest.mark.parametrize(
    "content", [b'{"\\ud800": 1}', b'{"words": "\\udfff", "audience": "table"}', b'{"a\\u0000b": {"c": []}}']
)
def test_halves_of_characters_are_malformed_whether_key_or_value(closed: LiveCase, content: bytes) -> None:
    problem(closed.ask("Aino", "POST statements", content, **JSON), 422, "malformed")


def test_a_body_over_the_limit_is_refused_with_the_limit_and_nothing_is_done(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening")
    before = head(where)
    said = {"audience": "table", "words": "Tieto ei kulje.", "language": "fi"}
    for padding, headers in ((BODY_LIMIT, {}), (BODY_LIMIT, {"Idempotency-Key": "avain"})):
        content = json.dumps(said).encode().ljust(padding + 1)
        refused = where.ask("Aino", "POST statements", content, **JSON, **headers)
        [error] = problem(refused, 413, "body-too-large")["errors"]
        assert (error["field"], error["limit"]) == ("body", BODY_LIMIT)
    assert head(where) == before
    where.aino.does("statements", json.dumps(said).encode().ljust(BODY_LIMIT), **JSON)


# What only the act itself can know.


@pytest.mark.part
def test_a_language_we_do_not_have_is_refused_wherever_one_is_written_in(sqlite_house: House) -> None:
    desks: dict[tuple[str, bool], LiveCase] = {}
    faults, tried = [], 0
    # What is asked for alone, and how a case is ended early, have a test of their own below.
    asks = [ask for ask in ASKS if not ask.alone and ask.route != "POST discontinuation"]
    for ask in part_of(asks, 3, "languages"):
        key = ask.phase, ask.ready
        where = desks.setdefault(key, desks.get(key) or desk_in(sqlite_house, ask))
        who, route, body = ask.of(where)
        for unknown in ("de", "FI", "", "\x00"):
            for wrong in in_language(body, unknown):
                tried += 1
                before = rows(sqlite_house)
                response = where.ask(who, route, wrong, **ask.headers(where))
                if response.is_success:
                    faults.append(f"{ask} {unknown!r} {wrong}: {response.status_code} {response.text}")
                    desks[key] = where = desk_in(sqlite_house, ask)
                    continue
                codes = {refusal(response), *(one["code"] for one in response.json().get("errors", ()))}
                known = {"language-unknown", "choice-unknown", "prevailing-missing"} & codes
                if response.status_code != 422 or not known or rows(sqlite_house) != before:
                    faults.append(f"{ask} {unknown!r} {wrong}: {response.status_code} {response.text}")
    told(faults)
    assert tried > a_part_of(60)


def in_language(body: Any, unknown: str) -> Iterator[Any]:
    """The body with each mention of a language in turn replaced by an unknown one."""
    for pointer, _, value in nodes_of({}, body):
        if value == "fi":
            yield replaced(body, pointer, unknown)
        if isinstance(value, dict) and "fi" in value:
            yield replaced(body, pointer, {unknown if key == "fi" else key: one for key, one in value.items()})


def test_words_that_are_needed_cannot_be_blank(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening")
    before = head(where)
    for blank in ("", " ", "\n\t\u00a0\u2003"):
        for who, route, body, field in (
            ("Aino", "POST statements", {"audience": "table", "words": blank}, "words"),
            ("Meri", "POST notes", {"words": blank}, "words"),
            ("Meri", "POST declarations", {"has_ties": False, "words": blank}, "words"),
            ("Meri", "POST participants", {"name": blank, "role": "interpreter"}, "name"),
        ):
            [error] = problem(where.ask(who, route, body), 422, "text-empty")["errors"]
            assert error["field"] == field
    assert head(where) == before


@pytest.mark.parametrize(
    "email", ["aino", "aino@", "@example.org", "a b@example.org", "a@b\r\nBcc: x@y.z", "a@b\x00c", "x" * 255]
)
def test_an_address_that_cannot_be_written_to_is_refused(sqlite_house: House, email: str) -> None:
    where = desk(sqlite_house, "opening")
    added = where.ask("Meri", "POST participants", {"name": "Siiri", "role": "interpreter", "email": email})
    assert added.status_code == 422
    assert added.json()["errors"][0]["field"] == "email"


INCOMPLETE = {
    "owner": {"owners": []},
    "due": {"starts_on": None, "texts": {"fi": {"action": "Kirjaan.", "measure": "Näkyy."}}},
    "measure": {"texts": {"fi": {"action": "Kirjaan.", "rhythm": "joka vuoro"}}},
    "action": {"texts": {"fi": {"measure": "Näkyy.", "rhythm": "joka vuoro", "action": " "}}},
}


@pytest.mark.parametrize("lacks", INCOMPLETE)
def test_an_agreement_with_an_incomplete_commitment_is_not_sent_and_it_is_named(
    sqlite_house: House, lacks: str
) -> None:
    where = desk(sqlite_house, "solutions")
    sendable(where)
    whole = draft(where)["commitments"][0]
    tag = where.meri.reads("agreement")["tag"]
    two = draft(where, commitments=[{**whole, "label": "C1"}, {**whole, "label": "C2", **INCOMPLETE[lacks]}])
    where.meri.does("PUT agreement", two, **{"If-Match": f'"{tag}"'})
    before = head(where)
    told = problem(where.ask("Meri", "POST agreement/sending", {}), 409, "agreement-incomplete")
    assert "C2" in told["detail"]
    assert "C1" not in told["detail"]
    assert (head(where), where.meri.reads("agreement")["state"]) == (before, "draft")


def test_an_agreement_without_anything_in_it_is_not_sent(sqlite_house: House) -> None:
    where = desk(sqlite_house, "solutions")
    problem(where.ask("Meri", "POST agreement/sending", {}), 409, "no-draft")
    empty = draft(where, commitments=[], disclosure_decided=False)
    where.meri.does("PUT agreement", empty)
    problem(where.ask("Meri", "POST agreement/sending", {}), 409, "agreement-incomplete")
    assert where.meri.reads("agreement")["state"] == "draft"


def test_a_promise_cannot_be_continued_twice(house: House) -> None:
    where = case_at(house, "solutions", ready=False)
    where.meri.does("PUT agreement", draft(where))
    agreement = where.meri.reads("agreement")
    lineage = agreement["commitments"][0]["lineage"]
    promise = {**draft(where)["commitments"][0], "lineage": lineage}
    headers = {"If-Match": f'"{agreement["tag"]}"'}
    refused = where.ask("Meri", "PUT agreement", draft(where, commitments=[promise, promise]), **headers)
    assert refused.status_code == 422, refused.text
    assert where.meri.reads("agreement")["tag"] == agreement["tag"]


def test_a_question_needs_words(sqlite_house: House) -> None:
    where = desk(sqlite_house, "problem-definition")
    text = {"words": "Tieto ei kulje.", "goals": ["Tieto kulkee."]}
    before = head(where)
    refused = where.ask("Meri", "POST problem-statements", {"texts": {"fi": text}, "issues": [{}]})
    assert refused.status_code == 422, refused.text
    assert head(where) == before


def test_a_session_serves_each_phase_once(house: House) -> None:
    where = case_at(house, "opening", ready=False)
    plan = {"kind": "joint", "planned_at": "2027-02-11T09:00:00+02:00", "serves": ["problem-definition"] * 20}
    planned = where.meri.does("sessions", plan)
    assert planned["serves"] == ["problem-definition"]


# Rows of another case.


@pytest.mark.seconds
@pytest.mark.part
@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_what_belongs_to_another_case_is_not_found_and_nothing_happens(house: House) -> None:
    pairs: dict[tuple[str, bool], tuple[LiveCase, LiveCase]] = {}
    faults, tried = [], 0
    # Scans, and what is asked for alone, have a test of their own.
    asks = part_of([ask for ask in ASKS if not ask.alone and "scans" not in ask.route], 3, "of another case")
    for ask in asks:
        key = ask.phase, ask.ready
        here, there = pairs.get(key) or (desk_in(house, ask), desk_in(house, ask))
        pairs[key] = here, there
        who, route, body = ask.of(here)
        _, foreign_route, foreign_body = ask.of(there)
        odd = [(foreign_route, body)] if foreign_route != route and "{version}" not in ask.route else []
        odd += [(route, one) for one in swapped(body, foreign_body)]
        for wrong_route, wrong in odd:
            tried += 1
            before = rows(house)
            response = here.ask(who, wrong_route, wrong, **ask.headers(here))
            if response.status_code not in {403, 404, 409, 422} or rows(house) != before:
                faults.append(f"{wrong_route} {wrong}: {response.status_code} {response.text}")
    told(faults)
    assert tried > a_part_of(30)


def swapped(body: Any, foreign: Any) -> Iterator[Any]:
    """The body with each thing in turn, by which it differs from another case's, taken from there."""
    if isinstance(body, bytes):
        return
    for pointer, _, value in nodes_of({}, body):
        if isinstance(value, dict) and value.keys() != (other := at(foreign, pointer)).keys():
            yield replaced(body, pointer, {**value, **{key: one for key, one in other.items() if key not in value}})
        if isinstance(value, str) and value != at(foreign, pointer):
            yield replaced(body, pointer, at(foreign, pointer))


def at(body: Any, pointer: Pointer) -> Any:
    for step in pointer:
        # Objects with ids as keys have other keys in another case: the first is paired with the first.
        body = body[step if not isinstance(body, dict) or step in body else next(iter(body))]
    return body


def test_files_and_letters_of_another_case_are_not_found(sqlite_house: House) -> None:
    here, there = desk(sqlite_house, "follow-up"), desk(sqlite_house, "follow-up")
    files = there.meri.reads("agreement")["documents"]
    assert len(files) >= 4
    for name in ("Meri", "Aino", "Kaarina"):
        for one in files:
            problem(here.ask(name, f"GET documents/{one['id']}"), 404, "document-not-found")
    for path in ("documents/x", "documents/" + "x" * 24):
        problem(here.ask("Meri", f"GET {path}"), 404, "document-not-found")


def test_what_never_was_is_not_found(house: House) -> None:
    where, faults, name = case_at(house, "dialogue", ready=False), [], "x" * 20
    opening = case_at(house, "opening", ready=False)
    before = rows(house)
    turns = opening.ask("Meri", "POST opening-turns", {"participants": [name]})
    assert turns.status_code in {403, 404}, turns.text
    for who, route, body in (
        ("Meri", "POST caucuses", {"participant": name}),
        ("Meri", "POST invitations", {"participant": name}),
        ("Meri", "POST participants", {"person": name, "role": "interpreter"}),
        ("Meri", "POST participants", {"name": "Siiri", "role": "support-person", "supports": name}),
        ("Vilho", "POST mediators", {"person": name}),
        ("Vilho", "POST hand-overs", {"person": name}),
        ("Meri", f"POST sessions/{name}/beginning", None),
        ("Aino", "POST corrections", {"mark": name}),
        ("Meri", f"DELETE participants/{name}", None),
        ("Meri", f"PUT issues/{name}", {"state": "agreed"}),
    ):
        refused = where.ask(who, route, body)
        if refused.status_code not in {403, 404, 422}:
            faults.append(f"{route} {body}: {refused.status_code} {refused.text}")
    told(faults)
    assert rows(house) == before


def test_nobody_supports_who_is_not_at_the_case(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening")
    other = desk(sqlite_house, "opening")
    for one in ("x" * 20, other.ids["Aino"]):
        added = where.ask("Meri", "POST participants", {"name": "Siiri", "role": "support-person", "supports": one})
        assert added.status_code in {404, 422}, added.text


# People who are not parties.


def test_what_is_a_partys_is_not_marked_for_anybody_else(sqlite_house: House) -> None:
    where, opening = desk(sqlite_house, "dialogue"), desk(sqlite_house, "opening")
    faults = []
    for name in ("Meri", "Vilho", "Kaarina", "Tuula"):
        one = where.ids[name]
        answers = {
            "opening-turns": opening.ask("Meri", "POST opening-turns", {"participants": [opening.ids[name]]}),
            "invitations": where.ask("Meri", "POST invitations", {"participant": one}),
            "successor": where.ask("Meri", f"POST participants/{one}/successor", {"name": "Sanna"}),
            "end of employment": where.ask("Meri", f"POST participants/{one}/end-of-employment"),
        }
        faults += [f"{name}: {act} {one.text}" for act, one in answers.items() if refusal(one) != "not-a-party"]
    told(faults)


@pytest.mark.parametrize("name", ["Meri", "Vilho", "Kaarina", "Tuula"])
def test_a_caucus_is_with_a_party(sqlite_house: House, name: str) -> None:
    where = desk(sqlite_house, "dialogue")
    problem(where.ask("Meri", "POST caucuses", {"participant": where.ids[name]}), 403, "not-a-party")


# Addresses, queries and headers.


ODD_QUERIES = (
    ("cases?limit=1", 200),
    ("cases?limit=100", 200),
    ("cases?limit=0", 422),
    ("cases?limit=101", 422),
    ("cases?limit=x", 422),
    ("cases?limit=1e2", 422),
    ("cases?limit=99999999999999999999999999", 422),
    ("cases?limit=%E2%91%A0", 422),
    ("cases?after=2027-0001", 200),
    ("cases?after=%00", 422),
    ("cases?after=%F0%9F%99%82", 422),
    ("cases?after=%ED%A0%80", 422),
    ("cases?after=x%27--", 422),
    ("cases?after=2027-%D9%A0%D9%A0%D9%A0%D9%A1", 422),
    ("cases?unknown=1", 200),
    ("statuses?limit=1", 200),
    ("statuses?limit=99999999999999999999999999", 422),
    ("statuses?after=%27", 422),
    ("cases/2027-0001/agreement?version=1", 200),
    ("cases/2027-0001/agreement?version=2", 404),
    ("cases/2027-0001/agreement?version=0", 422),
    ("cases/2027-0001/agreement?version=-1", 422),
    ("cases/2027-0001/agreement?version=99999999999999999999999", 422),
    ("cases/2027-0001/agreement?version=", 422),
    ("cases/2027-0001/agreement?version=1&version=x", 422),
    ("cases/2027-0001/agreement/differences?version=99999999999999999999999", 422),
    ("cases/2027-0001/documents/%2e%2e", 422),
    ("cases/2027-0001/documents/a%20b", 422),
    ("cases/2027-0001/documents/" + "x" * 25, 422),
    ("cases/2027-0001//agreement", 404),
    ("cases/2027-0001/agreement/", 404),
)


def test_an_odd_query_is_answered_plainly(house: House) -> None:
    meri, faults = case_at(house, "follow-up", ready=False).client("Meri"), []
    for query, status in ODD_QUERIES:
        response = meri.get(f"/api/{query}")
        if response.status_code != status or (response.headers["content-type"] == MEDIA_TYPE) != (status >= 400):
            faults.append(f"{query}: {response.status_code} {response.text}")
    told(faults)


@pytest.mark.both_databases
def test_a_version_that_no_number_can_hold_is_not_found(house: House) -> None:
    where = case_at(house, "problem-definition", ready=True)
    before = head(where)
    for version in ("0", "-1", "2", "9" * 19, "9" * 4300):
        accepted = where.ask("Aino", f"POST problem-statements/{version}/acceptances", {})
        assert accepted.status_code in {404, 409, 422}, accepted.text
    for version in ("x", "1.5", "%20", "9" * 4301, "١"):
        refused = where.ask("Aino", f"POST problem-statements/{version}/acceptances", {})
        assert refused.status_code in {404, 422}, refused.text
    assert head(where) == before


def test_a_key_is_only_a_key(house: House) -> None:
    where, keys = (
        case_at(house, "opening", ready=False),
        ("ä", "🙂", "x" * 200, "a b", "'; --", "%00", "{0}"),
    )
    for number, key in enumerate(keys, 1):
        header = {"Idempotency-Key": key.encode()}
        asked = [where.ask("Meri", "POST notes", {"words": "Tauko."}, **header) for _ in range(2)]  # type: ignore[arg-type]
        assert asked[0].content == asked[1].content
        assert len(where.meri.reads()["notes"]) == number


def test_as_many_take_part_as_every_list_has_room_for(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening")
    for number in range(PEOPLE):
        added = where.ask("Meri", "POST participants", {"name": f"Nimi {number}", "role": "party"})
        if added.status_code != 201:
            break
    told = problem(added, 409, "too-many-people")
    assert str(PEOPLE) in told["detail"]
    joint = first(where.meri.reads()["sessions"], kind="joint")["id"]
    where.meri.does(f"sessions/{joint}/beginning")
    parties = [one["id"] for one in where.meri.reads()["participants"] if "party" in one["roles"]]
    assert len(parties) > 40
    present = {"attendance": dict.fromkeys(parties, "present")}
    assert len(where.meri.does(f"PUT sessions/{joint}/attendance", present)["ids"]) == len(parties)
    said = {"way": "said", "for": parties}
    assert len(where.meri.does("ground-rules/acceptances", said)["ids"]) == len(parties)
    assert len(where.meri.does("opening-turns", {"participants": parties})["ids"]) == len(parties)
    referred = referral(where) | {"parties": [{"name": f"Nimi {number}"} for number in range(PEOPLE)]}
    problem(where.ask("Vilho", "POST /cases", referred), 409, "too-many-people")  # the initiator is one more
    crowd = ["x"] * (PEOPLE + 1)
    for route, body in {
        f"PUT sessions/{joint}/attendance": {"attendance": {f"x{one}": "present" for one in range(PEOPLE + 1)}},
        "POST ground-rules/acceptances": {"way": "said", "for": crowd},
        "POST opening-turns": {"participants": crowd},
        "POST breaches/x/settlement": {"state": "resolved", "heard": crowd},
    }.items():
        [error] = problem(where.ask("Meri", route, body), 422, "malformed")["errors"]
        assert (error["code"], error["limit"]) == ("too-many", PEOPLE)


def test_a_malformed_tag_is_refused(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening", ready=True)
    for value in ("*", "", '""', '"', "W/", '"a", "b"', '"ä"', '"' + "x" * 300 + '"'):
        header = {"If-Match": value.encode()}
        moved = where.ask("Meri", "POST transitions", {"transition": "define-problem"}, **header)  # type: ignore[arg-type]
        assert moved.status_code in {409, 422, 428}, moved.text
    assert where.meri.reads()["phase"] == "opening"


def test_dates_are_sent_with_their_zone_and_the_same_each_time(sqlite_house: House) -> None:
    where = desk(sqlite_house, "opening")
    plan = {"kind": "joint", "planned_at": "2027-02-11T09:00:00+02:00"}
    planned = where.meri.does("sessions", plan)
    [read] = [one for one in where.meri.reads()["sessions"] if one["id"] == planned["id"]]
    assert planned["planned_at"] == read["planned_at"]
    assert datetime.fromisoformat(read["planned_at"]) == datetime(2027, 2, 11, 7, tzinfo=UTC)
