"""Signing in after the clock was wrong: nobody is kept out for longer than ever, and nothing is good for longer than ever."""

from datetime import timedelta

import httpx
import pytest

from mediation.errors import NotPermitted
from mediation.people.links import CLOCKS_APART, WRONG
from mediation.people.second_factor import CHALLENGES, Proof, demand_one_of
from mediation.people.sign_in import ASKING, IDLE, LETTERS
from tests.houses import House
from tests.people.test_second_factor import FACTOR, answered, challenged, enrolled, own_address, shown
from tests.world import address, browser, link_for, nobody, post_of, problem

AINO = address("aino")
AHEAD = timedelta(days=40)
BACK = timedelta(hours=2)


@pytest.fixture
def home(house: House) -> House:
    """Aino, on either database."""
    house.person("Aino")
    return house


def ask(house: House, email: str) -> httpx.Response:
    return house.client().post("/api/sign-in/links", json={"email": email})


def come(house: House, secret: str) -> httpx.Response:
    return house.client().post("/api/sign-in/sessions", json={"secret": secret})


@pytest.mark.seconds
@pytest.mark.parametrize("off", [AHEAD, BACK], ids=["40 days ahead", "right, and then 2 hours back"])
def test_who_was_counted_under_a_wrong_clock_waits_no_longer_than_a_whole_rest(home: House, off: timedelta) -> None:
    """H26. Sign-in was shut for 40 days to everybody behind that address, who read that they should try again in ten seconds."""
    home.clock.at += off
    for number in range(ASKING.burst):
        assert ask(home, f"{number}@example.org").status_code == 202
    problem(ask(home, AINO), 429, "asked-too-often")
    home.clock.at -= off
    assert ask(home, AINO).status_code == 202
    refused = ask(home, AINO)  # and from here on it counts as one that is full
    problem(refused, 429, "asked-too-often")
    home.clock.at += timedelta(seconds=int(refused.headers["retry-after"]))
    assert ask(home, AINO).status_code == 202
    problem(ask(home, AINO), 429, "asked-too-often")


def test_an_address_that_was_written_to_under_a_wrong_clock_is_written_to_again(home: House) -> None:
    """H26. The same for the letters with links and for the clients that request them."""
    home.clock.at += AHEAD
    for _ in range(LETTERS.burst + 1):
        ask(home, AINO)
    home.clock.at -= AHEAD
    ask(home, AINO)
    assert [one["To"] for one in post_of(home)] == [AINO]


def test_wrong_links_and_challenges_of_a_wrong_clock_keep_nobody_waiting(home: House) -> None:
    """H26. Every pace that is kept, not only that of asking."""
    home.clock.at += AHEAD
    assert {come(home, f"{number}").status_code for number in range(WRONG.burst)} == {401}
    aino = browser(home, AINO)
    own_address(home, aino)
    for _ in range(CHALLENGES.burst):
        challenged(aino)
    problem(aino.post(f"{FACTOR}/challenges", json={}), 429, "asked-too-often")
    home.clock.at -= AHEAD
    assert come(home, "wrong").status_code == 401
    challenged(browser(home, AINO))


def test_a_code_is_right_however_far_ahead_the_clock_was_when_one_was_last_taken(home: House) -> None:
    """H26. Right codes were refused for as long as the clock had been ahead."""
    aino = browser(home, AINO)
    secret = enrolled(home, aino)
    spare = challenged(aino)
    home.clock.at += AHEAD
    ahead = browser(home, AINO)
    assert answered(ahead, challenged(ahead), shown(home, secret)).status_code == 201
    home.clock.at -= AHEAD
    assert answered(aino, challenged(aino), shown(home, secret)).status_code == 201
    problem(answered(aino, spare, shown(home, secret)), 403, "code-wrong")  # and each once, as ever


@pytest.mark.parametrize("off", [AHEAD, BACK], ids=["40 days ahead", "right, and then 2 hours back"])
def test_a_session_that_was_seen_in_the_future_is_over(home: House, off: timedelta) -> None:
    """H26. A session of a clock 40 days ahead was good for 40 days."""
    home.clock.at += off
    ahead = browser(home, AINO)
    home.clock.at -= off
    nobody(ahead.get("/api/sign-in/sessions/current"))
    assert len(browser(home, AINO).get("/api/sign-in/sessions").json()) == 1


def test_two_machines_need_not_have_quite_the_same_clock(home: House) -> None:
    """H26. A session is not over because another machine is a minute behind; idle it is over when it always was."""
    aino = browser(home, AINO)
    home.clock.at -= CLOCKS_APART
    assert aino.get("/api/sign-in/sessions/current").status_code == 200
    home.clock.at += CLOCKS_APART + IDLE
    nobody(aino.get("/api/sign-in/sessions/current"))


def test_a_link_proof_or_code_from_the_future_is_not_valid_until_then(home: House) -> None:
    """H26. Similar to the session: everything valid for minutes was valid for 40 days."""
    with_app = browser(home, AINO)
    secret = enrolled(home, with_app)
    home.clock.at += AHEAD
    link, by_token = link_for(home, AINO), home.client("Aino")
    asked = challenged(by_token)
    proof = answered(by_token, asked, shown(home, secret)).json()["proof"]
    waiting = challenged(by_token)
    home.clock.at -= AHEAD
    problem(come(home, link), 401, "link-unusable")
    problem(answered(by_token, waiting, shown(home, secret)), 404, "challenge-over")
    with home.installation.database.writing() as db, pytest.raises(NotPermitted, match="second-factor-needed"):
        demand_one_of(db, home.people["Aino"], ("totp",), Proof(proof))
