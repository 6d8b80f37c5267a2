"""Routes for administrators: offices, invitations, leavers, sign-in methods of others, and the second factor asked for."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.account import WayBody, WayView
from api.http.bodies import Body
from api.http.dependencies import Officeholder, ReadAdmin, Reading, WriteAdmin, Writing
from api.http.problems import View, problems
from api.http.routes import router_for
from mediation.errors import NotFound
from mediation.people import accounts, closed_sign_ins, letter_signing
from mediation.people.directory import OFFICES
from mediation.people.letterheads import set_letterhead
from mediation.people.second_factor import SECOND_FACTORS
from mediation.words.fields import Email, Id, LanguageCode, OwnLines, choices, on_one_line
from mediation.words.limits import within_limits

offices = router_for("/offices", "offices")
invitations = router_for("/invitations", "invitations")
departures = router_for("/people/{person}/departure", "departures")
confirmations = router_for("/people/{person}/confirmations", "confirmations")
sign_in_closings = router_for("/sign-in-closings", "sign-in-closings")
sign_in_openings = router_for("/sign-in-openings", "sign-in-openings")
second_factors = router_for("/organisations/{organisation}/second-factor", "organisations")
letters = router_for("/organisations/{organisation}/letters", "organisations")
letterheads = router_for("/organisations/{organisation}/letterhead", "organisations")
routers = (
    offices,
    invitations,
    departures,
    confirmations,
    sign_in_closings,
    sign_in_openings,
    second_factors,
    letters,
    letterheads,
)


class OfficeView(View):
    """Who holds an office."""

    person: str
    name: str
    office: str
    organisation: str
    since: datetime


class OfficeInvitationBody(Body):
    """Somebody and the office that they are to hold."""

    name: str
    email: Email
    language: LanguageCode = "fi"
    office: str = choices(OFFICES)
    organisation: Id


class InvitedView(View):
    """For how many days the invitation is good."""

    days: int


class CallerBody(Body):
    """The address, at work or private, of who called or came."""

    email: Email


class SecondFactorBody(Body):
    """What is asked for before signing on one's own device."""

    second_factor: str = choices(SECOND_FACTORS)


class SecondFactorView(View):
    """What is asked for before signing on one's own device."""

    second_factor: str


class LettersBody(Body):
    """How the letters of an organisation's mediators are signed."""

    letters_from: Annotated[str, Field(max_length=60), on_one_line()] = ""
    letters_contact: Annotated[str, Field(max_length=300), on_one_line()] = ""
    complaint_route: Annotated[str, Field(max_length=300), on_one_line()] = ""


class LettersSigned(View):
    """How the letters of an organisation's mediators are signed."""

    letters_from: str
    letters_contact: str
    complaint_route: str


class LetterheadBody(Body):
    """What the papers of an organisation's cases say of it besides its name."""

    paper_contact: Annotated[str, Field(max_length=300), on_one_line()] = ""
    paper_controller: Annotated[str, Field(max_length=300), on_one_line()] = ""
    paper_lines: OwnLines = Field(default_factory=dict)


class LetterheadSaid(View):
    """What the papers of an organisation's cases say of it besides its name."""

    paper_contact: str
    paper_controller: str
    paper_lines: dict[str, list[str]]


@offices.get("")
def read_offices(holder: ReadAdmin, db: Reading) -> list[OfficeView]:
    """Who holds an office in the organisations that you administer."""
    return [OfficeView.model_validate(one) for one in accounts.officeholders(db, holder.organisations)]


@invitations.post("", status_code=202, responses=problems(404))
def invite_to_office(body: OfficeInvitationBody, holder: WriteAdmin, db: Writing) -> InvitedView:
    """Invite somebody to an office. They hold it once they have signed in with the link in the letter."""
    _own(holder, body.organisation)
    accounts.invite(db, body.name, body.language, body.email, body.organisation, body.office)
    return InvitedView(days=accounts.INVITATION_GOOD_FOR.days)


@departures.post("", status_code=204, responses=problems(404))
def let_go(person: Id, holder: WriteAdmin, db: Writing) -> None:
    """End somebody's offices and, where they hold no other, their account. A party's own documents stay theirs."""
    accounts.let_go(db, person, holder.organisations)


@confirmations.post("", status_code=201, responses=problems(404))
def confirm_person(person: Id, body: WayBody, holder: WriteAdmin, db: Writing) -> WayView:
    """Say that you have met somebody who holds an office, and that a way to sign in as them is not theirs."""
    accounts.confirm_in_person(db, person, holder.organisations, body.way, by=holder.person_id)
    return WayView(way=body.way)


@sign_in_closings.post("", status_code=204)
def close_sign_ins(body: CallerBody, holder: WriteAdmin, db: Writing) -> None:
    """Close every way in of somebody who called, who holds an office or takes part in a case of your organisations.

    Nobody signs in as them until they are met. The answer is the same whether there is anybody with this address or not.
    """
    closed_sign_ins.close_on_a_call(db, holder.organisations, body.email, by=holder.person_id)


@sign_in_openings.post("", status_code=204)
def open_sign_ins(body: CallerBody, holder: WriteAdmin, db: Writing) -> None:
    """Say that you have met them: they can sign in again, unless it was a mediator who closed it. The answer tells nothing."""
    closed_sign_ins.open_after_meeting(db, holder.organisations, body.email, by=holder.person_id)


@second_factors.put("", responses=problems(404))
def ask_for_second_factor(
    organisation: Id, body: SecondFactorBody, holder: WriteAdmin, db: Writing
) -> SecondFactorView:
    """Say which second factor is asked for before signing: none, totp, or letter (an app is good for that, too)."""
    _own(holder, organisation)
    accounts.ask_for_second_factor(db, organisation, body.second_factor)
    return SecondFactorView(second_factor=body.second_factor)


@letters.put("", responses=problems(404))
def sign_letters(organisation: Id, body: LettersBody, holder: WriteAdmin, db: Writing) -> LettersSigned:
    """Say under which name your mediators' letters go, whom their readers can ask, and where they can complain."""
    _own(holder, organisation)
    within_limits(LettersBody, body.model_dump())
    letter_signing.sign_letters(db, organisation, body.letters_from, body.letters_contact, body.complaint_route)
    return LettersSigned(**body.model_dump())


@letterheads.put("", responses=problems(404))
def say_letterhead(organisation: Id, body: LetterheadBody, holder: WriteAdmin, db: Writing) -> LetterheadSaid:
    """Say whom readers of the documents of your mediators' cases can ask, who is the controller, and your own lines.

    The lines stand in a box under your name, which says that the text above applies where they differ from it.
    """
    _own(holder, organisation)
    within_limits(LetterheadBody, body.model_dump())
    set_letterhead(db, organisation, body.paper_contact, body.paper_controller, body.paper_lines)
    return LetterheadSaid(**body.model_dump())


def _own(holder: Officeholder, organisation_id: str) -> None:
    if organisation_id not in holder.organisations:
        raise NotFound("organisation-not-found")
