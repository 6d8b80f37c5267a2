"""The draft of a referral: what you are writing and have not sent yet. Only you see it."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import Field

from api.drafts import FIELDS, FieldBody, SavedView, WrittenView
from api.http.bodies import Body
from api.http.dependencies import Officeholder, Reading, ReadOffice, WriteOffice, Writing
from api.http.idempotency import KEY_LIMIT, was_used
from api.http.problems import View
from api.http.routes import router_for
from mediation.people import referral_drafts

drafts = router_for("/referral-draft", "referral-draft")
routers = (drafts,)


class ReferralWritingBody(Body):
    """What is written in a referral so far; without fields, the draft is thrown away."""

    fields: list[FieldBody] = Field(max_length=FIELDS)
    once: str | None = Field(
        default=None,
        min_length=1,
        max_length=KEY_LIMIT,
        description="The `Idempotency-Key` that the referral will be sent with: what came late, after that, is not kept.",
    )


class ReferralKeptView(View):
    """Your draft, and when it was saved last; null where there is none."""

    at: datetime | None
    fields: list[WrittenView]


@drafts.get("")
def read_referral_draft(
    holder: Annotated[Officeholder, Depends(ReadOffice("hr", "mediator"))], db: Reading
) -> ReferralKeptView:
    """Your own draft of a referral."""
    at, written = referral_drafts.read(db, holder.person_id) or (None, ())
    return ReferralKeptView(at=at, fields=[WrittenView(name=name, value=value) for name, value in written])


@drafts.put("")
def save_referral_draft(
    body: ReferralWritingBody, holder: Annotated[Officeholder, Depends(WriteOffice("hr", "mediator"))], db: Writing
) -> SavedView:
    """Keep what you have written in a referral so far, for yourself alone, for 30 days; or throw it away."""
    if not body.fields:
        referral_drafts.throw_away(db, holder.person_id)
        return SavedView(at=None)
    if body.once is not None and was_used(db, holder.person_id, body.once):
        return SavedView(at=None)
    return SavedView(at=referral_drafts.keep(db, holder.person_id, [(one.name, one.value) for one in body.fields]))
