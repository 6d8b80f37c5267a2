"""The end of a session asks each alone how they leave: told to the mediators only, and seen on no page that lies open."""

import re

import pytest

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.models import Statement
from mediation.store.models.base import key_name
from tests.houses import House
from tests.pages.test_room_sign_ins import opened
from tests.pages.test_sitting import PAGE, laptop
from tests.world import LiveCase, case_at

HELP = "Tarvitsen apua."
QUESTION = "Millä mielin lähdet tapaamisesta?"


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    """A session of the table at which Aino was, and Pekka was not, has just ended."""
    case = case_at(sqlite_house, "dialogue")
    case.meets(case.plans("joint", days=0), "Aino")
    return case


def asked(case: LiveCase, name: str) -> bool:
    return QUESTION in case.client(name).get(f"/cases/{case.number}", headers=PAGE).text


def test_who_was_there_is_asked_on_their_own_page_until_they_answer(room: LiveCase) -> None:
    assert (asked(room, "Aino"), asked(room, "Pekka"), asked(room, "Meri")) == (True, False, False)
    room.aino.does("leaving/answers", {"answer": "all-right"})
    assert not asked(room, "Aino")


def test_nobody_is_asked_during_the_session_nor_days_later_nor_after_one_alone(room: LiveCase) -> None:
    room.later(days=2)
    assert not asked(room, "Aino")
    room.meets(room.plans("joint", days=0), "Aino", ends=False)
    assert not asked(room, "Aino")
    room.meets_alone("Pekka")
    assert not asked(room, "Pekka")


def test_the_answer_reaches_the_mediators_alone_and_lies_under_the_partys_own_key(room: LiveCase) -> None:
    readers = ("Pekka", "Tuula", "Kaarina")
    before = [room[name].asks("GET ").content for name in readers], room.line()
    one = room.aino.does("leaving/answers", {"answer": "help", "words": "Soita tänään."})["id"]
    assert ([room[name].asks("GET ").content for name in readers], room.line()) == before
    assert f"{HELP}\n\nSoita tänään." in room.words_for("Meri")
    with room.house.installation.database.reading() as db:
        row = db.get_one(Statement, one)
        assert key_name(row, "words") == KeyName(row.case_id, DeletionClock.PRIVATE, room.ids["Aino"])


def test_the_mediators_get_the_same_letter_whatever_the_answer(room: LiveCase) -> None:
    for answer in ("all-right", "help"):
        before = room.letters_to("Meri")
        room.aino.does("leaving/answers", {"answer": answer})
        assert room.letters_to("Meri") == [*before, "something-waits"]


def test_no_page_that_lies_open_tells_of_an_answer(room: LiveCase) -> None:
    meri = laptop(room)

    def shown(path: str) -> str:
        page = meri.client.get(f"/cases/{room.number}{path}", headers=PAGE).text
        return re.sub(r'name="_once" value="\w+"', "", page)

    before = {path: shown(path) for path in ("/sitting", "", "/table")}
    room.aino.does("leaving/answers", {"answer": "help"})
    assert {path: shown(path) for path in before} == before
    assert HELP in shown("/private")


def test_without_a_device_one_answers_in_the_room_once_the_session_has_ended(room: LiveCase) -> None:
    _, aino = opened(room)
    assert QUESTION in aino.page.text
    aino.follows("Vastaa")
    aino.presses("Lähetä vastaus", answer="talk")
    assert QUESTION not in aino.page.text
    [told] = [one for one in room.meri.reads()["statements"] if one["topic"] == "leaving"]
    assert (told["way"], told["words"]) == ("in-person", "Haluan puhua sovittelijan kanssa.")
    answer = aino.client.get(f"/cases/{room.number}/leaving/answers", headers=PAGE)
    assert "Haluan puhua" not in answer.text
