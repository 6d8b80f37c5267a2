"""Cases and who takes part: referring, ordering, assigning, ties, inviting, agreeing, undertaking."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import ConfigDict, Field

from api.bodies import Body, Count, Day, Flag, Id, LanguageCode, Line, Recorded, Text, choices
from api.dependencies import Officeholder, Reading, ReadSeat, ReadSelf, WriteOffice, WriteSeat, Writing
from api.door import case_doors, does, doors
from api.problems import View
from mediation.acts import cases, marks
from mediation.acts.cases import Someone
from mediation.limits import one_of
from mediation.reading import list_cases, read_case
from workflows import WORKFLOWS

all_cases = doors("/cases", "cases")
order = case_doors("order")
mediators = case_doors("mediators")
participants = case_doors("participants")
declarations = case_doors("declarations")
invitations = case_doors("invitations")
consents = case_doors("consents")
undertakings = case_doors("undertakings")
waivers = case_doors("separate-meeting-waivers")
corrections = case_doors("corrections")
routers = (
    all_cases,
    order,
    mediators,
    participants,
    declarations,
    invitations,
    consents,
    undertakings,
    waivers,
    corrections,
)


class SomeoneBody(Body):
    """A person: known already, by `person`, or by name, language and, where they have one, e-mail address."""

    name: str = ""
    language: LanguageCode = "fi"
    email: str | None = Field(default=None, max_length=254)
    capacity: str = Field(default="", description="What they do at the workplace, as documents print it.")
    person: Id | None = None

    def someone(self) -> Someone:
        """The same, as the acts take it."""
        return Someone(self.name, self.language, self.email, self.capacity, self.person)


class Referral(Body):
    """A matter brought to mediation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organisation": "sK2vXb0nQeRr4tYpLmZa",
                    "language": "fi",
                    "subject": "Yhteistyö iltavuorossa",
                    "parties": [{"name": "Aino Aalto", "capacity": "lähihoitaja", "email": "aino@example.org"}],
                    "attendance_basis": "voluntary",
                }
            ]
        }
    )
    workflow: str = choices(tuple(WORKFLOWS), default="mediation")
    organisation: Id
    language: LanguageCode = "fi"
    subject: Line
    parties: list[SomeoneBody] = Field(max_length=50)
    initiator: SomeoneBody | None = None
    commissioner: Id | None = Field(default=None, description="The hr person, where a mediator refers.")
    attendance_basis: str = choices(cases.ATTENDANCE, default="voluntary")


class NumberView(View):
    """A case by its number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": "2027-0001"}]})
    number: str


class IdView(View):
    """What was made, by its id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "pT5aQx0LkWm2Bc7DfGhJ"}]})
    id: str


class IdsView(View):
    """What was made, by their ids: one for each participant it was recorded for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["pT5aQx0LkWm2Bc7DfGhJ"]}]})
    ids: list[str]


class CaseLine(View):
    """A case in a list: its phase for those at the table, its status for others."""

    number: str
    workflow: str
    roles: list[str]
    phase: str | None = None
    status: str | None = None


class CasesView(View):
    """A page of cases; `next` is where the following page begins."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cases": [
                        {
                            "number": "2027-0001",
                            "workflow": "mediation",
                            "roles": ["party"],
                            "phase": "opening",
                            "status": None,
                        }
                    ],
                    "next": None,
                }
            ]
        }
    )
    cases: list[CaseLine]
    next: str | None


class CaseView(View):
    """A case as this reader may see it. What they may not see is left out, not empty."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "number": "2027-0001",
                    "you": {"participant": "pT5aQx0LkWm2Bc7DfGhJ", "roles": ["party"], "may": ["pause", "withdraw"]},
                    "phase": "preparation",
                    "participants": [],
                    "sessions": [],
                    "statements": [],
                }
            ]
        },
    )
    number: str
    you: dict[str, Any]


class OrderBody(Body):
    """The employer's order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"terms": "Sovittelu kodin hoidon tiimissä.", "language": "fi", "final_date": None}]
        }
    )
    terms: Text
    language: LanguageCode = "fi"
    final_date: Day | None = None


class MediatorBody(Body):
    """Who mediates."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person": "mE1riKs9QeRr4tYpLmZa", "role": "mediator"}]})
    person: Id
    role: str = choices(cases.MEDIATING, default="mediator")


class ParticipantBody(SomeoneBody):
    """Somebody to add, in a role; a support person supports a party."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Tuula Toivola", "role": "support-person", "supports": "pT5aQx0LkWm2"}]
        }
    )
    role: str = choices(cases.ADDABLE)
    supports: Id | None = None


class DeclarationBody(Body):
    """A mediator's declaration to all parties."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"has_ties": False, "words": "Minulla ei ole sidonnaisuuksia.", "language": "fi"}]
        }
    )
    has_ties: Flag
    words: Line
    language: LanguageCode = "fi"


class AnswerBody(Recorded):
    """A party's answer: accepted or objected."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "accepted"}]})
    answer: str = choices(("accepted", "objected"))


class InvitationBody(Body):
    """Whom to invite."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"participant": "pT5aQx0LkWm2Bc7DfGhJ"}]})
    participant: Id


class ConsentBody(Recorded):
    """Agreeing to mediate, or not; by own hand only."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "given"}]})
    answer: str = choices(("given", "declined"))


