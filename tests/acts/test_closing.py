"""What the parties keep of a case that ended: in their own language, without causes and without anybody's answers."""

import pytest

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


def test_the_closing_note_tells_the_words_that_everybody_signed_and_nothing_of_what_anybody_answered(
    sqlite_house: House,
) -> None:
    case = case_at(sqlite_house, "follow-up", ready=False)
    case.later(days=40)
    case.holds(case.session("follow-up"), "Aino", "Pekka")
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
