"""One person, several roles: somebody with an office of the employer never reads the table, in any order."""

import httpx
import pytest
from sqlalchemy import select, update

from mediation.people.directory import find_person, give_office
from mediation.store.models import Office
from tests.houses import House
from tests.world import LiveCase, address, browser, case_at, post_of, problem, secret_in, statements

ESIMERKKILA = "Esimerkkilä"


def invited(room: LiveCase, name: str, office: str, organisation: str = ESIMERKKILA) -> str:
    """The secret of the link by which somebody is invited to an office."""
    room.house.person("Arvo", office="admin")
    room.house.person("Anni", office="admin", organisation="Sovittelijat")
    post_of(room.house)
    body = {"name": name, "email": address(name), "language": "fi", "office": office}
    body["organisation"] = room.house.organisation(organisation)
    who = "Arvo" if organisation == ESIMERKKILA else "Anni"
    assert room.house.client(who).post("/api/invitations", json=body).status_code == 202
    [letter] = [one for one in post_of(room.house) if one["To"] == address(name)]
    return secret_in(letter)


def used(room: LiveCase, secret: str) -> httpx.Response:
    return room.house.client().post("/api/sign-in/sessions", json={"secret": secret})


def offices_of(house: House, name: str) -> set[str]:
    with house.installation.database.reading() as db:
        held = select(Office.office).where(Office.person_id == house.people[name], Office.until.is_(None))
        return set(db.scalars(held))


@pytest.mark.parametrize("office", ["hr", "admin"])
def test_who_mediates_here_does_not_come_to_run_the_employers_affairs(house: House, office: str) -> None:
    """H7. The office after the assignment: the second of two links made a mediator HR at the employer."""
    room = case_at(house, "dialogue")
    house.person("Oili")
    as_mediator, for_employer = invited(room, "Oili", "mediator", "Sovittelijat"), invited(room, "Oili", office)
    assert used(room, as_mediator).status_code == 201
    room.vilho.does("mediators", {"person": house.people["Oili"]})
    problem(used(room, for_employer), 403, "mediates-here")
    assert offices_of(house, "Oili") == {"mediator"}
    assert room.oili.reads()["you"]["roles"] == ["mediator"]
    assert browser(house, address("Oili")).get("/api/cases").json()["cases"]  # an ordinary link signs her in
    room.vilho.does("mediators", {"person": house.people["Meri"]})
    assert used(room, for_employer).status_code == 201  # once somebody else mediates, the link is good
    assert offices_of(house, "Oili") == {"mediator", office}


def test_who_came_to_the_office_first_is_not_assigned(house: House) -> None:
    """H7. The other order."""
    room = case_at(house, "dialogue")
    house.person("Oili")
    for secret in (invited(room, "Oili", "hr"), invited(room, "Oili", "mediator", "Sovittelijat")):
        assert used(room, secret).status_code == 201
    for role in ("mediator", "co-mediator"):
        room.vilho.refused("mediators", {"person": house.people["Oili"], "role": role}, 403, "cannot-be-chosen")
    room.oili.reads_nothing()


@pytest.mark.parametrize("role", ["mediator", "co-mediator"])
def test_a_person_with_both_roles_gets_no_seat_in_any_order(house: House, role: str) -> None:
    """H7. The seat: an installation in which somebody was both before this was asked, or became so past it."""
    room = case_at(house, "dialogue")
    room.vilho.does("mediators", {"person": house.people["Ilmari"], "role": role})
    assert room.ilmari.reads()["you"]["roles"] == [role]
    with house.installation.database.writing() as db:
        row = Office(id=db.new_id(), person_id=house.people["Ilmari"], office="hr", since=db.now())
        row.organisation_id = house.organisation(ESIMERKKILA)
        db.add(row)
    room.ilmari.reads_nothing()
    room.ilmari.refused("notes", {"words": "Tauko."}, 404, "case-not-found")
    assert room.client("Ilmari").get("/api/cases").json()["cases"] == []
    assert room.client("Ilmari").get("/api/statuses").json()["statuses"] == []
    with house.installation.database.writing() as db:
        db.execute(update(Office).where(Office.id == row.id).values(until=db.now()))
    assert room.ilmari.reads()["you"]["roles"] == [role]


