"""Booked times as calendars read them: attached to the letters about them, and in a mediator's feed."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from mediation.letters.texts import message
from mediation.logs import REQUESTS
from tests.houses import House
from tests.letters.test_letters import AINO, CANARY, DATED, PARAMS, SETTINGS, TELLTALE
from tests.world import LiveCase, address, browser, case_at, post_of

LANGUAGES = ("fi", "sv", "en")
KINDS = ("session-planned", "session-moved", "session-cancelled")
BOOKED = {**PARAMS, "calendar": {"id": "kT5aQx0LkWm2Bc7DfGhJ", "changes": 2, "written": "2027-01-19T08:00:00+00:00"}}
EVERY = pytest.mark.parametrize(("kind", "language"), [(kind, one) for kind in KINDS for one in LANGUAGES])
NEUTRAL = {"fi": ("aika.ics", "Varattu aika"), "sv": ("tid.ics", "Bokad tid"), "en": ("time.ics", "Booked time")}


def sent(letter: Any) -> EmailMessage:
    return message_from_bytes(
        message(letter, SETTINGS, dated=DATED).as_bytes(policy=policy.SMTP), policy=policy.default
    )


def calendar_in(mail: EmailMessage) -> tuple[EmailMessage, bytes, Calendar]:
    [part] = mail.iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part, content, Calendar.from_ical(content)


def entries(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


@EVERY
def test_a_time_comes_with_its_letter_as_calendars_want_it(kind: str, language: str) -> None:
    part, content, calendar = calendar_in(sent(replace(AINO, kind=kind, language=language, params=BOOKED)))
    method = "CANCEL" if kind == "session-cancelled" else "PUBLISH"
    assert (part.get_content_type(), part.get_param("method"), calendar["METHOD"]) == ("text/calendar", method, method)
    assert (part.get_filename(), str(calendar.walk("VEVENT")[0]["SUMMARY"])) == NEUTRAL[language]
    assert content.count(b"\n") == content.count(b"\r\n") > 10
    [entry] = entries(content)
    assert entry["DTSTART"].to_ical() == b"20270128T070000Z"
    assert entry["DTEND"].to_ical() == b"20270128T083000Z"
    assert entry["DTSTAMP"].to_ical() == b"20270119T080000Z"
    told = {name: str(entry[name]) for name in ("UID", "SEQUENCE", "CLASS", "STATUS")}
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    assert told == {"UID": BOOKED["calendar"]["id"], "SEQUENCE": "2", "CLASS": "PRIVATE", "STATUS": status}  # type: ignore[index]


@EVERY
def test_an_entry_tells_colleagues_who_see_the_calendar_nothing_but_the_time(kind: str, language: str) -> None:
    canaries = {**dict.fromkeys(PARAMS, CANARY), **{one: BOOKED[one] for one in ("moment", "minutes", "calendar")}}
    letter = replace(AINO, kind=kind, language=language, params=canaries, name=CANARY, email="kanarialintu@example.fi")
    mail = sent(letter)
    _, content, calendar = calendar_in(mail)
    text = content.decode()
    assert not re.search("kanaria|aino|example|meri", text + str(mail.get_boundary()), re.IGNORECASE)
    assert not TELLTALE.search(text)
    [entry] = calendar.walk("VEVENT")
    assert not {"ATTENDEE", "DESCRIPTION", "LOCATION", "URL", "CATEGORIES", "COMMENT", "CONTACT"} & {*entry}
    assert str(entry["ORGANIZER"]) == "mailto:noreply@calendar.invalid"


@EVERY
def test_a_letter_that_is_sent_again_has_the_same_bytes(kind: str, language: str) -> None:
    letter = replace(AINO, kind=kind, language=language, params=BOOKED)
    one, other = (message(letter, SETTINGS, dated=DATED).as_bytes(policy=policy.SMTP) for _ in range(2))
    assert one == other


@EVERY
def test_the_words_speak_of_an_attachment_only_where_there_is_one(kind: str, language: str) -> None:
    said = {"fi": "liite", "sv": "bilagan", "en": "attachment"}[language]
    letter = replace(AINO, kind=kind, language=language, params=BOOKED)
    with_it = sent(letter).get_body(("plain",))
    assert with_it is not None
    assert said in with_it.get_content().lower()
    of_before = sent(replace(letter, params=PARAMS))  # written by an earlier release
    assert (list(of_before.iter_attachments()), said in of_before.get_content().lower()) == ([], False)


# As people live it.


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "preparation")


def booked_for(room: LiveCase, name: str) -> list[tuple[str, Any]]:
    """The entries in the letters that go out now to somebody, with their method."""
    mails = [one for one in post_of(room.house) if one["To"] == address(name)]
    found = [part.get_payload(decode=True) for mail in mails for part in mail.iter_attachments()]
    return [(str(Calendar.from_ical(one)["METHOD"]), *entries(one)) for one in found]  # type: ignore[misc]


def moves(room: LiveCase, session: str, days: int) -> None:
    room.meri.does(f"PATCH sessions/{session}", {"planned_at": room.today(days) + "T09:00:00+02:00"})


def test_a_time_keeps_its_name_in_a_calendar_however_often_it_moves_until_it_is_cancelled(room: LiveCase) -> None:
    post_of(room.house)
    session = room.plans("joint", days=5)
    [(planned, first)] = booked_for(room, "Aino")
    moves(room, session, 6)
    [(moved, second)] = booked_for(room, "Aino")
    moves(room, session, 7)
    again = booked_for(room, "Aino")
    room.meri.does(f"sessions/{session}/cancellation")
    told = [(planned, first), (moved, second), *again, *booked_for(room, "Aino")]
    assert [method for method, _ in told] == ["PUBLISH", "PUBLISH", "PUBLISH", "CANCEL"]
    assert [int(entry["SEQUENCE"]) for _, entry in told] == [0, 1, 2, 3]
    assert len({str(entry["UID"]) for _, entry in told}) == 1
    assert len({entry["DTSTART"].to_ical() for _, entry in told}) == 3
    assert room.number not in str(first["UID"])


def test_a_session_whose_time_is_past_is_cancelled_without_an_entry(room: LiveCase) -> None:
    session = room.plans("joint", days=1)
    post_of(room.house)
    room.house.clock.at += timedelta(days=2)
    post_of(room.house)
    room.meri.does(f"sessions/{session}/cancellation")
    assert booked_for(room, "Aino") == []
    assert post_of(room.house) == []


def test_who_is_no_longer_called_has_the_time_cancelled_and_nobody_else(room: LiveCase) -> None:
    session = room.plans("joint", days=5, called=[room.ids["Tuula"]])
    post_of(room.house)
    room.meri.does(f"DELETE sessions/{session}/calls/{room.ids['Tuula']}")
    [mail] = post_of(room.house)
    assert mail["To"] == address("Tuula")
    _, _, calendar = calendar_in(mail)
    assert calendar["METHOD"] == "CANCEL"


# The feed.


@pytest.fixture
def meri(room: LiveCase) -> httpx.Client:
    return browser(room.house, address("meri"))


def feed_of(client: httpx.Client) -> str:
    """The path of a new feed of somebody's."""
    made = client.post("/api/calendar-feed")
    assert made.status_code == 201, made.text
    return str(made.json()["path"])


