"""Nobody is locked in: a way in that somebody else holds is let go of without passing through it, and nobody is locked out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from mediation.__main__ import main
from mediation.installation.due import do_what_is_due
from mediation.people.directory import find_person
from mediation.people.second_factor import CHALLENGES, TRIES
from mediation.people.sign_in_methods import SUSPENSIONS, TIME_TO_STOP
from mediation.people.wrong_codes import REST_AFTER, TELL_AFTER
from mediation.retention import run as retention
from mediation.store.models import Authenticator, Letter, Participant, RecordEntry, SignInSession, SuspendedWay, get
from mediation.words.catalogue import LANGUAGES, say
from tests.houses import House
from tests.letters.test_letters import TELLTALE
from tests.people.test_second_factor import FACTOR, answered, challenged, enrolled, own_address, shown
from tests.world import (
    LiveCase,
    address,
    body_of,
    browser,
    case_at,
    code_in,
    count,
    link_for,
    nobody,
    post_of,
    problem,
    secret_in,
    served,
)
from workflows import WORKFLOWS

AINO, HOME, NEW = address("aino"), "aino@home.example", "aino@new.example"
SUSPENDED = "/api/sign-in/suspensions"
AHEAD = timedelta(days=40)  # of a clock that is wrong for some minutes


@pytest.fixture
def aino(house: House) -> httpx.Client:
    """Aino's browser, signed in through her address at work; she has one of her own, whose mailbox somebody else reads."""
    house.person("Aino")
    client = browser(house, AINO)
    own_address(house, client)
    return client


def suspend(client: httpx.Client, way: str) -> httpx.Response:
    return client.post(SUSPENDED, json={"way": way})


def stop_links(house: House) -> dict[str, str]:
    """The secrets of the links that stop a suspension, by the address to which they went."""
    return {one["To"]: secret_in(one) for one in post_of(house) if "/stop#" in body_of(one)}


def stop(house: House, secret: str) -> httpx.Response:
    return house.client().post(f"{SUSPENDED}/stops", json={"secret": secret})


def rounds_after(house: House, time: timedelta) -> None:
    retention.run(house.installation.database)  # the clock is right now
    until = house.clock.at + time
    while house.clock.at < until:  # a clock that jumps by more than a day removes nothing
        house.clock.at = min(house.clock.at + timedelta(days=1), until)
        do_what_is_due(house.installation.database, WORKFLOWS)
        retention.run_unless_time_is_odd(house.installation.database)


@pytest.mark.both_databases
def test_a_clock_that_jumped_removes_nothing_that_is_suspended(house: House, aino: httpx.Client) -> None:
    """H26."""
    rounds_after(house, timedelta(minutes=5))
    assert suspend(aino, "own-address").status_code == 201
    house.clock.at += AHEAD
    do_what_is_due(house.installation.database, WORKFLOWS)
    with house.installation.database.reading() as db:
        assert db.scalar(select(SuspendedWay.removed_at)) is None


def test_a_way_that_was_suspended_under_a_wrong_clock_is_open_again_after_one_tap(
    house: House, aino: httpx.Client
) -> None:
    """H26. The link was made in the future, and opens nothing: refused, the way would have stayed shut for 47 days."""
    house.clock.at += AHEAD
    assert suspend(browser(house, HOME), "work-address").status_code == 201
    links = stop_links(house)
    house.clock.at -= AHEAD
    assert stop(house, links[AINO]).status_code == 201
    assert signs_in(house, AINO)


def test_what_was_stopped_under_a_wrong_clock_keeps_nobody_waiting(house: House, aino: httpx.Client) -> None:
    """H26. For 47 days nobody could have suspended a way that somebody else holds."""
    house.clock.at += AHEAD
    assert suspend(browser(house, HOME), "work-address").status_code == 201
    assert stop(house, stop_links(house)[AINO]).status_code == 201
    house.clock.at -= AHEAD
    assert suspend(browser(house, AINO), "own-address").status_code == 201


