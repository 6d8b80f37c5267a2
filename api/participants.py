"""Who takes part: the bodies that name somebody, and the answers about leaving and about sign-in methods."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import Field

from api.account import WayView
from api.acts import Answer
from api.http.problems import View
from mediation.acts.participants import Joining, Someone
from mediation.words.fields import Flag, Id, sent


@sent("ParticipantBody")
@dataclass(frozen=True, kw_only=True)
class Newcomer(Someone):
    """Somebody to add, in a role; a support person supports a party."""

    role: Joining
    supports: Id | None = None
    subordinate: Annotated[Flag, Field(description="Whether an employer representative is a party's subordinate.")] = (
        False
    )


class LeftView(View):
    """That somebody has left, or come back."""

    left: bool


def newcomer(body: Newcomer) -> Mapping[str, Any]:
    """Who joins, in which role."""
    one = Someone(*(getattr(body, each.name) for each in fields(Someone)))
    return {"one": one, "role": body.role, "supports": body.supports, "subordinate": body.subordinate}


def successor(body: Someone) -> Mapping[str, Any]:
    """Who takes the place of a party."""
    return {"successor": body}


def suspended_way(_: Answer, way: str) -> WayView:
    """A way in that is one no more."""
    return WayView(way=way)
