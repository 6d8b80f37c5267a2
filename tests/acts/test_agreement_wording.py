"""What a document says of people does not depend on ids or on who came first."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest

from mediation.acts.agreement_wording import AgreementWording, Person, agreement_data, people_of
from mediation.case.seat import take_seat
from mediation.store.models import Agreement
from mediation.words.catalogue import LANGUAGES
from tests.houses import House
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION
from workflows.mediation_roles import PARTY

NAMES = ("aino", "Bertta", "Matti", "Matti Virtanen", "Oskar", "Zoe", "Ärjy", "Örn")


def refer(house: House, names: Sequence[str]) -> str:
    """A case for these parties, that Meri mediates; its number."""
    house.person("Vilho", office="hr")
    house.person("Meri", office="mediator", organisation="Sovittelijat")
    parties = [{"person": house.person(name, email=False)} for name in names]
    referral = {"organisation": house.organisation("Esimerkkilä"), "subject": "Vuoronvaihto", "parties": parties}
    vilho = house.client("Vilho")
    number = str(vilho.post("/api/cases", json=referral).json()["number"])
    assert vilho.post(f"/api/cases/{number}/order", json={"terms": "Sovittelu tiimissä."}).status_code == 201
    mediator = {"person": house.people["Meri"]}
    assert vilho.post(f"/api/cases/{number}/mediators", json=mediator).status_code == 201
    return number


@pytest.mark.parametrize("seed", range(3))
def test_a_document_names_people_by_name(sqlite_house: House, seed: int) -> None:
    drawn = Random(seed)
    names = drawn.sample(NAMES, 6)
    number = refer(sqlite_house, names)
    with sqlite_house.installation.database.reading() as db:
        people = people_of(db, take_seat(db, WORKFLOWS, number, sqlite_house.people["Meri"]))
    owners = drawn.sample([one for one, who in people.items() if who.name in names], 4)
    paper = wording_of(people, owners)
    for language in LANGUAGES:
        said = agreement_data(paper, language)
        assert [one["name"] for one in said["parties"]] == sorted(names, key=str.casefold)
        assert said["commitments"][0]["owners"] == sorted((people[one].name for one in owners), key=str.casefold)


def wording_of(people: Mapping[str, Person], owners: Sequence[str]) -> AgreementWording:
    """The wording of an agreement in which some of `people` promise something together."""
    words = {"action": "", "rhythm": "", "measure": "", "support": ""}
    promise = {"label": "C1", "owners": owners, "starts_on": None, "due_on": None, "ended": None}
    return AgreementWording(
        case_number="2027-0001",
        agreement=Agreement(version=1, prevailing="fi"),
        workflow=MEDIATION,
        replaces=None,
        people=people,
        texts={
            one: dict.fromkeys(("purpose", "goals", "new_problem", "confidentiality", "notices")) for one in LANGUAGES
        },
        commitments=[{**promise, "texts": dict.fromkeys(LANGUAGES, words)}],
        follow_ups=[],
        issues=[],
        retention_months=24,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_names_two_people_of_one_name_with_their_positions_and_others_without(language: str) -> None:
    names = [("a", "Matti Virtanen", "hoitaja"), ("b", "matti virtanen", "esihenkilö"), ("c", "Aino Aalto", "hoitaja")]
    people = {one: Person(one, name, capacity, frozenset()) for one, name, capacity in names}
    said = agreement_data(wording_of(people, list(people)), language)
    owners = ["Matti Virtanen (hoitaja)", "matti virtanen (esihenkilö)", "Aino Aalto"]
    assert said["commitments"][0]["owners"] == owners


def test_a_capacity_is_printed_in_the_language_of_the_document_else_as_it_was_written() -> None:
    by_language = {"fi": "lähihoitaja", "sv": "närvårdare"}
    people = {
        "a": Person("a", "Aino Aalto", "lähihoitaja", frozenset({PARTY}), by_language),
        "b": Person("b", "Matti Virtanen", "hoitaja", frozenset({PARTY})),
        "c": Person("c", "matti virtanen", "lähihoitaja", frozenset({PARTY}), by_language),
    }
    wording = wording_of(people, ["c"])
    said = {code: agreement_data(wording, code) for code in LANGUAGES}
    assert [one["capacity"] for one in said["sv"]["parties"]] == ["närvårdare", "hoitaja", "närvårdare"]
    assert [one["capacity"] for one in said["en"]["parties"]] == ["lähihoitaja", "hoitaja", "lähihoitaja"]
    assert said["sv"]["commitments"][0]["owners"] == ["matti virtanen (närvårdare)"]
    assert "närvårdare" in "\n".join(wording.written_elsewhere())
