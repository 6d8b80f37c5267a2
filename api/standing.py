"""Letting a case stand still, go on again, or end before its road is walked."""

from pydantic import ConfigDict, Field

from api.bodies import Body, ByParticipant
from api.dependencies import WriteSeat, Writing
from api.door import does, doors
from api.problems import View
from mediation.case import engine
from mediation.words.fields import Day, LanguageCode, Line, choices

router = doors("/cases/{number}", "standing")


class StandingView(View):
    """Whether the case stands still."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"suspended": True}]})
    suspended: bool


class EndedView(View):
    """That the case has ended, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"phase": "closed", "outcome": "no-agreement"}]})
    phase: str
    outcome: str


class Suspend(Body):
    """Why the case stands still, and when it is looked at again."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cause": "absence", "review_on": "2027-03-01", "words": "", "language": "fi"}]}
    )
    cause: str = choices(engine.CAUSES)
    review_on: Day
    words: Line = ""
    language: LanguageCode = "fi"


class Discontinue(Body):
    """How a case ends before its road is walked. HR hears a neutral notice, or the one that everybody signed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "no-agreement"}]})
    outcome: str = Field(max_length=40)


@router.post("/pauses", status_code=201, openapi_extra=does("pause"))
def pause(body: ByParticipant, seat: WriteSeat, db: Writing) -> StandingView:
    """Stop at once; no reason is asked."""
    for manner in body.manners():
        engine.pause(db, seat, manner)
    return StandingView(suspended=True)


@router.post("/suspensions", status_code=201, openapi_extra=does("suspend"))
def suspend(body: Suspend, seat: WriteSeat, db: Writing) -> StandingView:
    """Suspend the case until it is resumed."""
    engine.suspend(db, seat, body.cause, body.review_on, words=body.words, language=body.language)
    return StandingView(suspended=True)


@router.post("/resumptions", status_code=201, openapi_extra=does("resume"))
def resume(seat: WriteSeat, db: Writing) -> StandingView:
    """Go on, when what the suspension asks for is met."""
    engine.resume(db, seat)
    return StandingView(suspended=False)


@router.post("/discontinuation", status_code=201, openapi_extra=does("discontinue"))
def discontinue(body: Discontinue, seat: WriteSeat, db: Writing) -> EndedView:
    """End the case with an outcome and a notice."""
    engine.discontinue(db, seat, body.outcome)
    return EndedView(phase=seat.case.phase, outcome=body.outcome)
