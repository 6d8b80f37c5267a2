"""Bodies of requests, node by node: each with its pointer (its keys and indices), its schema and its value, or another value."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.asking import described

Json = dict[str, Any]
Pointer = tuple[str | int, ...]  # of a schema, "[]" means each item of a list and "*" a key that the caller chooses

FORMS = {"enum", "pattern", "format", "const"}


def resolved(schema: Json) -> Json:
    """A schema without reference, and without the alternative of being null."""
    while "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    real = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return resolved({**{key: one for key, one in schema.items() if key != "anyOf"}, **real[0]}) if real else schema


def nodes_of(schema: Json, body: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Json, Any]]:
    """Every node of a body: its pointer, its schema (where one is given) and its value."""
    schema = resolved(schema)
    yield pointer, schema, body
    if isinstance(body, dict):
        for key, value in body.items():
            inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties") or {}
            yield from nodes_of(inner, value, (*pointer, key))
    if isinstance(body, list):
        for number, value in enumerate(body):
            yield from nodes_of(schema.get("items", {}), value, (*pointer, number))


def texts(body: Any) -> Iterator[tuple[Pointer, str]]:
    return ((pointer, value) for pointer, _, value in nodes_of({}, body) if isinstance(value, str))


def replaced(body: Any, pointer: Pointer, value: Any) -> Any:
    if not pointer:
        return value
    changed = inner = copy.deepcopy(body)
    for step in pointer[:-1]:
        inner = inner[step]
    inner[pointer[-1]] = value
    return changed


def strings_of(schema: Json, pointer: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The pointer of every node of a schema that takes a text of any form."""
    while "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "string" and not FORMS & schema.keys():
        yield pointer
    by_key = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    inner = [(pointer, one) for one in (*schema.get("anyOf", ()), *schema.get("allOf", ()))]
    inner += [((*pointer, name), one) for name, one in schema.get("properties", {}).items()]
    inner += [((*pointer, "[]"), schema["items"])] if "items" in schema else []
    inner += [((*pointer, "*"), one) for one in by_key if isinstance(one, dict)]
    for where, one in inner:
        yield from strings_of(one, where)


def dotted(pointer: Pointer) -> str:
    """A pointer as a text: `.parties[].name`."""
    return "".join("[]" if step == "[]" or isinstance(step, int) else f".{step}" for step in pointer)
