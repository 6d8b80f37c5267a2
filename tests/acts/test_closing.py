"""What the parties keep of a case that ended: in their own language, without causes and without anybody's answers."""

import re
from html import unescape

import pytest
from sqlalchemy import update

from mediation.store.models import Case
from mediation.words.catalogue import say
from tests.document_data import LANGUAGES
from tests.documents.test_documents import failures, flowing, text_of
from tests.houses import House
from tests.world import LiveCase, case_at

MADE = {
    "fi": "Teitte sovittelusopimuksen (versio 1).",
    "sv": "Ni ingick en medlingsöverenskommelse (version 1).",
    "en": "You made a mediated agreement (version 1).",
}
BINDS = {
    "fi": "Sopimus sitoo jokaista, joka ei ole vetäytynyt siitä.",
    "sv": "Överenskommelsen binder var och en som inte har dragit sig ur den.",
    "en": "The agreement binds everyone who has not withdrawn from it.",
}
NONE = {"fi": "Sopimusta ei tehty.", "sv": "Ingen överenskommelse ingicks.", "en": "No agreement was made."}
KEPT = {"fi": "Sopimus on pitänyt", "sv": "Överenskommelsen har hållit", "en": "Agreement kept"}


def note(case: LiveCase, name: str, language: str = "fi") -> bytes:
    answer = case[name].asks("GET closing-report", Accept_Language=language)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_kept_an_agreement_gets_a_closing_note_in_the_own_language(sqlite_house: House, language: str) -> None:
    case = case_at(sqlite_house, "closed")
    pdf = note(case, "Aino", language)
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
    text = flowing(text_of(pdf))
    for said in (MADE, BINDS, KEPT):
        assert said[language] in text
    assert NONE[language] not in text
    assert {note(case, name, language) for name in ("Pekka", "Meri")} == {pdf}
    asked = {"Accept": "text/html", "Cookie": f"language={language}"}
    where = f"/cases/{case.number}/papers"
    assert f'href="{where}/closing-report"' in case.client("Aino").get(where, headers=asked).text
    page = case.client("Aino").get(f"{where}/closing-report", headers=asked)
    on_page = flowing(unescape(re.sub("<[^>]+>", " ", page.text)))
    assert page.status_code == 200
    for line in text_of(pdf, "-raw").split("\n"):
        words = line.removeprefix("•").strip()
        if len(words.split()) > 3 and case.number not in words:  # what a page does not have is the foot of a sheet
            assert words in on_page, words
    made = case.client("Aino").get(f"{where}/closing-report/pdf", headers=asked)
    assert f"/api/cases/{case.number}/closing-report?language={language}" in made.text
    assert case.client("Vilho").get(f"{where}/closing-report", headers=asked).status_code == 404
    as_chosen = case.aino.asks(f"GET closing-report?language={language}", Accept_Language="en")
    assert as_chosen.content == pdf


def test_the_closing_note_tells_the_words_that_everybody_signed_and_nothing_of_what_anybody_answered(
    sqlite_house: House,
) -> None:
    case = case_at(sqlite_house, "follow-up", ready=False)
    case.later(days=40)
    case.meets(case.session("follow-up"), "Aino", "Pekka")
    case.meri.does("notices")
    case.checks_in("Aino", "kept", words="Kanariani sanoo.")
    case.checks_in("Pekka", "partly", words="Kanariani sanoo.")
    for name in ("Aino", "Pekka"):
        case[name].does("follow-up-waivers")
    case.moves("close")
    text = flowing(text_of(note(case, "Pekka")))
    assert case.line()["notice"]["fi"] in text
    assert "Kanariani" not in text
    assert "Aino" not in text