def signs_in(house: House, email: str) -> bool:
    """Whether a link goes to an address."""
    house.clock.at += timedelta(minutes=20)
    assert house.client().post("/api/sign-in/links", json={"email": email}).status_code == 202
    return email in {one["To"] for one in post_of(house) if "/sign-in#" in body_of(one)}


# An address that somebody else reads.


def test_an_own_address_that_another_reads_is_let_go_of_without_a_code_from_it(
    house: House, aino: httpx.Client
) -> None:
    """H5. The code that was asked for went to the very mailbox that only somebody else could read."""
    problem(aino.delete("/api/own-address"), 403, "second-factor-needed")
    theirs, link = browser(house, HOME), link_for(house, HOME)
    suspended = suspend(aino, "own-address")
    assert (suspended.status_code, suspended.json()["way"]) == (201, "own-address")
    nobody(theirs.get("/api/sign-in/sessions/current"))  # no session of before,
    problem(house.client().post("/api/sign-in/sessions", json={"secret": link}), 401, "link-unusable")  # no link,
    assert stop_links(house).keys() == {AINO, HOME}
    assert not signs_in(house, HOME)  # and no new one
    again = browser(house, AINO)
    rounds_after(house, TIME_TO_STOP)
    with house.installation.database.reading() as db:
        person = find_person(db, house.people["Aino"])
        assert (person.private_email, person.private_email_hash) == (None, None)
    again = browser(house, AINO)
    assert again.get(SUSPENDED).json() == []
    rounds_after(house, timedelta(days=31))
    assert count(house, SuspendedWay) == 0  # nor is it kept for ever that it was so
    again = browser(house, AINO)
    own_address(house, again, NEW)
    assert signs_in(house, NEW)


def test_an_address_at_work_that_another_reads_is_let_go_of_in_the_same_way(house: House, aino: httpx.Client) -> None:
    """H5. A sibling: the employer reads the mailbox at work."""
    theirs, at_home = aino, browser(house, HOME)
    assert suspend(at_home, "work-address").status_code == 201
    nobody(theirs.get("/api/sign-in/sessions/current"))
    assert not signs_in(house, AINO)
    rounds_after(house, TIME_TO_STOP)
    assert signs_in(house, HOME)
    assert not signs_in(house, AINO)


def test_nobody_suspends_the_way_that_they_came_and_no_app_with_one_address_alone(house: House) -> None:
    """H5. Otherwise somebody who reads one mailbox could remove what keeps them out."""
    house.person("Aino")
    aino = browser(house, AINO)
    problem(suspend(aino, "work-address"), 403, "another-way-needed")
    problem(suspend(aino, "own-address"), 409, "way-not-there")
    problem(suspend(aino, "app"), 409, "way-not-there")
    problem(suspend(aino, "door"), 422, "choice-unknown")
    enrolled(house, aino)
    problem(suspend(aino, "app"), 403, "another-way-needed")
    problem(house.client("Aino").post(SUSPENDED, json={"way": "app"}), 403, "session-needed")
    assert count(house, SuspendedWay) == 0


def test_who_shows_an_app_suspends_the_address_that_they_came_by(house: House, aino: httpx.Client) -> None:
    """H5. An app is another way, too; where another address is left, and not on the word of an app of long ago."""
    challenge = challenged(aino)
    [code] = [code_in(one) for one in post_of(house) if one["Subject"] == "Koodisi"]
    answered(aino, challenge, code)
    secret = enrolled(house, aino)
    problem(suspend(aino, "work-address"), 403, "another-way-needed")  # a letter is none
    assert answered(aino, challenged(aino, kind="totp"), shown(house, secret)).status_code == 201
    assert suspend(aino, "work-address").status_code == 201
    nobody(aino.get("/api/sign-in/sessions/current"))
    at_home = browser(house, HOME)
    house.clock.at += timedelta(minutes=15)
    answered(at_home, challenged(at_home), shown(house, secret))
    problem(suspend(at_home, "own-address"), 403, "another-way-needed")  # it is the last


