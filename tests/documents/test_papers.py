"""The documents that tell of a case in prose: to whom each is open, that page and PDF say the same, and what they never say."""

import re
import subprocess
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.documents.glyphs import printable
from mediation.documents.papers import Quoted, paper_in
from mediation.documents.render import Sheet
from mediation.reading.papers import PAPERS
from mediation.retention import run as retention
from mediation.templates import TEMPLATES
from mediation.words.catalogue import say
from tests.document_data import DATED, LANGUAGES, paper
from tests.documents.test_documents import HOSTILE, failures, flowing, text_of, tool
from tests.ended import Ending
from tests.houses import House
from tests.pages.walks import faults_in
from tests.world import LiveCase, case_at
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

TO_THE_TABLE = "Listassa oli kolme käyntiä [KANARIA-pöydälle]"
TO_THE_MEDIATOR = "En jaksa enää [KANARIA-sovittelijalle]"
TO_HR = "Sovittelu on käyty, ja siitä on sopimus, jota seurataan."
TO_ALL = "Työvuorojen vaihto on sovittu uudella tavalla."
TERMS = "140 €/h, matkat ohjeen mukaan [KANARIA-hinta]\n# Uusi otsikko\n• ei luettelo"

OPEN = {
    "Meri": {"engagement-contract", "declaration-of-ties", "amendment", "follow-up-report", "outcome-notice"},
    "Aino": {"declaration-of-ties", "amendment", "follow-up-report", "outcome-notice"},
    "Pekka": {"declaration-of-ties", "amendment", "follow-up-report", "outcome-notice"},
    "Tuula": set(),
    "Kaarina": set(),
    "Kaisa": {"outcome-notice"},
    "Vilho": {"engagement-contract", "outcome-notice", "status-report"},
}


def followed_up(house: House) -> LiveCase:
    """A case whose agreement was amended after a follow-up, whose parties gave notice, and where Kaisa is of the community."""
    case = case_at(house, "follow-up", ready=False)
    case.comes("Kaisa", "community-member")
    readable = {"scope": "Tiedonkulku\nvuoronvaihdossa", "if_fails": "Asia palaa esihenkilölle.", "contact": "Vilho"}
    case.vilho.does("order", {"terms": TERMS, "language": "fi", "billing_period": "month", **readable})
    case.rounds()
    case.later(days=40)
    case.meets(case.session("follow-up"), "Aino", "Pekka")
    case.checks_in("Aino", "partly", words=TO_THE_TABLE, atmosphere=2)
    case.checks_in("Pekka", "kept", audience="mediator", words=TO_THE_MEDIATOR)
    amended(case)
    return case


def amended(case: LiveCase) -> None:
    for name in ("Aino", "Pekka"):
        case[name].does("change-requests")
    case.moves("amend")
    case.plans("follow-up", days=30)
    old = {one["label"]: one for one in case.aino.reads("agreement?version=1")["commitments"]}
    kept = {one: old["C1"][one] for one in ("label", "lineage", "owners", "starts_on")}
    words = {"fi": {"action": "Kirjaan käynnit ennen vuoron loppua.", "measure": "Lista on ajan tasalla."}}
    ended = [{"label": one, "lineage": old[one]["lineage"], "ended": "done"} for one in old if one != "C1"]
    text = {"purpose": "Tieto kulkee nyt paremmin.", "notices": {"commissioner": TO_HR, "work-community": TO_ALL}}
    case.drafts([], commitments=[{**kept, "texts": words}, *ended], texts={"fi": text})
    case.sends()
    case.later(hours=1)
    case.sign("Aino", "Pekka")
    case.moves("begin-follow-up")
    case.meri.does("notices")


def told(case: LiveCase, name: str, code: str, language: str = "fi") -> str:
    """The words of a paper as its PDF prints them, in the order in which they are read."""
    return flowing(text_of(case[name].asks(f"GET papers/{code}/pdf", Accept_Language=language).content))


def words_of(read: dict[str, object]) -> list[str]:
    blocks: list[dict[str, object]] = read["blocks"]  # type: ignore[assignment]
    lines = [line for one in blocks for line in (one["heading"], *(part["words"] for part in one["parts"]))]  # type: ignore
    return [flowing(part).removeprefix("• ") for line in lines for part in str(line).split("\n")]


