"""The second factor: asked again before signing on one's own device, and never in person or on paper."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from threading import Barrier
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select

from mediation.people.directory import find_person, give_office
from mediation.people.second_factor import CHALLENGES, TRIES
from mediation.store.models import Authenticator, Challenge, Organisation, Signature
from tests.cases import Table
from tests.houses import House
from tests.world import (
    address,
    almost_signed,
    body_of,
    browser,
    code_in,
    count,
    everything_in,
    link_for,
    little_pdf,
    post_of,
    problem,
    secret_in,
    served,
)

AINO, HOME = address("aino"), "aino@home.example"
FACTOR = "/api/second-factor"


@dataclass
class Waiting:
    """An agreement that waits for Aino and Pekka to sign it, in an organisation that asks for a second factor."""

    house: House
    table: Table
    digests: dict[str, str]

    def ask_for(self, kind: str) -> None:
        """Let Vilho say what is asked for."""
        where = f"/api/organisations/{self.house.organisation('Esimerkkilä')}/second-factor"
        answer = self.house.client("Vilho").put(where, json={"second_factor": kind})
        assert (answer.status_code, answer.json()) == (200, {"second_factor": kind}), answer.text

    def sign(self, client: httpx.Client, name: str = "Aino", **more: Any) -> httpx.Response:
        body = {"digest": self.digests[name], **more}
        return client.post(f"/api/cases/{self.table.number}/agreement/signatures", json=body)


@pytest.fixture
def waiting(house: House) -> Waiting:
    """On either database."""
    table, digests = almost_signed(house, "Kaarina")
    here = house.organisation("Esimerkkilä")
    with house.installation.database.writing() as db:
        give_office(db, find_person(db, house.people["Vilho"]), here, "admin")
    return Waiting(house, table, digests)


@pytest.fixture
def aino(house: House) -> httpx.Client:
    """Aino's browser, in a house without a case."""
    house.person("Aino")
    return browser(house, AINO)


def shown(house: House, secret: str, later: int = 0) -> str:
    """What the app on the phone shows now, or so many seconds later."""
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(house.clock.at.timestamp()) + later).decode()


def enrolled(house: House, client: httpx.Client) -> str:
    """The secret of an app that was enrolled and confirmed."""
    told = client.post(f"{FACTOR}/totp")
    assert told.status_code == 201, told.text
    secret: str = told.json()["secret"]
    assert client.post(f"{FACTOR}/totp/confirmations", json={"code": shown(house, secret)}).status_code == 201
    house.clock.at += timedelta(seconds=30)
    return secret


def own_address(house: House, client: httpx.Client, email: str = HOME) -> None:
    """Let somebody have an address of their own."""
    assert client.post("/api/own-address", json={"email": email}).status_code == 202
    [secret] = [secret_in(one) for one in post_of(house) if one["To"] == email]
    assert house.client().post("/api/own-address/confirmations", json={"secret": secret}).status_code == 201
    post_of(house)


def challenged(client: httpx.Client, **kind: str) -> str:
    told = client.post(f"{FACTOR}/challenges", json=kind)
    assert told.status_code == 201, told.text
    challenge: str = told.json()["id"]
    return challenge


def answered(client: httpx.Client, challenge: str, code: str) -> httpx.Response:
    return client.post(f"{FACTOR}/challenges/{challenge}/proofs", json={"code": code})


# Asked for where it is wanted.


def test_where_no_organisation_asks_nobody_has_to_show_anything(waiting: Waiting) -> None:
    assert waiting.sign(browser(waiting.house, AINO)).status_code == 201


