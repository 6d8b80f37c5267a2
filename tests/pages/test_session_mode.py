"""Session mode: a laptop that others in the room see opens one case, nothing private of it, and nothing else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from mediation.store.models import Letter
from mediation.words.catalogue import say
from tests.houses import House
from tests.pages.test_sitting import Laptop, laptop
from tests.people.test_second_factor import enrolled, shown
from tests.world import LiveCase, address, case_at, link_for, problem, referred

PAGE = {"Accept": "text/html"}
SECRET = "Pekka pelottaa minua."


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    case = case_at(sqlite_house, "opening")
    case.aino.does("statements", {"audience": "mediator", "words": SECRET, "language": "fi"})
    return case


@pytest.fixture
def meri(room: LiveCase) -> Laptop:
    """Meri's laptop in session mode."""
    one = laptop(room)
    one.presses("Siirry tapaamistilaan")
    return one


def test_in_session_mode_the_day_goes_on_at_its_own_pages(room: LiveCase, meri: Laptop) -> None:
    assert meri.page.url.path == f"/cases/{room.number}/sitting"
    for path in ("", "/table", "/problem-statements", "/agreement", "/options", "/ground-rules", "/sessions"):
        assert meri.client.get(f"/cases/{room.number}{path}", headers=PAGE).status_code == 200, path
    meri.opens("/")
    assert meri.page.url.path == f"/cases/{room.number}/sitting"


def test_nothing_but_the_case_opens_in_session_mode(sqlite_house: House) -> None:
    other, room = case_at(sqlite_house, "dialogue"), case_at(sqlite_house, "opening")
    meri = laptop(room)
    meri.presses("Siirry tapaamistilaan")
    ways = [f"/cases/{one}" for one in (other.number, "2027-9998")]
    for path in ("/devices", "/account", "/second-factor", *ways):
        answer = meri.client.get(path, headers=PAGE)
        assert (answer.status_code, "tapaamistilassa" in answer.text) == (403, True), path
    for path in ("/cases", "/me", "/tokens", "/sign-in/sessions", *ways):
        problem(meri.client.get(f"/api{path}"), 403, "session-mode")
    problem(meri.client.post("/api/tokens", json={}, headers=token_of(meri)), 403, "session-mode")
    twice = meri.client.post("/api/sign-in/session-mode", json={"case": other.number}, headers=token_of(meri))
    problem(twice, 403, "session-mode")


def test_nothing_private_of_the_case_opens_in_session_mode(room: LiveCase, meri: Laptop) -> None:
    case = f"/cases/{room.number}"
    for path in ("/private", "/screenings", "/notes", "/needs", "/concerns", ""):
        assert SECRET not in meri.client.get(case + path, headers=PAGE).text
    problem(meri.client.get(f"{case}/private"), 403, "session-mode")
    told = meri.client.get(f"/api{case}").json()
    assert not {"private_statements", "notes", "concerns", "needs"} & told.keys()
    assert SECRET not in str(told)
    note = meri.client.post(f"/api{case}/notes", json={"words": "Tauko.", "language": "fi"}, headers=token_of(meri))
    problem(note, 403, "session-mode")
    aino = room.ids["Aino"]
    problem(
        meri.client.post(f"/api{case}/participants/{aino}/codes", json={}, headers=token_of(meri)), 403, "session-mode"
    )
    assert "private" not in meri.client.get(f"{case}/sitting", headers=PAGE).text


def test_in_session_mode_planning_warns_of_no_time_that_others_may_not_know_of(sqlite_house: House) -> None:
    other, room = case_at(sqlite_house, "dialogue"), case_at(sqlite_house, "opening")
    plan = {"kind": "joint", "planned_at": (sqlite_house.clock.at + timedelta(days=9)).isoformat(), "minutes": 60}
    other.meri.does("sessions", plan)
    room.plans("separate", with_participant=room.ids["Pekka"], days=12)
    meri = laptop(room)
    meri.presses("Siirry tapaamistilaan")
    for days in (9, 12):
        plan["planned_at"] = (sqlite_house.clock.at + timedelta(days=days)).isoformat()
        made = meri.client.post(f"/api/cases/{room.number}/sessions", json=plan, headers=token_of(meri))
        assert (made.status_code, made.json()["warnings"]) == (201, []), days
        warned = room.meri.does("sessions", plan | {"kind": "information"})["warnings"]
        assert warned == [say("warning.time-taken", "fi")]  # on her own


