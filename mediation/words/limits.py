"""What is wrong with what was sent: what pydantic finds against the types of `fields`, in our own codes."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from mediation.errors import Malformed
from mediation.words.fields import ACT

# Our code, and the key under which pydantic gives the limit that was passed. A code of our own (`fields.known`) has a dash.
_FOUND: Mapping[str, tuple[str, str | None]] = {
    "missing": ("field-missing", None),
    "extra_forbidden": ("field-unknown", None),
    "unexpected_keyword_argument": ("field-unknown", None),
    "string_too_long": ("text-too-long", "max_length"),
    "string_too_short": ("text-too-short", "min_length"),
    "string_unicode": ("text-not-unicode", None),
    "string_pattern_mismatch": ("wrong-form", None),
    "too_long": ("too-many", "max_length"),
    "too_short": ("too-few", "min_length"),
    "greater_than_equal": ("too-small", "ge"),
    "greater_than": ("too-small", "gt"),
    "less_than_equal": ("too-big", "le"),
    "less_than": ("too-big", "lt"),
    "enum": ("choice-unknown", "expected"),
    "literal_error": ("choice-unknown", "expected"),
    "date_type": ("not-a-day", None),
    "date_from_datetime_parsing": ("not-a-day", None),
    "date_from_datetime_inexact": ("not-a-day", None),
    "datetime_type": ("not-a-moment", None),
    "datetime_from_date_parsing": ("not-a-moment", None),
    "timezone_aware": ("time-zone-missing", None),
    "int_type": ("not-a-whole-number", None),
    "int_parsing": ("not-a-whole-number", None),
    "int_parsing_size": ("not-a-whole-number", None),
    "six_digits": ("not-six-digits", None),
    "json_invalid": ("not-json", None),
    "model_attributes_type": ("not-json-object", None),
    "dataclass_type": ("not-json-object", None),
}


def found(error: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    """The code of one of pydantic's findings, and what fills its words: the limit, or the choices that there are."""
    if "-" in error["type"]:
        return error["type"], dict(error.get("ctx", {}))
    code, name = _FOUND.get(error["type"], ("wrong-kind", None))
    passed = error.get("ctx", {}).get(name)
    if code == "choice-unknown":
        return code, {"choices": ", ".join(re.findall("'([^']*)'", str(passed)))}
    return code, {} if passed is None else {"limit": passed if isinstance(passed, int | float) else str(passed)}


def within_limits(model: type[BaseModel], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of `model` that are given, each as its type makes it. Refuses with the first finding, naming the field."""
    try:
        made = model.__pydantic_validator__.validate_python(given, context=ACT)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        code, details = found(first)
        raise Malformed(code, field=_field(first["loc"]), **details) from None
    return {name: getattr(made, name) for name in made.model_fields_set}


def _field(path: tuple[int | str, ...]) -> str:
    # An unknown key is an error of the whole, and its index in a list is no name.
    named = path[:-2] if path[-1] == "[key]" else path
    return ".".join(part for part in named if isinstance(part, str))
