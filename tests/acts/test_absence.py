"""The mediator's sick day (workflow.md rule 23): the co-mediator stands in, or a substitute comes that morning."""

import pytest

from tests.houses import House
from tests.world import LiveCase, case_at

ABSENCE = "mediators/{participant}/absence"


def with_co_mediator(house: House, at: str, **more: bool) -> LiveCase:
    """A case in which Meri mediates and Ilmari co-mediates, everybody having accepted him."""
    case = case_at(house, at, **more)
    case.ids["Ilmari"] = case.vilho.does("mediators", {"person": case.people["Ilmari"], "role": "co-mediator"})["id"]
    case.ilmari.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    case.accepts_ties("Aino", "Pekka")
    return case


def falls_ill(case: LiveCase, told_by: str = "Ilmari") -> None:
    case[told_by].does(ABSENCE.format(participant=case.ids["Meri"]))


def comes_back(case: LiveCase, told_by: str = "Meri") -> None:
    case[told_by].does("DELETE " + ABSENCE.format(participant=case.ids["Meri"]))


@pytest.mark.seconds
def test_a_co_mediator_does_not_end_a_case_while_the_mediator_is_there(house: House) -> None:
    case = with_co_mediator(house, "opening")
    case.ilmari.refused("discontinuation", {"outcome": "referred"}, 403, "act-not-yours")


def test_while_the_mediator_is_absent_the_co_mediator_ends_a_case_early(house: House) -> None:
    case = with_co_mediator(house, "opening")
    falls_ill(case)
    assert case.ilmari.does("discontinuation", {"outcome": "referred"})["outcome"] == "referred"


def test_while_the_mediator_is_absent_the_co_mediator_closes_what_was_followed_up(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "follow-up")
    for name in ("Aino", "Pekka"):
        case.checks_in(name)
        case[name].does("follow-up-waivers")
    case.meri.does("notices")
    case.ilmari.refused(
        "transitions", {"transition": "close"}, 403, "transition-not-yours", If_Match=case.tag("Ilmari")
    )
    falls_ill(case)
    assert case.moves("close", "Ilmari") == "closed"


def test_the_co_mediator_does_all_that_the_mediator_may_while_they_are_absent(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "opening")
    before = set(case.ilmari.reads()["you"]["may"])
    assert set(case.meri.reads()["you"]["may"]) - before == {"discontinue"}
    falls_ill(case)
    assert case.ilmari.reads()["you"]["may"] == case.meri.reads()["you"]["may"]
    comes_back(case)
    assert set(case.ilmari.reads()["you"]["may"]) == before


def test_a_co_mediator_who_has_declared_no_ties_does_not_stand_in(house: House) -> None:
    house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    case = case_at(house, "opening")
    case.ids["Ilmari"] = case.vilho.does("mediators", {"person": case.people["Ilmari"], "role": "co-mediator"})["id"]
    falls_ill(case)
    case.ilmari.refused("discontinuation", {"outcome": "referred"}, 403, "act-not-yours")
    case.ilmari.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    assert case.ilmari.does("discontinuation", {"outcome": "referred"})["outcome"] == "referred"


def test_nobody_but_the_mediators_knows_that_one_is_absent(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "opening")
    readers = ("Aino", "Pekka", "Tuula", "Kaarina")
    before = {name: case[name].asks("GET").content for name in readers}, case.line()
    falls_ill(case)
    assert ({name: case[name].asks("GET").content for name in readers}, case.line()) == before
    told = [one for one in case.meri.reads()["marks"] if one["kind"] == "mediator-absent"]
    assert [(one["participant"], one["value"]) for one in told] == [(case.ids["Meri"], "yes")]


def test_the_mediator_hears_by_letter_that_they_were_recorded_as_absent(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "opening")
    before = len(case.letters_to("Meri")), len(case.letters_to("Ilmari"))
    falls_ill(case)
    falls_ill(case)
    assert (len(case.letters_to("Meri")), len(case.letters_to("Ilmari"))) == (before[0] + 1, before[1])


def test_an_absence_ends_with_the_role_and_not_only_by_hand(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "opening")
    falls_ill(case)
    sqlite_house.person("Oskari", office="mediator", organisation="Sovittelijat")
    for name in ("Oskari", "Meri"):
        case.vilho.does("mediators", {"person": case.people[name]})
    case.ilmari.refused("discontinuation", {"outcome": "referred"}, 403, "act-not-yours")


def test_only_the_mediator_is_recorded_as_absent_and_only_by_mediators(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "opening")
    sqlite_house.person("Outi")
    absence = {name: ABSENCE.format(participant=case.ids[name]) for name in ("Meri", "Ilmari", "Aino")}
    case.meri.refused(absence["Ilmari"], {}, 403, "not-the-mediator")
    case.meri.refused(absence["Aino"], {}, 403, "not-the-mediator")
    case.meri.refused(ABSENCE.format(participant="Z" * 20), {}, 404, "participant-not-found")
    case.aino.refused(absence["Meri"], {}, 403, "act-not-yours")
    case.vilho.refused(absence["Meri"], {}, 403, "act-not-yours")
    case.outi.refused(absence["Meri"], {}, 404, "case-not-found")


def test_a_case_that_stands_still_can_be_led_on_by_the_co_mediator(sqlite_house: House) -> None:
    case = with_co_mediator(sqlite_house, "opening")
    case.aino.does("pauses")
    falls_ill(case)
    case.ilmari.does("resumptions")
    assert case.ilmari.reads()["suspended"] is False


@pytest.mark.parametrize("role", ["mediator", "co-mediator"])
def test_a_substitute_declares_ties_and_the_parties_answer_by_word_of_mouth(house: House, role: str) -> None:
    case = case_at(house, "opening")
    house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    case.vilho.does("mediators", {"person": case.people["Ilmari"], "role": role})
    assert case.ilmari.reads("transitions")["transitions"]
    declaration = case.ilmari.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})["id"]
    assert "no-open-objection" in unmet(case)
    said = case.said("Aino", "Pekka")
    assert len(case.ilmari.does(f"declarations/{declaration}/answers", {"answer": "accepted", **said})["ids"]) == 2
    assert unmet(case) == set()


def unmet(case: LiveCase) -> set[str]:
    """The guards about the mediators that do not hold, as Ilmari reads them."""
    moves = {one["transition"]: one for one in case.ilmari.reads("transitions")["transitions"]}
    told = {one["guard"] for one in moves["define-problem"]["unmet"]}
    return told & {"ties-declared", "no-open-objection", "mediator-assigned", "not-suspended"}
