"""The texts that somebody agrees to: every point that they must make, in each language, and how they are printed."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from mediation.acts.ground_rules import MOST_LINES, ground_rules_text
from mediation.documents.localise import TEMPLATES
from mediation.documents.render import Sheet
from mediation.documents.texts import Block, text_in_every_language
from tests.document_data import DATED, LANGUAGES, agreed_text, terms
from tests.documents.test_documents import failures, flowing, text_of

ROLES = ("support-person", "interpreter", "employer-representative")
UNDERTAKINGS = tuple(f"undertaking-{role}" for role in ROLES)
KINDS = ("terms", "ground-rules", *UNDERTAKINGS)

# What an agreement to mediate must say, by words that say it.
OF_TERMS: Mapping[str, tuple[str, str, str]] = {
    "names and roles": ("Osapuolet: Aino Laine, Pekka Niemi", "Parter: Aino Laine", "Parties: Aino Laine"),
    "the mediator": ("Sovittelija: Meri Salo", "Medlare: Meri Salo", "Mediator: Meri Salo"),
    "who pays": ("Sovittelun maksaa työnantaja", "Arbetsgivaren betalar", "The employer pays"),
    "the process": ("tapaa ensin jokaisen osapuolen erikseen", "träffar först varje part", "first meets each party"),
    "free to agree": ("Kukaan ei voi velvoittaa sinua", "Ingen kan kräva", "Nobody can oblige you"),
    "leaving without a reason": ("Syytä ei tarvitse kertoa", "behöver inte berätta varför", "need not give a reason"),
    "what the employer is told then": (
        "vain, ettei se alkanut tai että se on päättynyt, sekä sovitun ilmoituksen",
        "bara veta att den inte inleddes eller att den har avslutats, samt det meddelande",
        "only that it did not begin or that it has ended, and the agreed notice",
    ),
    "attendance and consent are two": (
        "Emme kerro työnantajalle, kävitkö.",
        "Vi berättar inte för arbetsgivaren om du kom.",
        "We do not tell your employer whether you came.",
    ),
    "confidentiality": ("on luottamuksellista", "är konfidentiellt", "is confidential"),
    "its exceptions": (
        "Poikkeuksia ovat tilanteet, joissa jonkun henki tai terveys on vaarassa tai laki velvoittaa kertomaan.",
        "Undantag är situationer där någons liv eller hälsa är i fara eller lagen kräver att något förs vidare.",
        "Exceptions are danger to somebody’s life or health, and what the law requires to be passed on.",
    ),
    "who is present hears": ("paikalla, kuulee", "hör vad som sägs", "present at a meeting hears"),
    "separate meetings": ("jää sinun ja sovittelijoiden", "stannar mellan dig och medlarna", "stays between you"),
    "no witness": ("todistajaksi", "vittne", "as a witness"),
    "no legal advice": ("oikeudellista neuvontaa", "juridisk rådgivning", "no legal advice"),
    "support and interpreting": ("ottaa mukaasi tukihenkilön", "ta med dig en stödperson", "bring a support person"),
    "no recording": ("Kukaan ei nauhoita", "Ingen spelar in", "Nobody records"),
    "notes and their end": ("on kulunut 14 päivää", "när 14 dagar har gått", "when 14 days have passed"),
    "how long the rest is kept": ("on kulunut 24 kuukautta", "när 24 månader har gått", "when 24 months have passed"),
    "data protection": ("tietosuojavaltuutetulle", "dataombudsmannen", "Data Protection Ombudsman"),
    "what comes after": ("Sovittua seurataan", "följs upp", "is followed up"),
    "other ways": ("työsuojeluvaltuutetun", "arbetarskyddsfullmäktigen", "health and safety representative"),
    "complaints": (
        "Valitus ei kulje sovittelijan kautta",
        "går inte via medlaren",
        "does not pass through the mediator",
    ),
    "consent": ("Suostun sovitteluun vapaaehtoisesti", "Jag samtycker frivilligt", "of my own free will"),
}
OF_UNDERTAKINGS: Mapping[str, tuple[str, str, str]] = {
    "the case": ("2027-0001", "2027-0001", "2027-0001"),
    "what is secret": ("Pidän salassa kaiken", "Jag håller hemligt allt", "I keep secret everything"),
    "nobody is told": ("en työnantajalle", "inte för arbetsgivaren", "not the employer"),
    "no notes taken away": ("sovittelijalle hävitettäviksi", "som förstör dem", "to be destroyed"),
    "no time limit": ("ilman määräaikaa", "utan tidsgräns", "without a time limit"),
    "exceptions by law": ("laki velvoittaa", "lagen kräver", "what the law requires"),
    "what follows": ("lain mukaan vastuuseen", "ansvarig för det enligt lag", "liable for it under the law"),
}
OF_REPRESENTATIVE: Mapping[str, tuple[str, str, str]] = {
    **OF_UNDERTAKINGS,
    "nobody is told": ("en johdolle", "inte för ledningen", "not the management"),
    "harms nobody": ("Kenellekään ei saa koitua haittaa", "inte medföra något negativt", "Nobody may be worse off"),
}
POINTS = {"terms": OF_TERMS, "undertaking-employer-representative": OF_REPRESENTATIVE}


def plain(blocks: list[Block]) -> str:
    return flowing("\n".join(line for one in blocks for line in (one["heading"], *one["paragraphs"])))


@pytest.mark.parametrize(("kind", "language"), [*product(("terms", *UNDERTAKINGS), LANGUAGES)])
def test_what_is_agreed_to_makes_every_point_it_must(kind: str, language: str) -> None:
    text, place = plain(agreed_text(language, kind)["blocks"]), LANGUAGES.index(language)
    points = POINTS.get(kind, OF_UNDERTAKINGS)
    assert {point: said[place] for point, said in points.items() if said[place] not in text} == {}


@pytest.mark.parametrize(
    "path",
    sorted(one for kind in ("*.txt", "*.toml") for one in TEMPLATES.parent.rglob(kind)),
    ids=lambda path: path.name,
)
def test_no_text_uses_a_word_that_means_something_else(path: Path) -> None:
    other = ("luottamushenkil", "juristi", "anföra besvär", " ger en sekretess", " gett sekretess")
    assert [one for one in other if one in path.read_text("utf-8")] == []


def test_a_text_has_the_same_parts_in_every_language_whatever_fills_it() -> None:
    given = {"provider", "payer", "scope", "if_fails", "billing_period", "final_date", "contact"}
    for names in (set(), given, *({one} for one in given)):
        fill = terms(**dict.fromkeys(names, "Vuoronvaihto"), companions=["Tuula"] if names else [])
        by_language = text_in_every_language("terms", lambda _, fill=fill: fill).values()
        shapes = [[(len(one["paragraphs"]), one["boxed"]) for one in blocks] for blocks in by_language]
        assert shapes[1:] == shapes[:-1]
        assert [plain(blocks).count("Vuoronvaihto") for blocks in by_language] == [len(names)] * len(LANGUAGES)
    for kind in UNDERTAKINGS:
        assert len({len(agreed_text(one, kind)["blocks"]) for one in LANGUAGES}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_organisations_own_lines_stand_in_a_box_that_says_what_applies(language: str) -> None:
    applies = {
        "fi": "Jos rivit poikkeavat yllä olevasta, yllä oleva ratkaisee.",
        "sv": "Om raderna avviker från texten ovan gäller texten ovan.",
        "en": "If these lines differ from the text above, the text above applies.",
    }[language]
    own = ["Kulut maksetaan ohjeen mukaan.", "# Suostun sovitteluun", "## Muu", "• Esihenkilö saa kopion."]
    blocks = text_in_every_language("terms", lambda _: terms(own_lines=own))[language]
    [box] = [one for one in blocks if one["boxed"]]
    assert box == {"heading": "Esimerkkilän kotihoito", "paragraphs": [*own, applies], "boxed": True}
    assert blocks.index(box) == len(blocks) - 2  # all that the box may not change stands above it
    without = text_in_every_language("terms", lambda _: terms(own_lines=[]))[language]
    assert [one for one in blocks if not one["boxed"]] == without


@pytest.mark.parametrize(("kind", "language"), [*product(KINDS, LANGUAGES)])
def test_what_is_agreed_to_is_printed_archivable_with_a_line_to_sign_at(kind: str, language: str) -> None:
    data = agreed_text(language, kind)
    sheet = Sheet("agreed-text", language, data, dated=DATED)
    pdf = sheet.pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
    assert sheet.pdf() == pdf
    pages = text_of(pdf).split("\f")[:-1]
    assert len(pages) == (3 if kind == "terms" else 1)  # an undertaking is one sheet of paper
    signed = {"fi": "Allekirjoitus", "sv": "Underskrift", "en": "Signature"}[language]
    assert "Aino Laine" in pages[-1]
    assert signed in pages[-1]
    unsigned = flowing(text_of(Sheet("agreed-text", language, data | {"signatory": None}, dated=DATED).pdf()))
    assert signed not in unsigned
    chinese = text_of(Sheet("agreed-text", language, data | {"signatory": "王小明"}, dated=DATED).pdf()).split("\f")[
        :-1
    ]
    assert ("王小明" in chinese[-1], len(chinese)) == (True, len(pages))
    nameless = Sheet("agreed-text", language, data | {"signatory": ""}, dated=DATED).pdf()
    assert failures(nameless, "pdf/a-2a", "pdf/ua-1") == []
    assert signed in flowing(text_of(nameless))
    assert flowing(text_of(nameless)).count("Aino Laine") == unsigned.count("Aino Laine")
    for one in data["blocks"]:
        for line in (one["heading"], *one["paragraphs"]):
            assert all(flowing(part).removeprefix("• ") in unsigned for part in line.split("\n"))


@pytest.mark.parametrize("closing", [True, False], ids=["of today", "kept before they ended in what is accepted"])
def test_the_longest_ground_rules_run_on_over_pages_to_the_line_to_sign_at(closing: bool) -> None:
    own = {"fi": [("Puhumme vuorotellen. " * 24).strip()] * MOST_LINES}
    blocks = ground_rules_text(own)["fi"][: None if closing else -1]
    data = agreed_text("fi", "ground-rules", blocks=blocks)
    text = flowing(text_of(Sheet("agreed-text", "fi", data, dated=DATED).pdf()))
    assert text.count("Puhumme vuorotellen.") == 24 * MOST_LINES
    assert "Aino Laine" in text
