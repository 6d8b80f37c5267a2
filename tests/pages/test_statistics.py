"""The page of the figures: a chart and a table for each kind of them, for three offices, in each language."""

import re

import pytest

from mediation.acts.surveys import QUESTIONS
from mediation.words.catalogue import LANGUAGES, say
from tests.houses import House
from tests.pages.test_html import unsound
from tests.pages.walks import HTML, opened
from tests.statistics.test_publishing import load, on_day
from tests.world import case_at
from tests.world.http import statements

MOST = 8  # statements, however many cases there are and however long it goes on


@pytest.fixture
def published(sqlite_house: House) -> House:
    load(sqlite_house)
    on_day(sqlite_house, "2027-04-15")
    on_day(sqlite_house, "2027-07-15")
    return sqlite_house


def read(house: House, name: str, path: str = "/statistics", language: str = "fi") -> str:
    answer = house.client(name).get(path, headers=HTML | {"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_mediators_hr_and_administrators_come_to_it_from_their_start(published: House) -> None:
    for name in ("Vilho", "Meri", "Ari"):
        assert 'href="/statistics"' in read(published, name, "/")
        assert say("page.statistics", "fi") in read(published, name)
    assert 'href="/statistics"' not in read(published, "Aino", "/")
    assert published.client("Aino").get("/statistics", headers=HTML).status_code == 403


@pytest.mark.seconds
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_every_figure_in_every_language_and_says_which_are_not_told(published: House, language: str) -> None:
    page = read(published, "Vilho", f"/language/{language}?to=/statistics", language)
    assert list(unsound(page)) == []
    assert f'lang="{language}"' in page
    for code in ("numbers", "times", "hours", "kept", "survey"):
        assert say(f"figures.{code}", language) in page
    row = re.search(rf"{re.escape(say('coarse.ended-settled', language))}</th>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert row[1].startswith("<td>12</td><td>")
    assert say("page.not-told", language) in row[1]
    assert ("5,5" if language != "en" else "5.5") in page


@pytest.mark.seconds
def test_the_chart_draws_what_the_table_tells(published: House) -> None:
    page = read(published, "Meri", "/statistics?year=2027")
    charts = re.findall(r'<svg class="bars".*?</svg>', page, re.DOTALL)
    assert all('aria-hidden="true"' in one for one in charts)
    assert re.findall(r"<rect.*?height=\"([\d.]+)\"/><text[^>]*>([\d,]+)<", charts[0]) == [
        ("56.0", "10"),
        ("112.0", "20"),
    ]
    assert "2026" in page
    assert "figures-1-1" not in read(published, "Meri", "/statistics?year=2030")


@pytest.mark.seconds
def test_it_takes_a_few_statements_however_much_there_is(published: House) -> None:
    with statements(published.installation.database.engine) as asked:
        read(published, "Vilho")
    few = len(asked)
    for year in range(2028, 2031):
        on_day(published, f"{year}-01-20")
    with statements(published.installation.database.engine) as asked:
        read(published, "Vilho", "/statistics?year=2027")
    assert len(asked) <= few <= MOST


def test_a_party_of_a_case_that_has_ended_is_asked_on_a_page(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    path = f"/cases/{case.number}/survey/answers"
    assert path in opened(case, "Aino", f"/cases/{case.number}").text
    page = opened(case, "Aino", path).text
    assert list(unsound(page)) == []
    assert all(say(f"asks.answer-survey.{one}", "fi") in page for one in QUESTIONS)
    case.aino.does("survey/answers", {"fair": 4})
    assert path not in opened(case, "Aino", f"/cases/{case.number}").text
