"""Another address of somebody: asked for by a mediator or oneself, proven by its owner alone (workflow.md rule 21)."""

import re
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mediation.people.directory import give_office
from mediation.people.new_addresses import TRIES
from mediation.people.sign_in import forget_what_is_over
from mediation.store.models import AddressChange, Participant, Person, get
from tests.acts.test_concurrency import at_once
from tests.houses import House
from tests.people.test_second_factor import answered as shows
from tests.people.test_second_factor import challenged, own_address
from tests.reading.test_own_copy import files, own_words
from tests.world import LiveCase, address, body_of, browser, case_at, code_in, post_of, problem, referred, secret_in

NEW, NEWER = "aino.aalto@uusi.example", "aino.aalto@uudempi.example"
CODES, LINKS = "/api/new-address/codes", "/api/new-address/confirmations"
CODE = r"\b([2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4})\b"


@pytest.fixture
def room(house: House) -> LiveCase:
    """On either database, with all letters of before gone."""
    return read_up(case_at(house, "opening"))


@pytest.fixture
def lite(sqlite_house: House) -> LiveCase:
    return read_up(case_at(sqlite_house, "opening"))


def read_up(case: LiveCase) -> LiveCase:
    case.rises()
    post_of(case.house)
    return case


def asks(case: LiveCase, by: str, whose: str, email: str = NEW) -> None:
    case[by].does(f"participants/{case.ids[whose]}/address-changes", {"email": email})


def refused(case: LiveCase, by: str, whose: str, said: Any, status: int, code: str) -> Any:
    return case[by].refused(f"participants/{case.ids.get(whose, whose)}/address-changes", said, status, code)


def to(letters: Sequence[EmailMessage], email: str) -> list[str]:
    return [body_of(one) for one in letters if one["To"] == email]


def brought(case: LiveCase, email: str = NEW) -> tuple[str, str]:
    """The code and the secret of the link that a letter brings to an address."""
    [letter] = [one for one in post_of(case.house) if one["To"] == email and "new-address#" in body_of(one)]
    found = re.search(CODE, body_of(letter))
    assert found
    return found[1], secret_in(letter)


def types(client: httpx.Client, code: str) -> httpx.Response:
    return client.post(CODES, json={"code": code})


def clicks(case: LiveCase, secret: str) -> httpx.Response:
    return case.house.client().post(LINKS, json={"secret": secret})


def signs_in(case: LiveCase, email: str) -> int:
    """How many links come to who asks for one at an address."""
    post_of(case.house)
    case.house.clock.at += timedelta(minutes=6)
    assert case.house.client().post("/api/sign-in/links", json={"email": email}).status_code == 202
    return sum("sign-in#" in one for one in to(post_of(case.house), email))


def at_the_case(case: LiveCase, whose: str) -> str | None:
    """Where letters of the case go."""
    with case.writing() as db:
        return get(db, db.get_one(Participant, case.ids[whose]), "email")


def entries(case: LiveCase) -> int:
    told = case.meri.reads("record")
    assert told["holds"]
    return int(told["entries"])


def waits(case: LiveCase, whose: str) -> bool:
    lines = case.meri.reads()["participants"]
    return bool({one["id"]: one for one in lines}[case.ids[whose]]["address_waits"])


def comes(case: LiveCase, email: str | None = "sesilia@example.org") -> None:
    """Cecilia becomes a party, whose address is mistyped, and has never signed in."""
    said = {"name": "Cecilia", "language": "sv", "role": "party"} | ({"email": email} if email else {})
    case.ids["Cecilia"] = case.meri.does("participants", said)["id"]
    with case.writing() as db:
        case.people["Cecilia"] = db.get_one(Participant, case.ids["Cecilia"]).person_id


# Asked for, and not proven.


@pytest.mark.parametrize("by", ["Meri", "Aino"])
def test_a_new_address_opens_nothing_before_it_is_proven_and_the_present_one_is_told(room: LiveCase, by: str) -> None:
    before = entries(room)
    asks(room, by, "Aino")
    assert entries(room) == before + 1
    assert waits(room, "Aino")
    letters = post_of(room.house)
    [asked], [told] = to(letters, NEW), to(letters, address("aino"))
    assert "asiointipalvelussa" in asked
    assert "ota heti yhteyttä siihen, joka hoitaa asiaasi" in told
    for words in (asked, told):
        assert not re.search(rf"sovitte|medl|{room.number}|Pekka|Meri", words)
    assert NEW not in told
    assert not re.search(CODE, told)
    assert at_the_case(room, "Aino") == address("aino")
    assert (signs_in(room, NEW), signs_in(room, address("aino"))) == (0, 1)


