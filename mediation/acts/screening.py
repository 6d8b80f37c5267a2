"""Screening: eighteen questions, answered per respondent, and what follows from them (domain.md section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.acts.stored_files import keep_in_confidence
from mediation.case import engine, record
from mediation.case.seat import OWN, Manner
from mediation.case.status import NOT_STARTED
from mediation.errors import Malformed, NotYet
from mediation.store.models import Mark, Screening, ScreeningAnswer, put, remaining
from mediation.words.fields import Day, LanguageCode, Line, choices, known
from mediation.workflow.facts import Facts, load_facts


@dataclass(frozen=True)
class Question:
    """One screening question. `asks_for` are the questions that an answer of yes forces to be answered too."""

    code: str
    asks_for: tuple[str, ...] = ()


QUESTIONS = tuple(Question(code, {"S3": ("S4",)}.get(code, ())) for code in (f"S{number}" for number in range(1, 19)))
ANSWERS = ("yes", "no", "unknown")
WITH_SAFEGUARDS = "suitable-with-safeguards"
SUITABLE = ("suitable", WITH_SAFEGUARDS)
OUTCOMES = (*SUITABLE, "employer-duty-to-act", "authorities", "other-support", "postponed", "not-suitable")
REVIEW = timedelta(days=14)
SEPARATE_MEETINGS = "separate-meetings"
SAFEGUARDS = (
    "co-mediator",
    "support-person-offered",
    "interpreter",
    SEPARATE_MEETINGS,
    "breaks",
    "reflection-time",
    "remote-possible",
    "separate-process-stated",
)
Answers = Annotated[
    dict[Annotated[str, known([one.code for one in QUESTIONS])], Annotated[str, known(ANSWERS)]],
    Field(min_length=1, max_length=18),
]
Outcome = Annotated[str, choices(OUTCOMES)]
Safeguard = Annotated[str, choices(SAFEGUARDS)]
Safeguards = Annotated[list[Annotated[str, known(SAFEGUARDS)]], Field(max_length=20)]


def asks_for_separate_meetings(facts: Facts) -> bool:
    """Whether the screening asked for separate meetings as a safeguard: then no party can waive theirs."""
    return facts.screening is not None and SEPARATE_MEETINGS in facts.screening.safeguards


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
    one.
    """
    db, doer = case.db, case.doer
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
    words = [f"{question}:{answer}" for question, answer in sorted(answers.items())]
    case.record(screening.id, words=words)


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

    Refuses with `questions-open` (S3 answered yes asks for S4: a harassment report neither refuses the case nor
    is passed over in silence), `separate-process-unclear` (S5 answered yes: postpone, or state that it is separate),
    `safeguards-needed` and `review-needed`.
    """
    db, seat = case.db, case.seat
    screening = case.row(Screening, decided_at=None)
    if screening is None:
        raise NotYet("no-screening-under-way")
    _check_answers(case, screening, outcome, safeguards)
    if outcome == WITH_SAFEGUARDS and not safeguards:
        raise Malformed("safeguards-needed", field="safeguards", choices=", ".join(SAFEGUARDS))
    if outcome == "postponed" and (review_on is None or review_on <= db.today()):
        raise Malformed("review-needed", field="review_on")
    screening.outcome, screening.safeguards = outcome, ",".join(sorted(set(safeguards)))
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


def _check_answers(case: Acting, screening: Screening, outcome: str, safeguards: Sequence[str]) -> None:
    # The answers of somebody who withdrew are deleted: they count as not given.
    rows = case.rows(ScreeningAnswer, screening_id=screening.id)
    answers = {row: remaining(case.db, row, "answer") for row in rows}
    yes = {row.question for row, answer in answers.items() if answer == "yes"}
    answered = {row.question for row, answer in answers.items() if answer not in {None, "unknown"}}
    asked = {code for one in QUESTIONS if one.code in yes for code in one.asks_for}
    if asked - answered:
        raise NotYet("questions-open", questions=", ".join(sorted(asked - answered)))
    if "S5" in yes and outcome in SUITABLE and "separate-process-stated" not in safeguards:
        raise NotYet("separate-process-unclear")


@act("put-safeguard-in-place", leaves="safeguard-in-place", correctable=False)
def put_safeguard_in_place(case: Acting, safeguard: Safeguard) -> Mark:
    """The mediator marks that a safeguard the screening asked for is in place."""
    return leave_mark(case, about=safeguard)
