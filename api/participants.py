"""Who takes part: the forms in which somebody is named, and what is answered of who leaves and of a way in."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from api.acts import Answer
from api.http.bodies import Body
from api.http.problems import View
from api.ways_in import WayView
from mediation.acts.participants import ADDABLE, Someone
from mediation.words.fields import Email, Flag, Id, LanguageCode, choices


class SomeoneBody(Body):
    """A person: known already, by `person`, or by name, language and, where they have one, e-mail address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Sari Salo", "language": "fi", "email": "sari@example.org"}]}
    )

    name: str = ""
    language: LanguageCode = "fi"
    email: Email | None = None
    capacity: str = Field(default="", description="What they do at the workplace, as documents print it.")
    person: Id | None = None

    def someone(self) -> Someone:
        """The same, as the acts take it."""
        return Someone(self.name, self.language, self.email, self.capacity, self.person)


class ParticipantBody(SomeoneBody):
    """Somebody to add, in a role; a support person supports a party."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Tuula Toivola", "role": "support-person", "supports": "pT5aQx0LkWm2"}]
        }
    )
    role: str = choices(ADDABLE)
    supports: Id | None = None
    subordinate: Flag = Field(default=False, description="Whether an employer representative is a party's subordinate.")


class LeftView(View):
    """That somebody has left, or come back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"left": True}]})
    left: bool


def newcomer(body: ParticipantBody) -> Mapping[str, Any]:
    """Who joins, in which role."""
    return {"one": body.someone(), "role": body.role, "supports": body.supports, "subordinate": body.subordinate}


def successor(body: SomeoneBody) -> Mapping[str, Any]:
    """Who takes the place of a party."""
    return {"successor": body.someone()}


def suspended_way(_: Answer, way: str) -> WayView:
    """A way in that is one no more."""
    return WayView(way=way)
