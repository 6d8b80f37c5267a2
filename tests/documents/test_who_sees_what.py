"""What texts say about who sees what is true and complete: compared with the table of who sees what (visibility.md rule 9)."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mediation.case.visibility import Level
from mediation.documents.render import Sheet
from mediation.letters.texts import printed_letter
from mediation.letters.wording import DecryptedLetter
from mediation.reading.statuses import StatusDetailView
from mediation.settings import Settings
from mediation.words.catalogue import say
from mediation.words.commissioner import OUTCOMES, SEEN, commissioner_sees
from tests.document_data import DATED, LANGUAGES, agreed_text, agreement, closing_report
from tests.documents.test_documents import flowing, text_of
from tests.documents.test_texts import plain
from tests.role_codes import Role
from workflows.mediation import MEDIATION

# Every row of which the commissioner sees something, how much, and the words that tell it.
TOLD: Mapping[str, tuple[Level, str]] = {
    "case": (Level.FULL, "order"),
    "phase": (Level.STATUS, "progress"),
    "participants": (Level.RELEASED, "referral"),
    "screening": (Level.STATUS, "screening"),
    "declaration": (Level.FACT, "ties"),
    "order": (Level.FULL, "order"),
    "terms": (Level.RELEASED, "order"),
    "attendance-basis": (Level.RELEASED, "referral"),
    "referral": (Level.RELEASED, "referral"),
    "referral-rest": (Level.RELEASED, "referral"),
    "agreement": (Level.RELEASED, "notice"),
    "unmet-guard": (Level.STATUS, "progress"),
    "outcome": (Level.STATUS, "outcome"),
    "notice": (Level.RELEASED, "notice"),
    "hours": (Level.STATUS, "hours"),
}
# Every field that the commissioner reads, and the words that tell it; number and organisation they know by themselves.
READ: Mapping[str, str] = {
    "number": "order",
    "workflow": "order",
    "organisation": "order",
    "status": "progress",
    "opened_on": "progress",
    "next_milestone": "progress",
    "outcome": "outcome",
    "screening": "screening",
    "ordered": "order",
    "order": "order",
    "notice": "notice",
    "referral": "referral",
    "ties_declared": "ties",
    "billed": "hours",
    "hours": "hours",
}
SETTINGS = Settings.under(Path("var"))


def invitation(language: str, basis: str = "voluntary") -> str:
    letter = DecryptedLetter("letter1", "invitation", {"attendance_basis": basis}, "Aino Laine", None, language)
    return flowing("\n".join(printed_letter(letter, SETTINGS).paragraphs))


def printed(document: str, language: str, data: dict[str, Any]) -> str:
    return flowing(text_of(Sheet(document, language, data, dated=DATED).pdf()))


def test_each_row_that_the_commissioner_sees_has_words_and_nothing_else_has() -> None:
    [role] = MEDIATION.roles_of({Role.COMMISSIONER})
    seen = {item: level for item, level in role.sees.items() if level > Level.NOTHING and item != "draft"}  # an own one
    assert seen == {item: level for item, (level, _) in TOLD.items()}
    assert {words for _, words in TOLD.values()} == {*SEEN}


def test_each_field_that_the_commissioner_reads_has_words() -> None:
    assert {one.name for one in fields(StatusDetailView)} == {*READ}
    assert {*READ.values()} == {*SEEN}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_tells_what_the_commissioner_sees_names_everything_that_the_commissioner_sees(language: str) -> None:
    texts = {
        "invitation": invitation(language),
        "invitation to who has to come": invitation(language, "employer-required"),
        "terms": plain(agreed_text(language)["blocks"]),
        "agreement": printed("agreement", language, agreement(language)),
        "closing report": printed("closing-report", language, closing_report(language)),
    }
    told = {name: commissioner_sees(language, "ended" if name == "closing report" else None) for name in texts}
    assert [(name, one) for name, text in texts.items() for one in told[name] if one not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["did-not-begin", *OUTCOMES])
def test_the_closing_report_says_the_one_outcome_that_the_commissioner_reads(language: str, outcome: str) -> None:
    text = printed("closing-report", language, closing_report(language, outcome_told=outcome))
    outcomes = {one: commissioner_sees(language, one)[SEEN.index("outcome")] for one in ("did-not-begin", *OUTCOMES)}
    assert max((line for line in outcomes.values() if line in text), key=len) == outcomes[outcome]
    assert commissioner_sees(language)[SEEN.index("outcome")] not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("basis", ["voluntary", "employer-required"])
def test_the_invitation_says_that_the_employer_does_not_learn_who_came(language: str, basis: str) -> None:
    said = {
        "fi": "Emme kerro työnantajalle, kävitkö.",
        "sv": "Vi berättar inte för arbetsgivaren om du kom.",
        "en": "We do not tell your employer whether you came.",
    }[language]
    assert invitation(language, basis).count(said) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_outcomes_are_told_in_the_words_that_the_commissioner_reads(language: str) -> None:
    assert {*OUTCOMES} == {one.coarse for one in MEDIATION.outcomes.values()}
    told = commissioner_sees(language)[SEEN.index("outcome")]
    assert told.endswith(": " + " / ".join(say(f"status-line.{one}", language) for one in ("did-not-begin", *OUTCOMES)))