def test_nobody_but_the_mediators_reads_that_an_address_waits_and_nobody_reads_it(lite: LiveCase) -> None:
    asks(lite, "Meri", "Aino")
    for name in ("Meri", "Aino", "Pekka", "Tuula", "Vilho"):
        told = lite[name].asks("GET ").text
        assert NEW not in told
        assert ("address_waits" in told) is (name == "Meri")
    assert NEW in own_words(lite, "Aino")
    assert not any(NEW in own_words(lite, name) for name in ("Meri", "Pekka"))


@pytest.mark.parametrize("by", ["Pekka", "Tuula", "Vilho"])
def test_nobody_but_a_mediator_asks_for_somebody_else(lite: LiveCase, by: str) -> None:
    said = {"email": NEW}
    answers = [refused(lite, by, whose, said, 404, "participant-not-found") for whose in ("Aino", "nobodyAtAll")]
    assert len({one["detail"] for one in answers}) == 1
    refused(lite, "Outi", "Aino", said, 404, "case-not-found")
    where = f"DELETE participants/{lite.ids['Aino']}/address"
    lite[by].refused(where, None, 404, "participant-not-found")
    lite["Outi"].refused(where, None, 404, "case-not-found")
    assert post_of(lite.house) == []


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "email-malformed"),
        ("aino", "email-malformed"),
        ("aino..aalto@example.org", "email-malformed"),
        ("aino@localhost..fi", "email-malformed"),
        ("äiti@example.org", "email-beyond-ascii"),
        (f"{'a' * 250}@example.org", "malformed"),
        ("aino@example.org\nBcc: pekka@example.org", "email-malformed"),
    ],
)
def test_an_address_that_cannot_be_written_to_is_refused_at_once(lite: LiveCase, email: str, code: str) -> None:
    before = entries(lite)
    refused(lite, "Meri", "Aino", {"email": email}, 422, code)
    assert (entries(lite), waits(lite, "Aino"), post_of(lite.house)) == (before, False, [])


def test_the_present_address_again_asks_nothing_and_calls_off_what_waits(lite: LiveCase) -> None:
    before = entries(lite)
    asks(lite, "Aino", "Aino", " AINO@Example.org ")
    assert (entries(lite), post_of(lite.house)) == (before, [])
    asks(lite, "Aino", "Aino")
    code, _ = brought(lite)
    asks(lite, "Meri", "Aino", address("aino"))
    assert not waits(lite, "Aino")
    problem(types(browser(lite.house, address("aino")), code), 404, "address-code-over")
    assert entries(lite) == before + 2


def test_an_address_in_another_script_is_written_to_and_signs_in_however_it_is_typed(lite: LiveCase) -> None:
    aino = browser(lite.house, address("aino"))
    asks(lite, "Aino", "Aino", "aino@työ.example")
    code, _ = brought(lite, "aino@xn--ty-gka.example")
    assert types(aino, code).status_code == 201
    asks(lite, "Meri", "Aino", "aino@xn--ty-gka.example")
    assert not waits(lite, "Aino")


def test_asking_is_limited(lite: LiveCase) -> None:
    for number in range(3):
        asks(lite, "Meri", "Aino", f"{number}{NEW}")
    refused(lite, "Meri", "Aino", {"email": NEW}, 429, "asked-too-often")
    asks(lite, "Meri", "Pekka")
    lite.later(minutes=11)
    asks(lite, "Meri", "Aino")


# Proven by who is signed in.


@pytest.mark.parametrize("by", ["Meri", "Aino"])
def test_who_is_signed_in_proves_it_by_the_code_and_every_other_way_in_ends(room: LiveCase, by: str) -> None:
    here, there = (browser(room.house, address("aino")) for _ in range(2))
    asks(room, by, "Aino")
    code, _ = brought(room)
    before = entries(room)
    assert types(here, f" {code.lower().replace('-', ' ')}").json() == {"confirmed": True}
    assert entries(room) == before + 1
    assert not waits(room, "Aino")
    assert [one for one in post_of(room.house) if one["To"] == address("aino")]
    assert here.get("/api/me").status_code == 200
    problem(there.get("/api/me"), 401, "signed-out")
    problem(room.aino.asks("GET "), 401, "token-unknown")
    assert at_the_case(room, "Aino") == NEW
    assert (signs_in(room, address("aino")), signs_in(room, NEW)) == (0, 1)
    problem(types(here, code), 404, "address-code-over")  # it works once


