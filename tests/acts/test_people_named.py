"""How people are named at a case: one mailbox for several, one name for two, and a name typed otherwise than it is stored."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mediation.store.models import Case, Participant, Person, RoleHeld, get
from tests.houses import House
from tests.world import LiveCase, body_of, case_at, post_of, problem

HOME = "koti@example.org"


def named(name: str, email: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, **({"email": email} if email else {}), **more}


@pytest.fixture
def office(house: House) -> House:
    """Vilho is HR at Esimerkkilä, where Aino works."""
    house.person("Vilho", office="hr")
    house.person("Aino")
    return house


def refers(house: House, *parties: dict[str, Any], **more: Any) -> httpx.Response:
    referral = {"organisation": house.organisation("Esimerkkilä"), "subject": "Vuoronvaihto", "parties": list(parties)}
    return house.client("Vilho").post("/api/cases", json=referral | more)


def parties(house: House, number: str) -> list[tuple[str, str | None]]:
    """The names and addresses of the parties to a case."""
    with house.installation.database.reading() as db:
        rows = db.scalars(
            select(Participant)
            .join(Case, Case.id == Participant.case_id)
            .join(RoleHeld, (RoleHeld.participant_id == Participant.id) & (RoleHeld.role == "party"))
            .where(Case.number == number)
        )
        return sorted((get(db, one, "name"), get(db, one, "email")) for one in rows)


def test_parties_who_share_a_mailbox_are_as_many_as_were_named(office: House) -> None:
    """Workflow.md rule 21: the case had two parties, and HR read three names."""
    made = refers(office, named("Aino", HOME), named("Bertta", HOME), named("Cecilia", "cecilia@example.org"))
    assert made.status_code == 201
    assert parties(office, made.json()["number"]) == [
        ("Aino", HOME),
        ("Bertta", HOME),
        ("Cecilia", "cecilia@example.org"),
    ]


def test_somebody_named_later_at_a_mailbox_does_not_become_who_was_there_before(office: House) -> None:
    first = refers(office, named("Aino", HOME), named("Bertta", HOME)).json()["number"]
    later = refers(office, named("Daavid", HOME, language="sv"), named("aino", "KOTI@example.org")).json()["number"]
    assert parties(office, first) == [("Aino", HOME), ("Bertta", HOME)]
    assert parties(office, later) == [("Daavid", HOME), ("aino", HOME)]
    with office.installation.database.reading() as db:
        known = {
            get(db, one, "name"): one.language for one in db.scalars(select(Person)) if one.email_order or one.email
        }
    assert {"Aino": "fi", "Bertta": "fi", "Daavid": "sv"}.items() <= known.items()
    assert "aino" not in known


@pytest.mark.parametrize(
    "again",
    [named("AINO ", "Koti@Example.org"), named("Aino", HOME, capacity="hoitaja", language="sv")],
)
def test_a_referral_that_names_one_person_twice_is_refused_and_leaves_no_case(office: House, again: Any) -> None:
    told = problem(refers(office, named("Aino", HOME), again), 422, "named-twice")
    assert [one["field"] for one in told["errors"]] == ["parties"]
    with office.installation.database.reading() as db:
        assert db.scalar(select(Case.id)) is None


def test_a_person_named_by_id_and_by_name_is_named_twice_whatever_the_address(office: House) -> None:
    """Else the answer would tell at which address somebody is known."""
    aino = {"person": office.people["Aino"]}
    answers = [
        problem(refers(office, aino, named("aino", email)), 422, "named-twice")
        for email in ("aino@example.org", "arvaus@example.org")
    ]
    assert {one["title"] for one in answers} == {answers[0]["title"]}
    problem(refers(office, aino, aino), 422, "named-twice")
    assert refers(office, aino, named("Pekka", "aino@example.org")).status_code == 201


def test_two_parties_at_one_mailbox_are_invited_each_in_a_letter_of_their_own(house: House) -> None:
    case = case_at(house, "preparation")
    invited = [case.meri.does("participants", named(name, HOME, role="party"))["id"] for name in ("Bertta", "Cecilia")]
    post_of(house)
    for one in invited:
        case.meri.does("invitations", {"participant": one})
    letters = post_of(house)
    assert [one["To"] for one in letters] == [HOME] * 2
    greeted = [{name for name in ("Bertta", "Cecilia") if name in body_of(one)} for one in letters]
    assert sorted(greeted, key=str) == [{"Bertta"}, {"Cecilia"}]
    assert len({str(one["Subject"]) for one in letters}) == 1


def test_a_successor_who_is_a_party_already_is_refused_and_nobody_leaves(house: House) -> None:
    case = case_at(house, "preparation")
    pekka = case.house.people["Pekka"]
    before = parties(house, case.number)
    [aino] = [one["id"] for one in case.meri.reads()["participants"] if one["name"].startswith("Aino")]
    case.meri.refused(f"participants/{aino}/successor", {"person": pekka}, 422, "named-twice")
    assert parties(house, case.number) == before


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("p\u00e4ivi@example.org", "email-beyond-ascii"),
        ("aino@example..org", "email-malformed"),
        ("aino.@example.org", "email-malformed"),
    ],
)
def test_an_address_that_cannot_be_written_to_is_refused_at_once_wherever_one_is_given(
    office: House, address: str, code: str
) -> None:
    problem(refers(office, named("P\u00e4ivi", address), named("Pekka")), 422, code)
    problem(refers(office, named("Pekka"), initiator=named("P\u00e4ivi", address)), 422, code)
    case = case_at(office, "preparation")
    case.meri.refused("participants", {"name": "P\u00e4ivi", "email": address, "role": "community-member"}, 422, code)
    office.person("Arvo", office="admin")
    invited = {
        "name": "P\u00e4ivi",
        "email": address,
        "office": "hr",
        "organisation": office.organisation("Esimerkkilä"),
    }
    problem(office.client("Arvo").post("/api/invitations", json=invited), 422, code)


def test_a_name_is_confirmed_in_person_however_the_keyboard_composes_it(house: House) -> None:
    case = case_at(house, "preparation")
    person = {"name": " Pa\u0308ivi O\u0308stro\u0308m-d\u2019Hondt ", "role": "party"}
    paivi = case.meri.does("participants", person)["id"]
    [line] = [one for one in case.meri.reads()["participants"] if one["id"] == paivi]
    assert line["name"] == "P\u00e4ivi \u00d6str\u00f6m-d\u2019Hondt"
    own = {"answer": "declined", "way": "in-person", "for": [paivi]}
    case.meri.refused("consents", {**own, "confirmed_name": "Paivi Ostrom-d'Hondt"}, 422, "confirmation-differs")
    case.meri.does("consents", {**own, "confirmed_name": "p\u00e4ivi  o\u0308str\u00f6m\u2011d'hondt"})


MATTI = "Matti Virtanen"


def test_who_refers_two_people_of_one_name_is_asked_what_they_do(office: House) -> None:
    told = refers(office, named(MATTI), named("matti  virtanen", capacity="hoitaja"), named("Aino"))
    assert told.status_code == 201
    [warning] = told.json()["warnings"]
    assert f"sama nimi: {MATTI}" in warning
    assert len(parties(office, told.json()["number"])) == 3
    for capacities in (("hoitaja", "esihenkilö"), ("hoitaja", "Hoitaja ")):
        two = [named(MATTI, capacity=one) for one in capacities]
        assert bool(refers(office, *two).json()["warnings"]) is (capacities[1] != "esihenkilö")


def test_who_is_added_a_second_time_is_said_to_be_there_already(house: House) -> None:
    """Else a namesake at the same mailbox would be answered 201, and be nowhere."""
    case = case_at(house, "preparation")
    body = named(MATTI, HOME, role="party", capacity="hoitaja")
    first = case.meri.does("participants", body)
    again = case.meri.does("participants", {**body, "name": "matti virtanen", "capacity": "esihenkil\u00f6"})
    assert (first["warnings"], again["id"]) == ([], first["id"])
    there, kept = again["warnings"]
    assert there.startswith(f"{MATTI} on jo mukana")
    assert "antamaasi ei kirjattu" in kept
    assert len(case.meri.does("participants", body)["warnings"]) == 1
    del body["email"]
    other = case.meri.does("participants", {**body, "capacity": "esihenkil\u00f6"})
    assert other["id"] != first["id"]
    assert other["warnings"] == []


def test_a_capacity_given_later_is_noted_where_there_was_none_and_else_said_to_be_kept(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    tuula = {"person": case.people["Tuula"], "role": "support-person", "supports": case.ids["Aino"]}
    assert noted(case, tuula) == (1, None)
    assert noted(case, tuula, " luottamusmies ") == (1, "luottamusmies")
    assert noted(case, tuula, "työkaveri") == (2, "luottamusmies")
    case.meri.refused("participants", tuula | {"capacity": "x" * 201}, 422, "malformed")


@pytest.mark.parametrize("name", ["Aino", "Kaarina", "Vilho"])
def test_who_reports_to_whom_is_not_passed_by_when_somebody_is_added_again(sqlite_house: House, name: str) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.plans("follow-up", days=30)
    case.drafts(["Pekka"])
    case.sends()
    again = {"person": case.people[name], "role": "initiator"}
    warnings, capacity = noted(case, again, "tiiminvetäjä")
    assert (warnings, capacity, case.meri.reads("agreement")["state"]) == (1, None, "sent")


def noted(case: LiveCase, one: dict[str, str], capacity: str = "") -> tuple[int, object]:
    """Of how much adding somebody warns, and the capacity that they have then."""
    told = case.meri.does("participants", one | ({"capacity": capacity} if capacity else {}))
    [line] = [line for line in case.meri.reads()["participants"] if line["id"] == told["id"]]
    return len(told["warnings"]), line["capacity"]


def test_a_mediator_sees_that_two_people_have_one_name_until_their_positions_tell_them_apart(house: House) -> None:
    case = case_at(house, "preparation")
    joins = {"name": MATTI, "role": "party", "capacity": "hoitaja"}
    assert case.meri.does("participants", joins)["warnings"] == []
    told = [case.meri.does("participants", {**joins, "capacity": one}) for one in ("hoitaja", "esihenkilö")]
    assert [len(answer["warnings"]) for answer in told] == [1, 1]
    lines = case.meri.reads()["participants"]
    assert {one["same_name"] for one in lines if one["name"] == MATTI} == {True}
    assert {one["same_name"] for one in lines if one["name"] != MATTI} == {False}
    assert not any("same_name" in one for one in case.aino.reads()["participants"])
