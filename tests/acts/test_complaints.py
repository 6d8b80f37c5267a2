"""A door that does not pass the mediator (workflow.md rule 25): to whom the provider named, with a receipt."""

from typing import Any

import httpx
import pytest

from mediation.people.directory import end_office, find_person, give_office
from mediation.retention.run import run as retention_run
from mediation.store.models import Participant, put
from mediation.words.catalogue import say
from tests.houses import House
from tests.world import LiveCase, body_of, case_at, post_of, problem

WORDS = {"words": "Sovittelija keskeytti minut monta kertaa.", "language": "fi"}
RECEIVED = "/complaints"


def with_somebody_named(house: House, at: str = "opening") -> LiveCase:
    """A case whose mediator's organisation has named Kerttu for complaints."""
    case = case_at(house, at)
    house.person("Kerttu", office="complaints", organisation="Sovittelijat")
    return case


@pytest.fixture
def case(sqlite_house: House) -> LiveCase:
    return with_somebody_named(sqlite_house)


def has_office(case: LiveCase, name: str, office: str, organisation: str) -> None:
    """Somebody who is there already holds one more office."""
    with case.writing() as db:
        give_office(db, find_person(db, case.people[name]), case.house.organisation(organisation), office)


def read_by(case: LiveCase, name: str) -> list[bytes]:
    doors = ("", "outline", "letters", "record", "retention", "reads", "transitions", "quiet-times")
    heard = [case[name].asks(f"GET {one}") for one in doors]
    return [bytes(f"{one.status_code} {one.headers.get('etag')}", "ascii") + one.content for one in heard]


def test_a_complaint_reaches_whom_the_provider_named_and_the_complainant_has_a_receipt(house: House) -> None:
    case = with_somebody_named(house)
    post_of(house)
    receipt = case.aino.does("complaints", WORDS | {"contact": "040 123 4567"})
    told: dict[str, Any] = case.kerttu.reads(RECEIVED)[0]
    assert {name: told[name] for name in ("id", "number", "words", "contact", "at")} == {
        "id": receipt["id"],
        "number": case.number,
        "words": WORDS["words"],
        "contact": "040 123 4567",
        "at": receipt["at"],
    }
    assert (told["complainant"], told["mediator"]) == ("Aino", "Meri")
    letters = {one["To"]: f"{one['Subject']}\n{body_of(one)}" for one in post_of(house)}
    assert set(letters) == {"aino@example.org", "kerttu@example.org"}
    assert "on otettu vastaan" in letters["aino@example.org"]
    assert WORDS["words"] not in "".join(letters.values())


def test_no_mediator_reads_or_notices_a_complaint(case: LiveCase) -> None:
    before, letters = read_by(case, "Meri"), case.letters_to("Meri")
    case.aino.does("complaints", WORDS)
    assert (read_by(case, "Meri"), case.letters_to("Meri")) == (before, letters)
    case.meri.refused("GET complaints", None, 403, "not-yours-to-see")
    problem(case.meri.asks(f"GET {RECEIVED}"), 403, "office-needed")


def test_nobody_else_at_the_case_notices_it_either(case: LiveCase) -> None:
    readers = ("Pekka", "Tuula", "Kaarina", "Vilho")
    before = {name: read_by(case, name) for name in readers}
    case.aino.does("complaints", WORDS)
    assert {name: read_by(case, name) for name in readers} == before
    assert case.pekka.reads("complaints")["sent"] == []


def test_a_complaint_of_somebody_without_a_mailbox_is_not_for_the_mediator_to_print(sqlite_house: House) -> None:
    sqlite_house.person("Aino", email=False)
    case = with_somebody_named(sqlite_house)
    before = case.meri.reads("letters")
    assert case.aino.does("complaints", WORDS)["id"]
    assert case.meri.reads("letters") == before


def test_the_receipt_goes_to_the_address_that_the_complainant_has_at_this_case(case: LiveCase) -> None:
    with case.writing() as db:
        put(db, db.get_one(Participant, case.ids["Aino"]), "email", "aino.aalto@example.net")
    post_of(case.house)
    case.aino.does("complaints", WORDS)
    assert {one["To"] for one in post_of(case.house)} == {"aino.aalto@example.net", "kerttu@example.org"}


