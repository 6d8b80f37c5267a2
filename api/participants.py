"""Who takes part: the bodies that name somebody, and the answers about leaving and about sign-in methods."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.account import WayView
from api.acts import Answer
from api.http.problems import View
from api.http.views import IdView, warned
from mediation.acts.participants import (
    ALREADY_THERE,
    CAPACITY_KEPT,
    OWN_LANGUAGE_KEPT,
    SAME_NAME,
    Joined,
    Joining,
    Someone,
    namesakes,
)
from mediation.store.models import Participant, get
from mediation.words.fields import Flag, Id, sent
from mediation.words.own_languages import OwnLanguage
from mediation.workflow.declaration import Trait


@sent("ParticipantBody")
@dataclass(frozen=True, kw_only=True)
class Newcomer(Someone):
    """Somebody to add, in a role; a support person supports a party."""

    role: Joining
    supports: Id | None = None
    subordinate: Annotated[Flag, Field(description="Whether an employer representative is a party's subordinate.")] = (
        False
    )
    own_language: OwnLanguage = ""


class LeftView(View):
    """That somebody has left, or come back."""

    left: bool


class JoinedView(IdView):
    """Who takes part now, by id, and what is worth a thought about it."""

    warnings: list[str] = Field(
        default=[],
        description="Of people with the same name, and of a capacity or own language that was not noted. It does not hinder.",
    )


def joined(to: Answer, one: Joined) -> JoinedView:
    """Somebody who joined; where they did before, as whoever it was that was meant may be somebody else, a warning.

    A warning, too, where they have another capacity or own language than the one given.
    """
    name = [str(get(to.db, to.db.get_one(Participant, one.id), "name"))]
    warnings = [
        *warned(ALREADY_THERE, [] if one.anew else name, to.language),
        *warned(CAPACITY_KEPT, name if one.capacity_kept else [], to.language),
        *warned(OWN_LANGUAGE_KEPT, name if one.own_language_kept else [], to.language),
    ]
    return JoinedView(id=one.id, warnings=[*warnings, *_of_namesakes(to)])


def succeeded(to: Answer, row: Participant) -> JoinedView:
    """Somebody who took the place of a party."""
    return JoinedView(id=row.id, warnings=_of_namesakes(to))


def corrected(to: Answer, row: Participant) -> JoinedView:
    """Somebody whose particulars are other than before; the mediators are warned where no capacity tells who is who."""
    return JoinedView(id=row.id, warnings=_of_namesakes(to) if to.seat.is_any(Trait.LEADS) else [])


def _of_namesakes(to: Answer) -> list[str]:
    return warned(SAME_NAME, namesakes(to.db, to.seat), to.language)


class HandedCodeView(View):
    """Six digits to hand to somebody who was met, and until when they can be typed. They are shown only now."""

    code: str
    good_until: datetime


class SignInsView(View):
    """Whether all sign-ins of somebody are closed."""

    closed: bool


def newcomer(body: Newcomer) -> Mapping[str, Any]:
    """Who joins, in which role."""
    one = Someone(*(getattr(body, each.name) for each in fields(Someone)))
    own = {name: getattr(body, name) for name in ("role", "supports", "subordinate", "own_language")}
    return {"one": one, **own}


def successor(body: Someone) -> Mapping[str, Any]:
    """Who takes the place of a party."""
    return {"successor": body}


def suspended_way(_: Answer, way: str) -> WayView:
    """A way in that is one no more."""
    return WayView(way=way)