def test_one_tap_from_any_letter_stops_it_and_then_it_takes_a_meeting(house: House, aino: httpx.Client) -> None:
    """H5. Somebody who wants to take an address away from its owner is stopped; who owns it is settled in person."""
    browser(house, HOME)
    suspend(browser(house, HOME), "work-address")
    links = stop_links(house)
    with TestClient(house.app) as mailbox:
        page = mailbox.get("/stop")
        assert (page.status_code, 'action="/stop"' in page.text) == (200, True)
    assert stop(house, links[AINO]).json() == {"stopped": True}
    for used in links.values():
        problem(stop(house, used), 401, "link-unusable")
    assert {one["Subject"] for one in post_of(house)} == {"Kirjautumisessasi on muutos"}
    rounds_after(house, TIME_TO_STOP - timedelta(seconds=1))
    problem(suspend(browser(house, HOME), "work-address"), 409, "meet-in-person")
    assert signs_in(house, AINO)
    assert suspend(browser(house, HOME), "work-address").status_code == 201  # after seven days, with another letter


def test_twice_is_once(house: House, aino: httpx.Client) -> None:
    """H5. And the letters about it go once."""
    first = suspend(aino, "own-address")
    assert suspend(aino, "own-address").json() == first.json()
    assert len(stop_links(house)) == 2
    assert (count(house, SuspendedWay), aino.get(SUSPENDED).json()) == (1, [first.json()])
    for _ in range(2):
        rounds_after(house, TIME_TO_STOP)
    assert len([one for one in post_of(house) if one["To"] == HOME]) == 1


@pytest.mark.both_databases
def test_two_ways_that_suspend_each_other_at_once_do_not_leave_none(house: House, aino: httpx.Client) -> None:
    """H5. The first does; the other's session is over."""
    clients, together = (aino, browser(house, HOME)), Barrier(2)

    def ask(client: httpx.Client, way: str) -> int:
        cookie = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
        headers = {"Cookie": cookie, "X-Form-Token": client.headers["X-Form-Token"]}
        with httpx.Client(base_url=base, headers=headers, timeout=60) as real:
            together.wait()
            return real.post(SUSPENDED, json={"way": way}).status_code

    with served(house.app) as base, ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(ask, clients, ("own-address", "work-address")))
    assert answers[0] == 201
    assert answers[1] in {401, 403}
    assert count(house, SuspendedWay) == 1


def test_what_is_suspended_shows_nothing_and_is_asked_for_until_it_is_removed(house: House, aino: httpx.Client) -> None:
    """H5. Somebody who reads one mailbox gets no other address, app or token before the others can stop it."""
    token = house.client("Aino")
    challenge = challenged(aino)
    [code] = [code_in(one) for one in post_of(house) if one["Subject"] == "Koodisi"]
    suspend(aino, "own-address")
    problem(answered(aino, challenge, code), 404, "challenge-over")
    assert aino.get(FACTOR).json() == {"totp": False, "letter": False, "in_person": False}
    problem(aino.post("/api/own-address", json={"email": NEW}), 403, "second-factor-needed")
    problem(aino.post(f"{FACTOR}/totp"), 403, "second-factor-needed")
    problem(aino.post("/api/tokens", json={}), 403, "second-factor-needed")
    assert token.get("/api/cases").status_code == 401  # and not by an earlier token
    rounds_after(house, TIME_TO_STOP)
    assert browser(house, AINO).post("/api/own-address", json={"email": NEW}).status_code == 202


