"""Screening: eighteen questions, answered per respondent, and what follows from them (domain.md section 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.in_session import in_company
from mediation.acts.marks import end_mark, find_mark, leave_mark
from mediation.acts.safeguards import PENDING_PROCESS, SAFEGUARDS, SIGNING_NEXT_DAY, Safeguards
from mediation.acts.screening_findings import Told, is_found, standing, told_to
from mediation.acts.stored_files import keep_in_confidence
from mediation.case import engine, record
from mediation.case.participants import find_participant
from mediation.case.seat import OWN, Manner, Seat
from mediation.case.status import NOT_STARTED
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.store.models import Mark, Screening, ScreeningAnswer, put, remaining
from mediation.words.fields import Day, LanguageCode, Line, choices, known
from mediation.workflow.declaration import Role, Trait, Way
from mediation.workflow.facts_loading import load_facts


@dataclass(frozen=True)
class Question:
    """One screening question, answered by those who have one of the traits `of`.

    `asks_for` are the questions that an answer of yes forces to be answered too. One that is `alone` is asked of each party
    with nobody else present, and again at the separate meeting. If a `grave` one is answered yes, mediation is found
    suitable only with the mediator's own words on how that was handled.
    """

    code: str
    of: tuple[Trait, ...] = (Trait.CONSENTS, Trait.ORDERS)
    asks_for: tuple[str, ...] = ()
    alone: bool = False
    grave: bool = False


QUESTIONS = (
    Question("S1", grave=True),
    Question("S2", grave=True),
    Question("S3", asks_for=("S4",)),
    Question("S4"),
    Question("S5"),
    Question("S6", grave=True),
    Question("S7"),
    Question("S8"),
    Question("S9"),
    Question("S10", of=(Trait.CONSENTS,)),
    Question("S11", of=(Trait.CONSENTS,), alone=True, grave=True),
    Question("S12", grave=True),
    Question("S13"),
    Question("S14"),
    Question("S15"),
    Question("S16"),
    Question("S17", of=(Trait.LEADS,)),
    Question("S18"),
)
REPORTED = "S3"  # harassment or discrimination, to be investigated
PENDING = "S5"  # another process on the same matter
IMBALANCE = "S9"  # of power
ANSWERS = ("yes", "no", "unknown")
WITH_SAFEGUARDS = "suitable-with-safeguards"
SUITABLE = ("suitable", WITH_SAFEGUARDS)
OUTCOMES = (*SUITABLE, "employer-duty-to-act", "authorities", "other-support", "postponed", "not-suitable")
REVIEW = timedelta(days=14)
Answers = Annotated[
    dict[Annotated[str, known([one.code for one in QUESTIONS])], Annotated[str, known(ANSWERS)]],
    Field(min_length=1, max_length=18),
]
Outcome = Annotated[str, choices(OUTCOMES)]


def questions_for(seat: Seat) -> Sequence[Question]:
    """The questions that a seat answers; all of them for who leads the case, who asks the others."""
    if seat.is_any(Trait.LEADS):
        return QUESTIONS
    return [one for one in QUESTIONS if seat.is_any(*one.of)]


@act("screen", entry="begin-screening")
def begin_screening(case: Acting, *, language: LanguageCode = "fi") -> Screening:
    """Begin a screening, or give the one that is under way. Any time, also as a re-screening."""
    return _begun(case, language)


def _begun(case: Acting, language: str) -> Screening:
    under_way = case.row(Screening, decided_at=None)
    if under_way is not None:
        return under_way
    row = Screening(number=case.count(Screening) + 1, language=language, begun_at=case.db.now())
    case.write(row)
    # Recorded as the mediator's own act, also if it begins with somebody's answers that came in another way.
    record.append(case.db, case.seat.case, "begin-screening", actor=case.doer.id, about=[row.id])
    return row


@act("answer-screening")
def answer_screening(case: Acting, answers: Answers, *, language: LanguageCode = "fi", manner: Manner = OWN) -> None:
    """A respondent answers questions, by code: `yes`, `no` or `unknown`. A later answer replaces an earlier one.

    They may not learn whether a screening is under way, as it may concern others: if there is none, the answers begin
    one. Refuses with `question-not-yours` a question that others answer, and with `asked-alone` one that is asked of each
    party alone while a session with others is under way, unless the party answers on their own device.
    """
    db, doer = case.db, case.doer
    _check_asked(case, answers)
    screening = _begun(case, language)
    given = {row.question: row for row in case.rows(ScreeningAnswer, screening_id=screening.id, respondent=doer.id)}
    for question, answer in answers.items():
        row = given.get(question) or ScreeningAnswer(
            id=db.new_id(), case_id=case.id, screening_id=screening.id, respondent=doer.id, question=question
        )
        put(db, row, "answer", answer)
        row.language, row.at = language, db.now()
        db.add(row)
    keep_in_confidence(db, doer)
    permitted = find_mark(db, doer.id, "permitted-clarification")
    if permitted is not None and answers.get(REPORTED, "yes") != "yes":
        end_mark(db, permitted, "changed")  # without the report there is nothing for the employer to look into
    words = [f"{question}:{answer}" for question, answer in sorted(answers.items())]
    case.record(screening.id, words=words)


def _check_asked(case: Acting, answers: Iterable[str]) -> None:
    asked = [one for one in QUESTIONS if one.code in answers]
    own = case.doer.id == case.seat.participant_id
    roles: frozenset[Role] = case.seat.roles if own else find_participant(case.db, case.seat, case.doer.id)[1]
    others = [one.code for one in asked if not case.seat.workflow.who(*one.of) & roles]
    if others:
        raise NotPermitted("question-not-yours", questions=others)
    alone = any(one.alone for one in asked)
    if alone and case.doer.way in {Way.SAID, Way.IN_PERSON} and in_company(case):
        raise NotYet("asked-alone")


@act("decide-screening", permission="screen")
def decide_screening(
    case: Acting,
    outcome: Outcome,
    *,
    safeguards: Safeguards = [],  # noqa: B006 - never changed
    review_on: Day | None = None,
    words: Line = "",
) -> Screening:
    """Decide the screening that is under way. HR reads only `suitable` or `not-now`, and the case leaves `not started`.

    After the opening, any other result than suitable suspends the case until a new screening says otherwise, or ends it.
    Parties whom nobody has asked yet are a warning, not a refusal (`mediation.reading.screening`). While somebody says that
    power is not balanced (S9), signing from the next day on is among the safeguards without being chosen.

    Refuses with `questions-open` (S3 answered yes asks for S4: a harassment report neither refuses the case nor
    is passed over in silence), `separate-process-unclear` (S5 answered yes, also in an earlier screening: postpone, or the
    employer states that it is separate and every party is informed), `handling-needed` (a grave question stands at yes, and
    `words` do not say how that was handled), `safeguards-needed` and `review-needed`.
    """
    db, seat = case.db, case.seat
    screening = case.row(Screening, decided_at=None)
    if screening is None:
        raise NotYet("no-screening-under-way")
    told = told_to(case)
    _check_answers(case, told, screening, outcome, safeguards, words)
    if outcome == WITH_SAFEGUARDS and not safeguards:
        raise Malformed("safeguards-needed", field="safeguards", choices=", ".join(SAFEGUARDS))
    if outcome == "postponed" and (review_on is None or review_on <= db.today()):
        raise Malformed("review-needed", field="review_on")
    next_day = [SIGNING_NEXT_DAY]
    asked_for = {*safeguards, *(next_day if is_found(case, told, IMBALANCE, next_day) else [])}
    screening.outcome, screening.safeguards = outcome, ",".join(sorted(asked_for))
    screening.review_on, screening.decided_at = review_on, db.now()
    if words:
        put(db, screening, "words", words)
    suitable = outcome in SUITABLE
    begun = seat.case.phase != seat.workflow.initial.code
    if not suitable and begun and "re-screening" not in load_facts(db, seat.case).suspensions:
        engine.suspend(db, seat, "re-screening", review_on or db.today() + REVIEW)
    changes = {"screening_result": "suitable" if suitable else "not-now"}
    if seat.case.rung == NOT_STARTED:
        changes["rung"] = seat.workflow.initial.code
    case.record(screening.id, outcome, words=[words], changes=changes)
    return screening


def _check_answers(
    case: Acting, told: Told, screening: Screening, outcome: str, safeguards: Sequence[str], words: str
) -> None:
    here = [(row.question, answer) for row, answer in told if row.screening_id == screening.id]
    reported = {code for one in QUESTIONS if (one.code, "yes") in here for code in one.asks_for}
    unanswered = reported - {question for question, answer in here if answer != "unknown"}
    if unanswered:
        raise NotYet("questions-open", questions=sorted(unanswered))
    if outcome not in SUITABLE:
        return
    yes = {question for question, answer in standing(told) if answer == "yes"}
    if not set(PENDING_PROCESS) <= set(safeguards) and is_found(case, told, PENDING, PENDING_PROCESS):
        raise NotYet("separate-process-unclear")
    grave = [one.code for one in QUESTIONS if one.grave and one.code in yes]
    if grave and not words.strip():
        raise Malformed("handling-needed", field="words", questions=grave)


@act("permit-clarification", leaves="permitted-clarification")
def permit_clarification(case: Acting, manner: Manner = OWN) -> Mark:
    """A party who reports harassment or discrimination allows that the employer is asked to look into it.

    The notice says so if the case ends because mediation is not suitable, and everybody who reads the notice reads it; so
    this takes the party's own hand. Refuses with `nothing-reported` a party who has not answered S3 with yes.
    """
    reports = select(ScreeningAnswer).where(
        ScreeningAnswer.case_id == case.id,
        ScreeningAnswer.respondent == case.doer.id,
        ScreeningAnswer.question == REPORTED,
    )
    newest = case.db.scalars(reports.order_by(ScreeningAnswer.at.desc(), ScreeningAnswer.id)).first()
    if newest is None or remaining(case.db, newest, "answer") != "yes":
        raise NotYet("nothing-reported")
    return leave_mark(case)
