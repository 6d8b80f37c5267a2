"""The course of a case as a page: what was done and when, as far as the table may know."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from mediation.reading.timeline import A_PAGE, TOLD
from mediation.store.models import RecordEntry
from mediation.words.catalogue import LANGUAGES, has_words
from tests.houses import House
from tests.supervisions import GROUP, in_mapping
from tests.world import LiveCase, case_at
from workflows import WORKFLOWS


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "solutions")


def course(room: LiveCase, name: str, number: int = 1) -> httpx.Response:
    headers = {"Accept": "text/html"}
    return room.house.client(name).get(f"/cases/{room.number}/timeline?page={number}", headers=headers)


def lines(page: httpx.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r"<li><p>(.*?)</p>", page.text, re.S)


def without_ids(page: httpx.Response) -> str:
    return re.sub(r'name="(_token|_once)" value="[^"]*"', "", page.text)


def test_every_entry_that_is_told_has_words_in_every_language() -> None:
    assert {
        one for one in ("moved", *TOLD) for language in LANGUAGES if not has_words(f"timeline.{one}", language)
    } == set()


def test_what_is_told_is_entered_by_acts_of_the_workflow_and_seen_in_full_by_who_leads(room: LiveCase) -> None:
    told = lines(course(room, "Meri"))
    assert "Siirryttiin vaiheeseen: Ratkaisujen etsiminen" in told
    assert "Tapaaminen alkoi: Yhteistapaaminen" in told
    assert told.index("Siirryttiin vaiheeseen: Ratkaisujen etsiminen") < told.index(
        "Siirryttiin vaiheeseen: Keskustelu ja vuorovaikutus"
    )
    assert {item for one in WORKFLOWS.values() for item in one.items} >= {*TOLD.values()}


def test_what_was_done_at_once_is_told_once_and_what_is_done_again_again(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    for form, times in ((GROUP, 1), (GROUP, 1), ({**GROUP, "cap": 5}, 2)):
        case.raili.does("PUT form", form)
        assert lines(course(case, "Raili")).count("Työnohjauksen muoto valittiin") == times
        sqlite_house.clock.at += timedelta(minutes=1)


def test_parties_read_the_same_course_but_for_what_is_the_mediators(room: LiveCase) -> None:
    room.meri.does("suspensions", {"cause": "other", "review_on": room.today(9), "words": "", "language": "fi"})
    meri, aino, pekka = (lines(course(room, name)) for name in ("Meri", "Aino", "Pekka"))
    assert aino == pekka
    assert {*meri} > {*aino}
    assert ("Sovittelu keskeytettiin" in meri, "Sovittelu keskeytettiin" in aino) == (True, False)


def test_the_course_is_the_same_with_and_without_what_is_between_the_mediator_and_one_party(room: LiveCase) -> None:
    before = {name: without_ids(course(room, name)) for name in ("Meri", "Aino", "Pekka")}
    room.plans("separate", days=3, with_participant=room.ids["Aino"])
    moved = room.plans("separate", days=3, with_participant=room.ids["Aino"])
    room.meri.does(f"PATCH sessions/{moved}", {"planned_at": room.today(4) + "T09:00:00+02:00"})
    room.meri.does(f"sessions/{moved}/beginning")
    room.meri.does(f"sessions/{moved}/ending")
    room.meri.does("caucuses", {"participant": room.ids["Aino"]})
    room.aino.does("statements", {"words": "Vain sovittelijalle.", "language": "fi", "audience": "mediator"})
    room.aino.does("caucus-requests")
    room.meri.does("notes", {"words": "Oma muistiinpano.", "language": "fi"})
    assert {name: without_ids(course(room, name)) for name in before} == before


def test_a_long_course_comes_in_pages_whose_addresses_count_no_entries(room: LiveCase) -> None:
    for _ in range(A_PAGE):
        room.plans("joint", days=5)
    first, second = course(room, "Meri"), course(room, "Meri", 2)
    assert len(lines(first)) == A_PAGE
    assert 'timeline?page=2"' in first.text
    assert 'timeline?page=1"' in second.text
    with room.house.installation.database.reading() as db:
        whole = db.scalars(select(RecordEntry.position).where(RecordEntry.act == "plan-session")).all()
    planned = [one for one in lines(first) + lines(second) if one.startswith("Tapaamiselle varattiin aika")]
    assert 0 < len(planned) <= len(whole)
    assert course(room, "Meri", 0).status_code == course(room, "Meri", 201).status_code == 422


@pytest.mark.parametrize("name", ["Tuula", "Kaarina", "Vilho"])
def test_nobody_beside_the_table_reads_the_course(room: LiveCase, name: str) -> None:
    assert course(room, name).status_code in {403, 404}


def test_the_course_opens_no_words(room: LiveCase) -> None:
    before = room.aino.reads("reads")
    course(room, "Meri")
    assert room.aino.reads("reads") == before