def test_the_page_of_the_room_is_the_same_with_and_without_private_words(room: LiveCase, meri: Laptop) -> None:
    def shown() -> str:
        meri.opens(f"/cases/{room.number}/sitting")
        return re.sub(r'name="_once" value="\w+"', "", meri.page.text)

    before = shown()
    room.pekka.does("statements", {"audience": "mediator", "words": "Minäkin.", "language": "fi"})
    assert shown() == before


def test_who_has_no_second_factor_leaves_session_mode_by_signing_in_anew(room: LiveCase, meri: Laptop) -> None:
    problem(meri.client.post("/api/sign-in/session-mode/ending", headers=token_of(meri)), 403, "second-factor-needed")
    meri.follows("Lähde tapaamistilasta")
    assert "Vahvista koodilla" not in meri.page.text
    secret = link_for(room.house, address("Meri"))
    assert meri.client.post("/sign-in", data={"secret": secret}, headers=PAGE).status_code == 200
    meri.opens("/")
    assert "Omat asiat" in meri.page.text or room.number in meri.page.text
    assert meri.client.get("/devices", headers=PAGE).status_code == 200


def test_who_has_an_app_leaves_session_mode_with_a_code_that_is_shown_then(room: LiveCase) -> None:
    meri = laptop(room)
    meri.client.headers.update(token_of(meri))
    secret = enrolled(room.house, meri.client)
    room.later(minutes=1)
    shows_code(room, meri, secret)  # shown before, it does not open session mode
    meri.opens(f"/cases/{room.number}/sitting")
    meri.presses("Siirry tapaamistilaan")
    problem(meri.client.post("/api/sign-in/session-mode/ending"), 403, "second-factor-needed")

    room.later(minutes=1)
    meri.follows("Lähde tapaamistilasta")
    meri.follows("Vahvista koodilla, että se olet sinä")
    assert "kone avautuu vain sinulle" in meri.page.text  # and nothing of signing, for which a code is asked elsewhere
    assert "allekirjoita" not in meri.page.text
    meri.presses("Käytä todennussovellusta")
    meri.presses("Vahvista", code=shown(room.house, secret))
    meri.presses("Avaa omat asiat")
    assert meri.client.get("/devices", headers=PAGE).status_code == 200


def test_session_mode_is_for_who_leads_the_case(room: LiveCase) -> None:
    for who, number in (("Aino", room.number), ("Meri", "2027-9998")):
        one = laptop(room, who, "table")
        body = {"case": number}
        token = one.client.get("/api/sign-in/sessions/current").json()["form_token"]
        asked = one.client.post("/api/sign-in/session-mode", json=body, headers={"X-Form-Token": token})
        problem(asked, 404, "case-not-found")


def shows_code(room: LiveCase, one: Laptop, secret: str) -> None:
    asked = one.client.post("/api/second-factor/challenges", json={"kind": "totp"}).json()["id"]
    proof = {"code": shown(room.house, secret)}
    assert one.client.post(f"/api/second-factor/challenges/{asked}/proofs", json=proof).status_code == 201


def token_of(one: Laptop) -> dict[str, str]:
    return {"X-Form-Token": re.findall(r'name="_token" value="(\w+)"', one.page.text)[0]}