def shown(page: str) -> str:
    """The words of an HTML page."""
    return flowing(unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def case(sqlite_house: House) -> LiveCase:
    return followed_up(sqlite_house)


def test_each_paper_is_for_whom_the_workflow_opens_it_and_for_nobody_else(house: House) -> None:
    case = followed_up(house)
    for name, codes in OPEN.items():
        assert {one["code"] for one in case[name].reads("papers")} == codes, name
        for code in PAPERS.keys() - codes:
            for path in (f"papers/{code}", f"papers/{code}/pdf"):
                case[name].reads_nothing(path, "paper-not-found")
    case.outi.reads_nothing("papers")
    case.outi.reads_nothing("papers/declaration-of-ties")
    case.aino.reads_nothing("papers/no-such-paper", "paper-not-found")


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_pdf_of_a_paper_say_the_same_and_are_archivable_and_accessible(case: LiveCase, language: str) -> None:
    seen = set()
    for name in ("Meri", "Vilho"):
        for code in sorted(OPEN[name] - seen):
            seen.add(code)
            read = case[name].asks(f"GET papers/{code}", Accept_Language=language).json()
            pdf = case[name].asks(f"GET papers/{code}/pdf", Accept_Language=language)
            assert (pdf.headers["content-type"], failures(pdf.content, "pdf/a-2a", "pdf/ua-1")) == (
                "application/pdf",
                [],
            )
            asked = {"Accept": "text/html", "Cookie": f"language={language}"}
            page = case.client(name).get(f"/cases/{case.number}/papers/{code}", headers=asked)
            assert list(faults_in(page.text)) == []
            text, on_page = flowing(text_of(pdf.content)), shown(page.text)
            at = [0]
            for words in words_of(read):
                assert words in on_page, (code, words)
                at.append(text.find(words, at[-1]))  # one after the other
                assert at[-1] >= 0, (code, words)
            assert (
                read["blocks"][0]["heading"]
                in subprocess.run(
                    [tool("pdfinfo"), "-"], input=pdf.content, capture_output=True, check=True
                ).stdout.decode()
            )
            waits = case.client(name).get(f"/cases/{case.number}/papers/{code}/pdf", headers=asked)
            assert f'content="0; url=/api/cases/{case.number}/papers/{code}/pdf?language={language}"' in waits.text
    assert seen == set(MEDIATION.papers) - {"destruction-certificate"}


def test_a_paper_is_one_link_from_where_its_reader_reads_of_it(case: LiveCase) -> None:
    of_case, html = f"/cases/{case.number}", {"Accept": "text/html"}
    places = {
        ("Aino", f"{of_case}/declarations"): "declaration-of-ties",
        ("Pekka", f"{of_case}/agreement/differences"): "amendment",
        ("Pekka", f"{of_case}/check-ins"): "follow-up-report",
        ("Kaisa", f"{of_case}/papers"): "outcome-notice",
        ("Vilho", f"/statuses/{case.number}"): "status-report",
    }
    for (name, place), code in places.items():
        page = case.client(name).get(place, headers=html)
        assert f'href="{of_case}/papers/{code}"' in page.text, place
        assert list(faults_in(page.text)) == []
    assert f'href="{of_case}/papers"' in case.client("Kaisa").get(of_case, headers=html).text


def test_an_answer_to_the_declaration_is_the_partys_own(case: LiveCase) -> None:
    assert "Aino hyväksyi sovittelijan" in told(case, "Aino", "declaration-of-ties")
    assert "Pekka" not in told(case, "Aino", "declaration-of-ties")
    both = told(case, "Meri", "declaration-of-ties")
    assert "Aino hyväksyi sovittelijan" in both
    assert "Pekka hyväksyi sovittelijan" in both


def test_who_ordered_reads_the_contract_and_where_it_stands_and_nothing_of_anybody(case: LiveCase) -> None:
    contract, report = told(case, "Vilho", "engagement-contract"), told(case, "Vilho", "status-report")
    assert "140 €/h, matkat ohjeen mukaan [KANARIA-hinta] # Uusi otsikko • ei luettelo" in contract
    assert "Laskutusjakso: kuukausi" in contract or "Laskutusjakso: Kuukausi" in contract
    assert "Pisin vaihe, johon on päästy: Seuranta." in report
    assert case.line()["notice"]["fi"] in report
    for text in (contract, report, told(case, "Vilho", "outcome-notice")):
        assert [one for one in ("Aino", "Pekka", "Meri", "Tuula", "KANARIA-pöydälle", "Kirjaan") if one in text] == []
    assert "KANARIA-hinta" not in report


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_status_report_of_a_case_that_ended_says_so_and_how_many_hours_it_took(
    sqlite_house: House, language: str
) -> None:
    case = case_at(sqlite_house, "dialogue")
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    text = told(case, "Vilho", "status-report", language)
    assert say("status-line.ended", language) in text
    assert say("notice.ended", language) in text
    assert say("outcome.no-agreement", language) not in text
    assert re.search(r"\d (tuntia|timmar|hours in all)", text)


def test_the_follow_up_report_keeps_answers_apart_and_has_nothing_told_to_the_mediator_alone(case: LiveCase) -> None:
    for name in ("Meri", "Aino", "Pekka"):
        text = told(case, name, "follow-up-report")
        assert "Aino kertoi 20.2.2027 sopimuksen version 1 sitoumuksista:" in text
        assert "Toteutunut osittain" in text
        assert TO_THE_TABLE in text
        assert "Pekka" not in text
        assert "KANARIA-sovittelijalle" not in text
    assert any(one["item"] == "check-in" and one["reader"] == "Pekka" for one in case.aino.reads("reads"))


def test_an_amendment_shows_each_commitment_as_it_was_and_as_it_is(case: LiveCase) -> None:
    text = told(case, "Pekka", "amendment")
    assert "Versio 2 on korvannut version 1." in text
    was, now = text.index("Näin se oli ("), text.index("Näin se on nyt (")
    assert was < now
    assert now < text.index("Kirjaan käynnit ennen vuoron loppua.")
    assert "on tehty" in text
    assert text.index("Tieto ei siirry meiltä toisillemme.") < text.index("Tieto kulkee nyt paremmin.")


def test_a_representative_reads_of_the_own_lines_alone(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.plans("follow-up", days=30)
    case.drafts({"Aino": "Kirjaan käynnit.", "Pekka": "Luen listan.", "Kaarina": "Varaan ajan."})
    case.sends()
    case.sign("Aino", "Pekka", "Kaarina")
    case.moves("begin-follow-up")
    own = [one["id"] for one in case.kaarina.reads("agreement")["commitments"]]
    reports = {one: {"answer": "kept", "words": "Aika on varattu."} for one in own}
    case.kaarina.does("check-ins", {"audience": "table", "reports": reports})
    case.checks_in("Aino", "partly", words=TO_THE_TABLE)
    for name in ("Aino", "Pekka"):
        case[name].does("change-requests")
    case.moves("amend")
    lines = case.aino.reads("agreement?version=1")["commitments"]
    words = {"fi": {"action": "Varaan ajan listasta.", "measure": "Näkyy."}}
    named = [{key: one[key] for key in ("label", "lineage", "owners", "starts_on", "texts")} for one in lines]
    changed = [{**one, "texts": words} if one["owners"] == [case.ids["Kaarina"]] else one for one in named]
    case.drafts([], commitments=changed)
    case.sends()
    for code, theirs in (("amendment", "Varaan ajan listasta."), ("follow-up-report", "Aika on varattu.")):
        text = told(case, "Kaarina", code)
        assert theirs in text
        others = ("Aino", "Pekka", "Kirjaan käynnit.", "Luen listan.", TO_THE_TABLE, "Tieto ei siirry", "C3")
        assert [one for one in others if one in text] == []
    assert "Aika on varattu." in told(case, "Pekka", "follow-up-report")


def test_the_notice_tells_each_audience_its_own_words_and_is_not_marked_confidential(case: LiveCase) -> None:
    for name, words, not_theirs in (("Vilho", TO_HR, TO_ALL), ("Kaisa", TO_ALL, TO_HR)):
        text = told(case, name, "outcome-notice")
        assert (words in text, not_theirs in text, "Luottamuksellinen ·" in text) == (True, False, False)
    everything = told(case, "Aino", "outcome-notice")
    assert TO_HR in everything
    assert TO_ALL in everything


def test_what_was_destroyed_is_certified_for_who_took_part_and_other_papers_are_gone_with_their_words(
    sqlite_ending: Ending,
) -> None:
    table = sqlite_ending.open()
    case = LiveCase(table.house, table.number, table.ids)
    assert "destruction-certificate" not in [one["code"] for one in case.aino.reads("papers")]
    case.later(days=15)
    retention.run(case.house.installation.database)
    for language, said in (
        ("fi", "Hävitetty 8.9.2027."),
        ("sv", "Förstört 8.9.2027."),
        ("en", "Destroyed on 8 Sept 2027."),
    ):
        pdf = case.aino.asks("GET papers/destruction-certificate/pdf", Accept_Language=language).content
        assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
        assert said in flowing(text_of(pdf))
        assert "Aino" not in flowing(text_of(pdf))
    case.vilho.reads_nothing("papers/destruction-certificate", "paper-not-found")
    case.later(days=800)
    retention.run(case.house.installation.database)
    assert [one["code"] for one in case.meri.reads("papers")] == ["destruction-certificate"]
    case.meri.reads_nothing("papers/declaration-of-ties", "words-gone")


# The words of each paper.


def test_every_paper_has_words_in_every_language_and_is_declared() -> None:
    assert set(PAPERS) == {paper for one in WORKFLOWS.values() for paper in one.papers}
    files = {path.name for path in (TEMPLATES / "papers").glob("*.txt")}
    codes = {*PAPERS, "hours-confirmation"}  # which tells of no case
    assert files == {f"{code}.{language}.txt" for code in codes for language in LANGUAGES}
    assert all(say(f"paper.{code}", language) for code in PAPERS for language in LANGUAGES)


def test_the_sentences_of_a_paper_depend_on_the_same_facts_in_every_language() -> None:
    tags = re.compile(r"\{%(?! set).*?%\}|\{\{.*?\}\}")
    for code in PAPERS:
        of_each = []
        for language in LANGUAGES:
            text = (TEMPLATES / "papers" / f"{code}.{language}.txt").read_text("utf-8")
            of_each.append([re.sub(r'"[^"]*( if| ~|\s*\}\})', r'""\1', one) for one in tags.findall(text)])
        assert [len(one) for one in of_each] == [len(of_each[0])] * 3, code


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_what_somebody_wrote_is_one_quotation_whatever_is_in_it(words: str) -> None:
    fill = {"case": "2027-0001", "whose": "own", "notices": [{"to": None, "at": None, "words": Quoted(words, "sv")}]}
    blocks = paper_in("outcome-notice", "fi", fill)
    empty = paper_in("outcome-notice", "fi", {**fill, "notices": []})
    assert [one["heading"] for one in blocks] == [one["heading"] for one in empty]
    quoted = [part["words"] for part in blocks[0]["parts"] if part["language"] == "sv"]
    kept = re.sub("[\x00-\x02]", "", words).replace("\r\n", "\n").replace("\r", "\n").strip()
    assert quoted == [kept]
    assert len(blocks[0]["parts"]) == len(empty[0]["parts"]) + 1


def test_hostile_words_in_every_blank_of_every_paper_print_harmlessly() -> None:
    word = " ".join(HOSTILE) + " 王小明"
    for code in PAPERS:
        data = paper("fi", code, word=word)
        pdf = Sheet("paper", "fi", data, dated=DATED).pdf()
        assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == [], code
        shape = [(one["boxed"], len(one["parts"])) for one in data["blocks"]]
        assert shape == [(one["boxed"], len(one["parts"])) for one in paper("fi", code, word="x")["blocks"]], code
    text = text_of(Sheet("paper", "fi", paper("fi", "declaration-of-ties", word=word), dated=DATED).pdf())
    assert "王小明" in text
    assert flowing(printable(HOSTILE[0])) in flowing(text)