def test_letters_of_a_case_go_to_the_removed_address_no_more(house: House) -> None:
    """H5. A sibling: who reads the mailbox still got the letters of the case."""
    room = case_at(house, "dialogue")
    own_address(house, browser(house, AINO))
    suspend(browser(house, HOME), "work-address")
    rounds_after(house, TIME_TO_STOP)
    with house.installation.database.reading() as db:
        assert get(db, db.get_one(Participant, room.ids["Aino"]), "email") == HOME
    room.meri.does("invitations", {"participant": room.ids["Aino"]})
    assert AINO not in {one["To"] for one in post_of(house) if one["Subject"] != "Kirjautumisessasi on muutos"}


def test_a_suspended_address_is_not_a_way_in_by_an_invitation_either(house: House, aino: httpx.Client) -> None:
    """H5. A sibling: an invitation to an office goes to the address at work, and signs in."""
    house.person("Arvo", office="admin")
    suspend(browser(house, HOME), "work-address")
    invited = {"name": "Aino", "email": AINO, "language": "fi", "office": "hr"}
    invited["organisation"] = house.organisation("Esimerkkilä")
    assert house.client("Arvo").post("/api/invitations", json=invited).status_code == 202
    [secret] = [secret_in(one) for one in post_of(house) if "/sign-in#" in body_of(one)]
    problem(house.client().post("/api/sign-in/sessions", json={"secret": secret}), 401, "link-unusable")


def test_suspending_slows_down(house: House, aino: httpx.Client) -> None:
    """H5. Suspending and stopping again and again does not flood the mailboxes."""
    for _ in range(SUSPENSIONS.burst):
        client = browser(house, AINO)
        assert suspend(client, "own-address").status_code == 201
        assert stop(house, stop_links(house)[HOME]).status_code == 201
        rounds_after(house, TIME_TO_STOP)
    assert suspend(browser(house, AINO), "own-address").status_code == 201  # after three weeks of it


@pytest.mark.parametrize("language", LANGUAGES)
def test_giving_an_own_address_says_that_it_is_a_full_way_in(house: House, language: str) -> None:
    """H5. In the answer, and in the letter that goes to the mailbox."""
    house.person("Aino", language=language)
    aino = browser(house, AINO)
    told = aino.post("/api/own-address", json={"email": HOME}).json()["notice"]
    assert told == say("own-address.full-way-in", language)
    [letter] = post_of(house)
    signs_in_as_you = {"fi": "kirjautumaan sisään sinuna", "sv": "logga in som du", "en": "sign in as you"}[language]
    assert signs_in_as_you in body_of(letter)
    assert not TELLTALE.search(told + body_of(letter))


# In person.


def test_a_mediator_who_knows_the_person_lets_them_in_again_and_never_sees_the_address(house: House) -> None:
    """H5. Where the only address is another's, and no other way in is left."""
    room = case_at(house, "dialogue")
    theirs, path = browser(house, AINO), f"participants/{room.ids['Aino']}/confirmations"
    told = [room.meri.does(path, body) for body in ({"way": "work-address", "email": NEW}, {"way": "work-address"})]
    assert told == [{"way": "work-address"}] * 2
    nobody(theirs.get("/api/sign-in/sessions/current"))
    letters = {one["To"]: one for one in post_of(house)}
    assert "/stop#" not in body_of(letters[AINO])  # the reader of that mailbox gets a letter, and does not stop it
    assert NEW not in room.meri.asks("GET ").text
    confirmation = {"secret": secret_in(letters[NEW])}
    assert house.client().post("/api/own-address/confirmations", json=confirmation).status_code == 201
    aino = browser(house, NEW)
    assert aino.get(f"/api/cases/{room.number}").json()["you"]["roles"] == ["party"]
    assert not signs_in(house, AINO)
    rounds_after(house, TIME_TO_STOP)
    with house.installation.database.reading() as db:
        person = find_person(db, house.people["Aino"])
        assert (person.email, get(db, person, "private_email")) == (None, NEW)
        acts = [one.about for one in db.scalars(select(RecordEntry).where(RecordEntry.act == "confirm-person"))]
    assert acts == [f"{room.ids['Aino']},work-address"]