def fetched(house: House, path: str) -> httpx.Response:
    return house.client().get(path)


def test_a_feed_has_the_times_of_all_cases_that_a_mediator_leads_and_tells_nothing_else(
    room: LiveCase, meri: httpx.Client
) -> None:
    path = feed_of(meri)
    before = len(entries(fetched(room.house, path).content))
    session = room.plans("joint", days=5, place="Salainen paikka")
    alone = room.plans("separate", days=3, with_participant=room.ids["Aino"])
    asked = fetched(room.house, path)
    assert asked.headers["cache-control"] == "no-store"
    assert asked.headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    found = {str(one["UID"]): one for one in entries(asked.content)}
    assert len(found) == before + 2
    assert {session, alone} <= {*found}
    assert {str(one["SUMMARY"]) for one in found.values()} == {"Varattu aika"}
    head = Calendar.from_ical(asked.content)
    assert (head["REFRESH-INTERVAL"].to_ical(), head["X-PUBLISHED-TTL"].to_ical()) == (b"PT1H", b"PT1H")
    assert not re.search(f"{room.number}|aino|pekka|meri|paikka|example", asked.text, re.IGNORECASE)
    assert not TELLTALE.search(asked.text)
    assert fetched(room.house, path).content == asked.content


def test_a_cancelled_time_stays_in_the_feed_for_thirty_days_as_cancelled(room: LiveCase, meri: httpx.Client) -> None:
    path = feed_of(meri)
    session = room.plans("joint", days=60)

    def of_it() -> list[tuple[str, int]]:
        found = entries(fetched(room.house, path).content)
        return [(str(one["STATUS"]), int(one["SEQUENCE"])) for one in found if one["UID"] == session]

    assert of_it() == [("CONFIRMED", 0)]
    moves(room, session, 61)
    assert of_it() == [("CONFIRMED", 1)]
    room.meri.does(f"sessions/{session}/cancellation")
    assert of_it() == [("CANCELLED", 2)]
    room.house.clock.at += timedelta(days=30, seconds=1)
    assert of_it() == []


