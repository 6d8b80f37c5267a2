"""The own register of who leads: hours by month, form and kind, without names, which outlast the cases."""

from typing import Any

from sqlalchemy import select

from mediation.retention import run as retention
from mediation.store.models import Case, CountedHours, LeadersHours
from tests.houses import House
from tests.supervised import Supervision, supervision_at
from tests.world import LiveCase, answered, case_at

Json = dict[str, Any]


def own(case: LiveCase, name: str = "Raili", year: int = 2027) -> Json:
    return dict(answered(case.client(name).get("/api/me/hours", params={"year": year})))


def hold(case: Supervision, when: str, minutes: int = 90, kind: str = "supervision") -> str:
    case.house.clock.set(when)
    session = case.plans(kind, days=0, minutes=minutes)
    case.raili.does(f"sessions/{session}/beginning")
    case.later(minutes=minutes)
    case.raili.does(f"sessions/{session}/ending", {"early": False})
    return session


def at(case: LiveCase, when: str) -> None:
    case.house.clock.set(when)
    retention.run(case.house.installation.database)  # that the clock is right
    case.rounds()


def test_a_month_is_entered_a_week_after_its_end_by_form_and_kind_of_all_cases_together(house: House) -> None:
    case = supervision_at(house, form="work-community")
    case.is_marked(kind_chosen="change")
    other = supervision_at(house, people=("Timo", "Elina"), form="group")
    hold(case, "2027-01-20 09:00")
    hold(other, "2027-01-21 09:00", 60)
    hold(case, "2027-02-10 09:00", 75)
    at(case, "2027-02-06 09:00")
    assert own(case)["months"] == []
    at(case, "2027-02-09 09:00")
    [january] = own(case)["months"]
    assert january == {
        "month": "2027-01",
        "lines": [
            {"workflow": "supervision", "form": "group", "kind": "", "minutes": 60},
            {"workflow": "supervision", "form": "work-community", "kind": "change", "minutes": 90},
        ],
    }
    at(case, "2027-03-09 09:00")
    at(case, "2027-03-09 10:00")
    told = own(case)
    assert [one["month"] for one in told["months"]] == ["2027-01", "2027-02"]
    assert told["minutes"] == 90 + 60 + 75
    assert own(case, "Sanna")["months"] == []


def test_what_is_corrected_or_recorded_after_its_month_was_entered_comes_with_the_next_one(house: House) -> None:
    case = supervision_at(house)
    hold(case, "2027-01-20 09:00")
    at(case, "2027-02-09 09:00")
    late = {"kind": "supervision", "begun_at": "2027-01-25T09:00:00+02:00", "minutes": 60}
    case.raili.does("sessions/held", late)
    hold(case, "2027-02-17 09:00", 45)
    at(case, "2027-03-09 09:00")
    assert [(one["month"], one["lines"][0]["minutes"]) for one in own(case)["months"]] == [
        ("2027-01", 90),
        ("2027-02", 105),
    ]


def test_a_session_of_which_the_supervisor_was_absent_is_not_entered(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    session = hold(case, "2027-01-20 09:00")
    case.raili.does(f"PUT sessions/{session}/attendance", {"attendance": {case.ids["Raili"]: "absent"}})
    at(case, "2027-02-09 09:00")
    assert own(case)["months"] == []


def test_a_case_that_ends_is_entered_at_once_and_the_register_outlasts_its_deletion(house: House) -> None:
    case = supervision_at(house)
    hold(case, "2027-01-20 09:00")
    case.raili.does("discontinuation", {"outcome": "supervision-not-begun"})
    at(case, "2027-01-20 12:00")
    assert own(case)["minutes"] == 90
    number = case.number
    case.later(days=365 * 6)
    retention.run(house.installation.database)
    retention.run(house.installation.database)
    with house.installation.database.reading() as db:
        assert db.scalars(select(CountedHours)).all() == []
        [row] = db.scalars(select(LeadersHours))
        told = {name: getattr(row, name) for name in map(str, row.__table__.columns.keys())}
        case_id = db.scalars(select(Case.id).where(Case.number == number)).one()
    assert own(case)["minutes"] == 90
    assert case_id not in map(str, told.values())
    assert number not in map(str, told.values())


def test_a_register_that_no_round_has_entered_is_entered_before_the_record_goes(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    hold(case, "2027-01-20 09:00")
    case.raili.does("discontinuation", {"outcome": "supervision-not-begun"})
    case.later(days=365 * 6)
    retention.run(sqlite_house.installation.database)
    retention.run(sqlite_house.installation.database)
    assert own(case)["minutes"] == 90


def test_mediators_have_the_same_register_by_process_alone(house: House) -> None:
    case = case_at(house, "dialogue")
    case.later(days=60)
    case.rises()
    at(case, "2027-06-09 09:00")
    told = own(case, "Meri")
    assert {(one["workflow"], one["form"], one["kind"]) for one in told["sums"]} == {("mediation", "", "")}
    assert told["minutes"] > 0
    assert own(case, "Aino")["minutes"] == 0


def test_the_table_and_the_confirmation_say_the_same_hours(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house, form="group")
    hold(case, "2027-01-20 09:00")
    at(case, "2027-02-09 09:00")
    asked = {"params": {"year": 2027}, "headers": {"Accept-Language": "fi"}}
    table = case.client("Raili").get("/api/me/hours/table", **asked).content.decode("utf-8-sig")
    assert table.splitlines()[1] == "2027-01;Työnohjaus, Ryhmätyönohjaus;90;1,50"
    page = case.client("Raili").get("/hours", **asked).text
    assert "Työnohjaus, Ryhmätyönohjaus" in page
    paper = case.client("Raili").get("/hours/confirmation", **asked).text
    assert "Todistus tunneista" in paper
    assert "Työnohjaus, Ryhmätyönohjaus: 1,5 h" in paper
    pdf = case.client("Raili").get("/api/me/hours/confirmation", **asked)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
