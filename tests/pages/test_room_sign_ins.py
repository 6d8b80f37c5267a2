"""Handing over in the room: a phone or the laptop answers what waits for one person, sees nothing private, and ends."""

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from mediation.sealing.standalone import verify
from mediation.store.models import Mark, Organisation
from tests.houses import House
from tests.pages.test_session_mode import token_of
from tests.pages.test_sitting import PAGE, Laptop, laptop
from tests.people.test_second_factor import enrolled, shown
from tests.world import LiveCase, almost_signed, case_at, problem

SECRET = "Pekka pelottaa minua."


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    """The table sits, and Aino has told the mediator something alone."""
    case = case_at(sqlite_house, "opening", ready=False)
    case.meri.does(f"sessions/{case.session('joint')}/beginning")
    case.aino.does("statements", {"audience": "mediator", "words": SECRET, "language": "fi"})
    return case


@dataclass
class Offered:
    """A code on the laptop, and where its link leads."""

    meri: Laptop
    path: str
    link: str
    token: dict[str, str]


def offered(room: LiveCase, name: str = "Aino") -> Offered:
    meri = laptop(room, path="room-sign-ins")
    sent = {"participant": room.ids[name], "on": "phone"}
    told = meri.client.post(f"/api/cases/{room.number}/room-sign-ins", json=sent, headers=token_of(meri))
    assert told.status_code == 201, told.text
    path = f"/cases/{room.number}/room-sign-ins/{told.json()['id']}"
    token = token_of(meri)
    meri.opens(path)
    return Offered(meri, path, "/in-room/" + told.json()["link"].rpartition("/")[2], token)


def phone(room: LiveCase, link: str) -> Laptop:
    """A phone that has scanned the code, and pressed the button."""
    client = TestClient(room.house.app)
    one = Laptop(client, client.get(link, headers=PAGE))
    one.presses("Avaa tässä puhelimessa")
    return one


def digits_on(one: Laptop) -> str:
    [digits] = re.findall(r'<p class="huge">(\d\d)</p>', one.page.text)
    return digits


def opened(room: LiveCase, name: str = "Aino") -> tuple[Laptop, Laptop]:
    """The mediator's laptop, and a phone that was let in."""
    code = offered(room, name)
    one = phone(room, code.link)
    code.meri.opens(code.path)
    code.meri.presses("Vahvista", digits=digits_on(one))
    assert "Puhelin on avattu" in code.meri.page.text
    one.opens("/in-room")
    assert one.page.url.path == f"/cases/{room.number}/in-room"
    return code.meri, one


def marks(room: LiveCase, name: str) -> list[tuple[str, str, str]]:
    with room.house.installation.database.reading() as db:
        rows = select(Mark).where(Mark.participant_id == room.ids[name], Mark.ended_at.is_(None))
        return [(one.kind, one.way, one.recorded_by) for one in db.scalars(rows)]


def test_the_code_stands_alone_on_its_page_and_the_page_looks_again_by_itself(room: LiveCase) -> None:
    code = offered(room)
    assert '<meta http-equiv="refresh"' in code.meri.page.text
    assert "<header" not in code.meri.page.text
    assert not list(code.meri.seen.iter("button"))
    assert [one.get("href") for one in code.meri.seen.iter("a")] == ["#content"]
    phone(room, code.link)
    code.meri.opens(code.path)
    assert '<meta http-equiv="refresh"' not in code.meri.page.text  # the digits can be typed in peace
    assert "<svg" not in code.meri.page.text


def test_what_is_answered_on_the_phone_came_about_in_person(room: LiveCase) -> None:
    _, aino = opened(room)
    aino.follows("Lue pelisäännöt")
    aino.presses("Hyväksy pelisäännöt")
    assert aino.page.url.path == f"/cases/{room.number}/in-room"
    assert ("accepted-ground-rules", "in-person", room.ids["Aino"]) in marks(room, "Aino")
    assert "Lue pelisäännöt" not in aino.page.text


def test_the_phone_opens_nothing_but_what_waits(room: LiveCase) -> None:
    _, aino = opened(room)
    case = f"/cases/{room.number}"
    for path in ("", "/statements", "/own", "/opened", "/participants", "/sessions", "/withdrawals", "/pauses"):
        answer = aino.client.get(case + path, headers=PAGE)
        assert answer.status_code == 403, path
        assert SECRET not in answer.text
    for path in ("", "/transitions", "/export", "/own-copy", "/reads", "/statements", "/agreed-texts/x/y"):
        answer = aino.client.get(f"/api{case}{path}")
        assert answer.status_code in {403, 404, 405}, path
        assert SECRET not in answer.text
    for path in ("/devices", "/account", "/second-factor", "/proof", "/session-mode"):
        assert aino.client.get(path, headers=PAGE).status_code == 403, path
    token = token_of(aino)
    for path, body in (
        ("/statements", {"audience": "mediator", "words": "Hei.", "language": "fi"}),
        ("/withdrawals", {}),
        ("/pauses", {}),
        ("/readiness", {}),
    ):
        problem(aino.client.post(f"/api{case}{path}", json=body, headers=token), 403, "in-room")
    for path in ("/api/tokens", "/api/second-factor/totp", "/api/second-factor/challenges", "/api/own-address"):
        assert aino.client.post(path, json={}, headers=token).status_code in {403, 422}, path
    problem(aino.client.post("/api/second-factor/totp", headers=token), 403, "in-room")


