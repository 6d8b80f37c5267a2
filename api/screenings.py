"""Screening: its questions, each respondent's answers, and the decision."""

from pydantic import ConfigDict, Field

from api.bodies import Body, Recorded
from api.dependencies import Language, ReadSeat, WriteSeat, Writing
from api.door import case_doors, does
from api.languages import worded
from api.problems import View
from api.views import IdView
from mediation.acts import screening as acts
from mediation.words.fields import Day, LanguageCode, Line, choices

screenings = case_doors("screenings")
safeguards = case_doors("safeguards")
routers = (screenings, safeguards)


class ScreeningBody(Body):
    """The language in which the screening is held."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "fi"}]})
    language: LanguageCode = "fi"


class AnswersBody(Recorded):
    """Answers by question."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answers": {"S1": "no", "S18": "yes"}, "language": "fi"}]}
    )
    answers: dict[str, str] = Field(min_length=1, max_length=18)
    language: LanguageCode = "fi"


class DecisionBody(Body):
    """Whether mediation is the right tool."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "suitable"}]})
    outcome: str = choices(acts.OUTCOMES)
    safeguards: list[str] = Field(default=[], max_length=20)
    review_on: Day | None = None
    words: Line = ""


class SafeguardBody(Body):
    """A safeguard that is in place now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"safeguard": "breaks"}]})
    safeguard: str = choices(acts.SAFEGUARDS)


class QuestionView(View):
    """A question in the reader's language, and which further ones a yes asks for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "S1", "question": "Is anyone in immediate danger?", "asks_for": []}]}
    )
    code: str
    question: str
    asks_for: list[str]


@screenings.get("/questions")
def read_questions(seat: ReadSeat, language: Language) -> list[QuestionView]:
    """The eighteen questions."""
    return [
        QuestionView(code=one.code, question=worded(f"screening.{one.code}", language), asks_for=list(one.asks_for))
        for one in acts.QUESTIONS
    ]


@screenings.post("", status_code=201, openapi_extra=does("screen"))
def begin(body: ScreeningBody, seat: WriteSeat, db: Writing) -> IdView:
    """Begin a screening, or go on with the one under way (mediators)."""
    return IdView(id=acts.begin_screening(db, seat, language=body.language).id)


@screenings.post("/answers", status_code=204, openapi_extra=does("answer-screening"))
def answer(body: AnswersBody, seat: WriteSeat, db: Writing) -> None:
    """Answer questions of the screening under way."""
    acts.answer_screening(db, seat, body.answers, language=body.language, manner=body.manner())


@screenings.post("/decision", status_code=201)
def decide(body: DecisionBody, seat: WriteSeat, db: Writing) -> IdView:
    """Decide the screening under way (mediators)."""
    row = acts.decide_screening(
        db, seat, body.outcome, safeguards=body.safeguards, review_on=body.review_on, words=body.words
    )
    return IdView(id=row.id)


@safeguards.post("", status_code=201, openapi_extra=does("put-safeguard-in-place"))
def put_safeguard_in_place(body: SafeguardBody, seat: WriteSeat, db: Writing) -> IdView:
    """Mark that a safeguard is in place (mediators)."""
    return IdView(id=acts.put_safeguard_in_place(db, seat, body.safeguard).id)
