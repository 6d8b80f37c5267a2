"""The code beside a link that signs in: five wrong tries end it, never the link, and nobody is found out by it."""

import re
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pytest

from mediation.people.drawn_codes import TRIES
from mediation.people.typed_codes import WRONG_CODES
from tests.houses import House
from tests.world import address, body_of, everything_in, post_of, problem, secret_in, statements

AINO = address("aino")
UNKNOWN = "kukaties@example.org"


@pytest.fixture
def home(house: House) -> House:
    """Aino and Pekka, on either database."""
    house.person("Aino")
    house.person("Pekka")
    return house


def ask(house: House, email: str = AINO) -> EmailMessage:
    assert house.client().post("/api/sign-in/links", json={"email": email}).status_code == 202
    [letter] = post_of(house)
    return letter


def code_of(letter: EmailMessage) -> str:
    found = re.search(r"^([2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4})$", body_of(letter), re.MULTILINE)
    assert found is not None
    return found[1]


def type_in(house: House, code: str, email: str = AINO) -> httpx.Response:
    return house.client().post("/api/sign-in/sessions", json={"email": email, "code": code})


@pytest.mark.both_databases
@pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
def test_a_code_signs_its_reader_in_once_and_uses_up_its_link(home: House) -> None:
    letter = ask(home)
    code = code_of(letter)
    assert code.encode() not in everything_in(home)
    assert type_in(home, code.lower().replace("-", " "), AINO.upper()).json()["name"] == "Aino"
    problem(type_in(home, code), 401, "code-unusable")
    used = home.client().post("/api/sign-in/sessions", json={"secret": secret_in(letter)})
    problem(used, 401, "link-unusable")


@pytest.mark.both_databases
@pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
def test_five_wrong_tries_end_the_code_and_never_the_link(home: House) -> None:
    letter = ask(home)
    for _ in range(TRIES):
        problem(type_in(home, "2222-2222"), 401, "code-unusable")
    problem(type_in(home, code_of(letter)), 401, "code-unusable")
    assert home.client().post("/api/sign-in/sessions", json={"secret": secret_in(letter)}).status_code == 201


def test_tries_are_counted_also_for_a_client_that_keeps_asking(home: House) -> None:
    for _ in range(WRONG_CODES.burst):
        problem(type_in(home, "2222-2222", UNKNOWN), 401, "code-unusable")
    letter = ask(home)
    for _ in range(TRIES):
        problem(type_in(home, "2222-2222"), 429, "asked-too-often")
    problem(type_in(home, code_of(letter)), 429, "asked-too-often")


def test_a_code_works_as_long_as_its_link_and_that_of_an_invitation_for_a_day(home: House) -> None:
    code = code_of(ask(home))
    home.clock.at += timedelta(minutes=15)
    problem(type_in(home, code), 401, "code-unusable")
    home.person("Vilho", office="admin")
    invited = {"name": "Uuno", "email": "uuno@example.org", "office": "hr"}
    for later, status in ((timedelta(hours=24), 401), (timedelta(hours=24, microseconds=-1), 201)):
        body = {**invited, "organisation": home.organisations["Esimerkkilä"]}
        assert home.client("Vilho").post("/api/invitations", json=body).status_code == 202
        [letter] = post_of(home)
        home.clock.at += later
        assert type_in(home, code_of(letter), "uuno@example.org").status_code == status


def test_a_code_works_with_the_address_that_it_was_sent_to_and_no_other(home: House) -> None:
    code = code_of(ask(home))
    for other in (address("pekka"), UNKNOWN):
        problem(type_in(home, code, other), 401, "code-unusable")
    assert type_in(home, code).status_code == 201


def test_the_answer_and_the_work_are_the_same_for_an_unknown_address(home: House) -> None:
    type_in(home, "2222-2222", UNKNOWN)  # what is compiled once is compiled
    answers, work = [], []
    ask(home)
    for email in (AINO, UNKNOWN):
        with statements(home.installation.database.engine) as sent:
            answers.append(type_in(home, "2222-2222", email).content)
        work.append(len(sent))
    assert answers[0] == answers[1]
    assert work[0] == work[1] > 2


@pytest.mark.parametrize(("body", "fields"), [({}, ["email", "code"]), ({"email": AINO}, ["code"])])
def test_without_a_secret_the_address_and_the_code_are_missing(
    home: House, body: dict[str, str], fields: list[str]
) -> None:
    told = problem(home.client().post("/api/sign-in/sessions", json=body), 422, "malformed")
    assert [(one["field"], one["code"]) for one in told["errors"]] == [(one, "field-missing") for one in fields]
