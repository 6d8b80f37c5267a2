"""A sentence for people names a field by its words in their language, never by its JSON name or by a code."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from mediation.words.catalogue import LANGUAGES, has_words, say
from tests.houses import application
from tests.words.test_words import blanks_of, calls, families, members, texts_in
from workflows import WORKFLOWS

# Arguments, by place, that name the field of a refusal.
NAMED_AT = {"checked": 1, "one_of": 2, "known_language": 1}
# Fields that only the command line or the lines of a request have, people as a document lists them, and the whole.
ELSEWHERE = {"body", "country", "employer_representatives", "headers", "host", "mediators", "query"}
# Words of English or Swedish that are written like a code.
WORDS = {"follow-up", "check-in"}


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    return application().openapi()


def fields_in(schema: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of all fields of a schema, at any depth."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        yield from fields_in(described()["components"]["schemas"][name], seen | {name})
    yield from {*schema.get("propertyNames", {}).get("enum", ())} - {*LANGUAGES}
    for field, inside in schema.get("properties", {}).items():
        yield field
        yield from fields_in(inside, seen)
    alternatives = [one for group in ("anyOf", "allOf", "oneOf") for one in schema.get(group, ())]
    inner = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for inside in (*alternatives, *inner, *schema.get("patternProperties", {}).values()):
        yield from fields_in(inside, seen)


@cache
def fields_sent() -> dict[str, str]:
    """Every field that a request may have in its path, query, headers or body, and a route that takes it."""
    found: dict[str, str] = {}
    for path, methods in described()["paths"].items():
        for method, one in methods.items():
            bodies = one.get("requestBody", {}).get("content", {}).values()
            names = [given["name"] for given in one.get("parameters", ())]
            for name in (*names, *(field for body in bodies for field in fields_in(body["schema"]))):
                found.setdefault(name, f"{method.upper()} {path}")
    return found


def fields_refused() -> dict[str, str]:
    """Every field that a refusal names, and the module that names it."""
    found: dict[str, str] = {}
    for path, name, call in calls():
        place = NAMED_AT.get(name)
        named = [keyword.value for keyword in call.keywords if keyword.arg == "field"]
        named += call.args[place : place + 1] if place is not None else []
        for expression in named:
            for part in parts_of(expression):
                found.setdefault(part, path)
    return {name: path for name, path in found.items() if name not in LANGUAGES}


def parts_of(expression: ast.expr) -> set[str]:
    """The names in the path of a field, such as `texts` and `goals` of `texts.{language}.goals`."""
    if isinstance(expression, ast.JoinedStr):
        # What fills a blank is a language, an id or a code, unless it is a text itself.
        texts = [one.value for one in expression.values if isinstance(one, ast.Constant)]
    else:
        texts = sorted(texts_in(expression))
    return {part for text in texts for part in str(text).split(".") if part}


def sentences(field: str, language: str) -> Iterator[str]:
    """Every sentence about a field."""
    for code in sorted(members("error")):
        if ("field", "field") in blanks_of(f"error.{code}", language):
            yield say(f"error.{code}", language, field=field, limit=10)


def test_the_walk_finds_the_fields_of_nested_bodies_of_queries_of_paths_and_of_headers() -> None:
    assert len(fields_sent()) > 100
    assert fields_sent().keys() >= {"measure", "rhythm", "work-community", "after", "whose", "session_id", "If-Match"}
    assert fields_refused().keys() >= {"sign_by", "scan", "lineage", "commissioner"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_may_be_sent_or_refused_has_words(language: str) -> None:
    asked = {**fields_refused(), **fields_sent()}
    assert {field: where for field, where in asked.items() if not has_words(f"field.{field}", language)} == {}


def test_a_refusal_names_a_field_under_the_name_under_which_it_is_sent() -> None:
    """Or the fault would stand at none of the fields of a form."""
    of_a_file_or_the_demonstration = {"content_type", "scan", "story"}
    assert fields_refused().keys() - fields_sent().keys() - ELSEWHERE == of_a_file_or_the_demonstration


def test_no_words_are_left_of_a_field_that_is_gone() -> None:
    assert members("field") - {*fields_sent(), *fields_refused(), *ELSEWHERE} == set()
    assert members("in-language") == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_about_a_field_names_it_by_its_words(language: str) -> None:
    for field in sorted(members("field")):
        told = list(sentences(field, language))
        assert len(told) > 10
        assert [one for one in told if say(f"field.{field}", language) not in one] == []
        assert [one for one in told if re.search(rf"(?<![\w-]){re.escape(field)}(?![\w-])", one) and "_" in field] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_holds_a_json_name_or_a_code_of_an_act_a_phase_a_transition_or_a_guard(language: str) -> None:
    codes = {code for family in ("act", "phase", "transition", "guard", "outcome") for code in families()[family]}
    codes |= {phase.code for workflow in WORKFLOWS.values() for phase in workflow.phases}
    hyphened = {code for code in codes if "-" in code and "." not in code} - WORDS
    told = [sentence for field in sorted(members("field")) for sentence in sentences(field, language)]
    for family in ("error", "problem", "guard", "warning"):
        told += [say(f"{family}.{code}", language, names=["Aino"]) for code in sorted(members(family))]
    said_as_code = re.compile(
        rf"(?<![\w/-])(?:[a-z]+(?:_[a-z]+)+|{'|'.join(map(re.escape, sorted(hyphened)))})(?![\w-])"
    )
    assert len(hyphened) > 80
    assert [sentence for sentence in told if said_as_code.search(sentence)] == []


def test_only_what_an_operator_reads_lists_the_codes_that_can_be_chosen() -> None:
    listing = {code for code in members("error") if "choices" in {name for name, _ in blanks_of(f"error.{code}", "fi")}}
    assert listing == {
        "setting-unknown-mode",
        "setting-unknown-pooler",
        "setting-unknown-seal-level",
        "workflow-unknown",
    }


def test_the_place_of_a_field_in_a_list_and_its_language_are_said() -> None:
    said = {language: say("field.measure", language) for language in LANGUAGES}
    assert list(said.values()) == ["Mistä huomaamme", "Hur vi märker det", "How we will notice"]
    told = [say("error.field-missing", one, field="commitments.1.texts.fi.measure") for one in LANGUAGES]
    assert told == [
        "Täytä kohta ”Sitoumukset 2 – Mistä huomaamme (suomeksi)”.",
        "Fyll i fältet ”Åtaganden 2 – Hur vi märker det (på finska)”.",
        "Fill in “Commitments 2 – How we will notice (in Finnish)”.",
    ]
    assert "”Tavoitteet 1 (ruotsiksi)”" in say("error.text-empty", "fi", field="texts.sv.goals.0")
    assert "”Tekstit (englanniksi)”" in say("error.text-empty", "fi", field="texts.en")
    assert "”Omat pelisäännöt 2 (suomeksi)”" in say("error.text-too-long", "fi", field="lines.fi.1")


@pytest.mark.parametrize("made_up", ["?", "aino_itki", "9" * 5000, "", ".", "{0}", "by_name.Pekka"])
def test_a_name_without_words_is_never_repeated(made_up: str) -> None:
    for language in LANGUAGES:
        assert say("error.field-missing", language, field=made_up) == say("error.field-missing", language, field="body")
        within = say("error.field-missing", language, field=f"words.{made_up}")
        assert say("field.words", language) in within
        assert made_up not in within or made_up in {"", "."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_about_a_form_calls_a_field_as_the_form_of_that_act_does(language: str) -> None:
    own = [code.split(".") for code in members("asks") if "." in code and not code.endswith(".do")]
    fields = [(act, field) for act, field in own if has_words(f"field.{field}", language)]
    assert len(fields) > 10
    for act, field in fields:
        label = say(f"asks.{act}.{field}", language)
        for sentence in ("error.text-empty", "error.text-unprintable"):  # with the name in quotes, and without
            told = say(sentence, language, field=f"{act}/{field}")
            assert told == say(sentence, language, field=field).replace(say(f"field.{field}", language), label, 1)
            assert label in told
        assert say("error.text-empty", language, field=f"{act}/texts.fi.{field}") == say(
            "error.text-empty", language, field=f"texts.fi.{field}"
        )
