"""What a refusal looks like on the wire (RFC 9457), and how OpenAPI tells of it."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class View(BaseModel):
    """What a door answers with: exactly the declared fields, nothing that happens to be on the row."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Waiting(View):
    """A participant who is waited for. The name is there only for readers who may know it."""

    participant: str
    name: str | None = None


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


# One example for every status that a door refuses with, in the words of an English reader.
_EXAMPLES: dict[int, tuple[str, str, dict[str, Any]]] = {
    401: ("token-missing", "Sign in first: the request carries no token.", {}),
    403: ("act-not-yours", "This is not yours to do in this case.", {}),
    404: ("case-not-found", "There is no such case.", {}),
    405: ("method-not-allowed", "This address does not answer to that method.", {}),
    409: (
        "transition-blocked",
        "The case cannot go on yet.",
        {
            "unmet": [
                {
                    "guard": "agreed-to-mediate",
                    "explanation": "Every party has agreed to mediate",
                    "waiting_for": [{"participant": "pT5aQx0LkWm2", "name": "Aino"}],
                    "who_can_fix": ["party"],
                    "link": "/api/cases/2027-0001/consents",
                }
            ]
        },
    ),
    413: ("body-too-large", "The request is larger than the limit.", {}),
    422: (
        "malformed",
        "Something in the request cannot be understood.",
        {"errors": [{"field": "minutes", "code": "out-of-range", "detail": "At most 720.", "limit": 720}]},
    ),
    428: ("if-match-missing", "Say with If-Match which reading of the case you build on.", {}),
    429: ("asked-too-often", "This was asked too often in a short time. Wait a little and try again.", {}),
    500: ("unexpected", "Something went wrong here. Nothing was done.", {}),
    503: ("database-busy", "The installation is busy. Nothing was done; try again shortly.", {}),
}
STATUSES = frozenset(_EXAMPLES)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may refuse with these statuses, each with an example."""
    return {status: _described(status) for status in sorted(statuses)}


def _described(status: int) -> dict[str, Any]:
    code, detail, more = _EXAMPLES[status]
    example = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "/api/cases/2027-0001/transitions",
        **more,
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def problem_schemas() -> dict[str, Any]:
    """The schemas of `Problem` and its parts, for OpenAPI's components."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    parts: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **parts}
