"""The one file in which a refusal becomes an answer: RFC 9457 problem details, in the reader's language."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.http.anonymous import rate_limited
from api.http.languages import language_of
from api.http.pages import is_page, page
from api.http.problems import MEDIA_TYPE, Fault, Problem, problem_of, shown
from mediation.case.in_room import LOCKED
from mediation.errors import BadSetup, Malformed, MediationError, NotFound, TooLarge
from mediation.logs import class_name, stack_of
from mediation.words.limits import found

_log = logging.getLogger(__name__)

_RETRY_AFTER = {"database-busy": 2}  # seconds; anything else that is unavailable takes somebody to look at it
_RETRY_LATER = 30

_FIELDS_TOLD = 50


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
    problem = problem_of(refusal, language, request.scope["path"], getattr(request.state, "act", ""))
    if problem.status >= 500 and refusal is not error:
        _log.error("unexpected %s at %s", class_name(error), " < ".join(stack_of(error)))
    elif problem.status >= 500:
        _log.error("refused with %s: %s", refusal.code, class_name(error.__cause__ or error))
    sent_along = error.headers if isinstance(error, HTTPException) else None
    headers = {**(sent_along or {}), **_headers(problem.status, refusal), "Content-Language": language}
    if is_page(request):
        return _page(request, refusal, problem, headers)
    return Response(problem.model_dump_json(exclude_none=True), problem.status, headers, MEDIA_TYPE)


def _page(request: Request, refusal: MediationError, problem: Problem, headers: Mapping[str, str]) -> Response:
    if problem.status == 401 and request.method == "GET":
        return RedirectResponse("/sign-in", 303)
    if refusal.code == LOCKED and request.method == "GET":
        return RedirectResponse("/session-mode", 303)
    return page(request, "refused", status=problem.status, headers=headers, refusal=problem)


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
    code, details = found(error)
    path = [str(part) for part in error["loc"]]
    if path == ["body"] and error["type"] not in {"missing", "too_long"}:
        code = "not-json-object"
    return Fault(shown(path[1:] if code != "not-json" else []), code, details)
