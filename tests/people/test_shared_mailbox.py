"""Whoever shares a mailbox: private words, signing and devices take a second factor, which is set up in person (rule 21)."""

from datetime import timedelta

import httpx
import pytest

from mediation.people.directory import add_person
from mediation.people.second_factor import CODE_GOOD_FOR, TRIES
from tests.houses import House
from tests.people.test_second_factor import FACTOR, answered, challenged, enrolled, own_address
from tests.world import LiveCase, address, body_of, browser, case_at, code_in, post_of, problem, secret_in
from tests.world.case import almost_signed

AINO, HOME = address("aino"), "aino@home.example"
PRIVATE, TABLE = "Pelkään esihenkilöäni.", "Haluan sopia vuoroista."


@pytest.fixture
def room(house: House) -> LiveCase:
    """Aino has said something to Meri and something to the table."""
    case = case_at(house, "opening")
    case.aino.does("statements", {"audience": "mediator", "words": PRIVATE})
    case.aino.does("statements", {"audience": "table", "words": TABLE})
    return case


def shares(house: House, name: str = "Bertta", email: str = AINO) -> None:
    """Somebody else comes to a mailbox."""
    with house.installation.database.writing() as db:
        add_person(db, name, "fi", email)


def comes(house: House, name: str, email: str = AINO) -> httpx.Client:
    """A browser signed in by the link that names somebody."""
    post_of(house)
    assert house.client().post("/api/sign-in/links", json={"email": email}).status_code == 202
    [letter] = [one for one in post_of(house) if f"Hei {name}" in body_of(one)]
    return browser(house, secret=secret_in(letter))


def words(case: LiveCase, client: httpx.Client) -> set[str]:
    told = client.get(f"/api/cases/{case.number}")
    assert told.status_code == 200
    return {one["words"] for one in told.json()["statements"]}


def handed(case: LiveCase, name: str = "Aino") -> str:
    """The code that Meri hands to somebody."""
    return str(case.meri.does(f"participants/{case.ids[name]}/codes")["code"])


def test_who_has_a_mailbox_alone_hears_nothing_of_it(room: LiveCase, house: House) -> None:
    aino = browser(house, AINO)
    assert aino.get("/api/sign-in/sessions/current").json()["mailbox_shared"] is False
    assert "mailbox_shared" not in aino.get(f"/api/cases/{room.number}").json()["you"]
    assert words(room, aino) == {PRIVATE, TABLE}
    aino.post(f"{FACTOR}/totp").raise_for_status()


def test_what_is_one_persons_alone_is_closed_to_who_came_through_a_shared_mailbox(room: LiveCase, house: House) -> None:
    shares(house)
    aino, case = comes(house, "Aino"), f"/api/cases/{room.number}"
    assert aino.get("/api/sign-in/sessions/current").json()["mailbox_shared"] is True
    whole = aino.get(case).json()
    assert whole["you"]["mailbox_shared"] is True
    assert words(room, aino) == {TABLE}
    assert "screenings" not in whole
    for path in ("own-copy", "reads"):
        told = problem(aino.get(f"{case}/{path}"), 403, "mailbox-shared")
        assert "Sähköpostiosoitettasi lukee joku muukin" in told["detail"]  # and so why
    for path, body in (
        ("statements", {"audience": "mediator", "words": PRIVATE}),
        ("consents", {"answer": "given"}),
    ):
        problem(aino.post(f"{case}/{path}", json=body), 403, "mailbox-shared")
    for path, body in (
        ("second-factor/totp", {}),
        ("own-address", {"email": HOME}),
        ("tokens", {}),
        ("sign-in/suspensions", {"way": "work-address"}),
    ):
        problem(aino.post(f"/api/{path}", json=body), 403, "mailbox-shared")
    assert aino.post(f"{case}/statements", json={"audience": "table", "words": "Hei."}).status_code == 201
    assert aino.post(f"{case}/pauses", json={}).status_code == 201  # nobody is kept from leaving


def test_whoever_reads_the_mailbox_too_finds_no_draft_in_a_form_and_can_keep_none(room: LiveCase, house: House) -> None:
    begun = {"form": "speak-to-table statements", "fields": [{"name": "words", "value": "Alku"}]}
    room.aino.does("PUT drafts", begun)
    shares(house)
    aino, case = comes(house, "Aino"), f"/api/cases/{room.number}"
    problem(aino.get(f"{case}/drafts"), 403, "mailbox-shared")
    problem(aino.put(f"{case}/drafts", json=begun), 403, "mailbox-shared")
    page = aino.get(f"/cases/{room.number}/statements").text
    assert "Alku" not in page
    assert "_draft" not in page


