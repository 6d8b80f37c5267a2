"""Signing in by a one-time link: it works once, reveals to nobody who is known here, and locks nobody out."""

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from mediation.installation.due import do_what_is_due
from mediation.installation.installation import open_installation
from mediation.letters.delivery import Delivered, deliver_due
from mediation.letters.kinds import SIGN_IN_BLANKS
from mediation.letters.post import Smtp
from mediation.letters.texts import message
from mediation.letters.validity import valid_until
from mediation.letters.wording import DecryptedLetter
from mediation.logs import REQUESTS
from mediation.people.directory import add_person, find_by_email, people_at
from mediation.people.links import WRONG
from mediation.people.mailboxes import email_hash
from mediation.people.sign_in import ASKING, LETTERS
from mediation.settings import Settings
from mediation.store.models import Letter, Link, Pace, SignInSession, get
from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES
from mediation.words.times import say_time
from tests.houses import MONDAY, House
from tests.letters.test_letters import TELLTALE
from tests.letters.test_outbox import Letterbox, mail_server
from tests.world import (
    address,
    body_of,
    browser,
    count,
    everything_in,
    link_for,
    post_of,
    problem,
    secret_in,
    served,
    statements,
)
from workflows import WORKFLOWS

AINO = address("aino")
UNKNOWN = "kukaties@example.org"


@pytest.fixture
def home(house: House) -> House:
    """Aino and Pekka, on either database."""
    house.person("Aino")
    house.person("Pekka")
    return house


def ask(house: House, email: str, **more: object) -> httpx.Response:
    return house.client().post("/api/sign-in/links", json={"email": email, **more})


def come(house: House, secret: str) -> httpx.Response:
    return house.client().post("/api/sign-in/sessions", json={"secret": secret})