def test_letters_that_wait_go_to_where_the_address_is_when_they_are_sent(lite: LiveCase) -> None:
    aino = browser(lite.house, address("aino"))
    asks(lite, "Aino", "Aino")
    lite.meri.does("sessions", {"kind": "joint", "planned_at": "2027-03-01T10:00:00Z", "minutes": 60})
    letters = post_of(lite.house)
    assert len(to(letters, address("aino"))) == 2  # that a change was asked, and the time
    [code] = [found[1] for one in to(letters, NEW) if (found := re.search(CODE, one))]
    lite.meri.does("sessions", {"kind": "joint", "planned_at": "2027-03-02T10:00:00Z", "minutes": 60})
    assert types(aino, code).status_code == 201
    letters = post_of(lite.house)
    assert len(to(letters, NEW)) == 1
    assert len(to(letters, address("aino"))) == 1  # that signing in has changed


def test_a_mediator_does_not_take_somebodys_account_over_by_an_address_of_their_own(room: LiveCase) -> None:
    browser(room.house, address("aino"))
    meri = browser(room.house, address("meri"))
    asks(room, "Meri", "Aino", "meri@home.example")
    code, secret = brought(room, "meri@home.example")
    problem(clicks(room, secret), 403, "own-sign-in-needed")
    problem(types(meri, code), 404, "address-code-over")
    problem(room.house.client().post(CODES, json={"code": code}), 401, "token-missing")
    problem(room.house.client("Aino").post(CODES, json={"code": code}), 403, "session-needed")
    assert at_the_case(room, "Aino") == address("aino")
    assert (signs_in(room, "meri@home.example"), signs_in(room, address("aino"))) == (0, 1)


def test_who_has_a_second_factor_shows_it_before_the_code_counts(lite: LiveCase) -> None:
    aino = browser(lite.house, address("aino"))
    own_address(lite.house, aino)
    asks(lite, "Aino", "Aino")
    code, _ = brought(lite)
    for _ in range(TRIES + 1):
        problem(types(aino, code), 403, "second-factor-needed")
    challenge = challenged(aino)
    [letter] = [one for one in post_of(lite.house) if one["Subject"] == "Koodisi"]
    shows(aino, challenge, code_in(letter)).raise_for_status()
    assert types(aino, code).status_code == 201


def test_an_own_address_that_becomes_the_first_one_is_no_second_factor_any_more(lite: LiveCase) -> None:
    aino = browser(lite.house, address("aino"))
    own_address(lite.house, aino, NEW)
    from_home = browser(lite.house, NEW)
    asks(lite, "Aino", "Aino")
    code, _ = brought(lite)
    challenge = challenged(from_home)
    [letter] = [one for one in post_of(lite.house) if one["To"] == address("aino") and one["Subject"] == "Koodisi"]
    shows(from_home, challenge, code_in(letter)).raise_for_status()
    assert types(from_home, code).status_code == 201
    assert from_home.get("/api/second-factor").json() == {"totp": False, "letter": False, "in_person": False}
    assert from_home.get("/api/sign-in/sessions/current").json()["has_own_address"] is False
    assert signs_in(lite, NEW) == 1


def test_five_wrong_codes_end_a_code(room: LiveCase) -> None:
    aino = browser(room.house, address("aino"))
    asks(room, "Aino", "Aino")
    code, _ = brought(room)
    for wrong in ("", "2222-2222", "ä" * 40, code[:-1], f"{code}2"):
        problem(types(aino, wrong), 403, "address-code-wrong")
    problem(types(aino, code), 404, "address-code-over")
    problem(types(aino, "2" * 41), 422, "malformed")
    assert at_the_case(room, "Aino") == address("aino")
    asks(room, "Aino", "Aino")
    assert types(aino, brought(room)[0]).status_code == 201


def test_only_the_newest_letter_counts(room: LiveCase) -> None:
    comes(room)
    aino = browser(room.house, address("aino"))
    for whose in ("Aino", "Cecilia"):
        asks(room, "Meri", whose, f"{whose}@uusi.example")
    code, _ = brought(room, "Aino@uusi.example")
    for whose in ("Aino", "Cecilia"):
        asks(room, "Meri", whose, f"{whose}@uudempi.example")
    problem(types(aino, code), 403, "address-code-wrong")
    newer, _ = brought(room, "Aino@uudempi.example")
    assert types(aino, newer).status_code == 201
    assert at_the_case(room, "Aino") == "Aino@uudempi.example"