def test_whoever_reads_the_mailbox_too_reads_and_writes_no_complaints_or_quiet_times(
    room: LiveCase, house: House
) -> None:
    shares(house)
    aino, case = comes(house, "Aino"), f"/api/cases/{room.number}"
    for path in ("complaints", "quiet-times"):
        problem(aino.get(f"{case}/{path}"), 403, "mailbox-shared")
    problem(aino.post(f"{case}/complaints", json={"words": PRIVATE}), 403, "mailbox-shared")
    problem(
        aino.put(f"{case}/participants/{room.ids['Aino']}/quiet-time", json={"begins": "20:00", "ends": "07:00"}),
        403,
        "mailbox-shared",
    )


@pytest.mark.parametrize(
    ("ask", "mark"),
    [
        ("caucus-requests", "asked-for-caucus"),
        ("neutral-end-requests", "asked-for-neutral-end"),
        ("agreement/reflections", "took-time"),
        ("agreement/talks", "asked-to-talk"),
        ("agreement/refusals", "declined-to-sign"),
    ],
)
def test_what_somebody_asked_the_mediator_alone_is_neither_read_nor_asked_through_a_shared_mailbox(
    sqlite_house: House, ask: str, mark: str
) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.plans("follow-up", days=30)
    case.drafts(["Pekka"])
    case.sends()
    case.aino.does(ask)
    assert mark in {one["kind"] for one in case.aino.reads()["marks"]}
    shares(sqlite_house)
    aino, door = comes(sqlite_house, "Aino"), f"/api/cases/{case.number}"
    assert mark not in {one["kind"] for one in aino.get(door).json()["marks"]}
    problem(aino.post(f"{door}/{ask}", json={}), 403, "mailbox-shared")


def test_no_mark_betrays_to_whoever_reads_the_mailbox_too_what_was_told_in_confidence(house: House) -> None:
    room = case_at(house, "solutions", ready=False)
    room.meri.does("screenings")
    room.aino.does("screenings/answers", {"answers": {"S3": "yes"}})
    room.aino.does("screenings/clarifications")
    room.aino.does("neutral-end-requests")
    room.meri.does(f"participants/{room.ids['Aino']}/support-advice")
    private = {"permitted-clarification", "asked-for-neutral-end", "support-to-offer"}
    assert private <= {one["kind"] for one in room.aino.reads()["marks"]}
    shares(house)
    kinds = {one["kind"] for one in comes(house, "Aino").get(f"/api/cases/{room.number}").json()["marks"]}
    assert kinds & private == set()
    assert "accepted-ground-rules" in kinds


def test_leaving_through_a_shared_mailbox_stays_open_and_can_still_be_taken_back(room: LiveCase, house: House) -> None:
    shares(house)
    aino, case = comes(house, "Aino"), f"/api/cases/{room.number}"
    problem(aino.post(f"{case}/withdrawals", json={"confirmed": True}), 403, "mailbox-shared")
    assert aino.post(f"{case}/withdrawals", json={}).status_code == 201
    problem(aino.post(f"{case}/withdrawals/confirmation", json={}), 403, "mailbox-shared")


def test_a_token_of_somebody_who_shares_a_mailbox_opens_no_more(room: LiveCase, house: House) -> None:
    shares(house)
    assert words(room, house.client("Aino")) == {TABLE}
    assert words(room, house.client("Pekka")) == {TABLE}
    room.aino.refused("statements", {"audience": "mediator", "words": PRIVATE}, 403, "mailbox-shared")


def test_a_mediator_who_shares_a_mailbox_reads_no_private_words_and_records_for_nobody(
    room: LiveCase, house: House
) -> None:
    shares(house, email=address("meri"))
    assert words(room, house.client("Meri")) == {TABLE}
    room.meri.refused("notes", {"words": "Tauko."}, 403, "mailbox-shared")
    room.meri.refused(f"participants/{room.ids['Aino']}/codes", {}, 403, "mailbox-shared")


def test_both_are_told_why_in_a_letter_of_their_own_that_names_nobody_else(room: LiveCase, house: House) -> None:
    shares(house)
    house.client().post("/api/sign-in/links", json={"email": AINO})
    letters = [body_of(one) for one in post_of(house) if "sign-in#" in body_of(one)]
    assert len(letters) == 2
    for letter in letters:
        assert "useammalle kuin yhdelle henkilölle" in letter
        assert ("Aino" in letter) is not ("Bertta" in letter)


def test_a_code_handed_in_person_opens_all_and_lets_an_app_be_set_up(room: LiveCase, house: House) -> None:
    shares(house)
    aino = comes(house, "Aino")
    assert aino.get(FACTOR).json() == {"totp": False, "letter": False, "in_person": False}
    problem(aino.post(f"{FACTOR}/challenges", json={}), 409, "second-factor-missing")
    code = handed(room)
    assert aino.get(FACTOR).json() == {"totp": False, "letter": False, "in_person": True}
    assert answered(aino, challenged(aino, kind="in-person"), code).status_code == 201
    assert words(room, aino) == {PRIVATE, TABLE}
    said = {"audience": "mediator", "words": "Toinenkin asia."}
    assert aino.post(f"/api/cases/{room.number}/statements", json=said).status_code == 201
    enrolled(house, aino)
    again = comes(house, "Aino")  # on another day, without Meri
    assert words(room, again) == {TABLE}
    assert again.get(FACTOR).json()["totp"] is True


