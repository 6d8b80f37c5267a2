"""What a person reads is in words of their own language: no JSON name, no code, no English in Finnish or Swedish."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from mediation.documents.texts import text_in_every_language
from mediation.letters.kinds import BLANKS, KINDS, SIGN_IN_BLANKS
from mediation.letters.texts import message, printed_letter
from mediation.letters.wording import DecryptedLetter
from mediation.words.catalogue import LANGUAGES, say
from tests.document_data import terms
from tests.documents.test_documents import words as words_of_documents
from tests.letters.test_letters import AINO, DATED, PARAMS, SETTINGS
from tests.words.test_field_words import WORDS as WRITTEN_LIKE_A_CODE
from tests.words.test_field_words import fields_refused, fields_sent
from tests.words.test_words import code_of, families, members, messages, texts

# What fills the words of refusals, as the product gives it.
EXAMPLES: dict[str, object] = {
    "field": "commitments.0.texts.fi.measure",
    "limit": 4000,
    "least": 5,
    "most": 600,
    "seconds": 125,
    "version": 2,
    "questions": "S1, S2, S11",
    "names": ["Aino Aalto", "Pekka Peltonen"],
    "cases": "2027-0001",
    "count": 1,
    "line": 2,
    "port": 8000,
}
_TIMES = [{"moment": "2027-02-22T11:00:00Z", "minutes": 90}]
_PARAMS = {**PARAMS, "words": dict.fromkeys(LANGUAGES, ""), "times": _TIMES}
MISSING = {  # a refusal's own form of the same detail
    "agreement-incomplete": "C1: owner, action, due, measure, owner-signs, commitments, disclosure, follow-up",
    "report-incomplete": "C1, C2",
}
# Names that are the same in every language: of settings, commands, formats, headers and other people's programs.
NAMES = re.compile(
    r"PDF/UA|`[^`]*`|https?(?:://\S*)?|sqlite:///|postgresql://|smtp://\S*|folder:\S*|\S+@\S+|\S*\.(?:lock|json|pem|pdf)\b|/tmp\b"
    r"|\bmediation(?: (?:keys|migrations|restore|doctor|recover|rotate|confirm|init|check|upgrade|verify)\b| --\w+)*"
    r"|--\w+|chmod \d+|\b[A-Z][A-Z_]{2,}(?:=\w+)?|If-Match|Idempotency-Key|ETag|SHA-256|K7MP-2XQR|opening#\S*|axe-core"
    r"|PgBouncer|(?:(?:Microsoft|Google) )Authenticator|postgresql-client|PostgreSQL|Debian|JavaScript\w*|\(zip\)"
    r"|QR|HR|UTC|Traficom"
)
WORD = re.compile(r"[^\W\d_]{2,}")
# Words of English that are words of the other language, too, and the names of the examples.
EXAMPLES_OF_CODES = {"fi", "ar", "et", "aa"}  # FI, et (viro), ar (arabia); AA of the accessibility guidelines
PEOPLE = {"aino", "pekka", "meri"}
SHARED: dict[str, set[str]] = {
    "fi": {*EXAMPLES_OF_CODES, *PEOPLE, "en", "logo", "on", "version"},
    "sv": {
        *(*EXAMPLES_OF_CODES, *PEOPLE),
        *(
            "all",
            "app",
            "bad",
            "be",
            "demonstration",
            "disk",
            "en",
            "fall",
            "form",
            "full",
            "hand",
            "handling",
            "id",
            "in",
        ),
        *(
            "information",
            "installation",
            "it",
            "just",
            "median",
            "mild",
            "sent",
            "period",
            "organisation",
            "part",
            "parts",
            "period",
            "person",
            "port",
            "post",
        ),
        *("problem", "program", "programs", "proxy", "situation", "team", "text", "transport", "under", "version"),
    },
}


# What is said.


def refused(language: str) -> Iterator[str]:
    """Every refusal with its title, its words filled as the product fills them."""
    for code in members("error"):
        yield say(f"error.{code}", language, **EXAMPLES, missing=MISSING.get(code, ""))
    yield from (say(f"problem.{code}", language) for code in members("problem"))


def told(language: str) -> Iterator[str]:
    """Every other text of the catalogue, such as guards, with names where it names people."""
    for one in messages(language):
        yield from (re.sub(r"{[^}]*}", "", text) for text in texts(one))
    for family in ("guard", "warning", "screening-warning"):
        yield from (say(f"{family}.{code}", language, **EXAMPLES) for code in members(family))


def written(language: str) -> Iterator[str]:
    """Every letter, by e-mail and on paper, and every text that somebody agrees to or signs."""
    for kind in KINDS:
        yield from letter(replace(AINO, kind=kind, language=language, params=_PARAMS))
    for required in ("voluntary", "employer-required"):
        params = {**_PARAMS, "attendance_basis": required}
        yield from letter(replace(AINO, kind="invitation", language=language, params=params))
    for kind in SIGN_IN_BLANKS:
        mail = message(
            replace(AINO, kind=kind, language=language, params={**_PARAMS, "secret": "x"}), SETTINGS, dated=DATED
        )
        yield from (str(mail["Subject"]), mail.get_content())
    for kind, fill in {
        "terms": terms(),
        "ground-rules": {"default": [], "lines": []},
        **{f"undertaking-{who}": {} for who in ("support-person", "interpreter", "employer-representative")},
    }.items():
        filled = {"case": "2027-0001", "organisation": "", **fill, "own_lines": []}
        for block in text_in_every_language(kind, lambda _, filled=filled: filled)[language]:
            yield from (str(block["heading"]), *map(str, block["paragraphs"]))
    for part in words_of_documents(language).values():
        for said in part.values():
            yield from (re.sub(r"{[^}]*}", "", text) for text in (said if isinstance(said, list) else [said]))


def letter(one: DecryptedLetter) -> Iterator[str]:
    printed, mail = printed_letter(one, SETTINGS), message(one, SETTINGS, dated=DATED)
    body = mail.get_body()
    yield from (str(mail["Subject"]), body.get_content() if body else "", printed.subject, *printed.paragraphs)


@cache
def sentences(language: str) -> tuple[str, ...]:
    return tuple(NAMES.sub(" ", text) for said in (refused, told, written) for text in said(language))


# What none of it may hold.


@cache
def codes() -> frozenset[str]:
    """Every code with a hyphen: of families, and of everything that has words."""
    known = {code for family in families().values() for code in family}
    known |= {part for one in messages("fi") for part in code_of(one).split(".")} | set(BLANKS) | set(SIGN_IN_BLANKS)
    return frozenset(code for code in known if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code)) - WRITTEN_LIKE_A_CODE


@cache
def json_names() -> frozenset[str]:
    return frozenset({*fields_sent(), *fields_refused()})


@cache
def english() -> frozenset[str]:
    """The words of English that the product knows: of its catalogue, of its codes and of its fields."""
    said = [text for one in messages("en") for text in texts(one)]
    known = [re.sub(r"{[^}]*}", "", NAMES.sub(" ", text)) for text in said]
    known += [*codes(), *(name.replace("_", " ") for name in json_names())]
    return frozenset(word.lower() for text in known for word in WORD.findall(text))


def foreign_in(text: str, language: str) -> set[str]:
    """What a sentence holds that is none of its language: names of fields and codes, and for fi and sv words of English."""
    tokens = set(re.findall(r"(?<![\w/-])[a-z0-9]+(?:[-_][a-z0-9]+)+(?![\w-])", text))
    found = {one for one in tokens if "_" in one or (one in codes() and not (language == "en" and one in ENGLISH_TOO))}
    if language != "en":
        found |= {word for word in map(str.lower, WORD.findall(text)) if word in english()} - SHARED[language]
    return found


# Codes that English writes like that.
ENGLISH_TOO = {"co-mediator", "half-year", "sign-in"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_in_words_of_its_language(language: str) -> None:
    assert len(sentences(language)) > 2500
    assert {text: found for text in sentences(language) if (found := foreign_in(text, language))} == {}


def test_no_blank_is_left_and_nothing_is_said_twice_in_a_row() -> None:
    for language in LANGUAGES:
        assert [text for text in sentences(language) if re.search(r"[{}]|\b(\w{3,}) \1\b", text)] == []


@pytest.mark.parametrize(
    ("said", "language", "found"),
    [
        ("Kirjoita jotakin kenttään words.", "fi", {"words"}),
        ("Täytä kenttä body.", "fi", {"body"}),
        ("Valitse päivä, jolloin sign_by on.", "fi", {"sign_by", "sign", "by"}),
        ("Tukijärjestelyt: reflection-time.", "fi", {"reflection-time", "reflection", "time"}),
        ("Det saknas: owner-signs.", "sv", {"owner-signs", "owner", "signs"}),
        ("It still needs: owner-signs.", "en", {"owner-signs"}),
        ("Skriv något i fältet comment_text.", "sv", {"comment_text"}),
    ],
)
def test_a_sentence_with_a_code_a_json_name_or_english_would_be_found(
    said: str, language: str, found: set[str]
) -> None:
    assert foreign_in(said, language) >= {one for one in found if "_" in one or "-" in one or one in english()}
    assert foreign_in(said, language)


def test_what_is_missing_is_said_in_words() -> None:
    for language in LANGUAGES:
        told = say("error.agreement-incomplete", language, missing=MISSING["agreement-incomplete"])
        assert all(say(f"lacks.{code}", language) in told for code in ("owner", "due", "disclosure", "follow-up"))
