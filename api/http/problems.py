"""Problem details (RFC 9457): a refusal in its reader's language, and its description in OpenAPI."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from api.http.languages import worded
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

MEDIA_TYPE = "application/problem+json"

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

# The details that may fill the words of a refusal; the others are not sent.
_BLANKS = frozenset({"field", "limit", "least", "most", "choices", "questions", "version", "missing", "seconds"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_Told = TypeVar("_Told")


class View(BaseModel):
    """What a route answers with: exactly the declared fields, nothing that happens to be on the row."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Waiting(View):
    """A participant who is waited for. The name is there only for readers who may know it."""

    participant: str
    name: str | None = None


class UnmetGuard(View):
    """A guard that is not met, as this reader may see it. Without a code it concerns others, and is not shown."""

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
        default=None, description="Every field that was not understood (413, 422), or cannot be as it is (409)."
    )
    unmet: list[UnmetGuard] | None = Field(default=None, description="Every guard that is not met (409).")


class Fault(NamedTuple):
    """One field that was not understood: its JSON name, which refusal it is, and what fills the words."""

    field: str
    code: str
    details: Mapping[str, object]


def problem_of(refusal: MediationError, language: str, path: str, act: str = "") -> Problem:
    """A refusal in the reader's language: the JSON that is sent, and all that a page needs to show it at its fields.

    Where a form of ours was sent, its sentences call the fields as the form of that `act` does.
    """
    kind = next(kind for kind in type(refusal).__mro__ if kind in _STATUS)
    faults = _only(Fault, refusal.details.get("faults")) or []
    if named := refusal.details.get("field"):
        paths = named if isinstance(named, list) else [str(named)]
        faults = [Fault(shown(path.split(".")), refusal.code, refusal.details) for path in paths]
    return Problem(
        type=f"/problems/{refusal.code}",
        title=worded(f"problem.{_kebab(kind.__name__)}", language),
        status=405 if refusal.code == "method-not-allowed" else _STATUS[kind],
        detail=worded(f"error.{refusal.code}", language, **_blanks(refusal.details, act)),
        instance=quote(path, safe="/-._~!$&'()*+,;=:@"),
        errors=[_field_problem(fault, language, act) for fault in faults] or None,
        unmet=_only(UnmetGuard, refusal.details.get("unmet")),
    )


def shown(path: Iterable[str]) -> str:
    """The path of a field as a refusal shows it, with `?` for keys that a caller made up: they may be private text."""
    return ".".join(part if part.isdigit() or _PLAIN_NAME.fullmatch(part) else "?" for part in path) or "body"


def _field_problem(fault: Fault, language: str, act: str) -> FieldProblem:
    blanks = _blanks({**fault.details, "field": fault.field}, act)
    choices, limit = blanks.get("choices"), blanks.get("limit")
    return FieldProblem(
        field=fault.field,
        code=fault.code,
        detail=worded(f"error.{fault.code}", language, **blanks),
        limit=limit if isinstance(limit, int | float | None) else str(limit),
        choices=str(choices).split(", ") if choices else None,
    )


def _only(kind: type[_Told], found: object) -> list[_Told] | None:
    # The engine's own unmet guards are never shown: only what was made for this reader.
    return [one for one in found if isinstance(one, kind)] if isinstance(found, list) else None


def _blanks(details: Mapping[str, object], act: str) -> dict[str, object]:
    kinds = (str, int, float, list)
    blanks: dict[str, object] = {
        name: value for name, value in details.items() if name in _BLANKS and isinstance(value, kinds)
    }
    if act and (named := blanks.get("field")):
        blanks["field"] = [f"{act}/{one}" for one in named] if isinstance(named, list) else f"{act}/{named}"
    return blanks


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()


# One refusal for every status, as OpenAPI shows it to an English reader.
_BLOCKED = UnmetGuard(
    guard="agreed-to-mediate",
    explanation=worded("guard.agreed-to-mediate.unmet", "en", names=["Aino"]),
    waiting_for=[Waiting(participant="pT5aQx0LkWm2", name="Aino")],
    who_can_fix=["party"],
    link="/api/cases/2027-0001/consents",
)
_EXAMPLES: Mapping[int, Problem] = {
    one.status: one
    for one in (
        problem_of(refusal, "en", "/api/cases/2027-0001/transitions")
        for refusal in (
            NotSignedIn("token-missing"),
            NotPermitted("act-not-yours"),
            NotFound("case-not-found"),
            NotFound("method-not-allowed"),
            NotYet("transition-blocked", unmet=[_BLOCKED]),
            TooLarge("body-too-large", field="body", limit=2_097_152),
            Malformed("malformed", faults=[Fault("words", "text-too-long", {"limit": 10_000})]),
            PreconditionMissing("if-match-missing"),
            TooOften("asked-too-often", seconds=10),
            BadSetup("unexpected"),
            Unavailable("database-busy"),
        )
    )
}
STATUSES = frozenset(_EXAMPLES)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may refuse with these statuses, each with an example."""
    return {status: _described(status) for status in sorted(statuses)}


def _described(status: int) -> dict[str, Any]:
    example = _EXAMPLES[status].model_dump(exclude_none=True)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def problem_schemas() -> dict[str, Any]:
    """The schemas of `Problem` and its parts, for OpenAPI's components."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    parts: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **parts}
