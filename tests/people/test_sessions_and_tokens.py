"""Sessions and tokens: who is let in by them, for how long, to do what; and what no other site can do with a cookie."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from api.app import create_app
from mediation.case.seat import take_office
from mediation.installation.due import do_what_is_due
from mediation.people.directory import digest_of, find_person, give_office, make_token
from mediation.people.leavers import deactivate
from mediation.store.models import SignInSession, Token
from tests.houses import House
from tests.world import address, browser, count, everything_in, link_for, nobody, problem, set_table
from workflows import WORKFLOWS

AINO, MERI = address("aino"), address("meri")
CURRENT = "/api/sign-in/sessions/current"
CASE = "/api/cases/2027-0001"


@pytest.fixture
def table(house: House) -> House:
    """Case 2027-0001, on either database."""
    return set_table(house)


@pytest.fixture
def secure(table: House) -> Iterator[httpx.Client]:
    """Aino's browser, where the installation is reached over HTTPS."""
    installation = replace(
        table.installation, settings=replace(table.installation.settings, base_url="https://palvelu.example.fi")
    )
    with TestClient(create_app(installation), base_url="https://palvelu.example.fi") as client:
        opened = client.post("/api/sign-in/sessions", json={"secret": link_for(table, AINO)})
        assert opened.status_code == 201
        client.headers["X-Form-Token"] = opened.json()["form_token"]
        yield client


def cookie_of(client: httpx.Client) -> str:
    return next(one.value or "" for one in client.cookies.jar)


# Sessions.


def test_the_cookie_is_for_this_host_over_https_and_no_script_reads_it(table: House, secure: httpx.Client) -> None:
    opened = secure.post("/api/sign-in/sessions", json={"secret": link_for(table, AINO)})
    name, *rest = opened.headers["set-cookie"].split("; ")
    key = name.removeprefix("__Host-session=")
    assert len(key) == 43
    assert {one.lower() for one in rest} == {"secure", "httponly", "samesite=lax", "path=/"}
    assert secure.get(CURRENT).status_code == 200


def test_on_ones_own_machine_the_cookie_goes_over_plain_http(table: House) -> None:
    opened = table.client().post("/api/sign-in/sessions", json={"secret": link_for(table, AINO)})
    name, *rest = opened.headers["set-cookie"].split("; ")
    assert name.startswith("session=")
    assert {one.lower() for one in rest} == {"httponly", "samesite=lax", "path=/"}


def test_a_session_has_the_seat_of_its_person(table: House) -> None:
    aino, outi = browser(table, AINO), browser(table, address("outi"))
    assert aino.get(CASE).json()["you"]["roles"] == ["party"]
    assert aino.post(f"{CASE}/pauses", json={}).status_code == 201
    problem(outi.get(CASE), 404, "case-not-found")


def test_a_session_ends_after_half_an_hour_without_anybody_there(table: House) -> None:
    aino = browser(table, AINO)
    for _ in range(4):
        table.clock.at += timedelta(minutes=29)
        assert aino.get(CURRENT).status_code == 200  # reading keeps it going, too
    table.clock.at += timedelta(minutes=30)
    nobody(aino.get(CURRENT))
    nobody(aino.post(f"{CASE}/pauses", json={}))


def test_a_session_ends_after_twelve_hours_even_if_it_is_used(table: House) -> None:
    aino = browser(table, AINO)
    for _ in range(71):
        table.clock.at += timedelta(minutes=10)
        assert aino.get(CURRENT).status_code == 200
    table.clock.at += timedelta(minutes=10)
    nobody(aino.get(CURRENT))


@pytest.mark.both_databases
def test_that_somebody_is_there_is_written_down_once_a_minute_at_most(table: House) -> None:
    aino = browser(table, AINO)
    with table.installation.database.reading() as db:
        began = db.scalars(select(SignInSession.seen_at)).one()
    for seconds, seen in ((59, 0), (1, 60), (30, 60)):
        table.clock.at += timedelta(seconds=seconds)
        aino.get(CURRENT)
        with table.installation.database.reading() as db:
            assert db.scalars(select(SignInSession.seen_at)).one() == began + timedelta(seconds=seen)


def test_signing_out_ends_the_session_and_takes_the_cookie_back(table: House) -> None:
    aino = browser(table, AINO)
    kept = cookie_of(aino)
    out = aino.delete(CURRENT)
    assert out.status_code == 204
    assert 'session=""' in out.headers["set-cookie"]
    assert out.headers["clear-site-data"] == '"cache", "storage"'
    problem(aino.get(CURRENT), 401, "token-missing")
    nobody(table.client().get(CURRENT, headers={"Cookie": f"session={kept}"}))