def test_another_case_of_the_same_person_stays_closed(sqlite_house: House) -> None:
    other, room = case_at(sqlite_house, "dialogue"), case_at(sqlite_house, "opening", ready=False)
    _, aino = opened(room)
    for number in (other.number, "2027-9998"):
        problem(aino.client.get(f"/api/cases/{number}"), 403, "in-room")
        assert aino.client.get(f"/cases/{number}/in-room", headers=PAGE).status_code == 403
    problem(aino.client.get("/api/cases"), 403, "in-room")


def test_the_link_works_once_for_one_phone_within_two_minutes(room: LiveCase) -> None:
    code = offered(room)
    phone(room, code.link)
    second = TestClient(room.house.app)
    again = second.post(code.link, headers=PAGE)
    assert again.status_code == 401
    assert "Pyydä sovittelijaa näyttämään uusi koodi" in again.text
    late = offered(room)
    room.later(minutes=2)
    assert TestClient(room.house.app).post(late.link, headers=PAGE).status_code == 401
    made_up = late.link[:-1] + ("0" if late.link[-1] != "0" else "1")
    assert TestClient(room.house.app).post(made_up, headers=PAGE).status_code == 401


def test_a_phone_opens_nothing_before_its_digits_are_confirmed(room: LiveCase) -> None:
    code = offered(room)
    one = phone(room, code.link)
    assert one.client.get(f"/cases/{room.number}/in-room", headers=PAGE, follow_redirects=False).status_code == 303
    problem(one.client.get(f"/api/cases/{room.number}"), 401, "signed-out")


def test_a_phone_that_takes_no_cookie_is_told_so_in_words(room: LiveCase) -> None:
    client = TestClient(room.house.app)
    gone = client.post(offered(room).link, headers=PAGE, follow_redirects=False)
    client.cookies.clear()
    told = client.get(gone.headers["location"], headers=PAGE)
    assert told.status_code == 400
    assert "Selaimesi ei ottanut evästettä vastaan" in told.text
    assert "pyydä sovittelijaa näyttämään uusi koodi" in told.text


def test_wrong_digits_close_the_code_for_good(room: LiveCase) -> None:
    code = offered(room)
    one = phone(room, code.link)
    right = digits_on(one)
    api, token = f"/api{code.path}/confirmations", code.token
    wrong = f"{(int(right) + 1) % 100:02}"
    problem(code.meri.client.post(api, json={"digits": wrong}, headers=token), 403, "digits-wrong")
    problem(code.meri.client.post(api, json={"digits": right}, headers=token), 404, "room-sign-in-over")
    one.opens("/in-room")
    assert "Yhteys on päättynyt" in one.page.text


def test_digits_are_confirmed_within_two_minutes_and_by_a_mediator_of_the_case_alone(room: LiveCase) -> None:
    code = offered(room)
    one = phone(room, code.link)
    body = {"digits": digits_on(one)}
    room.aino.refused(f"room-sign-ins/{code.path.rpartition('/')[2]}/confirmations", body, 403, "act-not-yours")
    room.later(minutes=2)
    answer = code.meri.client.post(f"/api{code.path}/confirmations", json=body, headers=code.token)
    problem(answer, 404, "room-sign-in-over")


def test_it_ends_with_the_session(room: LiveCase) -> None:
    _, aino = opened(room)
    room.meri.does(f"sessions/{room.session('joint')}/ending", {"early": False})
    problem(aino.client.get(f"/api/cases/{room.number}"), 401, "signed-out")
    aino.opens("/in-room")
    assert "Yhteys on päättynyt" in aino.page.text


def test_it_ends_when_the_person_is_done(room: LiveCase) -> None:
    _, aino = opened(room)
    aino.presses("Olen valmis")
    assert "Yhteys on päättynyt" in aino.page.text
    problem(aino.client.get(f"/api/cases/{room.number}"), 401, "token-missing")


def test_a_phone_in_the_room_is_never_a_second_factor(sqlite_house: House) -> None:
    room, digests = almost_signed(sqlite_house, "Pekka", "Kaarina")
    with room.writing() as db:
        db.get_one(Organisation, sqlite_house.organisation("Esimerkkilä")).second_factor = "letter"
    _, aino = opened(room)
    signs = {"digest": digests["Aino"]}
    answer = aino.client.post(f"/api/cases/{room.number}/agreement/signatures", json=signs, headers=token_of(aino))
    problem(answer, 403, "second-factor-needed")


