"""The names of languages, and how a page says that a text was interpreted into one."""

import tomllib
from pathlib import Path

import pytest
from babel import Locale

from mediation.documents.render import Sheet
from mediation.errors import Malformed
from mediation.words import own_languages
from mediation.words.catalogue import LANGUAGES
from mediation.words.own_languages import into, known_own_language, named
from tests.document_data import DATED, signatures
from tests.documents.test_documents import flowing, text_of

TOLD = tomllib.loads(Path(own_languages.__file__).with_name("own_languages.toml").read_text("utf-8"))
BENT = TOLD["into"]["fi"]
# First languages that many people in Finland have, beside the three in which we write.
MOST_SPOKEN = (
    "ru et ar uk so fa ku zh sq vi th fil tr es de pl ro fr hu ne bn ur hi ta te si ps prs pt it bg nl el lv lt sr bs"
)


def test_the_languages_most_spoken_in_finland_have_a_bent_name() -> None:
    assert set(MOST_SPOKEN.split()) <= BENT.keys()
    assert len(BENT) > 60


@pytest.mark.parametrize("code", sorted(BENT))
def test_a_bent_name_is_that_of_a_language_that_can_be_ones_own(code: str) -> None:
    assert known_own_language(code) == code
    name, bent = named(code, "fi"), BENT[code]
    if code in {"fse", "fss"}:
        assert bent == name.replace("nen viittomakieli", "selle viittomakielelle")
    else:  # a name in -kki, -tti and the like loses a letter: the first ones stay
        assert bent.startswith(name.rstrip("i")[: max(3, len(name) - 3)])
        assert bent.endswith("ksi")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("et", ("viroksi", "estniska", "Estonian")),
        ("ru", ("venäjäksi", "ryska", "Russian")),
        ("ar", ("arabiaksi", "arabiska", "Arabic")),
        ("tr", ("turkiksi", "turkiska", "Turkish")),
        ("is", ("islanniksi", "isländska", "Icelandic")),
        ("ps", ("paštuksi", "pashto", "Pashto")),
        ("prs", ("dariksi", "dari", "Dari")),
        ("fse", ("suomalaiselle viittomakielelle", "finskt teckenspråk", "Finnish Sign Language")),
        ("koi", ("(kieli: komipermjakki)", "komi-permjakiska", "Komi-Permyak")),
    ],
)
def test_a_text_is_interpreted_into_a_language_as_each_of_ours_says_it(code: str, said: tuple[str, ...]) -> None:
    assert tuple(into(code, language) for language in LANGUAGES) == said


def test_every_language_that_can_be_ones_own_is_said_in_each_of_ours() -> None:
    codes = set(Locale.parse("en").languages) | BENT.keys()
    found = {code for code in codes if _can_be(code)}
    assert len(found) > 500
    for code in found:
        assert all(named(code, language) and "{" not in into(code, language) for language in LANGUAGES)
    assert "luo" in found
    assert not found & {*LANGUAGES, "und", "mul", "zxx", "mis", "pt_BR", "zh_Hans"}


def _can_be(code: str) -> bool:
    try:
        return known_own_language(code) == code
    except Malformed:
        return False


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", ("Luettu ääneen ja tulkattu viroksi.", "Luettu ääneen ja tulkattu (kieli: komipermjakki).")),
        ("sv", ("Uppläst och tolkad till estniska.", "Uppläst och tolkad till komi-permjakiska.")),
        ("en", ("Read aloud and interpreted into Estonian.", "Read aloud and interpreted into Komi-Permyak.")),
    ],
)
def test_the_signature_page_says_so_in_its_language_of_those_to_whom_it_was_interpreted(
    language: str, said: tuple[str, str]
) -> None:
    page = signatures(language)
    for one, code in zip(page["signatures"], ("et", "koi"), strict=False):
        one["interpreted_into"] = code
    text = flowing(text_of(Sheet("signatures", language, page, dated=DATED).pdf()))
    plain = flowing(text_of(Sheet("signatures", language, signatures(language), dated=DATED).pdf()))
    for sentence in said:
        assert text.replace(" ", "").count(sentence.replace(" ", "")) == 1
    assert said[0].split()[0] not in plain
