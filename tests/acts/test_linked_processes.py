"""Work supervision after a mediation, by a party's own wish: a case of its own, whose link nobody else sees."""

import pytest
from sqlalchemy import select

from mediation.store.models import Case
from tests.houses import House
from tests.world import LiveCase, case_at, count, post_of

NEED = {"need": "Haluan pohtia, miten jatkan työssäni.", "language": "fi"}


def supervision_of(case: LiveCase, number: str) -> LiveCase:
    other = LiveCase(case.house, number)
    other.learn_people(tokens=True)
    return other


def test_a_party_asks_in_follow_up_and_has_a_case_of_their_own(house: House) -> None:
    case = case_at(house, "follow-up")
    number = case.aino.does("supervision-requests", NEED)["number"]
    assert case.aino.does("supervision-requests", NEED)["number"] == number
    other = supervision_of(case, number)
    told = other.aino.reads()
    assert (told["you"]["roles"], told["phase"]) == (["supervisee"], "inquiry")
    assert other.aino.reads("inquiry")["need"] == NEED["need"]
    assert [one["number"] for one in case.aino.reads("supervision-requests")] == [number]
    with case.writing() as db:
        assert db.scalars(select(Case.linked_to).where(Case.number == number)).one() is not None


def test_nobody_else_notices_that_it_was_asked_for(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    doors = ("", "outline", "letters", "record", "transitions")
    readers = ("Meri", "Pekka", "Vilho", "Kaarina")
    before = {name: [case[name].asks(f"GET {one}").content for one in doors] for name in readers}
    case.aino.does("supervision-requests", NEED)
    assert {name: [case[name].asks(f"GET {one}").content for one in doors] for name in readers} == before
    assert case.pekka.reads("supervision-requests") == []
    case.meri.refused("GET supervision-requests", None, 403, "not-yours-to-see")
    case.meri.refused("supervision-requests", NEED, 403, "act-not-yours")


def test_each_who_wants_it_has_a_case_of_their_own(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    numbers = {case[name].does("supervision-requests", NEED)["number"] for name in ("Aino", "Pekka")}
    assert (len(numbers), count(sqlite_house, Case)) == (2, 3)
    mine = case.aino.reads("supervision-requests")
    other = supervision_of(case, mine[0]["number"])
    assert "Pekka" not in str(other.aino.reads())
    other.pekka.reads_nothing()


def test_it_is_asked_for_in_no_phase_before(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions")
    case.aino.refused("supervision-requests", NEED, 409, "act-not-open")


def test_the_mediator_does_not_supervise_there_as_long_as_the_mediation_lasts(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up", ready=True)
    sqlite_house.person("Raili", office="mediator", organisation="Sovittelijat")
    sqlite_house.person("Anna", office="admin", organisation="Sovittelijat")
    other = supervision_of(case, case.aino.does("supervision-requests", NEED)["number"])
    other.anna.refused("mediators", {"person": case.people["Meri"]}, 403, "cannot-be-chosen")
    other.meri.refused("mediators", {"person": case.people["Meri"]}, 403, "cannot-be-chosen")
    case.moves("close")
    other.anna.does("mediators", {"person": case.people["Meri"]})
    assert other.meri.reads("inquiry")["need"] == NEED["need"]


def test_who_supervises_somebody_does_not_mediate_for_them_meanwhile(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up", ready=True)
    sqlite_house.person("Raili", office="mediator", organisation="Sovittelijat")
    other = supervision_of(case, case.aino.does("supervision-requests", NEED)["number"])
    other.raili.does("mediators", {"person": case.people["Raili"]})
    parties = [{"person": case.people[name]} for name in ("Aino", "Outi")]
    body = {"organisation": sqlite_house.organisation("Esimerkkilä"), "subject": "Uusi riita", "parties": parties}
    new = LiveCase(sqlite_house, case.vilho.does("/cases", body)["number"])
    new.vilho.refused("mediators", {"person": case.people["Raili"]}, 403, "cannot-be-chosen")
    other.raili.does("discontinuation", {"outcome": "supervision-not-begun"})
    new.vilho.does("mediators", {"person": case.people["Raili"]})


def test_whoever_takes_inquiries_hears_of_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    sqlite_house.person("Raili", office="mediator", organisation="Sovittelijat")
    post_of(sqlite_house)
    case.aino.does("supervision-requests", NEED)
    assert "raili@example.org" in {one["To"] for one in post_of(sqlite_house)}


@pytest.mark.parametrize("wrong", [{"need": ""}, {"need": "x" * 2_001}, {"wished_form": "therapy"}])
def test_what_is_wrong_is_told(sqlite_house: House, wrong: dict[str, str]) -> None:
    case = case_at(sqlite_house, "follow-up")
    assert case.aino.asks("supervision-requests", NEED | wrong).status_code == 422
    assert count(sqlite_house, Case) == 1
