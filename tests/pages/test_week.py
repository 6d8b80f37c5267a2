"""The week of somebody who leads: their sessions day by day, of every workflow, and nobody else's."""

from tests.houses import House
from tests.supervisions import in_mapping
from tests.world import LiveCase

HTML = {"Accept": "text/html", "Accept-Language": "fi"}


def week_of(case: LiveCase, name: str, query: str = "") -> str:
    answer = case.house.client(name).get(f"/week{query}", headers=HTML)
    assert answer.status_code == 200
    return answer.text


def test_a_week_shows_the_sessions_of_the_cases_that_one_leads(house: House) -> None:
    case = in_mapping(house, "Sanna", "Olli")
    case.plans("evaluation", name="Raili", days=1)
    page = week_of(case, "Raili")
    assert f"Arviointitapaaminen: Työnohjaus {case.number}" in page
    assert "Arviointitapaaminen" not in week_of(case, "Raili", "?of=2031-01-01")


def test_who_takes_part_or_orders_sees_no_session_there(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.plans("evaluation", name="Raili", days=1)
    for name in ("Sanna", "Leena"):
        assert case.number not in week_of(case, name)


def test_a_cancelled_session_is_not_in_the_week_and_a_day_out_of_all_years_is_today(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna")
    planned = case.plans("evaluation", name="Raili", days=1)
    case.raili.does(f"sessions/{planned}/cancellation")
    assert "Arviointitapaaminen" not in week_of(case, "Raili", "?of=0001-01-01")
