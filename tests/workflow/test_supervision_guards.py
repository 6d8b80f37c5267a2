"""What the guards of a work supervision mean, said over facts alone."""

from collections.abc import Mapping

import pytest

from mediation.workflow.facts import Facts, ParticipantFacts, TextFacts
from workflows import supervision_guards as guards
from workflows.supervision_contract import signers

CHOSEN = ("form-chosen", "kind-chosen", "shape-chosen", "cap-set")


def someone(name: str, role: str, marks: Mapping[tuple[str, str], str] | None = None) -> ParticipantFacts:
    return ParticipantFacts(name, frozenset({role}), active=True, supports=None, marks=marks or {})


def supervised(choice: str, *there: str, orderer: bool = True, texts: tuple[TextFacts, ...] = ()) -> Facts:
    """A supervision for which Raili has chosen `choice`; `there` are names with their roles, as `marko:manager`."""
    marks = {(kind, ""): value for kind, value in zip(CHOSEN, choice.split(), strict=False)}
    people = [someone("raili", "supervisor", marks), *([someone("leena", "orderer")] if orderer else [])]
    people += [someone(name, role or "supervisee") for name, _, role in (one.partition(":") for one in there)]
    return Facts("case", "contracting", tuple(people), texts=texts)


COMMUNITY = "work-community work-community with-manager 8"


def test_a_work_community_does_not_begin_without_its_manager() -> None:
    assert not guards.manager_takes_part.is_met(supervised(COMMUNITY, "sanna", "olli"))
    assert guards.manager_takes_part.is_met(supervised(COMMUNITY, "sanna", "olli", "marko:manager"))


@pytest.mark.parametrize("form", ["individual", "group", "leaders-individual", "leaders-group"])
def test_no_other_form_waits_for_a_manager(form: str) -> None:
    assert guards.manager_takes_part.is_met(supervised(f"{form} leadership supervisees 8", "sanna"))


def test_a_manager_who_does_not_sign_does_not_take_part() -> None:
    assert not guards.manager_takes_part.is_met(
        supervised("work-community change supervisees 8", "sanna", "marko:manager")
    )


@pytest.mark.parametrize(
    ("shape", "there", "orderer", "filled"),
    [
        ("supervisees", "sanna", True, True),
        ("supervisees", "sanna marko:manager", True, False),
        ("supervisees", "", True, False),
        ("with-manager", "sanna", True, False),
        ("with-manager", "sanna marko:manager", True, True),
        ("with-manager", "sanna marko:manager hilkka:superior", True, False),
        ("manager-and-superior", "sanna marko:manager", True, False),
        ("manager-and-superior", "sanna marko:manager hilkka:superior", True, True),
        ("parents", "sanna olli", False, True),
        ("parents", "sanna olli", True, False),
        ("parents", "sanna olli marko:manager", False, False),
    ],
)
def test_a_shape_needs_its_parties_and_no_others(shape: str, there: str, orderer: bool, filled: bool) -> None:
    facts = supervised(f"group change {shape} 8", *there.split(), orderer=orderer)
    assert guards.shape_filled.is_met(facts) == filled


@pytest.mark.parametrize(
    ("form", "cap", "number", "fits"),
    [
        ("individual", 1, 1, True),
        ("individual", 1, 2, False),
        ("group", 6, 1, False),
        ("group", 6, 2, True),
        ("group", 6, 6, True),
        ("group", 6, 7, False),
        ("work-community", 8, 1, False),
        ("leaders-individual", 1, 1, True),
        ("leaders-group", 4, 5, False),
    ],
)
def test_as_many_are_supervised_as_the_form_says(form: str, cap: int, number: int, fits: bool) -> None:
    facts = supervised(f"{form} change supervisees {cap}", *(f"one{place}" for place in range(number)))
    assert guards.number_fits_form.is_met(facts) == fits


def test_who_signs_follows_the_shape_and_is_everybody_before_there_is_one() -> None:
    third = supervised("group change manager-and-superior 6", "sanna", "marko:manager", "hilkka:superior")
    assert signers(third) == {"supervisor", "manager", "superior"}
    assert signers(supervised("group change supervisees 6", "sanna")) == {"supervisor", "supervisee"}
    assert signers(supervised("", "sanna")) == {"supervisor", "supervisee", "manager", "superior"}


def test_everybody_is_bound_to_the_newest_words_of_confidentiality_that_ask() -> None:
    texts = TextFacts("t1", "confidentiality", 1, asks=True), TextFacts("t2", "confidentiality", 2, asks=True)
    bound_before = someone("sanna", "supervisee", {("bound-to-confidentiality", "t1"): "yes"})
    bound = someone("olli", "supervisee", {("bound-to-confidentiality", "t2"): "yes"})
    facts = Facts("case", "contracting", (bound_before, bound), texts=texts)
    assert guards.bound_to_confidentiality.missing(facts) == ("sanna",)


def test_only_parents_are_asked_alone() -> None:
    parents = supervised("group parent-guidance parents 2", "sanna", "olli", orderer=False)
    assert guards.asked_alone.missing(parents) == ("sanna", "olli")
    assert guards.asked_alone.is_met(supervised("group change supervisees 6", "sanna", "olli"))


def test_nothing_is_filled_before_a_form_is_chosen() -> None:
    nothing = supervised("", "sanna")
    assert not guards.form_chosen.is_met(nothing)
    assert not guards.shape_filled.is_met(nothing)
    assert not guards.number_fits_form.is_met(nothing)


def test_what_does_not_concern_a_supervision_is_met_and_shown_to_nobody() -> None:
    parents = supervised("group parent-guidance parents 2", "sanna", "olli", orderer=False)
    community = supervised(COMMUNITY, "sanna", "olli")
    concern = [guards.asked_alone, guards.manager_takes_part, guards.summary_settled]
    assert [one.concerns(parents) for one in concern] == [True, False, False]
    assert [one.concerns(community) for one in concern] == [False, True, True]
    assert all(one.is_met(facts) for facts in (parents, community) for one in concern if not one.concerns(facts))