def test_session_mode_lasts_while_people_talk_and_other_sign_ins_do_not(room: LiveCase) -> None:
    plain, meri = laptop(room), laptop(room)
    meri.presses("Siirry tapaamistilaan")
    room.later(hours=2)
    here = f"/cases/{room.number}/sitting"
    assert [one.client.get(here, headers=PAGE, follow_redirects=False).status_code for one in (meri, plain)] == [
        200,
        303,
    ]
    room.later(hours=3)
    assert meri.client.get(here, headers=PAGE, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", ["sitting", "day-papers"])
def test_what_lies_open_in_the_room_names_who_brought_the_matter_up_by_own_leave_alone(
    sqlite_house: House, path: str
) -> None:
    sqlite_house.person("Aino")
    room = referred(sqlite_house, initiator={"person": sqlite_house.people["Aino"]})
    called = say("role.initiator", "fi")
    meri = laptop(room)
    meri.opens(f"/cases/{room.number}")
    assert called in meri.page.text  # the mediator's own page of the case, as long as nobody else looks at it
    meri.opens(f"/cases/{room.number}/sitting")
    meri.presses("Siirry tapaamistilaan")
    meri.opens(f"/cases/{room.number}")
    assert called not in meri.page.text
    assert called not in laptop(room, path=path).page.text
    room.aino.does("naming", {"permitted": True})
    assert (called in laptop(room, path=path).page.text) == (
        path == "day-papers"
    )  # there, roles of parties are printed


def test_what_is_printed_for_one_person_stays_closed_in_session_mode(room: LiveCase) -> None:
    room.meri.does("invitations", {"participant": room.ids["Pekka"]})
    with room.writing() as db:
        for one in db.scalars(select(Letter).where(Letter.participant_id == room.ids["Pekka"])):
            one.gave_up_at = db.now()  # it did not arrive, and is printed
    [*_, letter] = room.meri.reads("letters")
    meri = laptop(room)
    meri.presses("Siirry tapaamistilaan")
    for path in ("/letters", f"/letters/{letter['id']}/paper"):
        problem(meri.client.get(f"/api/cases/{room.number}{path}"), 403, "session-mode")
    assert "Pekka" not in meri.client.get(f"/cases/{room.number}/letters", headers=PAGE).text


@pytest.mark.parametrize("kind", ["pair", "separate"])
def test_session_mode_does_not_tell_who_was_at_a_session_that_not_all_came_to(
    room: LiveCase, meri: Laptop, kind: str
) -> None:
    aino, outi = room.ids["Aino"], room.comes("Outi", "party")
    with_whom = {"with_participant": aino} if kind == "separate" else {"called": [aino, outi]}
    session = room.plans(kind, days=0, **with_whom)
    room.meets(session, "Aino")
    assert session in room.client("Meri").get(f"/api/cases/{room.number}").text
    assert session not in meri.client.get(f"/api/cases/{room.number}").text


def test_session_mode_does_not_tell_whose_private_words_there_are_to_delete(room: LiveCase, meri: Laptop) -> None:
    assert "private" in [one["clock"] for one in room.meri.reads("retention")]
    problem(meri.client.get(f"/api/cases/{room.number}/retention"), 403, "session-mode")


def test_a_concern_that_waits_is_neither_named_nor_laid_at_a_door_in_session_mode(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("concerns", {"participant": room.ids["Tuula"], "words": SECRET, "language": "fi"})
    assert room.waits_for("seek-solutions") == {"no-open-concern": ["Aino"]}
    meri = laptop(room)
    assert "uolesta" not in meri.page.text  # this page lies open in any case
    meri.presses("Siirry tapaamistilaan")
    for path in ("", "/sitting", "/moves/seek-solutions"):
        shown = meri.client.get(f"/cases/{room.number}{path}", headers=PAGE).text
        assert "uoleen" not in shown, path
        assert "uolesta" not in shown, path
        assert "Jokin odottaa vielä sinua. Näet sen asian sivulta, kun et ole tapaamistilassa." in shown, path
    told = meri.client.get(f"/api/cases/{room.number}/transitions").text
    assert "concern" not in told
    tag = meri.client.get(f"/api/cases/{room.number}/transitions").headers["ETag"]
    moved = meri.client.post(
        f"/api/cases/{room.number}/transitions",
        json={"transition": "seek-solutions"},
        headers=token_of(meri) | {"If-Match": tag},
    )
    assert "concern" not in str(problem(moved, 409, "transition-blocked"))
