"""The agreement as it was sent for signing, whole and as a page: word for word what its PDFs print, for whom they are."""

import html
import re
from typing import Any

import pytest

from mediation.store.models import ReadTrace
from tests.documents.test_documents import flowing, text_of
from tests.houses import House
from tests.pages.test_html import unsound
from tests.pages.walks import HTML
from tests.supervisions import GROUP, THREE_PARTIES, active
from tests.world import LiveCase, almost_signed, case_at, count

HOSTILE = '王小明 <script>alert(1)</script> {{ 7*7 }} {% raw %} "><img src=x onerror=alert(1)> &amp; #eval(1) *b* ]]'
# The lines to sign at on paper, the foot of each page and the head of a table.
ON_PAPER_ALONE = (
    "Jos allekirjoitat paperille käytä näitä rivejä Paikka päivä kirjannut Sivu Nro Kuka mitä Milloin Miten"
)
ON_PAPER_ALONE += " Allekirjoitus Luottamuksellinen"


def whole(case: LiveCase, name: str, **asked: str) -> str:
    answer = case.house.client(name).get(f"/cases/{case.number}/agreement/text", params=asked, headers=HTML)
    assert answer.status_code == 200, answer.text
    assert [*unsound(answer.text)] == []
    return str(answer.text)


def articles(page: str) -> list[str]:
    found = re.findall(r"<article.*?</article>", page, re.S)
    return [html.unescape(re.sub(r"<[^>]+>", " ", one)) for one in found]


def words_of(text: str) -> set[str]:
    return {*re.findall(r"\w{3,}", text)}


def test_the_page_has_every_word_of_the_text_that_is_signed(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house)
    files = [one for one in case.aino.reads("agreement")["documents"] if one["kind"] == "agreement"]
    read = words_of(" ".join(articles(whole(case, "Aino"))))
    for one in files:
        pdf = case.house.client("Aino").get(f"/api/cases/{case.number}/documents/{one['id']}").content
        printed = words_of(flowing(text_of(pdf)))
        assert len(printed) > 200
        assert printed - read - {*ON_PAPER_ALONE.split()} == set()


@pytest.mark.parametrize("form", [GROUP, THREE_PARTIES], ids=lambda one: one["shape"])
def test_the_page_of_a_contract_of_supervision_has_every_word_of_it(sqlite_house: House, form: dict[str, Any]) -> None:
    signers = {"manager": "Marko", "superior": "Hilkka"} if form is THREE_PARTIES else {}
    case = active(sqlite_house, "Sanna", "Olli", form=form, **signers)
    read = " ".join(articles(whole(case, "Sanna")))
    for one in (each for each in case.sanna.reads("agreement")["documents"] if each["kind"] == "agreement"):
        pdf = case.house.client("Sanna").get(f"/api/cases/{case.number}/documents/{one['id']}").content
        printed = words_of(flowing(text_of(pdf)))
        assert len(printed) > 200
        printed -= {*ON_PAPER_ALONE.split(), "Tavoite", "paperilla"}  # the head of its table, and the lines to sign at
        assert {one for one in printed if one not in read} == set()  # in a table half a word may stand on a line


def test_who_decides_is_one_link_from_the_whole_text(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house)
    for path in ("agreement", "papers"):
        assert "/agreement/text" in case.house.client("Aino").get(f"/cases/{case.number}/{path}", headers=HTML).text


def test_reading_it_is_noted_as_reading_the_files(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house)
    before = count(sqlite_house, ReadTrace)
    whole(case, "Aino")
    assert count(sqlite_house, ReadTrace) > before


def test_the_sealed_text_says_who_signed_on_which_day_and_not_when(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    *_, signed = articles(whole(case, "Aino"))
    assert "Aino" in signed
    assert "Pekka" in signed
    assert len(re.findall(r"\bklo\b", signed)) == 1  # no hour but that of the seal
    assert "SHA-256" in signed


def test_a_representative_reads_the_own_annex_alone(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house)
    read = whole(case, "Kaarina")
    assert "Työnantajan sitoumukset" in read
    assert [name for name in ("Aino", "Pekka") if name in "".join(articles(read))] == []


@pytest.mark.parametrize("name", ["Vilho", "Tuula", "Outi"])
def test_nobody_else_reads_any_of_it(sqlite_house: House, name: str) -> None:
    case, _ = almost_signed(sqlite_house)
    answer = case.house.client(name).get(f"/cases/{case.number}/agreement/text", headers=HTML, follow_redirects=False)
    assert answer.status_code in {303, 403, 404}
    assert "<article" not in answer.text


def test_a_version_that_there_is_not_leads_back_to_the_agreement(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house)
    path = f"/cases/{case.number}/agreement/text"
    aino = case.house.client("Aino")
    assert aino.get(path, params={"version": 9}, headers=HTML, follow_redirects=False).status_code == 303
    assert aino.get(path, params={"version": 0}, headers=HTML, follow_redirects=False).status_code == 422


def test_hostile_words_stay_words_in_the_whole_text(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.plans("follow-up", days=30)
    text = {"purpose": HOSTILE, "goals": [HOSTILE], "new_problem": HOSTILE, "confidentiality": HOSTILE}
    case.drafts(dict.fromkeys(("Aino", "Pekka"), HOSTILE), texts={"fi": {**text, "notices": {"commissioner": HOSTILE}}})
    case.sends()
    read = whole(case, "Aino")
    assert "<script>alert" not in read
    assert "<img src=x" not in read
    assert articles(read)[0].count(HOSTILE) == 7