def test_somebody_sees_where_they_are_signed_in_and_ends_what_they_lost(table: House) -> None:
    phone = TestClient(table.app, headers={"User-Agent": "Puhelin"})
    assert phone.post("/api/sign-in/sessions", json={"secret": link_for(table, AINO)}).status_code == 201
    table.clock.at += timedelta(minutes=5)
    laptop, meri = browser(table, AINO), browser(table, MERI)
    here, lost = laptop.get("/api/sign-in/sessions").json()
    assert (here["current"], lost["current"], lost["device"]) == (True, False, "Puhelin")
    assert b"Puhelin" not in everything_in(table)
    problem(meri.delete(f"/api/sign-in/sessions/{lost['id']}"), 404, "sign-in-not-found")
    problem(laptop.delete("/api/sign-in/sessions/nowhere"), 404, "sign-in-not-found")
    for _ in range(2):
        assert laptop.delete(f"/api/sign-in/sessions/{lost['id']}").status_code == 204
    nobody(phone.get(CURRENT))
    assert [one["id"] for one in laptop.get("/api/sign-in/sessions").json()] == [here["id"]]


def test_signing_in_again_on_a_device_leaves_no_session_behind(table: House) -> None:
    aino = browser(table, AINO)
    before = cookie_of(aino)
    assert aino.post("/api/sign-in/sessions", json={"secret": link_for(table, AINO)}).status_code == 201
    assert cookie_of(aino) != before
    nobody(table.client().get(CURRENT, headers={"Cookie": f"session={before}"}))


@pytest.mark.parametrize("cookie", ["", "x", "x" * 4000, "\N{LATIN SMALL LETTER A WITH DIAERESIS}"], ids=range(4))
def test_a_cookie_that_nobody_gave_lets_nobody_in(table: House, cookie: str) -> None:
    headers = {"Cookie": f"session={cookie}".encode()}
    response = table.client().get(CURRENT, headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 401


def test_whose_account_is_ended_is_out_at_once_everywhere(table: House) -> None:
    vilho, aino = browser(table, address("vilho")), browser(table, AINO)
    link, token = link_for(table, address("vilho")), table.client("Vilho")
    with table.installation.database.writing() as db:
        deactivate(db, find_person(db, table.people["Vilho"]))
    nobody(vilho.get("/api/statuses"))
    problem(token.get("/api/statuses"), 401, "token-unknown")
    problem(table.client().post("/api/sign-in/sessions", json={"secret": link}), 401, "link-unusable")
    assert aino.get(CURRENT).status_code == 200


def test_sessions_that_are_long_over_are_forgotten(table: House) -> None:
    browser(table, AINO)
    table.clock.at += timedelta(days=30)
    do_what_is_due(table.installation.database, WORKFLOWS)
    assert count(table, SignInSession) == 1
    table.clock.at += timedelta(days=1)
    do_what_is_due(table.installation.database, WORKFLOWS)
    assert count(table, SignInSession) == 0


def test_tokens_that_are_long_over_are_forgotten_but_of_somebody_who_never_signed_in(table: House) -> None:
    """The token of who never signed in is all that shows that there is somebody who uses the account."""
    browser(table, AINO)
    database, aino, pekka = table.installation.database, table.people["Aino"], table.people["Pekka"]
    with database.writing() as db:
        over = [make_token(db, person, 1) for person in (aino, pekka)]
        lasting = make_token(db, aino, None)
        revoked = make_token(db, aino, None)
        db.execute(update(Token).where(Token.digest == digest_of(revoked)).values(revoked_at=db.now()))
        before = db.scalar(select(func.count()).select_from(Token))
    for days, gone in ((29, 0), (2, 1), (2, 2)):
        table.clock.at += timedelta(days=days)
        do_what_is_due(database, WORKFLOWS)
        assert count(table, Token) == before - gone
    with database.reading() as db:
        left = {*db.scalars(select(Token.digest).where(Token.person_id.in_([aino, pekka])))}
    assert {digest_of(over[1]), digest_of(lasting)} <= left
    assert not {digest_of(over[0]), digest_of(revoked)} & left


# What another site can make a browser send.


def test_a_cookie_alone_changes_nothing(table: House) -> None:
    aino, meri = browser(table, AINO), browser(table, MERI)
    right = aino.headers.pop("X-Form-Token")
    for wrong in ({}, {"X-Form-Token": "x"}, {"X-Form-Token": ""}, {"X-Form-Token": meri.headers["X-Form-Token"]}):
        problem(aino.post(f"{CASE}/pauses", json={}, headers=wrong), 403, "form-token-missing")
        problem(aino.delete(CURRENT, headers=wrong), 403, "form-token-missing")
    assert aino.get(CASE).json()["suspended"] is False
    assert aino.post(f"{CASE}/pauses", json={}, headers={"X-Form-Token": right}).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
        {"Origin": "null"},
    ],
    ids=range(5),
)
def test_another_site_changes_nothing_even_with_the_form_token(table: House, headers: dict[str, str]) -> None:
    aino = browser(table, AINO)
    problem(aino.post(f"{CASE}/pauses", json={}, headers=headers), 403, "origin-foreign")
    assert aino.get(CASE, headers=headers).json()["suspended"] is False


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1:8000"}, {"Origin": "http://testserver"}, {}],
    ids=range(4),
)
def test_our_own_pages_change_what_may_be_changed(table: House, headers: dict[str, str]) -> None:
    assert browser(table, AINO).post(f"{CASE}/pauses", json={}, headers=headers).status_code == 201


