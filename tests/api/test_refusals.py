"""Refusals: each is a problem in the reader's language, names every field and its limit, and repeats nothing."""

import json
import logging
import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import Field
from starlette.middleware import Middleware

from api.http import refusals
from api.http.bodies import Body, Recorded
from api.http.envelope import BODY_LIMIT, SCAN_LIMIT, BodyLimit, Envelope
from api.http.languages import negotiated
from mediation import errors
from mediation.case.seat import Manner
from mediation.words.fields import Code, Count, Day, Flag, Moment, Text
from mediation.workflow.declaration import Way
from tests.houses import House
from tests.world import problem

SECRET = "Aino itki palaverissa"  # what nobody may find in an answer or a log


class Everything(Body):
    words: Text = ""
    name: str = ""
    count: Count = 0
    day: Day | None = None
    at: Moment | None = None
    flag: Flag = False
    code: Code = "492039"
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
    """Routes that do nothing but refuse, each in its own way."""
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
        "count": ("not-a-whole-number", None),
        "day": ("not-a-day", None),
        "at": ("time-zone-missing", None),
        "flag": ("wrong-kind", None),
        "lines": ("too-many", 2),
        "by_name.?": ("not-a-whole-number", None),
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
        (b'{"count": 1e999}', "not-a-whole-number", "count"),
        (b'{"count": NaN}', "not-a-whole-number", "count"),
        (b'{"count": true}', "not-a-whole-number", "count"),
        (b'{"count": 1000001}', "too-big", "count"),
        (b'{"day": "28.1.2027"}', "not-a-day", "day"),
        (b'{"day": "2027-02-30"}', "not-a-day", "day"),
        (b'{"day": "2027-01-28T09:00:00Z"}', "not-a-day", "day"),
        (b'{"day": true}', "not-a-day", "day"),
        (b'{"at": 1801130400}', "not-a-moment", "at"),
        (b'{"at": "28.1.2027 9:00"}', "not-a-moment", "at"),
        (b'{"at": "2027-01-28T25:00:00Z"}', "not-a-moment", "at"),
        (b'{"at": "2027-01-28 at nine"}', "not-a-moment", "at"),
        (b'{"code": "12345"}', "not-six-digits", "code"),
        (b'{"code": "12345\xd9\xa6"}', "not-six-digits", "code"),
        (b'{"code": 492039}', "not-six-digits", "code"),
        (b'{"at": "0001-01-01T00:00:00+14:00"}', "too-small", "at"),
        (b'{"at": "9999-12-31T23:59:59-14:00"}', "too-big", "at"),
    ],
)
def test_the_refusal_of_an_invalid_body_names_the_fields(
    small: httpx.Client, content: bytes, code: str, field: str
) -> None:
    response = small.post("/read", content=content, headers={"content-type": "application/json"})
    [error] = problem(response, 422, "malformed")["errors"]
    assert (error["code"], error["field"]) == (code, field)


def test_the_refusal_of_a_malformed_field_says_which_form_it_needs(small: httpx.Client) -> None:
    told = small.post("/read", json={"day": "28.1.2027", "at": "", "count": "3", "code": "x"}).json()["errors"]
    forms = {one["field"]: one["detail"] for one in told}
    assert forms.keys() == {"day", "at", "count", "code"}
    assert "2027-01-28." in forms["day"]
    assert "2027-01-28T09:00:00+02:00" in forms["at"]
    assert "kokonaisluku" in forms["count"]
    assert "492039" in forms["code"]


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


def test_a_hundred_wrong_fields_are_not_all_listed(small: httpx.Client) -> None:
    told = problem(small.post("/read", json={f"f{number}": 1 for number in range(1000)}), 422, "malformed")
    assert len(told["errors"]) == 50


def test_a_body_over_its_limit_is_refused_with_or_without_a_declared_length(small: httpx.Client) -> None:
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
    caplog.set_level(logging.INFO, logger="mediation.requests")
    small.get(f"/refuse/not-found?who={SECRET}")
    small.get(f"/{SECRET}")
    lines = [json.loads(one.message) for one in caplog.records if one.name == "mediation.requests"]
    assert [(one["method"], one["route"], one["status"]) for one in lines] == [
        ("GET", "/refuse/{how}", 404),
        ("GET", None, 404),
    ]
    assert not any("Aino" in one.getMessage() for one in caplog.records if one.name != "httpx")


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
    sqlite_house.person("Astrid", language="sv")
    astrid = sqlite_house.client("Astrid")
    own = astrid.get("/api/cases/2027-0001")
    wished = astrid.get("/api/cases/2027-0001", headers={"Accept-Language": "en"})
    unknown = astrid.get("/api/cases/2027-0001", headers={"Accept-Language": "de"})
    assert [one.headers["content-language"] for one in (own, wished, unknown)] == ["sv", "en", "sv"]
    assert sqlite_house.client().get("/api/cases").headers["content-language"] == "fi"


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
