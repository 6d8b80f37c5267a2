"""What a seat reads of the screenings: the mediators all they were told, a respondent the own answers."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from mediation.case.reads import note_reads
from mediation.case.seat import Seat, while_holding
from mediation.case.visibility import Level
from mediation.reading.view import ABSENT, IfSeen, codes, columns, grouped, shown, view
from mediation.store.database import Db
from mediation.store.models import Screening, ScreeningAnswer
from mediation.workflow.declaration import Trait

DUTY_WAITS = timedelta(days=14)  # after which an unanswered S4 warns (workflow.md rule 7)


@view
class AnswerLine:
    """What a respondent answered to one question."""

    respondent: str
    question: str
    answer: str | None
    deleted: IfSeen[bool] = ABSENT


@view
class ScreeningLine:
    """A screening: its answers and, for mediators, what was decided and what is overdue."""

    id: str
    number: int
    answers: list[AnswerLine]
    outcome: IfSeen[str | None] = ABSENT
    safeguards: IfSeen[list[str]] = ABSENT
    review_on: IfSeen[date | None] = ABSENT
    words: IfSeen[str | None] = ABSENT
    deleted: IfSeen[bool] = ABSENT
    warning: IfSeen[str] = ABSENT


def read_screenings(db: Db, seat: Seat, level: Level) -> list[ScreeningLine]:
    """The screenings by number, each with the answers that are this reader's."""
    rows = db.execute(
        select(columns(Screening, ScreeningLine), columns(ScreeningAnswer, AnswerLine))
        .outerjoin(ScreeningAnswer, (ScreeningAnswer.screening_id == Screening.id) & _answers_seen(seat, level))
        .where(Screening.case_id == seat.case.id)
        .order_by(Screening.number, ScreeningAnswer.respondent, ScreeningAnswer.question)
    )
    lines, read = [], list[tuple[str, str]]()
    for [one], answers in grouped(rows):
        said = [shown(db, AnswerLine, answer) for answer in answers]
        read += [(row.respondent, row.id) for row, told in zip(answers, said, strict=True) if not told.deleted]
        if level == Level.FULL:
            warning = _warning(db, one, answers, said)
            lines.append(shown(db, ScreeningLine, one, answers=said, safeguards=codes(one.safeguards), warning=warning))
        elif said:  # whom else the mediator asks, and when again, is not theirs
            lines.append(ScreeningLine(id=one.id, number=one.number, answers=said))
    note_reads(db, seat, "screening-answer", read)
    return lines


def _warning(db: Db, one: Screening, answers: Sequence[ScreeningAnswer], said: Sequence[AnswerLine]) -> IfSeen[str]:
    told = [(answer.at, line) for answer, line in zip(answers, said, strict=True)]
    reported = [at for at, line in told if line.question == "S3" and line.answer == "yes" and one.decided_at is None]
    # Whether somebody has said yet what the employer has clarified (S4).
    clarified = any(line.question == "S4" and line.answer != "unknown" for line in said)
    waits = bool(reported) and db.now() - reported[-1] > DUTY_WAITS and not clarified
    return "employer-duty-unanswered" if waits else ABSENT


def _answers_seen(seat: Seat, level: Level) -> ColumnElement[bool]:
    own = ScreeningAnswer.respondent == seat.participant_id
    return (
        own | while_holding(seat, ScreeningAnswer.at, *seat.workflow.who(Trait.LEADS)) if level == Level.FULL else own
    )
