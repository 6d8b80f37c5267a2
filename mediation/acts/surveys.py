"""The survey at the end: four questions to each who consented, answered or not; nobody ever reads a single answer.

What was answered names neither the case's number nor who answered. It lies under a key of its quarter, which is destroyed
when the figures of that quarter are published. Neither record nor mark nor letter tells of it: whatever mediators read is
the same with and without.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.case_facts import knowers_of
from mediation.acts.unpublished import keep_fact
from mediation.errors import Malformed, NotYet
from mediation.store.database import Db
from mediation.store.models import Case, Participant
from mediation.words.fields import Rating
from mediation.words.quarters import quarter_of

QUESTIONS = ("listened", "fair", "helped", "again")
TIME_TO_ANSWER = timedelta(days=60)  # after the end of the case
SURVEY = "answer-survey"


@act(SURVEY)
def answer_survey(
    case: Acting,
    *,
    listened: Rating | None = None,
    fair: Rating | None = None,
    helped: Rating | None = None,
    again: Rating | None = None,
) -> Participant:
    """Tell from 1 to 5 how it was: being listened to, fairness, whether it helped, whether you would use it again.

    Each question may be left out. It is counted with the answers of many others, and nobody reads it, you neither. Once it is
    sent it cannot be changed: a second answer changes nothing. Refuses with `survey-empty` where nothing is answered, and with
    `survey-over` once 60 days have passed since the end.
    """
    db, one = case.db, case.db.get_one(Participant, case.doer.id)
    answers = {"listened": listened, "fair": fair, "helped": helped, "again": again}
    given = {question: answer for question, answer in answers.items() if answer is not None}
    if not given:
        raise Malformed("survey-empty", field="listened")
    if one.surveyed:
        return one
    if is_over(db, case.id):
        raise NotYet("survey-over")
    one.surveyed = True
    db.flush()
    _keep(case, given)
    return one


def _keep(case: Acting, given: Mapping[str, int]) -> None:
    db, of_case = case.db, case.db.get_one(Case, case.id)
    fact = {"case": case.id, "knowers": knowers_of(db, case.seat.workflow, of_case), "answers": dict(given)}
    keep_fact(db, quarter_of(db.today()), of_case.workflow, "answer", fact)


def is_answered_or_over(db: Db, case_id: str, participant_id: str) -> bool:
    """Whether a participant can answer the survey no more: they did already, or it is too late."""
    surveyed = db.scalar(select(Participant.surveyed).where(Participant.id == participant_id))
    return bool(surveyed) or is_over(db, case_id)


def is_over(db: Db, case_id: str) -> bool:
    """Whether it is too late to answer the survey of a case; also while the case has not ended."""
    closed_at: datetime | None = db.scalar(select(Case.closed_at).where(Case.id == case_id))
    return closed_at is None or db.now() >= closed_at + TIME_TO_ANSWER