def test_the_closing_note_of_an_agreement_that_lapsed_does_not_say_that_it_binds(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up", ready=False)
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    text = flowing(text_of(note(case, "Aino")))
    assert MADE["fi"] in text
    assert "Sopimus on rauennut" in text
    assert BINDS["fi"] not in text


@pytest.mark.parametrize("outcome", ["no-agreement", "not-suitable", "referred", "withdrawn"])
def test_without_an_agreement_the_closing_note_names_no_outcome(sqlite_house: House, outcome: str) -> None:
    case = case_at(sqlite_house, "dialogue")
    case.meri.does("discontinuation", {"outcome": outcome})
    text, told = flowing(text_of(note(case, "Aino"))), case.line()["notice"]["fi"]
    assert NONE["fi"] in text
    assert told in text
    assert say(f"outcome.{outcome}", "fi") not in text.replace(told, "")  # beyond what the employer is told
    assert MADE["fi"][:20] not in text


# How many of how many parties came to what was agreed is known with the outcome, to the mediators alone.


def four_at_the_table(house: House) -> LiveCase:
    case = case_at(house, "solutions", ready=False)
    for name in ("Outi", "Sari"):
        case.comes(name, "party")
        case.accepts_ties(name)
    case.everyone_agrees()
    case.plans("follow-up", days=30)
    return case


def sealed(case: LiveCase, *names: str) -> LiveCase:
    case.drafts(names[:1])
    case.sends()
    assert case.sign(*names)
    return case


def settled(case: LiveCase) -> tuple[int, int]:
    """How many of how many, as the mediator reads it."""
    told = case.meri.reads()
    return told["settled_count"], told["party_count"]


def test_of_four_parties_three_sign_and_that_is_known_with_the_outcome(sqlite_house: House) -> None:
    case = four_at_the_table(sqlite_house)
    case.goes_on_without("Outi")
    sealed(case, "Aino", "Pekka", "Sari")
    case.moves("begin-follow-up")
    case.meri.does("notices")
    case.meets(case.session("follow-up"), "Aino", "Pekka", "Sari")
    for name in ("Aino", "Pekka", "Sari"):
        case.checks_in(name)
    assert "settled_count" not in case.meri.reads()
    case.moves("close")
    assert (case.meri.reads()["outcome"], settled(case)) == ("agreement-kept", (3, 4))
    for name in ("Aino", "Outi", "Kaarina", "Tuula"):
        assert not {"party_count", "settled_count"} & case[name].reads().keys(), name
    assert not {"party_count", "settled_count"} & case.line().keys()


def test_who_leaves_after_signing_has_signed(sqlite_house: House) -> None:
    case = four_at_the_table(sqlite_house)
    sealed(case, "Aino", "Pekka", "Outi", "Sari")
    case.goes_on_without("Outi")
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    assert settled(case) == (4, 4)


def test_a_version_that_fewer_sign_again_counts_those(sqlite_house: House) -> None:
    case = sealed(four_at_the_table(sqlite_house), "Aino", "Pekka", "Outi", "Sari")
    case.goes_on_without("Outi")
    case.drafts(["Aino"])
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    assert settled(case) == (4, 4)  # what nobody signed yet counts for nothing


def test_an_understanding_counts_who_accepted_it_also_who_left_since(sqlite_house: House) -> None:
    case = four_at_the_table(sqlite_house)
    case.goes_on_without("Outi")
    asked = case.meri.does("understandings", {})["id"]
    for name in ("Aino", "Pekka", "Sari"):
        case[name].does(f"understandings/{asked}/acceptances")
    case.moves("conclude-understanding")
    case.goes_on_without("Sari")
    case.meri.does("discontinuation", {"outcome": "understanding"})
    assert settled(case) == (3, 4)


def test_an_understanding_that_was_accepted_and_not_gone_on_with_settled_nothing(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    asked = case.meri.does("understandings", {})["id"]
    for name in ("Aino", "Pekka"):
        case[name].does(f"understandings/{asked}/acceptances")
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert settled(case) == (0, 2)


def test_somebody_who_was_replaced_gives_way_to_the_successor(sqlite_house: House) -> None:
    case = four_at_the_table(sqlite_house)
    someone = {"person": case.house.person("Liisa")}
    case.meri.does(f"participants/{case.ids['Outi']}/successor", someone)
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert settled(case) == (0, 3)  # the successor has not agreed to mediate


def test_who_never_agreed_to_mediate_or_took_it_back_as_wrongly_recorded_is_no_party_of_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    [mark] = [one["id"] for one in case.pekka.reads()["marks"] if one["kind"] == "agreed-to-mediate"]
    case.pekka.does("corrections", {"mark": mark})
    case.comes("Outi", "party")
    case.outi.does("consents", {"answer": "declined"})
    case.meri.does("discontinuation", {"outcome": "transferred"})
    assert settled(case) == (0, 1)


def test_a_case_that_ends_by_a_withdrawal_counts_too(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions")
    case.pekka.does("withdrawals", {"confirmed": True})
    assert (case.meri.reads()["outcome"], settled(case)) == ("withdrawn", (2, 2))


def test_of_a_case_that_ended_before_it_was_counted_nothing_is_guessed(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "closed")
    with case.writing() as db:
        db.execute(update(Case).values(party_count=None, settled_count=None))
        db.info.clear()  # as an earlier release left it
    assert settled(case) == (None, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_end_the_refusal_says_when_the_report_comes(sqlite_house: House, language: str) -> None:
    case = case_at(sqlite_house, "solutions")
    problem = case.aino.refused("GET closing-report", None, 409, "case-not-ended", Accept_Language=language)
    assert problem["detail"] == say("error.case-not-ended", language)