def test_the_link_of_an_earlier_letter_opens_nothing(room: LiveCase) -> None:
    comes(room)
    asks(room, "Meri", "Cecilia")
    _, secret = brought(room)
    asks(room, "Meri", "Cecilia", NEWER)
    problem(clicks(room, secret), 401, "link-unusable")
    assert clicks(room, brought(room, NEWER)[1]).status_code == 201


@pytest.mark.parametrize(("minutes", "good"), [(24 * 60 - 1, True), (24 * 60 + 1, False)])
def test_a_code_lives_for_a_day_from_when_its_letter_was_handed_over(lite: LiveCase, minutes: int, good: bool) -> None:
    asks(lite, "Aino", "Aino")
    lite.later(minutes=30)
    code, _ = brought(lite)
    lite.later(minutes=minutes)
    answer = types(browser(lite.house, address("aino")), code)
    assert answer.status_code == (201 if good else 404)
    assert waits(lite, "Aino") is False or not good


def test_a_letter_that_could_not_be_handed_over_for_long_makes_its_code_live_no_longer(lite: LiveCase) -> None:
    asks(lite, "Aino", "Aino")
    lite.later(hours=5)
    code, _ = brought(lite)
    lite.later(hours=20, minutes=1)
    assert not waits(lite, "Aino")
    problem(types(browser(lite.house, address("aino")), code), 404, "address-code-over")


def test_an_address_that_nobody_proved_is_wiped(lite: LiveCase) -> None:
    asks(lite, "Aino", "Aino")
    lite.later(hours=26)
    with lite.writing() as db:
        forget_what_is_over(db)
        [one] = db.scalars(select(AddressChange))
        assert (one.email, one.code_digest, one.how) == (None, None, "called-off")
    assert NEW not in own_words(lite, "Aino")
    assert entries(lite)


# Proven by the link alone, where nobody could be taken for them yet.


def test_who_never_signed_in_proves_a_corrected_address_by_its_link(room: LiveCase) -> None:
    comes(room)
    asks(room, "Meri", "Cecilia")
    letters = post_of(room.house)
    assert "tas ur bruk" in to(letters, "sesilia@example.org")[-1]
    [secret] = [secret_in(one) for one in letters if one["To"] == NEW]
    assert clicks(room, secret).json() == {"confirmed": True}
    problem(clicks(room, secret), 401, "link-unusable")
    assert at_the_case(room, "Cecilia") == NEW
    assert (signs_in(room, "sesilia@example.org"), signs_in(room, NEW)) == (0, 1)
    assert entries(room)


def test_a_link_for_signing_in_that_waits_at_a_mistyped_address_opens_nothing_any_more(lite: LiveCase) -> None:
    comes(lite)
    lite.house.client().post("/api/sign-in/links", json={"email": "sesilia@example.org"})
    [stale] = [secret_in(one) for one in post_of(lite.house) if "sign-in#" in body_of(one)]
    asks(lite, "Meri", "Cecilia")
    clicks(lite, brought(lite)[1]).raise_for_status()
    problem(lite.house.client().post("/api/sign-in/sessions", json={"secret": stale}), 401, "link-unusable")


@pytest.mark.parametrize("known", ["signed-in", "office", "another-case", "token"])
def test_by_the_link_alone_nobody_comes_to_an_account_that_something_else_knows(lite: LiveCase, known: str) -> None:
    comes(lite)
    if known == "signed-in":
        browser(lite.house, "sesilia@example.org")
    elif known == "office":
        with lite.writing() as db:
            give_office(
                db, db.get_one(Person, lite.people["Cecilia"]), lite.house.organisation("Esimerkkilä"), "mediator"
            )
    elif known == "another-case":
        other = referred(lite.house)
        other.meri.does("participants", {"person": lite.people["Cecilia"], "role": "party"})
    else:
        lite.learn_people(tokens=True)
    asks(lite, "Meri", "Cecilia")
    told = problem(clicks(lite, brought(lite)[1]), 403, "own-sign-in-needed")
    assert "joka on samassa viestissä kuin linkki" in told["detail"]
    assert at_the_case(lite, "Cecilia") == "sesilia@example.org"


