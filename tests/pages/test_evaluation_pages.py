"""The pages of goals, evaluations and the summary: each their own ratings as a chart and a table, and forms that work."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mediation import acts
from tests.browsers import DESK, PHONE
from tests.evaluated import GOALS, GROUP, Supervision, supervised
from tests.houses import House
from tests.pages.plays import Play, reached
from tests.pages.walks import HTML, faults_in

PICTURES = os.environ.get("PICTURES")  # a folder, where somebody wants to look at them


def evaluated(house: House) -> Supervision:
    """In its closing evaluation, rated three times, with a summary that waits."""
    table = supervised(house, "active")
    for rating in (2, 3):
        with table.writing() as db:
            table.rates(db, "Sanna", G1=rating, G2=rating + 1)
        house.clock.at += timedelta(days=60)
    with table.writing() as db:
        table.goes_to(db, "closing-evaluation")
        session = table.evaluates(db, *GROUP, "Marko")
        for name in GROUP:
            table.rates(db, name, session, G1=4)
        table.rates(db, "Marko", session, G1=1)
        table.does(db, "Raili", acts.goals.close_rating, session)
        words = {"by_goal": {"G1": "Onnistuu jo usein."}, "wishes": "Jatketaan."}
        table.does(db, "Raili", acts.evaluations.write_evaluation, session, "Opimme puhumaan.", **words)
        table.does(db, "Raili", acts.summaries.write_summary, words="Ryhmä puhuu ajoissa.")
    return table


def page_for(table: Supervision, name: str, path: str) -> str:
    answer = table.house.client(name).get(f"/cases/{table.number}{path}", headers=HTML)
    assert answer.status_code == 200, path
    assert list(faults_in(answer.text)) == [], path
    return answer.text


def sent(table: Supervision, name: str, path: str, **fields: str) -> tuple[int, str]:
    """A form of the first act of a page, filled in and sent."""
    page = page_for(table, name, path)
    form = page[page.index('<form method="post"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    where = f"/cases/{table.number}{path}"
    answer = table.house.client(name).post(where, data=hidden | fields, headers=HTML, follow_redirects=False)
    return answer.status_code, answer.text


def test_each_sees_their_own_ratings_as_a_chart_and_as_a_table(sqlite_house: House) -> None:
    table = evaluated(sqlite_house)
    page = page_for(table, "Sanna", "/goals/ratings")
    assert page.count('<svg class="chart"') == 2
    assert "vanhimmasta uusimpaan: 2, 3, 4." in page
    assert "vanhimmasta uusimpaan: 3, 4." in page
    assert re.findall(r"<td>(\d)</td>", page[: page.index('id="spreads"')]) == ["2", "3", "4", "3", "4"]
    for other in ("Raili", "Olli", "Marko"):
        assert "2, 3, 4" not in page_for(table, other, "/goals/ratings"), other
    assert '<svg class="chart"' not in page_for(table, "Raili", "/goals/ratings")


def test_who_has_rated_the_goals_is_told_so(sqlite_house: House) -> None:
    table = supervised(sqlite_house, "active")
    assert "Olet arvioinut tavoitteet." not in page_for(table, "Sanna", "/goals/ratings")
    assert sent(table, "Sanna", "/goals/ratings", **{"ratings.G1": "4"})[0] == 303
    assert "Olet arvioinut tavoitteet." in page_for(table, "Sanna", "/goals/ratings")
    for other in ("Olli", "Marko", "Raili"):
        assert "Olet arvioinut tavoitteet." not in page_for(table, other, "/goals/ratings"), other


@pytest.mark.parametrize("name", ["Raili", "Sanna", "Marko"])
def test_those_who_take_part_and_the_supervisor_read_spread_and_evaluation(sqlite_house: House, name: str) -> None:
    table = evaluated(sqlite_house)
    goals = page_for(table, name, "/goals/ratings")
    assert re.findall(r"<td>(\d)</td>", goals[goals.index('id="spreads"') :])[:5] == ["0", "0", "0", "6", "0"]
    evaluations = page_for(table, name, "/evaluations")
    assert "Opimme puhumaan." in evaluations
    assert GOALS["G1"] in evaluations
    assert "Ryhmä puhuu ajoissa." in page_for(table, name, "/summary")


def test_a_form_asks_for_each_goal_and_sends_numbers(sqlite_house: House) -> None:
    table = evaluated(sqlite_house)
    assert sent(table, "Jari", "/goals/ratings", **{"ratings.G1": "5"})[0] == 303
    status, page = sent(table, "Jari", "/goals/ratings")
    assert (status, "Arvioi ainakin yksi tavoite." in page) == (422, True)
    with table.writing() as db:
        session = table.evaluates(db, "Jari")
    fields = {"session": session, "learnt": "Ajatuksia.", "by_goal.G2": "Selvempi.", "language": "fi"}
    assert sent(table, "Raili", "/evaluations", **fields)[0] == 303
    assert "Selvempi." in page_for(table, "Sanna", "/evaluations")


def test_a_summary_is_approved_on_its_page_and_then_read_by_who_ordered(sqlite_house: House) -> None:
    table = evaluated(sqlite_house)
    assert f'href="/cases/{table.number}/summary/approvals"' in page_for(table, "Sanna", "")
    for name in (*GROUP, "Marko"):
        assert "Ryhmä puhuu ajoissa." not in page_for(table, "Leena", "/summary")
        assert sent(table, name, "/summary/approvals")[0] == 303
    assert "Ryhmä puhuu ajoissa." in page_for(table, "Leena", "/summary")
    assert "Ryhmä puhuu ajoissa." in page_for(table, "Leena", "/papers/summary-to-orderer")


@pytest.mark.seconds
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_they_have_no_fault_of_access_on_a_phone_and_on_a_desk(
    sqlite_house: House, browser: Browser, dark: bool
) -> None:
    table = evaluated(sqlite_house)
    with reached(sqlite_house) as url:
        play = Play(sqlite_house, browser, url, dark=dark)
        for name in ("Sanna", "Raili"):
            somebody = play.comes(name)
            for path in ("goals/ratings", "evaluations", "summary"):
                for width in (PHONE, DESK):
                    somebody.page.set_viewport_size({"width": width, "height": 800})
                    somebody.goes_to(f"/cases/{table.number}/{path}")
                    if PICTURES:
                        kind = f"{name}-{path.replace('/', '-')}-{width}{'-dark' if dark else ''}.png"
                        somebody.page.screenshot(path=Path(PICTURES) / kind, full_page=True)
    assert play.faults == []


def test_an_interim_evaluation_leads_back_to_the_sessions_and_asks_each_to_rate(sqlite_house: House) -> None:
    table = supervised(sqlite_house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP)
    page = page_for(table, "Raili", "")
    assert page.index("Jatka työnohjausta") < page.index("Siirry loppuarviointiin")
    button = f'class="button primary" href="/cases/{table.number}/goals/ratings"'
    assert button in page_for(table, "Sanna", "")
    with table.writing() as db:
        table.rates(db, "Sanna", session)
    assert button not in page_for(table, "Sanna", "")
