"""All sign-ins of somebody are closed on a call (workflow.md rule 24): nothing becomes readable, and they come back in person.

Or with a code that came on paper.
"""

import re
from datetime import timedelta

import httpx
import pytest

from mediation.letters.texts import decrypt_letter
from tests.houses import House
from tests.people.test_second_factor import own_address
from tests.people.test_ways_in import stop_links, suspend
from tests.world import LiveCase, address, body_of, browser, case_at, link_for, nobody, post_of, problem

AINO, HOME = address("aino"), "aino@home.example"
OPENINGS = "/api/sign-in/openings"


@pytest.fixture
def case(house: House) -> LiveCase:
    case = case_at(house, "opening")
    house.person("Ari", office="admin")
    house.person("Elsa", office="admin", organisation="Muualla")
    return case


def closes(case: LiveCase, name: str = "Aino") -> None:
    assert case.meri.does(f"participants/{case.ids[name]}/sign-in-closing") == {"closed": True}


def opens(case: LiveCase, name: str = "Aino") -> None:
    assert case.meri.does(f"participants/{case.ids[name]}/sign-in-opening") == {"closed": False}


def gets_a_link(house: House, email: str = AINO) -> bool:
    house.clock.at += timedelta(minutes=20)
    assert house.client().post("/api/sign-in/links", json={"email": email}).status_code == 202
    return email in {one["To"] for one in post_of(house) if "/sign-in#" in body_of(one)}


def paper_code(case: LiveCase) -> str:
    """The code on the letter that Meri prints."""
    letter = case.meri.does(f"participants/{case.ids['Aino']}/paper-codes")["id"]
    assert letter in {one["id"] for one in case.meri.reads("letters")}
    with case.house.installation.database.reading() as db:
        return str(decrypt_letter(db, letter).params["code"])


def opens_with(house: House, code: str) -> httpx.Response:
    return house.client().post(OPENINGS, json={"secret": code})


def test_when_they_are_closed_every_session_token_and_link_is_over(case: LiveCase) -> None:
    house = case.house
    phone, waiting = browser(house, AINO), link_for(house, AINO)
    closes(case)
    nobody(phone.get("/api/sign-in/sessions/current"))
    problem(case.aino.asks("GET"), 401, "token-unknown")
    problem(house.client().post("/api/sign-in/sessions", json={"secret": waiting}), 401, "link-unusable")
    assert not gets_a_link(house)


def test_they_are_closed_by_every_address(case: LiveCase) -> None:
    own_address(case.house, browser(case.house, AINO))
    assert gets_a_link(case.house, HOME)
    closes(case)
    assert not gets_a_link(case.house, HOME)


def test_every_address_hears_that_they_were_closed(case: LiveCase) -> None:
    own_address(case.house, browser(case.house, AINO))
    post_of(case.house)
    closes(case)
    closes(case)
    told = [one["To"] for one in post_of(case.house) if "Kirjautumisesi on suljettu" in one["Subject"]]
    assert sorted(told) == sorted([AINO, HOME])


def test_whom_the_mediator_has_met_signs_in_again(case: LiveCase) -> None:
    closes(case)
    opens(case)
    assert browser(case.house, AINO).get("/api/sign-in/sessions/current").status_code == 200


def test_a_session_of_before_does_not_come_back(case: LiveCase) -> None:
    phone = browser(case.house, AINO)
    closes(case)
    opens(case)
    nobody(phone.get("/api/sign-in/sessions/current"))


def test_a_code_on_paper_opens_them_once(case: LiveCase) -> None:
    closes(case)
    code = paper_code(case)
    assert re.fullmatch("([2-9A-Z]{4}-){3}[2-9A-Z]{4}", code)
    assert opens_with(case.house, code.lower().replace("-", " ")).json() == {"open": True}
    assert gets_a_link(case.house)
    closes(case)
    problem(opens_with(case.house, code), 401, "paper-code-unusable")
    assert not gets_a_link(case.house)


def test_a_code_goes_to_no_mailbox(case: LiveCase) -> None:
    closes(case)
    post_of(case.house)
    code = paper_code(case)
    assert not [one for one in post_of(case.house) if code in body_of(one)]


def test_a_code_is_for_print_also_while_they_are_not_to_be_written_to(case: LiveCase) -> None:
    closes(case)
    case.meri.does(f"PUT participants/{case.ids['Aino']}/quiet-time", {"until": case.today(3)})
    assert paper_code(case)


