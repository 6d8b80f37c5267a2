"""The letterhead of papers: what an organisation says of itself, and a logo that can only be a picture."""

import html
import zlib
from pathlib import Path

import pytest

from mediation.__main__ import main
from mediation.documents.logos import LOGO_BYTES, Logo, look_into_logo
from mediation.documents.render import Sheet
from mediation.errors import MediationError
from mediation.installation.sealed_files import check_file
from mediation.people import letterheads
from tests.document_data import DATED, LANGUAGES, paper
from tests.documents.test_documents import failures, flowing, text_of
from tests.houses import House
from tests.pages.test_html import unsound
from tests.pages.walks import HTML
from tests.world import LiveCase, case_at

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"'


def svg(inside: str = "", more: str = "") -> bytes:
    return f'{HEAD}{more}><rect width="90" height="30" fill="#1d3b4a"/>{inside}</svg>'.encode()


def png(side: int = 2) -> bytes:
    """A red square."""

    def part(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return len(content).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")

    sizes = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress((b"\0" + b"\xff\0\0" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", sizes) + part(b"IDAT", rows) + part(b"IEND", b"")


@pytest.mark.parametrize(
    "content", [png(), svg(), svg('<path d="M0 0L9 9" stroke="url(#a)"/>')], ids=["png", "svg", "own"]
)
def test_a_logo_is_printed_on_papers_that_stay_archivable_and_accessible(content: bytes) -> None:
    logo = look_into_logo(content)
    plain, data = Sheet("paper", "fi", paper("fi"), DATED).pdf(), paper("fi", word="Sovittelijat Oy")
    pdf = Sheet("paper", "fi", data, DATED, logo=logo).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
    assert pdf != plain
    assert Sheet("paper", "fi", data, DATED, logo=logo).pdf() == pdf


@pytest.mark.parametrize(
    ("content", "code", "part"),
    [
        (b"GIF89a" + b"\0" * 40, "logo-unknown", None),
        (b"", "logo-unknown", None),
        (svg() + b" " * LOGO_BYTES, "logo-too-large", None),
        (png()[:40], "logo-unreadable", None),
        (b"\x89PNG\r\n\x1a\n<svg>", "logo-unreadable", None),
        (svg()[:-3], "logo-unreadable", None),
        (b"\xff\xfe<svg", "logo-unreadable", None),
        (svg("<script>alert(1)</script>"), "logo-active", "script"),
        (svg('<image href="/etc/passwd"/>'), "logo-active", "image"),
        (svg('<use href="#a"/>'), "logo-active", "use"),
        (svg("<text>Logo</text>"), "logo-active", "text"),
        (svg("<style>@import 'http://example.org/x.css'</style>"), "logo-active", "style"),
        (svg(more=' onload="alert(1)"'), "logo-active", "onload"),
        (svg('<path d="M0 0" fill="url(http://example.org/x.svg#a)"/>'), "logo-active", "fill"),
        (svg('<path d="M0 0" style="fill: url( \'file:///etc/passwd\' )"/>'), "logo-active", "style"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg(), "logo-active", "<!DOCTYPE"),
        (b'<?xml-stylesheet href="x.css"?>' + svg(), "logo-active", "<?xml-stylesheet"),
        (svg("<g>" * 3000 + "</g>" * 3000), "logo-unreadable", None),
    ],
)
def test_what_is_no_picture_or_does_more_than_being_seen_is_refused_with_its_reason(
    content: bytes, code: str, part: str | None
) -> None:
    with pytest.raises(MediationError) as refusal:
        look_into_logo(content)
    assert (refusal.value.code, refusal.value.details.get("part")) == (code, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paper_says_who_provides_the_mediation_whom_to_ask_and_who_is_the_controller(language: str) -> None:
    data = paper(language)
    data["letterhead"] = {"name": "Sovittelijat Oy", "contact": "neuvonta@example.org", "controller": "Sovittelijat Oy"}
    text = flowing(text_of(Sheet("paper", language, data, DATED).pdf()))
    assert text.startswith("Sovittelijat Oy neuvonta@example.org")
    assert text.count("Sovittelijat Oy") == 2
    data["letterhead"] = {**data["letterhead"], "contact": "", "controller": ""}
    assert flowing(text_of(Sheet("paper", language, data, DATED).pdf())).count("Sovittelijat Oy") == 1


def test_an_administrator_says_what_papers_say_and_the_operator_puts_a_logo_on_them(
    sqlite_house: House,
) -> None:
    case = case_at(sqlite_house, "opening")
    provider = case.house.organisation("Sovittelijat")
    case.house.person("Ulla", office="admin", organisation="Sovittelijat")
    case.house.person("Ari", office="admin")
    said = {"paper_contact": "neuvonta@example.org", "paper_controller": "Sovittelijat Oy"}
    path = f"/api/organisations/{provider}/letterhead"
    assert case.house.client("Ari").put(path, json=said).status_code == 404
    assert case.house.client("Vilho").put(path, json=said).status_code == 403
    assert case.house.client("Ulla").put(path, json=said).json() == said | {"paper_lines": {}}
    assert case.house.client("Ulla").put(path, json=said | {"paper_contact": "x" * 301}).status_code == 422
    head = case.aino.reads("papers/declaration-of-ties")["letterhead"]
    assert head == {"name": "Sovittelijat", "contact": "neuvonta@example.org", "controller": "Sovittelijat Oy"}
    before = case.aino.asks("GET papers/declaration-of-ties/pdf").content
    with case.writing() as db:
        letterheads.set_logo(db, "Sovittelijat", Logo("svg", svg()))
    drawn = case.aino.asks("GET papers/declaration-of-ties/pdf").content
    assert drawn != before
    assert failures(drawn, "pdf/a-2a", "pdf/ua-1") == []
    with case.writing() as db:
        letterheads.set_logo(db, "Sovittelijat", None)
    assert case.aino.asks("GET papers/declaration-of-ties/pdf").content == before


def test_the_command_refuses_what_is_no_logo_before_it_opens_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIATION_HOME", str(tmp_path / "var"))
    (tmp_path / "logo.svg").write_bytes(svg("<script/>"))
    assert main(["organisations", "logo", "Sovittelijat", str(tmp_path / "logo.svg")]) != 0
    assert "script" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


LINES = {
    "fi": ["Noudatamme eettisiä ohjeita.", "# Ei otsikko <b>{{ 7*7 }}</b> #eval(1)"],
    "sv": ["Vi följer etiska regler."],
}
DIFFERS = "Jos rivit poikkeavat yllä olevasta, yllä oleva ratkaisee."


def says(case: LiveCase, **more: object) -> None:
    """The organisation that provides the mediation says what stands on its documents."""
    case.house.person("Ulla", office="admin", organisation="Sovittelijat")
    said = {"paper_contact": "neuvonta@example.org", "paper_controller": "Sovittelijat Oy", **more}
    answer = case.house.client("Ulla").put(
        f"/api/organisations/{case.house.organisation('Sovittelijat')}/letterhead", json=said
    )
    assert answer.status_code == 200, answer.text


def test_the_agreement_bears_the_letterhead_and_own_lines_that_it_was_sent_with(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.plans("follow-up", days=30)
    says(case, paper_lines=LINES)
    with case.writing() as db:
        letterheads.set_logo(db, "Sovittelijat", Logo("svg", svg()))
    case.drafts(["Aino", "Pekka"])
    draft = case.house.client("Meri").get(f"/cases/{case.number}/agreement/document", headers=HTML).text
    case.sends()
    says(case, paper_contact="toinen@example.org", paper_lines={})
    with case.writing() as db:
        letterheads.set_logo(db, "Sovittelijat", None)
    assert case.sign("Aino", "Pekka")
    sealed = case.aino.asks("GET agreement/sealed").content
    assert failures(sealed, "pdf/a-3a", "pdf/ua-1") == []
    assert check_file(sealed, case.house.installation.seal_key.certificate_pem).holds
    [frozen] = [one for one in case.aino.reads("agreement")["documents"] if one["kind"] == "agreement"]
    printed = [text_of(case.aino.asks(f"GET documents/{frozen['id']}").content), text_of(sealed)]
    page = case.house.client("Aino").get(f"/cases/{case.number}/agreement/text", headers=HTML).text
    assert [*unsound(page), *unsound(draft)] == []
    for text in (*map(flowing, printed), html.unescape(page), html.unescape(draft)):
        assert "toinen@example.org" not in text
        assert [one for one in ("neuvonta@example.org", DIFFERS, *LINES["fi"]) if one not in text] == []
    assert b"<b>" not in page.encode().partition(b"7*7")[0][-20:]
    assert drawn_on(sealed) == drawn_on(case.aino.asks(f"GET documents/{frozen['id']}").content) > 0


def drawn_on(pdf: bytes) -> int:
    """How many pictures a screen reader is told of."""
    return pdf.count(b"/Alt")


def test_what_is_agreed_to_evidence_and_the_closing_report_bear_the_letterhead(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    says(case, paper_lines=LINES)
    terms = next(one for one in case.aino.reads("agreed-texts") if one["kind"] == "terms")
    paths = {f"agreed-texts/{terms['id']}/paper": 0, "agreement/evidence/paper": 0, "papers/declaration-of-ties/pdf": 1}
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    for path, boxes in {**paths, "closing-report": 1}.items():
        text = flowing(text_of(case.aino.asks(f"GET {path}").content))
        assert text.startswith("Sovittelijat neuvonta@example.org"), path
        assert text.count(DIFFERS) == boxes, path
        assert "rekisterinpitäjä: Sovittelijat Oy" in text, path


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"xx": ["Rivi"]}, "language-unknown"),
        ({"fi": ["x" * 501]}, None),
        ({"fi": ["Rivi"] * 11}, None),
        ({"fi": ["Kaksi\nriviä"]}, "text-unprintable"),
        ({"fi": ["\u202etakaperin"]}, "text-unprintable"),
        ("Rivi", None),
    ],
)
def test_own_lines_that_are_none_are_refused(sqlite_house: House, lines: object, code: str | None) -> None:
    sqlite_house.person("Ulla", office="admin", organisation="Sovittelijat")
    path = f"/api/organisations/{sqlite_house.organisation('Sovittelijat')}/letterhead"
    answer = sqlite_house.client("Ulla").put(path, json={"paper_lines": lines})
    assert answer.status_code == 422, answer.text
    assert code is None or code in answer.text


@pytest.mark.parametrize(
    "name", ["letters_from", "letters_contact", "complaint_route", "paper_contact", "paper_controller"]
)
@pytest.mark.parametrize("word", ["a\r\nBcc: x@example.org", "\u202etakaperin", "a\x00b"])
def test_what_an_organisation_says_of_itself_stays_on_its_line(sqlite_house: House, name: str, word: str) -> None:
    sqlite_house.person("Ulla", office="admin", organisation="Sovittelijat")
    noun = "letterhead" if name.startswith("paper") else "letters"
    path = f"/api/organisations/{sqlite_house.organisation('Sovittelijat')}/{noun}"
    answer = sqlite_house.client("Ulla").put(path, json={name: word})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/text-unprintable")