def test_who_has_another_way_in_gives_their_address_themselves(house: House) -> None:
    """H5. A mediator does not put an address beside the one by which somebody comes."""
    room = case_at(house, "dialogue")
    own_address(house, browser(house, AINO))
    path = f"participants/{room.ids['Aino']}/confirmations"
    room.meri.refused(path, {"way": "own-address", "email": NEW}, 409, "way-in-there")
    assert count(house, SuspendedWay) == 0
    room.meri.does(path, {"way": "own-address"})
    links = stop_links(house)
    assert links.keys() == {AINO}  # the mailbox that another reads cannot stop it
    assert not signs_in(house, HOME)
    assert stop(house, links[AINO]).status_code == 201  # the other one can
    assert signs_in(house, HOME)


def test_a_meeting_decides_what_two_mailboxes_cannot(house: House) -> None:
    """H5. After one was stopped, and while one stands."""
    room = case_at(house, "dialogue")
    own_address(house, browser(house, AINO))
    suspend(browser(house, AINO), "own-address")
    stop(house, stop_links(house)[HOME])
    problem(suspend(browser(house, AINO), "own-address"), 409, "meet-in-person")
    room.meri.does(f"participants/{room.ids['Aino']}/confirmations", {"way": "own-address"})
    assert stop_links(house).keys() == {AINO}
    rounds_after(house, TIME_TO_STOP)
    assert not signs_in(house, HOME)
    assert signs_in(house, AINO)


def test_a_link_that_was_sent_before_a_meeting_stops_nothing_after_it(house: House) -> None:
    """H5. A suspension of one's own becomes one in person."""
    room = case_at(house, "dialogue")
    own_address(house, browser(house, AINO))
    suspend(browser(house, AINO), "own-address")
    before = stop_links(house)
    room.meri.does(f"participants/{room.ids['Aino']}/confirmations", {"way": "own-address"})
    problem(stop(house, before[HOME]), 401, "link-unusable")
    assert stop_links(house).keys() == {AINO}


def test_only_who_mediates_confirms_and_nobody_oneself(house: House) -> None:
    """H5. The door's limits."""
    room = case_at(house, "dialogue")
    body, pekka = {"way": "work-address"}, f"participants/{room.ids['Pekka']}/confirmations"
    for name in ("Aino", "Tuula", "Kaarina", "Vilho"):
        room[name].refused(pekka, body, 403, "act-not-yours")
    room.oskari.refused(pekka, body, 404, "case-not-found")
    room.meri.refused(f"participants/{room.ids['Meri']}/confirmations", body, 403, "another-person-needed")
    room.meri.refused("participants/nobody/confirmations", body, 404, "participant-not-found")
    room.meri.refused(pekka, {"way": "own-address"}, 409, "way-not-there")
    room.meri.refused(pekka, {"way": "work-address", "email": "x"}, 422, "email-malformed")
    assert count(house, SuspendedWay) == 0


def test_an_administrator_confirms_who_holds_an_office_there(house: House) -> None:
    """H5. And nobody else's, nor oneself; it opens nothing."""
    for name, office in (("Arvo", "admin"), ("Vilho", "hr"), ("Aino", None)):
        house.person(name, office=office)
    arvo, body = house.client("Arvo"), {"way": "work-address"}
    for name, status, code in (("Aino", 404, "person-not-found"), ("Arvo", 403, "another-person-needed")):
        problem(arvo.post(f"/api/people/{house.people[name]}/confirmations", json=body), status, code)
    problem(arvo.post(f"/api/people/{'Z' * 20}/confirmations", json=body), 404, "person-not-found")
    vilho = browser(house, address("vilho"))
    told = arvo.post(f"/api/people/{house.people['Vilho']}/confirmations", json=body)
    assert (told.status_code, told.json()) == (201, body)
    nobody(vilho.get("/api/sign-in/sessions/current"))
    assert not signs_in(house, address("vilho"))


