"""Particulars that were wrong or have changed (workflow.md rule 21), and who reports to whom, asked again (rule 10)."""

from typing import Any

import pytest
from sqlalchemy import select

from mediation.people.directory import add_person, person_name
from mediation.retention import run as retention
from mediation.store.models import Agreement, Participant, Person, get
from tests.houses import House
from tests.supervised import supervision_at
from tests.world import LiveCase, address, almost_signed, case_at

NEW = "Aino Aalto-Niemi"
TWO = {"fi": "lähihoitaja", "sv": "närvårdare"}


def corrects(case: LiveCase, by: str, whose: str, **said: Any) -> Any:
    return case[by].does(f"PUT participants/{case.ids[whose]}/particulars", said)


def refused(case: LiveCase, by: str, whose: str, said: Any, status: int, code: str) -> Any:
    return case[by].refused(f"PUT participants/{case.ids.get(whose, whose)}/particulars", said, status, code)


def moves_to(case: LiveCase, whose: str, capacity: Any = TWO, **said: Any) -> Any:
    return case.meri.does(f"participants/{case.ids[whose]}/positions", {"capacity": capacity, **said})


def line_of(case: LiveCase, whose: str, reader: str = "Meri") -> Any:
    return {one["id"]: one for one in case[reader].reads()["participants"]}[case.ids[whose]]


def entries(case: LiveCase) -> int:
    told = case.meri.reads("record")
    assert told["holds"]
    return int(told["entries"])


def person(case: LiveCase, name: str) -> tuple[str, str]:
    """The name and language of a person, wherever they are."""
    with case.writing() as db:
        one = db.get_one(Person, case.people[name])
        return person_name(db, one), one.language


def texts(case: LiveCase) -> list[str]:
    """The states of the versions of the agreement."""
    with case.writing() as db:
        return list(db.scalars(select(Agreement.state).order_by(Agreement.version)))


@pytest.mark.parametrize("by", ["Meri", "Aino"])
@pytest.mark.parametrize("at", ["preparation", "dialogue", "closed"])
def test_a_name_is_corrected_by_the_mediator_and_by_oneself_in_every_phase(house: House, at: str, by: str) -> None:
    case = case_at(house, at)
    former, before = line_of(case, "Aino")["name"], entries(case)
    assert corrects(case, by, "Aino", name=f" {NEW}  ")["warnings"] == []
    for reader in ("Meri", "Aino", "Pekka"):
        assert line_of(case, "Aino", reader)["name"] == NEW
        assert f'"{former}"' not in case[reader].asks("GET ").text
    assert entries(case) == before + 1


