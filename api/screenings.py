"""The screening questions and who answers them, what the mediators should still do, and how safeguards are in place."""

from pydantic import Field

from api.acts import Answer
from api.http.dependencies import Language, Reading, ReadSeat
from api.http.languages import worded
from api.http.problems import View, Waiting
from api.http.routes import case_router
from api.http.views import Reader
from mediation.acts.safeguards import SEEN
from mediation.acts.screening import questions_for
from mediation.case.seat import Seat
from mediation.reading.screening import SafeguardWords, read_safeguards, read_warnings
from mediation.store.database import Db
from mediation.store.models import Screening
from mediation.workflow.facts_loading import load_facts
from workflows.standing_guards import safeguard_in_place

screenings = case_router("screenings")
safeguards = case_router("safeguards")
routers = (screenings, safeguards)


class QuestionView(View):
    """A question in the reader's language, who answers it, and which further ones a yes asks for."""

    code: str
    question: str
    asks_for: list[str]
    answered_by: list[str] = Field(description="Roles.")
    alone: bool = Field(description="Asked of each party alone, and at the separate meeting again.")
    grave: bool = Field(description="After a yes, `suitable` needs own words on how it was handled.")


@screenings.get("/questions")
def read_questions(seat: ReadSeat, language: Language) -> list[QuestionView]:
    """The questions that are yours to answer; all eighteen, for mediators."""
    return [
        QuestionView(
            code=one.code,
            question=worded(f"screening.{one.code}", language),
            asks_for=list(one.asks_for),
            answered_by=sorted(seat.workflow.who(*one.of)),
            alone=one.alone,
            grave=one.grave,
        )
        for one in questions_for(seat)
    ]


class ScreeningWarningView(View):
    """Something that should still be done, and whom it concerns. It does not prevent anything."""

    warning: str
    explanation: str
    whom: list[Waiting]


class DecidedView(View):
    """A decided screening, and what should still be done."""

    id: str
    warnings: list[ScreeningWarningView]


@screenings.get("/warnings")
def read_screening_warnings(seat: ReadSeat, db: Reading, language: Language) -> list[ScreeningWarningView]:
    """What should still be done about the screening (mediators)."""
    return _warnings(db, seat, language)


def decided(to: Answer, row: Screening) -> DecidedView:
    """The decided screening with its warnings."""
    return DecidedView(id=row.id, warnings=_warnings(to.db, to.seat, to.language))


def _warnings(db: Db, seat: Seat, language: str) -> list[ScreeningWarningView]:
    reader, told = Reader(db, seat, language, {}), []
    for one in read_warnings(db, seat):
        whom = reader.names(one.whom)
        explanation = worded(f"screening-warning.{one.warning}", language, names=[who.name for who in whom])
        told.append(ScreeningWarningView(warning=one.warning, explanation=explanation, whom=whom))
    return told


class SafeguardView(View):
    """A safeguard, whether the screening asked for it, whether it is in place, and how the mediators describe it."""

    safeguard: str
    asked_for: bool
    in_place: bool
    seen: bool = Field(
        description="Whether the case itself shows it; otherwise a mediator describes how it is in place."
    )
    words: list[SafeguardWords]


@safeguards.get("")
def read_safeguards_in_place(seat: ReadSeat, db: Reading) -> list[SafeguardView]:
    """The safeguards that the newest decision asked for, and others that are in place (mediators)."""
    written, facts = read_safeguards(db, seat), load_facts(db, seat.case)
    asked_for = facts.screening.safeguards if facts.screening is not None else frozenset()
    return [
        SafeguardView(
            safeguard=code,
            asked_for=code in asked_for,
            in_place=safeguard_in_place(facts, code),
            seen=code in SEEN,
            words=[one for one in written if one.safeguard == code],
        )
        for code in sorted(asked_for | {one.safeguard for one in written})
    ]