# An app that somebody else enrolled.


def with_a_strangers_app(house: House) -> tuple[str, httpx.Client]:
    """Aino, for whom somebody with a stolen session enrolled an app; its secret, and that session."""
    house.person("Aino")
    thief = browser(house, AINO)
    return enrolled(house, thief), thief


def test_an_app_that_a_stolen_session_enrolled_is_undone_from_another_address(house: House) -> None:
    """H32. The person could never undo it: each way out asked for a code of that very app."""
    secret, thief = with_a_strangers_app(house)
    answered(thief, challenged(thief), shown(house, secret))
    own_address(house, thief, HOME)  # that of Aino, say
    aino = browser(house, HOME)
    problem(aino.delete(f"{FACTOR}/totp"), 403, "second-factor-needed")
    assert suspend(aino, "app").status_code == 201
    nobody(thief.get("/api/sign-in/sessions/current"))
    thief = browser(house, AINO)
    problem(thief.post(f"{FACTOR}/challenges", json={"kind": "totp"}), 409, "second-factor-missing")
    assert thief.get(FACTOR).json() == {"totp": False, "letter": True, "in_person": False}
    rounds_after(house, TIME_TO_STOP)
    assert count(house, Authenticator) == 0


def test_an_app_that_a_stolen_session_enrolled_is_undone_in_person(house: House) -> None:
    """H32. With one address and no other way in, a mediator who knows the person suspends it."""
    room = case_at(house, "dialogue")
    thief = browser(house, AINO)
    enrolled(house, thief)
    room.meri.does(f"participants/{room.ids['Aino']}/confirmations", {"way": "app"})
    nobody(thief.get("/api/sign-in/sessions/current"))
    aino = browser(house, AINO)
    assert aino.get(FACTOR).json()["totp"] is False
    problem(aino.post("/api/own-address", json={"email": NEW}), 403, "second-factor-needed")
    rounds_after(house, TIME_TO_STOP)
    assert count(house, Authenticator) == 0
    own_address(house, browser(house, AINO), NEW)