def test_whoever_shares_the_mailbox_can_do_nothing_with_the_code_of_the_other(room: LiveCase, house: House) -> None:
    shares(house)
    bertta, code = comes(house, "Bertta"), handed(room)
    problem(bertta.post(f"{FACTOR}/challenges", json={}), 409, "second-factor-missing")
    aino = comes(house, "Aino")
    challenge = challenged(aino, kind="in-person")
    problem(answered(bertta, challenge, code), 404, "challenge-over")
    assert answered(aino, challenge, code).status_code == 201
    problem(answered(aino, challenge, code), 404, "challenge-over")  # once


def test_a_code_lasts_ten_minutes_and_five_tries_and_another_takes_its_place(room: LiveCase, house: House) -> None:
    shares(house)
    aino = comes(house, "Aino")
    first, second = handed(room), handed(room)
    challenge = challenged(aino)
    if first != second:
        problem(answered(aino, challenge, first), 403, "code-wrong")
    wrong = f"{(int(second) + 1) % 1_000_000:06}"
    for _ in range(TRIES):
        answered(aino, challenge, wrong)
    problem(answered(aino, challenge, second), 404, "challenge-over")
    code, challenge = handed(room), challenged(aino)
    house.clock.at += CODE_GOOD_FOR
    problem(answered(aino, challenge, code), 404, "challenge-over")
    problem(aino.post(f"{FACTOR}/challenges", json={}), 409, "second-factor-missing")


def test_a_mediator_hands_no_code_to_themselves_nor_to_a_stranger(room: LiveCase) -> None:
    room.meri.refused(f"participants/{room.ids['Meri']}/codes", {}, 403, "another-person-needed")
    room.meri.refused("participants/nobody/codes", {}, 404, "participant-not-found")
    room.aino.refused(f"participants/{room.ids['Pekka']}/codes", {}, 403, "act-not-yours")


def test_an_address_that_is_ones_own_alone_opens_all_and_brings_codes(room: LiveCase, house: House) -> None:
    own_address(house, browser(house, AINO))
    shares(house)
    assert words(room, browser(house, HOME)) == {PRIVATE, TABLE}
    aino = comes(house, "Aino")
    assert words(room, aino) == {TABLE}
    challenge = challenged(aino, kind="letter")
    [letter] = [one for one in post_of(house) if one["To"] == HOME]
    assert answered(aino, challenge, code_in(letter)).status_code == 201
    assert words(room, aino) == {PRIVATE, TABLE}
    shares(house, "Cecilia", HOME)  # which is another's now, too
    assert words(room, comes(house, "Aino", HOME)) == {TABLE}
    assert comes(house, "Aino").get(FACTOR).json()["letter"] is False


def test_nobody_else_at_the_case_sees_that_somebody_shares_a_mailbox(room: LiveCase, house: House) -> None:
    doors = [
        (house.client(name), f"/api/cases/{room.number}{part}")
        for name in ("Meri", "Pekka")
        for part in ("", "/outline")
    ]
    before = [client.get(path).content for client, path in doors]
    shares(house)
    assert [client.get(path).content for client, path in doors] == before


def test_who_is_alone_again_with_the_mailbox_is_asked_for_nothing(room: LiveCase, house: House) -> None:
    with house.installation.database.writing() as db:
        bertta = add_person(db, "Bertta", "fi", AINO)
        bertta.email = bertta.email_hash = None
    assert words(room, browser(house, AINO)) == {PRIVATE, TABLE}


def test_signing_through_a_shared_mailbox_takes_a_second_factor_whatever_the_organisation_asks(house: House) -> None:
    table, digests = almost_signed(house, "Kaarina")
    case, body = f"/api/cases/{table.number}", {"digest": digests["Aino"]}
    shares(house)
    aino = comes(house, "Aino")
    problem(aino.post(f"{case}/agreement/signatures", json=body), 403, "second-factor-needed")
    problem(house.client("Aino").post(f"{case}/agreement/signatures", json=body), 403, "second-factor-needed")
    code = house.client("Meri").post(f"{case}/participants/{table.ids['Aino']}/codes", json={}).json()["code"]
    assert answered(aino, challenged(aino), code).status_code == 201
    house.clock.at += timedelta(minutes=11)
    problem(aino.post(f"{case}/agreement/signatures", json=body), 403, "second-factor-needed")
    code = house.client("Meri").post(f"{case}/participants/{table.ids['Aino']}/codes", json={}).json()["code"]
    assert answered(aino, challenged(aino), code).status_code == 201
    assert aino.post(f"{case}/agreement/signatures", json=body).status_code == 201