class ByParticipant(Recorded):
    """An act with nothing to say but how it came about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"way": "said", "for": ["pT5aQx0LkWm2"]}]})


@all_cases.post("", status_code=201)
def refer(
    body: Referral,
    holder: Annotated[Officeholder, Depends(WriteOffice("hr", "mediator"))],
    db: Writing,
    response: Response,
) -> NumberView:
    """Bring a matter to mediation."""
    case = cases.refer(
        db,
        WORKFLOWS[one_of(body.workflow, tuple(WORKFLOWS), "workflow")],
        holder.person_id,
        organisation_id=body.organisation,
        language=body.language,
        subject=body.subject,
        parties=[one.someone() for one in body.parties],
        initiator=body.initiator.someone() if body.initiator else None,
        commissioner_id=body.commissioner,
        attendance_basis=body.attendance_basis,
    )
    response.headers["Location"] = f"/api/cases/{case.number}"
    return NumberView(number=case.number)


@all_cases.get("")
def read_cases(
    person: ReadSelf,
    db: Reading,
    after: Annotated[str, Query(max_length=12)] = "",
    limit: Annotated[Count, Query(ge=1, le=100)] = 50,
) -> CasesView:
    """The cases at which you have a seat."""
    found = list_cases(db, WORKFLOWS, person.id, after=after, limit=limit)
    following = found[-1]["number"] if len(found) == limit else None
    return CasesView(cases=[CaseLine(**one) for one in found], next=following)


@all_cases.get("/{number}")
def read_one_case(seat: ReadSeat, db: Reading) -> CaseView:
    """A case as you may see it."""
    return CaseView(**read_case(db, seat))


@order.post("", status_code=201, openapi_extra=does("order-mediation"))
def order_mediation(body: OrderBody, seat: WriteSeat, db: Writing) -> IdView:
    """Order the mediation (commissioner)."""
    row = cases.order_mediation(db, seat, terms=body.terms, language=body.language, final_date=body.final_date)
    return IdView(id=row.id)


@mediators.post("", status_code=201, openapi_extra=does("assign-mediator"))
def assign_mediator(body: MediatorBody, seat: WriteSeat, db: Writing) -> IdView:
    """Give the case a mediator or a co-mediator (commissioner)."""
    return IdView(id=cases.assign_mediator(db, seat, body.person, role=body.role).id)


@participants.post("", status_code=201, openapi_extra=does("add-participant"))
def add_participant(body: ParticipantBody, seat: WriteSeat, db: Writing) -> IdView:
    """Add a party, a companion, an employer representative or somebody who is only informed."""
    return IdView(id=cases.add_participant(db, seat, body.someone(), body.role, supports=body.supports).id)


@participants.delete("/{participant}", status_code=204, openapi_extra=does("release-companion"))
def release_companion(participant: Id, seat: WriteSeat, db: Writing) -> None:
    """Let a companion leave the case."""
    cases.release_companion(db, seat, participant)


@declarations.post("", status_code=201, openapi_extra=does("declare-ties"))
def declare_ties(body: DeclarationBody, seat: WriteSeat, db: Writing) -> IdView:
    """Declare ties, or that there are none, to all parties."""
    row = cases.declare_ties(db, seat, has_ties=body.has_ties, words=body.words, language=body.language)
    return IdView(id=row.id)


@declarations.post("/{declaration}/answers", status_code=201, openapi_extra=does("answer-ties"))
def answer_ties(declaration: Id, body: AnswerBody, seat: WriteSeat, db: Writing) -> IdsView:
    """Accept a declaration, or object to the mediator; no reason is asked."""
    return IdsView(ids=[cases.answer_ties(db, seat, declaration, body.answer, one).id for one in body.manners()])


@invitations.post("", status_code=201, openapi_extra=does("invite"))
def invite(body: InvitationBody, seat: WriteSeat, db: Writing) -> IdView:
    """Invite a party."""
    return IdView(id=cases.invite(db, seat, body.participant).id)


@consents.post("", status_code=201, openapi_extra=does("agree-to-mediate", "decline-to-mediate"))
def consent(body: ConsentBody, seat: WriteSeat, db: Writing) -> IdView:
    """Agree to mediate, or not."""
    act = cases.agree_to_mediate if body.answer == "given" else cases.decline_to_mediate
    return IdView(id=act(db, seat, body.manner()).id)


@undertakings.post("", status_code=201, openapi_extra=does("undertake-confidentiality"))
def undertake(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdView:
    """Undertake confidentiality (companions)."""
    return IdView(id=cases.undertake_confidentiality(db, seat, body.manner()).id)


@waivers.post("", status_code=201, openapi_extra=does("waive-separate-meeting"))
def waive_separate_meeting(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Do without an own separate meeting."""
    return IdsView(ids=[cases.waive_separate_meeting(db, seat, one).id for one in body.manners()])


class CorrectionBody(Recorded):
    """Which mark was not so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mark": "pT5aQx0LkWm2Bc7DfGhJ"}]})
    mark: Id


@corrections.post("", status_code=201, openapi_extra=does("correct-what-was-recorded"))
def correct(body: CorrectionBody, seat: WriteSeat, db: Writing) -> IdView:
    """Take back what was recorded of you."""
    marks.correct_mark(db, seat, body.mark, body.manner())
    return IdView(id=body.mark)