def test_who_has_no_address_gets_one_at_several_cases_once_each_asked_for_the_same(room: LiveCase) -> None:
    """Else whoever leads one of the cases could name an own address, and read the other."""
    comes(room, None)
    other = referred(room.house)
    other.ids["Cecilia"] = other.meri.does("participants", {"person": room.people["Cecilia"], "role": "party"})["id"]
    before = entries(other)
    asks(room, "Meri", "Cecilia")
    _, secret = brought(room)
    problem(clicks(room, secret), 403, "own-sign-in-needed")
    asks(other, "Meri", "Cecilia", NEWER)
    problem(clicks(room, secret), 403, "own-sign-in-needed")
    post_of(room.house)
    asks(other, "Meri", "Cecilia", NEW)
    problem(clicks(room, "another"), 401, "link-unusable")
    clicks(room, secret).raise_for_status()
    assert (at_the_case(room, "Cecilia"), at_the_case(other, "Cecilia")) == (NEW, NEW)
    assert not waits(room, "Cecilia")
    assert not waits(other, "Cecilia")
    assert entries(other) == before + 3  # asked for twice, and proven
    with room.writing() as db:
        assert not [one for one in db.scalars(select(AddressChange)) if one.former is not None]
    assert signs_in(room, NEW) == 1


def test_who_has_no_address_gets_one_and_then_letters_come_there(lite: LiveCase) -> None:
    comes(lite, None)
    asks(lite, "Meri", "Cecilia")
    clicks(lite, brought(lite)[1]).raise_for_status()
    lite.meri.does("invitations", {"participant": lite.ids["Cecilia"]})
    assert len(to(post_of(lite.house), NEW)) == 1
    assert signs_in(lite, NEW) == 1


def test_an_unknown_link_is_refused_and_counted(lite: LiveCase) -> None:
    answers = [clicks(lite, "unknown").status_code for _ in range(21)]
    assert answers == [401] * 20 + [429]


# Others' addresses, other cases.


def test_an_address_of_somebody_else_is_shared_from_then_on_and_nobody_is_merged_or_told_of(room: LiveCase) -> None:
    aino, pekka = (browser(room.house, address(one)) for one in ("aino", "pekka"))
    told = [
        room.meri.asks(f"participants/{room.ids['Aino']}/address-changes", {"email": one})
        for one in ("nobody@example.org", address("pekka"))
    ]
    assert len({(one.status_code, one.content) for one in told}) == 1
    code, _ = brought(room, address("pekka"))
    assert pekka.get("/api/sign-in/sessions/current").json()["mailbox_shared"] is False
    assert types(aino, code).status_code == 201
    for one in (aino, pekka):
        assert one.get("/api/sign-in/sessions/current").json()["mailbox_shared"] is True
    assert aino.get("/api/me").json()["person"] != pekka.get("/api/me").json()["person"]
    assert signs_in(room, address("pekka")) == 2


def test_a_person_at_two_cases_has_the_new_address_at_both_and_neither_mediator_learns_of_the_other(
    room: LiveCase,
) -> None:
    other = referred(room.house)
    other.learn_people()
    aino = browser(room.house, address("aino"))
    before = (entries(room), other.meri.reads("record")["entries"])
    asks(room, "Meri", "Aino")
    code, _ = brought(room)
    assert [one["address_waits"] for one in other.meri.reads()["participants"]].count(True) == 0
    assert types(aino, code).status_code == 201
    assert (at_the_case(room, "Aino"), at_the_case(other, "Aino")) == (NEW, NEW)
    assert (entries(room), other.meri.reads("record")["entries"]) == (before[0] + 2, before[1])
    assert other.meri.reads("record")["holds"]


def test_what_is_asked_at_two_cases_is_proven_each_by_its_own_code(lite: LiveCase) -> None:
    other = referred(lite.house)
    other.learn_people()
    aino = browser(lite.house, address("aino"))
    asks(lite, "Meri", "Aino", NEW)
    asks(other, "Meri", "Aino", NEWER)
    letters = post_of(lite.house)
    codes = [found[1] for one in (NEW, NEWER) for body in to(letters, one) if (found := re.search(CODE, body))]
    for code, email in zip(codes, (NEW, NEWER), strict=True):
        assert types(aino, code).status_code == 201
        assert signs_in(lite, email) == 1
    assert (at_the_case(lite, "Aino"), at_the_case(other, "Aino")) == (NEWER, NEWER)


def test_of_many_who_come_to_one_mailbox_at_once_each_gets_there(house: House) -> None:
    case = case_at(house, "opening")
    names = ("Aino", "Pekka", "Tuula", "Vilho")
    browsers, codes = [browser(house, address(one)) for one in names], []
    for name in names:
        asks(case, name, name)
        codes.append(brought(case)[0])
    answers = at_once([partial(types, *each) for each in zip(browsers, codes, strict=True)])
    assert [one.status_code for one in answers] == [201] * 4
    assert signs_in(case, NEW) == 4
    assert entries(case)