def test_when_a_case_ends_what_lay_ahead_is_cancelled_in_the_feed(room: LiveCase, meri: httpx.Client) -> None:
    path = feed_of(meri)
    session = room.plans("joint", days=20)
    room.meri.does("discontinuation", {"outcome": "transferred"})
    found = [one for one in entries(fetched(room.house, path).content) if one["UID"] == session]
    assert [(str(one["STATUS"]), int(one["SEQUENCE"])) for one in found] == [("CANCELLED", 1)]


def test_a_caucus_is_never_in_the_feed(room: LiveCase, meri: httpx.Client) -> None:
    path = feed_of(meri)
    before = fetched(room.house, path).content
    room.meri.does("caucuses", {"participant": room.ids["Aino"]})
    assert fetched(room.house, path).content == before


def test_a_feed_ends_when_it_is_renewed_revoked_or_its_owner_goes(room: LiveCase, meri: httpx.Client) -> None:
    first = feed_of(meri)
    second = feed_of(meri)
    assert [fetched(room.house, one).status_code for one in (first, second)] == [404, 200]
    assert meri.delete("/api/calendar-feed").status_code == 204
    assert fetched(room.house, second).status_code == 404
    assert meri.get("/api/calendar-feed").json() == {"since": None}


def test_a_calendar_that_looks_first_whether_there_is_a_feed_is_told(room: LiveCase, meri: httpx.Client) -> None:
    path, stranger = feed_of(meri), room.client()
    looked, asked = stranger.head(path), stranger.get(path)
    assert (looked.status_code, looked.content) == (200, b"")
    assert [looked.headers[one] for one in ("content-type", "content-length", "cache-control")] == [
        asked.headers[one] for one in ("content-type", "content-length", "cache-control")
    ]
    assert meri.delete("/api/calendar-feed").status_code == 204
    assert stranger.head(path).status_code == 404


def test_only_the_digest_of_a_feed_is_kept_and_its_address_stands_in_no_log(
    room: LiveCase, meri: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    path = feed_of(meri)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    with caplog.at_level("DEBUG"), caplog.at_level("DEBUG", REQUESTS):  # which may have a level of its own
        fetched(room.house, path)
        fetched(room.house, path.replace(".ics", "x.ics"))
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    assert '"route": "/calendar/{secret}.ics"' in "".join(ours)
    assert secret not in "".join(ours)
    with room.house.installation.database.reading() as db:
        kept = db.connection().exec_driver_sql("SELECT * FROM calendar_feeds").all()
    assert (len(kept), secret in str(kept)) == (1, False)


def test_a_feed_is_for_mediators_and_every_address_hears_of_a_new_one(room: LiveCase, meri: httpx.Client) -> None:
    aino = browser(room.house, address("aino"))
    refused = aino.post("/api/calendar-feed")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "office-needed")
    post_of(room.house)
    feed_of(meri)
    assert [one["To"] for one in post_of(room.house)] == [address("meri")]


def test_a_calendar_that_asks_all_the_time_and_who_guesses_addresses_have_to_wait(
    room: LiveCase, meri: httpx.Client
) -> None:
    path = feed_of(meri)
    asked = [fetched(room.house, path).status_code for _ in range(31)]
    assert (asked.count(200), asked[-1]) == (30, 429)
    guessed = [fetched(room.house, f"/calendar/{one}.ics").status_code for one in range(21)]
    assert (guessed.count(404), guessed[-1]) == (20, 429)


def test_the_feed_is_made_renewed_and_ended_by_pages_that_say_who_sees_a_work_calendar(
    room: LiveCase, meri: httpx.Client
) -> None:
    meri.headers["Accept"] = "text/html"
    page = meri.get("/calendar")
    assert "Työkalenterin voivat silti nähdä" in page.text

    def sends(act: str) -> httpx.Response:
        form = re.search(
            rf'<form[^>]*>\s*<input type="hidden" name="_act" value="{act}">.*?</form>',
            meri.get("/calendar").text,
            re.S,
        )
        assert form is not None
        return meri.post("/calendar", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0])))

    found = re.search(r"/calendar/[\w-]{43}\.ics", sends("make").text)
    assert found is not None
    assert fetched(room.house, found[0]).status_code == 200
    assert "Syöte on käytössä" in meri.get("/calendar").text
    assert sends("revoke").status_code == 200
    assert fetched(room.house, found[0]).status_code == 404
    aino = browser(room.house, address("aino"))
    aino.headers["Accept"] = "text/html"
    theirs = aino.get("/calendar").text
    assert ('value="make"' in theirs, 'href="/calendar"' in aino.get("/devices").text) == (False, False)
