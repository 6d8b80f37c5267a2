"""Who ordered a case has one line of it: as part of an office, or for themselves, as the workflow declares."""

from mediation.people.directory import end_office, find_person
from mediation.workflow.declaration import Trait
from tests.houses import House
from tests.world import LiveCase, answered
from workflows import WORKFLOWS


def ordered(house: House, workflow: str) -> LiveCase:
    """A case that Leena referred in the office of hr, and so ordered."""
    house.person("Leena", office="hr")
    case = LiveCase(house)
    body = {"organisation": house.organisation("Esimerkkilä"), "subject": "Työn kehittäminen", "workflow": workflow}
    case.number = answered(house.client("Leena").post("/api/cases", json={**body, "parties": []}))["number"]
    return case


def leaves_the_office(case: LiveCase) -> None:
    with case.writing() as db:
        end_office(db, find_person(db, case.people["Leena"]), case.house.organisation("Esimerkkilä"), "hr")


def test_who_commissioned_a_mediation_reads_its_line_only_in_the_office(house: House) -> None:
    case = ordered(house, "mediation")
    assert case.line("Leena")["status"] == "not-started"
    leaves_the_office(case)
    assert case.leena.asks(f"GET /statuses/{case.number}").status_code == 404
    assert case.leena.asks("POST order", {"terms": "Hinta"}).status_code == 404


def test_who_ordered_a_supervision_needs_no_office(house: House) -> None:
    case = ordered(house, "supervision")
    leaves_the_office(case)
    assert case.line("Leena")["status"] == "not-started"
    assert [one["number"] for one in case.leena.reads("/statuses")["statuses"]] == [case.number]
    case.leena.does("order", {"terms": "120 euroa tunnilta"})
    assert case.line("Leena")["order"]["terms"] == "120 euroa tunnilta"
    case.leena.reads_nothing()
    page = case.client("Leena").get("/")
    assert f"/statuses/{case.number}" in page.text
    assert "/refer" not in page.text


def test_each_workflow_says_whether_who_orders_needs_an_office() -> None:
    of_office = {code: bool(one.who(Trait.OF_OFFICE)) for code, one in WORKFLOWS.items()}
    assert of_office == {"mediation": True, "supervision": False}
