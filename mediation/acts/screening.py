"""Screening: eighteen questions, answered per respondent, and what follows from them (domain.md section 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from mediation.acts.acting import Acting
from mediation.acts.marks import leave_mark
from mediation.acts.stored_files import keep_in_confidence
from mediation.case import engine, record
from mediation.case.seat import OWN, Manner, Seat, permit
from mediation.errors import Malformed, NotYet
from mediation.store.database import Db
from mediation.store.models import Mark, Screening, ScreeningAnswer, put, remaining
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, checked, one_of
from mediation.workflow.facts import load_facts


@dataclass(frozen=True)
class Question:
    """One screening question. `asks_for` are the questions that an answer of yes forces to be answered too."""

    code: str
    asks_for: tuple[str, ...] = ()


QUESTIONS = tuple(Question(code, {"S3": ("S4",)}.get(code, ())) for code in (f"S{number}" for number in range(1, 19)))
ANSWERS = ("yes", "no", "unknown")
OUTCOMES = (
    "suitable",
    "suitable-with-safeguards",
    "employer-duty-to-act",
    "authorities",
    "other-support",
    "postponed",
    "not-suitable",
)
SUITABLE = OUTCOMES[:2]
REVIEW = timedelta(days=14)
SAFEGUARDS = (
    "co-mediator",
    "support-person-offered",
    "interpreter",
    "separate-meetings",
    "breaks",
    "reflection-time",
    "remote-possible",
    "separate-process-stated",
)


def begin_screening(db: Db, seat: Seat, *, language: str) -> Screening:
    """Begin a screening, or give the one that is under way. Any time, also as a re-screening."""
    doer = permit(db, seat, "screen")
    return _begun(db, seat, doer.id, known_language(language))


def _begun(db: Db, seat: Seat, actor: str, language: str) -> Screening:
    under_way = db.scalar(select(Screening).where(Screening.case_id == seat.case.id, Screening.decided_at.is_(None)))
    if under_way is not None:
        return under_way
    number = db.scalar(select(func.count()).select_from(Screening).where(Screening.case_id == seat.case.id)) or 0
    row = Screening(id=db.new_id(), case_id=seat.case.id, number=number + 1, language=language, begun_at=db.now())
    db.add(row)
    db.flush()
    record.append(db, seat.case, "begin-screening", actor=actor, about=[row.id])
    return row


def answer_screening(db: Db, seat: Seat, answers: Mapping[str, str], *, language: str, manner: Manner = OWN) -> None:
    """A respondent answers questions, by code: `yes`, `no` or `unknown`. A later answer takes an earlier one's place.

    Whether one is under way is the mediator's to know, for it may be held on others: where none is, the answers begin
    one. Refuses with `choice-unknown`.
    """
    doer = permit(db, seat, "answer-screening", manner)
    screening = _begun(db, seat, doer.id, known_language(language))
    codes = tuple(one.code for one in QUESTIONS)
    for question, answer in answers.items():
        one_of(question, codes, "answers")
        one_of(answer, ANSWERS, f"answers.{question}")
    given = {row.question: row for row in _answers(db, screening) if row.respondent == doer.id}
    for question, answer in answers.items():
        row = given.get(question) or ScreeningAnswer(
            id=db.new_id(), case_id=seat.case.id, screening_id=screening.id, respondent=doer.id, question=question
        )
        put(db, row, "answer", answer)
        row.language, row.at = known_language(language), db.now()
        db.add(row)
    db.flush()
    keep_in_confidence(db, doer)
    words = [f"{question}:{answer}" for question, answer in sorted(answers.items())]
    record.append(db, seat.case, "answer-screening", actor=doer.id, way=doer.way, about=[screening.id], words=words)


def _under_way(db: Db, seat: Seat) -> Screening:
    row = db.scalar(select(Screening).where(Screening.case_id == seat.case.id, Screening.decided_at.is_(None)))
    if row is None:
        raise NotYet("no-screening-under-way")
    return row


def _answers(db: Db, screening: Screening) -> Sequence[ScreeningAnswer]:
    return db.scalars(select(ScreeningAnswer).where(ScreeningAnswer.screening_id == screening.id)).all()


def decide_screening(
    db: Db,
    seat: Seat,
    outcome: str,
    *,
    safeguards: Sequence[str] = (),
    review_on: date | None = None,
    words: str = "",
) -> Screening:
    """Decide the screening that is under way. HR hears only `suitable` or `not-now`, and the case leaves `not started`.

    After the opening, anything but suitable suspends the case until a re-screening says otherwise, or it ends.

    Refuses with `questions-open` (S3 answered yes asks for S4: a harassment report neither refuses the case nor
    lets it pass silently), `separate-process-unclear` (S5 answered yes: postpone, or state that it is separate),
    `safeguards-needed` and `review-needed`.
    """
    doer = permit(db, seat, "screen")
    screening = _under_way(db, seat)
    one_of(outcome, OUTCOMES, "outcome")
    for code in safeguards:
        one_of(code, SAFEGUARDS, "safeguards")
    _check_answers(db, screening, outcome, safeguards)
    if outcome == "suitable-with-safeguards" and not safeguards:
        raise Malformed("safeguards-needed", field="safeguards", choices=", ".join(SAFEGUARDS))
    if outcome == "postponed" and (review_on is None or review_on <= db.today()):
        raise Malformed("review-needed", field="review_on")
    screening.outcome, screening.safeguards = outcome, ",".join(sorted(set(safeguards)))
    screening.review_on, screening.decided_at = review_on, db.now()
    if words:
        put(db, screening, "words", checked(words, "words", LINE))
    db.flush()
    suitable = outcome in SUITABLE
    begun = seat.case.phase != seat.workflow.initial.code
    if not suitable and begun and "re-screening" not in load_facts(db, seat.case).suspensions:
        engine.hold(db, seat, "re-screening", review_on or db.today() + REVIEW)
    changes = {"screening_result": "suitable" if suitable else "not-now"}
    if seat.case.rung == "not-started":
        changes["rung"] = seat.workflow.initial.code
    record.append(
        db, seat.case, "decide-screening", actor=doer.id, about=[screening.id, outcome], words=[words], changes=changes
    )
    return screening


def _check_answers(db: Db, screening: Screening, outcome: str, safeguards: Sequence[str]) -> None:
    rows = _answers(db, screening)
    # Who withdrew has their answers deleted: they are as if they had not been given.
    told = {row: remaining(db, row, "answer") for row in rows}
    yes = {row.question for row, answer in told.items() if answer == "yes"}
    answered = {row.question for row, answer in told.items() if answer not in {None, "unknown"}}
    asked = {code for one in QUESTIONS if one.code in yes for code in one.asks_for}
    if asked - answered:
        raise NotYet("questions-open", questions=", ".join(sorted(asked - answered)))
    if "S5" in yes and outcome in SUITABLE and "separate-process-stated" not in safeguards:
        raise NotYet("separate-process-unclear")


def put_safeguard_in_place(db: Db, seat: Seat, safeguard: str) -> Mark:
    """The mediator marks that a safeguard the screening asked for is in place."""
    doer = permit(db, seat, "put-safeguard-in-place")
    one_of(safeguard, SAFEGUARDS, "safeguard")
    return leave_mark(Acting(db, seat, "put-safeguard-in-place", doer), "safeguard-in-place", about=safeguard)