def test_who_complains_sees_who_hears_it_and_whether_it_was_opened(case: LiveCase) -> None:
    assert case.aino.reads("complaints") == {"heard_by": ["Kerttu"], "sent": []}
    case.aino.does("complaints", WORDS)
    [mine] = case.aino.reads("complaints")["sent"]
    assert (mine["words"], mine["mediator"], mine["opened_at"]) == (WORDS["words"], case.ids["Meri"], None)
    case.kerttu.reads(RECEIVED)
    opened = case.aino.reads("complaints")["sent"][0]["opened_at"]
    assert opened is not None
    case.later(hours=1)
    case.kerttu.reads(RECEIVED)
    assert case.aino.reads("complaints")["sent"][0]["opened_at"] == opened


def test_it_can_be_about_a_mediator_of_before(case: LiveCase) -> None:
    meri = case.ids["Meri"]
    case.house.person("Ilmari", office="mediator", organisation="Muut sovittelijat")
    case.vilho.does("mediators", {"person": case.people["Ilmari"]})
    case.aino.refused("complaints", WORDS, 409, "complaints-to-nobody")  # Ilmari's organisation has named nobody
    case.aino.does("complaints", WORDS | {"mediator": meri})
    assert case.kerttu.reads(RECEIVED)[0]["mediator"] == "Meri"
    for nobody in (case.ids["Pekka"], "Z" * 20):
        case.aino.refused("complaints", WORDS | {"mediator": nobody}, 404, "mediator-not-found")


def test_who_takes_part_in_the_case_hears_no_complaint_about_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    has_office(case, "Meri", "complaints", "Sovittelijat")
    case.aino.refused("complaints", WORDS, 409, "complaints-to-nobody")
    assert case.aino.reads("complaints")["heard_by"] == []


def test_who_hears_complaints_may_take_part_in_another_case(case: LiveCase) -> None:
    parties = [{"person": case.people[name]} for name in ("Kerttu", "Pekka")]
    organisation = case.house.organisation("Esimerkkilä")
    case.vilho.does("/cases", {"organisation": organisation, "subject": "Muu asia", "parties": parties})
    assert case.aino.reads("complaints")["heard_by"] == ["Kerttu"]


def test_whose_office_has_ended_hears_no_complaint_any_more(case: LiveCase) -> None:
    with case.writing() as db:
        end_office(db, find_person(db, case.people["Kerttu"]), case.house.organisation("Sovittelijat"), "complaints")
    assert case.aino.reads("complaints")["heard_by"] == []
    case.aino.refused("complaints", WORDS, 409, "complaints-to-nobody")


def test_who_does_not_say_how_to_be_reached_is_not_said_to_have(case: LiveCase) -> None:
    case.aino.does("complaints", WORDS)
    assert not case.kerttu.reads(RECEIVED)[0].get("contact")


def test_a_complaint_is_not_shown_to_whom_another_organisation_named(case: LiveCase) -> None:
    """Nor to the commissioner's own, who orders the mediation but does not provide it."""
    case.house.person("Kalle", office="complaints", organisation="Esimerkkilä")
    case.aino.does("complaints", WORDS)
    assert case.kalle.reads(RECEIVED) == []


@pytest.mark.parametrize("at", ["preparation", "closed"])
def test_it_is_open_from_the_beginning_and_after_the_end(sqlite_house: House, at: str) -> None:
    case = with_somebody_named(sqlite_house, "opening" if at == "closed" else at)
    case.pekka.does("withdrawals", {"confirmed": True} if at == "closed" else {})  # of two parties: the case ends
    for name in ("Aino", "Pekka"):
        assert case[name].does("complaints", WORDS)["id"]
    assert len(case.kerttu.reads(RECEIVED)) == 2


def test_it_is_open_while_the_case_stands_still(case: LiveCase) -> None:
    case.aino.does("pauses")
    assert case.aino.does("complaints", WORDS)["id"]


