"""Wordings that were found stiff, wrong, cold or untrue stand nowhere any more, and each thing has one name in each language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediation.words.catalogue import LANGUAGES, in_every_language
from tests.words.test_words import ROOT, code_of, messages, texts

# What stands nowhere, by language: a pattern, and what is said instead or why it is not said.
UNWANTED: dict[str, dict[str, str]] = {
    "fi": {
        r"henkilö on poistettu": "the access of a person ends, not the person",
        r"(?:muuta|enempää) ei kerrota\.": "say of what nothing else is told",
        r"pieni muistutus": "a reminder is a reminder",
        r"laki voi joskus": "name the exceptions",
        r"edellytys koskee": "a duty to come; agreeing is one’s own",
        r"osoite on nyt sinun": "an address is confirmed",
        r"istuntosi|muut istunnot|kaikki istunnot": "people sign in and out; a session is a machine’s",
        r"suorittaa sivun": "JavaScript, by its name",
        r"leimalla varustet": "a sealed file",
        r"kieltäytyisitkö": "ask whether somebody would agree, not whether they would refuse",
        r"luottamushenkilö": "luottamusmies tai luottamusvaltuutettu; the other is an elected politician",
        r"luottamusmie\w+(?!(?: tai|,) luottamusvaltuutet)\b": "both: which of them somebody has is for the law to say",
        r"\bjuristi": "lakimies",
        r"\btiedot(?:e|teen|etta|teet)\b": "ilmoitus",
        r"^toinen sovittelija$": "sovittelijan työpari",
        r"sopimus ei muuta kenenkään työsopimusta, palkkaa eikä työtehtäviä": "only the duties of the contract",
        r"voi vastata:": "a colon introduces what stands after it",
        r"välist[äe]\w* asiaa? on": "joiden välisestä asiasta on kyse",
        r"kirjeen, (?:että|ettei)": "kirjeen, jossa kerrotaan, että",
    },
    "sv": {
        r"person\w* har tagits ur bruk": "the access of a person ends, not the person",
        r"mer än så berättas": "say of what nothing else is told",
        r"liten påminnelse": "a reminder is a reminder",
        r"lagen kan ibland": "name the exceptions",
        r"adressen är nu din": "an address is confirmed",
        r"din session|\bsessioner": "people sign in and out; a session is a machine’s",
        r"köra sidans": "JavaScript, by its name",
        r"förtroendem[aä]n\w*\b(?!(?: eller|,) förtroendeombud)": "both: which of them somebody has is for the law to say",
        r"elektroniskt stämplade filen": "a sealed file",
        r"\bskriv(?:a|er|it|s|as)? under\b": "underteckna",
        r"avbruten tills vidare|är avbruten": "there is an uppehåll",
        r"(?<!arbets)(?<!kollektiv)\bavtalet\b|\b(?:ett|gör) avtal\b": "överenskommelse",
        r"\bkalla[dr]|kallelse": "inbjuden, inbjudan",
        r"allt som skickades gick inte": "en del av det",
        r"låt en ny part": "byt ut en part",
        r"lägg ner utkastet": "förkasta utkastet",
        r"att söka lösningar\"": "the phase is Lösningar",
        r"\bge(?:tt|r)? (?:en |sin )?sekretessförbindelse": "avge",
        r"på pränt": "skrivas ner",
        r"bifogad[et]* till den här": "finns som bilaga",
        r"väntar ännu på": "väntar fortfarande på",
        r"problembeskrivning": "problemformuleringen",
        r"anmälan om bindningar": "redogörelse för bindningar",
        r"nyckellag": "nyckelförrådet",
        r"\bkl\. ?\d+:\d": "kl. 10.00, with a full stop",
        r"papp?ret\b(?<!papperet)": "papperet",
        r"kan inte besvaras:": "a colon introduces what stands after it",
        r"där ni blev": "där ni slutade",
        r"\b(?:sin|din) syn\b(?! på)": "hur hen ser på saken; a syn alone is eyesight",
        r"\b(?:handling|handlingar(?:na)?|handlingen)\b": "dokument, as on the page of one’s own",
        r"fackförening": "fackförbund",
    },
    "en": {
        r"has been deactivated": "the access of a person ends, not the person",
        r"nothing more is told": "say of what nothing else is told",
        r"there is news for you": "an update",
        r"friendly reminder": "a reminder is a reminder",
        r"law may sometimes": "name the exceptions",
        r"address is yours now": "an address is confirmed",
        r"your session has ended|(?:end|your) (?:all )?other sessions": "people sign in and out; a session is a machine’s",
        r"run the page": "JavaScript, by its name",
        r"electronically sealed file": "a sealed file",
        r"have not told yet|has told how|please tell about|tells? in their own|told? (?:their|your|my) view": "say, report",
        r"(?:link|token|code) is not good|\bis good for|good until": "valid, works",
        r"is taken for you|tell it to nobody": "can sign in as you; do not share it",
        r"keeps nobody from|changes nobody|takes away nobody": "say whom it does not stop, change, harm",
        r"ask for keeping|end the keeping": "ask for this to be kept",
        r"cannot be replied to:": "a colon introduces what stands after it",
        r"\bin peace\b|undisturbed": "without being interrupted",
        r"right means here": "the right way here, as in the notice",
        r"an employer representative|the employer commitments": "the employer’s representative, the employer’s commitments",
    },
}
# In no language: signs for formulas, and people by letters.
NOWHERE = {r"[≥≤]": "say it in words", r"\b(?:A ja B|A och B|A and B|P1|P2)\b": "say names"}
FOLDERS = (
    "templates/letters",
    "templates/sign_in_letters",
    "templates/texts",
    "templates/documents",
    "templates/bundle",
)


def told_in(language: str) -> Iterator[tuple[str, str]]:
    """Every text in a language, and where it stands."""
    for one in messages(language):
        yield from ((code_of(one), text) for text in texts(one))
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob(f"*.{language}.*")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def test_the_texts_of_every_kind_are_looked_at() -> None:
    for language in LANGUAGES:
        places = {Path(place).parts[1] for place, _ in told_in(language) if place.startswith("templates")}
        assert places == {"letters", "sign_in_letters", "texts", "documents", "bundle"}


@pytest.mark.parametrize(("language", "pattern"), [(one, pattern) for one in LANGUAGES for pattern in UNWANTED[one]])
def test_an_unwanted_wording_stands_nowhere(language: str, pattern: str) -> None:
    found = re.compile(pattern, re.I)
    assert [place for place, text in told_in(language) if found.search(text)] == [], UNWANTED[language][pattern]


@pytest.mark.parametrize("pattern", NOWHERE)
def test_formulas_and_letters_for_people_stand_in_no_text_and_in_no_story(pattern: str) -> None:
    found = re.compile(pattern)
    stories = [(str(path.name), path.read_text("utf-8")) for path in sorted((ROOT / "demo").glob("*_words.py"))]
    everything = [*stories, *(one for language in LANGUAGES for one in told_in(language))]
    said = [(place, re.sub(r'"(?:P1|P2)"|# .*', "", text)) for place, text in everything]  # who owns what, and comments
    assert [place for place, text in said if found.search(text)] == [], NOWHERE[pattern]


def test_what_is_asked_about_waiting_about_power_and_about_fear_is_asked_so() -> None:
    assert in_every_language("screening.S10") == {
        "fi": "Haluatko odottaa? Syytä ei tarvitse kertoa.",
        "sv": "Vill du vänta? Skälet behöver inte anges.",
        "en": "Would you rather wait? No reason is needed.",
    }
    asked = in_every_language("screening.S9")["fi"]
    assert asked == (
        "Onko joku toisen esihenkilö, onko monta yhtä vastaan, onko joku riippuvainen toisesta tai puuttuuko yhteinen kieli?"
    )
    afraid, willing, answer = re.findall(r"[^.?]+[.?]", in_every_language("screening.S11")["fi"])
    assert afraid == "Pelkäätkö, että sovittelusta tai kieltäytymisestä olisi sinulle haittaa?"
    assert willing.strip() == "Suostuisitko, vaikka kieltäytymisestä ei seuraisi mitään?"
    assert answer.strip().startswith("Vastaa kyllä,")


def test_what_binds_in_a_supervision_calls_whom_one_may_turn_to_by_their_names() -> None:
    unwanted = {"fi": r"luottamushenkilö|juristi", "sv": r"förtroendemannen(?! eller förtroendeombudet)"}
    for language, pattern in unwanted.items():
        path = ROOT / "workflows" / "words" / "supervision" / "texts" / f"confidentiality.{language}.txt"
        assert re.findall(pattern, path.read_text("utf-8")) == [], language
