"""What a refusal looks like on the wire (RFC 9457), and how OpenAPI tells of it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mediation.words.catalogue import say

MEDIA_TYPE = "application/problem+json"


class View(BaseModel):
    """What a route answers with: exactly the declared fields, nothing that happens to be on the row."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Waiting(View):
    """A participant who is waited for. The name is there only for readers who may know it."""

    participant: str
    name: str | None = None


class MetGuard(View):
    """A guard that holds."""

    guard: str
    explanation: str


class UnmetGuard(View):
    """A guard that does not hold, as this reader may see it. Without a code it is others' part, which is not told."""

    guard: str | None = None
    explanation: str
    waiting_for: list[Waiting] = []
    who_can_fix: list[str] = Field(default=[], description="Roles that can do what is missing.")
    link: str | None = Field(default=None, description="Where it is done.")


class FieldProblem(View):
    """One field that cannot be understood, and its limit. What was sent is never repeated."""

    field: str
    code: str
    detail: str
    limit: int | float | str | None = None
    choices: list[str] | None = None


class Problem(View):
    """A refusal. `type` ends in its code; `title` and `detail` are in the reader's language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = Field(
        default=None, description="Every field that was not understood (413, 422)."
    )
    unmet: list[UnmetGuard] | None = Field(default=None, description="Every guard that does not hold (409).")


# One example for every status that a route refuses with, in the words of an English reader: what the refusal is of, its code,
# and what it tells besides. A code without words fails here, at import.
_LANGUAGE = "en"


def _fault(field: str, code: str, limit: int) -> dict[str, Any]:
    return {"field": field, "code": code, "detail": _said(code, field=field, limit=limit), "limit": limit}


def _said(code: str, **blanks: object) -> str:
    return say(f"error.{code}", _LANGUAGE, **blanks)


_AINO = {"participant": "pT5aQx0LkWm2", "name": "Aino"}
_BLOCKED = {
    "guard": "agreed-to-mediate",
    "explanation": say("guard.agreed-to-mediate.unmet", _LANGUAGE, names=[_AINO["name"]]),
    "waiting_for": [_AINO],
    "who_can_fix": ["party"],
    "link": "/api/cases/2027-0001/consents",
}


def _example(
    status: int, kind: str, code: str, blanks: Mapping[str, object] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": say(f"problem.{kind}", _LANGUAGE),
        "status": status,
        "detail": _said(code, **(blanks or {})),
        "instance": "/api/cases/2027-0001/transitions",
        **more,
    }


_EXAMPLES: dict[int, dict[str, Any]] = {
    one["status"]: one
    for one in (
        _example(401, "not-signed-in", "token-missing"),
        _example(403, "not-permitted", "act-not-yours"),
        _example(404, "not-found", "case-not-found"),
        _example(405, "not-found", "method-not-allowed"),
        _example(409, "not-yet", "transition-blocked", unmet=[_BLOCKED]),
        _example(
            413,
            "too-large",
            "body-too-large",
            {"limit": 2_097_152},
            errors=[_fault("body", "body-too-large", 2_097_152)],
        ),
        _example(422, "malformed", "malformed", errors=[_fault("words", "text-too-long", 10_000)]),
        _example(428, "precondition-missing", "if-match-missing"),
        _example(429, "too-often", "asked-too-often", {"seconds": 10}),
        _example(500, "bad-setup", "unexpected"),
        _example(503, "unavailable", "database-busy"),
    )
}
STATUSES = frozenset(_EXAMPLES)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may refuse with these statuses, each with an example."""
    return {status: _described(status) for status in sorted(statuses)}


def _described(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _EXAMPLES[status]}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def problem_schemas() -> dict[str, Any]:
    """The schemas of `Problem` and its parts, for OpenAPI's components."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    parts: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **parts}