def test_of_two_who_ask_at_once_the_later_one_counts_and_one_address_waits(house: House) -> None:
    case = read_up(case_at(house, "opening"))
    aino = browser(house, address("aino"))
    at_once([partial(asks, case, by, "Aino", email) for by, email in (("Meri", NEW), ("Aino", NEWER))])
    with case.writing() as db:
        [email] = [get(db, one, "email") for one in db.scalars(select(AddressChange).filter_by(ended_at=None))]
    code, _ = brought(case, email)
    assert types(aino, code).status_code == 201
    assert at_the_case(case, "Aino") == email


def test_one_code_typed_at_once_on_two_devices_counts_once(house: House) -> None:
    case = case_at(house, "opening")
    devices = [browser(house, address("aino")) for _ in range(2)]
    asks(case, "Aino", "Aino")
    code, _ = brought(case)
    before = entries(case)
    answers = at_once([partial(types, one, code) for one in devices])
    assert sorted(one.status_code for one in answers) in ([201, 401], [201, 404])
    assert entries(case) == before + 1


# Taken away.


@pytest.mark.parametrize("by", ["Meri", "Aino"])
def test_an_address_that_is_taken_away_leaves_letters_to_print_and_still_signs_in(room: LiveCase, by: str) -> None:
    browser(room.house, address("aino"))
    asks(room, by, "Aino")
    code, _ = brought(room)
    before = entries(room)
    for _ in range(2):
        room[by].does(f"DELETE participants/{room.ids['Aino']}/address")
    assert entries(room) == before + 1
    assert not waits(room, "Aino")
    assert len(to(post_of(room.house), address("aino"))) == 1
    problem(types(browser(room.house, address("aino")), code), 404, "address-code-over")
    room.meri.does("sessions", {"kind": "joint", "planned_at": "2027-03-01T10:00:00Z", "minutes": 60})
    assert to(post_of(room.house), address("aino")) == []
    assert room.ids["Aino"] in {one["participant"] for one in room.meri.reads("letters")}
    asks(room, by, "Aino", address("aino"))
    code, _ = brought(room, address("aino"))
    assert types(browser(room.house, address("aino")), code).status_code == 201
    assert at_the_case(room, "Aino") == address("aino")


def test_a_mistyped_address_that_is_taken_away_signs_nobody_in(lite: LiveCase) -> None:
    comes(lite)
    lite.house.client().post("/api/sign-in/links", json={"email": "sesilia@example.org"})
    [stale] = [secret_in(one) for one in post_of(lite.house) if "sign-in#" in body_of(one)]
    lite.meri.does(f"DELETE participants/{lite.ids['Cecilia']}/address")
    problem(lite.house.client().post("/api/sign-in/sessions", json={"secret": stale}), 401, "link-unusable")
    assert signs_in(lite, "sesilia@example.org") == 0
    asks(lite, "Meri", "Cecilia")
    clicks(lite, brought(lite)[1]).raise_for_status()
    assert signs_in(lite, NEW) == 1


def test_who_has_left_or_been_released_is_given_no_new_address(lite: LiveCase) -> None:
    tuula = browser(lite.house, address("tuula"))
    asks(lite, "Meri", "Tuula")
    code, _ = brought(lite)
    lite.meri.does(f"DELETE participants/{lite.ids['Tuula']}")
    problem(types(tuula, code), 404, "address-code-over")


@pytest.mark.parametrize("at", ["preparation", "closed"])
def test_an_address_changes_in_every_phase_and_also_while_the_case_stands_still(sqlite_house: House, at: str) -> None:
    case = read_up(case_at(sqlite_house, at))
    if at == "preparation":
        case.aino.does("pauses")
    asks(case, "Aino", "Aino")
    code, _ = brought(case)
    aino = browser(case.house, address("aino"))
    assert types(aino, code).status_code == 201
    assert entries(case)
    told = files(aino.get(f"/api/cases/{case.number}/own-copy"))["own-words.txt"].decode()
    assert f"Aiempi sähköpostiosoite\n{address('aino')}" in told
    with case.writing() as db:
        [one] = db.scalars(select(AddressChange))
        assert (get(db, one, "former"), one.email, one.how) == (address("aino"), None, "proven")