def test_a_form_changes_nothing_without_the_token_in_the_header(table: House) -> None:
    aino = browser(table, AINO)
    token = aino.headers.pop("X-Form-Token")
    problem(aino.post(f"{CASE}/pauses", data={"form_token": token}), 403, "form-token-missing")
    problem(aino.post(f"{CASE}/pauses", files={"form_token": (None, token)}), 403, "form-token-missing")
    assert aino.get(CASE).json()["suspended"] is False


def test_a_page_of_another_site_can_read_nothing(table: House) -> None:
    answer = browser(table, AINO).get(CASE, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    asked = table.client().request("OPTIONS", CASE, headers={"Origin": "https://evil.example"})
    assert asked.status_code == 405


def test_a_token_in_the_header_goes_before_the_cookie_and_needs_no_form_token(table: House) -> None:
    aino = browser(table, AINO)
    aino.headers.pop("X-Form-Token")
    as_meri = {"Authorization": f"Bearer {table.tokens['Meri']}"}
    assert aino.get(CASE, headers=as_meri).json()["you"]["roles"] == ["mediator"]
    assert aino.post("/api/cases/2027-0001/notes", json={"words": "Muista."}, headers=as_meri).status_code == 201
    problem(aino.get(CASE, headers={"Authorization": "Bearer wrong"}), 401, "token-unknown")


# Tokens.


def made(client: httpx.Client, **what: Any) -> str:
    response = client.post("/api/tokens", json=what)
    assert response.status_code == 201, response.text
    token: str = response.json()["token"]
    return token


def bearer(house: House, token: str) -> httpx.Client:
    return TestClient(house.app, headers={"Authorization": f"Bearer {token}"})


def test_a_token_that_only_reads_changes_nothing(table: House) -> None:
    reader = bearer(table, made(browser(table, AINO), name="Kalenteri", scopes=["read"]))
    assert reader.get(CASE).status_code == 200
    problem(reader.post(f"{CASE}/pauses", json={}), 403, "scope-missing")
    writer = bearer(table, made(browser(table, AINO), scopes=["write"]))
    problem(writer.get(CASE), 403, "scope-missing")
    assert writer.post(f"{CASE}/pauses", json={}).status_code == 201


def test_a_token_does_both_unless_it_is_said(table: House) -> None:
    both = bearer(table, made(browser(table, AINO)))
    assert both.get(CASE).status_code == 200
    assert both.post(f"{CASE}/pauses", json={}).status_code == 201


def test_a_token_that_only_reads_may_ask_what_would_happen(table: House) -> None:
    reader = bearer(table, made(browser(table, MERI), scopes=["read"]))
    assert reader.post(f"{CASE}/transitions/open/preview").status_code == 200


def test_a_token_is_good_for_ninety_days_unless_it_is_said(table: House) -> None:
    meri = browser(table, MERI)
    short, usual = bearer(table, made(meri, days=1)), bearer(table, made(meri))
    table.clock.at += timedelta(days=1)
    problem(short.get(CASE), 401, "token-unknown")
    table.clock.at += timedelta(days=88)
    assert usual.get(CASE).status_code == 200
    table.clock.at += timedelta(days=1)
    problem(usual.get(CASE), 401, "token-unknown")
    meri = browser(table, MERI)
    for days in (0, 3651, "1", True):
        problem(meri.post("/api/tokens", json={"days": days}), 422, "malformed")
    problem(meri.post("/api/tokens", json={"scopes": ["rule"]}), 422, "choice-unknown")
    problem(meri.post("/api/tokens", json={"scopes": []}), 422, "too-few")


def test_somebody_sees_and_revokes_their_own_tokens(table: House) -> None:
    aino, meri = browser(table, AINO), browser(table, MERI)
    token = made(aino, name="Kalenteri", scopes=["read"], days=30)
    calendar, older = sorted(aino.get("/api/tokens").json(), key=lambda one: one["expires_at"])
    assert (calendar["name"], calendar["scopes"], older["name"]) == ("Kalenteri", ["read"], None)
    assert set(older["scopes"]) == {"read", "write"}
    problem(meri.delete(f"/api/tokens/{calendar['id']}"), 404, "token-not-found")
    for _ in range(2):
        assert aino.delete(f"/api/tokens/{calendar['id']}").status_code == 204
    problem(bearer(table, token).get(CASE), 401, "token-unknown")
    assert [one["id"] for one in aino.get("/api/tokens").json()] == [older["id"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/tokens"),
        ("POST", "/api/tokens"),
        ("DELETE", "/api/tokens/x"),
        ("GET", "/api/sign-in/sessions"),
        ("GET", CURRENT),
        ("DELETE", CURRENT),
        ("DELETE", "/api/sign-in/sessions/x"),
        ("POST", "/api/second-factor/totp"),
        ("DELETE", "/api/second-factor/totp"),
        ("POST", "/api/own-address"),
        ("DELETE", "/api/own-address"),
    ],
)
def test_a_program_with_a_token_does_not_settle_how_somebody_signs_in(
    sqlite_house: House, method: str, path: str
) -> None:
    sqlite_house.person("Aino")
    body = {"POST": {"email": "x@example.net"} if path.endswith("address") else {}}.get(method)
    problem(sqlite_house.client("Aino").request(method, path, json=body), 403, "session-needed")


@pytest.mark.both_databases
def test_a_token_and_its_name_are_not_stored_readable(table: House) -> None:
    token = made(browser(table, AINO), name="Kalenteri")
    held = everything_in(table)
    assert token.encode() not in held
    assert b"Kalenteri" not in held


def test_the_answer_with_a_token_is_not_stored(table: House) -> None:
    aino = browser(table, AINO)
    answers = {aino.post("/api/tokens", json={}, headers={"Idempotency-Key": "once"}).json()["token"] for _ in range(2)}
    assert len(answers) == 2


def test_a_token_older_than_names_is_listed_without_one(table: House) -> None:
    with table.installation.database.writing() as db:
        db.execute(update(Token).values(name=None))
    assert all(one["name"] is None for one in browser(table, AINO).get("/api/tokens").json())


# Accounts that end.


def test_an_administrator_ends_the_offices_of_their_own_organisation(table: House) -> None:
    table.person("Tuula", office="admin")
    tuula = table.client("Tuula")
    vilho = next(one for one in tuula.get("/api/offices").json() if one["name"] == "Vilho")
    assert tuula.post(f"/api/people/{vilho['person']}/departure").status_code == 204
    problem(table.client("Vilho").get("/api/statuses"), 401, "token-unknown")
    problem(tuula.post(f"/api/people/{vilho['person']}/departure"), 404, "person-not-found")
    for elsewhere in (table.people["Meri"], table.people["Aino"], "nowhere"):
        problem(tuula.post(f"/api/people/{elsewhere}/departure"), 404, "person-not-found")
    assert table.client("Meri").get(CASE).status_code == 200
    problem(table.client("Meri").post(f"/api/people/{table.people['Aino']}/departure"), 403, "office-needed")


def test_who_holds_an_office_elsewhere_keeps_that_and_the_account(table: House) -> None:
    table.person("Tuula", office="admin")
    with table.installation.database.writing() as db:
        vilho = find_person(db, table.people["Vilho"])
        give_office(db, vilho, table.organisations["Sovittelijat"], "mediator")
    assert table.client("Tuula").post(f"/api/people/{vilho.id}/departure").status_code == 204
    assert table.client("Vilho").get("/api/cases").status_code == 200
    with table.installation.database.reading() as db:
        assert take_office(db, vilho.id, "hr", "mediator") == {table.organisations["Sovittelijat"]: {"mediator"}}