def test_the_same_again_changes_nothing_and_is_recorded_once(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    said = {"name": NEW, "language": "sv", "capacity": TWO, "subordinate": False}
    corrects(case, "Aino", "Aino", **said)
    before = entries(case)
    corrects(case, "Aino", "Aino", **said)
    corrects(case, "Meri", "Aino", capacity=TWO)
    moves_to(case, "Aino")
    assert entries(case) == before
    one = line_of(case, "Aino")
    assert (one["name"], one["language"], one["capacity"], one["capacities"]) == (NEW, "sv", TWO["sv"], TWO)
    assert "capacities" not in line_of(case, "Aino", "Pekka")


@pytest.mark.parametrize("by", ["Pekka", "Tuula", "Vilho"])
def test_nobody_but_a_mediator_corrects_somebody_else(sqlite_house: House, by: str) -> None:
    case = case_at(sqlite_house, "opening")
    answers = [
        refused(case, by, whose, {"name": NEW}, 404, "participant-not-found") for whose in ("Aino", "nobodyAtAll")
    ]
    assert len({one["detail"] for one in answers}) == 1
    case[by].refused(f"participants/{case.ids['Aino']}/positions", {"capacity": TWO}, 403, "act-not-yours")
    refused(case, "Outi", "Aino", {"name": NEW}, 404, "case-not-found")


def test_a_companion_and_hr_correct_their_own_also_while_the_case_is_suspended(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    case.aino.does("pauses")
    for name in ("Tuula", "Vilho"):
        corrects(case, name, name, name=f"{name} Uusi")
        assert line_of(case, name)["name"] == f"{name} Uusi"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "nothing-to-correct"),
        ({"name": "  "}, "text-empty"),
        ({"name": "a" * 201}, "malformed"),
        ({"name": "Aino\u202e"}, "name-unprintable"),
        ({"language": "et"}, "language-unknown"),
        ({"capacity": {"fi": " "}}, "text-empty"),
        ({"capacity": {"fi": "a" * 201}}, "malformed"),
        ({"capacity": {"fi": "esihenkilö"}}, "subordinate-needed"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(sqlite_house: House, said: Any, code: str) -> None:
    case = case_at(sqlite_house, "opening")
    before = entries(case), line_of(case, "Aino")
    refused(case, "Meri", "Aino", said, 422, code)
    assert (entries(case), line_of(case, "Aino")) == before


@pytest.mark.parametrize("text", ["\u200b", "\ufeff \u2060", "a\nb", "a\x00b", "a\u202eb", "a\u2066b"])
def test_a_name_or_capacity_that_nobody_can_read_or_that_reads_as_another_is_refused(
    sqlite_house: House, text: str
) -> None:
    case = case_at(sqlite_house, "preparation")
    before = case.meri.asks("GET").content
    siru = {"name": "Siru", "role": "interpreter", "capacity": text}
    capacity, pekka = {"capacity": {"fi": text}, "subordinate": False}, f"participants/{case.ids['Pekka']}"
    answers = [case.meri.asks(f"PUT {pekka}/particulars", said) for said in (capacity, {"name": text})]
    answers += [case.meri.asks("participants", siru), case.meri.asks(f"{pekka}/positions", capacity)]
    assert [one.status_code for one in answers] == [422] * 4
    codes = {one.json()["type"].removeprefix("/problems/") for one in answers}
    assert codes <= {"text-empty", "text-unprintable", "name-unprintable"}
    assert case.meri.asks("GET").content == before


@pytest.mark.parametrize("whose", ["Aino", "Kaarina", "Vilho"])
def test_a_new_capacity_asks_again_whether_the_employers_people_report_to_a_party(
    sqlite_house: House, whose: str
) -> None:
    case = case_at(sqlite_house, "solutions")
    said = {"capacity": {"fi": "tiiminvetäjä"}}
    where = f"participants/{case.ids[whose]}"
    for route in (f"PUT {where}/particulars", f"{where}/positions"):
        case.meri.refused(route, said, 422, "subordinate-needed")
        told = case.meri.refused(route, {**said, "subordinate": True}, 409, "subordinate-now")
        assert "kollegalle" in told["detail"]
    assert line_of(case, whose)["capacity"] is None
    corrects(case, "Meri", whose, **said, subordinate=False)
    assert line_of(case, whose)["capacity"] == "tiiminvetäjä"


def test_a_support_persons_capacity_asks_nothing(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    corrects(case, "Tuula", "Tuula", capacity={"fi": "luottamusmies"})
    assert line_of(case, "Tuula")["capacity"] == "luottamusmies"
    corrects(case, "Meri", "Tuula", capacity={})
    assert line_of(case, "Tuula")["capacity"] is None


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("Aino", {"name": NEW}),
        ("Kaarina", {"name": "Kaarina Uusi"}),
        ("Meri", {"name": "Meri Uusi"}),
        ("Pekka", {"capacity": TWO, "subordinate": False}),
        ("Aino", {"language": "sv"}),
    ],
)
def test_a_text_out_for_signing_that_names_them_otherwise_is_taken_back(house: House, whose: str, said: Any) -> None:
    case, digests = almost_signed(house, "Aino")
    corrects(case, whose, whose, **said)
    assert "sent" not in texts(case)
    case.pekka.refused("agreement/signatures", {"digest": digests["Pekka"]}, 409, "nothing-to-sign")
    assert entries(case)


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("Tuula", {"name": "Tuula Uusi"}),
        ("Vilho", {"name": "Vilho Uusi"}),
        ("Kaarina", {"language": "sv"}),
        ("Meri", {"capacity": TWO}),
    ],
)
def test_a_text_out_for_signing_that_says_nothing_of_it_stays(sqlite_house: House, whose: str, said: Any) -> None:
    case, _ = almost_signed(sqlite_house, "Aino")
    corrects(case, whose, whose, **said)
    assert texts(case) == ["sent"]


def test_a_text_out_for_signing_in_the_language_that_a_party_reads_from_now_on_stays(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house, "Aino")
    with case.writing() as db:
        db.get_one(Participant, case.ids["Pekka"]).language = "sv"  # wrongly, and nobody noticed before it was sent
    corrects(case, "Pekka", "Pekka", language="fi")
    assert texts(case) == ["sent"]