def test_who_signs_on_a_phone_in_the_room_signs_in_person(sqlite_house: House) -> None:
    room, digests = almost_signed(sqlite_house, "Pekka", "Kaarina")
    _, aino = opened(room)
    signs = {"digest": digests["Aino"]}
    answer = aino.client.post(f"/api/cases/{room.number}/agreement/signatures", json=signs, headers=token_of(aino))
    assert answer.status_code == 201, answer.text
    assert answer.json()["way"] == "in-person"


def test_who_signed_last_on_a_phone_in_the_room_takes_the_copy_along_on_it(sqlite_house: House) -> None:
    room, digests = almost_signed(sqlite_house, "Pekka", "Kaarina")
    _, aino = opened(room)
    case = f"/api/cases/{room.number}/agreement"
    for kind in ("bundle", "sealed"):
        problem(aino.client.get(f"{case}/{kind}"), 404, "document-not-found")
    signs = {"digest": digests["Aino"]}
    assert aino.client.post(f"{case}/signatures", json=signs, headers=token_of(aino)).status_code == 201
    aino.opens(f"/cases/{room.number}/in-room")
    assert {f"{case}/sealed", f"{case}/bundle"} <= {one.get("href") for one in aino.seen.iter("a")}
    assert aino.client.get(f"{case}/sealed").content.startswith(b"%PDF")
    assert verify.check(aino.client.get(f"{case}/bundle").content, []).holds
    for path in ("/own-copy", "/agreement/differences", "/documents/x"):
        assert aino.client.get(f"/api/cases/{room.number}{path}").status_code == 403, path


def test_the_laptop_is_handed_over_and_stays_locked_until_its_owner_shows_a_code(room: LiveCase) -> None:
    meri = laptop(room)
    meri.client.headers.update(token_of(meri))
    secret = enrolled(room.house, meri.client)
    before = meri.client.cookies["session"]
    meri.follows("Anna osapuolen vastata itse")
    room.later(minutes=1)
    press(meri, room.ids["Aino"], "laptop")
    assert "Lue pelisäännöt" in meri.page.text
    meri.follows("Lue pelisäännöt")
    assert 'autocomplete="off"' in meri.page.text
    own = TestClient(room.house.app, cookies={"session": before})
    problem(own.get("/api/me"), 403, "session-locked")

    meri.opens(f"/cases/{room.number}/in-room")
    done = meri.client.post("/in-room", data={"_token": token_of(meri)["X-Form-Token"]}, follow_redirects=False)
    assert done.headers["clear-site-data"] == '"cache"'
    meri.opens("/")
    assert "Kone on lukittu" in meri.page.text
    for path in (f"/cases/{room.number}/sitting", "/devices"):
        assert "Kone on lukittu" in meri.client.get(path, headers=PAGE).text
    problem(meri.client.get(f"/api/cases/{room.number}"), 403, "session-locked")

    meri.follows("Vahvista koodilla, että se olet sinä")
    meri.presses("Käytä todennussovellusta")
    meri.presses("Vahvista", code=shown(room.house, secret))
    meri.presses("Avaa kone")
    assert meri.client.get("/devices", headers=PAGE).status_code == 200


def test_nobody_hands_over_to_who_leads_or_orders(room: LiveCase) -> None:
    for name in ("Meri", "Vilho"):
        body = {"participant": room.ids[name], "on": "phone"}
        room.meri.refused("room-sign-ins", body, 403, "not-in-the-room")
    room.aino.refused("room-sign-ins", {"participant": room.ids["Pekka"], "on": "phone"}, 403, "act-not-yours")


def press(one: Laptop, participant: str, on: str) -> None:
    form = next(each for each in one.seen.iter("form") if ("participant", participant) in each.form_values())
    data = dict(form.form_values()) | {"on": on}
    one.page = one.client.post(form.get("action"), data=data, headers=PAGE)
    assert one.page.status_code == 200, one.page.text


def test_the_mediator_ends_by_hand_what_somebody_left_open(room: LiveCase) -> None:
    meri, aino = opened(room)
    meri.opens(f"/cases/{room.number}/room-sign-ins")
    assert "Avoinna nyt" in meri.page.text
    meri.presses("Aino: Sulje")
    assert "Avoinna nyt" not in meri.page.text
    assert aino.client.get(f"/cases/{room.number}/in-room", headers=PAGE, follow_redirects=False).status_code == 303
    aino.opens("/in-room")
    assert "Yhteys on päättynyt" in aino.page.text


def test_a_code_that_was_used_says_so_and_asks_nobody_to_sign_in(room: LiveCase) -> None:
    code = offered(room)
    phone(room, code.link)
    late = TestClient(room.house.app).post(code.link, headers=PAGE)
    assert late.status_code == 401
    assert "Koodi on jo käytetty tai vanhentunut" in late.text
    assert "Pyydä sovittelijaa näyttämään uusi koodi" in late.text
    assert "Kirjaudu" not in late.text
