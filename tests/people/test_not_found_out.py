"""Who names people to the service learns nothing of them: not who has which address of their own, nor who is at which case."""

from typing import Any

import httpx
import pytest

from mediation.words.fields import PEOPLE
from tests.houses import House
from tests.people.test_second_factor import own_address
from tests.world import address, browser, post_of, problem, secret_in, statements

AINO, HOME, GUESS = address("aino"), "aino@home.example", "arvaus@home.example"


@pytest.fixture
def office(house: House) -> House:
    """Vilho is HR at Esimerkkilä, where Aino works and has an address of her own besides."""
    house.person("Vilho", office="hr")
    house.person("Aino")
    own_address(house, browser(house, AINO))
    return house


def refers(house: House, *emails: str, invented: int = 0, **more: Any) -> httpx.Response:
    """Vilho refers people by these addresses, and so many names that he made up."""
    parties = [{"name": f"Nimi {number}", "email": email} for number, email in enumerate(emails)]
    parties += [{"name": f"Keksitty {number}"} for number in range(invented)]
    referral = {"organisation": house.organisation("Esimerkkilä"), "subject": "Vuoronvaihto", "parties": parties}
    return house.client("Vilho").post("/api/cases", json=referral | more)


def all_but_its_number(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


def test_a_referral_does_not_tell_whose_an_address_of_ones_own_is(office: House) -> None:
    """H6. A right guess was 201, for it was one person named twice, and a wrong one 409: too many people."""
    guesses = {
        email: all_but_its_number(
            refers(office, AINO, email, invented=PEOPLE - 2, initiator={"name": "Irma", "email": "irma@example.org"})
        )
        for email in (HOME, GUESS)
    }
    assert guesses[HOME] == guesses[GUESS] == (409, "/problems/too-many-people")
    again = [
        all_but_its_number(refers(office, AINO, "x@example.org", initiator={"name": "Irma", "email": email}))
        for email in (HOME, GUESS)
    ]
    assert again == [(201, ""), (201, "")]


def test_people_count_as_they_are_named_however_few_they_are(office: House) -> None:
    """H6. Similar: no limit reveals that two of the named are one person, not by their work addresses either."""
    named = {"initiator": {"name": "Aino", "email": AINO}}
    assert refers(office, AINO, invented=PEOPLE - 2, **named).status_code == 201
    problem(refers(office, AINO, invented=PEOPLE - 1, **named), 409, "too-many-people")
    problem(refers(office, AINO, invented=PEOPLE - 1, initiator={"name": "Irma"}), 409, "too-many-people")


def test_an_own_address_is_looked_up_for_nobody_by_the_same_statements(office: House) -> None:
    """H6. Nothing else distinguishes a known address from an unknown one."""
    engine, work = office.installation.database.engine, []
    refers(office, "joku@example.org")  # what is compiled once is compiled
    for email in (HOME, GUESS):
        with statements(engine) as sent:
            assert refers(office, email).status_code == 201
        work.append(sent)
    assert work[0] == work[1]


def test_a_person_named_by_their_own_address_reaches_both_cases(office: House) -> None:
    """H6. They are somebody else to the service; a link goes there for each, and one does not shut out the other."""
    number = refers(office, HOME, AINO).json()["number"]
    post_of(office)
    assert office.client().post("/api/sign-in/links", json={"email": HOME}).status_code == 202
    people = {}
    for letter in post_of(office):
        assert letter["To"] == HOME
        session = office.client()
        people[session.post("/api/sign-in/sessions", json={"secret": secret_in(letter)}).json()["name"]] = session
    assert people.keys() == {"Aino", "Nimi 0"}
    for one in people.values():
        assert [line["number"] for line in one.get("/api/cases").json()["cases"]] == [number]


def test_an_invitation_to_an_office_does_not_tell_whose_an_address_of_ones_own_is(office: House) -> None:
    """H6. Similar: once accepted, the list of offices showed the name of the person whose own address it was."""
    office.person("Arvo", office="admin")
    invited = {"name": "Joku", "email": HOME, "language": "fi", "office": "hr"}
    invited["organisation"] = office.organisation("Esimerkkilä")
    assert office.client("Arvo").post("/api/invitations", json=invited).status_code == 202
    [letter] = post_of(office)
    assert office.client().post("/api/sign-in/sessions", json={"secret": secret_in(letter)}).status_code == 201
    held = {(one["person"], one["name"]) for one in office.client("Arvo").get("/api/offices").json()}
    assert "Joku" in {name for _, name in held}
    assert office.people["Aino"] not in {person for person, _ in held}
