"""Ties: those who take part are compared with the supervisor's own cases, for the supervisor alone."""

import pytest

from tests.houses import House
from tests.pages.test_ordering_pages import page_of
from tests.world import LiveCase, answered, rows


def supervised(house: House, *names: str, by: str = "Raili") -> LiveCase:
    """A supervision that Leena ordered in the office of hr, with these people, and who is to supervise them."""
    house.person("Leena", office="hr")
    house.person(by, office="mediator", organisation="Ohjaajat")
    case = LiveCase(house)
    people = [{"person": house.person(name)} if " " not in name else {"name": name} for name in names]
    body = {"organisation": house.organisation("Esimerkkilä"), "subject": "Työnohjaus", "workflow": "supervision"}
    told = answered(house.client("Leena").post("/api/cases", json={**body, "parties": people}))
    case.number = told["number"]
    case.leena.does("mediators", {"person": house.people[by]})
    case.learn_people(tokens=True)
    return case


def test_who_supervises_is_told_whom_they_know_from_their_own_cases_by_mailbox_and_by_name(house: House) -> None:
    before = supervised(house, "Sanna", "Olli Oja")
    case = supervised(house, "Sanna", "OLLI  OJA", "Kaisa")
    told = [(one["name"], one["by"], one["number"]) for one in case.raili.reads("own-ties")]
    assert told == [
        ("Leena", "address", before.number),
        ("OLLI  OJA", "name", before.number),
        ("Sanna", "address", before.number),
    ]


def test_cases_of_another_supervisor_are_not_compared(sqlite_house: House) -> None:
    supervised(sqlite_house, "Sanna", by="Pirjo")
    case = supervised(sqlite_house, "Sanna")
    assert case.raili.reads("own-ties") == []


def test_nobody_else_reads_what_was_compared_and_nothing_is_kept(sqlite_house: House) -> None:
    before = supervised(sqlite_house, "Sanna")
    case = supervised(sqlite_house, "Sanna")
    kept = rows(sqlite_house)
    assert case.raili.reads("own-ties")
    page = page_of(sqlite_house, "Raili").get(f"/cases/{case.number}/declarations").text
    assert f"/cases/{before.number}" in page
    after = rows(sqlite_house)
    assert {name for name in kept if kept[name] != after[name]} <= {"sign_in_sessions", "links", "letters", "paces"}
    case.sanna.refused("GET own-ties", None, 403, "not-yours-to-see")
    assert before.number not in page_of(sqlite_house, "Sanna").get(f"/cases/{case.number}/declarations").text


@pytest.mark.parametrize("workflow", ["mediation"])
def test_a_mediation_compares_nothing(sqlite_house: House, workflow: str) -> None:
    sqlite_house.person("Leena", office="hr")
    sqlite_house.person("Raili", office="mediator", organisation="Ohjaajat")
    case = LiveCase(sqlite_house)
    body = {"organisation": sqlite_house.organisation("Esimerkkilä"), "subject": "Riita", "workflow": workflow}
    case.number = answered(sqlite_house.client("Leena").post("/api/cases", json={**body, "parties": []}))["number"]
    case.leena.does("mediators", {"person": sqlite_house.people["Raili"]})
    case.raili.refused("GET own-ties", None, 403, "not-yours-to-see")