def told(response: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but the number of its request."""
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    return response.status_code, response.content, headers


def test_a_link_in_a_letter_signs_its_reader_in(home: House) -> None:
    assert ask(home, "AINO@example.org").json() == {"minutes": 15}
    [letter] = post_of(home)
    assert letter["To"] == AINO
    assert "http://127.0.0.1:8000/sign-in#" in body_of(letter)
    with TestClient(home.app) as client:
        opened = client.post("/api/sign-in/sessions", json={"secret": secret_in(letter)})
        assert (opened.status_code, opened.json()["name"]) == (201, "Aino")
        current = client.get("/api/sign-in/sessions/current").json()
        assert current == opened.json()
        assert current["person"] == home.people["Aino"]
        assert client.get("/api/cases").json() == {"cases": [], "next": None}


def test_a_link_works_once(home: House) -> None:
    secret = link_for(home, AINO)
    assert come(home, secret).status_code == 201
    problem(come(home, secret), 401, "link-unusable")
    assert count(home, SignInSession) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(("waited", "minutes"), [(0, 15), (14, 15), (44, 15), (50, 10), (59, 1)])
def test_a_link_works_for_fifteen_minutes_from_when_its_letter_is_handed_over_and_an_hour_from_the_asking(
    home: House, waited: int, minutes: int
) -> None:
    ask(home, AINO)
    ask(home, AINO)
    home.clock.at += timedelta(minutes=waited)
    letters = post_of(home)
    first, second = (secret_in(one) for one in letters)
    until = home.clock.at + timedelta(minutes=minutes)
    for one in letters:
        assert say_time(until, "fi", home.installation.settings.zone) in " ".join(body_of(one).split())
    home.clock.at = until - timedelta(microseconds=1)
    assert come(home, first).status_code == 201
    home.clock.at = until
    problem(come(home, second), 401, "link-unusable")


def test_a_letter_that_is_sent_again_after_a_failure_says_until_when_by_then(home: House) -> None:
    ask(home, AINO)
    database, settings = home.installation.database, home.installation.settings
    with mail_server(Letterbox(refused=frozenset({AINO}), no="450 later, perhaps")) as url:
        assert deliver_due(database, Smtp(url), settings) == Delivered(0, 1, 0)
    home.clock.at += timedelta(minutes=20)
    [letter] = post_of(home)
    home.clock.at += timedelta(minutes=15, microseconds=-1)
    assert come(home, secret_in(letter)).status_code == 201


def test_a_link_that_is_used_too_old_or_made_up_is_refused_with_the_same_words(home: House) -> None:
    used, old = link_for(home, AINO), link_for(home, AINO)
    come(home, used)
    refused = {told(come(home, secret))[1] for secret in (used, "made-up", "", "x" * 200, "ä€")}
    home.clock.at += timedelta(minutes=15)
    refused.add(told(come(home, old))[1])
    assert len(refused) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
def test_the_same_link_twice_at_the_same_moment_gives_one_session(home: House) -> None:
    secret, together = link_for(home, AINO), Barrier(8)

    def come_with_others(base: str) -> int:
        with httpx.Client(base_url=base) as client:
            together.wait()
            return client.post("/api/sign-in/sessions", json={"secret": secret}).status_code

    with served(home.app) as base, ThreadPoolExecutor(8) as many:
        answers = sorted(many.map(come_with_others, [base] * 8))
    assert answers == [201, *[401] * 7]
    assert count(home, SignInSession) == 1


def test_the_answer_and_the_work_are_the_same_for_an_unknown_address(home: House) -> None:
    engine = home.installation.database.engine
    ask(home, "joku@example.org")  # what is compiled once is compiled
    answers, work = [], []
    for email in (AINO, UNKNOWN):
        with statements(engine) as sent:
            answers.append(told(ask(home, email)))
        work.append(sent)
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert len(work[0]) > 3
    assert [one["To"] for one in post_of(home)] == [AINO]


def test_a_malformed_address_is_refused_for_known_and_unknown_people(home: House) -> None:
    for email in ("aino", "aino@", "a@b@c", "aino@example.org\r\nBcc: x@example.org"):
        problem(ask(home, email), 422, "email-malformed")
    problem(ask(home, "a" * 300 + "@example.org"), 422, "malformed")
    problem(ask(home, AINO, language="tlh"), 422, "language-unknown")


def test_the_letter_goes_to_the_address_as_we_have_it_never_as_it_was_typed(home: House) -> None:
    with home.installation.database.writing() as db:
        add_person(db, "Tuula", "fi", "Tuula@strasse.example")
    ask(home, "TUULA@Strasse.Example")
    assert [one["To"] for one in post_of(home)] == ["Tuula@strasse.example"]


def test_two_domains_that_differ_in_a_sharp_s_are_two_mailboxes(home: House) -> None:
    """IDNA 2008: `straße` is a domain of its own, and no spelling of `strasse`."""
    sharp, plain = "tuula@stra\N{LATIN SMALL LETTER SHARP S}e.example", "tuula@strasse.example"
    with home.installation.database.writing() as db:
        assert add_person(db, "Tuula", "fi", sharp).id != add_person(db, "Tuula", "fi", plain).id
    ask(home, sharp)
    ask(home, "TUULA@xn--strae-oqa.example")
    assert [one["To"] for one in post_of(home)] == ["tuula@xn--strae-oqa.example"] * 2
    ask(home, plain)
    assert [one["To"] for one in post_of(home)] == [plain]


def test_who_was_found_by_an_earlier_version_still_is_and_nobody_else_in_their_place(home: House) -> None:
    """Earlier versions took `\N{LATIN SMALL LETTER SHARP S}` for `ss` when they looked for an address."""
    sharp, plain = "tuula@stra\N{LATIN SMALL LETTER SHARP S}e.example", "tuula@strasse.example"
    with home.installation.database.writing() as db:
        tuula = add_person(db, "Tuula", "fi", sharp)
        tuula.email_hash = email_hash(db, plain)
    with home.installation.database.writing() as db:
        assert add_person(db, "Tuula", "fi", sharp).id == tuula.id
        assert people_at(db, plain) == []
    ask(home, plain)
    assert post_of(home) == []
    ask(home, sharp)
    assert [one["To"] for one in post_of(home)] == ["tuula@xn--strae-oqa.example"]


def test_whoever_shares_a_mailbox_gets_a_link_of_their_own_in_a_letter_of_their_own(home: House) -> None:
    with home.installation.database.writing() as db:
        people = {name: add_person(db, name, "fi", "koti@example.org").id for name in ("Bertta", "Cecilia")}
    assert told(ask(home, "KOTI@example.org"))[:2] == told(ask(home, UNKNOWN))[:2]
    letters = post_of(home)
    assert [one["To"] for one in letters] == ["koti@example.org"] * 2
    came = [come(home, secret_in(one)).json() for one in letters]
    assert {one["name"]: one["person"] for one in came} == people
    for letter, opened in zip(letters, came, strict=True):
        assert {name for name in people if name in body_of(letter)} == {opened["name"]}  # nothing tells who else


def test_the_letter_is_in_the_language_asked_for_else_in_the_persons_own(home: House) -> None:
    for language in ("sv", None):
        ask(home, AINO, language=language)
    assert {one["Subject"] for one in post_of(home)} == {"Din inloggningslänk", "Kirjautumislinkkisi"}


@pytest.mark.both_databases
def test_no_secret_is_stored_and_the_letter_forgets_it_once_it_is_used(home: House) -> None:
    secret = link_for(home, AINO)
    opened = come(home, secret)
    key = opened.cookies["session"]
    held = everything_in(home)
    for told_once in (secret, key, opened.json()["form_token"]):
        assert told_once.encode() not in held
    with home.installation.database.reading() as db:
        letter = db.scalars(select(Letter)).one()
        assert (letter.params, letter.case_id, letter.person_id) == (None, None, home.people["Aino"])


def test_a_link_that_nobody_used_is_forgotten_when_it_is_too_old(home: House) -> None:
    secret = link_for(home, AINO)
    ask(home, AINO)  # this one is not even delivered
    home.clock.at += timedelta(minutes=15)
    do_what_is_due(home.installation.database, WORKFLOWS)
    assert secret.encode() not in everything_in(home)
    home.clock.at += timedelta(minutes=45)
    do_what_is_due(home.installation.database, WORKFLOWS)
    with home.installation.database.reading() as db:
        assert {letter.params for letter in db.scalars(select(Letter))} == {None}
    assert post_of(home) == []
    assert secret.encode() not in everything_in(home)
    home.clock.at += timedelta(days=2)
    do_what_is_due(home.installation.database, WORKFLOWS)
    assert (count(home, Link), count(home, Pace)) == (0, 0)
    home.clock.at += timedelta(days=30)
    do_what_is_due(home.installation.database, WORKFLOWS)
    assert count(home, Letter) == 0


def test_a_letter_that_the_post_could_not_take_in_time_is_not_sent_any_more(home: House) -> None:
    ask(home, AINO)
    home.clock.at += timedelta(hours=1)
    assert post_of(home) == []


def test_the_link_goes_through_a_real_mail_server(home: House) -> None:
    ask(home, AINO)
    with mail_server(box := Letterbox()) as url:
        assert deliver_due(home.installation.database, Smtp(url), home.installation.settings) == Delivered(1, 0, 0)
    [letter] = box.taken
    assert letter["To"] == AINO
    assert come(home, secret_in(letter)).status_code == 201


def test_letters_to_an_address_slow_down_and_a_link_that_was_sent_still_works(home: House) -> None:
    for _ in range(10):  # somebody would like to keep Aino out
        assert ask(home, AINO).status_code == 202
    letters = post_of(home)
    assert len(letters) == LETTERS.burst
    home.clock.at += LETTERS.interval
    ask(home, AINO)
    assert len(post_of(home)) == 1
    assert come(home, secret_in(letters[0])).status_code == 201
    assert ask(home, address("pekka")).status_code == 202
    assert [one["To"] for one in post_of(home)] == [address("pekka")]


@pytest.mark.seconds
def test_a_person_for_whom_links_are_requested_all_day_always_has_one_that_works(home: House) -> None:
    letters = []
    for _ in range(60):
        ask(home, AINO)
        home.clock.at += timedelta(minutes=1)
        letters += [(home.clock.at, one) for one in post_of(home)]
        assert any(home.clock.at - at < timedelta(minutes=14) for at, _ in letters)
    assert len(letters) < 20


def test_a_client_that_requests_many_links_is_slowed_down_for_any_address(home: House) -> None:
    for number in range(ASKING.burst):
        assert ask(home, f"{number}@example.org").status_code == 202
    refused = [ask(home, email) for email in (AINO, UNKNOWN)]
    problem(refused[0], 429, "asked-too-often")
    assert told(refused[0]) == told(refused[1])
    assert refused[0].headers["retry-after"] == str(ASKING.interval.seconds)
    assert "10 sekuntia" in refused[0].json()["detail"]
    home.clock.at += ASKING.interval
    assert ask(home, AINO).status_code == 202


def test_a_right_link_works_however_many_wrong_ones_were_tried(home: House) -> None:
    secret = link_for(home, AINO)
    answers = [come(home, f"wrong-{number}").status_code for number in range(WRONG.burst + 3)]
    assert answers == [401] * WRONG.burst + [429] * 3
    assert come(home, "wrong").headers["retry-after"] == str(WRONG.interval.seconds)
    assert come(home, secret).status_code == 201


@pytest.mark.parametrize("path", ["/api/own-address/confirmations", "/api/sign-in/suspensions/stops"])
def test_wrong_links_are_counted_together_wherever_they_are_tried(home: House, path: str) -> None:
    for number in range(WRONG.burst):
        wrong = home.client().post(path if number % 2 else "/api/sign-in/sessions", json={"secret": f"wrong-{number}"})
        problem(wrong, 401, "link-unusable")
    problem(home.client().post(path, json={"secret": "wrong"}), 429, "asked-too-often")


@pytest.mark.both_databases
def test_processes_count_together(home: House) -> None:
    settings, clock = home.installation.settings, home.clock
    for _ in range(LETTERS.burst):
        ask(home, AINO)
    other = open_installation(settings, clock=clock)
    with TestClient(create_app(other)) as client:
        assert client.post("/api/sign-in/links", json={"email": AINO}).status_code == 202
    other.close()
    assert len(post_of(home)) == LETTERS.burst


@pytest.mark.both_databases
@pytest.mark.parametrize("house", ["postgresql", "sqlite"], indirect=True)
def test_many_who_ask_at_the_same_moment_are_counted_each(home: House) -> None:
    def ask_at(base: str) -> int:
        return httpx.post(f"{base}/api/sign-in/links", json={"email": AINO}).status_code

    with served(home.app) as base, ThreadPoolExecutor(10) as many:
        assert set(many.map(ask_at, [base] * 10)) == {202}
    assert len(post_of(home)) == LETTERS.burst


def test_nobodys_address_is_kept_for_counting(home: House) -> None:
    ask(home, UNKNOWN)
    held = everything_in(home)
    assert b"kukaties" not in held
    assert b"testclient" not in held
    assert count(home, Pace) == 2


def test_no_other_site_can_sign_somebody_in(home: House) -> None:
    secret = link_for(home, AINO)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        for path, body in (("sessions", {"secret": secret}), ("links", {"email": AINO})):
            problem(home.client().post(f"/api/sign-in/{path}", json=body, headers=headers), 403, "origin-foreign")
    own = {"Origin": "http://127.0.0.1:8000"}
    assert home.client().post("/api/sign-in/sessions", json={"secret": secret}, headers=own).status_code == 201


def test_a_link_for_an_address_signs_nobody_in_and_the_other_way_round(home: House) -> None:
    aino = browser(home, AINO)
    aino.post("/api/own-address", json={"email": "aino@home.example"})
    [letter] = post_of(home)
    problem(come(home, secret_in(letter)), 401, "link-unusable")
    link = link_for(home, address("pekka"))
    problem(home.client().post("/api/own-address/confirmations", json={"secret": link}), 401, "link-unusable")
    assert come(home, link).status_code == 201


def test_no_secret_is_in_an_address_or_in_a_log(home: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger=REQUESTS)
    with served(home.app) as base, httpx.Client(base_url=base) as client:
        client.post("/api/sign-in/links", json={"email": AINO})
        secret = secret_in(post_of(home)[0])
        opened = client.post("/api/sign-in/sessions", json={"secret": secret})
        client.post("/api/sign-in/sessions", json={"secret": "wrong-one"})
    assert opened.status_code == 201
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore", "asyncio"))]
    assert ours
    for hidden in (secret, AINO, "wrong-one", opened.cookies["session"]):
        assert not any(hidden in line for line in ours)


# The letters.


def test_every_letter_about_sign_in_has_its_words_in_every_language() -> None:
    expected = {f"{kind}.{language}.txt" for kind in [*SIGN_IN_BLANKS, "own-ending"] for language in LANGUAGES}
    assert {file.name for file in (TEMPLATES / "sign_in_letters").iterdir()} == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SIGN_IN_BLANKS)
def test_a_letter_about_sign_in_says_only_how_to_sign_in(kind: str, language: str) -> None:
    params = {"secret": "S" * 43, "code": "492039", "to": "email", "number": "2027-0001"}
    lasts = {"created_at": MONDAY, "good_until": MONDAY + timedelta(days=7)}
    waits = DecryptedLetter("letter1", kind, params, "Aino Laine", AINO, language, **lasts)
    sent = message(waits.handed_over(MONDAY), Settings(), dated=MONDAY)
    text = body_of(sent)
    assert ("Aino Laine" in text) is (kind != "inquiry-asked")  # of who inquires no name is known
    assert 0 < len(sent["Subject"]) <= 60
    assert not TELLTALE.search(text + sent["Subject"])
    assert not re.search(r"[{}%]|None|undefined|2027-0001|\n\n\n", text)
    link = re.findall(
        r"^http://127\.0\.0\.1:8000/(?:sign-in|own-address|new-address|stop|inquiry)#S{43}$", text, re.MULTILINE
    )
    assert len(link) == ("secret" in SIGN_IN_BLANKS[kind])
    assert ("492039" in text) is ("code" in SIGN_IN_BLANKS[kind])
    until = say_time(valid_until(kind, MONDAY + timedelta(days=7), MONDAY), language, Settings().zone)
    assert (until in text.replace("\n", " ")) is ("until" in SIGN_IN_BLANKS[kind])
    assert not re.search("minut|vuorokau|tunni|timme|dygn|hour", text)  # by the clock, not from a moment nobody knows


# Staff by invitation.


@pytest.fixture
def office(house: House) -> House:
    """Vilho administers Esimerkkilä; Meri mediates elsewhere."""
    house.person("Vilho", office="admin")
    house.person("Meri", office="mediator", organisation="Sovittelijat")
    return house


def invitation(house: House, **changes: str) -> dict[str, str]:
    told = {"name": "Tuula Niemi", "email": "tuula@example.org", "language": "fi", "office": "hr"}
    return {**told, "organisation": house.organisation("Esimerkkilä"), **changes}


def test_who_is_invited_holds_the_office_once_signed_in(office: House) -> None:
    invited = office.client("Vilho").post("/api/invitations", json=invitation(office))
    assert (invited.status_code, invited.json()) == (202, {"days": 7})
    with office.installation.database.reading() as db:
        tuula = find_by_email(db, "tuula@example.org")
        assert tuula is not None
        assert not tuula.active
    [letter] = post_of(office)
    assert letter["Subject"] == "Sinulle on annettu käyttöoikeus"
    office.clock.at += timedelta(days=6)
    names = [one["name"] for one in office.client("Vilho").get("/api/offices").json()]
    assert names == ["Vilho"]
    opened = come(office, secret_in(letter))
    assert (opened.status_code, opened.json()["active"]) == (201, True)
    held = {(one["name"], one["office"]) for one in office.client("Vilho").get("/api/offices").json()}
    assert held == {("Vilho", "admin"), ("Tuula Niemi", "hr")}
    problem(come(office, secret_in(letter)), 401, "link-unusable")


def test_an_invitation_is_good_for_seven_days_and_an_ordinary_link_makes_active_without_it(office: House) -> None:
    office.client("Vilho").post("/api/invitations", json=invitation(office))
    [letter] = post_of(office)
    office.clock.at += timedelta(days=7)
    problem(come(office, secret_in(letter)), 401, "link-unusable")
    tuula = browser(office, "tuula@example.org")
    problem(tuula.get("/api/offices"), 403, "office-needed")


def test_an_invitation_does_not_reveal_whether_the_address_was_known(office: House) -> None:
    vilho = office.client("Vilho")
    answers = {
        told(vilho.post("/api/invitations", json=invitation(office, email=email)))[1]
        for email in (AINO, "meri@example.org")
    }
    answers.add(told(vilho.post("/api/invitations", json=invitation(office, name="MERI", email="meri@example.org")))[1])
    assert len(answers) == 1
    [_, *letters] = sorted(post_of(office), key=lambda one: one["To"])
    assert {one["To"] for one in letters} == {"meri@example.org"}
    for letter in letters:
        come(office, secret_in(letter))
    held = {
        (one["person"] == office.people["Meri"], one["name"], one["office"]) for one in vilho.get("/api/offices").json()
    }
    # Meri as she is known, not as somebody else wrote her; another name at her address is somebody else.
    assert held == {(False, "Vilho", "admin"), (True, "Meri", "hr"), (False, "Tuula Niemi", "hr")}


def test_somebody_let_go_does_not_come_back_by_an_earlier_invitation(office: House) -> None:
    vilho = office.client("Vilho")
    meri = invitation(office, name="Meri", email="meri@example.org")
    vilho.post("/api/invitations", json=meri)
    vilho.post("/api/invitations", json={**meri, "office": "admin"})
    first, second = (secret_in(letter) for letter in post_of(office))
    assert come(office, first).status_code == 201
    assert vilho.post(f"/api/people/{office.people['Meri']}/departure").status_code == 204
    problem(come(office, second), 401, "link-unusable")
    assert {one["name"] for one in vilho.get("/api/offices").json()} == {"Vilho"}
    assert come(office, link_for(office, "meri@example.org")).status_code == 201  # she mediates elsewhere still


def test_only_who_administers_the_organisation_invites(office: House) -> None:
    elsewhere = office.organisation("Sovittelijat")
    problem(
        office.client("Vilho").post("/api/invitations", json=invitation(office, organisation=elsewhere)),
        404,
        "organisation-not-found",
    )
    problem(office.client("Meri").post("/api/invitations", json=invitation(office)), 403, "office-needed")
    problem(office.client().post("/api/invitations", json=invitation(office)), 401, "token-missing")
    problem(
        office.client("Vilho").post("/api/invitations", json=invitation(office, office="king")), 422, "choice-unknown"
    )
    assert post_of(office) == []


def test_a_letter_of_a_person_keeps_its_words_under_the_key_of_the_installation(home: House) -> None:
    ask(home, AINO)
    with home.installation.database.reading() as db:
        letter = db.scalars(select(Letter)).one()
        assert letter.params is not None
        secret = get(db, letter, "params")["secret"]
    assert secret.encode() not in everything_in(home)
    assert json.dumps({"secret": secret}).encode() not in everything_in(home)
