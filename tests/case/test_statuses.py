"""What the commissioner sees: own cases, a line each, a page at a time."""

import pytest

from tests.houses import House
from tests.world import problem, set_table


@pytest.fixture
def table(house: House) -> House:
    """Case 2027-0001, on either database."""
    return set_table(house)


@pytest.mark.both_databases
def test_the_commissioner_reads_own_cases_a_page_at_a_time(table: House) -> None:
    vilho = table.client("Vilho")
    for _ in range(2):
        referral = {"organisation": table.organisation("Esimerkkilä"), "subject": "Toinen", "parties": []}
        assert vilho.post("/api/cases", json=referral).status_code == 201
    first = vilho.get("/api/statuses?limit=2").json()
    assert [one["number"] for one in first["statuses"]] == ["2027-0001", "2027-0002"]
    rest = vilho.get(first["next"]).json()
    assert ([one["number"] for one in rest["statuses"]], rest["next"]) == (["2027-0003"], None)
    assert vilho.get("/api/statuses/2027-0001").json()["status"] == "not-started"
    for name in ("Meri", "Aino", "Outi"):
        assert table.client(name).get("/api/statuses").json() == {"statuses": [], "next": None}
        problem(table.client(name).get("/api/statuses/2027-0001"), 404, "case-not-found")


@pytest.mark.both_databases
def test_a_party_reads_own_cases_a_page_at_a_time(table: House) -> None:
    vilho, aino = table.client("Vilho"), table.client("Aino")
    parties = [{"person": table.people["Aino"]}]
    for _ in range(2):
        referral = {"organisation": table.organisation("Esimerkkilä"), "subject": "Toinen", "parties": parties}
        assert vilho.post("/api/cases", json=referral).status_code == 201
    first = aino.get("/api/cases?limit=2").json()
    assert [one["number"] for one in first["cases"]] == ["2027-0001", "2027-0002"]
    rest = aino.get(first["next"]).json()
    assert ([one["number"] for one in rest["cases"]], rest["next"]) == (["2027-0003"], None)
    whole = aino.get("/api/cases?limit=3").json()
    assert (len(whole["cases"]), whole["next"]) == (3, None)  # a full page, and nothing follows


@pytest.mark.parametrize("noun", ["statuses", "cases"])
@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=drop", "after="])
def test_a_page_that_cannot_be_is_refused(table: House, noun: str, query: str) -> None:
    assert table.client("Vilho").get(f"/api/{noun}?{query}").status_code == 422
