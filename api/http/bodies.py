"""What a request may bring: exactly the declared fields, and how an act came about."""

from collections.abc import Set
from dataclasses import fields
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from mediation.case.seat import Manner
from mediation.errors import Malformed
from mediation.words.fields import PEOPLE, STRICT, Id
from mediation.workflow.declaration import Way


class Body(BaseModel):
    """A request's JSON: exactly the declared fields, every text within its limit and kept as it was written."""

    model_config = STRICT

    @model_validator(mode="before")
    @classmethod
    def no_more_than_a_refusal_lists(cls, value: Any) -> Any:
        """Leave out unknown keys beyond those that the refusal would list, and refuse a field with too many entries.

        Each would be an error of its own, and a hundred thousand take a second to write.
        """
        return _bounded(value, cls.model_fields.keys() | {one.alias for one in cls.model_fields.values()})


_KEYS = 2 * PEOPLE  # of one object; no field takes more than one for each who takes part


def bounded(part: type[Any]) -> Any:
    """A dataclass of `fields.sent` as a body of its own, bounded as `Body` is."""
    known = {one.name for one in fields(part)} | TypeAdapter(part).json_schema()["properties"].keys()
    return Annotated[part, BeforeValidator(lambda value: _bounded(value, known))]


def _bounded(value: Any, known: Set[str | None]) -> Any:
    if not isinstance(value, dict):
        return value
    if any(_has_too_many(one) for one in value.values()):
        raise PydanticKnownError("too_long", {"field_type": "Object", "max_length": _KEYS, "actual_length": None})
    dropped = set([key for key in value if key not in known][_KEYS:])
    return {key: one for key, one in value.items() if key not in dropped} if dropped else value


def _has_too_many(field: object, depth: int = 4) -> bool:
    if depth == 0 or not isinstance(field, dict | list):
        return False
    inside = field.values() if isinstance(field, dict) else field
    return (isinstance(field, dict) and len(field) > _KEYS) or any(_has_too_many(one, depth - 1) for one in inside)


_Whom = Annotated[
    list[Id],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    Field(max_length=PEOPLE, alias="for"),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": PEOPLE}],
            "description": "A participant's id; of what was said in the room, one or several.",
        }
    ),
]


class Recorded(Body):
    """How an act came about. Left out, it is the caller's own, on the own device."""

    way: Way = Way.OWN_DEVICE
    whom: _Whom = []
    confirmed_name: str | None = Field(default=None, description="What the participant typed on the mediator's device.")
    paper: Id | None = Field(default=None, description="The id of the stored scan.")

    def manners(self) -> list[Manner]:
        """One manner for each participant the act is recorded for. Refuses with `one-at-a-time` several by own hand."""
        whose: list[str | None] = [*dict.fromkeys(self.whom)] or [None]
        if len(whose) > 1 and self.way != Way.SAID:
            raise Malformed("one-at-a-time", field="for")
        return [Manner(self.way, one, self.confirmed_name, self.paper) for one in whose]

    def manner(self) -> Manner:
        """The manner of an act that is one participant's alone. Refuses with `one-at-a-time` several."""
        manners = self.manners()
        if len(manners) > 1:
            raise Malformed("one-at-a-time", field="for")
        return manners[0]


class ByParticipant(Recorded):
    """An act with nothing to say but how it came about."""


class OneParticipant(Body):
    """Whom it is about."""

    participant: Id
