"""Drafts: what somebody is writing in a form and has not sent yet. Only they see it, and no record tells of it."""

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import Field

from api.http.bodies import Body
from api.http.dependencies import Reading, ReadSeat, WriteSeat, Writing
from api.http.idempotency import KEY_LIMIT, was_used
from api.http.problems import View
from api.http.routes import case_router
from mediation.case import drafts as acts
from mediation.case.seat import level_of
from mediation.words.fields import SHORT, TEXT

FIELDS = 2_000  # of one form

drafts = case_router("drafts")
routers = (drafts,)

Form = Annotated[
    str,
    Field(
        pattern=r"^[a-z-]{1,40} [A-Za-z0-9/-]{1,150}$",
        description="An act and, below the case, where it is done.",
        examples=["speak-privately statements"],
    ),
]


class FieldBody(Body):
    """A field of a form as it is written so far."""

    name: Annotated[str, Field(max_length=SHORT, pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]
    value: Annotated[str, Field(max_length=TEXT)]


class WritingBody(Body):
    """What is written in a form so far; without fields, the draft is thrown away."""

    form: Form
    fields: list[FieldBody] = Field(max_length=FIELDS)
    once: str | None = Field(
        default=None,
        min_length=1,
        max_length=KEY_LIMIT,
        description="The `Idempotency-Key` that the form will be sent with: what came late, after that, is not kept.",
    )


class WrittenView(View):
    """A field of a form as it was written."""

    name: str
    value: str


class KeptView(View):
    """A draft of one's own, and when it was saved last."""

    form: str
    at: datetime
    fields: list[WrittenView]


class SavedView(View):
    """When the draft was saved; null where nothing is kept: it was thrown away, or its form was sent already."""

    at: datetime | None


@drafts.get("")
def read_drafts(seat: ReadSeat, db: Reading) -> list[KeptView]:
    """Your own drafts."""
    level_of(seat, acts.ITEM)
    return [
        KeptView(form=one.form, at=one.at, fields=[WrittenView(name=name, value=value) for name, value in one.written])
        for one in acts.read_drafts(db, seat).values()
    ]


@drafts.put("")
def save_draft(body: WritingBody, request: Request, seat: WriteSeat, db: Writing) -> SavedView:
    """Keep what you have written in a form so far, for yourself alone, for 30 days; or throw it away."""
    level_of(seat, acts.ITEM)
    if not body.fields:
        acts.throw_away(db, seat, body.form)
        return SavedView(at=None)
    if body.once is not None and was_used(db, seat.person_id, body.once):
        return SavedView(at=None)
    return SavedView(at=acts.keep(db, seat, body.form, [(one.name, one.value) for one in body.fields]))
