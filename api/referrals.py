"""The referral and the parties' own needs, as each may read them, and who will read what of the form."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.http.dependencies import Language, Reading, ReadSeat, ReadSelf
from api.http.languages import worded
from api.http.problems import View
from api.http.routes import case_router, router_for
from mediation.reading.referrals import NeedsLine, ReferralView, read_needs, read_referral, referral_form
from mediation.words.fields import one_of
from workflows import DEFAULT, WORKFLOWS

form = router_for("/referral-form", "referral")
referral = case_router("referral")
needs = case_router("needs")
routers = (form, referral, needs)


class FormFieldView(View):
    """A field of the form, who fills it, and who will read it, in the reader's language. All but the subject are optional."""

    field: str
    label: str
    filled_by: str
    of_each_party: bool = Field(description="Whether it is filled of each party, and not once.")
    read_by: list[str]
    readers: list[str]


@form.get("")
def read_form(
    caller: ReadSelf, language: Language, workflow: Annotated[str, Query(max_length=40)] = DEFAULT
) -> list[FormFieldView]:
    """The fields in which one refers a matter, and in which a party tells of taking part, each with who will read it."""
    return [
        FormFieldView(
            field=one.field,
            label=worded(f"field.{one.field}", language),
            filled_by=one.filled_by,
            of_each_party=one.of_each_party,
            read_by=one.read_by,
            readers=[worded(f"role.{role}", language) for role in one.read_by],
        )
        for one in referral_form(WORKFLOWS[one_of(workflow, tuple(WORKFLOWS), "workflow")])
    ]


@referral.get("")
def read_the_referral(seat: ReadSeat, db: Reading) -> ReferralView:
    """What the referral says, as far as it is yours to read (mediators, parties)."""
    return read_referral(db, seat)


@needs.get("")
def read_parties_needs(seat: ReadSeat, db: Reading) -> list[NeedsLine]:
    """What you told the mediators of taking part; for mediators, what they were told."""
    return read_needs(db, seat)
