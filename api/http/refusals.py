"""The one place where a refusal becomes an answer: RFC 9457 problem details, in the reader's language."""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.http.anonymous import rate_limited
from api.http.languages import language_of, worded
from api.http.problems import MEDIA_TYPE, FieldProblem, Problem, UnmetGuard
from mediation.errors import (
    BadSetup,
    CaseChanged,
    Malformed,
    MediationError,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotYet,
    PreconditionMissing,
    TooLarge,
    TooOften,
    Unavailable,
)
from mediation.logs import class_name, places

_log = logging.getLogger(__name__)

_STATUS: Mapping[type[MediationError], int] = {
    Malformed: 422,
    TooLarge: 413,
    TooOften: 429,
    NotSignedIn: 401,
    NotPermitted: 403,
    NotFound: 404,
    NotYet: 409,
    CaseChanged: 409,
    PreconditionMissing: 428,
    Unavailable: 503,
    BadSetup: 500,
}
_RETRY_AFTER = {"database-busy": 2}  # seconds; anything else that is unavailable takes somebody to look at it
_RETRY_LATER = 30

# What may fill the words of a refusal: nothing else of its details gets out.
_BLANKS = frozenset({"field", "limit", "least", "most", "choices", "questions", "version", "missing", "seconds"})

# What pydantic found, in our words; the context key is the limit that was passed.
_FOUND: Mapping[str, tuple[str, str | None]] = {
    "missing": ("field-missing", None),
    "extra_forbidden": ("field-unknown", None),
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
}
_FIELDS_TOLD = 50
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


_Told = TypeVar("_Told")


class Fault(NamedTuple):
    """One field that was not understood: its JSON name, which refusal it is, and what fills the words."""

    field: str
    code: str
    details: Mapping[str, object]


def install(app: FastAPI) -> None:
    """Answer every refusal of `app` with a problem."""
    app.add_exception_handler(MediationError, _answer)
    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer_malformed)


async def _answer(request: Request, error: Exception) -> Response:
    return answer(request, error)


async def _answer_malformed(request: Request, error: Exception) -> Response:
    return answer(request, await rate_limited(request, error))


def answer(request: Request, error: Exception) -> Response:
    """The response to any exception. Of an unexpected one neither the answer nor the log repeats the message."""
    refusal, language = refusal_of(error), language_of(request)
    problem = problem_of(refusal, language, request.scope["path"])
    if problem.status >= 500 and refusal is not error:
        _log.error("unexpected %s at %s", class_name(error), " < ".join(places(error)))
    elif problem.status >= 500:
        _log.error("refused with %s: %s", refusal.code, class_name(error.__cause__ or error))
    sent_along = error.headers if isinstance(error, HTTPException) else None
    headers = {**(sent_along or {}), **_headers(problem.status, refusal), "Content-Language": language}
    return Response(problem.model_dump_json(exclude_none=True), problem.status, headers, MEDIA_TYPE)


def problem_of(refusal: MediationError, language: str, path: str) -> Problem:
    """A refusal in the reader's language: the JSON that is sent, and all that a page needs to tell the same at its fields."""
    kind = next(kind for kind in type(refusal).__mro__ if kind in _STATUS)
    faults = _only(Fault, refusal.details.get("faults")) or []
    if name := refusal.details.get("field"):
        faults = [Fault(_shown(str(name).split(".")), refusal.code, refusal.details)]
    return Problem(
        type=f"/problems/{refusal.code}",
        title=worded(f"problem.{_kebab(kind.__name__)}", language),
        status=405 if refusal.code == "method-not-allowed" else _STATUS[kind],
        detail=worded(f"error.{refusal.code}", language, **_blanks(refusal.details)),
        instance=quote(path, safe="/-._~!$&'()*+,;=:@"),
        errors=[_field_problem(fault, language) for fault in faults] or None,
        unmet=_only(UnmetGuard, refusal.details.get("unmet")),
    )


def refusal_of(error: Exception) -> MediationError:
    """The refusal that any exception amounts to."""
    if isinstance(error, MediationError):
        return error
    if isinstance(error, RequestValidationError):
        return Malformed("malformed", faults=[_found(one) for one in error.errors()[:_FIELDS_TOLD]])
    if not isinstance(error, HTTPException):
        return BadSetup("unexpected")
    if error.status_code == 413:
        return TooLarge("body-too-large", field="body", limit=int(error.detail))
    if error.status_code in {404, 405}:
        return NotFound("address-unknown" if error.status_code == 404 else "method-not-allowed")
    return Malformed("body-unreadable")  # FastAPI found no text in it, too deep a one, or no form


def _headers(status: int, refusal: MediationError) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer error="invalid_token"' if refusal.code == "token-unknown" else "Bearer"}
    if status == 429:
        return {"Retry-After": str(refusal.details["seconds"])}
    if status == 503:
        return {"Retry-After": str(_RETRY_AFTER.get(refusal.code, _RETRY_LATER))}
    return {}


def _found(error: Mapping[str, Any]) -> Fault:
    code, name = _FOUND.get(error["type"], ("wrong-kind", None))
    place = [str(part) for part in error["loc"]]
    if place == ["body"] and error["type"] not in {"missing", "too_long"}:
        code = "not-json-object"
    passed = error.get("ctx", {}).get(name)
    if code == "choice-unknown":
        details: dict[str, object] = {"choices": ", ".join(re.findall("'([^']*)'", str(passed)))}
    else:
        details = {} if passed is None else {"limit": passed if isinstance(passed, int | float) else str(passed)}
    return Fault(_shown(place[1:] if code != "not-json" else []), code, details)


def _shown(place: Iterable[str]) -> str:
    # A key that somebody made up is text they submitted, too.
    return ".".join(part if part.isdigit() or _PLAIN_NAME.fullmatch(part) else "?" for part in place) or "body"


def _field_problem(fault: Fault, language: str) -> FieldProblem:
    blanks = {**_blanks(fault.details), "field": fault.field}
    choices, limit = blanks.get("choices"), blanks.get("limit")
    return FieldProblem(
        field=fault.field,
        code=fault.code,
        detail=worded(f"error.{fault.code}", language, **blanks),
        limit=limit if isinstance(limit, int | float | None) else str(limit),
        choices=str(choices).split(", ") if choices else None,
    )


def _only(kind: type[_Told], found: object) -> list[_Told] | None:
    # The engine's own unmet guards are never told: only what was made fit for this reader.
    return [one for one in found if isinstance(one, kind)] if isinstance(found, list) else None


def _blanks(details: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in details.items() if name in _BLANKS and isinstance(value, str | int | float)}


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