def test_an_old_code_opens_nothing(case: LiveCase) -> None:
    closes(case)
    first, second = paper_code(case), paper_code(case)
    problem(opens_with(case.house, first), 401, "paper-code-unusable")
    case.later(days=31)
    problem(opens_with(case.house, second), 401, "paper-code-unusable")


def test_whoever_guesses_codes_has_to_wait(case: LiveCase) -> None:
    codes = [opens_with(case.house, f"AAAA-BBBB-CCCC-{number:04}").status_code for number in range(25)]
    assert codes[0] == 401
    assert codes[-1] == 429


def test_no_code_is_written_for_who_can_sign_in(case: LiveCase) -> None:
    case.meri.refused(f"participants/{case.ids['Aino']}/paper-codes", {}, 409, "sign-ins-open")


def test_who_is_kept_out_still_stops_what_would_remove_an_address(case: LiveCase) -> None:
    """Else whoever suspends an address and then calls would be left with the only way in."""
    own_address(case.house, browser(case.house, AINO))
    assert suspend(browser(case.house, HOME), "work-address").status_code == 201
    links = stop_links(case.house)
    closes(case)
    stopped = case.house.client().post("/api/sign-in/suspensions/stops", json={"secret": links[AINO]})
    assert stopped.status_code == 201
    assert not gets_a_link(case.house)


def test_on_the_mediators_device_and_on_paper_they_still_do_what_is_theirs(case: LiveCase) -> None:
    closes(case)
    said = {"answer": "accepted", "way": "said", "for": [case.ids["Aino"]]}
    declaration = case.meri.reads()["declarations"][0]["id"]
    assert case.meri.does(f"declarations/{declaration}/answers", said)["ids"]


def test_only_mediators_of_the_case_close_them_and_nobody_their_own(case: LiveCase) -> None:
    case.house.person("Outi")
    door = f"participants/{case.ids['Aino']}/sign-in-closing"
    case.pekka.refused(door, {}, 403, "act-not-yours")
    case.vilho.refused(door, {}, 403, "act-not-yours")
    case.outi.refused(door, {}, 404, "case-not-found")
    case.meri.refused(f"participants/{case.ids['Meri']}/sign-in-closing", {}, 403, "another-person-needed")
    case.meri.refused(f"participants/{'Z' * 20}/sign-in-closing", {}, 404, "participant-not-found")


# By an administrator, who knows of no case.


def calls(case: LiveCase, name: str, email: str, *, door: str = "/sign-in-closings") -> httpx.Response:
    return case[name].asks(door, {"email": email})


def test_an_administrator_closes_them_for_whoever_calls_and_opens_them_for_whom_they_met(case: LiveCase) -> None:
    assert calls(case, "Ari", AINO).status_code == 204
    assert not gets_a_link(case.house)
    assert calls(case, "Ari", AINO, door="/sign-in-openings").status_code == 204
    assert gets_a_link(case.house)


def test_an_administrator_learns_nothing_of_whom_they_close(case: LiveCase) -> None:
    heard = [calls(case, "Ari", email) for email in (AINO, "eila@nowhere.example")]
    answers = {
        (one.status_code, one.content, *(value for name, value in one.headers.items() if name != "x-request-id"))
        for one in heard
    }
    assert len(answers) == 1


def test_an_administrator_of_another_organisation_closes_nothing_here(case: LiveCase) -> None:
    assert calls(case, "Elsa", AINO).status_code == 204
    assert gets_a_link(case.house)


def test_an_administrator_opens_nothing_that_a_mediator_closed(case: LiveCase) -> None:
    """The employer's own may be whom it was closed against."""
    closes(case)
    assert calls(case, "Ari", AINO, door="/sign-in-openings").status_code == 204
    assert not gets_a_link(case.house)


def test_who_administers_nothing_closes_nothing(case: LiveCase) -> None:
    for name in ("Vilho", "Meri", "Aino"):
        problem(calls(case, name, address("pekka")), 403, "office-needed")


def test_an_administrator_does_not_close_them_by_the_dozen(case: LiveCase) -> None:
    heard = [calls(case, "Ari", f"somebody{number}@example.org").status_code for number in range(11)]
    assert heard == [204] * 10 + [429]


def test_after_the_end_of_a_case_they_are_still_closed_and_opened(case: LiveCase) -> None:
    """Else whoever was kept out when it ended would stay so."""
    case.meri.does("discontinuation", {"outcome": "referred"})
    closes(case)
    assert not gets_a_link(case.house)
    assert opens_with(case.house, paper_code(case)).status_code == 201
    closes(case)
    opens(case)
    assert gets_a_link(case.house)
