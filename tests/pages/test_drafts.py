"""What is written is never lost: drafts that their writers alone see, and forms that come to nothing give the words back."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import select

from api.http.pages import assets
from mediation.case.drafts import AT_MOST, KEPT
from mediation.installation.due import do_what_is_due
from mediation.store.models import Case, Draft, RecordEntry
from tests.houses import House
from tests.pages.test_floor import hidden, says, signed_in
from tests.world import LiveCase, case_at, count
from workflows import WORKFLOWS

BEGUN = "Alku, jota en ole vielä lähettänyt"


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "dialogue")


def begun(room: LiveCase, client: httpx.Client, path: str, written: dict[str, str]) -> httpx.Response:
    """Somebody begins to write in the first form that keeps a draft at a path, and saves it by the button."""
    page = client.get(f"/cases/{room.number}/{path}")
    form = hidden(page) | {"_draft": drafts_in(page)[0], "_keep": "yes"} | written
    return client.post(f"/cases/{room.number}/drafts", data=form, follow_redirects=False)


def drafts_in(page: httpx.Response) -> list[str]:
    return re.findall(r'name="_draft" value="([^"]+)"', page.text)


def filled(page: httpx.Response) -> list[str]:
    """What stands in the text areas of a page."""
    return [unescape(one) for one in re.findall(r"<textarea[^>]*>\n([^<]*)</textarea>", page.text) if one]


@pytest.mark.parametrize(
    ("phase", "name", "path", "written"),
    [
        ("dialogue", "Aino", "statements", {"words": BEGUN, "audience": "mediator", "language": "fi"}),
        ("dialogue", "Aino", "complaints", {"words": BEGUN, "language": "fi"}),
        ("dialogue", "Meri", "notes", {"words": BEGUN, "language": "fi"}),
        ("problem-definition", "Meri", "problem-statements", {"texts.fi.words": BEGUN, "texts.fi.goals": "a"}),
        ("solutions", "Aino", "options", {"words": BEGUN, "language": "fi"}),
        ("solutions", "Meri", "options", {"words": BEGUN, "language": "fi"}),
        ("solutions", "Meri", "agreement/edit", {"texts.fi.purpose": BEGUN, "commitments.0.texts.fi.action": "Rivi"}),
        ("follow-up", "Aino", "check-ins", {"words": BEGUN, "language": "fi"}),
    ],
)
def test_a_form_is_filled_in_with_what_its_writer_had_begun(
    sqlite_house: House, phase: str, name: str, path: str, written: dict[str, str]
) -> None:
    room = case_at(sqlite_house, phase)
    client = signed_in(room, name)
    saved = begun(room, client, path, written)
    assert (saved.status_code, saved.headers["location"].partition("?")[0]) == (303, f"/cases/{room.number}/{path}")
    page = client.get(saved.headers["location"])
    assert BEGUN in filled(page)
    assert "näkyy vain sinulle" in page.text
    dropped = hidden(page) | {"_draft": drafts_in(page)[0], "_drop": "yes"} | written
    client.post(f"/cases/{room.number}/drafts", data=dropped)
    assert BEGUN not in filled(client.get(saved.headers["location"]))
    assert count(sqlite_house, Draft) == 0


def test_the_choice_of_who_hears_it_comes_back_with_the_words(room: LiveCase) -> None:
    aino = signed_in(room, "Aino")
    begun(room, aino, "statements", says(BEGUN, "mediator"))
    page = aino.get(f"/cases/{room.number}/statements").text
    assert re.search(r'name="audience" value="mediator" checked', page)


def test_nobody_else_sees_a_draft_nor_that_there_is_one(room: LiveCase) -> None:
    def seen() -> dict[str, str]:
        return {
            f"{name} {path}": room.client(name).get(room.path(path)).text
            for name in room.people
            if name != "Aino"
            for path in ("", "/record", "/retention", "/statements", "/drafts", "/reads", "/transitions")
        }

    def tags() -> tuple[object, ...]:
        with room.house.installation.database.reading() as db:
            return db.scalar(select(Case.version)), count(room.house, RecordEntry)

    before, version = seen(), tags()
    begun(room, signed_in(room, "Aino"), "statements", says(BEGUN))
    assert count(room.house, Draft) == 1
    assert seen() == before
    assert tags() == version
    assert BEGUN not in signed_in(room, "Pekka").get(f"/cases/{room.number}/statements").text


def test_what_is_sent_is_no_draft_any_more_and_what_is_refused_stays_one(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    begun(room, aino, "statements", says(BEGUN))
    page = aino.get(door)
    refused = aino.post(door, data=hidden(page) | says(BEGUN, "nobody"))
    assert refused.status_code == 422
    assert count(room.house, Draft) == 1
    sent = aino.post(door, data=hidden(page) | says(BEGUN), follow_redirects=False)
    assert sent.status_code == 303
    assert count(room.house, Draft) == 0


def test_what_a_page_saves_after_its_form_was_sent_comes_too_late(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    form = hidden(aino.get(door)) | says(BEGUN)
    assert aino.post(door, data=form, follow_redirects=False).status_code == 303
    late = aino.post(f"/cases/{room.number}/drafts", data=form, headers={"HX-Request-Type": "partial"})
    assert late.status_code == 200
    assert count(room.house, Draft) == 0


def test_a_page_that_saves_itself_gets_one_line_back_and_no_page(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    form, partial = hidden(aino.get(door)) | says(BEGUN), {"HX-Request-Type": "partial"}
    line = aino.post(f"/cases/{room.number}/drafts", data=form, headers=partial)
    assert "<html" not in line.text
    assert "näkyy vain sinulle" in line.text
    aino.cookies.clear()
    over = aino.post(f"/cases/{room.number}/drafts", data=form, headers=partial)
    assert over.status_code == 401
    assert "<html" not in over.text
    assert "/sign-in" in over.text


def test_a_draft_that_nobody_touches_goes_after_thirty_days(room: LiveCase) -> None:
    begun(room, signed_in(room, "Aino"), "statements", says(BEGUN))
    room.house.clock.at += KEPT - timedelta(seconds=1)
    do_what_is_due(room.house.installation.database, WORKFLOWS)
    assert count(room.house, Draft) == 1
    room.house.clock.at += timedelta(seconds=1)
    do_what_is_due(room.house.installation.database, WORKFLOWS)
    assert count(room.house, Draft) == 0


def test_a_draft_is_part_of_ones_own_copy_alone(room: LiveCase) -> None:
    begun(room, signed_in(room, "Aino"), "statements", says(BEGUN))
    assert [one["fields"][-1]["value"] for one in room.aino.reads("drafts")]
    assert room.pekka.reads("drafts") == []
    for name, is_in in (("Aino", True), ("Pekka", False)):
        copy = ZipFile(BytesIO(room[name].asks("GET own-copy").content))
        assert any(BEGUN in copy.read(one).decode() for one in copy.namelist() if one.endswith(".txt")) == is_in


def test_all_that_pages_load_is_small() -> None:
    rare = ("documentation", "charts")  # of few pages
    of_pages = [one for name, one in assets().items() if not name.startswith(rare)]
    assert sum(len(one.content) for one in of_pages) <= 60_000


def test_there_is_a_limit_to_drafts_and_to_their_length(room: LiveCase) -> None:
    aino, door = room.house.client("Aino"), f"/api/cases/{room.number}/drafts"
    field = {"name": "words", "value": BEGUN}
    for number in range(AT_MOST):
        assert aino.put(door, json={"form": f"speak-privately s/{number}", "fields": [field]}).status_code == 200
    more = aino.put(door, json={"form": "speak-privately s", "fields": [field]})
    assert more.json()["type"].endswith("/too-many-drafts")
    long = [{"name": f"words.{one}", "value": "ä" * 10_000} for one in range(51)]
    assert aino.put(door, json={"form": "speak-privately s/1", "fields": long}).status_code == 413
    wide = [{"name": "words", "value": "ä" * 10_001}]
    assert aino.put(door, json={"form": "speak-privately s/1", "fields": wide}).status_code == 422


@pytest.mark.parametrize("headers", [{"HX-Request-Type": "partial"}, {"Accept": "text/html"}])
def test_a_draft_that_is_too_long_says_which_field_of_its_form_is(room: LiveCase, headers: dict[str, str]) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    long = hidden(aino.get(door)) | says("ä" * 10_001)
    told = aino.post(f"/cases/{room.number}/drafts", data=long, headers=headers)
    assert told.status_code == 422
    assert "Lyhennä tekstiä kohdassa ”Teksti”: enintään 10\xa0000 merkkiä." in told.text
    assert "merkityt" not in told.text


def test_words_come_back_where_the_case_has_moved_and_there_is_no_form_for_them_now(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/options"
    form = hidden(aino.get(door)) | {"words": BEGUN, "language": "fi", "_act": "propose-option"}
    room.moves("return-to-dialogue")
    answer = aino.post(door, data=form)
    assert answer.status_code == 409
    assert filled(answer) == [BEGUN]


def test_what_was_not_sent_is_found_among_ones_own_also_where_its_form_is_gone(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    aino = signed_in(room, "Aino")
    begun(room, aino, "options", {"words": BEGUN})
    room.meri.does("transitions", {"transition": "return-to-dialogue"}, If_Match=room.tag())
    own = aino.get(f"/cases/{room.number}/own")
    assert BEGUN in own.text
    assert BEGUN not in signed_in(room, "Pekka").get(f"/cases/{room.number}/own").text
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', own.text))
    gone = aino.post(f"/cases/{room.number}/drafts", data=form | {"_drop": "yes"})
    assert gone.url.path == f"/cases/{room.number}/own"
    assert BEGUN not in gone.text


def test_what_is_recorded_for_somebody_is_kept_until_it_is_sent(room: LiveCase) -> None:
    meri, door = signed_in(room, "Meri"), f"/cases/{room.number}/recorded/statements?for={room.ids['Aino']}"
    page = meri.get(door)
    assert "proof" not in page.text
    form = hidden(page) | {"_draft": drafts_in(page)[0], "way": "said"} | says(BEGUN, "table")
    kept = meri.post(f"/cases/{room.number}/drafts", data=form | {"_keep": "yes"}, follow_redirects=False)
    assert (kept.status_code, kept.headers["location"]) == (303, door)
    again = meri.get(door)
    assert BEGUN in filled(again)
    assert re.search(r'name="way" value="said" checked', again.text)
    other = meri.get(door.replace(room.ids["Aino"], room.ids["Pekka"]))
    assert BEGUN not in other.text
    meri.post(door, data=form)
    assert BEGUN in [one["words"] for one in room.aino.reads()["statements"]]
    assert BEGUN not in filled(meri.get(door))


def test_what_is_longer_than_an_act_takes_is_not_cut_off_but_comes_back_whole(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    page = aino.get(door)
    assert "maxlength" not in "".join(re.findall("<textarea[^>]*>", page.text))
    assert 'data-limit="10000"' in page.text
    long = "Pitkä lause. " * 1_600
    back = aino.post(door, data=hidden(page) | says(long))
    assert back.status_code == 422
    assert long in filled(back)


def test_a_form_that_is_too_large_says_that_the_browser_has_it_yet(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    back = aino.post(door, data=hidden(aino.get(door)) | says("a" * 600_000), headers={"Accept": "text/html"})
    assert back.status_code == 413
    assert "paluupainikkeella" in back.text
