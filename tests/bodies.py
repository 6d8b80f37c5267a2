"""Bodies of requests, place by place: what stands where, what its schema says, and the same body with another value there."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.asking import described

Json = dict[str, Any]
Place = tuple[str | int, ...]  # of a schema, "[]" stands for each of a list and "*" for a key that the caller chooses

FORMS = {"enum", "pattern", "format", "const"}


def resolved(schema: Json) -> Json:
    """A schema without reference, and without the alternative of being null."""
    while "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    real = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return resolved({**{key: one for key, one in schema.items() if key != "anyOf"}, **real[0]}) if real else schema


def places(schema: Json, body: Any, place: Place = ()) -> Iterator[tuple[Place, Json, Any]]:
    """Every place of a body, with its schema (where one is given) and its value."""
    schema = resolved(schema)
    yield place, schema, body
    if isinstance(body, dict):
        for key, value in body.items():
            inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties") or {}
            yield from places(inner, value, (*place, key))
    if isinstance(body, list):
        for number, value in enumerate(body):
            yield from places(schema.get("items", {}), value, (*place, number))


def texts(body: Any) -> Iterator[tuple[Place, str]]:
    return ((place, value) for place, _, value in places({}, body) if isinstance(value, str))


def replaced(body: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    changed = inner = copy.deepcopy(body)
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return changed


def strings_of(schema: Json, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place of a schema that takes a text of any form."""
    while "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "string" and not FORMS & schema.keys():
        yield place
    by_key = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    inner = [(place, one) for one in (*schema.get("anyOf", ()), *schema.get("allOf", ()))]
    inner += [((*place, name), one) for name, one in schema.get("properties", {}).items()]
    inner += [((*place, "[]"), schema["items"])] if "items" in schema else []
    inner += [((*place, "*"), one) for one in by_key if isinstance(one, dict)]
    for where, one in inner:
        yield from strings_of(one, where)


def told(place: Place) -> str:
    """A place as it is written for people: `.parties[].name`."""
    return "".join("[]" if step == "[]" or isinstance(step, int) else f".{step}" for step in place)
