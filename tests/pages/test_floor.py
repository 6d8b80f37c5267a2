"""The floor of the pages: a form is the same request as a program's, once; nothing that was written is lost."""

import re

import httpx
import pytest

from api.pages.doors import doors_of
from mediation.store.models import Statement
from mediation.words.catalogue import LANGUAGES, has_words, say
from tests.houses import House, application
from tests.world import LiveCase, address, browser, case_at, count
from workflows.mediation import MEDIATION

# Acts whose form stands below the text that it is about, whose choices say what follows, or that have a page of their own.
TOLD_OTHERWISE = {
    *("agree-to-mediate", "answer-ties", "accept-ground-rules", "accept-problem-statement", "accept-understanding"),
    *("speak-privately", "state-view", "respond-to-option", "confirm-withdrawal"),
    *("advance", "draft-agreement", "attach-scan"),
}


def hidden(page: httpx.Response) -> dict[str, str]:
    """What a form of a page sends by itself."""
    assert page.status_code == 200, page.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def says(words: str, audience: str = "mediator") -> dict[str, str]:
    return {"audience": audience, "words": words, "language": "fi"}


def signed_in(room: LiveCase, name: str) -> httpx.Client:
    """Somebody's browser: it has a session's cookie and no token but what its pages hold."""
    client = browser(room.house, address(name))
    del client.headers["X-Form-Token"]
    return client


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "dialogue")


@pytest.fixture
def door(room: LiveCase) -> str:
    return f"/cases/{room.number}/statements"


def test_a_form_does_the_act_once_however_often_it_is_sent_and_goes_on_to_a_page(room: LiveCase, door: str) -> None:
    aino = signed_in(room, "Aino")
    before = count(room.house, Statement)
    form = hidden(aino.get(door)) | says("Rivi yksi\r\nrivi kaksi")
    for _ in range(2):
        answer = aino.post(door, data=form, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, door)
    assert count(room.house, Statement) == before + 1
    assert "Rivi yksi\nrivi kaksi" in [one["words"] for one in room.aino.reads()["statements"]]


def test_a_form_that_is_wrong_comes_back_with_its_words_and_a_sentence_at_the_field(room: LiveCase, door: str) -> None:
    aino = signed_in(room, "Aino")
    long = "ä" * 10_001
    answer = aino.post(door, data=hidden(aino.get(door)) | says(long, ""))
    assert answer.status_code == 422
    assert answer.text.count("<title>Virhe") == 1
    assert long in answer.text
    assert 'href="#f-audience"' in answer.text
    assert 'href="#f-words"' in answer.text
    assert 'id="f-words-fault"' in answer.text


@pytest.mark.parametrize("lost", ["session", "token"])
def test_what_was_written_is_kept_when_the_sign_in_is_over(room: LiveCase, door: str, lost: str) -> None:
    aino = signed_in(room, "Aino")
    before = count(room.house, Statement)
    form = hidden(aino.get(door)) | says("Tätä ei saa hävittää")
    if lost == "session":
        aino.cookies.clear()
    else:
        form["_token"] = "x" * 64
    answer = aino.post(door, data=form)
    assert answer.status_code in {401, 403}
    assert 'name="words" rows="6">\nTätä ei saa hävittää</textarea>' in answer.text  # to be read, and to be sent again
    assert count(room.house, Statement) == before
    if lost == "token":
        again = hidden_of_kept(answer) | says("Tätä ei saa hävittää")
        assert aino.post(door, data=again, follow_redirects=False).status_code == 303
        assert count(room.house, Statement) == before + 1


def hidden_of_kept(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(_[^"]+)" value="([^"]*)"', page.text))


def test_a_form_of_another_site_does_nothing(room: LiveCase, door: str) -> None:
    aino = signed_in(room, "Aino")
    before = count(room.house, Statement)
    form = hidden(aino.get(door)) | says("Vieraalta sivulta")
    answer = aino.post(door, data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert count(room.house, Statement) == before


def test_a_page_without_a_sign_in_leads_to_the_page_that_signs_in(room: LiveCase) -> None:
    nobody = room.house.client()
    answer = nobody.get(f"/cases/{room.number}", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_to_an_outsider_the_page_of_a_case_is_like_one_of_a_number_never_used(room: LiveCase) -> None:
    room.house.person("Outi")
    outi = room.house.client("Outi")
    pages = [
        outi.get(f"/cases/{number}", headers={"Accept": "text/html"}).text.replace(number, "N")
        for number in (room.number, "2027-0999")
    ]
    assert pages[0] == pages[1]
    assert "<h1>" in pages[0]


def test_the_page_of_a_case_opens_no_words_and_is_the_same_with_and_without_private_ones(room: LiveCase) -> None:
    meri = room.house.client("Meri")
    page = meri.get(f"/cases/{room.number}").text
    reads = room.aino.reads("reads")
    room.aino.does("statements", {"audience": "mediator", "words": "Vain sinulle", "language": "fi"})
    room.meri.does("notes", {"words": "Oma muistiinpano", "language": "fi"})
    assert meri.get(f"/cases/{room.number}").text == page
    assert room.aino.reads("reads") == reads
    assert "Vain sinulle" in meri.get(f"/cases/{room.number}/private").text
    assert len(room.aino.reads("reads")) > len(reads)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_says_what_its_act_is_for_or_what_follows(language: str) -> None:
    doors = {one.name for those in doors_of(application()).values() for one in those}
    of_mediation = MEDIATION.speaking(language)  # what only another workflow has may stand in the words of that one
    says = {name: of_mediation if name in MEDIATION.acts() else language for name in doors}
    assert {name for name in doors if not has_words(f"before.{name}", says[name])} == TOLD_OTHERWISE


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_wonders_finds_what_the_words_of_the_field_mean(sqlite_house: House, language: str) -> None:
    client = sqlite_house.client()
    client.headers["Accept-Language"] = language
    assert 'href="/glossary"' in client.get("/sign-in").text
    page = client.get("/glossary").text
    for called in ("role.mediator", "session-kind.caucus", "field.understanding", "role.supervisee", "page.summary"):
        assert f"<dt><b>{say(called, language)}</b></dt>" in page
