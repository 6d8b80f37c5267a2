"""The contract of a work supervision as a document: in its four shapes, its languages, and sealed like any agreement."""

import json
import subprocess
from pathlib import Path

import pytest

from mediation.documents.pdf import embedded_files
from mediation.documents.render import Sheet
from mediation.words.workflow_words import WorkflowLanguage
from tests.document_data import DATED, LANGUAGES, supervision_contract
from tests.documents.test_documents import failures, flowing, text_of, tool
from tests.houses import House
from tests.supervisions import WITH_MANAGER, drafts, in_contracting, signs

SHAPES = ("supervisees", "with-manager", "manager-and-superior", "parents")
BOUND = {
    "fi": "Ohjattavat eivät allekirjoita sopimusta",
    "sv": "Deltagarna undertecknar inte handledningsavtalet",
    "en": "The supervisees do not sign the contract",
}
ORDERER = {"fi": "Tilaaja", "sv": "Beställaren", "en": "The orderer"}
CHILD = {
    "fi": "Lapsesta ei kirjata mitään.",
    "sv": "Om barnet antecknas ingenting.",
    "en": "written down about the child.",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_shape_says_what_is_its_own_and_is_readable_by_all(language: str, shape: str) -> None:
    spoken = WorkflowLanguage(language, "supervision")
    pdf = Sheet("supervision-contract", spoken, supervision_contract(language, shape), DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
    said = flowing(text_of(pdf))
    assert (BOUND[language] in said) == (shape == "manager-and-superior")
    assert (ORDERER[language] in said) == (shape != "parents")
    assert (CHILD[language] in said) == (shape == "parents")


def test_a_contract_in_three_languages_is_sealed_with_everybody_who_signed_and_no_price(
    sqlite_house: House, tmp_path: Path
) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli", manager="Marko", form=WITH_MANAGER)
    texts = {code: {"purpose": words} for code, words in (("fi", "Tiimi."), ("sv", "Teamet."), ("en", "The team."))}
    goal = {"owners": [], "texts": {code: {"action": f"{code} 1", "measure": "OK"} for code in texts}}
    case.leena.does("order", {"terms": "110 euroa tunti. Peruutus 48 tuntia ennen."})
    drafts(case, [goal], texts=texts)
    case.raili.does("agreement/sending")
    assert signs(case, "Raili", "Sanna", "Olli", "Marko")
    [sealed] = [one["id"] for one in case.sanna.reads("agreement")["documents"] if one["kind"] == "sealed"]
    pdf = case.sanna.asks(f"GET documents/{sealed}").content
    said = flowing(text_of(pdf))
    for words in (
        *("Työnohjaussopimus", "Handledningsavtal", "Work supervision contract"),
        *("Raili", "Marko", "Keskustelemme työtilanteista.", "Ohjattavia on enintään 8."),
    ):
        assert words in said
    assert "110 euroa" not in said
    assert "sovittelijalta" not in said
    page = json.loads(dict(embedded_files(pdf, 10_000_000))["signatures.json"] or b"{}")
    assert len(page["signatures"]) == 4
    assert failures(pdf, "pdf/a-3a", "pdf/ua-1") == []
    (tmp_path / "sealed.pdf").write_bytes(pdf)
    checked = subprocess.run([tool("qpdf"), "--check", tmp_path / "sealed.pdf"], capture_output=True, check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_price_and_cancellation_stand_in_the_paper_of_who_pays_alone(sqlite_house: House, language: str) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli")
    case.leena.does("order", {"terms": "110 euroa tunti. Peruutus 48 tuntia ennen."})
    told = case.leena.asks(f"GET papers/engagement-contract?language={language}", Accept_Language=language)
    assert told.is_success, told.text
    assert "110 euroa tunti." in told.text
    assert not any(word in told.text.casefold() for word in ("sovittel", "medl", "mediat"))
    case.raili.reads("papers/engagement-contract")
    case.sanna.refused("GET papers/engagement-contract", None, 404, "paper-not-found")