def test_who_may_not_complain_and_what_is_no_complaint_is_refused(case: LiveCase) -> None:
    case.house.person("Outi")
    for name in ("Meri", "Tuula", "Kaarina", "Vilho"):
        case[name].refused("complaints", WORDS, 403, "act-not-yours")
    case.outi.refused("complaints", WORDS, 404, "case-not-found")
    case.aino.refused("complaints", WORDS | {"words": " "}, 422, "text-empty")
    for more in ({"words": "a" * 10_001}, {"contact": "a" * 201}, {"language": "de"}):
        assert case.aino.asks("complaints", WORDS | more).status_code == 422
    assert case.aino.reads("complaints")["sent"] == []


def test_complaints_do_not_come_by_the_dozen(case: LiveCase) -> None:
    heard = [case.aino.asks("complaints", WORDS).status_code for _ in range(6)]
    assert heard == [201] * 5 + [429]


def test_where_the_mediator_is_of_the_employers_staff_the_employers_own_hears_it(sqlite_house: House) -> None:
    sqlite_house.person("Kalle", office="complaints", organisation="Esimerkkilä")
    case = with_somebody_named(sqlite_house)
    has_office(case, "Meri", "mediator", "Esimerkkilä")
    assert case.aino.reads("complaints")["heard_by"] == ["Kalle"]


@pytest.mark.parametrize("office", ["hr", "admin"])
def test_who_holds_an_office_of_the_employer_hears_no_complaint(case: LiveCase, office: str) -> None:
    has_office(case, "Kerttu", office, "Esimerkkilä")
    assert case.aino.reads("complaints")["heard_by"] == []
    case.aino.refused("complaints", WORDS, 409, "complaints-to-nobody")


def test_who_is_given_an_office_of_the_employer_later_reads_no_complaint_any_more(case: LiveCase) -> None:
    case.aino.does("complaints", WORDS)
    has_office(case, "Kerttu", "hr", "Esimerkkilä")
    assert case.kerttu.reads(RECEIVED) == []


def test_when_nothing_of_a_case_is_kept_any_more_a_complaint_hears_where_to_turn(sqlite_house: House) -> None:
    case = with_somebody_named(sqlite_house)
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    case.later(days=15)
    retention_run(sqlite_house.installation.database)
    case.aino.does("complaints", WORDS)
    case.later(days=760)
    retention_run(sqlite_house.installation.database)
    told = case.aino.refused("complaints", WORDS, 409, "nothing-more-kept")
    assert "organisaatioon" in told["detail"]
    own = f"PUT participants/{case.ids['Aino']}/particulars"
    case.aino.refused(own, {"name": "Aino Uusi"}, 409, "nothing-more-kept")
    assert case.aino.reads()["you"]["may"] == ["ask-for-supervision", "keep-quiet"]


def page_of(case: LiveCase, name: str | None, path: str) -> httpx.Response:
    return case.client(name).get(path, headers={"Accept": "text/html"}, follow_redirects=False)


def test_whoever_the_provider_named_reads_complaints_on_a_page_and_who_made_one_sees_that_it_was_opened(
    case: LiveCase,
) -> None:
    assert 'href="/complaints"' in page_of(case, "Kerttu", "/").text
    assert say("page.no-received-complaints", "fi") in page_of(case, "Kerttu", RECEIVED).text
    case.aino.does("complaints", WORDS | {"words": "<b>Hän</b> keskeytti.", "contact": "040 123 4567"})
    mine = f"/cases/{case.number}/complaints"
    assert say("page.complaint-heard-by", "fi", names="Kerttu") in page_of(case, "Aino", mine).text
    assert say("page.complaint-unopened", "fi") in page_of(case, "Aino", mine).text
    received = page_of(case, "Kerttu", RECEIVED).text
    for words in ("&lt;b&gt;Hän&lt;/b&gt; keskeytti.", "040 123 4567", "Aino", "Meri", case.number):
        assert words in received
    assert say("page.complaint-unopened", "fi") not in page_of(case, "Aino", mine).text
    for name, status in (("Meri", 403), ("Aino", 403), ("Vilho", 403), (None, 303)):
        refused = page_of(case, name, RECEIVED)
        assert refused.status_code == status
        assert "keskeytti" not in refused.text
        assert 'href="/complaints"' not in page_of(case, name, "/").text
