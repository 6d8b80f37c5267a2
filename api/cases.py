"""Cases: a matter is referred; and cases are read."""

from dataclasses import fields
from typing import Annotated

from fastapi import Depends, Response
from pydantic import Field

from api.http.bodies import Body
from api.http.dependencies import After, Language, Limit, Officeholder, Reading, ReadOwn, ReadSeat, WriteOffice, Writing
from api.http.problems import View
from api.http.routes import router_for
from api.http.views import onward, warned
from mediation.acts import cases
from mediation.acts.attendance_bases import BASES
from mediation.acts.participants import SAME_NAME, Someone
from mediation.acts.referrals import Consulted, ReferralDetails, ReferredParty
from mediation.reading.case import CaseView, read_case
from mediation.reading.led_cases import LedCase, read_led_cases
from mediation.reading.lists import CaseLine, list_cases
from mediation.words.fields import PEOPLE, CaseNumber, Flag, Id, LanguageCode, Line, choices, one_of
from mediation.workflow.declaration import Trait
from workflows import DEFAULT, WORKFLOWS

all_cases = router_for("/cases", "cases")
led_cases = router_for("/led-cases", "cases")
routers = (all_cases, led_cases)


class Referral(Body):
    """A matter brought to mediation."""

    workflow: str = choices(tuple(WORKFLOWS), default=DEFAULT)
    organisation: Id
    language: LanguageCode = "fi"
    subject: Line
    wished_outcome: Line = Field(default="", description="Read by the mediators and the parties.")
    done_so_far: Line = Field(default="", description="Read by the mediators.")
    consulted: Consulted = Field(default=[], description="Read by the mediators.")
    parties_know: Flag | None = Field(
        default=None, description="Whether those named know of it. Read by the mediators."
    )
    availability: Line = Field(default="", description="Read by the mediators.")
    parties: list[ReferredParty] = Field(max_length=PEOPLE)
    initiator: Someone | None = None
    commissioner: Id | None = Field(default=None, description="The hr person, where a mediator refers.")
    attendance_basis: str = choices(BASES, default="voluntary")
    after: CaseNumber | None = Field(default=None, description="The closed case that this one takes up again.")


class NumberView(View):
    """A case by its number, and what is worth a thought about the referral."""

    number: str
    warnings: list[str] = Field(default=[], description="Of people with the same name. It does not hinder.")


class CasesView(View):
    """A page of cases. `next` is where the rest is."""

    cases: list[CaseLine]
    next: str | None


class LedCasesView(View):
    """A page of the cases that you lead, by phase. `next` is where the rest of your cases is."""

    cases: list[LedCase]
    next: str | None


@all_cases.post("", status_code=201)
def refer(
    body: Referral,
    holder: Annotated[Officeholder, Depends(WriteOffice("hr", "mediator"))],
    db: Writing,
    response: Response,
    language: Language,
) -> NumberView:
    """Bring a matter to mediation."""
    case = cases.refer(
        db,
        WORKFLOWS[one_of(body.workflow, tuple(WORKFLOWS), "workflow")],
        holder.person_id,
        organisation_id=body.organisation,
        language=body.language,
        subject=body.subject,
        parties=body.parties,
        initiator=body.initiator,
        commissioner_id=body.commissioner,
        attendance_basis=body.attendance_basis,
        after=body.after,
        details=ReferralDetails(*(getattr(body, one.name) for one in fields(ReferralDetails))),
    )
    response.headers["Location"] = f"/api/cases/{case.number}"
    names = cases.namesakes(db, body.parties)
    return NumberView(number=case.number, warnings=warned(SAME_NAME, names, language))


@all_cases.get("")
def read_cases(
    caller: ReadOwn,
    db: Reading,
    after: After = None,
    limit: Limit = 50,
) -> CasesView:
    """The cases at which you have a seat; where you are the commissioner, `/api/statuses` tells the rest of the line."""
    only = None if caller.person.active else Trait.LASTS
    lines = list_cases(db, WORKFLOWS, caller.person.id, after=after or "", limit=limit + 1, only=only)
    return CasesView(cases=lines[:limit], next=onward("/api/cases", [one.number for one in lines], limit))


@led_cases.get("")
def read_cases_you_lead(caller: ReadOwn, db: Reading, after: After = None, limit: Limit = 50) -> LedCasesView:
    """The cases that you lead: their parties, for whom each waits, its next session, and what is overdue."""
    only = None if caller.person.active else Trait.LASTS
    lines = list_cases(db, WORKFLOWS, caller.person.id, after=after or "", limit=limit + 1, only=only)
    led = read_led_cases(db, WORKFLOWS, caller.person.id, lines[:limit])
    return LedCasesView(cases=led, next=onward("/api/led-cases", [one.number for one in lines], limit))


@all_cases.get("/{number}")
def read_one_case(seat: ReadSeat, db: Reading) -> CaseView:
    """A case as you may see it."""
    return read_case(db, seat)
