"""Who takes part: joining, ties, inviting, agreeing, undertaking, correcting, leaving, being replaced."""

from pydantic import ConfigDict, Field

from api.bodies import Body, ByParticipant, OneParticipant, Recorded
from api.dependencies import WriteSeat, Writing
from api.door import case_doors, does
from api.problems import View
from api.views import IdsView, IdView
from api.ways_in import WayView
from mediation.acts import leaving
from mediation.acts import participants as joining
from mediation.acts.participants import Someone
from mediation.people.ways_in import WAYS
from mediation.words.fields import Email, Flag, Id, LanguageCode, Line, choices, one_of

participants = case_doors("participants")
invitations = case_doors("invitations")
consents = case_doors("consents")
undertakings = case_doors("undertakings")
waivers = case_doors("separate-meeting-waivers")
withdrawals = case_doors("withdrawals")
routers = (participants, invitations, consents, undertakings, waivers, withdrawals)


class SomeoneBody(Body):
    """A person: known already, by `person`, or by name, language and, where they have one, e-mail address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Sari Salo", "language": "fi", "email": "sari@example.org"}]}
    )

    name: str = ""
    language: LanguageCode = "fi"
    email: Email | None = None
    capacity: str = Field(default="", description="What they do at the workplace, as documents print it.")
    person: Id | None = None

    def someone(self) -> Someone:
        """The same, as the acts take it."""
        return Someone(self.name, self.language, self.email, self.capacity, self.person)


class ParticipantBody(SomeoneBody):
    """Somebody to add, in a role; a support person supports a party."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Tuula Toivola", "role": "support-person", "supports": "pT5aQx0LkWm2"}]
        }
    )
    role: str = choices(joining.ADDABLE)
    supports: Id | None = None
    subordinate: Flag = Field(default=False, description="Whether an employer representative is a party's subordinate.")


class ConsentBody(Recorded):
    """Agreeing to mediate, or not; by own hand only."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "given"}]})
    answer: str = choices(joining.CONSENTS)


@participants.post("", status_code=201, openapi_extra=does("add-participant"))
def add_participant(body: ParticipantBody, seat: WriteSeat, db: Writing) -> IdView:
    """Add a party, a companion, an employer representative or somebody who is only informed."""
    return IdView(
        id=joining.add_participant(
            db, seat, body.someone(), body.role, supports=body.supports, subordinate=body.subordinate
        ).id
    )


@participants.delete("/{participant}", status_code=204, openapi_extra=does("release-companion"))
def release_companion(participant: Id, seat: WriteSeat, db: Writing) -> None:
    """Let a companion, an employer representative, somebody only informed or a co-mediator leave the case."""
    joining.release_companion(db, seat, participant)


class ConfirmationBody(Body):
    """A way in that is not theirs. Who has no other writes an address of their own, here and now, on your device."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"way": "own-address"}]})
    way: str = choices(WAYS)
    email: Email | None = None


@participants.post("/{participant}/confirmations", status_code=201, openapi_extra=does("confirm-person"))
def confirm_person(participant: Id, body: ConfirmationBody, seat: WriteSeat, db: Writing) -> WayView:
    """Say that you have met this person, and that a way to sign in as them is not theirs (mediators)."""
    joining.confirm_person(db, seat, participant, body.way, email=body.email)
    return WayView(way=body.way)


@invitations.post("", status_code=201, openapi_extra=does("invite"))
def invite(body: OneParticipant, seat: WriteSeat, db: Writing) -> IdView:
    """Invite a party."""
    return IdView(id=joining.invite(db, seat, body.participant).id)


@consents.post("", status_code=201, openapi_extra=does("agree-to-mediate", "decline-to-mediate"))
def consent(body: ConsentBody, seat: WriteSeat, db: Writing) -> IdView:
    """Agree to mediate, or not."""
    given = one_of(body.answer, joining.CONSENTS, "answer") == "given"
    act = joining.agree_to_mediate if given else joining.decline_to_mediate
    return IdView(id=act(db, seat, body.manner()).id)


@undertakings.post("", status_code=201, openapi_extra=does("undertake-confidentiality"))
def undertake(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdView:
    """Undertake confidentiality (companions)."""
    return IdView(id=joining.undertake_confidentiality(db, seat, body.manner()).id)


@waivers.post("", status_code=201, openapi_extra=does("waive-separate-meeting"))
def waive_separate_meeting(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Do without an own separate meeting."""
    return IdsView(ids=[joining.waive_separate_meeting(db, seat, one).id for one in body.manners()])


class WithdrawalBody(Recorded):
    """A party's withdrawal; no reason is asked. `confirmed` makes it final at once, else it can be taken back for 7 days."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"confirmed": True, "words": ""}]})
    confirmed: Flag = False
    words: Line = Field(default="", description="For the mediator only, if the party wishes to say something.")
    language: LanguageCode = "fi"


class LeftView(View):
    """That somebody has left, or come back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"left": True}]})
    left: bool


@withdrawals.post("", status_code=201, openapi_extra=does("withdraw"))
def withdraw(body: WithdrawalBody, seat: WriteSeat, db: Writing) -> LeftView:
    """Withdraw, at once."""
    leaving.withdraw(db, seat, confirmed=body.confirmed, words=body.words, language=body.language, manner=body.manner())
    return LeftView(left=True)


@withdrawals.post("/taking-back", status_code=201, openapi_extra=does("take-back-withdrawal"))
def take_back(body: ByParticipant, seat: WriteSeat, db: Writing) -> LeftView:
    """Come back, within seven days."""
    leaving.take_back_withdrawal(db, seat, body.manner())
    return LeftView(left=False)


@withdrawals.post("/confirmation", status_code=201, openapi_extra=does("confirm-withdrawal"))
def confirm(body: ByParticipant, seat: WriteSeat, db: Writing) -> LeftView:
    """Say that your withdrawal is final."""
    leaving.confirm_withdrawal(db, seat, body.manner())
    return LeftView(left=True)


@participants.post("/{participant}/successor", status_code=201, openapi_extra=does("replace-party"))
def replace(participant: Id, body: SomeoneBody, seat: WriteSeat, db: Writing) -> IdView:
    """Replace a party by somebody else (mediators)."""
    return IdView(id=leaving.replace_party(db, seat, participant, body.someone()).id)


@participants.post("/{participant}/end-of-employment", status_code=201, openapi_extra=does("end-employment"))
def end_employment(participant: Id, seat: WriteSeat, db: Writing) -> LeftView:
    """Mark that a party's employment has ended (mediators)."""
    leaving.end_employment(db, seat, participant)
    return LeftView(left=True)
