"""Inquiries on pages: the form that needs no account, the page of its link, and what waits for somebody to take it."""

from collections.abc import Sequence
from functools import partial

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.bodies import Body
from api.http.dependencies import Officeholder, Reading, ReadOffice, ReadSeat
from api.http.languages import language_of, worded
from api.http.pages import page
from api.http.routes import case_router, handed_on, public, router_for
from api.http.security import page_credentials, settings_of
from api.inquiries import Address, InquiryBody, Takes
from api.pages.answers import first, refusal_of, see_other, sent_form
from api.pages.deeds import Deed, Tried, deeds_page, do_one
from api.pages.form_bodies import body_of
from api.pages.forms import Choice, Form, Sent, schema_of
from api.pages.posting import Done, send
from api.pages.sign_in import inquiry_link_page, pasted
from mediation.acts.inquiries import organisation_at
from mediation.reading.inquiries import read_inquiry, waiting_inquiries
from mediation.reading.me import list_mediators
from mediation.store.database import Db
from mediation.words.fields import Id
from workflows import WORKFLOWS

asking = router_for("/inquiries", "inquiry-pages")
confirming = router_for("/inquiry", "inquiry-pages")
of_case = case_router("inquiry")
routers = (asking, confirming, of_case)

_BODY = schema_of(InquiryBody)
_NOT_ASKED = frozenset({"language"})  # that of the page
_MOST = 100  # to choose from


@asking.get("/{inquiry_address}", include_in_schema=False)
@public
def show(inquiry_address: Address, request: Request, db: Reading) -> Response:
    """The form of an inquiry, at the organisation's own address."""
    return _form(request, db, inquiry_address)


@asking.post("/{inquiry_address}", include_in_schema=False)
@public
async def inquire(inquiry_address: Address, request: Request) -> Response:
    """Send an inquiry; what is refused comes back with every word."""
    sent = [one for one in await sent_form(request) if one[0] not in _NOT_ASKED]
    told = [*sent, ("language", language_of(request))]
    body = body_of(Form(_BODY, language_of(request)).fields(told), told, settings_of(request).zone)
    done = await send(request, "POST", f"/api/inquiries/{inquiry_address}", body)
    if done.succeeded:
        return see_other(f"/inquiries/{inquiry_address}/sent")
    return await run_in_threadpool(_again, request, inquiry_address, sent, done)


@asking.get("/{inquiry_address}/sent", include_in_schema=False)
@public
async def sent(inquiry_address: Address, request: Request) -> Response:
    """That a letter is on its way, whatever became of the inquiry."""
    language = language_of(request)
    heading, fact = worded("page.inquiry-sent", language), worded("page.inquiry-sent-what", language)
    return page(request, "stated", heading=heading, fact=fact)


def _again(request: Request, address: str, sent: Sent, done: Done) -> Response:
    with request.app.state.installation.database.reading() as db:
        return _form(request, db, address, sent, done)


def _form(request: Request, db: Db, address: str, sent: Sent = (), done: Done | None = None) -> Response:
    organisation, refusal = organisation_at(db, address), refusal_of(done) if done else None
    fields = Form(_BODY, language_of(request)).fields(sent, refusal.faults if refusal else {})
    return page(
        request,
        "inquiry",
        status=done.status if done else 200,
        organisation=organisation.letters_from or organisation.name,
        fields_shown=[one for one in fields if one.name not in _NOT_ASKED],
        refusal=refusal,
    )


@confirming.api_route("", methods=["GET", "HEAD"], include_in_schema=False)
@public
async def link(request: Request) -> Response:
    """The page of the link that confirms an inquiry: it asks for the name of who asked."""
    return inquiry_link_page(request)


@confirming.post("", include_in_schema=False)
@public
async def confirmed(request: Request) -> Response:
    """Send the secret of the link and the name."""
    sent = await sent_form(request)
    secret, name = first(sent, "secret") or pasted(first(sent, "link")), first(sent, "name")
    done = await send(request, "POST", "/api/inquiry-confirmations", {"secret": secret, "name": name})
    if not done.succeeded:
        return inquiry_link_page(request, status=done.status, refusal=refusal_of(done), name=name)
    return see_other("/inquiry/confirmed")


@confirming.get("/confirmed", include_in_schema=False)
@public
async def confirmed_now(request: Request) -> Response:
    """That an inquiry has reached who is asked: a page of its own, whose title tells it, too."""
    language = language_of(request)
    heading, fact = worded("page.inquiry-confirmed", language), worded("page.inquiry-confirmed-what", language)
    return page(request, "stated", heading=heading, fact=fact)


class TakenBody(Body):
    """Who is to supervise."""

    person: Id


_DEEDS = (Deed("take", "POST", "/api/cases/{named}/mediators", TakenBody, {"person": "page.who-supervises"}),)


@asking.get("", include_in_schema=False)
def waiting(request: Request, holder: Takes, db: Reading) -> Response:
    """The inquiries that wait for somebody to take them."""
    return _waiting(request, db, holder)


@asking.post("", include_in_schema=False)
@handed_on
async def take(request: Request) -> Response:
    """Let somebody take an inquiry."""
    return await do_one(request, _DEEDS, partial(_waiting_again, request))


def _waiting_again(request: Request, tried: Tried | None) -> Response:
    with request.app.state.installation.database.reading() as db:
        holder = ReadOffice("admin", "mediator").holder(db, request, page_credentials(request), writing=False)
        return _waiting(request, db, holder, tried)


def _waiting(request: Request, db: Db, holder: Officeholder, tried: Tried | None = None) -> Response:
    lines = waiting_inquiries(db, WORKFLOWS, holder.organisations)
    known = {"person": _who_may(db, holder)}
    given = [("person", holder.person_id)]
    return deeds_page(request, "inquiries-waiting", _DEEDS, known, tried, given, lines=lines)


def _who_may(db: Db, holder: Officeholder) -> Sequence[Choice]:
    """Those who may supervise for these organisations; whether one of them can, the act itself says."""
    people = list_mediators(db, holder.organisations, limit=_MOST)
    return [Choice(one.person, f"{one.name}, {one.organisation_name}") for one in people]


@of_case.get("", include_in_schema=False)
def read(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The inquiry with which a case began."""
    return page(request, "case-inquiry", number=seat.case.number, inquiry=read_inquiry(db, seat))
