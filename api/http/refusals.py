"""The one place where a refusal becomes an answer: RFC 9457 problem details, in the reader's language."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.http.knocks import counted
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
from mediation.words.limits import found

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

_BLANKS = frozenset(
    {"field", "limit", "least", "most", "choices", "questions", "version", "missing", "length", "sign_by", "seconds"}
)

_FIELDS_TOLD = 50
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class _Refusal:
    status: int
    code: str
    kind: str
    details: Mapping[str, object] = field(default_factory=dict)
    fields: Sequence[tuple[str, str, Mapping[str, object]]] = ()  # field, code, what fills its words
    headers: Mapping[str, str] = field(default_factory=dict)


def install(app: FastAPI) -> None:
    """Answer every refusal of `app` with a problem."""
    app.add_exception_handler(MediationError, _answer)
    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer_malformed)


async def _answer(request: Request, error: Exception) -> Response:
    return answer(request, error)


async def _answer_malformed(request: Request, error: Exception) -> Response:
    return answer(request, await counted(request, error))


def answer(request: Request, error: Exception) -> Response:
    """The problem for any exception. Of an unexpected one neither the answer nor the log repeats the message."""
    refusal = _refusal(error)
    language = language_of(request)
    problem = Problem(
        type=f"/problems/{refusal.code}",
        title=worded(f"problem.{refusal.kind}", language),
        status=refusal.status,
        detail=worded(f"error.{refusal.code}", language, **_blanks(refusal.details)),
        instance=quote(request.scope["path"], safe="/-._~!$&'()*+,;=:@"),
        errors=[_field_problem(*one, language) for one in refusal.fields] or None,
        unmet=_unmet(refusal.details.get("unmet")),
    )
    headers = {**refusal.headers, "Content-Language": language}
    return Response(problem.model_dump_json(exclude_none=True), refusal.status, headers, MEDIA_TYPE)


def _refusal(error: Exception) -> _Refusal:
    if isinstance(error, MediationError):
        return _of_domain(error)
    if isinstance(error, RequestValidationError):
        return _Refusal(422, "malformed", "malformed", fields=[_found(one) for one in error.errors()[:_FIELDS_TOLD]])
    if isinstance(error, HTTPException):
        return _of_framework(error)
    _log.error("unexpected %s at %s", class_name(error), " < ".join(places(error)))
    return _Refusal(500, "unexpected", "bad-setup")


def _of_domain(error: MediationError) -> _Refusal:
    kind = next(kind for kind in type(error).__mro__ if kind in _STATUS)
    status = _STATUS[kind]
    name = error.details.get("field")
    fields = [(_told(str(name).split(".")), error.code, error.details)] if name else ()
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if error.code == "token-unknown" else "Bearer"
    if status == 429:
        headers["Retry-After"] = str(error.details["seconds"])
    if status == 503:
        headers["Retry-After"] = str(_RETRY_AFTER.get(error.code, _RETRY_LATER))
    if status >= 500:
        _log.error("refused with %s: %s", error.code, class_name(error.__cause__ or error))
    return _Refusal(status, error.code, _kebab(kind.__name__), error.details, fields, headers)


def _of_framework(error: HTTPException) -> _Refusal:
    headers = dict(error.headers or {})
    if error.status_code == 413:
        return _of_domain(TooLarge("body-too-large", field="body", limit=int(error.detail)))
    if error.status_code == 404:
        return _Refusal(404, "address-unknown", "not-found", headers=headers)
    if error.status_code == 405:
        return _Refusal(405, "method-not-allowed", "not-found", headers=headers)
    # What FastAPI says when a body is no text, too deep, or no form: it was understood by nobody.
    return _Refusal(422, "body-unreadable", "malformed", headers=headers)


def _found(error: Mapping[str, Any]) -> tuple[str, str, Mapping[str, object]]:
    code, details = found(error)
    place = [str(part) for part in error["loc"]]
    if place == ["body"] and error["type"] not in {"missing", "too_long"}:
        code = "not-json-object"
    return _told(place[1:] if code != "not-json" else []), code, details


def _told(place: Iterable[str]) -> str:
    # A key that somebody made up is text they submitted, too.
    return ".".join(part if part.isdigit() or _PLAIN_NAME.fullmatch(part) else "?" for part in place) or "body"


def _field_problem(name: str, code: str, details: Mapping[str, object], language: str) -> FieldProblem:
    blanks = {**_blanks(details), "field": name}
    choices = blanks.get("choices")
    limit = blanks.get("limit")
    return FieldProblem(
        field=name,
        code=code,
        detail=worded(f"error.{code}", language, **blanks),
        limit=limit if isinstance(limit, int | float | None) else str(limit),
        choices=str(choices).split(", ") if choices else None,
    )


def _unmet(told: object) -> list[UnmetGuard] | None:
    # Only what was already made fit for this reader gets through.
    if not isinstance(told, list):
        return None
    return [one for one in told if isinstance(one, UnmetGuard)]


def _blanks(details: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in details.items() if name in _BLANKS and isinstance(value, str | int | float)}


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