def test_the_operator_removes_a_way_in_at_once(sqlite_house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """H32. By the command line, and every address gets a letter."""
    house = sqlite_house
    with_a_strangers_app(house)
    post_of(house)
    home = house.installation.settings.home
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDIATION_HOME", str(home))
        assert main(["people", "remove-way", AINO, "app"]) == 0
        assert capsys.readouterr().out == "removed: app\n"
        assert main(["people", "remove-way", house.people["Aino"], "app"]) == 2
        assert main(["people", "remove-way", "kukaties@example.org", "app"]) == 2
    assert count(house, Authenticator) == 0
    with house.installation.database.reading() as db:
        assert db.scalar(select(SignInSession.ended_at)) is not None
        assert [one.kind for one in db.scalars(select(Letter)) if one.delivered_at is None] == ["sign-in-changed"]


# Codes that are guessed.


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def guesses(house: House, client: httpx.Client, number: int, letters: list[str]) -> None:
    """Wrong codes, as many as the rhythm lets through; the letters that went meanwhile are noted by subject."""
    while number > 0:
        house.clock.at += CHALLENGES.interval
        challenge = challenged(client)
        sent = post_of(house)
        code = next((code_in(one) for one in sent if one["Subject"] == "Koodisi"), "000000")
        letters += [one["Subject"] for one in sent if one["Subject"] != "Koodisi"]
        for _ in range(min(TRIES, number)):
            problem(answered(client, challenge, wrong(code)), 403, "code-wrong")
            number -= 1
        letters += [f"{one['To']}: {one['Subject']}" for one in post_of(house)]


TRIED = "Nimissäsi on kirjoitettu vääriä koodeja"


@pytest.mark.seconds
def test_ten_wrong_codes_send_a_letter_and_a_hundred_block_until_another_sign_in(
    house: House, aino: httpx.Client
) -> None:
    """H31. 490 guesses a day, no letter and no lock: about 41 % a year for somebody who reads the mailbox."""
    letters: list[str] = []
    guesses(house, aino, TELL_AFTER - 1, letters)
    assert letters == []
    guesses(house, aino, 1, letters)
    assert sorted(letters) == sorted([f"{AINO}: {TRIED}", f"{HOME}: {TRIED}"])
    guesses(house, aino, REST_AFTER - TELL_AFTER, letters)
    assert len(letters) == 4
    house.clock.at += CHALLENGES.interval
    for client in (aino, browser(house, AINO)):  # signing in again the same way helps nobody
        problem(client.post(f"{FACTOR}/challenges", json={}), 409, "codes-tried-out")
    at_home = browser(house, HOME)
    challenge = challenged(at_home)
    [code] = [code_in(one) for one in post_of(house) if one["Subject"] == "Koodisi"]
    assert answered(at_home, challenge, code).status_code == 201
    house.clock.at += CHALLENGES.interval
    challenged(browser(house, AINO))


def test_a_right_code_resets_the_count(house: House, aino: httpx.Client) -> None:
    """H31. In a row, and not in a life."""
    letters: list[str] = []
    guesses(house, aino, TELL_AFTER - 1, letters)
    house.clock.at += CHALLENGES.interval
    challenge = challenged(aino)
    answered(aino, challenge, code_in(post_of(house)[0]))
    guesses(house, aino, TELL_AFTER - 1, letters)
    assert letters == []


@pytest.mark.seconds
def test_each_other_way_gives_a_hundred_more_once(house: House, aino: httpx.Client) -> None:
    """H31. Somebody with two sign-in methods, or a token, cannot continue for ever by taking turns."""
    letters: list[str] = []
    for mailbox in (AINO, HOME):
        with_session = browser(house, mailbox)
        guesses_by(house, with_session, mailbox, letters)
    for mailbox in (AINO, HOME):
        house.clock.at += CHALLENGES.interval
        problem(browser(house, mailbox).post(f"{FACTOR}/challenges", json={}), 409, "codes-tried-out")


def guesses_by(house: House, client: httpx.Client, mailbox: str, letters: list[str]) -> None:
    for _ in range(REST_AFTER // TRIES):
        if client.get("/api/sign-in/sessions/current").status_code != 200:
            client = browser(house, mailbox)
        guesses(house, client, TRIES, letters)


def test_who_holds_no_first_factor_makes_no_guess(house: House, aino: httpx.Client) -> None:
    """H31. An outsider locks nobody out: without being signed in as somebody they have no challenge of theirs to answer."""
    house.person("Pekka")
    pekka = browser(house, address("pekka"))
    challenge = challenged(aino)
    for _ in range(REST_AFTER + 1):
        problem(answered(pekka, challenge, "123456"), 404, "challenge-over")
    [code] = [code_in(one) for one in post_of(house) if one["Subject"] == "Koodisi"]
    assert answered(aino, challenge, code).status_code == 201


@pytest.mark.seconds
def test_a_confirmation_in_person_resets_the_count(house: House) -> None:
    """H31. With one address and an app, somebody who met the person lets them type codes again."""
    room = case_at(house, "dialogue")
    own_address(house, browser(house, AINO))
    client = browser(house, AINO)
    guesses_by(house, client, AINO, [])
    house.clock.at += CHALLENGES.interval
    problem(browser(house, AINO).post(f"{FACTOR}/challenges", json={}), 409, "codes-tried-out")
    secret = stop_after(room)
    assert stop(house, secret).status_code == 201
    challenged(browser(house, AINO))


def stop_after(room: LiveCase) -> str:
    room.meri.does(f"participants/{room.ids['Aino']}/confirmations", {"way": "own-address"})
    return stop_links(room.house)[AINO]
