"""Who somebody is, whom they may choose to mediate, and the list of their cases."""

import pytest

from mediation.people.directory import end_office, find_person
from mediation.reading.me import list_colleagues
from tests.houses import House
from tests.world import LiveCase, answered, case_at, problem, referred


def reads(house: House, name: str | None, path: str) -> dict[str, object]:
    told: dict[str, object] = answered(house.client(name).get(f"/api/{path}"))
    return told


def test_everybody_learns_who_they_are_and_which_offices_they_hold(sqlite_house: House) -> None:
    sqlite_house.person("Vilho", office="hr")
    sqlite_house.person("Aino", language="sv")
    assert reads(sqlite_house, "Vilho", "me") == {
        "person": sqlite_house.people["Vilho"],
        "name": "Vilho",
        "language": "fi",
        "offices": [
            {
                "office": "hr",
                "organisation": sqlite_house.organisation("Esimerkkilä"),
                "organisation_name": "Esimerkkilä",
            }
        ],
    }
    assert reads(sqlite_house, "Aino", "me")["offices"] == []
    problem(sqlite_house.client(None).get("/api/me"), 401, "token-missing")


def people_to_choose_from(house: House, name: str, path: str = "mediators") -> list[str]:
    told = answered(house.client(name).get(f"/api/{path}"))
    assert all(set(one) == {"person", "name", "organisation_name"} for one in told["mediators"])
    return sorted(one["name"] for one in told["mediators"])


def test_an_office_that_has_ended_is_nobodys_and_nobody_is_chosen_for_it(sqlite_house: House) -> None:
    for name, office, organisation in (
        ("Vilho", "hr", "Esimerkkilä"),
        ("Veikko", "hr", "Esimerkkilä"),
        ("Meri", "mediator", "Sovittelijat"),
        ("Ilmari", "mediator", "Sovittelijat"),
    ):
        sqlite_house.person(name, office=office, organisation=organisation)
    employer = sqlite_house.organisation("Esimerkkilä")
    with sqlite_house.installation.database.writing() as db:
        vilho, veikko, meri = (find_person(db, sqlite_house.people[name]) for name in ("Vilho", "Veikko", "Meri"))
        assert [one.name for one in list_colleagues(db, employer, besides=vilho.id)] == ["Veikko"]
        end_office(db, veikko, employer, "hr")
        end_office(db, meri, sqlite_house.organisation("Sovittelijat"), "mediator")
        assert list_colleagues(db, employer, besides=vilho.id) == []
    assert reads(sqlite_house, "Veikko", "me")["offices"] == []
    assert people_to_choose_from(sqlite_house, "Vilho") == ["Ilmari"]


def test_who_assigns_a_mediator_can_choose_by_the_api_alone(sqlite_house: House) -> None:
    room = referred(sqlite_house, people=("Vilho", "Meri", "Aino", "Pekka"))
    sqlite_house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    sqlite_house.person("Sisko", office="mediator")  # a trained member of staff
    sqlite_house.person("Elsa", office="mediator", organisation="Muualla")
    sqlite_house.person("Hilla", office="hr", organisation="Muualla")
    sqlite_house.person("Ari", office="admin")
    for name in ("Vilho", "Ari"):
        assert people_to_choose_from(sqlite_house, name) == ["Ilmari", "Meri", "Sisko"]
    assert people_to_choose_from(sqlite_house, "Hilla") == ["Elsa", "Ilmari", "Meri"]
    for name in ("Aino", "Meri"):
        problem(sqlite_house.client(name).get("/api/mediators"), 403, "office-needed")
    page = answered(sqlite_house.client("Vilho").get("/api/mediators?limit=2"))
    rest = answered(sqlite_house.client("Vilho").get(page["next"]))
    assert (len(page["mediators"]), len(rest["mediators"])) == (2, 1)
    assert rest["next"] is None
    chosen = next(one for one in [*page["mediators"], *rest["mediators"]] if one["name"] == "Sisko")
    room.vilho.does("mediators", {"person": chosen["person"], "role": "co-mediator"})
    [office] = reads(sqlite_house, "Vilho", "me")["offices"]  # type: ignore[misc]
    body = {"organisation": office["organisation"], "subject": "Uusi asia", "parties": []}
    assert room.vilho.does("/cases", body)["number"]


def test_whom_one_can_choose_says_nothing_of_who_has_a_part_in_a_case(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    before = people_to_choose_from(sqlite_house, "Vilho")
    room.comes("Ilmari", "interpreter")
    room.vilho.does("mediators", {"person": sqlite_house.people["Oskari"], "role": "co-mediator"})
    assert people_to_choose_from(sqlite_house, "Vilho") == before


def listed(room: LiveCase, name: str) -> list[dict[str, object]]:
    cases: list[dict[str, object]] = room[name].reads("/cases")["cases"]
    return cases


@pytest.mark.both_databases
def test_a_commissioner_finds_the_own_referrals_among_the_cases_by_their_status_alone(house: House) -> None:
    room = case_at(house, "dialogue")
    line = {"number": room.number, "workflow": "mediation", "roles": ["commissioner"], "phase": None}
    assert listed(room, "Vilho") == [line | {"status": "dialogue"}]
    room.meri.does("transitions", {"transition": "return-to-problem-definition"}, If_Match=room.tag())
    room.aino.does("pauses")
    assert listed(room, "Vilho") == [line | {"status": "dialogue"}]
    room.vilho.reads_nothing()
    house.person("Veikko", office="hr")
    room.vilho.does("hand-overs", {"person": house.people["Veikko"]})
    assert (listed(room, "Vilho"), listed(room, "Veikko")) == ([], [line | {"status": "dialogue"}])
