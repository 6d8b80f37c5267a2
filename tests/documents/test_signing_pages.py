"""What somebody signs is of one piece: its sentences agree, names stay whole, and no line to sign at stands alone."""

from typing import Any

import pytest

from mediation.documents.render import Sheet
from tests.document_data import DATED, LANGUAGES, agreement, signatures
from tests.documents.test_documents import flowing, text_of

NAMES = ("Ursula Layouter", "Bernadette Featherstone", "Aleksanteri Kirjavainen", "Gunvor-Maria Österlund")
LINE = "Place and date"
BINDS = {
    "fi": "Sopimus sitoo niin kauan kuin siitä ei ole vetäydytty.",
    "sv": "Överenskommelsen är bindande för var och en så länge man inte har dragit sig ur den.",
    "en": "The agreement binds each of us for as long as we have not withdrawn from it.",
}
DUTIES = {
    "fi": "palkkaa eikä työsopimuksen mukaisia työtehtäviä",
    "sv": "lön eller arbetsuppgifter enligt arbetsavtalet",
    "en": "pay or the duties that the contract sets",
}


def of(language: str, parties: tuple[str, ...], times: int = 1) -> str:
    """The text of an agreement of these parties, whose purpose is so many times as long, page by page as it is laid out."""
    data: dict[str, Any] = agreement(language)
    data["parties"] = [{"name": name, "capacity": ""} for name in parties]
    data["commitments"] = [{**one, "owners": list(parties[:2])} for one in data["commitments"]]
    data["purpose"] = "\n\n".join([data["purpose"]] * times)
    return text_of(Sheet("agreement", language, data, dated=DATED).pdf(), "-layout")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_binds_until_one_withdraws_and_leaves_the_duties_of_the_contract_alone(language: str) -> None:
    text = flowing(text_of(Sheet("agreement", language, agreement(language), dated=DATED).pdf()))
    assert BINDS[language] in text
    assert DUTIES[language] in text


@pytest.mark.parametrize("people", [1, 2, 5, 6, 7, 10])
def test_no_line_to_sign_at_stands_alone_on_a_page(people: int) -> None:
    """With the mediator's line there is one more than parties."""
    parties = tuple(f"{NAMES[number % 4]} {number}" for number in range(people))
    for times in range(1, 12, 2):
        lines = [sheet.count(LINE) for sheet in of("en", parties, times).split("\f")]
        assert sum(lines) == people + 1
        assert 1 not in lines, times


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_is_divided(language: str) -> None:
    for first in range(len(NAMES)):
        parties = (NAMES[first], NAMES[(first + 1) % len(NAMES)])
        text = of(language, parties)
        for part in " ".join(parties).replace("-", " ").split():
            assert text.count(part) == 2 + 3, part  # at the head, at the line to sign at, and of three commitments
    page = signatures(language)
    for one, name in zip(page["signatures"], NAMES, strict=False):
        one["name"] = name
    text = text_of(Sheet("signatures", language, page, dated=DATED).pdf(), "-layout")
    assert all(part in text for name in NAMES[:3] for part in name.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_within_a_commitment_stays_whole_where_other_words_are_divided(language: str) -> None:
    data = agreement(language)
    told = "Ursula Layouter, Bernadette Featherstone, Aleksanteri Kirjavainen. " * 6
    data["commitments"] = [{**one, "action": told, "measure": told} for one in data["commitments"]]
    text = text_of(Sheet("agreement", language, data, dated=DATED).pdf())
    assert all(text.count(part) == 36 for part in told.replace(",", "").replace(".", "").split())
