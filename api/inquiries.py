"""Inquiries about work supervision: asked and confirmed without an account, and those that wait for somebody to take them."""

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BeforeValidator, Field

from api.http.bodies import Body
from api.http.dependencies import Officeholder, Reading, ReadOffice, ReadSeat, WriteAdmin, Writing
from api.http.problems import View, problems
from api.http.routes import case_router, public, router_for
from api.http.security import OwnPages, client_of
from api.sign_in import Secret
from mediation.acts import inquiries as acts
from mediation.acts.inquiries import ASKED_FOR, Asked, Wish
from mediation.acts.supervision_shapes import FORMS, KINDS, MOST_TOGETHER
from mediation.errors import NotFound
from mediation.people.inquiry_addresses import take_inquiries
from mediation.reading.inquiries import InquiryText, WaitingInquiry, read_inquiry, waiting_inquiries
from mediation.reading.own_ties import OwnTie, compared_ties
from mediation.words.fields import Email, Flag, Id, LanguageCode, choices, counted
from workflows import WORKFLOWS

inquiries = router_for("/inquiries", "inquiries")
confirmations = router_for("/inquiry-confirmations", "inquiries")
addresses = router_for("/organisations/{organisation}/inquiries", "organisations")
of_case = case_router("inquiry")
own_ties = case_router("own-ties")
routers = (inquiries, confirmations, addresses, of_case, own_ties)

Address = Annotated[str, Path(max_length=40, description="The organisation's own address for inquiries.")]
Takes = Annotated[Officeholder, Depends(ReadOffice("admin", "mediator"))]
# Long enough that what is too long comes back with a sentence at its field.
Words = Annotated[str, Field(max_length=100_000)]


class InquiryBody(Body):
    """What somebody asks for. Nobody is named in it; all words together have at most 4 kB."""

    asked_for: str = choices(ASKED_FOR)
    need: Words = Field(description="Read by the supervisor. Never a name.")
    wished_form: str = choices(FORMS)
    wished_kind: str = choices(KINDS)
    people: Annotated[
        int, Field(ge=1, le=MOST_TOGETHER, description="How many take part; never who."), BeforeValidator(counted)
    ]
    work_field: Words = Field(default="", description="The field of work. Read by the supervisor.")
    wished_times: Words = Field(default="", description="Read by the supervisor.")
    email: Email
    language: LanguageCode = "fi"


class AskedView(View):
    """For how many hours the link is good that is on its way to the address."""

    hours: int


class InquiryConfirmationBody(Body):
    """The secret of the link, and the name that you go by."""

    secret: Secret
    name: str


class InquiryConfirmedView(View):
    """That the inquiry has reached the organisation."""

    confirmed: bool


class InquiriesBody(Body):
    """Where anybody may ask an organisation for work supervision, and whether it takes inquiries now."""

    inquiry_address: Annotated[str, Field(max_length=40, description="Small letters, digits and hyphens.")]
    takes_inquiries: Flag


class InquiriesView(View):
    """Where anybody may ask an organisation for work supervision, and whether it takes inquiries now."""

    inquiry_address: str
    takes_inquiries: bool


@inquiries.post("/{inquiry_address}", status_code=202, responses=problems(404))
@public
def inquire(inquiry_address: Address, body: InquiryBody, request: Request, db: Writing, _: OwnPages) -> AskedView:
    """Ask for work supervision. Nobody reads it before you have confirmed it with the link that comes by letter."""
    asked = Asked(body.need, body.work_field, body.wished_times)
    wish = Wish(body.wished_form, body.wished_kind, body.people, body.asked_for)
    acts.inquire(db, inquiry_address, asked, wish, body.email, language=body.language, client=client_of(request))
    return AskedView(hours=int(acts.CONFIRMED_WITHIN.total_seconds()) // 3600)


@confirmations.post("", status_code=201)
@public
def confirm(body: InquiryConfirmationBody, request: Request, db: Writing, _: OwnPages) -> InquiryConfirmedView:
    """Confirm an inquiry with the secret of the link. It becomes a case; the same again changes nothing."""
    workflow = next(one for one in WORKFLOWS.values() if one.takes_inquiries)
    acts.confirm_inquiry(db, workflow, body.secret, body.name, client=client_of(request))
    return InquiryConfirmedView(confirmed=True)


@inquiries.get("")
def read_waiting(holder: Takes, db: Reading) -> list[WaitingInquiry]:
    """The inquiries that were confirmed and that nobody has taken yet, without a word of what they say."""
    return waiting_inquiries(db, WORKFLOWS, holder.organisations)


@addresses.put("", responses=problems(404))
def say_where(organisation: Id, body: InquiriesBody, holder: WriteAdmin, db: Writing) -> InquiriesView:
    """Say at which address anybody may ask for work supervision, and whether that is open."""
    if organisation not in holder.organisations:
        raise NotFound("organisation-not-found")
    take_inquiries(db, organisation, body.inquiry_address, is_open=body.takes_inquiries)
    return InquiriesView(**body.model_dump())


@of_case.get("")
def read_the_inquiry(seat: ReadSeat, db: Reading) -> InquiryText | None:
    """The inquiry with which a case began, for who supervises; null where it began otherwise."""
    return read_inquiry(db, seat)


@own_ties.get("")
def compare_ties(seat: ReadSeat, db: Reading) -> list[OwnTie]:
    """Who of this case is in other cases that you lead, for you alone, when you declare ties."""
    return compared_ties(db, WORKFLOWS, seat)
