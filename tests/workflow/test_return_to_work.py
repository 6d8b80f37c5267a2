"""Return-to-work talks, declared beside the product without a change to it, are played over HTTP from end to end."""

from collections.abc import Iterator

import pytest

from docs.examples.return_to_work import RETURN_TO_WORK
from mediation.words.catalogue import in_every_language
from tests.documents.test_documents import flowing, text_of
from tests.houses import House
from tests.workflow.return_to_work import PHASES, asked_for, follow_up, invitation, plan, return_to_work_declared, talk
from tests.world import LiveCase, draft_of


@pytest.fixture
def asked(house: House) -> Iterator[LiveCase]:
    """Vilho has asked for talks with Aino."""
    with return_to_work_declared():
        yield asked_for(house)


def test_somebody_comes_back_to_work_with_a_plan_that_is_signed_and_followed_up(asked: LiveCase) -> None:
    case = asked
    assert case.stays("begin-talk") == {"said-yes-to-talk": ["Aino", "Pekka"], "talk-planned": []}
    invitation(case)
    assert case.stays("write-plan") == {"talk-held": []}
    talk(case)
    assert case.line()["status"] == "plan"
    assert case.stays("begin-follow-up") == {"plan-signed": ["Aino", "Pekka"], "later-talks-planned": []}
    plan(case)
    assert case.stays("close") == {"later-talks-held": []}
    follow_up(case)
    line = case.line()
    assert (line["status"], line["outcome"]) == ("closed", "talks-held")
    assert case.meri.reads()["phase"] == PHASES[-1]


def test_human_resources_learn_no_more_than_that_the_talks_have_ended(asked: LiveCase) -> None:
    invitation(asked)
    asked.meri.does("discontinuation", {"outcome": "return-called-off"})
    line = asked.line()
    assert (line["status"], line["outcome"]) == ("closed", "ended")
    assert line["notice"] == in_every_language("notice.ended", RETURN_TO_WORK.code)


def test_who_comes_back_stops_the_talks_without_a_reason(asked: LiveCase) -> None:
    invitation(asked)
    asked.aino.does("withdrawals", {"confirmed": True})
    assert asked.line()["outcome"] == "ended"
    assert asked.aino.reads()["you"]["roles"] == ["former-side"]


def test_there_is_no_field_for_a_diagnosis_and_what_is_signed_says_so(asked: LiveCase) -> None:
    case = asked
    invitation(case)
    talk(case)
    body = draft_of([], texts={"fi": {"purpose": "Paluu.", "confidentiality": "Diagnoosi."}})
    told = case.meri.refused("PUT agreement", body, 422, "field-unknown")
    assert [one["field"] for one in told["errors"]] == ["texts.fi.confidentiality"]
    plan(case)
    documents = case.aino.reads("agreement")["documents"]
    printed = next(one for one in documents if one["name"] == "sopimus-fi.pdf")
    text = flowing(text_of(case.aino.asks(f"GET documents/{printed['id']}").content))
    assert "Työhönpaluusuunnitelma 2027-0001" in text
    assert "Tässä ei ole diagnoosia eikä poissaolon syytä." in text
    assert (
        "sovittel" not in text.replace("Sovittelijat", "").lower()
    )  # so the organisation is called that provides them


def test_the_words_to_which_one_says_yes_are_those_of_the_talks(asked: LiveCase) -> None:
    [terms] = [one for one in asked.aino.reads("agreed-texts") if one["kind"] == "terms"]
    assert "Diagnoosia tai poissaolon syytä ei kysytä" in str(terms)
    assert "sovittel" not in str(terms).lower()