def test_a_session_in_which_it_was_shown_signs(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    aino = browser(waiting.house, AINO)
    secret = enrolled(waiting.house, aino)
    problem(waiting.sign(aino), 403, "second-factor-needed")
    assert answered(aino, challenged(aino), shown(waiting.house, secret)).status_code == 201
    signed = waiting.sign(aino)
    assert (signed.status_code, signed.json()["way"]) == (201, "own-device")


def test_a_session_has_to_show_it_again_after_ten_minutes(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    aino = browser(waiting.house, AINO)
    secret = enrolled(waiting.house, aino)
    answered(aino, challenged(aino), shown(waiting.house, secret))
    waiting.house.clock.at += timedelta(minutes=10)
    problem(waiting.sign(aino), 403, "second-factor-needed")
    waiting.house.clock.at -= timedelta(seconds=1)
    assert waiting.sign(aino).status_code == 201


def test_a_program_with_a_token_signs_with_a_proof_once(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    secret = enrolled(waiting.house, browser(waiting.house, AINO))
    aino = waiting.house.client("Aino")
    problem(waiting.sign(aino), 403, "second-factor-needed")
    problem(waiting.sign(aino, proof="made-up"), 403, "second-factor-needed")
    proof = answered(aino, challenged(aino), shown(waiting.house, secret)).json()["proof"]
    first = waiting.sign(aino, proof=proof)
    assert first.status_code == 201
    assert waiting.sign(aino, proof=proof).json() == first.json()  # the signature stands, and nothing is asked twice
    assert count(waiting.house, Signature) == 2
    with waiting.house.installation.database.reading() as db:
        assert db.scalars(select(Challenge)).one().used_at == waiting.house.clock.at


def test_a_proof_is_its_owners_and_for_where_it_was_asked(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    aino = browser(waiting.house, AINO)
    secret = enrolled(waiting.house, aino)
    by_token = waiting.house.client("Aino")
    proof = answered(by_token, challenged(by_token), shown(waiting.house, secret)).json()["proof"]
    problem(waiting.sign(waiting.house.client("Pekka"), "Pekka", proof=proof), 403, "second-factor-needed")
    problem(waiting.sign(aino, proof=proof), 403, "second-factor-needed")
    waiting.house.clock.at += timedelta(minutes=10)
    problem(waiting.sign(by_token, proof=proof), 403, "second-factor-needed")
    waiting.house.clock.at -= timedelta(seconds=1)
    assert waiting.sign(by_token, proof=proof).status_code == 201


def test_a_proof_is_not_used_up_by_what_was_refused(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    secret = enrolled(waiting.house, browser(waiting.house, AINO))
    aino = waiting.house.client("Aino")
    proof = answered(aino, challenged(aino), shown(waiting.house, secret)).json()["proof"]
    problem(waiting.sign(aino, proof=proof, digest="0" * 64), 409, "text-changed")
    assert waiting.sign(aino, proof=proof).status_code == 201


def test_an_app_is_good_enough_for_a_letter_and_a_letter_not_for_an_app(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    aino, pekka = browser(waiting.house, AINO), browser(waiting.house, address("pekka"))
    own_address(waiting.house, pekka, "pekka@home.example")
    challenge = challenged(pekka)
    [letter] = post_of(waiting.house)
    assert answered(pekka, challenge, code_in(letter)).status_code == 201
    problem(waiting.sign(pekka, "Pekka"), 403, "second-factor-needed")
    waiting.ask_for("letter")
    assert waiting.sign(pekka, "Pekka").status_code == 201
    secret = enrolled(waiting.house, aino)
    answered(aino, challenged(aino), shown(waiting.house, secret))
    assert waiting.sign(aino).status_code == 201


def test_in_person_and_on_paper_nobody_is_asked(waiting: Waiting) -> None:
    waiting.ask_for("totp")
    meri, number = waiting.house.client("Meri"), waiting.table.number
    by_hand = {"way": "in-person", "for": waiting.table.ids["Aino"], "confirmed_name": "Aino"}
    assert waiting.sign(meri, **by_hand).status_code == 201
    pekka = waiting.table.ids["Pekka"]
    scan = meri.post(
        f"/api/cases/{number}/scans?whose={pekka}", content=little_pdf(), headers={"Content-Type": "application/pdf"}
    )
    on_paper = {"way": "paper", "for": pekka, "paper": scan.json()["id"]}
    assert waiting.sign(meri, "Pekka", **on_paper).json()["sealed"] is True


def test_only_who_administers_the_organisation_says_what_is_asked_for(waiting: Waiting) -> None:
    here = f"/api/organisations/{waiting.house.organisation('Esimerkkilä')}/second-factor"
    there = f"/api/organisations/{waiting.house.organisation('Muualla')}/second-factor"
    vilho = waiting.house.client("Vilho")
    problem(waiting.house.client("Meri").put(here, json={"second_factor": "none"}), 403, "office-needed")
    problem(vilho.put(there, json={"second_factor": "none"}), 404, "organisation-not-found")
    problem(vilho.put(here, json={"second_factor": "blood"}), 422, "choice-unknown")
    with waiting.house.installation.database.reading() as db:
        assert set(db.scalars(select(Organisation.second_factor))) == {"none"}


# A code by letter.


def test_a_code_goes_to_the_other_address_and_works_once(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    challenge = challenged(aino)
    [letter] = post_of(house)
    assert (letter["To"], letter["Subject"]) == (HOME, "Koodisi")
    assert answered(aino, challenge, code_in(letter)).status_code == 201
    problem(answered(aino, challenge, code_in(letter)), 404, "challenge-over")
    from_home = browser(house, HOME)
    challenged(from_home)
    assert [one["To"] for one in post_of(house)] == [AINO]


def test_a_token_sends_no_code_to_a_mailbox_that_its_reader_may_share(waiting: Waiting) -> None:
    waiting.ask_for("letter")
    own_address(waiting.house, browser(waiting.house, AINO))
    by_token = waiting.house.client("Aino")
    assert by_token.get(FACTOR).json() == {"totp": False, "letter": False}
    for kind in ({}, {"kind": "letter"}):
        problem(by_token.post(f"{FACTOR}/challenges", json=kind), 409, "second-factor-missing")
    assert post_of(waiting.house) == []
    problem(waiting.sign(by_token), 403, "second-factor-needed")


def test_a_code_has_five_tries(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    challenge = challenged(aino)
    code = code_in(post_of(house)[0])
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(TRIES):
        problem(answered(aino, challenge, wrong), 403, "code-wrong")
    problem(answered(aino, challenge, code), 404, "challenge-over")


def test_a_code_is_good_for_ten_minutes_and_then_forgotten(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    challenge = challenged(aino)
    code = code_in(post_of(house)[0])
    house.clock.at += timedelta(minutes=10)
    problem(answered(aino, challenge, code), 404, "challenge-over")


def test_a_challenge_is_for_whom_it_was_made(house: House, aino: httpx.Client) -> None:
    house.person("Pekka")
    own_address(house, aino)
    challenge = challenged(aino)
    code = code_in(post_of(house)[0])
    problem(answered(browser(house, address("pekka")), challenge, code), 404, "challenge-over")
    problem(answered(browser(house, AINO), challenge, code), 404, "challenge-over")  # another device
    problem(answered(house.client("Aino"), challenge, code), 404, "challenge-over")
    assert answered(aino, challenge, code).status_code == 201


@pytest.mark.both_databases
def test_codes_lie_nowhere_in_the_clear(house: House, aino: httpx.Client) -> None:
    secret = enrolled(house, aino)
    answered(aino, challenged(aino), shown(house, secret))
    own_address(house, aino)
    house.clock.at += timedelta(minutes=1)
    challenge = challenged(aino, kind="letter")
    code = code_in(post_of(house)[0])
    proof = answered(aino, challenged(aino, kind="totp"), shown(house, secret)).json()["proof"]
    with house.installation.database.reading() as db:
        digests = [one.code_digest for one in db.scalars(select(Challenge)) if one.code_digest]
        assert len(digests) == 1
    held = everything_in(house)
    for hidden in (secret, proof, HOME):
        assert hidden.encode() not in held
    plain = {sha256(text.encode()).hexdigest() for text in (code, f"{challenge}{code}", f"{challenge}\n{code}")}
    assert not plain & set(digests)  # of a million codes, a plain digest would soon be guessed


@pytest.mark.both_databases
def test_many_who_guess_at_once_have_five_tries_together(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    challenge = challenged(aino)
    code, together = int(code_in(post_of(house)[0])), Barrier(12)
    cookie = "; ".join(f"{one.name}={one.value}" for one in aino.cookies.jar)
    headers = {"Cookie": cookie, "X-Form-Token": aino.headers["X-Form-Token"]}

    def guess(number: int) -> int:
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            together.wait()
            return answered(client, challenge, f"{(code + number) % 1_000_000:06}").status_code

    with served(house.app) as base, ThreadPoolExecutor(12) as many:
        answers = sorted(many.map(guess, range(1, 13)))
    assert answers == [403] * TRIES + [404] * (12 - TRIES)


def test_without_a_second_factor_the_refusal_says_what_to_do(house: House, aino: httpx.Client) -> None:
    assert aino.get(FACTOR).json() == {"totp": False, "letter": False}
    for kind in ({}, {"kind": "totp"}, {"kind": "letter"}):
        problem(aino.post(f"{FACTOR}/challenges", json=kind), 409, "second-factor-missing")
    problem(aino.post(f"{FACTOR}/challenges", json={"kind": "x"}), 422, "choice-unknown")
    own_address(house, aino)
    assert aino.get(FACTOR).json() == {"totp": False, "letter": True}
    problem(aino.post(f"{FACTOR}/challenges", json={"kind": "totp"}), 409, "second-factor-missing")


def test_challenges_slow_down(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    for _ in range(CHALLENGES.burst):
        challenged(aino)
    slowed = aino.post(f"{FACTOR}/challenges", json={})
    problem(slowed, 429, "asked-too-often")
    assert slowed.headers["retry-after"] == str(CHALLENGES.interval.seconds)
    assert len(post_of(house)) == CHALLENGES.burst
    house.clock.at += CHALLENGES.interval
    assert aino.post(f"{FACTOR}/challenges", json={}).status_code == 201


# An app.


def test_an_app_counts_once_it_is_confirmed(house: House, aino: httpx.Client) -> None:
    told = aino.post(f"{FACTOR}/totp").json()
    assert told["uri"].startswith("otpauth://totp/")
    assert f"secret={told['secret']}" in told["uri"]
    assert "sovittelu" not in told["uri"].lower()  # a phone lies open on a table
    assert aino.get(FACTOR).json()["totp"] is False
    problem(aino.post(f"{FACTOR}/challenges", json={}), 409, "second-factor-missing")
    wrong = f"{(int(shown(house, told['secret'])) + 1) % 1_000_000:06}"
    problem(aino.post(f"{FACTOR}/totp/confirmations", json={"code": wrong}), 403, "code-wrong")
    right = {"code": shown(house, told["secret"])}
    assert aino.post(f"{FACTOR}/totp/confirmations", json=right).json()["totp"] is True
    problem(aino.post(f"{FACTOR}/totp/confirmations", json=right), 409, "no-authenticator")
    problem(aino.post(f"{FACTOR}/totp"), 409, "authenticator-there")


def test_a_secret_that_was_not_confirmed_is_replaced(house: House, aino: httpx.Client) -> None:
    first, second = (aino.post(f"{FACTOR}/totp").json()["secret"] for _ in range(2))
    assert first != second
    answer = aino.post(f"{FACTOR}/totp/confirmations", json={"code": shown(house, first)})
    problem(answer, 403, "code-wrong")
    assert count(house, Authenticator) == 1


def test_a_used_code_and_earlier_ones_are_not_accepted_again(house: House, aino: httpx.Client) -> None:
    secret = enrolled(house, aino)
    first, second = challenged(aino), challenged(aino)
    assert answered(aino, first, shown(house, secret)).status_code == 201
    problem(answered(aino, second, shown(house, secret)), 403, "code-wrong")
    problem(answered(aino, second, shown(house, secret, -30)), 403, "code-wrong")
    assert answered(aino, second, shown(house, secret, 30)).status_code == 201


def test_a_phone_may_be_half_a_minute_off_and_no_more(house: House, aino: httpx.Client) -> None:
    secret = enrolled(house, aino)
    house.clock.at += timedelta(minutes=5)
    for off in (-60, 60):
        problem(answered(aino, challenged(aino), shown(house, secret, off)), 403, "code-wrong")
    assert answered(aino, challenged(aino), shown(house, secret, -30)).status_code == 201


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "\N{FULLWIDTH DIGIT ONE}23456", "123456\n"])
def test_a_code_is_six_digits(sqlite_house: House, code: str) -> None:
    sqlite_house.person("Aino")
    aino = browser(sqlite_house, AINO)
    enrolled(sqlite_house, aino)
    [error] = problem(answered(aino, challenged(aino), code), 422, "malformed")["errors"]
    assert error["code"] == "not-six-digits"


@pytest.mark.both_databases
def test_two_with_the_same_code_at_the_same_moment_one_is_let_through(house: House, aino: httpx.Client) -> None:
    secret = enrolled(house, aino)
    challenges, together = [challenged(aino), challenged(aino)], Barrier(2)
    cookie = "; ".join(f"{one.name}={one.value}" for one in aino.cookies.jar)
    headers = {"Cookie": cookie, "X-Form-Token": aino.headers["X-Form-Token"]}
    code = shown(house, secret)

    def answer(challenge: str) -> int:
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            together.wait()
            return answered(client, challenge, code).status_code

    with served(house.app) as base, ThreadPoolExecutor(2) as both:
        assert sorted(both.map(answer, challenges)) == [201, 403]


# Changing how one shows who one is.


def test_who_has_a_second_factor_shows_it_before_changing_it(house: House, aino: httpx.Client) -> None:
    secret = enrolled(house, aino)
    for _ in range(2):
        problem(aino.delete(f"{FACTOR}/totp"), 403, "second-factor-needed")
        problem(aino.post("/api/own-address", json={"email": HOME}), 403, "second-factor-needed")
    answered(aino, challenged(aino), shown(house, secret))
    own_address(house, aino)
    assert aino.delete(f"{FACTOR}/totp").status_code == 204
    assert aino.get(FACTOR).json() == {"totp": False, "letter": True}
    house.clock.at += timedelta(minutes=10)
    problem(aino.delete("/api/own-address"), 403, "second-factor-needed")
    challenge = challenged(aino)
    [code] = [code_in(one) for one in post_of(house) if one["Subject"] == "Koodisi"]
    answered(aino, challenge, code)
    assert aino.delete("/api/own-address").status_code == 204
    assert aino.get(FACTOR).json() == {"totp": False, "letter": False}


def test_who_has_another_address_shows_its_code_before_an_app_is_added(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    problem(aino.post(f"{FACTOR}/totp"), 403, "second-factor-needed")
    problem(aino.post(f"{FACTOR}/totp/confirmations", json={"code": "123456"}), 409, "no-authenticator")
    challenge = challenged(aino)
    [code] = [code_in(one) for one in post_of(house) if one["Subject"] == "Koodisi"]
    answered(aino, challenge, code)
    enrolled(house, aino)
    assert aino.get(FACTOR).json() == {"totp": True, "letter": True}


def test_a_new_token_needs_the_second_factor_if_there_is_one_and_sends_a_letter(
    house: House, aino: httpx.Client
) -> None:
    assert aino.post("/api/tokens", json={}).status_code == 201
    own_address(house, aino)
    for mailbox, other in ((AINO, HOME), (HOME, AINO)):
        device = browser(house, mailbox)
        problem(device.post("/api/tokens", json={}), 403, "second-factor-needed")
        challenge = challenged(device)
        [letter] = post_of(house)
        assert letter["To"] == other
        answered(device, challenge, code_in(letter))
        assert device.post("/api/tokens", json={}).status_code == 201
        told = {one["To"]: one["Subject"] for one in post_of(house)}
        assert told == dict.fromkeys((AINO, HOME), "Kirjautumisessasi on muutos")


def test_what_was_begun_before_there_was_a_second_factor_does_not_get_past_it(house: House, aino: httpx.Client) -> None:
    thief = browser(house, AINO)
    pending = thief.post(f"{FACTOR}/totp").json()["secret"]
    thief.post("/api/own-address", json={"email": "thief@evil.example"})
    [late] = post_of(house)
    own_address(house, aino)
    code = {"code": shown(house, pending)}
    problem(thief.post(f"{FACTOR}/totp/confirmations", json=code), 409, "no-authenticator")
    confirmation = {"secret": secret_in(late)}
    problem(house.client().post("/api/own-address/confirmations", json=confirmation), 401, "link-unusable")
    assert aino.get(FACTOR).json() == {"totp": False, "letter": True}


def test_an_address_asked_for_before_there_was_an_app_is_not_taken(house: House, aino: httpx.Client) -> None:
    browser(house, AINO).post("/api/own-address", json={"email": "thief@evil.example"})
    [late] = post_of(house)
    enrolled(house, aino)
    confirmation = {"secret": secret_in(late)}
    problem(house.client().post("/api/own-address/confirmations", json=confirmation), 401, "link-unusable")


def test_a_link_to_an_address_that_is_theirs_no_longer_signs_nobody_in(house: House, aino: httpx.Client) -> None:
    own_address(house, aino)
    old = link_for(house, HOME)
    challenge = challenged(aino)
    answered(aino, challenge, code_in(post_of(house)[0]))
    own_address(house, aino, "aino@new.example")
    problem(house.client().post("/api/sign-in/sessions", json={"secret": old}), 401, "link-unusable")


def test_every_address_gets_a_letter_about_every_change(house: House, aino: httpx.Client) -> None:
    secret = enrolled(house, aino)
    [told] = post_of(house)
    assert (told["To"], told["Subject"]) == (AINO, "Kirjautumisessasi on muutos")
    answered(aino, challenged(aino), shown(house, secret))
    aino.post("/api/own-address", json={"email": HOME})
    [letter] = post_of(house)
    house.client().post("/api/own-address/confirmations", json={"secret": secret_in(letter)})
    assert [one["To"] for one in post_of(house)] == [AINO]
    aino.delete("/api/own-address")
    assert sorted(one["To"] for one in post_of(house)) == sorted([AINO, HOME])
    aino.delete(f"{FACTOR}/totp")
    [letter] = post_of(house)
    assert secret not in body_of(letter)