def test_an_office_of_another_employer_or_of_an_ended_case_is_nobodys_business(house: House) -> None:
    """H7. Only the employer of a case that is under way is asked about."""
    room = case_at(house, "dialogue")
    elsewhere = house.organisation("Muualla")
    with house.installation.database.writing() as db:
        give_office(db, find_person(db, house.people["Meri"]), elsewhere, "hr")
    assert room.meri.reads()["you"]["roles"] == ["mediator"]
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    with house.installation.database.writing() as db:
        give_office(db, find_person(db, house.people["Meri"]), house.organisation(ESIMERKKILA), "hr")
    room.meri.reads_nothing()


@pytest.mark.parametrize("role", ["support-person", "interpreter", "party"])
def test_who_sat_at_the_table_does_not_take_over_as_commissioner(house: House, role: str) -> None:
    """H8. A support person became commissioner by hand-over; siblings: interpreters, parties, those who were it once."""
    room = case_at(house, "dialogue")
    house.person("Veikko", office="hr")
    room.comes("Veikko", role, **({"supports": room.ids["Aino"]} if role == "support-person" else {}))
    veikko = {"person": house.people["Veikko"]}
    room.vilho.refused("hand-overs", veikko, 403, "cannot-be-chosen")
    if role == "party":
        room.veikko.does("withdrawals", {"confirmed": True})
    else:
        room.meri.does(f"DELETE participants/{room.ids['Veikko']}")
    room.vilho.refused("hand-overs", veikko, 403, "cannot-be-chosen")
    assert room.line()["number"] == room.number


def test_who_mediated_does_not_take_over_as_commissioner(house: House) -> None:
    """H8. A sibling: what a mediator has heard does not go to the employer with the office."""
    room = case_at(house, "dialogue")
    room.vilho.does("mediators", {"person": house.people["Ilmari"]})
    with house.installation.database.writing() as db:
        give_office(db, find_person(db, house.people["Meri"]), house.organisation(ESIMERKKILA), "hr")
    room.vilho.refused("hand-overs", {"person": house.people["Meri"]}, 403, "cannot-be-chosen")


@pytest.mark.parametrize("role", ["support-person", "interpreter"])
def test_the_commissioner_does_not_come_to_the_table_as_a_companion(house: House, role: str) -> None:
    """H8. The other order of the same."""
    room = case_at(house, "dialogue")
    supports = {"supports": room.ids["Aino"]} if role == "support-person" else {}
    vilho = {"person": house.people["Vilho"], "role": role, **supports}
    room.meri.refused("participants", vilho, 403, "roles-exclude")


def test_the_refusal_is_the_same_for_everybody_who_cannot_be_chosen(house: House) -> None:
    """H8. Not at the table, at the table, no such person, no such office: one answer, by the same statements."""
    room = case_at(house, "dialogue")
    for name in ("Veikko", "Viivi"):
        house.person(name, office="hr")
    room.comes("Veikko", "interpreter")
    for name in ("Oskari", "Tuula", "Aino", "Pekka"):
        with house.installation.database.writing() as db:
            give_office(db, find_person(db, house.people[name]), house.organisation("Sovittelijat"), "mediator")
    people = house.people | {"nobody": "Z" * 20}
    for path, names in {
        "mediators": ("nobody", "Outi", "Veikko", "Viivi", "Tuula", "Aino", "Pekka", "Vilho"),
        "hand-overs": ("nobody", "Outi", "Veikko", "Tuula", "Aino", "Meri"),
    }.items():
        room.vilho.refused(path, {"person": people["Outi"]}, 403, "cannot-be-chosen")  # compiled once
        answers, work = set(), []
        for name in names:
            with statements(house.installation.database.engine) as sent:
                answers.add(room.vilho.asks(path, {"person": people[name]}).text)
            work.append(sent)
        assert len(answers) == 1, answers
        assert all(one == work[0] for one in work), path
    assert room.meri.reads()["you"]["roles"] == ["mediator"]