def test_a_capacity_that_somebody_came_with_can_be_taken_away(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    case.comes("Liisa", "support-person", supports=case.ids["Pekka"], capacity="varamies")
    assert line_of(case, "Liisa")["capacity"] == "varamies"
    corrects(case, "Meri", "Liisa", capacity={})
    assert line_of(case, "Liisa")["capacity"] is None
    before = entries(case)
    corrects(case, "Meri", "Liisa", capacity={})
    assert entries(case) == before


def test_a_corrected_name_stands_in_new_terms_and_who_agreed_hears_of_it_and_is_not_asked_again(
    house: House,
) -> None:
    case = case_at(house, "opening")
    before, heard = case.text("terms"), len(case.letters_to("Pekka"))
    corrects(case, "Aino", "Aino", capacity=TWO, subordinate=False)
    assert (case.text("terms"), len(case.letters_to("Pekka"))) == (before, heard)
    corrects(case, "Aino", "Aino", name=NEW)
    newest = case.text("terms")
    assert newest != before
    [terms] = [one for one in case.pekka.reads("agreed-texts") if one["id"] == newest]
    assert NEW in str(terms["words"])
    assert len(case.letters_to("Pekka")) == heard + 1
    assert "agreed-to-mediate" not in case.waits_for("define-problem")


def test_a_new_position_ends_no_employment_and_takes_no_text_back(house: House) -> None:
    """Moving to another team had no expression but the end of employment, which ends their part."""
    case, digests = almost_signed(house, "Aino")
    before = case.meri.reads("agreement")["digest"]
    moves_to(case, "Pekka", {"fi": "yövuoron hoitaja"}, subordinate=False)
    assert texts(case) == ["sent"]
    assert (case.meri.reads("agreement")["digest"], line_of(case, "Pekka")["roles"]) == (before, ["party"])
    case.kaarina.does("agreement/signatures", {"digest": digests["Kaarina"]})
    assert case.pekka.does("agreement/signatures", {"digest": digests["Pekka"]})["sealed"]
    assert entries(case)


def test_a_correction_at_a_case_is_the_persons_own_where_nothing_else_knows_them(sqlite_house: House) -> None:
    """A mediator does not rename somebody who has an office, or is at another case: they themselves do."""
    case = case_at(sqlite_house, "opening")
    corrects(case, "Meri", "Aino", name=NEW, language="sv")
    assert person(case, "Aino") == (NEW, "sv")
    hr = person(case, "Vilho")
    corrects(case, "Meri", "Vilho", name="Vilho Uusi", language="sv")
    assert person(case, "Vilho") == hr
    corrects(case, "Vilho", "Vilho", name="Vilho Vanha")
    assert person(case, "Vilho") == ("Vilho Vanha", hr[1])


def test_two_people_who_share_a_mailbox_are_not_merged_by_a_new_name(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    with case.writing() as db:
        other = add_person(db, NEW, "fi", address("aino")).id
    known = person(case, "Aino")
    corrects(case, "Meri", "Aino", name=NEW)
    assert (line_of(case, "Aino")["name"], person(case, "Aino")) == (NEW, known)
    with case.writing() as db:
        assert add_person(db, NEW, "fi", address("aino")).id == other
        assert get(db, db.get_one(Participant, case.ids["Aino"]), "name") == NEW


def test_mediators_are_warned_of_one_name_until_a_corrected_capacity_tells_who_is_who(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    pekka = line_of(case, "Pekka")["name"]
    assert len(corrects(case, "Meri", "Aino", name=pekka)["warnings"]) == 1
    assert corrects(case, "Aino", "Aino", language="sv")["warnings"] == []
    corrects(case, "Meri", "Aino", capacity={"fi": "hoitaja"}, subordinate=False)
    told = corrects(case, "Meri", "Pekka", capacity={"fi": "esihenkilö"}, subordinate=False)
    assert told["warnings"] == []


def test_a_correction_in_a_closed_case_renews_no_terms_and_writes_to_nobody(house: House) -> None:
    case = case_at(house, "closed")
    before = [one["id"] for one in case.meri.reads("agreed-texts")], [case.letters_to(one) for one in ("Aino", "Pekka")]
    corrects(case, "Aino", "Aino", name=NEW)
    corrects(case, "Meri", "Pekka", name="Pekka Uusi", capacity={"fi": "hoitaja"}, subordinate=False)
    assert [one["id"] for one in case.meri.reads("agreed-texts")] == before[0]
    assert [case.letters_to(one) for one in ("Aino", "Pekka")] == before[1]


@pytest.mark.parametrize("name", ["Aino", "Meri"])
def test_once_the_names_are_deleted_nothing_more_is_taken_in_about_anybody(sqlite_house: House, name: str) -> None:
    case = case_at(sqlite_house, "closed")
    for days in (15, 800):
        case.later(days=days)
        retention.run(sqlite_house.installation.database)
    whose = f"PUT participants/{case.ids['Aino']}"
    for said in ({"name": NEW}, {"language": "sv"}, {"capacity": {"fi": "hoitaja"}, "subordinate": False}):
        case[name].refused(f"{whose}/particulars", said, 409, "nothing-more-kept")
    case[name].refused(f"{whose}/quiet-time", {"until": case.today(5)}, 409, "nothing-more-kept")


def test_where_nobody_represents_an_employer_nobody_is_asked_who_reports_to_whom(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house, people=("Sanna", "Olli"))
    corrects(case, "Raili", "Sanna", capacity={"fi": "perhetyöntekijä"})
    where = f"/cases/{case.number}/participants/{case.ids['Olli']}/particulars"
    page = case.client("Raili").get(where, headers={"Accept": "text/html"})
    assert 'name="capacity' in page.text
    assert "subordinate" not in page.text
