"""Forms: whatever an act takes as JSON, its form asks for, and sends as the same JSON."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.addresses import ADDRESSES
from api.pages.form_bodies import body_of, flattened
from api.pages.forms import KEYED, Choice, Form, FormField, schema_of
from mediation.words.catalogue import LANGUAGES

ROOT = Path(__file__).parents[2]
EXAMPLES = json.loads((ROOT / "api" / "examples.json").read_text("utf-8"))
HELSINKI = ZoneInfo("Europe/Helsinki")


def examples() -> list[Any]:
    found = []
    for one in ADDRESSES:
        if one.model is not None:
            schema = schema_of(one.model)
            bodies = EXAMPLES.get(schema.get("title") or "", ()) or EXAMPLES.get(one.body, ())
            found += [pytest.param(schema, body, id=f"{one.method} {one.path} {n}") for n, body in enumerate(bodies)]
    assert len(found) > 40
    return found


def form_for(schema: Any, body: Any) -> Form:
    keys = {name: [Choice(key, key) for key in body.get(name) or ()] for name in KEYED}
    return Form(schema, "fi", keys, rows=0)


def without_nothing(value: Any) -> Any:
    """JSON without what a form leaves out: nothing, empty texts and empty lists."""
    if isinstance(value, dict):
        cleaned = {key: without_nothing(one) for key, one in value.items()}
        return {key: one for key, one in cleaned.items() if one not in (None, "", [], {})}
    return [without_nothing(one) for one in value] if isinstance(value, list) else value


def moments(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: datetime.fromisoformat(one) if key in {"planned_at", "begun_at"} else moments(one)
            for key, one in value.items()
        }
    return value


@pytest.mark.parametrize(("schema", "body"), examples())
def test_what_an_act_takes_comes_back_from_its_form_as_it_was(schema: Any, body: Any) -> None:
    sent = list(flattened(body))
    told = body_of(form_for(schema, body).fields(sent), sent, HELSINKI)
    assert moments(without_nothing(told)) == moments(without_nothing({**body, **_as_list(body)}))


def _as_list(body: dict[str, Any]) -> dict[str, Any]:
    return {"for": [body["for"]]} if isinstance(body.get("for"), str) else {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_every_form_has_words_and_every_choice(language: str) -> None:
    for one in ADDRESSES:
        if one.model is not None:
            for field in Form(schema_of(one.model), language).fields():
                assert_worded(field)


def assert_worded(field: FormField) -> None:
    assert field.label
    assert all(one.words for one in field.choices)
    for part in field.parts:
        assert_worded(part)


def test_a_time_without_an_offset_is_that_of_the_workplace() -> None:
    schema = {"properties": {"planned_at": {"type": "string", "format": "date-time"}}, "required": ["planned_at"]}
    sent = [("planned_at", "2027-01-12T09:00")]
    assert body_of(Form(schema, "fi").fields(sent), sent, HELSINKI) == {"planned_at": "2027-01-12T09:00:00+02:00"}


def test_what_is_no_number_or_time_is_sent_on_as_it_is_and_refused_by_the_act() -> None:
    schema = {
        "properties": {"minutes": {"type": "integer"}, "planned_at": {"type": "string", "format": "date-time"}},
        "required": ["minutes", "planned_at"],
    }
    sent = [("minutes", "kaksi"), ("planned_at", "huomenna")]
    assert body_of(Form(schema, "fi").fields(sent), sent, HELSINKI) == dict(sent)
